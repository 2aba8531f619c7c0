"""Rows of a table as bytes of JSON lines, CSV or Parquet.

Conventions
-----------
* The tables are those of :mod:`framing.rows` with columns of the run before and behind them: ``row`` and ``input`` say where an article
  stands in the corpus; ``duplicate_of`` is the first row with the same id; ``error`` says why there is nothing else in the row.
* JSON lines and CSV in UTF-8 with line feeds; in CSV a missing value is an empty field, truth is ``true`` or ``false``. Parquet: nullable
  columns of int64, double, bool and string, a row group a shard, compressed with zstd.
* The same rows give the same bytes; for Parquet with the same version of pyarrow.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from framing.rows import TABLES, Column, Row

_SPECIAL = re.compile('[,"\r\n]')
FORMATS = ("jsonl", "csv", "parquet")
_ROW = Column("row", int, "number of the article in the corpus, from 1")
_INPUT = Column("input", str, "where it was read")
SCHEMAS: Mapping[str, tuple[Column, ...]] = {
    **{name: (_ROW, *columns) for name, columns in TABLES.items()},
    "articles": (
        _ROW,
        _INPUT,
        *TABLES["articles"],
        Column("duplicate_of", int, "the first row with the same id"),
        Column("error", str, "why the article could not be analysed"),
    ),
}


def encode(table: str, rows: Sequence[Row], form: str) -> bytes:
    """Rows as the bytes of a shard: CSV without its header, Parquet as a file of its own.

    Raises
    ------
    ImportError
        For Parquet, if pyarrow is not installed.
    """
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n" for row in rows).encode()
    if form == "csv":
        return _csv([_field(row[c.name]) for c in SCHEMAS[table]] for row in rows)
    arrow = _arrow()
    schema = _schema(table)
    columns = [arrow.array([row[c.name] for row in rows], schema.field(c.name).type) for c in SCHEMAS[table]]
    out = io.BytesIO()
    with arrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        writer.write_table(arrow.Table.from_arrays(columns, schema=schema), row_group_size=max(len(rows), 1))
    return out.getvalue()


def header(table: str, form: str) -> bytes:
    """What a file of a table begins with before its first row."""
    return _csv([[c.name for c in SCHEMAS[table]]]) if form == "csv" else b""


def combine(table: str, form: str, shards: Iterable[Path], out: IO[bytes]) -> None:
    """Write the shards of a table one behind the other as one file; memory holds one at a time.

    Raises
    ------
    OSError
        If a shard cannot be read or ``out`` not written.
    """
    if form != "parquet":
        out.write(header(table, form))
        for path in shards:
            out.write(path.read_bytes())
        return
    arrow = _arrow()
    with arrow.parquet.ParquetWriter(out, _schema(table), compression="zstd") as writer:
        for path in shards:
            part = arrow.parquet.read_table(path, partitioning=None, memory_map=False)
            if part.num_rows:
                writer.write_table(part, row_group_size=part.num_rows)


def versions(forms: Iterable[str]) -> dict[str, str]:
    """Versions of the packages on which the bytes depend. Raises ``ImportError`` if one is not there."""
    return {"pyarrow": str(_arrow().__version__)} if "parquet" in forms else {}


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows).encode()


def _quoted(field: str) -> str:
    """As RFC 4180 has it; Python before 3.13 leaves a bare carriage return unquoted, where readers end the row."""
    return '"' + field.replace('"', '""') + '"' if _SPECIAL.search(field) else field


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError('Parquet needs pyarrow: pip install "framing[parquet]"') from error
    return pyarrow


def _schema(table: str) -> Any:
    arrow = _arrow()
    kinds = {int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_(), str: arrow.string()}
    return arrow.schema([(c.name, kinds[c.type]) for c in SCHEMAS[table]])
