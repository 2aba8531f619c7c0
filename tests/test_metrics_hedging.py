"""Uncertain sentences and hedge cues."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from framing.metrics.hedging import (
    cue_columns,
    cue_scores,
    cue_statistics,
    evaluate_cues,
    evaluate_sentences,
    sentence_scores,
    sentence_statistics,
)
from framing.records import HEDGE_TYPES, Hedge, Span

GOLDEN = json.loads((Path(__file__).parent / "golden" / "hedging.json").read_text(encoding="utf-8"))
TYPES = HEDGE_TYPES[:3]
cues = st.lists(
    st.tuples(st.integers(0, 25), st.integers(1, 8), st.sampled_from(TYPES)).map(lambda c: (c[0], c[0] + c[1], c[2])), max_size=8
)


@pytest.mark.parametrize("case", GOLDEN["sentences"], ids=lambda case: str(case["name"]))
def test_sentences_as_worked_by_hand(case: dict[str, Any]) -> None:
    counts = sentence_statistics(case["gold"], case["predicted"])
    assert list(counts) == case["statistics"]
    assert {name: float(value) for name, value in sentence_scores(counts).items()} == pytest.approx(case["scores"])


@pytest.mark.parametrize("case", GOLDEN["cues"], ids=lambda case: str(case["name"]))
def test_cues_as_worked_by_hand(case: dict[str, Any]) -> None:
    found = cue_scores(cue_statistics(case["gold"], case["predicted"]))
    assert {name: float(found[name]) for name in case["scores"]} == pytest.approx(case["scores"])


@given(st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=9), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_sentences_agree_with_scikit_learn(documents: list[list[tuple[bool, bool]]]) -> None:
    pooled = [pair for document in documents for pair in document]
    found = evaluate_sentences([([g for g, _ in d], [p for _, p in d]) for d in documents], 10)
    gold, predicted = [g for g, _ in pooled], [p for _, p in pooled]
    expected = precision_recall_fscore_support(gold, predicted, labels=[True], zero_division=0) if pooled else ([0.0],) * 3
    assert [score.value for score in found.values()] == pytest.approx([float(values[0]) for values in expected[:3]])


@given(cues, cues)
@settings(max_examples=150, deadline=None)
def test_cues_agree_with_comparing_every_pair(gold: list[tuple[int, int, str]], predicted: list[tuple[int, int, str]]) -> None:
    counts = dict(zip(cue_columns(TYPES), cue_statistics(gold, predicted, TYPES)))
    for prefix, kinds in (("", TYPES), *((f"{kind}_", (kind,)) for kind in TYPES)):
        g, p = (sorted({c for c in side if c[2] in kinds}) for side in (gold, predicted))
        pairs = [
            (-len({*range(*a[:2])} & {*range(*b[:2])}), max(a[1], b[1]) - min(a[0], b[0]), i, j)
            for i, a in enumerate(g)
            for j, b in enumerate(p)
            if {*range(*a[:2])} & {*range(*b[:2])}
        ]
        left, right, same = set(range(len(g))), set(range(len(p))), 0
        for _, _, i, j in sorted(pairs):
            if i in left and j in right:
                left.remove(i)
                right.remove(j)
                same += g[i][2] == p[j][2]
        assert counts[f"{prefix}overlap"] == len(g) - len(left)
        rest, exact = [c[:2] for c in p], 0
        for a in g:
            if a[:2] in rest:
                rest.remove(a[:2])
                exact += 1
        assert (counts[f"{prefix}gold"], counts[f"{prefix}predicted"], counts[f"{prefix}exact"]) == (len(g), len(p), exact)
        if not prefix:
            assert counts["type"] == same


@given(cues, cues)
@settings(max_examples=50, deadline=None)
def test_scores_are_shares_and_exact_f1_does_not_mind_the_sides(gold: list[Any], predicted: list[Any]) -> None:
    one, other = (cue_scores(cue_statistics(*sides, TYPES), TYPES) for sides in ((gold, predicted), (predicted, gold)))
    assert all(0 <= value <= 1 for value in one.values())
    assert {k: v for k, v in one.items() if k.endswith("exact_f1")} == {k: v for k, v in other.items() if k.endswith("exact_f1")}
    assert one["cue_exact_precision"] == other["cue_exact_recall"]
    assert one["cue_exact_f1"] <= one["cue_overlap_f1"] + 1e-12


def test_identical_input_scores_one() -> None:
    one_of_each = [(10 * i, 10 * i + 5, kind) for i, kind in enumerate(HEDGE_TYPES)] + [(0, 5, HEDGE_TYPES[1])]
    assert {s.value for s in evaluate_cues([(one_of_each, one_of_each)] * 2, n_resamples=10).values()} == {1.0}
    assert {s.value for s in evaluate_sentences([([1, 0, 1], [1, 0, 1])], 10).values()} == {1.0}


def test_records_are_read() -> None:
    records = [Hedge(Span(3, 6), "epistemic", 0.5)]
    assert cue_statistics(records, [(3, 6, "epistemic")]) == cue_statistics([(3, 6, "epistemic")], records)


@pytest.mark.parametrize("documents", [[], [([], [])]])
def test_empty_input_scores_zero(documents: list[Any]) -> None:
    found = [*evaluate_sentences(documents, 10).values(), *evaluate_cues(documents, n_resamples=10).values()]
    assert {(s.value, *s.interval) for s in found} == {(0.0, 0.0, 0.0)}


def test_the_order_of_documents_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    documents = [(rng.integers(0, 2, 5).tolist(), rng.integers(0, 2, 5).tolist()) for _ in range(8)]
    one, other = evaluate_sentences(documents, 10), evaluate_sentences(documents[::-1], 10)
    assert {k: s.value for k, s in one.items()} == {k: s.value for k, s in other.items()}


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 gold sentences, but 2"):
        sentence_statistics([1], [1, 0])
    with pytest.raises(ValueError, match="predicted sentence 1: label None"):
        sentence_statistics([1, 0], [1, None])  # type: ignore[list-item]  # the point
    with pytest.raises(ValueError, match=r"gold sentence 0: label 0\.4"):
        sentence_statistics([0.4], [1])
    with pytest.raises(ValueError, match=r"gold cue 0: \(4, 4\)"):
        cue_statistics([(4, 4, "weasel")], [])
    with pytest.raises(ValueError, match="predicted cue 0: type 'vague'"):
        cue_statistics([], [(0, 4, "vague")])
    with pytest.raises(ValueError, match="is no"):
        cue_statistics([(0, 4)], [])  # type: ignore[list-item]  # the point
