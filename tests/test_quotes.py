"""Quotes: cases in JSON, nesting and bounds for arbitrary strings, typing of words around them, tokens inside."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.lexicons import read_table
from framing.quotes import find_quotes, quoted_tokens
from framing.records import QUOTE_KINDS, Quote, Span
from framing.text import article_from_text
from framing.tokens import tokenize

CASES = json.loads(Path(__file__).with_name("cases").joinpath("quotes.json").read_text(encoding="utf-8"))
MARKS = "“”\"„‟«»‘’'`‚‛‹›"
PIECES = ["“", "”", '"', "'", "‘", "’", "''", "a", "B ", " ", ", ", ". ", "\n", "said ", "s' ", "'90s ", "5'10\" "]


def lines(text: str) -> list[Span]:
    """Every line that is not blank as a paragraph, so that no test here depends on how articles are read."""
    return [Span.of(text, m.start(), m.end()) for m in re.finditer(r"\S[^\n]*\S|\S", text)]


def quotes_of(text: str) -> tuple[Quote, ...]:
    return find_quotes(text, lines(text))


@pytest.mark.parametrize("case", CASES, ids=[c["label"] for c in CASES])
def test_case(case: dict) -> None:
    found = quotes_of(case["text"])
    assert [[q.span.text, q.kind, q.closed] for q in found] == case["quotes"]
    for q in found:
        assert case["text"][q.span.start : q.span.end] == q.span.text


def test_cases_are_distinct() -> None:
    assert len(CASES) >= 80
    assert len({c["label"] for c in CASES}) == len(CASES) == len({c["text"] for c in CASES})


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(alphabet=MARKS + " \n.,s5aB", max_size=60),
        st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
        st.text(max_size=60),
    )
)
def test_quotes_are_sorted_nested_and_inside_one_paragraph(text: str) -> None:
    paragraphs = lines(text)
    found = find_quotes(text, paragraphs)
    assert list(found) == sorted(found, key=lambda q: (q.span.start, -q.span.end))
    for i, q in enumerate(found):
        assert q.kind in QUOTE_KINDS
        assert q.span.text == text[q.span.start : q.span.end]
        assert sum(p.covers(q.span) for p in paragraphs) == 1
        assert text[q.span.start] in MARKS or text[q.span.end - 1] in MARKS
        if not q.closed:
            assert q.kind == "speech"
        for other in found[i + 1 :]:
            assert other.span.start >= q.span.end or (q.span.covers(other.span) and q.span != other.span)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters=MARKS)))
def test_without_marks_there_are_none(text: str) -> None:
    assert quotes_of(text) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=list(MARKS + " \na.,"), max_size=40), st.text(alphabet="ab \t", max_size=10))
def test_paragraphs_before_do_not_matter_if_they_hold_no_marks(text: str, prefix: str) -> None:
    shift = len(prefix) + 1
    here = [(q.span.start, q.span.end, q.kind, q.closed) for q in quotes_of(text)]
    there = [(q.span.start - shift, q.span.end - shift, q.kind, q.closed) for q in quotes_of(f"{prefix}\n{text}")]
    assert here == there


@pytest.mark.parametrize("unit", ['"a ', 'a" ', "'a ", "a' ", "“a ‘b ", "”a ", "x's ' 'y ", "\"", "''", "“‘a ", 'a\n"b\n', "said “a "])
def test_five_thousand_unbalanced_marks(unit: str) -> None:
    text = unit * 5000
    found = quotes_of(text)
    # Every character may lie in a handful of quotes at most, whatever the marks: that is what keeps time and memory linear.
    assert sum(len(q.span) for q in found) <= 8 * len(text)


def test_paragraphs_given_by_the_caller_bound_the_quotes() -> None:
    text = '"We are ready," she said. "Nobody was hurt," he added.'
    cut = text.index(' "Nobody')
    assert [q.span.text for q in find_quotes(text, [Span.of(text, cut + 1, len(text))])] == ['"Nobody was hurt,"']
    assert find_quotes(text, []) == ()
    assert find_quotes("", []) == ()


def test_outer_quote_comes_first_and_kinds_differ() -> None:
    outer, inner = quotes_of("“I loved ‘The Long Road’ as a child,” she said.")
    assert outer.span.covers(inner.span)
    assert (outer.kind, inner.kind) == ("speech", "title")


def test_tokens_inside() -> None:
    text = 'The show "Harbour Light" ended. “We are sad,” she said.'
    article = article_from_text(text)
    tokens = tokenize(article)
    quotes = find_quotes(text, article.paragraphs)
    words = tokens.words()
    speech = [w for w, q in zip(words, quoted_tokens(tokens, quotes).tolist()) if q]
    title = [w for w, q in zip(words, quoted_tokens(tokens, quotes, "title").tolist()) if q]
    assert [w for w in speech if w.isalpha()] == ["We", "are", "sad"]
    assert [w for w in title if w.isalpha()] == ["Harbour", "Light"]
    assert not quoted_tokens(tokens, ()).any()
    assert len(quoted_tokens(tokens, ())) == len(tokens)


def test_lexicon_is_clean() -> None:
    rows = read_table("quote_context")
    forms = [(row["type"], form) for row in rows for form in row["forms"].split(" ")]
    assert all(form and form == form.lower().strip() for _, form in forms)
    assert len(set(forms)) == len(forms)
    assert {kind for kind, _ in forms} == {"say", "naming", "work", "small", "distance", "live", "answer", "elision"}


@pytest.mark.corpus
def test_example_article(data: Path) -> None:
    with open(data / "examples" / "luxembourg_spies.txt", encoding="utf-8", newline="") as file:
        found = quotes_of(file.read())
    assert all(q.closed for q in found)
    assert [len(q.span.text.split()) > 10 for q in found if q.kind == "speech"] == [True] * 3
    assert {q.span.text for q in found if q.kind == "title"} == {"“Euobserver”", "“Gazprombank”", "“Sistema”"}
    assert {q.kind for q in found} == {"speech", "title"}
