"""``framing export``: analyse articles and write what was found for people to correct, in brat or in Label Studio.

Conventions
-----------
Inputs are read as ``framing analyze`` reads them, one at a time. What is in the folder already may be somebody's corrections, so it is
refused before anything is analysed unless ``--force`` is given. ``framing.interop.brat.read_brat`` reads a corrected brat folder back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from framing.analysis import analyze
from framing.cli.inputs import InputError, load, load_demo
from framing.cli.output import complain
from framing.cli.start import use
from framing.engines import ENGINES, FAST
from framing.interop.brat import write_brat
from framing.interop.brat_scheme import LAYERS
from framing.interop.label_studio import write_label_studio
from framing.result import Analysis

WRITERS = {"brat": write_brat, "label-studio": write_label_studio}

EPILOG = """\b
Examples:
  framing export articles/*.txt --to brat -o to_correct
  framing export articles/*.txt --to brat --layer hedges -o hedges
  framing export --demo --to label-studio -o tasks
"""


@click.command("export", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option("--demo", is_flag=True, help="Export the article that comes with the package.")
@click.option("--to", "tool", type=click.Choice(list(WRITERS)), required=True, help="The tool that people correct it in.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to write into; made if need be.")
@click.option("--layer", "layers", type=click.Choice(LAYERS), multiple=True, help="What to mark; may be repeated.  [default: all]")
@click.option("--engine", type=click.Choice(ENGINES), default=FAST, show_default=True, help="encoder: more attributions right, slower.")
@click.option("--force", is_flag=True, help="Replace what is in the folder, corrections included.")
def command(inputs: tuple[str, ...], demo: bool, tool: str, output: Path, layers: tuple[str, ...], engine: str, force: bool) -> int:
    """Write what is found in articles for people to correct.

    INPUT is a file of plain text or HTML, - for standard input, or an https address, as for `framing analyze`.
    """
    names = [*(["--demo"] if demo else []), *inputs]
    if not names:
        raise click.UsageError("Give at least one INPUT, or --demo.")
    if names.count("-") > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    use(engine)
    failed: list[str] = []
    try:
        WRITERS[tool](_analyses(names, engine, failed), output, layers or LAYERS, force)
    except FileExistsError as error:
        if error.errno is not None:  # a file where the folder should be
            raise click.ClickException(f"{output}: cannot be written: it is a file") from error
        raise click.ClickException(f"{error} with --force") from error
    except OSError as error:
        raise click.ClickException(f"{output}: cannot be written: {error.strerror or error}") from error
    except ValueError as error:  # a list of documents that is damaged
        raise click.ClickException(str(error)) from error
    return 1 if failed else 0


def _analyses(names: list[str], engine: str, failed: list[str]) -> Iterator[Analysis]:
    """Each input that can be read, analysed; the names of the others go to ``failed``."""
    for name in names:
        try:
            article = load_demo() if name == "--demo" else load(name)
        except InputError as error:
            failed.append(name)
            complain(f"{'standard input' if name == '-' else name}: {error}")
        else:
            yield analyze(article, engine=engine)
