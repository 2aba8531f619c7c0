"""Completion in the shell: the scripts, and that bash really completes with them."""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from time import monotonic

import click
import pytest
from click.testing import CliRunner

from framing.cli import COMMANDS, group
from framing.cli.completion import SHELLS, command, script
from framing.cli.models import names
from tests.corpus import environment


def version() -> tuple[int, ...]:
    """Of bash; nothing if there is none."""
    if shutil.which("bash") is None:
        return ()
    done = subprocess.run(["bash", "-c", "echo ${BASH_VERSINFO[0]} ${BASH_VERSINFO[1]}"], capture_output=True, text=True, check=True)
    return tuple(map(int, done.stdout.split()))


needs_bash = pytest.mark.skipif(version() < (4, 4), reason="there is no bash of version 4.4 or later")


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """An environment with ``framing`` on the path, and the script for bash as ``script.bash`` in the folder."""
    program = tmp_path / "bin" / "framing"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m framing "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "script.bash").write_text(script(group, "bash"), encoding="utf-8")
    return {**environment(), "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb"}


def completed(words: list[str], tmp_path: Path, env: dict[str, str]) -> set[str]:
    """What bash offers for the last word."""
    begin = f"source script.bash; COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; "
    line = begin + '_framing_completion framing; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "--norc", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path, env=env)
    return set(done.stdout.split())


@pytest.mark.parametrize("shell", SHELLS)
def test_script_is_for_this_program(shell: str) -> None:
    text = script(group, shell)
    assert f"_FRAMING_COMPLETE={shell}_complete" in text
    assert not re.search(r"%\(\w+\)s", text)
    result = CliRunner().invoke(command, [shell])
    assert (result.exit_code, result.output) == (0, text)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_script_has_no_error_of_syntax(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script(group, shell), encoding="utf-8")
    subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)


def test_other_shells_are_refused() -> None:
    assert CliRunner().invoke(command, ["tcsh"]).exit_code == 2
    with pytest.raises(ValueError, match="tcsh"):
        script(group, "tcsh")


def test_help_has_examples_within_eighty_columns() -> None:
    text = CliRunner().invoke(command, ["--help"], terminal_width=80).output
    assert "framing completion fish" in text
    assert max(map(len, text.splitlines())) <= 80
    assert isinstance(command, click.Command)


@needs_bash
def test_bash_completes_commands_options_models_and_corpora(tmp_path: Path, tools: dict[str, str]) -> None:
    assert completed(["framing", ""], tmp_path, tools) == set(COMMANDS)
    assert "--format" in completed(["framing", "analyze", "--fo"], tmp_path, tools)
    assert completed(["framing", "analyze", "--format", "js"], tmp_path, tools) == {"json", "jsonl"}
    assert completed(["framing", "models", "card", ""], tmp_path, tools) == set(names())
    assert completed(["framing", "corpora", "info", "pol"], tmp_path, tools) == {"polnear", "policy_frames"}


@needs_bash
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_bash_completes_at_the_press_of_the_key(tmp_path: Path, tools: dict[str, str]) -> None:
    import pty

    leader, follower = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=tmp_path,
        env={**tools, "PS1": "$ ", "INPUTRC": os.devnull},
        start_new_session=True,
    )
    os.close(follower)
    try:
        os.write(leader, b"source script.bash; echo re''ady\n")
        assert "ready" in until(leader, "ready\r")
        os.write(leader, b"framing mod\t")
        assert "framing models " in until(leader, "framing models ")
        os.write(leader, b"card hyp\t")
        assert "card hyperpartisan" in until(leader, "card hyperpartisan")
    finally:
        shell.kill()
        shell.wait()
        os.close(leader)


def until(terminal: int, words: str, seconds: float = 60) -> str:
    """What a terminal shows until it shows some words, or the time is over."""
    shown, end = "", monotonic() + seconds
    while words not in shown and monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown
