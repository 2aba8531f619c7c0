"""What each group of features gives: every learner without it, less the learner with all.

    python -m experiments.learners_run [--only TASK ...]   # results/ablations.json, and those of experiments.learning_curves

Learners, texts, folds, scores and groups are those of :mod:`experiments.learners` and :mod:`experiments.learners_texts`. Needs the corpora
of all of them. ``--only`` measures some tasks and keeps the others.

Attribution learns from 40 % of PolNeAR train, since a dozen networks from all of it would take half an hour: what a group gives there is
with few texts, where features that generalise matter more. All others learn from all of their texts.

*Loss*: without the group less with all, on the same resamples: below 0 if the group helps. 95 % paired bootstrap over what is scored
(1,000 resamples, seed 0), p by approximate randomisation (2,000 exchanges). There are some fifty tests: at p .05 two or three groups would
seem to matter by chance, so ``holm`` is p after Holm's (1979) correction over the groups of a task, by its ``first`` score. Groups overlap
in what they tell, and what is left out is made up for by others: the losses do not sum to anything.
"""

from __future__ import annotations

from typing import Any

from experiments import learners

SHARES = {"attribution": 0.4}


def ablation(learner: learners.Learner, share: float) -> dict[str, Any]:
    """Scores with all features, and without each group."""
    names = list(learner.scores)
    whole = learner.counts(share, None)
    parts = {}
    for group in learner.groups:
        less = learner.counts(share, group)
        parts[group] = {"scores": less.score(*names, without=group), "loss": less.compare(whole, *names)}
        print(learner.title, group, parts[group]["loss"], flush=True)
    first = [part["loss"][names[0]]["p"] for part in parts.values()]
    for part, p in zip(parts.values(), holm(first)):
        part["holm"] = p
    return {
        "title": learner.title,
        "data": learner.data,
        "share": share,
        "names": dict(learner.scores),
        "first": names[0],
        "all": whole.score(*names),
        "without": parts,
    }


def holm(values: list[float]) -> list[float]:
    """p after the correction of Holm (1979)."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, least = [0.0] * len(values), 0.0
    for rank, k in enumerate(order):
        least = max(least, min(1.0, (len(values) - rank) * values[k]))
        out[k] = round(least, 4)
    return out
