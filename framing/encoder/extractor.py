"""The extractor of attributions whose tagger is the encoder: the rest, linking, calibration and nesting, is that of the default engine.

Conventions
-----------
A model is a folder: ``model.json`` and ``weights.npz`` (:mod:`framing.learning.store`; the transitions), the graph ``model.onnx``, the
pieces ``vocab.txt`` and the card. The digests of graph and pieces stand in ``model.json``, and, where its scores are added, that of the
weights of the default engine; files that do not belong together are refused.
The shipped one is that of the distribution ``framing-encoder``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from framing.attribution import BIAS, MODELS, THRESHOLD, AttributionExtractor
from framing.attribution import shipped as default
from framing.encoder import session
from framing.encoder.session import Session
from framing.encoder.tagger import EncoderTagger, Layout
from framing.encoder.wordpiece import WordPieces
from framing.learning import store
from framing.learning.calibration import Calibrator, Logistic
from framing.learning.crf import Transitions
from framing.records import Article, Attribution, Document, Quote, Span
from framing.tagger import Tagger
from framing.tagging import LABELS
from framing.tokens import Tokens
from framing.writing import replacing

VERSION = 1  # of the files that save writes
SPANS = 0.35  # least probability of a span by itself
GRAPH, PIECES = "model.onnx", "vocab.txt"
MOST = 1 << 28  # bytes of a graph


class EncoderExtractor(AttributionExtractor):
    """Finds attributions with an encoder.

    It is learned by ``framing train attribution --engine encoder``, not by ``fit``.

    Parameters
    ----------
    threshold, bias, body_only
        As :class:`framing.attribution.AttributionExtractor`.
    threshold_spans : float
        The threshold of :meth:`spans`, if none is given there.

    Attributes
    ----------
    tagger_ : EncoderTagger
    beside_ : str or None
        Digest of the model of the default engine whose scores are added; that of the shipped one if none else was named.
    calibrator_ : Calibrator
    card_ : dict
    """

    tagger_: EncoderTagger
    beside_: str | None

    def __init__(self, threshold: float = THRESHOLD, bias: float = BIAS, body_only: bool = True, threshold_spans: float = SPANS) -> None:
        super().__init__(threshold, bias, body_only)
        self.threshold_spans = threshold_spans

    @classmethod
    def of(cls, tagger: EncoderTagger, **arguments: Any) -> EncoderExtractor:
        """With a tagger that was learned; its confidence is not calibrated yet."""
        made = cls(**arguments)
        made.tagger_, made.calibrator_ = tagger, Logistic(1.0, 0.0)
        made.beside_ = digest_of(MODELS / "attribution") if tagger.layout.beside else None
        return made

    def fit(self, documents: Iterable[Document], y: Any = None, **others: Any) -> AttributionExtractor:
        """Not here. Raises ``NotImplementedError``."""
        raise NotImplementedError("an encoder is learned by: framing train attribution --engine encoder")

    def spans(self, text: str | Article, threshold: float | None = None) -> tuple[tuple[str, Span], ...]:
        """As :meth:`framing.attribution.AttributionExtractor.spans`; the threshold is that of the model if none is given."""
        return super().spans(text, self.threshold_spans if threshold is None else threshold)

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder, which is made if need be; see the module's docstring."""
        home, tagger = Path(folder), self.tagger_
        files = {GRAPH: tagger.session.graph, PIECES: "".join(f"{piece}\n" for piece in tagger.pieces.vocabulary).encode()}
        numbers = {
            "model": "attribution-encoder",
            "version": VERSION,
            "labels": list(LABELS),
            "layout": tagger.layout.to_dict(),
            "beside": self.beside_,
            "threshold": self.threshold,
            "bias": self.bias,
            "body_only": self.body_only,
            "threshold_spans": self.threshold_spans,
            "calibration": self.calibrator_.to_dict(),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            "card": dict(self.card_ if card is None else card),
        }
        home.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            with replacing(home / name) as stream:
                stream.write(content)
        store.save(home, numbers, tagger.transitions.named())

    @classmethod
    def load(
        cls, folder: str | os.PathLike[str] | None = None, threads: int = 1, beside: str | os.PathLike[str] | None = None
    ) -> EncoderExtractor:
        """Read what :meth:`save` wrote; the shipped model by default.

        Parameters
        ----------
        folder : path, optional
        threads : int
            That a run of the encoder may take.
        beside : path, optional
            Folder of the model of the default engine whose scores are added; the shipped one by default.

        Raises
        ------
        ImportError
            If onnxruntime or, without a folder, the shipped model is not installed.
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model or version; or if the encoder stands beside another
            model of the default engine.
        """
        session.need("onnxruntime")
        home = session.folder() if folder is None else Path(folder)
        numbers, arrays = store.load(home)
        if [numbers.get("model"), numbers.get("version"), numbers.get("labels")] != ["attribution-encoder", VERSION, list(LABELS)]:
            raise ValueError(f"{home}: no encoder of attributions of version {VERSION}")
        try:
            n = len(LABELS)
            store.check(arrays, {"initial": (n,), "between": (n, n), "final": (n,)})
            layout = Layout.from_dict(numbers["layout"])
            tagger = EncoderTagger(
                WordPieces(_content(home / PIECES, numbers["files"]).decode().removesuffix("\n").split("\n")),
                Session(_content(home / GRAPH, numbers["files"]), threads),
                Transitions.of(arrays),
                layout,
                _other(numbers["beside"], beside) if layout.beside else None,
            )
            tagger.check()
            threshold, bias, spans = (store.number(numbers[name]) for name in ("threshold", "bias", "threshold_spans"))
            if not isinstance(body_only := numbers["body_only"], bool):
                raise ValueError(f"{body_only!r} is no truth value")
            extractor = cls.of(tagger, threshold=threshold, bias=bias, body_only=body_only, threshold_spans=spans)
            extractor.beside_ = numbers["beside"] if layout.beside else None
            extractor.calibrator_ = Calibrator.from_dict(numbers["calibration"])
            extractor.card_ = dict(numbers["card"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the encoder in {home} is damaged: {error}") from error
        return extractor


def digest_of(folder: str | os.PathLike[str]) -> str:
    """Of the weights of a model of the default engine."""
    return str(store.read_card(Path(folder))["sha256"])


def _other(digest: str, beside: str | os.PathLike[str] | None) -> Tagger:
    """The tagger of the default engine, if it is the one that the encoder stands beside."""
    if digest != digest_of(beside or MODELS / "attribution"):
        raise ValueError("it stands beside another model of the default engine (see beside)")
    tagger = (default() if beside is None else AttributionExtractor.load(beside)).tagger_
    assert isinstance(tagger, Tagger)
    return tagger


def _content(path: Path, digests: Mapping[str, str]) -> bytes:
    """A file, if it has the digest that was written down."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST + 1)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing") from None
    if len(content) > MOST or hashlib.sha256(content).hexdigest() != digests[path.name]:
        raise ValueError(f"{path.name} is not the file that {store.CARD} was written for")
    return content


@lru_cache(maxsize=1)
def shipped() -> EncoderExtractor:
    """The shipped extractor, loaded once."""
    return EncoderExtractor.load()


def extract_attributions(tokens: Tokens, quotes: Sequence[Quote]) -> tuple[Attribution, ...]:
    """Find attributions with the shipped encoder, as :func:`framing.attribution.extract_attributions`."""
    return shipped()(tokens, quotes)
