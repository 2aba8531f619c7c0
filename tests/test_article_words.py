"""Articles as classifiers read them: title, lead and rest, their weighed counts, and the places of n-grams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.article_words import LEAD, LONGEST, ArticleWords, weigh
from framing.learning.linear import Rows
from framing.ngrams import Grams
from framing.records import Article, Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.vocabulary import Vocabulary, learn_vocabulary

GRAMS = [Grams("word", 1, 2, marks=False)]


def vocabulary(text: str) -> Vocabulary:
    read = tokenize(article_from_text(text))
    return learn_vocabulary([(read, np.zeros(len(read), np.int64), 1)], GRAMS, at_least=1).vocabulary


def test_title_lead_and_rest() -> None:
    body = " ".join(f"w{k}" for k in range(1000)) + "."
    words = ArticleWords.of(article_from_text(body, "A short, odd title"))
    assert words.words().tolist() == [4, LEAD, LONGEST - LEAD]
    assert words.shift is None
    first = [int(np.flatnonzero(words.part == p)[0]) for p in (1, 2)]
    assert first == [0, LEAD]
    assert words.part[LONGEST] == -1


def test_rows_of_parts_do_not_bridge_them() -> None:
    lead = " ".join(["word"] * LEAD)
    words = ArticleWords.of(article_from_text(f"{lead} next end", "word next"))
    known = vocabulary("word next end")
    names = {n: words.spans(known, [n])[n][0] for n in range(len(known)) if words.spans(known, [n])}
    rows = words.rows(known)
    counts = [{names[f]: int(c) for f, c in zip(rows.take([i]).feature.tolist(), rows.take([i]).count.tolist())} for i in range(3)]
    assert counts == [{"word": 1, "next": 1, "word next": 1}, {"word": LEAD}, {"next": 1, "end": 1, "next end": 1}]


def test_a_title_in_the_text_has_places_there() -> None:
    text = "Mayor sues bank\n\nThe mayor of Elm sues a bank. Nobody knew why, but the bank was not surprised at all.\n"
    words = ArticleWords.of(article_from_text(text))
    assert words.title is not None
    assert words.shift == 0
    known = vocabulary("mayor sues bank")
    found = dict(words.spans(known, range(len(known))).values())
    assert [(s.start, s.text) for s in found["sues"]] == [(6, "sues"), (text.index("sues", 20), "sues")]
    assert found["mayor sues"][0].text == "Mayor sues"
    assert all(text[s.start : s.end] == s.text for spans in found.values() for s in spans)
    # A title that was handed over and stands nowhere has no places.
    apart = ArticleWords.of(article_from_text("A bank was there.", "Mayor sues bank"))
    found = dict(apart.spans(known, range(len(known))).values())
    assert [s.text for s in found["bank"]] == ["bank"]
    assert found["sues"] == ()


def test_what_may_be_read() -> None:
    text = "The mayor of Elm sues a bank."
    article = article_from_text(text, "Title")
    same = [ArticleWords.of(article), ArticleWords.of(Document("x", text, "Title")), ArticleWords.of(article, tokenize(article))]
    assert {tuple(words.words().tolist()) for words in same} == {(1, 7, 0)}
    assert ArticleWords.of(text).title is None
    with pytest.raises(TypeError, match="str, Article or Document, not int"):
        ArticleWords.of(3)  # type: ignore[arg-type]


def test_boilerplate_is_no_part() -> None:
    text = "ELM, Veldania — The mayor sues a bank.\n\nTags: mayor\n"
    words = ArticleWords.of(text)
    inside = {words.tokens.types[t] for t, p in zip(words.tokens.type.tolist(), words.part.tolist()) if p > 0}
    assert "mayor" in inside
    assert not inside & {"Tags", "Veldania"}


COUNTS = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=0, max_size=9)


@settings(max_examples=80)
@given(COUNTS, st.sampled_from([(2.0, 1.5, 1.0), (1.0,), (0.0, 3.0)]))
def test_weighed_counts_are_weighted_sums(counts: list[list[int]], weights: tuple[float, ...]) -> None:
    table = np.array(counts[: len(counts) // len(weights) * len(weights)], np.int64).reshape(-1, 5)
    m = len(table)
    row, feature = np.nonzero(table)
    block = (feature >= 3).astype(np.int64)
    first = np.append(np.searchsorted(row * 2 + block, np.arange(2 * m)), len(row))
    length = np.stack([table[:, :3].sum(axis=1), table[:, 3:].sum(axis=1)], axis=1)
    weighed = weigh(Rows(first, feature.astype(np.int32), table[row, feature], length), weights)
    expected = np.einsum("apf,p->af", table.reshape(-1, len(weights), 5), weights)
    found = np.zeros_like(expected)
    found[np.repeat(np.arange(len(weighed)), np.diff(weighed.borders)), weighed.feature] = weighed.count
    np.testing.assert_allclose(found, expected)
    blocks = np.repeat(np.arange(len(weighed.first) - 1) % 2, np.diff(weighed.first))
    assert (blocks == (weighed.feature >= 3)).all()
    assert (weighed.count > 0).all()
    np.testing.assert_allclose(weighed.length, np.stack([expected[:, :3].sum(axis=1), expected[:, 3:].sum(axis=1)], axis=1))


def test_rows_must_be_whole_articles() -> None:
    rows = Rows(np.array([0, 0]), np.zeros(0, np.int32), np.zeros(0), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="1 rows for 3 weights"):
        weigh(rows, (1.0, 2.0, 3.0))


@settings(max_examples=60)
@given(st.text(max_size=80), st.none() | st.text(max_size=20))
def test_no_article_is_too_odd(text: str, title: str | None) -> None:
    words = ArticleWords.of(article_from_text(text, title))
    known = vocabulary("the a mayor")
    assert isinstance(article_from_text(text), Article)
    assert len(words.rows(known)) == 3
    assert words.words().sum() >= 0
    words.spans(known, range(len(known)))
