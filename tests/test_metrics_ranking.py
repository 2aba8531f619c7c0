"""Correlations against scipy, also of resamples."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from framing.metrics.ranking import MEASURES, evaluate, kendall, mean_absolute_error, pearson, spearman, validate

numbers = st.one_of(st.integers(1, 5).map(float), st.floats(-100, 100).map(lambda x: round(x, 3)))
items = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=20)
ORACLES = {
    "spearman": lambda x, y: stats.spearmanr(x, y).statistic,
    "kendall": lambda x, y: stats.kendalltau(x, y).statistic,
    "pearson": lambda x, y: stats.pearsonr(x, y).statistic,
    "mae": lambda x, y: np.abs(np.subtract(x, y)).mean(),
}


def oracle(name: str, x: Any, y: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns of constant input, and gives nan
        value = float(ORACLES[name](x, y))
    return 0.0 if np.isnan(value) else value


@given(items)
@settings(max_examples=100, deadline=None)
def test_measures_agree_with_scipy(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    for name, measure in MEASURES.items():
        assert float(measure(x, y, np.ones(len(x)))) == pytest.approx(oracle(name, x, y), abs=1e-9)


@given(items, st.data())
@settings(max_examples=60, deadline=None)
def test_weights_are_repetitions(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    x, y = np.array(pairs).T
    weights = np.array([data.draw(st.lists(st.integers(0, 3), min_size=len(x), max_size=len(x))) for _ in range(3)])
    for name, measure in MEASURES.items():
        found = measure(x, y, weights)
        assert found.shape == (3,)
        for w, value in zip(weights, found):
            repeated = np.repeat(x, w), np.repeat(y, w)
            assert value == pytest.approx(oracle(name, *repeated) if w.sum() > 1 else _single(name, *repeated), abs=1e-9)


def _single(name: str, x: Any, y: Any) -> float:
    return float(np.abs(x - y).sum()) if name == "mae" else 0.0


@given(items)
@settings(max_examples=50, deadline=None)
def test_sides_may_change_places_and_shares_are_bounded(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    for name, measure in MEASURES.items():
        assert float(measure(x, y, np.ones(len(x)))) == pytest.approx(float(measure(y, x, np.ones(len(x)))), abs=1e-12)
        assert name == "mae" or -1 <= measure(x, y, np.ones(len(x))) <= 1 + 1e-12


def test_worked_by_hand() -> None:
    x, y = [1, 2, 3, 4], [2, 1, 4, 3]  # squared rank differences 4 x 1: 1 - 6 * 4 / (4 * 15); 4 concordant, 2 discordant pairs
    assert float(spearman(x, y)) == pytest.approx(0.6)
    assert float(kendall(x, y)) == pytest.approx(1 / 3)
    assert float(pearson(x, y)) == pytest.approx(0.6)
    assert float(mean_absolute_error(x, y)) == 1.0
    assert float(kendall([1, 1, 2], [1, 2, 3])) == pytest.approx(2 / np.sqrt(2 * 3))


def test_identical_input_scores_one_without_error() -> None:
    found = evaluate([(float(i % 4), float(i % 4)) for i in range(20)], 50)
    assert {name: score.value for name, score in found.items()} == pytest.approx({"spearman": 1, "kendall": 1, "pearson": 1, "mae": 0})
    assert found["spearman"].interval == pytest.approx((1, 1))


@pytest.mark.parametrize("documents", [[], [(2.0, 3.0)], [(2.0, 2.0), (2.0, 2.0)], [(0.1, 1.0), (0.1, 2.0), (0.1, 4.0)]])
def test_what_does_not_vary_orders_nothing(documents: list[Any]) -> None:
    found = evaluate(documents, 20)
    assert {(s.value, *s.interval) for name, s in found.items() if name != "mae"} == {(0.0, 0.0, 0.0)}


def test_documents_of_several_items_are_drawn_whole() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=12)
    y = x + rng.normal(size=12)
    several, single = evaluate([(x[i : i + 4], y[i : i + 4]) for i in (0, 4, 8)], 400), evaluate(list(zip(x, y)), 400)
    assert {k: s.value for k, s in several.items()} == pytest.approx({k: s.value for k, s in single.items()})
    draws = np.random.default_rng(0).multinomial(3, [1 / 3] * 3, 400)
    expected = [oracle("spearman", np.repeat(x, np.repeat(d, 4)), np.repeat(y, np.repeat(d, 4))) for d in draws]
    assert several["spearman"].interval == pytest.approx(tuple(np.quantile(expected, [0.025, 0.975])))


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"x has shape \(1,\), y \(2,\)"):
        validate([1], [1, 2])
    with pytest.raises(ValueError, match="y holds nan"):
        spearman([1, 2], [1, float("nan")])
    with pytest.raises(ValueError, match=r"weights have shape \(3,\)"):
        pearson([1, 2], [1, 2], [1, 1, 1])
