"""The page: everything that is known of a corpus, in one file.

Conventions
-----------
* The page needs no network and no other file. Its content security policy allows nothing but its own style sheet and its own script, named
  by their SHA-256. Without the script everything is there, in the order of size; with it tables can be sorted and filtered.
* Groups with fewer than ``least`` articles are shown in grey, months with fewer are gaps.
* The same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from framing.corpus_report.corpus import OTHERS, Corpus, Meta, read_corpus
from framing.corpus_report.figures import HEIGHT, Cell, cells, dots, end, heat, histogram, number, over_time, strips, ticks
from framing.corpus_report.measures import MEASURES, THIRDS, Comparison, compare, third_bounds, values
from framing.corpus_report.outliers import Reports, outliers
from framing.corpus_report.sources import Hedging, Ranking, Source, rank_sources, read_hedges
from framing.frame_reasons import TITLES
from framing.records import HEDGE_TYPES
from framing.report.pages import digest, resource, template
from framing.showing import one_line
from framing.version import __version__

LEAST = 10  # articles that a comparison needs
SOURCES = 100  # shown
PACKAGE = "framing.corpus_report"
NAMED = 5  # sources of a group that are named
KINDS = 5  # of errors that are shown
BAR = 90  # pixels of a histogram


def corpus_report(
    scores: Path,
    meta: Meta | None = None,
    *,
    attributions: Path | None = None,
    hedges: Path | None = None,
    articles: Path | None = None,
    beside: Path | None = None,
    title: str | None = None,
    scored_by: Mapping[str, str] | None = None,
    least: int = LEAST,
) -> str:
    """A scored corpus as a page of HTML.

    Parameters
    ----------
    scores, attributions, hedges : Path
        Tables that ``framing score`` wrote, each a file or a folder of shards.
    meta : Meta, optional
        Which columns group and date the articles, and where they are.
    articles : Path, optional
        Folder of article reports, to which outliers link.
    beside : Path, optional
        The folder that the page will be in, from which links go; the working folder by default.
    title : str, optional
        Headline of the page.
    scored_by : mapping, optional
        What scored the articles, if it is known: ``"framing"``, ``"scheme"`` and models, with their versions.
    least : int
        Articles that a group or a month needs to be compared.

    Raises
    ------
    TableError
        If a table cannot be read or lacks what is needed.
    """
    corpus = read_corpus(scores, meta or Meta())
    codes, n_groups = corpus.group[corpus.used], len(corpus.groups)
    by_group = compare(corpus, codes, n_groups)
    overall = compare(corpus, np.zeros(len(corpus.used), np.int64), 1)
    style, script = resource(PACKAGE, "style.css"), resource(PACKAGE, "script.js")
    ranking = None if attributions is None else rank_sources(attributions, corpus)
    hedging = None if hedges is None else read_hedges(hedges, corpus, codes, n_groups)
    return template(PACKAGE).render(
        title=one_line(title) if title else f"How {corpus.counts['used']:,} articles say what they say",
        style=style,
        style_digest=digest(style),
        script=script,
        script_digest=digest(script),
        version=__version__,
        scored_by=scored_by or {},
        table=one_line(scores.name),
        by=one_line(corpus.by) if corpus.by else None,
        least=least,
        facts=_facts(corpus),
        measures=MEASURES,
        groups=_group_rows(corpus, by_group, least),
        overall=_group_rows(corpus, overall, least, ("all articles",))[0],
        distributions=_distributions(corpus, by_group, overall),
        equal=_equal(by_group),
        thirds=_thirds(corpus, by_group, least),
        courses=_courses(corpus, least),
        height=HEIGHT,
        bar=BAR,
        frames=_frames(corpus, by_group, least),
        sources=None if ranking is None else _sources(ranking, corpus),
        hedging=None if hedging is None else _hedging(hedging, corpus, least),
        outliers=outliers(corpus, Reports(articles, beside or Path(), corpus)),
        linked=articles is not None,
    )


def _facts(corpus: Corpus) -> dict[str, Any]:
    month = corpus.month[corpus.used]
    month = month[month >= 0]
    errors = sorted(corpus.errors.items(), key=lambda item: (-item[1], item[0]))
    return {
        **corpus.counts,
        "errors_by_kind": [(one_line(kind)[:160], n) for kind, n in errors[:KINDS]],
        "other_errors": len(errors) - KINDS,
        "warnings": sorted(((one_line(code), n) for code, n in corpus.warnings.items()), key=lambda item: (-item[1], item[0])),
        "languages": sorted(((one_line(code), n) for code, n in corpus.languages.items()), key=lambda item: (-item[1], item[0])),
        "period": None if not len(month) else tuple(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in (int(month.min()), int(month.max()))),
        "gathered": corpus.gathered,
        "joined_by": corpus.counts["joined"] > 0,
        "tokens": number(float(np.nansum(corpus.column("n_tokens"))), 0),
    }


def _group_rows(corpus: Corpus, found: Comparison, least: int, names: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    columns = {m.name: cells(found.estimates[m.name], m.digits, least) for m in MEASURES}
    equal = cells(found.estimates["equal length"], 1, least)
    return [
        {
            "name": one_line(name),
            "others": name == OTHERS,
            "n": size,
            "few": size < least,
            "tokens": number(found.tokens[g], 0),
            "tokens_v": "" if np.isnan(found.tokens[g]) else f"{found.tokens[g]:.1f}",
            "median": number(found.spread["transparency"][g, 2], 1),
            "median_v": "" if np.isnan(found.spread["transparency"][g, 2]) else f"{found.spread['transparency'][g, 2]:.6f}",
            "equal": equal[g],
            "cells": {m.name: columns[m.name][g] for m in MEASURES},
        }
        for g, (name, size) in enumerate(zip(names or corpus.groups, found.sizes.tolist()))
    ]


def _distributions(corpus: Corpus, by_group: Comparison, overall: Comparison) -> list[dict[str, Any]]:
    shown = []
    for m in MEASURES:
        known = values(corpus, m)
        if np.isnan(known).all():
            continue
        # Above the highest 95th percentile and interval there are few articles, which would press the rest to the left.
        wide = np.concatenate([by_group.spread[m.name].ravel(), overall.spread[m.name].ravel(), by_group.estimates[m.name].high])
        last = end(wide, None if m.name != "transparency" else m.most)
        shown.append(
            {
                "measure": m,
                "n": int((~np.isnan(known)).sum()),
                "beyond": int((known > last).sum()),
                "ticks": ticks(last),
                "bars": histogram(known, last, BAR, max(m.digits, 1)),
                "strips": strips(by_group.spread[m.name], by_group.estimates[m.name], m, last),
                "overall": strips(overall.spread[m.name], overall.estimates[m.name], m, last)[0],
            }
        )
    return shown


def _equal(found: Comparison) -> dict[str, Any] | None:
    drawn = dots(found.estimates["transparency"], found.estimates["equal length"], 1)
    return None if drawn is None else {"ticks": drawn[0], "rows": drawn[1]}


def _thirds(corpus: Corpus, found: Comparison, least: int) -> list[dict[str, Any]]:
    low, high = third_bounds(corpus.column("n_tokens"))
    told = (f"up to {low:,.0f} tokens", f"up to {high:,.0f}", f"over {high:,.0f}")
    tables = []
    for m in MEASURES[:2]:
        row = cells(found.thirds[m.name], m.digits, least)
        heads = [{"name": name, "told": what} for name, what in zip(THIRDS, told)]
        tables.append({"measure": m, "heads": heads, "rows": [row[3 * g : 3 * g + 3] for g in range(len(corpus.groups))]})
    return tables


def _courses(corpus: Corpus, least: int) -> list[dict[str, Any]]:
    shown = []
    for m in (MEASURES[1], MEASURES[0]):
        above = corpus.column(m.above) * m.scale
        below = np.ones(len(above)) if m.below is None else corpus.column(m.below)
        course = over_time(corpus, above, below, m.digits, least, m.most if m.name == "transparency" else None)
        if course is not None:
            shown.append({"measure": m, "course": course})
    return shown


def _frames(corpus: Corpus, found: Comparison, least: int) -> list[dict[str, Any]]:
    tables = []
    for kind, by_code in found.frames.items():
        columns: list[list[Cell]] = [cells(_percent(estimate), 0, least) for estimate in by_code.values()]
        if any(c.n for column in columns for c in column):
            rows = heat([[column[g] for column in columns] for g in range(len(corpus.groups))])
            tables.append({"kind": kind, "codes": {code: TITLES[kind][code] for code in by_code}, "rows": rows})
    return tables


def _percent(estimate: Any) -> Any:
    return type(estimate)(100 * estimate.value, 100 * estimate.low, 100 * estimate.high, estimate.n)


def _sources(ranking: Ranking, corpus: Corpus) -> dict[str, Any]:
    used = corpus.counts["used"]
    by_group: Mapping[int, list[Source]] = {g: [] for g in range(len(corpus.groups))}
    for g, best in by_group.items():
        best += sorted((s for s in ranking.sources if s.groups[g]), key=lambda s, g=g: (-s.groups[g], -s.attributions, s.name))[:NAMED]  # type: ignore[misc]  # mypy: default of a lambda
    rows = [
        {
            "name": one_line(s.name)[:120],
            "kind": kind,
            "level": level,
            "attributions": s.attributions,
            "articles": s.articles,
            "share": f"{100 * s.articles / max(used, 1):.1f}",
            "withheld": f"{100 * s.withheld / s.attributions:.0f}",
            "groups": [(one_line(corpus.groups[g]), n) for g, n in sorted(s.groups.items(), key=lambda item: (-item[1], item[0]))[:3]],
        }
        for s in ranking.sources[:SOURCES]
        for kind, _, level in [min(s.kinds.items(), key=lambda item: (-item[1], item[0]))[0].partition(" ")]
    ]
    return {
        "rows": rows,
        "n": len(ranking.sources),
        "attributions": ranking.attributions,
        "nameless": ranking.nameless,
        "unused": ranking.unused,
        "short": ranking.short,
        "by_group": [[(one_line(s.name)[:80], s.groups[g]) for s in best] for g, best in by_group.items()],
    }


def _hedging(found: Hedging, corpus: Corpus, least: int) -> dict[str, Any]:
    columns = [cells(found.types[name], 2, least) for name in HEDGE_TYPES]
    own = cells(found.own, 0, least)
    return {
        "types": HEDGE_TYPES,
        "rows": heat([[column[g] for column in columns] for g in range(len(corpus.groups))]),
        "own": own,
        "unused": found.unused,
    }
