"""Source, cue and content as one label a token, with the side on which the cue lies.

Conventions
-----------
``LABELS`` are O, and B (first token) and I (further tokens) of a cue (C), of a source whose cue lies to the right (S>) or to the left (S<),
and of a content likewise (X>, X<). A token has one label: where spans overlap, the cue wins over the source, the source over the content,
and the part of a span behind the interruption begins anew. A part of a span counts by itself: its cue is to the right if it begins before
the cue does. Nothing goes on across the border of a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.learning.crf import Transitions
from framing.records import Attribution
from framing.tokens import Tokens

LABELS = ("O", "B-C", "I-C", "B-S>", "I-S>", "B-S<", "I-S<", "B-X>", "I-X>", "B-X<", "I-X<")
CUE, SOURCE_RIGHT, SOURCE_LEFT, CONTENT_RIGHT, CONTENT_LEFT = 1, 3, 5, 7, 9  # the B label of each kind
ROLES = {CUE: "cue", SOURCE_RIGHT: "source", SOURCE_LEFT: "source", CONTENT_RIGHT: "content", CONTENT_LEFT: "content"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of tokens ``first`` to ``last`` (excluded) of one kind (its B label)."""

    first: int
    last: int
    kind: int


def inside(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where the labels are I of some kind."""
    further: NDArray[np.bool_] = (labels > 0) & (labels % 2 == 0)
    return further


def forbidden() -> Transitions:
    """An I follows the B or the I of its own kind only."""
    n = len(LABELS)
    t = Transitions.zeros(n)
    for further in range(2, n, 2):
        t.initial[further] = -np.inf
        t.between[:, further] = -np.inf
        t.between[further - 1 : further + 1, further] = 0.0
    return t


def encode(tokens: Tokens, attributions: Sequence[Attribution]) -> NDArray[np.int64]:
    """The label of every token (n,)."""
    labels = np.zeros(len(tokens), np.int64)
    owner = np.full(len(tokens), -1, np.int64)
    spans: list[tuple[int, int, int]] = []
    for a in attributions:
        for part in a.content:
            spans.append((*tokens.range(part), CONTENT_RIGHT if part.start < a.cue.start else CONTENT_LEFT))
    for a in attributions:
        if a.source is not None:
            spans.append((*tokens.range(a.source), SOURCE_RIGHT if a.source.start < a.cue.start else SOURCE_LEFT))
    spans += [(*tokens.range(a.cue), CUE) for a in attributions]
    taken: dict[tuple[int, int], int] = {}
    for k, (first, last, kind) in enumerate(spans):
        if kind in (SOURCE_RIGHT, SOURCE_LEFT):
            if (first, last) in taken:  # a shared source: the nearest cue tells its direction; the first attribution is nearest as a rule
                continue
            taken[first, last] = k
        labels[first:last] = kind + 1
        owner[first:last] = k
    same = np.zeros(len(tokens), np.bool_)
    same[1:] = (owner[1:] == owner[:-1]) & (tokens.paragraph[1:] == tokens.paragraph[:-1])
    begins = np.flatnonzero((owner >= 0) & ~same)
    labels[begins] -= 1
    return labels


def pieces(labels: NDArray[np.int64]) -> list[Piece]:
    """The stretches that the labels mark, in order."""
    out, listed = [], [*labels.tolist(), 0]
    for i in np.flatnonzero(labels % 2 == 1).tolist():
        kind, j = listed[i], i + 1
        while listed[j] == kind + 1:
            j += 1
        out.append(Piece(i, j, kind))
    return out
