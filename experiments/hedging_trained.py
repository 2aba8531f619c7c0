"""How well the trained hedge tagger does: cues and uncertain sentences, by documents it has not learned from, within and across domains.

    python -m experiments.hedging_trained [--only PART] [--exclude FILE] [--card]   # results/hedging_trained.json; about 5 minutes

``--card`` writes the scores into the card of the shipped model, too, with those of :mod:`experiments.hedging_shipped`, where the tagger is
measured exactly as it is used. ``--exclude``: ids of documents of the Szeged corpus to leave out, one a line: those of an evaluation part.

Data: Szeged Uncertainty Corpus (Szarvas et al. 2012), parts wiki, news and bio at hand; CoNLL-2010 (Farkas et al. 2010), training parts.
The evaluation parts of CoNLL-2010 and the further documents of Szeged news are kept apart and read nowhere.

Parts
-----
* ``szeged``: cross-validation in ``FOLDS`` folds of documents (seed 0); all documents of the other domains are learned from, too. A word is
  a head, and a key a feature, by the training folds alone. A *sentence* is uncertain if the noisy-or of its units reaches a threshold; a
  unit is a *cue* from a threshold on. Both are best for F1 in an inner cross-validation (``INNER`` folds) of the training documents.
  *Tokens*: as in the floor, each word of a cue counts; *micro*: with its type, micro over four types.
  ``own``: without other domains. ``blind``: without the rules (neither their cues as units nor their rows as features).
* ``matrix``: learned from one domain or two, tested on another, nothing of which is learned from, thresholds of .5.
* ``biology``: CoNLL's labels of the abstracts, cross-validated; and learned from abstracts, tested on the nine papers, whose Szeged cues
  are the gold: all types (threshold .5), and without investigation, which CoNLL does not count.
* ``sentences``: CoNLL's labels of Wikipedia, cross-validated; the sum, the noisy-or, both, and ``all``: with the form
  of the sentence. The weights of the mixture and the threshold are learned in the inner cross-validation.
  ``calibration``: Brier score and expected calibration error, with the weights of the mixture learned in the inner cross-validation.

* ``speed``: tokens per second of cues, scopes, owners and the uncertainty of sentences, by the clock of the processor, over PolNeAR dev
  article by article (best and median of five rounds), beside the rules alone and a bare regex tokeniser; volatile, kept in a file apart.

Not independent: the rules' conditions and rows were written by people who looked at Szeged wiki and bio and CoNLL wiki, so that figures
there flatter everything that reads the rules; the weasel rows were chosen on the sentences that ``sentences`` is tested on. News shaped the
rules little (see :mod:`experiments.hedging`), but features and settings of the tagger were looked at on wiki, bio and news alike.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import results_file
from experiments.data import load
from experiments.hedging import BIO, short
from framing import cards
from framing.attribution import extract_attributions
from framing.hedge_cues import CueModel, Reading, Settings, folds, held_out, learn
from framing.hedge_features import TYPES
from framing.hedge_lessons import lesson_of, unit_labels
from framing.hedge_rules import Cues
from framing.hedge_sentences import Bags, SentenceModel, held_out_evidence, learn_evidence, learn_mix
from framing.hedge_tagger import MODELS
from framing.hedging import find_hedges, rule_hedges, sentence_uncertainty
from framing.metrics.bootstrap import score_table
from framing.metrics.calibration import evaluate, reliability
from framing.metrics.hedging import cue_columns, cue_scores, cue_statistics, sentence_scores
from framing.metrics.signature import signature
from framing.metrics.spans import precision_recall_f1
from framing.quotes import find_quotes
from framing.text import article_from_text
from framing.tokens import tokenize

REGEX = re.compile(r"\w+|[^\w\s]")
PARTS: dict[str, Any] = {"wiki": "wiki", "news": "news", "bio": BIO}
FOLDS, INNER, SEED = 10, 4, 0
SETTINGS: dict[str, Any] = {"class": "uncertain", "folds": FOLDS, "inner": INNER}
GRID = np.round(np.arange(0.1, 0.91, 0.02), 2)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Found:
    """What a model says of the units of a reading: places, probabilities, gold labels, sentences."""

    def __init__(self, reading: Reading, model: CueModel) -> None:
        self.units = reading.units(model.marker)
        self.probabilities = model.probabilities(self.units, reading.domain, calibrated=False)
        self.sentence = reading.lesson.tokens.paragraph[self.units.first]
        self.lesson = reading.lesson
        self.label = unit_labels(self.units, reading.lesson.cues)
        # The rules know the type of their own cues better than the tagger does.
        entries, cues = reading.context.lexicon.entries, reading.cues
        types = [entries[e].flip if turned else entries[e].type for e, turned in zip(cues.entry.tolist(), cues.flipped.tolist())]
        best = self.probabilities[:, 1:].argmax(axis=1).tolist() if len(self.units.first) else []
        self.kind = [types[i] if i >= 0 else TYPES[k] for i, k in zip(self.units.cue.tolist(), best)]

    def uncertain(self, without: Sequence[str] = ()) -> Floats:
        """Noisy-or by sentence, (m,)."""
        counted = [1 + TYPES.index(kind) for kind in TYPES if kind not in without]
        p = np.minimum(self.probabilities[:, counted].sum(axis=1), 1 - 1e-9)
        return np.asarray(-np.expm1(np.bincount(self.sentence, np.log1p(-p), len(self.lesson.label))))


def read(exclude: Sequence[str] = ()) -> dict[str, Reading]:
    """The three domains, without some documents."""
    found = {domain: load("szeged_uncertainty", part=part, exclude=exclude) for domain, part in PARTS.items()}
    return {domain: Reading.of(domain, lesson_of(part)) for domain, part in found.items()}


def best(label: Bools, score: Floats) -> float:
    """The threshold of highest F1."""
    chosen = score >= GRID[:, None]
    sums = np.stack([np.full(len(GRID), label.sum()), chosen.sum(1), (chosen & label).sum(1)], 1)
    return float(GRID[int(np.argmax(sentence_scores(sums)["sentence_f1"]))])


def sentences(label: Bools, predicted: Bools, document: NDArray[np.int64]) -> dict[str, Any]:
    """Precision, recall, F1 and interval."""
    weights = (label, predicted, label & predicted)
    return short(score_table(np.stack([np.bincount(document, w) for w in weights], 1), sentence_scores, **SETTINGS), "sentence")


def cues(reading: Reading, found: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    """Scores of cues, (first token, one past the last, type), beside the gold ones: touched, exact, by token, by type."""
    lesson, tokens = reading.lesson, reading.lesson.tokens
    d = len(reading.chosen)
    gold_by: list[list[tuple[int, int, str]]] = [[] for _ in range(d)]
    found_by: list[list[tuple[int, int, str]]] = [[] for _ in range(d)]
    grid = np.zeros((2, len(tokens)), np.int64)
    for cue in lesson.cues:
        first, last = tokens.at(cue[0]), tokens.at(cue[1] - 1) + 1
        gold_by[lesson.document[tokens.paragraph[first]]].append(cue)
        grid[0, first:last] = 1 + TYPES.index(cue[2])
    for first, last, kind in found:
        place = int(tokens.start[first]), int(tokens.end[last - 1]), kind
        found_by[lesson.document[tokens.paragraph[first]]].append(place)
        grid[1, first:last] = 1 + TYPES.index(kind)
    rows = np.array([cue_statistics(g, f, TYPES) for g, f in zip(gold_by, found_by)], float).reshape(-1, len(cue_columns(TYPES)))
    scores = score_table(rows, lambda sums: cue_scores(sums, TYPES), **SETTINGS)
    of = lesson.document[tokens.paragraph]
    flags = grid[0] > 0, grid[1] > 0, (grid > 0).all(0), (grid[0] == grid[1]) & (grid[0] > 0)
    counts = np.stack([np.bincount(of, w, d) for w in flags], 1)

    def by_token(sums: Floats) -> dict[str, Floats]:
        gold, predicted, right, typed = (sums[..., k] for k in range(4))
        return {**precision_recall_f1("token", right, gold, predicted), **precision_recall_f1("micro", typed, gold, predicted)}

    tokenwise = score_table(counts, by_token, **SETTINGS)
    return {
        "cue": short(scores, "cue_overlap"),
        "cue exact": short(scores, "cue_exact"),
        "token": short(tokenwise, "token"),
        "micro": short(tokenwise, "micro"),
        "by type": {kind: short(scores, f"{kind}_overlap") for kind in TYPES},
    }


def chosen_cues(found: Found, keep: Bools) -> list[tuple[int, int, str]]:
    """The cues of some units."""
    rows = zip(found.units.first.tolist(), found.units.last.tolist(), found.kind, keep.tolist())
    return [(first, last, kind) for first, last, kind, kept in rows if kept]


def without_rules(reading: Reading) -> Reading:
    """As if the rules had found nothing."""
    none, never = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return replace(reading, cues=Cues(none, none, none, never, never))


def cross_validate(readings: Sequence[Reading], domain: str, settings: Settings) -> dict[str, Any]:
    """The scores of one domain, held out by folds."""
    (own,) = (r for r in readings if r.domain == domain)
    fold = folds(len(own.chosen), FOLDS, SEED)
    lesson = own.lesson
    predicted = np.zeros(len(lesson.label), np.bool_)
    tuned: list[tuple[int, int, str]] = []
    for k in range(FOLDS):
        training = [r.only(fold != k) if r is own else r for r in readings]
        inner = held_out(training, settings, INNER, [domain])[domain]
        p = 1 - inner.probabilities[:, 0]
        inside = (fold != k)[lesson.document]
        value = -np.expm1(np.bincount(inner.sentence, np.log1p(-np.minimum(p, 1 - 1e-9)), len(lesson.label)))
        limit = best(lesson.label[inside], value[inside])
        gold = sum(fold[lesson.document[lesson.tokens.paragraph[lesson.tokens.at(c[0])]]] != k for c in lesson.cues)
        hits = [(2 * ((inner.labels > 0) & (p >= t)).sum() / ((p >= t).sum() + gold), t) for t in GRID]
        found = Found(own.only(fold == k), learn(training, settings))
        here = (fold == k)[lesson.document]
        predicted[here] = found.uncertain()[here] >= limit
        tuned += chosen_cues(found, 1 - found.probabilities[:, 0] >= max(hits)[1])
    return {"sentence": sentences(lesson.label, predicted, lesson.document), **cues(own, tuned)}


def szeged(readings: dict[str, Reading]) -> dict[str, Any]:
    """Each domain with the others, alone, and without the rules."""
    settings = Settings()
    out: dict[str, Any] = {}
    for domain, reading in readings.items():
        result = cross_validate(list(readings.values()), domain, settings)
        alone = cross_validate([reading], domain, settings)
        blind = cross_validate([without_rules(r) for r in readings.values()], domain, settings)
        few = ("sentence", "cue", "token", "micro")
        out[domain] = {**result, "own": {name: alone[name] for name in few}, "blind": {name: blind[name] for name in few}}
        out[domain] |= {"documents": len(reading.chosen), "sentences": len(reading.lesson.label), "cues": len(reading.lesson.cues)}
    return out


def matrix(readings: dict[str, Reading]) -> dict[str, Any]:
    """Across domains."""
    sources = [("wiki",), ("news",), ("bio",), ("wiki", "bio"), ("wiki", "news"), ("bio", "news")]
    out: dict[str, Any] = {}
    for names in sources:
        model = learn([readings[name] for name in names], Settings())
        for domain, reading in readings.items():
            if domain in names:
                continue
            found = Found(reading, model)
            scores = cues(reading, chosen_cues(found, 1 - found.probabilities[:, 0] >= 0.5))
            lesson = reading.lesson
            row = {"sentence": sentences(lesson.label, found.uncertain() >= 0.5, lesson.document)}
            out[f"{'+'.join(names)} to {domain}"] = row | {name: scores[name] for name in ("cue", "token", "micro")}
    return out


def biology(readings: dict[str, Reading], exclude: Sequence[str] = ()) -> dict[str, Any]:
    """CoNLL's biology: abstracts, papers."""
    settings = Settings()
    documents = list(load("szeged_uncertainty", part="bio_hbc", exclude=exclude))
    abstracts = Reading.of("bio", lesson_of(documents))
    labels = {(d.id, s.span.text.strip()): s.uncertain for d in load("conll2010", "train", part="bio") for s in d.sentences}
    lesson = abstracts.lesson
    found_label = [labels.get((documents[d].id, text)) for d, text in zip(lesson.document.tolist(), lesson.sentences)]
    known = np.array([x is not None for x in found_label])
    label = np.array([bool(x) for x in found_label])
    fold = folds(len(abstracts.chosen), FOLDS, SEED)
    others = [readings["wiki"], readings["news"]]
    predicted = np.zeros(len(label), np.bool_)
    for k in range(FOLDS):
        training = abstracts.only(fold != k)
        inner = held_out([training, *others], settings, INNER, ["bio"])["bio"]
        counted = [1 + i for i, kind in enumerate(TYPES) if kind != "investigation"]
        p = np.minimum(inner.probabilities[:, counted].sum(axis=1), 1 - 1e-9)
        value = -np.expm1(np.bincount(inner.sentence, np.log1p(-p), len(label)))
        inside = known & (fold != k)[lesson.document]
        limit = best(label[inside], value[inside])
        found = Found(abstracts.only(fold == k), learn([training, *others], settings))
        here = (fold == k)[lesson.document]
        predicted[here] = found.uncertain(("investigation",))[here] >= limit
    out: dict[str, Any] = {"abstracts": sentences(label[known], predicted[known], lesson.document[known])}
    papers = Reading.of("bio", lesson_of(load("szeged_uncertainty", part=("bio_bmc", "bio_fly"), exclude=exclude)))
    some = np.zeros(len(papers.lesson.label), np.bool_)
    for start, _, kind in papers.lesson.cues:
        some[papers.lesson.tokens.paragraph[papers.lesson.tokens.at(start)]] |= kind != "investigation"
    for name, learned in (("papers", [abstracts]), ("papers, wiki and news learned too", [abstracts, *others])):
        found = Found(papers, learn(learned, settings))
        place = papers.lesson.document
        scores = cues(papers, chosen_cues(found, 1 - found.probabilities[:, 0] >= 0.5))
        out[name] = {"cue": scores["cue"], "token": scores["token"]}
        out[name]["sentence"] = sentences(papers.lesson.label, found.uncertain() >= 0.5, place)
        out[name]["sentence, no investigation"] = sentences(some, found.uncertain(("investigation",)) >= 0.5, place)
    return out


def wikipedia() -> dict[str, Any]:
    """CoNLL's Wikipedia, labels of sentences."""
    lesson = lesson_of(load("conll2010", "train", part="wiki"))
    bags, document, label = Bags.of_lesson(lesson), lesson.document, lesson.label
    fold = folds(int(document.max()) + 1, FOLDS, SEED)[document]
    systems = {"all": slice(None), "sum and noisy-or": slice(2), "sum": slice(1), "noisy-or": slice(1, 2)}
    score = {name: np.zeros(len(label)) for name in systems}
    predicted = {name: np.zeros(len(label), np.bool_) for name in systems}
    for k in range(FOLDS):
        training = fold != k
        inner = (np.random.default_rng(SEED).permutation(int(document.max()) + 1) % INNER)[document][training]
        held = held_out_evidence(bags.take(training), label[training], inner)
        evidence = learn_evidence(bags.take(training), label[training])
        there = evidence(bags.take(~training))
        for name, columns in systems.items():
            model = SentenceModel(evidence, *learn_mix(held, label[training], columns))
            limit = best(label[training], model.weigh(held))
            score[name][~training] = model.weigh(there)
            predicted[name][~training] = score[name][~training] >= limit
    out: dict[str, Any] = {name: sentences(label, predicted[name], document) for name in systems}
    return out | {"calibration": calibration(score["all"], label, document)}


def calibration(sure: Floats, label: Bools, document: NDArray[np.int64]) -> dict[str, Any]:
    """Expected calibration error (ten bins of equal width) and Brier score of sentences, with intervals; the reliability table."""
    pairs = [(sure[document == d].tolist(), label[document == d].tolist()) for d in range(int(document.max()) + 1)]
    found = evaluate(pairs)
    out: dict[str, Any] = {key: [round(x, 4) for x in (found[key].value, *found[key].interval)] for key in ("ece_width", "brier")}
    return out | {"reliability": [[round(b.probability, 4), round(b.outcome, 4), b.n] for b in reliability(sure, label)]}


def speed() -> dict[str, float]:
    """Tokens per second."""
    articles = [article_from_text(document.text) for document in load("polnear", "dev")]
    read = [(tokenize(a), find_quotes(a.text, a.paragraphs)) for a in articles]
    read = [(tokens, quotes, extract_attributions(tokens, quotes)) for tokens, quotes in read]
    n = sum(len(tokens) for tokens, _, _ in read)
    ways: dict[str, Callable[[Any, Any, Any], Any]] = {
        "regex": lambda tokens, quotes, attributions: REGEX.findall(tokens.text),
        "rules": rule_hedges,
        "hedging": lambda tokens, quotes, attributions: sentence_uncertainty(tokens, find_hedges(tokens, quotes, attributions)),
        "conll-wiki": lambda tokens, quotes, attributions: sentence_uncertainty(tokens, (), "conll-wiki"),
    }
    out: dict[str, float] = {"tokens": n}
    for name, way in ways.items():
        times = []
        for _ in range(5):
            start = process_time()
            for given in read:
                way(*given)
            times.append(process_time() - start)
        out[f"{name}, best"], out[f"{name}, median"] = round(n / min(times)), round(n / statistics.median(times))
    return out


def card_scores(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the card of the model says, from the results."""
    shipped = results_file.read("hedging_shipped")
    heading = f"Cross-validation by documents ({FOLDS} folds), F1"
    named = {"sentence": "uncertain sentences", "cue": "cues touched", "token": "words of cues", "micro": "words of cues, four types"}
    rows: dict[str, Any] = {}
    for domain in PARTS:
        for name, text in named.items():
            part = shipped[domain]
            cells = part["calibration"]["szeged"]["probability .5"] if name == "sentence" else part["as shipped"][name]
            rows[f"Szeged {domain}, {text}, as shipped"] = value(cells)
            rows[f"Szeged {domain}, {text}, limits tuned in each fold"] = value(result["szeged"][domain][name])
    rows["CoNLL-2010 biology, abstracts, uncertain sentences"] = value(result["biology"]["abstracts"])
    rows["CoNLL-2010 Wikipedia, uncertain sentences"] = value(result["sentences"]["all"])
    across = {
        f"Szeged {name}, {text}": value(part[measure])
        for name, part in result["matrix"].items()
        for measure, text in (("sentence", "uncertain sentences"), ("token", "words of cues"))
    }
    errors = {
        f"Szeged {domain}, profile {profile}": part["after"]["ece_width"]
        for domain in PARTS
        for profile, part in shipped[domain]["calibration"].items()
    }
    errors["CoNLL-2010 Wikipedia, profile conll-wiki"] = result["sentences"]["calibration"]["ece_width"]
    return {heading: rows, "Across domains, F1": across, "Expected calibration error of sentences, same folds": errors}


def value(scores: dict[str, Any]) -> list[float]:
    """F1 and its interval."""
    return [scores["f1"], *scores["f1_interval"]]


def main() -> None:
    """Run all and write the result file."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parts = ("szeged", "matrix", "biology", "sentences")
    choices = (*parts, "speed", "none")
    parser.add_argument("--only", choices=choices, help="measure this part and keep the others as they are written")
    parser.add_argument("--card", action="store_true", help="write the scores into the card of the shipped model")
    parser.add_argument("--exclude", type=Path, help="file with ids of documents of the Szeged corpus to leave out, one a line")
    options = parser.parse_args()
    only = options.only
    rates: dict[str, Any] = speed() if only in (None, "speed") else results_file.kept("hedging_trained.volatile")
    if only in (None, "speed"):
        print(json.dumps(rates, indent=1))
    exclude = options.exclude.read_text(encoding="utf-8").split() if options.exclude else []
    readings = read(exclude)
    result = results_file.kept("hedging_trained") if only else {}
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "szeged": lambda: szeged(readings),
        "matrix": lambda: matrix(readings),
        "biology": lambda: biology(readings, exclude),
        "sentences": wikipedia,
    }
    for name in parts:
        if only in (None, name):
            result[name] = makers[name]()
            print(json.dumps(result[name], indent=1))
    left_out = {"left_out": len(exclude)} if exclude else {}
    result["signature"] = signature(**SETTINGS, average="micro", unit="document", resamples=1000, seed=SEED, **left_out)
    results_file.write("hedging_trained", result, rates)
    if options.card:
        cards.add_scores(MODELS / "hedging", card_scores(result), "hedging_trained.json")


if __name__ == "__main__":
    main()
