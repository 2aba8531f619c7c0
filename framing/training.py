"""Training: corpora in, an estimator with its card out.

Conventions
-----------
* ``TASKS`` maps the name of a task to the function that trains its model. All take ``corpus`` (each has its own where none is named),
  ``data_home``, ``out`` and ``progress``; what else one takes is in its signature. That of attributions is here.
* Only the parts ``train`` (to learn from) and ``dev`` (to calibrate on) of a corpus are read, never a test part: everything is read
  through :func:`framing.corpora.lessons.load_lessons`, which refuses them.
* Everything random comes from ``seed``: the same corpora, settings, teachers and seed give the same bytes on one machine and thread
  setting.
* Raw text is that of the further train articles of Article-Bias-Prediction (Baly et al. 2020). All of it teaches classes of words
  (:mod:`framing.learning.words`), a random part of it is labelled by teachers for the last network (:mod:`framing.teaching`).

Needs scipy and scikit-learn.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from framing import teaching
from framing.attribution import VERSION, AttributionExtractor
from framing.corpora import info
from framing.corpora.lessons import load_lessons
from framing.learning import words
from framing.learning.network import Settings
from framing.learning.words import WordClasses
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize
from framing.training_frames import train_generic_frames, train_policy_frames
from framing.training_hedging import train_hedging
from framing.training_hyperpartisan import train_hyperpartisan
from framing.training_loaded import train_loaded_language
from framing.training_rating import train_rating
from framing.training_sources import train_sources
from framing.training_steps import Model, Progress, chosen, citations, corrected, count_tokens, describe, describe_own, finish, need_tools

CORPORA = ("polnear",)
RAW = "article_bias_prediction"
UNLABELLED_TOKENS = 1_400_000  # what ten minutes on two cores allow; the shipped model learned from twice as many that the encoder labelled
SETTINGS = Settings(epochs=6, drop=0.1, drop_inputs=0.1)  # of the last network: it reads much text, so few rounds and little dropping

_TASK = (
    "Finds attributions in English news: who (source) is said to say, think, want or show (cue) what (content). Gives spans, the links "
    "between them, whether speech is direct, indirect or mixed, which attribution stands inside which, and a confidence."
)
_METHOD = (
    "A small convolutional network under a linear-chain CRF labels the tokens of a paragraph; it reads hashed features of words, classes "
    "of words, quotations and what pattern rules find. Where raw text is used, {} label it for this network (distillation). Pieces are "
    "linked to whole attributions with a probability, which is calibrated on other annotated texts; attributions inside the content of "
    "others come from rules."
)
_OWN_TEACHERS = "a linear CRF and two networks, learned from the annotated texts,"
_USE = (
    "For: showing readers, editors and researchers how an article attributes what it says; counting over many articles.",
    "Not for: deciding whether something is true, whether a source is to be trusted, or what a person thinks. It says who is said to say "
    "what, and is wrong now and then: look at the text before you act on a single attribution.",
    "`threshold` is the least confidence of an attribution that stands in no other: higher for precision, lower for recall; 0 keeps all "
    "that the tagger marks. `bias` moves the tagger towards labels that begin something, so towards recall.",
)
_LIMITS = (
    "English only. PolNeAR is US political news of 2015 and 2016; on other matters, years and styles it does worse, and its confidence, "
    "calibrated on such texts, may be too high.",
    "PolNeAR marks no attribution inside the content of another. Those come from rules, their confidence is the precision of the cue's "
    "word, and how complete they are is not learned from anything.",
    "Transcripts and interviews, where a name and a colon stand before each turn, are not what it was made for.",
    "Annotators disagree on where cues and contents begin and end, so exact spans can only be matched so far.",
    "Its texts are by few outlets and its sources are mostly politicians, their staff and officials of one country; names and roles of "
    "others are less well known to it.",
    "The weights hold numbers, hashes of features and a list of frequent words; no running text.",
)
BASE_WEIGHTS = (  # of the encoder, which may have labelled raw text
    "Wenhui Wang et al. (2020). MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression. NeurIPS 2020.",
    "Nils Reimers, Iryna Gurevych (2019). Sentence-BERT. EMNLP 2019. (The base weights, all-MiniLM-L6-v2, Apache-2.0.)",
)
_CITATIONS = (
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
    "Geoffrey Hinton, Oriol Vinyals, Jeff Dean (2015). Distilling the Knowledge in a Neural Network. arXiv:1503.02531.",
)


def train_attribution(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    unlabelled_tokens: int = UNLABELLED_TOKENS,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    settings: Settings = SETTINGS,
    classes: WordClasses | None = None,
    brat: Sequence[str | os.PathLike[str]] = (),
    taught_by: Sequence[AttributionExtractor] = (),
) -> AttributionExtractor:
    """Train the attribution extractor.

    Parameters
    ----------
    corpus : str or sequence of str
        Corpora with attributions and parts ``train`` and ``dev``; it learns from all, and the confidence is calibrated on the first. By
        default PolNeAR.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    unlabelled_tokens : int
        At least so many tokens of raw text are labelled by teachers. 0: no raw text is read, and classes of words are learned from the
        annotated texts alone.
    seed : int
    progress : callable, optional
        Called with a line of text.
    settings : Settings
        Of the last network; their seed is replaced.
    classes : WordClasses, optional
        Ready ones, instead of learning them.
    brat : sequence of path
        Folders of articles that people corrected (:func:`framing.interop.brat.read_brat`), to learn from too.
    taught_by : sequence of AttributionExtractor
        That label raw text, such as the encoder (:mod:`framing.encoder.extractor`), instead of teachers that are learned here.

    Returns
    -------
    AttributionExtractor
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no attributions, no such parts, or too little text.
    CorpusNotFound
        If a corpus is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, CORPORA, "attribution")
    lessons = {name: _read(name, "train", data_home) for name in names}
    by_hand = corrected(brat, "attributions")
    documents = [document for part in (*lessons.values(), *by_hand.values()) for document in part]
    tune = _read(names[0], "dev", data_home)
    raw = list(load_lessons(RAW, data_home=data_home, unlabelled=True)) if unlabelled_tokens > 0 else []
    say(f"{len(documents):,} documents to learn from, {len(tune):,} to tune on, {len(raw):,} without annotation")
    texts = [
        *(describe(name, "train", "learning", part) for name, part in lessons.items()),
        describe(names[0], "dev", "calibration", tune),
        *describe_own(by_hand),
    ]
    own = settings != SETTINGS or classes is not None
    if classes is None:
        classes = _word_classes([*raw, *documents], seed)
        say(f"{len(classes):,} words in classes")
        texts += [describe(RAW, "train (unlabelled)", "classes of words", raw)] if raw else []
    labelled = choose(raw, unlabelled_tokens, seed)
    texts += [describe(RAW, "train (unlabelled)", "labelled by teachers", labelled)] if labelled else []
    extractor = AttributionExtractor(settings=replace(settings, seed=seed), classes=classes)
    extractor.fit(documents, unlabelled=[document.text for document in labelled], tune=tune, teachers=taught_by, progress=say)
    return finish(extractor, _card(extractor, names, list(by_hand), texts, unlabelled_tokens, seed, own, taught_by), out)


TASKS: Mapping[str, Callable[..., Model]] = {
    "attribution": train_attribution,
    "generic_frames": train_generic_frames,
    "hedging": train_hedging,
    "hyperpartisan": train_hyperpartisan,
    "loaded_language": train_loaded_language,
    "policy_frames": train_policy_frames,
    "rating": train_rating,
    "sources": train_sources,
}


def _read(name: str, split: str, data_home: str | os.PathLike[str] | None) -> list[Document]:
    if split not in info(name).splits:
        raise ValueError(f"{name} has nothing to learn attribution from in a part {split!r}")
    return list(load_lessons(name, split, data_home=data_home))


def _tokens(documents: Sequence[Document]) -> Iterator[Tokens]:
    return (tokenize(article_from_text(document.text)) for document in documents)


def _word_classes(documents: Sequence[Document], seed: int) -> WordClasses:
    try:
        learned = words.learn(_tokens(documents), seed=seed)
    except ValueError as error:
        raise ValueError(f"there is too little text to learn classes of words from: {error}") from error
    return replace(learned, codes=learned.codes[:, :0], scales=learned.scales[:0])  # the tagger reads no vectors


def choose(documents: Sequence[Document], tokens: int, seed: int) -> list[Document]:
    """Documents in random order until they have at least so many tokens, or all."""
    chosen: list[Document] = []
    for i in np.random.default_rng(seed).permutation(len(documents)).tolist():
        if tokens <= 0:
            break
        chosen.append(documents[i])
        tokens -= count_tokens(chosen[-1:])
    return chosen


def _card(
    extractor: AttributionExtractor,
    names: Sequence[str],
    brat: Sequence[str],
    texts: Sequence[Mapping[str, Any]],
    tokens: int,
    seed: int,
    own: bool,
    teachers: Sequence[AttributionExtractor],
) -> dict[str, Any]:
    assert extractor.settings is not None
    assert extractor.classes is not None
    asked: list[Any] = [teacher.signature for teacher in teachers] or [asdict(teacher) for teacher in teaching.TEACHERS]
    marks = f"{'settings:own|' if own else ''}{f'teachers:{len(teachers)}|' if teachers else ''}v:{VERSION}"
    signature = f"attribution|train:{'+'.join([*names, *brat])}|unlabelled:{tokens}|seed:{seed}|{marks}"
    derived = [work for work in BASE_WEIGHTS if any(work in teacher.card_.get("citations", ()) for teacher in teachers)]
    settings = {
        "seed": seed,
        "unlabelled tokens": tokens,
        "threshold": extractor.threshold,
        "bias": extractor.bias,
        "at_least": extractor.at_least,
        "words with classes": len(extractor.classes),
        "clusters of words": sorted(extractor.classes.clusters),
        "network": asdict(extractor.settings),
        **({f"teacher {k + 1}": teacher for k, teacher in enumerate(asked)} if tokens > 0 else {}),
    }
    return {
        "name": "attribution",
        "version": VERSION,
        "signature": signature,
        "task": _TASK,
        "method": _METHOD.format("ready taggers (see teachers in the settings)" if teachers else _OWN_TEACHERS),
        "texts": list(texts),
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": settings,
        "citations": citations(
            list(dict.fromkeys([*names, *(t["corpus"] for t in texts if t["corpus"] not in brat)])), *derived, *_CITATIONS
        ),
    }
