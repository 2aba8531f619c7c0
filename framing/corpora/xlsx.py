"""Tables out of ``.xlsx`` files, with the standard library: the first sheet, its first row the header, every cell as text.

The format is ECMA-376: a zip file with ``xl/worksheets/sheet1.xml`` (rows of cells, each with its place such as "B7") and
``xl/sharedStrings.xml``, whose numbers the cells of type "s" hold. Formulas, dates and styles are not interpreted.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"


def read_xlsx(path: Path) -> Iterator[dict[str, str]]:
    """Read the rows of a table as mappings from header to cell; an empty cell is "".

    Raises
    ------
    ValueError
        If the file is not such a table; the message names it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            strings = _strings(archive)
            with archive.open(_SHEET) as sheet:
                rows = _rows(sheet, strings)
                header = next(rows, {})
                for row in rows:
                    if row:
                        yield {name: row.get(column, "") for column, name in header.items() if name}
    except (zipfile.BadZipFile, ET.ParseError, KeyError, IndexError) as error:
        raise ValueError(f"{path}: not an xlsx table: {error}") from error


def _strings(archive: zipfile.ZipFile) -> list[str]:
    if _STRINGS not in archive.namelist():
        return []
    with archive.open(_STRINGS) as file:
        return ["".join(t.text or "" for t in item.iter(_local(item, "t"))) for item in ET.parse(file).getroot()]


def _rows(sheet: IO[bytes], strings: list[str]) -> Iterator[dict[str, str]]:
    """The rows as mappings from column ("B") to text."""
    for _, element in ET.iterparse(sheet):
        if element.tag == _local(element, "row"):
            yield {cell.get("r", "").rstrip("0123456789"): _value(cell, strings) for cell in element}
            element.clear()


def _value(cell: ET.Element, strings: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(_local(cell, "t")))
    value = cell.findtext(_local(cell, "v"))
    if value is None:
        return ""
    return strings[int(value)] if cell.get("t") == "s" else value


def _local(element: ET.Element, name: str) -> str:
    """``name`` in the XML namespace of ``element``."""
    return element.tag[: element.tag.rfind("}") + 1] + name
