"""What the reports for people have in common: sources gathered and ordered, nesting, and strings made safe to show.

Conventions
-----------
* A *source* is an entity with its attributions; an attribution without an entity is gathered with those of the same wording, one without a
  source with the others that have none.
* Order: level as in ``framing.records.LEVELS``, then weight of the best attribution, then number of attributions, then place in the text.
* ``delta`` of a source is the sum of what each of its attributions adds to the index when it alone is left out. The index is not additive,
  so the deltas do not sum to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framing.records import LEVELS, REASONS, Attribution
from framing.result import Analysis

NO_SOURCE = "(nobody named)"
WITHHELD = {"specific": "withheld, reason given", "boilerplate": "withheld, stock reason", "none": "withheld, no reason"}

# What a terminal or browser would act on instead of showing: C0 and C1 controls, lone surrogates, bidirectional controls, noncharacters.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source with everything a report says of it; ``attributions`` are ids, ``delta`` is in points of the index."""

    name: str
    kind: str
    level: str
    role: str | None
    producer: str | None
    withheld: bool
    reason: str | None
    relays: tuple[str, ...]
    attributions: tuple[int, ...]
    delta: float | None


def printable(text: str) -> str:
    """``text`` with every character that a terminal or browser would obey instead of show replaced by U+FFFD; tabs and newlines stay."""
    return _UNSAFE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """``printable`` text with all white space, newlines included, as single spaces."""
    return printable(" ".join(text.split()))


def source_rows(analysis: Analysis) -> tuple[SourceRow, ...]:
    """The sources of ``analysis`` from most to least openly identified."""
    names = {entity.id: entity.name for entity in analysis.entities}
    groups: dict[int | str, list[Attribution]] = {}
    for attribution in analysis.attributions:
        groups.setdefault(_key(attribution), []).append(attribution)
    deltas = {c.attribution: c.delta for c in analysis.scores.transparency.contributions}
    rows = [_row(names.get(key, "") if isinstance(key, int) else "", group, deltas) for key, group in groups.items()]
    best = {row.attributions: max(a.weight for a in group) for row, group in zip(rows, groups.values())}
    return tuple(sorted(rows, key=lambda r: (LEVELS.index(r.level), -best[r.attributions], -len(r.attributions), r.attributions)))


def level_counts(analysis: Analysis) -> dict[str, int]:
    """Number of attributions at each level, from most to least openly identified, zeros included."""
    counts = Counter(a.level for a in analysis.attributions)
    return {level: counts[level] for level in LEVELS}


def nesting(attributions: Sequence[Attribution]) -> dict[int, int]:
    """Depth of each attribution by its id: 0 outside, 1 inside the content of another, and so on."""
    parents = {a.id: a.parent for a in attributions}
    depth: dict[int, int] = {}
    for start in parents:
        path = []
        node: int | None = start
        while node is not None and node not in depth and node in parents:
            depth[node] = 0  # also ends a circle, should there ever be one
            path.append(node)
            node = parents[node]
        below = depth.get(node, -1) if node is not None else -1
        for step, passed in enumerate(reversed(path), 1):
            depth[passed] = below + step
    return depth


def speaker(analysis: Analysis, attribution: Attribution | None) -> str:
    """Who speaks, for people: the fullest name of the entity, else the words of the source, else ``NO_SOURCE``."""
    if attribution is None:
        return "author"
    if attribution.entity is not None:
        return one_line(analysis.entities[attribution.entity].name)
    return one_line(attribution.source.text) if attribution.source else NO_SOURCE


def signed(delta: float | None) -> str:
    """Points with their sign, to one decimal; an empty string for ``None``."""
    if delta is None:
        return ""
    return f"{round(delta, 1) + 0.0:+.1f}".replace("-", "−").replace("+0.0", "0.0")


def _key(attribution: Attribution) -> int | str:
    if attribution.entity is not None:
        return attribution.entity
    return " ".join(attribution.source.text.split()).casefold() if attribution.source else ""


def _row(name: str, group: Sequence[Attribution], deltas: dict[int, float]) -> SourceRow:
    best = min(group, key=lambda a: LEVELS.index(a.level))
    reasons = [a.reason for a in group if a.reason is not None]
    known = [deltas[a.id] for a in group if a.id in deltas]
    return SourceRow(
        name=one_line(name or (best.source.text if best.source else "")) or NO_SOURCE,
        kind=best.kind,
        level=best.level,
        role=next((one_line(a.role) for a in group if a.role), None),
        producer=next((one_line(a.producer) for a in group if a.producer), None),
        withheld=any(a.withheld for a in group),
        reason=max(reasons, key=REASONS.index) if reasons else None,
        relays=tuple(dict.fromkeys(one_line(r) for a in group for r in a.relays)),
        attributions=tuple(a.id for a in group),
        delta=sum(known) if known else None,
    )
