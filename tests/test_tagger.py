"""The tagger and how it is taught: learning and use compute the same numbers, chains, parts, memories, and which keys are known."""

from __future__ import annotations

import copy
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import tagger as module
from framing import teaching
from framing.learning import crf, store
from framing.learning.network import Examples, Settings, neighbours
from framing.learning.words import WordClasses
from framing.patterns import Patterns, read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Quote
from framing.signals import CONTEXT_COLUMNS, TYPE_COLUMNS, TypeMemory
from framing.tagger import BY_TOKEN, BY_TYPE, LEANINGS, LONGEST, TEMPLATES, Tagger, chains, neighbour, parts
from framing.tagging import LABELS, ROLES, encode, forbidden, pieces
from framing.templates import OUTSIDE, keys, type_keys
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize
from tests.made import AT_LEAST, DOCUMENTS, SETTINGS, made_classes

FRAGMENTS = st.sampled_from(
    ["Doe", "said", "that", "“", "”", '"', ",", ".", "The mayor", "the plan", "would fail", "\n\n", "—", "who", "and", "\ud800", "é", "’s",
     "The bridge would close in May.", "the driver said", "1990"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=60).map(" ".join)


def read(text: str) -> tuple[Patterns, tuple[Quote, ...]]:
    article = article_from_text(text)
    quotes = find_quotes(article.text, article.paragraphs)
    return read_patterns(tokenize(article), quotes), quotes


def tokens_of(text: str) -> Tokens:
    return tokenize(article_from_text(text))


def lessons(memory: TypeMemory) -> list[teaching.Lesson]:
    return [teaching.lesson(d.text, memory, d.attributions) for d in DOCUMENTS]


def taught(words: WordClasses | None = None, s: Settings = SETTINGS) -> Tagger:
    return teaching.teach(lessons(TypeMemory(words)), [], words, s, AT_LEAST)


@pytest.fixture(scope="module", params=[False, True], ids=["no classes", "classes"])
def tagger(request: pytest.FixtureRequest) -> Tagger:
    return taught(made_classes() if request.param else None)


def fresh(tagger: Tagger) -> Tagger:
    """The same tagger with nothing in its memories."""
    return Tagger(tagger.classes, tagger.table.keys, tagger.network)


def scores(tagger: Tagger, text: str) -> np.ndarray:
    patterns, quotes = read(text)
    signals = tagger.read(patterns, quotes)
    return tagger.scores(signals, chains(signals.tokens))


# ---- templates -------------------------------------------------------------------------------------------------------------------------


def test_templates_are_of_columns_that_are_there_and_each_is_there_once() -> None:
    assert len(set(TEMPLATES)) == len(TEMPLATES)
    assert set(BY_TYPE) | set(BY_TOKEN) == set(TEMPLATES)
    assert {name for template in TEMPLATES for name, _ in template} == {*TYPE_COLUMNS, *CONTEXT_COLUMNS}
    assert (("word", -1), ("word", 0)) in BY_TOKEN
    assert (("word", 0), ("word", 1)) in BY_TOKEN
    assert (("grammar", -1), ("grammar", 0), ("grammar", 1)) in BY_TOKEN
    assert (("cluster64", 0), ("cluster64", 1)) in BY_TOKEN
    assert (("word", -3),) in BY_TYPE


def test_leanings_are_those_of_labels_that_begin_something() -> None:
    assert sorted(LABELS[k][:2] for k in LEANINGS) == ["B-"] * 5


# ---- chains ----------------------------------------------------------------------------------------------------------------------------


def check_chains(tokens: Tokens) -> None:
    first = chains(tokens).tolist()
    ends = tokens.sentence_first.tolist()
    assert first[0] == 0
    assert first[-1] == len(tokens)
    assert set(tokens.paragraph_first.tolist()) <= set(first)
    paragraphs = set(tokens.paragraph_first.tolist())
    for a, b in pairwise(first):
        assert 0 < b - a <= LONGEST
        if b in paragraphs:
            continue
        possible = [e for e in ends if a < e <= a + LONGEST]
        assert b == (possible[-1] if possible else a + LONGEST)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([1, 3, 40, 100, 254, 255, 256, 257, 600]), max_size=6), st.sampled_from([" ", "\n\n"]))
def test_chains_are_paragraphs_or_sentences_of_them(sizes: list[int], between: str) -> None:
    tokens = tokens_of(between.join("Word" + " word" * (n - 1) + "." for n in sizes))
    assert len(tokens) == sum(n + 1 for n in sizes)
    check_chains(tokens)


def test_chains_by_hand() -> None:
    assert chains(tokens_of("")).tolist() == [0]
    assert chains(tokens_of("One two.\n\nThree.")).tolist() == [0, 3, 5]
    assert chains(tokens_of("word " * 600)).tolist() == [0, 256, 512, 600]
    sentence = "Word" + " word" * 98 + ". "
    assert chains(tokens_of("Yes.\n\n" + sentence * 6)).tolist() == [0, 2, 202, 402, 602]
    assert chains(tokens_of(sentence * 2 + "word " * 400)).tolist() == [0, 200, 456, 600]


def test_neighbours_do_not_cross_paragraphs() -> None:
    tokens = tokens_of("a b c\n\nd e\n\nf a")
    words, nothing = [*tokens.types, None], None

    def there(offset: int, begin: int = 0, end: int = 7) -> list[str | None]:
        return [words[k] for k in neighbour(tokens, offset, begin, end)]

    assert there(0) == ["a", "b", "c", "d", "e", "f", "a"]
    assert there(1) == ["b", "c", nothing, "e", nothing, "a", nothing]
    assert there(-2) == [nothing, nothing, "a", nothing, nothing, nothing, nothing]
    assert there(-1, 2, 5) == ["b", nothing, "d"]
    assert there(9) == there(-9) == [nothing] * 7


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(1, 50))
def test_parts_are_all_chains_in_order(lengths: list[int], size: int) -> None:
    first = np.cumsum([0, *lengths])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PART", size)
        found = list(parts(first))
    assert [a for part in found for a in part[:-1].tolist()] + [int(first[-1])] == first.tolist()
    for one, other in pairwise(found):
        assert one[-1] == other[0]
        assert other[1] - one[0] > size, "the next chain would have had room"
    assert all(len(part) == 2 or part[-1] - part[0] <= size for part in found)


# ---- learning and use ------------------------------------------------------------------------------------------------------------------


def check_scores(tagger: Tagger, texts: list[str]) -> None:
    """The features that are learned from, times the rows of weights, give the scores that a text gets."""
    read_here = [teaching.lesson(text, TypeMemory(tagger.classes)) for text in texts]
    features = teaching.feature_matrix(read_here, tagger.table.keys)
    first = teaching.borders(read_here)
    model = tagger.network
    expected = model.emissions(features @ model.inputs, neighbours(first, model.distances))
    found = np.concatenate([scores(tagger, text) for text in texts])
    assert found.shape == expected.shape == (first[-1], len(LABELS))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_what_was_learned_from_is_what_is_used(tagger: Tagger) -> None:
    check_scores(tagger, [d.text for d in DOCUMENTS])
    unseen = "“The tunnel is safe,” the mayor said. Nobody knows who said that.\n\nSo the driver said."
    check_scores(tagger, [unseen, "", DOCUMENTS[0].text, "word " * 700 + unseen])


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_text_is_read_alike_in_learning_and_use(tagger: Tagger, texts: list[str]) -> None:
    check_scores(tagger, texts)


def test_scores_differ_with_what_is_known(tagger: Tagger) -> None:
    """Else the tests above would hold of a tagger that sees nothing."""
    text = DOCUMENTS[0].text
    blind = Tagger(tagger.classes, tagger.table.keys ^ np.uint64(1), tagger.network)
    assert np.abs(scores(tagger, text) - scores(blind, text)).max() > 0.5


def test_the_text_that_was_learned_is_labelled_so(tagger: Tagger) -> None:
    for document in DOCUMENTS:
        labels, probabilities = tagger.label(*read(document.text))
        tokens = tokens_of(document.text)
        assert labels.tolist() == encode(tokens, document.attributions).tolist()
        assert probabilities.shape == (len(tokens), len(LABELS))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-9)
        assert (probabilities.argmax(axis=1) == labels).mean() > 0.9


LONG = "\n\n".join(d.text for d in DOCUMENTS) + " word" * 600


@pytest.mark.parametrize("size", [1, 40, 300])
def test_a_text_is_labelled_in_parts_as_in_one(tagger: Tagger, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    labels, probabilities = tagger.label(*read(LONG))
    whole, spans = scores(tagger, LONG), tagger.spans(*read(LONG), 0.35)
    monkeypatch.setattr(module, "PART", size)
    patterns, quotes = read(LONG)
    signals = tagger.read(patterns, quotes)
    pieces = list(parts(chains(signals.tokens)))
    assert len(pieces) > 1
    np.testing.assert_allclose(np.concatenate([tagger.scores(signals, first) for first in pieces]), whole, rtol=1e-4, atol=1e-4)
    again, others = tagger.label(patterns, quotes)
    assert (again == labels).all()
    assert tagger.spans(patterns, quotes, 0.35) == spans != []
    np.testing.assert_allclose(others, probabilities, atol=1e-5)


def test_labels_are_allowed_whatever_the_scores() -> None:
    tagger = taught(None, Settings(width=4, distances=(1,), epochs=1, size=60))
    for bias in (-3.0, 0.0, 3.0):
        tokens = tokens_of(LONG)
        labels, _ = tagger.label(*read(LONG), bias)
        assert np.isfinite(crf.score(labels, np.zeros((len(labels), len(LABELS))), forbidden(), chains(tokens)))


def test_a_higher_bias_begins_more(tagger: Tagger) -> None:
    text = "The baker may close.\n\nThe old mill, the doctor and the school were here. “Nobody”, the mayor. Bridges said."
    counts, sure = [], []
    for bias in (-8.0, 0.0, 8.0):
        labels, probabilities = tagger.label(*read(text), bias)
        counts.append(int((labels % 2).sum()))
        sure.append(probabilities)
    assert counts == sorted(counts)
    assert counts[0] < counts[2]
    assert all((p == sure[0]).all() for p in sure), "the bias is the decoder's matter, not that of the probabilities"


HEADED = "The mayor said the bridge was closed\n\nTOFTE, Veldania — The driver said the road was closed. It has four lanes.\n\nRead more"


def check_body_only(tagger: Tagger, text: str) -> int:
    """Outside the body all is O, and labels still begin before they go on; gives how many labels that changed."""
    patterns, quotes = read(text)
    tokens = tokens_of(text)
    labels, probabilities = tagger.label(patterns, quotes, 8.0, body_only=True)
    assert not labels[~tokens.body].any()
    np.testing.assert_allclose(probabilities[~tokens.body, 0], 1, atol=1e-9)
    assert not probabilities[~tokens.body, 1:].any()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-9)
    assert np.isfinite(crf.score(labels, np.zeros((len(labels), len(LABELS))), forbidden(), chains(tokens)))
    plain, sure = tagger.label(patterns, quotes, 8.0)
    if tokens.body.all():
        assert (labels == plain).all()
        assert (probabilities == sure).all()
    return int((labels != plain).sum())


def test_outside_the_body_all_is_nothing(tagger: Tagger) -> None:
    assert tokens_of(HEADED).body.tolist().count(False) == 7 + 4 + 2
    assert check_body_only(tagger, HEADED) > 3, "such a bias begins something everywhere"
    assert check_body_only(tagger, DOCUMENTS[0].text) == 0
    assert check_body_only(tagger, HEADED.rpartition("\n")[2]) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS | st.sampled_from(HEADED.split("\n\n")), max_size=4).map("\n\n".join))
def test_any_body_is_labelled(tagger: Tagger, text: str) -> None:
    check_body_only(tagger, text)


def test_spans_of_what_was_learned_are_those_of_the_labels(tagger: Tagger) -> None:
    found = [(tagger.spans(*read(d.text), 0.35), pieces(encode(tokens_of(d.text), d.attributions))) for d in DOCUMENTS]
    assert sum(len(set(mine) & set(gold)) for mine, gold in found) > 0.9 * max(sum(map(len, side)) for side in zip(*found))


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS | st.sampled_from(HEADED.split("\n\n")), max_size=4).map("\n\n".join), st.sampled_from([0.02, 0.35, 1.0]))
def test_spans_of_any_text(tagger: Tagger, text: str, threshold: float) -> None:
    tokens, found, within = tokens_of(text), tagger.spans(*read(text), threshold), tagger.spans(*read(text), threshold, body_only=True)
    for some in (found, within):
        assert all(a.last <= b.first for a, b in pairwise(some))
        assert all(p.kind in ROLES and 0 <= p.first < p.last <= len(tokens) for p in some)
        assert all(tokens.paragraph[p.first] == tokens.paragraph[p.last - 1] for p in some)
    assert all(tokens.body[p.first : p.last].all() for p in within)
    assert within == found or not tokens.body.all()


def test_spans_are_more_probable_than_the_threshold(tagger: Tagger) -> None:
    assert tagger.spans(*read(HEADED), 0.35)
    assert not tagger.spans(*read(HEADED), 1.0)
    _, probabilities = tagger.label(*read(LONG))
    for threshold in (0.05, 0.35, 0.9):
        assert all(probabilities[p.first, p.kind] > threshold for p in tagger.spans(*read(LONG), threshold))
    for text, threshold in (("", 0.0), (HEADED, 0.0), ("", 1.1)):
        with pytest.raises(ValueError, match="threshold"):
            tagger.spans(*read(text), threshold)


def test_no_text_no_labels(tagger: Tagger) -> None:
    assert tagger.spans(*read(""), 0.35) == []
    labels, probabilities = tagger.label(*read(""))
    assert labels.shape == (0,)
    assert probabilities.shape == (0, len(LABELS))


def test_keys_and_rows_must_fit(tagger: Tagger) -> None:
    n = len(tagger.table)
    with pytest.raises(ValueError, match=f"{n - 1} keys and {n} rows"):
        Tagger(tagger.classes, tagger.table.keys[1:], tagger.network)


# ---- memories --------------------------------------------------------------------------------------------------------------------------


def test_results_do_not_depend_on_what_was_read_before(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*(d.text for d in DOCUMENTS), LONG, f"{'x' * 100} said so, {'x' * 100} said."]
    alone = [scores(fresh(tagger), text) for text in texts]
    shared = fresh(tagger)
    for _ in range(2):
        assert all((scores(shared, text) == expected).all() for text, expected in zip(texts, alone))
    monkeypatch.setattr("framing.word_types.TYPES", 10)  # fewer than the types of most texts: each begins a new shelf
    small = fresh(tagger)
    for text, expected in zip(texts, alone):
        assert (scores(small, text) == expected).all()


def test_threads_share_a_tagger(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.word_types.TYPES", 40)  # forgets all the time
    texts = [d.text for d in DOCUMENTS] * 4
    expected = [scores(fresh(tagger), text) for text in texts]
    shared = fresh(tagger)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: scores(shared, text), texts))
    assert all((a == b).all() for a, b in zip(found, expected))


def test_a_copy_has_the_weights_and_not_the_memories(tagger: Tagger) -> None:
    tagger.label(*read(LONG))
    assert tagger.signals
    twin = copy.deepcopy(tagger)
    assert not twin.signals
    assert twin.table.keys is not tagger.table.keys
    assert (scores(twin, LONG) == scores(tagger, LONG)).all()


# ---- teaching --------------------------------------------------------------------------------------------------------------------------


def test_known_keys_are_those_of_enough_tokens() -> None:
    texts = ["Ants said yes. Ants said no.", "Ants ran.\n\nBees said it.", "Bees hid. Cows sat.", ""]
    here = [teaching.lesson(text, TypeMemory()) for text in texts]
    times = Counter(word for text in texts for word in tokens_of(text).words())
    assert (times["Ants"], times["said"], times["Bees"], times["Cows"]) == (3, 3, 2, 1)
    form = BY_TYPE.index((("form", 0),))
    far = BY_TYPE.index((("word", -3),))
    for at_least in (1, 2, 3, 4):
        known = set(teaching.known_keys(here, at_least).tolist())
        for lesson in here:
            by_type = type_keys(lesson.signals.rows, BY_TYPE)
            for k in (form, far):  # a type counts with all its tokens, wherever its neighbours are
                assert [key in known for key in by_type[k].tolist()] == [times[w] >= at_least for w in lesson.signals.tokens.types]
        pairs = [keys(lesson.signals, BY_TOKEN) for lesson in here]
        for k in range(len(BY_TOKEN)):
            counts = Counter(key for p in pairs for key in p[k].tolist())
            assert {key for key in counts if key in known} == {key for key, n in counts.items() if n >= at_least}


def test_known_keys_are_distinct_ascending_and_hold_what_is_outside() -> None:
    known = teaching.known_keys(lessons(TypeMemory()), 1000)
    outside = type_keys(np.full((1, len(TYPE_COLUMNS)), OUTSIDE, np.uint64), BY_TYPE)[:, 0]
    assert known.tolist() == sorted(set(outside.tolist()))
    known = teaching.known_keys(lessons(TypeMemory()), 2)
    assert known.dtype == np.uint64
    assert (known[1:] > known[:-1]).all()


def test_a_row_of_features_is_what_the_templates_see() -> None:
    here = lessons(TypeMemory())[:3]
    known = teaching.known_keys(here, 2)
    found = teaching.feature_matrix(here, known)
    assert found.dtype == np.float32
    row = 0
    for lesson in here:
        every = keys(lesson.signals, TEMPLATES).T.tolist()
        for wanted in every:
            expected = np.flatnonzero(np.isin(known, np.array(wanted, np.uint64)))
            assert sorted(found[row].indices.tolist()) == expected.tolist()
            assert (found[row].data == 1).all()
            row += 1
    assert found.shape == (row, len(known))


def test_a_lesson_has_labels_that_are_allowed_in_its_chains() -> None:
    """Also where a chain ends within a content."""
    content = "the road" + " and the road" * 200
    text = f"The mayor said {content}."
    tokens = tokens_of(text)
    cue = tokens.span(2, 3)
    found = Attribution(0, tokens.span(0, 2), cue, (tokens.span(3, len(tokens) - 1),), "indirect")
    lesson = teaching.lesson(text, TypeMemory(), [found])
    assert lesson.labels is not None
    first = chains(tokens)
    assert len(first) > 3
    assert np.isfinite(crf.score(lesson.labels, np.zeros((len(tokens), len(LABELS))), forbidden(), first))
    whole = encode(tokens, [found])
    changed = np.flatnonzero(whole != lesson.labels)
    assert changed.tolist() == first[1:-1].tolist()
    assert [LABELS[k] for k in lesson.labels[changed]] == ["B-X<"] * len(changed)


def test_a_lesson_leaves_out_what_stands_in_another() -> None:
    text = "The mayor said the police said so."
    tokens = tokens_of(text)
    outer = Attribution(0, tokens.span(0, 2), tokens.span(2, 3), (tokens.span(3, 7),), "indirect")
    inner = Attribution(1, tokens.span(3, 5), tokens.span(5, 6), (tokens.span(6, 7),), "indirect", parent=0)
    labels = teaching.lesson(text, TypeMemory(), [outer, inner]).labels
    assert labels is not None
    assert [LABELS[k] for k in labels] == ["B-S>", "I-S>", "B-C", "B-X<", "I-X<", "I-X<", "I-X<", "O"]
    assert teaching.lesson(text, TypeMemory()).labels is None


def test_examples_hold_all_texts() -> None:
    here = [*lessons(TypeMemory()), teaching.lesson("", TypeMemory(), [])]
    found = teaching.examples(here, teaching.known_keys(here, 2), len(LABELS))
    assert isinstance(found, Examples)
    assert found.labels is not None
    n = sum(len(tokens_of(d.text)) for d in DOCUMENTS)
    assert found.features.shape[0] == len(found.labels) == len(found.targets) == found.first[-1] == n
    assert (found.targets.argmax(axis=1) == found.labels).all()
    assert (found.targets.sum(axis=1) == 1).all()
    assert len(found.first) == 1 + sum(len(tokens_of(d.text).paragraph_first) - 1 for d in DOCUMENTS)


def test_nothing_to_learn_from() -> None:
    for here in ([], [teaching.lesson("", TypeMemory(), [])]):
        with pytest.raises(ValueError, match="no text to learn from"):
            teaching.teach(here, [], None, SETTINGS, 1)


def test_rows_are_those_that_a_file_keeps(tagger: Tagger) -> None:
    codes, scales = store.to_int8(tagger.network.inputs, axis=1)
    assert (store.from_int8(codes, scales) == tagger.network.inputs).all()


def test_the_same_lessons_give_the_same_bytes() -> None:
    one, other, third = taught(), taught(), taught(None, Settings(width=16, distances=(1, 2), epochs=12, size=60, seed=5))
    assert one.network.inputs.tobytes() == other.network.inputs.tobytes()
    assert one.network.kernels.tobytes() == other.network.kernels.tobytes()
    assert one.network.inputs.tobytes() != third.network.inputs.tobytes()


def test_teachers_label_what_has_no_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Settings(width=8, distances=(1,), epochs=12, size=60)
    monkeypatch.setattr(teaching, "TEACHERS", (small, Settings(width=8, distances=(1, 2), epochs=12, size=60, seed=1)))
    seen: list[Examples] = []
    real = teaching.network.fit

    def spy(texts: list[Examples], *rest: object) -> object:
        seen.extend(texts)
        return real(texts, *rest)

    monkeypatch.setattr(teaching.network, "fit", spy)
    memory = TypeMemory()
    raw = ["The nurse said the ward would open in July. “The beds are new,” the nurse said.", "", "The mill is old."]
    said: list[str] = []
    others = [teaching.lesson(text, memory) for text in raw]
    tagger = teaching.teach(lessons(memory), others, None, SETTINGS, AT_LEAST, said.append)
    soft = seen[-1]
    assert soft.labels is None
    assert soft.weight == teaching.WEIGHT
    assert len(soft.targets) == sum(len(tokens_of(text)) for text in raw)
    np.testing.assert_allclose(soft.targets.sum(axis=1), 1, atol=1e-5)
    assert soft.targets.max(axis=1).min() < 0.99999, "teachers are not sure of all"
    words = tokens_of(raw[0]).words()
    cues = {i for i, p in enumerate(soft.targets[: len(words)].argmax(axis=1)) if LABELS[p] == "B-C"}
    assert cues == {i for i, word in enumerate(words) if word == "said"}
    assert any("labelled by teachers" in line for line in said)
    assert any(line.startswith("teacher 2, epoch 12") for line in said)
    assert tagger.label(*read(raw[2]))[0].tolist() == [0] * 5
