"""An analysis as one self-contained HTML page: the text with its marks, beside it the score, its parts and the sources.

Conventions
-----------
* The page needs no network and no other file. Its content security policy allows nothing but its own style sheet and its own script, each
  named by its SHA-256, so nothing that the article holds can run or load, even if it got past the escaping of the template.
* Layers are toggled by check boxes and the style sheet. The script only adds the card at a mark and the arrow keys between marks: what it
  shows are copies of the lists below the text, which are there for every reader.
* Anchors: ``#a7`` is attribution 7 at its cue, ``#h3`` hedge 3, ``#l2`` loaded sentence 2, each in the text; ``#about-a7`` the entry on it,
  ``#s2`` the row of source 2.
* In a notebook the page stands in a frame of its own, without the script: marks tell what they are by their titles.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from framing.records import HEDGE_TYPES
from framing.report.about import Entry, attribution_entries, hedge_entries, loaded_entries, loaded_sentences
from framing.report.marks import marks_of, paragraphs
from framing.report.pages import digest, resource, template
from framing.report.summary import WITHHELD, SourceRow, frame_rows, level_counts, number, reason_rows, signed, source_rows
from framing.result import Analysis
from framing.showing import one_line
from framing.transparency import POINTS

PACKAGE = "framing.report"
LAYERS = ("source", "cue", "content", "hedge", "loaded")


@dataclass(frozen=True, slots=True)
class Source:
    """A source as a row of the page; ``bar`` is its delta as left edge and width in 0..100, with 50 for no delta."""

    row: SourceRow
    facts: tuple[str, ...]
    delta: str
    bar: tuple[float, float]


def render_html(analysis: Analysis) -> str:
    """A whole page for ``analysis``; it encodes as UTF-8 whatever the article holds."""
    return _render(analysis, with_script=True)


def render_notebook(analysis: Analysis) -> str:
    """The page in a frame, for a notebook: it can neither run a script nor touch names or style of the page around it."""
    page = html.escape(_render(analysis, with_script=False), quote=True)
    return (
        f'<iframe sandbox="" srcdoc="{page}" title="framing: how an article says what it says" width="100%" height="640" '
        'style="border:1px solid #8886;border-radius:6px"></iframe>'
    )


def _render(analysis: Analysis, with_script: bool) -> str:
    style, script = resource(PACKAGE, "style.css"), resource(PACKAGE, "script.js") if with_script else ""
    loaded = loaded_sentences(analysis)
    lists = {"a": attribution_entries(analysis), "h": hedge_entries(analysis), "l": loaded_entries(loaded)}
    shown = list(paragraphs(analysis, marks_of(analysis, analysis.hedges, loaded)))
    placed = {key for paragraph in shown for piece in paragraph.pieces for key in (*piece.anchors, *piece.flags)}
    title = analysis.article.title or analysis.article.id
    score = analysis.scores.transparency
    return template(PACKAGE).render(
        title=one_line(title) if title else "Article without a title",
        style=style,
        style_digest=digest(style),
        script=script,
        script_digest=digest(script) if script else "",
        tips={} if with_script else _tips(lists),
        headline=shown.pop(0) if shown and shown[0].kind == "title" else None,
        paragraphs=shown,
        placed=placed,
        first=next((p for paragraph in shown for piece in paragraph.pieces for p in (*piece.flags, *piece.anchors)), None),
        lists=lists,
        analysis=analysis,
        number=number,
        score=score,
        components=[{"name": name, "value": score.components.get(name) or 0.0, "points": points} for name, points in POINTS.items()],
        reasons=[(row.feature, one_line(row.text)) for row in reason_rows(analysis)],
        sources=_sources(analysis),
        levels=_stack(level_counts(analysis)),
        hedges={kind: count for kind in HEDGE_TYPES if (count := sum(h.type == kind for h in analysis.hedges))},
        frames=frame_rows(analysis),
        warnings=[one_line(w.message) for w in analysis.warnings],
    )


def _sources(analysis: Analysis) -> list[Source]:
    rows = source_rows(analysis)
    most = max((abs(row.delta) for row in rows if row.delta is not None), default=0.0) or 1.0
    return [Source(row, _facts(row), signed(row.delta), _bar(row.delta or 0.0, most)) for row in rows]


def _facts(row: SourceRow) -> tuple[str, ...]:
    facts = [row.level if row.kind == "none" else f"{row.level} {row.kind}"]
    facts += [row.role] if row.role else []
    facts += [f"by {row.producer}"] if row.producer else []
    facts += [WITHHELD.get(row.reason or "none", WITHHELD["none"])] if row.withheld else []
    facts += [f"via {', '.join(row.relays)}"] if row.relays else []
    return tuple(facts)


def _bar(delta: float, most: float) -> tuple[float, float]:
    width = 50 * abs(delta) / most
    return (50.0, width) if delta >= 0 else (50 - width, width)


def _stack(counts: dict[str, int]) -> list[tuple[str, int, float, float]]:
    """Levels with their counts, as left edges and widths of a bar of 100."""
    total = sum(counts.values()) or 1
    rows, left = [], 0.0
    for level, count in counts.items():
        rows.append((level, count, left, 100 * count / total))
        left += 100 * count / total
    return rows


def _tips(lists: dict[str, list[Entry]]) -> dict[str, str]:
    return {entry.key: entry.tip for entries in lists.values() for entry in entries}
