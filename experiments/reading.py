"""Reading: where sentences end, beside NLTK Punkt and pysbd; and how fast text is read, beside a bare regular expression.

    python -m experiments.reading

Sentence ends
-------------
A sentence end is the offset after the last non-space character of a sentence. Texts are cut into blocks that every system gets one by
one: the paragraphs of UD English EWT (dev; rebuilt from ``# text``, ``# newdoc``, ``# newpar`` and ``SpaceAfter``), and each whole
document of the Szeged news file (its sentences joined with one blank). The end of a block is known to everybody; the main count
(``inner``) leaves it out for all, the second (``all``) counts it for all. Precision, recall and F1 are pooled over documents; the
interval is the 95 % percentile bootstrap over documents (2,000 draws, seed 0).

Peers: Punkt (Kiss & Strunk 2006) as ``PunktSentenceTokenizer()`` without training and trained on the texts of PolNeAR train; pysbd
(Sadvilkar & Neumann 2020). Our rules were made with EWT train and the texts of PolNeAR train; then the errors on the Szeged file were
looked at, which led to five rules (dotted leaders before a number and dots before a quoted small letter end nothing; an opening quotation
mark, or Mr., after the abbreviation of a company or state ends a sentence; a separated full stop belongs to the sentence before it). Before
them our F1 there was .9666 against .9669 of the trained Punkt. ``szeged news without tables`` leaves out the one document whose lists of
prices the first rule concerns. Numbers go to ``results/reading.json``, timings and versions to ``results/reading.volatile.json``.

Speed
-----
``article_from_text`` + ``tokenize`` + ``find_quotes`` over the PolNeAR dev texts, article by article in one process: ``cold`` with an
empty memory of stretches, ``warm`` after reading PolNeAR train (as in a run over a corpus), ``again`` when the same texts were just read.
Best and median of some passes; the memory is emptied and warmed afresh before each.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np

from experiments.data import load
from experiments.results_file import write
from framing import tokens as tokens_module
from framing.quotes import find_quotes
from framing.records import Article, Span
from framing.text import article_from_text
from framing.tokens import tokenize

DRAWS, SEED = 2000, 0

Block = tuple[str, list[int]]  # text, gold ends
Segmenter = Callable[[str], list[int]]


def ewt(split: str) -> Iterator[tuple[str, list[Block]]]:
    """Documents of UD English EWT: name and blocks, one for each paragraph."""
    for document in load("ud_english_ewt", split):
        blocks: list[Block] = []
        at = 0
        for paragraph in document.text.split("\n"):
            if paragraph:
                inside = [s.span.end - at for s in document.sentences if at <= s.span.start < at + len(paragraph)]
                blocks.append((paragraph, inside))
            at += len(paragraph) + 1
        yield document.id, blocks


def szeged_news() -> Iterator[tuple[str, list[Block]]]:
    """Documents of the Szeged news file, one block each."""
    for document in load("szeged_uncertainty", part="news"):
        yield document.id, [(document.text, [s.span.end for s in document.sentences])]


def polnear_texts(split: str) -> list[str]:
    """The texts of a PolNeAR split."""
    return [document.text for document in load("polnear", split)]


def ours(text: str) -> list[int]:
    """Sentence ends of a block that is one paragraph."""
    span = Span.of(text, 0, len(text))
    return [int(e) for e in tokenize(Article(text, None, None, (span,), span)).sentences[:, 1]]


def punkt(train: str | None = None) -> Segmenter:
    """Punkt, trained on a text or not at all."""
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    model = PunktSentenceTokenizer(train) if train else PunktSentenceTokenizer()
    return lambda text: [a + len(text[a:b].rstrip()) for a, b in model.span_tokenize(text) if text[a:b].strip()]


def pysbd_segmenter() -> Segmenter:
    """pysbd; its sentences are aligned by their non-space characters, since it drops and adds blanks."""
    import pysbd

    model = pysbd.Segmenter(language="en", clean=False)

    def segment(text: str) -> list[int]:
        ends, at = [], 0
        solid = [i for i, c in enumerate(text) if not c.isspace()]
        for sentence in model.segment(text):
            at += sum(not c.isspace() for c in sentence)
            if at and at <= len(solid):
                ends.append(solid[at - 1] + 1)
        return ends

    return segment


def count(blocks: Sequence[Block], segment: Segmenter, whole: bool) -> tuple[int, int, int]:
    """True positives, system ends and gold ends; the ends of blocks only if ``whole``."""
    hits = said = gold = 0
    for text, ends in blocks:
        known = set() if whole else {len(text.rstrip())}
        found, wanted = set(segment(text)) - known, set(ends) - known
        hits, said, gold = hits + len(found & wanted), said + len(found), gold + len(wanted)
    return hits, said, gold


def _f1(counts: np.ndarray) -> np.ndarray:
    hits, said, gold = counts[..., 0], counts[..., 1], counts[..., 2]
    return 2 * hits / np.maximum(said + gold, 1)


def scores(counts: Sequence[tuple[int, int, int]]) -> dict[str, object]:
    """Pooled precision, recall, F1 and its bootstrap interval from the counts of each document."""
    table = np.array(counts)
    draws = np.random.default_rng(SEED).integers(0, len(table), (DRAWS, len(table)))
    interval = np.percentile(_f1(table[draws].sum(1)), [2.5, 97.5])
    hits, said, gold = (int(x) for x in table.sum(0))
    return {
        "f1": round(float(_f1(table.sum(0))), 4),
        "interval": [round(float(x), 4) for x in interval],
        "precision": round(hits / max(said, 1), 4),
        "recall": round(hits / max(gold, 1), 4),
        "gold": gold,
    }


def sentence_table() -> tuple[dict[str, object], dict[str, float]]:
    """Scores of all systems on both corpora; seconds each took."""
    systems = {
        "framing": ours,
        "punkt untrained": punkt(),
        "punkt trained on PolNeAR train": punkt("\n\n".join(polnear_texts("train"))),
        "pysbd": pysbd_segmenter(),
    }
    corpora = {"szeged news": list(szeged_news()), "ewt dev": list(ewt("dev"))}
    corpora["szeged news without tables"] = [(name, blocks) for name, blocks in corpora["szeged news"] if name != "wsj_0586.txt"]
    table: dict[str, object] = {}
    seconds: dict[str, float] = {}
    for corpus, documents in corpora.items():
        rows: dict[str, object] = {}
        for name, segment in systems.items():
            began = time.perf_counter()
            found = {text: segment(text) for _, blocks in documents for text, _ in blocks}
            seconds[f"{corpus}: {name}"] = round(time.perf_counter() - began, 3)
            rows[name] = {
                kind: scores([count(blocks, found.__getitem__, whole) for _, blocks in documents])
                for kind, whole in (("inner", False), ("all", True))
            }
        table[corpus] = {"documents": len(documents), "systems": rows}
    return table, seconds


def read(text: str) -> None:
    """What is timed: text, sentences, tokens, quotes."""
    article = article_from_text(text)
    tokenize(article)
    find_quotes(text, article.paragraphs)


def speed(passes: int = 5) -> dict[str, float]:
    """Tokens a second of reading and of its parts, beside two bare regular expressions over the same texts."""
    texts, others = polnear_texts("dev"), polnear_texts("train")
    n = sum(len(tokenize(article_from_text(text))) for text in texts)
    bare = re.compile(r"\w+|[^\w\s]")
    articles = [article_from_text(text) for text in texts]

    def timed(run: Callable[[], object]) -> float:
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    def fresh(warm: bool) -> None:
        tokens_module._tokens_of.clear()
        if warm:
            for text in others:
                read(text)

    seconds: dict[str, list[float]] = {}
    for _ in range(passes):
        fresh(False)
        seconds.setdefault("read cold", []).append(timed(lambda: [read(text) for text in texts]))
        fresh(True)
        kept = dict(tokens_module._tokens_of)
        seconds.setdefault("read warm", []).append(timed(lambda: [read(text) for text in texts]))
        seconds.setdefault("read again", []).append(timed(lambda: [read(text) for text in texts]))
        fresh(False)
        tokens_module._tokens_of.update(kept)
        seconds.setdefault("tokenize warm", []).append(timed(lambda: [tokenize(a) for a in articles]))
        seconds.setdefault("article_from_text", []).append(timed(lambda: [article_from_text(text) for text in texts]))
        seconds.setdefault("find_quotes", []).append(timed(lambda: [find_quotes(a.text, a.paragraphs) for a in articles]))
        seconds.setdefault("regex findall", []).append(timed(lambda: [bare.findall(text) for text in texts]))
        seconds.setdefault("regex finditer spans", []).append(timed(lambda: [[m.span() for m in bare.finditer(text)] for text in texts]))
    out = {"tokens": float(n), "articles": float(len(texts))}
    for name, times in seconds.items():
        out[f"{name}: tokens/s (best)"] = round(n / min(times))
        out[f"{name}: tokens/s (median)"] = round(n / median(times))
    missed = 1 - float(np.mean([word in kept for text in texts for word in text.split()]))
    out["share of stretches that warm had not met"] = round(missed, 4)
    for peer in ("regex findall", "regex finditer spans"):
        out[f"read warm : {peer}, ratio of speed (median)"] = round(median(seconds[peer]) / median(seconds["read warm"]), 3)
    return out


def main() -> None:
    """Print the tables and write the results."""
    table, seconds = sentence_table()
    for corpus, part in table.items():
        for name, row in part["systems"].items():  # type: ignore[index]
            inner, whole = row["inner"], row["all"]
            print(f"{corpus:27} {name:30} F1 {inner['f1']:.4f} {inner['interval']}", end="  ")
            print(f"P {inner['precision']:.4f} R {inner['recall']:.4f}  all {whole['f1']:.4f}")
    timing = speed()
    for name, value in timing.items():
        print(f"{name:60} {value:>14,}")
    signature = f"ends:last non-space|blocks:paragraph(ewt),document(szeged)|bootstrap:documents,{DRAWS},seed {SEED}"
    write("reading", {"signature": signature, "sentence ends": table}, {"seconds": seconds, "speed": timing})


if __name__ == "__main__":
    main()
