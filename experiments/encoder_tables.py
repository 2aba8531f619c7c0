"""The table of heads on the encoder's states in ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from experiments.markdown import Rows, cell, difference, result, table, words

FLOOR = "tfidf"


def heads() -> str:
    """All heads beside the default models."""
    floors = result("benchmark")["tasks"]
    rows: Rows = []
    for name, part in result("encoder_heads")["tasks"].items():
        task, _, where = name.partition(", ")
        rows.append((f"{name}, {words(part['score'])}", "", "default", cell(part["default"]), "", ""))
        if not where:
            rows.append(("", "", "TF-IDF", cell(floors[task]["results"]["cv"]["systems"][FLOOR]["scores"][part["score"]]), "", ""))
        for row in part["rows"]:
            less = (difference(row.get(key)) for key in ("less default", "less default, second step"))
            rows.append(("", row["encoder"], row["heads"], cell(row), *less))
    return table(("task, score", "encoder", "heads", "score", "less default", "less default, second step"), rows)
