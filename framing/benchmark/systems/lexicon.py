"""Word lists alone: what the lexicons of this library say where nothing is learned but from which number of words on.

* Hedges: a sentence is uncertain if it holds a one-word cue of the hedge lexicon (``lexicons/hedges.tsv``) whose type the corpus counts; no
  conditions, look-alikes or negation, and nothing learned.
* Frames, loaded language: words of a category per 100 words; a frame is there, or a sentence is loaded, from the rate on that gives the
  best F1 in the other folds (where a task has none, in the items of ``cv``). The primary frame is the one whose rate is farthest above its
  mean, in standard deviations of the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.benchmark.system import Predict, System
from framing.benchmark.systems.learning import Learn, learned
from framing.benchmark.systems.peers import each
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.frames import Frames, Policy
from framing.benchmark.tasks.loaded import Verdict
from framing.categories import Categories
from framing.hedge_lexicon import hedge_lexicon, normal
from framing.hedge_sentences import PROFILES
from framing.text import article_from_text
from framing.tokens import Tokens, is_word, tokenize

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SHARES = np.arange(0, 0.99, 0.01)  # of the training items that a limit leaves out


@cache
def cue_words(profile: str) -> frozenset[str]:
    """All one-word cues of a profile's types."""
    entries = (entry for entry in hedge_lexicon().entries if entry.type in PROFILES[profile] and " " not in entry.text)
    return frozenset(word for entry in entries for word in entry.text.split("|"))


def cues(text: str, profile: str) -> list[tuple[int, int]]:
    """Where a text has such a word, as offsets."""
    words, tokens = cue_words(profile), tokenize(article_from_text(text))
    here = np.flatnonzero(tokens.lookup(lambda token: normal(token) in words, np.bool_))
    return [(span.start, span.end) for span in (tokens.span(k, k + 1) for k in here.tolist())]


@cache
def _lists(name: str, column: str, names: tuple[str, ...] | None) -> Categories:
    return Categories.of_table(name, column, names)


def rates(texts: Sequence[str], name: str, column: str, names: tuple[str, ...] | None = None) -> Floats:
    """Words of each category per 100 words, weighted, shape (texts, categories)."""
    lists = _lists(name, column, names)
    return np.array([_rate(tokenize(article_from_text(text)), lists) for text in texts]).reshape(-1, len(lists))


def _rate(tokens: Tokens, lists: Categories) -> Floats:
    n = int(tokens.lookup(is_word, np.bool_).sum()) if len(tokens) else 0
    counts: Floats = lists.count(tokens, np.zeros(len(tokens), np.int64), 1)[0]
    return np.asarray(100 * counts / max(n, 1))


def best_limit(rate: Floats, label: Bools) -> float:
    """The rate from which on a label is best given, for F1; shape (items,) each."""
    grid = np.quantile(rate, _SHARES)
    found = rate >= grid[:, None]
    f1 = 2 * (found & label).sum(axis=1) / np.maximum(label.sum() + found.sum(axis=1), 1)
    return float(grid[int(f1.argmax())])


Spans = Sequence[tuple[int, int]]


def uncertain(name: str, find: Callable[[str], Spans], task: Task, split: str, items: Sequence[Item], home: Path | None) -> list[Any]:
    """Of each document, which of its sentences (``given["sentences"]``, offsets) hold a cue."""

    def predict(item: Item) -> tuple[bool, ...]:
        return tuple(bool(find(item.text[start:end])) for start, end in item.given["sentences"])

    return each(name, items, predict, lambda item: (False,) * len(item.given["sentences"]), task.unit)


HEDGES = {"hedges-wiki": "szeged", "hedges-news": "szeged", "hedges-biology": "szeged"}  # task -> profile


def _hedges(profile: str) -> Predict:
    return partial(uncertain, "lexicon", partial(cues, profile=profile))


def frames(task: Task) -> Learn:
    """Frames whose words are frequent, and the primary one."""
    assert isinstance(task, Policy)
    codes = task.codes

    def read(items: Sequence[Item]) -> Floats:
        texts = ["\n\n".join([*filter(None, [item.given.get("title")]), item.text]) for item in items]
        return rates(texts, f"{task.label}_frames", "frame", codes)

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Frames]]:
        rate, gold = read(known), task.table([item.gold for item in known]) > 0
        limits = np.array([best_limit(r, label) for r, label in zip(rate.T, gold.T)])
        mean, spread = rate.mean(axis=0), rate.std(axis=0) + 1e-9

        def predict(asked: Sequence[Item]) -> list[Frames]:
            found = read(asked)
            first = ((found - mean) / spread).argmax(axis=1).tolist()
            return [
                Frames(tuple(code for code, there in zip(codes, row) if there), codes[k] if task.has_primary else None)
                for row, k in zip((found >= limits).tolist(), first, strict=True)
            ]

        return predict

    return learn


def loaded(task: Task) -> Learn:
    """Sentences with many loaded words, of whatever category."""

    def read(items: Sequence[Item]) -> Floats:
        return np.asarray(rates([item.text for item in items], "loaded_words", "category").sum(axis=1))

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Verdict]]:
        limit = best_limit(read(known), np.array([bool(item.gold.loaded) for item in known]))
        return lambda asked: [Verdict(bool(x)) for x in read(asked) >= limit]

    return learn


SYSTEM = System(
    "lexicon",
    "word lists of this library alone",
    {
        **{task: _hedges(profile) for task, profile in HEDGES.items()},
        "policy-frames": learned(frames),
        "generic-frames": learned(frames),
        "loaded-language": learned(loaded),
    },
)
