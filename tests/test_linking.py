"""Linking: cases in a compact notation, and what holds for any labels."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from framing.linking import EVIDENCE, evidence, find_links, link, probability, weights
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.speech import outermost, speech_of
from framing.tagging import LABELS, forbidden
from framing.text import article_from_text
from framing.tokens import tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "linking.json").read_text(encoding="utf-8"))

# [C said] is a piece, {S> Ann} one that the labels lack, with this probability:
LATENT = 0.4
_MARKUP = re.compile(r"([\[{])(C|S>|S<|X>|X<) (.*?)[\]}]", re.DOTALL)


def read(marked: str):
    """Tokens, quotes, labels and marginals of a text with markup."""
    parts, found, at, length = [], [], 0, 0
    for m in _MARKUP.finditer(marked):
        parts += [marked[at : m.start()], m[3]]
        start = length + m.start() - at
        length = start + len(m[3])
        found.append((start, length, m[2], m[1] == "{"))
        at = m.end()
    text = "".join([*parts, marked[at:]])
    article = article_from_text(text)
    tokens = tokenize(article)
    labels = np.zeros(len(tokens), np.int64)
    marginals = np.full((len(tokens), len(LABELS)), 0.001)
    marginals[:, 0] = 0.99
    for start, end, kind, latent in found:
        first, last = tokens.range(Span(start, end))
        begin = LABELS.index(f"B-{kind}")
        row = np.full(last - first, begin + 1)
        row[0] = begin
        marginals[first:last, 0] = 1 - LATENT if latent else 0.05
        marginals[np.arange(first, last), row] = LATENT if latent else 0.94
        if not latent:
            labels[first:last] = row
    return tokens, find_quotes(article.text, article.paragraphs), labels, marginals


@pytest.mark.parametrize("case", [pytest.param(c, id=c["label"]) for c in CASES])
def test_case(case: dict) -> None:
    found = [
        {"source": a.source and a.source.text, "cue": a.cue.text, "content": [c.text for c in a.content], "speech": a.speech}
        for a in link(*read(case["text"]))
    ]
    assert found == case["attributions"]


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 30
    assert any("{" in c["text"] for c in CASES)


def check(text: str, attributions: tuple[Attribution, ...]) -> None:
    """What holds of any result."""
    assert [a.id for a in attributions] == list(range(len(attributions)))
    cues = [a.cue for a in attributions]
    assert all(one.end <= other.start for one, other in pairwise(cues))
    for a in attributions:
        for span in (a.cue, *a.content, *([] if a.source is None else [a.source])):
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.text
        assert a.content
        assert all(one.end <= other.start for one, other in pairwise(a.content))
        assert not any(c.overlaps(a.cue) for c in a.content)
        assert a.source is None or not a.source.overlaps(a.cue)
        assert a.speech in ("direct", "indirect", "mixed")
        assert a.parent is None
        assert 0.0 <= a.confidence <= 1.0


ALLOWED = np.isfinite(forbidden().between)
WORDS = st.sampled_from(["he", "said", "“", "”", '"', ",", ".", "Ann", "that", "\n\n", "?", "'", "‘", "’", "yes", ":"])


@settings(max_examples=150, deadline=None)
@given(words=st.lists(WORDS, max_size=60), seed=st.integers(0, 2**32 - 1), odd=st.booleans())
@example(words=["“", "he", "he", "he", "he"], seed=127865372, odd=False)  # a cue alone between two contents of a quotation
def test_any_labels_give_valid_attributions(words: list[str], seed: int, odd: bool) -> None:
    text = " ".join(words)
    article = article_from_text(text)
    tokens = tokenize(article)
    n = len(tokens)
    random = np.random.default_rng(seed)
    labels = np.zeros(n, np.int64)
    allowed = np.flatnonzero(np.isfinite(forbidden().initial))
    for i in range(n):
        labels[i] = random.choice(allowed)
        allowed = np.flatnonzero(ALLOWED[labels[i]])
    marginals = random.dirichlet(np.full(len(LABELS), 0.2), n)
    if odd:  # a broken model
        marginals[random.random(marginals.shape) < 0.1] = np.nan
    quotes = find_quotes(article.text, article.paragraphs)
    check(text, link(tokens, quotes, labels, marginals))


@pytest.mark.parametrize("text", ["", " \n\n ", "No labels here."])
def test_nothing_to_link(text: str) -> None:
    assert link(*read(text)) == ()


def drafts(marked: str):
    tokens, quotes, labels, marginals = read(marked)
    ranges = [tokens.range(q.span) for q in quotes]
    holder = outermost(tokens, ranges)
    found = find_links(tokens, ranges, holder, labels, marginals)
    return found, evidence(found, labels, marginals, holder)


def test_evidence() -> None:
    found, x = drafts("[S> Ann Lee] [C said] [X< it rains], {S> Bo} [C adding] [X< that it pours]. [X> “No,”] [C was heard].")
    assert x.shape == (3, len(EVIDENCE)) == (len(found), len(weights()[0]))
    first, second, third = (dict(zip(EVIDENCE, row)) for row in x)
    assert first["source"] == pytest.approx(np.log(0.94))
    assert first["source_begin"] == pytest.approx(np.log(0.94))
    assert first["source_distance"] == pytest.approx(np.log1p(2))
    assert first["content_length"] == pytest.approx(np.log(2))
    assert (first["shared"], second["shared"], first["no_source"], third["no_source"]) == (0, 1, 0, 1)
    assert (third["source"], third["source_distance"]) == (0, 0)
    assert (first["quoted"], third["quoted"]) == (0, 1)
    assert not x[:, EVIDENCE.index("supplied")].any()
    _, x = drafts("{S> Bo} [C asks] [X< why]. [X> “A,”] [C said] [S< Cy], [X< “b.”]")
    assert x[:, EVIDENCE.index("supplied")].tolist() == [1, 0]
    assert x[:, EVIDENCE.index("parts")].tolist() == [0, 1]


def test_the_surer_the_labels_the_higher_the_confidence() -> None:
    tokens, quotes, labels, marginals = read("[S> Ann Lee] [C said] [X< that it rains].")
    sure = link(tokens, quotes, labels, marginals)[0].confidence
    for kind in ("S>", "X<"):
        unsure = marginals.copy()
        at = np.isin(labels, [LABELS.index(f"B-{kind}"), LABELS.index(f"I-{kind}")])
        unsure[at, labels[at]] = 0.4
        assert sure > link(tokens, quotes, labels, unsure)[0].confidence
    assert sure > 0.7


def test_probability_is_logistic() -> None:
    w, intercept = weights()
    assert probability(np.zeros((1, len(EVIDENCE))))[0] == pytest.approx(1 / (1 + np.exp(-intercept)))
    x = np.eye(len(EVIDENCE))
    assert (np.sign(probability(x) - probability(0 * x)) == np.sign(w)).all()


def test_outermost() -> None:
    tokens = tokenize(article_from_text("a b c d e f"))
    assert outermost(tokens, [(1, 5), (2, 3), (5, 6)]).tolist() == [-1, 0, 0, 0, 0, 2]
    assert outermost(tokens, [(2, 2)]).tolist() == [-1] * 6


@pytest.mark.parametrize(("n_quoted", "speech"), [(0, "indirect"), (1, "mixed"), (8, "mixed"), (9, "direct"), (10, "direct")])
def test_speech_is_the_share_of_quoted_words(n_quoted: int, speech: str) -> None:
    tokens = tokenize(article_from_text("one two three four five six seven eight nine ten , says she"))
    tell = speech_of(tokens, np.arange(len(tokens)) < n_quoted)
    assert tell(11, [(0, 4), (4, 11)]) == speech
    if n_quoted:
        assert tell(0, [(0, 11)]) == "indirect"
