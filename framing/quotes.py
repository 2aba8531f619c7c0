"""Quotation marks -> quotes, typed ``speech``, ``title`` or ``scare``.

Conventions
-----------
* A quote's span holds its marks (those there are: a part that goes on has no end mark). Content is what stands between them.
* All double marks (``“ ” " „ ‟ « » `` ''``, two curly single ones side by side) are one class, all single ones
  (``‘ ’ ' ` ‚ ‛ ‹ ›``) another. Which way a mark faces is read from its neighbours first (blank, bracket or dash before and
  something else after = opening), then from its shape, then from what is open. So reversed and straight marks need no special case.
* Pairing starts afresh in every paragraph: an odd mark spoils one paragraph at most. At most two double marks are open at
  once, and two single ones between them, so that a character lies in few quotes and time and memory stay linear.
* An opening double mark without an end is a quote that goes on (``closed=False``) if the next paragraph opens with one, or if it
  stands where speech begins (start of a sentence, after a comma, colon or reporting verb); else it is a stray mark. Such a
  quote ends before the next opening double mark, or with the paragraph. A paragraph that only closes what the one before left
  open is quoted from its start.
* A single mark is a quotation mark only if it is closed in the same paragraph (or opens this one and the next); apostrophes
  (don't, ’90s, rock ’n’ roll, officials’), feet and inches are none.

Typing uses signs named in the literature: a reporting verb near by makes direct and mixed quotation (Krestel, Bergler & Witte 2008;
Pareti 2015), distance without one a scare quote (Predelli 2003; Meibauer 2015); title case and nouns of works point to titles. The
words are data (``lexicons/quote_context.tsv``); only a bounded stretch around a quotation is looked at. Thresholds were
set on PolNeAR train (``experiments/quotes.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from framing.lexicons import read_table
from framing.records import Quote, Span
from framing.tokens import Bools, Tokens


def _forms(kind: str) -> frozenset[str]:
    return frozenset(form for row in read_table("quote_context") if row["type"] == kind for form in row["forms"].split())


_SAY, _NAMING, _WORK, _SMALL = _forms("say"), _forms("naming"), _forms("work"), _forms("small")
_DISTANCE, _LIVE, _ANSWER = _forms("distance"), _forms("live"), _forms("answer")

# The character class stands first, so that the regex engine skips quickly to candidates. Apostrophes inside a word are dropped here;
# straight double marks in a row, and two or three single ones, are one match.
_MARK = re.compile("[“”\"„‟«»‘’'`‚‛‹›](?<!\\w['’‘`‛](?=\\w))(?:(?<=\")\"+|(?<=')'{1,2}(?!')|(?<=`)`|(?<=‘)‘|(?<=’)’(?!’))?")
_OPENS, _CLOSES = frozenset("“„‟«‘‚‛‹`"), frozenset("”»’›")
_DIRECTED = _OPENS | _CLOSES
_DOUBLE = frozenset("“”\"„‟«»")
_BLANK = frozenset(c for c in map(chr, range(0x3001)) if c.isspace())
_BEFORE, _AFTER = _BLANK | frozenset("([{<-–—/="), _BLANK | frozenset(".,;:!?)]}>-–—/…")
_ELIDED = re.compile(r"(?:\d\ds?|" + "|".join(sorted(_forms("elision"))) + r")(?!\w)", re.I)
_FEET = re.compile(r"\d['’′]\d{1,2}\Z")
# A capitalised word of three letters or fewer before the full stop is an abbreviation (Mr. Gov. U.S.) rather than the end of a sentence.
_SENTENCE_END = re.compile(r"[.!?…](?<!\b[A-Z]\.)(?<!\b[A-Z][a-z]\.)(?<!\b[A-Z][a-z][a-z]\.)[\"'”’)\]]*\s")
_SCARE_WORDS = 5  # words; shorter quotations without a sign of speech are scare quotes
_LONG = 7  # words; from here on only title case keeps a quotation from being speech
_TITLE_WORDS = 9
_WINDOW = 160  # characters before and after a quotation that typing looks at


class _Open:
    """An opening mark that waits for its end.

    ``start`` and ``inner`` are its two ends, ``limit`` is where the quote must stop if it stays open (0: nowhere), ``doubtful``
    an end that may be an apostrophe as well (0: none).
    """

    __slots__ = ("double", "doubtful", "inner", "limit", "start")

    def __init__(self, start: int, inner: int, double: bool) -> None:
        self.start, self.inner, self.double = start, inner, double
        self.limit = self.doubtful = 0


def find_quotes(text: str, paragraphs: Sequence[Span]) -> tuple[Quote, ...]:
    """Find and type all quotations of ``text``, nested ones too.

    Parameters
    ----------
    text : str
        Any string; it is never changed and nothing raises.
    paragraphs : sequence of Span
        Stretches of ``text`` in order that do not overlap; no quote crosses from one to another.

    Returns
    -------
    tuple of Quote
        In order of their start, an outer one before what it holds; any two are nested or disjoint.
    """
    quotes: list[Quote] = []
    if not paragraphs:
        return ()
    marks = [m.span() for m in _MARK.finditer(text, paragraphs[0].start, paragraphs[-1].end)]
    goes_on = False
    k, n, last = 0, len(marks), len(paragraphs) - 1
    for number, paragraph in enumerate(paragraphs):
        a, b = paragraph.start, paragraph.end
        while k < n and marks[k][0] < a:
            k += 1
        first = k
        while k < n and marks[k][1] <= b:
            k += 1
        before, goes_on = goes_on, False
        if k == first:
            continue
        at = paragraphs[number + 1].start if number < last else len(text)
        for start, end, inner, outer, closed in sorted(_pair(text, a, b, marks[first:k], before, text[at : at + 2])):
            if not closed:
                kind, goes_on = "speech", True
            elif before and start == a:
                kind = "speech"
            else:
                kind = _kind(text, a, b, start, end, inner, outer)
            quotes.append(Quote(Span(start, end, text[start:end]), kind, closed))
    return tuple(quotes)


def quoted_tokens(tokens: Tokens, quotes: Sequence[Quote], kind: str = "speech") -> Bools:
    """Whether each token lies inside a quotation of this kind (marks included): boolean array of length n."""
    inside = np.zeros(len(tokens) + 1, np.int32)
    for q in quotes:
        if q.kind == kind:
            a, b = tokens.range(q.span)
            inside[a] += 1
            inside[b] -= 1
    return np.cumsum(inside)[:-1] > 0


_Part = tuple[int, int, int, int, bool]  # start and end of the quote, start and end of its content, closed


def _pair(text: str, a: int, b: int, marks: list[tuple[int, int]], before: bool, following: str) -> list[_Part]:
    """Pair the marks of the paragraph ``text[a:b]``; ``before``: the last one left a quote open; ``following``: how the next one begins."""
    stack: list[_Open] = []
    done: list[_Part] = []
    unclosed: list[_Open] = []
    doubles = seen = 0
    n = len(marks)
    last = marks[-1][0]
    run_end = -1
    left = right = False
    previous = ""
    for k, (s, e) in enumerate(marks):
        if s >= run_end:
            run_end, j = e, k + 1
            while j < n and marks[j][0] == run_end:
                run_end = marks[j][1]
                j += 1
            previous = text[s - 1] if s > a else " "
            left = previous in _BEFORE
            right = run_end >= b or text[run_end] in _AFTER
        mark = text[s]
        if e - s == 3 and mark == "'":
            if left:
                e -= 1
            else:
                _close_single(text, b, stack, done, s, s + 1, previous)
                s += 1
        if mark not in _DOUBLE and e - s == 1:
            if left and (not right or mark in "‘‹"):
                _open_single(text, stack, done, s, e)
            elif right or previous in ".,!?":
                _close_single(text, b, stack, done, s, e, previous)
            continue
        seen += 1
        if left is right:
            if (not left and mark == "'") or (left and e - s == 2 and mark == '"'):
                continue
            opening = mark in _OPENS if left and s > a and mark in _DIRECTED else not doubles
        else:
            opening = left
        if previous.isdigit() and not left and (not doubles or (s < last and _FEET.search(text, max(a, s - 6), s))):
            continue
        top = max(i for i, o in enumerate(stack) if o.double) if opening and doubles else -1
        if opening and doubles and mark in _CLOSES and text[stack[top].start] in _OPENS:
            opening = False
        if opening and doubles:
            if not stack[top].limit:
                stack[top].limit = stack[top + 1].start if top + 1 < len(stack) else s
            if doubles == 2:
                unclosed.append(next(o for o in stack if o.double))
                del stack[:top]
                doubles = 1
        if opening:
            stack.append(_Open(s, e, True))
            doubles += 1
        elif doubles:
            o = stack.pop()
            while not o.double:
                _settle(o, done)
                o = stack.pop()
            doubles -= 1
            if o.inner < s and not text[o.inner : s].isspace():
                done.append((o.start, e, o.inner, s, True))
        elif before and seen == 1 and s > a:
            stack.clear()
            done.append((a, e, a, s, True))
    unclosed += _rest(text, a, stack, done, following)
    for o in unclosed:
        _leave_open(text, a, b, o, done, before, following)
    return done


def _open_single(text: str, stack: list[_Open], done: list[_Part], s: int, e: int) -> None:
    """Take a single mark for an opening one unless a word begins with it as an apostrophe; at most two wait one in another."""
    if text[s] not in "‘‹" and _ELIDED.match(text, e):
        return
    if stack and stack[-1].doubtful:
        _settle(stack.pop(), done)
    if len(stack) > 1 and not (stack[-1].double or stack[-2].double):
        del stack[-2]
    stack.append(_Open(s, e, False))


def _settle(o: _Open, done: list[_Part]) -> None:
    """A single mark that nothing surely closed: a quote up to its doubtful end if it has one, else an apostrophe."""
    if o.doubtful and not o.double:
        done.append((o.start, o.doubtful + 1, o.inner, o.doubtful, True))


def _close_single(text: str, b: int, stack: list[_Open], done: list[_Part], s: int, e: int, previous: str) -> None:
    """Close the innermost quote, or keep the mark as its doubtful end where it may be a possessive (officials' plan) or mean feet."""
    if not stack or stack[-1].double or (previous.isspace() and text[s] == "'"):
        return
    o = stack[-1]
    after = text[e : min(e + 2, b)]
    if after[:1] == "s" and not after[1:].isalnum():
        return
    possessive = (previous in "sS" or previous.isdigit()) and after[:1].isspace() and after[1:].isalnum() and text[s] != "›"
    if possessive and not (s - o.inner < 40 and text[o.inner].islower() and text.count(" ", o.inner, s) < 3):
        o.doubtful = o.doubtful or s
        return
    stack.pop()
    if o.inner < s and not text[o.inner : s].isspace():
        done.append((o.start, e, o.inner, s, True))


def _rest(text: str, a: int, stack: list[_Open], done: list[_Part], following: str) -> list[_Open]:
    """What is open at the end of a paragraph and may go on: double marks, and a single one that begins this paragraph and the next."""
    kept: list[_Open] = []
    for i, o in enumerate(stack):
        if o.double or (not i and o.start == a and not o.doubtful and following[:1] == text[a]):
            kept.append(o)
        else:
            _settle(o, done)
    return kept


def _leave_open(text: str, a: int, b: int, o: _Open, done: list[_Part], before: bool, following: str) -> None:
    """Make a quote of an opening mark without an end, unless it is a stray one."""
    continued = following[:1] in _DOUBLE or following in ("``", "''") or not o.double
    if o.start == a and text[o.limit] != text[a] and (before or continued):
        o.limit = 0
    end = o.limit or b
    while end > o.inner and text[end - 1].isspace():
        end -= 1
    if end == o.inner:
        return
    if o.limit or not continued:
        context = text[max(a, o.start - 60) : o.start].rstrip()
        if context and context[-1] not in ",:;.!?—–-…)" and _SAY.isdisjoint(_plain(context)[-3:]):
            return
    done.append((o.start, end, o.inner, end, False))


def _kind(text: str, a: int, b: int, start: int, end: int, inner: int, outer: int) -> str:
    """Type the closed quotation ``text[start:end]`` with content ``text[inner:outer]`` in the paragraph ``text[a:b]``."""
    if text.count(" ", inner, outer) >= _TITLE_WORDS:
        return "speech"
    words = text[inner:outer].split()
    n = len(words)
    if start > a and text[start - 1] == "=":  # an attribute of markup, not a quotation of anybody
        return "title"
    titled = n <= _TITLE_WORDS and _capitals(words) and not (n > 1 and text[inner:outer].isupper())
    if n >= _LONG and not titled:
        return "speech"
    left = _last_sentence(text[max(a, start - _WINDOW) : start])
    lead = _plain(left)
    if lead and lead[-1] in _DISTANCE:
        return "scare"
    said = not _SAY.isdisjoint(lead)
    if not titled and (said or ":" in left):
        return "speech"
    comma = left.rstrip()[-1:] in (",", ":")
    if titled and said and (not _SAY.isdisjoint(lead[-5:]) if comma else lead[-1] in _SAY and lead[-1] not in _NAMING):
        return "speech"
    right = _first_sentence(text[end : min(b, end + _WINDOW)], text[outer - 1])
    trail = _plain(right)
    said = not _SAY.isdisjoint(trail)
    if titled:
        if not comma and not _WORK.isdisjoint(lead[-2:]):
            return "title"
        followed = said and text[outer - 1] in ",?!.…" and not _SAY.isdisjoint(trail[:4])
        if said and right.lstrip().startswith(","):  # the comma stands outside: “Home”, she said, is a good film; but “No”, she said
            answer = all(w.strip(",.!?…").lower() in _ANSWER for w in words)
            followed = not _SAY.isdisjoint(trail[:3]) if answer else trail[0] in _SAY - _NAMING and trail[0] != "according"
        return "speech" if followed or (n > 1 and _headline(left + right)) else "title"
    if said:
        return "speech"
    if not _NAMING.isdisjoint(lead[-2:]):
        return "scare" if n < _SCARE_WORDS else "title"
    lively = n > 2 and not _LIVE.isdisjoint(_plain(text[inner:outer]))
    return "speech" if lively or n >= _SCARE_WORDS or (n > 1 and not lead) else "scare"


def _plain(text: str) -> list[str]:
    """The words of ``text`` in lower case; replacing a few marks is three times as fast as a pattern."""
    text = text.lower()
    for mark in ",:.?!…—“”\"’'(":
        text = text.replace(mark, " ")
    return text.split()


def _last_sentence(text: str) -> str:
    """What follows the last sentence boundary of ``text``."""
    at = 0
    for m in _SENTENCE_END.finditer(text):
        at = m.end()
    return text[at:]


def _first_sentence(text: str, last: str) -> str:
    """What precedes the first sentence boundary of ``text``; nothing if the quotation before it ends its sentence."""
    if last in ".…" and not text.lstrip()[:1].islower():
        return ""
    m = _SENTENCE_END.search(text)
    return text[: m.start()] if m else text


def _capitals(words: list[str]) -> bool:
    """Whether the words are in title case: small words aside, each begins with something else than a lower-case letter."""
    small = 0
    for w in words:
        if w[0].islower():
            if w not in _SMALL:
                return False
            small += 1
    return small < len(words)


def _headline(context: str) -> bool:
    """Whether the words around a quotation are in title case themselves, so that capitals inside it mean nothing."""
    words = context.split()
    return len(words) > 1 and _capitals(words)
