"""Shelves and tables of word types: each row is filled once, whatever was read before, and memory is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from framing import word_types
from framing.word_types import Shelf, Table, newest


def lengths(words: Sequence[str]) -> np.ndarray:
    return np.array([[len(w), 2 * len(w)] for w in words], np.int64).reshape(-1, 2)


def test_numbers_begin_with_one_and_stay() -> None:
    shelf = Shelf()
    assert shelf.numbers(["a", "bb", "a"]).tolist() == [1, 2, 1]
    assert shelf.numbers(["ccc", "bb", "\ud800"]).tolist() == [3, 2, 4]
    assert shelf.numbers([]).tolist() == []
    assert len(shelf) == 4


def test_a_table_asks_for_a_word_once() -> None:
    asked: list[str] = []

    def function(words: Sequence[str]) -> np.ndarray:
        asked.extend(words)
        return lengths(words)

    shelf, table = Shelf(), Table(function, np.array([-1, -2]))
    for types in (["a", "bb"], ["bb", "ccc"], ["a"], [f"word{i}" for i in range(500)], ["ccc", "word7"]):
        numbers = shelf.numbers(types)
        rows = table.rows(shelf, numbers, types)
        assert (rows[numbers] == lengths(types)).all()
        assert rows[0].tolist() == [-1, -2]
    assert len(asked) == len(set(asked)) == 503


def test_without_anything_said_row_0_is_zero() -> None:
    shelf, table = Shelf(), Table(lengths)
    assert table.rows(shelf, shelf.numbers(["abc"]), ["abc"])[:2].tolist() == [[0, 0], [3, 6]]


def test_shelves_may_take_turns() -> None:
    one, other, table = Shelf(), Shelf(), Table(lengths)
    one.numbers(["x", "yy", "zzz"])
    for _ in range(2):
        for shelf, types in ((one, ["zzz", "x"]), (other, ["yy", "zzz", "w"])):
            numbers = shelf.numbers(types)
            assert (table.rows(shelf, numbers, types)[numbers] == lengths(types)).all()


@pytest.mark.parametrize(("bound", "few", "many"), [("TYPES", ["aaa", "b"], ["c"]), ("CHARACTERS", ["a"], ["bb"])])
def test_a_full_shelf_is_followed_by_a_new_one(bound: str, few: list[str], many: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_types, bound, 3)
    monkeypatch.setattr(word_types, "_newest", Shelf())
    first = newest()
    first.numbers(few)
    assert newest() is first
    first.numbers(many)
    assert newest() is not first
    assert len(newest()) == 0
    assert first.numbers(few).tolist() == list(range(1, len(few) + 1))  # a text that is being read keeps its own


def test_threads_share_shelf_and_table() -> None:
    shelf, table = Shelf(), Table(lengths)

    def read(k: int) -> bool:
        types = [f"{'w' * (i % 7)}{i}" for i in range(k, k + 60)]
        numbers = shelf.numbers(types)
        return bool((table.rows(shelf, numbers, types)[numbers] == lengths(types)).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, list(range(0, 2000, 7)) * 2))
    everything = shelf.numbers([f"{'w' * (i % 7)}{i}" for i in range(2000)])
    assert sorted(everything.tolist()) == list(range(1, 2001))
