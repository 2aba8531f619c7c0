"""Our codes of how openly each PolNeAR source is identified: stand-off labels, joined with the texts and spans of PolNeAR.

``enriched`` was chosen because it holds unnamed sources: never mix it into estimates of frequency. ``dev_second_pass`` is a second
annotation of dev that did not see the first. The annotator of an article is the first by id; ``meta["events"]`` are his event ids.
Without PolNeAR, ``texts=False`` gives the labels alone: text "", spans that hold offsets but no characters, no content, speech "unknown".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from framing.corpora import polnear
from framing.corpora.files import CorpusNotFound, require, without_texts
from framing.corpora.gold import Draft, Offsets, make_gold
from framing.records import Document

NAME = "source_levels"
Row = dict[str, str]
_SPLITS = {"enriched": "train", "dev_second_pass": "dev", "test_second_pass": "test"}  # part -> split of PolNeAR; else the same name


def read(
    home: Path, split: str | None, fold: int | None = None, *, texts: bool = True, data_home: Path | None = None
) -> Iterator[Document]:
    """Read the articles of a part in the order of the file; ``None`` for train and dev.

    Raises
    ------
    CorpusNotFound
        If PolNeAR is not in ``data_home`` (by default the folder beside this corpus) and ``texts`` is true.
    ValueError
        If the events of PolNeAR there are not those that were labelled.
    """
    for part in ("train", "dev") if split is None else (split,):
        with require(home / f"{part}.tsv", NAME).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        source = _polnear(home.parent if data_home is None else data_home) if texts else None
        about = {row["filename"]: row for row in polnear.metadata(source)} if source else {}
        for name, group in groupby(rows, key=lambda row: row["document"]):
            mine = list(group)
            drafts = [_draft(row) for row in mine]
            file_name = mine[0]["annotator_file"]
            meta = {"annotator": file_name.removesuffix(".ann").rpartition("_")[2]}
            text, title = "", None
            if source:
                where = _SPLITS.get(part, part)
                text, title = polnear.read_article(source, where, name), about[name]["title"]
                meta["publication_date"] = about[name]["publication_date"]
                drafts = _join(drafts, polnear.read_events(source, where, file_name), file_name)
            gold = make_gold(text, drafts)
            extra = {"parts": gold.parts} if gold.parts else {}
            yield Document(
                name,
                text,
                title,
                name.split("_")[0],
                part,
                {**meta, "events": gold.events, **extra},
                attributions=gold.attributions,
                entities=gold.entities,
            )


def _polnear(data_home: Path) -> Path:
    try:
        return require(data_home / polnear.NAME, polnear.NAME)
    except CorpusNotFound as error:
        raise without_texts(NAME, polnear.NAME, error) from None


def _join(labels: list[Draft], events: tuple[Draft, ...], file: str) -> list[Draft]:
    """The spans of PolNeAR with our labels; the labelled events must be its events, at the same places."""
    here = {draft.event: draft for draft in events}
    for label in labels:
        event = here.get(label.event)
        if event is None or (event.cue, event.source) != (label.cue, label.source):
            raise ValueError(f"{file}, {label.event}: PolNeAR has another event here than the one that was labelled; is it commit c3eee83?")
    return [replace(label, content=here[label.event].content) for label in labels]


def _draft(row: Row) -> Draft:
    return Draft(
        row["event"],
        _offsets(row["source"]),
        _offsets(row["cue"]),
        (),
        entity=None if row["entity"] == "-" else row["entity"],
        fields={
            "kind": row["kind"],
            "level": row["level"],
            "withheld": row["withheld"] == "1",
            "reason": None if row["reason"] == "-" else row["reason"],
            "position": row["position"] == "1",
            "relays": () if row["via"] == "-" else (row["via"],),
        },
    )


def _offsets(cell: str) -> Offsets:
    if cell == "-":
        return ()
    return tuple((int(start), int(end)) for start, end in (part.split("-") for part in cell.split(";")))
