"""The rater: learned from made articles, kept, read and explained; and what the shipped one says of any string."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import framing
from framing import cards
from framing.learning import store
from framing.quotes import find_quotes
from framing.rater import SHIPPED, TransparencyRater, grouped_folds, measures_of, read, shipped
from framing.rating_features import features, marks, measure, spans
from framing.records import Document
from framing.text import article_from_text
from framing.tokens import tokenize

ROOT = Path(__file__).resolve().parent.parent
REPORT = "Ann Doe, the mayor of Elm, said on Monday that the bridge was closed. “We will repair it,” said Bo Ray, a driver of the town. "
OPINION = "We must ask why! The bridge is just a shame, and you know it. But nobody really cares, so clearly nothing is ever done. "


def made(reports: int, opinions: int, number: int) -> Document:
    return Document(f"made {number}", f"Article {number}. " + REPORT * reports + OPINION * opinions, group=f"outlet {number % 5}")


MADE = [made(k, 10 - k, k) for k in range(10)]
RATINGS = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@pytest.fixture(scope="module")
def rater() -> TransparencyRater:
    return TransparencyRater().fit(MADE, RATINGS)


def test_it_learns_the_order_of_what_it_saw(rater: TransparencyRater) -> None:
    found = rater.predict(MADE)
    assert found.shape == (10,)
    assert np.corrcoef(found, RATINGS)[0, 1] > 0.9
    # other articles of the same kind
    low, high = rater.predict([OPINION * 9, REPORT * 9])
    assert low + 1 < high


def test_ratings_follow_from_probabilities(rater: TransparencyRater) -> None:
    probabilities = rater.predict_proba(MADE)
    assert probabilities.shape == (10, 5)
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.allclose(probabilities @ np.arange(1, 6), rater.predict(MADE))
    assert (np.diff(rater.thresholds_) >= 0).all()


def test_probabilities_are_those_of_proportional_odds(rater: TransparencyRater) -> None:
    (decision,) = rater.decision_function(MADE[3:4])
    above = [1 / (1 + np.exp(t - decision)) for t in rater.thresholds_]
    want = [1 - above[0], above[0] - above[1], above[1] - above[2], above[2] - above[3], above[3]]
    assert np.allclose(rater.predict_proba(MADE[3:4])[0], want)


def test_what_is_given_may_be_text_document_analysis_or_reading(rater: TransparencyRater) -> None:
    text = MADE[6].text
    analysis = framing.analyze(text)
    given = [text, article_from_text(text), MADE[6], analysis, read(analysis)]
    assert len(set(rater.predict(given).tolist())) == 1
    assert rater.predict([]).shape == (0,)
    assert rater.predict_proba([]).shape == (0, 5)


def test_the_same_model_from_the_same_seed() -> None:
    one, two = (TransparencyRater(strengths=(0.01, 0.1)).fit(MADE, RATINGS) for _ in range(2))
    assert np.array_equal(one.weights_, two.weights_)
    assert np.array_equal(one.thresholds_, two.thresholds_)
    assert one.strength_ in (0.01, 0.1)


def test_two_raters_who_agree_are_as_one_and_who_differ_are_between() -> None:
    x = measures_of(MADE)
    groups = [d.group for d in MADE]
    up = [min(r + 1, 5) for r in RATINGS]
    one, both, higher, mixed = (
        TransparencyRater(strengths=(0.1,)).fit_measures(x, y, groups)
        for y in (RATINGS, np.transpose([RATINGS, RATINGS]), up, np.transpose([RATINGS, up]))
    )
    a, b, c, m = (model.expected(model.decide(x)) for model in (one, both, higher, mixed))
    assert np.allclose(a, b, atol=0.15)  # ten articles of two raters are a little surer than ten of one, in Platt's targets
    assert a.mean() < m.mean() < c.mean()


def test_a_rating_does_not_depend_on_the_articles_beside_it(rater: TransparencyRater) -> None:
    x = measures_of(MADE)
    assert [float(rater.decide(row[None])[0]) for row in x] == rater.decide(x).tolist()


@pytest.mark.parametrize("k", range(0, 10, 3))
def test_reasons_sum_to_the_decision_and_are_read_from_the_text(rater: TransparencyRater, k: int) -> None:
    text = MADE[k].text
    rows = rater.explain(text)
    total = sum(row["value"] * row["weight"] for row in rows)
    assert total == pytest.approx(rater.decision_function([text])[0], abs=1e-9)
    sizes = [abs(row["value"] * row["weight"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert len(rows) == len(features())
    for row in rows:
        for span in row["spans"]:
            assert span.text == text[span.start : span.end] != ""


def test_values_are_counted_again_from_the_spans() -> None:
    reading = read(MADE[5])
    n = int(reading.tokens.body.sum())
    values = measure(reading)
    several = 0
    for (name, form), value, places in zip(features(), values, spans(reading)):
        if form == "rate":
            assert value == pytest.approx(np.sqrt(100 * len(places) / n)), name
            several += len(places) > 1
        elif form == "log" and name.startswith("entities"):
            assert value == pytest.approx(np.log1p(len(places))), name
    assert several > 10


def test_marks_of_a_text_that_we_know() -> None:
    reading = read(REPORT * 2 + OPINION * 2)
    found = {name: [s.text for s in mark.spans()] for name, mark in marks(reading).items()}
    assert found["said"] == ["said"] * 4
    assert found["weekdays"] == ["Monday"] * 2
    assert found["first person"] == ["We"] * 2  # the other We stands in quotation marks
    assert found["second person"] == ["you"] * 2
    assert found["obligation"] == ["must"] * 2
    assert found["exclamations"] == ["!"] * 2
    assert sorted(set(found["emphasis"])) == ["clearly", "just", "really", "so"]
    assert "persons named with a role" in found
    assert all(len(places) == marks(reading)[name].count for name, places in found.items())


def test_only_what_is_found_is_read_not_who_published_it() -> None:
    text = MADE[4].text
    assert np.array_equal(*measures_of([Document("polnear_1", text, group="a"), Document("2", text, group="b", meta={"corpus": "x"})]))


def test_kept_and_read_it_is_the_same(rater: TransparencyRater, tmp_path: Path) -> None:
    rater.save(tmp_path, {"signature": "mine"})
    again = TransparencyRater.load(tmp_path)
    assert np.array_equal(again.predict(MADE), rater.predict(MADE))
    assert np.array_equal(again.predict_proba(MADE), rater.predict_proba(MADE))
    assert again.signature == "mine" != rater.signature == "own"
    assert again.get_params() == rater.get_params()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(files) == {"model.json", "weights.npz"}
    again.save(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_what_is_no_such_model_is_refused(rater: TransparencyRater, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TransparencyRater.load(tmp_path / "nowhere")
    rater.save(tmp_path)
    numbers, arrays = store.load(tmp_path)
    for change in ({"model": "attribution"}, {"version": 99}, {"features": numbers["features"][:-1]}):
        store.save(tmp_path, {**numbers, **change}, arrays)
        with pytest.raises(ValueError, match="no rating model"):
            TransparencyRater.load(tmp_path)
    for wrong in ({"thresholds": arrays["thresholds"][:3]}, {"weights": arrays["weights"] * np.nan}):
        store.save(tmp_path, numbers, {**arrays, **wrong})
        with pytest.raises(ValueError, match="damaged"):
            TransparencyRater.load(tmp_path)


@pytest.mark.parametrize(
    ("articles", "ratings", "words"),
    [
        (MADE, RATINGS[:-1], "10 articles, 9 ratings"),
        (MADE, [0, *RATINGS[1:]], "whole numbers from 1 to 5"),
        (MADE, [1.5, *RATINGS[1:]], "whole numbers from 1 to 5"),
        (MADE, [3] * 10, "all ratings are the same"),
    ],
)
def test_ratings_that_cannot_be_learned_from(articles: list[Document], ratings: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TransparencyRater().fit(articles, ratings)


@pytest.mark.parametrize("one", ["a text", article_from_text("a text"), MADE[0]])
def test_one_article_is_not_many(rater: TransparencyRater, one: object) -> None:
    with pytest.raises(TypeError, match="iterable of articles"):
        rater.predict(one)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="iterable of articles"):
        TransparencyRater().fit(one, [1])  # type: ignore[arg-type]


def test_what_is_no_article_is_refused(rater: TransparencyRater) -> None:
    with pytest.raises(TypeError, match="not int"):
        rater.predict([3])  # type: ignore[list-item]


def test_parameters_are_those_of_an_estimator() -> None:
    copied = clone(TransparencyRater(strengths=(0.5,), folds=3, seed=2))
    assert copied.get_params() == {"strengths": (0.5,), "folds": 3, "seed": 2}
    assert copied.set_params(seed=4).seed == 4
    with pytest.raises(ValueError, match="no argument 'sed'"):
        copied.set_params(sed=1, folds=9)
    assert copied.folds == 3


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=40), st.integers(1, 6), st.integers(0, 3))
def test_no_group_is_torn_apart(groups: list[str | None], folds: int, seed: int) -> None:
    part = grouped_folds(groups, folds, seed)
    assert len(part) == len(groups)
    assert ((part >= 0) & (part < folds)).all()
    for name in set(groups) - {None}:
        assert len({p for p, g in zip(part.tolist(), groups) if g == name}) == 1
    if set(groups) <= {None}:
        sizes = np.bincount(part, minlength=folds)
        assert sizes.max() - sizes.min() <= 1


FRAGMENTS = st.sampled_from(
    [
        "Doe",
        "said",
        "that",
        "“",
        "”",
        '"',
        ",",
        ".",
        "according to",
        "officials",
        "we",
        "?",
        "!",
        "\n\n",
        "—",
        "(",
        "\ud800",
        "é",
        "CNN",
        "3",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(FRAGMENTS, max_size=80).map(" ".join) | st.text(max_size=200))
def test_any_string_is_rated_from_1_to_5(text: str) -> None:
    (rating,) = shipped().predict([text])
    assert 1 <= rating <= 5
    rows = shipped().explain(text)
    assert sum(row["value"] * row["weight"] for row in rows) == pytest.approx(shipped().decision_function([text])[0], abs=1e-9)


def test_a_long_text_without_end_of_quotations_is_rated() -> None:
    (rating,) = shipped().predict(["“It is so, said Doe. " * 5000])
    assert 1 <= rating <= 5


def test_a_report_is_rated_above_a_column() -> None:
    low, high = shipped().predict([OPINION * 20, REPORT * 20])
    assert low < high


def test_rating_loads_numpy_only(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from framing.rater import shipped\n"
        f"print(shipped().predict([{REPORT!r} * 5])[0], len(shipped().explain('It is so.')))\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'sklearn', 'scipy', 'joblib', 'nltk', 'pandas'}))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split("\n")[1] == "[]"


def test_the_shipped_model_is_small_and_its_page_fits_its_card() -> None:
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir()}
    assert set(files) == {"model.json", "weights.npz", "CARD.md"}
    assert sum(map(len, files.values())) < 300_000
    card = json.loads(files["model.json"])["card"]
    assert files["CARD.md"].decode() == cards.page(card)
    assert card["scores"]
    assert shipped().signature == card["signature"] != "own"


def test_words_of_the_author_are_counted_outside_quotations_only() -> None:
    article = article_from_text("“We must go,” said Doe. We must stay.")
    tokens = tokenize(article)
    reading = read(article)
    assert [s.start for s in marks(reading)["obligation"].spans()] == [article.text.rindex("must")]
    assert marks(reading)["quoted words"].count == sum(tokens.start[i] < article.text.index("”") + 1 for i in range(len(tokens)))
    assert len(find_quotes(article.text, article.paragraphs)) == 1


def test_an_analysis_has_the_rating_of_the_shipped_rater_and_its_reasons() -> None:
    analysis = framing.analyze(REPORT * 9)
    (decision,) = shipped().decision_function([analysis])
    assert analysis.scores.transparency.rating == shipped().predict([analysis])[0]
    assert analysis.models["rating"] == shipped().signature
    rows = analysis.explain()["rating"]
    assert sum(row.value * row.weight for row in rows) == pytest.approx(decision)
    for row in rows:
        does = "raises" if row.value * row.weight > 0 else "lowers" if row.value * row.weight < 0 else "does not change"
        assert f"{does} the rating" in row.text
    without = framing.analyze(REPORT * 9, models={"rating": None})
    assert without.scores.transparency.rating is None
    assert "rating" not in without.explain()
    assert framing.analyze(REPORT).scores.transparency.rating is None, "too short for an index, too short for a rating"
