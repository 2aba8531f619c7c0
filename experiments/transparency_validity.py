"""What the transparency index does not do: tell publishers by their reputation. Means, length, and what is left of the differences.

``python -m experiments.transparency_validity`` -> ``experiments/results/transparency_validity.json``. Needs ``polnear`` and
``source_levels`` under FRAMING_DATA; a minute on one core.

Articles and attributions
-------------------------
* ``gold levels``: the 234 articles of ``source_levels`` (train and dev); spans, kinds, levels, relays and entities are gold, role and
  producer by the rules, as in ``experiments.transparency``.
* ``gold spans``: the 924 articles of PolNeAR train and dev, first annotator; what each source is, by the library.
* ``predicted``: the same articles from their text alone (``framing.analyze``). The extractor learned from the 840 of train, so this is
  what users get only for ``predicted, dev``: 84 articles, none learned from. The rater, where there is one, learned from 234 of them.

The groups are those of the study before this library: reputable is the New York Times, Washington Post, USA Today and Politico; partisan is
Breitbart and Western Journalism; the Huffington Post is in neither, but in the means and in the line on length. Reputation is that of
the outlet, on this one beat and year; six outlets are no sample of outlets, and the intervals are over articles alone. How values are
adjusted and compared: ``experiments.groups``.

``other ways``: the same at equal length with other lines and other ratios of length. The pairs of like length were added after the line had
been looked at, in the place of a line with the slope inside publishers, because what *primary* and *outlet share* show hangs on it: many
articles have 1 or 0 there. All ways that were tried are in the result.

``ceiling``: the articles that PolNeAR had annotated several times (train and dev): each annotator's spans against each other's, what each
source is by the library on both sides. Spearman and mean absolute error over all pairs (each in both orders), resampled by article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

import framing
from experiments.data import load
from experiments.groups import CONTENT, COUNTS, DRAWS, LENGTH, RATING, SEED, SIDES, Row, Table, equal_length, in_words, measures, sentence
from experiments.results_file import write
from experiments.transparency import rated
from framing import transparency
from framing.metrics import ranking
from framing.metrics.signature import signature
from framing.quotes import find_quotes
from framing.records import COMPONENTS, Attribution, Document
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

REPUTABLE = ("nyt", "wash-post", "usa-today", "politico")
PARTISAN = ("breitbart", "west-journal")
MEASURES = (*CONTENT, RATING, *COUNTS, LENGTH)
CEILING = ("index", *COMPONENTS, "unnamed share", "outlet share", "attributions")


def from_evidence(attributions: Sequence[Attribution], evidence: transparency.Evidence) -> Row:
    """The measures of attributions whose sources are known."""
    parts: dict[str, float | None] = {**transparency.components(evidence)}
    index = transparency.index(parts) if len(evidence) and evidence.n_tokens >= transparency.MIN_TOKENS else None
    if index is None:
        parts = dict.fromkeys(parts)
    return measures(attributions, {**parts, "accountability": transparency.accountability(attributions)}, index, evidence.n_tokens)


def gold_levels(document: Document) -> Row:
    """From gold labels."""
    article = rated(document, {})
    return from_evidence(article.attributions, article.evidence)


def gold_spans(document: Document) -> Row:
    """From gold spans."""
    article = article_from_text(document.text)
    tokens = tokenize(article)
    bare = [Attribution(a.id, a.source, a.cue, a.content, a.speech, parent=a.parent) for a in document.attributions]
    found, _ = resolve_sources(tokens, find_quotes(article.text, article.paragraphs), bare)
    return from_evidence(found, transparency.evidence(found, tokens))


def predicted(text: str) -> Row:
    """From the text alone."""
    found = framing.analyze(text)
    score = found.scores.transparency
    return measures(found.attributions, score.components, score.index, found.n_tokens, score.rating)


def study(rows: Sequence[Row], publishers: Sequence[str], groups_apart: bool = True) -> dict[str, Any]:
    """Means by publisher, and what separates the groups."""
    table = Table(rows, publishers)
    out: dict[str, Any] = {"articles": len(table), "without index": len(table.lacking("index"))}
    out["separation"] = {name: table.separation(name, REPUTABLE, PARTISAN) for name in MEASURES if table.has(name)}
    out["other ways"] = {name: table.other_ways(name, REPUTABLE, PARTISAN) for name in ("index", *COMPONENTS, "outlet share")}
    if groups_apart:
        out["publishers"] = {name: table.averages(name) for name in MEASURES if table.has(name)}
    return out


def highest(found: dict[str, Any]) -> dict[str, Any]:
    """The largest AUC at equal length, in either way and for either group, among the index and its components."""
    scores = [
        (abs(score[side]["value"] - 0.5) + 0.5, name, side)
        for name, score in found["separation"].items()
        if name in ("index", *COMPONENTS)
        for side in SIDES[1:]
    ]
    value, name, side = max(scores)
    return {"value": round(value, 4), "measure": name, "how": side, "higher for": _side(found["separation"][name][side]["value"])}


def _side(value: float) -> str:
    return "reputable" if value > 0.5 else "partisan"


def ceiling(documents: Iterable[Document]) -> dict[str, Any]:
    """Agreement of annotators about the same article."""
    by_article: dict[str, list[Row]] = defaultdict(list)
    for document in documents:
        by_article[document.id.rpartition("_")[0]].append(gold_spans(document))
    several = [rows for _, rows in sorted(by_article.items()) if len(rows) > 1]
    out: dict[str, Any] = {"articles": len(several), "pairs": sum(len(rows) * (len(rows) - 1) // 2 for rows in several)}
    for name in CEILING:
        sides = [tuple(zip(*((a[name], b[name]) for a, b in permutations(rows, 2)))) for rows in several]
        scores = ranking.evaluate(sides, DRAWS, SEED)
        out[name] = {measure: {k: v for k, v in scores[measure].as_dict().items() if k != "name"} for measure in ("spearman", "mae")}
    return out


def main() -> None:
    """Print and write."""
    labelled = [d for split in ("train", "dev") for d in load("source_levels", split)]
    documents = [d for split in ("train", "dev") for d in load("polnear", split)]
    from_text = [predicted(d.text) for d in documents]
    publishers = [str(d.group) for d in documents]
    dev = [i for i, d in enumerate(documents) if d.split == "dev"]
    parts = {
        "gold levels": study([gold_levels(d) for d in labelled], [str(d.group) for d in labelled]),
        "gold spans": study([gold_spans(d) for d in documents], publishers),
        "predicted": study(from_text, publishers),
        "predicted, dev": study([from_text[i] for i in dev], [publishers[i] for i in dev], False),
    }
    for name, part in parts.items():
        apart = equal_length(part["separation"], ("index", *COMPONENTS, RATING), "reputable", "partisan")
        part["equal length"] = {**apart, "words": in_words(apart, "reputable", "partisan")}
        part["highest at equal length"] = highest(part)
        print(f"\n{name}: {part['articles']} articles, {part['without index']} of them without an index")
        print("\n".join(f"  {sentence(name, score, 'reputable', 'partisan')}" for name, score in part["separation"].items()))
        print(f"  {part['equal length']['words']}")
        for measure in ("index", "identification") if "publishers" in part else ():
            means = ", ".join(f"{p} {m['raw']['value']:.3f}" for p, m in part["publishers"][measure].items())
            print(f"  mean {measure}: {means}")
    result = {
        "signature": signature(scheme=transparency.SCHEME, resamples=DRAWS, seed=SEED, unit="articles of a publisher"),
        "groups": {"reputable": REPUTABLE, "partisan": PARTISAN},
        "attributions": parts,
        "ceiling": ceiling(d for split in ("train", "dev") for d in load("polnear", split, annotator="all")),
    }
    print("\nannotators about the same article:")
    for name in CEILING:
        score = result["ceiling"][name]
        print(f"  {name}: Spearman {score['spearman']['value']:.3f} {score['spearman']['interval']}, MAE {score['mae']['value']:.3f}")
    write("transparency_validity", result)


if __name__ == "__main__":
    main()
