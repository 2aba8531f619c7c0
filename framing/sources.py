"""Who speaks: every source mention -> entity, with kind, level, role, producer and the outlets that relay it.

Conventions
-----------
* Mentions are resolved in text order. Names go to who bears them (:mod:`framing.names`); pronouns to the best of a few candidates before them
  (previous source, names of this and the three sentences before; subject first, gender and number must fit); "I" and "we" inside a quotation
  to the speaker of the quotation, outside to the author; definite descriptions to the last entity with the same head noun or role.
* Indefinite descriptions of one person are always new entities: "a Western official" and "one Western official" are two sources.
* An entity has the best level of its mentions anywhere in the article, and its fullest name.
* ``relays`` runs from the outlet nearest to the speaker ("told X", "in an interview with X") to the one nearest to the reader (an outlet that is the
  source of an enclosing attribution). A speaker who goes on in the next attribution keeps the relay.

The candidate order is the usual one of rule-based resolution (Hobbs 1978; Lappin and Leass 1994): recency, subject, and here the previous source.
Every step looks back over a bounded number of candidates, so the whole is linear in the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from framing import levels, relays
from framing.mentions import NOTHING, Mention, read_mention
from framing.names import NameBook, Run, find_names
from framing.nouns import POSSESSIVE, noun, pronouns
from framing.quotes import quoted_tokens
from framing.records import Attribution, Entity, Quote, Span
from framing.tokens import Tokens

_REACH = 3  # sentences that a pronoun looks back for a name
_LOOK = 10  # names that it looks at
_SYNONYMS = {"survey": "poll", "polling": "poll", "advisor": "adviser", "firm": "company", "corporation": "company", "e-mail": "email", "newspaper": "paper",
             "organisation": "organization", "center": "centre", "study": "report"}
_PEOPLE_HEADS = frozenset({"person", "man", "woman", "source", "individual"})


@dataclass(slots=True)
class _Who:
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
    last: int = -1  # token of the last mention
    informative: bool = False
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """All that is known at one point of the text."""

    tokens: Tokens
    book: NameBook
    sentence: list[int]
    quoted: list[bool]
    runs_at: list[int]
    who: list[_Who] = field(default_factory=list)
    by_named: dict[int, int] = field(default_factory=dict)
    by_key: dict[tuple[str, ...], int] = field(default_factory=dict)
    by_head: dict[str, int] = field(default_factory=dict)
    last_kind: dict[str, int] = field(default_factory=dict)
    last_source: int = -1
    last_single: int = -1
    last_plural: int = -1
    author: int = -1
    generic: int = -1


def resolve_sources(tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution]) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
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
    book = find_names(tokens)
    quoted = quoted_tokens(tokens, quotes).tolist() if len(tokens) else []
    state = _State(tokens, book, tokens.sentence.tolist(), quoted, [r.first for r in book.runs])
    order = sorted(range(len(attributions)), key=lambda i: _place(attributions[i]))
    ranges = _token_ranges(tokens, [a.source for a in attributions])
    speakers = _Speakers(tokens, attributions, order)
    entity: list[int] = [-1] * len(attributions)
    mentions: list[Mention] = [NOTHING] * len(attributions)
    pending: list[int] = []
    for i in order:
        a = attributions[i]
        mention = NOTHING if a.source is None else read_mention(book, *ranges[i])
        mentions[i] = mention
        if mention.pronoun in ("first", "firstplural") and mention.form == "pronoun":
            owner = speakers.of(i, ranges[i][0])
            if owner is not None and owner != i:
                if entity[owner] >= 0:
                    entity[i] = _mention(state, entity[owner], mention, a.source)
                else:
                    pending.append(i)
                continue
        entity[i] = _resolve(state, mention, a)
    for i in pending:  # the speaker stands after the quotation
        owner = speakers.of(i, ranges[i][0])
        found = entity[owner] if owner is not None else -1
        entity[i] = _mention(state, found, mentions[i], attributions[i].source) if found >= 0 else _author(state, mentions[i], attributions[i].source)
    return _finish(state, attributions, order, entity, mentions)


def _place(a: Attribution) -> tuple[int, int]:
    return (a.source.start if a.source is not None else a.cue.start), a.id


def _token_ranges(tokens: Tokens, spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """First token and one past the last one of each span, at once."""
    starts = np.array([s.start if s is not None else 0 for s in spans], np.int64)
    ends = np.array([s.end if s is not None else 0 for s in spans], np.int64)
    first = np.searchsorted(tokens.end, starts, side="right").tolist()
    last = np.searchsorted(tokens.start, ends, side="left").tolist()
    return [(a, max(a, b)) for a, b in zip(first, last)]


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


def _mention(state: _State, known: int, mention: Mention, span: Span | None) -> int:
    """Note that an entity is mentioned here as a source."""
    who = state.who[known]
    if span is not None:
        who.spans.append(span)
    who.last = max(who.last, mention.first)
    if who.kind not in ("none", "generic", "author"):
        state.last_source = known
        state.last_kind[who.kind] = known
        if who.plural or who.kind in ("group", "organisation"):
            state.last_plural = known
        elif who.kind == "person" or who.named >= 0 and state.book.named[who.named].kind == "person":
            state.last_single = known
    return known


def _new(state: _State, name: str, kind: str, level: str, mention: Mention) -> _Who:
    who = _Who(len(state.who), name, kind, level, plural=mention.plural, head=mention.head, informative=mention.informative or mention.complement)
    state.who.append(who)
    return who


def _author(state: _State, mention: Mention, span: Span | None) -> int:
    if state.author < 0:
        state.author = _new(state, span.text if span is not None else "author", "author", "named", mention).id
    return _mention(state, state.author, mention, span)


def _generic(state: _State, mention: Mention, span: Span | None) -> int:
    if state.generic < 0:
        state.generic = _new(state, span.text if span is not None else "generic", "generic", "bare", mention).id
    return _mention(state, state.generic, mention, span)


def _resolve(state: _State, mention: Mention, a: Attribution) -> int:
    """Entity of a mention, -1 for no agent."""
    span = a.source
    if mention.form == "none" or span is None:
        return -1
    if mention.form == "name":
        known = _of_named(state, mention.name)
        if mention.role[1] > mention.role[0] and state.who[known].role is None:
            state.who[known].role = state.tokens.span(*mention.role).text
        return _mention(state, known, mention, span)
    if mention.form == "joint":
        return _joint(state, mention, span)
    if mention.form == "pronoun":
        return _pronoun(state, mention, span)
    return _description(state, mention, a)


def _of_named(state: _State, named: int) -> int:
    """The entity of a name of the book."""
    if named in state.by_named:
        return state.by_named[named]
    entry = state.book.named[named]
    kind = {"place": "organisation", "unknown": "person"}.get(entry.kind, entry.kind)
    if kind == "person" and entry.press and entry.heads & {"reporter", "correspondent", "journalist"} and "former" not in (entry.role or ""):
        kind = "outlet"
    who = _new(state, entry.name, kind, "described" if kind == "group" else "named", NOTHING)
    who.named, who.gender, who.plural, who.role = named, entry.gender, kind == "group", entry.role if kind in ("person", "outlet") else None
    state.by_named[named] = who.id
    return who.id


def _joint(state: _State, mention: Mention, span: Span) -> int:
    key = ("joint", *(str(n) for n in mention.names)) if mention.names else ("joint", span.text.lower())
    known = state.by_key.get(key)
    if known is None:
        who = _new(state, span.text, mention.kind if mention.kind != "none" else "group", levels.describe_level(mention, mention.kind), mention)
        who.plural = True
        known = state.by_key[key] = who.id
        if mention.pronoun:
            who.level = "named"
    return _mention(state, known, mention, span)


def _pronoun(state: _State, mention: Mention, span: Span) -> int:
    cls, token = mention.pronoun, mention.first
    if cls == "generic":
        return _generic(state, mention, span)
    if cls in ("first", "firstplural"):
        return _author(state, mention, span)
    found: int | None = None
    if cls == "relative":
        found = _antecedent(state, token)
    elif cls in ("male", "female"):
        found = _single(state, token, "m" if cls == "male" else "f")
    elif cls == "plural":
        found = _several(state, token)
    elif cls == "neuter":
        found = _thing(state, token)
    if found is not None:
        return _mention(state, found, mention, span)
    if cls in ("relative", "neuter"):
        return -1
    kind = "person" if cls in ("male", "female") else "group"
    level = "named" if kind == "person" else "bare"
    if cls == "quantifier" and state.last_plural >= 0 and token < len(state.sentence):
        before = state.who[state.last_plural]
        if state.sentence[token] - state.sentence[min(max(before.last, 0), len(state.sentence) - 1)] <= 1 and before.level == "described":
            level = "described"
    return _mention(state, _new(state, span.text, kind, level, mention).id, mention, span)


def _names_before(state: _State, token: int, kinds: frozenset[str]) -> list[Run]:
    """The names of these kinds before a token, nearest first: at most ``_LOOK``, at most ``_REACH`` sentences back, inside quotations only from inside."""
    found: list[Run] = []
    sentence = state.sentence[token]
    inside = state.quoted[token]
    j = bisect_left(state.runs_at, token) - 1
    seen = 0
    while j >= 0 and seen < 3 * _LOOK and len(found) < _LOOK:
        run = state.book.runs[j]
        if state.sentence[run.first] < sentence - _REACH:
            break
        if run.id >= 0 and (inside or not state.quoted[run.first]) and state.book.named[run.id].kind in kinds:
            found.append(run)
        seen += 1
        j -= 1
    return found


_PERSONS = frozenset({"person"})
_THINGS = frozenset({"organisation", "outlet", "document", "place"})
_OBLIQUE = frozenset({"of", "for", "to", "by", "with", "against", "about", "from", "on", "than", "like", "at", "in", "between", "toward", "towards", "over", "under"})


def _salience(state: _State, run: Run, sentence: int) -> float:
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


def _single(state: _State, token: int, gender: str) -> int | None:
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
        gap = sentence - state.sentence[min(state.who[last].last, len(state.sentence) - 1)]
        score = 0.9 - 0.6 * gap
        if score >= best or chosen is None and gap < 12:
            return last
    if chosen is None:
        return None
    known = _of_named(state, chosen)
    if state.who[known].gender == "-":
        state.who[known].gender = gender
        state.book.named[chosen].gender = gender
    return known


def _several(state: _State, token: int) -> int | None:
    """Whom "they" means: a plural noun for people earlier in this or the previous sentence, or the last plural source."""
    near = _plural_noun(state, token)
    last = state.last_plural
    if last >= 0 and token < len(state.sentence):
        gap = state.sentence[token] - state.sentence[min(state.who[last].last, len(state.sentence) - 1)]
        if gap <= 1 or near is None and gap < 6:
            return last
    if near is not None:
        return near
    if state.last_single >= 0 and token < len(state.sentence):
        who = state.who[state.last_single]
        if who.named < 0 and state.sentence[token] - state.sentence[min(who.last, len(state.sentence) - 1)] < 3:
            return who.id
    return last if last >= 0 else None


def _plural_noun(state: _State, token: int) -> int | None:
    """Entity of the nearest plural noun for people at most 40 tokens before ``token`` in this or the previous sentence; the first of its sentence is preferred."""
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
        lemma, flags, plural = noun(words[j])
        if plural and "person" in flags and (book.at[j] < 0 or book.runs[book.at[j]].kind == "group"):
            found = j
    return None if found is None else _noun_phrase(state, found)


def _noun_phrase(state: _State, head: int) -> int | None:
    """Entity of the noun phrase that ends with token ``head``."""
    words, flags, book = state.book.words, state.book.flags, state.book
    first = head
    while first > 0 and head - first < 8 and state.sentence[first - 1] == state.sentence[head]:
        w = words[first - 1]
        low = w.lower()
        if low in ("the", "a", "an", "some", "many", "several", "most", "these", "those", "his", "her", "their", "its", "two", "three", "four", "five", "other", "one"):
            first -= 1
            if low != "other":
                break
        elif w.isalpha() and (book.at[first - 1] >= 0 or low not in pronouns()) and not low.endswith("ly") and not _is_function(flags[first - 1]) or "-" in w and len(w) > 2 or w in POSSESSIVE:
            first -= 1
        else:
            break
    while first < head and words[first] in POSSESSIVE:
        first += 1
    span = state.tokens.span(first, head + 1)
    mention = read_mention(book, first, head + 1)
    if mention.form not in ("description", "name", "joint"):
        return None
    if mention.form == "name":
        return _of_named(state, mention.name)
    if mention.kind == "none":
        return None
    return _description_entity(state, mention, span, "")


def _is_function(flags: int) -> bool:
    from framing.nouns import FUNCTION

    return bool(flags & FUNCTION)


def _antecedent(state: _State, token: int) -> int | None:
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
        return before if before is not None else _of_named(state, run.id)
    lemma, flags, _ = noun(words[j], words[j - 1] if j else "")
    if flags:
        return _noun_phrase(state, j)
    for k in range(j, max(-1, token - 13), -1):
        if state.sentence[k] != state.sentence[token]:
            break
        run = state.book.run_at(k)
        if run is not None and run.id >= 0 and run.kind == "person":
            return _of_named(state, run.id)
        if "person" in noun(words[k])[1] or "document" in noun(words[k])[1]:
            return _noun_phrase(state, k)
    return None


def _noun_before_of(state: _State, first: int) -> int | None:
    """"the head of VSSE, who": the noun before "of"."""
    words = state.book.words
    j = first - 1
    if j > 0 and words[j].lower() == "the":
        j -= 1
    if j > 0 and words[j] in ("of", "in", "at", "for", "from", "with", "on") and "person" in noun(words[j - 1], words[j - 2] if j > 1 else "")[1]:
        return _noun_phrase(state, j - 1)
    return None


def _thing(state: _State, token: int) -> int | None:
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
            score = 0.9 - 0.6 * (sentence - state.sentence[min(state.who[last].last, len(state.sentence) - 1)])
            if score >= best:
                best, chosen = score, -last - 2
    if chosen is None:
        return None
    return -chosen - 2 if chosen < 0 else _of_named(state, chosen)


def _description(state: _State, mention: Mention, a: Attribution) -> int:
    span = a.source
    assert span is not None
    low = mention.head
    if mention.kind == "none":
        return _unknown_noun(state, mention, a)
    if low in ("reporter", "writer") and state.book.words[mention.first].lower() == "this":
        return _author(state, mention, span)
    known = _description_entity(state, mention, span, a.cue.text)
    return _mention(state, known, mention, span)


def _unknown_noun(state: _State, mention: Mention, a: Attribution) -> int:
    """A noun that no lexicon knows: a plural is people, a thing that shows something is a document, anything else is no agent."""
    span = a.source
    assert span is not None
    if mention.plural and not mention.head.endswith(("ion", "ment", "ing", "ity", "ence", "ance", "sis", "thing", "time", "fact", "sign", "word", "sm")):
        guess = replace(mention, kind="group", flags=frozenset({"person"}))
        return _mention(state, _description_entity(state, guess, span, a.cue.text), guess, span)
    if mention.owner >= 0 and state.book.named[mention.owner].kind in ("person", "organisation") and not mention.plural:
        return _mention(state, _of_named(state, mention.owner), mention, span)  # "Shaw's candidacy calls for"
    if not mention.plural and mention.head.endswith(("er", "or", "ist", "ian", "man", "ant")) and levels.is_told(a.cue.text):
        guess = replace(mention, kind="person", flags=frozenset({"person"}))
        return _mention(state, _description_entity(state, guess, span, a.cue.text), guess, span)
    return -1


def _description_entity(state: _State, mention: Mention, span: Span, cue: str) -> int:
    """The entity of a description: an earlier one where it is definite, by owner and head, or a new one."""
    kind = mention.kind
    head = _SYNONYMS.get(mention.head, mention.head)
    owner = mention.owner
    owner_key = str(owner) if owner >= 0 else ""
    if mention.possessor in ("his", "her", "their", "its"):
        whose = _single(state, mention.first, "m") if mention.possessor == "his" else _single(state, mention.first, "f") if mention.possessor == "her" else \
            _thing(state, mention.first) if mention.possessor == "its" else _several(state, mention.first)
        if whose is not None:
            owner_key = f"e{whose}" if state.who[whose].named < 0 else str(state.who[whose].named)
    singular_person = kind == "person" and not mention.plural
    if singular_person and mention.definite:
        known = _definite_person(state, mention, head, owner_key)
        if known is not None:
            return known
    if kind in ("organisation", "outlet", "document") or mention.plural or kind == "group":
        known = _same_description(state, mention, head, owner_key, span)
        if known is not None:
            return known
    level = levels.describe_level(replace(mention, owner=0) if owner_key and owner < 0 else mention, kind)
    who = _new(state, span.text, kind, level, mention)
    who.head = head
    who.gender = "f" if "gender=f" in mention.flags else "m" if "gender=m" in mention.flags else "-"
    who.last = mention.first
    if kind == "document" and owner_key:
        who.producer = state.book.named[int(owner_key)].name if owner_key.isdigit() else None
    if owner_key:
        state.by_key.setdefault((kind, head, owner_key), who.id)
    if not singular_person:
        state.by_key.setdefault(("text", _plain(span.text)), who.id)
    state.by_head[head] = who.id
    return who.id


def _plain(text: str) -> str:
    low = text.lower().strip(" ,'’\"“”")
    for article in ("the ", "a ", "an ", "these ", "those ", "this ", "that "):
        if low.startswith(article):
            return low[len(article):]
    return low


def _definite_person(state: _State, mention: Mention, head: str, owner_key: str) -> int | None:
    """Whom "the official", "the senator", "Shaw's spokesman" means."""
    if owner_key:
        known = state.by_key.get(("person", head, owner_key))
        if known is not None:
            return known
        owner = state.book.named[int(owner_key)].name if owner_key.isdigit() else state.who[int(owner_key[1:])].name
        found = _bearer(state, mention.first, head, owner)
        return None if found is None else _of_named(state, found)
    unnamed = state.by_head.get(head)
    if unnamed is not None and not state.who[unnamed].plural and not mention.complement and state.who[unnamed].kind == "person":
        return unnamed
    if "spokes" in mention.flags:
        for other in ("spokesman", "spokeswoman", "spokesperson", "representative"):
            known = state.by_head.get(other)
            if known is not None and state.who[known].gender in ("-", "f" if head == "spokeswoman" else "m" if head == "spokesman" else "-"):
                return known
    if mention.complement:
        return None
    found = _bearer(state, mention.first, head, "")
    if found is not None:
        return _of_named(state, found)
    if head in _PEOPLE_HEADS and state.last_single >= 0 and state.who[state.last_single].named < 0:
        return state.last_single
    gender = "f" if "gender=f" in mention.flags else "m" if "gender=m" in mention.flags else "-"
    if "insider" not in mention.flags and "spokes" not in mention.flags and state.last_single >= 0 and state.who[state.last_single].kind == "person":
        last = state.who[state.last_single]
        gap = state.sentence[mention.first] - state.sentence[min(max(last.last, 0), len(state.sentence) - 1)]
        if gap <= 4 and last.named >= 0 and (gender == "-" or last.gender in ("-", gender)):
            return last.id
    return None


def _bearer(state: _State, token: int, head: str, owner: str) -> int | None:
    """The nearest person before ``token`` one of whose roles has this head noun (and names the owner, if any)."""
    j = bisect_left(state.runs_at, token) - 1
    seen = 0
    while j >= 0 and seen < 40:
        run = state.book.runs[j]
        if run.id >= 0:
            entry = state.book.named[run.id]
            if entry.kind == "person" and head in entry.heads and (not owner or owner.split(" ")[-1] in (entry.role or "")):
                return run.id
        seen += 1
        j -= 1
    return None


def _same_description(state: _State, mention: Mention, head: str, owner_key: str, span: Span) -> int | None:
    """An earlier organisation, outlet, document or group that this description repeats."""
    kind = mention.kind
    if owner_key:
        return state.by_key.get((kind, head, owner_key))
    known = state.by_key.get(("text", _plain(span.text)))
    if known is not None and (mention.definite or mention.plural or kind == "organisation"):
        return known
    if kind == "outlet" and mention.definite:
        return _last_outlet(state, mention.first)
    if kind == "organisation" and mention.definite and not mention.complement:
        return _organisation_with(state, mention, head)
    if mention.definite and not mention.complement and kind == "document":
        known = state.by_head.get(head)
        if known is not None:
            return known
        return state.last_kind.get("document") if head in ("document", "report", "statement", "text", "letter", "memo") and not mention.informative else None
    if mention.plural and not mention.informative and not mention.complement:
        known = state.by_head.get(head)
        if known is not None and (mention.definite or state.book.words[mention.first].lower() not in ("other", "others", "some", "many", "several", "two", "three")):
            who = state.who[known]
            if who.plural and (who.kind == kind or who.kind == "person"):
                return known
    return None


def _last_outlet(state: _State, token: int) -> int | None:
    """The outlet named or quoted last before a token."""
    j = bisect_left(state.runs_at, token) - 1
    seen = 0
    while j >= 0 and seen < 60:
        run = state.book.runs[j]
        if run.kind == "outlet" and run.id >= 0:
            return _of_named(state, run.id)
        seen += 1
        j -= 1
    return state.last_kind.get("outlet")


def _organisation_with(state: _State, mention: Mention, head: str) -> int | None:
    """The last organisation whose name holds the head noun ("the agency"), or that was described with it."""
    known = state.by_head.get(head)
    j = bisect_left(state.runs_at, mention.first) - 1
    seen = 0
    while j >= 0 and seen < 60:
        run = state.book.runs[j]
        if run.id >= 0 and head in state.book.named[run.id].heads and state.book.named[run.id].kind == "organisation":
            found = state.by_named.get(run.id)
            if known is not None and state.who[known].last > run.first:
                return known
            return found if found is not None else _of_named(state, run.id)
        seen += 1
        j -= 1
    if known is not None:
        return known
    owner = _noun_after_name(state, mention.first, head)
    if owner is not None:
        return owner
    last = state.last_kind.get("organisation", -1)
    if head in ("group", "organization", "company", "agency", "center", "centre", "foundation", "nonprofit", "firm", "body", "regulator", "watchdog") and last >= 0:
        return last
    return None


def _noun_after_name(state: _State, token: int, head: str) -> int | None:
    """"the Clinton campaign" or "Clinton's campaign" before "the campaign", though it was no source: the nearest of the last 40 names."""
    words = state.book.words
    j = bisect_left(state.runs_at, token) - 1
    seen = 0
    while j >= 0 and seen < 40:
        run = state.book.runs[j]
        k = run.last + (run.last < len(words) and words[run.last] in POSSESSIVE)
        if run.id >= 0 and k < len(words) and words[k].lower() == head:
            key = ("organisation", head, str(run.id))
            if key not in state.by_key:
                mention = Mention(run.first, k + 1, "description", kind="organisation", head=head, owner=run.id, definite=True, informative=True)
                who = _new(state, state.tokens.span(run.first, k + 1).text, "organisation", "named", mention)
                state.by_key[key] = who.id
            return state.by_key[key]
        seen += 1
        j -= 1
    return None


def _finish(state: _State, attributions: Sequence[Attribution], order: list[int], entity: list[int], mentions: list[Mention]) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
    """Best level of each entity, then all fields of every attribution."""
    tokens = state.tokens
    cue_at = _token_ranges(tokens, [a.cue for a in attributions])
    sentences = [_sentence_text(tokens, cue_at[i][0]) for i in range(len(attributions))]
    for i in order:
        if entity[i] < 0:
            continue
        who, mention, cue = state.who[entity[i]], mentions[i], attributions[i].cue.text
        if mention.form == "description" and who.named < 0:
            level = levels.describe_level(replace(mention, owner=0) if who.producer and mention.owner < 0 else mention, who.kind)
            if levels.RANK[level] < levels.RANK[who.level]:
                who.level = level
            if len(attributions[i].source.text) > len(who.name) and mention.informative and not who.informative:  # type: ignore[union-attr]
                who.name, who.informative = attributions[i].source.text, True  # type: ignore[union-attr]
        if who.named < 0 and levels.is_withheld(mention, who.kind, who.level, cue):
            who.withheld = True
            if who.kind == "group":
                who.kind = "person"
    for i in order:
        if entity[i] >= 0 and state.who[entity[i]].withheld:
            who = state.who[entity[i]]
            who.reason = levels.best_reason(who.reason, levels.reason_of(sentences[i]))
    chains = relays.find_relays(tokens, state.book, attributions, order, cue_at, [None if e < 0 else state.who[e].name for e in entity],
                                [state.who[e].kind if e >= 0 else "none" for e in entity], entity)
    kept: dict[int, int] = {}
    for i in order:
        if entity[i] >= 0:
            kept.setdefault(entity[i], len(kept))
    done: list[Attribution] = []
    for i, a in enumerate(attributions):
        if entity[i] < 0:
            done.append(replace(a, entity=None, kind="none", level="impersonal", withheld=False, reason=None, position=False, role=None, producer=None, relays=chains[i]))
            continue
        who = state.who[entity[i]]
        content = " ".join(s.text for s in a.content)
        phrase = f"{a.source.text if a.source else ''} {a.cue.text}"
        done.append(replace(
            a, entity=kept[entity[i]], kind=who.kind, level=who.level, withheld=who.withheld, reason=who.reason if who.withheld else None,
            position=levels.in_position(who.kind, who.level, a.cue.text, phrase, content), role=who.role if who.kind in ("person", "outlet") else None,
            producer=who.producer if who.kind == "document" else None, relays=chains[i]))
    return tuple(done), _entities(state, kept)


def _sentence_text(tokens: Tokens, token: int) -> str:
    if token >= len(tokens):
        return ""
    s = int(tokens.sentence[token])
    a, b = tokens.sentences[s].tolist()
    return tokens.text[a:min(b, a + 2000)]


def _entities(state: _State, kept: dict[int, int]) -> tuple[Entity, ...]:
    """The entities that are sources, with the names that stand outside their source spans as further mentions."""
    spans: dict[int, list[Span]] = {e: sorted(set(state.who[e].spans)) for e in kept}
    for run in state.book.runs:
        e = state.by_named.get(run.id, -1) if run.id >= 0 else -1
        if e in spans:
            spans[e].append(state.tokens.span(run.first, run.last))
    found: list[Entity] = []
    for e in kept:
        who = state.who[e]
        mentions: list[Span] = []
        for span in sorted(set(spans[e]), key=lambda s: (s.start, -s.end)):
            if not mentions or span.end > mentions[-1].end:
                mentions.append(span)
        found.append(Entity(kept[e], who.name, who.kind, who.level, tuple(mentions)))
    return tuple(found)
