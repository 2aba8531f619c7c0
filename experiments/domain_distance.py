"""How often the classifiers say that a text is unlike what they learned from, by corpus.

    python -m experiments.domain_distance   # writes results/domain_distance.json; half a minute

The shipped models' ``domain_`` (:mod:`framing.domain`) on the first ``MOST`` texts of each corpus that have enough words: share above
the limit of each model, and the median share of unknown words, both with 95 % intervals bootstrapped over the texts (1,000 resamples,
seed 0). Three of the models have learned from one of these corpora (``OWN``), where about 2 % are to be expected; all the others are other
texts: US news of other years and sources, news of other countries, one topic, an encyclopedia, science.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing.article_words import ArticleWords
from framing.attribution import MODELS as FOLDER
from framing.benchmark.systems.model_digest import digest
from framing.classification import MODELS
from framing.classifier import NgramClassifier
from framing.domain import LEAST, word_keys
from framing.metrics.bootstrap import score_table
from framing.metrics.signature import Score
from framing.metrics.spans import Floats, ratio

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
        signed = {"corpus": title.partition(",")[0], "system": model_name, "model": digest(FOLDER / model_name)}
        row[model_name] = scores(new, model.domain_.limit, **signed)
    return row


def scores(new: Floats, limit: float, **fields: object) -> dict[str, Score]:
    """Share above the limit, and median, of the shares of unknown words of texts."""

    def of(weights: Floats) -> dict[str, Floats]:
        return {"above the limit": ratio((weights * (new > limit)).sum(-1), weights.sum(-1)), "median": median(new, weights)}

    return score_table(np.eye(len(new)), of, limit=f"{limit:.4f}", **fields)


def median(values: Floats, weights: Floats) -> Floats:
    """The median of values (n,), each there as often as its weight (..., n), a whole number."""
    order = np.argsort(values, kind="stable")
    until, ordered = np.cumsum(weights[..., order], axis=-1), np.asarray(values, float)[order]
    half = until[..., -1:] / 2
    low, high = (ordered[reached.argmax(axis=-1)] for reached in (until >= half, until > half))
    return np.asarray((low + high) / 2)


def main() -> None:
    """Run all and write the result file."""
    out: dict[str, Any] = {"least words": LEAST, "own": OWN, "corpora": {}}
    for title in CORPORA:
        out["corpora"][title] = measure(title)
        print(title, out["corpora"][title])
    write("domain_distance", out)


if __name__ == "__main__":
    main()
