"""Every system of the benchmark on every task and split that is no test part: what the leaderboard shows.

    python -m experiments.benchmark [--only TASK ...] [--system NAME ...]   # results/benchmark.json

Needs the corpora of the tasks; a task whose corpus is not at hand, and a system whose packages are not installed, are left out, and the
result says why. On splits that begin with ``cv`` systems learn anew for every fold, which is what takes the time. ``--only`` and
``--system`` measure some and keep the others as they are written.

Of each task and split: the scores of every system (:func:`framing.benchmark.evaluation.evaluate`), those of a second annotator where items
were annotated twice (*ceiling*; on the items that both saw), and the library less every other system by the score that orders the
leaderboard: interval by paired bootstrap, p by approximate randomisation (10,000 exchanges). Published figures stand beside them as they
were printed: they are of other test parts. Seconds, loading and learning included, go to ``results/benchmark.volatile.json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from experiments import results_file
from framing.benchmark import evaluation, registry
from framing.benchmark.evaluation import Result
from framing.benchmark.task import Item, Task
from framing.metrics.signature import DIGITS

OURS = "framing"
CEILING = "second annotator"
SHORT = ("scores", "n", "signature", "data_sha256", "warnings")


def splits(task: Task) -> tuple[str, ...]:
    """Those that are no test part."""
    return tuple(split for split in task.splits if not split.startswith(evaluation.TEST))


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


def measure(task: Task, split: str, items: Sequence[Item], systems: Sequence[str], seconds: dict[str, float]) -> dict[str, Any]:
    """All systems on a split."""
    results: dict[str, Result] = {}
    left_out: dict[str, str] = {}
    for name in systems:
        try:
            system = evaluation.fit(name, task)
            found = evaluation.run(system, task, split, items, results_file.data_home())
        except evaluation.UnfitError:
            continue
        except ImportError as error:
            if not registry.system(name).needs:  # ours, and broken
                raise
            left_out[name] = str(error)
            continue
        results[name] = found
        seconds[f"{task.name}, {split}, {name}"] = round(found.seconds or 0.0, 2)
        score = found.primary
        print(
            f"{task.name:20} {split:10} {name:14} {score.name} {score.value:.3f} [{score.interval[0]:.3f}, {score.interval[1]:.3f}]",
            flush=True,
        )
    ours = results.get(OURS)
    return {
        "systems": {name: short(result) for name, result in results.items()},
        "less": {} if ours is None else {name: less(ours, result) for name, result in results.items() if name != OURS},
        "left out": left_out,
    }


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


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=tuple(registry.TASKS), metavar="TASK", help="these tasks; the others are kept")
    parser.add_argument("--system", nargs="+", choices=tuple(registry.SYSTEMS), metavar="NAME", help="these systems; the others are kept")
    options = parser.parse_args()
    some = bool(options.only or options.system)
    result: dict[str, Any] = results_file.kept("benchmark") if some else {}
    facts = results_file.kept("benchmark.volatile") if some else {}
    tasks, missing = result.setdefault("tasks", {}), result.setdefault("not measured", {})
    seconds: dict[str, float] = facts.setdefault("seconds", {})
    for name in options.only or registry.TASKS:
        task = registry.task(name)
        entry = tasks.setdefault(name, {"results": {}})
        entry.update(told(task))
        for split in splits(task):
            try:
                items = task.items(split, results_file.data_home())
                part = entry["results"].setdefault(split, {"systems": {}, "less": {}, "left out": {}})
                found = measure(task, split, items, options.system or tuple(registry.SYSTEMS), seconds)
                for key in ("systems", "less", "left out"):
                    part[key].update(found[key])
                part["left out"] = {name: why for name, why in part["left out"].items() if name not in part["systems"]}
                if (second := ceiling(task, split)) is not None:
                    part["ceiling"] = second
                missing.pop(f"{name}, {split}", None)
            except FileNotFoundError:
                missing[f"{name}, {split}"] = "the corpus is not at hand"
            results_file.write("benchmark", result, facts)


if __name__ == "__main__":
    main()
