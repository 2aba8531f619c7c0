"""Attributions by lexicon and patterns: who (source) is said to say, think, want or show (cue) what (content).

These are the rules without any training: inputs of the trained extractor (:mod:`framing.signals`), and its nested attributions.

Conventions
-----------
The terms and span habits are those of PolNeAR (Newell et al. 2018): the cue is the verb group or noun that reports, the source its
subject with appositives, the content what is reported, without an introducing "that", quotation marks included; a content may have
several spans. Attributions nest: the ``parent`` is the smallest content of another attribution that holds the cue.

``confidence`` is the precision that the cue's word had in its frame on PolNeAR train (see ``framing.cues``), a probability that the cue
is one. The thresholds are those of the best cue F1 on the train parts of PolNeAR and our Wikinews. Speech as in :mod:`framing.speech`.

All loops run over cues, look at no more than the sentence and bounded windows, and so take time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from framing.contents import ADDING, MAX_PARTS, Contents
from framing.cues import Cue, find_cues
from framing.labels import find_labels
from framing.lexicons import read_table
from framing.nesting import find_parents, join_nested, numbered
from framing.phrases import (
    ADV,
    AUX,
    COMMA,
    CONJ,
    DASH,
    MARK,
    MODAL,
    QUOTE,
    REL,
    SUBJ,
    WORD,
    View,
    noun_phrase_after,
    noun_phrase_before,
    relative_phrase_before,
    view,
)
from framing.records import Attribution, Quote, Span
from framing.speech import speech_of
from framing.tokens import Tokens

THRESHOLD = 0.5


@dataclass(slots=True)
class _Draft:
    """An attribution in the making: the source as a token range, the content as character ranges."""

    cue: Cue
    confidence: float
    source: tuple[int, int] | None
    content: list[tuple[int, int]]  # character offsets


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """What the rules found in a text, with what they read on the way.

    Attributes
    ----------
    view : View
    cues : tuple of (Cue, float)
        All possible cues in the order of their heads, whatever the threshold, each with the precision of its word in its frame.
    candidates : tuple of Attribution
        One for each cue above the threshold that has a content, in the order of their cues; ids count from 0; no parents yet.
    merged : list of Attribution
        Those of the candidates that stand beside each other, and the nested ones that pass the tests of ``framing.nesting``.
    parents : list of int or None
        The place of the parent of each of ``merged``.
    """

    view: View
    cues: tuple[tuple[Cue, float], ...]
    candidates: tuple[Attribution, ...]
    merged: list[Attribution]
    parents: list[int | None]

    @property
    def attributions(self) -> tuple[Attribution, ...]:
        """``merged`` with ids and parents."""
        return numbered(self.merged, self.parents)


def find_patterns(tokens: Tokens, quotes: Sequence[Quote], threshold: float = THRESHOLD) -> tuple[Attribution, ...]:
    """Find attributions by the rules.

    Parameters
    ----------
    tokens : Tokens
    quotes : sequence of Quote
        As ``find_quotes`` gives them.
    threshold : float
        Least precision of a cue's word in its frame.

    Returns
    -------
    tuple of Attribution
        In the order of their cues; ids count from 0; source, cue, content, speech, parent and confidence are set.
    """
    return read_patterns(tokens, quotes, threshold).attributions


def read_patterns(tokens: Tokens, quotes: Sequence[Quote], threshold: float = THRESHOLD) -> Patterns:
    """Find attributions by the rules, as ``find_patterns`` does, and keep what was read on the way."""
    v = view(tokens, quotes)
    builder = _Builder(v, quotes, threshold)
    cues = tuple((cue, precision(cue.lemma, cue.kind, cue.key)) for cue in find_cues(v))
    for cue, confidence in cues:
        if confidence >= threshold:
            builder.add(cue, confidence)
    candidates = builder.finish()
    parents = find_parents(candidates)
    flat = [c for c, p in zip(candidates, parents) if p is None]
    return Patterns(v, cues, candidates, *join_nested(flat, [c for c, p in zip(candidates, parents) if p is not None], tokens))


@lru_cache(maxsize=1)
def _frames() -> dict[tuple[str, str], tuple[int, float]]:
    return {(r["word"], r["frame"]): (int(r["n"]), float(r["precision"])) for r in read_table("cue_frames")}


@lru_cache(maxsize=4096)
def precision(lemma: str, kind: str, frame: str) -> float:
    """Precision of a word in a frame, shrunk towards the precision ``q`` of its class there: ``(n p + 4 q) / (n + 4)``.

    For a form that may be a noun (``bare:``) ``q`` is the word's precision in the frame otherwise, shrunk in the same way.
    """
    table = _frames()
    n, p = table.get((lemma, frame), (0, 0.0))
    m, q = table.get((f"*{kind}", frame), (0, 0.0))
    prior = m * q / (m + 4)
    if frame.startswith("bare:") and (lemma, frame[5:]) in table:
        k, r = table[lemma, frame[5:]]
        prior = (k * r + 4 * prior) / (k + 4)
    return (n * p + 4 * prior) / (n + 4)


class _Builder:
    """Turns cues into attributions, one after the other; later ones may share the source of an earlier one in the sentence."""

    def __init__(self, v: View, quotes: Sequence[Quote], threshold: float) -> None:
        self.v = v
        self.threshold = threshold
        self.text = v.tokens.text
        self.contents = Contents(v, quotes)
        self.drafts: list[_Draft] = []

    # ---- one cue -------------------------------------------------------------------------------------------------------------------

    def add(self, cue: Cue, confidence: float) -> None:
        v, frame = self.v, cue.frame
        draft = _Draft(cue, confidence, None, [])
        if cue.pos == "fixed":
            self._fixed(draft)
        elif cue.pos == "adverb":
            draft.content = self.contents.around(cue.first, cue.last)
        elif cue.pos == "noun":
            draft.source = self._possessor(cue.first)
            draft.content = self.contents.right(cue.after, cue)
        elif frame == "post":
            self._post(draft)
        elif frame == "as":
            self._comparison(draft)
        elif frame.startswith("ing:") and cue.first == v.first[v.sentence[cue.head]]:
            self._fronted(draft)
        elif frame.startswith("pass:"):
            self._passive(draft)
        else:
            draft.source = self._subject(cue)
            draft.content = self.contents.right(cue.after, cue)
            if draft.source is not None and v.kind[draft.source[0]] == REL and v.kind[draft.source[0] - 1] == COMMA:
                draft.content = self._before_comma(draft)
            if draft.source is None and cue.kind != "document" and not frame.startswith("ing:"):
                return
        draft.content = [(a, b) for a, b in draft.content if a < b]
        asked = [self.text[a:b] for a, b in draft.content] == ["comment"]  # a request for it is no statement
        if draft.content and not asked and not _asks_for_cover(self.text, draft, self.contents):
            self.drafts.append(draft)

    def _before_comma(self, draft: _Draft) -> list[tuple[int, int]]:
        """The content inside a relative clause that stands in commas: Doe, who denied it, left."""
        v, head = self.v, draft.cue.head
        _, top = self.contents.clause_bounds(head)
        comma = next((i for i in range(head + 1, top) if v.kind[i] == COMMA and v.quote[i] == v.quote[head]), None)
        limit = None if comma is None else self.contents.end[comma - 1]
        return [(a, b if limit is None else min(b, limit)) for a, b in draft.content if limit is None or a < limit]

    def _fixed(self, draft: _Draft) -> None:
        v, cue = self.v, draft.cue
        phrase = noun_phrase_after(v, cue.last, joined=True)
        if phrase is None:
            return
        bottom, top = self.contents.clause_bounds(cue.head)
        if phrase[1] >= top or v.kind[phrase[1]] == MARK:  # "According to Doe, the plan failed.": no appositive, but the content
            comma = next((i for i in range(*phrase) if v.kind[i] == COMMA), None)
            if comma is not None and cue.first - bottom < 3:
                phrase = (phrase[0], comma)
        draft.source = phrase
        before = [i for i in range(bottom, cue.first) if v.kind[i] not in (MARK, COMMA, CONJ, DASH, QUOTE)]
        end = phrase[1]
        if not before:
            if end < top and v.kind[end] in (COMMA, DASH):
                end += 1
            draft.content = self.contents.right(end, cue)
            return
        draft.content = self.contents.left(cue.first, cue)
        if (
            end + 1 < top
            and v.kind[end] == COMMA
            and v.low[end + 1] not in ADDING
            and v.kind[end + 1] not in (CONJ, REL)
            and v.kind[cue.first - 1] == COMMA
        ):
            draft.content += self.contents.right(end + 1, cue)

    def _post(self, draft: _Draft) -> None:
        v, cue = self.v, draft.cue
        source = self._phrase_before(cue)
        if source is not None and v.kind[cue.first - 1] == COMMA and not self._stands_apart(source):
            source = None  # "The bridge, which is old, is safe, said Doe": no appositive of a speaker
        inverted = source is None
        if inverted:
            source = noun_phrase_after(v, cue.last)
            if source is None and (cue.first == 0 or v.low[cue.first - 1] not in (",",)):
                return
        draft.source = source
        stop = cue.first if inverted or source is None else min(source[0], cue.first)
        draft.content = self.contents.left(stop, cue)
        end = max(cue.last, source[1] if source else 0)
        _, top = self.contents.clause_bounds(cue.head)
        if (end + 1 < top and v.kind[end] in (COMMA, DASH)) or (end < top and v.low[end] == ":"):
            following = end + 1
            quoted = v.quote[following] if following < len(v.low) else -1
            if (quoted >= 0 and quoted != v.quote[cue.head]) or (
                not inverted
                and v.low[following] not in ADDING
                and v.kind[following] not in (REL, CONJ, ADV)
                and self.v.quote[max(stop - 2, 0)] == v.quote[cue.head]
                and top - following > 2
            ):
                draft.content += self.contents.right(following, cue)

    def _stands_apart(self, source: tuple[int, int]) -> bool:
        """Whether a speaker with an appositive follows a content: "..., Doe, the mayor, told reporters"."""
        before = source[0] - 1
        return before >= 0 and self.v.kind[before] in (COMMA, QUOTE, DASH)

    def _comparison(self, draft: _Draft) -> None:
        """As Doe points out, ...: what follows the comma, or else what stands before "as"."""
        v, cue = self.v, draft.cue
        draft.source = self._phrase_before(cue)
        if draft.source is None:
            return
        opening = draft.source[0] - 1
        bottom, top = self.contents.clause_bounds(cue.head)
        if cue.last + 2 < top and v.kind[cue.last] == COMMA:
            draft.content = self.contents.right(cue.last + 1, cue)
        if not draft.content or opening - bottom > 4:
            draft.content = self.contents.left(opening, cue) + draft.content

    def _fronted(self, draft: _Draft) -> None:
        """Noting that ..., Doe left: the content ends at the comma, the source follows it."""
        v, cue = self.v, draft.cue
        _, top = self.contents.clause_bounds(cue.head)
        comma = next(
            (i for i in range(cue.after, min(top, cue.after + 40)) if v.kind[i] == COMMA and v.quote[i] == v.quote[cue.head]), None
        )
        if comma is None:
            draft.content = self.contents.right(cue.after, cue)
            return
        draft.source = noun_phrase_after(v, comma + 1)
        if cue.after < comma:
            draft.content = [self.contents.chars(cue.after, comma)]

    def _passive(self, draft: _Draft) -> None:
        v, cue = self.v, draft.cue
        subject = self._phrase_before(cue)
        expletive = cue.frame == "pass:it"
        if cue.frame == "pass:p:by":
            draft.source = noun_phrase_after(v, cue.last)
            if subject is not None:
                draft.content = [self.contents.chars(*subject)]
            return
        rest = self.contents.right(cue.after, cue)
        draft.content = ([self.contents.chars(*subject)] if subject is not None and not expletive else []) + rest

    # ---- sources -------------------------------------------------------------------------------------------------------------------

    def _phrase_before(self, cue: Cue) -> tuple[int, int] | None:
        phrase = relative_phrase_before(self.v, cue.first) or noun_phrase_before(self.v, cue.first)
        if phrase is None:
            return None
        a, b = phrase
        inside = self.v.quote[cue.head]
        while a < b and self.v.quote[a] != inside:
            a += 1
        return (a, b) if a < b else None

    def _subject(self, cue: Cue) -> tuple[int, int] | None:
        """The noun phrase before the verb; after "and" or for "saying", the source of the attribution before it in the sentence."""
        v = self.v
        bottom, _ = self.contents.clause_bounds(cue.head)
        joined = cue.first > bottom and v.kind[cue.first - 1] in (CONJ, COMMA, DASH)
        dependent = cue.frame.startswith(("ing:", "inf:"))
        if not joined and not dependent:
            phrase = self._phrase_before(cue)
            if phrase is not None:
                return phrase
        elif v.kind[cue.first - 1] in (COMMA, DASH) and not dependent:
            phrase = self._phrase_before(cue)
            if phrase is not None and phrase[0] > bottom - 1:
                return phrase
        elif dependent and not joined and cue.frame.startswith("ing:") and cue.first > bottom and v.capital[cue.first - 1]:
            return self._phrase_before(cue)
        for draft in reversed(self.drafts[-4:]):
            if v.sentence[draft.cue.head] != v.sentence[cue.head]:
                break
            if draft.source is not None and v.quote[draft.cue.head] == v.quote[cue.head]:
                return draft.source
        return self._sentence_subject(bottom, cue.first) if joined or dependent else None

    def _sentence_subject(self, bottom: int, stop: int) -> tuple[int, int] | None:
        v = self.v
        for i in range(bottom, min(stop, bottom + 40)):
            if (
                i > bottom
                and (v.kind[i] in (AUX, MODAL) or (v.low[i].endswith("ed") and not v.capital[i]))
                and v.low[i] not in ("’s", "'s", "’", "'")
            ):
                return noun_phrase_before(v, i)
        i = bottom
        while i < stop and v.kind[i] in (COMMA, CONJ, ADV):
            i += 1
        if i < stop and v.kind[i] == SUBJ:
            return i, i + 1
        end = i
        while end < stop and v.capital[end] and v.kind[end] == WORD:
            end += 1
        return (i, end) if i < end else None

    def _possessor(self, first: int) -> tuple[int, int] | None:
        v = self.v
        i = first - 1
        steps = 0
        while i >= 0 and steps < 3 and v.kind[i] not in (MARK, COMMA, QUOTE):
            if v.low[i] in ("his", "her", "their", "our", "my", "your", "its"):
                return i, i + 1
            if v.low[i] in ("’s", "'s", "’", "'"):
                phrase = noun_phrase_before(v, i)
                return phrase
            i -= 1
            steps += 1
        return None

    # ---- the whole text ------------------------------------------------------------------------------------------------------------

    def finish(self) -> tuple[Attribution, ...]:
        for mark, source, content, confidence in find_labels(self.v, self.contents):
            self.drafts.append(_Draft(Cue(mark, mark + 1, mark, ":", "mark", "speech", "label", mark + 1), confidence, source, content))
        self.drafts.sort(key=lambda d: (d.cue.first, d.cue.head))
        self._drop_overlaps()
        self._cut_contents()
        self._continue_quotations()
        return self._records()

    def _drop_overlaps(self) -> None:
        kept: list[_Draft] = []
        for draft in self.drafts:
            if kept and draft.cue.first < kept[-1].cue.last:
                if draft.confidence > kept[-1].confidence:
                    kept[-1] = draft
                continue
            kept.append(draft)
        self.drafts = kept

    def _cut_contents(self) -> None:
        """ "X said A and added B", "X said A, Y reported", "a man who said A denied B": the first content ends with A."""
        v = self.v
        for one, other in pairwise(self.drafts):
            if v.sentence[one.cue.head] != v.sentence[other.cue.head]:
                continue
            if other.source is not None and other.source[0] < one.cue.first < other.source[1] <= other.cue.first:
                limit = self.contents.end[other.source[1] - 1]
                one.content = [(a, min(b, limit)) for a, b in one.content if a < limit]
                continue
            begin = other.cue.first
            if other.source is not None and one.cue.last < other.source[0] < begin:
                begin = other.source[0]
            cut = begin - 1
            if cut <= one.cue.last:
                continue
            if other.cue.frame == "post":
                if v.kind[cut] != COMMA or v.quote[cut] != v.quote[one.cue.head]:
                    continue
            elif v.kind[cut] != CONJ:
                continue
            elif v.kind[cut - 1] == COMMA:
                cut -= 1
            elif other.source != one.source:
                continue
            limit = self.contents.end[cut - 1]
            sentence_end = self.contents.end[v.first[v.sentence[one.cue.head] + 1] - 1]
            one.content = [(a, limit if a < limit < b <= sentence_end else b) for a, b in one.content]
        for draft in self.drafts:
            draft.content = [(a, b) for a, b in draft.content if a < b]
        self.drafts = [draft for draft in self.drafts if draft.content]

    def _continue_quotations(self) -> None:
        """A sentence of nothing but quotation, right after the sentence of a direct attribution, belongs to the same content."""
        v, n = self.v, len(self.v.low)
        for draft, following in zip(self.drafts, [*self.drafts[1:], None]):
            if not any(self.contents.is_quoted(a, b) for a, b in draft.content) or v.quote[draft.cue.head] >= 0:
                continue
            sentence = v.sentence[draft.cue.head]
            if following is not None and v.sentence[following.cue.head] == sentence and v.quote[following.cue.head] < 0:
                continue
            paragraph = v.paragraph[draft.cue.head]
            i = max(v.first[sentence + 1], v.tokens.at(max(b for _, b in draft.content)))
            for _ in range(MAX_PARTS):
                while i < n and v.kind[i] == MARK and v.paragraph[i] == paragraph:
                    i += 1
                if i >= n or v.paragraph[i] != paragraph or v.quote[i] < 0 or v.quote[i] in self.contents.owned or v.kind[i] != QUOTE:
                    break
                _, after = v.tokens.range(self.contents.quotes[v.quote[i]].span)
                if after < n and v.paragraph[after] == paragraph and v.sentence[after] == v.sentence[after - 1] and v.kind[after] != MARK:
                    break
                draft.content += self.contents.quotation(v.quote[i])
                i = after

    def _records(self) -> tuple[Attribution, ...]:
        text, v = self.text, self.v
        speech = speech_of(v.tokens, np.array(v.quote, np.int64) >= 0)
        records: list[Attribution] = []
        for draft in self.drafts:
            content = tuple(Span.of(text, a, b) for a, b in _merge(draft.content))
            records.append(
                Attribution(
                    id=len(records),
                    source=None if draft.source is None else Span.of(text, *self.contents.chars(*draft.source)),
                    cue=Span.of(text, *self.contents.chars(draft.cue.first, draft.cue.last)),
                    content=content,
                    speech=speech(draft.cue.head, map(v.tokens.range, content)),
                    confidence=draft.confidence,
                )
            )
        return tuple(records)


@lru_cache(maxsize=1)
def _cover() -> re.Pattern[str]:
    # the same string as in framing.levels, so that ``re`` compiles it once
    return re.compile("(?i)" + "|".join(f"(?:{r['pattern']})" for r in read_table("anonymity") if r["grade"] == "boilerplate"))


def _asks_for_cover(text: str, draft: _Draft, contents: Contents) -> bool:
    """Whether the words are a formula of anonymity ("asked not to be named"): how a source speaks, no statement of its own."""
    first, last = contents.start[draft.cue.first], contents.end[draft.cue.last - 1]
    # A formula begins with a token: a search at every character takes ten times as long.
    begins = contents.start[max(0, draft.cue.first - 6) : draft.cue.last]
    match, limit = _cover().match, last + 80
    for i in begins:
        m = match(text, i, limit)
        if m is not None and first < m.end():
            return True
    return False


def _merge(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return merged
