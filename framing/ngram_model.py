"""Linear models over the n-grams of a text: decisions by the shortest way, their terms, and the n-grams behind them with their spans.

Groups, rows, fields: :mod:`framing.ngrams`; blocks, values, decisions: :mod:`framing.learning.linear`. Where all blocks are additive, each
word type is summed once and nothing is counted; the decisions are the same up to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.learning.linear import Contributions, LinearModel
from framing.ngrams import Grams, Groups
from framing.tokens import Tokens
from framing.vocabulary import Floats, Found, Vocabulary
from framing.word_types import Table


@dataclass(frozen=True, eq=False)
class Term:
    """A part of a decision: an n-gram with its places, the value that it has in the row, and its weight."""

    found: Found
    value: float
    weight: float

    @property
    def contribution(self) -> float:
        """What it adds to the decision."""
        return self.value * self.weight


@dataclass(frozen=True, eq=False)
class NgramModel:
    """A linear model that reads the n-grams of a vocabulary. Raises ``ValueError`` if the two do not fit."""

    vocabulary: Vocabulary
    model: LinearModel

    def __post_init__(self) -> None:
        sizes = tuple(block.size for block in self.model.blocks)
        if sizes != self.vocabulary.sizes:
            raise ValueError(f"a model of blocks of {sizes} features for a vocabulary of {self.vocabulary.sizes}")

    @cached_property
    def _worth(self) -> NDArray[np.floating[Any]]:
        """What one occurrence adds before the norm (F, K)."""
        return np.asarray(self.model.idf[:, None] * self.model.weights)

    @cached_property
    def _by_type(self) -> tuple[Table, ...]:
        return self.vocabulary.type_sums(self._worth)

    def decisions(self, tokens: Tokens, groups: Groups, rows: int, dense: ArrayLike | None = None) -> Floats:
        """Decision values (rows, K); arguments and errors as of :meth:`Vocabulary.count` and :meth:`LinearModel.decisions`."""
        if self.model.additive:
            total = np.zeros((rows, self.model.outputs))
            found = self.vocabulary.sums(tokens, groups, rows, self._worth, self._by_type)
            for block, (length, sums) in zip(self.model.blocks, found):
                size = np.maximum(length, 1)[:, None]
                total += sums / (size if block.norm == "length" else np.sqrt(size) if block.norm == "root" else 1)
            return np.asarray(total + self.model.surroundings(dense, rows))
        parts = [self.model.sparse(piece) for piece in self.vocabulary.pieces(tokens, groups, rows)]
        return np.asarray(np.concatenate(parts) + self.model.surroundings(dense, rows))

    def contributions(
        self, tokens: Tokens, groups: Groups, rows: int, output: int = 0, row: int = 0, dense: ArrayLike | None = None
    ) -> Contributions:
        """All terms of one decision, which sum to it; arguments and errors as of :meth:`decisions`."""
        return self.model.contributions(self.vocabulary.count(tokens, groups, rows), output, row, dense)

    def strongest(self, tokens: Tokens, groups: Groups, terms: Contributions, most: int, row: int = 0) -> list[Term]:
        """The n-grams with the largest contributions of either sign, at most so many, the largest first, with their spans.

        ``terms`` are those that :meth:`contributions` gave for the same row.
        """
        order = np.argsort(-np.abs(terms.terms), kind="stable")[:most]
        order = order[terms.terms[order] != 0]
        found = {f.feature: f for f in self.vocabulary.find(tokens, groups, terms.feature[order], row)}
        return [Term(found[int(terms.feature[i])], float(terms.value[i]), float(terms.weight[i])) for i in order.tolist()]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in ``weights.npz``."""
        return self.model.arrays() | {f"known_{b}": table.keys for b, table in enumerate(self.vocabulary.tables)}

    def numbers(self) -> dict[str, Any]:
        """What is kept in ``model.json``."""
        grams = [[g.kind, g.low, g.high, g.field, g.marks] for g in self.vocabulary.grams]
        return self.model.numbers() | {"grams": grams}

    @classmethod
    def of(cls, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NgramModel:
        """From what :meth:`numbers` and :meth:`arrays` gave. Raises ``ValueError`` or ``KeyError`` if it is damaged."""
        grams = [Grams(str(kind), int(low), int(high), str(field), bool(marks)) for kind, low, high, field, marks in numbers["grams"]]
        keys = [arrays[f"known_{b}"] for b in range(len(grams))]
        return cls(Vocabulary(grams, keys), LinearModel.of(numbers, arrays))
