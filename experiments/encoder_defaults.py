"""The default models on the folds of the benchmark, and without a further group of folds, for what is learned on top of them.

Conventions
-----------
Folds are put in ``GROUPS`` groups. For a group g every unit outside it has the probability that a model gives which has learned neither
from g nor from the unit's own group. What was made is kept in a folder, if one is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import data_home
from framing.benchmark import evaluation, registry
from framing.benchmark.evaluation import Result
from framing.benchmark.predictions import read_predictions, write_predictions
from framing.benchmark.systems.framing_hedges import DOMAINS, INNER, PROFILE, document_of, said
from framing.benchmark.task import Item
from framing.benchmark.tasks.frames import Policy
from framing.hedge_tagger import HedgeTagger

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = 5


def groups_of(fold: Ints) -> Ints:
    """The group of each unit."""
    return fold * GROUPS // (int(fold.max()) + 1)


def default(name: str, items: Sequence[Item], cache: Path | None) -> Result:
    """The library's own system on the benchmark's folds."""
    task, system, path = registry.task(name), registry.system("framing"), None if cache is None else cache / f"{name}.jsonl"
    if path is not None and path.exists():
        found, _ = read_predictions(path, task, items)
        measured = task.measure(items, found)
        return Result(task, "cv", system.name, tuple(items), tuple(found), measured, None, system.fields(task.name))
    result = evaluation.run(system, task, "cv", items, data_home())
    if path is not None:
        write_predictions(path, task, items, result.predictions)
    return result


def kept(cache: Path | None, name: str, make: Callable[[], Floats]) -> Floats:
    """An array that is made once, if there is a folder for it."""
    path = None if cache is None else cache / f"{name}.npy"
    if path is not None and path.exists():
        return np.asarray(np.load(path))
    out = make()
    if path is not None:
        np.save(path, out)
    return out


def inner_hedges(items: Mapping[str, Sequence[Item]]) -> Floats:
    """Probabilities of the sentences of all domains, one after the other, by taggers that know neither of two groups (GROUPS, u)."""
    group = {name: groups_of(np.array([item.fold for item in part])) for name, part in items.items()}
    out = {name: [[np.zeros(0)] * len(part) for _ in range(GROUPS)] for name, part in items.items()}
    for g, h in combinations(range(GROUPS), 2):
        rows = [(name, k) for name, part in items.items() for k in range(len(part))]
        known = [items[name][k] for name, k in rows if group[name][k] not in (g, h)]
        of = [name for name, k in rows if group[name][k] not in (g, h)]
        tagger = HedgeTagger().fit([document_of(item, DOMAINS[name], item.gold) for name, item in zip(of, known)], folds=INNER)
        for name, k in rows:
            if (own := group[name][k]) in (g, h):
                out[name][g if own == h else h][k] = _uncertain(tagger, items[name][k], DOMAINS[name])
    for name, part in items.items():
        for g in range(GROUPS):
            for k in np.flatnonzero(group[name] == g).tolist():
                out[name][g][k] = np.full(len(part[k].given["sentences"]), np.nan)
    return np.stack([np.concatenate([row for name in items for row in out[name][g]]) for g in range(GROUPS)])


def _uncertain(tagger: HedgeTagger, item: Item, domain: str) -> Floats:
    def read(lesson: Any) -> Any:
        hedges = tagger(lesson.tokens, (), (), domain)
        return hedges, tagger.uncertainty(lesson.tokens, hedges, PROFILE, domain)

    return np.array(said(item, domain, read).sentences, np.float64)


def inner_frames(task: Policy, items: Sequence[Item]) -> Floats:
    """Probabilities of frames by classifiers that know neither a group nor that of the article (GROUPS, u, codes)."""
    predict, fold, rows = registry.system("framing").tasks[task.name], [item.fold for item in items], []
    for g in range(GROUPS):
        others = [item for item in items if item.fold != g]
        found = iter(predict(task, "cv", others, data_home()))
        rows.append([[np.nan] * len(task.codes) if k == g else next(found).probabilities for k in fold])
    return np.array(rows, np.float64)
