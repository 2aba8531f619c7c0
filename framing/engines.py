"""Engines: which of the shipped parts read an article.

Conventions
-----------
``fast`` is the default and needs numpy alone. ``encoder`` finds attributions with a small transformer (:mod:`framing.encoder`), more of
them right, at a fraction of the speed; it needs ``framing[encoder]``. All other parts are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from framing.learning.estimator import Estimator

FAST, ENCODER = "fast", "encoder"
ENGINES = (FAST, ENCODER)


def parts(engine: str) -> Mapping[str, tuple[Callable[..., Any], Callable[[], Estimator]]]:
    """What an engine puts in place of default parts: by the name of the part, the function and what gives its model.

    Raises
    ------
    ValueError
        If there is no such engine.
    """
    if engine == FAST:
        return {}
    if engine != ENCODER:
        raise ValueError(f"engine must be {' or '.join(map(repr, ENGINES))}, not {engine!r}")
    from framing.encoder import extractor

    return {"attribution": (extractor.extract_attributions, extractor.shipped)}


def load(engine: str) -> None:
    """Load what an engine needs beyond the default.

    Raises
    ------
    ImportError
        If it is not installed; the message says how to.
    ValueError
        If there is no such engine, or its files are damaged.
    OSError
        If a file cannot be read.
    """
    for _, model in parts(engine).values():
        model()
