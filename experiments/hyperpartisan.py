"""Is hyperpartisan argumentation found in articles of publishers that were not learned from?

``python -m experiments.hyperpartisan`` -> ``experiments/results/hyperpartisan.json`` and two figures. Needs the corpora
``hyperpartisan_byarticle`` and ``article_bias_prediction`` under FRAMING_DATA; five minutes on one core. ``--card`` writes the scores into
the card of the shipped model, too.

The 645 articles of SemEval-2019 task 4 that are labelled one by one (its test part is not here). Ten folds; each is classified by what
:func:`framing.hyperpartisan_lessons.learn`, the fit of the product, makes of the others. *Groupings* that no fold tears apart:

* **family**: publishers by registrable name, in one partition of scikit-learn's GroupKFold and two shuffled ones (seeds 1 and 2);
* **host**: hosts as they are; **plain**: stratified folds, where articles of a publisher are on both sides (for comparison only).

Inner folds, which choose and calibrate, keep the same groups together. *Systems*:

* **ours**: hyperpartisan above p = .5; **ours, fixed**: C 1 and share .1 without a choice; calibrated alike;
* **tf-idf** and **tf-idf, raw**: words and pairs in at least two articles of title and body, 1 + ln count or count, scikit-learn's
  LinearSVC, C 1, classes balanced (floors); **majority**.

Accuracy, macro-F1 and area under the ROC curve; 95 % intervals from 1,000 resamples of the articles (``articles``) and of the families
(``sources``), seed 0. Differences in accuracy are paired. *Parts*: what body, title, sourcing and loaded words give by themselves and
together.

What was seen: parts, their shares, name filter and learner were chosen with about 130 configurations of a prototype scored on these folds
(the first family partition, and seeds 1 and 2), how words count (shares, without logarithm or Euclidean norm) with 16 more of the product,
so that the scores are a little too good. Strength and share of the columns are chosen inside.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import extraction, results_file
from experiments.data import data_home, load
from experiments.frame_plots import bars_svg
from experiments.reliability_plot import reliability_svg
from framing import cards
from framing.benchmark import label_counts
from framing.benchmark.folds import Folds, group_folds, stratified_folds
from framing.benchmark.tasks.hyperpartisan import FOLDS, PLAIN
from framing.classifier import MODELS
from framing.hyperpartisan import TASK, HyperpartisanClassifier, read
from framing.hyperpartisan_features import columns
from framing.hyperpartisan_lessons import PARTS, Known, Lesson, learn
from framing.metrics import calibration
from framing.metrics.bootstrap import paired_bootstrap, score_table
from framing.metrics.signature import DIGITS, Score
from framing.metrics.spans import ratio
from framing.records import Document
from framing.training_hyperpartisan import CORPUS, by_family, raw_articles

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEEDS, SEED = (1, 2), 0
FIXED = ((1.0, 0.1),)
FAMILY = ("family", *(f"family, seed {seed}" for seed in SEEDS))
ABLATIONS = {
    "body": ("body",),
    "sourcing": ("sourcing",),
    "loaded words": ("loaded words",),
    "sourcing and loaded words": ("sourcing", "loaded words"),
    "body, title": ("body", "title"),
    "body, title, sourcing": ("body", "title", "sourcing"),
    "body, title, loaded words": ("body", "title", "loaded words"),
    "all": PARTS,
}
_MEASURES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "area": "area under the ROC curve"}
PLOTS = {name: results_file.RESULTS / f"hyperpartisan_{name}.svg" for name in ("reliability", "accuracy")}


@dataclass(frozen=True)
class Grouping:
    """Ten folds, and the groups (n,) that the inner folds keep together."""

    folds: Folds
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Output:
    """What a system says of every article: a score (n,) with the larger for hyperpartisan, and from where on it is."""

    score: Floats
    limit: float
    chosen: tuple[tuple[float, float], ...] = ()

    @property
    def found(self) -> Bools:
        return np.asarray(self.score > self.limit)


def groupings(documents: Sequence[Document], hosts: Sequence[str]) -> dict[str, Grouping]:
    families = tuple(d.group or d.id for d in documents)
    out = {"family": Grouping(group_folds(families, FOLDS), families)}
    for seed in SEEDS:
        out[f"family, seed {seed}"] = Grouping(group_folds(families, FOLDS, seed), families)
    out["host"] = Grouping(group_folds(hosts, FOLDS), tuple(hosts))
    plain = stratified_folds([d.labels[TASK] for d in documents], FOLDS, PLAIN)
    return {**out, "plain": Grouping(plain, tuple(d.id for d in documents))}


# ---- systems ---------------------------------------------------------------------------------------------------------------------------


def ours(lesson: Lesson, grouping: Grouping, **options: Any) -> Output:
    """Probabilities by models of the other folds."""
    lesson = replace(lesson, groups=grouping.groups)
    out, chosen = np.zeros(len(lesson)), []
    for training, held in grouping.folds:
        model, there = learn(lesson.take(training), **options), lesson.take(held)
        out[held] = model.probabilities(there.rows, there.columns)
        chosen.append(model.chosen)
    return Output(out, 0.5, tuple(chosen))


class Floors:
    """TF-IDF and a linear support vector machine, on counts made once."""

    def __init__(self, documents: Sequence[Document], gold: Bools) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        texts = [f"{d.title or ''}\n{d.text}" for d in documents]
        self.counts, self.gold = CountVectorizer(ngram_range=(1, 2)).fit_transform(texts).tocsr().astype(np.float64), gold

    def run(self, grouping: Grouping, sublinear: bool) -> Output:
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.svm import LinearSVC

        out = np.zeros(len(self.gold))
        for training, held in grouping.folds:
            often = np.asarray((self.counts[training] > 0).sum(0)).ravel() >= 2
            scale = TfidfTransformer(sublinear_tf=sublinear).fit(self.counts[training][:, often])
            machine = LinearSVC(C=1, class_weight="balanced", random_state=SEED)
            machine.fit(scale.transform(self.counts[training][:, often]), self.gold[training])
            out[held] = machine.decision_function(scale.transform(self.counts[held][:, often]))
        return Output(out, 0.0)


# ---- scores ----------------------------------------------------------------------------------------------------------------------------


def statistics(gold: Bools, output: Output) -> Any:
    """From weights of the articles (..., n) to accuracy, macro-F1 and area under the ROC curve."""
    return label_counts.statistics(gold, output.score, output.limit)


def by_source(families: Sequence[str]) -> Floats:
    """Which articles each family has, (families, n)."""
    names = list(dict.fromkeys(families))
    return (np.array(names)[:, None] == np.array(families)).astype(np.float64)


def scored(gold: Bools, families: Sequence[str], output: Output, **fields: object) -> dict[str, dict[str, Score]]:
    """Scores with both kinds of intervals."""
    scores = statistics(gold, output)
    return {
        "articles": score_table(np.eye(len(gold)), scores, seed=SEED, unit="article", **fields),
        "sources": score_table(by_source(families), scores, seed=SEED, unit="source", **fields),
    }


def compared(gold: Bools, families: Sequence[str], one: Output, other: Output) -> dict[str, Any]:
    """Accuracy of the first minus that of the second."""
    tables = [np.stack([system.found == gold, np.ones(len(gold))], -1).astype(np.float64) for system in (one, other)]
    units = {"articles": np.eye(len(gold)), "sources": by_source(families)}
    out = {}
    for unit, rows in units.items():
        found = paired_bootstrap(rows @ tables[0], rows @ tables[1], lambda sums: ratio(sums[..., 0], sums[..., 1]), seed=SEED)
        out[unit] = {
            "difference": round(found.difference, DIGITS),
            "interval": [round(x, DIGITS) for x in found.interval],
            "p": round(found.p, DIGITS),
        }
    return out


def calibrated(gold: Bools, output: Output, folds: str) -> dict[str, Any]:
    pairs = [([p], [y]) for p, y in zip(output.score.tolist(), gold.tolist())]
    table = [
        {**{k: round(float(v), DIGITS) for k, v in asdict(b).items()}, "n": b.n}
        for b in calibration.reliability(output.score, gold, 10, "mass")
    ]
    return {**calibration.evaluate(pairs, event=TASK, folds=folds.replace(", ", "+")), "reliability": table}


# ---- the whole -------------------------------------------------------------------------------------------------------------------------


def lesson_of(documents: Sequence[Document]) -> Lesson:
    """All articles, read once."""
    return Lesson.of(documents, Known.learn(raw_articles(data_home())), TASK, read)


def measure(documents: Sequence[Document], hosts: Sequence[str], lesson: Lesson) -> tuple[dict[str, Any], dict[str, Output]]:
    """All that the result says, and what ours says of the articles by grouping."""
    gold, families = lesson.labels, [d.group or d.id for d in documents]
    floors = Floors(documents, gold)
    result: dict[str, Any] = {"scores": {}, "minus floor": {}, "calibration": {}, "chosen": {}}
    probabilities: dict[str, Output] = {}
    every = groupings(documents, hosts)
    for name, grouping in every.items():
        systems = {
            "ours": ours(lesson, grouping),
            "ours, fixed": ours(lesson, grouping, grid=FIXED),
            "tf-idf": floors.run(grouping, True),
            "tf-idf, raw": floors.run(grouping, False),
            "majority": Output(np.zeros(len(gold)), 0.5),
        }
        fields = {"folds": name.replace(", ", "+")}
        result["scores"][name] = {
            system: scored(gold, families, output, system=system.replace(", ", "+"), **fields) for system, output in systems.items()
        }
        result["minus floor"][name] = {
            system: {floor: compared(gold, families, systems[system], systems[floor]) for floor in ("tf-idf", "tf-idf, raw")}
            for system in ("ours", "ours, fixed")
        }
        result["calibration"][name] = {system: calibrated(gold, systems[system], name) for system in ("ours", "ours, fixed")}
        result["chosen"][name] = [list(pair) for pair in systems["ours"].chosen]
        probabilities[name] = systems["ours"]
    result["parts"] = {
        name: {
            part: {
                k: round(float(v), DIGITS) for k, v in statistics(gold, ours(lesson, every[name], parts=chosen))(np.ones(len(gold))).items()
            }
            for part, chosen in ABLATIONS.items()
        }
        for name in FAMILY
    }
    result["articles"] = {"all": len(gold), "hyperpartisan": int(gold.sum()), "families": len(set(families)), "hosts": len(set(hosts))}
    result["features"] = {"n-grams": list(lesson.known.vocabulary.sizes), "columns": len(columns())}
    return result, probabilities


def plots(result: Mapping[str, Any], gold: Bools, probabilities: Mapping[str, Output]) -> None:
    """Write the figures."""
    series = {name: calibration.reliability(probabilities[name].score, gold, 10, "mass") for name in ("family", "plain")}
    axes = ("probability", "share that is hyperpartisan")
    PLOTS["reliability"].write_text(reliability_svg("Hyperpartisan: calibration", series, "articles", axes), encoding="utf-8")
    systems = ("ours", "tf-idf, raw", "tf-idf")
    rows = {name: [found[s]["articles"]["accuracy"] for s in systems] for name, found in result["scores"].items()}
    PLOTS["accuracy"].write_text(bars_svg("Hyperpartisan: accuracy by folds, 95 % intervals", systems, rows), encoding="utf-8")


def card_scores(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the model's card shows, of a result as it is written."""
    shown = {"family": "Ten folds, families of publishers apart", "plain": "Ten plain folds, for comparison only"}
    out: dict[str, dict[str, Any]] = {}
    for name, heading in shown.items():
        found = result["scores"][name]
        rows = {f"{system}: {word}": own["articles"][key] for system, own in found.items() for key, word in _MEASURES.items()}
        del rows[f"majority: {_MEASURES['area']}"]
        rows["ours: calibration error"] = result["calibration"][name]["ours"]["ece_width"]
        out[heading] = rows
    return out


def main() -> None:
    """Print, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--card", action="store_true", help="write the scores into the card of the shipped model")
    options = parser.parse_args()
    given = list(load(CORPUS))
    documents = by_family(given)
    lesson = lesson_of(documents)
    result, probabilities = measure(documents, [d.group or d.id for d in given], lesson)
    results_file.write("hyperpartisan", result)
    plots(result, lesson.labels, probabilities)
    for name, found in result["scores"].items():
        for system, own in found.items():
            extraction.show(f"{name}: {system}", own["articles"])
        print(result["minus floor"][name], result["chosen"][name], result["calibration"][name]["ours"]["ece_width"], sep="\n")
    print(*((name, part, own) for name, parts in result["parts"].items() for part, own in parts.items()), sep="\n")
    if options.card:
        cards.add_scores(MODELS / HyperpartisanClassifier.NAME, card_scores(results_file.plain(result)), "hyperpartisan.json")


if __name__ == "__main__":
    main()
