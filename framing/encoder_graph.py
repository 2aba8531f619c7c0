"""The graph of an encoder in ONNX, node by node from its arrays, as floats or in eight bits; needs onnx (``framing[train]``).

Conventions
-----------
Arrays have the names that BERT's have everywhere (``encoder.layer.0.attention.self.query.weight`` ...), matrices are (out, in). Beside them
stand ``features.<name>.weight``, a row for each number of a feature, added to the embedding of every piece of the token; and
``head.weight`` and ``head.bias``, which give label scores. Inputs and output are those of :mod:`framing.encoder.tagger`.

In eight bits (``quantised``) every matrix of a layer and of the words is kept as integers with one scale a column (a row, of the words),
and what is multiplied by it is rounded to eight bits as it comes, which processors with VNNI or AMX do several times as fast. Attention,
norms and the head are floats. What comes has one scale a batch (``DynamicQuantizeMatMul``), with two exceptions where that loses most:

* What comes out of the middle of a layer (``down``) has one scale a piece: its largest number is ``TALLEST`` at least, its lowest, by the
  form of GELU, no less than -0.17; both ends are the same share of the scale in all pieces.
* Channels that are large in all pieces are made smaller before they are rounded, and their weights larger (``ranges``; Xiao et al. 2023,
  SmoothQuant, with a strength of one half). The largest magnitudes of channels come from a graph that ``watches`` them.

Matrices that lose by all this may be kept as floats (``whole``). ``bits`` 7 is for processors without these instructions, where sums of
products of eight bits may overflow (``maddubs``).

onnxruntime's own layer norm takes longer than the matrices do in eight bits; subtracting the mean and dividing by the root mean square
(``SimplifiedLayerNormalization``, Zhang & Sennrich 2019) is the same in a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Arrays = Mapping[str, Array]

OPSET, IR = 17, 9  # what onnxruntime reads from version 1.15 on
TALLEST, LOWEST = 0.85, -0.2  # LOWEST is the share of the largest number: -0.17 / 0.85
_MICROSOFT = "com.microsoft"
_QKV = ("query", "key", "value")
_LEAST = 1e-5  # magnitude of a channel


def build(
    arrays: Arrays,
    features: Sequence[str] = (),
    heads: int = 12,
    *,
    quantised: bool = False,
    ranges: Mapping[str, Array] | None = None,
    whole: Collection[str] = (),
    bits: int = 8,
    watches: bool = False,
) -> bytes:
    """The graph as bytes.

    Parameters
    ----------
    arrays : mapping of str to float32 array
    features : sequence of str
        Names of the features, in the order of the input.
    heads : int
        Of attention.
    quantised : bool
    ranges : mapping of str to array, optional
        Largest magnitude of each channel of what ``<layer>.qkv`` and ``<layer>.up`` multiply: only in a quantised graph.
    whole : collection of str
        Matrices that stay floats all the same: ``words``, and ``<layer>.qkv``, ``.out``, ``.up``, ``.down``.
    bits : int
        Of the matrices in a quantised graph.
    watches : bool
        Whether the graph also gives these magnitudes in what it is shown, each as an output of that name.

    Returns
    -------
    bytes

    Raises
    ------
    ImportError
        If onnx is missing.
    KeyError
        If an array is missing.
    """
    graph = _Graph(arrays, quantised, {} if ranges is None else ranges, whole, 2 ** (bits - 1) - 1, watches)
    state = graph.embed(features)
    layers = sum(name.endswith("attention.output.dense.weight") for name in arrays)
    for layer in range(layers):
        state = graph.layer(state, layer, heads)
    flat = graph.add("Reshape", state, graph.keep(np.array([-1, arrays["head.weight"].shape[1]], np.int64)))
    scored = graph.add("Gather", flat, "heads")
    scores = graph.add("MatMul", scored, graph.keep(arrays["head.weight"].T))
    graph.add("Add", scores, graph.keep(arrays["head.bias"]), name="scores")
    return graph.bytes(len(features))


class _Graph:
    def __init__(self, arrays: Arrays, quantised: bool, ranges: Arrays, whole: Collection[str], top: int, watches: bool) -> None:
        try:
            import onnx
        except ImportError as error:
            raise ImportError('a graph is built with onnx: pip install "framing[train]"') from error
        self.onnx, self.arrays, self.quantised, self.ranges, self.whole, self.top = onnx, arrays, quantised, ranges, whole, top
        self.watched: list[str] | None = [] if watches else None
        self.nodes: list[Any] = []
        self.kept: list[Any] = []

    def keep(self, value: Any) -> str:
        """A constant; gives its name."""
        name = f"constant_{len(self.kept)}"
        self.kept.append(self.onnx.numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, kind: str, *inputs: str, name: str = "", domain: str = "", **settings: Any) -> str:
        """A node; gives the name of what comes out."""
        name = name or f"{kind}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **settings))
        return name

    def embed(self, features: Sequence[str]) -> str:
        """Words, places and features."""
        words = self.arrays["embeddings.word_embeddings.weight"]
        if self.quantised and "words" not in self.whole:
            codes, scales = _rounded(words.T, 127)
            floats = self.add("Cast", self.add("Gather", self.keep(codes.T), "pieces"), to=self.onnx.TensorProto.FLOAT)
            state = self.add("Mul", floats, self.add("Gather", self.keep(scales[:, None]), "pieces"))
        else:
            state = self.add("Gather", self.keep(words), "pieces")
        places = self.arrays["embeddings.position_embeddings.weight"] + self.arrays["embeddings.token_type_embeddings.weight"][0]
        one, two = self.keep(np.array([1], np.int64)), self.keep(np.array([2], np.int64))
        width = self.add("Slice", self.add("Shape", "pieces"), one, two)
        state = self.add("Add", state, self.add("Slice", self.keep(places), self.keep(np.array([0], np.int64)), width))
        for number, feature in enumerate(features):
            row = self.add("Gather", "features", self.keep(np.array(number, np.int64)))
            state = self.add("Add", state, self.add("Gather", self.keep(self.arrays[f"features.{feature}.weight"]), row))
        return self.norm(state, "embeddings.LayerNorm")

    def layer(self, state: str, number: int, heads: int) -> str:
        """Attention and the two matrices behind it, each added to what it was given."""
        own = f"encoder.layer.{number}"
        parts = [f"{own}.attention.self.{name}" for name in _QKV]
        weight, bias = (np.concatenate([self.arrays[f"{part}.{what}"] for part in parts]) for what in ("weight", "bias"))
        wide = self.dense(state, weight, bias, f"{number}.qkv")
        names = [f"{name}_{number}" for name in _QKV]
        sizes = self.keep(np.full(3, weight.shape[1], np.int64))
        self.nodes.append(self.onnx.helper.make_node("Split", [wide, sizes], names, name=f"split_{number}", axis=-1))
        seen = self.add("MultiHeadAttention", *names, "", "lengths", domain=_MICROSOFT, num_heads=heads)
        out = self.dense(seen, *self._pair(f"{own}.attention.output.dense"), f"{number}.out")
        state = self.norm(self.add("Add", state, out), f"{own}.attention.output.LayerNorm")
        up = self.dense(state, *self._pair(f"{own}.intermediate.dense"), f"{number}.up")
        down = self.dense(self.add("Gelu", up, domain=_MICROSOFT), *self._pair(f"{own}.output.dense"), f"{number}.down")
        return self.norm(self.add("Add", state, down), f"{own}.output.LayerNorm")

    def dense(self, state: str, weight: Array, bias: Array, name: str) -> str:
        """``state @ weight.T + bias``."""
        if self.watched is not None and name.endswith(("qkv", "up")):
            self.watched.append(self.add("ReduceMax", self.add("Abs", state), name=name, axes=[0, 1], keepdims=0))
        if not self.quantised or name in self.whole:
            return self.add("Add", self.add("MatMul", state, self.keep(weight.T)), self.keep(bias))
        if name in self.ranges:
            smaller = np.sqrt(np.maximum(np.abs(weight).max(axis=0), _LEAST) / np.maximum(self.ranges[name], _LEAST)).astype(np.float32)
            state, weight = self.add("Mul", state, self.keep(smaller)), weight / smaller
        codes, scales = _rounded(weight.T, self.top)
        matrix, columns, nothing = self.keep(codes), self.keep(scales), self.keep(np.zeros(len(scales), np.int8))
        if name.endswith("down"):
            return self.add("Add", self._by_piece(state, matrix, columns, nothing), self.keep(bias))
        return self.add("DynamicQuantizeMatMul", state, matrix, columns, nothing, self.keep(bias), domain=_MICROSOFT)

    def _by_piece(self, state: str, matrix: str, columns: str, nothing: str) -> str:
        """What comes out of GELU times a matrix, with one scale a piece."""
        size = self.keep(np.array([-1], np.int64))
        largest = self.add("Max", self.add("ReduceMax", state, axes=[-1], keepdims=1), self.keep(np.float32(TALLEST)))
        scale = self.add("Mul", largest, self.keep(np.float32((1 - LOWEST) / 255)))
        rows = self.add("Reshape", scale, size)
        zero = np.uint8(round(-LOWEST / (1 - LOWEST) * 255))
        zeros = self.add("Expand", self.keep(zero[None]), self.add("Shape", rows))
        shape, at = self.add("Shape", state), [self.keep(np.array([k], np.int64)) for k in (0, 2, 3)]
        flat = self.add("Reshape", state, self.add("Concat", size, self.add("Slice", shape, at[1], at[2]), axis=0))
        codes = self.add("QuantizeLinear", flat, rows, zeros, axis=0)
        one, middle = self.keep(np.float32(1)), self.keep(zero)
        product = self.add("MatMulIntegerToFloat", codes, matrix, one, columns, middle, nothing, domain=_MICROSOFT)
        whole = self.add("Concat", self.add("Slice", shape, at[0], at[1]), size, axis=0)
        return self.add("Mul", self.add("Reshape", product, whole), scale)

    def norm(self, state: str, name: str) -> str:
        """Layer norm (Ba, Kiros & Hinton 2016)."""
        weight, bias = self._pair(name)
        centred = self.add("Sub", state, self.add("ReduceMean", state, axes=[-1], keepdims=1))
        scaled = self.add("SimplifiedLayerNormalization", centred, self.keep(weight), axis=-1, epsilon=1e-12)
        return self.add("Add", scaled, self.keep(bias))

    def _pair(self, name: str) -> tuple[Array, Array]:
        return self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]

    def bytes(self, features: int) -> bytes:
        """The graph with its inputs and its output."""
        helper, kinds = self.onnx.helper, self.onnx.TensorProto
        shapes: dict[str, list[Any]] = {"pieces": ["windows", "width"], "lengths": ["windows", "width"], "heads": ["tokens"]}
        if features:
            shapes["features"] = [features, "windows", "width"]
        inputs = [helper.make_tensor_value_info(name, kinds.INT32, shape) for name, shape in shapes.items()]
        labels = len(self.arrays["head.bias"])
        outputs = [helper.make_tensor_value_info("scores", kinds.FLOAT, ["tokens", labels])]
        outputs += [helper.make_tensor_value_info(name, kinds.FLOAT, ["channels"]) for name in self.watched or ()]
        graph = helper.make_graph(self.nodes, "encoder", inputs, outputs, self.kept)
        sets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        content: bytes = helper.make_model(graph, opset_imports=sets, ir_version=IR, producer_name="framing").SerializeToString()
        return content


def _rounded(matrix: Array, top: int) -> tuple[NDArray[np.int8], Array]:
    """A matrix as integers up to ``top``, with one scale a column."""
    scales = np.maximum(np.abs(matrix).max(axis=0) / top, np.finfo(np.float32).tiny).astype(np.float32)
    return np.clip(np.rint(matrix / scales), -top, top).astype(np.int8), scales
