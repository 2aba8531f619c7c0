"""Numbers as places in drawings and as strings in cells; the template only writes them down.

Conventions
-----------
* Horizontal places are percent of the width of a drawing, vertical ones pixels, so a drawing is as wide as its column and its text keeps
  its size. Places are rounded to a tenth, so the same data give the same bytes.
* Axes begin at 0. What lies beyond the end of an axis is drawn at its end.
* A cell has its ``text``, its ``interval`` (empty where there is none), ``v``, what it is sorted by, and ``few``: fewer articles than a
  comparison needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from framing.corpus_report.corpus import Corpus
from framing.corpus_report.intervals import Codes, Estimate, Floats, Groups
from framing.corpus_report.measures import Measure

BINS = 20
LEVELS = 7  # of colour in a heat table
HEIGHT = 150  # pixels of a chart over time
MANY = 120  # months, beyond which years are drawn
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table; ``n`` articles have it, ``heat`` is its colour."""

    text: str
    interval: str
    v: str
    n: int
    few: bool
    heat: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """A distribution and a mean with its interval; places in percent."""

    spread: tuple[float, ...] | None
    mean: float | None
    low: float | None
    high: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: percent and pixels; ``told`` is what it holds."""

    x: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A month or year of a chart over time; ``y``, ``low`` and ``high`` are pixels from the top, ``None`` where too few articles are."""

    name: str
    x: float
    n: int
    bar: float
    cell: Cell
    y: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """A chart over time."""

    moments: tuple[Moment, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    unit: str


def number(value: float, digits: int) -> str:
    """A value with its digits, thousands apart; a dash where there is none."""
    return "–" if np.isnan(value) else f"{round(float(value), digits) + 0.0:,.{digits}f}".replace("-", "−")


def cells(estimate: Estimate, digits: int, least: int) -> list[Cell]:
    """A cell a group."""
    found = []
    for value, low, high, n in zip(estimate.value, estimate.low, estimate.high, estimate.n.tolist()):
        interval = "" if np.isnan(low) else f"{number(low, digits)} to {number(high, digits)}"
        found.append(Cell(number(value, digits), interval, "" if np.isnan(value) else f"{value:.6f}", n, n < least))
    return found


def heat(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Cells with colours, by the square root of the share of the largest number of the table; none where there are few articles."""
    most = max((float(c.v) for row in rows for c in row if c.v and not c.few), default=0.0)
    return [
        [
            Cell(
                c.text,
                c.interval,
                c.v,
                c.n,
                c.few,
                min(int(LEVELS * (float(c.v) / most) ** 0.5), LEVELS - 1) if c.v and not c.few and most > 0 else 0,
            )
            for c in row
        ]
        for row in rows
    ]


def end(values: Floats, most: float | None) -> float:
    """Where an axis ends: a round number that holds the values."""
    if most is not None:
        return most
    largest = float(np.nanmax(values)) if len(values) and not np.isnan(values).all() else 0.0
    if largest <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(largest))
    return float(next(k for k in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if k * power >= largest) * power)


def ticks(last: float) -> tuple[Tick, ...]:
    """Five marks from 0 to ``last``."""
    return tuple(Tick(25.0 * k, f"{last * k / 4:g}") for k in range(5))


def strips(spread: Floats, estimate: Estimate, measure: Measure, last: float) -> list[Strip]:
    """A strip a group."""
    found = []
    for five, value, low, high in zip(spread, estimate.value, estimate.low, estimate.high):
        told = "no values"
        if not np.isnan(five).any():
            p5, p25, p50, p75, p95 = (number(p, measure.digits) for p in five)
            told = f"median {p50}, middle half {p25} to {p75}, nine in ten {p5} to {p95}"
        name = "mean" if measure.below is None else "share"
        told += "" if np.isnan(value) else f"; {name} {number(value, measure.digits)}"
        told += "" if np.isnan(low) else f", interval {number(low, measure.digits)} to {number(high, measure.digits)}"
        places = None if np.isnan(five).any() else tuple(_percent(p, last) for p in five)
        found.append(Strip(places, _place(value, last), _place(low, last), _place(high, last), told))
    return found


def dots(raw: Estimate, adjusted: Estimate, digits: int, step: float = 5) -> tuple[tuple[Tick, ...], list[tuple[Strip, Strip]]] | None:
    """Two means of each group one below the other, on an axis that holds their intervals and begins anywhere; ``None`` without numbers.

    The axis holds those with an interval, if there are any: the mean of very few articles may lie far off, and is drawn at an end.
    """
    known = np.concatenate([raw.low, raw.high, adjusted.low, adjusted.high])
    if np.isnan(known).all():
        known = np.concatenate([raw.value, adjusted.value])
    if np.isnan(known).all():
        return None
    first = step * float(np.floor(np.nanmin(known) / step))
    last = max(step * float(np.ceil(np.nanmax(known) / step)), first + step)

    def strip(value: float, low: float, high: float) -> Strip:
        told = number(value, digits) + ("" if np.isnan(low) else f" ({number(low, digits)} to {number(high, digits)})")
        wide = last - first
        return Strip(None, _place(value - first, wide), _place(low - first, wide), _place(high - first, wide), told)

    pairs = [[strip(*row) for row in zip(e.value, e.low, e.high)] for e in (raw, adjusted)]
    marks = tuple(Tick(25.0 * k, f"{first + (last - first) * k / 4:g}") for k in range(5))
    return marks, list(zip(*pairs))


def histogram(values: Floats, last: float, height: float, digits: int) -> list[Bar]:
    """Articles by value, in ``BINS`` bars; what is beyond the axis is in the last."""
    known = np.clip(values[~np.isnan(values)], 0, last)
    counts = np.histogram(known, BINS, (0, last))[0]
    most, width = max(int(counts.max()), 1), 100 / BINS
    wide = last / BINS
    return [
        Bar(
            round(k * width, 1),
            round(width, 1),
            round(height * n / most, 1),
            f"{number(k * wide, digits)} to {number((k + 1) * wide, digits)}: {n:,}",
        )
        for k, n in enumerate(counts.tolist())
    ]


def over_time(corpus: Corpus, above: Floats, below: Floats, digits: int, least: int, most: float | None) -> Course | None:
    """Σ above / Σ below by month (by year, where there are more than ``MANY`` months); ``None`` without dates."""
    month = corpus.month[corpus.used]
    dated = month >= 0
    if not dated.any():
        return None
    size = 12 if month.max() - month[dated].min() > MANY else 1
    first = int(month[dated].min()) // size
    n_moments = int(month.max()) // size - first + 1
    codes: Codes = np.where(dated, month // size - first, -1)
    (estimate,) = Groups(codes, n_moments).ratios([(above, below)])
    trusted = estimate.n >= least
    # The axis holds intervals but not those of very few articles, which would press everything else flat.
    last = end(np.where(trusted, estimate.high, np.nan), most)
    places = [round(100 * (k + 0.5) / n_moments, 2) for k in range(n_moments)]
    shown = cells(estimate, digits, least)
    fullest = max(int(estimate.n.max()), 1)

    def y(value: float) -> float | None:
        return None if np.isnan(value) else round(HEIGHT * (1 - min(max(float(value) / last, 0.0), 1.0)), 1)

    moments = tuple(
        Moment(
            _name(first + k, size),
            places[k],
            shown[k].n,
            round(28 * shown[k].n / fullest, 1),
            shown[k],
            *((y(estimate.value[k]), y(estimate.low[k]), y(estimate.high[k])) if trusted[k] else (None, None, None)),
        )
        for k in range(n_moments)
    )
    lines = tuple((a.x, a.y, b.x, b.y) for a, b in pairwise(moments) if a.y is not None and b.y is not None)
    step = -(-n_moments // 5)
    x_ticks = tuple(Tick(m.x, m.name) for m in moments[step // 2 :: step])
    y_ticks = tuple(Tick(round(HEIGHT * (1 - t.at / 100), 1), t.text) for t in ticks(last)[::2])
    return Course(moments, lines, x_ticks, y_ticks, "month" if size == 1 else "year")


def _name(period: int, size: int) -> str:
    return str(period) if size == 12 else f"{_MONTHS[period % 12]} {period // 12}"


def _place(value: float, last: float) -> float | None:
    return None if np.isnan(value) else _percent(value, last)


def _percent(value: float, last: float) -> float:
    return round(100 * min(max(float(value) / last, 0.0), 1.0), 1)
