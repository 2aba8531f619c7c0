"""The classifier of hyperpartisan argumentation: learned from made articles, kept, read and explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import framing
from framing import hyperpartisan_features as features
from framing.article_words import ArticleWords
from framing.classifier import MODELS
from framing.hyperpartisan import TOLD, HyperpartisanClassifier, read, shipped
from framing.hyperpartisan_lessons import CLIP, TITLE_SHARE, Known, Lesson, Scaled, learn, names
from framing.learning.linear import values
from framing.rating_features import measure
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_hyperpartisan import family

REPORT = "Ann Doe, the mayor of Elm, said on Monday that the bridge was closed. “We will repair it,” said Bo Ray, a driver of the town. "
OPINION = (
    "We must ask why! The corrupt bridge is just a disgrace, and you know it. But nobody really cares, so clearly nothing is ever done. "
)


def made(number: int) -> Document:
    partisan = number % 2 == 1
    text = f"Article {number}. " + (OPINION if partisan else REPORT) * (2 + number % 3) + (REPORT if partisan else "")
    title = "An utter disgrace" if partisan else "A bridge is closed"
    return Document(f"made {number}", text, title, f"outlet {number % 5}", labels={"hyperpartisan": partisan})


MADE = [made(k) for k in range(10)]
TRUE = [bool(d.labels["hyperpartisan"]) for d in MADE]


@pytest.fixture(scope="module")
def model() -> HyperpartisanClassifier:
    return HyperpartisanClassifier("made articles").fit(MADE)


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return Lesson.of(MADE, Known.learn(MADE), "hyperpartisan", read)


def test_it_learns_what_it_saw(model: HyperpartisanClassifier) -> None:
    found = model.predict_proba(MADE)
    assert found.shape == (10,)
    assert model.predict(MADE).tolist() == TRUE
    low, high = model.predict_proba([REPORT * 5, OPINION * 5])  # without titles, of another length
    assert low < 0.5 < high
    assert model.predict_proba([]).shape == (0,)


def test_what_is_given_may_be_text_article_document_or_analysis(model: HyperpartisanClassifier) -> None:
    text = MADE[3].text
    analysis = framing.analyze(text)
    reading, words = read(text)
    p = model.predict_proba([text, article_from_text(text), Document("x", text), analysis]).tolist()
    assert len({*p, model(reading, words), model(reading, words, measure(reading))}) == 1


@pytest.mark.parametrize("wrong", ["one text", MADE[0]])
def test_one_article_is_no_list_of_articles(model: HyperpartisanClassifier, wrong: object) -> None:
    with pytest.raises(TypeError, match="not one"):
        model.predict_proba(wrong)  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(TypeError, match=r"texts\[0\]"):
        model.predict([3])  # type: ignore[list-item]  # that is what is tested
    with pytest.raises(TypeError, match="not int"):
        model.explain(3)  # type: ignore[arg-type]  # that is what is tested


@pytest.mark.parametrize("k", range(4))
def test_reasons_sum_to_the_log_odds_and_are_read_from_the_text(model: HyperpartisanClassifier, k: int) -> None:
    article = article_from_text(f"{MADE[k].title}\n\n{MADE[k].text}")
    rows = model.explain(article)
    assert sum(r.contribution for r in rows) == pytest.approx(model.decision_function([article])[0], abs=1e-9)
    assert [r.feature for r in rows[-2:]] == ["all other n-grams", "constant"]
    sizes = [abs(r.contribution) for r in rows[:-2]]
    assert sizes == sorted(sizes, reverse=True)
    spans = [span for r in rows for span in r.spans]
    assert spans
    assert all(span.text == article.text[span.start : span.end] != "" for span in spans)


def test_a_title_that_does_not_stand_in_the_text_has_no_spans_but_counts(model: HyperpartisanClassifier) -> None:
    beside, without = Document("a", REPORT * 3, "An utter disgrace"), Document("a", REPORT * 3)
    assert model.predict_proba([beside])[0] != model.predict_proba([without])[0]
    assert all(not r.spans for r in model.explain(beside) if r.feature.endswith("in the title"))


def test_columns_are_counted_again_from_their_spans() -> None:
    article = article_from_text("An utter disgrace\n\n" + OPINION * 2 + REPORT)
    reading, words = read(article)
    values_ = dict(zip(features.columns(), features.measured(reading, words).tolist()))
    assert len(values_) == len(features.columns()) == len(features.measured(reading, words))
    spans = features.column_spans(reading, words)
    assert set(spans) == set(features.columns())
    where = {
        "in the article": sum(w.isalnum() for w in reading.tokens.words()) - len([w for w in words.title.words() if w.isalnum()]),
        "in the author's voice": int((features.author_words(reading) & reading.tokens.lookup(str.isalnum, np.bool_)).sum()),
    }
    for name in features.lexicon_columns():
        place = name.rsplit(", ", 1)[1]
        n = len(spans[name])
        assert values_[name] == pytest.approx(n if place == "in the title" else (100 * n / where[place]) ** 0.5), name
    assert sum(bool(spans[name]) for name in features.lexicon_columns()) > 3
    quoted = [s.span for s in reading.sentences if s.voice != "author"]
    assert quoted
    assert not any(q.covers(s) for q in quoted for name in features.lexicon_columns() if "voice" in name for s in spans[name])


def test_body_and_title_are_features_of_their_own(lesson: Lesson) -> None:
    vocabulary = lesson.known.vocabulary
    article = Document("x", "the bridge was closed", "the bridge is closed")
    words = ArticleWords.of(article)
    rows = features.counted(words, vocabulary)
    cut = vocabulary.sizes[0]
    body, title = rows.feature[: rows.first[1]], rows.feature[rows.first[1] :]
    assert len(body)
    assert len(title)
    assert (body < cut).all()
    assert (title >= cut).all()
    assert rows.length.tolist() == [[4, 4]]
    found = features.places(words, vocabulary, [*body.tolist(), *title.tolist()])
    assert {name for name, _ in found.values()} >= {"bridge", "the bridge", "closed, in the title"}


def test_names_are_words_with_capitals() -> None:
    texts = [tokenize(article_from_text("Ann went home. The old house of Ann was the best in Elm. We saw the house."))]
    assert {"ann", "elm"} <= names(texts)
    assert not {"house", "the", "home"} & names(texts)


def test_known_words_hold_no_names(lesson: Lesson) -> None:
    words = ArticleWords.of(Document("x", "Ann Doe said the mayor of Elm said", "Ann Doe said"))
    rows = features.counted(words, lesson.known.vocabulary)
    found = {name for name, _ in features.places(words, lesson.known.vocabulary, rows.feature.tolist()).values()}
    assert "said" in found
    assert not any({"ann", "elm", "doe"} & set(name.split()) for name in found)


def test_the_folded_model_decides_as_the_machine(lesson: Lesson) -> None:
    from sklearn.svm import SVC

    scaled = Scaled.of(lesson)
    products = scaled.products(0.1)
    machine = SVC(kernel="precomputed", C=1.0).fit(products, lesson.labels)
    learned = learn(lesson, grid=((1.0, 0.1),))
    assert np.allclose(learned.decide(lesson.rows, lesson.columns), machine.decision_function(products), atol=1e-9)


def test_words_are_shares_of_all_words(lesson: Lesson) -> None:
    rows, known = lesson.rows, lesson.known
    x = values(rows, known.blocks, known.idf)
    a, b, c = rows.first[:3].tolist()
    length, title = rows.length[0].tolist()
    assert np.allclose(x[a:b], (rows.count * known.idf[rows.feature])[a:b] / length)
    assert np.allclose(x[b:c], (rows.count * known.idf[rows.feature])[b:c] / title**0.5)
    scaled = Scaled.of(lesson)
    squares = [share * table.multiply(table).sum() / len(lesson) for share, table in zip(scaled.shares, scaled.tables)]
    assert np.allclose(squares, [1, TITLE_SHARE])


def test_the_quick_way_decides_as_the_counts_do(model: HyperpartisanClassifier, lesson: Lesson) -> None:
    decisions = model.calibrated(model.decide(lesson.rows, lesson.columns))[:, 0]
    assert np.allclose(decisions, model.decision_function(MADE), atol=1e-9)


def test_columns_are_clipped(model: HyperpartisanClassifier, lesson: Lesson) -> None:
    rows, columns = lesson.rows.take([0]), lesson.columns[:1]
    far, farther = columns + 1e3, columns + 1e6
    assert model.decide(rows, far) == model.decide(rows, farther)
    spread = lesson.columns.std(axis=0)
    some = spread > 1e-9
    assert np.allclose((model.high_ - model.low_)[some], 2 * CLIP * spread[some])


def test_parts_that_are_left_out_have_no_weight(lesson: Lesson) -> None:
    cut, sourcing = lesson.known.vocabulary.sizes[0], len(features.sourcing_columns())
    one = learn(lesson, ("body",)).model
    assert one.weights[:cut].any()
    assert not one.weights[cut:].any()
    assert not one.dense_weights.any()
    other = learn(lesson, ("sourcing",)).model
    assert not other.weights.any()
    assert other.dense_weights[:sourcing].any()
    assert not other.dense_weights[sourcing:].any()


def test_the_same_articles_give_the_same_model(lesson: Lesson, model: HyperpartisanClassifier) -> None:
    again = HyperpartisanClassifier().learn(lesson)
    assert np.array_equal(again.ngrams_.model.weights, model.ngrams_.model.weights)
    assert again.calibrators_ == model.calibrators_


def test_inner_folds_tear_no_group_apart(lesson: Lesson) -> None:
    assert len(lesson.inner) == 5
    for training, held in lesson.inner:
        assert not {lesson.groups[i] for i in training} & {lesson.groups[i] for i in held}


def test_it_is_kept(model: HyperpartisanClassifier, tmp_path: Path) -> None:
    model.save(tmp_path / "kept", {"signature": "made|v:1"})
    again = HyperpartisanClassifier.load(tmp_path / "kept")
    again.save(tmp_path / "again")
    assert [p.read_bytes() for p in sorted((tmp_path / "kept").iterdir())] == [
        p.read_bytes() for p in sorted((tmp_path / "again").iterdir())
    ]
    assert np.allclose(again.predict_proba(MADE), model.predict_proba(MADE), atol=0.01)  # a byte a weight
    assert again.signature == "made|v:1"
    assert again.get_params() == {"told": "made articles"}
    assert clone(again).get_params() == again.get_params()


@pytest.mark.parametrize("damage", [{"columns": ["x"]}, {}])
def test_a_model_of_other_columns_is_refused(model: HyperpartisanClassifier, tmp_path: Path, damage: dict[str, object]) -> None:
    model.save(tmp_path)
    numbers = json.loads((tmp_path / "model.json").read_text())
    numbers["more"] = {**numbers["more"], **damage} if damage else {}
    (tmp_path / "model.json").write_text(json.dumps(numbers))
    with pytest.raises(ValueError, match="damaged"):
        HyperpartisanClassifier.load(tmp_path)


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ([], "both kinds"),
        ([MADE[0], MADE[2]], "both kinds"),
        ([Document("x", "a")], "x: the label 'hyperpartisan' is None"),
        ([Document("x", "a", labels={"hyperpartisan": "yes"})], "neither True nor False"),
    ],
)
def test_what_cannot_be_learned_from(documents: list[Document], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        HyperpartisanClassifier().fit(documents)


def test_two_articles_are_enough_to_learn_something() -> None:
    assert HyperpartisanClassifier().fit(MADE[:2]).predict_proba(MADE[:2]).shape == (2,)


def test_before_learning_it_says_so() -> None:
    with pytest.raises(AttributeError, match="has not learned"):
        HyperpartisanClassifier().predict([REPORT])


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("news.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("blogs.news.Example.com", "example.com"),
        ("localhost", "localhost"),
        ("a.uk", "a.uk"),
        (None, None),
        ("", None),
    ],
)
def test_family_of_a_host(host: str | None, name: str | None) -> None:
    assert family(host) == name


AWKWARD = ["", " \n\n ", "\ud800", "“" * 50, "a", "\x00\x01", "!?" * 20, "é\n\n" * 5, "the " * 3000]


@pytest.mark.parametrize("text", AWKWARD)
def test_no_string_makes_the_shipped_one_raise(text: str) -> None:
    reasons = shipped().explain(text)
    assert 0 <= shipped().predict_proba([Document("x", text, text)])[0] <= 1
    assert sum(r.contribution for r in reasons) == pytest.approx(shipped().decision_function([text])[0], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_string_has_a_probability_and_its_reasons(text: str, title: str) -> None:
    document = Document("x", text, title)
    assert 0 <= shipped().predict_proba([document])[0] <= 1
    assert sum(r.contribution for r in shipped().explain(document)) == pytest.approx(shipped().decision_function([document])[0], abs=1e-9)


def test_the_shipped_one_tells_a_report_from_a_rant() -> None:
    rant = (
        "The corrupt establishment wants you to forget what these shameless liars did to our country. It is an outrage and an utter "
        "disgrace, and the dishonest media cheer them on. How stupid do they think we are? Wake up! "
    )
    low, high = shipped().predict_proba([REPORT * 6, rant * 6])
    assert low < 0.3
    assert high > 0.6


def test_the_shipped_one_is_small_and_says_what_it_is() -> None:
    folder = MODELS / "hyperpartisan"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_000_000
    card = shipped().card_
    assert card["signature"] == shipped().signature
    assert "CC BY 4.0" in {text["licence"] for text in card["texts"]}
    assert shipped().domain_.told == card["settings"]["domain"] == TOLD
    assert 0.1 < shipped().domain_.limit < 0.5


def test_scores_are_those_of_another_library() -> None:
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

    from experiments.hyperpartisan import Output, by_source, statistics

    random = np.random.default_rng(0)
    gold, score = random.random(40) < 0.4, np.round(random.random(40), 1)
    output = Output(score, 0.5)
    weights = random.integers(0, 3, 40)
    found = statistics(gold, output)(weights.astype(float))
    twice = np.repeat(np.arange(40), weights)
    assert found["accuracy"] == pytest.approx(accuracy_score(gold[twice], output.found[twice]))
    assert found["macro_f1"] == pytest.approx(f1_score(gold[twice], output.found[twice], average="macro"))
    assert found["area"] == pytest.approx(roc_auc_score(gold[twice], score[twice]))
    assert by_source(["a", "b", "a"]).tolist() == [[1, 0, 1], [0, 1, 0]]
