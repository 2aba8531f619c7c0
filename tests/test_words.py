"""Word vectors and classes: counts and weights against their definition, repetition, storage, unknown words, classes that are there."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.learning import words
from framing.learning.words import WordClasses
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

TINY = ["The mayor said it rained. The mayor left.", "It rained, the mayor said.\n\nShe said so."]
PEOPLE = ["mayor", "clerk", "nurse", "judge", "baker", "miner"]
VERBS = ["said", "added", "wrote", "warned", "argued", "noted"]


def tokens(text: str) -> Tokens:
    return tokenize(article_from_text(text))


def made_corpus() -> list[Tokens]:
    """Any person with any verb: no pair tells anything, only the places do."""
    chance = random.Random(7)
    lines = [f"The {chance.choice(PEOPLE)} {chance.choice(VERBS)} that it rained." for _ in range(400)]
    return [tokens("\n\n".join(lines[i : i + 50])) for i in range(0, len(lines), 50)]


@pytest.fixture(scope="module")
def learned() -> WordClasses:
    return words.learn(made_corpus(), dims=6, clusters=(3, 5))


def sentences_of(texts: list[str]) -> list[list[str]]:
    out = []
    for text in texts:
        found = tokens(text)
        strings = [words.key(t) for t in found.words()]
        out += [strings[a:b] for a, b in zip(found.sentence_first[:-1], found.sentence_first[1:])]
    return out


@pytest.mark.parametrize("offset", [-3, -1, 1, 2, 50])
def test_counts_and_weights_are_those_of_the_definition(offset: int) -> None:
    keys, _, ranks, places = words._read(tokens(t) for t in TINY)
    size, contexts = 6, 4
    table = np.zeros((size, contexts + 1))
    for sentence in sentences_of(TINY):
        for i, word in enumerate(sentence):
            inside = 0 <= i + offset < len(sentence)
            column = keys.index(sentence[i + offset]) if inside else contexts
            if keys.index(word) < size and (column < contexts or not inside):
                table[keys.index(word), column] += 1
    found = words.count(ranks, places, offset, size, contexts)
    assert table.sum() >= 10
    assert found.toarray().tolist() == table.tolist()

    expected = np.zeros_like(table)
    smoothed = [sum(table[:, c]) ** 0.75 for c in range(contexts + 1)]
    for w in range(size):
        for c in range(contexts + 1):
            if table[w, c]:
                joint, word = table[w, c] / table.sum(), sum(table[w]) / table.sum()
                expected[w, c] = max(0.0, math.log(joint / (word * smoothed[c] / sum(smoothed))))
    np.testing.assert_allclose(words.ppmi(found).toarray(), expected, atol=1e-12)


def test_words_are_in_the_order_of_their_frequency() -> None:
    keys, counts, ranks, _ = words._read(tokens(t) for t in TINY)
    flat = [word for sentence in sentences_of(TINY) for word in sentence]
    assert [keys[i] for i in ranks] == flat
    assert counts.tolist() == [flat.count(word) for word in keys]
    assert keys == sorted(keys, key=lambda word: (-flat.count(word), word))


def test_vectors_have_the_cosines_of_the_exact_decomposition() -> None:
    table = np.random.default_rng(3).random((30, 20)) * np.linspace(3, 0.01, 20)
    left, values, _ = np.linalg.svd(table)
    exact = (left[:, :20] * values)[:, :5]
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    found = words.reduce(table, 5, seed=1)
    np.testing.assert_allclose(found @ found.T, exact @ exact.T, atol=1e-3)


def test_an_empty_row_has_a_zero_vector() -> None:
    table = np.eye(4)
    table[2] = 0
    found = words.reduce(table, 4, seed=0)
    assert np.linalg.norm(found, axis=1).round(6).tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize("k", [3, 5])
def test_classes_that_are_there_are_found(learned: WordClasses, k: int) -> None:
    def classes(group: list[str]) -> set[int]:
        return {int(learned.clusters[k][learned.lookup(word)]) for word in group}

    people, verbs, rest = classes(PEOPLE), classes(VERBS), classes(["it", "rained", "."])
    assert not people & verbs
    assert not verbs & rest
    if k == 3:
        assert len(people) == len(verbs) == 1


def test_words_of_a_class_are_nearest(learned: WordClasses) -> None:
    cosines = learned.vectors @ learned.vectors[learned.lookup("said")]
    assert {learned.words[i] for i in np.argsort(-cosines)[: len(VERBS)]} == set(VERBS)
    np.testing.assert_allclose(np.linalg.norm(learned.vectors, axis=1), 1, atol=0.02)


def test_classes_are_numbered_by_their_running_words(learned: WordClasses) -> None:
    _, counts, _, _ = words._read(made_corpus())
    for k, labels in learned.clusters.items():
        sums = np.bincount(labels, counts[: len(learned)], minlength=k)
        assert (sums[:-1] >= sums[1:]).all()
        assert sums[-1] > 0


def test_the_same_seed_gives_the_same_bytes(learned: WordClasses, tmp_path: Path) -> None:
    learned.save(tmp_path / "a", {"seed": 0})
    words.learn(made_corpus(), dims=6, clusters=(3, 5)).save(tmp_path / "b", {"seed": 0})
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == ["model.json", "weights.npz"]
    assert [(tmp_path / "a" / n).read_bytes() for n in names] == [(tmp_path / "b" / n).read_bytes() for n in names]


def test_what_is_loaded_is_what_was_saved(learned: WordClasses, tmp_path: Path) -> None:
    learned.save(tmp_path)
    found = words.load(tmp_path)
    assert found.words == learned.words
    assert sorted(found.clusters) == sorted(learned.clusters)
    pairs = [(found.codes, learned.codes), (found.scales, learned.scales), (found.vectors, learned.vectors)]
    pairs += [(found.clusters[k], learned.clusters[k]) for k in learned.clusters]
    assert all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


def test_any_key_can_be_stored(tmp_path: Path) -> None:
    odd = ("", "a\x00b", "\ud800", "ꙮ", "\x85", "\r")
    n = len(odd)
    WordClasses(odd, np.zeros((n, 1), np.int8), np.ones(1, np.float32), {1: np.zeros(n, np.int16)}).save(tmp_path)
    found = words.load(tmp_path)
    assert found.words == odd
    assert [found.lookup(word) for word in odd] == list(range(n))


def test_files_that_do_not_belong_together_are_refused(learned: WordClasses, tmp_path: Path) -> None:
    learned.save(tmp_path)
    weights, card = tmp_path / "weights.npz", tmp_path / "model.json"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    with pytest.raises(ValueError, match=r"weights\.npz is not the file"):
        words.load(tmp_path)
    weights.write_bytes(whole)
    words.load(tmp_path)
    card.write_text(json.dumps(json.loads(card.read_text()) | {"version": 99}))
    with pytest.raises(ValueError, match="no word classes of version"):
        words.load(tmp_path)
    card.unlink()
    with pytest.raises(FileNotFoundError):
        words.load(tmp_path)


def test_keys() -> None:
    cases = {"Said": "said", "DIDN’T": "didn't", "1,234": "0,000", "G-20": "g-00", "n't": "n't", "’s": "'s"}
    assert {token: words.key(token) for token in cases} == cases


def test_unknown_words_have_row_minus_one_zeros_and_no_class(learned: WordClasses) -> None:
    rows = tokens("The mayor SAID zebras left.").lookup(learned.lookup)
    assert (rows >= 0).tolist() == [True, True, True, False, False, True]
    vectors, classes = learned.vectors_of(rows), learned.classes_of(rows, 3)
    assert vectors.shape == (6, 6)
    assert not vectors[rows < 0].any()
    assert np.array_equal(vectors[rows >= 0], learned.vectors[rows[rows >= 0]])
    assert classes[rows < 0].tolist() == [-1, -1]
    assert np.array_equal(classes[rows >= 0], learned.clusters[3][rows[rows >= 0]])
    with pytest.raises(KeyError):
        learned.classes_of(rows, 4)


@settings(max_examples=60)
@given(st.text(st.characters(codec=None, categories=None), max_size=20))
def test_any_string_has_a_row_or_none(text: str) -> None:
    known = WordClasses(("said", "0"), np.ones((2, 1), np.int8), np.ones(1, np.float32), {1: np.zeros(2, np.int16)})
    row = known.lookup(text)
    assert row == (known.words.index(words.key(text)) if words.key(text) in known.words else -1)


@pytest.mark.parametrize("texts", [[], [""], ["One two three."]])
def test_nothing_to_learn_from_is_said(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="no word occurs 3 times"):
        words.learn(map(tokens, texts))


@pytest.mark.parametrize("k", [0, 1000])
def test_a_number_of_classes_that_cannot_be_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"{k} classes of"):
        words.learn(made_corpus(), clusters=(k,))


def test_rare_words_get_no_row() -> None:
    found = words.learn(made_corpus(), vocabulary=10, clusters=(2,))
    assert len(found) == 10
    assert set(found.words) >= {"the", "that", "it", "rained", "."}
    assert set(words.learn(map(tokens, TINY), minimum=3, clusters=(1,)).words) == {"the", "mayor", "said", "."}


def test_raw_news_brings_verbs_of_speaking_together(data: Path) -> None:
    from framing.corpora import CorpusNotFound, load_corpus

    try:
        texts = [tokens(d.text) for d, _ in zip(load_corpus("polnear", "train", data_home=data), range(300))]
    except CorpusNotFound as error:
        pytest.skip(str(error))
    found = words.learn(texts, vocabulary=4000, contexts=1000, clusters=(100,))
    said, table = found.vectors[found.lookup("said")], found.vectors
    near = {found.words[i] for i in np.argsort(-(table @ said))[:12]}
    assert len(near & {"said", "says", "told", "added", "wrote", "tweeted", "argued", "noted", "insisted", "explained", "declared"}) >= 5
