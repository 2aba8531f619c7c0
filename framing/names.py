"""Names in an article: capitalised sequences, what they name, and who is who.

Conventions
-----------
* A name is a capitalised sequence (:mod:`framing.capitals`) or what is left of it after titles and offices. The people of a heading are
  looked for in the text: "Shaw Wins Again" names Shaw.
* A person is known by first and last name; short forms ("Shaw", "Mr. Shaw", "Jane") go to the person around them who bears that name
  and is most often named in full, the nearest one of equals.
* Organisations and outlets are known by their words without "the", by an acronym in brackets or by the initials of their words (with or
  without points, well-known ones from ``lexicons/organisations.tsv``), outlets also by their last word ("the Times"), departments by
  their first ("State").
* Roles are found by :mod:`framing.roles`.

The order title, name, appositive follows the guidelines of PolNeAR (Newell, Margolin and Ruths 2018). No list of known people is used.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from framing.capitals import JOINERS, headings, no_names, sequences
from framing.nouns import (
    CALENDAR,
    CAP,
    DOMAIN,
    FIRST,
    FUNCTION,
    INITIAL,
    OPENING,
    PEOPLE,
    SUFFIX,
    TITLE,
    classify,
    column,
    first_name_gender,
    full_name,
    noun,
    title_gender,
    undotted,
    word_flags,
)
from framing.tokens import Tokens

_PLACED = frozenset({"in", "at", "from", "to", "near", "of", "for", "outside", "around"})  # "in Washington" is not Kerry Washington


@dataclass(slots=True)
class Named:
    """Somebody or something that the article names; ``words`` is the fullest form met, without titles."""

    id: int
    kind: str
    words: tuple[str, ...]
    gender: str = "-"
    role: str | None = None
    sure: bool = False  # a person by more than the capitals: a title, a known first name or a role
    said: set[str] = field(default_factory=set)  # lower-case words of all its roles
    times: int = 0  # how often the article names it
    press: int = -1  # id of the news medium that the role names
    heads: set[str] = field(default_factory=set)  # nouns of its roles or, for an organisation, of its name: "the senator", "the agency"

    @property
    def name(self) -> str:
        """The words, joined."""
        return " ".join(self.words).replace(" .", ".")

    def belongs_to(self, owner: str) -> bool:
        """Whether the roles hold a word of an owner's name that says which one it is ("State" of "State Department")."""
        return any(w.lower() in self.said for w in owner.split() if "organisation" not in noun(w)[1] or " " not in owner)


@dataclass(slots=True)
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
        self.aliased: set[tuple[int, tuple[str, ...]]] = set()

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
        elif kind in ("organisation", "outlet", "document") and (known, words) not in self.aliased:
            self.aliased.add((known, words))
            self._alias(words, known, kind)
        return known

    def _alias(self, words: tuple[str, ...], known: int, kind: str) -> None:
        for lemma, flags, _ in map(noun, words):
            if "organisation" in flags or "outlet" in flags:
                self.named[known].heads.add(lemma)
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
        if len(words) == 2 and kind == "organisation" and words[1] in column("organisations", "firm"):  # "Hollis" of "Hollis Energy"
            self.by_alias.setdefault(words[0], known)
        if len(words) == 2 and words[1] == "Department":  # "State", "Justice"
            self.by_alias.setdefault(words[0], known)
        if len(words) > 2 and words[0] in ("U.S.", "US", "UK", "U.K.", "American", "British"):
            self.by_alias.setdefault(" ".join(undotted(w) for w in words[1:]), known)

    def person(self, short: str, token: int, gender: str) -> int | None:
        """The bearer of a first or last name: the nearest before ``token``, else the first after, of the right gender where known."""
        entries = self.by_last.get(short)
        if not entries:
            return None
        counts: dict[int, int] = {}
        for _where, known in _around(entries, token):
            if gender == "-" or self.named[known].gender in ("-", gender):
                counts[known] = counts.get(known, 0) + 1
        return max(counts, key=counts.__getitem__) if counts else None


@dataclass(slots=True)
class NameBook:
    """All names of one text: ``runs`` in order, ``named`` by id, ``at[token]`` = index of the run that covers it (-1 if none)."""

    words: list[str]
    flags: list[int]
    runs: list[Run]
    named: list[Named]
    at: list[int]
    registry: _Registry
    people: list[int]  # tokens that are plural nouns for people

    def lookup(self, first: int, last: int) -> int:
        """Id of what tokens ``first`` to ``last`` name when they are only a part of a run (a heading), -1 if a short form of nobody."""
        shape = _shape(self.words, first, last)
        found = self.registry.person(shape[4][-1], shape[2], shape[5])
        if found is None:
            found = self.registry.by_key.get(_key(shape[3], shape[4]))
        return -1 if found is None else found

    def run_at(self, token: int) -> Run | None:
        """The run that covers a token."""
        i = self.at[token] if 0 <= token < len(self.at) else -1
        return self.runs[i] if i >= 0 else None


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
        if nxt >= b or words[nxt] in JOINERS or words[nxt] == "&":
            continue
        office = flags[i] & TITLE or ("person" in noun(w, words[i - 1] if i > a else "")[1] and not flags[i] & FIRST)
        if office and (flags[nxt] & FIRST or "organisation" not in noun(words[nxt])[1]):
            name = nxt
    if name > a:
        return name
    for i in range(a + 1, b - 1):  # "Secretary of State John Kerry", "NATO's Jane Doe": a first name inside
        if flags[i] & FIRST and (words[a] in JOINERS or any(w in ("of", "for") for w in words[a:i])):
            return i
    of = next((i for i in range(a + 1, b - 3) if words[i] == "of"), 0)
    if of and flags[a] & TITLE and not noun(words[b - 1])[1]:  # "Minister of Education Maria Rossi"
        return b - 2
    return a


def _is_title_only(words: list[str], flags: list[int], a: int, b: int) -> bool:
    return all(flags[i] & TITLE or words[i] == "." for i in range(a, b))


def _around(entries: list[tuple[int, int]], token: int) -> list[tuple[int, int]]:
    """Up to eight entries before ``token``, nearest first, then the first ones after."""
    at = bisect_left(entries, (token + 1,))
    return entries[max(0, at - 8) : at][::-1] + entries[at : at + 4]


@lru_cache(maxsize=1 << 15)
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
        return NameBook(words, flags, [], [], [], _Registry(), [])
    opening = np.zeros(n, bool)
    opening[tokens.sentence_first[:-1][tokens.sentence_first[:-1] < n]] = True
    opening[1:] |= (bits[:-1] & OPENING) > 0
    begins = np.flatnonzero(((bits & CAP) > 0) & ((bits & (FUNCTION | CALENDAR)) == 0) | ((bits & DOMAIN) > 0))
    stops = tokens.sentence_first[tokens.sentence[begins] + 1]
    first: list[bool] = opening.tolist()
    ranges, skipped = sequences(words, flags, first, begins.tolist(), stops.tolist())
    ranges, more = no_names(words, flags, first, ranges, frozenset(tokens.types))
    skipped += more
    registry = _Registry()
    shapes = [_shape(words, a, b) for a, b in ranges]
    titled = headings(bits, tokens)[tokens.sentence[[a for a, _ in ranges]]].tolist() if ranges else []
    for (_, b, k, kind, name, gender), heading in zip(shapes, titled):
        if heading and kind == "person":
            continue  # "Shaw Wins Again" is no name; who speaks in a heading is named in the text
        if kind in ("person", "organisation", "outlet", "document", "group", "place") and (
            len(name) > 1 or kind not in ("person", "unknown")
        ):
            known = registry.add(kind, name, _key(kind, name), k, gender)
            if kind in ("organisation", "outlet") and b + 2 < n and words[b] == "(" and words[b + 2] == ")" and flags[b + 1] & CAP:
                registry.by_alias[undotted(words[b + 1])] = known
    surnames = [(a, a + 1, a, "person", (words[a],), "-") for a in skipped if words[a] in registry.surnames]
    surnames += [
        (a, a + 1, a, "organisation", (words[a],), "-")
        for a in skipped
        if words[a] in registry.by_alias and a + 1 < n and words[a + 1].islower() and not noun(words[a + 1])[1] & {"person", "organisation"}
    ]
    if surnames:
        shapes = sorted([*shapes, *surnames])
    runs: list[Run] = []
    at = [-1] * n
    speakers = _speakers(words, shapes)
    for a, b, k, kind, name, gender in shapes:
        if name[0] in speakers and len(name) == 1:
            kind = "person"
        kind, known = _identify(registry, words, a, b, k, kind, name, gender)
        at[a:b] = [len(runs)] * (b - a)
        runs.append(Run(a, b, k, kind, known))
        if known >= 0:
            registry.named[known].times += 1
    return NameBook(words, flags, runs, registry.named, at, registry, np.flatnonzero(bits & PEOPLE).tolist())


def _speakers(words: list[str], shapes: list[tuple[int, int, int, str, tuple[str, ...], str]]) -> set[str]:
    """Who speaks in a transcript: words in capitals with a colon after them, twice and more."""
    met: set[str] = set()
    found: set[str] = set()
    for _, b, _, _, name, _ in shapes:
        if len(name) == 1 and b < len(words) and words[b] == ":" and len(name[0]) > 3 and name[0].isupper():
            (found if name[0] in met else met).add(name[0])
    return found


def _shape(words: list[str], a: int, b: int) -> tuple[int, int, int, str, tuple[str, ...], str]:
    """Range, begin of the name proper, kind, words of the name and gender of one sequence."""
    k, kind, name, gender = _shape_of(tuple(words[a:b]))
    if kind == "person" and k == 0 and a > 0 and words[a - 1] in ("The", "the") and name[-1] in column("outlets", "suffix"):
        kind, gender = "outlet", "-"  # "the Charlotte Observer"
    return a, b, a + k, kind, name, gender


@lru_cache(maxsize=1 << 15)
def _shape_of(whole: tuple[str, ...]) -> tuple[int, str, tuple[str, ...], str]:
    """What ``_shape`` says of these words: it depends on nothing else."""
    words, flags, n = list(whole), [word_flags[w] for w in whole], len(whole)
    kind = classify(whole)
    k = _split_title(words, flags, 0, n)
    name = whole[k:]
    rest = classify(name) if k else ""
    if kind == "common" and rest not in ("person", "unknown"):
        return 0, "title", whole, "-"
    personal = rest == "person" or (rest in ("unknown", "adjective") and name[-1] not in column("organisations", "suffix"))
    if (
        kind in ("outlet", "organisation", "place", "document")
        and not personal
        and not (kind == "organisation" and any(f & FIRST for f in flags[1:]))
    ):
        return 0, kind, whole, "-"
    gender = "-"
    if k:
        gender = next((g for g in map(title_gender, words[:k]) if g != "-"), "-")
        kind = "outlet" if gender == "-" and len(name) > 1 and classify(name) == "outlet" else "person"
    elif (
        (kind in ("unknown", "person") and _is_title_only(words, flags, 0, n))
        or (kind in ("person", "unknown") and any(w in ("of", "for") for w in whole) and noun(words[0])[1] & {"person"})
        or (kind == "person" and "person" in noun(words[-1], words[-2])[1] and not flags[0] & FIRST)
    ):
        return 0, "title", whole, "-"
    if kind == "person" and k == 0 and n > 1 and len(words[0]) > 5 and words[0].endswith("ing") and not flags[0] & FIRST:
        return 0, "title", whole, "-"  # "Electing Shaw" in a heading
    if kind == "person" and gender == "-":
        gender = first_name_gender(name[0])
    return k, kind, name, gender


def _part(registry: _Registry, name: tuple[str, ...], token: int) -> int | None:
    """Who bears one of the words of a heading: "Shaw Wins Again" names the Shaw of the text."""
    for word in name:
        if word in registry.surnames:
            found = registry.person(word, token, "-")
            if found is not None:
                return found
    return None


@lru_cache(maxsize=1 << 15)
def _plain(name: tuple[str, ...]) -> str:
    """The words of a name without article and points, joined."""
    return " ".join(undotted(w) for w in name if w not in ("The", "the"))


def _identify(
    registry: _Registry, words: list[str], a: int, b: int, k: int, kind: str, name: tuple[str, ...], gender: str
) -> tuple[str, int]:
    """Kind and id of a sequence once all full names are known."""
    if kind == "adjective" and len(name) == 1:
        bearer = registry.person(name[0], k, "-")
        if bearer is not None and len(registry.named[bearer].words) > 1:
            return "person", bearer
    if len(name) == 1 and len(name[0]) > 3 and name[0].isupper() and name[0] not in registry.by_alias:
        shouted = registry.person(name[0].capitalize(), k, gender) if name[0].capitalize() in registry.surnames else None
        if shouted is not None:  # transcripts: "SHAW: I never said that."
            return "person", shouted
    if kind == "title" and len(name) == 1 and name[0] in registry.by_alias and not (a > 0 and words[a - 1].lower() == "the"):
        return "organisation", registry.by_alias[name[0]]
    if kind in ("title", "adjective"):
        return kind, -1
    text = _plain(name)
    the = a > 0 and words[a - 1].lower() == "the"
    placed = kind == "place" and a > 0 and words[a - 1].lower() not in _PLACED
    if len(name) == 1 and not the and name[0] in registry.surnames and (placed or kind in ("unknown", "person", "organisation", "outlet")):
        bearer = registry.person(name[0], k, gender)
        if bearer is not None:
            return "person", bearer
    if text in registry.by_alias and kind in ("unknown", "organisation", "outlet", "person"):
        known = registry.by_alias[text]
        if kind != "person" or len(name) > 1:
            return registry.named[known].kind, known
    if (kind == "person" and len(name) > 1) or kind in ("organisation", "outlet", "document", "group", "place"):
        found = registry.by_key.get(_key(kind, name))
        if found is None:  # a person in a heading
            found = _part(registry, name, k)
        return kind, registry.add(kind, name, _key(kind, name), k, gender) if found is None else found
    found = registry.person(name[-1], k, gender)
    if found is None and len(name) == 1 and kind == "unknown" and name[0].endswith("s") and len(name[0]) > 3:
        found = registry.person(name[0][:-1], k, gender)
    if found is not None:
        return "person", found
    kind = "person" if kind == "person" else "organisation" if the else "unknown"
    known = registry.add("person" if kind == "unknown" else kind, name, (("person" if kind == "unknown" else kind), *name), k, gender)
    return kind, known
