"""Figures of an article's hedging that do not depend on its length: rates and shares, by type, voice and place.

=======================  ==========================================================================================================
``per_100_words``        cues of a type / word tokens of the body * 100
``hedged_share``         sentences with a hedge / sentences, for each voice of ``records.VOICES``; a hedge is a cue of the profile ``news``
``quoted_share``         hedges inside a speech quotation / hedges
``owned_share``          hedges that belong to a source (``Hedge.owner``) / hedges
``booster_share``        boosters / (boosters + hedges)
``strength``             mean strength of the hedges
``headline``             the same rate as ``per_100_words``, of the headline alone, over all types of the profile
``headline_gap``         ``headline`` less that rate of the body: below 0, the headline is surer than the text
=======================  ==========================================================================================================

Every cue counts as one, whatever its confidence: a row of the lexicon that annotators seldom marked counts as one that they always did.
A figure without a denominator is ``None``, never 0. An article that is written twice in a row has the same figures, since all are ratios
of counts. Headlines are short: a single one says little, the mean over many articles does. Categories: Prince et al. 1982, Hyland 2005,
Szarvas et al. 2012; rates per 100 words after Hyland 2005 (who gives them per 1,000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from framing.hedging import PROFILES, find_hedges
from framing.records import HEDGE_TYPES, VOICES, Article, Hedge, Quote, Sentence, Span
from framing.tokens import Tokens, tokenize

HEDGING = frozenset(PROFILES["news"])
Find = Callable[[Tokens, Sequence[Quote]], Sequence[Hedge]]


@dataclass(frozen=True, slots=True)
class HedgingFigures:
    """See the module; ``words`` and ``hedges`` are the counts behind the rates and do depend on the length."""

    words: int
    hedges: int
    per_100_words: dict[str, float | None]
    hedged_share: dict[str, float | None]
    quoted_share: float | None
    owned_share: float | None
    booster_share: float | None
    strength: float | None
    headline: float | None
    headline_gap: float | None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _headline_rate(headline: str | None, find: Find) -> float | None:
    """Hedges per 100 words of a headline, read as a text of its own."""
    if not headline or not headline.strip():
        return None
    span = Span.of(headline, 0, len(headline))
    tokens = tokenize(Article(headline, None, None, (span,), span))
    rate = _ratio(sum(h.type in HEDGING for h in find(tokens, ())), tokens.count_words())
    return None if rate is None else 100 * rate


def _hedged_share(sentences: Sequence[Sentence], hedges: Sequence[Hedge]) -> dict[str, float | None]:
    """By voice, the share of the sentences in which a hedge begins."""
    ends = np.array([s.span.end for s in sentences], np.int64)
    starts = np.array([s.span.start for s in sentences], np.int64)
    cues = np.array([h.cue.start for h in hedges], np.int64)
    place = np.searchsorted(ends, cues, side="right")
    held = place < len(ends)
    held[held] = starts[place[held]] <= cues[held]
    hedged = np.bincount(place[held], minlength=len(ends)) > 0
    voice = np.array([s.voice or "" for s in sentences])
    return {name: _ratio(int(hedged[voice == name].sum()), int((voice == name).sum())) for name in VOICES}


def hedging_figures(
    tokens: Tokens, hedges: Sequence[Hedge], sentences: Sequence[Sentence], headline: str | None = None, find: Find = find_hedges
) -> HedgingFigures:
    """The figures of one article.

    Parameters
    ----------
    tokens : Tokens
        Tokens of the article; words are counted in its body.
    hedges : sequence of Hedge
        Its hedges.
    sentences : sequence of Sentence
        Its sentences in order, with their voice.
    headline : str, optional
        Its headline, if there is one.
    find : callable
        What found the hedges, for the headline: of tokens and quotations.

    Returns
    -------
    HedgingFigures
    """
    words, hedges, sentences = tokens.count_words(), tuple(hedges), tuple(sentences)
    own = [h for h in hedges if h.type in HEDGING]
    boosters = sum(h.type == "booster" for h in hedges)
    rate = {kind: _ratio(100 * sum(h.type == kind for h in hedges), words) for kind in HEDGE_TYPES}
    body = _ratio(100 * len(own), words)
    top = _headline_rate(headline, find)
    return HedgingFigures(
        words=words,
        hedges=len(own),
        per_100_words=rate,
        hedged_share=_hedged_share(sentences, own),
        quoted_share=_ratio(sum(h.in_quote for h in own), len(own)),
        owned_share=_ratio(sum(h.owner is not None for h in own), len(own)),
        booster_share=_ratio(boosters, boosters + len(own)),
        strength=_ratio(sum(h.strength for h in own), len(own)),
        headline=top,
        headline_gap=None if top is None or body is None else top - body,
    )
