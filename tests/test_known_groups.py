"""Known groups: what is computed against independent oracles, and that the words say what the numbers say."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import groups, known_groups, transparency_validity
from experiments.groups import LENGTH, Table
from framing.records import Attribution, Span

RANDOM = np.random.default_rng(0)


def test_auc_against_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    values = RANDOM.integers(0, 6, (4, 30)).astype(float)  # many ties
    first = RANDOM.random(30) < 0.4
    assert groups.auc(values, first) == pytest.approx([roc_auc_score(first, row) for row in values])


def test_residuals_against_least_squares() -> None:
    length = RANDOM.integers(100, 2000, 40).astype(float)
    values = RANDOM.random((3, 40)) + 0.2 * np.log(length)
    design = np.stack([np.ones(40), np.log(length)], axis=1)
    for row, left in zip(values, groups.residuals(values, np.tile(length, (3, 1)))):
        fitted = design @ np.linalg.lstsq(design, row, rcond=None)[0]
        assert left == pytest.approx(row - fitted + row.mean())
    assert groups.residuals(values[0], np.full(40, 7.0)) == pytest.approx(values[0]), "without a spread of length nothing is taken"


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(50, 200), st.booleans(), st.integers(0, 3)), min_size=2, max_size=12))
def test_like_length_pair_by_pair(articles: list[tuple[int, int, bool, int]]) -> None:
    values, length = (np.array([a[k] for a in articles], float) for k in (0, 1))
    first, times = np.array([a[2] for a in articles], bool), np.array([a[3] for a in articles], float)
    pairs = [
        (a, b)
        for a, b in product(articles, articles)
        if a[2] and not b[2] and max(a[1], b[1]) <= groups.LIKE * min(a[1], b[1]) * (1 + 1e-12)
    ]
    value, n = groups.like_length(values, length, first, times)
    assert n == len(pairs)
    total = sum(a[3] * b[3] for a, b in pairs)
    if not total:
        assert np.isnan(value)
    else:
        assert value == pytest.approx(sum(a[3] * b[3] * ((a[0] > b[0]) + (a[0] == b[0]) / 2) for a, b in pairs) / total)


def test_resamples_keep_the_groups() -> None:
    names = ["x", "y", "x", "z", "y", "x"]
    drawn = groups.resamples(names)
    assert drawn.shape == (groups.DRAWS, 6)
    assert all(names[j] == names[i] for row in drawn[:50] for i, j in enumerate(row))
    assert set(drawn[:, 0].tolist()) == {0, 2, 5}


def table(values: dict[str, list[float]], lengths: dict[str, list[float]]) -> Table:
    pairs = [(group, v, n) for group in values for v, n in zip(values[group], lengths[group])]
    return Table([{"index": v, LENGTH: n} for _, v, n in pairs], [group for group, _, _ in pairs])


def test_a_difference_that_is_length_alone_goes_away() -> None:
    lengths = {g: (RANDOM.integers(*between, 120)).astype(float).tolist() for g, between in (("a", (400, 3000)), ("b", (100, 1000)))}
    noise = {g: (np.log(lengths[g]) + 0.3 * RANDOM.standard_normal(120)).tolist() for g in lengths}
    found = table(noise, lengths).separation("index", ["a"], ["b"])
    assert found["articles"] == [120, 120]
    assert groups.verdict(found["raw"], "a", "b") == "clearly higher for a"
    assert groups.equal_length({"index": found}, ["index"], "a", "b") == {"neither": ["index"], "a": [], "b": [], "one way only": []}


def test_a_difference_that_is_none_of_length_stays() -> None:
    lengths = {g: RANDOM.integers(300, 900, 60).astype(float).tolist() for g in "ab"}
    values = {g: (shift + RANDOM.standard_normal(60)).tolist() for g, shift in (("a", 0.0), ("b", 1.5))}
    found = table(values, lengths).separation("index", ["a"], ["b"])
    assert groups.equal_length({"index": found}, ["index"], "a", "b")["b"] == ["index"]


def test_words_of_what_is_left() -> None:
    found = {"neither": ["depth", "index", "primary"], "a": [], "b": ["coverage"], "one way only": []}
    said = groups.in_words(found, "a", "b")
    assert said == "At equal length depth, index and primary do not separate a from b; coverage is higher for b."


def test_other_ways_agree_where_length_is_all() -> None:
    lengths = {g: (RANDOM.integers(*between, 120)).astype(float).tolist() for g, between in (("a", (400, 3000)), ("b", (100, 1000)))}
    ways = table({g: np.log(lengths[g]).tolist() for g in lengths}, lengths).other_ways("index", ["a"], ["b"])
    for like in ("1.05", "1.1", "1.5"):
        assert ways[f"pairs up to {like}"] == ways[f"pairs up to {like}, length itself"]
    assert abs(ways["pairs up to 1.05, length itself"] - 0.5) < abs(ways["pairs up to 1.5, length itself"] - 0.5)
    shifted = {g: (np.log(lengths[g]) + (g == "b")).tolist() for g in lengths}
    assert table(shifted, lengths).other_ways("index", ["a"], ["b"])["line, slope inside groups"] == 0.0, "b is higher at every length"


def test_an_article_without_a_measure_is_counted() -> None:
    made = table({"a": [1.0, np.nan, 3.0], "b": [2.0, 2.0]}, {"a": [100.0, 200.0, 300.0], "b": [100.0, 250.0]})
    assert made.lacking("index") == [1]
    assert made.separation("index", ["a"], ["b"])["articles"] == [2, 2]
    assert made.averages("index", median=True)["a"]["raw"]["value"] == 2.0
    assert made.averages("index")["a"]["articles"] == 2
    assert table({"a": [np.nan], "b": [1.0]}, {"a": [9.0], "b": [9.0]}).separation("index", ["a"], ["b"]) == {"articles": [0, 1]}
    assert groups.sentence("index", {"articles": [0, 1]}, "a", "b") == "index: too few articles (0 and 1)"
    with pytest.raises(ValueError, match="1 rows, but 0 groups"):
        Table([{LENGTH: 1.0}], [])


@pytest.mark.parametrize(
    ("value", "interval", "said"),
    [
        (0.55, [0.49, 0.61], "does not separate a from b"),
        (0.55, [0.51, 0.59], "weakly higher for a"),
        (0.65, [0.6, 0.7], "somewhat higher for a"),
        (0.25, [0.2, 0.3], "clearly higher for b"),
    ],
)
def test_verdicts(value: float, interval: list[float], said: str) -> None:
    assert groups.verdict({"value": value, "interval": interval}, "a", "b") == said


def test_the_largest_difference_is_found_for_either_group() -> None:
    def score(value: float) -> dict[str, Any]:
        return {side: {"value": value, "interval": [0.1, 0.9]} for side in groups.SIDES}

    found = {"separation": {"index": score(0.55), "coverage": score(0.35), "tokens": score(0.9)}}
    highest = transparency_validity.highest(found)
    assert (highest["value"], highest["measure"], highest["higher for"]) == (0.65, "coverage", "partisan")


def test_measures_of_an_article() -> None:
    span = Span(0, 1, "x")

    def made(i: int, entity: int | None, kind: str, level: str, withheld: bool = False) -> Attribution:
        return Attribution(i, span, span, (span,), "indirect", entity, kind, level, withheld)

    attributions = [
        made(0, 0, "person", "named"),
        made(1, 0, "person", "named"),
        made(2, 1, "outlet", "office"),
        made(3, 2, "person", "described", True),
        made(4, 3, "author", "named"),
    ]
    found = groups.measures(attributions, dict.fromkeys(groups.CONTENT[1:]), None, 200)
    wanted = {
        "attributions": 5, "attributions per 100 tokens": 2.5, "distinct open sources": 2,
        "unnamed share": 0.2, "withheld share": 0.2, "outlet share": 0.2, LENGTH: 200,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert np.isnan(found["index"])
    assert np.isnan(groups.measures([], dict.fromkeys(groups.CONTENT[1:]), None, 0)["unnamed share"])


def test_macro_f1_against_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    gold, said = RANDOM.integers(0, 2, (2, 5, 25))
    assert known_groups.macro_f1(gold, said) == pytest.approx([f1_score(a, b, average="macro") for a, b in zip(gold, said)])


def test_every_article_of_the_known_groups_is_read(data: object) -> None:
    from experiments.data import load

    documents = list(load("horne_adali_2017"))
    assert len(documents) == len({d.id for d in documents}) == 326
    assert all(d.text.strip() and d.title for d in documents)
