"""``framing score``: a corpus in, tables of scores out.

Conventions
-----------
Everything but the words on the screen is :func:`framing.runs.score`. On a terminal a bar shows what is done, the rate and the time that
remains; elsewhere only what is wrong is said, on standard error. Exit codes are those of every command: 1 if some articles failed (each has
its row with the error) or the run cannot go on, 130 when interrupted, 143 when terminated; a run that ended so goes on with ``--resume``.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import click

from framing.cli.output import complain
from framing.cli.start import use
from framing.engines import ENGINES, FAST
from framing.runs.engine import Summary, score
from framing.runs.formats import FORMATS
from framing.runs.items import MAX_CHARS, Columns, ReadError
from framing.runs.journal import RunError
from framing.runs.shards import ROWS
from framing.runs.workers import on_dask
from framing.showing import one_line

BACKENDS = ("loky", "threading", "multiprocessing", "dask", "ray")
_ADDRESS = re.compile(r"(?:[a-z+]+://)?(?:[^\s/:\[\]]+|\[[0-9a-fA-F:.]+\]):\d+/?")
TERMINATED = 143  # exit code of a program that SIGTERM ended

EPILOG = """\b
Examples:
  framing score articles.jsonl -o scores.csv
  framing score news.csv --text-column body --id-column url -o scores.parquet
  framing score articles/ -o scores.jsonl --attributions attributions.jsonl
  framing score articles.jsonl -o scores.csv --jobs -1 --resume
  framing score big.parquet -o scores/ --format parquet \\
      --backend dask --scheduler tcp://10.0.0.1:8786
"""


@click.command("score", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", required=True, type=click.Path(), help="Articles: .jsonl, .csv or .parquet, or a folder/ of shards.")
@click.option("--attributions", type=click.Path(), help="Also write a row for each attribution here.")
@click.option("--hedges", type=click.Path(), help="Also write a row for each hedge here.")
@click.option("--sentences", type=click.Path(), help="Also write a row for each sentence here.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Of outputs that are folders.  [default: jsonl]")
@click.option("--text-column", default="text", show_default=True, help="Column of the articles' text.")
@click.option("--id-column", help="Column of their ids.  [default: id, if there is one]")
@click.option("--title-column", help="Column of their headlines.  [default: title, if there is one]")
@click.option("--input-format", type=click.Choice(("jsonl", "csv", "tsv", "parquet")), help="Of tables whose suffix does not tell it.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of tables of text.")
@click.option("--max-chars", type=click.IntRange(1), default=MAX_CHARS, show_default=True, help="Longer texts become errors.")
@click.option("--engine", type=click.Choice(ENGINES), default=FAST, show_default=True, help="encoder: better and slower.")
@click.option("--jobs", type=int, help="Workers; -1 is one a core.  [default: 1; with dask or ray all there are]")
@click.option("--backend", type=click.Choice(BACKENDS), help="Where the workers are.  [default: loky, processes of this machine]")
@click.option("--scheduler", metavar="ADDRESS", help="Of dask, such as tcp://10.0.0.1:8786.")
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off; without one, begin.")
@click.option("--overwrite", is_flag=True, help="Replace outputs, and a run that was begun.")
@click.option("--shard-rows", type=click.IntRange(1), default=ROWS, show_default=True, help="Articles that are done and saved together.")
def command(
    inputs: tuple[str, ...],
    output: str,
    attributions: str | None,
    hedges: str | None,
    sentences: str | None,
    form: str | None,
    text_column: str,
    id_column: str | None,
    title_column: str | None,
    input_format: str | None,
    encoding: str,
    max_chars: int,
    engine: str,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    resume: bool,
    overwrite: bool,
    shard_rows: int,
) -> int:
    """Score a corpus: a row of numbers for each article, in the order of the input.

    INPUT is a file of JSON lines, CSV, TSV or Parquet (also .gz), a folder of text or HTML, such a file, or - for JSON lines from standard
    input. A row that cannot be read or analysed is written with its error. A run that dies goes on with the same command and --resume.
    """
    if resume and overwrite:
        raise click.UsageError("--resume goes on with a run, --overwrite throws it away: give one of them.")
    if jobs == 0 or (jobs is not None and jobs < -1):
        raise click.UsageError("--jobs must be -1 or at least 1.")
    if (scheduler is not None) != (backend == "dask"):
        raise click.UsageError("--scheduler and --backend dask belong together.")
    use(engine)
    tables = {"attributions": attributions, "hedges": hedges, "sentences": sentences}
    began = monotonic()
    try:
        with _workers(backend, scheduler, jobs), _progress() as progress, _terminated():
            summary = score(
                inputs,
                output,
                {name: path for name, path in tables.items() if path is not None},
                columns=Columns(text_column, id_column, title_column),
                form=form,
                input_form=input_format,
                encoding=encoding,
                max_chars=max_chars,
                engine=engine,
                shard_rows=shard_rows,
                n_jobs=jobs,
                resume=resume,
                overwrite=overwrite,
                progress=progress,
            )
    except (ReadError, RunError, ImportError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"{output}: cannot be written: {reason}; what is done is safe, --resume goes on") from error
    except KeyboardInterrupt:
        complain(f"{output}: interrupted; what is done is safe, --resume goes on")
        return 130
    except _Terminated:
        complain(f"{output}: terminated; what is done is safe, --resume goes on")
        return TERMINATED
    _say(summary, output, monotonic() - began)
    return 1 if summary.failed else 0


class _Terminated(BaseException):
    """SIGTERM came."""


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM, which batch systems send before they kill, end the run as an interruption does."""

    def stop(number: int, frame: Any) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _workers(backend: str | None, scheduler: str | None, jobs: int | None) -> Iterator[None]:
    """joblib under the backend that was asked for."""
    if backend is None:
        yield
        return
    from joblib import parallel_config

    if backend == "dask":
        with _client(scheduler or "") as client, parallel_config(backend=on_dask(client), n_jobs=-1 if jobs is None else jobs):
            yield
        return
    if backend == "ray":
        try:
            import ray
            from ray.util.joblib import register_ray
        except ImportError as error:
            raise ImportError("--backend ray needs ray: pip install ray") from error
        if not ray.is_initialized():
            ray.init(log_to_driver=False)  # the cluster that RAY_ADDRESS names, else one of this machine
        register_ray()
    with parallel_config(backend=backend, n_jobs=(-1 if backend == "ray" else 1) if jobs is None else jobs):
        yield


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connection to dask's scheduler."""
    try:
        import distributed
    except ImportError as error:
        raise ImportError('--backend dask needs dask: pip install "framing[distributed]"') from error
    if not _ADDRESS.fullmatch(address):
        raise RunError(f"the scheduler must be an address with its port, such as tcp://10.0.0.1:8786, not {address!r}")
    try:
        client: Any = distributed.Client(address, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]  # has no types
    except (OSError, ValueError) as error:
        raise RunError(f"the scheduler {address} cannot be reached: {' '.join(str(error).split())}") from error
    try:
        yield client
    finally:
        client.close()


def _say(summary: Summary, output: str, seconds: float) -> None:
    for note in summary.notes:
        complain(note)
    if summary.duplicates:
        complain(f"{summary.duplicates:,} of {summary.rows:,} articles have the id of an earlier one (column duplicate_of)")
    if summary.failed:
        why = "" if summary.failed < summary.rows else "; is the right --text-column named?"
        complain(f"{summary.failed:,} of {summary.rows:,} articles failed; each has its row with the error (column error){why}")
    if sys.stderr.isatty():
        new = summary.rows - summary.resumed
        before = f" ({summary.resumed:,} were safe before)" if summary.resumed else ""
        click.echo(one_line(f"{output}: {summary.rows:,} articles{before}, {new / max(seconds, 1e-9):,.1f} articles/s"), err=True)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int, float | None], None] | None]:
    """A bar on standard error, if somebody sees it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rows]:,} articles  {task.fields[rate]}")
    columns = (rate, BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rows=0, rate="")
        first: list[tuple[float, int, int]] = []

        def show(rows: int, tokens: int, share: float | None) -> None:
            if not first:
                first.append((monotonic(), rows, tokens))
            began, old, before = first[0]
            seconds = max(monotonic() - began, 1e-9)
            rate = f"{(rows - old) / seconds:,.1f}/s  {(tokens - before) / seconds:,.0f} tokens/s" if rows > old else ""
            bar.update(task, completed=share or 0, total=None if share is None else 1, rows=rows, rate=rate)

        yield show
