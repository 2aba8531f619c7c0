"""A task of the benchmark: its items, how a prediction is written down, and its measures.

Conventions
-----------
* An *item* is what is predicted for and what is resampled: an article, a document of sentences, a sentence. Its ``text`` and ``given``
  (JSON values: gold spans, a title, a fold ...) are what a system may see; ``gold`` is not.
* *Splits*: ``dev`` for tuning; ``test`` once, at the end; ``cv`` where a corpus has no dev part: every item has a ``fold`` and is predicted
  by what was learned from the items of other folds alone, which a file of predictions cannot prove and its author vouches for.
  ``cv-...`` are further partitions of the same items.
* A *prediction* is one JSON object an item and line, ``{"id": ..., ...}``; :meth:`Task.read` says what else it holds, :meth:`Task.write` is
  its inverse. Offsets are Unicode code points of the item's ``text``, ``[start, end]``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from framing.benchmark.measurement import Measurement


@dataclass(frozen=True)
class Item:
    """One thing to be predicted for."""

    id: str
    text: str
    gold: Any
    given: Mapping[str, Any] = field(default_factory=dict)
    group: str | None = None
    fold: int | None = None


@dataclass(frozen=True)
class Figure:
    """A published number: of which system, score, data, and where it was printed."""

    system: str
    score: str
    value: float
    data: str
    citation: str


class Task(ABC):
    """See the module's docstring. A class a task; an object a split is not needed, tasks hold no data."""

    name: ClassVar[str]
    title: ClassVar[str]
    corpora: ClassVar[tuple[str, ...]]
    splits: ClassVar[tuple[str, ...]]
    primary: ClassVar[str]  # the score by which the leaderboard orders
    unit: ClassVar[str] = "document"
    lower_is_better: ClassVar[frozenset[str]] = frozenset()
    published: ClassVar[tuple[Figure, ...]] = ()

    @abstractmethod
    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The items of a split, in the corpus's order.

        Raises
        ------
        ValueError
            If the task has no such split.
        FileNotFoundError
            If the corpus is not at hand, with where to get it.
        """

    @abstractmethod
    def read(self, record: Mapping[str, Any], item: Item) -> Any:
        """The prediction that a JSON object holds; anything else in it is an error.

        Raises
        ------
        ValueError
            With what is wrong, in words that name the field (the caller adds document and line).
        """

    @abstractmethod
    def write(self, prediction: Any, item: Item) -> dict[str, Any]:
        """The JSON object of a prediction, without ``id``."""

    @abstractmethod
    def measure(self, items: Sequence[Item], predictions: Sequence[Any]) -> Measurement:
        """Count: prediction k is that of item k."""

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """Items that were annotated twice and the second annotation as predictions, where there is one."""
        return None

    def checked(self, split: str) -> str:
        """The split, if the task has it."""
        if split not in self.splits:
            raise ValueError(f"task {self.name} has no split {split!r}; it has {', '.join(self.splits)}")
        return split
