"""UD English Web Treebank (Silveira et al. 2014): words with parts of speech and syntax, CoNLL-U.

Conventions
-----------
* The text of a document is its sentences (``# text``), joined by one blank, or by nothing where the last word has ``SpaceAfter=No``, and
  by an empty line where a paragraph begins (``# newpar``).
* ``meta["words"]``, ``["spans"]``, ``["lemmas"]``, ``["upos"]``, ``["heads"]`` and ``["deprels"]`` have a tuple for each sentence, with a
  value for each syntactic word. Words of a multiword token ("do" and "n't" of "don't") have their own places where their forms make up
  the token, else the place of the whole. Empty nodes are left out. A head is the number of a word in the sentence, 0 for the root.
* ``group`` is the document; ``meta["genre"]`` the beginning of its id ("weblog", "email", "newsgroup", "answers", "reviews").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framing.corpora.files import require
from framing.records import Document, Sentence, Span

NAME = "ud_english_ewt"


@dataclass(slots=True)
class _Sentence:
    text: str = ""
    starts: str | None = None  # the id of a document that begins here
    paragraph: bool = False
    rows: list[list[str]] = field(default_factory=list)


def read(home: Path, split: str | None = "train", fold: int | None = None) -> Iterator[Document]:
    """Read the documents of a split, in the order of the file.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "dev", "test"}
        Part of the treebank.
    fold : None
        The corpus has no folds.

    Raises
    ------
    ValueError
        If the file is not CoNLL-U, or its words do not make up its sentences.
    CorpusNotFound
        If the file is missing.
    """
    split = split or "train"
    path = require(home / f"en_ewt-ud-{split}.conllu", NAME)
    name, sentences = "", list[_Sentence]()
    for sentence in _sentences(path):
        if sentence.starts is not None:
            if sentences:
                yield _document(name, sentences, split, path)
            name, sentences = sentence.starts, []
        sentences.append(sentence)
    if sentences:
        yield _document(name, sentences, split, path)


def _sentences(path: Path) -> Iterator[_Sentence]:
    current = _Sentence()
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line:
                if current.rows:
                    yield current
                    current = _Sentence()
            elif line.startswith("#"):
                key, _, value = line[1:].partition("=")
                key, value = key.strip(), value.strip()
                if key == "text":
                    current.text = value
                elif key.startswith("newdoc"):
                    current.starts = value
                elif key.startswith("newpar"):
                    current.paragraph = True
            else:
                row = line.split("\t")
                if len(row) != 10:
                    raise ValueError(f"{path}, line {number}: {len(row)} columns, not 10")
                current.rows.append(row)
    if current.rows:
        yield current


def _glued(rows: list[list[str]]) -> bool:
    """Whether no blank follows a sentence: its last token, as written, says so."""
    until, glued = 0, False
    for row in rows:
        if "-" in row[0] or (row[0].isdigit() and int(row[0]) > until):
            until = int(row[0].split("-")[-1])
            glued = "SpaceAfter=No" in row[9].split("|")
    return glued


def _document(name: str, sentences: list[_Sentence], split: str, path: Path) -> Document:
    pieces: list[str] = []
    spans: list[Span] = []
    table: dict[str, list[tuple[Any, ...]]] = {key: [] for key in ("words", "spans", "lemmas", "upos", "heads", "deprels")}
    start = 0
    for i, sentence in enumerate(sentences):
        if i:
            pieces.append("\n\n" if sentence.paragraph else "" if _glued(sentences[i - 1].rows) else " ")
            start += len(pieces[-1])
        pieces.append(sentence.text)
        spans.append(Span(start, start + len(sentence.text), sentence.text))
        words = [row for row in sentence.rows if row[0].isdigit()]
        table["words"].append(tuple(row[1] for row in words))
        table["spans"].append(tuple(Span(start + a, start + b, sentence.text[a:b]) for a, b in _places(sentence, path)))
        table["lemmas"].append(tuple(row[2] for row in words))
        table["upos"].append(tuple(row[3] for row in words))
        table["heads"].append(tuple(int(row[6]) for row in words))
        table["deprels"].append(tuple(row[7] for row in words))
        start += len(sentence.text)
    meta = {"genre": name.partition("-")[0], **{key: tuple(rows) for key, rows in table.items()}}
    gold = tuple(Sentence(span, None, None) for span in spans)
    return Document(name, "".join(pieces), None, name, split, meta, gold)


def _places(sentence: _Sentence, path: Path) -> Iterator[tuple[int, int]]:
    """Where each syntactic word stands in the text of its sentence."""
    place, until, whole = 0, 0, (0, 0)  # the multiword token that we are in: its last word and its place
    apart = True
    for row in sentence.rows:
        if "." in row[0]:
            continue
        if row[0].isdigit() and int(row[0]) <= until:
            if apart:
                yield place, place + len(row[1])
                place += len(row[1])
            else:
                yield whole
            place = whole[1] if int(row[0]) == until else place
            continue
        found = sentence.text.find(row[1], place)
        if found < 0 or sentence.text[place:found].strip():
            raise ValueError(f"{path}: {row[1]!r} does not follow in the sentence {sentence.text!r}")
        end = found + len(row[1])
        if "-" in row[0]:
            first, until = map(int, row[0].split("-"))
            parts = [r[1] for r in sentence.rows if r[0].isdigit() and first <= int(r[0]) <= until]
            place, whole, apart = found, (found, end), "".join(parts) == row[1]
        else:
            yield found, end
            place = end
