"""What is said without a look at the text: what most items of the other folds have, or the mean of a number.

* Ratings: the mean. Frames: those that more than half of the articles have, and the most frequent primary one. Hedges, loaded language,
  hyperpartisan: the more frequent label. Levels: the most frequent label of each kind, by itself.
* Learned is from what :mod:`framing.benchmark.systems.learning` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from framing.benchmark.system import Predict, System
from framing.benchmark.systems.learning import HEDGES, Labelled, Learn, labels_of_sources, learned
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.frames import Frames, Policy
from framing.benchmark.tasks.hedges import Hedged
from framing.benchmark.tasks.loaded import Verdict
from framing.benchmark.tasks.sources import Source


def most(values: Iterable[Any]) -> Any:
    """The most frequent value, of equals the first."""
    return Counter(values).most_common(1)[0][0]


def _always(say: Callable[[Task, Sequence[Item]], Any]) -> Predict:
    def learn(task: Task) -> Learn:
        def fit(known: Sequence[Item]) -> Callable[[Sequence[Item]], Sequence[Any]]:
            said = say(task, known)
            return lambda asked: [said] * len(asked)

        return fit

    return learned(learn)


def _rating(task: Task, known: Sequence[Item]) -> tuple[float, None]:
    return float(np.mean([item.gold[0] for item in known])), None


def _frames(task: Task, known: Sequence[Item]) -> Frames:
    assert isinstance(task, Policy)
    gold = [item.gold for item in known]
    there = task.table(gold).mean(axis=0) > 0.5
    first = Counter(frames.primary for frames in gold)
    primary = max(task.codes, key=lambda code: first[code]) if task.has_primary else None
    return Frames(tuple(code for code, here in zip(task.codes, there) if here), primary)


def _loaded(task: Task, known: Sequence[Item]) -> Verdict:
    return Verdict(bool(np.mean([bool(item.gold.loaded) for item in known]) > 0.5))


def _hedges(task: Task) -> Learn:
    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Hedged]]:
        said = bool(np.mean([label for item in known for label in item.gold.sentences]) > 0.5)
        return lambda asked: [Hedged((said,) * len(item.given["sentences"])) for item in asked]

    return learn


def _hyperpartisan(task: Task, known: Sequence[Item]) -> bool:
    return bool(np.mean([bool(item.gold) for item in known]) > 0.5)


def _source(known: Labelled) -> Callable[[Sequence[str]], list[Source]]:
    own = [source for _, source in known]
    said = Source(*(most(getattr(source, name) for source in own) for name in ("kind", "level", "withheld", "position")))
    return lambda asked: [said] * len(asked)


SYSTEM = System(
    "majority",
    "what is most frequent, or the mean",
    {
        **dict.fromkeys(HEDGES, learned(_hedges)),
        "levels": labels_of_sources(lambda text, source, cue: "", _source),
        "rating": _always(_rating),
        "policy-frames": _always(_frames),
        "generic-frames": _always(_frames),
        "loaded-language": _always(_loaded),
        "hyperpartisan": _always(_hyperpartisan),
    },
)
