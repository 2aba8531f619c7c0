"""Lines and records of CSV out of streams that nobody has vouched for, in memory that a limit bounds.

Conventions
-----------
* What is over the limit is read and thrown away. A cut line of CSV counts the quotation marks in what was thrown away, so that the parser
  knows where the next record begins: in fields that are quoted as RFC 4180 has it, no later row is lost.
* A record of CSV goes over many lines, so it has the limit too: behind it the parser begins anew with the next line. A quotation mark that
  is open when the file ends is an error, not the end of a text.
* Bytes that are not of the encoding become a lone surrogate (``STRAY`` finds it), in whatever encoding: "surrogateescape" cannot do it for
  those of UTF-16 and of encodings with shifts.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import IO, AnyStr

STRAY = re.compile("\udcff")
ERRORS = "framing.stray"  # name of the handler of decoding errors
_PIECE = 1 << 20  # bytes or characters of a cut line that are thrown away at a time
_END = "end of file"  # a line behind the last, to see whether it is a record of its own


def _stray(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    raise error


codecs.register_error(ERRORS, _stray)


def is_encoding(name: str) -> bool:
    """Whether bytes of text can be read in it."""
    try:
        b"\xff".decode(name, ERRORS)
        "".encode(name)
    except (LookupError, ValueError):  # no such codec, one that makes no text of bytes, or one that cannot go on behind an error
        return False
    return True


def lines(stream: IO[bytes], limit: int) -> Iterator[tuple[bytes, bool]]:
    """Lines of bytes, each with whether it was longer than ``limit`` and is cut there."""
    return ((line, lost is not None) for line, lost in _cut(stream.readline, limit, (b"\n",), b'"'))


def _cut(readline: Callable[[int], AnyStr], limit: int, ends: tuple[AnyStr, ...], mark: AnyStr) -> Iterator[tuple[AnyStr, int | None]]:
    """Lines, each with how often ``mark`` stands in what was cut off, ``None`` if nothing was."""
    while line := readline(limit):
        lost = None
        if len(line) == limit and not line.endswith(ends):
            while rest := readline(_PIECE):
                lost = (lost or 0) + rest.count(mark)
                if rest.endswith(ends):
                    break
        yield line, lost


def records(stream: IO[bytes], encoding: str, delimiter: str, limit: int, over: str) -> Iterator[tuple[int, list[str] | str]]:
    """Records of CSV with the line that each ends in; a string is what is wrong with one.

    Parameters
    ----------
    stream : binary file
        Left open.
    encoding, delimiter : str
    limit : int
        Characters of a line, and of the lines of a record before its last.
    over : str
        What to say of what is longer.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    text = io.TextIOWrapper(stream, encoding, ERRORS, newline="")
    try:
        feed = _Feed(_cut(text.readline, limit, ("\n", "\r"), '"'), delimiter, limit, over)
        reader = csv.reader(feed, delimiter=delimiter)
        while True:
            feed.begin()
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield feed.line, f"{feed.place}: {error}"
                continue
            if feed.ended:
                if record != [_END]:
                    yield feed.line, f"{feed.place}: a quotation mark is not closed before the file ends"
                return
            if feed.cut:
                yield feed.line, f"line {feed.line:,}: {over}"
            elif record:
                yield feed.line, record
    finally:
        if not stream.closed:
            text.detach()


class _Feed:
    """Lines for the parser of CSV, which begins anew behind an error; a generator would be at its end."""

    def __init__(self, found: Iterator[tuple[str, int | None]], delimiter: str, limit: int, over: str) -> None:
        self.found, self.delimiter, self.limit, self.over = found, delimiter, limit, over
        self.line, self.first, self.held = 0, 1, 0
        self.cut = self.ended = False

    def begin(self) -> None:
        """A record begins with the next line."""
        self.first, self.held, self.cut = self.line + 1, 0, False

    @property
    def place(self) -> str:
        """Of the record, in words: what is wrong with it may have taken in lines that were meant as records of their own."""
        return f"line {self.line:,}" if self.line <= self.first else f"lines {self.first:,} to {self.line:,}"

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.ended:
            raise StopIteration
        if self.held > self.limit:
            raise csv.Error(self.over)
        line, lost = next(self.found, (None, None))
        if line is None:
            self.ended = True
            return _END
        self.line += 1
        self.held += len(line)
        if self.line == 1:
            line = line.removeprefix("\ufeff")
        if lost is not None:
            self.cut = True
            line += self.delimiter + '"' * (lost % 2) + "\n"
        return line
