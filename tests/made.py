"""Documents and classes of words that we made, small enough to learn an extractor from in a moment; read by several test modules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from framing.learning.network import Settings
from framing.learning.words import WordClasses
from framing.records import Attribution, Document, Span
from framing.signals import CLUSTERS

SETTINGS = Settings(width=16, distances=(1, 2), epochs=12, size=60)
AT_LEAST = 2
_PART = re.compile(r"\[([SCX]) (.*?)\]", re.DOTALL)


def read_made(marked: str, name: str = "made") -> Document:
    """A document of a text with marks: ``[S Doe] [C said] [X so]``; source, cue and content of one attribution after the other."""
    text, at = "", 0
    parts: list[dict[str, Span]] = []
    for m in _PART.finditer(marked):
        text += marked[at : m.start()]
        span = Span(len(text), len(text) + len(m[2]), m[2])
        text += m[2]
        at = m.end()
        if not parts or len(parts[-1]) == 3:
            parts.append({})
        parts[-1][m[1]] = span
    text += marked[at:]
    found = tuple(
        Attribution(k, p["S"], p["C"], (p["X"],), "direct" if p["X"].text.startswith("“") else "indirect") for k, p in enumerate(parts)
    )
    return Document(id=name, text=text, attributions=found)


DOCUMENTS = [
    read_made(marked, f"made {k}")
    for k, marked in enumerate(json.loads((Path(__file__).parent / "cases" / "made.json").read_text(encoding="utf-8")))
]


def made_classes(words: tuple[str, ...] = ("the", "said", "mayor", "driver", "bridge")) -> WordClasses:
    """Classes of a few words, in which the first and the last lie far apart."""
    ranks = np.arange(len(words), dtype=np.int16)
    return WordClasses(words, np.ones((len(words), 2), np.int8), np.ones(2, np.float32), {k: ranks * k // 64 for k in CLUSTERS})
