"""Intervals and tests from counts per document.

Conventions
-----------
A *table* has a row a document and a column a count, shape (documents, columns). Scores are functions of column sums, so a resample of the
documents is a row of multinomial counts times the table, and a thousand resamples are one matrix product. A *statistic* takes sums of
shape (..., columns) and gives scores of shape (...).

* Interval: percentile bootstrap over documents (Efron and Tibshirani 1993, chapter 13).
* Paired bootstrap: both systems on the same resamples (Koehn 2004); p is two-sided, from the resampled differences shifted to mean zero
  (Riezler and Maxwell 2005).
* Approximate randomisation: the two outputs of a document change places with probability one half (Noreen 1989; Yeh 2000); two-sided.
  Only outputs on one scale can do so: counts are on one; predictions that a score only orders must first be made comparable
  (:class:`framing.benchmark.measurement.Valued`).

Both p have one added above and below (Davison and Hinkley 1997, 4.2), so none is 0. Every draw has a fixed default seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.metrics.signature import Score, signature

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Any]

_CELLS = 1 << 22  # entries of the count matrix that are held at once
_EQUAL = 1e-12  # differences closer than this are ties


@dataclass(frozen=True, slots=True)
class Comparison:
    """First system minus second, its interval, and the two-sided probability of so large a difference between equal systems."""

    difference: float
    interval: tuple[float, float]
    p: float


def as_table(rows: ArrayLike, name: str = "table") -> Floats:
    """Counts per document as an array of shape (documents, columns).

    Raises
    ------
    ValueError
        If there are not two dimensions, or a count is not finite.
    """
    table = np.asarray(rows, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"{name} has {table.ndim} dimensions, not 2 (documents, columns)")
    if not np.isfinite(table).all():
        raise ValueError(f"{name} holds a count that is not finite")
    return table


def resample(table: ArrayLike, n_resamples: int = 1000, seed: int = 0) -> Floats:
    """Column sums of resamples of the documents, drawn with replacement.

    Parameters
    ----------
    table
        Shape (documents, columns).
    n_resamples
        How many, at least 1.
    seed
        Of the generator; equal seeds and equal numbers of documents give equal resamples, so that tables of two systems are paired.

    Returns
    -------
    numpy.ndarray
        Shape (n_resamples, columns); zeros if there is no document.

    Raises
    ------
    ValueError
        If the table is malformed or ``n_resamples`` is below 1.
    """
    counts = as_table(table)
    if n_resamples < 1:
        raise ValueError(f"n_resamples is {n_resamples}, not at least 1")
    n = len(counts)
    sums = np.zeros((n_resamples, counts.shape[1]))
    if n:
        generator, shares, rows = np.random.default_rng(seed), np.full(n, 1 / n), max(1, _CELLS // n)
        for first in range(0, n_resamples, rows):
            sums[first : first + rows] = generator.multinomial(n, shares, min(rows, n_resamples - first)).astype(float) @ counts
    return sums


def interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of resampled values, shape (n_resamples,).

    Raises
    ------
    ValueError
        If there is no value, or ``level`` does not lie between 0 and 1.
    """
    drawn = np.asarray(values, dtype=float)
    if drawn.ndim != 1 or not len(drawn):
        raise ValueError(f"values have shape {drawn.shape}, not (n_resamples,)")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, not between 0 and 1")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def score_table(
    table: ArrayLike,
    scores: Callable[[Floats], Mapping[str, Any]],
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Scores of a table with intervals.

    Parameters
    ----------
    table
        Counts, shape (documents, columns).
    scores
        From sums, shape (..., columns), to scores by name, each of shape (...).
    n_resamples, seed
        Of the bootstrap; they go into the signature. The intervals hold 95 %.
    **fields
        The other settings that the scores depend on, for the signature.

    Returns
    -------
    dict
        A score a name, in the order of ``scores``.
    """
    counts = as_table(table)
    point, drawn = scores(counts.sum(0)), scores(resample(counts, n_resamples, seed))
    signed = signature(**fields, resamples=n_resamples, seed=seed)
    return {name: Score(name, float(value), interval(drawn[name]), len(counts), signed) for name, value in point.items()}


def paired_bootstrap(
    table_a: ArrayLike, table_b: ArrayLike, statistic: Statistic, n_resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> Comparison:
    """Compare two systems on the same documents.

    Parameters
    ----------
    table_a, table_b
        Counts of the two systems, shape (documents, columns); row i is the same document in both.
    statistic
        From sums, shape (..., columns), to one score, shape (...).
    n_resamples, seed, level
        Of the bootstrap.

    Raises
    ------
    ValueError
        If the tables are malformed or not of one shape.
    """
    a, b = _paired(table_a, table_b)
    difference = float(statistic(a.sum(0)) - statistic(b.sum(0)))
    drawn = np.asarray(statistic(resample(a, n_resamples, seed)) - statistic(resample(b, n_resamples, seed)), dtype=float)
    return Comparison(difference, interval(drawn, level), two_sided_p(drawn - drawn.mean(), difference))


def approximate_randomisation(table_a: ArrayLike, table_b: ArrayLike, statistic: Statistic, n: int = 10000, seed: int = 0) -> float:
    """Two-sided p of the difference of two systems when the outputs of a document may change places.

    Parameters
    ----------
    table_a, table_b
        Counts of the two systems, shape (documents, columns); row i is the same document in both, and a column has the same unit in both.
    statistic
        From sums, shape (..., columns), to one score, shape (...).
    n
        Number of random exchanges, at least 1.
    seed
        Of the generator.

    Raises
    ------
    ValueError
        If the tables are malformed or not of one shape, or ``n`` is below 1.
    """
    a, b = _paired(table_a, table_b)
    if n < 1:
        raise ValueError(f"n is {n}, not at least 1")
    total_a, total_b, change = a.sum(0), b.sum(0), b - a
    generator, rows, drawn = np.random.default_rng(seed), max(1, _CELLS // max(len(a), 1)), np.zeros(n)
    for first in range(0, n, rows):
        moved = generator.integers(0, 2, (min(rows, n - first), len(a)), dtype=np.int8).astype(float) @ change
        drawn[first : first + rows] = statistic(total_a + moved) - statistic(total_b - moved)
    return two_sided_p(drawn, float(statistic(total_a) - statistic(total_b)))


def _paired(table_a: ArrayLike, table_b: ArrayLike) -> tuple[Floats, Floats]:
    a, b = as_table(table_a, "table_a"), as_table(table_b, "table_b")
    if a.shape != b.shape:
        raise ValueError(f"table_a has shape {a.shape}, table_b {b.shape}")
    return a, b


def two_sided_p(drawn: Floats, observed: float) -> float:
    """Share of ``drawn``, differences that chance gives, (n,), that are at least as large as the one ``observed``; one added to both."""
    return float((1 + np.count_nonzero(np.abs(drawn) >= abs(observed) - _EQUAL)) / (1 + len(drawn)))
