"""The tasks of whole articles: how transparently they are sourced, as an index and as an editor would rate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.calibration_counts import ERRORS, NAMES, weighed
from framing.benchmark.fields import check_keys, check_number
from framing.benchmark.gold_index import gold_evidence, index_without_nulls
from framing.benchmark.measurement import Valued, ranked, standardised
from framing.benchmark.task import Item, Task
from framing.corpora import load_corpus
from framing.metrics import agreement, ranking
from framing.metrics.spans import Floats
from framing.rater import RATINGS, grouped_folds
from framing.records import Document
from framing.training_rating import outlet

FOLDS, SEED = 5, 0
POLNEAR, GENERAL = "polnear", "general"
HIGH = 3  # the event whose probability may be given: a rating above it
_TEST = "test"

Measure = Callable[[Floats, Floats], Any]
# Correlations do not see the scale that a system predicts on, and an index, a rating and a number of words have different ones.
_SCALE_FREE: Mapping[str, Callable[[Floats], Floats]] = {"spearman": ranked, "kendall": ranked, "pearson": standardised}


def _articles(split: str, data_home: Path | None) -> list[Document]:
    return list(load_corpus("article_ratings", test=split == _TEST, data_home=data_home))


def _both(document: Document) -> tuple[int, int]:
    """*Overall* of both passes."""
    first, second = (document.labels[name]["overall"] for name in ("ratings", "ratings_second_pass"))
    return first, second


class Index(Task):
    """The transparency index of articles, held against ratings (``all``, ``test``) or against the index of gold attributions (``dev``).

    A score is how well the index orders the articles; nothing is learned from them. ``all``: the 394 articles of ``article_ratings`` that
    are no test part, in the order of their rating (*overall*, first pass); ``polnear_*`` and ``general_*`` are those of each of its two
    corpora. ``dev``: the 84 PolNeAR articles of ``source_levels`` dev; gold is the index by this library's formula of the gold
    attributions, without the rules by which an article has none, and ``mae`` is in points.
    """

    name: ClassVar[str] = "transparency-index"
    title: ClassVar[str] = "How transparently an article is sourced, by an index."
    corpora: ClassVar[tuple[str, ...]] = ("article_ratings", "source_levels")
    splits: ClassVar[tuple[str, ...]] = ("all", "dev", "test")
    primary: ClassVar[str] = "spearman"
    unit: ClassVar[str] = "article"
    lower_is_better: ClassVar[frozenset[str]] = frozenset({"mae"})

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles; ``gold`` is ``{"rating": ...}`` or ``{"index": ...}``."""
        if self.checked(split) == "dev":
            found = sorted(load_corpus("source_levels", split, data_home=data_home), key=lambda d: d.id)
            return tuple(
                Item(d.id, d.text, {"index": index_without_nulls(gold_evidence(d)[1])}, {"corpus": POLNEAR}, group=d.group) for d in found
            )
        return tuple(
            Item(d.id, d.text, {"rating": _both(d)[0]}, {"corpus": d.meta["corpus"]}, group=outlet(d.group or d.id))
            for d in _articles(split, data_home)
        )

    def read(self, record: Mapping[str, Any], item: Item) -> float | None:
        """``{"id": ..., "index": ...}``.

        ``index``: a number from 0 (nothing is disclosed) to 100, or null where a system says nothing, which counts as 0.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        value = check_keys(record, "", ("index",))["index"]
        return None if value is None else check_number(value, "index", 0, 100)

    def write(self, prediction: float | None, item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        return {"index": None if prediction is None else float(prediction)}

    def measure(self, items: Sequence[Item], predictions: Sequence[float | None]) -> Valued:
        """As :meth:`Task.measure`."""
        of_index = bool(items) and "index" in items[0].gold
        named = {name: (name, "") for name in ("spearman", "kendall", "pearson", *(["mae"] if of_index else []))}
        if not of_index:
            named |= {f"{part}_spearman": ("spearman", part) for part in (POLNEAR, GENERAL)}
        measures: dict[str, Measure] = {name: partial(_ranked, *own) for name, own in named.items()}
        values = _table(items, [next(iter(item.gold.values())) for item in items], [(p or 0.0, np.nan) for p in predictions])
        return Valued(values, measures, {"gold": "index" if of_index else "rating"}, _comparable(named))

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """The rating of the second pass, as far as the order of the articles goes."""
        if self.checked(split) == "dev":
            return None
        step = 100 / (len(RATINGS) - 1)
        return self.items(split, data_home), [(_both(d)[1] - RATINGS[0]) * step for d in _articles(split, data_home)]


class Rating(Task):
    """An editor's rating of the sourcing of articles, 1 to 5 (*overall*, first pass of ``article_ratings``).

    ``cv``: five folds by outlet, the same outlet in both corpora is one (:func:`framing.rater.grouped_folds`, seed 0). ``mae`` is in steps,
    ``quadratic_kappa`` that of ratings rounded half up; ``polnear_*`` and ``general_*`` are the scores of each of the two corpora. Where
    every prediction says how probable it is that the rating is above 3: Brier score and calibration error of that.
    """

    name: ClassVar[str] = "rating"
    title: ClassVar[str] = "How an editor rates the sourcing of an article."
    corpora: ClassVar[tuple[str, ...]] = ("article_ratings",)
    splits: ClassVar[tuple[str, ...]] = ("cv", "test")
    primary: ClassVar[str] = "spearman"
    unit: ClassVar[str] = "article"
    lower_is_better: ClassVar[frozenset[str]] = frozenset({"mae", "polnear_mae", "general_mae"}) | ERRORS

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles in the order of the file; ``gold`` are the ratings of both passes, of which the first is measured against."""
        documents = _articles(self.checked(split), data_home)
        outlets = [outlet(d.group or d.id) for d in documents]
        folds: list[Any] = grouped_folds(outlets, FOLDS, SEED).tolist() if split == "cv" else [None] * len(documents)
        return tuple(
            Item(d.id, d.text, _both(d), {"corpus": d.meta["corpus"]}, group, fold) for d, group, fold in zip(documents, outlets, folds)
        )

    def read(self, record: Mapping[str, Any], item: Item) -> tuple[float, float | None]:
        """``{"id": ..., "rating": ..., "above_three": ...}``.

        ``rating``: a number from 1 to 5, not only a whole one. ``above_three`` (may be left out): the probability that it is above 3.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        named = check_keys(record, "", ("rating",), ("above_three",))
        rating = check_number(named["rating"], "rating", RATINGS[0], RATINGS[-1])
        return rating, check_number(named["above_three"], "above_three", 0, 1) if "above_three" in named else None

    def write(self, prediction: tuple[float, float | None], item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        rating, above = prediction
        return {"rating": float(rating)} if above is None else {"rating": float(rating), "above_three": float(above)}

    def measure(self, items: Sequence[Item], predictions: Sequence[tuple[float, float | None]]) -> Valued:
        """As :meth:`Task.measure`."""
        measures: dict[str, Measure] = {}
        named: dict[str, tuple[str, str]] = {}
        for part in ("", POLNEAR, GENERAL):
            begin = f"{part}_" if part else ""
            own = {f"{begin}{name}": (name, part) for name in ("spearman", "mae")}
            measures |= {name: partial(_ranked, *way) for name, way in own.items()}
            measures[f"{begin}quadratic_kappa"] = partial(_kappa, part)
            named |= own
        measures |= {name: partial(_calibrated, name) for name in NAMES}
        values = _table(items, [item.gold[0] for item in items], [(r, np.nan if above is None else above) for r, above in predictions])
        return Valued(values, measures, {"gold": "overall", "event": "above 3", "bins": 10}, _comparable(named))

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """The second pass."""
        items = self.items(split, data_home)
        return items, [(float(item.gold[1]), None) for item in items]


def rounded_kappa(gold: Any, predicted: Floats, weights: Floats) -> Floats:
    """Quadratic kappa of ratings (n,), rounded half up, each as often as ``weights`` (..., n) say."""
    codes = np.clip(np.floor(predicted + 0.5), RATINGS[0], RATINGS[-1]).astype(np.int64)
    joint = np.eye(len(RATINGS) ** 2)[(gold - 1) * len(RATINGS) + codes - 1]  # of each the cell (gold, prediction) of the table of codes
    return agreement.quadratic_kappa((weights @ joint).reshape(*weights.shape[:-1], len(RATINGS), len(RATINGS)))


def _table(items: Sequence[Item], gold: Sequence[float], predicted: Sequence[tuple[float, float]]) -> Floats:
    """Gold, number predicted, probability, and whether the article is of PolNeAR, by item (n, 4)."""
    rows = [(g, *p, item.given["corpus"] == POLNEAR) for item, g, p in zip(items, gold, predicted, strict=True)]
    return np.array(rows, float).reshape(-1, 4)


def _inside(part: str, values: Floats, weights: Floats) -> Floats:
    """The weights of the articles of a corpus; of all with ``""``."""
    polnear = values[:, 3]
    return weights * polnear if part == POLNEAR else weights * (1 - polnear) if part == GENERAL else weights


def _ranked(name: str, part: str, values: Floats, weights: Floats) -> Any:
    return ranking.MEASURES[name](values[:, 0], values[:, 1], _inside(part, values, weights))


def _comparable(named: Mapping[str, tuple[str, str]]) -> dict[str, Callable[[Floats], Floats]]:
    """How predictions become comparable for those of these scores, (measure, corpus) by name, that do not depend on their scale."""
    return {name: partial(_rescaled, measure, part) for name, (measure, part) in named.items() if measure in _SCALE_FREE}


def _rescaled(name: str, part: str, values: Floats) -> Floats:
    """The numbers with the predictions for a corpus on a scale that all systems share; ranks are ranks among its articles."""
    inside = _inside(part, values, np.ones(len(values))) > 0
    out = np.array(values)
    out[inside, 1] = _SCALE_FREE[name](values[inside, 1])
    return out


def _kappa(part: str, values: Floats, weights: Floats) -> Any:
    return rounded_kappa(values[:, 0].astype(np.int64), values[:, 1], _inside(part, values, weights))


def _calibrated(name: str, values: Floats, weights: Floats) -> Any:
    return weighed(name, values[:, 2], (values[:, 0] > HIGH).astype(float), weights)
