"""How large the channels of an encoder are in texts: what its graph in eight bits is told, so that it loses less by rounding.

Conventions
-----------
See :mod:`framing.encoder_graph`: ``ranges`` are the largest magnitudes of each channel of what some matrices multiply. They are looked at
in floats, in texts that the encoder learned from; two dozen articles are enough. Needs onnx and onnxruntime (``framing[train]``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.encoder.session import Session
from framing.encoder.tagger import EncoderTagger, Layout
from framing.encoder.wordpiece import WordPieces
from framing.encoder_graph import Array, Arrays, build
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.tagging import forbidden
from framing.text import article_from_text
from framing.tokens import tokenize

TEXTS = 24


class _Watching(Session):
    """A graph that watches: what it gives beside the scores is kept, the largest of each."""

    def __init__(self, graph: bytes) -> None:
        super().__init__(graph)
        self.found: dict[str, Array] = {}

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> Array:
        values = self.outputs(inputs)
        scores = values.pop("scores")
        self.found = {name: np.maximum(value, self.found.get(name, 0)) for name, value in values.items()}
        return scores


def magnitudes(arrays: Arrays, layout: Layout, heads: int, pieces: WordPieces, texts: Iterable[str]) -> dict[str, Array]:
    """The largest magnitudes of channels in some texts, as :func:`framing.encoder_graph.build` takes them (``ranges``).

    Parameters
    ----------
    arrays, heads
        As of :func:`framing.encoder_graph.build`.
    layout : Layout
    pieces : WordPieces
    texts : iterable of str

    Returns
    -------
    dict
        Empty without texts.
    """
    session = _Watching(build(arrays, layout.features, heads, watches=True))
    tagger = EncoderTagger(pieces, session, forbidden(), replace(layout, beside=0.0))
    for text in texts:
        article = article_from_text(text)
        tokens, quotes = tokenize(article), find_quotes(text, article.paragraphs)
        for _ in tagger.scored(read_patterns(tokens, quotes), quotes, False):
            pass
    return session.found
