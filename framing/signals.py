"""What the trained extractor reads of a text: columns of its word types and columns of its tokens.

Conventions
-----------
A column gives every token a number: the hash (BLAKE2b, 8 bytes) of a string or a small number. Numbers say no more than equal or not.

**Type columns** depend on the token string only, and are read once a word type:

===============  ==================================================================================================================
``word``         the key of the word: small letters, digits as 0 (``framing.learning.words.key``)
``form``         the string as it stands
``prefix3``      first three characters of the key; ``suffix1``, ``suffix2``, ``suffix3``: its last ones
``shape``        ``X`` for capitals, ``x`` for small letters, ``0`` for digits (ASCII), runs cut to two, then the first eight characters
``reporting``    lemma, class and ending of a reporting word (``lexicons/reporting.tsv``); empty for others
``grammar``      closed class, or sort of mark (``framing.phrases``)
``lexicons``     which of ``LEXICONS`` hold the word, alone or in a longer name
``cluster<k>``   class among k = 64, 512, 1000 classes of words (``framing.learning.words``); ``u`` if there is none
===============  ==================================================================================================================

**Context columns** depend on the place. "Quoted" is inside speech quotations; distances and lengths are told apart exactly up to 6, then
coarser (``_STEPS``); left and right are in the same sentence, 0 if there is nothing:

===========================  ======================================================================================================
``quotation``                kind of the outermost quotation; whether its first or last token, or its only one, or another
``from_sentence_start``      tokens before, and ``to_sentence_end`` tokens behind, in the sentence
``sentence_in_paragraph``    sentences before in the paragraph, up to 4; ``paragraph``: paragraphs before, up to 3
``paragraph_length``         in units of four tokens; ``body``: 0 in boilerplate
``quoted_in_sentence``       quarters of the sentence that are quoted; whether anything before, and behind, the token is
``quoted_in_paragraph``      the same of the paragraph; whether anything before, and behind, the sentence is
``cue_precision``            of the possible cue here (``framing.patterns.precision``), in ten steps; ``cue_frame`` its frame
``left_cue_frame``           of the nearest cue with a precision of at least ``LIKELY``; so ``left_cue_lemma`` (and class),
                             ``left_cue_distance``, ``left_cue_precision`` (and whether it is in the same quotation); ``right_cue_...``
``rule_label``               label of ``framing.tagging`` by the attributions of the rules that stand in no other
``rule_nested``              whether inside an attribution of the rules that stands in another
``left_border``              word of the nearest mark, conjunction or relative; ``left_border_distance``; ``left_border_next`` the closed
                             class of the token behind it, be it in the next sentence; so ``right_border``...
``sentence_opening``         first word of the sentence
``finite``                   tokens that look like finite verbs before, and behind, in the sentence: each up to 3
===========================  ======================================================================================================

Templates join columns: :mod:`framing.templates`. Time is linear in the text. Rows of word types are kept in a bounded memory that all
articles of a process may share; results do not depend on what is in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.cues import reporting_forms
from framing.learning.words import WordClasses, key
from framing.lexicons import read_table
from framing.patterns import Patterns
from framing.phrases import AUX, CLOSE, COMMA, CONJ, DASH, MARK, MODAL, NEG, OPEN, QUOTE, REL, SUB, closed_class
from framing.records import QUOTE_KINDS, Attribution, Quote
from framing.tagging import encode
from framing.tokens import Remembered, Tokens
from framing.word_types import Table

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLUSTERS = (64, 512, 1000)
LEXICONS = ("first_names", "titles", "roles", "organisations", "places", "collectives", "documents", "outlets")
_CLUSTER_COLUMNS = tuple(f"cluster{k}" for k in CLUSTERS)
TYPE_COLUMNS = ("word", "form", "prefix3", "suffix1", "suffix2", "suffix3", "shape", "reporting", "grammar", "lexicons", *_CLUSTER_COLUMNS)
CONTEXT_COLUMNS = (
    *("quotation", "from_sentence_start", "to_sentence_end", "sentence_in_paragraph", "paragraph", "paragraph_length", "body"),
    *("quoted_in_sentence", "quoted_in_paragraph", "cue_precision", "cue_frame"),
    *(f"{side}_cue_{what}" for side in ("left", "right") for what in ("frame", "lemma", "distance", "precision")),
    *("rule_label", "rule_nested"),
    *(f"{side}_border{what}" for side in ("left", "right") for what in ("", "_distance", "_next")),
    *("sentence_opening", "finite"),
)
# Context columns whose values are numbers below SMALL; those of the others are hashes.
_OF_SIDES = (f"{side}_{what}" for side in ("left", "right") for what in ("cue_frame", "cue_lemma", "border"))
HASHED = frozenset(["cue_frame", *_OF_SIDES, "sentence_opening"])
SMALL = 64
LIKELY = 0.25  # precision from which on a possible cue counts as a neighbour
_NOTHING = NEG + 1  # no closed class
_STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25, 40)  # where a new class of lengths begins
_STEP = np.searchsorted(_STEPS, np.arange(_STEPS[-1] + 1), "right").astype(np.uint8)
_IS_BORDER = np.isin(np.arange(_NOTHING), [COMMA, MARK, DASH, QUOTE, OPEN, CLOSE, CONJ, SUB, REL])
_IS_FINITE = np.isin(np.arange(_NOTHING), [AUX, MODAL])
_ASCII = {**dict.fromkeys(range(65, 91), "X"), **dict.fromkeys(range(97, 123), "x"), **dict.fromkeys(range(48, 58), "0")}
_RUN = re.compile(r"(.)\1\1+")
_ends_in_ed = Remembered(lambda token: token[-2:].lower() == "ed")


# ---- word types ------------------------------------------------------------------------------------------------------------------------


class TypeMemory(Remembered[bytes]):
    """Word type -> its row of type columns, packed.

    Parameters
    ----------
    classes : WordClasses, optional
        With clusterings of all ``CLUSTERS``; ``KeyError`` if one is missing. Without classes all words are unknown to the clusterings.
    listed : mapping, optional
        As :func:`lexicon_bits` gives it, the default. A trained model keeps that of its training, so that it reads a text alike for good.
    """

    def __init__(self, classes: WordClasses | None = None, listed: Mapping[str, int] | None = None) -> None:
        super().__init__(self._read)
        self._listed = lexicon_bits() if listed is None else listed
        self._rows = {} if classes is None else classes.rows
        self._clusters = () if classes is None else tuple(classes.clusters[k] for k in CLUSTERS)
        self._unknown = _digest("u") * len(CLUSTERS)
        self._table = Table(self.rows)

    def rows(self, types: Sequence[str]) -> Hashes:
        """The type columns of some words: (len(types), len(TYPE_COLUMNS))."""
        packed = np.frombuffer(b"".join(map(self.__getitem__, types)), "<u8")
        return packed.astype(np.uint64, copy=False).reshape(-1, len(TYPE_COLUMNS))

    def rows_of(self, tokens: Tokens) -> Hashes:
        """:meth:`rows` of the word types of a text."""
        return tokens.rows(self._table)[tokens.numbers] if tokens.types else np.zeros((0, len(TYPE_COLUMNS)), np.uint64)

    def _read(self, word: str) -> bytes:
        low, known = word.lower().replace("’", "'"), key(word)
        row = self._rows.get(known)
        return b"".join(
            [
                first := _raw_digest(known),
                first if known == word else _raw_digest(word),
                _digest(known[:3]),
                _digest(known[-1:]),
                _digest(known[-2:]),
                _digest(known[-3:]),
                _digest(_RUN.sub(r"\1\1", word.translate(_ASCII))[:8]),
                _digest(_reporting(low)),
                _digest(str(closed_class(word, word.lower()))),
                _digest(str(self._listed.get(low, 0))),
                self._unknown if row is None else b"".join([_digest(str(c[row])) for c in self._clusters]),
            ]
        )


def _raw_digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


_digest = lru_cache(maxsize=1 << 15)(_raw_digest)  # of short strings that many words share


@lru_cache(maxsize=1 << 12)
def string_hash(text: str) -> int:
    """BLAKE2b of a string, 8 bytes, as a number; remembered, so not for strings without bound."""
    return int.from_bytes(_raw_digest(text), "little")


def _reporting(low: str) -> str:
    found = reporting_forms().get(low)
    if found is None:
        return ""
    lemma, _, kind = found
    return f"{lemma}|{kind}|{low[len(lemma) :] if low.startswith(lemma) else low[-2:]}"


@lru_cache(maxsize=1)
def lexicon_bits() -> Mapping[str, int]:
    """Word -> one bit for each lexicon in whose first column it stands."""
    bits: dict[str, int] = {}
    for i, name in enumerate(LEXICONS):
        for entry in read_table(name):
            for word in next(iter(entry.values())).lower().split():
                bits[word] = bits.get(word, 0) | 1 << i
    return bits


# ---- texts -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """The columns of a text.

    Attributes
    ----------
    tokens : Tokens
    rows : uint64 array (number of word types, len(TYPE_COLUMNS))
    context : dict of str to uint64 array (n,)
        By the names of ``CONTEXT_COLUMNS``.
    """

    tokens: Tokens
    rows: Hashes
    context: dict[str, Hashes]

    def column(self, name: str) -> Hashes:
        """A column of either kind by its name, (n,). Raises ``KeyError`` if there is none."""
        column = self.context.get(name)
        if column is None:
            if name not in TYPE_COLUMNS:
                raise KeyError(name)
            column = self.rows[:, TYPE_COLUMNS.index(name)][self.tokens.type]
        return column


def read_signals(patterns: Patterns, quotes: Sequence[Quote], memory: TypeMemory) -> Signals:
    """Read all columns of a text.

    Parameters
    ----------
    patterns : Patterns
        Of the text, as ``read_patterns`` gives them, with the usual threshold.
    quotes : sequence of Quote
        The same that the patterns were read with.
    memory : TypeMemory
        Holds the classes of words; one for all texts.

    Returns
    -------
    Signals
    """
    tokens = patterns.view.tokens
    rows = memory.rows_of(tokens)
    table = np.zeros((len(CONTEXT_COLUMNS), len(tokens)), np.uint64)
    context = dict(zip(CONTEXT_COLUMNS, table))
    if len(tokens):
        place = _Place.of(tokens)
        word = _behind(rows[:, 0][tokens.type], 0)
        quoted = np.array(patterns.view.quote, np.int64)
        kind = np.array(patterns.view.kind, np.int64)
        context["quotation"][:] = quotation(tokens, quotes)
        _add_layout(context, place, word)
        _add_quoted(context, place, quoted >= 0)
        _add_cues(context, place, patterns, quoted)
        _add_borders(context, place, kind, word)
        found = list(zip(patterns.merged, patterns.parents))
        nested = [a for a, parent in found if parent is not None]
        context["rule_label"][:] = encode(tokens, [a for a, parent in found if parent is None])
        context["rule_nested"][:] = _covered(tokens, nested)
    return Signals(tokens, rows, context)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where the tokens stand: own index, first token of the sentence, one past its last (n,); the same of the paragraph, by sentence."""

    tokens: Tokens
    index: Ints
    sentence: Ints
    begin: Ints
    end: Ints
    paragraph_begin: Ints
    paragraph_end: Ints

    @classmethod
    def of(cls, tokens: Tokens) -> _Place:
        first = tokens.sentence_first.astype(np.int64)
        sentence = tokens.sentence.astype(np.int64)
        paragraph = tokens.paragraph[first[:-1]]
        borders = tokens.paragraph_first.astype(np.int64)
        return cls(
            tokens, np.arange(len(tokens)), sentence, first[sentence], first[sentence + 1], borders[paragraph], borders[paragraph + 1]
        )

    def neighbours(self, marked: Bools) -> tuple[Ints, Ints]:
        """The nearest marked token to the left and to the right in the sentence, n if there is none; a token is not its own neighbour."""
        n = len(self.index)
        left, right = np.full(n, -1), np.full(n, n)
        np.maximum.accumulate(np.where(marked, self.index, -1)[:-1], out=left[1:])
        np.minimum.accumulate(np.where(marked, self.index, n)[:0:-1], out=right[-2::-1])
        left[left < self.begin] = n
        right[right >= self.end] = n
        return left, right


def _behind(values: NDArray[np.generic], last: int) -> NDArray[np.generic]:
    """``values`` with one more behind them, for index n: what is not there."""
    out = np.empty(len(values) + 1, values.dtype)
    out[:-1], out[-1] = values, last
    return out


def _steps(lengths: Ints) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = _STEP.take(lengths, mode="clip")
    return steps


def _sums(flags: Bools) -> Ints:
    """How many of the first i flags are set, (n + 1,)."""
    sums = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=sums[1:])
    return sums


def quotation(tokens: Tokens, quotes: Sequence[Quote]) -> Ints:
    """The column ``quotation`` of a text, (n,): 0 outside quotations, below ``4 * len(QUOTE_KINDS) + 1``."""
    holder = np.full(len(tokens), -1)
    first = tokens.end.searchsorted(np.array([q.span.start for q in quotes], np.int32), "right")
    last = tokens.start.searchsorted(np.array([q.span.end for q in quotes], np.int32)) - 1
    for k, (a, b) in reversed(list(enumerate(zip(first.tolist(), last.tolist())))):
        holder[a : b + 1] = k
    base = np.array([*(4 * QUOTE_KINDS.index(q.kind) + 1 for q in quotes), 0])
    out: Ints = base[holder]
    number = np.arange(len(quotes))
    held = first <= last
    number, first, last = number[held], first[held], last[held]
    opens, closes = first[holder[first] == number], last[holder[last] == number]
    out[opens] += 1
    out[closes] += 2
    return out


def _covered(tokens: Tokens, attributions: Sequence[Attribution]) -> Bools:
    change = np.zeros(len(tokens) + 1, np.int64)
    for a in attributions:
        for span in (a.cue, *a.content, *([] if a.source is None else [a.source])):
            first, last = tokens.range(span)
            change[first] += 1
            change[last] -= 1
    return np.cumsum(change[:-1]) > 0


def _add_layout(context: Mapping[str, Hashes], place: _Place, word: NDArray[np.generic]) -> None:
    tokens, sentence = place.tokens, place.sentence
    context["from_sentence_start"][:] = _steps(place.index - place.begin)
    context["to_sentence_end"][:] = _steps(place.end - 1 - place.index)
    before = np.arange(len(tokens.sentences)) - sentence[place.paragraph_begin]
    context["sentence_in_paragraph"][:] = np.minimum(before, 4)[sentence]
    context["paragraph"][:] = np.minimum(tokens.paragraph, 3)
    context["paragraph_length"][:] = _steps((place.paragraph_end - place.paragraph_begin) // 4)[sentence]
    context["body"][:] = tokens.body
    context["sentence_opening"][:] = word[place.begin]


def _add_quoted(context: Mapping[str, Hashes], place: _Place, quoted: Bools) -> None:
    upto, first = _sums(quoted), place.tokens.sentence_first
    before, behind = upto[first[:-1]], upto[first[1:]]
    quarters = 4 * (behind - before) // (first[1:] - first[:-1])
    left, right = upto[:-1] > upto[place.begin], upto[place.end] > upto[1:]
    context["quoted_in_sentence"][:] = 4 * quarters[place.sentence] + 2 * left + right
    begin, end = place.paragraph_begin, place.paragraph_end
    quarters = 4 * (upto[end] - upto[begin]) // (end - begin)
    context["quoted_in_paragraph"][:] = (4 * quarters + 2 * (before > upto[begin]) + (upto[end] > behind))[place.sentence]


def _add_cues(context: Mapping[str, Hashes], place: _Place, patterns: Patterns, quoted: Ints) -> None:
    n = len(place.index)
    heads = np.array([cue.head for cue, _ in patterns.cues], np.int64)
    precision = np.array([p for _, p in patterns.cues], np.float64)
    steps, frame, lemma = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.uint64), np.zeros(n + 1, np.uint64)
    steps[heads] = 1 + (9.99 * precision).astype(np.int64)
    frame[heads] = np.array([string_hash(cue.key) for cue, _ in patterns.cues], np.uint64)
    lemma[heads] = np.array([string_hash(f"{cue.lemma}|{cue.kind}") for cue, _ in patterns.cues], np.uint64)
    context["cue_precision"][:] = steps[:-1]
    context["cue_frame"][:] = frame[:-1]
    likely = np.zeros(n, np.bool_)
    likely[heads[precision >= LIKELY]] = True
    holder = _behind(quoted, -2)
    for side, near in zip(("left", "right"), place.neighbours(likely)):
        context[f"{side}_cue_frame"][:] = frame[near]
        context[f"{side}_cue_lemma"][:] = lemma[near]
        context[f"{side}_cue_distance"][:] = np.where(near < n, _steps(np.abs(near - place.index)), 0)
        context[f"{side}_cue_precision"][:] = 2 * steps[near] + (holder[near] == quoted)


def _add_borders(context: Mapping[str, Hashes], place: _Place, kind: Ints, word: NDArray[np.generic]) -> None:
    n = len(kind)
    following = np.full(n + 1, _NOTHING)
    following[: n - 1] = kind[1:]
    for side, near in zip(("left", "right"), place.neighbours(_IS_BORDER[kind])):
        context[f"{side}_border"][:] = word[near]
        context[f"{side}_border_distance"][:] = np.where(near < n, _steps(np.abs(near - place.index)), 0)
        context[f"{side}_border_next"][:] = following[near]
    upto = _sums(_IS_FINITE[kind] | place.tokens.lookup(_ends_in_ed, np.bool_))
    before, behind = upto[:-1] - upto[place.begin], upto[place.end] - upto[1:]
    context["finite"][:] = 4 * np.minimum(before, 3) + np.minimum(behind, 3)
