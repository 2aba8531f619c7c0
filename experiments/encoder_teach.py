"""How the shipped encoder is learned: six encoders and the default engine label raw text, and one encoder learns from that and PolNeAR.

    python -m experiments.encoder_teach teachers FOLDER    # labels.npz; minutes on a GPU, about six core hours without
    python -m experiments.encoder_teach student FOLDER     # arrays.npz, settings.json; about an hour on two cores with AMX
    python -m experiments.encoder_export FOLDER --beside .3

Each of ``TEACHERS`` is learned from PolNeAR train by :func:`framing.encoder_training.fit`; they differ in seed, context, rounds and steps.
Raw text is all that of Article-Bias-Prediction that may be learned from (7,000 articles, 7.8 million tokens). Its label probabilities are
the mean of the six and of the default engine; of each token the two most probable labels are kept, in 255ths, in ``labels.npz`` (``label``,
``p``, both (tokens, 2), in the order of the corpus). The student learns with ``STUDENT``. Both go on where they were broken off.

Those of the shipped model were made on a GPU in November 2026, with the same settings in an earlier form of this program; sums on a GPU
are not added in the same order twice, so another run gives other labels, and scores that are about the same.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from framing import encoder_lessons
from framing.attribution import MODELS, shipped
from framing.encoder.tagger import Layout
from framing.encoder_lessons import Lessons
from framing.encoder_network import base_arrays, base_pieces, transitions
from framing.encoder_rounding import TEXTS
from framing.encoder_training import LAYOUT, Settings, fit, predict, probabilities
from framing.learning.store import read_card
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.records import Document
from framing.tagging import LABELS
from framing.teaching import marginals
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training import CORPORA, RAW
from framing.training_encoder import card, keep, made
from framing.training_steps import describe
from framing.writing import replacing

_CONTEXT = replace(LAYOUT, window=160, context=16)
TEACHERS: dict[str, tuple[Layout, Settings]] = {
    "1": (LAYOUT, Settings(seed=11)),
    "2": (LAYOUT, Settings(seed=12, rounds=6, twice=0.0)),
    "3": (_CONTEXT, Settings(seed=13)),
    "4": (replace(LAYOUT, window=256, context=32, fill=True), Settings(seed=14, rounds=7, twice=0.0)),
    "5": (LAYOUT, Settings(seed=15, rounds=6, twice=0.0, rate=4e-4)),
    "6": (replace(LAYOUT, window=176, context=24), Settings(seed=16, rounds=6, twice=0.0)),
}
STUDENT = Settings(rounds=5, share=0.2, twice=0.0, drop_taught=0.0, words=False)
CHOSEN = {"threshold": 0.25, "bias": 0.0, "threshold_spans": 0.45}  # on PolNeAR dev, with the default engine's scores at .3 beside
KEPT = 2  # labels of a token


def read(documents: list[Document], layout: Layout, labelled: bool) -> Lessons:
    """Texts as an encoder learns from them."""
    return encoder_lessons.read([(d.text, d.attributions if labelled else None) for d in documents], base_pieces(), layout)


def texts() -> tuple[list[Document], list[Document]]:
    """PolNeAR train, and the raw texts."""
    return list(load(CORPORA[0], "train")), list(load(RAW, unlabelled=True))


def default(raw: list[Document]) -> NDArray[np.uint8]:
    """Label probabilities of the default engine in 255ths, (tokens, L)."""
    out = [np.zeros((0, len(LABELS)), np.uint8)]
    for document in raw:
        article = article_from_text(document.text)
        tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
        out.append(np.rint(255 * marginals(shipped().tagger_, read_patterns(tokens, quotes), quotes)).astype(np.uint8))
    return np.concatenate(out)


def teach(folder: Path) -> None:
    """Learn the teachers and let them label."""
    known, raw = texts()
    total = default(raw).astype(np.float32)
    for name, (layout, settings) in TEACHERS.items():
        place, gold = folder / f"teacher{name}.npz", read(known, layout, True)
        arrays = fit(base_arrays(), gold, None, layout, settings, place, _said(f"teacher {name}"))
        lessons = read(raw, layout, False)
        total += probabilities(predict(arrays, lessons, layout), transitions(arrays), lessons)
    total /= len(TEACHERS) + 1
    best = np.argsort(-total, axis=1, kind="stable")[:, :KEPT]
    with replacing(folder / "labels.npz") as stream:
        np.savez_compressed(stream, label=best.astype(np.uint8), p=np.rint(np.take_along_axis(total, best, 1)).astype(np.uint8))


def targets(path: Path, n: int) -> NDArray[np.uint8]:
    """The label probabilities of a file, in 255ths, each row with a sum of 255."""
    with np.load(path, allow_pickle=False) as file:
        label, p = file["label"], file["p"].astype(np.float32)
    if len(label) != n:
        raise ValueError(f"{path} has labels of {len(label):,} tokens, the texts have {n:,}")
    first = np.rint(255 * p[:, 0] / p.sum(axis=1)).astype(np.uint8)
    out = np.zeros((n, len(LABELS)), np.uint8)
    out[np.arange(n), label[:, 0]] = first
    out[np.arange(n), label[:, 1]] = 255 - first
    return out


def learn(folder: Path) -> None:
    """The student, and what its export needs."""
    known, raw = texts()
    gold, others = read(known, LAYOUT, True), read(raw, LAYOUT, False)
    others = others.taught(targets(folder / "labels.npz", len(others)))
    arrays = fit(base_arrays(), gold, others, LAYOUT, STUDENT, folder / "student.npz", _said("student"))
    tune = list(load(CORPORA[0], "dev"))
    told = [
        describe(CORPORA[0], "train", "learning", known),
        describe(CORPORA[0], "dev", "calibration", tune),
        describe(RAW, "train (unlabelled)", "labelled by teachers", raw),
    ]
    teachers = [*(teacher(*how) for how in TEACHERS.values()), str(read_card(MODELS / "attribution")["card"]["signature"])]
    extractor = made(arrays, LAYOUT, [document.text for document in known[:TEXTS]], **CHOSEN)
    extractor.card_ = {**card(CORPORA, told, len(others), teachers, STUDENT, LAYOUT, True), "scores": {}}
    keep(folder, arrays, extractor)


def teacher(layout: Layout, settings: Settings) -> str:
    """What the card says of one."""
    read = f"windows of {layout.window}{', filled' if layout.fill else ''}{f', context {layout.context}' if layout.context else ''}"
    return f"encoder of seed {settings.seed} ({read}; {settings.rounds} rounds, rate {settings.rate:g}, R-Drop {settings.twice:g})"


def _said(name: str) -> Any:
    return lambda line: print(f"{name}: {line}", flush=True)


def main() -> None:
    """Teach or learn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=("teachers", "student"))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (teach if options.what == "teachers" else learn)(options.folder)


if __name__ == "__main__":
    main()
