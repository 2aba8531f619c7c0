"""Attributions: who is said to say what, matched by cue; and, to compare with other systems, by content.

Conventions
-----------
* Gold and predicted cues are matched one to one by shared characters, most first (then in the order of gold, of the prediction).
* *cue*: matched pairs. *full*: matched pairs whose sources and whose contents have an intersection over union of .5 or more (or both
  have none). *exact*: matched pairs with the same characters in cue, source and content. Precision, recall and F1.
  ``source`` and ``content``: the shares of the matched pairs that pass either half of *full*.
* ``recall_direct``, ``recall_indirect``, ``recall_mixed``: recall of *full* among gold attributions of that speech.
* *parent*: F1 of (child, parent) pairs; right if both gold cues are matched, and with the two cues of such a pair of the prediction.
* *via*: F1 of relays; right if the relays of a matched pair are the same string, case folded.
* ``flat``: predicted attributions inside another one are left out, for corpora that mark none.

The measure of the peers (:func:`end_to_end`) knows no cue. Words are ``\\w+``, a word belongs to a span that it shares a character with.
*tokens_all*: words in any gold content against words in any predicted one; *tokens_direct*: the same of the words between double quotation
marks. *span*: contents matched one to one at an intersection over union of their word sets of .5 or more, largest first. *end_to_end*:
those among them whose sources share a character too. ``all``: every content that has a word; ``direct``: half of its words or more stand
between double quotation marks, ``indirect``: none; gold and predicted contents of a kind are matched with each other. In every line each
double mark toggles between outside and inside; a line that begins with one while the line before was left inside stays inside.

All sums are over documents (micro). Spans are handled as intervals; only the measure of the peers reads the text.

Sources: Pareti 2015 (source, cue, content) and Newell et al. 2018 (PolNeAR) for the roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import (
    Floats,
    Offsets,
    columns,
    length,
    merge,
    one_to_one,
    overlapping,
    precision_recall_f1,
    ratio,
    shared,
)
from framing.records import SPEECH, Span

IOU = 0.5  # of contents, from which they are the same

COLUMNS = (
    "gold", "predicted", "matched", "source", "content", "full", "exact",
    *(f"{count}_{speech}" for speech in SPEECH for count in ("gold", "full")),
    "gold_nested", "predicted_nested", "nested", "gold_relays", "predicted_relays", "relays",
)  # fmt: skip

KINDS = ("all", "direct", "indirect")
END_TO_END_COLUMNS = tuple(
    f"{measure}_{count}"
    for measure in ("tokens_all", "tokens_direct", *(f"span_{kind}" for kind in KINDS))
    for count in ("gold", "predicted", "matched", *(("speaker",) if measure.startswith("span") else ()))
)

_WORD = re.compile(r"\w+")
_BLANK = re.compile(r"\s*")
_DOUBLE_OR_LINE = re.compile("\n|[“”\"„‟«»]|''|``")


class AttributionLike(Protocol):
    """What is read of an attribution; :class:`framing.records.Attribution` is one."""

    @property
    def id(self) -> int: ...
    @property
    def source(self) -> Span | None: ...
    @property
    def cue(self) -> Span: ...
    @property
    def content(self) -> Sequence[Span]: ...
    @property
    def speech(self) -> str: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def relays(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Triple:
    """An attribution as offsets, each role in any number of parts.

    ``parent`` is the ``id`` of another attribution of the document; an attribution without id has its place in the sequence as id. ``via``
    are its relays. ``speech`` is one of ``SPEECH``, or "unknown".
    """

    source: Offsets
    cue: Offsets
    content: Offsets
    parent: int | str | None = None
    via: tuple[str, ...] = ()
    speech: str = "unknown"
    id: int | str | None = None


Attributions = Sequence[AttributionLike | Triple]


def from_record(a: AttributionLike) -> Triple:
    """The offsets of a record."""
    return Triple(
        source=() if a.source is None else ((a.source.start, a.source.end),),
        cue=((a.cue.start, a.cue.end),),
        content=tuple((span.start, span.end) for span in a.content),
        parent=a.parent,
        via=tuple(a.relays),
        speech=a.speech,
        id=a.id,
    )


def _read(attributions: Attributions, side: str) -> list[Triple]:
    """Checked attributions with merged spans, folded relays and ids."""
    triples, ids = [], set()
    for i, a in enumerate(attributions):
        t, name = a if isinstance(a, Triple) else from_record(a), f"{side} attribution {i}"
        cue = merge(t.cue, f"{name}: cue")
        if not cue:
            raise ValueError(f"{name} has no cue")
        if t.speech not in (*SPEECH, "unknown"):
            raise ValueError(f"{name}: speech {t.speech!r} is none of {', '.join(SPEECH)}, unknown")
        if isinstance(t.via, str):
            raise ValueError(f"{name}: via {t.via!r} is no tuple of strings")
        key = i if t.id is None else t.id
        if key in ids:
            raise ValueError(f"{name}: id {key!r} occurs twice")
        ids.add(key)
        source, content = merge(t.source, f"{name}: source"), merge(t.content, f"{name}: content")
        triples.append(Triple(source, cue, content, t.parent, tuple({via.casefold() for via in t.via}), t.speech, key))
    return triples


def _candidates(gold: Sequence[Offsets], predicted: Sequence[Offsets]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of merged spans that share something: place in gold, place in the prediction, and how much; ordered by the places.

    Time grows with the number of parts (sorting) and of parts that do overlap, not with the product.
    """
    i, start, end = _parts(gold)
    j, left, right = _parts(predicted)
    by_start, by_left = np.argsort(start, kind="stable"), np.argsort(left, kind="stable")
    i, start, end, j, left, right = i[by_start], start[by_start], end[by_start], j[by_left], left[by_left], right[by_left]
    g, p = overlapping(start, end, left, right)
    common = np.minimum(end[g], right[p]) - np.maximum(start[g], left[p])
    keys, inverse = np.unique(i[g] * max(len(predicted), 1) + j[p], return_inverse=True)
    totals = np.bincount(inverse.reshape(-1), common, len(keys)).astype(np.int64)
    return keys // max(len(predicted), 1), keys % max(len(predicted), 1), totals


def _parts(spans: Sequence[Offsets]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    rows = np.array([(k, s, e) for k, parts in enumerate(spans) for s, e in parts], dtype=np.int64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def _assign(i: NDArray[np.int64], j: NDArray[np.int64], value: NDArray[Any]) -> list[tuple[int, int]]:
    """Pairs one to one, largest value first, then by place."""
    return one_to_one(i, j, np.lexsort((j, i, -value)))


def match(gold: Attributions, predicted: Attributions) -> list[tuple[int, int]]:
    """Places (gold, predicted) of the attributions whose cues are matched, most shared characters first."""
    return _match(_read(gold, "gold"), _read(predicted, "predicted"))


def _match(gold: Sequence[Triple], predicted: Sequence[Triple]) -> list[tuple[int, int]]:
    return _assign(*_candidates([t.cue for t in gold], [t.cue for t in predicted]))


def agreeing(gold: Attributions, predicted: Attributions) -> list[bool]:
    """Whether each predicted attribution is *full*: matched by its cue to a gold one whose source and content are alike."""
    true, found = _read(gold, "gold"), _read(predicted, "predicted")
    right = {j for i, j in _match(true, found) if alike(true[i].source, found[j].source) and alike(true[i].content, found[j].content)}
    return [j in right for j in range(len(found))]


def alike(gold: Offsets, predicted: Offsets) -> bool:
    """Whether merged spans have an intersection over union of ``IOU`` or more; two empty ones do."""
    both = shared(gold, predicted)
    return both >= IOU * (length(gold) + length(predicted) - both)


def statistics(gold: Attributions, predicted: Attributions, flat: bool = False) -> tuple[int, ...]:
    """Counts of one document, in the order of ``COLUMNS``.

    Parameters
    ----------
    gold, predicted
        The attributions of the document: records, or :class:`Triple`.
    flat
        Leave out predicted attributions that have a parent.

    Raises
    ------
    ValueError
        If an attribution has no cue, a malformed span, an unknown speech, or the id of another one.
    """
    true, found = _read(gold, "gold"), _read(predicted, "predicted")
    if flat:
        found = [t for t in found if t.parent is None]
    pairs = _match(true, found)
    counts = dict.fromkeys(COLUMNS, 0)
    counts |= {"gold": len(true), "predicted": len(found), "matched": len(pairs)}
    for t in true:
        if t.speech in SPEECH:
            counts[f"gold_{t.speech}"] += 1
    for i, j in pairs:
        g, p = true[i], found[j]
        source = alike(g.source, p.source)
        content = alike(g.content, p.content)
        counts["source"] += source
        counts["content"] += content
        counts["full"] += source and content
        counts["exact"] += (g.cue, g.source, g.content) == (p.cue, p.source, p.content)
        if g.speech in SPEECH:
            counts[f"full_{g.speech}"] += source and content
        counts["relays"] += len({*g.via} & {*p.via})
    counts["gold_relays"], counts["predicted_relays"] = sum(len(t.via) for t in true), sum(len(t.via) for t in found)

    partner = {true[i].id: found[j].id for i, j in pairs}
    nested = {(t.id, t.parent) for t in found if t.parent is not None}
    in_gold = [t for t in true if t.parent is not None]
    counts["gold_nested"], counts["predicted_nested"] = len(in_gold), len(nested)
    # An unmatched cue has no partner; its pair must not be taken for one that is there.
    counts["nested"] = sum(t.id in partner and t.parent in partner and (partner[t.id], partner[t.parent]) in nested for t in in_gold)
    return tuple(counts.values())


def scores(sums: ArrayLike) -> dict[str, Floats]:
    """Scores of sums of ``COLUMNS``: cue, full, exact, source, content, recall by speech, parent, via."""
    c = columns(sums, COLUMNS)
    out: dict[str, Floats] = {}
    for name, count in (("cue", "matched"), ("full", "full"), ("exact", "exact")):
        out |= precision_recall_f1(name, c[count], c["gold"], c["predicted"])
    out |= {name: ratio(c[name], c["matched"]) for name in ("source", "content")}
    out |= {f"recall_{speech}": ratio(c[f"full_{speech}"], c[f"gold_{speech}"]) for speech in SPEECH}
    out |= precision_recall_f1("parent", c["nested"], c["gold_nested"], c["predicted_nested"])
    out |= precision_recall_f1("via", c["relays"], c["gold_relays"], c["predicted_relays"])
    return out


def evaluate(
    documents: Iterable[tuple[Attributions, Attributions]],
    n_resamples: int = 1000,
    seed: int = 0,
    flat: bool = False,
    **fields: object,
) -> dict[str, Score]:
    """Scores with intervals of the (gold, predicted) attributions of documents.

    Raises
    ------
    ValueError
        If an attribution is malformed.
    """
    rows = [statistics(gold, predicted, flat) for gold, predicted in documents]
    settings: dict[str, Any] = {"match": "overlap", "full": f"iou{IOU}", "nested": "left-out" if flat else "kept", **fields}
    return score_table(np.array(rows, dtype=float).reshape(-1, len(COLUMNS)), scores, n_resamples, seed, **settings)


def double_quoted(text: str) -> Offsets:
    """Stretches between double quotation marks (see the module's docstring), ordered, without the marks."""
    spans: list[tuple[int, int]] = []
    inside, start, fresh, previous = False, 0, True, 0  # fresh: nothing but blanks in this line so far
    for mark in _DOUBLE_OR_LINE.finditer(text):
        fresh = fresh and not text[previous : mark.start()].strip()
        previous = mark.end()
        if mark.group() == "\n":
            if inside and not fresh:
                spans.append((start, mark.start()))
            if not fresh:  # a blank line changes nothing
                inside = inside and _begins_quoted(text, mark.end())
                fresh, start = True, mark.end()
            continue
        if inside and fresh:
            start = mark.end()
        elif inside:
            spans.append((start, mark.start()))
            inside = False
        else:
            inside, start = True, mark.end()
        fresh = False
    if inside:
        spans.append((start, len(text)))
    return merge(spans)


def _begins_quoted(text: str, position: int) -> bool:
    following = _BLANK.match(text, position)
    return following is not None and _DOUBLE_OR_LINE.match(text, following.end()) is not None


def end_to_end_statistics(text: str, gold: Attributions, predicted: Attributions) -> tuple[int, ...]:
    """Counts of one document by the measure of the peers, in the order of ``END_TO_END_COLUMNS``.

    Parameters
    ----------
    text
        The document.
    gold, predicted
        Its attributions. The cue is not looked at, but must be there.

    Raises
    ------
    ValueError
        If an attribution is malformed or ends behind the text.
    """
    true, found = _read(gold, "gold"), _read(predicted, "predicted")
    for side, triples in (("gold", true), ("predicted", found)):
        for i, t in enumerate(triples):
            if any(parts and parts[-1][1] > len(text) for parts in (t.source, t.cue, t.content)):
                raise ValueError(f"{side} attribution {i} ends behind the text of {len(text)} characters")
    words = np.array([m.span() for m in _WORD.finditer(text)], dtype=np.int64).reshape(-1, 2)
    quoted = _words(double_quoted(text), words)
    sides = [[(t.source, _words(t.content, words)) for t in triples] for triples in (true, found)]
    unions = [merge(span for _, content in side for span in content) for side in sides]
    counts = [length(unions[0]), length(unions[1]), shared(*unions)]
    in_quotes = [_common(union, quoted) for union in unions]
    counts += [length(in_quotes[0]), length(in_quotes[1]), shared(*in_quotes)]
    for kind in KINDS:
        g, p = ([a for a in side if _is_kind(a[1], quoted, kind)] for side in sides)
        pairs = _same_words([content for _, content in g], [content for _, content in p])
        counts += [len(g), len(p), len(pairs), sum(shared(g[i][0], p[j][0]) > 0 for i, j in pairs)]
    return tuple(counts)


def _words(spans: Offsets, words: NDArray[np.int64]) -> Offsets:
    """Merged spans of word numbers that share a character with merged spans of characters."""
    if not spans:
        return ()
    array = np.array(spans, dtype=np.int64)
    first = np.searchsorted(words[:, 1], array[:, 0], side="right")
    last = np.searchsorted(words[:, 0], array[:, 1], side="left")
    return merge((a, b) for a, b in zip(first.tolist(), last.tolist()) if a < b)


def _common(one: Offsets, other: Offsets) -> Offsets:
    spans, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            spans.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return merge(spans)


def _is_kind(content: Offsets, quoted: Offsets, kind: str) -> bool:
    if not content or kind == "all":
        return bool(content)
    inside = shared(content, quoted)
    return 2 * inside >= length(content) if kind == "direct" else inside == 0


def _same_words(gold: Sequence[Offsets], predicted: Sequence[Offsets]) -> list[tuple[int, int]]:
    i, j, both = _candidates(gold, predicted)
    sizes, others = (np.array([length(spans) for spans in side], dtype=np.int64) for side in (gold, predicted))
    iou = both / (sizes[i] + others[j] - both)
    enough = iou >= IOU
    return _assign(i[enough], j[enough], iou[enough])


def end_to_end_scores(sums: ArrayLike) -> dict[str, Floats]:
    """Precision, recall and F1 of sums of ``END_TO_END_COLUMNS``: tokens, spans, end to end; and the share of matched spans with the
    right speaker."""
    c = columns(sums, END_TO_END_COLUMNS)
    out: dict[str, Floats] = {}
    for name in ("tokens_all", "tokens_direct", *(f"span_{kind}" for kind in KINDS)):
        out |= precision_recall_f1(name, c[f"{name}_matched"], c[f"{name}_gold"], c[f"{name}_predicted"])
    for kind in KINDS:
        span = f"span_{kind}"
        out |= precision_recall_f1(f"end_to_end_{kind}", c[f"{span}_speaker"], c[f"{span}_gold"], c[f"{span}_predicted"])
        out[f"speaker_{kind}"] = ratio(c[f"{span}_speaker"], c[f"{span}_matched"])
    return out


def end_to_end(
    documents: Iterable[tuple[str, Attributions, Attributions]], n_resamples: int = 1000, seed: int = 0, **fields: object
) -> dict[str, Score]:
    """Scores with intervals by the measure of the peers, of (text, gold, predicted) documents.

    Raises
    ------
    ValueError
        If an attribution is malformed or ends behind the text.
    """
    rows = [end_to_end_statistics(*document) for document in documents]
    settings: dict[str, Any] = {"match": "words", "span": f"iou{IOU}", "speaker": "overlap", **fields}
    table = np.array(rows, dtype=float).reshape(-1, len(END_TO_END_COLUMNS))
    return score_table(table, end_to_end_scores, n_resamples, seed, **settings)
