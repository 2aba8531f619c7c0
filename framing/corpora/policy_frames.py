"""Our codes of the fifteen policy frames and five generic frames of 478 general news articles: stand-off labels.

Conventions
-----------
* ``labels["policy"]`` is the tuple of codes that an article has (Boydstun et al. 2014), the primary one first; ``labels["primary"]`` is
  that one, ``labels["generic"]`` the tuple of generic frames (Semetko and Valkenburg 2000). Codes as in :mod:`framing.records`.
* Texts are those of Article-Bias-Prediction, of which the annotators read title and first 650 words or so. Without it, ``texts=False``
  gives the labels alone, with text "".
* Split ``train_second_pass`` is a second annotation of train that did not see the first. ``group`` is the source, ``None`` without texts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from framing.corpora import article_bias_prediction
from framing.corpora.files import CorpusNotFound, require, without_texts
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Document

NAME = "policy_frames"


def read(
    home: Path, split: str | None = "train", fold: int | None = None, *, texts: bool = True, data_home: Path | None = None
) -> Iterator[Document]:
    """Read the articles of a part, in the order of the file.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "train_second_pass", "test", "test_second_pass"}
        Part and pass.
    fold : None
        The corpus has no folds.
    texts : bool
        Whether to read the texts too.
    data_home : Path, optional
        Folder of the corpora, by default the one beside this corpus.

    Raises
    ------
    ValueError
        If a code is not known; the message names file and article.
    CorpusNotFound
        If the file, or a text, is missing.
    """
    path = require(home / f"{split or 'train'}.tsv", NAME)
    articles = (home.parent if data_home is None else data_home) / article_bias_prediction.NAME
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        codes = (row["primary"], *_list(row["others"]))
        generic = _list(row["generic"])
        if unknown := [code for code in codes if code not in POLICY_FRAMES] + [code for code in generic if code not in GENERIC_FRAMES]:
            raise ValueError(f"{path}: {row['id']}: unknown code {unknown[0]!r}")
        labels = {"policy": codes, "primary": row["primary"], "generic": generic}
        document = _text(articles, row["id"]) if texts else Document(row["id"], "")
        yield replace(document, split=split or "train", labels={**document.labels, **labels})


def _list(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(cell.split(","))


def _text(articles: Path, name: str) -> Document:
    try:
        return article_bias_prediction.read_article(articles, name)
    except CorpusNotFound as error:
        raise without_texts(NAME, article_bias_prediction.NAME, error) from None
