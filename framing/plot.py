"""Figures for papers and slides: the attribution timeline of an article, the levels of sources, a reliability diagram.

Conventions
-----------
* Each function gives a matplotlib ``Figure``, which belongs to the caller and to no window; with ``path`` it is also written, as the format
  that the suffix names.
* SVG is written so that the same data and the same matplotlib give the same bytes: fixed salt of the ids, no date. Text stays text, so it
  can be searched and edited; the file begins with a title and a description for those who do not see it.
* Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; levels have a hatching or a marker, too.

matplotlib comes with the extra ``plots`` and is imported by the functions only.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import ArrayLike

from framing.metrics.calibration import calibration_error
from framing.metrics.calibration import reliability as reliability_bins
from framing.records import LEVELS, Attribution
from framing.report.summary import level_counts, source_rows
from framing.result import Analysis
from framing.showing import one_line
from framing.writing import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"named": "#0072B2", "office": "#009E73", "described": "#E69F00", "bare": "#D55E00", "impersonal": "#666666"}
MARKERS = {"named": "o", "office": "s", "described": "^", "bare": "v", "impersonal": "x"}
HATCHES = {"named": "", "office": "//", "described": "..", "bare": "xx", "impersonal": "\\\\"}
INK, SOFT = "#1d2024", "#5a626b"
NAME = 34  # characters of a name beside an axis
ROWS = 25  # sources of a timeline
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "framing",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a dollar in a name is a dollar
}
_OPENING = re.compile(r"<svg\b[^>]*>")


def timeline(analysis: Analysis, path: str | os.PathLike[str] | None = None) -> Figure:
    """Who speaks where in an article: a row a source, a bar wherever its content stands.

    Parameters
    ----------
    analysis : Analysis
    path : path, optional
        Write the figure there.

    Returns
    -------
    matplotlib.figure.Figure
        Sources from most to least openly identified, at most ``ROWS``; bars run over code points of the text, as percent of the body.
        Colour and marker are the level of the attribution; the marker stands at the cue.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    rows = source_rows(analysis)
    shown = rows[:ROWS]
    title = one_line(analysis.article.title or analysis.article.id or "Article without a title")
    by_id = {a.id: a for a in analysis.attributions}
    body = analysis.article.body
    with _matplotlib():
        figure, axes = _figure(7.0, 1.1 + 0.26 * max(len(shown), 1))
        for y, row in enumerate(shown):
            axes.axhline(y, color="#e3e5e8", linewidth=0.8, zorder=0)
            for number in row.attributions:
                _speak(axes, by_id[number], y, body.start, max(len(body), 1))
        axes.set_yticks(range(len(shown)), [_short(row.name) for row in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.set_xlim(-1, 101)
        axes.set_xlabel("percent of the article")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        levels = [level for level in LEVELS if any(a.level == level for a in analysis.attributions)]
        handles = [_marker(level) for level in levels]
        if handles:
            figure.legend(handles, levels, loc="outside upper left", ncols=len(levels), frameon=False, handletextpad=0.2)
        more = f"; {len(rows) - len(shown)} more sources are not shown" if len(rows) > len(shown) else ""
        told = f"{len(analysis.attributions)} attributions of {len(rows)} sources along the text, by level of identification{more}."
        _write(figure, path, f"Attribution timeline: {title}", told)
    return figure


def source_levels(
    analyses: Analysis | Iterable[Analysis], path: str | os.PathLike[str] | None = None, names: Sequence[str] | None = None
) -> Figure:
    """How openly the sources of articles are identified: a bar an article, its attributions by level in percent.

    Parameters
    ----------
    analyses : Analysis or iterable of Analysis
    path : path, optional
        Write the figure there.
    names : sequence of str, optional
        Beside the bars; by default titles, else ids.

    Returns
    -------
    matplotlib.figure.Figure
        Bars in the order given; behind each the number of attributions.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If there are not as many names as analyses.
    """
    given = [analyses] if isinstance(analyses, Analysis) else list(analyses)
    if names is not None and len(names) != len(given):
        raise ValueError(f"{len(names)} names for {len(given)} analyses")
    labels = names or [a.article.title or a.article.id or f"article {n}" for n, a in enumerate(given, 1)]
    counts = np.array([[level_counts(a)[level] for level in LEVELS] for a in given], dtype=float).reshape(-1, len(LEVELS))
    total = counts.sum(1)
    shares = np.divide(100 * counts, total[:, None], out=np.zeros_like(counts), where=total[:, None] > 0)
    with _matplotlib():
        figure, axes = _figure(7.0, 1.1 + 0.34 * max(len(given), 1))
        left = np.zeros(len(given))
        for k, level in enumerate(LEVELS):
            axes.barh(
                range(len(given)), shares[:, k], 0.68, left, label=level, color=COLOURS[level], hatch=HATCHES[level], edgecolor="white"
            )
            left += shares[:, k]
        for y, n in enumerate(total.astype(int).tolist()):
            axes.text(101, y, f"{n:,}", va="center", color=SOFT)
        axes.set_yticks(range(len(given)), [_short(one_line(label)) for label in labels])
        axes.set_ylim(len(given) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.set_xlabel("percent of attributions; behind the bars their number")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=len(LEVELS), frameon=False)
        told = f"Attributions of {len(given)} articles by level of identification, from named to impersonal."
        _write(figure, path, "Levels of sources", told)
    return figure


def reliability(
    probabilities: ArrayLike,
    labels: ArrayLike,
    path: str | os.PathLike[str] | None = None,
    *,
    n_bins: int = 10,
    binning: str = "width",
    items: str = "items",
) -> Figure:
    """Whether what is given a probability of .8 is true four times out of five.

    Parameters
    ----------
    probabilities : array (items,)
        Between 0 and 1.
    labels : array (items,)
        0 or 1.
    path : path, optional
        Write the figure there.
    n_bins, binning
        As for :func:`framing.metrics.calibration.reliability`.
    items : str
        What is counted, for the axis.

    Returns
    -------
    matplotlib.figure.Figure
        Share of true items over the mean probability of each bin, with the 95 % interval of Wilson (1927); the area of a point grows with
        the items of its bin, whose distribution is below.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the arrays are not equally long, or hold something else.
    """
    bins = reliability_bins(probabilities, labels, n_bins, binning)
    error = calibration_error(probabilities, labels, n_bins, binning)
    total = sum(b.n for b in bins)
    with _matplotlib():
        figure, (axes, below) = _figure(4.0, 4.9, rows=2)
        axes.plot([0, 1], [0, 1], color=SOFT, linestyle=(0, (4, 3)), linewidth=1)
        x = np.array([b.probability for b in bins])
        y = np.array([b.outcome for b in bins])
        n = np.array([b.n for b in bins], dtype=float)
        if len(bins):
            low, high = _wilson([b.outcome for b in bins], [b.n for b in bins])
            axes.vlines(x, low, high, color="#0072B2", linewidth=1.2)
            axes.plot(x, y, color="#0072B2", linewidth=1)
            axes.scatter(x, y, 12 + 60 * n / n.max(), color="#0072B2", zorder=3)
            below.bar(x, n, 0.6 / n_bins, color="#0072B2")
        axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that is true", aspect="equal")
        axes.text(0.03, 0.97, f"{total:,} {items}\ncalibration error {error:.3f}", transform=axes.transAxes, va="top", color=INK)
        below.set(xlim=(0, 1), xlabel="probability", ylabel=items)
        told = "; ".join(f"{b.probability:.2f} given, {b.outcome:.2f} true of {b.n}" for b in bins)
        _write(figure, path, "Reliability diagram", f"{total} {items}, expected calibration error {error:.3f}. {told}.")
    return figure


@contextmanager
def _matplotlib() -> Iterator[None]:
    """matplotlib with our settings, left as it was."""
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError('framing.plot needs matplotlib: pip install "framing[plots]"') from error
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        settings: Any = matplotlib.rcParams
        settings.update(_SETTINGS)
        yield


def _figure(width: float, height: float, rows: int = 1) -> tuple[Figure, Any]:
    """A figure in inches that no window shows, and its axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, height_ratios=[5, 1] if rows == 2 else None)


def _speak(axes: Any, attribution: Attribution, y: float, begin: int, length: int) -> None:
    colour = COLOURS[attribution.level]
    for part in attribution.content:
        start, end = (100 * (place - begin) / length for place in (part.start, part.end))
        axes.barh(y, max(end - start, 0.3), 0.42, start, color=colour, alpha=0.45, linewidth=0)
    axes.plot(
        100 * (attribution.cue.start - begin) / length, y, MARKERS[attribution.level], color=colour, markersize=4.5, markeredgecolor=colour
    )


def _marker(level: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", marker=MARKERS[level], color=COLOURS[level], markersize=5)


def _wilson(outcomes: Sequence[float], sizes: Sequence[int]) -> tuple[list[float], list[float]]:
    """95 % intervals of proportions."""
    from scipy.stats import binomtest

    found = [binomtest(round(y * n), n).proportion_ci(method="wilson") for y, n in zip(outcomes, sizes)]
    return [i.low for i in found], [i.high for i in found]


def _short(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"


def _write(figure: Figure, path: str | os.PathLike[str] | None, title: str, told: str) -> None:
    """Write a figure, if it is to be written; SVG with its title and description first."""
    if path is None:
        return
    place = Path(path)
    if place.suffix.lower() != ".svg":
        with replacing(place) as stream:
            figure.savefig(stream, dpi=200, format=place.suffix.removeprefix(".").lower() or None)
        return
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    opening = _OPENING.search(svg)
    assert opening is not None
    head = opening[0][:-1] + ' role="img" aria-labelledby="title desc">'
    told = f'\n <title id="title">{escape(title)}</title>\n <desc id="desc">{escape(told)}</desc>'
    with replacing(place) as stream:
        stream.write((svg[: opening.start()] + head + told + svg[opening.end() :]).encode("utf-8"))
