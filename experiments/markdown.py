"""Results files as cells and tables of Markdown, and pages with blocks that are made of them.

A block begins with a line ``<!-- made: NAME -->`` and ends with ``<!-- end -->``; between them stands what the maker of that name gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import results_file
from framing.metrics.signature import short

RESULTS = results_file.RESULTS

BLOCK = re.compile(r"(<!-- made: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

Rows = list[tuple[str, ...]]
Makers = Mapping[str, Callable[[], str]]


def result(name: str) -> Any:
    """A results file."""
    return results_file.read(name)


def cell(score: dict[str, Any] | None) -> str:
    """A score with its interval."""
    if score is None:
        return ""
    low, high = score["interval"]
    return f"{short(score['value'])} [{short(low)}, {short(high)}]"


def cell_or_value(score: Any) -> str:
    """A score as it stands: with its interval, alone, or not there."""
    if isinstance(score, dict):
        return "" if score["value"] is None else cell(score) if score.get("interval") else short(score["value"])
    return "" if score is None else short(score)


def difference(comparison: dict[str, Any] | None) -> str:
    """A difference of two systems with its interval and p."""
    if comparison is None:
        return ""
    low, high = (_signed(x) for x in comparison["interval"])
    p = comparison["p"] if "p" in comparison else comparison["p_randomisation"]
    return f"{_signed(comparison['difference'])} [{low}, {high}], p {'< .001' if p < 0.001 else short(p)}"


def _signed(value: float) -> str:
    return short(value) if value < 0 else f"+{short(value)}"


def table(header: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def words(name: str) -> str:
    """The name of a score as words."""
    return name.replace("_", " ").replace(" f1", " F1")


def filled(text: str, makers: Makers) -> str:
    """A page with every made block anew."""
    return BLOCK.sub(lambda m: f"{m[1]}{makers[m[2]]()}\n{m[4]}", text)


def refill(path: Path, makers: Makers, check: bool) -> int:
    """Make the blocks of a page anew, or only ``check`` them: 1 if one does not say what the results say, else 0."""
    text = path.read_text(encoding="utf-8")
    made = filled(text, makers)
    if check:
        return int(text != made)
    results_file.put(results_file.page(path), made)
    return 0
