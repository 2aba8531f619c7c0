"""Does the index from raw text say what the index from gold spans and gold levels says, and where is the rest lost?

``python -m experiments.fidelity`` -> ``experiments/results/fidelity.json``. Needs the corpora ``polnear`` and ``source_levels`` under
FRAMING_DATA; a minute on one core. PolNeAR dev, 84 articles, the first annotator of each; the ceiling below is of other pairs of
annotators, with levels by one rule on both sides.

Gold: spans, kind, level, withheld, reason, position, entity and one relay for a gold "via"; role and producer by the rules of
``framing.sources`` from the gold spans (:func:`experiments.transparency.rated`). Predicted: ``framing.analyze``, whose roles and producers
come from the same rules. Both sides are scored without the null rules, so that every article counts.

* *anonymous share*: attributions whose kind is person or group and whose level is described, bare or impersonal, among all attributions.
  The study of the ceiling counted the same in other words: unnamed persons and groups, but not those known by office alone, nor
  attributions without a source.
* *attributions*: their number; gold ones in headlines are counted, although the extractor as shipped reads the body only.
* ``fidelity``: Spearman, Pearson, Kendall and MAE of articles, and the difference predicted - gold with its limits of agreement
  (bias +- 1.96 standard deviations; Bland and Altman 1986), with 95 % intervals, bootstrapped over articles. ``floor``: MAE of predicting
  the gold mean of train, which orders nothing. Accountability only where both sides withhold something.
* ``ablation``: the same Spearman and MAE when parts of the prediction are replaced by gold, or parts of gold by the prediction. Spans are
  matched by cue.
* ``ideas``: other thresholds of confidence, attributions weighed by their confidence (expected tokens, entities and sentences), and
  headlines read. Chosen on one half of dev by the mean Spearman of the four quantities with a bar, told on the other half, both ways;
  the extractor was trained on PolNeAR train, where its confidences are too good to choose anything. No default rests on it.

The extractor's threshold, bias and calibration were chosen on dev before, so that everything here is a little better than on new text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from experiments.extraction import Scores
from experiments.results_file import write
from experiments.transparency import rated
from framing import analyze, transparency
from framing.attribution import shipped
from framing.metrics import ranking
from framing.metrics.attribution import match
from framing.metrics.bootstrap import score_table
from framing.quotes import find_quotes
from framing.records import COMPONENTS, Attribution, Document
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

Floats = NDArray[np.float64]
Side = Sequence[Sequence[Attribution]]  # the attributions of each article

QUANTITIES = (*COMPONENTS, "index", "anonymous share", "attributions")
BARS = {
    "identification": {"spearman": 0.75, "mae": 0.08},
    "index": {"spearman": 0.78},
    "anonymous share": {"spearman": 0.70},
    "attributions": {"spearman": 0.90},
}
# Pairs of annotators of 18 PolNeAR articles (265 pairs), levels by one rule on both sides; a study before this library.
CEILING = {
    "identification": {"spearman": 0.813, "mae": 0.073},
    "anonymous share": {"spearman": 0.793, "mae": 0.085},
    "attributions": {"spearman": 0.912},
}
LABELS = {
    "kind and level": ("kind", "level", "withheld", "reason", "position"),
    "entity": ("entity",),
    "relays": ("relays",),
    "role and producer": ("role", "producer"),
}
THRESHOLDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True)
class Read:
    """An article with its gold and its predicted attributions."""

    document: Document
    tokens: Tokens
    gold: tuple[Attribution, ...]
    predicted: tuple[Attribution, ...]
    levels: tuple[Attribution, ...]  # predicted for the gold spans, in the order of ``gold``


# ---------------------------------------------------------------------------------------------------------------- reading


def read(document: Document) -> Read:
    gold = rated(document, {}).attributions
    bare = [Attribution(a.id, a.source, a.cue, a.content, a.speech, parent=a.parent) for a in sorted(gold, key=lambda a: (a.cue, a.id))]
    found = {a.id: a for a in analyze(document.text, models={"attribution": lambda tokens, quotes: bare}).attributions}
    tokens = tokenize(article_from_text(document.text))
    return Read(document, tokens, gold, analyze(document.text).attributions, tuple(found[a.id] for a in gold))


def quantities(attributions: Sequence[Attribution], tokens: Tokens, weighed: bool = False) -> dict[str, float]:
    """What an article is compared by; ``weighed``: by the confidence of each attribution."""
    given = transparency.evidence(attributions, tokens)
    sure = np.array([a.confidence if weighed else 1.0 for a in attributions], np.float64)
    values = dict(transparency.components(replace(given, tokens=given.tokens * sure)))
    if weighed:
        absent: dict[int, float] = {}
        for entity, c in zip(given.entity[given.identified].tolist(), sure[given.identified].tolist()):
            absent[entity] = absent.get(entity, 1.0) * (1 - c)
        values["depth"] = float(1 - np.exp(-sum(1 - p for p in absent.values()) / transparency.DEPTH_K))
        free = np.ones(given.n_sentences)
        for owner, first, last in zip(given.owner.tolist(), given.first.tolist(), given.last.tolist()):
            free[first:last] *= 1 - sure[owner]
        values["coverage"] = float((1 - free).mean()) if len(free) else 0.0
    unnamed = [a.kind in ("person", "group") and a.level in ("described", "bare", "impersonal") for a in attributions]
    share = float(sure @ np.array(unnamed, np.float64) / sure.sum()) if sure.sum() else 0.0
    return {**values, "index": transparency.index(values), "anonymous share": share, "attributions": float(sure.sum())}


def table(articles: Sequence[Read], side: Side, weighed: bool = False) -> dict[str, Floats]:
    """Quantity -> its values over articles."""
    rows = [quantities(found, a.tokens, weighed) for a, found in zip(articles, side)]
    return {name: np.array([row[name] for row in rows]) for name in QUANTITIES}


# ---------------------------------------------------------------------------------------------------------------- fidelity


def compare(gold: Floats, predicted: Floats, mean: float | None) -> Scores:
    """Agreement of two columns with intervals; ``mean`` is the constant of the floor."""
    scores: Scores = ranking.evaluate(zip(gold.tolist(), predicted.tolist()))
    gap = predicted - gold
    scores |= score_table(np.stack((gap, gap**2, np.ones_like(gap)), axis=1), limits)
    if mean is not None:
        scores |= score_table(np.stack((np.abs(gold - mean), np.ones_like(gap)), axis=1), lambda s: {"floor_mae": s[..., 0] / s[..., 1]})
    return scores


def limits(sums: Floats) -> dict[str, Any]:
    """Bias and limits of agreement from sums of difference, its square and one."""
    gap, square, n = np.moveaxis(np.asarray(sums), -1, 0)
    bias = gap / n
    spread = np.sqrt(np.maximum(square - n * bias**2, 0) / (n - 1))
    return {"bias": bias, "lower_limit": bias - 1.96 * spread, "upper_limit": bias + 1.96 * spread}


def fidelity(articles: Sequence[Read], train: Sequence[Document]) -> dict[str, Scores]:
    gold, predicted = table(articles, [a.gold for a in articles]), table(articles, [a.predicted for a in articles])
    sides = [quantities(r.attributions, tokenize(article_from_text(d.text))) for d in train for r in [rated(d, {})]]
    out = {name: compare(gold[name], predicted[name], float(np.mean([s[name] for s in sides]))) for name in QUANTITIES}
    pairs = [(transparency.accountability(a.gold), transparency.accountability(a.predicted)) for a in articles]
    both = np.array([p for p in pairs if None not in p], np.float64)
    if len(both) > 2:
        out["accountability"] = compare(both[:, 0], both[:, 1], None)
    return out


# ---------------------------------------------------------------------------------------------------------------- ablation


def taking(target: Attribution, labels: Attribution, fields: Iterable[str]) -> Attribution:
    return replace(target, **{name: getattr(labels, name) for name in fields})


def with_gold_levels(article: Read) -> tuple[list[Attribution], set[int], set[int]]:
    """Predicted attributions with the gold labels of those matched by cue, and the places of the matched ones in gold and prediction.

    An unmatched one keeps its labels; its entity is the gold one of most of the matched that are of the same predicted entity, or its own.
    """
    pairs = {j: i for i, j in match(article.gold, article.predicted)}
    votes: dict[int | None, Counter[int | None]] = {}
    for j, i in pairs.items():
        votes.setdefault(article.predicted[j].entity, Counter())[article.gold[i].entity] += 1
    every = tuple(name for names in LABELS.values() for name in names)
    out = []
    for j, a in enumerate(article.predicted):
        if j in pairs:
            out.append(taking(a, article.gold[pairs[j]], every))
        elif a.entity is not None:
            out.append(replace(a, entity=votes[a.entity].most_common(1)[0][0] if a.entity in votes else 100_000 + a.entity))
        else:
            out.append(a)
    return out, set(pairs.values()), set(pairs)


def ablation(articles: Sequence[Read]) -> dict[str, Side]:
    """What is compared with gold: name -> attributions of each article."""
    gold, levels = [a.gold for a in articles], [a.levels for a in articles]
    mixed = [with_gold_levels(a) for a in articles]
    out: dict[str, Side] = {
        "all predicted": [a.predicted for a in articles],
        "predicted spans, gold labels": [m for m, _, _ in mixed],
        "  without the spurious": [[a for j, a in enumerate(m) if j in here] for m, _, here in mixed],
        "  gold spans, the missed left out": [[a for i, a in enumerate(g) if i in there] for g, (_, there, _) in zip(gold, mixed)],
        "  gold spans, and the spurious": [[*g, *(a for j, a in enumerate(m) if j not in h)] for g, (m, _, h) in zip(gold, mixed)],
        "  gold spans, matched with predicted borders": [
            [*(a for j, a in enumerate(m) if j in here), *(a for i, a in enumerate(g) if i not in there)]
            for g, (m, there, here) in zip(gold, mixed)
        ],
        "gold spans, predicted labels": levels,
    }
    for name, fields in LABELS.items():
        if name != "role and producer":  # of the same rules on both sides
            out[f"  gold labels, but {name}"] = [[taking(a, b, fields) for a, b in zip(g, v)] for g, v in zip(gold, levels)]
    return out


# ---------------------------------------------------------------------------------------------------------------- ideas


def candidates(articles: Sequence[Read]) -> dict[str, dict[str, Floats]]:
    """Setting -> quantities of every article."""
    out: dict[str, dict[str, Floats]] = {}
    for whole in (False, True):
        extractor = copy(shipped())
        extractor.threshold, extractor.body_only = 0.0, not whole
        found = []
        for a in articles:
            article = article_from_text(a.document.text)
            quotes = find_quotes(article.text, article.paragraphs)
            found.append((quotes, extractor(a.tokens, quotes)))
        for threshold in (*THRESHOLDS, shipped().threshold):
            side = [resolve_sources(a.tokens, q, kept(f, threshold))[0] for a, (q, f) in zip(articles, found)]
            name = f"threshold {threshold:g}{', headlines read' if whole else ''}"
            out[name] = table(articles, side)
            out[f"{name}, weighed"] = table(articles, side, weighed=True)
    return out


def kept(found: Sequence[Attribution], threshold: float) -> tuple[Attribution, ...]:
    """Those with at least that confidence, and what is nested in them, whose confidence is not asked."""
    by_id = {a.id: a for a in found}

    def outer(a: Attribution) -> Attribution:
        while a.parent is not None:
            a = by_id[a.parent]
        return a

    return tuple(a for a in found if outer(a).confidence >= threshold)


def judge(gold: Mapping[str, Floats], found: Mapping[str, Floats], chosen: NDArray[np.bool_]) -> dict[str, float]:
    """Spearman of the quantities with a bar and their mean, MAE of identification, on some of the articles."""
    out = {name: round(float(ranking.spearman(gold[name][chosen], found[name][chosen])), 4) for name in BARS}
    out["mean"] = round(float(np.mean(list(out.values()))), 4)
    out["identification mae"] = round(float(np.abs(gold["identification"] - found["identification"])[chosen].mean()), 4)
    return out


def ideas(articles: Sequence[Read]) -> dict[str, Any]:
    gold = table(articles, [a.gold for a in articles])
    settings = candidates(articles)
    used = f"threshold {shipped().threshold:g}"
    first = np.random.default_rng(0).permutation(len(articles)) < len(articles) // 2
    halves = {}
    for name, choose in (("chosen on the first half", first), ("chosen on the second half", ~first)):
        best = max(settings, key=lambda s: judge(gold, settings[s], choose)["mean"])
        halves[name] = {"setting": best, "other half": judge(gold, settings[best], ~choose), "in use": judge(gold, settings[used], ~choose)}
    everything = np.ones(len(articles), bool)
    weighed = {name: difference(gold[name], settings[f"{used}, weighed"][name], settings[used][name]) for name in BARS}
    every = {s: judge(gold, v, everything) for s, v in settings.items()}
    return {"in use": used, "halves": halves, "all of dev": every, "Spearman weighed - in use": weighed}


def difference(gold: Floats, one: Floats, other: Floats) -> dict[str, Any]:
    """Spearman of ``one`` less that of ``other``, with an interval from the same resamples of articles."""
    items = np.eye(len(gold))  # sums of resampled rows are how often each article was drawn

    def gap(weights: Floats) -> dict[str, Any]:
        return {"difference": ranking.spearman(gold, one, weights) - ranking.spearman(gold, other, weights)}

    return score_table(items, gap)["difference"].as_dict()


# ---------------------------------------------------------------------------------------------------------------- telling


def short(scores: Mapping[str, Any], name: str) -> str:
    if name not in scores:
        return ""
    low, high = scores[name].interval
    return f"{scores[name].value:.3f} [{low:.3f}, {high:.3f}]"


def show(fidelity: Mapping[str, Scores], parts: Mapping[str, Mapping[str, Scores]], tried: Mapping[str, Any]) -> None:
    """Print the tables."""
    head = f"{'':16}{'Spearman':24}{'bar':>5}{'ceil.':>6}  {'Pearson':24}{'MAE':24}{'bar':>5}{'ceil.':>6}{'floor':>7}"
    print(f"{head}  bias, limits of agreement")
    for name, scores in fidelity.items():
        bar, ceiling = BARS.get(name, {}), CEILING.get(name, {})
        told = [f"{side[key]:.3g}" if key in side else "" for key in ("spearman", "mae") for side in (bar, ceiling)]
        floor = f"{scores['floor_mae'].value:.3f}" if "floor_mae" in scores else ""
        limits = f"{short(scores, 'bias')}, {scores['lower_limit'].value:.3f} to {scores['upper_limit'].value:.3f}"
        agreement = f"{short(scores, 'spearman'):24}{told[0]:>5}{told[1]:>6}  {short(scores, 'pearson'):24}"
        print(f"{name:16}{agreement}{short(scores, 'mae'):24}{told[2]:>5}{told[3]:>6}{floor:>7}  {limits}")
    print(f"\n{'Spearman (MAE)':46}" + "".join(f"{name:>17}" for name in QUANTITIES))
    for part, columns in parts.items():
        cells = (f"{columns[name]['spearman'].value:.3f} ({columns[name]['mae'].value:.3f})" for name in QUANTITIES)
        print(f"{part:46}" + "".join(f"{cell:>17}" for cell in cells))
    print(f"\n{'Spearman, all of dev':46}" + "".join(f"{name:>17}" for name in (*BARS, "mean", "ident. MAE")))
    for setting, values in tried["all of dev"].items():
        print(f"{setting:46}" + "".join(f"{value:>17.3f}" for value in values.values()))
    for half, found in tried["halves"].items():
        print(f"{half}: {found['setting']}; other half {found['other half']}, in use {found['in use']}")
    for name, value in tried["Spearman weighed - in use"].items():
        print(f"weighed - in use, {name}: {value['value']} {value['interval']}")


def main() -> None:
    """Print, and write what is measured."""
    articles = [read(d) for d in sorted(load("source_levels", "dev"), key=lambda d: d.id)]
    gold = table(articles, [a.gold for a in articles])
    whole = fidelity(articles, list(load("source_levels", "train")))
    parts: dict[str, dict[str, Scores]] = {}
    for name, side in ablation(articles).items():
        columns = table(articles, side)
        scores = {q: compare(gold[q], columns[q], None) for q in QUANTITIES}
        parts[name.strip()] = {q: {k: mine[k] for k in ("spearman", "mae", "bias")} for q, mine in scores.items()}
    tried = ideas(articles)
    bare = sum(not transparency.evidence(a.gold, a.tokens).tokens[i] for a in articles for i in range(len(a.gold)))
    counts = {
        "articles": len(articles),
        "gold": sum(len(a.gold) for a in articles),
        "gold without content in the body": int(bare),
        "predicted": sum(len(a.predicted) for a in articles),
        "articles without index": sum(len(a.predicted) == 0 or int(a.tokens.body.sum()) < transparency.MIN_TOKENS for a in articles),
    }
    show(whole, parts, tried)
    print(counts)
    write("fidelity", {"counts": counts, "fidelity": whole, "bars": BARS, "ceiling": CEILING, "ablation": parts, "ideas": tried})


if __name__ == "__main__":
    main()
