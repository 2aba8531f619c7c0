"""The table of measurements in the README says what the results say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "experiments" / "results"
NUMBER = re.compile(r"(?<![\w.,])\.\d{3}(?!\d)")
ELSEWHERE = {  # numbers that stand in no result of the row's own command
    ".406": "a peer, measured once (experiments/attribution_tables.py)",
    ".767": "the shipped model's (experiments/results/levels.json)",
}


def rows() -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What is measured, the results of the commands that the row names, and the numbers with three digits, interval ends too."""
    names: tuple[str, ...] = ()
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Measured")[2]
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) != 4 or cells[0] == "what":
            continue
        own = re.findall(r"experiments\.(\w+)", cells[3]) + re.findall(r"`\.(\w+)`", cells[3])
        names = tuple(own) or names  # "the same"
        found = NUMBER.findall(" ".join(cells[1:3]).replace("[", " ").replace("]", " "))
        yield cells[0], names, tuple(dict.fromkeys(found))


def numbers(node: Any) -> Iterator[float]:
    if isinstance(node, dict):
        for value in node.values():
            yield from numbers(value)
    elif isinstance(node, list):
        for value in node:
            yield from numbers(value)
    elif isinstance(node, float):
        yield node


ROWS = [row for row in rows() if row[2]]


def test_all_rows_are_looked_at() -> None:
    assert len(ROWS) >= 30
    assert sum(len(found) for _, _, found in ROWS) > 150


@pytest.mark.parametrize(("names", "found"), [pytest.param(names, found, id=what) for what, names, found in ROWS])
def test_numbers_are_those_of_the_results(names: tuple[str, ...], found: tuple[str, ...]) -> None:
    there = [
        value
        for name in names
        if (RESULTS / f"{name}.json").exists()
        for value in numbers(json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")))
    ]
    missing = [text for text in found if text not in ELSEWHERE and not any(abs(value - float(text)) <= 0.00051 for value in there)]
    assert not missing, f"{', '.join(missing)} are in no result of {', '.join(names)}"
