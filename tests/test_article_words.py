"""Articles as classifiers read them: title, lead and rest, their weighed counts, and the places of n-grams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.article_words import LEAD, LONGEST, ArticleWords
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


def test_parts_are_weighed_and_not_bridged() -> None:
    lead = " ".join(["word"] * LEAD)
    words = ArticleWords.of(article_from_text(f"{lead} next end", "word next"))
    known = vocabulary("word next end")
    names = {n: words.spans(known, [n])[n][0] for n in range(len(known)) if words.spans(known, [n])}
    row = words.weighed(known, (2.0, 1.5, 1.0))
    counts = {names[f]: n for f, n in zip(row.feature.tolist(), row.count.tolist())}
    assert counts == {"word": 2 + 1.5 * LEAD, "next": 2 + 1, "word next": 2, "end": 1, "next end": 1}
    assert row.length.tolist() == [[2 * 2 + 1.5 * LEAD + 2]]


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


WORDS = st.lists(st.sampled_from(["one", "two", "three", "four", ","]), max_size=20)


@settings(max_examples=60)
@given(WORDS, WORDS, st.sampled_from([(2.0, 1.5, 1.0), (0.25, 3.0, 2.0)]))
def test_weighed_counts_are_weighted_sums(title: list[str], body: list[str], weights: tuple[float, ...]) -> None:
    words = ArticleWords.of(article_from_text(" ".join(body * 12), " ".join(title)))
    read = tokenize(article_from_text("one two three, one three four two one"))
    grams = [*GRAMS, Grams("word", 2, 3), Grams("character", 2, 3)]
    known = learn_vocabulary([(read, np.zeros(len(read), np.int64), 1)], grams, at_least=1).vocabulary
    parts = [known.count(words.tokens, words.part, 3)]
    if words.title is not None:
        parts.append(known.count(words.title, np.zeros(len(words.title), np.int64), 1))
    expected, length = np.zeros(len(known)), np.zeros(len(grams))
    for rows in parts:
        for i, weight in enumerate(weights[: len(rows)]):
            np.add.at(expected, rows.take([i]).feature, weight * rows.take([i]).count)
            length += weight * rows.length[i]
    weighed = words.weighed(known, weights)
    found = np.zeros(len(known))
    found[weighed.feature] = weighed.count
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(weighed.length, [length])
    assert (np.diff(weighed.feature) > 0).all()
    assert weighed.first.tolist() == np.searchsorted(weighed.feature, known.offsets).tolist()


@settings(max_examples=60)
@given(st.text(max_size=80), st.none() | st.text(max_size=20))
def test_no_article_is_too_odd(text: str, title: str | None) -> None:
    words = ArticleWords.of(article_from_text(text, title))
    known = vocabulary("the a mayor")
    assert isinstance(article_from_text(text), Article)
    assert len(words.weighed(known, (2.0, 1.5, 1.0))) == 1
    assert words.words().sum() >= 0
    words.spans(known, range(len(known)))
