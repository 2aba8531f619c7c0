"""The pages of the documentation, run as a reader would: every block in its order, in one folder and one session a page.

    python -m tests.documentation          # write the output that the pages show anew, after the analysis has changed

* ``python``: with prompts, as a doctest; without, as a program. The names of a page's earlier blocks are known.
* ``sh``: every line goes to bash, with ``framing`` on the path, apart from those that need a network, another machine, corpora or
  the encoder (:data:`ELSEWHERE`), of which a call of ``framing`` is parsed.
* ``text`` right behind ``sh``: what the lines before print on standard output.
"""

from __future__ import annotations

import contextlib
import doctest
import gzip
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus import article, corpus, environment

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```$\n?", re.DOTALL | re.MULTILINE)
ELSEWHERE = re.compile(
    r"\bpip install\b|\bgit clone\b|\bframing train\b|\bframing corpora fetch\b|--engine encoder\b|https?://|tcp://|^dask ", re.MULTILINE
)


class PageError(AssertionError):
    """A page says something that is not so."""


def run(page: str, folder: Path) -> str:
    """Run a page in a folder; gives its text with the output that there was.

    Raises
    ------
    PageError
        If a block fails. Output that differs is no failure here: compare the texts.
    """
    text = (DOCS / page).read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    out: list[str] = []
    at = 0
    printed: str | None = None  # by the block of shell before
    env = prepare(folder)
    with _inside(folder):
        for block in BLOCK.finditer(text):
            place = f"{page}:{text.count(chr(10), 0, block.start()) + 1}"
            between, language, body = text[at : block.start()], block[1], block[2]
            shown, printed = printed, None
            if language == "python":
                body = _python(body, names, place)
            elif language == "sh":
                printed = _shell(body, env, place)
            elif shown is not None and not between.strip():
                body = shown
            out += [between, f"```{language}\n{body}```\n"]
            at = block.end()
    return "".join([*out, text[at:]])


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def prepare(folder: Path) -> dict[str, str]:
    """Put what the pages take for granted into the folder: the command, and small inputs. Gives the environment."""
    command = folder / ".bin" / "framing"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m framing "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    lines = corpus(folder / "articles.jsonl", 3).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "big.jsonl.gz").write_bytes(gzip.compress("".join(lines).encode()))
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text(article(0)["text"], encoding="utf-8")
    with contextlib.suppress(ImportError):
        from pyarrow import Table, parquet

        parquet.write_table(Table.from_pylist([{"url": f"u{n}", "body": article(n)["text"]} for n in range(2)]), folder / "news.parquet")
    return {**environment(), "PATH": os.pathsep.join([str(command.parent), os.environ.get("PATH", "")]), "COLUMNS": "80"}


def _python(body: str, names: dict[str, Any], place: str) -> str:
    """Run a block of Python; gives it with its output."""
    if ">>>" not in body:
        try:
            exec(compile(body, place, "exec"), names)
        except Exception as error:  # whatever the block does
            raise PageError(f"{place}: {type(error).__name__}: {error}") from error
        return body
    out = []
    for piece in doctest.DocTestParser().parse(body):
        if isinstance(piece, str):
            out.append(piece)
            continue
        printed = io.StringIO()
        hook, sys.displayhook = sys.displayhook, _display
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(piece.source, place, "single"), names)
        except Exception as error:
            raise PageError(f"{place}: {piece.source.strip()}: {type(error).__name__}: {error}") from error
        finally:
            sys.displayhook = hook
        first, *rest = piece.source.splitlines()
        out.append("".join([f">>> {first}\n", *(f"... {line}".rstrip() + "\n" for line in rest)]))
        out.append(re.sub(r"^$(?=\n)", "<BLANKLINE>", printed.getvalue(), flags=re.MULTILINE))
    return "".join(out)


def _display(value: object) -> None:
    if value is not None:
        print(repr(value))


def _shell(body: str, env: dict[str, str], place: str) -> str:
    """Run the lines of a block; gives what they print."""
    printed = []
    for line in re.sub(r"\\\n\s*", "", body).splitlines():
        if ELSEWHERE.search(line):
            words = shlex.split(line, comments=True)
            if words[:1] == ["framing"]:
                parse(words[1:], place)
            continue
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, encoding="utf-8", check=False, env=env)
        if done.returncode:
            raise PageError(f"{place}: {line}\n{done.stderr[-2000:]}")
        printed.append(done.stdout)
    return "".join(printed)


def parse(words: list[str], place: str) -> None:
    """Whether ``framing`` would take these arguments.

    Raises
    ------
    PageError
        If it would not.
    """
    import click

    from framing.cli import group

    command: click.Command = group
    context = click.Context(group, info_name="framing")
    try:
        while isinstance(command, click.Group):
            name, *words = words
            found = command.get_command(context, name)
            if found is None:
                raise PageError(f"{place}: there is no command {name!r}")
            command = found
        command.make_context(command.name, words, parent=context)
    except click.ClickException as error:
        raise PageError(f"{place}: {error.format_message()}") from error


def main() -> None:
    """Write the output of all pages anew."""
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            text = run(page, Path(folder))
        path = DOCS / page
        if text != path.read_text(encoding="utf-8"):
            print(path)
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
