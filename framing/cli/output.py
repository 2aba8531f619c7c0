"""What the command line writes to standard output and standard error: always UTF-8, and nothing that steers the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import click

from framing.showing import one_line

READER_GONE = 141  # exit code of a program that a closed pipe ended: 128 + SIGPIPE


def complain(message: str) -> None:
    """Say what is wrong on standard error, in one line behind the name of the program."""
    click.echo(one_line(f"framing: {message}"), err=True)


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
