"""What a corpus run reads: every kind of input, and what is wrong with a row, an input or a column."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from framing.runs.corpus import Corpus
from framing.runs.items import Columns, Item, ReadError
from tests.corpus import write_lines


def read(path: Path | str, **options: Any) -> list[Item]:
    corpus = Corpus((str(path),), **options)
    corpus.check()
    return list(corpus.items())


def told(items: list[Item]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(i.id, i.text, i.title, i.error) for i in items]


ROWS = [{"id": "a", "text": "One.", "title": "T"}, {"id": "b", "text": "Zwei, “ü”\nDrei", "title": ""}]
WANTED = [("a", "One.", "T", None), ("b", "Zwei, “ü”\nDrei", None, None)]
TABLE = 'id,text,title\r\na,One.,T\r\nb,"Zwei, “ü”\nDrei",\r\n'


@pytest.mark.parametrize("name", ["x.jsonl", "x.NDJSON", "x.jsonl.gz", "x.csv", "x.csv.gz", "x.tsv", "x.parquet"])
def test_tables_of_every_kind(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if "json" in name.lower():
        write_lines(path, ROWS)
    elif "csv" in name:
        path.write_text(TABLE, encoding="utf-8", newline="")
    elif name == "x.tsv":
        path.write_text(TABLE.replace(", “", "\0").replace(",", "\t").replace("\0", ", “"), encoding="utf-8", newline="")
    else:
        arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
        pytest.importorskip("pyarrow.parquet").write_table(arrow.Table.from_pylist(ROWS), path)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    items = read(path)
    assert told(items) == WANTED
    assert [i.row for i in items] == [1, 2]
    corpus = Corpus((str(path),))
    corpus.check()
    assert list(corpus.items()) == items
    assert corpus.position.done == corpus.position.total == path.stat().st_size


def test_folder_of_files(tmp_path: Path) -> None:
    root = tmp_path / "articles"
    (root / "b").mkdir(parents=True)
    (root / "a.txt").write_text("One.", encoding="utf-8")
    (root / "b" / "c.html").write_text("<p>Two.", encoding="utf-8")
    (root / "b" / "a.md").write_bytes("Zw\xf6lf B\xfccher.".encode("latin-1"))
    (root / "z.txt").symlink_to(root / "nowhere")
    (root / "photo.jpg").write_bytes(b"\xff")
    corpus = Corpus((str(root),))
    notes = corpus.check()
    assert len(notes) == 1
    assert "1 files are neither text nor HTML" in notes[0]
    found = list(corpus.items())
    assert [(i.id, i.text, i.page, i.notices) for i in found] == [
        ("a.txt", "One.", False, ()),
        ("z.txt", None, False, ()),
        ("b/a.md", "Zwölf Bücher.", False, ("encoding",)),
        ("b/c.html", "<p>Two.", True, ()),
    ]
    assert found[1].error == "cannot be read: no such file"
    one = read(root / "a.txt")
    assert [(i.id, i.text) for i in one] == [(str(root / "a.txt"), "One.")]


def test_rows_are_numbered_through_all_inputs(tmp_path: Path) -> None:
    first, second = write_lines(tmp_path / "1.jsonl", [{"text": "x"}, "{"]), write_lines(tmp_path / "2.jsonl", [{"text": "y"}])
    corpus = Corpus((str(first), str(second)))
    corpus.check()
    assert [(i.row, i.id, i.input, i.numbered) for i in corpus.items()] == [
        (1, "1", str(first), True),
        (2, "2", str(first), True),
        (3, "3", str(second), True),
    ]


def test_columns_that_are_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", [{"body": "One.", "url": 7, "head": "T", "id": "no", "title": "no"}, {"body": "Two."}])
    items = read(path, columns=Columns("body", "url", "head"))
    assert told(items) == [("7", "One.", "T", None), ("2", None, None, "line 2: no id in 'url'")]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "line 1: no JSON: Expecting property name enclosed in double quotes"),
        ("[1]", "line 1: not a JSON object but an array"),
        ("3", "line 1: not a JSON object but a number"),
        ("{}", "line 1: no text in 'text'"),
        ('{"text": 3}', "line 1: the text must be a string, not a number"),
        ('{"text": "x", "id": {}}', "line 1: the id must be a string or a number, not an object"),
        ('{"text": "x", "id": true}', "line 1: the id must be a string or a number, not true or false"),
        ('{"text": "x", "title": []}', "line 1: the title must be a string, not an array"),
        ("[" * 200_000, "line 1: no JSON: nested too deeply"),
        ('{"text": "123456"}', "line 1: longer than the limit of 5 characters (--max-chars): 6"),
    ],
)
def test_what_is_wrong_with_a_line(tmp_path: Path, line: str, error: str) -> None:
    items = read(write_lines(tmp_path / "x.jsonl", [line, {"text": "x"}]), max_chars=5)
    assert [(i.row, i.text) for i in items] == [(1, None), (2, "x")]
    assert (items[0].error or "").startswith(error[:40])
    assert items[0].error == error or line.startswith("{")


def test_what_is_wrong_with_a_record_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes('id,text\r\na,b,c\r\nd\r\n\r\ne,"ü, ""x"""\r\nf,'.encode() + b"\xfc\r\n\xef\xbb\xbfg,h\r\n")
    assert told(read(path)) == [
        ("1", None, None, "line 2: 3 fields where the header has 2"),
        ("2", None, None, "line 3: 1 fields where the header has 2"),
        ("e", 'ü, "x"', None, None),
        ("f", None, None, "line 6: not utf-8 (name another with --encoding)"),
        ("\ufeffg", "h", None, None),
    ]
    latin = tmp_path / "l.csv"
    latin.write_bytes("text\nü\n".encode("latin-1"))
    assert told(read(latin, encoding="latin-1")) == [("1", "ü", None, None)]


def test_a_line_that_is_too_long_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "' + b"x" * 30_000_000 + b'"}\n{"text": "y"}\n'))
    found = read(path, max_chars=1000)
    assert [(i.row, i.text, i.error) for i in found] == [
        (1, None, "line 1: longer than the limit of 1,000 characters (--max-chars)"),
        (2, "y", None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("x.csv", b"", "has no header"),
        ("x.csv", b"a,a\n", "two columns have the same name: 'a'"),
        ("x.csv", b"id,body\n", "has no column 'text' (--text-column); there are 'id', 'body'"),
        ("x.tsv", b"a,b\n", "has no column 'text'"),
        ("x.parquet", b"PAR1", "no Parquet file"),
        ("x.docx", b"", "the suffix does not tell what it is"),
        ("x.csv.gz", b"text\n", "cannot be read: Not a gzipped file"),
    ],
)
def test_an_input_that_is_not_what_it_should_be(tmp_path: Path, name: str, content: bytes, error: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        read(path)
    assert error in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_columns_of_parquet_must_hold_strings(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": [1, 2]}), tmp_path / "x.parquet")
    with pytest.raises(ReadError, match="'text' holds int64, not strings"):
        read(tmp_path / "x.parquet")
    parquet.write_table(arrow.table({"text": ["x", None], "id": [1, 2]}), tmp_path / "y.parquet")
    assert told(read(tmp_path / "y.parquet")) == [("1", "x", None, None), ("2", None, None, "row 2: no text in 'text'")]


def test_an_archive_that_breaks_off_is_no_end(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(b'{"text": "%d"}\n' % n for n in range(5000)))[:-2000])
    corpus = Corpus((str(path),))
    corpus.check()
    with pytest.raises(ReadError, match=r"cannot be read after row [\d,]+: .*ended before"):
        list(corpus.items())


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))

    given(b'{"text": "x", "id": "i"}\n')
    assert told(read("-")) == [("i", "x", None, None)]
    given(TABLE.encode())
    assert told(read("-", form="csv")) == WANTED
    given(b"body\nx\n")
    corpus = Corpus(("-",), form="csv")
    corpus.check()
    with pytest.raises(ReadError, match="standard input: has no column 'text'"):
        list(corpus.items())
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ReadError, match="standard input: is closed"):
        list(Corpus(("-",)).items())
