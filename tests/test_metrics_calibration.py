"""Calibration against scikit-learn and bins filled by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from framing.metrics.calibration import BINNINGS, Bin, bins, brier, calibration_error, evaluate, reliability, validate

items = st.lists(st.tuples(st.floats(0, 1).map(lambda p: round(p, 2)), st.integers(0, 1)), min_size=1, max_size=40)


def test_worked_by_hand() -> None:
    p, y = [0.1, 0.1, 0.6, 0.8], [0, 1, 1, 1]
    assert brier(p, y) == pytest.approx((0.01 + 0.81 + 0.16 + 0.04) / 4)
    # Two bins of width .5: |.1 - .5| and |.7 - 1|, half of the items each. Of equal mass: the same bins.
    assert calibration_error(p, y, 2) == calibration_error(p, y, 2, "mass") == pytest.approx(0.35)
    assert calibration_error(p, y, 1) == pytest.approx(0.35)
    first, second = reliability(p, y, 2)
    assert first == Bin(0.1, 0.1, 2, pytest.approx(0.1), 0.5)
    assert second == Bin(0.6, 0.8, 2, pytest.approx(0.7), 1.0)


@given(items, st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_agree_with_scikit_learn(pairs: list[tuple[float, int]], n_bins: int) -> None:
    p, y = np.array(pairs).T
    assert brier(p, y) == pytest.approx(brier_score_loss(y, p, pos_label=1))
    between = ~np.isclose(p * n_bins, np.round(p * n_bins))  # scikit-learn puts edges into the lower bin
    if between.any():
        true, mean = calibration_curve(y[between], p[between], n_bins=n_bins)
        rows = reliability(p[between], y[between], n_bins)
        assert [row.outcome for row in rows] == pytest.approx(list(true))
        assert [row.probability for row in rows] == pytest.approx(list(mean))


def test_edges_belong_to_the_upper_bin_and_one_to_the_last() -> None:
    assert bins([0.0, 0.1, 0.29, 0.3, 0.7, 0.9999, 1.0]).tolist() == [0, 1, 2, 3, 7, 9, 9]
    assert bins(np.arange(101) / 100, 100).tolist() == [*range(100), 99]


@given(items, st.integers(1, 12), st.sampled_from(BINNINGS))
@settings(max_examples=100, deadline=None)
def test_order_does_not_matter_and_equal_probabilities_share_a_bin(pairs: list[tuple[float, int]], n_bins: int, binning: str) -> None:
    p, y = np.array(pairs).T
    place = bins(p, n_bins, binning)
    assert ((place >= 0) & (place < n_bins)).all()
    assert all(len({*place[p == value].tolist()}) == 1 for value in p)
    error = calibration_error(p, y, n_bins, binning)
    assert error == pytest.approx(calibration_error(p[::-1], y[::-1], n_bins, binning))
    assert 0 <= error <= 1
    rows = reliability(p, y, n_bins, binning)
    assert error == pytest.approx(sum(row.n / len(p) * abs(row.probability - row.outcome) for row in rows))


def test_bins_of_equal_mass_hold_equally_many() -> None:
    p = np.random.default_rng(0).random(60)
    assert np.bincount(bins(p, 6, "mass")).tolist() == [10] * 6


def test_documents_are_pooled() -> None:
    rng = np.random.default_rng(1)
    p, y = rng.random(30), rng.integers(0, 2, 30)
    cuts = [0, 4, 4, 19, 30]
    documents = [(p[a:b].tolist(), y[a:b].tolist()) for a, b in pairwise(cuts)]
    for d in (documents, documents[::-1]):
        found = evaluate(d, 5, 50)
        assert {name: s.value for name, s in found.items()} == pytest.approx(
            {"brier": brier(p, y), "ece_width": calibration_error(p, y, 5), "ece_mass": calibration_error(p, y, 5, "mass")}
        )
        assert all(0 <= s.interval[0] <= s.interval[1] <= 1 for s in found.values())
    assert found["brier"].n == 4
    assert "bins:5" in found["brier"].signature


def test_a_prediction_that_is_the_outcome_has_no_error() -> None:
    assert {s.value for s in evaluate([([0.0, 1.0, 1.0], [0, 1, 1])], n_resamples=5).values()} == {0.0}


@pytest.mark.parametrize("documents", [[], [([], [])]])
def test_empty_input_scores_zero(documents: list[Any]) -> None:
    assert {(s.value, *s.interval) for s in evaluate(documents, n_resamples=5).values()} == {(0.0, 0.0, 0.0)}
    assert (brier([], []), calibration_error([], []), reliability([], [])) == (0.0, 0.0, ())


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"probabilities have shape \(1,\), outcomes \(2,\)"):
        validate([0.5], [0, 1])
    for bad in (1.2, -0.1, float("nan")):
        with pytest.raises(ValueError, match=f"probability {bad}"):
            brier([0.5, bad], [0, 1])
    with pytest.raises(ValueError, match=r"outcome 2\.0"):
        brier([0.5], [2])
    with pytest.raises(ValueError, match="n_bins is 0"):
        bins([0.5], 0)
    with pytest.raises(ValueError, match="binning 'depth'"):
        bins([0.5], 3, "depth")
