"""Segments by themselves: against all labellings of short chains, and all choices of few segments."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.learning.crf import Layout, Transitions, viterbi
from framing.learning.segments import Segments, choose, posteriors

Arrays = tuple[np.ndarray, Transitions, np.ndarray]  # emissions, transitions, borders
KINDS = (1, 3)
N_LABELS = 5
FLOOR = 1e-6


@st.composite
def models(draw: st.DrawFn) -> Arrays:
    """Chains of at most four tokens; in some an I must follow its B or I, in some whatever else is forbidden."""
    first = np.cumsum([0, *draw(st.lists(st.integers(0, 4), max_size=4))])
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parts = [chance.normal(0, 2, shape) for shape in ((N_LABELS,), (N_LABELS, N_LABELS), (N_LABELS,))]
    if draw(st.booleans()):
        for i in (2, 4):
            parts[0][i] = -np.inf
            parts[1][[k for k in range(N_LABELS) if k not in (i - 1, i)], i] = -np.inf
    if draw(st.booleans()):
        for part in parts:
            part[..., 1:][chance.random(part[..., 1:].shape) < 0.3] = -np.inf  # all may be O
    return chance.normal(0, 2, (first[-1], N_LABELS)), Transitions(*parts), first


def brute(model: Arrays) -> dict[tuple[int, int, int], float]:
    """The probability of every segment, added up over all labellings of its chain."""
    emissions, t, first = model
    out: dict[tuple[int, int, int], float] = {}
    for a, b in itertools.pairwise(first.tolist()):
        weights = {}
        for y in itertools.product(range(N_LABELS), repeat=b - a):
            if y:
                total = t.initial[y[0]] + t.final[y[-1]] + emissions[np.arange(a, b), y].sum()
                weights[y] = np.exp(total + sum(t.between[pair] for pair in itertools.pairwise(y)))
        for y, weight in weights.items():
            for i, label in enumerate(y):
                if label in KINDS:
                    j = next((j for j in range(i + 1, len(y)) if y[j] != label + 1), len(y))
                    out[a + i, a + j, label] = out.get((a + i, a + j, label), 0.0) + weight / sum(weights.values())
    return out


def rows(segments: Segments) -> list[tuple[int, int, int]]:
    return list(zip(segments.begin.tolist(), segments.end.tolist(), segments.kind.tolist()))


@settings(max_examples=100, deadline=None)
@given(models())
def test_the_probabilities_are_those_of_all_labellings(model: Arrays) -> None:
    expected = brute(model)
    found = posteriors(*model, KINDS, FLOOR)
    assert rows(found) == sorted(set(rows(found)))
    got = dict(zip(rows(found), found.probability.tolist()))
    for segment, p in expected.items():
        assert got.pop(segment, 0.0) == pytest.approx(p, abs=1e-9 if p > 2 * FLOOR else 2 * FLOOR)
    assert not got, "what is forbidden or crosses a border is no segment"


@settings(max_examples=50, deadline=None)
@given(models(), st.sampled_from([0.05, 0.2, 0.5, 1.0]))
def test_the_floor_leaves_out_what_is_below(model: Arrays, floor: float) -> None:
    everything = posteriors(*model, KINDS, FLOOR)
    expected = everything.take(everything.probability >= floor)
    found = posteriors(*model, KINDS, floor)
    assert rows(found) == rows(expected)
    assert found.probability.tolist() == expected.probability.tolist()
    one = posteriors(*model, KINDS[1:], floor)
    assert rows(one) == [row for row in rows(found) if row[2] == KINDS[1]]


def test_chains_by_hand() -> None:
    """Certain labels: B I I | I B B I. The second chain begins with an I, which belongs to nothing."""
    labels = np.array([1, 2, 2, 2, 3, 3, 4])
    emissions = np.where(np.arange(N_LABELS) == labels[:, None], 50.0, 0.0)
    found = posteriors(emissions, Transitions.zeros(N_LABELS), np.array([0, 3, 3, 7]), KINDS, 0.5)
    assert rows(found) == [(0, 3, 1), (4, 5, 3), (5, 7, 3)]
    np.testing.assert_allclose(found.probability, 1)


def test_nothing_has_no_segments() -> None:
    for first in ([0], [0, 0, 0]):
        found = posteriors(np.zeros((0, N_LABELS)), Transitions.zeros(N_LABELS), np.array(first), KINDS, 0.1)
        assert len(found) == len(choose(found, 0.1)) == 0
    two = np.zeros((2, N_LABELS)), Transitions.zeros(N_LABELS), np.array([0, 2])
    assert len(posteriors(*two, (), 0.1)) == 0
    assert len(posteriors(*two, KINDS, 0.9)) == 0


@pytest.mark.parametrize("floor", [0.0, -1.0, 1.1, float("nan")])
def test_a_floor_out_of_range_is_refused(floor: float) -> None:
    with pytest.raises(ValueError, match="floor"):
        posteriors(np.zeros((1, N_LABELS)), Transitions.zeros(N_LABELS), np.array([0, 1]), KINDS, floor)


def test_a_chain_without_labelling_is_refused() -> None:
    with pytest.raises(ValueError, match="no labelling"):
        posteriors(np.full((1, N_LABELS), -np.inf), Transitions.zeros(N_LABELS), np.array([0, 1]), KINDS, 0.1)


def test_a_long_chain_and_extreme_scores_give_probabilities() -> None:
    chance = np.random.default_rng(0)
    emissions = chance.normal(0, 200, (3000, N_LABELS))
    emissions[1000:2000] = [0, -1, 6, -1, 0]
    emissions[1000, 1] = 300.0
    t = Transitions(np.zeros(N_LABELS), chance.normal(0, 1, (N_LABELS, N_LABELS)), np.zeros(N_LABELS))
    t.between[2, 2] = 5.0
    first = np.array([0, 3000])
    found = posteriors(emissions, t, first, KINDS, 0.1)
    assert ((found.probability >= 0.1) & (found.probability <= 1)).all()
    assert (found.end - found.begin).max() >= 1000
    labels = viterbi(emissions, t, Layout.of(first))
    sure = found.take(found.probability > 0.999)
    assert len(sure) > 100
    assert (labels[sure.begin] == sure.kind).all()


def some(*segments: tuple[int, int, float], kind: int = 1) -> Segments:
    begin, end, probability = np.array(segments).reshape(-1, 3).T
    return Segments(begin.astype(np.int64), end.astype(np.int64), np.full(len(begin), kind), probability)


SEGMENTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4), st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.8])).map(lambda s: (s[0], s[0] + s[1], s[2])),
    max_size=8,
)


def apart(segments: list[tuple[int, int, float]]) -> bool:
    return all(a[1] <= b[0] for a, b in itertools.pairwise(sorted(segments)))


@settings(max_examples=200, deadline=None)
@given(SEGMENTS, st.sampled_from([0.0, 0.2, 0.25, 0.6, 0.9]))
def test_the_choice_is_the_best_of_all(segments: list[tuple[int, int, float]], threshold: float) -> None:
    found = choose(some(*segments), threshold)
    chosen = list(zip(found.begin.tolist(), found.end.tolist(), found.probability.tolist()))
    assert chosen == sorted(chosen)
    assert set(chosen) <= set(segments)
    assert apart(chosen)
    assert all(p > threshold for _, _, p in chosen)
    possible = [c for n in range(len(segments) + 1) for c in itertools.combinations(segments, n) if apart(list(c))]
    totals = [sum(p - threshold for _, _, p in c) for c in possible]
    assert sum(p - threshold for _, _, p in chosen) == pytest.approx(max(totals))


def test_the_earlier_start_wins_a_tie() -> None:
    assert rows(choose(some((1, 3, 0.5), (0, 2, 0.5), (2, 4, 0.25)), 0.25)) == [(0, 2, 1)]
    assert rows(choose(some((0, 3, 0.5), (0, 2, 0.5)), 0.0)) == [(0, 2, 1)]
    assert rows(choose(some((0, 4, 1.0), (1, 2, 0.75), (2, 3, 0.75)), 0.5)) == [(0, 4, 1)]
    assert rows(choose(some((0, 4, 0.9), (1, 2, 0.75), (2, 3, 0.75)), 0.5)) == [(1, 2, 1), (2, 3, 1)]


def test_two_halves_beat_a_whole_only_below_the_threshold_that_two_cost() -> None:
    """A lower threshold favours many segments."""
    segments = some((0, 4, 0.6), (0, 2, 0.4), (2, 4, 0.4))
    assert rows(choose(segments, 0.1)) == [(0, 2, 1), (2, 4, 1)]
    assert rows(choose(segments, 0.3)) == [(0, 4, 1)]
