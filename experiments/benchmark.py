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
  systems, of the name ``NAME``. Those for a test part wait there for the last measurement.
* *Rows that stay*: ``--only`` and ``--system`` measure some and keep the others as they are written; a system whose packages are not
  installed keeps its row too, and ``left out`` says why it was not run anew. A row stays only if it is of the same items.
* With ``--system`` the library itself is run besides, because the difference of two needs the predictions of both. A difference stays only
  if both rows stayed as they were.
* ``versions`` are those of this run and, where a row stays, those that were written before (:mod:`experiments.results_file`).
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments import results_file
from framing.benchmark import evaluation, registry
from framing.benchmark.evaluation import Result
from framing.benchmark.task import Item, Task
from framing.corpora.lessons import is_test
from framing.metrics.signature import DIGITS
from framing.showing import one_line

OURS = "framing"
CEILING = "second annotator"
SHORT = ("scores", "n", "signature", "data_sha256", "warnings")
SUBMISSIONS = results_file.ROOT / "experiments" / "submissions"
OTHER_ITEMS = "was measured on other items than there are now"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{,59}")

Part = dict[str, Any]  # of the results: what there is of a task and split


class SubmissionError(ValueError):
    """A file below the folder of submissions that cannot be one; the message says what it should be."""


def splits(task: Task) -> tuple[str, ...]:
    """Those that are no test part."""
    return tuple(split for split in task.splits if not is_test(split))


def submissions(folder: Path) -> dict[tuple[str, str], dict[str, Path]]:
    """The files of predictions of others by task and split, and by the name of their system.

    Raises
    ------
    SubmissionError
        If a file lies elsewhere than the module's docstring says, has a name that a system cannot have, or lacks its other half.
    """
    found: dict[tuple[str, str], dict[str, Path]] = {}
    taken = {name.casefold() for name in registry.SYSTEMS}
    for path in sorted(folder.rglob("*")):
        where = one_line(path.relative_to(folder).as_posix())
        if path.is_dir() or where == "README.md":
            continue
        task, split, *rest = (*path.relative_to(folder).parts, "", "")
        if len(rest) != 3 or path.suffix not in (".jsonl", ".md"):
            raise SubmissionError(f"{where}: a submission is TASK/SPLIT/NAME.jsonl and TASK/SPLIT/NAME.md")
        if task not in registry.TASKS:
            raise SubmissionError(f"{where}: there is no task {task!r}; there are {', '.join(registry.TASKS)}")
        if split not in registry.task(task).splits:
            raise SubmissionError(f"{where}: {task} has no split {split!r}; it has {', '.join(registry.task(task).splits)}")
        if not _NAME.fullmatch(path.stem):
            raise SubmissionError(f"{where}: a name holds letters, digits, dots, hyphens and underscores, sixty at most, no mark in front")
        if path.stem.casefold() in taken:
            raise SubmissionError(f"{where}: {path.stem} is the name of a system of the benchmark; take another one")
        other = path.with_suffix(".md" if path.suffix == ".jsonl" else ".jsonl")
        if not other.is_file() or not other.stat().st_size:
            what = "ten lines on the system" if other.suffix == ".md" else "the predictions"
            raise SubmissionError(f"{where}: {other.name}, {what}, must lie beside it")
        if path.suffix == ".jsonl":
            found.setdefault((task, split), {})[path.stem] = path
    return found


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


def written() -> tuple[dict[str, Any], dict[str, float]]:
    """The results, their blocks included, and the seconds, as they were written before."""
    result = results_file.whole("benchmark") if results_file.exists("benchmark") else {}
    facts = results_file.read("benchmark.volatile") if results_file.exists("benchmark.volatile") else {}
    return result, facts.get("seconds", {})


def write(
    tasks: dict[str, Any], missing: dict[str, str], seconds: Mapping[str, float], before: Mapping[str, Any], anew: Collection[str]
) -> None:
    """Write the results; what those before were made of is told only if a row of them is left, one that was not measured ``anew``."""
    parts = [(f"{task}, {split}", part) for task, entry in tasks.items() for split, part in entry["results"].items()]
    places = {f"{place}, {name}" for place, part in parts for name in part["systems"]}
    stays = bool(places - set(anew))
    result = {"tasks": tasks, "not measured": missing, results_file.DATA: before.get(results_file.DATA, {}) if stays else {}}
    facts = {"seconds": {place: value for place, value in seconds.items() if place in places}}
    results_file.write("benchmark", result, facts, before=before.get(results_file.VERSIONS) if stays else None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    submitted = submissions(SUBMISSIONS)
    known = tuple(dict.fromkeys([*registry.SYSTEMS, *(name for files in submitted.values() for name in files)]))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=tuple(registry.TASKS), metavar="TASK", help="these tasks; the others are kept")
    parser.add_argument("--system", nargs="+", choices=known, metavar="NAME", help="these systems or submissions; the others are kept")
    options = parser.parse_args(arguments)
    every = not (options.only or options.system)
    asked = options.system or known
    before, seconds = written()
    tasks = {name: entry for name, entry in before.get("tasks", {}).items() if name in registry.TASKS}
    missing = {} if every else before.get("not measured", {})
    anew: set[str] = set()
    for name in options.only or registry.TASKS:
        task = registry.task(name)
        entry = tasks.setdefault(name, {})
        entry |= told(task)
        entry["results"] = {split: part for split, part in entry.get("results", {}).items() if split in splits(task)}
        for split in splits(task):
            place = f"{name}, {split}"
            files = {own: path for own, path in submitted.get((name, split), {}).items() if own in asked}
            try:
                items = task.items(split, results_file.data_home())
                found = measure(task, split, items, [own for own in asked if own in registry.SYSTEMS], seconds, files)
                second = ceiling(task, split)
            except FileNotFoundError:
                if every:
                    entry["results"].pop(split, None)
                if split not in entry["results"]:
                    missing[place] = "the corpus is not at hand"
            else:
                old = entry["results"].get(split, {"systems": {}, "less": {}, "left out": {}})
                known_here = [*registry.SYSTEMS, *submitted.get((name, split), {})]
                part = joined(old, found, evaluation.items_sha256(items), asked, known_here)
                entry["results"][split] = part | ({} if second is None else {"ceiling": second})
                anew |= {f"{place}, {own}" for own in found["systems"]}
                missing.pop(place, None)
            write(tasks, missing, seconds, before, anew)


if __name__ == "__main__":
    main()
