"""Sources, cues and contents as labels of tokens, as published systems were measured (CofeNet)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.fields import check_choice, check_keys, check_list
from framing.benchmark.measurement import Counted
from framing.benchmark.task import Figure, Item, Task
from framing.corpora import load_corpus
from framing.corpora.cofenet import LABELS
from framing.metrics import spans
from framing.records import Document

_DATA = "CofeNet's PolNeAR test part"
_CITATION = "Wang et al. 2022, CofeNet, COLING, supplement, tables 6-8"
PUBLISHED: Mapping[str, tuple[float | None, ...]] = {  # exact F1 of source, cue, content
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


class Tokens(Task):
    """Labels of tokens: which stand in a source, a cue or a content (the PolNeAR files of CofeNet).

    An item is an article as one annotator marked it, so that an article with six annotators comes six times, as in the published scores.
    ``given``: ``tokens``, Penn Treebank tokens (two backquotes for an opening mark, -LRB- for a bracket), and ``paragraphs``, the first and
    last (excluded) token of each. ``text`` is the tokens joined by blanks, a paragraph a line; it is not that of the newspaper.

    ``source_*``, ``cue_*``, ``content_*``: spans the same (``exact``), with the same first token (``begin``), and ``jaccard``, as the
    evaluation program of CofeNet counts them: an ``I-`` that continues nothing is dropped, and no span crosses a paragraph. The order on
    the leaderboard is that of the exact F1 of contents.
    """

    name: ClassVar[str] = "attribution-tokens"
    title: ClassVar[str] = "Sources, cues and contents as labels of tokens, as published systems were measured."
    corpora: ClassVar[tuple[str, ...]] = ("cofenet",)
    splits: ClassVar[tuple[str, ...]] = ("valid", "test")
    primary: ClassVar[str] = "content_exact_f1"
    unit: ClassVar[str] = "article"
    published: ClassVar[tuple[Figure, ...]] = tuple(
        Figure(system, f"{role}_exact_f1", value, _DATA, _CITATION)
        for system, values in PUBLISHED.items()
        for role, value in zip(spans.ROLES, values)
        if value is not None
    )

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles in the order of the file; ``gold`` are the labels of the tokens."""
        articles: dict[str, list[Document]] = defaultdict(list)
        for document in load_corpus(self.corpora[0], self.checked(split), data_home=data_home):
            articles[f"{document.group}_{document.meta['annotator']}"].append(document)
        return tuple(_item(name, paragraphs) for name, paragraphs in articles.items())

    def read(self, record: Mapping[str, Any], item: Item) -> tuple[str, ...]:
        """``{"id": ..., "labels": [...]}``.

        ``labels``: one a token, in their order: ``O``, or ``B-`` (first token of a span) or ``I-`` (a further one) with ``source``, ``cue``
        or ``content``.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        check_keys(record, "", ("labels",))
        labels, n = check_list(record["labels"], "labels"), len(item.given["tokens"])
        if len(labels) != n:
            raise ValueError(f"labels: there must be one for each of {n:,} tokens, not {len(labels):,}")
        return tuple(check_choice(label, f"labels[{k}]", LABELS) for k, label in enumerate(labels))

    def write(self, prediction: Sequence[str], item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        return {"labels": list(prediction)}

    def measure(self, items: Sequence[Item], predictions: Sequence[Sequence[str]]) -> Counted:
        """As :meth:`Task.measure`.

        Raises
        ------
        ValueError
            If a prediction has not one label a token.
        """
        rows = [
            spans.statistics(list(_apart(item, item.gold)), list(_apart(item, labels)))
            for item, labels in zip(items, predictions, strict=True)
        ]
        return Counted(np.array(rows, float).reshape(-1, len(spans.COLUMNS)), spans.scores, {"labels": "bio"})

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """Each further annotator of an article against the first."""
        several: dict[str | None, list[Item]] = defaultdict(list)
        for item in self.items(split, data_home):
            several[item.group].append(item)
        pairs = [(group[0], other) for group in several.values() for other in group[1:] if other.given == group[0].given]
        items = [Item(other.id, first.text, first.gold, first.given, first.group) for first, other in pairs]
        return (items, [other.gold for _, other in pairs]) if pairs else None


def paragraphs_of(item: Item) -> list[list[str]]:
    """The tokens of an item by paragraph."""
    return [list(item.given["tokens"][first:last]) for first, last in item.given["paragraphs"]]


def _item(name: str, paragraphs: Sequence[Document]) -> Item:
    tokens = [token for p in paragraphs for token in p.meta["tokens"]]
    ends = list(accumulate(len(p.meta["tokens"]) for p in paragraphs))
    given = {"tokens": tokens, "paragraphs": [list(pair) for pair in zip([0, *ends], ends)]}
    gold = tuple(label for p in paragraphs for label in p.meta["labels"])
    return Item(name, "\n".join(p.text for p in paragraphs), gold, given, paragraphs[0].group)


def _apart(item: Item, labels: Sequence[str]) -> Iterator[str]:
    """The labels with a token that has none behind each paragraph, so that no span crosses it."""
    for first, last in item.given["paragraphs"]:
        yield from labels[first:last]
        yield "O"
