"""The encoder that is shipped in the distribution ``framing-encoder``; skipped where that is not installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import framing
from framing import cards
from framing.demo import read_demo
from framing.encoder.extractor import EncoderExtractor

framing_encoder = pytest.importorskip("framing_encoder", reason="framing-encoder is not installed (pip install packages/encoder)")
pytest.importorskip("onnxruntime", reason="the encoder engine needs onnxruntime (the extra encoder)")
HOME = Path(framing_encoder.folder())
if not (HOME / "model.json").is_file():
    pytest.skip("this framing-encoder holds no model: it has not been trained yet", allow_module_level=True)

SAID = "Maria Lopez said the bridge would be closed on Friday. “We have no choice,” the mayor told reporters.\n\nHe left the room."


def test_files() -> None:
    assert {"model.json", "weights.npz", "model.onnx", "vocab.txt", "CARD.md"} <= {path.name for path in HOME.iterdir()}
    assert sum(path.stat().st_size for path in HOME.iterdir()) < 25_000_000
    card = json.loads((HOME / "model.json").read_text("utf-8"))["card"]
    assert (HOME / "CARD.md").read_text("utf-8") == cards.page(card)
    assert EncoderExtractor.load().signature == card["signature"]


def test_it_finds_who_says_what() -> None:
    found = [(a.source.text if a.source else None, a.cue.text.split()[0]) for a in framing.analyze(SAID, engine="encoder").attributions]
    assert found == [("Maria Lopez", "said"), ("the mayor", "told")]


def test_it_reads_the_demo() -> None:
    first, again = (framing.analyze(read_demo(), engine="encoder") for _ in range(2))
    assert first.to_json() == again.to_json()
    assert len(first.attributions) >= 5
    assert first.models["attribution"].startswith("attribution")
    assert first.scores.transparency.index is not None
