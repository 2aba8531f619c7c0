"""Sentences: voice, attribution, uncertainty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.hedging import find_hedges, sentence_uncertainty
from framing.language import describe_sentences
from framing.quotes import find_quotes
from framing.records import VOICES, Article, Attribution, Boilerplate, Quote, Sentence, Span
from framing.text import article_from_text
from framing.tokens import tokenize

WORDS = st.sampled_from(["“", "”", '"', "He", "may", "said", ".", "!", "\n\n", ","])


def part(text: str, words: str) -> Span:
    return Span.of(text, text.index(words), text.index(words) + len(words))


def describe(
    text: str,
    quoted: str | None = None,
    attributions: tuple[Attribution, ...] = (),
    boilerplate: tuple[Boilerplate, ...] = (),
    kind: str = "speech",
) -> tuple[Sentence, ...]:
    whole = Span.of(text, 0, len(text))
    tokens = tokenize(Article(text, None, None, (whole,), whole, boilerplate))
    quotes = (Quote(part(text, quoted), kind, True),) if quoted else ()
    return describe_sentences(tokens, quotes, attributions, find_hedges(tokens, quotes, attributions))


@pytest.mark.parametrize(
    ("text", "quoted", "voice"),
    [
        ("The court ruled on Monday.", None, "author"),
        ("“We lost the case and we will pay.”", "“We lost the case and we will pay.”", "quoted"),
        ("“We lost the case and we will pay,” he said.", "“We lost the case and we will pay,”", "quoted"),
        ("The minister told reporters that it was “a very bad day”.", "“a very bad day”", "mixed"),
        ("“We lost,” he said.", "“We lost,”", "mixed"),
    ],
)
def test_voice(text: str, quoted: str | None, voice: str) -> None:
    (sentence,) = describe(text, quoted)
    assert sentence.voice == voice
    assert sentence.span.text == text[sentence.span.start:sentence.span.end] == text


def test_scare_quotes_are_the_author() -> None:
    (sentence,) = describe("The so-called “reform of the century” failed.", "“reform of the century”", kind="scare")
    assert sentence.voice == "author"


def test_four_fifths_are_quoted_and_a_word_less_is_mixed() -> None:
    assert describe("“one two three four” five.", "“one two three four”")[0].voice == "quoted"
    assert describe("“one two three” four five.", "“one two three”")[0].voice == "mixed"


def test_attributed_by_content_or_cue() -> None:
    text = "The mayor spoke. The bridge is safe. It opened in May."
    content = Attribution(0, None, part(text, "spoke"), (part(text, "The bridge is safe"),), "indirect")
    assert [s.attributed for s in describe(text, attributions=(content,))] == [True, True, False]
    assert [s.attributed for s in describe(text)] == [False, False, False]


def test_empty_spans_attribute_nothing() -> None:
    text = "The mayor spoke. The bridge is safe."
    empty = Attribution(0, None, Span.of(text, 5, 5), (Span.of(text, 0, 0),), "indirect")
    assert [s.attributed for s in describe(text, attributions=(empty,))] == [False, False]


def test_uncertain_is_the_value_of_the_sentence() -> None:
    text = "The storm may reach the coast. The harbour is open."
    read = article_from_text(text)
    tokens = tokenize(read)
    hedges = find_hedges(tokens, ())
    sentences = describe_sentences(tokens, (), (), hedges)
    assert [s.uncertain for s in sentences] == sentence_uncertainty(tokens, hedges).tolist()
    assert sentences[0].uncertain is not None
    assert sentences[1].uncertain is not None
    assert sentences[0].uncertain > 0.5 > 0.1 > sentences[1].uncertain
    assert all(s.loaded is None for s in sentences)


def test_boilerplate_gives_no_sentence() -> None:
    text = "Tags: spies. The court ruled on Monday."
    mark = Boilerplate(part(text, "Tags: spies."), "tags")
    assert [s.span.text for s in describe(text, boilerplate=(mark,))] == ["The court ruled on Monday."]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.lists(WORDS, max_size=40).map(" ".join))
def test_any_text_gives_ordered_sentences(text: str) -> None:
    read = article_from_text(text)
    tokens = tokenize(read)
    quotes = find_quotes(read.text, read.paragraphs)
    sentences = describe_sentences(tokens, quotes, (), find_hedges(tokens, quotes))
    assert [s.span.start for s in sentences] == sorted({s.span.start for s in sentences})
    for s in sentences:
        assert s.span.text == text[s.span.start:s.span.end]
        assert s.voice in VOICES
        assert not s.attributed
        assert 0 <= (-1 if s.uncertain is None else s.uncertain) <= 1
