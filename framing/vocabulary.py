"""Known n-grams, numbered: which are learned, how often each stands in a row, and where.

Conventions
-----------
* Groups, rows, fields: :mod:`framing.ngrams`. Rows without tokens are empty.
* A vocabulary numbers its features, one block after another for its kinds of n-grams.
* An n-gram is known if at least so many rows of the training texts have it (document frequency df, of m rows); its idf is that of
  scikit-learn, ln((1 + m) / (1 + df)) + 1.
* Features are hashes; what one stands for is read from the text again (:meth:`Vocabulary.find`).

The n-grams of characters are found once for a word type and remembered (bounded); all else is done for all tokens at once. Time is linear
in the text, but for the sorting of counts, which is done in pieces of whole rows so that memory stays flat, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.learning.interning import KeyTable
from framing.learning.linear import Rows, segment_sums
from framing.learning.words import key
from framing.ngrams import LONGEST, Grams, Groups, Ints, Reading, occurrences, padded, spread, type_hashes, windows
from framing.records import Span
from framing.signals import Hashes
from framing.templates import join
from framing.tokens import Tokens
from framing.word_types import Table

Floats = NDArray[np.float64]
Entries = tuple[Ints, NDArray[np.int32]]  # rows in order, numbers of features: one of each occurrence

_REMEMBERED, _BATCH = 1 << 16, 1 << 12  # types whose n-grams are remembered at most, that are read at once
_PIECE = 1 << 14  # tokens that are counted at once, where rows are not longer
_BUFFER = 1 << 22  # keys that wait until they are counted


class _Known(dict[str, bytes]):
    """Word type -> numbers of its known n-grams of characters, int32 with repetitions, in bytes; when full it forgets everything."""

    def __init__(self, grams: Grams, table: KeyTable) -> None:
        super().__init__()
        self._grams, self._table = grams, table

    def read(self, types: Sequence[str]) -> tuple[NDArray[np.int32], Ints]:
        """The numbers of the n-grams of types, one type after another, and where each type begins, then the end; nothing is kept."""
        keys, there, first = windows(types, self._grams)
        numbers = self._table.numbers(keys)
        there &= numbers >= 0
        return numbers[there], np.append(0, np.cumsum(there.sum(axis=1)))[first]

    def of(self, types: Sequence[str]) -> tuple[NDArray[np.int32], Ints]:
        """The numbers of the n-grams of all types, one type after another, and how many each has."""
        found = list(map(self.get, types))
        missing = [i for i, numbers in enumerate(found) if numbers is None] if None in found else []
        for k in range(0, len(missing), _BATCH):
            batch = missing[k : k + _BATCH]
            numbers, ends = self.read([types[i] for i in batch])
            packed, ends = numbers.tobytes(), ends * 4
            if len(self) + len(batch) > _REMEMBERED:
                self.clear()
            for i, a, b in zip(batch, ends.tolist(), ends[1:].tolist()):
                found[i] = packed[a:b]
                if len(types[i]) <= LONGEST:
                    self[types[i]] = packed[a:b]
        whole = [numbers for numbers in found if numbers is not None]
        return np.frombuffer(b"".join(whole), np.int32), np.fromiter(map(len, whole), np.int64, len(whole)) // 4


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Where a feature stands in a text: its number, its kind of n-grams, the n-gram (blanks at the borders of words), its spans."""

    feature: int
    grams: Grams
    text: str
    spans: tuple[Span, ...]


class Vocabulary:
    """Known n-grams, numbered.

    Parameters
    ----------
    grams : sequence of Grams
        One block of features each.
    keys : sequence of uint64 arrays
        The known keys of each block; ``ValueError`` if they are not distinct, or there is no block.
    """

    def __init__(self, grams: Sequence[Grams], keys: Sequence[Hashes]) -> None:
        self.grams, self.tables = tuple(grams), tuple(map(KeyTable, keys))
        if not self.grams or len(self.grams) != len(self.tables):
            raise ValueError(f"{len(self.tables)} blocks of keys for {len(self.grams)} kinds of n-grams")
        self.sizes = tuple(map(len, self.tables))
        self.offsets: tuple[int, ...] = tuple(np.cumsum([0, *self.sizes]).tolist())
        self._known = tuple(_Known(g, table) for g, table in zip(self.grams, self.tables))
        self._single = tuple(Table(partial(_single, g, table)) for g, table in zip(self.grams, self.tables))  # numbers of words

    def __len__(self) -> int:
        return self.offsets[-1]

    def count(self, tokens: Tokens, groups: Groups, rows: int) -> Rows:
        """Count the known n-grams of a text.

        Parameters
        ----------
        tokens : Tokens
        groups : int array (n,), or a mapping of fields to such arrays
            See the module. An array serves all fields.
        rows : int

        Returns
        -------
        Rows
            ``length`` is the number of tokens that each block reads in each row.

        Raises
        ------
        KeyError
            If a field has no groups.
        ValueError
            If groups do not ascend, reach ``rows``, or have another length than the text.
        """
        return Rows.join(list(self.pieces(tokens, groups, rows)))

    def entries(self, tokens: Tokens, groups: Groups, rows: int) -> tuple[Ints, NDArray[np.int32], Ints]:
        """Row and number of every known n-gram, one for each occurrence, and the ``length`` of :meth:`count`; takes the same."""
        readings, length = self._readings(tokens, groups, rows)
        found: list[Entries] = [(np.zeros(0, np.int64), np.zeros(0, np.int32))]
        for b, reading in enumerate(readings):
            found += self._source(tokens, b, reading).between(0, rows)
        return np.concatenate([row for row, _ in found]), np.concatenate([numbers for _, numbers in found]), length

    def _readings(self, tokens: Tokens, groups: Groups, rows: int) -> tuple[list[Reading], Ints]:
        """What each block reads, and how many tokens of each row: (rows, blocks)."""
        readings = [Reading.of(tokens, groups, grams, rows) for grams in self.grams]
        return readings, np.stack([np.bincount(reading.row, minlength=rows) for reading in readings], axis=1)

    def pieces(self, tokens: Tokens, groups: Groups, rows: int) -> Iterator[Rows]:
        """What :meth:`count` gives, a piece of rows after another; at least one piece."""
        readings, length = self._readings(tokens, groups, rows)
        upto = np.cumsum(length.max(axis=1, initial=0))
        bounds = [0, *(np.flatnonzero(np.diff(upto // _PIECE)) + 1).tolist(), rows]
        sources = [self._source(tokens, b, reading) for b, reading in enumerate(readings)]
        for a, b in pairwise(bounds):
            if b == a + 1 and length[a].max() > max(_PIECE, len(tokens) // 4):  # all word types are read for it, so for few rows only
                yield _long(sum(source.bulk(a, len(self)) for source in sources), self.offsets, length[a:b])
            else:
                yield _counted([e for source in sources for e in source.between(a, b)], a, b, self.offsets, length[a:b])

    def _source(self, tokens: Tokens, block: int, reading: Reading) -> _Source:
        grams, offset = self.grams[block], np.int32(self.offsets[block])
        if grams.kind == "character":
            numbers, size = self._known[block].of(tokens.types)
            return _Source([], reading, numbers + offset, size)
        return _Source([e for _, e in self._words(tokens, block, reading)], reading, None, None)

    def _words(self, tokens: Tokens, block: int, reading: Reading) -> Iterator[tuple[tuple[int, Ints], Entries]]:
        """For each n: n and where the known n-grams of words begin, and their entries."""
        offset = np.int32(self.offsets[block])
        if self.grams[block].low == 1:
            numbers = tokens.rows(self._single[block])[tokens.number[reading.at]] if tokens.types else np.zeros(0, np.int32)
            hit = np.flatnonzero(numbers >= 0)
            yield (1, hit), (reading.row[hit], numbers[hit] + offset)
        for n, begin, keys in reading.words(tokens, self.grams[block], max(2, self.grams[block].low)):
            numbers = self.tables[block].numbers(keys)
            hit = np.flatnonzero(numbers >= 0)
            yield (n, begin[hit]), (reading.row[begin[hit]], numbers[hit] + offset)

    def find(self, tokens: Tokens, groups: Groups, features: ArrayLike, row: int = 0) -> list[Found]:
        """Where some features stand in a row, in the order of ``features``; those that do not stand there are left out.

        Raises as :meth:`count`; numbers that are no feature are not found.
        """
        wanted = np.unique(np.asarray(features, np.int64).reshape(-1))
        texts: dict[int, str] = {}
        spans: dict[int, list[tuple[int, int]]] = {}
        for b, grams in enumerate(self.grams):
            here = wanted[(wanted >= self.offsets[b]) & (wanted < self.offsets[b + 1])]
            if not len(here):
                continue
            reading = Reading.of(tokens, groups, grams, np.iinfo(np.int64).max)
            places = self._word_places if grams.kind == "word" else self._character_places
            for feature, text, start, end in places(tokens, b, reading, here, row):
                texts.setdefault(feature, text)
                spans.setdefault(feature, []).append((start, end))
        block = {f: self.grams[int(np.searchsorted(self.offsets, f, "right")) - 1] for f in texts}
        order = dict.fromkeys(np.asarray(features, np.int64).reshape(-1).tolist())
        return [Found(f, block[f], texts[f], tuple(Span.of(tokens.text, *s) for s in sorted(set(spans[f])))) for f in order if f in texts]

    def _word_places(self, tokens: Tokens, block: int, reading: Reading, wanted: Ints, row: int) -> Iterator[tuple[int, str, int, int]]:
        for (n, begin), (rows, numbers) in self._words(tokens, block, reading):
            for i in np.flatnonzero((rows == row) & np.isin(numbers, wanted)).tolist():
                inside = reading.at[begin[i] : begin[i] + n]
                text = " ".join(key(tokens.types[t][:LONGEST]) for t in tokens.type[inside].tolist())
                yield int(numbers[i]), text, int(tokens.start[inside[0]]), int(tokens.end[inside[-1]])

    def _character_places(
        self, tokens: Tokens, block: int, reading: Reading, wanted: Ints, row: int
    ) -> Iterator[tuple[int, str, int, int]]:
        a, b = np.searchsorted(reading.row, [row, row + 1])
        at, (kinds, place) = reading.at[a:b], np.unique(reading.kind[a:b], return_inverse=True)
        types = [tokens.types[k] for k in kinds.tolist()]
        keys, there, first = windows(types, self.grams[block])
        numbers = self.tables[block].numbers(keys) + self.offsets[block]
        spots, sizes = np.nonzero(there & np.isin(numbers, wanted))
        owner = np.searchsorted(first, spots, "right") - 1
        for spot, size, k in zip(spots.tolist(), sizes.tolist(), owner.tolist()):
            n, begin, word = size + self.grams[block].low, int(spot - first[k]), padded(types[k])
            head, tail = max(begin - 1, 0), min(begin + n - 1, len(word) - 2)
            if len(word) - 2 != len(types[k]):  # the key has not the characters of the token
                head, tail = 0, len(types[k])
            for start in tokens.start[at[place == k]].tolist():
                yield int(numbers[spot, size]), word[begin : begin + n], start + head, start + tail

    def take(self, chosen: NDArray[np.bool_]) -> Vocabulary:
        """Some of the features, by a mask, numbered anew."""
        return Vocabulary(self.grams, [t.keys[chosen[a:b]] for t, a, b in zip(self.tables, self.offsets, self.offsets[1:])])

    def type_sums(self, worth: NDArray[np.floating[Any]]) -> tuple[Table, ...]:
        """For each block of characters, the sum of what the n-grams of a word type are worth, (types, K); ``worth`` (F, K)."""
        parts = [worth[a:b] for a, b in pairwise(self.offsets)]
        return tuple(Table(partial(_type_sums, known, part)) for known, part in zip(self._known, parts))

    def sums(
        self, tokens: Tokens, groups: Groups, rows: int, worth: NDArray[np.floating[Any]], by_type: Sequence[Table] | None = None
    ) -> Iterator[tuple[Ints, Floats]]:
        """For each block, the length of each row (rows,) and the sum of what its n-grams are worth (rows, K).

        ``by_type`` is what :meth:`type_sums` gave for the same ``worth``, where it was kept. Much faster than counting: each word type is
        summed once. Raises as :meth:`count`.
        """
        by_type = self.type_sums(worth) if by_type is None else by_type
        for b, grams in enumerate(self.grams):
            reading = Reading.of(tokens, groups, grams, rows)
            total = np.zeros((rows, worth.shape[1]))
            if grams.kind == "word":
                for _, (row, numbers) in self._words(tokens, b, reading):
                    total += _sums_of(worth, numbers, np.searchsorted(row, np.arange(rows + 1)))
            elif len(reading.at):
                sums, first = tokens.rows(by_type[b]), np.searchsorted(reading.row, np.arange(rows + 1))
                total = _sums_of(sums, tokens.number[reading.at], first)
            yield np.bincount(reading.row, minlength=rows), total


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Where the entries of a block come from: of words as they are; of characters, by the type of each token."""

    words: list[Entries]
    reading: Reading
    numbers: NDArray[np.int32] | None  # of all types
    size: Ints | None  # of each type

    def between(self, first: int, last: int) -> Iterator[Entries]:
        """The entries of the rows ``first`` to ``last - 1``."""
        for row, numbers in self.words:
            a, b = np.searchsorted(row, [first, last])
            yield row[a:b], numbers[a:b]
        if self.numbers is not None and self.size is not None:
            a, b = np.searchsorted(self.reading.row, [first, last])
            kind = self.reading.kind[a:b]
            size = self.size[kind]
            yield np.repeat(self.reading.row[a:b], size), self.numbers[spread((np.cumsum(self.size) - self.size)[kind], size)]

    def bulk(self, row: int, features: int) -> Any:
        """How often each feature stands in a row (features,), without a list of entries."""
        counts = np.zeros(features, np.int64)
        for rows, numbers in self.words:
            a, b = np.searchsorted(rows, [row, row + 1])
            counts += np.bincount(numbers[a:b], minlength=features)
        if self.numbers is not None and self.size is not None:
            a, b = np.searchsorted(self.reading.row, [row, row + 1])
            times = np.bincount(self.reading.kind[a:b], minlength=len(self.size))
            counts += np.bincount(self.numbers, np.repeat(times, self.size), features).astype(np.int64)  # exact below 2^53
        return counts


def _single(grams: Grams, table: KeyTable, types: Sequence[str]) -> NDArray[np.int32]:
    """The numbers of single words, -1 where they are unknown."""
    keys = np.full(len(types), grams.seed)
    join(keys, type_hashes(types))
    return table.numbers(keys)


def _type_sums(known: _Known, worth: NDArray[np.floating[Any]], types: Sequence[str]) -> Floats:
    """Sums of ``worth`` over the n-grams of characters of types, (types, K)."""
    batches = (known.read(types[k : k + _BATCH]) for k in range(0, len(types), _BATCH))
    return np.concatenate([_sums_of(worth, numbers, first) for numbers, first in batches])


def _sums_of(worth: NDArray[np.floating[Any]], index: NDArray[np.integer[Any]], first: Ints) -> Floats:
    """Sums of ``worth[index[first[i]:first[i + 1]]]``, gathered in pieces."""
    if len(index) <= _PIECE:
        return segment_sums(worth[index], first)
    out = np.zeros((len(first) - 1, worth.shape[1]))
    for a in range(0, len(index), _PIECE):
        z = min(a + _PIECE, len(index))
        low, high = int(np.searchsorted(first, a, "right")) - 1, int(np.searchsorted(first, z))
        out[low:high] += segment_sums(worth[index[a:z]], np.clip(first[low : high + 1], a, z) - a)
    return out


def _long(counts: Ints, offsets: Sequence[int], length: Ints) -> Rows:
    """The counts of all features in one row as its entries."""
    feature = np.flatnonzero(counts)
    return Rows(np.searchsorted(feature, offsets), feature.astype(np.int32), counts[feature].astype(np.int32), length)


def _codes(
    row: Ints, numbers: NDArray[np.int32], first: int, features: int, dtype: type[np.int32 | np.int64]
) -> NDArray[np.signedinteger[Any]]:
    codes: NDArray[Any] = (row - first).astype(dtype)
    codes *= dtype(features)
    codes += numbers
    return codes


def _counted(entries: Sequence[Entries], first: int, last: int, offsets: Sequence[int], length: Ints) -> Rows:
    """Count entries of the rows ``first`` to ``last - 1``."""
    rows, features = last - first, offsets[-1]
    dtype = np.int32 if (rows + 1) * features < 1 << 31 else np.int64  # half the bytes are sorted in half the time
    codes = np.concatenate([_codes(row, numbers, first, features, dtype) if rows > 1 else numbers for row, numbers in entries])
    codes.sort()
    new = np.ones(len(codes) + 1, np.bool_)
    np.not_equal(codes[1:], codes[:-1], out=new[1:-1])
    at = np.flatnonzero(new)
    distinct, count = codes[at[:-1]], at[1:] - at[:-1]
    zeros = np.arange(rows, dtype=dtype) * dtype(features)  # the code of feature 0 of each row
    begin = np.append(np.searchsorted(distinct, (zeros[:, None] + np.array(offsets[:-1], dtype)).reshape(-1)), len(distinct))
    distinct -= np.repeat(zeros, np.diff(begin[:: len(offsets) - 1]))
    return Rows(begin.astype(np.int64), distinct.astype(np.int32), count.astype(np.int32), length)


# ---- learning --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Learned:
    """A vocabulary, in how many rows each of its features stands (F,), and of how many rows."""

    vocabulary: Vocabulary
    frequency: Ints
    rows: int

    @property
    def idf(self) -> Floats:
        """Inverse document frequency (F,)."""
        return np.asarray(np.log((1 + self.rows) / (1 + self.frequency)) + 1)


class _Tally:
    """Distinct keys and in how many rows each stands; keys wait in a buffer, so that no more than all distinct ones are kept."""

    def __init__(self) -> None:
        self.keys, self.counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        self._waiting: list[Hashes] = []
        self._size = 0

    def add(self, keys: Hashes) -> None:
        self._waiting.append(keys)
        self._size += len(keys)
        if self._size > _BUFFER:
            self.settle()

    def settle(self) -> None:
        keys, counts = np.unique(np.concatenate([self.keys[:0], *self._waiting]), return_counts=True)
        whole = np.concatenate([self.keys, keys])
        self.keys, place = np.unique(whole, return_inverse=True)
        self.counts = np.bincount(place, np.concatenate([self.counts, counts]), len(self.keys)).astype(np.int64)
        self._waiting, self._size = [], 0


def learn_vocabulary(
    texts: Iterable[tuple[Tokens, Groups, int]], grams: Sequence[Grams], at_least: int = 2, limit: int | None = None
) -> Learned:
    """Which n-grams of texts stand in enough rows.

    Parameters
    ----------
    texts : iterable of (Tokens, Groups, number of rows)
        Read once, none is kept.
    grams : sequence of Grams
    at_least : int
        Rows that a feature must have.
    limit : int, optional
        Of features in each block: those with most rows; of equally frequent ones, those with the smallest keys.

    Raises
    ------
    KeyError, ValueError
        As :meth:`Vocabulary.count`.
    """
    tallies = [_Tally() for _ in grams]
    m = 0
    for tokens, groups, rows in texts:
        m += rows
        for tally, kind in zip(tallies, grams):
            tally.add(_once(*occurrences(tokens, groups, rows, kind)))
    known, frequency = [], []
    for tally in tallies:
        tally.settle()
        often = np.flatnonzero(tally.counts >= at_least)
        kept = np.sort(often[np.argsort(-tally.counts[often], kind="stable")][:limit])
        known.append(tally.keys[kept])
        frequency.append(tally.counts[kept])
    return Learned(Vocabulary(grams, known), np.concatenate([np.zeros(0, np.int64), *frequency]), m)


def _once(row: Ints, keys: Hashes) -> Hashes:
    """The key of each pair of row and key, once."""
    order = np.lexsort((row, keys))
    keys, row = keys[order], row[order]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (keys[1:] != keys[:-1]) | (row[1:] != row[:-1])
    return keys[new]
