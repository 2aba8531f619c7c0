"""This library's attributions by the encoder engine, where that is installed (:mod:`framing.engines`)."""

from __future__ import annotations

from framing.benchmark.system import System
from framing.benchmark.systems.framing_spans import fields, systems
from framing.encoder.extractor import shipped
from framing.encoder.session import EXTRA, folder

FIELDS = fields(folder)
SYSTEM = System(
    "framing-encoder",
    "framing, encoder engine",
    systems(shipped),
    needs=("onnxruntime", "framing_encoder"),
    install=EXTRA,
    fields=lambda task: FIELDS[task](),
)
