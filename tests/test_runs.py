"""Corpus runs in one process: what is written, what is refused, and a death at every step that touches the disk."""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import framing
from framing.rows import NAMES, TABLES, rows
from framing.runs import Columns, ReadError, RunError, score
from framing.runs import journal as journals
from framing.runs.formats import SCHEMAS, encode
from framing.runs.journal import MANIFEST, Journal
from tests.corpus import article, corpus, write_lines


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return corpus(tmp_path / "in.jsonl", 7)


def test_a_row_is_what_the_analysis_says(tmp_path: Path, small: Path) -> None:
    names = {table: tmp_path / f"{table}.jsonl" for table in ("attributions", "hedges", "sentences")}
    summary = score(small, tmp_path / "out.jsonl", names, shard_rows=3)
    assert (summary.rows, summary.failed, summary.duplicates, summary.resumed) == (7, 0, 0, 0)
    names["articles"] = tmp_path / "out.jsonl"
    expected: dict[str, list[dict[str, Any]]] = {table: [] for table in names}
    for n in range(7):
        given = article(n)
        analysis = framing.analyze(framing.text.article_from_text(given["text"], given["title"], given["id"]))
        for table in names:
            expected[table] += [{"row": n + 1, **row} for row in rows(analysis, table)]
    for table, path in names.items():
        found = read(path)
        assert all(tuple(row) == tuple(c.name for c in SCHEMAS[table]) for row in found)
        assert [{k: row[k] for k in ("row", *NAMES[table])} for row in found] == expected[table]
        assert found


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_bytes_depend_on_neither_shards_nor_workers(tmp_path: Path, small: Path, form: str, jobs: int) -> None:
    fixed = tmp_path / f"fixed.{form}"
    score(small, fixed)
    other = tmp_path / f"other.{form}"
    score(small, other, shard_rows=2, n_jobs=jobs)
    assert other.read_bytes() == fixed.read_bytes()


def test_csv_and_parquet_hold_what_json_lines_hold(tmp_path: Path) -> None:
    source = write_lines(
        tmp_path / "in.jsonl",
        [
            article(0),
            {"id": 'ü, "x"\nß', "text": "He said so.\r\nNo."},
            {"text": 3},
            {"text": "\ud800"},
            {"id": "a\rb", "title": "T\rU", "text": "x"},
        ],
    )
    plain = tmp_path / "o.jsonl"
    score(source, plain, {"attributions": tmp_path / "a.jsonl"})
    score(source, tmp_path / "o.csv", {"attributions": tmp_path / "a.csv"})
    kinds = {c.name: c.type for table in SCHEMAS.values() for c in table}

    def value(name: str, field: str) -> Any:
        if field == "":
            return None if kinds[name] is not str else ""
        return {"true": True, "false": False}[field] if kinds[name] is bool else kinds[name](field)

    for name in ("o", "a"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            found = [{k: value(k, v) for k, v in row.items()} for row in csv.DictReader(stream)]
        wanted = [{k: "" if v is None and kinds[k] is str else v for k, v in row.items()} for row in read(tmp_path / f"{name}.jsonl")]
        assert found == wanted
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    score(source, tmp_path / "o.parquet", {"attributions": tmp_path / "a.parquet"}, shard_rows=3)
    for name in ("o", "a"):
        assert parquet.read_table(tmp_path / f"{name}.parquet").to_pylist() == read(tmp_path / f"{name}.jsonl")


def test_no_row_is_dropped(tmp_path: Path) -> None:
    lines = [
        article(0),
        "",
        "{",
        '{"id": "b"}',
        '{"text": null}',
        '["x"]',
        article(0),
        '{"text": "x", "id": [1]}',
        '{"text": ""}',
        article(1),
    ]
    summary = score(write_lines(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl", shard_rows=2)
    found = read(tmp_path / "out.jsonl")
    assert [r["row"] for r in found] == list(range(1, 10))  # the blank line is none
    assert [r["id"] for r in found] == ["a0", "2", "b", "4", "5", "a0", "7", "8", "a1"]
    assert [r["row"] for r in found if r["error"]] == [2, 3, 4, 5, 7]
    assert found[1]["error"].startswith("line 3: no JSON")
    assert [(r["row"], r["duplicate_of"]) for r in found if r["duplicate_of"]] == [(6, 1)]
    assert {**found[5], "row": 1, "duplicate_of": None} == found[0]
    assert (summary.rows, summary.failed, summary.duplicates) == (9, 5, 1)


def test_what_the_analysis_cannot_do_is_an_error_of_its_row(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import framing.runs.shards as shards

    def failing(given: framing.Article, engine: str) -> framing.Analysis:
        if given.id == "a3":
            raise MemoryError
        return framing.analyze(given, engine=engine)

    monkeypatch.setattr(shards, "analyze", failing)
    assert score(small, tmp_path / "out.jsonl").failed == 1
    assert [(r["id"], r["error"]) for r in read(tmp_path / "out.jsonl") if r["error"]] == [("a3", "MemoryError")]


def test_folder_of_shards(tmp_path: Path, small: Path) -> None:
    score(small, tmp_path / "one.csv")
    score(small, f"{tmp_path}/many/", form="csv", shard_rows=3)
    parts = sorted((tmp_path / "many").iterdir())
    assert [p.name for p in parts] == ["part-00000000.csv", "part-00000001.csv", "part-00000002.csv"]
    head, *lines = (tmp_path / "one.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    assert [p.read_text(encoding="utf-8") for p in parts] == [head + "".join(lines[k : k + 3]) for k in (0, 3, 6)]


def test_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"")
    for name in ("out.csv", "out.jsonl"):
        assert score(tmp_path / "in.jsonl", tmp_path / name).rows == 0
    assert (tmp_path / "out.csv").read_text() == ",".join(c.name for c in SCHEMAS["articles"]) + "\n"
    assert (tmp_path / "out.jsonl").read_bytes() == b""


# what is refused


def test_a_finished_run_is_left_alone(tmp_path: Path, small: Path) -> None:
    out = tmp_path / "out.jsonl"
    score(small, out)
    before = out.stat()
    assert score(small, out, resume=True).resumed == 7
    assert out.stat().st_mtime_ns == before.st_mtime_ns
    with pytest.raises(RunError, match="--resume"):
        score(small, out)
    out.write_bytes(b"other")
    score(small, out, resume=True)  # what it had written is gone: it is made again
    assert len(read(out)) == 7
    score(small, out, overwrite=True)
    assert len(read(out)) == 7


def test_a_finished_run_whose_corpus_changed_is_refused(tmp_path: Path, small: Path) -> None:
    score(small, tmp_path / "out.jsonl", shard_rows=2)
    before = (tmp_path / "out.jsonl").read_bytes()
    lines = [article(k) for k in range(7)]
    for changed, told in (
        ([*lines, article(9), article(10)], "longer|not what they were"),
        (lines[:2], "shorter"),
        ([article(8), *lines[1:]], "rows 1 to 2"),
    ):
        write_lines(small, changed)
        with pytest.raises(RunError, match=told):
            score(small, tmp_path / "out.jsonl", shard_rows=2, resume=True)
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_duplicates_are_counted_once(tmp_path: Path) -> None:
    source, out = write_lines(tmp_path / "in.jsonl", [article(0), article(0), article(1)]), tmp_path / "out.jsonl"
    assert score(source, out).duplicates == 1
    assert score(source, out, resume=True).duplicates == 1
    out.unlink()
    assert score(source, out, resume=True).duplicates == 1


def test_shards_of_an_earlier_run_do_not_stay(tmp_path: Path, small: Path) -> None:
    """A death while a run is thrown away leaves its shards, but no manifest."""
    out = tmp_path / "many"
    score(small, f"{out}/", shard_rows=1)
    (tmp_path / "many.run" / MANIFEST).unlink()
    score(corpus(tmp_path / "four.jsonl", 4), f"{out}/", shard_rows=2, resume=True)
    assert [p.name for p in sorted(out.iterdir())] == ["part-00000000.jsonl", "part-00000001.jsonl"]
    assert [r["id"] for p in sorted(out.iterdir()) for r in read(p)] == ["a0", "a1", "a2", "a3"]


def test_an_output_that_is_there_is_not_replaced(tmp_path: Path, small: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    with pytest.raises(RunError, match="is there already"):
        score(small, out)
    with pytest.raises(RunError, match="is there already"):
        score(small, tmp_path / "x.csv", {"hedges": out})
    with pytest.raises(RunError, match="also an input"):
        score(small, small, overwrite=True)
    assert out.read_text() == "mine"
    score(small, out, overwrite=True)
    assert len(read(out)) == 7


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shard_rows": 3}, "shard-rows: 2 then, 3 now"),
        ({"max_chars": 10}, "max-chars"),
        ({"columns": Columns("title")}, "text-column: 'text' then, 'title' now"),
        ({"tables": {"hedges": "h.csv"}}, "outputs"),
    ],
)
def test_other_options_are_refused(tmp_path: Path, small: Path, options: dict[str, Any], told: str) -> None:
    stop(tmp_path, small, 1)
    if "tables" in options:
        options = {"tables": {"hedges": tmp_path / "h.csv"}}
    with pytest.raises(RunError, match=told):
        score(small, tmp_path / "out.jsonl", **{"shard_rows": 2, "resume": True, **options})


def test_other_models_are_refused(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(tmp_path, small, 1)
    monkeypatch.setattr("framing.runs.engine.SCHEME", "another")
    with pytest.raises(RunError, match="scheme"):
        score(small, tmp_path / "out.jsonl", shard_rows=2, resume=True)


@pytest.mark.parametrize("change", ["text", "shorter"])
def test_a_corpus_that_changed_is_refused(tmp_path: Path, small: Path, change: str) -> None:
    stop(tmp_path, small, 2)
    lines = [article(k) for k in range(7)]
    write_lines(small, lines[:2] if change == "shorter" else [lines[0], {**lines[1], "text": "Another."}, *lines[2:]])
    with pytest.raises(RunError, match="shorter" if change == "shorter" else "rows 1 to 2 of the corpus are not what they were"):
        score(small, tmp_path / "out.jsonl", shard_rows=2, resume=True)


def test_a_damaged_shard_is_done_again_and_a_damaged_manifest_refused(tmp_path: Path, small: Path) -> None:
    fixed = tmp_path / "fixed.jsonl"
    score(small, fixed)
    stop(tmp_path, small, 2)
    run = tmp_path / "out.jsonl.run"
    shard = next(run.rglob("part-00000001.jsonl"))
    shard.write_bytes(shard.read_bytes()[:-5])
    with (run / MANIFEST).open("ab") as stream:
        stream.write(b'{"shard": 2, "dig')  # what a crash cuts off
    kept = tmp_path / "kept"
    shutil.copytree(run, kept)
    assert score(small, tmp_path / "out.jsonl", shard_rows=2, resume=True).resumed == 4
    assert (tmp_path / "out.jsonl").read_bytes() == fixed.read_bytes()
    lines = (kept / MANIFEST).read_bytes().splitlines(keepends=True)
    (kept / MANIFEST).write_bytes(lines[0] + b"{nonsense}\n" + lines[2])
    with pytest.raises(RunError, match="line 2 is damaged"):
        Journal(kept).read()


def test_two_processes_cannot_write_one_run(tmp_path: Path, small: Path) -> None:
    pytest.importorskip("fcntl", reason="the system has no locks on files")
    stop(tmp_path, small, 1)
    with journals.locked(tmp_path / "out.jsonl.run"), pytest.raises(RunError, match="another process"):
        score(small, tmp_path / "out.jsonl", shard_rows=2, resume=True)


@pytest.mark.parametrize("name", ["out.txt", "out"])
def test_the_suffix_must_tell(tmp_path: Path, small: Path, name: str) -> None:
    with pytest.raises(RunError, match="suffix"):
        score(small, tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]


def test_no_output_is_begun_for_a_bad_input(tmp_path: Path, small: Path) -> None:
    for source in (tmp_path / "none.jsonl", tmp_path / "none"):
        with pytest.raises(ReadError, match="none"):
            score([small, source], tmp_path / "out.jsonl")
    with pytest.raises(ReadError, match="no input"):
        score([], tmp_path / "out.jsonl")
    with pytest.raises(RunError, match="no folder"):
        score(small, tmp_path / "no" / "out.jsonl")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]


# death


class Died(BaseException):
    """Nothing in the library may catch it."""


def stop(folder: Path, source: Path, after: int) -> None:
    """A run of shards of two that ends when ``after`` of them are safe."""

    def progress(rows: int, tokens: int, share: float | None) -> None:
        if rows >= 2 * after:
            raise Died

    with pytest.raises(Died):
        score(source, folder / "out.jsonl", shard_rows=2, progress=progress)


STEPS = ("fsync", "replace", "truncate", "unlink", "mkdir", "rename", "rmdir")


def dying(at: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make functions kill the process at the ``at``-th moment, counted over all: each call has one before and one after its work."""
    moments = itertools.count(1)

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            if next(moments) == at:
                os._exit(9)
            result = function(*args, **options)
            if next(moments) == at:
                os._exit(9)
            return result

        return step

    return wrap


def forked(work: Callable[[], None]) -> int:
    """The exit code of ``work`` in a copy of this process, which dies with it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the copy must not go on with the tests
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot copy a process")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_death_at_every_step_that_touches_the_disk(tmp_path: Path) -> None:
    """The process dies before and after each call that changes names or syncs files; the run then goes on to the same bytes."""
    source = write_lines(tmp_path / "in.jsonl", [article(0), article(1), "{", article(0), article(2)])
    fixed = {name: tmp_path / "fixed" / name for name in ("o.jsonl", "h.csv")}
    (tmp_path / "fixed").mkdir()
    score(source, fixed["o.jsonl"], {"hedges": fixed["h.csv"]}, shard_rows=2)

    def go(folder: Path, at: int) -> None:
        wrap = dying(at)
        with pytest.MonkeyPatch.context() as patch:
            for name in STEPS:
                patch.setattr(os, name, wrap(getattr(os, name)))
            score(source, folder / "o.jsonl", {"hedges": folder / "h.csv"}, shard_rows=2, resume=True)

    for at in range(1, 1000):
        place = tmp_path / f"at{at}"
        place.mkdir()
        code = forked(lambda place=place, at=at: go(place, at))  # type: ignore[misc]
        if code == 0:
            break
        assert code == 9, at
        summary = score(source, place / "o.jsonl", {"hedges": place / "h.csv"}, shard_rows=2, resume=True)
        assert (summary.rows, summary.failed, summary.duplicates) == (5, 1, 1)
        for name, path in fixed.items():
            assert (place / name).read_bytes() == path.read_bytes(), (at, name)
        assert not list(place.rglob("*.part")), at
        shutil.rmtree(place)
    assert code == 0
    assert at > 60


def test_tables_are_described() -> None:
    for table, columns in {**TABLES, **SCHEMAS}.items():
        assert len({c.name for c in columns}) == len(columns), table
        assert all(c.told and c.type in (int, float, bool, str) for c in columns)
    with pytest.raises(ValueError, match=r"JSON compliant"):
        encode("hedges", [{"strength": float("nan")}], "jsonl")


def test_a_worker_with_another_version_is_refused(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.runs.shards.maker", lambda engine: "framing 0.0.1")
    with pytest.raises(RunError, match=r"a worker has framing 0.0.1, but here is framing .*: install the same on all"):
        score(small, tmp_path / "out.jsonl")
