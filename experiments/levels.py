"""How well kind, level, withholding, reason, position, relay and entity are found when the spans are given.

Gold spans of PolNeAR with the labels of ``source_levels`` and of ``wikinews_attributions``; every number has a bootstrap interval over
articles (500 draws, fixed seed). Beside it: the majority class (of train) and the second annotation pass on the same attributions. Rules
and lexicons were tuned on train and enriched only.

Reasons are compared where gold and rules both withhold; ``withheld`` gives how many attributions that is, and how many of the gold ones
have which reason. Dev has no other than "none", so its accuracy of reasons says little; the same counts on train stand beside it.

Run ``python -m experiments.levels [--split dev|train]``; for dev it writes ``experiments/results/levels.json``. Needs the corpora
``source_levels``, ``polnear`` and ``wikinews_attributions``; half a minute on one core.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data import load
from framing.metrics import entities
from framing.quotes import find_quotes
from framing.records import Attribution, Document
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

RESULTS = Path(__file__).parent / "results" / "levels.json"
CORPORA = {"polnear": "source_levels", "wikinews": "wikinews_attributions"}
SEED, DRAWS = 20261126, 500
FIELDS = ("kind", "level", "withheld", "reason", "position", "via", "entity")


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


def row(a: Attribution) -> Row:
    """The labels of a record, gold or found."""
    return Row(a.kind, a.level, a.withheld, a.reason or "-", a.position, bool(a.relays), "-" if a.entity is None else str(a.entity))


def labels(document: Document) -> list[Row]:
    """Gold labels of a document."""
    return [row(a) for a in document.attributions]


def predict(document: Document) -> list[Row]:
    """Labels that the rules give to the gold spans; they see no gold label."""
    article = article_from_text(document.text)
    bare = [Attribution(a.id, a.source, a.cue, a.content, a.speech, parent=a.parent) for a in document.attributions]
    resolved, _entities = resolve_sources(tokenize(article), find_quotes(article.text, article.paragraphs), bare)
    return [row(a) for a in resolved]


def macro_f1(gold: list[str], predicted: list[str]) -> float:
    """Mean over the gold classes of F1."""
    g, p, hit = Counter(gold), Counter(predicted), Counter(a for a, b in zip(gold, predicted) if a == b)
    return float(np.mean([2 * hit[c] / (g[c] + p[c]) for c in g])) if g else float("nan")


def binary_f1(gold: list[bool], predicted: list[bool]) -> float:
    """F1 of the positive class; nan without any positive."""
    hit = sum(a and b for a, b in zip(gold, predicted))
    total = sum(gold) + sum(predicted)
    return 2 * hit / total if total else float("nan")


def kappa(gold: list[Any], predicted: list[Any]) -> float:
    """Cohen's kappa (1960)."""
    n = len(gold)
    agree = sum(a == b for a, b in zip(gold, predicted)) / n
    g, p = Counter(gold), Counter(predicted)
    chance = sum(g[c] * p[c] for c in g) / n**2
    return (agree - chance) / (1 - chance) if chance < 1 else float("nan")


def b_cubed(gold: list[str], predicted: list[str]) -> tuple[float, ...]:
    """Counts of an article for ``entities.scores``, over the items to which gold gives an entity; "-" is no entity.

    A predicted "-" is an entity of its own, and precision is the mean over the items of gold too.
    """
    own = [i if b == "-" else b for i, b in enumerate(predicted)]
    items, _, recall, precision = entities.statistics([None if a == "-" else a for a in gold], own)
    return items, items, recall, precision


Pairs = list[tuple[list[Row], list[Row]]]


def scores(pairs: Pairs) -> dict[str, float]:
    """All measures over a list of articles (gold rows, predicted rows)."""
    gold = [r for g, _ in pairs for r in g]
    found = [r for _, p in pairs for r in p]

    def pick(rows: list[Row], name: str) -> list[Any]:
        return [getattr(r, name) for r in rows]

    result: dict[str, float] = {}
    for name in ("kind", "level"):
        a, b = pick(gold, name), pick(found, name)
        result[f"{name}_accuracy"] = float(np.mean([x == y for x, y in zip(a, b)]))
        result[f"{name}_macro_f1"] = macro_f1(a, b)
    result["withheld_f1"] = binary_f1(pick(gold, "withheld"), pick(found, "withheld"))
    kept = [(x.reason, y.reason) for x, y in zip(gold, found) if x.withheld and y.withheld]
    result["reason_accuracy"] = float(np.mean([x == y for x, y in kept])) if kept else float("nan")
    result["position_accuracy"] = float(np.mean([x == y for x, y in zip(pick(gold, "position"), pick(found, "position"))]))
    result["position_kappa"] = kappa(pick(gold, "position"), pick(found, "position"))
    result["via_f1"] = binary_f1(pick(gold, "via"), pick(found, "via"))
    sums = np.sum([b_cubed(pick(g, "entity"), pick(p, "entity")) for g, p in pairs], axis=0)
    result["entity_b_cubed_f1"] = float(entities.scores(sums)["b_cubed_f1"])
    return result


def number(value: float) -> float | None:
    """To four digits; a measure that is not defined (the reasons of nothing withheld) is ``None``."""
    return round(float(value), 4) if np.isfinite(value) else None


def with_intervals(pairs: Pairs) -> dict[str, Any]:
    """Scores with percentile intervals over articles."""
    rng = np.random.default_rng(SEED)
    draws: dict[str, list[float]] = defaultdict(list)
    for _ in range(DRAWS):
        sample = [pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]
        for name, value in scores(sample).items():
            draws[name].append(value)
    point = scores(pairs)
    return {
        name: {"value": number(point[name]), "interval": [number(q) for q in np.nanpercentile(draws[name], [2.5, 97.5])]}
        for name in point
    }


def majority(train: Iterable[Row], pairs: Pairs) -> dict[str, float | None]:
    """Scores of the most frequent value of each field, every source its own entity."""
    rows = list(train)
    common = {name: Counter(getattr(r, name) for r in rows).most_common(1)[0][0] for name in FIELDS if name != "entity"}
    guess = [(g, [Row(**common, entity=str(i)) for i in range(len(g))]) for g, _ in pairs]
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
    pairs: Pairs = [(labels(d), predict(d)) for d in documents]
    train = (r for d in load(name, "train") for r in labels(d))
    entry: dict[str, Any] = {
        "articles": len(pairs),
        "attributions": sum(len(g) for g, _ in pairs),
        "rules": with_intervals(pairs),
        "majority": majority(train, pairs),
        "kind_errors": confusion(pairs, "kind"),
        "level_errors": confusion(pairs, "level"),
        "withheld": withheld_rows(pairs),
    }
    if split == "dev":
        entry["second pass"] = {k: number(v) for k, v in scores(second_pass(documents, load(name, "dev_second_pass"))).items()}
    return entry


def show(title: str, entry: dict[str, Any]) -> None:
    """Print the table of a corpus."""
    print(f"\n{title}: {entry['articles']} articles, {entry['attributions']} attributions")
    print(f"{'':24}{'rules':>8}  {'95 % interval':17}{'majority':>9}{'second pass':>13}")
    for name, value in entry["rules"].items():
        value, low, high = ("-" if v is None else f"{v:.3f}" for v in (value["value"], *value["interval"]))
        majority, second = ("-" if (v := entry.get(of, {}).get(name)) is None else f"{v:.3f}" for of in ("majority", "second pass"))
        print(f"{name:24}{value:>8}  {f'[{low}, {high}]':17}{majority:>9}{second:>13}")
    print("kind errors ", entry["kind_errors"])
    print("level errors", entry["level_errors"])
    print("withheld    ", entry["withheld"])


def main() -> None:
    """Print, and write what is measured on dev."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    split = parser.parse_args().split
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
    RESULTS.write_text(json.dumps(report, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
