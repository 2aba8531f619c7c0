"""Predictions and systems measured: scores that say what they are of, and the differences of two on the same items.

Conventions
-----------
* Where no split is named it is the one for tuning, the first that a task has and that is no test part
  (:func:`framing.corpora.lessons.is_test`). ``test`` is read only if it is named.
* What a system is given holds gold only on splits that begin with ``cv``, where it learns from other folds.
* The signature of every score: task, split, corpora, system (and its own fields, as ``system.NAME``) or the first digits of the SHA-256 of
  the file of predictions, those of the items (``data``: ids, texts, what is given, and gold), then what the measure depends on, resamples
  and seed of the interval, version of the library. Two scores can be compared if ``task``, ``split`` and ``data`` are the same.
* ``to_dict()`` holds what is the same in every run; seconds and versions of packages are ``volatile``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import platform
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any

from framing.benchmark import registry
from framing.benchmark.measurement import Difference, Measurement
from framing.benchmark.predictions import from_records, read_predictions
from framing.benchmark.system import LeftOut, System
from framing.benchmark.task import Item, Task
from framing.corpora.lessons import is_test
from framing.metrics.signature import DIGITS, Score
from framing.version import __version__

_SUM = 12  # digits of a SHA-256 in a signature
_PACKAGES = ("numpy", "scipy", "scikit-learn")  # whose version may change a score, beside those that a system needs

Predictions = str | os.PathLike[str] | Iterable[Mapping[str, Any]]


class UnfitError(ValueError):
    """A system that does nothing for a task, or results that are not of the same items; the message says what there is."""


@dataclass(frozen=True, eq=False)
class Result:
    """What predictions come to.

    Attributes
    ----------
    task : Task
    split, system : str
        ``system`` is the name of a system, or ``file``.
    items : tuple of Item
    predictions : tuple
        One an item.
    measurement : Measurement
    sha256 : str or None
        Of the file of predictions.
    fields : mapping
        What a system says of itself.
    warnings : tuple of str
        Such as how many items a system raised an error on.
    seconds : float or None
        Wall time of a system, loading and learning included.
    needs : tuple of str
        Packages that were run.
    """

    task: Task
    split: str
    system: str
    items: tuple[Item, ...]
    predictions: tuple[Any, ...]
    measurement: Measurement
    sha256: str | None = None
    fields: Mapping[str, object] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: float | None = None
    needs: tuple[str, ...] = ()

    @cached_property
    def data(self) -> str:
        """SHA-256 of the items."""
        return items_sha256(self.items)

    @cached_property
    def scores(self) -> dict[str, Score]:
        """All scores by name, with intervals and signature."""
        return self.measurement.score(**self.signed())

    @property
    def primary(self) -> Score:
        """The score that orders the leaderboard."""
        return self.scores[self.task.primary]

    def signed(self) -> dict[str, object]:
        """What the signature says beside the settings of the measure."""
        of_system = {f"system.{name}": value for name, value in self.fields.items()}
        of_file = {"predictions": self.sha256[:_SUM]} if self.sha256 else {}
        signed = {
            "task": self.task.name,
            "split": self.split,
            "corpus": "+".join(self.task.corpora),
            "system": self.system,
            **of_system,
            **of_file,
            "data": self.data[:_SUM],
        }
        return {name: _inner(value) for name, value in signed.items()}

    def to_dict(self, volatile: bool = False) -> dict[str, Any]:
        """For JSON: ``scores`` with ``value``, ``interval`` and ``n``, ``signature``, and what was measured."""
        scores = {name: finite(score.as_dict()) for name, score in self.scores.items()}
        signature = scores[self.task.primary]["signature"]
        for row in scores.values():
            del row["name"]
            if row["signature"] == signature:
                del row["signature"]
        out: dict[str, Any] = {
            "task": self.task.name,
            "split": self.split,
            "corpora": list(self.task.corpora),
            "system": self.system,
            "n": len(self.items),
            "unit": self.task.unit,
            "primary": self.task.primary,
            "scores": scores,
            "signature": signature,
            "data_sha256": self.data,
            "warnings": list(self.warnings),
        }
        if self.sha256:
            out["predictions_sha256"] = self.sha256
        if volatile:
            out["volatile"] = {"seconds": None if self.seconds is None else round(self.seconds, 3), "versions": versions(self.needs)}
        return out


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two results on the same items, and their differences, first less second, by score."""

    first: Result
    second: Result
    differences: tuple[Difference, ...]

    def to_dict(self, volatile: bool = False) -> dict[str, Any]:
        """For JSON: both results, and ``differences`` by name with interval and both p."""
        rows = {}
        for d in self.differences:
            row: dict[str, Any] = dataclasses.asdict(d)
            name = row.pop("name")
            rows[name] = finite({key: round(x, DIGITS) if isinstance(x, float) else x for key, x in row.items()})
            rows[name]["interval"] = finite([round(x, DIGITS) for x in d.interval])
            if not math.isfinite(d.difference):  # a score that does not exist has no test
                rows[name] |= {"p_bootstrap": None, "p_randomisation": None}
        return {
            "task": self.first.task.name,
            "split": self.first.split,
            "primary": self.first.task.primary,
            "first": self.first.to_dict(volatile),
            "second": self.second.to_dict(volatile),
            "differences": rows,
        }


def tuning_split(task: Task) -> str:
    """The split that is meant where none is named: never a test part.

    Raises
    ------
    ValueError
        If the task has no other one.
    """
    for split in task.splits:
        if not is_test(split):
            return split
    raise ValueError(f"task {task.name} has only the split {', '.join(task.splits)}: name it")


def evaluate(
    task: str | Task,
    split: str | None = None,
    *,
    predictions: Predictions | None = None,
    system: str | System | None = None,
    data_home: str | os.PathLike[str] | None = None,
) -> Result:
    """Measure predictions, or a system.

    Parameters
    ----------
    task : str or Task
        Name, as in ``framing evaluate --list``.
    split : str, optional
        By default the one for tuning.
    predictions : path or iterable of mappings, optional
        A file of JSON lines, or such objects: one an item, with its ``id``.
    system : str or System, optional
        Instead of predictions.
    data_home : path, optional
        Folder of the corpora.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If there is no such task, split or system (:class:`UnfitError`: for this task); :class:`~framing.benchmark.predictions
        .PredictionsError` if the predictions are wrong or some are missing.
    TypeError
        If not exactly one of ``predictions`` and ``system`` is given.
    ImportError
        If the system runs a package that is not installed.
    FileNotFoundError
        If the corpus, or the file, is not there.
    """
    if (predictions is None) == (system is None):
        raise TypeError("give either predictions or a system")
    task = registry.task(task) if isinstance(task, str) else task
    split = tuning_split(task) if split is None else task.checked(split)
    chosen = fit(system, task) if system is not None else None
    home = None if data_home is None else Path(data_home)
    items = task.items(split, home)
    if chosen is not None:
        return run(chosen, task, split, items, home)
    assert predictions is not None
    if isinstance(predictions, str | os.PathLike):
        found, sha256 = read_predictions(predictions, task, items)
    else:
        found, sha256 = from_records(predictions, task, items)
    return Result(task, split, "file", tuple(items), tuple(found), task.measure(items, found), sha256)


def fit(system: str | System, task: Task) -> System:
    """The system, if it can be run on the task.

    Raises
    ------
    ValueError
        If there is none of that name; :class:`UnfitError` if it predicts nothing for the task.
    ImportError
        If a package that it needs is missing.
    """
    found = registry.system(system) if isinstance(system, str) else system
    if task.name not in found.tasks:
        raise UnfitError(f"the system {found.name} does nothing for {task.name}; it does {', '.join(found.tasks)}")
    if missing := found.missing():
        how = f": {found.install}" if found.install else ""
        raise ImportError(f"the system {found.name} needs {' and '.join(missing)}, not installed here{how}")
    return found


def run(system: System, task: Task, split: str, items: Sequence[Item], home: Path | None = None) -> Result:
    """A system on items of a split.

    Raises
    ------
    ValueError
        If it gives another number of predictions than there are items.
    """
    given = items if split.startswith("cv") else [replace(item, gold=None) for item in items]
    begin = perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LeftOut)
        found = list(system.tasks[task.name](task, split, given, home))
    seconds = perf_counter() - begin
    notes = []
    for warning in caught:
        if issubclass(warning.category, LeftOut):
            notes.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if len(found) != len(items):
        raise ValueError(f"the system {system.name} gave {len(found):,} predictions for {len(items):,} items of {task.name}")
    measured = task.measure(items, found)
    fields = system.fields(task.name)
    return Result(task, split, system.name, tuple(items), tuple(found), measured, None, fields, tuple(notes), seconds, system.needs)


def compare(first: Result, second: Result, scores: Sequence[str] | None = None) -> Comparison:
    """The difference of two results on the same items, by paired bootstrap and approximate randomisation.

    Parameters
    ----------
    first, second : Result
    scores : sequence of str, optional
        Names; by default all. The p of one score knows nothing of the others: decide before which one counts, or correct for their number.

    Raises
    ------
    UnfitError
        If the results are of different tasks, splits or items.
    ValueError
        If there is no such score.
    """
    for what, one, other in (
        ("task", first.task.name, second.task.name),
        ("split", first.split, second.split),
        ("items", first.data[:_SUM], second.data[:_SUM]),
    ):
        if one != other:
            raise UnfitError(f"results of two {what}{'s' if what != 'items' else ''} cannot be compared: {one}, {other}")
    known = list(first.scores)
    names = known if scores is None else list(scores)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"no score {unknown[0]!r}; there are {', '.join(known)}")
    return Comparison(first, second, tuple(first.measurement.compare(second.measurement, name) for name in names))


def items_sha256(items: Sequence[Item]) -> str:
    """Sum of what is measured on: id, text, given, group, fold and gold of each item, in their order."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(json.dumps(_plain(item), sort_keys=True).encode("ascii") + b"\n")
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, the same in every run."""
    if value is None or isinstance(value, str | int | float):
        return value
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return sorted(([_plain(key), _plain(inner)] for key, inner in value.items()), key=repr)
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner) for inner in value), key=repr)
    if hasattr(value, "tolist"):  # of numpy
        return _plain(value.tolist())
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    raise TypeError(f"gold or given holds a {type(value).__name__}, which has no plain form")


def finite(value: Any) -> Any:
    """The value with every number that JSON cannot hold as ``None``."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def versions(needs: Sequence[str] = ()) -> dict[str, str]:
    """Versions of Python, of this library and of the packages that may change a score, as far as they are installed."""
    out = {"python": platform.python_version(), "framing": __version__}
    for name in (*_PACKAGES, *needs):
        try:
            out[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return out


def _inner(value: object) -> str:
    """A value inside of a signature, whose own separators it may not hold."""
    return str(value).replace("|", ";").replace(":", "=").replace("\n", " ")
