"""This library's classifiers of whole articles and sentences: as shipped, and on folds learned anew as the library learns them.

Conventions
-----------
* On splits with folds each item is predicted by what the classifier's own recipe makes of the other folds. What needs no labels of the
  items is the same for all folds: raw news that words, vectors and directions are learned from, and the shipped models below (attributions,
  sources, hedges), whose findings are features. What the settings of a recipe are was decided with these folds in view.
* Where there is a second pass (frames, ratings) it is learned from, too.
* The index is the formula's. Against ratings an article without one counts 0; against the index of gold attributions, it is computed for
  every article, as there.
* What is read of the corpora is kept for the next call in the same process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing import hyperpartisan, rater, transparency
from framing.analysis import analyze
from framing.benchmark.frame_learning import Coded, lesson_of, shortened
from framing.benchmark.gold_index import index_without_nulls
from framing.benchmark.system import Predict, out_of_fold
from framing.benchmark.systems.model_digest import digest
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.frames import Frames
from framing.benchmark.tasks.loaded import Verdict, word_spans
from framing.classifier import MODELS
from framing.corpora.lessons import load_lessons
from framing.frames import FrameClassifier, GenericFrameClassifier, PolicyFrameClassifier, shipped_generic, shipped_policy
from framing.hyperpartisan_lessons import Known, Lesson, learn
from framing.loaded import LoadedLanguageClassifier
from framing.loaded_words import passages_of
from framing.rating_features import features, measure
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_hyperpartisan import CORPUS, by_family, raw_articles
from framing.training_loaded import learn_vectors, raw_news

Floats = NDArray[np.float64]


def folded(items: Sequence[Item]) -> bool:
    """Whether the items have folds to learn from."""
    return any(item.fold is not None for item in items)


# ---- index, rating ---------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _measures(text: str) -> Floats:
    """What the rater reads of an article (p,)."""
    return measure(rater.read(text))


def index(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[float]:
    """The transparency index of each article."""
    if split == "dev":
        return [_formula(item.text) for item in items]
    column = features().index(("index", "whole"))
    return [100 * float(_measures(item.text)[column]) for item in items]


def _formula(text: str) -> float:
    found = analyze(text).attributions
    return index_without_nulls(transparency.evidence(found, tokenize(article_from_text(text))))


def rating(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[tuple[float, float | None]]:
    """The rating of each article, and how probable it is that it is above 3."""

    def rated(model: rater.TransparencyRater, asked: Sequence[Item]) -> list[tuple[float, float | None]]:
        decisions = model.decide([_measures(item.text) for item in asked])
        above = model.probabilities(decisions)[:, 3:].sum(axis=1)
        return list(zip(model.expected(decisions).tolist(), np.clip(above, 0, 1).tolist()))

    def learned(known: Sequence[Item]) -> Callable[[Sequence[Item]], Sequence[Any]]:
        model = rater.TransparencyRater()
        model.fit_measures([_measures(item.text) for item in known], [item.gold for item in known], [item.group for item in known])
        return lambda asked: rated(model, asked)

    return out_of_fold(items, learned) if folded(items) else rated(rater.shipped(), items)


# ---- frames ----------------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _coded(data_home: Path | None) -> Coded:
    return Coded.of_corpora(data_home)


def _frames(kind: type[FrameClassifier], shipped: Callable[[], FrameClassifier]) -> Predict:
    def said(model: FrameClassifier, asked: Sequence[Item]) -> list[Frames]:
        decisions = model.decisions([Document(item.id, item.text, item.given["title"]) for item in asked])
        presence = model.presence(decisions)
        primary: list[str | None] = [None] * len(asked)
        if isinstance(model, PolicyFrameClassifier):
            primary = [model.CODES[k] for k in model.primary_probabilities(decisions).argmax(axis=1).tolist()]
        rows = zip(model.found(presence).tolist(), primary, presence.tolist())
        return [Frames(tuple(c for c, there in zip(model.CODES, row) if there), first, tuple(sure)) for row, first, sure in rows]

    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Frames]:
        if not folded(items):
            return said(shipped(), items)
        coded, by_topic = _coded(data_home), split == "cv-topic"
        readings = replace(coded.readings, groups=coded.topics if by_topic else coded.outlets)
        place = {document.id: k for k, document in enumerate(coded.articles[: len(coded)])}

        def learned(known: Sequence[Item]) -> Callable[[Sequence[Item]], Sequence[Any]]:
            given, lesson = lesson_of(coded, readings, np.array([place[item.id] for item in known], np.int64), by_topic)
            model = shortened(kind().learn(given, lesson))
            return lambda asked: said(model, asked)

        return out_of_fold(items, learned)

    return predict


# ---- loaded language -------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _vectors(data_home: Path | None) -> Any:
    return learn_vectors(raw_news(data_home))


def loaded(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Verdict]:
    """How probable it is that each sentence is loaded, and its loaded words."""
    documents = {d.id: d for d in load_lessons("babe", part="SG2", data_home=data_home)}

    def learned(known: Sequence[Item]) -> Callable[[Sequence[Item]], Sequence[Any]]:
        model = LoadedLanguageClassifier().fit([documents[item.id] for item in known], vectors=_vectors(data_home))

        def said(asked: Sequence[Item]) -> list[Verdict]:
            texts = [item.text for item in asked]
            passages = passages_of(texts)
            words = word_spans(texts, passages, model.passage_words(passages) >= model.word_threshold_)
            return [Verdict(p, w) for p, w in zip(model.passages(passages).tolist(), words)]

        return said

    return out_of_fold(items, learned)


# ---- hyperpartisan ---------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _lesson(data_home: Path | None) -> tuple[dict[str, int], Lesson]:
    documents = by_family(load_lessons(CORPUS, data_home=data_home))
    lesson = Lesson.of(documents, Known.learn(raw_articles(data_home)), hyperpartisan.TASK, hyperpartisan.read)
    return {document.id: k for k, document in enumerate(documents)}, lesson


def partisan(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[float]:
    """How probable it is that each article is hyperpartisan."""
    if not folded(items):
        found = hyperpartisan.shipped().predict_proba([Document(item.id, item.text, item.given["title"]) for item in items])
        return [float(p) for p in found]
    place, lesson = _lesson(data_home)

    def learned(known: Sequence[Item]) -> Callable[[Sequence[Item]], Sequence[Any]]:
        groups = tuple(item.group or item.id for item in known)
        model = learn(replace(lesson.take([place[item.id] for item in known]), groups=groups))

        def said(asked: Sequence[Item]) -> list[float]:
            there = lesson.take([place[item.id] for item in asked])
            return [float(p) for p in model.probabilities(there.rows, there.columns)]

        return said

    return out_of_fold(items, learned)


# ---- the system ------------------------------------------------------------------------------------------------------------------------


@cache
def _shipped(*names: str) -> dict[str, object]:
    return {name: digest(MODELS / name) for name in names}


_BELOW = ("attribution", "sources")  # what the index is computed from
PREDICT: dict[str, Predict] = {
    "transparency-index": index,
    "rating": rating,
    "policy-frames": _frames(PolicyFrameClassifier, shipped_policy),
    "generic-frames": _frames(GenericFrameClassifier, shipped_generic),
    "loaded-language": loaded,
    "hyperpartisan": partisan,
}
FIELDS: dict[str, Callable[[], Mapping[str, object]]] = {  # digests are of shipped models: the one named like the task, or those below it
    "transparency-index": lambda: {"scheme": transparency.SCHEME, **_shipped(*_BELOW)},
    "rating": lambda: _shipped("rating", *_BELOW, "hedging"),
    "policy-frames": lambda: _shipped("policy_frames"),
    "generic-frames": lambda: _shipped("generic_frames"),
    "loaded-language": lambda: _shipped("loaded_language"),
    "hyperpartisan": lambda: _shipped("hyperpartisan", *_BELOW, "hedging"),
}
