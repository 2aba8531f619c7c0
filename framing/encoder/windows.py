"""Stretches of text that the encoder reads at once, and batches of them.

Conventions
-----------
A *window* is a run of tokens whose pieces, with one mark before and one behind them, are at most ``most``. Its tokens ``first:last`` are
scored; those of ``begin:first`` and ``last:end`` are read for what surrounds them. Every token is scored in exactly one window.

A paragraph is cut where it does not fit: behind the last sentence that fits, else behind the last token. What follows it in the text is in
the same window as long as that has room, if ``fill``. Time is linear in the tokens.

A *batch* holds windows of similar length, filled up to the longest with padding: about ``room`` pieces, one window at least.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
MARKS = 2  # pieces of a window that belong to no token


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Tokens that are read, ``begin:end``, and scored, ``first:last``: (windows,) each, in the order of the text."""

    begin: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def cut(pieces: Ints, borders: Ints, sentences: Ints, most: int, context: int = 0, fill: bool = False) -> Windows:
    """Divide tokens into windows.

    Parameters
    ----------
    pieces : (n,) array
        How many pieces each token has, at least one.
    borders : (paragraphs + 1,) array
        First token of each paragraph, then n.
    sentences : (sentences + 1,) array
        The same of sentences.
    most : int
        Pieces of a window, its marks among them.
    context : int
        Of these, how many are kept for tokens before and as many for tokens behind those that are scored.
    fill : bool
        Whether a window holds as many paragraphs as fit.

    Returns
    -------
    Windows

    Raises
    ------
    ValueError
        If a token does not fit into a window.
    """
    room = most - MARKS - 2 * context
    upto = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum(pieces, out=upto[1:])
    if len(pieces) and int(np.max(pieces)) > room:
        raise ValueError(f"a token has {int(np.max(pieces))} pieces, a window has room for {room}")
    cuts = [0]
    for begin, end in _stretches(borders, upto, room, fill):
        while upto[end] - upto[begin] > room:
            fits = int(upto.searchsorted(upto[begin] + room, "right")) - 1
            ahead = int(sentences[int(sentences.searchsorted(fits, "right")) - 1])
            begin = ahead if ahead > begin else fits
            cuts.append(begin)
        cuts.append(end)
    first, last = np.array(cuts[:-1], np.int64), np.array(cuts[1:], np.int64)
    lowest, highest = upto[first] - context, upto[last] + context
    return Windows(upto.searchsorted(lowest).clip(0), first, last, upto.searchsorted(highest, "right") - 1)


def _stretches(borders: Ints, upto: NDArray[np.int64], room: int, fill: bool) -> Iterator[tuple[int, int]]:
    """The paragraphs that are not empty, several together if they are to fill a window."""
    begin = end = 0
    for following in borders[1:].tolist():
        if begin < end and not (fill and upto[following] - upto[begin] <= room):
            yield begin, end
            begin = end
        end = following
    if begin < end:
        yield begin, end


def batches(lengths: Ints, room: int) -> list[NDArray[np.int64]]:
    """Windows of ``lengths`` pieces in batches, shortest first; every window in exactly one."""
    order = np.argsort(lengths, kind="stable")
    out, begin = [], 0
    ascending = lengths[order].tolist()
    for k in range(1, len(order) + 1):
        if k == len(order) or (k + 1 - begin) * ascending[k] > room:
            out.append(order[begin:k])
            begin = k
    return out
