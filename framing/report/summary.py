"""What the reports for people have in common: sources gathered and ordered, and nesting.

Conventions
-----------
* A *source* is an entity with its attributions; an attribution without an entity is gathered with those of the same wording, one without a
  source with the others that have none.
* Order: level as in ``framing.records.LEVELS``, then weight of the best attribution, then number of attributions, then place in the text.
* Order of attributions: the outer ones by where they begin in the text, each followed by those inside its content (``tree``).
* ``delta`` of a source is the sum of what each of its attributions adds to the index when it alone is left out. The index is not additive,
  so the deltas do not sum to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framing.frame_reasons import TITLES, summaries
from framing.reasons import rating_summary
from framing.records import LEVELS, REASONS, Attribution
from framing.result import Analysis, Explanation
from framing.showing import one_line

FRAMES, LEAST = 4, 0.3  # frames of a kind that a report shows, from which probability on
NOBODY = "nobody named"
NO_SOURCE = f"({NOBODY})"
WITHHELD = {"specific": "withheld, reason given", "boilerplate": "withheld, stock reason", "none": "withheld, no reason"}


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


def number(count: int, noun: str) -> str:
    """A count with its noun: "1 source", "2 sources"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


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


def reason_rows(analysis: Analysis) -> tuple[Explanation, ...]:
    """The reasons for index, rating and classes that a report tells; not the overall one, since a report shows index and levels itself."""
    explained = analysis.explain()
    rows = tuple(row for row in explained.get("transparency", ()) if row.feature != "index")
    rating = analysis.scores.transparency.rating
    if rating is not None and explained.get("rating"):
        rows = (*rows, rating_summary(rating, explained["rating"]))
    return (*rows, *summaries(analysis, explained))


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A probability of a classifier with its name for people and a note."""

    name: str
    value: float
    note: str


def frame_rows(analysis: Analysis) -> tuple[FrameRow, ...]:
    """What the classifiers say: the policy frames from ``LEAST`` on, at most ``FRAMES`` and always the primary one, likewise the generic
    ones; the shares of loaded sentences by voice; hyperpartisan."""
    rows: list[FrameRow] = []
    primary = analysis.frames.primary
    for kind, found in (("policy", analysis.frames.policy), ("generic", analysis.frames.generic)):
        ordered = sorted((found or {}).items(), key=lambda item: (item[0] != primary or kind != "policy", -item[1]))
        for code, value in ordered[:FRAMES]:
            if value >= LEAST or (kind == "policy" and code == primary):
                note = "policy frame, the primary one" if kind == "policy" and code == primary else f"{kind} frame"
                rows.append(FrameRow(TITLES[kind][code], value, note))
    scores = analysis.scores
    told = (
        ("loaded language", scores.loaded_share, "mean of the author's sentences"),
        ("loaded language, quoted", scores.loaded_share_quoted, "mean of quoted sentences"),
        ("hyperpartisan", scores.hyperpartisan, "of the whole article"),
    )
    rows += [FrameRow(name, value, note) for name, value, note in told if value is not None]
    return tuple(rows)


def tree(attributions: Sequence[Attribution]) -> tuple[tuple[Attribution, int], ...]:
    """Attributions with their depth: each before those inside its content, which are one deeper, and else by where they begin.

    An attribution begins where the first of its source, cue and content does. One whose parent is not there counts as an outer one.
    """
    ordered = sorted(attributions, key=_begin)
    known = {a.id for a in ordered}
    children: dict[int | None, list[Attribution]] = {}
    for a in ordered:
        children.setdefault(a.parent if a.parent in known else None, []).append(a)
    shown: list[tuple[Attribution, int]] = []
    seen: set[int] = set()
    for root in (*children.get(None, ()), *ordered):  # the second time only what stands in a circle, should there ever be one, is left
        waiting = [(root, 0)]
        while waiting:
            a, depth = waiting.pop()
            if a.id not in seen:
                seen.add(a.id)
                shown.append((a, depth))
                waiting.extend((child, depth + 1) for child in reversed(children.get(a.id, ())))
    return tuple(shown)


def speaker(analysis: Analysis, attribution: Attribution | None) -> str:
    """Who speaks, for people: the fullest name of the entity, else the words of the source, else ``NOBODY``."""
    if attribution is None:
        return "author"
    if attribution.entity is not None:
        return one_line(analysis.entities[attribution.entity].name)
    return one_line(attribution.source.text) if attribution.source else NOBODY


def signed(delta: float | None) -> str:
    """Points with their sign, to one decimal; an empty string for ``None``."""
    if delta is None:
        return ""
    return f"{round(delta, 1) + 0.0:+.1f}".replace("-", "−").replace("+0.0", "0.0")


def _begin(attribution: Attribution) -> tuple[int, int]:
    spans = (attribution.cue, *attribution.content, *([attribution.source] if attribution.source else []))
    return min(span.start for span in spans), attribution.id


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
