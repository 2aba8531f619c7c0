"""Hedges and boosters: which words weaken or strengthen a claim, over what stretch, and whose they are.

Types (``records.HEDGE_TYPES``) follow Szarvas et al. 2012 (epistemic, doxastic, condition, investigation), Prince et al. 1982 (evidential =
attribution shields, approximator), Vincze 2013 (weasel, peacock) and Hyland 2005 (booster). Plain reporting ("said", "according to")
is attribution and no hedge; hope and desire are none either. Words, conditions and evidence stand in ``lexicons/hedges.tsv`` and its
two sisters (see ``hedge_lexicon``).

Conventions
-----------
* ``strength``: how far the cue weakens (a booster: strengthens) the claim, 0..1, by lexicon row.
* ``negated``: a negation belongs to the cue ("no doubt", "does not appear to"). Where it changes the type ("not clear": booster to
  epistemic) the cue span begins at the negator.
* ``confidence``: share of this row's hits that annotators took for uncertainty; 0.5 where nobody measured, as for a type that negation
  changed. Which corpus counts for which type is said in ``hedge_lexicon``.
* ``owner``: the innermost attribution whose content holds the cue: in "X said Y may Z" the hedge is X's, not the author's. The cue of
  an attribution ("X suspects that ...") belongs to whoever holds the attribution.
* Only tokens of the body are looked at.

Sentence uncertainty, for the cues c of a sentence whose type is in the profile: u = 1 - prod(1 - strength(c) * confidence(c)). It is a
noisy-or of the cues and not yet calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, find_cues
from framing.quotes import quoted_tokens
from framing.records import Attribution, Hedge, Quote
from framing.scope import find_scopes
from framing.tokens import Tokens

PROFILES: dict[str, tuple[str, ...]] = {
    "news": ("epistemic", "doxastic", "condition", "investigation", "evidential"),
    "szeged": ("epistemic", "doxastic", "condition", "investigation"),
    "bio": ("epistemic", "doxastic", "condition", "investigation"),
    "conll-wiki": ("epistemic", "doxastic", "evidential", "weasel", "peacock"),
}


def _owners(start: NDArray[np.int32], end: NDArray[np.int32], attributions: Sequence[Attribution]) -> list[int | None]:
    """Innermost attribution whose content covers each cue (cues in order, without overlaps).

    Contents are taken from the shortest to the longest, each gives its id to the cues that have none yet; skipping what is taken
    (union-find) makes the whole linear but for the sort.
    """
    k = len(start)
    owner: list[int | None] = [None] * k
    if not k:
        return owner
    contents = sorted((s.end - s.start, s.start, s.end, a.id) for a in attributions for s in a.content)
    free = list(range(k + 1))

    def next_free(i: int) -> int:
        root = i
        while free[root] != root:
            root = free[root]
        while free[i] != root:
            free[i], i = root, free[i]
        return root

    lows = np.searchsorted(start, [c[1] for c in contents], side="left").tolist()
    highs = np.searchsorted(end, [c[2] for c in contents], side="right").tolist()
    for (_, _, _, id), low, high in zip(contents, lows, highs):
        i = next_free(low)
        while i < high:
            owner[i] = id
            free[i] = i + 1
            i = next_free(i)
    return owner


def find_hedges(tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution] = ()) -> tuple[Hedge, ...]:
    """All hedging and boosting cues of the body, in order of their place, without overlaps.

    Parameters
    ----------
    tokens : Tokens
        Tokens of the article.
    quotes : sequence of Quote
        Its quotations; those of kind "speech" decide ``in_quote``.
    attributions : sequence of Attribution
        Its attributions; they decide ``owner``.

    Returns
    -------
    tuple of Hedge
    """
    if not len(tokens):
        return ()
    lexicon = hedge_lexicon()
    context = Context.of(tokens, lexicon)
    cues = find_cues(context)
    entries = [lexicon.entries[e] for e in cues.entry.tolist()]
    types = tuple(e.flip if flipped else e.type for e, flipped in zip(entries, cues.flipped.tolist()))
    scopes = find_scopes(context, cues, types)
    quoted = quoted_tokens(tokens, quotes)
    inside = (quoted[cues.first] & quoted[cues.last - 1]).tolist()
    confidence = [0.5 if flipped else e.confidence for e, flipped in zip(entries, cues.flipped.tolist())]
    owners = _owners(tokens.start[cues.first], tokens.end[cues.last - 1], attributions)
    rows = zip(cues.first.tolist(), cues.last.tolist(), entries, types, scopes, inside, owners, cues.negated.tolist(), confidence)
    return tuple(
        Hedge(tokens.span(first, last), type, entry.strength, scope, quote, owner, negated, sure)
        for first, last, entry, type, scope, quote, owner, negated, sure in rows
    )


def sentence_uncertainty(tokens: Tokens, hedges: Sequence[Hedge], profile: str = "news") -> NDArray[np.float64]:
    """How uncertain each sentence is: 1 - prod(1 - strength * confidence) over its cues of the profile's types.

    Parameters
    ----------
    tokens : Tokens
        Tokens with m sentences.
    hedges : sequence of Hedge
        Cues of the same text.
    profile : str
        A key of ``PROFILES``: which types count.

    Returns
    -------
    array of float, shape (m,)
        0 (no cue) to 1.

    Raises
    ------
    ValueError
        If the profile is unknown.
    """
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; known: {', '.join(PROFILES)}")
    counted = [h for h in hedges if h.type in PROFILES[profile]]
    m = len(tokens.sentences)
    if not counted or not m:
        return np.zeros(m)
    place = np.searchsorted(tokens.sentences[:, 1], [h.cue.start for h in counted], side="right")
    weight = np.array([h.strength * h.confidence for h in counted])
    with np.errstate(divide="ignore"):  # a weight of 1 makes the sum -inf and the result 1
        logs = np.log1p(-weight)
    uncertain: NDArray[np.float64] = -np.expm1(np.bincount(place, logs, m))
    return np.maximum(uncertain, 0.0)
