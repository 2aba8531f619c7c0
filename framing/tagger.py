"""The token tagger of attributions: signals and templates in, labels and their probabilities out.

Conventions
-----------
The keys of ``TEMPLATES`` that occur often enough in training are the features of a :class:`framing.learning.network.Network`; all others
are nothing. A chain is a paragraph; one of more than ``LONGEST`` tokens is cut, at the end of a sentence where there is one. What depends
on the word type only, the sum of its rows of weights for each offset, is kept in a table (:mod:`framing.word_types`).

The best labelling is that of Viterbi with a bias added to the scores of the labels that begin something, as likelihood is blind to the
difference between a missed piece and a wrong one and F1 is not: all of it for cues, less for sources and contents (``LEANINGS``). Pieces
by themselves are chosen by their own probabilities instead (:mod:`framing.learning.segments`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import crf
from framing.learning.crf import Transitions
from framing.learning.interning import KeyTable
from framing.learning.network import Network, neighbours
from framing.learning.segments import choose, posteriors
from framing.learning.words import WordClasses
from framing.patterns import Patterns
from framing.records import Quote
from framing.signals import SMALL, TYPE_COLUMNS, Hashes, Signals, TypeMemory, lexicon_bits, read_signals
from framing.tagging import CONTENT_LEFT, CONTENT_RIGHT, CUE, LABELS, ROLES, SOURCE_LEFT, SOURCE_RIGHT, Piece
from framing.templates import OUTSIDE, Template, is_small, keys, small_keys, small_values, split, type_keys
from framing.tokens import Tokens
from framing.word_types import Table

Labels = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

LONGEST = 256  # tokens of a chain
PART = 1 << 14  # tokens that are scored at once: keeps the memory flat on long texts
LEANINGS = {CUE: 1.0, SOURCE_RIGHT: 0.6, SOURCE_LEFT: 0.6, CONTENT_RIGHT: 0.4, CONTENT_LEFT: 0.4}


def _alone(columns: str, offsets: Iterable[int]) -> list[Template]:
    return [((name, d),) for d in offsets for name in columns.split()]


def _joined(*templates: str) -> list[Template]:
    """``"word-1 word"`` is the template of the word before and the word."""
    out = []
    for template in templates:
        parts = [(part.rstrip("+-1"), part[-2:]) for part in template.split()]
        out.append(tuple((name, int(end) if end in ("-1", "+1") else 0) for name, end in parts))
    return out


TEMPLATES: tuple[Template, ...] = (
    *_alone("word cluster512 cluster64 grammar reporting", range(-3, 4)),
    *_alone("suffix3 suffix2 shape lexicons cluster1000", range(-2, 3)),
    *_alone("prefix3 form suffix1", range(-1, 2)),
    *_alone("quotation rule_label cue_frame", range(-1, 2)),
    *_alone("cue_precision rule_nested sentence_opening finite", [0]),
    *_alone("from_sentence_start to_sentence_end sentence_in_paragraph paragraph paragraph_length body", [0]),
    *_alone("quoted_in_sentence quoted_in_paragraph", [0]),
    *_alone("left_cue_frame left_cue_precision left_cue_distance left_cue_lemma", [0]),
    *_alone("right_cue_frame right_cue_precision right_cue_distance right_cue_lemma", [0]),
    *_alone("left_border left_border_distance left_border_next right_border right_border_distance right_border_next", [0]),
    *_joined("word-1 word", "word word+1", "cluster64-1 cluster64", "cluster64 cluster64+1", "grammar-1 grammar", "grammar grammar+1"),
    *_joined("grammar-1 grammar grammar+1", "cluster64-1 cluster64 cluster64+1"),
    *_joined("rule_label word", "rule_label grammar", "quotation grammar", "quotation quoted_in_sentence", "cue_frame reporting"),
    *_joined("left_cue_frame left_cue_distance", "right_cue_frame right_cue_distance", "left_cue_precision right_cue_precision"),
    *_joined("left_cue_frame grammar", "right_cue_frame grammar", "from_sentence_start grammar"),
    *_joined("left_border left_border_distance", "right_border right_border_distance"),
)
BY_TYPE, BY_TOKEN = split(TEMPLATES)
_SMALL = tuple(template for template in BY_TOKEN if is_small(template))
_HASHED = tuple(template for template in BY_TOKEN if not is_small(template))
_OFFSETS = tuple(sorted({template[0][1] for template in BY_TYPE}))
_CHOSEN = [[k for k, template in enumerate(BY_TYPE) if template[0][1] == d] for d in _OFFSETS]


def chains(tokens: Tokens) -> Labels:
    """Borders of the chains of a text: paragraphs, long ones cut."""
    first = tokens.paragraph_first.astype(np.int64)
    if not len(tokens) or int(np.diff(first).max()) <= LONGEST:
        return first
    borders = [0]
    for end in first[1:].tolist():
        while end - borders[-1] > LONGEST:
            ahead = int(tokens.sentence_first.searchsorted(np.int32(borders[-1] + LONGEST), "right")) - 1
            cut = int(tokens.sentence_first[ahead])
            borders.append(cut if cut > borders[-1] else borders[-1] + LONGEST)
        borders.append(end)
    return np.array(borders, np.int64)


def neighbour(tokens: Tokens, offset: int, begin: int, end: int) -> Labels:
    """The word type at ``offset`` from each of the tokens ``begin`` to ``end``; outside its paragraph the number of word types."""
    n = len(tokens)
    low, high = max(begin + offset, 0), min(end + offset, n)  # the tokens that there are
    out = np.full(end - begin, len(tokens.types), np.int64)
    if low < high:
        here, there = slice(low - offset, high - offset), slice(low, high)
        inside = tokens.paragraph[there] == tokens.paragraph[here]
        np.copyto(out[low - offset - begin : high - offset - begin], tokens.type[there], where=inside)
    return out


class Labeller(ABC):
    """What labels the tokens of a text by the scores of a chain model, wherever these come from."""

    transitions: Transitions

    @abstractmethod
    def scored(self, patterns: Patterns, quotes: Sequence[Quote], body_only: bool) -> Iterator[tuple[Labels, Floats]]:
        """The borders of the chains of each part of a text, and the label scores (tokens, L) of its tokens, which the caller may change.

        What is outside the body need not be scored if ``body_only``.
        """

    def label(self, patterns: Patterns, quotes: Sequence[Quote], bias: float = 0.0, body_only: bool = False) -> tuple[Labels, Floats]:
        """The labels of a text and the probability of every label.

        Parameters
        ----------
        patterns : Patterns
        quotes : sequence of Quote
            The same that the patterns were read with.
        bias : float
            See the module's docstring; probabilities are without it.
        body_only : bool
            Whether tokens outside the body are O for certain.

        Returns
        -------
        labels : (n,) array
        probabilities : (n, L) array
        """
        labels = np.zeros(len(patterns.view.tokens), np.int64)
        probabilities = np.zeros((len(labels), len(LABELS)))
        leaning = np.zeros(len(LABELS))
        leaning[list(LEANINGS)] = list(LEANINGS.values())
        for first, scores in self._allowed(patterns, quotes, body_only):
            begin, end = int(first[0]), int(first[-1])
            layout = crf.Layout.of(first - begin)
            labels[begin:end] = crf.viterbi(scores + bias * leaning, self.transitions, layout)
            probabilities[begin:end] = crf.beliefs(scores, self.transitions, layout, pairs=False).marginals
        return labels, probabilities

    def spans(self, patterns: Patterns, quotes: Sequence[Quote], threshold: float, body_only: bool = False) -> list[Piece]:
        """Pieces by themselves: those that overlap no other, with the highest total of probability less ``threshold``.

        Parameters
        ----------
        patterns : Patterns
        quotes : sequence of Quote
            The same that the patterns were read with.
        threshold : float
            Above 0, at most 1; about half of the F1 that can be reached. Every piece is more probable.
        body_only : bool
            As :meth:`label`.

        Returns
        -------
        list of Piece
            In order.

        Raises
        ------
        ValueError
            If ``threshold`` is not in its range.
        """
        if not 0 < threshold <= 1:
            raise ValueError(f"the threshold of probabilities must be above 0 and at most 1, not {threshold}")
        out = []
        for first, scores in self._allowed(patterns, quotes, body_only):
            begin = int(first[0])
            found = choose(posteriors(scores, self.transitions, first - begin, tuple(ROLES), threshold), threshold)
            columns = ((found.begin + begin).tolist(), (found.end + begin).tolist(), found.kind.tolist())
            out += [Piece(*row) for row in zip(*columns)]
        return out

    def _allowed(self, patterns: Patterns, quotes: Sequence[Quote], body_only: bool) -> Iterator[tuple[Labels, Floats]]:
        """As :meth:`scored`, with everything but O forbidden outside the body."""
        for first, scores in self.scored(patterns, quotes, body_only):
            if body_only:
                scores[~patterns.view.tokens.body[first[0] : first[-1]], 1:] = -np.inf
            yield first, scores


class Tagger(Labeller):
    """Labels the tokens of a text by a network; see the module's docstring.

    Parameters
    ----------
    classes : WordClasses
    known : (F,) uint64 array
        The keys that are features, distinct.
    network : Network
        With F rows of inputs.
    listed : mapping, optional
        Words of lexicons, as :class:`framing.signals.TypeMemory` takes them.
    """

    def __init__(self, classes: WordClasses | None, known: Hashes, network: Network, listed: Mapping[str, int] | None = None) -> None:
        if len(known) != len(network.inputs):
            raise ValueError(f"{len(known)} keys and {len(network.inputs)} rows of weights do not fit")
        self.classes, self.network, self.transitions = classes, network, network.transitions
        self.listed = lexicon_bits() if listed is None else listed
        self.table = KeyTable(known)
        self.signals = TypeMemory(classes, self.listed)
        self._inputs = np.concatenate([network.inputs, np.zeros((1, network.inputs.shape[1]), np.float32)])  # the last: unknown
        self._small = self.table.numbers(small_keys(_SMALL)).reshape(-1)
        outside = self._type_sums(np.full((1, len(TYPE_COLUMNS)), OUTSIDE, np.uint64))[0]
        self._sums = Table(lambda types: self._type_sums(self.signals.rows(types)), outside)

    def __reduce__(self) -> tuple[type[Tagger], tuple[Any, ...]]:
        return Tagger, (self.classes, self.table.keys, self.network, self.listed)  # without what is in the memories

    def read(self, patterns: Patterns, quotes: Sequence[Quote]) -> Signals:
        """The signals of a text."""
        return read_signals(patterns, quotes, self.signals)

    def scored(self, patterns: Patterns, quotes: Sequence[Quote], body_only: bool) -> Iterator[tuple[Labels, Floats]]:
        """The borders of the chains of each part of a text, and the label scores of its tokens."""
        signals = self.read(patterns, quotes)
        for first in parts(chains(signals.tokens)):
            yield first, self.scores(signals, first)

    def scores(self, signals: Signals, first: Labels) -> Floats:
        """Label scores of the tokens ``first[0]:first[-1]``, whose chains have the borders ``first``."""
        tokens, begin, end = signals.tokens, int(first[0]), int(first[-1])
        width = self._inputs.shape[1]
        sums, by_type = tokens.rows(self._sums).reshape(-1, width), np.append(tokens.numbers, 0) * len(_OFFSETS)
        total, rows = np.zeros((end - begin, width), np.float32), np.empty((end - begin, width), np.float32)
        for k, d in enumerate(_OFFSETS):
            # np.take with a place for the result is faster than indexing.
            np.take(sums, by_type.take(neighbour(tokens, d, begin, end)) + k, axis=0, out=rows, mode="clip")
            total += rows
        for row in self._numbers(signals, begin, end):
            np.take(self._inputs, row, axis=0, out=rows, mode="wrap")  # -1, what is unknown, is the last
            total += rows
        return self.network.emissions(total, neighbours(first - begin, self.network.distances))

    def _numbers(self, signals: Signals, begin: int, end: int) -> list[NDArray[np.int32]]:
        """Rows of weights of each of the templates ``BY_TOKEN`` for some tokens, (end - begin,); -1 for none."""
        places = small_values(signals, _SMALL, begin, end)
        places += (SMALL + 1) * np.arange(len(places))[:, None]
        small, hashed = self._small.take(places), self.table.numbers(keys(signals, _HASHED, begin, end))
        rest = {True: iter(small), False: iter(hashed)}
        return [next(rest[is_small(template)]) for template in BY_TOKEN]

    def _type_sums(self, rows: Hashes) -> NDArray[np.float32]:
        """Sums of rows of weights for each offset, for word types whose type columns are ``rows``: (m, offsets, H)."""
        numbers = self.table.numbers(type_keys(rows, BY_TYPE))
        return np.stack([self._inputs[numbers[chosen]].sum(axis=0) for chosen in _CHOSEN], axis=1)


def parts(first: Labels) -> Iterator[Labels]:
    """Runs of chains of about ``PART`` tokens, as their borders."""
    begin = 0
    while begin < len(first) - 1:
        end = max(int(first.searchsorted(first[begin] + PART, "right")) - 1, begin + 1)
        yield first[begin : end + 1]
        begin = end
