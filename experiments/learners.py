"""The product's learners of spans as functions of what they are given: a share of the texts to learn from, or all but a group of features.

For :mod:`experiments.learning_curves` and :mod:`experiments.ablations`; those of whole texts are in :mod:`experiments.learners_texts`.

Conventions
-----------
* A :class:`Learner` learns from a *share* of its texts: the first ones of one random order (seed 0), so that smaller parts lie inside of
  larger ones. Where there are folds, the share is of the training part of each, and the held out parts are always whole.
* A *group* is left out by never becoming a feature: its keys are not known, its columns are constant. All else stays as it is.
* **attribution**: the network of the product without raw text and teachers, as in :mod:`experiments.attribution_publishers`; PolNeAR dev,
  F1 of whole attributions. The classes of words are those that are shipped, which saw all raw text, whatever the share.
* **levels**: the typer on gold spans, ``source_levels`` dev, macro-F1 of the level of identification.
* **hedges**: the cue tagger on Szeged (wiki, news and biology learned together), ``HEDGE_FOLDS`` folds by document, F1 of uncertain
  sentences at a probability of .5, without the calibration and the choice of limits of the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from experiments.extraction import Counts, Values, attribution_counts, flat, trained
from experiments.hedging_trained import Found, read
from framing import hedge_cues, teaching
from framing.attribution import AttributionExtractor
from framing.hedge_features import TEMPLATES as HEDGE_TEMPLATES
from framing.learning.calibration import Logistic
from framing.metrics.hedging import sentence_scores
from framing.metrics.spans import Floats, ratio
from framing.records import LEVELS
from framing.signals import TypeMemory
from framing.tagger import BY_TOKEN, BY_TYPE
from framing.templates import OUTSIDE, Template, keys, type_keys
from framing.training import SETTINGS
from framing.typer import SourceTyper, _pairs, example

SEED = 0
HEDGE_FOLDS = 5
NEIGHBOURS = "neighbouring words"

Group = frozenset[str]


@dataclass(frozen=True)
class Learner:
    """See the module's docstring; ``counts`` measures what was learned from a share of ``n`` texts without a group (``None``: with all)."""

    title: str
    scores: Mapping[str, str]  # name -> title, the first counts
    data: str
    n: int
    groups: tuple[str, ...]
    counts: Callable[[float, str | None], Counts | Values]


def some(n: int, share: float) -> NDArray[np.int64]:
    """The texts of a share, in their order."""
    return np.sort(np.random.default_rng(SEED).permutation(n)[: max(1, round(share * n))])


@contextmanager
def changed(owner: Any, **names: Any) -> Iterator[None]:
    """Names of a module with other values for a while."""
    before = {name: getattr(owner, name) for name in names}
    for name, value in names.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


def columns_of(names: str) -> Group:
    """Names of columns from a line of text."""
    return frozenset(names.split())


def dropped(templates: Sequence[Template], groups: Mapping[str, Group], without: str | None) -> tuple[Template, ...]:
    """The templates that read a column of a group, or for ``NEIGHBOURS`` one of another token."""
    if without == NEIGHBOURS:
        return tuple(t for t in templates if any(place for _, place in t))
    return tuple(t for t in templates if without is not None and any(name in groups[without] for name, _ in t))


# ---- attribution -----------------------------------------------------------------------------------------------------------------------

ATTRIBUTION_GROUPS: Mapping[str, Group] = {
    "words": columns_of("word left_cue_lemma right_cue_lemma"),
    "classes of words": columns_of("cluster64 cluster512 cluster1000"),
    "beginnings, ends and shape": columns_of("prefix3 suffix1 suffix2 suffix3 shape form"),
    "grammar": columns_of("grammar finite"),
    "lexicons": columns_of("lexicons reporting"),
    "labels of the rules": columns_of("rule_label rule_nested"),
    "frames of cues": columns_of("cue_frame cue_precision left_cue_frame left_cue_precision right_cue_frame right_cue_precision"),
    "distance to the cues": columns_of("left_cue_distance right_cue_distance"),
    "quotations": columns_of("quotation quoted_in_sentence quoted_in_paragraph"),
    "place in sentence and text": columns_of(
        "from_sentence_start to_sentence_end sentence_in_paragraph paragraph paragraph_length body sentence_opening"
    ),
    "borders of clauses": columns_of(
        "left_border left_border_distance left_border_next right_border right_border_distance right_border_next"
    ),
}


def keys_of(lessons: Sequence[teaching.Lesson], templates: Sequence[Template]) -> NDArray[np.uint64]:
    """All keys of some templates in texts."""
    by_type = [t for t in templates if t in BY_TYPE]
    by_token = [t for t in templates if t in BY_TOKEN]
    nowhere = np.full((1, lessons[0].signals.rows.shape[1]), OUTSIDE, np.uint64)
    found = [np.unique(type_keys(np.concatenate([x.signals.rows, nowhere]), by_type)) for x in lessons]
    found += [np.unique(keys(x.signals, by_token)) for x in lessons]
    return np.unique(np.concatenate(found))


def attribution() -> Learner:
    """Attributions of PolNeAR."""
    like = AttributionExtractor.load()
    memory = TypeMemory(like.classes)
    lessons = [teaching.lesson(d.text, memory, d.attributions) for d in load("polnear", "train")]
    dev = list(load("polnear", "dev"))

    def counts(share: float, without: str | None) -> Counts:
        chosen = [lessons[i] for i in some(len(lessons), share).tolist()]
        gone = dropped((*BY_TYPE, *BY_TOKEN), ATTRIBUTION_GROUPS, without)
        known = teaching.known_keys

        def fewer(texts: Sequence[teaching.Lesson], at_least: int) -> NDArray[np.uint64]:
            return np.setdiff1d(known(texts, at_least), keys_of(texts, gone)) if gone else known(texts, at_least)

        extractor = copy(like)
        extractor.calibrator_ = Logistic(1.0, 0.0)
        with changed(teaching, known_keys=fewer):
            extractor.tagger_ = teaching.teach(chosen, [], like.classes, SETTINGS, like.at_least)
        system = trained(extractor, whole=True)
        return attribution_counts(dev, [flat(system(d.text).attributions) for d in dev], True)

    groups = (*ATTRIBUTION_GROUPS, NEIGHBOURS)
    return Learner(
        "Attribution",
        {"full_f1": "source and content, F1", "cue_f1": "cue, F1"},
        "PolNeAR train, scored on dev",
        len(lessons),
        groups,
        counts,
    )


# ---- levels ----------------------------------------------------------------------------------------------------------------------------

LEVEL_GROUPS: Mapping[str, tuple[str, ...]] = {  # how the features begin
    "words of the source": ("word=", "first=", "last=", "head=", "head shape="),
    "words around it": ("before=", "after=", "content=", "no source before="),
    "words of the cue": ("cue=", "cue length=", "told=", "no source "),
    "shape of the mention": ("form=", "form kind=", "pronoun=", "shape=", "affiliation=", "names=", "whole=", "flag="),
    "the whole entity": ("entity",),
    "attributions beside it": ("next", "previous", "around="),
    "reasons for anonymity": ("anonymity=",),
    "the attribution itself": ("position=", "relayed=", "speech=", "inside=", "quoted=", "length=", "before cue="),
}


def levels() -> Learner:
    """Levels of identification, of sources whose spans are given."""
    from framing.training_sources import PARTS

    train = [example(d) for part in PARTS for d in load("source_levels", part) if d.attributions]
    dev = [example(d) for d in load("source_levels", "dev") if d.attributions]

    def without_group(examples: Sequence[Any], without: str | None) -> list[Any]:
        begin = LEVEL_GROUPS[without] if without else ()
        return [replace(e, features=[[f for f in row if not (begin and f.startswith(begin))] for row in e.features]) for e in examples]

    def counts(share: float, without: str | None) -> Counts:
        chosen = [train[i] for i in some(len(train), share).tolist()]
        typer = SourceTyper()
        typer.pairs_ = _pairs(chosen)
        typer.model_ = typer._learn(without_group(chosen, without))
        rows = np.zeros((len(dev), 3, len(LEVELS)))
        for row, e in zip(rows, without_group(dev, without)):
            for gold, found in zip(e.gold, typer.decide(e)["level"]):
                row[0, LEVELS.index(gold.level)] += gold.level == found
                row[1, LEVELS.index(gold.level)] += 1
                row[2, LEVELS.index(found)] += 1
        return Counts(rows.reshape(len(dev), -1), macro, {"spans": "gold"})

    return Learner("Levels", {"macro_f1": "level, macro-F1"}, "source_levels train, scored on dev", len(train), tuple(LEVEL_GROUPS), counts)


def macro(sums: Floats) -> dict[str, Any]:
    """Mean F1 of the levels that gold has, and accuracy."""
    hits, gold, found = np.moveaxis(sums.reshape(*sums.shape[:-1], 3, -1), -2, 0)
    there = gold > 0
    f1 = ratio(2 * hits, gold + found)
    return {"macro_f1": (f1 * there).sum(-1) / there.sum(-1), "accuracy": ratio(hits.sum(-1), gold.sum(-1))}


# ---- hedges ----------------------------------------------------------------------------------------------------------------------------

HEDGE_GROUPS: Mapping[str, Group] = {
    "words": columns_of("word"),
    "grammar": columns_of("grammar"),
    "beginnings, ends and shape": columns_of("prefix3 suffix2 suffix3 shape form"),
    "rows of the lexicon": columns_of("row row_type"),
    "reporting words": columns_of("reporting"),
    "frame and opening of the sentence": columns_of("frame opening"),
    "cues around": columns_of("before_unit behind_unit"),
}


def hedges() -> Learner:
    """Uncertain sentences of the Szeged corpus."""
    readings = read()
    fold = {name: hedge_cues.folds(len(r.chosen), HEDGE_FOLDS, SEED) for name, r in readings.items()}
    unit_keys = hedge_cues.unit_keys

    def learned(k: int, share: float, kept: tuple[Template, ...]) -> hedge_cues.CueModel:
        def fewer(units: Any, memory: Any, templates: Sequence[Template] = kept) -> NDArray[np.uint64]:
            return unit_keys(units, memory, templates)

        parts = []
        for name, r in readings.items():
            training = np.flatnonzero(fold[name] != k)
            chosen = np.zeros(len(r.chosen), np.bool_)
            chosen[training[some(len(training), share)]] = True
            parts.append(r.only(chosen))
        with changed(hedge_cues, unit_keys=fewer):
            return hedge_cues.learn(parts, hedge_cues.Settings())

    def counts(share: float, without: str | None) -> Counts:
        gone = dropped(HEDGE_TEMPLATES, HEDGE_GROUPS, without)
        kept = tuple(t for t in HEDGE_TEMPLATES if t not in gone)
        said = {name: np.zeros(len(r.lesson.label), np.bool_) for name, r in readings.items()}
        for k in range(HEDGE_FOLDS):
            model = learned(k, share, kept)
            for name, r in readings.items():
                here = (fold[name] == k)[r.lesson.document]
                said[name][here] = Found(r.only(fold[name] == k), model).uncertain()[here] >= 0.5
        tables = []
        for place, (name, r) in enumerate(readings.items()):  # three columns a domain, nought in the rows of the others
            columns = (r.lesson.label, said[name], r.lesson.label & said[name])
            own = np.stack([np.bincount(r.lesson.document, c) for c in columns], 1)
            tables.append(np.pad(own, ((0, 0), (3 * place, 3 * (len(readings) - 1 - place)))))
        return Counts(np.concatenate(tables).astype(float), scores, {"class": "uncertain", "folds": HEDGE_FOLDS, "limit": 0.5})

    def scores(sums: Floats) -> dict[str, Any]:
        return {f"{name} f1": sentence_scores(sums[..., 3 * k : 3 * k + 3])["sentence_f1"] for k, name in enumerate(readings)}

    shown = {"wiki f1": "Wikipedia, F1", "news f1": "news, F1", "bio f1": "biology, F1"}
    n = sum(len(r.chosen) for r in readings.values())
    return Learner("Hedges", shown, f"Szeged, {HEDGE_FOLDS} folds by document", n, (*HEDGE_GROUPS, NEIGHBOURS), counts)


LEARNERS: Mapping[str, Callable[[], Learner]] = {"attribution": attribution, "levels": levels, "hedges": hedges}
