"""Does the rater rate the sourcing of articles as editors do, from what the library itself finds in them?

``python -m experiments.rating`` -> ``experiments/results/rating.json``. Needs the corpora ``article_ratings``, ``polnear`` and
``article_bias_prediction`` under FRAMING_DATA; a minute on one core. ``--card`` writes the scores into the card of the shipped model, too.

Articles are the 394 of ``article_ratings``, gold is *overall* of the first pass, what is read of them comes from ``framing.analyze``: no
gold span or level. Five parts by outlet (the same outlet in both corpora is one group; seed 0); each part is rated by a model of the
others. Everything that is chosen (strength of the penalty, calibration) is chosen inside the other parts, on parts of them by outlet. The
rater learns from both passes; which features it reads was decided with these articles in view, so its scores may be a little too good.

* **rater**; **rater, random parts**: articles of an outlet may be on both sides; **rater, first pass only** learns from that.
* **index**: the formula; MAE and kappa by an isotonic map from index to rating, fitted on the other parts. No index counts 0.
* **length**: log of the body's tokens, by a straight line; **mean**: of the other parts, whose Spearman is below 0 by construction.
* **tf-idf ridge**: words and pairs of words in at least 3 articles, penalty 1. **second pass**: what a second reader reaches (ceiling).

Spearman, mean absolute error and quadratic kappa (rating rounded) with 95 % intervals, bootstrapped over articles (1,000, seed 0), for all,
PolNeAR and general news; differences are paired. *Partitions*: the rater on ten further partitions by outlet. *Calibration*: of the
probability that the rating is above 3.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import extraction, results_file
from experiments.data import load
from framing import cards
from framing.benchmark.tasks.transparency import FOLDS, SEED, rounded_kappa
from framing.metrics import calibration, ranking
from framing.metrics.bootstrap import paired_bootstrap, score_table
from framing.metrics.signature import DIGITS, Score
from framing.rater import SHIPPED, TransparencyRater, grouped_folds, measures_of
from framing.rating_features import features
from framing.records import Document
from framing.training_rating import outlet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scores = Mapping[str, Score]

PARTITIONS = 10


class Rated:
    """The rated articles: texts, gold of both passes, outlets, and what the rater reads of them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.texts = [d.text for d in documents]
        passes = ("ratings", "ratings_second_pass")
        self.gold = np.array([[d.labels[name]["overall"] for name in passes] for d in documents], np.int64)
        self.outlets = [outlet(d.group or d.id) for d in documents]
        self.polnear = np.array([d.meta["corpus"] == "polnear" for d in documents], bool)
        self.measures = measures_of(documents)

    def column(self, name: str) -> Floats:
        """A measure of the whole article."""
        return self.measures[:, features().index((name, "whole"))]


Fit = Callable[[Ints], Callable[[Ints], Floats]]  # articles to learn from -> (articles to rate -> ratings)


def held_out(part: Ints, fit: Fit) -> Floats:
    """The rating of every article by what was fitted on the other parts."""
    out = np.zeros(len(part))
    for k in np.unique(part):
        here = np.flatnonzero(part == k)
        out[here] = fit(np.flatnonzero(part != k))(here)
    return out


def rater(data: Rated, passes: int = 2) -> Fit:
    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = fitted(data, rest, passes)
        return lambda here: model.expected(model.decide(data.measures[here]))

    return fit


def above_three(data: Rated) -> Fit:
    """The probability of a 4 or 5."""

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = fitted(data, rest)
        return lambda here: np.asarray(model.probabilities(model.decide(data.measures[here]))[:, 3:].sum(axis=1))

    return fit


def fitted(data: Rated, rest: Ints, passes: int = 2) -> TransparencyRater:
    return TransparencyRater().fit_measures(data.measures[rest], data.gold[rest, :passes], [data.outlets[i] for i in rest])


def mapped(data: Rated, values: Floats, isotonic: bool) -> Fit:
    """A map from one number of an article to its rating: isotonic, or a straight line."""
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LinearRegression

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model: Any = IsotonicRegression(out_of_bounds="clip") if isotonic else LinearRegression()
        model.fit(values[rest, None], data.gold[rest, 0])
        return lambda here: np.asarray(model.predict(values[here, None]), np.float64)

    return fit


def mean(data: Rated) -> Fit:
    return lambda rest: lambda here: np.full(len(here), data.gold[rest, 0].mean())


def tf_idf(data: Rated) -> Fit:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=3), Ridge(1.0))
        model.fit([data.texts[i] for i in rest], data.gold[rest, 0])
        return lambda here: np.asarray(model.predict([data.texts[i] for i in here]), np.float64)

    return fit


# ---------------------------------------------------------------------------------------------------------------- scores


def corpora(data: Rated) -> dict[str, NDArray[np.bool_]]:
    return {"all": np.ones_like(data.polnear), "polnear": data.polnear, "general": ~data.polnear}


def score(gold: Ints, predicted: Floats, order: Floats | None = None, **fields: object) -> dict[str, Score]:
    """Spearman (of ``order`` where it is given), mean absolute error and quadratic kappa."""
    ranks = predicted if order is None else order

    def statistics(weights: Floats) -> dict[str, Floats]:
        return {
            "spearman": ranking.spearman(gold, ranks, weights),
            "mae": ranking.mean_absolute_error(gold, predicted, weights),
            "quadratic_kappa": rounded_kappa(gold, predicted, weights),
        }

    return score_table(np.eye(len(gold)), statistics, seed=SEED, **fields)


def difference(gold: Ints, first: Floats, second: Floats, measure: Callable[..., Floats]) -> dict[str, Any]:
    """The measure of the first system minus that of the second, on the same resamples."""
    n = len(gold)
    twice, both = np.concatenate((gold, gold)), np.concatenate((first, second))
    own, other = np.eye(n, 2 * n), np.eye(n, 2 * n, n)
    found = paired_bootstrap(own, other, lambda weights: measure(twice, both, weights), seed=SEED)
    return {
        "difference": round(found.difference, DIGITS),
        "interval": [round(x, DIGITS) for x in found.interval],
        "p": round(found.p, DIGITS),
    }


def measure(data: Rated) -> dict[str, Any]:
    """All that the result says."""
    part = grouped_folds(data.outlets, FOLDS, SEED)
    at_random = np.random.default_rng(SEED).permutation(len(part)) % FOLDS
    index, length = data.column("index"), data.column("length")
    systems: dict[str, tuple[Floats, Floats | None]] = {
        "rater": (held_out(part, rater(data)), None),
        "rater, random parts": (held_out(at_random, rater(data)), None),
        "rater, first pass only": (held_out(part, rater(data, 1)), None),
        "index": (held_out(part, mapped(data, index, True)), index),
        "length": (held_out(part, mapped(data, length, False)), length),
        "mean": (held_out(part, mean(data)), None),
        "tf-idf ridge": (held_out(part, tf_idf(data)), None),
        "second pass": (data.gold[:, 1].astype(np.float64), None),
    }
    gold, chosen = data.gold[:, 0], corpora(data)
    scores = {
        name: {
            corpus: score(gold[rows], values[rows], None if order is None else order[rows], system=name.replace(", ", "+"), articles=corpus)
            for corpus, rows in chosen.items()
        }
        for name, (values, order) in systems.items()
    }
    rated, mapped_index = systems["rater"][0], systems["index"][0]
    return {
        "articles": {name: int(rows.sum()) for name, rows in chosen.items()},
        "outlets": len(set(data.outlets)),
        "features": len(features()),
        "parts": {str(k): sorted({o for o, p in zip(data.outlets, part) if p == k}) for k in range(FOLDS)},
        "scores": scores,
        "rater minus index": {
            corpus: {
                "spearman": difference(gold[rows], rated[rows], index[rows], ranking.spearman),
                "mae": difference(gold[rows], rated[rows], mapped_index[rows], ranking.mean_absolute_error),
            }
            for corpus, rows in chosen.items()
        },
        "partitions": partitions(data),
        "calibration": calibrated(data, part),
    }


def partitions(data: Rated) -> dict[str, Any]:
    """The rater on other partitions by outlet: mean, least and greatest of each score."""
    found: dict[str, list[float]] = {}
    for seed in range(1, PARTITIONS + 1):
        values = held_out(grouped_folds(data.outlets, FOLDS, seed), rater(data))
        for corpus, rows in corpora(data).items():
            gold, own = data.gold[rows, 0], values[rows]
            found.setdefault(f"{corpus} spearman", []).append(float(ranking.spearman(gold, own)))
            found.setdefault(f"{corpus} mae", []).append(float(ranking.mean_absolute_error(gold, own)))
    return {name: [round(float(f(v)), DIGITS) for f in (np.mean, np.min, np.max)] for name, v in found.items()}


def calibrated(data: Rated, part: Ints) -> dict[str, Any]:
    p, good = held_out(part, above_three(data)), data.gold[:, 0] > 3
    rows = [([a], [b]) for a, b in zip(p.tolist(), good.tolist())]
    table = [{**{k: round(float(v), DIGITS) for k, v in asdict(b).items()}, "n": b.n} for b in calibration.reliability(p, good, 5, "mass")]
    return {**calibration.evaluate(rows, event="rating above 3"), "reliability": table}


def main() -> None:
    """Print, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--card", action="store_true", help="write the scores into the card of the shipped model")
    options = parser.parse_args()
    result = measure(Rated(list(load("article_ratings"))))
    results_file.write("rating", result)
    for name, scores in result["scores"].items():
        for corpus, own in scores.items():
            extraction.show(f"{name}: {corpus}", own)
    print(result["rater minus index"], result["partitions"], sep="\n")
    if options.card:
        cards.add_scores(SHIPPED, card_scores(results_file.plain(result)), "rating.json")


def card_scores(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the card of the model says, of results as they are written."""
    return {
        f"{title}, outlets apart": {
            f"{system} {name}": result["scores"][system][corpus][name]
            for system in ("rater", "index", "second pass")
            for name in ("spearman", "mae")
        }
        for corpus, title in {"all": "All", "polnear": "PolNeAR", "general": "General news"}.items()
    }


if __name__ == "__main__":
    main()
