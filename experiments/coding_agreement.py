"""How far a person who coded the sheet of ``experiments.coding_sheet`` agrees with our labels, and persons with each other.

Conventions
-----------
* A *coding* gives items (by number) codes by field; what is not filled in is not there. Two codings are compared field by field on the
  items for which both have a code.
* ``via`` and ``entity`` are free text: of ``via`` it is compared whether there is one; of ``entity`` which items of an article belong
  together (B-cubed, on the items of the sheet alone), and how often the name is the same string.
* ``equal`` and Krippendorff's alpha (2011) are those of ``experiments.agreement``, with 95 % bootstrap intervals over articles.
* The sheet holds more rare labels than the data, so its agreement is not that of the data. ``equal, weighted`` counts each item as often as
  our labels of its kind (its *stratum*) are in the data for one in the sheet, and may be laid beside the figures of the cards.
* The second annotation pass is compared on the same items as if it were one more person, as a yardstick; of Wikinews it marked spans of
  its own and is left out.

A code that is not allowed, an item that is not in the sample or stands twice, a missing column, a reason without a withheld identity: each
is an error with its row (as a spreadsheet numbers them) and column, and all are reported at once. A reason where nothing is withheld need
not be filled in.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from experiments import agreement
from experiments.agreement import Measure, coded, entity, evaluate, share
from experiments.data import load
from framing.records import LEVELS, REASONS, SOURCE_KINDS, Attribution, Document

FLAGS = ("0", "1")
NONE = "-"
DASHES = ("–", "—", "−", "--")  # what a spreadsheet may make of it
NO_NAMES = ("none", "no", "n/a", "na", "0", "1", "yes")
ALLOWED: dict[str, tuple[str, ...]] = {
    "kind": SOURCE_KINDS, "level": LEVELS, "withheld": FLAGS, "reason": (NONE, *REASONS), "position": FLAGS
}  # fmt: skip
FIELDS = (*ALLOWED, "via", "entity")
CORPORA = {"polnear": "source_levels", "wikinews": "wikinews_attributions"}
SAMPLE_COLUMNS = ("item", "corpus", "document", "event", "cue", "source")

Codes = dict[str, str]
Coding = dict[int, Codes]


class SheetError(ValueError):
    """A sheet that cannot be read as it is; the message names each row and column."""


@dataclass(frozen=True, slots=True)
class Item:
    """An attribution of the sample: where it stands; ``cue`` and ``source`` are "start-end", or "-"."""

    number: int
    corpus: str
    document: str
    event: str
    cue: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is found by."""
        return self.corpus, self.document, self.event


def read_sample(path: Path) -> list[Item]:
    """The items of a sample file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Item(int(r["item"]), *(r[c] for c in SAMPLE_COLUMNS[1:])) for r in rows]


def stratum(a: Attribution) -> str:
    """What an attribution is drawn by: withheld, or its level."""
    return "withheld" if a.withheld else a.level


def codes(a: Attribution, document: Document) -> Codes:
    """Our labels as a person would write them."""
    names = {e.id: e.name for e in document.entities}
    return {
        "kind": a.kind,
        "level": a.level,
        "withheld": str(int(a.withheld)),
        "reason": (a.reason or NONE) if a.withheld else NONE,
        "position": str(int(a.position)),
        "via": a.via or NONE,
        "entity": NONE if a.entity is None else names[a.entity],
    }


def events(corpus: str, documents: Iterable[Document]) -> Iterator[tuple[tuple[str, str, str], Attribution, Document]]:
    """Every attribution of documents by what an item is found by."""
    for document in documents:
        for event, a in zip(document.meta["events"], document.attributions):
            yield (corpus, document.id, event), a, document


def labels(items: Sequence[Item], split: str = "dev", corpora: Iterable[str] = CORPORA) -> Coding:
    """Our labels of the items; no texts are needed."""
    by_key: dict[tuple[str, str, str], Codes] = {}
    for corpus in corpora:
        by_key |= {key: codes(a, document) for key, a, document in events(corpus, documents_of(corpus, split))}
    return {item.number: by_key[item.key] for item in items if item.key in by_key}


def documents_of(corpus: str, split: str, texts: bool = False) -> list[Document]:
    """The documents of a part."""
    options = {"texts": texts} if corpus == "polnear" else {}
    return list(load(CORPORA[corpus], split, **options))


def item_weights(items: Sequence[Item]) -> dict[int, float]:
    """How many attributions of its stratum in the data an item stands for."""
    strata: dict[tuple[str, str, str], tuple[str, str]] = {}
    for corpus in CORPORA:
        strata |= {key: (corpus, stratum(a)) for key, a, _ in events(corpus, documents_of(corpus, "dev"))}
    there, drawn = Counter(strata.values()), Counter(strata[item.key] for item in items)
    return {item.number: there[strata[item.key]] / drawn[strata[item.key]] for item in items}


# ---------------------------------------------------------------------------------------------------------------- reading sheets


def read_sheet(path: Path, items: Sequence[Item]) -> Coding:
    """What a person filled in, by item.

    Raises
    ------
    SheetError
        With a line for each thing that is wrong.
    """
    rows = list(csv.reader(io.StringIO(_decoded(path.read_bytes()), newline=""), delimiter=_delimiter(path)))
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    wrong = [f"{path}: no column {name!r}" for name in ("item", *FIELDS) if name not in header]
    wrong += [f"{path}: column {name!r} stands {n} times" for name, n in Counter(header).items() if n > 1 and name]
    if wrong:
        raise SheetError("\n".join(wrong))
    known, seen = {item.number for item in items}, dict[int, int]()
    coding: Coding = {}
    for number, row in enumerate(rows[1:], 2):
        where = f"{path}: row {number}"
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            wrong.append(f"{where}: more cells than the header has columns")
        cells = {name: " ".join(cell.split()) for name, cell in zip(header, row)}
        item = _whole(cells.get("item", ""))
        if not item.isdecimal() or int(item) not in known:
            wrong.append(f"{where}, column item: {item!r} is no item of the sample")
            continue
        if int(item) in seen:
            wrong.append(f"{where}, column item: item {item} stands in row {seen[int(item)]} already")
            continue
        seen[int(item)] = number
        found, problems = _codes(cells)
        wrong += [f"{where}, {problem}" for problem in problems]
        if found:
            coding[int(item)] = found
    if wrong:
        raise SheetError("\n".join(wrong))
    return coding


def _codes(cells: Mapping[str, str]) -> tuple[Codes, list[str]]:
    """The codes of a row, and what is wrong with them."""
    found, wrong = {}, []
    for name in FIELDS:
        cell = cells.get(name, "")
        if not cell:
            continue
        cell = NONE if cell in DASHES else cell
        code = _whole(cell.casefold()) if name in ALLOWED else cell
        if name in ALLOWED and code not in ALLOWED[name]:
            wrong.append(f"column {name}: {cell!r} is none of {', '.join(ALLOWED[name])}")
        elif name not in ALLOWED and cell.casefold() in NO_NAMES:
            wrong.append(f"column {name}: {cell!r}; write a name, or '-' where there is none")
        else:
            found[name] = code
    kept_back, reason = found.get("withheld"), found.get("reason")
    if kept_back == "0":
        if reason not in (None, NONE):
            wrong.append(f"column reason: {reason!r}, but withheld is 0")
        found["reason"] = NONE
    if kept_back == "1" and reason == NONE:
        wrong.append(f"column reason: '-', but withheld is 1; write one of {', '.join(REASONS)}")
    return found, wrong


def _whole(cell: str) -> str:
    """Spreadsheets may write 1 as 1.0."""
    return cell.removesuffix(".0")


def _decoded(content: bytes) -> str:
    """Spreadsheets write UTF-8 or the code page of the machine."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(path: Path) -> str:
    """The sign between the cells of the header: spreadsheets take the one of the country."""
    head = _decoded(path.read_bytes()).split("\n", 1)[0]
    return max("\t;,", key=head.count)


# ---------------------------------------------------------------------------------------------------------------- agreement


def compare(items: Sequence[Item], first: Coding, second: Coding, weights: Mapping[int, float]) -> dict[str, Any]:
    """Agreement of two codings by field; fields without a common item say only that."""
    out: dict[str, Any] = {}
    for name in FIELDS:
        articles: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        for item in items:
            a, b = first.get(item.number, {}).get(name), second.get(item.number, {}).get(name)
            if a is not None and b is not None:
                articles[item.corpus, item.document].append((item.number, a, b))
        found: dict[str, Any] = {"items": sum(map(len, articles.values())), "articles": len(articles)}
        if articles:
            found |= {measure: evaluate(m) for measure, m in _measures(name, list(articles.values()), weights).items()}
            pairs = Counter((_shown(name, a), _shown(name, b)) for rows in articles.values() for _, a, b in rows)
            if name != "entity":
                found["confusion"] = {f"{a} > {b}": n for (a, b), n in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))}
        out[name] = found
    return out


def _shown(name: str, code: str) -> str:
    return code if name in ALLOWED else str(int(code != NONE))


def _measures(name: str, articles: Sequence[Sequence[tuple[int, str, str]]], weights: Mapping[int, float]) -> dict[str, Measure]:
    sides = [([a for _, a, _ in rows], [b for _, _, b in rows]) for rows in articles]
    if name == "entity":
        return entity(sides)
    shown = [([_shown(name, a) for a in one], [_shown(name, b) for b in other]) for one, other in sides]
    measures = coded(shown, ALLOWED.get(name, FLAGS))
    if name == "level":
        measures["alpha ordinal"] = coded(shown, LEVELS, "ordinal")["alpha"]
    sums = [
        [sum(weights[i] * (_shown(name, a) == _shown(name, b)) for i, a, b in rows), sum(weights[i] for i, _, _ in rows)]
        for rows in articles
    ]
    return {**measures, "equal, weighted": Measure(np.array(sums, float), share)}


def report(items: Sequence[Item], sheets: Mapping[str, Coding], ours: Coding, second: Coding) -> dict[str, Any]:
    """Every sheet against our labels, sheets among each other, and our second pass against our first on the same items."""
    weights = item_weights(items)
    against = {f"ours > {name}": compare(items, ours, sheet, weights) for name, sheet in sheets.items()}
    among = {f"{a} > {b}": compare(items, sheets[a], sheets[b], weights) for a, b in combinations(sheets, 2)}
    coded_items = set().union(*sheets.values())
    same = {number: found for number, found in second.items() if number in coded_items}
    return {**against, **among, "ours > our second pass, same items": compare(items, ours, same, weights)}


def filled(items: Sequence[Item], sheet: Coding) -> str:
    """How much of a sheet is filled in, in words."""
    counts = ", ".join(f"{name} {sum(name in found for found in sheet.values())}" for name in FIELDS)
    return f"{len(sheet)} of {len(items)} items with a code: {counts}"


def as_text(found: Mapping[str, Any]) -> str:
    """Agreement as a table, with what differs."""
    lines = []
    for name, field in found.items():
        values = {m: v for m, v in field.items() if isinstance(v, dict) and "interval" in v}
        cells = [f"{measure} {_cell(value)}" for measure, value in values.items()]
        lines.append(f"  {name:9} {field['items']:>4} items, {field['articles']:>3} articles  {'   '.join(cells)}".rstrip())
        differing = [f"{pair} {n}" for pair, n in field.get("confusion", {}).items() if len(set(pair.split(" > "))) > 1]
        if differing:
            lines.append(f"{'':12}differ: {', '.join(differing)}")
    return "\n".join(lines)


def _cell(value: Mapping[str, Any]) -> str:
    return "-" if value["value"] is None else agreement._cell(dict(value))
