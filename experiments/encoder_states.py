"""What the encoder makes of each token, for heads that are learned on top of it.

Conventions
-----------
* A *unit* is what is labelled: a sentence or an article. Its tokens are read in windows, as the encoder engine reads a text; sentences
  that come as sentences are read by themselves.
* The *state* of a token is the last layer's, 384 numbers, of its first piece: what the shipped graph multiplies by its head. It is kept in
  16 bits.
* ``shipped``: the graph as shipped, of which that is made a further output; ``middle``: likewise the state after its third layer of six.
  ``base``: the weights that it was trained from, without its features, brought to eight bits in the same way (magnitudes of channels from
  the same 24 articles of PolNeAR train).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from framing.benchmark.systems.framing_hedges import document_of
from framing.benchmark.systems.tfidf import WORDS
from framing.benchmark.task import Item
from framing.encoder import features
from framing.encoder.extractor import EncoderExtractor
from framing.encoder.session import Session
from framing.encoder.tagger import Reading
from framing.encoder.windows import batches, cut
from framing.encoder_graph import Array, build
from framing.encoder_network import HEADS, base_arrays, base_pieces
from framing.encoder_rounding import magnitudes
from framing.hedge_lessons import lesson_of
from framing.quotes import find_quotes
from framing.records import Quote, Span
from framing.tagger import chains
from framing.tagging import LABELS
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

Ints = NDArray[np.int64]
States = NDArray[np.float16]

SHIPPED, MIDDLE, BASE = "shipped", "middle", "base"
WIDTH, LAYER = 384, 3


@dataclass(frozen=True, eq=False)
class Units:
    """u sentences or articles of n tokens in all.

    Attributes
    ----------
    texts : tuple of (Tokens, quotations)
    unit : (n,) array
        The unit of each token, ascending.
    cue : (n,) bool array
        Whether a gold cue touches it.
    item, fold : (u,) arrays
        The item of each unit, by its place, and its fold.
    """

    texts: tuple[tuple[Tokens, Sequence[Quote]], ...]
    unit: Ints
    cue: NDArray[np.bool_]
    item: Ints
    fold: Ints


def sentences(items: Sequence[Item]) -> Units:
    """The sentences that are given, with gold cues."""
    texts, unit, cue, at = [], [], [], 0
    for item in items:
        lesson, spans = lesson_of([document_of(item, "", item.gold)]), item.given["sentences"]
        tokens, ends = lesson.tokens, np.cumsum([len(sentence) + 2 for sentence in lesson.sentences]).tolist()
        paragraphs = [Span.of(tokens.text, end - 2 - len(sentence), end - 2) for sentence, end in zip(lesson.sentences, ends)]
        texts.append((tokens, find_quotes(tokens.text, paragraphs)))
        kept = np.array([k for k, (start, end) in enumerate(spans) if item.text[start:end].strip()], np.int64)
        unit.append(at + kept[tokens.paragraph])
        touched = np.zeros(len(tokens), np.bool_)
        for start, end, _ in lesson.cues:
            touched[tokens.at(start) : tokens.at(end - 1) + 1] = True
        cue.append(touched)
        at += len(spans)
    place = np.repeat(np.arange(len(items)), [len(item.given["sentences"]) for item in items])
    return Units(tuple(texts), np.concatenate(unit), np.concatenate(cue), place, np.array([item.fold for item in items])[place])


def wholes(items: Sequence[Item]) -> Units:
    """Whole items; of long ones the title and the first words."""
    texts = []
    for item in items:
        ends = [0, *(found.end() for found in re.finditer(r"\S+", item.text))][: WORDS + 1]
        article = article_from_text("\n\n".join(filter(None, [item.given.get("title"), item.text[: ends[-1]]])))
        texts.append((tokenize(article), find_quotes(article.text, article.paragraphs)))
    unit = np.repeat(np.arange(len(items)), [len(tokens) for tokens, _ in texts])
    fold = np.array([item.fold for item in items])
    return Units(tuple(texts), unit, np.zeros(len(unit), np.bool_), np.arange(len(items)), fold)


class Encoder:
    """The encoder that gives states.

    Parameters
    ----------
    name : str
        ``SHIPPED``, ``MIDDLE`` or ``BASE``.
    texts : sequence of str
        For the magnitudes of channels.
    """

    def __init__(self, name: str, texts: Sequence[str]) -> None:
        tagger = EncoderExtractor.load().tagger_
        self.pieces, self.layout = tagger.pieces, tagger.layout
        if name != BASE:
            graph, self.output = _revealed(tagger.session.graph, LAYER if name == MIDDLE else None)
        else:
            self.layout = replace(self.layout, features=(), beside=0.0)
            arrays = base_arrays()
            ranges = magnitudes({**arrays, **_first(len(LABELS))}, self.layout, HEADS, base_pieces(), texts)
            graph, self.output = build({**arrays, **_first(WIDTH)}, (), HEADS, quantised=True, ranges=ranges), "scores"
        self.session = Session(graph)

    def states(self, tokens: Tokens, quotes: Sequence[Quote]) -> States:
        """Of the tokens of a text, (n, WIDTH)."""
        flat, starts = self.pieces.table(tokens.types)
        columns = features.read(self.layout.features, tokens, quotes)
        text = Reading(flat, starts[:-1][tokens.type], np.diff(starts)[tokens.type], columns)
        windows = cut(text.count, chains(tokens), tokens.sentence_first, self.layout.window, self.layout.context, self.layout.fill)
        out = np.zeros((len(tokens), WIDTH), np.float16)
        for batch in batches(text.lengths(windows), self.layout.room):
            scored, inputs = text.batch(windows, batch, self.pieces)
            found = self.session.outputs({name: inputs[name] for name in self.session.inputs})[self.output]
            out[scored] = found if found.ndim == 2 else found.reshape(-1, WIDTH)[inputs["heads"]]
        return out


def _first(size: int) -> dict[str, Array]:
    """A head that gives the first numbers of a state as they are."""
    return {"head.weight": np.eye(size, WIDTH, dtype=np.float32), "head.bias": np.zeros(size, np.float32)}


def _revealed(graph: bytes, layer: int | None) -> tuple[bytes, str]:
    """The shipped graph with the state after a layer, or what its head multiplies, as a further output, and the name of that."""
    import onnx

    model = onnx.load_from_string(graph)
    maker = {name: node for node in model.graph.node for name in node.output}
    name, shape = maker[maker["scores"].input[0]].input[0], ["tokens", WIDTH]
    if layer is not None:  # a norm after the embedding, then two a layer; what is added to it is the state
        norms = [node.output[0] for node in model.graph.node if node.op_type == "SimplifiedLayerNormalization"]
        name = next(node.output[0] for node in model.graph.node if node.op_type == "Add" and norms[2 * layer] in node.input)
        shape = ["windows", "width", WIDTH]
    model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))
    return model.SerializeToString(), name


def states_of(task: str, units: Units, name: str, texts: Sequence[str], cache: Path | None) -> States:
    """Of all tokens, (n, WIDTH); kept in a folder, if there is one."""
    path = None if cache is None else cache / f"{task}.{name}.npy"
    if path is not None and path.exists():
        kept: States = np.load(path)
        return kept
    begin, encoder = process_time(), Encoder(name, texts)
    out = np.concatenate([encoder.states(*text) for text in units.texts])
    if path is not None:
        np.save(path, out)
    spent = process_time() - begin
    print(f"{task}, {name} encoder: {len(out):,} tokens in {spent:.0f} s", flush=True)
    return out
