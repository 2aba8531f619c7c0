"""A reliability plot as SVG: observed share over predicted probability. Rounded numbers, so the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from framing.metrics.calibration import Bin

SIZE, LEFT, TOP = 300, 52, 34  # of the square, and where it begins
LINES = 5  # of the grid, on either axis
COLOURS = ("#1f5fa8", "#b5502b", "#3c7a3c")


def reliability_svg(
    title: str,
    series: Mapping[str, Sequence[Bin]],
    items: str = "attributions",
    axes: tuple[str, str] = ("confidence", "share that is right"),
) -> str:
    """The plot of some series; the area of a point grows with the ``items`` of its bin."""
    width, height = LEFT + SIZE + 20, TOP + SIZE + 50 + 16 * len(series)
    shapes = [text(LEFT, 20, title, "start", 13)]
    for k in range(LINES + 1):
        share = k / LINES
        x, y = _place(share, share)
        shapes += [_line(x, TOP, x, TOP + SIZE, "#ddd"), _line(LEFT, y, LEFT + SIZE, y, "#ddd")]
        shapes += [text(x, TOP + SIZE + 16, f"{share:.1f}"), text(LEFT - 8, y + 4, f"{share:.1f}", "end")]
    shapes.append(_line(*_place(0, 0), *_place(1, 1), "#888", ' stroke-dasharray="4 3"'))
    shapes.append(text(LEFT + SIZE / 2, TOP + SIZE + 34, axes[0]))
    middle = TOP + SIZE / 2
    shapes.append(f'<text x="14" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 14 {middle:.0f})">{axes[1]}</text>')
    for k, (name, bins) in enumerate(series.items()):
        colour, y = COLOURS[k % len(COLOURS)], TOP + SIZE + 50 + 16 * k
        most = max((b.n for b in bins), default=1)
        places = [(*_place(b.probability, b.outcome), 2 + 6 * (b.n / most) ** 0.5) for b in bins]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}" fill-opacity=".6"/>' for x, y, r in places]
        shapes.append(f'<circle cx="{LEFT + 6}" cy="{y - 4}" r="5" fill="{colour}"/>')
        shapes.append(text(LEFT + 18, y, f"{name}, {sum(b.n for b in bins):,} {items}", "start"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    style = 'font-family="sans-serif" font-size="11" fill="#222"'
    body = "\n".join(shapes)
    return f'{head} role="img" {style}>\n<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'


def _place(probability: float, outcome: float) -> tuple[float, float]:
    return LEFT + SIZE * probability, TOP + SIZE * (1 - outcome)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def text(x: float, y: float, words: str, anchor: str = "middle", size: int = 11, colour: str = "") -> str:
    """A line of text."""
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}"{fill}>{escape(words)}</text>'
