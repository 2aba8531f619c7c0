"""PolNeAR: political news with attributions as brat events (Newell, Margolin & Ruths 2018).

What the files hold that a simple reader trips over
---------------------------------------------------
* Offsets are code points of the text with its line ends as they are. Spans may be in many parts (``Content 3742 4033;4188 4420``), and an
  event may have several contents (``Content2``).
* The text field of a span may hold line breaks; only lines that begin with ``T1<tab>`` or ``E1<tab>`` are read.
* An event without arguments, or without a cue, is no attribution and is left out. A file may hold no event at all.
* Several events may share one source ("he said A and added B").
* Some articles have several annotators and no agreed version: ``annotator`` picks the first by id, one by id, or all of them.

``group`` is the publisher. ``meta`` holds the columns of ``metadata.tsv`` (``None`` and ``NA`` are ``None``), ``annotator``, the ids of the
events in ``events`` and, for sources and cues in several parts, ``parts``. Kinds and levels are not annotated here (see ``source_levels``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from framing.corpora.files import read_text, require
from framing.corpora.gold import Draft, Offsets, make_gold
from framing.records import Document

NAME = "polnear"
_SPAN = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t")
_EVENT = re.compile(r"(E\d+)\t(\S+)(.*)")
_COUNTS = ("level", "trump_count", "clinton_count")


def read(home: Path, split: str | None, fold: int | None = None, *, annotator: str = "first") -> Iterator[Document]:
    """Read the articles of a split ("train", "dev", "test"; ``None`` for all three) in the order of their names.

    ``annotator`` is "first" (lowest id of each article), "all" (a document for each, its id behind the name of the article), or an id:
    the articles of this annotator.
    """
    rows = metadata(home)
    for part in ("train", "dev", "test") if split is None else (split,):
        require(home / "data" / part / "attributions", NAME)
        for row in sorted((row for row in rows if row["compartment"] == part), key=lambda row: str(row["filename"])):
            ids = row["annotators"]
            for one in ids if annotator == "all" else [ids[0]] if annotator == "first" else [annotator] if annotator in ids else []:
                yield _document(home, part, row, one, f"{row['filename']}_{one}" if annotator == "all" else row["filename"])


def metadata(home: Path) -> list[dict[str, Any]]:
    """The rows of ``metadata.tsv``: counts as numbers, annotators as a sorted tuple, what is missing as ``None``."""
    table = csv.DictReader(io.StringIO(read_text(home / "data" / "metadata.tsv", NAME)), delimiter="\t", quoting=csv.QUOTE_NONE)
    rows: list[dict[str, Any]] = []
    for cells in table:
        row: dict[str, Any] = {key: None if value in ("None", "NA", "") else value for key, value in cells.items()}
        row["annotators"] = tuple(sorted((row["annotators"] or "").split("|")))
        row.update({key: None if row[key] is None else int(row[key]) for key in _COUNTS})
        rows.append(row)
    return rows


def _document(home: Path, split: str, row: dict[str, Any], annotator: str, name: str) -> Document:
    text = read_article(home, split, row["filename"])
    gold = make_gold(text, read_events(home, split, f"{row['filename']}_{annotator}.ann"))
    meta = {key: value for key, value in row.items() if key not in ("compartment", "title")}
    meta.update(annotator=annotator, events=gold.events)
    if gold.parts:
        meta["parts"] = gold.parts
    return Document(name, text, row["title"], row["publisher"], split, meta, attributions=gold.attributions)


def read_article(home: Path, split: str, name: str) -> str:
    """The text of an article."""
    return read_text(home / "data" / split / "text" / f"{name}.txt", NAME)


def read_events(home: Path, split: str, file: str) -> tuple[Draft, ...]:
    """The attributions of an annotation file."""
    return parse(read_text(home / "data" / split / "attributions" / file, NAME))


def parse(annotation: str) -> tuple[Draft, ...]:
    """Read brat stand-off with events; what is no span, no event or no attribution is passed over."""
    spans: dict[str, Offsets] = {}
    events: list[tuple[str, str]] = []
    for line in annotation.split("\n"):
        if match := _SPAN.match(line):
            spans[match[1]] = tuple((int(start), int(end)) for start, end in (part.split() for part in match[3].split(";")))
        elif match := _EVENT.match(line):
            events.append((match[1], match[3]))
    drafts = (_draft(event, arguments, spans) for event, arguments in events)
    return tuple(draft for draft in drafts if draft.cue)


def _draft(event: str, arguments: str, spans: dict[str, Offsets]) -> Draft:
    roles: dict[str, set[tuple[int, int]]] = {"Source": set(), "Cue": set(), "Content": set()}
    for argument in arguments.split():
        role, _, target = argument.partition(":")
        if (role := role.rstrip("0123456789")) in roles:
            roles[role] |= set(spans.get(target, ()))
    return Draft(event, tuple(sorted(roles["Source"])), tuple(sorted(roles["Cue"])), tuple(sorted(roles["Content"])))
