"""Several people: whom "they" means, and entities of two and more that are named together.

Conventions
-----------
* "they" means two people joined by "and" at the head of this or the last sentence, else the last plural source, else a plural noun for
  people nearby, else an unnamed single source of the last sentences (singular "they").
* Several people named together are one entity, the same one wherever the same are named together.

Every look-up is bounded.
"""

from __future__ import annotations

from framing.entities import State, new_entity, noun_phrase
from framing.levels import describe_level
from framing.mentions import Mention, read_mention
from framing.nouns import noun

_LOOK = 10  # names that are looked at
_HEAD = 8  # tokens from the head of a sentence to the first of two names


def several_people(state: State, token: int) -> int | None:
    """Whom "they" means: a plural noun for people earlier in this or the previous sentence, or the last plural source."""
    pair = _pair(state, token)
    if pair is not None:
        return pair
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


def _pair(state: State, token: int) -> int | None:
    """Entity of two people joined by "and" at the head of this or the last sentence: "Jane Doe and Dan Shaw met there; they said"."""
    words, book = state.book.words, state.book
    if token >= len(words):
        return None
    before = state.runs_before(token, _LOOK)
    for left, right in zip(before[1:], before):
        if state.sentence[left.first] < state.sentence[token] - 1:
            break
        if right.first - left.last != 1 or words[left.last] != "and" or state.quoted[left.first] != state.quoted[token]:
            continue
        begin = int(state.tokens.sentence_first[state.sentence[left.first]])
        if left.first - begin > _HEAD or not all(r.id >= 0 and book.named[r.id].kind == "person" for r in (left, right)):
            continue
        mention = read_mention(book, left.first, right.last)
        return joint_entity(state, mention, state.tokens.span(left.first, right.last).text) if mention.form == "joint" else None
    return None


def joint_entity(state: State, mention: Mention, name: str) -> int:
    """The entity of several people or things named together, by their names."""
    key = ("joint", *(str(n) for n in mention.names)) if mention.names else ("joint", name.lower())
    known = state.by_key.get(key)
    if known is None:
        kind = mention.kind if mention.kind != "none" else "group"
        who = new_entity(state, state.spell(state, mention) if state.spell else name, kind, describe_level(mention, kind), mention)
        who.plural = True
        known = state.by_key[key] = who.id
        if mention.pronoun:
            who.level = "named"
    return known


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
    return None if found is None else noun_phrase(state, found)
