"""A task of the benchmark and systems that stand in for those with corpora: say whether a text names a colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framing.benchmark.measurement import Counted
from framing.benchmark.system import System, out_of_fold
from framing.benchmark.systems.peers import each, no_pipeline
from framing.benchmark.task import Item, Task
from framing.metrics.spans import precision_recall_f1

COLOURS = ("red", "green", "blue")
TEXTS = [f"The {colour} boat number {n} left." for n in range(8) for colour in (*COLOURS, "old", "new")]


class Colours(Task):
    """Texts that name a colour.

    A prediction is ``{"id": ..., "colour": true}``.
    """

    name = "colours"
    title = "Does a text name a colour?"
    corpora = ("wikinews_attributions",)
    splits = ("dev", "cv", "test")
    primary = "colour_f1"
    unit = "sentence"
    read_splits: list[str] = []  # noqa: RUF012 - what was asked for, for the tests

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        self.read_splits.append(self.checked(split))
        fold = (lambda k: k % 2) if split == "cv" else (lambda k: None)
        return tuple(
            Item(f"made/{k:02}", text, any(c in text for c in COLOURS), {"number": k}, fold=fold(k)) for k, text in enumerate(TEXTS)
        )

    def read(self, record: Mapping[str, Any], item: Item) -> bool:
        """``colour``: true or false."""
        if set(record) != {"colour"}:
            raise ValueError(f"the fields must be id and colour, not {', '.join(['id', *record])}")
        if not isinstance(record["colour"], bool):
            raise ValueError(f"colour must be true or false, not {record['colour']!r}")
        return record["colour"]

    def write(self, prediction: bool, item: Item) -> dict[str, Any]:
        return {"colour": prediction}

    def measure(self, items: Sequence[Item], predictions: Sequence[bool]) -> Counted:
        rows = [(item.gold and found, item.gold, found, item.gold != found) for item, found in zip(items, predictions, strict=True)]

        def scores(sums: Any) -> dict[str, Any]:
            named = precision_recall_f1("colour", sums[..., 0], sums[..., 1], sums[..., 2])
            return {**named, "errors": sums[..., 3], "undefined": sums[..., 0] * np.nan}

        return Counted(np.array(rows, dtype=float), scores, {"average": "micro"})

    lower_is_better = frozenset({"errors"})


def reds(task: Task, split: str, items: Sequence[Item], home: Path | None) -> list[bool]:
    """Knows one colour; is never shown gold where there are no folds."""
    assert split == "cv" or all(item.gold is None for item in items)
    return ["red" in item.text for item in items]


def fails(task: Task, split: str, items: Sequence[Item], home: Path | None) -> list[Any]:
    """Raises an error on every fourth item."""

    def predict(item: Item) -> bool:
        if int(item.id[-2:]) % 4 == 0:
            raise KeyError(item.id)
        return True

    return each("fails", items, predict, lambda item: False, task.unit)


def learns(task: Task, split: str, items: Sequence[Item], home: Path | None) -> list[Any]:
    """The words of the texts of other folds that name a colour."""

    def learn(known: Sequence[Item]) -> Any:
        words = {word for item in known if item.gold for word in item.text.split()[1:2]}
        return lambda unknown: [bool(words & {*item.text.split()}) for item in unknown]

    return out_of_fold(items, learn)


REDS = System("reds", "knows red", {"colours": reds}, fields=lambda task: {"model": "reds|v:1", "seed": 0})
FAILS = System("fails", "raises errors", {"colours": fails})
LEARNS = System("learns", "words", {"colours": learns})
ABSENT = System("absent", "not installed", {"colours": reds}, ("no_such_package",), "pip install no-such-package")
PIPED = System("piped", "knows red", {"colours": reds}, lacks=no_pipeline)
ELSEWHERE = System("elsewhere", "for another task", {"levels": reds})
