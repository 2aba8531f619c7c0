"""Small plots of lines beside each other, as SVG: a panel a task, a line a score, with intervals. Same data, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from experiments.reliability_plot import text

COLOURS = ("#1f5fa8", "#b5502b", "#3c7a3c")
LETTER, LINE = 5.5, 11  # about the size of a letter of a name
WIDTH, HEIGHT, LEFT, TOP, BESIDE, BELOW = 190, 130, 46, 64, 24, 66

Point = tuple[float, float, float, float]  # x, value, low, high
Panels = Mapping[str, Mapping[str, Sequence[Point]]]


def lines_svg(title: str, panels: Panels, axis: str, ticks: Sequence[float], columns: int = 3) -> str:
    """Panel title -> line -> points; x from 0 to the last tick, y from the lowest to the highest bound of the panel."""
    rows = -(-len(panels) // columns)
    shapes = [text(10, 20, title, "start", 13)]
    for number, (name, lines) in enumerate(panels.items()):
        x0 = LEFT + (WIDTH + LEFT + BESIDE) * (number % columns)
        y0 = TOP + (HEIGHT + BELOW + 16) * (number // columns)
        shapes += _panel(x0, y0, name, lines, axis, ticks)
    width = columns * (WIDTH + LEFT + BESIDE) + 10
    return svg(title, width, TOP + rows * (HEIGHT + BELOW + 16), shapes)


def _panel(x0: float, y0: float, name: str, lines: Mapping[str, Sequence[Point]], axis: str, ticks: Sequence[float]) -> list[str]:
    bounds = [bound for points in lines.values() for _, _, low, high in points for bound in (low, high)]
    bottom, top = int(min(bounds) * 20) / 20, -(-max(bounds) * 20 // 1) / 20
    span = max(top - bottom, 0.05)

    def place(x: float, y: float) -> tuple[float, float]:
        return x0 + WIDTH * x / ticks[-1], y0 + HEIGHT * (1 - (y - bottom) / span)

    shapes = [text(x0, y0 - 8 - 13 * len(lines), name, "start", 12)]
    for k in range(5):
        y = bottom + span * k / 4
        (a, b), (c, _) = place(0, y), place(ticks[-1], y)
        shapes += [_line(a, b, c, b, "#ddd"), text(a - 6, b + 4, f"{y:.2f}", "end")]
    for tick in ticks:
        x, y = place(tick, bottom)
        shapes += [_line(x, y, x, y + 4, "#888"), text(x, y + 15, f"{tick:g}")]
    shapes.append(text(x0 + WIDTH / 2, y0 + HEIGHT + 30, axis))
    for k, (line, points) in enumerate(lines.items()):
        colour = COLOURS[k % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*place(x, value)) for x, value, _, _ in points)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for x, value, low, high in points:
            (a, b), (_, c), (_, d) = place(x, value), place(x, low), place(x, high)
            shapes += [_line(a, c, a, d, colour), f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>']
        shapes.append(text(x0, y0 - 6 - 13 * (len(lines) - 1 - k), line, "start", 10, colour))
    return shapes


def scatter_svg(title: str, panels: Mapping[str, Mapping[str, tuple[float, float, float, float]]], axes: tuple[str, str]) -> str:
    """Panel title -> name of a point -> (x, value, low, high); x on a logarithmic axis that all panels share."""
    every = [point for points in panels.values() for point in points.values()]
    low, high = int(log10(min(p[0] for p in every))), int(log10(max(p[0] for p in every))) + 1
    shapes, y0 = [text(10, 20, title, "start", 13)], float(TOP)
    wide, tall = 420, 150
    for name, points in panels.items():
        shapes.append(text(LEFT, y0 - 10, f"{name}: {axes[1]}", "start", 12))

        def place(x: float, y: float, y0: float = y0) -> tuple[float, float]:
            return LEFT + wide * (log10(x) - low) / (high - low), y0 + tall * (1 - y)

        for k in range(6):
            (a, b), (c, _) = place(10**low, k / 5), place(10**high, k / 5)
            shapes += [_line(a, b, c, b, "#ddd"), text(a - 6, b + 4, f"{k / 5:.1f}", "end")]
        for power in range(low, high + 1):
            x, y = place(10**power, 0)
            shapes += [_line(x, y, x, y + 4, "#888"), text(x, y + 15, f"{10**power:,}")]
        taken: list[tuple[float, float, float]] = []  # begin, end and height of the names that stand there
        for system, (x, value, under, over) in sorted(points.items(), key=lambda point: point[1][0]):
            (a, b), (_, c), (_, d) = place(x, value), place(x, under), place(x, over)
            shapes += [_line(a, c, a, d, COLOURS[0]), f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[0]}"/>']
            begin, end = a + 6, a + 6 + LETTER * len(system)
            beside = [y for other, until, y in taken if begin < until and other < end]
            heights = (b + 4 + sign * step * LINE for step in range(len(points) + 1) for sign in (1, -1))
            at = next(y for y in heights if all(abs(y - other) >= LINE for other in beside))  # as near as there is room
            taken.append((begin, end, at))
            shapes.append(text(begin, at, system, "start", 10))
        shapes.append(text(LEFT + wide / 2, y0 + tall + 32, axes[0]))
        y0 += tall + 70
    return svg(title, LEFT + wide + 120, int(y0) - 20, shapes)


def svg(title: str, width: int, height: int, shapes: Sequence[str]) -> str:
    """The file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img"'
    body = "\n".join(shapes)
    style = 'font-family="sans-serif" font-size="11" fill="#222"'
    return f'{head} {style}>\n<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
