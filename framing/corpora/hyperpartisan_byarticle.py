"""SemEval-2019 task 4 (Kiesel et al. 2019), by article: is a news article hyperpartisan?

Conventions
-----------
* Articles and labels stand in two files and are matched by id. ``labels["hyperpartisan"]`` is a bool.
* The text is the article's paragraphs (``<p>``, and each stretch between them), white space inside them made one blank, joined by an
  empty line; links leave their words. The title is not part of the text.
* ``group`` is the host of the article's address: with articles of one outlet in train and test, accuracy is some three points higher.
* Split "test" is the part with which the task was decided; its files are on Zenodo.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from framing.corpora.files import require
from framing.corpora.joining import join
from framing.corpora.outlets import url_outlet
from framing.corpora.safe_xml import elements
from framing.records import Document

NAME = "hyperpartisan_byarticle"
_FILES = {"train": "training-byarticle-20181122.xml", "test": "test-byarticle-20181207.xml"}
_LABELS = {"true": True, "false": False}


def read(home: Path, split: str | None = "train", fold: int | None = None) -> Iterator[Document]:
    """Read the articles of a split, in the order of the file.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split : {"train", "test"}
        Part of the shared task.
    fold : None
        The corpus has no folds.

    Raises
    ------
    ValueError
        If a file is not well-formed, or an article has no label or another than true and false.
    CorpusNotFound
        If a file is missing.
    """
    split = split or "train"
    texts, labels = (require(home / f"{kind}-{_FILES[split]}", NAME) for kind in ("articles", "ground-truth"))
    truth = {element.get("id", ""): dict(element.attrib) for element in elements(labels, "article")}
    for element in elements(texts, "article"):
        name = element.get("id", "")
        label = _LABELS.get(truth.get(name, {}).get("hyperpartisan", ""))
        if label is None:
            raise ValueError(f"{labels}: article {name!r} has no label true or false")
        url = truth[name].get("url", "")
        yield Document(
            id=name,
            text=join(_paragraphs(element), "\n\n")[0],
            title=" ".join(element.get("title", "").split()) or None,
            group=url_outlet(url),
            split=split,
            meta={"url": url, "date": element.get("published-at"), "labelled_by": truth[name].get("labeled-by")},
            labels={"hyperpartisan": label},
        )


def _paragraphs(element: ET.Element) -> Iterator[str]:
    """The paragraphs that are not empty."""
    stretch: list[str] = []

    def walk(node: ET.Element) -> Iterator[str]:
        stretch.append(node.text or "")
        for child in node:
            if child.tag == "p":
                yield from cut()
            yield from walk(child)
            if child.tag == "p":
                yield from cut()
            stretch.append(child.tail or "")

    def cut() -> Iterator[str]:
        if words := " ".join("".join(stretch).split()):
            yield words
        stretch.clear()

    yield from walk(element)
    yield from cut()
