"""How unlike the texts a model was trained on a text is: the share of its words that they did not hold.

Conventions
-----------
* ``novelty`` = words of the body that are unknown / words of the body; a word is a token with a letter, by its key
  (:func:`framing.learning.words.key`), and known if ``AT_LEAST`` training texts hold it. Names and new events count, too: a text may be
  unlike because of its year, country or topic as well as because of its kind.
* The limit is the ``QUANTILE`` of the novelty of training texts, each measured against the words of the other folds, so that about one in
  fifty texts of the training domain is above it. Texts of fewer than ``LEAST`` words are not judged.

A crude measure, chosen because it can be explained; how well it tells domains apart is measured by ``experiments/domain_distance.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.interning import KeyTable
from framing.ngrams import type_hashes, word_hashes
from framing.signals import Hashes
from framing.tokens import Remembered, Tokens, is_word
from framing.word_types import Table

AT_LEAST = 2
QUANTILE = 0.98
LEAST = 50  # words
FOLDS = 5

_letters = Remembered(lambda token: is_word(token) and any(c.isalpha() for c in token))


def word_keys(tokens: Tokens, inside: NDArray[np.bool_] | None = None) -> Hashes:
    """Keys of the words of the body, in order; of those ``inside`` alone, if that is given (n,)."""
    if not len(tokens):
        return np.zeros(0, np.uint64)
    chosen = words_of(tokens)
    return word_hashes(tokens, np.flatnonzero(chosen if inside is None else chosen & inside))


def words_of(tokens: Tokens) -> NDArray[np.bool_]:
    """Which tokens are words of the body (n,)."""
    chosen: NDArray[np.bool_] = tokens.body & tokens.lookup(_letters, np.bool_)
    return chosen


@dataclass(frozen=True, eq=False)
class Domain:
    """The known words and the limit; ``told`` says in words what the texts were."""

    known: KeyTable
    limit: float
    told: str

    @classmethod
    def learn(cls, texts: Sequence[Hashes], told: str, measured: Sequence[Hashes] | None = None) -> Domain:
        """Learn from the word keys of texts; the limit is measured on ``measured`` (by default the same, fold by fold)."""
        known = _known(texts)
        if measured is None:
            measured_by = [
                t for k in range(FOLDS) for t in _novelties(_known([t for i, t in enumerate(texts) if i % FOLDS != k]), texts[k::FOLDS])
            ]
        else:
            measured_by = _novelties(known, measured)
        return cls(KeyTable(known), float(np.quantile(measured_by, QUANTILE)) if measured_by else 1.0, told)

    def novelty(self, keys: Hashes) -> float | None:
        """Share of unknown words, ``None`` for a text that is too short."""
        return float((self.known.numbers(keys) < 0).mean()) if len(keys) >= LEAST else None

    def novelty_of(self, tokens: Tokens, words: NDArray[np.bool_]) -> float | None:
        """:meth:`novelty` of the ``words`` (n,) of a text, looked up once a word type; there must be tokens."""
        unknown = tokens.rows(self._unknown)[tokens.number[words]]
        return float(unknown.mean()) if len(unknown) >= LEAST else None

    @cached_property
    def _unknown(self) -> Table:
        return Table(self._read)

    def _read(self, types: Sequence[str]) -> NDArray[np.bool_]:
        return np.asarray(self.known.numbers(type_hashes(types)) < 0)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in ``weights.npz``."""
        return {"domain": self.known.keys}

    def numbers(self) -> dict[str, Any]:
        """What is kept in ``model.json``."""
        return {"limit": self.limit, "told": self.told}

    @classmethod
    def of(cls, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Domain:
        """From what :meth:`numbers` and :meth:`arrays` gave."""
        return cls(KeyTable(arrays["domain"]), float(numbers["limit"]), str(numbers["told"]))


def _known(texts: Sequence[Hashes]) -> Hashes:
    """Sorted keys that enough texts hold."""
    whole = np.concatenate([np.zeros(0, np.uint64), *map(np.unique, texts)])
    keys, count = np.unique(whole, return_counts=True)
    return keys[count >= AT_LEAST]


def _novelties(known: Hashes, texts: Sequence[Hashes]) -> list[float]:
    domain = Domain(KeyTable(known), 1.0, "")
    return [value for value in map(domain.novelty, texts) if value is not None]
