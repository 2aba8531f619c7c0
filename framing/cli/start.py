"""How the command line starts: with the engine that is asked for, not looking for garbage in what it has just read and will keep."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import click

from framing import engines


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect no garbage in the block, and later none of what is there at its end: modules, lexicons and models stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def use(engine: str) -> None:
    """Load an engine, or say what is missing for it."""
    try:
        engines.load(engine)
    except (ImportError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
