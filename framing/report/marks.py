"""The text of an article cut into pieces, each with the marks that lie over it.

Conventions
-----------
* A mark has a *key*: ``a7`` for the parts of attribution 7, ``h3`` for hedge 3, ``l2`` for loaded sentence 2, "" for what is not explained.
  Its ``kind`` is a layer of the report (source, cue, content, hedge, loaded), ``word`` (a loaded word) or ``aside`` (boilerplate).
* Marks overlap freely. The text is cut wherever one begins or ends. The cost is linear in the text plus ``m log m`` for m marks, since a
  piece tells no more than ``TOLD`` of the marks over it, the innermost ones; its classes tell the kinds of all.
* ``keys`` of a piece are what a reader who points at it wants to know: hedges and loaded sentences, and the innermost attribution (all that
  share the cue or source). ``around`` are the other attributions whose content it is in, the innermost first.
* An *anchor* is the key of an attribution where its first cue begins, or of a hedge where its cue begins; a *flag* that of a loaded
  sentence where it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from framing.records import Hedge, Sentence, Span
from framing.result import Analysis
from framing.showing import one_line, printable

TOLD = 8  # innermost marks that a piece names
DEEPEST = 3  # content in content in content: deeper is shown as this
SHARED = 3  # attributions with the same cue or source that a piece names
VIA = 28  # characters of the outlet that is named after a cue


@dataclass(frozen=True, slots=True)
class Mark:
    """A span with what to show over it; ``classes`` are added to the kind, ``note`` stands behind a cue."""

    key: str
    kind: str
    span: Span
    classes: str = ""
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Kind and classes."""
        return (self.kind, self.classes) if self.classes else (self.kind,)


_Edge = list[tuple[int, Mark]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks; ``classes`` are for the style sheet, ``note`` is the outlet that relays a cue that ends here.

    ``keys`` and ``around`` are keys with blanks between them; see the module.
    """

    text: str
    classes: str
    keys: str
    around: str
    anchors: tuple[str, ...]
    flags: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the article; ``kind`` is "body", "title" or "aside" (boilerplate, which is not counted)."""

    kind: str
    pieces: tuple[Piece, ...]


def marks_of(analysis: Analysis, hedges: Sequence[Hedge], loaded: Sequence[tuple[Sentence, Sequence[Span]]]) -> Iterator[Mark]:
    """Every mark of a report: the attributions, ``hedges``, and the ``loaded`` sentences with their words."""
    for a in analysis.attributions:
        key = f"a{a.id}"
        for span in a.content:
            yield Mark(key, "content", span)
        if a.source:
            yield Mark(key, "source", a.source, a.level)
        via = one_line(a.via) if a.via else ""
        yield Mark(key, "cue", a.cue, note=via if len(via) <= VIA else via[: VIA - 1].rstrip() + "…")
    for n, hedge in enumerate(hedges):
        yield Mark(f"h{n}", "hedge", hedge.cue, "booster" if hedge.type == "booster" else "")
    for n, (sentence, words) in enumerate(loaded):
        yield Mark(f"l{n}", "loaded", sentence.span)
        for word in words:
            yield Mark("", "word", word)
    for b in analysis.article.boilerplate:
        yield Mark("", "aside", b.span)


def paragraphs(analysis: Analysis, marks: Iterable[Mark]) -> Iterator[Paragraph]:
    """The paragraphs of the article cut into pieces, in order."""
    article, text = analysis.article, printable(analysis.article.text)
    opens, closes = _edges(marks)
    edges = {p.start: p for p in article.paragraphs}
    bounds = sorted({*edges, *(p.end for p in article.paragraphs), *opens, *closes})
    boilerplate = {b.span for b in article.boilerplate}
    active: dict[int, Mark] = {}  # by number, in the order in which they began: the last one is the innermost
    names: dict[str, int] = {}  # how many of the active ones have a class or kind
    current: Span | None = None
    pieces: list[Piece] = []
    for left, right in pairwise(bounds):
        for n, mark in closes.get(left, ()):
            del active[n]
            for name in mark.names:
                names[name] -= 1
        begun = opens.get(left, [])
        for n, mark in begun:
            active[n] = mark
            for name in mark.names:
                names[name] = names.get(name, 0) + 1
        current = edges.get(left, current)
        if current is None:
            continue
        if active:
            pieces.append(_piece(text[left:right], active, names, begun, closes.get(right, [])))
        else:
            pieces.append(Piece(text[left:right], "", "", "", (), (), ""))
        if right == current.end:
            inside = current not in boilerplate and article.body.covers(current)
            yield Paragraph("title" if current == article.title_span else "body" if inside else "aside", tuple(pieces))
            current, pieces = None, []


def _piece(text: str, active: dict[int, Mark], names: Mapping[str, int], begun: _Edge, ended: _Edge) -> Piece:
    """The piece under the ``active`` marks, of which some begin or end with it."""
    classes = [name for name, n in names.items() if n]
    depth = min(names.get("content", 0), DEEPEST)
    if depth > 1:
        classes.append(f"d{depth}")
    anchors, flags, note = [], [], ""
    for _, mark in begun:
        if mark.kind == "content":
            classes.append("from")
        elif mark.kind == "loaded":
            flags.append(mark.key)
        elif mark.kind in ("cue", "hedge") and mark.key not in anchors:
            anchors.append(mark.key)
    for _, mark in ended:
        if mark.kind == "content":
            classes.append("to")
        elif mark.kind == "cue":
            note = note or mark.note
    keys, around = _told(list(islice(reversed(active.values()), TOLD)))
    return Piece(text, " ".join(sorted(set(classes))), keys, around, tuple(anchors), tuple(flags), note)


def _edges(marks: Iterable[Mark]) -> tuple[dict[int, _Edge], dict[int, _Edge]]:
    """Which marks begin and end where, numbered from the outer to the inner ones."""
    opens: dict[int, _Edge] = {}
    closes: dict[int, _Edge] = {}
    ordered = sorted((m for m in marks if len(m.span)), key=lambda m: (m.span.start, -m.span.end))
    for n, mark in enumerate(ordered):
        opens.setdefault(mark.span.start, []).append((n, mark))
        closes.setdefault(mark.span.end, []).append((n, mark))
    return opens, closes


def _told(inner: Sequence[Mark]) -> tuple[str, str]:
    """``keys`` and ``around`` of a piece under these marks, the innermost first."""
    keys = [m.key for m in inner if m.kind in ("hedge", "loaded")]
    parts = [m.key for m in inner if m.kind == "cue"] or [m.key for m in inner if m.kind == "source"]
    contents = [m.key for m in inner if m.kind == "content"]
    own = (parts or contents[:1])[:SHARED]
    around = dict.fromkeys(key for key in contents if key not in own)
    return " ".join(dict.fromkeys([*own, *keys])), " ".join(around)
