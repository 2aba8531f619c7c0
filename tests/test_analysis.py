"""The whole way: any string, the same bytes, many articles, the acceptance example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import framing
from framing import Analysis, Article, Span, schema
from framing.demo import read_demo
from framing.hedging import rule_hedges
from framing.result import _plain

VALIDATOR = Draft202012Validator(schema.load())

WORDS = st.sampled_from(
    ["“", "”", '"', "'", "‘", "’", "«", "said", "told the Herald", "according to", "Doe", "A senior official", "may", "\n\n", "\r\n",
     "that", "reportedly", ".", ",", "e\u0301", "\u202e", "\x00", "\ud800", "العربية", "日本語", "😀", "The report", "--", "Tags: a, b",
     "(", "[", "http://", "\ufeff"]
)  # fmt: skip
TEXTS = st.text(st.characters(), max_size=300) | st.lists(WORDS, max_size=80).map(" ".join) | st.lists(WORDS, max_size=80).map("".join)


def spans(node: Any) -> Iterator[Span]:
    """Every span of a record, however deep."""
    if isinstance(node, Span):
        yield node
    elif isinstance(node, (tuple, list)):
        for item in node:
            yield from spans(item)
    elif hasattr(node, "__dataclass_fields__"):
        for name in node.__dataclass_fields__:
            yield from spans(getattr(node, name))


def check(text: str, analysis: Analysis) -> None:
    """What holds of every result."""
    VALIDATOR.validate(json.loads(analysis.to_json(explain=True)))
    assert analysis.article.text == text
    for span in spans(analysis):
        assert 0 <= span.start <= span.end <= len(text)
        assert span.text == text[span.start : span.end]
    ids = {a.id for a in analysis.attributions}
    assert all(a.parent is None or a.parent in ids for a in analysis.attributions)
    assert all(a.entity is None or analysis.entities[a.entity].id == a.entity for a in analysis.attributions)
    assert all(h.owner is None or h.owner in ids for h in analysis.hedges)
    assert analysis.to_json().encode("utf-8")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_string_gives_a_valid_result(text: str) -> None:
    check(text, framing.analyze(text))


@pytest.mark.parametrize(
    "text",
    [
        "“He said " * 5000,
        "\"'" * 5000,
        "word " * 20000,
        "a" * 100000,
        "said " * 5000,
        "according to " * 3000,
        "(" * 20000,
        "The official said that " * 2000,
        "\n" * 50000,
        "Doe, " * 5000,
        "\ud800\udc00" * 3000,
        "A\u0301" * 5000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_unkind_repetition_gives_a_valid_result(text: str) -> None:
    check(text, framing.analyze(text))


def test_the_same_article_gives_the_same_bytes() -> None:
    text = read_demo()
    assert framing.analyze(text).to_json() == framing.analyze(text).to_json()


@pytest.mark.parametrize("value", [None, b"bytes", 1, ["a list"], object()])
def test_anything_but_text_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="must be str or Article"):
        framing.analyze(value)


def test_title_goes_with_a_string_only() -> None:
    with pytest.raises(TypeError, match="title must be str or None"):
        framing.analyze("text", title=3)  # type: ignore[arg-type]
    article = framing.analyze("A text.", title="A title").article
    assert article.title == "A title"
    with pytest.raises(TypeError, match="which has its own"):
        framing.analyze(article, title="Another")


def test_own_extractor_takes_the_place_of_ours() -> None:
    text = "The mayor said the bridge is safe."
    assert len(framing.analyze(text).attributions) == 1
    mine = framing.analyze(text, models={"attribution": lambda tokens, quotes: []})
    assert mine.attributions == ()
    assert mine.models["attribution"] == "own"
    with pytest.raises(ValueError, match="'frames' cannot be replaced"):
        framing.analyze(text, models={"frames": None})


def test_many_is_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["The mayor said it may rain.", "", read_demo(), "No sources here."]
    single = [framing.analyze(t).to_json() for t in texts]
    assert [a.to_json() for a in framing.analyze_many(texts)] == single
    assert [a.to_json() for a in framing.analyze_many(iter(texts * 20), n_jobs=2)] == single * 20


def test_many_is_lazy() -> None:
    taken = []

    def stream() -> Iterator[str]:
        for i in range(1000):
            taken.append(i)
            yield "The mayor said it may rain."

    next(framing.analyze_many(stream()))
    assert len(taken) == 1


def test_many_refuses_one_text_and_names_a_wrong_item() -> None:
    with pytest.raises(TypeError, match="use analyze"):
        next(framing.analyze_many("one text"))
    with pytest.raises(TypeError, match=r"texts\[1\] must be str or Article, not NoneType"):
        list(framing.analyze_many(["fine", None]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("…", "empty"),
        ("The mayor said it may rain.", "short"),
        ("Der Minister sagte am Dienstag, dass die Steuern nicht steigen werden, und verwies auf die Opposition.", "language"),
        ("<html><body><p>The mayor said it may rain.</p></body></html>", "markup"),
        ("The mayor said \ud800 it may rain.", "surrogates"),
    ],
)
def test_limits_are_said(text: str, code: str) -> None:
    assert code in {w.code for w in framing.analyze(text).warnings}


def test_an_ordinary_article_needs_no_warning() -> None:
    # Its places are made up and not American, so that the classifiers' own warning is right.
    assert {w.code for w in framing.analyze(read_demo()).warnings} <= {"domain"}


def test_explanation_replays_the_index() -> None:
    analysis = framing.analyze(read_demo())
    rows = analysis.explain()["transparency"]
    assert analysis.scores.transparency.index is not None
    assert sum(row.value * row.weight for row in rows) == pytest.approx(analysis.scores.transparency.index)


def test_numbers_are_rounded_and_have_no_negative_zero() -> None:
    assert str(_plain(-1e-9)) == "0.0"
    assert _plain(1 / 3) == 0.333333


def test_article_goes_in_as_it_came_out() -> None:
    first = framing.analyze(read_demo())
    assert isinstance(first.article, Article)
    assert framing.analyze(first.article).to_json() == first.to_json()


@pytest.mark.corpus
def test_the_example_article(data: Path) -> None:
    path = data / "examples" / "luxembourg_spies.txt"
    if not path.exists():
        pytest.skip("the example article is not at hand")
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    analysis = framing.analyze(text)
    check(text, analysis)
    body = text.index("During the Cold War, West Berlin"), text.index("The article is in Latvian")
    assert body[0] == analysis.article.body.start
    assert analysis.article.body.end < body[1]
    for record in (*analysis.attributions, *analysis.hedges, *analysis.sentences):
        assert all(body[0] <= span.start and span.end <= body[1] for span in spans(record))

    def speaker(words: str) -> framing.Entity | None:
        return next(analysis.entity(a) for a in analysis.attributions if words in a.content[0].text and a.speech == "direct")

    names = [getattr(speaker(words), "name", None) for words in ("It was the CIA", "drive across the border", "What difference")]
    assert names == ["Jamie Shea", "one Western intelligence source", "A Western intelligence official"]

    told = [a for a in analysis.attributions if a.cue.text == "told"]
    assert len(told) == 4
    assert {a.via for a in told} == {"euobserver.com"}

    withheld = {getattr(analysis.entity(a), "name", None): a.reason for a in analysis.attributions if a.withheld}
    expected = ("A Western official", "one Western intelligence source", "A Western intelligence official")
    assert withheld == dict.fromkeys(expected, "none")

    kinds = {q.span.text: q.kind for q in analysis.quotes}
    assert kinds["“Gazprombank”"] != "speech"
    assert kinds["“Sistema”"] != "speech"

    outer = next(a for a in analysis.attributions if a.content[0].text.startswith("The West has previously feared"))
    inner = next(a for a in analysis.attributions if "previously feared" in a.cue.text)
    assert (inner.parent, inner.via, outer.parent) == (outer.id, "euobserver.com", None)


@pytest.mark.parametrize(
    ("models", "error", "said"),
    [
        ("x", TypeError, "models must be a mapping, not str"),
        ({"sources": None}, TypeError, "'sources' must be a function, not NoneType"),
        ({"attribution": 1}, TypeError, "'attribution' must be a function, not int"),
        ({1: 2}, ValueError, "1 cannot be replaced"),
        ({"rating": lambda reading: float("nan")}, ValueError, "between 1 and 5, not nan"),
        ({"rating": lambda reading: 99}, ValueError, "between 1 and 5, not 99"),
        ({"hedging": lambda tokens, quotes, attributions: None}, TypeError, "'hedging' must give Hedge records, not NoneType"),
        ({"hedging": lambda tokens, quotes, attributions: ["may"]}, TypeError, "'hedging' must give Hedge records, not str"),
        ({"attribution": lambda tokens, quotes: "said"}, TypeError, "'attribution' must give Attribution records, not str"),
    ],
)
def test_what_is_no_part_is_said(models: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        framing.analyze("Ann Lee, the mayor, said that the bridge was closed. " * 12, models=models)


def test_hedges_by_one_s_own_part() -> None:
    text = "The mayor said that the dam may fail."
    ours = framing.analyze(text, models={"hedging": rule_hedges})
    assert ours.models["hedging"] == "own"
    shipped = framing.analyze(text)
    assert shipped.models["hedging"].startswith("hedging|train:")
    for analysis in (ours, shipped):
        (hedge,) = analysis.hedges
        assert (hedge.cue.text, hedge.type) == ("may", "epistemic")
        assert analysis.attributions[hedge.owner or 0].source.text == "The mayor"
    assert ours.hedges[0].confidence != shipped.hedges[0].confidence
    assert ours.sentences[0].uncertain == pytest.approx(ours.hedges[0].confidence)  # nobody has calibrated it


def test_a_tagger_of_one_s_own_says_how_uncertain_sentences_are() -> None:
    class Tagger:
        def __call__(self, tokens: Any, quotes: Any, attributions: Any) -> list[Any]:
            return []

        def uncertainty(self, tokens: Any, hedges: Any) -> Any:
            return np.full(len(tokens.sentences), 0.25)

    result = framing.analyze("The dam may fail. It rained.", models={"hedging": Tagger()})
    assert [s.uncertain for s in result.sentences] == [0.25, 0.25]
    assert result.scores.uncertain_share == 0.25
