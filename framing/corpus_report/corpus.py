"""The articles of a scored corpus as columns, with what is known of them from elsewhere: their group and their month.

Conventions
-----------
* Every row of the table is counted. *Used* are those that were analysed and whose id no earlier row has; the others are named in the
  report. Articles with the text of an earlier one under another id (agency reports) are used, and counted.
* ``by`` and ``date`` name columns of the metadata, else of the table itself. Metadata are joined by id: ``meta_id`` against ``id``; of
  several rows with one id the first counts.
* Groups are ordered by size, then name; beyond ``GROUPS`` they are gathered under ``OTHERS``. A missing value is the group ``MISSING``.
* Dates are ISO 8601, of which year and month are read. A month is a number: 12 x year + month - 1; -1 if it is not known.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framing.corpus_report.intervals import Codes, Floats
from framing.corpus_report.tables import Keys, Strings, Table, TableError, batches, keys, numbers, open_table
from framing.records import GENERIC_FRAMES, LEVELS, POLICY_FRAMES

GROUPS = 40
MISSING = "(none)"
OTHERS = "(all others)"
WHOLE = "all articles"
NUMBERS = (
    "n_tokens",
    "n_attributions",
    "n_withheld",
    "n_hedges",
    *(f"n_{level}" for level in LEVELS),
    "transparency",
    "identification",
    "rating",
    "hedges_per_100_words",
    "loaded_share",
    "hyperpartisan",
    *(f"policy_{code}" for code in POLICY_FRAMES),
    *(f"generic_{code}" for code in GENERIC_FRAMES),
)
NEEDED = ("id", "n_tokens", "n_attributions", "n_withheld", "transparency")
_DATE = re.compile(r"\s*(\d{4})[-/.]?(0[1-9]|1[0-2])(?!\d(?!\d))")


@dataclass(frozen=True, slots=True)
class Meta:
    """Where the groups and months of articles come from; ``by`` and ``date`` are columns, ``path`` the metadata, joined by ``id``."""

    by: str | None = None
    date: str | None = None
    path: Path | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Columns of all rows, each of shape (rows,), and counts over them."""

    numbers: Mapping[str, Floats]
    ids: Strings
    titles: Strings
    rows: Codes  # number of the row in the run; empty if the table has none
    used: Codes  # places of the rows that are used
    group: Codes  # by row
    groups: tuple[str, ...]
    gathered: int  # groups under OTHERS
    month: Codes  # by row
    by: str | None
    counts: Mapping[str, int]
    errors: Counter[str]
    warnings: Counter[str]
    languages: Counter[str]

    def column(self, name: str) -> Floats:
        """Numbers of the used rows; NaN if the table lacks the column."""
        found = self.numbers.get(name)
        return np.full(len(self.used), np.nan) if found is None else found[self.used]


def read_corpus(scores: Path, meta: Meta) -> Corpus:
    """Read the table of articles and join what is known of them.

    Raises
    ------
    TableError
        If a table cannot be read or lacks a column that is needed.
    """
    table = open_table(scores)
    table.has(*NEEDED)
    joined = _Joined(meta, table)
    own = [c for c in (meta.by, meta.date) if c is not None and c not in joined.columns]
    table.has(*own)
    reader = _Reader(meta, own)
    for batch in batches(table, [*NUMBERS, "id", "title", "row", "text_sha256", "language", "warnings", "duplicate_of", "error", *own]):
        reader.add(batch)
    return reader.corpus(joined)


class _Coder:
    """Strings as numbers in the order in which they come; what is missing is 0."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {MISSING: 0}

    def of(self, values: Sequence[Any]) -> array[int]:
        codes = self.codes
        return array("q", [0 if v is None or v == "" else codes.setdefault(str(v), len(codes)) for v in values])


def _months(values: Sequence[Any]) -> array[int]:
    matches = [None if v is None else _DATE.match(str(v)) for v in values]
    return array("q", [-1 if m is None else 12 * int(m[1]) + int(m[2]) - 1 for m in matches])


class _Joined:
    """Groups and months of the metadata, by key of the id."""

    def __init__(self, meta: Meta, table: Table) -> None:
        self.columns: set[str] = set()
        self.keys: Keys = np.zeros(0, np.uint64)
        self.coder, self.repeated = _Coder(), 0
        self.group: Codes = np.zeros(0, np.int64)
        self.month: Codes = np.zeros(0, np.int64)
        if meta.path is None:
            return
        other = open_table(meta.path)
        ident = meta.id or "id"
        if ident not in other.columns:
            there = ", ".join(other.columns[:20])
            raise TableError(f"{other.name}: has no column {ident!r}; name that of the articles' ids by --meta-id: there are {there}")
        self.columns = {c for c in (meta.by, meta.date) if c is not None and c in other.columns}
        missing = next((c for c in (meta.by, meta.date) if c is not None and c not in other.columns and c not in table.columns), None)
        if missing is not None:
            raise TableError(
                f"neither {other.name} nor {table.name} has a column {missing!r}; the former has {', '.join(other.columns[:20])}"
            )
        ids, group, month = [self.keys], array("q"), array("q")
        for batch in batches(other, [ident, *sorted(self.columns)]):
            ids.append(keys(batch[ident]))
            group += self.coder.of(batch[meta.by]) if meta.by in self.columns else array("q", [0] * len(batch[ident]))
            month += _months(batch[meta.date]) if meta.date in self.columns else array("q", [-1] * len(batch[ident]))
        found, first = np.unique(np.concatenate(ids), return_index=True)
        self.keys, self.repeated = found, len(group) - len(found)
        self.group, self.month = _codes(group)[first], _codes(month)[first]

    def places(self, wanted: Keys) -> Codes:
        """Where the keys stand, -1 where they do not."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.int64)
        places = np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, places, -1)


class _Reader:
    """Columns of the table of articles as they come."""

    def __init__(self, meta: Meta, own: Sequence[str]) -> None:
        self.meta, self.own = meta, own
        self.numbers: dict[str, array[float]] = {name: array("d") for name in NUMBERS}
        self.ids, self.titles, self.keys, self.texts = Strings(), Strings(), [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
        self.rows, self.state, self.group, self.month = array("q"), array("b"), array("q"), array("q")
        self.coder = _Coder()
        self.errors: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()

    def add(self, batch: Mapping[str, list[Any]]) -> None:
        for name, values in self.numbers.items():
            values.frombytes(numbers(batch[name], name).tobytes())
        n = len(batch["id"])
        self.ids.extend(None if i is None else str(i) for i in batch["id"])
        self.titles.extend(None if t is None else str(t) for t in batch["title"])
        self.keys.append(keys(batch["id"]))
        self.texts.append(keys(batch["text_sha256"]))
        failed = [e is not None for e in batch["error"]]
        again = [d is not None for d in batch["duplicate_of"]]
        self.state.extend(1 if f else 2 if a else 0 for f, a in zip(failed, again))
        self.rows.extend(-1 if r is None else int(r) for r in batch["row"])
        self.errors.update(_kind(str(e)) for e in batch["error"] if e is not None)
        good = [not (f or a) for f, a in zip(failed, again)]
        self.warnings.update(code for w, use in zip(batch["warnings"], good) if use and w for code in str(w).split())
        self.languages.update(str(code or "und") for code, use in zip(batch["language"], good) if use)
        self.group += self.coder.of(batch[str(self.meta.by)]) if self.meta.by in self.own else array("q", [0] * n)
        self.month += _months(batch[str(self.meta.date)]) if self.meta.date in self.own else array("q", [-1] * n)

    def corpus(self, joined: _Joined) -> Corpus:
        state = np.frombuffer(self.state, np.int8) if len(self.state) else np.zeros(0, np.int8)
        used = np.flatnonzero(state == 0)
        places = joined.places(np.concatenate(self.keys))
        group, month, names = _codes(self.group), _codes(self.month), list(self.coder.codes)
        if self.meta.by in joined.columns:
            group, names = np.where(places >= 0, joined.group[places] if len(joined.keys) else 0, 0), list(joined.coder.codes)
        if self.meta.date in joined.columns:
            month = np.where(places >= 0, joined.month[places] if len(joined.keys) else -1, -1)
        if self.meta.path is not None and len(used) and not (places[used] >= 0).any():
            raise TableError(
                f"{self.meta.path}: column {self.meta.id or 'id'!r} holds no id of the articles; name the right column by --meta-id"
            )
        if self.meta.date is not None and len(used) and not (month[used] >= 0).any():
            raise TableError(f"column {self.meta.date!r} holds no date that can be read, such as 2026-05-03 or 2026-05")
        texts = np.concatenate(self.texts)[used]
        counts = {
            "rows": len(state),
            "errors": int((state == 1).sum()),
            "duplicates": int((state == 2).sum()),
            "used": len(used),
            "same_text": len(texts) - len(np.unique(texts)) if self._has_texts() else 0,
            "joined": int((places[used] >= 0).sum()),
            "repeated": joined.repeated,
            "undated": int((month[used] < 0).sum()),
        }
        kept, codes, gathered = _ordered(group, names, used) if self.meta.by is not None else ((WHOLE,), np.zeros(len(state), np.int64), 0)
        rows = _codes(self.rows)
        return Corpus(
            {name: np.frombuffer(values) if len(values) else np.zeros(0) for name, values in self.numbers.items()},
            self.ids,
            self.titles,
            rows if len(rows) and rows.min() >= 0 else np.zeros(0, np.int64),
            used,
            codes,
            kept,
            gathered,
            month,
            self.meta.by,
            counts,
            self.errors,
            self.warnings,
            self.languages,
        )

    def _has_texts(self) -> bool:
        nothing = keys([None])[0]
        return any((part != nothing).any() for part in self.texts)


def _codes(values: array[int]) -> Codes:
    return np.array(values, np.int64)


def _ordered(group: Codes, names: Sequence[str], used: Codes) -> tuple[tuple[str, ...], Codes, int]:
    """Names of groups from large to small, the group of every row, and how many are gathered under ``OTHERS``."""
    sizes = np.bincount(group[used], minlength=len(names))
    order = sorted(np.flatnonzero(sizes).tolist(), key=lambda g: (-sizes[g], names[g]))
    gathered = len(order) - GROUPS + 1 if len(order) > GROUPS else 0
    kept = order[: len(order) - gathered]
    codes = np.full(len(names), len(kept) if gathered else -1, np.int64)
    codes[kept] = np.arange(len(kept))
    return (*(names[g] for g in kept), *([OTHERS] if gathered else [])), codes[group], gathered


def _kind(error: str) -> str:
    """An error without the line or row it names, so that alike ones are counted together."""
    return re.sub(r"^(?:line|row) [\d,]+: ", "", error)
