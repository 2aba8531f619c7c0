"""Fixtures that several test modules share: where the corpora lie, the command line, and an analysis made by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

from framing.cli import main
from framing.records import (
    COMPONENTS,
    Article,
    Attribution,
    Boilerplate,
    Contribution,
    Entity,
    FrameScores,
    Hedge,
    Notice,
    Quote,
    Sentence,
    Span,
    Transparency,
)
from framing.result import Analysis, Scores

# The same examples at every run of continuous integration, others at every run by hand.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent

TEXT = r"""Bridge closed

TOFTE, Veldania — Mayor Ida Lund said “the bridge may fall.” Critics fear that the council knew, a senior official told Harbour Post, who
was not \ authorized to speak.

Tags: bridge
"""


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the corpora; a test that asks for it is skipped where there is none."""
    folder = Path(os.environ.get("FRAMING_DATA") or ROOT.parent / "shared" / "data").resolve()  # tests link to it from elsewhere
    if not folder.is_dir():
        pytest.skip("no corpora: FRAMING_DATA names no folder")
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., SimpleNamespace]:
    """Run the command line in this process: its exit code, output and errors."""

    def invoke(*args: str | Path, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["framing", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsysbinary.readouterr()
        return SimpleNamespace(code=left.value.code, out=out.decode("utf-8"), err=err.decode("utf-8"))

    return invoke


@pytest.fixture
def make_analysis() -> Callable[..., Analysis]:
    """A function that makes an analysis by hand, with nesting, a relay, a withheld source, hedges, boilerplate and a warning.

    ``text`` may add anything behind the article and ``names`` replace what came from it, as hostile input would.
    """
    return _make


def _make(tail: str = "", name: str = "Ida Lund", role: str | None = "Mayor", index: float | None = 61.5) -> Analysis:
    text = TEXT + tail

    def at(words: str) -> Span:
        start = text.index(words)
        return Span.of(text, start, start + len(words))

    title, dateline, tags = at("Bridge closed"), at("TOFTE, Veldania — "), at("Tags: bridge")
    second = text.index("Critics")
    body = Span.of(text, text.index("TOFTE"), text.index("\n\nTags"))
    rest = tuple(Span.of(text, i, i + len(line)) for line in tail.split("\n") if line.strip() for i in [text.index(line, len(TEXT))])
    article = Article(
        text,
        title.text,
        title,
        (title, body, tags, *rest),
        Span.of(text, body.start, rest[-1].end if rest else body.end),
        (Boilerplate(dateline, "dateline"), Boilerplate(tags, "tags")),
        id="bridge.txt",
    )
    attributions = (
        Attribution(
            0,
            at("Mayor Ida Lund"),
            at("said"),
            (at("“the bridge may fall.”"),),
            "direct",
            0,
            "person",
            "named",
            role=role,
            weight=1.0,
            confidence=0.9,
        ),
        Attribution(
            1,
            at("Critics"),
            at("fear"),
            (at("the council knew"),),
            "indirect",
            1,
            "group",
            "bare",
            relays=("Harbour Post",),
            weight=0.12,
            parent=2,
            confidence=0.5,
        ),
        Attribution(
            2,
            at("a senior official"),
            at("told"),
            (Span.of(text, second, text.index(", a senior")),),
            "indirect",
            2,
            "person",
            "described",
            True,
            "boilerplate",
            True,
            relays=("Harbour Post",),
            weight=0.3,
            confidence=0.8,
        ),
    )
    entities = (
        Entity(0, name, "person", "named", (at("Mayor Ida Lund"),)),
        Entity(1, "Critics", "group", "bare", (at("Critics"),)),
        Entity(2, "a senior official", "person", "described", (at("a senior official"),)),
    )
    components: dict[str, float | None] = (
        dict(zip((*COMPONENTS, "accountability"), (0.5, 0.7, 0.8, 0.6, 1.0, 0.75))) if index is not None else {}
    )
    transparency = Transparency(
        index=index,
        reason=None if index is not None else "fewer than 100 tokens",
        interval=(40.0, 70.25) if index is not None else None,
        components=components or dict.fromkeys((*COMPONENTS, "accountability")),
        contributions=(Contribution(0, 20.5), Contribution(1, -3.25), Contribution(2, -0.01)) if index is not None else (),
    )
    return Analysis(
        article=article,
        language="en",
        n_tokens=31,
        n_sentences=2,
        quotes=(Quote(at("“the bridge may fall.”"), "speech", True),),
        attributions=attributions,
        entities=entities,
        hedges=(Hedge(at("may"), "epistemic", 0.5, None, True, 0, False, 0.9), Hedge(at("Critics"), "weasel", 0.4)),
        sentences=(
            Sentence(Span.of(text, text.index("Mayor"), second - 1), "mixed", True, 0.5),
            Sentence(Span.of(text, second, body.end), "author", True, 0.2),
        ),
        frames=FrameScores(),
        scores=Scores(transparency, None, None, None, 0.35, 7.1),
        warnings=(Notice("short", "Fewer than 100 tokens: no transparency index."),),
        models={"attribution": "rules|v:1"},
        scheme="1",
        version="0.0.0",
    )
