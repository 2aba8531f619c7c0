"""``framing score`` on the command line: what it says, what it refuses, its exit codes."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from framing.cli.score import _progress
from tests.corpus import article, command, corpus, environment, write_lines

Run = Callable[..., SimpleNamespace]


def test_silent_when_all_is_well(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = run("score", corpus(tmp_path / "in.jsonl", 3), "-o", out)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["a0", "a1", "a2"]


def test_what_failed_is_counted(run: Run, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", [article(0), "{", article(0)])
    result = run("score", source, "-o", tmp_path / "out.csv")
    assert result.code == 1
    assert result.err.splitlines() == [
        "framing: 1 of 3 articles have the id of an earlier one (column duplicate_of)",
        "framing: 1 of 3 articles failed; each has its row with the error (column error)",
    ]


def test_standard_input_and_options(run: Run, tmp_path: Path) -> None:
    out, hedges = tmp_path / "out.jsonl", tmp_path / "h.csv"
    table = b"url\tbody\thead\nu1\tIt may rain, she said.\tRain\n"
    options = ["--input-format", "tsv", "--text-column", "body", "--id-column", "url", "--title-column", "head", "--hedges", hedges]
    assert run("score", "-", "-o", out, *options, stdin=table).code == 0
    row = json.loads(out.read_text())
    assert (row["id"], row["title"], row["n_attributions"], row["input"]) == ("u1", "Rain", 1, "-")
    assert hedges.read_text().splitlines()[1].startswith("1,u1,0,may,3,6,epistemic,")
    long = run("score", "-", "-o", tmp_path / "b.jsonl", *options[:-2], "--max-chars", "5", stdin=table)
    assert long.code == 1
    assert "longer than the limit of 5 characters" in (tmp_path / "b.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["in.jsonl"], 2, "Missing option '-o'"),
        (["-o", "x.csv"], 2, "Missing argument 'INPUT...'"),
        (["in.jsonl", "-o", "x.csv", "--resume", "--overwrite"], 2, "give one of them"),
        (["in.jsonl", "-o", "x.csv", "--jobs", "0"], 2, "--jobs must be -1 or at least 1"),
        (["in.jsonl", "-o", "x.csv", "--backend", "dask"], 2, "--scheduler and --backend dask belong together"),
        (["in.jsonl", "-o", "x.csv", "--scheduler", "tcp://x:1"], 2, "belong together"),
        (["none.jsonl", "-o", "x.csv"], 1, "framing: none.jsonl: no such file; check the path"),
        (["in.jsonl", "-o", "x.xls"], 1, "framing: x.xls: the suffix must tell the format"),
        (["in.jsonl", "-o", "no/x.csv"], 1, "framing: no/x.csv: there is no folder no"),
        (["in.jsonl", "-o", "x.csv", "--hedges", "x.csv"], 1, "two tables cannot go to the same place"),
        (["in.jsonl", "-o", "x.csv", "--text-column", "body", "--input-format", "csv"], 1, "has no column 'body'"),
        (["in.jsonl", "-o", "x.csv", "--encoding", "klingon"], 1, "the encoding 'klingon' is not known"),
        (["-", "-o", "x.csv", "--encoding", "klingon"], 1, "the encoding 'klingon' is not known"),
        (["in.jsonl", "-o", "x.csv", "--encoding", "utf-16"], 1, "JSON lines cannot be told apart in utf-16"),
        (["-", "-", "-o", "x.csv"], 1, "standard input (-) can be read only once"),
    ],
)
def test_wrong_usage(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str) -> None:
    monkeypatch.chdir(tmp_path)
    corpus(tmp_path / "in.jsonl", 1)
    result = run("score", *arguments)
    assert result.code == code
    assert told in result.err
    assert "Traceback" not in result.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]


def test_help_fits_a_terminal(run: Run) -> None:
    result = run("score", "--help")
    assert result.code == 0
    assert max(map(len, result.out.splitlines())) <= 80
    for option in ("--resume", "--attributions", "--scheduler", "--max-chars"):
        assert option in result.out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a pseudo-terminal")
def test_bar_on_a_terminal(tmp_path: Path) -> None:
    import pty
    import subprocess

    master, slave = pty.openpty()
    given = command("score", corpus(tmp_path / "in.jsonl", 12), "-o", tmp_path / "out.csv", "--shard-rows", "3")
    process = subprocess.Popen(given, stderr=slave, env={**environment(), "COLUMNS": "80", "TERM": "xterm"})
    os.close(slave)
    seen = b""
    while True:
        try:
            block = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        seen += block
    os.close(master)
    assert process.wait() == 0
    shown = seen.decode()
    assert re.search(r"\d+ articles  [\d.]+/s  [\d,]+ tokens/s", shown), shown
    assert re.search(r"12 articles, [\d.,]+ articles/s", shown.splitlines()[-1]), shown


def test_no_bar_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with _progress() as progress:
        assert progress is None
    assert capsys.readouterr() == ("", "")
