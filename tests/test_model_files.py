"""Files of models whose checksum fits but whose arrays or card do not: refused when they are loaded, not found out by an article."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import framing
from framing.attribution import AttributionExtractor
from framing.demo import read_demo
from framing.frames import GenericFrameClassifier, PolicyFrameClassifier
from framing.hedge_tagger import HedgeTagger
from framing.hyperpartisan import HyperpartisanClassifier
from framing.learning import store
from framing.loaded import LoadedLanguageClassifier
from framing.rater import TransparencyRater
from framing.records import Document
from framing.text import article_from_text
from framing.typer import SourceTyper

HOME = Path(framing.__file__).parent / "models"
KINDS: dict[str, Any] = {
    "attribution": AttributionExtractor, "hedging": HedgeTagger, "sources": SourceTyper, "rating": TransparencyRater,
    "policy_frames": PolicyFrameClassifier, "generic_frames": GenericFrameClassifier, "loaded_language": LoadedLanguageClassifier,
    "hyperpartisan": HyperpartisanClassifier,
}  # fmt: skip
CHANGES: dict[str, Callable[[Any], Any]] = {
    "half of it": lambda a: a[: len(a) // 2] if a.ndim else a.reshape(1),
    "in a row": lambda a: a.reshape(-1),
    "one dimension more": lambda a: a[None],
    "one number": lambda a: np.zeros((), a.dtype),
    "words": lambda a: np.full(a.shape, "x"),
}
VALUES = (None, "x", [], {}, -1, float("nan"), [[1]])


def damaged(card: dict[str, Any], arrays: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name, array in arrays.items():
        yield f"without {name}", card, {k: v for k, v in arrays.items() if k != name}
        for told, change in CHANGES.items():
            yield f"{name}: {told}", card, {**arrays, name: change(array)}
    for key in sorted({*card} - {"card", "sha256", "format"}):
        yield f"without {key}", {k: v for k, v in card.items() if k != key}, arrays
        for value in VALUES:
            yield f"{key}: {value!r}", {**card, key: value}, arrays


@pytest.mark.parametrize("name", KINDS)
def test_what_does_not_fit_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is loaded in spite of a change can be used."""
    text = read_demo()
    given: Any = article_from_text(text)
    if name == "sources":
        analysis = framing.analyze(text)
        given = Document("x", text, attributions=analysis.attributions, entities=analysis.entities)
    elif name == "attribution":
        given = text
    real = store.load
    card, arrays = real(HOME / name)
    refused = 0
    for told, other, numbers in damaged(card, arrays):

        def forged(folder: Path, card: Any = other, arrays: Any = numbers) -> Any:
            return (copy.deepcopy(card), dict(arrays)) if Path(folder) == HOME / name else real(folder)

        monkeypatch.setattr(store, "load", forged)
        try:
            model = KINDS[name].load(HOME / name)
        except ValueError:
            refused += 1
            continue
        try:
            model.predict([given])
        except Exception as error:
            raise AssertionError(f"{name} was loaded with {told}") from error
    assert refused > 3 * len(arrays)


def test_codes_and_scales_that_do_not_belong_together_are_refused() -> None:
    """Broadcast, they would be 2 TB."""
    codes = np.zeros(1_000_000, np.int8)
    for scales in (np.ones((1_000_000, 1), np.float32), np.ones(5, np.float32), np.ones(1), np.ones((), np.float32)):
        with pytest.raises(ValueError, match="do not belong together"):
            store.from_int8(codes, scales)
