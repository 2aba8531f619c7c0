"""Loaded language: made sentences, the shipped models, cases, reasons, voices, what is kept on disk, any string, numpy alone."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.classifier import MODELS
from framing.language import describe_sentences
from framing.learning.interning import KeyTable
from framing.learning.linear_fit import fit as fit_linear
from framing.learning.words import WordClasses
from framing.lexicons import read_table
from framing.loaded import LoadedLanguageClassifier, by_sentence, loaded_share, shipped
from framing.loaded_features import DENSE, FLOOR, columns, pooled
from framing.loaded_lessons import SentenceDesign, WordDesign, deal, fold, learn_words, lesson_of, token_logits
from framing.loaded_words import OFFSETS, Passages, WordModel, passages_of
from framing.quotes import find_quotes
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

CASES = json.loads((Path(__file__).parent / "cases" / "loaded.json").read_text(encoding="utf-8"))
TEXT = "The harbour opens on Monday. This shameful, idiotic scheme of radical zealots is a disgrace! Ferries sail at noon."
SHIPPED = ("loaded_language", "loaded_language_mbic")


def made() -> list[Document]:
    plain = [
        "The board met on Monday.",
        "The ferry sails at noon.",
        "Rates rose by two percent.",
        "The bridge is closed.",
        "Nine ships left.",
    ]
    loaded = [
        ("The vile board lied again.", ("vile",)),
        ("A vile ferry of fools sails.", ("vile", "fools")),
        ("These fools raised rates!", ("fools",)),
        ("What a vile bridge.", ("vile",)),
        ("Only fools left.", ("fools",)),
    ]
    rows = [(text, 0, ()) for text in plain] + [(text, 1, words) for text, words in loaded]
    return [
        Document(id=f"made/{i}", text=text, group=f"outlet {i % 2}", meta={"biased_words": words}, labels={"loaded": label})
        for i, (text, label, words) in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def small() -> LoadedLanguageClassifier:
    pytest.importorskip("sklearn")
    return LoadedLanguageClassifier(folds=2).fit(made(), vectors=vectors())


def vectors() -> WordClasses:
    codes = np.array([[5, 0], [5, 0], [0, 5], [3, 4]], np.int8)
    return WordClasses(("vile", "wicked", "the", "fools"), codes, np.array([0.2, 0.2], np.float32), {})


def read(text: str) -> tuple[Tokens, tuple[object, ...]]:
    article = article_from_text(text)
    return tokenize(article), find_quotes(article.text, article.paragraphs)


# ---- learning


def test_learns_from_ten_sentences(small: LoadedLanguageClassifier) -> None:
    found = small.whole(["The vile fools lied.", "The board met at noon."])
    assert found[0] > found[1]
    tokens, quotes = read("The vile bridge.")
    words = small.words(tokens, quotes)  # type: ignore[arg-type]
    assert tokens.words()[int(words.argmax())] == "vile"


def test_a_word_never_learned_is_known_by_its_vector_and_its_letters(small: LoadedLanguageClassifier) -> None:
    own = small.words_.types(["wicked", "vileness", "harbour", ""])[:, 0]
    assert own[0] > own[2]
    assert own[1] >= own[2]
    assert own[3] == 0


def test_the_table_says_what_the_features_say() -> None:
    pytest.importorskip("sklearn")
    lesson = lesson_of(made())
    design = WordDesign(lesson, vectors())
    weights = learn_words(design, np.ones(len(lesson), np.bool_))
    model = fold(design, weights)
    logits = model.logits(lesson.passages)
    assert np.allclose(logits, token_logits(design, weights), atol=0.02)  # the table holds half precision


def test_marked_words_and_labels_are_read() -> None:
    given_ = made()
    lesson = lesson_of([*given_, replace(given_[0], labels={"loaded": None})])
    words = np.array(lesson.passages.tokens.words())
    assert len(lesson) == 10
    assert set(words[lesson.marked].tolist()) == {"vile", "fools"}
    assert not lesson.unmarked.any()


def test_folds_are_even() -> None:
    label = np.arange(20) % 4 == 0
    part = deal(label, 5, 0)
    assert np.bincount(part[label]).tolist() == [1] * 5
    assert np.bincount(part[~label]).tolist() == [3] * 5


def test_one_label_is_too_few() -> None:
    with pytest.raises(ValueError, match="either label"):
        LoadedLanguageClassifier().fit(made()[:5])
    with pytest.raises(ValueError, match="two sentences"):
        LoadedLanguageClassifier().fit(made()[:6])


def test_a_feature_of_factor_0_has_no_weight() -> None:
    pytest.importorskip("sklearn")
    lesson = lesson_of(made())
    design = SentenceDesign.of(lesson)
    factors = np.ones(len(design.learned.idf))
    arguments = (design.rows, lesson.label, design.blocks, design.learned.idf)
    plain = fit_linear(*arguments)
    assert np.allclose(fit_linear(*arguments, factors=factors).weights, plain.weights)
    factors[0] = 0
    assert plain.weights[0, 0] != 0
    assert fit_linear(*arguments, factors=factors).weights[0, 0] == 0


# ---- columns


def test_columns_by_hand() -> None:
    passages = passages_of(["Ana slept.", "“No,” he said!"])
    n = len(passages.tokens)
    z = np.full(n, -9.0)
    z[0] = 1.0
    found = pooled(passages, z)
    assert found[0, 0] == 1
    assert found[0, 1] == pytest.approx((1 + 4 * FLOOR) / 5)
    assert found[1, 0] == FLOOR
    assert found[0, 3] == pytest.approx(10 * (1 / (1 + np.exp(-1)) + 2 / (1 + np.exp(9))) / 3)
    table = dict(zip(DENSE, columns(passages, z).T))
    assert table["quotation"].tolist() == [0, 1]
    assert table["exclamation marks"].tolist() == [0, 1]
    assert table["quoted share"].tolist() == [0, 4 / 7]
    assert table["reporting words"].tolist() == [0, 1]
    assert table["length of words"].tolist() == [4, 8 / 3]


def test_neighbours_stay_in_their_sentence() -> None:
    passages = passages_of(["a b", "c"])
    kinds = np.arange(3)
    assert [there.tolist() for there in passages.neighbours(kinds, 9)] == [[9, 9, 9], [9, 0, 9], [1, 9, 9], [9, 9, 9]]


def test_empty_passages_have_columns() -> None:
    tokens, _ = read("")
    none = Passages(tokens, np.zeros(0, np.int64), 2, np.zeros(0, np.bool_))
    found = columns(none, np.zeros(0))
    assert found.shape == (2, len(DENSE))
    assert np.isfinite(found).all()


# ---- the shipped models


def _cases() -> list[Any]:
    return [
        pytest.param(
            name,
            case["text"],
            case["loaded"],
            id=f"{name}: {case['text'][:40]}",
            marks=[pytest.mark.xfail(reason="known", strict=True)] if name in case.get("fails", ()) else [],
        )
        for name in SHIPPED
        for case in CASES
    ]


@pytest.mark.parametrize(("name", "text", "loaded"), _cases())
def test_cases(name: str, text: str, loaded: bool) -> None:
    p = _model(name).whole([text])[0]
    assert (p >= 0.5) == loaded, p


@cache
def _model(name: str) -> LoadedLanguageClassifier:
    return shipped() if name == SHIPPED[0] else LoadedLanguageClassifier.load(MODELS / name)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_are_small_and_have_cards(name: str) -> None:
    model = _model(name)
    assert sum(path.stat().st_size for path in (MODELS / name).iterdir()) < 2_500_000
    assert model.signature.startswith("loaded_language|train:babe|")
    assert (MODELS / name / "CARD.md").exists()


def test_loaded_words_stand_out() -> None:
    tokens, quotes = read(TEXT)
    words = np.array(tokens.words())
    sure = shipped().words(tokens, quotes)  # type: ignore[arg-type]
    assert sure.shape == (len(tokens),)
    assert {"shameful", "idiotic"} <= set(words[np.argsort(-sure)[:6]].tolist())
    assert sure[np.isin(words, ["opens", "Monday", "noon"])].max() < 0.1


def test_sentences_and_texts_agree() -> None:
    model = shipped()
    tokens, quotes = read(TEXT)
    found = model.sentences(tokens, quotes)  # type: ignore[arg-type]
    assert found.shape == (3,)
    assert np.array_equal(model.predict_proba([TEXT])[0], found)
    assert model.predict([TEXT])[0].tolist() == [False, True, False]
    assert model.whole(["The harbour opens on Monday."])[0] == pytest.approx(found[0], abs=1e-6)


@pytest.mark.parametrize("sentence", range(3))
def test_reasons_sum_to_the_log_odds(sentence: int) -> None:
    p = shipped().predict_proba([TEXT])[0][sentence]
    reasons = shipped().explain(TEXT, sentence)
    assert sum(r.contribution for r in reasons) == pytest.approx(np.log(p / (1 - p)), abs=1e-9)
    for reason in reasons:
        assert all(TEXT[s.start : s.end] == s.text for s in reason.spans)
    if sentence == 1:
        (words,) = (r for r in reasons if r.feature == "loaded words")
        assert {"shameful", "idiotic"} <= {span.text for span in words.spans}


def test_no_such_sentence() -> None:
    with pytest.raises(IndexError, match="sentence 3 of 3"):
        shipped().explain(TEXT, 3)


# ---- voices


def test_a_loaded_quotation_is_not_the_authors() -> None:
    plain = "The council met on Tuesday. It voted on the budget."
    quote = " “These idiotic, corrupt zealots are a disgrace to the country,” he said."
    shares = []
    for text in (plain, plain + quote):
        tokens, quotes = read(text)
        voices = [s.voice for s in describe_sentences(tokens, quotes, (), ())]  # type: ignore[arg-type]
        shares.append(loaded_share(shipped().sentences(tokens, quotes), [v or "" for v in voices]))  # type: ignore[arg-type]
    before, after = shares
    assert before["quoted"] is None
    assert after["quoted"] is not None
    assert (after["quoted"] or 0) > 0.5
    assert before["author"] is not None
    assert after["author"] == pytest.approx(before["author"], abs=1e-6)
    assert before["author"] < 0.5


def test_shares_by_hand() -> None:
    assert loaded_share([0.5, 0.25, 1.0, 0.0], ["author", "author", "mixed", "quoted"]) == {"author": 0.375, "mixed": 1.0, "quoted": 0.0}
    with pytest.raises(ValueError, match="voices"):
        loaded_share([0.5], ["nobody"])
    with pytest.raises(ValueError, match="voices"):
        loaded_share([0.5], [])


# ---- any text


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_string_has_probabilities(text: str) -> None:
    tokens, quotes = read(text)
    model = shipped()
    sentences, words = model.sentences(tokens, quotes), model.words(tokens, quotes)  # type: ignore[arg-type]
    assert sentences.shape == (len(tokens.sentences),)
    assert words.shape == (len(tokens),)
    for found in (sentences, words):
        assert ((found >= 0) & (found <= 1)).all()
    for i in range(min(len(sentences), 2)):
        total = sum([r.contribution for r in model.reasons_of(tokens, quotes, i)], 0.0)  # type: ignore[arg-type]
        assert 1 / (1 + np.exp(-total)) == pytest.approx(sentences[i], abs=1e-9)


@pytest.mark.parametrize("text", ["", " \n\n ", "\ud800", "?!", "“" * 50, "a" * 5000, "1 2 3"])
def test_odd_texts(text: str) -> None:
    assert np.isfinite(shipped().whole([text])).all()


def test_sentences_do_not_know_of_one_another() -> None:
    tokens, quotes = read(TEXT + " The mayor resigned.")
    found = shipped().sentences(tokens, quotes)  # type: ignore[arg-type]
    assert np.allclose(found[:3], shipped().predict_proba([TEXT])[0], atol=1e-9)


def test_texts_must_be_texts() -> None:
    with pytest.raises(TypeError, match="not one str"):
        shipped().predict_proba("text")
    with pytest.raises(TypeError, match="texts"):
        shipped().whole([1])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="texts"):
        shipped().explain(1)  # type: ignore[arg-type]


# ---- files


def test_kept_and_read_again(small: LoadedLanguageClassifier, tmp_path: Path) -> None:
    small.save(tmp_path / "one")
    again = LoadedLanguageClassifier.load(tmp_path / "one")
    texts = [d.text for d in made()]
    assert np.allclose(again.whole(texts), small.whole(texts), atol=0.01)
    assert again.word_threshold_ == small.word_threshold_
    again.save(tmp_path / "two")
    assert (tmp_path / "one" / "weights.npz").read_bytes() == (tmp_path / "two" / "weights.npz").read_bytes()


def test_damaged_tables_are_refused(small: LoadedLanguageClassifier) -> None:
    arrays = small.words_.arrays()
    with pytest.raises(ValueError, match="do not fit"):
        WordModel.of({**arrays, "word_scores": arrays["word_scores"][:, 1:]})
    assert len(OFFSETS) == arrays["word_border"].size
    assert len(KeyTable(arrays["word_keys"])) == len(arrays["word_scores"])


def test_numpy_alone() -> None:
    code = (
        "import sys; from framing.loaded import shipped; shipped().predict_proba(['A vile plan.']); "
        "print([m for m in ('scipy', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_lexicon_has_no_doubles() -> None:
    words = [row["word"] for row in read_table("loaded_words")]
    assert len(words) == len(set(words)) > 1500


def test_by_sentence_reads_all_kinds_of_quotations() -> None:
    tokens, quotes = read("The so-called ‘reform’ failed. He said: “It was late.”")
    assert by_sentence(tokens, quotes).quoted.any()  # type: ignore[arg-type]
