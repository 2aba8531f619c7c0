"""Known keys and their numbers: which 64-bit keys occur often enough, and a table that finds their numbers again.

Conventions
-----------
Keys are hashes, so their leading bits are as good as random: a key has its place in a table of a power of two by these bits, and where the
place is taken, the next free one (linear probing, Knuth 1973, section 6.4). The table is at most a quarter full, so that most searches end
at the first place; all keys of a call are looked up together. Keys are placed in ascending order, each at its place or behind the key
before it, so that a running maximum finds all places at once; behind its last place the table goes on as far as it must, and one more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


def frequent(keys: Keys, at_least: int) -> Keys:
    """The distinct keys that occur at least so often, in ascending order."""
    values, counts = np.unique(keys, return_counts=True)
    out: Keys = values[counts >= at_least]
    return out


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The distinct numbers, ascending: as ``np.unique``, which for this alone imports the masked arrays of numpy."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    out: NDArray[np.int64] = ordered[first]
    return out


class KeyTable:
    """Finds the number of a key, which is its place among ``keys``.

    Parameters
    ----------
    keys : (F,) uint64 array
        Distinct; ``ValueError`` if they are not.
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = np.ascontiguousarray(keys, np.uint64)
        bits = max(4, 2 + int(max(len(self.keys), 1) - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        order = n = np.arange(len(self.keys))
        ascending = self.keys
        if not (ascending[1:] > ascending[:-1]).all():
            order = np.argsort(self.keys)
            ascending = self.keys[order]
            if (ascending[1:] == ascending[:-1]).any():
                raise ValueError("the keys are not distinct")
        place = np.maximum.accumulate((ascending >> self._shift).astype(np.int64) - n) + n
        size = max(1 << bits, int(place[-1]) + 2 if len(place) else 0)
        self._number, self._key = np.full(size, -1, np.int32), np.zeros(size, np.uint64)
        self._number[place], self._key[place] = order, ascending

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: Keys) -> NDArray[np.int32]:
        """The number of each key, -1 where it is unknown; in the shape of ``keys``."""
        flat = keys.reshape(-1)
        place = (flat >> self._shift).astype(np.int64)
        out = self._number[place]
        open_ = np.flatnonzero((self._key[place] != flat) & (out >= 0))
        out[open_] = -1
        place = place[open_]
        while len(open_):
            place = place + 1
            number = self._number[place]
            hit = (self._key[place] == flat[open_]) & (number >= 0)
            out[open_[hit]] = number[hit]
            go_on = ~hit & (number >= 0)
            open_, place = open_[go_on], place[go_on]
        numbers: NDArray[np.int32] = out.reshape(keys.shape)
        return numbers
