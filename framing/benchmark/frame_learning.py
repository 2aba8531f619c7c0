"""Articles coded for frames, and classifiers that are learned without the articles of some groups.

The classifiers are those of the library and learn as in its training; articles are read once, since what is read of an article depends on
it alone, and what is known of words is learned anew from the articles of each training part.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.corpora.lessons import load_lessons
from framing.frame_lessons import Gold, Lesson, Readings, read
from framing.frames import FrameClassifier
from framing.ngram_model import NgramModel
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Document
from framing.training_frames import CORPUS, PASSES, by_outlet, uncoded_articles

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CODES = {"policy": POLICY_FRAMES, "generic": GENERIC_FRAMES}

_C = TypeVar("_C", bound=FrameClassifier)


@dataclass(frozen=True, eq=False)
class Coded:
    """m coded articles with both passes, uncoded ones behind them, and everything that is read of both."""

    documents: tuple[Document, ...]  # both passes
    articles: tuple[Document, ...]  # each once: the coded ones first
    readings: Readings
    gold: dict[str, Gold]
    outlets: tuple[str, ...]
    topics: tuple[str, ...]

    @classmethod
    def of_corpora(cls, data_home: str | os.PathLike[str] | None = None) -> Coded:
        """All that may be learned from."""
        documents = by_outlet(document for split in PASSES for document in load_lessons(CORPUS, split, data_home=data_home))
        gold = {task: Gold.of(documents, task, codes) for task, codes in {**CODES, "primary": POLICY_FRAMES}.items()}
        own = gold["policy"].documents
        articles = (*own, *uncoded_articles(documents, data_home))
        return cls(tuple(documents), articles, read(articles), gold, tuple(str(d.group) for d in articles), topics(articles))

    def __len__(self) -> int:
        return len(self.gold["policy"].documents)

    @property
    def second(self) -> dict[str, Floats]:
        """What the second pass says."""
        return {task: 2 * gold.soft - gold.first for task, gold in self.gold.items()}


def topics(articles: Sequence[Document]) -> tuple[str, ...]:
    """The topic that AllSides gave each article, empty where it gave none."""
    return tuple(str(d.meta.get("topic") or "") for d in articles)


def base(coded: Coded, groups: Sequence[str], training: Ints, blank: bool) -> Ints:
    """Articles of training groups; of the coded ones none but the training part. ``blank``: uncoded ones without a group, too."""
    known = {groups[i] for i in training.tolist()}
    own = set(training.tolist())
    return np.array([i for i, g in enumerate(groups) if i in own or (i >= len(coded) and (g in known or (blank and not g)))], np.int64)


def lesson_of(coded: Coded, readings: Readings, training: Ints, blank: bool) -> tuple[list[Document], Lesson]:
    """What a classifier learns from the articles ``training``: their annotations and their features; groups are those of the readings."""
    lesson = Lesson.of(readings, training, base(coded, readings.groups, training, blank))
    ids = {coded.articles[i].id for i in training.tolist()}
    return [document for document in coded.documents if document.id in ids], lesson


def shortened(model: _C) -> _C:
    """The classifier with one byte a weight, as it is kept."""
    kept: Any = model
    kept.ngrams_ = NgramModel.of(model.ngrams_.numbers(), model.ngrams_.arrays())
    return model
