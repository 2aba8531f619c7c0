"""What this library finds by rules alone: patterns and word lists that nobody trained."""

from __future__ import annotations

from framing.benchmark.attribution_counts import Spans, spans_of
from framing.benchmark.system import Predict, System
from framing.benchmark.systems.framing_hedges import RULES as HEDGES
from framing.benchmark.systems.framing_sources import RULES as SOURCES
from framing.benchmark.systems.framing_spans import by_rules, in_texts, in_tokens


def _spans(text: str) -> Spans:
    return spans_of([a for a in by_rules(text).attributions if a.parent is None])


ATTRIBUTIONS: dict[str, Predict] = {
    "attribution": in_texts(by_rules),
    "attribution-wikinews": in_texts(by_rules),
    "attribution-tokens": in_tokens(_spans),
}
PREDICT: dict[str, Predict] = {**ATTRIBUTIONS, **SOURCES, **HEDGES}
SYSTEM = System("framing-rules", "framing, rules without training", PREDICT)
