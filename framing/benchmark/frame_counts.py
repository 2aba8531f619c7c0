"""Frames of articles counted: found and true ones by frame, and whether the primary one is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.metrics.spans import Floats, ratio


def counts(gold: Floats, found: Any, right: Any) -> Floats:
    """A row an article: hits, gold and found by frame, and whether the primary frame is right."""
    there = np.asarray(found, float)
    return np.concatenate([gold * there, gold, there, np.asarray(right, float)[:, None], np.ones((len(gold), 1))], axis=1)


def scores(sums: Floats) -> dict[str, Floats]:
    """Micro- and macro-F1, and accuracy of the primary frame."""
    hits, gold, found = np.split(sums[..., :-2], 3, axis=-1)
    f1 = ratio(2 * hits, gold + found)
    micro = ratio(2 * hits.sum(-1), gold.sum(-1) + found.sum(-1))
    return {"micro_f1": micro, "macro_f1": f1.mean(-1), "primary": ratio(sums[..., -2], sums[..., -1])}


def by_frame(codes: Sequence[str], sums: Floats) -> dict[str, Floats]:
    """Precision, recall and F1 of each frame."""
    hits, gold, found = np.split(sums[..., :-2], 3, axis=-1)
    out: dict[str, Floats] = {}
    for k, code in enumerate(codes):
        h, g, f = hits[..., k], gold[..., k], found[..., k]
        out |= {f"{code} precision": ratio(h, f), f"{code} recall": ratio(h, g), f"{code} f1": ratio(2 * h, g + f)}
    return out
