"""The floor of what is said of whole articles: their length. The longer an article, the better it is sourced.

What is predicted never changes its order with the number of words (between blanks).

* Rating: a straight line over the logarithm of the number of words, learned from what :mod:`framing.benchmark.systems.learning` says.
* Index: nothing is learned of it, so the same logarithm is spread over 0 to 100. The order of the articles is what this is worth
  (``spearman``); the ``mae`` of such a scale means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from framing.benchmark.system import System
from framing.benchmark.systems.learning import Learn, learned
from framing.benchmark.task import Item, Task
from framing.metrics.spans import Floats
from framing.rater import RATINGS

MOST = 1_000_000  # words of an article with the index 100: more than any has, so that no two lengths become one


def log_words(items: Sequence[Item]) -> Floats:
    """Logarithm of one more than the words of each, shape (items,)."""
    return np.log1p([len(item.text.split()) for item in items])


def _index(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[float]:
    found: list[float] = np.minimum(100 * log_words(items) / np.log1p(MOST), 100).tolist()
    return found


def _rating(task: Task) -> Learn:
    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[tuple[float, None]]]:
        x, y = log_words(known), np.array([item.gold[0] for item in known], float)
        slope, start = np.polyfit(x, y, 1) if np.ptp(x) > 0 else (0.0, y.mean())
        return lambda asked: [(float(r), None) for r in np.clip(slope * log_words(asked) + start, RATINGS[0], RATINGS[-1])]

    return learn


SYSTEM = System("length", "the number of words of an article", {"transparency-index": _index, "rating": learned(_rating)})
