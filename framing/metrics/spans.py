"""Spans of a role, by token labels (the measure of CofeNet) and by character offsets.

Conventions
-----------
* BIO labels: ``O``, ``B-role``, ``I-role``, the roles source, cue and content. A span starts only at a ``B-``; an ``I-`` that does not
  continue the open span closes it and is dropped. Spans are half-open.
* *Exact*: a span of the same role, start and end; *begin*: of the same role and start. Precision, recall and F1 pooled over instances.
  ``accuracy`` is right / (right + missed + wrong).
* *Jaccard*: mean over items. Every gold span is one, worth 1 if exactly predicted, else its largest overlap / hull with a predicted span
  of the role; every predicted span that overlaps no gold span of the role is one, worth 0.
* Character spans: *exact* as above; *overlap* compares the characters that lie in any gold span with those in any predicted one: precision
  is shared / predicted characters, recall shared / gold characters.

Sources: Wang et al. 2022 (CofeNet, exact, begin and Jaccard as its evaluation program has them); BBC Citron (exact and overlap).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score

ROLES = ("source", "cue", "content")
_COUNTS = ("gold", "predicted", "exact", "begin", "jaccard", "items")
COLUMNS = tuple(f"{role}_{count}" for role in ROLES for count in _COUNTS)
CHARACTER_COLUMNS = ("gold", "predicted", "exact", "gold_characters", "predicted_characters", "shared_characters")

Offsets = tuple[tuple[int, int], ...]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def ratio(above: ArrayLike, below: ArrayLike) -> Floats:
    """Shares, with 0.0 for a share of nothing."""
    a, b = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return np.asarray(np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b != 0))


def precision_recall_f1(name: str, right: ArrayLike, gold: ArrayLike, predicted: ArrayLike) -> dict[str, Floats]:
    """The three scores of counts, as ``name_precision``, ``name_recall`` and ``name_f1``."""
    return {
        f"{name}_precision": ratio(right, predicted),
        f"{name}_recall": ratio(right, gold),
        f"{name}_f1": ratio(2 * np.asarray(right), np.asarray(gold) + np.asarray(predicted)),
    }


def columns(sums: ArrayLike, names: Sequence[str]) -> dict[str, Any]:
    """Sums of shape (..., columns) by the name of the column.

    Raises
    ------
    ValueError
        If there is not one column a name.
    """
    array = np.asarray(sums, dtype=float)
    if array.ndim == 0 or array.shape[-1] != len(names):
        raise ValueError(f"sums have shape {array.shape}, not (..., {len(names)})")
    return dict(zip(names, np.moveaxis(array, -1, 0)))


def merge(spans: Iterable[tuple[int, int]], name: str = "span") -> Offsets:
    """The union of spans as ordered spans that neither overlap nor touch; empty ones are dropped.

    Raises
    ------
    ValueError
        If a span is no pair, is negative or ends before it starts.
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_checked(spans, name)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def length(merged: Offsets) -> int:
    """Characters in merged spans."""
    return sum(end - start for start, end in merged)


def shared(one: Offsets, other: Offsets) -> int:
    """Characters that two merged sequences of spans share; linear in the number of spans."""
    i = j = total = 0
    while i < len(one) and j < len(other):
        total += max(0, min(one[i][1], other[j][1]) - max(one[i][0], other[j][0]))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return total


def _checked(spans: Iterable[tuple[int, int]], name: str) -> list[tuple[int, int]]:
    checked = []
    for span in spans:
        try:
            start, end = span
        except (TypeError, ValueError):
            raise ValueError(f"{name} {span!r} is no pair (start, end)") from None
        if not 0 <= start <= end:
            raise ValueError(f"{name} ({start}, {end}) is negative or ends before it starts")
        checked.append((int(start), int(end)))
    return checked


def decode(labels: Sequence[str]) -> list[tuple[str, int, int]]:
    """Spans (role, start, end) of BIO labels, in text order.

    Raises
    ------
    ValueError
        If a label is neither ``O`` nor ``B-`` or ``I-`` with a role.
    """
    spans: list[tuple[str, int, int]] = []
    role, start = "", 0
    for i, label in enumerate(labels):
        prefix, _, name = label.partition("-")
        if label != "O" and (prefix not in ("B", "I") or name not in ROLES):
            raise ValueError(f"label {label!r} of token {i} is none of O, B-role, I-role with a role of {', '.join(ROLES)}")
        if prefix == "I" and name == role:
            continue
        if role:
            spans.append((role, start, i))
        role, start = (name, i) if prefix == "B" else ("", i)
    if role:
        spans.append((role, start, len(labels)))
    return spans


def statistics(gold: Sequence[str], predicted: Sequence[str]) -> tuple[float, ...]:
    """Counts of one instance, in the order of ``COLUMNS``; the column ``jaccard`` is a sum of shares, the others are whole numbers.

    Parameters
    ----------
    gold, predicted
        BIO labels of the same tokens.

    Raises
    ------
    ValueError
        If the two are not equally long or hold an unknown label.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold labels, but {len(predicted)} predicted ones")
    true, found = decode(gold), decode(predicted)
    counts: list[float] = []
    for role in ROLES:
        g = [(start, end) for name, start, end in true if name == role]
        p = [(start, end) for name, start, end in found if name == role]
        items = len(g) + sum(not _near(span, g) for span in p)
        jaccard = sum(max((_jaccard(span, other) for other in _near(span, p)), default=0.0) for span in g)
        counts += [len(g), len(p), len({*g} & {*p}), len({s for s, _ in g} & {s for s, _ in p}), jaccard, items]
    return tuple(counts)


def _near(span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Those of ordered, disjoint spans that overlap a span."""
    first = bisect_left(spans, span)
    first -= first > 0 and spans[first - 1][1] > span[0]
    return spans[first : bisect_left(spans, (span[1], 0))]


def _jaccard(one: tuple[int, int], other: tuple[int, int]) -> float:
    return (min(one[1], other[1]) - max(one[0], other[0])) / (max(one[1], other[1]) - min(one[0], other[0]))


def scores(sums: ArrayLike) -> dict[str, Floats]:
    """Scores of sums of ``COLUMNS``: for each role exact and begin precision, recall, F1 and accuracy, and Jaccard."""
    c = columns(sums, COLUMNS)
    out: dict[str, Floats] = {}
    for role in ROLES:
        gold, predicted, exact, begin, jaccard, items = (c[f"{role}_{count}"] for count in _COUNTS)
        for name, right in (("exact", exact), ("begin", begin)):
            out |= precision_recall_f1(f"{role}_{name}", right, gold, predicted)
            out[f"{role}_{name}_accuracy"] = ratio(right, gold + predicted - right)
        out[f"{role}_jaccard"] = ratio(jaccard, items)
    return out


def evaluate(
    documents: Iterable[tuple[Sequence[str], Sequence[str]]], n_resamples: int = 1000, seed: int = 0, **fields: object
) -> dict[str, Score]:
    """Scores with intervals of (gold, predicted) label sequences, the instance being the unit that is resampled.

    Raises
    ------
    ValueError
        If labels are malformed.
    """
    table = np.array([statistics(gold, predicted) for gold, predicted in documents], dtype=float).reshape(-1, len(COLUMNS))
    return score_table(table, scores, n_resamples, seed, **{"labels": "bio", **fields})


def character_statistics(gold: Iterable[tuple[int, int]], predicted: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Counts of one document and role, in the order of ``CHARACTER_COLUMNS``.

    Parameters
    ----------
    gold, predicted
        Spans (start, end); one that occurs twice counts once.

    Raises
    ------
    ValueError
        If a span is no pair, is negative or ends before it starts.
    """
    g, p = {*_checked(gold, "gold span")}, {*_checked(predicted, "predicted span")}
    one, other = merge(g), merge(p)
    return len(g), len(p), len(g & p), length(one), length(other), shared(one, other)


def character_scores(sums: ArrayLike) -> dict[str, Floats]:
    """Exact and overlap precision, recall and F1 of sums of ``CHARACTER_COLUMNS``."""
    c = columns(sums, CHARACTER_COLUMNS)
    return {
        **precision_recall_f1("exact", c["exact"], c["gold"], c["predicted"]),
        **precision_recall_f1("overlap", c["shared_characters"], c["gold_characters"], c["predicted_characters"]),
    }


def overlapping(start: Places, end: Places, left: Places, right: Places) -> tuple[Places, Places]:
    """Places (i, j) of the stretches ``start[i]:end[i]`` and ``left[j]:right[j]`` that share something; both sides ordered by their starts.

    One of two such stretches starts inside the other: those of the second side that start inside one of the first or with it are a run in
    the order of the starts, and so are those of the first side that start inside one of the second. Time grows with sorting and with the
    number of pairs.
    """
    i, j = _runs(np.searchsorted(left, start, "left"), np.searchsorted(left, end, "left"))
    m, k = _runs(np.searchsorted(start, left, "right"), np.searchsorted(start, right, "left"))
    return np.concatenate([i, k]), np.concatenate([j, m])


def _runs(first: Places, last: Places) -> tuple[Places, Places]:
    """Row and element of all runs ``first[k]:last[k]``."""
    sizes = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(sizes)), sizes)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes - first, sizes)


def one_to_one(i: Places, j: Places, order: Places) -> list[tuple[int, int]]:
    """The pairs (i, j) that are kept if they are taken in this order and each place is used once."""
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for k in order.tolist():
        a, b = int(i[k]), int(j[k])
        if a not in left and b not in right:
            left.add(a)
            right.add(b)
            pairs.append((a, b))
    return pairs


def evaluate_characters(
    documents: Iterable[tuple[Iterable[tuple[int, int]], Iterable[tuple[int, int]]]],
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Scores with intervals of (gold, predicted) spans of documents.

    Raises
    ------
    ValueError
        If a span is malformed.
    """
    rows = [character_statistics(gold, predicted) for gold, predicted in documents]
    table = np.array(rows, dtype=float).reshape(-1, len(CHARACTER_COLUMNS))
    return score_table(table, character_scores, n_resamples, seed, **{"spans": "characters", **fields})
