"""Tasks and systems by name; each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from framing.benchmark.system import System
from framing.benchmark.task import Task

TASKS = {  # name -> module:class
    "attribution": "framing.benchmark.tasks.attribution:Attribution",
    "attribution-wikinews": "framing.benchmark.tasks.attribution:Wikinews",
    "attribution-tokens": "framing.benchmark.tasks.attribution_tokens:Tokens",
    "levels": "framing.benchmark.tasks.sources:Levels",
    "entities": "framing.benchmark.tasks.sources:Entities",
    "transparency-index": "framing.benchmark.tasks.transparency:Index",
    "rating": "framing.benchmark.tasks.transparency:Rating",
    "hedges-wiki": "framing.benchmark.tasks.hedges:Wiki",
    "hedges-news": "framing.benchmark.tasks.hedges:News",
    "hedges-biology": "framing.benchmark.tasks.hedges:Biology",
    "policy-frames": "framing.benchmark.tasks.frames:Policy",
    "generic-frames": "framing.benchmark.tasks.frames:Generic",
    "loaded-language": "framing.benchmark.tasks.loaded:Loaded",
    "hyperpartisan": "framing.benchmark.tasks.hyperpartisan:Hyperpartisan",
}
SYSTEMS = {  # name -> module:object
    "framing": "framing.benchmark.systems.framing:SYSTEM",
    "framing-encoder": "framing.benchmark.systems.encoder:SYSTEM",
    "framing-rules": "framing.benchmark.systems.rules:SYSTEM",
    "majority": "framing.benchmark.systems.majority:SYSTEM",
    "length": "framing.benchmark.systems.length:SYSTEM",
    "string": "framing.benchmark.systems.strings:SYSTEM",
    "lexicon": "framing.benchmark.systems.lexicon:SYSTEM",
    "regex": "framing.benchmark.systems.regex:SYSTEM",
    "tfidf": "framing.benchmark.systems.tfidf:SYSTEM",
    "textacy": "framing.benchmark.systems.textacy:SYSTEM",
    "spacy-rules": "framing.benchmark.systems.spacy_rules:SYSTEM",
    "convokit": "framing.benchmark.systems.convokit:SYSTEM",
}


def task(name: str) -> Task:
    """The task of that name.

    Raises
    ------
    ValueError
        If there is none.
    """
    made: Task = _named("task", name, TASKS)()
    return made


def system(name: str) -> System:
    """The system of that name; ``ValueError`` if there is none."""
    found: System = _named("system", name, SYSTEMS)
    return found


def _named(what: str, name: str, places: Mapping[str, str]) -> Any:
    if name not in places:
        raise ValueError(f"no {what} {name!r}; there are {', '.join(places)}")
    module, _, thing = places[name].partition(":")
    return getattr(import_module(module), thing)
