"""Templates: values at offsets, borders of paragraphs, keys by type and by token."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.signals import CONTEXT_COLUMNS, HASHED, SMALL, TYPE_COLUMNS, Signals, TypeMemory, read_signals
from framing.templates import OUTSIDE, is_small, keys, small_keys, small_values, split, type_keys
from framing.text import article_from_text
from framing.tokens import tokenize

TEXT = (
    "“The bridge is safe,” the mayor said. She left.\n\nThe police said so.\n\nYes\n\n"
    "The mayor, who had said “no”, was told that the bridge fell."
)
TEMPLATES = (
    (("word", 0),),
    (("word", -1), ("word", 0)),
    (("grammar", 2),),
    (("quotation", 0),),
    (("word", -1), ("word", 1), ("finite", 0)),
    (("word", 0), ("word", -1)),
    (("word", -3),),
    (("shape", 0),),
    (("cue_frame", 1), ("suffix3", -2)),
)


def read(text: str) -> Signals:
    article = article_from_text(text)
    quotes = find_quotes(article.text, article.paragraphs)
    return read_signals(read_patterns(tokenize(article), quotes), quotes, TypeMemory())


def values(found: Signals, template: tuple, i: int) -> tuple:
    """What a template sees, read one by one."""
    paragraph = found.tokens.paragraph
    out = []
    for name, offset in template:
        j = i + offset
        inside = 0 <= j < len(paragraph) and paragraph[j] == paragraph[i]
        out.append(int(found.column(name)[j]) if inside else None)
    return tuple(out)


PARTS = st.tuples(st.sampled_from(["word", "grammar", "quotation", "finite", "left_border"]), st.integers(-4, 4))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["Doe", "said", "“", "”", ".", "\n\n", "the", "mayor,"]), max_size=40).map(" ".join),
    st.lists(st.lists(PARTS, min_size=1, max_size=4).map(tuple), min_size=1, max_size=6).map(tuple),
)
def test_keys_are_equal_where_the_values_are(text: str, templates: tuple) -> None:
    found = read(text)
    got = keys(found, templates)
    assert got.shape == (len(templates), len(found.tokens))
    assert got.dtype == np.uint64
    seen = {}
    for template, row in zip(templates, got.tolist()):
        for i, key in enumerate(row):
            assert seen.setdefault((template, values(found, template, i)), key) == key
    assert len(set(seen.values())) == len(seen)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["Doe", "said", "“", "”", ".", "\n\n", "the", "mayor,", "but"]), max_size=60).map(" ".join),
    st.integers(-3, 3),
    st.integers(0, 20),
)
def test_small_keys_are_those_of_the_tokens(text: str, offset: int, first: int) -> None:
    found = read(text)
    templates = tuple(t for name in CONTEXT_COLUMNS if is_small(t := ((name, offset),)))
    assert len(templates) == len(CONTEXT_COLUMNS) - len(HASHED)
    n = len(found.tokens)
    first = min(first, n)
    places = small_values(found, templates, first, n)
    assert ((places >= 0) & (places <= SMALL)).all()
    assert all((found.column(t[0][0]) < SMALL).all() for t in templates)
    assert (np.take_along_axis(small_keys(templates), places, 1) == keys(found, templates, first, n)).all()


def test_offsets_end_at_paragraphs() -> None:
    found = read(TEXT)
    first = found.tokens.paragraph_first.tolist()
    before, after, far = keys(found, ((("word", -1),), (("word", 1),), (("word", -9),)))
    assert len({before[i] for i in first[:-1]}) == 1
    assert len({after[i - 1] for i in first[1:]}) == 1
    assert len(set(before.tolist())) > 10
    yes = found.tokens.words().index("Yes")
    assert before[yes] == before[0]
    assert after[yes] == after[-1]
    assert far[first[1]] == far[0]
    assert before[1] not in before[first[:-1]]


def test_a_key_does_not_depend_on_the_other_templates() -> None:
    found = read(TEXT)
    together = keys(found, TEMPLATES)
    assert (keys(found, TEMPLATES[::-1]) == together[::-1]).all()
    for template, row in zip(TEMPLATES, together):
        assert (keys(found, [template])[0] == row).all()


def test_keys_by_type_are_the_same() -> None:
    found = read(TEXT)
    by_type, others = split(TEMPLATES)
    assert set(by_type) | set(others) == set(TEMPLATES)
    assert all(name in TYPE_COLUMNS for ((name, _),) in by_type)
    assert (("quotation", 0),) in others
    rows = np.vstack([found.rows, np.full((1, len(TYPE_COLUMNS)), OUTSIDE)])
    table = type_keys(rows, by_type)
    paragraph, n = found.tokens.paragraph, len(found.tokens)
    for ((_, offset),), by, row in zip(by_type, table, keys(found, by_type)):
        for i in range(n):
            j = i + offset
            inside = 0 <= j < n and paragraph[j] == paragraph[i]
            assert row[i] == by[found.tokens.type[j] if inside else -1]
    assert type_keys(found.rows[:0], by_type).shape == (len(by_type), 0)
    assert type_keys(found.rows, ()).shape == (0, len(found.tokens.types))


def test_a_text_can_be_taken_in_parts() -> None:
    found = read(TEXT)
    n = len(found.tokens)
    whole = keys(found, TEMPLATES)
    for size in (1, 2, 7, n):
        parts = [keys(found, TEMPLATES, a, min(a + size, n)) for a in range(0, n, size)]
        assert (np.concatenate(parts, axis=1) == whole).all()
    assert keys(found, TEMPLATES, 3, 3).shape == (len(TEMPLATES), 0)


def test_nothing_to_do() -> None:
    assert keys(read(""), TEMPLATES).shape == (len(TEMPLATES), 0)
    assert keys(read("Yes."), ()).shape == (0, 2)
    assert keys(read("Yes."), ((("word", 40),), (("word", -40),))).shape == (2, 2)


def test_wrong_templates() -> None:
    found = read(TEXT)
    with pytest.raises(KeyError):
        keys(found, ((("no column", 0),),))
    with pytest.raises(ValueError, match="without columns"):
        keys(found, ((),))
    for wrong in ((("quotation", 0),), (("word", 0), ("form", 0))):
        with pytest.raises(ValueError, match="no template of one type column"):
            type_keys(found.rows, (wrong,))


def test_every_column_can_be_joined() -> None:
    found = read(TEXT)
    got = keys(found, tuple(((name, 0),) for name in (*TYPE_COLUMNS, *CONTEXT_COLUMNS)))
    for name, row in zip((*TYPE_COLUMNS, *CONTEXT_COLUMNS), got):
        assert len(set(row.tolist())) == len(set(found.column(name).tolist()))
