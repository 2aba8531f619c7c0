"""Do measures of articles differ between known groups, and do they still when the length of the article is taken out?

Conventions
-----------
* ``auc``: the probability that an article of the first group has the higher value, a tie counting one half (Mann and Whitney 1947); .5 is
  no difference, under .5 the second group has the higher values.
* *length adjusted*: AUC of the values less their least-squares line on log length, over all articles of all groups. A value that most
  articles have alike (no source withheld: 0) is not alike any more when a line is taken from it; and where groups differ much in length,
  the line takes for length what may be the group's.
* *like length*: AUC over the pairs of articles of which the longer has at most ``LIKE`` times the tokens of the shorter. It needs no line;
  ``pairs`` gives how many there are, and the AUC of the length itself shows what is left of it. A difference that is one should show in
  both ways.
* Intervals: 95 % percentile bootstrap over articles, drawn inside each group, so that groups keep their sizes; line and medians are
  computed anew in each resample; fixed seed.
* A measure that an article does not have (accountability where nothing is withheld) is nan; the article is left out of that measure alone,
  and ``articles`` gives how many are left of each group.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.metrics.bootstrap import interval
from framing.metrics.signature import DIGITS, short
from framing.records import COMPONENTS, Attribution

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Bools = NDArray[np.bool_]

DRAWS, SEED = 1000, 0
WEAK, STRONG = 0.6, 0.7  # of an AUC, or .4 and .3: below "weakly", above "clearly"; only words hang on them
CONTENT = ("index", *COMPONENTS, "accountability")
COUNTS = ("attributions", "attributions per 100 tokens", "distinct open sources", "unnamed share", "withheld share", "outlet share")
RATING = "rating"  # of the trained rater, where there is one
LENGTH = "tokens"
LIKE = 1.25  # ratio of lengths
OTHER_LIKE = (1.05, 1.1, 1.5)
SIDES = ("raw", "length adjusted", "like length")
Row = dict[str, float]


def measures(
    attributions: Sequence[Attribution],
    components: Mapping[str, float | None],
    index: float | None,
    tokens: int,
    rating: float | None = None,
) -> Row:
    """What is compared of an article; nan for what it does not have.

    ``distinct open sources``: entities at office or named, as depth counts them. The shares are of the attributions: ``unnamed`` below
    office or without an agent, ``withheld`` an identity kept back, ``outlet`` a medium as source.
    """
    n = len(attributions)
    values: dict[str, float | None] = {"index": index, **{name: components[name] for name in CONTENT[1:]}}
    values["attributions"] = n
    values["attributions per 100 tokens"] = 100 * n / tokens if tokens else None
    agents = [a for a in attributions if a.kind not in ("author", "generic", "none")]
    values["distinct open sources"] = len({a.entity for a in agents if a.entity is not None and a.level in ("named", "office")})
    values["unnamed share"] = sum(a.level in ("described", "bare", "impersonal") for a in attributions) / n if n else None
    values["withheld share"] = sum(a.withheld for a in attributions) / n if n else None
    values["outlet share"] = sum(a.kind == "outlet" for a in attributions) / n if n else None
    values[RATING] = rating
    values[LENGTH] = tokens
    return {name: np.nan if value is None else float(value) for name, value in values.items()}


def auc(values: Floats, first: Bools) -> Floats:
    """Area under the ROC curve of each row of values (..., articles); ``first`` (articles,) are those of the first group."""
    a, b = values[..., first], np.sort(values[..., ~first], axis=-1)
    rows = zip(a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1]))
    twice = [(np.searchsorted(y, x, "left") + np.searchsorted(y, x, "right")).sum() for x, y in rows]
    return np.asarray(twice, np.float64).reshape(values.shape[:-1]) / (2 * a.shape[-1] * b.shape[-1])


def residuals(values: Floats, length: Floats) -> Floats:
    """Values (..., articles) less their least-squares line on log length; their mean stays."""
    x = np.log(length)
    dx, dy = (side - side.mean(-1, keepdims=True) for side in (x, values))
    spread = (dx * dx).sum(-1, keepdims=True)
    slope = np.divide((dx * dy).sum(-1, keepdims=True), spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(values - slope * dx)


def like_length(values: Floats, length: Floats, first: Bools, times: Floats | None = None, like: float = LIKE) -> tuple[Floats, int]:
    """AUC over the pairs of like length, and how many there are; nan without any.

    ``times`` (..., articles): how often each article is there; ``like``: the largest ratio of lengths.
    """
    w = np.ones(len(values)) if times is None else times
    a, b = values[first][:, None], values[~first]
    alike = np.abs(np.log(length[first])[:, None] - np.log(length[~first])) <= np.log(like)
    won = alike * ((a > b) + (a == b) / 2)
    pairs = ((w[..., first] @ alike) * w[..., ~first]).sum(-1)
    above = ((w[..., first] @ won) * w[..., ~first]).sum(-1)
    return np.divide(above, pairs, out=np.full(np.shape(pairs), np.nan), where=pairs > 0), int(alike.sum())


def resamples(groups: Sequence[Hashable]) -> Indices:
    """Articles of each resample (DRAWS, articles), each drawn from the group of the one whose place it takes; the same at every call."""
    return _resamples(tuple(groups))


@cache
def _resamples(groups: tuple[Hashable, ...]) -> Indices:
    random = np.random.default_rng(SEED)
    out = np.zeros((DRAWS, len(groups)), np.int64)
    names = np.array([list(dict.fromkeys(groups)).index(g) for g in groups], np.int64)
    for k in range(int(names.max(initial=-1)) + 1):
        members = np.flatnonzero(names == k)
        out[:, members] = members[random.integers(0, len(members), (DRAWS, len(members)))]
    return out


def scored(value: float, drawn: Floats) -> dict[str, Any]:
    """A value with the interval of its resamples, as JSON."""
    return {"value": _number(value), "interval": [_number(q) for q in interval(drawn)]}


def _number(value: float) -> float:
    return round(float(value), DIGITS) + 0.0


class Table:
    """Measures of articles in groups: rows of :func:`measures`, with the group of each."""

    def __init__(self, rows: Sequence[Row], groups: Sequence[str]) -> None:
        if len(rows) != len(groups):
            raise ValueError(f"{len(rows)} rows, but {len(groups)} groups")
        self.rows, self.groups = list(rows), list(groups)

    def __len__(self) -> int:
        return len(self.rows)

    def _kept(self, name: str) -> tuple[Floats, Floats, list[str]]:
        kept = [(row[name], row[LENGTH], group) for row, group in zip(self.rows, self.groups) if np.isfinite(row[name])]
        return np.array([v for v, _, _ in kept]), np.array([n for _, n, _ in kept]), [g for _, _, g in kept]

    def has(self, name: str) -> bool:
        """Whether any article has a measure."""
        return any(np.isfinite(row[name]) for row in self.rows)

    def lacking(self, name: str) -> list[int]:
        """Places of the articles that do not have a measure."""
        return [i for i, row in enumerate(self.rows) if not np.isfinite(row[name])]

    def averages(self, name: str, median: bool = False) -> dict[str, Any]:
        """Mean (or median) of each group, as it is and at equal length, with the number of articles."""
        values, length, groups = self._kept(name)
        drawn = resamples(groups)
        numbers = _numbers(groups)
        of = np.median if median else np.mean
        sides = {"raw": (values, values[drawn])}
        if name != LENGTH:
            sides["length adjusted"] = (residuals(values, length), residuals(values[drawn], length[drawn]))
        out: dict[str, Any] = {}
        for k, group in enumerate(dict.fromkeys(groups)):
            mine = numbers == k
            out[group] = {side: scored(of(v[mine]), of(d[:, mine], axis=-1)) for side, (v, d) in sides.items()}
            out[group]["articles"] = int(mine.sum())
        return out

    def other_ways(self, name: str, first: Iterable[str], second: Iterable[str]) -> dict[str, float]:
        """AUC at equal length in further ways, without intervals: what hangs on the choice of a way.

        Lines: with the slope inside the groups, and through ranks. Pairs of other ratios of length, each with the AUC of the length itself.
        """
        values, length, groups = self._kept(name)
        chosen = np.isin(groups, [*first, *second])
        is_first = np.isin(groups, [*first])[chosen]
        inside = np.eye(len(set(groups)))[_numbers(groups)]
        x, y = (side - inside @ (inside.T @ side / inside.sum(0)) for side in (np.log(length), values))
        ranks = np.searchsorted(np.sort(values), values, "left") + np.searchsorted(np.sort(values), values, "right")
        lines = {"slope inside groups": values - (x @ y) / (x @ x) * np.log(length), "ranks": residuals(ranks / 2, length)}
        out = {f"line, {way}": _number(float(auc(v[chosen], is_first))) for way, v in lines.items()}
        for like in OTHER_LIKE:
            for of, side in (("", values), (", length itself", length)):
                value, pairs = like_length(side[chosen], length[chosen], is_first, like=like)
                if pairs:
                    out[f"pairs up to {like:g}{of}"] = _number(float(value))
        return out

    def separation(self, name: str, first: Iterable[str], second: Iterable[str]) -> dict[str, Any]:
        """AUC of the first groups against the second: as it is, and at equal length in either way (``SIDES``)."""
        one, other = set(first), set(second)
        values, length, groups = self._kept(name)
        drawn = resamples(groups)
        chosen = np.array([g in one | other for g in groups], bool)
        is_first = np.array([g in one for g in groups], bool)[chosen]
        n = [int(is_first.sum()), int((~is_first).sum())]
        if 0 in n:
            return {"articles": n}
        scores: dict[str, Any] = {"raw": scored(float(auc(values[chosen], is_first)), auc(values[drawn][:, chosen], is_first))}
        if name != LENGTH:
            point, resampled = (residuals(v, x)[..., chosen] for v, x in ((values, length), (values[drawn], length[drawn])))
            scores["length adjusted"] = scored(float(auc(point, is_first)), auc(resampled, is_first))
        times = np.stack([np.bincount(row, minlength=len(values)) for row in drawn]).astype(float)[:, chosen]
        value, pairs = like_length(values[chosen], length[chosen], is_first)
        resampled, _ = like_length(values[chosen], length[chosen], is_first, times)
        if pairs:
            scores["like length"] = {**scored(float(value), resampled[np.isfinite(resampled)]), "pairs": pairs}
        return {"articles": n, **scores}


def _numbers(groups: Sequence[str]) -> Indices:
    place = {group: k for k, group in enumerate(dict.fromkeys(groups))}
    return np.array([place[g] for g in groups], np.int64)


def verdict(score: Mapping[str, Any], first: str, second: str) -> str:
    """What an AUC with its interval says, in words."""
    value, (low, high) = score["value"], score["interval"]
    if low <= 0.5 <= high:
        return f"does not separate {first} from {second}"
    side = first if value > 0.5 else second
    far = max(value, 1 - value)
    return f"{'weakly' if far < WEAK else 'clearly' if far >= STRONG else 'somewhat'} higher for {side}"


def equal_length(found: Mapping[str, Mapping[str, Any]], names: Iterable[str], first: str, second: str) -> dict[str, list[str]]:
    """Which measures are higher for which group at equal length: in both ways, in one way only, or in neither."""
    out: dict[str, list[str]] = {"neither": [], first: [], second: [], "one way only": []}
    for name in names:
        sides = [found[name][side] for side in SIDES[1:] if name in found and side in found[name]]
        if len(sides) < len(SIDES) - 1:
            continue
        signs = {0 if s["interval"][0] <= 0.5 <= s["interval"][1] else 1 if s["value"] > 0.5 else -1 for s in sides}
        out["one way only" if len(signs) > 1 else {0: "neither", 1: first, -1: second}[signs.pop()]].append(name)
    return out


def in_words(found: Mapping[str, list[str]], first: str, second: str) -> str:
    """That as a sentence."""
    said = {
        "neither": ("does not separate", "do not separate", f" {first} from {second}"),
        first: ("is", "are", f" higher for {first}"),
        second: ("is", "are", f" higher for {second}"),
        "one way only": ("differs", "differ", " by one way of adjusting and not by the other"),
    }
    parts = []
    for key, names in found.items():
        one, many, rest = said[key]
        if names:
            listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
            parts.append(f"{listed} {many if len(names) > 1 else one}{rest}")
    return f"At equal length {'; '.join(parts)}."


def sentence(name: str, found: Mapping[str, Any], first: str, second: str) -> str:
    """A separation as a sentence."""
    if "raw" not in found:
        return f"{name}: too few articles ({found['articles'][0]} and {found['articles'][1]})"
    parts = []
    for side in SIDES:
        if side in found:
            low, high = found[side]["interval"]
            shown = f"{short(found[side]['value'])} [{short(low)}, {short(high)}]"
            parts.append(f"{side} {shown}, {verdict(found[side], first, second)}")
    return f"{name}: {'; '.join(parts)}"
