"""Relative pronouns: "who", "which" and "that" mean the phrase right before them.

Conventions
-----------
* After a name it is the name, or the noun before its preposition ("the head of the agency, who"); "which" and "that" are not persons
  while a document, a medium or an organisation stands before the name ("the book by Jane Doe, which").
* After a noun it is the noun phrase, or the name that this phrase is an appositive of ("Jane Doe, the chairwoman, who").
* "some who", "supporters who" without a noun of the lexicons are a group.
"""

from __future__ import annotations

from framing.entities import State, entity_of_name, new_entity, noun_phrase
from framing.mentions import NOTHING
from framing.nouns import POSSESSIVE, noun, pronouns


def relative_antecedent(state: State, token: int) -> int | None:
    """Whom a relative pronoun means: the phrase right before it."""
    j = token - 1
    words = state.book.words
    while j > 0 and words[j] in (",", "—", "–", "--", "-", ")", '"', "”") and token - j < 3:
        j -= 1
    if j < 0 or token >= len(words):
        return None
    run = state.book.run_at(j)
    low = words[token].lower()
    if run is not None and low in ("which", "that") and run.id >= 0 and state.book.named[run.id].kind == "person":
        found = _thing_before(state, run.first)
        if found is not None:
            return found
    if low in ("who", "whom", "whose"):
        if words[j].lower() in ("those", "some", "many", "others", "most", "few", "several"):
            return new_entity(state, words[j], "group", "described", NOTHING).id
        if run is not None and (run.id < 0 or state.book.named[run.id].kind in ("organisation", "outlet", "place", "document")):
            named = _apposed_to(state, run.first)
            if named is not None:
                return named
    if run is not None and run.kind == "place" and run.first > 1 and words[run.first - 1] in ("of", "from"):
        owner = state.book.run_at(run.first - 2)
        run = owner if owner is not None and owner.kind == "person" else run
    if run is not None and run.id >= 0:
        before = _noun_before_of(state, run.first)
        return before if before is not None else entity_of_name(state, run.id)
    known = noun(words[j], words[j - 1] if j else "")[1]
    if known and not (low == "who" and known & {"organisation", "document"}):
        named = _apposed_to(state, j)
        return noun_phrase(state, j) if named is None else named
    for k in range(j, max(-1, token - 13), -1):
        if state.sentence[k] != state.sentence[token]:
            break
        run = state.book.run_at(k)
        modifies = run is not None and run.last < j and (words[run.last] in POSSESSIVE or words[run.last].islower())
        if run is not None and run.id >= 0 and run.kind == "person" and not modifies:
            return entity_of_name(state, run.id)
        if "person" in noun(words[k])[1] or "document" in noun(words[k])[1]:
            return noun_phrase(state, k)
    if low == "who" and words[j].islower() and (words[j].endswith("s") or pronouns().get(words[j].lower()) in ("quantifier", "plural")):
        return new_entity(state, words[j], "group", "described", NOTHING).id
    return None


def _thing_before(state: State, first: int) -> int | None:
    """The document, medium or organisation right before a person who is no antecedent of "which": "the book by Jane Doe, which"."""
    words, book = state.book.words, state.book
    for k in range(first - 1, max(-1, first - 9), -1):
        if state.sentence[k] != state.sentence[first]:
            return None
        run = book.run_at(k)
        if run is not None and run.id >= 0 and book.named[run.id].kind in ("organisation", "outlet", "document"):
            return entity_of_name(state, run.id)
        flags = noun(words[k], words[k - 1] if k else "")[1]
        if flags & {"document", "organisation", "outlet"} and "press" not in flags:
            return noun_phrase(state, k)
        if flags & {"person"}:
            return None
    return None


def _apposed_to(state: State, head: int) -> int | None:
    """The name that the phrase with ``head`` is an appositive of: "Jane Doe, the committee's chairwoman, who"."""
    words = state.book.words
    for k in range(head - 1, max(1, head - 10), -1):
        if words[k] == ",":
            run = state.book.run_at(k - 1)
            return entity_of_name(state, run.id) if run is not None and run.id >= 0 and run.kind == "person" else None
        if words[k] in (".", ";", "said"):
            return None
    return None


def _noun_before_of(state: State, first: int) -> int | None:
    """The noun before "of": "the head of the agency, who"."""
    words = state.book.words
    j = first - 1
    if j > 0 and words[j].lower() == "the":
        j -= 1
    if (
        j > 0
        and words[j] in ("of", "in", "at", "for", "from", "with", "on", "to")
        and "person" in noun(words[j - 1], words[j - 2] if j > 1 else "")[1]
    ):
        return noun_phrase(state, j - 1)
    return None
