"""The demo article that comes with the package: invented people, places and events, written for ``framing analyze --demo``."""

from __future__ import annotations

from pathlib import Path

ID = "demo"


def read_demo() -> str:
    """The demo article as a string, headline first, with the line ends that it was written with."""
    return (Path(__file__).parent / "article.txt").read_bytes().decode("utf-8")
