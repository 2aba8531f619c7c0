"""Where the files of a corpus lie, whether they are there, and whether they are the ones that the catalogue knows.

Conventions
-----------
* Each corpus has a folder of its name in the data home: ``data_home=``, else the environment variable FRAMING_DATA, else a folder of the
  user (``~/.cache/framing``, or what the platform has in its place). Corpora that this project made are looked for there first, then in
  the installed package (``corpora/own/NAME``), then in ``datasets/NAME`` of a checkout.
* The sum of a pattern is the SHA-256 of the list of its files: a line ``<sha256 of the file>  <path>\\n`` for each, in the byte order of
  their paths, as ``sha256sum`` prints them. So a file that is added, renamed, lost or changed changes it. Its size is that of all files.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from framing.corpora.catalogue import CorpusFile, CorpusInfo, info

MISSING = "missing"
KEPT = "kept by the maintainers for the last measurement"
UNKNOWN = "unknown"
_HERE = Path(__file__).resolve().parent


class CorpusNotFound(FileNotFoundError):  # noqa: N818 - the name says it all
    """A corpus, or a file of it, is not there; the message says which one and where to get it."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What was found in the place of a file (or of the files of a pattern).

    ``state`` is the name of the variant that size and sum agree with ("at hand" or "upstream"), "unknown" if they agree with none, or
    "missing". ``note`` says in words what is to be known about it.
    """

    path: str
    state: str
    size: int | None = None
    sha256: str | None = None
    count: int | None = None
    note: str = ""


def default_home() -> Path:
    """The folder of the corpora where none is given: FRAMING_DATA, else a folder of the user."""
    if given := os.environ.get("FRAMING_DATA"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "framing"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "framing"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "framing"


def corpus_home(corpus: CorpusInfo, data_home: str | os.PathLike[str] | None = None) -> Path:
    """The folder of a corpus; for our own the first place that has it, else where it would lie in the data home."""
    first = (default_home() if data_home is None else Path(data_home)) / corpus.name
    if corpus.own and not first.is_dir():
        for place in (_HERE / "own" / corpus.name, _HERE.parents[1] / "datasets" / corpus.name):
            if any(matches(place, file) for file in corpus.files):
                return place
    return first


def require(path: Path, name: str) -> Path:
    """``path`` of corpus ``name`` if it exists.

    Raises
    ------
    CorpusNotFound
        If there is no such file or folder.
    """
    if not path.exists():
        corpus = info(name)
        kept = any(file.path == path.name and kept_apart(corpus, file) for file in corpus.files)
        raise CorpusNotFound(f"{name}: {path} is not there. {f'The test part is {KEPT}.' if kept else how_to_get(corpus)}")
    return path


def kept_apart(corpus: CorpusInfo, file: CorpusFile) -> bool:
    """Whether a file is a test part of our own, which is not passed on: then the catalogue has no sum of it."""
    return corpus.own and all(variant.sha256 is None for variant in file.variants)


def without_texts(name: str, texts: str, error: CorpusNotFound) -> CorpusNotFound:
    """What to raise where the labels ``name`` are there, and the corpus ``texts`` that they stand on is not (``error``)."""
    how = f"{name} labels texts of {texts}, which are not there; `framing corpora info {texts}` says how to get them."
    return CorpusNotFound(f"{how} {error} In Python, texts=False reads the labels alone.")


def read_text(path: Path, name: str) -> str:
    """The text of a file of corpus ``name``, UTF-8, line ends as they are: offsets count what stands in the file."""
    with require(path, name).open(encoding="utf-8", newline="") as file:
        return file.read()


def how_to_get(corpus: CorpusInfo) -> str:
    """One or two sentences: how a user gets the corpus."""
    if any(file.url for file in corpus.files):
        return f"Run `framing corpora fetch {corpus.name}`. Or by hand: {corpus.get}"
    return corpus.get[:1].upper() + corpus.get[1:]


def matches(home: Path, file: CorpusFile) -> list[Path]:
    """The files that are there, in the byte order of their paths inside ``home``."""
    if not file.many:
        return [home / file.path] if (home / file.path).is_file() else []
    found = [path for path in home.glob(file.path) if path.is_file()]
    return sorted(found, key=lambda path: path.relative_to(home).as_posix().encode("utf-8", "surrogateescape"))


def checksum(home: Path, paths: list[Path], many: bool = False) -> tuple[int, str]:
    """Size in bytes and SHA-256 (hexadecimal) of a file, or of the list of many (see the head of this module)."""
    sums = [(_sha256(path), path.relative_to(home).as_posix()) for path in paths]
    size = sum(path.stat().st_size for path in paths)
    if not many:
        return size, sums[0][0]
    lines = "".join(f"{digest}  {name}\n" for digest, name in sums)
    return size, hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def verify(name: str, data_home: str | os.PathLike[str] | None = None) -> tuple[FileState, ...]:
    """Say for each file of a corpus which variant lies there, by size and SHA-256.

    Parameters
    ----------
    name : str
        Name of the corpus.
    data_home : path, optional
        Folder of the corpora.

    Returns
    -------
    tuple of FileState
        One for each file of the catalogue, in its order.
    """
    corpus = info(name)
    home = corpus_home(corpus, data_home)
    return tuple(_states(home, corpus))


def _states(home: Path, corpus: CorpusInfo) -> Iterator[FileState]:
    for file in corpus.files:
        paths = matches(home, file)
        if not paths:
            yield FileState(file.path, MISSING, note=KEPT if kept_apart(corpus, file) else file.note)
            continue
        size, digest = checksum(home, paths, file.many)
        count = len(paths) if file.many else None
        fits = [v for v in file.variants if v.sha256 == digest and v.size in (None, size)]
        if fits:
            yield FileState(file.path, fits[0].name, size, digest, count, file.note)
        else:
            yield FileState(file.path, UNKNOWN, size, digest, count, _difference(file, size, count))


def _difference(file: CorpusFile, size: int, count: int | None) -> str:
    """What the catalogue expected, for each variant."""
    parts = []
    for variant in file.variants:
        if variant.sha256 is None:
            parts.append(f"{variant.name}: not verified")
        elif variant.count is not None and variant.count != count:
            parts.append(f"{variant.name}: {variant.count:,} files expected, {count:,} found")
        elif variant.size is not None and variant.size != size:
            parts.append(f"{variant.name}: {variant.size:,} bytes expected, {size:,} found")
        else:
            parts.append(f"{variant.name}: other content")
    return "; ".join(parts)
