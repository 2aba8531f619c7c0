"""Descriptions: "a Western official" makes an entity, "the official", "the Vermont senator", "the agency" find one.

Conventions
-----------
* An indefinite description of one person is always new. A definite one goes, in this order, to the same owner and noun, to a person with
  that noun in its role, to the last unnamed one with that noun, and without an owner to the previous unnamed
  source or the named person of whom it is a variation (:mod:`framing.variation`).
* Organisations, outlets, documents and groups are the same if owner and noun or the words are the same; "the agency" is the last
  organisation whose name holds the noun, "the publication" the last outlet, "the campaign" the nearest one that a name stands before.
* A plural noun for people alone ("officials") is the nearest one that is described before ("harbour officials").
* In a heading nouns stand without articles, so that "Party aims to heal" is read as "the party", and may be named only after it.

Every look-up is bounded, so that the whole stays linear.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from framing import levels
from framing.antecedents import one_person, thing
from framing.entities import State, entity_of_name, new_entity, noun_phrase
from framing.mentions import Mention, read_mention
from framing.names import NameBook
from framing.nouns import CALENDAR, FUNCTION, POSSESSIVE, column, is_courtesy, noun, pronouns
from framing.records import Span
from framing.several import several_people
from framing.variation import named_variant

_LOOK = 50  # names that a description looks back at
_DATING = frozenset({"released", "conducted", "published", "taken", "issued", "commissioned"})
_MASS = frozenset({"police", "military", "customs", "defense", "defence", "prosecution", "industry"})  # need no article
_PLURALS, _FAR = 12, 600  # plural nouns that a bare one looks back at, and tokens
_SYNONYMS = {
    "survey": "poll",
    "polling": "poll",
    "advisor": "adviser",
    "firm": "company",
    "corporation": "company",
    "e-mail": "email",
    "newspaper": "paper",
    "organisation": "organization",
    "center": "centre",
    "study": "report",
}
_LONGEST = 40  # tokens of a description that are searched for a relative clause
_PEOPLE_HEADS = frozenset({"person", "man", "woman", "source", "individual"})


def spelled(state: State, mention: Mention, whose: str = "") -> str:
    """A description as a name: without its relative clause, participle or date, its owner in full.

    "an official, who was not authorized to speak" is "an official", "Mr. Shaw's aides" and, with ``whose`` = "Dan Shaw", "his aides" are
    "Dan Shaw's aides". Names that are no owners stay short ("the Shaw campaign") unless the mention joins several people.
    """
    words, book, text = state.book.words, state.book, state.tokens.text
    start, end = state.tokens.start, state.tokens.end
    last = _end_of_phrase(state, mention, min(mention.last, mention.first + _LONGEST))
    parts: list[str] = []
    done = int(start[mention.first])
    i = mention.first
    while i < last:
        run, low = book.run_at(i), words[i].lower()
        if run is not None and run.id >= 0:
            owner = run.last < last and words[run.last] in POSSESSIVE
            full = owner or mention.form == "joint" or is_courtesy(words[run.first])
            if full and run.first == i and run.last <= last and book.named[run.id].kind == "person":
                parts += [text[done : int(start[i])], book.named[run.id].name]
                done = int(end[run.last - 1])
            i = max(run.last, i + 1)
            continue
        if whose and low in ("he", "she", "his", "her", "their", "its"):
            sign = "" if low in ("he", "she") else "’" if "’" in text else "'"
            parts += [text[done : int(start[i])], whose, sign, "" if not sign or whose.endswith("s") else "s"]
            done, whose = int(end[i]), ""
        i += 1
    return "".join([*parts, text[done : int(end[last - 1])]]).strip(" ,")


def _end_of_phrase(state: State, mention: Mention, last: int) -> int:
    """Where a relative clause, a participle or the date of a document ends a description."""
    words, flags, first = state.book.words, state.book.flags, mention.first
    for i in range(first + 1, last):
        w = words[i]
        dated = (w in _DATING and words[i - 1] != ",") or (w in ("this", "last") and i + 2 >= last) or flags[i] & CALENDAR
        if dated and i > first + 1 and mention.kind in ("document", "outlet"):
            return i - (words[i - 1] in ("on", "in", "from"))
        if w in ("who", "which", "whose", "whom") or (words[i - 1] == "," and i + 1 < last and w.endswith("ing")):
            return max(first + 1, i - (words[i - 1] == ","))
    return last


def describe(state: State, mention: Mention, span: Span) -> int:
    """The entity of a description: an earlier one where it is definite, by owner and head, or a new one."""
    if (known := state.by_first.get(mention.first)) is not None:
        return known  # "an engineer who asked ... suspected": "who" has made it
    kind = mention.kind
    head = _SYNONYMS.get(mention.head, mention.head)
    owner = mention.owner
    owner_key = str(owner) if owner >= 0 else ""
    name_of_owner = ""
    if mention.possessor in ("his", "her", "their", "its"):
        whose = (
            one_person(state, mention.first, "m")
            if mention.possessor == "his"
            else one_person(state, mention.first, "f")
            if mention.possessor == "her"
            else thing(state, mention.first)
            if mention.possessor == "its"
            else several_people(state, mention.first)
        )
        if whose is not None:
            owner_key = f"e{whose}" if state.who[whose].named < 0 else str(state.who[whose].named)
            name_of_owner = state.who[whose].name
    singular_person = kind == "person" and not mention.plural
    heading = not (mention.determined or mention.informative or mention.complement) and bool(mention.flags & {"unique", "politician"})
    if singular_person and (mention.definite or heading):
        known = _definite_person(state, mention, head, owner_key)
        if known is not None:
            return known
    if kind in ("organisation", "outlet", "document") or mention.plural or kind == "group":
        known = _same_description(state, mention, head, owner_key, span)
        if known is not None:
            return known
    level = levels.describe_level(replace(mention, owner=0) if owner_key and owner < 0 else mention, kind)
    who = new_entity(state, spelled(state, mention, name_of_owner), kind, level, mention)
    who.owner = name_of_owner
    state.by_first[mention.first] = who.id
    who.head = head
    who.gender = "f" if "gender=f" in mention.flags else "m" if "gender=m" in mention.flags else "-"
    who.last = mention.first
    if kind == "document" and owner_key:
        who.producer = state.book.named[int(owner_key)].name if owner_key.isdigit() else None
    if owner_key:
        state.by_key.setdefault((kind, head, owner_key), who.id)
    if not singular_person:
        state.by_key.setdefault(("text", _plain(span.text)), who.id)
    state.by_head[head + "s" * mention.plural] = who.id
    return who.id


def _plain(text: str) -> str:
    low = text.lower().strip(" ,'’\"“”")
    for article in ("the ", "a ", "an ", "these ", "those ", "this ", "that "):
        if low.startswith(article):
            return low[len(article) :]
    return low


def _definite_person(state: State, mention: Mention, head: str, owner_key: str) -> int | None:
    """Whom "the official", "the senator", "the Vermont senator", "Shaw's spokesman" means."""
    place = owner_key.isdigit() and (state.book.named[int(owner_key)].kind == "place" or "politician" in mention.flags)
    if owner_key:
        known = state.by_key.get(("person", head, owner_key))
        if known is not None:
            return known
        owner = state.book.named[int(owner_key)].name if owner_key.isdigit() else state.who[int(owner_key[1:])].name
        found = _bearer(state, mention.first, head, owner)
        if found is not None or not place:
            return None if found is None else entity_of_name(state, found)
    unnamed = state.by_head.get(head)
    if unnamed is not None and not state.who[unnamed].plural and (not mention.complement or place) and state.who[unnamed].kind == "person":
        return unnamed
    if "spokes" in mention.flags:
        for other in ("spokesman", "spokeswoman", "spokesperson", "representative"):
            known = state.by_head.get(other)
            if known is not None and state.who[known].gender in (
                "-",
                "f" if head == "spokeswoman" else "m" if head == "spokesman" else "-",
            ):
                return known
    found = None if mention.names and not place else _bearer(state, mention.first, head, "")
    if found is not None:
        return entity_of_name(state, found)
    alone = state.last_single >= 0 and state.who[state.last_single].named < 0 and not mention.complement
    if alone and (head in _PEOPLE_HEADS or "insider" in mention.flags):
        return state.last_single
    gender = "f" if "gender=f" in mention.flags else "m" if "gender=m" in mention.flags else "-"
    if mention.flags & {"insider", "spokes", "vague"}:
        return None
    chosen = named_variant(state, mention, gender)
    return None if chosen is None else entity_of_name(state, chosen)


def _bearer(state: State, token: int, head: str, owner: str) -> int | None:
    """The nearest person before ``token`` one of whose roles has this head noun (and names the owner, if any)."""
    for run in state.runs_before(token, _LOOK):
        if run.id >= 0:
            entry = state.book.named[run.id]
            if entry.kind == "person" and head in entry.heads and (not owner or entry.belongs_to(owner)):
                return run.id
    return None


def _same_description(state: State, mention: Mention, head: str, owner_key: str, span: Span) -> int | None:
    """An earlier organisation, outlet, document or group that this description repeats."""
    kind = mention.kind
    if owner_key:
        return state.by_key.get((kind, head, owner_key))
    known = state.by_key.get(("text", _plain(span.text)))
    if known is not None and (mention.definite or mention.plural or kind == "organisation"):
        return known
    heading = not (mention.determined or mention.informative or mention.complement or mention.plural) and head not in _MASS
    if kind == "outlet" and (mention.definite or (heading and "collective" not in mention.flags)):
        known = _last_outlet(state, mention.first)
        return _later(state, mention, kind) if known is None and heading else known
    if kind == "organisation" and (mention.definite or heading) and not mention.complement:
        known = _organisation_with(state, mention, head)
        return _later(state, mention, kind) if known is None and heading else known
    if mention.definite and not mention.complement and kind == "document":
        known = state.by_head.get(head)
        if known is not None:
            return known
        return (
            state.last_kind.get("document")
            if head in ("document", "report", "statement", "text", "letter", "memo") and not mention.informative
            else None
        )
    if mention.plural and not mention.informative and not mention.complement and not mention.listed:
        known = state.by_head.get(head + "s")
        apart = state.book.words[mention.first].lower() in ("other", "others", "some", "many", "several", "two", "three")
        if mention.definite or not apart:
            if known is not None and (state.who[known].kind == kind or state.who[known].kind == "person"):
                return known
            return _described_before(state, mention) if kind == "group" and "person" in mention.flags else None
    return None


def _later(state: State, mention: Mention, kind: str) -> int | None:
    """Whom a heading without articles means ("Party aims to heal"): the first one named after it that fits."""
    at = bisect_right(state.runs_at, mention.first)
    for run in state.book.runs[at : at + 4 * _LOOK]:
        if run.id >= 0 and state.book.named[run.id].kind == kind and (kind == "outlet" or mention.head in state.book.named[run.id].heads):
            return entity_of_name(state, run.id)
    return None


def _described_before(state: State, mention: Mention) -> int | None:
    """For "officials" the nearest "Treasury officials" or "officials at the port" before, though these were no source."""
    if state.depth:
        return None
    words, book = state.book.words, state.book
    places = state.plurals.get(words[mention.last - 1].lower(), [])
    at = bisect_left(places, mention.first)
    for j in places[max(0, at - _PLURALS) : at][::-1]:
        if mention.first - j > _FAR:
            break
        before, after = words[j - 1] if j else "", words[j + 1] if j + 1 < len(words) else ""
        told = book.at[j - 1] >= 0 if j else False
        if told or after in ("of", "in", "at", "from", "with") or (before.isalpha() and _says_whom(book, j - 1)):
            return noun_phrase(state, j)
    return None


def _says_whom(book: NameBook, token: int) -> bool:
    word = book.words[token].lower()
    small = book.flags[token] & FUNCTION or word in column("modifiers") or word in pronouns()
    return not small and not word.endswith(("ed", "ing"))


def plural_people(book: NameBook) -> dict[str, list[int]]:
    """Lower-case plural nouns for people -> their tokens, in order."""
    found: dict[str, list[int]] = {}
    for j in book.people:
        found.setdefault(book.words[j], []).append(j)
    return found


def _last_outlet(state: State, token: int) -> int | None:
    """The outlet named or quoted last before a token."""
    for run in state.runs_before(token, _LOOK):
        if run.kind == "outlet" and run.id >= 0:
            return entity_of_name(state, run.id)
    return state.last_kind.get("outlet")


def _organisation_with(state: State, mention: Mention, head: str) -> int | None:
    """The last organisation whose name holds the head noun ("the agency"), or that was described with it."""
    known = state.by_head.get(head)
    for run in state.runs_before(mention.first, _LOOK):
        if run.id >= 0 and head in state.book.named[run.id].heads and state.book.named[run.id].kind == "organisation":
            found = state.by_named.get(run.id)
            if known is not None and state.who[known].last > run.first:
                return known
            return found if found is not None else entity_of_name(state, run.id)
    if known is not None:
        return known
    owner = _noun_after_name(state, mention.first, head)
    if owner is not None:
        return owner
    last = state.last_kind.get("organisation", -1)
    if (
        head
        in (
            "group",
            "organization",
            "company",
            "agency",
            "center",
            "centre",
            "foundation",
            "nonprofit",
            "firm",
            "body",
            "regulator",
            "watchdog",
        )
        and last >= 0
    ):
        return last
    return None


def _noun_after_name(state: State, token: int, head: str) -> int | None:
    """For "the campaign" the nearest "Clinton campaign" or "Clinton's campaign" before, else the first after, though it was no source."""
    places = state.named_nouns.get(head)
    if not places:
        return None
    at = bisect_right(places, (token, 0))
    first, last = places[at - 1] if at else places[0]
    mention = read_mention(state.book, first, last)
    if mention.form != "description" or mention.kind != "organisation":
        return None
    span = state.tokens.span(first, last)
    known = state.by_key.get(("text", _plain(span.text)))
    if mention.owner >= 0:
        known = state.by_key.get(("organisation", head, str(mention.owner)), known)
    if known is None:
        who = new_entity(state, span.text, "organisation", "named", mention)
        who.head, who.last = head, min(first, token)
        known = state.by_key[("text", _plain(span.text))] = who.id
        if mention.owner >= 0:
            state.by_key[("organisation", head, str(mention.owner))] = known
    return known


def named_nouns(book: NameBook) -> dict[str, list[tuple[int, int]]]:
    """Organisation nouns right after a name ("Clinton's campaign", "the Serbian government") -> token ranges, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    words = book.words
    for run in book.runs:
        k = run.last + (run.last < len(words) and words[run.last] in POSSESSIVE)
        if run.kind != "title" and k < len(words) and words[k].islower() and book.at[k] < 0:
            lemma, flags, plural = noun(words[k])
            if "organisation" in flags and not plural:
                found.setdefault(lemma, []).append((run.first, k + 1))
    return found
