"""Known keys: counting them and finding their numbers again, also where many want one place."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.learning.interning import KeyTable, distinct, frequent

# Some keys at random, and many that differ in their last bits only, so that they want the same place.
KEYS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**64 - 1, 2**63]) | st.integers(0, 40) | st.integers(2**64 - 40, 2**64 - 1)


def array(keys: list[int]) -> np.ndarray:
    return np.array(keys, np.uint64)


@given(st.lists(KEYS, unique=True, max_size=80), st.lists(KEYS, max_size=80))
def test_a_table_is_a_dictionary(known: list[int], others: list[int]) -> None:
    table = KeyTable(array(known))
    assert len(table) == len(known)
    assert table.keys.tolist() == known
    wanted = [*others, *known]
    found = table.numbers(array(wanted))
    assert found.dtype == np.int32
    number = {key: i for i, key in enumerate(known)}
    assert found.tolist() == [number.get(key, -1) for key in wanted]


@pytest.mark.parametrize("n", [1, 4, 5, 1000, 20_000])
def test_large_tables(n: int) -> None:
    chance = np.random.default_rng(n)
    keys = np.unique(chance.integers(0, 2**64, 2 * n, np.uint64))
    chance.shuffle(keys)
    known, others = keys[:n], keys[n:]
    table = KeyTable(known)
    assert (table.numbers(known) == np.arange(n)).all()
    assert (table.numbers(others) == -1).all()


def test_all_keys_want_the_last_place() -> None:
    """The table goes on behind it."""
    known = np.uint64(2**64 - 1) - np.arange(50, dtype=np.uint64)
    table = KeyTable(known)
    assert table.numbers(known).tolist() == list(range(50))
    assert table.numbers(known - np.uint64(50)).tolist() == [-1] * 50


def test_numbers_have_the_shape_of_the_keys() -> None:
    table = KeyTable(array([7, 5]))
    keys = array([5, 6, 7, 8, 7, 5]).reshape(2, 3)
    assert table.numbers(keys).tolist() == [[1, -1, 0], [-1, 0, 1]]
    assert table.numbers(keys.T).tolist() == [[1, -1], [-1, 0], [0, 1]]
    assert table.numbers(keys[:0]).shape == (0, 3)


def test_an_empty_table_knows_nothing() -> None:
    table = KeyTable(array([]))
    assert len(table) == 0
    assert table.numbers(array([0, 1, 2**64 - 1])).tolist() == [-1, -1, -1]


@given(st.lists(KEYS, unique=True, min_size=1, max_size=30), st.data())
def test_keys_that_are_not_distinct_are_refused(keys: list[int], data: st.DataObject) -> None:
    keys.insert(data.draw(st.integers(0, len(keys))), data.draw(st.sampled_from(keys)))
    with pytest.raises(ValueError, match="not distinct"):
        KeyTable(array(keys))


@given(st.lists(st.integers(0, 5) | KEYS, max_size=60), st.integers(1, 4))
def test_frequent_keys_are_those_that_are_counted_often(keys: list[int], at_least: int) -> None:
    expected = sorted(key for key, n in Counter(keys).items() if n >= at_least)
    found = frequent(array(keys), at_least)
    assert found.dtype == np.uint64
    assert found.tolist() == expected


@given(st.lists(st.integers(-5, 5), max_size=30))
def test_distinct_numbers_are_those_of_a_set(numbers: list[int]) -> None:
    given_ = np.array(numbers, np.int64)
    assert distinct(given_).tolist() == sorted({*numbers})
    assert given_.tolist() == numbers
