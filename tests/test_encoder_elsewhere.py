"""The encoder engine where other parts of the library use it: the benchmark, export, spaCy, and as a teacher of the default engine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import framing
from framing import benchmark, teaching
from framing.attribution import AttributionExtractor
from framing.demo import read_demo
from framing.encoder.extractor import EncoderExtractor
from framing.engines import ENCODER
from framing.learning import crf
from framing.learning.network import Settings
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.signals import TypeMemory
from framing.tagger import LEANINGS
from framing.tagging import LABELS
from framing.text import article_from_text
from framing.tokens import tokenize
from tests.tiny_encoder import HOME, forget

pytest.importorskip("onnxruntime", reason="the encoder engine needs onnxruntime (the extra encoder)")

Run = Callable[..., SimpleNamespace]
TEXT = read_demo()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny encoder as if it were the shipped one."""
    monkeypatch.setitem(sys.modules, "framing_encoder", SimpleNamespace(folder=lambda: HOME, __spec__=SimpleNamespace()))
    forget()
    yield
    forget()


@pytest.mark.usefixtures("installed")
def test_it_is_a_system_of_the_benchmark() -> None:
    result = benchmark.evaluate("attribution-wikinews", system="framing-encoder")
    found = {prediction.attributions for prediction in result.predictions}
    assert len(found) > 1
    item = result.items[0]
    spans = {(a.cue.start, a.cue.end) for a in framing.analyze(item.text, engine=ENCODER).attributions}
    assert {triple.cue[0] for triple in result.predictions[0].attributions} == spans
    assert "model:" in result.scores["full_f1"].signature
    assert result.scores["full_f1"].signature != benchmark.evaluate("attribution-wikinews", system="framing").scores["full_f1"].signature


def test_the_benchmark_names_the_extra(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setitem(sys.modules, "framing_encoder", None)
    done = run("evaluate", "attribution-wikinews", "--system", "framing-encoder")
    assert done.code == 1
    assert 'pip install "framing[encoder]"' in done.err


@pytest.mark.usefixtures("installed")
def test_export_takes_the_engine(run: Run, tmp_path: Path) -> None:
    marked = {}
    for engine in ("fast", ENCODER):
        assert run("export", "--demo", "--to", "brat", "--engine", engine, "-o", tmp_path / engine).code == 0
        (file,) = (tmp_path / engine).glob("*.ann")
        marked[engine] = file.read_text("utf-8").count("\tAttribution:")
    assert marked[ENCODER] == len(framing.analyze(TEXT, engine=ENCODER).attributions)
    assert marked["fast"] == len(framing.analyze(TEXT).attributions)


@pytest.mark.usefixtures("installed")
def test_spacy_takes_the_engine() -> None:
    spacy = pytest.importorskip("spacy", reason="the spaCy component needs spaCy (the extra spacy)")
    pytest.importorskip("framing.interop.spacy")  # where framing is not installed, this makes it known
    nlp = spacy.blank("en")
    nlp.add_pipe("framing", config={"engine": ENCODER})
    assert nlp(TEXT)._.framing.to_dict() == framing.analyze(TEXT, engine=ENCODER).to_dict()
    with pytest.raises(ValueError, match="engine must be 'fast' or 'encoder', not 'other'"):
        spacy.blank("en").add_pipe("framing", config={"engine": "other"})


def test_what_a_teacher_says_of_a_text() -> None:
    tagger = EncoderExtractor.load(HOME).tagger_
    found = teaching.lesson(TEXT, TypeMemory(), teachers=[tagger, tagger]).targets
    article = article_from_text(TEXT)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    ((first, scores),) = tagger.scored(read_patterns(tokens, quotes), quotes, False)
    scores[:, list(LEANINGS)] += teaching.LEANING
    wanted = crf.beliefs(scores, tagger.transitions, crf.Layout.of(first), pairs=False).marginals
    assert found is not None
    assert found.shape == (len(tokens), len(LABELS))
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_a_network_learns_what_the_teacher_says() -> None:
    teacher, said = EncoderExtractor.load(HOME), list[str]()
    documents = list(framing.load_corpus("wikinews_attributions", "dev"))[:3]
    learner = AttributionExtractor(settings=Settings(epochs=12, size=300, drop=0.0, drop_inputs=0.0, l2=0.1), at_least=2)
    alone = AttributionExtractor(settings=learner.settings, at_least=2).fit(documents)
    learner.fit(documents, unlabelled=[TEXT] * 6, teachers=[teacher], progress=said.append)
    assert any("tokens labelled by teachers" in line for line in said)
    assert not [line for line in said if line.startswith(("teacher", "linear"))]  # none is learned
    wanted = teaching.lesson(TEXT, TypeMemory(), teachers=[teacher.tagger_]).targets
    near = [teaching.lesson(TEXT, TypeMemory(), teachers=[x.tagger_]).targets for x in (learner, alone)]
    assert wanted is not None
    taught, untaught = (float(np.abs(found - wanted).sum(axis=1).mean()) for found in near if found is not None)
    assert taught < untaught * 0.6


def test_a_teacher_is_named_on_the_command_line(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "framing_encoder", None)
    forget()
    done = run("train", "attribution", "--taught-by", ENCODER, "--out", tmp_path / "mine")
    assert done.code == 1
    assert 'pip install "framing[encoder]"' in done.err
    for arguments in (("sources",), ("attribution", "--engine", ENCODER)):
        done = run("train", *arguments, "--taught-by", ENCODER)
        assert done.code == 2
        assert "takes no --taught-by" in done.err
