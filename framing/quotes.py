"""Quotation marks -> quotes, typed ``speech``, ``title`` or ``scare``.

Conventions
-----------
* A quote's span holds its marks (those there are: a part that goes on has no end mark). Content is what stands between them.
* All double marks (``“ ” " „ ‟ « » `` '' ``, two single ones side by side) are one class, all single ones (``‘ ’ ' ` ‚ ‛ ‹ ›``) another. Which way a mark faces is read
  from its neighbours first (blank, bracket or dash before and something else after = opening), then from its shape, then from what is open.
  So reversed marks and straight ones go the same way, and a mark inside another needs no special case.
* Pairing starts afresh in every paragraph: an odd mark spoils one paragraph at most. At most two marks of a class are open at once, so that
  every character lies in four quotes at most and time and memory stay linear.
* An opening double mark without an end is a quote that goes on (``closed=False``) if the next paragraph reopens or if it stands where speech
  begins (start of a sentence, after a comma, colon or reporting verb); else it is a stray mark. It ends before the next double mark that opens, or with the paragraph.
  A paragraph that only closes what the one before left open is quoted from its start.
* A single mark is a quotation mark only if it is closed in the same paragraph; apostrophes (don't, ’90s, rock ’n’ roll, officials’) and feet and inches are none.

Typing follows the signs that style guides and the literature on quotation name: direct and mixed quotation is speech, with a reporting verb near by
(Krestel, Bergler & Witte 2008; Pareti 2015); distance without a reporting verb is a scare quote (Predelli 2003; Meibauer 2015); capitalised words and nouns of works
and naming verbs point to titles. The words are in ``lexicons/quote_context.tsv``.
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
_DISTANCE, _PRONOUN = _forms("distance"), _forms("pronoun")

# Character class first: the regex engine then skips quickly to candidates. Apostrophes inside a word never leave it; a run of the same mark is one mark.
_MARK = re.compile("[“”\"„‟«»‘’'`‚‛‹›](?<!\\w['’‘`‛](?=\\w))(?:(?<=\")\"+|(?<=')'{1,2}(?!')|(?<=`)`|(?<=‘)‘|(?<=’)’(?!’))?")
_OPENS, _CLOSES = frozenset("“„‟«‘‚‛‹``"), frozenset("”»’›")
_DOUBLE = frozenset("“”\"„‟«»")
_BEFORE, _AFTER = frozenset("([{<-–—/="), frozenset(".,;:!?)]}>-–—/…")
_ELIDED = re.compile(r"(?:\d\ds?|" + "|".join(sorted(_forms("elision"))) + r")(?!\w)", re.I)
_FEET = re.compile(r"\d['’′]\d{1,2}\Z")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s")
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_LONG, _LONG_CHARACTERS, _TITLE_WORDS, _SCARE_WORDS = 7, 120, 9, 5
_WINDOW = 160  # characters before and after a quotation that typing looks at


class _Open:
    """An opening mark that waits for its end: where it starts and ends, whether double, where a quote that stays open must stop, and a doubtful end."""

    __slots__ = ("start", "inner", "double", "limit", "doubtful")

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
    goes_on = False
    for number, paragraph in enumerate(paragraphs):
        a, b = paragraph.start, paragraph.end
        marks = [m.span() for m in _MARK.finditer(text, a, b)]
        before, goes_on = goes_on, False
        if not marks:
            continue
        following = text[paragraphs[number + 1].start : paragraphs[number + 1].start + 2] if number + 1 < len(paragraphs) else ""
        for start, end, inner, outer, closed in sorted(_pair(text, a, b, marks, before, following)):
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
    last = marks[-1][0]
    run_end = -1
    left = right = False
    previous = ""
    for k, (s, e) in enumerate(marks):
        if s >= run_end:
            run_end, j = e, k + 1
            while j < len(marks) and marks[j][0] == run_end:
                run_end = marks[j][1]
                j += 1
            previous = text[s - 1] if s > a else " "
            follower = text[run_end] if run_end < b else " "
            left = previous in _BEFORE or previous.isspace()
            right = follower in _AFTER or follower.isspace()
        mark = text[s]
        if e - s == 3 and mark == "'":
            if left:
                e -= 1
            else:
                _close_single(text, b, stack, done, s, s + 1, previous)
                s += 1
        if mark not in _DOUBLE and e - s == 1:
            if left and not right or left and mark in "‘‹":
                if not _ELIDED.match(text, e) or mark in "‹‘":
                    if stack and stack[-1].doubtful:
                        _settle(stack.pop(), done)
                    if len(stack) > 1 and not (stack[-1].double or stack[-2].double):
                        del stack[-2]
                    stack.append(_Open(s, e, False))
            elif right or previous in ".,!?":
                _close_single(text, b, stack, done, s, e, previous)
            continue
        seen += 1
        if left != right:
            opening = left
        elif left and s > a and (mark in _OPENS or mark in _CLOSES):
            opening = mark in _OPENS
        else:
            opening = not doubles
        if not left and not right and mark == "'":
            continue
        if previous.isdigit() and not left and (not doubles or s < last and _FEET.search(text, max(a, s - 6), s)):
            continue
        if opening and doubles and mark in _CLOSES and text[next(o for o in reversed(stack) if o.double).start] in _OPENS:
            opening = False
        if opening:
            if doubles:
                at = max(i for i, o in enumerate(stack) if o.double)
                if not stack[at].limit:
                    stack[at].limit = stack[at + 1].start if at + 1 < len(stack) else s
                if doubles == 2:
                    unclosed.append(next(o for o in stack if o.double))
                    del stack[:at]
                    doubles = 1
            stack.append(_Open(s, e, True))
            doubles += 1
        elif doubles:
            while not stack[-1].double:
                _settle(stack.pop(), done)
            o = stack.pop()
            doubles -= 1
            if not text[o.inner : s].isspace() and o.inner < s:
                done.append((o.start, e, o.inner, s, True))
        elif before and seen == 1 and s > a:
            stack.clear()
            done.append((a, e, a, s, True))
    unclosed += _rest(text, a, stack, done, following)
    for o in unclosed:
        _leave_open(text, a, b, o, done, before, following)
    return done


def _settle(o: _Open, done: list[_Part]) -> None:
    """A single mark that nothing surely closed: a quote up to its doubtful end if it has one, else an apostrophe."""
    if o.doubtful and not o.double:
        done.append((o.start, o.doubtful + 1, o.inner, o.doubtful, True))


def _close_single(text: str, b: int, stack: list[_Open], done: list[_Part], s: int, e: int, previous: str) -> None:
    """Close the innermost quote with a single mark, or keep the mark as a doubtful end where it may be a possessive (officials' plan) or feet."""
    if not stack or stack[-1].double or previous.isspace() and text[s] == "'":
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
    """What is still open at the end of a paragraph and may go on: double marks, and a single one that begins this paragraph and the next."""
    kept: list[_Open] = []
    for i, o in enumerate(stack):
        if o.double or not i and o.start == a and not o.doubtful and following[:1] == text[a]:
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
        if context and context[-1] not in ",:;.!?—–-…)" and _SAY.isdisjoint(_WORD.findall(context.lower())[-3:]):
            return
    done.append((o.start, end, o.inner, end, False))


def _kind(text: str, a: int, b: int, start: int, end: int, inner: int, outer: int) -> str:
    """Type the closed quotation ``text[start:end]`` with content ``text[inner:outer]`` of the paragraph ``text[a:b]``; looks at a bounded stretch around it."""
    if outer - inner > _LONG_CHARACTERS:
        return "speech"
    words = _WORD.findall(text, inner, outer)
    n = len(words)
    if not n or start > a and text[start - 1] == "=":
        return "title"
    cased = [w for w in words if w.lower() not in _SMALL]
    capitals = all(not w[0].islower() for w in cased) if cased else False
    shouted = n > 1 and text[inner:outer].isupper()
    titled = capitals and not shouted and n <= _TITLE_WORDS
    if n >= _LONG and not titled:
        return "speech"
    left = _last_sentence(text[max(a, start - _WINDOW) : start])
    right = _first_sentence(text[end : min(b, end + _WINDOW)], text[outer - 1])
    lead = _WORD.findall(left.lower())
    trail = _WORD.findall(right.lower())
    introduced = left.rstrip()[-1:] in (",", ":") and not _SAY.isdisjoint(lead[-5:]) or bool(lead) and lead[-1] in _SAY
    followed = text[outer - 1] in ",?!.…" and not _SAY.isdisjoint(trail[:4])
    near = frozenset(lead[-3:])
    if lead and (lead[-1] in _DISTANCE):
        return "scare"
    if titled:
        if followed or introduced and lead[-1] not in _NAMING:
            return "speech"
        return "title"
    if not _NAMING.isdisjoint(near) and n < 4 and _SAY.isdisjoint(lead) and _SAY.isdisjoint(trail):
        return "scare"
    if not _SAY.isdisjoint(lead) or not _SAY.isdisjoint(trail):
        return "speech"
    if n >= 3 and not _PRONOUN.isdisjoint(w.lower() for w in words) or not lead and n > 1:
        return "speech"
    return "speech" if n >= _SCARE_WORDS else "scare"


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
