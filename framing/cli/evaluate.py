"""``framing evaluate``: a task of the benchmark, and predictions of anyone or a system; scores, or the difference of two.

Conventions
-----------
Scores come with interval, n and signature, in 80 columns; ``--json`` has all of it. ``--compare A B`` takes names of systems and files:
what is the name of a system is one (a file of that name is ``./NAME``). A test split is read only if ``--split`` names it. Wrong
predictions give no score: each problem is a line on standard error, and the exit code is 2, as for wrong usage; 1 if a corpus or a package
is missing. ``--score``, ``--json`` and ``--output`` where nothing is shown, and two outputs in one file, are wrong usage.
"""

from __future__ import annotations

import difflib
import json
import os
import textwrap
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.benchmark.fields import shown
from framing.benchmark.registry import SYSTEMS, TASKS
from framing.cli.corpora import home_option
from framing.cli.output import complain, encode, standard_output
from framing.cli.start import undisturbed
from framing.writing import replacing

if TYPE_CHECKING:
    from framing.benchmark.evaluation import Result
    from framing.benchmark.task import Task

WRONG = 2  # exit code of predictions that cannot be scored
NEAR = 8  # names of scores that are offered

EPILOG = """\b
Examples:
  framing evaluate --list
  framing evaluate attribution --list
  framing evaluate attribution-wikinews --system framing
  framing evaluate attribution-wikinews --inputs inputs.jsonl
  framing evaluate attribution-wikinews --predictions mine.jsonl
  framing evaluate attribution-wikinews --compare mine.jsonl framing
"""


def _complete(names: Callable[[], Any]) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Names for the shell; for options that take files too, these behind them."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
        found: list[Any] = [name for name in names() if name.startswith(incomplete)]
        if parameter.name == "compare":
            from click.shell_completion import CompletionItem

            found = [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]
        return found

    return complete


def _splits(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from framing.benchmark import registry

    name = context.params.get("task") or next((word for word in context.args if word in TASKS), None)  # of a line that is not complete
    return [split for split in registry.task(name).splits if split.startswith(incomplete)] if name in TASKS else []


@click.command("evaluate", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("task", required=False, shell_complete=_complete(lambda: TASKS))
@click.option("--split", shell_complete=_splits, help="Part of the corpus.  [default: the one for tuning, never test]")
@click.option("--predictions", type=click.Path(), metavar="FILE", help="Measure predictions: JSON lines, one object an item.")
@click.option("--system", metavar="NAME", shell_complete=_complete(lambda: SYSTEMS), help="Measure a system, as --list names them.")
@click.option(
    "--compare",
    nargs=2,
    metavar="A B",
    shell_complete=_complete(lambda: SYSTEMS),
    help="Test the difference of two; each is a system's name or a file of predictions.",
)
@click.option("--score", "scores", multiple=True, metavar="NAME", help="Show only this score; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="All scores with signature, sums of the data and versions, as JSON.")
@click.option("-o", "--output", type=click.Path(), help="Write here what would be shown.")
@click.option("--save-predictions", type=click.Path(), metavar="FILE", help="Also write what the --system predicted.")
@click.option("--inputs", type=click.Path(), metavar="FILE", help="Write the items without gold, for a system of yours.")
@click.option("--list", "listed", is_flag=True, help="List tasks and systems; with TASK, what its predictions must look like.")
@home_option
def command(
    task: str | None,
    split: str | None,
    predictions: str | None,
    system: str | None,
    compare: tuple[str, str] | None,
    scores: tuple[str, ...],
    as_json: bool,
    output: str | None,
    save_predictions: str | None,
    inputs: str | None,
    listed: bool,
    data_home: str | None,
) -> int:
    """Measure predictions for a TASK of the benchmark: your own (a file) or those of a system, alone or one against another.

    Every score has a 95 % interval, the number of items and a signature that says what it depends on. --compare tests the difference by
    paired bootstrap and approximate randomisation.
    """
    chosen = [name for name, value in (("--predictions", predictions), ("--system", system), ("--compare", compare)) if value]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} exclude each other: --compare A B takes systems and files.")
    if save_predictions and not system:
        raise click.UsageError("--save-predictions belongs to --system.")
    idle = [name for name, value in (("--score", scores), ("--json", as_json), ("--output", output)) if value]
    if idle and inputs and not chosen:
        raise click.UsageError(f"--inputs writes JSON lines to its FILE; there is nothing for {' and '.join(idle)}.")
    _apart({"--output": output, "--save-predictions": save_predictions, "--inputs": inputs})
    if listed:
        if chosen or inputs or scores or as_json:
            raise click.UsageError("--list lists, and measures nothing.")
        from framing.cli.evaluate_text import task_text, tasks_text

        return _give(tasks_text(data_home) if task is None else task_text(_named(task), data_home), output)
    if task is None:
        raise click.UsageError("Give a TASK; `framing evaluate --list` names them.")
    found = _named(task)
    if not chosen and not inputs:
        raise click.UsageError("Give --predictions FILE, --system NAME, --compare A B, --inputs FILE or --list.")
    with undisturbed():
        return _run(found, split, (predictions, system, compare), scores, as_json, output, save_predictions, inputs, data_home)


def _run(
    task: Task,
    split: str | None,
    what: tuple[str | None, str | None, tuple[str, str] | None],
    scores: tuple[str, ...],
    as_json: bool,
    output: str | None,
    save: str | None,
    inputs: str | None,
    data_home: str | None,
) -> int:
    from framing.benchmark.evaluation import UnfitError, evaluate, tuning_split
    from framing.benchmark.evaluation import compare as difference
    from framing.benchmark.inputs import write_inputs
    from framing.benchmark.predictions import PredictionsError, write_predictions
    from framing.cli.evaluate_text import differences_text, leading, scores_text

    predictions, system, pair = what
    sides: tuple[str, ...] = pair or ((system,) if system else (predictions,) if predictions else ())
    try:
        split = task.checked(split) if split else tuning_split(task)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        if not system:
            sides = tuple(side if predictions is None and side in SYSTEMS else _file(side, predictions is None) for side in sides)
            for path in (output, inputs):
                if path and os.path.exists(path) and any(os.path.isfile(side) and os.path.samefile(path, side) for side in sides):
                    raise click.UsageError(f"{path} holds predictions that are measured, and would be overwritten.")
        elif system not in SYSTEMS:
            raise click.UsageError(f"No such system {system!r}{_near(system, SYSTEMS)}")
        if inputs:
            _write(inputs, lambda: write_inputs(inputs, task.items(split, Path(data_home) if data_home else None)))
        found: list[Result] = []
        for side in sides:
            if predictions is None and side in SYSTEMS:
                found.append(evaluate(task, split, system=side, data_home=data_home))
            else:
                found.append(evaluate(task, split, predictions=side, data_home=data_home))
        if unknown := [name for name in scores if found and name not in found[0].scores]:
            return _no_score(unknown[0], task, list(found[0].scores))
        if save:
            _write(save, lambda: write_predictions(save, task, found[0].items, found[0].predictions))
        if not found:
            return 0
        for result in found:
            for note in result.warnings:
                complain(note)
        if pair:
            compared = difference(found[0], found[1], scores or (None if as_json else leading(found[0])))
            return _give(_json(compared.to_dict(True)) if as_json else differences_text(compared, pair), output)
        if not as_json:
            return _give(scores_text(found[0], scores), output)
        whole = found[0].to_dict(True)
        return _give(_json({**whole, "scores": {name: whole["scores"][name] for name in scores or whole["scores"]}}), output)
    except PredictionsError as error:
        for problem in str(error).split("\n"):
            complain(problem)
        complain(f"no score: {error.count:,} {'problem' if error.count == 1 else 'problems'} in the predictions")
        return WRONG
    except UnfitError as error:
        raise click.UsageError(str(error)) from error
    except (FileNotFoundError, ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _named(name: str) -> Task:
    from framing.benchmark import registry

    if name not in TASKS:
        raise click.UsageError(f"No such task {name!r}{_near(name, TASKS)}")
    return registry.task(name)


def _near(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f". Did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}."


def _no_score(name: str, task: Task, known: list[str]) -> int:
    """Say which scores have such a name, the one that orders the leaderboard first, in lines of 80 columns."""
    inside = [score for score in known if name and name.lower() in score]
    near = sorted(inside or difflib.get_close_matches(name, known, NEAR), key=lambda score: score != task.primary)
    few = ", ".join(map(repr, near[:NEAR])) + (f" and {len(near) - NEAR:,} more" if len(near) > NEAR else "")
    told = f"No such score {shown(name)}." + (f" Did you mean {few}?" if near else "")
    others = f"{task.primary!r} orders the leaderboard; --json holds all {len(known)}, `framing evaluate {task.name} --list` explains them."
    for line in textwrap.wrap(f"{told} {others}", 80 - len("framing: "), break_on_hyphens=False):
        complain(line)
    return WRONG


def _file(name: str, or_system: bool) -> str:
    """The file, if it can be read."""
    if not os.path.isfile(name):
        what = f"neither a system nor a file{_near(name, SYSTEMS)}" if or_system and not os.path.isdir(name) else "no file"
        raise click.UsageError(f"{name} is {what}")
    if not os.access(name, os.R_OK):
        raise click.UsageError(f"{name} cannot be read")
    return name


def _apart(outputs: dict[str, str | None]) -> None:
    """No two outputs are one file."""
    for (name, path), (other, second) in combinations([(name, path) for name, path in outputs.items() if path], 2):
        both = os.path.exists(path) and os.path.exists(second)
        if os.path.samefile(path, second) if both else os.path.realpath(path) == os.path.realpath(second):
            raise click.UsageError(f"{name} and {other} are the same file, {path}.")


def _write(name: str, write: Callable[[], None]) -> None:
    try:
        write()
    except FileNotFoundError as error:
        if error.errno is None:  # a corpus that is not there
            raise
        raise click.ClickException(f"{name}: cannot be written: {error.strerror}") from error
    except OSError as error:
        raise click.ClickException(f"{name}: cannot be written: {error.strerror or error}") from error


def _give(text: str, output: str | None) -> int:
    """Show it, or write it."""
    if output is None:
        with standard_output() as stream:
            stream.write(encode(text))
        return 0

    def write() -> None:
        with replacing(Path(output)) as file:
            file.write(encode(text))

    _write(output, write)
    return 0


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
