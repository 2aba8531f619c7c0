"""The thresholds and averages of the benchmark on narrative frames."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import frames_narrative as nf
from framing.corpora.narrative_frames import FRAMES
from framing.records import Document


def f1(gold: np.ndarray, found: np.ndarray) -> float:
    return 2 * int((gold & found).sum()) / max(int(gold.sum() + found.sum()), 1)


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=12))
def test_highest_f1_is_highest(rows: list[tuple[int, bool]]) -> None:
    decision, gold = np.array([d for d, _ in rows], float), np.array([g for _, g in rows], bool)
    limit = nf.highest_f1(decision, gold)
    assert f1(gold, decision > limit) == max(f1(gold, decision > t) for t in (*decision, decision.min() - 1))


@given(st.lists(st.integers(1, 19), min_size=1, max_size=10, unique=True))
def test_highest_expected_f1_is_the_plug_in_optimum(twentieths: list[int]) -> None:
    p = np.array(twentieths) / 20
    chosen = p > nf.highest_expected_f1(p)

    def expected(some: np.ndarray) -> float:
        return float(2 * p[some].sum() / (some.sum() + p.sum()))

    best = max(expected(np.array(some, bool)) for some in product((False, True), repeat=len(p)) if any(some))
    assert expected(chosen) == pytest.approx(best)


def test_averages_by_hand() -> None:
    gold = np.zeros((10, len(FRAMES)), bool)
    gold[:, 0] = True
    present = gold.copy()
    present[0, 0] = False  # the only miss: article 0, of fold 1
    parts = tuple(nf.Part(k, np.zeros(0, int), np.zeros(0, int), np.array([2 * k - 2, 2 * k - 1])) for k in nf.FOLDS)
    data = nf.Corpus(tuple(Document(str(i), "") for i in range(10)), gold, parts)
    scores = nf.scores(nf.table(data, present).sum(0))
    assert float(scores[f"{FRAMES[0]}_f1"]) == pytest.approx(18 / 19)
    assert float(scores["pooled"]) == pytest.approx(18 / 19 / 5)  # frames that nobody has or finds count 0
    assert float(scores["by fold"]) == pytest.approx((2 / 3 + 4) / 25)


def test_blocks_have_the_size_asked() -> None:
    columns = np.random.default_rng(0).normal(3, [1, 5, 0.1], (200, 3))
    train = np.arange(100)
    assert (nf.scaled(columns, train, None)[train] ** 2).sum(1).mean() == pytest.approx(1)
    assert (nf.scaled(columns, train, 0.1)[train] ** 2).sum(1).mean() == pytest.approx(0.1, rel=0.02)
    assert np.isfinite(nf.scaled(np.ones((4, 2)), np.arange(2), 0.1)).all()
