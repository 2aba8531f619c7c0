"""Can the leaning of an article's outlet be told from the article, when the outlet is new? An experiment only: framing reports no leaning.

``python -m experiments.left_center_right`` -> ``experiments/results/left_center_right.json``. Needs the 2,100 train articles of
``article_bias_prediction`` (Baly et al. 2020) under FRAMING_DATA; about four minutes on one core. ``--split test`` learns from the train
part of the official media split, is scored on its test part where that is at hand, and writes ``left_center_right_official.json``; with all
released articles that takes about an hour, half of it for the sourcing of 28,000 articles.

The labels are labels of outlets: 99.89 % of the released articles have the majority label of their source. Nobody read the articles for
their leaning. What is learned is to recognise outlets, or camps of outlets, of the USA in 2012 to 2020; not the bias of an article.

* **Folds by outlet**: five parts of about the same number of articles that tear no outlet apart (seed 0), so that all test outlets are
  new. Names of one outlet ("Fox Online News", "Fox News Opinion") are one (:func:`outlet`). Leanings are not spread evenly over such
  parts, since few outlets have most articles of a leaning: how well one does hangs on the partition. *Partitions* has the mean, least and
  greatest score of further ones.
* **Random folds**: articles of an outlet are on both sides; the difference is what recognising outlets gives.
* **Official**: the media split has sources in its last part that train has, too (12 of 29). So it is scored as a whole, on the articles of
  *unseen sources* (:func:`framing.corpora.article_bias_prediction.unseen_sources`, 874 of 1,300), and of *unseen outlets*, by our names.

Systems: **ours**, words and pairs of words, ln(1 + count) · idf, Euclidean norm 1 for either, and what :mod:`framing.rating_features`
reads; logistic regression for each leaning against the others, C 10, where an outlet counts the root of its articles and leanings are
balanced; **words**: without sourcing; **no names**: and without words that have a capital in more than 60 % of all places; **head**: with
names, but without boilerplate and what follows the first 650 words; **floor**: TF-IDF of words in at least 5 articles and logistic
regression, C 10, leanings balanced; **majority**: the most frequent leaning of the train part. Features stand in enough articles of the
train part (``AT_LEAST``). Which blocks there are was chosen with a prototype on such folds; C was not tuned.

Scores: macro-F1; accuracy (chance is 1/3); mean absolute error, where left is two from right. Intervals: 1,000 resamples of the outlets,
not of the articles, of which an outlet has up to 300 of one label.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import extraction, results_file
from experiments.data import load, split_option
from framing.article_words import ArticleWords
from framing.corpora import info
from framing.corpora.article_bias_prediction import LEANINGS, NAME, unseen_sources
from framing.corpora.outlets import outlet_key
from framing.learning.linear import Block, Rows
from framing.learning.linear_fit import Settings, fit
from framing.learning.words import key
from framing.metrics.bootstrap import paired_bootstrap, score_table
from framing.metrics.signature import DIGITS
from framing.metrics.spans import precision_recall_f1, ratio
from framing.ngrams import Grams
from framing.rater import grouped_folds, measures_of
from framing.records import Document
from framing.tokens import Tokens, is_word
from framing.vocabulary import learn_vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WARNING = (
    "Labels are those of outlets: 99.89 % of the released articles have the majority label of their source. "
    "This measures how well outlets are recognised, not how biased an article is."
)
FOLDS, SEED, PARTITIONS = 5, 0, 4
GRAMS = (Grams("word", 1, 1, marks=False), Grams("word", 2, 2, marks=False))
AT_LEAST, FLOOR_AT_LEAST = (5, 20), 5  # train articles that hold a word, a pair
C, FLOOR_C, DENSE = 10.0, 10.0, 0.1  # DENSE: mean square norm of the sourcing block; those of words and pairs are 1 each
CAPITALS = 0.6
K = len(LEANINGS)

_SECTION = re.compile(r" - .*|\(.*|\b(?:online|web|news|opinion|editorial)\b", re.IGNORECASE)
_SAME = {"yahoothe360": "yahoo", "newsbusters": "mediaresearchcenter", "allysiafinley": "wallstreetjournal"}

Predict = Callable[[Ints], Ints]  # articles -> leanings
System = Callable[[Ints], Predict]  # train articles -> what is learned from them


def outlet(name: str) -> str:
    """One name for an outlet and its sections."""
    short = outlet_key(_SECTION.sub("", name)) or outlet_key(name) or name
    return _SAME.get(short, short)


# ---- features -------------------------------------------------------------------------------------------------------------------------


def capitalised(documents: Iterable[Document]) -> frozenset[str]:
    """The keys of words that mostly begin with a capital."""
    whole: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for document in documents:
        tokens = ArticleWords.of(document).tokens
        for word, n in zip(tokens.types, np.bincount(tokens.type, minlength=len(tokens.types)).tolist()):
            whole[key(word[:64])] += n
            capital[key(word[:64])] += n * word[:1].isupper()
    return frozenset(word for word, n in whole.items() if capital[word] > CAPITALS * n)


def views(document: Document, names: frozenset[str]) -> tuple[Tokens, dict[str, NDArray[np.bool_]]]:
    """The tokens of a text, and which of them each system reads."""
    words = ArticleWords.of(document)
    tokens = words.tokens
    name = np.array([is_word(t) and key(t[:64]) in names for t in tokens.types], np.bool_)
    every = np.ones(len(tokens), np.bool_)
    return tokens, {"whole": every, "no names": ~name[tokens.type] if len(tokens) else every, "head": words.part > 0}


class Articles:
    """The articles: texts, leanings, outlets, and what is read of them. ``names_of``: those that names are learned from, else all."""

    def __init__(self, documents: Sequence[Document], names_of: Sequence[Document] | None = None) -> None:
        self.texts = [d.text for d in documents]
        self.gold = np.array([LEANINGS.index(d.labels["leaning"]) for d in documents], np.int64)
        self.outlets = [outlet(d.group or d.id) for d in documents]
        names = capitalised(documents if names_of is None else names_of)
        read = (ArticleWords.of(d).tokens for d in documents)
        # What stands in enough train articles stands in as many of all; what of it stands in enough of those of a part is seen later.
        known = learn_vocabulary(((tokens, np.zeros(len(tokens), np.int64), 1) for tokens in read), GRAMS, min(AT_LEAST)).vocabulary
        counts: dict[str, list[Rows]] = {}
        for d in documents:
            tokens, kept = views(d, names)
            for view, mask in kept.items():
                counts.setdefault(view, []).append(known.count(tokens, np.where(mask, 0, -1), 1))
        self.counts, self.sizes = {view: Rows.join(rows) for view, rows in counts.items()}, known.sizes
        self.sourcing = measures_of(documents)

    def __len__(self) -> int:
        return len(self.gold)


# ---- systems --------------------------------------------------------------------------------------------------------------------------


def linear(data: Articles, view: str = "whole", sourcing: bool = False) -> System:
    rows, least = data.counts[view], np.repeat(AT_LEAST, data.sizes)
    blocks = tuple(Block(size, "log") for size in data.sizes)
    dense = data.sourcing if sourcing else None
    settings = Settings(c=C, balanced=True, dense_factor=float(np.sqrt(DENSE / data.sourcing.shape[1])), seed=SEED)

    def learn(train: Ints) -> Predict:
        mine = rows.take(train)
        frequency = np.bincount(mine.feature, minlength=len(least))
        idf = np.where(frequency >= least, np.log((1 + len(train)) / (1 + frequency)) + 1, 0)  # 0: as if it were not there
        size = Counter(data.outlets[i] for i in train.tolist())
        weight = np.array([size[data.outlets[i]] ** -0.5 for i in train.tolist()])
        target = np.eye(K)[data.gold[train]]
        model = fit(mine, target, blocks, idf, None if dense is None else dense[train], weight / weight.mean(), settings)
        return lambda here: model.decisions(rows.take(here), None if dense is None else dense[here]).argmax(1)

    return learn


def floor(data: Articles) -> System:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    counts = CountVectorizer().fit_transform(data.texts)  # once for all parts; what train does not hold often enough is left out there

    def learn(train: Ints) -> Predict:
        often = np.flatnonzero(counts[train].getnnz(axis=0) >= FLOOR_AT_LEAST)
        weigh = TfidfTransformer(sublinear_tf=True).fit(counts[train][:, often])
        classifier = LogisticRegression(C=FLOOR_C, class_weight="balanced", max_iter=1000)
        classifier.fit(weigh.transform(counts[train][:, often]), data.gold[train])
        return lambda here: np.asarray(classifier.predict(weigh.transform(counts[here][:, often])), np.int64)

    return learn


def majority(data: Articles) -> System:
    return lambda train: lambda here: np.full(len(here), np.bincount(data.gold[train], minlength=K).argmax())


def systems(data: Articles) -> dict[str, System]:
    return {
        "ours": linear(data, sourcing=True),
        "words": linear(data),
        "no names": linear(data, "no names"),
        "head": linear(data, "head"),
        "floor": floor(data),
        "majority": majority(data),
    }


def held_out(part: Ints, system: System) -> Ints:
    """The leaning of every article by what was learned from the other parts."""
    out = np.zeros(len(part), np.int64)
    for k in np.unique(part):
        here = np.flatnonzero(part == k)
        out[here] = system(np.flatnonzero(part != k))(here)
    return out


# ---- scores ---------------------------------------------------------------------------------------------------------------------------


def table(gold: Ints, predicted: Ints, outlets: Sequence[str]) -> Floats:
    """The confusions of each outlet, (outlets, K * K)."""
    _, place = np.unique(np.array(outlets), return_inverse=True)
    rows = np.zeros((int(place.max(initial=-1)) + 1, K * K))
    np.add.at(rows, (place, gold * K + predicted), 1)
    return rows


def scores(sums: Floats) -> dict[str, Floats]:
    cells = sums.reshape(*sums.shape[:-1], K, K)
    right, gold, predicted = np.diagonal(cells, axis1=-2, axis2=-1), cells.sum(-1), cells.sum(-2)
    apart = np.abs(np.subtract.outer(np.arange(K), np.arange(K)))
    whole = cells.sum((-1, -2))
    return {
        "macro_f1": precision_recall_f1("each", right, gold, predicted)["each_f1"].mean(-1),
        "accuracy": ratio(right.sum(-1), whole),
        "mae": ratio((cells * apart).sum((-1, -2)), whole),
    }


def scored(gold: Ints, predicted: Mapping[str, Ints], outlets: Sequence[str], **fields: Any) -> dict[str, Any]:
    """Scores and confusions of each system, and what it has more than the floor."""
    tables = {name: table(gold, found, outlets) for name, found in predicted.items()}
    out: dict[str, Any] = {
        name: {
            "scores": score_table(rows, scores, seed=SEED, system=name.replace(" ", "-"), unit="outlet", **fields),
            "confusion": rows.sum(0).astype(int).reshape(K, K).tolist(),
        }
        for name, rows in tables.items()
    }
    for name in set(tables) - {"floor"}:
        found = paired_bootstrap(tables[name], tables["floor"], lambda sums: scores(sums)["macro_f1"], seed=SEED)
        out[name]["minus floor"] = {
            "difference": round(found.difference, DIGITS),
            "interval": [round(x, DIGITS) for x in found.interval],
            "p": round(found.p, DIGITS),
        }
    return out


def described(documents: Sequence[Document]) -> dict[str, Any]:
    leanings = Counter(d.labels["leaning"] for d in documents)
    return {
        "articles": len(documents),
        "leanings": {name: leanings[name] for name in LEANINGS},
        "sources": len({d.group for d in documents}),
        "outlets": len({outlet(d.group or d.id) for d in documents}),
    }


def measure() -> dict[str, Any]:
    """By outlet and at random."""
    documents = list(load(NAME))
    data = Articles(documents)
    learners = systems(data)
    ways = {"by outlet": grouped_folds(data.outlets, FOLDS, SEED), "at random": np.random.default_rng(SEED).permutation(len(data)) % FOLDS}
    out: dict[str, Any] = {"warning": WARNING, **described(documents), "folds": {}}
    for way, part in ways.items():
        found = {name: held_out(part, system) for name, system in learners.items()}
        leanings = [np.bincount(data.gold[part == k], minlength=K).tolist() for k in range(FOLDS)]
        out["folds"][way] = {
            "parts": leanings,
            "systems": scored(data.gold, found, data.outlets, folds=way.replace(" ", "-")),
        }
    every: dict[str, list[list[float]]] = {}
    for seed in range(1, PARTITIONS + 1):
        part = grouped_folds(data.outlets, FOLDS, seed)
        for name in ("ours", "floor"):
            row = scores(table(data.gold, held_out(part, learners[name]), data.outlets).sum(0))
            every.setdefault(name, []).append([float(row["macro_f1"]), float(row["accuracy"])])
    out["partitions"] = {
        name: {
            score: [round(float(f([row[i] for row in rows])), DIGITS) for f in (np.mean, np.min, np.max)]
            for i, score in enumerate(("macro_f1", "accuracy"))
        }
        for name, rows in every.items()
    }
    return out


def official() -> dict[str, Any]:
    """Learned from the train part of the media split, scored on its last part.

    Raises
    ------
    CorpusNotFound
        If that is not at hand.
    TestPart
        Unless the command line says ``--split test``.
    """
    first, _, last = info(NAME).splits
    asked = list(load(NAME, last))
    train = list(load(NAME, first))
    outlets = {outlet(d.group or d.id) for d in train}
    unseen = {d.id for d in unseen_sources(asked, train)}
    data = Articles([*train, *asked], names_of=train)
    learn, here = np.arange(len(train)), np.arange(len(train), len(data))
    found = {name: system(learn)(here) for name, system in systems(data).items()}
    parts = {
        "all": np.ones(len(asked), np.bool_),
        "unseen sources": np.array([d.id in unseen for d in asked], np.bool_),
        "unseen outlets": np.array([outlet(d.group or d.id) not in outlets for d in asked], np.bool_),
    }
    out: dict[str, Any] = {"warning": WARNING, "train": described(train), "parts": {}}
    for name, chosen in parts.items():
        at = np.flatnonzero(chosen)
        some, names = [asked[i] for i in at.tolist()], [data.outlets[here[i]] for i in at.tolist()]
        own = {system: predicted[at] for system, predicted in found.items()}
        fields = {"split": "media", "part": name.replace(" ", "-")}
        out["parts"][name] = {**described(some), "systems": scored(data.gold[here[at]], own, names, **fields)}
    return out


def main() -> None:
    """Print, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    split_option(parser, "learn from the train part of the official media split, and score on its test part")
    result = official() if parser.parse_args().split else measure()
    name = "parts" if "parts" in result else "folds"
    results_file.write("left_center_right_official" if name == "parts" else "left_center_right", result)
    print(WARNING)
    for way, found in result[name].items():
        for system, own in found["systems"].items():
            extraction.show(f"{way}: {system}", own["scores"])
            print(own.get("minus floor"), own["confusion"])
    print(result.get("partitions"))


if __name__ == "__main__":
    main()
