"""Capitalised sequences: which tokens may be a name, before anybody knows whose.

Conventions
-----------
* A sequence is maximal: capitalised tokens, with particles ("de", "van"), initials, titles with their point, "of" after an office or an
  organisation noun, "&", and "and" inside the name of a body ("the Food and Drug Administration").
* Function words, days and months are never part of one. At the head of a sentence a common noun alone is none, nor is a word that the
  text also writes small or that stands before a noun ("Exit polls").
* A sentence of five words and more that are mostly capitalised is a heading.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framing.nouns import (
    ACRONYM,
    CALENDAR,
    CAP,
    COMMON,
    DOMAIN,
    FIRST,
    FUNCTION,
    INITIAL,
    PARTICLE,
    SUFFIX,
    TITLE,
    WORD,
    adjectives,
    column,
    noun,
)
from framing.tokens import Tokens

_MAX_WORDS = 14  # longer capitalised sequences are headings
JOINERS = frozenset({"of", "for", "and", "on", "the", "in"})


def sequences(
    words: list[str], flags: list[int], first_of_sentence: list[bool], starts: list[int], ends: list[int]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Token ranges of capitalised sequences that begin at ``starts`` (bounded by ``ends``), and common nouns that head a sentence."""
    found: list[tuple[int, int]] = []
    skipped: list[int] = []
    known = column("organisations", "name")
    done = 0
    for a, stop in zip(starts, ends):
        if a < done:
            continue
        f = flags[a]
        if (
            first_of_sentence[a]
            and f & COMMON
            and not f & (TITLE | FIRST)
            and (a + 1 >= stop or not flags[a + 1] & CAP or words[a].lower() in column("modifiers"))
            and (not f & ACRONYM or (a + 1 < stop and flags[a + 1] & ACRONYM))
            and not (words[a] in known and a + 1 < stop and words[a + 1].islower())
        ):
            done = a + 1
            skipped.append(a)
            continue
        b = a + 1
        office = bool(noun(words[a])[1] & {"organisation", "person"})
        while b < stop and b - a <= _MAX_WORDS:
            g, w = flags[b], words[b]
            if g & CAP and not g & (FUNCTION | CALENDAR):
                office = bool(noun(w)[1] & {"organisation", "person"})
                b += 1
            elif (
                (
                    g & INITIAL
                    and b + 1 < stop
                    and (words[b + 1] == "." or (flags[b + 1] & CAP and not flags[b + 1] & (FUNCTION | CALENDAR)))
                )
                or (w == "." and b + 1 < stop and words[b - 1] and flags[b - 1] & (TITLE | INITIAL) and flags[b + 1] & CAP)
                or (w == "&" and b + 1 < stop and flags[b + 1] & CAP)
                or (w == "and" and b + 1 < stop and flags[b + 1] & CAP and _one_body(words, flags, a, b, stop))
                or (
                    g & PARTICLE
                    and b + 1 < stop
                    and (flags[b + 1] & CAP or (flags[b + 1] & PARTICLE and b + 2 < stop and flags[b + 2] & CAP))
                )
            ):
                b += 1
            elif w in ("of", "for", "on") and office:
                c = b + 1
                while c < stop and c - b < 3 and words[c] in JOINERS:
                    c += 1
                if c < stop and flags[c] & CAP and not flags[c] & (FUNCTION | CALENDAR):
                    b = c
                else:
                    break
            elif w == "," and b + 1 < stop and flags[b + 1] & SUFFIX and flags[b + 1] & CAP:
                b += 2
                if b < stop and words[b] == ".":
                    b += 1
            else:
                break
        done = b
        found.append((a, b))
    return found, skipped


def _one_body(words: list[str], flags: list[int], a: int, b: int, stop: int) -> bool:
    """Whether "and" at ``b`` joins the words of one name: "the Food and Drug Administration", "Ministry of Health and Care"."""
    end = b + 1
    while end < stop and end - b <= 5 and flags[end] & CAP and not flags[end] & (FUNCTION | CALENDAR):
        end += 1
    if end == b + 1 or flags[b + 1] & (FIRST | TITLE | ACRONYM | FUNCTION | CALENDAR) or flags[b - 1] & (FIRST | ACRONYM | INITIAL):
        return False
    of = next((i for i in range(a + 1, b) if words[i] == "of"), 0)
    if of and end == b + 2:
        return "organisation" in noun(words[of - 1])[1] and not noun(words[b + 1])[1] and words[b + 1] not in column("places")
    opened = (a > 0 and (words[a - 1].lower() == "the" or words[a - 1] in ("'s", "’s"))) or " ".join(words[a : a + 2]) in column("places")
    last = words[end - 1]
    return (
        opened
        and end > b + 2
        and ("organisation" in noun(last)[1] or last == "Services")
        and not noun(words[b - 1])[1] & {"organisation", "person"}
        and not any(("organisation" in noun(w)[1] and w != "Government") or w in column("places") for w in words[b + 1 : end - 1])
    )


def no_names(
    words: list[str], flags: list[int], opening: list[bool], ranges: list[tuple[int, int]], types: frozenset[str]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Set aside single words at the head of a sentence that the text also writes small, or that stand before a noun: "Exit polls"."""
    kept: list[tuple[int, int]] = []
    dropped: list[int] = []
    for a, b in ranges:
        if b == a + 1 and opening[a] and not flags[a] & (FIRST | TITLE | ACRONYM | DOMAIN) and b < len(words) and words[b].islower():
            word = words[a]
            known = word in column("organisations", "name") or word in column("places") or word in column("outlets") or word in adjectives()
            if not known and (word.lower() in types or noun(words[b])[1]):
                dropped.append(a)
                continue
        kept.append((a, b))
    return kept, dropped


def headings(bits: NDArray[np.int32], tokens: Tokens) -> NDArray[np.bool_]:
    """Whether each sentence has five words and more and writes most of them with a capital, as headings do; ``bits`` of every token."""
    first = tokens.sentence_first
    words, capitals = (np.add.reduceat(((bits & bit) > 0).astype(np.int32), first[:-1]) for bit in (WORD, CAP))
    found: NDArray[np.bool_] = (words >= 5) & (4 * capitals >= 3 * words)
    return found
