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

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from framing.runs.items import Corpus, Item, ReadError, standard_input, too_long

LINE = 12  # bytes of a character in JSON at most: two escapes of six
SPARE = 1_000_000  # bytes for the other fields
ROWS = 64  # of Parquet, read at a time
_STRAY = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of bytes that are not of the encoding
_ID, _TITLE = "id", "title"  # columns that are taken if they are there


def check_table(corpus: Corpus, name: str, form: str) -> None:
    """Open a table and look for its columns. Raises ``ReadError`` or ``OSError``."""
    try:
        "".encode(corpus.encoding)
    except LookupError as error:
        raise ReadError(f"the encoding {corpus.encoding!r} is not known") from error
    if form == "parquet":
        _parquet(corpus, name)
        return
    with _opened(name) as (stream, _):
        if form != "jsonl":
            _header(corpus, name, _csv(corpus, stream, form))


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
        yield standard_input(), None
        return
    with Path(name).open("rb") as raw:
        yield (gzip.GzipFile(fileobj=raw) if name.lower().endswith(".gz") else raw), raw  # type: ignore[misc]  # GzipFile reads as any other


def _lines(stream: IO[bytes], limit: int) -> Iterator[tuple[bytes, bool]]:
    """Lines of bytes, each with whether it was longer than ``limit`` and is cut there."""
    while line := stream.readline(limit):
        cut = len(line) == limit and not line.endswith(b"\n")
        if cut:
            while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
        yield line, cut


def _limit(corpus: Corpus) -> int:
    return LINE * corpus.max_chars + SPARE


def _from_json(corpus: Corpus, name: str, stream: IO[bytes], row: int) -> Iterator[Item]:
    for number, (line, cut) in enumerate(_lines(stream, _limit(corpus)), 1):
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
    limit = _limit(corpus)
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    long: list[int] = []
    lines = 0

    def text() -> Iterator[str]:
        nonlocal lines
        # TextIOWrapper would hold a line of any length
        if corpus.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
            for lines, line in enumerate(io.TextIOWrapper(stream, corpus.encoding, "surrogateescape", newline=""), 1):  # noqa: B007 - counted for the messages
                yield line
            return
        for lines, (raw, cut) in enumerate(_lines(stream, limit), 1):
            line = raw.decode(corpus.encoding, "surrogateescape")
            if cut:
                long.append(lines)
            yield line.removeprefix("\ufeff") if lines == 1 else line

    reader = csv.reader(text(), delimiter="\t" if form == "tsv" else ",")
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines, f"line {lines:,}: {error}"
            continue
        if long:
            long.clear()
            yield lines, f"line {lines:,}: {too_long(None, corpus.max_chars)}"
        elif record:
            yield lines, record


def _header(corpus: Corpus, name: str, records: Iterator[tuple[int, list[str] | str]]) -> list[str]:
    _, header = next(records, (0, []))
    shown = "standard input" if name == "-" else name
    if isinstance(header, str) or not header:
        raise ReadError(f"{shown}: has no header" + (f": {header}" if header else ""))
    if len(set(header)) < len(header):
        raise ReadError(f"{shown}: two columns have the same name: {next(c for c in header if header.count(c) > 1)!r}")
    _has(corpus, shown, header)
    return header


def _has(corpus: Corpus, shown: str, columns: Sequence[str]) -> None:
    """Raise ``ReadError`` if a table lacks a column that is needed."""
    options = {"--text-column": corpus.columns.text, "--id-column": corpus.columns.id, "--title-column": corpus.columns.title}
    for option, column in options.items():
        if column is not None and column not in columns:
            there = ", ".join(map(repr, columns[:20])) + (", ..." if len(columns) > 20 else "")
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
    except (pyarrow.ArrowException, OSError) as error:
        if not isinstance(error, pyarrow.ArrowException) and error.strerror:
            raise
        raise ReadError(f"{name}: no Parquet file: {' '.join(str(error).split())}") from error
    schema = file.schema_arrow
    _has(corpus, name, schema.names)
    kind = schema.field(corpus.columns.text).type
    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        raise ReadError(f"{name}: the column {corpus.columns.text!r} holds {kind}, not strings")
    return file


def _from_parquet(corpus: Corpus, name: str, row: int, before: int) -> Iterator[Item]:
    file = _parquet(corpus, name)
    names = {corpus.columns.text, corpus.columns.id or _ID, corpus.columns.title or _TITLE} & set(file.schema_arrow.names)
    size, total, first = Path(name).stat().st_size, file.metadata.num_rows, row
    for batch in file.iter_batches(batch_size=ROWS, columns=sorted(names)):
        for record in batch.to_pylist():
            yield _item(corpus, name, row, f"row {row - first + 1:,}", record)
            row += 1
        corpus.position.done = before + size * (row - first) // max(total, 1)


def _item(corpus: Corpus, name: str, row: int, where: str, record: dict[str, Any], decoded: bool = False) -> Item:
    """A record that could be read, if its fields are what they should be; if it was ``decoded``, stray bytes are surrogates in it."""
    columns = corpus.columns
    text, title, ident = record.get(columns.text), record.get(columns.title or _TITLE), record.get(columns.id or _ID)
    numbered = ident is None or ident == ""
    if numbered:
        ident = str(row)
    problem = None
    if columns.id is not None and numbered:
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
    elif decoded and any(map(_STRAY.search, (text, title or "", str(ident)))):
        problem = f"not {corpus.encoding} (name another with --encoding)"
    if problem is not None:
        return Item(row, name, str(ident), None, error=f"{where}: {problem}", numbered=numbered)
    return Item(row, name, str(ident), text, title or None, numbered=numbered)


def _wrong(name: str, row: int, error: str) -> Item:
    return Item(row, name, str(row), None, error=error, numbered=True)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null" if value is None else type(value).__name__)
