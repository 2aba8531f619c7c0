"""How often the classifiers say that a text is unlike what they learned from, by corpus.

    python -m experiments.domain_distance   # writes results/domain_distance.json; half a minute

The shipped models' ``domain_`` (:mod:`framing.domain`) on the first ``MOST`` texts of each corpus that have enough words: share above
the limit of each model, and the median share of unknown words. Three of the models have learned from one of these corpora (``OWN``), where
about 2 % are to be expected; all the others are other texts: US news of other years and sources, news of other countries, one topic, an
encyclopedia, science.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing.article_words import ArticleWords
from framing.classification import MODELS
from framing.classifier import NgramClassifier
from framing.domain import LEAST, word_keys

MOST = 120
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {
    "policy_frames, US political news": ("policy_frames", {}),
    "hyperpartisan_byarticle, US political news": ("hyperpartisan_byarticle", {}),
    "polnear dev, US election news": ("polnear", {"split": "dev"}),
    "narrative_frames, climate news, US and UK": ("narrative_frames", {}),
    "wikinews_attributions dev, world news": ("wikinews_attributions", {"split": "dev"}),
    "szeged news, wire news about 1990": ("szeged_uncertainty", {"part": "news"}),
    "szeged wiki, Wikipedia": ("szeged_uncertainty", {"part": "wiki"}),
    "szeged bio, papers": ("szeged_uncertainty", {"part": "bio_bmc"}),
}
OWN = {"policy_frames": "policy_frames", "generic_frames": "policy_frames", "hyperpartisan": "hyperpartisan_byarticle"}


def measure(title: str) -> dict[str, Any]:
    """The row of a corpus."""
    name, options = CORPORA[title]
    keys = [word_keys(ArticleWords.of(d).tokens) for d in islice(load(name, **options), 20 * MOST)]
    keys = [k for k in keys if len(k) >= LEAST][:MOST]
    row: dict[str, Any] = {"texts": len(keys)}
    for model_name, shipped in MODELS.items():
        model = shipped()
        assert isinstance(model, NgramClassifier)
        new = np.array([model.domain_.novelty(k) for k in keys], np.float64)
        above, median = float((new > model.domain_.limit).mean()), float(np.median(new))
        row[model_name] = {"above the limit": round(above, 3), "median": round(median, 4)}
    return row


def main() -> None:
    """Run all and write the result file."""
    out: dict[str, Any] = {"least words": LEAST, "own": OWN, "corpora": {}}
    for title in CORPORA:
        out["corpora"][title] = measure(title)
        print(title, out["corpora"][title])
    write("domain_distance", out)


if __name__ == "__main__":
    main()
