"""Names and files for what comes from other people's corpora: a document's id may be anything, a file name may not.

Conventions
-----------
* A name is made of ASCII letters, digits, ``.``, ``_`` and ``-``, does not begin with a dot or a dash, and is no device of Windows; so it
  never leaves its folder, whatever the id. An id that had to be changed, or is long, carries eight digits of its SHA-256 behind.
* Two documents never share a name, not even on disks that do not tell capitals apart: the later one gets a number.
* A file is there whole or not at all (:mod:`framing.writing`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from framing.writing import replacing

LONGEST = 100  # characters of a name, without its ending
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMELESS = "document"


def safe_name(id: str | None) -> str:
    """A file name, without its ending, for a document of this id.

    Parameters
    ----------
    id : str or None
        Any string: paths, addresses, control characters and lone surrogates are no trouble.

    Returns
    -------
    str
        The id itself where it is a safe name; the same id always gives the same name.
    """
    if id is None:
        return _NAMELESS
    name = _UNSAFE.sub("-", id).strip(".-")
    if name and name == id and len(name) <= LONGEST and not _DEVICE.fullmatch(name):
        return name
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    if _DEVICE.fullmatch(name):
        name = name.replace(".", "-")  # Windows takes "con.x" for the device too
    return f"{name[: LONGEST - 12].strip('.-') or _NAMELESS}-{digest}"


class FileNames:
    """Gives every document a name of its own.

    Parameters
    ----------
    held : mapping of str to str or None
        Names of files that are there already -> id of the document; only that document may have the name again.
    """

    def __init__(self, held: Mapping[str, str | None] | None = None) -> None:
        self._held = {name.casefold(): id for name, id in (held or {}).items()}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def give(self, id: str | None) -> str:
        """The name for the next document."""
        stem = safe_name(id)
        name, n = stem, self._next.get(stem.casefold(), 2)
        while name.casefold() in self._taken or self._held.get(name.casefold(), id) != id:
            name, n = f"{stem}-{n}", n + 1
        self._next[stem.casefold()] = n
        self._taken.add(name.casefold())
        return name


def write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; a link in its place is replaced, never followed."""
    with replacing(path, follow=False) as stream:
        stream.write(content)


def encode(text: str) -> bytes:
    """``text`` in UTF-8, character for character; a lone surrogate, which has no place there, becomes U+FFFD, so that offsets stay."""
    return _SURROGATE.sub("\ufffd", text).encode("utf-8")
