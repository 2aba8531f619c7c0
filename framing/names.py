"""Names in an article: capitalised sequences, what they name, and who is who.

Conventions
-----------
* A name is a maximal sequence of capitalised tokens, with particles ("de", "van"), initials, titles with their point, "of" after an office or an
  organisation noun, and "&". Function words, days and months are never part of it; a common noun alone at the head of a sentence is not a name.
* A person is known by first and last name; short forms ("Shaw", "Mr. Shaw", "Jane") go to the nearest person before them who bears that name or,
  in a heading, to the first one after. Organisations and outlets are known by their words without "the", by an acronym in brackets or by the
  initials of their words, and outlets also by their last word ("the Times").
* The role of a person is what stands before the name ("former NATO official", "Sen.") or, between commas or in a clause with "who", after it.

The order title, name, appositive follows the guidelines of PolNeAR (Newell, Margolin and Ruths 2018). No list of known people is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framing.nouns import ABBREVIATED, ACRONYM, CALENDAR, CAP, COMMON, FIRST, FUNCTION, INITIAL, OPENING, PARTICLE, POSSESSIVE, SUFFIX, TITLE
from framing.nouns import classify, column, first_name_gender, is_domain, noun, title_gender, word_flags
from framing.tokens import Tokens

_MAX_WORDS = 14  # longer capitalised sequences are headings
_JOINERS = frozenset({"of", "for", "and", "on", "the", "in"})


@dataclass(slots=True)
class Named:
    """Somebody or something that the article names; ``words`` is the fullest form met, without titles."""

    id: int
    kind: str
    words: tuple[str, ...]
    gender: str = "-"
    role: str | None = None
    sure: bool = False  # a person by more than the capitals: a title, a known first name or a role
    press: bool = False  # the role names a news medium
    heads: set[str] = field(default_factory=set)  # nouns of its roles or, for an organisation, of its name: "the senator", "the agency"

    @property
    def name(self) -> str:
        """The words, joined."""
        return " ".join(self.words).replace(" .", ".")


@dataclass(frozen=True, slots=True)
class Run:
    """One capitalised sequence: tokens ``first`` to ``last`` (excluded), the name proper from ``name``; ``id`` of the :class:`Named`, -1 if none."""

    first: int
    last: int
    name: int
    kind: str
    id: int


class _Registry:
    """Who is who, filled in one pass over the sequences with two words and more, then asked for the short forms."""

    def __init__(self) -> None:
        self.named: list[Named] = []
        self.by_key: dict[tuple[str, ...], int] = {}
        self.by_last: dict[str, list[tuple[int, int]]] = {}  # last or first name -> (token, id), in order
        self.by_alias: dict[str, int] = {}

    def add(self, kind: str, words: tuple[str, ...], key: tuple[str, ...], token: int, gender: str) -> int:
        known = self.by_key.get(key)
        if known is None:
            known = len(self.named)
            self.named.append(Named(known, kind, words, gender))
            self.by_key[key] = known
        entry = self.named[known]
        if len(words) > len(entry.words):
            entry.words = words
        if entry.gender == "-":
            entry.gender = gender
        entry.sure |= gender != "-" or (kind == "person" and len(words) > 1 and bool(word_flags(words[0]) & (FIRST | INITIAL)))
        if kind == "person" and len(words) > 1:
            for short in (key[-1], words[0]):
                self.by_last.setdefault(short, []).append((token, known))
        elif kind in ("organisation", "outlet", "document"):
            self._alias(words, known, kind)
        return known

    def _alias(self, words: tuple[str, ...], known: int, kind: str) -> None:
        heads = {noun(w)[0] for w in words if "organisation" in noun(w)[1] or "outlet" in noun(w)[1]}
        self.named[known].heads |= heads
        letters = "".join(w[0] for w in words if w[:1].isupper())
        if 2 < len(letters) < 8 and len(words) > 2:
            self.by_alias.setdefault(letters, known)
        if len(words) > 1 and kind == "outlet":
            self.by_alias.setdefault(words[-1], known)
        if len(words) > 1 and kind == "organisation" and words[-1].rstrip(".") in ("Inc", "Corp", "Company", "Corporation", "Ltd", "Co", "Group", "LLC"):
            self.by_alias.setdefault(words[0], known)
        if len(words) > 2 and words[0] in ("U.S.", "US", "UK", "U.K.", "American", "British"):
            self.by_alias.setdefault(" ".join(words[1:]), known)

    def person(self, short: str, token: int, gender: str) -> int | None:
        """The bearer of a first or last name: the nearest before ``token``, else the first after, of the right gender where known."""
        entries = self.by_last.get(short)
        if not entries:
            return None
        best: int | None = None
        for where, known in _around(entries, token):
            if gender == "-" or self.named[known].gender in ("-", gender):
                best = known
                break
        return best


@dataclass(slots=True)
class NameBook:
    """All names of one text: ``runs`` in order, ``named`` by id, ``at[token]`` = index of the run that covers it (-1 if none)."""

    words: list[str]
    flags: list[int]
    runs: list[Run]
    named: list[Named]
    at: list[int]
    registry: _Registry

    def lookup(self, first: int, last: int) -> int:
        """Id of what tokens ``first`` to ``last`` name when they are only a part of a run (a heading), -1 if a short form of nobody."""
        shape = _shape(self.words, self.flags, first, last)
        found = self.registry.person(shape[4][-1], shape[2], shape[5])
        if found is None:
            found = self.registry.by_key.get(_key(shape[3], shape[4]))
        return -1 if found is None else found

    def run_at(self, token: int) -> Run | None:
        """The run that covers a token."""
        i = self.at[token] if 0 <= token < len(self.at) else -1
        return self.runs[i] if i >= 0 else None


def _sequences(words: list[str], flags: list[int], first_of_sentence: list[bool], starts: list[int], ends: list[int]) -> list[tuple[int, int]]:
    """Token ranges of the capitalised sequences that begin at ``starts``; ``ends[i]`` bounds the sequence that begins at token ``i`` (its sentence)."""
    found: list[tuple[int, int]] = []
    done = 0
    for a, stop in zip(starts, ends):
        if a < done:
            continue
        f = flags[a]
        if first_of_sentence[a] and f & COMMON and not f & (TITLE | FIRST) and (a + 1 >= stop or not flags[a + 1] & CAP or words[a].lower() in column("modifiers")):
            if not f & ACRONYM or (a + 1 < stop and flags[a + 1] & ACRONYM):
                done = a + 1
                continue
        b = a + 1
        office = bool(noun(words[a])[1] & {"organisation", "person"})
        while b < stop and b - a <= _MAX_WORDS:
            g, w = flags[b], words[b]
            if g & CAP and not g & (FUNCTION | CALENDAR):
                office = bool(noun(w)[1] & {"organisation", "person"})
                b += 1
            elif w == "." and b + 1 < stop and words[b - 1] and flags[b - 1] & (TITLE | INITIAL) and flags[b + 1] & CAP:
                b += 1
            elif w == "&" and b + 1 < stop and flags[b + 1] & CAP:
                b += 1
            elif g & PARTICLE and b + 1 < stop and (flags[b + 1] & CAP or (flags[b + 1] & PARTICLE and b + 2 < stop and flags[b + 2] & CAP)):
                b += 1
            elif w in ("of", "for") and office:
                c = b + 1
                while c < stop and c - b < 3 and words[c] in _JOINERS:
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
    return found


def _split_title(words: list[str], flags: list[int], a: int, b: int) -> int:
    """Where the name proper begins in the sequence ``a..b``: after the last title or office noun that is followed by a name."""
    name = a
    for i in range(a, b - 1):
        w = words[i]
        if w == ".":
            continue
        nxt = i + 1
        while nxt < b and words[nxt] == ".":
            nxt += 1
        if nxt >= b or words[nxt] in _JOINERS or words[nxt] == "&":
            continue
        if flags[i] & TITLE or ("person" in noun(w, words[i - 1] if i > a else "")[1] and not flags[i] & FIRST):
            if not noun(words[nxt])[1] & {"organisation"} or flags[nxt] & FIRST:
                name = nxt
    if name > a:
        return name
    for i in range(a + 1, b - 1):  # "Secretary of State John Kerry", "NATO's Jane Doe": a first name inside
        if flags[i] & FIRST and (words[a] in _JOINERS or any(w in ("of", "for") for w in words[a:i])):
            return i
    return a


def _is_title_only(words: list[str], flags: list[int], a: int, b: int) -> bool:
    return all(flags[i] & TITLE or words[i] == "." for i in range(a, b))


def _around(entries: list[tuple[int, int]], token: int) -> list[tuple[int, int]]:
    """Up to eight entries before ``token``, nearest first, then the first ones after."""
    lo, hi = 0, len(entries)
    while lo < hi:
        mid = (lo + hi) // 2
        if entries[mid][0] <= token:
            lo = mid + 1
        else:
            hi = mid
    return entries[max(0, lo - 8):lo][::-1] + entries[lo:lo + 4]


def _key(kind: str, words: tuple[str, ...]) -> tuple[str, ...]:
    if kind == "person" and len(words) > 1:
        core = [w for w in words if not word_flags(w) & SUFFIX and w not in (".", ",")] or list(words)
        return ("person", core[0], core[-1])
    return (kind, *(w for w in words if w not in ("The", "the")))


def find_names(tokens: Tokens) -> NameBook:
    """All names of a text in O(n).

    Parameters
    ----------
    tokens : Tokens
        The tokens of the article.

    Returns
    -------
    NameBook
        Runs in text order; short forms already refer to the fullest form that the text gives.
    """
    n = len(tokens)
    words = tokens.words()
    bits = tokens.lookup(word_flags, np.int32)
    flags: list[int] = bits.tolist()
    if n == 0:
        return NameBook(words, flags, [], [], [], _Registry())
    opening = np.zeros(n, bool)
    opening[tokens.sentence_first[:-1][tokens.sentence_first[:-1] < n]] = True
    opening[1:] |= (bits[:-1] & OPENING) > 0
    domains = tokens.lookup(is_domain, np.bool_)
    begins = np.flatnonzero(((bits & CAP) > 0) & ((bits & (FUNCTION | CALENDAR)) == 0) | domains)
    stops = tokens.sentence_first[tokens.sentence[begins] + 1]
    ranges = _sequences(words, flags, opening.tolist(), begins.tolist(), stops.tolist())
    registry = _Registry()
    shapes: list[tuple[int, int, int, str, tuple[str, ...], str]] = []
    for a, b in ranges:
        shapes.append(_shape(words, flags, a, b))
    for a, b, k, kind, name, gender in shapes:
        if kind in ("person", "organisation", "outlet", "document", "group", "place") and (len(name) > 1 or kind not in ("person", "unknown")):
            known = registry.add(kind, name, _key(kind, name), k, gender)
            if kind in ("organisation", "outlet") and b + 2 < n and words[b] == "(" and words[b + 2] == ")" and flags[b + 1] & CAP:
                registry.by_alias[words[b + 1]] = known
    runs: list[Run] = []
    at = [-1] * n
    for a, b, k, kind, name, gender in shapes:
        kind, known = _identify(registry, words, a, b, k, kind, name, gender)
        at[a:b] = [len(runs)] * (b - a)
        runs.append(Run(a, b, k, kind, known))
    book = NameBook(words, flags, runs, registry.named, at, registry)
    _find_roles(book, tokens)
    return book


def _shape(words: list[str], flags: list[int], a: int, b: int) -> tuple[int, int, int, str, tuple[str, ...], str]:
    """Range, begin of the name proper, kind, words of the name and gender of one sequence."""
    whole = tuple(words[a:b])
    kind = classify(whole)
    if kind in ("outlet", "organisation", "place", "document") and not (kind == "organisation" and any(flags[i] & FIRST for i in range(a + 1, b))):
        return a, b, a, kind, whole, "-"
    k = _split_title(words, flags, a, b)
    name = tuple(words[k:b])
    gender = "-"
    if k > a:
        gender = next((g for g in (title_gender(w) for w in words[a:k]) if g != "-"), "-")
        kind = "outlet" if gender == "-" and len(name) > 1 and classify(name) == "outlet" else "person"
    elif kind in ("unknown", "person") and _is_title_only(words, flags, a, b):
        return a, b, a, "title", whole, "-"
    elif kind in ("person", "unknown") and any(w in ("of", "for") for w in whole) and noun(words[a])[1] & {"person"}:
        return a, b, a, "title", whole, "-"
    elif kind == "person" and "person" in noun(words[b - 1], words[b - 2])[1] and not flags[a] & FIRST:
        return a, b, a, "title", whole, "-"
    if kind == "person" and gender == "-":
        gender = first_name_gender(name[0])
    return a, b, k, kind, name, gender


def _identify(registry: _Registry, words: list[str], a: int, b: int, k: int, kind: str, name: tuple[str, ...], gender: str) -> tuple[str, int]:
    """Kind and id of a sequence once all full names are known."""
    if kind in ("title", "adjective"):
        return kind, -1
    text = " ".join(w for w in name if w not in ("The", "the"))
    if text in registry.by_alias and kind in ("unknown", "organisation", "outlet", "person"):
        known = registry.by_alias[text]
        if kind != "person" or len(name) > 1:
            return registry.named[known].kind, known
    if kind == "person" and len(name) > 1 or kind in ("organisation", "outlet", "document", "group", "place"):
        if len(name) > 1 or kind not in ("organisation", "outlet") or (a > 0 and words[a - 1].lower() == "the") or registry.person(name[0], k, "-") is None:
            return kind, registry.by_key[_key(kind, name)]
    found = registry.person(name[-1], k, gender)
    if found is None and len(name) == 1 and kind == "unknown" and name[0].endswith("s") and len(name[0]) > 3:
        found = registry.person(name[0][:-1], k, gender)
    if found is not None:
        return "person", found
    the = a > 0 and words[a - 1].lower() == "the"
    kind = "person" if kind == "person" else "organisation" if the else "unknown"
    known = registry.add("person" if kind == "unknown" else kind, name, (("person" if kind == "unknown" else kind), *name), k, gender)
    return kind, known


def _phrase_before(book: NameBook, first: int, floor: int) -> tuple[int, str]:
    """Start and head noun of the role that ends right before token ``first`` ("former NATO official"), or ``first`` and "" if there is none."""
    words, flags = book.words, book.flags
    i = first - 1
    if i < floor:
        return first, ""
    if words[i] == "," and i - 1 >= floor:
        i -= 1
    lemma, known, plural = noun(words[i], words[i - 1] if i > floor else "")
    if "person" not in known or plural or words[i] in POSSESSIVE:
        return first, ""
    start = i
    while start - 1 >= floor and first - start < 9:
        w, f = words[start - 1], flags[start - 1]
        if w in POSSESSIVE or f & CAP and not f & FUNCTION or (w.isalpha() and not f & FUNCTION and not w.endswith("ly")) or "-" in w and len(w) > 2:
            if w in ("said", "says", "told", "by", "that") or f & CALENDAR:
                break
            start -= 1
        else:
            break
    return start, lemma


def _phrase_after(book: NameBook, last: int, stop: int) -> tuple[int, int, str]:
    """Range and head noun of the appositive after a name that ends at ``last``: ", a former NATO official in Britain,"; empty range if none."""
    words, flags = book.words, book.flags
    i = last
    if i >= stop or words[i] not in (",", "(", "—", "–", "--", "-", "who"):
        return last, last, ""
    i += words[i] != "who"
    while i < stop and i - last < 3 and (words[i].isdigit() or words[i] in (",", "now", "then", "once", "himself", "herself")):
        i += 1
    if i < stop and words[i] == "who":
        i += 1
        while i < stop and i - last < 5 and words[i] not in ("was", "is", "served", "worked", "serves", "works", "runs", "leads", "heads"):
            i += 1
        i += 1
        if i < stop and words[i] == "as":
            i += 1
    begin = i
    head = ""
    while i < stop and i - begin < 12:
        w = words[i]
        if w in (",", ")", "—", "–", "--", ";", ".", "said", "says", "told", "and", "who", "which", "”", '"', ":") and head:
            break
        if w in (",", ")", ";", ".", "said", "says", "told", "who", "”", '"', "“", "he", "she", "they", ":"):
            return last, last, ""
        lemma, known, plural = noun(w, words[i - 1] if i > begin else "")
        if not head and "person" in known and not plural and not flags[i] & FIRST and (i + 1 >= stop or words[i + 1] not in POSSESSIVE):
            nxt = noun(words[i + 1], w) if i + 1 < stop else ("", frozenset(), False)
            if "person" not in nxt[1] and not (i + 1 < stop and flags[i + 1] & CAP and w[:1].islower() and flags[i] & TITLE == 0):
                head = lemma
        i += 1
    if head and i + 2 < stop and words[i] == "," and flags[i + 1] & FIRST and flags[i + 2] & (CAP | PARTICLE):
        return last, last, ""  # the phrase belongs to the name after it: "In London, the ambassador, Jane Doe"
    return (begin, i, head) if head else (last, last, "")


def _reclassify(book: NameBook, run: Run, entry: Named, stop: int) -> None:
    """A name that only capitals made a person (or an acronym): "law firm X", "X, a labor group," and "X, which" are organisations, "newspaper X" is an outlet."""
    words = book.words
    if run.first > 0 and book.at[run.first - 1] < 0 and words[run.first - 1].isalpha():
        before = noun(words[run.first - 1], words[run.first - 2] if run.first > 1 else "")[1]
        if "outlet" in before and "head" in before:
            entry.kind = "outlet"
        elif "organisation" in before and entry.kind == "person" and words[run.first - 1].islower():
            entry.kind = "organisation"
    if entry.kind != "person" or run.last + 2 >= stop or words[run.last] not in (",", "("):
        return
    if words[run.last + 1] == "which":
        entry.kind = "organisation"
    elif words[run.last + 1].lower() in ("a", "an", "the", "one"):
        for i in range(run.last + 2, min(stop, run.last + 10)):
            known = noun(words[i], words[i - 1])[1]
            following = noun(words[i + 1], words[i])[1] if i + 1 < stop else frozenset()
            if "person" in known or words[i] in (",", ")", "who"):
                return
            if ("organisation" in known or "outlet" in known) and not following and words[i].islower() or words[i] in ("PAC", "NGO"):
                entry.kind = "outlet" if "outlet" in known else "organisation"
                return


def _find_roles(book: NameBook, tokens: Tokens) -> None:
    """Fill ``role`` and ``heads`` of every person from titles, the words before and the appositive after each full mention."""
    sentence, first_of = tokens.sentence.tolist(), tokens.sentence_first.tolist()
    text, start, end = tokens.text, tokens.start, tokens.end
    for run in book.runs:
        if run.id < 0 or run.kind not in ("person", "unknown", "organisation"):
            continue
        entry = book.named[run.id]
        if not entry.sure:
            _reclassify(book, run, entry, first_of[sentence[run.first] + 1])
        if entry.kind != "person":
            continue
        if run.name > run.first:
            for i in range(run.first, run.name):
                low = book.words[i].lower().rstrip(".")
                low = ABBREVIATED.get(low, low)
                if noun(low)[1]:
                    entry.heads.add(noun(low, book.words[i - 1] if i > run.first else "")[0])
                    entry.heads.add(low)
        if entry.role is not None and len(entry.role) > 24:
            continue
        s = sentence[run.first]
        begin, head = _phrase_before(book, run.first, first_of[s])
        role = ""
        if head or run.name > run.first:
            a, b = begin, run.name if run.name > run.first else run.first
            while b > a and book.words[b - 1] == ",":
                b -= 1
            role = text[int(start[a]):int(end[b - 1])]
            if head:
                entry.heads.add(head)
            if role.rstrip(".").lower() in ("mr", "mrs", "ms", "miss"):
                role = ""
            entry.press |= any(r is not None and r.kind == "outlet" for r in (book.run_at(i) for i in range(a, b)))
        elif run.first > first_of[s] + 1 and book.words[run.first - 1] in POSSESSIVE:
            owner = book.run_at(run.first - 2)
            if owner is not None and owner.kind == "outlet":
                entry.press = True
                entry.heads.add("reporter")
        begin, stop, after = _phrase_after(book, run.last, first_of[s + 1])
        if after:
            entry.press |= any(r is not None and r.kind == "outlet" for r in (book.run_at(i) for i in range(begin, stop)))
            entry.heads.add(after)
            appositive = text[int(start[begin]):int(end[stop - 1])]
            role = appositive if len(appositive) > len(role) else role
        entry.sure |= bool(role)
        if len(role) > len(entry.role or ""):
            entry.role = role
