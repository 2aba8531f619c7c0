"""Agreement of two passes over the same units, or of a prediction with gold: share equal, kappa, Krippendorff's alpha.

Conventions
-----------
* A *table* counts units by the code of the first pass (rows) and of the second (columns), shape (..., codes, codes); tables of documents
  add up, so a bootstrap scores a stack of sums at once. The order of the codes is that of the scale.
* ``equal`` = sum of the diagonal / units.
* Kappa (Cohen 1960, 1968) = 1 - observed / expected disagreement, expected from the margins of each pass; disagreement of codes i and j is
  1 unless equal (nominal), or (i - j)^2 (quadratic).
* Alpha (Krippendorff 2011) = 1 - observed / expected disagreement, expected from the pooled codes without replacement. Distances: nominal;
  interval (i - j)^2; ordinal (difference of the mid-ranks of the pooled codes)^2.
* No disagreement is possible where only one code occurs: kappa and alpha are then 1.0 (as in nltk). Without any unit they are 0.0.

:func:`alpha` takes any number of passes, with gaps, through nltk; :func:`table_alpha` is the closed form for two passes without gaps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, ratio

DISTANCES = ("nominal", "ordinal", "interval")


def table(first: Sequence[Hashable], second: Sequence[Hashable], codes: Sequence[Hashable]) -> Floats:
    """Units of one document by their two codes, shape (codes, codes).

    Raises
    ------
    ValueError
        If the passes are not equally long, or a code is unknown.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} codes in the first pass, but {len(second)} in the second")
    place = {code: i for i, code in enumerate(codes)}
    if len(place) != len(codes):
        raise ValueError(f"a code occurs twice among {list(codes)}")
    for name, codings in (("first", first), ("second", second)):
        for i, code in enumerate(codings):
            if code not in place:
                raise ValueError(f"code {code!r} of unit {i} in the {name} pass is none of {list(codes)}")
    counts = np.zeros((len(codes), len(codes)))
    np.add.at(counts, ([place[c] for c in first], [place[c] for c in second]), 1)
    return counts


def equal(tables: ArrayLike) -> Floats:
    """Share of the units with equal codes."""
    t = _tables(tables)
    return ratio(np.trace(t, axis1=-2, axis2=-1), t.sum((-2, -1)))


def kappa(tables: ArrayLike) -> Floats:
    """Cohen's kappa (1960)."""
    t = _tables(tables)
    return _cohen(t, 1.0 - np.eye(t.shape[-1]))


def quadratic_kappa(tables: ArrayLike) -> Floats:
    """Cohen's kappa weighted by the squared distance of the codes (1968)."""
    t = _tables(tables)
    return _cohen(t, _squared(t.shape[-1]))


def table_alpha(tables: ArrayLike, distance: str = "nominal") -> Floats:
    """Krippendorff's alpha of two passes without gaps, in closed form.

    Raises
    ------
    ValueError
        If there is no such distance.
    """
    t = _tables(tables)
    both = t + np.swapaxes(t, -1, -2)
    pooled = both.sum(-1)
    apart = _distances(pooled, distance)
    observed = (both * apart).sum((-2, -1)) * (pooled.sum(-1) - 1)
    return _one_minus(observed, (pooled[..., :, None] * pooled[..., None, :] * apart).sum((-2, -1)), pooled.sum(-1))


def alpha(passes: Sequence[Sequence[Hashable | None]], codes: Sequence[Hashable], distance: str = "nominal") -> float:
    """Krippendorff's alpha through nltk.

    Parameters
    ----------
    passes
        For each pass the code of each unit, ``None`` where it gives none.
    codes
        All codes, in the order of the scale.
    distance : {"nominal", "ordinal", "interval"}
        Of two codes.

    Raises
    ------
    ValueError
        If the passes are not equally long, a code is unknown or there is no such distance.
    """
    from nltk.metrics.agreement import AnnotationTask

    if len({len(codings) for codings in passes}) > 1:
        raise ValueError(f"the passes have {', '.join(str(len(codings)) for codings in passes)} units")
    place = {code: i for i, code in enumerate(codes)}
    if unknown := {code for code in chain(*passes) if code is not None} - place.keys():
        raise ValueError(f"codes {sorted(map(repr, unknown))} are none of {list(codes)}")
    # A unit with one code says nothing of agreement, and does not count among the pooled codes either.
    units = [column for column in zip(*passes) if sum(code is not None for code in column) > 1]
    triples = [(k, i, place[c]) for i, column in enumerate(units) for k, c in enumerate(column) if c is not None]
    pooled = Counter(code for _, _, code in triples)
    apart = _distances(np.array([pooled[i] for i in range(len(codes))], dtype=float), distance)
    measure: Callable[[int, int], float] = lambda a, b: float(apart[a, b])  # noqa: E731  # nltk calls it by place
    return float(AnnotationTask(data=triples, distance=measure).alpha()) if triples else 0.0


def scores(tables: ArrayLike, distance: str = "nominal") -> dict[str, Floats]:
    """Share equal, kappa and alpha of tables; with another distance than nominal the kappa is quadratic."""
    weighted = {"kappa": kappa(tables)} if distance == "nominal" else {"quadratic_kappa": quadratic_kappa(tables)}
    return {"equal": equal(tables), **weighted, "alpha": table_alpha(tables, distance)}


def evaluate(
    documents: Iterable[tuple[Sequence[Hashable], Sequence[Hashable]]],
    codes: Sequence[Hashable],
    distance: str = "nominal",
    n_resamples: int = 1000,
    seed: int = 0,
    **fields: object,
) -> dict[str, Score]:
    """Scores with intervals of the (first pass, second pass) codes of documents.

    Raises
    ------
    ValueError
        If codes are malformed or there is no such distance.
    """
    size = len(codes)
    rows = np.array([table(first, second, codes) for first, second in documents], dtype=float).reshape(-1, size * size)
    settings = {"codes": size, "distance": distance, **fields}
    return score_table(rows, lambda sums: scores(sums.reshape(*sums.shape[:-1], size, size), distance), n_resamples, seed, **settings)


def _tables(tables: ArrayLike) -> Floats:
    t = np.asarray(tables, dtype=float)
    if t.ndim < 2 or t.shape[-1] != t.shape[-2]:
        raise ValueError(f"tables have shape {t.shape}, not (..., codes, codes)")
    if not np.isfinite(t).all() or (t < 0).any():
        raise ValueError("tables hold a count that is negative or not finite")
    return t


def _squared(n: int) -> Floats:
    place = np.arange(n, dtype=float)
    return np.asarray((place[:, None] - place) ** 2)


def _distances(pooled: Floats, distance: str) -> Floats:
    """Distances of the codes, shape (codes, codes), or (..., codes, codes) if they depend on the pooled counts."""
    if distance == "nominal":
        return np.asarray(1.0 - np.eye(pooled.shape[-1]))
    if distance == "interval":
        return _squared(pooled.shape[-1])
    if distance == "ordinal":
        rank = np.cumsum(pooled, -1) - pooled / 2
        return np.asarray((rank[..., :, None] - rank[..., None, :]) ** 2)
    raise ValueError(f"distance {distance!r} is none of {', '.join(DISTANCES)}")


def _cohen(t: Floats, apart: Floats) -> Floats:
    expected = (t.sum(-1)[..., :, None] * t.sum(-2)[..., None, :] * apart).sum((-2, -1))
    n = t.sum((-2, -1))
    return _one_minus((t * apart).sum((-2, -1)) * n, expected, n)


def _one_minus(observed: Floats, expected: Floats, units: Floats) -> Floats:
    return np.asarray(np.where(units > 0, 1.0 - ratio(observed, expected), 0.0))
