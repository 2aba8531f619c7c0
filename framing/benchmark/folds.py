"""Folds of the tasks without a dev part: the same as those of the experiments, so that numbers can be compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Folds = list[tuple[Ints, Ints]]  # places to learn from, and held out ones


def group_folds(groups: Sequence[str], n: int, seed: int | None = None) -> Folds:
    """Folds that tear no group apart: those of scikit-learn's GroupKFold; with a seed, shuffled."""
    from sklearn.model_selection import GroupKFold

    way = GroupKFold(n) if seed is None else GroupKFold(n, shuffle=True, random_state=seed)
    return list(way.split(np.zeros(len(groups)), groups=list(groups)))


def stratified_folds(labels: Sequence[bool], n: int, seed: int) -> Folds:
    """Shuffled folds with the same share of each label, whatever groups there are: scikit-learn's StratifiedKFold."""
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(n, shuffle=True, random_state=seed).split(np.zeros(len(labels)), np.asarray(labels)))


def numbered(folds: Folds) -> list[int]:
    """The fold in which each item is held out."""
    out = np.zeros(sum(len(held) for _, held in folds), np.int64)
    for k, (_, held) in enumerate(folds):
        out[held] = k
    return [int(k) for k in out]
