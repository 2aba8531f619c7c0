"""The XML of the Szeged group: documents of sentences in which hedge cues are marked (CoNLL-2010, Szeged Uncertainty, BioScope).

``<Document type><DocID>..</DocID><DocumentPart type><sentence id certainty>It <ccue type>may</ccue> rain.</sentence>``

Conventions
-----------
* CoNLL-2010 writes ``sentence``, the Szeged corpus ``Sentence``: both are read.
* White space around a sentence or a cue is cut off; inside it stays, for some texts have two blanks in a row.
* Only ``ccue`` is a cue. Other elements (``xcope`` and ``cue`` of CoNLL-2010 task 2) leave their text and nothing else.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from framing.corpora.safe_xml import elements


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: code points in its sentence, and its ``type`` attribute as written ("" without one)."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class CueSentence:
    """A sentence; ``part`` is the type of the document part it stands in, ``certainty`` its attribute or ``None``."""

    id: str
    part: str
    text: str
    certainty: str | None
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class CueDocument:
    """A document; ``type`` as in the file ("Biological_abstract", "Wikipedia_text_weasel", "unknown" ...)."""

    id: str
    type: str
    sentences: tuple[CueSentence, ...]

    @property
    def title(self) -> str | None:
        """The first sentence of a part of type "Title"."""
        return next((s.text for s in self.sentences if s.part == "Title"), None)


def documents(path: Path) -> Iterator[CueDocument]:
    """Read the documents of a file, one after the other.

    Raises
    ------
    ValueError
        If the file is not well-formed XML, or declares entities; the message names file and place.
    """
    return map(_document, elements(path, "Document"))


def _document(element: ET.Element) -> CueDocument:
    sentences = tuple(
        _sentence(child, part.get("type", ""))
        for part in element.iter("DocumentPart")
        for child in part.iter()
        if child.tag.lower() == "sentence"
    )
    return CueDocument((element.findtext("DocID") or "").strip(), element.get("type", ""), sentences)


def _sentence(element: ET.Element, part: str) -> CueSentence:
    pieces: list[str] = []
    found: list[tuple[int, int, str]] = []

    def walk(node: ET.Element, start: int) -> int:
        pieces.append(node.text or "")
        end = start + len(pieces[-1])
        for child in node:
            after = walk(child, end)
            if child.tag == "ccue":
                found.append((end, after, child.get("type", "")))
            pieces.append(child.tail or "")
            end = after + len(pieces[-1])
        return end

    walk(element, 0)
    raw = "".join(pieces)
    text = raw.strip()
    before = len(raw) - len(raw.lstrip())
    cues = []
    for start, end, kind in sorted(found):
        words = raw[start:end]
        if inner := words.strip():
            first = start + len(words) - len(words.lstrip()) - before
            cues.append(Cue(first, first + len(inner), kind))
    return CueSentence(element.get("id", ""), part, text, element.get("certainty"), tuple(cues))
