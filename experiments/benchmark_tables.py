"""Tables that look at all tasks at once: learning curves, ablations, how far models carry, calibration, speed."""

from __future__ import annotations

from experiments.markdown import Rows, cell, difference, result, table
from framing.metrics.signature import short


def curves() -> str:
    """Scores by share of the texts."""
    rows: Rows = []
    shares: list[str] = []
    for part in result("learning_curves")["tasks"].values():
        shares = sorted(part["scores"], key=lambda share: float(share.rstrip("%")))
        for name, title in part["names"].items():
            values = (cell(part["scores"][share][name]) for share in shares)
            rows.append((part["title"], title, f"{part['texts']:,}", *values, difference(part["gain"][name])))
    header = ("task", "score", "texts", *shares, "100 % less 70 %")
    return f"{table(header, rows)}\n\n![Learning curves](results/learning_curves.svg)"


def ablations() -> str:
    """What is lost without a group of features, by the first score of a task."""
    rows: Rows = []
    for part in result("ablations")["tasks"].values():
        first = part["first"]
        title = part["names"][first]
        share = "" if part["share"] == 1 else f" ({part['share']:.0%} of the texts)"
        rows.append((part["title"] + share, f"all, {title}", cell(part["all"][first]), "", ""))
        lost = sorted(part["without"].items(), key=lambda item: item[1]["loss"][first]["difference"])
        for group, own in lost:
            rows.append(("", f"without {group}", cell(own["scores"][first]), difference(own["loss"][first]), short(own["holm"])))
    return table(("task", "features", "score", "less all", "p, Holm"), rows)


def domains() -> str:
    """Other publishers, topics, kinds of text and corpora."""
    rows: Rows = []
    for task, part in result("cross_domain")["tasks"].items():
        for row in part["rows"]:
            rows.append((f"{task}, {part['score']}", row["kind"], row["learned from"], row["scored on"], cell(row)))
    return table(("task, score", "of another ...", "learned from", "scored on", "value"), rows)


def calibration() -> str:
    """All calibration errors."""
    rows: Rows = [
        (row["probability"], row["texts"], cell(row["ece"]), "equal width" if row["bins"] == "width" else "equal mass", cell(row["brier"]))
        for row in result("calibration")["rows"]
    ]
    return table(("probability that ...", "texts", "calibration error", "bins", "Brier score"), rows)


def speed() -> str:
    """Tokens a second and scores."""
    rows: Rows = []
    for task, systems in result("speed_accuracy.volatile")["tasks"].items():
        for name, own in sorted(systems.items(), key=lambda item: -item[1]["value"]):
            rows.append((task, name, own["score"].replace("_", " ").replace("f1", "F1"), cell(own), f"{own['tokens per second']:,}"))
    return f"{table(('task', 'system', 'measure', 'score', 'tokens a second'), rows)}\n\n![Speed and accuracy](results/speed_accuracy.svg)"
