"""Where sentences end.

Conventions
-----------
* Candidates are full stops, question and exclamation marks, ellipses and abbreviations; a colon, a semicolon and a dash end nothing. The
  end of a paragraph always ends a sentence.
* Quotation marks and brackets that stand directly after the mark belong to the sentence.
* The evidence is that of Read et al. (2012, "Sentence boundary detection: a long solved problem?") and Kiss & Strunk (2006): the kind of
  mark, the blank after it, the first letter of the next token, what sort of abbreviation it is, and whether the next word often begins
  sentences. The words are data (``lexicons/abbreviations.tsv``).
* A quotation that ends with ``?`` or ``!`` and is followed by its reporting clause is one sentence with it ("Is it?" he asked).

``flags`` gives a bit set for a token string. ``find_ends`` finds candidates and decides plain cases with vectors, from the first and last
characters of tokens; only around the other candidates tokens are looked at one by one.
"""

from __future__ import annotations

from typing import Any

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
DOMAINS, NUMBER_WORDS = _forms("domain"), {form[:-1] for form in _NUMBERS}
_ADDRESSED, _SHOUTED = _forms("address"), _forms("shout")

_BITS = [1 << i for i in range(21)]
STOP, SHOUT, DOTS, CLOSE, STRAIGHT, OPEN, LOWER, UPPER, DIGIT, SPACE = _BITS[:10]
STARTER, ABBREVIATION, TITLE, TIME, MONTH, INNER, INITIAL, WIDE, SMILE, RULE, ADDRESS = _BITS[10:21]
_ENDS = STOP | SHOUT | DOTS | ABBREVIATION | SMILE | ADDRESS
_FLAGGED = 1 << 14  # tokens, how many the memory of flags holds at most
_CLOSING, _OPENING = frozenset("”’»›)]}") | {"''"}, frozenset("“‘„‟«‹([{") | {"``"}


def flags(token: str) -> int:
    """The bit set of a token string: what it can do at the end or the start of a sentence."""
    first = token[0]
    if token not in _STARTERS and token.isalpha():
        return LOWER if first.islower() else UPPER
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
        return ADDRESS
    if first in ":;=^" and len(token) > 1:
        return SMILE
    bits = LOWER if first.islower() else UPPER if first.isalpha() else DIGIT if first.isdigit() else 0
    if token in _STARTERS:
        bits |= STARTER
    if len(token) > 1 and token[-1] == "." and bits:
        bits |= ABBREVIATION
        token = token[token.rfind("-", 0, -2) + 1 :] if token not in ABBREVIATIONS else token  # D-Mass.
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


class _Flags(dict[str, int]):
    """Token -> its flags, for tokens near a mark. When full it forgets everything: simple, and safe with threads."""

    def __missing__(self, token: str) -> int:
        value = flags(token)
        if len(token) < 64:
            if len(self) >= _FLAGGED:
                self.clear()
            self[token] = value
        return value


_mark = _Flags().__getitem__
_END, _RULER, _SMILER, _H = 1 << 10, 1 << 11, 1 << 12, 1 << 13  # of characters only


def _character_table() -> NDArray[np.uint16]:
    """What a character can mean as the first or last of a token: flags, and ``_END`` etc. below; 0 for the many others."""
    table = np.zeros(1 << 16, np.uint16)
    for code in range(0x590):  # Latin, Greek, Cyrillic, Armenian; letters of other scripts are looked at one by one
        c = chr(code)
        table[code] = LOWER if c.islower() else UPPER if c.isalpha() else DIGIT if c.isdigit() else SPACE if c.isspace() else 0
    ends, openings = ((".", STOP | _END), ("!?。！？｡…", _END)), (("“‘„‟«‹([{\"", OPEN),)
    for characters, bits in (*ends, *openings, ("-_=*~", _RULER), (":;=^", _SMILER), ("h", LOWER | _H)):
        for c in characters:
            table[ord(c)] |= bits
    for code in (0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000):
        table[code] = SPACE
    return table


_TABLE = _character_table()


def code_points(text: str) -> NDArray[Any]:
    """The code points of ``text``, lone surrogates too, as unsigned integers of 1 or 4 bytes."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def edges(codes: NDArray[Any], start: NDArray[Any], end: NDArray[Any]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Table entries of the first and of the last character of each token."""
    heads, tails = codes[start], codes[end - 1]
    if codes.itemsize > 1:
        heads, tails = np.minimum(heads, 0xFFFF), np.minimum(tails, 0xFFFF)
    return _TABLE[heads], _TABLE[tails]


def find_ends(words: list[str], start: Ints, end: Ints, heads: NDArray[np.uint16], tails: NDArray[np.uint16], known: Ints) -> Ints:
    """The last token of every sentence.

    Parameters
    ----------
    words : list of n str
        The tokens.
    start, end, heads, tails : arrays of shape (n,)
        Their offsets, and the :func:`edges` at these.
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
    size = end - start
    candidates = (tails & _END) | (heads & (_RULER | _SMILER | _H)) * (size > 1)
    where = np.flatnonzero(candidates)
    where = where[~last[where] & ((heads[where] & _H == 0) | (size[where] > 10)) & ((heads[where] & _RULER == 0) | (size[where] > 4))]
    if len(where):
        glued = np.ones(n, np.bool_)
        np.equal(start[1:], end[:-1], out=glued[:-1])
        stop = (heads[where] & STOP != 0) & (size[where] == 1)
        plain = stop & ~glued[where] & (heads[where + 1] & (UPPER | OPEN) != 0) & (heads[where - 1] & (LOWER | UPPER) != 0)
        last[where[plain]] = True
        # Python reads single values faster from these than from arrays.
        glue, done = glued.tobytes(), bytearray(last.tobytes())
        for i in where[~plain].tolist():
            here = _mark(words[i])
            if here & RULE:  # a row of dashes stands alone
                last[i - 1] = done[i - 1] = last[i] = done[i] = True
            elif here & _ENDS:
                k = _end_at(words, glue, done, i, here)
                if k >= 0:
                    last[k] = done[k] = True
    return np.flatnonzero(last[:n]).astype(np.int32)


def _end_at(words: list[str], glued: bytes, last: bytearray, i: int, here: int) -> int:
    """The last token of the sentence that the mark ``i`` ends, or -1 if it ends none (or the paragraph, which is known)."""
    k = i
    inner = i > 0 and not last[i - 1]  # a token of the same sentence stands before the mark
    while not last[k] and glued[k] and _mark(words[k + 1]) & (CLOSE | STRAIGHT):
        k += 1
    if last[k]:
        return -1
    j = k + 1
    gap = not glued[k]
    after = _mark(words[j])
    if not last[j] and gap and after & CLOSE and not glued[j]:  # said . ” He
        k, j = j, j + 1
        after = _mark(words[j])
    if after & (STOP | SHOUT) or (after & DOTS and not gap):
        return -1  # the last mark of a row decides
    if here & WIDE:
        return k
    if after & SMILE and (gap or last[j] or not glued[j]):
        return j
    if here & SMILE:
        return k if gap and after & UPPER else -1
    if here & ADDRESS:
        return k if gap and after & (ADDRESS | STARTER) else -1
    quoted = k > i and _mark(words[k]) & (CLOSE | STRAIGHT) and words[k] not in ")]}"
    if not gap:
        return k if inner and _glued_end(words, i, j, k) else -1
    if here & DOTS and (after & DIGIT or (after & (OPEN | STRAIGHT) and not last[j] and _mark(words[j + 1]) & LOWER)):
        return -1  # leaders of a table, an omission
    if k == i and inner and here & SHOUT and words[i - 1] in _SHOUTED and glued[i - 1] and not after & STARTER:
        return -1  # Yahoo! Inc.
    if after & LOWER:
        ends = here & STOP or (here & SHOUT and k == i and inner and _mark(words[i - 1]) & LOWER)
        return k if ends and not quoted and _SPEAK.isdisjoint(words[j : j + 4]) else -1
    if here & SHOUT and quoted and after & UPPER and (not after & STARTER or words[j] == "I"):
        return k if _SPEAK.isdisjoint(words[j + 1 : j + 4]) else -1
    if here & ABBREVIATION:
        return k if (quoted or k == i) and _abbreviation_ends(words, last, i, j) else -1
    if here & STOP and inner and _mark(words[i - 1]) & DIGIT and (i == 1 or last[i - 2]) and glued[i - 1]:
        return -1  # the number of an item
    return k


def _glued_end(words: list[str], i: int, j: int, k: int) -> bool:
    """Whether a sentence ends although no blank follows: a blank is missing ("the end.The", "fine...I")."""
    here, after = _mark(words[i]), _mark(words[j])
    if not after & UPPER or (len(words[j]) == 1 and not after & STARTER):
        return False
    if k > i or here & SHOUT:
        return True
    before = _mark(words[i - 1]) & LOWER and len(words[i - 1]) > 1
    return bool(here & DOTS or (here & STOP and before))


def _abbreviation_ends(words: list[str], last: bytearray, i: int, j: int) -> bool:
    """Whether the sentence ends with the abbreviation ``i``, before the token ``j`` that has no small letter."""
    here, after = _mark(words[i]), _mark(words[j])
    if here & (TITLE | INNER):
        return False
    if after & (OPEN | STRAIGHT):  # Acme Inc. "We
        return not here & (MONTH | INITIAL) and words[j] not in "([{" and not last[j] and _mark(words[j + 1]) & UPPER != 0
    if not after & UPPER:
        return bool(here & TIME and after & DIGIT)
    if here & TIME:
        return words[j] not in _CLOCK
    if not here & INITIAL:
        return bool(after & STARTER) or words[j] in _ADDRESSED
    return bool(after & STARTER) and not (i and not _mark(words[i - 1]) & LOWER and words[j] in ("A", "I"))
