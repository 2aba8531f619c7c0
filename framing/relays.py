"""Which outlets relay an attribution: the chain from the speaker to the reader.

Rules, in this order
--------------------
* **own**: a medium that the source speaks to or is quoted by (:mod:`framing.relay_mentions`), in the sentence of the cue and outside the
  content; inside the content of a parent only what stands there too. Platforms named by the cue or the source ("tweeted", "an early
  tweet"), and the medium of a journalist who is the source ("Dan Holt of the Herald wrote"), count as well.
* **carried**: the same speaker going on keeps the medium, while not many others speak in between, the cue is one of speech and no other
  occasion is named ("at a rally"); and the first paragraph that announces what he is about to say has it, too. In an article that rests
  on one outlet, to which several sources speak and which it quotes again and again, everybody who speaks has it.
* **chain**: from the inside out, the outlets that are sources of enclosing attributions (``parent``) or publish their sources ("a report
  from X"). What others are said to have *said* comes through the outlet of whoever says so, too, up to eight deep ("told CNN that aides had
  said"); what they are said to think or want does not, and its chain ends at the first other speaker. A speaker inside his own words ("she
  said she hoped") shares the relays of what encloses them.

A relay has the article of its name if the text writes it with a capital ("told The Verge"). After Spangher et al. (2023), who code how a
source reached the reader. What is carried can be decided by a trained model instead (:mod:`framing.relay_candidates`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from framing.names import NameBook
from framing.records import Attribution, Span
from framing.relay_mentions import Medium, capital_articles, find_media, is_house, is_outlet, is_platform, outlet_name
from framing.tokens import Tokens

_BETWEEN = re.compile(r"(?i)\s*(?:(?:on|via|to|in)\s+)?(?:the\s+)?")
_TELLS = re.compile(r"(?i)\bt(?:old|ell|ells|elling)$")
_THEN_QUOTED = re.compile(r"[^.,:;“\"]{0,20}[,:]?\s*[“\"]|\s*:")
_FRONTED = re.compile(r"(?i)(?:speaking|talking)\s+(?:to|with|on)\b|in\s+an?\s+(?:\w+\s+)?(?:interview|statement|post|tweet)\b")
_POSTED = re.compile(r"(?i)\b(?:re)?post(?:s|ed|ing)?\b")
_USER = re.compile(r"(?i)\b(?:user|netizen|commenter|poster|account|post|posting)s?(?:\s+by\b.*)?$")
_TWEET = re.compile(r"(?i)\b(?:re-?)?tweet(?:s|ed|ing|storm)?\b|\(@\w+\)")
_REPORTS = re.compile(r"(?i)(?:(?:some|several|various|unconfirmed|early|initial|local)\s+)?(?:(?:media|news|press)\s+)?reports")
_WRITING = re.compile(r"(?i)\b(?:reporter|correspondent|journalist|columnist|anchor|blogger)s?\b|\b(?:writing|reporting) (?:for|in|on)\b")
_OF = frozenset({"of", "for", "at", "with", "from", "in"})
SAYS = re.compile(
    r"(?i)\b(?:sa(?:id|ys?|ying)|add(?:s|ed|ing)?|continu\w+|t(?:old|ells?|elling)|explain\w*|went on|goes on|confess\w*|remark\w*"
    r"|insist\w*|argu\w+|respond\w*|repl\w+|ask\w*|declin\w+|refus\w+|claim\w*|not(?:ed|ing|es)|call\w*|wr[io]t\w+|acknowledg\w+|warn\w*"
    r"|describ\w*|accus\w*|recount\w*|assert\w*|confirm\w*|according to|den(?:y|ies|ied|ying)|suggest\w*)\b"
)
_A_SPEECH = r"an? (?:\w+ ){0,2}(?:speech|address|hearing|event|statement|e-?mail|memo|letter|lawsuit|book)"
# These two search small letters: alternatives that begin with a plain letter are fast.
ELSEWHERE = re.compile(
    rf"\b(?:rally|told reporters|news conference|press conference|news release|in {_A_SPEECH}|at {_A_SPEECH}|testimony|testified|in court"
    r"|reporters)\b"
)
BEFORE = re.compile(r"\b(?:earlier|previously|last (?:week|month|year|\w+day)|in (?:19|20)\d\d|years? ago|months? ago|in the past)\b")
_SPAN = 40  # tokens on either side of a cue, and ...
_LONGEST = 30  # ... of a cue or source, that are read
_MAX_CHAIN = 8
_FURTHEST = 40  # attributions that are looked at between two
# Attributions, paragraphs and other speakers over which a speaker keeps a medium; attributions and other speakers before the first place
# that names it. Among the best of 576 settings, all alike within .002 of F1, on the train parts of source_levels and wikinews_attributions.
_CARRY, _AHEAD = (10, 8, 2), (2, 1)
_RETOLD = 2  # sources that speak to an outlet, and times that it is quoted, in an article that retells it
_PARAGRAPHS = 2  # over which the next attribution keeps a medium, and a user a platform
_NEAR = 300  # characters of a sentence on either side of a cue that are read


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an entity is brought in with a medium: by an attribution (its place in text order) or, ``at`` a half, between two."""

    entity: int
    at: float
    token: int
    medium: Medium


@dataclass(slots=True)
class Evidence:
    """All that the relays of one text are decided by; lists go by the given order of the attributions."""

    tokens: Tokens
    book: NameBook
    attributions: Sequence[Attribution]
    order: Sequence[int]
    cue_at: Sequence[tuple[int, int]]
    names: Sequence[str | None]
    kinds: Sequence[str]
    entity: Sequence[int]
    parent: list[int]  # index of the enclosing attribution, -1 without
    media: list[Medium]
    place: list[int] = field(default_factory=list)  # in text order
    own: list[Medium | None] = field(default_factory=list)
    relaying: list[str | None] = field(default_factory=list)  # the outlet that the source is
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)  # of an entity, in text order
    carried: list[str | None] = field(default_factory=list)  # the medium by rule
    source_at: list[tuple[int, int]] = field(default_factory=list)  # token range of every source, (0, 0) without
    around: Surroundings | None = None  # made once all else but ``carried`` is there


def gather(
    tokens: Tokens,
    book: NameBook,
    attributions: Sequence[Attribution],
    order: Sequence[int],
    cue_at: Sequence[tuple[int, int]],
    names: Sequence[str | None],
    kinds: Sequence[str],
    entity: Sequence[int],
    press: Sequence[str | None],
) -> Evidence:
    """The media that the sentences give to the attributions, and where each entity is brought in with one.

    Parameters
    ----------
    tokens, book : Tokens, NameBook
        The text and its names.
    attributions : sequence of Attribution
        As given by the caller.
    order : sequence of int
        Their indices in text order.
    cue_at : sequence of (int, int)
        Token range of every cue.
    names, kinds, entity : sequences
        Name, kind and number of the entity of each attribution (None, "none" and -1 without one).
    press : sequence
        The medium of a journalist who is the source, else None.

    Returns
    -------
    Evidence
        ``chains(evidence, evidence.carried)`` are the relays by rule.
    """
    index = {a.id: i for i, a in enumerate(attributions)}
    parent = [index.get(a.parent, -1) if a.parent is not None else -1 for a in attributions]
    parent = [-1 if up == i else up for i, up in enumerate(parent)]
    found = Evidence(tokens, book, attributions, order, cue_at, names, kinds, entity, parent, [])
    found.place = [0] * len(attributions)
    for n, i in enumerate(order):
        found.place[i] = n
    found.source_at = token_ranges(tokens, [a.source for a in attributions])
    finder = _Finder(found)
    found.media = find_media(tokens, book, finder.capital)
    found.own = [None] * len(attributions)
    for i, a in enumerate(attributions):
        found.own[i] = finder.stated(i, a)
    for medium in found.media:
        finder.assign(medium)
    for i, a in enumerate(attributions):
        if found.own[i] is None:
            found.own[i] = finder.posted(i, a) or finder.journalist(i, a, press[i])
    for i in order:
        own = found.own[i]
        if own is not None and entity[i] >= 0:
            found.anchors.setdefault(entity[i], []).append(Anchor(entity[i], found.place[i], cue_at[i][0], own))
    for anchors in found.anchors.values():
        anchors.sort(key=lambda x: x.at)
    found.relaying = [finder.relaying(i, a, names[i], kinds[i]) for i, a in enumerate(attributions)]
    found.carried = carry(found)
    return found


def carry(found: Evidence) -> list[str | None]:
    """The medium of each attribution by rule: its own, or that of the same speaker before it or, in the first paragraph, after it."""
    own: list[str | None] = [None if m is None else m.name for m in found.own]
    if not found.anchors:
        return own
    around, retold = surroundings(found), _rests_on(found)
    for i, medium in enumerate(found.own):
        if medium is None and found.parent[i] < 0 and found.entity[i] >= 0 and found.kinds[i] != "outlet":
            past, later = around.neighbours(i)
            if past is not None and _goes_on(around, i, past):
                own[i] = past.medium.name
            elif past is None and later is not None and _announces(around, i, later):
                own[i] = later.medium.name
            elif retold is not None and found.kinds[i] == "person" and _speaks(around, i):
                own[i] = retold
    return own


def _rests_on(found: Evidence) -> str | None:
    """The one outlet that an article retells: several sources speak to it, and what it says itself is quoted more than once."""
    told: dict[str, set[int]] = {}
    for i, medium in enumerate(found.own):
        if medium is not None and medium.sort != "platform":
            told.setdefault(medium.name, set()).add(found.entity[i])
    quoted = Counter(name for name in found.relaying if name is not None)
    if len(told) != 1 or set(quoted) - set(told):
        return None
    name, sources = next(iter(told.items()))
    return name if min(len(sources), quoted[name]) >= _RETOLD else None


def _goes_on(around: Surroundings, i: int, past: Anchor) -> bool:
    """Whether an attribution goes on with what its speaker said through a medium."""
    if past.at != int(past.at) or past.medium.how in ("staff", "press"):
        return False
    gap, paragraphs, others, together = around.distance(i, past)
    if gap <= 1 and paragraphs <= _PARAGRAPHS:
        return True
    furthest, longest, most = _CARRY
    if not together or gap > furthest or paragraphs > longest or others > most:
        return False
    return _speaks(around, i) and not (gap > 1 and BEFORE.search(around.sentence_text(i).lower()))


def _speaks(around: Surroundings, i: int) -> bool:
    """Whether a cue is one of speech, in a sentence that names no other occasion."""
    cue = around.found.attributions[i].cue.text[:160]
    return SAYS.search(cue) is not None and not ELSEWHERE.search(around.sentence_text(i).lower())


def _announces(around: Surroundings, i: int, later: Anchor) -> bool:
    """Whether an attribution of the title or the first paragraph announces what its speaker is then said to have said through a medium."""
    gap, _, others, together = around.distance(i, later)
    return together and gap <= _AHEAD[0] and others <= _AHEAD[1] and around.lead(i) <= 0 and later.medium.sort != "platform"


class Surroundings:
    """Where the attributions of a text stand, and what lies between them and the places that bring in a medium."""

    def __init__(self, found: Evidence) -> None:
        self.found = found
        tokens = found.tokens
        self.text = tokens.text
        self.paragraph: list[int] = tokens.paragraph.tolist()
        # Paragraphs of three tokens at most ("___", "11:50 a.m.") part an article into stories of their own.
        self.block: list[int] = np.cumsum(np.diff(tokens.paragraph_first) <= 3).tolist()
        inside = tokens.body.argmax() if len(tokens) else 0
        self.first = self.paragraph[inside] if len(tokens) and tokens.body[inside] else 0
        self.at = {e: [x.at for x in anchors] for e, anchors in found.anchors.items()}
        cue = np.minimum(np.array([first for first, _ in found.cue_at], np.int32), np.int32(len(tokens) - 1))
        self.cue: list[int] = cue.tolist()
        sentences, start = tokens.sentences[tokens.sentence[cue]], tokens.start[cue]
        begin, end = np.maximum(sentences[:, 0], start - _NEAR), np.minimum(sentences[:, 1], start + _NEAR)
        # The sentence of each cue, cut to ``_NEAR`` characters on either side.
        self.window: list[tuple[int, int]] = list(zip(begin.tolist(), end.tolist()))

    def token(self, i: int) -> int:
        """The first token of a cue."""
        return self.cue[i]

    def lead(self, i: int) -> int:
        """Paragraphs since the first one of the body; negative in the title."""
        return self.paragraph[self.cue[i]] - self.first

    def neighbours(self, i: int) -> tuple[Anchor | None, Anchor | None]:
        """The nearest earlier and the nearest later place that brings in the same entity with a medium."""
        anchors = self.found.anchors.get(self.found.entity[i], [])
        if not anchors:
            return None, None
        places, here = self.at[self.found.entity[i]], self.found.place[i]
        k, j = bisect_left(places, here), bisect_right(places, here)
        return (anchors[k - 1] if k else None), (anchors[j] if j < len(anchors) else None)

    def distance(self, i: int, x: Anchor) -> tuple[float, int, int, bool]:
        """Attributions, paragraphs and other speakers between an attribution and an anchor, and whether one story holds both."""
        found, here = self.found, float(self.found.place[i])
        one, other = self.paragraph[self.cue[i]], self.paragraph[x.token]
        low, high = sorted((x.at, here))
        after = int(low + 1)
        between = found.order[after : min(int(high + 0.5), after + _FURTHEST)]
        others = len({found.entity[k] for k in between} - {-1, x.entity})
        return abs(here - x.at), abs(one - other), others, self.block[one] == self.block[other]

    def sentence_text(self, i: int) -> str:
        """The sentence of a cue, cut to ``_NEAR`` characters on either side."""
        begin, end = self.window[i]
        return self.text[begin:end]


def surroundings(found: Evidence) -> Surroundings:
    """The surroundings of a text whose anchors are known, made once."""
    if found.around is None:
        found.around = Surroundings(found)
    return found.around


def chains(found: Evidence, own: Sequence[str | None]) -> list[tuple[str, ...]]:
    """The relays of each attribution, from its own medium outwards through the enclosing attributions."""
    entity, relaying = found.entity, found.relaying
    result: list[tuple[str, ...]] = []
    for i in range(len(found.attributions)):
        first = own[i]
        chain = [] if first is None else [first]
        said = SAYS.search(found.attributions[i].cue.text[:160]) is not None
        up, steps = found.parent[i], 0
        while up >= 0 and steps < _MAX_CHAIN and up != i:
            same = entity[up] == entity[i] and entity[i] >= 0
            for outlet in (own[up] if same or said else None, relaying[up]):
                if outlet is not None and outlet not in chain:
                    chain.append(outlet)
            if relaying[up] is None and not same and not said and entity[up] >= 0:
                break
            up, steps = found.parent[up], steps + 1
        result.append(tuple(chain))
    return result


def _same_passage(tokens: Tokens, before: int, after: int) -> bool:
    if after >= len(tokens) or before >= len(tokens):
        return False
    return abs(int(tokens.paragraph[after]) - int(tokens.paragraph[before])) <= _PARAGRAPHS


def token_ranges(tokens: Tokens, spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """First token and one past the last one of each span, all at once; what ``tokens.range`` gives one by one, (0, 0) without a span."""
    first, last = token_edges(tokens, spans)
    return list(zip(first.tolist(), last.tolist()))


def token_edges(tokens: Tokens, spans: Sequence[Span | None]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What :func:`token_ranges` gives, as an array of first tokens and one of those past the last ones."""
    starts = np.array([0 if s is None else s.start for s in spans], np.int32)
    ends = np.array([0 if s is None else s.end for s in spans], np.int32)
    first = tokens.end.searchsorted(starts, "right")
    return first, np.maximum(first, tokens.start.searchsorted(ends))


def _in_content(a: Attribution, at: int) -> bool:
    return any(s.start <= at < s.end for s in a.content)


class _Finder:
    """Gives the media of one text to its attributions."""

    def __init__(self, found: Evidence) -> None:
        self.found, self.tokens, self.book = found, found.tokens, found.book
        self.cues = sorted(((found.cue_at[i][0], i) for i in found.order), key=lambda cue: cue[0])  # stable: ties in text order
        self.cue_tokens = [first for first, _ in self.cues]
        self.capital = capital_articles(found.book)
        self.runs_at = [r.first for r in found.book.runs]
        self.has_platform = any(n.kind == "outlet" and is_platform(n.name) for n in found.book.named)
        self.by_name = {name: found.entity[i] for i in found.order if (name := found.names[i]) is not None and found.entity[i] >= 0}

    def stated(self, i: int, a: Attribution) -> Medium | None:
        """Twitter, where the cue or the source says so."""
        words = a.cue.text[:160] if a.source is None else f"{a.cue.text[:160]} {a.source.text[-160:]}"
        if ("weet" in words or "(@" in words) and _TWEET.search(words):
            return Medium(self.found.cue_at[i][0], self.found.cue_at[i][1], "Twitter", "platform", "tweet")
        return None

    def assign(self, medium: Medium) -> None:
        """Give a medium to the attribution of its sentence with the nearest cue, and to the others of the same speaker there."""
        found, sentence = self.found, self.tokens.sentence
        token, s = medium.first, int(sentence[medium.first])
        start = int(self.tokens.start[token])
        at = bisect_left(self.cue_tokens, token)
        near = [
            (abs(first - token), k)
            for first, k in self.cues[max(0, at - 4) : at + 4]
            if first < len(sentence)
            and sentence[first] == s
            and found.names[k] not in (medium.name, medium.name.removeprefix("The "))
            and (found.entity[k] >= 0 or found.attributions[k].source is not None)
        ]
        taken = False
        if near:
            nearest = min(near, key=lambda x: x[0])[1]
            for distance, k in near:
                a = found.attributions[k]
                if (
                    (k == nearest or (found.entity[k] == found.entity[nearest] and found.entity[k] >= 0))
                    and distance <= _SPAN + _LONGEST
                    and self.stands_outside(a, medium)
                    and self.is_with(k, start)
                ):
                    taken = True
                    if found.own[k] is None:
                        found.own[k] = medium
        if not taken and medium.how in ("told", "talk", "by", "on", "work", "asks", "again") and medium.sort != "platform":
            self.anchor(medium, s)

    def anchor(self, medium: Medium, s: int) -> None:
        """Note a medium of a sentence without an attribution of its own for the people in that sentence who speak elsewhere."""
        found = self.found
        first, last = int(self.tokens.sentence_first[s]), int(self.tokens.sentence_first[s + 1])
        j = bisect_left(self.runs_at, max(first, medium.first - _SPAN))
        at = bisect_left(self.cue_tokens, medium.first) - 0.5
        seen = set()
        while j < len(self.runs_at) and self.runs_at[j] < min(last, medium.first + _SPAN):
            run = self.book.runs[j]
            j += 1
            if run.id >= 0 and self.book.named[run.id].kind == "person":
                e = self.by_name.get(self.book.named[run.id].name, -1)
                if e >= 0 and e not in seen:
                    seen.add(e)
                    found.anchors.setdefault(e, []).append(Anchor(e, at, medium.first, medium))

    def is_with(self, i: int, at: int) -> bool:
        """Whether a place counts for an attribution that another speaker's content holds: only what stands in that content does."""
        found, up = self.found, self.found.parent[i]
        if up < 0 or found.entity[up] == found.entity[i]:
            return True
        cue = found.attributions[i].cue
        held = next((x for x in found.attributions[up].content if x.start <= cue.start < x.end), None)
        return held is None or held.start <= at < held.end

    def stands_outside(self, a: Attribution, medium: Medium) -> bool:
        """Whether a name stands outside the content, and outside the source or as the platform of one: "her last Facebook post"."""
        at = int(self.tokens.start[medium.first])
        if a.source is not None and a.source.start <= at < a.source.end:
            if medium.how in ("by", "told", "talk") and medium.first > self.tokens.range(a.source)[0] + 1:
                return True  # "three sources who spoke to Fox"
            return medium.sort == "platform" and medium.last < len(self.book.words) and int(self.tokens.end[medium.last]) <= a.source.end
        return not _in_content(a, at) or self.is_swallowed(a, medium, at)

    def is_swallowed(self, a: Attribution, medium: Medium, at: int) -> bool:
        """Whether a name inside the content found belongs to what introduces it: "told the Herald it", "wrote on Twitter: “...”"."""
        text, end = self.tokens.text, int(self.tokens.end[medium.last - 1])
        held = next(s for s in a.content if s.start <= at < s.end)
        if a.cue.end <= at <= a.cue.end + 30 and _BETWEEN.fullmatch(text, a.cue.end, at):
            return _TELLS.search(a.cue.text[-160:]) is not None or _THEN_QUOTED.match(text, end, end + 40) is not None
        return _FRONTED.match(text, held.start, at) is not None or text[max(held.start, at - 4) : at].lower() == "via "

    def posted(self, i: int, a: Attribution) -> Medium | None:
        """The platform named last, for posts and users without one: "another user wrote", "she posted"."""
        if not self.has_platform:
            return None
        if not (_POSTED.search(a.cue.text[:160]) or (a.source is not None and _USER.search(a.source.text[-160:]))):
            return None
        token = self.found.cue_at[i][0]
        j = bisect_left(self.runs_at, token) - 1
        for run in self.book.runs[max(0, j - 40) : j + 1][::-1]:
            if not _same_passage(self.tokens, run.first, token):
                break
            if run.id >= 0 and run.kind == "outlet" and is_platform(self.book.named[run.id].name):
                return Medium(run.first, run.last, outlet_name(self.book, run, self.capital), "platform", "user")
        return None

    def journalist(self, i: int, a: Attribution, press: str | None) -> Medium | None:
        """The medium of a journalist who is the source."""
        first, last = self.found.cue_at[i]
        if a.source is not None and self.found.kinds[i] in ("person", "outlet", "none"):
            begin, end = self.found.source_at[i]
            j = bisect_left(self.runs_at, begin)
            while j < len(self.runs_at) and self.runs_at[j] < min(end, begin + _LONGEST):
                run = self.book.runs[j]
                j += 1
                before = run.first - 1 - (self.book.words[run.first - 1] in ("the", "The"))
                of = (
                    before > begin
                    and self.book.words[before] in _OF
                    and (self.is_person(before - 1) or _WRITING.search(a.source.text[:200]))
                )
                if of and is_outlet(self.book, run) and self.book.named[run.id].name != self.found.names[i]:
                    name = outlet_name(self.book, run, self.capital)
                    if is_house(name) or is_platform(self.book.named[run.id].name):
                        return None
                    return Medium(run.first, run.last, name, "outlet", "staff")
        if press is None or press == self.found.names[i] or is_house(press) or is_platform(press):
            return None
        return Medium(first, last, press, "outlet", "press")

    def is_person(self, token: int) -> bool:
        """Whether a token is the last one of a person's name."""
        run = self.book.run_at(token)
        return run is not None and run.last == token + 1 and run.id >= 0 and self.book.named[run.id].kind in ("person", "outlet")

    def relaying(self, i: int, a: Attribution, name: str | None, kind: str) -> str | None:
        """The outlet that a source is or that publishes it, if there is one."""
        if a.source is None:
            return None
        first, last = self.found.source_at[i]
        j = bisect_left(self.runs_at, first)
        if kind in ("outlet", "document", "organisation"):
            while j < len(self.runs_at) and self.runs_at[j] < min(last, first + _LONGEST):
                run = self.book.runs[j]
                if is_outlet(self.book, run) and (kind != "organisation" or run.kind != "outlet"):
                    return outlet_name(self.book, run, self.capital)
                j += 1
        if _REPORTS.fullmatch(a.source.text[:60]):
            return a.source.text
        return name if kind == "outlet" else None
