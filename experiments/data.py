"""Where the experiments find the corpora: ``FRAMING_DATA``, or ``../shared/data`` beside the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from framing.corpora import load_corpus
from framing.records import Document


def data_home() -> Path:
    """The folder of the corpora."""
    return Path(os.environ.get("FRAMING_DATA") or Path(__file__).parents[2] / "shared" / "data")


def load(name: str, split: str | None = None, **options: Any) -> Iterator[Document]:
    """``load_corpus`` from that folder."""
    return load_corpus(name, split, data_home=data_home(), **options)
