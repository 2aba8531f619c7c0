"""Sourcing as features: who the sources of an article are and how openly they are identified.

Symbols: w words of the body; a attributions; e sources, the distinct entities to which attributions belong; n_i attributions of source i,
N = Σ n_i. Levels, kinds, withheld identities, reasons and positions are those of the sourcing scheme (:mod:`framing.sources`).

Levels and kinds of sources after Sigal (1973), Gans (1979), Reich (2009) and Spangher et al. (2023); anonymous sources and their reasons
after Duffy and Williams (2011); concentration as the probability that two attributions are of one source, in Simpson's (1949) estimate
without bias, which (unlike Σ share², Herfindahl 1950) has the same expectation for long and short articles. The components and the
index are :mod:`framing.transparency`'s, the rating is the trained one (:mod:`framing.rater`): both need 100 tokens.
"""

from __future__ import annotations

from collections import Counter

from framing.features.facts import Facts, Feature, mean, share
from framing.records import COMPONENTS, LEVELS, SOURCE_KINDS

_TYPES = "falls: names come back, as types among tokens do"
_OPEN = ("named", "office")
_IDENTIFIABLE = ("person", "group", "organisation", "document", "outlet")
_LEVEL = {
    "named": "a source with its name",
    "office": "a source without a name that its office identifies: the police chief, a spokeswoman for the port",
    "described": "an unnamed source with its affiliation: a defence official",
    "bare": "an unnamed source and nothing else: officials, critics",
    "impersonal": "nobody: it is believed",
}
_KIND = {
    "person": "one or several individuals",
    "group": "people at large: voters, critics",
    "organisation": "an institution",
    "document": "a report, poll, statement or tweet",
    "outlet": "a news medium or a journalist",
    "author": "the writer of the article",
    "generic": "anyone: you, one",
    "none": "nobody",
}
_COMPONENT = {
    "identification": ("How openly what is told is sourced, by content tokens.", ""),
    "depth": ("Saturating count of distinct sources that are named or identified by office.", "grows: more sources fit in"),
    "primary": ("Content that comes first-hand and not through other outlets.", ""),
    "diversity": ("Content spread over many sources: 1 - Σ share².", "grows: more sources fit in"),
    "coverage": ("Sentences with attributed content.", ""),
}


def _sources(facts: Facts) -> Counter[int]:
    """Attributions by source."""
    return Counter(a.entity for a in facts.analysis.attributions if a.entity is not None)


def _concentration(facts: Facts) -> float | None:
    counts = _sources(facts).values()
    n = sum(counts)
    return share(sum(k * (k - 1) for k in counts), n * (n - 1))


def _top(facts: Facts) -> float | None:
    counts = _sources(facts).values()
    return share(max(counts, default=0), sum(counts))


def _unnamed(facts: Facts) -> float | None:
    return mean(float(a.level not in _OPEN) for a in facts.analysis.attributions if a.kind in _IDENTIFIABLE)


def _reasons(facts: Facts, *reasons: str) -> float | None:
    return mean(float(a.reason in reasons) for a in facts.analysis.attributions if a.withheld)


def _role(facts: Facts) -> float | None:
    return mean(float(a.role is not None) for a in facts.analysis.attributions if a.level == "named" and a.kind == "person")


def _open_sources(facts: Facts) -> float | None:
    return share(facts.marks["entities named or office"].count, facts.marks["entities"].count)


def _component(name: str) -> Feature:
    meaning, length = _COMPONENT[name]

    def value(facts: Facts) -> float | None:
        return facts.analysis.scores.transparency.components[name]

    return Feature(name, "0 to 1", f"component of the index: {name}", meaning, value, length)


FEATURES: tuple[Feature, ...] = (
    Feature("per_100_words", "per 100 words", "100 · e / w", "Distinct sources.", lambda f: f.rate(len(_sources(f))), _TYPES),
    Feature(
        "per_attribution",
        "share",
        "e / N",
        "Distinct sources for every attribution to one; 1 where nobody speaks twice.",
        lambda f: share(len(_sources(f)), sum(_sources(f).values())),
        _TYPES,
    ),
    Feature(
        "concentration",
        "0 to 1",
        "Σ n_i (n_i - 1) / (N (N - 1))",
        "Probability that two attributions are of the same source.",
        _concentration,
        "same in expectation; from few attributions it is noisy",
    ),
    Feature("top_share", "share", "max n_i / N", "Attributions of the source who speaks most.", _top),
    *(
        Feature(
            f"{level}_share",
            "share",
            f"a_{level} / a",
            f"Attributions to {_LEVEL[level]}.",
            lambda f, level=level: f.attributions(lambda a: a.level == level),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for level in LEVELS
    ),
    *(
        Feature(
            f"{kind}_share",
            "share",
            f"a_{kind} / a",
            f"Attributions whose source is {_KIND[kind]}.",
            lambda f, kind=kind: f.attributions(lambda a: a.kind == kind),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for kind in SOURCE_KINDS
    ),
    Feature(
        "unnamed_share",
        "share",
        "those below named and office / attributions to person, group, organisation, document or outlet",
        "Sources with an identity that the article does not give.",
        _unnamed,
    ),
    Feature(
        "open_sources_share",
        "share",
        "e_named or office / e",
        "Distinct sources that are named or identified by office somewhere in the article.",
        _open_sources,
    ),
    Feature(
        "role_share",
        "share",
        "with a role / attributions to named persons",
        "Named people of whom the article says what they are.",
        _role,
    ),
    Feature(
        "withheld_share",
        "share",
        "a_withheld / a",
        "Attributions to people whose name the reporter evidently keeps back.",
        lambda f: f.attributions(lambda a: a.withheld),
    ),
    Feature(
        "reason_share",
        "share",
        "a_withheld with a reason / a_withheld",
        "Withheld identities for which any reason is given.",
        lambda f: _reasons(f, "boilerplate", "specific"),
    ),
    Feature(
        "specific_reason_share",
        "share",
        "a_withheld with a specific reason / a_withheld",
        "Withheld identities whose reason is more than a formula.",
        lambda f: _reasons(f, "specific"),
    ),
    Feature(
        "position_share",
        "share",
        "a_position / a",
        "Attributions where the text shows how the source can know.",
        lambda f: f.attributions(lambda a: a.position),
    ),
    Feature(
        "relayed_share",
        "share",
        "a_relayed / a",
        "Attributions that came through another outlet: second-hand.",
        lambda f: f.attributions(lambda a: bool(a.relays)),
    ),
    Feature(
        "weight",
        "0 to 1",
        "mean weight of the attributions to person, group, organisation, document or outlet",
        "How openly a source is identified on average, by the weights of the index.",
        lambda f: mean(a.weight for a in f.analysis.attributions if a.kind in _IDENTIFIABLE),
    ),
    *map(_component, COMPONENTS),
    Feature(
        "accountability",
        "0 to 1",
        "mean of (reason + position) / 2 over a_withheld",
        "How well it is justified that identities are withheld; no part of the index.",
        lambda f: f.analysis.scores.transparency.components["accountability"],
    ),
    Feature(
        "index",
        "points, 0 to 100",
        "35 identification + 20 depth + 20 primary + 10 diversity + 15 coverage",
        "The transparency index.",
        lambda f: f.analysis.scores.transparency.index,
        "grows, by depth and diversity",
    ),
    Feature(
        "rating",
        "1 to 5",
        "the trained rater",
        "What an editor would say of the sourcing, as a model learned it from 394 ratings.",
        lambda f: f.analysis.scores.transparency.rating,
        "grows: raters saw more in long articles",
    ),
)
