"""Score the articles of a Hugging Face dataset: ``Dataset.map`` in batches, a column for each number.

    pip install framing datasets
    python huggingface_map.py                                  # three made articles
    python huggingface_map.py articles.jsonl scores.jsonl      # JSON lines with "id" and "text"

Every article keeps its row: what is no text, or fails, has its reason in the column ``error``. Do not start it from a checkout of
``framing``, whose folder ``datasets`` is what Python finds if Hugging Face's is not installed.
"""

from __future__ import annotations

import sys
from typing import Any

import framing
from datasets import Dataset, Features, Value, load_dataset
from framing.rows import TABLES, rows
from framing.text import article_from_text

KINDS = {int: "int64", float: "float64", bool: "bool", str: "string"}
COLUMNS = {column.name: column.type for column in TABLES["articles"]}
ARTICLES = [
    {"id": "bridge", "text": "The bridge may close, Mayor Ida Lund said on Monday. “We cannot rule it out,” she told reporters."},
    {"id": "mill", "text": "The mill closed in May. Critics say that the council knew, two officials said on condition of anonymity."},
    {"id": "nothing", "text": None},
]


def score(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """A batch of articles, as columns -> the columns of their rows."""
    found = []
    for id, text in zip(batch["id"], batch["text"]):
        row: dict[str, Any] = {**dict.fromkeys(COLUMNS), "id": id, "error": None}
        try:
            if not isinstance(text, str):
                raise TypeError("there is no text")
            row |= rows(framing.analyze(article_from_text(text, id=id)))[0]
        except Exception as error:  # noqa: BLE001 - one bad article must not end a run of millions
            row["error"] = f"{type(error).__name__}: {error}"
        found.append(row)
    return {name: [row[name] for row in found] for name in (*COLUMNS, "error")}


def main(source: str | None = None, target: str | None = None) -> None:
    """Score the articles of a file, or the made ones, and write or print them."""
    articles = Dataset.from_list(ARTICLES) if source is None else load_dataset("json", data_files=source, split="train")
    # Said in advance: a batch in which a column is empty would otherwise get it as another type than the next batch.
    types = Features({**{name: Value(KINDS[kind]) for name, kind in COLUMNS.items()}, "error": Value("string")})
    scored = articles.map(score, batched=True, batch_size=100, remove_columns=articles.column_names, features=types)
    if target is not None:
        scored.to_json(target)
        return
    for row in scored:
        print(row["id"], row["n_attributions"], row["n_hedges"], row["error"])


if __name__ == "__main__":
    main(*sys.argv[1:])
