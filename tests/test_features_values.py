"""Features for scikit-learn: values counted by hand, what holds for every text, what does not depend on the length, and the catalogue."""

from __future__ import annotations

import doctest
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import framing
from framing import features
from framing.features import ArticleFeatures, Feature, HedgeFeatures, feature_table
from framing.features.__main__ import page
from framing.features.catalogue import GROUPS, columns
from framing.records import LEVELS, SOURCE_KINDS, Span
from framing.result import Analysis

ROOT = Path(__file__).resolve().parent.parent
REPORT = "Ann Doe, the mayor of Elm, said on Monday that the bridge may be closed. “We will repair it,” said Bo Ray, a driver. "
OPINION = "We must ask why! The corrupt bridge is just a disgrace. Perhaps nobody cares, but officials clearly knew, a source said. "
LONG = (REPORT + "\n\n" + OPINION) * 4


def values(item: object, **arguments: Any) -> dict[str, float]:
    transformer = ArticleFeatures(**arguments)
    return dict(zip(transformer.get_feature_names_out(), transformer.transform([item])[0].tolist()))


CASES = json.loads((ROOT / "tests" / "cases" / "features.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_by_hand(case: dict[str, Any]) -> None:
    found = values(case["text"])
    assert {name: found[name] for name in case["expect"]} == pytest.approx(
        {k: math.nan if v is None else v for k, v in case["expect"].items()}, nan_ok=True
    )


def test_records_by_hand(make_analysis: Callable[..., Analysis]) -> None:
    found = values(make_analysis())
    words = 28  # the title (2), Mayor ... fall (8) and Critics ... speak (18); dateline and tags are none
    expected = {
        "attribution_per_100_words": 300 / words,
        "attribution_direct_share": 1 / 3,
        "attribution_mixed_share": 0,
        "attribution_quoted_words_share": 4 / words,
        "attribution_reported_words_share": 6 / words,
        "attribution_own_words_share": 18 / words,
        "attribution_words_per_quotation": 4,
        "attribution_words_per_content": (4 + 3 + 6) / 3,
        "attribution_nested_share": 1 / 3,
        "attribution_neutral_cues_share": 2 / 3,
        "attribution_belief_cues_share": 1 / 3,
        "attribution_sentences_share": 1,
        "hedge_per_100_words": 100 / words,
        "hedge_quoted_per_100_words": 25,
        "hedge_own_per_100_words": 0,
        "hedge_reported_per_100_words": 0,
        "hedge_weasel_per_100_words": 100 / words,
        "hedge_quoted_share": 1,
        "hedge_owned_share": 1,
        "hedge_strength": 0.5,
        "hedge_own_strength": math.nan,
        "hedge_quoted_strength": 0.5,
        "hedge_uncertain_share": 0.35,
        "hedge_author_uncertain_share": 0.2,
        "hedge_quoted_uncertain_share": math.nan,
        "hedge_author_sentences_share": 0,
        "sourcing_per_100_words": 300 / words,
        "sourcing_concentration": 0,
        "sourcing_top_share": 1 / 3,
        "sourcing_named_share": 1 / 3,
        "sourcing_office_share": 0,
        "sourcing_person_share": 2 / 3,
        "sourcing_unnamed_share": 2 / 3,
        "sourcing_open_sources_share": 1 / 3,
        "sourcing_role_share": 1,
        "sourcing_withheld_share": 1 / 3,
        "sourcing_reason_share": 1,
        "sourcing_specific_reason_share": 0,
        "sourcing_position_share": 1 / 3,
        "sourcing_relayed_share": 2 / 3,
        "sourcing_weight": (1 + 0.12 + 0.3) / 3,
        "sourcing_depth": 0.7,
        "sourcing_accountability": 0.75,
        "sourcing_index": 61.5,
        "sourcing_rating": math.nan,
        "framing_policy_econ": math.nan,
        "framing_policy_entropy": math.nan,
        "framing_author_loaded_share": math.nan,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, nan_ok=True)


def test_what_is_counted_once(make_analysis: Callable[..., Analysis]) -> None:
    a = make_analysis()
    first, quote = a.attributions[0], a.quotes[0]
    inner = replace(quote, span=Span.of(a.article.text, quote.span.start + 5, quote.span.end - 1))
    doubled = replace(a, quotes=(quote, inner), attributions=(replace(first, content=(first.content[0], inner.span)), *a.attributions[1:]))
    names = ("attribution_words_per_quotation", "attribution_words_per_content", "attribution_quoted_words_share")
    one, two = values(a), values(doubled)
    assert [two[name] for name in names] == [one[name] for name in names]
    nobody = replace(a.attributions[1], kind="none", level="impersonal", weight=0.0)
    found = values(replace(a, attributions=(first, nobody, a.attributions[2])))
    assert found["sourcing_unnamed_share"] == 0.5  # nobody has no name to give
    assert found["sourcing_weight"] == pytest.approx((1 + 0.3) / 2)


def test_concentration_is_that_of_two_draws() -> None:
    a = framing.analyze(REPORT)
    three = tuple(replace(a.attributions[0], id=k, entity=entity) for k, entity in enumerate((0, 0, 1)))
    assert values(replace(a, attributions=three))["sourcing_concentration"] == pytest.approx(1 / 3)  # of three pairs one
    assert math.isnan(values(replace(a, attributions=three[:1]))["sourcing_concentration"])


def test_frames_and_loaded_language() -> None:
    a = framing.analyze(LONG + "\n\n“It is an utter disgrace. They lied to us all.”")
    found, policy = values(a), a.frames.policy
    assert policy is not None
    assert all(found[f"framing_policy_{code}"] == p for code, p in policy.items())
    assert found["framing_policy_sum"] == pytest.approx(sum(policy.values()))
    equal = replace(a, frames=replace(a.frames, policy=dict.fromkeys(policy, 0.2), generic=dict.fromkeys(a.frames.generic or (), 0.0)))
    assert values(equal)["framing_policy_entropy"] == pytest.approx(1)
    assert math.isnan(values(equal)["framing_generic_entropy"])
    one = replace(a, frames=replace(a.frames, policy={code: float(code == "econ") for code in policy}))
    assert values(one)["framing_policy_entropy"] == 0
    assert found["framing_loaded_gap"] == pytest.approx(found["framing_author_loaded_share"] - found["framing_quoted_loaded_share"])
    by_category = [v for name, v in found.items() if re.fullmatch(r"framing_own_(?!loaded)\w+_per_100_words", name)]
    assert 0 < found["framing_own_loaded_words_per_100_words"] <= sum(by_category) + 1e-9


# ---- what holds for every text ---------------------------------------------------------------------------------------------------------

PARTITIONS = (
    ("attribution_direct_share", "attribution_indirect_share", "attribution_mixed_share"),
    ("attribution_quoted_words_share", "attribution_reported_words_share", "attribution_own_words_share"),
    tuple(f"sourcing_{level}_share" for level in LEVELS),
    tuple(f"sourcing_{kind}_share" for kind in SOURCE_KINDS),
)
PIECES = (REPORT, OPINION, "\n\n", "“", "”", "He said it may rain. ", "x ", "According to CNN, ")


@settings(max_examples=25, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(max_size=60)))
def test_ranges(text: str) -> None:
    found = values(text)
    for feature in ArticleFeatures().describe():
        value = found[feature.name]
        top = {"share": 1, "0 to 1": 1, "-1 to 1": 1, "probability": 1, "1 to 5": 5, "points, 0 to 100": 100}.get(feature.unit, math.inf)
        low = {"-1 to 1": -1, "1 to 5": 1}.get(feature.unit, 0)
        assert math.isnan(value) or low <= value <= top + 1e-9, feature.name
    for parts in PARTITIONS:
        total = sum(found[name] for name in parts)
        assert math.isnan(total) or total == pytest.approx(1)


def moved(value: Any, by: int, ids: int) -> Any:
    """Records as they would stand ``by`` characters further on, behind ``ids`` other attributions."""
    if isinstance(value, Span):
        return replace(value, start=value.start + by, end=value.end + by)
    if isinstance(value, tuple):
        return tuple(moved(v, by, ids) for v in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {f.name: moved(getattr(value, f.name), by, ids) for f in fields(value)}
    for name in ("parent", "owner", "id"):
        if isinstance(changed.get(name), int) and not hasattr(value, "mentions"):
            changed[name] += ids
    return replace(value, **changed)


def twice(a: Analysis) -> Analysis:
    """The analysis of an article that is written twice in a row, if everything is found again."""
    text, by = a.article.text + "\n\n" + a.article.text, len(a.article.text) + 2
    again = {
        name: (*getattr(a, name), *moved(getattr(a, name), by, len(a.attributions)))
        for name in ("quotes", "attributions", "hedges", "sentences")
    }
    parts = {name: (*getattr(a.article, name), *moved(getattr(a.article, name), by, 0)) for name in ("paragraphs", "boilerplate")}
    return replace(a, article=replace(a.article, text=text, body=Span.of(text, 0, len(text)), **parts), **again)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([REPORT, OPINION]), min_size=2, max_size=5).map("\n\n".join))
def test_an_article_and_its_double_have_the_same(text: str) -> None:
    once = framing.analyze(text)
    one, two = values(once), values(twice(once))
    for feature in ArticleFeatures().describe():
        if not feature.length:
            assert two[feature.name] == pytest.approx(one[feature.name], nan_ok=True), feature.name
    for name in ("sourcing_per_100_words", "sourcing_per_attribution"):
        assert two[name] == pytest.approx(one[name] / 2)


# ---- the catalogue ---------------------------------------------------------------------------------------------------------------------


def test_every_column_is_told() -> None:
    told = columns(hyperpartisan=True)
    names = [f.name for f in told]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(attribution|hedge|sourcing|framing)_[a-z0-9_]+", name) for name in names)
    assert all(f.unit and f.formula and f.meaning.endswith(".") for f in told)
    assert not any("|" in text or "\n" in text for f in told for text in (f.unit, f.formula, f.meaning, f.length))
    assert [f.name for f in HedgeFeatures().describe()] == HedgeFeatures().get_feature_names_out().tolist()
    assert all(isinstance(f, Feature) for f in ArticleFeatures().describe())
    table = feature_table()
    assert [row.split("`")[1] for row in table.splitlines()[2:]] == names
    assert len(feature_table(HedgeFeatures().describe()).splitlines()) == 2 + len(GROUPS["hedge"])


def test_the_page_is_printed() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-m", "framing.features"], capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.decode("utf-8") == page()
    assert page().count("\n| `") == len(columns(hyperpartisan=True))


def test_the_face() -> None:
    kinds = [f"{kind}Features" for kind in ("Article", "Attribution", "Framing", "Hedge", "Sourcing")]
    assert sorted(features.__all__) == sorted([*kinds, "Feature", "feature_table"])


def test_the_example_in_the_docstring() -> None:
    assert doctest.testmod(features).failed == 0
