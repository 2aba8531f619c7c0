"""A system of the benchmark: predictions for the items of one or several tasks.

Conventions
-----------
* A system sees ``id``, ``text``, ``given``, ``group`` and ``fold`` of the items, and may load the *train* parts of a task's corpora. One
  that learns is given items with ``gold`` of a ``cv`` split, and keeps to the folds by :func:`out_of_fold`.
* ``needs``: packages of others that it runs, none of which the library requires. Where one is missing, :meth:`System.missing` names it.
* ``lacks`` says what else is missing, without importing these packages.
* ``fields`` go into the signature of the scores: version of the package, digest of the model, seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from framing.benchmark.task import Item, Task

Predict = Callable[[Task, str, Sequence[Item], Path | None], Sequence[Any]]  # task, split, items, data_home -> a prediction an item


class LeftOut(UserWarning):
    """A system had nothing to say of some items, because it failed."""


@dataclass(frozen=True)
class System:
    """See the module's docstring."""

    name: str
    title: str
    tasks: Mapping[str, Predict]
    needs: tuple[str, ...] = ()
    install: str = ""  # how a user gets what it needs
    lacks: Callable[[], str] = field(default=lambda: "")  # what is not here beside packages, and how to get it
    fields: Callable[[str], Mapping[str, object]] = field(default=lambda task: {})

    def missing(self) -> tuple[str, ...]:
        """Packages that it needs and that are not installed."""
        return tuple(name for name in self.needs if find_spec(name) is None)


def out_of_fold(items: Sequence[Item], learn: Callable[[Sequence[Item]], Callable[[Sequence[Item]], Sequence[Any]]]) -> list[Any]:
    """A prediction for each item by what ``learn`` makes of the items of the other folds.

    Raises
    ------
    ValueError
        If an item has no fold, or there are fewer than two.
    """
    folds = sorted({item.fold for item in items if item.fold is not None})
    if len(folds) < 2 or any(item.fold is None for item in items):
        raise ValueError("out-of-fold predictions need items of two folds or more")
    out: list[Any] = [None] * len(items)
    for fold in folds:
        here = [k for k, item in enumerate(items) if item.fold == fold]
        predict = learn([item for item in items if item.fold != fold])
        for k, prediction in zip(here, predict([items[k] for k in here]), strict=True):
            out[k] = prediction
    return out
