"""The network: gradient against finite differences, one forward pass for learning and use, a task that needs what is far away."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from framing.learning import crf, network
from framing.learning.crf import Layout, Transitions
from framing.learning.network import Examples, Network, Settings, fit, neighbours

SMALL = Settings(width=5, distances=(1, 3), epochs=3, size=40, drop=0.0, drop_inputs=0.0)
ARRAYS = ("inputs", "bias", "kernels", "shifts", "output", "offset")
CHAIN = ("initial", "between", "final")


def borders(*lengths: int) -> np.ndarray:
    return np.cumsum([0, *lengths])


def made(seed: int = 0, n_labels: int = 3, n_features: int = 6, first: np.ndarray | None = None) -> Examples:
    """Examples at random, without a meaning."""
    chance = np.random.default_rng(seed)
    first = borders(5, 1, 0, 7, 2) if first is None else first
    n = int(first[-1])
    features = sparse.random(n, n_features, 0.5, "csr", np.float32, chance)
    features.data[:] = 1
    labels = chance.integers(0, n_labels, n)
    return Examples(features, np.eye(n_labels, dtype=np.float32)[labels], labels, first)


def softened(examples: Examples, weight: float = 0.6) -> Examples:
    """The same text, labelled by a teacher that is not sure."""
    targets = np.random.default_rng(9).dirichlet(np.ones(examples.targets.shape[1]), len(examples.targets))
    return replace(examples, targets=targets.astype(np.float32), labels=None, weight=weight)


def weights(examples: Examples, s: Settings, forbidden: Transitions | None = None) -> dict[str, np.ndarray]:
    """Weights at random in float64: else the rounding errors would be larger than the differences."""
    chance = np.random.default_rng(3)
    n_labels = examples.targets.shape[1]
    p = network._initial(examples.features.shape[1], n_labels, Transitions.zeros(n_labels, forbidden), s, chance)
    return {name: value.astype(np.float64) + chance.normal(0, 0.5, value.shape) for name, value in p.items()}


def value_of(batch: Any, p: dict[str, np.ndarray], s: Settings) -> float:
    """What is maximised: the log-likelihood of certain labels, the expected one of uncertain labels (up to what does not depend on p)."""
    model = network._network(p, s)
    emissions = model.emissions(batch.features @ p["inputs"], batch.near)
    log_z = float(crf.beliefs(emissions, model.transitions, batch.layout).log_z.sum())
    if batch.labels is None:
        return batch.weight * (float((batch.targets * emissions).sum()) - log_z)
    return crf.score(batch.labels, emissions, model.transitions, batch.first) - log_z


def check_gradient(examples: Examples, s: Settings, forbidden: Transitions | None = None) -> None:
    (batch,) = network._parcels(examples, replace(s, size=10_000))
    p = weights(examples, s, forbidden)
    # The steps are far above the rounding errors of the states, which are float32, and the gradient is that of the exact function.
    value, slopes = network._slopes(batch, p, s, np.random.default_rng(0))
    if batch.labels is None:
        assert value == 0
        assert set(slopes) == set(ARRAYS)
    else:
        assert value == pytest.approx(value_of(batch, p, s), rel=1e-4)
        assert set(slopes) == {*ARRAYS, *CHAIN}
    for name, slope in slopes.items():
        assert slope.shape == p[name].shape
        assert slope.any(), name
        for at in np.ndindex(slope.shape):
            if np.isneginf(p[name][at]):
                assert slope[at] == 0
                continue
            step = 2e-3
            ends = []
            for move in (step, -step):
                moved = {**p, name: p[name].copy()}
                moved[name][at] += move
                ends.append(value_of(batch, moved, s))
            assert slope[at] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=5e-3), (name, at)


def test_the_gradient_is_that_of_finite_differences() -> None:
    check_gradient(made(), SMALL)


def test_the_gradient_of_uncertain_labels_is_that_of_finite_differences() -> None:
    check_gradient(softened(made()), SMALL)


def test_the_gradient_leaves_out_what_is_forbidden() -> None:
    forbidden = Transitions.zeros(3)
    forbidden.initial[2] = forbidden.between[0, 2] = -np.inf
    labels = np.array([0, 1, 2, 2, 0, 0, 1, 1])
    examples = replace(made(first=borders(5, 3)), targets=np.eye(3, dtype=np.float32)[labels], labels=labels)
    check_gradient(examples, SMALL, forbidden)


def test_a_network_without_layers_has_a_gradient_too() -> None:
    s = replace(SMALL, distances=())
    (batch,) = network._parcels(made(), s)
    p = weights(made(), s)
    value, slopes = network._slopes(batch, p, s, np.random.default_rng(0))
    assert value == pytest.approx(value_of(batch, p, s), rel=1e-4)
    assert slopes["kernels"].shape == (0, 15, 5)


@pytest.mark.parametrize("distances", [(), (1,), (1, 3), (2, 9)])
def test_learning_and_use_pass_forward_alike(distances: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    s = replace(SMALL, distances=distances)
    seen = []
    real = crf.beliefs

    def spy(emissions: np.ndarray, *rest: Any, **named: Any) -> crf.Beliefs:
        seen.append(emissions)
        return real(emissions, *rest, **named)

    monkeypatch.setattr(crf, "beliefs", spy)
    (batch,) = network._parcels(made(), s)
    p = {name: value.astype(np.float32) for name, value in weights(made(), s).items()}
    network._slopes(batch, p, s, np.random.default_rng(0))
    model = network._network(p, s)
    np.testing.assert_allclose(seen[0], model.emissions(batch.features @ model.inputs, batch.near), rtol=1e-5, atol=1e-5)


def test_what_is_dropped_is_dropped_in_learning_only() -> None:
    """On the mean over many masks a state is what it is without any."""
    masks = network._mask(np.random.default_rng(0), (400, 500), 0.25)
    assert set(np.unique(masks).tolist()) == {0.0, float(np.float32(1) / np.float32(0.75))}
    assert masks.mean() == pytest.approx(1, abs=0.01)
    (batch,) = network._parcels(made(), SMALL)
    p = weights(made(), SMALL)
    before = batch.features.data.copy()
    for s in (replace(SMALL, drop=0.5), replace(SMALL, drop_inputs=0.5)):
        values = {network._slopes(batch, p, s, np.random.default_rng(k))[0] for k in range(3)}
        assert len(values) == 3
    assert (batch.features.data == before).all()


# ---- chains ----------------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.lists(st.integers(1, 8), max_size=4))
def test_neighbours_end_with_the_chain(lengths: list[int], distances: list[int]) -> None:
    first = borders(*lengths)
    n = int(first[-1])
    near = neighbours(first, distances)
    assert set(near) == {*distances, *(-d for d in distances)}
    chain = np.repeat(np.arange(len(lengths)), lengths)
    for d, there in near.items():
        for i in range(n):
            j = i + d
            assert there[i] == (j if 0 <= j < n and chain[i] == chain[j] else n)


def test_chains_do_not_see_each_other() -> None:
    """Emissions of a chain are the same alone and among others."""
    chance = np.random.default_rng(0)
    sums = chance.normal(size=(12, 5)).astype(np.float32)
    p = {name: value.astype(np.float32) for name, value in weights(made(), SMALL).items()}
    model = network._network(p, SMALL)
    first = borders(4, 1, 7)
    together = model.emissions(sums, neighbours(first, model.distances))
    for a, b in itertools.pairwise(first):
        alone = model.emissions(sums[a:b], neighbours(borders(b - a), model.distances))
        np.testing.assert_allclose(together[a:b], alone, rtol=1e-5, atol=1e-5)
    changed = sums.copy()
    changed[3] += 1
    after = model.emissions(changed, neighbours(first, model.distances))
    moved = np.abs(after - together).max(axis=1) > 1e-4
    assert moved.tolist() == [True, False, True, True, *[False] * 8]  # the layers reach 1, 3 and, within the chain, 1 + 3 tokens
    assert model.emissions(sums[:0], neighbours(borders(), model.distances)).shape == (0, 3)


def test_parcels_hold_every_token_once() -> None:
    examples = made(first=borders(*range(9)))
    parcels = network._parcels(examples, replace(SMALL, size=10))
    assert len(parcels) > 2
    assert sum(len(b.targets) for b in parcels) == 36
    for b in parcels:
        assert (b.targets.argmax(axis=1) == b.labels).all()
    rows = sorted(tuple(row) for b in parcels for row in np.c_[b.features.toarray(), b.targets].tolist())
    assert rows == sorted(tuple(row) for row in np.c_[examples.features.toarray(), examples.targets].tolist())


# ---- learning --------------------------------------------------------------------------------------------------------------------------


def far_task(seed: int, chains: int) -> Examples:
    """The label of a token is the kind of the token five places on, 0 where the chain has ended."""
    chance = np.random.default_rng(seed)
    first = borders(*chance.integers(4, 14, chains))
    n = int(first[-1])
    kind = chance.integers(0, 2, n)
    there = neighbours(first, [5])[5]
    labels = np.append(kind, 0)[there]
    features = sparse.csr_matrix((np.ones(n, np.float32), (np.arange(n), kind)), shape=(n, 2))
    return Examples(features, np.eye(2, dtype=np.float32)[labels], labels, first)


def accuracy(model: Network, task: Examples) -> float:
    emissions = model.emissions(task.features @ model.inputs, neighbours(task.first, model.distances))
    return float((crf.viterbi(emissions, model.transitions, Layout.of(task.first)) == task.labels).mean())


def test_what_stands_far_away_is_learned() -> None:
    s = Settings(width=16, distances=(1, 4), epochs=30, mean_of=3, size=200, step=1e-2, drop=0, drop_inputs=0)
    task, unseen = far_task(0, 120), far_task(1, 60)
    said: list[tuple[int, float]] = []
    model = fit([task], 2, settings=s, progress=lambda epoch, value: said.append((epoch, value)))
    assert accuracy(model, unseen) > 0.98
    assert accuracy(fit([task], 2, settings=replace(s, distances=(1,))), unseen) < 0.85
    assert [epoch for epoch, _ in said] == list(range(30))
    assert said[0][1] < said[-1][1] <= 0


def test_uncertain_labels_teach() -> None:
    """Most of what is learned comes from text that a teacher labelled."""
    s = Settings(width=16, distances=(1, 4), epochs=30, mean_of=3, size=200, step=1e-2, drop=0, drop_inputs=0)
    few, many, unseen = far_task(0, 3), far_task(2, 120), far_task(1, 60)
    taught = replace(many, targets=0.8 * many.targets + 0.1, labels=None)
    assert accuracy(fit([few, taught], 2, settings=s), unseen) > 0.95
    assert accuracy(fit([few], 2, settings=s), unseen) < 0.9
    wrong = replace(taught, targets=1 - taught.targets)
    assert accuracy(fit([few, wrong], 2, settings=s), unseen) < 0.5
    assert accuracy(fit([many, replace(wrong, weight=0.01)], 2, settings=s), unseen) > 0.95


def same(a: Network, b: Network) -> bool:
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in ARRAYS) and all(
        getattr(a.transitions, name).tobytes() == getattr(b.transitions, name).tobytes() for name in CHAIN
    )


def test_the_same_seed_gives_the_same_bytes() -> None:
    s = Settings(width=4, distances=(1, 2), epochs=3, size=10)
    texts = [made(), softened(made(1))]
    model = fit(texts, 3, settings=s)
    assert same(model, fit(texts, 3, settings=s))
    assert not same(model, fit(texts, 3, settings=replace(s, seed=1)))


def test_the_shapes_are_those_of_the_docstring() -> None:
    model = fit([made()], 3, settings=SMALL)
    shapes = {"inputs": (6, 5), "bias": (5,), "kernels": (2, 15, 5), "shifts": (2, 5), "output": (5, 3), "offset": (3,)}
    assert {name: getattr(model, name).shape for name in shapes} == shapes
    assert all(getattr(model, name).dtype == np.float32 for name in shapes)
    assert {f.name for f in fields(model)} == {*shapes, "transitions", "distances"}
    assert model.distances == (1, 3)
    assert model.transitions.between.shape == (3, 3)


def test_what_is_forbidden_stays_so() -> None:
    forbidden = Transitions.zeros(2)
    forbidden.between[1, 0] = forbidden.final[0] = -np.inf
    labels = np.array([0, 0, 1, 1, 0, 1])
    examples = replace(made(n_labels=2, first=borders(4, 2)), labels=labels, targets=np.eye(2, dtype=np.float32)[labels])
    t = fit([examples], 2, forbidden, SMALL).transitions
    assert np.isneginf(t.between).tolist() == [[False, False], [True, False]]
    assert np.isneginf(t.final).tolist() == [True, False]
    assert np.isfinite(t.initial).all()


def test_a_stronger_penalty_gives_smaller_rows() -> None:
    sizes = [float(np.square(fit([made()], 3, settings=replace(SMALL, epochs=20, l2=l2)).inputs).sum()) for l2 in (0.0, 3.0, 30.0)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < 0.5 * sizes[0]


def test_the_result_is_the_mean_of_the_last_weights() -> None:
    """With one step an epoch, the weights after the epochs that count are kept once, later ones every tenth step."""
    s = replace(SMALL, epochs=20, mean_of=20, size=1000, last=1.0)
    after = {n: fit([made()], 3, settings=replace(s, epochs=n, mean_of=1)) for n in (1, 10, 20)}
    mean = fit([made()], 3, settings=s)
    for name in ARRAYS:
        expected = np.mean([getattr(model, name) for model in after.values()], axis=0)
        np.testing.assert_allclose(getattr(mean, name), expected, atol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_without_certain_labels_nothing_is_learned(n: int) -> None:
    with pytest.raises(ValueError, match="no text has labels"):
        fit([softened(made())] * n, 3, settings=SMALL)


def test_a_text_without_tokens_does_no_harm() -> None:
    nothing = replace(made(first=borders(0)), labels=None)
    assert same(fit([made()], 3, settings=SMALL), fit([made(), nothing], 3, settings=SMALL))
    with pytest.raises(ValueError, match="no text has labels"):
        fit([made(first=borders(0, 0))], 3, settings=SMALL)


@pytest.mark.parametrize(("epochs", "mean_of"), [(0, 1), (3, 0)])
def test_a_mean_of_nothing_is_refused(epochs: int, mean_of: int) -> None:
    with pytest.raises(ValueError, match="no epoch"):
        fit([made()], 3, settings=replace(SMALL, epochs=epochs, mean_of=mean_of))


def test_forbidden_labels_are_refused() -> None:
    forbidden = Transitions.zeros(3)
    forbidden.between[:, 2] = -np.inf
    assert (made().labels == 2).any()
    with pytest.raises(ValueError, match="forbidden"):
        fit([made()], 3, forbidden, SMALL)
    with pytest.raises(ValueError, match="forbidden"):
        fit([replace(made(), labels=np.zeros(15, np.int64)), made()], 3, forbidden, SMALL)
