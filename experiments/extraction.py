"""What the experiments on attributions share: the two systems, and counts per document with the scores made of them.

Conventions
-----------
* A *system* takes a text and gives :class:`Found`: spans by role, and whole attributions with parents and relays. The spans of the trained
  extractor are those of the tagger's labels, at the bias that its attributions are made with, before any is left out for its confidence;
  the rules have no labels, theirs are the spans of their attributions. *Spans by themselves* are those that ``AttributionExtractor.spans``
  chooses one by one, at its own threshold; the rules have none.
* PolNeAR marks attributions in headlines too, and so the trained extractor reads the whole text there (``text:whole`` in the signature),
  and not the body alone as it is shipped; the rules know the body only.
* A span is (role, start, end) in characters and counts once, however many attributions share it. A source or cue in several parts is its
  hull, as in the records; the parts of a content are spans of their own.
* *By group* (speech, class of the cue): recall is that of *full* (:mod:`framing.metrics.attribution`) among gold attributions of the group,
  precision that among predicted ones of the group, by their own speech or cue; F1 is the harmonic mean of the two.
* The class of a cue is that of its last word in ``framing/lexicons/reporting.tsv``; "according to" and its like are speech; a cue without
  such a word is "other".
* :class:`Counts` keeps a row a document, so that two systems can be compared on the same resamples.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from framing.attribution import MODELS, AttributionExtractor
from framing.cues import FIXED, reporting_forms
from framing.metrics import attribution as metric
from framing.metrics import spans
from framing.metrics.bootstrap import approximate_randomisation, paired_bootstrap, score_table
from framing.metrics.signature import DIGITS, Score
from framing.metrics.spans import Floats, ratio
from framing.patterns import find_patterns, read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Document
from framing.sources import resolve_sources
from framing.tagging import ROLES, pieces
from framing.text import article_from_text
from framing.tokens import tokenize

RESULTS = Path(__file__).parent / "results"
CLASSES = ("speech", "belief", "intention", "attitude", "document", "other")
RANDOMISATIONS = 2000

CHARACTER_COUNTS = len(spans.CHARACTER_COLUMNS)
GROUP_COUNTS = ("gold", "gold_cue", "gold_full", "predicted", "predicted_cue", "predicted_full")

Spans = frozenset[tuple[str, int, int]]
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
        article = article_from_text(text)
        tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
        labels, _ = mine.tagger_.label(read_patterns(tokens, quotes), quotes, mine.bias, mine.body_only)
        marked = ((ROLES[p.kind], tokens.span(p.first, p.last)) for p in pieces(labels))
        found = resolve_sources(tokens, quotes, mine(tokens, quotes))[0]
        both = (frozenset((role, span.start, span.end) for role, span in some) for some in (marked, mine.spans(article)))
        return Found(next(both), found, next(both))

    return system


def rules(text: str) -> Found:
    """The rules without any training."""
    article = article_from_text(text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    found = resolve_sources(tokens, quotes, find_patterns(tokens, quotes))[0]
    return Found(spans_of(flat(found)), found)


def flat(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Without those that stand inside the content of another."""
    return [a for a in attributions if a.parent is None]


def spans_of(attributions: Iterable[Attribution]) -> Spans:
    """The distinct spans of attributions."""
    return frozenset(
        (role, span.start, span.end)
        for a in attributions
        for role, parts in (("source", () if a.source is None else (a.source,)), ("cue", (a.cue,)), ("content", a.content))
        for span in parts
    )


def cue_class(a: Attribution) -> str:
    """The class of the cue."""
    words = a.cue.text.lower().split()
    if any(tuple(words[: len(fixed)]) == fixed for fixed in FIXED):
        return "speech"
    forms = reporting_forms()
    return next((forms[word][2] for word in reversed(words) if word in forms), "other")


@dataclass(frozen=True, slots=True)
class Counts:
    """A row of counts a document, the scores of their sums, and the settings that go into the signature."""

    table: Floats
    scores: Callable[[Floats], dict[str, Any]]
    fields: Mapping[str, object] = field(default_factory=dict)

    def score(self, *names: str, **fields: object) -> Scores:
        """Scores with intervals, those named or all."""
        settings: dict[str, Any] = {**self.fields, **fields}
        found = score_table(self.table, self.scores, **settings)
        return {name: found[name] for name in names or found}

    def compare(self, other: Counts, *names: str) -> dict[str, dict[str, Any]]:
        """This system less the other: difference, its interval by paired bootstrap, two-sided p by approximate randomisation."""
        out = {}
        for name in names:
            statistic = self._statistic(name)
            paired = paired_bootstrap(self.table, other.table, statistic)
            p = approximate_randomisation(self.table, other.table, statistic, RANDOMISATIONS)
            low, high = paired.interval
            out[name] = {
                "difference": round(paired.difference, DIGITS),
                "interval": [round(low, DIGITS), round(high, DIGITS)],
                "p": round(p, DIGITS),
            }
        return out

    def _statistic(self, name: str) -> Callable[[Floats], Any]:
        return lambda sums: self.scores(sums)[name]


def attribution_counts(documents: Sequence[Document], found: Sequence[Sequence[Attribution]], is_flat: bool) -> Counts:
    """Cues, whole attributions, parents and relays."""
    rows = [metric.statistics(d.attributions, f, is_flat) for d, f in zip(documents, found)]
    fields = {"match": "overlap", "full": f"iou{metric.IOU}", "nested": "left-out" if is_flat else "kept"}
    return Counts(np.array(rows, float), metric.scores, fields)


def child_counts(documents: Sequence[Document], found: Sequence[Sequence[Attribution]]) -> Counts:
    """Attributions with a parent only, on both sides."""
    rows = [
        metric.statistics([a for a in d.attributions if a.parent is not None], [a for a in f if a.parent is not None])
        for d, f in zip(documents, found)
    ]
    return Counts(np.array(rows, float), metric.scores, {"match": "overlap", "full": f"iou{metric.IOU}", "nested": "only"})


def span_counts(gold: Iterable[Spans], found: Iterable[Spans]) -> Counts:
    """Spans by role, exact."""
    rows = []
    for true, predicted in zip(gold, found):
        row: list[float] = []
        for role in spans.ROLES:
            row += spans.character_statistics(*([s[1:] for s in side if s[0] == role] for side in (true, predicted)))
        rows.append(row)

    def scores(sums: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for k, role in enumerate(spans.ROLES):
            mine = spans.character_scores(sums[..., k * CHARACTER_COUNTS : (k + 1) * CHARACTER_COUNTS])
            out |= {f"{role}_{name}": value for name, value in mine.items()}
        return out

    return Counts(np.array(rows, float), scores, {"spans": "characters"})


def end_to_end_counts(documents: Sequence[Document], found: Sequence[Sequence[Attribution]]) -> Counts:
    """The measure of the peers."""
    rows = [metric.end_to_end_statistics(d.text, d.attributions, f) for d, f in zip(documents, found)]
    fields = {"match": "words", "span": f"iou{metric.IOU}", "speaker": "overlap"}
    return Counts(np.array(rows, float), metric.end_to_end_scores, fields)


def group_counts(
    documents: Sequence[Document], found: Sequence[Sequence[Attribution]], groups: Sequence[str], group: Callable[[Attribution], str]
) -> Counts:
    """Recall, precision and F1 of cues and whole attributions by group; see the module's docstring."""
    rows = np.zeros((len(documents), len(groups), len(GROUP_COUNTS)))
    place = {name: k for k, name in enumerate(groups)}
    for row, document, predicted in zip(rows, documents, found):
        gold = document.attributions
        right = metric.agreeing(gold, predicted)
        for a in gold:
            row[place[group(a)], 0] += 1
        for a in predicted:
            row[place[group(a)], 3] += 1
        for i, j in metric.match(gold, predicted):
            row[place[group(gold[i])], 1:3] += (1, right[j])
            row[place[group(predicted[j])], 4:6] += (1, right[j])

    def scores(sums: Floats) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for k, name in enumerate(groups):
            c = dict(zip(GROUP_COUNTS, np.moveaxis(sums[..., k * len(GROUP_COUNTS) : (k + 1) * len(GROUP_COUNTS)], -1, 0)))
            for kind in ("cue", "full"):
                recall, precision = ratio(c[f"gold_{kind}"], c["gold"]), ratio(c[f"predicted_{kind}"], c["predicted"])
                out |= {f"{name}_{kind}_recall": recall, f"{name}_{kind}_precision": precision}
                out[f"{name}_{kind}_f1"] = ratio(2 * recall * precision, recall + precision)
        return out

    fields = {"match": "overlap", "full": f"iou{metric.IOU}"}
    return Counts(rows.reshape(len(documents), len(groups) * len(GROUP_COUNTS)), scores, fields)


def digest(folder: Path) -> str:
    """The first eight digits of the digest of a model, for signatures; what its card tells of it, scores among it, does not count."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.npz")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    numbers = {key: value for key, value in json.loads((folder / "model.json").read_text(encoding="utf-8")).items() if key != "card"}
    whole.update(json.dumps(numbers, sort_keys=True).encode())
    return whole.hexdigest()[:8]


def with_model(description: str) -> argparse.ArgumentParser:
    """A command line with the choice of a model."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--model", type=Path, default=MODELS / "attribution", help="folder of the trained extractor")
    return parser


def plain(node: Any) -> Any:
    """Scores as JSON."""
    if isinstance(node, Score):
        return node.as_dict()
    return {key: plain(value) for key, value in node.items()} if isinstance(node, dict) else node


def write(name: str, results: Any) -> None:
    """Write a results file."""
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(plain(results), indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def show(title: str, scores: Scores) -> None:
    """Print a block of scores."""
    print(f"\n{title}")
    for name, score in scores.items():
        print(f"  {name:24}{str(score).split(' | ')[0].removeprefix(score.name)}")
