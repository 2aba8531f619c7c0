"""How far what was learned carries: the same system on texts of the kind it learned from, of new publishers, topics, kinds and annotators.

    python -m experiments.cross_domain   # results/cross_domain.json; about two minutes on one core

Most rows are collected from the results of other experiments, whose paths they give, with intervals as they stand there. Measured here
is one: loaded sentences of the crowd-coded MBIC by a classifier that learned from the sentences of BABE SG2 that are not in MBIC, and the
way back; other sentences, and other annotators (experts and a crowd). Needs the corpora ``babe`` and ``article_bias_prediction``.

*Kinds* of a row: ``same`` (articles at random, or the corpus's own split), ``publisher`` (outlets not learned from), ``topic``, ``domain``
(another kind of text), ``corpus`` (texts and annotators of another corpus). Rows of a task have one score, but not the same items, so
differences between them are no more than the difference of their texts lets them be: annotation differs between corpora, too.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from experiments import loaded_language_babe as babe
from experiments import results_file
from experiments.data import data_home
from framing.loaded import LoadedLanguageClassifier
from framing.loaded_words import passages_of
from framing.metrics.bootstrap import score_table
from framing.training_loaded import learn_vectors, raw_news

SAME, PUBLISHER, TOPIC, DOMAIN, CORPUS = "same", "publisher", "topic", "domain", "corpus"

# task, score -> rows: kind, learned from, scored on, path in the results
COLLECTED: tuple[tuple[str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "attribution, learned from PolNeAR alone",
        "source and content, F1",
        (
            (SAME, "PolNeAR train", "PolNeAR dev, later articles", "attribution_publishers/time split/all/full_f1"),
            (SAME, "six sevenths of PolNeAR train", "the other seventh", "attribution_publishers/control/all/full_f1"),
            (PUBLISHER, "six of seven publishers", "the seventh", "attribution_publishers/left out/all/full_f1"),
        ),
    ),
    (
        "attribution, as shipped",
        "source and content, F1",
        (
            (SAME, "PolNeAR train and raw news", "PolNeAR dev", "attribution/results/polnear_dev/attribution/trained/full_f1"),
            (CORPUS, "PolNeAR train and raw news", "Wikinews dev", "attribution/results/wikinews_dev/attribution/trained/full_f1"),
        ),
    ),
    (
        "levels, spans given",
        "macro-F1",
        (
            (SAME, "source_levels train", "source_levels dev", "levels/corpora/polnear/trained/level_macro_f1"),
            (CORPUS, "source_levels train", "Wikinews dev", "levels/corpora/wikinews/trained/level_macro_f1"),
        ),
    ),
    (
        "hedges, uncertain sentences",
        "F1",
        (
            (SAME, "news alone", "news", "hedging_trained/szeged/news/own/sentence"),
            (DOMAIN, "Wikipedia", "news", "hedging_trained/matrix/wiki to news/sentence"),
            (DOMAIN, "biology", "news", "hedging_trained/matrix/bio to news/sentence"),
            (SAME, "Wikipedia alone", "Wikipedia", "hedging_trained/szeged/wiki/own/sentence"),
            (DOMAIN, "news", "Wikipedia", "hedging_trained/matrix/news to wiki/sentence"),
            (DOMAIN, "biology", "Wikipedia", "hedging_trained/matrix/bio to wiki/sentence"),
            (SAME, "biology alone", "biology", "hedging_trained/szeged/bio/own/sentence"),
            (DOMAIN, "Wikipedia", "biology", "hedging_trained/matrix/wiki to bio/sentence"),
            (DOMAIN, "news", "biology", "hedging_trained/matrix/news to bio/sentence"),
        ),
    ),
    (
        "policy frames",
        "micro-F1",
        (
            (PUBLISHER, "other outlets", "policy_frames train", "frames/outlets/policy/scores/ours/micro_f1"),
            (TOPIC, "other topics", "policy_frames train", "frames/topics/policy/scores/ours/micro_f1"),
        ),
    ),
    (
        "generic frames",
        "micro-F1",
        (
            (PUBLISHER, "other outlets", "policy_frames train", "frames/outlets/generic/scores/ours/micro_f1"),
            (TOPIC, "other topics", "policy_frames train", "frames/topics/generic/scores/ours/micro_f1"),
        ),
    ),
    (
        "loaded sentences",
        "macro-F1",
        (
            (SAME, "SG2, other folds", "SG2", "loaded_language_babe/SG2/seed 42/ours/pooled/macro_f1"),
            (PUBLISHER, "SG2, other outlets", "SG2", "loaded_language_babe/SG2/by outlet/ours/pooled/macro_f1"),
            (SAME, "MBIC, other folds", "MBIC", "loaded_language_babe/MBIC/seed 42/ours/pooled/macro_f1"),
            (PUBLISHER, "MBIC, other outlets", "MBIC", "loaded_language_babe/MBIC/by outlet/ours/pooled/macro_f1"),
        ),
    ),
    (
        "hyperpartisan articles",
        "accuracy",
        (
            (SAME, "any publishers", "by-article set", "hyperpartisan/scores/plain/ours/articles/accuracy"),
            (PUBLISHER, "other publishers", "by-article set", "hyperpartisan/scores/family/ours/articles/accuracy"),
        ),
    ),
    (
        "rating of the sourcing",
        "Spearman",
        (
            (SAME, "any outlets", "article_ratings", "rating/scores/rater, random parts/all/spearman"),
            (PUBLISHER, "other outlets", "article_ratings", "rating/scores/rater/all/spearman"),
        ),
    ),
)


def collected() -> dict[str, Any]:
    """The rows that stand in other results."""
    out: dict[str, Any] = {}
    for task, score, rows in COLLECTED:
        out[task] = {"score": score, "rows": []}
        for kind, learned, scored, path in rows:
            out[task]["rows"].append({"kind": kind, "learned from": learned, "scored on": scored, "from": path, **value(path)})
    return out


def value(path: str) -> dict[str, Any]:
    """Value and interval of what lies at a path of the results."""
    name, *keys = path.split("/")
    found = results_file.read(name)
    for key in keys:
        found = found[key]
    if "f1_interval" in found:
        return {"value": found["f1"], "interval": found["f1_interval"]}
    return {key: found[key] for key in ("value", "interval", "n") if key in found}


def between_corpora() -> list[dict[str, Any]]:
    """Loaded sentences: each part of BABE by what was learned from sentences of the other that it does not share."""
    vectors = learn_vectors(raw_news(data_home()))
    tasks = {part: babe.Task(part) for part in ("SG2", "MBIC")}
    rows = []
    for learned, scored in (("SG2", "MBIC"), ("MBIC", "SG2")):
        one, other = tasks[learned], tasks[scored]
        both = {" ".join(text.split()).lower() for text in one.texts} & {" ".join(text.split()).lower() for text in other.texts}

        def new(texts: list[str], both: set[str] = both) -> np.ndarray[Any, Any]:
            return np.array([" ".join(text.split()).lower() not in both for text in texts])

        training = np.flatnonzero(new(one.texts)) if learned == "SG2" else np.arange(len(one.texts))
        held = np.arange(len(other.texts)) if learned == "SG2" else np.flatnonzero(new(other.texts))
        model = LoadedLanguageClassifier().fit([one.documents[i] for i in training], vectors=vectors)
        sure = model.passages(passages_of([other.texts[i] for i in held]))
        table = babe.outcomes(other.label[held], sure >= 0.5)
        score = score_table(table, babe.macro_f1, unit="sentence", learned=learned, scored=scored)["macro_f1"].as_dict()
        row = {"kind": CORPUS, "learned from": f"{learned}, sentences that are not in {scored}", "scored on": scored}
        if learned == "MBIC":
            row = {"kind": CORPUS, "learned from": "MBIC", "scored on": "SG2, sentences that are not in MBIC"}
        rows.append({**row, "sentences learned": len(training), "loaded": int(other.label[held].sum()), **score})
    return rows


def main() -> None:
    """Measure, print, write."""
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    tasks = collected()
    tasks["loaded sentences"]["rows"] += between_corpora()
    for task, part in tasks.items():
        print(f"\n{task}, {part['score']}")
        for row in part["rows"]:
            print(f"  {row['kind']:10} {row['learned from']:45} -> {row['scored on']:40} {row['value']:.3f} {row['interval']}")
    results_file.write("cross_domain", {"tasks": tasks})


if __name__ == "__main__":
    main()
