"""Articles coded for frames, held out by groups: what the shipped kind of classifier, and simple ways, say of articles they have not seen.

For :mod:`experiments.frames`. How the classifiers are learned: :mod:`framing.benchmark.frame_learning`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.benchmark.folds import group_folds
from framing.benchmark.frame_learning import CODES, Coded, lesson_of, shortened
from framing.benchmark.tasks.frames import FOLDS
from framing.frame_features import COLUMNS
from framing.frames import FrameClassifier, GenericFrameClassifier, PolicyFrameClassifier
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Document

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Folds = Sequence[tuple[Ints, Ints]]

_LEXICON = {"policy": slice(0, len(POLICY_FRAMES)), "generic": slice(len(COLUMNS) - len(GENERIC_FRAMES), len(COLUMNS))}
_FLOOR_WORDS = 650  # words of a body that the floor reads, as the classifier does


@dataclass(eq=False)
class Held:
    """What is said of held out articles: frames, probabilities, primary frame, by task; ``floors`` the same of simple ways."""

    found: dict[str, Bools]
    probability: dict[str, Floats]
    primary: Ints
    primary_probability: Floats
    floors: dict[str, dict[str, Any]] = field(default_factory=dict)
    float32: dict[str, Any] = field(default_factory=dict)  # as learned, before weights are one byte each


def parts(groups: Sequence[str], seed: int | None) -> Folds:
    """Five folds that do not tear groups apart; without a seed those of GroupKFold, else shuffled."""
    return group_folds(groups, FOLDS, seed)


def hold_out(coded: Coded, groups: Sequence[str], seed: int | None = None, blank: bool = False, floors: bool = False) -> Held:
    """Classify every coded article by a model that was learned without the articles of its group."""
    m = len(coded)
    readings = replace(coded.readings, groups=tuple(groups))
    held, raw = _empty(m), _empty(m)
    folds = parts(groups[:m], seed)
    for training, test in folds:
        given, lesson = lesson_of(coded, readings, training, blank)
        policy, generic = PolicyFrameClassifier().learn(given, lesson), GenericFrameClassifier().learn(given, lesson)
        texts = [coded.articles[i] for i in test.tolist()]
        _fill(raw, test, policy, generic, texts)
        _fill(held, test, shortened(policy), shortened(generic), texts)
    if floors:
        ways = {"TF-IDF and regression": _tfidf, "lexicon alone": _lexicon, "majority": _majority}
        held.floors = {name: way(coded, folds) for name, way in ways.items()}
    held.float32 = {"found": raw.found, "primary": raw.primary}
    return held


def _empty(m: int) -> Held:
    found = {task: np.zeros((m, len(codes)), np.bool_) for task, codes in CODES.items()}
    probability = {task: np.zeros((m, len(codes))) for task, codes in CODES.items()}
    return Held(found, probability, np.zeros(m, np.int64), np.zeros((m, len(POLICY_FRAMES))))


def _fill(held: Held, test: Ints, policy: PolicyFrameClassifier, generic: GenericFrameClassifier, texts: Sequence[Document]) -> None:
    models: dict[str, FrameClassifier] = {"policy": policy, "generic": generic}
    for task, model in models.items():
        decisions = model.decisions(texts)
        held.probability[task][test] = model.presence(decisions)
        held.found[task][test] = model.found(held.probability[task][test])
        if isinstance(model, PolicyFrameClassifier):
            held.primary_probability[test] = model.primary_probabilities(decisions)
            held.primary[test] = held.primary_probability[test].argmax(axis=1)


# ---- simple ways -----------------------------------------------------------------------------------------------------------------------


def _tfidf(coded: Coded, folds: Folds) -> dict[str, Any]:
    """Words and word pairs by scikit-learn, sublinear, in two articles; balanced logistic regressions, C = 10.

    The threshold, one for all frames of a task, is the one of best micro-F1 in inner folds by outlet. (One for each frame, of best F1:
    micro-F1 .65, macro-F1 .58 for policy frames.)
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [" ".join([d.title or "", *d.text.split()[:_FLOOR_WORDS]]) for d in coded.articles[: len(coded)]]
    out = _blank(coded)
    for training, test in folds:
        known = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit([texts[i] for i in training.tolist()])
        x = known.transform(texts)
        squares, vectors = np.linalg.eigh((x @ x.T).toarray())
        kept = squares > 1e-9 * squares[-1]
        basis = vectors[:, kept] * np.sqrt(squares[kept])  # the same inner products, and small
        inner = [(training[a], training[b]) for a, b in parts([coded.outlets[i] for i in training.tolist()], None)]
        for task in CODES:
            gold = coded.gold[task].first > 0
            held = np.zeros(gold.shape)
            for a, b in inner:
                held[b] = np.stack([_balanced(basis, a, b, label) for label in gold.T], axis=1)
            limit = _best_limit(held[training].ravel(), gold[training].ravel())
            out[task][test] = np.stack([_balanced(basis, training, test, label) for label in gold.T], axis=1) >= limit
        out["primary"][test] = _regression().fit(basis[training], coded.gold["primary"].first.argmax(axis=1)[training]).predict(basis[test])
    return out


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, class_weight="balanced", max_iter=300)


def _balanced(basis: Floats, training: Ints, test: Ints, label: Bools) -> Floats:
    """Decisions for the articles of a test part."""
    if label[training].all() or not label[training].any():
        return np.full(len(test), 1.0 if label[training].all() else -1.0)
    return np.asarray(_regression().fit(basis[training], label[training]).decision_function(basis[test]))


def _lexicon(coded: Coded, folds: Folds) -> dict[str, Any]:
    """The rate of each frame's words, from the one of best training F1 on; primary: the rate farthest above the mean."""
    out = _blank(coded)
    for training, test in folds:
        for task in CODES:
            rate, gold = coded.readings.columns[: len(coded), _LEXICON[task]], coded.gold[task].first
            for k in range(gold.shape[1]):
                out[task][test, k] = rate[test, k] >= _best_limit(rate[training, k], gold[training, k] > 0)
            if task == "policy":
                z = (rate - rate[training].mean(axis=0)) / (rate[training].std(axis=0) + 1e-9)
                out["primary"][test] = z[test].argmax(axis=1)
    return out


def _best_limit(value: Floats, label: Bools) -> float:
    """From which value on a frame is best said to be there, for F1."""
    grid = np.quantile(value, np.arange(0, 0.99, 0.01))
    found = value >= grid[:, None]
    f1 = 2 * (found & label).sum(axis=1) / (label.sum() + found.sum(axis=1))
    return float(grid[int(f1.argmax())])


def _majority(coded: Coded, folds: Folds) -> dict[str, Any]:
    """Frames that more than half of the training articles have; the most frequent primary frame."""
    out = _blank(coded)
    for training, test in folds:
        for task in CODES:
            out[task][test] = coded.gold[task].first[training].mean(axis=0) > 0.5
        out["primary"][test] = coded.gold["primary"].first[training].sum(axis=0).argmax()
    return out


def _blank(coded: Coded) -> dict[str, Any]:
    shapes: dict[str, Any] = {task: np.zeros((len(coded), len(codes)), np.bool_) for task, codes in CODES.items()}
    return shapes | {"primary": np.zeros(len(coded), np.int64)}
