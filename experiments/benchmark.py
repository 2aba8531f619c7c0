"""Every system of the benchmark on every task and split that is no test part: what the leaderboard shows.

    python -m experiments.benchmark [--only TASK ...] [--system NAME ...]   # results/benchmark.json

Needs the corpora of the tasks; a task whose corpus is not at hand, and a system whose packages are not installed, are left out, and the
result says why. On splits that begin with ``cv`` systems learn anew for every fold, which is what takes the time.

Of each task and split: the scores of every system (:func:`framing.benchmark.evaluation.evaluate`), those of a second annotator where items
were annotated twice (*ceiling*; on the items that both saw), and the library less every other system by the score that orders the
leaderboard: interval by paired bootstrap, p by approximate randomisation (10,000 exchanges). Published figures stand beside them as they
were printed: they are of other test parts. Seconds, loading and learning included, go to ``results/benchmark.volatile.json``.

Conventions
-----------
* *Submissions*: predictions of others, ``experiments/submissions/TASK/SPLIT/NAME.jsonl`` with ``NAME.md`` beside each, are measured like
  systems, of the name ``NAME``. Those for a test part wait there for the last measurement: the run says so, and looks only whether they are
  JSON lines with ids. If a file is wrong, its problems are told on standard error, nothing is measured, and the exit code is 2.
* *Rows that stay*: ``--only`` and ``--system`` measure some and keep the others as they are written; a system whose packages are not
  installed keeps its row too, and ``left out`` says why it was not run anew. A row stays only if it is of the same items.
* With ``--system`` the library itself is run besides, because the difference of two needs the predictions of both. A difference stays only
  if both rows stayed as they were.
* What ``benchmark.volatile.json`` says of the ``run`` is of the last whole one; a run with ``--only`` or ``--system`` leaves it as it is.
* ``versions`` are those of this run and, where a row stays, those that were written before (:mod:`experiments.results_file`).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments import results_file
from framing.benchmark import evaluation, registry
from framing.benchmark.evaluation import Result
from framing.benchmark.predictions import SHOWN, PredictionsError, read_predictions
from framing.benchmark.task import Item, Task
from framing.corpora.lessons import is_test
from framing.metrics.signature import DIGITS
from framing.showing import one_line

OURS = "framing"
CEILING = "second annotator"
SHORT = ("scores", "n", "signature", "data_sha256", "warnings")
WRONG = 2  # exit code
ABSENT = "the corpus is not at hand"
SUBMISSIONS = results_file.ROOT / "experiments" / "submissions"
OTHER_ITEMS = "was measured on other items than there are now"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{,59}")

Part = dict[str, Any]  # of the results: what there is of a task and split
Submissions = dict[tuple[str, str], dict[str, Path]]  # files of predictions by task and split, and by the name of their system


class SubmissionError(ValueError):
    """Files below the folder of submissions that cannot be measured; the message says of each what it should be, one a line."""


def splits(task: Task) -> tuple[str, ...]:
    """Those that are no test part."""
    return tuple(split for split in task.splits if not is_test(split))


def submissions(folder: Path) -> Submissions:
    """The predictions of others.

    Raises
    ------
    SubmissionError
        If files lie elsewhere than the module's docstring says, have a name that a system cannot have, or lack their other half.
    """
    found: Submissions = {}
    wrong: dict[Path, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path == folder / "README.md":
            continue
        both = path.with_suffix("") if path.suffix in (".jsonl", ".md") else path
        if problem := _misplaced(path, path.relative_to(folder).parts):
            wrong.setdefault(both, f"{one_line(path.relative_to(folder).as_posix())}: {problem}")
        elif path.suffix == ".jsonl":
            task, split, _ = path.relative_to(folder).parts
            found.setdefault((task, split), {})[path.stem] = path
    if wrong:
        raise SubmissionError("\n".join(wrong.values()))
    return found


def _misplaced(path: Path, parts: tuple[str, ...]) -> str:
    """What is wrong with the place or the name of a file, or that its other half is missing; nothing if all is well."""
    if len(parts) != 3 or path.suffix not in (".jsonl", ".md"):
        return "a submission is TASK/SPLIT/NAME.jsonl and TASK/SPLIT/NAME.md"
    task, split, _ = parts
    if task not in registry.TASKS:
        return f"there is no task {task!r}; there are {', '.join(registry.TASKS)}"
    if split not in registry.task(task).splits:
        return f"{task} has no split {split!r}; it has {', '.join(registry.task(task).splits)}"
    if not _NAME.fullmatch(path.stem):
        return "a name holds letters, digits, dots, hyphens and underscores, sixty at most, no mark in front"
    if path.stem.casefold() in {name.casefold() for name in registry.SYSTEMS}:
        return f"{path.stem} is the name of a system of the benchmark; take another one"
    other = path.with_suffix(".md" if path.suffix == ".jsonl" else ".jsonl")
    if not other.is_file() or not other.stat().st_size:
        return f"{other.name}, {'ten lines on the system' if other.suffix == '.md' else 'the predictions'}, must lie beside it"
    return ""


def check(submitted: Submissions) -> None:
    """Read all files, so that a wrong one is known before anything is measured; those of a corpus that is not at hand are not read.

    Raises
    ------
    SubmissionError
        If one cannot be measured.
    """
    wrong: list[str] = []
    for (name, split), files in submitted.items():
        task, items = registry.task(name), None
        if not is_test(split):
            try:
                items = task.items(split, results_file.data_home())
            except FileNotFoundError:
                continue
        for path in files.values():
            try:
                if items is None:
                    _check_lines(path)
                else:
                    read_predictions(path, task, items)
            except PredictionsError as error:
                wrong += str(error).replace(f"{SUBMISSIONS}/", "").split("\n")
    if wrong:
        raise SubmissionError("\n".join(wrong))


def _check_lines(path: Path) -> None:
    """Raise PredictionsError if a file, whose items nobody reads yet, is no JSON lines of objects with ids."""
    problems = list(_wrong_lines(path))
    if problems:
        raise PredictionsError(problems[:SHOWN], len(problems))


def _wrong_lines(path: Path) -> Iterator[str]:
    seen: set[str] = set()
    empty = True
    for n, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        empty = False
        try:
            record = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            yield f"{path}, line {n}: this is no JSON"
            continue
        name = record.get("id") if isinstance(record, dict) else None
        if not isinstance(name, str):
            yield f"{path}, line {n}: this must be an object with an id, a string"
        elif name in seen:
            yield f"{path}, line {n}: document {name[:60]!r} is predicted twice"
        else:
            seen.add(name)
    if empty:
        yield f"{path}: there is no prediction"


def short(result: Result) -> dict[str, Any]:
    """What is kept of a result."""
    found = result.to_dict()
    return {key: found[key] for key in SHORT}


def less(first: Result, second: Result) -> dict[str, Any]:
    """The first less the second by the score that orders the leaderboard."""
    found = evaluation.compare(first, second, [first.task.primary]).to_dict()
    difference: dict[str, Any] = found["differences"][first.task.primary]
    return difference


def ceiling(task: Task, split: str) -> dict[str, Any] | None:
    """What the second annotator has on the items that were annotated twice."""
    found = task.ceiling(split, results_file.data_home())
    if found is None:
        return None
    items, predictions = found
    result = Result(task, split, CEILING, tuple(items), tuple(predictions), task.measure(items, predictions))
    return short(result)


def measure(
    task: Task,
    split: str,
    items: Sequence[Item],
    systems: Sequence[str],
    seconds: dict[str, float],
    submitted: Mapping[str, Path] | None = None,
) -> Part:
    """All of these systems and submissions on a split; the library's own too if there is one to compare it with."""
    home = results_file.data_home()
    results: dict[str, Result] = {}
    left_out: dict[str, str] = {}

    def keep(name: str, found: Result) -> None:
        results[name] = found
        score = found.primary
        print(
            f"{task.name:20} {split:10} {name:14} {score.name} {score.value:.3f} [{score.interval[0]:.3f}, {score.interval[1]:.3f}]",
            flush=True,
        )

    def attempt(name: str) -> None:
        try:
            found = evaluation.run(evaluation.fit(name, task), task, split, items, home)
        except evaluation.UnfitError:
            return
        except ImportError as error:
            if not registry.system(name).needs:  # ours, and broken
                raise
            left_out[name] = str(error)
            return
        seconds[f"{task.name}, {split}, {name}"] = round(found.seconds or 0.0, 2)
        keep(name, found)

    submitted = submitted or {}
    for name in systems:
        attempt(name)
    for name, path in submitted.items():
        keep(name, evaluation.evaluate(task, split, predictions=path, data_home=home))
    if results and OURS not in systems:
        attempt(OURS)
    rows = {name: short(result) for name, result in results.items()}
    for name in submitted:
        rows[name] |= {"predictions_sha256": results[name].sha256, "submitted": f"{task.name}/{split}/{name}.md"}
    ours = results.get(OURS)
    return {
        "systems": rows,
        "less": {} if ours is None else {name: less(ours, result) for name, result in results.items() if name != OURS},
        "left out": left_out,
    }


def joined(old: Part, new: Part, items_sha256: str, asked: Collection[str], known: Collection[str]) -> Part:
    """What was measured, and what stays of what was written before.

    Parameters
    ----------
    old, new : dict
        Written before, and measured now.
    items_sha256 : str
        Of the items: a row of other ones goes.
    asked, known : collection of str
        Names that were to be measured now, and all that there are. A row stays if its system was not asked for, or cannot run here.
    """
    new = json.loads(results_file.as_json(new))
    systems, less, left_out = dict(new["systems"]), dict(new["less"]), dict(new["left out"])
    others = [name for name in known if name not in systems and (name not in asked or name in left_out)]
    for name in others:
        row = old["systems"].get(name)
        if row is not None and row["data_sha256"] == items_sha256:
            systems[name] = row
        elif row is not None:
            left_out.setdefault(name, OTHER_ITEMS)
        if name in old["left out"]:
            left_out.setdefault(name, old["left out"][name])
    if systems.get(OURS) == old["systems"].get(OURS):
        less |= {name: old["less"][name] for name in others if name in systems and name in old["less"]}
    return {"systems": systems, "less": less, "left out": left_out}


def told(task: Task) -> dict[str, Any]:
    """What the leaderboard says of a task."""
    published = [{**asdict(figure), "value": round(figure.value, DIGITS)} for figure in task.published]
    return {
        "title": task.title,
        "corpora": list(task.corpora),
        "primary": task.primary,
        "unit": task.unit,
        "lower is better": sorted(task.lower_is_better),
        "splits": list(task.splits),
        "published": published,
    }


def written() -> tuple[dict[str, Any], dict[str, Any]]:
    """The results, and what differs from run to run, as they were written before, their blocks included."""
    names = "benchmark", "benchmark.volatile"
    result, facts = (results_file.whole(name) if results_file.exists(name) else {} for name in names)
    return result, facts


def write(
    tasks: dict[str, Any],
    missing: dict[str, str],
    seconds: Mapping[str, float],
    before: Mapping[str, Any],
    anew: Collection[str],
    run: Mapping[str, Any] | None = None,
) -> None:
    """Write the results.

    What those ``before`` were made of is told only if a row of them is left, one that was not measured ``anew``. ``run``: of the last whole
    run, where this is none.
    """
    parts = [(f"{task}, {split}", part) for task, entry in tasks.items() for split, part in entry["results"].items()]
    places = {f"{place}, {name}" for place, part in parts for name in part["systems"]}
    stays = bool(places - set(anew))
    result = {"tasks": tasks, "not measured": missing, results_file.DATA: before.get(results_file.DATA, {}) if stays else {}}
    facts = {"seconds": {place: value for place, value in seconds.items() if place in places}}
    results_file.write("benchmark", result, facts, before=before.get(results_file.VERSIONS) if stays else None)
    if run:
        results_file.put(results_file.RESULTS / "benchmark.volatile.json", results_file.as_json({**facts, results_file.RUN: run}))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; the exit code."""
    try:
        run(arguments)
    except (SubmissionError, PredictionsError) as error:
        for line in [*str(error).split("\n"), f"nothing is measured until this is mended, or taken out of {SUBMISSIONS.name}"]:
            print(f"benchmark: {line}", file=sys.stderr)
        return WRONG
    return 0


def run(arguments: Sequence[str] | None) -> None:
    """Measure, print, write.

    Raises
    ------
    SubmissionError, PredictionsError
        If predictions of others cannot be measured.
    """
    found = submissions(SUBMISSIONS)
    known = tuple(dict.fromkeys([*registry.SYSTEMS, *(name for files in found.values() for name in files)]))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=tuple(registry.TASKS), metavar="TASK", help="these tasks; the others are kept")
    parser.add_argument("--system", nargs="+", choices=known, metavar="NAME", help="these systems or submissions; the others are kept")
    options = parser.parse_args(arguments)
    every = not (options.only or options.system)
    asked = options.system or known
    systems = [own for own in asked if own in registry.SYSTEMS]
    submitted = {
        place: mine
        for place, files in found.items()
        if place[0] in (options.only or registry.TASKS) and (mine := {own: path for own, path in files.items() if own in asked})
    }
    for own in options.system or ():
        if own not in systems and not any(own in files for files in submitted.values()):
            parser.error(f"{own} has no predictions for {', '.join(options.only)}")
    check(submitted)
    for (name, split), files in submitted.items():
        for own in files if is_test(split) else ():
            print(f"{own}: for {name}, {split}; waits for the last measurement, not measured", flush=True)
    before, volatile = written()
    seconds = volatile.get("seconds", {})
    tasks = {name: entry for name, entry in before.get("tasks", {}).items() if name in registry.TASKS}
    missing = {} if every else before.get("not measured", {})
    anew: set[str] = set()
    for name in options.only or registry.TASKS:
        task = registry.task(name)
        wanted = {split: submitted.get((name, split), {}) for split in splits(task) if systems or (name, split) in submitted}
        if not wanted:
            continue
        entry = tasks.setdefault(name, {})
        entry |= told(task)
        entry["results"] = {split: part for split, part in entry.get("results", {}).items() if split in splits(task)}
        for split, files in wanted.items():
            place = f"{name}, {split}"
            try:
                items = task.items(split, results_file.data_home())
                part = measure(task, split, items, systems, seconds, files)
                second = ceiling(task, split)
            except FileNotFoundError:
                print(f"{name:20} {split:10} not measured: {ABSENT}", flush=True)
                if every:
                    entry["results"].pop(split, None)
                if split not in entry["results"]:
                    missing[place] = ABSENT
            else:
                old = entry["results"].get(split, {"systems": {}, "less": {}, "left out": {}})
                known_here = [*registry.SYSTEMS, *found.get((name, split), {})]
                whole = joined(old, part, evaluation.items_sha256(items), asked, known_here)
                entry["results"][split] = whole | ({} if second is None else {"ceiling": second})
                anew |= {f"{place}, {own}" for own in part["systems"]}
                missing.pop(place, None)
            write(tasks, missing, seconds, before, anew, None if every else volatile.get(results_file.RUN))


if __name__ == "__main__":
    sys.exit(main())
