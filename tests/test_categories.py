"""Words, stems and phrases of categories: what counts, how much, and where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.categories import Categories
from framing.frame_features import COLUMNS, lexicon
from framing.learning.words import key
from framing.records import GENERIC_FRAMES, POLICY_FRAMES
from framing.text import article_from_text
from framing.tokens import Tokens, is_word, tokenize

ENTRIES = [
    ("money", "budget*", 2.0),
    ("money", "budgets", 1.0),
    ("money", "tax", 1.0),
    ("money", "job market*", 1.5),
    ("money", "rate of interest", 1.0),
    ("law", "tax", 0.5),
    ("law", "sue*", 1.0),
]
LIST = Categories(ENTRIES)


def tokens(text: str) -> Tokens:
    return tokenize(article_from_text(text))


def count(text: str, known: Categories = LIST) -> list[float]:
    read = tokens(text)
    return known.count(read, np.zeros(len(read), np.int64), 1)[0].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The budget is here.", [2, 0]),
        ("The budgets are here.", [2, 0]),  # of two entries the heavier
        ("BUDGETARY woes", [2, 0]),
        ("A tax, again a tax.", [2, 1]),
        ("taxes", [0, 0]),  # no stem
        ("They sued.", [0, 1]),
        ("The job market and the job markets.", [3, 0]),
        ("A job, market or not.", [1.5, 0]),  # over marks
        ("A job. Market forces.", [0, 0]),  # not over sentences
        ("The rate of interest fell.", [1, 0]),
        ("The rate of growth fell, a rate of", [0, 0]),
        ("", [0, 0]),
    ],
)
def test_entries_count(text: str, expected: list[float]) -> None:
    assert count(text) == expected


def test_rows_are_counted_apart_and_what_is_left_out_is_not() -> None:
    read = tokens("Budget tax budget tax.")
    assert LIST.count(read, np.array([0, 0, 1, -1, -1]), 2).tolist() == [[3, 0.5], [2, 0]]


def test_places() -> None:
    read = tokens("The job market: a tax on budgets.")
    assert [s.text for s in LIST.spans(read, np.ones(len(read), np.bool_), 0)] == ["job market", "tax", "budgets"]
    assert [s.text for s in LIST.spans(read, read.start > 10, 0)] == ["tax", "budgets"]
    assert [s.text for s in LIST.spans(read, np.ones(len(read), np.bool_), 1)] == ["tax"]
    assert LIST.spans(tokens(""), np.zeros(0, np.bool_), 0) == ()


@pytest.mark.parametrize("entry", [("other", "word", 1.0), ("money", " ", 1.0), ("money", "a*b", 1.0), ("money", "*", 1.0)])
def test_what_is_no_entry(entry: tuple[str, str, float]) -> None:
    with pytest.raises(ValueError, match="is no entry of money, law"):
        Categories([entry], ["money", "law"])


WORDS = st.sampled_from(["budget", "budgets", "Tax", "job", "market", "markets", "rate", "of", "interest", "sues", ",", ".", "x"])


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_counts_are_those_of_a_slow_way(text: str) -> None:
    read = tokens(text)
    words = [key(t) for t in read.types]
    kept = [(words[t], s) for t, s, w in zip(read.type.tolist(), read.sentence.tolist(), read.lookup(is_word).tolist()) if w]
    expected = dict.fromkeys(LIST.names, 0.0)

    def fits(word: str, part: str) -> bool:
        return word.startswith(part[:-1]) if part.endswith("*") else word == part

    for i, (word, sentence) in enumerate(kept):
        for name in LIST.names:
            own = [w for c, e, w in ENTRIES if c == name and " " not in e and fits(word, e)]
            expected[name] += max(own, default=0)
        for name, entry, weight in ENTRIES:
            parts = entry.split()
            these = kept[i : i + len(parts)]
            if len(parts) > 1 and len(these) == len(parts) and all(s == sentence and fits(w, p) for (w, s), p in zip(these, parts)):
                expected[name] += weight
    assert count(text) == pytest.approx(list(expected.values()))


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    assert all(n >= 0 for n in count(text, lexicon()))


def test_the_lexicons_of_frames_know_every_frame() -> None:
    assert lexicon().names == (*(f"policy {f}" for f in POLICY_FRAMES), *(f"generic {f}" for f in GENERIC_FRAMES))
    assert len(COLUMNS) == 2 * len(POLICY_FRAMES) + len(GENERIC_FRAMES)
    found = dict(zip(lexicon().names, count("The budget deficit grew, the economy is in recession.", lexicon())))
    assert found["policy econ"] == max(found.values()) > 4
