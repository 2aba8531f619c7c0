"""Linear models over counted features: their values, decisions, contributions and storage. Nothing here knows what is counted.

Conventions
-----------
* m rows, F features that are counted (sparse), D dense columns, K outputs. Features come in *blocks*, one after another; each has its own
  scheme. The value of a feature that a row has c > 0 times, with l the length of the row in this block::

      x = f(c) · idf / n        f(c) = 1 + ln c (sublinear), ln (1 + c) (log), c (count) or 1 (binary)
                                n = Euclidean norm of the block's f(c) · idf in this row (l2), 1 (none), l (length) or √l (root)

  (Salton & Buckley 1988). A block that counts and has no l2 norm is *additive*: what a row gets is the sum of what its parts get, over n.
* Decision of output k: Σ x · weight[:, k] + Σ (dense - mean) / scale · dense_weight[:, k] + constant[k]. Contributions are these terms.
* Kept on disk, weights are one byte each with a scale for each output, idf is float32 (:meth:`LinearModel.arrays`).

Learning: :mod:`framing.learning.linear_fit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.learning import store

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TF = ("sublinear", "log", "count", "binary")
NORM = ("l2", "none", "length", "root")


@dataclass(frozen=True, slots=True)
class Block:
    """``size`` features with one scheme of values. Raises ``ValueError`` if there is no such scheme."""

    size: int
    tf: str = "sublinear"
    norm: str = "l2"

    def __post_init__(self) -> None:
        if self.size < 0 or self.tf not in TF or self.norm not in NORM:
            raise ValueError(f"no block: {self}; tf is one of {', '.join(TF)}, norm one of {', '.join(NORM)}")

    @property
    def additive(self) -> bool:
        """Whether the share of a row is a sum over its parts."""
        return self.tf == "count" and self.norm != "l2"


@dataclass(frozen=True, eq=False)
class Rows:
    """Counted features of m rows in B > 0 blocks.

    Attributes
    ----------
    first : int64 array (m · B + 1,)
        Block b of row i has the entries ``first[i · B + b]:first[i · B + b + 1]``.
    feature : int32 array (entries,)
        Number of the feature, ascending in each row.
    count : int32 or float64 array (entries,)
        How often, at least 1; weighed counts need not be whole.
    length : int64 or float64 array (m, B)
        Length of each row in each block, whatever of it is a known feature.
    """

    first: Ints
    feature: NDArray[np.int32]
    count: NDArray[Any]
    length: NDArray[Any]

    def __len__(self) -> int:
        return len(self.length)

    @property
    def borders(self) -> Ints:
        """Row i has the entries ``borders[i]:borders[i + 1]``."""
        return self.first[:: self.length.shape[1]]

    def take(self, chosen: ArrayLike) -> Rows:
        """Some rows, by their numbers or a mask, in that order."""
        given = np.asarray(chosen)
        wanted = np.arange(len(self))[given if given.size else np.zeros(0, np.int64)]
        begin, size = self.borders[wanted], np.diff(self.borders)[wanted]
        at = np.arange(size.sum()) + np.repeat(begin - np.cumsum(size) + size, size)
        sizes = np.diff(self.first).reshape(self.length.shape)[wanted]
        return Rows(np.append(0, np.cumsum(sizes)), self.feature[at], self.count[at], self.length[wanted])

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """The rows of all parts, one part after another; at least one part."""
        if len(parts) == 1:
            return parts[0]
        sizes = np.concatenate([np.diff(part.first) for part in parts])
        whole = (np.concatenate([getattr(part, name) for part in parts]) for name in ("feature", "count", "length"))
        return Rows(np.append(0, np.cumsum(sizes)), *whole)


def values(rows: Rows, blocks: Sequence[Block], idf: Floats) -> Floats:
    """The value of each entry (formula: see the module), (entries,); ``idf`` (F,)."""
    raw = _raw(rows, blocks, idf)
    return np.asarray(raw / np.repeat(_norms(raw, rows, blocks).reshape(-1), np.diff(rows.first)))


def _raw(rows: Rows, blocks: Sequence[Block], idf: Floats) -> Floats:
    """f(c) · idf of each entry."""
    count = rows.count.astype(np.float64)
    schemes = {block.tf for block in blocks}
    for tf in sorted(schemes - {"count"}):
        some = np.ones(len(count), np.bool_) if tf == "log" else count > 1  # 1 stays 1 in the others, and most are
        if len(schemes) > 1:
            some &= np.repeat(np.tile([block.tf == tf for block in blocks], len(rows)), np.diff(rows.first))
        at = np.flatnonzero(some)
        count[at] = np.log1p(count[at]) if tf == "log" else 1 + np.log(count[at]) if tf == "sublinear" else 1.0
    count *= idf.take(rows.feature)
    return count


def _norms(raw: Floats, rows: Rows, blocks: Sequence[Block]) -> Floats:
    """n of each row and block, (m, B); 1 where nothing is divided by it."""
    norms = np.ones(rows.length.shape)
    unit = [block.norm == "l2" for block in blocks]
    if any(unit):
        norms[:, unit] = np.sqrt(segment_sums(raw * raw, rows.first).reshape(norms.shape)[:, unit])
    for b, block in enumerate(blocks):
        if block.norm in ("length", "root"):
            norms[:, b] = rows.length[:, b] ** (1.0 if block.norm == "length" else 0.5)
    norms[norms == 0] = 1
    return norms


def segment_sums(numbers: NDArray[np.floating[Any]], first: Ints) -> Floats:
    """Sums of ``numbers[first[i]:first[i + 1]]`` along the first axis."""
    out = np.zeros((len(first) - 1, *numbers.shape[1:]))
    filled = np.flatnonzero(first[1:] > first[:-1])
    if len(filled):
        out[filled] = np.add.reduceat(numbers, first[filled], axis=0, dtype=np.float64)
    return out


@dataclass(frozen=True, eq=False)
class Contributions:
    """The terms of one decision: ``value`` · ``weight`` of each ``feature`` of the row, the same of the dense columns, the constant."""

    feature: NDArray[np.int32]
    value: Floats
    weight: Floats
    dense_value: Floats  # standardised
    dense_weight: Floats
    constant: float

    @property
    def terms(self) -> Floats:
        """Contribution of each feature of the row."""
        return self.value * self.weight

    @property
    def dense_terms(self) -> Floats:
        """Contribution of each dense column."""
        return self.dense_value * self.dense_weight

    @property
    def decision(self) -> float:
        """Their sum."""
        return float(self.terms.sum() + self.dense_terms.sum() + self.constant)


@dataclass(frozen=True, eq=False)
class LinearModel:
    """K outputs over F counted features and D dense columns.

    Attributes
    ----------
    blocks : tuple of Block
        Of F features together.
    idf : float64 array (F,)
    weights : float32 or float64 array (F, K)
    constant : float64 array (K,)
    mean, scale : float64 arrays (D,)
    dense_weights : float64 array (D, K)
    """

    blocks: tuple[Block, ...]
    idf: Floats
    weights: NDArray[np.floating[Any]]
    constant: Floats
    mean: Floats
    scale: Floats
    dense_weights: Floats

    def __post_init__(self) -> None:
        f, k, d = sum(block.size for block in self.blocks), len(self.constant), len(self.mean)
        shapes = (self.idf.shape, self.weights.shape, self.scale.shape, self.dense_weights.shape)
        if shapes != ((f,), (f, k), (d,), (d, k)):
            raise ValueError(f"the parts of a linear model do not fit: {shapes} for {f} features, {d} dense columns, {k} outputs")

    @property
    def outputs(self) -> int:
        """K."""
        return len(self.constant)

    @property
    def additive(self) -> bool:
        """Whether all blocks are."""
        return all(block.additive for block in self.blocks)

    def decisions(self, rows: Rows, dense: ArrayLike | None = None) -> Floats:
        """Decision values of rows, (m, K).

        Parameters
        ----------
        rows : Rows
        dense : array (m, D)
            May be left out if D is 0.

        Raises
        ------
        ValueError
            If ``dense`` has another shape.
        """
        return self.sparse(rows) + self.surroundings(dense, len(rows))

    def sparse(self, rows: Rows) -> Floats:
        """What the counted features add to the decisions, (m, K)."""
        raw = _raw(rows, self.blocks, self.idf)
        if self.outputs == 1:
            products = raw * self.weights[:, 0].take(rows.feature)
        else:
            products = raw[:, None] * self.weights.take(rows.feature, axis=0)
        norms = _norms(raw, rows, self.blocks)
        return np.asarray((segment_sums(products, rows.first).reshape(*norms.shape, self.outputs) / norms[:, :, None]).sum(axis=1))

    def surroundings(self, dense: ArrayLike | None, m: int) -> Floats:
        """Dense part and constant of each decision, (m, K) or, without dense columns, (K,). Raises ``ValueError`` as :meth:`decisions`."""
        if dense is None and not len(self.mean):
            return self.constant
        return np.asarray(self._standardised(dense, m) @ self.dense_weights + self.constant)

    def _standardised(self, dense: ArrayLike | None, m: int) -> Floats:
        found = np.zeros((m, 0)) if dense is None else np.asarray(dense, np.float64)
        if found.shape != (m, len(self.mean)):
            raise ValueError(f"dense columns of the shape {found.shape}; the model reads {(m, len(self.mean))}")
        return (found - self.mean) / self.scale

    def contributions(self, rows: Rows, output: int = 0, row: int = 0, dense: ArrayLike | None = None) -> Contributions:
        """The terms of the decision of one output for one row. Arguments and errors as of :meth:`decisions`."""
        one = rows.take([row])
        return Contributions(
            one.feature,
            values(one, self.blocks, self.idf),
            self.weights[one.feature, output].astype(np.float64),
            self._standardised(dense, len(rows))[row],
            self.dense_weights[:, output],
            float(self.constant[output]),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in ``weights.npz``."""
        codes, scales = store.to_int8(self.weights, axis=0)
        dense = {"mean": self.mean, "scale": self.scale, "dense_weights": self.dense_weights}
        return {"weights": codes, "weights_scale": scales, "idf": self.idf.astype(np.float32), "constant": self.constant, **dense}

    def numbers(self) -> dict[str, Any]:
        """What is kept in ``model.json``."""
        return {"blocks": [[block.size, block.tf, block.norm] for block in self.blocks]}

    @classmethod
    def of(cls, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LinearModel:
        """From what :meth:`numbers` and :meth:`arrays` gave. Raises ``ValueError`` or ``KeyError`` if it is damaged."""
        blocks = tuple(Block(int(size), str(tf), str(norm)) for size, tf, norm in numbers["blocks"])
        weights = store.from_int8(arrays["weights"], arrays["weights_scale"])
        rest = (arrays[name].astype(np.float64) for name in ("constant", "mean", "scale", "dense_weights"))
        return cls(blocks, arrays["idf"].astype(np.float64), weights, *rest)
