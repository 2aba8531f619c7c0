"""From the offsets of a corpus to gold records: attributions in the order of their cues, speech by quotation marks, entities by name.

Conventions
-----------
* Ids count from 0 in the order of the cues; ``Gold.events`` keeps the corpus's own ids in that order.
* A source or cue in several parts becomes their hull, a content stays in parts. ``Gold.parts`` keeps the parts: attribution id ->
  {"source" or "cue": offsets}.
* Speech, where a corpus does not code it: share of the words of the content inside double quotation marks, from .9 direct, 0 indirect,
  mixed between. The attribution extractor draws the line at the same place.
* An entity has the kind and level that most of its attributions have (of equally many the first), and its sources as mentions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing.quotes import find_quotes
from framing.records import Attribution, Entity, Span
from framing.text import split_paragraphs

Offsets = tuple[tuple[int, int], ...]

DIRECT = 0.9  # share of quoted words from which a content is direct speech
UNKNOWN = "unknown"  # speech of an attribution whose text is not at hand
_WORD = re.compile(r"\w+")
_DOUBLE = re.compile("[“”\"„‟«»]|``|''|‘‘|’’")


@dataclass(frozen=True, slots=True)
class Draft:
    """An attribution as a corpus has it: its own id, offsets by role, and the fields of the record that it codes."""

    event: str
    source: Offsets
    cue: Offsets
    content: Offsets
    parent: str | None = None
    entity: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gold:
    """The records of a document, with the corpus's ids and what does not fit into them."""

    attributions: tuple[Attribution, ...]
    entities: tuple[Entity, ...]
    events: tuple[str, ...]
    parts: Mapping[int, Mapping[str, Offsets]]


def make_gold(text: str, drafts: Iterable[Draft]) -> Gold:
    """Make the records of a document.

    Parameters
    ----------
    text : str
        The document; "" if it is not at hand, spans then hold no characters.
    drafts : iterable of Draft
        Its attributions in any order; each has a cue.
    """
    ordered = sorted(drafts, key=lambda d: (d.cue, d.source, d.content))
    ids = {draft.event: i for i, draft in enumerate(ordered)}
    names = list(dict.fromkeys(draft.entity for draft in ordered if draft.entity is not None))
    numbers = {name: i for i, name in enumerate(names)}
    quoted = Quoted(text)
    attributions = tuple(
        Attribution(
            id=i,
            source=_hull(text, draft.source) if draft.source else None,
            cue=_hull(text, draft.cue),
            content=tuple(Span.of(text, start, end) for start, end in draft.content),
            speech=quoted.speech(draft.content) if text else UNKNOWN,
            entity=None if draft.entity is None else numbers[draft.entity],
            parent=None if draft.parent is None else ids[draft.parent],
            confidence=1.0,
            **draft.fields,
        )
        for i, draft in enumerate(ordered)
    )
    parts = {
        i: several
        for i, draft in enumerate(ordered)
        if (several := {role: offsets for role, offsets in (("source", draft.source), ("cue", draft.cue)) if len(offsets) > 1})
    }
    return Gold(attributions, _entities(attributions, names), tuple(draft.event for draft in ordered), parts)


def _hull(text: str, offsets: Offsets) -> Span:
    return Span.of(text, min(start for start, _ in offsets), max(end for _, end in offsets))


def _entities(attributions: Sequence[Attribution], names: Sequence[str]) -> tuple[Entity, ...]:
    of: list[list[Attribution]] = [[] for _ in names]
    for attribution in attributions:
        if attribution.entity is not None:
            of[attribution.entity].append(attribution)
    return tuple(
        Entity(
            i,
            name,
            Counter(a.kind for a in mine).most_common(1)[0][0],
            Counter(a.level for a in mine).most_common(1)[0][0],
            tuple(sorted({a.source for a in mine if a.source is not None})),
        )
        for i, (name, mine) in enumerate(zip(names, of))
    )


class Quoted:
    """Which words of a text stand inside double quotation marks."""

    def __init__(self, text: str) -> None:
        marks = np.zeros(len(text) + 1, np.int64)
        for quote in find_quotes(text, [Span.of(text, start, end) for start, end in split_paragraphs(text)]):
            span = quote.span
            if _DOUBLE.match(text, span.start) or _DOUBLE.match(text, span.end - 1) or text.endswith("''", span.start, span.end):
                marks[span.start] += 1
                marks[span.end] -= 1
        inside = np.cumsum(marks) > 0
        self._starts = np.fromiter((m.start() for m in _WORD.finditer(text)), np.int64)
        self._quoted = np.concatenate([[0], np.cumsum(inside[self._starts])])

    def speech(self, content: Offsets) -> str:
        """``direct``, ``indirect`` or ``mixed``: how much of a content is quoted; indirect if it has no word."""
        words = quoted = 0
        for start, end in content:
            a, b = np.searchsorted(self._starts, (start, end))
            words += int(b - a)
            quoted += int(self._quoted[b] - self._quoted[a])
        if not quoted:
            return "indirect"
        return "direct" if quoted >= DIRECT * words else "mixed"
