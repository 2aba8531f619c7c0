"""One encoder fine-tuned for cues of uncertainty on one fold: what frozen states leave on the table.

Conventions
-----------
The base weights and a head that scores each token (cue or not), all learned: Adam with weight decay, batches of about ``ROOM`` pieces, the
rate rises over the first tenth of the steps and falls to nothing; dropping out; seed 0. Learned from are the sentences of the training
folds with a cue and every other one of those without. A sentence has the largest log odds of its tokens. Needs torch; floats of 32 bits.
"""

from __future__ import annotations

from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.encoder_states import WIDTH, Units
from framing.encoder.tagger import Reading
from framing.encoder.windows import Windows, batches, cut
from framing.encoder_lessons import Batch
from framing.encoder_network import base_arrays, base_pieces, states

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EPOCHS, ROOM, MOST, RATE, DECAY, DROP, SEED = 2, 768, 128, 2e-4, 0.01, 0.1, 0
KEPT = 2
REPORT = 50  # steps


def _windows(units: Units, pieces: Any) -> tuple[Reading, Windows, NDArray[np.int64]]:
    """All tokens, a window a sentence or two if it is long; and the unit of each window."""
    flat, start, count, windows, at, before = [], [], [], [], 0, 0
    for tokens, _ in units.texts:
        found, starts = pieces.table(tokens.types)
        own = np.diff(starts)[tokens.type]
        part = cut(own, tokens.sentence_first, tokens.sentence_first, MOST)
        windows.append([x + at for x in (part.begin, part.first, part.last, part.end)])
        flat.append(found)
        start.append(starts[:-1][tokens.type] + before)
        count.append(own)
        at, before = at + len(tokens), before + len(found)
    text = Reading(*(np.concatenate(x) for x in (flat, start, count)), np.zeros((0, at), np.int32))
    every = Windows(*(np.concatenate(x) for x in zip(*windows)))
    return text, every, units.unit[every.first]


def tuned(units: Units, known: Bools, asked: Bools) -> Floats:
    """Log odds of the units that are asked for (others have none) by what is learned from the known ones."""
    import torch
    from torch.nn import functional as f

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    random, pieces = np.random.default_rng(SEED), base_pieces()
    text, windows, of = _windows(units, pieces)
    uncertain = np.bincount(units.unit[units.cue], minlength=len(units.fold)) > 0
    learned = known & (uncertain | (random.integers(0, KEPT, len(known)) == 0))
    arrays = {**base_arrays(), "head.weight": random.normal(0, 0.02, (1, WIDTH)).astype(np.float32), "head.bias": np.zeros(1, np.float32)}
    network = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in arrays.items()}
    lengths, mine = text.lengths(windows), np.flatnonzero(learned[of])
    optimiser = torch.optim.AdamW(network.values(), RATE, weight_decay=DECAY)
    steps = EPOCHS * len(batches(lengths[mine], ROOM))

    def rise_and_fall(step: int) -> float:
        return min((step + 1) / (steps / 10), max(0.0, (steps - step) / (steps * 0.9)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rise_and_fall)

    def scores(chosen: NDArray[np.int64], drop: float) -> tuple[NDArray[np.int64], Any]:
        tokens, inputs = text.batch(windows, chosen, pieces)
        given, there, heads = (torch.from_numpy(inputs[name]) for name in ("pieces", "lengths", "heads"))
        batch = Batch(given, there.bool(), torch.zeros((0, *given.shape), dtype=torch.int32), heads, None, None)
        state = states(network, batch, (), drop).reshape(-1, WIDTH)[heads.long()]
        return tokens, f.linear(state, network["head.weight"], network["head.bias"])[:, 0]

    begin, step = process_time(), 0
    for _ in range(EPOCHS):
        order = batches(lengths[mine], ROOM)
        for k in random.permutation(len(order)).tolist():
            tokens, score = scores(mine[order[k]], DROP)
            loss = f.binary_cross_entropy_with_logits(score, torch.from_numpy(units.cue[tokens].astype(np.float32)))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.values(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            if step % REPORT == 0:
                print(f"  step {step} of {steps}, loss {loss.item():.4f}, {process_time() - begin:.0f} s", flush=True)
    out = np.full(len(units.fold), -np.inf)
    rest = np.flatnonzero(asked[of])
    with torch.no_grad():
        for part in batches(lengths[rest], 4 * ROOM):
            tokens, score = scores(rest[part], 0.0)
            np.maximum.at(out, units.unit[tokens], score.double().numpy())
    return out
