"""Narrative Frames Corpus (Frermann et al. 2023): five generic frames and hero, villain, victim in 428 articles on climate change.

Conventions
-----------
* ``labels["narrative_frames"]`` is the tuple of the frames that an article has, by the corpus's own names (``FRAMES``), and ``None`` for
  the one article whose labels are cut off. ``GENERIC`` gives our codes; note that its "resolution" is narrower than the "responsibility"
  of Semetko and Valkenburg (2000).
* ``labels["roles"]`` are triples (entity, stakeholder group, role); entities are strings without places.
* Folds 1 to 5, each with train, dev and test, are the official ones. They give ids and labels (the article without labels has them
  there); the text is always that of the metadata, for the fold files lost the letter after a closing quotation mark.
* Cells are read leniently: one reads ``False)``.
* ``group`` is the outlet in one spelling: the corpus has "breitbart" and "Breitbart". The official folds do not keep outlets apart.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from framing.corpora.files import require
from framing.corpora.outlets import outlet_key
from framing.records import Document

NAME = "narrative_frames"
SPLITS = ("train", "dev", "test")
FRAMES = ("resolution", "human_interest", "conflict", "moral", "economic")  # in the order of the columns RE (in the folds AR) HI CO MO EC
GENERIC = {"resolution": "resp", "human_interest": "huma", "conflict": "conf", "moral": "mora", "economic": "econ"}
_BOOLEANS = {"true": True, "false": False}
_FIRST = 5  # columns before the frames: id, source, leaning, date, text
Row = Sequence[str]
Roles = tuple[tuple[str, str, str], ...]


def read(home: Path, split: str | None = None, fold: int | None = None) -> Iterator[Document]:
    """Read all articles, or those of a part of an official fold.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "dev", "test"}, optional
        Part of the fold; all three without it.
    fold : int, optional
        1 to 5; all articles, in the order of the metadata, without it.

    Raises
    ------
    ValueError
        If a file is not as expected; the message names file and line.
    CorpusNotFound
        If a file is missing.
    """
    path = home / "data" / "articles_metadata.tsv"
    articles = {row[0]: row for row in _table(path, csv.QUOTE_MINIMAL)[1:]}
    roles: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in _table(home / "data" / "role_and_frame_annoations.tsv", csv.QUOTE_MINIMAL)[1:]:
        roles[row[0]].append((row[1], row[2], row[3]))
    if fold is None:
        for name, row in articles.items():
            yield _document(row, row, tuple(roles[name]), None, path)
        return
    for part in SPLITS if split is None else (split,):
        path = home / "experiments" / "data_splits_raw" / f"Fold_{fold}" / f"{part}.txt"
        for row in _table(path, csv.QUOTE_NONE):
            if row[0] not in articles:
                raise ValueError(f"{path}: article {row[0]!r} is not in the metadata")
            yield _document(articles[row[0]], row, tuple(roles[row[0]]), part, path)


def _table(path: Path, quoting: int) -> list[list[str]]:
    with require(path, NAME).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=quoting) if row]  # type: ignore[arg-type]  # a constant of csv


def _document(article: Row, labelled: Row, roles: Roles, split: str | None, path: Path) -> Document:
    name, source, leaning, date, text = article[:_FIRST]
    cells = labelled[_FIRST : _FIRST + len(FRAMES)]
    frames = tuple(f for f, cell in zip(FRAMES, cells) if _boolean(cell, path, name)) if len(cells) == len(FRAMES) else None
    return Document(
        id=name,
        text=text,
        group=outlet_key(source),
        split=split,
        meta={"outlet": source, "leaning": leaning, "date": date},
        labels={"narrative_frames": frames, "roles": roles},
    )


def _boolean(cell: str, path: Path, name: str) -> bool:
    value = _BOOLEANS.get(cell.strip(" \t()").casefold())
    if value is None:
        raise ValueError(f"{path}: article {name}: {cell!r} is neither True nor False")
    return value
