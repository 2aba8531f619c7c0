"""Models over n-grams: against scikit-learn's vectoriser and regression, the short way against the long one, terms with their places."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.learning import store
from framing.learning.linear import NORM, TF, Block, LinearModel
from framing.learning.linear_fit import Settings, fit
from framing.ngram_model import NgramModel
from framing.ngrams import Grams
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize
from framing.vocabulary import learn_vocabulary

GRAMS = [Grams("word", 1, 2), Grams("character", 2, 5)]
PEOPLE = ["mayor", "clerk", "nurse", "judge", "baker", "miner"]
VERBS = ["slammed", "met", "blasted", "saw", "thanked", "mocked"]
LINES = [
    f"the {chance.choice(PEOPLE)} {chance.choice(VERBS)} the {chance.choice(PEOPLE)} and the {chance.choice(PEOPLE)}"
    for chance in [random.Random(3)]
    for _ in range(40)
]
LABELS = np.array(["slammed" in line or "blasted" in line or "mocked" in line for line in LINES])


def tokens(text: str) -> Tokens:
    return tokenize(article_from_text(text))


READ = tokens("\n\n".join(LINES))
GROUP = READ.sentence
LEARNED = learn_vocabulary([(READ, GROUP, 40)], GRAMS, at_least=2)


def learn(tf: str = "sublinear", norm: str = "l2", outputs: int = 1) -> NgramModel:
    blocks = [Block(size, tf, norm) for size in LEARNED.vocabulary.sizes]
    targets = np.stack([LABELS, *[~LABELS] * (outputs - 1)], axis=1)
    model = fit(LEARNED.vocabulary.count(READ, GROUP, 40), targets, blocks, LEARNED.idf, settings=Settings(c=5.0))
    return NgramModel(LEARNED.vocabulary, model)


def test_decisions_are_those_of_scikit_learn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    regression = LogisticRegression(C=5.0)
    theirs = make_pipeline(make_union(words, characters), regression).fit(LINES, LABELS)
    found = LEARNED.vocabulary.count(READ, GROUP, 40)
    numbers = {}
    for row in range(40):
        a, z = found.borders[row : row + 2]
        numbers |= {(f.grams.kind, f.text): f.feature for f in LEARNED.vocabulary.find(READ, GROUP, found.feature[a:z], row)}
    parts = (("word", words), ("character", characters))
    names = [(kind, name) for kind, part in parts for name in part.get_feature_names_out()]
    assert sorted(names) == sorted(numbers)
    weights = np.zeros((len(numbers), 1))
    weights[[numbers[name] for name in names], 0] = regression.coef_[0]
    none = np.zeros(0)
    blocks = tuple(Block(size) for size in LEARNED.vocabulary.sizes)
    ours = NgramModel(LEARNED.vocabulary, LinearModel(blocks, LEARNED.idf, weights, regression.intercept_, none, none, np.zeros((0, 1))))
    unseen = ["the baker thanked the judge", "nobody saw the mayor", "slammed slammed slammed", "quite other words"]
    for lines in (LINES, unseen):
        read = tokens("\n\n".join(lines))
        np.testing.assert_allclose(ours.decisions(read, read.sentence, len(lines))[:, 0], theirs.decision_function(lines), atol=1e-8)


@pytest.mark.parametrize("tf", TF)
@pytest.mark.parametrize("norm", NORM)
def test_the_short_way_and_terms_give_the_same_decisions(tf: str, norm: str) -> None:
    both = learn(tf, norm, outputs=2)
    found = both.decisions(READ, GROUP, 40)
    assert np.mean((found[:, 0] > 0) == LABELS) > 0.9
    np.testing.assert_allclose(both.model.decisions(both.vocabulary.count(READ, GROUP, 40)), found, atol=1e-9)
    for row in (0, 17):
        terms = both.contributions(READ, GROUP, 40, 1, row)
        assert terms.decision == pytest.approx(found[row, 1], abs=1e-9)
        every = both.strongest(READ, GROUP, terms, len(terms.feature), row)
        assert sum(t.contribution for t in every) + terms.constant == pytest.approx(found[row, 1], abs=1e-9)
        assert [abs(t.contribution) for t in every] == sorted((abs(t.contribution) for t in every), reverse=True)
        best = both.strongest(READ, GROUP, terms, 3, row)
        assert [t.found.feature for t in best] == [t.found.feature for t in every[:3]]
        begin, end = READ.sentences[row]
        assert all(begin <= s.start < s.end <= end and READ.text[s.start : s.end] == s.text for t in every for s in t.found.spans)
        assert all(t.found.text == s.text for t in every if t.found.grams.kind == "word" for s in t.found.spans)


@settings(max_examples=40)
@given(st.text(max_size=60) | st.text(alphabet="slamed the.", max_size=80), st.sampled_from(["l2", "length"]))
def test_no_text_is_too_odd(text: str, norm: str) -> None:
    read = tokens(text)
    m = len(read.sentences)
    found = SHORT[norm].decisions(read, read.sentence, m)
    assert found.shape == (m, 1)
    assert np.isfinite(found).all()


SHORT = {norm: learn("count", norm) for norm in ("l2", "length")}


def test_a_row_is_decided_by_itself() -> None:
    model = learn()
    found = model.decisions(READ, GROUP, 40)
    for row in (0, 5, 39):
        alone = model.decisions(READ, np.where(row == GROUP, 0, -1), 1)
        np.testing.assert_allclose(alone[0], found[row], atol=1e-12)
    nothing = model.decisions(READ, np.full(len(READ), -1), 2)
    assert (nothing == model.model.constant).all()


def test_a_model_is_kept(tmp_path: Path) -> None:
    model = learn()
    store.save(tmp_path, model.numbers(), model.arrays())
    kept = NgramModel.of(*store.load(tmp_path))
    assert kept.vocabulary.grams == model.vocabulary.grams
    change = np.abs(kept.decisions(READ, GROUP, 40) - model.decisions(READ, GROUP, 40))
    assert 0 < change.max() < 0.05
    with pytest.raises(ValueError, match="vocabulary"):
        NgramModel(LEARNED.vocabulary.take(np.arange(len(LEARNED.vocabulary)) > 0), model.model)
