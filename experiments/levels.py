"""How well kind, level, withholding, reason, position, relay and entity are found when the spans are given.

Gold spans of PolNeAR with the labels of ``source_levels`` and of ``wikinews_attributions``; every number has a bootstrap interval over
articles (500 draws, fixed seed). *trained* is the shipped typer, which learned from the train and enriched parts of both and is calibrated
on PolNeAR dev; *rules* are what it stands on, as they are now, *first rules* those of the first version (revision 40cbc69, kept as
numbers). Beside them: the majority class (of train) and the second
annotation pass on the same attributions. Rules and lexicons were tuned on train and enriched only; they know these articles, so that their
figures there are too good.

Reasons are compared where gold and rules both withhold; ``withheld`` gives how many attributions that is, and how many of the gold ones
have which reason. Dev has no other than "none", so its accuracy of reasons says little; the same counts on train stand beside it.

*name* is the accuracy of the names of entities (:mod:`framing.metrics.entities`).

Run ``python -m experiments.levels [--split dev|train] [--card]``; for dev it writes ``experiments/results/levels.json``. Needs the corpora
``source_levels``, ``polnear`` and ``wikinews_attributions``; a minute on one core.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing import cards
from framing.metrics import agreement, entities
from framing.quotes import find_quotes
from framing.records import LEVELS, SOURCE_KINDS, Attribution, Document, Entity
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.typer import MODELS, type_sources

CORPORA = {"polnear": "source_levels", "wikinews": "wikinews_attributions"}
SEED, DRAWS = 20261126, 500
FIELDS = ("kind", "level", "withheld", "reason", "position", "via", "entity")
Resolver = Callable[..., tuple[tuple[Attribution, ...], tuple[Entity, ...]]]
SYSTEMS: dict[str, Resolver] = {"trained": type_sources, "rules": resolve_sources}


@dataclass(frozen=True)
class Row:
    """Labels of one attribution, gold or predicted."""

    kind: str
    level: str
    withheld: bool
    reason: str
    position: bool
    via: bool
    entity: str
    name: str | None


def row(a: Attribution, entities: Sequence[Entity]) -> Row:
    """The labels of a record, gold or found."""
    entity, name = ("-", None) if a.entity is None else (str(a.entity), entities[a.entity].name)
    return Row(a.kind, a.level, a.withheld, a.reason or "-", a.position, bool(a.relays), entity, name)


def labels(document: Document) -> list[Row]:
    """Gold labels of a document."""
    return [row(a, document.entities) for a in document.attributions]


def predict(document: Document, resolver: Resolver = type_sources) -> list[Row]:
    """Labels that a system gives to the gold spans; it sees no gold label."""
    article = article_from_text(document.text)
    bare = [Attribution(a.id, a.source, a.cue, a.content, a.speech, parent=a.parent) for a in document.attributions]
    resolved, found = resolver(tokenize(article), find_quotes(article.text, article.paragraphs), bare)
    return [row(a, found) for a in resolved]


def macro_f1(gold: list[str], predicted: list[str], ignore: str | None = None) -> float:
    """Mean over the gold classes of F1, without the class ``ignore``."""
    g, p, hit = Counter(gold), Counter(predicted), Counter(a for a, b in zip(gold, predicted) if a == b)
    classes = [c for c in g if c != ignore]
    return float(np.mean([2 * hit[c] / (g[c] + p[c]) for c in classes])) if classes else float("nan")


def binary_f1(gold: list[bool], predicted: list[bool]) -> float:
    """F1 of the positive class; nan without any positive."""
    hit = sum(a and b for a, b in zip(gold, predicted))
    total = sum(gold) + sum(predicted)
    return 2 * hit / total if total else float("nan")


def entity_of(rows: list[Row]) -> list[str | None]:
    """The entity of each attribution."""
    return [None if r.entity == "-" else r.entity for r in rows]


Pairs = list[tuple[list[Row], list[Row]]]


def scores(pairs: Pairs, ignore: str | None = None) -> dict[str, float]:
    """All measures over a list of articles (gold rows, predicted rows); ``ignore`` is no class of kind and level."""
    gold = [r for g, _ in pairs for r in g]
    found = [r for _, p in pairs for r in p]

    def pick(rows: list[Row], name: str) -> list[Any]:
        return [getattr(r, name) for r in rows]

    result: dict[str, float] = {}
    for name in ("kind", "level"):
        a, b = pick(gold, name), pick(found, name)
        result[f"{name}_accuracy"] = float(np.mean([x == y for x, y in zip(a, b)]))
        result[f"{name}_macro_f1"] = macro_f1(a, b, ignore)
    result["withheld_f1"] = binary_f1(pick(gold, "withheld"), pick(found, "withheld"))
    kept = [(x.reason, y.reason) for x, y in zip(gold, found) if x.withheld and y.withheld]
    result["reason_accuracy"] = float(np.mean([x == y for x, y in kept])) if kept else float("nan")
    result["position_accuracy"] = float(np.mean([x == y for x, y in zip(pick(gold, "position"), pick(found, "position"))]))
    result["position_kappa"] = float(agreement.kappa(agreement.table(pick(gold, "position"), pick(found, "position"), (False, True))))
    result["via_f1"] = binary_f1(pick(gold, "via"), pick(found, "via"))
    sums = np.sum([entities.gold_statistics(*(entity_of(side) for side in pair)) for pair in pairs], axis=0)
    result["entity_b_cubed_f1"] = float(entities.scores(sums)["b_cubed_f1"])
    named = np.sum([entities.name_statistics(pick(g, "name"), pick(p, "name")) for g, p in pairs], axis=0)
    result["entity_name_accuracy"] = float(entities.name_scores(named)["name"])
    return result


def by_class(pairs: Pairs, name: str, values: Sequence[str]) -> dict[str, dict[str, float | int | None]]:
    """F1, gold and predicted numbers of every value of a field."""
    gold = [getattr(r, name) for g, _ in pairs for r in g]
    found = [getattr(r, name) for _, p in pairs for r in p]
    return {
        value: {
            "f1": number(binary_f1([a == value for a in gold], [b == value for b in found])),
            "gold": gold.count(value),
            "found": found.count(value),
        }
        for value in values
    }


def number(value: float) -> float | None:
    """To four digits; a measure that is not defined (the reasons of nothing withheld) is ``None``."""
    return round(float(value), 4) if np.isfinite(value) else None


def with_intervals(pairs: Pairs, measure: Callable[[Pairs], dict[str, float]] = scores) -> dict[str, Any]:
    """Scores with percentile intervals over articles."""
    rng = np.random.default_rng(SEED)
    draws: dict[str, list[float]] = defaultdict(list)
    for _ in range(DRAWS):
        sample = [pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]
        for name, value in measure(sample).items():
            draws[name].append(value)
    point = measure(pairs)
    return {
        name: {"value": number(point[name]), "interval": [number(q) for q in np.nanpercentile(draws[name], [2.5, 97.5])]} for name in point
    }


def majority(train: Iterable[Row], pairs: Pairs) -> dict[str, float | None]:
    """Scores of the most frequent value of each field, every source its own entity."""
    rows = list(train)
    common = {name: Counter(getattr(r, name) for r in rows).most_common(1)[0][0] for name in FIELDS if name != "entity"}
    guess = [(g, [Row(**common, entity=str(i), name=None) for i in range(len(g))]) for g, _ in pairs]
    return {k: number(v) for k, v in scores(guess).items()}


def keys(document: Document) -> Sequence[Any]:
    """What an attribution is the same by in both passes: the event of PolNeAR, in Wikinews cue and source."""
    if "annotator" in document.meta:
        return [(document.meta["annotator"], event) for event in document.meta["events"]]
    return [(a.cue, a.source) for a in document.attributions]


def second_pass(first: Iterable[Document], second: Iterable[Document]) -> Pairs:
    """Gold of the second pass against the first, on the attributions that both have."""
    others = {d.id: dict(zip(keys(d), labels(d))) for d in second}
    pairs: Pairs = []
    for document in first:
        at = others.get(document.id, {})
        both = [(g, at[k]) for g, k in zip(labels(document), keys(document)) if k in at]
        if both:
            pairs.append(([g for g, _ in both], [o for _, o in both]))
    return pairs


def confusion(pairs: Pairs, name: str) -> dict[str, int]:
    """Counts "gold > predicted" of the errors of a field."""
    errors = Counter(
        f"{getattr(g, name)} > {getattr(p, name)}" for a, b in pairs for g, p in zip(a, b) if getattr(g, name) != getattr(p, name)
    )
    return dict(errors.most_common(12))


def withheld_rows(pairs: Pairs) -> dict[str, int]:
    """Numbers of withheld attributions: in gold, found, in both (with the right reason among them), and of gold by reason."""
    rows = [(g, p) for a, b in pairs for g, p in zip(a, b)]
    reasons = Counter(f"gold {g.reason}" for g, _ in rows if g.withheld)
    both = [g.reason == p.reason for g, p in rows if g.withheld and p.withheld]
    counts = {"gold": sum(g.withheld for g, _ in rows), "found": sum(p.withheld for _, p in rows), "both": len(both)}
    return {**counts, "right reason": sum(both), **reasons}


def measure(corpus: str, split: str) -> dict[str, Any]:
    """All that the result says about a corpus ("polnear" or "wikinews"); only dev has a second pass."""
    name = CORPORA[corpus]
    documents = list(load(name, split))
    found: dict[str, Pairs] = {system: [(labels(d), predict(d, of)) for d in documents] for system, of in SYSTEMS.items()}
    train = (r for d in load(name, "train") for r in labels(d))
    entry: dict[str, Any] = {
        "articles": len(documents),
        "attributions": sum(len(d.attributions) for d in documents),
        **{system: with_intervals(pairs) for system, pairs in found.items()},
        "majority": majority(train, found["rules"]),
        "by kind": by_class(found["trained"], "kind", SOURCE_KINDS),
        "by level": by_class(found["trained"], "level", LEVELS),
        "kind_errors": confusion(found["trained"], "kind"),
        "level_errors": confusion(found["trained"], "level"),
        "withheld": withheld_rows(found["trained"]),
    }
    if split == "dev":
        entry["second pass"] = {k: number(v) for k, v in scores(second_pass(documents, load(name, "dev_second_pass"))).items()}
    return entry


def show(title: str, entry: dict[str, Any]) -> None:
    """Print the table of a corpus."""
    print(f"\n{title}: {entry['articles']} articles, {entry['attributions']} attributions")
    print(f"{'':24}{'trained':>8}  {'95 % interval':17}{'rules':>9}{'majority':>9}{'second pass':>13}")
    for name, cell in entry["trained"].items():
        value, low, high = ("-" if v is None else f"{v:.3f}" for v in (cell["value"], *cell["interval"]))
        others = (entry["rules"][name]["value"], *(entry.get(of, {}).get(name) for of in ("majority", "second pass")))
        rules, most, second = ("-" if v is None else f"{v:.3f}" for v in others)
        print(f"{name:24}{value:>8}  {f'[{low}, {high}]':17}{rules:>9}{most:>9}{second:>13}")
    for field in ("kind", "level"):
        print(f"{field} F1 (n) ", {k: (v["f1"], v["gold"]) for k, v in entry[f"by {field}"].items()})
        print(f"{field} errors ", entry[f"{field}_errors"])
    print("withheld    ", entry["withheld"])


def main() -> None:
    """Print, and write what is measured on dev."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    parser.add_argument("--card", action="store_true", help="write the scores on dev into the card of the shipped model")
    options = parser.parse_args()
    split, card = options.split, options.card
    parts = {"polnear": ("polnear", split), "wikinews": ("wikinews", split)}
    enriched = {"polnear enriched": ("polnear", "enriched")}
    report: dict[str, Any] = {"split": split, "seed": SEED, "draws": DRAWS, "corpora": {}}
    for name, (corpus, part) in {**parts, **(enriched if split == "train" else {})}.items():
        report["corpora"][name] = measure(corpus, part)
        show(f"{name} {split}", report["corpora"][name])
    if split == "train":
        return
    report["withheld_train"] = {}
    for name, (corpus, part) in {"polnear": ("polnear", "train"), "wikinews": ("wikinews", "train"), **enriched}.items():
        report["withheld_train"][name] = withheld_rows([(labels(d), predict(d)) for d in load(CORPORA[corpus], part)])
        print(f"withheld {name} train", report["withheld_train"][name])
    write("levels", report)
    if card:
        cards.add_scores(MODELS / "sources", card_scores(report), "levels.json")


def card_scores(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the card of the model says."""
    return {
        f"{corpus} dev, spans given": {name: [c["value"], *c["interval"]] for name, c in entry["trained"].items()}
        for corpus, entry in report["corpora"].items()
    }


if __name__ == "__main__":
    main()
