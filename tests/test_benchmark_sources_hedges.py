"""The tasks of sources and of hedges: what predictions may hold, and that the scores are those of the experiments."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import results_file
from framing.benchmark import evaluate, registry
from framing.benchmark.evaluation import Result, finite
from framing.benchmark.formats import format_of, page
from framing.benchmark.predictions import from_records
from framing.benchmark.systems import framing_hedges, framing_sources
from framing.benchmark.systems.lexicon import HEDGES
from framing.benchmark.task import Item
from framing.benchmark.tasks.hedges import Biology, Hedged, News, Wiki, as_hedged
from framing.benchmark.tasks.sources import Entities, Levels, Source
from framing.corpora.lessons import load_lessons
from framing.hedge_cues import folds
from framing.hedge_features import TYPES
from framing.records import LEVELS, REASONS, SOURCE_KINDS

TEXT = "Mayor Ida Lund said it fell. It may rain, aides said; she denied it."
CLOSE = 1e-4  # results are rounded to four digits


def at(words: str, text: str = TEXT) -> list[int]:
    return [text.index(words), text.index(words) + len(words)]


def spans(source: str, cue: str, content: str) -> dict[str, Any]:
    return {"source": at(source), "cue": at(cue), "content": [at(content)], "parent": None, "speech": "indirect"}


SAID = [("Mayor Ida Lund", "said", "it fell"), ("aides", "said;", "It may rain"), ("she", "denied", "it.")]
GIVEN = {"attributions": [spans(*parts) for parts in SAID]}
LUND = Source("person", "named", withheld=False, position=True)
AIDES = Source("group", "described", withheld=True, position=False, reason="none", via=("the Herald",))
SOURCES = Item("a", TEXT, (LUND, AIDES, LUND), GIVEN)
SAME = Item("a", TEXT, (0, 1, 0), GIVEN)

SENTENCES = [at("Mayor Ida Lund said it fell."), at("It may rain, aides said; she denied it.")]
MAY = (*at("may"), "epistemic")
HEDGED = Item("a", TEXT, Hedged((False, True), (MAY,)), {"sentences": SENTENCES}, fold=0)
HEDGE_TASKS = (Wiki(), News(), Biology())


def scored(task: Any, prediction: Any, item: Item) -> dict[str, float]:
    return {name: score.value for name, score in task.measure([item], [prediction]).score().items()}


def row(source: Source) -> dict[str, Any]:
    (written,) = Levels().write([source], SOURCES)["sources"]
    return dict(written)


# what predictions may hold


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kind", "robot", f"sources[1].kind: must be one of {', '.join(SOURCE_KINDS)}, not 'robot'"),
        ("kind", ["person"], "sources[1].kind: must be one of person"),
        ("level", None, "sources[1].level: must be one of named, office, described, bare, impersonal, not null"),
        ("withheld", 1, "sources[1].withheld: must be true or false, not 1"),
        ("withheld", None, "sources[1].withheld: must be true or false, not null"),
        ("position", "yes", "sources[1].position: must be true or false, not 'yes'"),
        ("reason", "secret", "sources[1].reason: must be one of none, boilerplate, specific, not 'secret'"),
        ("reason", False, "sources[1].reason: must be one of none, boilerplate, specific, not False"),
        ("via", 1, "sources[1].via: must be a list, not 1"),
        ("via", ["a", None], "sources[1].via[1]: must be a string, not null"),
        ("entity", 1, "sources[1]: unknown field 'entity'; there are kind, level, withheld, position, reason, via"),
    ],
)
def test_a_wrong_field_of_a_source_is_named_with_its_place(field: str, value: Any, message: str) -> None:
    record = {"sources": [row(LUND), {**row(AIDES), field: value}, row(LUND)]}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Levels().read(record, SOURCES)


NO_KIND = {"level": "named", "withheld": False, "position": False}


@pytest.mark.parametrize(
    ("task", "item", "record", "message"),
    [
        (Levels(), SOURCES, {}, "`sources` is missing"),
        (Levels(), SOURCES, {"sources": None}, "sources: must be a list, not null"),
        (Levels(), SOURCES, {"sources": []}, "sources: there must be one for each of 3 attributions, not 0"),
        (Levels(), SOURCES, {"sources": [3, 3, 3]}, "sources[0]: must be an object, not 3"),
        (Levels(), SOURCES, {"sources": [NO_KIND] * 3}, "sources[0]: `kind` is missing"),
        (Levels(), SOURCES, {"sources": [], "entities": []}, "unknown field 'entities'; there are sources"),
        (Entities(), SAME, {"entities": {}}, "entities: must be a list, not a dict"),
        (Entities(), SAME, {"entities": [0, 1]}, "entities: there must be one for each of 3 attributions, not 2"),
        (Entities(), SAME, {"entities": [0, 1.0, 0]}, "entities[1]: must be a whole number, a string or null, not 1.0"),
        (Entities(), SAME, {"entities": [0, True, 0]}, "entities[1]: must be a whole number, a string or null, not True"),
        (Entities(), SAME, {"entities": [0, [1], 0]}, "entities[1]: must be a whole number, a string or null, not a list of 1"),
        (Entities(), SAME, {"entities": [0, 0, 10**5000]}, "entities[2]: a number must have at most 63 bits; a number out of all bounds"),
        (News(), HEDGED, {"cues": []}, "`sentences` is missing"),
        (News(), HEDGED, {"sentences": "01"}, "sentences: must be a list, not '01'"),
        (News(), HEDGED, {"sentences": [1]}, "sentences: there must be one for each of 2 sentences, not 1"),
        (News(), HEDGED, {"sentences": [0, 2]}, "sentences[1]: must be a number from 0 to 1, not 2"),
        (News(), HEDGED, {"sentences": [0, -0.1]}, "sentences[1]: must be a number from 0 to 1, not -0.1"),
        (News(), HEDGED, {"sentences": [0, math.nan]}, "sentences[1]: must be a finite number, not nan"),
        (News(), HEDGED, {"sentences": [None, 0]}, "sentences[0]: must be true, false or a probability, not null"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": None}, "cues: must be a list, not null"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [[0, 3]]}, "cues[0]: must be [start, end, type], not a list of 2"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [MAY, 5]}, "cues[1]: must be [start, end, type], not 5"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [[0, 999, "epistemic"]]}, "cues[0]: [0, 999] is no span of a text of 68 characters"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [[0, 1.0, "epistemic"]]}, "cues[0][1]: must be a whole number, not 1.0"),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [[0, 3, "weasel"]]}, "cues[0][2]: must be one of "),
        (News(), HEDGED, {"sentences": [0, 0], "cues": [[0, 3, ["epistemic"]]]}, "cues[0][2]: must be one of "),
        (News(), HEDGED, {"sentences": [0, 0], "text": ""}, "unknown field 'text'; there are sentences, cues"),
    ],
)
def test_a_wrong_record_is_told(task: Any, item: Item, record: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        task.read(record, item)


SOURCE = st.builds(
    Source,
    st.sampled_from(SOURCE_KINDS),
    st.sampled_from(LEVELS),
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from(REASONS),
    st.lists(st.text("ab:|\n é\U0001f600", max_size=3), max_size=2).map(tuple),
)
LABEL = st.none() | st.text("ab:|\n é\U0001f600", max_size=3) | st.integers(-(2**63) + 1, 2**63 - 1)


@st.composite
def cues(draw: st.DrawFn) -> tuple[int, int, str]:
    start = draw(st.integers(0, len(TEXT) - 1))
    return start, draw(st.integers(start + 1, len(TEXT))), draw(st.sampled_from(TYPES))


def three(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(of, of, of)


SURE = st.booleans() | st.floats(0, 1)
PREDICTIONS = st.one_of(
    st.tuples(st.just((Levels(), SOURCES)), three(SOURCE)),
    st.tuples(st.just((Entities(), SAME)), three(LABEL)),
    st.tuples(st.just((News(), HEDGED)), st.builds(Hedged, st.tuples(SURE, SURE), st.none() | st.lists(cues(), max_size=4).map(tuple))),
)


@given(PREDICTIONS)
def test_what_is_written_is_read_again(case: tuple[tuple[Any, Item], Any]) -> None:
    (task, item), prediction = case
    record = json.loads(json.dumps(task.write(prediction, item), allow_nan=False))
    assert task.read(record, item) == prediction
    assert task.write(task.read(record, item), item) == record
    scores = scored(task, prediction, item)
    assert task.primary in scores
    assert all(-1 <= value <= 1 for value in scores.values() if not math.isnan(value))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab:|\n é\U0001f600", max_size=3)
    | st.sampled_from([*LEVELS, *SOURCE_KINDS, *TYPES]),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["kind", "level", "withheld", "position", "reason", "via"]), x),
    max_leaves=8,
)
ROW = st.fixed_dictionaries({"kind": JSON, "level": JSON, "withheld": JSON, "position": JSON}, optional={"reason": JSON, "via": JSON})
LISTS = JSON | st.lists(ROW, max_size=3) | st.lists(JSON, min_size=2, max_size=3)


@given(st.dictionaries(st.sampled_from(["sources", "entities", "sentences", "cues"]), LISTS, max_size=2))
def test_whatever_stands_there_is_read_or_a_value_error(record: dict[str, Any]) -> None:
    task: Any
    for task, item in ((Levels(), SOURCES), (Entities(), SAME), (Wiki(), HEDGED)):
        message = ""
        try:
            read = task.read(record, item)
        except ValueError as error:
            message = str(error)
        else:
            assert task.read(task.write(read, item), item) == read
            task.measure([item], [read])
        assert message.isprintable()


def test_what_may_be_left_out() -> None:
    assert Levels().read({"sources": [{**NO_KIND, "kind": "person"}] * 3}, SOURCES) == (Source("person", "named", False, False),) * 3
    assert Levels().read({"sources": [{**row(LUND), "via": "x"}] * 3}, SOURCES)[0].via == ("x",)
    assert News().read({"sentences": [0, True]}, HEDGED) == Hedged((0.0, True))
    assert as_hedged((True, False)) == Hedged((True, False))


# how it is measured


def test_gold_is_right() -> None:
    levels = scored(Levels(), SOURCES.gold, SOURCES)
    nothing = {name for name, value in levels.items() if math.isnan(value)}
    assert nothing == {f"kind_{k}_f1" for k in set(SOURCE_KINDS) - {"person", "group"}} | {
        f"level_{k}_f1" for k in set(LEVELS) - {"named", "described"}
    }
    assert {value for name, value in levels.items() if name not in nothing} == {1.0}
    assert set(scored(Entities(), ("x", "y", "x"), SAME).values()) == {1.0}
    hedges = scored(News(), HEDGED.gold, HEDGED)
    assert {name for name, value in hedges.items() if value == 1.0} >= {
        f"{name}_f1" for name in ("sentence", "by_cue_sentence", "cue", "cue_exact", "token", "micro", "epistemic")
    }
    assert hedges["type"] == 1.0


def test_labels_of_sources_are_counted_by_hand() -> None:
    found = (LUND, replace(AIDES, level="bare", reason="specific", position=True, via=()), replace(LUND, kind="group"))
    scores = scored(Levels(), found, SOURCES)
    assert scores["kind_accuracy"] == pytest.approx(2 / 3)
    assert scores["kind_macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert (scores["level_accuracy"], scores["level_macro_f1"]) == (pytest.approx(2 / 3), pytest.approx(1 / 2))
    assert (scores["level_named_f1"], scores["level_bare_f1"]) == (1.0, 0.0)
    assert (scores["withheld_f1"], scores["reason_accuracy"], scores["via_f1"]) == (1.0, 0.0, 0.0)
    assert scores["position_accuracy"] == pytest.approx(2 / 3)
    assert math.isnan(scored(Levels(), (LUND,) * 3, SOURCES)["reason_accuracy"])


def test_who_is_nobody_is_alone() -> None:
    assert scored(Entities(), (None, None, None), SAME) == scored(Entities(), (0, 1, 2), SAME)
    assert scored(Entities(), (1, "1", 1), SAME)["b_cubed_f1"] == 1.0
    together = scored(Entities(), (0, 0, 0), SAME)
    assert (together["b_cubed_recall"], together["b_cubed_precision"]) == (1.0, pytest.approx(5 / 9))
    unmarked = replace(SAME, gold=(0, None, 0))  # what gold gives no entity does not count, but makes an entity impure
    assert scored(Entities(), (0, 0, 0), unmarked)["b_cubed_precision"] == pytest.approx(2 / 3)


def test_sentences_cues_and_words_are_counted_by_hand() -> None:
    rain = (*at("may rain"), "doxastic")
    scores = scored(News(), Hedged((0.5, 0.4), (rain, (*at("Ida"), "epistemic"))), HEDGED)
    assert (scores["sentence_precision"], scores["sentence_recall"]) == (0.0, 0.0)
    assert scores["brier"] == pytest.approx((0.25 + 0.36) / 2)
    assert (scores["by_cue_sentence_precision"], scores["by_cue_sentence_recall"]) == (0.5, 1.0)
    assert (scores["cue_precision"], scores["cue_recall"], scores["cue_exact_f1"], scores["type"]) == (0.5, 1.0, 0.0, 0.0)
    assert (scores["token_precision"], scores["token_recall"], scores["micro_f1"]) == (pytest.approx(1 / 3), 1.0, 0.0)


def test_what_was_not_said_has_no_score() -> None:
    labels = scored(News(), (False, True), HEDGED)
    numbers = scored(News(), Hedged((0.0, 1)), HEDGED)
    assert labels == pytest.approx(numbers, nan_ok=True)
    assert {name for name, value in labels.items() if not math.isnan(value)} == {f"sentence_{k}" for k in ("precision", "recall", "f1")}
    assert scored(News(), Hedged((False, True), ()), HEDGED)["cue_f1"] == 0.0


def test_published_figures_are_of_scores_that_there_are() -> None:
    names = scored(News(), HEDGED.gold, HEDGED)
    figures = [figure for task in HEDGE_TASKS for figure in task.published]
    assert len(figures) == 10
    assert {figure.score for figure in figures} <= names.keys()
    assert all("evaluation part" in figure.data and figure.citation for figure in figures)
    shown = {round(row["f1"], 4) for row in results_file.read("hedging")["published"]}
    assert {figure.value for figure in figures} == shown


# the systems


def test_systems_do_these_tasks() -> None:
    for name in ("framing", "framing-rules"):
        assert {"levels", "entities", *HEDGES} <= registry.system(name).tasks.keys()
    assert {task.name for task in HEDGE_TASKS} == HEDGES.keys() == framing_hedges.PREDICT.keys() == framing_hedges.FIELDS.keys()
    for module in (framing_sources, framing_hedges):
        assert all(re.fullmatch("[0-9a-f]{8}", str(of()["model"])) for of in module.FIELDS.values())


def test_systems_see_the_given_spans() -> None:
    for predict in (framing_sources.PREDICT, framing_sources.RULES):
        (sources,) = predict["levels"](Levels(), "dev", [replace(SOURCES, gold=None)], None)
        (labels,) = predict["entities"](Entities(), "dev", [replace(SAME, gold=None)], None)
        assert len(sources) == len(labels) == 3
        assert sources[0].level == "named"
        assert labels[0] != labels[1]


def test_rules_and_words_find_the_hedge() -> None:
    for system, has_cues in (("framing-rules", True), ("lexicon", False)):
        (found,) = registry.system(system).tasks["hedges-news"](News(), "cv", [HEDGED], None)
        assert [bool(x) for x in as_hedged(found).sentences] == [False, True]
        assert as_hedged(found).cues == ((MAY,) if has_cues else None)


def made(domain: str) -> list[Item]:
    """Forty documents with blank, broken and split sentences among them."""
    out = []
    for k in range(40):
        parts = [f"{domain} {k} rose.", " ", f"It may\nrain on the {k}th. ", "Perhaps. It fell."]
        text, sentences, here = "", [], []
        for part in parts:
            sentences.append([len(text), len(text) + len(part)])
            here += [(*(len(text) + x for x in at(w, part)), "epistemic") for w in ("may", "Perhaps") if w in part]
            text += part + " "
        out.append(Item(f"{domain}{k}", text, Hedged((False, False, True, True), tuple(here)), {"sentences": sentences}, fold=k % 10))
    return out


def test_the_tagger_learns_from_other_folds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    items, seen = made("news"), []
    others = [framing_hedges.document_of(item, "wiki", item.gold) for item in made("wiki")]

    def lessons(name: str, **options: Any) -> Iterator[Any]:
        return iter(others if options["part"] == Wiki.parts else [])

    def learned(documents: Any) -> Any:
        seen.append({d.id for d in documents})
        return framing_hedges.HedgeTagger().fit(documents, folds=2) if len(seen) == 1 else taggers[0]

    taggers: list[Any] = []

    def once(documents: Any) -> Any:
        taggers.append(learned(documents))
        return taggers[-1]

    monkeypatch.setattr(framing_hedges, "load_lessons", lessons)
    monkeypatch.setattr(framing_hedges, "tagger_of", once)
    found = framing_hedges.by_tagger(News(), "cv", items, None)
    fold = folds(40, 10, 0)
    for k, ids in enumerate(seen):
        assert ids == {i.id for i in items if i.fold != k} | {d.id for d, f in zip(others, fold) if f != k}
    assert len(seen) == 10
    written = [{"id": item.id, **News().write(f, item)} for item, f in zip(items, found)]
    scores = News().measure(items, from_records(written, News(), items)[0]).score()
    assert scores["cue_exact_f1"].value == scores["sentence_f1"].value == scores["micro_f1"].value == 1.0


def test_a_tagger_is_learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counted:
        made = 0

        def fit(self, documents: Any, folds: int) -> Counted:
            Counted.made += 1
            return self

    monkeypatch.setattr(framing_hedges, "HedgeTagger", Counted)
    monkeypatch.setattr(framing_hedges, "_learned", {})
    documents = [framing_hedges.document_of(item, "news", item.gold) for item in made("news")]
    first = framing_hedges.tagger_of(documents)
    assert framing_hedges.tagger_of(list(documents)) is first
    assert framing_hedges.tagger_of(documents[1:]) is not first
    assert framing_hedges.tagger_of([replace(documents[0], hedges=()), *documents[1:]]) is not first
    assert Counted.made == 3


# the corpora


def need(task: Any) -> Any:
    home = results_file.data_home()
    for corpus in task.corpora:
        if not (home / corpus).is_dir():
            pytest.skip(f"{corpus} is not at hand")
    return home


COLUMNS = [("framing", "trained"), ("framing-rules", "rules"), ("majority", "majority"), ("second annotator", "second pass")]


@pytest.mark.parametrize(("system", "column"), COLUMNS)
def test_scores_of_sources_are_those_of_the_experiment(system: str, column: str) -> None:
    """Value, interval, number of articles and signature: one score has one interval, wherever it stands."""
    old = results_file.read("levels")["corpora"]["polnear"]
    compared = set()
    for task in (Levels(), Entities()):
        home = need(task)
        if system == "second annotator":
            above = task.ceiling("dev", home)
            assert above is not None
            items, found = map(tuple, above)
            scores = Result(task, "dev", system, items, found, task.measure(items, found)).scores
        elif task.name in registry.system(system).tasks:
            scores = evaluate(task, system=system, data_home=home).scores
        else:
            continue
        for name, value in old[column].items():
            mine = finite(scores[name.removeprefix("entity_")].as_dict()) if name.removeprefix("entity_") in scores else None
            if mine is not None:
                assert {**mine, "name": name} == value
                compared.add(name)
        if system == "framing" and task.name == "levels":
            for field in ("kind", "level"):
                for name, value in old[f"by {field}"].items():
                    mine = finite(scores[f"{field}_{name}_f1"].as_dict())
                    assert {key: value[key] for key in ("f1", "interval", "n", "signature")} == {
                        "f1": mine["value"], "interval": mine["interval"], "n": mine["n"], "signature": mine["signature"]
                    }  # fmt: skip
    no_score = {"entity_name_accuracy", *(["entity_b_cubed_f1"] if system == "majority" else [])}
    assert compared == old[column].keys() - no_score


def test_items_of_sources_hold_spans_and_no_labels() -> None:
    home = need(Levels())
    levels, same = Levels().items("dev", home), Entities().items("dev", home)
    assert (len(levels), sum(len(item.gold) for item in levels)) == (84, 2192)
    assert [item.given for item in levels] == [item.given for item in same]
    assert {name for item in levels for a in item.given["attributions"] for name in a} == {"source", "cue", "content", "parent", "speech"}
    json.dumps([dict(item.given) for item in levels])


@pytest.mark.parametrize("task", HEDGE_TASKS, ids=lambda task: task.name)
def test_folds_are_those_of_the_experiment(task: Any) -> None:
    items = task.items("cv", need(task))
    documents = list(load_lessons("szeged_uncertainty", part=task.parts, data_home=results_file.data_home()))
    assert [item.id for item in items] == [d.id for d in documents]
    assert [item.fold for item in items] == folds(len(documents), 10, 0).tolist()
    perfect = task.measure(items, [item.gold for item in items]).score()
    assert perfect["sentence_f1"].value == perfect["by_cue_sentence_f1"].value == perfect["micro_f1"].value == 1.0
    with pytest.raises(ValueError, match="has no split 'test'; it has cv"):
        task.items("test")


@pytest.mark.parametrize(("system", "kind"), [("framing-rules", "any"), ("lexicon", "plain")])
def test_rules_and_words_are_those_of_the_experiment(system: str, kind: str) -> None:
    need(News())
    old = results_file.read("hedging")["corpora"]["szeged news"]["szeged"]
    scores = evaluate("hedges-news", system=system, data_home=results_file.data_home()).scores
    for name in ("precision", "recall", "f1"):
        assert scores[f"sentence_{name}"].value == pytest.approx(old[kind][name], abs=CLOSE)
    if kind == "any":
        assert scores["cue_f1"].value == pytest.approx(old["cues"]["f1"], abs=CLOSE)
        assert scores["type"].value == pytest.approx(old["cues"]["type_accuracy"], abs=CLOSE)


def test_the_result_of_the_shipped_recipe_is_that_of_the_experiment() -> None:
    """Not learned here, which takes minutes; ``experiments/benchmark.py`` has done it."""
    tasks, old = results_file.read("benchmark")["tasks"], results_file.read("hedging_shipped")
    for name, domain in (("hedges-wiki", "wiki"), ("hedges-news", "news"), ("hedges-biology", "bio")):
        systems = tasks[name]["results"]["cv"]["systems"] if name in tasks else {}
        if "framing" not in systems:
            pytest.skip("the benchmark was not run on hedges")
        scores = systems["framing"]["scores"]
        own, calibrated = old[domain]["as shipped"], old[domain]["calibration"]["szeged"]
        expected = {"sentence_f1": calibrated["probability .5"]["f1"], "brier": calibrated["after"]["brier"][0]}
        expected |= {f"{unit}_f1": own[unit]["f1"] for unit in ("cue", "token", "micro")}
        for score, value in expected.items():
            assert np.isclose(scores[score]["value"], value, atol=CLOSE), (name, score)


def test_the_format_names_each_field() -> None:
    told = {task.name: format_of(task) for task in (Levels(), Entities(), *HEDGE_TASKS)}
    assert all(f"- `{name}`" in told["levels"] for name in row(LUND))
    assert "`entities`: a list" in told["entities"]
    assert all("`sentences`: a list" in told[task.name] and "`cues` (may be left out)" in told[task.name] for task in HEDGE_TASKS)
    assert not any("Raises" in text for text in told.values())


def test_the_page_of_formats_is_made_from_the_tasks() -> None:
    assert page() == (results_file.ROOT / "docs" / "predictions.md").read_text(encoding="utf-8")
