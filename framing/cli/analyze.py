"""``framing analyze``: read articles, say how they say what they say.

Conventions
-----------
``text`` and ``jsonl`` take any number of inputs; ``json`` and ``html`` are one document each, so several inputs need ``-o FOLDER``, which
holds a file an input. Inputs are read and written one at a time, in the order given.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import accumulate
from pathlib import Path

import click

from framing.analysis import analyze
from framing.cli.inputs import InputError, is_address, load, load_demo
from framing.cli.output import READER_GONE, complain, encode, hush, standard_output
from framing.cli.start import undisturbed, use
from framing.engines import ENGINES, FAST
from framing.records import Article
from framing.result import Analysis
from framing.writing import replacing

SUFFIX = {"text": ".txt", "json": ".json", "jsonl": ".jsonl", "html": ".html"}
MAX_WIDTH = 100  # columns: longer lines are hard to read
PIPE_WIDTH = 80
MAX_NAME = 200  # bytes of a file's name without its ending; systems take 255

EPILOG = """\b
Examples:
  framing analyze --demo
  framing analyze --demo --explain
  framing analyze article.txt --format html -o article.html
  framing analyze page.html https://example.org/story --format jsonl
  framing analyze articles/*.txt --format json -o analyses/
  cat article.txt | framing analyze - --format json --explain
"""


@click.command("analyze", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option("--demo", is_flag=True, help="Analyse the article that comes with the package.")
@click.option("--format", "form", type=click.Choice(list(SUFFIX)), default="text", show_default=True, help="What to write.")
@click.option("-o", "--output", type=click.Path(), help="File to write, or folder (it exists, or ends in /) for one file an input.")
@click.option("--with-text", is_flag=True, help="Put the text into the JSON (always done for HTML and addresses).")
@click.option("--explain", is_flag=True, help="Say why the score is what it is (HTML always does).")
@click.option("--engine", type=click.Choice(ENGINES), default=FAST, show_default=True, help="encoder: more attributions right, slower.")
@click.option("--title", help="Headline of the one INPUT, if it is not in the text.")
def command(
    inputs: tuple[str, ...],
    demo: bool,
    form: str,
    output: str | None,
    with_text: bool,
    explain: bool,
    engine: str,
    title: str | None,
) -> int:
    """Show how articles say what they say.

    INPUT is a file of plain text (best in UTF-8) or HTML (.html, .htm), - for standard input, or an https address, which is downloaded.
    """
    names = [*(["--demo"] if demo else []), *inputs]
    folder = output is not None and (output.endswith(("/", os.sep)) or Path(output).is_dir())
    _check(names, inputs, form, output, folder, with_text, title)
    use(engine)

    def read(name: str) -> Article:
        return load_demo() if name == "--demo" else load(name, title)

    on_screen = output is None and sys.stdout.isatty()
    render = _renderer(form, with_text, explain, on_screen)
    between = b"\n" if form == "text" else b""
    failures = _Failures()
    try:
        with _progress(names, on_screen) as step:
            analyses = _analyses(names, read, engine, failures, step)
            if folder:
                _to_folder(names, analyses, render, Path(output or ""), SUFFIX[form])
            elif output is not None:
                _to_file(analyses, render, Path(output), between)
            else:
                _to_standard_output(analyses, render, between)
    except BrokenPipeError:
        hush()
        return READER_GONE
    except OSError as error:
        raise click.ClickException(f"{output or 'standard output'}: cannot be written: {error.strerror or error}") from error
    return 1 if failures.count else 0


class _Failures:
    def __init__(self) -> None:
        self.count = 0

    def add(self, name: str, reason: str) -> None:
        self.count += 1
        complain(f"{'standard input' if name == '-' else name}: {reason}")


def _check(
    names: Sequence[str], inputs: Sequence[str], form: str, output: str | None, folder: bool, for_json: bool, title: str | None
) -> None:
    if not names:
        raise click.UsageError("Give at least one INPUT, or --demo.")
    if names.count("-") > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    if title is not None and (len(names) > 1 or not inputs):
        raise click.UsageError("--title is for one INPUT.")
    if for_json and form not in ("json", "jsonl"):
        raise click.UsageError(f"--with-text is for --format json and jsonl, not {form}.")
    if form in ("json", "html") and len(names) > 1 and not folder:
        other = " or --format jsonl" if form == "json" else ""
        raise click.UsageError(f"--format {form} is one document: for {len(names)} inputs use -o FOLDER/{other}.")
    if output is not None and not folder and any(_same_file(output, name) for name in inputs):
        raise click.UsageError(f"-o {output} is also an INPUT and would be overwritten.")


def _same_file(output: str, name: str) -> bool:
    if name == "-" or is_address(name):
        return False
    try:
        return os.path.samefile(output, name)
    except (OSError, ValueError):
        return False


def _renderer(form: str, with_text: bool, explain: bool, to_terminal: bool) -> Callable[[Analysis], str]:
    if form == "html":
        return Analysis.to_html
    if form == "json":
        return lambda analysis: analysis.to_json(with_text or _fetched(analysis), explain, indent=2) + "\n"
    if form == "jsonl":
        from framing.report.jsonl import render_jsonl

        return lambda analysis: "".join(render_jsonl([analysis], with_text or _fetched(analysis), explain))
    from framing.report.text import render_text

    colour = to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = min(shutil.get_terminal_size((PIPE_WIDTH, 24)).columns, MAX_WIDTH) if to_terminal else PIPE_WIDTH
    return lambda analysis: render_text(analysis, width, colour, explain)


def _fetched(analysis: Analysis) -> bool:
    """Whether the text came from an address: the reader of the result may not get the same text again."""
    return is_address(analysis.article.id or "")


def _analyses(
    names: Sequence[str], read: Callable[[str], Article], engine: str, failures: _Failures, step: Callable[[], None]
) -> Iterator[tuple[int, Analysis]]:
    """Each input that can be read, analysed, with its place among ``names``."""
    for n, name in enumerate(names):
        try:
            article = read(name)
        except InputError as error:
            failures.add(name, str(error))
        else:
            with nullcontext() if n else undisturbed():  # the first one loads the models
                analysis = analyze(article, engine=engine)
            yield n, analysis
        step()


def _to_standard_output(analyses: Iterator[tuple[int, Analysis]], render: Callable[[Analysis], str], between: bytes) -> None:
    with standard_output() as stream:
        for n, (_, analysis) in enumerate(analyses):
            stream.write((between if n else b"") + encode(render(analysis)))
            stream.flush()


def _to_file(analyses: Iterator[tuple[int, Analysis]], render: Callable[[Analysis], str], path: Path, between: bytes) -> None:
    first = next(analyses, None)
    if first is None:
        return  # an older file is worth more than an empty one
    with replacing(path) as stream:
        stream.write(encode(render(first[1])))
        for _, analysis in analyses:
            stream.write(between + encode(render(analysis)))


def _to_folder(
    names: Sequence[str], analyses: Iterator[tuple[int, Analysis]], render: Callable[[Analysis], str], folder: Path, suffix: str
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    places = list(_file_names(names, suffix))
    for n, analysis in analyses:
        with replacing(folder / places[n]) as stream:
            stream.write(encode(render(analysis)))


def _file_names(names: Sequence[str], suffix: str) -> Iterator[str]:
    """A file name for each input: its own without the suffix, numbered where two are alike."""
    taken: set[str] = set()
    for name in names:
        stem = {"-": "stdin", "--demo": "demo"}.get(name) or Path(name.rstrip("/")).stem or "article"
        if is_address(name):
            from framing.interop.files import safe_name

            stem = safe_name(stem)
        stem = _cut(stem)
        unique, n = stem, 2
        while unique.casefold() in taken:
            unique, n = f"{stem}-{n}", n + 1
        taken.add(unique.casefold())
        yield unique + suffix


def _cut(stem: str) -> str:
    """As many characters as a name may have bytes."""
    sizes = accumulate(len(c.encode("utf-8", "surrogatepass")) for c in stem)
    return stem[: sum(size <= MAX_NAME for size in sizes)]


@contextmanager
def _progress(names: Sequence[str], on_screen: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error if there is something to wait for, somebody to see it, and no report in its way."""
    if len(names) < 2 or on_screen or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(names))
        yield lambda: progress.advance(task)
