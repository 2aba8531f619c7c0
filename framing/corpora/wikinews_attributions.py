"""Our attributions in Wikinews articles: nested, with levels, relays and entities; the codes are those of the sourcing scheme.

``meta`` holds date, address, licence and credit of the article, which must be kept with it, and the corpus's own ids in ``events``.
``dev_second_pass`` is a second annotation of a part of dev: never read it together with dev as if it were more articles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from framing.corpora.files import require
from framing.corpora.gold import Draft, make_gold
from framing.records import Document

NAME = "wikinews_attributions"


def read(home: Path, split: str | None, fold: int | None = None) -> Iterator[Document]:
    """Read the articles of a part, in the order of the file; ``None`` for train and dev."""
    for part in ("train", "dev") if split is None else (split,):
        with require(home / f"{part}.jsonl", NAME).open(encoding="utf-8", newline="\n") as file:
            for line in file:
                if line.strip():
                    yield _document(json.loads(line), part)


def _document(row: dict[str, Any], split: str) -> Document:
    gold = make_gold(row["text"], map(_draft, row["attributions"]))
    meta = {key: row[key] for key in ("date", "url", "licence", "credit")}
    meta["events"] = gold.events
    return Document(row["id"], row["text"], row["title"], row["id"], split, meta, attributions=gold.attributions, entities=gold.entities)


def _draft(row: dict[str, Any]) -> Draft:
    source = row["source"]
    return Draft(
        event=str(row["id"]),
        source=() if source is None else ((source[0], source[1]),),
        cue=((row["cue"][0], row["cue"][1]),),
        content=tuple((start, end) for start, end in row["content"]),
        parent=None if row["parent"] is None else str(row["parent"]),
        entity=None if row["entity"] in (None, "", "-") else row["entity"],
        fields={
            "kind": row["kind"],
            "level": row["level"],
            "withheld": bool(row["withheld"]),
            "reason": row["reason"],
            "position": bool(row["position"]),
            "relays": () if row["via"] is None else (row["via"],),
        },
    )
