"""Training of the loaded-language classifier: BABE and raw news in, a classifier with its card out.

Conventions
-----------
* Learned is from one part of BABE, "SG2" (experts, the shipped model) or "MBIC" (crowd, the variant with the freer licence); parts are
  never pooled, since most sentences stand in both.
* Vectors of words are learned from raw news (:mod:`framing.learning.words`): the train articles of Article-Bias-Prediction. Their labels,
  which are those of outlets, are not read.
* Nothing is held back for a test: scores come from cross-validation (:mod:`experiments.loaded_language_babe`), and so do the calibrators.
* The same corpora, settings and seed give the same bytes on one machine and thread setting. About two minutes.

Needs scipy and scikit-learn.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from framing.corpora.lessons import load_lessons
from framing.learning import words
from framing.learning.words import WordClasses
from framing.loaded import LoadedLanguageClassifier
from framing.loaded_lessons import AT_LEAST, C_SENTENCES, C_WORDS, DENSE_FACTOR, RATIO
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_steps import Progress, chosen, citations, describe, finish, need_tools

CORPUS, RAW, PARTS = "babe", "article_bias_prediction", ("SG2", "MBIC")
VECTORS = {"vocabulary": 42_000, "contexts": 5_000, "window": 2, "dims": 200, "minimum": 4}

_TASK = (
    "How probable it is that {} would call a sentence of English political news biased by its choice of words, and which words they would "
    "mark."
)
_WHO = {"SG2": "annotators", "MBIC": "crowd workers (those of MBIC)"}
_METHOD = (
    "A logistic regression over the tokens learns which words were marked, from their letters, their vectors, their neighbours and a list "
    "of loaded words of our own; it is kept as a table of scores of words. A second one over sentences reads words, pairs of words and "
    "n-grams of letters, weighed by how much they tell of the label (Wang & Manning 2012), how loaded the words of the sentence are by the "
    "first model (cross-fitted), and its form. Probabilities are calibrated by cross-validation (Platt 1999), those of sentences as "
    "if either label were equally common."
)
_USE = (
    "For: showing readers and editors which sentences and words of a news article may strike people as loaded; means over many sentences.",
    "Not for: judging whether a sentence is true or fair, whether an author or outlet is biased, or a single sentence without reading "
    "it. At .5 about one judgement in four or five is wrong, see the scores.",
    "A quotation is scored as anything else: keep the voices apart (`framing.loaded.loaded_share`) before you speak of the author.",
)
_LIMITS = {
    "SG2": "Label: 3,673 sentences that trained experts judged biased or not; the one without a majority is left out.",
    "MBIC": "Label: 1,551 sentences that crowd workers judged biased or not; those without a majority are left out. A crowd's judgements "
    "are noisier than those of experts. Two of three are loaded, while probabilities are calibrated as if half were: among sentences like "
    "these the calibration error is .10.",
}
_COMMON_LIMITS = (
    "US political news of 2017 to 2020, of the outlets and topics named below; half of the sentences or more are biased by the annotators, "
    "far more than in ordinary news. On news of other places, years or topics the probability of a sentence may be too high or too low.",
    'The label is the annotators\' "biased": other readers would judge otherwise.',
    "Sentences were judged alone. Bias by what is left out, by order or by comparison with other articles is not seen.",
    "Words that neither these sentences nor the raw news hold (British spellings, places abroad) are judged by their letters alone, often "
    "too high.",
    "Words of events may count as loaded because they stood in loaded sentences; look at the words it marks.",
    "Weights are hashes and numbers; no running text.",
)
_LICENCE = {
    "SG2": "The sentences are of a repository under AGPL-3.0; no other licence of the data is stated there.",
    "MBIC": "MBIC (Spinde et al. 2021, Zenodo 4474336) is given as CC BY 4.0 there; that is a secondary source here.",
}
_CITATIONS = (
    "Timo Spinde et al. (2021). MBIC: A Media Bias Annotation Dataset Including Annotator Characteristics. iConference 2021.",
    "Sida Wang, Christopher D. Manning (2012). Baselines and Bigrams: Simple, Good Sentiment and Topic Classification. ACL 2012.",
    "Marta Recasens, Cristian Danescu-Niculescu-Mizil, Dan Jurafsky (2013). Linguistic Models for Analyzing and Detecting Biased Language. "
    "ACL 2013.",
    "John Platt (1999). Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized Likelihood Methods.",
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
)


def raw_news(data_home: str | os.PathLike[str] | None = None) -> Iterator[Document]:
    """The articles that words are learned from, each once. Raises ``CorpusNotFound`` if they are not there."""
    seen: set[str] = set()
    for options in ({}, {"unlabelled": True}):
        for document in load_lessons(RAW, "train", data_home=data_home, **options):
            if document.id not in seen:
                seen.add(document.id)
                yield document


def learn_vectors(documents: Iterable[Document], seed: int = 0) -> WordClasses:
    """Vectors of words, learned from raw news. Raises ``ValueError`` if there is too little text."""
    return words.learn((tokenize(article_from_text(d.text)) for d in documents), clusters=(), seed=seed, **VECTORS)


def train_loaded_language(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    part: str = "SG2",
    vectors: WordClasses | None = None,
) -> LoadedLanguageClassifier:
    """Train the loaded-language classifier.

    Parameters
    ----------
    corpus : str or sequence of str, optional
        By default "babe".
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    seed : int
    progress : callable, optional
        Called with a line of text.
    part : {"SG2", "MBIC"}
    vectors : WordClasses, optional
        What :func:`learn_vectors` gave for :func:`raw_news`, to spare the time; learned by default.

    Returns
    -------
    LoadedLanguageClassifier
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no loaded language, or there is no such part.
    CorpusNotFound
        If a corpus is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, (CORPUS,), "loaded language")
    if part not in PARTS:
        raise ValueError(f"part {part!r} is none of {', '.join(PARTS)}")
    read = {name: list(load_lessons(name, data_home=data_home, part=part)) for name in names}
    documents = [document for found in read.values() for document in found if document.labels["loaded"] is not None]
    raw = list(raw_news(data_home))
    say(f"{len(documents):,} sentences, {len(raw):,} articles without labels of sentences")
    if vectors is None:
        vectors = learn_vectors(raw, seed)
        say(f"{len(vectors):,} words with vectors")
    model = LoadedLanguageClassifier(seed=seed).fit(documents, vectors=vectors, progress=say)
    texts = [
        describe(name, part, "learning, calibration", [d for d in found if d.labels["loaded"] is not None]) for name, found in read.items()
    ]
    texts.append(describe(RAW, "train", "vectors of words", raw))
    return finish(model, _card(model, names, texts, documents, part, seed), out)


def _card(
    model: LoadedLanguageClassifier,
    names: Sequence[str],
    texts: Sequence[dict[str, Any]],
    documents: Sequence[Document],
    part: str,
    seed: int,
) -> dict[str, Any]:
    return {
        "name": model.NAME,
        "version": model.VERSION,
        "signature": f"{model.NAME}|train:{'+'.join(names)}|part:{part}|seed:{seed}|v:{model.VERSION}",
        "task": _TASK.format(_WHO[part]),
        "method": _METHOD,
        "texts": list(texts),
        "use": list(_USE),
        "limits": [_LIMITS[part], *_COMMON_LIMITS, _LICENCE[part]],
        "settings": {
            "seed": seed,
            "part": part,
            "sentences": len(documents),
            "loaded sentences": sum(bool(d.labels["loaded"]) for d in documents),
            "topics": sorted({str(d.meta["topic"]) for d in documents}),
            "outlets": sorted({str(d.meta["outlet"]) for d in documents}),
            "words": len(model.words_.words),
            "n-grams": len(model.ngrams_.vocabulary),
            "sentences with an n-gram, at least": AT_LEAST,
            "vectors": dict(VECTORS),
            "c": {"words": C_WORDS, "sentences": C_SENTENCES},
            "factor of dense columns": DENSE_FACTOR,
            "power of the ratio": RATIO,
            "folds": model.folds,
        },
        "citations": citations([*names, RAW], *_CITATIONS),
    }
