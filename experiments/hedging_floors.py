"""What to beat in finding uncertain sentences and cues: constant answers, a bag of n-grams, a word in its window, and published rows.

Floors
------
* ``all uncertain``, ``majority``: every sentence is uncertain; every sentence is of the class that has more sentences in training.
* ``tf-idf``: logistic regression (L2, C = 1, ``class_weight="balanced"``, threshold .5, liblinear) on TF-IDF of word 1- to 3-grams, with
  the defaults of scikit-learn otherwise (small letters, words of two characters and more, smoothed idf, rows of length 1).
* ``tf-idf, frequent``: the same with the n-grams of at least ``FREQUENT`` training sentences. Rare n-grams take the weight of the row in
  held-out sentences and cost much precision, so this is the floor to look at.

They learn in cross-validation with ``FOLDS`` folds of whole documents: the documents are put in an order drawn with seed 0 and dealt out.
N-grams and their idf come from the training folds alone. ``FREQUENT`` was picked after a look at 1, 2, 3 and 5 on Szeged wiki and news
and CoNLL wiki for a high F1, which favours the floor; the other settings were fixed before.

* ``words of cues``: each token by itself, logistic regression (L2, C = 1, liblinear, a class against all others, the surest wins) on the
  small-lettered words from ``WINDOW`` before to ``WINDOW`` after within the sentence, its last 2, 3 and 4 characters and a large first
  letter. Only words that stand in a cue of the training part are looked at; no other can be a cue. A sentence is uncertain if a token is.
* ``every word``: the same, looking at all tokens.

The token floors have one class a type and no threshold. ``words of cues`` was tried after ``every word``; C of 4 (on news) and balanced
weights (on news and wiki) gave no more than .01 more F1 of tokens, and were left.

``across``: learned on one part, with n-grams, idf and words of that part alone, and asked on another.

Published figures are those of class "uncertain" on the *evaluation* part of the shared task, which is not read here. They stand beside the
floors for orientation: other sentences, other training data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.tokens import Tokens

FOLDS = 10
SEED = 0
FREQUENT = 5
WINDOW = 3

# System, set, precision, recall, F1 as published; None: not given there.
PUBLISHED: tuple[tuple[str, str, float | None, float | None, float], ...] = (
    ("Morante, Van Asch and Daelemans 2010, memory-based", "wiki", 0.81, 0.44, 0.57),
    ("Täckström et al. 2010, linear, as submitted", "wiki", None, None, 0.554),
    ("Täckström et al. 2010, linear, corrected", "wiki", None, None, 0.582),
    ("Tang et al. 2010, cascade of CRF and large-margin learner", "wiki", None, None, 0.5505),
    ("Katerenchuk and Levitan 2024, recurrent network on words and tags, at most", "wiki", None, None, 0.7024),
    ("Tang et al. 2010, cascade of CRF and large-margin learner; best of the shared task", "bio", None, None, 0.8636),
    ("Vlachos and Craven 2010, Bayesian logistic regression", "bio", None, None, 0.8521),
    ("Täckström et al. 2010, linear, as submitted", "bio", None, None, 0.852),
    ("Täckström et al. 2010, linear, corrected", "bio", None, None, 0.860),
    ("Morante, Van Asch and Daelemans 2010, memory-based", "bio", 0.81, 0.82, 0.82),
)


def published() -> list[dict[str, Any]]:
    """The published rows for the result file."""
    return [
        {"system": system, "set": f"conll {part} eval", "precision": precision, "recall": recall, "f1": f1}
        for system, part, precision, recall, f1 in PUBLISHED
    ]


def folds(document: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    """Which sentences are held out, a fold each.

    Parameters
    ----------
    document
        Index of the document of each sentence.
    """
    order = np.random.default_rng(SEED).permutation(int(document.max()) + 1)
    fold = np.empty(len(order), np.int64)
    fold[order] = np.arange(len(order)) % FOLDS
    for k in range(FOLDS):
        yield fold[document] == k


def majority(label: NDArray[np.bool_], document: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The more frequent class of the training folds."""
    out = np.zeros(len(label), np.bool_)
    for held_out in folds(document):
        out[held_out] = label[~held_out].mean() > 0.5
    return out


def narrow(x: Any) -> Any:
    """A sparse matrix as liblinear wants it, which refuses places of 64 bits."""
    x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)
    return x


def tf_idf(sentences: Sequence[str], label: NDArray[np.bool_], parts: Iterable[NDArray[np.bool_]], least: int = 1) -> NDArray[np.bool_]:
    """Answers of the bag of n-grams that stand in at least ``least`` training sentences; each part by what is learned from all others."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    counts = CountVectorizer(ngram_range=(1, 3)).fit_transform(sentences).tocsr()
    out = np.zeros(len(label), np.bool_)
    for held_out in parts:
        train = counts[~held_out]
        # As if the vocabulary had been read off the training folds: others would lengthen the rows that are held out.
        met = np.flatnonzero(np.bincount(train.indices, minlength=counts.shape[1]) >= least)
        weight = TfidfTransformer().fit(train[:, met])
        learned, asked = (narrow(weight.transform(part[:, met])) for part in (train, counts[held_out]))
        model = LogisticRegression(C=1.0, class_weight="balanced", solver="liblinear", random_state=SEED).fit(learned, label[~held_out])
        out[held_out] = model.predict_proba(asked)[:, 1] >= 0.5
    return out


def windows(tokens: Tokens) -> tuple[NDArray[np.int64], Any]:
    """The small-lettered word of each token, as a number, and its features, a sparse matrix of zeros and ones."""
    from scipy.sparse import csr_array

    small, to_small = np.unique([word.lower() for word in tokens.types], return_inverse=True)
    word, n = to_small[tokens.type], len(tokens)
    features: list[NDArray[np.int64]] = []
    for shift in range(-WINDOW, WINDOW + 1):
        there = np.arange(n) + shift
        near = there.clip(0, n - 1)
        inside = (near == there) & (tokens.paragraph[near] == tokens.paragraph)
        features.append(np.where(inside, word[near], len(small)))
    for length in (2, 3, 4):
        features.append(np.unique([w[-length:] for w in small], return_inverse=True)[1][word])
    features.append(tokens.lookup(lambda w: w[:1].isupper(), np.bool_).astype(np.int64))
    sizes = [int(feature.max()) + 1 for feature in features]
    place = np.stack(features, 1) + np.cumsum([0, *sizes[:-1]])
    rows = csr_array((np.ones(place.size), place.ravel(), np.arange(n + 1) * place.shape[1]), shape=(n, sum(sizes)))
    return word, rows


def word_by_word(tokens: Tokens, gold: NDArray[np.int64], parts: Iterable[NDArray[np.bool_]], every: bool = False) -> NDArray[np.int64]:
    """The class of each token, 0 for none, by what is learned from the tokens of all other parts.

    Parameters
    ----------
    gold
        Its true class.
    parts
        Which tokens are held out.
    every
        Whether words that never stood in a cue are looked at, too.
    """
    from sklearn.linear_model import LogisticRegression

    word, rows = windows(tokens)
    out = np.zeros(len(gold), np.int64)
    for held_out in parts:
        looked_at = every | np.isin(word, word[~held_out & (gold > 0)])
        learned, asked = rows[~held_out & looked_at], rows[held_out & looked_at]
        met = np.unique(learned.indices)
        learned, asked, true = narrow(learned[:, met]), narrow(asked[:, met]), gold[~held_out & looked_at]
        classes = np.unique(true)
        models = (LogisticRegression(solver="liblinear", random_state=SEED).fit(learned, true == k) for k in classes)
        out[held_out & looked_at] = classes[np.stack([model.decision_function(asked) for model in models]).argmax(0)]
    return out


def floors(sentences: Sequence[str], label: NDArray[np.bool_], document: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """The answers of each floor, for sentences in the order given."""
    return {
        "all uncertain": np.ones(len(label), np.bool_),
        "majority": majority(label, document),
        "tf-idf": tf_idf(sentences, label, folds(document)),
        "tf-idf, frequent": tf_idf(sentences, label, folds(document), FREQUENT),
    }
