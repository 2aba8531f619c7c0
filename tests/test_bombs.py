"""A few bytes that stand for gigabytes, files without end or bottom, and what would lead out of a folder or steer a terminal.

The memory of each reader is measured in a process of its own, at its highest (``VmHWM``). ``FRAMING_BOMB_MB=1000`` makes bombs of a
gigabyte; ``-s`` tells the peaks.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from framing.corpora.cue_xml import documents
from framing.interop.brat import BratError, read_brat
from framing.learning import store
from framing.runs import Corpus, Item, ReadError
from framing.runs.tables import MAX_ID
from framing.showing import one_line
from framing.text import article_from_html
from tests.corpus import environment

MB = int(os.environ.get("FRAMING_BOMB_MB") or 100)
LIMIT = 50_000  # characters
MOST = 60  # MB above those of a reader that reads next to nothing

READ = """
import json, sys
from framing.runs import Corpus
found = []
for i in Corpus((sys.argv[1],), max_chars=int(sys.argv[2])).items():
    found[1000:] = [(i.id, None if i.text is None else len(i.text), i.error)]
print(json.dumps(found))
"""


def peak(code: str, *args: str | Path) -> tuple[Any, float]:
    """What ``code`` prints as JSON in a process of its own, and its highest memory in MB."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell how much memory a process had")
    code += "\nsys.stderr.write(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')))"
    done = subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout), int(done.stderr.split()[1]) / 1024


def read(path: Path) -> list[list[Any]]:
    """Id, length and error of the first thousand rows and the last of a table whose reading may not take memory."""
    small = path.with_name("small" + "".join(path.suffixes))
    if path.suffix == ".parquet":
        parquet([{"id": "a", "text": "x"}], small)
    else:
        with gzip.open(small, "wb") as stream:
            stream.write(
                b'{"text": "x"}' if ".jsonl" in path.suffixes else b"id\ttext\n1\tx\n" if ".tsv" in path.suffixes else b"id,text\n1,x\n"
            )
    base = peak(READ, small, LIMIT)[1]
    found, most = peak(READ, path, LIMIT)
    print(f"\n{path.name}: {path.stat().st_size / 1e6:.1f} MB, peak {most:.0f} MB, {most - base:+.0f} to a small file")
    assert most - base < MOST
    return found  # type: ignore[no-any-return]


def packed(path: Path, parts: Iterable[bytes]) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for part in parts:
            stream.write(part)
    return path


def much(piece: bytes, mb: int = MB) -> Iterable[bytes]:
    """So many megabytes of the piece."""
    block = piece * (1_000_000 // len(piece))
    return (block for _ in range(mb))


def parquet(rows: list[dict[str, Any]], path: Path) -> Path:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed").write_table(
        arrow.Table.from_pylist(rows), path, compression="zstd"
    )
    return path


# ------------------------------------------------------------------------------------------------------------------------ memory


def test_a_line_of_json_without_end(tmp_path: Path) -> None:
    lines = [b'{"id": "a", "text": "x"}\n{"id": "b", "text": "', *much(b"0"), b'"}\n{"id": "c", "text": "y"}\n']
    found = read(packed(tmp_path / "in.jsonl.gz", lines))
    assert [row[:2] for row in found] == [["a", 1], ["2", None], ["c", 1]]
    assert found[1][2].startswith("line 2: longer than the limit")


@pytest.mark.parametrize("quoted", [True, False])
def test_a_field_without_end(tmp_path: Path, quoted: bool) -> None:
    """The rows behind it are read, also where the quotation mark that closes it stands in what was thrown away, or lines later."""
    mark = b'"' if quoted else b""
    more = b'c,"x ""' if quoted else b"c,x "
    lines = [
        b"id,text\na,x\nb," + mark,
        *much(b"0"),
        mark + b"\n" + more,
        *much(b'""' if quoted else b"1"),
        b'\ny"\n' if quoted else b"\n",
        b"d,y\n",
    ]
    found = read(packed(tmp_path / "in.csv.gz", lines))
    assert [row[:2] for row in found] == [["a", 1], ["2", None], ["3", None], ["d", 1]]
    assert all("longer than the limit" in row[2] for row in found[1:3])


def test_a_record_without_end(tmp_path: Path) -> None:
    """Every line is short, every field is, but the record never ends."""
    found = read(packed(tmp_path / "in.csv.gz", [b'id,text\na,x\nb,"', *much(b'\n","', 4), b'\nq"\nz,y\n']))
    assert found[0][:2] == ["a", 1]
    assert found[1][2].endswith(f"longer than the limit of {LIMIT:,} characters (--max-chars)")
    assert found[-1][:2] == ["z", 1]


def test_a_line_of_utf_16_without_end(tmp_path: Path) -> None:
    path = packed(tmp_path / "in.csv.gz", [b"\xff\xfe" + "id,text\na,".encode("utf-16-le"), *much(b"0\0"), "\nb,x\n".encode("utf-16-le")])
    found, most = peak(READ.replace("max_chars=", "encoding='utf-16', max_chars="), path, LIMIT)
    assert [row[:2] for row in found] == [["1", None], ["b", 1]]
    assert most < 150 + MOST


def test_a_quotation_mark_that_is_not_closed(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b'id,text\na,x\nb,"y\nc,z\nd,w\n')
    found = list(Corpus((str(tmp_path / "in.csv"),)).items())
    assert [(i.id, i.text) for i in found] == [("a", "x"), ("2", None)]
    assert found[1].error == "lines 3 to 5: a quotation mark is not closed before the file ends"
    (tmp_path / "in.csv").write_bytes(b'id,text\na,"x"')
    assert [(i.id, i.text) for i in Corpus((str(tmp_path / "in.csv"),)).items()] == [("a", "x")]


def test_a_page_of_parquet_that_stands_for_many_texts(tmp_path: Path) -> None:
    """A dictionary of one text, to which all rows point; the dictionary itself has to be unpacked."""
    rows = [{"id": str(n), "text": "0" * 2_000_000} for n in range(MB)]
    found = read(parquet(rows, tmp_path / "in.parquet"))
    assert [row[0] for row in found] == [str(n) for n in range(MB)]
    assert all(
        error == f"row {n:,}: longer than the limit of {LIMIT:,} characters (--max-chars)"
        for n, (*_, error) in enumerate(found, 1)
    )


PAGE = """
import sys
from framing.text import article_from_html
{}
try:
    n = len(article_from_html(page).text)
except ValueError:
    n = 0
print(n)
"""
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "page",
    [
        "page = '<div>' * 100_000 + 'He said so.' + '</div>' * 100_000",
        "page = '<div>' * 100_000",
        "page = '<p>He said so.</p>' + '<b><i>' * 30_000 + 'x'",
        "page = '<table><tr><td>' * 20_000 + 'x'",
        "page = '<p class=\"' + 'x' * 5_000_000 + '\">He said so.</p>'",
        "page = '<p>He said so.</p><!--' + '-' * 5_000_000",
        "page = '&amp;' * 500_000",
        "page = '<' * 500_000",
        f"page = '<!DOCTYPE html [<!ENTITY a0 \"ha\">{LAUGHS}]><html><body><p>He said so &a9;.</p></body></html>'",
        "page = '<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><html><body><p>He said so &x;.</p></body></html>'",
    ],
)
def test_pages_without_bottom(page: str) -> None:
    pytest.importorskip("trafilatura", reason="trafilatura is not installed")
    found, most = peak(PAGE.format(page))
    print(f"\n{page[:50]}: {found} characters, peak {most:.0f} MB")
    assert found < 3_000_000
    assert most < 600


def test_no_entity_names_a_file() -> None:
    pytest.importorskip("trafilatura", reason="trafilatura is not installed")
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "{}">]><html><body><p>He said so: &x;.</p></body></html>'
    assert "bombs" not in article_from_html(page.format(Path(__file__).as_uri())).text


LOAD = """
import sys
from framing.learning import store
try:
    store.load(sys.argv[1])
except ValueError as e:
    print('"refused"')
"""


def forged(folder: Path, weights: bytes) -> Path:
    (folder / "weights.npz").write_bytes(weights)
    (folder / "model.json").write_text(json.dumps({"format": store.FORMAT, "sha256": hashlib.sha256(weights).hexdigest()}))
    return folder


@pytest.mark.parametrize("lie", [None, 100, 2**31])
def test_weights_that_unpack_to_gigabytes(tmp_path: Path, lie: int | None) -> None:
    """Also where the list of files says that it is little, or that it is much."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("a.npy", "w") as out:
        for block in much(bytes(1_000_000)) if lie is not None else (bytes(1 << 20) for _ in range(1100)):
            out.write(block)
    weights = buffer.getvalue()
    if lie is not None:
        place = weights.index(b"PK\x01\x02") + 24
        weights = weights[:place] + lie.to_bytes(4, "little") + weights[place + 4 :]
    found, most = peak(LOAD, forged(tmp_path, weights))
    print(f"\nweights.npz of {len(weights) / 1e6:.1f} MB: peak {most:.0f} MB")
    assert found == "refused"
    assert most < 100


@pytest.mark.parametrize(
    "xml",
    [
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><a>&a9;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x "y">]><a/>',
    ],
)
def test_entities_are_refused(tmp_path: Path, xml: str) -> None:
    (tmp_path / "x.xml").write_text(xml)
    with pytest.raises(ValueError, match=r"x\.xml: declares entities"):
        list(documents(tmp_path / "x.xml"))


def test_xml_without_bottom(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<a><Document><DocumentPart><sentence>" + "<b>" * 100_000)
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        list(documents(tmp_path / "x.xml"))


SHEET = """
import sys
from pathlib import Path
from framing.corpora.xlsx import read_xlsx
try:
    n = len(list(read_xlsx(Path(sys.argv[1]))))
except ValueError as e:
    n = -1
print(n)
"""


@pytest.mark.parametrize(("begin", "piece", "times"), [("<row>", b"<c/>", 30), ("<row/>", b"<x/>", 30), ("", b" ", 250)])
def test_sheets_without_end(tmp_path: Path, begin: str, piece: bytes, times: int) -> None:
    with (
        zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as out,
    ):
        out.write(f"<w>{begin}".encode())
        for _ in range(times):
            out.write(piece * (1_000_000 // len(piece)))
    found, most = peak(SHEET, tmp_path / "x.xlsx")
    print(f"\n{piece!r}: {(tmp_path / 'x.xlsx').stat().st_size / 1e6:.2f} MB, peak {most:.0f} MB")
    assert found == -1
    assert most < 400


# --------------------------------------------------------------------------------------------------------------- single rows


def rows(path: Path, **options: Any) -> list[Item]:
    corpus = Corpus((str(path),), **options)
    corpus.check()
    return list(corpus.items())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"text": ' + "[" * 100_000, "nested too deeply"),
        ('{"text": ' + '{"a":' * 100_000, "nested too deeply"),
        ('{"text": "x", "id": ' + "9" * 100_000 + "}", "digits"),
        ('{"text": "x", "id": "' + "9" * (MAX_ID + 1) + '"}', "the id is longer than 1,000 characters"),
    ],
)
def test_lines_of_json_that_are_no_rows(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(f'{line}\n{{"id": "b", "text": "x"}}\n')
    bad, good = rows(path)
    assert told in str(bad.error)
    assert bad.id == "1"
    assert (good.id, good.text) == ("b", "x")


FORMS: dict[str, Callable[[Path, str], Any]] = {
    "in.jsonl": lambda path, text: path.write_text(json.dumps({"text": text})),
    "in.csv": lambda path, text: path.write_text(f'text\n"{text}"\n', encoding="utf-8"),
    "in.tsv": lambda path, text: path.write_text(f"text\n{text}\n", encoding="utf-8"),
    "in.parquet": lambda path, text: parquet([{"text": text}], path),
    "in.txt": lambda path, text: path.write_text(text, encoding="utf-8"),
    "in.text": lambda path, text: path.write_text("\ufeff" + text[1:], encoding="utf-32-le"),
    "in.html": lambda path, text: path.write_text(text, encoding="utf-8"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("character", ["x", "😀"])
@pytest.mark.parametrize("limit", [1, 10, 1000])
def test_the_limit_is_exact(tmp_path: Path, name: str, character: str, limit: int) -> None:
    path = tmp_path / name
    for n in (limit, limit + 1):
        FORMS[name](path, character * n)
        (item,) = rows(path, max_chars=limit)
        assert (item.error is None) == (n == limit), item
        assert item.error is None or "longer than the limit" in item.error


def test_the_limit_holds_for_a_page_and_for_its_text(tmp_path: Path) -> None:
    """A page of long markup and little text is over it as well: what is handed to the extractor is the markup."""
    pytest.importorskip("trafilatura", reason="trafilatura is not installed")
    from framing.runs.shards import Shard, work

    path = tmp_path / "in.html"
    text = "He said that the bridge may fall. " * 10
    path.write_text(f"<html><body><article><p>{text}</p></article></body></html>")
    size = len(path.read_text())
    told = {}
    for limit in (size, size - 1):
        (item,) = rows(path, max_chars=limit)
        told[limit] = work(Shard(0, (item,), (None,), ""), {"articles": "jsonl"}, limit).failed
    assert told == {size: 0, size - 1: 1}
    (item,) = rows(path)
    result = work(Shard(0, (item,), (None,), ""), {"articles": "jsonl"}, 100)  # as if the text were longer than its page
    assert "longer than the limit of 100 characters" in json.loads(result.tables["articles"])["error"]


def test_bytes_that_are_not_of_the_encoding(tmp_path: Path) -> None:
    """They are errors of their rows in every encoding, also where one cannot go on byte by byte."""
    for encoding, bad in (("utf-8", b"\xff"), ("utf-16-le", b"\x00\xd8\n\0"), ("iso2022_jp", b"\x1b$X"), ("shift_jis", b"\x81 ")):
        path = tmp_path / "in.csv"
        path.write_bytes("id,text\na,x\nb,".encode(encoding) + bad + "\nc,y\n".encode(encoding))
        found = rows(path, encoding=encoding)
        assert [i.id for i in found if i.error is None] == ["a", "c"], encoding
        assert all("not " + encoding in str(i.error) for i in found if i.id == "b")
    for encoding in ("idna", "punycode", "undefined", "hex", "no", "a\0b"):
        with pytest.raises(ReadError, match=r"encoding .* is not known"):
            rows(path, encoding=encoding)


def test_parquet_that_is_not_utf8_is_an_error_of_its_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    texts = arrow.array([b"x", b"\xff", b"y"]).view(arrow.string())
    parquet.write_table(arrow.table({"id": ["a", "b", "c"], "text": texts}), tmp_path / "in.parquet")
    assert [(i.id, i.error) for i in rows(tmp_path / "in.parquet")] == [("a", None), ("2", "row 2: not UTF-8"), ("c", None)]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:30] + b"\xff\xff\xff" + b[33:], lambda b: b[:20], lambda b: b"\x1f\x8b" + b[4:], lambda b: b"x" + b]
)
@pytest.mark.parametrize("name", ["in.csv.gz", "in.jsonl.gz"])
def test_a_damaged_archive_is_named(tmp_path: Path, damage: Callable[[bytes], bytes], name: str) -> None:
    path = tmp_path / name
    path.write_bytes(damage(gzip.compress(b"id,text\n" + os.urandom(500).hex().encode() + b",x\n")))
    with pytest.raises(ReadError, match=name):
        rows(path)


# ------------------------------------------------------------------------------------------------------------- terminal and folders

HOSTILE = "a\x1b[2J\x9b1m\x07\r\u202eb\u2028c\udcff\nd.txt"


def test_no_name_steers_the_terminal(run: Callable[..., SimpleNamespace], tmp_path: Path) -> None:
    shown = one_line(HOSTILE)
    assert shown == "a\ufffd[2J\ufffd1m\ufffd \ufffdb c\ufffd d.txt"
    (tmp_path / "in.csv").write_text("\x1b[2J\u202e,x\n1,2\n", encoding="utf-8")
    for args in (
        ["analyze", HOSTILE],
        ["score", HOSTILE, "-o", "x.csv"],
        ["score", str(tmp_path / "in.csv"), "-o", str(tmp_path / "x\x9b.csv")],
        ["analyze", "https://\x1b[2J\u2028"],
    ):
        err = run(*args).err
        assert err.count("\n") == 1, err
        assert not set(err[:-1]) & set("\x1b\x9b\x07\r\u202e\u2028\udcff")


def test_files_of_a_folder_stay_in_it(run: Callable[..., SimpleNamespace], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    names = ["..txt", "...txt", "a" * 240 + ".txt", "é" * 120 + ".txt", "-x.txt"]
    for name in names:
        (home / name).write_text("He said it may rain.")
    done = run("analyze", *(home / name for name in names), "--format", "jsonl", "-o", f"{tmp_path}/out/")
    assert (done.code, done.err) == (0, "")
    assert len(list((tmp_path / "out").iterdir())) == len(names)
    assert {p.name for p in tmp_path.iterdir()} == {"home", "out"}


def test_a_page_on_which_the_extractor_breaks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trafilatura = pytest.importorskip("trafilatura", reason="trafilatura is not installed")

    def broken(*args: Any, **options: Any) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(trafilatura, "bare_extraction", broken)
    assert article_from_html("<html><body><p>He said so.</p></body></html>").text == "He said so."  # the other way is still there
    monkeypatch.setattr(trafilatura, "html2txt", broken)
    with pytest.raises(ValueError, match=r"no article text \(the extractor breaks on it: RecursionError: too deep\)"):
        article_from_html("<p>He said so.</p>")


def test_a_pipe_in_a_brat_folder_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no pipes with names")
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(BratError, match="is no regular file"):
        list(read_brat(tmp_path))
