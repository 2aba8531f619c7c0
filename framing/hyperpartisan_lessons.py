"""What the classifier of hyperpartisan argumentation learns from: labelled articles, and raw ones that say which words there are.

Conventions
-----------
* *Known words* come from N raw articles whose labels, if they have any, are not read: single words that at least ``LEAST`` of them hold
  (bodies; df of them), pairs that ``PAIRS`` times as many hold; of titles, what ``TITLES`` titles hold. Left out, with the pairs that hold
  them, are *names*: words that begin with a capital in more than ``NAME`` of their occurrences (people, places, parties, days). Names tell
  outlets and topics apart, not how an article argues. idf = ln ((1 + N) / (1 + df)) + 1.
* An article is three parts side by side: a, the idf · count / length of its body; t, the idf · count / √length of its title (lengths in
  words); d, columns of :mod:`framing.hyperpartisan_features`, in standard deviations from the mean of the training articles, clipped at
  ±``CLIP``, times √(w / p) for the p columns of sourcing and likewise for those of loaded words. a and t are scaled to a mean square of 1
  and ``TITLE_SHARE`` over the training articles. Plain shares of the words make every decision a sum over words.
* A linear support vector machine (hinge loss, Cortes & Vapnik 1995) is learned by way of the inner products of the articles, which are
  few; its weights are folded back to words and columns.
* Strength C and share w are those of ``GRID`` whose decisions in ``FOLDS`` inner folds, which tear no group apart, have the largest area
  under the ROC curve (of equals the first). On the same decisions the calibration is fitted (Platt 1999).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.article_words import ArticleWords
from framing.domain import word_keys
from framing.hyperpartisan_features import BODY, GRAMS, TITLE, counted, lexicon_columns, measured, sourcing_columns
from framing.learning.calibration import Logistic, fit_logistic
from framing.learning.linear import Block, LinearModel, Rows, values
from framing.learning.words import key
from framing.ngrams import LONGEST, Grams
from framing.rating_features import Reading
from framing.records import Document
from framing.signals import Hashes
from framing.tokens import Tokens
from framing.vocabulary import Learned as Counted
from framing.vocabulary import Vocabulary, learn_vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST, PAIRS, TITLES, NAME = 20, 5, 5, 0.6  # raw articles that hold a word; times as many hold a pair; titles; share of capitals
NORMS = ("length", "root")  # of body and title
TITLE_SHARE, CLIP, FOLDS = 0.2, 3.0, 5
GRID = tuple((c, w) for c in (0.3, 1.0, 3.0) for w in (0.05, 0.1, 0.2))

Part = str  # "body", "title", "sourcing" or "loaded words"
PARTS: tuple[Part, ...] = ("body", "title", "sourcing", "loaded words")


# ---- known words -----------------------------------------------------------------------------------------------------------------------


def names(texts: Iterable[Tokens]) -> frozenset[str]:
    """Words, by their keys, that begin with a capital in more than ``NAME`` of their occurrences."""
    times: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for tokens in texts:
        for token, n in zip(tokens.types, np.bincount(tokens.type, minlength=len(tokens.types)).tolist()):
            word = key(token[:LONGEST])
            times[word] += n
            if token[0].isupper():
                capital[word] += n
    return frozenset(word for word, n in capital.items() if n > NAME * times[word])


@dataclass(frozen=True, eq=False)
class Known:
    """The known words and pairs, of body and of title, and their idf (F,)."""

    vocabulary: Vocabulary
    idf: Floats

    @classmethod
    def learn(cls, articles: Sequence[Document]) -> Known:
        """Learn from raw articles, which are read twice."""

        proper = names(ArticleWords.of(article).tokens for article in articles)

        def rows(of: Callable[[ArticleWords], Tokens | None]) -> Iterator[tuple[Tokens, Ints, int]]:
            for tokens in map(of, map(ArticleWords.of, articles)):
                if tokens is not None and len(tokens):
                    kept = tokens.body & ~tokens.lookup(lambda token: key(token[:LONGEST]) in proper, np.bool_)
                    yield tokens, np.where(kept, 0, -1), 1

        bodies = learn_vocabulary(rows(lambda words: words.tokens), _each(BODY), _least(LEAST, articles))
        titles = learn_vocabulary(rows(lambda words: words.title), _each(TITLE), _least(TITLES, articles))
        parts = [_chosen(bodies, _least(PAIRS * LEAST, articles)), _chosen(titles, _least(TITLES, articles))]
        return cls(Vocabulary(GRAMS, [keys for keys, _ in parts]), np.concatenate([idf for _, idf in parts]))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The schemes of the two blocks: both are additive."""
        return tuple(Block(size, "count", norm) for size, norm in zip(self.vocabulary.sizes, NORMS))


def _least(wanted: int, articles: Sequence[Document]) -> int:
    """How many of the articles must hold a word; fewer of few."""
    return min(wanted, max(2, len(articles) // 50))


def _each(field: str) -> tuple[Grams, Grams]:
    """Words, and pairs of words."""
    return Grams("word", 1, 1, field, marks=False), Grams("word", 2, 2, field, marks=False)


def _chosen(learned: Counted, pairs: int) -> tuple[Hashes, Floats]:
    """Keys and idf of the words, and of the pairs that at least so many rows hold, in the order of the keys."""
    keys = np.concatenate([table.keys for table in learned.vocabulary.tables])
    often = learned.frequency >= np.repeat([0, pairs], learned.vocabulary.sizes)
    order = np.argsort(keys[often])
    return keys[often][order], learned.idf[often][order]


# ---- articles --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Lesson:
    """m labelled articles as read.

    Attributes
    ----------
    known : Known
    rows : Rows
        Counts of the known words.
    columns : array (m, p)
    labels : bool array (m,)
    groups : tuple of str
        What folds do not tear apart.
    words : tuple of arrays
        Keys of the words of each body, for the domain.
    """

    known: Known
    rows: Rows
    columns: Floats
    labels: Bools
    groups: tuple[str, ...]
    words: tuple[Hashes, ...]

    @classmethod
    def of(cls, documents: Sequence[Document], known: Known, task: str, read: Callable[[Document], tuple[Reading, ArticleWords]]) -> Lesson:
        """Read documents with ``labels[task]``; ``read`` analyses one.

        Raises
        ------
        ValueError
            If there are none, a label is missing or not true or false, or all are the same.
        """
        labels = []
        for document in documents:
            label = document.labels.get(task)
            if not isinstance(label, (bool, np.bool_)):
                raise ValueError(f"{document.id}: the label {task!r} is {label!r}, neither True nor False")
            labels.append(bool(label))
        if len(set(labels)) < 2:
            raise ValueError("documents of both kinds are needed to learn from")
        rows, dense, words = [], [], []
        for document in documents:
            reading, article = read(document)
            rows.append(counted(article, known.vocabulary))
            dense.append(measured(reading, article))
            words.append(word_keys(article.tokens))
        groups = tuple(document.group or document.id for document in documents)
        return cls(known, Rows.join(rows), np.array(dense), np.array(labels), groups, tuple(words))

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: ArrayLike) -> Lesson:
        """Some of the articles, by their numbers."""
        at = np.asarray(chosen, np.int64)
        groups, words = ([side[i] for i in at.tolist()] for side in (self.groups, self.words))
        return replace(
            self, rows=self.rows.take(at), columns=self.columns[at], labels=self.labels[at], groups=tuple(groups), words=tuple(words)
        )

    @cached_property
    def inner(self) -> list[tuple[Ints, Ints]]:
        """Inner folds by group: articles to learn from, and held out ones; folds that leave one kind alone are left out."""
        from sklearn.model_selection import GroupKFold

        n = min(FOLDS, len(set(self.groups)))
        if n < 2:
            return []
        folds = GroupKFold(n).split(self.labels, groups=list(self.groups))
        return [(a, b) for a, b in folds if len(set(self.labels[a].tolist())) == 2]


@dataclass(frozen=True, eq=False)
class Scaled:
    """The parts of m articles: tables of words (sparse), standardised columns, and what is needed to fold weights back."""

    lesson: Lesson
    parts: tuple[Part, ...]
    tables: tuple[Any, Any]
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, lesson: Lesson, parts: Sequence[Part] = PARTS) -> Scaled:
        from scipy.sparse import csr_matrix

        rows, known = lesson.rows, lesson.known
        whole = csr_matrix((values(rows, known.blocks, known.idf), rows.feature, rows.borders), (len(rows), len(known.idf)))
        cut = known.vocabulary.sizes[0]
        mean, spread = lesson.columns.mean(axis=0), lesson.columns.std(axis=0)
        spread[spread <= 1e-12 * np.abs(mean)] = 1
        return cls(lesson, tuple(parts), (whole[:, :cut], whole[:, cut:]), mean, spread)

    @property
    def shares(self) -> tuple[float, float]:
        """The squared factors of body and title."""
        sizes = [float(table.multiply(table).sum()) / len(self.lesson) or 1.0 for table in self.tables]
        return ("body" in self.parts) / sizes[0], ("title" in self.parts) * TITLE_SHARE / sizes[1]

    def factors(self, w: float) -> Floats:
        """The factor of each column."""
        sizes = [("sourcing", len(sourcing_columns())), ("loaded words", len(lexicon_columns()))]
        return np.concatenate([np.full(p, np.sqrt(w / p) * (name in self.parts)) for name, p in sizes])

    @cached_property
    def z(self) -> Floats:
        """Standardised, clipped columns."""
        return np.asarray(np.clip((self.lesson.columns - self.mean) / self.spread, -CLIP, CLIP))

    @cached_property
    def _words(self) -> Floats:
        return np.asarray(sum(share * (table @ table.T).toarray() for share, table in zip(self.shares, self.tables)))

    def products(self, w: float) -> Floats:
        """Inner products of the articles (m, m)."""
        dense = self.z * self.factors(w)
        return np.asarray(self._words + dense @ dense.T)

    def fold(self, share: Floats, constant: float, w: float) -> LinearModel:
        """The model whose weights are the sum of the articles, each by its ``share`` (m,)."""
        factors = np.sqrt(self.shares)
        words = np.concatenate([factor * (table.T @ share) for factor, table in zip(factors, self.tables)])
        dense = (self.z.T @ share) * self.factors(w) ** 2
        known = self.lesson.known
        idf = known.idf * np.repeat(np.where(factors > 0, factors, 1), known.vocabulary.sizes)  # so that all weights are of one size
        return LinearModel(known.blocks, idf, words[:, None], np.array([constant]), self.mean, self.spread, dense[:, None])


# ---- learning --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Learned:
    """The model, its calibration, the bounds (low, high) that columns are clipped to, and the settings (C, w) that were chosen."""

    model: LinearModel
    calibrator: Logistic
    low: Floats
    high: Floats
    chosen: tuple[float, float]

    def decide(self, rows: Rows, dense: ArrayLike) -> Floats:
        """Decisions (m,) of articles by their counts and columns (m, p)."""
        return self.model.decisions(rows, np.clip(np.asarray(dense, np.float64), self.low, self.high))[:, 0]

    def probabilities(self, rows: Rows, dense: ArrayLike) -> Floats:
        """Probabilities (m,)."""
        return self.calibrator(_sigmoid(self.decide(rows, dense)))


def learn(lesson: Lesson, parts: Sequence[Part] = PARTS, grid: Sequence[tuple[float, float]] = GRID) -> Learned:
    """Choose, learn and calibrate; with some ``parts`` only, others have no weight."""
    scaled = Scaled.of(lesson, parts)
    seen = np.zeros(len(lesson), np.bool_)
    for _, held in lesson.inner:
        seen[held] = True
    best, chosen, calibrator = -1.0, grid[0], Logistic(1.0, 0.0)
    products = {w: scaled.products(w) for w in dict.fromkeys(w for _, w in grid)}
    if len(set(lesson.labels[seen].tolist())) == 2:
        for c, w in grid:
            decisions = np.zeros(len(lesson))
            for training, held in lesson.inner:
                share, constant = _machine(products[w][np.ix_(training, training)], lesson.labels[training], c)
                decisions[held] = products[w][np.ix_(held, training)] @ share + constant
            area = _area(decisions[seen], lesson.labels[seen])
            if area > best:
                best, chosen = area, (c, w)
                calibrator = fit_logistic(_sigmoid(decisions[seen]), lesson.labels[seen])
    c, w = chosen
    share, constant = _machine(products[w], lesson.labels, c)
    reach = CLIP * scaled.spread
    return Learned(scaled.fold(share, constant, w), calibrator, scaled.mean - reach, scaled.mean + reach, chosen)


def _machine(products: Floats, labels: Bools, c: float) -> tuple[Floats, float]:
    """A support vector machine: the share of each article in its weights (m,), and the constant."""
    from sklearn.svm import SVC

    machine = SVC(kernel="precomputed", C=c).fit(products, labels)
    share = np.zeros(len(labels))
    share[machine.support_] = machine.dual_coef_[0]
    return share, float(machine.intercept_[0])


def _area(decisions: Floats, labels: Bools) -> float:
    """Area under the ROC curve, a tie counting one half."""
    other = np.sort(decisions[~labels])
    below = np.searchsorted(other, decisions[labels], "left") + np.searchsorted(other, decisions[labels], "right")
    return float(below.mean() / (2 * len(other)))


def _sigmoid(score: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -500, 500))))
