"""Do our speech quotes hold the words that somebody is said to say? ``python -m experiments.quotes`` -> ``results/quotes.json``.

Task (``research/peers.md``, tokDIR): word tokens (``\\w+``) of PolNeAR inside double quotation marks. Gold are those inside a
gold Content (first annotator by id), found are those inside a quote that a system calls speech; both only inside double marks.

Where double marks are is decided by a scanner that shares no code with ``framing.quotes``: in every line each double mark toggles
between outside and inside; a line that begins with a mark while the line before was left inside stays inside, any other line begins
outside. Two sets of marks: ``plain`` (``" “ ”``) and ``all`` (also two apostrophes or backticks side by side, as in the New
York Times files). As a check on the scanner, ``directed`` lets “ always open and ” always close instead.

Systems: ours; ``regex`` (four words or more between double marks in a paragraph); ``every quote`` (ours, whatever the kind).
Intervals: 95 %, bootstrap over documents, 1,000 resamples, seed 0. ``strict P``: precision with found words outside double marks
(or outside the chosen marks) counted as wrong. Rules and words were tuned on train; dev was only looked at for pairing faults.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing.metrics.bootstrap import score_table
from framing.metrics.spans import Floats, ratio
from framing.quotes import find_quotes
from framing.records import Document, Span

REGEX = re.compile(r'["“]([^"“”]*)["”]')
WORD = re.compile(r"\w+")
TOKEN = re.compile(r"\w+|[^\w\s]")
MARKS = {"plain": re.compile('["“”]'), "all": re.compile("[\"“”„‟«»]|''|``")}
SCANNERS = (("plain", False), ("all", False), ("all", True))
Spans = list[tuple[int, int]]


def paragraphs(text: str) -> list[Span]:
    """Every line that is not blank."""
    return [Span.of(text, m.start(), m.end()) for m in re.finditer(r"\S[^\n]*\S|\S", text)]


def inside_marks(text: str, marks: re.Pattern[str], directed: bool = False) -> Spans:
    """Stretches between double marks (see the module's docstring)."""
    spans: Spans = []
    inside = False
    for line in paragraphs(text):
        found = list(marks.finditer(text, line.start, line.end))
        reopens = inside and bool(found) and found[0].start() == line.start
        inside, start = reopens, found[0].end() if found else line.start
        for m in found[reopens:]:
            mark = m.group()
            opens = mark == "“" if directed and mark in "“”" else not inside
            if inside and not opens:
                spans.append((start, m.start()))
            if opens and not inside:
                start = m.end()
            inside = opens
        if inside:
            spans.append((start, line.end))
    return spans


def covered(text: str, spans: Spans) -> np.ndarray:
    """Whether each character lies in a span: boolean array of the text's length."""
    flags = np.zeros(len(text), bool)
    for start, end in spans:
        flags[start:end] = True
    return flags


def regex_spans(text: str) -> Spans:
    return [m.span() for p in paragraphs(text) for m in REGEX.finditer(text, p.start, p.end) if len(m.group(1).split()) >= 4]


def ours(text: str) -> Spans:
    return [(q.span.start, q.span.end) for q in find_quotes(text, paragraphs(text)) if q.kind == "speech"]


def every_quote(text: str) -> Spans:
    return [(q.span.start, q.span.end) for q in find_quotes(text, paragraphs(text))]


SYSTEMS: dict[str, Callable[[str], Spans]] = {"ours": ours, "every quote": every_quote, "regex": regex_spans}


def counts(document: Document, system: Callable[[str], Spans], marks: str, directed: bool) -> tuple[int, int, int, int]:
    """Right, found, gold and (strict) all found word tokens of a document."""
    text = document.text
    words = [m.start() for m in WORD.finditer(text)]
    gold = covered(text, [(span.start, span.end) for a in document.attributions for span in a.content])[words]
    found = covered(text, system(text))[words]
    inside = covered(text, inside_marks(text, MARKS[marks], directed))[words]
    return int((gold & found & inside).sum()), int((found & inside).sum()), int((gold & inside).sum()), int(found.sum())


def scores(sums: Floats) -> dict[str, Floats]:
    """P, R, F1 and strict P of sums of :func:`counts`, shape (..., 4)."""
    right, found, gold, strict = np.moveaxis(np.asarray(sums, float), -1, 0)
    return {"P": ratio(right, found), "R": ratio(right, gold), "F1": ratio(2 * right, found + gold), "strict_P": ratio(right, strict)}


def measure(documents: Sequence[Document], split: str, name: str, marks: str, directed: bool) -> dict[str, Any]:
    """All scores of a system with their intervals, and the number of gold words."""
    table = np.array([counts(d, SYSTEMS[name], marks, directed) for d in documents], float).reshape(-1, 4)
    signed: dict[str, Any] = {"corpus": "polnear", "split": split, "marks": scanner(marks, directed).replace(", ", "+"), "system": name}
    return {**score_table(table, scores, unit="word", **signed), "gold": int(table[:, 2].sum())}


def scanner(marks: str, directed: bool) -> str:
    """What decides where double marks are."""
    return marks + (", directed" if directed else "")


def microseconds(function: Callable[[], object], articles: int, repeats: int = 15) -> float:
    """Best of ``repeats`` runs, for one article."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return round(best / articles * 1e6, 1)


def main() -> None:
    task = "PolNeAR word tokens inside double marks, speech quotes against gold contents"
    results: dict[str, object] = {"task": task}
    print(f"{'split':6}{'marks':16}{'system':13}{'P':>7}{'R':>7}{'F1':>7}  {'95 % of F1':16}{'strict P':>8}{'gold':>8}")
    for split in ("dev", "train"):
        documents = list(load("polnear", split))
        for marks, directed in SCANNERS if split == "dev" else SCANNERS[:2]:
            inside = scanner(marks, directed)
            for name in SYSTEMS:
                found = results[f"{split} | {inside} | {name}"] = measure(documents, split, name, marks, directed)
                p, r, f1, strict = (found[key] for key in ("P", "R", "F1", "strict_P"))
                low, high = f1.interval
                values = f"{p.value:7.3f}{r.value:7.3f}{f1.value:7.3f}  [{low:.3f}, {high:.3f}]  {strict.value:8.3f}{found['gold']:8}"
                print(f"{split:6}{inside:16}{name:13}{values}")
    read = [(d.text, paragraphs(d.text)) for d in load("polnear", "dev")]
    n = len(read)
    results["per dev article"] = {
        "characters": round(sum(len(t) for t, _ in read) / n),
        "quotes": round(sum(len(find_quotes(t, p)) for t, p in read) / n, 1),
    }
    speed = {
        "find_quotes_us": microseconds(lambda: [find_quotes(t, p) for t, p in read], n),
        "bare_regex_tokeniser_us": microseconds(lambda: [TOKEN.findall(t) for t, _ in read], n),
    }
    print(results["per dev article"], speed)
    write("quotes", results, {"speed, per dev article": speed}, in_order=True)


if __name__ == "__main__":
    main()
