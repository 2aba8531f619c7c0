"""Article-Bias-Prediction (Baly et al. 2020): news articles with the leaning of their outlet, by AllSides.

Conventions
-----------
* ``labels["leaning"]`` is "left", "center" or "right". It is the outlet's leaning: 99.9 % of the articles have their source's majority
  label.
* Text: ``content_original``; the ``content`` of the files is tokenised. The title is not part of the text. ``group`` is the source.
* ``by="media"`` reads the official split by source, ``by="random"`` the random one. In the media split 12 of the 29 test sources occur in
  train all the same: for a truly disjoint test, keep the documents of :func:`unseen_sources` (874 of the 1,300 released ones).
* Articles of a split list that are not there are left out, for the set is often thinned; none at all is an error.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from framing.corpora.catalogue import info
from framing.corpora.files import CorpusNotFound, how_to_get, require
from framing.records import Document

NAME = "article_bias_prediction"
LEANINGS = ("left", "center", "right")


def read(
    home: Path, split: str | None = "train", fold: int | None = None, *, by: str = "media", unlabelled: bool = False
) -> Iterator[Document]:
    """Read the articles of a split, in the order of its list.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "valid", "test"}
        Part of the split.
    fold : None
        The corpus has no folds.
    by : {"media", "random"}
        Which of the two official splits.
    unlabelled : bool
        Read the further train articles of ``unlabelled.jsonl.gz`` instead: they have no labels.

    Raises
    ------
    ValueError
        If ``by`` is another word, or ``unlabelled`` is asked for with another split than "train".
    CorpusNotFound
        If the list, or every article of it, is missing.
    """
    split = split or "train"
    if by not in ("media", "random"):
        raise ValueError(f"{NAME}: by is {by!r}, not 'media' or 'random'")
    if unlabelled:
        if split != "train":
            raise ValueError(f"{NAME}: the unlabelled articles are train articles, not {split!r}")
        return _unlabelled(require(home / "unlabelled.jsonl.gz", NAME))
    return _split(home, split, require(home / "data" / "splits" / by / f"{split}.tsv", NAME))


def read_article(home: Path, name: str, split: str | None = None) -> Document:
    """Read one article by its id.

    Raises
    ------
    CorpusNotFound
        If it is not there.
    """
    row = json.loads(require(_path(home, name), NAME).read_text(encoding="utf-8"))
    return _document(row, row["ID"], row["content_original"], split, {"leaning": LEANINGS[row["bias"]]})


def unseen_sources(documents: Iterable[Document], train: Iterable[Document]) -> Iterator[Document]:
    """The documents whose source no training document has, in their order.

    Parameters
    ----------
    documents : iterable of Document
        Such as those of the test part.
    train : iterable of Document
        All that is learned from; where articles were left out of it, sources may be unseen here that are not in the full set.
    """
    seen = {document.group for document in train}
    return (document for document in documents if document.group not in seen)


def _path(home: Path, name: str) -> Path:
    return home / "data" / "jsons" / f"{name}.json"


def _split(home: Path, split: str, path: Path) -> Iterator[Document]:
    with path.open(encoding="utf-8", newline="") as file:
        listed = [row["ID"] for row in csv.DictReader(file, delimiter="\t")]
    here = [name for name in listed if _path(home, name).exists()]
    if listed and not here:
        folder = home / "data" / "jsons"
        raise CorpusNotFound(f"{NAME}: none of the {len(listed):,} articles of {path} is in {folder}. {how_to_get(info(NAME))}")
    for name in here:
        yield read_article(home, name, split)


def _unlabelled(path: Path) -> Iterator[Document]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield _document(row, row["id"], row["text"], "train", {})


def _document(row: dict[str, Any], name: str, text: str, split: str | None, labels: dict[str, Any]) -> Document:
    meta = {key: row[key] for key in ("topic", "url", "authors") if row.get(key)}
    meta["date"] = row["date"] or None
    return Document(name, text, row["title"] or None, row["source"], split, meta, labels=labels)
