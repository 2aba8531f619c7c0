"""Training of the rater: rated articles in, a :class:`framing.rater.TransparencyRater` with its card out.

Both passes of the ratings are learned from, each rater's word counting the same. The articles are analysed as readers' articles are, by the
shipped models: when these change, the rater is to be trained anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.corpora.lessons import load_lessons
from framing.rater import VERSION, TransparencyRater, measures_of
from framing.rating_features import features
from framing.records import Document
from framing.training_steps import Progress, chosen, citations, describe, finish, need_tools

CORPUS = "article_ratings"
PASSES = ("ratings", "ratings_second_pass")
_SHOWN = 0.1  # least weight that the card lists
SAME = {"foxonlinenews": "foxnews"}  # outlets that corpora write in two ways

_TASK = (
    "Rates from 1 to 5 how openly an English news article shows where its information comes from, as an editor would say. Gives "
    "the expected rating, the probability of each rating and the reasons. A second opinion beside the transparency index, a formula."
)
_METHOD = (
    "A proportional-odds model (McCullagh 1980) of counts, rates and shares of what the library finds in the article: components of the "
    "index, attributions by level and kind, voices, hedges and words of the author. Learned as one penalised logistic regression over the "
    "events 'rating above k' (Li and Lin 2007); strength of the penalty and a logistic calibration come from cross-validation by outlet. "
    "Every reason is a coefficient times a value, and the reasons sum to the decision. Corpus and outlet are not read."
)
_USE = (
    "For: a second opinion on how openly an article is sourced, with the reasons beside it; comparing groups of many articles.",
    "Not for: deciding whether something is true, whether an outlet is reliable, or how good a journalist's work is.",
    "Read the reasons: they are associations in a few hundred articles, not rules of good practice. A high rate of 'said' goes with news "
    "reports and not with opinion; writing it more often makes no article more transparent.",
)
_LIMITS = (
    "The ratings are those of language-model raters that were given a written guide, in two passes that agree at alpha .91; one family of "
    "models, so that agreement overstates how reliable they are.",
    "English only; US political news of 2016 and general news of US outlets. Fewer than 100 tokens say too little.",
    "Raters read the first 12,000 or 9,000 characters; of longer articles the model reads all.",
    "The error of a single article is about half a point in the mean, and extremes are drawn to the middle.",
    "Transparency is not truth; nothing here tells reliable outlets from unreliable ones.",
)
_CITATIONS = (
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
    "Peter McCullagh (1980). Regression Models for Ordinal Data. Journal of the Royal Statistical Society B 42.",
    "Ling Li, Hsuan-Tien Lin (2007). Ordinal Regression by Extended Binary Classification. NIPS 19.",
    "John Platt (1999). Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers.",
)


def train_rating(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TransparencyRater:
    """Train the rater.

    Parameters
    ----------
    corpus : str or sequence of str
        Corpora of rated articles; by default ``article_ratings``.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    seed : int
        Of the inner folds.
    progress : callable, optional
        Called with a line of text.

    Returns
    -------
    TransparencyRater
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no ratings.
    CorpusNotFound
        If a corpus, or one that holds its texts, is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, (CORPUS,), "transparency")
    parts = {name: list(load_lessons(name, data_home=data_home)) for name in names}
    documents = [document for part in parts.values() for document in part]
    say(f"{len(documents):,} rated articles")
    measures = measures_of(documents)
    say(f"{measures.shape[1]} features of each")
    ratings = np.array([[d.labels[name]["overall"] for name in PASSES] for d in documents], np.int64)
    rater = TransparencyRater(seed=seed).fit_measures(measures, ratings, [outlet(d.group or d.id) for d in documents])
    return finish(rater, _card(rater, parts), out)


def outlet(name: str) -> str:
    """One name for an outlet, whatever a corpus writes: small letters and digits only, so that ``politico`` is ``Politico``."""
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    return SAME.get(key, key)


def _card(rater: TransparencyRater, parts: dict[str, list[Document]]) -> dict[str, Any]:
    return {
        "name": "rating",
        "version": VERSION,
        "signature": f"rating|train:{'+'.join(parts)}|features:{len(features())}|seed:{rater.seed}|v:{VERSION}",
        "task": _TASK,
        "method": _METHOD,
        "texts": [describe(name, "first and second pass", "learning and calibration", part) for name, part in parts.items()],
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": {
            "seed": rater.seed,
            "inner folds": rater.folds,
            "strengths tried": list(rater.strengths),
            "strength": rater.strength_,
            "raters": len(PASSES),
            "weights by feature": {
                f"{name} {form}": round(float(w), 3) for (name, form), w in zip(features(), rater.weights_) if abs(w) >= _SHOWN
            },
        },
        "citations": citations(list(parts), *_CITATIONS),
    }

