"""textacy's direct quotations (DeWilde 2013-; after Krestel, Bergler and Witte 2008), as a system for attribution.

``textacy.extract.direct_quotations`` runs unmodified on spaCy's analysis of the whole article, as its documentation shows it. Its speaker
and cue are lists of words, which become stretches of neighbouring ones; a quotation without speaker and cue it does not give at all. It
raises an error where it counts an odd number of quotation marks, which on news is often: those articles have no attribution
(:mod:`framing.benchmark.systems.peers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from framing.benchmark.system import System
from framing.benchmark.systems.peers import DOWNLOAD, each, no_pipeline, parsed, pipeline_fields
from framing.benchmark.task import Item, Task
from framing.metrics.attribution import Triple


def extract(doc: Any) -> list[Triple]:
    """The direct quotations of an analysed text.

    Raises
    ------
    ValueError
        As textacy does, where a quotation is not closed.
    """
    direct_quotations = import_module("textacy.extract").direct_quotations
    return [
        Triple(
            source=tuple(stretches(found.speaker)),
            cue=tuple(stretches(found.cue)),
            content=((found.content.start_char, found.content.end_char),),
        )
        for found in direct_quotations(doc)
    ]


def stretches(tokens: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """Offsets of tokens of spaCy, neighbours together, in the order of the text."""
    start, end, last = -1, -1, -2
    for token in sorted(tokens, key=lambda token: token.i):
        if token.i == last:
            continue
        if token.i > last + 1:
            if start >= 0:
                yield start, end
            start = token.idx
        end, last = token.idx + len(token), token.i
    if start >= 0:
        yield start, end


def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
    """Attributions of each article."""
    return each("textacy", parsed([item.text for item in items]), extract, lambda _: [])


def fields(task: str) -> dict[str, object]:
    """Of the signature."""
    return {"textacy": metadata.version("textacy"), **pipeline_fields()}


TASKS = ("attribution", "attribution-wikinews")
SYSTEM = System(
    "textacy",
    "textacy, direct quotations on a pipeline of spaCy",
    dict.fromkeys(TASKS, predict),
    ("textacy", "spacy"),
    f"pip install textacy && {DOWNLOAD}",
    no_pipeline,
    fields,
)
