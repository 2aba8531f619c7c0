"""Calibration: is what is given a probability of .8 true four times out of five?

Conventions
-----------
* Probabilities p of an event and outcomes y (0 or 1). *Brier* = mean (p - y)^2 (Brier 1950).
* Expected calibration error = sum over bins of share of items in the bin x ``|mean p - mean y|`` (Naeini et al. 2015). Bins of equal width:
  [k/b, (k+1)/b), the last with its end. Bins of equal mass: by the mid-rank of p, so that equal probabilities share a bin and the order of
  the items does not matter; bins may then be of unequal size.
* Bins are set once, on all documents; resamples keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, ratio

BINNINGS = ("width", "mass")


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of the reliability table: smallest and largest probability in it, ``n`` items, mean probability, share of true outcomes."""

    low: float
    high: float
    n: int
    probability: float
    outcome: float


def validate(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of shape (items,).

    Raises
    ------
    ValueError
        If they are not equally long, a probability is outside 0..1, or an outcome neither 0 nor 1.
    """
    p, y = np.asarray(probabilities, dtype=float), np.asarray(outcomes, dtype=float)
    if p.ndim != 1 or p.shape != y.shape:
        raise ValueError(f"probabilities have shape {p.shape}, outcomes {y.shape}, not both (items,)")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probability {p[~((p >= 0) & (p <= 1))][0]} is not between 0 and 1")
    if not ((y == 0) | (y == 1)).all():
        raise ValueError(f"outcome {y[~((y == 0) | (y == 1))][0]} is neither 0 nor 1")
    return p, y


def bins(probabilities: ArrayLike, n_bins: int = 10, binning: str = "width") -> NDArray[np.int64]:
    """The bin of each item, 0 to ``n_bins - 1``.

    Raises
    ------
    ValueError
        If ``n_bins`` is below 1 or there is no such binning.
    """
    p = np.asarray(probabilities, dtype=float)
    if n_bins < 1:
        raise ValueError(f"n_bins is {n_bins}, not at least 1")
    if binning == "width":
        # Compared with the edges themselves: p * n_bins is rounded, and would put .29 of 100 bins into bin 28.
        return np.searchsorted(np.arange(1, n_bins) / n_bins, p, side="right").astype(np.int64)
    if binning == "mass":
        ordered = np.sort(p)
        twice = np.searchsorted(ordered, p, "left") + np.searchsorted(ordered, p, "right")  # twice the mid-rank, exact
        return np.asarray(np.minimum(twice * n_bins // max(2 * len(p), 1), n_bins - 1), dtype=np.int64)
    raise ValueError(f"binning {binning!r} is none of {', '.join(BINNINGS)}")


def brier(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean squared difference; 0.0 without items."""
    p, y = validate(probabilities, outcomes)
    return float(((p - y) ** 2).mean()) if len(p) else 0.0


def calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, n_bins: int = 10, binning: str = "width") -> float:
    """Expected calibration error; 0.0 without items."""
    p, y = validate(probabilities, outcomes)
    counts = _by_bin(bins(p, n_bins, binning), p, y, n_bins)
    return float(_error(counts))


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, n_bins: int = 10, binning: str = "width") -> tuple[Bin, ...]:
    """The bins that hold an item, in order."""
    p, y = validate(probabilities, outcomes)
    place = bins(p, n_bins, binning)
    return tuple(
        Bin(float(p[inside].min()), float(p[inside].max()), int(inside.sum()), float(p[inside].mean()), float(y[inside].mean()))
        for inside in (place == k for k in np.unique(place))
    )


def evaluate(
    documents: Iterable[tuple[Sequence[float], Sequence[float]]],
    n_bins: int = 10,
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Brier score and both calibration errors with intervals, of the (probabilities, outcomes) of documents.

    Raises
    ------
    ValueError
        If probabilities or outcomes are malformed.
    """
    counts = table(documents, n_bins)
    return score_table(counts, lambda sums: scores(sums, n_bins), n_resamples, seed, **{"bins": n_bins, **fields})


def table(documents: Iterable[tuple[Sequence[float], Sequence[float]]], n_bins: int = 10) -> Floats:
    """What :func:`scores` sums, a row a document, of (probabilities, outcomes).

    Raises
    ------
    ValueError
        If probabilities or outcomes are malformed.
    """
    pairs = [validate(probabilities, outcomes) for probabilities, outcomes in documents]
    p, y = (np.concatenate([side[k] for side in pairs]) if pairs else np.zeros(0) for k in (0, 1))
    document = np.repeat(np.arange(len(pairs)), [len(q) for q, _ in pairs])
    tables = []
    for binning in BINNINGS:
        place = document * n_bins + bins(p, n_bins, binning)
        tables.append(_by_bin(place, p, y, len(pairs) * n_bins).reshape(-1, n_bins * 3))
    squares = np.bincount(document, (p - y) ** 2, len(pairs))
    return np.concatenate([*tables, squares[:, None]], axis=1)


def scores(sums: Floats, n_bins: int = 10) -> dict[str, Floats]:
    """Brier score and both calibration errors, shape (...), from sums of rows of :func:`table`, shape (..., columns)."""
    width, mass = (sums[..., k * n_bins * 3 : (k + 1) * n_bins * 3].reshape(*sums.shape[:-1], n_bins, 3) for k in (0, 1))
    return {"brier": ratio(sums[..., -1], width[..., 0].sum(-1)), "ece_width": _error(width), "ece_mass": _error(mass)}


def _by_bin(place: NDArray[np.int64], p: Floats, y: Floats, n: int) -> Floats:
    """Items, sum of probabilities and of outcomes of each bin, shape (n, 3)."""
    return np.stack([np.bincount(place, weights, n).astype(float) for weights in (np.ones(len(p)), p, y)], axis=-1)


def _error(counts: Floats) -> Floats:
    return ratio(np.abs(counts[..., 1] - counts[..., 2]).sum(-1), counts[..., 0].sum(-1))
