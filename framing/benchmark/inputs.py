"""The items of a task as a file, for systems that are not written in Python or not with this library.

Conventions
-----------
JSON lines in UTF-8, one item a line: ``id``, ``text``, ``given`` (what a system may see beside the text: gold spans, a title ...; an
object, empty for most tasks) and ``fold`` (a number in splits that begin with ``cv``, else ``null``). What is to be predicted never stands
there: whoever learns from the other folds reads the corpus (:func:`framing.load_corpus`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from framing.benchmark.predictions import json_line
from framing.benchmark.task import Item
from framing.writing import replacing


def exported(items: Sequence[Item]) -> Iterator[bytes]:
    """A line for each item."""
    for item in items:
        yield json_line({"id": item.id, "text": item.text, "given": dict(item.given), "fold": item.fold})


def write_inputs(path: str | os.PathLike[str], items: Sequence[Item]) -> None:
    """Write items without gold; the file is there whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with replacing(Path(path)) as stream:
        stream.writelines(exported(items))
