"""Attribution as features: how much of an article is told by others, in whose words, and how they are brought in.

Symbols: w words of the body; w_quoted, w_reported, w_own those of the three voices (:mod:`framing.features.facts`); a attributions; s
sentences of the body; q quotations of speech that stand in no other; words are tokens with a letter or digit.

Sources: kinds of speech after Pareti (2015); own and foreign voice in news after Zelizer (1989) and Schudson (1995); length of quotations
("sound bites") after Hallin (1992); neutral "said" and other verbs after Geis (1987) and Recasens et al. (2013); scare quotes after
Predelli (2003).
"""

from __future__ import annotations

from collections.abc import Sequence

from framing.features.facts import OWN, QUOTED, REPORTED, Facts, Feature, mean, share
from framing.records import SPEECH, Quote

_LEAD = 3  # sentences: about the lead of a news report and the paragraph that follows


def outermost(quotes: Sequence[Quote]) -> int:
    """How many quotations of speech stand in no other; quotes come in order of their start, an outer one first."""
    count, end = 0, -1
    for quote in quotes:
        if quote.kind == "speech" and quote.span.start >= end:
            count, end = count + 1, quote.span.end
    return count


def _lead(facts: Facts) -> float | None:
    return mean(s.attributed for s in facts.analysis.sentences[:_LEAD])


_WHAT = {"direct": "in the speaker's words, in quotation marks", "indirect": "in the reporter's words", "mixed": "in both"}

FEATURES: tuple[Feature, ...] = (
    Feature(
        "per_100_words",
        "per 100 words",
        "100 · a / w",
        "How often somebody is said to say, write, think or want something.",
        lambda f: f.rate(len(f.analysis.attributions)),
    ),
    *(
        Feature(
            f"{kind}_share",
            "share",
            f"a_{kind} / a",
            f"Attributions whose content is {_WHAT[kind]}.",
            lambda f, kind=kind: f.attributions(lambda a: a.speech == kind),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for kind in SPEECH
    ),
    Feature(
        "quoted_words_share",
        "share",
        "w_quoted / w",
        "Words that stand in quotations of speech.",
        lambda f: share(f.words[QUOTED], f.length),
    ),
    Feature(
        "reported_words_share",
        "share",
        "w_reported / w",
        "Words of others in paraphrase: in the content of an attribution and outside of quotations.",
        lambda f: share(f.words[REPORTED], f.length),
    ),
    Feature(
        "own_words_share",
        "share",
        "w_own / w",
        "Words that the author answers for: neither quoted nor attributed.",
        lambda f: share(f.words[OWN], f.length),
    ),
    Feature(
        "sentences_share",
        "share",
        "s_attributed / s",
        "Sentences that hold a cue or content of an attribution.",
        lambda f: mean(s.attributed for s in f.analysis.sentences),
    ),
    Feature(
        "lead_share",
        "share",
        f"s_attributed / s, of the first {_LEAD} sentences",
        "Whether the opening is attributed.",
        _lead,
    ),
    Feature(
        "words_per_quotation",
        "words",
        "w_quoted / q",
        "Mean length of a quotation of speech, the sound bite of print.",
        lambda f: share(f.words[QUOTED], outermost(f.analysis.quotes)),
    ),
    Feature(
        "words_per_content",
        "words",
        "Σ words of the contents / a",
        "How long somebody goes on at a time; content inside content counts for both.",
        lambda f: mean(float(f.words_in(a)) for a in f.analysis.attributions),
    ),
    Feature(
        "nested_share",
        "share",
        "a_nested / a",
        "Attributions inside the content of another: hearsay.",
        lambda f: f.attributions(lambda a: a.parent is not None),
    ),
    Feature(
        "neutral_cues_share",
        "share",
        "a_said / a",
        "Cues that only report: said, says, told, according to, added.",
        lambda f: f.marked("neutral cues"),
    ),
    Feature(
        "belief_cues_share",
        "share",
        "a_belief / a",
        "Cues of belief and intention: what somebody thinks, fears or plans rather than says.",
        lambda f: f.marked("beliefs and intentions"),
    ),
    Feature(
        "scare_quotes_per_100_words",
        "per 100 words",
        "100 · scare quotes / w",
        "Words that the author holds at arm's length by quotation marks.",
        lambda f: f.rate(f.marks["scare quotes"].count),
    ),
)
