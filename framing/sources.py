"""Who speaks: every source mention -> entity, with kind, level, role, producer and the outlets that relay it.

Conventions
-----------
* Mentions are resolved in text order. Names go to who bears them (:mod:`framing.names`); pronouns to the best of a few candidates before
  them (previous source, names of this and the three sentences before; subject first, gender and number must fit); "I" and "we" inside a
  quotation to the speaker of the quotation, outside to the author; definite descriptions to the last entity with the same head noun or
  role, or to the named person of whom they are a variation; some are named only later (:mod:`framing.cataphora`).
* What has no source of its own goes on with the last source where its cue says so ("..., adding that"), else it has no agent.
* Indefinite descriptions of one person are always new entities: "a Western official" and "one Western official" are two sources.
* An entity has the best level of its mentions anywhere in the article, and its fullest name: owners in full, without relative clause.
  Somebody whose first name alone is given, and of whom the article says so, is unnamed.
* ``relays`` runs from the outlet nearest to the speaker ("told X", "in an interview with X") to the one nearest to the reader (an outlet
  that is the source of an enclosing attribution). A speaker who goes on in the next attribution keeps the relay.

The candidate order is the usual one of rule-based resolution (Hobbs 1978; Lappin and Leass 1994): recency, subject, and here the previous
source. Every step looks back over a bounded number of candidates, so the whole is linear in the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing import levels, relays
from framing.antecedents import one_person, resolve_pronoun, understood
from framing.cataphora import name_later
from framing.descriptions import describe, named_nouns, plural_people, spelled
from framing.entities import State, Who, entity_of_name, note, note_author
from framing.mentions import NOTHING, Mention, read_mention
from framing.names import find_names
from framing.nouns import FIRST, column, noun, word_flags
from framing.records import LEVELS, Attribution, Entity, Quote, Span
from framing.roles import find_roles, role_words
from framing.several import joint_entity
from framing.tokens import Tokens

_PIECES = frozenset({"report", "article", "story", "page", "news report"})  # what an outlet prints speaks for it
_NEAR = 800  # characters of a sentence around a cue in which a reason for anonymity is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Resolution:
    """All that is known once the sources of an article are resolved; ``attributions``, ``who`` and ``mentions`` go by the given order."""

    state: State
    attributions: tuple[Attribution, ...]  # with entity, kind, level and the other codes
    entities: tuple[Entity, ...]
    who: list[int]  # index into ``state.who``, -1 without an agent
    mentions: list[Mention]
    media: relays.Evidence  # what the relays were decided by


def resolve_sources(
    tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution]
) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
    """Resolve the source of every attribution.

    Parameters
    ----------
    tokens : Tokens
        Tokens of the article.
    quotes : sequence of Quote
        Its quotations; "I" inside one is its speaker.
    attributions : sequence of Attribution
        With id, source, cue, content, speech and parent set, in any order.

    Returns
    -------
    attributions : tuple of Attribution
        The same ones in the same order with entity, kind, level, withheld, reason, position, role, producer and relays filled.
    entities : tuple of Entity
        Numbered by first mention, each with all mentions that were resolved to it, in text order.
    """
    if not attributions:
        return (), ()
    found = resolve(tokens, quotes, attributions)
    return found.attributions, found.entities


def resolve(tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution]) -> Resolution:
    """What :func:`resolve_sources` finds, with the evidence for it; takes the same."""
    book = find_names(tokens)
    find_roles(book, tokens)
    quoted = _quoted(tokens, quotes)
    state = State(tokens, book, tokens.sentence.tolist(), quoted, [r.first for r in book.runs])
    state.describe, state.spell = describe, spelled
    state.named_nouns, state.plurals = named_nouns(book), plural_people(book)
    order = sorted(range(len(attributions)), key=lambda i: _place(attributions[i]))
    ranges = relays.token_ranges(tokens, [a.source for a in attributions])
    speakers = _Speakers(tokens, attributions, order)
    entity: list[int] = [-1] * len(attributions)
    mentions: list[Mention] = [NOTHING] * len(attributions)
    pending: list[int] = []
    cue_at = relays.token_ranges(tokens, [a.cue for a in attributions])
    spoke = (-1, -1)  # sentence and entity of the last source
    for i in order:
        a = attributions[i]
        if a.source is None:
            entity[i] = understood(state, a.cue.text, cue_at[i][0], spoke)
            continue
        mention = mentions[i] = read_mention(book, *ranges[i])
        if mention.pronoun in ("first", "firstplural") and mention.form == "pronoun":
            owner = speakers.of(i, ranges[i][0])
            if owner is not None and owner != i:
                if entity[owner] >= 0:
                    entity[i] = note(state, entity[owner], mention, a.source)
                else:
                    pending.append(i)
                continue
            if state.last_single >= 0 and ranges[i][0] < len(quoted) and quoted[ranges[i][0]]:
                entity[i] = note(state, state.last_single, mention, a.source)  # a quotation that no attribution holds
                continue
        before = state.last_single
        entity[i] = _resolve(state, mention, a)
        if a.cue.text[:3].lower() == "ask":
            state.last_single = before  # who is asked goes on, not who asks
        if cue_at[i][0] < len(tokens):
            spoke = (state.sentence[cue_at[i][0]], entity[i])
    for i in pending:  # the speaker stands after the quotation
        owner = speakers.of(i, ranges[i][0])
        found = entity[owner] if owner is not None else -1
        entity[i] = (
            note(state, found, mentions[i], attributions[i].source)
            if found >= 0
            else note_author(state, mentions[i], attributions[i].source)
        )
    name_later(state, entity)
    done, entities, media = _finish(state, attributions, order, cue_at, entity, mentions)
    return Resolution(state, done, entities, entity, mentions, media)


def _place(a: Attribution) -> tuple[int, int]:
    return (a.source.start if a.source is not None else a.cue.start), a.id


def _quoted(tokens: Tokens, quotes: Sequence[Quote]) -> list[bool]:
    """Whether each token lies in a quotation of speech: all quotations at once, since they may be as many as the sentences."""
    edges = relays.token_edges(tokens, [q.span for q in quotes if q.kind == "speech"])
    opened, closed = (np.bincount(edge, minlength=len(tokens) + 1) for edge in edges)
    found: list[bool] = (np.cumsum(opened - closed)[:-1] > 0).tolist()
    return found


class _Speakers:
    """Which attribution a token inside quoted content belongs to."""

    def __init__(self, tokens: Tokens, attributions: Sequence[Attribution], order: Sequence[int]) -> None:
        self.index = {a.id: i for i, a in enumerate(attributions)}
        self.attributions = attributions
        spans = sorted((s.start, -s.end, i) for i in order for s in attributions[i].content)
        self.starts = [s for s, _, _ in spans]
        self.ends = [-e for _, e, _ in spans]
        self.ids = [i for _, _, i in spans]
        self.start = tokens.start

    def of(self, i: int, token: int) -> int | None:
        """Index of the attribution whose direct or mixed content holds the source of ``i``; ``None`` outside every content."""
        parent = self.attributions[i].parent
        if parent is not None and parent in self.index and self.index[parent] != i:
            return self.index[parent]
        if token >= len(self.start):
            return None
        offset = int(self.start[token])
        at = bisect_right(self.starts, offset) - 1
        for j in range(at, max(-1, at - 6), -1):
            if self.ends[j] > offset and self.ids[j] != i:
                return self.ids[j]
        return None


def _resolve(state: State, mention: Mention, a: Attribution) -> int:
    """Entity of a mention, -1 for no agent."""
    span = a.source
    if mention.form == "none" or span is None:
        return -1
    if mention.form == "name" and state.book.named[mention.name].name in column("outlets", "house"):
        return note_author(state, mention, span)
    if mention.form == "name":
        known = entity_of_name(state, mention.name)
        first, last = role_words(state.book, *mention.role)
        if last > first and state.who[known].role is None:
            state.who[known].role = state.tokens.span(first, last).text
        return note(state, known, mention, span)
    if mention.form == "joint":
        return _joint(state, mention, span)
    if mention.form == "pronoun":
        if mention.head == "it" and levels.is_expletive(a.cue.text):
            return -1
        return resolve_pronoun(state, mention, span)
    return _description(state, mention, a)


def _joint(state: State, mention: Mention, span: Span) -> int:
    first = {"male": "m", "female": "f"}.get(mention.pronoun)
    partner = one_person(state, mention.first, first) if first else None
    known = joint_entity(state, mention, span.text)
    if partner is not None:
        state.who[known].name = spelled(state, mention, state.who[partner].name)
    return note(state, known, mention, span)


def _description(state: State, mention: Mention, a: Attribution) -> int:
    span = a.source
    assert span is not None
    low = mention.head
    if mention.kind == "none":
        return _unknown_noun(state, mention, a)
    if low in ("reporter", "writer") and state.book.words[mention.first].lower() == "this":
        return note_author(state, mention, span)
    if low in _PIECES and mention.owner >= 0 and state.book.named[mention.owner].kind == "outlet":
        return note(state, entity_of_name(state, mention.owner), mention, span)
    known = describe(state, mention, span)
    return note(state, known, mention, span)


def _unknown_noun(state: State, mention: Mention, a: Attribution) -> int:
    """A noun that no lexicon knows: a plural is people, a thing that shows something is a document, anything else is no agent."""
    span = a.source
    assert span is not None
    if mention.plural and not mention.head.endswith(
        ("ion", "ment", "ing", "ity", "ence", "ance", "sis", "thing", "time", "fact", "sign", "word", "sm")
    ):
        guess = replace(mention, kind="group", flags=frozenset({"person"}))
        return note(state, describe(state, guess, span), guess, span)
    if mention.owner >= 0 and state.book.named[mention.owner].kind in ("person", "organisation", "outlet") and not mention.plural:
        return note(state, entity_of_name(state, mention.owner), mention, span)  # "Shaw's candidacy calls for"
    if not mention.plural and mention.head.endswith(("er", "or", "ist", "ian", "man", "ant")) and levels.is_told(a.cue.text):
        guess = replace(mention, kind="person", flags=frozenset({"person"}))
        return note(state, describe(state, guess, span), guess, span)
    return -1


def _finish(
    state: State,
    attributions: Sequence[Attribution],
    order: list[int],
    cue_at: list[tuple[int, int]],
    entity: list[int],
    mentions: list[Mention],
) -> tuple[tuple[Attribution, ...], tuple[Entity, ...], relays.Evidence]:
    """Best level of each entity, then all fields of every attribution."""
    tokens = state.tokens
    for i in order:
        if entity[i] >= 0 and state.who[entity[i]].named < 0:
            _weigh(state, state.who[entity[i]], mentions[i], attributions[i])
    _first_names(state, set(entity) - {-1})
    by_id = {a.id: a for a in attributions}
    for i in order:
        if entity[i] >= 0 and state.who[entity[i]].withheld:
            who = state.who[entity[i]]
            parent = attributions[i].parent
            around = None if parent is None else by_id.get(parent)
            who.reason = levels.best_reason(who.reason, stated_reason(tokens, attributions[i], cue_at[i][0], around))
            if mentions[i].form == "pronoun" and who.mention.form == "description":  # "The aide spoke on condition of anonymity. She said"
                at = who.mention.first
                who.reason = levels.best_reason(who.reason, levels.reason_of(_sentence_text(tokens, tokens.span(at, at + 1), at)))
    media = relays.gather(
        tokens,
        state.book,
        attributions,
        order,
        cue_at,
        [None if e < 0 else state.who[e].name for e in entity],
        [state.who[e].kind if e >= 0 else "none" for e in entity],
        entity,
        [_press(state, e) for e in entity],
    )
    chains = relays.chains(media, media.carried)
    kept: dict[int, int] = {}
    for i in order:
        if entity[i] >= 0:
            kept.setdefault(entity[i], len(kept))
    done: list[Attribution] = []
    for i, a in enumerate(attributions):
        if entity[i] < 0:
            done.append(Attribution(*_given(a), relays=chains[i], weight=a.weight, parent=a.parent, confidence=a.confidence))
            continue
        who = state.who[entity[i]]
        content = a.content[0].text[:_NEAR] if a.content else ""
        phrase = f"{a.source.text if a.source else ''} {a.cue.text}"
        done.append(
            Attribution(
                *_given(a),
                entity=kept[entity[i]],
                kind=who.kind,
                level=who.level,
                withheld=who.withheld,
                reason=who.reason if who.withheld else None,
                position=levels.in_position(who.kind, who.level, a.cue.text, phrase, content, _is_spokes(state, who)),
                role=who.role if who.kind in ("person", "outlet") else None,
                producer=who.producer if who.kind == "document" else None,
                relays=chains[i],
                weight=a.weight,
                parent=a.parent,
                confidence=a.confidence,
            )
        )
    return tuple(done), _entities(state, kept), media


def _given(a: Attribution) -> tuple[int, Span | None, Span, tuple[Span, ...], str]:
    """What the caller has set."""
    return a.id, a.source, a.cue, a.content, a.speech


def _weigh(state: State, who: Who, mention: Mention, a: Attribution) -> None:
    """Let one more mention raise the level of an unnamed entity, tell whether it is withheld, and whether a plural means individuals."""
    if mention.form == "description":
        owned = replace(mention, owner=0) if who.producer and mention.owner < 0 else mention
        who.level = min(who.level, levels.describe_level(owned, who.kind), key=LEVELS.index)
        if mention.informative and not who.informative:
            name = spelled(state, mention)
            if len(name) > len(who.name):
                who.name, who.informative = name, True
    shape = who.mention if mention.form == "pronoun" else mention
    asking = a.source if who.kind == "person" and not mention.plural and who.level in ("described", "bare") else None
    if levels.is_withheld(shape, who.kind, who.level, a.cue.text) or (asking is not None and levels.reason_of(asking.text) != "none"):
        who.withheld = True
        who.kind = "person"
    elif who.kind == "group" and levels.is_individuals(mention):
        who.kind = "person"
    if "press" in mention.flags and who.kind in ("person", "group"):
        who.kind = "outlet"


def _first_names(state: State, found: set[int]) -> None:
    """Withhold those whose first name alone the article gives, if it says so."""
    alone = [w for w in map(state.who.__getitem__, sorted(found)) if w.named >= 0 and w.kind == "person" and " " not in w.name]
    alone = [w for w in alone if word_flags(w.name) & FIRST]
    reason = levels.reason_of_first_name(state.tokens.text) if alone else "-"
    for who in alone if reason != "-" else ():
        heads = state.book.named[who.named].heads
        who.level = "office" if any("unique" in noun(head)[1] for head in heads) else "described"
        who.withheld, who.reason = True, reason


def _press(state: State, entity: int) -> str | None:
    """The medium of a journalist who is the source."""
    named = state.who[entity].named if entity >= 0 else -1
    if named < 0 or state.who[entity].kind != "outlet" or state.book.named[named].press < 0:
        return None
    return state.book.named[state.book.named[named].press].name


def _is_spokes(state: State, who: Who) -> bool:
    if who.named >= 0:
        return bool(state.book.named[who.named].heads & {"spokesman", "spokeswoman", "spokesperson", "press secretary"})
    return "spokes" in who.mention.flags


def stated_reason(tokens: Tokens, a: Attribution, token: int, around: Attribution | None = None) -> str:
    """The reason that the sentence of a cue gives for anonymity; ``token`` is where the cue begins.

    Of an attribution inside the content of another one, ``around``, only that content is read: what stands outside is of its speaker.
    """
    held = None if around is None else next((x for x in around.content if x.covers(a.cue)), None)
    text = held.text[: 2 * _NEAR] if held is not None else _sentence_text(tokens, a.cue, token)
    return levels.reason_of(text)


def _sentence_text(tokens: Tokens, cue: Span, token: int) -> str:
    """The sentence of a cue, cut to ``_NEAR`` characters on either side."""
    if token >= len(tokens):
        return ""
    a, b = tokens.sentences[int(tokens.sentence[token])].tolist()
    return tokens.text[max(a, cue.start - _NEAR) : min(b, cue.end + _NEAR)]


def _entities(state: State, kept: dict[int, int]) -> tuple[Entity, ...]:
    """The entities that are sources, with the names that stand outside their source spans as further mentions."""
    spans: dict[int, list[Span]] = {e: list(state.who[e].spans) for e in kept}
    body = state.tokens.body.tolist()
    for run in state.book.runs:
        e = state.by_named.get(run.id, -1) if run.id >= 0 else -1
        if e in spans and body[run.first]:
            spans[e].append(state.tokens.span(run.first, run.last))
    found: list[Entity] = []
    for e in kept:
        who = state.who[e]
        mentions: list[Span] = []
        for span in sorted(spans[e], key=lambda s: (s.start, -s.end)):
            if not mentions or span.end > mentions[-1].end:
                mentions.append(span)
        found.append(Entity(kept[e], who.name, who.kind, who.level, tuple(mentions)))
    return tuple(found)
