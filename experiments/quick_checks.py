"""The checks of :mod:`experiments.quick`: by experiment a function that computes some of its numbers anew, and says where they stand.

* Most are exact parts of the committed results: one corpus of several, one fold scheme, a baseline, a share of the texts.
* Where an experiment has no part that is quick, it is its first few documents, and the numbers stand in ``results/quick.json``.
* Pages and tables are compared with what the results give.
* An experiment without a check stands in ``WITHOUT``, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from experiments import results_file
from experiments.data import load
from experiments.markdown import filled

FEW = 6  # documents, where there is no quick part
QUICK, PAGES = "quick", "pages"

Where = tuple[str, ...]
Found = Iterator[tuple[Where, Any]]


@dataclass(frozen=True)
class Check:
    """What it needs, and how its numbers are computed."""

    corpora: tuple[str, ...]
    compute: Callable[[], Found]


def agreement() -> Found:
    from experiments import agreement as experiment

    for name in ("policy_frames", "article_ratings"):
        yield ("agreement", name), experiment.compute(name)


def attribution() -> Found:
    from experiments import attribution as experiment
    from experiments import extraction
    from framing.attribution import AttributionExtractor

    both, signed = experiment.both_systems(AttributionExtractor.load(), extraction.digest(extraction.MODELS / "attribution"))
    for part, systems in experiment.wikinews(both, signed).items():
        for system, scores in systems.items():
            yield ("attribution", "results", "wikinews_dev", part, system), scores


def attribution_calibration() -> Found:
    from experiments import attribution_calibration as experiment
    from experiments import extraction
    from framing.attribution import MODELS, AttributionExtractor

    extractor = AttributionExtractor.load()
    signed = {"system": "trained", "model": extraction.digest(MODELS / "attribution"), "text": "body"}
    outcomes = [extractor.outcomes([d]) for d in load("wikinews_attributions", "dev")]
    series = [(extractor.calibrator_(p), y) for p, y in outcomes]
    yield ("attribution_calibration", "calibration", "wikinews"), experiment.measure(series, fit="wikinews", **signed)


def attribution_breakdown() -> Found:
    from experiments import attribution_breakdown as experiment
    from experiments import extraction
    from experiments.extraction import flat

    documents = list(islice(load("polnear", "dev"), FEW))
    found = [flat(extraction.rules(d.text).attributions) for d in documents]
    yield (QUICK, "attribution_breakdown"), experiment.breakdown(documents, found, system="rules")


def attribution_errors() -> Found:
    from experiments import attribution_errors as experiment
    from experiments import extraction
    from experiments.extraction import flat

    documents = islice(load("polnear", "dev"), FEW)
    kinds = [m.kind for d in documents for m in experiment.mistakes(d, flat(extraction.rules(d.text).attributions))]
    yield (QUICK, "attribution_errors"), {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def calibration() -> Found:
    from experiments import calibration as experiment

    yield ("calibration", "rows"), experiment.table()


def benchmark() -> Found:
    from experiments import benchmark as experiment
    from framing.benchmark import evaluation

    for task, system in (("attribution-wikinews", "framing-rules"), ("attribution-wikinews", "regex")):
        result = evaluation.evaluate(task, "dev", system=system, data_home=results_file.data_home())
        yield ("benchmark", "tasks", task, "results", "dev", "systems", system), experiment.short(result)


def cards() -> Found:
    from experiments import cards as experiment

    yield (QUICK, PAGES, "cards that differ from the results"), experiment.stale()


def cross_domain() -> Found:
    from experiments import cross_domain as experiment

    for task, part in experiment.collected().items():
        committed = results_file.read("cross_domain")["tasks"][task]["rows"]
        yield (QUICK, PAGES, f"cross-domain rows that differ, {task}"), [r for r in part["rows"] if r not in committed]


def cues() -> Found:
    from experiments import cues as experiment

    table = experiment.TARGET.read_text(encoding="utf-8")
    yield (QUICK, PAGES, "cue_frames.tsv is as counted"), "\n".join(experiment.lines()) + "\n" == table


def domain_distance() -> Found:
    from experiments import domain_distance as experiment

    for title in ("polnear dev, US election news", "wikinews_attributions dev, world news"):
        yield ("domain_distance", "corpora", title), experiment.measure(title)


def fidelity() -> Found:
    from experiments import fidelity as experiment

    articles = [experiment.read(d) for d in islice(load("source_levels", "dev"), FEW)]
    gold, found = experiment.table(articles, [a.gold for a in articles]), experiment.table(articles, [a.predicted for a in articles])
    yield (QUICK, "fidelity"), {q: {"gold": gold[q].tolist(), "found": found[q].tolist()} for q in ("index", "attributions")}


def frames() -> Found:
    from experiments import frame_folds
    from experiments import frames as experiment
    from framing.frame_lessons import Gold, read
    from framing.metrics.bootstrap import score_table
    from framing.training_frames import PASSES, by_outlet

    documents = by_outlet(document for split in PASSES for document in load("policy_frames", split))
    codes = {**frame_folds.CODES, "primary": experiment.POLICY_FRAMES}
    gold = {task: Gold.of(documents, task, some) for task, some in codes.items()}
    articles = gold["policy"].documents  # no uncoded ones, which the baselines do not read
    outlets = tuple(str(d.group) for d in articles)
    coded = frame_folds.Coded(tuple(documents), articles, read(articles), gold, outlets, outlets)
    folds = frame_folds.parts(outlets, None)
    primary = gold["primary"].first.argmax(axis=1)
    for name, way in (("lexicon alone", frame_folds._lexicon), ("majority", frame_folds._majority)):
        said = way(coded, folds)
        for task in frame_folds.CODES:
            table = experiment.counts(gold[task].first, said[task], said["primary"] == primary)
            scores: dict[str, Any] = dict(score_table(table, experiment.scores, task=task, folds="outlets"))
            if task == "generic":
                del scores["primary"]
            yield ("frames", "outlets", task, "scores", name), scores


def hedging() -> Found:
    from experiments import hedging as experiment

    corpus = experiment.szeged("news")
    predicted = experiment.Predicted(corpus)
    for profile in ("szeged", "news"):
        place = ("hedging", "corpora", "szeged news", profile)
        yield (*place, "any"), experiment.evaluate(corpus, predicted.any(profile))
        yield (*place, "plain"), experiment.evaluate(corpus, predicted.plain(profile))


def hedging_shipped() -> Found:
    from framing.hedging import find_hedges
    from framing.text import article_from_text
    from framing.tokens import tokenize

    counts = []  # the shipped tagger on texts that it learned from: no score, but the same cues
    for d in islice(load("szeged_uncertainty", part="news"), FEW):
        found = find_hedges(tokenize(article_from_text(d.text)), ())
        counts.append({kind: sum(h.type == kind for h in found) for kind in sorted({h.type for h in found})})
    yield (QUICK, "hedging_shipped"), counts


def hedging_trained() -> Found:
    from experiments import hedging_trained as experiment
    from framing.hedge_cues import Reading, Settings, learn
    from framing.hedge_lessons import lesson_of

    news, wiki = (Reading.of(name, lesson_of(load("szeged_uncertainty", part=name))) for name in ("news", "wiki"))
    found = experiment.Found(wiki, learn([news], Settings()))
    scores = experiment.cues(wiki, experiment.chosen_cues(found, 1 - found.probabilities[:, 0] >= 0.5))
    for name in ("cue", "token", "micro"):
        yield ("hedging_trained", "matrix", "news to wiki", name), scores[name]
    lesson = wiki.lesson
    sentence = experiment.sentences(lesson.label, found.uncertain() >= 0.5, lesson.document)
    yield ("hedging_trained", "matrix", "news to wiki", "sentence"), sentence


def hedge_lexicon() -> Found:
    from experiments import hedge_lexicon as experiment

    old = experiment.TABLE.read_text(encoding="utf-8")
    yield (QUICK, PAGES, "hedges.tsv is as counted"), experiment.updated(old, experiment.counted_rows()) == old


def hyperpartisan() -> Found:
    from experiments import hyperpartisan as experiment
    from framing.hyperpartisan import TASK
    from framing.training_hyperpartisan import CORPUS, by_family

    given = list(load(CORPUS))
    documents = by_family(given)
    gold = np.array([bool(d.labels[TASK]) for d in documents])
    grouping = experiment.groupings(documents, [d.group or d.id for d in given])["family"]
    output = experiment.Floors(documents, gold).run(grouping, False)
    scored = experiment.scored(gold, [d.group or d.id for d in documents], output, system="tf-idf+raw", folds="family")
    yield ("hyperpartisan", "scores", "family", "tf-idf, raw"), scored


def learners_run() -> Found:
    from experiments import learners

    learner = learners.levels()
    share = 0.2
    score = learner.counts(share, None).score(*learner.scores, share=share)
    yield ("learning_curves", "tasks", "levels", "scores", f"{share:.0%}"), score
    group = "words around it"
    yield ("ablations", "tasks", "levels", "without", group, "scores"), learner.counts(1.0, group).score(*learner.scores, without=group)


def levels() -> Found:
    from experiments import levels as experiment

    yield ("levels", "corpora", "wikinews"), experiment.measure("wikinews", "dev")


def levels_calibration() -> Found:
    from experiments import levels_calibration as experiment
    from framing.typer import shipped

    typer = shipped()
    found = [typer.outcomes([d]) for d in load("wikinews_attributions", "dev")]
    for field in experiment.FIELDS:
        scores = experiment.measured([(typer.calibrators_[field](p), right) for p, right in (article[field] for article in found)])
        yield ("levels_calibration", "Wikinews dev", field, "calibrated"), scores


def levels_end_to_end() -> Found:
    from experiments import levels_end_to_end as experiment

    yield ("levels_end_to_end", "corpora", "wikinews"), experiment.measure("wikinews")


def loaded_language_babe() -> Found:
    from experiments import loaded_language_babe as experiment

    yield ("loaded_language_babe", "plain"), experiment.plain()
    task = experiment.Task("MBIC")
    split = task.folds(experiment.OUTLET)
    scores = experiment.sentence_scores(task, split, experiment.tf_idf(task, split))
    yield ("loaded_language_babe", "MBIC", experiment.OUTLET, "TF-IDF"), scores


def known_groups() -> Found:
    import framing
    from experiments import known_groups as experiment

    rows = [experiment.row(framing.analyze(d.text, d.title)) for d in islice(load("horne_adali_2017"), FEW)]
    yield (QUICK, "known_groups"), [{k: None if v is None or not np.isfinite(v) else float(v) for k, v in r.items()} for r in rows]


def leaderboard() -> Found:
    from experiments import leaderboard as experiment

    yield (QUICK, PAGES, "docs/leaderboard.md is as the results say"), experiment.text() == experiment.PAGE.read_text(encoding="utf-8")


def quotes() -> Found:
    from experiments import quotes as experiment

    documents = list(load("polnear", "dev"))
    marks, directed = experiment.SCANNERS[0]
    for name in experiment.SYSTEMS:
        scores = experiment.measure(documents, "dev", name, marks, directed)
        yield ("quotes", f"dev | {experiment.scanner(marks, directed)} | {name}"), scores


def rating() -> Found:
    from experiments import rating as experiment
    from framing.rater import grouped_folds

    documents = list(load("article_ratings"))
    data = experiment.Rated.__new__(experiment.Rated)  # without what the library finds in the articles, which TF-IDF does not read
    data.texts = [d.text for d in documents]
    data.gold = np.array([[d.labels[name]["overall"] for name in ("ratings", "ratings_second_pass")] for d in documents], np.int64)
    data.outlets = [experiment.outlet(d.group or d.id) for d in documents]
    data.polnear = np.array([d.meta["corpus"] == "polnear" for d in documents], bool)
    part = grouped_folds(data.outlets, experiment.FOLDS, experiment.SEED)
    for name, way in (("tf-idf ridge", experiment.tf_idf), ("mean", experiment.mean)):
        found = experiment.held_out(part, way(data))
        for corpus, rows in experiment.corpora(data).items():
            scores = experiment.score(data.gold[rows, 0], found[rows], None, system=name, articles=corpus)
            yield ("rating", "scores", name, corpus), scores


def reading() -> Found:
    from experiments import reading as experiment

    documents = list(experiment.szeged_news())
    found = {text: experiment.ours(text) for _, blocks in documents for text, _ in blocks}
    for kind, whole in (("inner", False), ("all", True)):
        scores = experiment.scores([experiment.count(blocks, found.__getitem__, whole) for _, blocks in documents])
        yield ("reading", "sentence ends", "szeged news", "systems", "framing", kind), scores


def engines_page() -> Found:
    from experiments import engines_page as experiment

    text = experiment.PAGE.read_text(encoding="utf-8")
    yield (QUICK, PAGES, "docs/engines.md is as the results say"), filled(text, experiment.MAKERS) == text


def scale_page() -> Found:
    from experiments import scale_page as experiment

    text = experiment.PAGE.read_text(encoding="utf-8")
    yield (QUICK, PAGES, "docs/scale.md is as the results say"), filled(text, experiment.MAKERS) == text


def tables() -> Found:
    from experiments import tables as experiment

    yield (QUICK, PAGES, "README.md is as the results say"), experiment.text() in experiment.README.read_text(encoding="utf-8")


def transparency() -> Found:
    from experiments import transparency as experiment

    yield ("transparency", "dev"), experiment.validity(experiment.read("dev"))


def transparency_page() -> Found:
    from experiments import transparency_page as experiment

    new = experiment.fill(experiment.TEMPLATE.read_text(encoding="utf-8"))
    yield (QUICK, PAGES, "TRANSPARENCY.md is as the results say"), new == experiment.PAGE.read_text(encoding="utf-8")


def transparency_validity() -> Found:
    from experiments import transparency_validity as experiment

    rows = [experiment.predicted(d.text) for d in islice(load("polnear", "dev"), FEW)]
    yield (QUICK, "transparency_validity"), [{k: None if v is None or not np.isfinite(v) else float(v) for k, v in r.items()} for r in rows]


POLNEAR, LEVELS, WIKINEWS, SZEGED = "polnear", "source_levels", "wikinews_attributions", "szeged_uncertainty"
CHECKS: Mapping[str, Check] = {
    "agreement": Check((), agreement),
    "attribution": Check((WIKINEWS,), attribution),
    "attribution_breakdown": Check((POLNEAR,), attribution_breakdown),
    "attribution_calibration": Check((WIKINEWS,), attribution_calibration),
    "attribution_errors": Check((POLNEAR,), attribution_errors),
    "benchmark": Check((WIKINEWS,), benchmark),
    "calibration": Check((), calibration),
    "cards": Check((), cards),
    "cross_domain": Check((), cross_domain),
    "cues": Check((POLNEAR,), cues),
    "domain_distance": Check((POLNEAR, WIKINEWS), domain_distance),
    "engines_page": Check((), engines_page),
    "fidelity": Check((POLNEAR, LEVELS), fidelity),
    "frames": Check(("policy_frames", "article_bias_prediction"), frames),
    "hedge_lexicon": Check((SZEGED, "conll2010"), hedge_lexicon),
    "hedging": Check((SZEGED,), hedging),
    "hedging_shipped": Check((SZEGED,), hedging_shipped),
    "hedging_trained": Check((SZEGED,), hedging_trained),
    "hyperpartisan": Check(("hyperpartisan_byarticle",), hyperpartisan),
    "known_groups": Check(("horne_adali_2017",), known_groups),
    "leaderboard": Check((), leaderboard),
    "learners_run": Check((POLNEAR, LEVELS), learners_run),
    "levels": Check((WIKINEWS,), levels),
    "levels_calibration": Check((WIKINEWS,), levels_calibration),
    "levels_end_to_end": Check((WIKINEWS,), levels_end_to_end),
    "loaded_language_babe": Check(("babe",), loaded_language_babe),
    "quotes": Check((POLNEAR,), quotes),
    "rating": Check(("article_ratings", POLNEAR, "article_bias_prediction"), rating),
    "reading": Check((SZEGED,), reading),
    "scale_page": Check((), scale_page),
    "tables": Check((), tables),
    "transparency": Check((POLNEAR, LEVELS, "article_ratings"), transparency),
    "transparency_page": Check((), transparency_page),
    "transparency_validity": Check((POLNEAR,), transparency_validity),
}
WITHOUT = {
    "attribution_publishers": "a network takes two minutes to learn",
    "encoder": "needs the extra encoder",
    "engines": "measures the machine",
    "frames_narrative": "reads the raw news for a minute before the first fold",
    "left_center_right": "analyses 2,100 articles first",
    "rating_ideas": "analyses 394 articles first",
    "scale": "measures the machine",
    "sourcing_features": "analyses 645 articles first",
    "speed": "measures the machine",
    "speed_accuracy": "measures the machine",
    "withheld": "learns ten typers",
}
