"""Tables such as ``framing score`` writes, made up: some 200 articles of four outlets with errors, repeated ids and warnings among them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framing.records import GENERIC_FRAMES, HEDGE_TYPES, LEVELS, POLICY_FRAMES
from framing.runs.formats import SCHEMAS, encode, header

OUTLETS = ("Tofte Times", "Veldania Post", "Harbour Wire", "Small Sheet")
PER_OUTLET = (80, 70, 40, 6)
NAMES = ("Ida Lund", "the Port Authority", "Port Authority", "ida lund", "a senior official", "Harbour Post")
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'

Row = dict[str, Any]


def articles() -> list[Row]:
    """Rows of the table of articles: 196 that are used, then an article with the id of the first, and one with an error."""
    generator = np.random.default_rng(7)
    rows: list[Row] = []
    for outlet, (name, size) in enumerate(zip(OUTLETS, PER_OUTLET)):
        for k in range(size):
            tokens = int(generator.integers(150, 500) + 400 * (outlet == 0))
            rows.append(
                _article(
                    len(rows) + 1,
                    f"{name.split()[0].lower()}/{k}.txt",
                    title=f"{name}, story {k}",
                    text_sha256=f"{len(rows):064x}",
                    n_tokens=tokens,
                    n_attributions=8,
                    n_withheld=int(generator.integers(0, 3)),
                    # longer is higher, and nothing else: at equal length the outlets are alike
                    transparency=round(float(12 * np.log(tokens) + generator.normal(0, 4)), 6),
                    hedges_per_100_words=round(float(generator.gamma(3, 0.5)), 6),
                    loaded_share=round(float(generator.beta(2, 5)), 6),
                    hyperpartisan=round(float(generator.beta(1 + outlet, 5)), 6),
                    warnings="short domain" if k == 1 else "",
                    **{f"policy_{c}": round(float(generator.beta(1, 4)), 6) for c in POLICY_FRAMES},
                    **{f"generic_{c}": round(float(generator.beta(1, 4)), 6) for c in GENERIC_FRAMES},
                )
            )
    rows[3]["transparency"] = None
    rows[5].update(title=HOSTILE)
    rows[5]["hyperpartisan"] = 0.999
    rows[75]["hyperpartisan"] = 0.000001  # the lowest, and the only 75.txt
    rows[7]["text_sha256"] = rows[6]["text_sha256"]
    rows.append({**rows[0], "row": len(rows) + 1, "duplicate_of": 1, "transparency": 1.0})
    rows.append(_article(len(rows) + 1, "broken", error="line 199: no text in 'text'"))
    return rows


def _article(row: int, ident: str, **values: Any) -> Row:
    found: Row = dict.fromkeys(column.name for column in SCHEMAS["articles"])
    if "error" not in values:
        found.update({f"n_{level}": 0 for level in LEVELS}, language="en", warnings="", n_hedges=3)
    return {**found, "row": row, "input": "in.jsonl", "id": ident, **values}


def attributions(rows: Sequence[Row]) -> list[Row]:
    """Eight attributions an article; those of the first article thrice Ida Lund."""
    generator = np.random.default_rng(8)
    found = []
    for row in rows:
        for k in range(8 if row["error"] is None else 0):
            name = "Ida Lund" if row["row"] == 1 and k < 3 else NAMES[int(generator.integers(0, len(NAMES)))]
            one = dict.fromkeys(column.name for column in SCHEMAS["attributions"])
            one.update(row=row["row"], id=row["id"], attribution=k, entity_name=name, kind="person", level="named", withheld=False)
            if name.startswith("a senior"):
                one.update(level="described", withheld=True)
            found.append(one)
        if row["error"] is None:
            found.append({**found[-1], "attribution": 8, "entity_name": "author", "kind": "author"})
    return found


def hedges(rows: Sequence[Row]) -> list[Row]:
    """Three hedges an article, one of them the author's."""
    found = []
    for row in rows:
        for k in range(3 if row["error"] is None else 0):
            one = dict.fromkeys(column.name for column in SCHEMAS["hedges"])
            one.update(row=row["row"], id=row["id"], hedge=k, type=HEDGE_TYPES[k], owner=None if k == 0 else 2)
            found.append(one)
    return found


def write(path: Path, table: str, rows: Sequence[Row]) -> Path:
    """A table in the format of its suffix."""
    form = path.suffix[1:]
    path.write_bytes(header(table, form) + encode(table, rows, form))
    return path


def write_meta(path: Path, rows: Sequence[Row]) -> Path:
    """Outlet and date by id, CSV or JSON lines; one article is missing, one id comes twice."""
    known: list[Mapping[str, str]] = []
    at = 0
    for outlet, size in zip(OUTLETS, PER_OUTLET):
        for k in range(size):
            known.append({"url": rows[at]["id"], "outlet": outlet, "date": f"2025-{1 + k % 12:02d}-03T10:00:00Z"})
            at += 1
    known = [*known[:-1], {**known[0], "outlet": "another"}]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in known), encoding="utf-8")
        return path
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["url", "outlet", "date"])
        writer.writeheader()
        writer.writerows(known)
    return path
