"""The tables of ``experiments/README.md``, made from ``experiments/results/*.json``.

    python -m experiments.tables [--check]

With ``--check`` nothing is written, and the exit code is 1 if the file does not say what the results say. Published figures stand in a
column of their own: most were measured on test parts, which are kept for the final evaluation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from framing.metrics.signature import short

HERE = Path(__file__).parent
README = HERE / "README.md"
BEGIN, END = "<!-- tables: made by python -m experiments.tables -->", "<!-- end of tables -->"
PUBLISHED = "published, cofenet test, exact F1 of source, cue, content"

# Measured on the same articles with CoreNLP parses in November 2026: GenderGapTracker, textacy 0.13 by paragraph, CoreNLP.
BEST_PEER = {
    "tokens_all_f1": (0.673, "GenderGapTracker"),
    "tokens_direct_f1": (0.967, "CoreNLP"),
    "span_direct_f1": (0.712, "GenderGapTracker"),
    "span_indirect_f1": (0.346, "GenderGapTracker"),
    "span_all_f1": (0.484, "GenderGapTracker"),
    "end_to_end_direct_f1": (0.567, "textacy"),
    "end_to_end_all_f1": (0.406, "GenderGapTracker"),
}

Rows = list[tuple[str, ...]]


def result(name: str) -> Any:
    """A results file."""
    return json.loads((HERE / "results" / f"{name}.json").read_text(encoding="utf-8"))


def cell(score: dict[str, Any] | None) -> str:
    """A score with its interval."""
    if score is None:
        return ""
    low, high = score["interval"]
    return f"{short(score['value'])} [{short(low)}, {short(high)}]"


def table(header: tuple[str, ...], rows: Rows) -> str:
    """A Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cofenet() -> str:
    """Exact F1 on CofeNet's tokens beside the published rows."""
    data = result("attribution")
    ours = data["results"]["cofenet_valid"]["cofenet"]
    rows: Rows = [("framing, rules", *(cell(ours[f"{role}_exact_f1"]) for role in ("source", "cue", "content")), "", "", "")]
    for system, values in sorted(data[PUBLISHED].items(), key=lambda item: item[1][0]):
        rows.append((system, "", "", "", *("" if v is None else short(v) for v in values)))
    header = ("system", "source, valid", "cue, valid", "content, valid", "source, test", "cue, test", "content, test")
    return table(header, rows)


def attributions() -> str:
    """Attribution scores, floors and ceilings."""
    data = result("attribution")
    columns = {"polnear_dev": "PolNeAR dev", "wikinews_dev": "Wikinews dev"}
    ceilings = {name.split(",")[0]: scores for name, scores in data["ceiling"].items()}
    above = {"polnear_dev": ceilings["polnear train"], "wikinews_dev": ceilings["wikinews dev"]}
    rows: Rows = []
    for measure in data["results"]["wikinews_dev"]["attribution"]:
        line = [measure.replace("_", " ")]
        for key in columns:
            line += [cell(data["results"][key]["attribution"].get(measure)), cell(above[key].get(measure))]
        rows.append(tuple(line))
    header = ("measure", "PolNeAR dev", "second annotator, 16 train articles", "Wikinews dev", "second pass, 12 dev articles")
    return table(header, rows)


def end_to_end() -> str:
    """The peers' measure, beside a one-line pattern and the best peer."""
    data = result("attribution")["results"]
    rows: Rows = []
    for measure in data["polnear_dev"]["end to end"]:
        floor = data["polnear_dev"]["end to end, floor"].get(measure)
        peer, name = BEST_PEER[measure]
        shown = (cell(data["polnear_dev"]["end to end"][measure]), cell(floor), f"{short(peer)} ({name})")
        rows.append((measure.replace("_", " "), *shown, cell(data["wikinews_dev"]["end to end"].get(measure))))
    return table(("measure", "PolNeAR dev", "one-line regex", "best peer there", "Wikinews dev"), rows)


def sentences() -> str:
    """Sentence ends beside other splitters."""
    data = result("reading")["sentence ends"]
    systems = list(next(iter(data.values()))["systems"])
    rows: Rows = [
        (
            corpus,
            *(cell({"value": part["systems"][s]["inner"]["f1"], "interval": part["systems"][s]["inner"]["interval"]}) for s in systems),
        )
        for corpus, part in data.items()
    ]
    return table(("corpus", *systems), rows)


def hedges() -> str:
    """Uncertain sentences, beside floors and published figures."""
    data = result("hedging")
    profiles = {"conll wiki train": "conll-wiki", "conll bio train": "bio"}
    sets = {"conll wiki train": "conll wiki eval", "conll bio train": "conll bio eval"}
    rows: Rows = []
    for corpus, floor in data["floors"]["corpora"].items():
        rules = data["corpora"][corpus][profiles.get(corpus, "szeged")]
        shown, learned = (cell({"value": r["f1"], "interval": r["f1_interval"]}) for r in (rules["any"], floor["tf-idf, frequent"]))
        there = [row for row in data["published"] if row["set"] == sets.get(corpus)]
        others = "; ".join(f"{row['system'].split(',')[0]} {short(row['f1'])}" for row in there)
        rows.append((corpus, shown, short(rules["plain"]["f1"]), learned, short(floor["all uncertain"]["f1"]), others))
    header = ("corpus", "rules", "same words, no context", "TF-IDF, cross-validated", "all uncertain", "published, evaluation part")
    return f"{table(header, rows)}\n\nThe rules' figures are in-sample on all but news: on CoNLL wiki they are no better than TF-IDF."


def levels() -> str:
    """Kinds, levels and entities on gold spans, beside majority and second pass."""
    rows: Rows = []
    for corpus, part in result("levels")["corpora"].items():
        for measure in part["rules"]:
            cells = (cell_or_value(part[system].get(measure)) for system in ("rules", "majority", "second pass"))
            rows.append((f"{corpus} dev", measure.replace("_", " "), *cells))
    return table(("corpus", "measure", "rules", "majority", "second pass"), rows)


def cell_or_value(score: Any) -> str:
    """A score as it stands: with its interval, alone, or not there."""
    if isinstance(score, dict):
        return "" if score["value"] is None else cell(score) if score.get("interval") else short(score["value"])
    return "" if score is None else short(score)


def index() -> str:
    """The index and its components beside an editor's ratings."""
    data = result("transparency")
    rows: Rows = []
    for pair, found in data["dev"]["correlations"].items():
        if "spearman" not in found:
            continue  # a difference of two correlations
        both = (data[split]["correlations"][pair] for split in ("train", "dev"))
        rows.append((pair, *(cell({"value": c["spearman"], "interval": c["interval"]}) for c in both)))
    return table(("gold attributions ~ rating, Spearman", "train", "dev"), rows)


SECTIONS = {
    "Attribution, exact F1 on CofeNet's tokens of PolNeAR": (cofenet, "attribution"),
    "Attribution, whole": (attributions, "attribution"),
    "Attribution, by content and speaker, as the peers are measured, F1": (end_to_end, "attribution"),
    "Sources: kinds, levels, entities, on gold spans": (levels, "levels"),
    "Transparency index": (index, "transparency"),
    "Uncertain sentences, F1": (hedges, "hedging"),
    "Sentence ends, F1": (sentences, "reading"),
}


def text() -> str:
    """All tables."""
    parts = [f"### {title}\n\n`python -m experiments.{command}`\n\n{make()}" for title, (make, command) in SECTIONS.items()]
    return "\n\n".join(parts)


def main() -> int:
    """Write the tables, or check them."""
    old = README.read_text(encoding="utf-8")
    head, rest = old.split(BEGIN)
    new = f"{head}{BEGIN}\n\n{text()}\n\n{END}{rest.split(END)[1]}"
    if "--check" in sys.argv:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
