"""The page on the transparency score says what the results say, in its numbers and in its sentences."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import transparency_page as page
from framing.records import COMPONENTS


def test_the_page_says_what_the_results_say() -> None:
    assert page.fill(page.TEMPLATE.read_text(encoding="utf-8")) == page.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "how", "shown"),
    [
        ({"value": 0.5, "interval": [0.4, -0.6]}, None, ".500 [.400, -.600]"),
        ({"value": 0.5, "interval": [0.4, 0.6]}, "value", ".500"),
        ({"spearman": 0.25, "interval": [0.1, 0.3], "articles": 9}, None, ".250 [.100, .300]"),
        ({"difference": -0.25, "interval": [-0.3, 0.3]}, None, "-.250 [-.300, .300]"),
        (71.26, "one", "71.3"),
        (84, None, "84"),
        (["a", "b"], None, "a, b"),
        ("as it is", None, "as it is"),
    ],
)
def test_results_as_text(value: Any, how: str | None, shown: str) -> None:
    assert page.written(value, how) == shown


def test_what_is_not_there_is_an_error_unless_it_may_be_missing() -> None:
    with pytest.raises(KeyError, match="'nothing' is not there"):
        page.fill("{{transparency/dev/nothing}}")
    with pytest.raises(KeyError, match=r"no results/unheard\.json"):
        page.fill("{{unheard/of}}")
    assert page.fill("{{?unheard/of}}, {{?transparency/dev/nothing}}") == "not measured yet, not measured yet"
    with pytest.raises(ValueError, match="cannot be written"):
        page.written({"no": "score"})


def separation(part: str, name: str, side: str) -> Any:
    return page.look_up(f"transparency_validity/attributions/{part}/separation/{name}/{side}")


def known(pair: str, name: str, side: str) -> Any:
    return page.look_up(f"known_groups/separation/{pair}/{name}/{side}")


def test_the_sentences_on_outlets_are_true() -> None:
    """If one of these fails after a new run, the prose of the template has to be written anew."""
    for part in ("gold levels", "gold spans"):
        left = page.look_up(f"transparency_validity/attributions/{part}/equal length")
        assert "index" in left["neither"], "the index goes away with length"
        assert "coverage" in left["partisan"]
        assert separation(part, "index", "raw")["interval"][0] > 0.5
        assert separation(part, "identification", "raw")["interval"][0] < 0.5, "identification is no higher"
        assert separation(part, "primary", "like length")["interval"][0] > 0.5
        assert separation(part, "outlet share", "like length")["interval"][1] < 0.5
        assert all(separation(part, "unnamed share", side)["interval"][0] > 0.5 for side in ("raw", "length adjusted", "like length"))
        ways = page.look_up(f"transparency_validity/attributions/{part}/other ways/primary")
        assert ways["pairs up to 1.05"] > max(ways["line, slope inside groups"], separation(part, "primary", "length adjusted")["value"])
    line = [separation("gold spans", name, "length adjusted")["value"] for name in ("index", *COMPONENTS) if name != "coverage"]
    assert max(max(v, 1 - v) for v in line) < 0.6


def test_the_sentences_on_known_groups_are_true() -> None:
    for pair in ("random: real, fake", "buzzfeed: real, fake"):
        assert "index" in page.look_up(f"known_groups/equal length/{pair}/neither")
    assert known("random: real, fake", "coverage", "raw")["interval"][0] > 0.5
    assert known("buzzfeed: real, fake", "coverage", "raw")["interval"][1] < 0.5
    assert "index" in page.look_up("known_groups/equal length/random: fake, satire/satire")
    medians = page.look_up("known_groups/medians/random/identification")
    assert max(medians, key=lambda kind: medians[kind]["raw"]["value"]) == "satire"
    systems = page.look_up("known_groups/transfer/systems")
    macro = {name: found["macro F1"]["value"] for name, found in systems.items()}
    assert max(macro, key=lambda name: macro[name]) == "length"
    assert systems["features"]["less tf-idf"]["interval"][0] < 0, "no better than words"
    assert macro["features without length"] < 0.5
    # The earlier study's TF-IDF is the one that we compare with.
    assert macro["tf-idf, as in the study"] == pytest.approx(page.look_up("known_groups/transfer/floor of the study before"), abs=1e-3)


def test_the_sentences_on_ratings_are_true() -> None:
    low, high = page.look_up("transparency/train/correlations/index - distinct sources ~ overall/interval")
    assert low < 0 < high, "no more than chance may give"
