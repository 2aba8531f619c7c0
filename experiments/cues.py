"""How often each reporting word, in each frame, is a true cue: PolNeAR train -> ``framing/lexicons/cue_frames.tsv``.

    python -m experiments.cues

A candidate is true if it touches a gold cue. Candidates inside a gold content are left out, because PolNeAR marks no nested attribution
there. Rows are kept from three candidates on; ``*class`` rows pool the words of a class.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from experiments.data import load
from experiments.results_file import page
from framing.cues import find_cues
from framing.phrases import view
from framing.quotes import find_quotes
from framing.text import article_from_text
from framing.tokens import tokenize

TARGET = Path(__file__).parents[1] / "framing" / "lexicons" / "cue_frames.tsv"


def lines() -> list[str]:
    """The lines of the table."""
    seen: Counter[tuple[str, str]] = Counter()
    true: Counter[tuple[str, str]] = Counter()
    for document in load("polnear", "train"):
        article = article_from_text(document.text)
        tokens = tokenize(article)
        cues = bytearray(len(document.text))
        contents = bytearray(len(document.text))
        for gold in document.attributions:
            for span in (gold.cue, *gold.content):
                marks = cues if span is gold.cue else contents
                marks[span.start : span.end] = b"\1" * len(span)
        for cue in find_cues(view(tokens, find_quotes(article.text, article.paragraphs))):
            s, e = int(tokens.start[cue.head]), int(tokens.end[cue.head])
            hit = any(cues[s:e])
            if not hit and any(contents[s:e]):
                continue
            for word in (cue.lemma, f"*{cue.kind}"):
                seen[word, cue.key] += 1
                true[word, cue.key] += hit
    head = [
        "# Precision of reporting words by frame: share of candidates that touch a gold cue, on PolNeAR train (840 articles).",
        "# Written by python -m experiments.cues",
        "word\tframe\tn\tprecision",
    ]
    print(f"{sum(true.values())} true of {sum(seen.values())}")
    return [*head, *(f"{w}\t{f}\t{n}\t{true[w, f] / n:.3f}" for (w, f), n in sorted(seen.items()) if n >= 3)]


def main() -> None:
    """Count and write."""
    made = lines()
    page(TARGET).write_text("\n".join(made) + "\n", encoding="utf-8")
    print(f"{len(made) - 3} rows")


if __name__ == "__main__":
    main()
