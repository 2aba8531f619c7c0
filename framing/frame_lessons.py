"""What the classifiers of frames learn from: labelled articles, and unlabelled ones that say which words go together. With scikit-learn.

Conventions
-----------
* Features: :mod:`framing.frame_features`. Known are the n-grams that at least ``LEAST`` and at most half of the N articles of the *base*
  hold (labelled and unlabelled ones; df of them), with idf = ln ((1 + N) / (1 + df)). The row x of an article has Euclidean norm 1.
* Directions: e = x V - mean, with the columns of V the first ``DIRECTIONS`` right singular vectors of the x of the base (latent semantic
  analysis, Deerwester et al. 1990), each divided by the square root of its standard deviation over the labelled articles, all together so
  that e has mean square norm 1 there. They carry to rare words what is learned of the words they go with. Lexicon columns z are
  standardised, times ``LEXICON``.
* A logistic regression with an L2 penalty is learned on [x, z, e] by way of the articles' inner products, which is the same and small.
  Since e is linear in x, its weights are added to those of x: what is kept has one weight for an n-gram.
* *Presence* of a frame: a regression of its own; an article of which two annotations differ counts one half on either side. *Primary*
  frame: one multinomial regression, to which each annotation of an article counts the same.
* Decisions held out in ``FOLDS`` inner folds by outlet give what follows; it is measured against the first annotation alone.
  Calibration: sigmoid(a · decision + b), log loss plus (a - 1)² (Platt 1999, with a prior on the slope). Temperature of the primary frame
  (Guo et al. 2017): the one with which the probability of the chosen frame has the least squared error; log loss would not do, since
  frames not found present have probability 0. Threshold of a frame with n positives::

      t = (n · t* + PRIOR · F* / 2) / (n + PRIOR)       within LIMITS

  with t* the probability of best F1, the F1 curve smoothed over five hundredths, and F* that F1: half of it is the best threshold for
  calibrated probabilities (Lipton, Elkan & Naryanaswamy 2014), which few positives cannot find for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.article_words import ArticleWords
from framing.domain import AT_LEAST, QUANTILE, Domain, word_keys
from framing.frame_features import GRAMS, lexicon_columns, shares, weighed_row
from framing.learning.calibration import Logistic
from framing.learning.interning import KeyTable
from framing.learning.linear import Block, LinearModel, Rows, values
from framing.records import Document
from framing.signals import Hashes
from framing.vocabulary import Vocabulary, learn_vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST, DIRECTIONS, LEXICON = 20, 150, 0.1
PRESENCE, PRIMARY = 20.0, 30.0  # inverse strengths of the penalty
FOLDS, PRIOR, LIMITS = 5, 60, (0.08, 0.6)
KNOWN = 5  # articles that hold a word, for it to be known to the domain: a smaller list than with two, and hardly another limit
_NEVER = 6.0  # log-odds against a class without a single example
_GRID = np.arange(0.05, 0.66, 0.01)
_TEMPERATURES = np.arange(0.1, 2.5, 0.05)


# ---- labels ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Gold:
    """Labelled articles, each once: ``first`` (m, K) is what the first annotation says (0 or 1), ``soft`` (m, K) the mean of all."""

    documents: tuple[Document, ...]
    first: Floats
    soft: Floats

    @classmethod
    def of(cls, documents: Iterable[Document], task: str, codes: Sequence[str]) -> Gold:
        """From documents with ``labels[task]``, a code or a tuple of codes; one id may be given several times, annotated anew.

        Raises
        ------
        ValueError
            If there are none, a label is missing or a code is none of ``codes``.
        """
        marks: dict[str, list[Floats]] = {}
        known: dict[str, Document] = {}
        for document in documents:
            if task not in document.labels:
                raise ValueError(f"{document.id}: no label {task!r}")
            given = document.labels[task]
            named = [given] if isinstance(given, str) else list(given)
            if unknown := [code for code in named if code not in codes]:
                raise ValueError(f"{document.id}: {unknown[0]!r} is none of {', '.join(codes)}")
            known.setdefault(document.id, document)
            marks.setdefault(document.id, []).append(np.isin(codes, named).astype(np.float64))
        if not known:
            raise ValueError("no documents to learn from")
        return cls(tuple(known.values()), np.array([m[0] for m in marks.values()]), np.array([np.mean(m, axis=0) for m in marks.values()]))


# ---- reading ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Readings:
    """N articles as read: rows of all n-grams that may be known, lexicon columns (N, 35), keys of the words of each, their outlets."""

    vocabulary: Vocabulary
    rows: Rows
    columns: Floats
    words: tuple[Hashes, ...]
    groups: tuple[str, ...]


def read(documents: Sequence[Document]) -> Readings:
    """Read articles, labelled and unlabelled, twice."""

    def parts() -> Iterator[Any]:
        for article in map(ArticleWords.of, documents):
            yield article.tokens, np.where(article.part > 0, article.part - 1, -1), 2
            if article.title is not None:
                yield article.title, np.zeros(len(article.title), np.int64), 1

    vocabulary = learn_vocabulary(parts(), GRAMS, _least(len(documents))).vocabulary
    rows, columns, words = [], [], []
    for article in map(ArticleWords.of, documents):
        rows.append(weighed_row(article, vocabulary))
        columns.append(lexicon_columns(article))
        words.append(word_keys(article.tokens))
    return Readings(vocabulary, Rows.join(rows), np.array(columns), tuple(words), tuple(d.group or d.id for d in documents))


def _least(articles: int) -> int:
    """How many of the articles an n-gram must be in."""
    return min(LEAST, max(2, articles // 50))


def _only(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    """Rows of one block with some of its features, numbered anew."""
    there = kept[rows.feature]
    upto = np.append(0, np.cumsum(there))
    number = (np.cumsum(kept) - 1).astype(np.int32)
    return Rows(upto[rows.first], number[rows.feature[there]], rows.count[there], rows.length)


# ---- features --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Lesson:
    """The features of m labelled articles, in a base of articles: everything that does not depend on the labels.

    Attributes
    ----------
    vocabulary : Vocabulary
        F n-grams.
    idf : array (F,)
    basis : array (m, r)
        Coordinates of the articles: their inner products are those of [x, z, e].
    fold : callable
        From coefficients (r, K) and constants (K,) of a model on the basis to the model on n-grams and lexicon columns.
    groups : tuple of str
    domain : callable
        From words that tell the texts to the domain.
    """

    vocabulary: Vocabulary
    idf: Floats
    basis: Floats
    fold: Callable[[Floats, Floats], LinearModel]
    groups: tuple[str, ...]
    domain: Callable[[str], Domain]

    @classmethod
    def of(cls, readings: Readings, labelled: ArrayLike, base: ArrayLike) -> Lesson:
        """Of the articles ``labelled``, among those of ``base``: numbers of articles that were read."""
        from scipy.sparse import csr_matrix

        chosen, whole = np.asarray(labelled, np.int64), np.asarray(base, np.int64)
        there = readings.rows.take(whole)
        df = np.bincount(there.feature, minlength=len(readings.vocabulary))
        kept = (df >= _least(len(whole))) & (df <= len(whole) / 2)
        idf = np.log((1 + len(whole)) / (1 + df[kept]))
        blocks = (Block(int(kept.sum()), "log", "l2"),)

        def table(rows: Rows) -> Any:
            own = _only(rows, kept)
            return csr_matrix((values(own, blocks, idf), own.feature, own.borders), (len(own), len(idf)))

        directions = _directions(table(there).astype(np.float32))
        x = table(readings.rows.take(chosen))
        columns = readings.columns[chosen]
        mean, scale = columns.mean(axis=0), (columns.std(axis=0) + 1e-6) / LEXICON
        basis, unfold = _basis(x, (columns - mean) / scale, directions)

        def fold(coefficients: Floats, constants: Floats) -> LinearModel:
            weights, dense_weights, constant = unfold(coefficients, constants)
            return LinearModel(blocks, idf, weights, constant, mean, scale, dense_weights)

        words = [readings.words[i] for i in whole.tolist()]
        own = [readings.words[i] for i in chosen.tolist()]
        groups = tuple(readings.groups[i] for i in chosen.tolist())
        return cls(readings.vocabulary.take(kept), idf, basis, fold, groups, lambda told: _domain(words, own, told))

    @cached_property
    def inner(self) -> list[tuple[Ints, Ints]]:
        """Inner folds by group: articles to learn from, and held out ones."""
        from sklearn.model_selection import GroupKFold

        n = min(FOLDS, len(set(self.groups)))
        if n < 2:
            return [(np.arange(len(self.groups)), np.arange(len(self.groups)))]
        return [(a.astype(np.int64), b.astype(np.int64)) for a, b in GroupKFold(n).split(self.basis, groups=list(self.groups))]

    def held_out(self, learn: Callable[[Floats, Floats], tuple[Floats, Floats]], targets: Floats) -> Floats:
        """Decisions of models that have not seen the article (m, K); ``learn`` gives coefficients and constants."""
        out = np.zeros(targets.shape)
        for training, held in self.inner:
            coefficients, constants = learn(self.basis[training], targets[training])
            out[held] = self.basis[held] @ coefficients + constants
        return out


def _directions(x: Any) -> NDArray[np.float32]:
    """The first right singular vectors of x (dims, F), as many as it may have."""
    from sklearn.utils.extmath import randomized_svd

    n = min(DIRECTIONS, min(x.shape) - 1)
    if n < 1:
        return np.zeros((0, x.shape[1]), np.float32)
    return np.asarray(randomized_svd(x, n, n_iter=3, random_state=0)[2], np.float32)


def _basis(x: Any, z: Floats, directions: NDArray[np.float32]) -> tuple[Floats, Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]]:
    """Coordinates of the articles, and how coefficients on them become weights of n-grams, of lexicon columns, and constants."""
    e = np.asarray(x @ directions.T, np.float64)
    mean = e.mean(axis=0)
    e = e - mean
    scale = np.sqrt(e.std(axis=0))
    scale[scale < 1e-9] = 1
    scale = scale * (np.sqrt(((e / scale) ** 2).sum(axis=1).mean()) or 1)
    e = e / scale
    squares, vectors = np.linalg.eigh((x @ x.T).toarray() + e @ e.T + z @ z.T)
    kept = squares > max(1e-6 * squares[-1], 1e-12)
    vectors, roots = vectors[:, kept], np.sqrt(squares[kept])

    def unfold(coefficients: Floats, constants: Floats) -> tuple[Floats, Floats, Floats]:
        share = (vectors / roots) @ coefficients  # of each article in the weights
        along = (e.T @ share) / scale[:, None]
        return np.asarray(x.T @ share + directions.T @ along), z.T @ share, constants - mean @ along

    return vectors * roots, unfold


def _domain(words: Sequence[Hashes], own: Sequence[Hashes], told: str) -> Domain:
    """The words of the base; the limit is measured on the labelled articles, each as if it were not in the base."""
    keys, count = np.unique(np.concatenate([np.zeros(0, np.uint64), *map(np.unique, words)]), return_counts=True)
    least = min(KNOWN, max(AT_LEAST, len(words) // 50))
    table = KeyTable(keys)
    count = np.append(count, 0)
    fresh = Domain(table, 1.0, "")
    novel = [float((count[table.numbers(k)] - 1 < least).mean()) for k in own if fresh.novelty(k) is not None]
    return Domain(KeyTable(keys[count[:-1] >= least]), float(np.quantile(novel, QUANTILE)) if novel else 1.0, told)


# ---- models ----------------------------------------------------------------------------------------------------------------------------


def learn_presence(basis: Floats, soft: Floats) -> tuple[Floats, Floats]:
    """A logistic regression for each column of ``soft`` (m, K): coefficients (r, K), constants (K,)."""
    coefficients, constants = np.zeros((basis.shape[1], soft.shape[1])), np.zeros(soft.shape[1])
    for k, target in enumerate(soft.T):
        between = np.flatnonzero((target > 0) & (target < 1))
        chosen = np.append(np.arange(len(target)), between)
        label = np.append(target > 0, np.zeros(len(between), np.bool_))
        weight = np.append(np.where(target > 0, target, 1), 1 - target[between])
        if label.all() or not label.any():
            constants[k] = _NEVER if label.any() else -_NEVER
            continue
        model = _regression(PRESENCE, basis[chosen], label, weight)
        coefficients[:, k], constants[k] = model.coef_[0], model.intercept_[0]
    return coefficients, constants


def learn_primary(basis: Floats, soft: Floats) -> tuple[Floats, Floats]:
    """One multinomial regression for all columns of ``soft`` (m, K): coefficients (r, K), constants (K,)."""
    coefficients, constants = np.zeros((basis.shape[1], soft.shape[1])), np.full(soft.shape[1], -_NEVER)
    at, label = np.nonzero(soft)
    classes = np.unique(label)
    if len(classes) == 1:
        constants[classes] = _NEVER
    elif len(classes) == 2:
        model = _regression(PRIMARY, basis[at], label, soft[at, label])
        for k, sign in zip(classes.tolist(), (-0.5, 0.5)):  # log-odds of the second class, shared out
            coefficients[:, k], constants[k] = sign * model.coef_[0], sign * model.intercept_[0]
    else:
        model = _regression(PRIMARY, basis[at], label, soft[at, label])
        coefficients[:, classes], constants[classes] = model.coef_.T, model.intercept_
    return coefficients, constants


def _regression(c: float, table: Floats, label: NDArray[Any], weight: Floats) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, max_iter=200).fit(table, label, sample_weight=weight)


# ---- calibration, thresholds -----------------------------------------------------------------------------------------------------------


def calibrate(decisions: Floats, outcomes: Floats) -> tuple[Logistic, ...]:
    """A calibrator for each column (m, K): see the module."""
    from scipy.optimize import minimize

    out = []
    for score, y in zip(decisions.T, outcomes.T):

        def loss(ab: Floats, score: Floats = score, y: Floats = y) -> float:
            z = ab[0] * score + ab[1]
            return float((np.logaddexp(0, z) - y * z).sum() + (ab[0] - 1) ** 2 + 1e-3 * ab[1] ** 2)  # the last: finite without positives

        slope, intercept = minimize(loss, [1.0, 0.0]).x.tolist()
        out.append(Logistic(max(slope, 0.0), intercept))
    return tuple(out)


def thresholds(probabilities: Floats, outcomes: Floats) -> Floats:
    """The threshold of each column (m, K): see the module."""
    out = np.zeros(probabilities.shape[1])
    for k, (p, y) in enumerate(zip(probabilities.T, outcomes.T)):
        found = p >= _GRID[:, None]
        f1 = 2 * (found & (y > 0)).sum(axis=1) / (y.sum() + found.sum(axis=1) + 1e-9)
        smooth = np.convolve(np.pad(f1, 2, mode="edge"), np.ones(5) / 5, "valid")
        n = y.sum()
        out[k] = (n * _GRID[smooth.argmax()] + PRIOR * smooth.max() / 2) / (n + PRIOR)
    return np.clip(out, *LIMITS)


def temperature(decisions: Floats, present: NDArray[np.bool_], label: Ints) -> float:
    """By what the decisions (m, K) of the classes are multiplied before the softmax: see the module."""
    right = shares(decisions, present).argmax(axis=1) == label
    errors = [float(((shares(decisions * t, present).max(axis=1) - right) ** 2).mean()) for t in _TEMPERATURES.tolist()]
    return float(_TEMPERATURES[int(np.argmin(errors))])
