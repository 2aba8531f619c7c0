"""What a system's predictions on the items of a task come to: scores with intervals, and the difference of two systems.

Conventions
-----------
* :class:`Counted`: a row of counts an item (document, sentence ...), scores are functions of their sums (:mod:`framing.metrics.bootstrap`).
* :class:`Valued`: numbers an item; scores are functions of all of them and of how often each item is there, such as correlations.
* Intervals: 95 %, percentile bootstrap over items, 1,000 resamples, seed 0. The difference of two systems on the same items: its interval
  and p by paired bootstrap (Koehn 2004), and p by approximate randomisation (Noreen 1989), 10,000 exchanges; both two-sided.
* What changes places must mean the same in both systems. Counts do, and so do predictions that a score takes by their size, such as those
  of a mean absolute error. A correlation takes predictions on any scale. Exchanged as they are, those of two systems on different scales
  make a mixture whose order is that of the scales: both mixtures score low, their differences scatter widely, and p says nothing of
  the systems. So ranks change places (:func:`ranked`) for a correlation of ranks, and :func:`standardised` values for one of values
  (:attr:`Valued.comparable`); of one system by itself neither changes the score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np

from framing.metrics.bootstrap import approximate_randomisation, interval, paired_bootstrap, resample, score_table, two_sided_p
from framing.metrics.ranking import mid_ranks
from framing.metrics.signature import Score
from framing.metrics.spans import Floats

RESAMPLES, EXCHANGES, SEED = 1000, 10000, 0
_CELLS = 1 << 20  # of a table of exchanges that is made at once

Self = TypeVar("Self", bound="Measurement")


@dataclass(frozen=True, slots=True)
class Difference:
    """First system minus second: interval and p by paired bootstrap, and p by approximate randomisation."""

    name: str
    difference: float
    interval: tuple[float, float]
    p_bootstrap: float
    p_randomisation: float
    n: int


class Measurement(Protocol):
    """Scores of one system on the items of a task."""

    def score(self, **fields: object) -> dict[str, Score]:
        """All scores by name; ``fields`` are further settings for their signatures."""
        ...

    def compare(self: Self, other: Self, name: str) -> Difference:
        """This system less the other, on the same items, by the score ``name``."""
        ...


@dataclass(frozen=True)
class Counted:
    """A row of counts an item, shape (items, columns), the scores of their sums, and the settings that these depend on."""

    table: Floats
    scores: Callable[[Floats], Mapping[str, Any]]
    fields: Mapping[str, object] = field(default_factory=dict)

    def score(self, **fields: object) -> dict[str, Score]:
        """As :meth:`Measurement.score`."""
        settings: dict[str, Any] = {**self.fields, **fields}
        return score_table(self.table, self.scores, RESAMPLES, SEED, **settings)

    def compare(self, other: Counted, name: str, exchanges: int = EXCHANGES) -> Difference:
        """As :meth:`Measurement.compare`, with that many exchanges."""

        def statistic(sums: Floats) -> Any:
            return self.scores(sums)[name]

        paired = paired_bootstrap(self.table, other.table, statistic, RESAMPLES, SEED)
        p = approximate_randomisation(self.table, other.table, statistic, exchanges, SEED)
        return Difference(name, paired.difference, paired.interval, paired.p, p, len(self.table))


@dataclass(frozen=True)
class Valued:
    """Numbers of each item, gold and predicted, shape (items, columns), and scores that are no sums over items.

    ``measures``: name -> function of such numbers, shape (n, columns), and of how often each row is there, weights of shape (..., n); it
    gives shape (...).

    ``comparable``: name -> function from the numbers of one system, shape (items, columns), to those that change places in a randomisation
    test, of the same shape and with the same score. It is for scores that do not depend on the scale of the predictions, which may be
    another one in each system; a score that is not named there has its numbers exchanged as they are.
    """

    values: Floats
    measures: Mapping[str, Callable[[Floats, Floats], Any]]
    fields: Mapping[str, object] = field(default_factory=dict)
    comparable: Mapping[str, Callable[[Floats], Floats]] = field(default_factory=dict)

    def score(self, **fields: object) -> dict[str, Score]:
        """As :meth:`Measurement.score`."""
        settings: dict[str, Any] = {**self.fields, **fields}

        def scores(weights: Floats) -> dict[str, Any]:
            return {name: measure(self.values, weights) for name, measure in self.measures.items()}

        return score_table(np.eye(len(self.values)), scores, RESAMPLES, SEED, **settings)

    def compare(self, other: Valued, name: str, exchanges: int = EXCHANGES) -> Difference:
        """As :meth:`Measurement.compare`, with that many exchanges."""
        measure, n = self.measures[name], len(self.values)
        weights = np.concatenate([np.ones((1, n)), resample(np.eye(n), RESAMPLES, SEED)])
        both = np.asarray(measure(self.values, weights) - measure(other.values, weights), dtype=float)
        observed, drawn = float(both[0]), both[1:]
        exchanged, same = self._exchanged(other, name, exchanges)
        p = two_sided_p(drawn - drawn.mean(), observed)
        return Difference(name, observed, interval(drawn), p, two_sided_p(exchanged, same), n)

    def _exchanged(self, other: Valued, name: str, n_exchanges: int) -> tuple[Floats, float]:
        """The difference after each exchange, and without one.

        The rows of both systems, made comparable, lie under each other, and weights of 0 and 1 choose among them.
        """
        measure, of_each = self.measures[name], [x.comparable[name](x.values) if name in x.comparable else x.values for x in (self, other)]
        n, values, out = len(self.values), np.concatenate(of_each), [np.zeros(0)]
        generator, step = np.random.default_rng(SEED), max(1, _CELLS // max(n, 1))
        for first in range(0, n_exchanges + 1, step):
            moved = generator.integers(0, 2, (min(step, n_exchanges + 1 - first), n), dtype=np.int8).astype(float)
            if first == 0:
                moved[0] = 0
            own, others = np.hstack([1 - moved, moved]), np.hstack([moved, 1 - moved])
            out.append(np.asarray(measure(values, own) - measure(values, others), dtype=float))
        every = np.concatenate(out)
        return every[1:], float(every[0])


def ranked(values: Floats) -> Floats:
    """The mid-rank of each number (n,)."""
    return mid_ranks(values, np.ones(len(values)))


def standardised(values: Floats) -> Floats:
    """Numbers (n,) less their mean, in standard deviations; zeros if all are equal."""
    if not len(values) or values.min() == values.max():
        return np.zeros(len(values))
    return np.asarray((values - values.mean()) / values.std())


def joined(parts: Sequence[tuple[str, Counted, Collection[str] | None]], fields: Mapping[str, object]) -> Counted:
    """Several counts of the same items as one.

    Parameters
    ----------
    parts : sequence of (prefix, Counted, names)
        The prefix goes before the names of the scores; only those named, or all with ``None``.
    fields : mapping
        Of the signature of all.
    """
    begins = np.cumsum([0, *(counted.table.shape[1] for _, counted, _ in parts)]).tolist()

    def scores(sums: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for (prefix, counted, names), begin, end in zip(parts, begins, begins[1:]):
            mine = counted.scores(sums[..., begin:end])
            out |= {f"{prefix}{name}": value for name, value in mine.items() if names is None or name in names}
        return out

    return Counted(np.concatenate([counted.table for _, counted, _ in parts], axis=1), scores, dict(fields))
