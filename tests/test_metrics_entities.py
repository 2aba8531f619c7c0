"""B-cubed and names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.metrics.entities import evaluate, evaluate_names, fold, name_statistics, scores, statistics

GOLDEN = json.loads((Path(__file__).parent / "golden" / "entities.json").read_text(encoding="utf-8"))
label = st.one_of(st.none(), st.integers(0, 4))
items = st.lists(st.tuples(label, label), max_size=20)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: str(case["name"]))
def test_as_published_or_worked_by_hand(case: dict[str, Any]) -> None:
    found = scores(statistics(case["gold"], case["predicted"]))
    assert {name: float(value) for name, value in found.items()} == pytest.approx(case["scores"])


def b_cubed(one: list[Any], other: list[Any]) -> float:
    """Sum over the items that ``one`` gives an entity: share of its entity that ``other`` has together with it."""
    total = 0.0
    for i, mine in enumerate(one):
        if mine is not None:
            members = {k for k, x in enumerate(one) if x == mine}
            theirs = {k for k, x in enumerate(other) if other[i] is not None and x == other[i]}
            total += len(members & theirs) / len(members)
    return total


@given(items)
@settings(max_examples=100, deadline=None)
def test_counts_agree_with_sets(pairs: list[tuple[Any, Any]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    n_gold, n_predicted, recall, precision = statistics(gold, predicted)
    assert (n_gold, n_predicted) == (sum(g is not None for g in gold), sum(p is not None for p in predicted))
    assert (recall, precision) == pytest.approx((b_cubed(gold, predicted), b_cubed(predicted, gold)))


@given(st.lists(items, max_size=5))
@settings(max_examples=50, deadline=None)
def test_sides_and_documents_may_change_places(documents: list[list[tuple[Any, Any]]]) -> None:
    split = [([g for g, _ in d], [p for _, p in d]) for d in documents]
    one, other = evaluate(split, 5), evaluate([(p, g) for g, p in reversed(split)], 5)
    assert one["b_cubed_precision"].value == pytest.approx(other["b_cubed_recall"].value)
    assert one["b_cubed_f1"].value == pytest.approx(other["b_cubed_f1"].value)
    assert all(0 <= s.value <= 1 + 1e-12 for s in one.values())


def test_labels_mean_nothing_across_documents() -> None:
    assert {s.value for s in evaluate([(["a", "a"], [1, 1]), (["b"], [1])], 5).values()} == {1.0}


def test_identical_input_scores_one() -> None:
    assert {s.value for s in evaluate([(["a", "b", None, "a"],) * 2] * 2, 5).values()} == {1.0}
    assert evaluate_names([(["Ida Lund", None],) * 2], 5)["name"].value == 1.0


@pytest.mark.parametrize("documents", [[], [([], [])], [([None], [None])]])
def test_empty_input_scores_zero(documents: list[Any]) -> None:
    found = [*evaluate(documents, 5).values(), *evaluate_names(documents, 5).values()]
    assert {(s.value, *s.interval) for s in found} == {(0.0, 0.0, 0.0)}


def test_names_are_compared_without_case_article_and_blanks() -> None:
    assert fold("  The  Harbour\u00a0Post ") == fold("harbour post") == "harbour post"
    assert fold("The") == "the"
    assert fold("An aide of Lund’s") == fold("the aide of Lund's") == "aide of lund's"
    assert name_statistics(["The Post", "Lund", "Critics", None], ["post", "Ida Lund", None, "Lund"]) == (3, 1)


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 gold items, but 2"):
        statistics(["a"], [1, 2])
    with pytest.raises(ValueError, match="2 gold items, but 1"):
        name_statistics(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="sums have shape"):
        scores([1, 2, 3])
