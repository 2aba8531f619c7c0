"""Words and phrases of categories: how often, and where, a text names them. The lists are data (``lexicons/*.tsv``).

Conventions
-----------
* An entry is a word, a stem (``econom*``: any ending) or a phrase of such (``job market*``); it has a category and a weight, 1 if the table
  has none. Words are known by their key (:func:`framing.learning.words.key`), phrases within a sentence, over marks.
* A word that several entries of a category know counts with the largest of their weights; a phrase is counted on its own, beside its words.
* The count of a category in a row is the sum of weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.words import key
from framing.lexicons import read_table
from framing.records import Span
from framing.tokens import Remembered, Tokens, is_word

Floats = NDArray[np.float64]


class Categories:
    """A list of words by category.

    Parameters
    ----------
    entries : iterable of (category, entry, weight)
    names : sequence of str, optional
        The categories in the order wanted; by default that of their first entry.

    Raises
    ------
    ValueError
        If an entry is blank, or its category is none of ``names``.
    """

    def __init__(self, entries: Iterable[tuple[str, str, float]], names: Sequence[str] | None = None) -> None:
        rows = list(entries)
        self.names = tuple(dict.fromkeys(category for category, _, _ in rows)) if names is None else tuple(names)
        place = {name: k for k, name in enumerate(self.names)}
        self._words: dict[str, list[tuple[int, float]]] = {}
        self._stems: dict[str, list[tuple[int, float]]] = {}
        self._phrases: list[tuple[re.Pattern[str], re.Pattern[str], int, int, float]] = []
        for category, entry, weight in rows:
            words = [key(word) for word in entry.split()]
            if not words or category not in place:
                raise ValueError(f"{entry!r} of {category!r} is no entry of {', '.join(self.names)}")
            if len(words) > 1:
                first, whole = _pattern(words[:1]), _pattern(words)
                self._phrases.append((first, whole, len(words), place[category], weight))
            elif words[0].endswith("*"):
                self._stems.setdefault(words[0][:-1], []).append((place[category], weight))
            else:
                self._words.setdefault(words[0], []).append((place[category], weight))
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._worth = Remembered(self._worth_of)
        self._starts = Remembered(self._starts_of)

    @classmethod
    def of_table(cls, name: str, column: str, names: Sequence[str] | None = None) -> Categories:
        """From a lexicon of the house with a column of categories, ``entry`` or ``word``, and ``weight`` if it has one."""
        rows = read_table(name)
        return cls(((r[column], r["entry"] if "entry" in r else r["word"], float(r.get("weight") or 1)) for r in rows), names)

    def __len__(self) -> int:
        return len(self.names)

    def _worth_of(self, token: str) -> tuple[tuple[int, float], ...]:
        """Categories of a word with their weights."""
        word = key(token[:64])
        found: dict[int, float] = {}
        stems = (self._stems.get(word[:n], ()) for n in self._lengths if n <= len(word))
        for hits in (self._words.get(word, ()), *stems):
            for k, weight in hits:
                found[k] = max(found.get(k, 0.0), weight)
        return tuple(sorted(found.items()))

    def _starts_of(self, token: str) -> tuple[int, ...]:
        """Phrases that may begin with a word."""
        word = key(token[:64])
        return tuple(i for i, (first, *_) in enumerate(self._phrases) if first.fullmatch(word))

    def hits(self, tokens: Tokens, inside: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
        """First and last token, category and weight of all hits among the tokens ``inside`` (n,), in no particular order."""
        first: list[NDArray[Any]] = []
        last: list[NDArray[Any]] = []
        kind: list[NDArray[Any]] = []
        worth: list[NDArray[Any]] = []
        size = len(tokens.types)
        found = [self._worth[t] for t in tokens.types]
        counts = np.fromiter(map(len, found), np.int64, size)
        flat = np.array([pair for pairs in found for pair in pairs], np.float64).reshape(-1, 2)
        at = np.flatnonzero(inside & (counts[tokens.type] > 0)) if size else np.zeros(0, np.int64)
        n = counts[tokens.type[at]]
        begin = (np.cumsum(counts) - counts)[tokens.type[at]]
        places = np.arange(n.sum()) + np.repeat(begin - np.cumsum(n) + n, n)
        first.append(np.repeat(at, n))
        last.append(np.repeat(at, n))
        kind.append(flat[places, 0].astype(np.int64))
        worth.append(flat[places, 1])
        if self._phrases and size:
            rows = list(self._phrase_hits(tokens, inside))
            table = np.array(rows, np.float64).reshape(-1, 4)
            for column, values in zip((first, last, kind), table.T):
                column.append(values.astype(np.int64))
            worth.append(table[:, 3])
        return np.concatenate(first), np.concatenate(last), np.concatenate(kind), np.concatenate(worth)

    def _phrase_hits(self, tokens: Tokens, inside: NDArray[np.bool_]) -> Iterable[tuple[int, int, int, float]]:
        word = np.flatnonzero(inside & tokens.lookup(is_word, np.bool_))
        starts = [self._starts[t] for t in tokens.types]
        may = np.array([bool(s) for s in starts], np.bool_)[tokens.type[word]]
        for i in np.flatnonzero(may).tolist():
            begin = int(word[i])
            for p in starts[int(tokens.type[begin])]:
                _, whole, length, k, weight = self._phrases[p]
                these = word[i : i + length]
                if len(these) < length or tokens.sentence[these[-1]] != tokens.sentence[begin]:
                    continue
                if whole.fullmatch(" ".join(key(tokens.types[t][:64]) for t in tokens.type[these].tolist())):
                    yield begin, int(these[-1]), k, weight

    def count(self, tokens: Tokens, groups: NDArray[np.integer[Any]], rows: int) -> Floats:
        """Weighted counts by row and category, (rows, K); ``groups`` (n,) is the row of each token, -1 for none."""
        if not len(tokens):
            return np.zeros((rows, len(self)))
        first, _, kind, worth = self.hits(tokens, groups >= 0)
        sums = np.bincount(groups[first] * len(self) + kind, worth, rows * len(self)).astype(np.float64)
        return sums.reshape(rows, len(self))

    def spans(self, tokens: Tokens, inside: NDArray[np.bool_], category: int) -> tuple[Span, ...]:
        """Where a category is named, in order."""
        if not len(tokens):
            return ()
        first, last, kind, _ = self.hits(tokens, inside)
        here = np.flatnonzero(kind == category)
        places = sorted(set(zip(first[here].tolist(), last[here].tolist())))
        return tuple(tokens.span(a, b + 1) for a, b in places)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(" ".join(re.escape(word).replace(r"\*", r"\S*") for word in words))
