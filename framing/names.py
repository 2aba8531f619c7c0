"""Names in an article: capitalised sequences, what they name, and who is who.

Conventions
-----------
* A name is a maximal sequence of capitalised tokens, with particles ("de", "van"), initials, titles with their point, "of" after an
  office or an organisation noun, and "&". Function words, days and months are never part of it; a common noun alone at the head of a
  sentence is not a name.
* A person is known by first and last name; short forms ("Shaw", "Mr. Shaw", "Jane") go to the nearest person before them who bears that
  name or, in a heading, to the first one after. Organisations and outlets are known by their words without "the", by an acronym in
  brackets or by the initials of their words (with or without points, well-known ones from ``lexicons/organisations.tsv``), and outlets
  also by their last word ("the Times").
* Roles are found by :mod:`framing.roles`.

The order title, name, appositive follows the guidelines of PolNeAR (Newell, Margolin and Ruths 2018). No list of known people is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framing.nouns import (
    ACRONYM,
    CALENDAR,
    CAP,
    COMMON,
    FIRST,
    FUNCTION,
    INITIAL,
    OPENING,
    PARTICLE,
    SUFFIX,
    TITLE,
    classify,
    column,
    first_name_gender,
    full_name,
    is_domain,
    noun,
    title_gender,
    undotted,
    word_flags,
)
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
    press: int = -1  # id of the news medium that the role names
    heads: set[str] = field(default_factory=set)  # nouns of its roles or, for an organisation, of its name: "the senator", "the agency"

    @property
    def name(self) -> str:
        """The words, joined."""
        return " ".join(self.words).replace(" .", ".")


@dataclass(frozen=True, slots=True)
class Run:
    """One capitalised sequence: tokens ``first`` to ``last``, the name proper from ``name``; ``id`` of the :class:`Named`, -1 if none."""

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
        self.surnames: set[str] = set()

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
            self.surnames.add(key[-1])
            for short in (key[-1], words[0]):
                self.by_last.setdefault(short, []).append((token, known))
        elif kind in ("organisation", "outlet", "document"):
            self._alias(words, known, kind)
        return known

    def _alias(self, words: tuple[str, ...], known: int, kind: str) -> None:
        heads = {noun(w)[0] for w in words if "organisation" in noun(w)[1] or "outlet" in noun(w)[1]}
        self.named[known].heads |= heads
        letters = "".join(w[0] for w in words if w[:1].isupper())
        if 1 < len(letters) < 8 and len(words) > 1:
            self.by_alias.setdefault(letters, known)
        if len(words) > 1 and kind == "outlet":
            self.by_alias.setdefault(words[-1], known)
        if (
            len(words) > 1
            and kind == "organisation"
            and words[-1].rstrip(".") in ("Inc", "Corp", "Company", "Corporation", "Ltd", "Co", "Group", "LLC")
        ):
            self.by_alias.setdefault(words[0], known)
        if len(words) > 2 and words[0] in ("U.S.", "US", "UK", "U.K.", "American", "British"):
            self.by_alias.setdefault(" ".join(undotted(w) for w in words[1:]), known)

    def person(self, short: str, token: int, gender: str) -> int | None:
        """The bearer of a first or last name: the nearest before ``token``, else the first after, of the right gender where known."""
        entries = self.by_last.get(short)
        if not entries:
            return None
        best: int | None = None
        for _where, known in _around(entries, token):
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


def _sequences(
    words: list[str], flags: list[int], first_of_sentence: list[bool], starts: list[int], ends: list[int]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Token ranges of capitalised sequences that begin at ``starts`` (bounded by ``ends``), and common nouns that head a sentence."""
    found: list[tuple[int, int]] = []
    skipped: list[int] = []
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
                or (
                    g & PARTICLE
                    and b + 1 < stop
                    and (flags[b + 1] & CAP or (flags[b + 1] & PARTICLE and b + 2 < stop and flags[b + 2] & CAP))
                )
            ):
                b += 1
            elif w in ("of", "for", "on") and office:
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
    return found, skipped


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
        office = flags[i] & TITLE or ("person" in noun(w, words[i - 1] if i > a else "")[1] and not flags[i] & FIRST)
        if office and (flags[nxt] & FIRST or "organisation" not in noun(words[nxt])[1]):
            name = nxt
    if name > a:
        return name
    for i in range(a + 1, b - 1):  # "Secretary of State John Kerry", "NATO's Jane Doe": a first name inside
        if flags[i] & FIRST and (words[a] in _JOINERS or any(w in ("of", "for") for w in words[a:i])):
            return i
    of = next((i for i in range(a + 1, b - 3) if words[i] == "of"), 0)
    if of and flags[a] & TITLE and not noun(words[b - 1])[1]:  # "Minister of Education Maria Rossi"
        return b - 2
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
    return entries[max(0, lo - 8) : lo][::-1] + entries[lo : lo + 4]


def _key(kind: str, words: tuple[str, ...]) -> tuple[str, ...]:
    if kind == "person" and len(words) > 1:
        core = [w for w in words if not word_flags(w) & SUFFIX and w not in (".", ",")] or list(words)
        return ("person", core[0], core[-1])
    return (kind, *full_name(tuple(w for w in words if w not in ("The", "the"))))


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
    ranges, skipped = _sequences(words, flags, opening.tolist(), begins.tolist(), stops.tolist())
    registry = _Registry()
    shapes: list[tuple[int, int, int, str, tuple[str, ...], str]] = []
    for a, b in ranges:
        shapes.append(_shape(words, flags, a, b))
    for _, b, k, kind, name, gender in shapes:
        if kind in ("person", "organisation", "outlet", "document", "group", "place") and (
            len(name) > 1 or kind not in ("person", "unknown")
        ):
            known = registry.add(kind, name, _key(kind, name), k, gender)
            if kind in ("organisation", "outlet") and b + 2 < n and words[b] == "(" and words[b + 2] == ")" and flags[b + 1] & CAP:
                registry.by_alias[undotted(words[b + 1])] = known
    surnames = [(a, a + 1, a, "person", (words[a],), "-") for a in skipped if words[a] in registry.surnames]
    if surnames:
        shapes = sorted([*shapes, *surnames])
    runs: list[Run] = []
    at = [-1] * n
    for a, b, k, kind, name, gender in shapes:
        kind, known = _identify(registry, words, a, b, k, kind, name, gender)
        at[a:b] = [len(runs)] * (b - a)
        runs.append(Run(a, b, k, kind, known))
    return NameBook(words, flags, runs, registry.named, at, registry)


def _shape(words: list[str], flags: list[int], a: int, b: int) -> tuple[int, int, int, str, tuple[str, ...], str]:
    """Range, begin of the name proper, kind, words of the name and gender of one sequence."""
    whole = tuple(words[a:b])
    kind = classify(whole)
    k = _split_title(words, flags, a, b)
    name = tuple(words[k:b])
    rest = classify(name) if k > a else ""
    if kind == "common" and rest not in ("person", "unknown"):
        return a, b, a, "title", whole, "-"
    personal = rest == "person" or (rest in ("unknown", "adjective") and name[-1] not in column("organisations", "suffix"))
    if (
        kind in ("outlet", "organisation", "place", "document")
        and not personal
        and not (kind == "organisation" and any(flags[i] & FIRST for i in range(a + 1, b)))
    ):
        return a, b, a, kind, whole, "-"
    gender = "-"
    if k > a:
        gender = next((g for g in (title_gender(w) for w in words[a:k]) if g != "-"), "-")
        kind = "outlet" if gender == "-" and len(name) > 1 and classify(name) == "outlet" else "person"
    elif (
        (kind in ("unknown", "person") and _is_title_only(words, flags, a, b))
        or (kind in ("person", "unknown") and any(w in ("of", "for") for w in whole) and noun(words[a])[1] & {"person"})
        or (kind == "person" and "person" in noun(words[b - 1], words[b - 2])[1] and not flags[a] & FIRST)
    ):
        return a, b, a, "title", whole, "-"
    if kind == "person" and gender == "-":
        gender = first_name_gender(name[0])
    return a, b, k, kind, name, gender


def _identify(
    registry: _Registry, words: list[str], a: int, b: int, k: int, kind: str, name: tuple[str, ...], gender: str
) -> tuple[str, int]:
    """Kind and id of a sequence once all full names are known."""
    if kind == "adjective" and len(name) == 1:
        bearer = registry.person(name[0], k, "-")
        if bearer is not None and len(registry.named[bearer].words) > 1:
            return "person", bearer
    if kind in ("title", "adjective"):
        return kind, -1
    text = " ".join(undotted(w) for w in name if w not in ("The", "the"))
    the = a > 0 and words[a - 1].lower() == "the"
    if len(name) == 1 and not the and name[0] in registry.surnames and kind in ("unknown", "person", "organisation", "outlet"):
        bearer = registry.person(name[0], k, gender)
        if bearer is not None:
            return "person", bearer
    if text in registry.by_alias and kind in ("unknown", "organisation", "outlet", "person"):
        known = registry.by_alias[text]
        if kind != "person" or len(name) > 1:
            return registry.named[known].kind, known
    if (kind == "person" and len(name) > 1) or kind in ("organisation", "outlet", "document", "group", "place"):
        return kind, registry.by_key[_key(kind, name)]
    found = registry.person(name[-1], k, gender)
    if found is None and len(name) == 1 and kind == "unknown" and name[0].endswith("s") and len(name[0]) > 3:
        found = registry.person(name[0][:-1], k, gender)
    if found is not None:
        return "person", found
    kind = "person" if kind == "person" else "organisation" if the else "unknown"
    known = registry.add("person" if kind == "unknown" else kind, name, (("person" if kind == "unknown" else kind), *name), k, gender)
    return kind, known
