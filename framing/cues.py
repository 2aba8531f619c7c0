"""Cues of attribution: words that may report, with the frame they stand in, and how often that frame is a true cue.

Conventions
-----------
A :class:`Cue` is a word of ``lexicons/reporting.tsv`` in context. Its ``frame`` says what surrounds it:

==============  =======================================================================================
``post``        after the content and a comma or a closing quotation mark: "..., Doe said", "...," said Doe
``quote``       before a quotation or a colon: said: "..."
``that``        before "that" or "how", "whether", "why" ... (``wh``)
``clause``      before a clause without "that": said the plan would fail
``np``          before a noun phrase: criticised the plan
``to``          before a to-infinitive: vowed to resign
``p:<prep>``    before a preposition: called for calm
``tell``        before an addressee that a clause or a quotation follows: told reporters that
``as``          in a clause of comparison that stands apart: as Doe points out, ...
``end``         at the end of a clause
``it``          it is said that
``raised``      questions were raised about (nouns)
``fixed``       according to, in the words of ...
``adverb``      reportedly, allegedly ...
``label``       a name before a colon or behind a dash
==============  =======================================================================================

A prefix says the form: ``ing:`` (saying ...), ``pass:`` (is said to ...), ``inf:`` (to say ...), ``noun:``, ``bare:`` (a present form
that may be a noun). The measured precision of each word and frame on PolNeAR train is in ``lexicons/cue_frames.tsv`` (``python -m
experiments.cues`` writes it); a pair seen too rarely backs off to its class and frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from framing.lexicons import read_table
from framing.phrases import (
    ADV,
    AUX,
    COMMA,
    CONJ,
    DASH,
    DET,
    MARK,
    MODAL,
    NEG,
    NUM,
    OBJ,
    POSS,
    PREP,
    QUOTE,
    REL,
    SUB,
    SUBJ,
    TIME,
    WORD,
    WORDS,
    View,
    is_finite_ahead,
    noun_phrase_after,
    noun_phrase_before,
    skip_occasion,
    verb_group,
)
from framing.tokens import Remembered

FIXED = (
    ("according", "to"),
    ("in", "the", "words", "of"),
    ("in", "the", "opinion", "of"),
    ("in", "the", "view", "of"),
    ("as", "reported", "by"),
    ("as", "quoted", "by"),
    ("per",),
)
_HEADS = frozenset(fixed[0] for fixed in FIXED)
_VERBAL = frozenset(["that", "as", "tell", "wh"])  # frames in which a form can hardly be a noun
_BE = WORDS["be"]
_TELL = WORDS["tell"]
_REPORT_TO = WORDS["report_to"]
_RAISE = WORDS["raise"]
_PARTICLES = WORDS["particle"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A possible cue: tokens ``first`` to ``last`` (excluded), its word at ``head``, and where its content may start (``after``)."""

    first: int
    last: int
    head: int
    lemma: str
    pos: str
    kind: str  # class of the word: speech, belief, intention, attitude, document
    frame: str
    after: int
    bare: bool = False

    @property
    def key(self) -> str:
        """The frame under which its precision is measured; a present form that may be a noun ("the vote on") is told apart."""
        return f"bare:{self.frame}" if self.bare else self.frame


@lru_cache(maxsize=1)
def reporting_forms() -> dict[str, tuple[str, str, str]]:
    """Inflected form -> (lemma, part of speech, class); verbs before nouns."""
    table: dict[str, tuple[str, str, str]] = {}
    for row in sorted(read_table("reporting"), key=lambda r: ("verb", "adverb", "noun").index(r["pos"])):
        for form in row["forms"].split():
            table.setdefault(form, (row["lemma"], row["pos"], row["class"]))
    return table


@lru_cache(maxsize=1)
def reporting_nouns() -> dict[str, tuple[str, str, str]]:
    """The same of nouns alone, among them forms that may be verbs too."""
    return {form: (r["lemma"], "noun", r["class"]) for r in read_table("reporting") if r["pos"] == "noun" for form in r["forms"].split()}


@Remembered
def _may_report(token: str) -> bool:
    low = token.lower()
    return low in reporting_forms() or low in reporting_nouns() or low in _HEADS


def find_cues(v: View) -> Iterator[Cue]:
    """All possible cues, in the order of their heads."""
    tokens = v.tokens
    forms, nouns = reporting_forms(), reporting_nouns()
    wanted = tokens.lookup(_may_report, np.bool_)
    for i in np.flatnonzero(wanted & tokens.body).tolist() if len(tokens) else []:
        low = v.low[i]
        if i > v.first[v.sentence[i]] and v.capital[i] and v.capital[i - 1]:
            continue  # part of a name: "the Daily Post"
        cue = None
        if low in _HEADS:
            cue = _fixed(v, i)
        if cue is None and low in nouns and (low not in forms or _is_nominal(v, i)):
            cue = _noun(v, i, nouns[low])
        elif cue is None and low in forms:
            lemma, pos, kind = forms[low]
            cue = Cue(i, i + 1, i, lemma, pos, kind, "adverb", i + 1) if pos == "adverb" else _verb(v, i, lemma, kind)
        if cue is not None:
            yield cue


def _fixed(v: View, i: int) -> Cue | None:
    for words in FIXED:
        if tuple(v.low[i : i + len(words)]) == words:
            alone = i == v.first[v.sentence[i]] or v.kind[i - 1] == COMMA
            if words == ("per",) and not (alone and (v.capital[min(i + 1, len(v.low) - 1)] or v.low[i + 1 : i + 2] == ["the"])):
                return None
            return Cue(i, i + len(words), i, " ".join(words), "fixed", "speech", "fixed", i + len(words))
    return None


def _is_nominal(v: View, i: int) -> bool:
    """Whether a form that may be a verb or a noun is a noun here."""
    before = v.kind[i - 1] if i > v.first[v.sentence[i]] else MARK
    if v.low[i].endswith(("ed", "ing")):
        return False
    if before == WORD and v.low[i - 1].endswith("ed") and not v.capital[i - 1]:  # "denied reports that"
        return True
    if before in (AUX, ADV) and v.low[i - 1] not in ("’s", "'s"):  # "There are now fears that"
        j = i - 1
        while j > v.first[v.sentence[i]] and v.kind[j] in (AUX, ADV, NEG, MODAL):
            j -= 1
        return v.low[j] == "there"
    if before == MARK and v.low[i].endswith("s") and i + 1 < len(v.low) and v.kind[i + 1] in (AUX, PREP):
        return True
    return before in (DET, POSS, NUM) or (before == PREP and v.low[i - 1] != "to") or (i > 0 and v.low[i - 1] in ("’s", "'s"))


def _noun(v: View, i: int, entry: tuple[str, str, str]) -> Cue | None:
    top = v.first[v.sentence[i] + 1]
    if i + 1 >= top:
        return None
    following = v.low[i + 1]
    if v.kind[i - 1] == DET and v.low[i - 2 : i - 1] == ["in"] and v.low[i] in WORDS["occasion"]:
        return None  # said in a statement
    if following == "that":
        return Cue(i, i + 1, i, *entry, "noun:that", i + 2)
    if following in ("of", "about", "for", "on", "against", "to", "over"):
        return Cue(i, i + 2, i, *entry, f"noun:{following}", i + 2)
    if following == ":":
        return Cue(i, i + 1, i, *entry, "noun:quote", i + 2)
    j = i + 1
    while j < min(top, i + 6) and v.kind[j] in (AUX, ADV, MODAL, NEG):
        j += 1
    if i + 1 < j < top - 1 and v.low[j] in _RAISE and v.low[j + 1] in ("that", "about", "over", "by", "as"):
        return Cue(i, j + 1, i, *entry, "noun:raised", j + 1 + (v.low[j + 1] != "by"))
    return None


def _verb(v: View, i: int, lemma: str, kind: str) -> Cue | None:
    first, last = verb_group(v, i)
    bottom, top = v.first[v.sentence[i]], v.first[v.sentence[i] + 1]
    form = v.low[i]
    before = v.low[i - 1] if i > bottom else ""
    prefix = ""
    passive = not _BE.isdisjoint(v.low[first:i])
    if form.endswith("ing") and not passive:
        prefix = "ing:"
    elif form not in (lemma, f"{lemma}s") and not form.endswith("ing") and (
        passive or (v.low[i + 1 : i + 2] == ["by"] and v.kind[i - 1] == CONJ)
    ):
        prefix = "pass:"
    elif before == "to" or (first > bottom and v.low[first - 1] == "to"):
        if v.low[first - 2 : first - 1] and v.low[first - 2] in WORDS["licence"]:
            return None  # "not authorized to discuss"
        prefix = "inf:"
        first = min(first, i) - 1 if v.low[first - 1 : first] == ["to"] else first
    frame, last, after = _frame(v, i, first, last, top, lemma, prefix)
    if prefix == "pass:" and not frame.startswith("p:by") and first > bottom and v.low[first - 1] == "it":
        frame = "it"
    present = form in (lemma, lemma + "s", lemma + "es", lemma[:-1] + "ies")
    bare = present and not prefix and first == i and frame not in _VERBAL and v.kind[i - 1] not in (SUBJ, REL)
    return Cue(first, last, i, lemma, "verb", kind, prefix + frame, after, bare)


def _frame(v: View, i: int, first: int, last: int, top: int, lemma: str, prefix: str) -> tuple[str, int, int]:
    """Frame, end of the cue and start of its content."""
    if last < top and v.low[last] == "out" and lemma in ("point", "speak", "lay"):
        last += 1
    j = skip_occasion(v, last, top)
    if j + 1 < top and v.kind[j] == ADV and v.low[j + 1] in ("that", ":"):
        j += 1  # "said only that"
    if j >= top or (v.kind[j] == MARK and v.low[j] != ":"):
        j = last  # the occasion ends the sentence: the frame is that of what stands next to the verb
    if last >= top:
        return ("post" if _follows_content(v, i, first) else "end"), last, last
    kind, low = v.kind[j], v.low[j]
    quoted = kind == COMMA and j + 1 < top and v.kind[j + 1] == QUOTE and v.quote[j + 1] != v.quote[i]
    if kind in (COMMA, MARK) and _after_as(v, first):
        return "as", last, j
    if low in (".", "!", "?") and _opens_quotation(v, i, j + 1) and not _follows_content(v, i, first):
        return "quote", last, j + 1
    if low == ":" or kind == QUOTE or quoted:
        return ("post", last, last) if quoted and _follows_content(v, i, first) else ("quote", last, j + (kind != QUOTE))
    if low == "that" and j + 1 < top and v.kind[j + 1] != MARK:
        return "that", last, j + 1
    if kind == REL:
        return "wh", last, j
    if low == "to" and j + 1 < top:
        return _to(v, j, last, top, lemma)
    if lemma in _TELL and (addressed := _addressed(v, j, top, last)):
        return addressed
    if kind in (WORD, DET, SUBJ, POSS, NUM, OBJ) and (_content_before_inversion(v, first) or _is_inverted(v, first, j, top)):
        return "post", last, j
    if (kind not in (DET, POSS, SUBJ, NUM, WORD, OBJ) or lemma in _TELL) and _follows_content(v, i, first):
        return "post", last, j
    if kind == PREP and (low in _PARTICLES or (low == "by" and prefix == "pass:")):
        return f"p:{low}", (j + 1 if j == last else last), j + 1
    if kind in (MARK, COMMA, DASH, CONJ):
        return "end", last, j
    if kind == SUBJ and low not in ("you", "it"):
        return "clause", last, j
    if kind == OBJ:
        return "np", last, j
    if kind == TIME:
        return ("clause" if is_finite_ahead(v, j + 1, top) else "end"), last, j
    return ("clause" if is_finite_ahead(v, j, top) else "np"), last, j


def _to(v: View, j: int, last: int, top: int, lemma: str) -> tuple[str, int, int]:
    """A verb before "to": an infinitive, an addressee with a clause, or a complement."""
    if (v.kind[j + 1] in (WORD, ADV) or v.low[j + 1] in ("be", "have", "do")) and not v.capital[j + 1]:
        return "to", last, j
    phrase = noun_phrase_after(v, j + 1, min(top, j + 14))
    if phrase is not None and phrase[1] < top and v.low[phrase[1]] == "that" and lemma in _REPORT_TO:
        return "tell", last, phrase[1] + 1
    return "p:to", (j + 1 if j == last else last), j + 1


def _addressed(v: View, j: int, top: int, last: int) -> tuple[str, int, int] | None:
    """A verb before an addressee that a clause or a quotation follows."""
    phrase = noun_phrase_after(v, j, min(top, j + 14))
    if phrase is None:
        return None
    end = skip_occasion(v, phrase[1], top)
    if end >= top:
        return None
    if v.low[end] in ("that", ":") or (v.kind[end] == COMMA and end + 1 < top and v.kind[end + 1] == QUOTE):
        return "tell", last, end + 1
    if v.low[end] == "to":
        return "tell:to", last, end
    clause = v.kind[end] in (QUOTE, REL, SUBJ, DET, POSS) or (v.kind[j] == OBJ and v.kind[end] == WORD)
    return ("tell", last, end) if clause else None


def _opens_quotation(v: View, i: int, j: int) -> bool:
    """Whether a speech quotation that does not hold token ``i`` stands at token ``j`` of the same paragraph."""
    return j < len(v.low) and v.quote[j] >= 0 and v.quote[j] != v.quote[i] and v.paragraph[j] == v.paragraph[i]


def _after_as(v: View, first: int) -> bool:
    """Whether the subject of the verb follows "as": as Doe points out."""
    for j in range(first - 1, max(v.first[v.sentence[first]], first - 8) - 1, -1):
        if v.low[j] == "as":
            return j == v.first[v.sentence[first]] or v.kind[j - 1] in (COMMA, DASH, MARK)
        if v.kind[j] in (COMMA, MARK, AUX, MODAL, CONJ, PREP):
            return False
    return False


def _follows_content(v: View, i: int, first: int) -> bool:
    """Whether a comma or a closing mark stands before the subject of the verb, and nothing but the subject between: "..., Doe said"."""
    bottom = max(v.first[v.sentence[i]], first - 30)
    phrase = noun_phrase_before(v, first)
    j = first - 1 if phrase is None else phrase[0] - 1
    while j > bottom and v.kind[j] not in (QUOTE, COMMA, AUX, MODAL, NEG, MARK, CONJ, DASH, REL):
        j -= 1
    kind = v.kind[j]
    if j <= bottom or j == first - 1 or kind not in (QUOTE, COMMA) or (v.quote[j] == v.quote[i] and v.quote[i] >= 0):
        return False
    parenthetical = kind == COMMA and v.kind[i + 1 : i + 2] == [COMMA]
    return parenthetical or _has_clause(v, bottom, j, kind)


def _has_clause(v: View, bottom: int, stop: int, kind: int) -> bool:
    """Whether what stands before the comma can be a content: a quotation, or a clause with a verb."""
    if kind == QUOTE:
        return True
    if v.kind[stop - 1] == QUOTE or v.quote[stop - 1] >= 0 or v.quote[stop] >= 0:
        return True
    if v.kind[bottom] in (PREP, TIME, ADV) and stop - bottom < 5:
        return False
    if v.kind[bottom] == SUB or v.low[bottom].endswith(("ing", "ed")):
        return False
    return any(v.kind[k] in (AUX, MODAL) or v.low[k].endswith("ed") for k in range(bottom, stop))


def _content_before_inversion(v: View, first: int) -> bool:
    """Whether the verb follows a closing quotation mark (or mark and comma) directly: "...," said Doe."""
    j = first - 1
    bottom = v.first[v.sentence[first]]
    if j > bottom and v.kind[j] == COMMA:
        j -= 1
    return j > bottom and v.kind[j] == QUOTE and v.quote[j] >= 0


def _is_inverted(v: View, first: int, j: int, top: int) -> bool:
    """Whether the clause ends with verb and subject: "The bridge is safe, said Doe." """
    bottom = v.first[v.sentence[first]]
    if first - 1 <= bottom or v.kind[first - 1] != COMMA or COMMA in v.kind[max(bottom, first - 40) : first - 1]:
        return False
    phrase = noun_phrase_after(v, j, top)
    if phrase is None or (phrase[1] < top and v.kind[phrase[1]] != MARK):
        return False
    return _has_clause(v, max(bottom, first - 40), first - 1, COMMA)
