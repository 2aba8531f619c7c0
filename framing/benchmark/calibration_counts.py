"""Probabilities that come with predictions: Brier score and calibration errors (:mod:`framing.metrics.calibration`), in ten bins.

A system that gives no probabilities, or not for every item, has no such scores: they are not a number then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.benchmark.measurement import Counted
from framing.metrics import calibration
from framing.metrics.spans import Floats

NAMES = ("brier", "ece_width", "ece_mass")
ERRORS = frozenset(NAMES)
Row = Sequence[float]


def calibration_counts(probabilities: Sequence[Row | None], outcomes: Sequence[Row]) -> Counted:
    """Of the probabilities of each item, ``None`` where it has none, and whether each event was true (0 or 1)."""
    rows: list[tuple[Row, Row]] = [((), ()) if p is None else (p, y) for p, y in zip(probabilities, outcomes, strict=True)]
    return where_given(Counted(calibration.table(rows), calibration.scores, {"bins": 10}), [p is not None for p in probabilities])


def where_given(counted: Counted, given: Sequence[bool]) -> Counted:
    """The same scores, but not a number as soon as something was not given for an item that counts."""
    there = np.array(given, float)[:, None]

    def scores(sums: Floats) -> dict[str, Any]:
        whole = sums[..., -2] == sums[..., -1]
        return {name: np.where(whole, value, np.nan) for name, value in counted.scores(sums[..., :-2]).items()}

    return Counted(np.hstack([counted.table, there, np.ones_like(there)]), scores, counted.fields)


def weighed(name: str, probabilities: Floats, outcomes: Floats, weights: Floats) -> Any:
    """One of these scores of items (n,) that are there as often as ``weights`` (..., n) say."""
    if np.isnan(probabilities).any() or not len(probabilities):
        return np.full(np.shape(weights)[:-1], np.nan)
    return calibration.scores(weights @ calibration.table(([p], [y]) for p, y in zip(probabilities.tolist(), outcomes.tolist())))[name]
