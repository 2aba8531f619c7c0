"""Nesting: cases end to end in ``cases/nesting.json`` (source, cue, cue of the parent), and what holds for any attributions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.nesting import add_nested, find_parents, is_hearsay
from framing.patterns import find_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "nesting.json").read_text(encoding="utf-8"))


def extract(text: str) -> tuple[Tokens, tuple[Attribution, ...]]:
    article = article_from_text(text)
    tokens = tokenize(article)
    return tokens, find_patterns(tokens, find_quotes(article.text, article.paragraphs))


def rows(attributions: tuple[Attribution, ...]) -> list[list[str | None]]:
    cues = {a.id: a.cue.text for a in attributions}
    return [[a.source and a.source.text, a.cue.text, None if a.parent is None else cues[a.parent]] for a in attributions]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(reason=c["known_failure"], strict=True)] if "known_failure" in c else [])
        for c in CASES
    ],
)
def test_case(case: dict[str, Any]) -> None:
    assert rows(extract(case["text"])[1]) == case["expected"]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 25
    assert sum("known_failure" in c for c in CASES) <= 4


def attribution(text: str, source: str | None, cue: str, *content: str, confidence: float = 0.99) -> Attribution:
    def find(part: str) -> Span:
        at = text.index(part)
        return Span.of(text, at, at + len(part))

    return Attribution(0, source and find(source), find(cue), tuple(find(c) for c in content), "indirect", confidence=confidence)  # type: ignore[arg-type]


def test_a_candidate_inside_a_flat_content_is_added() -> None:
    text = "The Herald reported that the mayor feared a flood."
    outer = attribution(text, "The Herald", "reported", "the mayor feared a flood")
    inner = attribution(text, "the mayor", "feared", "a flood")
    assert rows(add_nested([outer], [inner], extract(text)[0])) == [
        ["The Herald", "reported", None],
        ["the mayor", "feared", "reported"],
    ]


def test_a_candidate_that_is_unsure_or_shares_a_cue_is_not_added() -> None:
    text = "The Herald reported that the mayor feared a flood."
    outer = attribution(text, "The Herald", "reported", "the mayor feared a flood")
    unsure = attribution(text, "the mayor", "feared", "a flood", confidence=0.3)
    same = attribution(text, "Herald", "reported", "the mayor")
    assert add_nested([outer], [unsure, same], extract(text)[0]) == (replace(outer, id=0),)


def test_hearsay_round_a_flat_attribution_is_added() -> None:
    text = "According to the Herald, the mayor said a flood was near."
    inner = attribution(text, "the mayor", "said", "a flood was near")
    outer = attribution(text, "the Herald", "According to", "the mayor said a flood was near")
    assert is_hearsay(outer)
    assert not is_hearsay(inner)
    assert rows(add_nested([inner], [outer], extract(text)[0])) == [
        ["the Herald", "According to", None],
        ["the mayor", "said", "According to"],
    ]


def test_a_speech_beside_a_flat_attribution_is_not_added() -> None:
    text = "The mayor said a flood was near. Doe said it was not."
    flat = attribution(text, "The mayor", "said", "a flood was near")
    beside = attribution(text, "Doe", "Doe said"[4:], "it was not")
    beside = replace(beside, cue=Span.of(text, text.rindex("said"), text.rindex("said") + 4))
    assert len(add_nested([flat], [beside], extract(text)[0])) == 1


def test_a_content_grows_to_hold_what_it_reports() -> None:
    text = "The Herald reported the mayor recommended a dam."
    outer = attribution(text, "The Herald", "reported", "the mayor")
    inner = attribution(text, "the mayor", "recommended", "a dam")
    found = add_nested([outer, inner], [], extract(text)[0])
    assert [s.text for s in found[0].content] == ["the mayor recommended a dam"]
    assert found[1].parent == 0


def test_what_stands_behind_the_last_token_is_in_the_last_sentence() -> None:
    text = "The Herald reported a dam   "
    outer = attribution(text, "The Herald", "reported", "a dam  ")
    behind = replace(outer, cue=Span.of(text, len(text) - 2, len(text) - 1), content=(Span.of(text, len(text) - 1, len(text)),))
    assert [s.text for s in add_nested([outer, behind], [], extract(text)[0])[0].content] == ["a dam   "]


def test_nothing() -> None:
    assert add_nested([], [], extract("")[0]) == ()


PARTS = [
    "Doe",
    "said",
    "that",
    "“",
    "”",
    ",",
    ".",
    "according to",
    "he knows",
    "to want",
    "while",
    "reportedly",
    "\n\n",
    "saying",
    "will",
    "I",
]


@st.composite
def anything(draw: st.DrawFn) -> tuple[str, list[Attribution], list[Attribution]]:
    text = draw(st.one_of(st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join), st.text(max_size=60)))

    def span() -> Span:
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        return Span.of(text, a, b)

    def some() -> list[Attribution]:
        return [
            Attribution(
                i,
                span() if draw(st.booleans()) else None,
                span(),
                tuple(sorted(span() for _ in range(draw(st.integers(0, 2))))),
                draw(st.sampled_from(["direct", "indirect"])),
                confidence=draw(st.sampled_from([0.4, 0.7, 0.99])),
            )
            for i in range(draw(st.integers(0, 4)))
        ]

    return text, some(), some()


@settings(max_examples=200, deadline=None)
@given(anything())
def test_flat_ones_stay_in_order_and_parents_run_in_no_circle(given_: tuple[str, list[Attribution], list[Attribution]]) -> None:
    text, flat, candidates = given_
    found = add_nested(flat, candidates, tokenize(article_from_text(text)))
    assert [a.id for a in found] == list(range(len(found)))
    starts = [a.cue.start for a in found]
    assert starts == sorted(starts)
    cues = [(a.cue.start, a.cue.end) for a in found]
    for a in flat:
        cues.remove((a.cue.start, a.cue.end))
    assert set(cues) <= {(c.cue.start, c.cue.end) for c in candidates}
    for a in found:
        up, steps = a.parent, 0
        while up is not None:
            assert 0 <= up < len(found)
            up, steps = found[up].parent, steps + 1
            assert steps <= len(found)
    assert [a.parent for a in found] == find_parents(found)
