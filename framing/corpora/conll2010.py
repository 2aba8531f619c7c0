"""CoNLL-2010 shared task 1 (Farkas et al. 2010): which sentences of Wikipedia articles and biology papers are uncertain.

Two formats are read. If the official XML of a part lies there, it is taken; else the rebuilt ``jsonl``.

Conventions
-----------
* The text of a document is its sentences joined by one blank, titles included: the official score counts them.
* ``Sentence.uncertain`` is 1.0 or 0.0 after the official label and ``None`` where that is unknown: 588 sentences of the rebuilt Wikipedia
  part, and in biology the nine papers, of which only the labels of the Szeged Uncertainty Corpus are at hand (``meta["szeged"]``: the cue
  types, or pairs of cue and type, of each sentence). Those are labels of another kind; never mix the two.
* Cues stand in the official XML only. They have no types there: in Wikipedia they count as ``weasel``, in biology as ``epistemic``.
* ``group`` is the document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from framing.corpora.cue_xml import CueDocument, documents
from framing.corpora.files import require
from framing.corpora.joining import join
from framing.records import Document, Hedge, Sentence, Span

NAME = "conll2010"
PARTS = ("wiki", "bio")
OFFICIAL = {
    ("wiki", "train"): "task1_train_wikipedia*.xml",
    ("bio", "train"): "task1_train_bio*.xml",
    ("wiki", "eval"): "task1_weasel_eval*.xml",
    ("bio", "eval"): "task1_bio_eval*.xml",
}
CERTAINTY = {"certain": 0.0, "uncertain": 1.0}


def read(home: Path, split: str | None = "train", fold: int | None = None, *, part: str | Sequence[str] = PARTS) -> Iterator[Document]:
    """Read the documents of a split, in the order of the files.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "eval"}
        Training or evaluation part of the shared task.
    fold : None
        The corpus has no folds.
    part : str or sequence of str
        "wiki", "bio", or both.

    Raises
    ------
    ValueError
        If there is no such part, or a file is not in its format.
    CorpusNotFound
        If a part is there in neither format.
    """
    parts = (part,) if isinstance(part, str) else tuple(part)
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"{NAME} has no part {name!r}, only {', '.join(PARTS)}")
    return (document for name in parts for document in _part(home, name, split or "train"))


def _part(home: Path, part: str, split: str) -> Iterator[Document]:
    if official := sorted(home.glob(OFFICIAL[part, split])):
        return (document for path in official for document in read_xml(path, split))
    return read_jsonl(require(home / f"{part}_{split}.jsonl", NAME), split)


def read_xml(path: Path, split: str | None = None) -> Iterator[Document]:
    """Read a file in the official format of task 1.

    Parameters
    ----------
    path : Path
        The file.
    split : str, optional
        Written into the documents.

    Raises
    ------
    ValueError
        If the file is not well-formed, or a sentence is neither "certain" nor "uncertain".
    """
    return (_from_xml(raw, path, split) for raw in documents(path))


def _from_xml(raw: CueDocument, path: Path, split: str | None) -> Document:
    text, spans = join(s.text for s in raw.sentences)
    part, kind = ("wiki", "weasel") if raw.type.startswith("Wikipedia") else ("bio", "epistemic")
    sentences, hedges = [], []
    for span, sentence in zip(spans, raw.sentences):
        if sentence.certainty is not None and sentence.certainty not in CERTAINTY:
            raise ValueError(f"{path}: certainty {sentence.certainty!r} of sentence {sentence.id} of {raw.id}")
        label = CERTAINTY[sentence.certainty] if sentence.certainty else None
        sentences.append(Sentence(span, None, None, label))
        hedges += [Hedge(Span.of(text, span.start + cue.start, span.start + cue.end), kind, 1.0, confidence=1.0) for cue in sentence.cues]
    meta = {
        "part": part,
        "type": raw.type,
        "sections": tuple(s.part for s in raw.sentences),
        "sentence_ids": tuple(s.id for s in raw.sentences),
    }
    return Document(raw.id, text, raw.title, raw.id, split, meta, tuple(sentences), hedges=tuple(hedges))


def read_jsonl(path: Path, split: str | None = None) -> Iterator[Document]:
    """Read a rebuilt file: a sentence a line, those of a document one after the other.

    Raises
    ------
    ValueError
        If a line is not such a record; the message names file and line.
    """
    with path.open(encoding="utf-8") as file:
        rows = ((number, _row(line, path, number)) for number, line in enumerate(file, 1) if line.strip())
        for key, numbered in groupby(rows, key=lambda row: str(row[1]["doc"])):
            yield _from_rows(key, [row for _, row in numbered], split)


def _row(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{path}, line {number}: {error}") from error
    if not isinstance(row, dict) or not {"doc", "text", "label"} <= row.keys() or row["label"] not in (0, 1, None):
        raise ValueError(f"{path}, line {number}: not an object with doc, text and label 0, 1 or null")
    return row


def _from_rows(key: str, rows: list[dict[str, Any]], split: str | None) -> Document:
    text, spans = join(row["text"] for row in rows)
    wiki = "part" in rows[0]
    sections = tuple(row.get("part", "") for row in rows)
    meta: dict[str, Any] = {
        "part": "wiki" if wiki else "bio",
        "type": "Wikipedia_text_weasel" if wiki else rows[0].get("kind", ""),
        "sections": sections,
        "szeged": tuple(tuple(map(_frozen, row.get("szeged", row.get("szeged_cues", ())))) for row in rows),
    }
    if wiki:
        meta["sentence_ids"] = tuple(row.get("sid", "") for row in rows)
        meta["origins"] = tuple(row.get("src", "") for row in rows)
    sentences = tuple(Sentence(span, None, None, None if row["label"] is None else float(row["label"])) for span, row in zip(spans, rows))
    title = rows[0]["text"] if sections[0] == "Title" else None
    return Document(key, text, title, key, split, meta, sentences)


def _frozen(cue: Any) -> Any:
    return tuple(cue) if isinstance(cue, list) else cue
