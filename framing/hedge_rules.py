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

from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import BIT, Condition, Lexicon, Node, Term, shape
from framing.tokens import Bools, Tokens

Index = NDArray[np.int64]

_WIDE = frozenset({"sentence", "earlier", "later"})
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

    def isin(self, names: str) -> Bools:
        """Whether each token (and the place n) belongs to a word class, or to one of several between blanks."""
        return self.lexicon.members[names][self.words]

    def has(self, *names: str) -> Bools:
        """Whether each token (and the place n) has one of these shapes."""
        return np.asarray((self.shapes & sum(BIT[name] for name in names)) != 0)

    def shaped(self, place: Index, *names: str) -> Bools:
        """Whether the tokens at some places have one of these shapes."""
        return np.asarray((self.shapes[place] & sum(BIT[name] for name in names)) != 0)


class Conditions:
    """Says whether conditions hold at a candidate.

    There is about one candidate in thirteen words, and most conditions look at one or two words beside it: so candidates are looked at one
    after another, and a condition is left at the first term that decides. Only terms about sentences need the words of the text that fit
    them. These are found once, in order, and searched, so that sentences of any length cost no more.
    """

    def __init__(self, context: Context) -> None:
        self.context, self.conditions = context, context.lexicon.conditions
        self.adverb = context.lexicon.classes["adv"]
        # One number at a time is read faster from the memory of an array than through the array.
        self.words, self.shapes, self.begin, self.end = (a.data for a in (context.words, context.shapes, context.begin, context.end))
        self.fits: dict[Term, list[int]] = {}

    def hold(self, condition: Condition, first: int, last: int) -> bool:
        """Whether all terms of any way hold."""
        for way in condition:
            for term in way:
                if self._holds(term, first, last) == term.negative:
                    break
            else:
                return True
        return False

    def _holds(self, term: Term, first: int, last: int) -> bool:
        """One term at a candidate, taken as if it were not negative."""
        place = term.place
        if place in _STEPS:  # most are
            side, step = _STEPS[place]
            near = last + step if side > 0 else first - step
            return self._fit(term, near if self.begin[first] <= near < self.end[first] else len(self.begin))
        if place in _WIDE:
            begin = last if place == "later" else self.begin[first]
            end = first if place == "earlier" else self.end[first]
            if place == "later":
                end = min(end, max(self._cut(begin), begin))
            fits = self._fits(term)
            at = bisect_left(fits, begin)
            return at < len(fits) and fits[at] < end
        if place == "within" or place == "ago":
            side = 1 if place == "within" else -1
            near = last if place == "within" else first - 1
            return any(self._fit(term, self._inside(near + side * k, first)) for k in range(4))
        return self._fit(term, self._place(place, first, last))

    def _place(self, place: str, first: int, last: int) -> int:
        if place == "self":
            return first
        if place == "opening":
            return int(self.begin[first])
        near = self._inside(last if place == "after" else first - 1, first)
        if self.adverb[self.words[near]] or self.shapes[near] & BIT["LY"]:
            near += 1 if place == "after" else -1
        return self._inside(near, first)

    def _inside(self, place: int, anchor: int) -> int:
        return place if self.begin[anchor] <= place < self.end[anchor] else len(self.begin)

    def _fit(self, term: Term, place: int) -> bool:
        """Whether the word at a place is what a term asks for."""
        if term.words[self.words[place]] or self.shapes[place] & term.shapes:
            return True
        if not term.conditions or place == len(self.begin):
            return False
        return any(self.hold(self.conditions[name], place, place + 1) for name in term.conditions)

    def _fits(self, term: Term) -> list[int]:
        """The tokens that a term fits, in order."""
        found = self.fits.get(term)
        if found is None:
            places = {place for name in term.conditions for way in self.conditions[name] for place in self._fulfilled(way)}
            found = self.fits[term] = sorted(places.union(self._direct(term).tolist()))
        return found

    def _fulfilled(self, way: tuple[Term, ...]) -> list[int]:
        """The tokens, taken for cues of one word, at which a way holds; it begins with the word itself, so that few are left."""
        leads = way[0].place == "self" and not way[0].negative and not way[0].conditions
        return [i for i in (self._direct(way[0]).tolist() if leads else range(len(self.begin))) if self.hold((way,), i, i + 1)]

    def _direct(self, term: Term) -> Index:
        """The tokens that a term fits by themselves."""
        words, shapes = self.context.words[:-1], self.context.shapes[:-1]
        return np.flatnonzero(np.frombuffer(term.words, np.bool_)[words] | ((shapes & term.shapes) != 0))

    def _cut(self, begin: int) -> int:
        """The first conjunction that opens a clause at or behind a token."""
        cuts = self._fits(self.context.lexicon.cuts)
        at = bisect_left(cuts, begin)
        return cuts[at] if at < len(cuts) else len(self.begin)


def _walk(lexicon: Lexicon, words: memoryview, begin: int, end: int, found: list[tuple[int, int, int]]) -> None:
    """Add all entries of the tree that match from ``begin``: first token, one past the last, entry number."""
    nodes: tuple[Node, ...] = (lexicon.tree,)
    for place in range(begin, end):
        word = words[place]
        nodes = nodes[0].after(word, lexicon.classes) if len(nodes) == 1 else _after(nodes, word, lexicon.classes)
        if not nodes:
            break
        for node in nodes:
            for entry in node.entries:
                found.append((begin, place + 1, entry))


def _after(nodes: tuple[Node, ...], word: int, classes: dict[str, Bools]) -> tuple[Node, ...]:
    return tuple(child for node in nodes for child in node.after(word, classes))


def matches(context: Context) -> tuple[Index, Index, Index]:
    """Every match of the lexicon in the body: first token, one past the last token, entry number."""
    lexicon, tokens = context.lexicon, context.tokens
    words = context.words[:-1]
    n = len(words)
    starts = np.flatnonzero(lexicon.first[words] & tokens.body)
    codes = words[starts].astype(np.int64) * lexicon.size + context.words[context.inside(starts + 1, starts)]
    place = np.minimum(np.searchsorted(lexicon.pairs, codes), len(lexicon.pairs) - 1)
    starts = starts[lexicon.pairs[place] == codes]
    rows: list[tuple[int, int, int]] = []
    for begin, end in zip(starts.tolist(), context.end[starts].tolist()):
        _walk(lexicon, words.data, begin, end, rows)
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
    n, words = len(context.begin), context.words
    negator, skip, weak = context.lexicon.classes["negator"], context.lexicon.classes["skip"], context.lexicon.weak
    near, mid, far = (context.inside(first - k, first) for k in (1, 2, 3))

    def negates(place: Index) -> Bools:
        return np.asarray(negator[words[place]] & ~weak[words[np.minimum(place + 1, n)]])

    skips = skip[words[near]]
    found = np.where(negates(near), near, n)
    found = np.where((found == n) & skips & negates(mid), mid, found)
    return np.where((found == n) & skips & skip[words[mid]] & negates(far), far, found)


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
    first, last, entry = matches(context)
    conditions, needs = Conditions(context), context.lexicon.needs
    candidates = zip(first.tolist(), last.tolist(), entry.tolist())
    keep = np.array([not needs[e] or all(conditions.hold(need, a, b) for need in needs[e]) for a, b, e in candidates], np.bool_)
    first, last, entry = first[keep], last[keep], entry[keep]
    holds, open_to, flips, silent = context.lexicon.traits[:, entry]
    negator = _negator(context, first)
    outside = (negator < len(context.begin)) & open_to & ~holds
    flipped = outside & flips
    first = np.where(flipped, negator, first)
    first = whole_words(context)[first] if len(first) else first
    chosen = _resolve(first, last, entry, silent, flipped)
    return Cues(first[chosen], last[chosen], entry[chosen], (outside | holds)[chosen], flipped[chosen])
