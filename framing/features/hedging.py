"""Hedging as features: how sure an article is, in its own voice and in those of its sources.

Symbols: w words of the body, w_own and w_quoted those of a voice (:mod:`framing.features.facts`); h hedges, cues of the types epistemic,
doxastic, condition, investigation and evidential (profile "news"), h_own and h_quoted those of a voice; b boosters; s sentences. Weasels,
peacocks and boosters are no hedges and counted apart. Every cue counts as one, whatever its confidence.

Sources: Hyland (2005) for rates of hedges and boosters; Prince et al. (1982), Szarvas et al. (2012) and Vincze (2013) for the types; the
reader's question whose hedge it is, the author's or the speaker's, after Prince's attribution shields and Wiebe, Wilson and Cardie (2005).
"""

from __future__ import annotations

from framing.features.facts import OWN, QUOTED, REPORTED, Facts, Feature, mean, share
from framing.hedge_figures import HEDGING
from framing.records import HEDGE_TYPES, Hedge

_WHAT = {
    "epistemic": "may, perhaps, likely",
    "doxastic": "belief and appearance: thinks, seems to",
    "condition": "if, unless",
    "investigation": "open questions: whether, investigates",
    "evidential": "reportedly, allegedly",
    "approximator": "about, some 300",
    "weasel": "who remains vague: some critics, it is widely said",
    "peacock": "praise without evidence: legendary, acclaimed",
    "booster": "clearly, certainly",
}
_VOICE = {OWN: "the author's own voice", REPORTED: "paraphrases of sources", QUOTED: "quotations of speech"}


def _hedges(facts: Facts, voice: str | None = None) -> list[Hedge]:
    found = facts.analysis.hedges if voice is None else facts.hedges[voice]
    return [h for h in found if h.type in HEDGING]


def _boosters(facts: Facts, voice: str) -> float | None:
    boosters = sum(h.type == "booster" for h in facts.hedges[voice])
    return share(boosters, boosters + len(_hedges(facts, voice)))


def _uncertain(facts: Facts, voice: str) -> float | None:
    return mean(s.uncertain for s in facts.analysis.sentences if s.voice == voice)


def _of_voice(voice: str) -> tuple[Feature, ...]:
    """What is told of own and quoted voice alike."""
    spoken = {OWN: "author", QUOTED: "quoted"}[voice]  # voice of the sentences
    where = {OWN: "that quote nothing", QUOTED: "that are quotations of speech"}[voice]
    return (
        *(
            Feature(
                f"{voice}_{kind}_per_100_words",
                "per 100 words",
                f"100 · {kind}_{voice} / w_{voice}",
                f"Cues of the type {kind} in {_VOICE[voice]}.",
                lambda f, kind=kind: f.rate_in(voice, sum(h.type == kind for h in f.hedges[voice])),  # type: ignore[misc]  # mypy: default of a lambda
            )
            for kind in HEDGE_TYPES
        ),
        Feature(
            f"{voice}_booster_share",
            "share",
            f"b_{voice} / (b_{voice} + h_{voice})",
            f"How far certainty outweighs doubt in {_VOICE[voice]}.",
            lambda f: _boosters(f, voice),
        ),
        Feature(
            f"{voice}_strength",
            "0 to 1",
            f"mean strength of h_{voice}",
            f"How far the hedges in {_VOICE[voice]} weaken what they qualify.",
            lambda f: mean(h.strength for h in _hedges(f, voice)),
        ),
        Feature(
            f"{spoken}_uncertain_share",
            "share",
            f"mean probability of being uncertain, over the sentences of voice {spoken!r}",
            f"Expected share of uncertain sentences among those {where}.",
            lambda f: _uncertain(f, spoken),
        ),
        Feature(
            f"{spoken}_sentences_share",
            "share",
            f"sentences of voice {spoken!r} with a hedge / those sentences",
            f"Hedged sentences among those {where}.",
            lambda f: f.hedging.hedged_share[spoken],
        ),
    )


FEATURES: tuple[Feature, ...] = (
    Feature("per_100_words", "per 100 words", "100 · h / w", "Hedges of the whole article.", lambda f: f.rate(f.hedging.hedges)),
    *(
        Feature(
            f"{voice}_per_100_words",
            "per 100 words",
            f"100 · h_{voice} / w_{voice}",
            f"Hedges in {_VOICE[voice]}.",
            lambda f, voice=voice: f.rate_in(voice, len(_hedges(f, voice))),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for voice in _VOICE
    ),
    *(
        Feature(
            f"{kind}_per_100_words",
            "per 100 words",
            f"100 · {kind} / w",
            f"Cues of the type {kind} ({_WHAT[kind]}) in the whole article.",
            lambda f, kind=kind: f.hedging.per_100_words[kind],  # type: ignore[misc]  # mypy: default of a lambda
        )
        for kind in HEDGE_TYPES
    ),
    Feature(
        "quoted_share",
        "share",
        "h in a quotation of speech / h",
        "Hedges that are somebody's words in quotation marks.",
        lambda f: f.hedging.quoted_share,
    ),
    Feature(
        "owned_share",
        "share",
        "h with an owner / h",
        "Hedges that belong to a source, quoted or paraphrased, and not to the author.",
        lambda f: f.hedging.owned_share,
    ),
    Feature("booster_share", "share", "b / (b + h)", "How far certainty outweighs doubt.", lambda f: f.hedging.booster_share),
    Feature("strength", "0 to 1", "mean strength of h", "How far the hedges weaken what they qualify.", lambda f: f.hedging.strength),
    Feature(
        "negated_share",
        "share",
        "h with a negation / h",
        "Hedges to which a negation belongs: not clear, does not appear to.",
        lambda f: mean(float(h.negated) for h in _hedges(f)),
    ),
    Feature(
        "uncertain_share",
        "share",
        "mean probability of being uncertain, over the sentences",
        "Expected share of uncertain sentences.",
        lambda f: mean(s.uncertain for s in f.analysis.sentences),
    ),
    *_of_voice(OWN),
    *_of_voice(QUOTED),
)
