"""Means and shares by group with bootstrap intervals, in memory that does not grow with the number of resamples.

Conventions
-----------
* What is estimated is a ratio of sums over the articles of a group: a mean is Σ value / Σ 1, a share Σ part / Σ whole. Articles are
  resampled within their group; an interval holds the middle 95 % of ``RESAMPLES`` (:mod:`framing.metrics.bootstrap`).
* The articles of a group of more than ``BUNDLES`` are put into that many bundles at random, and bundles are drawn: the variance of a mean
  of n articles is that of a mean of their bundle means. So a million articles cost as much as a few thousand.
* *At equal length* is the mean of an analysis of covariance: y_g - b (x_g - x), where x is log length and b the slope *within* groups,
  (Σ_g S_xy) / (Σ_g S_xx) (Fisher 1932, section 49.1; b is estimated anew in every resample).
* There is no interval (NaN) of fewer than ``FEWEST`` articles, and none where all resamples agree, as when no article has what is counted:
  the bootstrap knows nothing of what it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.metrics.bootstrap import interval, resample

BUNDLES = 2000
RESAMPLES = 1000
SEED = 0
FEWEST = 5

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate by group, each array of shape (groups,): the ``value``, its interval, and the ``n`` articles that have one; NaN where
    there is none."""

    value: Floats
    low: Floats
    high: Floats
    n: Codes


class Groups:
    """Articles in groups, ready to be summed and resampled.

    Parameters
    ----------
    codes : int array (articles,)
        The group of each article, -1 for one that is left out.
    n_groups : int
    """

    def __init__(self, codes: Codes, n_groups: int) -> None:
        self.n_groups = n_groups
        self.sizes = np.bincount(codes[codes >= 0], minlength=n_groups)
        generator = np.random.default_rng(SEED)
        self._bundle = np.full(len(codes), -1, np.int64)
        self._starts = [0]
        order = np.argsort(codes, kind="stable")[np.count_nonzero(codes < 0) :]
        first = 0
        for size in self.sizes.tolist():
            inside = order[first : first + size]
            if size > BUNDLES:
                inside = generator.permutation(inside)
            self._bundle[inside] = self._starts[-1] + np.arange(size) % BUNDLES
            self._starts.append(self._starts[-1] + min(size, BUNDLES))
            first += size
        self._used = np.flatnonzero(self._bundle >= 0)

    def sums(self, values: Floats) -> Floats:
        """Of each bundle, shape (bundles,); NaN counts as nothing."""
        return np.bincount(self._bundle[self._used], np.nan_to_num(values[self._used], nan=0.0), self._starts[-1]).astype(np.float64)

    def resampled(self, columns: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Sums of bundled columns by group, (groups, columns), and those of resamples, (groups, RESAMPLES, columns)."""
        table = np.stack(columns, axis=1)
        if not self.n_groups:
            return np.zeros((0, len(columns))), np.zeros((0, RESAMPLES, len(columns)))
        parts = [table[a:b] for a, b in zip(self._starts, self._starts[1:])]
        drawn = [resample(part, RESAMPLES, SEED + g) for g, part in enumerate(parts)]
        return np.stack([part.sum(0) for part in parts]), np.stack(drawn)

    def ratios(self, pairs: Sequence[tuple[Floats, Floats]]) -> list[Estimate]:
        """Σ first / Σ second for pairs of values of shape (articles,); an article without either is left out of both."""
        columns = []
        for above, below in pairs:
            known = ~(np.isnan(above) | np.isnan(below))
            columns += [self.sums(np.where(known, above, 0.0)), self.sums(np.where(known, below, 0.0)), self.sums(known & (below != 0))]
        point, drawn = self.resampled(columns)
        return [
            _estimate(lambda s: ratio(s[..., 0], s[..., 1]), point[:, k : k + 3], drawn[..., k : k + 3])
            for k in range(0, 3 * len(pairs), 3)
        ]

    def at_equal_length(self, values: Floats, lengths: Floats) -> Estimate:
        """Means of values, adjusted for the logarithm of lengths (tokens)."""
        known = ~np.isnan(values) & (lengths > 0)
        y, x = np.where(known, values, 0.0), np.log(np.where(known, lengths, 1.0))
        point, drawn = self.resampled([self.sums(c) for c in (y, x, x * x, x * y, known.astype(float))])
        return _estimate(_adjusted, point, drawn)


def ratio(above: Floats, below: Floats) -> Floats:
    """A quotient, NaN where the divisor is 0."""
    quotient: Floats = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
    return quotient


def _adjusted(sums: Floats) -> Floats:
    """From sums of y, x, xx, xy and 1, groups first."""
    y, x, xx, xy, n = np.moveaxis(sums, -1, 0)
    within_xx = (xx - ratio(x * x, n)).sum(0, where=n > 0)
    within_xy = (xy - ratio(x * y, n)).sum(0, where=n > 0)
    slope = ratio(within_xy, np.where(within_xx > 1e-9 * n.sum(0), within_xx, 0.0))
    adjusted: Floats = ratio(y, n) - slope * (ratio(x, n) - ratio(x.sum(0), n.sum(0)))
    return adjusted


def _estimate(statistic: Callable[[Floats], Floats], point: Floats, drawn: Floats) -> Estimate:
    """``statistic`` is of sums whose last column counts articles."""
    value, values = statistic(point), statistic(drawn)
    n = np.rint(point[..., -1]).astype(np.int64)
    low, high = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for g in np.flatnonzero(n >= FEWEST):
        known = values[g][~np.isnan(values[g])]
        if len(known) and np.ptp(known) > 1e-9:
            low[g], high[g] = interval(known)
    return Estimate(value, low, high, n)
