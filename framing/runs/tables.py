"""Rows of JSON lines, CSV, TSV and Parquet as items.

Conventions
-----------
* JSON lines: an object a line. CSV and TSV: a header, quotation marks doubled inside fields, any line ends. Parquet: columns of strings;
  ids may also be whole numbers.
* A row that is not what it should be (no JSON, another number of fields than the header has, a text that is no string, bytes that are not
  of the encoding) is an item with its error, which names the line.
* A line is never held beyond ``LINE`` bytes a character of the limit; what is over it is read and thrown away, the row is an error.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from framing.runs.items import Item, ReadError, too_long
from framing.runs.lines import STRAY, lines, records

if TYPE_CHECKING:
    from framing.runs.corpus import Corpus

LINE = 12  # bytes of a character in JSON at most: two escapes of six
SPARE = 1_000_000  # bytes for the other fields
MAX_ID = 1000  # characters: an id stands in every row of every table
_LONG = object()
_ID, _TITLE = "id", "title"  # columns that are taken if they are there


def check_table(corpus: Corpus, name: str, form: str) -> None:
    """Open a table and look for its columns. Raises ``ReadError`` or ``OSError``."""
    if form == "parquet":
        _parquet(corpus, name)
        return
    try:
        with _opened(name) as (stream, _):
            if form != "jsonl":
                _header(corpus, name, _csv(corpus, stream, form))
    except (EOFError, UnicodeError, zlib.error, gzip.BadGzipFile) as error:
        raise ReadError(f"{name}: cannot be read: {error}") from error


def read_table(corpus: Corpus, name: str, form: str, row: int, before: int) -> Iterator[Item]:
    """The rows of a table; ``row`` is the number of the first, ``before`` the bytes of the inputs read so far."""
    if form == "parquet":
        yield from _from_parquet(corpus, name, row, before)
        return
    with _opened(name) as (stream, raw):
        for item in _from_json(corpus, name, stream, row) if form == "jsonl" else _from_csv(corpus, name, stream, form, row):
            if raw is not None:
                corpus.position.done = before + raw.tell()
            yield item


@contextmanager
def _opened(name: str) -> Iterator[tuple[IO[bytes], IO[bytes] | None]]:
    """The bytes of a table, unpacked, and the file whose position says how far the reading is."""
    if name == "-":
        if sys.stdin is None:
            raise ReadError("standard input: is closed")
        yield sys.stdin.buffer, None
        return
    with Path(name).open("rb") as raw:
        yield (gzip.GzipFile(fileobj=raw) if name.lower().endswith(".gz") else raw), raw  # type: ignore[misc]  # GzipFile reads as any other


def _limit(corpus: Corpus) -> int:
    return LINE * corpus.max_chars + SPARE


def _from_json(corpus: Corpus, name: str, stream: IO[bytes], row: int) -> Iterator[Item]:
    for number, (line, cut) in enumerate(lines(stream, _limit(corpus)), 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        if cut:
            yield _wrong(name, row, f"line {number:,}: {too_long(None, corpus.max_chars)}")
        else:
            yield _from_line(corpus, name, row, number, line)
        row += 1


def _from_line(corpus: Corpus, name: str, row: int, number: int, line: bytes) -> Item:
    try:
        value = json.loads(line.decode(corpus.encoding))
    except UnicodeDecodeError:
        return _wrong(name, row, f"line {number:,}: not {corpus.encoding} (name another with --encoding)")
    except RecursionError:
        return _wrong(name, row, f"line {number:,}: no JSON: nested too deeply")
    except ValueError as error:
        return _wrong(name, row, f"line {number:,}: no JSON: {getattr(error, 'msg', error)}")
    if not isinstance(value, dict):
        return _wrong(name, row, f"line {number:,}: not a JSON object but {_kind(value)}")
    return _item(corpus, name, row, f"line {number:,}", value)


def _csv(corpus: Corpus, stream: IO[bytes], form: str) -> Iterator[tuple[int, list[str] | str]]:
    """Records with the line that each ends in; a string is what is wrong with one."""
    return records(stream, corpus.encoding, "\t" if form == "tsv" else ",", _limit(corpus), too_long(None, corpus.max_chars))


def _header(corpus: Corpus, name: str, records: Iterator[tuple[int, list[str] | str]]) -> list[str]:
    _, header = next(records, (0, []))
    shown = "standard input" if name == "-" else name
    if isinstance(header, str) or not header:
        raise ReadError(f"{shown}: has no header" + (f": {header}" if header else ""))
    if len(set(header)) < len(header):
        raise ReadError(f"{shown}: two columns have the same name: {_name(next(c for c, n in Counter(header).items() if n > 1))}")
    _has(corpus, shown, header)
    return header


def _name(column: str) -> str:
    """A column's name for a message."""
    return repr(column if len(column) <= 60 else column[:57] + "...")


def _has(corpus: Corpus, shown: str, columns: Sequence[str]) -> None:
    """Raise ``ReadError`` if a table lacks a column that is needed."""
    options = {"--text-column": corpus.columns.text, "--id-column": corpus.columns.id, "--title-column": corpus.columns.title}
    for option, column in options.items():
        if column is not None and column not in columns:
            there = ", ".join(map(_name, columns[:20])) + (", ..." if len(columns) > 20 else "")
            raise ReadError(f"{shown}: has no column {column!r} ({option}); there are {there}")


def _from_csv(corpus: Corpus, name: str, stream: IO[bytes], form: str, row: int) -> Iterator[Item]:
    records = _csv(corpus, stream, form)
    header = _header(corpus, name, records)
    for number, record in records:
        if isinstance(record, str):
            yield _wrong(name, row, record)
        elif len(record) != len(header):
            yield _wrong(name, row, f"line {number:,}: {len(record)} fields where the header has {len(header)}")
        else:
            yield _item(corpus, name, row, f"line {number:,}", dict(zip(header, record)), decoded=True)
        row += 1


def _parquet(corpus: Corpus, name: str) -> Any:
    """The open file, if it has the columns."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ReadError(f'{name}: reading Parquet needs pyarrow: pip install "framing[parquet]"') from error
    if name == "-":
        raise ReadError("standard input: Parquet cannot be read from a pipe; name the file")
    try:
        file = pyarrow.parquet.ParquetFile(name)
        schema = file.schema_arrow
        there = list(schema.names)
    except (pyarrow.ArrowException, OSError, ValueError) as error:  # ValueError: a name is no UTF-8
        if isinstance(error, OSError) and not isinstance(error, pyarrow.ArrowException) and error.strerror:
            raise
        raise ReadError(f"{name}: no Parquet file: {' '.join(str(error).split())}") from error
    _has(corpus, name, there)
    kind = schema.field(corpus.columns.text).type
    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        raise ReadError(f"{name}: the column {corpus.columns.text!r} holds {kind}, not strings")
    return file


def _from_parquet(corpus: Corpus, name: str, row: int, before: int) -> Iterator[Item]:
    import pyarrow

    file = _parquet(corpus, name)
    names = {corpus.columns.text, corpus.columns.id or _ID, corpus.columns.title or _TITLE} & set(file.schema_arrow.names)
    size, total, first = Path(name).stat().st_size, file.metadata.num_rows, row
    try:
        # one row at a time: a page of a few bytes can stand for as many texts of any length as there are rows
        for batch in file.iter_batches(batch_size=1, columns=sorted(names)):
            where = f"row {row - first + 1:,}"
            try:
                record = {column: _cell(corpus, values[0]) for column, values in zip(batch.schema.names, batch.columns)}
            except UnicodeDecodeError:
                yield _wrong(name, row, f"{where}: not UTF-8")
            else:
                item = _item(corpus, name, row, where, {column: None if value is _LONG else value for column, value in record.items()})
                long = any(value is _LONG for value in record.values())
                yield replace(item, text=None, title=None, error=f"{where}: {too_long(None, corpus.max_chars)}") if long else item
            row += 1
            corpus.position.done = before + size * (row - first) // max(total, 1)
    except pyarrow.ArrowException as error:
        raise ReadError(f"{name}: cannot be read after row {row - 1:,}: {' '.join(str(error).split())}") from error


def _cell(corpus: Corpus, cell: Any) -> Any:
    """A value of Parquet, measured before it is copied and decoded: ``_LONG`` if it is over the limit whatever its characters."""
    cell = getattr(cell, "value", cell)  # of a dictionary
    bits = cell.as_buffer() if hasattr(cell, "as_buffer") else None
    if bits is not None and bits.size > 4 * corpus.max_chars:  # bytes a character in UTF-8
        return _LONG
    return cell.as_py()


def _item(corpus: Corpus, name: str, row: int, where: str, record: dict[str, Any], decoded: bool = False) -> Item:
    """A record that could be read, if its fields are what they should be; if it was ``decoded``, stray bytes are surrogates in it."""
    columns = corpus.columns
    text, title, ident = record.get(columns.text), record.get(columns.title or _TITLE), record.get(columns.id or _ID)
    numbered = ident is None or ident == ""
    if numbered:
        ident = str(row)
    problem = None
    if isinstance(ident, str) and len(ident) > MAX_ID:
        problem, ident, numbered = f"the id is longer than {MAX_ID:,} characters", str(row), True
    elif columns.id is not None and numbered:
        problem = f"no id in {columns.id!r}"
    elif not isinstance(ident, (str, int, float)) or isinstance(ident, bool):
        problem, ident, numbered = f"the id must be a string or a number, not {_kind(ident)}", str(row), True
    elif text is None:
        problem = f"no text in {columns.text!r}"
    elif not isinstance(text, str):
        problem = f"the text must be a string, not {_kind(text)}"
    elif title is not None and not isinstance(title, str):
        problem = f"the title must be a string, not {_kind(title)}"
    elif len(text) > corpus.max_chars or len(title or "") > corpus.max_chars:
        problem = too_long(max(len(text), len(title or "")), corpus.max_chars)
    elif decoded and any(map(STRAY.search, (text, title or "", str(ident)))):
        problem = f"not {corpus.encoding} (name another with --encoding)"
    if problem is not None:
        return Item(row, name, str(ident), None, error=f"{where}: {problem}", numbered=numbered)
    return Item(row, name, str(ident), text, title or None, numbered=numbered)


def _wrong(name: str, row: int, error: str) -> Item:
    return Item(row, name, str(row), None, error=error, numbered=True)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null" if value is None else type(value).__name__)
