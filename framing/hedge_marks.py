"""From cues to records: whose a hedge is, over what stretch it reaches, whether it is quoted.

A *mark* is a cue with its type, strength and confidence. A mark that comes from a row of the lexicon has that row's strength and subtype;
one that the trained tagger found without a row borrows both from the rows of its type (:func:`stand_in`), since strength is a default by
kind of word and scope follows from the subtype.

Conventions
-----------
* ``owner``: the innermost attribution with a source whose content holds the cue: in "X said Y may Z" the hedge is X's, not the
  author's. The cue of an attribution ("X suspects that ...") belongs to whoever holds the attribution.
* The span of a cue holds whole words only: the clitics that lean on its last word ("wouldn't"), and the word on which its first leans.
* ``in_quote``: first and last word of the cue stand in speech quotations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, Cues, Index, whole_words
from framing.quotes import quoted_tokens
from framing.records import Attribution, Hedge, Quote
from framing.scope import find_scopes

_VERBS = {"epistemic": "verb", "doxastic": "belief", "condition": "conditional", "investigation": "inquiry"}


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Cues in order, without overlaps; ``entry`` of ``cues`` is a row or a stand-in. All of equal length k."""

    cues: Cues
    types: tuple[str, ...]
    confidence: tuple[float, ...]

    @classmethod
    def of_rules(cls, cues: Cues) -> Marks:
        """The cues of the rules, with the types and confidences of their rows."""
        entries = [hedge_lexicon().entries[e] for e in cues.entry.tolist()]
        flipped = cues.flipped.tolist()
        types = tuple(e.flip if turned else e.type for e, turned in zip(entries, flipped))
        return cls(cues, types, tuple(0.5 if turned else e.confidence for e, turned in zip(entries, flipped)))


@lru_cache(maxsize=64)
def stand_in(kind: str, subtype: str = "") -> int:
    """The row that lends strength and subtype to a cue without a row: of its type and, if there is one, subtype, with middle strength."""
    entries = hedge_lexicon().entries
    same = [i for i, e in enumerate(entries) if e.type == kind and not e.negated]
    same = [i for i in same if entries[i].subtype == subtype] or same
    return sorted(same, key=lambda i: (entries[i].strength, i))[len(same) // 2]


def subtype_of(context: Context, token: int, kind: str) -> str:
    """The subtype of a cue without a row, by the form of its word: modal, adverb, else the verbs of its type."""
    if context.isin("modal")[token]:
        return "apodosis" if kind == "condition" else "modal"
    if kind == "epistemic" and context.has("LY")[token]:
        return "adverb"
    return _VERBS.get(kind, "")


def owners(start: NDArray[np.int32], end: NDArray[np.int32], attributions: Sequence[Attribution]) -> list[int | None]:
    """Innermost attribution with a source whose content covers each cue (cues in order, without overlaps).

    Contents are taken from the shortest to the longest, each gives its id to the cues that have none yet; skipping what is taken
    (union-find) makes the whole linear but for the sort.
    """
    k = len(start)
    owner: list[int | None] = [None] * k
    if not k:
        return owner
    contents = sorted((s.end - s.start, s.start, s.end, a.id) for a in attributions if a.source is not None for s in a.content)
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


def _widened(context: Context, cues: Cues) -> tuple[Index, Index, list[bool]]:
    """First token and one past the last of each cue with the rest of its words, and whether it keeps clear of the cue before."""
    word = whole_words(context)
    alone = np.append(np.flatnonzero(word == np.arange(len(word))), len(word))
    first, last = word[cues.first], alone[np.searchsorted(alone, cues.last)]
    return first, last, np.append(True, first[1:] >= last[:-1]).tolist()


def records(context: Context, marks: Marks, quotes: Sequence[Quote], attributions: Sequence[Attribution]) -> tuple[Hedge, ...]:
    """The records of marks, with scope, owner and quotation."""
    tokens, cues = context.tokens, marks.cues
    if not len(cues.first):
        return ()
    entries = context.lexicon.entries
    quoted = quoted_tokens(tokens, quotes)
    inside = (quoted[cues.first] & quoted[cues.last - 1]).tolist()
    begin, end, clear = _widened(context, cues)
    whose = owners(tokens.start[begin], tokens.end[end - 1], attributions)
    strength = [entries[e].strength for e in cues.entry.tolist()]
    scopes = find_scopes(context, cues, marks.types, begin, end)
    columns = begin.tolist(), end.tolist(), marks.types, strength, scopes, inside, whose, cues.negated.tolist(), marks.confidence
    return tuple(
        Hedge(tokens.span(first, last), kind, weight, scope, quote, owner, negated, sure)
        for first, last, kind, weight, scope, quote, owner, negated, sure in compress(zip(*columns), clear)
    )
