"""Labels of tokens: there and back, what wins where spans overlap, and what may follow what."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.learning import crf
from framing.records import Attribution
from framing.tagging import (
    CONTENT_LEFT,
    CONTENT_RIGHT,
    CUE,
    LABELS,
    SOURCE_LEFT,
    SOURCE_RIGHT,
    Piece,
    encode,
    forbidden,
    inside,
    pieces,
)
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

KINDS = (CUE, SOURCE_RIGHT, SOURCE_LEFT, CONTENT_RIGHT, CONTENT_LEFT)
Range = tuple[int, int]


def words(*sizes: int) -> Tokens:
    """A text with so many words in each paragraph."""
    tokens = tokenize(article_from_text("\n\n".join(" ".join(["word"] * n) for n in sizes)))
    assert np.diff(tokens.paragraph_first).tolist() == list(sizes)
    return tokens


def attribution(tokens: Tokens, cue: Range, content: list[Range], source: Range | None = None) -> Attribution:
    return Attribution(0, source and tokens.span(*source), tokens.span(*cue), tuple(tokens.span(*c) for c in content), "indirect")


def labels_of(tokens: Tokens, *attributions: Attribution) -> str:
    return " ".join(LABELS[k] for k in encode(tokens, attributions))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Tokens, list[Attribution]]:
    """A text and attributions anywhere in it, that may overlap in all ways."""
    tokens = words(*draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))

    def place() -> Range:
        first = draw(st.integers(0, len(tokens) - 1))
        return first, draw(st.integers(first + 1, min(first + 6, len(tokens))))

    found = []
    for _ in range(draw(st.integers(0, 4))):
        content = [place() for _ in range(draw(st.integers(0, 2)))]
        found.append(attribution(tokens, place(), content, place() if draw(st.booleans()) else None))
    if len(found) > 1 and draw(st.booleans()):  # a shared source
        found[-1] = Attribution(0, found[0].source, found[-1].cue, found[-1].content, "indirect")
    return tokens, found


def test_the_labels_are_a_begin_and_an_inside_of_each_kind() -> None:
    assert [LABELS[k] for k in KINDS] == ["B-C", "B-S>", "B-S<", "B-X>", "B-X<"]
    assert [LABELS[k + 1] for k in KINDS] == ["I-C", "I-S>", "I-S<", "I-X>", "I-X<"]
    assert len(LABELS) == 11
    assert [LABELS[k] for k in np.flatnonzero(inside(np.arange(11)))] == ["I-C", "I-S>", "I-S<", "I-X>", "I-X<"]


def test_an_attribution_on_either_side() -> None:
    tokens = words(7)
    assert labels_of(tokens, attribution(tokens, (2, 3), [(3, 6)], (0, 2))) == "B-S> I-S> B-C B-X< I-X< I-X< O"
    assert labels_of(tokens, attribution(tokens, (3, 5), [(0, 3)], (5, 7))) == "B-X> I-X> I-X> B-C I-C B-S< I-S<"
    assert labels_of(tokens, attribution(tokens, (2, 3), [(0, 2), (4, 6)])) == "B-X> I-X> B-C O B-X< I-X< O"
    assert labels_of(tokens) == "O O O O O O O"


def test_the_cue_wins_over_the_source_and_the_source_over_the_content() -> None:
    tokens = words(7)
    assert labels_of(tokens, attribution(tokens, (2, 3), [(0, 7)])) == "B-X> I-X> B-C B-X> I-X> I-X> I-X>"
    assert labels_of(tokens, attribution(tokens, (6, 7), [(0, 5)], (2, 4))) == "B-X> I-X> B-S> I-S> B-X> O B-C"
    assert labels_of(tokens, attribution(tokens, (3, 4), [], (1, 6))) == "O B-S> I-S> B-C B-S> I-S> O"
    # Whichever comes first:
    one, other = attribution(tokens, (0, 1), [(1, 7)]), attribution(tokens, (4, 5), [], (3, 4))
    assert labels_of(tokens, one, other) == labels_of(tokens, other, one) == "B-C B-X< I-X< B-S> B-C B-X< I-X<"


def test_neighbours_of_one_kind_stay_apart() -> None:
    tokens = words(6)
    one, other = attribution(tokens, (0, 1), [(1, 3)]), attribution(tokens, (5, 6), [(3, 5)])
    assert labels_of(tokens, one, other) == "B-C B-X< I-X< B-X> I-X> B-C"
    assert labels_of(tokens, attribution(tokens, (0, 1), [(1, 3), (3, 5)])) == "B-C B-X< I-X< B-X< I-X< O"


def test_a_shared_source_looks_to_the_first_cue() -> None:
    tokens = words(6)
    first, second = attribution(tokens, (3, 4), [(4, 6)], (1, 3)), attribution(tokens, (0, 1), [(4, 6)], (1, 3))
    assert labels_of(tokens, first, second).split()[1:3] == ["B-S>", "I-S>"]
    assert labels_of(tokens, second, first).split()[1:3] == ["B-S<", "I-S<"]


def test_a_piece_begins_anew_with_a_paragraph() -> None:
    tokens = words(3, 2, 2)
    assert labels_of(tokens, attribution(tokens, (0, 1), [(1, 6)])) == "B-C B-X< I-X< B-X< I-X< B-X< O"


def test_a_span_without_tokens_is_nothing() -> None:
    tokens = tokenize(article_from_text("word  word\n\nword"))
    blank = tokens.span(0, 2)
    gap = type(blank).of(tokens.text, 5, 6)
    assert labels_of(tokens, Attribution(0, gap, tokens.span(0, 1), (gap,), "indirect")) == "B-C O O"
    nothing = tokenize(article_from_text(""))
    assert encode(nothing, []).tolist() == []
    assert pieces(encode(nothing, [])) == []


@settings(deadline=None)
@given(scenes())
def test_every_token_has_the_label_of_the_strongest_span(scene: tuple[Tokens, list[Attribution]]) -> None:
    """Read token by token: the owner of each is the last cue there, or else the last source (of equal ones the first), or else content."""
    tokens, found = scene
    sources = [a for k, a in enumerate(found) if a.source and a.source not in [b.source for b in found[:k]]]
    spans = [(p, CONTENT_RIGHT if p.start < a.cue.start else CONTENT_LEFT) for a in found for p in a.content]
    spans += [(a.source, SOURCE_RIGHT if a.source.start < a.cue.start else SOURCE_LEFT) for a in sources if a.source]
    spans += [(a.cue, CUE) for a in found]
    owner = [max((k for k, (s, _) in enumerate(spans) if s.start < e and b < s.end), default=-1) for b, e in zip(tokens.start, tokens.end)]
    expected = []
    for i, k in enumerate(owner):
        same = i > 0 and owner[i - 1] == k and tokens.paragraph[i - 1] == tokens.paragraph[i]
        expected.append(0 if k < 0 else spans[k][1] + same)
    assert encode(tokens, found).tolist() == expected


@settings(deadline=None)
@given(scenes())
def test_labels_are_never_forbidden(scene: tuple[Tokens, list[Attribution]]) -> None:
    tokens, found = scene
    labels = encode(tokens, found)
    assert np.isfinite(crf.score(labels, np.zeros((len(labels), len(LABELS))), forbidden(), tokens.paragraph_first))


def test_what_is_forbidden_is_an_inside_without_its_begin() -> None:
    t = forbidden()
    for label, name in enumerate(LABELS):
        kind = name.removeprefix("I-")
        assert t.initial[label] == (-np.inf if kind != name else 0), name
        assert t.final[label] == 0
        for before, other in enumerate(LABELS):
            allowed = kind == name or other in (f"B-{kind}", f"I-{kind}")
            assert t.between[before, label] == (0 if allowed else -np.inf), (other, name)


@st.composite
def labellings(draw: st.DrawFn) -> list[Piece]:
    """Pieces in order, with gaps or without."""
    out, at = [], 0
    for _ in range(draw(st.integers(0, 6))):
        first = at + draw(st.integers(0, 2))
        at = first + draw(st.integers(1, 3))
        out.append(Piece(first, at, draw(st.sampled_from(KINDS))))
    return out


@given(labellings(), st.integers(0, 2))
def test_pieces_are_what_the_labels_were_made_of(expected: list[Piece], rest: int) -> None:
    labels = np.zeros((expected[-1].last if expected else 0) + rest, np.int64)
    for p in expected:
        labels[p.first : p.last] = p.kind + 1
        labels[p.first] = p.kind
    assert pieces(labels) == expected


@settings(deadline=None)
@given(scenes())
def test_pieces_give_the_labels_back(scene: tuple[Tokens, list[Attribution]]) -> None:
    labels = encode(*scene)
    found = pieces(labels)
    again = np.zeros_like(labels)
    for p in found:
        again[p.first : p.last] = p.kind + 1
        again[p.first] = p.kind
    assert (again == labels).all()
    assert all(a.last <= b.first for a, b in pairwise(found))


@st.composite
def apart(draw: st.DrawFn) -> tuple[Tokens, list[tuple[Attribution, list[Piece]]]]:
    """Attributions that do not overlap, each in a paragraph of its own, with the pieces that they are made of."""
    plans = []
    for _ in range(draw(st.integers(1, 3))):
        parts = draw(st.permutations("CSX")) if draw(st.booleans()) else draw(st.permutations("CXX"))
        plans.append([(part, draw(st.integers(0, 2)), draw(st.integers(1, 3))) for part in parts])
    tokens = words(*(sum(gap + size for _, gap, size in plan) for plan in plans))
    out, at = [], 0
    for plan in plans:
        places = []
        for part, gap, size in plan:
            places.append((part, (at + gap, at + gap + size)))
            at += gap + size
        by = {part: [place for _, place in group] for part, group in groupby(sorted(places), key=lambda p: p[0])}
        cue = by["C"][0]
        found = attribution(tokens, cue, by["X"], by.get("S", [None])[0])
        sides = {"C": (CUE, CUE), "S": (SOURCE_RIGHT, SOURCE_LEFT), "X": (CONTENT_RIGHT, CONTENT_LEFT)}
        out.append((found, [Piece(*place, sides[part][place > cue]) for part, place in places]))
    return tokens, out


@settings(deadline=None)
@given(apart())
def test_what_does_not_overlap_goes_there_and_back(scene: tuple[Tokens, list[tuple[Attribution, list[Piece]]]]) -> None:
    tokens, found = scene
    labels = encode(tokens, [a for a, _ in found])
    assert pieces(labels) == [piece for _, made in found for piece in made]


@pytest.mark.parametrize("labels", [[2, 2, 0], [1, 4], [0, 10, 8]])
def test_an_inside_without_its_begin_is_no_piece(labels: list[int]) -> None:
    assert [p.last - p.first for p in pieces(np.array(labels))] == [1] * sum(k % 2 for k in labels)
