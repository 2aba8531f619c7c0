"""A tiny encoder with random weights, for tests: ``python -m tests.tiny_encoder`` writes it into ``cases/tiny_encoder/`` (needs onnx).

It finds nothing that is worth reading, but all that the engine does with a model it does with this one. Its matrices have seven bits:
random ones of eight overflow on processors without VNNI, which add products in pairs of 16 bits.
"""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np

from framing import cards
from framing.encoder import extractor
from framing.encoder.extractor import EncoderExtractor
from framing.encoder.features import FEATURES
from framing.encoder.session import Session
from framing.encoder.tagger import EncoderTagger, Layout
from framing.encoder.wordpiece import WordPieces
from framing.encoder_graph import Array, build
from framing.runs.shards import maker
from framing.tagging import LABELS, forbidden

HOME = Path(__file__).parent / "cases" / "tiny_encoder"
WIDTH, WIDE, LAYERS, HEADS, PLACES = 24, 48, 2, 2, 64
WORDS = ("the", "said", "minister", "mayor", "bridge", "that", "told", "report", "accord", "will", "un", "cafe", "中", "σ", "й")
ENDINGS = ("ing", "ed", "er", "ers", "ion", "to", "aff", "able", "σ", "ς", "и")
LAYOUT = Layout(window=40, room=128, features=("case", "quotation"))


def vocabulary() -> list[str]:
    """Special pieces, single characters of ASCII, and a few words and endings."""
    marks = [c for c in string.printable if not c.isspace() and c not in string.ascii_uppercase]
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *marks, *(f"##{c}" for c in marks), *WORDS, *(f"##{e}" for e in ENDINGS)]


def arrays(seed: int = 5) -> dict[str, Array]:
    """Random weights by their names."""
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> Array:
        return random.normal(0, 0.3, shape).astype(np.float32)

    out = {
        "embeddings.word_embeddings.weight": 4 * matrix(len(vocabulary()), WIDTH),
        "embeddings.position_embeddings.weight": matrix(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": matrix(2, WIDTH),
        **{f"features.{name}.weight": matrix(FEATURES[name][0], WIDTH) for name in LAYOUT.features},
        "head.weight": 2 * matrix(len(LABELS), WIDTH),
        "head.bias": matrix(len(LABELS)),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        own = f"encoder.layer.{layer}"
        norms += [f"{own}.attention.output.LayerNorm", f"{own}.output.LayerNorm"]
        for name, shape in {
            **{f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")},
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (WIDE, WIDTH),
            "output.dense": (WIDTH, WIDE),
        }.items():
            out[f"{own}.{name}.weight"], out[f"{own}.{name}.bias"] = matrix(*shape), matrix(shape[0])
    for name in norms:
        out[f"{name}.weight"], out[f"{name}.bias"] = 1 + matrix(WIDTH), matrix(WIDTH) / 8
    return out


def make(quantised: bool = True) -> EncoderExtractor:
    """The extractor; it keeps what it is least sure of, too."""
    graph = build(arrays(), LAYOUT.features, HEADS, quantised=quantised, bits=7)
    tagger = EncoderTagger(WordPieces(vocabulary()), Session(graph), forbidden(), LAYOUT)
    made = EncoderExtractor.of(tagger, threshold=0.0)
    made.card_ = {
        **{
            "name": "encoder",
            "version": 1,
            "signature": "encoder|tiny",
            "task": "Labels at random. For tests.",
            "method": "Random weights.",
        },
        **{"texts": [], "scores": {}, "use": ["For: tests."], "limits": ["It knows nothing."], "settings": {"seed": 5}, "citations": []},
    }
    return made


def forget() -> None:
    """Let nobody remember which encoder is installed."""
    extractor.shipped.cache_clear()
    maker.cache_clear()


if __name__ == "__main__":
    make().save(HOME)
    cards.write_page(HOME)
