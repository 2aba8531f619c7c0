"""The experiment on features: what is read in a fold, what is counted, and what the committed result says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from experiments import feature_tables
from experiments import sourcing_features as experiment
from experiments.hyperpartisan import Grouping
from experiments.markdown import result

N = 24
GOLD = np.arange(N) % 2 == 1
FAMILIES = tuple(f"family {k // 3}" for k in range(N))


@pytest.fixture(scope="module")
def material() -> experiment.Material:
    words = [f"the bridge is {'a disgrace' if gold else 'closed'} w{k % 5}" for k, gold in enumerate(GOLD)]
    counts = CountVectorizer(ngram_range=(1, 2)).fit_transform(words).tocsr().astype(np.float64)
    noise = np.random.default_rng(0).normal(size=(N, 6))
    blocks = dict(zip(("attribution", "hedge", "sourcing", "framing", "length", "shuffled"), noise.T[:, :, None]))
    blocks["sourcing"] = np.where(noise > 1.5, np.nan, noise + 2 * GOLD[:, None])
    return experiment.Material(counts, blocks, GOLD, FAMILIES)


def test_words_are_turned_without_loss(material: experiment.Material) -> None:
    training, held = np.arange(16), np.arange(16, N)
    own, there = experiment.read_words(material, training, held)
    often = np.asarray((material.counts[training] > 0).sum(0)).ravel() >= 2
    scale = TfidfTransformer(sublinear_tf=True).fit(material.counts[training][:, often])
    first, second = (scale.transform(material.counts[rows][:, often]).toarray() for rows in (training, held))
    np.testing.assert_allclose(own @ own.T, first @ first.T, atol=1e-9)
    np.testing.assert_allclose(there @ own.T, second @ first.T, atol=1e-9)


def test_columns_learn_from_training_alone(material: experiment.Material) -> None:
    training, held = np.arange(16), np.arange(16, N)
    own, there = experiment.read_columns(material, ("sourcing", "hedge"), training, held)
    assert np.isfinite(own).all()
    assert np.isfinite(there).all()
    assert (own**2).sum(1).mean() == pytest.approx(1, abs=0.1)
    other = experiment.Material(
        material.counts, {k: np.where(np.arange(N)[:, None] < 16, v, 99) for k, v in material.blocks.items()}, GOLD, FAMILIES
    )
    np.testing.assert_array_equal(experiment.read_columns(other, ("sourcing", "hedge"), training, held)[0], own)


def test_no_family_is_torn_apart_inside(material: experiment.Material) -> None:
    training = np.arange(18)
    seen: list[Any] = []

    class Spy:
        def __init__(self, m: experiment.Material, a: Any, b: Any) -> None:
            seen.append(({m.families[i] for i in a}, {m.families[i] for i in b}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "Fold", Spy)
        experiment.inner(material, training, plain=False)
    assert len(seen) == experiment.INNER
    assert all(not a & b for a, b in seen)
    assert set().union(*(b for _, b in seen)) == set(FAMILIES[:18])


def test_every_system_decides_on_every_article(material: experiment.Material) -> None:
    folds = [(np.flatnonzero(np.arange(N) // 6 != k), np.flatnonzero(np.arange(N) // 6 == k)) for k in range(4)]
    out, chosen = experiment.outputs(material, Grouping(folds, FAMILIES), plain=False)
    assert set(out) == set(chosen) == set(experiment.SYSTEMS)
    assert all(len(pairs) == 4 and set(pairs) <= set(experiment.grid(system)) for system, pairs in chosen.items())
    assert ((out["words"] > 0) == GOLD).all()
    c = experiment.counts(material, [out["words"], out["words"]])
    assert c.table.shape == (8, 4)
    assert c.table.sum() == 2 * N
    assert experiment.scores(c.table.sum(0)) == {"accuracy": 1, "macro_f1": 1}


def test_scores_by_hand() -> None:
    found = experiment.scores(np.array([3.0, 1.0, 2.0, 4.0]))
    assert found["accuracy"] == pytest.approx(0.7)
    assert found["macro_f1"] == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_what_is_committed() -> None:
    found = result("sourcing_features")
    assert set(found["scores"]["family"]) == set(experiment.SYSTEMS)
    assert found["articles"] == {"all": 645, "hyperpartisan": 238, "families": 272}
    assert not any("hyperpartisan" in name for name in found["alone"])
    table = feature_tables.scores()
    assert table.count("\n") == 1 + 2 * len(experiment.SYSTEMS)
    assert experiment.CLAIM in table
    assert feature_tables.alone().count("\n") == 1 + experiment.SHOWN
