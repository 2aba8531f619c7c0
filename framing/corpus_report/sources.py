"""Who is relied upon: sources ranked over a stream of attributions, and hedges by type and voice.

Conventions
-----------
* Sources of different articles are one if their names are, but for case, white space, a leading "the" and a closing "'s" (NFKC). No more
  is merged: a source that some articles call by surname only is another one.
* Kind and level of a source are those that most of its attributions have; ``withheld`` counts attributions.
* Memory is bounded: beyond ``LIMIT`` pairs of group and name the rarest half is dropped; a pair dropped at c attributions may come back
  with up to c too few. ``short`` is the sum of these c, so no count is short by more (as in the lossy counting of Manku and Motwani 2002).
* Attributions find their article by ``row``, or by ``id`` where there is no row; those of rows that are not used are counted apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from framing.corpus_report.corpus import Corpus
from framing.corpus_report.intervals import Codes, Estimate, Groups
from framing.corpus_report.tables import batches, keys, open_table
from framing.records import HEDGE_TYPES

KINDS = ("person", "group", "organisation", "document", "outlet")  # not the author, anyone ("one", "you") and nobody
LIMIT = 300_000
_THE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
_OWN = re.compile(r"['’]s?$")


@dataclass(slots=True)
class Source:
    """A source over many articles; ``groups`` counts articles by group."""

    name: str
    attributions: int = 0
    articles: int = 0
    withheld: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    groups: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Ranking:
    """All sources from most to least relied upon (articles, then attributions, then name), and what was left out."""

    sources: list[Source]
    attributions: int
    nameless: int
    unused: int
    short: int


@dataclass(frozen=True, slots=True, eq=False)
class Hedging:
    """Hedges per 1,000 tokens by type and group, and the share in the author's own voice."""

    types: dict[str, Estimate]
    own: Estimate
    unused: int


def normalised(name: str) -> str:
    """What two spellings of a source have in common."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    return _OWN.sub("", _THE.sub("", name, count=1) if _THE.match(name) else name).casefold()


class _Places:
    """Where in the used articles the rows of another table belong; -1 for none."""

    def __init__(self, corpus: Corpus, columns: Sequence[str]) -> None:
        self.by_row = bool(len(corpus.rows)) and "row" in columns
        if self.by_row:
            known = corpus.rows[corpus.used].astype(np.uint64)
        else:
            known = keys(corpus.ids[n] for n in corpus.used.tolist())
        self._order = np.argsort(known, kind="stable")
        self._known = known[self._order]

    def of(self, batch: Any) -> Codes:
        wanted = np.array([int(r) for r in batch["row"]], np.uint64) if self.by_row else keys(batch["id"])
        if not len(self._known):
            return np.full(len(wanted), -1, np.int64)
        at = np.searchsorted(self._known, wanted).clip(max=len(self._known) - 1)
        return np.where(self._known[at] == wanted, self._order[at], -1)


def rank_sources(path: Path, corpus: Corpus) -> Ranking:
    """Rank the sources of the table of attributions.

    Raises
    ------
    TableError
        If it cannot be read, or lacks a column.
    """
    table = open_table(path)
    table.has("id", "entity_name", "kind", "level", "withheld")
    places = _Places(corpus, table.columns)
    group = corpus.group[corpus.used]
    found: dict[tuple[int, str], list[Any]] = {}  # attributions, articles, last article, withheld, kinds, spellings
    ranking = Ranking([], 0, 0, 0, 0)
    for batch in batches(table, ["row", "id", "entity_name", "kind", "level", "withheld"]):
        for place, name, kind, level, withheld in zip(
            places.of(batch).tolist(), batch["entity_name"], batch["kind"], batch["level"], batch["withheld"]
        ):
            ranking.attributions += 1
            if place < 0:
                ranking.unused += 1
            elif not name or kind not in KINDS or not (key := normalised(str(name))):
                ranking.nameless += 1
            else:
                entry = found.get((int(group[place]), key))
                if entry is None:
                    entry = found[int(group[place]), key] = [0, 0, -1, 0, {}, {}]
                entry[0] += 1
                entry[1] += place != entry[2]
                entry[2] = place
                entry[3] += withheld in (True, "true")
                what = f"{kind} {level}"
                entry[4][what] = entry[4].get(what, 0) + 1
                if len(entry[5]) < 8 or name in entry[5]:
                    entry[5][name] = entry[5].get(name, 0) + 1
        if len(found) > LIMIT:
            most = sorted(entry[0] for entry in found.values())[len(found) // 2]
            found = {key: entry for key, entry in found.items() if entry[0] > most}
            ranking.short += most
    ranking.sources = _merged(found)
    return ranking


def _merged(found: dict[tuple[int, str], list[Any]]) -> list[Source]:
    sources: dict[str, Source] = {}
    spellings: dict[str, Counter[str]] = {}
    for (group, key), (attributions, articles, _, withheld, kinds, names) in found.items():
        source = sources.setdefault(key, Source(key))
        source.attributions += attributions
        source.articles += articles
        source.withheld += withheld
        source.kinds.update(kinds)
        source.groups[group] += articles
        spellings.setdefault(key, Counter()).update(names)
    for key, source in sources.items():
        source.name = min(spellings[key].items(), key=lambda item: (-item[1], item[0]))[0]
    return sorted(sources.values(), key=lambda s: (-s.articles, -s.attributions, s.name))


def read_hedges(path: Path, corpus: Corpus, codes: Codes, n_groups: int) -> Hedging:
    """Count the hedges of the table of hedges; ``codes`` is the group of each used article.

    Raises
    ------
    TableError
        If it cannot be read, or lacks a column.
    """
    table = open_table(path)
    table.has("id", "type", "owner")
    places = _Places(corpus, table.columns)
    types = {name: k for k, name in enumerate(HEDGE_TYPES)}
    counts = np.zeros((len(types) + 1, len(corpus.used)))
    unused = 0
    for batch in batches(table, ["row", "id", "type", "owner"]):
        place = places.of(batch)
        kind = np.array([types.get(str(t), -1) for t in batch["type"]], np.int64)
        good = (place >= 0) & (kind >= 0)
        unused += int((place < 0).sum())
        np.add.at(counts, (kind[good], place[good]), 1)
        own = np.array([o is None for o in batch["owner"]], bool)
        np.add.at(counts, (np.full(int((good & own).sum()), len(types)), place[good & own]), 1)
    groups, tokens = Groups(codes, n_groups), corpus.column("n_tokens")
    found = groups.ratios([*((1000 * row, tokens) for row in counts[:-1]), (100 * counts[-1], counts[:-1].sum(0))])
    return Hedging(dict(zip(types, found)), found[-1], unused)
