"""The scope of a cue: the stretch of its sentence that the cue makes uncertain (or certain), found by rules on words and punctuation.

Conventions after BioScope (Vincze et al. 2008): the scope is one stretch, holds the cue, lies inside the sentence, and takes the
largest unit the cue can govern.

* modal, adverb, apodosis: the clause the cue stands in;
* followed by an infinitive ("is believed to", "seems to", "likely to"): the clause too, since its subject is raised from the infinitive;
* other verbs, adjectives and nouns ("suggests that", "fears that"): from the cue to the end of its complement, which is the end of the
  clause; where nothing follows ("..., he believes.") from the beginning of the clause to the cue;
* conditions and questions: from the cue to the end of the clause; for conditions that is the next comma too;
* rounders ("about 200"): the cue and its number;
* other approximators, weasels and peacocks: ``None``, since they qualify a word or a source and not a proposition.

A clause begins after sentence start, ``; : ( )``, dashes, quotation marks, conjunctions such as "that", "because" and "but", a
reporting verb followed by a pronoun, a comma before such a word, and the comma that closes a fronted phrase; it ends before the same.
Without a parser this is a rule of thumb: no news scopes exist to measure it by. A scope never reaches more than ``REACH`` tokens to
either side nor over ``LONGEST`` characters, which keeps the work linear in texts without punctuation.
"""

from __future__ import annotations

import numpy as np

from framing.hedge_lexicon import BIT
from framing.hedge_rules import Context, Cues, Index
from framing.records import Span
from framing.tokens import Bools

REACH = 80  # tokens; longer clauses are rare in edited news
LONGEST = 4000  # characters

_CLAUSE = ("modal", "adverb", "apodosis", "emphasis", "universal", "degree")
_STRONG = frozenset(";:()[]{}—–\"“”«»") | {"--", "---", "..."}
_FINAL = frozenset(".!?…\"”’'»)") | {"..."}


def _flags(context: Context, words: frozenset[str]) -> Bools:
    return np.append(context.tokens.lookup(lambda t: t in words, np.bool_), False)


def _clauses(context: Context) -> tuple[Index, Index, Index]:
    """Where clauses begin (token), where they end (one past the last token), and where conditions end; sorted."""
    n = len(context.begin)
    here = np.arange(n)
    following = context.inside(here + 1, here)
    strong = _flags(context, _STRONG)[:n]
    comma = _flags(context, frozenset((",",)))[:n]
    that, opens, pron = (context.isin(name) for name in ("cuts_after", "cuts", "pron"))
    relative, conj, say = context.isin("relative"), context.isin("conj"), context.isin("say") | context.isin("report")
    second = context.inside(here + 2, here)
    starts_clause = opens | relative | pron
    soft = comma & (starts_clause[following] | (conj[following] & pron[second]) | _reports(context, say))
    soft |= _fronted(context, comma)
    joined = conj[:n] & pron[following]
    said = say[:n] & pron[following]
    sentence = np.zeros(n, np.bool_)
    sentence[context.begin] = True
    begins = sentence.copy()
    begins[1:] |= (strong | soft | that[:n] | joined | said)[:-1]
    begins |= relative[:n]
    ends = strong | soft | opens[:n] | joined
    # the last word of a sentence, its closing marks left out
    final = _flags(context, _FINAL)[:n]
    tail = np.flatnonzero(~final)
    position = np.searchsorted(tail, context.end, side="left") - 1
    stop = tail[position[position >= 0]] + 1
    end: Index = np.union1d(np.flatnonzero(ends), np.union1d(stop, context.end))
    conditions: Index = np.union1d(end, np.flatnonzero(comma))
    return np.flatnonzero(begins), end, conditions


def _reports(context: Context, say: Bools) -> Bools:
    """Tokens that a reporting verb follows within four tokens of the sentence ("..., the minister said")."""
    n = len(context.begin)
    here = np.arange(n)
    return np.asarray(np.logical_or.reduce([say[context.inside(here + k, here)] for k in (1, 2, 3, 4)]))


def _fronted(context: Context, comma: Bools) -> Bools:
    """The first comma of each sentence that opens with a preposition or a subordinator."""
    n = len(context.begin)
    found = np.zeros(n, np.bool_)
    places = np.flatnonzero(comma)
    opener = (context.isin("prep") | context.isin("cuts"))[context.begin[places]]
    at = np.unique(context.tokens.sentence[places], return_index=True)[1]
    found[places[at]] = opener[at]
    return found


def _number_end(context: Context, last: Index) -> Index:
    """One past the number that follows (at most six tokens: "about 3.5 million")."""
    number = context.has("NUMBER") | context.isin("number") | context.isin("article") | context.isin("unit")
    going = np.ones(len(last), np.bool_)
    end = last.copy()
    for k in range(6):
        going &= number[context.inside(last + k, last - 1)]
        end = np.where(going, last + k + 1, end)
    return np.asarray(end, np.int64)


def find_scopes(context: Context, cues: Cues, types: tuple[str, ...]) -> list[Span | None]:
    """The scope of each cue.

    Parameters
    ----------
    context : Context
        The text as the rules see it.
    cues : Cues
        k cues in order.
    types : tuple of str
        Their k final types.

    Returns
    -------
    list
        k spans or ``None``.
    """
    first, last = cues.first, cues.last
    if not len(first):
        return []
    entries = context.lexicon.entries
    subtype = np.array([entries[e].subtype for e in cues.entry.tolist()])
    kind = np.array(types)
    begins, ends, commas = _clauses(context)
    low = np.maximum(context.begin[first], first - REACH)
    high = np.minimum(context.end[first], last + REACH)
    left = np.maximum(begins[np.searchsorted(begins, first, side="right") - 1], low)
    bare = context.words[context.inside(last, first)] == context.lexicon.index("to")
    comma_next = _flags(context, frozenset((",",)))[context.inside(last, first)]
    # "the bank, which may close, has ...": a comma closes what a relative pronoun after a comma opens
    relative = context.isin("relative")[left] & _flags(context, frozenset((",",)))[context.inside(left - 1, left)]
    right = np.minimum(ends[np.minimum(np.searchsorted(ends, last + comma_next, side="left"), len(ends) - 1)], high)
    condition = np.minimum(commas[np.minimum(np.searchsorted(commas, last, side="left"), len(commas) - 1)], high)
    right = np.where(relative, np.minimum(right, condition), right)
    manner = (context.shapes[last - 1] & BIT["LY"]) != 0
    ends_in_to = context.words[last - 1] == context.lexicon.index("to")
    clause = np.isin(subtype, _CLAUSE) | manner | bare | ends_in_to
    silent = (right <= last) & ~clause
    begin = np.where(clause | silent, left, first)
    conditional = (kind == "condition") & (subtype != "apodosis")
    begin = np.where(conditional, first, begin)
    end = np.where(conditional, condition, np.maximum(right, last))
    rounder = subtype == "rounder"
    begin, end = np.where(rounder, first, begin), np.where(rounder, _number_end(context, last), end)
    none = np.isin(kind, ("weasel", "peacock")) | ((kind == "approximator") & ~rounder)
    begin, end = np.minimum(begin, first), np.maximum(end, last)
    none |= context.tokens.end[end - 1] - context.tokens.start[begin] > LONGEST
    span = context.tokens.span
    return [None if empty else span(a, b) for a, b, empty in zip(begin.tolist(), end.tolist(), none.tolist())]
