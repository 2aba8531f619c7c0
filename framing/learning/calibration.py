"""Learn what a confidence is worth: monotone maps from the probability that a model gives to the one that is observed.

Conventions
-----------
* Probabilities p that a model gave to events, outcomes y (0 or 1). A calibrator is a function of p that never decreases, into 0..1.
* *Logistic* (Platt 1999): sigmoid(slope · logit(p) + intercept), two numbers. p is first brought into [EDGE, 1 - EDGE]. The targets are
  Platt's: (N1 + 1) / (N1 + 2) for the N1 true outcomes, 1 / (N0 + 2) for the N0 false ones; so the optimum is finite even where the
  outcomes can be told apart without error. Found by Newton steps with halving (Lin, Lin & Weng 2007). The slope is not negative: where
  the likelihood wants it to be, 0 is the best that is allowed, since the likelihood is concave.
* *Isotonic* (Zadrozny & Elkan 2002): the least-squares fit among all functions that do not decrease, by pooling adjacent violators (Ayer et
  al. 1955). A pool is kept as its two ends; between pools the map is linear, outside it is constant.
* Few items, or a model that is wrong in one way only: logistic. Thousands of items: isotonic may be better, and cannot rank within a pool.
* A calibrator is fitted on documents that the model has not learned from. It is measured by :mod:`framing.metrics.calibration`.

A calibrator is kept as a dict of plain numbers, which JSON gives back bit by bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EDGE = 1e-6  # far below what a development set of some thousand items can tell from 0
_STEPS, _ENOUGH = 100, 1e-10  # of Newton's method: at most so many, until the gradient per item is so small


class Calibrator(ABC):
    """A function from probabilities to probabilities that never decreases."""

    @abstractmethod
    def __call__(self, probabilities: ArrayLike) -> Floats:
        """Calibrated probabilities, of the same shape."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, with the kind of calibrator under ``kind``."""

    @staticmethod
    def from_dict(numbers: Mapping[str, Any]) -> Calibrator:
        """The calibrator that :meth:`to_dict` described. Raises ``ValueError`` if it is none."""
        try:
            if numbers["kind"] == "logistic":
                return Logistic(float(numbers["slope"]), float(numbers["intercept"]))
            if numbers["kind"] == "isotonic":
                return Isotonic(tuple(map(float, numbers["given"])), tuple(map(float, numbers["observed"])))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no calibrator: {numbers!r}") from error
        raise ValueError(f"calibrator {numbers['kind']!r} is neither logistic nor isotonic")


@dataclass(frozen=True, slots=True)
class Logistic(Calibrator):
    """sigmoid(slope · logit(p) + intercept). Raises ``ValueError`` if the slope is negative or a number not finite."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (0 <= self.slope < np.inf and np.isfinite(self.intercept)):
            raise ValueError(f"slope {self.slope}, intercept {self.intercept}: not finite, or decreasing")

    def __call__(self, probabilities: ArrayLike) -> Floats:
        return _sigmoid(self.slope * _logit(probabilities) + self.intercept)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "logistic", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True, slots=True)
class Isotonic(Calibrator):
    """Linear between breakpoints (``given``, ``observed``).

    Raises ``ValueError`` if ``given`` does not increase, ``observed`` decreases or leaves 0..1, or they are not equally many.
    """

    given: tuple[float, ...]
    observed: tuple[float, ...]

    def __post_init__(self) -> None:
        x, y = np.array(self.given), np.array(self.observed)
        if x.shape != y.shape or not x.size:
            raise ValueError(f"{x.size} and {y.size} breakpoints")
        if not (np.isfinite(x).all() and (np.diff(x) > 0).all() and (np.diff(y) >= 0).all() and 0 <= y[0] <= y[-1] <= 1):
            raise ValueError("the breakpoints are not those of a function that never decreases, into 0..1")

    def __call__(self, probabilities: ArrayLike) -> Floats:
        p, x, y = np.asarray(probabilities, np.float64), np.array(self.given), np.array(self.observed)
        # A rounding error of the interpolation may not rise above the next breakpoint.
        following = y[np.minimum(np.searchsorted(x, p, side="right"), len(x) - 1)]
        return np.asarray(np.minimum(np.interp(p, x, y), following))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "isotonic", "given": list(self.given), "observed": list(self.observed)}


def fit_logistic(probabilities: ArrayLike, outcomes: ArrayLike) -> Logistic:
    """Platt's calibrator (Platt 1999).

    Parameters
    ----------
    probabilities, outcomes : arrays (items,)

    Returns
    -------
    Logistic

    Raises
    ------
    ValueError
        If there are no items, they are not equally many, a probability is outside 0..1 or an outcome neither 0 nor 1.
    """
    p, y = _items(probabilities, outcomes)
    x = _logit(p)
    true = y.sum()
    target = np.where(y == 1, (true + 1) / (true + 2), 1 / (len(y) - true + 2))
    flat = Logistic(0.0, float(_logit(target.mean())))
    middle, spread = x.mean(), x.std()
    if spread < 1e-9:  # one probability only: nothing to learn a slope from
        return flat
    z = np.stack([(x - middle) / spread, np.ones_like(x)], axis=1)  # steps are well-conditioned on a standard scale
    slope, intercept = _newton(z, target)
    if slope <= 0:
        return flat
    return Logistic(float(slope / spread), float(intercept - slope * middle / spread))


def _newton(z: Floats, target: Floats) -> Floats:
    """Coefficients (2,) that minimise the mean cross-entropy of sigmoid(z @ coefficients) and the targets."""

    def loss(coefficients: Floats) -> float:
        score = z @ coefficients
        return float((np.logaddexp(0, score) - target * score).mean())

    at = np.zeros(2)
    now = loss(at)
    for _ in range(_STEPS):
        probability = _sigmoid(z @ at)
        gradient = z.T @ (probability - target) / len(z)
        if np.abs(gradient).max() < _ENOUGH:
            break
        curve = (z.T * (probability * (1 - probability))) @ z / len(z) + 1e-12 * np.eye(2)
        step = np.linalg.solve(curve, gradient)
        size = 1.0
        while (then := loss(at - size * step)) > now and size > _ENOUGH:
            size /= 2
        at, now = at - size * step, then
    return at


def fit_isotonic(probabilities: ArrayLike, outcomes: ArrayLike) -> Isotonic:
    """The isotonic calibrator (Zadrozny & Elkan 2002).

    Parameters
    ----------
    probabilities, outcomes : arrays (items,)

    Returns
    -------
    Isotonic

    Raises
    ------
    ValueError
        If there are no items, they are not equally many, a probability is outside 0..1 or an outcome neither 0 nor 1.
    """
    p, y = _items(probabilities, outcomes)
    given, place = np.unique(p, return_inverse=True)
    items, true = np.bincount(place), np.bincount(place, y)
    pools: list[tuple[int, int, int, int]] = []  # first and last value, true outcomes, items
    for i, pool in enumerate(zip(true.astype(np.int64).tolist(), items.tolist())):
        begin, (hits, n) = i, pool
        # Shares are compared as products of whole numbers, which are exact.
        while pools and pools[-1][2] * n >= hits * pools[-1][3]:
            begin, _, before, size = pools.pop()
            hits, n = hits + before, n + size
        pools.append((begin, i, hits, n))
    ends = [(k, hits / n) for begin, end, hits, n in pools for k in sorted({begin, end})]
    return Isotonic(tuple(float(given[k]) for k, _ in ends), tuple(share for _, share in ends))


def _items(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    from framing.metrics.calibration import validate  # here, since whoever only applies a calibrator needs no metrics

    p, y = validate(probabilities, outcomes)
    if not len(p):
        raise ValueError("a calibrator cannot be fitted without items")
    return np.asarray(p, np.float64), np.asarray(y, np.float64)


def _logit(probabilities: ArrayLike) -> Floats:
    p = np.clip(np.asarray(probabilities, np.float64), EDGE, 1 - EDGE)
    return np.asarray(np.log(p) - np.log1p(-p))


def _sigmoid(score: Floats) -> Floats:
    small = np.exp(-np.abs(score))  # never overflows
    return np.asarray(np.where(score >= 0, 1, small) / (1 + small))
