"""The product's classifiers of whole texts as functions of what they are given; conventions are those of :mod:`experiments.learners`.

* **loaded**: sentences of BABE SG2, five stratified folds, seed 42; macro-F1.
* **frames**: policy and generic frames, five folds by outlet; micro-F1 of both. The share is of the coded articles; uncoded ones, which
  give the words and directions, are always all there.
* **hyperpartisan**: ten folds by publisher; accuracy, and area under the ROC curve.
* **rating**: an editor's rating of the sourcing, five folds by outlet; Spearman.

Groups of features are left out by the switches that the learners have, or by a constant in their place: a factor of 0, columns that do not
vary, an empty word list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import hyperpartisan as hyper
from experiments import loaded_language_babe as babe
from experiments import rating as rated
from experiments.data import data_home, load
from experiments.extraction import Counts, Values
from experiments.frame_folds import parts
from experiments.learners import Learner, changed, some
from framing import frame_lessons, loaded_lessons
from framing.benchmark.frame_counts import counts as frame_counts
from framing.benchmark.frame_counts import scores as frame_scores
from framing.benchmark.frame_learning import Coded, base
from framing.benchmark.label_counts import statistics
from framing.frames import GenericFrameClassifier, PolicyFrameClassifier
from framing.hyperpartisan_lessons import PARTS, learn
from framing.loaded import LoadedLanguageClassifier
from framing.loaded_words import passages_of
from framing.metrics import ranking
from framing.metrics.spans import Floats
from framing.ngrams import Grams
from framing.rater import TransparencyRater, grouped_folds
from framing.rating_features import features
from framing.records import COMPONENTS
from framing.training_hyperpartisan import by_family
from framing.training_loaded import learn_vectors, raw_news

# ---- loaded language -------------------------------------------------------------------------------------------------------------------

LOADED_GROUPS: Mapping[str, Mapping[str, Any]] = {  # names of framing.loaded_lessons with other values
    "vectors of words": {},
    "lexicon of loaded words": {"read_table": lambda name: []},
    "words around a word": {"CONTEXT": 0.0, "NEIGHBOUR": 0.0},
    "words and pairs of the sentence": {"SENTENCE_GRAMS": (Grams("character", 2, 5, "loaded"),)},
    "characters of the sentence": {"SENTENCE_GRAMS": (Grams("word", 1, 2, "loaded", marks=False),)},
    "how loaded its words are, and form": {"DENSE_FACTOR": 1e-9},
    "weights by log-count ratio": {"RATIO": 0.0},
}


def loaded() -> Learner:
    """Loaded sentences."""
    vectors = learn_vectors(raw_news(data_home()))
    task = babe.Task("SG2")
    split = task.folds(babe.SEEDS[0])

    def counts(share: float, without: str | None) -> Counts:
        sure = np.zeros(len(task.label))
        with changed(loaded_lessons, **(LOADED_GROUPS[without] if without else {})):
            for train, held in split:
                chosen = train[some(len(train), share)]
                model = LoadedLanguageClassifier()
                model.fit([task.documents[i] for i in chosen], vectors=None if without == "vectors of words" else vectors)
                sure[held] = model.passages(passages_of([task.texts[i] for i in held]))
        return Counts(babe.outcomes(task.label, sure >= 0.5), babe.macro_f1, {"folds": babe.FOLDS, "seed.folds": babe.SEEDS[0]})

    shown = {"macro_f1": "macro-F1"}
    return Learner("Loaded language", shown, "BABE SG2, 5 stratified folds", len(task.label), tuple(LOADED_GROUPS), counts)


# ---- frames ----------------------------------------------------------------------------------------------------------------------------

FRAME_GROUPS = ("pairs of words", "title and lead weigh more", "lexicons", "directions of uncoded articles")


def frames() -> Learner:
    """Policy and generic frames."""
    coded = Coded.of_corpora(data_home())
    m = len(coded)
    folds = parts(coded.outlets[:m], None)
    known: dict[str | None, Any] = {None: coded.readings}

    def readings(without: str | None) -> Any:
        if without == "pairs of words":
            from framing import frame_features

            single = (Grams("word", 1, 1, marks=False),)
            with changed(frame_lessons, GRAMS=single), changed(frame_features, GRAMS=single):
                return known.setdefault(without, frame_lessons.read(coded.articles))
        if without == "title and lead weigh more":
            from framing import frame_features

            with changed(frame_features, WEIGHTS=(1.0, 1.0, 1.0)):
                return known.setdefault(without, frame_lessons.read(coded.articles))
        return known[None]

    def counts(share: float, without: str | None) -> Counts:
        read = replace(readings(without), groups=coded.outlets)
        said = {task: np.zeros(coded.gold[task].first.shape, np.bool_) for task in ("policy", "generic")}
        with ExitStack() as stack:
            if without == "lexicons":
                stack.enter_context(changed(frame_lessons, LEXICON=1e-9))
            if without == "directions of uncoded articles":
                stack.enter_context(changed(frame_lessons, DIRECTIONS=0))
            for training, held in folds:
                chosen = training[some(len(training), share)]
                uncoded = base(coded, coded.outlets, training, False)
                lesson = frame_lessons.Lesson.of(read, chosen, np.append(chosen, uncoded[uncoded >= m]))
                ids = {coded.articles[i].id for i in chosen.tolist()}
                given = [d for d in coded.documents if d.id in ids]
                for task, kind in (("policy", PolicyFrameClassifier), ("generic", GenericFrameClassifier)):
                    model = kind().learn(given, lesson)
                    dense, rows = read.columns[held], read.rows.take(held)
                    said[task][held] = model.found(model.presence(_decisions(model, rows, dense, read, lesson)))
        table = [frame_counts(coded.gold[t].first, said[t], np.zeros(m)) for t in said]
        width = table[0].shape[1]

        def scores(sums: Floats) -> dict[str, Any]:
            halves = {"policy": sums[..., :width], "generic": sums[..., width:]}
            return {f"{t} {name}": frame_scores(half)[name] for t, half in halves.items() for name in ("micro_f1", "macro_f1")}

        return Counts(np.concatenate(table, axis=1), scores, {"folds": "outlets"})

    shown = {"policy micro_f1": "policy frames, micro-F1", "generic micro_f1": "generic frames, micro-F1"}
    return Learner("Frames", shown, "policy_frames train, 5 folds by outlet", m, FRAME_GROUPS, counts)


def _decisions(model: Any, rows: Any, dense: Floats, read: Any, lesson: Any) -> Floats:
    """Decisions of a model for articles that were read with all that may be known, of which the model knows some."""
    kept = np.isin(np.concatenate([t.keys for t in read.vocabulary.tables]), np.concatenate([t.keys for t in lesson.vocabulary.tables]))
    own = frame_lessons._only(rows, kept)
    found: Floats = model.ngrams_.model.decisions(own, dense)
    return found


# ---- hyperpartisan ---------------------------------------------------------------------------------------------------------------------


def hyperpartisan() -> Learner:
    """Hyperpartisan articles."""
    given = list(load(hyper.CORPUS))
    documents = by_family(given)
    lesson = hyper.lesson_of(documents)
    shown = {"accuracy": "accuracy", "area": "area under the ROC curve"}
    grouping = hyper.groupings(documents, [d.group or d.id for d in given])["family"]

    def counts(share: float, without: str | None) -> Values:
        out = np.zeros(len(lesson))
        for training, held in grouping.folds:
            chosen = training[some(len(training), share)]
            model = learn(replace(lesson, groups=grouping.groups).take(chosen), parts=tuple(p for p in PARTS if p != without))
            there = lesson.take(held)
            out[held] = model.probabilities(there.rows, there.columns)
        fields = {"folds": "family", "unit": "article"}
        return Values(np.column_stack([lesson.labels, out]), {name: partial(_verdicts, name) for name in shown}, fields)

    return Learner("Hyperpartisan", shown, "by-article set, 10 folds by publisher", len(lesson), PARTS, counts)


# ---- rating ----------------------------------------------------------------------------------------------------------------------------

RATING_GROUPS: Mapping[str, Callable[[str, str], bool]] = {
    "the index and its components": lambda mark, form: mark in (*COMPONENTS, "index", "mean weight"),
    "length and place": lambda mark, form: form == "whole" and mark not in (*COMPONENTS, "index", "mean weight"),
    "levels and identities": lambda mark, form: mark.startswith(
        ("level", "withheld", "position", "named", "entities named", "entities bare")
    ),
    "kinds of sources": lambda mark, form: mark.startswith(("kind", "entities", "persons")),
    "hedges": lambda mark, form: mark in _of_hedges(),
    "quotations and speech": lambda mark, form: mark.startswith(("direct", "quoted", "scare")),
}


def _of_hedges() -> tuple[str, ...]:
    from framing.rating_features import HEDGE_TYPES, _hedges

    return tuple(_hedges(kind) for kind in HEDGE_TYPES)


def rating() -> Learner:
    """An editor's rating."""
    data = rated.Rated(list(load("article_ratings")))
    part = grouped_folds(data.outlets, rated.FOLDS, rated.SEED)
    gold = data.gold[:, 0]

    def counts(share: float, without: str | None) -> Values:
        measures = data.measures.copy()
        if without:
            measures[:, [k for k, feature in enumerate(features()) if RATING_GROUPS[without](*feature)]] = 0

        def fit(rest: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], Floats]:
            chosen = rest[some(len(rest), share)]
            model = TransparencyRater().fit_measures(measures[chosen], data.gold[chosen], [data.outlets[i] for i in chosen])
            return lambda here: model.expected(model.decide(measures[here]))

        return Values(np.column_stack([gold, rated.held_out(part, fit)]), {"spearman": _order}, {"folds": "outlets"})

    return Learner("Rating", {"spearman": "Spearman"}, "article_ratings, 5 folds by outlet", len(gold), tuple(RATING_GROUPS), counts)


def _verdicts(name: str, values: Floats, weights: Floats) -> Any:
    """A score of labels and probabilities, the columns of ``values``."""
    return statistics(values[:, 0] > 0, values[:, 1], 0.5)(weights)[name]


def _order(values: Floats, weights: Floats) -> Floats:
    return ranking.spearman(values[:, 0], values[:, 1], weights)


LEARNERS: Mapping[str, Callable[[], Learner]] = {
    "loaded": loaded,
    "frames": frames,
    "hyperpartisan": hyperpartisan,
    "rating": rating,
}
