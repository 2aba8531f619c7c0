"""Loaded language: how probable it is that annotators would call a sentence biased by its choice of words, and which words they would mark.

Conventions
-----------
* The construct is that of the data: experts (or, in the variant, a crowd) judged single sentences of US news, without their article, as
  biased or not, and marked the words that made them so (BABE: Spinde et al. 2021). It says nothing of truth or of a whole article.
* A sentence has a decision by a linear model over its words, pairs of words and n-grams of characters, over how loaded its words are
  (:mod:`framing.loaded_words`), and over its form (:mod:`framing.loaded_features`); its probability is calibrated (Platt 1999) on decisions
  held out of training, as if either label were equally common (the share of loaded sentences differs much by outlet). It counts as loaded
  from .5 on.
* ``words`` gives the calibrated probability of each token that it would be marked, whatever the sentence.
* What stands in quotation marks is not the author's language: :func:`loaded_share` keeps the voices apart.

Learning: :mod:`framing.loaded_lessons`; files, calibration, reasons: :mod:`framing.classifier`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.classifier import NgramClassifier, Reason, listed
from framing.domain import Domain, word_keys
from framing.learning.calibration import Logistic, fit_logistic
from framing.learning.words import WordClasses
from framing.loaded_features import DENSE, POOLED, columns
from framing.loaded_words import Bools, Floats, Passages, WordModel, passages_of, quoted
from framing.ngram_model import NgramModel
from framing.quotes import find_quotes
from framing.records import Article, Document, Quote
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

Text = str | Article | Document

TOLD = "sentences of US political news of 2017 to 2020"
THRESHOLD = 0.5
MOST = 12  # n-grams that are reasons of their own
LOADED_WORDS = "loaded words"
GRID = np.arange(0.05, 0.61, 0.01)  # limits of words to choose from
VOICES = ("author", "quoted", "mixed")
_CHUNK = 20  # sentences that are measured together as a text of the domain


class LoadedLanguageClassifier(NgramClassifier):
    """Finds loaded sentences and words.

    Parameters
    ----------
    folds : int
        Of the cross-fitting of words and of the calibration.
    seed : int
        Of the folds.
    told : str
        What the texts to learn from are, in words; said where a text is unlike them.

    Attributes
    ----------
    words_ : WordModel
    word_calibrator_ : Logistic
    word_threshold_ : float
        Probability from which on a token is marked: that of the highest F1 in the loaded sentences, held out.
    """

    NAME = "loaded_language"

    words_: WordModel
    word_calibrator_: Logistic
    word_threshold_: float

    def __init__(self, folds: int = 5, seed: int = 0, told: str = TOLD) -> None:
        self.folds = folds
        self.seed = seed
        self.told = told

    # ---- learning

    def fit(
        self,
        documents: Iterable[Document],
        y: Any = None,
        *,
        vectors: WordClasses | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> LoadedLanguageClassifier:
        """Learn from sentences.

        Parameters
        ----------
        documents : iterable of Document
            Each a sentence with ``labels["loaded"]`` (those with ``None`` are left out) and ``meta["biased_words"]``, the words marked.
        y : None
            The gold is in the documents.
        vectors : WordClasses, optional
            Vectors of words, learned from raw news (:func:`framing.learning.words.learn`); kept is only what comes of them.
        progress : callable, optional
            Called with a line of text.

        Returns
        -------
        LoadedLanguageClassifier
            Itself.

        Raises
        ------
        ValueError
            If there are not at least two sentences of either label.
        """
        from framing.loaded_lessons import SentenceDesign, WordDesign, deal, fold, learn_words, lesson_of, token_logits

        say = progress or (lambda line: None)
        lesson = lesson_of(documents)
        label, m = lesson.label, len(lesson)
        number = min(self.folds, int(label.sum()), int((~label).sum()))
        if number < 2:
            raise ValueError("loaded language is learned from at least two sentences of either label")
        part = deal(label, number, self.seed)
        design = WordDesign(lesson, vectors)
        held = np.zeros(len(lesson.passages.tokens))
        for k in range(number):
            here = (part == k)[lesson.passages.group]
            held[here] = token_logits(design, learn_words(design, part != k))[here]
        self.words_ = fold(design, learn_words(design, np.ones(m, np.bool_)))
        say(f"{len(self.words_.words):,} words, {int(lesson.marked.sum()):,} marked tokens")
        counted = (~lesson.unmarked)[lesson.passages.group]
        self.word_calibrator_ = fit_logistic(_sigmoid(held[counted]), lesson.marked[counted])
        loaded = label[lesson.passages.group]
        self.word_threshold_ = _best(self.word_calibrator_(_sigmoid(held[loaded])), lesson.marked[loaded])
        dense = columns(lesson.passages, held)
        sentences = SentenceDesign.of(lesson)
        decisions = np.zeros(m)
        for k in range(number):
            model = sentences.learn(part != k, label, dense)
            decisions[part == k] = model.decisions(sentences.rows.take(part == k), dense[part == k])[:, 0]
        self.outputs_ = ("loaded",)
        line, odds = fit_logistic(_sigmoid(decisions), label), float(np.log(label.sum() / (~label).sum()))
        self.calibrators_ = (Logistic(line.slope, line.intercept - odds),)
        self.thresholds_ = np.array([THRESHOLD])
        self.ngrams_ = NgramModel(sentences.learned.vocabulary, sentences.learn(np.ones(m, np.bool_), label, dense))
        say(f"{len(self.ngrams_.vocabulary):,} n-grams of {m:,} sentences")
        self.domain_ = self._domain(lesson.passages)
        self.card_ = {}
        return self

    def _domain(self, passages: Passages) -> Domain:
        chunk = np.random.default_rng(self.seed).permutation(passages.m)[passages.group] // _CHUNK
        texts = [word_keys(passages.tokens, chunk == k) for k in range(int(chunk.max()) + 1)]
        return Domain.learn(texts, self.told)

    # ---- reading

    def _dense(self, passages: Passages) -> tuple[Floats, Floats]:
        """Log-odds of tokens (n,), dense columns of passages (m, D)."""
        logits = self.words_.logits(passages)
        return logits, columns(passages, logits)

    def passages(self, passages: Passages) -> Floats:
        """Probability that each passage is loaded, (m,)."""
        if not passages.m:
            return np.zeros(0)
        _, dense = self._dense(passages)
        return self.probabilities(self.ngrams_.decisions(passages.tokens, passages.group, passages.m, dense))[:, 0]

    def sentences(self, tokens: Tokens, quotes: Sequence[Quote]) -> Floats:
        """Probability that each sentence of a text that was read is loaded, (m,)."""
        return self.passages(by_sentence(tokens, quotes))

    def __call__(self, tokens: Tokens, quotes: Sequence[Quote]) -> Floats:
        """:meth:`sentences`."""
        return self.sentences(tokens, quotes)

    def words(self, tokens: Tokens, quotes: Sequence[Quote]) -> Floats:
        """Probability that each token would be marked as loaded, (n,)."""
        return self.passage_words(by_sentence(tokens, quotes))

    def passage_words(self, passages: Passages) -> Floats:
        """Probability that each token of passages would be marked as loaded, (n,)."""
        return self.word_calibrator_(_sigmoid(self.words_.logits(passages)))

    def predict_proba(self, texts: Iterable[Text]) -> list[Floats]:
        """Probability that each sentence of each text is loaded: one array (m,) a text, in the order of ``tokenize``.

        Raises
        ------
        TypeError
            If ``texts`` is one text, or an item is none.
        """
        return [self.sentences(*_read(text)) for text in listed(texts, (str, Article, Document))]

    def predict(self, texts: Iterable[Text]) -> list[Bools]:
        """Which sentences of each text are loaded. Raises ``TypeError`` as :meth:`predict_proba`."""
        return [np.asarray(found >= self.thresholds_[0]) for found in self.predict_proba(texts)]

    def whole(self, texts: Iterable[str]) -> Floats:
        """Probability that each text is loaded, read as if it were one sentence, as the sentences to learn from are: (texts,).

        Raises
        ------
        TypeError
            If ``texts`` is one string, or an item is none.
        """
        return self.passages(passages_of(listed(texts, (str,))))

    def explain(self, text: Text, sentence: int = 0) -> tuple[Reason, ...]:
        """Why a sentence of a text is as probable as it is; see :meth:`reasons_of`. Raises ``TypeError`` if it is no text."""
        tokens, quotes = _read(listed([text], (str, Article, Document))[0])
        return self.reasons_of(tokens, quotes, sentence)

    def reasons_of(self, tokens: Tokens, quotes: Sequence[Quote], sentence: int) -> tuple[Reason, ...]:
        """Terms that sum to the log-odds of a sentence.

        Returns
        -------
        tuple of Reason
            The loaded words together with their places, the strongest n-grams, the columns of the form, the heaviest first; then all
            other n-grams together, and the constant.

        Raises
        ------
        IndexError
            If there is no such sentence.
        """
        passages = by_sentence(tokens, quotes)
        if not 0 <= sentence < passages.m:
            raise IndexError(f"sentence {sentence} of {passages.m}")
        logits, dense = self._dense(passages)
        terms = self.ngrams_.contributions(tokens, passages.group, passages.m, 0, sentence, dense)
        strongest = self.ngrams_.strongest(tokens, passages.group, terms, MOST, sentence)
        places = {term.found.feature: (_named(term.found.text, term.found.grams.kind), term.found.spans) for term in strongest}
        by_words = len(POOLED)
        share = np.append(float(terms.dense_terms[:by_words].sum()), terms.dense_value[by_words:])
        short = replace(terms, dense_value=share, dense_weight=np.append(1.0, terms.dense_weight[by_words:]))
        a, b = passages.first[sentence : sentence + 2].tolist()
        sure = self.word_calibrator_(_sigmoid(logits[a:b]))
        spans = tuple(tokens.span(a + i, a + i + 1) for i in np.flatnonzero(sure >= self.word_threshold_).tolist())
        reasons = self.reasons(0, short, (LOADED_WORDS, *DENSE[by_words:]), places)
        return tuple(replace(r, spans=spans) if r.feature == LOADED_WORDS else r for r in reasons)

    # ---- files

    def _more_arrays(self) -> dict[str, NDArray[Any]]:
        return self.words_.arrays()

    def _more_numbers(self) -> dict[str, Any]:
        return {"words": self.word_calibrator_.to_dict(), "word_threshold": self.word_threshold_, "columns": list(DENSE)}

    def _restore(self, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        if list(numbers["columns"]) != list(DENSE):
            raise ValueError("it reads other columns than this version has")
        self.words_ = WordModel.of(arrays)
        self.word_calibrator_ = Logistic(float(numbers["words"]["slope"]), float(numbers["words"]["intercept"]))
        self.word_threshold_ = float(numbers["word_threshold"])


def by_sentence(tokens: Tokens, quotes: Sequence[Quote]) -> Passages:
    """The sentences of a text that was read as passages."""
    return Passages(tokens, tokens.sentence.astype(np.int64), len(tokens.sentences), quoted(tokens, quotes))


def _read(text: Text) -> tuple[Tokens, tuple[Quote, ...]]:
    article = text if isinstance(text, Article) else article_from_text(text if isinstance(text, str) else text.text)
    return tokenize(article), find_quotes(article.text, article.paragraphs)


def _best(sure: Floats, marked: Bools) -> float:
    """The limit of the highest F1."""
    chosen = sure >= GRID[:, None]
    f1 = 2 * (chosen & marked).sum(axis=1) / np.maximum(chosen.sum(axis=1) + marked.sum(), 1)
    return round(float(GRID[int(f1.argmax())]), 2)


def _named(text: str, kind: str) -> str:
    return f"“{text}”" if kind == "word" else f"letters “{text}”"


def _sigmoid(scores: ArrayLike) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(np.asarray(scores, np.float64), -500, 500))))


@cache
def shipped() -> LoadedLanguageClassifier:
    """The classifier that comes with the library, read once."""
    return LoadedLanguageClassifier.load()


def loaded_share(probabilities: ArrayLike, voices: Sequence[str]) -> dict[str, float | None]:
    """Share of loaded sentences (mean probability) by voice, so that what others are quoted as saying is not laid at the author's door.

    Parameters
    ----------
    probabilities : array (m,)
    voices : sequence of str
        "author", "quoted" or "mixed" for each sentence; mixed ones are in neither of the other two.

    Returns
    -------
    dict
        By voice; ``None`` for one that no sentence has.

    Raises
    ------
    ValueError
        If they are not equally many, or there is no such voice.
    """
    p, voice = np.asarray(probabilities, np.float64), np.array(voices, dtype=object)
    if p.shape != (len(voice),) or not set(voices) <= set(VOICES):
        raise ValueError(f"{p.shape} probabilities for {len(voice)} voices, each one of {', '.join(VOICES)}")
    return {name: float(p[voice == name].mean()) if (voice == name).any() else None for name in VOICES}
