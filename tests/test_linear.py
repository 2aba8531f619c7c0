"""Linear models against scikit-learn's: values, decisions, contributions, storage, soft targets, weights, ratios."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from framing.learning import store
from framing.learning.linear import NORM, TF, Block, LinearModel, Rows, segment_sums, values
from framing.learning.linear_fit import Settings, fit

SIZES = (7, 5)
F = sum(SIZES)


def rows_of(table: np.ndarray, length: np.ndarray | None = None) -> Rows:
    """Rows of a dense table of counts (m, F) in blocks of ``SIZES``."""
    row, feature = np.nonzero(table)
    block = (feature >= SIZES[0]).astype(np.int64)
    first = np.append(np.searchsorted(row * 2 + block, np.arange(2 * len(table))), len(row))
    if length is None:
        length = np.stack([table[:, : SIZES[0]].sum(axis=1), table[:, SIZES[0] :].sum(axis=1)], axis=1)
    return Rows(first, feature.astype(np.int32), table[row, feature].astype(np.int32), length)


def made_table(m: int, seed: int = 0) -> np.ndarray:
    table = np.random.default_rng(seed).poisson(0.6, (m, F))
    table[m // 2] = 0
    return table


def made_model(blocks: tuple[Block, ...], outputs: int, dense: int, seed: int = 1) -> LinearModel:
    chance = np.random.default_rng(seed)
    return LinearModel(
        blocks,
        chance.uniform(1, 3, F),
        chance.normal(size=(F, outputs)),
        chance.normal(size=outputs),
        chance.normal(size=dense),
        chance.uniform(0.5, 2, dense),
        chance.normal(size=(dense, outputs)),
    )


def slowly(table: np.ndarray, length: np.ndarray, model: LinearModel, dense: np.ndarray) -> np.ndarray:
    """Decisions by the formulas, number by number."""
    out = np.zeros((len(table), model.outputs))
    for i, counts in enumerate(table.tolist()):
        for k in range(model.outputs):
            total = float(model.constant[k])
            for d in range(len(model.mean)):
                total += (dense[i, d] - model.mean[d]) / model.scale[d] * model.dense_weights[d, k]
            at = 0
            for b, block in enumerate(model.blocks):
                own = {j: counts[j] for j in range(at, at + block.size) if counts[j]}
                at += block.size
                f = {c: {"sublinear": 1 + math.log(c), "log": math.log1p(c), "count": c, "binary": 1}[block.tf] for c in own.values()}
                tf = {j: f[c] * float(model.idf[j]) for j, c in own.items()}
                size = int(length[i, b])
                norm = {"l2": math.hypot(*tf.values()), "none": 1, "length": size, "root": math.sqrt(size)}[block.norm]
                total += sum(x * float(model.weights[j, k]) for j, x in tf.items()) / (norm or 1)
            out[i, k] = total
    return out


SCHEMES = st.tuples(*[st.tuples(st.sampled_from(TF), st.sampled_from(NORM))] * 2)


@settings(max_examples=60)
@given(
    st.tuples(*[st.tuples(st.sampled_from(TF), st.sampled_from(NORM))] * 2),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 6),
    st.data(),
)
def test_decisions_follow_the_formulas_and_contributions_sum_to_them(
    scheme: tuple[tuple[str, str], ...], outputs: int, dense: int, m: int, data: st.DataObject
) -> None:
    counts = st.sampled_from([0, 0, 0, 1, 1, 2, 5])
    table = np.array(data.draw(st.lists(st.lists(counts, min_size=F, max_size=F), min_size=m, max_size=m)))
    length = np.stack([table[:, : SIZES[0]].sum(axis=1), table[:, SIZES[0] :].sum(axis=1)], axis=1)
    length += data.draw(st.integers(0, 3))  # what is no known feature
    model = made_model(tuple(Block(size, *s) for size, s in zip(SIZES, scheme)), outputs, dense)
    columns = np.random.default_rng(m).normal(size=(m, dense))
    rows = rows_of(table, length)
    found = model.decisions(rows, columns)
    np.testing.assert_allclose(found, slowly(table, length, model, columns), atol=1e-12)
    for i in range(m):
        for k in range(outputs):
            terms = model.contributions(rows, k, i, columns)
            assert terms.feature.tolist() == np.flatnonzero(table[i]).tolist()
            assert terms.decision == pytest.approx(found[i, k], abs=1e-9)
            assert terms.decision == pytest.approx(terms.terms.sum() + terms.dense_terms.sum() + terms.constant)
    order = np.random.default_rng(m).permutation(m)[: max(1, m - 1)]
    np.testing.assert_allclose(model.decisions(rows.take(order), columns[order]), found[order], atol=1e-12)


def test_values_are_those_of_scikit_learn() -> None:
    table = made_table(20)
    theirs = TfidfTransformer(sublinear_tf=True).fit(csr_array(table[:, : SIZES[0]]))
    idf = np.append(theirs.idf_, np.ones(SIZES[1]))
    rows = rows_of(table)
    found = csr_array((values(rows, [Block(s) for s in SIZES], idf), rows.feature, rows.borders), (20, F)).toarray()
    np.testing.assert_allclose(found[:, : SIZES[0]], theirs.transform(csr_array(table[:, : SIZES[0]])).toarray(), atol=1e-12)


def test_rows_are_joined_and_taken() -> None:
    table = made_table(9)
    rows = rows_of(table)
    for one in (Rows.join([rows.take(range(4)), rows.take(range(4, 4)), rows.take(np.arange(9) >= 4)]), rows.take(range(9))):
        assert len(one) == 9
        for name in ("first", "feature", "count", "length"):
            assert (getattr(one, name) == getattr(rows, name)).all()
    assert rows.take([3, 3, 0]).feature.tolist() == np.nonzero(table[[3, 3, 0]])[1].tolist()
    assert segment_sums(np.arange(5.0), np.array([0, 2, 2, 5])).tolist() == [1, 0, 9]


def blocks(tf: str = "sublinear", norm: str = "l2") -> list[Block]:
    return [Block(size, tf, norm) for size in SIZES]


def learned(targets: Any, m: int = 60, **more: Any) -> tuple[LinearModel, Rows, np.ndarray]:
    rows, idf = rows_of(made_table(m)), np.linspace(1, 2, F)
    plain = csr_array((values(rows, blocks(), idf), rows.feature, rows.borders), (m, F)).toarray()
    return fit(rows, targets, blocks(), idf, **more), rows, plain


LABELS = np.random.default_rng(5).random(60) < 0.3


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("loss", ["logistic", "hinge"])
def test_learning_is_that_of_scikit_learn(loss: str, balanced: bool) -> None:
    chance = np.random.default_rng(6)
    columns, weight = chance.normal(3, 2, (60, 2)), chance.uniform(0.5, 2, 60)
    columns[:, 1] = 4.0  # the same everywhere
    model, rows, plain = learned(LABELS, dense=columns, weight=weight, settings=Settings(loss, c=3.0, balanced=balanced))
    side = (columns - columns.mean(axis=0)) / np.where(columns.std(axis=0) > 0, columns.std(axis=0), 1)
    if balanced:
        weight = weight * np.where(LABELS, weight.sum() / (2 * weight[LABELS].sum()), weight.sum() / (2 * weight[~LABELS].sum()))
    kind = LogisticRegression(C=3.0, solver="liblinear", random_state=0) if loss == "logistic" else LinearSVC(C=3.0, random_state=0)
    theirs = kind.fit(np.hstack([plain, side]), LABELS, sample_weight=weight)
    np.testing.assert_allclose(
        model.decisions(rows, columns)[:, 0], theirs.decision_function(np.hstack([plain, side])), atol=1e-8 if loss == "logistic" else 1e-4
    )


def test_a_soft_target_is_two_rows() -> None:
    soft = np.where(LABELS, 0.8, 0.1)
    soft[:10] = LABELS[:10]
    model, rows, plain = learned(soft, settings=Settings(solver="lbfgs"))
    some = (soft > 0) & (soft < 1)
    table, label = np.vstack([plain, plain[some]]), np.append(soft > 0, np.zeros(some.sum(), np.bool_))
    weight = np.concatenate([np.where(soft > 0, soft, 1), 1 - soft[some]])
    theirs = LogisticRegression(max_iter=1000, tol=1e-8).fit(table, label, sample_weight=weight)
    np.testing.assert_allclose(model.decisions(rows)[:, 0], theirs.decision_function(plain), atol=2e-3)


def test_outputs_are_learned_each_by_itself() -> None:
    other = np.random.default_rng(7).random(60) < 0.5
    both, rows, _ = learned(np.stack([LABELS, other], axis=1))
    for k, target in enumerate((LABELS, other)):
        np.testing.assert_allclose(both.decisions(rows)[:, k], learned(target)[0].decisions(rows)[:, 0], atol=1e-12)


def test_ratios_are_folded_into_the_weights() -> None:
    model, rows, plain = learned(LABELS, settings=Settings(ratio=True))
    p, q = 1 + (plain[LABELS] > 0).sum(axis=0), 1 + (plain[~LABELS] > 0).sum(axis=0)
    ratio = np.log(p / p.sum()) - np.log(q / q.sum())
    theirs = LogisticRegression(solver="liblinear", random_state=0).fit(plain * ratio, LABELS)
    np.testing.assert_allclose(model.decisions(rows)[:, 0], theirs.decision_function(plain * ratio), atol=1e-8)
    np.testing.assert_allclose(model.weights[:, 0], theirs.coef_[0] * ratio, atol=1e-8)


def test_a_dense_factor_loosens_the_penalty() -> None:
    columns = LABELS[:, None] + np.random.default_rng(8).normal(size=(60, 1))
    sizes = []
    for factor in (1.0, 10.0):
        model, rows, _ = learned(LABELS, dense=columns, settings=Settings(c=0.01, dense_factor=factor))
        sizes.append(np.ptp(model.decisions(rows, columns)))
    assert sizes[1] > 2 * sizes[0]


def test_an_output_without_examples_has_a_constant() -> None:
    model, rows, _ = learned(np.stack([np.zeros(60), np.ones(60)], axis=1))
    assert not model.weights.any()
    assert model.decisions(rows)[0].tolist() == pytest.approx([math.log(0.5 / 60.5), math.log(60.5 / 0.5)])


def test_a_model_is_kept_as_bytes(tmp_path: Path) -> None:
    columns = np.random.default_rng(9).normal(size=(60, 2))
    model, rows, _ = learned(np.stack([LABELS, ~LABELS], axis=1), dense=columns)
    store.save(tmp_path / "a", model.numbers(), model.arrays())
    kept = LinearModel.of(*store.load(tmp_path / "a"))
    assert kept.blocks == model.blocks
    # A weight is wrong by half a 127th of the largest; the values of a row, two blocks of length 1, sum to sqrt(F) each at most.
    bound = np.abs(model.weights).max() / 254 * (math.sqrt(SIZES[0]) + math.sqrt(SIZES[1])) + 1e-5
    change = np.abs(kept.decisions(rows, columns) - model.decisions(rows, columns))
    assert 0 < change.max() < bound
    store.save(tmp_path / "b", kept.numbers(), kept.arrays())
    assert (tmp_path / "a" / "weights.npz").read_bytes() == (tmp_path / "b" / "weights.npz").read_bytes()
    terms = kept.contributions(rows, 1, 4, columns)
    assert terms.decision == pytest.approx(kept.decisions(rows, columns)[4, 1], abs=1e-9)


def test_damaged_models_and_wrong_arguments_are_refused() -> None:
    model, rows, _ = learned(LABELS)
    with pytest.raises(ValueError, match="do not fit"):
        LinearModel.of({"blocks": [[3, "count", "l2"]]}, model.arrays())
    with pytest.raises(ValueError, match="no block"):
        LinearModel.of({"blocks": [[F, "squared", "l2"]]}, model.arrays())
    with pytest.raises(ValueError, match="dense columns"):
        model.decisions(rows, np.zeros((60, 1)))
    wide = made_model(tuple(blocks()), 1, 2)
    for dense in (None, np.zeros((59, 2)), np.zeros((60, 3))):
        with pytest.raises(ValueError, match="dense columns"):
            wide.decisions(rows, dense)
        with pytest.raises(ValueError, match="dense columns"):
            wide.contributions(rows, dense=dense)
    with pytest.raises(ValueError, match="no block"):
        Block(3, "count", "max")
    with pytest.raises(ValueError, match="loss"):
        Settings("square")
    for targets, weight in ((LABELS * 2.0, None), (LABELS - 0.5, None), (LABELS, np.zeros(60))):
        with pytest.raises(ValueError, match="from 0 to 1"):
            fit(rows, targets, blocks(), np.ones(F), weight=weight)
