"""The tables on hyperpartisan argumentation of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, difference, result, table
from framing.metrics.signature import short

SHOWN = ("ours", "ours, fixed", "tf-idf, raw", "tf-idf", "majority")
GOAL = {"family": ".80 (.77)", "host": "", "plain": "(.80)"}  # what we set out to reach, and in brackets the floors that were known then


def _sources(found: dict[str, Any], measure: str) -> str:
    """The interval over sources."""
    low, high = found["sources"][measure]["interval"]
    return f"[{short(low)}, {short(high)}]"


def scores() -> str:
    """Systems by the groups that folds keep together."""
    rows: Rows = []
    for folds, systems in result("hyperpartisan")["scores"].items():
        for system in SHOWN:
            own = systems[system]
            accuracy = f"{cell(own['articles']['accuracy'])} {_sources(own, 'accuracy')}"
            goal = GOAL.get(folds, "") if system == "ours" else ""
            rows.append((folds, system, accuracy, cell(own["articles"]["macro_f1"]), cell(own["articles"]["area"]), goal))
    return table(("folds", "system", "accuracy [articles] [sources]", "macro-F1", "area under ROC", "goal (floor)"), rows)


def gains() -> str:
    """Accuracy beside the floors, paired."""
    rows: Rows = []
    for folds, systems in result("hyperpartisan")["minus floor"].items():
        for floor, units in systems["ours"].items():
            rows.append((folds, floor, difference(units["articles"]), difference(units["sources"])))
    return table(("folds", "floor", "ours minus floor, by articles", "by sources"), rows)


def calibration() -> str:
    """What the probabilities are worth."""
    found = result("hyperpartisan")["calibration"]
    rows: Rows = [(folds, *(cell(own["ours"][name]) for name in ("ece_width", "ece_mass", "brier"))) for folds, own in found.items()]
    return table(("folds", "calibration error, equal width", "equal mass", "Brier score"), rows)


def parts() -> str:
    """What each part of the features gives: accuracy and area."""
    found = result("hyperpartisan")["parts"]
    names = list(next(iter(found.values())))
    rows: Rows = [(part, *(f"{short(own[part]['accuracy'])} / {short(own[part]['area'])}" for own in found.values())) for part in names]
    return table(("features", *found), rows)
