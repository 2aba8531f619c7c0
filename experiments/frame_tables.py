"""The tables on frames of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, difference, result, table
from framing.metrics.signature import short

MEASURES = ("micro_f1", "macro_f1", "primary")
SYSTEMS = ("ours", "ours, full weights", "TF-IDF and regression", "lexicon alone", "majority", "second pass")
# What we set out to reach, by outlet.
GOALS = {"policy": {"micro_f1": ".76", "macro_f1": ".60", "primary": ".66"}, "generic": {}}
HEADER = ("articles held out", "system", "micro-F1", "macro-F1", "primary frame")


def _systems(task: str) -> str:
    data = result("frames")
    rows: Rows = []
    for folds in ("outlets", "outlets, seed 1", "outlets, seed 2", "topics"):
        scores = data[folds][task]["scores"]
        for system in SYSTEMS:
            if system in scores and (folds == "outlets" or system == "ours"):
                rows.append((folds, system, *(cell(scores[system].get(m)) for m in MEASURES)))
    goal = GOALS[task]
    if goal:
        rows.append(("outlets", "goal", *(goal[m] for m in MEASURES)))
    floor = data["outlets"][task]["ours minus floor"]
    rows.append(("outlets", "ours minus TF-IDF and regression", *(difference(floor.get(m)) for m in MEASURES)))
    if task == "policy":
        return table(HEADER, rows)
    return table(HEADER[:-1], [row[:-1] for row in rows])


def policy() -> str:
    """Policy frames beside floors and ceiling."""
    return _systems("policy")


def generic() -> str:
    """Generic frames beside floors and ceiling."""
    return _systems("generic")


def frames() -> str:
    """Every frame."""
    data = result("frames")["outlets"]
    rows: Rows = []
    for task in ("policy", "generic"):
        for code in result("frames")["codes"][task]:
            part = data[task]["frames"][code]
            own: dict[str, Any] = part["ours"]
            rows.append(
                (
                    f"{task} {code}" + (" (experimental)" if part["experimental"] else ""),
                    str(part["n"]),
                    *(short(own[m]["value"]) for m in ("precision", "recall")),
                    *(cell(part[s]["f1"]) for s in ("ours", "TF-IDF and regression", "lexicon alone", "second pass")),
                    short(part["ece"]),
                )
            )
    header = (
        "frame",
        "articles",
        "precision",
        "recall",
        "F1",
        "TF-IDF and regression",
        "lexicon alone",
        "second pass",
        "calibration error",
    )
    return table(header, rows)


def topics() -> str:
    """The primary frame within topics."""
    data = result("frames")
    rows: Rows = []
    for folds in ("outlets", "topics"):
        own = data[folds]["primary"]["within topic"]
        names = ("ours", "topic's majority", "second pass")
        rows.append((f"all {own['articles']}, {folds} held out", *(cell(own["scores"][name]) for name in names)))
    for topic, part in data["outlets"]["primary"]["within topic"]["topics"].items():
        rows.append(
            (f"{topic} ({part['n']}), outlets held out", *(short(part[name]) for name in ("ours", "topic's majority", "second pass")))
        )
    return table(("articles", "ours", "topic's most frequent frame", "second pass"), rows)


def calibration() -> str:
    """What the probabilities are worth."""
    rows: Rows = []
    for folds in ("outlets", "topics"):
        data = result("frames")[folds]
        for name, part in (("policy frames", data["policy"]), ("generic frames", data["generic"]), ("the primary frame", data["primary"])):
            scores = part["calibration"]
            rows.append((folds, name, *(cell(scores[m]) for m in ("brier", "ece_width", "ece_mass"))))
    return table(("articles held out", "probability of", "Brier score", "calibration error, equal width", "equal mass"), rows)
