"""Does the transparency formula, on gold attributions, order articles as editors do? And how much hangs on its constants?

``python -m experiments.transparency`` -> ``experiments/results/transparency.json``. Needs the corpora ``polnear``, ``source_levels`` and
``article_ratings`` under FRAMING_DATA; half a minute on one core.

Gold are spans, kind, level, withheld, reason, position, via and entity; a gold "via" is one relay. The gold codes neither role nor
producer: both are filled by the rules of ``framing.sources`` from the gold spans (``roles`` in the result says for how many). Every
correlation is Spearman's over articles with a 95 % interval, bootstrapped over articles; ratings are the first pass of ``article_ratings``.

* ``validity``: index and components against the question that each should answer; baselines: length of the body, number of distinct
  well-identified sources (the E of depth). Train and dev; nothing is chosen on dev.
* ``depth_k``: the index against *overall* for several k on train, with the difference to the k in use, and the articles that depth cannot
  tell apart.
* ``weightings``: the order of articles under 300 random weight tables that keep the order of the values (and their ties), against the order
  under the table in use: what of the ranking hangs on the numbers and not on their order.
* ``readings``: on train, what other readings of the scheme would change: of voices without an agent in diversity and identification, of
  relays, grades, roles and producers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from experiments.data import load
from experiments.results_file import write
from framing import transparency
from framing.benchmark.gold_index import gold_evidence
from framing.records import COMPONENTS, Attribution, Document

Floats = NDArray[np.float64]

SEED = 0
RESAMPLES = 1000
WEIGHTINGS = 300
DEPTHS = (2, 4, 6, 8, 10, 12, 16)
QUESTION = {
    "identification": "ident",
    "depth": "divers",
    "diversity": "divers",
    "primary": "first",
    "coverage": "cover",
    "accountability": "anon",
}


@dataclass(frozen=True)
class Rated:
    """An article with its gold attributions, what the formula makes of them, and its ratings."""

    attributions: tuple[Attribution, ...]
    evidence: transparency.Evidence
    values: Mapping[str, float | None]
    ratings: Mapping[str, int | None]


# ---------------------------------------------------------------------------------------------------------------- reading


def read(split: str) -> list[Rated]:
    """All articles of a split of ``source_levels`` that have ratings."""
    ratings = {d.id: d.labels["ratings"] for d in load("article_ratings", source="polnear", texts=False)}
    return [rated(d, ratings[d.id]) for d in sorted(load("source_levels", split), key=lambda d: d.id) if d.id in ratings]


def rated(document: Document, ratings: Mapping[str, int | None]) -> Rated:
    """The gold attributions with roles and producers by the rules, and what the formula makes of them."""
    attributions, evidence = gold_evidence(document)
    values = {**transparency.components(evidence), "accountability": transparency.accountability(attributions)}
    return Rated(attributions, evidence, values, ratings)


# ---------------------------------------------------------------------------------------------------------------- statistics


def draws(n: int) -> NDArray[np.int64]:
    """The articles of each resample: (RESAMPLES, n), the same for every statistic of the same n."""
    return np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))


def correlations(x: Floats, y: Floats) -> Floats:
    """Spearman correlation of each row: average ranks, then Pearson."""
    a, b = (rankdata(v, axis=-1) for v in (x, y))
    a, b = (v - v.mean(axis=-1, keepdims=True) for v in (a, b))
    scale = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return np.asarray(np.divide((a * b).sum(axis=-1), scale, out=np.zeros_like(scale), where=scale > 0), np.float64)


def spearman(x: Floats, y: Floats) -> dict[str, Any]:
    sample = draws(len(x))
    low, high = np.quantile(correlations(x[sample], y[sample]), (0.025, 0.975))
    return {"spearman": number(correlations(x[None], y[None])[0]), "interval": [number(low), number(high)], "articles": len(x)}


def difference(x: Floats, other: Floats, y: Floats) -> dict[str, Any]:
    """Spearman of ``x`` minus that of ``other``, both with ``y``, on the same resamples."""
    sample = draws(len(x))
    parts = correlations(x[sample], y[sample]) - correlations(other[sample], y[sample])
    low, high = np.quantile(parts, (0.025, 0.975))
    value = correlations(x[None], y[None])[0] - correlations(other[None], y[None])[0]
    return {"difference": number(value), "interval": [number(low), number(high)]}


def number(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)


# ---------------------------------------------------------------------------------------------------------------- the studies


def column(articles: list[Rated], name: str) -> Floats:
    return np.array([a.values[name] for a in articles], np.float64)


def ratings(articles: list[Rated], question: str = "overall") -> Floats:
    return np.array([a.ratings[question] for a in articles], np.float64)


def indices(articles: list[Rated], k: float = transparency.DEPTH_K) -> Floats:
    return np.array([transparency.index(transparency.components(a.evidence, k)) for a in articles])


def distinct(articles: list[Rated]) -> Floats:
    return np.array([len(set(a.evidence.entity[a.evidence.identified].tolist())) for a in articles], np.float64)


def validity(articles: list[Rated]) -> dict[str, Any]:
    overall = ratings(articles)
    length = np.array([a.evidence.n_tokens for a in articles], np.float64)
    out = {"index ~ overall": spearman(indices(articles), overall)}
    out["length ~ overall"] = spearman(length, overall)
    out["distinct sources ~ overall"] = spearman(distinct(articles), overall)
    out["index - distinct sources ~ overall"] = difference(indices(articles), distinct(articles), overall)
    for name in COMPONENTS:
        out[f"{name} ~ overall"] = spearman(column(articles, name), overall)
    for name, question in QUESTION.items():
        chosen = [a for a in articles if a.values[name] is not None and a.ratings[question] is not None]
        out[f"{name} ~ {question}"] = spearman(column(chosen, name), ratings(chosen, question))
    quartiles = {n: [number(q) for q in np.quantile(column(articles, n), (0.25, 0.5, 0.75))] for n in COMPONENTS}
    quartiles["index"] = [number(q) for q in np.quantile(indices(articles), (0.25, 0.5, 0.75))]
    return {"correlations": out, "quartiles": quartiles}


def depth_k(articles: list[Rated]) -> dict[str, Any]:
    overall, used, entities = ratings(articles), indices(articles), distinct(articles)
    out = {}
    for k in DEPTHS:
        depth = 1 - np.exp(-entities / k)
        out[str(k)] = {
            **spearman(indices(articles, k), overall),
            "minus k in use": difference(indices(articles, k), used, overall),
            "share of articles with depth over .95": number((depth > 0.95).mean()),
            "quartiles of depth": [number(q) for q in np.quantile(depth, (0.25, 0.5, 0.75))],
        }
    return {"in use": transparency.DEPTH_K, "quartiles of E": np.quantile(entities, (0.25, 0.5, 0.75)).tolist(), "k": out}


def weightings(articles: list[Rated]) -> dict[str, Any]:
    """Spearman of identification and index under random order-preserving tables with those under the table in use."""
    random = np.random.default_rng(SEED)
    cells = {v for row in transparency.WEIGHTS.values() for v in row.values()} | set(transparency.IDENTIFIED.values())
    levels = sorted(cells - {0.0})
    ours = {"identification": column(articles, "identification"), "index": indices(articles)}
    found: dict[str, list[float]] = {"identification": [], "index": []}
    validities = []
    for _ in range(WEIGHTINGS):
        drawn = {0.0: 0.0, **dict(zip(levels, np.sort(random.random(len(levels))).tolist()))}
        table = {level: {kind: drawn[v] for kind, v in row.items()} for level, row in transparency.WEIGHTS.items()}
        identified = {kind: drawn[v] for kind, v in transparency.IDENTIFIED.items()}
        weights = [[transparency.weight(b, table, identified) for b in a.attributions] for a in articles]
        parts = [transparency.components(replace(a.evidence, weight=np.array(w, np.float64))) for a, w in zip(articles, weights)]
        theirs = {"identification": [p["identification"] for p in parts], "index": [transparency.index(p) for p in parts]}
        for name, values in theirs.items():
            found[name].append(float(correlations(np.array([values]), ours[name][None])[0]))
        validities.append(float(correlations(np.array([theirs["index"]]), ratings(articles)[None])[0]))
    names = ("minimum", "2.5 %", "median", "97.5 %")
    quantiles = (0, 0.025, 0.5, 0.975)
    out: dict[str, Any] = {name: dict(zip(names, map(number, np.quantile(values, quantiles)))) for name, values in found.items()}
    out["index ~ overall"] = dict(zip(names, map(number, np.quantile(validities, quantiles))))
    return {"weightings": WEIGHTINGS, "articles": len(articles), **out}


def role_counts(articles: list[Rated]) -> dict[str, float]:
    """Share of the named persons with a role, and of the named documents with a producer, by the rules."""
    named = [b for a in articles for b in a.attributions if b.level == "named"]
    persons, documents = ([b for b in named if b.kind == kind] for kind in ("person", "document"))
    return {
        "named persons with role": number(np.mean([b.role is not None for b in persons])),
        "named documents with producer": number(np.mean([b.producer is not None for b in documents])),
    }


def readings(articles: list[Rated]) -> dict[str, Any]:
    used, overall = indices(articles), ratings(articles)

    def one_more_voice(a: Rated) -> transparency.Evidence:
        entity = a.evidence.entity
        return replace(a.evidence, entity=np.where(entity < 0, entity.max(initial=-1) + 1, entity))

    def identifiable(a: Rated) -> NDArray[np.bool_]:
        return np.array([b.kind not in transparency.UNIDENTIFIABLE for b in a.attributions], bool)

    def index(evidence: Iterable[transparency.Evidence]) -> Floats:
        return np.array([transparency.index(transparency.components(e)) for e in evidence])

    def reweighed(change: Mapping[str, Any]) -> Floats:
        changed = [[transparency.weight(replace(b, **change)) for b in a.attributions] for a in articles]
        return index(replace(a.evidence, weight=np.array(weights, np.float64)) for a, weights in zip(articles, changed))

    pooled = [one_more_voice(a) for a in articles]
    diversity = np.array([transparency.components(e)["diversity"] for e in pooled])
    changed = {
        "diversity: agentless is one more voice": index(pooled),
        "identification: agentless is left out": index(replace(a.evidence, counted=identifiable(a)) for a in articles),
        "identification: author and generic count 0": index(replace(a.evidence, counted=np.ones(len(a.evidence), bool)) for a in articles),
        "no relay factor": reweighed({"relays": ()}),
        "no grade": reweighed({"withheld": False, "position": False}),
        "no role, no producer": reweighed({"role": None, "producer": None}),
        "every person has a role": reweighed({"role": "stated"}),
    }
    out = {name: {**spearman(v, overall), "minus as in use": difference(v, used, overall)} for name, v in changed.items()}
    out["diversity: agentless is one more voice; diversity ~ divers"] = spearman(diversity, ratings(articles, "divers"))
    return out


def main() -> None:
    train, dev = read("train"), read("dev")
    result = {
        "signature": {"scheme": transparency.SCHEME, "seed": SEED, "resamples": RESAMPLES, "roles": role_counts(train)},
        "train": validity(train),
        "dev": validity(dev),
        "depth_k": depth_k(train),
        "weightings": {"train": weightings(train), "dev": weightings(dev)},
        "readings": readings(train),
    }
    write("transparency", result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
