"""Speakers named by a label: ``Name: "..."``, ``"..." — Name``, and the turns of a transcript (``NAME: ...``).

The mark is the cue. Labels are too rare in PolNeAR for a measured precision; the confidences below were set by eye. Paragraphs that begin
with a name in capitals, or with Q or A, and a colon are the turns of a transcript where there are at least ``MIN_TURNS`` of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from framing.contents import Contents
from framing.phrases import DASH, MARK, View

LABEL, DASHED = 0.8, 0.7
MIN_TURNS = 3

Label = tuple[int, tuple[int, int], list[tuple[int, int]], float]


def find_labels(v: View, contents: Contents) -> Iterator[Label]:
    """The mark token, source tokens, content characters and confidence of every labelled speaker; takes the quotations it uses."""
    first = [*np.flatnonzero(np.diff(np.array(v.paragraph, np.int64), prepend=-1)).tolist(), len(v.low)]
    turns: list[Label] = []
    for a, b in pairwise(first):
        if not contents.body[a]:
            continue
        colon = _label_end(v, a, b)
        if colon is not None:
            k = v.quote[colon + 1]
            if k >= 0 and k not in contents.owned:
                yield colon, (a, colon), contents.quotation(k), LABEL
            elif k < 0 and _is_turn(contents, a, colon):
                turns.append((colon, (a, colon), [contents.chars(colon + 1, b)], LABEL))
        elif v.quote[a] >= 0 and v.quote[a] not in contents.owned and contents.quotes[v.quote[a]].closed:
            _, after = v.tokens.range(contents.quotes[v.quote[a]].span)
            end = b - (v.kind[b - 1] == MARK)
            if after + 1 < end and v.kind[after] == DASH and b - after < 14 and v.capital[after + 1]:
                yield after, (after + 1, end), contents.quotation(v.quote[a]), DASHED
    if len(turns) >= MIN_TURNS:
        yield from turns


def _label_end(v: View, first: int, last: int) -> int | None:
    """The colon of a speaker's name at the start of a paragraph."""
    colon = next((i for i in range(first + 1, min(last, first + 8)) if v.low[i] == ":"), None)
    if colon is None or colon + 1 >= last or not v.capital[first]:
        return None
    return colon if all(v.capital[i] or v.low[i] in (".", "of", "the") for i in range(first, colon)) else None


def _is_turn(contents: Contents, first: int, colon: int) -> bool:
    """Whether the label is that of a transcript: capitals only, or Q and A."""
    label = contents.text[contents.start[first] : contents.end[colon - 1]]
    return label.isupper() and (len(label) > 2 or label in ("Q", "A"))
