"""What the groups of a corpus are compared by, and the numbers for it.

Conventions
-----------
* ``MEASURES``: each a mean over articles, or a share of sums (``below``): anonymous share is attributions whose source is withheld, of all
  attributions of the group, so that long articles weigh more.
* The value of one article, for distributions and outliers, is the same quotient; where it has fewer than ``least`` below, there is none.
* Thirds of length are those of the whole corpus, so that the first third of every group holds articles of like length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from framing.corpus_report.corpus import Corpus
from framing.corpus_report.intervals import Codes, Estimate, Floats, Groups, ratio
from framing.records import GENERIC_FRAMES, POLICY_FRAMES

PERCENTILES = (5, 25, 50, 75, 95)
THIRDS = ("shortest third", "middle third", "longest third")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of an article: ``above``, or the share of ``above`` in ``below``.

    ``scale`` is what it is shown times (100 for percent), ``digits`` behind the point, ``most`` the end of the axis (``None``: that of the
    data), ``least`` the smallest ``below`` of an article that has a value of its own.
    """

    name: str
    title: str
    told: str
    above: str
    below: str | None = None
    scale: float = 1
    digits: int = 0
    most: float | None = None
    least: int = 1


MEASURES: tuple[Measure, ...] = (
    Measure("transparency", "Transparency", "index of sourcing transparency, 0 to 100, mean", "transparency", digits=1, most=100),
    Measure(
        "anonymous",
        "Anonymous share",
        "attributions whose source's identity is withheld, % of all attributions",
        "n_withheld",
        "n_attributions",
        100,
        1,
        100,
        5,
    ),
    Measure("hedges", "Hedges", "hedges per 100 words, mean", "hedges_per_100_words", digits=2),
    Measure(
        "loaded", "Loaded language", "probability of loaded language in the author's own sentences, %, mean", "loaded_share", None, 100, 1
    ),
    Measure(
        "hyperpartisan",
        "Hyperpartisan",
        "probability that a model gives to a hyperpartisan article, %, mean",
        "hyperpartisan",
        None,
        100,
        1,
        100,
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Groups of a corpus compared: ``estimates`` by measure, with ``"equal length"`` for the index adjusted; ``spread`` by measure,
    percentiles of shape (groups, 5); ``tokens`` medians; ``median`` of the index; ``thirds`` by measure, an estimate of shape
    (groups x 3,); ``frames`` by kind and code."""

    sizes: Codes
    estimates: Mapping[str, Estimate]
    spread: Mapping[str, Floats]
    tokens: Floats
    thirds: Mapping[str, Estimate]
    frames: Mapping[str, Mapping[str, Estimate]]


def values(corpus: Corpus, measure: Measure) -> Floats:
    """The measure of each used article, as it is shown; NaN where there is none."""
    above = corpus.column(measure.above)
    if measure.below is not None:
        below = corpus.column(measure.below)
        above = ratio(above, np.where(below >= measure.least, below, 0.0))
    return above * measure.scale


def compare(corpus: Corpus, codes: Codes, n_groups: int) -> Comparison:
    """Compare groups; ``codes`` is the group of each used article."""
    groups = Groups(codes, n_groups)
    tokens = corpus.column("n_tokens")
    pairs = [_pair(corpus, m) for m in MEASURES]
    kinds = {"policy": POLICY_FRAMES, "generic": GENERIC_FRAMES}
    frames = [(kind, code) for kind, known in kinds.items() for code in known]
    one = np.ones(len(tokens))
    found = groups.ratios([*pairs, *((corpus.column(f"{kind}_{code}"), one) for kind, code in frames)])
    estimates = {m.name: e for m, e in zip(MEASURES, found)}
    estimates["equal length"] = groups.at_equal_length(corpus.column("transparency"), tokens)
    by_frame = dict(zip(frames, found[len(MEASURES) :]))
    third = _thirds(tokens)
    by_third = Groups(np.where((codes >= 0) & (third >= 0), codes * 3 + third, -1), n_groups * 3).ratios(pairs[:2])
    return Comparison(
        groups.sizes,
        estimates,
        {m.name: _percentiles(values(corpus, m), codes, n_groups) for m in MEASURES},
        _percentiles(tokens, codes, n_groups)[:, 2],
        {m.name: e for m, e in zip(MEASURES, by_third)},
        {kind: {code: by_frame[kind, code] for code in known} for kind, known in kinds.items()},
    )


def third_bounds(tokens: Floats) -> tuple[float, float]:
    """Tokens up to which an article is in the first and in the second third."""
    known = tokens[~np.isnan(tokens)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.percentile(known, (100 / 3, 200 / 3), method="lower")
    return float(low), float(high)


def _pair(corpus: Corpus, measure: Measure) -> tuple[Floats, Floats]:
    above = corpus.column(measure.above) * measure.scale
    return above, np.ones(len(above)) if measure.below is None else corpus.column(measure.below)


def _thirds(tokens: Floats) -> Codes:
    low, high = third_bounds(tokens)
    return np.where(np.isnan(tokens), -1, (tokens > low).astype(np.int64) + (tokens > high))


def _percentiles(known: Floats, codes: Codes, n_groups: int) -> Floats:
    out = np.full((n_groups, len(PERCENTILES)), np.nan)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(n_groups + 1))
    for g in range(n_groups):
        inside = known[order[bounds[g] : bounds[g + 1]]]
        inside = inside[~np.isnan(inside)]
        if len(inside):
            out[g] = np.percentile(inside, PERCENTILES)
    return out
