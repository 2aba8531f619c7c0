"""How well do the classifiers of policy and generic frames do on articles of outlets, and of topics, that they have not seen?

    python -m experiments.frames [--card]   # writes results/frames.json and results/frames_*.svg; about 5 minutes on one core

``--card`` writes the scores into the cards of the shipped models, too.

Data: ``policy_frames`` (478 articles coded twice by us; parts that are kept apart are read nowhere) and uncoded articles of
Article-Bias-Prediction, train. Gold is the first pass; learned is the mean of both.

* *Outlets*: five folds by outlet (scikit-learn's GroupKFold); the words, directions, thresholds and calibration of a part are learned
  from the articles of the other outlets alone, coded or not. ``outlets, seed 1`` and ``2`` are further partitions.
* *Topics*: five folds by the topic that AllSides gave an article; uncoded articles without a topic are known to all parts.
* **ours** as shipped, one byte a weight; **ours, full weights**; **second pass**: what annotating anew reaches (ceiling); **TF-IDF and
  regression**: words and word pairs, balanced, of the first pass, a threshold from inner folds; **lexicon alone**: the rate of each
  frame's words; **majority**.
* Micro- and macro-F1 over frames, accuracy of the primary frame, with 95 % intervals bootstrapped over articles (1,000, seed 0); macro over
  frames of a resample. *Experimental*: frames with fewer than 50 positives. Differences to the floor are paired.
* *Within topic*: accuracy of the primary frame in topics of ten articles or more, beside that of the topic's most frequent primary frame
  (which is read off the gold, and so flattered).
* *Calibration*: expected calibration error in ten bins, of all frames together and of each. Primary: of the probability of the chosen
  frame.
* *Confusion*: primary frames, gold by row.

Choices (features, strengths, smoothing of thresholds) were made with these articles in view, so scores may be a little too good.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import extraction, results_file
from experiments.data import data_home
from experiments.frame_folds import Held, hold_out
from experiments.frame_plots import bars_svg, confusion_svg
from experiments.reliability_plot import reliability_svg
from framing import cards
from framing.benchmark.frame_counts import by_frame, counts, scores
from framing.benchmark.frame_learning import CODES, Coded
from framing.classifier import MODELS
from framing.metrics import calibration
from framing.metrics.bootstrap import paired_bootstrap, score_table
from framing.metrics.signature import DIGITS
from framing.metrics.spans import ratio
from framing.records import GENERIC_FRAMES, POLICY_FRAMES
from framing.training_frames import FEW

Floats = NDArray[np.float64]

LEAST = 10  # articles of a topic that is looked into
OURS, FULL, SECOND, FLOOR = "ours", "ours, full weights", "second pass", "TF-IDF and regression"


def systems(coded: Coded, held: Held) -> dict[str, dict[str, Any]]:
    """What each system says: frames by task, primary frame."""
    second = coded.second
    return {
        OURS: {**held.found, "primary": held.primary},
        FULL: {**held.float32["found"], "primary": held.float32["primary"]} if held.float32 else {},
        SECOND: {**{task: second[task] > 0.5 for task in CODES}, "primary": second["primary"].argmax(axis=1)},
        **held.floors,
    }


def measure(coded: Coded, held: Held, folds: str) -> dict[str, Any]:
    """All scores of one partition."""
    primary = coded.gold["primary"].first.argmax(axis=1)
    out: dict[str, Any] = {}
    for task, codes in CODES.items():
        gold = coded.gold[task].first
        tables = {name: counts(gold, s[task], s["primary"] == primary) for name, s in systems(coded, held).items() if s}
        fields = {"task": task, "folds": folds}
        whole = {name: score_table(t, scores, **fields) for name, t in tables.items()}
        for own in whole.values():
            if task == "generic":
                del own["primary"]
        single = {name: score_table(t, partial(by_frame, codes), **fields) for name, t in tables.items()}
        p = held.probability[task]
        out[task] = {
            "scores": whole,
            "frames": {
                code: {
                    "n": int(gold[:, k].sum()),
                    "experimental": bool(gold[:, k].sum() < FEW),
                    "ece": round(calibration.calibration_error(p[:, k], gold[:, k]), DIGITS),
                    "probability, mean": round(float(p[:, k].mean()), DIGITS),
                    **{name: {m: s[f"{code} {m}"] for m in ("precision", "recall", "f1")} for name, s in single.items()},
                }
                for k, code in enumerate(codes)
            },
            "calibration": calibration.evaluate(list(zip(p.tolist(), gold.tolist())), frames="all"),
        }
        if FLOOR in tables:
            out[task]["ours minus floor"] = {name: difference(tables[OURS], tables[FLOOR], name) for name in whole[OURS]}
    out["primary"] = primaries(coded, held, primary)
    return out


def difference(own: Floats, other: Floats, name: str) -> dict[str, Any]:
    """A score of the first system minus that of the second, on the same resamples."""
    found = paired_bootstrap(own, other, lambda sums: scores(sums)[name])
    return {
        "difference": round(found.difference, DIGITS),
        "interval": [round(x, DIGITS) for x in found.interval],
        "p": round(found.p, DIGITS),
    }


def primaries(coded: Coded, held: Held, primary: NDArray[np.int64]) -> dict[str, Any]:
    """Confusion, calibration and topics of the primary frame."""
    sure = held.primary_probability.max(axis=1)
    right = held.primary == primary
    confusion = np.zeros((len(POLICY_FRAMES),) * 2, np.int64)
    np.add.at(confusion, (primary, held.primary), 1)
    return {
        "confusion": confusion.tolist(),
        "calibration": calibration.evaluate([([a], [float(b)]) for a, b in zip(sure.tolist(), right.tolist())], event="primary"),
        "within topic": within_topics(coded, held, primary),
    }


def within_topics(coded: Coded, held: Held, primary: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy of the primary frame in the larger topics, and of always saying the topic's most frequent one."""
    topics = np.array(coded.topics[: len(coded)])
    second = coded.second["primary"].argmax(axis=1)
    rows = [t for t in sorted(set(topics.tolist())) if t and (topics == t).sum() >= LEAST]
    inside = np.isin(topics, rows)
    frequent = {t: int(np.bincount(primary[topics == t]).argmax()) for t in rows}
    said = np.array([frequent.get(t, -1) for t in topics.tolist()])
    table = np.stack([held.primary == primary, said == primary, second == primary, np.ones(len(primary))], axis=1)[inside].astype(float)

    def accuracy(sums: Floats) -> dict[str, Floats]:
        return {name: ratio(sums[..., k], sums[..., 3]) for k, name in enumerate((OURS, "topic's majority", SECOND))}

    single = {
        t: {
            "n": int((topics == t).sum()),
            OURS: round(float((held.primary == primary)[topics == t].mean()), DIGITS),
            "topic's majority": round(float((said == primary)[topics == t].mean()), DIGITS),
            SECOND: round(float((second == primary)[topics == t].mean()), DIGITS),
        }
        for t in rows
    }
    return {"articles": int(inside.sum()), "scores": score_table(table, accuracy, within="topics"), "topics": single}


def partitions(coded: Coded) -> dict[str, Held]:
    """The ways to hold articles out."""
    return {
        "outlets": hold_out(coded, coded.outlets, floors=True),
        "outlets, seed 1": hold_out(coded, coded.outlets, 1),
        "outlets, seed 2": hold_out(coded, coded.outlets, 2),
        "topics": hold_out(coded, coded.topics, blank=True),
    }


def figures(coded: Coded, held: Held, result: Mapping[str, Any]) -> None:
    """The plots."""
    home = results_file.RESULTS
    systems_shown = (OURS, SECOND, FLOOR)
    for task in CODES:
        rows = {
            f"{code} ({part['n']})" + ("*" if part["experimental"] else ""): [part[name]["f1"] for name in systems_shown]
            for code, part in result[task]["frames"].items()
        }
        title = f"F1 of {task} frames, outlets held out (articles; * fewer than {FEW})"
        (home / f"frames_{task}.svg").write_text(bars_svg(title, systems_shown, rows), encoding="utf-8")
    series = {f"{task} frames": calibration.reliability(held.probability[task].ravel(), coded.gold[task].first.ravel()) for task in CODES}
    axes = ("probability", "share of articles with the frame")
    plot = reliability_svg("Frames, outlets held out", series, "probabilities", axes)
    (home / "frames_reliability.svg").write_text(plot, encoding="utf-8")
    title = "Primary frame, outlets held out: gold by row, found by column"
    plot = confusion_svg(title, POLICY_FRAMES, result["primary"]["confusion"])
    (home / "frames_primary.svg").write_text(plot, encoding="utf-8")


def card_scores(result: Mapping[str, Any], task: str) -> dict[str, dict[str, Any]]:
    """What the card of a model says, of results as they are written."""

    def three(score: Mapping[str, Any]) -> list[float]:
        return [score["value"], *score["interval"]]

    shown = {"micro_f1": "micro-F1", "macro_f1": "macro-F1", "primary": "accuracy of the primary frame"}
    out = {}
    for folds, title in (("outlets", "Outlets held out (5 folds)"), ("topics", "Topics held out (5 folds)")):
        part = result[folds][task]
        out[title] = {
            f"{shown[name]}, {system}": three(score)
            for system, own in part["scores"].items()
            if system != FULL
            for name, score in own.items()
        } | {"calibration error, all frames": three(part["calibration"]["ece_width"])}
    frames = result["outlets"][task]["frames"]
    out["F1 by frame, outlets held out"] = {
        f"{code}, {part['n']} articles" + (", experimental" if part["experimental"] else ""): three(part[OURS]["f1"])
        for code, part in frames.items()
    }
    if task == "policy":
        own = result["outlets"]["primary"]["within topic"]
        title = f"Primary frame within topics of {LEAST} articles or more ({own['articles']} articles), outlets held out"
        out[title] = {name: three(score) for name, score in own["scores"].items()}
    return out


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--card", action="store_true", help="write the scores into the cards of the shipped models")
    options = parser.parse_args()
    coded = Coded.of_corpora(data_home())
    held = partitions(coded)
    result: dict[str, Any] = {folds: measure(coded, own, folds) for folds, own in held.items()}
    result["articles"] = {"coded": len(coded), "uncoded": len(coded.articles) - len(coded)}
    result["codes"] = {"policy": list(POLICY_FRAMES), "generic": list(GENERIC_FRAMES)}
    for folds in held:
        for task in CODES:
            for system, own in result[folds][task]["scores"].items():
                extraction.show(f"{folds}, {task}: {system}", own)
    figures(coded, held["outlets"], result["outlets"])
    results_file.write("frames", result)
    if options.card:
        for task in CODES:
            cards.add_scores(MODELS / f"{task}_frames", card_scores(results_file.plain(result), task), "frames.json")


if __name__ == "__main__":
    main()
