"""Sentences and tokens as numpy arrays. (First stub: a regex; the arrays and their meaning are fixed.)"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.records import Article, Span

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

_TOKEN = re.compile(r"https?://\S+|[\w.]+\.(?:com|org|net|int|eu|uk)\b|(?:[A-Z]\.)+|\w+(?:-\w+)*(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b|\w+(?:[-.,]\w+)*|--+|\S")


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """All tokens of a text; arrays of length n unless said otherwise."""

    text: str
    start: Ints
    end: Ints
    type: Ints  # index into types
    types: tuple[str, ...]  # the distinct token strings
    sentence: Ints  # index of the sentence
    paragraph: Ints  # index of the paragraph (article.paragraphs)
    body: Bools  # False inside boilerplate
    sentences: Ints  # (m, 2) character spans
    sentence_first: Ints  # (m + 1,) first token of each sentence, then n
    paragraphs: Ints  # (p, 2) character spans
    paragraph_first: Ints  # (p + 1,) first token of each paragraph, then n

    def __len__(self) -> int:
        return len(self.start)

    def words(self) -> list[str]:
        """The n token strings."""
        types = self.types
        return [types[i] for i in self.type.tolist()]

    def span(self, first: int, last: int) -> Span:
        """The span from the start of token ``first`` to the end of token ``last - 1``."""
        return Span.of(self.text, self.start[first], self.end[last - 1])

    def lookup(self, function: Callable[[str], Any], dtype: Any = np.int32) -> NDArray[Any]:
        """``function`` of every token, called once a type and gathered: array of length n."""
        values = np.array([function(t) for t in self.types], dtype=dtype)
        return values[self.type] if len(self.types) else values

    def at(self, offset: int) -> int:
        """Index of the first token that ends after ``offset`` (n if none does)."""
        return int(np.searchsorted(self.end, offset, side="right"))

    def range(self, span: Span) -> tuple[int, int]:
        """First token and one past the last token that share a character with ``span``."""
        return self.at(span.start), int(np.searchsorted(self.start, span.end, side="left"))


def tokenize(article: Article) -> Tokens:
    """Split the paragraphs of ``article`` into sentences and tokens."""
    text = article.text
    start: list[int] = []
    end: list[int] = []
    sentence: list[int] = []
    paragraph: list[int] = []
    spans: list[tuple[int, int]] = []
    index: dict[str, int] = {}
    kinds: list[int] = []
    for p, span in enumerate(article.paragraphs):
        fresh = True
        for m in _TOKEN.finditer(text, span.start, span.end):
            s, e = m.span()
            if fresh:
                spans.append((s, e))
                fresh = False
            elif text[e - 1] in "”\"’'" and len(m.group()) == 1 and text[s - 1] in ".!?":
                pass
            start.append(s)
            end.append(e)
            spans[-1] = (spans[-1][0], e)
            sentence.append(len(spans) - 1)
            paragraph.append(p)
            kinds.append(index.setdefault(m.group(), len(index)))
            word = m.group()
            if word in (".", "!", "?") and text[e:e + 1].isspace():
                fresh = True
            elif word in ("”", '"') and text[s - 1] in ".!?" and text[e:e + 1].isspace() and text[e + 1:e + 2].isupper():
                fresh = True
    n = len(start)
    i32 = np.int32
    sent = np.array(sentence, i32)
    para = np.array(paragraph, i32)
    s_arr, e_arr = np.array(start, i32), np.array(end, i32)
    body = np.ones(n, bool)
    for mark in article.boilerplate:
        body &= ~((s_arr >= mark.span.start) & (e_arr <= mark.span.end))
    return Tokens(
        text, s_arr, e_arr, np.array(kinds, i32), tuple(index), sent, para, body,
        np.array(spans, i32).reshape(-1, 2), np.searchsorted(sent, np.arange(len(spans) + 1)).astype(i32),
        np.array([(p.start, p.end) for p in article.paragraphs], i32).reshape(-1, 2),
        np.searchsorted(para, np.arange(len(article.paragraphs) + 1)).astype(i32),
    )
