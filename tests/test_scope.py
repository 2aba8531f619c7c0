"""Scopes of hedges: cases of ours. No gold scopes of news exist here, so that nothing measures them."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.hedge_tagger import HedgeTagger
from framing.hedging import find_hedges
from framing.quotes import find_quotes
from framing.records import Article, Hedge, Span
from framing.tokens import tokenize

PATIENT = HedgeTagger.load().set_params(keep=0.06)  # scopes of what the word lists know, too
CASES = json.loads((Path(__file__).parent / "cases" / "hedges.json").read_text(encoding="utf-8"))


def hedges(*paragraphs: str) -> tuple[Hedge, ...]:
    """Of an article without boilerplate, so that reading does not interfere."""
    text = "\n\n".join(paragraphs)
    ends = list(accumulate(len(p) + 2 for p in paragraphs))
    spans = tuple(Span.of(text, end - 2 - len(p), end - 2) for p, end in zip(paragraphs, ends))
    read = Article(text, None, None, spans, Span.of(text, 0, len(text)))
    return find_hedges(tokenize(read), find_quotes(read.text, read.paragraphs), tagger=PATIENT)


def scope(case: dict[str, str | None]) -> str | None:
    (hedge,) = [h for h in hedges(str(case["text"])) if h.cue.text == case["cue"]]
    return hedge.scope.text if hedge.scope else None


@pytest.mark.parametrize("case", CASES["scopes"], ids=lambda c: f"{c['cue']}: {c['text'][:40]}")
def test_scope(case: dict[str, str | None]) -> None:
    assert scope(case) == case["scope"]


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, id=c["text"][:40], marks=pytest.mark.xfail(strict=True, reason=c["reason"])) for c in CASES["known_scope_failures"]],
)
def test_known_scope_failure(case: dict[str, str | None]) -> None:
    assert scope(case) == case["scope"]


def test_every_type_with_a_scope_has_a_case() -> None:
    types = {h.type for c in CASES["scopes"] for h in hedges(c["text"]) if h.cue.text == c["cue"]}
    assert types >= {"epistemic", "doxastic", "condition", "investigation", "evidential", "approximator", "weasel", "booster"}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([c["text"] for c in CASES["scopes"]]), min_size=1, max_size=4))
def test_a_scope_stays_in_its_sentence_and_does_not_see_the_others(texts: list[str]) -> None:
    alone = [(h.cue.text, h.scope and h.scope.text) for text in texts for h in hedges(text)]
    together = [(h.cue.text, h.scope and h.scope.text) for h in hedges(*texts)]
    assert together == alone


@pytest.mark.parametrize("text", ["may", ", may,", "(may", "he believes", ", he believes.", "if", "about", "about the", "said may", "“may"])
def test_fragments(text: str) -> None:
    for hedge in hedges(text):
        assert hedge.scope is None or hedge.scope.covers(hedge.cue)
