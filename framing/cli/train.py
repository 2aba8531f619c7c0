"""``framing train``: train a model from corpora on this machine.

Conventions
-----------
What happens is said on standard error, line by line, with the seconds since the start. Whatever can be wrong (a corpus that is not there, a
folder that is in use) is found before the long work begins. A folder that holds something else than a model of the task is never written to
unless ``--force`` is given; what lies in it beside the model stays. An option that a task does not take is wrong usage.
"""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from time import monotonic
from typing import IO, Any

import click

from framing.cli.start import use
from framing.corpora import CorpusNotFound
from framing.engines import ENCODER, ENGINES, FAST, parts
from framing.training import TASKS, UNLABELLED_TOKENS

CHECKPOINTS = "training"  # the folder that a training of the encoder leaves when it is broken off

HELP = f"""Train the model of TASK.

TASK is one of {", ".join(sorted(TASKS))}. The model is a folder: model.json with its card, weights.npz, and CARD.md for people. It takes
minutes; attribution as it is shipped, taught by the encoder, half an hour; the encoder, less than two hours, or minutes on a GPU, and goes
on where it was broken off.
"""

EPILOG = """\b
Examples:
  framing train attribution --corpus polnear
  framing train sources
  framing train attribution --data-home corpora --out mine --seed 1
  framing train attribution --unlabelled-tokens 0
  framing train attribution --engine encoder
  framing train attribution --taught-by encoder --unlabelled-tokens 2800000
  framing train sources --brat to_correct
"""


@click.command("train", help=HELP, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("task", metavar="TASK", type=click.Choice(sorted(TASKS)))
@click.option("--engine", type=click.Choice(ENGINES), default=FAST, show_default=True, help="Only for attribution: whose model.")
@click.option("--corpus", "corpora", multiple=True, help="Annotated corpus; may be repeated.  [default: those of the shipped model]")
@click.option("--data-home", type=click.Path(file_okay=False), help="Folder of the corpora; else FRAMING_DATA, else a folder of yours.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the model.  [default: models/TASK]")
@click.option(
    "--seed", type=click.IntRange(min=0), help="Of everything random; for attribution, hedging, rating, loaded_language.  [default: 0]"
)
@click.option(
    "--unlabelled-tokens",
    type=click.IntRange(min=0),
    help=f"Only for attribution: tokens of raw news text to learn from too; 0 needs no further corpus.  "
    f"[default: {UNLABELLED_TOKENS}; encoder: 0]",
)
@click.option("--taught-by", type=click.Choice([ENCODER]), help="Only for attribution: the engine that labels the raw text.")
@click.option("--exclude", type=click.File(encoding="utf-8"), help="Only for hedging: ids of documents to leave out, one a line.")
@click.option("--part", type=click.Choice(["SG2", "MBIC"]), help="Only for loaded_language: of BABE, to learn from.  [default: SG2]")
@click.option(
    "--brat",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="Only for attribution, sources and hedging: folder of articles corrected in brat, to learn from too; may be repeated.",
)
@click.option("--force", is_flag=True, help="Write into a folder that holds something else.")
def command(
    task: str,
    engine: str,
    corpora: tuple[str, ...],
    data_home: str | None,
    out: Path | None,
    seed: int | None,
    unlabelled_tokens: int | None,
    taught_by: str | None,
    exclude: IO[str] | None,
    part: str | None,
    brat: tuple[str, ...],
    force: bool,
) -> int:
    """What :data:`HELP` says."""
    train, kind = TASKS[task], task
    if engine == ENCODER:
        if task != "attribution":
            raise click.UsageError(f"{task} takes no --engine {engine}.")
        from framing.training_encoder import train_encoder

        train, kind = train_encoder, "attribution-encoder"
    left_out = None if exclude is None else exclude.read().split()
    given: dict[str, Any] = {
        "seed": seed,
        "unlabelled_tokens": unlabelled_tokens,
        "taught_by": taught_by,
        "part": part,
        "exclude": left_out,
        "brat": brat or None,
    }
    options = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if name not in inspect.signature(train).parameters:
            raise click.UsageError(f"{task} takes no --{name.replace('_', '-')}{' with this --engine' if engine != FAST else ''}.")
    if taught_by is not None:
        use(taught_by)
        options["taught_by"] = [model() for _, model in parts(taught_by).values()]
    folder = out or Path("models") / kind
    _check(folder, kind, force)
    begin = monotonic()

    def say(line: str) -> None:
        click.echo(f"{monotonic() - begin:5.0f} s  {line}", err=True)

    try:
        train(list(corpora) or None, data_home, folder, progress=say, **options)
    except (CorpusNotFound, ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be written: {error.strerror or error}") from error
    say(f"saved in {folder}")
    return 0


def _check(folder: Path, task: str, force: bool) -> None:
    """Raise if the model cannot or should not be written into the folder, which need not be there."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise click.ClickException(f"{folder}: cannot be written: {there} is {'closed to you' if there.is_dir() else 'no folder'}")
    if there == folder and {path.name for path in folder.iterdir()} - {CHECKPOINTS} and not force and not _holds(folder, task):
        raise click.ClickException(f"{folder} is not empty and holds no model of {task}: choose another --out, or give --force.")


def _holds(folder: Path, task: str) -> bool:
    try:
        numbers = json.loads((folder / "model.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(numbers, dict) and numbers.get("model") == task
