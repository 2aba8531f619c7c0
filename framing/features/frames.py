"""Framing as features: the angles that an article takes, and how loaded its language is, in its own voice and in those of its sources.

Symbols: p_c calibrated probability of frame c; w_own and w_quoted words of a voice (:mod:`framing.features.facts`). The first 650 words and
the headline decide the frames; an article of fewer than 50 words has none.

Policy frames after Boydstun et al. (2014), generic frames after Semetko and Valkenburg (2000), the spread over frames as normalised entropy
after Shannon (1948) and as Boydstun (2013) measures diversity of agendas; loaded sentences after Spinde et al. (2021), categories of loaded
words after Recasens et al. (2013) and Wiebe et al. (2005); the words are those of ``lexicons/loaded_words.tsv``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from framing.classification import loaded_shares
from framing.features.facts import OWN, QUOTED, VOICES, Facts, Feature
from framing.frame_reasons import TITLES
from framing.hyperpartisan_features import lexicon
from framing.records import GENERIC_FRAMES, POLICY_FRAMES

_FIFTY = "none below 50 words; reads 650"


def _entropy(found: Mapping[str, float] | None) -> float | None:
    """Entropy of the probabilities taken as shares, over that of equal ones."""
    total = sum(found.values()) if found else 0.0
    if not found or not total > 0:
        return None
    shares = [p / total for p in found.values()]
    return -sum(p * math.log(p) for p in shares if p > 0) / math.log(len(shares))


def _loaded(facts: Facts, voice: str) -> float | None:
    return loaded_shares(facts.analysis.sentences)[voice]


def _gap(facts: Facts) -> float | None:
    own, quoted = _loaded(facts, "author"), _loaded(facts, "quoted")
    return None if own is None or quoted is None else own - quoted


def _words(facts: Facts, voice: str, category: str | None = None) -> float | None:
    """Loaded words per 100 words of a voice."""
    counts = facts.loaded_words[VOICES.index(voice)]
    return facts.rate_in(voice, float(counts.sum() if category is None else counts[lexicon().names.index(category)]))


def _frame(kind: str, code: str) -> Feature:
    def value(facts: Facts) -> float | None:
        found: Mapping[str, float] | None = getattr(facts.analysis.frames, kind)
        return None if found is None else found[code]

    return Feature(f"{kind}_{code}", "probability", f"p_{code}", f"{kind.capitalize()} frame: {TITLES[kind][code]}.", value, _FIFTY)


FEATURES: tuple[Feature, ...] = (
    *(_frame("policy", code) for code in POLICY_FRAMES),
    Feature(
        "policy_sum",
        "frames",
        "Σ p_c over policy frames",
        "How many policy frames are to be expected.",
        lambda f: None if f.analysis.frames.policy is None else sum(f.analysis.frames.policy.values()),
        _FIFTY,
    ),
    Feature(
        "policy_entropy",
        "0 to 1",
        "-Σ q_c ln q_c / ln 15, q_c = p_c / Σ p",
        "How evenly the article is spread over policy frames.",
        lambda f: _entropy(f.analysis.frames.policy),
        _FIFTY,
    ),
    *(_frame("generic", code) for code in GENERIC_FRAMES),
    Feature(
        "generic_entropy",
        "0 to 1",
        "-Σ q_c ln q_c / ln 5, q_c = p_c / Σ p",
        "How evenly the article is spread over generic frames.",
        lambda f: _entropy(f.analysis.frames.generic),
        _FIFTY,
    ),
    Feature(
        "author_loaded_share",
        "share",
        "mean probability of being loaded, over the sentences of voice 'author'",
        "Expected share of loaded sentences among those that quote nothing.",
        lambda f: _loaded(f, "author"),
    ),
    Feature(
        "quoted_loaded_share",
        "share",
        "mean probability of being loaded, over the sentences of voice 'quoted'",
        "Expected share of loaded sentences among those that are quotations of speech.",
        lambda f: _loaded(f, "quoted"),
    ),
    Feature(
        "loaded_gap",
        "-1 to 1",
        "author_loaded_share - quoted_loaded_share",
        "Whether the author speaks in more loaded words than the sources do.",
        _gap,
    ),
    *(
        Feature(
            f"{voice}_loaded_words_per_100_words",
            "per 100 words",
            f"100 · loaded words_{voice} / w_{voice}",
            f"Words of the lexicon of loaded words, of any category, in {where}.",
            lambda f, voice=voice: _words(f, voice),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for voice, where in ((OWN, "the author's own voice"), (QUOTED, "quotations of speech"))
    ),
    *(
        Feature(
            f"own_{name}_per_100_words",
            "per 100 words",
            f"100 · {name}_own / w_own",
            f"Loaded words of the category {name.replace('_', ' ')} in the author's own voice.",
            lambda f, name=name: _words(f, OWN, name),  # type: ignore[misc]  # mypy: default of a lambda
        )
        for name in lexicon().names
    ),
)
HYPERPARTISAN = Feature(
    "hyperpartisan",
    "probability",
    "the shipped classifier",
    "Whether readers would call the article hyperpartisan; learned from hyperpartisan_byarticle, so never evaluate with it there.",
    lambda f: f.analysis.scores.hyperpartisan,
    "none below 50 words",
)
