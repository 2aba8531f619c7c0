"""Analyses as tables."""

from __future__ import annotations

import sys

import pytest

import framing
from framing.demo import read_demo
from framing.rows import NAMES, TABLES, rows, to_frame

TEXTS = [read_demo(), "", "No one spoke.", "“\ud800 it may rain,” she said."]


@pytest.fixture(scope="module")
def analyses() -> list[framing.Analysis]:
    return [framing.analyze(text) for text in TEXTS]


@pytest.mark.parametrize("table", list(TABLES))
def test_rows_hold_the_columns_and_their_types(analyses: list[framing.Analysis], table: str) -> None:
    kinds = {c.name: c.type for c in TABLES[table]}
    for analysis in analyses:
        for row in rows(analysis, table):
            assert tuple(row) == NAMES[table]
            assert all(value is None or type(value) is kinds[name] for name, value in row.items())


def test_rows_are_what_the_json_says(analyses: list[framing.Analysis]) -> None:
    for analysis in analyses:
        told = analysis.to_dict()
        (article,) = rows(analysis)
        assert article["transparency"] == told["scores"]["transparency"]["index"]
        assert [article[f"policy_{c}"] for c in framing.records.POLICY_FRAMES] == [
            (told["frames"]["policy"] or {}).get(c) for c in framing.records.POLICY_FRAMES
        ]
        assert article["text_sha256"] == told["text_sha256"]
        assert sum(article[f"n_{level}"] for level in framing.records.LEVELS) == len(told["attributions"]) == article["n_attributions"]
        for row, record in zip(rows(analysis, "attributions"), told["attributions"], strict=True):
            assert [row["cue_start"], row["cue_end"]] == record["cue"]
            assert row["content_spans"] == (" ".join(f"{a}-{b}" for a, b in record["content"]) or None)
            assert (row["level"], row["via"], row["confidence"]) == (record["level"], record["via"], record["confidence"])
        for row, record in zip(rows(analysis, "hedges"), told["hedges"], strict=True):
            assert (row["type"], row["owner"], [row["cue_start"], row["cue_end"]]) == (record["type"], record["owner"], record["cue"])
        for row, record in zip(rows(analysis, "sentences"), told["sentences"], strict=True):
            assert ([row["text_start"], row["text_end"]], row["voice"]) == (record["span"], record["voice"])


def test_every_row_encodes_as_utf8(analyses: list[framing.Analysis]) -> None:
    (sentence,) = rows(analyses[3], "sentences")
    assert sentence["text"].startswith("“\\ud800 it may")


def test_unknown_table(analyses: list[framing.Analysis]) -> None:
    with pytest.raises(ValueError, match="table must be one of articles, attributions, hedges, sentences, not 'x'"):
        rows(analyses[0], "x")


def test_frame(analyses: list[framing.Analysis]) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for table in TABLES:
        frame = framing.to_frame(analyses, table)
        assert tuple(frame.columns) == NAMES[table]
        assert len(frame) == sum(len(rows(a, table)) for a in analyses)
        assert framing.to_frame([], table).dtypes.equals(frame.dtypes)
    frame = framing.to_frame(iter(analyses))
    assert frame["n_hedges"].tolist() == [len(a.hedges) for a in analyses]
    assert frame["transparency"].isna().tolist() == [False, True, True, True]
    pandas.testing.assert_frame_equal(framing.to_frame(analyses[0]), frame[:1])
    with pytest.raises(TypeError, match=r"analyses\[1\] must be an Analysis, not str"):
        to_frame([analyses[0], "x"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="table must be"):
        to_frame(analyses, "x")


def test_frame_without_pandas(analyses: list[framing.Analysis], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r'pip install "framing\[frames\]"'):
        to_frame(analyses)


def test_places_are_those_of_the_text(analyses: list[framing.Analysis]) -> None:
    text = analyses[0].article.text
    for table, names in (("attributions", ("source", "cue")), ("hedges", ("cue", "scope")), ("sentences", ("text",))):
        for row in rows(analyses[0], table):
            for name in names:
                if row[name] is not None:
                    assert text[row[f"{name}_start"] : row[f"{name}_end"]] == row[name]
