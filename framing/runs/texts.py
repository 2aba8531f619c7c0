"""Files of text and HTML as items, alone or all of a folder.

Conventions
-----------
* A folder is searched to the bottom, in the order of the names; links to folders are not followed. The id of a file is its path below the
  folder.
* A file that cannot be read, or is longer than the limit, is an item with its error. The article in a page is extracted by who analyses it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from framing.runs.items import Item, too_long
from framing.text import GuessedEncoding, read_bytes

if TYPE_CHECKING:
    from framing.runs.corpus import Corpus

TEXTS = (".txt", ".text", ".md")
PAGES = (".html", ".htm", ".xhtml")


def _files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every file below ``folder`` in the order of the names, with whether it is an article; links to folders are not followed."""
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            yield Path(place) / name, name.lower().endswith((*TEXTS, *PAGES))


def _raise(error: OSError) -> None:
    raise error


def weigh(folder: Path) -> tuple[int, int]:
    """Bytes of the articles below a folder, and how many other files there are."""
    size, strange = 0, 0
    for path, fits in _files(folder):
        if fits:
            size += path.stat().st_size if path.is_file() else 0
        else:
            strange += 1
    return size, strange


def from_folder(corpus: Corpus, name: str, row: int) -> Iterator[Item]:
    root = Path(name)
    for path, fits in _files(root):
        if fits:
            yield from_file(corpus, name, path.relative_to(root).as_posix(), path, row)
            row += 1


def from_file(corpus: Corpus, name: str, ident: str, path: Path, row: int) -> Item:
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
