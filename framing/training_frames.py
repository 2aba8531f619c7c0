"""Training of the classifiers of frames: our coded articles and uncoded ones of the same kind in, a classifier with its card out.

Conventions
-----------
* Both passes of ``policy_frames`` are learned from. Its texts, and the uncoded articles, are those of Article-Bias-Prediction (train); an
  uncoded article is passed over if it begins like a coded one, or has hardly a text.
* The group of an article is its outlet (:func:`outlet`), whatever desk of it the corpus names.
* Nothing is held back: scores come from cross-validation (:mod:`experiments.frames`), and so do calibration and thresholds.
* Both classifiers read the same articles alike, so that the n-grams of an article are counted once for both.

Needs scipy and scikit-learn; about two minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from framing.corpora.lessons import load_lessons
from framing.corpora.outlets import outlet_key
from framing.frame_lessons import DIRECTIONS, FOLDS, LEAST, LEXICON, LIMITS, PRESENCE, PRIMARY, PRIOR
from framing.frames import FrameClassifier, GenericFrameClassifier, PolicyFrameClassifier
from framing.lexicons import read_table
from framing.records import Document
from framing.training_steps import Progress, chosen, citations, describe, finish, need_tools

CORPUS, UNLABELLED = "policy_frames", "article_bias_prediction"
PASSES = ("train", "train_second_pass")
FEW = 50  # positives below which a frame is experimental
_BEGINNING, _SHORT = 60, 100  # words that are compared; words of a body that is none

_C = TypeVar("_C", bound=FrameClassifier)

_TASKS = {
    "policy_frames": (
        "Says which of the fifteen policy frames of Boydstun et al. (2014) an English news article has, with a probability each, and which "
        "one is primary."
    ),
    "generic_frames": (
        "Says which of the five generic frames of Semetko and Valkenburg (2000) an English news article has, with a probability each: "
        "conflict, responsibility, human interest, morality, economic consequences."
    ),
}
_METHOD = (
    "One L2 logistic regression a frame on TF-IDF of words and word pairs (title twice, lead one and a half times), on how often the "
    "words of each frame are named (lexicons written by us from the codebooks), and on latent semantic directions of uncoded articles of "
    "the same outlets, folded into the weights of the words. Learned from two annotations of every article; where they differ it counts "
    "one half on either side. Calibrated (Platt) and given a threshold a frame by inner cross-validation by outlet."
)
_PRIMARY = " The primary frame is that of a multinomial regression on the same features, among the frames found present."
_USE = (
    "For: showing which angles an article takes, with the words behind it; comparing groups of many articles.",
    "Not for: saying that an article is biased or unfair (every article has frames), nor for a verdict on a single article or outlet.",
    "A probability is that of our annotators' code, for an article like those it was trained on; look at the reasons.",
)
_LIMITS = (
    "English; US political news of 2012 to 2020, 49 outlets. On other topics, countries and years its probabilities may be too sure; "
    "`warnings` says where a text is unlike.",
    "The codes are those of language-model annotators with a written guide, in two passes; their agreement is the ceiling and overstates "
    "how reliable they are, since it is one family of models.",
    "Topic words carry much of it: within a topic it tells frames apart less well (see the scores).",
    "Title and the first 650 words of the body are read.",
    "Features, strengths and thresholds were chosen on these same articles, so that the scores may be a little too good. On two further "
    "groupings by outlet, policy frames have a primary accuracy of .659 and .655 and a micro-F1 of .769 both, generic frames a macro-F1 of "
    ".573 and .580 (`experiments.frames`). Responsibility is hardly found better than by its word list.",
    "Weights are hashes and numbers; no running text.",
)
_CITATIONS = (
    "Amber E. Boydstun, Dallas Card, Justin Gross, Philip Resnik, Noah A. Smith (2014). Tracking the Development of Media Frames "
    "within and across Policy Issues.",
    "Holli A. Semetko, Patti M. Valkenburg (2000). Framing European Politics: A Content Analysis of Press and Television News. Journal of "
    "Communication 50.",
    "Scott Deerwester et al. (1990). Indexing by Latent Semantic Analysis. JASIS 41.",
    "John Platt (1999). Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers.",
    "Zachary C. Lipton, Charles Elkan, Balakrishnan Naryanaswamy (2014). Optimal Thresholding of Classifiers to Maximize F1 Measure. ECML.",
    "Chuan Guo et al. (2017). On Calibration of Modern Neural Networks. ICML.",
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
)


def train_policy_frames(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> PolicyFrameClassifier:
    """Train the classifier of policy frames.

    Parameters
    ----------
    corpus : str or sequence of str, optional
        Corpora with policy frames; by default ``policy_frames``.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    progress : callable, optional
        Called with a line of text.

    Returns
    -------
    PolicyFrameClassifier
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no policy frames.
    CorpusNotFound
        If a corpus, or one that holds its texts, is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    return _train(PolicyFrameClassifier(), "policy frames", corpus, data_home, out, progress)


def train_generic_frames(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> GenericFrameClassifier:
    """Train the classifier of generic frames; arguments and errors as of :func:`train_policy_frames`."""
    return _train(GenericFrameClassifier(), "generic frames", corpus, data_home, out, progress)


def _train(
    model: _C,
    task: str,
    corpus: str | Sequence[str] | None,
    data_home: str | os.PathLike[str] | None,
    out: str | os.PathLike[str] | None,
    progress: Progress | None,
) -> _C:
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, (CORPUS,), task)
    coded = {(name, split): list(load_lessons(name, split, data_home=data_home)) for name in names for split in PASSES}
    documents = by_outlet(document for part in coded.values() for document in part)
    uncoded = uncoded_articles(documents, data_home)
    say(f"{len({d.id for d in documents}):,} coded articles, {len(uncoded):,} uncoded ones")
    model.fit(documents, unlabelled=uncoded)
    say(f"{len(model.ngrams_.vocabulary):,} words and word pairs")
    texts = [describe(name, split, "learning, calibration", part) for (name, split), part in coded.items()]
    texts.append(describe(UNLABELLED, "train, without codes", "which words go together", uncoded))
    return finish(model, _card(model, names, texts, documents), out)


@cache
def _desks() -> tuple[tuple[str, str], ...]:
    return tuple((row["begins"], row["outlet"]) for row in read_table("outlet_desks"))


def outlet(name: str | None) -> str:
    """One name for an outlet, whatever desk or edition of it a corpus names; ``none`` if it has no name."""
    key = (outlet_key(name or "") or "none").removeprefix("the") or "the"
    return next((house for begins, house in _desks() if key.startswith(begins)), key)


def by_outlet(documents: Iterable[Document]) -> list[Document]:
    """The documents, with their outlet as ``group``."""
    return [replace(document, group=outlet(document.group)) for document in documents]


def uncoded_articles(coded: Sequence[Document], data_home: str | os.PathLike[str] | None = None) -> list[Document]:
    """Articles of Article-Bias-Prediction, train, that are none of the coded ones, each once, by outlet.

    Raises
    ------
    CorpusNotFound
        If the corpus is not there.
    """
    seen = {document.id for document in coded}
    beginnings = {_beginning(document) for document in coded}
    out = []
    for options in ({}, {"unlabelled": True}):
        for document in load_lessons(UNLABELLED, "train", data_home=data_home, **options):
            if document.id in seen:
                continue
            seen.add(document.id)
            if _beginning(document) not in beginnings and len(document.text.split(maxsplit=_SHORT)) > _SHORT:
                out.append(document)
    return by_outlet(out)


def _beginning(document: Document) -> str:
    """Letters and digits of the first words."""
    words = document.text.casefold().split(maxsplit=_BEGINNING)[:_BEGINNING]
    return "".join(c for word in words for c in word if c.isalnum())


def _card(model: FrameClassifier, names: Sequence[str], texts: Sequence[dict[str, Any]], documents: Sequence[Document]) -> dict[str, Any]:
    first = {document.id: document for document in reversed(documents)}
    counts = {code: sum(code in d.labels[model.TASK] for d in first.values()) for code in model.CODES}
    few = [f"{code} ({n})" for code, n in counts.items() if n < FEW]
    policy = isinstance(model, PolicyFrameClassifier)
    return {
        "name": model.NAME,
        "version": model.VERSION,
        "signature": f"{model.NAME}|train:{'+'.join(names)}|passes:{len(PASSES)}|v:{model.VERSION}",
        "task": _TASKS[model.NAME],
        "method": _METHOD + (_PRIMARY if policy else ""),
        "texts": list(texts),
        "use": list(_USE),
        "limits": [*_LIMITS, f"Experimental, since fewer than {FEW} articles have them (number of articles): {', '.join(few) or 'none'}."],
        "settings": {
            "articles by frame": counts,
            "experimental": [code for code, n in counts.items() if n < FEW],
            "n-grams": len(model.ngrams_.vocabulary),
            "articles with an n-gram, at least": LEAST,
            "directions": DIRECTIONS,
            "factor of lexicon columns": LEXICON,
            "strength, presence": PRESENCE,
            **({"strength, primary": PRIMARY, "temperature": round(model.calibrators_[-1].slope, 3)} if policy else {}),
            "inner folds": FOLDS,
            "thresholds": {code: round(float(t), 3) for code, t in zip(model.CODES, model.thresholds_)},
            "threshold prior, limits": [PRIOR, *LIMITS],
        },
        "citations": citations(names, *_CITATIONS),
    }
