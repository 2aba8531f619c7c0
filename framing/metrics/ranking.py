"""Do two scales order and rate the articles alike? Spearman, Kendall, Pearson, mean absolute error.

Conventions
-----------
* ``x`` (gold) and ``y`` (prediction) are finite numbers, one of each an item. Every function takes ``weights``, how often each item is
  there, shape (..., items): a row of bootstrap counts is a row of weights, and a stack of resamples is scored at once.
* *Pearson*: product-moment correlation. *Spearman* (1904): Pearson of the mid-ranks. *Kendall's tau-b* (1945): (concordant - discordant)
  pairs / sqrt(pairs not tied in x times pairs not tied in y). *MAE*: mean ``|x - y|``.
* What does not vary orders nothing: the correlations are then 0.0, and so are they without items.

Kendall compares all pairs: memory grows with the square of the number of items (1,000 items: 24 MB).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, ratio

Bools = NDArray[np.bool_]


def validate(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of shape (items,).

    Raises
    ------
    ValueError
        If they are not equally long, or a number is not finite.
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"x has shape {a.shape}, y {b.shape}, not both (items,)")
    for name, side in (("x", a), ("y", b)):
        if not np.isfinite(side).all():
            raise ValueError(f"{name} holds {side[~np.isfinite(side)][0]}, which is not finite")
    return a, b


def pearson(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Product-moment correlation, shape (...) of the weights."""
    a, b = validate(x, y)
    w = _weights(weights, len(a))
    return _correlation(np.broadcast_to(a, w.shape), np.broadcast_to(b, w.shape), w, _constant(a, w) | _constant(b, w))


def spearman(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Correlation of the mid-ranks, shape (...) of the weights."""
    a, b = validate(x, y)
    w = _weights(weights, len(a))
    return _correlation(mid_ranks(a, w), mid_ranks(b, w), w, _constant(a, w) | _constant(b, w))


def kendall(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Tau-b, shape (...) of the weights."""
    a, b = validate(x, y)
    w = _weights(weights, len(a))
    s, t = (np.sign(side[:, None] - side) for side in (a, b))
    # Twice the number of pairs; an item makes no pair with its own copies, whose sign is 0.
    both, in_x, in_y = (((w @ sign) * w).sum(-1) for sign in (s * t, s * s, t * t))
    return ratio(both, np.sqrt(in_x * in_y))


def mean_absolute_error(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean absolute error, in units of the scale; shape (...) of the weights."""
    a, b = validate(x, y)
    w = _weights(weights, len(a))
    return ratio((w * np.abs(a - b)).sum(-1), w.sum(-1))


MEASURES: dict[str, Callable[[ArrayLike, ArrayLike, ArrayLike], Floats]] = {
    "spearman": spearman,
    "kendall": kendall,
    "pearson": pearson,
    "mae": mean_absolute_error,
}


def evaluate(
    documents: Iterable[tuple[float | Sequence[float], float | Sequence[float]]], n_resamples: int = 1000, seed: int = 0, **fields: object
) -> dict[str, Score]:
    """All measures with intervals of the (gold, predicted) numbers of documents: one number each, or equally many of each.

    Raises
    ------
    ValueError
        If numbers are not equally many or not finite.
    """
    pairs = [validate(np.atleast_1d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float))) for x, y in documents]
    a, b = (np.concatenate([side[k] for side in pairs]) if pairs else np.zeros(0) for k in (0, 1))
    # A row a document, a column an item: sums over documents are the weights of the items.
    table = np.zeros((len(pairs), len(a)))
    table[np.repeat(np.arange(len(pairs)), [len(x) for x, _ in pairs]), np.arange(len(a))] = 1
    return score_table(table, lambda w: {name: measure(a, b, w) for name, measure in MEASURES.items()}, n_resamples, seed, **fields)


def _weights(weights: ArrayLike | None, n: int) -> Floats:
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if w.ndim == 0 or w.shape[-1] != n:
        raise ValueError(f"weights have shape {w.shape}, not (..., {n})")
    return w


def mid_ranks(values: Floats, w: Floats) -> Floats:
    """Mid-ranks of n values when each is there as often as its weight, shape (..., n)."""
    _, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(place.max(initial=-1) + 1))
    mass = np.add.reduceat(w[..., order], first, axis=-1) if len(first) else w[..., order]
    return np.asarray((np.cumsum(mass, -1) - mass / 2)[..., place])


def _constant(values: Floats, w: Floats) -> Bools:
    """Whether the items that are there have one value."""
    high = np.max(np.where(w > 0, values, -np.inf), axis=-1, initial=-np.inf)
    low = np.min(np.where(w > 0, values, np.inf), axis=-1, initial=np.inf)
    return np.asarray(high <= low)


def _correlation(a: Floats, b: Floats, w: Floats, constant: Bools) -> Floats:
    n = w.sum(-1, keepdims=True)
    a, b = (side - ratio((w * side).sum(-1, keepdims=True), n) for side in (a, b))
    across, in_a, in_b = (w * a * b).sum(-1), (w * a * a).sum(-1), (w * b * b).sum(-1)
    # The spread of a constant is rounding, not 0; rounding must not carry a perfect correlation over 1 either.
    return np.asarray(np.where(constant, 0.0, np.clip(ratio(across, np.sqrt(in_a) * np.sqrt(in_b)), -1.0, 1.0)))
