"""Which features there are, by group, and their table.

The column of a feature is ``GROUP_NAME`` ("sourcing_withheld_share"): names are unique over all groups, and keep their meaning. A name is
never given to another quantity; what changes gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from framing.features import attribution, frames, hedging, sourcing
from framing.features.facts import Feature

GROUPS: Mapping[str, tuple[Feature, ...]] = {
    "attribution": attribution.FEATURES,
    "hedge": hedging.FEATURES,
    "sourcing": sourcing.FEATURES,
    "framing": frames.FEATURES,
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "attribution": (),
    "hedge": (),
    "sourcing": ("rating",),
    "framing": ("policy_frames", "generic_frames", "loaded_language"),
}  # what an analysis may leave out (analysis.OPTIONAL) and a group does not do without
HYPERPARTISAN = "hyperpartisan"
_HEAD = ("column", "unit", "formula", "meaning", "length")


def columns(groups: Iterable[str] = tuple(GROUPS), hyperpartisan: bool = False) -> tuple[Feature, ...]:
    """The features of groups in order, each under the name of its column.

    Parameters
    ----------
    groups : iterable of str
        Names of ``GROUPS``.
    hyperpartisan : bool
        With "framing", whether the probability of being hyperpartisan is one.
    """
    return tuple(
        replace(feature, name=f"{group}_{feature.name}")
        for group in groups
        for feature in (*GROUPS[group], *((frames.HYPERPARTISAN,) if hyperpartisan and group == "framing" else ()))
    )


def feature_table(features: Iterable[Feature] | None = None) -> str:
    """A Markdown table of features: column, unit, formula, meaning, and how it depends on the length of the article.

    Parameters
    ----------
    features : iterable of Feature, optional
        By default all, the opt-in one too; those of a transformer are ``transformer.describe()``.
    """
    chosen = columns(hyperpartisan=True) if features is None else features
    rows = [(f"`{f.name}`", f.unit, f.formula, f.meaning, f.length) for f in chosen]
    lines = [" | ".join(row) for row in (_HEAD, ("---",) * len(_HEAD), *rows)]
    return "".join(f"| {line} |\n" for line in lines)
