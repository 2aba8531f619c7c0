"""The words about the index: every number in them replayed, every case that has words of its own, and no article that breaks them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import framing
from framing import reasons, transparency
from framing.demo import read_demo
from framing.records import COMPONENTS, LEVELS, REASONS, SOURCE_KINDS, Attribution, Entity, Span
from framing.result import Analysis, Explanation
from framing.tokens import tokenize

SENTENCE = "Water ran over the old stone wall by night here. "  # ten tokens
BASE = framing.analyze(SENTENCE * 12)
TOKENS = tokenize(BASE.article)
EXTRA = ("index", "accountability", "raised", "lowered")
NAMES = ("Ada Berg", "officials", "the water board", "Evening Post", "a clerk")


def sentence(number: int, words: str = "") -> Span:
    """Sentence ``number`` of the text, without its stop."""
    start = len(SENTENCE) * number
    return Span.of(BASE.article.text, start, start + len(SENTENCE) - 2)


def attribution(number: int, *sentences: int, **fields: object) -> Attribution:
    """Its contents are whole sentences, by default that of its own number."""
    content = tuple(sentence(n) for n in sentences or (number,))
    given: dict[str, object] = {"entity": 0, "kind": "person", "level": "named", **fields}
    return Attribution(number, None, Span.of(BASE.article.text, 49 * number, 49 * number + 5), content, "indirect", **given)  # type: ignore[arg-type]


def made(*attributions: Attribution, names: Sequence[str] = NAMES) -> Analysis:
    """An analysis of these attributions; the entity n has the n-th name."""
    score, weights = transparency.score(attributions, TOKENS, n_resamples=0)
    entities = tuple(Entity(n, name, "person", "named", ()) for n, name in enumerate(names))
    weighed = tuple(replace(a, weight=w) for a, w in zip(attributions, weights))
    return replace(BASE, attributions=weighed, entities=entities, scores=replace(BASE.scores, transparency=score))


def words(analysis: Analysis) -> dict[str, str]:
    return {row.feature: row.text for row in analysis.explain()["transparency"]}


OPEN = attribution(0, role="mayor")
HIDDEN = attribution(1, entity=1, level="bare", withheld=True, reason="none")
RELAYED = attribution(2, entity=4, level="described", withheld=True, reason="specific", position=True, relays=("Evening Post",))
OUTLET = attribution(3, entity=3, kind="outlet")
NOBODY = attribution(4, entity=None, kind="none", level="impersonal")


# ---------------------------------------------------------------------------------------------------------------- replayed


@pytest.mark.parametrize("analysis", [framing.analyze(read_demo()), made(OPEN, HIDDEN, RELAYED, OUTLET, NOBODY)], ids=["demo", "made"])
def test_every_number_of_points_replays_by_recomputation(analysis: Analysis) -> None:
    """What the text says a source adds is the component less the component of the article without that source."""
    tokens = tokenize(analysis.article)
    whole = transparency.components(transparency.evidence(analysis.attributions, tokens))
    sources = reasons._sources(analysis, transparency.evidence(analysis.attributions, tokens))
    assert sorted(a.id for s in sources for a in s.attributions) == [a.id for a in analysis.attributions]
    expected: dict[str, dict[str, float]] = {name: {} for name in COMPONENTS}
    for s in sources:
        rest = tuple(a for a in analysis.attributions if a not in s.attributions)
        less = transparency.components(transparency.evidence(rest, tokens))
        for name in COMPONENTS:
            expected[name][s.with_points(name)] = transparency.POINTS[name] * (whole[name] - less[name])
            assert s.points[name] == pytest.approx(expected[name][s.with_points(name)], abs=1e-9)
    told = 0
    for row in analysis.explain()["transparency"][:5]:
        for verb, choose in (("aised most by ", max), ("owered most by ", min)):
            if verb in row.text:
                source = choose(expected[row.feature], key=lambda text: expected[row.feature][text])
                assert f"{verb}{source}" in row.text
                assert f"{expected[row.feature][source]:+.1f})".replace("-", "−") in source
                told += 1
    assert told >= 3


def test_the_attributions_that_move_most_replay_by_recomputation() -> None:
    analysis = framing.analyze(read_demo())
    rows = {row.feature: row for row in analysis.explain()["transparency"]}
    tokens = tokenize(analysis.article)
    index = analysis.scores.transparency.index
    assert index is not None
    without = {}
    for a in analysis.attributions:
        rest = [b for b in analysis.attributions if b.id != a.id]
        without[a.id] = transparency.index(transparency.components(transparency.evidence(rest, tokens)))
    for feature, choose in (("raised", min), ("lowered", max)):
        number = choose(without, key=lambda i: without[i])
        row, a = rows[feature], analysis.attributions[number]
        assert row.value == pytest.approx(index - without[number], abs=1e-9)
        assert f"Without it the score would be {without[number]:.1f}." in row.text
        assert set(a.content) < set(row.spans)


def test_products_sum_to_the_index_and_extra_rows_weigh_nothing() -> None:
    analysis = made(OPEN, HIDDEN, RELAYED, OUTLET, NOBODY)
    rows = analysis.explain()["transparency"]
    assert tuple(row.feature for row in rows) == (*COMPONENTS, *EXTRA)
    assert sum(row.value * row.weight for row in rows) == analysis.scores.transparency.index
    assert [row.weight for row in rows[5:]] == [0.0] * 4


# ---------------------------------------------------------------------------------------------------------------- cases


def test_words_of_a_mixed_article() -> None:
    told = words(made(OPEN, HIDDEN, RELAYED, OUTLET, NOBODY))
    assert re.fullmatch(
        r"Sources are identified in part \(\d+\.\d of 35 points\)\. Raised most by Ada Berg, mayor \(named with a role, 1 attribution, "
        r"\+\d\.\d\); lowered most by statements without a source \(1 attribution, −\d\.\d\)\.",
        told["identification"],
    )
    assert told["depth"] == "2 sources are known by name or office (5.7 of 20 points): Ada Berg and Evening Post. Each of them adds 2.6."
    assert told["primary"].startswith("40 % of the attributed words come through news outlets (12.0 of 20 points): Evening Post. Lowered")
    assert told["diversity"].startswith("4 sources share the attributed words (7.5 of 10 points); the largest share, 25 %, is that of")
    assert told["coverage"].startswith("5 of the 12 sentences have words that are attributed to a source (6.2 of 15 points).")
    assert told["accountability"] == (
        "2 sources are kept unnamed: a reason given for “a clerk”; no reason given for “officials”. "
        "How they can know is shown for 1 of them."
    )
    assert "Of 5 attributions, 2 have a source known by name or office and 2 an unnamed one." in told["index"]
    assert told["index"].endswith("how openly the sources are identified, not whether what they say is true.")
    assert "is to Ada Berg, mayor: “Water ran over the old stone wall by night here”" in told["raised"]


def test_words_of_one_source_alone() -> None:
    told = words(made(OPEN))
    assert told["identification"].startswith("Sources are identified closely (35.0 of 35 points). All of it rests on Ada Berg, mayor (")
    assert told["depth"] == "One source is known by name or office (3.1 of 20 points): Ada Berg."
    assert told["primary"] == "No other news outlet is named as the origin of what is said (20.0 of 20 points)."
    assert told["diversity"] == "All attributed words belong to one source, Ada Berg (0.0 of 10 points)."
    assert told["coverage"].startswith("1 of the 12 sentences has words that are attributed to a source (1.2 of 15 points). All of it")
    assert "accountability" not in told
    assert "lowered" not in told


def test_words_of_one_source_among_others() -> None:
    told = words(made(HIDDEN, attribution(0, *range(2, 9)), attribution(9, entity=2, kind="organisation")))
    start, end = told["diversity"].split("; ")
    assert start == "3 sources share the attributed words (3.7 of 10 points)"
    assert end == "the largest share, 78 %, is that of Ada Berg. Without Ada Berg it would be 1.3 higher."
    assert told["coverage"].endswith("Raised most by Ada Berg (named without a role, 1 attribution, +8.8).")


def test_words_of_nobody() -> None:
    told = words(made(NOBODY))
    assert told["identification"] == "Sources are identified hardly (0.0 of 35 points)."
    assert told["depth"] == "No source is known by name or office (0.0 of 20 points)."
    assert told["diversity"] == "No attributed words belong to a source (0.0 of 10 points)."
    author = words(made(attribution(0, kind="author")))
    assert author["identification"] == "No attribution has a source that could be identified (0.0 of 35 points)."


def test_words_of_empty_contents() -> None:
    told = words(made(replace(OPEN, content=())))
    assert told["primary"] == "No attributed words stand in the body of the article (0.0 of 20 points)."
    assert told["coverage"] == "No sentence has words that are attributed to a source (0.0 of 15 points)."


def test_words_of_an_article_that_is_all_second_hand() -> None:
    told = words(made(OUTLET, replace(RELAYED, relays=("Radio One", "Daily Mirror")), attribution(0, *range(12), relays=("evening post",))))
    assert told["primary"].startswith(
        "All attributed words come through news outlets (0.0 of 20 points): evening post (93 %) and Daily Mirror (7 %)."
    )
    assert told["coverage"].startswith("All 12 sentences have")
    partly = words(made(OPEN, replace(OPEN, id=1, relays=("Evening Post",)), HIDDEN))
    assert "partly through Evening Post" in partly["identification"] + partly["primary"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"role": "mayor"}, "named with a role"),
        ({}, "named without a role"),
        ({"kind": "document"}, "a document, its producer not told"),
        ({"kind": "document", "producer": "the ministry"}, "a document, its producer told"),
        ({"kind": "organisation"}, "a named organisation"),
        ({"kind": "outlet"}, "a news outlet"),
        ({"level": "office"}, "known by office"),
        ({"level": "described", "withheld": True, "reason": "boilerplate"}, "unnamed but described, only a stock reason given"),
        ({"level": "bare"}, "unnamed"),
        ({"level": "impersonal"}, "nobody is named"),
        ({"kind": "author"}, "the author"),
        ({"entity": None, "kind": "none"}, ""),
        ({"relays": ("Radio One", "Evening Post")}, "named without a role, through Evening Post"),
    ],
)
def test_how_a_source_is_identified(fields: dict[str, object], expected: str) -> None:
    assert reasons._identified([attribution(0, **fields)]) == expected


def test_the_best_reason_and_the_best_naming_of_a_source_count() -> None:
    both = [replace(HIDDEN, weight=0.1), replace(HIDDEN, id=5, reason="specific", level="described", weight=0.3)]
    assert reasons._identified(both) == "unnamed but described, a reason given"


def test_why_there_is_no_index() -> None:
    (row,) = framing.analyze("Rain fell.").explain()["transparency"]
    assert (row.feature, row.value, row.weight) == ("attributions", 0.0, 0.0)
    assert row.text == "There is no score: nothing in the text is attributed to anybody, so there is nothing to measure."
    (row,) = framing.analyze("The mayor said it may rain.").explain()["transparency"]
    assert (row.feature, row.value, row.weight) == ("tokens", 7.0, 0.0)
    assert "the text has 7 tokens, and below 100" in row.text


# ---------------------------------------------------------------------------------------------------------------- small words


def test_small_words() -> None:
    assert [reasons.signed(x) for x in (1.25, -0.04, 0.0, -2.06)] == ["+1.2", "+0.0", "+0.0", "−2.1"]
    assert [reasons.signed(x, 2) for x in (0.125, -0.004, -2.06)] == ["+0.12", "+0.00", "−2.06"]
    rows = [Explanation(name, 1.0, weight, (), "") for name, weight in (("tiny", 0.04), ("much", 0.5), ("less", -0.3), ("none", -0.049))]
    told = reasons.rating_summary(3.0, rows).text
    assert told.endswith("Raised most by much +0.5. Lowered most by less −0.3.")
    assert [reasons.listed(list("ABCDE")[:n]) for n in (1, 2, 3, 5)] == ["A", "A and B", "A, B and C", "A, B, C and 2 more"]
    assert [reasons.percent(x) for x in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]
    assert reasons.shortened("a\n b\u2028c ") == "a b c"
    assert reasons.shortened("word " * 40) == "word " * 11 + "word…"
    assert reasons.shortened("x" * 500) == "x" * 59 + "…"


# ---------------------------------------------------------------------------------------------------------------- anything


@st.composite
def attributions(draw: st.DrawFn, number: int) -> Attribution:
    withheld = draw(st.booleans())
    return attribution(
        number,
        *draw(st.lists(st.integers(0, 11), min_size=1, max_size=2)),
        entity=draw(st.none() | st.integers(0, 4)),
        kind=draw(st.sampled_from(SOURCE_KINDS)),
        level=draw(st.sampled_from(LEVELS)),
        withheld=withheld,
        reason=draw(st.sampled_from((*REASONS, None))) if withheld else None,
        position=draw(st.booleans()),
        role=draw(st.sampled_from((None, "mayor"))),
        producer=draw(st.sampled_from((None, "the ministry"))),
        relays=draw(st.sampled_from(((), (), ("Evening Post",), ("Evening Post", "Radio One")))),
    )


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(1, 8), st.lists(st.text(max_size=90), min_size=5, max_size=5))
def test_any_article_has_its_words(data: st.DataObject, number: int, names: list[str]) -> None:
    analysis = made(*(data.draw(attributions(i)) for i in range(number)), names=names)
    rows = analysis.explain()["transparency"]
    assert all(isinstance(row, Explanation) for row in rows)
    assert tuple(row.feature for row in rows[:5]) == COMPONENTS
    assert sum(row.value * row.weight for row in rows) == analysis.scores.transparency.index
    for row in rows:
        assert row.text == " ".join(row.text.split())
        assert row.text.endswith(".")
        assert "None" not in re.sub("|".join(re.escape(n) for n in names if n) or "$^", "", row.text)
        assert len(row.text) < 700
