"""Word types by their numbers, which all texts of a process share, so that what depends on the word alone is one gather from an array.

Conventions
-----------
A :class:`Shelf` numbers the word types it is shown. Number 0 is kept free for what is no word. A :class:`Table` keeps what a function
gives for the types of the newest shelf, a row each, filled up to the last number that there is when a text needs it: so it is enough to
know how far a table goes. When a shelf is full the next text begins a new one, and tables begin anew with it: so memory stays bounded, and
a text that is being read keeps its own.

Threads may share all of this. Numbers are given out under a lock. Rows are not locked: they are pure functions of the word, so two threads
that fill the same row write the same, and a row that is lost when a table grows is filled again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES, CHARACTERS = 1 << 15, 1 << 20  # what a shelf holds before the next text begins a new one
_LOCK = Lock()


class Shelf:
    """Numbers of word types, from 1 in the order in which they are met."""

    def __init__(self) -> None:
        self.types: list[str] = [""]  # by their numbers; the first is no word
        self._numbers: dict[str, int] = {}
        self._characters = 0

    def __len__(self) -> int:
        return len(self.types) - 1

    @property
    def full(self) -> bool:
        return len(self) >= TYPES or self._characters >= CHARACTERS

    def numbers(self, types: Sequence[str]) -> NDArray[np.int64]:
        """The number of each word type."""
        found = list(map(self._numbers.get, types))
        if None in found:
            with _LOCK:
                for word in types:
                    if word not in self._numbers:
                        number = len(self.types)
                        self.types.append(word)
                        self._numbers[word] = number  # after the word, for other threads
                        self._characters += len(word)
            found = list(map(self._numbers.get, types))
        return np.array(found, np.int64)


_newest = Shelf()


def newest() -> Shelf:
    """The shelf for the next text."""
    global _newest
    shelf = _newest
    if shelf.full:
        shelf = _newest = Shelf()  # of two threads that come here at once each has its own; one of them is kept
    return shelf


class Table:
    """What a function gives for word types.

    Parameters
    ----------
    function : callable
        Of a sequence of word types; gives an array with a row for each, which depends on that word only.
    nothing : array, optional
        Row 0; zero by default.
    """

    def __init__(self, function: Callable[[Sequence[str]], NDArray[Any]], nothing: NDArray[Any] | None = None) -> None:
        self._function, self._nothing = function, nothing
        self._kept: tuple[Shelf | None, int, NDArray[Any]] = None, 0, np.zeros(0)

    def __reduce__(self) -> tuple[type[Table], tuple[Any, ...]]:
        return Table, (self._function, self._nothing)  # without what it keeps

    def rows(self, shelf: Shelf, numbers: NDArray[np.int64], types: Sequence[str]) -> NDArray[Any]:
        """The table by the numbers of a shelf, for a text with ``types``, at least one, whose numbers are ``numbers``."""
        owner, filled, table = self._kept
        size = len(shelf.types)
        if owner is shelf and filled >= size:
            return table
        if owner not in (shelf, None) and shelf is not _newest:  # a text that was begun before the newest shelf: this once
            return self._longer(size, 1, table, numbers, self._function(types))
        begin = filled if owner is shelf else 1
        fresh = self._function(shelf.types[begin:size])
        if owner is not shelf or len(table) < size:
            table = self._longer(2 * size, begin, table, slice(begin, size), fresh)
        else:
            table[begin:size] = fresh
        self._kept = shelf, size, table  # after the rows, for other threads
        return table

    def _longer(self, size: int, begin: int, table: NDArray[Any], places: Any, fresh: NDArray[Any]) -> NDArray[Any]:
        """A table with the rows of another before ``begin``, and new ones at some places."""
        out = np.zeros((size, *fresh.shape[1:]), fresh.dtype)
        out[0] = 0 if self._nothing is None else self._nothing
        if begin > 1:
            out[1:begin] = table[1:begin]
        out[places] = fresh
        return out
