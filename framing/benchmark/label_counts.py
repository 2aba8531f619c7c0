"""Yes or no, counted: outcomes that add up, and the area under the ROC curve, which does not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.metrics.spans import Floats, ratio

Bools = NDArray[np.bool_]


def outcomes(label: Bools, found: Bools) -> Floats:
    """For each item whether it is a hit, a false alarm, a miss, or rightly left alone: (m, 4)."""
    return np.stack([label & found, ~label & found, label & ~found, ~label & ~found], axis=1).astype(float)


def macro_f1(sums: Floats) -> dict[str, Floats]:
    """Macro-F1 and accuracy from counts (..., 4) of :func:`outcomes`."""
    true, false, missed, right = (sums[..., k] for k in range(4))
    yes = 2 * true / np.maximum(2 * true + false + missed, 1)
    no = 2 * right / np.maximum(2 * right + false + missed, 1)
    return {"macro_f1": (yes + no) / 2, "accuracy": (true + right) / np.maximum(sums.sum(axis=-1), 1)}


def statistics(gold: Bools, score: Floats, limit: float) -> Any:
    """From weights of the items (..., n) to accuracy, macro-F1 and area under the ROC curve; "yes" is what scores above the limit.

    The area counts a tie one half.
    """
    found = score > limit
    first, second = score[gold][:, None], score[~gold]
    won = (first > second) + (first == second) / 2

    def scores(w: Floats) -> dict[str, Floats]:
        right = [(found == side) & (gold == side) for side in (True, False)]
        f1 = [ratio(2 * (w @ r), w @ (found == side) + w @ (gold == side)) for r, side in zip(right, (True, False))]
        inside, outside = w[..., gold], w[..., ~gold]
        area = ratio(((inside @ won) * outside).sum(-1), inside.sum(-1) * outside.sum(-1))
        return {"accuracy": ratio(w @ (found == gold), w.sum(-1)), "macro_f1": np.mean(f1, axis=0), "area": area}

    return scores
