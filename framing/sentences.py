"""Where sentences end.

Conventions
-----------
* Candidates are full stops, question and exclamation marks, ellipses and abbreviations; a colon, a semicolon and a dash end nothing. The end of
  a paragraph always ends a sentence.
* Quotation marks and brackets that stand directly after the mark belong to the sentence.
* The evidence is that of Read et al. (2012, "Sentence boundary detection: a long solved problem?") and Kiss & Strunk (2006): the kind of
  mark, the blank after it, the first letter of the next token, what sort of abbreviation it is, and whether the next word often begins
  sentences. The words are data (``lexicons/abbreviations.tsv``).
* A quotation that ends with ``?`` or ``!`` and is followed by its reporting clause is one sentence with it ("Is it?" he asked).

``flags`` gives a bit set for a token string; ``find_ends`` decides with vectors where the case is plain, one by one elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framing.lexicons import read_table

Ints = NDArray[np.int32]


def _forms(kind: str) -> frozenset[str]:
    return frozenset(form for row in read_table("abbreviations") if row["type"] == kind for form in row["forms"].split())


_TITLE, _SUFFIX, _MONTH, _TIME, _INNER = map(_forms, ("title", "suffix", "month", "time", "inner"))
_TITLE |= {form.upper() for form in _TITLE}
_SUFFIX |= {form.upper() for form in _SUFFIX if form in ("Jr.", "Sr.", "Inc.", "Corp.", "Ltd.", "Bros.")}
_NUMBERS, _STARTERS, _CLOCK, _SPEAK = map(_forms, ("number", "starter", "clock", "speak"))
ABBREVIATIONS = _TITLE | _SUFFIX | _MONTH | _TIME | _INNER
DOMAINS = _forms("domain")

STOP, SHOUT, DOTS, CLOSE, STRAIGHT, OPEN, LOWER, UPPER, DIGIT, SPACE, NUMBER, STARTER, ABBREVIATION, TITLE, TIME, MONTH, INNER, INITIAL, WIDE, SMILE, RULE, ADDRESS = (
    1 << i for i in range(22)
)
BITS = 22  # so many bits the flags take
_END = STOP | SHOUT | DOTS | ABBREVIATION | SMILE | RULE | ADDRESS
_CLOSING, _OPENING = frozenset("”’»›)]}") | {"''"}, frozenset("“‘„‟«‹([{") | {"``"}


def flags(token: str) -> int:
    """The bit set of a token string: what it can do at the end or the start of a sentence."""
    first = token[0]
    if len(token) == 1:
        if first == ".":
            return STOP
        if first in "!?":
            return SHOUT
        if first in "。！？｡":
            return SHOUT | WIDE
        if first in "\"'":
            return STRAIGHT
    if first in "….":
        return DOTS if not token.strip("…. ") else DIGIT
    if token in _CLOSING:
        return CLOSE
    if token in _OPENING:
        return OPEN
    if first.isspace():
        return SPACE
    if first in "-_=*~" and len(token) > 4 and not token.strip(first):
        return RULE
    if first == "h" and token.startswith("http"):
        return ADDRESS | LOWER
    if first in ":;=^" and len(token) > 1:
        return SMILE
    bits = LOWER if first.islower() else UPPER if first.isalpha() else DIGIT if first.isdigit() else 0
    if token in _NUMBERS or f"{token}." in _NUMBERS:
        bits |= NUMBER
    if token in _STARTERS:
        bits |= STARTER
    if len(token) > 1 and token[-1] == "." and bits:
        bits |= ABBREVIATION
        if token in _TITLE:
            bits |= TITLE
        elif token in _TIME:
            bits |= TIME
        elif token in _MONTH:
            bits |= MONTH
        elif token in _INNER or (token in _NUMBERS and token not in ABBREVIATIONS):
            bits |= INNER
        elif len(token) == 2:
            bits |= INITIAL
    return bits


def find_ends(words: list[str], start: Ints, end: Ints, known: Ints, marks: NDArray[np.int64]) -> Ints:
    """The last token of every sentence.

    Parameters
    ----------
    words : list of n str
        The tokens.
    start, end, marks : arrays of shape (n,)
        Their offsets, and their :func:`flags` in the lowest bits.
    known : array
        The last token of every paragraph; -1 and repetitions, which empty paragraphs leave, do not matter.

    Returns
    -------
    int32 array of shape (m,)
        Token indices, increasing; ``known`` is among them.
    """
    n = len(words)
    last = np.zeros(n + 1, np.bool_)
    last[known] = True  # -1 goes to the place behind the last token
    where = np.flatnonzero(marks & _END)
    where = where[~last[where]]
    if len(where):
        glued = np.ones(n, np.bool_)
        np.equal(start[1:], end[:-1], out=glued[:-1])
        plain = (marks[where] & STOP != 0) & ~glued[where] & (marks[where + 1] & UPPER != 0) & (marks[where - 1] & (LOWER | UPPER) != 0)
        last[where[plain]] = True
        rules = where[marks[where] & RULE != 0]
        last[rules] = True  # a row of dashes stands alone
        last[rules - 1] = True
        hard = where[~plain & (marks[where] & RULE == 0)].tolist()
        # Python reads single values faster from these than from arrays.
        glue, flag, done = glued.tobytes(), memoryview(marks), bytearray(last.tobytes())
        for i in hard:
            k = _end_at(words, glue, flag, done, i)
            if k >= 0:
                last[k] = done[k] = True
    return np.flatnonzero(last[:n]).astype(np.int32)


def _end_at(words: list[str], glued: bytes, marks: memoryview[int], last: bytearray, i: int) -> int:
    """The last token of the sentence that the mark ``i`` ends, or -1 if it ends none (or the paragraph, which is known)."""
    k = i
    while not last[k] and glued[k] and marks[k + 1] & (CLOSE | STRAIGHT):
        k += 1
    if last[k]:
        return -1
    j = k + 1
    gap = not glued[k]
    here, after = marks[i], marks[j]
    if not last[j] and gap and after & CLOSE and not glued[j]:  # said . ” He
        k, j = j, j + 1
        after = marks[j]
    if after & (STOP | SHOUT | DOTS) and (not gap or after & SHOUT):
        return -1  # the last mark of a row decides
    if here & WIDE:
        return k
    if after & SMILE:
        return j if not last[j] and not gap | glued[j] else -1 if not gap else j
    if here & SMILE:
        return k if gap and after & UPPER else -1
    if here & ADDRESS:
        return k if gap and after & (ADDRESS | STARTER) else -1
    quoted = k > i and marks[k] & (CLOSE | STRAIGHT) and words[k] not in ")]}"
    if not gap:
        return k if _glued_end(words, marks, i, j, k) else -1
    if after & LOWER:
        return k if here & (STOP | SHOUT) and not quoted and _SPEAK.isdisjoint(words[j : j + 4]) else -1
    if here & SHOUT and quoted and after & UPPER and not _SPEAK.isdisjoint(words[j + 1 : j + 4]):
        return -1
    if here & ABBREVIATION and k == i:
        return k if _abbreviation_ends(words, marks, last, i, j) else -1
    if here & STOP and marks[i - 1] & DIGIT and (i == 1 or last[i - 2]) and glued[i - 1]:
        return -1  # the number of an item
    return k


def _glued_end(words: list[str], marks: memoryview[int], i: int, j: int, k: int) -> bool:
    """Whether a sentence ends although no blank follows: a blank is missing ("the end.The", "fine...I")."""
    here, after = marks[i], marks[j]
    if not after & UPPER or len(words[j]) == 1 and not after & STARTER:
        return False
    if k > i or here & SHOUT:
        return True
    before = marks[i - 1] & LOWER and len(words[i - 1]) > 1
    return bool(here & DOTS and after & STARTER or here & STOP and before)


def _abbreviation_ends(words: list[str], marks: memoryview[int], last: bytearray, i: int, j: int) -> bool:
    """Whether the sentence ends with the abbreviation ``i``, before the token ``j`` that has no small letter."""
    here, after = marks[i], marks[j]
    if here & (TITLE | INNER):
        return False
    if not after & UPPER:
        return bool(after & OPEN and not here & (MONTH | INITIAL)) and words[j] not in "([{" or bool(here & TIME and after & DIGIT)
    if here & TIME:
        return words[j] not in _CLOCK
    return bool(after & STARTER) and not (here & INITIAL and i and not marks[i - 1] & LOWER and words[j] in ("A", "I"))
