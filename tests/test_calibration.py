"""Calibrators: against scikit-learn, monotone into 0..1, kept as JSON, better calibrated than before, malformed input refused."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from framing.learning.calibration import Calibrator, Isotonic, Logistic, fit_isotonic, fit_logistic
from framing.metrics.calibration import calibration_error

Fit = Callable[[Any, Any], Calibrator]
ROOT = Path(__file__).resolve().parent.parent
FITS = [fit_logistic, fit_isotonic]
GRID = np.linspace(0, 1, 1001)

# Whole thousandths: that two probabilities are the same is beyond doubt for the oracle too.
items = st.lists(st.tuples(st.integers(0, 1000).map(lambda k: k / 1000), st.integers(0, 1)), min_size=1, max_size=40)
calibrators = st.one_of(
    items.map(lambda pairs: fit_isotonic(*zip(*pairs))),
    items.map(lambda pairs: fit_logistic(*zip(*pairs))),
    st.builds(Logistic, st.floats(0, 1e3), st.floats(-1e3, 1e3)),
)


def overconfident(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities whose logits are three times what they should be, and half too high."""
    chance = np.random.default_rng(2)
    true = chance.normal(size=n)
    p = 1 / (1 + np.exp(-(3 * true + 0.5)))
    return p, (chance.random(n) < 1 / (1 + np.exp(-true))).astype(int)


@settings(max_examples=100, deadline=None)
@given(items)
def test_isotonic_is_that_of_scikit_learn(pairs: list[tuple[float, int]]) -> None:
    from sklearn.isotonic import IsotonicRegression

    p, y = map(np.array, zip(*pairs))
    oracle = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, y)
    np.testing.assert_allclose(fit_isotonic(p, y)(GRID), oracle.predict(GRID), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(items)
def test_logistic_is_that_of_scikit_learn(pairs: list[tuple[float, int]]) -> None:
    """The oracle gets each item twice, as true and as false, weighed by Platt's targets."""
    from sklearn.linear_model import LogisticRegression

    p, y = map(np.array, zip(*pairs))
    inner = np.clip(p, 1e-6, 1 - 1e-6)
    x = np.log(inner / (1 - inner))
    assume(np.ptp(x) > 0.1)  # else the oracle's matrix is ill-conditioned
    target = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / ((1 - y).sum() + 2))
    oracle = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it comes no nearer to so small a tolerance
        oracle.fit(np.tile(x, 2)[:, None], np.repeat([1, 0], len(x)), sample_weight=np.concatenate([target, 1 - target]))
    found = fit_logistic(p, y)
    if oracle.coef_[0, 0] < 1e-4:
        assert found.slope < 2e-4
        np.testing.assert_allclose(found(p), target.mean(), atol=1e-3)
    else:
        np.testing.assert_allclose(found(p), oracle.predict_proba(x[:, None])[:, 1], atol=1e-4)
        assert np.mean(found(p) - target) == pytest.approx(0, abs=1e-8)
        assert np.mean((found(p) - target) * x) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_one_probability_gets_the_share_of_its_outcomes(p: float) -> None:
    found = fit_logistic([p] * 8, [1, 1, 1, 0, 0, 0, 0, 0])
    assert found.slope == 0
    assert found(p) == pytest.approx((3 * 4 / 5 + 5 / 7) / 8)
    assert fit_isotonic([p] * 8, [1, 1, 1, 0, 0, 0, 0, 0])(p) == 3 / 8


def test_logistic_of_many_items_finds_what_made_them() -> None:
    found = fit_logistic(*overconfident(100_000))
    assert found.slope == pytest.approx(1 / 3, abs=0.01)
    assert found.intercept == pytest.approx(-0.5 / 3, abs=0.02)


@pytest.mark.parametrize("fit", FITS)
def test_unseen_probabilities_are_calibrated_better(fit: Fit) -> None:
    p, y = overconfident()
    found = fit(p[:2000], y[:2000])
    before, after = calibration_error(p[2000:], y[2000:]), calibration_error(found(p[2000:]), y[2000:])
    assert before > 0.1
    assert after < 0.05


@settings(max_examples=200)
@given(calibrators, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_calibrator_never_decreases_and_stays_within_bounds(calibrator: Calibrator, p: list[float]) -> None:
    ordered = np.sort(np.array([0.0, *p, 1.0]))
    out = calibrator(ordered)
    assert ((out >= 0) & (out <= 1)).all()
    rounding = 0 if isinstance(calibrator, Isotonic) else 1e-12  # of the logarithms
    assert (np.diff(out) >= -rounding).all()


def test_rounding_does_not_rise_above_the_next_breakpoint() -> None:
    calibrator = Isotonic((0.303, 0.955), (14 / 41, 37 / 41))
    below = np.nextafter(0.955, 0)
    assert calibrator(below) <= calibrator(0.955) == 37 / 41


@given(calibrators)
def test_json_gives_it_back_bit_by_bit(calibrator: Calibrator) -> None:
    again = Calibrator.from_dict(json.loads(json.dumps(calibrator.to_dict(), allow_nan=False)))
    assert again == calibrator
    assert again(GRID).tobytes() == calibrator(GRID).tobytes()


@pytest.mark.parametrize("fit", FITS)
def test_the_order_of_the_items_does_not_matter(fit: Fit) -> None:
    p, y = overconfident(500)
    p = p.round(2)
    order = np.random.default_rng(0).permutation(500)
    np.testing.assert_allclose(fit(p[order], y[order])(GRID), fit(p, y)(GRID), atol=1e-9)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 2)])
def test_the_shape_is_kept(fit: Fit, shape: tuple[int, ...]) -> None:
    p = np.full(shape, 0.4)
    kept = p.copy()
    out = fit([0.1, 0.4, 0.9], [0, 1, 1])(p)
    assert isinstance(out, np.ndarray)
    assert out.dtype == np.float64
    assert out.shape == shape
    assert np.array_equal(p, kept)


def test_isotonic_by_hand() -> None:
    found = fit_isotonic([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9], [0, 0, 1, 0, 1, 1, 1])
    assert found == Isotonic((0.1, 0.2, 0.3, 0.4, 0.5, 0.9), (0.0, 0.0, 0.5, 0.5, 1.0, 1.0))
    assert found([0.0, 0.25, 0.35, 0.45, 1.0]).tolist() == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert fit_isotonic([0.4, 0.4, 0.4], [1, 0, 0]) == Isotonic((0.4,), (1 / 3,))
    assert fit_isotonic([0.1, 0.9], [1, 0]) == Isotonic((0.1, 0.9), (0.5, 0.5))


def test_outcomes_that_can_be_told_apart_give_finite_numbers() -> None:
    found = fit_logistic([0.0, 0.1, 0.9, 1.0], [0, 0, 1, 1])
    assert 0 < found.slope < 10
    assert 0.5 < found(1.0) < 1
    flat = fit_logistic([0.2, 0.8, 0.9], [1, 1, 1])
    assert flat(0.5) == pytest.approx(4 / 5, abs=1e-6)


def test_a_model_that_ranks_the_wrong_way_round_gets_a_constant() -> None:
    p, y = overconfident(300)
    assert fit_logistic(1 - p, y).slope == 0
    assert np.ptp(fit_isotonic(1 - p, y)(GRID[100:900])) < 0.2


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([], [], "without items"),
        ([0.5], [0, 1], "not both"),
        ([1.5], [1], "not between 0 and 1"),
        ([float("nan")], [1], "not between 0 and 1"),
        ([0.5], [2], "neither 0 nor 1"),
    ],
)
def test_malformed_items_are_refused(fit: Fit, p: list[float], y: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(p, y)


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"kind": "beta"},
        {"kind": "logistic", "slope": 1},
        {"kind": "logistic", "slope": -1, "intercept": 0},
        {"kind": "logistic", "slope": float("nan"), "intercept": 0},
        {"kind": "logistic", "slope": 1, "intercept": float("inf")},
        {"kind": "logistic", "slope": [1], "intercept": 0},
        {"kind": "isotonic", "given": [0, 1], "observed": [0]},
        {"kind": "isotonic", "given": [], "observed": []},
        {"kind": "isotonic", "given": [0, 0], "observed": [0, 1]},
        {"kind": "isotonic", "given": [0, 1], "observed": [1, 0]},
        {"kind": "isotonic", "given": [0, 1], "observed": [0, 1.1]},
        {"kind": "isotonic", "given": [0, float("nan")], "observed": [0, 1]},
        {"kind": "isotonic", "given": [0, 1], "observed": [0, float("nan")]},
        {"kind": "isotonic", "given": 0, "observed": 1},
    ],
)
def test_numbers_that_are_no_calibrator_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"calibrator|decreas|breakpoints"):
        Calibrator.from_dict(numbers)


def test_applying_one_needs_no_metrics() -> None:
    code = (
        "import sys\nfrom framing.learning.calibration import Logistic\nLogistic(1.0, 0.0)([0.5])\n"
        "print([name for name in sys.modules if name.startswith(('framing.metrics', 'sklearn', 'scipy'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
