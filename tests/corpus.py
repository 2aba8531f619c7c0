"""A made corpus for the tests of runs: short articles, all different, and the command line in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = ("Mayor Ida Lund", "a senior official", "Critics", "Joren Tak, a baker", "the council")
CLAIMS = ("the bridge may fall", "“nobody asked us”", "repairs would probably cost a million", "the log was kept")


def article(n: int) -> dict[str, Any]:
    """Row ``n`` of the corpus."""
    said = [f"{PEOPLE[(n + k) % len(PEOPLE)]} said on day {n} that {CLAIMS[(n * 3 + k) % len(CLAIMS)]}." for k in range(1 + n % 3)]
    return {"id": f"a{n}", "title": f"Bridge {n}", "text": "\n\n".join(said)}


def write_lines(path: Path, rows: Sequence[Mapping[str, Any] | str]) -> Path:
    """JSON lines of rows; a string is a line as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def corpus(path: Path, n: int) -> Path:
    """``n`` articles as JSON lines."""
    return write_lines(path, [article(k) for k in range(n)])


def command(*args: str | Path) -> list[str]:
    """``framing`` with these arguments, as a process."""
    return [sys.executable, "-m", "framing", *map(str, args)]


def environment() -> dict[str, str]:
    """Of such a process, wherever it runs."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])), "OMP_NUM_THREADS": "1"}


def finish(*args: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``framing`` to its end."""
    return subprocess.run(command(*args), capture_output=True, text=True, check=False, env=environment(), **options)


def begin(*args: str | Path, **options: Any) -> subprocess.Popen[str]:
    """Start ``framing`` in a session of its own, so that it can be killed with everything it started."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*args), stdout=pipe, stderr=pipe, text=True, env=environment(), start_new_session=True, **options)
