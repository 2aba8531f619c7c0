"""Entities: which mentions belong together (B-cubed), and whether they bear the right name.

Conventions
-----------
* Both sides label the same items (mentions, attributions) of a document; items with equal labels are one entity, ``None`` is no entity.
  Labels mean nothing across documents.
* B-cubed (Bagga and Baldwin 1998): precision of an item = items in both its gold and its predicted entity / items in its predicted
  entity; recall = the same / items in its gold entity. Precision is the mean over the items that the prediction gives an entity, recall
  over those that gold gives one; an item that only one side gives an entity is worth 0 there. F1 is the harmonic mean.
* *name*: right / items that gold names, right if the names are the same after :func:`fold`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, columns, ratio

COLUMNS = ("gold", "predicted", "recall", "precision")
NAME_COLUMNS = ("gold", "right")

Labels = Sequence[Hashable | None]
Names = Sequence[str | None]


def statistics(gold: Labels, predicted: Labels) -> tuple[float, ...]:
    """Counts of one document, in the order of ``COLUMNS``: items with an entity on each side, sums of recall and of precision.

    Raises
    ------
    ValueError
        If the two are not equally long.
    """
    _aligned(gold, predicted)
    g, p = Counter(a for a in gold if a is not None), Counter(b for b in predicted if b is not None)
    both = Counter((a, b) for a, b in zip(gold, predicted) if a is not None and b is not None)
    recall = sum(n * n / g[a] for (a, _), n in both.items())
    precision = sum(n * n / p[b] for (_, b), n in both.items())
    return g.total(), p.total(), recall, precision


def gold_statistics(gold: Labels, predicted: Labels) -> tuple[float, ...]:
    """The same, with precision over the items of gold too; a predicted ``None`` is an entity of its own."""
    items, _, recall, precision = statistics(gold, [("alone", k) if b is None else b for k, b in enumerate(predicted)])
    return items, items, recall, precision


def scores(sums: ArrayLike) -> dict[str, Floats]:
    """B-cubed precision, recall and F1 of sums of ``COLUMNS``."""
    c = columns(sums, COLUMNS)
    precision, recall = ratio(c["precision"], c["predicted"]), ratio(c["recall"], c["gold"])
    f1 = ratio(2 * precision * recall, precision + recall)
    return {"b_cubed_precision": precision, "b_cubed_recall": recall, "b_cubed_f1": f1}


def evaluate(documents: Iterable[tuple[Labels, Labels]], n_resamples: int = 1000, seed: int = 0, **fields: object) -> dict[str, Score]:
    """B-cubed with intervals of the (gold, predicted) labels of documents.

    Raises
    ------
    ValueError
        If labels are not equally many.
    """
    table = np.array([statistics(gold, predicted) for gold, predicted in documents], dtype=float).reshape(-1, len(COLUMNS))
    return score_table(table, scores, n_resamples, seed, **fields)


def fold(name: str) -> str:
    """A name without case, the article before it and differences in blanks and apostrophes."""
    words = name.casefold().replace("’", "'").split()
    return " ".join(words[1:] if words[:1] in (["the"], ["a"], ["an"]) and len(words) > 1 else words)


def name_statistics(gold: Names, predicted: Names) -> tuple[int, int]:
    """Counts of one document, in the order of ``NAME_COLUMNS``: items that gold names, and those with the same name in the prediction.

    Raises
    ------
    ValueError
        If the two are not equally long.
    """
    _aligned(gold, predicted)
    named = [(a, b) for a, b in zip(gold, predicted) if a is not None]
    return len(named), sum(b is not None and fold(a) == fold(b) for a, b in named)


def name_scores(sums: ArrayLike) -> dict[str, Floats]:
    """Accuracy of sums of ``NAME_COLUMNS``."""
    c = columns(sums, NAME_COLUMNS)
    return {"name": ratio(c["right"], c["gold"])}


def evaluate_names(documents: Iterable[tuple[Names, Names]], n_resamples: int = 1000, seed: int = 0, **fields: object) -> dict[str, Score]:
    """Accuracy of names with its interval, of the (gold, predicted) names of the items of documents.

    Raises
    ------
    ValueError
        If names are not equally many.
    """
    table = np.array([name_statistics(gold, predicted) for gold, predicted in documents], dtype=float).reshape(-1, len(NAME_COLUMNS))
    return score_table(table, name_scores, n_resamples, seed, **{"names": "folded", **fields})


def _aligned(gold: Sequence[object], predicted: Sequence[object]) -> None:
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold items, but {len(predicted)} predicted ones")
