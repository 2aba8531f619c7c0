"""From trained arrays to the model that is shipped: the graph in eight bits, what that costs, and how fast it is.

    python -m experiments.encoder_export FOLDER [--try] [--beside WEIGHT] [--out packages/encoder/framing_encoder/model]

``FOLDER`` holds what training leaves: ``arrays.npz`` (as :mod:`framing.encoder_graph` takes them, and the transitions ``initial``,
``between``, ``final``) and ``settings.json`` (the layout, bias, thresholds, card). The graph is built as floats and in eight bits; both
read PolNeAR dev, whole texts (headings too). Written are the exact F1 of source, cue and content, by labels and by themselves, of both and
their difference with its interval (paired bootstrap over articles, 1,000 resamples, seed 0); whole attributions likewise; tokens (ours) a
second of the whole tagger on one thread, pieces, features, encoder and decoding together, and of what it is without the default engine:
articles in turns, the minimum of three rounds.
The confidence is calibrated on PolNeAR dev, as that of the default engine.

``--beside`` adds the scores of the default engine with that weight, its transitions too (stacking); all are divided by one and half the
weight, so that probabilities stay about as sure.

With ``--try`` other ways of rounding are measured, without calibration and with the speed on every fourth article, and nothing is
written: seven bits, one kind of matrix as floats.

Data: PolNeAR dev, and 24 articles of PolNeAR train, for the magnitudes of channels. About three minutes on one core; with
``--try`` four.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from experiments import extraction, results_file
from experiments.data import load
from experiments.extraction import Counts, flat, spans_of
from framing import cards
from framing.attribution import shipped
from framing.encoder.extractor import GRAPH, EncoderExtractor
from framing.encoder.session import Session
from framing.encoder.tagger import EncoderTagger, Layout
from framing.encoder_graph import Array, Arrays, build
from framing.encoder_network import HEADS, base_pieces
from framing.encoder_rounding import TEXTS, magnitudes
from framing.learning.calibration import fit_isotonic
from framing.learning.crf import CHAIN, Transitions
from framing.patterns import Patterns, read_patterns
from framing.quotes import find_quotes
from framing.records import Document, Quote
from framing.tagger import Floats, Labeller, Labels, Tagger
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_encoder import BESIDE

OUT = Path(__file__).parents[1] / "packages" / "encoder" / "framing_encoder" / "model"
ROLES = ("source_exact_f1", "cue_exact_f1", "content_exact_f1")
WHOLE = ("cue_f1", "full_f1", "exact_f1")
ROUNDS = 3
TRIED: dict[str, dict[str, Any]] = {
    "no smaller channels": {"ranges": None},
    "seven bits": {"bits": 7},
    "words as floats": {"whole": ["words"]},
    **{f"{kind} as floats": {"whole": [f"{layer}.{kind}" for layer in range(6)]} for kind in ("qkv", "out", "up", "down")},
}


class Kept(Labeller):
    """A tagger that scores a text once, however often it is asked."""

    def __init__(self, tagger: Labeller) -> None:
        self.tagger, self.transitions = tagger, tagger.transitions
        self._kept: dict[tuple[str, bool], list[tuple[Labels, Floats]]] = {}

    def scored(self, patterns: Patterns, quotes: Sequence[Quote], body_only: bool) -> Iterator[tuple[Labels, Floats]]:
        key = patterns.view.tokens.text, body_only
        if key not in self._kept:
            self._kept[key] = list(self.tagger.scored(patterns, quotes, body_only))
        for first, scores in self._kept[key]:
            yield first, scores.copy()


def extractor(arrays: Arrays, settings: dict[str, Any], **how: Any) -> EncoderExtractor:
    """An extractor with a graph that is built in some way."""
    layout = Layout.from_dict(settings["layout"])
    session = Session(build(arrays, layout.features, HEADS, **how))
    given = {name: settings[name] for name in ("threshold", "bias", "threshold_spans") if name in settings}
    beside = default() if layout.beside else None
    return EncoderExtractor.of(EncoderTagger(base_pieces(), session, Transitions.of(arrays), layout, beside), **given)


def default() -> Tagger:
    """That of the default engine."""
    tagger = shipped().tagger_
    assert isinstance(tagger, Tagger)
    return tagger


def stacked(arrays: Arrays, settings: dict[str, Any], weight: float) -> tuple[dict[str, Array], dict[str, Any]]:
    """Weights and settings with the scores of the default engine beside; see the module's docstring."""
    share, other = 1 / (1 + weight / 2), default().transitions
    mixed = {name: (share * (arrays[name] + weight * getattr(other, name))).astype(np.float32) for name in CHAIN}
    head = {name: (share * arrays[name]).astype(np.float32) for name in ("head.weight", "head.bias")}
    layout = {**settings["layout"], "beside": round(share * weight, 4)}
    card = dict(settings.get("card", {}))
    if card:
        card["settings"] = {**card["settings"], "layout": layout}
        card["method"] += f" {BESIDE}"
    return {**arrays, **mixed, **head}, {**settings, "layout": layout, "card": card}


def watched(arrays: Arrays, settings: dict[str, Any]) -> dict[str, Array]:
    """The magnitudes of channels in texts that the encoder learned from."""
    texts = (document.text for document in islice(load("polnear", "train"), TEXTS))
    return magnitudes(arrays, Layout.from_dict(settings["layout"]), HEADS, base_pieces(), texts)


def counts(documents: Sequence[Document], model: EncoderExtractor) -> dict[str, tuple[Counts, tuple[str, ...]]]:
    """What is measured, with the names of the scores."""
    reading = copy(model)
    reading.tagger_ = Kept(model.tagger_)  # type: ignore[assignment]  # it scores as the other does
    system = extraction.trained(reading, whole=True)
    found = [system(document.text) for document in documents]
    gold = [spans_of(flat(document.attributions)) for document in documents]
    return {
        "spans of labels": (extraction.span_counts(gold, [f.spans for f in found]), ROLES),
        "spans by themselves": (extraction.span_counts(gold, [f.alone or frozenset() for f in found]), ROLES),
        "attribution": (extraction.attribution_counts(documents, [flat(f.attributions) for f in found], True), WHOLE),
    }


def speeds(documents: Sequence[Document], models: dict[str, EncoderExtractor], rounds: int = ROUNDS) -> dict[str, float]:
    """Tokens a second of the whole tagger, which reads the articles in turns with the others."""
    read = []
    for document in documents:
        article = article_from_text(document.text)
        tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
        read.append((read_patterns(tokens, quotes), quotes))
    best = dict.fromkeys(models, np.inf)
    for _ in range(rounds):
        spent = dict.fromkeys(models, 0.0)
        for patterns, quotes in read:
            for name, model in models.items():
                model.tagger_.pieces.clear()  # every word type is cut anew, as in a first article
                begin = process_time()
                model.tagger_.label(patterns, quotes, model.bias)
                spent[name] += process_time() - begin
        best = {name: min(best[name], spent[name]) for name in models}
    total = sum(len(patterns.view.tokens) for patterns, _ in read)
    return {name: round(total / seconds) for name, seconds in best.items()}


def alone(model: EncoderExtractor) -> EncoderExtractor:
    """The same without the scores of the default engine; what it finds is of no use, but it takes as long as an encoder takes."""
    tagger, out = model.tagger_, copy(model)
    out.tagger_ = EncoderTagger(tagger.pieces, tagger.session, tagger.transitions, replace(tagger.layout, beside=0.0))
    return out


def calibrated(model: EncoderExtractor, documents: Sequence[Document]) -> EncoderExtractor:
    """The model with its confidence calibrated."""
    out = copy(model)
    out.calibrator_ = fit_isotonic(*out.outcomes(documents))
    return out


def measure(documents: Sequence[Document], models: dict[str, EncoderExtractor]) -> dict[str, Any]:
    """Scores of all models, the others less the first, and speeds."""
    parts = {name: counts(documents, model) for name, model in models.items()}
    first = next(iter(models))
    out: dict[str, Any] = {}
    for part, (mine, names) in parts[first].items():
        out[part] = {name: parts[name][part][0].score(*names, system=name) for name in models}
        for name in models:
            if name != first:
                out[part][f"{name} less {first}"] = parts[name][part][0].compare(mine, *names)
    return out


def main() -> None:
    """Build, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--beside", type=float, default=0.0, metavar="WEIGHT", help="of the default engine's scores")
    parser.add_argument("--try", action="store_true", dest="tries", help="measure other ways of rounding; write nothing")
    options = parser.parse_args()
    documents = list(load("polnear", "dev"))
    with np.load(options.folder / "arrays.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    settings = json.loads((options.folder / "settings.json").read_text("utf-8"))
    if options.beside:
        arrays, settings = stacked(arrays, settings, options.beside)
    eight = {"quantised": True, "ranges": watched(arrays, settings)}
    ways: dict[str, dict[str, Any]] = {"float32": {}, "int8": eight}
    if options.tries:
        ways |= {name: {**eight, **how} for name, how in TRIED.items()}
    models = {name: extractor(arrays, settings, **how) for name, how in ways.items()}
    if not options.tries:
        models = {name: calibrated(model, documents) for name, model in models.items()}
    results = measure(documents, models)
    timed = {**models, **{f"{name}, alone": alone(model) for name, model in models.items() if model.tagger_.beside and not options.tries}}
    speed = speeds(documents[:: 4 if options.tries else 1], timed, 2 if options.tries else ROUNDS)
    sizes = {name: len(model.tagger_.session.graph) for name, model in models.items()}
    show(results, speed, sizes)
    if options.tries:
        return
    best = models["int8"]
    best.card_ = settings.get("card", {})
    best.save(options.out)
    if best.card_:
        cards.write_page(options.out)
    out = {"results": results, "bytes": sizes, "model": extraction.digest(options.out)}
    results_file.write("encoder_export", out, {"tokens per second": speed, "machine": processor()})
    print(f"{options.out / GRAPH}: {sizes['int8'] / 1e6:.1f} MB")


def show(results: dict[str, Any], speed: dict[str, float], sizes: dict[str, int]) -> None:
    """A table."""
    for part, systems in results.items():
        print(f"\n{part}")
        for name, scores in systems.items():
            values = [c["difference"] if isinstance(c, dict) else c.value for c in scores.values()]
            print(f"  {name:28} " + "  ".join(f"{key.removesuffix('_f1')} {value:+.4f}" for key, value in zip(scores, values)))
    print()
    for name, n in speed.items():
        whole = name.partition(", alone")[0]
        print(f"  {name:28} {n:8,} tokens/s  {sizes[whole] / 1e6:6.1f} MB  {n / speed[name.replace(whole, 'float32')]:.2f}")


def processor() -> str:
    """The processor and what of it matters for eight bits."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    name = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line.split(": ", 1)[1].split() for line in lines if line.startswith("flags")), [])
    return f"{name}; {', '.join(f for f in ('avx2', 'avx512_vnni', 'avx_vnni', 'amx_int8') if f in flags)}"


if __name__ == "__main__":
    main()
