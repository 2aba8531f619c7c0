"""Attributions counted: whole ones, their spans by role, by speech, inside of others, and as other systems are measured.

Conventions
-----------
* Gold and predicted attributions are records or :class:`framing.metrics.attribution.Triple`, of one document in each place of a sequence.
* A span is (role, start, end) in characters and counts once, however many attributions share it. A source or cue in several parts is its
  hull, as in the records; the parts of a content are spans of their own.
* *By group* (speech, class of the cue ...): recall is that of *full* (:mod:`framing.metrics.attribution`) among gold attributions of the
  group, precision that among predicted ones of the group, by their own group; F1 is the harmonic mean of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from framing.benchmark.measurement import Counted
from framing.metrics import attribution as metric
from framing.metrics import spans
from framing.metrics.attribution import Attributions, Triple
from framing.metrics.spans import Floats, ratio

CHARACTER_COUNTS = len(spans.CHARACTER_COLUMNS)
GROUP_COUNTS = ("gold", "gold_cue", "gold_full", "predicted", "predicted_cue", "predicted_full")

Spans = frozenset[tuple[str, int, int]]


def triples(attributions: Attributions) -> list[Triple]:
    """Attributions as offsets, a source or cue in several parts as its hull."""
    made = [a if isinstance(a, Triple) else metric.from_record(a) for a in attributions]
    return [Triple(hull(t.source), hull(t.cue), t.content, t.parent, t.via, t.speech, t.id) for t in made]


def hull(parts: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """One span from the first to the last character of several."""
    return ((min(start for start, _ in parts), max(end for _, end in parts)),) if parts else ()


def spans_of(attributions: Attributions) -> Spans:
    """The distinct spans of attributions."""
    return frozenset(
        (role, start, end)
        for t in triples(attributions)
        for role, parts in (("source", t.source), ("cue", t.cue), ("content", t.content))
        for start, end in parts
    )


def attribution_counts(gold: Sequence[Attributions], found: Sequence[Attributions], is_flat: bool) -> Counted:
    """Cues, whole attributions, parents and relays."""
    rows = [metric.statistics(g, f, is_flat) for g, f in zip(gold, found)]
    fields = {"match": "overlap", "full": f"iou{metric.IOU}", "nested": "left-out" if is_flat else "kept"}
    return Counted(_table(rows, len(metric.COLUMNS)), metric.scores, fields)


def child_counts(gold: Sequence[Attributions], found: Sequence[Attributions]) -> Counted:
    """Attributions with a parent only, on both sides."""
    rows = [metric.statistics([a for a in g if a.parent is not None], [a for a in f if a.parent is not None]) for g, f in zip(gold, found)]
    fields = {"match": "overlap", "full": f"iou{metric.IOU}", "nested": "only"}
    return Counted(_table(rows, len(metric.COLUMNS)), metric.scores, fields)


def span_counts(gold: Iterable[Spans], found: Iterable[Spans]) -> Counted:
    """Spans by role, exact."""
    rows = []
    for true, predicted in zip(gold, found):
        row: list[float] = []
        for role in spans.ROLES:
            row += spans.character_statistics(*([s[1:] for s in side if s[0] == role] for side in (true, predicted)))
        rows.append(row)

    def scores(sums: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for k, role in enumerate(spans.ROLES):
            mine = spans.character_scores(sums[..., k * CHARACTER_COUNTS : (k + 1) * CHARACTER_COUNTS])
            out |= {f"{role}_{name}": value for name, value in mine.items()}
        return out

    return Counted(_table(rows, len(spans.ROLES) * CHARACTER_COUNTS), scores, {"spans": "characters"})


def end_to_end_counts(texts: Sequence[str], gold: Sequence[Attributions], found: Sequence[Attributions]) -> Counted:
    """The measure of the peers."""
    rows = [metric.end_to_end_statistics(text, g, f) for text, g, f in zip(texts, gold, found)]
    fields = {"match": "words", "span": f"iou{metric.IOU}", "speaker": "overlap"}
    return Counted(_table(rows, len(metric.END_TO_END_COLUMNS)), metric.end_to_end_scores, fields)


def group_counts(
    gold: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]], groups: Sequence[str], group: Callable[[Any], str]
) -> Counted:
    """Recall, precision and F1 of cues and whole attributions by group; see the module's docstring."""
    rows = np.zeros((len(gold), len(groups), len(GROUP_COUNTS)))
    place = {name: k for k, name in enumerate(groups)}
    for row, true, predicted in zip(rows, gold, found):
        right = metric.agreeing(true, predicted)
        for a in true:
            row[place[group(a)], 0] += 1
        for a in predicted:
            row[place[group(a)], 3] += 1
        for i, j in metric.match(true, predicted):
            row[place[group(true[i])], 1:3] += (1, right[j])
            row[place[group(predicted[j])], 4:6] += (1, right[j])

    def scores(sums: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for k, name in enumerate(groups):
            c = dict(zip(GROUP_COUNTS, np.moveaxis(sums[..., k * len(GROUP_COUNTS) : (k + 1) * len(GROUP_COUNTS)], -1, 0)))
            for kind in ("cue", "full"):
                recall, precision = ratio(c[f"gold_{kind}"], c["gold"]), ratio(c[f"predicted_{kind}"], c["predicted"])
                out |= {f"{name}_{kind}_recall": recall, f"{name}_{kind}_precision": precision}
                out[f"{name}_{kind}_f1"] = ratio(2 * recall * precision, recall + precision)
        return out

    fields = {"match": "overlap", "full": f"iou{metric.IOU}"}
    return Counted(rows.reshape(len(gold), len(groups) * len(GROUP_COUNTS)), scores, fields)


def _table(rows: Sequence[Sequence[float]], width: int) -> Floats:
    return np.array(rows, float).reshape(-1, width)
