"""The tasks of attribution: what predictions may hold, and that the scores are those of the experiments."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import results_file
from framing.benchmark import evaluate, registry
from framing.benchmark.predictions import from_records
from framing.benchmark.systems.framing_spans import FIELDS, PREDICT
from framing.benchmark.systems.regex import quotations
from framing.benchmark.systems.rules import PREDICT as RULES
from framing.benchmark.task import Item
from framing.benchmark.tasks.attribution import Attribution, Found, Wikinews, as_found
from framing.benchmark.tasks.attribution_tokens import Tokens, paragraphs_of
from framing.corpora.cofenet import LABELS
from framing.metrics.attribution import Triple
from framing.metrics.spans import ROLES
from framing.records import SPEECH, Span
from framing.records import Attribution as Record

TEXT = "“The bridge may fall,” Ida Lund said, and Bo Falk denied it."
WITHIN = 0.01  # another processor rounds sums otherwise, and may turn the label of a token


def at(words: str) -> list[int]:
    return [TEXT.index(words), TEXT.index(words) + len(words)]


def rows() -> list[dict[str, Any]]:
    return [
        {"source": at("Ida Lund"), "cue": at("said"), "content": [at("“The bridge may fall,”")], "parent": None, "via": None},
        {"source": at("Bo Falk"), "cue": at("denied"), "content": [at("it")], "parent": 0, "via": "the Herald"},
    ]


GOLD = (
    Record(0, Span.of(TEXT, *at("Ida Lund")), Span.of(TEXT, *at("said")), (Span.of(TEXT, *at("“The bridge may fall,”")),), "direct"),
    Record(1, Span.of(TEXT, *at("Bo Falk")), Span.of(TEXT, *at("denied")), (Span.of(TEXT, *at("it")),), "indirect", relays=("The Herald",)),
)
ITEM = Item("a", TEXT, GOLD)
NESTED = Item("a", TEXT, (GOLD[0], replace(GOLD[1], parent=0)))


def scored(task: Any, prediction: Any, item: Item = ITEM) -> dict[str, float]:
    return {name: score.value for name, score in task.measure([item], [prediction]).score().items()}


# what predictions may hold


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("source",), [0, 8.0], "attributions[1].source[1]: must be a whole number, not 8.0"),
        (("source",), [False, 3], "attributions[1].source[0]: must be a whole number, not False"),
        (("source",), [3, 3], "attributions[1].source: [3, 3] is no span of a text of 60 characters"),
        (("source",), [4, 3], "attributions[1].source: [4, 3] is no span"),
        (("source",), [-1, 3], "attributions[1].source: [-1, 3] is no span"),
        (("source",), [0, 61], "attributions[1].source: [0, 61] is no span"),
        (("source",), [0, 10**5000], "attributions[1].source: [0, a number out of all bounds] is no span"),
        (("source",), [], "attributions[1].source: must be [start, end], not a list of 0"),
        (("source",), [0, float("nan")], "attributions[1].source[1]: must be a whole number, not nan"),
        (("cue",), None, "attributions[1].cue: must be [start, end], not null"),
        (("content",), at("it"), "attributions[1].content[0]: must be [start, end], not 57"),
        (("content",), [at("it"), [0, "1"]], "attributions[1].content[1][1]: must be a whole number, not '1'"),
        (("content",), {}, "attributions[1].content: must be a list, not a dict"),
        (("parent",), 2, "attributions[1].parent: 2 is no other of 2 attributions"),
        (("parent",), 1, "attributions[1].parent: 1 is no other of 2 attributions"),
        (("parent",), -1, "attributions[1].parent: -1 is no other of 2 attributions"),
        (("parent",), True, "attributions[1].parent: must be a whole number, not True"),
        (("parent",), "0", "attributions[1].parent: must be a whole number, not '0'"),
        (("via",), 1, "attributions[1].via: must be a list, not 1"),
        (("via",), ["a", None], "attributions[1].via[1]: must be a string, not null"),
        (("speech",), "loud", "attributions[1].speech: must be one of direct, indirect, mixed, not 'loud'"),
        (("level",), "named", "attributions[1]: unknown field 'level'; there are source, cue, content, parent, via, speech"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(place: tuple[str], value: Any, message: str) -> None:
    record = {"attributions": rows()}
    record["attributions"][1][place[0]] = value
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Attribution().read(record, ITEM)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({}, "`attributions` is missing"),
        ({"attributions": None}, "attributions: must be a list, not null"),
        ({"attributions": [3]}, "attributions[0]: must be an object, not 3"),
        ({"attributions": [{"cue": [0, 1], "content": []}]}, "attributions[0]: `source` is missing"),
        ({"attributions": [], "labels": []}, "unknown field 'labels'; there are attributions, spans"),
        ({"attributions": [], "spans": []}, "spans: must be an object, not a list of 0"),
        ({"attributions": [], "spans": {"cue": [], "content": []}}, "spans: `source` is missing"),
        ({"attributions": [], "spans": {"source": [[0, 61]], "cue": [], "content": []}}, "spans.source[0]: [0, 61] is no span"),
    ],
)
def test_a_wrong_record_is_told(record: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Attribution().read(record, ITEM)


def test_nothing_stands_inside_of_itself() -> None:
    circle = [{**rows()[0], "parent": k} for k in (1, 2, 1)]
    with pytest.raises(ValueError, match=r"attributions\[1\]\.parent: the attribution stands inside of itself"):
        Attribution().read({"attributions": circle}, ITEM)
    deep = [{**rows()[0], "parent": k - 1 if k else None} for k in range(20_000)]  # neither recursion nor a square of steps
    assert len(Attribution().read({"attributions": deep}, ITEM).attributions) == 20_000


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, len(TEXT) - 1))
    return start, draw(st.integers(start + 1, len(TEXT)))


@st.composite
def predictions(draw: st.DrawFn) -> Found:
    found = []
    for k in range(draw(st.integers(0, 4))):
        found.append(
            Triple(
                source=tuple(draw(st.lists(spans(), max_size=1))),
                cue=(draw(spans()),),
                content=tuple(draw(st.lists(spans(), max_size=3))),
                parent=draw(st.none() | st.integers(0, k - 1)) if k else None,
                via=tuple(draw(st.lists(st.text("ab:|\n é\U0001f600", max_size=3), max_size=2))),
                speech=draw(st.sampled_from([*SPEECH, "unknown"])),
            )
        )
    marked = st.frozensets(st.tuples(st.sampled_from(ROLES), st.integers(0, 20), st.integers(21, len(TEXT))), max_size=4)
    return Found(tuple(found), draw(st.none() | marked))


@given(predictions())
def test_what_is_written_is_read_again(prediction: Found) -> None:
    for task in (Attribution(), Wikinews()):
        record = json.loads(json.dumps(task.write(prediction, ITEM), allow_nan=False))
        assert task.read(record, ITEM) == prediction
        assert task.write(task.read(record, ITEM), ITEM) == record
        assert all(0 <= value <= 1 for value in scored(task, prediction).values())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab:|\n é\U0001f600", max_size=3)
    | st.integers(0, 60).map(lambda k: [k, k + 2]),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["source", "cue", "content", "parent", "via", "speech"]), x),
    max_leaves=8,
)
ROW = st.fixed_dictionaries({"source": JSON, "cue": JSON, "content": JSON}, optional={"parent": JSON, "via": JSON, "speech": JSON})


@given(st.dictionaries(st.sampled_from(["attributions", "spans", "labels"]), JSON | st.lists(ROW, max_size=3)))
def test_whatever_stands_there_is_read_or_a_value_error(record: dict[str, Any]) -> None:
    task: Any
    for task, item in ((Wikinews(), ITEM), (Tokens(), TOKENS)):
        message = ""
        try:
            read = task.read(record, item)
        except ValueError as error:
            message = str(error)
        else:
            assert task.read(task.write(read, item), item) == read
            task.measure([item], [read])
        assert message.isprintable()


# how it is measured


def test_gold_is_right_and_nothing_is_wrong() -> None:
    for task, item in ((Attribution(), ITEM), (Wikinews(), NESTED)):
        perfect, empty = scored(task, item.gold, item), scored(task, [], item)
        assert task.primary in perfect
        there = {name for name, value in perfect.items() if value == 1.0}
        assert {"full_f1", "exact_f1", "content_exact_f1", "direct_full_f1", "indirect_full_f1", "end_to_end_all_f1"} <= there
        assert set(empty.values()) == {0.0}
    assert perfect["parent_f1"] == perfect["nested_full_f1"] == 1.0
    assert not [name for name in scored(Attribution(), []) if name.startswith(("parent", "via", "nested"))]


def test_a_prediction_inside_another_counts_where_the_corpus_has_such() -> None:
    found = Attribution().read({"attributions": rows()}, ITEM)
    assert scored(Attribution(), found)["full_recall"] == 0.5
    assert scored(Attribution(), found)["source_exact_recall"] == 0.5
    nested = scored(Wikinews(), found, NESTED)
    assert (nested["full_recall"], nested["parent_f1"], nested["nested_full_f1"]) == (1.0, 1.0, 1.0)
    assert scored(Wikinews(), found)["via_f1"] == 1.0  # whatever its letters


def test_spans_by_themselves_are_those_that_are_given() -> None:
    empty: dict[str, list[list[int]]] = {role: [] for role in ROLES}
    found = Attribution().read({"attributions": rows(), "spans": {**empty, "source": [at("Bo Falk"), at("Ida Lund")]}}, ITEM)
    scores = scored(Attribution(), found)
    assert (scores["source_exact_f1"], scores["cue_exact_f1"], scores["full_recall"]) == (1.0, 0.0, 0.5)


def test_speech_is_as_said_or_told_by_the_marks() -> None:
    untold = Attribution().read({"attributions": rows()[:1]}, ITEM)
    told = Attribution().read({"attributions": [{**rows()[0], "speech": "mixed"}]}, ITEM)
    assert [scored(Attribution(), f)["direct_full_precision"] for f in (untold, told)] == [1.0, 0.0]


def test_parts_of_others_become_their_hull_and_ids_places() -> None:
    cue: Any = tuple(at("said")), tuple(at("denied"))
    first = Triple((), (cue[0],), ((0, 3), (5, 9)), id="x")
    made = as_found([Triple((), cue, (), parent="x", id="y"), first])
    assert [(t.cue, t.parent, t.id) for t in made.attributions] == [(((cue[0][0], cue[1][1]),), 1, None), ((cue[0],), None, None)]
    with pytest.raises(ValueError, match="'x', which is said to be a parent"):
        as_found([Triple((), cue, (), parent="x")])


def test_the_floor_finds_quotations_of_four_words() -> None:
    assert [t.content for t in quotations(TEXT)] == [(tuple(at("“The bridge may fall,”")),)]
    assert quotations("“No,” she said.") == []


# tokens

WORDS = ["``", "It", "fell", ",", "''", "Ida", "said", ".", "Bo", "denied", "it", "."]
MARKED = ["B-content", *["I-content"] * 4, "B-source", "B-cue", "O", "B-source", "B-cue", "B-content", "O"]
TOKENS = Item("a_1", " ".join(WORDS), tuple(MARKED), {"tokens": WORDS, "paragraphs": [[0, 8], [8, 12]]})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "labels: must be a list, not null"),
        (MARKED[1:], "labels: there must be one for each of 12 tokens, not 11"),
        ([*MARKED, "O"], "labels: there must be one for each of 12 tokens, not 13"),
        ([*MARKED[:3], "B-quote", *MARKED[4:]], "labels[3]: must be one of O, B-source"),
        ([*MARKED[:3], ["O"], *MARKED[4:]], "labels[3]: must be one of O, B-source"),
        (["o", *MARKED[1:]], "labels[0]: must be one of O, B-source"),
    ],
)
def test_a_wrong_label_is_named_with_its_place(labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Tokens().read({"labels": labels}, TOKENS)


@given(st.lists(st.sampled_from(LABELS), min_size=12, max_size=12))
def test_labels_are_read_as_written(labels: list[str]) -> None:
    assert Tokens().read(Tokens().write(labels, TOKENS), TOKENS) == tuple(labels)
    assert all(0 <= value <= 1 for value in scored(Tokens(), labels, TOKENS).values())


def test_no_span_crosses_a_paragraph() -> None:
    crossing = ["O"] * 7 + ["B-source"] + ["I-source"] + ["O"] * 3
    assert scored(Tokens(), crossing, TOKENS)["source_begin_f1"] == 0.0
    assert scored(Tokens(), MARKED, TOKENS)["source_exact_f1"] == 1.0
    assert paragraphs_of(TOKENS) == [WORDS[:8], WORDS[8:]]


def test_both_systems_label_each_token() -> None:
    for predict in (PREDICT["attribution-tokens"], RULES["attribution-tokens"]):
        (labels,) = predict(Tokens(), "valid", [TOKENS], None)
        assert len(Tokens().read({"labels": list(labels)}, TOKENS)) == 12
        assert labels[6] == "B-cue"


def test_published_figures_are_of_scores_that_there_are() -> None:
    names = scored(Tokens(), MARKED, TOKENS)
    assert {figure.score for figure in Tokens.published} == {f"{role}_exact_f1" for role in ROLES} <= names.keys()
    assert len({figure.system for figure in Tokens.published}) == 9


# the shipped systems


@pytest.fixture
def only_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No corpora but those of ``datasets/``, whatever lies on this machine."""
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))


PARTS = {"attribution": "", "spans of labels": "", "speech": "", "end to end": "", "nested": "nested_"}


@pytest.mark.usefixtures("only_our_own")
@pytest.mark.parametrize(("system", "column"), [("framing", "trained"), ("framing-rules", "rules"), ("regex", "floor")])
def test_scores_are_those_of_the_experiment(system: str, column: str) -> None:
    parts = results_file.read("attribution")["results"]["wikinews_dev"]
    task = Wikinews()
    predict = {"framing": PREDICT, "framing-rules": RULES}.get(system) or registry.system(system).tasks
    items = task.items("dev", results_file.data_home())
    found = predict[task.name](task, "dev", items, None)
    written = [{"id": item.id, **task.write(f, item)} for item, f in zip(items, found)]
    scores = task.measure(items, from_records(written, task, items)[0]).score()
    compared = 0
    for part, prefix in PARTS.items():
        for name, score in parts[part].get(column, {}).items():
            assert scores[f"{prefix}{name}"].value == pytest.approx(score["value"], abs=WITHIN), (part, name)
            compared += 1
    assert compared >= (4 if system == "regex" else 40)


@pytest.mark.usefixtures("only_our_own")
def test_the_ceiling_is_the_second_pass() -> None:
    above = Wikinews().ceiling("dev", results_file.data_home())
    assert above is not None
    value = Wikinews().measure(*above).score()["full_f1"].value
    old = next(parts for name, parts in results_file.read("attribution")["ceiling"].items() if name.startswith("wikinews"))
    assert value == pytest.approx(old["attribution"]["full_f1"]["value"], abs=1e-4)


def test_the_signature_names_the_model() -> None:
    assert FIELDS.keys() == PREDICT.keys()
    assert FIELDS["attribution"]()["model"] == results_file.read("attribution")["model"]


@pytest.mark.parametrize("name", ["attribution", "attribution-tokens"])
def test_rules_on_others_corpora(name: str) -> None:
    home = results_file.data_home()
    task = registry.task(name)
    if not (home / task.corpora[0]).is_dir():
        pytest.skip(f"{task.corpora[0]} is not at hand")
    parts = results_file.read("attribution")["results"]
    old = parts["polnear_dev"]["attribution"] if name == "attribution" else parts["cofenet_valid"]["articles"]
    scores = evaluate(task, system="framing-rules", data_home=home).scores
    for score, value in old["rules"].items():
        assert scores[score].value == pytest.approx(value["value"], abs=1e-4)
        assert scores[score].interval == pytest.approx(value["interval"], abs=1e-4)
