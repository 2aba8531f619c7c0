"""The rater: what an editor would say of the sourcing of an article, from 1 to 5, learned from such ratings.

A second opinion beside the formula (:mod:`framing.transparency`), never a replacement, and not a measure of truth.

Model
-----
Features x of :mod:`framing.rating_features` as z = (x - mean) / spread of the training articles. With one weight a feature and four rising
thresholds (proportional odds, McCullagh 1980)::

    decision s = sum(weight * z)          P(rating > k) = sigmoid(s - threshold_k),  k = 1..4          rating = 1 + sum of the four

So the rating is the mean of the five probabilities' scale and lies between 1 and 5. 0 is the decision of an average article; a reason is a
row ``(feature, value z, weight)``, and the products sum to the decision exactly.

Learning: all four events "rating > k" of all articles are one logistic regression (scikit-learn) with shared weights and four intercepts
(Li & Lin 2007), penalised (``C``) in the weights only. Cross-validation on the training articles, by groups, gives held-out probabilities
for every C of ``strengths``; a logistic calibrator (Platt 1999) is fitted on them, and C is the one whose calibrated probabilities have the
least cross-entropy. Slope and intercept of its calibrator go into weights and thresholds. Reading needs numpy only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.learning import store
from framing.learning.calibration import Logistic, fit_logistic
from framing.learning.estimator import Estimator
from framing.rating_features import Reading, features, measure, spans
from framing.records import Article, Attribution, Document, Hedge, Quote, Sentence
from framing.tokens import tokenize

Floats = NDArray[np.float64]

SHIPPED = Path(__file__).parent / "models" / "rating"
VERSION = 1  # of the files that save writes
RATINGS = (1, 2, 3, 4, 5)
STRENGTHS = (0.003, 0.01, 0.03, 0.1)
_STEPS = len(RATINGS) - 1
_FREE = 30.0  # scale of the intercepts' columns: their penalty is that of 1/900 of a weight's


@runtime_checkable
class Analysed(Protocol):
    """What an ``Analysis`` has; it cannot be imported here, for analysis stands above."""

    @property
    def article(self) -> Article: ...
    @property
    def quotes(self) -> Sequence[Quote]: ...
    @property
    def attributions(self) -> Sequence[Attribution]: ...
    @property
    def hedges(self) -> Sequence[Hedge]: ...
    @property
    def sentences(self) -> Sequence[Sentence]: ...
    @property
    def scores(self) -> Any: ...


Rated: TypeAlias = "str | Article | Document | Analysed | Reading"


class TransparencyRater(Estimator):
    """Rates the sourcing of articles from 1 to 5; learned from rated ones.

    Articles are given as texts, ``Article``, ``Document`` (all of which are analysed), ``Analysis`` or ``Reading``.

    Parameters
    ----------
    strengths : sequence of float
        Inverse strengths of the penalty (scikit-learn's C) to choose among.
    folds : int
        Of the cross-validation that chooses and calibrates.
    seed : int
        Of the folds.

    Attributes
    ----------
    mean_, spread_, weights_ : arrays (p,)
    thresholds_ : array (4,)
        They rise.
    strength_ : float
        The one that was chosen.
    card_ : dict
        What the model's card says; see :meth:`save`.
    """

    def __init__(self, strengths: Sequence[float] = STRENGTHS, folds: int = 5, seed: int = 0) -> None:
        self.strengths = strengths
        self.folds = folds
        self.seed = seed
        self.card_: dict[str, Any] = {}

    def fit(self, articles: Iterable[Rated], ratings: ArrayLike, groups: Sequence[str | None] | None = None) -> TransparencyRater:
        """Learn from rated articles.

        Parameters
        ----------
        articles : iterable of str, Article, Document, Analysis or Reading
        ratings : array (n,) or (n, raters)
            Whole numbers 1 to 5. Of several raters each counts the same.
        groups : sequence of str or None, optional
            What the inner folds must not tear apart (outlets); by default the ``group`` of each ``Document``. An article without a group is
            a group of its own.

        Returns
        -------
        TransparencyRater
            Itself.

        Raises
        ------
        ValueError
            If articles, ratings and groups are not equally many, a rating is none of 1 to 5, or all are the same.
        ImportError
            If scikit-learn is missing.
        TypeError
            If ``articles`` is one article, or an item is none.
        """
        items = _listed(articles)
        given = [item.group if isinstance(item, Document) else None for item in items] if groups is None else list(groups)
        return self.fit_measures(measures_of(items), ratings, given)

    def fit_measures(self, measures: ArrayLike, ratings: ArrayLike, groups: Sequence[str | None]) -> TransparencyRater:
        """:meth:`fit` from features that were measured before: array (n, p), as :func:`measures_of` gives them."""
        x, y = np.asarray(measures, np.float64), np.asarray(ratings)
        y = y[:, None] if y.ndim == 1 else y
        if not len(x) == len(y) == len(groups):
            raise ValueError(f"{len(x)} articles, {len(y)} ratings and {len(groups)} groups")
        if y.ndim != 2 or not np.isin(y, RATINGS).all():
            raise ValueError("ratings must be whole numbers from 1 to 5, of one rater or several for each article")
        if len(np.unique(y)) < 2:
            raise ValueError("all ratings are the same: there is nothing to learn")
        above = (y[:, :, None] > np.arange(1, _STEPS + 1)).astype(np.float64)
        part = grouped_folds(groups, self.folds, self.seed)
        best, calibrator, self.strength_ = np.inf, Logistic(1.0, 0.0), float(self.strengths[0])
        for strength in self.strengths:
            held, told = _held_out(x, above, part, float(strength))
            if not told.any():
                continue
            outcomes = above[told]
            given = np.broadcast_to(held[told][:, None], outcomes.shape)
            fitted = fit_logistic(given.ravel(), outcomes.ravel())
            sure = fitted(given)
            loss = -float(np.where(outcomes > 0, np.log(sure), np.log1p(-sure)).mean())
            if loss < best:
                best, self.strength_, calibrator = loss, float(strength), fitted
        self.mean_, self.spread_, weights, thresholds = _learn(x, above, self.strength_)
        self.weights_ = calibrator.slope * weights
        self.thresholds_ = calibrator.slope * thresholds - calibrator.intercept
        return self

    def __call__(self, reading: Reading) -> float:
        """The expected rating of one article, 1 to 5: what ``analyze(text, models={"rating": rater})`` asks for."""
        return float(self.expected(self.decide([measure(read(reading))]))[0])

    def decide(self, measures: ArrayLike) -> Floats:
        """Decisions (n,) from features (n, p)."""
        z = (np.asarray(measures, np.float64) - self.mean_) / self.spread_
        # Not a matrix product, whose rounding depends on how many articles there are.
        return np.asarray((z * self.weights_).sum(axis=1), np.float64)

    def decision_function(self, articles: Iterable[Rated]) -> Floats:
        """The decisions of articles, on the scale of log odds: array (n,)."""
        return self.decide(measures_of(articles))

    def predict_proba(self, articles: Iterable[Rated]) -> Floats:
        """Probabilities of the ratings 1 to 5: array (n, 5); rows sum to 1.

        Raises
        ------
        TypeError
            If ``articles`` is one article, or an item is none.
        """
        return self.probabilities(self.decision_function(articles))

    def predict(self, articles: Iterable[Rated]) -> Floats:
        """The expected rating of each article, 1 to 5: array (n,); raises as :meth:`predict_proba`."""
        return self.expected(self.decision_function(articles))

    def probabilities(self, decisions: ArrayLike) -> Floats:
        """Probabilities (n, 5) of the ratings from decisions (n,)."""
        above = self._above(decisions)
        ones, zeros = np.ones((len(above), 1)), np.zeros((len(above), 1))
        return np.asarray(np.maximum(-np.diff(np.hstack([ones, above, zeros]), axis=1), 0.0))

    def expected(self, decisions: ArrayLike) -> Floats:
        """Expected ratings (n,) from decisions (n,)."""
        return np.asarray(1.0 + self._above(decisions).sum(axis=1))

    def _above(self, decisions: ArrayLike) -> Floats:
        return _sigmoid(np.asarray(decisions, np.float64)[:, None] - self.thresholds_)

    def explain(self, article: Rated) -> tuple[dict[str, Any], ...]:
        """Why an article is rated so: one row a feature, the heaviest reasons first.

        Returns
        -------
        tuple of dict
            ``feature`` (name and form, see :mod:`framing.rating_features`), ``value`` (spreads above the average article), ``weight`` and
            ``spans``; the products of value and weight sum to the decision.
        """
        reading = read(article)
        values = (measure(reading) - self.mean_) / self.spread_
        rows = [
            {"feature": f"{name} ({form})", "value": float(value), "weight": float(weight), "spans": places}
            for (name, form), value, weight, places in zip(features(), values, self.weights_, spans(reading))
        ]
        return tuple(sorted(rows, key=lambda row: -abs(row["value"] * row["weight"])))

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder, which is made if need be: ``model.json`` and ``weights.npz``.

        Parameters
        ----------
        folder : path
        card : mapping, optional
            What is to be told about the model (data, licence, scores): plain JSON, kept with it and given back as ``card_``.
        """
        arrays = {"mean": self.mean_, "spread": self.spread_, "weights": self.weights_, "thresholds": self.thresholds_}
        numbers = {
            "model": "rating",
            "version": VERSION,
            "features": [list(feature) for feature in features()],
            "strengths": list(self.strengths),
            "strength": self.strength_,
            "folds": self.folds,
            "seed": self.seed,
            "card": dict(self.card_ if card is None else card),
        }
        store.save(folder, numbers, arrays)

    @classmethod
    def load(cls, folder: str | os.PathLike[str] | None = None) -> TransparencyRater:
        """Read what :meth:`save` wrote; the shipped model by default.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model, version or set of features.
        """
        home = SHIPPED if folder is None else Path(folder)
        numbers, arrays = store.load(home)
        made = [numbers.get("model"), numbers.get("version"), numbers.get("features")]
        if made != ["rating", VERSION, [list(feature) for feature in features()]]:
            raise ValueError(f"{home}: no rating model of version {VERSION} with these features")
        try:
            rater = cls(tuple(numbers["strengths"]), numbers["folds"], numbers["seed"])
            rater.strength_, rater.card_ = numbers["strength"], numbers["card"]
            rater.mean_, rater.spread_, rater.weights_ = (_vector(arrays[name], len(features())) for name in ("mean", "spread", "weights"))
            rater.thresholds_ = _vector(arrays["thresholds"], _STEPS)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the rating model in {home} is damaged: {error}") from error
        return rater


@lru_cache(maxsize=1)
def shipped() -> TransparencyRater:
    """The shipped rater, loaded once."""
    return TransparencyRater.load()


def rate(reading: Reading) -> float:
    """The rating of an article by the shipped rater, 1 to 5."""
    return shipped()(reading)


def read(article: Rated) -> Reading:
    """What the rater reads of an article; what is not analysed yet is analysed.

    Raises
    ------
    TypeError
        If it is no article.
    """
    if isinstance(article, Reading):
        return article
    if isinstance(article, (str, Article, Document)):
        from framing.analysis import analyze

        a: Analysed = analyze(article.text if isinstance(article, Document) else article, models={"rating": None})
    elif isinstance(article, Analysed):
        a = article
    else:
        raise TypeError(f"an article must be str, Article, Document, Analysis or Reading, not {type(article).__name__}")
    return Reading(tokenize(a.article), a.quotes, a.attributions, a.hedges, a.sentences, a.scores.transparency)


def measures_of(articles: Iterable[Rated]) -> Floats:
    """The features of articles: array (n, p); raises ``TypeError`` if it is one article, or an item is none."""
    return np.array([measure(read(article)) for article in _listed(articles)], np.float64).reshape(-1, len(features()))


def grouped_folds(groups: Sequence[str | None], folds: int, seed: int) -> NDArray[np.int64]:
    """Parts of about the same size that tear no group apart: the number of each item's part, array (n,).

    The groups come in random order, large ones first, each into the part that has the fewest items. ``None`` is a group of its own.
    """
    members: dict[Any, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault((i, None) if group is None else group, []).append(i)
    names = list(members)
    names = [names[i] for i in np.random.default_rng(seed).permutation(len(names)).tolist()]
    part, sizes = np.zeros(len(groups), np.int64), [0] * max(folds, 1)
    for name in sorted(names, key=lambda name: -len(members[name])):
        smallest = sizes.index(min(sizes))
        part[members[name]] = smallest
        sizes[smallest] += len(members[name])
    return part


def _listed(articles: Iterable[Rated]) -> list[Rated]:
    if isinstance(articles, (str, Article, Document, Reading, Analysed)):
        raise TypeError(f"articles must be an iterable of articles, not one {type(articles).__name__}")
    return list(articles)


def _held_out(x: Floats, above: Floats, part: NDArray[np.int64], strength: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Probabilities (n, 4) of the events by models of the other parts, and for which articles there is such a model."""
    held, told = np.full((len(x), _STEPS), 0.5), np.zeros(len(x), np.bool_)
    for k in np.unique(part):
        here = part == k
        if len(x[~here]) and np.ptp(above[~here].reshape(-1, _STEPS), axis=0).any():
            mean, spread, weights, thresholds = _learn(x[~here], above[~here], strength)
            held[here] = _sigmoid((((x[here] - mean) / spread) @ weights)[:, None] - thresholds)
            told |= here
    return held, told


def _learn(x: Floats, above: Floats, strength: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, spread, weights and thresholds from features (n, p) and events (n, raters, 4)."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread < 1e-9] = 1.0  # what does not vary has the value 0 everywhere, whatever the scale
    rows = np.hstack([np.repeat((x - mean) / spread, _STEPS, axis=0), np.tile(_FREE * np.eye(_STEPS), (len(x), 1))])
    share = above.mean(axis=1).ravel()  # of the raters; both outcomes are learned, each with its weight
    outcome = np.repeat((1, 0), len(rows))
    weight = np.concatenate((share, 1 - share))
    seen = weight > 0
    model = LogisticRegression(C=strength, fit_intercept=False, max_iter=1000, tol=1e-5)
    model.fit(np.tile(rows, (2, 1))[seen], outcome[seen], sample_weight=weight[seen])
    weights, intercepts = model.coef_[0, :-_STEPS], model.coef_[0, -_STEPS:] * _FREE
    return mean, spread, weights, np.maximum.accumulate(-intercepts)


def _sigmoid(score: Floats) -> Floats:
    """Inside 0..1 by more than a rounding error, so that logarithms stay finite."""
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))))


def _vector(values: NDArray[Any], n: int) -> Floats:
    if values.shape != (n,) or not np.isfinite(values).all():
        raise ValueError(f"an array of shape {values.shape}, not ({n},), or with a number that is not finite")
    return np.asarray(values, np.float64)
