"""What may be learned from: every part of a corpus but those that are kept for the last measurement.

A *test part* is a split called ``test`` or ``eval``, or a further pass over one (``test_second_pass``), and a document is of it if its
``split`` says so, whichever file it came from: our ratings, which have no splits, know it of every article. Official folds have a part
``test`` too, one after the other every text of the corpus; inside a fold it is a test part like others, and without a fold nothing says
which texts are.

Whoever learns (:mod:`framing.training` and its like) or tunes (``experiments/``) reads through :func:`load_lessons`; so one place decides.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from framing.corpora import info, load_corpus
from framing.records import Document

TEST = "test"
_NAMES = re.compile(rf"(?:{TEST}|eval)(?:[_-].*)?")


class TestPart(ValueError):  # noqa: N818 - the name says it all
    """A test part was asked for by something that learns or tunes."""

    __test__ = False  # no class of tests


def is_test(part: str | None) -> bool:
    """Whether a split of this name is a test part."""
    return part is not None and _NAMES.fullmatch(part) is not None


def load_lessons(
    name: str,
    split: str | None = None,
    fold: int | None = None,
    data_home: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Iterator[Document]:
    """:func:`framing.corpora.load_corpus` for what learns: it takes and gives the same, but no test part.

    Raises
    ------
    TestPart
        If ``split`` is a test part, or is left out and one is among those read by default (nothing is opened then); or if a document of
        a test part comes from another file (once it comes).
    """
    corpus = info(name)
    parts = (corpus.splits if corpus.folds and fold is not None else corpus.default) if split is None else (split,)
    for part in filter(is_test, parts):
        raise TestPart(f"{name} {part} is a test part: it is kept for the last measurement, and nothing is learned from it or tuned on it")
    return _checked(name, load_corpus(name, split, fold, data_home, **options))


def _checked(name: str, documents: Iterator[Document]) -> Iterator[Document]:
    for document in documents:
        if is_test(document.split):
            raise TestPart(f"{name}: {document.id} is of the part {document.split}, a test part: nothing is learned from it or tuned on it")
        yield document
