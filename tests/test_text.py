"""Reading: offsets into unchanged text, paragraphs of every layout, title, boilerplate, body; HTML, files, languages."""

from __future__ import annotations

import builtins
import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.records import BOILERPLATE, Article
from framing.text import (
    GuessedEncoding,
    MissingExtra,
    article_from_html,
    article_from_text,
    decode,
    detect_language,
    looks_like_markup,
    read_article,
    read_bytes,
    split_paragraphs,
)
from framing.tokens import tokenize

CASES = Path(__file__).parent / "cases"
EDGES = "\ufeff\u200b\u2060"  # invisible characters that do not belong to a paragraph when they stand at its edge
PROSE = "The council voted on Tuesday to close the old bridge for repairs. The mayor, who had opposed the plan, was not there."

WRAPPED = """Council closes the old bridge

By Jane Doe

TOFTE, Veldania -- The council voted on Tuesday to close the old
bridge for repairs that may take until the spring, according to the
minutes of the meeting.

The mayor, who had opposed the plan for years, was not in the room
when it was put to the vote.
"""

PAGE = """<!DOCTYPE html><html><head><title>Council closes bridge | Harbour Post</title>
<meta property="og:title" content="Council closes bridge"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Council closes bridge</h1>
<p>TOFTE, Veldania — The council voted on Tuesday to close the old bridge for repairs that may take until the spring, its minutes say.</p>
<p>“We have no choice,” said the mayor, who had opposed the plan for years &amp; changed her mind in May after she had seen the cracks.</p>
<p>The ferry will run all night until the bridge is open again, the harbour authority said in a statement on Wednesday evening.</p>
</article><footer>Copyright Harbour Post</footer></body></html>"""


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["label"]) for case in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))]


def marks(article: Article) -> list[list[str]]:
    return [[mark.kind, mark.span.text] for mark in article.boilerplate]


def paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in split_paragraphs(text)]


def check(article: Article, text: str) -> None:
    """What holds of every article."""
    assert article.text == text
    spans = [*article.paragraphs, article.body, *(mark.span for mark in article.boilerplate)]
    if article.title_span is not None:
        spans.append(article.title_span)
    for span in spans:
        assert 0 <= span.start <= span.end <= len(text)
        assert span.text == text[span.start:span.end]
    outside, at = [], 0
    for paragraph in article.paragraphs:
        assert at <= paragraph.start < paragraph.end
        outside.append(text[at:paragraph.start])
        at = paragraph.end
        assert paragraph.text.strip() == paragraph.text != ""
    outside.append(text[at:])
    assert not "".join(outside).translate({ord(c): " " for c in EDGES}).strip()
    at = 0
    for mark in article.boilerplate:
        assert mark.kind in BOILERPLATE
        assert mark.span.start >= at
        at = mark.span.end
        home = [p for p in article.paragraphs if p.covers(mark.span)]
        assert len(home) == 1
        assert mark.span == home[0] or (mark.kind == "dateline" and mark.span.start == home[0].start)
    whole = {mark.span for mark in article.boilerplate}
    left = [p for p in article.paragraphs if p not in whole]
    assert bool(left) == bool(article.paragraphs)
    if left:
        assert (article.body.start, article.body.end) == (left[0].start, left[-1].end)
    else:
        assert len(article.body) == 0


@pytest.mark.parametrize("case", cases("boilerplate"))
def test_boilerplate(case: dict[str, Any]) -> None:
    article = article_from_text(case["text"], case.get("given"))
    check(article, case["text"])
    assert marks(article) == case["marks"]
    assert article.title == case["title"]
    assert article.body.text == case["body"]


def test_boilerplate_cases_cover_every_kind() -> None:
    found = {kind for case in json.loads((CASES / "boilerplate.json").read_text(encoding="utf-8")) for kind, _ in case["marks"]}
    assert found == set(BOILERPLATE)


def test_acceptance_example(data: Path) -> None:
    path = data / "examples" / "luxembourg_spies.txt"
    if not path.is_file():
        pytest.skip("the example article is not among the corpora")
    article = read_article(path)
    with path.open(encoding="utf-8", newline="") as file:
        check(article, file.read())
    assert [kind for kind, _ in marks(article)] == ["title"] * 3 + ["separator", "language", "tags", "separator", "next"]
    assert article.title_span == article.paragraphs[0]
    assert article.title == article.paragraphs[0].text
    assert article.body.text.startswith("During the Cold War, West Berlin")
    assert article.body.end < article.text.index("The article is in Latvian")
    assert article.body.text.endswith("the official told euobserver.com.")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1e"])
def test_every_line_end(end: str) -> None:
    text = end.join(["Council closes bridge", "", f"TOFTE — {PROSE}", PROSE, "", "Tags: bridge", ""])
    article = article_from_text(text)
    check(article, text)
    assert [p.text for p in article.paragraphs] == ["Council closes bridge", f"TOFTE — {PROSE}", PROSE, "Tags: bridge"]
    assert marks(article) == [["title", "Council closes bridge"], ["dateline", "TOFTE —"], ["tags", "Tags: bridge"]]


def test_byte_order_mark_stays_a_character() -> None:
    text = f"\ufeffCouncil closes bridge\r\n\r\n{PROSE}\r\n"
    article = article_from_text(text)
    check(article, text)
    assert article.title == "Council closes bridge"
    assert article.title_span is not None
    assert article.title_span.start == 1
    assert article.body.text == PROSE


def test_blanks_are_those_of_python() -> None:
    blanks = "".join(chr(c) for c in range(0x110000) if chr(c).isspace())
    assert split_paragraphs(blanks) == []
    assert paragraphs(f"{blanks}x{blanks}") == ["x"]


def test_wrapped_text_is_joined() -> None:
    article = article_from_text(WRAPPED)
    check(article, WRAPPED)
    assert [len(p.text.split("\n")) for p in article.paragraphs] == [1, 1, 3, 2]
    assert marks(article) == [["title", "Council closes the old bridge"], ["byline", "By Jane Doe"], ["dateline", "TOFTE, Veldania --"]]


def test_wrapped_text_with_indented_paragraphs() -> None:
    text = (
        "   The council voted on Tuesday to close the old bridge for repairs\n"
        "that may take until the spring, according to the minutes of the\n"
        "meeting and a letter that the council sent to everybody in town.\n"
        "   The mayor, who had opposed the plan for years, was not in the\n"
        "room when it was put to the vote.\n"
    )
    assert [p.split()[0:2] for p in paragraphs(text)] == [["The", "council"], ["The", "mayor,"]]


def test_wrapped_title_is_one_line() -> None:
    text = (
        "Council closes the old bridge for repairs that may take until the\nspring\n\n"
        "The council voted on Tuesday to close the old bridge for repairs,\naccording to the minutes of the meeting.\n"
    )
    article = article_from_text(text)
    assert article.title == "Council closes the old bridge for repairs that may take until the spring"
    assert article.title_span is not None
    assert "\n" in article.title_span.text


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([PROSE, PROSE, "The end is near."], id="a paragraph a line"),
        pytest.param(["Council closes bridge", "Ferries run all night", "Mayor wins prize"], id="headlines"),
        pytest.param(["Council Closes Bridge For Repairs", "Ferries Will Run All The Night", "Mayor Wins The City Prize"], id="one length"),
        pytest.param(["“Did you know it?”", "“No. I did not.”", "“Who did?”", "She shrugged."], id="dialogue"),
        pytest.param(["- the bridge is closed until spring", "- the ferries run all night", "- the mayor is not there"], id="list"),
        pytest.param(["LUND: No.", "BERG: Then who?", "LUND: I cannot say."], id="transcript"),
    ],
)
def test_lines_that_are_not_wrapped_stay_paragraphs(lines: list[str]) -> None:
    assert paragraphs("\n".join(lines)) == lines


def test_handed_over_title_and_id_are_kept() -> None:
    article = article_from_text(PROSE, title="Bridge", id="b1")
    assert (article.title, article.title_span, article.id, article.origin) == ("Bridge", None, "b1", "text")


@pytest.mark.parametrize("text", ["", " \n\r\n\t", "\ufeff"])
def test_blank_text(text: str) -> None:
    article = article_from_text(text)
    check(article, text)
    assert article.paragraphs == ()
    assert article.title is None


LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            PROSE, "Council closes bridge", "Tags: a, b", "--", "By Jane Doe", "LONDON (Reuters) — Rain fell.",
            "NEXT Ferry closes", "© 2019", "Read more",
            "(AP Photo/Jane Doe)", "The article is in Latvian", "USA TODAY", "March 3, 2016", "\ud800", "a", "\ufeff",
            "   so it goes on in the next line",
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\u2029", " "]), st.none() | st.text(max_size=20))
def test_any_lines(lines: list[str], end: str, title: str | None) -> None:
    text = end.join(lines)
    check(article_from_text(text, title), text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_string(text: str) -> None:
    check(article_from_text(text), text)
    looks_like_markup(text)


@pytest.mark.parametrize(
    "line", ["1" * 250 + "x", "Jan 1 " * 40 + "x", "A, b" * 60, "(" * 250, "By A " * 50, "-" * 250 + "x", "a/b via " * 30, "<p " * 80]
)
def test_hostile_lines_need_no_backtracking(line: str) -> None:
    # ten thousand lines that nearly match; a pattern that backtracks over more than the line would not come back
    text = (line + "\n") * 10_000
    article = article_from_text(text)
    assert len(article.paragraphs) == 10_000
    assert not looks_like_markup(text)


# HTML


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAGE, True), ("<p>Rain fell.</p>", True), ("<!doctype html>Rain fell.", True), ("<html>", True), ("Rain<br>fell<br/>", True),
        ('<div class="a">x</div>', True), (PROSE, False), ("", False), ("a < b and c > d", False), ("<3 <3 <3", False),
        ("He wrote <sic> and <sic>.", False), ("<prose> and <divan>", False), ("One <p> alone", False),
    ],
)
def test_looks_like_markup(text: str, expected: bool) -> None:
    assert looks_like_markup(text) is expected


def test_html(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    monkeypatch.setattr(socket, "socket", None)  # reading a page opens no connection
    article = article_from_html(PAGE, url="https://post.example/bridge", id="p1")
    check(article, article.text)
    assert (article.origin, article.id, article.title) == ("html", "p1", "Council closes bridge")
    assert "<" not in article.text
    assert "years & changed" in article.text
    assert article.body.text.startswith("TOFTE, Veldania —")
    assert article.body.text.endswith("Wednesday evening.")
    assert ["dateline", "TOFTE, Veldania —"] in marks(article)


def test_html_title_that_is_handed_over() -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    assert article_from_html(PAGE, title="Bridge").title == "Bridge"


def test_html_fragment() -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    article = read_article("<p>Rain fell on the bridge, said the mayor.</p>\x00<p>\ud800It was wet.</p>")
    check(article, article.text)
    assert article.origin == "html"
    assert "Rain fell on the bridge, said the mayor." in article.text


def test_html_with_declared_encoding() -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    assert "We have no choice" in article_from_html('<?xml version="1.0" encoding="utf-8"?>' + PAGE).text


@pytest.mark.parametrize("html", ["", "   ", "<html><body></body></html>", "\x00"])
def test_html_without_text(html: str) -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    with pytest.raises(ValueError, match="no article text"):
        article_from_html(html)


def test_html_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("trafilatura"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "trafilatura", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r'pip install "framing\[web\]"') as caught:
        article_from_html(PAGE)
    assert isinstance(caught.value, ImportError)


# files


def test_file_keeps_line_ends_and_mark(tmp_path: Path) -> None:
    text = f"\ufeffCouncil closes bridge\r\n\r\n{PROSE}\r\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("utf-8"))
    for source in (path, str(path)):
        article = read_article(source)
        check(article, text)
        assert article.id == str(path)


def test_html_file(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="needs the extra 'web'")
    path = tmp_path / "page.HTM"
    page = PAGE.replace("<head>", '<head><meta charset="iso-8859-2">').replace("the mayor", "Ľudmila Šťastná")
    path.write_bytes(page.encode("iso-8859-2", "xmlcharrefreplace"))
    article = read_article(path)
    assert article.origin == "html"
    assert "Ľudmila Šťastná" in article.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_decode(encoding: str) -> None:
    text = "“Ünder the bridge” – naïve"
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert decode((mark + text).encode(encoding)).lstrip("\ufeff") == text


@given(st.binary(max_size=60), st.sampled_from([None, "utf-8", "latin-1", "no-such-encoding", "undefined", "idna", "hex"]))
def test_decode_takes_any_bytes(raw: bytes, fallback: str | None) -> None:
    assert isinstance(decode(raw, fallback), str)


def test_decode_loses_no_byte() -> None:
    raw = bytes(range(256))
    assert decode(raw).encode("cp1252", "surrogateescape") == raw


@pytest.mark.parametrize(("raw", "encoding"), [("naïve".encode("latin-1"), "Windows-1252"), ("naïve".encode("utf-16"), "UTF-16")])
def test_a_guessed_encoding_is_a_warning(raw: bytes, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    with pytest.warns(GuessedEncoding, match=f"a.txt: is not UTF-8; it was read as {encoding}") as caught:
        assert read_article(path).text.lstrip("\ufeff") == "naïve"
    assert caught[0].filename == __file__


@pytest.mark.parametrize("raw", [b"a\0b", b"\x01" * 9, bytes(range(1, 256))])
def test_what_is_no_text_is_refused(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="not a text"):
        read_article(path)


@pytest.mark.parametrize("raw", [b"", b"\n" * 20 + b"\t\x0c\r", b"\x1b[1mbold\x1b[0m words are still words", "\x85قال".encode()])
def test_blanks_and_a_few_controls_are_text(raw: bytes) -> None:
    assert read_bytes(raw, "a") == raw.decode()


@pytest.mark.parametrize("source", ["no/such/file.txt", PROSE, PROSE * 100, "a\nb", "a\0b", ""])
def test_neither_file_nor_markup(source: str) -> None:
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_article(source)


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_article(tmp_path / "none.txt")


@pytest.mark.parametrize("source", [None, 3, b"bytes"])
def test_wrong_type(source: Any) -> None:
    with pytest.raises(TypeError, match="source must be"):
        read_article(source)


# language


def test_repeated_prose_is_no_title() -> None:
    article = article_from_text(f"{PROSE}\n\n{PROSE}")
    assert article.title is None
    assert marks(article) == []


@pytest.mark.parametrize("case", cases("language"))
def test_language(case: dict[str, str]) -> None:
    assert detect_language(tokenize(article_from_text(case["text"]))) == case["language"]


@pytest.mark.parametrize("times", [4, 40])
def test_language_is_that_of_the_body(times: int) -> None:
    text = f"{PROSE}\n\nTags: " + "der die das und nicht ist auch ein eine mit von zu " * times
    assert detect_language(tokenize(article_from_text(text))) == "en"


@pytest.mark.corpus
def test_english_news_is_english(data: Path) -> None:
    folder = data / "polnear" / "data" / "dev" / "text"
    if not folder.is_dir():
        pytest.skip("PolNeAR is not among the corpora")
    files = sorted(folder.glob("*.txt"))[:20]
    assert {detect_language(tokenize(read_article(path))) for path in files} == {"en"}
