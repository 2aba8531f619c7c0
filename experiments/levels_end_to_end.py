"""How well sources are typed from raw text: extraction, entities, levels, anonymity and relays together.

The gold attributions of PolNeAR dev and Wikinews dev (as in :mod:`experiments.levels`) against those that ``framing`` finds in the text.
Attributions are matched by cue (:func:`framing.metrics.attribution.match`). Two readings, both given:

* *matched*: only pairs of gold and found attributions with the same cue; "recall" says how many of gold that is.
* *all*: what is not matched counts, too. A gold attribution that is not found is a miss of its level; one that gold does not know is a
  false alarm of its level. PolNeAR marks no attribution inside another; such ones are left out there. A gold entity that is not found has
  no name and is an entity of its own.

*trained* is the whole of ``framing.analyze``; *rules* has the same attributions, with sources resolved and typed by rule. Intervals are
bootstrapped over articles (500 draws, fixed seed).

``python -m experiments.levels_end_to_end`` -> ``experiments/results/levels_end_to_end.json``; half a minute on one core.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from experiments.data import load
from experiments.levels import CORPORA, FIELDS, SYSTEMS, Pairs, Resolver, Row, labels, number, row, scores, with_intervals
from experiments.results_file import write
from framing.attribution import extract_attributions
from framing.metrics import attribution
from framing.quotes import find_quotes
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize

NOTHING = Row("-", "-", False, "-", False, False, "-", None)  # what the other side does not have
LEFT_OUT = ("position_kappa", "reason_accuracy")


def predict(document: Document, resolver: Resolver, flat: bool) -> tuple[Pairs, Pairs]:
    """Of one article the pairs with the same cue, and all attributions of either side."""
    article = article_from_text(document.text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    resolved, entities = resolver(tokens, quotes, extract_attributions(tokens, quotes))
    found = [a for a in resolved if not flat or a.parent is None]
    gold, rows = labels(document), [row(a, entities) for a in found]
    # Entities of the two sides must not be taken for each other where one side has none.
    pairs = attribution.match([replace(a, parent=None) for a in document.attributions], [replace(a, parent=None) for a in found])
    here, there = {i for i, _ in pairs}, {j for _, j in pairs}
    matched = [(gold[i], rows[j]) for i, j in pairs]
    missed = [(gold[i], NOTHING) for i in range(len(gold)) if i not in here]
    spurious = [(NOTHING, rows[j]) for j in range(len(rows)) if j not in there]
    return [_sides(matched)], [_sides(matched + missed + spurious)]


def _sides(rows: list[tuple[Row, Row]]) -> tuple[list[Row], list[Row]]:
    return [g for g, _ in rows], [f for _, f in rows]


def measure(corpus: str) -> dict[str, Any]:
    """Both readings of both systems on dev."""
    documents = list(load(CORPORA[corpus], "dev"))
    out: dict[str, Any] = {"articles": len(documents), "attributions": sum(len(d.attributions) for d in documents)}
    for system, resolver in SYSTEMS.items():
        matched, everything = [], []
        for document in documents:
            pairs, both = predict(document, resolver, flat=corpus == "polnear")
            matched += pairs
            everything += both
        n = sum(len(g) for g, _ in matched)
        out[system] = {
            "recall": number(n / out["attributions"]),
            "found": sum(f is not NOTHING for _, found in everything for f in found),
            "matched": _kept(with_intervals(matched)),
            "all": _kept(with_intervals(everything, measure_all)),
        }
    return out


def measure_all(pairs: Pairs) -> dict[str, float]:
    """The scores of :mod:`experiments.levels` where either side may lack an attribution: macro-F1 over the classes of gold, no accuracy."""
    found = scores(pairs, ignore="-")
    return {name: value for name, value in found.items() if not name.endswith("accuracy") or name == "entity_name_accuracy"}


def _kept(table: dict[str, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in table.items() if name not in LEFT_OUT}


def main() -> None:
    """Print and write."""
    report = {"fields": list(FIELDS), "corpora": {corpus: measure(corpus) for corpus in CORPORA}}
    for corpus, entry in report["corpora"].items():
        for system in SYSTEMS:
            print(f"\n{corpus} dev, {system}: {entry['articles']} articles, recall of cues {entry[system]['recall']}")
            for reading in ("matched", "all"):
                for name, cell in entry[system][reading].items():
                    value, low, high = ("-" if v is None else f"{v:.3f}" for v in (cell["value"], *cell["interval"]))
                    print(f"  {reading:8}{name:22}{value:>6} [{low}, {high}]")
    write("levels_end_to_end", report)


if __name__ == "__main__":
    main()
