"""Learning of the loaded-language classifier: from labelled sentences with marked words, and vectors of words.

Conventions
-----------
* A lesson is m sentences, each one paragraph of a text made of all of them, as :mod:`framing.hedge_lessons`; a sentence is one passage,
  however many sentences our reader would see in it. Marked words have no places in the corpus: every token with the key of a marked word
  counts. Loaded sentences without a marked word are left out where words are learned.
* *Word model* (:mod:`framing.loaded_words`): logistic regression over the tokens, P(marked). Features of the type: n-grams of characters
  (idf, length 1), the type itself, its vector, its categories in ``lexicons/loaded_words.tsv``; of the types around it: vector and
  identity; shape. The logit is linear in features of types, which :func:`fold` sums up to a table.
* Vectors of words are learned from raw news without any labels (:mod:`framing.learning.words`); there may be none.
* *Sentence model*: words and pairs of words and n-grams of characters (counts over √length, so that each word type is summed once in
  reading), and the dense columns of :mod:`framing.loaded_features`. While learning, values are multiplied by |r|^½ over its root mean
  square, r their log-count ratio (Wang & Manning 2012), so that features that tell nothing of the label are shrunk. The columns of a
  sentence stem from a word model that has not learned from it (stacking, Wolpert 1992).

Needs scipy and scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning.interning import KeyTable
from framing.learning.linear import Block, LinearModel, Rows, values
from framing.learning.linear_fit import Settings
from framing.learning.linear_fit import fit as fit_linear
from framing.learning.words import WordClasses, key
from framing.lexicons import read_table
from framing.loaded_words import (
    COLUMNS,
    OFFSETS,
    SHAPES,
    Bools,
    Floats,
    Ints,
    Passages,
    WordModel,
    gram_rows,
    passages_of,
    word_key,
)
from framing.ngrams import LONGEST, Grams
from framing.records import Document
from framing.vocabulary import Learned, learn_vocabulary

SENTENCE_GRAMS = (Grams("word", 1, 2, "loaded", marks=False), Grams("character", 2, 5, "loaded"))
AT_LEAST = 3
IDENTITY, CONTEXT, NEIGHBOUR, VECTOR = 0.5, 0.3, 0.3, 2.0  # factors of features: the smaller, the more penalised
C_WORDS, C_SENTENCES, DENSE_FACTOR = 2.0, 1.0, 0.5
ROUNDS, START = 60, -3.4  # iterations of L-BFGS, log-odds of a token before learning
RATIO = 0.5  # power of the log-count ratio


@dataclass(frozen=True, eq=False)
class Lesson:
    """m labelled sentences: passages, label (m,), marked tokens (n,)."""

    passages: Passages
    label: Bools
    marked: Bools

    def __len__(self) -> int:
        return self.passages.m

    @property
    def unmarked(self) -> Bools:
        """Loaded sentences without a marked word (m,)."""
        return np.asarray(self.label & (np.bincount(self.passages.group, self.marked, len(self)) == 0))


def lesson_of(documents: Iterable[Document]) -> Lesson:
    """The sentences with a label.

    Raises
    ------
    ValueError
        If there are none of either label.
    """
    chosen = [d for d in documents if d.labels.get("loaded") is not None and d.text.strip()]
    label = np.array([bool(d.labels["loaded"]) for d in chosen], np.bool_)
    if not label.any() or label.all():
        raise ValueError("loaded language is learned from sentences of either label: labels['loaded'] 0 and 1")
    passages = passages_of([d.text for d in chosen])
    tokens = passages.tokens
    marks = [{key(word) for text in d.meta.get("biased_words", ()) for word in text.split()} for d in chosen]
    split = passages_of([" ".join(d.meta.get("biased_words", ())) for d in chosen])
    for i, word in zip(split.group.tolist(), split.tokens.words()):
        marks[i].add(key(word))
    keys = [key(word) for word in tokens.types]
    marked = [keys[t] in marks[i] for i, t in zip(passages.group.tolist(), tokens.type.tolist())]
    return Lesson(passages, label, np.array(marked, np.bool_))


def deal(label: Bools, folds: int, seed: int) -> Ints:
    """The fold of each sentence, either label dealt evenly (m,)."""
    random, fold = np.random.default_rng(seed), np.zeros(len(label), np.int64)
    for value in (False, True):
        here = random.permutation(np.flatnonzero(label == value))
        fold[here] = np.arange(len(here)) % folds
    return fold


# ---- words -----------------------------------------------------------------------------------------------------------------------------


class WordDesign:
    """The features of the words of a lesson, which no label goes into; row ``len(words)`` is the border of a sentence."""

    def __init__(self, lesson: Lesson, vectors: WordClasses | None = None) -> None:
        from scipy.sparse import csr_matrix

        self.lesson = lesson
        tokens = lesson.passages.tokens
        words, self.of_type = np.unique([key(t[:LONGEST]) for t in tokens.types], return_inverse=True)
        self.words: list[str] = words.tolist()
        self.kind = self.of_type[tokens.type]
        _, grams = gram_rows(self.words, None)
        known, count = np.unique(grams, return_counts=True)
        self.grams, often = known[count >= AT_LEAST], count[count >= AT_LEAST]
        self.idf = np.log((1 + len(words)) / (1 + often)) + 1
        self.table = KeyTable(self.grams)
        self.categories = sorted({r["category"] for r in read_table("loaded_words")})
        self._lexicon = {key(r["word"]): self.categories.index(r["category"]) for r in read_table("loaded_words")}
        self.known = vectors.words if vectors is not None else ()
        self._rows = vectors.vectors if vectors is not None else np.zeros((0, 0), np.float32)
        self._place = {word: i for i, word in enumerate(self.known)}
        n = len(words)
        self.border = n
        self.own = self.features(self.words)
        self.vectors = np.vstack([self.vectors_of(self.words), np.zeros((1, self.dims), np.float32)])
        self.identity = csr_matrix((np.full(n, IDENTITY, np.float32), (np.arange(n), np.arange(n))), (n, n))
        self.around = lesson.passages.neighbours(self.kind.astype(np.int64), np.int64(n))
        self.shapes = np.stack(lesson.passages.shapes(), axis=1).astype(np.float32)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    def features(self, words: Sequence[str]) -> Any:
        """N-grams of characters and categories of words, sparse (words, G + categories + 1)."""
        from scipy.sparse import csr_matrix, hstack

        row, gram = gram_rows(words, self.table)
        square = np.bincount(row, self.idf[gram] ** 2, len(words))
        characters = csr_matrix(((self.idf[gram] / np.sqrt(square[row])).astype(np.float32), (row, gram)), (len(words), len(self.idf)))
        hits = [(i, k) for i, word in enumerate(words) for part in {word, *word.split("-")} if (k := self._lexicon.get(part)) is not None]
        pairs = np.array(sorted({*hits, *((i, len(self.categories)) for i, _ in hits)}), np.int64).reshape(-1, 2)
        listed = csr_matrix((np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])), (len(words), len(self.categories) + 1))
        return hstack([characters, listed], format="csr")

    def vectors_of(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of words (words, dims), 0 where unknown."""
        place = np.array([self._place.get(word, -1) for word in words], np.int64)
        out = np.zeros((len(words), self.dims), np.float32)
        out[place >= 0] = self._rows[place[place >= 0]] * np.float32(VECTOR)
        return out


@dataclass(frozen=True, eq=False)
class WordWeights:
    """What is learned: of the parts of own features, then at each offset of vector and identity, of the shapes; the constant."""

    own: NDArray[np.float32]
    identity: NDArray[np.float32]
    vector: NDArray[np.float32]
    around: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
    shapes: NDArray[np.float32]
    constant: float


def learn_words(design: WordDesign, rows: Bools) -> WordWeights:
    """Logistic regression over the tokens of some sentences (m,), by L-BFGS."""
    from scipy.optimize import minimize
    from scipy.sparse import hstack

    lesson = design.lesson
    inside = (rows & ~lesson.unmarked)[lesson.passages.group]
    kind, y = design.kind[inside], lesson.marked[inside].astype(np.float32)
    around, shapes, n = [there[inside] for there in design.around], design.shapes[inside], design.border + 1
    used, at = np.unique(kind, return_inverse=True)
    own = hstack([design.own, design.identity], format="csr")[used]
    turned, vectors = own.T.tocsr(), design.vectors[used]
    wide = design.vectors * np.float32(CONTEXT)
    sizes = [own.shape[1], design.dims, *[design.dims, n] * len(OFFSETS), len(SHAPES), 1]
    cuts = np.append(0, np.cumsum(sizes))

    def parts(theta: Floats) -> list[NDArray[np.float32]]:
        small = theta.astype(np.float32)
        return [small[a:b] for a, b in pairwise(cuts.tolist())]

    def loss(theta: Floats) -> tuple[float, Floats]:
        p = parts(theta)
        z = (own @ p[0] + vectors @ p[1])[at] + shapes @ p[-2] + p[-1][0]
        contexts = np.stack(p[2:-2:2]) @ wide.T  # all offsets at once, since the matrix is what takes the time
        for context, identity, there in zip(contexts, p[3:-2:2], around):
            z += (context + np.float32(NEIGHBOUR) * identity)[there]
        small = np.exp(-np.abs(z))  # never overflows
        value = C_WORDS * float((np.maximum(z, 0) + np.log1p(small) - y * z).sum(dtype=np.float64)) + 0.5 * theta[:-1] @ theta[:-1]
        residue = np.float32(C_WORDS) * (np.where(z >= 0, 1, small) / (1 + small) - y)
        of_type = np.bincount(at, residue, len(used)).astype(np.float32)
        of_word = np.stack([np.bincount(there, residue, n) for there in around]).astype(np.float32)
        slopes = [turned @ of_type, of_type @ vectors]
        for vector, identity in zip(of_word @ wide, of_word * np.float32(NEIGHBOUR)):
            slopes += [vector, identity]
        gradient = np.concatenate([*slopes, residue @ shapes, [residue.sum(dtype=np.float64)]]).astype(np.float64)
        gradient[:-1] += theta[:-1]
        return float(value), gradient

    start = np.zeros(cuts[-1])
    start[-1] = START
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "ftol": 1e-6, "gtol": 1e-3})
    p = parts(found.x)
    f = design.own.shape[1]
    return WordWeights(p[0][:f], p[0][f:], p[1], [(p[2 + 2 * k], p[3 + 2 * k]) for k in range(len(OFFSETS))], p[-2], float(p[-1][0]))


def token_logits(design: WordDesign, weights: WordWeights) -> Floats:
    """Log-odds of all tokens of the lesson (n,)."""
    own = design.own @ weights.own + design.identity @ weights.identity + design.vectors[:-1] @ weights.vector
    z = own[design.kind] + design.shapes @ weights.shapes + weights.constant
    for there, (vector, identity) in zip(design.around, weights.around):
        z = z + (design.vectors @ vector * np.float32(CONTEXT) + identity * np.float32(NEIGHBOUR))[there]
    return np.asarray(z, np.float64)


def fold(design: WordDesign, weights: WordWeights) -> WordModel:
    """All that is known of words, as a table: those of the lesson, those with vectors, and those of the lexicon."""
    words = sorted({*design.words, *design.known, *design._lexicon})
    place = {word: i for i, word in enumerate(design.words)}
    seen = np.array([place.get(word, -1) for word in words], np.int64)
    vectors = design.vectors_of(words)
    scores = np.zeros((len(words), COLUMNS))
    scores[:, 0] = design.features(words) @ weights.own + vectors @ weights.vector
    scores[:, 0] += np.append(weights.identity * IDENTITY, 0)[seen]
    border = np.zeros(len(OFFSETS))
    for k, (vector, identity) in enumerate(weights.around):
        scores[:, 1 + k] = vectors @ vector * CONTEXT + np.where(seen >= 0, NEIGHBOUR * identity[seen], 0)
        border[k] = NEIGHBOUR * identity[-1]
    keys, first = np.unique(np.array([word_key(word) for word in words], np.uint64), return_index=True)
    grams = weights.own[: len(design.grams)]
    return WordModel(
        KeyTable(keys),
        scores[first].astype(np.float16),
        design.table,
        design.idf.astype(np.float16),
        grams.astype(np.float16),
        border,
        weights.shapes.astype(np.float64),
        weights.constant,
    )


# ---- sentences -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SentenceDesign:
    """The n-grams of a lesson: vocabulary, rows, blocks."""

    learned: Learned
    rows: Rows
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, lesson: Lesson) -> SentenceDesign:
        """Read a lesson."""
        passages = lesson.passages
        learned = learn_vocabulary([(passages.tokens, passages.group, passages.m)], SENTENCE_GRAMS, AT_LEAST)
        blocks = tuple(Block(size, "count", "root") for size in learned.vocabulary.sizes)
        return cls(learned, learned.vocabulary.count(passages.tokens, passages.group, passages.m), blocks)

    def factors(self, chosen: Bools, label: Bools) -> Floats:
        """By how much each feature counts, learned from some sentences (F,)."""
        from scipy.sparse import csr_matrix

        rows, idf = self.rows, self.learned.idf
        table = csr_matrix((np.ones(len(rows.feature)), rows.feature, rows.borders), (len(rows), len(idf)))
        p, q = (1 + np.asarray(table[chosen & (label == side)].sum(axis=0)).ravel() for side in (True, False))
        x = values(rows, self.blocks, idf)
        out = np.zeros(len(idf))
        begin = 0
        for block in self.blocks:
            here = slice(begin, begin := begin + block.size)
            ratio = np.abs(np.log(p[here] / p[here].sum()) - np.log(q[here] / q[here].sum())) ** RATIO
            square = (x[(rows.feature >= here.start) & (rows.feature < here.stop)] ** 2).sum() / max(len(rows), 1)
            out[here] = ratio / np.sqrt(max((ratio**2).mean(), 1e-12) * max(square, 1e-12)) if block.size else 1
        return out

    def learn(self, chosen: Bools, label: Bools, dense: Floats) -> LinearModel:
        """Learn from some sentences."""
        settings = Settings(c=C_SENTENCES, balanced=True, dense_factor=DENSE_FACTOR)
        factors = self.factors(chosen, label)
        return fit_linear(
            self.rows.take(chosen), label[chosen], self.blocks, self.learned.idf, dense[chosen], None, settings, factors=factors
        )
