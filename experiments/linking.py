"""How sure a linked attribution is: PolNeAR train -> ``framing/lexicons/linking.tsv``.

    python -m experiments.linking

A logistic regression of whether an attribution is *full* (:mod:`framing.metrics.attribution`) on the evidence of :mod:`framing.linking`.
The labels and probabilities are those of taggers that did not see the article: one learned from every second article labels the others.
They have the classes of words of the shipped model and its settings, but no raw text and no teachers. Printed: the area under the ROC
curve, and the F1 of *full* by threshold, each article scored by weights from the others (five folds).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.data import load
from experiments.results_file import page
from framing.attribution import BIAS, AttributionExtractor
from framing.linking import EVIDENCE, evidence, find_links, records, speech_ranges
from framing.metrics.attribution import agreeing
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.records import Document
from framing.speech import outermost
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training import SETTINGS

TARGET = Path(__file__).parents[1] / "framing" / "lexicons" / "linking.tsv"
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4)


def outcomes(document: Document, extractor: AttributionExtractor) -> tuple[NDArray[np.float64], list[bool]]:
    """The evidence for every linked attribution of a document, and whether it is right."""
    article = article_from_text(document.text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    labels, probabilities = extractor.tagger_.label(read_patterns(tokens, quotes), quotes, BIAS)
    ranges = speech_ranges(tokens, quotes)
    holder = outermost(tokens, ranges)
    drafts = find_links(tokens, ranges, holder, labels, probabilities)
    if not drafts:
        return np.zeros((0, len(EVIDENCE))), []
    found = records(tokens, holder, drafts, [1.0] * len(drafts))
    return evidence(drafts, labels, probabilities, holder), agreeing(document.attributions, found)


def main() -> None:
    """Learn, print and write."""
    documents = list(load("polnear", "train"))
    classes = AttributionExtractor.load().classes
    rows: list[Any] = []
    for k in (0, 1):
        extractor = AttributionExtractor(settings=SETTINGS, classes=classes).fit(documents[k::2])
        rows += [(*outcomes(d, extractor), d.id) for d in documents[1 - k :: 2]]
    x = np.concatenate([found for found, _, _ in rows])
    y = np.concatenate([np.array(right, np.bool_) for _, right, _ in rows])
    groups = np.repeat(np.arange(len(rows)), [len(right) for _, right, _ in rows])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3000))
    p = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
    gold = sum(len(d.attributions) for d in documents)
    f1 = {t: 2 * int(y[p >= t].sum()) / (gold + int((p >= t).sum())) for t in THRESHOLDS}
    print(f"{len(y)} attributions, AUC {roc_auc_score(y, p):.3f}, full F1 by threshold", {t: round(v, 4) for t, v in f1.items()})
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    lines = [
        "# Logistic regression of framing.linking: is an attribution right, given the evidence? Origin: ours, fitted on PolNeAR train,",
        "# with labels and probabilities of taggers that did not see the article.",
        "# Written by python -m experiments.linking",
        "evidence\tweight",
        *(f"{name}\t{weight:.4f}" for name, weight in zip(EVIDENCE, weights)),
        f"intercept\t{intercept:.4f}",
    ]
    page(TARGET).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
