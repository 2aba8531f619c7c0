"""What the trained hedge tagger reads: the units of a text that may be cues, and the keys of their features.

Conventions
-----------
A *unit* is a stretch that may be a cue: a cue of the rules (:mod:`framing.hedge_rules`) of one of ``TYPES``, of one or several words, or a
word outside of these that has been a cue in training (a *head*, in the form of ``hedge_lexicon.normal``). All other words are no cues by
construction, so that the work is done at a thirtieth of the words. Units lie in the body and in one sentence, and do not overlap.

Place 0 of a unit is its last word, place d > 0 the d-th word behind it, place d < 0 the d-th word before it; outside the sentence there is
only the one value ``OUTSIDE``. Columns give a number to each place: those of ``signals.TYPE_COLUMNS``, by the word there, and at place 0
those of the unit itself:

================  ==============================================================================================================
``row``           entry and type of the lexicon row by which the rules take the unit for a cue; 0 if they do not
``row_type``      type and subtype of that row, and what negation does to it; 0 if there is none
``before_unit``   last word of the unit before in the sentence; ``behind_unit``: of the unit behind
``frame``         which of ``FRAME`` stand in the sentence before the unit, and which behind it
``opening``       whether the unit opens the sentence, and whether that ends with a question mark
================  ==============================================================================================================

What evidence the lexicon has for a row (its counts) is not read: it was counted on the texts that the tagger learns from.
A key joins the values of a template with a hash of its name, as in :mod:`framing.templates`. Time is linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import Lexicon, normal
from framing.hedge_rules import Context, Cues, Index
from framing.signals import TYPE_COLUMNS, Hashes, TypeMemory, string_hash
from framing.templates import OUTSIDE, Template, join
from framing.tokens import Remembered

TYPES = ("epistemic", "doxastic", "condition", "investigation")  # what the Szeged corpus marks
UNIT_COLUMNS = ("row", "row_type", "before_unit", "behind_unit", "frame", "opening")
FRAME = ("if", "unless", "whether", "would", "not", "that", "to")

_HEAD, _QUESTION = 1 << len(FRAME), 2 << len(FRAME)
_SIDES = 2 * np.arange(len(FRAME))  # two bits for each


def _templates(*texts: str) -> tuple[Template, ...]:
    """``"word word@-1"`` is the template of the word at place 0 and the word before it."""
    parts = ([part.partition("@") for part in text.split()] for text in texts)
    return tuple(tuple((name, int(place or 0)) for name, _, place in part) for part in parts)


TEMPLATES: tuple[Template, ...] = _templates(
    *(f"{name}@{d}" for name in ("word", "grammar") for d in range(-3, 4)),
    *(f"{name}@{d}" for name in ("suffix3", "suffix2", "shape") for d in range(-2, 3)),
    *("prefix3", "form", "reporting", *UNIT_COLUMNS),
    *(f"word {name}@{d}" for name in ("word", "grammar") for d in (-2, -1, 1, 2)),
    *("word row", "word row_type", "word frame", "word opening", "word shape"),
)

BY_WORD = tuple(t for t in TEMPLATES if len(t) == 1 and t[0][0] in TYPE_COLUMNS)  # matters of a word and its place
BY_UNIT = tuple(t for t in TEMPLATES if t not in BY_WORD)
NOWHERE = np.full((1, len(TYPE_COLUMNS)), OUTSIDE, np.uint64)


class Marker:
    """What the tagger must know of a word type, remembered: bits of ``FRAME``, whether it is a head, whether it is a question mark."""

    def __init__(self, heads: Iterable[str]) -> None:
        self.heads = frozenset(heads)
        self.lookup = Remembered(self._read)

    def _read(self, token: str) -> int:
        if token == "?":
            return _QUESTION
        word = normal(token)
        return (1 << FRAME.index(word) if word in FRAME else 0) | (_HEAD if word in self.heads else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The units of a text in order: tokens ``first:last`` (u,); ``cue`` is their place among the cues of the rules, -1 for none."""

    context: Context
    cues: Cues
    marks: NDArray[np.int64]  # (n,) of Marker
    first: Index
    last: Index
    cue: Index

    @property
    def sentence(self) -> Index:
        """The sentence of each unit."""
        return self.context.tokens.sentence[self.first].astype(np.int64)

    @property
    def row(self) -> Hashes:
        """Hash of the lexicon row of each unit, 0 where the rules do not take it for a cue."""
        entry = np.append(self.cues.entry, -1)[self.cue]
        rows: Hashes = np.where(entry >= 0, _rows(self.context.lexicon)[2][entry], np.uint64(0))
        return rows

    def take(self, chosen: NDArray[np.bool_]) -> Units:
        """Some of the units."""
        return Units(self.context, self.cues, self.marks, self.first[chosen], self.last[chosen], self.cue[chosen])


@lru_cache(maxsize=2)
def _rows(lexicon: Lexicon) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Hashes]:
    """Of each entry: whether its own type, and whether that under negation is one of ``TYPES``; the hash of its row."""
    own, turned = ([kind in TYPES for kind in kinds] for kinds in zip(*((e.type, e.flip) for e in lexicon.entries)))
    return np.array(own), np.array(turned), np.array([string_hash(f"{e.text}|{e.type}") for e in lexicon.entries], np.uint64)


def find_units(context: Context, cues: Cues, marker: Marker) -> Units:
    """The units of a text; ``cues`` are those of the rules in it."""
    tokens = context.tokens
    own, turned, _ = _rows(context.lexicon)
    chosen = np.flatnonzero(np.where(cues.flipped, turned[cues.entry], own[cues.entry]))
    marks = tokens.lookup(marker.lookup, np.int64)
    heads = np.flatnonzero(((marks & _HEAD) != 0) & tokens.body)
    before = np.searchsorted(cues.first[chosen], heads, "right") - 1  # the cue that may hold the head
    if len(chosen):
        heads = heads[(before < 0) | (cues.last[chosen][before] <= heads)]
    first, last = np.concatenate([cues.first[chosen], heads]), np.concatenate([cues.last[chosen], heads + 1])
    order = np.argsort(first, kind="stable")
    cue = np.concatenate([chosen, np.full(len(heads), -1)])
    return Units(context, cues, marks, first[order], last[order], cue[order])


def unit_keys(units: Units, memory: TypeMemory, templates: Sequence[Template] = TEMPLATES) -> Hashes:
    """Keys of the features of units.

    Parameters
    ----------
    units : Units
    memory : TypeMemory
        May be without classes of words.
    templates : sequence of templates

    Returns
    -------
    uint64 array (len(templates), u)

    Raises
    ------
    KeyError
        If there is no such column.
    """
    tokens = units.context.tokens
    columns, chosen, seeds = _plan(tuple(templates))
    kind = np.append(tokens.type, -1)
    rows = np.concatenate([memory.rows_of(tokens), NOWHERE])
    at = {d: kind[places(units, d)] for d in dict.fromkeys(d for _, d in columns)}
    own = _unit_columns(units, rows[at[0], 0] if 0 in at else np.zeros(0, np.uint64))
    parts = np.empty((len(columns) + 1, len(units.first)), np.uint64)
    parts[-1] = 0  # for the templates that have fewer parts
    for part, (name, d) in zip(parts, columns):
        part[:] = own[name] if name in own else rows[at[d], TYPE_COLUMNS.index(name)]
    keys = np.repeat(seeds[:, None], len(units.first), axis=1)
    for k in range(chosen.shape[1]):
        join(keys, parts[chosen[:, k]])
    return keys


def places(units: Units, distance: int) -> Index:
    """The token at a place of each unit, n outside of the sentence."""
    return units.context.inside(units.first + distance if distance < 0 else units.last - 1 + distance, units.first)


def word_keys(rows: Hashes, templates: Sequence[Template] = BY_WORD) -> Hashes:
    """What :func:`unit_keys` gives for templates of one type column where a word has the type columns ``rows`` (m, len(TYPE_COLUMNS)).

    Returns
    -------
    uint64 array (m, len(templates))
    """
    columns, chosen, seeds = _plan(tuple(templates))
    keys = np.repeat(seeds[None], len(rows), axis=0)
    join(keys, rows[:, [TYPE_COLUMNS.index(columns[k][0]) for k in chosen[:, 0].tolist()]])
    join(keys, np.zeros(1, np.uint64))  # as the templates of two parts
    return keys


@lru_cache(maxsize=8)
def _plan(templates: tuple[Template, ...]) -> tuple[tuple[tuple[str, int], ...], Index, Hashes]:
    """The columns at places that are wanted; which of them each template joins (-1: none); the hash of its name."""
    numbers: dict[tuple[str, int], int] = {}
    for template in templates:
        for part in template:
            if part[0] not in TYPE_COLUMNS and part[0] not in UNIT_COLUMNS:
                raise KeyError(part[0])
            numbers.setdefault(part, len(numbers))
    chosen = np.full((len(templates), max(map(len, templates), default=0)), -1, np.int64)
    for line, template in zip(chosen, templates):
        line[: len(template)] = [numbers[part] for part in template]
    seeds = [string_hash("&".join(f"{name}@{place}" for name, place in template)) for template in templates]
    return tuple(numbers), chosen, np.array(seeds, np.uint64)


def _unit_columns(units: Units, word: Hashes) -> dict[str, Hashes]:
    """Columns of the units; ``word`` is that of their last words."""
    context, cues, u = units.context, units.cues, len(units.first)
    entry = np.append(cues.entry, -1)[units.cue]
    known = entry >= 0
    row_type = np.zeros(u, np.uint64)
    turned = 2 * np.append(cues.flipped, False)[units.cue] + np.append(cues.negated, False)[units.cue]
    entries = context.lexicon.entries
    sorts = [string_hash(f"{entries[e].type}|{entries[e].subtype}|{t}") for e, t in zip(entry[known].tolist(), turned[known].tolist())]
    row_type[known] = np.array(sorts, np.uint64)
    sentence = units.sentence
    same = sentence[1:] == sentence[:-1]
    before, behind = np.full(u, OUTSIDE, np.uint64), np.full(u, OUTSIDE, np.uint64)
    before[1:][same], behind[:-1][same] = word[:-1][same], word[1:][same]
    begin, end = context.begin[units.first], context.end[units.first]
    places = np.flatnonzero(units.marks & (_HEAD - 1))
    upto = np.zeros((len(places) + 1, len(FRAME)), np.int64)  # how often each of FRAME stands before each of these places
    np.cumsum((units.marks[places, None] >> np.arange(len(FRAME))) & 1, axis=0, out=upto[1:])
    opened, first, last, closed = (upto[np.searchsorted(places, at)] for at in (begin, units.first, units.last, end))
    before_it, behind_it = first > opened, closed > last
    frame = ((before_it + 2 * behind_it) << _SIDES).sum(axis=1).astype(np.uint64)
    asks = (units.marks[end - 1] | units.marks[np.maximum(end - 2, begin)]) & _QUESTION > 0
    opening = (2 * asks + (units.first == begin)).astype(np.uint64)
    return {"row": units.row, "row_type": row_type, "before_unit": before, "behind_unit": behind, "frame": frame, "opening": opening}
