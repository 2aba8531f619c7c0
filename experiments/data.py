"""Readers that the experiments share, until ``framing.corpora`` has them: PolNeAR and our Wikinews attributions.

The corpora lie under ``FRAMING_DATA`` (default ``../shared/data``). Offsets are code points of the text as it is read with ``newline=""``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Offsets = tuple[tuple[int, int], ...]

_SPAN = re.compile(r"^(T\d+)\t(\S+) ([\d ;]+)\t")


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold attribution: source, cue and content as character offsets; ``labels`` holds what else is annotated."""

    source: Offsets
    cue: Offsets
    content: Offsets
    id: str = ""
    parent: str | None = None
    labels: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text with its gold attributions."""

    id: str
    text: str
    attributions: tuple[Gold, ...]
    title: str | None = None


def data_home() -> Path:
    """The folder of the corpora."""
    return Path(os.environ.get("FRAMING_DATA", Path(__file__).parents[2] / "shared" / "data"))


def polnear(split: str) -> Iterator[GoldDocument]:
    """PolNeAR articles of a split; of several annotators the first by id."""
    folder = data_home() / "polnear" / "data" / split
    files: dict[str, Path] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        files.setdefault(path.stem.rsplit("_", 1)[0], path)
    for name, path in sorted(files.items()):
        with open(folder / "text" / f"{name}.txt", encoding="utf-8", newline="") as file:
            text = file.read()
        with open(path, encoding="utf-8", newline="") as file:
            yield GoldDocument(name, text, tuple(_events(file.read())))


def _events(annotation: str) -> Iterator[Gold]:
    spans: dict[str, Offsets] = {}
    events: list[tuple[str, list[str]]] = []
    for line in annotation.split("\n"):
        if match := _SPAN.match(line):
            spans[match[1]] = tuple((int(s), int(e)) for s, e in (part.split() for part in match[3].split(";")))
        elif re.match(r"^E\d+\t", line):
            name, fields = line.split("\t")[:2]
            events.append((name, fields.split()[1:]))
    for name, arguments in events:
        roles: dict[str, Offsets] = {"Source": (), "Cue": (), "Content": ()}
        for argument in arguments:
            role, target = argument.split(":")
            role = role.rstrip("0123456789")
            roles[role] = tuple(sorted(roles.get(role, ()) + spans.get(target, ())))
        if roles["Cue"]:
            yield Gold(roles["Source"], roles["Cue"], roles["Content"], name)


def wikinews(part: str) -> Iterator[GoldDocument]:
    """Our Wikinews attributions: ``part`` is "train", "dev" or "dev_second_pass"."""
    with open(data_home() / "wikinews_attributions" / f"{part}.jsonl", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            gold = tuple(
                Gold(
                    () if a["source"] is None else (tuple(a["source"]),),
                    (tuple(a["cue"]),),
                    tuple(tuple(s) for s in a["content"]),
                    str(a["id"]),
                    None if a["parent"] is None else str(a["parent"]),
                    a,
                )
                for a in row["attributions"]
            )
            yield GoldDocument(row["id"], row["text"], gold, row["title"])
