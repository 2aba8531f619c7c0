"""How well uncertain sentences are found by lexicon and conditions: Szeged Uncertainty Corpus and CoNLL-2010 training parts at hand.

    python -m experiments.hedging   # writes results/hedging.json; about 100 seconds

The trained tagger, which reads what these rules find, is measured by :mod:`experiments.hedging_trained`; the counts of the lexicon's rows
are made by :mod:`experiments.hedge_lexicon`.

Protocol
--------
* Sentence level as in CoNLL-2010 task 1 (Farkas et al. 2010): a gold sentence is uncertain if it holds a cue (or is labelled so);
  precision, recall and F1 of the class "uncertain", micro over sentences (:mod:`framing.metrics.hedging`). Sentences without a label are
  left out. Intervals: 95 % bootstrap over documents, 1,000 resamples, seed 0.
* Gold sentences are kept: each is one paragraph of an article made of the whole corpus, so that no cue reaches over.
* ``any``: a sentence is uncertain if it holds a cue of the profile with a confidence of at least ``CONFIDENCE``.
  ``score``: if the noisy-or of the confidences reaches a threshold, picked on Szeged wiki for the profiles news, szeged and bio and on
  CoNLL wiki for conll-wiki.
* ``plain``: the same words without conditions, negation, look-alikes or confidence ("any match").
* ``floors`` and ``published``: :mod:`experiments.hedging_floors`.
* Cue level: a predicted cue of the profile is right if it shares a character with a gold cue, one to one; ``type_accuracy`` is the share
  of these pairs with the same type. ``recall_by_type`` is the share of the gold cues of a type that are found, whatever type they are
  given; ``typed_recall_by_type`` asks for the same type too.

What was tuned on what
----------------------
* Conditions and thresholds were made on Szeged wiki and bio and on CoNLL wiki; 60 articles of PolNeAR train were looked at as well, for
  false positives in political news.
* The news part decides nothing, except that the rates per word of its whole shaped the
  disambiguation of may, could, would, about, nearly, almost, expected and potential. The news counts in the lexicon are shown, not used.
* The confidences are shares counted on Szeged wiki, Szeged bio and CoNLL wiki: figures there, and on CoNLL bio, whose sentences are those
  of Szeged bio, are in-sample (``in_sample``), while the floors beside them are cross-validated. Only those on news are not in-sample.
"""

from __future__ import annotations

import json
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from experiments.hedging_floors import FOLDS, SEED, floors, published
from framing.hedge_lessons import Lesson, lesson_of
from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_sentences import cue_uncertainty
from framing.hedging import PROFILES, rule_hedges
from framing.metrics.bootstrap import score_table
from framing.metrics.hedging import cue_columns, cue_scores, cue_statistics, sentence_scores
from framing.metrics.signature import Score, signature

RESULTS = Path(__file__).parent / "results"
CONFIDENCE = 0.3
FLOORS = ("szeged wiki", "szeged news", "conll wiki train", "conll bio train")
BIO = ("bio_bmc", "bio_fly", "bio_hbc")
TYPES = PROFILES["szeged"]
SETTINGS: dict[str, Any] = {"class": "uncertain", "confidence": CONFIDENCE}


Corpus = Lesson


def szeged(*parts: str) -> Corpus:
    """Parts of the Szeged Uncertainty Corpus, cues with types."""
    return lesson_of(load("szeged_uncertainty", part=parts))


def conll(part: str) -> Corpus:
    """Labelled sentences of a training part of CoNLL-2010."""
    return lesson_of(load("conll2010", "train", part=part))


def evaluate(corpus: Corpus, predicted: NDArray[np.bool_]) -> dict[str, Any]:
    """Sentence precision, recall, F1 with the interval of F1."""
    weights = (corpus.label, predicted, corpus.label & predicted)
    score = score_table(np.stack([np.bincount(corpus.document, w) for w in weights], 1), sentence_scores, **SETTINGS)
    return short(score, "sentence")


def short(scores: dict[str, Score], name: str) -> dict[str, Any]:
    """Precision, recall, F1 and its interval from scores of this name."""
    values = {key: round(scores[f"{name}_{key}"].value, 4) for key in ("precision", "recall", "f1")}
    return {**values, "f1_interval": [round(x, 4) for x in scores[f"{name}_f1"].interval]}


def best_threshold(corpus: Corpus, score: NDArray[np.float64]) -> float:
    """The threshold of highest F1."""
    grid = np.round(np.arange(0.05, 0.9, 0.01), 2)
    chosen = score >= grid[:, None]
    sums = np.stack([np.full(len(grid), corpus.label.sum()), chosen.sum(1), (chosen & corpus.label).sum(1)], 1)
    return float(grid[int(np.argmax(sentence_scores(sums)["sentence_f1"]))])


def plain_words(profile: str) -> frozenset[str]:
    """All one-word cues of the profile's types, as a bare list."""
    found: set[str] = set()
    for entry in hedge_lexicon().entries:
        if entry.type in PROFILES[profile] and " " not in entry.text:
            found.update(w for w in entry.text.split("|"))
    return frozenset(found)


class Predicted:
    """The hedges of a corpus and its sentence values by profile."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.hedges = rule_hedges(corpus.tokens, ())
        self.place = corpus.tokens.paragraph[[corpus.tokens.at(h.cue.start) for h in self.hedges]] if self.hedges else np.zeros(0, np.int32)

    def any(self, profile: str) -> NDArray[np.bool_]:
        keep = np.array([h.type in PROFILES[profile] and h.confidence >= CONFIDENCE for h in self.hedges])
        return np.bincount(self.place[keep], minlength=len(self.corpus.label)) > 0

    def score(self, profile: str) -> NDArray[np.float64]:
        tokens = self.corpus.tokens
        value = cue_uncertainty(tokens, self.hedges, profile)
        result: NDArray[np.float64] = np.ones(len(self.corpus.label))
        np.multiply.at(result, tokens.paragraph[tokens.sentence_first[:-1]], 1 - value)
        return 1 - result

    def plain(self, profile: str) -> NDArray[np.bool_]:
        words = plain_words(profile)
        hit = self.corpus.tokens.lookup(lambda t: t.lower() in words, np.bool_)
        return np.bincount(self.corpus.tokens.paragraph, hit, len(self.corpus.label)) > 0

    def cues(self, profile: str) -> dict[str, Any]:
        """Cue scores of a profile, beside the gold types."""
        corpus = self.corpus
        hedges = [h for h in self.hedges if h.type in PROFILES[profile] and h.confidence >= CONFIDENCE]
        found: list[list[tuple[int, int, str]]] = [[] for _ in range(corpus.document.max() + 1)]
        gold: list[list[tuple[int, int, str]]] = [[] for _ in found]
        first = corpus.tokens.paragraphs[:, 0]
        for side, cues in ((gold, corpus.cues), (found, [(h.cue.start, h.cue.end, h.type) for h in hedges])):
            for cue in cues:
                side[corpus.document[np.searchsorted(first, cue[0], "right") - 1]].append(cue)
        kinds = PROFILES[profile]
        table = np.array([cue_statistics(g, p, kinds) for g, p in zip(gold, found)], float).reshape(-1, len(cue_columns(kinds)))
        scores = score_table(table, lambda sums: cue_scores(sums, kinds), **SETTINGS)

        def recall(kind: str) -> float:
            sums = np.sum([cue_statistics([c for c in g if c[2] == kind], p, kinds) for g, p in zip(gold, found)], axis=0)
            return float(cue_scores(sums, kinds)["cue_overlap_recall"])

        return {
            **short(scores, "cue_overlap"),
            "exact_f1": round(scores["cue_exact_f1"].value, 4),
            "type_accuracy": round(scores["type"].value, 4),
            "recall_by_type": {kind: round(recall(kind), 4) for kind in TYPES},
            "typed_recall_by_type": {kind: round(scores[f"{kind}_overlap_recall"].value, 4) for kind in TYPES},
        }


def floor_scores(corpus: Corpus) -> dict[str, Any]:
    """Every floor on a corpus."""
    return {name: evaluate(corpus, answer) for name, answer in floors(corpus.sentences, corpus.label, corpus.document).items()}


def write(name: str, result: dict[str, Any]) -> None:
    """A result file."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    (RESULTS / name).write_text(text + "\n", encoding="utf-8")


def show(corpus: str, profile: str, system: str, scores: dict[str, Any]) -> None:
    """A line of the table."""
    p, r, f, (low, high) = (scores[key] for key in ("precision", "recall", "f1", "f1_interval"))
    print(f"{corpus:17} {profile:10} {system:16} P {p:.3f} R {r:.3f} F1 {f:.3f} [{low:.3f}, {high:.3f}]")


def main() -> None:
    """Run all evaluations and write the result file."""
    seconds: dict[str, float] = {}
    begin = time.perf_counter()
    corpora = {
        "szeged wiki": (szeged("wiki"), ("szeged", "news")),
        "szeged news": (szeged("news"), ("szeged", "news")),
        "szeged bio": (szeged(*BIO), ("szeged",)),
        "conll wiki train": (conll("wiki"), ("conll-wiki", "news")),
        "conll bio train": (conll("bio"), ("bio",)),
    }
    seconds["read"] = time.perf_counter() - begin
    predicted = {name: Predicted(corpus) for name, (corpus, _) in corpora.items()}
    seconds["hedges"] = time.perf_counter() - begin - seconds["read"]
    threshold = {p: best_threshold(corpora["szeged wiki"][0], predicted["szeged wiki"].score(p)) for p in ("szeged", "news", "bio")}
    threshold["conll-wiki"] = best_threshold(corpora["conll wiki train"][0], predicted["conll wiki train"].score("conll-wiki"))
    result: dict[str, Any] = {
        "signature": signature(**SETTINGS, average="micro", unit="document", resamples=1000, seed=0),
        "thresholds": threshold,
        "corpora": {},
        "floors": {"cross-validation": f"{FOLDS} folds of documents, seed {SEED}", "corpora": {}},
        "published": published(),
    }
    for name, (corpus, profiles) in corpora.items():
        documents = int(corpus.document.max() + 1)
        entry: dict[str, Any] = {
            "sentences": len(corpus.label),
            "uncertain": int(corpus.label.sum()),
            "documents": documents,
            "in_sample": name != "szeged news",
        }
        for profile in profiles:
            p = predicted[name]
            entry[profile] = {
                "plain": evaluate(corpus, p.plain(profile)),
                "any": evaluate(corpus, p.any(profile)),
                "score": evaluate(corpus, p.score(profile) >= threshold[profile]),
            }
            for kind, scores in entry[profile].items():
                show(name, profile, kind, scores)
            if corpus.cues:
                entry[profile]["cues"] = p.cues(profile)
                show(name, profile, "cues", entry[profile]["cues"])
        result["corpora"][name] = entry
        if name in FLOORS:
            begin = time.perf_counter()
            result["floors"]["corpora"][name] = floor_scores(corpus)
            seconds[f"floors, {name}"] = time.perf_counter() - begin
            for floor, scores in result["floors"]["corpora"][name].items():
                show(name, "", floor, scores)
    write("hedging.json", result)
    versions = {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")}}
    write("hedging.volatile.json", {"seconds": {key: round(value, 2) for key, value in seconds.items()}, "versions": versions})


if __name__ == "__main__":
    main()
