"""Hedging: uncertain sentences (CoNLL-2010 task 1), and the cues that make them so.

Conventions
-----------
* Sentences: precision, recall and F1 of the class "uncertain", micro over the sentences of all documents, titles included, as the shared
  task counts. Both sides have the same sentences; a gold ``None`` (label unknown) is left out on both.
* Cues: *exact*: same start and end; *overlap*: matched one to one by shared characters, most first (then the smaller stretch that the two
  cover, then by place); a cue that occurs twice with one type counts once. ``type``: the share of the matched pairs with the same type.
* By type: the same F1 among the gold and predicted cues of one type, matched with each other only. ``typed_exact``, ``typed_overlap``:
  micro over types.

Sources: Farkas et al. 2010 (sentences); Szarvas et al. 2012 (cues by type).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, columns, one_to_one, overlapping, precision_recall_f1, ratio
from framing.records import HEDGE_TYPES, Hedge

SENTENCE_COLUMNS = ("gold", "predicted", "right")
_COUNTS = ("gold", "predicted", "exact", "overlap")

Cue = tuple[int, int, str]
Cues = Sequence[Hedge | Cue]


def cue_columns(types: Sequence[str] = HEDGE_TYPES) -> tuple[str, ...]:
    """The counts of :func:`cue_statistics`: over all cues, then of each type."""
    return (*_COUNTS, "type", *(f"{kind}_{count}" for kind in types for count in _COUNTS))


def sentence_statistics(gold: Sequence[bool | float | None], predicted: Sequence[bool | float]) -> tuple[int, int, int]:
    """Counts of one document, in the order of ``SENTENCE_COLUMNS``.

    Parameters
    ----------
    gold
        A sentence each: uncertain (1, True), certain (0, False) or unknown (``None``).
    predicted
        The same sentences: uncertain or certain.

    Raises
    ------
    ValueError
        If the two are not equally long, or a label is none of these.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold sentences, but {len(predicted)} predicted ones")
    for side, labels in (("gold", gold), ("predicted", predicted)):
        for i, label in enumerate(labels):
            if label not in (0, 1) and not (label is None and side == "gold"):
                raise ValueError(f"{side} sentence {i}: label {label!r} is neither 0 nor 1")
    known = [(bool(g), bool(p)) for g, p in zip(gold, predicted) if g is not None]
    return sum(g for g, _ in known), sum(p for _, p in known), sum(g and p for g, p in known)


def sentence_scores(sums: ArrayLike) -> dict[str, Floats]:
    """Precision, recall and F1 of the uncertain sentences, of sums of ``SENTENCE_COLUMNS``."""
    c = columns(sums, SENTENCE_COLUMNS)
    return precision_recall_f1("sentence", c["right"], c["gold"], c["predicted"])


def evaluate_sentences(
    documents: Iterable[tuple[Sequence[bool | float | None], Sequence[bool | float]]],
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Scores with intervals of the (gold, predicted) sentence labels of documents.

    Raises
    ------
    ValueError
        If labels are malformed.
    """
    rows = [sentence_statistics(gold, predicted) for gold, predicted in documents]
    table = np.array(rows, dtype=float).reshape(-1, len(SENTENCE_COLUMNS))
    return score_table(table, sentence_scores, n_resamples, seed, **{"class": "uncertain", **fields})


def cue_statistics(gold: Cues, predicted: Cues, types: Sequence[str] = HEDGE_TYPES) -> tuple[int, ...]:
    """Counts of one document, in the order of ``cue_columns(types)``.

    Parameters
    ----------
    gold, predicted
        Its cues: records, or (start, end, type).
    types
        The types that there are.

    Raises
    ------
    ValueError
        If a cue is malformed, empty or of an unknown type.
    """
    true, found = _read(gold, types, "gold"), _read(predicted, types, "predicted")
    pairs = _match(true, found)
    counts = [*_counts(true, found, len(pairs)), sum(true[i][2] == found[j][2] for i, j in pairs)]
    for kind in types:
        g, p = ([cue for cue in side if cue[2] == kind] for side in (true, found))
        counts += _counts(g, p, len(_match(g, p)))
    return tuple(counts)


def _read(cues: Cues, types: Sequence[str], side: str) -> list[Cue]:
    read: dict[Cue, None] = {}
    for i, cue in enumerate(cues):
        try:
            start, end, kind = (cue.cue.start, cue.cue.end, cue.type) if isinstance(cue, Hedge) else cue
        except (TypeError, ValueError):
            raise ValueError(f"{side} cue {i}: {cue!r} is no (start, end, type)") from None
        if not 0 <= start < end:
            raise ValueError(f"{side} cue {i}: ({start}, {end}) is negative, empty or ends before it starts")
        if kind not in types:
            raise ValueError(f"{side} cue {i}: type {kind!r} is none of {', '.join(types)}")
        read[int(start), int(end), kind] = None
    return sorted(read)


def _counts(gold: Sequence[Cue], predicted: Sequence[Cue], overlap: int) -> list[int]:
    g, p = (Counter((start, end) for start, end, _ in side) for side in (gold, predicted))
    return [len(gold), len(predicted), sum((g & p).values()), overlap]


def _match(gold: Sequence[Cue], predicted: Sequence[Cue]) -> list[tuple[int, int]]:
    """Places of the cues that are matched; both sides ordered by start."""
    if not gold or not predicted:
        return []
    g, p = (np.array([cue[:2] for cue in side], dtype=np.int64).reshape(-1, 2) for side in (gold, predicted))
    i, j = overlapping(*g.T, *p.T)
    both = np.minimum(g[i, 1], p[j, 1]) - np.maximum(g[i, 0], p[j, 0])
    hull = np.maximum(g[i, 1], p[j, 1]) - np.minimum(g[i, 0], p[j, 0])
    return one_to_one(i, j, np.lexsort((j, i, hull, -both)))


def cue_scores(sums: ArrayLike, types: Sequence[str] = HEDGE_TYPES) -> dict[str, Floats]:
    """Scores of sums of ``cue_columns(types)``: exact and overlap of all cues and of each type."""
    c: dict[str, Any] = columns(sums, cue_columns(types))
    out: dict[str, Floats] = {}
    for name in ("exact", "overlap"):
        out |= precision_recall_f1(f"cue_{name}", c[name], c["gold"], c["predicted"])
    out["type"] = ratio(c["type"], c["overlap"])
    for name in ("exact", "overlap"):
        out |= precision_recall_f1(f"typed_{name}", sum(c[f"{kind}_{name}"] for kind in types), c["gold"], c["predicted"])
        for kind in types:
            out |= precision_recall_f1(f"{kind}_{name}", c[f"{kind}_{name}"], c[f"{kind}_gold"], c[f"{kind}_predicted"])
    return out


def evaluate_cues(
    documents: Iterable[tuple[Cues, Cues]],
    types: Sequence[str] = HEDGE_TYPES,
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Scores with intervals of the (gold, predicted) cues of documents.

    Raises
    ------
    ValueError
        If a cue is malformed, empty or of an unknown type.
    """
    rows = [cue_statistics(gold, predicted, types) for gold, predicted in documents]
    table = np.array(rows, dtype=float).reshape(-1, len(cue_columns(types)))
    return score_table(table, lambda sums: cue_scores(sums, types), n_resamples, seed, **{"match": "overlap", **fields})
