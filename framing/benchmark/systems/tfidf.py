"""TF-IDF and a linear model of scikit-learn, with fixed settings: the floor that anything learned should beat.

Words and pairs of words, 1 + ln count; logistic regressions have balanced classes and 1,000 iterations at most.

* ``hedges-*``: n-grams of 1 to 3 words in at least 5 sentences, counts as they are; logistic regression, C 1.
* ``rating``: in at least 3 articles; text; ridge regression, penalty 1, of the first pass, cut to 1 to 5.
* ``policy-frames``, ``generic-frames``: in at least 2 articles; title and the first 650 words; a logistic regression a frame and one of the
  primary frame, C 10. One threshold for all frames, that of the best micro-F1 in five inner folds by group.
* ``loaded-language``: in at least 2 sentences, and so n-grams of 2 to 5 letters inside words; logistic regression, C 10.
* ``hyperpartisan``: in at least 2 articles; title and text; logistic regression, C 10.
* ``levels``: of the source, and the cue as one word; in at least 2 attributions; for each of kind, level, withheld and position a logistic
  regression, C 10.

Learned is from the other folds; for the levels from the train part; for a test part from the items of ``cv``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.benchmark.folds import group_folds
from framing.benchmark.system import System
from framing.benchmark.systems.learning import HEDGES, Labelled, Learn, labels_of_sources, learned
from framing.benchmark.systems.lexicon import best_limit
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.frames import Frames, Policy
from framing.benchmark.tasks.hedges import Hedged
from framing.benchmark.tasks.loaded import Verdict
from framing.benchmark.tasks.sources import Source
from framing.rater import RATINGS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FOLDS, WORDS, FREQUENT = 5, 650, 5


def _words(least: int = 2) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=least)


def _regression(c: float = 10, **options: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, class_weight="balanced", max_iter=1000, **options)


# ---- hedges ----------------------------------------------------------------------------------------------------------------------------


def hedges(task: Task) -> Learn:
    """Uncertain sentences."""

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Hedged]]:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline

        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 3), min_df=FREQUENT), _regression(1, solver="liblinear"))
        model.fit(_sentences(known), [label for item in known for label in item.gold.sentences])

        def predict(asked: Sequence[Item]) -> list[Hedged]:
            sure = model.predict_proba(_sentences(asked))[:, 1].tolist()
            ends = np.cumsum([len(item.given["sentences"]) for item in asked]).tolist()
            return [Hedged(tuple(sure[a:b])) for a, b in zip([0, *ends], ends)]

        return predict

    return learn


def _sentences(items: Sequence[Item]) -> list[str]:
    return [item.text[start:end] for item in items for start, end in item.given["sentences"]]


# ---- ratings ---------------------------------------------------------------------------------------------------------------------------


def ridge(task: Task) -> Learn:
    """Ratings."""

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[tuple[float, None]]]:
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline

        model = make_pipeline(_words(3), Ridge(1.0)).fit([item.text for item in known], [item.gold[0] for item in known])

        def predict(asked: Sequence[Item]) -> list[tuple[float, None]]:
            return [(float(x), None) for x in np.clip(model.predict([item.text for item in asked]), RATINGS[0], RATINGS[-1])]

        return predict

    return learn


# ---- frames ----------------------------------------------------------------------------------------------------------------------------


def frames(task: Task) -> Learn:
    """Frames, and the primary one."""
    assert isinstance(task, Policy)
    codes = task.codes

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Frames]]:
        words = _words()
        basis, turn = _basis(words.fit_transform(map(_head, known)))
        gold = task.table([item.gold for item in known]) > 0
        held = np.zeros(gold.shape)
        groups = [str(item.group) for item in known]
        for a, b in group_folds(groups, min(FOLDS, len(set(groups)))):
            held[b] = np.stack([probability(basis[a], label[a], basis[b]) for label in gold.T], axis=1)
        limit = best_limit(held.ravel(), gold.ravel())
        first = _regression().fit(basis, [codes.index(item.gold.primary) for item in known]) if task.has_primary else None

        def predict(asked: Sequence[Item]) -> list[Frames]:
            there = turn(words.transform(map(_head, asked)))
            sure = np.stack([probability(basis, label, there) for label in gold.T], axis=1)
            primary = [None] * len(asked) if first is None else [codes[k] for k in first.predict(there).tolist()]
            rows = zip((sure >= limit).tolist(), primary, sure.tolist(), strict=True)
            return [Frames(tuple(c for c, here in zip(codes, row) if here), one, tuple(p)) for row, one, p in rows]

        return predict

    return learn


def _head(item: Item) -> str:
    return " ".join([item.given.get("title") or "", *item.text.split()[:WORDS]])


def _basis(x: Any) -> tuple[Floats, Callable[[Any], Floats]]:
    """Coordinates of articles with the same inner products, and small; and how those of others are found."""
    squares, vectors = np.linalg.eigh((x @ x.T).toarray())
    kept = squares > 1e-9 * squares[-1]
    roots = np.sqrt(squares[kept])
    return vectors[:, kept] * roots, lambda other: np.asarray((other @ x.T).toarray() @ (vectors[:, kept] / roots))


def probability(known: Floats, label: Bools, asked: Floats) -> Floats:
    """Of a label; 1 or 0 where there is no other."""
    if label.all() or not label.any():
        return np.full(len(asked), float(label.all()))
    return np.asarray(_regression().fit(known, label).predict_proba(asked)[:, 1])


# ---- yes or no -------------------------------------------------------------------------------------------------------------------------


def loaded(task: Task) -> Learn:
    """Loaded sentences."""

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[Verdict]]:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union

        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
        model = make_pipeline(make_union(_words(), letters), _regression(solver="liblinear"))
        model.fit([item.text for item in known], [bool(item.gold.loaded) for item in known])
        return lambda asked: [Verdict(float(p)) for p in model.predict_proba([item.text for item in asked])[:, 1]]

    return learn


def hyperpartisan(task: Task) -> Learn:
    """Hyperpartisan articles."""

    def learn(known: Sequence[Item]) -> Callable[[Sequence[Item]], list[float]]:
        from sklearn.pipeline import make_pipeline

        model = make_pipeline(_words(), _regression()).fit(list(map(_whole, known)), [bool(item.gold) for item in known])
        return lambda asked: [float(p) for p in model.predict_proba(list(map(_whole, asked)))[:, 1]]

    return learn


def _whole(item: Item) -> str:
    return f"{item.given.get('title') or ''}\n{item.text}"


# ---- levels ----------------------------------------------------------------------------------------------------------------------------


def _source(text: str, source: Any, cue: Any) -> str:
    named = "without_source" if source is None else text[slice(*source)]
    return f"{named} cue_{'_'.join(text[slice(*cue)].split())}"


def sources(known: Labelled) -> Callable[[Sequence[str]], list[Source]]:
    """Labels of sources."""
    from sklearn.pipeline import make_pipeline

    texts = [text for text, _ in known]
    models = [make_pipeline(_words(), _regression()).fit(texts, [getattr(s, name) for _, s in known]) for name in _FIELDS]

    def predict(asked: Sequence[str]) -> list[Source]:
        return [Source(*row) for row in zip(*(model.predict(list(asked)).tolist() for model in models), strict=True)]

    return predict


_FIELDS = ("kind", "level", "withheld", "position")
SYSTEM = System(
    "tfidf",
    "TF-IDF and a linear model",
    {
        **dict.fromkeys(HEDGES, learned(hedges)),
        "levels": labels_of_sources(_source, sources),
        "rating": learned(ridge),
        "policy-frames": learned(frames),
        "generic-frames": learned(frames),
        "loaded-language": learned(loaded),
        "hyperpartisan": learned(hyperpartisan),
    },
    ("sklearn",),
    "pip install scikit-learn",
)
