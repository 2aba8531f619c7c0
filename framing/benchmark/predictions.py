"""Files of predictions: read with every line checked, written whole or not at all.

Conventions
-----------
* JSON lines in UTF-8: one object an item, ``{"id": ..., ...}``, in any order; blank lines are skipped. What an object holds beside its
  ``id`` says the task (:meth:`framing.benchmark.task.Task.read`).
* Every item has exactly one line. A file in which anything is wrong gives no predictions: :class:`PredictionsError` names line and document
  of the first ``SHOWN`` problems and counts the others. A missing item is a problem too; "found nothing" is an empty prediction.
* A file that is one JSON value, a list or an object over several lines, is one problem; the rest of it is not read.
* A line is read with a limit and the file line by line, so that what nobody has vouched for cannot fill the memory.
* ``sha256`` is that of the bytes of the file, as ``sha256sum`` prints it.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from framing.benchmark.fields import shown
from framing.benchmark.task import Item, Task
from framing.runs.lines import lines
from framing.showing import one_line
from framing.writing import replacing

SHOWN = 10  # problems that are written out
MAX_LINE = 1 << 26  # bytes: more than any prediction for a text of a megabyte
_SHORT = 60  # characters of a foreign string that an error repeats; the id of a document that has no line is told in full
_FEW = 5  # missing documents that are named
_LINES = "write one object a line"

Line = tuple[str, "Mapping[str, Any] | str"]  # place of a record, and the record or what is wrong with it


class PredictionsError(ValueError):
    """Predictions that cannot be scored. ``problems`` are the first of them, one a string; ``count`` is how many there are."""

    def __init__(self, problems: Sequence[str], count: int) -> None:
        self.problems, self.count = tuple(problems), count
        more = [f"and {count - len(problems):,} more"] if count > len(problems) else []
        super().__init__("\n".join([*problems, *more]))


def read_predictions(path: str | os.PathLike[str], task: Task, items: Sequence[Item]) -> tuple[list[Any], str]:
    """The prediction of each item, from a file.

    Parameters
    ----------
    path : path
        JSON lines.
    task : Task
    items : sequence of Item

    Returns
    -------
    predictions : list
        In the order of the items.
    sha256 : str
        Of the file.

    Raises
    ------
    PredictionsError
        If anything is wrong with it.
    OSError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    with Path(path).open("rb") as stream:
        found = take(_parsed(stream, one_line(os.fspath(path)), digest), task, items, one_line(os.fspath(path)))
    return found, digest.hexdigest()


def from_records(records: Iterable[Mapping[str, Any]], task: Task, items: Sequence[Item]) -> tuple[list[Any], str]:
    """As :func:`read_predictions`, from objects; the sum is that of the file that :func:`write_predictions` makes of them."""
    rows = ((f"record {n}", record if isinstance(record, Mapping) else _no_object(record)) for n, record in enumerate(records, 1))
    found = take(rows, task, items, "predictions")
    return found, hashlib.sha256(b"".join(written(task, items, found))).hexdigest()


def take(rows: Iterable[Line], task: Task, items: Sequence[Item], whole: str) -> list[Any]:
    """The prediction of each item, from records with their places.

    Parameters
    ----------
    rows : iterable of (place, record)
        A string instead of a record is what is wrong with it.
    task : Task
    items : sequence of Item
    whole : str
        What to call all of the rows.

    Raises
    ------
    PredictionsError
        If a record is wrong or an item has none, or two.
    """
    places = {item.id: k for k, item in enumerate(items)}
    if len(places) < len(items):
        raise ValueError(f"task {task.name} has two items of one id")
    out: list[Any] = [None] * len(items)
    seen: dict[int, str] = {}
    problems: list[str] = []
    count = 0
    for place, record in rows:
        try:
            if isinstance(record, str):
                raise ValueError(record)
            k = _item(record, places, known=count < SHOWN)
            if k in seen:
                raise ValueError(f"document {_named(items[k].id)} is predicted twice; the first time: {seen[k]}")
            seen[k] = place
            out[k] = _read(task, record, items[k])
        except ValueError as error:
            count += 1
            if len(problems) < SHOWN:
                problems.append(f"{place}: {one_line(str(error))}")
    missing = [item.id for k, item in enumerate(items) if k not in seen]
    if missing:
        count += 1
        few = ", ".join(map(repr, missing[:_FEW])) + (" ..." if len(missing) > _FEW else "")
        text = f"{whole}: no prediction for {len(missing):,} of {len(items):,} {task.unit}s: {few}"
        problems = [*problems[: SHOWN - 1], text] if len(problems) == SHOWN else [*problems, text]
    if count:
        raise PredictionsError(problems, count)
    return out


def _item(record: Mapping[str, Any], places: Mapping[str, int], known: bool) -> int:
    """The place of a record's item; near ids are looked for only if ``known``, as that takes time."""
    if "id" not in record:
        raise ValueError("`id` is missing")
    name = record["id"]
    if not isinstance(name, str):
        raise ValueError(f"the id must be a string, not {shown(name)}")
    if name not in places:
        near = difflib.get_close_matches(name[:200], places, 2) if known else []
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise ValueError(f"there is no document {_named(name)} in this split{hint}")
    return places[name]


def _read(task: Task, record: Mapping[str, Any], item: Item) -> Any:
    try:
        return task.read({key: value for key, value in record.items() if key != "id"}, item)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"document {_named(item.id)}: {error}") from error


def _parsed(stream: IO[bytes], name: str, digest: Any) -> Iterator[Line]:
    first = True
    for n, (raw, cut) in enumerate(lines(stream, MAX_LINE), 1):
        digest.update(raw)
        line = raw.removeprefix(b"\xef\xbb\xbf") if n == 1 else raw
        told = line.strip(b" \t\r\n")
        if cut:
            yield f"{name}, line {n}", f"the line is longer than {MAX_LINE:,} bytes"
        elif told:
            if first and (problem := _whole(told)):
                raise PredictionsError([f"{name}, line {n}: {problem}"], 1)
            yield f"{name}, line {n}", _object(line)
        first = first and not told


def _whole(line: bytes) -> str:
    """What is wrong if the first line is a list or begins a value that goes on in the next ones: all lines are of that value."""
    over = f"this is one JSON value over several lines; {_LINES}"
    if not line.startswith(b"["):
        return over if line == b"{" else ""
    try:
        value = json.loads(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        return over if error.pos >= len(error.doc) else ""
    except (ValueError, RecursionError):
        return ""
    return f"{_no_object(value)}; {_LINES}"


def _object(line: bytes) -> Mapping[str, Any] | str:
    try:
        value = json.loads(line.rstrip().decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        return f"this is no UTF-8 (byte {error.start + 1})"
    except json.JSONDecodeError as error:
        return f"this is no JSON: {error.msg} (character {error.pos + 1})"
    except RecursionError:
        return "this is no JSON that can be read: it is nested too deeply"
    except ValueError as error:
        return str(error)
    return value if isinstance(value, dict) else _no_object(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise ValueError(f"the field {_named(name)} stands there twice")
        out[name] = value
    return out


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _no_object(value: object) -> str:
    return f"this must be an object with an id, not {shown(value)}"


def _named(name: str) -> str:
    return repr(name if len(name) <= _SHORT else name[: _SHORT - 1] + "…")


def written(task: Task, items: Sequence[Item], predictions: Sequence[Any]) -> Iterator[bytes]:
    """The lines of a file of predictions."""
    for item, prediction in zip(items, predictions, strict=True):
        yield json_line({"id": item.id, **task.write(prediction, item)})


def write_predictions(path: str | os.PathLike[str], task: Task, items: Sequence[Item], predictions: Sequence[Any]) -> None:
    """Write predictions as :func:`read_predictions` takes them; the file is there whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with replacing(Path(path)) as stream:
        stream.writelines(written(task, items, predictions))


def json_line(value: Mapping[str, Any]) -> bytes:
    """An object as a line of JSON in UTF-8; lone surrogates, which UTF-8 cannot hold, are escaped."""
    try:
        return (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(value, allow_nan=False) + "\n").encode("ascii")
