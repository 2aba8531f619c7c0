"""What the classifiers of frames read of an article: its words and word pairs, and how often it names the words of each frame.

Conventions
-----------
* N-grams of words, single and in pairs, without marks. Title, lead and rest (:mod:`framing.article_words`) count 2, 1.5 and 1 times.
* Lexicon columns: ln (1 + 100 · c / n) with c the weighted count of the words of a frame (``lexicons/policy_frames.tsv``,
  ``generic_frames.tsv``) and n the number of words, in the whole article or in title and lead. In this order: policy frames of the whole,
  policy frames of title and lead, generic frames of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from framing.article_words import ArticleWords
from framing.categories import Categories
from framing.learning.linear import Rows
from framing.lexicons import read_table
from framing.ngrams import Grams
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Span
from framing.vocabulary import Vocabulary

Floats = NDArray[np.float64]

GRAMS = (Grams("word", 1, 2, marks=False),)
WEIGHTS = (2.0, 1.5, 1.0)  # of title, lead, rest; chosen by cross-validation
_POLICY, _GENERIC = len(POLICY_FRAMES), len(GENERIC_FRAMES)
WHOLE, HEAD = "whole", "title and lead"
COLUMNS = (
    *(f"words of policy {frame}, {WHOLE}" for frame in POLICY_FRAMES),
    *(f"words of policy {frame}, {HEAD}" for frame in POLICY_FRAMES),
    *(f"words of generic {frame}, {WHOLE}" for frame in GENERIC_FRAMES),
)
_TABLES = {"policy": "policy_frames", "generic": "generic_frames"}  # frames of the two kinds may have one code


@cache
def lexicon() -> Categories:
    """The words of all frames, policy and generic, in one pass."""
    entries = (
        (f"{kind} {row['frame']}", row["entry"], float(row["weight"])) for kind, table in _TABLES.items() for row in read_table(table)
    )
    return Categories(entries, [*(f"policy {frame}" for frame in POLICY_FRAMES), *(f"generic {frame}" for frame in GENERIC_FRAMES)])


def lexicon_columns(words: ArticleWords) -> Floats:
    """The lexicon columns of an article, in the order of ``COLUMNS``."""
    counts = lexicon().count(words.tokens, words.part, len(WEIGHTS))
    if words.title is not None:
        counts[0] += lexicon().count(words.title, np.zeros(len(words.title), np.int64), 1)[0]
    size = words.words()
    whole = np.log1p(100 * counts.sum(axis=0) / max(int(size.sum()), 1))
    head = np.log1p(100 * counts[:2].sum(axis=0) / max(int(size[:2].sum()), 1))
    return np.concatenate([whole[:_POLICY], head[:_POLICY], whole[_POLICY:]])


def weighed_row(words: ArticleWords, vocabulary: Vocabulary) -> Rows:
    """The known n-grams of an article: one row."""
    return words.weighed(vocabulary, WEIGHTS)


def column_spans(words: ArticleWords, columns: Sequence[str]) -> Iterator[tuple[Span, ...]]:
    """Where an article has the words behind each of some lexicon columns; the title's only if it stands in the text."""
    category = {name: k for k, name in enumerate(lexicon().names)}
    inside = {WHOLE: words.part > 0, HEAD: words.part == 1}
    for column in columns:
        name, where = column.removeprefix("words of ").split(", ")
        spans = list(lexicon().spans(words.tokens, inside[where], category[name]))
        if words.title is not None and words.shift is not None:
            found = lexicon().spans(words.title, np.ones(len(words.title), np.bool_), category[name])
            spans += [replace(s, start=s.start + words.shift, end=s.end + words.shift) for s in found]
        yield tuple(sorted(set(spans)))


def shares(decisions: Floats, present: NDArray[np.bool_]) -> Floats:
    """Softmax (m, K) over the classes that are present (m, K), or over all where none is."""
    score = np.where(present | ~present.any(axis=1, keepdims=True), decisions, -np.inf)
    out = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(out / out.sum(axis=1, keepdims=True))
