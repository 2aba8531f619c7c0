"""The lines of brat's stand-off files, each checked by itself: spans, events, attributes, classes, notes.

Conventions
-----------
* The scheme is that of :mod:`framing.interop.brat_scheme`; a type, role, attribute or value that is not in it is an error. Relations and
  normalisations are no part of it.
* The text that stands in a line of a span must be that of the offsets, with one blank between parts. So a ``.txt`` that was edited or whose
  line ends were changed is found out.
* Parts with nothing but line breaks and tabs between them are one.
* Lines end in LF or CRLF. Blank lines are passed over, as is a byte-order mark in front.

Time and memory are linear in the lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

from framing.corpora.gold import Offsets
from framing.interop import brat_scheme as scheme
from framing.records import QUOTE_KINDS

ROLES = (scheme.SOURCE, scheme.CUE, scheme.CONTENT, scheme.INSIDE)
_SPAN = re.compile(r"(T[0-9]{1,9})\t([^\s:]+) ([0-9]{1,9} [0-9]{1,9}(?:;[0-9]{1,9} [0-9]{1,9})*)\t(.*)", re.DOTALL)
_EVENT = re.compile(r"(E[0-9]{1,9})\t(\S+(?: \S+)*) ?")
_PAIR = re.compile(r"([^\s:]+):([TE][0-9]{1,9})")
_ATTRIBUTE = re.compile(r"([AM][0-9]{1,9})\t(\S+) ([TE][0-9]{1,9})(?: (\S+))?")
_EQUIV = re.compile(r"\*\t(\S+)((?: T[0-9]{1,9})+)")
_REMARK = re.compile(r"(#[0-9]{1,9})\t(\S+) ([A-Z][0-9]{1,9})\t(.*)", re.DOTALL)
_BETWEEN = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_TYPES = {scheme.EVENT, scheme.SOURCE, scheme.CUE, scheme.CONTENT, scheme.QUOTE, *scheme.HEDGES}
_SHOWN = 80  # characters of a line in a message


class BratError(ValueError):
    """A file of a brat folder is not as it should be.

    Attributes
    ----------
    file : str
    line : int or None
        From 1.
    """

    def __init__(self, file: str, line: int | None, message: str) -> None:
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {message}")
        self.file, self.line, self.message = file, line, message

    def __reduce__(self) -> tuple[type[BratError], tuple[str, int | None, str]]:
        return BratError, (self.file, self.line, self.message)


@dataclass(frozen=True, slots=True)
class Text:
    """A text-bound annotation: its type, the stretches it stands on, its line."""

    type: str
    parts: Offsets
    line: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event: the span that triggers it, its arguments as (role without number, target), its line."""

    trigger: str
    arguments: tuple[tuple[str, str], ...]
    line: int


@dataclass(slots=True)
class Lines:
    """What the lines of an ``.ann`` hold.

    Attributes
    ----------
    text, file : str
        The document; how messages call the file.
    spans : dict of str to Text
    events : dict of str to Event
    attributes : dict
        Target -> name -> (value, line).
    classes : list of (members, line)
    notes : dict
        Target -> (type, text, line) of each.
    seen : dict of str to int
        Every id -> its line.
    """

    text: str
    file: str
    spans: dict[str, Text] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    attributes: dict[str, dict[str, tuple[str | None, int]]] = field(default_factory=dict)  # target -> name -> value, line
    classes: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    notes: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)  # target -> type, text, line
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, annotation: str, file: str) -> Lines:
        """Read a whole file."""
        lines = cls(text, file)
        for number, line in enumerate(annotation.removeprefix("\ufeff").split("\n"), 1):
            line = line.removesuffix("\r")
            if line:
                lines.read(number, line)
        return lines

    def fail(self, line: int, message: str) -> NoReturn:
        """Raise :class:`BratError` about a line."""
        raise BratError(self.file, line, message)

    def read(self, number: int, line: str) -> None:
        """Take one line that is not blank."""
        readers = {"T": self._span, "E": self._event, "A": self._attribute, "M": self._attribute, "*": self._equiv, "#": self._remark}
        if line[0] not in readers:
            kinds = {"R": "relations are", "N": "normalisations are"}.get(line[0])
            self.fail(number, f"{kinds} no part of the scheme" if kinds else f"no line of brat: {short(line)}")
        readers[line[0]](number, line)

    def _match(self, pattern: re.Pattern[str], number: int, line: str, what: str) -> re.Match[str]:
        match = pattern.fullmatch(line)
        if match is None:
            self.fail(number, f"no well-formed {what}: {short(line)}")
        return match

    def _new(self, id: str, number: int) -> str:
        if id in self.seen:
            self.fail(number, f"{id} is there already, in line {self.seen[id]}")
        self.seen[id] = number
        return id

    def _span(self, number: int, line: str) -> None:
        id, kind, places, shown = self._match(_SPAN, number, line, "span (T1<tab>Type 0 5<tab>text)").groups()
        self._new(id, number)
        if kind not in _TYPES:
            self.fail(number, f"unknown type {short(kind)}; there are {', '.join(sorted(_TYPES))}")
        written = [(int(start), int(end)) for start, _, end in (place.partition(" ") for place in places.split(";"))]
        for start, end in written:
            if not start < end <= len(self.text):
                self.fail(number, f"{start} to {end} is no stretch of a text of {len(self.text)} characters")
        found = [self.text[start:end] for start, end in written]
        parts: list[tuple[int, int]] = []
        for start, end in sorted(written):
            if parts and start < parts[-1][1]:
                self.fail(number, f"the parts of {id} overlap")
            if parts and _BETWEEN.fullmatch(self.text, parts[-1][1], start):
                start = parts.pop()[0]
            parts.append((start, end))
        if shown.removesuffix("\r") != " ".join(found).removesuffix("\r"):
            self.fail(number, f"{short(shown)} does not stand there, but {short(' '.join(found))}; was the text changed?")
        self.spans[id] = Text(kind, tuple(parts), number)

    def _event(self, number: int, line: str) -> None:
        id, rest = self._match(_EVENT, number, line, "event (E1<tab>Attribution:T1 Source:T2)").groups()
        self._new(id, number)
        pairs = []
        for word in rest.split(" "):
            role, target = self._match(_PAIR, number, word, "argument (Role:T1)").groups()
            pairs.append((role, target))
        kind, trigger = pairs[0]
        if kind != scheme.EVENT:
            self.fail(number, f"unknown type of event {short(kind)}; there is {scheme.EVENT}")
        arguments = tuple((re.sub("[0-9]{1,9}$", "", role), target) for role, target in pairs[1:])
        for role, _ in arguments:
            if role not in ROLES:
                self.fail(number, f"unknown role {short(role)}; there are {', '.join(ROLES)}")
        self.events[id] = Event(trigger, arguments, number)

    def _attribute(self, number: int, line: str) -> None:
        id, name, target, value = self._match(_ATTRIBUTE, number, line, "attribute (A1<tab>Name E1 value)").groups()
        self._new(id, number)
        values = {**scheme.CODES, scheme.QUOTE_KIND: QUOTE_KINDS}.get(name)
        if values is None and name not in (*scheme.FLAGS, scheme.NEGATED, scheme.OPEN):
            self.fail(number, f"unknown attribute {short(name)}")
        if values is None and value is not None:
            self.fail(number, f"{name} takes no value, but has {short(value)}")
        if values is not None and value not in values:
            self.fail(number, f"{name} must be one of {', '.join(values)}, not {short(value or 'nothing')}")
        mine = self.attributes.setdefault(target, {})
        if name in mine:
            self.fail(number, f"{target} has {name} already, in line {mine[name][1]}")
        mine[name] = value, number

    def _equiv(self, number: int, line: str) -> None:
        kind, members = self._match(_EQUIV, number, line, "class (*<tab>Equiv T1 T2)").groups()
        if kind != scheme.EQUIV:
            self.fail(number, f"unknown class {short(kind)}; there is {scheme.EQUIV}")
        self.classes.append((tuple(members.split()), number))

    def _remark(self, number: int, line: str) -> None:
        id, kind, target, note = self._match(_REMARK, number, line, "note (#1<tab>AnnotatorNotes T1<tab>text)").groups()
        self._new(id, number)
        self.notes.setdefault(target, []).append((kind, note, number))


def short(text: str) -> str:
    """For a message: short, on one line, without control characters."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")
