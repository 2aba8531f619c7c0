"""The published JSON format as a JSON Schema (draft 2020-12): ``analysis.schema.json``.

The schema fixes the keys, the codes and the ranges. What a schema cannot say is held by the tests: spans lie inside the text, ``parent``,
``entity`` and ``owner`` name something that is there.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load() -> dict[str, Any]:
    """Read the schema of ``Analysis.to_dict()``; a new dictionary at every call."""
    schema: dict[str, Any] = json.loads(resources.files(__name__).joinpath("analysis.schema.json").read_text(encoding="utf-8"))
    return schema
