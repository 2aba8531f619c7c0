"""Agreement: worked examples, scikit-learn and nltk as oracles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from framing.metrics.agreement import DISTANCES, alpha, equal, evaluate, kappa, quadratic_kappa, scores, table, table_alpha

GOLDEN = json.loads((Path(__file__).parent / "golden" / "agreement.json").read_text(encoding="utf-8"))
CODES = range(4)
pairs = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), min_size=2, max_size=25)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: str(case["name"]))
def test_as_published_or_worked_by_hand(case: dict[str, Any]) -> None:
    found = scores(table(case["first"], case["second"], case["codes"]), case["distance"])
    assert {name: float(found[name]) for name in case["scores"]} == pytest.approx(case["scores"], abs=5e-4)


def test_alpha_with_gaps_as_published() -> None:
    """Krippendorff 2011, example C: four observers, missing data."""
    passes = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    found = {distance: alpha(passes, range(1, 6), distance) for distance in DISTANCES}
    assert found == pytest.approx({"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}, abs=5e-4)


@given(pairs, st.sampled_from(DISTANCES))
@settings(max_examples=100, deadline=None)
def test_closed_form_agrees_with_nltk(units: list[tuple[int, int]], distance: str) -> None:
    first, second = [a for a, _ in units], [b for _, b in units]
    assert float(table_alpha(table(first, second, CODES), distance)) == pytest.approx(alpha([first, second], CODES, distance))


@given(pairs)
@settings(max_examples=100, deadline=None)
def test_kappas_agree_with_scikit_learn(units: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in units], [b for _, b in units]
    assume(len({*first, *second}) > 1)  # scikit-learn gives nan there
    counts = table(first, second, CODES)
    assert float(kappa(counts)) == pytest.approx(cohen_kappa_score(first, second))
    assert float(quadratic_kappa(counts)) == pytest.approx(cohen_kappa_score(first, second, weights="quadratic", labels=list(CODES)))
    assert float(equal(counts)) == pytest.approx(np.mean([a == b for a, b in units]))


@given(pairs, st.sampled_from(DISTANCES))
@settings(max_examples=50, deadline=None)
def test_passes_may_change_places(units: list[tuple[int, int]], distance: str) -> None:
    counts = table([a for a, _ in units], [b for _, b in units], CODES)
    one, other = scores(counts, distance), scores(counts.T, distance)
    assert [float(v) for v in one.values()] == pytest.approx([float(v) for v in other.values()])
    assert all(value <= 1 for value in one.values())
    assert one["equal"] >= 0


@pytest.mark.parametrize("distance", DISTANCES)
def test_identical_input_scores_one(distance: str) -> None:
    for codes in ([0, 1, 1, 3], [2, 2, 2]):
        found = evaluate([(codes, codes)] * 3, CODES, distance, 20)
        assert [x for s in found.values() for x in (s.value, *s.interval)] == pytest.approx([1.0] * 9)
        assert alpha([codes, codes], CODES, distance) == 1.0


@pytest.mark.parametrize("documents", [[], [([], [])]])
def test_empty_input_scores_zero(documents: list[Any]) -> None:
    assert {(s.value, *s.interval) for s in evaluate(documents, CODES, n_resamples=20).values()} == {(0.0, 0.0, 0.0)}
    assert alpha([[], []], CODES) == 0.0
    assert alpha([[1, None], [None, 2]], CODES) == 0.0


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_stack_is_scored_like_its_tables(distance: str) -> None:
    rng = np.random.default_rng(0)
    stack = rng.integers(0, 5, (6, 4, 4)).astype(float)
    found = scores(stack, distance)
    for i, one in enumerate(stack):
        assert {name: float(v) for name, v in scores(one, distance).items()} == pytest.approx({name: v[i] for name, v in found.items()})


def test_documents_are_summed_and_may_come_in_any_order() -> None:
    documents = [([0, 1], [0, 2]), ([3], [3]), ([1, 1, 2], [2, 1, 2])]
    one, other = (evaluate(d, CODES, "ordinal", 20) for d in (documents, documents[::-1]))
    pooled = table([0, 1, 3, 1, 1, 2], [0, 2, 3, 2, 1, 2], CODES)
    assert {k: s.value for k, s in one.items()} == {k: float(v) for k, v in scores(pooled, "ordinal").items()}
    assert {k: s.value for k, s in one.items()} == {k: s.value for k, s in other.items()}
    assert "distance:ordinal" in one["alpha"].signature


def test_malformed_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 codes in the first pass, but 2"):
        table([0], [0, 1], CODES)
    with pytest.raises(ValueError, match="code 9 of unit 1 in the second pass"):
        table([0, 0], [0, 9], CODES)
    with pytest.raises(ValueError, match="occurs twice"):
        table([0], [0], [0, 0])
    with pytest.raises(ValueError, match="distance 'cosine'"):
        evaluate([([0], [1])], CODES, "cosine")
    with pytest.raises(ValueError, match="distance 'cosine'"):
        alpha([[0], [1]], CODES, "cosine")
    with pytest.raises(ValueError, match="passes have 1, 2 units"):
        alpha([[0], [1, 2]], CODES)
    with pytest.raises(ValueError, match=r"codes \['9'\]"):
        alpha([[0], [9]], CODES)
    with pytest.raises(ValueError, match="tables have shape"):
        kappa([1, 2])
    with pytest.raises(ValueError, match="negative"):
        equal([[1, -1], [0, 1]])
