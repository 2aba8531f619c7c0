"""Classifiers of frames: learned from ten made articles, explained, kept; and the shipped ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from framing.article_words import ArticleWords
from framing.classifier import CONSTANT, OTHERS
from framing.corpora import load_corpus
from framing.domain import word_keys
from framing.frame_features import COLUMNS, shares
from framing.frame_lessons import LIMITS, Gold, calibrate, learn_presence, learn_primary, temperature, thresholds
from framing.frames import (
    FrameClassifier,
    GenericFrameClassifier,
    PolicyFrameClassifier,
    frame_scores,
    shipped_generic,
    shipped_policy,
)
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Document, FrameScores
from framing.text import article_from_text
from framing.training_frames import FEW, by_outlet, outlet, uncoded_articles

MONEY = "The budget deficit grew and taxes rose, so prices and wages were higher and the economy was in recession. "
COURT = "The judge ruled that the law was against the constitution, and the court will hear the appeal of the lawsuit. "
POLL = "Voters in the poll liked the senator, whose campaign attacked the rival party before the election. "


def made(k: int) -> Document:
    """Articles on money, on courts, and on campaigns that talk of money."""
    kind = k % 3
    text = f"Number {k} of our town. " + (MONEY * 3, COURT * 3, POLL * 3 + MONEY)[kind]
    policy = (("econ",), ("lega",), ("pols", "econ"))[kind]
    labels = {"policy": policy, "primary": policy[0], "generic": (("econ",), ("conf", "resp"), ("conf", "econ"))[kind]}
    return Document(f"made {k}", text, ("Prices up", "Court rules", "Polls and prices")[kind], group=f"outlet {k % 5}", labels=labels)


MADE = [made(k) for k in range(10)]


@pytest.fixture(scope="module")
def policy() -> PolicyFrameClassifier:
    return PolicyFrameClassifier().fit(MADE)


@pytest.fixture(scope="module")
def generic() -> GenericFrameClassifier:
    return GenericFrameClassifier().fit(MADE)


def test_it_learns_what_it_saw(policy: PolicyFrameClassifier, generic: GenericFrameClassifier) -> None:
    found = policy.predict_proba(MADE)
    assert found.shape == (10, 15)
    econ, lega = found[:, POLICY_FRAMES.index("econ")], found[:, POLICY_FRAMES.index("lega")]
    assert econ[[0, 2, 3, 5, 6, 8, 9]].min() > econ[[1, 4, 7]].max()
    assert lega[[1, 4, 7]].min() > lega[[0, 2, 3, 5, 6, 8, 9]].max()
    # other articles of the same kind
    assert policy.primary([MONEY * 4, COURT * 4]) == ["econ", "lega"]
    assert "econ" in policy.predict([MONEY * 4])[0]
    assert generic.predict_proba(MADE).shape == (10, 5)
    high, low = generic.predict_proba([MONEY * 4, COURT * 4])[:, GENERIC_FRAMES.index("econ")]
    assert high > low


def test_frames_follow_from_probabilities_and_thresholds(policy: PolicyFrameClassifier) -> None:
    texts = [*MADE, MONEY, COURT, POLL, ""]
    probabilities = policy.predict_proba(texts)
    expected = [tuple(c for c, p, t in zip(POLICY_FRAMES, row, policy.thresholds_) if p >= t) for row in probabilities]
    assert policy.predict(texts) == expected
    decisions = policy.decisions(texts)
    shares = policy.primary_probabilities(decisions)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    for row, present, primary in zip(shares, expected, policy.primary(texts)):
        assert POLICY_FRAMES[int(row.argmax())] == primary
        assert {c for c, p in zip(POLICY_FRAMES, row) if p > 0} == set(present or POLICY_FRAMES)


def test_texts_articles_and_documents_are_read_alike(policy: PolicyFrameClassifier) -> None:
    document = MADE[0]
    apart = article_from_text(document.text, document.title)
    found = policy.predict_proba([document, apart, document.text])
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()  # without its title
    np.testing.assert_allclose(policy.predict_proba(MADE[3:4])[0], policy.predict_proba(MADE)[3])
    assert policy.predict_proba([]).shape == (0, 15)
    assert policy.predict([]) == []
    assert policy.primary([]) == []


@pytest.mark.parametrize("code", [None, "econ", "lega", "heal"])
def test_reasons_sum_to_the_log_odds(policy: PolicyFrameClassifier, code: str | None) -> None:
    for document in (*MADE[:3], Document("none", "")):
        reasons = policy.explain(document, code)
        asked = code or policy.primary([document])[0]
        p = policy.predict_proba([document])[0, POLICY_FRAMES.index(asked)]
        assert sum(r.contribution for r in reasons) == pytest.approx(np.log(p / (1 - p)), abs=1e-9)
        assert [r.feature for r in reasons[-2:]] == [OTHERS, CONSTANT]
        sizes = [abs(r.contribution) for r in reasons[:-2]]
        assert sizes == sorted(sizes, reverse=True)
        assert all(document.text[s.start : s.end] == s.text for r in reasons for s in r.spans)


def test_reasons_have_their_places(policy: PolicyFrameClassifier, generic: GenericFrameClassifier) -> None:
    reasons = policy.explain(MONEY * 2, "econ")
    words = {r.feature: r.spans for r in reasons}
    column = words["words of policy econ, whole"]
    assert {"budget", "deficit", "recession"} <= {s.text for s in column}
    assert all(spans for name, spans in words.items() if name not in (*COLUMNS, OTHERS, CONSTANT))
    assert generic.explain(MONEY)  # the most probable one
    with pytest.raises(ValueError, match="'crimes' is none of econ, capa"):
        policy.explain(MONEY, "crimes")
    with pytest.raises(TypeError, match="articles must be"):
        policy.explain(7)  # type: ignore[arg-type]


def test_both_at_once(policy: PolicyFrameClassifier, generic: GenericFrameClassifier) -> None:
    assert np.array_equal(policy.ngrams_.vocabulary.tables[0].keys, generic.ngrams_.vocabulary.tables[0].keys)
    more = [Document(f"more {k}", "Tariffs hit the harbour. ") for k in range(2)]
    other = GenericFrameClassifier().fit(MADE, unlabelled=more)  # which knows other n-grams
    assert len(other.ngrams_.vocabulary) != len(generic.ngrams_.vocabulary)
    for own in (generic, other):
        found = frame_scores(ArticleWords.of(MADE[2]), policy, own)
        assert list((found.policy or {}).values()) == policy.predict_proba(MADE[2:3])[0].tolist()
        assert list((found.generic or {}).values()) == own.predict_proba(MADE[2:3])[0].tolist()
        assert found.primary == policy.primary(MADE[2:3])[0]
    assert frame_scores(ArticleWords.of("... 【】"), policy, generic) == FrameScores()


def test_it_is_kept(policy: PolicyFrameClassifier, tmp_path: Path) -> None:
    policy.save(tmp_path / "one", {"signature": "made"})
    kept = PolicyFrameClassifier.load(tmp_path / "one")
    np.testing.assert_allclose(kept.predict_proba(MADE), policy.predict_proba(MADE), atol=0.02)
    assert kept.predict(MADE) == policy.predict(MADE)
    assert kept.primary(MADE) == policy.primary(MADE)
    assert (kept.signature, kept.domain_.limit) == ("made", policy.domain_.limit)
    kept.save(tmp_path / "two")
    for name in ("model.json", "weights.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with pytest.raises(ValueError, match="no generic_frames model"):
        GenericFrameClassifier.load(tmp_path / "one")


def test_learning_is_repeatable_and_can_be_cloned(policy: PolicyFrameClassifier, tmp_path: Path) -> None:
    again = clone(policy).fit(MADE)
    policy.save(tmp_path / "one")
    again.save(tmp_path / "two")
    assert (tmp_path / "one" / "weights.npz").read_bytes() == (tmp_path / "two" / "weights.npz").read_bytes()
    with pytest.raises(AttributeError, match="has not learned anything yet"):
        clone(policy).predict(MADE)


def test_unlabelled_articles_widen_what_is_known(policy: PolicyFrameClassifier) -> None:
    more = [Document(f"more {k}", "Tariffs hit the budget deficit. " * 3, group="other") for k in range(4)]
    wider = PolicyFrameClassifier().fit(MADE, unlabelled=[*more, MADE[0]])
    assert len(wider.ngrams_.vocabulary) > len(policy.ngrams_.vocabulary)
    tariffs = ArticleWords.of("Tariffs were there.")
    assert (wider.domain_.known.numbers(word_keys(tariffs.tokens)[:1]) >= 0).all()
    assert (policy.domain_.known.numbers(word_keys(tariffs.tokens)[:1]) < 0).all()


def test_two_passes_are_averaged_and_the_first_one_calibrates() -> None:
    second = [replace(d, labels={**d.labels, "policy": ("lega",), "primary": "lega"}) for d in MADE]
    gold = Gold.of([*MADE, *second], "policy", POLICY_FRAMES)
    econ, lega = POLICY_FRAMES.index("econ"), POLICY_FRAMES.index("lega")
    assert len(gold.documents) == 10
    assert gold.soft[:3, econ].tolist() == [0.5, 0, 0.5]
    assert gold.soft[:3, lega].tolist() == [0.5, 1, 0.5]
    assert gold.first[:3, econ].tolist() == [1, 0, 1]
    once, twice, mixed = (PolicyFrameClassifier().fit(d) for d in (MADE, [*MADE, *MADE], [*MADE, *second]))
    np.testing.assert_allclose(once.predict_proba(MADE), twice.predict_proba(MADE), atol=1e-3)
    assert mixed.decisions(MADE)[:, econ].max() < once.decisions(MADE)[:, econ].max()


def test_what_cannot_be_learned_from() -> None:
    for documents, message in (
        ([], "no documents"),
        ([Document("bare", "Text.")], "bare: no label 'policy'"),
        ([replace(MADE[0], labels={"policy": ("econ", "war")})], "made 0: 'war' is none of"),
        ([replace(MADE[0], labels={"policy": ("econ",)})], "no label 'primary'"),
    ):
        with pytest.raises(ValueError, match=message):
            PolicyFrameClassifier().fit(documents)
    with pytest.raises(TypeError, match="texts must be an iterable"):
        PolicyFrameClassifier().fit(MADE).predict("one text")


def test_few_and_plain_articles_are_enough() -> None:
    for documents in (MADE[:1], [MADE[0], MADE[3]], [replace(d, group=None) for d in MADE[:4]]):
        found = PolicyFrameClassifier().fit(documents)
        assert np.isfinite(found.predict_proba([*documents, "", "Other words."])).all()
        assert set(found.primary(documents)) <= {d.labels["primary"] for d in documents}


# ---- the steps of learning -------------------------------------------------------------------------------------------------------------


def test_calibration_and_temperature_are_the_best_of_their_kind() -> None:
    chance = np.random.default_rng(0)
    score = chance.normal(size=(3000, 1))
    outcome = (chance.random((3000, 1)) < 1 / (1 + np.exp(-(2 * score - 1)))).astype(float)
    (found,) = calibrate(score, outcome)
    assert (found.slope, found.intercept) == (pytest.approx(2, abs=0.2), pytest.approx(-1, abs=0.2))
    (never,) = calibrate(score[:20], np.zeros((20, 1)))
    assert np.isfinite(never.intercept)
    (against,) = calibrate(score, 1 - (score > 0))
    assert against.slope == 0
    classes = chance.normal(size=(4000, 4))
    drawn = (1.5 * classes + chance.gumbel(size=classes.shape)).argmax(axis=1)
    every = np.ones(classes.shape, np.bool_)
    assert temperature(classes, every, drawn) == pytest.approx(1.5, abs=0.21)
    some = np.array([[True, True, False, False], [False] * 4])
    found = shares(np.log([[1.0, 3.0, 9.0, 9.0], [1.0, 1.0, 1.0, 5.0]]), some)
    np.testing.assert_allclose(found, [[0.25, 0.75, 0, 0], [0.125, 0.125, 0.125, 0.625]])


def test_thresholds_lie_between_the_best_and_half_the_best_f1() -> None:
    p = np.linspace(0, 1, 2001)[:, None]
    clear = (p > 0.5).astype(float)
    assert thresholds(p, clear)[0] == pytest.approx(0.5, abs=0.06)
    few = np.zeros_like(p)
    few[-3:] = 1
    assert LIMITS[0] <= thresholds(p, few)[0] < 0.2  # with three positives nearly half the best F1, which is small
    assert thresholds(p, np.zeros_like(p))[0] == LIMITS[0]


def test_classes_without_examples_are_never_said() -> None:
    basis = np.eye(4)
    assert learn_presence(basis, np.zeros((4, 1)))[1][0] < -5
    assert learn_presence(basis, np.ones((4, 1)))[1][0] > 5
    soft = np.zeros((4, 4))
    soft[[0, 1], 1] = soft[[2, 3], 3] = 1
    for chosen in (soft, soft[:2]):
        coefficients, constants = learn_primary(basis[: len(chosen)], chosen)
        said = (basis[: len(chosen)] @ coefficients + constants).argmax(axis=1)
        assert said.tolist() == chosen.argmax(axis=1).tolist()
        assert (constants[[0, 2]] < -5).all()


# ---- odd texts, the shipped models -----------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.text(max_size=80) | st.text(alphabet="tax budget\ud800.“\n", max_size=80), st.none() | st.text(max_size=10))
def test_no_text_is_too_odd(text: str, title: str | None) -> None:
    for model in FITTED:
        p = model.predict_proba([article_from_text(text, title)])
        assert ((p > 0) & (p < 1)).all()


FITTED: list[FrameClassifier] = [PolicyFrameClassifier().fit(MADE), GenericFrameClassifier().fit(MADE)]


def test_long_texts(policy: PolicyFrameClassifier) -> None:
    for text in ("x" * 3_000_000, "tax " * 500_000, "\ud800" * 100_000, "“budget\n\n" * 50_000):
        assert np.isfinite(policy.predict_proba([text])).all()
    # What stands behind the first words is not read.
    near = MONEY * 40
    assert policy.predict_proba([near + COURT * 10])[0].tolist() == policy.predict_proba([near + COURT * 200])[0].tolist()


CASES = json.loads((Path(__file__).parent / "cases" / "frames.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_the_shipped_models_know_plain_cases(case: dict[str, Any]) -> None:
    found = frame_scores(ArticleWords.of(case["text"] * 3), shipped_policy(), shipped_generic())
    assert found.policy is not None
    assert found.generic is not None
    assert found.policy[case["policy"]] == max(found.policy.values()) > 0.4
    assert found.primary == case["policy"]
    assert case["generic"] is None or found.generic[case["generic"]] == max(found.generic.values())


def test_the_shipped_models_are_read_alike_and_small() -> None:
    one, other = shipped_policy(), shipped_generic()
    assert np.array_equal(one.ngrams_.vocabulary.tables[0].keys, other.ngrams_.vocabulary.tables[0].keys)
    assert one.card_["settings"]["experimental"]
    assert one.signature.startswith("policy_frames|")
    home = Path(__file__).resolve().parent.parent / "framing" / "models"
    sizes = {model.NAME: sum(f.stat().st_size for f in (home / model.NAME).iterdir()) for model in (one, other)}
    assert sizes["policy_frames"] < 1_500_000
    assert sizes["generic_frames"] < 800_000


# ---- training --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fox Online News", "foxnews"),
        ("Fox News (Online)", "foxnews"),
        ("Wall Street Journal - News", "wallstreetjournal"),
        ("The Hill", "hill"),
        ("The Hill Times", "hill"),
        ("USA TODAY", "usatoday"),
        ("The Elm Gazette", "elmgazette"),
        ("The", "the"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_desks_of_an_outlet_are_one_group(name: str | None, expected: str) -> None:
    assert outlet(name) == expected
    assert by_outlet([Document("x", "", group=name)])[0].group == expected


def test_uncoded_articles_are_none_of_the_coded_ones(data: Path) -> None:
    coded = list(load_corpus("policy_frames", data_home=data))
    first = next(load_corpus("article_bias_prediction", "train", data_home=data, unlabelled=True))
    twin = replace(coded[0], id="twin", text=first.text[:3000])  # an article that begins as a coded one is passed over, too
    found = {document.id for document in uncoded_articles([*coded, twin], data)}
    assert len(found) > 8000
    assert not found & {first.id, *(document.id for document in coded)}


def test_the_shipped_model_was_learned_from_these_labels(data: Path) -> None:
    counts = shipped_policy().card_["settings"]["articles by frame"]
    labels = [d.labels["policy"] for d in load_corpus("policy_frames", data_home=data, texts=False)]
    assert counts == {code: sum(code in codes for codes in labels) for code in POLICY_FRAMES}
    assert shipped_policy().card_["settings"]["experimental"] == [code for code in POLICY_FRAMES if counts[code] < FEW]
