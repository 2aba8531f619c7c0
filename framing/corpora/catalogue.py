"""The catalogue: what each corpus is, under which licence, which files it has, how one gets it, and which function reads it.

The entries stand in ``catalogue.toml``. A file is a path inside the folder of the corpus, or a pattern (``data/train/text/*.txt``) for many
files that are summed together (:func:`framing.corpora.files.checksum` says how). Each has variants: ``at hand``, as the folder that this
library was built with has it (test parts taken out, large sets thinned), and ``upstream``, as its makers publish it. A size or sum that
nobody has checked is ``None`` here and reads "not verified" in the catalogue.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

UNVERIFIED = "not verified"


@dataclass(frozen=True, slots=True)
class Variant:
    """One form in which a file exists: ``size`` in bytes and ``sha256``, ``None`` where not verified; ``count`` of files of a pattern."""

    name: str
    size: int | None = None
    sha256: str | None = None
    count: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus, or a pattern for many, with its variants; ``note`` says what it is where the path does not."""

    path: str
    variants: tuple[Variant, ...]
    note: str = ""

    @property
    def many(self) -> bool:
        """Whether the path is a pattern."""
        return "*" in self.path

    @property
    def url(self) -> str | None:
        """Where the file as published can be downloaded."""
        return next((v.url for v in self.variants if v.url), None)


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """What the catalogue says of a corpus.

    ``splits`` are the values of ``split=``, ``default`` those that are read when none is asked for (never a test part, never a second
    pass), ``folds`` the number of official folds (0: none). ``reader`` is "module:function". ``own`` corpora were made by this project and
    come with it; ``needs`` names the corpora whose texts a stand-off annotation stands on. ``options`` says what else the reader takes.
    ``get`` says how to get the corpus by hand.
    """

    name: str
    title: str
    tasks: tuple[str, ...]
    licence: str
    citation: str
    homepage: str
    get: str
    reader: str
    files: tuple[CorpusFile, ...]
    splits: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    folds: int = 0
    own: bool = False
    needs: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None


def list_corpora() -> tuple[CorpusInfo, ...]:
    """All corpora of the catalogue, in its order."""
    return tuple(_entries().values())


def info(name: str) -> CorpusInfo:
    """The entry of one corpus.

    Raises
    ------
    ValueError
        If there is no corpus of that name; the message names the nearest ones.
    """
    entries = _entries()
    if name not in entries:
        near = difflib.get_close_matches(str(name), entries, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(entries)}"
        raise ValueError(f"no corpus {name!r}: {hint}")
    return entries[name]


@cache
def _entries() -> dict[str, CorpusInfo]:
    text = resources.files(__package__ or "framing.corpora").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {entry.name: entry for entry in parse(text)}


def parse(text: str) -> tuple[CorpusInfo, ...]:
    """Read a catalogue.

    Raises
    ------
    TypeError
        If an entry has a key that is not known or lacks one that it must have.
    ValueError
        If the text is not TOML.
    """
    return tuple(_corpus(row) for row in tomllib.loads(text)["corpus"])


def _corpus(row: dict[str, Any]) -> CorpusInfo:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    fields.setdefault("default", fields.get("splits", ()))
    fields["files"] = tuple(_file(file) for file in row["files"])
    return CorpusInfo(**fields)


def _file(row: dict[str, Any]) -> CorpusFile:
    known: list[dict[str, Any]] = [{key: value for key, value in v.items() if value != UNVERIFIED} for v in row["variants"]]
    return CorpusFile(row["path"], tuple(Variant(**variant) for variant in known), row.get("note", ""))
