"""The encoder engine, with a tiny encoder of random weights (``tests/tiny_encoder.py``): files, results, face, command line, runs."""

from __future__ import annotations

import json
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import framing
from framing.attribution import MODELS, AttributionExtractor, shipped
from framing.demo import read_demo
from framing.encoder import session
from framing.encoder.extractor import EncoderExtractor, digest_of
from framing.encoder.tagger import EncoderTagger, Layout
from framing.engines import ENGINES
from framing.learning import store
from framing.learning.crf import CHAIN, Transitions
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.runs.engine import score
from framing.runs.journal import RunError
from framing.tagging import LABELS
from framing.text import article_from_text
from framing.tokens import tokenize
from tests.tiny_encoder import HOME, LAYOUT, forget

pytest.importorskip("onnxruntime", reason="the encoder engine needs onnxruntime (the extra encoder)")

Run = Callable[..., SimpleNamespace]
TEXT = read_demo()


@pytest.fixture(scope="module")
def tiny() -> EncoderExtractor:
    return EncoderExtractor.load(HOME)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny encoder as if it were the shipped one."""
    monkeypatch.setitem(sys.modules, "framing_encoder", SimpleNamespace(folder=lambda: HOME))
    forget()
    yield
    forget()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOME, tmp_path / "model"))


def change(home: Path, **changes: Any) -> None:
    """Forge the card of a model."""
    card = json.loads((home / "model.json").read_text("utf-8"))
    (home / "model.json").write_text(json.dumps({**card, **changes}), "utf-8")


def read(text: str) -> tuple[Any, Any]:
    article = article_from_text(text)
    tokens = tokenize(article)
    quotes = find_quotes(text, article.paragraphs)
    return read_patterns(tokens, quotes), quotes


# results


def test_labels_and_probabilities(tiny: EncoderExtractor) -> None:
    patterns, quotes = read(TEXT)
    labels, probabilities = tiny.tagger_.label(patterns, quotes, 0.5, True)
    n = len(patterns.view.tokens)
    assert labels.shape == (n,)
    assert probabilities.shape == (n, len(LABELS))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (labels[~patterns.view.tokens.body] == 0).all()
    assert len(set(labels.tolist())) > 3


def test_attributions_are_aligned_with_the_text(tiny: EncoderExtractor) -> None:
    found = tiny.predict([TEXT])[0]
    assert len(found) > 5
    for a in found:
        for span in (a.cue, *a.content, *([] if a.source is None else [a.source])):
            assert TEXT[span.start : span.end] == span.text
    for role, span in tiny.spans(TEXT, 0.05):
        assert role in ("source", "cue", "content")
        assert TEXT[span.start : span.end] == span.text
    assert tiny.spans(TEXT, 0.05)


def test_any_text_can_be_read(tiny: EncoderExtractor) -> None:
    @given(st.text(st.one_of(st.characters(codec=None), st.sampled_from(' \n\n“”".,\u0301a')), max_size=80))
    @settings(max_examples=60, deadline=None)
    def check(text: str) -> None:
        patterns, quotes = read(text)
        labels, probabilities = tiny.tagger_.label(patterns, quotes, 0.5)
        assert len(labels) == len(probabilities) == len(patterns.view.tokens)
        assert np.isfinite(probabilities).all()
        tiny.spans(text)

    check()


@pytest.mark.parametrize(
    "text", ["", "x", "\ud800", "a" * 5000, "." * 3000, "“" * 300, "said " * 2000, "\n\n".join(["He said it."] * 400)], ids=range(8)
)
def test_odd_and_long_texts(text: str, tiny: EncoderExtractor) -> None:
    tiny.predict([text])
    tiny.spans(text)


def test_a_text_of_several_parts(tiny: EncoderExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns, quotes = read(TEXT)
    whole = tiny.tagger_.label(patterns, quotes)[0]
    monkeypatch.setattr("framing.tagger.PART", 60)
    assert (tiny.tagger_.label(patterns, quotes)[0] == whole).mean() > 0.9  # batches are others, and eight bits are rounded by batch


def test_results_are_the_same_run_after_run(tiny: EncoderExtractor) -> None:
    patterns, quotes = read(TEXT)
    first = tiny.tagger_.label(patterns, quotes)[1]
    for other in (tiny, EncoderExtractor.load(HOME), pickle.loads(pickle.dumps(tiny))):
        assert (other.tagger_.label(patterns, quotes)[1] == first).all()


def test_padding_and_batches_change_nothing_but_rounding(tiny: EncoderExtractor) -> None:
    patterns, quotes = read(TEXT)
    tokens, tagger = patterns.view.tokens, tiny.tagger_
    from framing.encoder import features
    from framing.tagger import chains

    columns = features.read(LAYOUT.features, tokens, quotes)
    together = tagger.scores(tokens, columns, chains(tokens))
    alone = EncoderTagger(tagger.pieces, tagger.session, tagger.transitions, Layout(40, room=40, features=LAYOUT.features))
    apart = alone.scores(tokens, columns, chains(tokens))
    assert np.corrcoef(together.ravel(), apart.ravel())[0, 1] > 0.99
    assert together.std() > 0.1


def test_features_and_letters_are_read(tiny: EncoderExtractor) -> None:
    def scores(text: str) -> np.ndarray:
        patterns, quotes = read(text)
        return next(tiny.tagger_.scored(patterns, quotes, False))[1]

    base = scores("The mayor said no to the bridge.")
    assert not np.allclose(base, scores("the mayor said no to the bridge."))  # capitals
    assert np.allclose(base, scores("The mayor said no to the bridge."))
    assert not np.allclose(base, scores("The mayor said up to the bridge."))


def test_scores_of_the_other_tagger_are_added(tiny: EncoderExtractor) -> None:
    tagger, other = tiny.tagger_, shipped().tagger_
    both = EncoderTagger(
        tagger.pieces, tagger.session, tagger.transitions, Layout(40, room=128, features=LAYOUT.features, beside=0.5), other
    )
    patterns, quotes = read(TEXT)
    (first, mine), (_, theirs), (_, sums) = (next(t.scored(patterns, quotes, False)) for t in (tagger, other, both))
    assert first[-1] == len(patterns.view.tokens)
    assert np.allclose(mine + np.float32(0.5) * theirs, sums, atol=1e-5)
    with pytest.raises(ValueError, match="no other tagger"):
        EncoderTagger(tagger.pieces, tagger.session, tagger.transitions, Layout(beside=0.5))


def moved(folder: Path) -> AttributionExtractor:
    """Another model of the default engine, in a folder."""
    other = AttributionExtractor.load()
    network = other.tagger_.network
    other.tagger_.network = replace(network, transitions=replace(network.transitions, initial=network.transitions.initial + 1))
    other.save(folder)
    return AttributionExtractor.load(folder)


def test_it_stands_beside_the_model_that_is_named(tiny: EncoderExtractor, tmp_path: Path) -> None:
    other, tagger = moved(tmp_path / "other"), tiny.tagger_
    both = EncoderTagger(tagger.pieces, tagger.session, tagger.transitions, replace(tagger.layout, beside=0.5), other.tagger_)
    stack = EncoderExtractor.of(both)
    assert stack.beside_ == digest_of(MODELS / "attribution")
    stack.beside_ = digest_of(tmp_path / "other")
    stack.save(tmp_path / "stack")
    again = EncoderExtractor.load(tmp_path / "stack", beside=tmp_path / "other")
    assert np.array_equal(again.tagger_.beside.transitions.initial, other.tagger_.transitions.initial)
    with pytest.raises(ValueError, match="beside another model"):
        EncoderExtractor.load(tmp_path / "stack")
    again.save(tmp_path / "again")
    EncoderExtractor.load(tmp_path / "again", beside=tmp_path / "other")


def test_it_is_put_beside_another_model(tiny: EncoderExtractor, tmp_path: Path) -> None:
    from experiments.encoder_stack import marked, restacked

    tagger, old, new = tiny.tagger_, shipped().tagger_, moved(tmp_path)
    sums = Transitions(*(getattr(tagger.transitions, name) + 0.5 * getattr(old.transitions, name) for name in CHAIN))
    first = EncoderExtractor.of(EncoderTagger(tagger.pieces, tagger.session, sums, replace(tagger.layout, beside=0.5), old))
    first.card_ = tiny.card_
    for weight, expected in ((None, 0.5), (0.25, 0.25)):
        found = restacked(first, new, weight)
        for name in CHAIN:
            alone, beside = getattr(tagger.transitions, name), getattr(new.tagger_.transitions, name)
            assert np.allclose(getattr(found.tagger_.transitions, name), alone + expected * beside, atol=1e-5)
        assert found.tagger_.layout.beside == found.card_["settings"]["layout"]["beside"] == expected
    assert first.tagger_.layout.beside == 0.5
    for signature in ("a|seed:0|v:1", "a|seed:0|beside:9|v:1"):
        assert marked(signature, 0.15, "0123456789") == "a|seed:0|beside:0.15x01234567|v:1"
    with pytest.raises(ValueError, match="adds no scores"):
        restacked(tiny, new)


# files


def test_what_was_saved_is_loaded(tiny: EncoderExtractor, tmp_path: Path) -> None:
    tiny.save(tmp_path / "again")
    for name in ("model.json", "weights.npz", "model.onnx", "vocab.txt"):
        assert (tmp_path / "again" / name).read_bytes() == (HOME / name).read_bytes()
    assert EncoderExtractor.load(tmp_path / "again").signature == "encoder|tiny"


def test_the_tiny_encoder_is_what_its_script_makes(tiny: EncoderExtractor) -> None:
    pytest.importorskip("onnx", reason="a graph is built with onnx (the extra train)")
    from tests.tiny_encoder import make

    patterns, quotes = read(TEXT)
    for quantised, close in ((True, 1e-6), (False, 0.5)):
        made = next(make(quantised).tagger_.scored(patterns, quotes, False))[1]
        kept = next(tiny.tagger_.scored(patterns, quotes, False))[1]
        assert np.abs(made - kept).mean() <= close * np.abs(kept).mean()


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt", "weights.npz"])
def test_a_file_with_another_checksum_is_refused(name: str, copy: Path) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} is not the file that model.json was written for"):
        EncoderExtractor.load(copy)


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt", "weights.npz", "model.json"])
def test_a_missing_file_is_named(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        EncoderExtractor.load(copy)


@pytest.mark.parametrize(
    "forged",
    [
        {"model": "attribution"},
        {"version": 2},
        {"labels": ["O"]},
        {"labels": None},
        {"files": None},
        {"files": []},
        {"files": {}},
        {"files": {"model.onnx": 1, "vocab.txt": "x"}},
        {"layout": None},
        {"layout": {}},
        {"layout": {**LAYOUT.to_dict(), "window": 10}},
        {"layout": {**LAYOUT.to_dict(), "window": "40"}},
        {"layout": {**LAYOUT.to_dict(), "context": -1}},
        {"layout": {**LAYOUT.to_dict(), "room": 1}},
        {"layout": {**LAYOUT.to_dict(), "features": ["__class__"]}},
        {"layout": {**LAYOUT.to_dict(), "features": []}},
        {"layout": {**LAYOUT.to_dict(), "features": ["case"]}},
        {"layout": {**LAYOUT.to_dict(), "window": 65}},
        {"layout": {**LAYOUT.to_dict(), "features": [["case"]]}},
        {"layout": {**LAYOUT.to_dict(), "beside": 1.0}, "beside": "0" * 64},
        {"layout": {**LAYOUT.to_dict(), "beside": float("nan")}},
        {"threshold": "0"},
        {"threshold": float("inf")},
        {"bias": None},
        {"body_only": "yes"},
        {"threshold_spans": True},
        {"body_only": 1},
        {"calibration": None},
        {"calibration": {"kind": "__import__"}},
        {"card": None},
        {"card": "card"},
    ],
    ids=str,
)
def test_a_forged_card_is_refused(forged: dict[str, Any], copy: Path) -> None:
    change(copy, **forged)
    with pytest.raises(ValueError, match=r"damaged|no encoder"):
        EncoderExtractor.load(copy)


@pytest.mark.parametrize("graph", [b"", b"no graph", (HOME / "model.onnx").read_bytes()[:-100]], ids=["empty", "text", "cut"])
def test_a_graph_that_is_none(graph: bytes, copy: Path) -> None:
    exchange(copy, "model.onnx", graph)
    with pytest.raises(ValueError, match="cannot read the graph"):
        EncoderExtractor.load(copy)


def exchange(home: Path, name: str, content: bytes) -> None:
    """Another file, and its checksum."""
    files = json.loads((home / "model.json").read_text("utf-8"))["files"]
    (home / name).write_bytes(content)
    change(home, files={**files, name: sha256(content).hexdigest()})


def test_pieces_that_the_graph_does_not_know(copy: Path) -> None:
    exchange(copy, "vocab.txt", (copy / "vocab.txt").read_bytes() + b"more\n")
    with pytest.raises(ValueError, match="the graph cannot read this"):
        EncoderExtractor.load(copy)


def test_an_encoder_is_not_learned_here_and_the_other_model_is_no_encoder(tiny: EncoderExtractor) -> None:
    with pytest.raises(NotImplementedError, match="framing train attribution --engine encoder"):
        tiny.fit([])
    with pytest.raises(ValueError, match="no attribution model"):
        AttributionExtractor.load(HOME)
    assert tiny.get_params() == {"threshold": 0.0, "bias": 0.5, "body_only": True, "threshold_spans": 0.35}


# what is missing


@pytest.mark.parametrize("module", ["onnxruntime", "framing_encoder"])
def test_what_is_missing_is_named_with_the_extra(module: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "framing_encoder", SimpleNamespace(folder=lambda: HOME))
    monkeypatch.setitem(sys.modules, module, None)
    forget()
    told = f'the encoder engine needs {module.replace("_", "-")}: pip install "framing[encoder]"'
    with pytest.raises(ImportError) as error:
        framing.analyze("", engine="encoder")
    assert str(error.value) == told
    with pytest.raises(ImportError):
        next(framing.analyze_many(["x"], engine="encoder"))
    done = run("analyze", "--demo", "--engine", "encoder")
    assert (done.code, done.out, done.err) == (1, "", f"framing: {told}\n")
    (tmp_path / "in.jsonl").write_text('{"text": "He said so."}\n', "utf-8")
    done = run("score", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"), "--engine", "encoder")
    assert (done.code, done.err) == (1, f"framing: {told}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
    assert framing.analyze("He said so.").attributions  # the default engine misses nothing


def test_an_engine_that_there_is_not(run: Run) -> None:
    with pytest.raises(ValueError, match="engine must be 'fast' or 'encoder', not 'slow'"):
        framing.analyze("x", engine="slow")
    assert "'slow' is not one of 'fast', 'encoder'" in run("analyze", "--demo", "--engine", "slow").err
    assert ENGINES == ("fast", "encoder")


def test_a_damaged_encoder_is_told_on_the_command_line(run: Run, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "framing_encoder", SimpleNamespace(folder=lambda: copy))
    forget()
    (copy / "vocab.txt").write_text("x", "utf-8")
    done = run("analyze", "--demo", "--engine", "encoder")
    assert (done.code, done.out) == (1, "")
    assert "vocab.txt is not the file that model.json was written for" in done.err


# the face


@pytest.mark.usefixtures("installed")
def test_analyze(tiny: EncoderExtractor) -> None:
    fast, mine = framing.analyze(TEXT), framing.analyze(TEXT, engine="encoder")
    assert mine.models == {**fast.models, "attribution": "encoder|tiny"}
    assert [(a.cue, a.content) for a in mine.attributions] == [(a.cue, a.content) for a in tiny.predict([TEXT])[0]]
    assert (mine.quotes, mine.frames) == (fast.quotes, fast.frames)
    assert mine.attributions != fast.attributions
    assert framing.analyze(TEXT, engine="fast").to_json() == fast.to_json()
    many = list(framing.analyze_many([TEXT, "He said so."], engine="encoder"))
    assert many[0].to_json() == mine.to_json()
    assert next(framing.analyze_many([TEXT], models={"attribution": tiny}, engine="encoder")).to_json() != many[0].to_json()
    own = framing.analyze(TEXT, models={"attribution": tiny})
    assert own.models["attribution"] == "own"
    assert own.attributions == mine.attributions


@pytest.mark.usefixtures("installed")
def test_analyze_many_in_threads() -> None:
    from joblib import parallel_config

    texts = [TEXT, TEXT[:500], "He said so."] * 2
    alone = [a.to_json() for a in framing.analyze_many(texts, engine="encoder")]
    with parallel_config(backend="threading"):
        assert [a.to_json() for a in framing.analyze_many(texts, n_jobs=2, engine="encoder")] == alone


@pytest.mark.usefixtures("installed")
def test_on_the_command_line(run: Run) -> None:
    done = run("analyze", "--demo", "--format", "json", "--engine", "encoder")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {**json.loads(framing.analyze(TEXT, engine="encoder").to_json()), "id": "demo"}
    assert run("analyze", "--demo", "--format", "json", "--engine", "fast").out == run("analyze", "--demo", "--format", "json").out


@pytest.mark.usefixtures("installed")
def test_models_are_listed_with_it(run: Run) -> None:
    listed = json.loads(run("models", "list", "--json").out)
    assert [m["signature"] for m in listed if m["name"] == "encoder"] == ["encoder|tiny"]
    assert "Labels at random." in run("models", "list").out
    assert run("models", "card", "encoder").out == (HOME / "CARD.md").read_text("utf-8")


def test_models_are_listed_without_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "framing_encoder", None)
    assert "encoder" not in {m["name"] for m in json.loads(run("models", "list", "--json").out)}
    assert run("models", "card", "encoder").code == 2


# runs


@pytest.mark.usefixtures("installed")
def test_a_run_remembers_its_engine(tmp_path: Path, run: Run) -> None:
    corpus, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    corpus.write_text("".join(json.dumps({"id": str(k), "text": TEXT[: 300 + k]}) + "\n" for k in range(5)), "utf-8")
    found = tmp_path / "attributions.jsonl"
    done = run("score", str(corpus), "-o", str(out), "--attributions", str(found), "--engine", "encoder", "--shard-rows", "2")
    assert (done.code, done.err) == (0, "")
    rows = [json.loads(line) for line in found.read_text("utf-8").splitlines()]
    want = [a.cue.text for k in range(5) for a in framing.analyze(TEXT[: 300 + k], engine="encoder").attributions]
    assert [row["cue"] for row in rows] == want
    with pytest.raises(RunError, match="engine: 'encoder' then, 'fast' now"):
        score(corpus, out, {"attributions": found}, shard_rows=2, resume=True)
    assert score(corpus, out, {"attributions": found}, shard_rows=2, resume=True, engine="encoder").resumed == 5
    fast = tmp_path / "fast.jsonl"
    score(corpus, fast)
    assert fast.read_bytes() != out.read_bytes()


def test_a_run_with_an_engine_that_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "He said so."}\n', "utf-8")
    with pytest.raises(ValueError, match="engine must be"):
        score(tmp_path / "in.jsonl", tmp_path / "out.jsonl", engine="slow")
    assert not (tmp_path / "out.jsonl.run").exists()


def test_the_extra_is_what_is_said() -> None:
    assert session.EXTRA == 'pip install "framing[encoder]"'
    assert store.read_card(HOME)["model"] == "attribution-encoder"
