"""Figures: what they show, that the same data give the same bytes, and that text stays text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from framing import plot
from framing.records import LEVELS
from framing.result import Analysis

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra plots)")

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
Make = Callable[..., Analysis]


def drawn(path: Path) -> tuple[str, str, list[str]]:
    """Title, description and texts of an SVG."""
    root = ElementTree.parse(path).getroot()
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    return root[0].text or "", root[1].text or "", ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_timeline(make_analysis: Make, tmp_path: Path) -> None:
    analysis = make_analysis()
    figure = plot.timeline(analysis, tmp_path / "t.svg")
    title, told, texts = drawn(tmp_path / "t.svg")
    assert title == "Attribution timeline: Bridge closed"
    assert told.startswith(f"{len(analysis.attributions)} attributions of")
    assert "Ida Lund" in texts
    assert {a.level for a in analysis.attributions} == set(texts) & set(LEVELS)
    axes = figure.axes[0]
    assert len(axes.patches) == sum(len(a.content) for a in analysis.attributions)
    body, first = analysis.article.body, analysis.attributions[0].content[0]
    places = {round(patch.get_x(), 6) for patch in axes.patches}
    assert round(100 * (first.start - body.start) / len(body), 6) in places


def test_source_levels(make_analysis: Make, tmp_path: Path) -> None:
    analysis = make_analysis()
    figure = plot.source_levels([analysis, analysis], tmp_path / "l.svg", names=["One $x$ & <two>", "B" * 80])
    title, _, texts = drawn(tmp_path / "l.svg")
    assert title == "Levels of sources"
    assert "One $x$ & <two>" in texts
    assert "B" * 33 + "…" in texts
    widths = np.array([[patch.get_width() for patch in bars] for bars in figure.axes[0].containers])
    assert widths.sum(0) == pytest.approx([100, 100])
    assert widths[0, 0] == pytest.approx(100 * np.mean([a.level == "named" for a in analysis.attributions]))
    with pytest.raises(ValueError, match="1 names for 2 analyses"):
        plot.source_levels([analysis, analysis], names=["one"])


def test_reliability(tmp_path: Path) -> None:
    probabilities, labels = [0.15, 0.15, 0.85, 0.85, 0.85, 0.85], [0, 1, 1, 1, 1, 0]
    figure = plot.reliability(probabilities, labels, tmp_path / "r.svg", items="cues")
    title, told, texts = drawn(tmp_path / "r.svg")
    assert title == "Reliability diagram"
    assert "0.15 given, 0.50 true of 2; 0.85 given, 0.75 true of 4" in told
    assert "calibration error 0.183" in " ".join(texts)
    line = figure.axes[0].lines[1]
    assert line.get_xdata() == pytest.approx([0.15, 0.85])
    assert line.get_ydata() == pytest.approx([0.5, 0.75])
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        plot.reliability([0.5], [2])


def test_nothing_to_draw(make_analysis: Make, tmp_path: Path) -> None:
    import framing

    empty = framing.analyze("")
    for draw in (plot.timeline, plot.source_levels):
        draw(empty, tmp_path / "e.svg")
        assert drawn(tmp_path / "e.svg")[0]
    plot.source_levels([], tmp_path / "e.svg")
    plot.reliability([], [], tmp_path / "e.svg")
    assert drawn(tmp_path / "e.svg")[1].startswith("0 items")


CODE = """
import sys, framing
from framing import plot
analysis = framing.analyze('Mayor Ida Lund said it may rain. "It will," officials said.', title="Rain")
plot.timeline(analysis, sys.argv[1] + "t.svg")
plot.source_levels(analysis, sys.argv[1] + "l.svg")
plot.reliability([.1, .4, .9], [0, 1, 1], sys.argv[1] + "r.svg")
"""


def test_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        subprocess.run([sys.executable, "-W", "error", "-c", CODE, f"{tmp_path / name}-"], check=True, cwd=ROOT)
    for figure in "tlr":
        first, second = (tmp_path / f"{name}-{figure}.svg" for name in "ab")
        assert first.read_bytes() == second.read_bytes()
        assert b"\r" not in first.read_bytes()
        assert drawn(first)[2]


def test_settings_of_the_caller_stay_and_do_not_matter(tmp_path: Path) -> None:
    plot.reliability([0.1, 0.9], [0, 1], tmp_path / "a.svg")
    with matplotlib.rc_context({"svg.fonttype": "path", "font.size": 30.0}):
        plot.reliability([0.1, 0.9], [0, 1], tmp_path / "b.svg")
        assert matplotlib.rcParams["font.size"] == 30.0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_other_formats(tmp_path: Path) -> None:
    plot.reliability([0.1, 0.9], [0, 1], tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "framing\[plots\]"'):
        plot.reliability([0.1], [0])


def test_importing_does_not_load_matplotlib() -> None:
    code = "import sys, framing.plot\nassert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
