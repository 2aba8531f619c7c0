"""Features for scikit-learn: the contract of a transformer, its arguments, and how it works inside of scikit-learn's tools."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.fixes import parse_version

import framing
from framing.features import ArticleFeatures, AttributionFeatures, FramingFeatures, HedgeFeatures, SourcingFeatures
from framing.features.catalogue import GROUPS, NEEDS
from framing.hedge_tagger import HedgeTagger
from framing.records import Document

TRANSFORMERS = (AttributionFeatures, HedgeFeatures, SourcingFeatures, FramingFeatures, ArticleFeatures)
OLD = parse_version(sklearn.__version__) < parse_version("1.4")
modern = pytest.mark.skipif(OLD, reason="scikit-learn before 1.4 knows no polars, and loses the index of a Series")
every = pytest.mark.parametrize("kind", TRANSFORMERS, ids=lambda kind: kind.__name__)

REPORT = "Ann Doe, the mayor of Elm, said on Monday that the bridge may be closed. “We will repair it,” said Bo Ray, a driver. "
OPINION = "We must ask why! The corrupt bridge is just a disgrace. Perhaps nobody cares, but officials clearly knew, a source said. "
TEXTS = [REPORT, OPINION * 2, "Words alone.", "", (REPORT + "\n\n" + OPINION) * 4, "\ud800 \x00 …"]


@cache
def matrix(kind: type) -> Any:
    out = kind().fit_transform(TEXTS)
    out.flags.writeable = False
    return out


# ---- the contract ----------------------------------------------------------------------------------------------------------------------

CHECKS = [
    getattr(estimator_checks, name)
    for name in (
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_get_params_invariance",
        "check_set_params",
        "check_estimators_overwrite_params",
        "check_estimators_fit_returns_self",
        # Not in the oldest scikit-learn:
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_estimator_tags_renamed",
        "check_valid_tag_types",
        "check_mixin_order",
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_estimator_sparse_tag",
    )
    if hasattr(estimator_checks, name)
]


@every
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_checks_of_scikit_learn(kind: type, check: Callable[[str, object], None]) -> None:
    check(kind.__name__, kind())


@every
def test_containers_give_the_same_matrix(kind: type) -> None:
    first = matrix(kind)
    assert first.dtype == np.float64
    assert first.shape == (len(TEXTS), len(kind().get_feature_names_out()))
    texts = TEXTS[:5]  # Arrow takes no lone surrogates
    same = (
        tuple(texts),
        np.array(texts, dtype=object),
        np.array(texts),
        np.array(texts, dtype=object)[:, None],
        pd.Series(texts, index=[9, 3, 5, 7, 1]),
        pd.Series(texts, dtype="string"),
        pd.DataFrame({"text": texts}),
        pl.Series(texts),
        pl.DataFrame({"text": texts}),
        (text for text in texts),
    )
    for other in same:
        np.testing.assert_array_equal(kind().transform(other), first[:5])


@every
def test_kinds_of_items_give_the_same_matrix(kind: type) -> None:
    first = matrix(kind)[:2]
    analyses = list(framing.analyze_many(TEXTS[:2]))
    articles = [a.article for a in analyses]
    documents = [Document("one", TEXTS[0]), Document("two", TEXTS[1])]
    for other in (articles, analyses, documents, [analyses[0], TEXTS[1]], [np.str_(TEXTS[0]), documents[1]]):
        np.testing.assert_array_equal(kind().transform(other), first)


@every
@pytest.mark.parametrize("one", [TEXTS[0], "", b"text", {"a": "text"}, {"text"}, None, 3, Document("one", "text"), np.array("text")])
def test_one_text_is_no_collection(kind: type, one: object) -> None:
    for method in ("fit", "transform", "fit_transform"):
        with pytest.raises((TypeError, ValueError), match="X must"):
            getattr(kind(), method)(one)


@every
@pytest.mark.parametrize("wide", [np.array([["a", "b"]], dtype=object), pd.DataFrame({"a": ["x"], "b": ["y"]}), np.zeros((2, 2, 1))])
def test_several_columns_raise(kind: type, wide: object) -> None:
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match="one column"):
            getattr(kind(), method)(wide)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (None, "NoneType; fill in or drop missing"),
        (math.nan, "float; fill in or drop missing"),
        (pd.NA, "NAType; fill in or drop missing"),
        (b"text", "bytes; decode it"),
        (["text"], "list"),
        (3, "int"),
    ],
)
def test_an_item_that_is_no_article_is_named(item: object, told: str) -> None:
    with pytest.raises(TypeError, match=rf"X\[1\] must be str, framing.Article, framing.Document or framing.Analysis, not {told}"):
        HedgeFeatures().transform(["text", item])


def test_missing_texts_in_data_frames_and_sparse_matrices_raise() -> None:
    for series in (pd.Series(["a", None]), pd.Series(["a", None], dtype="string"), pl.Series(["a", None]), np.array(["a", None], object)):
        with pytest.raises(TypeError, match=r"X\[1\].*missing"):
            HedgeFeatures().transform(series)
    with pytest.raises(TypeError, match="sparse csr_matrix"):
        HedgeFeatures().transform(csr_matrix((2, 1)))


@every
def test_no_article_gives_no_row(kind: type) -> None:
    p = len(kind().get_feature_names_out())
    for empty in ([], (), np.array([], dtype=object), pd.Series([], dtype=object), np.zeros((0, 1), dtype=object)):
        assert kind().fit_transform(empty).shape == (0, p)
    assert kind().set_output(transform="pandas").fit_transform([]).shape == (0, p)


@every
def test_neither_order_nor_company_matters(kind: type) -> None:
    first, turned = matrix(kind), [4, 2, 0, 5, 1, 3]
    np.testing.assert_array_equal(kind().transform([TEXTS[i] for i in turned]), first[turned])
    for i in (0, 4):
        np.testing.assert_array_equal(kind().transform([TEXTS[i]]), first[i : i + 1])


@every
def test_the_input_is_left_alone_and_fit_learns_nothing(kind: type) -> None:
    texts, transformer = list(TEXTS[:2]), kind()
    before = dict(vars(transformer))
    found = transformer.transform(texts)
    assert texts == TEXTS[:2]
    np.testing.assert_array_equal(transformer.fit(TEXTS, [1] * len(TEXTS)).transform(texts), found)
    assert vars(transformer) == before
    found[:] = 7  # a caller's own matrix
    np.testing.assert_array_equal(transformer.transform(texts), matrix(kind)[:2])


@every
def test_clone_pickle_and_joblib(kind: type, tmp_path: Path) -> None:
    one = kind(fill_value=-1.0, models={"rating": None}).set_output(transform="pandas")
    joblib.dump(one, tmp_path / "one.joblib")
    for other in (
        clone(one),
        pickle.loads(pickle.dumps(one)),
        joblib.load(tmp_path / "one.joblib"),
        clone(pickle.loads(pickle.dumps(one))),
    ):
        assert other.get_params() == one.get_params()
        pd.testing.assert_frame_equal(other.transform(TEXTS[:2]), one.transform(TEXTS[:2]))
    for other in (clone(kind()), clone(pickle.loads(pickle.dumps(kind())))):
        np.testing.assert_array_equal(other.transform(TEXTS[:1]), matrix(kind)[:1])


def test_own_models_are_pickled_after_they_were_used(tmp_path: Path) -> None:
    one = HedgeFeatures(models={"hedging": HedgeTagger.load()})
    before = one.transform(TEXTS[:1])
    joblib.dump(one, tmp_path / "one.joblib")
    np.testing.assert_array_equal(joblib.load(tmp_path / "one.joblib").transform(TEXTS[:1]), before)


@every
def test_workers_give_the_same_matrix(kind: type) -> None:
    with joblib.parallel_config(backend="threading", n_jobs=2):
        np.testing.assert_array_equal(kind().transform(TEXTS), matrix(kind))
    with joblib.parallel_config(backend="threading"):
        np.testing.assert_array_equal(kind(n_jobs=3).transform(TEXTS), matrix(kind))


def test_processes_give_the_same_matrix() -> None:
    np.testing.assert_array_equal(ArticleFeatures(n_jobs=2).transform(TEXTS), matrix(ArticleFeatures))
    analyses = list(framing.analyze_many(TEXTS))
    np.testing.assert_array_equal(ArticleFeatures(n_jobs=2).transform(analyses), matrix(ArticleFeatures))


@modern
@every
def test_frames_of_pandas_and_polars(kind: type) -> None:
    names = kind().get_feature_names_out()
    assert names.dtype == object
    assert kind().fit(TEXTS).get_feature_names_out(["text"]).tolist() == names.tolist()
    table = kind().set_output(transform="pandas").fit_transform(pd.Series(TEXTS[:2], index=["b", "a"]))
    assert table.columns.tolist() == names.tolist()
    assert table.index.tolist() == ["b", "a"]
    assert kind().set_output(transform="pandas").transform(TEXTS[:2]).index.tolist() == [0, 1]
    np.testing.assert_array_equal(table.to_numpy(), matrix(kind)[:2])
    rows = kind().set_output(transform="polars").fit_transform(TEXTS[:2])
    assert isinstance(rows, pl.DataFrame)
    assert rows.columns == names.tolist()
    np.testing.assert_array_equal(rows.to_numpy(), matrix(kind)[:2])


# ---- arguments -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transformer", "error", "told"),
    [
        (ArticleFeatures(groups="hedge"), TypeError, "sequence of names"),
        (ArticleFeatures(groups=()), ValueError, "one or several of attribution, hedge"),
        (ArticleFeatures(groups=("hedge", "hedging")), ValueError, "hedging"),
        (ArticleFeatures(groups=("hedge", "hedge")), ValueError, "each once"),
        (ArticleFeatures(groups=[3]), ValueError, "3"),
        (FramingFeatures(hyperpartisan="yes"), TypeError, "hyperpartisan must be True or False"),
        (HedgeFeatures(fill_value="0"), TypeError, "fill_value must be a number"),
        (HedgeFeatures(fill_value=None), TypeError, "NoneType"),
        (HedgeFeatures(models=[]), TypeError, "models must be a mapping"),
    ],
)
def test_wrong_arguments(transformer: Any, error: type[Exception], told: str) -> None:
    for method in ("fit", "transform"):
        with pytest.raises(error, match=told):
            getattr(transformer, method)([])
    with pytest.raises(error, match=told):
        transformer.get_feature_names_out()


@every
def test_what_is_missing_is_filled(kind: type) -> None:
    first = matrix(kind)
    assert np.isnan(first[3]).all(), "an empty text has no feature"
    filled = kind(fill_value=0).transform(TEXTS)
    np.testing.assert_array_equal(filled, np.nan_to_num(first, nan=0.0))
    assert np.isnan(first[4]).sum() < first.shape[1] / 2


def test_groups_and_their_order() -> None:
    whole, at = matrix(ArticleFeatures), 0
    for kind in TRANSFORMERS[:4]:
        one = matrix(kind)
        np.testing.assert_array_equal(whole[:, at : at + one.shape[1]], one)
        at += one.shape[1]
    assert at == whole.shape[1] == sum(map(len, GROUPS.values()))
    turned = ArticleFeatures(groups=["sourcing", "attribution"])
    assert turned.get_feature_names_out().tolist() == [
        *SourcingFeatures().get_feature_names_out(),
        *AttributionFeatures().get_feature_names_out(),
    ]
    np.testing.assert_array_equal(turned.transform(TEXTS), np.hstack([matrix(SourcingFeatures), matrix(AttributionFeatures)]))


def test_the_classifier_of_hyperpartisan_argumentation_is_asked_for() -> None:
    assert not any("hyperpartisan" in kind().get_feature_names_out() for kind in TRANSFORMERS)
    asked = FramingFeatures(hyperpartisan=True)
    assert asked.get_feature_names_out()[-1] == "framing_hyperpartisan"
    found = asked.transform([TEXTS[4]])
    assert found[0, -1] == framing.analyze(TEXTS[4]).scores.hyperpartisan
    np.testing.assert_array_equal(found[:, :-1], matrix(FramingFeatures)[4:5])
    assert "framing_hyperpartisan" not in ArticleFeatures(groups=("hedge",), hyperpartisan=True).get_feature_names_out()


def test_only_the_parts_that_are_needed_run() -> None:
    asked: list[str] = []

    def part(name: str) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            asked.append(name)
            raise RuntimeError(name)

        return run

    names = sorted({name for needs in NEEDS.values() for name in needs} | {"hyperpartisan"})
    parts = {name: part(name) for name in names}
    for kind in (AttributionFeatures, HedgeFeatures):
        np.testing.assert_array_equal(kind(models=parts).transform(TEXTS), matrix(kind))
    assert asked == []
    for kind, name in ((SourcingFeatures, "rating"), (FramingFeatures, "loaded_language")):
        with pytest.raises(RuntimeError, match=name):
            kind(models=parts).transform([TEXTS[4]])


def test_own_parts_count() -> None:
    own = HedgeFeatures(models={"hedging": lambda tokens, quotes, attributions: ()}).set_output(transform="pandas").transform([REPORT])
    assert own["hedge_per_100_words"].tolist() == [0]
    assert HedgeFeatures().set_output(transform="pandas").transform([REPORT])["hedge_per_100_words"].tolist() != [0]


def test_an_analysis_is_taken_as_it_is() -> None:
    bare = framing.analyze(TEXTS[4], models=dict.fromkeys(("policy_frames", "generic_frames", "loaded_language", "rating")))
    table = ArticleFeatures().set_output(transform="pandas").transform([bare])
    assert table[["framing_policy_econ", "framing_policy_sum", "framing_author_loaded_share", "sourcing_rating"]].isna().all(axis=None)
    assert table[["framing_own_loaded_words_per_100_words", "sourcing_index"]].notna().all(axis=None)


# ---- with scikit-learn -----------------------------------------------------------------------------------------------------------------

MADE = [(OPINION if k % 2 else REPORT) * (1 + k % 3) for k in range(12)]
LABELS = np.array([k % 2 for k in range(12)])


@modern
def test_in_a_pipeline_with_columns() -> None:
    frame = pd.DataFrame({"length": [len(t) for t in MADE], "text": MADE}, index=range(50, 62))
    for selector in ("text", ["text"]):
        both = ColumnTransformer([("hedge", HedgeFeatures(fill_value=0.0), selector), ("rest", "passthrough", ["length"])])
        both.set_output(transform="pandas")
        table = both.fit_transform(frame)
        assert table.index.tolist() == frame.index.tolist()
        assert table.columns[0] == "hedge__hedge_per_100_words"
        assert both.get_feature_names_out().tolist() == table.columns.tolist()
        model = make_pipeline(both, StandardScaler(), LogisticRegression())
        assert cross_val_predict(model, frame, LABELS, cv=3).tolist() == LABELS.tolist()


def test_in_a_search() -> None:
    model = Pipeline([("features", ArticleFeatures(fill_value=0.0)), ("scale", StandardScaler()), ("learn", LogisticRegression())])
    grid = {"features__groups": [("hedge",), ("attribution", "sourcing")], "features__fill_value": [0.0, -1.0], "learn__C": [0.1, 1.0]}
    analyses = list(framing.analyze_many(MADE))
    found = GridSearchCV(model, grid, cv=2).fit(analyses, LABELS)
    assert found.best_score_ == 1
    assert found.predict(MADE).tolist() == LABELS.tolist()


def test_trees_take_nan() -> None:
    texts = [*MADE, "Words alone."]
    assert np.isnan(AttributionFeatures().transform(texts)).any()
    model = make_pipeline(AttributionFeatures(), HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=1)).fit(texts, [*LABELS, 0])
    assert model.predict(MADE).tolist() == LABELS.tolist()


def test_a_union_is_what_the_groups_are() -> None:
    union = FeatureUnion([("a", AttributionFeatures()), ("h", HedgeFeatures())]).fit(TEXTS)
    np.testing.assert_array_equal(union.transform(TEXTS), ArticleFeatures(groups=("attribution", "hedge")).transform(TEXTS))
