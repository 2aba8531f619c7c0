"""Analyses as flat tables: one row an article, an attribution, a hedge or a sentence.

Conventions
-----------
* ``TABLES`` names the columns of each table in their order, each with its type (``int``, ``float``, ``bool`` or ``str``), its unit and
  meaning. Every row holds every column of its table; what is not known is ``None``.
* ``id`` is the article's; together with the number of the attribution, hedge or sentence it is the key of a row, if ids are unique.
* Offsets are code points of the analysed text, start included, end excluded. A content in several parts is its hull, with all parts in
  ``content_spans`` (``"12-40 55-60"``) and their texts joined by ``" … "``.
* Floats are rounded to six digits, as in the JSON; the numbers are those of :class:`framing.Analysis`, nothing is computed anew but counts.
* A lone surrogate, which no UTF-8 file holds, is written as its escape (``\\udc80``).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from framing.records import COMPONENTS, GENERIC_FRAMES, LEVELS, POLICY_FRAMES, SPEECH, Span
from framing.result import Analysis

if TYPE_CHECKING:
    import pandas

Row = dict[str, Any]
BETWEEN = " … "  # of the parts of a content


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its ``name``, the Python type of its values, and what they are (``told``, with the unit)."""

    name: str
    type: type
    told: str


def _columns(*rows: tuple[str, type, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


def _offsets(name: str, told: str) -> tuple[tuple[str, type, str], ...]:
    return (
        (name, str, told),
        (f"{name}_start", int, f"first code point of the {name}"),
        (f"{name}_end", int, f"code point after the {name}"),
    )


TABLES: Mapping[str, tuple[Column, ...]] = {
    "articles": _columns(
        ("id", str, "of the article"),
        ("title", str, "headline, handed over or found"),
        ("text_sha256", str, "SHA-256 of the text in UTF-8, hexadecimal"),
        ("n_chars", int, "code points of the text"),
        ("n_tokens", int, "tokens of the body"),
        ("n_sentences", int, "sentences of the body"),
        ("language", str, "code of the language, und if it cannot be told"),
        ("warnings", str, "codes of the warnings, joined by spaces"),
        ("n_quotes", int, "quotations"),
        ("n_attributions", int, "attributions"),
        ("n_sources", int, "entities that speak"),
        ("n_hedges", int, "hedges of every type"),
        *((f"n_{kind}_speech", int, f"attributions in {kind} speech") for kind in SPEECH),
        *((f"n_{level}", int, f"attributions whose source is at the level {level}") for level in LEVELS),
        ("n_withheld", int, "attributions whose source's identity is withheld"),
        ("transparency", float, "index of sourcing transparency, 0 to 100"),
        ("transparency_low", float, "lower end of its interval"),
        ("transparency_high", float, "upper end of its interval"),
        ("transparency_reason", str, "why there is no index"),
        *((name, float, "component of the index, 0 to 1") for name in COMPONENTS),
        ("accountability", float, "withheld sources that are explained, 0 to 1; no part of the index"),
        ("rating", float, "what an editor would say of the sourcing, 1 to 5"),
        ("hedges_per_100_words", float, "hedges but boosters, weasels and peacocks per 100 words of the body"),
        ("uncertain_share", float, "mean of the sentences' probability to be uncertain"),
        ("loaded_share", float, "mean of the probability to be loaded over sentences in the author's voice"),
        ("loaded_share_quoted", float, "the same over quoted sentences"),
        ("hyperpartisan", float, "probability"),
        ("policy_primary", str, "code of the primary policy frame"),
        *((f"policy_{code}", float, "probability of the policy frame") for code in POLICY_FRAMES),
        *((f"generic_{code}", float, "probability of the generic frame") for code in GENERIC_FRAMES),
    ),
    "attributions": _columns(
        ("id", str, "of the article"),
        ("attribution", int, "number within the article, from 0"),
        *_offsets("source", "who is said to say it"),
        *_offsets("cue", "the word that says so"),
        *_offsets("content", "what is said; its parts joined by …"),
        ("content_spans", str, "start-end of each part, joined by spaces"),
        ("speech", str, "direct, indirect or mixed"),
        ("entity", int, "number of the entity within the article"),
        ("entity_name", str, "its fullest name in the article"),
        ("kind", str, "of the source"),
        ("level", str, "how openly the source is identified"),
        ("withheld", bool, "whether its identity is withheld"),
        ("reason", str, "why it is withheld: none, boilerplate or specific"),
        ("position", bool, "whether the source's position is told"),
        ("role", str, "the position"),
        ("producer", str, "whose document it is"),
        ("relays", str, "outlets it came through, first to last, joined by ' > '"),
        ("via", str, "the last of them"),
        ("parent", int, "attribution inside whose content this one stands"),
        ("weight", float, "within the index, 0 to 1"),
        ("delta", float, "points: index minus the index without this attribution"),
        ("confidence", float, "probability that it is an attribution"),
        ("kind_confidence", float, "probability of the kind"),
        ("level_confidence", float, "probability of the level"),
        ("withheld_confidence", float, "probability of withheld as given"),
    ),
    "hedges": _columns(
        ("id", str, "of the article"),
        ("hedge", int, "number within the article, from 0"),
        *_offsets("cue", "the hedging words"),
        ("type", str, "of the hedge"),
        ("strength", float, "0 to 1"),
        *_offsets("scope", "what is hedged"),
        ("in_quote", bool, "whether it stands in a quotation"),
        ("owner", int, "attribution whose content holds it; none for the author"),
        ("negated", bool, "whether it is negated"),
        ("confidence", float, "probability that it is one"),
    ),
    "sentences": _columns(
        ("id", str, "of the article"),
        ("sentence", int, "number within the body, from 0"),
        *_offsets("text", "the sentence"),
        ("voice", str, "author, quoted or mixed"),
        ("attributed", bool, "whether it holds content or cue of an attribution"),
        ("uncertain", float, "probability to be uncertain"),
        ("loaded", float, "probability to be loaded"),
    ),
}
NAMES: Mapping[str, tuple[str, ...]] = {table: tuple(c.name for c in columns) for table, columns in TABLES.items()}


def rows(analysis: Analysis, table: str = "articles") -> list[Row]:
    """The rows of an analysis in one of the ``TABLES``, each a dictionary with all columns in their order.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    if table not in _MAKERS:
        raise ValueError(f"table must be one of {', '.join(TABLES)}, not {table!r}")
    return [
        {name: encodable(value) if isinstance(value, str) else value for name, value in row.items()} for row in _MAKERS[table](analysis)
    ]


def encodable(text: str) -> str:
    """``text`` with its lone surrogates escaped, so that it encodes as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def to_frame(analyses: Analysis | Iterable[Analysis], table: str = "articles") -> pandas.DataFrame:
    """Analyses as a data frame of pandas, one row an article, attribution, hedge or sentence.

    Parameters
    ----------
    analyses : Analysis or iterable of Analysis
    table : {"articles", "attributions", "hedges", "sentences"}
        Which rows; ``TABLES[table]`` says what the columns are.

    Returns
    -------
    pandas.DataFrame
        The columns of the table in their order; nullable types (``Int64``, ``Float64``, ``boolean``, ``string``), so that a missing
        number stays missing and an integer stays one. No row gives a frame with all columns and no rows.

    Raises
    ------
    ImportError
        If pandas is not installed.
    TypeError
        If an item is no ``Analysis``.
    ValueError
        If there is no such table.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError('to_frame needs pandas: pip install "framing[frames]"') from error
    if table not in TABLES:
        raise ValueError(f"table must be one of {', '.join(TABLES)}, not {table!r}")
    found: list[Row] = []
    for position, analysis in enumerate([analyses] if isinstance(analyses, Analysis) else analyses):
        if not isinstance(analysis, Analysis):
            raise TypeError(f"analyses[{position}] must be an Analysis, not {type(analysis).__name__}")
        found += rows(analysis, table)
    kinds = {int: "Int64", float: "Float64", bool: "boolean", str: "string"}
    return pandas.DataFrame({c.name: pandas.array([row[c.name] for row in found], dtype=kinds[c.type]) for c in TABLES[table]})


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6) + 0.0  # no negative zero


def _span(name: str, span: Span | None) -> Row:
    if span is None:
        return {name: None, f"{name}_start": None, f"{name}_end": None}
    return {name: span.text, f"{name}_start": span.start, f"{name}_end": span.end}


def _article(a: Analysis) -> list[Row]:
    text, index, frames = a.article.text, a.scores.transparency, a.frames
    speech, levels = Counter(x.speech for x in a.attributions), Counter(x.level for x in a.attributions)
    low, high = index.interval or (None, None)
    policy, generic = frames.policy or {}, frames.generic or {}
    return [
        {
            "id": a.article.id,
            "title": a.article.title,
            "text_sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            "n_chars": len(text),
            "n_tokens": a.n_tokens,
            "n_sentences": a.n_sentences,
            "language": a.language,
            "warnings": " ".join(w.code for w in a.warnings),
            "n_quotes": len(a.quotes),
            "n_attributions": len(a.attributions),
            "n_sources": len(a.entities),
            "n_hedges": len(a.hedges),
            **{f"n_{kind}_speech": speech[kind] for kind in SPEECH},
            **{f"n_{level}": levels[level] for level in LEVELS},
            "n_withheld": sum(x.withheld for x in a.attributions),
            "transparency": _round(index.index),
            "transparency_low": _round(low),
            "transparency_high": _round(high),
            "transparency_reason": index.reason,
            **{name: _round(index.components.get(name)) for name in (*COMPONENTS, "accountability")},
            "rating": _round(index.rating),
            "hedges_per_100_words": _round(a.scores.hedges_per_100_words),
            "uncertain_share": _round(a.scores.uncertain_share),
            "loaded_share": _round(a.scores.loaded_share),
            "loaded_share_quoted": _round(a.scores.loaded_share_quoted),
            "hyperpartisan": _round(a.scores.hyperpartisan),
            "policy_primary": frames.primary,
            **{f"policy_{code}": _round(policy.get(code)) for code in POLICY_FRAMES},
            **{f"generic_{code}": _round(generic.get(code)) for code in GENERIC_FRAMES},
        }
    ]


def _attributions(a: Analysis) -> list[Row]:
    deltas = {c.attribution: c.delta for c in a.scores.transparency.contributions}
    return [
        {
            "id": a.article.id,
            "attribution": x.id,
            **_span("source", x.source),
            **_span("cue", x.cue),
            **_content(x.content),
            "speech": x.speech,
            "entity": x.entity,
            "entity_name": None if x.entity is None else a.entities[x.entity].name,
            "kind": x.kind,
            "level": x.level,
            "withheld": x.withheld,
            "reason": x.reason,
            "position": x.position,
            "role": x.role,
            "producer": x.producer,
            "relays": " > ".join(x.relays) or None,
            "via": x.via,
            "parent": x.parent,
            "weight": _round(x.weight),
            "delta": _round(deltas.get(x.id)),
            "confidence": _round(x.confidence),
            "kind_confidence": _round(x.kind_confidence),
            "level_confidence": _round(x.level_confidence),
            "withheld_confidence": _round(x.withheld_confidence),
        }
        for x in a.attributions
    ]


def _content(parts: Sequence[Span]) -> Row:
    bounds = list(chain.from_iterable((p.start, p.end) for p in parts))
    return {
        "content": BETWEEN.join(p.text for p in parts) if parts else None,
        "content_start": min(bounds, default=None),
        "content_end": max(bounds, default=None),
        "content_spans": " ".join(f"{p.start}-{p.end}" for p in parts) or None,
    }


def _hedges(a: Analysis) -> list[Row]:
    return [
        {
            "id": a.article.id,
            "hedge": n,
            **_span("cue", h.cue),
            "type": h.type,
            "strength": _round(h.strength),
            **_span("scope", h.scope),
            "in_quote": h.in_quote,
            "owner": h.owner,
            "negated": h.negated,
            "confidence": _round(h.confidence),
        }
        for n, h in enumerate(a.hedges)
    ]


def _sentences(a: Analysis) -> list[Row]:
    return [
        {
            "id": a.article.id,
            "sentence": n,
            **_span("text", s.span),
            "voice": s.voice,
            "attributed": s.attributed,
            "uncertain": _round(s.uncertain),
            "loaded": _round(s.loaded),
        }
        for n, s in enumerate(a.sentences)
    ]


_MAKERS = {"articles": _article, "attributions": _attributions, "hedges": _hedges, "sentences": _sentences}
