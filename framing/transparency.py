"""The sourcing-transparency index: how openly the sources of an article are identified, as an explicit formula over its attributions.

Nothing here is learned. The order of the weights follows what newsroom standards ask for (AP, Reuters, BBC, NPR, SPJ; PEJ 2005: a source is
"fully identified" by name and relation to the story; Vincent et al. 2025: title and justification of a source); the numbers are ours and
``SCHEME`` names their version. Transparency is not truth: the index does not separate reputable from unreliable outlets.

Weight of an attribution
------------------------
``w = min(base * (1 + 0.3 g), named) * 0.8 ** r``

* ``base`` by level and kind is ``WEIGHTS``. A named person with a role has 1.00, a named document with its producer .75 (``IDENTIFIED``).
* ``g = (reason + position) / 2`` for levels below "named", else 0: reason none 0, boilerplate 1/2, specific 1 (only where an identity is
  withheld), position 0 or 1.
* ``named`` is what the same attribution would have at level "named": a graded "office" may reach it and never pass it, so that a better
  level never lowers a weight (.60 * 1.3 would pass a named organisation's .75).
* ``r`` is the number of outlets that relay it.

The kinds author, generic and none have no identity to show. They are left out of identification and depth (not ``counted``), with one
exception: at level "impersonal" ("it is believed") they count with weight 0, because an identity that the reader needs is missing there.

Components, each 0..1
---------------------
The unit is the content token: a body token in the content of an attribution, once an attribution however many of its spans hold it.
A component with an empty denominator is 0.

==================  =========================================================================================================
identification      mean of ``w`` over the counted attributions, by content tokens
depth               ``1 - exp(-E / k)``, E = distinct entities of counted attributions that are at "office" or "named"
primary             1 - share of content tokens that are relayed or whose source is an outlet
diversity           ``1 - sum(share_e ** 2)`` over entities (Simpson 1949); an attribution without an entity brings no voice: left out
coverage            share of the body's sentences with a content token
accountability      mean of (reason + position) / 2 over withheld attributions; ``None`` if nothing is withheld; not in the index
==================  =========================================================================================================

``index = sum(POINTS[c] * component_c)``. The contribution of an attribution is the index minus the index without it, in closed form from
sums over entities and sentences. The interval is a bootstrap over attributions (see :func:`interval`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.records import COMPONENTS, Attribution, Contribution, Span, Transparency
from framing.tokens import Tokens

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Bools = NDArray[np.bool_]

SCHEME = "1"
MIN_TOKENS = 100  # body tokens; below, shares of tokens and sentences jump with every attribution
POINTS: Mapping[str, float] = {"identification": 35.0, "depth": 20.0, "primary": 20.0, "diversity": 10.0, "coverage": 15.0}
_POINTS = np.array([POINTS[name] for name in COMPONENTS])
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "named": {"person": 0.85, "organisation": 0.75, "document": 0.60, "group": 0.60, "outlet": 0.50},
    "office": {"person": 0.60, "organisation": 0.60, "document": 0.60, "group": 0.60, "outlet": 0.50},
    "described": {"person": 0.35, "organisation": 0.35, "document": 0.45, "group": 0.35, "outlet": 0.35},
    "bare": {"person": 0.15, "organisation": 0.15, "document": 0.25, "group": 0.15, "outlet": 0.20},
    "impersonal": {"person": 0.0, "organisation": 0.0, "document": 0.0, "group": 0.0, "outlet": 0.0},
}
IDENTIFIED: Mapping[str, float] = {"person": 1.00, "document": 0.75}  # named, and role or producer stated in the article
REASON_GRADE: Mapping[str | None, float] = {None: 0.0, "none": 0.0, "boilerplate": 0.5, "specific": 1.0}
UNIDENTIFIABLE = frozenset({"author", "generic", "none"})
GRADE_FACTOR = 0.3
RELAY_FACTOR = 0.8
# Chosen on PolNeAR train (150 articles, quartiles of E 3, 5, 10) among 2, 4, 6, 8, 10: k = 2 leaves half of the articles above .95, where
# depth no longer tells them apart, and k = 4 a sixth; both agree less with editors. From 6 to 10 agreement is the same within its error;
# at 6 the quartiles of depth are .39, .57, .81 and 5 % of the articles lie above .95 (experiments/transparency.py).
DEPTH_K = 6.0
CELLS = 2_000_000  # of the resampling matrix that are in memory at a time
MIN_RESAMPLES = 100
BLOCK = 128  # rows that one product of matrices sums


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the index is computed from: arrays over n attributions, and r stretches of sentences that they cover.

    The stretches ``[first, last)`` count body sentences; those of the same ``owner`` (index of an attribution) do not overlap.
    """

    weight: Floats  # (n,)
    counted: Bools  # (n,) takes part in identification and depth
    identified: Bools  # (n,) counted, with an entity, at "office" or "named"
    secondary: Bools  # (n,) relayed, or from an outlet
    entity: Indices  # (n,) 0.. without gaps; -1 without an entity
    tokens: Floats  # (n,) content tokens
    owner: Indices  # (r,)
    first: Indices  # (r,)
    last: Indices  # (r,)
    n_sentences: int
    n_tokens: int

    def __len__(self) -> int:
        return len(self.weight)


def score(
    attributions: Sequence[Attribution], tokens: Tokens, n_resamples: int = 1000, seed: int = 0
) -> tuple[Transparency, tuple[float, ...]]:
    """The index of an article with its components, contributions and interval.

    Parameters
    ----------
    attributions : sequence of Attribution
        With entity, kind, level, withheld, reason, position, role, producer, relays and content as resolved in the article.
    tokens : Tokens
        Of the same text.
    n_resamples : int
        Bootstrap resamples; 0 for no interval.
    seed : int
        Of the resamples.

    Returns
    -------
    Transparency
        ``index`` is ``None`` with a ``reason`` ("no attributions", "fewer than 100 tokens"); its components are then ``None``, too.
    tuple of float
        The weights of the attributions, 0..1, in their order; 0 for those that are not counted.

    Raises
    ------
    KeyError
        If a kind, level or reason is not a code of the scheme.
    """
    given = evidence(attributions, tokens)
    weights = tuple(given.weight.tolist())
    reason = "no attributions" if not weights else f"fewer than {MIN_TOKENS} tokens" if given.n_tokens < MIN_TOKENS else None
    if reason:
        return Transparency(None, reason, None, dict.fromkeys((*COMPONENTS, "accountability")), ()), weights
    whole, without = _exact(given, DEPTH_K)
    values: dict[str, float | None] = {**_named(whole), "accountability": accountability(attributions)}
    value = index(values)
    deltas = (value - _POINTS @ without).tolist()
    return (
        Transparency(
            index=value,
            reason=None,
            interval=_around(value, given, n_resamples, seed),
            components=values,
            contributions=tuple(Contribution(a.id, delta) for a, delta in zip(attributions, deltas)),
        ),
        weights,
    )


def weight(
    attribution: Attribution, weights: Mapping[str, Mapping[str, float]] = WEIGHTS, identified: Mapping[str, float] = IDENTIFIED
) -> float:
    """How openly the source of one attribution is identified, 0..1; 0 if it is not :func:`counted`. Other tables are for studies."""
    kind, level = attribution.kind, attribution.level
    if kind in UNIDENTIFIABLE:
        return 0.0
    stated = attribution.role if kind == "person" else attribution.producer
    value = identified[kind] if stated and kind in identified else weights["named"][kind]
    if level != "named":
        value = min(value, weights[level][kind] * (1 + GRADE_FACTOR * grade(attribution)))
    return value * RELAY_FACTOR ** len(attribution.relays)


def counted(attribution: Attribution) -> bool:
    """Whether it takes part in identification and depth: its kind can have an identity, or an identity is missing (level "impersonal")."""
    return attribution.kind not in UNIDENTIFIABLE or attribution.level == "impersonal"


def grade(attribution: Attribution) -> float:
    """How well a source that is not named is justified: (reason + position) / 2, 0..1."""
    reason = REASON_GRADE[attribution.reason] if attribution.withheld else 0.0
    return (reason + attribution.position) / 2


def accountability(attributions: Sequence[Attribution]) -> float | None:
    """Mean grade of the attributions whose source is withheld; ``None`` if there is none."""
    grades = [grade(a) for a in attributions if a.withheld]
    return sum(grades) / len(grades) if grades else None


def index(values: Mapping[str, float | None]) -> float:
    """The index, 0..100, of the five components."""
    return float(sum((values[name] or 0.0) * POINTS[name] for name in COMPONENTS))


def evidence(attributions: Sequence[Attribution], tokens: Tokens) -> Evidence:
    """Gather what the index is computed from; linear in attributions, content spans and tokens."""
    n = len(attributions)
    body = np.concatenate(([0], np.cumsum(tokens.body)))  # body tokens before each token
    sentence = tokens.sentence[tokens.body].astype(np.int64)
    fresh = np.diff(sentence, prepend=-1) != 0
    sentence = np.cumsum(fresh) - 1  # sentences of the body, without gaps

    spans = [(i, s.start, s.end) for i, a in enumerate(attributions) for s in a.content if s.start < s.end]
    owner, start, end = np.array(spans, np.int64).reshape(-1, 3).T
    start = body[np.searchsorted(tokens.end, start, side="right")]
    end = body[np.searchsorted(tokens.start, end, side="left")]
    full = start < end
    owner, start, end = _merge(owner[full], start[full], end[full])
    content = np.bincount(owner, end - start, n).astype(np.float64)
    owner, first, last = _merge(owner, sentence[start], sentence[end - 1] + 1)

    entities = np.array([-1 if a.entity is None else a.entity for a in attributions], np.int64)
    known = np.array([a.entity is not None for a in attributions], bool)
    entity = np.full(n, -1, np.int64)
    entity[known] = np.unique(entities[known], return_inverse=True)[1]
    takes_part = np.array([counted(a) for a in attributions], bool)
    open_level = np.array([a.level in ("named", "office") for a in attributions], bool)
    return Evidence(
        weight=np.array([weight(a) for a in attributions], np.float64),
        counted=takes_part,
        identified=takes_part & open_level & known,
        secondary=np.array([bool(a.relays) or a.kind == "outlet" for a in attributions], bool),
        entity=entity,
        tokens=content,
        owner=owner,
        first=first,
        last=last,
        n_sentences=int(fresh.sum()),
        n_tokens=int(body[-1]),
    )


def components(given: Evidence, k: float = DEPTH_K) -> dict[str, float]:
    """The five components of the index, each 0..1; ``k`` is the scale of depth."""
    return _named(_exact(given, k)[0])


def contributions(given: Evidence, k: float = DEPTH_K) -> Floats:
    """Index minus the index without each attribution, in points: array (n,)."""
    whole, without = _exact(given, k)
    return np.asarray(index(_named(whole)) - _POINTS @ without, np.float64)


def contributions_of_groups(given: Evidence, group: Indices, k: float = DEPTH_K) -> Floats:
    """What each component loses without the attributions of each group, in points: array (5, groups).

    Parameters
    ----------
    given : Evidence
    group : array (n,)
        The group of each attribution, 0.. without gaps: a source, say.
    k : float
        Scale of depth.
    """
    whole, without = _exact(given, k, group)
    return np.asarray((whole[:, None] - without) * _POINTS[:, None], np.float64)


def interval(given: Evidence, n_resamples: int = 1000, seed: int = 0) -> tuple[float, float] | None:
    """A 95 % interval of the index: how far it hangs on the particular attributions.

    Attributions are drawn with replacement (Efron and Tibshirani 1993). A resample holds about 63 % of the distinct attributions, which
    lowers depth and coverage in nearly all of them; the quantiles are therefore moved by the difference of the index and the median of the
    resamples, so that the interval holds the index. It says nothing of what was extracted wrongly.

    Parameters
    ----------
    given : Evidence
    n_resamples : int
        At most this many; with more than ``CELLS / n_resamples`` attributions ``CELLS / n``, but not fewer than 100. About ``CELLS``
        numbers of the matrix resamples x attributions are in memory at a time.
    seed : int

    Returns
    -------
    (lo, hi), or ``None`` with fewer than two attributions or no resamples.
    """
    return _around(index(components(given)), given, n_resamples, seed)


def explain(result: Transparency, attributions: Sequence[Attribution]) -> tuple[dict[str, Any], ...]:
    """One row a component of the index: feature, value, weight (points) and the spans to look at; ``sum(value * weight)`` is the index.

    The spans are for identification the sources of the counted attributions (the cue where there is no source), for depth the first source
    of each entity it counts, for primary the contents that lower it, for diversity the sources that have an entity, for coverage all
    contents.
    Empty if there is no index.
    """
    if result.index is None:
        return ()
    shown = [a for a in attributions if counted(a)]
    first: dict[int, Span] = {}
    for a in shown:
        if a.entity is not None and a.level in ("named", "office"):
            first.setdefault(a.entity, a.source or a.cue)
    spans = {
        "identification": [a.source or a.cue for a in shown],
        "depth": list(first.values()),
        "primary": [s for a in attributions if a.relays or a.kind == "outlet" for s in a.content],
        "diversity": [a.source or a.cue for a in attributions if a.entity is not None],
        "coverage": [s for a in attributions for s in a.content],
    }
    return tuple(
        {"feature": name, "value": result.components[name], "weight": POINTS[name], "spans": tuple(dict.fromkeys(spans[name]))}
        for name in COMPONENTS
    )


def _around(value: float, given: Evidence, n_resamples: int, seed: int) -> tuple[float, float] | None:
    """The interval of the index ``value``."""
    n = len(given)
    if n < 2 or n_resamples < 1:
        return None
    count = min(n_resamples, max(MIN_RESAMPLES, CELLS // n))
    rows = max(1, CELLS // max(n, 2 * len(given.owner)))
    if count <= rows and n <= BLOCK:
        drawn: Iterable[NDArray[np.integer[Any]]] = (_few_times(n, count, seed),)
    else:
        random = np.random.default_rng(seed)
        drawn = (_times(random, n, min(rows, count - begin)) for begin in range(0, count, rows))
    parts = [_POINTS @ _resampled(given, times.astype(np.float64)) for times in drawn]
    low, middle, high = _quantiles(np.concatenate(parts), (0.025, 0.5, 0.975))
    return min(max(value + low - middle, 0.0), 100.0), min(max(value + high - middle, 0.0), 100.0)


def _times(random: np.random.Generator, n: int, size: int) -> NDArray[np.integer[Any]]:
    """How often each of n attributions is drawn in each resample: (n, size)."""
    drawn = random.integers(0, n, (size, n)) * size + np.arange(size)[:, None]
    return np.bincount(drawn.ravel(), minlength=n * size).reshape(n, size)


@lru_cache(maxsize=BLOCK)
def _few_times(n: int, size: int, seed: int) -> NDArray[np.uint8]:
    """The first resamples of at most ``BLOCK`` attributions: the same in all articles with as many of them, and kept in a byte each."""
    return _times(np.random.default_rng(seed), n, size).astype(np.uint8)


def _named(values: Floats) -> dict[str, float]:
    return dict(zip(COMPONENTS, values.tolist()))


def _quantiles(values: Floats, shares: Sequence[float]) -> list[float]:
    """``numpy.quantile``, linear, without what it costs to choose a method: a tenth of the time of the whole score."""
    ordered = np.sort(values)
    out = []
    for place in (share * (len(values) - 1) for share in shares):
        low = math.floor(place)
        below, above = float(ordered[low]), float(ordered[min(low + 1, len(values) - 1)])
        part = place - low
        out.append(below + (above - below) * part if part < 0.5 else above - (above - below) * (1 - part))
    return out


def _exact(given: Evidence, k: float, group: Indices | None = None) -> tuple[Floats, Floats]:
    """The components (5,), and the components without each group of attributions (5, groups); by default each is its own group."""
    n = len(given)
    owner, first, last, entity = given.owner, given.first, given.last, given.entity
    if group is None:
        group = np.arange(n)
    else:
        owner, first, last = _merge(group[owner], first, last)
    groups = int(group.max(initial=-1)) + 1
    whole, without = np.zeros(len(COMPONENTS)), np.zeros((len(COMPONENTS), groups))
    content, shown = given.tokens, given.tokens * given.counted
    total, seen = content.sum(), shown.sum()

    weighted = shown * given.weight
    whole[0] = weighted.sum() / seen if seen else 0
    without[0] = _share(weighted.sum() - np.bincount(group, weighted, groups), seen - np.bincount(group, shown, groups))

    of, among = entity[given.identified], group[given.identified]
    some = np.full(n + 1, -1)
    some[of] = among  # a group of each entity: its only one, if no attribution of the entity is in another
    gone = np.bincount(of, among != some[of], n + 1) == 0
    distinct = np.count_nonzero(some >= 0)
    whole[1] = 1 - math.exp(-distinct / k)
    without[1] = 1 - np.exp(-(distinct - np.bincount(some[gone & (some >= 0)], minlength=groups)) / k)

    second = content * given.secondary
    rest = total - np.bincount(group, content, groups)
    whole[2] = 1 - second.sum() / total if total else 0
    without[2] = np.where(rest > 0, 1 - _share(second.sum() - np.bincount(group, second, groups), rest), 0)

    known = entity >= 0
    voice, of = content[known], entity[known]
    size = np.bincount(of, voice, n + 1)
    pairs, pair = np.unique(group[known] * (n + 1) + of, return_inverse=True)
    among, of, part = pairs // (n + 1), pairs % (n + 1), np.bincount(pair, voice, len(pairs))
    rest = voice.sum() - np.bincount(among, part, groups)
    squares = np.asarray(size @ size - np.bincount(among, size[of] ** 2 - (size[of] - part) ** 2, groups), np.float64)
    whole[3] = 1 - (size @ size) / voice.sum() ** 2 if voice.sum() else 0
    without[3] = np.where(rest > 0, 1 - _share(squares, rest**2), 0)

    bounds, at, _, sign = _events(owner, first, last)
    cover = np.cumsum(np.bincount(at, sign, len(bounds)))[:-1]
    length = bounds[1:] - bounds[:-1]
    covered = (length * (cover > 0)).sum()
    once = np.concatenate(([0], np.cumsum(length * (cover == 1))))
    only = once[np.searchsorted(bounds, last)] - once[np.searchsorted(bounds, first)]
    sentences = max(given.n_sentences, 1)
    whole[4] = covered / sentences
    without[4] = (covered - np.bincount(owner, only, groups)) / sentences
    return np.clip(whole, 0, 1), np.clip(without, 0, 1)


def _resampled(given: Evidence, times: Floats, k: float = DEPTH_K) -> Floats:
    """Components (5, R) when attribution i is present ``times[i]`` times: array (n, R)."""
    content, shown = given.tokens, given.tokens * given.counted
    present = times.astype(np.float32)  # whole numbers, far below the 2 ** 24 up to which they stay exact
    total = content @ times
    out = np.zeros((len(COMPONENTS), times.shape[1]))
    out[0] = _share((shown * given.weight) @ times, shown @ times)
    out[1] = 1 - np.exp(-_positive(_by_entity(given, present, given.identified, np.ones(len(given)))) / k)
    out[2] = np.where(total > 0, 1 - _share((content * given.secondary) @ times, total), 0)
    sizes = _by_entity(given, times, given.entity >= 0, content)
    total = sizes.sum(axis=0)
    out[3] = np.where(total > 0, 1 - _share(np.einsum("er,er->r", sizes, sizes), total**2), 0)
    bounds, group, owner, sign = _events(given.owner, given.first, given.last)
    if len(bounds):
        cover = _sums(present, owner, group, sign, running=True)[:-1]
        out[4] = _positive(cover, bounds[1:] - bounds[:-1]) / max(given.n_sentences, 1)
    return np.clip(out, 0, 1)


def _positive(values: NDArray[Any], size: Indices | None = None) -> Floats:
    """How many values of each column are positive; ``size``: as how many each row counts."""
    rows = np.ones(len(values)) if size is None else size.astype(np.float64)
    return np.asarray(rows @ (values > 0).astype(np.float64), np.float64)


def _by_entity(given: Evidence, times: NDArray[Any], chosen: Bools, amount: Floats) -> NDArray[Any]:
    """Sums (entities, R) of the ``chosen`` attributions, each present ``times[i]`` times with its ``amount``."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(given.entity[rows], kind="stable")]
    entity = given.entity[rows]
    place = np.concatenate(([0], np.cumsum(entity[1:] != entity[:-1])))
    return _sums(times, rows, place[: len(rows)], amount[rows])


def _events(owner: Indices, first: Indices, last: Indices) -> tuple[Indices, Indices, Indices, Floats]:
    """Where the cover of the sentences changes: the distinct bounds; for each change, sorted, its bound, its owner and +1 or -1."""
    place = np.concatenate((first, last))
    order = np.argsort(place, kind="stable")
    bounds, group = np.unique(place, return_inverse=True)
    sign = np.repeat((1.0, -1.0), len(first))
    return bounds, group[order], np.concatenate((owner, owner))[order], sign[order]


def _sums(values: NDArray[Any], rows: Indices, place: Indices, amount: Floats, running: bool = False) -> NDArray[Any]:
    """Sums (last place + 1, R) of ``values[rows]`` times ``amount``, each at its ``place``; ``running``: and at every place behind it.

    The places rise from 0 without gaps. Sums are products of matrices, which are several times as fast as sums of runs: one for all
    ``values`` where they are at most ``BLOCK``, else one for ``BLOCK`` of the ``rows`` after the other, so that the cost is linear.
    """
    n, count = len(values), int(place[-1]) + 1 if len(place) else 0
    if n <= BLOCK:
        matrix = np.bincount(place * n + rows, amount, count * n).reshape(count, n)
        return np.asarray((matrix.cumsum(axis=0) if running else matrix).astype(values.dtype) @ values)
    out = np.zeros((count, values.shape[1]), values.dtype)
    before = np.zeros(values.shape[1], values.dtype)
    for begin in range(0, len(rows), BLOCK):
        block = slice(begin, begin + BLOCK)
        first, last = int(place[begin]), int(place[block][-1]) + 1
        here = np.arange(first, last)[:, None]
        matrix = np.where(place[block] <= here if running else place[block] == here, amount[block], 0.0)
        part = matrix.astype(values.dtype) @ values[rows[block]]
        if running:
            out[first:last] = part + before
            before = out[last - 1]
        else:
            out[first:last] += part
    return out


def _merge(owner: Indices, start: Indices, end: Indices) -> tuple[Indices, Indices, Indices]:
    """Unite the overlapping stretches ``[start, end)`` of the same owner; sorted by owner and start."""
    if not len(owner):
        return owner, start, end
    order = np.lexsort((start, owner))
    owner = owner[order]
    shift = owner * (end.max() + 1)  # keeps the owners apart in one running maximum
    reach = np.maximum.accumulate(end[order] + shift)
    begins = np.concatenate(([True], (start[order] + shift)[1:] > reach[:-1]))
    ends = np.concatenate((begins[1:], [True]))
    return owner[begins], start[order][begins], (reach - shift)[ends]


def _share(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(whole, np.float64), where=whole > 0)
