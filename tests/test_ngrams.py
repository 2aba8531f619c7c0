"""N-grams against a slow reading in plain Python and against scikit-learn's vectoriser; which are learned; where they stand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from framing import ngrams, vocabulary
from framing.learning.words import key
from framing.ngrams import Grams, occurrences
from framing.text import article_from_text
from framing.tokens import Tokens, is_word, tokenize
from framing.vocabulary import Vocabulary, learn_vocabulary

TEXTS = [
    "The mayor said the bridge is closed. The mayor’s 12 clerks didn't say why.",
    "It rained, the mayor said; the bridge held.\n\nNobody said: “the bridge is closed”.",
    "A bridge is a bridge is a bridge.",
]
EVERY_KIND = [Grams("word", 1, 3), Grams("character", 2, 5), Grams("word", 2, 2, "rest", marks=False), Grams("character", 3, 3, "rest")]


def tokens(text: str) -> Tokens:
    return tokenize(article_from_text(text))


def by_sentence(text: str) -> tuple[Tokens, np.ndarray, int]:
    read = tokens(text)
    return read, read.sentence, len(read.sentences)


def slowly(read: Tokens, group: np.ndarray, grams: Grams) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """Row, n-gram and span of every occurrence. Each token by itself, and each stretch of tokens as a list."""
    stretches: list[list[int]] = [[]]
    for i, word in enumerate(read.words()):
        if group[i] < 0:
            stretches.append([])
        elif grams.marks or is_word(word):
            if stretches[-1] and group[stretches[-1][-1]] != group[i]:
                stretches.append([])
            stretches[-1].append(i)
    for stretch in stretches:
        for k, i in enumerate(stretch):
            for n in range(grams.low, grams.high + 1):
                if grams.kind == "word" and k + n <= len(stretch):
                    inside = stretch[k : k + n]
                    parts = [key(read.text[read.start[j] : read.end[j]][:64]) for j in inside]
                    yield int(group[i]), " ".join(parts), (int(read.start[i]), int(read.end[inside[-1]]))
                elif grams.kind == "character":
                    token = read.text[read.start[i] : read.end[i]]
                    word = f" {key(token[:64])} "
                    for a in range(len(word) - n + 1):
                        whole = len(word) - 2 != len(token)
                        begin, end = (0, len(token)) if whole else (max(a - 1, 0), min(a + n - 1, len(token)))
                        yield int(group[i]), word[a : a + n], (int(read.start[i]) + begin, int(read.start[i]) + end)


def all_known(read: Tokens, groups: object, rows: int, grams: list[Grams]) -> Vocabulary:
    return learn_vocabulary([(read, groups, rows)], grams, at_least=1).vocabulary  # type: ignore[list-item]


def draw_groups(data: st.DataObject, n: int) -> tuple[np.ndarray, int]:
    """Ascending groups of tokens, some left out, and a number of rows, of which some stay empty."""
    steps = data.draw(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=n, max_size=n))
    out = data.draw(st.lists(st.sampled_from([False, False, False, True]), min_size=n, max_size=n))
    group = np.where(out, -1, np.cumsum(np.array(steps, np.int64)))
    return group, int(max(group.max(initial=-1) + 1, 0)) + data.draw(st.integers(0, 2))


ANY = st.text(max_size=40) | st.text(alphabet="ab İ’'.,1\n \ud800", max_size=60)


@settings(max_examples=60)
@given(ANY, st.data())
def test_counts_and_places_are_those_of_a_slow_reading(text: str, data: st.DataObject) -> None:
    read = tokens(text)
    (one, rows), (other, more) = draw_groups(data, len(read)), draw_groups(data, len(read))
    groups, rows = {"": one, "rest": other}, max(rows, more)
    words = all_known(read, groups, rows, EVERY_KIND)
    found = words.count(read, groups, rows)
    assert len(found) == rows
    for b, grams in enumerate(EVERY_KIND):
        expected = list(slowly(read, groups[grams.field], grams))
        counts: dict[int, Counter[str]] = {row: Counter() for row in range(rows)}
        spans: dict[tuple[int, str], set[tuple[int, int]]] = {}
        for row, gram, span in expected:
            counts[row][gram] += 1
            spans.setdefault((row, gram), set()).add(span)
        assert words.sizes[b] == len({gram for _, gram, _ in expected})
        for row in range(rows):
            a, z = found.first[row * len(EVERY_KIND) + b : row * len(EVERY_KIND) + b + 2]
            features = found.feature[a:z]
            assert (np.diff(features) > 0).all()
            places = words.find(read, groups, features, row)
            assert [f.feature for f in places] == features.tolist()
            assert {f.text: int(c) for f, c in zip(places, found.count[a:z])} == counts[row]
            for f in places:
                assert f.grams == grams
                assert [(s.start, s.end) for s in f.spans] == sorted(spans[row, f.text])
            kept = (groups[grams.field] == row) & (read.lookup(is_word, np.bool_) | grams.marks)
            assert found.length[row, b] == kept.sum()


@settings(max_examples=60)
@given(ANY, st.data())
def test_pieces_and_sums_say_the_same_as_all_counts_at_once(text: str, data: st.DataObject) -> None:
    read = tokens(text)
    group, rows = draw_groups(data, len(read))
    groups = {"": group, "rest": group}
    words = all_known(read, groups, rows, EVERY_KIND)
    whole = words.count(read, groups, rows)
    worth = np.random.default_rng(0).normal(size=(len(words), 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "_PIECE", data.draw(st.integers(1, 5)))
        pieces = list(words.pieces(read, groups, rows))
        sums = list(words.sums(read, groups, rows, worth))
    event(f"{min(len(pieces), 5)} pieces")
    joined = type(whole).join(pieces)
    for name in ("first", "feature", "count", "length"):
        assert (getattr(joined, name) == getattr(whole, name)).all()
    expected = np.zeros((rows, len(EVERY_KIND), 3))
    for i in range(rows * len(EVERY_KIND)):
        a, z = whole.first[i : i + 2]
        expected[i // len(EVERY_KIND), i % len(EVERY_KIND)] = whole.count[a:z] @ worth[whole.feature[a:z]]
    for b, (length, total) in enumerate(sums):
        assert (length == whole.length[:, b]).all()
        np.testing.assert_allclose(total, expected[:, b], atol=1e-12)


def test_counts_are_those_of_scikit_learn() -> None:
    """On words that both split alike; its vocabulary is matched by name."""
    from sklearn.feature_extraction.text import CountVectorizer

    lines = ["the mayor closed the bridge", "no bridge is no bridge", "it held"]
    read, group, rows = by_sentence("\n\n".join(lines))
    for grams, analyzer in ((Grams("character", 2, 5), "char_wb"), (Grams("word", 1, 2), "word")):
        words = all_known(read, group, rows, [grams])
        found = words.count(read, group, rows)
        theirs = CountVectorizer(analyzer=analyzer, ngram_range=(grams.low, grams.high)).fit(lines)
        table = theirs.transform(lines).toarray()
        assert len(words) == table.shape[1]
        for row in range(rows):
            a, z = found.borders[row : row + 2]
            names = {f.feature: f.text for f in words.find(read, group, found.feature[a:z], row)}
            ours = {names[int(f)]: int(c) for f, c in zip(found.feature[a:z], found.count[a:z])}
            assert ours == {name: table[row, j] for name, j in theirs.vocabulary_.items() if table[row, j]}


def test_only_what_is_frequent_enough_is_learned() -> None:
    texts = [by_sentence(text) for text in TEXTS]
    rows = sum(m for _, _, m in texts)
    pairs = {(k, row, gram) for k, (read, group, _) in enumerate(texts) for row, gram, _ in slowly(read, group, EVERY_KIND[0])}
    by_name = Counter(gram for _, _, gram in pairs)
    for at_least in (1, 2, 3):
        learned = learn_vocabulary(texts, EVERY_KIND[:1], at_least)
        assert learned.rows == rows
        assert sorted(learned.frequency.tolist()) == sorted(n for n in by_name.values() if n >= at_least)
        assert learned.idf.tolist() == pytest.approx([math.log((1 + rows) / (1 + n)) + 1 for n in learned.frequency.tolist()])
    best = learn_vocabulary(texts, EVERY_KIND[:1], 1, limit=4)
    assert sorted(best.frequency.tolist()) == sorted(by_name.values())[-4:]


def test_long_texts_are_counted_in_pieces() -> None:
    read, group, rows = by_sentence("The mayor said the bridge is closed. " * 6000)
    words = all_known(read, group, rows, EVERY_KIND[:1])
    pieces = list(words.pieces(read, group, rows))
    assert 1 < len(pieces) < 10
    assert sum(map(len, pieces)) == rows


def test_many_rows_of_many_features_are_counted() -> None:
    """Row times features is beyond 32 bits."""
    read = tokens("a bridge is a bridge")
    keys = np.unique(occurrences(read, np.zeros(5, np.int64), 1, Grams("word", 1, 1))[1])
    words = Vocabulary([Grams("word", 1, 1)], [np.append(np.random.default_rng(0).integers(0, 2**64, 50_000, np.uint64), keys)])
    found = words.count(read, np.array([0, 0, 0, 99_999, 99_999]), 100_000)
    assert np.diff(found.borders)[[0, 1, 99_998, 99_999]].tolist() == [3, 0, 0, 2]
    assert sorted(found.feature[-2:].tolist()) == sorted(words.count(read, np.array([-1, -1, -1, 0, 0]), 1).feature.tolist())
    assert found.count.tolist() == [1] * 5


def test_a_small_buffer_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [by_sentence(text) for text in TEXTS]
    whole = learn_vocabulary(texts, EVERY_KIND[:2])
    monkeypatch.setattr(vocabulary, "_BUFFER", 7)
    parts = learn_vocabulary(iter(texts), EVERY_KIND[:2])
    assert (parts.frequency == whole.frequency).all()
    assert all((a.keys == b.keys).all() for a, b in zip(parts.vocabulary.tables, whole.vocabulary.tables))


def test_what_a_row_holds_does_not_depend_on_the_other_rows_or_on_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    read, group, rows = by_sentence("\n\n".join(TEXTS))
    words = all_known(read, group, rows, EVERY_KIND[:2])
    whole = words.count(read, group, rows)
    monkeypatch.setattr(vocabulary, "_REMEMBERED", 3)
    monkeypatch.setattr(vocabulary, "_BATCH", 2)
    fresh = Vocabulary(words.grams, [table.keys for table in words.tables])
    for row in range(rows):
        alone = fresh.count(read, np.where(group == row, 0, -1), 1)
        one = whole.take([row])
        assert (alone.feature == one.feature).all()
        assert (alone.count == one.count).all()
        assert (alone.first == one.first).all()


def test_a_field_has_features_of_its_own() -> None:
    read = tokens("bridge closed")
    row = np.zeros(2, np.int64)
    keys = [set(occurrences(read, row, 1, Grams(kind, 2, 2, field))[1].tolist()) for kind in ngrams.KINDS for field in ("", "title")]
    assert all(keys)
    assert sum(map(len, keys)) == len(set().union(*keys))


def test_some_features_are_numbered_anew() -> None:
    read, group, rows = by_sentence(TEXTS[0])
    words = all_known(read, group, rows, EVERY_KIND[:2])
    chosen = np.arange(len(words)) % 3 == 0
    some, whole = words.take(chosen).count(read, group, rows), words.count(read, group, rows)
    kept = chosen[whole.feature]
    assert (np.flatnonzero(chosen)[some.feature] == whole.feature[kept]).all()
    assert (some.count == whole.count[kept]).all()


@pytest.mark.parametrize("text", ["", " \n ", "a" * 5000, "ab " * 3000, "“" * 3000, "\ud800\udfff \x00 " * 50])
def test_no_text_is_too_odd(text: str) -> None:
    read, group, rows = by_sentence(text)
    words = all_known(read, group, rows, EVERY_KIND[:2])
    found = words.count(read, group, rows)
    assert len(found) == rows
    assert found.count.sum() == sum(len(occurrences(read, group, rows, grams)[0]) for grams in EVERY_KIND[:2])


def test_wrong_groups_and_kinds_are_refused() -> None:
    read = tokens("a b c")
    words = Vocabulary([Grams("word", 1, 1, "title")], [np.zeros(0, np.uint64)])
    with pytest.raises(KeyError, match="title"):
        words.count(read, {"body": np.zeros(3, np.int64)}, 1)
    for group, rows in (([0, 0], 1), ([1, 0, 0], 2), ([0, 0, 1], 1), ([0, -1, 3], 3)):
        with pytest.raises(ValueError, match="groups"):
            words.count(read, np.array(group), rows)
    for kind, low, high in (("letter", 1, 2), ("word", 0, 1), ("word", 2, 1), ("character", 1, 2)):
        with pytest.raises(ValueError, match="n-grams"):
            Grams(kind, low, high)
    for grams, keys in (([], []), ([Grams("word", 1, 1)], [])):
        with pytest.raises(ValueError, match="blocks"):
            Vocabulary(grams, keys)
    with pytest.raises(ValueError, match="distinct"):
        Vocabulary([Grams("word", 1, 1)], [np.zeros(2, np.uint64)])


def test_features_that_do_not_stand_there_are_not_found() -> None:
    read, group, rows = by_sentence(TEXTS[0])
    words = all_known(read, group, rows, EVERY_KIND[:2])
    assert words.find(read, group, [-1, len(words), len(words) + 7]) == []
    elsewhere = words.count(read, np.where(group == 1, 0, -1), 1).feature
    here = words.count(read, np.where(group == 0, 0, -1), 1).feature
    assert [f.feature for f in words.find(read, group, elsewhere, 0)] == [f for f in elsewhere.tolist() if f in set(here.tolist())]
