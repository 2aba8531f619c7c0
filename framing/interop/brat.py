"""Analyses and documents -> a folder that people open in brat to correct, and back (:func:`framing.interop.brat_reader.read_brat`).

Conventions
-----------
* A document is a pair of files, ``NAME.txt`` and ``NAME.ann``; what is what there says :mod:`framing.interop.brat_scheme`, how names are
  made :mod:`framing.interop.files`. ``documents.jsonl`` keeps id, title, group and split of each, ``*.conf`` tell brat of the types.
* Offsets are code points of the text, which is written as it is, line ends included; a lone surrogate becomes U+FFFD. (The browser counts
  characters outside of the basic plane, such as emoji, as two: marks behind one look shifted there. What is stored is right.)
* brat has no span with a line break inside: it is cut there into parts, and so it is here, at tabs too. Parts with nothing but such
  characters between them are one span again when they are read.
* Scores, confidences, scopes, contributions and labels of whole documents have no place in brat.

Read back, it is gold: ``AttributionExtractor``, ``SourceTyper`` and ``HedgeTagger`` can be fitted on it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from framing.interop import brat_scheme as scheme
from framing.interop.brat_lines import BratError
from framing.interop.brat_reader import INDEX, from_brat, read_brat, read_index
from framing.interop.files import FileNames, encode, write
from framing.records import HEDGE_TYPES, Attribution, Document, Hedge, Quote, Span
from framing.result import Analysis

__all__ = ["BratError", "from_brat", "read_brat", "to_brat", "write_brat"]

_BREAK = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")  # what some reader of lines or columns stops at
Parts = tuple[tuple[int, int], ...]


def to_brat(item: Analysis | Document, layers: Iterable[str] = scheme.LAYERS) -> tuple[str, str]:
    """The text and the stand-off annotation of one article, as brat has them.

    Parameters
    ----------
    item : Analysis or Document
        A ``Document`` has no quotes but those that :func:`read_brat` put into ``meta["quotes"]``.
    layers : iterable of str
        Of ``brat_scheme.LAYERS``.

    Returns
    -------
    tuple of (str, str)
        Content of the ``.txt`` and of the ``.ann`` file; both encode as UTF-8.

    Raises
    ------
    TypeError
        If ``item`` is something else.
    ValueError
        If there is no such layer, a span lies outside the text or holds no character but line breaks and tabs, or a parent is missing.
    """
    asked = scheme.chosen(layers)
    if not isinstance(item, (Analysis, Document)):
        raise TypeError(f"an Analysis or a Document is wanted, not {type(item).__name__}")
    text = item.article.text if isinstance(item, Analysis) else item.text
    text = encode(text).decode("utf-8")
    writer = _Writer(text)
    if "attributions" in asked:
        writer.attributions(item.attributions)
    if "hedges" in asked:
        writer.hedges(item.hedges)
    if "quotes" in asked:
        writer.quotes(item.quotes if isinstance(item, Analysis) else item.meta.get("quotes", ()))
    return text, "".join(f"{line}\n" for line in writer.lines)


def write_brat(
    items: Iterable[Analysis | Document],
    folder: str | os.PathLike[str],
    layers: Iterable[str] = scheme.LAYERS,
    overwrite: bool = False,
) -> list[Path]:
    """Write a folder that brat can open: a pair of files for each article, the configuration, and the list of documents.

    Parameters
    ----------
    items : iterable of Analysis or Document
        Read one at a time.
    folder : path
        Made if need be.
    layers : iterable of str
        Of ``brat_scheme.LAYERS``.
    overwrite : bool
        Whether documents that are there may be replaced: those of the same ids are, others stay.

    Returns
    -------
    list of Path
        The ``.ann`` files, in the order of ``items``.

    Raises
    ------
    FileExistsError
        If the folder holds documents and ``overwrite`` is false: they may be somebody's corrections.
    OSError
        If it cannot be written to.
    TypeError, ValueError
        As :func:`to_brat`; what was written before stays.
    """
    home, asked = Path(folder), scheme.chosen(layers)
    home.mkdir(parents=True, exist_ok=True)
    if not overwrite and any(path.suffix in (".ann", ".txt") or path.name == INDEX for path in home.iterdir()):
        raise FileExistsError(f"{home} holds documents already, which may have been corrected: choose another folder, or overwrite them")
    rows = read_index(home)
    there = (path.stem for path in home.iterdir() if path.suffix in (".ann", ".txt"))
    names = FileNames({stem: rows.get(stem, {}).get("id", stem) for stem in there})
    written = []
    for name, content in scheme.configuration(asked).items():
        if overwrite or not (home / name).exists():  # somebody may have set up the folder for himself
            write(home / name, content.encode())
    try:
        for item in items:
            text, annotation = to_brat(item, asked)
            row = _about(item)
            name = names.give(row["id"])
            write(home / f"{name}.txt", text.encode("utf-8"))
            write(home / f"{name}.ann", annotation.encode("utf-8"))
            rows[name] = row
            written.append(home / f"{name}.ann")
    finally:
        lines = (json.dumps({"file": name, **row}, sort_keys=True) + "\n" for name, row in sorted(rows.items()))
        write(home / INDEX, "".join(lines).encode("ascii"))
    return written


def _about(item: Analysis | Document) -> dict[str, str | None]:
    if isinstance(item, Analysis):
        return {"id": item.article.id, "title": item.article.title}
    return {"id": item.id, "title": item.title, "group": item.group, "split": item.split}


class _Writer:
    """Gives ids to what stands in a text, and lines to what has one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self._spans: dict[tuple[str, Parts], str] = {}
        self._next = {"T": 1, "A": 1, "E": 1, "#": 1}

    def attributions(self, attributions: Sequence[Attribution]) -> None:
        events = {a.id: f"E{i}" for i, a in enumerate(attributions, self._next["E"])}
        classes: dict[int, dict[str, None]] = {}
        for a in attributions:
            cue = self._span(scheme.EVENT, [a.cue], shared=True)
            arguments = []
            if a.source is not None:
                source = self._span(scheme.SOURCE, [a.source], shared=True)
                arguments.append(f"{scheme.SOURCE}:{source}")
                if a.entity is not None:
                    classes.setdefault(a.entity, {})[source] = None
            for i, parts in enumerate(_apart(a.content)):
                arguments.append(f"{scheme.CONTENT}{i + 1 if i else ''}:{self._span(scheme.CONTENT, parts, shared=True)}")
            if a.parent is not None:
                if a.parent not in events:
                    raise ValueError(f"attribution {a.id} stands inside attribution {a.parent}, which is not there")
                arguments.append(f"{scheme.INSIDE}:{events[a.parent]}")
            self.lines.append("\t".join([events[a.id], " ".join([f"{scheme.EVENT}:{cue}", *arguments])]))
            self._codes(a, events[a.id])
        for sources in classes.values():
            if len(sources) > 1:
                self.lines.append(f"*\t{scheme.EQUIV} {' '.join(sources)}")

    def _codes(self, a: Attribution, event: str) -> None:
        for name, value in (("Kind", a.kind), ("Level", a.level), ("Speech", a.speech), ("Reason", a.reason)):
            if value in scheme.CODES[name]:  # what a corpus leaves open has no code
                self._attribute(name, event, value)
        for name, flag in (("Withheld", a.withheld), ("Position", a.position)):
            if flag:
                self._attribute(name, event)
        free = {"role": a.role, "producer": a.producer, "relays": list(a.relays)}
        if known := {name: value for name, value in free.items() if value not in (None, [])}:
            note = json.dumps(known, sort_keys=True)  # ASCII: no character in it ends the line
            self.lines.append(f"#{self._number('#')}\t{scheme.NOTE} {event}\t{note}")

    def hedges(self, hedges: Sequence[Hedge]) -> None:
        for hedge in hedges:
            if hedge.type not in HEDGE_TYPES:
                raise ValueError(f"there is no type of hedge {hedge.type!r}, only {', '.join(HEDGE_TYPES)}")
            id = self._span(hedge.type.capitalize(), [hedge.cue])
            if hedge.negated:
                self._attribute(scheme.NEGATED, id)

    def quotes(self, quotes: Sequence[Quote]) -> None:
        for quote in quotes:
            id = self._span(scheme.QUOTE, [quote.span])
            self._attribute(scheme.QUOTE_KIND, id, quote.kind)
            if not quote.closed:
                self._attribute(scheme.OPEN, id)

    def _number(self, letter: str) -> int:
        number = self._next[letter]
        self._next[letter] += 1
        return number

    def _attribute(self, name: str, target: str, value: str | None = None) -> None:
        self.lines.append(f"A{self._number('A')}\t{name} {target}{'' if value is None else f' {value}'}")

    def _span(self, kind: str, spans: Sequence[Span], shared: bool = False) -> str:
        """The id of a text-bound annotation; one that is there already if it may be ``shared``."""
        parts = tuple(part for span in spans for part in self._parts(span))
        if shared and (kind, parts) in self._spans:
            return self._spans[kind, parts]
        id = self._spans[kind, parts] = f"T{self._number('T')}"
        places = ";".join(f"{start} {end}" for start, end in parts)
        self.lines.append(f"{id}\t{kind} {places}\t{' '.join(self.text[start:end] for start, end in parts)}")
        return id

    def _parts(self, span: Span) -> Parts:
        """The span without the characters that no annotation may hold."""
        if not 0 <= span.start < span.end <= len(self.text):
            raise ValueError(f"the span {span.start} to {span.end} does not lie in a text of {len(self.text)} characters")
        parts, start = [], span.start
        for gap in _BREAK.finditer(self.text, span.start, span.end):
            parts += [(start, gap.start())] if gap.start() > start else []
            start = gap.end()
        parts += [(start, span.end)] if span.end > start else []
        if not parts:
            raise ValueError(f"the span {span.start} to {span.end} holds nothing but line breaks and tabs")
        return tuple(parts)


def _apart(content: Sequence[Span]) -> list[list[Span]]:
    """The spans of a content as groups that may be parts of one annotation: all together, unless they overlap or are out of order."""
    ordered = sorted(content)
    if any(a.end > b.start for a, b in pairwise(ordered)):
        return [[span] for span in ordered]
    return [ordered] if ordered else []
