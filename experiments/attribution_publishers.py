"""Do attributions of an outlet that it never learned from fare worse? Leave one publisher out of PolNeAR train, beside the time split.

    python -m experiments.attribution_publishers --publishers [--model FOLDER]

Seven publishers with 120 articles each. For each the extractor learns from the train articles of the other six, and is scored on

* **left out**: the 120 articles that were left out;
* **left out, dev**: the publisher's 12 dev articles, of a later time: both are new;
* **control**: 120 articles of train that another model, learned from the other 720, did not see, 17 or 18 of every publisher: as many
  articles to learn from, but no new publisher. The difference between the two rows is what a new publisher costs;
* **time split**: a model learned from all of train, on the publisher's dev articles.

To keep it cheap the models are the shipped network with the shipped settings and classes of words, but with no raw text and no teachers; so
all rows stand below those of the shipped model. Confidence is not calibrated (the threshold is that of the model; .20 in the numbers that
are committed, .15 since). Not left out either: the precision of words in their frames (``cue_frames.tsv``) and the weights of linking,
which come from all of train, and the classes of words, which saw raw text and train. Intervals: 95 % bootstrap over documents, 1,000
resamples, seed 0. The scores are those of PolNeAR dev in :mod:`experiments.attribution`; minutes of the processor go to
``results/attribution_publishers.volatile.json``.

The fifteen models take one core for about half an hour, so it must be asked for with ``--publishers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time
from typing import Any

import numpy as np

from experiments import extraction, results_file
from experiments.data import load
from experiments.extraction import Scores, flat, show, spans_of
from framing import teaching
from framing.attribution import AttributionExtractor
from framing.learning.calibration import Logistic
from framing.records import Document
from framing.signals import TypeMemory
from framing.training import SETTINGS

SHOWN = ("cue_f1", "full_precision", "full_recall", "full_f1", "exact_f1", "recall_direct", "recall_indirect", "recall_mixed")
SPANS = ("source_exact_f1", "cue_exact_f1", "content_exact_f1")


def learn(lessons: Sequence[teaching.Lesson], like: AttributionExtractor) -> AttributionExtractor:
    """What ``fit`` makes of documents alone, which were read before, with the classes of words of another extractor."""
    options: dict[str, Any] = {"threshold": like.threshold, "bias": like.bias, "at_least": like.at_least, "classes": like.classes}
    extractor = AttributionExtractor(settings=SETTINGS, **options)
    extractor.tagger_ = teaching.teach(lessons, [], like.classes, SETTINGS, like.at_least)
    extractor.calibrator_ = Logistic(1.0, 0.0)
    return extractor


def counts(documents: Sequence[Document], extractor: AttributionExtractor) -> dict[str, extraction.Counts]:
    """Whole attributions and spans of labels."""
    found = [extraction.trained(extractor, whole=True)(d.text) for d in documents]
    return {
        "whole": extraction.attribution_counts(documents, [flat(f.attributions) for f in found], True),
        "spans": extraction.span_counts([spans_of(d.attributions) for d in documents], [f.spans for f in found]),
    }


def scores(parts: dict[str, extraction.Counts], **fields: object) -> Scores:
    """What is shown."""
    return {**parts["whole"].score(*SHOWN, **fields), **parts["spans"].score(*SPANS, **fields)}


def pooled(rows: Sequence[dict[str, extraction.Counts]]) -> dict[str, extraction.Counts]:
    """The documents of several measurements as one."""
    return {
        name: extraction.Counts(np.concatenate([row[name].table for row in rows]), rows[0][name].scores, rows[0][name].fields)
        for name in rows[0]
    }


def main() -> None:
    """Train, print and write."""
    parser = extraction.with_model(__doc__ or "")
    parser.add_argument("--publishers", action="store_true", help="train the fifteen models")
    options = parser.parse_args()
    if not options.publishers:
        parser.error("this trains fifteen models; ask for it with --publishers")
    like = AttributionExtractor.load(options.model)
    train, dev = list(load("polnear", "train")), list(load("polnear", "dev"))
    memory = TypeMemory(like.classes)
    lessons = [teaching.lesson(d.text, memory, d.attributions) for d in train]
    publishers = sorted({str(d.group) for d in train})
    minutes: dict[str, float] = {}
    rows: dict[str, dict[str, dict[str, extraction.Counts]]] = {"left out": {}, "left out, dev": {}, "control": {}, "time split": {}}

    def train_without(name: str, held: Sequence[Document]) -> AttributionExtractor:
        start, ids = process_time(), {d.id for d in held}
        extractor = learn([lesson for d, lesson in zip(train, lessons) if d.id not in ids], like)
        minutes[name] = (process_time() - start) / 60
        print(f"{name}: {minutes[name]:.1f} minutes", flush=True)
        return extractor

    whole = train_without("all of train", [])
    for k, publisher in enumerate(publishers):
        mine, later = [d for d in train if d.group == publisher], [d for d in dev if d.group == publisher]
        rows["time split"][publisher] = counts(later, whole)
        extractor = train_without(f"without {publisher}", mine)
        rows["left out"][publisher], rows["left out, dev"][publisher] = counts(mine, extractor), counts(later, extractor)
        # Articles are in the order of publisher and date, so every seventh is a fair seventh of each publisher.
        part = train[k :: len(publishers)]
        rows["control"][publisher] = counts(part, train_without(f"without part {k + 1}", part))
        for kind in ("left out", "control"):
            show(f"{kind}: {publisher}", scores(rows[kind][publisher]))
    results: dict[str, Any] = {}
    for kind, by_publisher in rows.items():
        fields = {"system": "trained", "split": kind, "raw": "none", "teachers": "none", "text": "whole", "threshold": like.threshold}
        results[kind] = {"all": scores(pooled(list(by_publisher.values())), **fields)}
        if kind != "control":  # its parts are of all publishers
            results[kind] |= {publisher: scores(row, **fields) for publisher, row in by_publisher.items()}
        show(f"{kind}: all", results[kind]["all"])
    results["articles"] = {publisher: {"train": sum(d.group == publisher for d in train)} for publisher in publishers}
    facts = {"minutes of the processor": {name: round(m, 2) for name, m in minutes.items()}}
    results_file.write("attribution_publishers", results, facts)


if __name__ == "__main__":
    main()
