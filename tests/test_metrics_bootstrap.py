"""Intervals, tests and signatures."""

from __future__ import annotations

import json

import numpy as np
import pytest

from framing.metrics.bootstrap import approximate_randomisation, interval, paired_bootstrap, resample, score_table
from framing.metrics.signature import Score, short, signature, stored
from framing.version import __version__


def accuracy(sums: np.ndarray) -> np.ndarray:
    return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1))


TABLE = np.array([[1, 2], [3, 3], [0, 4], [2, 2], [5, 9]])


def test_a_score_prints_with_all_that_it_depends_on() -> None:
    score = Score("cue_f1", 0.8049, (0.7781, 0.832), 24, signature(match="overlap", resamples=1000, seed=0))
    assert str(score) == f"cue_f1 .805 [.778, .832] n=24 | match:overlap|resamples:1000|seed:0|version:{__version__}"
    assert score.as_dict()["interval"] == [0.7781, 0.832]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, ".000"), (1.0, "1.000"), (-0.12, "-.120"), (-0.00001, ".000"), (0.9996, "1.000"), (10.5, "10.500")]
)
def test_numbers_have_no_leading_zero(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize("value", [0.822485, -0.822485, 0.00045, 0.99949999, 7.00049999, 0.1234499, 0.8224499, -0.00001])
def test_a_number_is_shown_as_one_that_was_stored(value: float) -> None:
    score = Score("f1", value, (value, value), 1, "s")
    found = json.loads(json.dumps(score.as_dict()))["value"]
    assert found == stored(value)
    assert abs(found - value) <= 0.00005
    assert str(score) == f"f1 {short(found)} [{short(found)}, {short(found)}] n=1 | s"
    assert short(value) == short(found)


def test_digits_are_rounded_as_they_are_stored() -> None:
    assert [short(x) for x in (0.822485, -0.822485, 0.8224, 0.82244)] == [".823", "-.823", ".822", ".822"]


def test_a_signature_keeps_the_order_and_refuses_separators() -> None:
    assert signature(b=1, a="x") == f"b:1|a:x|version:{__version__}"
    with pytest.raises(ValueError, match="separator"):
        signature(a="x|y")


def test_resamples_are_sums_of_drawn_rows() -> None:
    drawn = np.random.default_rng(3).multinomial(5, np.full(5, 0.2), 50)
    slow = [sum((n * row for n, row in zip(counts, TABLE)), np.zeros(2)) for counts in drawn]
    assert np.array_equal(resample(TABLE, 50, 3), slow)


def test_resamples_do_not_depend_on_how_they_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = resample(TABLE, 100, 1)
    p = approximate_randomisation(TABLE, TABLE[::-1], accuracy, 500)
    monkeypatch.setattr("framing.metrics.bootstrap._CELLS", 35)
    assert np.array_equal(resample(TABLE, 100, 1), whole)
    assert approximate_randomisation(TABLE, TABLE[::-1], accuracy, 500) == p


def test_no_document_scores_nothing() -> None:
    score = score_table(np.zeros((0, 2)), lambda sums: {"a": accuracy(sums)})["a"]
    assert (score.value, score.interval, score.n) == (0.0, (0.0, 0.0), 0)


def test_an_interval_holds_its_share() -> None:
    assert interval(np.arange(101), 0.9) == pytest.approx((5, 95))


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(0).normal(size=2000)
    found = score_table(np.column_stack([values, np.ones(2000)]), lambda sums: {"mean": accuracy(sums)}, match="none")["mean"]
    half = 1.96 * values.std() / np.sqrt(2000)
    assert found.interval == pytest.approx((values.mean() - half, values.mean() + half), abs=0.15 * half)
    assert found.signature.startswith("match:none|resamples:1000|seed:0|version:")


def test_equal_systems_do_not_differ() -> None:
    same = paired_bootstrap(TABLE, TABLE, accuracy)
    assert (same.difference, same.interval, same.p) == (0.0, (0.0, 0.0), 1.0)
    assert approximate_randomisation(TABLE, TABLE, accuracy) == 1.0


def test_different_systems_differ_both_ways() -> None:
    generator = np.random.default_rng(0)
    good, bad = (np.column_stack([generator.binomial(10, p, 60), np.full(60, 10)]) for p in (0.8, 0.6))
    one, other = paired_bootstrap(good, bad, accuracy), paired_bootstrap(bad, good, accuracy)
    assert one.difference == -other.difference > 0.1
    assert one.interval[0] > 0 > other.interval[1]
    assert one.p == other.p == pytest.approx(1 / 1001)
    assert approximate_randomisation(good, bad, accuracy) == pytest.approx(1 / 10001)


def test_randomisation_agrees_with_all_exchanges() -> None:
    a, b = TABLE, np.array([[2, 2], [1, 3], [1, 4], [2, 2], [9, 9]])
    masks = np.array([[m >> k & 1 for k in range(5)] for m in range(32)])
    exact = np.array([accuracy(((1 - m) @ a + m @ b)[None])[0] - accuracy((m @ a + (1 - m) @ b)[None])[0] for m in masks])
    observed = abs(accuracy(a.sum(0)) - accuracy(b.sum(0)))
    assert approximate_randomisation(a, b, accuracy) == pytest.approx(np.mean(np.abs(exact) >= observed - 1e-12), abs=0.015)


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match="table has 1 dimensions"):
        resample([1, 2])
    with pytest.raises(ValueError, match="not finite"):
        resample([[np.nan]])
    with pytest.raises(ValueError, match="n_resamples is 0"):
        resample(TABLE, 0)
    with pytest.raises(ValueError, match="table_b"):
        paired_bootstrap(TABLE, TABLE[:2], accuracy)
    with pytest.raises(ValueError, match="n is 0"):
        approximate_randomisation(TABLE, TABLE, accuracy, 0)
    with pytest.raises(ValueError, match="level"):
        interval([1.0], 95)
    with pytest.raises(ValueError, match="shape"):
        interval([])
