"""Our hedges in the terms of other schemes: Szeged, CoNLL-2010, Prince et al. and Hyland, from ``lexicons/hedge_mappings.tsv``.

==============  ======================================================================================================================
``szeged``      semantic uncertainty (Szarvas et al. 2012): epistemic, doxastic, condition, investigation
``conll-wiki``  "uncertain" where the Wikipedia part of CoNLL-2010 (Farkas et al. 2010) calls a sentence with such a cue uncertain
``conll-bio``   the same for its biology part
``prince``      plausibility shield, attribution shield, adaptor, rounder (Prince, Frader and Bosk 1982)
``hyland``      hedge, booster, evidential, attitude marker (Hyland 2005)
==============  ======================================================================================================================

A scheme that has no such class, or leaves these words out, maps to ``None``. The maps lose what a scheme does not tell apart; none of
them is one to one. Prince et al. ask whose belief it is: "I think" is a plausibility shield, "officials believe" an attribution shield; a
doxastic cue counts as the first inside a quotation and as the second outside of it.

A record of a hedge holds no subtype; :func:`subtypes_of` finds it again in the lexicon, by the words of the cue.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, matches
from framing.lexicons import read_table
from framing.records import HEDGE_TYPES, Article, Hedge, Span
from framing.tokens import tokenize

SCHEMES = ("szeged", "conll-wiki", "conll-bio", "prince", "hyland")


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["type"], row["subtype"]): row for row in read_table("hedge_mappings")}


def map_type(kind: str, scheme: str, subtype: str = "", quoted: bool = False) -> str | None:
    """The class of a scheme for a type of hedge.

    Parameters
    ----------
    kind : str
        One of ``records.HEDGE_TYPES``.
    scheme : str
        One of ``SCHEMES``.
    subtype : str
        Subtype of the lexicon; one that the table does not name has the class of the type.
    quoted : bool
        Whether the cue stands in a quotation.

    Returns
    -------
    str or None
        ``None`` where the scheme has no class for it.

    Raises
    ------
    ValueError
        If the type or the scheme is unknown.
    """
    if kind not in HEDGE_TYPES:
        raise ValueError(f"unknown type of hedge {kind!r}; known: {', '.join(HEDGE_TYPES)}")
    _known(scheme)
    row = _table().get((kind, subtype)) or _table()[kind, ""]
    return row["prince-quoted" if quoted and scheme == "prince" else scheme] or None


def _known(scheme: str) -> None:
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}; known: {', '.join(SCHEMES)}")


def subtypes_of(hedges: Sequence[Hedge]) -> tuple[str, ...]:
    """The subtype of each hedge after the lexicon entry that its cue spells, "" where no entry of its type does.

    The cues are looked up together, one paragraph each, so that the time is linear in their length.
    """
    text = "\n\n".join(h.cue.text for h in hedges)
    spans, at = [], 0
    for hedge in hedges:
        spans.append(Span(at, at + len(hedge.cue.text), hedge.cue.text))
        at += len(hedge.cue.text) + 2
    lexicon = hedge_lexicon()
    tokens = tokenize(Article(text, None, None, tuple(spans), Span.of(text, 0, len(text))))
    found = [""] * len(hedges)
    if not len(tokens):
        return tuple(found)
    first, last, entry = matches(Context.of(tokens, lexicon))
    # A cue that took its negator in ("not likely") is longer than its entry; the longest entry at the end of the cue is its own.
    best: dict[int, int] = {}
    for a, b, e in sorted(zip(first.tolist(), last.tolist(), entry.tolist()), key=lambda m: (m[0] - m[1], m[2])):
        place = int(tokens.paragraph[a])
        types = (lexicon.entries[e].type, lexicon.entries[e].flip)
        if place not in best and b == tokens.paragraph_first[place + 1] and hedges[place].type in types:
            best[place] = e
    for place, e in best.items():
        found[place] = lexicon.entries[e].subtype
    return tuple(found)


def map_hedges(hedges: Sequence[Hedge], scheme: str) -> tuple[str | None, ...]:
    """The class of a scheme for each hedge; see :func:`map_type`. Raises ``ValueError`` if the scheme is unknown."""
    _known(scheme)
    hedges = tuple(hedges)
    return tuple(map_type(h.type, scheme, subtype, h.in_quote) for h, subtype in zip(hedges, subtypes_of(hedges)))
