"""Documents with hedge annotation as one text to learn from, or to be examined on: sentences with labels, cues with types.

Conventions
-----------
* Gold sentences are kept: each is one paragraph of an article made of all documents, so that no cue reaches over, and sentence ``i`` is
  paragraph ``i``. Sentences without a label are left out, documents without a labelled sentence are not counted.
* The *domain* of a document is ``meta["part"]`` up to the first underscore ("bio_hbc" is "bio"), "" without one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.hedge_features import TYPES, Units
from framing.records import Article, Document, Span
from framing.tokens import Tokens, tokenize

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """m sentences of d documents in one text.

    Attributes
    ----------
    tokens : Tokens
        Sentence ``i`` is paragraph ``i``.
    sentences : tuple of str
    document : (m,) array
        The document of each sentence.
    label : (m,) bool array
        Whether it is uncertain.
    cues : tuple of (start, end, type)
        In the text of ``tokens``, in order; empty where only labels exist.
    """

    tokens: Tokens
    sentences: tuple[str, ...]
    document: Ints
    label: NDArray[np.bool_]
    cues: tuple[tuple[int, int, str], ...]

    def uncertain(self, types: Collection[str]) -> NDArray[np.bool_]:
        """Which sentences (m,) hold a cue of one of these types."""
        places = [self.tokens.paragraph[self.tokens.at(start)] for start, _, kind in self.cues if kind in types]
        return np.bincount(np.array(places, np.int64), minlength=len(self.label)) > 0


def domain_of(document: Document) -> str:
    """The domain of a document."""
    return str(document.meta.get("part", "")).partition("_")[0]


def lesson_of(documents: Iterable[Document]) -> Lesson:
    """The labelled sentences of documents."""
    sentences: list[str] = []
    spans: list[tuple[int, int]] = []
    cues: list[tuple[int, int, str]] = []
    of: list[int] = []
    label: list[bool] = []
    at = number = 0
    for document in documents:
        hedges, h = sorted(document.hedges, key=lambda hedge: hedge.cue.start), 0
        known = False
        for sentence in document.sentences:
            span = sentence.span
            while h < len(hedges) and hedges[h].cue.start < span.end:
                if sentence.uncertain is not None:
                    cues.append((at + hedges[h].cue.start - span.start, at + hedges[h].cue.end - span.start, hedges[h].type))
                h += 1
            if sentence.uncertain is None or not span.text.strip():
                continue
            known = True
            sentences.append(span.text.replace("\n", " "))  # a blank line would end the paragraph
            spans.append((at, at + len(span)))
            of.append(number)
            label.append(sentence.uncertain > 0)
            at += len(span) + 2
        number += known
    text = "\n\n".join(sentences)
    paragraphs = tuple(Span.of(text, a, b) for a, b in spans)
    tokens = tokenize(Article(text, None, None, paragraphs, Span.of(text, 0, len(text))))
    return Lesson(tokens, tuple(sentences), np.array(of, np.int64), np.array(label, np.bool_), tuple(cues))


def unit_labels(units: Units, cues: Iterable[tuple[int, int, str]]) -> Ints:
    """0 for a unit that is no cue, else 1 + the place of its type in ``TYPES``.

    A gold cue is given to one unit: that with which it shares most words, among these to a cue of the rules, then to the last.
    Cues of other types are nothing.
    """
    tokens = units.context.tokens
    labels = np.zeros(len(units.first), np.int64)
    first, last, ruled = units.first.tolist(), units.last.tolist(), (units.cue >= 0).tolist()
    for start, end, kind in cues:
        if kind not in TYPES:
            continue
        begin, stop = tokens.at(start), tokens.at(end - 1) + 1
        i = int(np.searchsorted(units.last, begin, "right"))
        met = []
        while i < len(first) and first[i] < stop:
            met.append((min(stop, last[i]) - max(begin, first[i]), ruled[i], i))
            i += 1
        if met:
            labels[max(met)[2]] = 1 + TYPES.index(kind)
    return labels
