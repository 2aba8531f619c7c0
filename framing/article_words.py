"""An article as classifiers read it: its tokens, its title apart, and the first words of the body apart.

Conventions
-----------
* The title is read as a text of its own, whether it stands in the text or was handed over; its spans are moved to where it stands, and
  there are none if it stands nowhere.
* Words are counted by *part*: title, lead (the first ``LEAD`` words of the body), rest (up to ``LONGEST`` words in all: annotators of news
  frames saw as much). Boilerplate is in no part.
* The *weighed count* of an n-gram is Σ weight · count over the parts; n-grams do not bridge parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from framing.learning.linear import Rows
from framing.records import Article, Document, Span
from framing.text import article_from_text
from framing.tokens import Tokens, is_word, tokenize
from framing.vocabulary import Vocabulary

Ints = NDArray[np.int64]

LEAD, LONGEST = 120, 650  # words
PARTS = ("title", "lead", "rest")


@dataclass(frozen=True, eq=False)
class ArticleWords:
    """The tokens of an article and of its title (``None`` without one); ``shift`` is where the title begins in the text, or ``None``."""

    tokens: Tokens
    title: Tokens | None
    shift: int | None

    @classmethod
    def of(cls, article: str | Article | Document, tokens: Tokens | None = None) -> ArticleWords:
        """Read an article; ``tokens`` are those of its text, if they are there already.

        Raises
        ------
        TypeError
            If it is none.
        """
        if isinstance(article, Document):
            article = article_from_text(article.text, article.title)
        elif isinstance(article, str):
            article = article_from_text(article)
        if not isinstance(article, Article):
            raise TypeError(f"articles must be str, Article or Document, not {type(article).__name__}")
        title = tokenize(article_from_line(article.title)) if article.title and article.title.strip() else None
        shift = None if article.title_span is None else article.title_span.start
        return cls(tokenize(article) if tokens is None else tokens, title, shift)

    @cached_property
    def part(self) -> Ints:
        """For each token of the text 1 (lead), 2 (rest) or -1 (neither): (n,)."""
        word = self.tokens.lookup(is_word, np.bool_) & self.tokens.body if len(self.tokens) else np.zeros(0, np.bool_)
        seen = np.cumsum(word) - word
        return np.where(self.tokens.body & (seen < LONGEST), np.where(seen < LEAD, 1, 2), -1)

    def weighed(self, vocabulary: Vocabulary, weights: Sequence[float]) -> Rows:
        """The known n-grams of the article: one row of weighed counts; ``weights`` are those of the parts, above 0."""
        found = [vocabulary.entries(self.tokens, self.part, len(PARTS))]
        if self.title is not None:
            found.append(vocabulary.entries(self.title, np.zeros(len(self.title), np.int64), 1))
        row, feature = (np.concatenate([entries[k] for entries in found]) for k in (0, 1))
        order = np.argsort(feature, kind="stable")
        feature, worth = feature[order], np.asarray(weights, np.float64)[row[order]]
        new = np.flatnonzero(np.diff(feature, prepend=-1))
        count = np.add.reduceat(worth, new) if len(new) else worth
        length = sum(np.asarray(weights[: len(read)], np.float64) @ read for _, _, read in found)
        return Rows(np.searchsorted(feature[new], vocabulary.offsets), feature[new], count, np.reshape(length, (1, -1)))

    def words(self) -> Ints:
        """How many words each part has: (3,)."""
        return self._sizes

    @cached_property
    def _sizes(self) -> Ints:
        words = np.zeros(len(PARTS), np.int64)
        if self.title is not None:
            words[0] = int(self.title.lookup(is_word, np.bool_).sum())
        if len(self.tokens):
            inside = self.tokens.lookup(is_word, np.bool_) & (self.part > 0)
            words += np.bincount(self.part[inside], minlength=len(PARTS))
        return words

    def spans(self, vocabulary: Vocabulary, features: Sequence[int]) -> Mapping[int, tuple[str, tuple[Span, ...]]]:
        """Name and places of features: number -> (n-gram, spans in order). What the article does not hold is left out."""
        found: dict[int, tuple[str, list[Span]]] = {}
        for name, number, spans in self._found(vocabulary, features):
            found.setdefault(number, (name, []))[1].extend(spans)
        return {number: (name, tuple(sorted(set(spans), key=lambda s: (s.start, s.end)))) for number, (name, spans) in found.items()}

    def _found(self, vocabulary: Vocabulary, features: Sequence[int]) -> Iterator[tuple[str, int, list[Span]]]:
        for row in (1, 2):
            for f in vocabulary.find(self.tokens, self.part, features, row):
                yield f.text, f.feature, list(f.spans)
        if self.title is not None:
            for f in vocabulary.find(self.title, np.zeros(len(self.title), np.int64), features, 0):
                moved = [] if self.shift is None else [(s.start + self.shift, s.end + self.shift) for s in f.spans]
                yield f.text, f.feature, [Span.of(self.tokens.text, start, end) for start, end in moved]


def article_from_line(text: str) -> Article:
    """A line of text as an article of one paragraph, without title or boilerplate."""
    whole = Span.of(text, 0, len(text))
    return Article(text, None, None, (whole,), whole)
