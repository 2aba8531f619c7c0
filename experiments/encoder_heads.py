"""Heads for hedges, frames and loaded language on the states of the encoder, beside the default models.

    python -m experiments.encoder_heads [--cache FOLDER] [--only hedges | frames | loaded | one_fold]

Would the forward pass that finds attributions do the other tasks, too? Linear heads are learned on what the encoder gives
(:mod:`experiments.encoder_states`): the shipped one, the weights that it was trained from (``base``), and, for cues in news and Wikipedia,
the third layer of the shipped one beside its last (``middle``).

Conventions
-----------
* Tasks, folds and scores are those of the benchmark (``cv``): every unit is scored by what was learned from other folds. Each row has the
  difference to the default (``framing``) on the same items: paired bootstrap, and p by approximate randomisation, not corrected for the
  number of rows.
* *Heads* are logistic regressions (L2, C as below; inputs centred and divided by their deviation in the training part). ``tokens``:
  whether a gold cue touches a token, of its state; a sentence has the largest log odds of its tokens. Of tokens without a cue one in
  two is learned from, drawn with seed 0, and the constant is lowered by log 2. ``pooled``: of the mean and the largest values of the
  states of a sentence. ``mean``: of the mean of the states of an article, its title and first 650 words.
* *Second step* (hedges, frames): folds are put in five groups. What is learned without groups g and h scores h for g, and g for h; so
  the units of all groups but g have scores that know neither g nor their own group, from every part that is combined, the default model
  included (:mod:`experiments.encoder_defaults`). On these a logistic regression (C 1) of the log odds of all parts is learned, and the
  limit of the best F1 is chosen, which is then called .5. A head alone goes through it, too, and so does the default alone (``default,
  second step``), so that what a head adds can be told from what choosing a limit anew does.
* Frames: a regression a frame (balanced classes); ``mean of both`` is the mean of the log odds of head and default, ``stacked`` a
  regression of both, shared by all frames; one limit for all frames. The primary frame is the default's.
* Loaded sentences: no second step; limit .5.
* ``one_fold``: documents of the first fold of Wikipedia, by the whole encoder, fine-tuned (:mod:`experiments.encoder_tuned`), and by heads;
  all learned from the third to tenth fold, with the limit of the best F1 on the second; the default has learned from the second, too.

C of heads for hedges, and the share of tokens without a cue, were chosen on the inner scores of hedges-news and the shipped encoder (of
.00001 to 10, and of 1 to 1/8); C for frames and loaded language is chosen for each group on the inner scores of the others.

Data: Szeged Uncertainty Corpus, ``policy_frames``, BABE SG2; 24 articles of PolNeAR train (magnitudes of channels). About 40 minutes of
one core; with ``--cache`` states (3 GB) and the scores of the default models are kept in a folder for the next time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import results_file
from experiments.data import data_home, load
from experiments.encoder_defaults import GROUPS, default, groups_of, inner_frames, inner_hedges, kept
from experiments.encoder_states import BASE, MIDDLE, SHIPPED, States, Units, sentences, states_of, wholes
from experiments.encoder_tuned import tuned
from framing.benchmark import registry
from framing.benchmark.evaluation import Result
from framing.benchmark.systems.framing_hedges import DOMAINS
from framing.benchmark.systems.lexicon import best_limit
from framing.benchmark.task import Item
from framing.benchmark.tasks.frames import Frames, Policy
from framing.benchmark.tasks.hedges import Hedged
from framing.benchmark.tasks.loaded import Verdict
from framing.encoder.session import need
from framing.encoder_rounding import TEXTS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Fit = Callable[[Bools], Floats]  # units to learn from -> log odds of all units (u, columns)
Scored = tuple[Floats, Floats]  # log odds out of fold (u, columns), and for each group without it (GROUPS, u, columns)

HEDGES = tuple(DOMAINS)
TWO_LAYERS = HEDGES[:2]  # not biology, which has most tokens and takes longest
FRAMES = ("policy-frames", "generic-frames")
LOADED, CONTROL, TUNED = "loaded-language", "default, second step", "base, fine-tuned"
SEED = 0
KEPT = 2  # of so many tokens without a cue one is learned from
C_TOKENS, C_POOLED, CS = 1.0, 0.01, (0.0001, 0.001, 0.01, 0.1)
SURE = 1e-4  # probabilities are cut to this and 1 less this


def log_odds(p: Any) -> Floats:
    """Of probabilities."""
    p = np.clip(np.asarray(p, np.float64), SURE, 1 - SURE)
    return np.log(p) - np.log1p(-p)


def probability(x: Floats) -> Floats:
    """Of log odds."""
    return 1 / (1 + np.exp(-x))


# ---- what is learned -------------------------------------------------------------------------------------------------------------------


def regression(x: NDArray[Any], y: Bools, c: float, balanced: bool = False) -> Callable[[NDArray[Any]], Floats]:
    """A logistic regression, as a function from rows to log odds."""
    from sklearn.linear_model import LogisticRegression

    if y.all() or not y.any():
        return lambda rows: np.full(len(rows), log_odds(float(y.all())))
    middle, spread = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    spread = np.where(spread > 0, spread, 1)
    model = LogisticRegression(C=c, max_iter=1000, tol=1e-3, class_weight="balanced" if balanced else None)
    model.fit(((x - middle) / spread).astype(np.float32), y)
    weight = model.coef_[0] / spread
    constant = float(model.intercept_[0] - middle @ weight)
    return lambda rows: np.asarray(rows @ weight.astype(np.float32) + constant, np.float64)


def tokens_head(states: States, units: Units, c: float = C_TOKENS) -> Fit:
    """Of a sentence: the largest log odds of a cue among its tokens."""
    random = np.random.default_rng(SEED)
    chosen = units.cue | (random.integers(0, KEPT, len(units.unit)) == 0)
    every = states.astype(np.float32)
    x, y, of = every[chosen], units.cue[chosen], units.unit[chosen]

    def fit(known: Bools) -> Floats:
        mine = known[of]
        score = regression(x[mine], y[mine], c)(every) - np.log(KEPT)
        out = np.full(len(units.fold), log_odds(0))
        np.maximum.at(out, units.unit, score)
        return out[:, None]

    return fit


def pooled(states: States, units: Units, largest: bool) -> NDArray[np.float32]:
    """Mean, and the largest values if wanted, of the states of each unit; zeros if it has no token."""
    there, first = np.unique(units.unit, return_index=True)
    mean = np.add.reduceat(states.astype(np.float32), first) / np.diff([*first, len(states)])[:, None].astype(np.float32)
    found = np.hstack([mean, np.maximum.reduceat(states, first)]) if largest else mean
    out = np.zeros((len(units.fold), found.shape[1]), np.float32)
    out[there] = found
    return out


def rows_head(x: NDArray[np.float32], labels: Bools, c: float, balanced: bool) -> Fit:
    """Of rows (u, p), one regression a column of the labels (u, columns)."""

    def fit(known: Bools) -> Floats:
        return np.stack([regression(x[known], label[known], c, balanced)(x) for label in labels.T], axis=1)

    return fit


def crossed(fit: Fit, fold: Ints) -> Scored:
    """Scores out of fold, and those that the second step learns from."""
    group, whole = groups_of(fold), fit(np.ones(len(fold), np.bool_) & (fold != 0))
    outer, inner = np.zeros(whole.shape), np.full((GROUPS, *whole.shape), np.nan)
    for k in range(int(fold.max()) + 1):
        outer[fold == k] = (whole if k == 0 else fit(fold != k))[fold == k]
    for g, h in combinations(range(GROUPS), 2):
        score = fit((group != g) & (group != h))
        inner[g][group == h], inner[h][group == g] = score[group == h], score[group == g]
    return outer, inner


def chosen_of(ways: Sequence[Scored], labels: Bools, fold: Ints) -> Scored:
    """For each group the way that has the best F1, each at its best limit, on the others."""
    group = groups_of(fold)
    outer, inner = np.zeros(ways[0][0].shape), np.zeros(ways[0][1].shape)
    for g in range(GROUPS):
        known = group != g
        scores = [f1(way[1][g][known], labels[known]) for way in ways]
        best = ways[int(np.argmax(scores))]
        outer[group == g], inner[g] = best[0][group == g], best[1][g]
    return outer, inner


def f1(score: Floats, label: Bools) -> float:
    """At the best limit."""
    found = score >= best_limit(score.ravel(), label.ravel())
    return float(2 * (found & label).sum() / max(found.sum() + label.sum(), 1))


def second(parts: Sequence[Scored], labels: Bools, fold: Ints, learned: bool = True) -> Floats:
    """Probabilities (u, columns) by the second step; ``learned``: by a regression of the log odds, else by their mean."""
    group, out = groups_of(fold), np.zeros(labels.shape)
    for g in range(GROUPS):
        known, asked = group != g, group == g
        before = np.stack([inner[g][known].ravel() for _, inner in parts], axis=1)
        now = np.stack([outer[asked].ravel() for outer, _ in parts], axis=1)
        score = regression(before, labels[known].ravel(), 1.0) if learned else partial(np.mean, axis=1)
        limit = best_limit(score(before), labels[known].ravel())
        out[asked] = probability(score(now) - limit).reshape(-1, labels.shape[1])
    return out


# ---- tables ----------------------------------------------------------------------------------------------------------------------------


class Board:
    """The rows of a task: each scored, and less the default (``base``)."""

    def __init__(self, base: Result) -> None:
        self.base, self.task = base, base.task
        self.rows: list[dict[str, Any]] = []
        self.control: Result | None = None
        print(f"\n{self.task.name}, {self.task.primary}, n {len(base.items):,}: default {base.primary.value:.4f}", flush=True)

    def add(self, encoder: str, heads: str, predictions: Sequence[Any]) -> None:
        """Score a row and print it."""
        fields, items = {"encoder": encoder or "none", "heads": heads}, self.base.items
        result = Result(self.task, "cv", "heads", items, tuple(predictions), self.task.measure(items, predictions), None, fields)
        row = {"encoder": encoder, "heads": heads, **result.primary.as_dict(), "less default": self.less(result, self.base)}
        if heads == CONTROL:
            self.control = result
        elif self.control is not None and "default" in heads:
            row[f"less {CONTROL}"] = self.less(result, self.control)
        self.rows.append(row)
        less = "  ".join(f"{k} {d['difference']:+.4f} {d['interval']} p {d['p']:.4f}" for k, d in row.items() if k.startswith("less"))
        print(f"  {encoder:16} {heads:30} {row['value']:.4f} {row['interval']}  {less}", flush=True)

    def less(self, one: Result, other: Result) -> dict[str, Any]:
        """The difference of two rows."""
        d = one.measurement.compare(other.measurement, self.task.primary)
        return {"difference": round(d.difference, 4), "interval": [round(x, 4) for x in d.interval], "p": round(d.p_randomisation, 4)}

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"score": self.task.primary, "default": self.base.primary.as_dict(), "rows": self.rows}


def items_of(name: str) -> Sequence[Item]:
    """With folds."""
    return registry.task(name).items("cv", data_home())


def hedged(p: Floats, units: Units, chosen: Bools | None = None) -> list[Hedged]:
    """Probabilities of sentences by document, of all or of those chosen."""
    of = units.item if chosen is None else units.item[chosen]
    ends = np.cumsum(np.unique(of, return_counts=True)[1])
    return [Hedged(tuple(part.tolist())) for part in np.split(p, ends[:-1])]


def uncertain(items: Sequence[Item]) -> Bools:
    """The labels of the sentences (u, 1)."""
    return np.array([label for item in items for label in item.gold.sentences], np.bool_)[:, None]


def hedges(texts: Sequence[str], cache: Path | None) -> dict[str, Any]:
    """The sentences of the three domains."""
    items, at, out = {name: items_of(name) for name in HEDGES}, 0, {}
    inner = kept(cache, "hedges.inner", lambda: inner_hedges(items))
    for name in HEDGES:
        units, labels, board = sentences(items[name]), uncertain(items[name]), Board(default(name, items[name], cache))
        sure = np.array([p for found in board.base.predictions for p in found.sentences], np.float64)
        own = log_odds(sure)[:, None], log_odds(inner[:, at : at + len(sure)])[:, :, None]
        at += len(sure)

        def say(*parts: Scored, units: Units = units, labels: Bools = labels) -> list[Hedged]:
            return hedged(second(parts, labels, units.fold)[:, 0], units)

        board.add("", CONTROL, say(own))
        for encoder in (SHIPPED, BASE):
            states = states_of(name, units, encoder, texts, cache)
            tokens = crossed(tokens_head(states, units), units.fold)
            whole = crossed(rows_head(pooled(states, units, True), labels, C_POOLED, False), units.fold)
            board.add(encoder, "tokens", say(tokens))
            board.add(encoder, "pooled", say(whole))
            board.add(encoder, "tokens + pooled", say(tokens, whole))
            board.add(encoder, "default + tokens", say(own, tokens))
            board.add(encoder, "default + tokens + pooled", say(own, tokens, whole))
        if name in TWO_LAYERS:
            both = np.hstack([states_of(name, units, encoder, texts, cache) for encoder in (SHIPPED, MIDDLE)])
            tokens = crossed(tokens_head(both, units), units.fold)
            board.add(f"{SHIPPED}, {MIDDLE}", "tokens", say(tokens))
            board.add(f"{SHIPPED}, {MIDDLE}", "default + tokens", say(own, tokens))
        out[name] = board.to_dict()
    return out


def one_fold(texts: Sequence[str], cache: Path | None) -> dict[str, Any]:
    """The first fold of Wikipedia by heads and by a whole encoder that is fine-tuned."""
    name = HEDGES[0]
    items = items_of(name)
    whole, units, label = default(name, items, cache), sentences(items), uncertain(items)[:, 0]
    pairs = [(item, found) for item, found in zip(items, whole.predictions) if item.fold == 0]
    first, found = zip(*pairs)
    board = Board(Result(whole.task, "cv", whole.system, first, found, whole.task.measure(first, found), None, whole.fields))
    known, limits, asked = units.fold >= 2, units.fold == 1, units.fold == 0
    scores = {encoder: tokens_head(states_of(name, units, encoder, texts, cache), units)(known)[:, 0] for encoder in (SHIPPED, BASE)}
    for encoder, score in {**scores, TUNED: tuned(units, known, limits | asked)}.items():
        limit = best_limit(score[limits], label[limits])
        board.add(encoder, "tokens", hedged(probability(score - limit)[asked], units, asked))
    return {"hedges-wiki, the first fold": board.to_dict()}


def frames(texts: Sequence[str], cache: Path | None) -> dict[str, Any]:
    """Policy and generic frames of the same articles."""
    out = {}
    for name in FRAMES:
        items, task = items_of(name), registry.task(name)
        assert isinstance(task, Policy)
        board, units = Board(default(name, items, cache)), wholes(items)
        labels, codes, primary = task.table([item.gold for item in items]) > 0, task.codes, [p.primary for p in board.base.predictions]
        inner = kept(cache, f"{name}.inner", partial(inner_frames, task, items))
        own = log_odds([found.probabilities for found in board.base.predictions]), log_odds(inner)

        def say(sure: Floats, codes: Sequence[str] = codes, primary: Sequence[Any] = primary) -> list[Frames]:
            rows = zip(sure.tolist(), primary)
            return [Frames(tuple(c for c, p in zip(codes, row) if p >= 0.5), one, tuple(row)) for row, one in rows]

        board.add("", CONTROL, say(second([own], labels, units.fold)))
        for encoder in (SHIPPED, BASE):
            x = pooled(states_of(FRAMES[0], units, encoder, texts, cache), units, False)
            head = chosen_of([crossed(rows_head(x, labels, c, True), units.fold) for c in CS], labels, units.fold)
            board.add(encoder, "mean", say(second([head], labels, units.fold)))
            board.add(encoder, "default + mean, mean of both", say(second([own, head], labels, units.fold, learned=False)))
            board.add(encoder, "default + mean, stacked", say(second([own, head], labels, units.fold)))
        out[name] = board.to_dict()
    return out


def loaded(texts: Sequence[str], cache: Path | None) -> dict[str, Any]:
    """Loaded sentences."""
    items = items_of(LOADED)
    board, units = Board(default(LOADED, items, cache)), wholes(items)
    labels = np.array([item.gold.loaded for item in items], np.bool_)[:, None]
    own = log_odds([float(found.loaded) for found in board.base.predictions])
    for encoder in (SHIPPED, BASE):
        x = pooled(states_of(LOADED, units, encoder, texts, cache), units, True)
        head = chosen_of([crossed(rows_head(x, labels, c, False), units.fold) for c in CS[:3]], labels, units.fold)[0][:, 0]
        for heads, score in (("pooled", head), ("default + pooled, mean of both", (own + head) / 2)):
            board.add(encoder, heads, [Verdict(float(p)) for p in probability(score)])
    return {LOADED: board.to_dict()}


PARTS = {"hedges": hedges, "frames": frames, "loaded": loaded, "one_fold": one_fold}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cache", type=Path, help="folder for states and the scores of the default models")
    parser.add_argument("--only", choices=PARTS, help="measure this part and keep the others as they are written")
    options = parser.parse_args()
    if options.cache:
        options.cache.mkdir(exist_ok=True)
    texts = [document.text for document in islice(load("polnear", "train"), TEXTS)]
    need("onnxruntime")  # whose version stands in the results, as states depend on it, kept ones too
    before = results_file.kept("encoder_heads") if options.only else {}
    tasks = dict(before.get("tasks", {}))
    for part in [options.only] if options.only else PARTS:
        tasks |= PARTS[part](texts, options.cache)
    results_file.write("encoder_heads", {**before, "tasks": tasks}, before=before.get(results_file.VERSIONS))


if __name__ == "__main__":
    main()
