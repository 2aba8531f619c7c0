"""The scope of a cue: the stretch of its sentence that the cue makes uncertain (or certain), found by rules on words and punctuation.

Conventions after BioScope (Vincze et al. 2008): the scope is one stretch, holds the cue, lies inside the sentence, and takes the
largest unit the cue can govern.

* modal, adverb, apodosis: the clause the cue stands in;
* followed by an infinitive ("is believed to", "seems to", "likely to"): the clause too, since its subject is raised from the infinitive;
* other verbs, adjectives and nouns ("suggests that", "fears that"): from the cue to the end of its complement, which is the end of the
  clause, an embedded question included ("wonder if ..."); where nothing follows ("a deal is possible") from the beginning of the clause;
* an adjective before its noun ("a possible motive", "the alleged leader of the gang was freed"): to the end of the noun phrase, taken to
  end before the next verb that the rules know by its form;
* a parenthesis ("the museum, it seems, has no plan", "the painting is a copy, he believes."): the clause around it as well;
* conditions and questions: from the cue to the end of the clause; for conditions that is the next comma too;
* rounders ("about 200"): the cue and its number;
* other approximators, weasels and peacocks: ``None``, since they qualify a word or a source and not a proposition.

A clause begins after sentence start, ``; : ( )``, dashes, quotation marks, conjunctions such as "that", "because" and "but", a
reporting verb followed by a subject ("said the pipeline might"), a comma before such a word, and the comma that closes a fronted phrase;
it ends before the same, but not between a verb and its subject.
Without a parser this is a rule of thumb, untested on real gold: no annotated scopes of news are at hand, only cases of ours. A scope
never reaches more than ``REACH`` tokens to either side nor over ``LONGEST`` characters, which keeps the work linear in texts without
punctuation.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import BIT, Lexicon
from framing.hedge_rules import Context, Cues, Index
from framing.learning.interning import distinct
from framing.records import Span
from framing.tokens import Bools, Remembered

REACH = 80  # tokens; longer clauses are rare in edited news
LONGEST = 4000  # characters

_SORTS = {  # of cues, by subtype
    **{name: (name,) for name in ("modal", "question", "apodosis", "rounder")},
    "clause": ("modal", "adverb", "apodosis", "emphasis", "universal", "degree"),
    "verbal": ("verb", "belief", "expectation", "opinion", "supposition"),
    "attributive": ("adjective", "hearsay", "inference", "distance", "certainty"),
}
_STRONG = frozenset(";:()[]{}—–\"“”«»") | {"--", "---", "..."}
_CUT, _COMMA, _END = 1, 2, 4
_FINAL = frozenset(".!?…\"”’'»)") | {"..."}


def _marks(context: Context) -> NDArray[np.int8]:
    """What punctuation does, for each token and the place n: bits ``_CUT``, ``_COMMA``, ``_END``."""
    return np.append(context.tokens.lookup(_bits, np.int8), np.int8(0))


@Remembered
def _bits(token: str) -> int:
    return (_CUT if token in _STRONG else 0) | (_COMMA if token == "," else 0) | (_END if token in _FINAL else 0)


def _clauses(context: Context, marks: NDArray[np.int8]) -> tuple[Index, Index, Index]:
    """Where clauses begin (token), where they end (one past the last token), and where conditions end; sorted."""
    words, members, has = context.words, context.lexicon.members, context.isin
    pron, conj = members["pron"], members["conj"]
    # a comma before a new clause, before a report ("..., the minister said") or after a fronted phrase
    comma = np.flatnonzero(marks & _COMMA)
    near = [words[context.inside(comma + k, comma)] for k in (1, 2, 3, 4)]
    soft = members["cuts relative pron"][near[0]] | (conj[near[0]] & pron[near[1]])
    for word in near:
        soft |= members["say report"][word]
    soft |= _fronted(context, comma)
    joins = np.flatnonzero(has("conj")[:-1])
    joins = joins[members["pron cuts_after cuts"][words[context.inside(joins + 1, joins)]]]
    # "said the pipeline might"; not the inverted "..., said the minister, ..." nor "is said the"
    verbs = np.flatnonzero(has("say report claim")[:-1])
    following, previous = context.inside(verbs + 1, verbs), context.inside(verbs - 1, verbs)
    subject = members["det poss"][words[following]] | context.shaped(following, "CAPITAL", "PLURAL", "NUMBER")
    inverted = members["be"][words[previous]] | ((marks[previous] & (_CUT | _COMMA)) != 0)
    says, claims = (members[names][words[verbs]] for names in ("say report", "claim"))
    said = verbs[(says & pron[words[following]]) | (claims & subject & ~inverted)]
    strong, soft_at = np.flatnonzero(marks & _CUT), comma[soft]
    begins = np.concatenate([strong, soft_at, np.flatnonzero(has("cuts_after")[:-1]), joins, said]) + 1
    n = len(context.begin)
    opening = context.tokens.sentence_first[:-1]
    begins = distinct(np.concatenate([opening, begins[begins < n], np.flatnonzero(has("relative")[:-1])]))
    # the last word of a sentence, its closing marks left out
    tail = np.flatnonzero((marks[:-1] & _END) == 0)
    bounds = context.tokens.sentence_first[1:].astype(np.int64)
    position = np.searchsorted(tail, bounds, side="left") - 1
    stop = tail[position[position >= 0]] + 1
    ends = distinct(np.concatenate([strong, soft_at, np.flatnonzero(has("cuts")[:-1]), joins, stop, bounds]))
    return begins, ends, distinct(np.concatenate([ends, comma]))


def _fronted(context: Context, comma: Index) -> Bools:
    """Which commas are the first of a sentence that opens with a preposition, a subordinator or an inverted auxiliary."""
    words, members = context.words, context.lexicon.members
    first = context.begin[comma]
    word = words[first]
    focused = members["focus"][word] & members["prep cuts"][words[context.inside(first + 1, first)]]  # "Even if"
    opener = members["prep cuts inverts"][word] | focused
    sentence = context.tokens.sentence[comma]
    return np.asarray(opener & np.append(True, sentence[1:] != sentence[:-1])[: len(comma)])


def _number_end(context: Context, last: Index) -> Index:
    """One past the number that follows (at most six tokens: "about 3.5 million")."""
    solid = context.has("NUMBER") | context.isin("number unit")
    number = solid | context.isin("article")
    going = np.ones(len(last), np.bool_)
    end = last.copy()
    for k in range(6):
        place = context.inside(last + k, last - 1)
        going &= number[place]
        end = np.where(going & solid[place], last + k + 1, end)
    return np.asarray(end, np.int64)


def _phrase_end(context: Context, last: Index, right: Index) -> Index:
    """One past the noun phrase after an attributive adjective: the next word with the form of a verb ends it, else the clause does."""
    verb = context.isin("be modal have report relative")
    stops = np.append(np.flatnonzero(verb | context.has("ED")), len(verb))
    return np.asarray(np.minimum(stops[np.searchsorted(stops, last + 1, side="left")], right), np.int64)


def _parenthesis(context: Context, marks: NDArray[np.int8], left: Index, last: Index) -> tuple[Bools, Bools]:
    """Cues at the end of a clause of at most four words that a comma opens and that a comma, or the end of the sentence, closes."""
    follows = context.inside(last, left)
    short = ((marks[context.inside(left - 1, left)] & _COMMA) != 0) & (last - left <= 4)
    return short & ((marks[follows] & _COMMA) != 0), short & ((follows == len(context.begin)) | ((marks[follows] & _END) != 0))


@lru_cache(maxsize=2)
def _sorts(lexicon: Lexicon) -> dict[str, Bools]:
    """Which entries of the lexicon are of each sort."""
    return {name: np.array([e.subtype in subtypes for e in lexicon.entries], np.bool_) for name, subtypes in _SORTS.items()}


def _among(types: tuple[str, ...], *wanted: str) -> Bools:
    return np.array([kind in wanted for kind in types], np.bool_)


def _extent(context: Context, cues: Cues, sort: dict[str, Bools], types: tuple[str, ...]) -> tuple[Index, Index]:
    """First token of each scope and one past its last, for cues that qualify a proposition or a noun phrase."""
    first, last, words, members = cues.first, cues.last, context.words, context.lexicon.members
    marks = _marks(context)
    begins, ends, commas = _clauses(context, marks)
    low = np.maximum(context.begin[first], first - REACH)
    high = np.minimum(context.end[first], last + REACH)
    follows, before = context.inside(last, first), context.inside(first - 1, first)

    # the clause
    left = np.maximum(begins[np.searchsorted(begins, first, side="right") - 1], low)
    middle, trailing = (closed & sort["verbal"] for closed in _parenthesis(context, marks, left, last))
    skips = ((marks[follows] & _COMMA) != 0) & (middle | (first == left) | sort["modal"])  # "Perhaps, the ..."
    inquiries = _among(types, "investigation")
    if inquiries.any():
        skips |= np.isin(last, first[inquiries])  # "wonder if": the question belongs to the scope
    right = np.minimum(ends[np.minimum(np.searchsorted(ends, last + skips, side="left"), len(ends) - 1)], high)
    comma = np.minimum(commas[np.minimum(np.searchsorted(commas, last, side="left"), len(commas) - 1)], high)
    # "the bank, which may close, has ...": a comma closes what a relative pronoun after a comma opens
    relative = members["relative"][words[left]] & ((marks[context.inside(left - 1, left)] & _COMMA) != 0)
    right = np.where(relative, np.minimum(right, comma), right)

    # cues of the clause, of its end, of a complement
    to = context.lexicon.index("to")
    manner = (context.shapes[last - 1] & BIT["LY"]) != 0
    raised = (words[follows] == to) | (words[last - 1] == to)
    raised &= ~sort["question"]  # "whether to leave"
    phrase = (members["prep"][words[first]] | (words[first] == context.lexicon.index("according"))) & (last - first > 1)
    clause = sort["clause"] | manner | raised | (phrase & _among(types, "evidential", "doxastic"))
    begin = np.where(clause | (right <= last), left, first)
    outer = np.maximum(begins[np.maximum(np.searchsorted(begins, left - 1, side="right") - 1, 0)], low)
    begin = np.where(middle | trailing, outer, begin)

    # an adjective before its noun
    noun = context.shaped(follows, "LOWER") & ~members["prep"][words[follows]] & (words[follows] != to)
    attributive = noun & sort["attributive"] & members["det poss"][words[before]] & ~manner
    begin = np.where(attributive, first, begin)
    if attributive.any():
        right = np.where(attributive, _phrase_end(context, last, right), right)

    conditional = _among(types, "condition") & ~sort["apodosis"]
    return np.where(conditional, first, begin), np.where(conditional, comma, right)


def find_scopes(context: Context, cues: Cues, types: tuple[str, ...], least: Index, most: Index) -> list[Span | None]:
    """The scope of each cue.

    Parameters
    ----------
    context : Context
        The text as the rules see it.
    cues : Cues
        k cues in order.
    types : tuple of str
        Their k final types.
    least, most : (k,) arrays
        First token and one past the last of the whole words of each cue, which the scope holds.

    Returns
    -------
    list
        k spans or ``None``.
    """
    first, last = cues.first, cues.last
    if not len(first):
        return []
    sort = {name: entries[cues.entry] for name, entries in _sorts(context.lexicon).items()}
    begin, end = _extent(context, cues, sort, types)
    rounder = sort["rounder"]
    if rounder.any():
        begin, end = np.where(rounder, first, begin), np.where(rounder, _number_end(context, last), end)
    none = _among(types, "weasel", "peacock") | (_among(types, "approximator") & ~rounder)
    begin, end = np.minimum(begin, least), np.maximum(end, most)
    none |= context.tokens.end[end - 1] - context.tokens.start[begin] > LONGEST
    span = context.tokens.span
    return [None if empty else span(a, b) for a, b, empty in zip(begin.tolist(), end.tolist(), none.tolist())]
