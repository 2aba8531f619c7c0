"""BABE (Spinde et al. 2021): loaded language in single news sentences, judged by experts (SG2, SG1) or by a crowd (MBIC).

Conventions
-----------
* A document is a sentence; its id is "PART/row", rows from 1.
* ``labels["loaded"]`` is 1 ("Biased"), 0 ("Non-biased") or ``None`` ("No agreement"); so is ``Sentence.loaded``. ``labels["opinion"]``
  is "fact", "mixed", "opinion" or ``None``.
* ``meta["biased_words"]`` are the words that annotators marked, without places: one in forty does not stand in the sentence as written.
* ``group`` is the outlet in one spelling for all parts (:func:`framing.corpora.outlets.outlet_key`): random folds learn the outlet.
* There are no splits. SG1 and MBIC have the same sentences, nearly all of which recur in SG2: never test on one what was trained on
  another.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from framing.corpora.files import require
from framing.corpora.outlets import outlet_key
from framing.corpora.xlsx import read_xlsx
from framing.records import Document, Sentence, Span

NAME = "babe"
PARTS = ("SG2", "SG1", "MBIC")
LOADED = {"Biased": 1, "Non-biased": 0, "No agreement": None}
OPINION = {
    "Entirely factual": "fact",
    "Somewhat factual but also opinionated": "mixed",
    "Expresses writer’s opinion": "opinion",
    "No agreement": None,
}


def read(home: Path, split: str | None = None, fold: int | None = None, *, part: str = "SG2") -> Iterator[Document]:
    """Read the sentences of a part, in the order of the file.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split, fold : None
        The corpus has neither.
    part : {"SG2", "SG1", "MBIC"}
        Experts, first round of experts, crowd.

    Raises
    ------
    ValueError
        If there is no such part, or a row has another label than the corpus's.
    CorpusNotFound
        If its file is missing, as csv and as xlsx.
    """
    if part not in PARTS:
        raise ValueError(f"{NAME} has no part {part!r}, only {', '.join(PARTS)}")
    table = home / "data" / f"final_labels_{part}.csv"
    sheet = table.with_suffix(".xlsx")
    rows = read_xlsx(sheet) if sheet.exists() and not table.exists() else _csv(require(table, NAME))
    return (_document(row, part, number) for number, row in enumerate(rows, 1))


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:  # the file begins with a byte order mark
        yield from csv.DictReader(file, delimiter=";")


def _document(row: Mapping[str, str], part: str, number: int) -> Document:
    name = f"{part}/{number}"
    text = row["text"].strip()
    try:
        loaded, opinion = LOADED[row["label_bias"]], OPINION[row["label_opinion"]]
        words = tuple(map(str, ast.literal_eval(row["biased_words"] or "[]")))
    except (KeyError, ValueError, SyntaxError, TypeError) as error:
        raise ValueError(f"{NAME}: row {name} is not as expected: {error!r}") from error
    meta = {
        "part": part,
        "outlet": row["outlet"],
        "leaning": row["type"] or None,
        "topic": row["topic"],
        "url": row["news_link"] or None,
        "biased_words": words,
    }
    if row.get("article"):
        meta["article"] = row["article"]
    return Document(
        id=name,
        text=text,
        group=outlet_key(row["outlet"]),
        meta=meta,
        sentences=(Sentence(Span(0, len(text), text), None, None, None, None if loaded is None else float(loaded)),),
        labels={"loaded": loaded, "opinion": opinion},
    )
