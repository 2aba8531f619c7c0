"""Floors for uncertain sentences, measured on the files at hand; published figures beside them.

    python -m experiments.hedging_baselines

* **all uncertain**: every sentence is said to be uncertain.
* **TF-IDF**: word 1-3-grams, logistic regression (C = 1, balanced classes, threshold .5), 10-fold cross-validation in which no document is
  torn apart (scikit-learn's ``GroupKFold``); the prediction of each sentence comes from the fold that has not seen its document.

F1 of the class "uncertain" (Farkas et al. 2010), sentences without a label left out, 95 % bootstrap over documents. Published figures are
those of the official evaluation files, which are kept for the final evaluation: they say what to expect, not what was beaten.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data import load
from framing.metrics.hedging import evaluate_sentences
from framing.metrics.signature import Score
from framing.records import Document

RESULTS = Path(__file__).parent / "results" / "hedging_baselines.json"
SETS: dict[str, dict[str, Any]] = {
    "szeged news": {"name": "szeged_uncertainty", "part": "news"},
    "szeged wiki": {"name": "szeged_uncertainty", "part": "wiki"},
    "conll wiki train": {"name": "conll2010", "split": "train", "part": "wiki"},
    "conll bio train": {"name": "conll2010", "split": "train", "part": "bio"},
}
PUBLISHED = {
    "conll wiki evaluation": {"Täckström et al. 2010": 0.554, "Katerenchuk and Levitan 2024": 0.702},
    "conll bio evaluation": {"Tang et al. 2010": 0.864, "Vlachos and Craven 2010": 0.852},
}


def tfidf(sentences: list[str], labels: list[bool], groups: list[int]) -> list[bool]:
    """Cross-validated predictions."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    truth = np.array(labels)
    found = np.zeros(len(truth), np.bool_)
    for train, held in GroupKFold(10).split(sentences, truth, groups):
        vectoriser = TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True)
        matrix = vectoriser.fit_transform([sentences[i] for i in train])
        model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=200, random_state=0).fit(matrix, truth[train])
        found[held] = model.predict(vectoriser.transform([sentences[i] for i in held]))
    return [bool(x) for x in found]


def baselines(documents: list[Document]) -> dict[str, Score]:
    """F1 of both floors."""
    gold = [[s.uncertain for s in d.sentences if s.uncertain is not None] for d in documents]
    sentences = [s.span.text for d in documents for s in d.sentences if s.uncertain is not None]
    groups = [i for i, labels in enumerate(gold) for _ in labels]
    found = iter(tfidf(sentences, [bool(x) for labels in gold for x in labels], groups))
    learned = [[next(found) for _ in labels] for labels in gold]
    everything = [[True] * len(labels) for labels in gold]
    truth = [[bool(x) for x in labels] for labels in gold]
    out = {}
    for name, predictions in (("all uncertain", everything), ("TF-IDF", learned)):
        scores = evaluate_sentences(list(zip(truth, predictions)))
        out[name] = next(score for key, score in scores.items() if key.endswith("f1"))
    return out


def main() -> None:
    """Print and write."""
    results: dict[str, Any] = {}
    for title, options in SETS.items():
        scores = baselines(list(load(**options)))
        for name, score in scores.items():
            print(f"{title:18} {name:14} {score}")
        results[title] = {name: score.as_dict() for name, score in scores.items()}
    out = {"results": results, "published": PUBLISHED}
    RESULTS.write_text(json.dumps(out, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
