"""Word vectors and word classes learned from raw text: what a tagger may know of words that its annotated data hardly show.

Conventions
-----------
* A word is known by its *key*: the token in small letters, ``’`` as ``'``, every ASCII digit as ``0`` (:func:`key`). Rows are keys, the
  most frequent first, equally frequent ones in the order of their code points.
* The context of a word is *which* word stands *where*: each offset from ``-window`` to ``window`` has columns of its own (Schütze 1995).
  That brings together words that can replace each other (``said``, ``added``); a bag of neighbours would bring together words of a topic.
  A column stands for one of the most frequent keys; the last one says that the sentence has ended there. Rarer words are no contexts.
* A cell n(w, c) is weighed by its positive pointwise mutual information with smoothed contexts (Levy, Goldberg & Dagan 2015)::

      max(0, log(n(w, c) · Σ n(·, c')^a / (n(w, ·) · n(·, c)^a)))        a = 0.75; sums over the columns of one offset

* The vectors are the rows of U·S of a truncated singular value decomposition by random projection (Halko, Martinsson & Tropp 2011), scaled
  to length 1; so the inner product of two rows is the cosine of the words. They are kept as one byte a number, with one scale a dimension.
* The classes are k-means clusters (Lloyd 1982) of the vectors, a word weighing log(1 + its count). A class is a number below k, classes
  with more running words first.

The same texts, settings and seed give the same bytes on one machine and thread setting. Learning needs scikit-learn, all else numpy only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import store
from framing.tokens import Tokens

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

VERSION = 1
SMOOTHING = 0.75  # of the context counts: Levy, Goldberg & Dagan (2015), section 5.2
_KEY = str.maketrans("’123456789", "'000000000")


def key(token: str) -> str:
    """The key of a token: small letters, straight apostrophe, every ASCII digit as 0. Any string has one."""
    return token.translate(_KEY).lower()


@dataclass(frozen=True, eq=False)
class WordClasses:
    """Known words with their vectors and classes; all arrays have one row a word.

    Attributes
    ----------
    words : tuple of str
        The keys, the most frequent first.
    codes : int8 array (words, dims)
        The vectors, each dimension divided by its scale.
    scales : float32 array (dims,)
    clusters : dict of int to int16 array (words,)
        Number of clusters -> the class of each word.
    """

    words: tuple[str, ...]
    codes: NDArray[np.int8]
    scales: Floats
    clusters: dict[int, NDArray[np.int16]]

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Key -> row."""
        return dict(zip(self.words, range(len(self.words))))

    @cached_property
    def vectors(self) -> Floats:
        """The vectors, float32 (words, dims); their length is 1 up to rounding."""
        return self.codes * self.scales

    def lookup(self, token: str) -> int:
        """Row of a token, -1 if it is unknown; ``tokens.lookup(classes.lookup)`` gives the rows of a text."""
        return self.rows.get(key(token), -1)

    def vectors_of(self, rows: NDArray[np.integer[Any]]) -> Floats:
        """Vectors of some rows, float32 (len(rows), dims); zeros for row -1."""
        found = self.codes[rows] * self.scales if len(self) else np.zeros((len(rows), len(self.scales)), np.float32)
        found[rows < 0] = 0
        return found

    def classes_of(self, rows: NDArray[np.integer[Any]], k: int) -> NDArray[np.int16]:
        """Classes of some rows among ``k`` clusters; -1 for row -1. Raises ``KeyError`` if there is no such clustering."""
        classes: NDArray[np.int16] = np.append(self.clusters[k], np.int16(-1))[rows]
        return classes

    def save(self, folder: str | os.PathLike[str], settings: dict[str, Any] | None = None) -> None:
        """Write ``model.json`` and ``weights.npz`` into a folder, which is made if need be; ``settings`` go into the card."""
        arrays: dict[str, NDArray[Any]] = {f"clusters_{k}": labels for k, labels in self.clusters.items()}
        arrays |= {"words": store.from_words(self.words), "codes": self.codes, "scales": self.scales}
        card = {
            "model": "word classes",
            "version": VERSION,
            "words": len(self),
            "dims": len(self.scales),
            "clusters": sorted(self.clusters),
            "settings": settings or {},
        }
        store.save(folder, card, arrays)


def load(folder: str | os.PathLike[str]) -> WordClasses:
    """Read what :meth:`WordClasses.save` wrote.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If the files are of another model or version, damaged, or do not belong together.
    """
    card, arrays = store.load(folder)
    if (card.get("model"), card.get("version")) != ("word classes", VERSION):
        raise ValueError(f"{Path(folder)}: no word classes of version {VERSION}")
    clusters = {int(k): arrays[f"clusters_{k}"] for k in card["clusters"]}
    return WordClasses(tuple(store.to_words(arrays["words"])), arrays["codes"], arrays["scales"], clusters)


def learn(
    texts: Iterable[Tokens],
    vocabulary: int = 30_000,
    contexts: int = 3_000,
    window: int = 3,
    dims: int = 64,
    clusters: Sequence[int] = (64, 512, 1000),
    minimum: int = 3,
    seed: int = 0,
) -> WordClasses:
    """Learn vectors and classes of the words of raw texts.

    Parameters
    ----------
    texts : iterable of Tokens
        Read once; no text is kept.
    vocabulary : int
        Number of words that get a row, the most frequent ones.
    contexts : int
        Number of words that serve as contexts, the most frequent ones.
    window : int
        Furthest offset of a context, in tokens to either side.
    dims : int
        Length of a vector; fewer if there are not so many words.
    clusters : sequence of int
        Number of classes, one clustering for each; at most 32,767 and at most one a word.
    minimum : int
        Occurrences that a word needs to get a row.
    seed : int
        Of the random projection and of the first cluster centres.

    Returns
    -------
    WordClasses

    Raises
    ------
    ValueError
        If no word occurs ``minimum`` times, or a number of classes is out of range.
    """
    from scipy.sparse import hstack

    words, counts, ranks, sentences = _read(texts)
    size = min(vocabulary, int(np.count_nonzero(counts >= minimum)))
    if not size:
        raise ValueError(f"no word occurs {minimum} times")
    wrong = [k for k in clusters if not 0 < k <= min(size, 2**15 - 1)]
    if wrong:
        raise ValueError(f"{wrong[0]} classes of {size} words")
    offsets = [o for o in range(-window, window + 1) if o]
    tables = [ppmi(count(ranks, sentences, o, size, min(contexts, size))) for o in offsets]
    vectors = reduce(hstack(tables, format="csr"), dims, seed)
    weights = np.log1p(counts[:size])
    classes = {k: cluster(vectors, k, seed, weights, counts[:size]) for k in clusters}
    codes, scales = store.to_int8(vectors, axis=0)
    return WordClasses(tuple(words[:size]), codes, scales[0], classes)


def _read(texts: Iterable[Tokens]) -> tuple[list[str], Ints, NDArray[np.int32], NDArray[np.int32]]:
    """Keys by frequency, their counts; the rank of each running word, and the number of its sentence among all sentences."""
    numbers: dict[str, int] = {}
    kinds, places = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    before = 0
    for tokens in texts:
        number = [numbers.setdefault(key(t), len(numbers)) for t in tokens.types]
        kinds.append(np.array(number, np.int32)[tokens.type])
        places.append(tokens.sentence + np.int32(before))
        before += len(tokens.sentences)
    kind = np.concatenate(kinds)
    counts = np.bincount(kind, minlength=len(numbers))
    keys = list(numbers)
    # A key with a line feed could not be stored; no tokeniser should make one.
    counts[[i for i, word in enumerate(keys) if "\n" in word]] = 0
    order = sorted(range(len(keys)), key=lambda i: (-counts[i], keys[i]))
    ranks = np.empty(len(keys), np.int32)
    ranks[order] = np.arange(len(keys), dtype=np.int32)
    return [keys[i] for i in order], counts[order], ranks[kind], np.concatenate(places)


def count(ranks: NDArray[np.int32], sentences: NDArray[np.int32], offset: int, vocabulary: int, contexts: int) -> Any:
    """How often which word stands ``offset`` tokens behind (below zero: before) a word, in the same sentence.

    Parameters
    ----------
    ranks, sentences : int32 arrays (n,)
        Rank of each running word by frequency, and the number of its sentence.
    offset : int
        Not 0.
    vocabulary, contexts : int
        Ranks below these numbers are counted as words and as contexts.

    Returns
    -------
    scipy.sparse.csr_array (vocabulary, contexts + 1), float64
        The last column counts the words whose sentence does not reach so far.
    """
    from scipy.sparse import coo_array

    begin, end = max(0, -offset), min(len(ranks), len(ranks) - offset)  # the words that have a word at the offset at all
    context = np.full(len(ranks), contexts, np.int32)
    if begin < end:
        here, there = slice(begin, end), slice(begin + offset, end + offset)
        known = np.where(ranks[there] < contexts, ranks[there], -1)
        context[here] = np.where(sentences[here] == sentences[there], known, contexts)
    counted = (ranks < vocabulary) & (context >= 0)
    rows, columns = ranks[counted], context[counted]
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=(vocabulary, contexts + 1)).tocsr()


def ppmi(counts: Any, smoothing: float = SMOOTHING) -> Any:
    """Positive pointwise mutual information of a table of counts, context counts raised to ``smoothing`` (formula: see the module).

    Parameters
    ----------
    counts : scipy.sparse array (words, contexts)
    smoothing : float

    Returns
    -------
    scipy.sparse.csr_array of the same shape, float64
    """
    from scipy.sparse import csr_array

    cells = counts.tocoo()
    words, contexts = counts.sum(axis=1), counts.sum(axis=0) ** smoothing
    values = np.log(cells.data * contexts.sum() / (words[cells.row] * contexts[cells.col]))
    kept = values > 0
    return csr_array((values[kept], (cells.row[kept], cells.col[kept])), shape=counts.shape)


def reduce(table: Any, dims: int, seed: int) -> Floats:
    """Rows of U·S of the truncated singular value decomposition, scaled to length 1: float32 (rows, at most dims). Empty rows are zero."""
    from sklearn.utils.extmath import randomized_svd

    left, values, _ = randomized_svd(table, min(dims, *table.shape), n_iter=3, random_state=seed)
    vectors = left * values
    lengths = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    empty = lengths <= lengths.max() * 1e-9  # rounding errors are no direction
    scaled: Floats = np.where(empty, 0, vectors / np.where(empty, 1, lengths)).astype(np.float32)
    return scaled


def cluster(
    vectors: Floats, k: int, seed: int, weights: NDArray[Any] | None = None, counts: NDArray[Any] | None = None
) -> NDArray[np.int16]:
    """K-means classes of the rows of ``vectors``.

    Parameters
    ----------
    vectors : float32 array (n, dims)
    k : int
        Number of classes.
    seed : int
        Of the first centres (k-means++, Arthur & Vassilvitskii 2007).
    weights : array (n,), optional
        Of the rows in the means; else all weigh the same.
    counts : array (n,), optional
        Classes are numbered by their sum of counts, the largest first; else by their number of rows.

    Returns
    -------
    int16 array (n,)
    """
    from sklearn.cluster import KMeans

    labels = KMeans(k, n_init=1, max_iter=30, tol=1e-3, random_state=seed).fit(vectors, sample_weight=weights).labels_
    sums = np.bincount(labels, counts, minlength=k)
    number = np.empty(k, np.int16)
    number[np.argsort(-sums, kind="stable")] = np.arange(k, dtype=np.int16)
    classes: NDArray[np.int16] = number[labels]
    return classes
