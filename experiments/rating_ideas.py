"""What else was tried for the rater, each with its number, on the same articles and the same parts by outlet as :mod:`experiments.rating`.

``python -m experiments.rating_ideas`` -> ``experiments/results/rating_ideas.json``. Three minutes. Unless otherwise said, an idea
reads the features of the rater and learns the mean of both passes; its settings were fixed before, but with a look at these articles.
Two further partitions by outlet (seeds 1 and 2) stand beside the first, since ideas differ by less than partitions do: scores are means of
the three, with 95 % intervals bootstrapped over articles (1,000 resamples, seed 0).

* regression: ridge, support vectors and kernel ridge (radial), a Gaussian process, random forest, gradient boosting of depth 1 to 4;
* ``multi-task``: ridge for each of the other ratings but *anon*, then their best line to *overall*; and half of that, half of ridge;
* ``text``: ridge over TF-IDF of words or of character 2- to 4-grams alone, and a fifth or a third of it with ridge over the features;
* ``word classes``: shares of the 64 classes of words that the attribution model learned from raw news, alone and beside the features;
* ``forward selection``: features added one by one while inner cross-validation by outlet gains: once inside the other parts, and once
  with all articles in view, which shows how much such a choice flatters itself. On the first partition only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from experiments import results_file
from experiments.data import load
from experiments.rating import FOLDS, Fit, Floats, Ints, Rated, corpora, held_out, rater
from framing.attribution import shipped
from framing.metrics import ranking
from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.rater import grouped_folds
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_rating import PASSES

SEEDS = (0, 1, 2)
OTHERS = ("ident", "first", "divers", "cover", "voice")
PENALTY, CHOSEN_PENALTY, GAIN, MOST = 60.0, 20.0, 0.0005, 30


def regression(x: Floats, y: Floats, make: Callable[[], Any]) -> Fit:
    """Any regressor of scikit-learn, on standardised features."""

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = make_pipeline(StandardScaler(), make()).fit(x[rest], y[rest])
        return lambda here: np.asarray(model.predict(x[here]), np.float64)

    return fit


def blend(parts: Sequence[tuple[float, Fit]]) -> Fit:
    """The weighted sum of what several say."""

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        fitted = [(weight, one(rest)) for weight, one in parts]
        return lambda here: np.asarray(sum(weight * one(here) for weight, one in fitted), np.float64)

    return fit


def multi_task(x: Floats, y: Floats, others: Floats) -> Fit:
    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = make_pipeline(StandardScaler(), Ridge(PENALTY)).fit(x[rest], others[rest])
        line = LinearRegression().fit(others[rest], y[rest])
        return lambda here: np.asarray(line.predict(model.predict(x[here])), np.float64)

    return fit


def text(texts: Sequence[str], y: Floats, penalty: float, **options: Any) -> Fit:
    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        model = make_pipeline(TfidfVectorizer(sublinear_tf=True, **options), Ridge(penalty)).fit([texts[i] for i in rest], y[rest])
        return lambda here: np.asarray(model.predict([texts[i] for i in here]), np.float64)

    return fit


def word_classes(texts: Sequence[str]) -> Floats:
    """Square roots of the shares of the 64 classes among the words of each text."""
    classes = shipped().classes
    assert classes is not None
    out = np.zeros((len(texts), 65))
    for row, own in zip(out, texts):
        tokens = tokenize(article_from_text(own))
        np.add.at(row, classes.classes_of(tokens.lookup(classes.lookup, np.int64), 64), 1)
    return np.asarray(np.sqrt(out / np.maximum(out.sum(axis=1, keepdims=True), 1)))


def selected(x: Floats, y: Floats, outlets: Sequence[str], choose_from: Ints | None = None) -> Fit:
    """Ridge over the features that forward selection takes; ``choose_from`` lets it look at other articles than it learns from."""

    def fit(rest: Ints) -> Callable[[Ints], Floats]:
        seen = rest if choose_from is None else choose_from
        chosen = forward(x[seen], y[seen], [outlets[i] for i in seen])
        return regression(x[:, chosen], y, lambda: Ridge(CHOSEN_PENALTY))(rest)

    return fit


def forward(x: Floats, y: Floats, outlets: Sequence[str]) -> list[int]:
    """Columns in the order of their choice."""
    z = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    parts = [grouped_folds(outlets, 4, seed) for seed in (11, 12)]
    splits = [(part != k, part == k) for part in parts for k in range(4)]
    chosen: list[int] = []
    best = -1.0
    while len(chosen) < MOST:
        gains = [(explained(z[:, [*chosen, j]], y, splits), j) for j in range(x.shape[1]) if j not in chosen]
        value, column = max(gains)
        if value < best + GAIN:
            break
        best = value
        chosen.append(column)
    return chosen


def explained(z: Floats, y: Floats, splits: Sequence[tuple[NDArray[np.bool_], NDArray[np.bool_]]]) -> float:
    """Share of the variance that ridge explains in held-out parts."""
    lost = 0.0
    for rest, here in splits:
        a, b, middle = z[rest], y[rest], y[rest].mean()
        weights = np.linalg.solve(a.T @ a + CHOSEN_PENALTY * np.eye(a.shape[1]), a.T @ (b - middle))
        lost += float(((z[here] @ weights + middle - y[here]) ** 2).sum())
    return 1 - lost / (len(splits) / 4 * len(y) * float(y.var()))


def ideas(data: Rated, documents: Sequence[Document]) -> dict[str, Fit]:
    x, y = data.measures, data.gold.mean(axis=1)
    others = np.array([[np.mean([d.labels[p][q] for p in PASSES]) for q in OTHERS] for d in documents], np.float64)
    classes = word_classes(data.texts)
    ridge = regression(x, y, lambda: Ridge(PENALTY))
    several = multi_task(x, y, others)
    words = text(data.texts, y, 1.0, ngram_range=(1, 2), min_df=3)
    letters = text(data.texts, y, 0.5, analyzer="char_wb", ngram_range=(2, 4), min_df=5)

    def boosted(depth: int) -> Fit:
        make = lambda: GradientBoostingRegressor(  # noqa: E731  # one expression
            n_estimators=250, learning_rate=0.04, max_depth=depth, subsample=0.6, max_features=0.2, min_samples_leaf=8, random_state=0
        )
        return regression(x, y, make)

    def kernel_ridge() -> Any:  # it has no intercept
        return TransformedTargetRegressor(KernelRidge(alpha=0.5, gamma=0.002, kernel="rbf"), transformer=StandardScaler(with_std=False))

    kernel = ConstantKernel(0.5) * RBF(20.0) + ConstantKernel(0.1) * DotProduct(1.0) + WhiteKernel(0.5)
    return {
        "rater": rater(data),
        "rater, first pass only": rater(data, 1),
        "ridge": ridge,
        "ridge, first pass only": regression(x, data.gold[:, 0].astype(np.float64), lambda: Ridge(PENALTY)),
        "support vectors": regression(x, y, lambda: SVR(C=1.0, gamma=0.003, epsilon=0.2)),
        "kernel ridge": regression(x, y, kernel_ridge),
        "gaussian process": regression(x, y, lambda: GaussianProcessRegressor(kernel, optimizer=None, normalize_y=True)),
        "random forest": regression(x, y, lambda: RandomForestRegressor(200, min_samples_leaf=3, max_features=0.3, random_state=0)),
        **{f"gradient boosting, depth {depth}": boosted(depth) for depth in (1, 2, 3, 4)},
        "half ridge, half boosting of depth 3": blend([(0.5, ridge), (0.5, boosted(3))]),
        "multi-task": several,
        "half ridge, half multi-task": blend([(0.5, ridge), (0.5, several)]),
        "text: words": words,
        "text: characters": letters,
        "ridge with a third of words": blend([(2 / 3, ridge), (1 / 3, words)]),
        "ridge with a fifth of characters": blend([(0.8, ridge), (0.2, letters)]),
        "word classes alone": regression(classes, y, lambda: Ridge(PENALTY)),
        "features and word classes": regression(np.hstack([x, classes]), y, lambda: Ridge(PENALTY)),
        "forward selection": selected(x, y, data.outlets),
        "forward selection with all in view": selected(x, y, data.outlets, np.arange(len(y))),
    }


def scores(gold: Ints, found: Sequence[Floats], **fields: object) -> dict[str, Score]:
    """Spearman and mean absolute error, each the mean over several ratings of the same articles."""

    def of(weights: Floats) -> dict[str, Floats]:
        return {name: np.mean([ranking.MEASURES[name](gold, one, weights) for one in found], axis=0) for name in ("spearman", "mae")}

    return score_table(np.eye(len(gold)), of, partitions=len(found), **fields)


def main() -> None:
    """Print, and write."""
    documents = list(load("article_ratings"))
    data = Rated(documents)
    partitions = [grouped_folds(data.outlets, FOLDS, seed) for seed in SEEDS]
    gold, results = data.gold[:, 0], dict[str, dict[str, Score]]()
    for name, fit in ideas(data, documents).items():
        found = [np.clip(held_out(part, fit), 1, 5) for part in (partitions[:1] if name.startswith("forward") else partitions)]
        results[name] = {}
        for corpus, rows in corpora(data).items():
            own = scores(gold[rows], [one[rows] for one in found], system=signed(name), articles=corpus, folds=FOLDS)
            results[name] |= {f"{corpus} {measure}": score for measure, score in own.items()}
        print(f"{name:40}", *(f"{key} {score.value:.3f} " for key, score in results[name].items()), flush=True)
    results_file.write("rating_ideas", results)


def signed(name: str) -> str:
    """The name of an idea as a signature can hold it."""
    return name.replace(": ", "+").replace(", ", "+")


if __name__ == "__main__":
    main()
