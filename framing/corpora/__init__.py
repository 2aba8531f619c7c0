"""Corpora: a catalogue of annotated news texts, and a reader for each that gives :class:`framing.records.Document`.

``load_corpus("polnear", "dev")`` reads, ``list_corpora()`` and ``info(name)`` say what there is, ``fetch(name)`` downloads what may be
downloaded, ``verify(name)`` says what lies there. Nothing is downloaded unless ``fetch`` is called.

A reader is a function ``read(home, split, fold=None, **options)`` in a module of this folder; ``home`` is the folder of the corpus. Corpora
that are read together with the texts of others (``needs`` in the catalogue) get the data home too, as ``data_home=``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Any

from framing.corpora.catalogue import CorpusFile, CorpusInfo, Variant, info, list_corpora
from framing.corpora.files import CorpusNotFound, FileState, corpus_home, default_home, require, verify
from framing.records import Document

__all__ = [
    "CorpusFile",
    "CorpusInfo",
    "CorpusNotFound",
    "FileState",
    "Variant",
    "fetch",
    "info",
    "list_corpora",
    "load_corpus",
    "verify",
]


def load_corpus(
    name: str,
    split: str | None = None,
    fold: int | None = None,
    data_home: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Iterator[Document]:
    """Read a corpus, one document after the other.

    Parameters
    ----------
    name : str
        Name of the corpus, as in ``list_corpora()``.
    split : str, optional
        One of the corpus's ``splits``. Without it all splits in ``default`` are read: no test part, no second pass.
    fold : int, optional
        Official fold, from 1, of a corpus that has folds; its ``split`` is then a part of that fold.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    **options
        Passed to the reader; ``info(name).options`` names them.

    Returns
    -------
    iterator of Document

    Raises
    ------
    ValueError
        If there is no such corpus, split or fold, or the corpus has no splits or folds.
    TypeError
        If the reader has no such option.
    CorpusNotFound
        If the corpus is not there. The first document is read at once, so what is wrong with the first file is said at once; what is
        wrong with a later one, when the iterator comes to it.
    """
    corpus = info(name)
    _check(corpus, split, fold, options)
    home = require(corpus_home(corpus, data_home), name)
    if corpus.needs:
        options["data_home"] = default_home() if data_home is None else Path(data_home)
    module, function = corpus.reader.split(":")
    read = getattr(import_module(module), function)
    if corpus.folds or split is not None or not corpus.splits:
        documents: Iterator[Document] = read(home, split, fold, **options)
    else:
        documents = (document for part in corpus.default for document in read(home, part, fold, **options))
    first = list(islice(documents, 1))
    return chain(first, documents)


def _check(corpus: CorpusInfo, split: str | None, fold: int | None, options: dict[str, Any]) -> None:
    if split is not None and not corpus.splits:
        raise ValueError(f"{corpus.name} has no splits: leave split= out")
    if split is not None and split not in corpus.splits:
        raise ValueError(f"{corpus.name} has no split {split!r}, only {', '.join(corpus.splits)}")
    if fold is not None and not corpus.folds:
        raise ValueError(f"{corpus.name} has no folds: leave fold= out")
    if fold is not None and fold not in range(1, corpus.folds + 1):
        raise ValueError(f"{corpus.name} has no fold {fold!r}, only 1 to {corpus.folds}")
    if split is not None and corpus.folds and fold is None:
        raise ValueError(f"the splits of {corpus.name} are parts of its folds: give fold=1 to {corpus.folds} too")
    known = corpus.options or {}
    if unknown := [key for key in options if key not in known]:
        raise TypeError(f"{corpus.name} has no option {unknown[0]!r}, only {', '.join(known) or 'none'}")


def fetch(name: str, data_home: str | os.PathLike[str] | None = None, **options: Any) -> tuple[FileState, ...]:
    """Download the files of a corpus that its makers offer for download; see :func:`framing.corpora.download.fetch`."""
    from framing.corpora import download

    return download.fetch(name, data_home, **options)
