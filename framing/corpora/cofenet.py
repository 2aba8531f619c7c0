"""The PolNeAR files of CofeNet: paragraphs as tokens with BIO labels, on which published results were scored (Wang et al. 2022).

A document is one paragraph as one annotator marked it, so a paragraph of an article with six annotators comes six times, as in the
published scores. Its ``text`` is its tokens joined by blanks (Penn Treebank tokens: `` for an opening mark, -LRB- for a bracket); it is not
the text of the newspaper. ``meta["tokens"]`` and ``meta["labels"]`` are equally long; labels are O and B- or I- with source, cue, content.
The files do not say which source belongs to which cue, so ``attributions`` is empty. ``group`` is the article.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from framing.corpora.files import require
from framing.records import Document

NAME = "cofenet"
LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")


def read(home: Path, split: str | None, fold: int | None = None) -> Iterator[Document]:
    """Read the paragraphs of a split ("valid", "test"; ``None`` for both) in the order of the file.

    The id of a document is that of the file, ``<article>_<annotator>``, with ``#`` and the number of the paragraph, from 0.

    Raises
    ------
    ValueError
        If a line has no label, or an unknown one, for a token; the message names file and line.
    """
    for part in ("valid", "test") if split is None else (split,):
        path = require(home / "res" / "polnear" / f"{part}.txt", NAME)
        seen: Counter[str] = Counter()
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    row = json.loads(line)
                    tokens, labels, name = tuple(row["tokens"]), tuple(row["labels"]), row["id"]
                    if len(tokens) != len(labels) or not set(labels) <= set(LABELS):
                        odd = ", ".join(sorted(set(labels) - set(LABELS))) or "none"
                        raise ValueError(f"{path}, line {number}: {len(tokens)} tokens, {len(labels)} labels, unknown ones: {odd}")
                    article, _, annotator = name.rpartition("_")
                    meta = {"tokens": tokens, "labels": labels, "pos": tuple(row["pos"]), "ner": tuple(row["ner"]), "annotator": annotator}
                    yield Document(f"{name}#{seen[name]}", " ".join(tokens), group=article, split=part, meta=meta)
                    seen[name] += 1
