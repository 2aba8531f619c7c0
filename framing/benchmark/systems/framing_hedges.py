"""This library's hedges, learned anew from the other folds as the shipped tagger was, and by the rules that need no training.

Conventions
-----------
* A tagger learns from the other folds of all three domains, with an inner cross-validation for its calibrators, and has the limits that it
  is shipped with. The other domains come from the corpus, dealt into folds in the same way; nothing is learned from their fold of the same
  number either, so that one tagger serves all domains. It is kept for the tasks that follow.
* Sentences have the probability of the profile szeged, as the corpus counts; the rules say yes where they find a cue.
* ``model`` in the signature is the digest of the shipped tagger, since it tells the recipe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.benchmark.system import Predict, out_of_fold
from framing.benchmark.systems.model_digest import digest
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.hedges import CORPUS, FOLDS, SEED, Biology, Hedged, News, Wiki
from framing.corpora.lessons import load_lessons
from framing.hedge_cues import folds
from framing.hedge_features import TYPES
from framing.hedge_lessons import Lesson, lesson_of
from framing.hedge_tagger import MODELS, HedgeTagger
from framing.hedging import rule_hedges
from framing.records import Document, Hedge, Sentence, Span

INNER = 4  # folds of the calibrators
PROFILE = "szeged"
CONFIDENCE = 0.3  # of the rules, from which on a hedge counts (experiments/hedging.py)
DOMAINS = {Wiki.name: "wiki", News.name: "news", Biology.name: "bio"}
_PARTS = {"wiki": Wiki.parts, "news": News.parts, "bio": Biology.parts}

_learned: dict[str, HedgeTagger] = {}  # by digest of what was learned from


def document_of(item: Item, domain: str, gold: Hedged | None = None) -> Document:
    """An item as a document; without gold every sentence is called certain."""
    labels = [False] * len(item.given["sentences"]) if gold is None else gold.sentences
    spans = [Span.of(item.text, *span) for span in item.given["sentences"]]
    cues = () if gold is None or gold.cues is None else gold.cues
    return Document(
        item.id,
        item.text,
        meta={"part": domain},
        sentences=tuple(Sentence(span, None, None, float(label)) for span, label in zip(spans, labels, strict=True)),
        hedges=tuple(Hedge(Span.of(item.text, start, end), kind, 1.0, confidence=1.0) for start, end, kind in cues),
    )


def tagger_of(documents: Sequence[Document]) -> HedgeTagger:
    """What learns from documents, once for the same ones; only the taggers of one round of folds are kept."""
    whole = hashlib.sha256()
    for d in documents:
        cues = [(h.cue.start, h.cue.end, h.type) for h in d.hedges]
        spans = [(s.span.start, s.span.end, s.uncertain) for s in d.sentences]
        whole.update(repr((d.meta["part"].partition("_")[0], d.text, spans, cues)).encode("utf-8", "surrogatepass"))
    name = whole.hexdigest()
    if name not in _learned:
        if len(_learned) >= FOLDS:
            _learned.clear()
        _learned[name] = HedgeTagger().fit(documents, folds=INNER)
    return _learned[name]


def said(item: Item, domain: str, read: Callable[[Lesson], tuple[Iterable[Hedge], NDArray[np.float64] | None]]) -> Hedged:
    """What is said of a document; ``read`` gives the hedges of its sentences, and probabilities of the sentences of the tokens."""
    lesson = lesson_of([document_of(item, domain)])
    tokens, spans = lesson.tokens, item.given["sentences"]
    kept = [k for k, (start, end) in enumerate(spans) if item.text[start:end].strip()]
    begins = np.cumsum([0, *(spans[k][1] - spans[k][0] + 2 for k in kept)])  # as lesson_of joins them
    found, sure = read(lesson)
    hedges = [h for h in found if h.type in TYPES]
    place = (np.searchsorted(begins, [h.cue.start for h in hedges], "right") - 1).tolist()
    moved = [spans[kept[k]][0] - int(begins[k]) for k in place]
    cues = tuple((h.cue.start + by, h.cue.end + by, h.type) for h, by in zip(hedges, moved, strict=True))
    if sure is None:
        here = {kept[k] for k in place}
        return Hedged(tuple(k in here for k in range(len(spans))), cues)
    value = np.zeros(len(kept))
    np.maximum.at(value, tokens.paragraph, sure[tokens.sentence])  # of a sentence that we split, the most probable part
    probability = dict(zip(kept, value.tolist(), strict=True))
    return Hedged(tuple(probability.get(k, 0.0) for k in range(len(spans))), cues)


def by_tagger(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
    """The hedges of each document by a tagger that has not learned from its fold."""
    domain = DOMAINS[task.name]
    others: dict[str, list[Document]] = {
        name: list(load_lessons(CORPUS, part=parts, data_home=data_home)) for name, parts in _PARTS.items() if name != domain
    }
    every = {item.fold for item in items}

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Hedged]]:
        held = every - {item.fold for item in known}
        documents = {domain: [document_of(item, domain, item.gold) for item in known]}
        for name, part in others.items():
            documents[name] = [d for d, k in zip(part, folds(len(part), FOLDS, SEED).tolist(), strict=True) if k not in held]
        tagger = tagger_of([d for name in _PARTS for d in documents[name]])

        def read(lesson: Lesson) -> tuple[Iterable[Hedge], NDArray[np.float64]]:
            hedges = tagger(lesson.tokens, (), (), domain)
            return hedges, tagger.uncertainty(lesson.tokens, hedges, PROFILE, domain)

        return lambda asked: [said(item, domain, read) for item in asked]

    return out_of_fold(items, learn)


def by_rules(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
    """The hedges of each document by the rules, those of some confidence."""

    def read(lesson: Lesson) -> tuple[Iterable[Hedge], None]:
        return [h for h in rule_hedges(lesson.tokens, ()) if h.confidence >= CONFIDENCE], None

    return [said(item, DOMAINS[task.name], read) for item in items]


def _model() -> Mapping[str, object]:
    return {"model": digest(MODELS / "hedging"), "inner": INNER}


PREDICT: dict[str, Predict] = dict.fromkeys(DOMAINS, by_tagger)
RULES: dict[str, Predict] = dict.fromkeys(DOMAINS, by_rules)
FIELDS: dict[str, Callable[[], Mapping[str, object]]] = dict.fromkeys(DOMAINS, _model)
