"""The parts of README.md that are output: made from the demo article, checked by ``test_packaging.py``.

``python -m tests.readme`` writes them anew after the analysis has changed. Each stands in a fenced block behind a mark ``<!-- demo: NAME
-->``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import framing
from framing.demo import read_demo
from framing.report.text import render_text

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- demo: (\w+) -->\n```\w*\n)(.*?)(```\n)", re.DOTALL)
LINES = 16  # of the list of attributions


def blocks() -> dict[str, str]:
    """The content of each marked block by its name."""
    analysis = framing.analyze(read_demo())
    head, score, sources, attributions, hedges, frames = render_text(analysis).split("\n\n")
    shown = attributions.split("\n")
    cut = next(i for i in range(LINES, len(shown)) if shown[i][2:3].strip())  # not in the middle of an attribution
    anonymous = next(a for a in analysis.to_dict()["attributions"] if a["withheld"])
    return {
        "report": "\n\n".join((head, score, sources)) + "\n",
        "attributions": "\n".join([*shown[:cut], "  [...]", "", hedges, "", frames]).rstrip("\n") + "\n",
        "attribution": json.dumps(anonymous, ensure_ascii=False).replace(', "', ',\n "') + "\n",
    }


def fill(text: str) -> str:
    """``text`` of the README with every marked block made anew."""
    made = blocks()
    return BLOCK.sub(lambda m: m[1] + made[m[2]] + m[4], text)


if __name__ == "__main__":
    README.write_text(fill(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
