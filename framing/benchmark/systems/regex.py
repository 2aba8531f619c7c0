"""The floor of attribution: a one-line pattern. Every quotation of four words or more is a content, with no source.

A cue is needed where attributions are matched by their cues; it is the opening mark, which hardly ever is one. So the scores that look at
cues are next to zero, and those that do not (``tokens_*``, ``span_*``) say what quotation marks alone give away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from framing.benchmark.system import System
from framing.benchmark.task import Item, Task
from framing.metrics.attribution import Triple

QUOTED = re.compile(r'["“]([^"“”]*)["”]')
LEAST = 4  # words


def quotations(text: str) -> list[Triple]:
    """The quotations of a text."""
    found = [m.span() for m in QUOTED.finditer(text) if len(m[1].split()) >= LEAST]
    return [Triple((), ((start, start + 1),), ((start, end),), speech="direct") for start, end in found]


def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
    """The quotations of each article."""
    return [quotations(item.text) for item in items]


SYSTEM = System("regex", "quotations of four words or more", dict.fromkeys(("attribution", "attribution-wikinews"), predict))
