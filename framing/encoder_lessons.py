"""Texts as an encoder learns from them: pieces, features, labels or label probabilities, windows and batches.

Conventions
-----------
Texts stand one after the other; pieces, features and windows are those of :mod:`framing.encoder.tagger`, so that what is learned from is
read exactly as it is read later. Windows do not go beyond a text. Where one begins inside a chain, the chain begins anew there, and the
first label is a B. Of a labelled text only attributions that stand in no other are learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.encoder import features
from framing.encoder.tagger import Layout, Reading
from framing.encoder.windows import Windows, batches, cut
from framing.encoder.wordpiece import WordPieces
from framing.quotes import find_quotes
from framing.records import Attribution
from framing.tagger import chains
from framing.tagging import encode, inside
from framing.text import article_from_text
from framing.tokens import tokenize

Ints = NDArray[np.int64]
Tensor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B windows of at most P pieces and T scored tokens, as tensors; ``labels`` or ``targets`` are there.

    Attributes
    ----------
    pieces, lengths : (B, P)
        Numbers of pieces; whether there is one.
    features : (K, B, P)
    heads : (B, T)
        Where in the flat batch the first piece of each token is.
    there, begins : (B, T)
        Whether there is a token; whether a chain begins with it.
    labels : (B, T), optional
    targets : (B, T, L), optional
        Label probabilities.
    """

    pieces: Tensor
    lengths: Tensor
    features: Tensor
    heads: Tensor
    there: Tensor
    begins: Tensor
    labels: Tensor = None
    targets: Tensor = None


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Texts of n tokens in all; ``labels`` (n,) or ``targets`` (n, L), in 255ths, are there if they are to be learned from.

    ``begins`` are the tokens with which chains begin, ``windows`` what is read at once.
    """

    reading: Reading
    begins: NDArray[np.bool_]
    windows: Windows
    pieces: WordPieces
    labels: Ints | None = None
    targets: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def borders(self) -> Ints:
        """Of the chains, then n."""
        return np.append(np.flatnonzero(self.begins), len(self))

    def taught(self, targets: NDArray[np.uint8]) -> Lessons:
        """The same texts with label probabilities."""
        return replace(self, labels=None, targets=targets)

    def shuffled(self, room: int, random: np.random.Generator, chosen: Ints | None = None) -> list[Ints]:
        """The windows, or those chosen, in batches of similar length, in random order."""
        some = np.arange(len(self.windows)) if chosen is None else chosen
        lengths = self.reading.lengths(self.windows)[some]
        # Lengths are blurred, so that a batch has other company in each round; all are at most as long as they were.
        order = np.argsort(lengths - random.random(len(some)) * 16, kind="stable")
        found = [some[order[part]] for part in batches(np.maximum.accumulate(lengths[order]), room)]
        return [found[k] for k in random.permutation(len(found)).tolist()]

    def batch(self, chosen: Ints, device: str = "cpu") -> tuple[Ints, Batch]:
        """The tokens that some windows score, (T in all,) row by row, and the batch."""
        import torch

        tokens, inputs = self.reading.batch(self.windows, chosen, self.pieces)
        row = inputs["heads"].astype(np.int64) // inputs["pieces"].shape[1]
        count = np.bincount(row, minlength=len(chosen))
        place = np.arange(len(row)) - (np.cumsum(count) - count)[row]
        shape = (len(chosen), int(count.max()))

        def laid(values: NDArray[Any]) -> Tensor:
            out = np.zeros((*shape, *values.shape[1:]), values.dtype)
            out[row, place] = values
            return torch.from_numpy(out).to(device)

        labels = targets = None
        if self.labels is not None:
            own = self.labels[tokens]
            own = own - (inside(own) & ((place == 0) | self.begins[tokens]))
            labels = laid(own)
        elif self.targets is not None:
            targets = laid(self.targets[tokens]).float() / 255
        pieces, lengths, columns = (torch.from_numpy(inputs[name]).to(device) for name in ("pieces", "lengths", "features"))
        there = laid(np.ones(len(row), np.bool_))
        rest = (laid(inputs["heads"].astype(np.int64)), there, laid(self.begins[tokens]), labels, targets)
        return tokens, Batch(pieces, lengths.bool(), columns, *rest)


def read(texts: Iterable[tuple[str, Sequence[Attribution] | None]], pieces: WordPieces, layout: Layout) -> Lessons:
    """Read texts, each with its attributions or, all of them, without.

    Raises
    ------
    ValueError
        If there is no token.
    """
    flat: list[NDArray[np.int32]] = []
    columns: dict[str, list[Any]] = {name: [] for name in ("start", "count", "features", "begins", "labels")}
    windows: list[tuple[Ints, Ints, Ints, Ints]] = []
    at = before = 0  # tokens, and pieces of word types, of the texts before
    labelled = True
    for text, attributions in texts:
        article = article_from_text(text)
        tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
        n = len(tokens)
        if not n:
            continue
        found, starts = pieces.table(tokens.types)
        count, first = np.diff(starts)[tokens.type], chains(tokens)
        begins = np.zeros(n, np.bool_)
        begins[first[:-1][np.diff(first) > 0]] = True
        # As the tagger reads them: chains are the paragraphs of windows, and both sentences and chains their borders.
        own = cut(count, first, tokens.sentence_first, layout.window, layout.context, layout.fill)
        windows.append((own.begin + at, own.first + at, own.last + at, own.end + at))
        flat.append(found)
        columns["start"].append(starts[:-1][tokens.type] + before)
        columns["count"].append(count)
        columns["features"].append(features.read(layout.features, tokens, quotes).astype(np.uint8))
        columns["begins"].append(begins)
        if attributions is None:
            labelled = False
        else:
            columns["labels"].append(encode(tokens, [a for a in attributions if a.parent is None]))
        at, before = at + n, before + len(found)
    if not at:
        raise ValueError("no text to learn from")
    start, counts, begins = (np.concatenate(columns[name]) for name in ("start", "count", "begins"))
    reading = Reading(np.concatenate(flat), start, counts, np.concatenate(columns["features"], axis=1))
    all_windows = Windows(*(np.concatenate(part) for part in zip(*windows)))
    return Lessons(reading, begins, all_windows, pieces, np.concatenate(columns["labels"]) if labelled else None)
