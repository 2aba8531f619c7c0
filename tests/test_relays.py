"""Relays: cases in ``cases/relays.json``, properties on arbitrary texts and spans, and the trained decision on made articles.

Markup of the cases: ``{s1 ...}`` is the source, ``{c1 ...}`` the cue, ``{x1 ...}`` the content of attribution 1; they may nest, and an
attribution whose cue stands in the content of another has that as parent. ``expect`` gives the relays of attributions, from the speaker
outwards; ``xfail`` is the reason of a known failure.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import relays
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.relay_candidates import NEIGHBOURS, RelayModel, decide, features, fit_relays, neighbours, probabilities
from framing.relays import Evidence
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "relays.json").read_text(encoding="utf-8"))


def read_markup(marked: str) -> tuple[str, list[Attribution]]:
    """Plain text and attributions of a marked one."""
    plain: list[str] = []
    stack: list[tuple[str, int, int]] = []
    found: dict[int, dict[str, tuple[int, int]]] = {}
    i = 0
    while i < len(marked):
        if marked[i] == "{":
            end = marked.index(" ", i)
            stack.append((marked[i + 1], int(marked[i + 2 : end]), len(plain)))
            i = end + 1
            continue
        if marked[i] == "}":
            kind, number, start = stack.pop()
            found.setdefault(number, {})[kind] = (start, len(plain))
        else:
            plain.append(marked[i])
        i += 1
    text = "".join(plain)
    attributions = []
    for number, marks in sorted(found.items()):
        cue = Span.of(text, *marks["c"])
        around = [
            (b - a, n)
            for n, other in found.items()
            if n != number and "x" in other
            for a, b in [other["x"]]
            if a <= cue.start and cue.end <= b
        ]
        content = (Span.of(text, *marks["x"]),) if "x" in marks else ()
        source = Span.of(text, *marks["s"]) if "s" in marks else None
        attributions.append(Attribution(number, source, cue, content, "indirect", parent=min(around)[1] if around else None))
    return text, attributions


def relays_of(text: str, attributions: list[Attribution]) -> dict[int, list[str]]:
    article = article_from_text(text)
    resolved, _ = resolve_sources(tokenize(article), find_quotes(text, article.paragraphs), attributions)
    return {a.id: list(a.relays) for a in resolved}


def parameters() -> list[Any]:
    return [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(reason=c["xfail"], strict=True)] if "xfail" in c else []) for c in CASES
    ]


@pytest.mark.parametrize("case", parameters())
def test_cases(case: dict[str, Any]) -> None:
    got = relays_of(*read_markup(case["text"]))
    assert {number: got[int(number)] for number in case["expect"]} == case["expect"]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert len({c["label"] for c in CASES}) == len(CASES)
    assert sum("xfail" in c for c in CASES) <= 5
    assert sum(not any(c["expect"].values()) for c in CASES) >= 10  # without any relay


WORDS = [
    "Martha", "Quill", "Dan", "Holt", "CNN", "Reuters", "the", "Kessel", "Tribune", "told", "said", "tweeted", "in", "an", "interview",
    "with", "on", "her", "radio", "show", "Twitter", "newspaper", "“", "”", ",", ".", "\n\n", "she", "Monday", "\ud800", "\u0300", "Meet",
    "the", "Press",
]  # fmt: skip


@st.composite
def articles(draw: st.DrawFn) -> tuple[str, list[Attribution]]:
    text = " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=60)))
    attributions: list[Attribution] = []
    for i in range(draw(st.integers(0, 8))):
        at = [draw(st.integers(0, len(text))) for _ in range(6)]
        spans = [Span.of(text, *sorted(at[k : k + 2])) for k in (0, 2, 4)]
        source = draw(st.sampled_from([None, spans[0]]))
        parent = draw(st.sampled_from([None, *range(9)]))
        attributions.append(Attribution(i, source, spans[1], (spans[2],), "mixed", parent=parent))
    return text, attributions


@given(articles(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_no_outlet_twice_and_order_does_not_matter(article: tuple[str, list[Attribution]], shuffle: random.Random) -> None:
    text, attributions = article
    got = relays_of(text, attributions)
    assert all(len(set(chain)) == len(chain) and all(chain) for chain in got.values())
    other = list(attributions)
    shuffle.shuffle(other)
    assert relays_of(text, other) == got


def test_chain_is_as_deep_as_the_nesting() -> None:
    outlets = ["Reuters", "CNN", "the BBC", "NPR", "Politico"]
    marked = "{s9 aides} {c9 feared} {x9 a collapse}"
    for i, outlet in enumerate(outlets):
        marked = f"{{s{i} {outlet}}} {{c{i} reported}} {{x{i} that {marked}}}"
    assert relays_of(*read_markup(marked + "."))[9] == [o.removeprefix("the ") for o in outlets]


def evidence(monkeypatch: pytest.MonkeyPatch, text: str, attributions: list[Attribution]) -> Evidence:
    kept: list[Evidence] = []
    gather = relays.gather

    def keep(*given: Any) -> Evidence:
        kept.append(gather(*given))
        return kept[-1]

    with monkeypatch.context() as patch:
        patch.setattr(relays, "gather", keep)
        relays_of(text, attributions)
    return kept[0]


def made(rng: random.Random) -> tuple[str, list[bool]]:
    """A made article with its relays: a speaker keeps the medium after "added", and never after "noted elsewhere"."""
    people = rng.sample(["Martha Quill", "Dan Holt", "Rosa Vance", "Ina Krause"], 3)
    parts, gold, n = [], [], 0
    for person in people:
        outlet = rng.choice(["CNN", "Reuters", None])
        to = f"told {outlet}" if outlet else "said"
        parts.append(f"{{s{n} {person}}} {{c{n} {to.split()[0]}}} {to[5:]} {{x{n} the bridge was safe}}. ")
        gold.append(outlet is not None)
        last = person.split()[1]
        for word in rng.choices(["added", "smiled at"], k=2):
            n += 1
            parts.append(f"{{s{n} {last}}} {{c{n} {word}}} {{x{n} the plan}}. ")
            gold.append(outlet is not None and word == "added")
        n += 1
        parts.append("\n\n")
    return "".join(parts), gold


def test_the_trained_decision_learns_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(20261126)
    texts = [made(rng) for _ in range(40)]
    known = [(evidence(monkeypatch, *read_markup(marked)), gold) for marked, gold in texts]
    model = fit_relays(known[:30])
    kept = RelayModel.from_arrays(model.arrays())
    assert [decide(found, kept) for found, _ in known] == [decide(found, model) for found, _ in known]
    assert all(not array.dtype.hasobject for array in model.arrays().values())
    again = fit_relays(known[:30])
    assert all(np.array_equal(array, again.arrays()[name]) for name, array in model.arrays().items())
    right = [bool(chain) == y for found, gold in known[30:] for chain, y in zip(decide(found, model), gold)]
    assert np.mean(right) > 0.95
    majority = np.mean([not y for _, gold in known[30:] for y in gold])
    assert np.mean(right) > majority + 0.2
    for found, _ in known[30:]:
        p = probabilities(found, model)
        assert p.shape == (len(found.attributions),)
        assert ((p >= 0) & (p <= 1)).all()


@given(articles())
@settings(max_examples=60, deadline=None)
def test_features_and_neighbours_of_any_text(article: tuple[str, list[Attribution]]) -> None:
    text, attributions = article
    if not attributions or not text.strip():
        return
    patch = pytest.MonkeyPatch()
    found = evidence(patch, text, attributions)
    rows = features(found)
    assert len(rows) == len(attributions)
    assert all(len(set(row)) == len(row) for row in rows)
    p = np.linspace(0, 1, len(rows))
    around = neighbours(found, p)
    assert around.shape == (len(rows), len(NEIGHBOURS))
    assert np.array_equal(around[:, 0], p)
    assert ((around >= 0) & (around <= 1 + 1e-12)).all()
    row = {name: around[:, k] for k, name in enumerate(NEIGHBOURS)}
    assert (row["entity's best"] <= p.max() + 1e-12).all()
    assert (row["article's best"] == p.max()).all()
