"""Speed against accuracy: tokens a second of every system of the benchmark that need not learn first, and its score.

    python -m experiments.speed_accuracy [--only TASK ...]   # results/speed_accuracy.volatile.json, speed_accuracy.svg

Tasks are those of ``TASKS``, whose splits are no cross-validation; scores and intervals are those by which the leaderboard orders, from
``results/benchmark.json``. A system predicts the whole split once, which loads its models, then ``REPEAT`` times; the fastest counts, by
the clock of the processor, so what runs beside it matters little. Tokens are those of our tokeniser, of the texts of the items. Peers are
measured as they are installed, with the pipeline that their signature names. Hedges in news, which the benchmark learns anew by folds,
stand with its score too, but with the speed of the shipped tagger and of the rules (``results/hedging_trained.volatile.json``).
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
HEDGES = ("hedges-news", "cv")
HEDGES_PANEL = "hedges, news"
RATES = {"framing": "hedging, best", "framing-rules": "rules, best"}  # system -> its tokens a second in hedging_trained.volatile


def spent(system: System, task: Task, split: str, items: Sequence[Item]) -> list[float]:
    """Seconds of the processor of each run, the first one with all loading."""
    times = []
    for _ in range(1 + REPEAT):
        begin = process_time()
        system.tasks[task.name](task, split, items, results_file.data_home())
        times.append(process_time() - begin)
    return times


def measured(task: str, split: str) -> dict[str, dict[str, Any]]:
    """What the leaderboard has of the systems of this library's own registry, which can be run; predictions of others cannot."""
    rows = results_file.read("benchmark")["tasks"][task]["results"][split]["systems"]
    return {name: row for name, row in rows.items() if name in registry.SYSTEMS}


def ordering(row: dict[str, Any], score: str) -> dict[str, Any]:
    """The score that orders the leaderboard, of a row of it."""
    return {"score": score, "value": row["scores"][score]["value"], "interval": row["scores"][score]["interval"]}


def speeds(name: str) -> dict[str, dict[str, Any]]:
    """Tokens a second and the score of all systems of a task."""
    task = registry.task(name)
    split = evaluation.tuning_split(task)
    home = results_file.data_home()
    items = [replace(item, gold=None) for item in task.items(split, home)]
    tokens = sum(len(tokenize(article_from_text(item.text))) for item in items)
    out: dict[str, dict[str, Any]] = {}
    for system_name, row in measured(name, split).items():
        try:
            times = spent(evaluation.fit(system_name, task), task, split, items)
        except (ImportError, evaluation.UnfitError):  # a peer that is not installed here, or without a pipeline
            continue
        out[system_name] = {
            "tokens per second": round(tokens / max(min(times[1:]), 1e-9)),
            "first run, seconds": round(times[0], 2),
            **ordering(row, task.primary),
        }
        print(name, system_name, out[system_name], flush=True)
    return out


def hedges() -> dict[str, dict[str, Any]]:
    """The speed of the shipped tagger and of the rules, as it was measured before, and their scores on the leaderboard."""
    rates, rows = results_file.read("hedging_trained.volatile"), measured(*HEDGES)
    primary = registry.task(HEDGES[0]).primary
    return {name: {"tokens per second": rates[rate], **ordering(rows[name], primary)} for name, rate in RATES.items()}


def figure(tasks: dict[str, dict[str, Any]]) -> str:
    """The plot, from what is in the results file."""
    panels = {
        task: {system: (own["tokens per second"], own["value"], *own["interval"]) for system, own in systems.items()}
        for task in (*TASKS, HEDGES_PANEL)
        if (systems := tasks.get(task))
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
    tasks[HEDGES_PANEL] = hedges()
    results_file.write_volatile("speed_accuracy", facts)
    results_file.put(results_file.RESULTS / "speed_accuracy.svg", figure(tasks))


if __name__ == "__main__":
    main()
