"""How loaded each word of a text is: a score for every word from its type, its neighbours and its shape, looked up in tables.

Conventions
-----------
* A word is known by its key (:func:`framing.learning.words.key`). The log-odds that annotators would mark token i in a sentence are::

      own(type_i) + Σ context_d(type_{i+d}) + Σ shape_s(i) + constant        d = -2, -1, 1, 2

  A neighbour outside of the sentence has the context score of the *border*, an unknown word has none.
* What own and context scores are made of (characters, vectors, word lists; :mod:`framing.loaded_lessons`) depends on the word only, so that
  a table of known words holds the sums. The own score of an unknown word is that of its n-grams of characters, as a row of
  length 1: Σ idf · weight / √Σ idf².

Scores of word types are remembered (bounded); time is linear in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.interning import KeyTable
from framing.learning.linear import segment_sums
from framing.learning.words import key
from framing.ngrams import LONGEST, Grams, windows
from framing.quotes import find_quotes
from framing.records import Article, Span
from framing.signals import Hashes, string_hash
from framing.tokens import Remembered, Tokens, tokenize
from framing.word_types import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OFFSETS = (-2, -1, 1, 2)
SHAPES = ("capital inside a sentence", "all capitals", "first word", "inside a quotation", "with a hyphen")
GRAMS = Grams("character", 2, 5, "loaded")
COLUMNS = 1 + len(OFFSETS)  # own, contexts
_CAPITAL, _CAPITALS, _HYPHEN = 1, 2, 4


@Remembered
def word_key(token: str) -> int:
    """Hash of the key of a token."""
    return string_hash(key(token[:LONGEST]))


@Remembered
def _form(token: str) -> int:
    capitals = len(token) > 1 and token.isupper()
    return _CAPITAL * token[:1].isupper() + _CAPITALS * capitals + _HYPHEN * ("-" in token and len(token) > 2)


@dataclass(frozen=True, eq=False)
class Passages:
    """The tokens of a text in m passages (sentences, as a rule).

    Attributes
    ----------
    tokens : Tokens
    group : int array (n,)
        The passage of each token; ascending.
    quoted : bool array (n,)
    """

    tokens: Tokens
    group: Ints
    m: int
    quoted: Bools

    @cached_property
    def first(self) -> Ints:
        """First token of each passage, then n."""
        return np.searchsorted(self.group, np.arange(self.m + 1))

    @cached_property
    def size(self) -> Ints:
        """Tokens of each passage (m,)."""
        return np.diff(self.first)

    def shapes(self) -> list[Bools]:
        """Which tokens have each of ``SHAPES``."""
        form = self.tokens.lookup(_form, np.int8)
        opening = np.zeros(len(form), np.bool_)
        opening[self.first[:-1][self.size > 0]] = True
        return [(form & _CAPITAL > 0) & ~opening, form & _CAPITALS > 0, opening, self.quoted, form & _HYPHEN > 0]

    def neighbours(self, types: NDArray[Any], outside: Any) -> list[NDArray[Any]]:
        """For each of ``OFFSETS``, the value of ``types`` (n,) there, ``outside`` where the passage has ended."""
        n, out = len(types), []
        for d in OFFSETS:
            there = np.full(n, outside, types.dtype)
            a, b = max(0, -d), min(n, n - d)
            if a < b:
                there[a:b] = np.where(self.group[a + d : b + d] == self.group[a:b], types[a + d : b + d], outside)
            out.append(there)
        return out


def passages_of(texts: Sequence[str]) -> Passages:
    """Texts as one text, each one passage."""
    whole = [text.replace("\n", " ") for text in texts]
    ends = np.cumsum([len(text) + 2 for text in whole])
    text = "\n\n".join(whole)
    spans = tuple(Span.of(text, end - len(part) - 2, end - 2) for end, part in zip(ends.tolist(), whole))
    tokens = tokenize(Article(text, None, None, spans, Span.of(text, 0, len(text))))
    quotes = [quote for span in spans for quote in find_quotes(text, [span])]
    return Passages(tokens, tokens.paragraph.astype(np.int64), len(whole), quoted(tokens, quotes))


def quoted(tokens: Tokens, quotes: Sequence[Any]) -> Bools:
    """Which tokens lie in a quotation of any kind (n,)."""
    inside = np.zeros(len(tokens) + 1, np.int64)
    for quote in quotes:
        a, b = tokens.range(quote.span)
        inside[a] += 1
        inside[b] -= 1
    return np.asarray(np.cumsum(inside)[:-1] > 0)


@dataclass(frozen=True, eq=False)
class WordModel:
    """The tables.

    Attributes
    ----------
    words : KeyTable
        W known words.
    scores : float16 array (W, COLUMNS)
        Own, contexts at ``OFFSETS``.
    grams : KeyTable
        G n-grams of characters.
    idf, weights : float16 arrays (G,)
    border : float array (4,)
        Context scores.
    shapes : float array (5,)
    constant : float
    """

    words: KeyTable
    scores: NDArray[np.float16]
    grams: KeyTable
    idf: NDArray[np.float16]
    weights: NDArray[np.float16]
    border: Floats
    shapes: Floats
    constant: float

    @cached_property
    def _known(self) -> Table:
        return Table(self.types)

    def types(self, types: Sequence[str]) -> NDArray[np.float32]:
        """Scores of word types (types, COLUMNS)."""
        number = self.words.numbers(np.fromiter(map(word_key.__getitem__, types), np.uint64, len(types)))
        rows = np.zeros((len(types), COLUMNS), np.float32)
        rows[number >= 0] = self.scores[number[number >= 0]]
        new = np.flatnonzero(number < 0)
        if len(new):
            row, gram = gram_rows([types[i] for i in new.tolist()], self.grams)
            idf = self.idf[gram].astype(np.float64)
            first = np.searchsorted(row, np.arange(len(new) + 1))
            top, square = segment_sums(idf * self.weights[gram], first), segment_sums(idf * idf, first)
            rows[new, 0] = top / np.sqrt(np.where(square > 0, square, 1))
        return rows

    def logits(self, passages: Passages) -> Floats:
        """Log-odds that each token would be marked (n,)."""
        tokens = passages.tokens
        if not tokens.types:
            return np.zeros(0)
        scores, kind = tokens.rows(self._known)[tokens.numbers], tokens.type
        total = scores[kind, 0].astype(np.float64) + self.constant
        for there, border, column in zip(passages.neighbours(kind, len(scores)), self.border, scores.T[1:]):
            total += np.append(column, np.float32(border))[there]
        for here, weight in zip(passages.shapes(), self.shapes.tolist()):
            total[here] += weight
        return np.asarray(total)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in ``weights.npz``."""
        small: dict[str, NDArray[Any]] = {
            "word_border": self.border,
            "word_shapes": self.shapes,
            "word_constant": np.array([self.constant]),
        }
        tables: dict[str, NDArray[Any]] = {"word_keys": self.words.keys, "word_scores": self.scores, "gram_keys": self.grams.keys}
        return {**tables, "gram_idf": self.idf, "gram_weights": self.weights, **small}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> WordModel:
        """From what :meth:`arrays` gave. Raises ``ValueError`` or ``KeyError`` if it is damaged."""
        words, grams = KeyTable(arrays["word_keys"]), KeyTable(arrays["gram_keys"])
        scores, idf, weights = arrays["word_scores"], arrays["gram_idf"], arrays["gram_weights"]
        border, shapes, (constant,) = arrays["word_border"], arrays["word_shapes"], arrays["word_constant"].tolist()
        found = (scores.shape, idf.shape, weights.shape, border.shape, shapes.shape)
        wanted = ((len(words), COLUMNS), (len(grams),), (len(grams),), (len(OFFSETS),), (len(SHAPES),))
        if found != wanted:
            raise ValueError(f"the tables of words do not fit: {found}, not {wanted}")
        return cls(words, scores, grams, idf, weights, border, shapes, float(constant))


def gram_rows(types: Sequence[str], table: KeyTable | None) -> tuple[Ints, Any]:
    """Type and n-gram of characters, each pair once and in order: places in ``types``, and numbers in the table or, without one, keys."""
    keys, there, first = windows(types, GRAMS)
    owner = np.repeat(np.arange(len(types)), np.diff(first))
    found: Any = keys
    if table is not None:
        found = table.numbers(keys)
        there = there & (found >= 0)
    row = np.broadcast_to(owner[:, None], keys.shape)[there]
    gram: Hashes | NDArray[np.int32] = found[there]
    order = np.lexsort((gram, row))
    row, gram = row[order], gram[order]
    new = np.ones(len(row), np.bool_)
    new[1:] = (row[1:] != row[:-1]) | (gram[1:] != gram[:-1])
    return row[new], gram[new]
