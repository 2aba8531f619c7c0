"""Tasks and systems by name; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

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
    "framing-rules": "framing.benchmark.systems.rules:SYSTEM",
    "majority": "framing.benchmark.systems.majority:SYSTEM",
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
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are {', '.join(TASKS)}")
    module, _, kind = TASKS[name].partition(":")
    made: Task = getattr(import_module(module), kind)()
    return made


def system(name: str) -> System:
    """The system of that name.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in SYSTEMS:
        raise ValueError(f"no system {name!r}; there are {', '.join(SYSTEMS)}")
    module, _, thing = SYSTEMS[name].partition(":")
    found: System = getattr(import_module(module), thing)
    return found
