"""The rules of attribution: cases, the example article, and a floor on open news text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from framing.corpora import load_corpus
from framing.cues import find_cues
from framing.metrics.attribution import evaluate
from framing.nesting import find_parents
from framing.patterns import find_patterns, precision, read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.text import article_from_text
from framing.tokens import tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "patterns.json").read_text(encoding="utf-8"))
DATA = Path(os.environ.get("FRAMING_DATA", Path(__file__).parents[2] / "shared" / "data"))


def extract(text: str, **options: float) -> tuple[Attribution, ...]:
    article = article_from_text(text)
    return find_patterns(tokenize(article), find_quotes(article.text, article.paragraphs), **options)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(reason=c["known_failure"], strict=True)] if "known_failure" in c else [])
        for c in CASES
    ],
)
def test_case(case: dict) -> None:
    found = [
        {
            "source": a.source and a.source.text,
            "cue": a.cue.text,
            "content": [s.text for s in a.content],
            "speech": a.speech,
            "parent": a.parent,
        }
        for a in extract(case["text"])
    ]
    assert found == case["attributions"]


def test_there_are_cases_for_every_frame_family() -> None:
    assert len(CASES) >= 60


def test_one_reading_gives_all_that_was_read() -> None:
    article = article_from_text(" ".join(c["text"] for c in CASES))
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    read = read_patterns(tokens, quotes, 0.9)
    assert read.attributions == find_patterns(tokens, quotes, 0.9)
    assert [cue for cue, _ in read.cues] == list(find_cues(read.view))
    assert all(p == precision(cue.lemma, cue.kind, cue.key) for cue, p in read.cues)
    assert read.cues == read_patterns(tokens, quotes, 0.1).cues
    assert any(p < 0.9 for _, p in read.cues)
    kept = {a.cue for a in read.attributions}
    assert {c.cue for c, p in zip(read.candidates, find_parents(read.candidates)) if p is None} <= kept <= {c.cue for c in read.candidates}
    assert all(c.parent is None for c in read.candidates)
    assert [c.id for c in read.candidates] == list(range(len(read.candidates)))


@pytest.mark.parametrize("text", ["", " \n\n ", "—", "\ud800"])
def test_nothing_to_find(text: str) -> None:
    assert not extract(text)


def test_parent_is_the_smallest_holder() -> None:
    text = "a" * 60

    def attribution(i: int, cue: tuple[int, int], content: tuple[int, int]) -> Attribution:
        return Attribution(i, None, Span.of(text, *cue), (Span.of(text, *content),), "indirect")

    spans = [((0, 2), (3, 50)), ((5, 7), (8, 40)), ((10, 12), (13, 20)), ((52, 54), (55, 60))]
    chain = [attribution(i, cue, content) for i, (cue, content) in enumerate(spans)]
    assert find_parents(chain) == [None, 0, 1, None]


def test_a_higher_threshold_keeps_a_subset_of_the_cues() -> None:
    text = " ".join(c["text"] for c in CASES)
    loose, strict = ({a.cue for a in extract(text, threshold=t)} for t in (0.5, 0.9))
    assert strict
    assert len(strict) < len(loose)
    assert all(a.confidence >= 0.9 for a in extract(text, threshold=0.9))


def test_precision_shrinks_towards_the_class() -> None:
    assert precision("say", "speech", "that") > 0.95
    assert 0 < precision("word never seen", "speech", "that") < precision("say", "speech", "that")
    assert precision("word never seen", "no class", "no frame") == 0.0


def test_own_body_only() -> None:
    assert not extract("“Herald” says bridge is unsafe\n\nThe bridge has four lanes.\n\nNEXT Minister said the road is closed")


@pytest.mark.corpus
def test_example_article() -> None:
    path = DATA / "examples" / "luxembourg_spies.txt"
    if not path.exists():
        pytest.skip(f"the example article is not at {path}")
    text = path.read_text(encoding="utf-8")
    found = extract(text)
    body = text.index("During the Cold War, West Berlin"), text.index("The article is in Latvian")
    assert all(body[0] <= s.start and s.end <= body[1] for a in found for s in (a.cue, *a.content))
    direct = {(a.source.text, " ".join(s.text for s in a.content)[:26]) for a in found if a.speech == "direct" and a.source}
    assert direct == {
        ("Shea", "“It was the CIA that infor"),
        ("one Western intelligence source", "“A Russian intelligence of"),
        ("the official", "“What difference does it m"),
    }
    outer = next(a for a in found if a.cue.text == "according to" and a.content[0].text.startswith("The West has previously"))
    inner = next(a for a in found if a.cue.text == "has previously feared")
    assert inner.parent == outer.id
    assert outer.source is not None
    assert outer.source.text == "euobserver.com"
    sources = {a.source.text for a in found if a.source}
    assert {"A Western official", "the former head of VSSE", "SRE’s public statement", "VSSE", "NATO", "the publication"} <= sources


def test_cue_f1_on_wikinews_dev() -> None:
    documents = list(load_corpus("wikinews_attributions", "dev"))
    scores = evaluate([(d.attributions, extract(d.text)) for d in documents], n_resamples=10)
    assert len(documents) == 24
    assert scores["cue_f1"].value >= 0.75  # .82 when this was written; the bar of the first version was .60
