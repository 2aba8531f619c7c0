"""brat's stand-off files, as people left them -> documents with gold; whatever is wrong is said with the name of the file and the line.

Conventions
-----------
* What a line may be says :mod:`framing.interop.brat_lines`. The form of PolNeAR, in which the cue is a span of type ``Cue`` that is trigger
  and argument of the event, is read too. Files are UTF-8; a ``.txt`` is read as it is.
* An event is an attribution; its trigger is the cue, unless it has an argument ``Cue``. Source, cue and hedge in parts become their hull
  (``meta["parts"]``), contents stay in parts; parts with nothing but line breaks and tabs between them are one.
* ``meta`` holds ``events`` (brat's ids of the attributions, in order), ``quotes``, ``notes`` (id -> what annotators wrote), ``uncoded``
  (events without kind or level: the defaults of the record stand there, so leave these out when you train the typer of sources) and
  ``unlinked`` (sources and contents that belong to no event).

Time and memory are linear in the files; nothing is opened but the ``.txt``, ``.ann`` and ``documents.jsonl`` of the folder itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from framing.corpora.gold import Draft, Offsets
from framing.interop import brat_scheme as scheme
from framing.interop.assembly import Identity, MarkedHedge, assemble
from framing.interop.brat_lines import ROLES, BratError, Event, Lines, short
from framing.records import Document, Quote, Span

INDEX = "documents.jsonl"


def read_brat(path: str | os.PathLike[str], layers: Iterable[str] = scheme.LAYERS) -> Iterator[Document]:
    """Read the documents of a folder, or one pair of files, one after the other in the order of their names.

    Parameters
    ----------
    path : path
        A folder (what lies in folders inside it is not read), a ``.txt`` or an ``.ann`` file.
    layers : iterable of str
        What was annotated: what is not named is left out of the documents. Without "hedges" no sentence is labelled.

    Yields
    ------
    Document
        With the id, title, group and split of ``documents.jsonl``; without it the name is the id.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    BratError
        If one file of a pair is missing, a file is no UTF-8 or a line is wrong.
    """
    home, asked = Path(path), scheme.chosen(layers)
    if home.is_dir():
        stems = sorted({p.stem for p in home.iterdir() if p.suffix in (".txt", ".ann") and not p.name.startswith(".")})
        if not stems:
            raise BratError(str(home), None, "there is no .txt with its .ann in this folder")
    elif home.suffix in (".txt", ".ann"):
        home, stems = home.parent, [home.stem]
    else:
        raise FileNotFoundError(f"{home}: no folder, and no .txt or .ann file")
    rows = read_index(home)
    for stem in stems:
        text, annotation = (_read(home / f"{stem}{ending}") for ending in (".txt", ".ann"))
        row = rows.get(stem, {})
        who = Identity(row.get("id") or stem, row.get("title"), row.get("group"), row.get("split"))
        yield from_brat(text, annotation, who.id, asked, str(home / f"{stem}.ann"), who.title, who.group, who.split)


def from_brat(
    text: str,
    annotation: str,
    id: str = "document",
    layers: Iterable[str] = scheme.LAYERS,
    file: str | None = None,
    title: str | None = None,
    group: str | None = None,
    split: str | None = None,
) -> Document:
    """The document of a text and its stand-off annotation.

    Parameters
    ----------
    text, annotation : str
        Content of the ``.txt`` and of the ``.ann``.
    id : str
    layers : iterable of str
        As in :func:`read_brat`.
    file : str, optional
        How messages call the annotation; the id by default.
    title, group, split : str, optional
        Of the document.

    Raises
    ------
    BratError
        If a line is wrong.
    """
    asked = scheme.chosen(layers)
    return _Builder(Lines.of(text, annotation, file or id)).document(Identity(id, title, group, split), asked)


def read_index(home: Path) -> dict[str, dict[str, Any]]:
    """What ``documents.jsonl`` says of each name; nothing if it is not there.

    Raises
    ------
    BratError
        If a line is no object with strings (or null) in it.
    """
    path = home / INDEX
    if not path.is_file():
        return {}
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BratError(str(path), number, f"no JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("file"), str):
            raise BratError(str(path), number, 'no object with the name of a file under "file"')
        known = {key: row.get(key) for key in ("id", "title", "group", "split")}
        if wrong := [key for key, value in known.items() if value is not None and not isinstance(value, str)]:
            raise BratError(str(path), number, f"{wrong[0]!r} must be a string or null")
        if row["file"] in rows:
            raise BratError(str(path), number, f"a second line for the file {row['file']!r}")
        rows[row["file"]] = known
    return rows


def _read(path: Path) -> str:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise BratError(str(path), None, "is no regular file")  # a pipe would be waited for, a device read without end
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BratError(str(path), None, "is missing") from None
    except IsADirectoryError:
        raise BratError(str(path), None, "is a folder") from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BratError(str(path), line, f"is not UTF-8 (byte {error.start:,})") from None


class _Builder:
    """Makes records of lines, once all are known."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def document(self, who: Identity, layers: tuple[str, ...]) -> Document:
        self._check_targets()
        entity = self._entities()
        used: set[str] = set()
        drafts = [self._draft(id, event, entity, used) for id, event in self.lines.events.items()]
        self._check_nesting()
        loose = [id for id, span in self.lines.spans.items() if span.type in (scheme.EVENT, scheme.CUE) and id not in used]
        if loose:
            self.lines.fail(self.lines.spans[loose[0]].line, f"{loose[0]} is the trigger of no event")
        hedges = [
            MarkedHedge(span.parts[0][0], span.parts[-1][1], scheme.HEDGES[span.type], scheme.NEGATED in self.lines.attributes.get(id, ()))
            for id, span in self.lines.spans.items()
            if span.type in scheme.HEDGES
        ]
        known: dict[str, Any] = {}
        if "quotes" in layers:
            known["quotes"] = self._quotes()
        if "attributions" in layers:
            known["uncoded"] = tuple(id for id in self.lines.events if not {"Kind", "Level"} <= self.lines.attributes.get(id, {}).keys())
            ends = (scheme.SOURCE, scheme.CONTENT)
            known["unlinked"] = tuple(id for id, span in self.lines.spans.items() if span.type in ends and id not in used)
        else:
            drafts = []
        known["notes"] = {
            target: tuple(note for kind, note, _ in notes) for target, notes in self.lines.notes.items() if not self._is_ours(target, notes)
        }
        speech = {id: str(mine["Speech"][0]) for id, mine in self.lines.attributes.items() if "Speech" in mine}
        return assemble(who, self.lines.text, drafts, speech, hedges, "hedges" in layers, known)

    def _check_targets(self) -> None:
        """Attributes and notes belong to what is there, and is of the type that has them."""
        fits = {scheme.NEGATED: set(scheme.HEDGES), scheme.OPEN: {scheme.QUOTE}, scheme.QUOTE_KIND: {scheme.QUOTE}}
        for target, mine in self.lines.attributes.items():
            kind = scheme.EVENT if target in self.lines.events else self.lines.spans[target].type if target in self.lines.spans else None
            for name, (_, line) in mine.items():
                if kind is None:
                    self.lines.fail(line, f"{target} is not there")
                if kind not in fits.get(name, {scheme.EVENT}) or (name not in fits and target not in self.lines.events):
                    self.lines.fail(line, f"{name} does not go with {target}, which is {kind}")
        for target, notes in self.lines.notes.items():
            if target not in self.lines.seen:
                self.lines.fail(notes[0][2], f"{target} is not there")

    def _entities(self) -> dict[str, str]:
        """Source -> name of its class."""
        out: dict[str, str] = {}
        for members, line in self.lines.classes:
            for member in members:
                if member not in self.lines.spans or self.lines.spans[member].type != scheme.SOURCE:
                    self.lines.fail(line, f"{member} is no {scheme.SOURCE}")
                if member in out:
                    self.lines.fail(line, f"{member} is in two classes, or twice in one")
                out[member] = f"class {line}"
        return out

    def _draft(self, id: str, event: Event, entity: Mapping[str, str], used: set[str]) -> Draft:
        used.add(event.trigger)
        if event.trigger not in self.lines.spans or self.lines.spans[event.trigger].type not in (scheme.EVENT, scheme.CUE):
            self.lines.fail(event.line, f"{event.trigger} is no span of type {scheme.EVENT}")
        roles: dict[str, dict[str, None]] = {role: {} for role in ROLES}
        for role, target in event.arguments:
            if target in roles[role]:
                self.lines.fail(event.line, f"{role} {target} is named twice")
            there = self.lines.events if role == scheme.INSIDE else self.lines.spans
            if target not in there:
                self.lines.fail(event.line, f"{target} is {'no event' if role == scheme.INSIDE else 'no span'}, or is not there")
            if role != scheme.INSIDE and self.lines.spans[target].type != role:
                self.lines.fail(event.line, f"{target} is {self.lines.spans[target].type}, not {role}")
            roles[role][target] = None
            used.add(target)
        if len(roles[scheme.INSIDE]) > 1:
            self.lines.fail(event.line, f"an attribution stands inside one other at most, not {len(roles[scheme.INSIDE])}")
        sources = list(roles[scheme.SOURCE])
        mine = self.lines.attributes.get(id, {})
        fields: dict[str, Any] = {
            "withheld": "Withheld" in mine,
            "position": "Position" in mine,
            "reason": mine["Reason"][0] if "Reason" in mine else None,
            **{key: mine[key.capitalize()][0] for key in ("kind", "level") if key.capitalize() in mine},
            **self._free(id),
        }
        return Draft(
            id,
            self._hull_parts(sources),
            self._hull_parts(list(roles[scheme.CUE]) or [event.trigger]),
            self._hull_parts(list(roles[scheme.CONTENT])),
            parent=next(iter(roles[scheme.INSIDE]), None),
            entity=next((entity[s] for s in sources if s in entity), None),
            fields=fields,
        )

    def _hull_parts(self, ids: list[str]) -> Offsets:
        return tuple(sorted({part for id in ids for part in self.lines.spans[id].parts}))

    def _free(self, event: str) -> dict[str, Any]:
        """What the note in JSON says of role, producer and relays."""
        out: dict[str, Any] = {}
        for kind, note, line in self.lines.notes.get(event, ()):
            if kind != scheme.NOTE or not note.startswith("{"):
                continue
            try:
                known = json.loads(note)
            except (ValueError, RecursionError) as error:
                self.lines.fail(line, f"a note that begins with {{ must be JSON: {error}")
            if unknown := sorted(set(known) - set(scheme.FREE)):
                self.lines.fail(line, f"unknown {short(unknown[0])} in the note; there are {', '.join(scheme.FREE)}")
            relays = known.get("relays", [])
            if not isinstance(relays, list) or not all(isinstance(name, str) for name in relays):
                self.lines.fail(line, "relays must be a list of strings")
            if not all(known.get(key) is None or isinstance(known[key], str) for key in ("role", "producer")):
                self.lines.fail(line, "role and producer must be strings")
            out |= {**known, "relays": tuple(relays)}
        return out

    def _is_ours(self, target: str, notes: list[tuple[str, str, int]]) -> bool:
        return target in self.lines.events and all(kind == scheme.NOTE and note.startswith("{") for kind, note, _ in notes)

    def _quotes(self) -> tuple[Quote, ...]:
        found = []
        for id, span in self.lines.spans.items():
            if span.type == scheme.QUOTE:
                mine = self.lines.attributes.get(id, {})
                whole = Span.of(self.lines.text, span.parts[0][0], span.parts[-1][1])
                kind = str(mine[scheme.QUOTE_KIND][0]) if scheme.QUOTE_KIND in mine else "speech"
                found.append(Quote(whole, kind, scheme.OPEN not in mine))
        return tuple(sorted(found, key=lambda quote: quote.span))

    def _check_nesting(self) -> None:
        parent = {id: target for id, event in self.lines.events.items() for role, target in event.arguments if role == scheme.INSIDE}
        clear: set[str] = set()
        for id in parent:
            path: dict[str, None] = {}
            here: str | None = id
            while here is not None and here not in clear:
                if here in path:
                    self.lines.fail(self.lines.events[here].line, f"{here} stands inside itself")
                path[here] = None
                here = parent.get(here)
            clear.update(path)
