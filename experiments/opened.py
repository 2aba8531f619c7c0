"""Which files of the corpora a program has opened, so that its results can say what they were made of.

Conventions
-----------
* Python tells an audit hook of every file that is opened (PEP 578). The hook here keeps the paths of those that are read. It is set when
  this module is imported (:mod:`experiments.data` does), sees everything from then on, and cannot be taken off. What other processes open
  it does not see.
* :func:`sums` gives the SHA-256 of each opened file of the catalogue (``framing/corpora/catalogue.toml``), and of a pattern, of which one
  file at least was opened, that of all its files (:mod:`framing.corpora.files`), as ``framing corpora verify`` prints it. A file that
  the catalogue does not know stands with its own sum. Corpora of our own lie in the data home or in ``datasets``.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from framing.corpora import list_corpora
from framing.corpora.files import checksum, corpus_home, matches

WRITING = os.O_WRONLY | os.O_RDWR
DATASETS = Path(__file__).resolve().parents[1] / "datasets"

_PATHS: dict[str, None] = {}


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str) and not arguments[2] & WRITING:
        _PATHS[arguments[0]] = None


sys.addaudithook(_hook)


def opened() -> tuple[str, ...]:
    """All paths, in the order in which they were opened first."""
    return tuple(_PATHS)


def sums(home: Path, paths: tuple[str, ...] | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """Corpus -> file or pattern -> ``sha256`` and the number of ``files``, of those that were opened (or of ``paths``)."""
    absolute = {os.path.abspath(path) for path in (opened() if paths is None else paths)}
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for corpus in list_corpora():
        folder = corpus_home(corpus, home)
        if corpus.own and not any(path.startswith(os.path.abspath(folder) + os.sep) for path in absolute):
            folder = DATASETS / corpus.name
        start = os.path.abspath(folder) + os.sep
        mine = {path.removeprefix(start).replace(os.sep, "/") for path in absolute if path.startswith(start)}
        found: dict[str, dict[str, Any]] = {}
        for file in corpus.files:
            of_file = _of_pattern(file.path)
            hit = {path for path in mine if of_file.fullmatch(path)}
            mine -= hit
            if hit and (there := matches(folder, file)):
                found[file.path] = {"files": len(there), "sha256": checksum(folder, there, file.many)[1]}
        for path in sorted(mine):
            if (folder / path).is_file():
                found[path] = {"files": 1, "sha256": checksum(folder, [folder / path])[1]}
        if found:
            out[corpus.name] = found
    return out


def _of_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("[^/]*".join(re.escape(part) for part in pattern.split("*")))
