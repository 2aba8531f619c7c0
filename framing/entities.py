"""Entities in the making: who has been mentioned so far, and the last ones of each kind.

Conventions
-----------
* :class:`State` is all that is known at one point of the text; entities are made in text order and numbered from 0.
* A person, outlet or organisation that the article names has one entity a name (:mod:`framing.names`), made when it first speaks.
* ``describe`` and ``spell`` are set by :mod:`framing.sources`: one finds or makes the entity of a description, which pronouns need as
  well, the other gives its name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from framing.mentions import NOTHING, Mention, read_mention
from framing.names import NameBook, Run
from framing.nouns import FUNCTION, POSSESSIVE, pronouns
from framing.records import Span
from framing.tokens import Tokens

_DEPTH = 3
_REPORTING = frozenset({"reporter", "correspondent", "journalist"})


@dataclass(slots=True)
class Who:
    """An entity in the making."""

    id: int
    name: str
    kind: str
    level: str
    named: int = -1
    plural: bool = False
    gender: str = "-"
    head: str = ""
    withheld: bool = False
    reason: str = "none"
    role: str | None = None
    producer: str | None = None
    owner: str = ""  # whom the possessive pronoun of the first description means
    last: int = -1  # token of the last mention
    informative: bool = False
    mention: Mention = NOTHING  # the first description
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """All that is known at one point of the text."""

    tokens: Tokens
    book: NameBook
    sentence: list[int]
    quoted: list[bool]
    runs_at: list[int]
    who: list[Who] = field(default_factory=list)
    by_named: dict[int, int] = field(default_factory=dict)
    by_key: dict[tuple[str, ...], int] = field(default_factory=dict)
    by_head: dict[str, int] = field(default_factory=dict)
    by_first: dict[int, int] = field(default_factory=dict)  # first token of a description -> its entity
    named_nouns: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    plurals: dict[str, list[int]] = field(default_factory=dict)  # plural nouns for people -> tokens
    last_kind: dict[str, int] = field(default_factory=dict)
    last_single: int = -1
    last_plural: int = -1
    author: int = -1
    generic: int = -1
    depth: int = 0  # nested descriptions ("his aides" -> "his" -> "the senator's"), bounded
    describe: Callable[[State, Mention, Span], int] | None = None
    spell: Callable[[State, Mention], str] | None = None

    def nested(self, mention: Mention, span: Span) -> int | None:
        """The entity of a description that another mention leads to; ``None`` beyond three levels."""
        if self.describe is None or self.depth >= _DEPTH:
            return None
        self.depth += 1
        try:
            return self.describe(self, mention, span)
        finally:
            self.depth -= 1

    def gap(self, token: int, known: int) -> int:
        """Sentences between the last mention of an entity and ``token``."""
        last = min(max(self.who[known].last, 0), len(self.sentence) - 1)
        return self.sentence[token] - self.sentence[last]

    def runs_before(self, token: int, limit: int) -> list[Run]:
        """At most ``limit`` names that begin before ``token``, nearest first."""
        at = bisect_left(self.runs_at, token)
        return self.book.runs[max(0, at - limit) : at][::-1]


def note(state: State, known: int, mention: Mention, span: Span | None) -> int:
    """Note that an entity is mentioned here as a source."""
    who = state.who[known]
    if span is not None:
        who.spans.append(span)
    who.last = max(who.last, mention.first)
    if who.kind not in ("none", "generic", "author"):
        state.last_kind[who.kind] = known
        if who.plural or who.kind in ("group", "organisation"):
            state.last_plural = known
        elif who.kind == "person" or (who.named >= 0 and state.book.named[who.named].kind == "person"):
            state.last_single = known
    return known


def new_entity(state: State, name: str, kind: str, level: str, mention: Mention) -> Who:
    who = Who(
        len(state.who),
        name,
        kind,
        level,
        plural=mention.plural,
        head=mention.head,
        informative=mention.informative or mention.complement,
        mention=mention,
    )
    state.who.append(who)
    return who


def note_author(state: State, mention: Mention, span: Span | None) -> int:
    if state.author < 0:
        state.author = new_entity(state, "author", "author", "named", mention).id
    return note(state, state.author, mention, span)


def note_generic(state: State, mention: Mention, span: Span | None) -> int:
    if state.generic < 0:
        state.generic = new_entity(state, "generic", "generic", "bare", mention).id
    return note(state, state.generic, mention, span)


def entity_of_name(state: State, named: int) -> int:
    """The entity of a name of the book."""
    if named in state.by_named:
        return state.by_named[named]
    entry = state.book.named[named]
    kind = {"place": "organisation", "unknown": "person"}.get(entry.kind, entry.kind)
    if kind == "person" and entry.press >= 0 and entry.heads & _REPORTING and "former" not in (entry.role or ""):
        kind = "outlet"
    who = new_entity(state, entry.name, kind, "described" if kind == "group" else "named", NOTHING)
    who.named, who.gender, who.plural, who.role = named, entry.gender, kind == "group", entry.role if kind in ("person", "outlet") else None
    state.by_named[named] = who.id
    return who.id


def noun_phrase(state: State, head: int) -> int | None:
    """Entity of the noun phrase that ends with token ``head``."""
    words, flags, book = state.book.words, state.book.flags, state.book
    first = head
    while first > 0 and head - first < 8 and state.sentence[first - 1] == state.sentence[head]:
        w = words[first - 1]
        low = w.lower()
        if low in (
            "the",
            "a",
            "an",
            "some",
            "many",
            "several",
            "most",
            "these",
            "those",
            "his",
            "her",
            "their",
            "its",
            "two",
            "three",
            "four",
            "five",
            "other",
            "one",
        ):
            first -= 1
            if low != "other":
                break
        elif (
            (
                w.isalpha()
                and (book.at[first - 1] >= 0 or low not in pronouns())
                and not low.endswith("ly")
                and not flags[first - 1] & FUNCTION
            )
            or ("-" in w and len(w) > 2)
            or w in POSSESSIVE
        ):
            first -= 1
        else:
            break
    while first < head and words[first] in POSSESSIVE:
        first += 1
    span = state.tokens.span(first, head + 1)
    mention = read_mention(book, first, head + 1)
    after = words[head + 1].lower() if head + 1 < len(words) else ""
    if mention.form == "description" and after in (
        "of",
        "in",
        "at",
        "from",
        "with",
        "close",
        "familiar",
        "who",
        "involved",
        "briefed",
        "for",
        "like",
        "including",
        "whose",
    ):
        mention = replace(mention, complement=True)
    if mention.form not in ("description", "name", "joint"):
        return None
    if mention.form == "name":
        return entity_of_name(state, mention.name)
    if mention.kind == "none":
        return None
    return state.nested(mention, span)
