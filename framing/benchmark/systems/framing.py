"""This library: its shipped models on ``dev`` and ``test``; on ``cv`` the same recipes learned from the other folds."""

from __future__ import annotations

from framing.benchmark.system import System
from framing.benchmark.systems.framing_documents import FIELDS as OF_DOCUMENTS
from framing.benchmark.systems.framing_documents import PREDICT as DOCUMENTS
from framing.benchmark.systems.framing_hedges import FIELDS as OF_HEDGES
from framing.benchmark.systems.framing_hedges import PREDICT as HEDGES
from framing.benchmark.systems.framing_sources import FIELDS as OF_SOURCES
from framing.benchmark.systems.framing_sources import PREDICT as SOURCES
from framing.benchmark.systems.framing_spans import FIELDS as OF_SPANS
from framing.benchmark.systems.framing_spans import PREDICT as SPANS

FIELDS = {**OF_SPANS, **OF_SOURCES, **OF_HEDGES, **OF_DOCUMENTS}  # task -> function that gives the fields of the signature
SYSTEM = System("framing", "framing, as shipped", {**SPANS, **SOURCES, **HEDGES, **DOCUMENTS}, fields=lambda task: FIELDS[task]())
