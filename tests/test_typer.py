"""The typer of sources: learned from made documents, kept, read; what it must keep to on any text; and the shipped one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import framing
from framing import cards
from framing.learning import store
from framing.learning.calibration import Logistic
from framing.quotes import find_quotes
from framing.records import LEVELS, REASONS, SOURCE_KINDS, Attribution, Document, Span
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.training_sources import train_sources
from framing.typer import FIELDS, MODELS, SourceTyper, _pooled, example, shipped, type_sources
from tests.test_sources import attributed, read_markup

ROOT = Path(__file__).resolve().parent.parent

TEXT = (
    "{s1 Ida Lund, the mayor of Elm,} {c1 said} {x1 the dam was old}. {s2 A council official} {c2 told reporters} {x2 nobody looked}.\n\n"
    "{s3 Critics} {c3 said} {x3 it was too late}. {c4 It is feared} {x4 that the dam will break}. {s5 Lund} {c5 added} {x5 she was sorry}."
)
GOLD: dict[int, dict[str, Any]] = {
    1: {"kind": "person", "level": "named", "position": True},
    2: {"kind": "person", "level": "described", "withheld": True, "reason": "none"},
    3: {"kind": "group", "level": "bare"},
    4: {"kind": "none", "level": "impersonal"},
    5: {"kind": "person", "level": "named"},
}
NAMES = ("Ida Lund", "Bo Ray", "Eva Holm", "Tom Ask", "Una Berg", "Per Dahl", "Liv Moe", "Jan Vik", "Kim Lie", "Ola Nes")


def made(name: str) -> Document:
    """A gold document whose mayor has this name."""
    text, bare = read_markup(TEXT.replace("Ida Lund", name).replace("{s5 Lund}", f"{{s5 {name.split()[1]}}}"))
    relays = {2: ("Elm Post",)} if name in NAMES[:5] else {}
    return Document(name, text, attributions=tuple(replace(a, **GOLD[a.id], relays=relays.get(a.id, ())) for a in bare))


MADE = [made(name) for name in NAMES]


@pytest.fixture(scope="module")
def typer() -> SourceTyper:
    return SourceTyper(strength=1.0).fit(MADE)


def read(text: str) -> tuple[Any, Any]:
    article = article_from_text(text)
    return tokenize(article), find_quotes(article.text, article.paragraphs)


def test_it_learns_what_it_was_shown(typer: SourceTyper) -> None:
    other = made("Nils Aas")
    (found,) = typer.predict([other])
    for a, gold in zip(found, other.attributions):
        assert (a.kind, a.level, a.withheld, a.position) == (gold.kind, gold.level, gold.withheld, gold.position)
    assert found[0].entity == found[4].entity
    assert found[3].entity is None


def test_gold_codes_are_not_read_in_prediction(typer: SourceTyper) -> None:
    other = made("Nils Aas")
    blank = replace(other, attributions=tuple(replace(a, kind="none", level="bare", withheld=False) for a in other.attributions))
    assert typer.predict([other]) == typer.predict([blank])


def test_probabilities_are_those_of_the_fields(typer: SourceTyper) -> None:
    (chances,) = typer.predict_proba([made("Nils Aas")])
    assert set(chances) == set(FIELDS)
    for name, values in FIELDS.items():
        assert chances[name].shape == (5, len(values))
        assert np.allclose(chances[name].sum(axis=1), 1)
    assert (chances["kind"][:, SOURCE_KINDS.index("document")] < 1e-3).all(), "what was never seen is next to impossible"


def test_scores_are_sums_of_the_weights_of_the_features(typer: SourceTyper) -> None:
    features = example(made("Nils Aas")).features
    linear = typer.model_
    for row, score in zip(features, linear.scores(features)):
        want = linear.intercepts + sum(linear.weights[linear.names[f]].astype(float) for f in set(row) if f in linear.names)
        assert np.allclose(score, want)
    assert np.array_equal(linear.scores([["unknown"]])[0], linear.intercepts)
    assert linear.scores([]).shape == (0, len(linear.intercepts))


def test_an_entity_has_one_kind_and_level() -> None:
    chance = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    pooled = _pooled(chance, [0, 0, -1])
    odds = np.sqrt(0.9 * 0.2) / np.sqrt(0.1 * 0.8)
    assert pooled[0].tolist() == pooled[1].tolist() == pytest.approx([odds / (1 + odds), 1 / (1 + odds)])
    assert pooled[2].tolist() == pytest.approx([0.5, 0.5])


def test_calibration_is_learned_from_other_documents_where_there_are_some() -> None:
    wrong = [replace(d, attributions=tuple(replace(a, level="bare", kind="group") for a in d.attributions)) for d in MADE[:4]]
    sure = SourceTyper().fit(MADE).calibrators_["level"]
    unsure = SourceTyper().fit(MADE, tune=wrong).calibrators_["level"]
    assert isinstance(sure, Logistic)
    assert float(sure(0.9)) > 0.8 > float(unsure(0.9))


def test_kept_and_read_again(typer: SourceTyper, tmp_path: Path) -> None:
    typer.save(tmp_path)
    again = SourceTyper.load(tmp_path)
    again.save(tmp_path / "again")
    twice = SourceTyper.load(tmp_path / "again")
    assert again.predict(MADE) == twice.predict(MADE), "a kept model is kept as it is"
    for a, b in zip(typer.predict(MADE), again.predict(MADE)):
        assert [(x.kind, x.level, x.withheld, x.relays) for x in a] == [(x.kind, x.level, x.withheld, x.relays) for x in b]


@pytest.mark.parametrize("spoil", ["model", "version", "fields", "shape", "weights"])
def test_what_is_no_such_model_is_refused(typer: SourceTyper, tmp_path: Path, spoil: str) -> None:
    typer.save(tmp_path)
    numbers, arrays = store.load(tmp_path)
    if spoil == "weights":
        (tmp_path / "weights.npz").write_bytes(b"other")
    elif spoil == "shape":
        store.save(tmp_path, numbers, {**arrays, "codes": arrays["codes"][:-1]})
    else:
        store.save(tmp_path, {**numbers, spoil: "other"}, arrays)
    with pytest.raises(ValueError, match=r"(no|the) model of sources|not the file"):
        SourceTyper.load(tmp_path)


def test_wrong_use_is_said() -> None:
    with pytest.raises(ValueError, match="at least two"):
        SourceTyper().fit([Document("a", "No attribution."), MADE[0]])
    with pytest.raises(ValueError, match="no argument 'strenght'"):
        SourceTyper().set_params(strenght=1)
    assert SourceTyper().set_params(strength=2.0).get_params() == {"strength": 2.0, "at_least": 2, "folds": 5}


def check(text: str, given: list[Attribution]) -> None:
    """What holds of any result."""
    typed, entities = type_sources(*read(text), given)
    assert [(a.id, a.source, a.cue, a.content, a.parent) for a in typed] == [(a.id, a.source, a.cue, a.content, a.parent) for a in given]
    assert [e.id for e in entities] == list(range(len(entities)))
    assert {a.entity for a in typed} - {None} == set(range(len(entities)))
    assert [e.mentions[0] for e in entities] == sorted(e.mentions[0] for e in entities)
    for a in typed:
        assert a.kind in SOURCE_KINDS
        assert a.level in LEVELS
        assert (a.entity is None) == (a.kind == "none")
        assert (a.reason in REASONS) if a.withheld else (a.reason is None)
        if a.entity is not None:
            assert (a.kind, a.level) == (entities[a.entity].kind, entities[a.entity].level)
        for sure in (a.kind_confidence, a.level_confidence, a.withheld_confidence):
            assert sure is not None
            assert 0 <= sure <= 1


@settings(max_examples=60, deadline=None)
@given(article=attributed())
def test_any_text_and_spans(article: tuple[str, list[Attribution]]) -> None:
    check(*article)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80), seed=st.integers(0, 99))
def test_any_string(text: str, seed: int) -> None:
    if not text:
        return
    random = np.random.default_rng(seed)
    spans = np.sort(random.integers(0, len(text) + 1, (3, 2)), axis=1)
    given = [Attribution(k, Span.of(text, a, b), Span.of(text, b, len(text)), (), "direct") for k, (a, b) in enumerate(spans.tolist())]
    check(text, given)


def test_no_attribution_no_entity() -> None:
    assert type_sources(*read("Nothing."), []) == ((), ())


def test_a_stated_reason_leaves_no_doubt() -> None:
    text, given = read_markup(
        "{s1 A harbour official} {c1 said} {x1 the pump had failed}, speaking on condition of anonymity because she feared for her job."
    )
    typed, (entity,) = type_sources(*read(text), given)
    assert (typed[0].kind, typed[0].level, typed[0].withheld, typed[0].reason) == ("person", "described", True, "specific")
    assert (entity.kind, entity.level) == ("person", "described")


def test_one_s_own_typer_in_an_analysis() -> None:
    text = "The mayor said the bridge was closed."
    ours = framing.analyze(text, models={"sources": framing.sources.resolve_sources})
    assert ours.models["sources"] == "own"
    assert ours.attributions[0].level_confidence is None
    assert framing.analyze(text).models["sources"] == shipped().signature
    assert framing.analyze(text, models={"rating": None}).models["rating"] == "none"


def test_reading_needs_numpy_only() -> None:
    code = (
        "import sys; from framing.typer import SourceTyper; from framing.records import Attribution, Document, Span; t = 'He said so.'; "
        "a = Attribution(0, Span.of(t, 0, 2), Span.of(t, 3, 7), (), 'indirect'); print(SourceTyper.load().predict([Document('x', t, "
        "attributions=(a,))])[0][0].kind); assert not {'sklearn', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in SOURCE_KINDS


def test_the_shipped_card_says_what_the_model_is() -> None:
    card = json.loads((MODELS / "sources" / "model.json").read_bytes())["card"]
    assert card["signature"] == shipped().signature
    assert {t["corpus"] for t in card["texts"]} == {"source_levels", "wikinews_attributions"}
    assert (MODELS / "sources" / "CARD.md").read_text(encoding="utf-8") == cards.page(card)


def test_it_is_trained_from_the_corpus_that_comes_with_the_package(tmp_path: Path) -> None:
    lines: list[str] = []
    made = train_sources("wikinews_attributions", out=tmp_path, progress=lines.append)
    assert lines[0] == "36 documents to learn from, 24 to calibrate on"
    card = SourceTyper.load(tmp_path).card_
    assert card == made.card_
    assert card["signature"] == "sources|train:wikinews_attributions|v:1"
    assert [(t["split"], t["use"], t["documents"]) for t in card["texts"]] == [("train", "learning", 36), ("dev", "calibration", 24)]
    assert (tmp_path / "CARD.md").read_text(encoding="utf-8") == cards.page(card)
    with pytest.raises(ValueError, match="babe has nothing to learn source levels from"):
        train_sources("babe")
