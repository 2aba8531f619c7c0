"""The tables on sources, the index and the rating of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, cell_or_value, difference, result, table, words
from framing.metrics.signature import short

SYSTEMS = ("trained", "rules")
# What the rules of the first version gave on dev (revision 40cbc69), and what we set out to reach.
FIRST = {
    "polnear": {
        "kind_accuracy": 0.907, "kind_macro_f1": 0.789, "level_accuracy": 0.881, "level_macro_f1": 0.638, "withheld_f1": 0.656,
        "position_accuracy": 0.721, "via_f1": 0.355, "entity_b_cubed_f1": 0.907, "entity_name_accuracy": 0.646,
    },
    "wikinews": {
        "kind_accuracy": 0.865, "kind_macro_f1": 0.607, "level_accuracy": 0.857, "level_macro_f1": 0.775, "withheld_f1": 0.696,
        "position_accuracy": 0.702, "via_f1": 0.718, "entity_b_cubed_f1": 0.932,
    },
}  # fmt: skip
GOALS = {"polnear": {"kind_accuracy": 0.93, "level_accuracy": 0.92, "level_macro_f1": 0.78, "via_f1": 0.75, "entity_b_cubed_f1": 0.85}}
GOALS_FROM_TEXT = {"polnear": {"level_macro_f1": 0.65, "withheld_f1": 0.60}}
GOALS_OF_RATING = {"all": (0.62, 0.60), "polnear": (0.58, None), "general": (0.52, None)}


def scored(score: Any) -> str:
    """A score with its interval, or alone where some resample did not have it."""
    if isinstance(score, dict) and None in (score.get("interval") or ()):
        score = score["value"]
    return cell_or_value(score)


def levels() -> str:
    """Kinds, levels and entities on gold spans, beside rules, majority and second pass."""
    rows: Rows = []
    for corpus, part in result("levels")["corpora"].items():
        for measure in part["trained"]:
            cells = [scored(part[system].get(measure)) for system in (*SYSTEMS, "majority", "second pass")]
            beside = (cell_or_value(known.get(corpus, {}).get(measure)) for known in (FIRST, GOALS))
            rows.append((f"{corpus} dev", measure.replace("_", " "), *cells[:2], *beside, *cells[2:]))
    return table(("corpus", "measure", "trained", "rules", "first rules", "goal", "majority", "second pass"), rows)


def classes() -> str:
    """F1 and number of every kind and level."""
    rows: Rows = []
    for corpus, part in result("levels")["corpora"].items():
        for field in ("kind", "level"):
            for value, found in part[f"by {field}"].items():
                score = scored({**found, "value": found["f1"]})
                rows.append((f"{corpus} dev", field, value, str(found["gold"]), str(found["found"]), score))
    return table(("corpus", "field", "value", "gold", "found", "F1"), rows)


def end_to_end() -> str:
    """The same from raw text, for attributions with the right cue, and for all."""
    rows: Rows = []
    for corpus, part in result("levels_end_to_end")["corpora"].items():
        for reading in ("matched", "all"):
            for measure in part["trained"][reading]:
                cells = (scored(part[system][reading].get(measure)) for system in SYSTEMS)
                goal = cell_or_value(GOALS_FROM_TEXT.get(corpus, {}).get(measure))
                rows.append((f"{corpus} dev", reading, measure.replace("_", " "), *cells, goal))
    return table(("corpus", "attributions", "measure", "trained", "rules", "goal"), rows)


def withheld() -> str:
    """F1 of withheld identities, cross-validated."""
    data = result("withheld")
    rows: Rows = []
    for group, part in data["groups"].items():
        shown = (cell(part[system]["withheld_f1"]) for system in SYSTEMS)
        rows.append((group, str(part["articles"]), str(part["trained"]["gold"]), *shown))
    note = f"Second annotation pass on dev: {short(data['second pass, dev'])}."
    parts = (f"{view}: {', '.join(f'{n} {outcome}' for outcome, n in counts.items())}" for view, counts in data["errors"].items())
    errors = f"What goes wrong, by what gold says of the source, its mention and the rules: {'; '.join(parts)}."
    return f"{table(('articles', 'number', 'withheld', 'trained', 'rules'), rows)}\n\n{note} The goal was .78 over all.\n\n{errors}"


def calibration() -> str:
    """What the confidences are worth."""
    rows: Rows = []
    for corpus, fields in result("levels_calibration").items():
        for field, part in fields.items():
            rows.append((corpus, field, *(cell(part[of][m]) for m in ("ece_mass", "brier") for of in ("calibrated", "raw"))))
    return table(("corpus", "field", "calibration error", "uncalibrated", "Brier score", "uncalibrated"), rows)


def fidelity() -> str:
    """The index of predicted attributions beside that of gold ones."""
    data = result("fidelity")
    rows: Rows = []
    for name, part in data["fidelity"].items():
        bar, ceiling = data["bars"].get(name, {}), data["ceiling"].get(name, {})
        limits = f"{short(part['lower_limit']['value'])} to {short(part['upper_limit']['value'])}"
        shown = (cell(part["spearman"]), cell(part["mae"]), cell_or_value(part.get("floor_mae")), cell(part["bias"]), limits)
        rows.append((name, *shown, *(" / ".join(short(x[m]) for m in ("spearman", "mae") if m in x) for x in (bar, ceiling))))
    return table(("PolNeAR dev", "Spearman", "MAE", "MAE of the mean", "bias", "limits of agreement", "bar", "ceiling"), rows)


def rating() -> str:
    """The rater beside index, length, words and the second rater."""
    data = result("rating")
    rows: Rows = []
    for system, parts in data["scores"].items():
        for corpus, measures in parts.items():
            goals = GOALS_OF_RATING[corpus] if system == "rater" else (None, None)
            shown = [cell(measures[m]) for m in ("spearman", "mae", "quadratic_kappa")]
            if system == "mean":
                shown[0] = "-"  # the means of the parts differ, and their order says nothing
            rows.append((system, corpus, *shown, *map(cell_or_value, goals)))
    for corpus, measures in data["rater minus index"].items():
        rows.append(("rater minus index", corpus, *(difference(measures[m]) for m in ("spearman", "mae")), "", "", ""))
    return table(("system", "articles", "Spearman", "MAE", "quadratic kappa", "goal, Spearman", "goal, MAE"), rows)


def index() -> str:
    """The index and its components beside an editor's ratings."""
    data = result("transparency")
    rows: Rows = []
    for pair, found in data["dev"]["correlations"].items():
        if "spearman" not in found:
            continue  # a difference of two correlations
        both = (data[split]["correlations"][pair] for split in ("train", "dev"))
        rows.append((words(pair), *(cell({"value": c["spearman"], "interval": c["interval"]}) for c in both)))
    return table(("gold attributions ~ rating, Spearman", "train", "dev"), rows)
