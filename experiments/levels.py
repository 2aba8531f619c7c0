"""How well kind, level, withholding, reason, position, relay and entity are found when the spans are given.

Gold spans of PolNeAR with the labels of ``source_levels`` and of ``wikinews_attributions``. What is measured, and how, is that of the
benchmark's tasks ``levels`` and ``entities`` (:mod:`framing.benchmark.tasks.sources`), with its intervals (over articles, 1,000 resamples,
seed 0) and signatures: what both measure is the same number with the same interval. Wikinews is no split of these tasks; it is measured in
the same way. A score that some resample does not have, such as the F1 of what is rare in 24 articles, has no interval.

*trained* is the shipped typer (``framing`` in signatures), which learned from the train and enriched parts of both and is calibrated on
PolNeAR dev; *rules* are what it stands on, as they are now (``framing-rules``), *first rules* those of the first version (revision
40cbc69, kept as numbers). Beside them: the majority class (of train) and the second annotation pass on the same attributions. Rules and
lexicons were tuned on train and enriched only; they know these articles, so that their figures there are too good.

Reasons are compared where gold and rules both withhold; ``withheld`` gives how many attributions that is, and how many of the gold ones
have which reason. Dev has no other than "none", so its accuracy of reasons says little; the same counts on train stand beside it.

*name* is the accuracy of the names of entities (:mod:`framing.metrics.entities`), which is no score of the benchmark.

Run ``python -m experiments.levels [--split dev|train] [--card]``; for dev it writes ``experiments/results/levels.json``. Needs the corpora
``source_levels``, ``polnear`` and ``wikinews_attributions``; a minute on one core.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing import cards
from framing.benchmark import registry
from framing.benchmark.evaluation import Result, finite
from framing.benchmark.measurement import RESAMPLES, SEED, Counted
from framing.benchmark.systems.framing_sources import given_attributions
from framing.benchmark.systems.majority import most
from framing.benchmark.task import Item
from framing.benchmark.tasks.sources import Entities, Label, Levels, Source, source_of
from framing.metrics import entities
from framing.metrics.signature import DIGITS, Score
from framing.quotes import find_quotes
from framing.records import LEVELS, SOURCE_KINDS, Attribution, Document, Entity
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.typer import MODELS, type_sources

CORPORA = {"polnear": "source_levels", "wikinews": "wikinews_attributions"}
FIELDS = ("kind", "level", "withheld", "reason", "position", "via", "entity")
SHOWN = (
    "kind_accuracy", "kind_macro_f1", "level_accuracy", "level_macro_f1", "withheld_f1", "reason_accuracy", "position_accuracy",
    "position_kappa", "via_f1", "entity_b_cubed_f1", "entity_name_accuracy",
)  # fmt: skip
NAME = "entity_name_accuracy"
Resolver = Callable[..., tuple[tuple[Attribution, ...], tuple[Entity, ...]]]
SYSTEMS: dict[str, Resolver] = {"trained": type_sources, "rules": resolve_sources}
# Their names in the benchmark.
SIGNED = {"trained": "framing", "rules": "framing-rules", "majority": "majority", "second pass": "second annotator"}


class LevelsOfWikinews(Levels):
    """The task, on Wikinews."""

    corpora = (CORPORA["wikinews"],)


class EntitiesOfWikinews(Entities):
    """The task, on Wikinews."""

    corpora = (CORPORA["wikinews"],)


TASKS: dict[str, tuple[Levels, Entities]] = {
    "polnear": (Levels(), Entities()),
    "wikinews": (LevelsOfWikinews(), EntitiesOfWikinews()),
}


@dataclass(frozen=True, slots=True)
class Row(Source):
    """Labels of one attribution, gold or predicted, with its entity and the name of that."""

    entity: Label = None
    name: str | None = None


Pairs = list[tuple[list[Row], list[Row]]]  # of each article, gold and predicted
Chosen = Sequence[tuple[Document, Sequence[int]]]  # articles, and which of their attributions


def row(a: Attribution, entities: Sequence[Entity]) -> Row:
    """The labels of a record, gold or found."""
    of = source_of(a)
    name = None if a.entity is None else entities[a.entity].name
    return Row(of.kind, of.level, of.withheld, of.position, of.reason, of.via, a.entity, name)


def labels(document: Document) -> list[Row]:
    """Gold labels of a document."""
    return [row(a, document.entities) for a in document.attributions]


def whole(documents: Iterable[Document]) -> Chosen:
    """Articles with all their attributions."""
    return [(d, range(len(d.attributions))) for d in documents]


def items(task: Levels | Entities, chosen: Chosen) -> tuple[Item, ...]:
    """The items that the task makes of these attributions."""
    return tuple(task.item(document, which) for document, which in chosen)


def predict(document: Document, resolver: Resolver = type_sources) -> list[Row]:
    """Labels that a system gives to the gold spans; it sees no gold label."""
    article = article_from_text(document.text)
    (item,) = items(TASKS["polnear"][0], whole([document]))
    resolved, found = resolver(tokenize(article), find_quotes(article.text, article.paragraphs), given_attributions(item))
    return [row(a, found) for a in resolved]


def names(pairs: Pairs) -> Counted:
    """Of the entities that gold names, those with the same name."""
    rows = [entities.name_statistics([r.name for r in gold], [r.name for r in found]) for gold, found in pairs]
    table = np.array(rows, float).reshape(-1, len(entities.NAME_COLUMNS))
    return Counted(table, lambda sums: {NAME: entities.name_scores(sums)["name"]}, {"spans": "given", "names": "folded"})


def scored(
    corpus: str, split: str, chosen: Chosen, pairs: Pairs, system: str, counts: Counted | None = None, **fields: object
) -> dict[str, Score]:
    """All scores by name, with intervals and signatures.

    Parameters
    ----------
    corpus, split : str
        ``corpus`` is "polnear" or "wikinews".
    chosen : sequence
        The attributions that the signature is of.
    pairs : list
        Of each article.
    system : str
        Of ``SIGNED``.
    counts : Counted, optional
        Counts of the labels, where they are not those of the benchmark.
    **fields
        Further settings for the signatures.
    """
    levels, same = TASKS[corpus]
    name = SIGNED[system]

    def signed(task: Levels | Entities, measured: Counted) -> dict[str, object]:
        said = registry.system(name).fields(task.name) if name in registry.SYSTEMS else {}
        return {**Result(task, split, name, items(task, chosen), (), measured, fields=said).signed(), **fields}

    if counts is None:
        counts = levels.measure([Item("", "", own) for own, _ in pairs], [rows for _, rows in pairs])
    out = counts.score(**signed(levels, counts))
    gold, found = ([[r.entity for r in pair[side]] for pair in pairs] for side in (0, 1))
    clusters = same.measure([Item("", "", own) for own in gold], found)
    of_entities = signed(same, clusters)
    out |= {f"entity_{key}": replace(score, name=f"entity_{key}") for key, score in clusters.score(**of_entities).items()}
    return out | names(pairs).score(**{key: value for key, value in of_entities.items() if key != "task"})


def shown(scores: Mapping[str, Score], wanted: Sequence[str] = SHOWN) -> dict[str, dict[str, Any]]:
    """Scores as JSON; what is not defined (the reasons of nothing withheld) is ``None``."""
    return {name: finite(scores[name].as_dict()) for name in wanted}


def by_class(pairs: Pairs, scores: Mapping[str, Score], field: str, values: Sequence[str]) -> dict[str, dict[str, Any]]:
    """F1 with its interval, gold and predicted numbers of every value of a field."""
    gold, found = (Counter(getattr(r, field) for side in pairs for r in side[k]) for k in (0, 1))
    out = {}
    for value in values:
        score = finite(scores[f"{field}_{value}_f1"].as_dict())
        out[value] = {"f1": score.pop("value"), **score, "gold": gold[value], "found": found[value]}
    return out


def number(value: float) -> float | None:
    """To four digits; a measure that is not defined is ``None``."""
    return round(float(value), DIGITS) if np.isfinite(value) else None


def majority(train: Iterable[Row], chosen: Chosen) -> Pairs:
    """The most frequent label of each kind, every source its own entity."""
    rows = list(train)
    guess = Row(*(most(getattr(r, name) for r in rows) for name in ("kind", "level", "withheld", "position", "reason", "via")))
    return [(labels(document), [guess] * len(which)) for document, which in chosen]


def keys(document: Document) -> Sequence[Any]:
    """What an attribution is the same by in both passes: the event of PolNeAR, in Wikinews cue and source."""
    if "annotator" in document.meta:
        return [(document.meta["annotator"], event) for event in document.meta["events"]]
    return [(a.cue, a.source) for a in document.attributions]


def coded_twice(first: Iterable[Document], second: Iterable[Document]) -> tuple[Chosen, Pairs]:
    """The attributions that both passes have, and the gold of the second pass against the first."""
    others = {d.id: dict(zip(keys(d), labels(d))) for d in second}
    chosen: list[tuple[Document, Sequence[int]]] = []
    pairs: Pairs = []
    for document in first:
        at, own = others.get(document.id, {}), labels(document)
        both = {i: at[key] for i, key in enumerate(keys(document)) if key in at}
        if both:
            chosen.append((document, list(both)))
            pairs.append(([own[i] for i in both], list(both.values())))
    return chosen, pairs


def second_pass(first: Iterable[Document], second: Iterable[Document]) -> Pairs:
    """Gold of the second pass against the first, on the attributions that both have."""
    return coded_twice(first, second)[1]


def confusion(pairs: Pairs, name: str) -> dict[str, int]:
    """Counts "gold > predicted" of the errors of a field."""
    errors = Counter(
        f"{getattr(g, name)} > {getattr(p, name)}" for a, b in pairs for g, p in zip(a, b) if getattr(g, name) != getattr(p, name)
    )
    return dict(errors.most_common(12))


def withheld_rows(pairs: Pairs) -> dict[str, int]:
    """Numbers of withheld attributions: in gold, found, in both (with the right reason among them), and of gold by reason."""
    rows = [(g, p) for a, b in pairs for g, p in zip(a, b)]
    reasons = Counter(f"gold {g.reason or '-'}" for g, _ in rows if g.withheld)
    both = [g.reason == p.reason for g, p in rows if g.withheld and p.withheld]
    counts = {"gold": sum(g.withheld for g, _ in rows), "found": sum(p.withheld for _, p in rows), "both": len(both)}
    return {**counts, "right reason": sum(both), **reasons}


def measure(corpus: str, split: str) -> dict[str, Any]:
    """All that the result says about a corpus ("polnear" or "wikinews"); only dev has a second pass."""
    name = CORPORA[corpus]
    documents = list(load(name, split))
    chosen = whole(documents)
    found: dict[str, Pairs] = {system: [(labels(d), predict(d, of)) for d in documents] for system, of in SYSTEMS.items()}
    scores = {system: scored(corpus, split, chosen, pairs, system) for system, pairs in found.items()}
    guessed = majority((r for d in load(name, "train") for r in labels(d)), chosen)
    entry: dict[str, Any] = {
        "articles": len(documents),
        "attributions": sum(len(d.attributions) for d in documents),
        **{system: shown(own) for system, own in scores.items()},
        "majority": shown(scored(corpus, split, chosen, guessed, "majority")),
        "by kind": by_class(found["trained"], scores["trained"], "kind", SOURCE_KINDS),
        "by level": by_class(found["trained"], scores["trained"], "level", LEVELS),
        "kind_errors": confusion(found["trained"], "kind"),
        "level_errors": confusion(found["trained"], "level"),
        "withheld": withheld_rows(found["trained"]),
    }
    if split == "dev":
        twice, pairs = coded_twice(documents, load(name, "dev_second_pass"))
        entry["second pass"] = shown(scored(corpus, split, twice, pairs, "second pass"))
    return entry


def show(title: str, entry: dict[str, Any]) -> None:
    """Print the table of a corpus."""
    print(f"\n{title}: {entry['articles']} articles, {entry['attributions']} attributions")
    print(f"{'':24}{'trained':>8}  {'95 % interval':17}{'rules':>9}{'majority':>9}{'second pass':>13}")
    for name, cell in entry["trained"].items():
        value, low, high = ("-" if v is None else f"{v:.3f}" for v in (cell["value"], *cell["interval"]))
        others = (entry.get(of, {}).get(name, {}).get("value") for of in ("rules", "majority", "second pass"))
        rules, most_frequent, second = ("-" if v is None else f"{v:.3f}" for v in others)
        print(f"{name:24}{value:>8}  {f'[{low}, {high}]':17}{rules:>9}{most_frequent:>9}{second:>13}")
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
    report: dict[str, Any] = {"split": split, "seed": SEED, "resamples": RESAMPLES, "corpora": {}}
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
    """What the card of the model says; of a score without interval the value alone."""
    return {
        f"{corpus} dev, spans given": {
            name: cell["value"] if None in cell["interval"] else cell
            for name, cell in entry["trained"].items()
            if cell["value"] is not None
        }
        for corpus, entry in report["corpora"].items()
    }


if __name__ == "__main__":
    main()
