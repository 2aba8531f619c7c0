"""This library's attributions, by the shipped extractor of either engine and by the rules that need no training.

Conventions
-----------
* PolNeAR marks attributions in headings too, so the extractor reads the whole text of its articles (``text:whole`` in the signature);
  elsewhere it reads the body, as it is shipped.
* The spans by role are those of the tagger's labels, before any attribution is left out for its confidence. The rules have no labels.
* Tokens are written as a text (:mod:`framing.benchmark.token_texts`), the paragraphs of an article as one, and the spans found in it
  become labels. They are those that ``AttributionExtractor.spans`` chooses by themselves (``spans:alone``), which is what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from framing.attribution import MODELS, AttributionExtractor, shipped
from framing.benchmark.attribution_counts import Spans
from framing.benchmark.system import Predict
from framing.benchmark.systems.model_digest import digest
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.attribution import Found, as_found
from framing.benchmark.tasks.attribution_tokens import paragraphs_of
from framing.benchmark.token_texts import article, to_bio
from framing.patterns import find_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.sources import resolve_sources
from framing.tagging import ROLES, pieces
from framing.text import article_from_text
from framing.tokens import tokenize


def read_by_model(extractor: AttributionExtractor, text: str) -> tuple[Spans, tuple[Attribution, ...]]:
    """Spans of labels by an extractor, and its attributions."""
    read = article_from_text(text)
    tokens, quotes = tokenize(read), find_quotes(read.text, read.paragraphs)
    labels, found = extractor.labelled(tokens, quotes)
    marked = _spans((ROLES[p.kind], tokens.span(p.first, p.last)) for p in pieces(labels))
    return marked, resolve_sources(tokens, quotes, found)[0]


def read_by_rules(text: str) -> tuple[Attribution, ...]:
    """Attributions by the rules."""
    read = article_from_text(text)
    tokens, quotes = tokenize(read), find_quotes(read.text, read.paragraphs)
    return resolve_sources(tokens, quotes, find_patterns(tokens, quotes))[0]


def alone(extractor: AttributionExtractor, text: str) -> Spans:
    """Spans that an extractor chooses one by one."""
    return _spans(extractor.spans(article_from_text(text)))


def by_model(extractor: AttributionExtractor, text: str) -> Found:
    """Attributions and spans of labels by an extractor."""
    marked, found = read_by_model(extractor, text)
    return Found(as_found(found).attributions, marked)


def by_rules(text: str) -> Found:
    """Attributions by the rules."""
    return as_found(read_by_rules(text))


def in_texts(find: Callable[[str], Found]) -> Predict:
    """The attributions of each article."""

    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
        return [find(item.text) for item in items]

    return predict


def in_tokens(find: Callable[[str], Spans]) -> Predict:
    """The labels of the tokens of each article."""

    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
        known: dict[str, Spans] = {}  # the same article comes once an annotator
        out = []
        for item in items:
            text, places = article(paragraphs_of(item))
            if text not in known:
                known[text] = find(text)
            out.append(tuple(label for offsets in places for label in to_bio(offsets, known[text])))
        return out

    return predict


def _spans(found: Iterable[tuple[str, Span]]) -> Spans:
    return frozenset((role, span.start, span.end) for role, span in found)


def systems(model: Callable[[], AttributionExtractor]) -> dict[str, Predict]:
    """By task, the predictions of the extractor that ``model`` gives."""

    @cache
    def whole() -> AttributionExtractor:
        """The same, which reads headings and datelines too."""
        mine = copy(model())
        mine.body_only = False
        return mine

    return {
        "attribution": in_texts(lambda text: by_model(whole(), text)),
        "attribution-wikinews": in_texts(lambda text: by_model(model(), text)),
        "attribution-tokens": in_tokens(lambda text: alone(whole(), text)),
    }


def fields(folder: Callable[[], Path]) -> dict[str, Callable[[], Mapping[str, object]]]:
    """By task, the fields of the signature; the model is in the folder that is given."""
    return {
        "attribution": lambda: {"model": digest(folder()), "text": "whole"},
        "attribution-wikinews": lambda: {"model": digest(folder()), "text": "body"},
        "attribution-tokens": lambda: {"model": digest(folder()), "text": "whole", "spans": "alone"},
    }


PREDICT = systems(shipped)
FIELDS = fields(lambda: MODELS / "attribution")
