"""A small convolutional network under a linear-chain CRF: sparse inputs, a hidden layer, dilated convolutions, label scores.

Conventions
-----------
* Token ``i`` enters as the sum of ``bias`` and of the rows of ``inputs`` of its features; the rectified sum is its hidden state of ``H``
  numbers.
* Each layer adds to the states of a chain ``relu([h_{i-d}, h_i, h_{i+d}] @ kernel + shift)`` with its own distance ``d`` (Yu & Koltun 2016;
  Strubell et al. 2017); beyond the ends of the chain stand zeros.
* Emissions are ``h @ output + offset``; the transitions are those of :mod:`framing.learning.crf`.

Training ascends the log-likelihood of label *probabilities* given for every token: certain ones for annotated text, those of teachers for
other text (distillation, Hinton, Vinyals & Dean 2015). By emissions its gradient is target minus marginal. Inputs are dropped at random,
and hidden states too (Srivastava et al. 2014). The sparse rows learn by AdaGrad, the rest by Adam (Kingma & Ba 2015), with steps that
shrink linearly to the share ``last``; the result is the mean over the last epochs. All is float32 but the forward-backward recursions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import crf
from framing.learning.crf import CHAIN, Layout, Transitions

Array = NDArray[np.float32]
Ints = NDArray[np.integer[Any]]
Neighbours = dict[int, NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The numbers of a network; see the module's docstring.

    Attributes
    ----------
    inputs : (F, H)
    bias : (H,)
    kernels : (layers, 3 H, H)
    shifts : (layers, H)
    output : (H, L)
    offset : (L,)
    transitions : Transitions
    distances : tuple of int
        Of the layers.
    """

    inputs: Array
    bias: Array
    kernels: Array
    shifts: Array
    output: Array
    offset: Array
    transitions: Transitions
    distances: tuple[int, ...]

    def emissions(self, sums: Array, near: Neighbours) -> Array:
        """Label scores (n, L) of tokens whose rows of ``inputs`` sum to ``sums`` (n, H)."""
        n, width = sums.shape
        state = np.zeros((n + 1, width), np.float32)  # the last row stands beyond the ends
        np.maximum(sums + self.bias, 0, out=state[:-1])
        places = np.empty((n, 3), np.int64)
        places[:, 1] = np.arange(n)
        window, added = np.empty((n, 3 * width), np.float32), np.empty((n, width), np.float32)
        rows = window.reshape(-1, width)
        for kernel, shift, d in zip(self.kernels, self.shifts, self.distances):
            places[:, 0], places[:, 2] = near[-d], near[d]
            np.take(state, places.reshape(-1), axis=0, out=rows, mode="clip")  # with a place for the result faster than indexing
            np.matmul(window, kernel, out=added)
            added += shift
            np.maximum(added, 0, out=added)
            state[:-1] += added
        scores: Array = state[:-1] @ self.output
        scores += self.offset
        return scores


def neighbours(first: Ints, distances: Sequence[int]) -> Neighbours:
    """For each distance to either side the token there, n beyond the ends of the chain; chains with borders ``first``."""
    first = np.asarray(first, np.int64)
    lengths = np.diff(first)
    n = int(first[-1])
    low, high = np.repeat(first[:-1], lengths), np.repeat(first[1:], lengths)
    here = np.arange(n)
    out = {}
    for d in sorted({*distances, *(-d for d in distances)}):
        there = here + d
        out[d] = np.where((there >= low) & (there < high), there, n)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Text to learn from.

    Attributes
    ----------
    features : (n, F) scipy sparse float32 matrix
    targets : (n, L) float32
        Probability of each label.
    labels : (n,) int, or None
        The labels, where they are certain; the transitions are learned from these only.
    first : (chains + 1,) int
    weight : float
        Of a token of this text.
    """

    features: Any
    targets: Array
    labels: Ints | None
    first: Ints
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn: see :func:`fit`."""

    width: int = 64
    distances: tuple[int, ...] = (1, 2, 4, 8)
    epochs: int = 8
    mean_of: int = 2
    size: int = 6000  # tokens in a batch
    rate: float = 0.05  # of AdaGrad
    step: float = 3e-3  # of Adam
    l2: float = 10.0  # half the squared norm of the input rows, against the log-likelihood of all annotated text
    decay: float = 1e-2  # of the other weights, per step
    drop: float = 0.15  # hidden states
    drop_inputs: float = 0.15
    last: float = 0.02
    seed: int = 0


_SPARSE = "inputs"


@dataclass(slots=True, eq=False)
class _Batch:
    features: Any
    targets: Array
    labels: Ints | None
    first: Ints
    layout: Layout
    near: Neighbours
    weight: float


def fit(
    texts: Sequence[Examples],
    n_labels: int,
    forbidden: Transitions | None = None,
    settings: Settings | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Network:
    """Learn a network.

    Parameters
    ----------
    texts : sequence of Examples
        At least one with labels.
    n_labels : int
    forbidden : Transitions, optional
        ``-inf`` where a transition is not allowed.
    settings : Settings, optional
    progress : callable, optional
        Called with the epoch and the log-likelihood per token of the annotated text, with what is dropped at random left out.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If no text has labels, labels use what is forbidden, or no epoch counts.
    """
    s = settings or Settings()
    if s.epochs < 1 or s.mean_of < 1:
        raise ValueError(f"a mean of {s.mean_of} of {s.epochs} epochs: there is no epoch in it")
    known = sum(int(t.first[-1]) for t in texts if t.labels is not None)
    if not known:
        raise ValueError("no text has labels")
    transitions = Transitions.zeros(n_labels, forbidden)
    for t in texts:
        if t.labels is not None and not np.isfinite(crf.score(t.labels, np.zeros((len(t.labels), n_labels)), transitions, t.first)):
            raise ValueError("the labels hold a transition that is forbidden")
    random = np.random.default_rng(s.seed)
    p = _initial(texts[0].features.shape[1], n_labels, transitions, s, random)
    parcels = [batch for t in texts for batch in _parcels(t, s)]
    learner = _Learner(p, s, s.epochs * len(parcels))
    for epoch in range(s.epochs):
        likelihood = 0.0
        for k in random.permutation(len(parcels)):
            value, slopes = _slopes(parcels[k], p, s, random)
            likelihood += value
            slopes[_SPARSE] -= np.float32(s.l2 * len(parcels[k].targets) / known) * p[_SPARSE]
            learner.ascend(slopes, len(parcels[k].targets), epoch >= s.epochs - s.mean_of)
        if progress:
            progress(epoch, likelihood / known)
    return _network(learner.mean, s)


def _initial(n_features: int, n_labels: int, transitions: Transitions, s: Settings, random: np.random.Generator) -> dict[str, Array]:
    h = s.width
    p = {
        "inputs": random.normal(size=(n_features, h)) * 0.05,
        "bias": np.zeros(h),
        "kernels": random.normal(size=(len(s.distances), 3 * h, h)) * 0.5 * np.sqrt(2 / (3 * h)),
        "shifts": np.zeros((len(s.distances), h)),
        "output": random.normal(size=(h, n_labels)) * 0.3 / np.sqrt(h),
        "offset": np.zeros(n_labels),
        **transitions.named(),
    }
    return {name: value.astype(np.float32) for name, value in p.items()}


def _network(p: dict[str, Array], s: Settings) -> Network:
    transitions = Transitions(*(p[name].astype(np.float64) for name in CHAIN))
    names = [f.name for f in fields(Network)]
    return Network(**{name: p[name] for name in names if name in p}, transitions=transitions, distances=s.distances)


def _parcels(text: Examples, s: Settings) -> list[_Batch]:
    n = int(text.first[-1])
    numbers = np.arange(n)
    out = []
    for b in crf.batches(numbers[:, None], numbers, text.first, s.size):
        tokens = b.labels
        labels = None if text.labels is None else np.asarray(text.labels, np.int64)[tokens]
        near = neighbours(b.first, s.distances)
        parts = text.features[tokens], text.targets[tokens], labels
        out.append(_Batch(*parts, b.first, b.layout, near, text.weight))
    return out


def _mask(random: np.random.Generator, shape: tuple[int, ...], drop: float) -> Array:
    kept: Array = (random.random(shape, dtype=np.float32) >= drop).astype(np.float32)
    kept /= np.float32(1 - drop)
    return kept


def _slopes(b: _Batch, p: dict[str, Array], s: Settings, random: np.random.Generator) -> tuple[float, dict[str, Array]]:
    """Log-likelihood (0 for text without labels) of a batch and its gradient by all weights."""
    h = s.width
    features = b.features
    if s.drop_inputs:
        features = features.copy()
        features.data = _mask(random, features.data.shape, s.drop_inputs) * b.features.data
    gates, windows = [], []
    state = features @ p["inputs"] + p["bias"]
    gate = (state > 0) * (_mask(random, state.shape, s.drop) if s.drop else np.float32(1))
    state = np.concatenate([state * gate, np.zeros((1, h), np.float32)])
    for k, d in enumerate(s.distances):
        window = np.concatenate([state[b.near[-d]], state[:-1], state[b.near[d]]], axis=1)
        added = window @ p["kernels"][k] + p["shifts"][k]
        through = (added > 0) * (_mask(random, added.shape, s.drop) if s.drop else np.float32(1))
        state[:-1] += added * through
        windows.append(window)
        gates.append(through)
    emissions = state[:-1] @ p["output"] + p["offset"]
    transitions = Transitions(*(p[name].astype(np.float64) for name in CHAIN))
    believed = crf.beliefs(emissions, transitions, b.layout, pairs=b.labels is not None)
    value = 0.0
    g: dict[str, Array] = {}
    if b.labels is not None:
        value = crf.score(b.labels, emissions, transitions, b.first) - float(believed.log_z.sum())
        seen = crf.count_transitions(b.labels, b.first, len(transitions.initial))
        for name in CHAIN:
            g[name] = np.where(np.isfinite(p[name]), getattr(seen, name) - getattr(believed, name), 0.0).astype(np.float32)
    back = ((b.targets - believed.marginals) * b.weight).astype(np.float32)
    g["output"], g["offset"] = state[:-1].T @ back, back.sum(axis=0)
    down = back @ p["output"].T
    g["kernels"], g["shifts"] = np.empty_like(p["kernels"]), np.empty_like(p["shifts"])
    for k in reversed(range(len(s.distances))):
        d = s.distances[k]
        added = down * gates[k]
        g["kernels"][k], g["shifts"][k] = windows[k].T @ added, added.sum(axis=0)
        spread = np.concatenate([added @ p["kernels"][k].T, np.zeros((1, 3 * h), np.float32)])
        down = down + spread[b.near[d], :h] + spread[:-1, h : 2 * h] + spread[b.near[-d], 2 * h :]
    down = down * gate
    g["bias"], g["inputs"] = down.sum(axis=0), features.T @ down
    return value, g


class _Learner:
    """AdaGrad for the input rows and transitions, Adam for the rest; keeps the mean of the last weights."""

    def __init__(self, p: dict[str, Array], s: Settings, steps: int) -> None:
        self.p, self.s, self.steps = p, s, steps
        self.done, self.kept = 0, 0
        self.squares = {name: np.full_like(value, 1e-8) for name, value in p.items()}
        self.first = {name: np.zeros_like(value) for name, value in p.items()}
        self.second = {name: np.zeros_like(value) for name, value in p.items()}
        self.mean: dict[str, Array] = {}

    def ascend(self, slopes: dict[str, Array], tokens: int, keep: bool) -> None:
        """One step; ``keep`` adds the weights to the mean (every tenth step)."""
        self.done += 1
        s = self.s
        share = np.float32(max(s.last, 1 - self.done / self.steps))
        for name, slope in slopes.items():
            value = self.p[name]
            if name == _SPARSE or name in CHAIN:
                self.squares[name] += slope * slope
                value += share * np.float32(s.rate) * slope / np.sqrt(self.squares[name])
                continue
            slope = slope / np.float32(tokens)
            first, second = self.first[name], self.second[name]
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.001) * (slope * slope - second)
            ahead = first / np.float32(1 - 0.9**self.done)
            size = np.sqrt(second / np.float32(1 - 0.999**self.done)) + np.float32(1e-8)
            value += share * np.float32(s.step) * (ahead / size - np.float32(s.decay) * value)
        if keep and (self.done % 10 == 0 or not self.mean):
            self.kept += 1
            for name, value in self.p.items():
                mean = self.mean.setdefault(name, value.copy())
                free = np.isfinite(value)
                mean[free] += (value[free] - mean[free]) / np.float32(self.kept)
