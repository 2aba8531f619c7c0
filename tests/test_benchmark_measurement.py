"""Differences of systems that predict on different scales: what changes places in a randomisation test."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from framing.benchmark.measurement import Difference, Valued, ranked, standardised
from framing.benchmark.task import Item
from framing.benchmark.tasks.hyperpartisan import Hyperpartisan
from framing.benchmark.tasks.transparency import GENERAL, POLNEAR, Index, Rating
from framing.metrics import ranking
from framing.metrics.bootstrap import approximate_randomisation

N = 60
CORPORA = tuple((POLNEAR, GENERAL)[k % 3 == 0] for k in range(N))
GOLD = np.random.default_rng(5).uniform(60, 90, N)
GOOD = np.clip(GOLD + np.random.default_rng(6).normal(0, 5, N), 0, 100)
FAR = 44 + GOLD / 30 + np.random.default_rng(7).normal(0, 0.5, N)  # of a system that is worse, on another scale


def indexed(predicted: Any) -> Valued:
    return Index().measure([Item(str(k), "", {"index": g}, {"corpus": c}) for k, (g, c) in enumerate(zip(GOLD, CORPORA))], list(predicted))


def of_articles(predicted: Any) -> Valued:
    ratings = np.digitize(GOLD, (66, 72, 78, 84)) + 1
    items = [Item(str(k), "", {"rating": int(r)}, {"corpus": c}) for k, (r, c) in enumerate(zip(ratings, CORPORA))]
    return Index().measure(items, list(predicted))


def rated(predicted: Any) -> Valued:
    ratings = np.digitize(GOLD, (66, 72, 78, 84)) + 1
    items = [Item(str(k), "", (int(r), 3), {"corpus": c}) for k, (r, c) in enumerate(zip(ratings, CORPORA))]
    return Rating().measure(items, [(float(p), None) for p in predicted])


def raw(first: Valued, second: Valued, name: str) -> Difference:
    """Where everything changes places as it is."""
    one, other = (Valued(x.values, x.measures, x.fields) for x in (first, second))
    return one.compare(other, name)


def test_places_among_all() -> None:
    assert ranked(np.array([3.0, 1.0, 3.0, 2.0, 3.0, 1.0])).tolist() == [4.5, 1, 4.5, 2.5, 4.5, 1]
    assert ranked(np.zeros(0)).tolist() == standardised(np.zeros(0)).tolist() == []
    assert standardised(np.array([1.0, 3.0])).tolist() == [-1, 1]
    assert standardised(np.full(3, 0.1)).tolist() == [0, 0, 0]  # whose deviation is rounding, not 0


@pytest.mark.parametrize("name", ["spearman", "kendall", "pearson"])
def test_a_scale_makes_no_difference(name: str) -> None:
    moved = 40 + GOOD / 20 if name == "pearson" else np.exp(GOOD / 25)
    found = indexed(GOOD).compare(indexed(moved), name)
    assert found.difference == pytest.approx(0)
    assert found.p_randomisation == 1


@pytest.mark.parametrize("part", [POLNEAR, GENERAL])
def test_ranks_inside_a_corpus_know_nothing_of_the_other(part: str) -> None:
    name, inside = f"{part}_spearman", np.array([corpus == part for corpus in CORPORA])
    moved = np.where(inside, GOOD / 25, 10 + FAR)  # other ranks among all articles, the same inside
    found = of_articles(GOOD).compare(of_articles(moved), name)
    assert (found.difference, found.p_randomisation) == (0, 1)
    assert of_articles(GOOD).compare(of_articles(moved), "spearman").p_randomisation < 1
    found = of_articles(GOOD).compare(of_articles(FAR), name)
    assert 1 / 10001 < found.p_randomisation < 1
    assert found == of_articles(GOOD).compare(of_articles(np.where(inside, FAR, FAR[::-1])), name)


@pytest.mark.parametrize("name", ["spearman", "kendall", "pearson"])
def test_a_better_system_on_another_scale_is_found(name: str) -> None:
    for one, other in ((GOOD, FAR), (FAR, GOOD)):
        found = indexed(one).compare(indexed(other), name)
        assert (found.difference > 0) == (one is GOOD)
        assert max(found.p_bootstrap, found.p_randomisation) < 0.01
    assert raw(indexed(GOOD), indexed(FAR), name).p_randomisation > 0.05  # what a mixture of both scales would say


def test_equal_systems_on_other_scales_are_called_different_by_chance_only() -> None:
    generator, found = np.random.default_rng(1), []
    for _ in range(100):
        one, other = (GOLD + generator.normal(0, 12, N) for _ in range(2))
        first, second = (Valued(np.column_stack([GOLD, p]), {"x": spearman}, {}, {"x": second_ranked}) for p in (one, 40 + other / 20))
        found.append(first.compare(second, "x", 200).p_randomisation)
    assert 0 < np.mean(np.array(found) < 0.1) < 0.2
    assert 0.4 < np.mean(found) < 0.6


def spearman(values: Any, weights: Any) -> Any:
    return ranking.spearman(values[:, 0], values[:, 1], weights)


def second_ranked(values: Any) -> Any:
    return np.column_stack([values[:, 0], ranked(values[:, 1])])


def test_randomisation_agrees_with_all_exchanges_of_ranks() -> None:
    gold, one, other = np.arange(7.0), np.array([1.0, 2, 2, 5, 4, 8, 9]), np.array([0.1, 0.3, 0.2, 0.2, 0.1, 0.5, 0.4])
    first, second = (Valued(np.column_stack([gold, p]), {"x": spearman}, {}, {"x": second_ranked}) for p in (one, other))
    a, b = ranked(one), ranked(other)
    exact = []
    for moved in product((False, True), repeat=7):
        mixed = np.where(moved, b, a), np.where(moved, a, b)
        exact.append(float(ranking.spearman(gold, mixed[0]) - ranking.spearman(gold, mixed[1])))
    observed = float(ranking.spearman(gold, one) - ranking.spearman(gold, other))
    assert first.compare(second, "x").p_randomisation == pytest.approx(np.mean(np.abs(exact) >= abs(observed) - 1e-12), abs=0.015)


def test_scores_of_absolute_size_are_exchanged_as_they_are() -> None:
    near = np.clip(GOLD + np.random.default_rng(8).normal(0, 5.5, N), 0, 100)
    found = indexed(GOOD).compare(indexed(near), "mae")
    assert found == raw(indexed(GOOD), indexed(near), "mae")
    errors = [np.column_stack([np.abs(p - GOLD), np.ones(N)]) for p in (GOOD, near)]
    assert found.p_randomisation == pytest.approx(approximate_randomisation(*errors, lambda sums: sums[..., 0] / sums[..., 1]), abs=0.015)
    one, other = rated(1 + GOOD / 25), rated(np.full(N, 3.0))
    for name in ("mae", "polnear_mae", "quadratic_kappa", "general_quadratic_kappa"):
        assert one.compare(other, name) == raw(one, other, name)


def test_on_one_scale_little_changes() -> None:
    step = (GOOD - 60) / 7.5 + 1
    one, other = rated(np.clip(step, 1, 5)), rated(np.clip(step + np.random.default_rng(8).normal(0, 0.6, N), 1, 5))
    for name in ("spearman", "polnear_spearman", "general_spearman"):
        found, before = one.compare(other, name), raw(one, other, name)
        assert (found.difference, found.interval, found.p_bootstrap) == (before.difference, before.interval, before.p_bootstrap)
        assert found.p_randomisation == pytest.approx(before.p_randomisation, abs=0.05)
        assert 0.01 < before.p_randomisation < 0.9


@pytest.mark.parametrize(
    "measured", [indexed(GOOD), of_articles(GOOD.round()), rated((1 + GOOD / 25).round(1))], ids=["dev", "all", "rating"]
)
def test_what_is_made_comparable_has_the_same_score(measured: Valued) -> None:
    ones = np.ones(N)
    assert {name for name in measured.measures if "spearman" in name or name in ("kendall", "pearson")} == set(measured.comparable)
    for name, comparable in measured.comparable.items():
        assert measured.measures[name](comparable(measured.values), ones) == pytest.approx(measured.measures[name](measured.values, ones))


def test_the_area_of_probabilities_on_other_scales() -> None:
    random = np.random.default_rng(3)
    labels = random.random(200) < 0.4
    items = [Item(str(k), "", bool(label)) for k, label in enumerate(labels)]
    good = np.clip(0.75 + 0.1 * labels + random.normal(0, 0.06, 200), 0, 1)  # orders well, high up
    poor = np.clip(0.1 + 0.04 * labels + random.normal(0, 0.06, 200), 0, 1)  # orders worse, low down
    mine, other = (Hyperpartisan().measure(items, [float(p) for p in found]) for found in (good, poor))
    assert mine.compare(other, "area").p_randomisation < 0.001
    assert mine.compare(Hyperpartisan().measure(items, [float(p) for p in good**3]), "area").p_randomisation == 1
