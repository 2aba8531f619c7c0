"""The graph of an encoder: the same numbers as plain numpy, and what eight bits change in them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from framing.encoder.wordpiece import WordPieces
from framing.encoder_graph import build
from framing.encoder_rounding import magnitudes
from tests.tiny_encoder import HEADS, LAYERS, LAYOUT, WIDTH, arrays, vocabulary

pytest.importorskip("onnx", reason="a graph is built with onnx (the extra train)")
runtime = pytest.importorskip("onnxruntime", reason="a graph is run by onnxruntime (the extra encoder)")

ARRAYS = arrays()
KINDS = ("qkv", "out", "up", "down")


def inputs(windows: int = 3, width: int = 9, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    lengths = (np.arange(width) < np.linspace(width, 4, windows).astype(int)[:, None]).astype(np.int32)
    return {
        "pieces": random.integers(0, len(vocabulary()), (windows, width)).astype(np.int32) * lengths,
        "lengths": lengths,
        "features": random.integers(0, 5, (2, windows, width)).astype(np.int32) * lengths,
        "heads": np.flatnonzero(lengths.reshape(-1)).astype(np.int32),
    }


def run(graph: bytes, given: dict[str, Any]) -> dict[str, np.ndarray]:
    session = runtime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return dict(zip((x.name for x in session.get_outputs()), session.run(None, given)))


def dense(x: np.ndarray, name: str) -> np.ndarray:
    return x @ ARRAYS[f"{name}.weight"].T + ARRAYS[f"{name}.bias"]


def norm(x: np.ndarray, name: str) -> np.ndarray:
    scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    return scaled * ARRAYS[f"{name}.weight"] + ARRAYS[f"{name}.bias"]


def oracle(given: dict[str, Any]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """BERT (Devlin et al. 2019) in plain numpy: label scores, and what the matrices multiply."""
    windows, width = given["pieces"].shape
    x = ARRAYS["embeddings.word_embeddings.weight"][given["pieces"]].astype(np.float64)
    x = x + ARRAYS["embeddings.position_embeddings.weight"][:width] + ARRAYS["embeddings.token_type_embeddings.weight"][0]
    for name, row in zip(LAYOUT.features, given["features"]):
        x = x + ARRAYS[f"features.{name}.weight"][row]
    x = norm(x, "embeddings.LayerNorm")
    seen = {}
    for layer in range(LAYERS):
        own = f"encoder.layer.{layer}"
        seen[f"{layer}.qkv"] = np.abs(x).max(axis=(0, 1))
        q, k, v = (
            dense(x, f"{own}.attention.self.{part}").reshape(windows, width, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(WIDTH / HEADS)
        scores = np.where(given["lengths"][:, None, None] > 0, scores, -1e9)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        y = (weights / weights.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(windows, width, -1)
        x = norm(x + dense(y, f"{own}.attention.output.dense"), f"{own}.attention.output.LayerNorm")
        seen[f"{layer}.up"] = np.abs(x).max(axis=(0, 1))
        y = dense(x, f"{own}.intermediate.dense")
        y = y * 0.5 * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))
        x = norm(x + dense(y, f"{own}.output.dense"), f"{own}.output.LayerNorm")
    return dense(x.reshape(-1, x.shape[-1])[given["heads"]], "head"), seen


def test_floats_are_those_of_plain_numpy() -> None:
    given = inputs()
    expected, seen = oracle(given)
    found = run(build(ARRAYS, LAYOUT.features, HEADS, watches=True), given)
    assert np.allclose(found.pop("scores"), expected, atol=1e-4)
    assert found.keys() == seen.keys()
    for name, values in seen.items():
        assert np.allclose(found[name], values, atol=1e-5)


def error(given: dict[str, Any], **how: Any) -> float:
    """How far the scores are from those of floats, as a share of their size."""
    expected = oracle(given)[0]
    return float(np.sqrt(((run(build(ARRAYS, LAYOUT.features, HEADS, **how), given)["scores"] - expected) ** 2).mean()) / expected.std())


def test_few_bits_are_close() -> None:
    given = inputs()
    whole = [f"{layer}.{kind}" for layer in range(LAYERS) for kind in KINDS]
    all_floats = error(given, quantised=True, whole=["words", *whole])
    assert all_floats < 1e-4
    assert all_floats < error(given, quantised=True, whole=whole) < 0.03
    seven = error(given, quantised=True, bits=7)  # random matrices of eight overflow on processors without VNNI
    assert 1e-4 < seven < 0.1
    assert error(given, quantised=True, bits=4) > 2 * seven
    assert error(given, quantised=True, bits=7, ranges=oracle(given)[1]) < 0.1
    assert error(given, quantised=True) < 0.5


def test_channels_that_are_large_are_made_smaller() -> None:
    given = inputs()
    changed = {**ARRAYS}
    name = "encoder.layer.0.attention.output.LayerNorm"
    changed[f"{name}.weight"] = np.where(np.arange(WIDTH) == 3, 60, ARRAYS[f"{name}.weight"]).astype(np.float32)
    changed["encoder.layer.0.intermediate.dense.weight"] = ARRAYS["encoder.layer.0.intermediate.dense.weight"].copy()
    changed["encoder.layer.0.intermediate.dense.weight"][:, 3] /= 60

    def scores(**how: Any) -> dict[str, np.ndarray]:
        return run(build(changed, LAYOUT.features, HEADS, **how), given)

    watched = scores(watches=True)
    expected = watched.pop("scores")
    plain, smooth = (np.abs(scores(quantised=True, ranges=r)["scores"] - expected).mean() for r in (None, watched))
    assert smooth < plain / 2


def test_magnitudes_of_channels_in_texts() -> None:
    pieces, texts = WordPieces(vocabulary()), ["The mayor said no.", "He will go.\n\n“No,” she said."]
    both, first, second = (magnitudes(ARRAYS, LAYOUT, HEADS, pieces, some) for some in (texts, texts[:1], texts[1:]))
    assert sorted(both) == sorted(f"{layer}.{kind}" for layer in range(LAYERS) for kind in ("qkv", "up"))
    for name, values in both.items():
        assert values.shape == (WIDTH,)
        assert (values == np.maximum(first[name], second[name])).all()
    assert magnitudes(ARRAYS, LAYOUT, HEADS, pieces, []) == {}


def test_a_piece_alone_and_beside_others() -> None:
    given = inputs(3, 9)
    alone = {k: v[..., :1, :] if k == "features" else v[:1] for k, v in given.items() if k != "heads"}
    alone["heads"] = np.arange(9, dtype=np.int32)
    graph = build(ARRAYS, LAYOUT.features, HEADS)
    assert np.allclose(run(graph, given)["scores"][:9], run(graph, alone)["scores"], atol=1e-5)


def test_an_array_that_is_missing() -> None:
    with pytest.raises(KeyError, match="head"):
        build({k: v for k, v in ARRAYS.items() if k != "head.bias"}, LAYOUT.features, HEADS)


def test_a_graph_without_features() -> None:
    given = {k: v for k, v in inputs().items() if k != "features"}
    assert run(build(ARRAYS, (), HEADS), given)["scores"].shape == (len(given["heads"]), 11)
