"""How well attributions are found: PolNeAR dev, CofeNet's tokens of it, our Wikinews dev; beside ceilings, floors and published rows.

    python -m experiments.attribution [--train]

* **attribution**: cues matched by overlap, whole attributions (source and content with an intersection over union of .5), all spans
  exact, parents and relays (:mod:`framing.metrics.attribution`). PolNeAR marks nothing inside a content: predictions with a parent are
  left
  out there, and the words of the peers' measure ``end_to_end`` too.
* **cofenet**: exact, begin and Jaccard on the tokens of ``cofenet`` valid (:mod:`framing.metrics.spans`), for which there are published
  figures on the *test* part (Wang et al. 2022); they stand in a field of their own.
* **ceiling**: the second annotator (PolNeAR, the articles with several) or the second pass (Wikinews), measured like a system.
* **floor**: every quotation of at least four words is a content, with no source and no cue; what a one-line pattern finds.

Intervals: 95 % bootstrap over documents, 1,000 resamples, seed 0. With ``--train`` the train parts are printed and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from experiments.cofenet import readable, to_bio
from experiments.data import load
from framing.attribution import extract_attributions
from framing.metrics import attribution as metric
from framing.metrics import spans
from framing.metrics.signature import Score
from framing.quotes import find_quotes
from framing.records import Attribution, Document, Span
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

RESULTS = Path(__file__).parent / "results" / "attribution.json"
QUOTED = re.compile(r'["“]([^"“”]*)["”]')
SHOWN = ("cue_precision", "cue_recall", "cue_f1", "full_f1", "exact_f1")
SHOWN += ("recall_direct", "recall_indirect", "recall_mixed", "parent_f1", "via_f1")
PEERS = ("tokens_all_f1", "tokens_direct_f1", "span_direct_f1", "span_indirect_f1", "span_all_f1")
PEERS += ("end_to_end_direct_f1", "end_to_end_all_f1")
# Wang et al. 2022 (CofeNet), tables 6-8 of the supplement: exact F1 of source, cue, content on the PolNeAR test part.
PUBLISHED = {
    "rules": (0.107, 0.228, 0.056),
    "CoreNLP": (0.139, None, 0.175),
    "CRF": (0.506, 0.534, 0.286),
    "embeddings + Cofe": (0.621, 0.633, 0.504),
    "CNN-CRF": (0.610, 0.626, 0.420),
    "BiLSTM-CRF": (0.696, 0.667, 0.590),
    "BERT": (0.811, 0.740, 0.689),
    "BERT-CRF": (0.822, 0.749, 0.710),
    "BERT + Cofe": (0.832, 0.753, 0.729),
}

Pairs = list[tuple[Sequence[Attribution], Sequence[Attribution]]]


def predict(text: str, levels: bool = False) -> tuple[Attribution, ...]:
    """Attributions of a plain text; with ``levels`` their relays too."""
    article = article_from_text(text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    found = extract_attributions(tokens, quotes)
    return resolve_sources(tokens, quotes, found)[0] if levels else found


def regex(text: str) -> tuple[Attribution, ...]:
    """The floor: quotations of four words and more."""
    found = [Span.of(text, m.start(), m.end()) for m in QUOTED.finditer(text) if len(m[1].split()) >= 4]
    return tuple(Attribution(i, None, Span.of(text, s.start, s.start + 1), (s,), "direct") for i, s in enumerate(found))


def flat(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Without those that stand inside the content of another."""
    return [a for a in attributions if a.parent is None]


def on_documents(documents: list[Document], is_flat: bool) -> dict[str, dict[str, Score]]:
    """Our scores on documents with gold attributions."""
    found = [predict(d.text, levels=True) for d in documents]
    pairs: Pairs = [(d.attributions, f) for d, f in zip(documents, found)]
    triples = [(d.text, d.attributions, flat(f) if is_flat else f) for d, f in zip(documents, found)]
    floor = [(d.text, d.attributions, regex(d.text)) for d in documents]
    return {
        "attribution": pick(metric.evaluate(pairs, flat=is_flat), SHOWN),
        "end to end": pick(metric.end_to_end(triples), PEERS),
        "end to end, floor": pick(metric.end_to_end(floor), PEERS),
    }


def pick(scores: dict[str, Score], names: Sequence[str]) -> dict[str, Score]:
    """The scores that are shown, by name; one that the documents cannot have (nesting in PolNeAR) is left out."""
    return {name: scores[name] for name in names if name in scores and scores[name].value > 0}


def on_tokens() -> dict[str, Score]:
    """Our scores on the tokens of CofeNet valid."""
    articles: dict[str, tuple[list[str], list[str]]] = {}
    for document in load("cofenet", "valid"):
        text, offsets = readable(document.meta["tokens"])
        gold, found = articles.setdefault(f"{document.group}_{document.meta['annotator']}", ([], []))
        gold += [*document.meta["labels"], "O"]  # an article is one document, for the interval; no span crosses a paragraph
        found += [*to_bio(offsets, predict(text)), "O"]
    pairs = list(articles.values())
    kinds = ("exact_precision", "exact_recall", "exact_f1", "begin_f1", "jaccard")
    wanted = [f"{role}_{kind}" for role in ("source", "cue", "content") for kind in kinds]
    return pick(spans.evaluate(pairs), wanted)


def ceilings() -> dict[str, dict[str, Score]]:
    """Second annotators and second pass against the first."""
    out = {}
    for split in ("train", "dev"):
        several: dict[str, list[Document]] = defaultdict(list)
        for document in load("polnear", split, annotator="all"):
            several[document.meta["filename"]].append(document)
        pairs: Pairs = [(group[0].attributions, other.attributions) for group in several.values() for other in group[1:]]
        n = sum(len(group) > 1 for group in several.values())
        out[f"polnear {split}, other annotators ({n} articles)"] = pick(metric.evaluate(pairs), SHOWN)
    second = {d.id: d for d in load("wikinews_attributions", "dev_second_pass")}
    first = [d for d in load("wikinews_attributions", "dev") if d.id in second]
    out[f"wikinews dev, second pass ({len(first)} articles)"] = pick(
        metric.evaluate([(d.attributions, second[d.id].attributions) for d in first]), SHOWN
    )
    return out


def wikinews(split: str) -> dict[str, dict[str, Score]]:
    """Our scores on a part of the Wikinews attributions."""
    return on_documents(list(load("wikinews_attributions", split)), False)


def plain(node: Any) -> Any:
    """Scores as JSON."""
    if isinstance(node, Score):
        return node.as_dict()
    return {key: plain(value) for key, value in node.items()} if isinstance(node, dict) else node


def show(title: str, scores: dict[str, Score]) -> None:
    """Print a block of scores."""
    print(f"\n{title}")
    for score in scores.values():
        print(f"  {score}".split(" | ")[0])


def main() -> None:
    """Print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--train", action="store_true", help="look at the train parts instead (for tuning; writes nothing)")
    split = "train" if parser.parse_args().train else "dev"
    results: dict[str, Any] = {
        f"polnear_{split}": on_documents(list(load("polnear", split)), True),
        f"wikinews_{split}": wikinews(split),
    }
    for name, parts in results.items():
        for part, scores in parts.items():
            show(f"{name}: {part}", scores)
    if split == "train":
        return
    results["cofenet_valid"] = {"cofenet": on_tokens()}
    show("cofenet_valid", results["cofenet_valid"]["cofenet"])
    above = ceilings()
    for name, scores in above.items():
        show(f"ceiling: {name}", scores)
    out = {"results": plain(results), "ceiling": plain(above), "published, cofenet test, exact F1 of source, cue, content": PUBLISHED}
    RESULTS.write_text(json.dumps(out, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
