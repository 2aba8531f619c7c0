"""How well sources are typed from raw text: extraction, entities, levels, anonymity and relays together.

The gold attributions of PolNeAR dev and Wikinews dev (as in :mod:`experiments.levels`) against those that ``framing`` finds in the text.
Attributions are matched by cue (:func:`framing.metrics.attribution.match`). Two readings, both given:

* *matched*: only pairs of gold and found attributions with the same cue; "recall" says how many of gold that is.
* *all*: what is not matched counts, too. A gold attribution that is not found is a miss of its level; one that gold does not know is a
  false alarm of its level. PolNeAR marks no attribution inside another; such ones are left out there. A gold entity that is not found has
  no name and is an entity of its own.

*trained* is the whole of ``framing.analyze``; *rules* has the same attributions, with sources resolved and typed by rule. What is matched
is measured as in the benchmark, and so are entities of both readings; the labels of *all* by F1 over the classes of gold. Intervals are
bootstrapped over articles (1,000 resamples, seed 0); a score that some resample does not have has none. The sum of the data in signatures
is that of all gold attributions.

``python -m experiments.levels_end_to_end`` -> ``experiments/results/levels_end_to_end.json``; half a minute on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.data import load
from experiments.levels import CORPORA, FIELDS, SHOWN, SYSTEMS, Pairs, Resolver, Row, labels, number, row, scored, shown, whole
from experiments.results_file import write
from framing.attribution import extract_attributions
from framing.benchmark.measurement import Counted, joined
from framing.metrics import agreement, attribution
from framing.metrics.spans import Floats, ratio
from framing.quotes import find_quotes
from framing.records import LEVELS, SOURCE_KINDS, Document
from framing.text import article_from_text
from framing.tokens import tokenize

NO_LABEL = "-"
NOTHING = Row(NO_LABEL, NO_LABEL, False, False)  # what the other side does not have
MATCHED = tuple(name for name in SHOWN if name not in ("position_kappa", "reason_accuracy"))
ALL = tuple(name for name in MATCHED if not name.endswith("accuracy") or name.startswith("entity"))  # a miss is right of nothing


def predict(document: Document, resolver: Resolver, flat: bool) -> tuple[Pairs, Pairs]:
    """Of one article the pairs with the same cue, and all attributions of either side."""
    article = article_from_text(document.text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    resolved, entities = resolver(tokens, quotes, extract_attributions(tokens, quotes))
    found = [a for a in resolved if not flat or a.parent is None]
    gold, rows = labels(document), [row(a, entities) for a in found]
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
        signed: dict[str, Any] = {"spans": "found", "match": "cue"}
        every = scored(corpus, "dev", whole(documents), everything, system, all_counts(everything), reading="all", **signed)
        out[system] = {
            "recall": number(n / out["attributions"]),
            "found": sum(f is not NOTHING for _, found in everything for f in found),
            "matched": shown(scored(corpus, "dev", whole(documents), matched, system, reading="matched", **signed), MATCHED),
            "all": shown(every, ALL),
        }
    return out


def all_counts(pairs: Pairs) -> Counted:
    """Labels where either side may lack an attribution: mean F1 over the classes of gold, F1 of what is withheld or relayed."""
    parts = [
        _labels(pairs, "kind", SOURCE_KINDS),
        _labels(pairs, "level", LEVELS),
        _yes_or_no(pairs, "withheld", lambda r: r.withheld),
        _yes_or_no(pairs, "via", lambda r: bool(r.via)),
    ]
    return joined([("", counted, None) for counted in parts], {})


def _labels(pairs: Pairs, field: str, classes: Sequence[str]) -> Counted:
    codes = (*classes, NO_LABEL)
    tables = [agreement.table([getattr(r, field) for r in gold], [getattr(r, field) for r in found], codes) for gold, found in pairs]

    def scores(sums: Floats) -> dict[str, Floats]:
        t = sums.reshape(*sums.shape[:-1], len(codes), len(codes))
        f1 = ratio(2 * np.diagonal(t, axis1=-2, axis2=-1), t.sum(-1) + t.sum(-2))[..., :-1]
        there = t.sum(-1)[..., :-1] > 0
        return {f"{field}_macro_f1": _share((f1 * there).sum(-1), there.sum(-1))}

    return Counted(np.array(tables, float).reshape(-1, len(codes) ** 2), scores)


def _yes_or_no(pairs: Pairs, name: str, of: Callable[[Row], bool]) -> Counted:
    rows = [(sum(of(g) and of(f) for g, f in zip(gold, found)), sum(map(of, gold)) + sum(map(of, found))) for gold, found in pairs]
    return Counted(np.array(rows, float).reshape(-1, 2), lambda sums: {f"{name}_f1": _share(2 * sums[..., 0], sums[..., 1])})


def _share(above: Floats, below: Floats) -> Floats:
    """A share, of nothing not a number."""
    return np.where(below > 0, ratio(above, below), np.nan)


def main() -> None:
    """Print and write."""
    report: dict[str, Any] = {"fields": list(FIELDS), "corpora": {corpus: measure(corpus) for corpus in CORPORA}}
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
