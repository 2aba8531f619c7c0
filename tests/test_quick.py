"""The small versions of the experiments: their command line, and what they refuse to write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import all as every
from experiments import quick, results_file
from experiments.quick_checks import PAGES, QUICK

WITHOUT_ONE = next(iter(quick.WITHOUT))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[tuple[str, ...], Any]:
    """A folder of results, and a check "made" that gives what is put into the dictionary."""
    numbers: dict[tuple[str, ...], Any] = {(QUICK, "made"): 1}

    def compute() -> Iterator[tuple[tuple[str, ...], Any]]:
        return iter(numbers.items())

    monkeypatch.setattr(results_file, "RESULTS", tmp_path)
    monkeypatch.setattr(quick, "CHECKS", {"made": quick.Check((), compute)})
    return numbers


@pytest.mark.parametrize("arguments", [["nosuch"], ["nosuch", "calibration"], ["--write", "nosuch"], ["--write", WITHOUT_ONE]])
def test_a_check_that_there_is_not_is_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        quick.main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert ("no experiment 'nosuch'" if "nosuch" in arguments else quick.WITHOUT[WITHOUT_ONE]) in said.err
    assert said.out == ""


def test_an_experiment_without_a_check_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert quick.main([WITHOUT_ONE]) == 0
    assert f"{WITHOUT_ONE}: no small version: {quick.WITHOUT[WITHOUT_ONE]}\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--leave-out", "levels"], ["--out", "{}"], ["--check"]])
def test_what_the_quick_run_does_not_know_is_wrong_usage(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(quick, "run", lambda *given: asked.append(given) or 0)
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as stopped:
        every.main(["--quick", *(argument.format(out) for argument in arguments)])
    assert (stopped.value.code, asked, out.exists()) == (2, [], False)
    assert arguments[0] in capsys.readouterr().err
    assert every.main(["--quick", "--only", "levels", "quotes", "--jobs", "3"]) == 0
    assert every.main(["--quick"]) == 0
    assert asked == [(["levels", "quotes"], 3), (list(quick.CHECKS), 2)]


def test_what_is_computed_is_written(made: dict[tuple[str, ...], Any]) -> None:
    made |= {(QUICK, PAGES, "a.md"): True, (QUICK, PAGES, "rows that differ"): [], ("levels", "corpora"): 5}
    assert quick.main(["--write"]) == 0
    assert results_file.read(QUICK) == {"made": 1, PAGES: {"a.md": True, "rows that differ": []}}
    made[QUICK, "made"] = 2
    assert quick.main(["--write", "made"]) == 0
    assert results_file.read(QUICK)["made"] == 2


@pytest.mark.parametrize(
    ("where", "value"),
    [((QUICK, PAGES, "a.md"), False), ((QUICK, PAGES, "rows that differ"), [{"a": 1}]), ((QUICK, "anything"), False)],
)
def test_a_page_that_is_stale_is_not_written(
    where: tuple[str, ...], value: Any, made: dict[tuple[str, ...], Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made[where] = value
    assert quick.main(["--write"]) == 1
    assert f"made: {'/'.join(where[1:])}: {value}" in capsys.readouterr().out
    assert not (tmp_path / f"{QUICK}.json").exists()


def test_no_page_is_committed_as_stale() -> None:
    pages = results_file.read(QUICK, results_file.COMMITTED)[PAGES]
    assert len(pages) > 10
    assert [name for name, value in pages.items() if quick.stale((QUICK, PAGES, name), value)] == []
