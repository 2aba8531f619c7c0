"""Some columns of a table of JSON lines, CSV, TSV or Parquet, a batch of rows at a time.

Conventions
-----------
* A table is a file, or a folder of shards of one format, read in the order of their names; hidden files, ``_SUCCESS`` and the like are
  passed over. The suffix tells the format.
* A batch is a mapping column -> list of values. What is missing is ``None``: an empty field of CSV, a key that a JSON object lacks.
* Memory holds a batch of rows; whoever keeps columns keeps them as arrays (:func:`numbers`, :class:`Strings`, :func:`keys`).
"""

from __future__ import annotations

import csv
import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
ROWS = 4096  # of a batch
_FIELD = 1 << 27  # code points of a field of CSV at most
_TRUTH = {"true": 1.0, "false": 0.0}

Batch = Mapping[str, list[Any]]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


class TableError(Exception):
    """A table cannot be read, or is not what it should be; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is there: its ``files`` in order, their format, and the ``columns`` of the first."""

    name: str
    files: tuple[Path, ...]
    form: str
    columns: tuple[str, ...]

    def has(self, *columns: str | None) -> None:
        """Raise ``TableError`` if a column is not there; ``None`` is always there."""
        for column in columns:
            if column is not None and column not in self.columns:
                there = ", ".join(self.columns[:20]) + (", ..." if len(self.columns) > 20 else "")
                raise TableError(f"{self.name}: has no column {column!r}; there are {there}")


class Strings:
    """Strings of which memory holds the bytes in UTF-8 and where each ends: 1,000,000 titles are some 70 MB."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("q")

    def extend(self, values: Iterable[str | None]) -> None:
        """Add strings; ``None`` becomes the empty one."""
        for value in values:
            self._bytes += (value or "").encode("utf-8", "surrogatepass")
            self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, n: int) -> str:
        return self._bytes[self._ends[n - 1] if n else 0 : self._ends[n]].decode("utf-8", "surrogatepass")


def open_table(path: Path) -> Table:
    """Look for a table and its columns.

    Raises
    ------
    TableError
        If it cannot be read, is empty, or its format is not known.
    """
    try:
        files = tuple(sorted(p for p in path.iterdir() if p.is_file() and p.name[0] not in "._")) if path.is_dir() else (path,)
        forms = {FORMS.get(p.suffix.lower()) for p in files}
        if len(forms) != 1 or None in forms:
            told = ", ".join(FORMS)
            raise TableError(f"{path}: must be a table ({told})" + (", or a folder of such of one format" if path.is_dir() else ""))
        table = Table(str(path), files, str(forms.pop()), ())
        columns = _columns(table)
    except OSError as error:
        raise TableError(f"{path}: cannot be read: {error.strerror or error}") from error
    return Table(table.name, files, table.form, columns)


def batches(table: Table, columns: Sequence[str]) -> Iterator[Batch]:
    """Columns of a table; those that it lacks are ``None`` in every row.

    Raises
    ------
    TableError
        If a file cannot be read, or a line is not what it should be.
    """
    read = {"jsonl": _json, "csv": _csv, "tsv": _csv, "parquet": _parquet}[table.form]
    for path in table.files:
        try:
            yield from read(table, path, list(dict.fromkeys(columns)))
        except OSError as error:
            raise TableError(f"{path}: cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise TableError(f"{path}: is not in UTF-8") from error


def numbers(values: Sequence[Any], name: str) -> Floats:
    """Values as floats, NaN for what is missing. Raises ``TableError`` naming the column ``name`` for what is no number."""
    try:
        return np.array([np.nan if v is None or v == "" else v for v in values], dtype=np.float64)
    except (ValueError, TypeError):
        return np.array([_number(v, name) for v in values], dtype=np.float64)


def keys(ids: Iterable[Any]) -> Keys:
    """64 bits of a hash of each id, for joins: two of 1,000,000 ids meet with a probability of 3e-8."""
    digests = b"".join(hashlib.blake2b(str(i).encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _number(value: Any, name: str) -> float:
    if value is None or value == "":
        return np.nan
    try:
        return _TRUTH[value] if isinstance(value, str) and value in _TRUTH else float(value)
    except (ValueError, TypeError):
        raise TableError(f"column {name}: {str(value)[:60]!r} is no number") from None


def _columns(table: Table) -> tuple[str, ...]:
    path = table.files[0]
    if table.form == "parquet":
        return tuple(_arrow(path).schema_arrow.names)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            if table.form == "jsonl":
                for n, line in enumerate(stream, 1):
                    if line.strip():
                        return tuple(_object(path, n, line))
                raise TableError(f"{path}: holds no row")
            header = next(csv.reader(stream, delimiter="\t" if table.form == "tsv" else ","), None)
        except (csv.Error, UnicodeDecodeError) as error:
            raise TableError(f"{path}: is no table in UTF-8: {error}") from error
    if not header:
        raise TableError(f"{path}: has no header")
    return tuple(header)


def _json(table: Table, path: Path, columns: list[str]) -> Iterator[Batch]:
    rows: list[Mapping[str, Any]] = []
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        for n, line in enumerate(stream, 1):
            if line.strip():
                rows.append(_object(path, n, line))
            if len(rows) == ROWS:
                yield {c: [row.get(c) for row in rows] for c in columns}
                rows = []
    yield {c: [row.get(c) for row in rows] for c in columns}


def _object(path: Path, n: int, line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TableError(f"{path}: line {n:,} is no JSON: {getattr(error, 'msg', error)}") from error
    if not isinstance(row, dict):
        raise TableError(f"{path}: line {n:,} is not a JSON object")
    return row


def _csv(table: Table, path: Path, columns: list[str]) -> Iterator[Batch]:
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter="\t" if table.form == "tsv" else ",")
        try:
            header = next(reader, [])
            places = [header.index(c) if c in header else None for c in columns]
            rows: list[list[str]] = []
            for row in reader:
                if not row:
                    continue
                if len(row) != len(header):
                    raise TableError(f"{path}: line {reader.line_num:,} has {len(row)} fields where the header has {len(header)}")
                rows.append(row)
                if len(rows) == ROWS:
                    yield _gathered(rows, columns, places)
                    rows = []
        except csv.Error as error:
            raise TableError(f"{path}: line {reader.line_num:,}: {error}") from error
    yield _gathered(rows, columns, places)


def _gathered(rows: Sequence[Sequence[str]], columns: Sequence[str], places: Sequence[int | None]) -> Batch:
    return {c: [None] * len(rows) if k is None else [row[k] or None for row in rows] for c, k in zip(columns, places)}


def _parquet(table: Table, path: Path, columns: list[str]) -> Iterator[Batch]:
    file = _arrow(path)
    there = [c for c in columns if c in file.schema_arrow.names]
    for batch in file.iter_batches(batch_size=ROWS, columns=there):
        found = dict(zip(there, (column.to_pylist() for column in batch.columns)))
        yield {c: found.get(c, [None] * batch.num_rows) for c in columns}


def _arrow(path: Path) -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise TableError(f'{path}: Parquet needs pyarrow: pip install "framing[parquet]"') from error
    try:
        return pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise TableError(f"{path}: is no Parquet file") from error
