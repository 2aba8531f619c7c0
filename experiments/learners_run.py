"""Learning curves and ablations in one run, so that every corpus is read once.

    python -m experiments.learners_run [--only TASK ...]   # results/learning_curves.json, .svg and results/ablations.json

See :mod:`experiments.learning_curves` and :mod:`experiments.ablations`. Results are written after every task; with ``--only`` the others
are kept as they are written.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import cache
from time import process_time
from typing import Any

from experiments import ablations, learning_curves, results_file


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=tuple(learning_curves.LEARNERS), help="measure these tasks and keep the others")
    only = parser.parse_args().only
    curves: dict[str, Any] = results_file.kept("learning_curves") if only else {"tasks": {}}
    parts: dict[str, Any] = results_file.kept("ablations") if only else {"tasks": {}}
    minutes = results_file.kept("learning_curves.volatile").get("processor minutes", {}) if only else {}
    for name, make in learning_curves.LEARNERS.items():
        if only and name not in only:
            continue
        begin = process_time()
        learner = make()
        learner = replace(learner, counts=cache(learner.counts))
        curves.setdefault("tasks", {})[name] = results_file.plain(learning_curves.curve(learner))
        parts.setdefault("tasks", {})[name] = results_file.plain(ablations.ablation(learner, ablations.SHARES.get(name, 1.0)))
        minutes[name] = round((process_time() - begin) / 60, 2)
        results_file.write("learning_curves", curves, {"processor minutes": minutes})
        results_file.write("ablations", parts)
        results_file.put(results_file.RESULTS / "learning_curves.svg", learning_curves.figure(curves["tasks"]))
        print(name, minutes[name], "minutes of the processor", flush=True)


if __name__ == "__main__":
    main()
