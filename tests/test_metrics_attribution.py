"""Attributions matched by cue, and by content as the peers do."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.metrics.attribution import (
    COLUMNS,
    END_TO_END_COLUMNS,
    Triple,
    double_quoted,
    end_to_end,
    end_to_end_scores,
    end_to_end_statistics,
    evaluate,
    from_record,
    match,
    scores,
    statistics,
)
from framing.records import SPEECH, Attribution, Span

GOLDEN = json.loads((Path(__file__).parent / "golden" / "attribution.json").read_text(encoding="utf-8"))
TEXT = 'He "said it" and\nshe "may\n"go on" or not so a b c'


def triple(row: dict[str, Any]) -> Triple:
    roles = {role: tuple((s, e) for s, e in row[role]) for role in ("source", "cue", "content")}
    return Triple(**roles, parent=row.get("parent"), via=tuple(row.get("via", ())), speech=row.get("speech", "unknown"))


CASE = {side: [triple(row) for row in GOLDEN["triples"][side]] for side in ("gold", "predicted")}

span = st.tuples(st.integers(0, len(TEXT) - 9), st.integers(1, 8)).map(lambda x: (x[0], x[0] + x[1]))
parts = st.lists(span, max_size=3).map(tuple)
triples = st.lists(
    st.builds(
        Triple, parts, st.lists(span, min_size=1, max_size=2).map(tuple), parts, st.none() | st.integers(0, 5),
        st.sampled_from([(), ("AP",), ("ap", "AFP")]), st.sampled_from([*SPEECH, "unknown"]),
    ),
    max_size=6,
)  # fmt: skip


def characters(spans: Sequence[tuple[int, int]]) -> set[int]:
    return {i for s, e in spans for i in range(s, e)}


def greedy(values: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for i, j in sorted(values, key=lambda pair: (-values[pair], pair)):
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def brute(gold: list[Triple], predicted: list[Triple]) -> dict[str, int]:
    """The definitions of the module's docstring, over sets of characters."""
    overlaps = {(i, j): len(characters(g.cue) & characters(p.cue)) for i, g in enumerate(gold) for j, p in enumerate(predicted)}
    pairs = greedy({pair: n for pair, n in overlaps.items() if n})
    partner = dict(pairs)
    out = dict.fromkeys(COLUMNS, 0) | {"gold": len(gold), "predicted": len(predicted), "matched": len(pairs)}
    for i, j in pairs:
        (a, b), (c, d) = (
            [characters(x) for x in y] for y in ((gold[i].source, predicted[j].source), (gold[i].content, predicted[j].content))
        )
        source, content = len(a & b) >= 0.5 * len(a | b), len(c & d) >= 0.5 * len(c | d)
        out["source"] += source
        out["content"] += content
        out["full"] += source and content
        out["exact"] += a == b and c == d and characters(gold[i].cue) == characters(predicted[j].cue)
        if gold[i].speech != "unknown":
            out["full_" + gold[i].speech] += source and content
        out["relays"] += len({v.lower() for v in gold[i].via} & {v.lower() for v in predicted[j].via})
    for g in gold:
        if g.speech != "unknown":
            out["gold_" + g.speech] += 1
    out["gold_relays"], out["predicted_relays"] = (sum(len(t.via) for t in side) for side in (gold, predicted))
    out["gold_nested"], out["predicted_nested"] = (sum(t.parent is not None for t in side) for side in (gold, predicted))
    out["nested"] = sum(
        g.parent in partner and i in partner and predicted[partner[i]].parent == partner[g.parent]  # type: ignore[index]
        for i, g in enumerate(gold)
        if g.parent is not None
    )
    return out


def test_triples_as_worked_by_hand() -> None:
    golden = GOLDEN["triples"]
    counts = statistics(CASE["gold"], CASE["predicted"])
    assert list(counts) == golden["statistics"]
    assert list(statistics(CASE["gold"], CASE["predicted"], flat=True)) == golden["flat"]
    found = scores(counts)
    assert {name: float(found[name]) for name in golden["scores"]} == pytest.approx(golden["scores"])


def test_end_to_end_as_worked_by_hand() -> None:
    golden = GOLDEN["end_to_end"]
    text = golden["text"]

    def find(row: list[str]) -> Triple:
        return Triple(*(((text.index(s), text.index(s) + len(s)),) for s in row))

    counts = end_to_end_statistics(text, [find(row) for row in golden["gold"]], [find(row) for row in golden["predicted"]])
    assert list(counts) == golden["statistics"]
    found = end_to_end_scores(counts)
    assert {name: float(found[name]) for name in golden["scores"]} == pytest.approx(golden["scores"])


@given(triples, triples)
@settings(max_examples=150, deadline=None)
def test_counts_agree_with_sets_of_characters(gold: list[Triple], predicted: list[Triple]) -> None:
    assert dict(zip(COLUMNS, statistics(gold, predicted))) == brute(gold, predicted)


@given(triples, triples)
@settings(max_examples=150, deadline=None)
def test_end_to_end_agrees_with_sets_of_words(gold: list[Triple], predicted: list[Triple]) -> None:
    words = [range(*m.span()) for m in re.finditer(r"\w+", TEXT)]
    inside = {k for k, w in enumerate(words) if {*w} & characters(double_quoted(TEXT))}
    sides = [
        [(characters(t.source), {k for k, w in enumerate(words) if {*w} & characters(t.content)}) for t in side]
        for side in (gold, predicted)
    ]
    unions = [set().union(*(content for _, content in side)) for side in sides]
    expected = [len(unions[0]), len(unions[1]), len(unions[0] & unions[1])]
    expected += [len(unions[0] & inside), len(unions[1] & inside), len(unions[0] & unions[1] & inside)]
    for kind in (lambda c: True, lambda c: 2 * len(c & inside) >= len(c), lambda c: not c & inside):
        g, p = ([a for a in side if a[1] and kind(a[1])] for side in sides)
        values = {(i, j): len(a[1] & b[1]) / len(a[1] | b[1]) for i, a in enumerate(g) for j, b in enumerate(p)}
        pairs = greedy({pair: value for pair, value in values.items() if value >= 0.5})
        expected += [len(g), len(p), len(pairs), sum(bool(g[i][0] & p[j][0]) for i, j in pairs)]
    assert list(end_to_end_statistics(TEXT, gold, predicted)) == expected


def test_double_marks_toggle_and_go_on_in_the_next_line() -> None:
    assert [TEXT[s:e] for s, e in double_quoted(TEXT)] == ["said it", "may", "go on"]
    text = 'a “b\n\n  “c” d\ne "f\ng" h'
    assert [text[s:e] for s, e in double_quoted(text)] == ["b", "c", "f", " h"]
    assert double_quoted("") == ()


def test_the_larger_overlap_is_matched_first() -> None:
    gold = [Triple((), ((0, 4),), ()), Triple((), ((4, 10),), ())]
    assert match(gold, [Triple((), ((3, 9),), ()), Triple((), ((0, 1),), ())]) == [(1, 0), (0, 1)]


def test_records_are_read_as_triples() -> None:
    record = Attribution(7, Span(0, 2), Span(3, 7), (Span(8, 12), Span(14, 20)), "direct", parent=3, relays=("AP",))
    expected = Triple(((0, 2),), ((3, 7),), ((8, 12), (14, 20)), 3, ("AP",), "direct", 7)
    assert from_record(record) == expected
    assert from_record(replace(record, source=None)).source == ()
    assert statistics([record], [record]) == statistics([expected], [expected])


def test_identical_input_scores_one() -> None:
    gold = [replace(t, parent=None if i == 0 else 0) for i, t in enumerate(CASE["gold"])]
    assert {name: s.value for name, s in evaluate([(gold, gold)] * 3, 20).items() if s.value != 1} == {}
    text = 'Ann "says so". Bob said no.'
    both = [Triple(((0, 3),), ((4, 5),), ((4, 13),)), Triple(((15, 18),), ((19, 23),), ((24, 26),))]
    assert {s.value for s in end_to_end([(text, both, both)], 20).values()} == {1.0}


def test_empty_input_scores_zero() -> None:
    assert {(s.value, *s.interval) for docs in ([], [([], [])]) for s in evaluate(docs, 20).values()} == {(0.0, 0.0, 0.0)}
    assert {s.value for s in end_to_end([("", [], [])], 20).values()} == {0.0}
    assert len(end_to_end_statistics("", [], [])) == len(END_TO_END_COLUMNS)


def test_the_signature_says_whether_nested_ones_count() -> None:
    case = [(CASE["gold"], CASE["predicted"])]
    assert evaluate(case, 20, flat=True)["cue_f1"].signature.startswith("match:overlap|full:iou0.5|nested:left-out|resamples:20|seed:0|")
    assert evaluate(case, 20)["cue_f1"].value == pytest.approx(6 / 7)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Triple((), (), ()), "gold attribution 0 has no cue"),
        (Triple(((4, 2),), ((0, 1),), ()), r"gold attribution 0: source \(4, 2\)"),
        (Triple((), ((0, 1),), (), speech="shouted"), "speech 'shouted'"),
        (Triple((), ((0, 1),), (), via="AP"), "via 'AP'"),  # type: ignore[arg-type]  # the point
    ],
)
def test_malformed_input_is_named(wrong: Triple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        statistics([wrong], [])


def test_an_id_that_occurs_twice_and_an_end_behind_the_text_are_named() -> None:
    one = Triple((), ((0, 1),), ((2, 9),), id=1)
    with pytest.raises(ValueError, match="predicted attribution 1: id 1 occurs twice"):
        statistics([], [one, one])
    with pytest.raises(ValueError, match="gold attribution 0 ends behind the text of 3"):
        end_to_end_statistics("abc", [one], [])
