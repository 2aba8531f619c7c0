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
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from framing.runs.items import COLUMNS, MAX_CHARS, Columns, Item, Position, ReadError
from framing.runs.lines import is_encoding
from framing.runs.tables import check_table, read_table
from framing.runs.texts import PAGES, TEXTS, from_file, from_folder, weigh

TABULAR = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}


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
    columns: Columns = COLUMNS
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
                size, strange = weigh(Path(name)) if kind == "folder" else (Path(name).stat().st_size, 0)
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
        if kind == "folder":
            return from_folder(self, name, row)
        if kind == "file":
            return iter([from_file(self, name, name, Path(name), row)])
        return read_table(self, name, (self.form or "jsonl") if kind == "stdin" else kind, row, before)


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
