"""Where the command line writes: standard output, a file, or a folder with a file an input; always UTF-8, never half a file.

A file is written beside its place under another name and moved there when it is complete, so a reader sees the old file or the new one.
Devices, pipes and sockets (``/dev/null``, ``/dev/stdout``) are written to as they are.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

# What a terminal obeys instead of showing: controls of both sets, ends of lines, directions of writing; and what no encoding holds.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANKS = "\t\n\r\x0b\x0c\x85\u2028\u2029"
READER_GONE = 141  # exit code of a program that a closed pipe ended: 128 + SIGPIPE


def complain(message: str) -> None:
    """Say what is wrong on standard error, in one line behind the name of the program."""
    click.echo(one_line(f"framing: {message}"), err=True)


def one_line(text: str) -> str:
    """``text`` for a terminal, which names of files and columns must not steer: one line, "?" for what would be obeyed."""
    return _OBEYED.sub(lambda found: " " if found[0] in _BLANKS else "?", text)


def hush() -> None:
    """Send what is left for standard output to nowhere, so that the interpreter does not complain of a closed pipe on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def encode(text: str) -> bytes:
    """``text`` in UTF-8; a lone surrogate, which no report should hold, becomes a question mark rather than an error."""
    return text.encode("utf-8", "replace")


@contextmanager
def standard_output() -> Iterator[IO[bytes]]:
    """Standard output as bytes, flushed at the end."""
    stream = sys.stdout.buffer
    yield stream
    stream.flush()


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for writing; it is replaced when the block ends well and left as it was when it does not.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    place = Path(os.path.realpath(path))  # a link stays a link; its target is replaced
    if place.exists() and not place.is_file():
        with place.open("wb") as stream:
            yield stream
        return
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:50]}.", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, _mode(place))
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(place: Path) -> int:
    """The permissions the file has, or would have had if it had been made with ``open``: ``mkstemp`` is stricter."""
    if place.exists():
        return place.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
