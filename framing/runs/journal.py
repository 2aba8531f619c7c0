"""The memory of a run: which shards are safe, under which options, so that it can go on after any death.

Conventions
-----------
* A run keeps a folder beside its output (``OUT.run``): ``manifest.jsonl``, ``lock`` and, until they are put together, the shards.
* ``manifest.jsonl`` begins with the options; then comes a line a shard, written when its files are on the disk (written under another
  name, ``fsync``, renamed); at last a line that says that the outputs are complete. Lines are only ever added. A line that a crash cut off
  is taken away at the next opening; its shard is done again.
* A shard counts as safe if its line is there and its files have the bytes that the line says (size and SHA-256).
* One process writes a run: ``lock`` is held by the system's lock on a file, which dies with its holder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = 1
MANIFEST, LOCK = "manifest.jsonl", "lock"
PER_FOLDER = 1000  # shards


class RunError(Exception):
    """A run cannot begin or go on; the message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished shard: its number and digest, first and last row, articles that failed, tokens, and table -> [bytes, SHA-256, rows]."""

    shard: int
    digest: str
    rows: tuple[int, int]
    failed: int
    tokens: int
    tables: Mapping[str, tuple[int, str, int]]


class Journal:
    """The manifest of a run in ``folder``.

    ``options`` are what it was begun with, ``done`` the shards that are finished by their number, ``complete`` what its last line says if
    the outputs are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / MANIFEST
        self.options: dict[str, Any] | None = None
        self.done: dict[int, Done] = {}
        self.complete: dict[str, Any] | None = None

    def read(self) -> None:
        """Take in what is written; what a crash left unfinished at the end is cut off.

        Raises
        ------
        RunError
            If a line in the middle is damaged, or it was written by another version.
        """
        if not self.path.exists():
            return
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            os.truncate(self.path, len(whole))
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                self._take(json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
                raise RunError(f"{self.path}: line {number} is damaged; remove the folder to begin anew") from error

    def _take(self, entry: dict[str, Any]) -> None:
        if self.options is None:
            if entry["manifest"] != VERSION:
                raise RunError(f"{self.path}: was written by another version of framing; finish with that one, or remove the folder")
            self.options = dict(entry["options"])
        elif "complete" in entry:
            self.complete = dict(entry["complete"])
        else:
            tables = {name: (int(size), str(sha), int(rows)) for name, (size, sha, rows) in entry["tables"].items()}
            first, last = entry["rows"]
            done = Done(int(entry["shard"]), str(entry["digest"]), (first, last), int(entry["failed"]), int(entry["tokens"]), tables)
            self.done[done.shard] = done

    def begin(self, options: Mapping[str, Any]) -> None:
        """Write the first line, the options."""
        self.options = dict(options)
        self._add({"manifest": VERSION, "options": self.options})

    def add(self, done: Done) -> None:
        """Write that a shard is safe."""
        self.done[done.shard] = done
        entry = {"shard": done.shard, "digest": done.digest, "rows": done.rows, "failed": done.failed, "tokens": done.tokens}
        self._add({**entry, "tables": done.tables})

    def finish(self, complete: Mapping[str, Any]) -> None:
        """Write that the outputs are complete."""
        self.complete = dict(complete)
        self._add({"complete": self.complete})

    def _add(self, entry: Mapping[str, Any]) -> None:
        with self.path.open("ab") as stream:
            size = stream.tell()
            try:
                stream.write(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                _cut(self.path, size)
                raise


def _cut(path: Path, size: int) -> None:
    """Take back half a line that a full disk left."""
    with contextlib.suppress(OSError):  # the next opening does it
        os.truncate(path, size)


def part(folder: Path, shard: int, suffix: str, nested: bool = True) -> Path:
    """Where a shard of a table lies; ``nested`` keeps a folder from holding a million files."""
    place = folder / f"{shard // PER_FOLDER:06d}" if nested else folder
    return place / f"part-{shard:08d}.{suffix}"


def store(path: Path, data: bytes) -> tuple[int, str]:
    """Put a file on the disk whole or not at all; its size and SHA-256.

    The draft has the same name every time, unlike those of :mod:`framing.writing`: what a death leaves is overwritten when the run goes on.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync(path.parent)
    return len(data), hashlib.sha256(data).hexdigest()


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def intact(path: Path, size: int, sha256: str) -> bool:
    """Whether a file holds the bytes that were written."""
    try:
        return path.stat().st_size == size and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run alone. Raises :class:`RunError` if another process does."""
    with (folder / LOCK).open("ab") as stream:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(f"{folder}: another process is writing this run") from error
        yield
