"""The corpus report: what is read, counted, estimated, ranked and linked, and that the page holds it safely."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from framing.cli.report import command
from framing.corpus_report import sources as sources_module
from framing.corpus_report.corpus import MISSING, OTHERS, Corpus, Meta, read_corpus
from framing.corpus_report.figures import end, over_time, ticks
from framing.corpus_report.intervals import BUNDLES, Groups
from framing.corpus_report.measures import compare
from framing.corpus_report.outliers import Reports, outliers
from framing.corpus_report.page import corpus_report
from framing.corpus_report.sources import normalised, rank_sources, read_hedges
from framing.corpus_report.tables import Strings, keys
from tests import made_scores as made

Run = Callable[..., SimpleNamespace]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables in three formats, and metadata."""
    place, rows = tmp_path_factory.mktemp("scores"), made.articles()
    for form in ("jsonl", "csv"):
        made.write(place / f"scores.{form}", "articles", rows)
    made.write(place / "attributions.jsonl", "attributions", made.attributions(rows))
    made.write(place / "hedges.csv", "hedges", made.hedges(rows))
    made.write_meta(place / "meta.csv", rows)
    return place


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return read(folder)


def read(folder: Path, name: str = "scores.jsonl") -> Corpus:
    return read_corpus(folder / name, Meta("outlet", "date", folder / "meta.csv", "url"))


def page(folder: Path, name: str = "scores.jsonl", **options: object) -> str:
    meta = Meta("outlet", "date", folder / "meta.csv", "url")
    tables = {"attributions": folder / "attributions.jsonl", "hedges": folder / "hedges.csv"}
    return corpus_report(folder / name, meta, **{**tables, **options})


# ---- reading


def test_everything_is_counted(corpus: Corpus) -> None:
    assert corpus.counts == {
        "rows": 198,
        "errors": 1,
        "duplicates": 1,
        "used": 196,
        "same_text": 1,
        "joined": 195,
        "repeated": 1,
        "undated": 1,
    }
    assert corpus.errors == {"no text in 'text'": 1}
    assert corpus.warnings == {"short": 4, "domain": 4}
    assert corpus.languages == {"en": 196}


def test_groups_are_joined_by_id_and_ordered_by_size(corpus: Corpus) -> None:
    assert corpus.groups == (*made.OUTLETS, MISSING)
    assert np.bincount(corpus.group[corpus.used]).tolist() == [80, 70, 40, 5, 1]


def test_all_formats_give_the_same_page(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    rows = made.articles()
    made.write(folder / "scores.parquet", "articles", rows)
    shards = tmp_path / "scores"
    shards.mkdir()
    (shards / "_SUCCESS").touch()
    made.write(shards / "part-00000000.jsonl", "articles", rows[:50])
    made.write(shards / "part-00000001.jsonl", "articles", rows[50:])
    first, *others = (
        page(folder, name).replace(name, "NAME") for name in ("scores.jsonl", "scores.csv", "scores.parquet", str(shards / ""))
    )
    assert [re.sub(r"<b>.*?</b>", "", other) == re.sub(r"<b>.*?</b>", "", first) for other in others] == [True] * 3


def test_metadata_in_json_lines(folder: Path, tmp_path: Path, corpus: Corpus) -> None:
    other = made.write_meta(tmp_path / "meta.jsonl", made.articles())
    found = read_corpus(folder / "scores.jsonl", Meta("outlet", "date", other, "url"))
    assert found.groups == corpus.groups
    assert (found.month == corpus.month).all()


def test_columns_of_the_table_itself(folder: Path) -> None:
    assert read_corpus(folder / "scores.csv", Meta(by="language")).groups == ("en",)
    many = read_corpus(folder / "scores.csv", Meta(by="id"))
    assert (len(many.groups), many.groups[-1], many.gathered) == (40, OTHERS, 157)
    assert np.bincount(many.group[many.used])[-1] == 157


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2025-03-01", 24302),
        ("2025-03", 24302),
        ("20250301", 24302),
        ("2025/03/01 10:00", 24302),
        ("2025", -1),
        ("1 March", -1),
        (202503, 24302),
    ],
)
def test_dates(folder: Path, tmp_path: Path, date: object, month: int) -> None:
    rows = [{**made.articles()[0], "when": date}, {**made.articles()[1], "when": "2025-01-01"}]
    path = tmp_path / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert read_corpus(path, Meta(date="when")).month.tolist() == [month, 24300]


def test_strings_and_keys() -> None:
    strings = Strings()
    strings.extend(["Tofte", None, "Größe \ud800"])
    assert [strings[k] for k in range(len(strings))] == ["Tofte", "", "Größe \ud800"]
    assert len(set(keys(["a", "b", 1, "1"]).tolist())) == 3


# ---- numbers


def test_means_and_shares_are_those_of_the_rows(corpus: Corpus) -> None:
    found = compare(corpus, corpus.group[corpus.used], len(corpus.groups))
    rows = made.articles()[:80]
    index = [row["transparency"] for row in rows if row["transparency"] is not None]
    assert found.estimates["transparency"].value[0] == pytest.approx(np.mean(index))
    assert found.estimates["transparency"].n[0] == 79
    assert found.estimates["anonymous"].value[0] == pytest.approx(100 * sum(row["n_withheld"] for row in rows) / (8 * 80))
    assert found.spread["transparency"][0, 2] == pytest.approx(np.median(index))
    assert found.frames["policy"]["econ"].value[0] == pytest.approx(np.mean([row["policy_econ"] for row in rows]))


def test_intervals_hold_the_estimate_and_are_as_wide_as_theory_says(corpus: Corpus) -> None:
    found = compare(corpus, corpus.group[corpus.used], len(corpus.groups)).estimates["transparency"]
    assert (found.low[:4] < found.value[:4]).all()
    assert (found.value[:4] < found.high[:4]).all()
    index = [row["transparency"] for row in made.articles()[80:150]]
    wide = 2 * 1.96 * np.std(index) / np.sqrt(70)
    assert found.high[1] - found.low[1] == pytest.approx(wide, rel=0.15)
    assert np.isnan(found.low[4])  # of one article


def test_length_is_taken_out(corpus: Corpus) -> None:
    found = compare(corpus, corpus.group[corpus.used], len(corpus.groups)).estimates
    raw, equal = found["transparency"], found["equal length"]
    assert raw.value[0] - raw.value[1] > 5
    assert raw.low[0] > raw.high[1]
    assert abs(equal.value[0] - equal.value[1]) < 2.5
    assert equal.low[0] < equal.high[1]


def test_the_adjusted_means_are_those_of_least_squares() -> None:
    generator = np.random.default_rng(1)
    codes = np.repeat([0, 1, 2], [30, 20, 10])
    lengths = np.exp(generator.normal(6, 1, 60))
    y = 3 * np.log(lengths) + codes + generator.normal(0, 1, 60)
    found = Groups(codes, 3).at_equal_length(y, lengths)
    design = np.column_stack([codes == 0, codes == 1, codes == 2, np.log(lengths) - np.log(lengths).mean()]).astype(float)
    assert found.value == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][:3])


def test_a_group_too_large_to_resample_is_bundled() -> None:
    generator = np.random.default_rng(2)
    y = generator.normal(0, 1, 30 * BUNDLES)
    (found,) = Groups(np.zeros(len(y), np.int64), 1).ratios([(y, np.ones(len(y)))])
    assert found.value[0] == pytest.approx(y.mean())
    assert found.n[0] == len(y)
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.96 / np.sqrt(len(y)), rel=0.15)


def test_no_interval_where_the_resamples_know_nothing() -> None:
    (found,) = Groups(np.zeros(50, np.int64), 1).ratios([(np.zeros(50), np.ones(50))])
    assert found.value[0] == 0
    assert np.isnan(found.low[0])


def test_months_with_few_articles_are_gaps(corpus: Corpus) -> None:
    one = np.ones(len(corpus.used))
    course = over_time(corpus, corpus.column("n_withheld"), corpus.column("n_attributions"), 1, 16, None)
    assert course is not None
    assert [m.name for m in course.moments][:2] == ["Jan 2025", "Feb 2025"]
    assert sum(m.n for m in course.moments) == 195
    assert any(m.y is None for m in course.moments)
    assert all((m.y is None) == (m.n < 16) for m in course.moments)
    assert len(course.lines) == sum(a.n >= 16 and b.n >= 16 for a, b in zip(course.moments, course.moments[1:]))
    assert over_time(corpus, one, one, 1, 500, None) is not None


def test_axes_end_at_round_numbers() -> None:
    assert [end(np.array([v]), None) for v in (0.0, 0.07, 1.0, 11.0, 99.0)] == [1.0, pytest.approx(0.08), 1.0, 12.0, 100.0]
    assert [t.text for t in ticks(12)] == ["0", "3", "6", "9", "12"]


# ---- sources and hedges


@pytest.mark.parametrize(
    ("one", "other"), [("The Port Authority", "port  authority"), ("Ida Lund's", "ida lund"), ("the", "The"), ("Ida\u00a0Lund", "Ida Lund")]
)
def test_spellings_of_a_source(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_sources_are_counted_by_article_and_attribution(folder: Path, corpus: Corpus) -> None:
    ranking = rank_sources(folder / "attributions.jsonl", corpus)
    rows = [row for row in made.attributions(made.articles()) if row["row"] <= 196]
    lund = [row for row in rows if row["entity_name"].lower() == "ida lund" and row["kind"] != "author"]
    assert ranking.attributions == 197 * 9
    assert ranking.unused == 9
    assert ranking.nameless == 196  # the author's
    found = {source.name: source for source in ranking.sources}
    assert len(found) == 4
    assert (found["Ida Lund"].attributions, found["Ida Lund"].articles) == (len(lund), len({row["row"] for row in lund}))
    assert sum(found["Ida Lund"].groups.values()) == found["Ida Lund"].articles
    assert found["a senior official"].withheld == found["a senior official"].attributions
    assert [s.articles for s in ranking.sources] == sorted((s.articles for s in ranking.sources), reverse=True)


def test_a_table_of_too_many_names_is_pruned_and_says_so(
    folder: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made.attributions(made.articles())[:8]
    many = [{**rows[0], "attribution": 100 + k, "entity_name": f"voice {k}"} for k in range(50)]
    path = made.write(tmp_path / "a.jsonl", "attributions", [*rows, *many])
    monkeypatch.setattr(sources_module, "LIMIT", 20)
    ranking = rank_sources(path, corpus)
    assert ranking.short == 1
    assert ranking.sources[0].name == "Ida Lund"
    assert all(source.attributions > 1 for source in ranking.sources)


def test_hedges_by_type_and_voice(folder: Path, corpus: Corpus) -> None:
    found = read_hedges(folder / "hedges.csv", corpus, corpus.group[corpus.used], len(corpus.groups))
    rows = made.articles()[:80]
    assert found.types["epistemic"].value[0] == pytest.approx(80_000 / sum(row["n_tokens"] for row in rows))
    assert found.types["booster"].value[0] == 0
    assert found.own.value[0] == pytest.approx(100 / 3)
    assert found.unused == 3


# ---- outliers and their links


def test_outliers(corpus: Corpus, tmp_path: Path) -> None:
    ends = {e.measure.name: e for e in outliers(corpus, Reports(None, tmp_path, corpus))}
    index = sorted((row["transparency"], row["id"]) for row in made.articles()[:196] if row["transparency"] is not None)
    assert [a.id for a in ends["transparency"].low] == [ident for _, ident in index[:10]]
    assert [a.id for a in ends["transparency"].high] == [ident for _, ident in index[:-11:-1]]
    assert ends["anonymous"].ties[1] > 10


def test_links_lead_to_reports_that_are_there_and_to_no_other(corpus: Corpus, tmp_path: Path) -> None:
    reports = tmp_path / "re ports"
    reports.mkdir()
    for name in ("79.html", "5.html", "x&y.html"):
        (reports / name).touch()
    links = Reports(reports, tmp_path / "out", corpus)
    assert links.href("tofte/79.txt") == "../re%20ports/79.html"
    assert links.href("tofte/5.txt") is None  # other outlets have a 5.txt, too
    assert links.href("x&y") == "../re%20ports/x%26y.html"
    assert links.href("../../6") is None
    assert links.href("tofte/78.txt") is None


# ---- the page


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_self_contained_and_hostile_titles_are_text(folder: Path) -> None:
    found = page(folder)
    parsed = _Page()
    parsed.feed(found)
    assert made.HOSTILE not in found
    assert "&lt;/script&gt;" in found
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    assert not [tag for tag, _ in parsed.tags if tag in {"img", "link", "iframe", "object", "base", "form"}]
    assert not [attrs for _, attrs in parsed.tags if any(name.startswith("on") or name == "style" for name in attrs)]
    assert all(attrs["href"].startswith("#") for tag, attrs in parsed.tags if tag == "a")
    policy = next(attrs["content"] for tag, attrs in parsed.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; base-uri 'none'; form-action 'none'", policy or ""
    )


def test_the_same_tables_give_the_same_page(folder: Path) -> None:
    assert page(folder) == page(folder)


def test_what_was_left_out_is_said(folder: Path) -> None:
    found = page(folder)
    for told in (
        "196 of 198 rows",
        "1 row holds an error",
        "no text in &#39;text&#39;",
        "1 row has the id of an earlier one",
        "195 of 196 articles were found",
        "Grey: fewer than 10 articles",
    ):
        assert told in found, told


def test_sections_come_with_their_tables(folder: Path) -> None:
    bare = corpus_report(folder / "scores.csv")
    sections = re.compile(r'<section id="(\w+)"')
    assert sections.findall(bare) == ["groups", "distributions", "frames", "outliers", "limits"]
    assert sections.findall(page(folder)) == [
        "groups", "distributions", "length", "time", "frames", "sources", "hedges", "outliers", "limits",
    ]  # fmt: skip


def test_an_empty_table_and_one_of_errors_give_a_page(tmp_path: Path) -> None:
    path = made.write(tmp_path / "scores.csv", "articles", [])
    assert "No article has a score" in corpus_report(path)
    made.write(path, "articles", made.articles()[-1:])
    assert "0 of 1 rows" in corpus_report(path, Meta(by="language"))


# ---- the command


def test_command(folder: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    out = tmp_path / "report.html"
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "79.html").touch()
    arguments = [folder / "scores.csv", "-o", out, "--by", "outlet", "--date", "date", "--meta", folder / "meta.csv", "--meta-id", "url"]
    result = CliRunner().invoke(command, [*map(str, arguments), "--articles", str(reports), "--title", "<b>Mine</b>"])
    assert (result.exit_code, result.output) == (0, "")
    assert "<h1>&lt;b&gt;Mine&lt;/b&gt;</h1>" in out.read_text(encoding="utf-8")
    shown = CliRunner().invoke(command, [str(folder / "scores.csv")])
    assert shown.output.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.csv"], "none.csv: cannot be read: No such file or directory"),
        (["scores.txt"], "must be a table (.jsonl"),
        (["scores.csv", "--by", "outlet"], "has no column 'outlet'; there are row, input, id"),
        (["scores.csv", "--by", "x", "--meta", "meta.csv", "--meta-id", "url"], "neither meta.csv nor scores.csv has a column 'x'"),
        (["scores.csv", "--by", "outlet", "--meta", "meta.csv"], "has no column 'id'; name that of the articles' ids by --meta-id"),
        (["scores.csv", "--meta-id", "url"], "give both"),
        (["scores.csv", "--date", "title"], "holds no date that can be read, such as 2026-05-03"),
        (["meta.csv"], "meta.csv: has no column 'id'"),
        (["scores.csv", "-o", "scores.csv"], "would be overwritten"),
        (["scores.csv", "--articles", "none"], "none: cannot be read"),
        (["bad.jsonl"], "line 1 is no JSON"),
        (["text.csv"], "column n_tokens: 'many' is no number"),
    ],
)
def test_errors_are_one_clear_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str) -> None:
    from click.testing import CliRunner

    monkeypatch.chdir(folder)
    (folder / "bad.jsonl").write_text("{\n")
    (folder / "text.csv").write_text("id,n_tokens,n_attributions,n_withheld,transparency\na,many,1,1,1\n")
    (folder / "scores.txt").touch()
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code in (1, 2)
    assert told in result.output


def test_the_version_that_scored_is_told_where_the_run_is_known(folder: Path, tmp_path: Path) -> None:
    from framing.cli.report import _scored_by

    path = made.write(tmp_path / "scores.csv", "articles", made.articles())
    assert _scored_by(path) == {}
    run = tmp_path / "scores.csv.run"
    run.mkdir()
    (run / "manifest.jsonl").write_text('{"manifest":1,"options":{"framing":"9.9","scheme":"3","models":{"hedging":"h|v:2"}}}\n')
    assert _scored_by(path) == {"framing": "9.9", "scheme": "3", "hedging": "h|v:2"}
    assert "framing <bdi>9.9</bdi>" in corpus_report(path, scored_by=_scored_by(path))
