"""Training of the encoder engine: corpora in, an extractor with its card out (``framing train attribution --engine encoder``).

Conventions
-----------
* Parts, corpora and raw text are those of :func:`framing.training.train_attribution`: learned from ``train``, calibrated on ``dev``, and
  the further train articles of Article-Bias-Prediction as text that teachers label (:mod:`framing.encoder_training`).
* Without raw text one encoder learns from the annotated texts. With it, ``teachers`` encoders label it first; each costs as much again.
* The confidence is calibrated on the graph as it is shipped, in eight bits.
* Checkpoints stand in the folder ``training`` beside the model until it is finished: the same command goes on where it was broken off.
* Beside the model, in the folder ``floats``, stand the weights before they are rounded and how they are read: what
  ``experiments/encoder_export.py`` measures the rounding with. It is no part of the model.

Needs torch, onnx and onnxruntime (``framing[train]``) and the base weights.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from framing import encoder_lessons, encoder_training
from framing.corpora import info, list_corpora
from framing.corpora.lessons import load_lessons
from framing.encoder.extractor import VERSION, EncoderExtractor
from framing.encoder.session import Session
from framing.encoder.tagger import EncoderTagger, Layout
from framing.encoder_graph import build
from framing.encoder_network import HEADS, PACKAGE, SHA256, Array, base_arrays, base_pieces, transitions
from framing.encoder_rounding import TEXTS, magnitudes
from framing.encoder_training import LAYOUT, Settings
from framing.learning.calibration import fit_isotonic
from framing.records import Document
from framing.training import BASE_WEIGHTS, CORPORA, RAW, choose
from framing.training_steps import Progress, chosen, citations, corrected, describe, describe_own, finish
from framing.writing import replacing

TEACHERS = 2

_TASK = (
    "Finds attributions in English news: who (source) is said to say, think, want or show (cue) what (content). Gives spans, the links "
    "between them, whether speech is direct, indirect or mixed, which attribution stands inside which, and a confidence."
)
_METHOD = (
    "A transformer encoder of 22 million parameters, MiniLM (six layers of 384 numbers), was fine-tuned to label the tokens of a paragraph "
    "under a linear-chain CRF; it also reads how a token is written and where it stands in quotations and sentences. Where raw text is "
    "used, encoders of other seeds label it first and teach this one (distillation). Weights are kept in eight bits. Pieces are linked to "
    "whole attributions with a probability, which is calibrated on other annotated texts; attributions inside the content of others come "
    "from rules."
)
BESIDE = (
    "The label scores of the default engine, weighted, are added to those of the encoder, and its transitions to those of the chain "
    "(stacking)."
)
_USE = (
    "For: showing readers, editors and researchers how an article attributes what it says, where accuracy matters more than speed.",
    "Not for: deciding whether something is true, whether a source is to be trusted, or what a person thinks. It says who is said to say "
    "what, and is wrong now and then: look at the text before you act on a single attribution.",
    "`threshold` is the least confidence of an attribution that stands in no other; `bias` moves the tagger towards labels that begin "
    "something, so towards recall.",
)
_LIMITS = (
    "English only. PolNeAR is US political news of 2015 and 2016; on other matters, years and styles it does worse, and its confidence, "
    "calibrated on such texts, may be too high.",
    "PolNeAR marks no attribution inside the content of another. Those come from rules.",
    "The base weights were learned by others from a billion pairs of sentences of the web, with what stands in them.",
    "Annotators disagree on where cues and contents begin and end, so exact spans can only be matched so far.",
    "It reads a paragraph at a time, and of one of more than 126 word pieces a part at a time.",
    "Another processor may round otherwise; results are the same on one machine.",
)
_CITATIONS = (
    "Jacob Devlin et al. (2019). BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding. NAACL 2019.",
    *BASE_WEIGHTS,
    "Geoffrey Hinton, Oriol Vinyals, Jeff Dean (2015). Distilling the Knowledge in a Neural Network. arXiv:1503.02531.",
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
)


def train_encoder(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    unlabelled_tokens: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    settings: Settings | None = None,
    layout: Layout = LAYOUT,
    teachers: int = TEACHERS,
    brat: Sequence[str | os.PathLike[str]] = (),
) -> EncoderExtractor:
    """Train the extractor of the encoder engine.

    Parameters
    ----------
    corpus, data_home, out, seed, progress, brat
        As of :func:`framing.training.train_attribution`.
    unlabelled_tokens : int
        At least so many tokens of raw text are labelled by teachers. 0: none, which is what a processor has time for.
    settings : Settings, optional
        Their seed is replaced.
    layout : Layout
    teachers : int
        How many encoders label raw text.

    Returns
    -------
    EncoderExtractor
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no attributions, no such parts, or too little text; or a checkpoint is of other settings or texts.
    CorpusNotFound
        If a corpus is not there.
    ImportError
        If torch, onnx, onnxruntime or the base weights are missing.
    """
    need_tools()
    say, own = progress or (lambda line: None), replace(settings or Settings(), seed=seed)
    names = chosen(corpus, CORPORA, "attribution")
    pieces, weights = base_pieces(), base_arrays()
    lessons = {name: _read(name, "train", data_home) for name in names}
    by_hand = corrected(brat, "attributions")
    documents = [document for part in (*lessons.values(), *by_hand.values()) for document in part]
    tune = _read(names[0], "dev", data_home)
    raw = list(load_lessons(RAW, data_home=data_home, unlabelled=True)) if teachers and unlabelled_tokens > 0 else []
    raw = choose(raw, unlabelled_tokens, seed)
    say(f"{len(documents):,} documents to learn from, {len(tune):,} to tune on, {len(raw):,} without annotation")
    texts = [
        *(describe(name, "train", "learning", part) for name, part in lessons.items()),
        describe(names[0], "dev", "calibration", tune),
        *describe_own(by_hand),
        *([describe(RAW, "train (unlabelled)", "labelled by teachers", raw)] if raw else []),
    ]
    gold = encoder_lessons.read([(d.text, d.attributions) for d in documents], pieces, layout)
    others = encoder_lessons.read([(d.text, None) for d in raw], pieces, layout) if raw else None
    say(f"{len(gold):,} tokens in {len(gold.windows):,} windows, on {encoder_training.device()}")
    with TemporaryDirectory() as passing:
        work = Path(passing) if out is None else Path(out) / "training"
        arrays = encoder_training.teach(weights, gold, others, layout, own, teachers, work, say)
    extractor = made(arrays, layout, [document.text for document in documents[:TEXTS]])
    say("graph built; calibrating")
    confidences, right = extractor.outcomes(tune)
    if len(right):
        extractor.calibrator_ = fit_isotonic(confidences, right)
    asked = [asdict(replace(own, seed=own.seed + k + 1)) for k in range(teachers)] if raw else []
    told = card([*names, *by_hand], texts, unlabelled_tokens if raw else 0, asked, own, layout, settings is not None)
    finish(extractor, told, out)
    if out is not None:
        keep(Path(out) / "floats", arrays, extractor)
        shutil.rmtree(Path(out) / "training", ignore_errors=True)
    return extractor


def need_tools() -> None:
    """Raise ``ImportError`` before the long work begins if what learning needs is missing."""
    for name in ("torch", "onnx", "onnxruntime"):
        try:
            import_module(name)
        except ImportError as error:
            raise ImportError(f'training an encoder needs {name}: pip install "framing[train]"') from error


def made(arrays: Mapping[str, Array], layout: Layout, texts: Sequence[str], **arguments: Any) -> EncoderExtractor:
    """The extractor of some weights, in eight bits, not calibrated.

    Parameters
    ----------
    arrays : mapping of str to array
    layout : Layout
    texts : sequence of str
        In which the sizes of channels are looked at (:mod:`framing.encoder_rounding`).
    **arguments
        Of the extractor.

    Returns
    -------
    EncoderExtractor
    """
    pieces = base_pieces()
    graph = build(arrays, layout.features, HEADS, quantised=True, ranges=magnitudes(arrays, layout, HEADS, pieces, texts))
    return EncoderExtractor.of(EncoderTagger(pieces, Session(graph), transitions(arrays), layout), **arguments)


def keep(folder: Path, arrays: Mapping[str, Array], extractor: EncoderExtractor) -> None:
    """Write the weights as floats, and what the rest of the model is."""
    folder.mkdir(parents=True, exist_ok=True)
    chain: dict[str, Any] = {**arrays, **extractor.tagger_.transitions.named()}
    settings = {
        "layout": extractor.tagger_.layout.to_dict(),
        "bias": extractor.bias,
        "threshold": extractor.threshold,
        "threshold_spans": extractor.threshold_spans,
        "card": extractor.card_,
    }
    with replacing(folder / "arrays.npz") as stream:
        np.savez(stream, **chain)
    with replacing(folder / "settings.json") as stream:
        stream.write((json.dumps(settings, indent=1, sort_keys=True) + "\n").encode())


def _read(name: str, split: str, data_home: str | os.PathLike[str] | None) -> list[Document]:
    if split not in info(name).splits:
        raise ValueError(f"{name} has nothing to learn attribution from in a part {split!r}")
    return list(load_lessons(name, split, data_home=data_home))


def card(
    corpora: Sequence[str],
    texts: Sequence[Mapping[str, Any]],
    tokens: int,
    teachers: Sequence[Any],
    settings: Settings,
    layout: Layout,
    own: bool,
) -> dict[str, Any]:
    """The card of an encoder.

    Parameters
    ----------
    corpora : sequence of str
        That it learned from.
    texts : sequence of mapping
        As :func:`framing.training_steps.describe` gives them.
    tokens : int
        Of raw text, as was asked for.
    teachers : sequence
        What is to be told of each encoder that labelled it.
    settings, layout
    own : bool
        Whether the settings are others than those of the library.
    """
    seed = settings.seed
    marks = f"unlabelled:{tokens}|teachers:{len(teachers)}|seed:{seed}|{'settings:own|' if own else ''}v:{VERSION}"
    known = {corpus.name for corpus in list_corpora()}  # folders of corrections are none
    cited = [name for name in dict.fromkeys([*corpora, *(str(text["corpus"]) for text in texts)]) if name in known]
    return {
        "name": "encoder",
        "version": VERSION,
        "signature": f"attribution-encoder|train:{'+'.join(corpora)}|{marks}",
        "task": _TASK,
        "method": f"{_METHOD} {BESIDE}" if layout.beside else _METHOD,
        "texts": [dict(text) for text in texts],
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": {
            "base": f"{PACKAGE} (all-MiniLM-L6-v2), Apache-2.0",
            "sha256 of the base": SHA256,
            "unlabelled tokens": tokens,
            "teachers": list(teachers),
            "seed": seed,
            "training": asdict(settings),
            "layout": layout.to_dict(),
            "quantisation": f"matrices and what they multiply in eight bits; sizes of channels from {TEXTS} texts",
        },
        "citations": citations(cited, *_CITATIONS),
    }
