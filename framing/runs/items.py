"""What a corpus run reads an article as, and what it says where it cannot: the records that all its readers share."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CHARS = 1_000_000


class ReadError(Exception):
    """An input cannot be read, or not to its end; the message is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a corpus: its ``row``, the ``input`` it comes from and its ``text``, or the ``error`` that there is instead.

    ``page`` says that the text is markup, from which the article is still to be extracted; ``numbered`` that the id is the row's number;
    ``notices`` are codes of warnings about the reading.
    """

    row: int
    input: str
    id: str
    text: str | None
    title: str | None = None
    error: str | None = None
    page: bool = False
    numbered: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns of a table; ``id`` and ``title`` may be missing in the table unless they are named."""

    text: str = "text"
    id: str | None = None
    title: str | None = None


COLUMNS = Columns()


@dataclass(slots=True)
class Position:
    """How far the reading is: ``done`` of ``total`` bytes, ``total`` ``None`` where it cannot be known."""

    total: int | None = 0
    done: int = 0


def too_long(n: int | None, max_chars: int) -> str:
    """The error of a text that is over the limit."""
    return f"longer than the limit of {max_chars:,} characters (--max-chars)" + (f": {n:,}" if n is not None else "")
