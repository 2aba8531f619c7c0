"""What the confidences of kind, level and withheld are worth, with spans given.

The expected calibration error (ten bins of equally many items; :mod:`framing.metrics.calibration`) and the Brier score of the probability
that a field is as it is said. The shipped typer is calibrated on PolNeAR dev, so there each half of the articles (every second one) is
measured with a calibrator that was fitted on the other half; on Wikinews dev it is measured as it is shipped, on another kind of news than
it was calibrated on. *raw* is without calibration. Intervals are bootstrapped over articles.

``python -m experiments.levels_calibration`` -> ``experiments/results/levels_calibration.json``; half a minute on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from experiments.results_file import write
from framing.learning.calibration import fit_logistic
from framing.metrics import calibration
from framing.typer import shipped

FIELDS = ("kind", "level", "withheld")
Outcome = tuple[NDArray[np.float64], NDArray[np.bool_]]
Calibrate = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def measured(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Calibration error and Brier score with intervals."""
    scores = calibration.evaluate([(p.tolist(), right.astype(float).tolist()) for p, right in outcomes])
    return {name: scores[name].as_dict() for name in ("ece_mass", "brier")}


def halves(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Each half calibrated on the other one."""
    out: list[Outcome] = list(outcomes)
    for begin in (0, 1):
        other = outcomes[1 - begin :: 2]
        calibrate = fit_logistic(np.concatenate([p for p, _ in other]), np.concatenate([y for _, y in other]))
        out[begin::2] = [(calibrate(p), right) for p, right in outcomes[begin::2]]
    return out


def main() -> None:
    """Print and write."""
    typer = shipped()
    found = {
        "PolNeAR dev": [typer.outcomes([d]) for d in load("source_levels", "dev")],
        "Wikinews dev": [typer.outcomes([d]) for d in load("wikinews_attributions", "dev")],
    }
    report: dict[str, Any] = {}
    for corpus, articles in found.items():
        for field in FIELDS:
            raw = [article[field] for article in articles]
            ours = halves(raw) if corpus == "PolNeAR dev" else [(typer.calibrators_[field](p), right) for p, right in raw]
            report.setdefault(corpus, {})[field] = {"calibrated": measured(ours), "raw": measured(raw)}
            for name, scores in report[corpus][field].items():
                shown = (f"{m} {s['value']:.3f} [{s['interval'][0]:.3f}, {s['interval'][1]:.3f}]" for m, s in scores.items())
                print(f"{corpus:13} {field:9} {name:11}", *shown)
    write("levels_calibration", report)


if __name__ == "__main__":
    main()
