"""Real, fake and satirical political news of 2016 (Horne and Adalı 2017): for studies of known groups, not for training a detector.

Conventions
-----------
* ``labels["kind"]`` is "real", "fake" or "satire". Two sets: "random" (75 of each, by source) and "buzzfeed" (53 real, 48 fake; no satire).
* The label is the source's or BuzzFeed's verdict on the story; there are no outlets, so ``group`` is ``None``.
* Ids are "set/kind/number". Files are sorted by number, then by name.
* Files are UTF-8 or Windows-1252, each as it comes. A byte that is neither (two titles) becomes U+FFFD. Line ends are kept.
* The title stands in a file of its own and is not part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from framing.corpora.files import require
from framing.records import Document

NAME = "horne_adali_2017"
FOLDERS = {
    "random": ("Random Poltical News Dataset", ("real", "fake", "satire")),  # spelled so
    "buzzfeed": ("Buzzfeed Political News Dataset", ("real", "fake")),
}


def read(
    home: Path, split: str | None = None, fold: int | None = None, *, part: str | Sequence[str] = tuple(FOLDERS)
) -> Iterator[Document]:
    """Read the articles of one set or both.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split, fold : None
        The corpus has neither.
    part : str or sequence of str
        "random", "buzzfeed", or both.

    Raises
    ------
    ValueError
        If there is no such set.
    CorpusNotFound
        If a folder or the title of an article is missing.
    """
    parts = (part,) if isinstance(part, str) else tuple(part)
    for name in parts:
        if name not in FOLDERS:
            raise ValueError(f"{NAME} has no part {name!r}, only {', '.join(FOLDERS)}")
    return (document for name in parts for kind in FOLDERS[name][1] for document in _kind(home, name, kind))


def _kind(home: Path, part: str, kind: str) -> Iterator[Document]:
    folder = home / "Horne2017_FakeNewsData" / "Public Data" / FOLDERS[part][0]
    for path in sorted(require(folder / kind.capitalize(), NAME).glob("*.txt"), key=_order):
        title = decode(require(folder / f"{kind.capitalize()}_titles" / path.name, NAME).read_bytes()).strip()
        number = path.stem.partition("_")[0]
        yield Document(f"{part}/{kind}/{number}", decode(path.read_bytes()), title or None, meta={"part": part}, labels={"kind": kind})


def _order(path: Path) -> tuple[int, str]:
    number = re.match(r"\d+", path.name)
    return int(number.group()) if number else -1, path.name


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 if it is that, else Windows-1252 if it is that, else UTF-8 with U+FFFD for what is not."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")
