"""The floor of entities: sources with the same words are the same, whatever the case of their letters and the blanks between them.

So "the mayor" is one with "The mayor", and neither with "Ida Lund"; and every "he" of an article is one. An attribution without a source
is alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from framing.benchmark.system import System
from framing.benchmark.task import Item, Task


def entity(text: str, source: Sequence[int] | None) -> str | None:
    """The words of a source (offsets), or nothing."""
    return None if source is None else " ".join(text[source[0] : source[1]].casefold().split())


def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[tuple[str | None, ...]]:
    """A label for each attribution that is given."""
    return [tuple(entity(item.text, row["source"]) for row in item.given["attributions"]) for item in items]


SYSTEM = System("string", "sources with the same words are the same", {"entities": predict})
