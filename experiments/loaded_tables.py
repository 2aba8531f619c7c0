"""The tables on loaded language of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, difference, result, table
from framing.metrics.signature import short

NAME, FIRST, OUTLET = "loaded_language_babe", "seed 42", "by outlet"
GOALS = {FIRST: ".79", OUTLET: ".73"}
SYSTEMS = ("ours", "TF-IDF and columns", "TF-IDF")


def sentences() -> str:
    """Macro-F1 of sentences beside floors and published figures."""
    data = result(NAME)
    rows: Rows = []
    for part in ("SG2", "MBIC"):
        for way, found in data[part].items():
            if not isinstance(found, dict):
                continue
            for system in SYSTEMS:
                if system in found:
                    score = found[system]
                    folds = f"{short(score['fold mean'])} ± {short(score['fold deviation'])}"
                    less = difference(found.get("ours - TF-IDF")) if system == "ours" else ""
                    goal = GOALS.get(way, "") if (part, system) == ("SG2", "ours") else ""
                    rows.append((f"{part}, {way}", system, folds, cell(score["pooled"]["macro_f1"]), less, goal))
    rows += [("SG2, other folds", f"{name} (published)", short(value), "", "", "") for name, value in data["published"].items()]
    header = ("sentences", "system", "mean of folds", "pooled", "less TF-IDF", "goal")
    note = (
        f"BABE: {data['SG2']['sentences']:,} sentences judged by experts (SG2), {data['MBIC']['sentences']:,} by a crowd (MBIC). *Seed*: "
        "five shuffled folds with either label dealt evenly, outlets on both sides; *by outlet*: no outlet on both sides."
    )
    return f"{table(header, rows)}\n\n{note}"


def outlets() -> str:
    """Macro-F1 of each outlet, where the model has seen none of its sentences."""
    rows: Rows = [
        (name, f"{row['sentences']:,}", cell(row["macro_f1"]), cell(row["accuracy"]))
        for name, row in result(NAME)["SG2"][OUTLET]["outlets"].items()
    ]
    return table(("outlet", "sentences", "macro-F1", "accuracy"), rows)


def words() -> str:
    """F1 of tokens against the marked words."""
    data = result(NAME)["SG2"]
    rows: Rows = []
    for way in (FIRST, OUTLET):
        found = data[way]["words"]
        for side in ("loaded sentences", "all sentences"):
            rows += [(way, side, name, *(cell(score[x]) for x in ("precision", "recall", "f1"))) for name, score in found[side].items()]
    tops = " and ".join(f"{short(data[way]['words']['highest word is marked'])} ({way})" for way in (FIRST, OUTLET))
    note = f"In loaded sentences with marks, the word that the model takes for the most loaded is marked: {tops}."
    return f"{table(('folds', 'in', 'words', 'precision', 'recall', 'F1'), rows)}\n\n{note}"


def calibration() -> str:
    """Calibration error and Brier score."""
    data = result(NAME)
    rows: Rows = [
        (f"{part}, {way}", cell(found["calibration"]["ece_width"]), cell(found["calibration"]["brier"]))
        for part in ("SG2", "MBIC")
        for way, found in data[part].items()
        if isinstance(found, dict)
    ]
    return table(("sentences", "expected calibration error", "Brier score"), rows)


def plain() -> str:
    """Plain and loaded sentences of our own by the shipped models."""
    rows: Rows = [
        (model, kind, *_plain(row)) for model, kinds in result(NAME)["plain"].items() for kind, row in sorted(kinds.items(), reverse=True)
    ]
    return table(("model", "sentences of ours", "number", "called loaded", "mean probability", "lowest", "highest"), rows)


def _plain(row: dict[str, Any]) -> tuple[str, ...]:
    return str(row["sentences"]), str(row["called loaded"]), *(short(row[x]) for x in ("mean", "lowest", "highest"))
