"""Speed against accuracy: tokens a second of every system of the benchmark that need not learn first, and its score.

    python -m experiments.speed_accuracy [--only TASK ...]   # results/speed_accuracy.volatile.json, speed_accuracy.svg

Tasks are those of ``TASKS``, whose splits are no cross-validation; the score is the one by which the leaderboard orders, from
``results/benchmark.json``. A system predicts the whole split once, which loads its models, then ``REPEAT`` times; the fastest counts, by
the clock of the processor, so what runs beside it matters little. Tokens are those of our tokeniser, of the texts of the items. Peers are
measured as they are installed, with the pipeline that their signature names. Hedges, which the benchmark learns anew by folds, stand with
the speed of the shipped tagger and of the rules (``results/hedging_trained.volatile.json``).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from experiments import results_file
from experiments.line_plot import scatter_svg
from framing.benchmark import evaluation, registry
from framing.benchmark.system import System
from framing.benchmark.task import Item, Task
from framing.text import article_from_text
from framing.tokens import tokenize

TASKS = ("attribution", "attribution-wikinews", "levels", "entities")
REPEAT = 3
HEDGES = {  # system -> tokens a second, score
    "framing": ("hedging, best", "hedging_shipped/news/as shipped/sentence"),
    "framing-rules": ("rules, best", "hedging/corpora/szeged news/news/any"),
}


def spent(system: System, task: Task, split: str, items: Sequence[Item]) -> list[float]:
    """Seconds of the processor of each run, the first one with all loading."""
    times = []
    for _ in range(1 + REPEAT):
        begin = process_time()
        system.tasks[task.name](task, split, items, results_file.data_home())
        times.append(process_time() - begin)
    return times


def speeds(name: str) -> dict[str, dict[str, Any]]:
    """Tokens a second and the score of all systems of a task."""
    task = registry.task(name)
    split = evaluation.tuning_split(task)
    home = results_file.data_home()
    items = [replace(item, gold=None) for item in task.items(split, home)]
    tokens = sum(len(tokenize(article_from_text(item.text))) for item in items)
    measured = results_file.read("benchmark")["tasks"][name]["results"][split]["systems"]
    out: dict[str, dict[str, Any]] = {}
    for system_name, own in measured.items():
        try:
            times = spent(evaluation.fit(system_name, task), task, split, items)
        except (ImportError, evaluation.UnfitError):  # a peer that is not installed here, or without a pipeline
            continue
        score = own["scores"][task.primary]
        out[system_name] = {
            "tokens per second": round(tokens / max(min(times[1:]), 1e-9)),
            "first run, seconds": round(times[0], 2),
            "score": task.primary,
            "value": score["value"],
            "interval": score["interval"],
        }
        print(name, system_name, out[system_name], flush=True)
    return out


def hedges() -> dict[str, dict[str, Any]]:
    """The shipped tagger and the rules, from what was measured before."""
    rates = results_file.read("hedging_trained.volatile")
    out = {}
    for system, (rate, path) in HEDGES.items():
        name, *keys = path.split("/")
        found = results_file.read(name)
        for key in keys:
            found = found[key]
        out[system] = {"tokens per second": rates[rate], "score": "f1", "value": found["f1"], "interval": found["f1_interval"]}
    return out


def figure(tasks: dict[str, dict[str, Any]]) -> str:
    """The plot, from what is in the results file."""
    panels = {
        task: {system: (own["tokens per second"], own["value"], *own["interval"]) for system, own in systems.items()}
        for task, systems in tasks.items()
        if systems
    }
    return scatter_svg("Speed and accuracy, one core", panels, ("tokens a second", "score that orders the leaderboard"))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=TASKS, metavar="TASK", help="these tasks; the others are kept")
    only = parser.parse_args().only
    facts: dict[str, Any] = results_file.kept("speed_accuracy.volatile") if only else {}
    tasks = facts.setdefault("tasks", {})
    for name in only or TASKS:
        tasks[name] = speeds(name)
    tasks["hedges, news"] = hedges()
    results_file.write_volatile("speed_accuracy", facts)
    results_file.put(results_file.RESULTS / "speed_accuracy.svg", figure(tasks))


if __name__ == "__main__":
    main()
