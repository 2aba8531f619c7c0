"""What the experiments on attributions share: the two systems, and counts per document with the scores made of them.

Conventions
-----------
* A *system* takes a text and gives :class:`Found`: spans by role, and whole attributions with parents and relays. The spans of the trained
  extractor are those of the tagger's labels, at the bias that its attributions are made with, before any is left out for its confidence;
  the rules have no labels, theirs are the spans of their attributions. *Spans by themselves* are those that ``AttributionExtractor.spans``
  chooses one by one, at its own threshold; the rules have none.
* PolNeAR marks attributions in headlines too, and so the trained extractor reads the whole text there (``text:whole`` in the signature),
  and not the body alone as it is shipped; the rules know the body only.
* What is counted, and how, is that of the benchmark (:mod:`framing.benchmark.attribution_counts`).
* The class of a cue is that of its last word in ``framing/lexicons/reporting.tsv``; "according to" and its like are speech; a cue without
  such a word is "other".
* :class:`Counts` keeps a row a document, so that two systems can be compared on the same resamples.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framing.attribution import MODELS, AttributionExtractor
from framing.benchmark import attribution_counts as counts
from framing.benchmark.attribution_counts import Spans
from framing.benchmark.attribution_counts import spans_of as spans_of
from framing.benchmark.measurement import Counted, Valued
from framing.benchmark.systems.framing_spans import alone, read_by_model, read_by_rules
from framing.benchmark.systems.model_digest import digest as digest
from framing.cues import FIXED, reporting_forms
from framing.metrics.attribution import Attributions
from framing.metrics.signature import DIGITS, Score
from framing.records import Attribution, Document

CLASSES = ("speech", "belief", "intention", "attitude", "document", "other")
RANDOMISATIONS = 2000

Scores = dict[str, Score]


@dataclass(frozen=True, slots=True)
class Found:
    """What a system finds in a text; ``alone`` are the spans by themselves, where it has such."""

    spans: Spans
    attributions: tuple[Attribution, ...]
    alone: Spans | None = None


System = Callable[[str], Found]


def trained(extractor: AttributionExtractor, whole: bool = False) -> System:
    """The trained extractor; with ``whole`` it reads headings and datelines too."""
    mine = copy(extractor)
    mine.body_only = mine.body_only and not whole

    def system(text: str) -> Found:
        return Found(*read_by_model(mine, text), alone(mine, text))

    return system


def rules(text: str) -> Found:
    """The rules without any training."""
    found = read_by_rules(text)
    return Found(spans_of(flat(found)), found)


def flat(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Without those that stand inside the content of another."""
    return [a for a in attributions if a.parent is None]


def cue_class(a: Attribution) -> str:
    """The class of the cue."""
    words = a.cue.text.lower().split()
    if any(tuple(words[: len(fixed)]) == fixed for fixed in FIXED):
        return "speech"
    forms = reporting_forms()
    return next((forms[word][2] for word in reversed(words) if word in forms), "other")


class Named:
    """A measurement of the benchmark with scores by name, and differences as results have them."""

    def score(self, *names: str, **fields: object) -> Scores:
        """Scores with intervals, those named or all."""
        found: Scores = super().score(**fields)  # type: ignore[misc]  # of what stands behind it
        return {name: found[name] for name in names or found}

    def compare(self, other: Any, *names: str) -> dict[str, dict[str, Any]]:
        """This system less the other: difference, its interval by paired bootstrap, two-sided p by approximate randomisation."""
        out = {}
        for name in names:
            found = super().compare(other, name, RANDOMISATIONS)  # type: ignore[misc]
            out[name] = {
                "difference": round(found.difference, DIGITS),
                "interval": [round(x, DIGITS) for x in found.interval],
                "p": round(found.p_randomisation, DIGITS),
            }
        return out


class Counts(Named, Counted):  # type: ignore[misc]
    """Counts of documents, whose scores are functions of their sums."""


class Values(Named, Valued):  # type: ignore[misc]
    """Numbers of documents, with scores of all of them together."""


def attribution_counts(documents: Sequence[Document], found: Sequence[Sequence[Attribution]], is_flat: bool) -> Counts:
    """Cues, whole attributions, parents and relays."""
    return _counts(counts.attribution_counts(_gold(documents), found, is_flat))


def child_counts(documents: Sequence[Document], found: Sequence[Sequence[Attribution]]) -> Counts:
    """Attributions with a parent only, on both sides."""
    return _counts(counts.child_counts(_gold(documents), found))


def span_counts(gold: Iterable[Spans], found: Iterable[Spans]) -> Counts:
    """Spans by role, exact."""
    return _counts(counts.span_counts(gold, found))


def end_to_end_counts(documents: Sequence[Document], found: Sequence[Attributions]) -> Counts:
    """The measure of the peers."""
    return _counts(counts.end_to_end_counts([d.text for d in documents], _gold(documents), found))


def group_counts(
    documents: Sequence[Document], found: Sequence[Sequence[Attribution]], groups: Sequence[str], group: Callable[[Attribution], str]
) -> Counts:
    """Recall, precision and F1 of cues and whole attributions by group."""
    return _counts(counts.group_counts(_gold(documents), found, groups, group))


def _gold(documents: Sequence[Document]) -> list[Sequence[Attribution]]:
    return [d.attributions for d in documents]


def _counts(counted: Counted) -> Counts:
    return Counts(counted.table, counted.scores, counted.fields)


def with_model(description: str) -> argparse.ArgumentParser:
    """A command line with the choice of a model."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--model", type=Path, default=MODELS / "attribution", help="folder of the trained extractor")
    return parser


def show(title: str, scores: Scores) -> None:
    """Print a block of scores."""
    print(f"\n{title}")
    for name, score in scores.items():
        print(f"  {name:24}{str(score).split(' | ')[0].removeprefix(score.name)}")
