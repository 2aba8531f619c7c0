"""The articles at the ends of each measure, with links to their reports.

Conventions
-----------
* An article report is ``FOLDER/NAME.html``, as ``framing analyze -o FOLDER/`` names them: NAME is the id, or its last part without its
  suffix where no other article of the corpus has the same. A link is made only to a file that is there, and is relative to the page.
* Equal values are in the order of the corpus; where more articles share the extreme value than are shown, their number is told.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import numpy as np

from framing.corpus_report.corpus import Corpus
from framing.corpus_report.figures import number
from framing.corpus_report.intervals import Floats
from framing.corpus_report.measures import MEASURES, Measure, values
from framing.corpus_report.tables import TableError
from framing.showing import one_line

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Outlier:
    """An article at an end."""

    id: str
    title: str
    group: str
    value: str
    tokens: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Ends:
    """The articles with the highest and lowest values of a measure; ``ties`` says how many share each extreme value, if that is more than
    are shown; ``n`` have a value."""

    measure: Measure
    n: int
    high: tuple[Outlier, ...]
    low: tuple[Outlier, ...]
    ties: tuple[int, int]


class Reports:
    """The article reports that are there.

    Parameters
    ----------
    folder : Path or None
    beside : Path
        The folder that the page will be in.
    """

    def __init__(self, folder: Path | None, beside: Path, corpus: Corpus) -> None:
        self._there: frozenset[str] = frozenset()
        self._stems: Counter[str] = Counter()
        if folder is None:
            return
        try:
            self._there = frozenset(p.name for p in folder.iterdir() if p.suffix == ".html" and p.is_file())
        except OSError as error:
            raise TableError(f"{folder}: cannot be read: {error.strerror or error}") from error
        self._way = quote(Path(os.path.relpath(folder.resolve(), beside.resolve())).as_posix())
        self._stems.update(_stem(corpus.ids[n]) for n in corpus.used.tolist())

    def href(self, ident: str) -> str | None:
        """Where the report of an article is, seen from the page."""
        stem = _stem(ident)
        for name, sure in ((f"{ident}.html", True), (f"{stem}.html", self._stems[stem] == 1)):
            if sure and name in self._there:
                return f"{self._way}/{quote(name)}"
        return None


def outliers(corpus: Corpus, reports: Reports) -> list[Ends]:
    """The ends of every measure that the corpus has."""
    return [ends for m in MEASURES if (ends := _ends(corpus, m, values(corpus, m), reports)).n]


def _ends(corpus: Corpus, measure: Measure, found: Floats, reports: Reports) -> Ends:
    known = np.flatnonzero(~np.isnan(found))
    order = known[np.argsort(found[known], kind="stable")]
    down = known[np.argsort(-found[known], kind="stable")]
    ties = [int((found == found[chosen[0]]).sum()) if len(chosen) else 0 for chosen in (down, order)]
    few = min(SHOWN, len(order) // 2 or len(order))
    return Ends(
        measure,
        len(order),
        _articles(corpus, measure, found, down[:few].tolist(), reports),
        _articles(corpus, measure, found, order[:few].tolist(), reports),
        (ties[0] if ties[0] > few else 0, ties[1] if ties[1] > few else 0),
    )


def _articles(corpus: Corpus, measure: Measure, found: Floats, places: Sequence[int], reports: Reports) -> tuple[Outlier, ...]:
    articles = []
    for place in places:
        row = int(corpus.used[place])
        ident = corpus.ids[row]
        articles.append(
            Outlier(
                one_line(ident),
                one_line(corpus.titles[row]),
                one_line(corpus.groups[corpus.group[row]]),
                number(found[place], measure.digits),
                number(corpus.numbers["n_tokens"][row], 0),
                reports.href(ident),
            )
        )
    return tuple(articles)


def _stem(ident: str) -> str:
    return PurePosixPath(ident.rstrip("/")).stem
