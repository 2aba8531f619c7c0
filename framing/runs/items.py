"""The articles of a corpus, one after the other, whatever they are kept in.

Conventions
-----------
* Inputs are files of JSON lines, CSV, TSV or Parquet, folders (searched to the bottom, in the order of their names) and files of text or
  HTML, and ``-``, standard input. The suffix tells what a file is; ``.gz`` behind it is unpacked on the way.
* Everything that is there becomes an :class:`Item`: what cannot be read as an article carries its ``error`` in place of a text. Nothing is
  dropped; blank lines of JSON lines are no rows.
* Rows are numbered from 1 through all inputs. The ``id`` is that of the id column, for files the path below the folder, else the number of
  the row. Without a column named for it, the title is that of the column "title", where there is one.
* Memory is flat: no line, field or file of more than ``max_chars`` characters is kept (their escapes allowed for), also when it unpacks
  from a few bytes.
* An input that breaks in the middle (a damaged archive, a disk that fails) raises :class:`ReadError`: how many rows are missing cannot be
  known.
"""

from __future__ import annotations

import os
import sys
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framing.text import GuessedEncoding, read_bytes

MAX_CHARS = 1_000_000
TEXTS = (".txt", ".text", ".md")
PAGES = (".html", ".htm", ".xhtml")
TABULAR = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}


class ReadError(Exception):
    """An input cannot be read, or not to its end; the message is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a corpus: its ``row``, the ``input`` it comes from and its ``text``, or the ``error`` that there is instead.

    ``page`` says that the text is markup, from which the article is still to be extracted; ``numbered`` that the id is the row's number;
    ``notices`` are codes of warnings about the reading.
    """

    row: int
    input: str
    id: str
    text: str | None
    title: str | None = None
    error: str | None = None
    page: bool = False
    numbered: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns of a table; ``id`` and ``title`` may be missing in the table unless they are named."""

    text: str = "text"
    id: str | None = None
    title: str | None = None


@dataclass(slots=True)
class Position:
    """How far the reading is: ``done`` of ``total`` bytes, ``total`` ``None`` where it cannot be known."""

    total: int | None = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is to be read and how.

    Parameters
    ----------
    inputs : sequence of str
        Paths; ``-`` is standard input.
    columns : Columns
    form : {"jsonl", "csv", "tsv", "parquet"}, optional
        What tables are, whatever their suffix says; for standard input "jsonl" without it.
    encoding : str
        Of tables of text.
    max_chars : int
        Longer texts become errors.
    """

    inputs: tuple[str, ...]
    columns: Columns = Columns()
    form: str | None = None
    encoding: str = "utf-8"
    max_chars: int = MAX_CHARS
    position: Position = field(default_factory=Position, compare=False)

    def check(self) -> list[str]:
        """Look at every input before anything is begun.

        Returns
        -------
        list of str
            What the caller should know: files of a folder that are no articles.

        Raises
        ------
        ReadError
            If one is not there, cannot be opened, is of no known kind, or lacks a column.
        """
        from framing.runs.lines import is_encoding
        from framing.runs.tables import check_table

        if not is_encoding(self.encoding):
            raise ReadError(f"the encoding {self.encoding!r} is not known")
        forms = {(self.form or "jsonl") if kind == "stdin" else kind for kind in map(self.kind, self.inputs)}
        if "jsonl" in forms and "\n".encode(self.encoding) != b"\n":
            raise ReadError(f"JSON lines cannot be told apart in {self.encoding}; turn them into utf-8")
        told, self.position.total = [], 0
        for name in self.inputs:
            kind = self.kind(name)
            if kind == "stdin":
                self.position.total = None
                continue
            try:
                size, strange = _weigh(Path(name)) if kind == "folder" else (Path(name).stat().st_size, 0)
                if kind not in ("folder", "file"):
                    check_table(self, name, kind)
                elif kind == "file":
                    Path(name).open("rb").close()
            except FileNotFoundError as error:
                raise ReadError(f"{name}: no such file; check the path") from error
            except OSError as error:
                raise ReadError(f"{name}: cannot be read: {error.strerror or error}") from error
            if self.position.total is not None:
                self.position.total += size
            if strange:
                told.append(f"{name}: {strange:,} files are neither text nor HTML ({' '.join((*TEXTS, *PAGES))}) and are left out")
        return told

    def kind(self, name: str) -> str:
        """What an input is: "stdin", "folder", "file" (of text or HTML) or the format of a table.

        Raises
        ------
        ReadError
            If it is none of them.
        """
        if name == "-":
            return "stdin"
        path = Path(name)
        if path.is_dir():
            return "folder"
        suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
        if self.form is not None:
            return self.form
        if suffix in TABULAR:
            return TABULAR[suffix]
        if path.suffix.lower() in (*TEXTS, *PAGES):
            return "file"
        if not path.exists():
            raise ReadError(f"{name}: no such file or folder")
        kinds = " ".join((*TABULAR, *TEXTS, *PAGES))
        raise ReadError(f"{name}: the suffix does not tell what it is (one of {kinds}); name a table's format with --input-format")

    def items(self) -> Iterator[Item]:
        """Every article of every input, in order.

        Raises
        ------
        ReadError
            If an input breaks off.
        """
        self.position.done, row, before = 0, 0, 0
        for name in self.inputs:
            kind = self.kind(name)
            try:
                for item in self._read(name, kind, row + 1, before):
                    row = item.row
                    yield item
            except (OSError, EOFError, ValueError, zlib.error) as error:
                shown = "standard input" if name == "-" else name
                raise ReadError(f"{shown}: cannot be read after row {row:,}: {error}") from error
            if kind not in ("folder", "file", "stdin"):
                before += Path(name).stat().st_size
                self.position.done = before
            else:
                before = self.position.done

    def _read(self, name: str, kind: str, row: int, before: int) -> Iterator[Item]:
        from framing.runs.tables import read_table

        if kind == "folder":
            return _folder(self, name, row)
        if kind == "file":
            return iter([_file(self, name, name, Path(name), row)])
        return read_table(self, name, (self.form or "jsonl") if kind == "stdin" else kind, row, before)


def standard_input() -> Any:
    """The bytes of standard input. Raises :class:`ReadError` if it is closed."""
    if sys.stdin is None:
        raise ReadError("standard input: is closed")
    return sys.stdin.buffer


def too_long(n: int | None, max_chars: int) -> str:
    """The error of a text that is over the limit."""
    return f"longer than the limit of {max_chars:,} characters (--max-chars)" + (f": {n:,}" if n is not None else "")


def _files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every file below ``folder`` in the order of the names, with whether it is an article; links to folders are not followed."""
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            yield Path(place) / name, name.lower().endswith((*TEXTS, *PAGES))


def _raise(error: OSError) -> None:
    raise error


def _weigh(folder: Path) -> tuple[int, int]:
    """Bytes of the articles below a folder, and how many other files there are."""
    size, strange = 0, 0
    for path, fits in _files(folder):
        if fits:
            size += path.stat().st_size if path.is_file() else 0
        else:
            strange += 1
    return size, strange


def _folder(corpus: Corpus, name: str, row: int) -> Iterator[Item]:
    root = Path(name)
    for path, fits in _files(root):
        if fits:
            yield _file(corpus, name, path.relative_to(root).as_posix(), path, row)
            row += 1


def _file(corpus: Corpus, name: str, ident: str, path: Path, row: int) -> Item:
    """A file of text or HTML as one article."""
    try:
        if not path.is_file():  # a pipe would be waited for, a link may lead nowhere
            raise OSError("no such file" if not path.exists() else "not a regular file")
        size = path.stat().st_size
        corpus.position.done += size
        if size > 4 * corpus.max_chars:  # no encoding has characters of more bytes
            return Item(row, name, ident, None, error=too_long(None, corpus.max_chars))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", GuessedEncoding)
            text = read_bytes(path.read_bytes(), ident)
    except (OSError, ValueError) as error:
        return Item(row, name, ident, None, error=f"cannot be read: {getattr(error, 'strerror', None) or error}")
    notices = ("encoding",) if any(issubclass(w.category, GuessedEncoding) for w in caught) else ()
    page = path.suffix.lower() in PAGES
    if len(text) > corpus.max_chars:
        return Item(row, name, ident, None, error=too_long(len(text), corpus.max_chars))
    return Item(row, name, ident, text, page=page, notices=notices)


def check_inputs(inputs: Sequence[str]) -> None:
    """Raise :class:`ReadError` if there are no inputs, one has a name that no file can have, or standard input is named twice."""
    if not inputs:
        raise ReadError("no input is given")
    for name in inputs:
        try:
            impossible = b"\0" in os.fsencode(name)
        except ValueError:  # a lone surrogate
            impossible = True
        if impossible:
            raise ReadError(f"{name!a}: no file can have this name")
    if list(inputs).count("-") > 1:
        raise ReadError("standard input (-) can be read only once")
