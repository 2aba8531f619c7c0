"""What the training of every model has in common: tools, corpora, what the card says of texts, and how model and card are kept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

from framing import cards
from framing.corpora import info
from framing.interop.brat import read_brat
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize

Progress = Callable[[str], None]


class Model(Protocol):
    """What training gives."""

    card_: dict[str, Any]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write it into a folder."""


_M = TypeVar("_M", bound=Model)


def need_tools() -> None:
    """Raise ``ImportError`` before the long work begins if what learning needs is missing."""
    try:
        for name in ("scipy", "sklearn"):
            import_module(name)
    except ImportError as error:
        raise ImportError(f"training needs scipy and scikit-learn (pip install scikit-learn): {error}") from error


def chosen(corpus: str | Sequence[str] | None, default: Sequence[str], task: str) -> list[str]:
    """The corpora to learn from. Raises ``ValueError`` if one has no annotation for ``task``, as the catalogue names it."""
    names = [corpus] if isinstance(corpus, str) else list(corpus or default)
    for name in names:
        if task not in info(name).tasks:
            raise ValueError(f"{name} has nothing to learn {task} from")
    return names


def count_tokens(documents: Sequence[Document]) -> int:
    """Tokens of the texts of documents."""
    return sum(len(tokenize(article_from_text(document.text))) for document in documents)


def describe(name: str, split: str, use: str, documents: Sequence[Document]) -> dict[str, Any]:
    """What the card says of some texts of a corpus."""
    return cards.describe(name, split, use, documents, count_tokens(documents), info(name).licence)


def corrected(folders: Iterable[str | os.PathLike[str]], layer: str) -> dict[str, list[Document]]:
    """Documents that people corrected in brat, by what a card calls their folder: its name and eight digits of the sum of its texts.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    BratError
        If a file in it is damaged; a ``ValueError``.
    """
    out = {}
    for folder in folders:
        documents = list(read_brat(folder, ["attributions", "hedges"] if layer == "hedges" else [layer]))
        out[f"brat:{Path(folder).resolve().name}:{cards.digest(documents)[:8]}"] = documents
    return out


def describe_own(read: Mapping[str, Sequence[Document]]) -> list[dict[str, Any]]:
    """What the card says of corrected documents."""
    return [cards.describe(name, "corrected", "learning", part, count_tokens(part), "that of its texts") for name, part in read.items()]


def citations(names: Sequence[str], *more: str) -> list[str]:
    """Of corpora, with those whose texts they stand on, and of literature."""
    needed = dict.fromkeys(need for name in names for need in (name, *info(name).needs))
    return [*(info(name).citation for name in needed), *more]


def finish(model: _M, card: Mapping[str, Any], out: str | os.PathLike[str] | None) -> _M:
    """The model with its card as plain JSON, saved with the card's page if there is a folder."""
    model.card_ = json.loads(json.dumps({**card, "scores": {}}))  # tuples are lists there
    if out is not None:
        model.save(out)
        cards.write_page(out)
    return model
