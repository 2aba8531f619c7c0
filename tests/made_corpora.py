"""Small made corpora in the formats of PolNeAR and Article-Bias-Prediction, for tests of training: made-up words in real sentences.

``ENTRY`` begins a catalogue entry of a corpus without files.
"""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

ENTRY = """
[[corpus]]
name = "made"
title = "A corpus for tests"
tasks = ["attribution"]
licence = "none"
citation = "nobody"
homepage = "nowhere"
get = "write it yourself."
reader = "tests.nowhere:read"
"""

SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
WORDS = 1_200  # more than there are classes of words
REPEATS = 4  # of each word: enough to get a class


def make(home: Path, n_train: int = 24, n_dev: int = 6) -> Path:
    """Write both corpora into a data home. PolNeAR lists a test article that is not there: who reads it fails."""
    random_ = random.Random(0)
    words = sorted({"".join(random_.choices(SYLLABLES, k=3)) for _ in range(2 * WORDS)})[:WORDS]
    texts = [_text(random_, words) for _ in range(n_train + n_dev)]
    polnear = home / "polnear" / "data"
    names = [*((f"a{i:02}", "train") for i in range(n_train)), *((f"b{i:02}", "dev") for i in range(n_dev))]
    rows = ["\t".join(["filename", "compartment", "title", "publisher", "annotators", "level", "trump_count", "clinton_count"])]
    rows += ["\t".join([name, split, "T", "Post", "x1", "1", "0", "0"]) for name, split in [*names, ("c00", "test")]]
    _write(polnear / "metadata.tsv", "\n".join(rows) + "\n")
    for (name, split), (text, annotation) in zip(names, texts):
        _write(polnear / split / "text" / f"{name}.txt", text)
        _write(polnear / split / "attributions" / f"{name}_x1.ann", annotation)
    pool = words * REPEATS
    random_.shuffle(pool)
    raw = [" ".join(pool[i : i + 12]).capitalize() + ", she said." for i in range(0, len(pool), 12)]
    articles = ["\n\n".join(raw[i : i + 20]) for i in range(0, len(raw), 20)]
    place = home / "article_bias_prediction" / "unlabelled.jsonl.gz"
    place.parent.mkdir(parents=True)
    with gzip.open(place, "wt", encoding="utf-8") as file:
        for i, text in enumerate(articles):
            file.write(json.dumps({"id": f"r{i:02}", "title": "", "source": "Post", "date": "2019", "text": text}) + "\n")
    return home


def _text(random_: random.Random, words: list[str]) -> tuple[str, str]:
    """An article of six attributions, and its annotation."""
    text, lines = "", []
    for k in range(6):
        source = random_.choice(["Mayor Ida Lund", "The council", "She", "A senior official"])
        cue = random_.choice(["said", "told reporters", "believes", "denied"])
        content = "the " + " ".join(random_.sample(words, 5))
        places = []
        for part, after in ((source, " "), (cue, " that "), (content, ".\n\n" if k % 2 else ". It rained. ")):
            places.append((len(text), len(text) + len(part), part))
            text += part + after
        for i, (role, (start, end, part)) in enumerate(zip(("Source", "Cue", "Content"), places), 3 * k + 1):
            lines.append(f"T{i}\t{role} {start} {end}\t{part}")
        lines.append(f"E{k + 1}\tAttribution:T{3 * k + 2} Source:T{3 * k + 1} Cue:T{3 * k + 2} Content:T{3 * k + 3}")
    return text, "\n".join(lines) + "\n"


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
