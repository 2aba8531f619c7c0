"""Names in an article: capitalised sequences, what they name, and who is who.

Conventions
-----------
* A name is a maximal sequence of capitalised tokens, with particles ("de", "van"), initials, titles with their point, "of" after an office or an
  organisation noun, and "&". Function words, days and months are never part of it; a common noun at the head of a sentence is not either.
* ``kind`` of a name: person, organisation, outlet, group ("Democrats"), place, adjective ("Russian") or unknown (one word that nothing explains).
* A person is known by first and last name; later short forms ("Shaw", "Mr. Shaw", "Jane") go to the nearest person before them who bears that name,
  or, in a heading, to the first one after. Organisations and outlets are known by their words without "the", by an acronym in brackets or by the
  initials of their words, and outlets also by their last word ("the Times").
* The role of a person is what stands before the name ("former NATO official", "Sen.") or, between commas, after it.

The order title, name, appositive follows the guidelines of PolNeAR (Newell, Margolin and Ruths 2018). No list of known people is used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from framing.lexicons import read_table
from framing.tokens import Tokens

CAP, INITIAL, TITLE, PARTICLE, SUFFIX, FUNCTION, COMMON, FIRST, ACRONYM, CALENDAR, OPENING = (1 << i for i in range(11))
_DOMAIN = re.compile(r"(?i)(?:https?://\S+|(?:www\.)?[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|int|eu|[a-z]{2}))$")
_MAX_WORDS = 14
POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
_ABBREVIATED = {"sen": "senator", "rep": "representative", "gov": "governor", "pres": "president", "gen": "general", "sens": "senator", "reps": "representative"}


@dataclass(slots=True)
class Named:
    """Somebody or something that the article names; ``words`` is the fullest form met, without titles."""

    id: int
    kind: str
    words: tuple[str, ...]
    gender: str = "-"
    role: str | None = None
    heads: set[str] = field(default_factory=set)  # nouns of all roles, for "the senator"

    @property
    def name(self) -> str:
        """The words, joined."""
        return " ".join(self.words).replace(" .", ".")


@dataclass(frozen=True, slots=True)
class Run:
    """One capitalised sequence: tokens ``first`` to ``last`` (excluded); the name proper begins at ``name``; ``id`` of what it names, -1 if nothing."""

    first: int
    last: int
    name: int
    kind: str
    id: int


@lru_cache(maxsize=None)
def lexicon(table: str, column: str, *values: str) -> frozenset[str]:
    """First column of the rows of ``table`` whose ``column`` holds one of ``values`` (all rows without values)."""
    rows = read_table(table)
    if not rows:
        return frozenset()
    key = next(iter(rows[0]))
    return frozenset(r[key] for r in rows if not values or set(r[column].split()) & set(values))


@lru_cache(maxsize=None)
def noun_flags() -> dict[str, frozenset[str]]:
    """Noun for a person -> its flags (``roles.tsv``) and its gender."""
    return {r["noun"]: frozenset(r["flags"].replace("-", "").split()) | {"person", r["gender"]} for r in read_table("roles")}


@lru_cache(maxsize=None)
def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str], frozenset[str]]:
    titles = {r["word"].lower(): r["class"] for r in read_table("titles")}
    genders = {r["word"].lower(): r["gender"] for r in read_table("titles")}
    first = {r["name"]: r["gender"] for r in read_table("first_names")}
    nonnames = {r["word"]: r["class"] for r in read_table("nonnames")}
    common = frozenset(noun_flags()) | lexicon("documents", "flags") | lexicon("organisations", "class", "head") | lexicon("collectives", "class") \
        | lexicon("modifiers", "word") | lexicon("outlets", "class", "head", "collective")
    return titles, genders, first, nonnames, frozenset(w.lower() for w in common if " " not in w)


@lru_cache(maxsize=1 << 14)
def singular(word: str) -> str:
    """The singular of a lower-case noun, by suffix and by what the lexicons know."""
    irregular = {"men": "man", "women": "woman", "children": "child", "wives": "wife", "media": "media", "parties": "party", "data": "data"}
    if word in irregular:
        return irregular[word]
    for tail in ("men", "women"):
        if word.endswith(tail) and len(word) > len(tail) + 2:
            return word[:-2] + "an"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


@lru_cache(maxsize=1 << 16)
def word_flags(word: str) -> int:
    """Bits of one token string that name finding needs."""
    titles, _, first, nonnames, common = _tables()
    low = word.lower().rstrip(".")
    flags = 0
    head = word[:1]
    if head.isupper() or (len(word) > 3 and head.islower() and word[1].isupper()):
        flags |= CAP
        if len(word.rstrip(".")) == 1:
            flags |= INITIAL
        if word in first:
            flags |= FIRST
        if word.isupper() and 2 <= len(word.replace(".", "")) <= 7:
            flags |= ACRONYM
    if low in titles:
        flags |= {"title": TITLE, "particle": PARTICLE, "suffix": SUFFIX}[titles[low]]
    if low.replace("’", "'") in nonnames and not (word.isupper() and 1 < len(word) < 4):
        flags |= FUNCTION if nonnames[low.replace("’", "'")] == "function" else CALENDAR
    if low in common or singular(low) in common:
        flags |= COMMON
    if word in ('"', "“", "‘", "'", "«", ":", "—", "–", "-", "--", "...", "…", "(", "["):
        flags |= OPENING
    return flags


def is_domain(word: str) -> bool:
    """Whether a token is a web address."""
    return "." in word and _DOMAIN.match(word) is not None and any(c.isalpha() for c in word.rsplit(".", 1)[-1]) and len(word) > 5


def classify(words: tuple[str, ...]) -> str:
    """Kind of a name from its words alone (no titles): see the module docstring."""
    if words and words[0] in ("The", "the") and len(words) > 1:
        words = words[1:]
    text = " ".join(words)
    low_last = words[-1].lower()
    if text in lexicon("outlets", "class", "outlet", "platform", "programme") or (len(words) == 1 and is_domain(text)):
        return "outlet"
    if text in lexicon("organisations", "class", "name"):
        return "organisation"
    if text in lexicon("places", "name"):
        return "place"
    if text in lexicon("places", "adjective").__class__(r["adjective"] for r in read_table("places")):
        return "adjective"
    return _classify_words(words, low_last)


@lru_cache(maxsize=None)
def _adjectives() -> frozenset[str]:
    return frozenset(r["adjective"] for r in read_table("places") if r["adjective"] != "-") | lexicon("collectives", "class", "adjective")
