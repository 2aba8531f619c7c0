"""This library's labels of sources and its entities, when the attributions are given: by the shipped typer, and by the rules below it.

The typer sees the text and the given spans alone. Both tasks are two columns of the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from framing.benchmark.system import Predict
from framing.benchmark.systems.model_digest import digest
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.sources import Label, source_of
from framing.quotes import find_quotes
from framing.records import Attribution, Entity, Span
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.typer import MODELS, type_sources

Resolver = Callable[..., tuple[tuple[Attribution, ...], tuple[Entity, ...]]]


def given_attributions(item: Item) -> list[Attribution]:
    """The attributions of an item as records without labels."""

    def span(offsets: Sequence[int]) -> Span:
        return Span.of(item.text, *offsets)

    return [
        Attribution(
            k,
            None if row["source"] is None else span(row["source"]),
            span(row["cue"]),
            tuple(map(span, row["content"])),
            row["speech"],
            parent=row["parent"],
        )
        for k, row in enumerate(item.given["attributions"])
    ]


def resolved(resolver: Resolver, item: Item) -> tuple[Attribution, ...]:
    """The attributions of an item with labels."""
    article = article_from_text(item.text)
    return resolver(tokenize(article), find_quotes(article.text, article.paragraphs), given_attributions(item))[0]


def _each(resolver: Resolver, of: Callable[[Attribution], Any]) -> Predict:
    def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
        return [tuple(map(of, resolved(resolver, item))) for item in items]

    return predict


def _entity(a: Attribution) -> Label:
    return a.entity


def _model() -> Mapping[str, object]:
    return {"model": digest(MODELS / "sources")}


PREDICT: dict[str, Predict] = {"levels": _each(type_sources, source_of), "entities": _each(type_sources, _entity)}
RULES: dict[str, Predict] = {"levels": _each(resolve_sources, source_of), "entities": _each(resolve_sources, _entity)}
FIELDS: dict[str, Callable[[], Mapping[str, object]]] = {"levels": _model, "entities": _model}
