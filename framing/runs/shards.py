"""Items in shards, the unit of work and of what is written; and the work on one.

Conventions
-----------
* A shard ends with ``rows`` items or ``CHARS`` characters, whichever comes first: which items are in it depends on the corpus alone, never
  on how many workers there are or who is done first.
* ``digest`` is SHA-256 over everything that the result of the shard depends on; it tells a corpus that has changed.
* :func:`work` never raises for what is wrong with an article: its row holds the error.
"""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path

from framing.analysis import analyze, models_of
from framing.engines import FAST
from framing.records import Article
from framing.rows import NAMES, Row, encodable, rows
from framing.runs.formats import encode
from framing.runs.items import MAX_CHARS, Item, too_long
from framing.text import article_from_html, article_from_text
from framing.transparency import SCHEME
from framing.version import __version__

ROWS = 200
CHARS = 1_000_000
DIED = "the worker died on this article (killed, or out of memory)"


_SEEN = "CREATE TABLE seen (id BLOB PRIMARY KEY, first INTEGER) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Shard:
    """Items that are worked on together, with the row that had the same id before, where there is one."""

    number: int
    items: tuple[Item, ...]
    duplicates: tuple[int | None, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a shard: bytes of each table and the number of rows in it; articles that failed; tokens; what ``maker`` made it."""

    number: int
    tables: Mapping[str, bytes]
    counts: Mapping[str, int]
    failed: int
    tokens: int
    maker: str


class Ids:
    """The first row of each id, on disk, so that the memory stays flat; ids are known by 16 bytes of BLAKE2.

    Raises
    ------
    OSError
        If the disk does not take it.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # a crash may lose it: it is made anew with every reading of the corpus
        for line in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", _SEEN):
            self._ask(line)

    def first(self, ident: str, row: int) -> int | None:
        """The earlier row with the same id; ``None`` if there is none, and then this is it."""
        key = hashlib.blake2b(ident.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if self._ask("INSERT OR IGNORE INTO seen VALUES (?, ?)", key, row).rowcount:
            return None
        return int(self._ask("SELECT first FROM seen WHERE id = ?", key).fetchone()[0])

    def _ask(self, line: str, *values: bytes | int) -> sqlite3.Cursor:
        try:
            return self._base.execute(line, values)
        except sqlite3.Error as error:
            raise OSError(errno.EIO, f"the list of ids does not go on the disk ({error})") from error

    def close(self) -> None:
        """Remove it."""
        self._base.close()
        self._path.unlink(missing_ok=True)


def shards(items: Iterable[Item], ids: Ids, size: int = ROWS) -> Iterator[Shard]:
    """Items in shards of at most ``size``."""
    held: list[Item] = []
    twice: list[int | None] = []
    number, chars = 0, 0
    for item in items:
        held.append(item)
        twice.append(None if item.numbered else ids.first(item.id, item.row))
        chars += len(item.text or "")
        if len(held) == size or chars >= CHARS:
            yield Shard(number, tuple(held), tuple(twice), _digest(held))
            held, twice, number, chars = [], [], number + 1, 0
    if held:
        yield Shard(number, tuple(held), tuple(twice), _digest(held))


def _digest(items: Iterable[Item]) -> str:
    """``repr`` tells strings, numbers and ``None`` apart and escapes what UTF-8 does not hold."""
    total = hashlib.sha256()
    for item in items:
        total.update(ascii(astuple(item)).encode())
    return total.hexdigest()


def work(shard: Shard, forms: Mapping[str, str], max_chars: int = MAX_CHARS, engine: str = FAST) -> Result:
    """Analyse the items of a shard.

    Parameters
    ----------
    shard : Shard
    forms : mapping
        Format of each table that is wanted.
    max_chars : int
        Limit of what is extracted from a page.
    engine : str
        As :func:`framing.analyze` takes it.

    Returns
    -------
    Result
    """
    made: dict[str, list[Row]] = {table: [] for table in forms}
    failed, tokens = 0, 0
    for item, first in zip(shard.items, shard.duplicates):
        error = item.error
        found: dict[str, list[Row]] = {}
        if error is None:
            try:
                found, n = _analysed(item, forms, max_chars, engine)
                tokens += n
            except Exception as problem:  # noqa: BLE001 - one article must not stop a run of a million
                error = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
        if error is not None:
            failed += 1
            found = {"articles": [{**dict.fromkeys(NAMES["articles"]), "id": encodable(item.id)}]}
        place = {"row": item.row}
        for table, lines in found.items():
            if table == "articles":
                told = None if error is None else encodable(error)
                made[table] += [{**place, "input": encodable(item.input), **x, "duplicate_of": first, "error": told} for x in lines]
            elif table in made:
                made[table] += [{**place, **x} for x in lines]
    tables = {table: encode(table, lines, forms[table]) for table, lines in made.items()}
    return Result(shard.number, tables, {table: len(lines) for table, lines in made.items()}, failed, tokens, maker(engine))


@cache
def maker(engine: str = FAST) -> str:
    """Everything of this installation on which the numbers depend, in words; the same on every worker of a run."""
    models = json.dumps({name: make().signature for name, make in models_of(engine).items()}, sort_keys=True)
    return f"framing {__version__}, scheme {SCHEME}, models {hashlib.sha256(models.encode()).hexdigest()[:12]}"


def _analysed(item: Item, tables: Iterable[str], max_chars: int, engine: str) -> tuple[dict[str, list[Row]], int]:
    analysis = analyze(_article(item, max_chars), engine=engine)
    found = {table: rows(analysis, table) for table in tables}
    for row in found.get("articles", ()):
        row["warnings"] = " ".join([*item.notices, *filter(None, [row["warnings"]])])
    return found, analysis.n_tokens


def _article(item: Item, max_chars: int) -> Article:
    text = item.text or ""
    article = article_from_html(text, item.title, id=item.id) if item.page else article_from_text(text, item.title, item.id)
    if len(article.text) > max_chars:
        raise ValueError(too_long(len(article.text), max_chars))
    return article


def without(shard: Shard, dead: Collection[int]) -> Shard:
    """The shard with errors in place of the items of these rows, whose workers died whenever they were tried."""
    items = tuple(replace(i, text=None, error=DIED) if i.row in dead else i for i in shard.items)
    return replace(shard, items=items)
