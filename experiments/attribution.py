"""How well attributions are found: PolNeAR dev and Wikinews dev.

    python -m experiments.attribution [--train]

Measures, micro over documents with a 95 % bootstrap interval over documents (1,000 resamples, seed 0):

* **cue**: predicted and gold cues matched one to one by character overlap, largest overlap first; precision, recall, F1.
* **full**: of the matched pairs those with overlapping sources (or none on both sides) and contents at an intersection over union of at
  least .5; F1.
* **source**, **content**: share of the matched pairs with overlapping source, with content IoU >= .5.
* **parent** (Wikinews only): F1 of (child, parent) pairs whose two cues are both matched to gold ones.

PolNeAR marks no attribution inside a content: predictions with a parent are left out there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from experiments.data import Gold, GoldDocument, polnear, wikinews
from framing.attribution import extract_attributions
from framing.quotes import find_quotes
from framing.records import Attribution
from framing.text import article_from_text
from framing.tokens import tokenize

RESULTS = Path(__file__).parent / "results" / "attribution.json"
COLUMNS = ("gold", "predicted", "matched", "source", "content", "full", "gold_nested", "predicted_nested", "nested")


def predict(text: str) -> tuple[Attribution, ...]:
    """Attributions of a plain text."""
    article = article_from_text(text)
    return extract_attributions(tokenize(article), find_quotes(article.text, article.paragraphs))


def overlap(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Characters in both and in either."""
    a = {i for s, e in one for i in range(s, e)}
    b = {i for s, e in other for i in range(s, e)}
    return len(a & b), len(a | b)


def match(gold: Sequence[Gold], predicted: Sequence[Attribution]) -> list[tuple[int, int]]:
    """Pairs (gold, predicted) of cues that share a character, one to one, largest overlap first."""
    pairs = []
    for j, p in enumerate(predicted):
        for i, g in enumerate(gold):
            shared = sum(max(0, min(e, p.cue.end) - max(s, p.cue.start)) for s, e in g.cue)
            if shared:
                pairs.append((-shared, i, j))
    left, right, matched = set(), set(), []
    for _, i, j in sorted(pairs):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            matched.append((i, j))
    return matched


def counts(document: GoldDocument, predicted: Sequence[Attribution], flat: bool) -> list[int]:
    """The sufficient statistics of one document, in the order of ``COLUMNS``."""
    if flat:
        predicted = [p for p in predicted if p.parent is None]
    gold = document.attributions
    matched = match(gold, predicted)
    n_source = n_content = n_full = 0
    for i, j in matched:
        g, p = gold[i], predicted[j]
        source = (not g.source and p.source is None) or (
            p.source is not None and overlap(g.source, [(p.source.start, p.source.end)])[0] > 0
        )
        both, either = overlap(g.content, [(s.start, s.end) for s in p.content])
        content = both >= 0.5 * either
        n_source += source
        n_content += content
        n_full += source and content
    partner = {gold[i].id: predicted[j].id for i, j in matched}
    nested = {(partner.get(g.id), partner.get(g.parent)) for g in gold if g.parent is not None}
    found = {(p.id, p.parent) for p in predicted if p.parent is not None}
    return [
        len(gold),
        len(predicted),
        len(matched),
        n_source,
        n_content,
        n_full,
        sum(g.parent is not None for g in gold),
        len(found),
        len(nested & found),
    ]


def scores(table: np.ndarray) -> dict[str, np.ndarray]:
    """Scores from sums of ``COLUMNS`` (last axis)."""
    gold, predicted, matched, source, content, full, gold_nested, predicted_nested, nested = np.moveaxis(table.astype(float), -1, 0)
    out = {
        "cue_precision": matched / np.maximum(predicted, 1),
        "cue_recall": matched / np.maximum(gold, 1),
        "cue_f1": 2 * matched / np.maximum(gold + predicted, 1),
        "full_f1": 2 * full / np.maximum(gold + predicted, 1),
        "source": source / np.maximum(matched, 1),
        "content": content / np.maximum(matched, 1),
    }
    if gold_nested.sum():
        out["parent_f1"] = 2 * nested / np.maximum(gold_nested + predicted_nested, 1)
    return out


def evaluate(documents: Iterable[GoldDocument], flat: bool, n_resamples: int = 1000, seed: int = 0) -> dict[str, object]:
    """Scores with intervals."""
    table = np.array([counts(d, predict(d.text), flat) for d in documents])
    draws = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), n_resamples)
    point, resampled = scores(table.sum(0)), scores(draws @ table)
    out: dict[str, object] = {"documents": len(table), **dict(zip(COLUMNS, table.sum(0).tolist()))}
    out["scores"] = {k: [round(float(x), 4) for x in (point[k], *np.percentile(resampled[k], [2.5, 97.5]))] for k in point}
    return out


def main() -> None:
    """Print and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", action="store_true", help="look at the train parts instead (for tuning; writes nothing)")
    part = "train" if parser.parse_args().train else "dev"
    results = {f"polnear_{part}": evaluate(polnear(part), True), f"wikinews_{part}": evaluate(wikinews(part), False)}
    for name, result in results.items():
        print(f"{name}: {result['documents']} documents, {result['gold']} gold, {result['predicted']} predicted")
        for key, (value, low, high) in result["scores"].items():  # type: ignore[attr-defined]
            print(f"  {key:14} {value:.3f}  [{low:.3f}, {high:.3f}]")
    if part == "dev":
        signature = "rules|v:1|match:overlap|full:iou.5|resamples:1000|seed:0"
        RESULTS.write_text(json.dumps({"signature": signature, "results": results}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
