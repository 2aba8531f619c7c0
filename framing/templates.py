"""Templates that join the columns of :mod:`framing.signals` into keys.

Conventions
-----------
A template is a tuple of ``(column, offset)``: the values of columns at tokens that far away, joined. Offsets do not cross the borders of
paragraphs; what lies outside has the one value ``OUTSIDE``. A key is a hash of the values that starts with a hash of the template itself,
so keys of different templates do not meet but by chance, and no key depends on which other templates there are.

A template of one type column is the matter of the word type, whose keys the caller may remember (:func:`type_keys`); all others are the
matter of the token (:func:`keys`, which serves both). Those of one column of small numbers have few keys, which the caller may know
beforehand (:func:`small_keys`, :func:`small_values`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.signals import CONTEXT_COLUMNS, HASHED, SMALL, TYPE_COLUMNS, Hashes, Ints, Signals, string_hash

Template = tuple[tuple[str, int], ...]

OUTSIDE = np.uint64(0x1234567890ABCDEF)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: multiplicative hashing (Knuth 1973, section 6.4)
_SHIFT = np.uint64(29)


def split(templates: Sequence[Template]) -> tuple[tuple[Template, ...], tuple[Template, ...]]:
    """The templates that :func:`type_keys` serves, those of one type column, and all others; each in their order."""
    by_type = tuple(t for t in templates if len(t) == 1 and t[0][0] in TYPE_COLUMNS)
    return by_type, tuple(t for t in templates if len(t) != 1 or t[0][0] not in TYPE_COLUMNS)


@lru_cache(maxsize=256)
def is_small(template: Template) -> bool:
    """Whether a template is of one context column of small numbers."""
    return len(template) == 1 and template[0][0] in CONTEXT_COLUMNS and template[0][0] not in HASHED


def small_keys(templates: Sequence[Template]) -> Hashes:
    """All keys of small templates: (len(templates), SMALL + 1), by the value of the column, the last for what lies outside."""
    values = np.arange(SMALL + 1, dtype=np.uint64)
    values[SMALL] = OUTSIDE
    keys = np.tile(values, (len(templates), 1))
    join(keys, _plan(tuple(templates)).seeds)
    return keys


def small_values(signals: Signals, templates: Sequence[Template], first: int, last: int) -> Ints:
    """Where the keys of the tokens from ``first`` to ``last`` stand in :func:`small_keys`: (len(templates), last - first)."""
    n = len(signals.tokens)
    values = np.empty((len(templates), last - first), np.int64)
    outside = {d: _outside(signals.tokens.paragraph, d, first, last) for d in {template[0][1] for template in templates} if d}
    for out, ((name, d),) in zip(values, templates):
        begin, end = max(first + d, 0), min(last + d, n)
        if begin < end:
            out[begin - d - first : end - d - first] = signals.context[name][begin:end]
        if d:
            out[outside[d]] = SMALL
    return values


def type_keys(rows: Hashes, templates: Sequence[Template]) -> Hashes:
    """Keys of templates of one type column for word types, whatever the offset to the token whose keys they are.

    Parameters
    ----------
    rows : uint64 array (m, len(TYPE_COLUMNS))
        As ``TypeMemory.rows`` gives them; ``OUTSIDE`` in all places stands for what lies outside a paragraph.
    templates : sequence of templates

    Returns
    -------
    uint64 array (len(templates), m)
        What :func:`keys` gives for a token that has the word type at the offset of the template.

    Raises
    ------
    ValueError
        If a template is not of one type column.
    """
    wrong = [t for t in templates if len(t) != 1 or t[0][0] not in TYPE_COLUMNS]
    if wrong:
        raise ValueError(f"no template of one type column: {wrong[0]}")
    columns = [TYPE_COLUMNS.index(t[0][0]) for t in templates]
    values = np.ascontiguousarray(rows[:, columns].T)
    join(values, _plan(tuple(templates)).seeds)
    return values


def keys(signals: Signals, templates: Sequence[Template], first: int = 0, last: int | None = None) -> Hashes:
    """Keys of templates for tokens.

    Parameters
    ----------
    signals : Signals
    templates : sequence of templates
    first, last : int
        The tokens wanted, all by default. What surrounds them is seen, so a text can be taken in parts.

    Returns
    -------
    uint64 array (len(templates), last - first)

    Raises
    ------
    KeyError
        If there is no such column.
    """
    n = len(signals.tokens)
    last = n if last is None else last
    plan = _plan(tuple(templates))
    columns = {name: signals.column(name) for name in plan.columns}
    parts = np.empty((len(plan.parts), last - first), np.uint64)
    outside = {offset: _outside(signals.tokens.paragraph, offset, first, last) for offset in plan.offsets}
    for part, (name, offset) in zip(parts, plan.parts):
        column = columns[name]
        if not offset:
            part[:] = column[first:last]
            continue
        begin, end = max(first + offset, 0), min(last + offset, n)
        if begin < end:
            part[begin - offset - first : end - offset - first] = column[begin:end]
        part[outside[offset]] = OUTSIDE
    joined = parts[plan.chosen[0]] if plan.chosen else np.empty((0, last - first), np.uint64)
    join(joined, plan.seeds)
    for chosen in plan.chosen[1:]:
        join(joined[: len(chosen)], parts[chosen])
    return joined[plan.order]


def _outside(paragraph: NDArray[np.int32], offset: int, first: int, last: int) -> Ints:
    """Those of the tokens from ``first`` to ``last``, counted from ``first``, whose neighbour at ``offset`` is in another paragraph."""
    there = np.arange(first, last) + offset
    here = paragraph[first:last]
    return np.flatnonzero((there < 0) | (there >= len(paragraph)) | (paragraph.take(there, mode="clip") != here))


def join(values: Hashes, other: Hashes) -> None:
    """Mix ``other`` into ``values``, in place."""
    values ^= other
    values *= _FACTOR
    values ^= values >> _SHIFT


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How to compute many templates at once: those with most parts first, all first parts together, then all second ones ..."""

    parts: tuple[tuple[str, int], ...]  # all that are wanted, each once
    columns: tuple[str, ...]
    offsets: tuple[int, ...]  # other than 0
    chosen: tuple[Ints, ...]  # the k-th parts of the templates that have one
    seeds: Hashes  # (T, 1)
    order: Ints  # where each template is


@lru_cache(maxsize=64)
def _plan(templates: tuple[Template, ...]) -> _Plan:
    if not all(templates):
        raise ValueError("a template without columns")
    numbers: dict[tuple[str, int], int] = {}
    for template in templates:
        for part in template:
            numbers.setdefault(part, len(numbers))
    ranked = sorted(range(len(templates)), key=lambda t: -len(templates[t]))
    depth = max(map(len, templates), default=0)
    chosen = [np.array([numbers[templates[t][k]] for t in ranked if k < len(templates[t])]) for k in range(depth)]
    seeds = [string_hash("&".join(f"{name}@{offset}" for name, offset in templates[t])) for t in ranked]
    order = np.empty(len(templates), np.int64)
    order[ranked] = np.arange(len(templates))
    return _Plan(
        parts=tuple(numbers),
        columns=tuple(dict.fromkeys(name for name, _ in numbers)),
        offsets=tuple(dict.fromkeys(offset for _, offset in numbers if offset)),
        chosen=tuple(chosen),
        seeds=np.array(seeds, np.uint64).reshape(-1, 1),
        order=order,
    )
