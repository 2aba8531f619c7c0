"""An analysis as text for a terminal: what limits it, the score with its parts, the sources, who says what, what is hedged.

Conventions
-----------
The string is the same for the same analysis and width, whatever the terminal, locale or environment; without ``colour`` it holds no escape
sequence. Characters of the article that a terminal would obey are shown as U+FFFD. Long lists are cut, and the cut says how much it leaves
out: the whole is in the JSON. Colours follow the level of the source, green (named) to red (impersonal); nothing is said by colour alone.
"""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from framing import transparency
from framing.analysis import NOT_HEDGING
from framing.records import HEDGE_TYPES, LEVELS, Attribution
from framing.report.summary import (
    NO_SOURCE,
    WITHHELD,
    SourceRow,
    frame_rows,
    level_counts,
    number,
    reason_rows,
    signed,
    source_rows,
    speaker,
    tree,
)
from framing.result import Analysis
from framing.showing import one_line

MAX_SOURCES = 40
MAX_ATTRIBUTIONS = 60
MAX_HEDGES = 20  # different cues a type
MAX_OWNER = 30  # columns
SNIPPET_LINES = 2
MIN_WIDTH = 50
MEANING_WIDTH = 72  # columns from which the components are explained

DISCLAIMER = "How openly the sources are identified, not whether what they say is true."
POINTS = "points: index minus the index without it, one attribution left out at a time"
MEANING = {
    "identification": "how closely sources are identified",
    "depth": "how many sources are well identified",
    "primary": "first hand, not via another outlet",
    "diversity": "spread over sources, not one voice",
    "coverage": "share of the sentences with a source",
}
STYLE = {"named": "green", "office": "cyan", "described": "yellow", "bare": "red", "impersonal": "red"}


def render_text(analysis: Analysis, width: int = 80, colour: bool = False, explain: bool = False) -> str:
    """Write ``analysis`` for a terminal.

    Parameters
    ----------
    analysis : Analysis
    width : int
        Columns; no line is longer, and values below ``MIN_WIDTH`` count as that.
    colour : bool
        Whether to use ANSI colours.
    explain : bool
        Add in plain words what raised and lowered the score.

    Returns
    -------
    str
        Lines, each with its line feed.
    """
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, MIN_WIDTH),
        color_system="standard" if colour else None,
        force_terminal=colour,
        force_jupyter=False,
        force_interactive=False,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in (
        _head(analysis),
        _score(analysis, console.width),
        _reasons(analysis, console.width) if explain else [],
        _sources(analysis, console.width),
        _attributions(analysis, console.width),
        _hedges(analysis, console.width),
        _frames(analysis, console.width),
    ):
        for renderable in part:
            console.print(renderable)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().rstrip("\n").split("\n"))


def _head(analysis: Analysis) -> list[RenderableType]:
    title = analysis.article.title or analysis.article.id or "(no title)"
    body = analysis.article.body
    counts = ", ".join(
        (
            number(analysis.n_tokens, "token"),
            number(analysis.n_sentences, "sentence"),
            number(len(analysis.quotes), "quotation"),
            number(len(analysis.attributions), "attribution"),
            number(len(source_rows(analysis)), "source"),
            f"language {analysis.language}",
        )
    )
    parts: list[RenderableType] = [Text(one_line(title), style="bold"), Text(counts, style="dim")]
    if len(body) and analysis.article.boilerplate:
        kinds = ", ".join(dict.fromkeys(b.kind for b in analysis.article.boilerplate))
        parts.append(Text(f"not counted: {kinds}", style="dim"))
    parts.extend(Text.assemble(("! ", "bold yellow"), (one_line(notice.message), "yellow")) for notice in analysis.warnings)
    return parts


def _score(analysis: Analysis, width: int) -> list[RenderableType]:
    score = analysis.scores.transparency
    parts: list[RenderableType] = [Text()]
    if score.index is None:
        why = f": {one_line(score.reason)}" if score.reason else ""
        parts.append(Text.assemble(("SOURCING TRANSPARENCY", "bold"), f"  no index{why}"))
        return [*parts, _indented(Text(DISCLAIMER, style="italic"))]
    interval = f"   interval {score.interval[0]:.0f} to {score.interval[1]:.0f}" if score.interval else ""
    parts.append(
        Text.assemble(
            ("SOURCING TRANSPARENCY", "bold"), "  ", (f"{score.index:.0f}", "bold"), " of 100  ", _bar(score.index / 100, 20), interval
        )
    )
    parts.append(_indented(Text(DISCLAIMER, style="italic")))
    table = _columns(14, -10, 10, width - 42)
    values = ((name, points, score.components.get(name) or 0.0) for name, points in transparency.POINTS.items())
    rows = [(name, f"{value * points:.1f} of {points:.0f}", value, MEANING[name]) for name, points, value in values]
    accountability = score.components.get("accountability")
    if accountability is not None:
        rows.append(("accountability", "apart", accountability, "withheld sources explained"))
    if score.rating is not None:
        rows.append(("rating", f"{score.rating:.1f} of 5", (score.rating - 1) / 4, "trained second opinion"))
    for name, points, share, meaning in rows:
        _add(table, name, points, _bar(share, 10), Text(_fit(meaning, width - 42) if width >= MEANING_WIDTH else "", style="dim"))
    return [*parts, _indented(table)]


def _reasons(analysis: Analysis, width: int) -> list[RenderableType]:
    """What ``Analysis.explain`` says, but for what stands above it."""
    head = "" if analysis.scores.transparency.index is None else "  ± points: the part with all words of that source minus it without them"
    table = _columns(14, width - 18)
    for row in reason_rows(analysis):
        _add(table, Text(row.feature, style="bold"), one_line(row.text))
    return [Text(), Text.assemble(("WHY", "bold"), head), _indented(table)]


def _sources(analysis: Analysis, width: int) -> list[RenderableType]:
    rows = source_rows(analysis)
    if not rows:
        return []
    counts = level_counts(analysis)
    parts: list[RenderableType] = [Text(), Text.assemble(("SOURCES", "bold"), "  from most to least openly identified")]
    name_width = min(30, (width - 20) // 2)
    about_width = width - name_width - 21
    table = _columns(name_width, about_width, -5, -6)
    level = None
    for row in rows[:MAX_SOURCES]:
        if row.level != level:
            level = row.level
            times = sum(len(r.attributions) for r in rows if r.level == level)
            heads = ("cited", "points") if row is rows[0] else ("", "")
            _add(
                table,
                Text(level, style=f"bold {STYLE[level]}"),
                Text(number(times, "attribution"), style="dim"),
                *(Text(h, style="dim") for h in heads),
            )
        _add(
            table,
            _indented(Text(row.name, style=STYLE[level])),
            Text(_about(row, about_width), style="dim"),
            f"{len(row.attributions)}×",
            signed(row.delta),
        )
    parts.append(_indented(table))
    if len(rows) > MAX_SOURCES:
        parts.append(_indented(Text(f"… and {number(len(rows) - MAX_SOURCES, 'more source')}", style="dim")))
    absent = [name for name in LEVELS if not counts[name]]
    if absent:
        parts.append(_indented(Text(f"none: {', '.join(absent)}", style="dim")))
    if any(row.delta is not None for row in rows):
        parts.append(_indented(Text(POINTS, style="dim")))
    return parts


def _about(row: SourceRow, width: int) -> str:
    """What is said of a source beside its name, broken between its parts where they do not fit into one line."""
    about = [row.kind]
    if row.role:
        about.append(row.role)
    if row.producer:
        about.append(f"by {row.producer}")
    if row.withheld:
        about.append(WITHHELD.get(row.reason or "none", WITHHELD["none"]))
    if row.relays:
        about.append(f"via {', '.join(row.relays)}")
    lines = [about[0]]
    for part in about[1:]:
        if cell_len(lines[-1]) + 3 + cell_len(part) <= width or cell_len(part) > width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return "\n".join(lines)


def _attributions(analysis: Analysis, width: int) -> list[RenderableType]:
    found = analysis.attributions
    if not found:
        return []
    first, second = min(28, width * 3 // 10), min(16, width * 3 // 20)
    console = Console(width=width, color_system=None, _environ={})
    parts: list[RenderableType] = [Text(), Text.assemble(("WHO SAYS WHAT", "bold"), "  source, cue, content; ↳ inside the content above")]
    third = width - first - second - 6
    table = _columns(first, second, third)
    for a, depth in tree(found)[:MAX_ATTRIBUTIONS]:
        indent = "  " * min(depth - 1, 3) + "↳ " if depth else ""
        who = Text(_fit(indent + (one_line(a.source.text) if a.source else NO_SOURCE), first), style=STYLE[a.level])
        _add(table, who, Text(_fit(one_line(a.cue.text), second), style="bold"), _snippet(console, a, third))
    parts.append(_indented(table))
    if len(found) > MAX_ATTRIBUTIONS:
        parts.append(_indented(Text(f"… and {number(len(found) - MAX_ATTRIBUTIONS, 'more attribution')}", style="dim")))
    return parts


def _snippet(console: Console, attribution: Attribution, width: int) -> Text:
    """The contents, cut to ``SNIPPET_LINES`` lines."""
    room = 2 * width * SNIPPET_LINES
    text = one_line(" … ".join(span.text[: room + 1] for span in attribution.content))[: room + 1]
    style = "italic" if attribution.speech == "direct" else ""
    lines = [line.plain.rstrip() for line in Text(text).wrap(console, width)]
    if len(lines) > SNIPPET_LINES:
        last = lines[SNIPPET_LINES - 1]
        while cell_len(last) > width - 2 and " " in last:
            last = last.rsplit(None, 1)[0]
        lines = [*lines[: SNIPPET_LINES - 1], _fit(f"{last} …", width)]
    return Text("\n".join(lines), style=style)


def _hedges(analysis: Analysis, width: int) -> list[RenderableType]:
    hedges = analysis.hedges
    rate = analysis.scores.hedges_per_100_words
    hedging = sum(h.type not in NOT_HEDGING for h in hedges)
    per = f", {hedging} hedging ({rate:.1f} per 100 words)" if rate is not None else ""
    parts: list[RenderableType] = [
        Text(),
        Text.assemble(("HEDGES", "bold"), f"  {number(len(hedges), 'cue')}{per}; in brackets whose words"),
    ]
    if not hedges:
        return [parts[0], Text.assemble(("HEDGES", "bold"), "  none found")]
    by_id = {a.id: a for a in analysis.attributions}
    table = _columns(16, width - 20)
    for kind in HEDGE_TYPES:
        of_kind = [h for h in hedges if h.type == kind]
        if not of_kind:
            continue
        counts = Counter(
            (one_line(h.cue.text).lower(), speaker(analysis, None if h.owner is None else by_id.get(h.owner)), h.negated) for h in of_kind
        )
        cell = Text()
        for i, ((cue, owner, negated), times) in enumerate(list(counts.items())[:MAX_HEDGES]):
            many = f" ×{times}" if times > 1 else ""
            cell.append(", " if i else "").append(f"{'not ' if negated else ''}{cue}{many}", style="bold").append(
                f" ({_fit(owner, MAX_OWNER)})", style="dim"
            )
        if len(counts) > MAX_HEDGES:
            cell.append(f", … {len(counts) - MAX_HEDGES} more", style="dim")
        _add(table, f"{kind} {len(of_kind)}", cell)
    return [*parts, _indented(table)]


def _frames(analysis: Analysis, width: int) -> list[RenderableType]:
    """Frames and other classes; nothing where no model has spoken."""
    rows = frame_rows(analysis)
    if not rows:
        return []
    table = _columns(26, -4, 10, width - 48)
    for row in rows:
        note = _fit(row.note, width - 48) if width >= MEANING_WIDTH else ""
        _add(table, row.name, f"{row.value:.2f}", _bar(row.value, 10), Text(note, style="dim"))
    return [Text(), Text.assemble(("FRAMES AND LANGUAGE", "bold"), "  probabilities of trained models"), _indented(table)]


def _columns(*widths: int) -> Table:
    """A table of columns of these widths, two spaces apart; a negative width is a column set to the right.

    The gaps are columns, too: how rich counts padding into a width has changed between its versions.
    """
    table = Table.grid(padding=0)
    for i, width in enumerate(widths):
        if i:
            table.add_column(width=2)
        table.add_column(width=abs(width), justify="right" if width < 0 else "left", overflow="fold")
    return table


def _add(table: Table, *cells: RenderableType) -> None:
    table.add_row(cells[0], *(part for cell in cells[1:] for part in ("", cell)))


def _bar(share: float, cells: int) -> Text:
    full = round(max(0.0, min(1.0, share)) * cells)
    return Text.assemble(("█" * full, "cyan"), ("░" * (cells - full), "dim"))


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def _indented(renderable: RenderableType) -> Padding:
    return Padding(renderable, (0, 0, 0, 2))
