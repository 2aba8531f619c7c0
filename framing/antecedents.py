"""Antecedents: whom a pronoun means.

Conventions
-----------
* "he" and "she" look at a few names of this and the three sentences before, and at the previous source. Score: -1 a sentence of distance,
  +0.6 for the first name of its sentence, -0.7 after a preposition, -0.4 for an owner ("Shaw's"), +0.5 if the gender is known to fit,
  +0.7 for the previous source. A description at the head of this or the last sentence ("The aide spoke ...") competes as a name does.
  Without any of these it is a noun for a person nearby, then the last person named before, then the first one after; only if the article
  names nobody who fits, the pronoun itself is the entity, unidentified.
* "they" looks for the last plural source, then for a plural noun for people; "it" for the last organisation, document or outlet; "who"
  and "which" for the phrase right before.
* Names inside quotations are no antecedents for a pronoun outside.

The order of preference follows Hobbs (1978) and Lappin and Leass (1994); the weights were set on source_levels train. Every look-up is
bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from framing.entities import State, entity_of_name, new_entity, note, note_author, note_generic
from framing.mentions import Mention, read_mention
from framing.names import Run
from framing.nouns import FUNCTION, POSSESSIVE, noun, pronouns
from framing.records import Span

_REACH = 3  # sentences that a pronoun looks back for a name
_LOOK = 10  # names that it looks at
_HEAD = 8  # tokens in which a description at the head of a sentence has its noun
_FAR = 50  # tokens, and names on either side, that are looked at when nothing nearer fits
_SINGULAR = frozenset({"the", "a", "an", "one", "another", "this", "that"})


def resolve_pronoun(state: State, mention: Mention, span: Span) -> int:
    cls, token = mention.pronoun, mention.first
    if cls == "generic":
        return note_generic(state, mention, span)
    if cls in ("first", "firstplural"):
        return note_author(state, mention, span)
    found: int | None = None
    if cls == "relative":
        found = _antecedent(state, token)
    elif cls in ("male", "female"):
        gender = "m" if cls == "male" else "f"
        found = one_person(state, token, gender)
        if found is None:
            found = _anyone(state, token, gender)
    elif cls == "plural":
        found = several_people(state, token)
    elif cls == "neuter":
        found = thing(state, token)
    if found is not None:
        return note(state, found, mention, span)
    if cls in ("relative", "neuter"):
        return -1
    if cls in ("male", "female"):
        who = new_entity(state, state.book.words[token], "person", "bare", mention)
        who.gender = "m" if cls == "male" else "f"
        return note(state, who.id, mention, span)
    level = "bare"
    if cls == "quantifier":
        before = several_people(state, token)
        if before is not None and state.who[before].level == "described":
            level = "described"
    return note(state, new_entity(state, span.text, "group", level, mention).id, mention, span)


_PERSONS = frozenset({"person"})
_THINGS = frozenset({"organisation", "outlet", "document", "place"})
_OBLIQUE = frozenset(
    {
        "of",
        "for",
        "to",
        "by",
        "with",
        "against",
        "about",
        "from",
        "on",
        "than",
        "like",
        "at",
        "in",
        "between",
        "toward",
        "towards",
        "over",
        "under",
    }
)


def _names_before(state: State, token: int, kinds: frozenset[str]) -> list[Run]:
    """At most ``_LOOK`` names of these kinds before a token, nearest first; those in quotations only from inside one."""
    found: list[Run] = []
    sentence = state.sentence[token]
    inside = state.quoted[token]
    for run in state.runs_before(token, 3 * _LOOK):
        if state.sentence[run.first] < sentence - _REACH or len(found) >= _LOOK:
            break
        if run.id >= 0 and (inside or not state.quoted[run.first]) and state.book.named[run.id].kind in kinds:
            found.append(run)
    return found


def _salience(state: State, run: Run, sentence: int) -> float:
    """Recency and subjecthood of a name as antecedent."""
    words = state.book.words
    score = -1.0 * (sentence - state.sentence[run.first])
    before = words[run.first - 1].lower() if run.first else ""
    if before == "the" and run.first > 1:
        before = words[run.first - 2].lower()
    after = words[run.last] if run.last < len(words) else ""
    if before in _OBLIQUE:
        score -= 0.7
    if after in POSSESSIVE:
        score -= 0.4
    return score


def one_person(state: State, token: int, gender: str) -> int | None:
    """The man or woman whom "he" or "she" at ``token`` most likely means."""
    sentence = state.sentence[token] if token < len(state.sentence) else 0
    best, chosen = -1e9, None
    names = _names_before(state, token, _PERSONS) if token < len(state.sentence) else []
    subject: dict[int, int] = {}
    for run in names:
        subject[state.sentence[run.first]] = run.first  # nearest first, so the last one kept is the first of its sentence
    for run in names:
        entry = state.book.named[run.id]
        if entry.gender not in ("-", gender):
            continue
        score = _salience(state, run, sentence) + (0.5 if entry.gender == gender else 0.0 if entry.sure else -1.0)
        if subject[state.sentence[run.first]] == run.first:
            score += 0.6
        known = state.by_named.get(run.id)
        if known is not None and known == state.last_single:
            score += 0.7
        if score > best:
            best, chosen = score, run.id
    last = state.last_single
    if last >= 0 and state.who[last].gender in ("-", gender):
        gap = state.gap(token, last)
        score = 0.9 - 0.6 * gap
        if score >= best or (chosen is None and gap < 12):
            return last
    described = _subject_noun(state, token, gender) if token < len(state.sentence) else None
    if described is not None and 0.6 - (sentence - state.sentence[described]) > best:
        entity = _noun_phrase(state, described)
        if entity is not None:
            return entity
    if chosen is None:
        return None
    return _named_person(state, chosen, gender)


def _named_person(state: State, chosen: int, gender: str) -> int:
    """Entity of a named person, whose gender the pronoun tells."""
    known = entity_of_name(state, chosen)
    if state.who[known].gender == "-":
        state.who[known].gender = gender
        state.book.named[chosen].gender = gender
    return known


def _is_somebody(state: State, j: int, gender: str) -> bool:
    """Whether token ``j`` is a noun for one person whom neither a name nor an apposition names."""
    words, book = state.book.words, state.book
    _, flags, plural = noun(words[j], words[j - 1] if j else "")
    if plural or "person" not in flags or book.at[j] >= 0 or words[j][:1].isupper():
        return False
    after = j + 1 + (j + 1 < len(words) and words[j + 1] in (",", "-", "—", "–"))
    if after < len(words) and (words[after] in POSSESSIVE or book.at[after] >= 0 or "person" in noun(words[after], words[j])[1]):
        return False
    return not flags & ({"gender=m"} if gender == "f" else {"gender=f"})


def _subject_noun(state: State, token: int, gender: str) -> int | None:
    """Head of a description of one person at the very beginning of this or the last sentence, before ``token``.

    A definite one only of a usual source ("the aide"): others mean somebody whom the article has named ("the former minister").
    """
    words, flags = state.book.words, state.book.flags
    begin = state.tokens.sentence_first
    for s in (state.sentence[token], state.sentence[token] - 1):
        if s < 0:
            break
        first = int(begin[s])
        if words[first].lower() not in _SINGULAR:
            continue
        for j in range(first + 1, min(token, int(begin[s + 1]), first + _HEAD)):
            if _is_somebody(state, j, gender) and (not state.quoted[j] or state.quoted[token]):
                return j if words[first].lower() not in ("the", "this", "that") or "insider" in noun(words[j])[1] else None
            if flags[j] & FUNCTION or not (words[j].isalpha() or "-" in words[j]):
                break
    return None


def _anyone(state: State, token: int, gender: str) -> int | None:
    """The nearest noun for a person in this or the last sentence, else the last person named before ``token``, else the first after."""
    if token >= len(state.sentence):
        return None
    for j in range(token - 1, max(0, token - _FAR), -1):
        if state.sentence[j] < state.sentence[token] - 1:
            break
        if _is_somebody(state, j, gender) and state.book.words[j - 1].lower() not in ("is", "was", "as", "be"):
            found = _noun_phrase(state, j)
            if found is not None:
                return found
    at = bisect_left(state.runs_at, token)
    runs = state.book.runs
    for run in [*runs[max(0, at - _FAR) : at][::-1], *runs[at : at + _FAR]]:
        if run.id < 0:
            continue
        entry = state.book.named[run.id]
        if entry.kind == "person" and entry.gender in ("-", gender) and (entry.sure or len(entry.words) > 1):
            return _named_person(state, run.id, gender)
    return None


def several_people(state: State, token: int) -> int | None:
    """Whom "they" means: a plural noun for people earlier in this or the previous sentence, or the last plural source."""
    near = _plural_noun(state, token)
    last = state.last_plural
    if last >= 0 and token < len(state.sentence):
        gap = state.gap(token, last)
        if gap <= 1 or (near is None and gap < 6):
            return last
    if near is not None:
        return near
    if state.last_single >= 0 and token < len(state.sentence):
        who = state.who[state.last_single]
        if who.named < 0 and state.gap(token, who.id) < 3:
            return who.id
    return last if last >= 0 else None


def _plural_noun(state: State, token: int) -> int | None:
    """Entity of a plural noun for people at most 40 tokens before, in this or the last sentence; the first of its sentence wins."""
    words, book = state.book.words, state.book
    if token >= len(words):
        return None
    found = None
    for j in range(token - 1, max(-1, token - 41), -1):
        if state.sentence[j] < state.sentence[token] - 1:
            break
        if found is not None and state.sentence[j] != state.sentence[found]:
            break
        if state.quoted[j] and not state.quoted[token]:
            continue
        _, flags, plural = noun(words[j])
        if plural and "person" in flags and (book.at[j] < 0 or book.runs[book.at[j]].kind == "group"):
            found = j
    return None if found is None else _noun_phrase(state, found)


def _noun_phrase(state: State, head: int) -> int | None:
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


def _antecedent(state: State, token: int) -> int | None:
    """Whom a relative pronoun means: the phrase right before it."""
    j = token - 1
    words = state.book.words
    while j > 0 and words[j] in (",", "—", "–", "--", "-", ")", '"', "”") and token - j < 3:
        j -= 1
    if j < 0 or token >= len(words):
        return None
    run = state.book.run_at(j)
    if run is not None and run.kind == "place" and run.first > 1 and words[run.first - 1] in ("of", "from"):
        owner = state.book.run_at(run.first - 2)
        run = owner if owner is not None and owner.kind == "person" else run
    if run is not None and run.id >= 0:
        before = _noun_before_of(state, run.first)
        return before if before is not None else entity_of_name(state, run.id)
    if noun(words[j], words[j - 1] if j else "")[1]:
        named = _apposed_to(state, j)
        return _noun_phrase(state, j) if named is None else named
    for k in range(j, max(-1, token - 13), -1):
        if state.sentence[k] != state.sentence[token]:
            break
        run = state.book.run_at(k)
        if run is not None and run.id >= 0 and run.kind == "person":
            return entity_of_name(state, run.id)
        if "person" in noun(words[k])[1] or "document" in noun(words[k])[1]:
            return _noun_phrase(state, k)
    return None


def _apposed_to(state: State, head: int) -> int | None:
    """The name that the phrase ending with ``head`` is an appositive of: "Jane Doe, the committee's chairwoman, who"."""
    words = state.book.words
    for k in range(head - 1, max(1, head - 10), -1):
        if words[k] == ",":
            run = state.book.run_at(k - 1)
            return (
                entity_of_name(state, run.id) if run is not None and run.id >= 0 and run.kind == "person" and words[head] != "," else None
            )
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
        and words[j] in ("of", "in", "at", "for", "from", "with", "on")
        and "person" in noun(words[j - 1], words[j - 2] if j > 1 else "")[1]
    ):
        return _noun_phrase(state, j - 1)
    return None


def thing(state: State, token: int) -> int | None:
    """What "it" means: the last organisation, outlet or document that spoke, or the nearest one named as a subject."""
    if token >= len(state.sentence):
        return None
    sentence = state.sentence[token]
    best, chosen = -2.5, None
    for run in _names_before(state, token, _THINGS):
        score = _salience(state, run, sentence) - (0.6 if state.book.named[run.id].kind == "place" else 0.0)
        if score > best:
            best, chosen = score, run.id
    for kind in ("organisation", "document", "outlet"):
        last = state.last_kind.get(kind, -1)
        if last >= 0:
            score = 0.9 - 0.6 * (state.gap(token, last))
            if score >= best:
                best, chosen = score, -last - 2
    if chosen is None:
        return None
    return -chosen - 2 if chosen < 0 else entity_of_name(state, chosen)
