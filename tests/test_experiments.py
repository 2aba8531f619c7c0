"""The committed numbers are what the experiments give: the quick ones run again, on the texts that lie in ``datasets/``."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import attribution, levels, tables
from framing.corpora import list_corpora

EXPERIMENTS = Path(levels.__file__).parent
RESULTS = EXPERIMENTS / "results"
TEST_SPLIT = re.compile(r"(?:.*/)?test(?:_second_pass)?(?:\.\w+|/.*)?")  # a split, or a file or folder that holds one
VOLATILE = re.compile(r"seconds|(?:^| )ms(?: |$)|/s\b|wall|date|python|numpy|machine|cpu|platform", re.IGNORECASE)


@pytest.fixture
def only_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No corpora but those of ``datasets/``, whatever lies on this machine."""
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))


def committed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """Where two results differ: in keys, in text, or in a number by more than one in the fourth digit."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from (f"{path}/{key}: in one only" for key in old.keys() ^ new.keys())
        for key in old.keys() & new.keys():
            yield from differences(old[key], new[key], f"{path}/{key}")
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new)):
            yield from differences(a, b, f"{path}/{i}")
    elif isinstance(old, float) and isinstance(new, float):
        if not math.isclose(old, new, rel_tol=0, abs_tol=1.01e-4):
            yield f"{path}: {old} is now {new}"
    elif old != new:
        yield f"{path}: {old!r} is now {new!r}"


@pytest.mark.usefixtures("only_our_own")
def test_levels_in_wikinews() -> None:
    assert list(differences(committed("levels")["corpora"]["wikinews"], levels.measure("wikinews", "dev"))) == []


@pytest.mark.usefixtures("only_our_own")
def test_attributions_in_wikinews() -> None:
    assert list(differences(committed("attribution")["results"]["wikinews_dev"], attribution.plain(attribution.wikinews("dev")))) == []


def test_the_tables_say_what_the_results_say() -> None:
    assert tables.text() in tables.README.read_text(encoding="utf-8")


def test_a_difference_is_seen() -> None:
    old = {"f1": 0.5, "interval": [0.4, 0.6], "n": 3}
    assert list(differences(old, {**old, "f1": 0.5001})) == []  # rounding may fall either way
    assert list(differences(old, {**old, "f1": 0.5003})) == ["/f1: 0.5 is now 0.5003"]
    assert list(differences(old, {**old, "n": 4})) == ["/n: 3 is now 4"]
    assert list(differences(old, {"f1": 0.5, "interval": [0.4, 0.7]})) == ["/n: in one only", "/interval/1: 0.6 is now 0.7"]
    assert list(differences(old, {**old, "f1": None})) == ["/f1: 0.5 is now None"]


def named_test_parts(code: str) -> list[str]:
    """Strings of a program that name a test part; prose about one does not match."""
    strings = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return [text for text in strings if isinstance(text, str) and TEST_SPLIT.fullmatch(text)]


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.py")), ids=lambda path: path.name)
def test_no_experiment_names_a_test_part(path: Path) -> None:
    assert named_test_parts(path.read_text(encoding="utf-8")) == []


def test_a_test_part_is_seen() -> None:
    code = 'load("a", "test"); load("a", "dev"); open(home / "test_second_pass.tsv"); f"{home}/test/x"; print("on the test part")'
    assert sorted(named_test_parts(code)) == ["/test/x", "test", "test_second_pass.tsv"]


def test_nothing_reads_a_test_part_by_default() -> None:
    # The "test" of a corpus with official folds is a part of each fold, of which every text is one once.
    assert [c.name for c in list_corpora() for split in c.default if "test" in split and not c.folds] == []


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.name)
def test_results_are_strict_json(path: Path) -> None:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def keys(node: object) -> Iterator[str]:
    """All keys of a result."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from keys(child)
    if isinstance(node, dict):
        yield from node


@pytest.mark.parametrize("path", [p for p in sorted(RESULTS.glob("*.json")) if not p.name.endswith(".volatile.json")], ids=lambda p: p.name)
def test_what_changes_by_itself_lies_apart(path: Path) -> None:
    assert [key for key in keys(committed(path.stem)) if VOLATILE.search(key)] == []
