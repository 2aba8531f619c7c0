"""What the confidence of an attribution is worth, and what a threshold gives: PolNeAR dev, cross-fitted, and Wikinews dev.

    python -m experiments.attribution_calibration [--model FOLDER]

The extractor is that of readers: it leaves headings out, though PolNeAR marks attributions there, so recall is a little lower here than in
:mod:`experiments.attribution`. The outcome of a flat attribution is whether it is *full* (:mod:`framing.metrics.attribution`). The shipped
calibrator was fitted on PolNeAR dev, so it is fitted anew there for each of five parts of the articles (at random, seed 0) on the other
four:

* **linking**: the probability that the links have before calibration;
* **shipped, in sample**: the shipped calibrator on the articles it was fitted on, for comparison only;
* **cross-fitted**: what is to be expected of it on articles of the same kind;
* **wikinews**: the shipped calibrator on Wikinews dev, of another style. Its gold holds nested attributions, which count as right ones.

Expected calibration error with ten bins of equal width or mass, Brier score; 95 % bootstrap over documents, 1,000 resamples, seed 0 (an
error of few items is never 0: :mod:`framing.metrics.calibration`). The reliability plot is ``results/attribution_reliability.svg``.

**thresholds**: precision, recall and F1 of cues and whole attributions (flat) when what is less confident is left out, with the
cross-fitted confidence; the shipped threshold is told beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import extraction, results_file
from experiments.data import load
from experiments.extraction import flat, show
from experiments.reliability_plot import reliability_svg
from framing.attribution import AttributionExtractor
from framing.learning.calibration import Calibrator, fit_isotonic
from framing.metrics import calibration
from framing.metrics.calibration import Bin
from framing.metrics.signature import DIGITS
from framing.quotes import find_quotes
from framing.records import Attribution, Document
from framing.text import article_from_text
from framing.tokens import tokenize

PLOT = results_file.RESULTS / "attribution_reliability.svg"
PARTS, SEED = 5, 0
THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(10))
KINDS = tuple(f"{what}_{score}" for what in ("cue", "full") for score in ("precision", "recall", "f1"))

Outcomes = list[tuple[NDArray[np.float64], NDArray[np.bool_]]]


def cross_fitted(outcomes: Outcomes) -> list[Calibrator]:
    """For each document a calibrator that was fitted on documents of the other parts."""
    part = np.random.default_rng(SEED).permutation(len(outcomes)) % PARTS
    fitted = []
    for k in range(PARTS):
        others = [outcomes[i] for i in np.flatnonzero(part != k)]
        fitted.append(fit_isotonic(np.concatenate([p for p, _ in others]), np.concatenate([y for _, y in others])))
    return [fitted[k] for k in part]


def measure(pairs: Outcomes, **fields: Any) -> dict[str, Any]:
    """Brier score, calibration errors and the reliability table."""
    documents = [(p.tolist(), y.tolist()) for p, y in pairs]
    p, y = (np.concatenate(side) for side in zip(*pairs))
    return {**calibration.evaluate(documents, **fields), "reliability": [_row(b) for b in calibration.reliability(p, y)]}


def _row(b: Bin) -> dict[str, float]:
    shares = {name: round(getattr(b, name), DIGITS) for name in ("low", "high", "probability", "outcome")}
    return {**shares, "n": b.n}


def confident(
    extractor: AttributionExtractor, threshold: float, documents: Sequence[Document], calibrators: Sequence[Calibrator]
) -> list[list[Attribution]]:
    """The flat attributions of documents at a threshold, each document with its calibrator."""
    out = []
    for document, calibrator in zip(documents, calibrators):
        mine = copy(extractor)
        mine.threshold, mine.calibrator_ = threshold, calibrator
        article = article_from_text(document.text)
        out.append(flat(mine(tokenize(article), find_quotes(article.text, article.paragraphs))))
    return out


def main() -> None:
    """Print and write."""
    options = extraction.with_model(__doc__ or "").parse_args()
    model = extraction.digest(options.model)
    extractor = AttributionExtractor.load(options.model)
    signed: dict[str, Any] = {"system": "trained", "model": model, "text": "body"}
    documents, others = list(load("polnear", "dev")), list(load("wikinews_attributions", "dev"))
    outcomes, elsewhere = ([extractor.outcomes([d]) for d in part] for part in (documents, others))
    calibrators, shipped = cross_fitted(outcomes), extractor.calibrator_
    series: dict[str, Outcomes] = {
        "linking": outcomes,
        "shipped, in sample": [(shipped(p), y) for p, y in outcomes],
        "cross-fitted": [(c(p), y) for c, (p, y) in zip(calibrators, outcomes)],
        "wikinews": [(shipped(p), y) for p, y in elsewhere],
    }
    results: dict[str, Any] = {"calibration": {name: measure(pairs, fit=name.split(",")[0], **signed) for name, pairs in series.items()}}
    for name, scores in results["calibration"].items():
        show(name, {k: s for k, s in scores.items() if k != "reliability"})
        for row in scores["reliability"]:
            share = f"confidence {row['probability']:.3f}, right {row['outcome']:.3f}"
            print(f"    {row['low']:.2f} to {row['high']:.2f}: {row['n']:5} attributions, {share}")
    results["thresholds"] = {}
    for threshold in sorted({*THRESHOLDS, extractor.threshold}):
        kept = confident(extractor, threshold, documents, calibrators)
        counts = extraction.attribution_counts(documents, kept, True)
        scores = counts.score(*KINDS, threshold=threshold, **signed)
        results["thresholds"][f"{threshold:.2f}"] = {"predicted": sum(map(len, kept)), **scores}
        show(f"threshold {threshold:.2f}", scores)
    results["threshold, shipped"], results["model"] = extractor.threshold, model
    results_file.write("attribution_calibration", results)
    PLOT.write_text(plot(results["calibration"]), encoding="utf-8")


def plot(results: Mapping[str, Any]) -> str:
    """The reliability plot, from what is in the results file."""
    shown = {"PolNeAR dev, cross-fitted": "cross-fitted", "Wikinews dev": "wikinews"}
    return reliability_svg("Confidence of attributions", {n: [Bin(**b) for b in results[k]["reliability"]] for n, k in shown.items()})


if __name__ == "__main__":
    main()
