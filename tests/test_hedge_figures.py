"""Figures of hedging: counted by hand on small articles, and the same for an article and its double."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import analyze
from framing.hedge_figures import HedgingFigures, hedging_figures
from framing.hedging import find_hedges
from framing.language import describe_sentences
from framing.quotes import find_quotes
from framing.records import HEDGE_TYPES, VOICES, Article, Span
from framing.text import article_from_text
from framing.tokens import tokenize


def figures(text: str, headline: str | None = None) -> HedgingFigures:
    paragraphs, at = [], 0
    for part in text.split("\n\n"):
        if part.strip():
            paragraphs.append(Span.of(text, at, at + len(part)))
        at += len(part) + 2
    tokens = tokenize(Article(text, None, None, tuple(paragraphs), Span.of(text, 0, len(text))))
    quotes = find_quotes(text, paragraphs)
    hedges = find_hedges(tokens, quotes)
    return hedging_figures(tokens, hedges, describe_sentences(tokens, quotes, (), hedges), headline)


def test_by_hand() -> None:
    found = figures("The storm may reach the coast. The port is shut.\n\n“Perhaps the road is open.”", "Storm Hits Coast")
    assert found.words == 15
    assert found.hedges == 2
    assert found.per_100_words["epistemic"] == pytest.approx(200 / 15)
    assert all(found.per_100_words[kind] == 0 for kind in HEDGE_TYPES if kind != "epistemic")
    assert found.hedged_share == {"author": 0.5, "quoted": 1.0, "mixed": None}
    assert found.quoted_share == 0.5
    assert found.owned_share == 0
    assert found.booster_share == 0
    assert found.strength == pytest.approx((0.7 + 0.8) / 2)
    assert found.headline == 0
    assert found.headline_gap == pytest.approx(-200 / 15)


def test_headline_surer_or_less_sure_than_the_text() -> None:
    assert figures("The storm hit the coast.", "Storm may hit coast").headline_gap == 25
    assert figures("The storm hit the coast.").headline_gap is None
    assert figures("The storm hit the coast.", " ").headline is None


def test_the_headline_is_read_by_whom_the_hedges_are_from() -> None:
    tokens = tokenize(article_from_text("The storm hit the coast."))
    assert hedging_figures(tokens, (), (), "Storm may hit coast", find=lambda tokens, quotes: ()).headline == 0


def test_hedges_may_come_one_by_one() -> None:
    tokens = tokenize(article_from_text("The storm may hit. It is clearly late. Perhaps not."))
    found = find_hedges(tokens, ())
    sentences = describe_sentences(tokens, (), (), found)
    assert hedging_figures(tokens, iter(found), iter(sentences)) == hedging_figures(tokens, found, sentences)  # type: ignore[arg-type]


def test_boosters_and_weasels_are_no_hedges() -> None:
    found = figures("Some experts are clearly wrong. The plan may fail.")
    assert (found.hedges, found.booster_share) == (1, 0.5)
    assert found.hedged_share["author"] == 0.5


def test_owner() -> None:
    result = analyze("A Western official said that secrets may leak. The plan may fail.")
    tokens = tokenize(result.article)
    assert hedging_figures(tokens, result.hedges, result.sentences, result.article.title).owned_share == 0.5


@pytest.mark.parametrize("text", ["", "\n\n", "…", "\ud800"])
def test_nothing_to_count(text: str) -> None:
    found = figures(text, text)
    assert found.words == found.hedges == 0
    assert found.per_100_words == dict.fromkeys(HEDGE_TYPES)
    assert set(found.hedged_share) == set(VOICES)
    assert not any(found.hedged_share.values())
    assert found.headline is None is found.headline_gap is found.booster_share


PARTS = ["The storm may reach the coast.", "“Perhaps we will leave the coalition,” she said.", "Some experts are clearly wrong.",
         "About 200 people left.", "If the bill passes, taxes would rise.",
         "The port is shut.", "“It is not clear,” he said, “who paid.”"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6), st.integers(2, 4))
def test_a_repeated_article_has_the_same_figures(paragraphs: list[str], times: int) -> None:
    once, more = figures("\n\n".join(paragraphs), PARTS[0]), figures("\n\n".join(paragraphs * times), PARTS[0])
    assert (more.words, more.hedges) == (times * once.words, times * once.hedges)
    for name in ("quoted_share", "owned_share", "booster_share", "strength", "headline", "headline_gap"):
        a, b = getattr(once, name), getattr(more, name)
        assert a is b is None or math.isclose(a, b, abs_tol=1e-9), name
    for name in ("per_100_words", "hedged_share"):
        a, b = getattr(once, name), getattr(more, name)
        assert {k: v if v is None else round(v, 9) for k, v in a.items()} == {k: v if v is None else round(v, 9) for k, v in b.items()}
