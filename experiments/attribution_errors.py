"""What goes wrong: all errors on PolNeAR dev by class, and a hundred of them read one by one.

    python -m experiments.attribution_errors [--model FOLDER] [--read]

An error is a gold attribution whose cue nothing touches (*missed*), a predicted one whose cue touches no gold cue (*spurious*), or a
matched pair that is not *full* (*source*, *content*, *both*; :mod:`framing.metrics.attribution`). Predictions with a parent are left out.
``classify`` gives each error the first class that fits, in the order of ``CLASSES``:

* *other cue*: missed or spurious, but the other side has an unmatched attribution with the same content: they differ in the cue only.
* *missed, in a found content*: PolNeAR is flat, so whoever takes it as part of a content cannot find it. *Spurious, in a gold content*: the
  reverse.
* *missed* or *spurious* with a word of ``framing/lexicons/reporting.tsv`` in the cue, or without one.
* *source none*: there is one in gold; *source made up*: there is none; *source elsewhere*: no character in common; *source extent*: some.
* *content elsewhere*; *too long*: it holds the gold one; *too short*: it lies in it; *shifted*: neither.

A random sample of ``SAMPLE`` errors (those with the lowest lots, seed 0) is in ``results/attribution_errors.tsv``: document, offsets of the
gold and the found cue, class, and two columns written by hand: ``reading``, one of ``READINGS``, and a note. No text of the corpus. Both
are kept when the file is written anew, for errors that are still in the sample; those without are counted as "not read". ``--read`` prints
the sample with its text instead. Shares of all errors have 95 % bootstrap intervals over documents, 1,000 resamples, seed 0.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments import extraction, results_file
from experiments.data import load
from experiments.extraction import Counts, cue_class, flat, show, trained
from framing.attribution import AttributionExtractor
from framing.metrics import attribution as metric
from framing.metrics.spans import Floats, merge, ratio, shared
from framing.records import Attribution, Document, Span

SAMPLE, SEED = 100, 0
TSV = results_file.COMMITTED / "attribution_errors.tsv"
COLUMNS = ("document", "gold_start", "gold_end", "found_start", "found_end", "class", "reading", "note")
CLASSES = (
    "missed, other cue", "missed, in a found content", "missed, listed word", "missed, no listed word",
    "spurious, other cue", "spurious, in a gold content", "spurious, listed word", "spurious, no listed word",
    "source none", "source made up", "source elsewhere", "source extent",
    "content elsewhere", "content too long", "content too short", "content shifted",
    "source and content",
)  # fmt: skip
READINGS = {
    "gold lacks it": "a reader would mark what was found; the annotator did not",
    "either will do": "both are defensible: where a span ends, which of two words is the cue, whether an attitude is an attribution",
    "gold is odd": "the gold annotation looks like a slip",
    "unknown cue": "the cue is a rare phrase, or a word that seldom reports",
    "no cue here": "a word that often reports, in another sense or function",
    "attachment": "where a content ends, or which clause it is, takes syntax",
    "who speaks": "the speaker is another one, or stands elsewhere",
    "quotation": "which quotation belongs to whom, or how far it goes over sentences and paragraphs",
    "nested": "an attribution inside the content of another, told apart otherwise than in gold",
    "layout": "transcripts, lists, headlines, datelines",
    "plain": "a common cue in a common frame: nothing excuses it",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error: the gold attribution, the found one, or both where their cues are matched."""

    document: Document
    gold: Attribution | None
    found: Attribution | None
    kind: str

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others in the file."""
        sides = (None if a is None else a.cue for a in (self.gold, self.found))
        return (self.document.id, *(x for cue in sides for x in (("", "") if cue is None else (str(cue.start), str(cue.end)))))


def mistakes(document: Document, found: Sequence[Attribution]) -> list[Mistake]:
    """The errors of a document, in the order of their cues."""
    gold = document.attributions
    pairs, right = metric.match(gold, found), metric.agreeing(gold, found)
    left = [a for i, a in enumerate(gold) if i not in {i for i, _ in pairs}]
    over = [a for j, a in enumerate(found) if j not in {j for _, j in pairs}]
    out = [Mistake(document, gold[i], found[j], classify_pair(gold[i], found[j])) for i, j in pairs if not right[j]]
    out += [Mistake(document, a, None, f"missed, {classify_single(a, over, found)}") for a in left]
    names = {"in a found content": "in a gold content"}
    for a in over:
        kind = classify_single(a, left, gold)
        out.append(Mistake(document, None, a, f"spurious, {names.get(kind, kind)}"))
    return sorted(out, key=lambda m: next(a.cue for a in (m.gold, m.found) if a is not None))


def classify_single(a: Attribution, unmatched: Sequence[Attribution], others: Sequence[Attribution]) -> str:
    """The class of a missed or spurious attribution, given those of the other side, unmatched and all."""
    if any(metric.alike(_offsets(a.content), _offsets(b.content)) for b in unmatched):
        return "other cue"
    if any(s.covers(a.cue) for b in others for s in b.content):
        return "in a found content"
    return "no listed word" if cue_class(a) == "other" else "listed word"


def classify_pair(gold: Attribution, found: Attribution) -> str:
    """The class of a matched pair."""
    true, said = _offsets(() if gold.source is None else (gold.source,)), _offsets(() if found.source is None else (found.source,))
    source = metric.alike(true, said)
    want, got = _offsets(gold.content), _offsets(found.content)
    content = metric.alike(want, got)
    if not source and not content:
        return "source and content"
    if not source:
        return f"source {'none' if not said else 'made up' if not true else 'extent' if shared(true, said) else 'elsewhere'}"
    both = shared(want, got)
    sizes = [sum(end - start for start, end in side) for side in (want, got)]
    slack = 3  # characters: a mark or a blank more or less
    if not both:
        return "content elsewhere"
    return f"content {'too long' if both >= sizes[0] - slack else 'too short' if both >= sizes[1] - slack else 'shifted'}"


def _offsets(spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    return merge((s.start, s.end) for s in spans)


def shares(by_document: Sequence[Sequence[Mistake]]) -> Counts:
    """The share of each class among all errors."""
    rows = [[sum(m.kind == name for m in found) for name in CLASSES] for found in by_document]

    def scores(sums: Floats) -> dict[str, Any]:
        return {name: ratio(sums[..., k], sums.sum(-1)) for k, name in enumerate(CLASSES)}

    return Counts(np.array(rows, float), scores, {"match": "overlap", "full": f"iou{metric.IOU}", "unit": "error"})


def lot(m: Mistake) -> bytes:
    """A number drawn for an error, the same whatever other errors there are: so most of a sample outlives a change of the model."""
    return hashlib.sha256(f"{SEED} {' '.join(m.key)}".encode()).digest()


def read_file() -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of the file by key."""
    if not TSV.exists():
        return {}
    with TSV.open(encoding="utf-8", newline="") as file:
        return {tuple(row[c] for c in COLUMNS[:5]): row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def write_file(sample: Sequence[Mistake]) -> list[dict[str, str]]:
    """Write the sample; readings and notes are kept."""
    old, rows = read_file(), []
    for m in sample:
        kept = old.get(m.key, {})
        rows.append({**dict(zip(COLUMNS, m.key)), "class": m.kind, "reading": kept.get("reading", ""), "note": kept.get("note", "")})
    lines = ["\t".join(COLUMNS), *("\t".join(row[c] for c in COLUMNS) for row in rows)]
    results_file.page(TSV).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return rows


def describe(m: Mistake) -> str:
    """An error with its text, for reading: { } gold, [ ] found; s source, c cue, x content."""
    marks: list[tuple[int, int, str]] = []
    for a, (opening, closing) in ((m.gold, "{}"), (m.found, "[]")):
        if a is None:
            continue
        for role, spans in (("s", () if a.source is None else (a.source,)), ("c", (a.cue,)), ("x", a.content)):
            for s in spans:
                marks += [(s.start, 1, f"{opening}{role} "), (s.end, 0, f" {role}{closing}")]
    text, pieces = m.document.text, []
    at = start = max(0, min(p for p, _, _ in marks) - 150)
    for place, _, mark in sorted(marks):
        pieces += [text[at:place], mark]
        at = place
    return f"{start}: {''.join(pieces)}{text[at : at + 150]}".replace("\n", " ¶ ")


def main() -> None:
    """Print and write."""
    parser = extraction.with_model(__doc__ or "")
    parser.add_argument("--read", action="store_true", help="print the sample with its text; writes nothing")
    options = parser.parse_args()
    model = extraction.digest(options.model)
    system = trained(AttributionExtractor.load(options.model), whole=True)
    by_document = [mistakes(d, flat(system(d.text).attributions)) for d in load("polnear", "dev")]
    everything = [m for found in by_document for m in found]
    chosen = {m.key for m in sorted(everything, key=lot)[:SAMPLE]}
    sample = [m for m in everything if m.key in chosen]
    if options.read:
        for k, m in enumerate(sample):
            print(f"\n{k} {'|'.join(m.key)} {m.kind}\n{describe(m)}")
        return
    found = shares(by_document).score(system="trained", model=model, text="whole")
    totals = Counter(m.kind for m in everything)
    show(f"{len(everything)} errors", {f"{name} ({totals[name]})": score for name, score in found.items()})
    rows = write_file(sample)
    readings = Counter((row["class"], row["reading"] or "not read") for row in rows)
    table = {name: {r: n for (c, r), n in sorted(readings.items()) if c == name} for name in CLASSES}
    for name, row in table.items():
        print(f"  {name:30} {row}")
    counts = {name: {"n": totals[name], "share": found[name]} for name in CLASSES}
    read = dict(sorted(Counter(row["reading"] or "not read" for row in rows).items()))
    out = {"classes": counts, "errors": len(everything), "sample": table, "readings": read, "model": model}
    results_file.write("attribution_errors", out)


if __name__ == "__main__":
    main()
