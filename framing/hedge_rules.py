"""Cue candidates: where the lexicon matches, which matches are cues, and what negation does to them.

All steps work on arrays of candidates (first token, one past the last token, entry number):

1. single words by vocabulary index; longer entries by a table of word pairs, then a walk down the tree of entries at the few places
   that pass;
2. the entry's condition (``lexicons/hedge_needs.tsv``), one evaluation for all candidates that name it;
3. negation: a negator before the cue, with at most two auxiliaries, adverbs or articles between. Where that changes the type ("not
   clear") the cue begins at the negator. A cue that would begin with a clitic begins with the word that this leans on ("isn't clear");
4. overlaps: a ``none`` entry silences what lies inside it; among the others the leftmost wins, then the longest,
   then an entry that holds its negation itself, then the earlier row.

Every step looks at a bounded number of neighbours or at sums over sentences, so that time is linear in the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import BIT, Lexicon, Node, Term, shape
from framing.tokens import Bools, Tokens

Index = NDArray[np.int64]

_NO_NEGATION = ("approximator", "weasel", "peacock", "condition", "none")
_STEPS = {"next": (1, 0), "next2": (1, 1), "next3": (1, 2), "next4": (1, 3), "prev": (-1, 1), "prev2": (-1, 2)}


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What the conditions look at. Arrays have length n + 1: index n stands for "outside the sentence" (vocabulary index 0, shape END)."""

    tokens: Tokens
    lexicon: Lexicon
    words: NDArray[np.int32]
    shapes: NDArray[np.int32]
    begin: Index  # (n,) first token of the sentence of each token
    end: Index  # (n,) one past its last token
    sums: dict[int, Index] = field(default_factory=dict)
    true: dict[str, Bools] = field(default_factory=dict)

    @classmethod
    def of(cls, tokens: Tokens, lexicon: Lexicon) -> Context:
        """Look all token types up once."""
        words = np.append(tokens.lookup(lexicon.index), 0).astype(np.int32)
        shapes = np.append(tokens.lookup(shape), BIT["END"]).astype(np.int32)
        bounds = tokens.sentence_first.astype(np.int64)
        return cls(tokens, lexicon, words, shapes, bounds[tokens.sentence], bounds[tokens.sentence + 1])

    def inside(self, place: Index, anchor: Index) -> Index:
        """``place`` where it lies in the sentence of token ``anchor``, else n."""
        n = len(self.begin)
        return np.where((place >= self.begin[anchor]) & (place < self.end[anchor]), place, n)

    def isin(self, name: str) -> Bools:
        """Whether each token (and the place n) belongs to a word class."""
        return self.lexicon.classes[name][self.words]

    def has(self, *names: str) -> Bools:
        """Whether each token (and the place n) has one of these shapes."""
        wanted = sum(BIT[name] for name in names)
        return np.asarray((self.shapes & wanted) != 0)

    def holds(self, term: Term, first: Index, last: Index) -> Bools:
        """One term of a condition at each candidate."""
        if term.place in ("sentence", "earlier", "later"):
            begin = last if term.place == "later" else self.begin[first]
            end = first if term.place == "earlier" else self.end[first]
            end = np.minimum(end, np.maximum(self._cut(begin), begin)) if term.place == "later" else end
            found = self._between(term, begin, end)
        elif term.place in ("within", "ago"):
            places = [last + k if term.place == "within" else first - 1 - k for k in range(4)]
            found = np.logical_or.reduce([self._test(term, self.inside(p, first)) for p in places])
        else:
            found = self._test(term, self._place(term.place, first, last))
        return ~found if term.negative else found

    def _test(self, term: Term, place: Index) -> Bools:
        found = term.words[self.words[place]] | ((self.shapes[place] & term.shapes) != 0)
        for name in term.conditions:
            found |= self.everywhere(name)[place]
        return np.asarray(found)

    def _place(self, place: str, first: Index, last: Index) -> Index:
        if place == "self":
            return first
        if place == "opening":
            return self.begin[first]
        if place in _STEPS:
            side, step = _STEPS[place]
            return self.inside(last + step if side > 0 else first - step, first)
        near = self.inside(last if place == "after" else first - 1, first)
        skip = self.lexicon.classes["adv"][self.words[near]] | ((self.shapes[near] & BIT["LY"]) != 0)
        return self.inside(np.where(skip, near + (1 if place == "after" else -1), near), first)

    def _between(self, term: Term, begin: Index, end: Index) -> Bools:
        """Whether the term holds at one of the tokens ``begin:end``."""
        key = id(term)
        if key not in self.sums:
            hits = self._test(term, np.arange(len(self.begin)))
            self.sums[key] = np.append(0, np.cumsum(hits, dtype=np.int64))
        return np.asarray(self.sums[key][end] > self.sums[key][begin])

    def _cut(self, begin: Index) -> Index:
        """The first conjunction that opens a clause at or behind each token."""
        cuts = np.append(np.flatnonzero(self.isin("cuts_after")[:-1]), len(self.begin))
        return cuts[np.searchsorted(cuts, begin)]

    def everywhere(self, name: str) -> Bools:
        """Whether the named condition holds at each token, taken for a cue of one word (and False for the place n)."""
        if name not in self.true:
            found = np.zeros(len(self.begin) + 1, np.bool_)
            place = np.arange(len(self.begin))
            for way in self.lexicon.conditions[name]:  # which begins with the word itself, so that few places are left
                found[self._narrowed(way, place, place + 1, place)] = True
            self.true[name] = found
        return self.true[name]

    def condition(self, name: str, first: Index, last: Index) -> Bools:
        """The named conditions (joined by "+") at each candidate: any way of each, all terms of the way."""
        alive = np.arange(len(first))
        for part in name.split("+"):
            holds, rest = np.zeros(len(first), np.bool_), alive
            for way in self.lexicon.conditions[part]:
                holds[self._narrowed(way, first, last, rest)] = True
                rest = alive[~holds[alive]]
            alive = np.flatnonzero(holds)
        result = np.zeros(len(first), np.bool_)
        result[alive] = True
        return result

    def _narrowed(self, terms: tuple[Term, ...], first: Index, last: Index, chosen: Index) -> Index:
        """Those of the chosen candidates for which all terms hold; nothing is looked at where one before does not."""
        for term in terms:
            if not len(chosen):
                break
            chosen = chosen[self.holds(term, first[chosen], last[chosen])]
        return chosen


def _walk(node: Node, words: list[int], place: int, end: int, classes: dict[str, Bools], found: list[tuple[int, int]]) -> None:
    """All entries of the tree that match from ``place``; (one past the last token, entry number) each."""
    found.extend((place, entry) for entry in node.entries)
    if place >= end:
        return
    word = words[place]
    child = node.words.get(word)
    if child is not None:
        _walk(child, words, place + 1, end, classes, found)
    if word:
        for name, other in node.classes.items():
            if classes[name][word]:
                _walk(other, words, place + 1, end, classes, found)


def matches(context: Context) -> tuple[Index, Index, Index]:
    """Every match of the lexicon in the body: first token, one past the last token, entry number."""
    lexicon, tokens = context.lexicon, context.tokens
    words = context.words[:-1]
    n = len(words)
    starts = np.flatnonzero(lexicon.first[words] & tokens.body)
    codes = words[starts].astype(np.int64) * lexicon.size + context.words[context.inside(starts + 1, starts)]
    place = np.minimum(np.searchsorted(lexicon.pairs, codes), len(lexicon.pairs) - 1)
    starts = starts[lexicon.pairs[place] == codes]
    sequence = words.tolist() if len(starts) else []
    rows: list[tuple[int, int, int]] = []
    for begin, end in zip(starts.tolist(), context.end[starts].tolist()):
        found: list[tuple[int, int]] = []
        _walk(lexicon.tree, sequence, begin, end, lexicon.classes, found)
        rows.extend((begin, last, entry) for last, entry in found)
    longer = np.array(rows, np.int64).reshape(-1, 3)
    alone = np.flatnonzero(lexicon.is_single[words] & tokens.body)
    lists = [lexicon.single[w] for w in words[alone].tolist()]
    repeat = np.repeat(alone, [len(x) for x in lists]) if len(alone) else alone
    entry = np.fromiter(chain.from_iterable(lists), np.int64, len(repeat))
    first = np.concatenate([longer[:, 0], repeat])
    last = np.concatenate([longer[:, 1], repeat + 1])
    keep = (last <= n) & tokens.body[np.minimum(last, n) - 1]
    return first[keep], last[keep], np.concatenate([longer[:, 2], entry])[keep]


def _negator(context: Context, first: Index) -> Index:
    """The token that negates the cue at ``first``, n where there is none."""
    n = len(context.begin)
    negates = context.isin("negator")
    after = np.append(context.words[1:], 0)
    negates = negates & ~np.isin(after, [context.lexicon.index(w) for w in ("only", "just", "least")])
    skip = context.isin("skip")
    near, mid, far = (context.inside(first - k, first) for k in (1, 2, 3))
    found = np.where(negates[near], near, n)
    found = np.where((found == n) & skip[near] & negates[mid], mid, found)
    return np.where((found == n) & skip[near] & skip[mid] & negates[far], far, found)


def whole_words(context: Context) -> Index:
    """The token with which the word of each token begins: for clitics ("n't", "'ll") the one they lean on, else the token itself."""
    tokens, place = context.tokens, np.arange(len(context.begin))
    clitic = context.isin("clitic")[:-1] & (place > context.begin)
    clitic[1:] &= (tokens.start[1:] == tokens.end[:-1]) & (clitic | ~context.has("PUNCT")[:-1])[:-1]
    return np.asarray(np.maximum.accumulate(np.where(clitic, 0, place)), np.int64)


def _resolve(first: Index, last: Index, entry: Index, silent: Bools, flipped: Bools) -> Index:
    """Indices of the candidates that stay, in order of their place."""
    order = np.lexsort((entry, flipped, -last, first))
    quiet = order[silent[order]]
    if len(quiet):
        reach = np.maximum.accumulate(last[quiet])
        at = np.searchsorted(first[quiet], first[order], side="right") - 1
        covered = (at >= 0) & (reach[np.maximum(at, 0)] >= last[order])
        order = order[~covered & ~silent[order]]
    kept: list[int] = []
    taken = 0
    for index, begin, end in zip(order.tolist(), first[order].tolist(), last[order].tolist()):
        if begin >= taken:
            kept.append(index)
            taken = end
    return np.array(kept, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Cues:
    """The cues of a text in order: arrays of equal length; ``flipped`` where negation changed the type."""

    first: Index
    last: Index
    entry: Index
    negated: Bools
    flipped: Bools


def find_cues(context: Context) -> Cues:
    """All cues of the body, without overlaps."""
    lexicon = context.lexicon
    first, last, entry = matches(context)
    needs = np.array([e.needs for e in lexicon.entries])
    wanted = needs[entry] if len(entry) else np.empty(0, needs.dtype)
    keep = np.ones(len(first), np.bool_)
    for name in np.unique(wanted).tolist():
        if name:
            at = np.flatnonzero(wanted == name)
            keep[at] = context.condition(name, first[at], last[at])
    first, last, entry = first[keep], last[keep], entry[keep]
    holds = np.array([e.negated for e in lexicon.entries])[entry]
    open_to = np.array([e.type not in _NO_NEGATION and e.subtype != "modal" for e in lexicon.entries])[entry]
    flips = np.array([e.flip != e.type for e in lexicon.entries])[entry]
    negator = _negator(context, first) if len(first) else first
    outside = (negator < len(context.begin)) & open_to & ~holds
    flipped = outside & flips
    first = np.where(flipped, negator, first)
    first = whole_words(context)[first] if len(first) else first
    silent = np.array([e.type == "none" for e in lexicon.entries])[entry]
    chosen = _resolve(first, last, entry, silent, flipped)
    return Cues(first[chosen], last[chosen], entry[chosen], (outside | holds)[chosen], flipped[chosen])
