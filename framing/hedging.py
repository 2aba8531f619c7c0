"""Hedges and boosters: which words weaken or strengthen a claim, over what stretch, and whose they are.

Types (``records.HEDGE_TYPES``) follow Szarvas et al. 2012 (epistemic, doxastic, condition, investigation), Prince et al. 1982 (evidential =
attribution shields, approximator), Vincze 2013 (weasel, peacock) and Hyland 2005 (booster); :mod:`framing.hedge_mappings` sets them beside
those of other schemes. Plain reporting ("said", "according to") is attribution and no hedge; hope and desire are none either. Words,
conditions and evidence stand in ``lexicons/hedges.tsv`` and its two sisters (see ``hedge_lexicon``); which words are cues of the first four
types is decided by a trained tagger that reads what the rules find (:mod:`framing.hedge_tagger`).

Conventions
-----------
* ``strength``: how far the cue weakens (a booster: strengthens) the claim, 0..1, by lexicon row.
* ``negated``: a negation belongs to the cue ("no doubt", "does not appear to"). Where it changes the type ("not clear": booster to
  epistemic) the cue span begins at the negator.
* ``confidence``: of the first four types the calibrated probability that annotators would mark the cue; of the others the share of this
  row's hits that annotators took for uncertainty, 0.5 where nobody measured. By the rules alone, it is that share for all types.
* ``owner``, ``in_quote``: see :mod:`framing.hedge_marks`. Only tokens of the body are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_marks import Marks, records
from framing.hedge_rules import Context, find_cues
from framing.hedge_sentences import PROFILES
from framing.hedge_tagger import HedgeTagger, shipped
from framing.records import Attribution, Hedge, Quote
from framing.tokens import Tokens

__all__ = ["PROFILES", "find_hedges", "rule_hedges", "sentence_uncertainty"]


def find_hedges(
    tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution] = (), tagger: HedgeTagger | None = None
) -> tuple[Hedge, ...]:
    """All hedging and boosting cues of the body, in order of their place, without overlaps.

    Parameters
    ----------
    tokens : Tokens
        Tokens of the article.
    quotes : sequence of Quote
        Its quotations; those of kind "speech" decide ``in_quote``.
    attributions : sequence of Attribution
        Its attributions; they decide ``owner``.
    tagger : HedgeTagger, optional
        One of your own, instead of the shipped one.

    Returns
    -------
    tuple of Hedge
    """
    return (tagger or shipped())(tokens, quotes, attributions)


def rule_hedges(tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution] = ()) -> tuple[Hedge, ...]:
    """What :func:`find_hedges` would give by lexicon and conditions alone, without a tagger."""
    if not len(tokens):
        return ()
    context = Context.of(tokens, hedge_lexicon())
    return records(context, Marks.of_rules(find_cues(context)), quotes, attributions)


def sentence_uncertainty(tokens: Tokens, hedges: Sequence[Hedge], profile: str = "news") -> NDArray[np.float64]:
    """How probable it is that each sentence is uncertain; see :mod:`framing.hedge_sentences`.

    Parameters
    ----------
    tokens : Tokens
        Tokens with m sentences.
    hedges : sequence of Hedge
        What :func:`find_hedges` found in the same text with the shipped tagger; conll-wiki does not look at them but at the words.
    profile : str
        A key of ``PROFILES``: what counts.

    Returns
    -------
    array of float, shape (m,)
        0 to 1, calibrated; where no cue was found, the share of such sentences that annotators marked.

    Raises
    ------
    ValueError
        If the profile is unknown, or a hedge is one of another text.
    """
    return shipped().uncertainty(tokens, hedges, profile)
