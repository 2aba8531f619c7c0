"""Learning of the linear models of :mod:`framing.learning.linear`, with scikit-learn.

Conventions
-----------
* Each output is learned by itself (one versus rest) from targets in 0..1: a row with target y counts as y rows of the class and 1 - y rows
  outside of it. Counted features are learned as their values, dense columns standardised.
* With ``ratio`` the value of a feature is first multiplied by its log-count ratio r (Wang & Manning 2012), which is folded into the weight
  afterwards. p and q are the weight of the rows of the class, and outside of it, that have the feature::

      r = ln((1 + p) / Σ (1 + p)) - ln((1 + q) / Σ (1 + q))        sums over all F features
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from framing.learning.linear import Block, Floats, LinearModel, Rows, values

LOSS = ("logistic", "hinge")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn; raises ``ValueError`` if there is no such loss.

    Attributes
    ----------
    loss : str
        ``logistic`` (decisions are log-odds) or ``hinge`` (squared hinge: a linear support vector machine).
    c : float
        Inverse strength of the L2 penalty.
    balanced : bool
        Whether both classes of an output weigh the same together.
    ratio : bool
        Whether features are multiplied by their log-count ratio (see the module).
    dense_factor : float
        By which standardised dense columns are multiplied; a large factor makes their penalty small.
    solver : str
        Of scikit-learn, for the logistic loss; ``liblinear`` penalises the constant, too.
    seed : int
    """

    loss: str = "logistic"
    c: float = 1.0
    balanced: bool = False
    ratio: bool = False
    dense_factor: float = 1.0
    solver: str = "liblinear"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.loss not in LOSS:
            raise ValueError(f"unknown loss {self.loss!r}; known: {', '.join(LOSS)}")


def fit(
    rows: Rows,
    targets: ArrayLike,
    blocks: Sequence[Block],
    idf: ArrayLike,
    dense: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    settings: Settings | None = None,
    factors: ArrayLike | None = None,
) -> LinearModel:
    """Learn a linear model.

    Parameters
    ----------
    rows : Rows
        m rows.
    targets : array (m,) or (m, K)
        0..1, for each output by itself.
    blocks : sequence of Block
    idf : array (F,)
    dense : array (m, D), optional
    weight : array (m,), optional
        How much each row counts, above 0; else 1.
    settings : Settings, optional
    factors : array (F,), optional
        By which values are multiplied while learning, and which are folded into the weights: the smaller, the more a feature is penalised.

    Returns
    -------
    LinearModel
        An output whose targets are all 0 or all 1 has only a constant.

    Raises
    ------
    ValueError
        If targets or weights are out of range.
    """
    from scipy.sparse import csr_matrix, hstack

    settings = settings or Settings()
    m, f, scales = len(rows), len(np.asarray(idf)), np.asarray(idf, np.float64)
    y = np.asarray(targets, np.float64).reshape(m, -1)
    share = np.ones(m) if weight is None else np.asarray(weight, np.float64)
    if not ((y >= 0) & (y <= 1)).all() or not (share > 0).all():
        raise ValueError("targets are from 0 to 1, weights above 0")
    columns = np.zeros((m, 0)) if dense is None else np.asarray(dense, np.float64)
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    scale = np.where(spread > 1e-12 * np.abs(mean), spread, 1) / settings.dense_factor
    table = csr_matrix((values(rows, blocks, scales), rows.feature, rows.borders.astype(np.int32)), (m, f))
    there = csr_matrix((np.ones(len(rows.feature)), table.indices, table.indptr), (m, f))
    side = csr_matrix((columns - mean) / scale)
    weights, dense_weights, constant = np.zeros((f, y.shape[1])), np.zeros((len(mean), y.shape[1])), np.zeros(y.shape[1])
    for k, target in enumerate(y.T):
        ratio = _ratio(there, target * share, (1 - target) * share) if settings.ratio else np.ones(f)
        ratio = ratio if factors is None else ratio * np.asarray(factors, np.float64)
        weighed = csr_matrix((table.data * ratio[table.indices], table.indices, table.indptr), (m, f))
        found, constant[k] = _fit_one(hstack([weighed, side], format="csr"), target, share, settings)
        weights[:, k], dense_weights[:, k] = found[:f] * ratio, found[f:]
    return LinearModel(tuple(blocks), scales, weights, constant, mean, scale, dense_weights)


def _ratio(there: Any, inside: Floats, outside: Floats) -> Floats:
    """Log-count ratio of each feature (formula: see the module)."""
    p, q = 1 + there.T @ inside, 1 + there.T @ outside
    return np.asarray(np.log(p / p.sum()) - np.log(q / q.sum()))


def _fit_one(table: Any, target: Floats, share: Floats, settings: Settings) -> tuple[Floats, float]:
    """Weights and constant of one output; rows with a target between 0 and 1 are there twice."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    true, false = np.flatnonzero(target > 0), np.flatnonzero(target < 1)
    mass = np.concatenate([(target * share)[true], ((1 - target) * share)[false]])
    if not len(true) or not len(false):
        return np.zeros(table.shape[1]), float(np.log((0.5 + mass[: len(true)].sum()) / (0.5 + mass[len(true) :].sum())))
    chosen, label = np.concatenate([true, false]), np.repeat([1, 0], [len(true), len(false)])
    if settings.balanced:  # by mass, which scikit-learn's class_weight leaves out of account
        sums = np.bincount(label, mass)
        mass = mass * (mass.sum() / (2 * sums))[label]
    order = np.argsort(chosen, kind="stable")  # the order of the rows, on which liblinear's result depends a little
    chosen, label, mass = chosen[order], label[order], mass[order]
    if settings.loss == "hinge":
        model = LinearSVC(C=settings.c, dual="auto", random_state=settings.seed, max_iter=10_000)
    else:
        model = LogisticRegression(C=settings.c, solver=settings.solver, random_state=settings.seed, max_iter=1000)
    model.fit(table[chosen], label, sample_weight=mass)
    return model.coef_[0], float(model.intercept_[0])
