"""Spans by labels and by characters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.metrics.spans import (
    CHARACTER_COLUMNS,
    COLUMNS,
    ROLES,
    character_scores,
    character_statistics,
    decode,
    evaluate,
    evaluate_characters,
    merge,
    scores,
    shared,
    statistics,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "spans.json").read_text(encoding="utf-8"))
LABELS = ["O", *(f"{prefix}-{role}" for prefix in "BI" for role in ROLES)]
labels = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), max_size=25)
spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda x: (x[0], x[0] + x[1])), max_size=8)


@pytest.mark.parametrize("case", GOLDEN["labels"], ids=lambda case: str(case["name"]))
def test_labels_as_worked_by_hand(case: dict[str, Any]) -> None:
    counts = statistics(case["gold"], case["predicted"])
    assert counts == pytest.approx(case["statistics"])
    found = scores(counts)
    assert {name: float(found[name]) for name in case["scores"]} == pytest.approx(case["scores"])


@pytest.mark.parametrize("case", GOLDEN["characters"], ids=lambda case: str(case["name"]))
def test_characters_as_worked_by_hand(case: dict[str, Any]) -> None:
    counts = character_statistics(case["gold"], case["predicted"])
    assert list(counts) == case["statistics"]
    assert {k: float(v) for k, v in character_scores(counts).items()} == pytest.approx(case["scores"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("I-cue", []),
        ("B-cue B-cue", [("cue", 0, 1), ("cue", 1, 2)]),
        ("B-cue I-source I-cue", [("cue", 0, 1)]),
        ("B-cue O I-cue", [("cue", 0, 1)]),
        ("O B-source I-source", [("source", 1, 3)]),
    ],
)
def test_a_span_starts_only_at_its_beginning(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert decode(text.split()) == expected


@given(labels)
@settings(max_examples=100, deadline=None)
def test_counts_agree_with_comparing_every_pair(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    counts = dict(zip(COLUMNS, statistics(gold, predicted)))
    for role in ROLES:
        g, p = ([range(s, e) for r, s, e in decode(x) if r == role] for x in (gold, predicted))
        items = [max((len({*a} & {*b}) / (max(a[-1], b[-1]) + 1 - min(a[0], b[0])) for b in p), default=0.0) for a in g]
        items += [0.0 for b in p if not any({*a} & {*b} for a in g)]
        assert counts[f"{role}_jaccard"] == pytest.approx(sum(items))
        assert counts[f"{role}_items"] == len(items)
        assert counts[f"{role}_exact"] == sum(a in p for a in g)
        assert counts[f"{role}_begin"] == sum(any(a[0] == b[0] for b in p) for a in g)


@given(spans, spans)
@settings(max_examples=100, deadline=None)
def test_intervals_agree_with_sets_of_characters(gold: list[tuple[int, int]], predicted: list[tuple[int, int]]) -> None:
    a, b = ({i for s, e in side for i in range(s, e)} for side in (gold, predicted))
    assert shared(merge(gold), merge(predicted)) == len(a & b)
    counts = dict(zip(CHARACTER_COLUMNS, character_statistics(gold, predicted)))
    assert (counts["gold_characters"], counts["predicted_characters"], counts["shared_characters"]) == (len(a), len(b), len(a & b))
    assert counts["exact"] == len({*gold} & {*predicted})


def test_identical_input_scores_one() -> None:
    every = ["B-source", "I-source", "B-cue", "O", "B-content", "I-content"]
    assert {s.value for s in evaluate([(every, every)] * 3, 20).values()} == {1.0}
    assert {s.value for s in evaluate_characters([([(0, 4), (2, 9)], [(2, 9), (0, 4)])], 20).values()} == {1.0}


@pytest.mark.parametrize("documents", [[], [([], [])], [(["O"], ["O"])]])
def test_empty_input_scores_zero(documents: list[Any]) -> None:
    assert {(s.value, *s.interval) for s in evaluate(documents, 20).values()} == {(0.0, 0.0, 0.0)}


def test_a_stack_of_sums_is_scored_at_once() -> None:
    sums = np.array([[3, 2, 1, 30, 20, 15], [0, 0, 0, 0, 0, 0]])
    assert character_scores(sums)["exact_f1"].tolist() == pytest.approx([0.4, 0.0])


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 gold labels, but 2"):
        statistics(["O"], ["O", "O"])
    with pytest.raises(ValueError, match="'B-verb' of token 0"):
        statistics(["B-verb"], ["O"])
    with pytest.raises(ValueError, match="'O-cue'"):
        decode(["O-cue"])
    with pytest.raises(ValueError, match=r"gold span \(5, 2\)"):
        character_statistics([(5, 2)], [])
    with pytest.raises(ValueError, match=r"predicted span \(-1, 2\)"):
        character_statistics([], [(-1, 2)])
    with pytest.raises(ValueError, match="no pair"):
        merge([(1, 2, 3)])  # type: ignore[list-item]  # the point
    with pytest.raises(ValueError, match="sums have shape"):
        scores([1, 2])
