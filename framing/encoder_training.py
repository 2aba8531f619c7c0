"""How an encoder is learned: steps, rounds, the mean of weights, teachers for text without annotation; needs torch (``framing[train]``).

Conventions
-----------
* A *round* is all windows of the labelled texts once and, where there are texts with label probabilities, the ``share`` of theirs, the
  next part in each round. Steps go up over the first ``WARM`` of all and then down to 0, linearly; lower layers take smaller ones (Howard &
  Ruder 2018). AdamW (Loshchilov & Hutter 2019), gradients clipped, and the result is the running mean of the weights (Polyak & Juditsky
  1992).
* ``twice`` weighs how much two readings with other dropped states may differ (R-Drop, Liang et al. 2021).
* Texts without annotation are labelled by teachers, encoders of other seeds: the mean of their label probabilities, with a small bias
  towards labels that begin something, teaches the last encoder beside the annotated texts (Hinton, Vinyals & Dean 2015).
* What is random depends on seed, round and step alone. So a training that was broken off goes on from its last checkpoint as if it had not
  been, and the same texts, settings and seed give the same weights on one machine, thread setting and version of torch. On a GPU sums are
  added in an order that changes, and weights are about the same.
* A checkpoint is a file of arrays, written after each round; none of Python objects. One of other settings or texts is refused.

It takes a GPU if torch sees one. There, and on processors that multiply them in tiles (AMX), the encoder counts in bfloat16.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.encoder.tagger import Layout
from framing.encoder.windows import batches
from framing.encoder_lessons import Batch, Lessons
from framing.encoder_network import Array, Network, begin, loss, scores, transitions
from framing.learning import crf
from framing.learning.crf import Transitions
from framing.tagger import LEANINGS
from framing.tagging import LABELS

Progress = Callable[[str], None]
Tensor = Any

FEATURES = ("case", "quotation", "sentence")
LAYOUT = Layout(window=128, room=256, features=FEATURES)
WARM = 0.06
CLIP = 1.0
BETAS, EPSILON = (0.9, 0.98), 1e-6
FRESH = 1e-3  # steps of what begins at random
LEANING = 0.15  # of teachers' scores, as of the decoder's
READ = 16384  # pieces that are read at once where nothing is learned
_WORDS = "embeddings.word_embeddings.weight"
TALK = 60.0  # seconds between two lines of progress


@dataclass(frozen=True, slots=True)
class Settings:
    """How an encoder is learned; chosen on PolNeAR dev.

    Attributes
    ----------
    rounds : int
    rate : float
        The largest step of the last layer; each layer below takes ``lower`` of it.
    lower : float
    decay : float
        Of the matrices of layers.
    room : int
        Pieces of a batch; of one with label probabilities twice as many.
    drop, drop_taught : float
        Share of states that are dropped; of texts with label probabilities.
    mean : float
        What the running mean keeps in a step.
    twice : float
        See the module's docstring; 0 reads once.
    share : float
        Of the windows with label probabilities, in a round.
    words : bool
        Whether the embeddings of words are learned too, half of all weights and a fifth of the time on a processor.
    seed : int
    """

    rounds: int = 5
    rate: float = 3e-4
    lower: float = 0.9
    decay: float = 0.01
    room: int = 4096
    drop: float = 0.1
    drop_taught: float = 0.1
    mean: float = 0.998
    twice: float = 1.0
    share: float = 0.4
    words: bool = True
    seed: int = 0


def device() -> str:
    """Where torch counts. Raises ``ImportError`` if it is missing."""
    # Batches have many shapes, and oneDNN would keep what it made for a thousand of them: some 80 MB each.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
    try:
        import torch
    except ImportError as error:
        raise ImportError('an encoder is trained with torch: pip install "framing[train]"') from error
    return "cuda" if torch.cuda.is_available() else "cpu"


def _half(where: str) -> bool:
    import torch

    return where == "cuda" or bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())


def fit(
    base: Mapping[str, Array],
    gold: Lessons,
    others: Lessons | None,
    layout: Layout,
    settings: Settings,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Array]:
    """Learn from labelled texts and, where given, from texts with label probabilities.

    Parameters
    ----------
    base : mapping of str to array
        Weights to begin with (:func:`framing.encoder_network.base_arrays`).
    gold, others : Lessons
        Read with the same layout.
    layout : Layout
    settings : Settings
    checkpoint : path, optional
        A file that is written after each round, and gone on from if it is there.
    progress : callable, optional
        Called with a line of text.

    Returns
    -------
    dict of str to array
        Of the encoder, head and chain, by name.

    Raises
    ------
    ValueError
        If a checkpoint is there that is none or is that of other settings or texts.
    """
    import torch

    say, where = progress or (lambda line: None), device()
    plan = _Plan(gold, others, settings)
    state = _State(begin(base, layout.features, settings.seed), settings, where)
    mark = _mark(layout, settings, gold, others)
    if checkpoint is not None and checkpoint.exists():
        state.load(checkpoint, mark)
        say(f"goes on from step {state.step:,}")
    since, looked, lost, tokens = monotonic(), monotonic(), [], 0
    while state.step < plan.steps:
        number, batches_ = plan.round(state.step)
        for lessons, chosen in batches_[state.step - number * plan.each :]:
            torch.manual_seed(settings.seed * 1_000_003 + state.step)
            scored, batch = lessons.batch(chosen, where)
            lost.append(state.learn(batch, layout, plan.pace(state.step)))
            tokens += len(scored)
            if monotonic() - looked > TALK:
                looked = monotonic()
                say(f"step {state.step:,} of {plan.steps:,}, loss {_mean(lost):.4f}, {tokens / (looked - since):,.0f} tokens/s")
                lost = []
        if checkpoint is not None:
            state.save(checkpoint, mark)
        say(f"round {number + 1} of {settings.rounds} done" + (f", loss {_mean(lost):.4f}" if lost else ""))
        lost = []
    return {name: tensor.cpu().numpy() for name, tensor in state.mean.items()}


def _mean(lost: list[Tensor]) -> float:
    return float(sum(lost) / max(len(lost), 1))


class _Plan:
    """Which windows are learned from at which step, and how large the step is."""

    def __init__(self, gold: Lessons, others: Lessons | None, settings: Settings) -> None:
        self.gold, self.others, self.settings = gold, others, settings
        sizes = [len(self._batches(number)) for number in range(settings.rounds)]
        self.each = max(sizes)  # rounds may differ by a batch or two: the last of a round is learned from again
        self.steps = self.each * settings.rounds

    def _batches(self, number: int) -> list[tuple[Lessons, NDArray[np.int64]]]:
        settings, random = self.settings, np.random.default_rng([self.settings.seed, number])
        found = [(self.gold, chosen) for chosen in self.gold.shuffled(settings.room, random)]
        if self.others is not None:
            n = len(self.others.windows)
            order, many = np.random.default_rng([settings.seed, 1 << 20]).permutation(n), max(round(n * settings.share), 1)
            part = np.take(order, np.arange(number * many, (number + 1) * many), mode="wrap")
            found += [(self.others, chosen) for chosen in self.others.shuffled(2 * settings.room, random, part)]
        return [found[k] for k in random.permutation(len(found)).tolist()]

    def round(self, step: int) -> tuple[int, list[tuple[Lessons, NDArray[np.int64]]]]:
        """The number of the round of a step, and its batches."""
        number = step // self.each
        found = self._batches(number)
        return number, [found[k % len(found)] for k in range(self.each)]

    def pace(self, step: int) -> float:
        """The size of a step as a share of the largest."""
        warm = max(WARM * self.steps, 1.0)
        return min((step + 1) / warm, (self.steps - step) / max(self.steps - warm, 1.0), 1.0)


class _State:
    """Weights, their running mean and the moments of the optimiser, after ``step`` steps."""

    def __init__(self, arrays: Mapping[str, Array], settings: Settings, where: str) -> None:
        import torch

        self.settings, self.step, self.half = settings, 0, _half(where)
        self.network: Network = {
            name: torch.tensor(a, device=where, requires_grad=settings.words or name != _WORDS) for name, a in arrays.items()
        }
        self.mean: Network = {name: tensor.detach().clone() for name, tensor in self.network.items()}
        groups = [
            {"params": [tensor], "lr": rate, "peak": rate, "weight_decay": decay}
            for name, tensor in self.network.items()
            if tensor.requires_grad
            for rate, decay in [_pace(name, tensor.ndim, arrays, settings)]
        ]
        self.optimiser = torch.optim.AdamW(_joined(groups), betas=BETAS, eps=EPSILON, fused=True)

    def _learned(self) -> list[tuple[str, Tensor]]:
        return [(name, tensor) for name, tensor in self.network.items() if tensor.requires_grad]

    def learn(self, batch: Batch, layout: Layout, pace: float) -> Tensor:
        """One step; gives the loss before it."""
        import torch

        settings, tensors = self.settings, [tensor for _, tensor in self._learned()]
        drop = settings.drop_taught if batch.labels is None else settings.drop
        read = [scores(self.network, batch, layout.features, drop, self.half)]
        if settings.twice and batch.labels is not None:
            read.append(scores(self.network, batch, layout.features, drop, self.half))
        total = sum(loss(emissions, self.network, batch) for emissions in read) / len(read)
        if len(read) > 1:
            one, other = (torch.log_softmax(emissions, 2) for emissions in read)
            apart = ((one.exp() - other.exp()) * (one - other)).sum(2) * batch.there
            total = total + settings.twice / 2 * apart.sum() / batch.there.sum()
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * pace
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(tensors, CLIP)
        self.optimiser.step()
        self.step += 1
        keeps = min(settings.mean, (1 + self.step) / (10 + self.step))  # the mean of the first steps is not that of the beginning
        with torch.no_grad():
            torch._foreach_lerp_([self.mean[name] for name, _ in self._learned()], [tensor.detach() for tensor in tensors], 1 - keeps)
        return total.detach()

    def save(self, path: Path, mark: str) -> None:
        """Write all into a file, whole or not at all."""
        from framing.writing import replacing

        arrays: dict[str, Any] = {"mark": np.array(mark), "step": np.array(self.step)}
        for name, tensor in self._learned():
            moments = self.optimiser.state[tensor]
            parts = {"now": tensor.detach(), "mean": self.mean[name], "first": moments["exp_avg"], "second": moments["exp_avg_sq"]}
            arrays |= {f"{part}/{name}": value.cpu().numpy() for part, value in parts.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            np.savez(stream, **arrays)

    def load(self, path: Path, mark: str) -> None:
        """Read what :meth:`save` wrote."""
        import torch

        try:
            with np.load(path, allow_pickle=False) as file:
                if str(file["mark"]) != mark:
                    raise ValueError("it is that of other settings or texts")
                self.step = int(file["step"])
                with torch.no_grad():
                    for name, tensor in self._learned():
                        now, mean, first, second = (torch.from_numpy(file[f"{p}/{name}"]) for p in ("now", "mean", "first", "second"))
                        tensor.copy_(now)
                        self.mean[name].copy_(mean)
                        step = torch.tensor(float(self.step))
                        moments = {"exp_avg": first.to(tensor.device), "exp_avg_sq": second.to(tensor.device)}
                        self.optimiser.state[tensor] = {"step": step, **moments}
        except (KeyError, OSError, RuntimeError, ValueError) as error:
            raise ValueError(f"the checkpoint {path} cannot be gone on from: {error}") from error


def _pace(name: str, dimensions: int, arrays: Mapping[str, Array], settings: Settings) -> tuple[float, float]:
    """The largest step of an array, and its decay."""
    layers = sum(other.endswith("attention.output.dense.weight") for other in arrays)
    if name.startswith("encoder.layer."):
        number = int(name.split(".")[2])
        return settings.rate * settings.lower ** (layers - 1 - number), settings.decay if dimensions > 1 else 0.0
    return (settings.rate * settings.lower**layers if name.startswith("embeddings.") else FRESH), 0.0


def _joined(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of the same pace as one."""
    found: dict[tuple[float, float], dict[str, Any]] = {}
    for group in groups:
        found.setdefault((group["peak"], group["weight_decay"]), {**group, "params": []})["params"] += group["params"]
    return list(found.values())


def _mark(layout: Layout, settings: Settings, gold: Lessons, others: Lessons | None) -> str:
    """What a checkpoint must have been written for."""
    whole = hashlib.sha256(json.dumps([asdict(layout), asdict(settings)]).encode())
    for lessons in (gold, others):
        if lessons is not None:
            for array in (lessons.reading.start, lessons.reading.flat, lessons.labels, lessons.targets):
                whole.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


# ---- reading and teaching --------------------------------------------------------------------------------------------------------------


def predict(arrays: Mapping[str, Array], lessons: Lessons, layout: Layout) -> Array:
    """Label scores of all tokens, (n, L)."""
    import torch

    where = device()
    network = {name: torch.tensor(array, device=where) for name, array in arrays.items()}
    out = np.zeros((len(lessons), len(LABELS)), np.float32)
    with torch.no_grad():
        for chosen in batches(lessons.reading.lengths(lessons.windows), READ):
            tokens, batch = lessons.batch(chosen, where)
            out[tokens] = scores(network, batch, layout.features, half=_half(where))[batch.there].cpu().numpy()
    return out


def probabilities(emissions: Array, chain: Transitions, lessons: Lessons, leaning: float = LEANING) -> NDArray[np.uint8]:
    """Label probabilities of all tokens in 255ths, (n, L), with a bias towards labels that begin something."""
    lean = np.zeros(len(LABELS), np.float32)
    lean[list(LEANINGS)] = [leaning * share for share in LEANINGS.values()]
    out = np.zeros(emissions.shape, np.uint8)
    for first in _runs(lessons.borders):
        part = slice(int(first[0]), int(first[-1]))
        believed = crf.beliefs(emissions[part] + lean, chain, crf.Layout.of(first - first[0]), pairs=False)
        out[part] = np.rint(255 * believed.marginals).astype(np.uint8)
    return out


def _runs(borders: NDArray[np.int64], most: int = 1 << 17) -> Iterator[NDArray[np.int64]]:
    """Chains in runs of about so many tokens: keeps the memory flat."""
    cuts = np.unique(np.append(borders.searchsorted(np.arange(0, borders[-1], most)), len(borders) - 1))
    for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist()):
        yield borders[a : b + 1]


def teach(
    base: Mapping[str, Array],
    gold: Lessons,
    raw: Lessons | None,
    layout: Layout,
    settings: Settings,
    teachers: int = 0,
    work: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Array]:
    """Learn an encoder, with texts without annotation that other encoders label first.

    Parameters
    ----------
    base, layout, settings
        As of :func:`fit`.
    gold, raw : Lessons
        Texts with and without labels.
    teachers : int
        Encoders of the seeds after that of ``settings``; without any, ``raw`` is not read.
    work : path, optional
        Folder of checkpoints.
    progress : callable, optional

    Returns
    -------
    dict of str to array

    Raises
    ------
    ValueError
        As :func:`fit`.
    """
    say = progress or (lambda line: None)
    taught = None
    if raw is not None and teachers:
        total = np.zeros((len(raw), len(LABELS)), np.float32)
        for k in range(teachers):
            own = replace(settings, seed=settings.seed + k + 1)
            place = None if work is None else work / f"teacher{k + 1}.npz"
            arrays = fit(base, gold, None, layout, own, place, _named(say, f"teacher {k + 1}"))
            total += probabilities(predict(arrays, raw, layout), transitions(arrays), raw)
        taught = raw.taught(np.rint(total / teachers).astype(np.uint8))
        say(f"{len(raw):,} tokens labelled by {teachers} teachers")
    place = None if work is None else work / "encoder.npz"
    return fit(base, gold, taught, layout, settings, place, _named(say, "encoder"))


def _named(say: Progress, name: str) -> Progress:
    return lambda line: say(f"{name}: {line}")
