"""``framing report``: tables of scores in, one page that compares groups of articles out.

Conventions
-----------
Everything but the words on the screen is :func:`framing.corpus_report.page.corpus_report`. Outlets and dates are in no table of scores:
they are columns of ``--meta``, joined by id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from framing.cli.output import encode, standard_output
from framing.corpus_report.corpus import Meta
from framing.corpus_report.page import LEAST, corpus_report
from framing.corpus_report.tables import TableError
from framing.runs.journal import MANIFEST
from framing.writing import replacing

EPILOG = """\b
Examples:
  framing report scores.parquet -o report.html
  framing report scores.csv -o report.html \\
      --by outlet --date date --meta articles.csv --meta-id url
  framing report scores/ -o report.html --by language \\
      --attributions attributions.jsonl --hedges hedges.jsonl
  framing analyze articles/*.txt --format html -o reports/
  framing report scores.jsonl -o report.html --articles reports/
"""
_PATH = click.Path(path_type=Path)


@click.command("report", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("scores", type=_PATH)
@click.option("-o", "--output", type=_PATH, help="File to write.  [default: standard output]")
@click.option("--by", metavar="COLUMN", help="Compare groups of articles by this column.")
@click.option("--date", metavar="COLUMN", help="Dates such as 2026-05-03, for the charts over time.")
@click.option("--meta", type=_PATH, help="Table with what else is known of the articles (.jsonl, .csv, .tsv, .parquet).")
@click.option("--meta-id", metavar="COLUMN", help="Its column of the articles' ids.  [default: id]")
@click.option("--attributions", type=_PATH, help="Attributions that `framing score` wrote: adds the sources.")
@click.option("--hedges", type=_PATH, help="Hedges that `framing score` wrote: adds their types.")
@click.option("--articles", type=_PATH, metavar="FOLDER", help="Reports of single articles, to link to.")
@click.option("--title", help="Headline of the page.")
@click.option("--least", type=click.IntRange(2), default=LEAST, show_default=True, help="Articles that a group or month needs.")
def command(
    scores: Path,
    output: Path | None,
    by: str | None,
    date: str | None,
    meta: Path | None,
    meta_id: str | None,
    attributions: Path | None,
    hedges: Path | None,
    articles: Path | None,
    title: str | None,
    least: int,
) -> int:
    """Show a scored corpus on one page of HTML.

    SCORES is the table of articles that `framing score` wrote: .jsonl, .csv or .parquet, or a folder of shards.
    """
    if meta_id is not None and meta is None:
        raise click.UsageError("--meta-id is a column of --meta: give both.")
    if output is not None and any(path is not None and _same(output, path) for path in (scores, meta, attributions, hedges)):
        raise click.UsageError(f"-o {output} is also an input and would be overwritten.")
    try:
        page = corpus_report(
            scores,
            Meta(by, date, meta, meta_id),
            attributions=attributions,
            hedges=hedges,
            articles=articles,
            beside=Path() if output is None else output.parent,
            title=title,
            scored_by=_scored_by(scores),
            least=least,
        )
    except TableError as error:
        raise click.ClickException(str(error)) from error
    try:
        if output is None:
            with standard_output() as stream:
                stream.write(encode(page))
        else:
            with replacing(output) as stream:
                stream.write(encode(page))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(f"{output or 'standard output'}: cannot be written: {error.strerror or error}") from error
    return 0


def _same(output: Path, path: Path) -> bool:
    try:
        return output.samefile(path)
    except OSError:
        return False


def _scored_by(scores: Path) -> Mapping[str, str]:
    """Version, scheme and models that scored the articles, if the folder of the run still stands beside the table."""
    try:
        with (scores.parent / f"{scores.name}.run" / MANIFEST).open(encoding="utf-8") as stream:
            options = json.loads(stream.readline())["options"]
        told = {"framing": options["framing"], "scheme": options["scheme"], **options["models"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {str(key): str(value) for key, value in told.items()}
