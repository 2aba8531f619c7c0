"""Attribution: properties that hold whatever the extractor is, and the estimator: learned from ten made documents, kept, read, copied."""

from __future__ import annotations

import inspect
import io
import json
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from framing.attribution import AttributionExtractor, extract_attributions, shipped
from framing.learning import store
from framing.learning.calibration import Isotonic, Logistic
from framing.learning.words import WordClasses
from framing.quotes import find_quotes
from framing.records import Attribution, Document, Span
from framing.tagging import LABELS, encode
from framing.text import article_from_text
from framing.tokens import tokenize
from tests.made import AT_LEAST, DOCUMENTS, SETTINGS, made_classes, read_made

Found = tuple[Attribution, ...]


def extract(text: str) -> Found:
    article = article_from_text(text)
    return extract_attributions(tokenize(article), find_quotes(article.text, article.paragraphs))


FRAGMENTS = st.sampled_from(
    ["Doe", "said", "that", "“", "”", '"', ",", ".", "according to", "the plan", "would fail", "told", "reporters", ":", "\n\n", "—", "who",
     "and", "fears that", "reportedly", "(", ")", "is believed", "to", "\ud800", "é", "It", "’s", "adding"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_string_gives_valid_attributions(text: str) -> None:
    check_valid(text, extract(text))


def check_valid(text: str, found: Found) -> None:
    assert [a.id for a in found] == list(range(len(found)))
    assert [a.cue.start for a in found] == sorted(a.cue.start for a in found)
    for a in found:
        assert a.content
        for span in (a.cue, *a.content, *([a.source] if a.source else [])):
            assert 0 <= span.start < span.end <= len(text)
            assert span.text == text[span.start : span.end]
        assert all(one.end <= other.start for one, other in zip(a.content, a.content[1:]))
        assert 0 < a.confidence <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(FRAGMENTS, max_size=80).map(" ".join))
def test_parents_hold_the_cue_and_never_run_in_a_circle(text: str) -> None:
    found = extract(text)
    for a in found:
        seen = set()
        node = a
        while node.parent is not None:
            assert node.parent not in seen
            seen.add(node.parent)
            parent = found[node.parent]
            assert any(s.covers(node.cue) for s in parent.content)
            node = parent


def test_own_body_only() -> None:
    text = "The bridge has four lanes.\n\nNEXT Minister said the road is closed"
    assert not extract(text)
    assert extract("The bridge is unsafe, the minister said.")


# ---- the estimator ---------------------------------------------------------------------------------------------------------------------

UNSEEN = read_made(
    "[S The nurse] [C said] [X the ward would open in July]. The ward has ten beds.\n\n[X “The beds are new,”] [S the nurse] [C said].\n\n"
    "The bakery is closed. [S The baker] [C said] [X the oven was broken]."
)
TEXTS = [UNSEEN.text, *(d.text for d in DOCUMENTS), "", "The mill is old.", "The nurse said the beds were new and the baker said so."]


def unfitted(words: WordClasses | None = None, threshold: float = 0.0) -> AttributionExtractor:
    return AttributionExtractor(threshold=threshold, settings=SETTINGS, at_least=AT_LEAST, classes=words)


@pytest.fixture(scope="module", params=[False, True], ids=["no classes", "classes"])
def extractor(request: pytest.FixtureRequest) -> AttributionExtractor:
    return unfitted(made_classes() if request.param else None).fit(DOCUMENTS)


def parts(found: Found) -> list[tuple[Span | None, Span, tuple[Span, ...], str]]:
    return [(a.source, a.cue, a.content, a.speech) for a in found]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_learned_is_found_in_unseen_text(extractor: AttributionExtractor) -> None:
    (found,) = extractor.predict([UNSEEN.text])
    assert parts(found) == parts(UNSEEN.attributions)
    check_valid(UNSEEN.text, found)


def test_predict_takes_texts_and_articles(extractor: AttributionExtractor) -> None:
    article = article_from_text(UNSEEN.text)
    found = extractor.predict(iter([UNSEEN.text, article, ""]))
    assert found == [found[0], found[0], ()]
    assert found[0] == extractor(tokenize(article), find_quotes(article.text, article.paragraphs))
    assert extractor.predict([]) == []
    for one in (UNSEEN.text, article):
        with pytest.raises(TypeError, match="iterable of str or Article"):
            extractor.predict(one)  # type: ignore[arg-type]  # that is the point


@settings(max_examples=60, deadline=None)
@given(st.lists(FRAGMENTS, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_string_is_valid_for_an_own_extractor(extractor: AttributionExtractor, text: str) -> None:
    (found,) = extractor.predict([text])
    for a in found:
        assert 0 <= a.confidence <= 1
    check_valid(text, tuple(replace(a, confidence=a.confidence or 1.0) for a in found))


def test_a_text_without_tokens_needs_no_model() -> None:
    article = article_from_text(" \n ")
    assert unfitted()(tokenize(article), ()) == ()


def test_a_higher_threshold_keeps_some_of_the_same(extractor: AttributionExtractor) -> None:
    text = "\n\n".join([*TEXTS, "The baker said nobody. “So”, said the old.\n\nThe nurse, the baker said, was told that the mill said so."])
    tokens = tokenize(article_from_text(text))
    quotes = find_quotes(text, article_from_text(text).paragraphs)
    twin = pickle.loads(pickle.dumps(extractor))
    twin.calibrator_ = Logistic(1.0, 0.0)
    sizes, before = [], None
    for threshold in (0.0, 0.6, 0.7, 0.88, 1.01):
        twin.set_params(threshold=threshold)
        flat = [a for a in twin(tokens, quotes) if a.parent is None]
        assert all(a.confidence >= threshold for a in flat)
        cues = {a.cue for a in flat}
        assert before is None or cues <= before
        before = cues
        sizes.append(len(cues))
    assert len(set(sizes)) == 5
    assert sizes[-1] == 0


def marking(extractor: AttributionExtractor, text: str, *attributions: Attribution) -> AttributionExtractor:
    """A copy whose tagger is sure of these attributions, whatever the text."""
    twin = pickle.loads(pickle.dumps(extractor))
    sure = 30.0 * np.eye(len(LABELS))[encode(tokenize(article_from_text(text)), attributions)]
    twin.tagger_.scores = lambda signals, first: sure[first[0] : first[-1]].copy()
    return twin


def test_what_stands_outside_the_body_is_left_out(extractor: AttributionExtractor) -> None:
    gold = read_made(
        "[S The minister] [C said] [X the bridge was closed]\n\nThe bridge has four lanes. It was built in May.\n\n"
        "[S The police] [C said] [X two cars were stolen]."
    )
    assert tokenize(article_from_text(gold.text)).body.tolist().count(False) == 7
    twin = marking(extractor, gold.text, *gold.attributions)
    assert parts(twin.predict([gold.text])[0]) == parts(gold.attributions[1:])
    twin.set_params(body_only=False)
    assert parts(twin.predict([gold.text])[0]) == parts(gold.attributions)


def test_what_begins_in_a_dateline_begins_behind_it(extractor: AttributionExtractor) -> None:
    gold = read_made("[S TOFTE, Veldania — The minister] [C said] [X the bridge was closed]. It has four lanes.")
    twin = marking(extractor, gold.text, *gold.attributions)
    assert [a.source and a.source.text for a in twin.predict([gold.text])[0]] == ["The minister"]
    twin.set_params(body_only=False)
    assert parts(twin.predict([gold.text])[0]) == parts(gold.attributions)


# ---- confidence ------------------------------------------------------------------------------------------------------------------------


def test_outcomes_say_which_are_right(extractor: AttributionExtractor) -> None:
    wrong = replace(UNSEEN, attributions=(replace(UNSEEN.attributions[0], source=UNSEEN.attributions[2].source), *UNSEEN.attributions[1:]))
    confidences, right = extractor.outcomes([UNSEEN, Document("empty", ""), wrong])
    assert right.tolist() == [True, True, True, False, True, True]
    assert confidences.shape == (6,)
    assert (confidences[:3] == confidences[3:]).all()
    assert ((confidences >= 0) & (confidences <= 1)).all()
    assert [a.size for a in extractor.outcomes([])] == [0, 0]


def test_the_confidence_is_that_of_the_calibrator() -> None:
    wrong = replace(UNSEEN, attributions=UNSEEN.attributions[1:])
    tuned = unfitted().fit(iter(DOCUMENTS), tune=iter([wrong, UNSEEN, *DOCUMENTS[:3]]))
    assert isinstance(tuned.calibrator_, Isotonic)
    plain = unfitted().fit(DOCUMENTS)
    assert plain.calibrator_ == Logistic(1.0, 0.0)
    raw, _ = plain.outcomes([UNSEEN])
    assert (tuned.outcomes([UNSEEN])[0] == raw).all()
    assert [a.confidence for a in tuned.predict([UNSEEN.text])[0]] == tuned.calibrator_(raw).tolist()
    assert [a.confidence for a in plain.predict([UNSEEN.text])[0]] == pytest.approx(raw.tolist())
    assert min(tuned.calibrator_(raw)) < 1


# ---- learning --------------------------------------------------------------------------------------------------------------------------


def test_nothing_to_learn_from() -> None:
    for documents in ([], [Document("empty", "")], [Document("blank", " \n\n ")]):
        with pytest.raises(ValueError, match="no text to learn from"):
            unfitted().fit(documents)


def test_documents_without_attributions_teach_that_there_are_none() -> None:
    extractor = unfitted().fit([replace(d, attributions=()) for d in DOCUMENTS])
    assert not any(extractor.predict([UNSEEN.text]))


def test_nested_attributions_are_not_learned_from() -> None:
    extra = replace(DOCUMENTS[0].attributions[0], id=2, parent=1, cue=Span.of(DOCUMENTS[0].text, 0, 3))
    nested = replace(DOCUMENTS[0], attributions=(*DOCUMENTS[0].attributions, extra))
    one, other = unfitted().fit(DOCUMENTS), unfitted().fit([nested, *DOCUMENTS[1:]])
    assert one.tagger_.network.inputs.tobytes() == other.tagger_.network.inputs.tobytes()


def test_fit_gives_itself_and_says_what_it_does() -> None:
    said: list[str] = []
    extractor = unfitted()
    assert extractor.fit(DOCUMENTS, progress=said.append) is extractor
    assert len([line for line in said if "log-likelihood" in line]) == SETTINGS.epochs


# ---- files -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(extractor: AttributionExtractor, tmp_path: Path) -> Path:
    extractor.save(tmp_path / "a" / "model", {"task": "made"})
    return tmp_path / "a" / "model"


def test_what_is_loaded_finds_the_same(extractor: AttributionExtractor, saved: Path, tmp_path: Path) -> None:
    again = AttributionExtractor.load(saved)
    assert again.card_ == {"task": "made"}
    assert again.predict(TEXTS) == extractor.predict(TEXTS)
    assert (again.threshold, again.bias, again.body_only) == (extractor.threshold, extractor.bias, extractor.body_only)
    again.save(tmp_path / "b")
    assert files(tmp_path / "b") == files(saved)
    assert {name.rpartition("/")[2] for name in files(saved)} == {"model.json", "weights.npz"}
    assert (saved / "words").is_dir() == (extractor.classes is not None)


def test_a_kept_model_keeps_the_word_lists_it_learned_with(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = AttributionExtractor.load(saved)
    assert len(before.tagger_.listed) > 1000
    monkeypatch.setattr("framing.tagger.lexicon_bits", dict)
    monkeypatch.setattr("framing.signals.lexicon_bits", dict)
    again = AttributionExtractor.load(saved)
    assert again.tagger_.listed == before.tagger_.listed
    assert again.tagger_.signals["mayor"] == before.tagger_.signals["mayor"]


def test_options_and_calibration_are_kept(extractor: AttributionExtractor, tmp_path: Path) -> None:
    twin = pickle.loads(pickle.dumps(extractor))
    twin.set_params(threshold=0.125, body_only=False)
    twin.calibrator_ = Isotonic((0.1, 0.7), (0.2, 0.9))
    twin.save(tmp_path)
    again = AttributionExtractor.load(str(tmp_path))
    assert (again.threshold, again.body_only, again.calibrator_) == (0.125, False, twin.calibrator_)
    assert again.predict(TEXTS) == twin.predict(TEXTS)
    assert again.card_ == {}


def test_missing_files_are_named(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        AttributionExtractor.load(tmp_path / "nothing")
    for path in [path for path in saved.rglob("*") if path.is_file()]:
        kept = path.read_bytes()
        path.unlink()
        with pytest.raises(FileNotFoundError, match=str(path)):
            AttributionExtractor.load(saved)
        path.write_bytes(kept)
    AttributionExtractor.load(saved)


def test_damaged_files_are_named(saved: Path) -> None:
    for path in [path for path in saved.rglob("*") if path.is_file()]:
        kept = path.read_bytes()
        for damaged in (b"", kept[: len(kept) // 2], b"x" + kept[1:]):
            path.write_bytes(damaged)
            with pytest.raises(ValueError, match=str(saved)):
                AttributionExtractor.load(saved)
        path.write_bytes(kept)
    AttributionExtractor.load(saved)


KEYS = ["model", "version", "labels", "templates", "distances", "threshold", "bias", "body_only", "calibration", "words", "card"]


@pytest.mark.parametrize("key", KEYS)
def test_a_card_without_a_line_is_refused(key: str, saved: Path) -> None:
    path = saved / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    del card[key]
    path.write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ValueError, match=str(saved)):
        AttributionExtractor.load(saved)


def test_weights_that_are_not_all_there_are_refused(saved: Path) -> None:
    card, arrays = store.load(saved)
    for name in arrays:
        store.save(saved, card, {other: array for other, array in arrays.items() if other != name})
        with pytest.raises(ValueError, match=str(saved)):
            AttributionExtractor.load(saved)
    store.save(saved, card, {**arrays, "known": arrays["known"][1:]})
    with pytest.raises(ValueError, match=str(saved)):
        AttributionExtractor.load(saved)
    store.save(saved, card, arrays)
    AttributionExtractor.load(saved)


def test_other_models_are_refused(saved: Path, tmp_path: Path) -> None:
    made_classes().save(tmp_path / "words")
    with pytest.raises(ValueError, match="no attribution model"):
        AttributionExtractor.load(tmp_path / "words")
    card, arrays = store.load(saved)
    store.save(saved, {**card, "version": 99}, arrays)
    with pytest.raises(ValueError, match="no attribution model of version"):
        AttributionExtractor.load(saved)


def test_classes_of_words_of_another_model_are_refused(tmp_path: Path) -> None:
    unfitted(made_classes()).fit(DOCUMENTS[:2]).save(tmp_path)
    assert json.loads((tmp_path / "model.json").read_bytes())["words"] == store.read_card(tmp_path / "words")["sha256"]
    made_classes(("bridge", "driver", "mayor", "said", "the")).save(tmp_path / "words")
    with pytest.raises(ValueError, match=f"{tmp_path} is damaged: the classes of words are those of another model"):
        AttributionExtractor.load(tmp_path)


def test_a_model_is_replaced(extractor: AttributionExtractor, saved: Path) -> None:
    other = unfitted(made_classes()).fit(DOCUMENTS[:5])
    other.save(saved)
    assert AttributionExtractor.load(saved).predict(TEXTS) == other.predict(TEXTS)
    extractor.save(saved)
    assert AttributionExtractor.load(saved).predict(TEXTS) == extractor.predict(TEXTS)
    shutil.rmtree(saved)


# ---- spans by themselves ---------------------------------------------------------------------------------------------------------------


def test_spans_by_themselves(extractor: AttributionExtractor) -> None:
    found = extractor.spans(UNSEEN.text)
    assert ("source", UNSEEN.attributions[0].source) in found
    assert ("cue", UNSEEN.attributions[0].cue) in found
    assert [span.start for _, span in found] == sorted(span.start for _, span in found)
    for _, span in found:
        assert span.text == UNSEEN.text[span.start : span.end]
    assert extractor.spans(article_from_text(UNSEEN.text)) == found
    assert extractor.spans(UNSEEN.text, 1.0) == extractor.spans("") == ()
    with pytest.raises(ValueError, match="threshold"):
        extractor.spans(UNSEEN.text, 0.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(FRAGMENTS, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_string_gives_valid_spans(text: str) -> None:
    found = shipped().spans(text)
    assert all(one.end <= other.start for (_, one), (_, other) in pairwise(found))
    for role, span in found:
        assert role in ("source", "cue", "content")
        assert span.text == text[span.start : span.end] != ""


# ---- as others use estimators ----------------------------------------------------------------------------------------------------------


def test_params_are_those_of_the_constructor() -> None:
    names = list(inspect.signature(AttributionExtractor).parameters)
    extractor = unfitted()
    assert sorted(extractor.get_params()) == sorted(names)
    for name in names:
        marker = object()
        assert extractor.set_params(**{name: marker}) is extractor
        assert extractor.get_params(deep=False)[name] is marker
        assert getattr(AttributionExtractor(**{name: marker}), name) is marker
    before = extractor.get_params()
    with pytest.raises(ValueError, match="no argument 'treshold'"):
        extractor.set_params(threshold=0.1, treshold=0.2)
    assert extractor.get_params() == before


def test_clones_are_not_fitted_and_learn_the_same(extractor: AttributionExtractor) -> None:
    twin = clone(extractor)
    assert not hasattr(twin, "tagger_")
    assert twin.settings == extractor.settings
    assert (twin.classes is None) == (extractor.classes is None)
    twin.fit(DOCUMENTS)
    assert twin.tagger_.network.inputs.tobytes() == extractor.tagger_.network.inputs.tobytes()
    assert twin.predict(TEXTS) == extractor.predict(TEXTS)


def test_pickles_find_the_same_and_hold_no_text(extractor: AttributionExtractor, tmp_path: Path) -> None:
    expected = extractor.predict(TEXTS)
    secret = "Xylophonist"
    (found,) = extractor.predict([f"The {secret} said the ward would open."])
    assert found
    packed = pickle.dumps(extractor)
    assert secret.encode() not in packed
    assert pickle.loads(packed).predict(TEXTS) == expected
    buffer = io.BytesIO()
    joblib.dump(extractor, buffer)
    buffer.seek(0)
    assert joblib.load(buffer).predict(TEXTS) == expected


def test_threads_find_the_same(extractor: AttributionExtractor) -> None:
    expected = extractor.predict(TEXTS)
    twin = pickle.loads(pickle.dumps(extractor))  # with empty memories, which all threads fill at once
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(twin.predict, [TEXTS] * 8))
    assert all(one == expected for one in found)


# ---- the shipped model -----------------------------------------------------------------------------------------------------------------


def test_the_shipped_model_is_loaded_once_and_is_what_the_function_uses() -> None:
    assert shipped() is shipped()
    article = article_from_text(UNSEEN.text)
    assert extract(UNSEEN.text) == shipped().predict([article])[0]
    assert shipped().signature != "own"
    assert AttributionExtractor().signature == "own"
    assert shipped().card_


def test_the_shipped_model_finds_what_is_plain() -> None:
    found = [(a.source and a.source.text, a.cue.text, a.speech) for a in extract(UNSEEN.text)]
    assert found == [("The nurse", "said", "indirect"), ("the nurse", "said", "direct"), ("The baker", "said", "indirect")]
