"""Loaded language on BABE: sentences and words, beside floors and published figures.

    python -m experiments.loaded_language_babe [--only PART] [--card]   # results/loaded_language_babe.json, .svg; 8 minutes on one core

Needs the corpora ``babe`` and ``article_bias_prediction`` under FRAMING_DATA. ``--card`` writes the scores into the cards of both shipped
models, too.

Protocol
--------
* BABE SG2 (Spinde et al. 2021): sentences with a label. *Stratified*: five folds, shuffled, seed 42 (two further seeds beside it), so that
  outlets are on both sides, as in the published figures; *by outlet*: five folds, no outlet on both sides. What depends on labels is
  learned in the training folds by ``LoadedLanguageClassifier.fit``; vectors of words come from raw news without labels
  (:mod:`framing.training_loaded`) and are the same for all folds. A sentence is read as one passage; it is loaded from .5 on.
* Macro-F1: mean over the folds (as published) with its standard deviation, and pooled with a 95 % interval, bootstrapped over sentences
  (1,000, seed 0). Differences are paired. Intervals do not say how much hangs on which outlets there are; see *by outlet*.
* Floors: TF-IDF of words, pairs of words and n-grams of letters logistic regression (C 10, balanced); the same (C 5) with nine columns:
  words of the dataset's own lexicon, how often words were marked in the training folds, rates of adverbs and marks.
* Calibration: ten bins of equal width; Brier score.
* Words: F1 of tokens against the marked words, in loaded sentences and in all, of the words from ``word_threshold_`` on (chosen in the
  training folds), of the dataset's own lexicon (read here for comparison only), of ours, and of all words that are no function words.
* MBIC: the crowd's labels of 1,551 sentences, the same way. *Plain*: sentences of ours in ``tests/cases/loaded.json``, shipped models.
* *Published* (5 folds of SG2, macro-F1): BERT .789, with distant supervision .804 (Spinde et al. 2021); DA-RoBERTa .814 (Krieger et al.
  2022). They are of other folds, seen in abstracts and secondary sources.

Not independent: features and settings were chosen with the same folds (seed 42 and by outlet) in view, so scores may be a little too good.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import results_file
from experiments.data import data_home, load
from experiments.reliability_plot import reliability_svg
from framing import cards
from framing.benchmark.folds import Folds, group_folds, stratified_folds
from framing.benchmark.label_counts import macro_f1, outcomes
from framing.benchmark.tasks.loaded import FOLDS, SEED, Loaded
from framing.classifier import MODELS
from framing.corpora.xlsx import read_xlsx
from framing.learning.words import WordClasses, key
from framing.lexicons import read_table
from framing.loaded import LoadedLanguageClassifier
from framing.loaded_lessons import Lesson, lesson_of
from framing.loaded_words import passages_of
from framing.metrics.bootstrap import paired_bootstrap, score_table
from framing.metrics.calibration import evaluate, reliability
from framing.metrics.signature import DIGITS
from framing.metrics.spans import precision_recall_f1
from framing.records import Document
from framing.tokens import is_word
from framing.training_loaded import learn_vectors, raw_news

CASES = Path(__file__).parents[1] / "tests" / "cases" / "loaded.json"
SEEDS = (SEED, 1, 2)
OUTLET = "by outlet"
SHOWN = 30  # sentences that an outlet must have to be shown
PUBLISHED = {figure.system: figure.value for figure in Loaded.published}

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Task:
    """The labelled sentences of a part of BABE."""

    def __init__(self, part: str) -> None:
        self.documents: list[Document] = [d for d in load("babe", part=part) if d.labels["loaded"] is not None]
        self.texts = [d.text for d in self.documents]
        self.label = np.array([bool(d.labels["loaded"]) for d in self.documents])
        self.outlet = np.array([d.group for d in self.documents])
        self.lesson: Lesson = lesson_of(self.documents)

    def folds(self, way: int | str) -> Folds:
        """Training and test sentences of each fold."""
        if way == OUTLET:
            return group_folds(self.outlet.tolist(), FOLDS)
        return stratified_folds(self.label.tolist(), FOLDS, int(way))


def sentence_scores(task: Task, split: Folds, sure: Floats) -> dict[str, Any]:
    """Scores of probabilities that were made fold by fold."""
    table = outcomes(task.label, sure >= 0.5)
    by_fold = [float(macro_f1(table[test].sum(axis=0))["macro_f1"]) for _, test in split]
    pooled = {name: number(score) for name, score in score_table(table, macro_f1, folds=FOLDS, unit="sentence").items()}
    order = np.argsort(np.argsort(sure, kind="stable"), kind="stable")
    n = task.label.sum()
    auc = ((order[task.label] + 1).sum() - n * (n + 1) / 2) / (n * (~task.label).sum())
    mean, spread = float(np.mean(by_fold)), float(np.std(by_fold))
    return {"fold mean": round(mean, DIGITS), "fold deviation": round(spread, DIGITS), "pooled": pooled, "auc": round(float(auc), DIGITS)}


def number(score: Any) -> dict[str, Any]:
    """A score as JSON."""
    return {"value": round(score.value, DIGITS), "interval": [round(x, DIGITS) for x in score.interval]}


# ---- systems ---------------------------------------------------------------------------------------------------------------------------


def ours(task: Task, split: Folds, vectors: WordClasses) -> tuple[Floats, Floats, Bools]:
    """Probability of each sentence and token, and which tokens are marked, by models of the other folds."""
    n = len(task.lesson.passages.tokens)
    sure, words, marked = np.zeros(len(task.label)), np.zeros(n), np.zeros(n, np.bool_)
    for train, test in split:
        model = LoadedLanguageClassifier().fit([task.documents[i] for i in train], vectors=vectors)
        passages = passages_of([task.texts[i] for i in test])
        sure[test] = model.passages(passages)
        here = np.isin(task.lesson.passages.group, test)
        words[here] = model.passage_words(passages)
        marked[here] = words[here] >= model.word_threshold_
    return sure, words, marked


def tf_idf(task: Task, split: Folds, columns: Callable[[Ints], Floats] | None = None) -> Floats:
    """The floors: decisions as if they were probabilities."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, sure = np.array(task.texts, object), np.zeros(len(task.texts))
    for train, test in split:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
        known = [v.fit_transform(texts[train]) for v in (words, letters)]
        asked = [v.transform(texts[test]) for v in (words, letters)]
        if columns is not None:
            dense = columns(train)
            scaled = (dense - dense[train].mean(axis=0)) / (dense[train].std(axis=0) + 1e-9)
            known.append(csr_matrix(scaled[train]))
            asked.append(csr_matrix(scaled[test]))
        model = LogisticRegression(C=10 if columns is None else 5, class_weight="balanced", solver="liblinear", max_iter=1000)
        model.fit(hstack(known, format="csr"), task.label[train])
        sure[test] = model.predict_proba(hstack(asked, format="csr"))[:, 1]
    return sure


def dataset_lexicon() -> frozenset[str]:
    """The words of the lexicon that comes with BABE; only for comparison."""
    rows = list(read_xlsx(data_home() / "babe" / "data" / "bias_word_lexicon.xlsx"))
    return frozenset(key(word.strip()) for row in rows for pair in row.items() for word in pair if word)


def nine_columns(task: Task, lexicon: frozenset[str]) -> Callable[[Ints], Floats]:
    """What the second floor reads beside n-grams, given the training sentences."""
    passages, marked = task.lesson.passages, task.lesson.marked
    tokens, group, m = passages.tokens, passages.group, passages.m
    keys = [key(t) for t in tokens.types]
    size = np.maximum(passages.size, 1)
    listed = np.array([k in lexicon for k in keys])[tokens.type]
    ly = np.array([k.endswith("ly") for k in keys])[tokens.type]
    mark = {c: np.array([c in t for t in tokens.types])[tokens.type] for c in ("!", "?", ",")}
    quote = np.array([t in '“”"' for t in tokens.types])[tokens.type]

    def columns(train: Ints) -> Floats:
        inside = np.isin(group, train)
        there = np.bincount(tokens.type[inside], minlength=len(keys))
        hits = np.bincount(tokens.type[inside & marked], minlength=len(keys))
        # A word's own sentence says nothing of itself: else training rows would know their marks.
        rate = ((hits[tokens.type] - marked * inside) + 0.03) / ((there[tokens.type] - inside) + 1)
        highest = np.zeros(m)
        np.maximum.at(highest, group, rate)
        out = [np.bincount(group, listed, m), np.bincount(group, listed, m) / size, highest, np.bincount(group, rate, m) / size]
        out += [np.bincount(group, flags, m) / size for flags in (ly, quote, mark["!"], mark["?"], mark[","])]
        return np.stack(out, axis=1)

    return columns


# ---- words -----------------------------------------------------------------------------------------------------------------------------


def word_scores(task: Task, chosen: Bools, sentences: Bools) -> dict[str, Any]:
    """Precision, recall and F1 of tokens in some sentences (m,)."""
    group, gold = task.lesson.passages.group, task.lesson.marked
    table = np.stack([np.bincount(group, w, len(sentences)) for w in (gold & chosen, gold, chosen)], axis=1)[sentences]

    def scores(sums: Floats) -> dict[str, Floats]:
        return precision_recall_f1("token", *(sums[..., k] for k in range(3)))

    return {name.removeprefix("token_"): number(score) for name, score in score_table(table, scores).items()}


def rationale(task: Task, words: Floats, marked: Bools, lexicon: frozenset[str]) -> dict[str, Any]:
    """All ways of choosing words, in loaded sentences and in all."""
    tokens, group = task.lesson.passages.tokens, task.lesson.passages.group
    keys = [key(t) for t in tokens.types]
    function = {key(form) for row in read_table("function_words") if row["language"] == "en" for form in row["words"].split()}
    own = {key(row["word"]) for row in read_table("loaded_words")}
    content = [is_word(t) and k not in function for t, k in zip(tokens.types, keys)]
    ways = {
        "ours": marked,
        "the dataset's lexicon": np.array([k in lexicon for k in keys])[tokens.type],
        "our lexicon": np.array([k in own for k in keys])[tokens.type],
        "all content words": np.array(content)[tokens.type],
    }
    some = task.label & ~task.lesson.unmarked
    sides = {"loaded sentences": task.label, "loaded sentences with marks": some, "all sentences": np.ones(len(task.label), np.bool_)}
    out: dict[str, Any] = {side: {name: word_scores(task, way, chosen) for name, way in ways.items()} for side, chosen in sides.items()}
    first = task.lesson.passages.first
    tops = [task.lesson.marked[first[i] + int(np.argmax(words[first[i] : first[i + 1]]))] for i in np.flatnonzero(some).tolist()]
    return out | {
        "highest word is marked": round(float(np.mean(tops)), DIGITS),
        "marked tokens": int(task.lesson.marked[task.label[group]].sum()),
    }


# ---- parts -----------------------------------------------------------------------------------------------------------------------------


def calibration(sure: Floats, label: Bools) -> dict[str, Any]:
    """Expected calibration error and Brier score with intervals; the reliability table."""
    found = evaluate(([p], [y]) for p, y in zip(sure.tolist(), label.astype(float).tolist()))
    table = [[round(b.probability, DIGITS), round(b.outcome, DIGITS), b.n] for b in reliability(sure, label)]
    return {name: number(found[name]) for name in ("ece_width", "brier")} | {"reliability": table}


def part_of(task: Task, vectors: WordClasses, seeds: Sequence[int], lexicon: frozenset[str]) -> tuple[dict[str, Any], dict[str, Floats]]:
    """All figures of a part of BABE, and the probabilities by way of folding."""
    out: dict[str, Any] = {"sentences": len(task.label), "loaded": int(task.label.sum())}
    kept: dict[str, Floats] = {}
    columns = nine_columns(task, lexicon)
    ways: list[int | str] = [seeds[0], OUTLET, *seeds[1:]]
    for way in ways:
        split = task.folds(way)
        sure, words, marked = ours(task, split, vectors)
        name = way if isinstance(way, str) else f"seed {way}"
        kept[name] = sure
        found: dict[str, Any] = {"ours": sentence_scores(task, split, sure), "calibration": calibration(sure, task.label)}
        if way in (seeds[0], OUTLET):
            floor, richer = tf_idf(task, split), tf_idf(task, split, columns)
            found["TF-IDF"] = sentence_scores(task, split, floor)
            found["TF-IDF and columns"] = sentence_scores(task, split, richer)
            for other, rival in (("TF-IDF", floor), ("TF-IDF and columns", richer)):
                found[f"ours - {other}"] = compared(task.label, sure, rival)
            found["words"] = rationale(task, words, marked, lexicon)
        if way == OUTLET:
            outlets = [o for o in sorted(set(task.outlet.tolist())) if (task.outlet == o).sum() >= SHOWN]
            rows = {o: outcomes(task.label, sure >= 0.5)[task.outlet == o] for o in outlets}
            found["outlets"] = {o: {"sentences": len(r), **number_all(r)} for o, r in rows.items()}
        out[name] = found
        print(name, json.dumps(found["ours"]), flush=True)
    return out, kept


def number_all(table: Floats) -> dict[str, Any]:
    """Scores with intervals of a table of outcomes."""
    return {name: number(score) for name, score in score_table(table, macro_f1).items()}


def compared(label: Bools, one: Floats, other: Floats) -> dict[str, Any]:
    """Difference of two systems in macro-F1."""
    first, second = (outcomes(label, sure >= 0.5) for sure in (one, other))
    found = paired_bootstrap(first, second, lambda sums: macro_f1(sums)["macro_f1"])
    return {
        "difference": round(found.difference, DIGITS),
        "interval": [round(x, DIGITS) for x in found.interval],
        "p": round(found.p, DIGITS),
    }


def plain() -> dict[str, Any]:
    """Our own sentences by the shipped models."""
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    out: dict[str, Any] = {}
    for name in ("loaded_language", "loaded_language_mbic"):
        model = LoadedLanguageClassifier.load(MODELS / name)
        found = {kind: model.whole([case["text"] for case in cases if case["loaded"] is kind]) for kind in (False, True)}
        out[name] = {
            ("loaded" if kind else "plain"): {
                "sentences": len(p),
                "called loaded": int((p >= 0.5).sum()),
                "mean": round(float(p.mean()), DIGITS),
                "highest": round(float(p.max()), DIGITS),
                "lowest": round(float(p.min()), DIGITS),
            }
            for kind, p in found.items()
        }
    return out


def card_scores(result: dict[str, Any], part: str, model: str) -> dict[str, dict[str, Any]]:
    """What the card of a model says."""
    data, rows = result[part], {}
    ways = [way for way in data if way.startswith("seed ") or way == OUTLET]
    for way in ways:
        rows[f"{way}, pooled"] = triple(data[way]["ours"]["pooled"]["macro_f1"])
        rows[f"{way}, mean of folds"] = data[way]["ours"]["fold mean"]
        if "TF-IDF" in data[way]:
            rows[f"{way}, TF-IDF (floor), pooled"] = triple(data[way]["TF-IDF"]["pooled"]["macro_f1"])
    errors = {way: triple(data[way]["calibration"]["ece_width"]) for way in ways}
    words = {
        f"{way}, {name}": triple(data[way]["words"]["loaded sentences"][name]["f1"])
        for way in ways
        if "words" in data[way]
        for name in ("ours", "our lexicon")
    }
    found = result["plain"][model]["plain"]
    return {
        f"BABE {part}, {FOLDS} folds, macro-F1 of sentences": rows,
        "Expected calibration error, same folds": errors,
        "Words of loaded sentences, same folds, F1": words,
        "Plain sentences of our own": {"sentences": found["sentences"], "called loaded": found["called loaded"], "mean": found["mean"]},
    }


def triple(score: dict[str, Any]) -> list[float]:
    """Value and interval."""
    return [score["value"], *score["interval"]]


def main() -> None:
    """Run all and write the results."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument("--only", choices=("SG2", "MBIC", "plain"), help="measure this part and keep the others as they are written")
    parser.add_argument("--card", action="store_true", help="write the scores into the cards of the shipped models")
    options = parser.parse_args()
    result = results_file.kept("loaded_language_babe") if options.only else {}
    if options.only != "plain":
        vectors, lexicon = learn_vectors(raw_news(data_home())), dataset_lexicon()
        for part, seeds in (("SG2", SEEDS), ("MBIC", SEEDS[:1])):
            if options.only in (None, part):
                task = Task(part)
                result[part], kept = part_of(task, vectors, seeds, lexicon)
                if part == "SG2":
                    series = {name: reliability(kept[name], task.label) for name in (f"seed {SEEDS[0]}", OUTLET)}
                    svg = reliability_svg("Loaded sentences, BABE SG2", series, "sentences", ("probability", "share that is loaded"))
                    (results_file.RESULTS / "loaded_language_babe.svg").write_text(svg, encoding="utf-8")
    result["plain"] = plain()
    result["published"] = PUBLISHED
    result["signature"] = f"folds:{FOLDS}|seeds:{','.join(map(str, SEEDS))}|unit:sentence|resamples:1000|seed:0"
    results_file.write("loaded_language_babe", result)
    if options.card:
        for part, model in (("SG2", "loaded_language"), ("MBIC", "loaded_language_mbic")):
            cards.add_scores(MODELS / model, card_scores(result, part, model), "loaded_language_babe.json")


if __name__ == "__main__":
    main()
