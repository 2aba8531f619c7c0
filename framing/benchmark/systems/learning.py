"""What systems that learn have in common: from which items they learn, and how sources become texts and labels.

Learned is from the other folds; from the train part where a task has no folds; and for a test part from the items of ``cv``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from framing.benchmark.system import Predict, out_of_fold
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.sources import CORPUS, Source, source_of
from framing.corpora.lessons import load_lessons

HEDGES = ("hedges-wiki", "hedges-news", "hedges-biology")

Learn = Callable[[Sequence[Item]], Callable[[Sequence[Item]], Sequence[Any]]]
Labelled = Sequence[tuple[str, Source]]  # what a system reads of a source, and its labels


def learned(learn: Callable[[Task], Learn]) -> Predict:
    """Predictions of what is learned from the other folds, or from the items of ``cv`` where there are none."""

    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> Sequence[Any]:
        if split.startswith("cv"):
            return out_of_fold(items, learn(task))
        return learn(task)(task.items("cv", data_home))(items)

    return predict


def labels_of_sources(
    read: Callable[[str, Any, Any], str], learn: Callable[[Labelled], Callable[[Sequence[str]], list[Source]]]
) -> Predict:
    """Predictions of labels by what is learned from the train part of the levels; ``read`` is given text, source and cue (spans)."""

    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[tuple[Source, ...]]:
        known = [
            (read(d.text, a.source and (a.source.start, a.source.end), (a.cue.start, a.cue.end)), source_of(a))
            for d in load_lessons(CORPUS, "train", data_home=data_home)
            for a in d.attributions
        ]
        say, out = learn(known), []
        for item in items:
            rows = item.given["attributions"]
            out.append(tuple(say([read(item.text, row["source"], row["cue"]) for row in rows]) if rows else ()))
        return out

    return predict
