"""Known keys and their numbers: which 64-bit keys occur often enough, and a table that finds their numbers again.

Conventions
-----------
Keys are hashes, so their leading bits are as good as random: a key has its place in a table of a power of two by these bits, and where the
place is taken, the next free one (linear probing, Knuth 1973, section 6.4). The table holds numbers only, at most an eighth of its places
is taken, and all keys of a call are looked up together: so most searches end at the first place, and little memory is gone through.
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


class KeyTable:
    """Finds the number of a key, which is its place among ``keys``.

    Parameters
    ----------
    keys : (F,) uint64 array
        Distinct; ``ValueError`` if they are not.
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = np.ascontiguousarray(keys, np.uint64)
        bits = max(4, 3 + int(max(len(self.keys), 1) - 1).bit_length())
        self._shift, self._mask = np.uint64(64 - bits), (1 << bits) - 1
        self._number = np.full(1 << bits, -1, np.int32)
        waiting = np.arange(len(self.keys))
        place = (self.keys >> self._shift).astype(np.int64)
        while len(waiting):
            free = self._number[place[waiting]] < 0
            at, first = np.unique(place[waiting[free]], return_index=True)  # of several that want a place, the first gets it
            taken = waiting[free][first]
            self._number[at] = taken
            waiting = np.setdiff1d(waiting, taken, assume_unique=True)
            if (self.keys[self._number[place[waiting]]] == self.keys[waiting]).any():
                raise ValueError("the keys are not distinct")
            place[waiting] = (place[waiting] + 1) & self._mask

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: Keys) -> NDArray[np.int32]:
        """The number of each key, -1 where it is unknown; in the shape of ``keys``."""
        if not len(self):
            return np.full(keys.shape, -1, np.int32)
        flat = keys.reshape(-1)
        place = (flat >> self._shift).view(np.int64)
        out = self._number.take(place, mode="clip")
        open_ = np.flatnonzero(self.keys.take(out, mode="clip") != flat)
        open_ = open_[out[open_] >= 0]
        out[open_] = -1
        place, wanted = place[open_], flat[open_]
        while len(open_):
            place = (place + 1) & self._mask
            number = self._number[place]
            hit = (self.keys.take(number, mode="clip") == wanted) & (number >= 0)
            out[open_[hit]] = number[hit]
            go_on = np.flatnonzero(~hit & (number >= 0))
            open_, place, wanted = open_[go_on], place[go_on], wanted[go_on]
        numbers: NDArray[np.int32] = out.reshape(keys.shape)
        return numbers
