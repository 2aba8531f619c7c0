"""How well uncertain sentences are found by lexicon and conditions: Szeged Uncertainty Corpus and CoNLL-2010 training parts at hand.

    python -m experiments.hedging                    # writes results/hedging.json
    python -m experiments.hedging --update-lexicon   # counts the hits of every lexicon row first

Protocol
--------
* Sentence level as in CoNLL-2010 task 1 (Farkas et al. 2010): a gold sentence is uncertain if it holds a cue (or is labelled so);
  precision, recall and F1 of the class "uncertain", micro over sentences. Intervals: 95 % bootstrap over documents, 1,000 resamples,
  seed 0.
* Gold sentences are kept: each is one paragraph of an article made of the whole corpus, so that no cue reaches over.
* ``any``: a sentence is uncertain if it holds a cue of the profile with a confidence of at least ``CONFIDENCE``. ``score``: if
  sentence_uncertainty reaches a threshold, picked on Szeged wiki for the profiles news, szeged and bio and on CoNLL wiki for conll-wiki.
* ``plain``: the same words without conditions, negation, look-alikes or confidence ("any match"); the floor to beat beside the
  published any-match lists.
* Cue level: a predicted cue of the profile is right if it shares a character with a gold cue, one to one; types are compared on these
  pairs.
* What was tuned on what: conditions and thresholds on wiki and bio; the news part decides nothing, except that the rates per word of
  its whole (published in our research notes before) shaped the disambiguation of may, could, would, about, nearly, almost, expected
  and potential. The news counts in the lexicon are shown, not used.
* The confidences are shares counted on wiki, bio and CoNLL wiki: numbers there are in-sample. Only those on news are not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, find_cues
from framing.hedging import PROFILES, find_hedges, sentence_uncertainty
from framing.lexicons import read_table
from framing.records import Article, Span
from framing.tokens import Tokens, tokenize

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("FRAMING_DATA", ROOT.parent / "shared" / "data"))
RESULT = Path(__file__).parent / "results" / "hedging.json"
CONFIDENCE = 0.3
SZEGED = {
    "modal_probable": "epistemic", "modal_possible": "epistemic",
    "hypo_doxastic": "doxastic", "hypo_condition": "condition", "hypo_investigation": "investigation",
}
BIO = ("bio_bmc", "bio_fly", "bio_hbc")


@dataclass(frozen=True)
class Corpus:
    """m gold sentences of d documents in one text; ``cues`` are (start, end, type) in it, empty where only labels exist."""

    name: str
    tokens: Tokens
    document: NDArray[np.int64]
    label: NDArray[np.bool_]
    cues: tuple[tuple[int, int, str], ...]


def _corpus(name: str, rows: Sequence[tuple[str, str, Sequence[tuple[int, int, str]], bool]]) -> Corpus:
    """Rows are (document, sentence, cues inside it, uncertain)."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    cues: list[tuple[int, int, str]] = []
    at = 0
    for _, sentence, inside, _ in rows:
        parts.append(sentence)
        spans.append((at, at + len(sentence)))
        cues.extend((at + a, at + b, kind) for a, b, kind in inside)
        at += len(sentence) + 2
    text = "\n\n".join(parts)
    paragraphs = tuple(Span.of(text, a, b) for a, b in spans)
    tokens = tokenize(Article(text, None, None, paragraphs, Span.of(text, 0, len(text))))
    index: dict[str, int] = {}
    document = np.array([index.setdefault(row[0], len(index)) for row in rows])
    return Corpus(name, tokens, document, np.array([row[3] for row in rows]), tuple(cues))


def szeged(*names: str) -> Corpus:
    """Files of the Szeged Uncertainty Corpus, cues with types."""
    rows: list[tuple[str, str, list[tuple[int, int, str]], bool]] = []
    for name in names:
        for number, document in enumerate(ET.parse(DATA / "szeged_uncertainty" / f"{name}.xml").getroot().iter("Document")):
            for sentence in document.iter("Sentence"):
                text, cues = sentence.text or "", []
                for part in sentence:
                    kind = part.get("type", "").replace("speculation_", "").strip(" _")
                    word = "".join(part.itertext())
                    if part.tag == "ccue" and kind in SZEGED:
                        cues.append((len(text), len(text) + len(word), SZEGED[kind]))
                    text += word + (part.tail or "")
                text = text.replace("\n", " ")
                if text.strip():
                    rows.append((f"{name} {number}", text, cues, bool(cues)))
    return _corpus("+".join(names), rows)


def conll(name: str) -> Corpus:
    """Labelled sentences of ``conll2010/<name>.jsonl``."""
    with open(DATA / "conll2010" / f"{name}.jsonl", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    known = [r for r in records if r["label"] is not None and r["text"].strip()]
    return _corpus(name, [(r["doc"], r["text"].replace("\n", " "), (), bool(r["label"])) for r in known])


def count_rows(corpus: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per lexicon row: hits that meet a gold cue (or stand in an uncertain sentence, without gold cues), and all hits."""
    lexicon, tokens = hedge_lexicon(), corpus.tokens
    cues = find_cues(Context.of(tokens, lexicon))
    if corpus.cues:
        begin, end = tokens.start[cues.first], tokens.end[cues.last - 1]
        gold = np.array([(a, b) for a, b, _ in corpus.cues])
        place = np.searchsorted(gold[:, 1], begin, side="right")
        hit = gold[np.minimum(place, len(gold) - 1), 0] < end
        hit &= place < len(gold)
    else:
        hit = corpus.label[tokens.paragraph[cues.first]]
    size = len(lexicon.entries)
    own = ~cues.flipped  # a type that negation changed is no evidence for the row's own type
    return np.bincount(cues.entry[hit & own], minlength=size), np.bincount(cues.entry[own], minlength=size)


def update_lexicon() -> None:
    """Write the counts of the four corpora into ``hedges.tsv``."""
    counts = {
        "wiki": count_rows(szeged("wiki")), "bio": count_rows(szeged(*BIO)),
        "news": count_rows(szeged("factbank")), "conll": count_rows(conll("wiki_train")),
    }
    path = Path(str(resources.files("framing.lexicons").joinpath("hedges.tsv")))
    lines = path.read_text(encoding="utf-8").split("\n")
    header: list[str] = []
    row = 0
    for i, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
            continue
        for name, (hit, n) in counts.items():
            cells[header.index(name)] = f"{hit[row]}/{n[row]}"
        lines[i] = "\t".join(cells)
        row += 1
    path.write_text("\n".join(lines), encoding="utf-8")


def prf(counts: NDArray[np.float64]) -> list[float]:
    """Precision, recall, F1 of (tp, fp, fn)."""
    tp, fp, fn = counts
    return [float(tp / max(tp + fp, 1)), float(tp / max(tp + fn, 1)), float(2 * tp / max(2 * tp + fp + fn, 1))]


def evaluate(corpus: Corpus, predicted: NDArray[np.bool_]) -> dict[str, Any]:
    """Sentence precision, recall, F1 with the interval of F1."""
    gold = corpus.label
    table = np.stack([predicted & gold, predicted & ~gold, ~predicted & gold], 1).astype(float)
    documents = np.zeros((corpus.document.max() + 1, 3))
    np.add.at(documents, corpus.document, table)
    draw = np.random.default_rng(0).integers(0, len(documents), (1000, len(documents)))
    f1 = [prf(documents[d].sum(0))[2] for d in draw]
    p, r, f = prf(documents.sum(0))
    interval = [round(float(x), 4) for x in np.quantile(f1, [0.025, 0.975])]
    return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(f, 4), "f1_interval": interval}


def best_threshold(corpus: Corpus, score: NDArray[np.float64]) -> float:
    """The threshold of highest F1."""
    grid = np.round(np.arange(0.05, 0.9, 0.01), 2)
    gold = corpus.label
    chosen = [score >= t for t in grid]
    f1 = [prf(np.array([(x & gold).sum(), (x & ~gold).sum(), (~x & gold).sum()], float))[2] for x in chosen]
    return float(grid[int(np.argmax(f1))])


def plain_words(profile: str) -> frozenset[str]:
    """All one-word cues of the profile's types, as a bare list."""
    found = set()
    for entry in hedge_lexicon().entries:
        if entry.type in PROFILES[profile] and " " not in entry.text:
            found.update(w for w in entry.text.split("|"))
    return frozenset(found)


class Predicted:
    """The hedges of a corpus and its sentence values by profile."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.hedges = find_hedges(corpus.tokens, ())
        self.place = corpus.tokens.paragraph[[corpus.tokens.at(h.cue.start) for h in self.hedges]] if self.hedges else np.zeros(0, np.int32)

    def any(self, profile: str) -> NDArray[np.bool_]:
        keep = np.array([h.type in PROFILES[profile] and h.confidence >= CONFIDENCE for h in self.hedges])
        return np.bincount(self.place[keep], minlength=len(self.corpus.label)) > 0

    def score(self, profile: str) -> NDArray[np.float64]:
        tokens = self.corpus.tokens
        value = sentence_uncertainty(tokens, self.hedges, profile)
        result: NDArray[np.float64] = np.ones(len(self.corpus.label))
        np.multiply.at(result, tokens.paragraph[tokens.sentence_first[:-1]], 1 - value)
        return 1 - result

    def plain(self, profile: str) -> NDArray[np.bool_]:
        words = plain_words(profile)
        hit = self.corpus.tokens.lookup(lambda t: t.lower() in words, np.bool_)
        return np.bincount(self.corpus.tokens.paragraph, hit, len(self.corpus.label)) > 0

    def cues(self, profile: str) -> dict[str, Any]:
        gold = self.corpus.cues
        chosen = [h for h in self.hedges if h.type in PROFILES[profile] and h.confidence >= CONFIDENCE]
        i = right = same = 0
        types = dict.fromkeys(PROFILES["szeged"], 0)
        for h in chosen:
            while i < len(gold) and gold[i][1] <= h.cue.start:
                i += 1
            if i < len(gold) and gold[i][0] < h.cue.end:
                right += 1
                same += gold[i][2] == h.type
                types[gold[i][2]] += 1
                i += 1
        p, r, f = prf(np.array([right, len(chosen) - right, len(gold) - right], float))
        recall = {kind: round(n / max(1, sum(g[2] == kind for g in gold)), 4) for kind, n in types.items()}
        accuracy = round(same / max(1, right), 4)
        return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(f, 4), "type_accuracy": accuracy, "recall_by_type": recall}


def main() -> None:
    """Run all evaluations and write the result file."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument("--update-lexicon", action="store_true", help="count the hits of every lexicon row and write them into hedges.tsv")
    if parser.parse_args().update_lexicon:
        update_lexicon()
        read_table.cache_clear()
        hedge_lexicon.cache_clear()
    corpora = {
        "szeged wiki": (szeged("wiki"), ("szeged", "news")), "szeged news": (szeged("factbank"), ("szeged", "news")),
        "szeged bio": (szeged(*BIO), ("szeged",)),
        "conll wiki train": (conll("wiki_train"), ("conll-wiki", "news")), "conll bio train": (conll("bio_train"), ("bio",)),
    }
    predicted = {name: Predicted(corpus) for name, (corpus, _) in corpora.items()}
    threshold = {p: best_threshold(corpora["szeged wiki"][0], predicted["szeged wiki"].score(p)) for p in ("szeged", "news", "bio")}
    threshold["conll-wiki"] = best_threshold(corpora["conll wiki train"][0], predicted["conll wiki train"].score("conll-wiki"))
    result: dict[str, Any] = {
        "signature": f"sentences:micro|class:uncertain|bootstrap:documents,1000,seed0|confidence:{CONFIDENCE}",
        "thresholds": threshold, "corpora": {},
    }
    for name, (corpus, profiles) in corpora.items():
        documents = int(corpus.document.max() + 1)
        entry: dict[str, Any] = {"sentences": len(corpus.label), "uncertain": int(corpus.label.sum()), "documents": documents}
        for profile in profiles:
            p = predicted[name]
            entry[profile] = {
                "plain": evaluate(corpus, p.plain(profile)), "any": evaluate(corpus, p.any(profile)),
                "score": evaluate(corpus, p.score(profile) >= threshold[profile]),
            }
            if corpus.cues:
                entry[profile]["cues"] = p.cues(profile)
            for kind in ("plain", "any", "score"):
                e = entry[profile][kind]
                print(f"{name:17} {profile:10} {kind:6} P {e['precision']:.3f} R {e['recall']:.3f} F1 {e['f1']:.3f} {e['f1_interval']}")
            if corpus.cues:
                print(f"{'':17} {'':10} cues   {entry[profile]['cues']}")
        result["corpora"][name] = entry
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
