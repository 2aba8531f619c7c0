"""What the classifier of hyperpartisan argumentation reads of an article: its words, its sourcing, and how often it uses loaded words.

Conventions
-----------
* *Words*: single ones and pairs, over marks, of the whole body, and of the title as features of its own.
* *Sourcing*: the columns of :mod:`framing.rating_features`, measured by :func:`framing.rating_features.measure`.
* *Loaded words*: for each category of ``lexicons/loaded_words.tsv`` and each of three places::

      √(100 · c / n)     article: words of the body; author's voice: words of body sentences that quote nothing
      c                  title

  with c the words of the category in the place and n all words there. The root, because rates of rare things are skewed; a title is too
  short for a rate. 0 where the place is empty.
* :func:`columns` names all these numbers, :func:`measured` gives them in the same order, :func:`column_spans` where they were counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from framing import rating_features
from framing.article_words import ArticleWords
from framing.categories import Categories
from framing.learning.linear import Rows
from framing.lexicons import read_table
from framing.ngrams import Grams
from framing.rating_features import Reading
from framing.records import Span
from framing.tokens import is_word
from framing.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BODY, TITLE = "", "title"  # fields of n-grams
GRAMS = (Grams("word", 1, 2, BODY, marks=False), Grams("word", 1, 2, TITLE, marks=False))
PLACES = ("in the article", "in the author's voice", "in the title")
TABLE = "loaded_words"


@cache
def lexicon() -> Categories:
    """Loaded words by category, in alphabetical order."""
    return Categories.of_table(TABLE, "category", sorted({row["category"] for row in read_table(TABLE)}))


@cache
def sourcing_columns() -> tuple[str, ...]:
    """Names of the columns of sourcing."""
    return tuple(f"{name} ({form})" for name, form in rating_features.features())


@cache
def lexicon_columns() -> tuple[str, ...]:
    """Names of the columns of loaded words: all categories in the article, then in the author's voice, then in the title."""
    return tuple(f"loaded words: {name.replace('_', ' ')}, {place}" for place in PLACES for name in lexicon().names)


@cache
def columns() -> tuple[str, ...]:
    """Names of all columns."""
    return sourcing_columns() + lexicon_columns()


def author_words(reading: Reading) -> Bools:
    """Which tokens (n,) stand in sentences of the author's voice."""
    tokens = reading.tokens
    own = np.zeros(len(tokens.sentences), np.bool_)
    begins = [s.span.start for s in reading.sentences if s.voice == "author"]
    own[np.searchsorted(tokens.sentences[:, 0], begins)] = True
    return np.asarray(own[tokens.sentence] & tokens.body)


def measured(reading: Reading, words: ArticleWords, sourcing: Floats | None = None) -> Floats:
    """All columns of an article.

    Parameters
    ----------
    reading : Reading
        What was found in it.
    words : ArticleWords
        Of the same article.
    sourcing : array, optional
        The columns of sourcing, where they are measured already.

    Returns
    -------
    array (p,)
    """
    own = rating_features.measure(reading) if sourcing is None else np.asarray(sourcing, np.float64)
    return np.concatenate([own, _loaded(reading, words)])


def _loaded(reading: Reading, words: ArticleWords) -> Floats:
    k, tokens = len(lexicon()), reading.tokens
    out = np.zeros((len(PLACES), k))
    if len(tokens):
        author, word = author_words(reading), tokens.lookup(is_word, np.bool_)
        first, _, kind, worth = lexicon().hits(tokens, tokens.body)
        for row, inside in enumerate((tokens.body, author)):
            counted = np.bincount(kind, worth * inside[first], k)
            out[row] = np.sqrt(100 * counted / max(int((inside & word).sum()), 1))
    if words.title is not None:
        out[2] = lexicon().count(words.title, np.zeros(len(words.title), np.int64), 1)[0]
    return out.reshape(-1)


def counted(words: ArticleWords, vocabulary: Vocabulary) -> Rows:
    """The known words and pairs of an article: one row, its blocks those of ``GRAMS``."""
    body = vocabulary.count(words.tokens, {BODY: np.where(words.tokens.body, 0, -1), TITLE: np.full(len(words.tokens), -1)}, 1)
    if words.title is None:
        return body
    n = len(words.title)
    title = vocabulary.count(words.title, {BODY: np.full(n, -1), TITLE: np.zeros(n, np.int64)}, 1)
    first = np.array([0, len(body.feature), len(body.feature) + len(title.feature)], np.int64)
    feature, count = (np.concatenate([getattr(body, name), getattr(title, name)]) for name in ("feature", "count"))
    return Rows(first, feature, count, body.length + title.length)


def places(words: ArticleWords, vocabulary: Vocabulary, features: list[int]) -> Mapping[int, tuple[str, tuple[Span, ...]]]:
    """Names and spans of words and pairs by their number; those of the title have spans only where it stands in the text."""
    n = len(words.tokens)
    groups = {BODY: np.where(words.tokens.body, 0, -1), TITLE: np.full(n, -1)}
    out = {f.feature: (f.text, f.spans) for f in vocabulary.find(words.tokens, groups, features)}
    if words.title is not None:
        groups = {BODY: np.full(len(words.title), -1), TITLE: np.zeros(len(words.title), np.int64)}
        for f in vocabulary.find(words.title, groups, features):
            out[f.feature] = (f"{f.text}, {PLACES[2]}", _moved(words, f.spans))
    return out


def column_spans(reading: Reading, words: ArticleWords) -> dict[str, tuple[Span, ...]]:
    """Where the items of each column stand, by its name, in text order; none for measures of the whole article."""
    tokens = reading.tokens
    spans = dict(zip(sourcing_columns(), rating_features.spans(reading)))
    found: list[tuple[Span, ...]] = []
    for inside in (tokens.body, author_words(reading)) if len(tokens) else ():
        found += [lexicon().spans(tokens, inside, k) for k in range(len(lexicon()))]
    found += [()] * (2 * len(lexicon()) - len(found))
    for k in range(len(lexicon())):
        title = words.title
        found.append(() if title is None else _moved(words, lexicon().spans(title, np.ones(len(title), np.bool_), k)))
    return spans | dict(zip(lexicon_columns(), found))


def _moved(words: ArticleWords, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans of the title where it stands in the text."""
    if words.shift is None:
        return ()
    return tuple(replace(s, start=s.start + words.shift, end=s.end + words.shift) for s in spans)
