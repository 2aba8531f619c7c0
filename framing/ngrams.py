"""N-grams of words and of characters in groups of tokens (sentences, titles, articles): their keys.

Conventions
-----------
* Each token has the number of its *group*, the row that it counts for: ascending along the text, -1 for what is left out. An n-gram lies in
  one group and never bridges what is left out.
* A word is known by its key (:func:`framing.learning.words.key`: small letters, straight apostrophe, digits as 0), of which the first
  ``LONGEST`` characters of the token are read. Without ``marks``, tokens that have no letter or digit are passed over, and n-grams bridge
  them.
* Characters: the n-grams of the key with a blank before and behind it, of one word each, as ``char_wb`` of scikit-learn (there, words too
  short for ``low`` count as a whole; here they have no n-gram).
* The name of a *field* of the text (``title``, ``body``) is part of the feature: the same n-gram elsewhere is another feature. Each field
  has groups of its own.
* A feature is a hash of kind, field and n-gram, made by joining the parts one after another.

Known features and their counts: :mod:`framing.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.words import key
from framing.sentences import code_points
from framing.signals import Hashes, string_hash
from framing.templates import join
from framing.tokens import Remembered, Tokens, is_word
from framing.word_types import Table

Ints = NDArray[np.int64]
Groups = NDArray[np.integer[Any]] | Mapping[str, NDArray[np.integer[Any]]]  # (n,), or that by field

LONGEST = 64  # characters of a word that are read
KINDS = ("word", "character")


@Remembered
def _word_hash(token: str) -> int:
    return string_hash(key(token[:LONGEST]))


def type_hashes(types: Sequence[str]) -> Hashes:
    """Hash of the key of each word type."""
    return np.fromiter(map(_word_hash.__getitem__, types), np.uint64, len(types))


_hashes = Table(type_hashes)


def word_hashes(tokens: Tokens, at: Ints | slice = slice(None)) -> Hashes:
    """Hash of the key of each token, or of some."""
    hashes: Hashes = tokens.rows(_hashes)[tokens.number[at]] if tokens.types else np.zeros(0, np.uint64)
    return hashes


@dataclass(frozen=True, slots=True)
class Grams:
    """Which n-grams: of ``kind`` word or character, of ``low`` to ``high`` of them, of a ``field``, with or without ``marks``.

    Raises ``ValueError`` if there is no such kind, or the numbers are not 1 <= low <= high (for characters 2 <= low).
    """

    kind: str
    low: int
    high: int
    field: str = ""
    marks: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of n-grams {self.kind!r}; known: {', '.join(KINDS)}")
        if not 1 + (self.kind == "character") <= self.low <= self.high:
            raise ValueError(f"no n-grams of {self.low} to {self.high} {self.kind}s")

    @property
    def seed(self) -> np.uint64:
        """What all hashes begin with."""
        seed: np.uint64 = np.uint64(string_hash(f"{self.kind}|{self.field}"))
        return seed


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The tokens of a text that some n-grams are read from: their index, type and row, and the stretch that no n-gram leaves."""

    at: Ints
    kind: NDArray[np.int32]
    row: Ints
    stretch: Ints

    @classmethod
    def of(cls, tokens: Tokens, groups: Groups, grams: Grams, rows: int) -> Reading:
        """Raises ``KeyError`` and ``ValueError`` as :meth:`framing.vocabulary.Vocabulary.count`."""
        group = np.asarray(groups[grams.field] if isinstance(groups, Mapping) else groups)
        if group.shape != (len(tokens),):
            raise ValueError(f"groups of the shape {group.shape} for {len(tokens)} tokens")
        out = group < 0
        at = (~out if grams.marks else ~out & tokens.lookup(is_word, np.bool_)).nonzero()[0]
        row, left_out = group.take(at).astype(np.int64), out.cumsum().take(at)
        if len(at) and (row[-1] >= rows or (row[1:] < row[:-1]).any()):
            raise ValueError(f"groups are to ascend, below {rows}")
        stretch = np.zeros(len(at), np.int64)
        ((row[1:] > row[:-1]) | (left_out[1:] > left_out[:-1])).cumsum(out=stretch[1:])
        return cls(at, tokens.type[at], row, stretch)

    def words(self, tokens: Tokens, grams: Grams, low: int) -> Iterator[tuple[int, Ints, Hashes]]:
        """For each n from ``low`` on, where the n-grams of words begin, and their keys."""
        word = word_hashes(tokens, self.at)
        state = np.full(len(word), grams.seed)
        for n in range(1, min(grams.high, len(word)) + 1):
            state = state[: len(word) - n + 1]
            join(state, word[n - 1 :])
            if n >= low:
                begin = np.flatnonzero(self.stretch[n - 1 :] == self.stretch[: len(state)])
                yield n, begin, state[begin]


def padded(token: str) -> str:
    """What n-grams of characters are read from."""
    return f" {key(token[:LONGEST])} "


def windows(types: Sequence[str], grams: Grams) -> tuple[Hashes, NDArray[np.bool_], Ints]:
    """Keys of the n-grams of characters of word types, by place and n; which of them there are; where each type begins, then the end."""
    words = list(map(padded, types))
    first = np.append(0, np.cumsum(np.fromiter(map(len, words), np.int64, len(words))))
    codes = code_points("".join(words)).astype(np.uint64)
    left = np.repeat(first[1:], np.diff(first)) - np.arange(len(codes))  # characters from here to the end of the word
    keys = np.zeros((len(codes), grams.high - grams.low + 1), np.uint64)
    state = np.full(len(codes), grams.seed)
    for n in range(1, min(grams.high, len(codes)) + 1):
        state = state[: len(codes) - n + 1]
        join(state, codes[n - 1 :])
        if n >= grams.low:
            keys[: len(state), n - grams.low] = state
    return keys, left[:, None] >= np.arange(grams.low, grams.high + 1), first


def spread(begin: Ints, size: Ints) -> Ints:
    """``begin[0], begin[0] + 1 ...``, ``size[0]`` of them, then the same of the next."""
    ends = np.cumsum(size)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - ends + size, size)


def occurrences(tokens: Tokens, groups: Groups, rows: int, grams: Grams) -> tuple[Ints, Hashes]:
    """The row and the key of every n-gram of a text, known or not, in no particular order; raises as :meth:`Vocabulary.count`."""
    reading = Reading.of(tokens, groups, grams, rows)
    if grams.kind == "word":
        parts = [(reading.row[:0], np.zeros(0, np.uint64))]
        parts += [(reading.row[begin], keys) for _, begin, keys in reading.words(tokens, grams, grams.low)]
        return np.concatenate([row for row, _ in parts]), np.concatenate([keys for _, keys in parts])
    keys, there, first = windows(tokens.types, grams)
    upto = np.append(0, np.cumsum(there.sum(axis=1)))[first]
    size = np.diff(upto)[reading.kind]
    return np.repeat(reading.row, size), keys[there][spread(upto[reading.kind], size)]
