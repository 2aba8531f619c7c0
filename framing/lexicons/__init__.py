"""Word lists as data: tab-separated files with a header line, ``#`` comments, one row an entry, each with its origin.

``read_table(name)`` gives the rows of ``lexicons/<name>.tsv`` as dictionaries of strings; a row with the wrong number of columns raises
``ValueError`` naming file and line.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Read ``lexicons/<name>.tsv``: header line first, blank lines and lines that begin with ``#`` skipped."""
    text = resources.files(__name__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    header: list[str] | None = None
    rows: list[dict[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
        elif len(cells) != len(header):
            raise ValueError(f"{name}.tsv, line {number}: {len(cells)} columns, expected {len(header)}")
        else:
            rows.append(dict(zip(header, cells)))
    return tuple(rows)
