"""The shipped encoder beside another model of the default engine: what it adds of its scores is changed, the encoder itself is not.

    python -m experiments.encoder_stack OLD [--new FOLDER] [--weight W] [--threshold P] [--spans P] [--out FOLDER]

``OLD`` is the model of the default engine whose scores the encoder adds now, ``--new`` the one whose scores it is to add (the shipped one).
The transitions less those of ``OLD``, as they were weighted, are those of the encoder alone; those of the new model are added with the
weight ``--weight``, which is that of the old one by default. It is ``layout.beside``; :mod:`experiments.encoder_export`, which has the
weights in floats, divides all scores by one and half its weight, so that .3 there is .2609 here. The confidence is calibrated anew, on
PolNeAR dev.

The floats of the shipped encoder were not kept. Its present model was made of that of commit 0693de4, with the default engine's model
of then as ``OLD``, and ``--weight .15 --threshold .25 --spans .45``. On PolNeAR dev, spans by themselves and whole attributions (full F1):

    weight    0      .1     .15    .2     .26
    source   .830   .832   .834   .832   .833
    cue      .760   .766   .766   .767   .766
    content  .716   .721   .722   .722   .720
    full     .731   .731   .736   .733   .733

The model is written, and the scores on PolNeAR dev, whole texts, are printed. A minute on one core.
"""

from __future__ import annotations

import argparse
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data import load
from experiments.encoder_export import OUT, calibrated, counts
from framing import cards
from framing.attribution import MODELS, AttributionExtractor
from framing.encoder.extractor import EncoderExtractor, digest_of
from framing.encoder.tagger import EncoderTagger
from framing.learning.crf import CHAIN, Transitions
from framing.tagger import Tagger


def restacked(encoder: EncoderExtractor, new: AttributionExtractor, weight: float | None = None) -> EncoderExtractor:
    """The encoder with the scores of another tagger beside, not calibrated.

    Raises
    ------
    ValueError
        If it adds no scores now.
    """
    tagger, other, out = encoder.tagger_, new.tagger_, copy(encoder)
    now, old = tagger.transitions, tagger.beside
    if old is None:
        raise ValueError("the encoder adds no scores of the default engine")
    assert isinstance(other, Tagger)
    layout = replace(tagger.layout, beside=tagger.layout.beside if weight is None else weight)
    with np.errstate(invalid="ignore"):  # what is forbidden is so in all
        more = [layout.beside * getattr(other.transitions, name) - tagger.layout.beside * getattr(old.transitions, name) for name in CHAIN]
    sums = (getattr(now, name) + np.where(np.isfinite(add), add, 0.0) for name, add in zip(CHAIN, more))
    mixed = Transitions(*(total.astype(np.float32) for total in sums))
    out.tagger_ = EncoderTagger(tagger.pieces, tagger.session, mixed, layout, other)
    if encoder.card_:
        told: dict[str, Any] = {"layout": layout.to_dict(), "beside": new.card_.get("signature", "a model without a card")}
        out.card_ = {**encoder.card_, "settings": {**encoder.card_["settings"], **told}}
    return out


def marked(signature: str, weight: float, digest: str) -> str:
    """The signature of a card with the weight, and what it is the weight of."""
    fields = [field for field in signature.split("|") if not field.startswith("beside:")]
    return "|".join([*fields[:-1], f"beside:{weight:g}x{digest[:8]}", fields[-1]])


def main() -> None:
    """Stack, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("--new", type=Path, default=MODELS / "attribution")
    parser.add_argument("--weight", type=float, help="of the new model's scores; as of the old ones by default")
    parser.add_argument("--threshold", type=float, help="least confidence of an attribution")
    parser.add_argument("--spans", type=float, help="least probability of a span by itself")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    documents = list(load("polnear", "dev"))
    encoder = EncoderExtractor.load(OUT, beside=options.old)
    best = restacked(encoder, AttributionExtractor.load(options.new), options.weight)
    best.threshold = encoder.threshold if options.threshold is None else options.threshold
    best.threshold_spans = encoder.threshold_spans if options.spans is None else options.spans
    best = calibrated(best, documents)
    for part, (found, names) in counts(documents, best).items():
        print(f"{part:20}" + "  ".join(f"{name.removesuffix('_f1')} {score.value:.4f}" for name, score in found.score(*names).items()))
    best.beside_ = digest_of(options.new)
    if best.card_:
        best.card_["signature"] = marked(best.card_["signature"], best.tagger_.layout.beside, best.beside_)
    best.save(options.out)
    if best.card_:
        cards.write_page(options.out)


if __name__ == "__main__":
    main()
