"""What the typer of sources reads of an attribution: its mention, its entity, its words and its neighbours, as names of features.

Conventions
-----------
* A feature is a string ``what=value``; an attribution has a list of them, the order and repetitions mean nothing. Features are 1 or absent.
* Who is who comes from the rules (:mod:`framing.sources`), and so do the shapes of mentions, the kind of a name or noun, roles, producers,
  relays and ``position``. The level and the withholding that the rules conclude are not read (but for where to look for a reason): their
  lists were written on the articles that the typer learns from, where they are right more often than elsewhere, so that it would trust them
  too much.
* Words are keys (:func:`framing.learning.words.key`): small letters, digits as 0. Names of sources are not read, so that the typer learns
  from how a source is introduced, not from who it is; names beside a source or at the head of a content are.
* All looks around are bounded, so that the whole is linear in the text. Names that come again and again are made once and remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from framing.entities import State
from framing.learning.words import key
from framing.levels import is_told, reason_of
from framing.mentions import Mention
from framing.records import Attribution
from framing.relays import token_ranges
from framing.sources import Resolution
from framing.tokens import Remembered, Tokens

_SOURCE, _CUE = 12, 6  # tokens of a source and of a cue that are read
_SENTENCE = 1500  # characters of the sentence in which a reason for anonymity is looked for
_MANY = 4  # counts from here on are the same
_SHAPES = 1 << 14  # feature lists of one kind that are remembered

_is_told = Remembered(is_told)


def _of_word(what: str, last: int = 0) -> Remembered[str]:
    """Token -> feature of its key, or of the last letters of its key."""
    return Remembered(lambda token: what + key(token)[-last:])


_word, _first, _last, _before, _after = map(_of_word, ("word=", "first=", "last=", "before=", "after="))
_cue, _content, _no_source_before, _no_source = *map(_of_word, ("cue=", "content=", "no source before=")), _of_word("no source ", 3)
_flag, _entity_flag, _entity_form, _entity_head, _entity_heads = map(
    Remembered[str], ["flag=".__add__, "entity flag=".__add__, "entity form=".__add__, "entity head=".__add__, "entity heads=".__add__]
)


def describe(found: Resolution, tokens: Tokens, given: Sequence[Attribution]) -> list[list[str]]:
    """Features of every attribution.

    Parameters
    ----------
    found : Resolution
        As :func:`framing.sources.resolve` gives it.
    tokens : Tokens
        Of the same text.
    given : sequence of Attribution
        The attributions that were resolved, in the same order.

    Returns
    -------
    list of lists of str
    """
    reader = _Reader(found, tokens, given)
    features = [reader.alone(i, a) for i, a in enumerate(given)]
    reader.add_entities(features, given)
    reader.add_neighbours(features, given)
    return features


class _Reader:
    def __init__(self, found: Resolution, tokens: Tokens, given: Sequence[Attribution]) -> None:
        self.found, self.tokens = found, tokens
        self.state: State = found.state
        self.words = found.state.book.words
        self.anonymous = "anonym" in tokens.text.lower() and any(key(word).startswith("anonym") for word in tokens.types)
        self.sentence = found.state.sentence
        self.opens = frozenset(tokens.sentence_first.tolist())
        self.sources, self.cues = found.media.source_at, found.media.cue_at
        self.contents = token_ranges(tokens, [a.content[0] if a.content else None for a in given])

    def alone(self, i: int, a: Attribution) -> list[str]:
        """Of the mention, the entity's rule output, the source and the cue."""
        words = self.words
        r, m = self.found.attributions[i], self.found.mentions[i]
        out = ["1", *_facts(r.position, bool(r.relays), a.speech, a.parent is not None), *_of_mention(m)]
        c0, c1 = self.cues[i]
        cue = words[c0 : min(c1, c0 + _CUE)]
        out += map(_cue.__getitem__, cue)
        out += _of_cue(min(c1 - c0, _MANY), _is_told[a.cue.text])
        if a.source is None:
            out.append("no source")
            out += [_no_source[w] for w in cue[:1]]
            if c0 < len(words):
                out.append(_no_source_before[words[c0 - 1] if c0 else "^"])
        else:
            self.add_source(out, i)
        if a.content:
            x0 = self.contents[i][0]
            out.append(_content[words[x0] if x0 < len(words) else "$"])
        if (self.anonymous or r.withheld) and c0 < len(words):
            begin, end = self.tokens.sentences[self.sentence[c0]].tolist()
            out.append(f"anonymity={reason_of(self.tokens.text[begin : min(end, begin + _SENTENCE)])}")
        return out

    def add_source(self, out: list[str], i: int) -> None:
        """The words of a source, but no names, and those around it."""
        words, name = self.words, self.state.book.at
        s0, s1 = self.sources[i]
        end = min(s1, s0 + _SOURCE)
        out += [_word[words[j]] for j in range(s0, end) if name[j] < 0]
        out += (
            _first[words[s0] if s0 < end and name[s0] < 0 else "-"],
            _last[words[end - 1] if s0 < end and name[end - 1] < 0 else "-"],
            _before[words[s0 - 1] if s0 else "^"],
            _after[words[s1] if s1 < len(words) else "$"],
        )
        out += _of_source(min(s1 - s0, 8), s0 < self.cues[i][0])
        if s0 < len(words):
            out.append(_quoted(self.state.quoted[s0], s0 in self.opens))

    def add_entities(self, features: list[list[str]], given: Sequence[Attribution]) -> None:
        """What all attributions of an entity say together."""
        members: dict[int, list[int]] = {}
        for i, e in enumerate(self.found.who):
            if e >= 0:
                members.setdefault(e, []).append(i)
        for e, indices in members.items():
            who, mentions = self.state.who[e], [self.found.mentions[i] for i in indices]
            forms = {m.form for m in mentions}
            shared = [
                *_of_entity(
                    (who.named >= 0, who.kind, who.plural, who.gender, who.role is not None, who.producer is not None),
                    min(len(indices), _MANY),
                    "name" in forms,
                    any(m.informative or m.complement or m.owner >= 0 for m in mentions),
                    any(_is_told[given[i].cue.text] for i in indices),
                    any(given[i].speech != "indirect" for i in indices),
                ),
                _entity_head[who.head],
                *map(_entity_form.__getitem__, forms),
                *map(_entity_flag.__getitem__, {flag for m in mentions for flag in m.flags}),
            ]
            if "description" in forms:
                shared += map(_entity_heads.__getitem__, {m.head for m in mentions if m.form == "description"})
            if who.named >= 0:
                entry = self.state.book.named[who.named]
                shared.append(_name(entry.kind, min(len(entry.words), _MANY), entry.sure))
            first, known = who.mention.first, who.mention
            informed = known.informative or known.complement or known.owner >= 0
            shared += _of_first(
                known.form, (known.definite, known.plural, known.determined, who.named >= 0, informed, "bare" in known.flags)
            )
            for i, m in zip(indices, mentions):
                features[i] += shared
                if 0 <= first < len(self.words) and m.first < len(self.words):
                    features[i].append(_gap(max(-1, min(self.sentence[m.first] - self.sentence[first], _MANY)), m.form))

    def add_neighbours(self, features: list[list[str]], given: Sequence[Attribution]) -> None:
        """Whether the attributions before and after, and the one around it, have the same source."""
        n, who = len(given), self.found.who
        at = [self.sentence[min(first, len(self.words) - 1)] if self.words else 0 for first, _ in self.cues]
        order = sorted(range(n), key=lambda i: (given[i].cue.start, given[i].id))
        place = {a.id: i for i, a in enumerate(given)}
        for i, other in pairwise(order):
            same = who[other] == who[i] and who[i] >= 0
            gap = min(abs(at[other] - at[i]), 2)
            here, there = given[i].source is None, given[other].source is None
            features[i] += _neighbour("next", same, gap, there, here)
            features[other] += _neighbour("previous", same, gap, here, there)
        for i, a in enumerate(given):
            around = place.get(a.parent) if a.parent is not None else None
            if around is not None:
                features[i].append(f"around={self.found.mentions[around].form} {who[around] == who[i]}")


def _of_mention(m: Mention) -> tuple[str, ...]:
    number = m.plural, m.definite, m.determined, m.informative, m.complement, m.owner >= 0, m.proper, m.listed
    return _of_shape(m.form, m.kind, m.head, m.pronoun, m.possessor, m.flags, min(len(m.names), 3), number)


@lru_cache(_SHAPES)
def _of_shape(
    form: str, kind: str, head: str, pronoun: str, possessor: str, flags: frozenset[str], names: int, number: tuple[bool, ...]
) -> tuple[str, ...]:
    plural, definite, determined, informative, complement, owned, proper, listed = number
    return (
        f"form={form}",
        f"head={head}",
        f"form kind={form} {kind}",
        f"pronoun={pronoun}",
        f"shape={plural} {definite} {determined}",
        f"affiliation={informative} {complement} {owned} {possessor}",
        f"names={names} {proper} {listed}",
        f"whole={form} {definite} {plural} {informative or complement or owned} {kind}",
        f"head shape={head} {plural} {definite}",
        *map(_flag.__getitem__, flags),
    )


@lru_cache(_SHAPES)
def _facts(position: bool, relayed: bool, speech: str, inside: bool) -> tuple[str, ...]:
    return f"position={position}", f"relayed={relayed}", f"speech={speech}", f"inside={inside}"


@lru_cache(_SHAPES)
def _of_cue(length: int, told: bool) -> tuple[str, ...]:
    return f"cue length={length}", f"told={told}"


@lru_cache(_SHAPES)
def _of_source(length: int, before: bool) -> tuple[str, ...]:
    return f"length={length}", f"before cue={before}"


@lru_cache(_SHAPES)
def _quoted(quoted: bool, opens: bool) -> str:
    return f"quoted={quoted} {opens}"


@lru_cache(_SHAPES)
def _of_entity(
    who: tuple[bool, str, bool, str, bool, bool], times: int, named: bool, informed: bool, told: bool, quoted: bool
) -> tuple[str, ...]:
    known, kind, plural, gender, role, producer = who
    return (
        f"entity named={known} {named} {kind}",
        f"entity shape={plural} {gender} {role} {producer}",
        f"entity times={times}",
        f"entity informed={informed} {named}",
        f"entity told={told}",
        f"entity quoted={quoted}",
    )


@lru_cache(_SHAPES)
def _of_first(form: str, shape: tuple[bool, ...]) -> tuple[str, ...]:
    definite, plural, determined, named, informed, bare = shape
    return (
        f"entity first={form} {definite} {plural} {determined} {named}",
        f"entity first informed={form} {definite} {plural} {named} {informed} {bare}",
    )


@lru_cache(_SHAPES)
def _name(kind: str, words: int, sure: bool) -> str:
    return f"entity name={kind} {words} {sure}"


@lru_cache(_SHAPES)
def _gap(sentences: int, form: str) -> str:
    return f"entity gap={sentences} {form}"


@lru_cache(_SHAPES)
def _neighbour(side: str, same: bool, gap: int, sourceless: bool, itself: bool) -> tuple[str, ...]:
    return f"{side}={same} {gap}", f"{side} source={sourceless} {gap} {itself}"
