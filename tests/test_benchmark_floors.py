"""The floors of the benchmark that look at one thing alone: the length of an article, the words of a source."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from framing.benchmark import evaluation, registry
from framing.benchmark.systems import length, strings
from framing.benchmark.task import Item
from framing.benchmark.tasks.sources import Entities
from framing.benchmark.tasks.transparency import Index, Rating


def article(words: int, gold: Any = None, fold: int | None = None) -> Item:
    return Item(f"{words}/{fold}", "word " * words, gold, {"corpus": "polnear"}, fold=fold)


def test_they_are_on_the_list_behind_the_majority() -> None:
    names = list(registry.SYSTEMS)
    assert names[names.index("majority") : names.index("majority") + 3] == ["majority", "length", "string"]
    assert registry.system("length").tasks.keys() == {"transparency-index", "rating"}
    assert registry.system("string").tasks.keys() == {"entities"}
    assert [registry.system(name).name for name in ("length", "string")] == ["length", "string"]


# length


def test_the_longer_the_more_transparent() -> None:
    lengths = [0, 1, 2, 500, 501, 30_000]
    items = [article(n, {"index": float(k)}) for k, n in enumerate(lengths)]
    found = length.SYSTEM.tasks["transparency-index"](Index(), "dev", items, None)
    assert found == sorted(set(found)), "no two lengths are one"
    assert found[0] == 0
    assert found[3] == pytest.approx(100 * math.log(501) / math.log(1_000_001))
    assert found[-1] < 100
    assert length.SYSTEM.tasks["transparency-index"](Index(), "dev", [article(1_000_001)], None) == [100]
    scores = Index().measure(items, found).score()
    assert scores["spearman"].value == 1
    assert all(Index().read(Index().write(value, item), item) == value for item, value in zip(items, found))


def test_the_line_is_that_of_the_other_folds() -> None:
    lengths = [20, 50, 100, 400, 900, 1500]
    items = [article(n, (k % 5 + 1, 3), fold=k % 2) for k, n in enumerate(lengths)]
    found = length.SYSTEM.tasks["rating"](Rating(), "cv", items, None)
    for fold in (0, 1):
        known = [k for k in range(6) if k % 2 != fold]
        x = np.log1p([lengths[k] for k in known])
        slope, start = np.linalg.lstsq(np.column_stack([x, np.ones(3)]), [items[k].gold[0] for k in known], rcond=None)[0]
        for k in range(fold, 6, 2):
            assert found[k] == (pytest.approx(min(5, max(1, slope * math.log1p(lengths[k]) + start))), None)


def test_ratings_stay_on_the_scale() -> None:
    known = [article(n, (rating, rating), fold=0) for n, rating in ((100, 1), (200, 5))]
    asked = [article(n, (3, 3), fold=1) for n in (1, 150, 9_000)]
    items = [*known, *asked, article(10, (2, 2), fold=1)]
    low, middle, high = (rating for rating, _ in length.SYSTEM.tasks["rating"](Rating(), "cv", items, None)[2:5])
    assert (low, high) == (1, 5)
    assert 1 < middle < 5


def test_of_one_length_the_mean_is_left() -> None:
    items = [article(10, (rating, 1), fold=fold) for fold in (0, 1) for rating in (1, 2)]
    assert length.SYSTEM.tasks["rating"](Rating(), "cv", items, None) == [(1.5, None)] * 4


def test_without_folds_the_line_is_that_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    known = tuple(article(n, (rating, rating), fold=k) for k, (n, rating) in enumerate(((9, 2), (99, 4))))
    monkeypatch.setattr(Rating, "items", lambda self, split, home: {"cv": known}[split])
    found = length.SYSTEM.tasks["rating"](Rating(), "dev", [article(9), article(99)], None)
    assert [rating for rating, _ in found] == pytest.approx([2, 4])


# strings

TEXT = "The mayor fell, The\nMayor said. Ida Lund agreed, he said, and it is said that he\u00a0 fell; HE said."
PLACES = [(0, 9), (16, 25), (32, 40), (49, 51), None, (78, 80), (88, 90)]


def sources(places: list[tuple[int, int] | None]) -> Item:
    rows = [{"source": None if place is None else list(place)} for place in places]
    return Item("a", TEXT, (0, 0, 1, 2, None, 2, 2), {"attributions": rows})


def test_sources_with_the_same_words_are_the_same() -> None:
    assert [place and TEXT[place[0] : place[1]] for place in PLACES[:4]] == ["The mayor", "The\nMayor", "Ida Lund", "he"]
    item = sources(PLACES)
    result = evaluation.run(strings.SYSTEM, Entities(), "dev", [item])
    assert result.predictions == (("the mayor", "the mayor", "ida lund", "he", None, "he", "he"),)
    assert result.primary.value == 1
    assert Entities().read(Entities().write(result.predictions[0], item), item) == result.predictions[0]
    assert "system:string" in result.primary.signature


def test_case_is_folded() -> None:
    assert strings.entity("STRASSE Straße", (0, 7)) == strings.entity("STRASSE Straße", (8, 14)) == "strasse"
    assert strings.predict(Entities(), "dev", [Item("a", "", (), {"attributions": []})], None) == [()]
