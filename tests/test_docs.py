"""Pages of the documentation that are made: they say what the code and the results say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from experiments import engines_page, scale_page
from experiments.markdown import BLOCK, filled
from tests.corpus import environment

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_page_of_features_is_that_of_the_code() -> None:
    made = subprocess.run([sys.executable, "-m", "framing.features"], capture_output=True, text=True, check=True, env=environment())
    assert made.stdout == (DOCS / "features.md").read_text(encoding="utf-8")


def test_the_page_of_corpus_runs_says_what_was_measured() -> None:
    text = scale_page.PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == len(scale_page.MAKERS)
    assert filled(text, scale_page.MAKERS) == text


def test_the_page_on_outlets_shows_what_its_script_prints() -> None:
    shown = re.findall(r"```text\n(.*?)```", (DOCS / "howto" / "compare_outlets.md").read_text(encoding="utf-8"), re.DOTALL)
    script = DOCS / "examples" / "compare_outlets.py"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, env=environment())
    without_numbers = [re.sub(r"[\d.]+", "#", text) for text in (made.stdout, *shown)]
    assert without_numbers == [without_numbers[0]] * 2


def test_the_page_of_engines_says_what_was_measured() -> None:
    text = engines_page.PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == len(engines_page.MAKERS)
    assert filled(text, engines_page.MAKERS) == text


def test_links_lead_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
