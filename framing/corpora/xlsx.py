"""Tables out of ``.xlsx`` files, with the standard library: the first sheet, its first row the header, every cell as text.

The format is ECMA-376: a zip file with ``xl/worksheets/sheet1.xml`` (rows of cells, each with its place such as "B7") and
``xl/sharedStrings.xml``, whose numbers the cells of type "s" hold. Formulas, dates and styles are not interpreted.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from framing.corpora.safe_xml import iterate, refuse_entities

_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
MOST = 200_000_000  # bytes of one of them, unpacked
# RuntimeError: a password is asked for, or a way of packing that is not known (NotImplementedError); OSError: a place before the file
_DAMAGED = (zipfile.BadZipFile, zlib.error, ET.ParseError, EOFError, RuntimeError, LookupError, ValueError, OSError)


def read_xlsx(path: Path) -> Iterator[dict[str, str]]:
    """Read the rows of a table as mappings from header to cell; an empty cell is "".

    Raises
    ------
    ValueError
        If the file is not such a table; the message names it.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        yield from _read(path, file)


def _read(path: Path, file: IO[bytes]) -> Iterator[dict[str, str]]:
    try:
        with zipfile.ZipFile(file) as archive:
            strings = _strings(archive)
            with _opened(archive, _SHEET) as sheet:
                rows = _rows(sheet, strings)
                header = next(rows, {})
                for row in rows:
                    if row:
                        yield {name: row.get(column, "") for column, name in header.items() if name}
    except _DAMAGED as error:
        raise ValueError(f"{path}: not an xlsx table: {error}") from error


def _strings(archive: zipfile.ZipFile) -> list[str]:
    if _STRINGS not in archive.namelist():
        return []
    with _opened(archive, _STRINGS) as file:
        return ["".join(t.text or "" for t in item.iter(_local(item, "t"))) for item in iterate(file, "si")]


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A file of the archive; no more than its entry says is ever unpacked."""
    size = archive.getinfo(name).file_size
    if size > MOST:
        raise ValueError(f"{name} unpacks to {size:,} bytes, more than the limit of {MOST:,}")
    with archive.open(name) as file:
        refuse_entities(file)
    return archive.open(name)


def _rows(sheet: IO[bytes], strings: list[str]) -> Iterator[dict[str, str]]:
    """The rows as mappings from column ("B") to text."""
    for row in iterate(sheet, "row"):
        yield {cell.get("r", "").rstrip("0123456789"): _value(cell, strings) for cell in row}


def _value(cell: ET.Element, strings: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(_local(cell, "t")))
    value = cell.findtext(_local(cell, "v"))
    if value is None:
        return ""
    if cell.get("t") != "s":
        return value
    if not value.isdecimal():
        raise ValueError(f"{value!r} is no number of a string")
    return strings[int(value)]


def _local(element: ET.Element, name: str) -> str:
    """``name`` in the XML namespace of ``element``."""
    return element.tag[: element.tag.rfind("}") + 1] + name
