"""How well uncertain sentences are found by lexicon and conditions: Szeged Uncertainty Corpus and CoNLL-2010 training parts at hand.

    python -m experiments.hedging   # writes results/hedging.json; about 85 seconds on one core

The trained tagger, which reads what these rules find, is measured by :mod:`experiments.hedging_trained`; the counts of the lexicon's rows
are made by :mod:`experiments.hedge_lexicon`; lists of others are measured by :mod:`experiments.hedging_peers`.

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
* ``floors`` and ``published``: :mod:`experiments.hedging_floors`. ``corpora``: uncertain sentences, cross-validated by document;
  ``tokens``: words of cues, cross-validated, where there are cues; ``across``: learned on one part, asked on another. *Token*: each word
  of a cue counts; *micro*: with its type, micro over four types; *sentence*: it holds such a word.
  CoNLL's abstracts are learned from the Szeged cues of these abstracts (without investigation, which CoNLL does not count), and the
  sentences examined by CoNLL's labels.
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

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import load
from experiments.hedging_floors import FOLDS, FREQUENT, SEED, floors, folds, published, tf_idf, word_by_word
from experiments.results_file import write
from framing.hedge_lessons import Lesson, lesson_of
from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_sentences import cue_uncertainty
from framing.hedging import PROFILES, rule_hedges
from framing.metrics.bootstrap import score_table
from framing.metrics.hedging import cue_columns, cue_scores, cue_statistics, sentence_scores
from framing.metrics.signature import Score, signature
from framing.metrics.spans import precision_recall_f1

CONFIDENCE = 0.3
BIO = ("bio_bmc", "bio_fly", "bio_hbc")
PAPERS, ABSTRACTS = BIO[:2], BIO[2:]
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


def by_sentence(corpus: Corpus, token: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether a sentence holds a token that is not 0."""
    return np.asarray(np.bincount(corpus.tokens.paragraph, token > 0, len(corpus.label)) > 0)


def cue_tokens(corpus: Corpus) -> NDArray[np.int64]:
    """1 + the place of its type in ``TYPES`` for each word of a gold cue, else 0."""
    out = np.zeros(len(corpus.tokens), np.int64)
    for start, end, kind in corpus.cues:
        out[corpus.tokens.at(start) : corpus.tokens.at(end - 1) + 1] = 1 + TYPES.index(kind)
    return out


def token_scores(corpus: Corpus, token: NDArray[Any], typed: bool = True) -> dict[str, Any]:
    """Scores of words of cues, with and without their type, with intervals."""
    gold = cue_tokens(corpus)
    flags = gold > 0, token > 0, (gold > 0) & (token > 0), (gold == token) & (gold > 0)
    of = corpus.document[corpus.tokens.paragraph]
    table = np.stack([np.bincount(of, flag, int(corpus.document.max()) + 1) for flag in flags], 1)

    def statistic(sums: NDArray[np.float64]) -> dict[str, Any]:
        true, found, right, same = (sums[..., k] for k in range(4))
        return {**precision_recall_f1("token", right, true, found), **precision_recall_f1("micro", same, true, found)}

    scores = score_table(table, statistic, **SETTINGS)
    return {name: short(scores, name) for name in (("token", "micro") if typed else ("token",))}


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

    def any_tokens(self, profile: str) -> NDArray[np.int64]:
        """The words of the cues of a profile, with their type as in :func:`cue_tokens`, 1 for another type."""
        out, tokens = np.zeros(len(self.corpus.tokens), np.int64), self.corpus.tokens
        for h in self.hedges:
            if h.type in PROFILES[profile] and h.confidence >= CONFIDENCE:
                out[tokens.at(h.cue.start) : tokens.at(h.cue.end - 1) + 1] = 1 + (TYPES.index(h.type) if h.type in TYPES else 0)
        return out

    def any(self, profile: str) -> NDArray[np.bool_]:
        return by_sentence(self.corpus, self.any_tokens(profile))

    def score(self, profile: str) -> NDArray[np.float64]:
        tokens = self.corpus.tokens
        value = cue_uncertainty(tokens, self.hedges, profile)
        result: NDArray[np.float64] = np.ones(len(self.corpus.label))
        np.multiply.at(result, tokens.paragraph[tokens.sentence_first[:-1]], 1 - value)
        return 1 - result

    def plain_tokens(self, profile: str) -> NDArray[np.bool_]:
        words = plain_words(profile)
        return self.corpus.tokens.lookup(lambda t: t.lower() in words, np.bool_)

    def plain(self, profile: str) -> NDArray[np.bool_]:
        return by_sentence(self.corpus, self.plain_tokens(profile))

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
    """Every floor of sentences on a corpus."""
    return {name: evaluate(corpus, answer) for name, answer in floors(corpus.sentences, corpus.label, corpus.document).items()}


def token_floor_scores(corpus: Corpus, every: bool = False) -> dict[str, Any]:
    """A floor of words on a corpus, cross-validated by document."""
    found = word_by_word(corpus.tokens, cue_tokens(corpus), folds(corpus.document[corpus.tokens.paragraph]), every)
    return {**token_scores(corpus, found), "sentence": evaluate(corpus, by_sentence(corpus, found))}


def after(learned: tuple[str, ...], asked: tuple[str, ...]) -> dict[str, Any]:
    """Floors learned on some parts of Szeged and asked on others, which lie behind them in one corpus."""
    behind = len(szeged(*learned).label)
    both, test = szeged(*learned, *asked), szeged(*asked)
    held_out = np.arange(len(both.label)) >= behind
    if both.sentences[behind:] != test.sentences:
        raise ValueError(f"{learned} do not come before {asked}")
    out: dict[str, Any] = {"all uncertain": evaluate(test, np.ones(len(test.label), np.bool_))}
    for name, least in (("tf-idf", 1), ("tf-idf, frequent", FREQUENT)):
        out[name] = evaluate(test, tf_idf(both.sentences, both.label, [held_out], least)[held_out])
    there = held_out[both.tokens.paragraph]
    found = word_by_word(both.tokens, cue_tokens(both), [there])[there]
    out["words of cues"] = {**token_scores(test, found), "sentence": evaluate(test, by_sentence(test, found))}
    return out


def abstracts_by_words() -> dict[str, Any]:
    """The floor of words on CoNLL's labels of the abstracts."""
    documents = list(load("szeged_uncertainty", part=ABSTRACTS))
    corpus = lesson_of(documents)
    labels = {(d.id, s.span.text.strip()): s.uncertain for d in load("conll2010", "train", part="bio") for s in d.sentences}
    official = [labels.get((documents[d].id, text.strip())) for d, text in zip(corpus.document.tolist(), corpus.sentences)]
    known = np.array([label is not None for label in official])
    gold = cue_tokens(corpus)
    gold[gold == 1 + TYPES.index("investigation")] = 0
    found = by_sentence(corpus, word_by_word(corpus.tokens, gold, folds(corpus.document[corpus.tokens.paragraph])))
    label = np.array([bool(x) for x in official])
    scores = evaluate(replace(corpus, label=label[known], document=corpus.document[known]), found[known])
    return {"sentence": scores, "sentences": int(known.sum())}


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
        "floors": {"cross-validation": f"{FOLDS} folds of documents, seed {SEED}", "corpora": {}, "tokens": {}, "across": {}},
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
        begin = time.perf_counter()
        result["floors"]["corpora"][name] = floor_scores(corpus)
        for floor, scores in result["floors"]["corpora"][name].items():
            show(name, "", floor, scores)
        if corpus.cues:
            ways = {"words of cues": False, **({"every word": True} if name == "szeged news" else {})}
            result["floors"]["tokens"][name] = {way: token_floor_scores(corpus, every) for way, every in ways.items()}
            for way, units in result["floors"]["tokens"][name].items():
                for unit, scores in units.items():
                    show(name, unit, way, scores)
        seconds[f"floors, {name}"] = time.perf_counter() - begin
    begin = time.perf_counter()
    result["floors"]["tokens"]["conll bio train"] = {"words of cues": abstracts_by_words()}
    show("conll bio train", "sentence", "words of cues", result["floors"]["tokens"]["conll bio train"]["words of cues"]["sentence"])
    ways_across = {
        "szeged wiki to szeged news": (("wiki",), ("news",)),
        "szeged abstracts to szeged papers": (ABSTRACTS, PAPERS),
    }
    for name, way in ways_across.items():
        result["floors"]["across"][name] = scores = after(*way)
        for floor in ("all uncertain", "tf-idf", "tf-idf, frequent"):
            show(name, "", floor, scores[floor])
        for unit, values in scores["words of cues"].items():
            show(name, unit, "words of cues", values)
    seconds["floors across"] = time.perf_counter() - begin
    write("hedging", result, {"seconds": {key: round(value, 2) for key, value in seconds.items()}})


if __name__ == "__main__":
    main()
