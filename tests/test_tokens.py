"""Tokens and sentences: cases in JSON, cover and order for arbitrary strings, independence of paragraphs and of the shared memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.data import data_home
from experiments.reading import count, ewt, ours, szeged_news
from framing import tokens as module
from framing.lexicons import read_table
from framing.records import Article, Boilerplate, Span
from framing.tokens import Tokens, tokenize

FOLDER = Path(__file__).with_name("cases")


def cases(name: str) -> list[Any]:
    """The cases of a file as parameters; those with a reason ``xfail`` are known failures."""
    return [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(reason=c["xfail"], strict=True)] if "xfail" in c else [])
        for c in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    ]


def read(text: str) -> Tokens:
    """Every line that is not blank is a paragraph, so that no test here depends on how articles are read."""
    spans, at = [], 0
    for line in text.split("\n"):
        solid = line.strip()
        if solid:
            start = at + line.index(solid)
            spans.append(Span.of(text, start, start + len(solid)))
        at += len(line) + 1
    return tokenize(Article(text, None, None, tuple(spans), Span.of(text, 0, len(text))))


def sentences(t: Tokens) -> list[str]:
    return [t.text[a:b] for a, b in t.sentences.tolist()]


PIECES = [
    *"““””\"\"''’‘().,.?!…—-_@#$%&/:;",
    *("a", "I", "Mr.", "U.S.", "No.", "no.", "5", "said", "The", "n't", "’s", "D-Mass.", "O'B", "...", ". . .", "--", ":)", "。"),
    *("e\u0301", "\u00ad", "\u200d", "\ud83d", "\udc00", "\u3000", "\x1c", "\u2028", "\t", "\xa0"),
    *(" ", " ", " ", "  ", "\n", "\n\n", "example.com", "http://a.b/c", "www.", "x@y.z", "-----"),
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(max_size=60),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=40),
    st.text("ab.I'’ \n“”?-", max_size=40),
)


@pytest.mark.parametrize("case", cases("tokens"))
def test_tokens(case: dict[str, Any]) -> None:
    assert read(case["text"]).words() == case["tokens"]


@pytest.mark.parametrize("case", cases("sentences"))
def test_sentences(case: dict[str, Any]) -> None:
    assert sentences(read(case["text"])) == case["sentences"]


@pytest.mark.parametrize("name", ["tokens", "sentences"])
def test_cases_are_many_and_distinct(name: str) -> None:
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert len(found) >= 75
    assert len({c["label"] for c in found}) == len(found) == len({c["text"] for c in found})
    assert sum("xfail" in c for c in found) <= 3


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("")
@example("\ud800")
@example("no. 5 . . . 6 p. 7")
@example(". . .\t. . .")
def test_every_character_is_in_one_token_of_one_sentence(text: str) -> None:
    t = read(text)
    n, m, p = len(t), len(t.sentences), len(t.paragraphs)
    covered = np.zeros(len(text), np.int32)
    for a, b in zip(t.start.tolist(), t.end.tolist()):
        assert a < b
        covered[a:b] += 1
    solid = np.array([not c.isspace() for c in text], np.bool_)
    assert (covered[solid] == 1).all()
    assert (covered[~solid] <= 1).all()
    assert (t.start[1:] >= t.end[:-1]).all()
    words = [text[a:b] for a, b in zip(t.start.tolist(), t.end.tolist())]
    assert t.words() == words
    assert t.types == tuple(dict.fromkeys(words))
    assert all(w.replace(" ", "").strip(".") == "" or not any(c.isspace() for c in w) for w in words)
    # The three levels agree: a sentence is a run of tokens of one paragraph, from its first token to its last.
    for firsts, numbers, size in ((t.sentence_first, t.sentence, m), (t.paragraph_first, t.paragraph, p)):
        assert firsts.shape == (size + 1,)
        assert firsts[0] == 0
        assert firsts[-1] == n
        assert (numbers == np.repeat(np.arange(size), np.diff(firsts))).all()
    assert (np.diff(t.sentence_first) > 0).all()
    assert (t.sentences[:, 0] == t.start[t.sentence_first[:-1]]).all()
    assert (t.sentences[:, 1] == t.end[t.sentence_first[1:] - 1]).all()
    assert np.isin(t.paragraph_first, t.sentence_first).all()
    assert ((t.start >= t.paragraphs[t.paragraph, 0]) & (t.end <= t.paragraphs[t.paragraph, 1])).all()
    assert t.body.all()
    for array in (t.start, t.end, t.type, t.sentence, t.paragraph, t.sentences, t.sentence_first, t.paragraphs, t.paragraph_first):
        assert array.dtype == np.int32


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
@example("0", "? a")
@example("a", "! a")
def test_two_paragraphs_are_read_as_each_alone(one: str, two: str) -> None:
    a, b, both = read(one), read(two), read(f"{one}\n\n{two}")
    assert both.words() == a.words() + b.words()
    assert sentences(both) == sentences(a) + sentences(b)
    assert both.start.tolist() == a.start.tolist() + (b.start + len(one) + 2).tolist()


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXTS, st.from_regex(r"[“\"(\[]?[a-zA-Zéß]+(-[a-zA-Z]+)?([’']s)?[,.;:?!]?[”\")\]]?", fullmatch=True)))
@example("D-Mass.)")
@example("I.”")
@example("a-I.")
@example("a" * 60 + "-a’s")
@example("a" * 70 + "’s")
def test_short_cuts_change_nothing(text: str) -> None:
    for stretch in text.split(" "):
        assert module._split(stretch) == module._split_any(stretch)
        assert "".join(module._split(stretch)) == stretch


def test_memory_is_bounded_and_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Mr. Hill didn't say “no.” He left the U.S. The rest, e.g. Weber's, stayed. " + "x" * 100
    before = read(text)
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    monkeypatch.setattr(module, "_tokens_of", module.Remembered(module._tokens_of._function))
    after = read(text)
    assert 0 < len(module._tokens_of) <= 3
    assert before.types == after.types
    assert (before.type == after.type).all()
    assert (before.sentences == after.sentences).all()


def test_very_long_strings_are_not_kept() -> None:
    lengths = module.Remembered(len)
    assert [lengths("ab"), lengths["ab"], lengths("x" * 10_000)] == [2, 2, 10_000]
    assert list(lengths) == ["ab"]


def test_blanks_between_and_around_paragraphs() -> None:
    text = "\n\r\n \ufeff  One two.\r\n\r\n\t Three.  \n"
    paragraphs = (Span.of(text, 5, 15), Span.of(text, 16, 21), Span.of(text, 21, len(text)))
    t = tokenize(Article(text, None, None, paragraphs, Span.of(text, 0, len(text))))
    assert t.words() == ["One", "two", ".", "Three", "."]
    assert t.paragraph.tolist() == [0, 0, 0, 2, 2]
    assert t.paragraph_first.tolist() == [0, 3, 3, 5]


def test_lookup_at_range_and_span() -> None:
    t = read("The mayor met the press.\nThe press left.")
    seen: list[str] = []
    lengths = t.lookup(lambda w: seen.append(w) or len(w))
    assert lengths.tolist() == [len(w) for w in t.words()]
    assert seen == list(t.types)  # once a type
    assert read("").lookup(len).tolist() == []
    assert t.at(0) == 0
    assert t.at(3) == 1  # the blank after "The"
    assert t.at(len(t.text)) == len(t)
    assert t.range(Span.of(t.text, 5, 11)) == (1, 3)
    assert t.span(1, 3).text == "mayor met"


def test_boilerplate_is_no_body() -> None:
    text = "TAMPA (AP) — A train stopped.\nRead more"
    marks = (Boilerplate(Span.of(text, 0, 12), "dateline"), Boilerplate(Span.of(text, 30, 39), "more"))
    t = tokenize(Article(text, None, None, (Span.of(text, 0, 29), Span.of(text, 30, 39)), Span.of(text, 12, 29), marks))
    assert [w for w, b in zip(t.words(), t.body) if b] == ["A", "train", "stopped", "."]


LONG = [
    "a", "a.", "'", "“", ". ", "...", "a-", "a.a", "@", "http://", "1,", "U.S. ", "a\u0301", "No. 5 ",
    "_", "x@", "’s", "?! ", "\n", "\u2003a", "-a.", "#1",
]


@pytest.mark.parametrize("piece", LONG)
def test_long_runs_are_read(piece: str) -> None:
    t = read(piece * 20_000 + "ab")  # what is quadratic in time takes minutes
    assert sum(len(w.replace(" ", "")) for w in t.words()) == sum(not c.isspace() for c in piece) * 20_000 + 2


@pytest.mark.corpus
def test_sentence_ends_of_corpora() -> None:
    if not (data_home() / "szeged_uncertainty" / "factbank.xml").exists() or not (data_home() / "ud_english_ewt").exists():
        pytest.skip("szeged_uncertainty or ud_english_ewt is not under FRAMING_DATA")
    for documents, least in ((szeged_news(), 0.97), (ewt("dev"), 0.89)):
        hits, said, gold = (sum(x) for x in zip(*(count(blocks, ours, whole=False) for _, blocks in documents)))
        assert 2 * hits / (said + gold) >= least


def test_abbreviation_forms_are_listed_once() -> None:
    kinds = ("title", "suffix", "month", "time", "inner")
    forms = [f for row in read_table("abbreviations") if row["type"] in kinds for f in row["forms"].split()]
    assert sorted(f for f in set(forms) if forms.count(f) > 1) == []
    assert all(f.endswith(".") for f in forms)
