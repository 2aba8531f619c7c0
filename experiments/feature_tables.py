"""The tables on features for scikit-learn of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from experiments.markdown import Rows, cell, difference, result, table
from framing.metrics.signature import short


def scores() -> str:
    """Systems by folds, with their differences to words alone."""
    found = result("sourcing_features")
    rows: Rows = []
    for folds, systems in found["scores"].items():
        for system, own in systems.items():
            minus = found["minus words"][folds].get(system, {})
            rows.append((folds, system, cell(own["accuracy"]), cell(own["macro_f1"]), *(difference(minus.get(m)) for m in own)))
    return table(("folds", "system", "accuracy", "macro-F1", "accuracy minus words", "macro-F1 minus words"), rows)


def alone() -> str:
    """Columns by themselves."""
    found = sorted(result("sourcing_features")["alone"].items(), key=lambda item: -abs(item[1]["area"] - 0.5))
    return table(("column", "area under ROC", "articles"), [(f"`{name}`", short(own["area"]), str(own["articles"])) for name, own in found])
