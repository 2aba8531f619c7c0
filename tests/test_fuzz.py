"""Readers of what nobody has vouched for: whatever the bytes, they give what is valid or raise the error that they document.

Each check takes valid files, damages them (:mod:`tests.mutation`) and says what became of them. ``FRAMING_FUZZ_SECONDS=60`` lets each run
for a minute and tells how many examples that were.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from framing.analysis import analyze
from framing.cli.inputs import InputError, load
from framing.corpora.cue_xml import documents
from framing.corpora.xlsx import read_xlsx
from framing.interop.brat import from_brat, read_brat, to_brat, write_brat
from framing.interop.brat_lines import BratError
from framing.interop.packing import pack, unpack
from framing.learning import store
from framing.records import Article, Document, Span
from framing.runs import Columns, Corpus, Item, ReadError, RunError, score
from framing.runs.formats import SCHEMAS
from framing.runs.journal import MANIFEST, Done, Journal
from framing.runs.tables import MAX_ID
from framing.text import GuessedEncoding, article_from_html, article_from_text, decode, read_bytes
from tests.mutation import fuzz, mutated

LIMIT = 120  # characters, so that the limit is met
TEXT = "Mayor Ida Lund said “the bridge may fall.”\n\nCritics fear that the council knew, a senior official told Harbour Post."
ROWS = [
    {"id": "a1", "title": "Bridge", "text": "Mayor Ida Lund said the bridge may fall."},
    {"id": 7, "text": "“Nobody asked us”, said\nJoren Tak.", "more": [1, {"x": None}]},
    {"id": "c", "title": None, "text": "é\u2028\ud83d\ude00" * 30},
    {"id": "d", "text": "x" * LIMIT},
]
JSONL = [
    "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    "\r\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS[:2]).encode(),
    b"",
]
CSV = [
    b'id,title,text\na1,Bridge,Mayor Ida Lund said it.\nb,"A ""B""","two\nlines, said\r\nhe"\n\nc,,x\n',
    b'\xef\xbb\xbfid,text\r\n1,"' + b"y" * (LIMIT + 1) + b'"\r\n2,\xe9\r\n',
    'id\ttext\n1\tShe said “no”.\n2\t"x\ty"\n'.encode(),
    "id,text\n1,ü said so\n".encode("utf-16"),
]


ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-16", "cp1252", "shift_jis", "iso2022_jp", "utf-7"]


def whole(corpus: Corpus, rows: list[Item]) -> None:
    """What holds for whatever a corpus gives."""
    assert [item.row for item in rows] == list(range(1, len(rows) + 1))
    for item in rows:
        assert (item.text is None) == (item.error is not None)
        assert len(item.text or "") <= corpus.max_chars
        assert len(item.title or "") <= corpus.max_chars
        assert len(item.id) <= MAX_ID
        assert len(item.error or "") < 500


def items(path: Path, **options: Any) -> str:
    corpus = Corpus((str(path),), max_chars=LIMIT, **options)
    try:
        corpus.check()
        rows = list(corpus.items())
    except ReadError as error:
        return "refused" if len(str(error)) < 2500 else "told at length"
    whole(corpus, rows)
    return "errors in rows" if any(item.error for item in rows) else "read"


@fuzz(1000, mutated(JSONL), st.sampled_from(["utf-8", "utf-8", "utf-8", "latin-1", "utf-16"]))
def test_json_lines(tmp_path: Path, data: bytes, encoding: str) -> str:
    path = tmp_path / "in.jsonl"
    path.write_bytes(data)
    return items(path, encoding=encoding)


@fuzz(1000, mutated(CSV), st.sampled_from(["csv", "csv", "tsv"]), st.sampled_from(ENCODINGS))
def test_csv(tmp_path: Path, data: bytes, form: str, encoding: str) -> str:
    path = tmp_path / "in.data"
    path.write_bytes(data)
    return items(path, form=form, encoding=encoding)


@fuzz(800, mutated([gzip.compress(JSONL[0], mtime=0), gzip.compress(CSV[0], mtime=0), gzip.compress(CSV[0], mtime=0) * 2]))
def test_gzip(tmp_path: Path, data: bytes) -> str:
    told = []
    for name in ("in.jsonl.gz", "in.csv.gz"):
        (tmp_path / name).write_bytes(data)
        told.append(items(tmp_path / name))
    return max(told)


@cache
def parquets() -> list[bytes]:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    out = []
    for options in (
        {},
        {"compression": "zstd", "use_dictionary": False, "data_page_size": 64},
        {"compression": "none", "data_page_version": "2.0"},
    ):
        stream = io.BytesIO()
        table = arrow.table({"id": [1, 2, None], "title": ["t", None, "u"], "text": [TEXT, "x" * (LIMIT + 1), None]})
        parquet.write_table(table, stream, **options)
        out.append(stream.getvalue())
    return out


@fuzz(800, st.deferred(lambda: mutated(parquets())))
def test_parquet(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "in.parquet"
    path.write_bytes(data)
    return items(path)


# ------------------------------------------------------------------------------------------------------------- text and markup

HTML = [
    f"<!doctype html><html><head><meta charset=utf-8><title>Bridge closed</title></head><body><nav><a href=/>Home</a></nav><article>"
    f"<h1>Bridge closed</h1>{'<p>' + TEXT.replace(chr(10), ' ') + '</p>'}<table><tr><td>1</td></tr></table><ul><li>x</ul>"
    f"<!-- c --><script>var a = '<p>';</script></article></body></html>".encode(),
    b"<p>He said so.</p>",
    '<?xml version="1.0" encoding="iso-8859-1"?><html><meta charset=shift_jis><p>Caf\xe9 said &eacute;&#x1F600;</p>'.encode("latin-1"),
    "<html><body><blockquote>Il a dit</blockquote><pre> x </pre><img alt=y src=data:,z></body></html>".encode("utf-16"),
]


def valid(article: Article) -> None:
    spans = [article.body, *article.paragraphs, *(b.span for b in article.boilerplate), *filter(None, [article.title_span])]
    assert all(article.text[s.start : s.end] == s.text for s in spans)


@fuzz(400, mutated(HTML))
def test_html(tmp_path: Path, data: bytes) -> str:
    pytest.importorskip("trafilatura", reason="trafilatura is not installed")
    try:
        article = article_from_html(decode(data))
    except ValueError:
        return "refused"
    valid(article)
    assert article.text.strip()
    return "read"


@fuzz(
    1000,
    mutated([*HTML, TEXT.encode(), TEXT.encode("utf-16"), TEXT.encode("utf-32"), TEXT.encode("cp1252")]),
    st.sampled_from([None, "idna", "utf-7", "punycode", "x"]),
)
def test_bytes_of_text(tmp_path: Path, data: bytes, charset: str | None) -> str:
    assert isinstance(decode(data, charset), str)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GuessedEncoding)
            text = read_bytes(data, "x", charset)
    except ValueError:
        return "refused"
    valid(article_from_text(text))
    return "read"


@fuzz(200, mutated([*HTML, TEXT.encode(), TEXT.encode("utf-16")]), st.sampled_from(["x.txt", "x.html"]))
def test_inputs_of_the_command_line(tmp_path: Path, data: bytes, name: str) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    try:
        valid(load(str(path)))
    except InputError:
        return "refused"
    return "read"


# ------------------------------------------------------------------------------------------------------------ other people's marks


@cache
def brats() -> list[tuple[bytes, bytes]]:
    pairs = [to_brat(analyze(text)) for text in (TEXT, TEXT.replace("\n\n", "\r\n"), "It may rain.")]
    return [(text.encode(), lines.encode()) for text, lines in pairs]


def damaged_brat() -> st.SearchStrategy[tuple[bytes, bytes]]:
    """A pair of files of which one or both are damaged."""
    both = st.tuples(mutated([text for text, _ in brats()]), mutated([lines for _, lines in brats()]))
    return both | st.sampled_from(brats()).flatmap(lambda pair: st.tuples(st.just(pair[0]), mutated([pair[1]])))


@fuzz(1000, st.deferred(damaged_brat))
def test_brat(tmp_path: Path, pair: tuple[bytes, bytes]) -> str:
    text, annotation = (part.decode("utf-8", "surrogateescape") for part in pair)
    try:
        document = from_brat(text, annotation)
    except BratError:
        return "refused"
    for span in spans(document):
        assert text[span.start : span.end] == span.text
    again = from_brat(*to_brat(document))
    assert len(again.attributions) == len(document.attributions)
    assert len(again.hedges) == len(document.hedges)
    return "read"


def spans(document: Document) -> Iterator[Span]:
    for a in document.attributions:
        yield from filter(None, (a.source, a.cue, *a.content))
    yield from (h.cue for h in document.hedges)
    yield from (s.span for s in document.sentences)


INDEX = [b'{"file": "a", "id": "A", "title": "t", "group": null, "split": "dev"}\n{"file": "../b", "id": "../../etc/passwd"}\n']


@fuzz(400, mutated(INDEX))
def test_brat_folder(tmp_path: Path, index: bytes) -> str:
    home = tmp_path / "brat"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "documents.jsonl").write_bytes(index)
    for name in ("a", "b"):
        (home / f"{name}.txt").write_bytes(brats()[2][0])
        (home / f"{name}.ann").write_bytes(brats()[2][1])
    try:
        found = list(read_brat(home))
        write_brat(found, home, overwrite=True)
    except BratError:
        return "refused"
    assert len(found) == 2
    return "read"


@cache
def packed() -> bytes:
    return json.dumps(pack(analyze(TEXT))).encode()


VALUES: Any = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(-3, 300), max_size=4), st.just({})
)


@fuzz(800, st.data())
def test_packed_analysis(tmp_path: Path, data: st.DataObject) -> str:
    """Well-formed lists with anything in the place of anything."""
    value = json.loads(packed())
    for _ in range(data.draw(st.integers(1, 3))):
        here, steps = value, data.draw(st.integers(1, 6))
        for step in range(steps):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = keys[data.draw(st.integers(0, 30)) % len(keys)]
            if step == steps - 1 or not isinstance(here[key], (list, dict)):
                here[key] = data.draw(VALUES)
                break
            here = here[key]
    try:
        unpack(value, TEXT)
    except ValueError:
        return "refused"
    return "read"


# -------------------------------------------------------------------------------------------------------------------- models


@cache
def model() -> tuple[bytes, bytes]:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.arange(12.0).reshape(3, 4), b=np.array([1, 2], np.int8), c=np.zeros((0, 5)), d=np.array(["x", "yz"]))
    weights = buffer.getvalue()
    card = {"format": store.FORMAT, "sha256": hashlib.sha256(weights).hexdigest(), "model": "x", "n": [1.5, None, {"a": "é"}]}
    return json.dumps(card).encode(), weights


@fuzz(800, st.deferred(lambda: mutated([model()[0]])))
def test_card_of_a_model(tmp_path: Path, card: bytes) -> str:
    (tmp_path / "model.json").write_bytes(card)
    (tmp_path / "weights.npz").write_bytes(model()[1])
    return loaded(tmp_path)


HEADERS = [
    b"'descr': '<f8'",
    b"'descr': '<i3'",
    b"'descr': '|O8'",
    b"'descr': '|O'",
    b"'descr': '<u99'",
    b"'descr': [('a', '|O')]",
    b"'descr': '<U0'",
]
SHAPES = [
    b"'shape': (3, 4)",
    b"'shape': (99999999999999999999, 4)",
    b"'shape': (0, 99999999999999999999)",
    b"'shape': (-1,)",
    b"'shape': (1000000000, 1000000000)",
]


@fuzz(
    1500,
    st.deferred(lambda: mutated([model()[1]])),
    st.sampled_from(HEADERS),
    st.sampled_from(SHAPES),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_weights_of_a_model(tmp_path: Path, weights: bytes, kind: bytes, shape: bytes, forged: bool, size: int) -> str:
    """The card fits: whoever made the one made the other."""
    if forged:
        head = b"{" + kind + b", 'fortran_order': False, " + shape + b", }"
        head += b" " * (-(len(head) + 11) % 64) + b"\n"
        content = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + bytes(96)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.npy", content)
        weights = buffer.getvalue()
        if size % 2:  # in the list of files
            place = weights.index(b"PK\x01\x02") + 24
            weights = weights[:place] + size.to_bytes(4, "little") + weights[place + 4 :]
    (tmp_path / "model.json").write_text(json.dumps({"format": store.FORMAT, "sha256": hashlib.sha256(weights).hexdigest()}))
    (tmp_path / "weights.npz").write_bytes(weights)
    return loaded(tmp_path)


def loaded(folder: Path) -> str:
    try:
        _, arrays = store.load(folder)
    except ValueError:
        return "refused"
    assert not any(array.dtype.hasobject for array in arrays.values())
    assert sum(array.nbytes for array in arrays.values()) < 10_000
    return "read"


# ------------------------------------------------------------------------------------------------------------------- corpora

XML = [
    b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE Annotation PUBLIC "-//X//EN" "x.dtd"><Annotation><DocumentSet><Document type="a">'
    b'<DocID type="b">1</DocID><DocumentPart type="Title"><Sentence id="S1" certainty="uncertain">'
    b'It <ccue type="x">may</ccue> rain.</Sentence>'
    b"</DocumentPart></Document><Document/></DocumentSet></Annotation>",
    '<?xml version="1.0" encoding="cp1251"?><Document><DocumentPart><sentence>\u0436</sentence></DocumentPart></Document>'.encode("cp1251"),
]


@fuzz(800, mutated(XML))
def test_xml(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    try:
        list(documents(path))
    except ValueError as error:
        return refused(path, error)
    return "read"


def refused(path: Path, error: ValueError) -> str:
    assert str(error).startswith(str(path))
    return "refused"


def book(sheet: bytes, strings: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", strings)
    return buffer.getvalue()


SHEET = (
    b'<w xmlns="http://m"><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>h</t></is></c></row>'
    b'<row><c r="A2" t="s"><v>1</v></c><c r="B2"><v>3</v></c></row></sheetData></w>'
)
STRINGS = b'<sst xmlns="http://m"><si><t>text</t></si><si><t>He </t><r><t>said</t></r></si></sst>'


@fuzz(1000, st.one_of(mutated([book(SHEET, STRINGS)]), st.builds(book, mutated([SHEET]), mutated([STRINGS]))))
def test_xlsx(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    try:
        list(read_xlsx(path))
    except ValueError as error:
        return refused(path, error)
    return "read"


# ---------------------------------------------------------------------------------------------------------------------- runs

JOURNAL = [
    b'{"manifest": 1, "options": {"framing": "0"}}\n'
    b'{"shard": 0, "digest": "d", "rows": [1, 2], "failed": 0, "tokens": 9, "tables": {"articles": [5, "s", 2]}}\n'
    b'{"complete": {"shards": 1, "duplicates": 0, "outputs": {}}}\n'
]


@fuzz(800, mutated(JOURNAL))
def test_journal(tmp_path: Path, data: bytes) -> str:
    (tmp_path / MANIFEST).write_bytes(data)
    journal = Journal(tmp_path)
    try:
        journal.read()
    except RunError:
        return "refused"
    assert all(isinstance(done, Done) for done in journal.done.values())
    return "read"


@fuzz(60, mutated(JSONL[:1]), st.text(max_size=10))
def test_run(tmp_path: Path, data: bytes, ident: str) -> str:
    """A row comes out for every row that goes in, and nothing is written beside the outputs."""
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(data + json.dumps({"id": "../" + ident, "text": TEXT, "title": ident}).encode())
    corpus = Corpus((str(path),), Columns(), max_chars=LIMIT)
    expected = [item.row for item in corpus.items()]
    summary = score(path, out, max_chars=LIMIT, overwrite=True)
    rows = [json.loads(line) for line in out.read_bytes().split(b"\n")[:-1]]
    assert [row["row"] for row in rows] == expected
    assert all(tuple(row) == tuple(c.name for c in SCHEMAS["articles"]) for row in rows)
    assert summary.failed == sum(row["error"] is not None for row in rows)
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl", "out.jsonl.run"}
    return "errors in rows" if summary.failed else "read"


@fuzz(800, st.text(), st.sampled_from(["", "../", "/", "con", "\0", "x" * 300, "..", "a/../.."]))
def test_names_of_files(tmp_path: Path, ident: str, before: str) -> str:
    from framing.cli.analyze import _file_names
    from framing.interop.files import safe_name

    file = (before + ident).replace("\0", "")  # no file can be read whose name has one
    for name in (safe_name(before + ident) + ".ann", *_file_names([file, "https://" + before + ident], ".jsonl")):
        assert re.search(r"[/\0]", name) is None
        assert name not in (".", "..")
        assert len(name.encode("utf-8", "surrogatepass")) <= 255
    return "read"
