"""Word lists as data: tab-separated files with a header line, ``#`` comments, one row an entry, each with its origin.

``read_table(name)`` gives the rows of ``lexicons/<name>.tsv`` as dictionaries of strings; a row with the wrong number of columns raises
``ValueError`` naming file and line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Read ``lexicons/<name>.tsv``: header line first, blank lines and lines that begin with ``#`` skipped."""
    lines = (_HERE / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    table = [line for line in lines if line.strip() and not line.startswith("#")]
    header = table[0].split("\t") if table else []
    for line in table:
        if line.count("\t") != len(header) - 1:
            raise ValueError(f"{name}.tsv, line {lines.index(line) + 1}: {line.count(chr(9)) + 1} columns, expected {len(header)}")
    return tuple([dict(zip(header, line.split("\t"))) for line in table[1:]])
