"""Plots of classified frames as SVG: F1 by frame with intervals, and which primary frame is taken for which. Same data, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from experiments.reliability_plot import text
from framing.metrics.signature import Score

COLOURS = ("#1f5fa8", "#9aa7b4", "#b5502b")
LEFT, TOP, BAR, GAP, WIDTH, CELL = 110, 60, 7, 8, 420, 30
_STYLE = 'font-family="sans-serif" font-size="11" fill="#222"'


def bars_svg(title: str, names: Sequence[str], rows: Mapping[str, Sequence[Score]]) -> str:
    """A group of bars a row, one for each of ``names``, with their intervals."""
    step = BAR * len(names) + GAP
    height = TOP + step * len(rows) + 30
    shapes = [text(10, 18, title, "start", 13)]
    for k, name in enumerate(names):
        x = LEFT + 150 * k
        shapes += [f'<rect x="{x}" y="28" width="10" height="10" fill="{COLOURS[k]}"/>', text(x + 15, 37, name, "start")]
    for k in range(6):
        x = LEFT + WIDTH * k / 5
        shapes.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 26}" stroke="#ddd"/>')
        shapes.append(text(x, height - 12, f"{k / 5:.1f}"))
    for i, (row, values) in enumerate(rows.items()):
        y = TOP + step * i
        shapes.append(text(LEFT - 8, y + step / 2, row, "end"))
        for k, score in enumerate(values):
            top, middle = y + BAR * k, y + BAR * (k + 0.5)
            low, high = (LEFT + WIDTH * x for x in score.interval)
            shapes.append(f'<rect x="{LEFT}" y="{top}" width="{WIDTH * score.value:.1f}" height="{BAR - 1}" fill="{COLOURS[k]}"/>')
            shapes.append(f'<line x1="{low:.1f}" y1="{middle:.1f}" x2="{high:.1f}" y2="{middle:.1f}" stroke="#222"/>')
    return _svg(title, LEFT + WIDTH + 30, height, shapes)


def confusion_svg(title: str, names: Sequence[str], table: Sequence[Sequence[int]]) -> str:
    """Counts by row and column; the darker, the larger the share of its row."""
    left, top = 60, 60
    shapes = [text(10, 18, title, "start", 13)]
    for i, name in enumerate(names):
        shapes.append(text(left - 6, top + CELL * i + 19, name, "end"))
        shapes.append(text(left + CELL * (i + 0.5), top - 6, name))
        whole = max(sum(table[i]), 1)
        for j, n in enumerate(table[i]):
            place = f'x="{left + CELL * j}" y="{top + CELL * i}" width="{CELL - 1}" height="{CELL - 1}"'
            shapes.append(f'<rect {place} fill="{COLOURS[0]}" fill-opacity="{n / whole:.3f}" stroke="#eee"/>')
            if n:
                shapes.append(text(left + CELL * (j + 0.5), top + CELL * i + 19, str(n)))
    return _svg(title, left + CELL * len(names) + 20, top + CELL * len(names) + 20, shapes)


def _svg(title: str, width: int, height: int, shapes: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" {_STYLE}>'
    body = "\n".join(shapes)
    return f'{head}\n<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
