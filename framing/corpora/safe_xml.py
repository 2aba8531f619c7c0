"""XML of files that others made, a few elements at a time, without entities of their own.

A file that declares an entity is refused at the declaration, before anything is expanded: bombs of entities (billion laughs, quadratic
blow-up) and entities that name files or addresses are declared first. Newer versions of expat limit the expansion themselves, older ones do
not. A document type without declarations, as corpora have it, is read over; nothing it names is opened. Elements nested deeper than
``DEPTH`` are refused too, for who walks down a tree by recursion would not come back, as are more than ``MOST`` in one that is handed out.
Memory is that of one such element.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

DEPTH = 100
MOST = 1_000_000  # elements
_PIECE = 1 << 16


class _Root(Exception):  # noqa: N818 - no error
    """The root begins: behind it nothing can be declared."""


def elements(path: Path, name: str) -> Iterator[ET.Element]:
    """Every element of this name in a file, whole, one after the other; it is gone when the next one is asked for.

    Raises
    ------
    ValueError
        If the file is not well-formed XML, declares entities or is nested too deeply; the message names it.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        try:
            refuse_entities(file)
            file.seek(0)
            yield from iterate(file, name)
        except ET.ParseError as error:
            raise ValueError(f"{path}: not well-formed XML: {error}") from error
        except (ValueError, LookupError) as error:
            raise ValueError(f"{path}: {error}") from error


def refuse_entities(file: IO[bytes]) -> None:
    """Read up to the root of a document. Raises ``ValueError`` if entities are declared before it, ``ParseError`` if there is no root."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise ValueError("declares entities, which are not read")

    def begun(*_: object) -> None:
        raise _Root

    parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except _Root:
        return
    except expat.ExpatError as error:
        raise ET.ParseError(str(error)) from error


def iterate(file: IO[bytes], name: str) -> Iterator[ET.Element]:
    """Every element whose tag, without its namespace, is ``name``, and none inside another; raises as :mod:`xml.etree.ElementTree`, and
    ``ValueError`` beyond the limits of the module."""
    above: list[ET.Element] = []
    inside = size = 0
    for event, element in ET.iterparse(file, ("start", "end")):
        if event == "start":
            above.append(element)
            size += 1
            inside += _local(element) == name
            if len(above) > DEPTH:
                raise ValueError(f"elements are nested more than {DEPTH} deep")
            if size > MOST:
                raise ValueError(f"an element holds more than {MOST:,} others")
            continue
        above.pop()
        fits = _local(element) == name
        inside -= fits
        if inside:
            continue
        size = 0
        if fits:
            yield element
        if above:
            del above[-1][:]


def _local(element: ET.Element) -> str:
    return element.tag[element.tag.rfind("}") + 1 :]
