"""Phrases without a parser: noun phrases to the left and right of a token, verb groups, clauses.

Conventions
-----------
A :class:`View` holds, for every token, its lower-case form and its closed class (``lexicons/grammar.tsv``: determiner, preposition,
auxiliary ...), read once for each word type; every other word is ``WORD``, weekdays and months are ``TIME``, marks are ``MARK``. All
functions take token indices, look at no more than ``REACH`` tokens and give half-open token ranges ``(first, last)``, or ``None`` where
there is no such phrase. They are heuristics: a maximal stretch of words between boundaries, with prepositional phrases and appositives
attached to the noun before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.lexicons import read_table
from framing.records import Quote
from framing.tokens import Remembered, Tokens

WORD, TIME, MARK, COMMA, OPEN, CLOSE, QUOTE, DASH = range(8)
_CLASSES = ("det", "num", "poss", "subj", "obj", "prep", "aux", "modal", "conj", "sub", "rel", "adv", "neg")
DET, NUM, POSS, SUBJ, OBJ, PREP, AUX, MODAL, CONJ, SUB, REL, ADV, NEG = range(8, 21)

REACH = 40  # tokens looked at to either side: longer noun phrases are rare, and the bound keeps the time linear

_QUOTE_MARKS = frozenset("“”\"‘’'«»„‟‹›") | {"``", "''"}
_DASHES = frozenset("—–―-") | {"--", "---"}
_POSSESSIVE = ("’s", "'s", "’", "'")


WORDS = {row["class"]: frozenset(row["words"].split()) for row in read_table("grammar")}
_CLOSED = {word: 8 + k for k, name in enumerate(_CLASSES) for word in WORDS[name]}
_TIMES, _HEARSAY, _NP_PREPS, _LOOSE_NOUNS = WORDS["time"], WORDS["hearsay"], WORDS["attach"], WORDS["occasion"]


_is_capital = Remembered(lambda token: token[:1].isupper())
_is_apostrophe = Remembered(lambda token: token in ("'", "’"))


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the phrase rules read of a tokenised text; lists of length n, indexed by token."""

    tokens: Tokens
    low: list[str]
    kind: list[int]
    capital: list[bool]
    sentence: list[int]
    first: list[int]  # first token of each sentence, then n
    paragraph: list[int]
    quote: list[int]  # index of the outermost speech quotation that holds the token, or -1


def view(tokens: Tokens, quotes: Sequence[Quote]) -> View:
    """Prepare ``tokens``, of which there is at least one, for the phrase rules."""
    lower = [t.lower() for t in tokens.types]
    kind = tokens.lookup(_class_of)
    held = np.full(len(tokens) + 1, -1, np.int32)
    for k in range(len(quotes) - 1, -1, -1):
        if quotes[k].kind == "speech":
            a, b = tokens.range(quotes[k].span)
            held[a:b] = k
    marks = tokens.lookup(_is_apostrophe, np.bool_)
    glued = np.zeros(len(tokens), np.bool_)
    np.equal(tokens.start[1:], tokens.end[:-1], out=glued[1:])
    kind[marks & glued & (held[:-1] < 0)] = AUX  # the possessive of a plural, like "'s"
    return View(
        tokens,
        [lower[i] for i in tokens.type.tolist()],
        kind.tolist(),
        tokens.lookup(_is_capital, np.bool_).tolist(),
        tokens.sentence.tolist(),
        tokens.sentence_first.tolist(),
        tokens.paragraph.tolist(),
        held[:-1].tolist(),
    )


def closed_class(token: str, low: str) -> int:
    """The closed class of a word type, or ``WORD``, or the sort of mark; ``low`` is the token in lower case."""
    if low in _CLOSED and not (len(token) > 1 and token.isupper()):  # "US", "IT", "WHO" are names
        return _CLOSED[low]
    if low in _TIMES:
        return TIME
    if low in _QUOTE_MARKS:
        return QUOTE
    if low in _DASHES:
        return DASH
    if low == ",":
        return COMMA
    if low in "([":
        return OPEN
    if low in ")]":
        return CLOSE
    if not any(c.isalnum() for c in low) and low not in ("&", "$", "#"):
        return MARK
    if low.endswith("ly") and len(low) > 5 and not token[:1].isupper():
        return ADV
    if low[0].isdigit():
        return NUM
    return WORD


@Remembered
def _class_of(token: str) -> int:
    return closed_class(token, token.lower())


def verb_group(v: View, verb: int) -> tuple[int, int]:
    """The verb with the auxiliaries, modals, negations and adverbs before it ("has previously feared")."""
    bottom = max(v.first[v.sentence[verb]], verb - 8)
    i, start = verb - 1, verb
    while i >= bottom and v.kind[i] in (AUX, MODAL, NEG, ADV) and v.low[i] not in _POSSESSIVE[2:] and v.low[i] not in _HEARSAY:
        if v.low[i] in ("’s", "'s") and i > bottom and v.kind[i - 1] == WORD and start == verb:
            break  # a possessive before a noun that looks like a verb
        start = i
        i -= 1
    while start < verb and v.kind[start] == ADV and v.kind[start + 1] not in (AUX, MODAL, NEG) and start + 1 != verb:
        start += 1
    return start, verb + 1


def is_noun_like(v: View, i: int) -> bool:
    """Whether token ``i`` can end a noun phrase."""
    return v.kind[i] in (WORD, NUM, CLOSE, OBJ, SUBJ) or v.low[i] in _POSSESSIVE[2:]


def noun_phrase_before(v: View, end: int) -> tuple[int, int] | None:
    """The noun phrase that ends right before token ``end``, appositives included ("Jane Doe, a former envoy in Rome,")."""
    bottom = max(v.first[v.sentence[end]] if end < len(v.low) else 0, end - REACH)
    last = end - 1
    while last > bottom and v.low[last] in _HEARSAY:  # "the suspect allegedly told"
        last -= 1
    while last > bottom and v.kind[last] == TIME:  # "the council on Wednesday approved"
        last -= 1 + (v.low[last - 1] in ("on", "last", "late", "early", "since", "this", "in"))
    if last < bottom:
        return None
    if v.kind[last] in (COMMA, DASH):
        return _with_appositive_before(v, last, bottom)
    start = _noun_phrase_start(v, last, bottom)
    if start is None:
        return None
    return start, last + 1


def _with_appositive_before(v: View, last: int, bottom: int) -> tuple[int, int] | None:
    kind = v.kind[last]
    opening = next((i for i in range(last - 1, bottom, -1) if v.kind[i] == kind and v.quote[i] == v.quote[last]), None)
    if opening is None or opening + 1 == last:
        return None
    before = opening - 1 - (v.kind[opening - 1] in (AUX, MODAL))  # "the ministry has, in a statement, said"
    start = _noun_phrase_start(v, before, bottom)
    if start is None:
        return None
    if before < opening - 1:
        return start, before + 1
    head = v.kind[opening + 1]
    if head in (DET, POSS, REL, NUM, WORD):
        if v.kind[start] == NUM and start == opening - 1 and start - 2 >= bottom and v.kind[start - 1] == kind:  # "Doe, 45, a farmer,"
            named = _noun_phrase_start(v, start - 2, bottom)
            start = start if named is None else named
        return start, last
    return start, opening  # an adverbial in commas: "Doe, in a statement, said"


def _noun_phrase_start(v: View, last: int, bottom: int) -> int | None:
    """First token of the noun phrase whose last token is ``last``."""
    kinds, low = v.kind, v.low
    if last < bottom:
        return None
    if kinds[last] in (SUBJ, REL) or (kinds[last] == DET and low[last] not in ("the", "a", "an", "no")):
        return last
    if not is_noun_like(v, last):
        return None
    start, i = None, last
    while i >= bottom:
        following = _step_left(v, i, start, last, bottom)
        if following is None:
            break
        if kinds[i] in (WORD, NUM, DET, POSS, OBJ) or low[i] in _POSSESSIVE:
            start = i
        elif kinds[i] == CLOSE and start is None:
            start = following + 1
        i = following
    if start is None:
        return None
    while start < last and low[start] in _POSSESSIVE:
        start += 1
    if start - 2 >= bottom and low[start - 1] in ("and", "or", "nor") and kinds[last] not in (SUBJ, REL):
        other = _noun_phrase_start(v, start - 2, bottom)  # "the police and the council", where nothing but a boundary stands before
        if other is not None and (other == bottom or kinds[other - 1] in (COMMA, QUOTE, MARK, SUB, DASH, NEG)):
            return other
    return start


def _step_left(v: View, i: int, start: int | None, last: int, bottom: int) -> int | None:
    """The token to look at next if token ``i`` belongs to the phrase, below ``bottom`` at its head; ``None`` if it does not belong."""
    kind, low = v.kind[i], v.low[i]
    if kind in (WORD, NUM) or low in _POSSESSIVE or (kind == OBJ and i == last):
        return i - 1
    if kind in (DET, POSS):
        if low == "that" and i > bottom and start is not None:
            return None  # a conjunction
        return _before_determiner(v, i, start, last, bottom)
    if kind == CLOSE:
        return next((j - 1 for j in range(i - 1, max(bottom, i - 10), -1) if v.kind[j] == OPEN), None)
    if start is None or i == bottom:
        return None
    before = v.kind[i - 1]
    if kind == PREP and low in _NP_PREPS:
        return i - 1 if before in (WORD, NUM, DET) or v.low[i - 1] in _POSSESSIVE else None
    if low in ("and", "&"):
        return i - 1 if v.capital[start] and v.capital[i - 1] else None
    if kind == ADV:
        return i - 1 if start != last and before in (DET, POSS) else None
    return None


def _before_determiner(v: View, i: int, start: int | None, last: int, bottom: int) -> int:
    """Where a phrase goes on to the left of a determiner: "the head of the", "all the", "Doe and the"; its head otherwise."""
    if i - 2 >= bottom and v.kind[i - 1] == PREP and v.low[i - 1] in _NP_PREPS and (is_noun_like(v, i - 2) or v.kind[i - 2] == DET):
        return i - 2
    if i - 1 >= bottom and v.kind[i - 1] == DET:
        return i - 1
    if i - 2 >= bottom and v.low[i - 1] in ("and", "or") and start != last and v.kind[i - 2] == WORD and v.capital[i - 2]:
        return i - 2
    return bottom - 1


def relative_phrase_before(v: View, end: int) -> tuple[int, int] | None:
    """A noun phrase with a relative clause without commas that ends right before token ``end``: "a man who saw the crash" (said)."""
    bottom = max(v.first[v.sentence[end]] if end < len(v.low) else 0, end - REACH // 2)
    for i in range(end - 1, bottom, -1):
        if v.kind[i] in (COMMA, MARK, QUOTE, DASH, SUB) or (v.kind[i] == SUBJ and v.low[i] not in ("it", "you")) or v.low[i] == "that":
            return None
        if v.kind[i] == CONJ and v.low[i + 1] != "who":
            return None
        if v.low[i] in ("who", "which") and v.kind[i - 1] != CONJ:
            if end - i < 4 or v.kind[i - 1] not in (WORD, NUM):
                return None
            start = _noun_phrase_start(v, i - 1, bottom)
            return None if start is None else (start, end)
    return None


def noun_phrase_after(v: View, first: int, stop: int | None = None, joined: bool = False) -> tuple[int, int] | None:
    """The noun phrase that starts at token ``first``, appositives included; ``stop`` bounds the search.

    With ``joined`` a phrase after "and" belongs to it: "a report and two officials".
    """
    n = len(v.low)
    if first >= n:
        return None
    top = min(v.first[v.sentence[first] + 1], first + REACH, n if stop is None else stop)
    end = _noun_phrase_end(v, first, top)
    if end is None:
        return None
    if joined and end + 1 < top and v.low[end] == "and" and v.kind[end + 1] in (DET, NUM, POSS, WORD):
        end = _noun_phrase_end(v, end + 1, top) or end
    if end + 1 < top and v.kind[end] == COMMA and v.kind[first] not in (SUBJ, OBJ):
        head = v.kind[end + 1]
        relative = v.low[end + 1] in ("who", "which")
        if head in (DET, POSS, NUM, WORD) or relative:
            closing = next((i for i in range(end + 1, top) if v.kind[i] in (COMMA, QUOTE, DASH) or v.low[i] in (".", ";", ":")), top)
            clause = not relative and any(v.kind[i] in (AUX, MODAL, SUBJ) for i in range(end + 1, closing))
            if closing + 1 < top and closing == end + 2 and head == NUM and v.kind[closing] == COMMA:  # "Doe, 45, a farmer from Iowa"
                again = noun_phrase_after(v, closing + 1, top)
                if again is not None and v.kind[closing + 1] in (DET, POSS, WORD):
                    return first, again[1]
            if closing < top and closing - end <= 26 and not clause:
                return first, closing
    return first, end


def _noun_phrase_end(v: View, first: int, top: int) -> int | None:
    kinds, low = v.kind, v.low
    if first >= top:
        return None
    if kinds[first] in (SUBJ, OBJ):
        return first + 1
    if kinds[first] not in (WORD, NUM, DET, POSS):
        return None
    i = first
    while i < top:
        following = _step_right(v, i, first, top)
        if following is None:
            break
        i = following
    while i > first and (kinds[i - 1] in (PREP, DET, CONJ, POSS) or low[i - 1] == "&"):
        i -= 1
    return i if i > first else None


def _step_right(v: View, i: int, first: int, top: int) -> int | None:
    """The token after ``i`` if token ``i`` belongs to the phrase that starts at ``first``, else ``None``."""
    kind, low = v.kind[i], v.low[i]
    if kind in (WORD, NUM) or low in _POSSESSIVE:
        return i + 1
    if kind in (DET, POSS):
        return i + 1 if i == first or v.kind[i - 1] in (PREP, DET, CONJ) else None
    if kind == OPEN:
        return next((j + 1 for j in range(i + 1, min(top, i + 10)) if v.kind[j] == CLOSE), None)
    if i == first or i + 1 >= top:
        return None
    if kind == ADV:
        return i + 1 if v.kind[i - 1] in (DET, POSS) else None
    if kind == PREP and low in _NP_PREPS:
        return i + 1 if v.kind[i + 1] in (WORD, NUM, DET, POSS) and not _loose(v, i, top) else None
    return i + 1 if low in ("and", "&") and v.capital[i + 1] and v.capital[i - 1] else None


def _loose(v: View, preposition: int, top: int) -> bool:
    """Whether the prepositional phrase belongs to the saying, not to the speaker: "in a statement", "on Monday"."""
    window = range(preposition + 1, min(top, preposition + 5))
    for i in window:
        if v.kind[i] == TIME or v.low[i] in _LOOSE_NOUNS:
            return True
        if v.kind[i] == PREP:
            return False
    return False


def skip_occasion(v: View, first: int, top: int) -> int:
    """The token after what says when and where somebody spoke: "on Tuesday", "in a statement", "last week"."""
    i = first
    while i < top:
        if v.kind[i] == TIME:
            i += 1
            if i < top and v.kind[i] == NUM and v.low[i][0].isdigit():
                i += 1
        elif v.low[i] in ("on", "in", "at", "during", "late", "early", "last", "this") and _loose(v, i, top):
            end = _noun_phrase_end(v, i + 1, min(top, i + 8))
            if v.kind[i + 1] == TIME:
                i += 1
            elif end is None:
                break
            else:
                i = end
        else:
            break
    return i


def is_finite_ahead(v: View, first: int, top: int) -> bool:
    """Whether a clause seems to follow: an auxiliary, a modal or a past form among the next tokens before a boundary."""
    for i in range(first, min(top, first + 14)):
        kind = v.kind[i]
        if kind in (AUX, MODAL, SUBJ) and v.low[i] not in _POSSESSIVE:
            return True
        if kind in (MARK, QUOTE) or v.low[i] == "that":
            return False
        if i > first and kind == WORD and v.low[i].endswith("ed"):
            return True
    return False
