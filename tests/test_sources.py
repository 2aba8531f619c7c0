"""Sources: cases in ``cases/sources.json``, and properties on arbitrary texts and spans.

Markup of the cases: ``{s1 ...}`` is the source, ``{c1 ...}`` the cue, ``{x1 ...}`` the content of attribution 1; they may nest, and an
attribution whose cue stands in the content of another has that as parent. ``expect`` gives fields ("entity" is the entity's name); ``same``
and ``different`` pairs of attributions share an entity or not; ``xfail`` is the reason of a known failure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.levels import reason_of
from framing.names import find_names
from framing.nouns import classify, noun
from framing.quotes import find_quotes
from framing.records import LEVELS, REASONS, SOURCE_KINDS, Attribution, Entity, Span
from framing.roles import find_roles
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "sources.json").read_text(encoding="utf-8"))


def read_markup(marked: str) -> tuple[str, list[Attribution]]:
    """Plain text and attributions of a marked one."""
    plain: list[str] = []
    stack: list[tuple[str, int, int]] = []
    found: dict[int, dict[str, Any]] = {}
    length = i = 0
    while i < len(marked):
        ch = marked[i]
        if ch == "{":
            end = marked.index(" ", i)
            stack.append((marked[i + 1], int(marked[i + 2 : end]), length))
            i = end + 1
            continue
        if ch == "}":
            kind, number, start = stack.pop()
            found.setdefault(number, {})[kind] = (start, length)
        else:
            plain.append(ch)
            length += 1
        i += 1
    text = "".join(plain)
    attributions = []
    for number, marks in sorted(found.items()):
        cue = Span.of(text, *marks["c"])
        contents = [(n, *other["x"]) for n, other in found.items() if n != number and "x" in other]
        around = [(b - a, n) for n, a, b in contents if a <= cue.start and cue.end <= b]
        content = (Span.of(text, *marks["x"]),) if "x" in marks else ()
        source = Span.of(text, *marks["s"]) if "s" in marks else None
        attributions.append(Attribution(number, source, cue, content, "indirect", parent=min(around)[1] if around else None))
    return text, attributions


def resolve(text: str, attributions: list[Attribution]) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
    article = article_from_text(text)
    return resolve_sources(tokenize(article), find_quotes(text, article.paragraphs), attributions)


def parameters() -> list[Any]:
    return [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(reason=c["xfail"], strict=True)] if "xfail" in c else []) for c in CASES
    ]


@pytest.mark.parametrize("case", parameters())
def test_cases(case: dict[str, Any]) -> None:
    resolved, entities = resolve(*read_markup(case["text"]))
    by_id = {a.id: a for a in resolved}
    for number, fields in case["expect"].items():
        a = by_id[int(number)]
        got = {name: getattr(a, name) for name in fields if name != "entity"}
        if "entity" in fields:
            got["entity"] = None if a.entity is None else entities[a.entity].name
        if "relays" in got:
            got["relays"] = list(got["relays"])
        assert got == fields
    for one, other in case.get("same", []):
        assert by_id[one].entity is not None
        assert by_id[one].entity == by_id[other].entity
    for one, other in case.get("different", []):
        assert by_id[one].entity != by_id[other].entity


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80
    assert len({c["label"] for c in CASES}) == len(CASES)
    assert sum("xfail" in c for c in CASES) <= 10


def test_nothing_in_nothing_out() -> None:
    assert resolve("", []) == ((), ())
    assert resolve("Martha Quill said it.", []) == ((), ())


def test_mentions_of_an_entity_are_in_order_and_hold_the_names_elsewhere() -> None:
    text, attributions = read_markup("{s1 Martha Quill, the mayor,} {c1 said} {x1 it rained}. Dan Holt met Quill. {s2 She} {c2 left}.")
    _, entities = resolve(text, attributions)
    assert [m.text for m in entities[0].mentions] == ["Martha Quill, the mayor,", "Quill", "She"]


def test_names_in_the_title_are_no_mentions() -> None:
    text, attributions = read_markup(
        "Martha Quill Wins Again\n\nKESSEL — {s1 Martha Quill} {c1 said} {x1 it rained}. Dan Holt met Quill.\n\nThe end was near.\n"
    )
    tokens = tokenize(article_from_text(text))
    assert not tokens.body[0]
    _, entities = resolve(text, attributions)
    assert [(m.start > 20, m.text) for m in entities[0].mentions] == [(True, "Martha Quill"), (True, "Quill")]


def test_best_level_of_all_mentions() -> None:
    text, attributions = read_markup(
        "{s1 The official} {c1 said} {x1 it rained}. {s2 A Treasury official} {c2 spoke}. {s3 The official} {c3 left}."
    )
    resolved, entities = resolve(text, attributions)
    for a in resolved:
        assert a.entity is not None
        assert a.level == entities[a.entity].level
        assert a.kind == entities[a.entity].kind


def test_order_of_input_does_not_matter() -> None:
    text, attributions = read_markup(
        "{s1 Martha Quill} {c1 said} {x1 it rained}. {s2 She} {c2 added} {x2 it snowed}. {s3 A source} {c3 said} {x3 no}."
    )
    forward, entities = resolve(text, attributions)
    backward, _ = resolve(text, attributions[::-1])
    assert [a.id for a in backward] == [3, 2, 1]
    assert backward[::-1] == forward
    assert [e.name for e in entities] == ["Martha Quill", "A source"]


WORDS = [
    "Martha",
    "Quill",
    "Dan",
    "Holt",
    "he",
    "she",
    "they",
    "it",
    "I",
    "we",
    "who",
    "the",
    "a",
    "official",
    "officials",
    "agency",
    "The",
    "Agency",
    "CNN",
    "said",
    "told",
    "of",
    "of",
    "and",
    ",",
    ".",
    "“",
    "”",
    "’s",
    "his",
    "their",
    "aides",
    "some",
    "(",
    ")",
    "Mr.",
    "Sen.",
    "report",
    "poll",
    "by",
    "\n\n",
    "U.S.",
    "NATO",
    "x.com",
]
TEXTS = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))


@st.composite
def attributed(draw: st.DrawFn) -> tuple[str, list[Attribution]]:
    """A text with attributions on arbitrary spans, arbitrary parents included."""
    text = draw(TEXTS)

    def span() -> Span:
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        return Span.of(text, a, b)

    n = draw(st.integers(0, 6))
    ids = draw(st.permutations(range(n)))
    return text, [
        Attribution(
            i,
            span() if draw(st.booleans()) else None,
            span(),
            tuple(span() for _ in range(draw(st.integers(0, 2)))),
            "direct",
            parent=draw(st.one_of(st.none(), st.integers(-1, n))),
        )
        for i in ids
    ]


@settings(max_examples=150, deadline=None)
@given(attributed())
def test_valid_on_arbitrary_spans(given_: tuple[str, list[Attribution]]) -> None:
    text, attributions = given_
    resolved, entities = resolve(text, attributions)
    assert [a.id for a in resolved] == [a.id for a in attributions]
    for before, after in zip(attributions, resolved):
        assert (before.source, before.cue, before.content, before.parent, before.speech) == (
            after.source,
            after.cue,
            after.content,
            after.parent,
            after.speech,
        )
        assert after.kind in SOURCE_KINDS
        assert after.level in LEVELS
        assert (after.reason in REASONS) == after.withheld
        assert (after.entity is None) == (after.kind == "none")
        assert after.entity is None or 0 <= after.entity < len(entities)
        assert len(set(after.relays)) == len(after.relays)
        if after.withheld:
            assert after.kind == "person"
            assert after.level in ("office", "described", "bare")
    assert [e.id for e in entities] == list(range(len(entities)))
    for e in entities:
        starts = [m.start for m in e.mentions]
        assert starts == sorted(starts)
        for m in e.mentions:
            assert 0 <= m.start <= m.end <= len(text)
            assert text[m.start : m.end] == m.text


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_runs_do_not_overlap_and_name_something(text: str) -> None:
    tokens = tokenize(article_from_text(text))
    book = find_names(tokens)
    find_roles(book, tokens)
    assert all(x.last <= y.first for x, y in zip(book.runs, book.runs[1:]))
    for run in book.runs:
        assert run.first <= run.name < run.last
        assert run.id < len(book.named)


@pytest.mark.parametrize("text", ["\ud800 said \udfff", "\x00\x01 told CNN", "Ω" * 50, "’s ’s ’s", "A. A. A. A. said", "(" * 100])
def test_odd_characters(text: str) -> None:
    whole = Span.of(text, 0, len(text))
    resolved, _ = resolve(text, [Attribution(0, whole, whole, (whole,), "direct"), Attribution(1, whole, whole, (), "mixed", parent=0)])
    assert len(resolved) == 2


def test_long_chains_neither_recurse_deeply_nor_fail() -> None:
    text = "some of " * 3000 + "their aides said " + "their aides said " * 2000
    step = len("their aides said ")
    start = len("some of ") * 3000
    whole = Attribution(0, Span.of(text, 0, start + step), Span.of(text, start, start + 5), (), "indirect")
    many = [
        Attribution(i + 1, Span.of(text, a, a + 11), Span.of(text, a + 12, a + 16), (), "indirect")
        for i, a in enumerate(range(start, len(text) - step, step))
    ]
    resolved, _ = resolve(text, [whole, *many])
    assert len(resolved) == len(many) + 1


def test_work_grows_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts the names looked at, not seconds: ten times the text may not ask for more than ten times as many."""
    from framing import entities

    calls = 0
    original = entities.State.runs_before

    def counted(self: entities.State, token: int, limit: int) -> Any:
        nonlocal calls
        found = original(self, token, limit)
        calls += len(found)
        return found

    monkeypatch.setattr(entities.State, "runs_before", counted)
    part = (
        "Martha Quill met Dan Holt. {s1 He} {c1 said} {x1 it rained}. {s2 The agency} {c2 told} {x2 it}. {s3 The senator} {c3 spoke}.\n\n"
    )
    text, attributions = read_markup(part)
    counts = []
    for times in (60, 600):
        calls = 0
        many = [
            Attribution(
                3 * k + a.id,
                Span.of(text * times, a.source.start + k * len(text), a.source.end + k * len(text)),
                Span.of(text * times, a.cue.start + k * len(text), a.cue.end + k * len(text)),
                (),
                "indirect",
            )
            for k in range(times)
            for a in attributions
            if a.source is not None
        ]
        resolve(text * times, many)
        counts.append(calls)
    assert 0 < counts[1] <= 12 * counts[0]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("Kessel", "Gazette"), "outlet"),
        (("Ministry", "of", "Transport"), "organisation"),
        (("Russia",), "place"),
        (("Russian",), "adjective"),
        (("Russians",), "group"),
        (("Martha", "Quill"), "person"),
        (("HSA",), "organisation"),
        (("Larkin", "Inc"), "organisation"),
        (("Agency",), "common"),
        (("harbournews.eu",), "outlet"),
    ],
)
def test_kinds_of_names(words: tuple[str, ...], kind: str) -> None:
    assert classify(words) == kind


@pytest.mark.parametrize(
    ("word", "lemma", "flag", "plural"),
    [
        ("officials", "official", "person", True),
        ("Spokeswomen", "spokeswoman", "person", True),
        ("polls", "poll", "document", True),
        ("agencies", "agency", "organisation", True),
        ("co-founder", "co-founder", "person", False),
        ("ex-minister", "minister", "person", False),
        ("publication", "publication", "outlet", False),
    ],
)
def test_nouns(word: str, lemma: str, flag: str, plural: bool) -> None:
    assert noun(word)[0] == lemma
    assert flag in noun(word)[1]
    assert noun(word)[2] == plural


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("He spoke on condition of anonymity.", "boilerplate"),
        ("She asked for anonymity to protect her safety.", "specific"),
        ("He said it rained.", "none"),
        ("He declined to be named for fear of reprisals.", "specific"),
        ("He was not permitted to speak publicly.", "boilerplate"),
        ("He spoke on condition of anonymity because he was not authorized to discuss the strike.", "boilerplate"),
        ("She was not authorized to comment on the case.", "boilerplate"),
        ("They weren’t allowed to publicly discuss the talks.", "boilerplate"),
        ("He did so anonymously, as he was not authorized to speak about his job.", "boilerplate"),
        ("He spoke on condition of anonymity, as he did not have permission to discuss it.", "boilerplate"),
        ("She spoke on condition of anonymity for fear of losing her job.", "specific"),
        ("She asked for anonymity because she feared retaliation.", "specific"),
        ("He spoke on condition of anonymity to discuss internal deliberations.", "specific"),
        ("Citing the sensitivity of the talks, he spoke on condition of anonymity.", "specific"),
        ("He was not authorized to discuss the strike, and spoke for fear of violence.", "specific"),
    ],
)
def test_reasons(sentence: str, reason: str) -> None:
    assert reason_of(sentence) == reason
