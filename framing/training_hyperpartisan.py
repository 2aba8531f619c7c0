"""Training of the classifier of hyperpartisan argumentation: labelled articles in, a classifier with its card out.

Conventions
-----------
* Labels: ``hyperpartisan_byarticle``. Which words there are is learned from the articles of Article-Bias-Prediction (train), whose labels
  are not read.
* The group of an article is its publisher's *family*: hosts under one registrable name (:func:`family`), so that editions and blogs of a
  house are on one side of a fold.
* Nothing is held back: scores come from cross-validation (:mod:`experiments.hyperpartisan`), and so does the calibration.

Needs scipy and scikit-learn; two to four minutes, most of them for the words.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from framing.corpora.lessons import load_lessons
from framing.hyperpartisan import TASK, HyperpartisanClassifier
from framing.hyperpartisan_features import columns
from framing.hyperpartisan_lessons import CLIP, FOLDS, LEAST, NAME, NORMS, PAIRS, TITLE_SHARE, TITLES
from framing.records import Document
from framing.training_steps import Progress, chosen, citations, describe, finish, need_tools

CORPUS, UNLABELLED = "hyperpartisan_byarticle", "article_bias_prediction"
_SECOND_LEVEL = ("co", "com", "org", "net", "gov", "ac")  # under which countries give names: bbc.co.uk

_TASK = (
    "Gives the probability that readers would call an English news article hyperpartisan: one that argues with blind or unreasoning "
    "allegiance to one party, faction, cause or person. It says nothing of the side, nor of truth."
)
_METHOD = (
    "A linear support vector machine on the shares of words and word pairs (times idf) of body and title, without names, on measures of "
    "the sourcing "
    "(levels of attribution, quotations, hedges, words of the author; the columns of the rating model), and on how often categories "
    "of loaded words are used in the article, in the author's voice and in the title (a lexicon written by us). Strength and the "
    "share of the measures are chosen, and the probability calibrated (Platt), by inner cross-validation by publisher."
)
_USE = (
    "For: comparing groups of many articles; showing which words and habits of sourcing make an article read as partisan.",
    "Not for: a verdict on a single article, an author or an outlet, for moderation or ranking; nor for telling what is true.",
    "The reasons are associations in a few hundred articles: a word that weighs is not wrong to use.",
)
_LIMITS = (
    "645 articles, 238 of them hyperpartisan, of about 270 publishers: an accuracy is known to about three or four points.",
    "English; US politics of 2016 to 2018. Words of that time (an election, an investigation) carry part of it.",
    "Labels are annotators' words on whole articles; only articles on which they agreed are in the corpus, so the doubtful middle "
    "is missing.",
    "Two pairs of articles are nearly the same wire text under different publishers; no fold can keep them together.",
    "Opinion pieces read as hyperpartisan more often than reports; a partisan choice of facts in the words of an agency does not.",
    "When the models it stands on (attributions, hedges, sources) change, it is to be trained anew.",
    "Beside the better floor (TF-IDF of raw counts, linear SVM) the gain by publisher is within chance on one of three groupings (p .11, "
    ".02 and .05 with sources resampled).",
)
_CITATIONS = (
    "Johannes Kiesel et al. (2019). SemEval-2019 Task 4: Hyperpartisan News Detection. SemEval.",
    "Marta Recasens, Cristian Danescu-Niculescu-Mizil, Dan Jurafsky (2013). Linguistic Models for Analyzing and Detecting Biased Language. "
    "ACL.",
    "Corinna Cortes, Vladimir Vapnik (1995). Support-Vector Networks. Machine Learning 20.",
    "John Platt (1999). Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers.",
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
)


def train_hyperpartisan(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> HyperpartisanClassifier:
    """Train the classifier.

    Parameters
    ----------
    corpus : str or sequence of str, optional
        Corpora with hyperpartisan labels; by default ``hyperpartisan_byarticle``.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    progress : callable, optional
        Called with a line of text.

    Returns
    -------
    HyperpartisanClassifier
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no such labels.
    CorpusNotFound
        If a corpus is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, (CORPUS,), TASK)
    parts = {name: by_family(load_lessons(name, data_home=data_home)) for name in names}
    documents = [document for part in parts.values() for document in part]
    raw = raw_articles(data_home)
    say(f"{len(documents):,} labelled articles, {len(raw):,} raw ones")
    model = HyperpartisanClassifier().fit(documents, unlabelled=raw)
    say(f"{len(model.ngrams_.vocabulary):,} words and word pairs, {len(columns())} columns; C {model.strength_:g}, share {model.share_:g}")
    texts = [describe(name, "train", "learning, calibration", part) for name, part in parts.items()]
    texts.append(describe(UNLABELLED, "train, labels not read", "which words there are", raw))
    return finish(model, _card(model, names, texts, documents), out)


def family(host: str | None) -> str | None:
    """The registrable name of a host: ``blogs.news.example.co.uk`` is of the family ``example.co.uk``."""
    if not host:
        return None
    parts = host.lower().split(".")
    deep = len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2
    return ".".join(parts[-3 if deep else -2 :])


def by_family(documents: Iterable[Document]) -> list[Document]:
    """The documents, with the family of their publisher as ``group``."""
    return [replace(document, group=family(document.group)) for document in documents]


def raw_articles(data_home: str | os.PathLike[str] | None = None) -> list[Document]:
    """The train articles of Article-Bias-Prediction, labelled or not. Raises ``CorpusNotFound`` if they are not there."""
    return [d for more in (False, True) for d in load_lessons(UNLABELLED, "train", data_home=data_home, unlabelled=more)]


def _card(
    model: HyperpartisanClassifier, names: Sequence[str], texts: Sequence[dict[str, Any]], documents: Sequence[Document]
) -> dict[str, Any]:
    return {
        "name": model.NAME,
        "version": model.VERSION,
        "signature": f"{model.NAME}|train:{'+'.join(names)}|columns:{len(columns())}|v:{model.VERSION}",
        "task": _TASK,
        "method": _METHOD,
        "texts": list(texts),
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": {
            "hyperpartisan articles": sum(bool(d.labels[TASK]) for d in documents),
            "families of publishers": len({d.group or d.id for d in documents}),
            "n-grams of body and title": list(model.ngrams_.vocabulary.sizes),
            "raw articles with a word, a pair, a word of the title, at least": [LEAST, PAIRS * LEAST, TITLES],
            "share of capitals of names": NAME,
            "norms of body and title": list(NORMS),
            "columns": len(columns()),
            "clipped at": CLIP,
            "domain": model.domain_.told,
            "domain, limit of unknown words": round(model.domain_.limit, 3),
            "share of the title": TITLE_SHARE,
            "share of columns": model.share_,
            "strength": model.strength_,
            "inner folds": FOLDS,
            "slope and intercept": [round(model.calibrators_[0].slope, 3), round(model.calibrators_[0].intercept, 3)],
        },
        "citations": citations(names, *_CITATIONS),
    }
