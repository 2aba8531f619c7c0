"""Which angle an article takes: the fifteen policy frames, one of them primary, and the five generic frames.

Conventions
-----------
* Policy frames: codes of :data:`framing.records.POLICY_FRAMES` (Boydstun, Card, Gross, Resnik & Smith 2014); an article has several, and
  one that is primary. Generic frames: :data:`framing.records.GENERIC_FRAMES` (Semetko & Valkenburg 2000).
* Title and the first 650 words or so of the body are read, boilerplate is not. Features: :mod:`framing.frame_features`; learning:
  :mod:`framing.frame_lessons`; calibration, files, reasons: :mod:`framing.classifier`.
* ``predict`` gives the frames whose probability reaches the threshold of the frame, in the order of the codes; there may be none.
* Primary frame: softmax over the primary decisions of the frames that are present (of all, if none is). Its temperature is the slope of
  the calibrators of these outputs.
* A text without words has no frames: probabilities are then those of an unknown article, and :func:`frame_scores` gives ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.article_words import ArticleWords
from framing.classifier import NgramClassifier, Reason, listed
from framing.frame_features import COLUMNS, column_spans, lexicon_columns, shares, weighed_row
from framing.learning.calibration import Logistic
from framing.learning.linear import LinearModel, Rows
from framing.ngram_model import NgramModel
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Article, Document, FrameScores
from framing.vocabulary import Vocabulary

if TYPE_CHECKING:
    from framing.frame_lessons import Lesson

Floats = NDArray[np.float64]
Text = str | Article | Document

MOST = 12  # n-grams that are reasons of their own
TOLD = "US political news of 2012 to 2020"

_F = TypeVar("_F", bound="FrameClassifier")


class FrameClassifier(NgramClassifier):
    """Base of the two: the presence of each frame of ``CODES``.

    Parameters
    ----------
    told : str
        What the texts to learn from are, in words; said where a text is unlike them.
    """

    CODES: ClassVar[tuple[str, ...]]
    TASK: ClassVar[str]

    def __init__(self, told: str = TOLD) -> None:
        self.told = told

    # ---- learning

    def fit(self: _F, documents: Iterable[Document], *, unlabelled: Iterable[Document] = ()) -> _F:
        """Learn from labelled articles.

        Parameters
        ----------
        documents : iterable of Document
            With ``labels[TASK]``, a tuple of codes (policy frames: ``labels["primary"]``, too). One id may be given several times,
            annotated anew: learned is the mean, and the first one calibrates. ``group`` is what inner folds do not tear apart, such as
            the outlet.
        unlabelled : iterable of Document
            Further articles, to learn from which words go together; those with an id of ``documents`` are passed over.

        Returns
        -------
        FrameClassifier
            Itself.

        Raises
        ------
        ValueError
            If there are no documents, a label is missing or a code is unknown.
        """
        from framing.frame_lessons import Gold, Lesson, read

        given = list(documents)
        gold = Gold.of(given, self.TASK, self.CODES)
        ids = {document.id for document in gold.documents}
        articles = [*gold.documents, *(document for document in unlabelled if document.id not in ids)]
        lesson = Lesson.of(read(articles), np.arange(len(gold.documents)), np.arange(len(articles)))
        return self.learn(given, lesson)

    def learn(self: _F, documents: Iterable[Document], lesson: Lesson) -> _F:
        """Learn from articles that were read: those of the lesson, in the order of their first mention. Raises as :meth:`fit`."""
        self._learn_presence(documents, lesson)
        return self

    def _learn_presence(self, documents: Iterable[Document], lesson: Lesson) -> Floats:
        """Learn which frames are present; gives the probabilities (m, codes) of held out articles."""
        from framing.frame_lessons import Gold, calibrate, learn_presence, thresholds

        gold = Gold.of(documents, self.TASK, self.CODES)
        self.outputs_ = self.CODES
        held = lesson.held_out(learn_presence, gold.soft)
        self.calibrators_ = calibrate(held, gold.first)
        self.thresholds_ = thresholds(self.probabilities(held), gold.first)
        self.ngrams_ = NgramModel(lesson.vocabulary, lesson.fold(*learn_presence(lesson.basis, gold.soft)))
        self.domain_ = lesson.domain(self.told)
        self.card_ = {}
        return self.probabilities(held)

    # ---- reading

    def decide(self, rows: Rows, columns: Floats) -> Floats:
        """Decisions (n, outputs) of articles by their weighed rows and lexicon columns (:mod:`framing.frame_features`)."""
        return self.ngrams_.model.decisions(rows, columns)

    def decisions(self, texts: Iterable[Text]) -> Floats:
        """Decisions (n, outputs) of texts. Raises ``TypeError`` as :meth:`predict_proba`."""
        read_texts = [ArticleWords.of(text) for text in listed(texts, (str, Article, Document))]
        if not read_texts:
            return np.zeros((0, len(self.outputs_)))
        rows = Rows.join([weighed_row(words, self.ngrams_.vocabulary) for words in read_texts])
        return self.decide(rows, np.array([lexicon_columns(words) for words in read_texts]))

    def presence(self, decisions: Floats) -> Floats:
        """Probabilities (n, codes) that each frame is present, from decisions."""
        return self.probabilities(decisions)[:, : len(self.CODES)]

    def found(self, presence: Floats) -> NDArray[np.bool_]:
        """Which frames are found present (n, codes)."""
        return np.asarray(presence >= self.thresholds_[: len(self.CODES)])

    def predict_proba(self, texts: Iterable[Text]) -> Floats:
        """Probability that each frame is present, (n, codes), in the order of ``CODES``.

        Raises
        ------
        TypeError
            If ``texts`` is one text, or an item is none.
        """
        return self.presence(self.decisions(texts))

    def predict(self, texts: Iterable[Text]) -> list[tuple[str, ...]]:
        """The frames that are present in each text. Raises ``TypeError`` as :meth:`predict_proba`."""
        return [tuple(code for code, there in zip(self.CODES, row) if there) for row in self.found(self.predict_proba(texts)).tolist()]

    def explain(self, text: Text, code: str | None = None) -> tuple[Reason, ...]:
        """Why a frame is as probable as it is: terms that sum to its log-odds.

        Parameters
        ----------
        text : str, Article or Document
        code : str, optional
            By default the primary frame, or the most probable one where there is no primary frame.

        Returns
        -------
        tuple of Reason
            The n-grams that weigh most and the lexicon columns, with their places, the heaviest first; then all other n-grams together,
            and the constant.

        Raises
        ------
        TypeError
            If it is no text.
        ValueError
            If there is no such code.
        """
        words = ArticleWords.of(text)
        rows, columns = weighed_row(words, self.ngrams_.vocabulary), lexicon_columns(words)[None]
        code = self._foremost(self.decide(rows, columns)) if code is None else code
        if code not in self.CODES:
            raise ValueError(f"{code!r} is none of {', '.join(self.CODES)}")
        output = self.CODES.index(code)
        terms = self.ngrams_.model.contributions(rows, output, 0, columns)
        strongest = terms.feature[np.argsort(-np.abs(terms.terms), kind="stable")[:MOST]].tolist()
        reasons = self.reasons(output, terms, COLUMNS, words.spans(self.ngrams_.vocabulary, strongest))
        named = [reason.feature for reason in reasons if reason.feature in COLUMNS]
        spans = dict(zip(named, column_spans(words, named)))
        return tuple(replace(reason, spans=spans.get(reason.feature, reason.spans)) for reason in reasons)

    def _foremost(self, decisions: Floats) -> str:
        """The code that is explained if none is asked for."""
        return self.CODES[int(self.presence(decisions)[0].argmax())]


class PolicyFrameClassifier(FrameClassifier):
    """The fifteen policy frames of an article, and its primary one."""

    NAME = "policy_frames"
    CODES = POLICY_FRAMES
    TASK = "policy"

    def learn(self, documents: Iterable[Document], lesson: Lesson) -> PolicyFrameClassifier:
        from framing.frame_lessons import Gold, learn_primary, temperature

        given = list(documents)
        present = self.found(self._learn_presence(given, lesson))
        gold = Gold.of(given, "primary", self.CODES)
        slope = temperature(lesson.held_out(learn_primary, gold.soft), present, gold.first.argmax(axis=1))
        primary = lesson.fold(*learn_primary(lesson.basis, gold.soft))
        self.outputs_ = (*self.CODES, *(f"primary {code}" for code in self.CODES))
        self.calibrators_ = (*self.calibrators_, *[Logistic(slope, 0.0)] * len(self.CODES))
        self.thresholds_ = np.append(self.thresholds_, np.zeros(len(self.CODES)))
        self.ngrams_ = NgramModel(lesson.vocabulary, _side_by_side(self.ngrams_.model, primary))
        return self

    def primary_probabilities(self, decisions: Floats) -> Floats:
        """Probability of each frame to be the primary one (n, 15), from decisions: 0 for frames not found present, unless none is."""
        return self._shares(decisions, self.presence(decisions))

    def _shares(self, decisions: Floats, presence: Floats) -> Floats:
        """The same, from the probabilities of presence, too."""
        return shares(self.calibrated(decisions)[:, len(self.CODES) :], self.found(presence))

    def __call__(self, words: ArticleWords) -> tuple[dict[str, float], str | None]:
        """Probability of each frame of an article that was read, and the primary one; ``None`` where no frame is found present."""
        decisions = self.decide(weighed_row(words, self.ngrams_.vocabulary), lexicon_columns(words)[None])
        primary = self._foremost(decisions) if self.found(self.presence(decisions)).any() else None
        return dict(zip(self.CODES, self.presence(decisions)[0].tolist())), primary

    def primary(self, texts: Iterable[Text]) -> list[str]:
        """The primary frame of each text. Raises ``TypeError`` as :meth:`predict_proba`."""
        return [self.CODES[k] for k in self.primary_probabilities(self.decisions(texts)).argmax(axis=1).tolist()]

    def _foremost(self, decisions: Floats) -> str:
        return self.CODES[int(self.primary_probabilities(decisions)[0].argmax())]


class GenericFrameClassifier(FrameClassifier):
    """The five generic frames of an article: conflict, responsibility, human interest, morality, economic consequences."""

    NAME = "generic_frames"
    CODES = GENERIC_FRAMES
    TASK = "generic"

    def __call__(self, words: ArticleWords) -> dict[str, float]:
        """Probability of each frame of an article that was read."""
        decisions = self.decide(weighed_row(words, self.ngrams_.vocabulary), lexicon_columns(words)[None])
        return dict(zip(self.CODES, self.presence(decisions)[0].tolist()))


def _side_by_side(one: LinearModel, other: LinearModel) -> LinearModel:
    """The outputs of two models of the same features as those of one."""
    return replace(
        one,
        weights=np.concatenate([one.weights, other.weights], axis=1),
        constant=np.append(one.constant, other.constant),
        dense_weights=np.concatenate([one.dense_weights, other.dense_weights], axis=1),
    )


@cache
def shipped_policy() -> PolicyFrameClassifier:
    """The policy frame classifier that comes with the library, read once."""
    return PolicyFrameClassifier.load()


@cache
def shipped_generic() -> GenericFrameClassifier:
    """The generic frame classifier that comes with the library, read once."""
    return GenericFrameClassifier.load()


def frame_scores(words: ArticleWords, policy: PolicyFrameClassifier, generic: GenericFrameClassifier) -> FrameScores:
    """The frames of an article, counted once where both classifiers know the same n-grams.

    Returns
    -------
    FrameScores
        All ``None`` for an article without words; no primary frame where none is found present.
    """
    if not words.words().sum():
        return FrameScores()
    columns = lexicon_columns(words)[None]
    known, other = policy.ngrams_.vocabulary, generic.ngrams_.vocabulary
    rows = weighed_row(words, known)
    decisions = policy.decide(rows, columns)
    decided = generic.decide(rows if _same(known, other) else weighed_row(words, other), columns)
    presence = policy.presence(decisions)
    return FrameScores(
        dict(zip(POLICY_FRAMES, presence[0].tolist())),
        POLICY_FRAMES[int(policy._shares(decisions, presence)[0].argmax())] if policy.found(presence).any() else None,
        dict(zip(GENERIC_FRAMES, generic.presence(decided)[0].tolist())),
    )


@lru_cache(maxsize=8)
def _same(one: Vocabulary, other: Vocabulary) -> bool:
    """Whether two vocabularies number the same n-grams alike."""
    tables: Sequence[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = [(a.keys, b.keys) for a, b in zip(one.tables, other.tables)]
    return one is other or (one.grams == other.grams and all(np.array_equal(a, b) for a, b in tables))
