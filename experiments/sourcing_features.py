"""Do features of sourcing and hedging add to the words of an article, where the publishers of the test articles were never seen?

``python -m experiments.sourcing_features [--features FILE.npz]`` -> ``experiments/results/sourcing_features.json``. Needs
``hyperpartisan_byarticle`` under FRAMING_DATA; four minutes on one core, one of them for the analyses, which ``--features`` keeps for the
next time.

The 645 articles of SemEval-2019 task 4 that are labelled one by one. Folds and families of publishers are those of
:mod:`experiments.hyperpartisan`: three partitions into ten folds that keep each family together (``family`` is all three at once: an
article counts once for each), and ``plain``, stratified folds that do not.

*Words*: TF-IDF of words and pairs of title and body that two training articles hold, 1 + ln count. *Features*: the columns of
:class:`framing.features.ArticleFeatures` by group, without the hyperpartisan classifier, which learned from this corpus; the models that
stand behind the columns (attributions, sources, hedges, frames, loaded language, rating) did not, by their cards. Medians of training where
an article has none, with an indicator; standardised and clipped at ±3; p columns are worth √(w / p) each beside the words of an article,
which have norm 1. *Learner*: logistic regression. Strength C and, with features, w are those of ``STRENGTHS`` and ``WORTHS`` that
are right on most articles of three inner folds, which keep families together (plain: which do not).

*Systems*: ``words``; ``words + sourcing + hedge`` (the claim); with attribution, and with all groups; the features by themselves; and
two controls of the claim: ``words + length``, the logarithm of the number of words, and ``words + shuffled``, the same columns of other
articles (rows exchanged at random, seed 0).

Accuracy and macro-F1; 95 % intervals from 1,000 resamples of families. *Differences* to ``words``: paired bootstrap of families, and p by
approximate randomisation: the outputs for all articles of a family change places with probability one half (2,000 times, two-sided).
The claim is one comparison, accuracy under ``family``; nothing else is corrected for being many. *Alone*: area under the ROC curve of each
column by itself over all articles that have it, hyperpartisan against not: the twenty that are furthest from .5.

What was seen: grid, clipping, systems and the claim were written down before the first run and not changed after it (strengths at the
edges of the grid are chosen: 100 for words, 1 for features by themselves). But the list of loaded words and the columns of the rating
were made in the same workshop as the classifier of this corpus, whose parts were chosen on it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments import extraction, results_file
from experiments.data import load
from experiments.extraction import Counts
from experiments.hyperpartisan import FAMILY, Floors, Grouping, by_source, groupings
from framing.features import ArticleFeatures
from framing.hyperpartisan import TASK
from framing.metrics.signature import DIGITS
from framing.metrics.spans import ratio
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_hyperpartisan import CORPUS, by_family

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STRENGTHS, WORTHS = (1.0, 10.0, 100.0), (0.1, 0.3, 1.0)
INNER, CLIP, SEED, SHOWN = 3, 3.0, 0, 20
CLAIM = "words + sourcing + hedge"
SYSTEMS: Mapping[str, tuple[bool, tuple[str, ...]]] = {  # whether words are read, and which blocks of columns
    "words": (True, ()),
    CLAIM: (True, ("sourcing", "hedge")),
    "words + attribution + sourcing + hedge": (True, ("attribution", "sourcing", "hedge")),
    "words + all features": (True, ("attribution", "sourcing", "hedge", "framing")),
    "words + length": (True, ("length",)),
    "words + shuffled": (True, ("shuffled",)),
    "sourcing + hedge": (False, ("sourcing", "hedge")),
    "all features": (False, ("attribution", "sourcing", "hedge", "framing")),
}
MEASURES = ("accuracy", "macro_f1")


@dataclass(frozen=True)
class Material:
    """Counts of words (n, v), blocks of columns (n, p) by name, labels (n,) and families of publishers."""

    counts: Any
    blocks: Mapping[str, Floats]
    gold: Bools
    families: tuple[str, ...]

    def columns(self, names: Sequence[str]) -> Floats:
        return np.concatenate([self.blocks[name] for name in names], axis=1)


def features(documents: Sequence[Document], kept: Path | None) -> tuple[tuple[str, ...], Floats]:
    """Names and values (n, p) of the columns; from a file where they were measured before."""
    transformer = ArticleFeatures()
    names = tuple(transformer.get_feature_names_out())
    if kept is not None and kept.exists():
        with np.load(kept, allow_pickle=False) as found:
            if tuple(found["names"]) == names and tuple(found["ids"]) == tuple(d.id for d in documents):
                return names, found["values"]
    values = transformer.fit_transform(documents)
    if kept is not None:
        np.savez(kept, names=np.array(names), ids=np.array([d.id for d in documents]), values=values)
    return names, values


def material(documents: Sequence[Document], names: Sequence[str], values: Floats) -> Material:
    gold = np.array([bool(d.labels[TASK]) for d in documents])
    group = np.array([name.split("_")[0] for name in names])
    blocks = {str(name): values[:, group == name] for name in dict.fromkeys(group)}
    words = [tokenize(article_from_text(d.text, d.title)).count_words() for d in documents]
    blocks["length"] = np.log1p(np.array(words, np.float64))[:, None]
    both = np.concatenate([blocks["sourcing"], blocks["hedge"]], axis=1)
    blocks["shuffled"] = both[np.random.default_rng(SEED).permutation(len(both))]
    return Material(Floors(documents, gold).counts, blocks, gold, tuple(d.group or d.id for d in documents))


# ---- one fold --------------------------------------------------------------------------------------------------------------------------


def read_words(m: Material, training: Ints, held: Ints) -> tuple[Floats, Floats]:
    """TF-IDF, turned so that each training article has a coordinate of its own: inner products, and so the regression, stay the same."""
    often = np.asarray((m.counts[training] > 0).sum(0)).ravel() >= 2
    scale = TfidfTransformer(sublinear_tf=True).fit(m.counts[training][:, often])
    own, there = (scale.transform(m.counts[rows][:, often]) for rows in (training, held))
    size, turn = np.linalg.eigh((own @ own.T).toarray())
    keep = size > 1e-9
    turn = turn[:, keep] / np.sqrt(size[keep])
    return (own @ own.T) @ turn, (there @ own.T) @ turn


def read_columns(m: Material, blocks: Sequence[str], training: Ints, held: Ints) -> tuple[Floats, Floats]:
    """Columns of a mean square of about 1 together."""
    given = m.columns(blocks)
    prepare = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()).fit(given[training])
    own, there = (np.clip(prepare.transform(given[rows]), -CLIP, CLIP) for rows in (training, held))
    return own / np.sqrt(own.shape[1]), there / np.sqrt(own.shape[1])


class Fold:
    """Training and held-out articles, read once for all systems."""

    def __init__(self, m: Material, training: Ints, held: Ints) -> None:
        self.gold, self.right = m.gold[training], m.gold[held]
        self.words = read_words(m, training, held)
        self.columns = {blocks: read_columns(m, blocks, training, held) for _, blocks in SYSTEMS.values() if blocks}

    def decide(self, system: str, strength: float, worth: float) -> Floats:
        """Log-odds for the held-out articles."""
        words, blocks = SYSTEMS[system]
        parts = ([self.words] if words else []) + ([tuple(np.sqrt(worth) * x for x in self.columns[blocks])] if blocks else [])
        own, there = (np.concatenate([part[side] for part in parts], axis=1) for side in (0, 1))
        learner = LogisticRegression(C=strength, max_iter=2000).fit(own, self.gold)
        return np.asarray(learner.decision_function(there))


def grid(system: str) -> list[tuple[float, float]]:
    """Strengths and worths to choose from; columns by themselves are worth 1."""
    words, blocks = SYSTEMS[system]
    return [(c, w) for c in STRENGTHS for w in (WORTHS if words and blocks else (1.0,))]


def inner(m: Material, training: Ints, plain: bool) -> list[Fold]:
    own = m.gold[training]
    if plain:
        folds = StratifiedKFold(INNER, shuffle=True, random_state=SEED).split(own, own)
    else:
        folds = GroupKFold(INNER).split(own, own, [m.families[i] for i in training])
    return [Fold(m, training[a], training[b]) for a, b in folds]


def outputs(m: Material, grouping: Grouping, plain: bool) -> tuple[dict[str, Floats], dict[str, list[tuple[float, float]]]]:
    """Log-odds (n,) of every system, and what was chosen in each fold."""
    out = {system: np.zeros(len(m.gold)) for system in SYSTEMS}
    chosen: dict[str, list[tuple[float, float]]] = {system: [] for system in SYSTEMS}
    for training, held in grouping.folds:
        inside, fold = inner(m, np.asarray(training), plain), Fold(m, training, held)
        for system in SYSTEMS:
            right = {pair: sum(int(((f.decide(system, *pair) > 0) == f.right).sum()) for f in inside) for pair in grid(system)}
            best = max(right, key=lambda pair: right[pair])  # the first of equals: the weakest
            chosen[system].append(best)
            out[system][held] = fold.decide(system, *best)
    return out, chosen


# ---- scores ----------------------------------------------------------------------------------------------------------------------------


def scores(sums: Floats) -> dict[str, Any]:
    """From true and false positives, false and true negatives."""
    tp, fp, fn, tn = np.moveaxis(sums, -1, 0)
    f1 = [ratio(2 * right, 2 * right + fp + fn) for right in (tp, tn)]
    return {"accuracy": ratio(tp + tn, tp + fp + fn + tn), "macro_f1": np.mean(f1, axis=0)}


def counts(m: Material, decided: Sequence[Floats], **fields: object) -> Counts:
    """A row a family, summed over partitions."""
    table = np.zeros((len(m.gold), 4))
    for values in decided:
        found = values > 0
        table += np.stack([found & m.gold, found & ~m.gold, ~found & m.gold, ~found & ~m.gold], -1)
    return Counts(by_source(m.families) @ table, scores, fields)


def alone(names: Sequence[str], values: Floats, gold: Bools) -> dict[str, Any]:
    """Columns by themselves: area under the ROC curve, and of how many articles."""
    found = {}
    for name, column in zip(names, values.T):
        known = ~np.isnan(column)
        if known.sum() >= len(gold) / 4:
            found[name] = {"area": round(float(roc_auc_score(gold[known], column[known])), DIGITS), "articles": int(known.sum())}
    return dict(sorted(found.items(), key=lambda item: -abs(item[1]["area"] - 0.5))[:SHOWN])


def measure(m: Material, documents: Sequence[Document], hosts: Sequence[str]) -> dict[str, Any]:
    """Scores, differences and choices."""
    every = groupings(documents, hosts)
    decided: dict[str, dict[str, Floats]] = {}
    result: dict[str, Any] = {"scores": {}, "minus words": {}, "chosen": {}, "partitions": {}}
    for name in (*FAMILY, "plain"):
        decided[name], chosen = outputs(m, every[name], name == "plain")
        result["chosen"][name] = {system: [list(pair) for pair in pairs] for system, pairs in chosen.items()}
        one = {system: counts(m, [values]) for system, values in decided[name].items()}
        result["partitions"][name] = {
            system: {key: round(float(value), DIGITS) for key, value in scores(c.table.sum(0)).items()} for system, c in one.items()
        }
    for name, partitions in {"family": FAMILY, "plain": ("plain",)}.items():
        fields = {"folds": name, "partitions": len(partitions)}
        systems = {s: counts(m, [decided[p][s] for p in partitions], system=s.replace(" ", ""), **fields) for s in SYSTEMS}
        result["scores"][name] = {system: c.score(*MEASURES) for system, c in systems.items()}
        result["minus words"][name] = {system: c.compare(systems["words"], *MEASURES) for system, c in systems.items() if system != "words"}
    return result


def main() -> None:
    """Print, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--features", type=Path, help="file that keeps the features for the next time")
    options = parser.parse_args()
    given = list(load(CORPUS))
    documents = by_family(given)
    names, values = features(documents, options.features)
    m = material(documents, names, values)
    result = measure(m, documents, [d.group or d.id for d in given])
    result["alone"] = alone(names, values, m.gold)
    result["columns"] = {name: block.shape[1] for name, block in m.blocks.items()}
    share = float(m.gold.mean())
    result["articles"] = {"all": len(m.gold), "hyperpartisan": int(m.gold.sum()), "families": len(set(m.families))}
    result["majority"] = {"accuracy": round(max(share, 1 - share), DIGITS)}
    results_file.write("sourcing_features", result)
    for name, found in result["scores"].items():
        for system, own in found.items():
            extraction.show(f"{name}: {system}", own)
            print("  minus words", result["minus words"][name].get(system))
    print(*result["alone"].items(), sep="\n")


if __name__ == "__main__":
    main()
