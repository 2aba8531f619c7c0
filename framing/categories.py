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
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.words import key
from framing.lexicons import read_table
from framing.records import Span
from framing.tokens import Remembered, Tokens, is_word

Floats = NDArray[np.float64]

_PAIR = 16  # bytes of two float64

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
        If an entry is blank or has a ``*`` elsewhere than at the end of a word, or its category is none of ``names``.
    """

    def __init__(self, entries: Iterable[tuple[str, str, float]], names: Sequence[str] | None = None) -> None:
        rows = list(entries)
        self.names = tuple(dict.fromkeys(category for category, _, _ in rows)) if names is None else tuple(names)
        place = {name: k for k, name in enumerate(self.names)}
        self._single, self._first, self._second = _Entries(), _Entries(), _Entries()
        self._singles: list[tuple[int, float]] = []
        self._phrases: list[tuple[re.Pattern[str] | None, int, int, float]] = []  # of the words after the second; length, category, weight
        for category, entry, weight in rows:
            words = [key(word) for word in entry.split()]
            if not words or category not in place or any("*" in word[:-1] or word == "*" for word in words):
                raise ValueError(f"{entry!r} of {category!r} is no entry of {', '.join(self.names)}")
            if len(words) == 1:
                self._single.add(words[0], len(self._singles))
                self._singles.append((place[category], weight))
            else:
                self._first.add(words[0], len(self._phrases))
                self._second.add(words[1], len(self._phrases))
                self._phrases.append((_pattern(words[2:]) if words[2:] else None, len(words), place[category], weight))
        self._worth = Remembered(self._worth_of)
        self._counts = Remembered(lambda token: len(self._worth[token]) // _PAIR)
        self._starts, self._goes_on = Remembered(self._first.of), Remembered(self._second.of)
        self._sides = Remembered(lambda token: bool(self._starts[token]) + 2 * bool(self._goes_on[token]))

    @classmethod
    def of_table(cls, name: str, column: str, names: Sequence[str] | None = None) -> Categories:
        """From a lexicon of the house with a column of categories, ``entry`` or ``word``, and ``weight`` if it has one."""
        rows = read_table(name)
        return cls(((r[column], r["entry"] if "entry" in r else r["word"], float(r.get("weight") or 1)) for r in rows), names)

    def __len__(self) -> int:
        return len(self.names)

    def _worth_of(self, token: str) -> bytes:
        """Categories of a word with their weights: pairs of float64, in bytes."""
        numbers = self._single.of(token)
        if not numbers:
            return b""
        found: dict[int, float] = {}
        for k, weight in map(self._singles.__getitem__, numbers):
            found[k] = max(found.get(k, 0.0), weight)
        return np.array(sorted(found.items()), np.float64).tobytes()

    def hits(self, tokens: Tokens, inside: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
        """First and last token, category and weight of all hits among the tokens ``inside`` (n,), in no particular order."""
        counts = tokens.lookup(self._counts, np.int64)
        at = np.flatnonzero(inside & (counts > 0))
        types = tokens.types
        flat = np.frombuffer(b"".join([self._worth[types[t]] for t in tokens.type[at].tolist()]), np.float64).reshape(-1, 2)
        single = np.repeat(at, counts[at])
        kind, worth = flat[:, 0].astype(np.int64), flat[:, 1]
        phrases = list(self._phrase_hits(tokens, inside)) if types and self._phrases else []
        if not phrases:
            return single, single, kind, worth
        table = np.array(phrases, np.float64)
        columns = zip((single, single, kind, worth), (*table[:, :3].astype(np.int64).T, table[:, 3]))
        first, last, kind, worth = (np.concatenate(column) for column in columns)
        return first, last, kind, worth

    def _phrase_hits(self, tokens: Tokens, inside: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, float]]:
        word = np.flatnonzero(inside & tokens.lookup(is_word, np.bool_))
        kind, sentence, side = tokens.type[word], tokens.sentence[word], tokens.lookup(self._sides, np.uint8)[word]
        may = (side[:-1] & 1 > 0) & (side[1:] & 2 > 0) & (sentence[1:] == sentence[:-1])
        at, types = np.flatnonzero(may), tokens.types
        for i, one, other in zip(at.tolist(), kind[at].tolist(), kind[at + 1].tolist()):
            second = self._goes_on[types[other]]
            for p in self._starts[types[one]]:
                if p not in second:
                    continue
                rest, length, k, weight = self._phrases[p]
                last = i + length - 1
                if rest is not None:
                    if last >= len(word) or sentence[last] != sentence[i]:
                        continue
                    if not rest.fullmatch(" ".join(key(types[t][:64]) for t in kind[i + 2 : last + 1].tolist())):
                        continue
                yield int(word[i]), int(word[last]), k, weight

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


class _Entries:
    """Numbered words and stems: the numbers of those that a token is."""

    def __init__(self) -> None:
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._lengths: list[int] = []  # of stems, ascending

    def add(self, word: str, number: int) -> None:
        """A word, or a stem that ends in ``*``."""
        table, name = (self._stems, word[:-1]) if word.endswith("*") else (self._words, word)
        table.setdefault(name, []).append(number)
        if table is self._stems and len(name) not in self._lengths:
            self._lengths = sorted([*self._lengths, len(name)])

    def of(self, token: str) -> tuple[int, ...]:
        """The numbers, ascending."""
        word = key(token[:64])
        found = list(self._words.get(word, ()))
        for n in self._lengths:
            if n > len(word):
                break
            found += self._stems.get(word[:n], ())
        return tuple(sorted(found))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(" ".join(re.escape(word).replace(r"\*", r"\S*") for word in words))
