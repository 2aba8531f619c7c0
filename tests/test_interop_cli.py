"""``framing export``: folders for brat and Label Studio from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from framing.cli.export import command
from framing.interop.brat import read_brat

STORY = "Mayor Ida Lund said on Tuesday that the bridge may fall.\n"


def run(*args: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(command, list(map(str, args)), input=stdin, standalone_mode=False)


def test_a_brat_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    done = run(tmp_path / "a.txt", "--demo", "-", "--to", "brat", "-o", tmp_path / "out", stdin=STORY.encode())
    assert (done.return_value, done.exception) == (0, None)
    found = {d.id: d for d in read_brat(tmp_path / "out")}
    assert set(found) == {str(tmp_path / "a.txt"), "demo", "document"}
    assert found["document"].text == STORY
    assert [a.cue.text for a in found["document"].attributions] == ["said"]


def test_tasks_for_label_studio(tmp_path: Path) -> None:
    assert run("--demo", "--to", "label-studio", "-o", tmp_path, "--layer", "hedges").return_value == 0
    (task,) = json.loads((tmp_path / "tasks.json").read_text())
    assert task["data"]["id"] == "demo"
    assert "Source" not in (tmp_path / "label_config.xml").read_text()


def test_an_input_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere.txt", "--demo", "--to", "brat", "-o", tmp_path / "out")
    assert done.return_value == 1
    assert "nowhere.txt" in done.output
    assert [d.id for d in read_brat(tmp_path / "out")] == ["demo"]


@pytest.mark.parametrize("tool", ["brat", "label-studio"])
def test_corrections_are_kept_unless_forced(tool: str, tmp_path: Path) -> None:
    assert run("--demo", "--to", tool, "-o", tmp_path).return_value == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = run("--demo", "--to", tool, "-o", tmp_path)
    assert "--force" in str(again.exception)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert run("--demo", "--to", tool, "-o", tmp_path, "--force").return_value == 0


def test_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for args, message in (
        (["--to", "brat", "-o", "x"], "at least one INPUT"),
        (["-", "-", "--to", "brat", "-o", "x"], "only once"),
        (["--demo", "--to", "word", "-o", "x"], "'word' is not one of"),
        (["--demo", "--to", "brat"], "output"),
        (["--demo", "--to", "brat", "-o", tmp_path / "file"], "it is a file"),
        (["--demo", "--to", "brat", "-o", tmp_path / "file" / "x"], "cannot be written"),
    ):
        assert message in str(run(*args).exception)  # type: ignore[arg-type]
    assert not Path("x").exists()


def test_a_damaged_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "documents.jsonl").write_text("{")
    assert "documents.jsonl, line 1" in str(run("--demo", "--to", "brat", "-o", tmp_path, "--force").exception)
