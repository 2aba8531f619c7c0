"""The task of hyperpartisan articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.calibration_counts import ERRORS, NAMES, weighed
from framing.benchmark.fields import check_keys, check_verdict
from framing.benchmark.folds import group_folds, numbered, stratified_folds
from framing.benchmark.label_counts import macro_f1, outcomes, statistics
from framing.benchmark.measurement import Valued, ranked
from framing.benchmark.task import Figure, Item, Task
from framing.corpora import load_corpus
from framing.metrics.spans import Floats
from framing.training_hyperpartisan import CORPUS, by_family

FOLDS, PLAIN = 10, 42  # and the seed of the plain ones
LIMIT = 0.5  # above it an article is called hyperpartisan
_LABEL = "hyperpartisan"


class Hyperpartisan(Task):
    """Whether an article argues with blind or unreasoning allegiance to a party, cause or person (SemEval-2019 task 4, by article).

    ``cv``: ten folds by the family of publishers (hosts under one registrable name; scikit-learn's GroupKFold); ``cv-plain``: ten shuffled
    folds to which either label is dealt evenly (seed 42), with articles of a publisher on both sides, for comparison only. ``given``:
    ``title``. ``test`` are the 628 articles of the official test part, of other publishers.

    Above a probability of .5 an article counts as hyperpartisan. ``area``: under the ROC curve. Where every prediction is a probability:
    Brier score and calibration error.
    """

    name: ClassVar[str] = "hyperpartisan"
    title: ClassVar[str] = "Whether an article is hyperpartisan."
    corpora: ClassVar[tuple[str, ...]] = (CORPUS,)
    splits: ClassVar[tuple[str, ...]] = ("cv", "cv-plain", "test")
    primary: ClassVar[str] = "accuracy"
    unit: ClassVar[str] = "article"
    lower_is_better: ClassVar[frozenset[str]] = ERRORS
    published: ClassVar[tuple[Figure, ...]] = (
        Figure(
            "best team (Bertha von Suttner)",
            "accuracy",
            0.822,
            "official test part, 628 articles of other publishers",
            "Kiesel et al. 2019, SemEval-2019 Task 4: Hyperpartisan News Detection, SemEval, abstract",
        ),
    )

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles in the order of the file; ``gold`` is true or false."""
        folded = self.checked(split).startswith("cv")
        documents = by_family(load_corpus(CORPUS, "train" if folded else split, data_home=data_home))
        labels = [bool(d.labels[_LABEL]) for d in documents]
        families = [d.group or d.id for d in documents]
        plain = split == "cv-plain"
        groups = [d.id for d in documents] if plain else families
        folds: list[Any] = [None] * len(documents)
        if folded:
            folds = numbered(stratified_folds(labels, FOLDS, PLAIN) if plain else group_folds(families, FOLDS))
        return tuple(Item(d.id, d.text, y, {"title": d.title}, g, k) for d, y, g, k in zip(documents, labels, groups, folds))

    def read(self, record: Mapping[str, Any], item: Item) -> bool | float:
        """``{"id": ..., "hyperpartisan": ...}``.

        ``hyperpartisan``: true, false, or the probability that it is.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        return check_verdict(check_keys(record, "", (_LABEL,))[_LABEL], _LABEL)

    def write(self, prediction: bool | float, item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        return {_LABEL: prediction if isinstance(prediction, bool) else float(prediction)}

    def measure(self, items: Sequence[Item], predictions: Sequence[bool | float]) -> Valued:
        """As :meth:`Task.measure`."""
        rows = [(item.gold, p, np.nan if isinstance(p, bool) else p) for item, p in zip(items, predictions, strict=True)]
        measures: dict[str, Callable[[Floats, Floats], Any]] = {name: partial(_counted, name) for name in ("accuracy", "macro_f1")}
        measures |= {"area": _area, **{name: partial(_calibrated, name) for name in NAMES}}
        return Valued(np.array(rows, float).reshape(-1, 3), measures, {"limit": LIMIT, "bins": 10}, {"area": _ordered})


def _counted(name: str, values: Floats, weights: Floats) -> Any:
    return macro_f1(weights @ outcomes(values[:, 0] > 0, values[:, 1] > LIMIT))[name]


def _area(values: Floats, weights: Floats) -> Any:
    return statistics(values[:, 0] > 0, values[:, 1], LIMIT)(weights)["area"]


def _ordered(values: Floats) -> Floats:
    """As :func:`_area` reads it, with ranks for probabilities."""
    return np.column_stack([values[:, 0], ranked(values[:, 1]), values[:, 2]])


def _calibrated(name: str, values: Floats, weights: Floats) -> Any:
    return weighed(name, values[:, 2], values[:, 0], weights)
