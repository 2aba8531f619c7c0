"""Word types by their numbers, which all texts of a process share, so that what depends on the word alone is one gather from an array.

Conventions
-----------
A :class:`Shelf` numbers the word types it is shown. Number 0 is kept free for what is no word. A
:class:`Table` keeps what a function gives for the types of the newest shelf, a row each, filled where a text first needs it. When a shelf
is full the next text begins a new one, and tables begin anew with it: so memory stays bounded, and a text that is being read keeps its own.

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
        self._numbers: dict[str, int] = {}
        self._characters = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def full(self) -> bool:
        return len(self._numbers) >= TYPES or self._characters >= CHARACTERS

    def numbers(self, types: Sequence[str]) -> NDArray[np.int64]:
        """The number of each word type."""
        found = list(map(self._numbers.get, types))
        if None in found:
            with _LOCK:
                for word in types:
                    if word not in self._numbers:
                        self._numbers[word] = len(self._numbers) + 1
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
        self._kept: tuple[Shelf | None, NDArray[np.bool_], NDArray[Any] | None] = None, np.zeros(0, np.bool_), None

    def __reduce__(self) -> tuple[type[Table], tuple[Any, ...]]:
        return Table, (self._function, self._nothing)  # without what it keeps

    def rows(self, shelf: Shelf, numbers: NDArray[np.int64], types: Sequence[str]) -> NDArray[Any]:
        """The table by the numbers of a shelf: filled for ``types``, at least one, whose numbers are ``numbers``."""
        owner, known, table = self._kept
        if owner is not shelf or len(known) <= len(shelf):
            size = 2 * len(shelf) + 2
            if owner is not shelf or table is None:
                known, table = np.zeros(size, np.bool_), None
            else:
                known, table = _longer(known, size), _longer(table, size)
        if table is None or not known[numbers].all():
            missing = np.flatnonzero(~known[numbers])
            fresh = self._function([types[i] for i in missing.tolist()])
            if table is None:
                table = np.zeros((len(known), *fresh.shape[1:]), fresh.dtype)
                table[0] = 0 if self._nothing is None else self._nothing
            table[numbers[missing]] = fresh
            known[numbers[missing]] = True  # after the row, for other threads
            self._kept = shelf, known, table
        return table


def _longer(values: NDArray[Any], size: int) -> NDArray[Any]:
    out = np.zeros((size, *values.shape[1:]), values.dtype)
    out[: len(values)] = values
    return out
