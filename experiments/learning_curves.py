"""What more annotated texts would give: every learner on 10, 20, 40, 70 and 100 % of its texts.

    python -m experiments.learners_run [--only TASK ...]   # results/learning_curves.json, .svg, and results/ablations.json

Learners, texts, folds and scores are those of :mod:`experiments.learners` and :mod:`experiments.learners_texts`: the product's, but for
attribution, which learns from PolNeAR alone here, without the raw text that teachers label for the shipped model, and hedges, whose limits
are not tuned. Needs the corpora of all of them. ``--only`` measures some tasks and keeps the others.

Each size is one random part (seed 0), and smaller ones lie inside of larger ones, so that the steps of a curve are not independent; the
intervals are 95 % bootstrap over what is scored (1,000 resamples, seed 0), and say nothing of another choice of texts. *Gain*: all texts
less 70 % of them, paired, with p by approximate randomisation (2,000): whether the curve still rises at its end.
"""

from __future__ import annotations

from typing import Any

from experiments import learners, learners_texts
from experiments.line_plot import lines_svg

LEARNERS = {**learners.LEARNERS, **learners_texts.LEARNERS}
SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)


def curve(learner: learners.Learner) -> dict[str, Any]:
    """Scores by share, and the gain of the last step."""
    counts = {share: learner.counts(share, None) for share in SHARES}
    names = list(learner.scores)
    return {
        "title": learner.title,
        "data": learner.data,
        "texts": learner.n,
        "names": dict(learner.scores),
        "scores": {f"{share:.0%}": c.score(*names, share=share) for share, c in counts.items()},
        "gain": counts[SHARES[-1]].compare(counts[SHARES[-2]], *names),
    }


def figure(tasks: dict[str, Any]) -> str:
    """The plot, from what is in the results file."""
    panels = {
        part["title"]: {
            part["names"][name]: [
                (float(share.rstrip("%")), row[name]["value"], *row[name]["interval"])
                for share, row in sorted(part["scores"].items(), key=lambda item: float(item[0].rstrip("%")))
            ]
            for name in sorted(part["names"])
        }
        for _, part in sorted(tasks.items())
    }
    return lines_svg(
        "Learning curves: score by percent of the texts to learn from", panels, "percent of the texts", (0, 20, 40, 60, 80, 100)
    )
