"""Antecedents: whom a pronoun means.

Conventions
-----------
* "he" and "she" look at a few names of this and the three sentences before, and at the previous source. Score: -1 a sentence of distance,
  +0.6 for the first name of its sentence, -0.7 after a preposition, -0.4 for an owner ("Shaw's"), +0.5 if the gender is known to fit,
  +0.7 for the previous source. A description at the head of this or the last sentence ("The aide spoke ...") competes as a name does.
  Without any of these it is a noun for a person nearby, then the last person named before, then the first one after; only if the article
  names nobody who fits, the pronoun itself is the entity, unidentified.
* "it" looks for the last organisation, document or outlet; "they" stands in :mod:`framing.several`, "who" and "which" in
  :mod:`framing.relatives`.
* What has no source of its own ("..., adding that") goes on with the last source of the sentence, or its subject.
* Names inside quotations are no antecedents for a pronoun outside.

The order of preference follows Hobbs (1978) and Lappin and Leass (1994); the weights were set on source_levels train. Every look-up is
bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from framing.entities import State, entity_of_name, new_entity, note, note_author, note_generic, noun_phrase
from framing.levels import is_told
from framing.mentions import Mention
from framing.names import Run
from framing.nouns import FUNCTION, POSSESSIVE, noun
from framing.records import Span
from framing.relatives import relative_antecedent
from framing.several import several_people

_SUBJECT, _PREVIOUS, _OBJECT, _OWNER, _LAST, _FADE = 0.6, 0.7, 0.7, 0.1, 1.1, 0.9  # set on source_levels train
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
        found = relative_antecedent(state, token)
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


def understood(state: State, cue: str, token: int, spoke: tuple[int, int]) -> int:
    """Who says what has no source of its own, by the cue: "adding that ...", "but noted ..." go on with the last source or the subject.

    ``spoke`` gives sentence and entity of the last source. -1 for every other cue: a passive, a noun, an adverb have no agent.
    """
    words = state.book.words
    if not cue or token >= len(words):
        return -1
    first = words[token].lower()
    joined = first in ("and", "but") or (token > 0 and words[token - 1].lower() in ("and", "but", "then"))
    if not (first.endswith("ing") or joined) or not is_told(cue):
        return -1
    sentence = state.sentence[token]
    if spoke[0] == sentence:
        return spoke[1]
    for run in state.runs_before(token, _LOOK)[::-1]:
        if state.sentence[run.first] == sentence and run.id >= 0 and run.kind == "person" and not state.quoted[run.first]:
            return entity_of_name(state, run.id)
    return -1


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
        score -= _OBJECT
    if after in POSSESSIVE:
        score -= _OWNER
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
            score += _SUBJECT
        known = state.by_named.get(run.id)
        if known is not None and known == state.last_single:
            score += _PREVIOUS
        if score > best:
            best, chosen = score, run.id
    last = state.last_single
    if last >= 0 and state.who[last].gender in ("-", gender):
        gap = state.gap(token, last)
        score = _LAST - _FADE * gap
        if score >= best or (chosen is None and gap < 12):
            return last
    described = _subject_noun(state, token, gender) if token < len(state.sentence) else None
    if described is not None and 0.6 - (sentence - state.sentence[described]) > best:
        entity = noun_phrase(state, described)
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


def _openings(state: State, token: int) -> Iterator[tuple[int, int]]:
    """First token and end of a singular noun phrase that may open this and the last sentence, as far as it stands before ``token``."""
    begin = state.tokens.sentence_first
    for s in (state.sentence[token], state.sentence[token] - 1):
        if s >= 0 and state.book.words[int(begin[s])].lower() in _SINGULAR:
            first = int(begin[s])
            yield first, min(token, int(begin[s + 1]), first + _HEAD)


def _subject_noun(state: State, token: int, gender: str) -> int | None:
    """Head of a description of one person at the very beginning of this or the last sentence, before ``token``.

    A definite one only of a usual source ("the aide"): others mean somebody whom the article has named ("the former minister").
    """
    words, flags = state.book.words, state.book.flags
    for first, stop in _openings(state, token):
        for j in range(first + 1, stop):
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
            found = noun_phrase(state, j)
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
    spoken = _subject_thing(state, token)
    if spoken is not None and 0.5 - (sentence - state.sentence[spoken]) > best:
        found = noun_phrase(state, spoken)
        if found is not None:
            return found
    if chosen is None:
        return None
    return -chosen - 2 if chosen < 0 else entity_of_name(state, chosen)


def _subject_thing(state: State, token: int) -> int | None:
    """Head of "the court", "a poll" at the very beginning of this or the last sentence, before ``token``."""
    words = state.book.words
    for first, stop in _openings(state, token):
        for j in range(first + 1, stop):
            _, flags, plural = noun(words[j], words[j - 1])
            nxt = noun(words[j + 1], words[j])[1] if j + 1 < len(words) else frozenset()
            if flags & {"organisation", "document", "outlet"} and not plural and not nxt and "press" not in flags:
                return j if not state.quoted[j] or state.quoted[token] else None
            if state.book.flags[j] & FUNCTION:
                break
    return None
