"""An analysis as one self-contained HTML page: the text with its marks, beside it the score, its parts and the sources.

Conventions
-----------
* The page needs no script, no network and no other file. Its content security policy allows nothing but its own style sheet, named by its
  SHA-256, so nothing that the article holds can run or load, even if it got past the escaping of the template.
* Marks overlap freely. The text is cut wherever one begins or ends, and each piece carries the classes of all marks over it; the cost is
  linear in the text plus ``m log m`` for m marks.
* Anchors: ``#a7`` is attribution 7 at its cue, ``#s2`` the row of source 2.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from importlib import resources
from itertools import pairwise

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from framing.records import HEDGE_TYPES, Span
from framing.report.summary import WITHHELD, frame_rows, level_counts, one_line, printable, reason_rows, signed, source_rows, speaker
from framing.result import Analysis
from framing.transparency import POINTS


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks: ``classes`` for the style sheet, ``anchors`` (ids of attributions) and ``href`` where a cue
    begins, ``tip`` for the pointer."""

    text: str
    classes: str
    anchors: tuple[int, ...]
    href: str | None
    tip: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the article; ``kind`` is "body", "title" or "aside" (boilerplate, which is not counted)."""

    kind: str
    pieces: tuple[Piece, ...]


def render_html(analysis: Analysis) -> str:
    """A whole page for ``analysis``; it encodes as UTF-8 whatever the article holds."""
    style = _resource("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    score = analysis.scores.transparency
    rows = source_rows(analysis)
    shown = list(paragraphs(analysis))
    title = analysis.article.title or analysis.article.id
    return _template().render(
        language=analysis.language,
        title=one_line(title) if title else "Article without a title",
        version=analysis.version,
        scheme=analysis.scheme,
        style=style,
        digest=digest,
        headline=shown.pop(0) if shown and shown[0].kind == "title" else None,
        paragraphs=shown,
        analysis=analysis,
        score=score,
        components=[{"name": name, "value": score.components.get(name) or 0.0, "points": points} for name, points in POINTS.items()],
        reasons=[(row.feature, one_line(row.text)) for row in reason_rows(analysis)],
        sources=[
            {"id": n, "row": row, "withheld": _withheld(row.withheld, row.reason), "delta": signed(row.delta)} for n, row in enumerate(rows)
        ],
        levels=level_counts(analysis),
        hedges={kind: count for kind in HEDGE_TYPES if (count := sum(h.type == kind for h in analysis.hedges))},
        frames=frame_rows(analysis),
        warnings=[one_line(w.message) for w in analysis.warnings],
    )


def render_notebook(analysis: Analysis) -> str:
    """The page in a frame, for a notebook: it can neither run a script nor touch the style of the page around it."""
    page = html.escape(render_html(analysis), quote=True)
    return f'<iframe sandbox="" srcdoc="{page}" width="100%" height="640" style="border:1px solid #8886;border-radius:6px"></iframe>'


def paragraphs(analysis: Analysis) -> Iterator[Paragraph]:
    """The paragraphs of the article cut into pieces, in order."""
    article = analysis.article
    marks = _marks(analysis)
    edges = {p.start: p for p in article.paragraphs}
    ends = {p.end for p in article.paragraphs}
    bounds = sorted({*edges, *ends, *marks.opens, *marks.closes})
    titles, asides = _asides(analysis)
    active: Counter[str] = Counter()
    contents: list[tuple[int, int, str]] = []  # heap, innermost first: (-start, end, tip)
    tips: dict[str, str] = {}
    current: Span | None = None
    pieces: list[Piece] = []
    for left, right in pairwise(bounds):
        for name in marks.closes.get(left, ()):
            active[name] -= 1
        for name, end, tip in marks.opens.get(left, ()):
            active[name] += 1
            if name == "content":
                heappush(contents, (-left, end, tip))
            else:
                tips[name.split()[0]] = tip
        while contents and contents[0][1] <= left:
            heappop(contents)
        current = edges.get(left, current)
        if current is None:
            continue
        names = {name for name, n in active.items() if n > 0}
        if active["content"] > 1:
            names.add("inner")
        kinds = {name.split()[0] for name in names}
        tip = next((tips[kind] for kind in ("hedge", "source", "cue") if kind in kinds), contents[0][2] if contents else "")
        anchors, href = marks.cues.get(left, ((), None))
        pieces.append(Piece(printable(article.text[left:right]), " ".join(sorted(names)), tuple(anchors), href, tip))
        if right == current.end:
            role = "title" if current in titles else "aside" if current in asides or not article.body.covers(current) else "body"
            yield Paragraph(role, tuple(pieces))
            current, pieces = None, []


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where marks begin, ``(classes, end, tip)``, and end; at which offsets cues begin: ids of their attributions and the row to point
    to."""

    opens: dict[int, list[tuple[str, int, str]]] = field(default_factory=dict)
    closes: dict[int, list[str]] = field(default_factory=dict)
    cues: dict[int, tuple[list[int], str | None]] = field(default_factory=dict)

    def add(self, classes: str, span: Span, tip: str) -> None:
        if len(span):
            self.opens.setdefault(span.start, []).append((classes, span.end, tip))
            self.closes.setdefault(span.end, []).append(classes)


def _marks(analysis: Analysis) -> _Marks:
    marks = _Marks()
    rows = {i: n for n, row in enumerate(source_rows(analysis)) for i in row.attributions}
    by_id = {a.id: a for a in analysis.attributions}
    for a in analysis.attributions:
        who = speaker(analysis, a)
        about = [a.kind, a.level]
        if a.withheld:
            about.append(_withheld(True, a.reason))
        if a.relays:
            about.append("via " + ", ".join(one_line(r) for r in a.relays))
        tip = f"{who} ({', '.join(about)})"
        for span in a.content:
            marks.add("content", span, f"{a.speech}: {tip}")
        marks.add("cue", a.cue, tip)
        if a.source:
            marks.add(f"source {a.level}", a.source, tip)
        marks.cues.setdefault(a.cue.start, ([], f"s{rows[a.id]}"))[0].append(a.id)
    for h in analysis.hedges:
        owner = "the author" if h.owner is None else speaker(analysis, by_id.get(h.owner))
        kind = "booster" if h.type == "booster" else f"{h.type} hedge"
        marks.add(
            "hedge booster" if h.type == "booster" else "hedge", h.cue, f"{'negated ' if h.negated else ''}{kind} in the words of {owner}"
        )
    for b in analysis.article.boilerplate:
        marks.add("aside", b.span, b.kind)
    return marks


def _asides(analysis: Analysis) -> tuple[set[Span], set[Span]]:
    """The spans of the title, and of whole paragraphs that are not part of the article proper."""
    marked = analysis.article.boilerplate
    titles = {analysis.article.title_span} if analysis.article.title_span else set()
    return titles, {b.span for b in marked}


def _withheld(withheld: bool, reason: str | None) -> str:
    return WITHHELD.get(reason or "none", WITHHELD["none"]) if withheld else ""


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({"page": _resource("page.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page")


def _resource(name: str) -> str:
    return resources.files("framing.report").joinpath("templates").joinpath(name).read_text(encoding="utf-8")
