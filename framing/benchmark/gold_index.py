"""The transparency index of gold attributions.

Gold are spans, kind, level, withheld, reason, position, via and entity; a gold "via" is one relay. The gold codes neither role nor
producer: both are filled by the rules of :mod:`framing.sources` from the gold spans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from framing import transparency
from framing.quotes import find_quotes
from framing.records import Attribution, Document
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize


def gold_evidence(document: Document) -> tuple[tuple[Attribution, ...], transparency.Evidence]:
    """The gold attributions with roles and producers by the rules, and what the formula makes of them."""
    article = article_from_text(document.text)
    tokens = tokenize(article)
    gold = document.attributions
    found, _ = resolve_sources(tokens, find_quotes(article.text, article.paragraphs), gold)
    roles, producers = stated(gold, found, "role"), stated(gold, found, "producer")
    attributions = tuple(replace(a, role=roles.get(a.entity), producer=producers.get(a.entity)) for a in gold)
    return attributions, transparency.evidence(attributions, tokens)


def stated(gold: Iterable[Attribution], found: Iterable[Attribution], field: str) -> dict[int | None, str]:
    """Gold entity -> what the rules found for any of its attributions."""
    by_id = {a.id: getattr(a, field) for a in found}
    return {a.entity: by_id[a.id] for a in gold if a.entity is not None and by_id[a.id]}


def index_without_nulls(evidence: transparency.Evidence) -> float:
    """The index, 0 to 100, also of an article that is too short for one or has no attribution."""
    return transparency.index(transparency.components(evidence))
