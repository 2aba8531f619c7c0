"""The chain model: against all labellings of short chains and finite differences, what is forbidden, batches, learning."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.learning.crf import Batch, Layout, Transitions, batches, beliefs, fit, gradient, score, viterbi

Arrays = tuple[np.ndarray, Transitions, np.ndarray]  # emissions, transitions, borders


def borders(lengths: list[int]) -> np.ndarray:
    return np.cumsum([0, *lengths])


@st.composite
def models(draw: st.DrawFn, ties: bool = False, bans: bool = True) -> Arrays:
    """Some chains of at most four tokens with at most three labels; with ``ties``, scores are small whole numbers."""
    n_labels = draw(st.integers(1, 3))
    first = borders(draw(st.lists(st.integers(0, 4), max_size=5)))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def numbers(*shape: int) -> np.ndarray:
        return chance.integers(-1, 2, shape).astype(float) if ties else chance.normal(0, 3, shape)

    parts = [numbers(n_labels), numbers(n_labels, n_labels), numbers(n_labels)]
    if bans and draw(st.booleans()):
        for part in parts:
            part[chance.random(part.shape) < 0.3] = -np.inf
    return numbers(first[-1], n_labels), Transitions(*parts), first


def labellings(model: Arrays, chain: int) -> dict[tuple[int, ...], float]:
    """The score of every labelling of a chain, added up one number after the other as the definition has it."""
    emissions, t, first = model
    rows = emissions[first[chain] : first[chain + 1]]
    out = {}
    for y in itertools.product(range(len(t.initial)), repeat=len(rows)):
        total = t.initial[y[0]] + t.final[y[-1]] if y else 0.0
        total += sum(rows[i, label] for i, label in enumerate(y))
        total += sum(t.between[a, b] for a, b in itertools.pairwise(y))
        out[y] = float(total)
    return out


def by_chain(model: Arrays) -> list[dict[tuple[int, ...], float]]:
    return [labellings(model, c) for c in range(len(model[2]) - 1)]


def possible(model: Arrays) -> bool:
    return all(max(scores.values()) > -np.inf for scores in by_chain(model))


@settings(max_examples=150)
@given(models())
def test_the_beliefs_are_those_of_all_labellings(model: Arrays) -> None:
    emissions, t, first = model
    layout = Layout.of(first)
    if not possible(model):
        with pytest.raises(ValueError, match="a chain has no labelling that is allowed"):
            beliefs(emissions, t, layout)
        return
    n_labels = len(t.initial)
    marginals, between = np.zeros_like(emissions), np.zeros((n_labels, n_labels))
    initial, final, log_z = np.zeros(n_labels), np.zeros(n_labels), np.zeros(len(first) - 1)
    for c, scores in enumerate(by_chain(model)):
        log_z[c] = np.logaddexp.reduce(list(scores.values()))
        for y, value in scores.items():
            probability = np.exp(value - log_z[c])
            for i, label in enumerate(y):
                marginals[first[c] + i, label] += probability
            for a, b in itertools.pairwise(y):
                between[a, b] += probability
            if y:
                initial[y[0]] += probability
                final[y[-1]] += probability
    found = beliefs(emissions, t, layout)
    np.testing.assert_allclose(found.marginals.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(found.log_z, log_z[layout.chains], atol=1e-9)
    for name, expected in {"marginals": marginals, "between": between, "initial": initial, "final": final}.items():
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-9, err_msg=name)
    assert (found.between[np.isneginf(t.between)] == 0).all()
    quick = beliefs(emissions, t, layout, pairs=False)
    assert not quick.between.any()
    assert np.array_equal(quick.marginals, found.marginals)


@settings(max_examples=150)
@given(st.booleans().flatmap(lambda ties: models(ties=ties)))
def test_the_best_labelling_is_the_best_of_all(model: Arrays) -> None:
    emissions, t, first = model
    if not possible(model):
        with pytest.raises(ValueError, match="a chain has no labelling that is allowed"):
            viterbi(emissions, t, Layout.of(first))
        return
    found = viterbi(emissions, t, Layout.of(first))
    for c, scores in enumerate(by_chain(model)):
        best = max(scores.values())
        assert tuple(found[first[c] : first[c + 1]]) == min((y for y in scores if scores[y] == best), key=lambda y: y[::-1])


def test_the_lower_label_wins_a_tie() -> None:
    nothing = Transitions.zeros(3)
    assert viterbi(np.zeros((4, 3)), nothing, Layout.of(borders([3, 1]))).tolist() == [0, 0, 0, 0]
    one = np.array([[0.0, 1.0, 1.0]])
    assert viterbi(one, nothing, Layout.of(borders([1]))).tolist() == [1]


@settings(max_examples=100)
@given(models(), st.data())
def test_the_score_is_that_of_the_definition(model: Arrays, data: st.DataObject) -> None:
    emissions, t, first = model
    chosen = [data.draw(st.sampled_from(list(scores.items()))) for scores in by_chain(model)]
    labels = np.array([label for y, _ in chosen for label in y], np.int64)
    assert score(labels, emissions, t, first) == pytest.approx(sum(value for _, value in chosen), abs=1e-9)


@pytest.mark.parametrize("part", ["initial", "between", "final"])
def test_what_is_forbidden_is_never_found(part: str) -> None:
    """Label 1 is what every token wants; a mask keeps it from one place."""
    t = Transitions.zeros(2)
    getattr(t, part)[(1, 1) if part == "between" else 1] = -np.inf
    emissions = np.tile([0.0, 5.0], (9, 1))
    first = borders([3, 0, 2, 4])
    layout = Layout.of(first)
    labels, found = viterbi(emissions, t, layout), beliefs(emissions, t, layout)
    starts, stops = first[:-1][np.diff(first) > 0], first[1:][np.diff(first) > 0] - 1
    if part == "between":
        assert not any(labels[i - 1] == labels[i] == 1 for i in range(9) if i not in starts)
        assert found.between[1, 1] == 0
        assert labels.sum() == 2 + 1 + 2
    else:
        kept = {"initial": starts, "final": stops}[part]
        assert labels.tolist() == [int(i not in kept) for i in range(9)]
        assert found.marginals[kept, 1].tolist() == [0] * 3
        assert getattr(found, part).tolist() == [pytest.approx(3), 0]


def test_a_token_may_be_kept_from_labels() -> None:
    emissions = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    layout = Layout.of(borders([2]))
    assert viterbi(emissions, Transitions.zeros(2), layout).tolist() == [0, 1]
    assert beliefs(emissions, Transitions.zeros(2), layout).marginals.tolist() == [[1, 0], [0, 1]]
    emissions[1] = -np.inf
    for function in (viterbi, beliefs):
        with pytest.raises(ValueError, match="no labelling that is allowed"):
            function(emissions, Transitions.zeros(2), layout)


def test_one_impossible_chain_among_others_is_told() -> None:
    """A label must be followed, and nothing may follow: chains of one token only are possible."""
    t = Transitions(np.array([0.0, -np.inf]), np.full((2, 2), -np.inf), np.zeros(2))
    layout = Layout.of(borders([1, 1, 1]))
    assert viterbi(np.zeros((3, 2)), t, layout).tolist() == [0, 0, 0]
    assert beliefs(np.zeros((3, 2)), t, layout).final.tolist() == [pytest.approx(3), 0]
    layout = Layout.of(borders([1, 2, 1]))
    for function in (viterbi, beliefs):
        with pytest.raises(ValueError, match="no labelling that is allowed"):
            function(np.zeros((4, 2)), t, layout)


@pytest.mark.parametrize("lengths", [[], [0], [0, 0, 0]])
def test_no_tokens_are_no_trouble(lengths: list[int]) -> None:
    layout = Layout.of(borders(lengths))
    emissions = np.zeros((0, 3))
    assert viterbi(emissions, Transitions.zeros(3), layout).shape == (0,)
    found = beliefs(emissions, Transitions.zeros(3), layout)
    assert found.log_z.tolist() == [0.0] * len(lengths)
    assert found.marginals.shape == (0, 3)
    assert score(np.zeros(0, int), emissions, Transitions.zeros(3), borders(lengths)) == 0
    assert batches(emissions, np.zeros(0, int), borders(lengths), 10) == []
    weights, learned = fit(np.zeros((0, 4)), np.zeros(0, int), borders(lengths), 3)
    assert weights.shape == (4, 3)
    assert not weights.any()
    assert learned.between.tolist() == np.zeros((3, 3)).tolist()


@pytest.mark.parametrize("first", [[], [1, 2], [0, 3, 2]])
def test_borders_that_are_none_are_refused(first: list[int]) -> None:
    with pytest.raises(ValueError, match="borders of the chains"):
        Layout.of(np.array(first, int))


@given(st.lists(st.integers(0, 7), max_size=12))
def test_a_layout_holds_each_token_once_longest_chain_first(lengths: list[int]) -> None:
    first = borders(lengths)
    layout = Layout.of(first)
    assert sorted(layout.rows.tolist()) == list(range(first[-1]))
    assert layout.sizes == [sum(n > step for n in lengths) for step in range(max(lengths, default=0))]
    assert layout.chains.tolist() == sorted(range(len(lengths)), key=lambda c: (-lengths[c], c))
    expected = [first[c] + step for step in range(len(layout.sizes)) for c in layout.chains if lengths[c] > step]
    assert layout.rows.tolist() == expected
    assert layout.rows[layout.ends].tolist() == [first[c + 1] - 1 for c in layout.chains if lengths[c]]


def test_long_chains_and_strong_scores_do_not_overflow() -> None:
    chance = np.random.default_rng(4)
    emissions = chance.normal(0, 40, (3000, 3)) + 5000
    t = Transitions(chance.normal(size=3), chance.normal(0, 10, (3, 3)), chance.normal(size=3))
    layout = Layout.of(borders([2500, 500]))
    found = beliefs(emissions, t, layout)
    np.testing.assert_allclose(found.marginals.sum(axis=1), 1, atol=1e-9)
    best = viterbi(emissions, t, layout)
    assert float(found.log_z.sum()) >= score(best, emissions, t, borders([2500, 500]))
    assert (found.marginals.argmax(axis=1) == best).mean() > 0.9


@settings(max_examples=60)
@given(models(bans=False), st.integers(0, 2**32 - 1))
def test_the_gradient_is_that_of_finite_differences(model: Arrays, seed: int) -> None:
    emissions, t, first = model
    chance = np.random.default_rng(seed)
    n_labels, n = len(t.initial), len(emissions)
    features, labels = chance.normal(size=(n, 2)), chance.integers(0, n_labels, n)
    weights = chance.normal(size=(2, n_labels))
    batch = Batch(features, labels, first, Layout.of(first))
    parts = {"weights": weights, "initial": t.initial, "between": t.between, "final": t.final}

    def value() -> float:
        return gradient(batch, weights, t)[0]

    _, by_weights, by = gradient(batch, weights, t)
    for name, part in parts.items():
        found = by_weights if name == "weights" else getattr(by, name)
        for place in np.ndindex(part.shape):
            kept, h = part[place], 1e-5
            part[place] = kept + h
            above = value()
            part[place] = kept - h
            below = value()
            part[place] = kept
            assert found[place] == pytest.approx((above - below) / (2 * h), abs=1e-5), (name, place)


def test_the_gradient_of_what_is_forbidden_is_nothing() -> None:
    t = Transitions.zeros(3)
    t.between[0, 2] = t.initial[1] = t.final[0] = -np.inf
    first = borders([3, 2])
    batch = Batch(np.eye(5), np.array([0, 1, 2, 2, 1]), first, Layout.of(first))
    value, _, by = gradient(batch, np.zeros((5, 3)), t)
    assert np.isfinite(value)
    assert by.between[0, 2] == by.initial[1] == by.final[0] == 0
    assert by.between[0, 1] > 0


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 40))
def test_batches_hold_each_token_once_and_chains_whole(lengths: list[int], size: int) -> None:
    first = borders(lengths)
    n = int(first[-1])
    found = batches(np.arange(n)[:, None], np.arange(n), first, size)
    chains = [tuple(b.labels[a:z]) for b in found for a, z in itertools.pairwise(b.first)]
    assert sorted(chains) == [tuple(range(a, z)) for a, z in itertools.pairwise(first) if a < z]
    sizes = [len(chain) for chain in chains]
    assert sizes == sorted(sizes)
    assert all(np.array_equal(b.features[:, 0], b.labels) for b in found)
    assert all(len(b.labels) < size + 9 for b in found)


def task(seed: int, n: int = 120) -> tuple[Any, np.ndarray, np.ndarray]:
    """Chains in which label 2 follows label 1 and nothing else does; only label 1 can be told from its token."""
    from scipy.sparse import csr_matrix

    chance = np.random.default_rng(seed)
    labels, lengths = [], []
    for _ in range(n):
        chain: list[int] = []
        while len(chain) < chance.integers(2, 9):
            chain += [1, 2] if chance.random() < 0.4 else [0]
        labels += chain
        lengths.append(len(chain))
    y = np.array(labels)
    noise = chance.integers(0, 2, len(y))
    columns = np.stack([np.where(y == 1, 1, 0), 2 + noise], axis=1).ravel()
    features = csr_matrix((np.ones(2 * len(y), np.float32), columns, np.arange(0, 2 * len(y) + 1, 2)), shape=(len(y), 4))
    return features, y, borders(lengths)


def test_a_made_task_is_learned() -> None:
    features, labels, first = task(0)
    heard: list[tuple[int, float]] = []
    weights, t = fit(features, labels, first, 3, epochs=10, size=100, l2=0.1, progress=lambda epoch, value: heard.append((epoch, value)))
    assert weights.dtype == np.float32
    unseen, expected, borders_ = task(1)
    assert (viterbi(unseen @ weights, t, Layout.of(borders_)) == expected).all()
    assert [epoch for epoch, _ in heard] == list(range(10))
    assert heard[0][1] < heard[-1][1] < 0


@pytest.mark.parametrize(("size", "near"), [(10**6, 0.02), (40, 0.5)])
def test_the_optimum_has_no_gradient(size: int, near: float) -> None:
    """However many batches there are, the penalty is that of the whole; with several, the weights go round the optimum."""
    features, labels, first = task(0, 30)
    weights, t = fit(features, labels, first, 3, epochs=400, mean_of=10, size=size, l2=2.0, rate=0.3)
    assert np.abs(2.0 * weights).max() > 2
    (batch,) = batches(features, labels, first, 10**6)
    _, by_weights, by = gradient(batch, weights.astype(float), t)
    np.testing.assert_allclose(by_weights, 2.0 * weights, atol=near)
    np.testing.assert_allclose(by.between, 2.0 * t.between, atol=near)


def test_a_mask_holds_after_learning() -> None:
    features, labels, first = task(0)
    forbidden = Transitions.zeros(3)
    forbidden.between[0, 2] = forbidden.initial[2] = forbidden.final[1] = -np.inf
    _, t = fit(features, labels, first, 3, forbidden, epochs=2)
    for name in ("initial", "between", "final"):
        assert np.array_equal(np.isneginf(getattr(t, name)), np.isneginf(getattr(forbidden, name)))
        assert np.isfinite(getattr(t, name)).any()


def test_the_same_seed_gives_the_same_bytes() -> None:
    def learned(seed: int) -> list[bytes]:
        features, labels, first = task(0)
        weights, t = fit(features, labels, first, 3, epochs=3, size=50, seed=seed)
        return [part.tobytes() for part in (weights, t.initial, t.between, t.final)]

    assert learned(5) == learned(5)
    assert learned(5) != learned(6)


def test_labels_that_use_what_is_forbidden_are_refused() -> None:
    features, labels, first = task(0)
    for part, place in {"initial": 0, "between": (1, 2), "final": 2}.items():
        forbidden = Transitions.zeros(3)
        getattr(forbidden, part)[place] = -np.inf
        with pytest.raises(ValueError, match="the labels hold a transition that is forbidden"):
            fit(features, labels, first, 3, forbidden)


def test_shapes_that_do_not_fit_are_refused() -> None:
    features, labels, first = task(0)
    n = len(labels)
    with pytest.raises(ValueError, match=f"{n - 1} rows of features, {n} labels and chains of {n} tokens do not fit"):
        fit(features[:-1], labels, first, 3)
    with pytest.raises(ValueError, match="do not fit"):
        fit(features, labels[:-1], first, 3)
    with pytest.raises(ValueError, match="do not fit"):
        fit(features, labels, first[:-1], 3)
    with pytest.raises(ValueError, match="borders of the chains"):
        fit(features, labels, first[::-1], 3)
    with pytest.raises(ValueError, match="labels 0 to 2 are not all among 2"):
        fit(features, labels, first, 2)
    with pytest.raises(ValueError, match="labels -1 to 1 are not all among 3"):
        fit(features, labels - 1, first, 3)
    with pytest.raises(ValueError, match="not those of 3 labels"):
        fit(features, labels, first, 3, Transitions.zeros(4))
    with pytest.raises(ValueError, match="a mean of 0 epochs"):
        fit(features, labels, first, 3, mean_of=0)
