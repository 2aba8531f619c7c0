"""Does an article argue in a one-sided, partisan way? The probability that readers would call it *hyperpartisan*, with reasons.

Conventions
-----------
* Hyperpartisan: "blind, prejudiced, or unreasoning allegiance to one party, faction, cause, or person" (Kiesel et al. 2019), told of a
  whole article by annotators. It says nothing of which side an article is on, nor of whether it is true.
* Features: :mod:`framing.hyperpartisan_features`; learning: :mod:`framing.hyperpartisan_lessons`; files, calibration, reasons:
  :mod:`framing.classifier`. Columns are clipped to bounds learned in training, so that no article is judged by one extreme number.
* ``predict`` says hyperpartisan above a probability of one half.
* Articles are given as texts, ``Article``, ``Document`` (all of which are analysed) or ``Analysis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.article_words import ArticleWords
from framing.classifier import NgramClassifier, Reason, listed
from framing.domain import Domain
from framing.hyperpartisan_features import column_spans, columns, counted, measured, places
from framing.learning.linear import Rows
from framing.ngram_model import NgramModel
from framing.rater import Analysed
from framing.rating_features import Reading
from framing.records import Article, Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.vocabulary import Vocabulary

if TYPE_CHECKING:
    from framing.hyperpartisan_lessons import Learned, Lesson

Floats = NDArray[np.float64]
Text: TypeAlias = "str | Article | Document | Analysed"

TASK = "hyperpartisan"
MOST = 12  # words and pairs that are reasons of their own
TOLD = "US political news of 2016 to 2018"


class HyperpartisanClassifier(NgramClassifier):
    """Probability that an article is hyperpartisan; learned from labelled ones.

    Parameters
    ----------
    told : str
        What the texts to learn from are, in words; said where a text is unlike them.
    """

    NAME = "hyperpartisan"

    def __init__(self, told: str = TOLD) -> None:
        self.told = told
        self.card_: dict[str, Any] = {}

    halves_: tuple[NgramModel, NgramModel]  # of body and title: ngrams_, taken apart

    # ---- learning

    def fit(self, documents: Iterable[Document], *, unlabelled: Iterable[Document] = ()) -> HyperpartisanClassifier:
        """Learn from labelled articles.

        Parameters
        ----------
        documents : iterable of Document
            With ``labels["hyperpartisan"]``, true or false. ``group`` is what inner folds do not tear apart, such as the publisher; a
            document without one is a group of its own.
        unlabelled : iterable of Document
            Raw articles from which words and their frequencies are learned; by default the documents themselves.

        Returns
        -------
        HyperpartisanClassifier
            Itself.

        Raises
        ------
        ValueError
            If a label is missing, or all are the same.
        ImportError
            If scipy or scikit-learn is missing.
        """
        from framing.hyperpartisan_lessons import Known, Lesson

        given = list(documents)
        raw = list(unlabelled) or given
        return self.learn(Lesson.of(given, Known.learn(raw), TASK, read))

    def learn(self, lesson: Lesson) -> HyperpartisanClassifier:
        """:meth:`fit` from articles that were read before."""
        from framing.hyperpartisan_lessons import learn

        return self._take(learn(lesson), lesson)

    def _take(self, learned: Learned, lesson: Lesson) -> HyperpartisanClassifier:
        self.outputs_ = (TASK,)
        self.ngrams_ = NgramModel(lesson.known.vocabulary, learned.model)
        self.halves_ = _halves(self.ngrams_)
        self.calibrators_ = (learned.calibrator,)
        self.thresholds_ = np.array([0.5])
        self.domain_ = Domain.learn(lesson.words, self.told)
        self.low_, self.high_ = learned.low, learned.high
        self.strength_, self.share_ = learned.chosen
        self.card_ = {}
        return self

    def _more_arrays(self) -> dict[str, NDArray[Any]]:
        return {"low": self.low_, "high": self.high_}

    def _more_numbers(self) -> dict[str, Any]:
        return {"columns": list(columns()), "strength": self.strength_, "share": self.share_}

    def _restore(self, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        if numbers["columns"] != list(columns()):
            raise ValueError("it was trained with other columns than are measured")
        self.strength_, self.share_ = float(numbers["strength"]), float(numbers["share"])
        self.low_, self.high_ = (arrays[name].astype(np.float64) for name in ("low", "high"))
        self.halves_ = _halves(self.ngrams_)
        if not self.low_.shape == self.high_.shape == (len(columns()),):
            raise ValueError("bounds and columns are not equally many")

    # ---- reading

    def decide(self, rows: Rows, dense: ArrayLike) -> Floats:
        """Decisions (n, 1) of articles by their counts and columns (n, p), see :mod:`framing.hyperpartisan_features`."""
        return self.ngrams_.model.decisions(rows, self._clipped(dense))

    def _clipped(self, dense: ArrayLike) -> Floats:
        return np.asarray(np.clip(np.asarray(dense, np.float64), self.low_, self.high_))

    def __call__(self, reading: Reading, words: ArticleWords, sourcing: Floats | None = None) -> float:
        """Probability that an article is hyperpartisan, from what was found in it.

        Parameters
        ----------
        reading : Reading
        words : ArticleWords
            Of the same article.
        sourcing : array, optional
            What :func:`framing.rating_features.measure` gave for the reading, where that is there already.
        """
        decision = self._decision(words, measured(reading, words, sourcing))
        return float(self.probabilities(decision)[0, 0])

    def _decision(self, words: ArticleWords, dense: Floats) -> Floats:
        """:meth:`decide` for one article (1, 1), without a count of each word."""
        body, title = self.halves_
        total = body.decisions(words.tokens, np.where(words.tokens.body, 0, -1), 1, self._clipped(dense)[None])
        if words.title is not None:
            total = total + title.decisions(words.title, np.zeros(len(words.title), np.int64), 1)
        return total

    def decision_function(self, texts: Iterable[Text]) -> Floats:
        """Calibrated log-odds (n,). Raises ``TypeError`` as :meth:`predict_proba`."""
        found = map(read, listed(texts, (str, Article, Document, Analysed)))
        decisions = [self._decision(words, measured(reading, words)) for reading, words in found]
        return self.calibrated(np.concatenate([np.zeros((0, 1)), *decisions]))[:, 0]

    def predict_proba(self, texts: Iterable[Text]) -> Floats:
        """Probability that each article is hyperpartisan, (n,).

        Raises
        ------
        TypeError
            If ``texts`` is one text, or an item is none.
        """
        return np.asarray(1 / (1 + np.exp(-np.clip(self.decision_function(texts), -500, 500))))

    def predict(self, texts: Iterable[Text]) -> NDArray[np.bool_]:
        """Whether each article is found hyperpartisan, (n,). Raises ``TypeError`` as :meth:`predict_proba`."""
        return np.asarray(self.predict_proba(texts) > self.thresholds_[0])

    def explain(self, text: Text) -> tuple[Reason, ...]:
        """Why the probability is what it is: terms that sum to its log-odds.

        Returns
        -------
        tuple of Reason
            Columns (value: standard deviations from the average article) and the words that weigh most, with their places, the heaviest
            first; then all other words together, and the constant.

        Raises
        ------
        TypeError
            If it is no text.
        """
        return self.explain_reading(*read(text))

    def explain_reading(self, reading: Reading, words: ArticleWords, sourcing: Floats | None = None) -> tuple[Reason, ...]:
        """:meth:`explain` from what was found in an article; arguments as of :meth:`__call__`."""
        rows = counted(words, self.ngrams_.vocabulary)
        terms = self.ngrams_.model.contributions(rows, 0, 0, self._clipped(measured(reading, words, sourcing)[None]))
        strongest = terms.feature[np.argsort(-np.abs(terms.terms), kind="stable")[:MOST]].tolist()
        reasons = self.reasons(0, terms, columns(), places(words, self.ngrams_.vocabulary, strongest))
        spans = column_spans(reading, words)
        return tuple(replace(reason, spans=spans.get(reason.feature, reason.spans)) for reason in reasons)


def _halves(ngrams: NgramModel) -> tuple[NgramModel, NgramModel]:
    """The model of the body, with columns and constant, and that of the title; their decisions add up."""
    vocabulary, model = ngrams.vocabulary, ngrams.model
    parts = [
        (Vocabulary([grams], [table.keys]), slice(a, z), (block,))
        for grams, table, block, a, z in zip(vocabulary.grams, vocabulary.tables, model.blocks, vocabulary.offsets, vocabulary.offsets[1:])
    ]
    (one, first, body), (two, second, title) = parts
    none = {"constant": np.zeros(1), "mean": np.zeros(0), "scale": np.zeros(0), "dense_weights": np.zeros((0, 1))}
    return (
        NgramModel(one, replace(model, blocks=body, idf=model.idf[first], weights=model.weights[first])),
        NgramModel(two, replace(model, blocks=title, idf=model.idf[second], weights=model.weights[second], **none)),
    )


@cache
def shipped() -> HyperpartisanClassifier:
    """The classifier that comes with the library, read once."""
    return HyperpartisanClassifier.load()


def read(text: Text) -> tuple[Reading, ArticleWords]:
    """What the classifier reads of an article; what is not analysed yet is analysed.

    Raises
    ------
    TypeError
        If it is no article.
    """
    if isinstance(text, Document):
        text = article_from_text(text.text, text.title)
    if isinstance(text, (str, Article)):
        from framing import analysis

        a: Analysed = analysis.analyze(text, models=dict.fromkeys(analysis.OPTIONAL))
    elif isinstance(text, Analysed):
        a = text
    else:
        raise TypeError(f"an article must be str, Article, Document or Analysis, not {type(text).__name__}")
    tokens = tokenize(a.article)
    reading = Reading(tokens, a.quotes, a.attributions, a.hedges, a.sentences, a.scores.transparency)
    return reading, ArticleWords.of(a.article, tokens)
