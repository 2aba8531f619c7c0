"""Linear-chain conditional random field (Lafferty, McCallum & Pereira 2001) in numpy.

Conventions
-----------
* ``n`` tokens stand in chains one after the other; chain ``c`` holds the tokens ``first[c]:first[c + 1]``. No transition crosses a border.
* The score of a labelling ``y`` of a chain of ``T`` tokens is ``initial[y_0] + sum_t emissions[t, y_t] + sum_t transitions[y_t-1, y_t] +
  final[y_T-1]``; its probability is proportional to the exponential. What is forbidden has the score ``-inf``.
* Emissions are the rows of ``features @ weights``; where they come from is not the matter of this module.
* A chain may be empty: it has one labelling, with score 0.

All chains advance together: tokens are laid out by their place in the chain, longest chain first (:class:`Layout`), so that a step is one
operation on the chains that are still running, without padding. On the few chains of an article a step costs what numpy needs to be
called, so the steps do only what depends on the step before; all else is done for all tokens at once. Time is linear in the tokens, but a
step is a dear thing for one chain alone: very long texts are best cut into chains of at most some hundred tokens.

Probabilities are kept in the scaled form of Rabiner (1989): a label that is less probable than its neighbours by a factor of more than
about exp(700) counts as forbidden.

:func:`fit` maximises the log-likelihood with an L2 penalty by AdaGrad (Duchi, Hazan & Singer 2011) on batches of chains of similar length;
the weights are the mean over the last epochs (Polyak & Juditsky 1992). Features may be a scipy sparse matrix; all else is numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Scores of the first label (L,), of each label after another (L, L), and of the last label (L,)."""

    initial: Floats
    between: Floats
    final: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Transitions:
        """Those that stand among other arrays under their names."""
        return cls(*(arrays[name] for name in CHAIN))

    def named(self) -> dict[str, Floats]:
        """By their names, ``CHAIN``."""
        return {name: getattr(self, name) for name in CHAIN}

    @classmethod
    def zeros(cls, n_labels: int, forbidden: Transitions | None = None) -> Transitions:
        """No preference, but for what is ``-inf`` in ``forbidden``."""
        shapes = (n_labels,), (n_labels, n_labels), (n_labels,)
        if forbidden is None:
            return cls(*(np.zeros(s) for s in shapes))
        return cls(*(np.where(np.isneginf(p), -np.inf, 0.0) for p in forbidden.named().values()))


CHAIN = tuple(f.name for f in fields(Transitions))


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The order in which chains advance.

    Attributes
    ----------
    rows : (n,) array
        The tokens: the first ones of all chains, the second ones, and so on.
    sizes : list of int
        How many chains are running at each step.
    chains : (chains,) array
        The chains, longest first: the order in which they stand within a step.
    ends : (chains that are not empty,) array
        Where in ``rows`` each chain has its last token.
    """

    rows: Ints
    sizes: list[int]
    chains: Ints
    ends: Ints

    @classmethod
    def of(cls, first: Ints) -> Layout:
        """Lay out the chains with borders ``first`` (chains + 1,). Raises ``ValueError`` if these are no borders."""
        lengths = _lengths(first)
        chains = np.argsort(-lengths, kind="stable")
        lengths = lengths[chains]
        total = int(lengths.sum())
        place = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = (np.repeat(np.asarray(first, np.int64)[:-1][chains], lengths) + place)[np.argsort(place, kind="stable")]
        sizes = np.bincount(place)
        filled = lengths[lengths > 0]
        ends = (np.cumsum(sizes) - sizes)[filled - 1] + np.arange(len(filled))
        return cls(rows, sizes.tolist(), chains, ends)


def _lengths(first: Ints) -> NDArray[np.int64]:
    first = np.asarray(first, np.int64)
    lengths: NDArray[np.int64] = np.diff(first)
    if len(first) == 0 or first[0] != 0 or (lengths < 0).any():
        raise ValueError("the borders of the chains do not begin with 0, or decrease")
    return lengths


def viterbi(emissions: Floats, transitions: Transitions, layout: Layout) -> NDArray[np.int64]:
    """The best labelling of each chain (Viterbi 1967).

    Of equally good ones it is that with the lowest last label, among these that with the lowest last but one, and so on.

    Parameters
    ----------
    emissions : (n, L) array
    transitions : Transitions
    layout : Layout

    Returns
    -------
    (n,) array

    Raises
    ------
    ValueError
        If a chain has no labelling that is allowed.
    """
    out = np.zeros(len(emissions), np.int64)
    sizes = layout.sizes
    if not sizes:
        return out
    best = np.asarray(emissions, np.float64)[layout.rows]  # becomes the score of the best way to each label of each token
    best[: sizes[0]] += transitions.initial
    n_labels = best.shape[1]
    between = transitions.between[:, None, :]
    # The label before is the first axis: only there numpy takes the maximum of whole rows at once.
    ways, ahead = np.empty((n_labels, sizes[0], n_labels)), np.empty((sizes[0], n_labels))
    turned, before, begin = best.T[:, :, None], 0, sizes[0]
    for size, steps in groupby(sizes[1:]):  # as long as no chain ends, the same views serve
        some_ways, some_ahead = ways[:, :size], ahead[:size]
        for _ in steps:
            np.add(turned[:, before : before + size], between, some_ways)
            np.maximum.reduce(some_ways, axis=0, out=some_ahead)
            now = best[begin : begin + size]
            now += some_ahead
            before, begin = begin, begin + size

    best[layout.ends] += transitions.final
    if not np.isfinite(best[layout.ends].max(axis=1)).all():
        raise ValueError("a chain has no labelling that is allowed")
    into = np.ascontiguousarray(transitions.between.T)
    found = np.empty(len(best), np.int64)
    end = len(best)
    running = 0
    for size in reversed(sizes):
        begin = end - size
        if running:
            best[begin : begin + running] += into[found[end : end + running]]  # not used again without it
        found[begin:end] = best[begin:end].argmax(axis=1)
        end, running = begin, size
    out[layout.rows] = found
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What a chain model believes.

    Attributes
    ----------
    log_z : (chains,) array
        Log-normalisers, in the order of ``Layout.chains``.
    marginals : (n, L) array
        Probability of each label of each token.
    between : (L, L) array
        Expected number of transitions from label to label; zeros if they were not asked for.
    initial, final : (L,) arrays
        Expected number of first and of last labels.
    backward, ahead : (n, L) arrays
        In the order of ``Layout.rows``: the probability of label ``b`` of a token that begins no chain, given label ``a`` of the token
        before, is ``exp(transitions.between[a, b]) * ahead[token, b] / backward[token before, a]``.
    """

    log_z: Floats
    marginals: Floats
    between: Floats
    initial: Floats
    final: Floats
    backward: Floats
    ahead: Floats


def beliefs(emissions: Floats, transitions: Transitions, layout: Layout, pairs: bool = True) -> Beliefs:
    """Marginals by the forward-backward algorithm (Rabiner 1989).

    Parameters
    ----------
    emissions : (n, L) array
    transitions : Transitions
    layout : Layout
    pairs : bool
        Whether to add up the expected transitions (zeros otherwise).

    Returns
    -------
    Beliefs

    Raises
    ------
    ValueError
        If a chain has no labelling that is allowed.
    """
    n_labels = len(transitions.initial)
    sizes, ends = layout.sizes, layout.ends
    log_z, expected = np.zeros(len(layout.chains)), np.zeros((n_labels, n_labels))
    if not sizes:
        nothing, none = np.zeros((len(emissions), n_labels)), np.zeros(n_labels)
        return Beliefs(log_z, nothing, expected, none, none, nothing, nothing)
    rows = np.asarray(emissions, np.float64)[layout.rows]
    top = np.maximum(rows.max(axis=1), np.finfo(np.float64).min)  # finite even where every label is forbidden
    local = np.exp(rows - top[:, None])
    into, last = np.exp(transitions.between), np.exp(transitions.final)
    counts = np.array(sizes)
    widest, total = sizes[0], len(rows)

    forward, scale = np.empty_like(local), np.empty((total, 1))
    ones = np.ones((n_labels, 1))  # a product with it is a faster sum of short rows
    forward[:widest] = local[:widest] * np.exp(transitions.initial)
    begin, previous = 0, forward[:0]
    with np.errstate(divide="ignore", invalid="ignore"):  # impossible chains end as nan or 0
        for size in sizes:
            end = begin + size
            now, mass = forward[begin:end], scale[begin:end]
            if begin:
                np.matmul(previous[:size], into, now)
                now *= local[begin:end]
            np.matmul(now, ones, mass)
            now /= mass
            begin, previous = end, now
        ended = forward[ends] @ last
    if not (ended > 0).all():
        raise ValueError("a chain has no labelling that is allowed")

    backward = np.empty_like(local)
    backward[ends] = last / ended[:, None]
    ahead = np.divide(local, scale, out=local)
    out_of = np.ascontiguousarray(into.T)
    end = total
    for size, wider in zip(sizes[:0:-1], sizes[-2::-1]):
        begin = end - size
        now = ahead[begin:end]
        now *= backward[begin:end]
        np.matmul(now, out_of, backward[begin - wider : end - wider])
        end = begin
    if pairs:
        before = np.arange(widest, total) - np.repeat(counts[:-1], counts[1:])
        expected = forward[before].T @ ahead[widest:] * into

    forward *= backward
    marginals = np.empty_like(forward)
    marginals[layout.rows] = forward
    lane = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    log_z[:widest] = np.bincount(lane, np.log(scale[:, 0]) + top) + np.log(ended)
    return Beliefs(log_z, marginals, expected, forward[:widest].sum(axis=0), forward[ends].sum(axis=0), backward, ahead)


def _places(first: Ints) -> tuple[Ints, Ints, Ints]:
    """The tokens that begin a chain, those that end one, and those that follow another."""
    lengths = _lengths(first)
    filled = lengths > 0
    begins, ends = np.asarray(first, np.int64)[:-1][filled], np.asarray(first, np.int64)[1:][filled] - 1
    inner = np.ones(int(lengths.sum()), np.bool_)
    inner[begins] = False
    return begins, ends, np.flatnonzero(inner)


def score(labels: Ints, emissions: Floats, transitions: Transitions, first: Ints) -> float:
    """Sum of the scores of all chains under ``labels`` (n,); ``-inf`` if they use what is forbidden."""
    labels = np.asarray(labels, np.int64)
    begins, ends, inner = _places(first)
    total = np.asarray(emissions, np.float64)[np.arange(len(labels)), labels].sum()
    total += transitions.between[labels[inner - 1], labels[inner]].sum()
    return float(total + transitions.initial[labels[begins]].sum() + transitions.final[labels[ends]].sum())


def count_transitions(labels: Ints, first: Ints, n_labels: int) -> Transitions:
    """How often each label comes first, after another, and last."""
    begins, ends, inner = _places(first)
    pairs = np.bincount(labels[inner - 1] * n_labels + labels[inner], minlength=n_labels**2)
    initial, final = (np.bincount(labels[at], minlength=n_labels) for at in (begins, ends))
    return Transitions(initial.astype(float), pairs.reshape(n_labels, n_labels).astype(float), final.astype(float))


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Chains that are learned from together: features (tokens, F), labels (tokens,), borders (chains + 1,) and their layout."""

    features: Any
    labels: Ints
    first: Ints
    layout: Layout


def batches(features: Any, labels: Ints, first: Ints, size: int) -> list[Batch]:
    """Chains of similar length in batches of about ``size`` tokens; every token in exactly one, empty chains in none."""
    lengths = _lengths(first)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    cuts = np.flatnonzero(np.diff(np.cumsum(lengths[order]) // size)) + 1
    out = []
    for part in np.split(order, cuts):
        if not len(part):
            continue
        sizes = lengths[part]
        begins = np.cumsum(sizes) - sizes
        rows = np.repeat(np.asarray(first, np.int64)[part] - begins, sizes) + np.arange(sizes.sum())
        borders = np.append(begins, sizes.sum())
        out.append(Batch(features[rows], np.asarray(labels, np.int64)[rows], borders, Layout.of(borders)))
    return out


def gradient(batch: Batch, weights: Floats, transitions: Transitions) -> tuple[float, Floats, Transitions]:
    """Log-likelihood of a batch and its gradient by weights and transitions; what is forbidden has the gradient 0."""
    emissions = batch.features @ weights
    b = beliefs(emissions, transitions, batch.layout)
    labels, n_labels = batch.labels, weights.shape[1]
    value = score(labels, emissions, transitions, batch.first) - float(b.log_z.sum())
    residual = -b.marginals
    residual[np.arange(len(residual)), labels] += 1.0
    seen = count_transitions(labels, batch.first, n_labels)
    by_transition = Transitions(seen.initial - b.initial, seen.between - b.between, seen.final - b.final)
    return value, batch.features.T @ residual.astype(weights.dtype), by_transition


def fit(
    features: Any,
    labels: Ints,
    first: Ints,
    n_labels: int,
    forbidden: Transitions | None = None,
    *,
    l2: float = 1.0,
    rate: float = 0.2,
    epochs: int = 12,
    mean_of: int = 4,
    size: int = 8192,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> tuple[NDArray[np.float32], Transitions]:
    """Learn emission weights and transitions.

    Parameters
    ----------
    features : (n, F) scipy sparse matrix or array
    labels : (n,) array
    first : (chains + 1,) array
    n_labels : int
    forbidden : Transitions, optional
        ``-inf`` where a transition is not allowed.
    l2 : float
        Weight of half the squared norm of all weights and transitions, against the log-likelihood of the whole training set.
    rate : float
        Step size of AdaGrad.
    epochs, mean_of : int
        Number of passes, and how many of the last ones the weights are the mean of.
    size : int
        Tokens in a batch.
    seed : int
        Of the order of the batches.
    progress : callable, optional
        Called with the epoch and the log-likelihood per token during it, without the penalty.

    Returns
    -------
    weights : (F, L) float32 array
    transitions : Transitions

    Raises
    ------
    ValueError
        If the labels use what is forbidden or are not below ``n_labels``, the shapes do not fit, or ``mean_of`` is below 1.
    """
    labels = np.asarray(labels, np.int64)
    n = int(_lengths(first).sum())
    if not features.shape[0] == len(labels) == n:
        raise ValueError(f"{features.shape[0]} rows of features, {len(labels)} labels and chains of {n} tokens do not fit")
    if n and not 0 <= labels.min() <= labels.max() < n_labels:
        raise ValueError(f"the labels {labels.min()} to {labels.max()} are not all among {n_labels}")
    if mean_of < 1:
        raise ValueError(f"a mean of {mean_of} epochs")
    rules = Transitions.zeros(n_labels, forbidden)
    bans = [np.isneginf(part) for part in (rules.initial, rules.between, rules.final)]
    if [ban.shape for ban in bans] != [(n_labels,), (n_labels, n_labels), (n_labels,)]:
        raise ValueError(f"the forbidden transitions are not those of {n_labels} labels")
    if not np.isfinite(score(labels, np.zeros((n, n_labels)), rules, first)):
        raise ValueError("the labels hold a transition that is forbidden")

    def transitions(parts: list[Any]) -> Transitions:
        return Transitions(*(np.where(ban, -np.inf, part) for ban, part in zip(bans, parts)))

    # What is forbidden stays 0 in these, since its gradient is 0.
    parts = [np.zeros((features.shape[1], n_labels), np.float32), *(np.zeros(ban.shape) for ban in bans)]
    squares = [np.full_like(part, 1e-8) for part in parts]
    means = [np.zeros_like(part) for part in parts]
    parcels = batches(features, labels, first, size)
    order = np.random.default_rng(seed)
    for epoch in range(epochs):
        likelihood = 0.0
        for k in order.permutation(len(parcels)):
            batch = parcels[k]
            value, by_weights, by = gradient(batch, parts[0], transitions(parts[1:]))
            likelihood += value
            share = l2 * len(batch.labels) / n
            for part, square, grad in zip(parts, squares, (by_weights, by.initial, by.between, by.final)):
                step = grad.astype(part.dtype, copy=False) - share * part
                square += step * step
                step *= rate
                step /= np.sqrt(square)
                part += step
        if epoch >= epochs - mean_of:
            for mean, part in zip(means, parts):
                mean += part / min(mean_of, epochs)
        if progress:
            progress(epoch, likelihood / max(n, 1))
    return means[0], transitions(means[1:])
