"""How often each row of the hedge lexicon hits and how often annotators agree: counts for ``framing/lexicons/hedges.tsv``.

    python -m experiments.hedge_lexicon            # compares, exit status 1 where the table is out of date
    python -m experiments.hedge_lexicon --write    # writes the columns

Data: Szeged Uncertainty Corpus (Szarvas et al. 2012), parts wiki, bio and news at hand, where a hit is right if it meets a gold cue of
whatever type; CoNLL-2010 Wikipedia training set (Farkas et al. 2010), where only sentences are labelled and a hit is right if it stands
in an uncertain one. The other rows of a place are not asked: a row hits where it wins (:func:`framing.hedge_rules.find_cues`). A hit
whose type a negation changed is no evidence for the row's type and left out. ``hits`` and ``precision`` pool what
:func:`framing.hedge_lexicon.counted` names. About 5 seconds.

The counts depend on the conditions of ``hedge_needs.tsv``: whoever changes a row or a condition runs this again.
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.hedging import BIO, Corpus, conll, szeged
from experiments.results_file import page
from framing.hedge_lexicon import counted, hedge_lexicon
from framing.hedge_rules import Context, find_cues

Counts = tuple[NDArray[np.int64], NDArray[np.int64]]
TABLE = Path(str(resources.files("framing.lexicons").joinpath("hedges.tsv")))


def count_rows(corpus: Corpus) -> Counts:
    """Per lexicon row: hits that meet a gold cue (or stand in an uncertain sentence, without gold cues), and all hits."""
    lexicon, tokens = hedge_lexicon(), corpus.tokens
    cues = find_cues(Context.of(tokens, lexicon))
    if corpus.cues:
        begin, end = tokens.start[cues.first], tokens.end[cues.last - 1]
        gold = np.array([(a, b) for a, b, _ in corpus.cues])
        place = np.searchsorted(gold[:, 1], begin, side="right")
        hit = (gold[np.minimum(place, len(gold) - 1), 0] < end) & (place < len(gold))
    else:
        hit = corpus.label[tokens.paragraph[cues.first]]
    size, own = len(lexicon.entries), ~cues.flipped
    return np.bincount(cues.entry[hit & own], minlength=size), np.bincount(cues.entry[own], minlength=size)


def counted_rows() -> dict[str, Counts]:
    """The counts of every column."""
    corpora = {"wiki": szeged("wiki"), "bio": szeged(*BIO), "news": szeged("news"), "conll": conll("wiki")}
    return {name: count_rows(corpus) for name, corpus in corpora.items()}


def updated(text: str, counts: dict[str, Counts]) -> str:
    """The table with the counted columns filled in."""
    lines = text.split("\n")
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
        columns, marked = counted(cells[header.index("type")])
        right, hits = (sum(int(counts[name][k][row]) for name in columns) for k in (0, 1))
        cells[header.index("hits")] = str(hits)
        cells[header.index("precision")] = f"{right / hits:.2f}" if hits and marked else ""
        lines[i] = "\t".join(cells)
        row += 1
    return "\n".join(lines)


def main() -> None:
    """Count, then write or compare."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument("--write", action="store_true", help="write the columns into hedges.tsv")
    write = parser.parse_args().write
    counts = counted_rows()
    old = TABLE.read_text(encoding="utf-8")
    new = updated(old, counts)
    changed = [a.partition("\t")[0] for a, b in zip(new.split("\n"), old.split("\n")) if a != b]
    if write:
        page(TABLE).write_text(new, encoding="utf-8")
    never = sum(not sum(int(n[row]) for _, n in counts.values()) for row in range(len(hedge_lexicon().entries)))
    print(f"{len(hedge_lexicon().entries)} rows, {never} of them hit nowhere; {len(changed)} differ from the table")
    if changed and not write:
        print("\n".join(changed[:20]))
        sys.exit(1)


if __name__ == "__main__":
    main()
