"""The tasks of whole articles and of loaded sentences: what predictions may hold, folds, and the scores of the experiments again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import results_file
from framing.benchmark import evaluate, registry
from framing.benchmark.folds import group_folds, numbered, stratified_folds
from framing.benchmark.predictions import from_records
from framing.benchmark.systems import framing_documents, learning, lexicon, majority, tfidf
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.frames import Frames, Generic, Policy
from framing.benchmark.tasks.hedges import Hedged
from framing.benchmark.tasks.hyperpartisan import Hyperpartisan
from framing.benchmark.tasks.loaded import Loaded, Verdict
from framing.benchmark.tasks.sources import Levels
from framing.benchmark.tasks.transparency import Index, Rating
from framing.corpora import load_corpus
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Attribution, Document, Span

TASKS: tuple[Task, ...] = (Index(), Rating(), Policy(), Generic(), Loaded(), Hyperpartisan())
ITEM = Item("a", "Some text.", None)
HOME = results_file.data_home()
SURE = dict.fromkeys(POLICY_FRAMES, 0.5)

needs_corpora = pytest.mark.skipif(not (HOME / "article_bias_prediction").is_dir(), reason="the corpora are not here")


def scored(task: Task, items: list[Item], predictions: list[Any]) -> dict[str, float]:
    return {name: score.value for name, score in task.measure(items, predictions).score().items()}


def result(name: str) -> Any:
    return json.loads((results_file.RESULTS / f"{name}.json").read_text(encoding="utf-8"))


# what predictions may hold


@pytest.mark.parametrize(
    ("task", "record", "message"),
    [
        (Index(), {}, "`index` is missing"),
        (Index(), {"index": True}, "index: must be a number, not True"),
        (Index(), {"index": "0.5"}, "index: must be a number, not '0.5'"),
        (Index(), {"index": math.nan}, "index: must be a finite number, not nan"),
        (Index(), {"index": -math.inf}, "index: must be a finite number, not -inf"),
        (Index(), {"index": 10**400}, "index: must be a finite number, not a number out of all bounds"),
        (Index(), {"index": 0.5, "rating": 3}, "unknown field 'rating'; there are index"),
        (Index(), {"index": 100.5}, "index: must be a number from 0 to 100, not 100.5"),
        (Rating(), {"rating": 3, "above_three": 1.2}, "above_three: must be a number from 0 to 1, not 1.2"),
        (Rating(), {"rating": 3, "above_three": None}, "above_three: must be a number, not null"),
        (Rating(), {"rating": None}, "rating: must be a number, not null"),
        (Rating(), {"rating": 0.99}, "rating: must be a number from 1 to 5, not 0.99"),
        (Rating(), {"rating": 6}, "rating: must be a number from 1 to 5, not 6"),
        (Rating(), {"rating": math.nan}, "rating: must be a finite number, not nan"),
        (Rating(), {"rating": [3]}, "rating: must be a number, not a list of 1"),
        (Policy(), {"frames": []}, "`primary` is missing"),
        (Policy(), {"frames": None, "primary": None}, "frames: must be a list, not null"),
        (Policy(), {"frames": "econ", "primary": None}, "frames: must be a list, not 'econ'"),
        (Policy(), {"frames": ["econ", "conf"], "primary": None}, "frames[1]: must be one of econ, capa"),
        (Policy(), {"frames": [["econ"]], "primary": None}, "frames[0]: must be one of econ, capa"),
        (Policy(), {"frames": ["econ", "econ"], "primary": None}, "frames[1]: econ is there twice"),
        (Policy(), {"frames": [], "primary": "economic"}, "primary: must be one of econ, capa"),
        (Policy(), {"frames": [], "primary": True}, "primary: must be one of econ, capa"),
        (Policy(), {"frames": [], "primary": None, "probabilities": {"econ": 0.1}}, "probabilities: `capa` is missing"),
        (Policy(), {"frames": [], "primary": None, "probabilities": {**SURE, "conf": 0.1}}, "probabilities: unknown field 'conf'"),
        (
            Policy(),
            {"frames": [], "primary": None, "probabilities": {**SURE, "econ": 1.1}},
            "probabilities.econ: must be a number from 0 to 1",
        ),
        (
            Policy(),
            {"frames": [], "primary": None, "probabilities": {**SURE, "econ": True}},
            "probabilities.econ: must be a number, not True",
        ),
        (
            Policy(),
            {"frames": [], "primary": None, "probabilities": {**SURE, "econ": math.nan}},
            "probabilities.econ: must be a finite number",
        ),
        (Policy(), {"frames": [], "primary": None, "probabilities": []}, "probabilities: must be an object, not a list of 0"),
        (Generic(), {"frames": ["econ"], "primary": "econ"}, "unknown field 'primary'"),
        (Generic(), {"frames": ["crim"]}, "frames[0]: must be one of conf, resp"),
        (Loaded(), {"loaded": None}, "loaded: must be true, false or a probability, not null"),
        (Loaded(), {"loaded": "true"}, "loaded: must be true, false or a probability, not 'true'"),
        (Loaded(), {"loaded": 1.5}, "loaded: must be a number from 0 to 1, not 1.5"),
        (Loaded(), {"loaded": -0.1}, "loaded: must be a number from 0 to 1, not -0.1"),
        (Loaded(), {"loaded": math.nan}, "loaded: must be a finite number, not nan"),
        (Loaded(), {"loaded": True, "words": [[0, 11]]}, "words[0]: [0, 11] is no span of a text of 10 characters"),
        (Loaded(), {"loaded": True, "words": [0, 1]}, "words[0]: must be [start, end], not 0"),
        (Loaded(), {"hyperpartisan": True}, "`loaded` is missing"),
        (Hyperpartisan(), {"hyperpartisan": {}}, "hyperpartisan: must be true, false or a probability, not a dict"),
        (Hyperpartisan(), {"hyperpartisan": 2}, "hyperpartisan: must be a number from 0 to 1, not 2"),
        (Hyperpartisan(), {"hyperpartisan": True, "score": 1}, "unknown field 'score'"),
    ],
)
def test_what_is_wrong_is_named(task: Task, record: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        task.read(record, ITEM)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab:|\n é\U0001f600", max_size=5)
    | st.sampled_from([*POLICY_FRAMES, *GENERIC_FRAMES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*POLICY_FRAMES, "x"]), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["index", "rating", "above_three", "words", "frames", "primary", "probabilities", "loaded", "hyperpartisan", "other"]
)


@given(record=st.dictionaries(KEYS, JSON, max_size=4))
def test_whatever_is_read_is_an_error_of_values_or_comes_back(record: dict[str, Any]) -> None:
    for task in TASKS:
        try:
            found = task.read(record, ITEM)
        except ValueError:
            continue
        assert task.read(json.loads(json.dumps(task.write(found, ITEM))), ITEM) == found


def unit() -> st.SearchStrategy[float]:
    return st.floats(0, 1)


def coded(codes: tuple[str, ...], has_primary: bool) -> st.SearchStrategy[Frames]:
    primary = st.sampled_from([*codes, None]) if has_primary else st.none()
    frames = st.sets(st.sampled_from(codes)).map(lambda chosen: tuple(code for code in codes if code in chosen))
    return st.builds(Frames, frames, primary, st.none() | st.tuples(*[unit()] * len(codes)))


PREDICTIONS: dict[type[Task], st.SearchStrategy[Any]] = {
    Index: st.none() | st.floats(0, 100),
    Rating: st.tuples(st.floats(1, 5), st.none() | unit()),
    Policy: coded(POLICY_FRAMES, True),
    Generic: coded(GENERIC_FRAMES, False),
    Loaded: st.builds(Verdict, st.booleans() | unit(), st.none() | st.lists(st.sampled_from([(0, 4), (5, 10), (2, 7)])).map(tuple)),
    Hyperpartisan: st.booleans() | unit(),
}


@given(data=st.data())
def test_reading_inverts_writing(data: st.DataObject) -> None:
    for task in TASKS:
        made = data.draw(PREDICTIONS[type(task)])
        back = task.read(json.loads(json.dumps(task.write(made, ITEM), allow_nan=False)), ITEM)
        assert back == made
        assert repr(back) == repr(made)  # true is not 1.0


# measures


def yes_and_no(n: int = 8) -> list[Item]:
    return [Item(str(k), "text", k % 2 == 0, group=str(k // 2), fold=k % 4) for k in range(n)]


def test_a_perfect_system_of_hyperpartisan_articles() -> None:
    items = yes_and_no()
    assert scored(Hyperpartisan(), items, [1.0 if i.gold else 0.0 for i in items]) == {
        **{"accuracy": 1, "macro_f1": 1, "area": 1},
        **{"brier": 0, "ece_width": 0, "ece_mass": 0},
    }


def test_answers_without_probabilities_have_no_calibration() -> None:
    items = yes_and_no()
    for answers in ([bool(i.gold) for i in items], [bool(i.gold) if k else 0.9 for k, i in enumerate(items)]):
        found = scored(Hyperpartisan(), items, answers)
        assert found["accuracy"] == found["macro_f1"] == 1
        assert all(math.isnan(found[name]) for name in ("brier", "ece_width", "ece_mass"))
    found = scored(Loaded(), sentences(items), [Verdict(bool(i.gold)) for i in items])
    assert found["macro_f1"] == found["accuracy"] == 1
    assert found["fold_macro_f1"] == 0.5  # a fold of one label has no other F1
    assert all(math.isnan(found[name]) for name in ("brier", "words_f1", "all_words_f1"))


def sentences(items: list[Item]) -> list[Item]:
    return [replace(item, gold=Verdict(item.gold, ((0, 4),) if item.gold else ())) for item in items]


def test_words_of_sentences() -> None:
    items = sentences(yes_and_no())
    found = scored(Loaded(), items, [Verdict(1.0 if i.gold.loaded else 0.0, ((0, 4),)) for i in items])
    assert found["words_f1"] == 1
    assert (found["all_words_precision"], found["all_words_recall"]) == (0.5, 1)
    assert found["brier"] == 0


def test_limits() -> None:
    one = [Item("a", "text", True)]
    assert scored(Hyperpartisan(), one, [0.5])["accuracy"] == 0  # above one half
    assert scored(Loaded(), sentences(one), [Verdict(0.5)])["accuracy"] == 1  # from one half on


def test_no_index_counts_nothing() -> None:
    items = [Item(str(k), "text", {"rating": k + 1}, {"corpus": "polnear"}) for k in range(4)]
    assert scored(Index(), items, [None, 10, 20, 30])["spearman"] == pytest.approx(1)
    assert scored(Index(), items, [None, 0, 2, 3]) == pytest.approx(scored(Index(), items, [0, 0, 2, 3]), nan_ok=True)
    assert scored(Index(), items, [None] * 4)["spearman"] == 0


def test_ratings() -> None:
    items = [Item(str(k), "text", (k + 1, 3), {"corpus": "polnear"}) for k in range(5)]
    found = scored(Rating(), items, [(x, None) for x in (1.4, 2.4, 3.4, 4.4, 5.0)])
    assert [found[name] for name in ("spearman", "mae", "quadratic_kappa")] == pytest.approx([1, 1.6 / 5, 1])
    assert found["polnear_mae"] == found["mae"]
    assert math.isnan(found["brier"])
    assert scored(Rating(), items, [(3.0, float(k > 2)) for k in range(5)])["brier"] == 0


def test_frames_are_counted() -> None:
    gold = [("econ", "crim"), ("crim",)]
    items = [Item(str(k), "text", Frames(g, g[0])) for k, g in enumerate(gold)]
    found = scored(Policy(), items, [Frames(("econ",), "econ"), Frames(("crim", "heal"), "heal")])
    assert found["micro_f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert found["primary"] == 0.5
    assert [found[f"{code}_f1"] for code in ("econ", "crim", "heal")] == pytest.approx([1, 2 / 3, 0])
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3) / len(POLICY_FRAMES))
    assert math.isnan(found["brier"])
    sure = tuple(float(code == "crim") for code in POLICY_FRAMES)
    assert scored(Policy(), items, [Frames((), None, sure)] * 2)["brier"] == pytest.approx(1 / 30)
    assert "primary" not in scored(Generic(), [replace(i, gold=Frames(("conf",))) for i in items], [Frames(()), Frames(())])


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_equal_systems_do_not_differ(task: Task) -> None:
    both = Frames(("econ",), "econ")
    gold = {Index: {"rating": 2}, Rating: (2, 2), Policy: both, Generic: both, Loaded: Verdict(True, ()), Hyperpartisan: True}
    other = {Index: {"rating": 4}, Rating: (4, 4), Policy: both, Generic: both, Loaded: Verdict(False, ()), Hyperpartisan: False}
    items = [Item(str(k), "text", (gold if k % 3 else other)[type(task)], {"corpus": "polnear"}, fold=k % 2) for k in range(9)]
    said: dict[type[Task], Any] = {Index: 40.0, Rating: (3.0, None), Policy: both, Generic: both, Loaded: Verdict(0.4), Hyperpartisan: 0.4}
    same = task.measure(items, [said[type(task)]] * 9)
    found = same.compare(same, task.primary)
    assert (found.difference, found.p_bootstrap, found.p_randomisation) == (0, 1, 1)
    assert task.primary in same.score()


# folds


def test_folds_tear_no_group_apart() -> None:
    groups = [f"g{k % 7}" for k in range(40)]
    for seed in (None, 1):
        part = numbered(group_folds(groups, 5, seed))
        assert (len(set(zip(groups, part))), set(part)) == (7, set(range(5)))


def test_stratified_folds_share_the_labels() -> None:
    label = [k % 4 == 0 for k in range(40)]
    part = np.array(numbered(stratified_folds(label, 5, 42)))
    assert [int(np.array(label)[part == k].sum()) for k in range(5)] == [2] * 5


# systems


def made(texts: dict[str, Any], gold: Callable[[Any], Any], n: int = 24) -> list[Item]:
    names, given = list(texts), {"title": None, "corpus": "polnear"}
    chosen = [names[k % len(names)] for k in range(n)]
    return [Item(str(k), text, gold(texts[text]), given, str(k // 2), k // 2 % 3) for k, text in enumerate(chosen)]


LOADED = made({"Their disgraceful and outrageous lies.": True, "The council met on Monday.": False}, lambda g: Verdict(g, ()))
PARTISAN = made({"They betray us all again.": True, "The council met on Monday.": False}, bool)
RATED = made({"Mayor Ida Lund said so on record.": 5, "It is said somewhere.": 1}, lambda g: (g, g))
CRIME, MONEY = "The police arrested a murder suspect after the crime.", "Taxes and wages fell as the economy shrank and prices rose."
FRAMED = made({CRIME: "crim", MONEY: "econ"}, lambda g: Frames((g,), g))


@pytest.mark.parametrize(
    ("system", "task", "items", "score"),
    [
        (majority.SYSTEM, Loaded(), LOADED, None),
        (majority.SYSTEM, Hyperpartisan(), PARTISAN, None),
        (majority.SYSTEM, Rating(), RATED, None),
        (majority.SYSTEM, Policy(), FRAMED, None),
        (tfidf.SYSTEM, Loaded(), LOADED, "macro_f1"),
        (tfidf.SYSTEM, Hyperpartisan(), PARTISAN, "macro_f1"),
        (tfidf.SYSTEM, Rating(), RATED, "spearman"),
        (tfidf.SYSTEM, Policy(), FRAMED, "primary"),
        (lexicon.SYSTEM, Loaded(), LOADED, "macro_f1"),
        (lexicon.SYSTEM, Policy(), FRAMED, "primary"),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_simple_systems_learn_from_other_folds(system: Any, task: Task, items: list[Item], score: str | None) -> None:
    predictions = list(system.tasks[task.name](task, "cv", items, None))
    back, _ = from_records([{"id": i.id, **task.write(p, i)} for i, p in zip(items, predictions)], task, items)
    assert back == predictions
    assert score is None or scored(task, items, predictions)[score] == pytest.approx(1)


def test_majority_says_what_most_have() -> None:
    items = [Item(str(k), "text", Verdict(k != 0, ()), fold=k % 2) for k in range(6)]
    assert majority.SYSTEM.tasks["loaded-language"](Loaded(), "cv", items, None) == [Verdict(True)] * 6
    rated = [Item(str(k), "text", (1 + 2 * (k % 2), 5), fold=k % 2) for k in range(4)]
    assert majority.SYSTEM.tasks["rating"](Rating(), "cv", rated, None) == [(3, None), (1, None), (3, None), (1, None)]


def test_without_folds_it_is_learned_from_the_part_to_learn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rating, "items", lambda self, split, home: {"cv": RATED}[split])
    unknown = [Item("x", "It is said somewhere.", None), Item("y", "Mayor Ida Lund said so on record.", None)]
    low, high = tfidf.SYSTEM.tasks["rating"](Rating(), "test", unknown, None)
    assert low < high


def test_every_task_has_its_systems_and_its_fields() -> None:
    assert set(framing_documents.PREDICT) == set(framing_documents.FIELDS) == {task.name for task in TASKS}
    for name in framing_documents.PREDICT:
        assert framing_documents.FIELDS[name]()
        assert registry.task(name).name == name


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_split_that_there_is_not(task: Task) -> None:
    with pytest.raises(ValueError, match=f"task {task.name} has no split 'train'"):
        task.items("train")


# the corpora


@needs_corpora
@pytest.mark.parametrize(
    ("task", "split", "n", "folds"),
    [
        (Index(), "all", 394, 0),
        (Rating(), "cv", 394, 5),
        (Policy(), "cv", 478, 5),
        (Policy(), "cv-topic", 478, 5),
        (Generic(), "cv", 478, 5),
        (Loaded(), "cv", 3673, 5),
        (Loaded(), "cv-outlet", 3673, 5),
        (Hyperpartisan(), "cv", 645, 10),
        (Hyperpartisan(), "cv-plain", 645, 10),
    ],
    ids=lambda x: getattr(x, "name", str(x)),
)
def test_items(task: Task, split: str, n: int, folds: int) -> None:
    items = task.items(split, HOME)
    assert (len(items), len({i.fold for i in items} - {None}), len({i.id for i in items})) == (n, folds, n)
    if folds and split not in ("cv-plain",) and (task.name, split) != ("loaded-language", "cv"):
        assert len({(i.group, i.fold) for i in items}) == len({i.group for i in items}), "no group is torn apart"


@needs_corpora
@pytest.mark.parametrize(
    ("task", "found"),
    [
        (Rating(), lambda: result("rating")["scores"]["second pass"]["all"]),
        *((task, lambda task=task: result("frames")["outlets"][task.label]["scores"]["second pass"]) for task in (Policy(), Generic())),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_the_second_pass_scores_as_in_the_experiments(task: Task, found: Callable[[], Any]) -> None:
    pair = task.ceiling("cv", HOME)
    assert pair is not None
    mine = task.measure(*pair).score()
    for name, score in found().items():
        assert round(mine[name].value, 4) == score["value"], name
        assert [round(x, 4) for x in mine[name].interval] == score["interval"], name


@needs_corpora
def test_majority_scores_as_in_the_experiments() -> None:
    frames = result("frames")["outlets"]["policy"]["scores"]["majority"]
    mine = evaluate("policy-frames", "cv", system="majority", data_home=HOME).scores
    assert {name: round(mine[name].value, 4) for name in frames} == {name: score["value"] for name, score in frames.items()}
    articles = result("hyperpartisan")["scores"]["family"]["majority"]["articles"]
    mine = evaluate("hyperpartisan", "cv", system="majority", data_home=HOME).scores
    assert all(round(mine[name].value, 4) == articles[name]["value"] for name in ("accuracy", "macro_f1"))
    rated = result("rating")["scores"]["mean"]["all"]
    mine = evaluate("rating", "cv", system="majority", data_home=HOME).scores
    assert {name: round(mine[name].value, 4) for name in rated} == {name: score["value"] for name, score in rated.items()}


@needs_corpora
def test_a_floor_scores_as_in_the_experiments() -> None:
    floor = result("rating")["scores"]["tf-idf ridge"]["all"]
    mine = evaluate("rating", "cv", system="tfidf", data_home=HOME).scores
    assert {name: mine[name].value for name in floor} == pytest.approx({name: score["value"] for name, score in floor.items()}, abs=0.002)


def test_no_corpus_is_said(tmp_path: Path) -> None:
    for task in TASKS:
        with pytest.raises(FileNotFoundError):
            task.items(task.splits[0], tmp_path)


def test_levels_are_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The mayor said it rained. An official said it snowed. The mayor said it froze."

    def record(k: int, start: int, level: str) -> Attribution:
        source, said = text.index("The mayor" if level == "office" else "An official", start), text.index("said", start)
        span = Span.of(text, source, source + (9 if level == "office" else 11))
        return Attribution(k, span, Span.of(text, said, said + 4), (), "indirect", kind="person", level=level, withheld=level != "office")

    rows = (record(0, 0, "office"), record(1, 20, "described"), record(2, 50, "office"))
    documents = [Document(str(k), text, attributions=rows) for k in range(3)]
    monkeypatch.setattr(learning, "load_lessons", lambda name, split, data_home: iter(documents))
    given = [{"source": [a.source.start, a.source.end] if a.source else None, "cue": [a.cue.start, a.cue.end]} for a in rows]
    items = [Item("a", text, None, {"attributions": given}), Item("b", "", None, {"attributions": []})]
    found, nothing = majority.SYSTEM.tasks["levels"](Levels(), "dev", items, None)
    assert nothing == ()
    assert [(s.kind, s.level, s.withheld) for s in found] == [("person", "office", False)] * 3
    if find_spec("sklearn"):
        more = (*rows, replace(rows[0], kind="group", position=True))  # a regression needs two labels
        documents = [replace(d, attributions=more) for d in documents]
        (found, _) = tfidf.SYSTEM.tasks["levels"](Levels(), "dev", items, None)
        assert [(s.level, s.withheld) for s in found] == [("office", False), ("described", True), ("office", False)]


@pytest.mark.parametrize("name", ["hedges-wiki", "hedges-news", "hedges-biology"])
def test_sentences_are_guessed(name: str) -> None:
    text = "It may rain. It rained."
    items = [Item(str(k), text, Hedged((True, False), ()), {"sentences": [[0, 12], [13, 23]]}, fold=k % 3) for k in range(9)]
    more = [*items, Item("x", "It fell.", Hedged((False,), ()), {"sentences": [[0, 8]]}, fold=0)]
    task = registry.task(name)
    assert majority.SYSTEM.tasks[name](task, "cv", more, None) == [Hedged((False, False))] * 3 * 3 + [Hedged((False,))]
    found = tfidf.SYSTEM.tasks[name](task, "cv", more, None)
    assert [tuple(p >= 0.5 for p in f.sentences) for f in found] == [i.gold.sentences for i in more]
    assert task.measure(more, found).score()["sentence_f1"].value == 1


@pytest.mark.parametrize("asked", [None, True, False])
def test_ratings_of_the_test_part_are_told_by_the_day(asked: bool | None, tmp_path: Path) -> None:
    names = {"post_2016-09-01_one": False, "post_2016-10-20_two": True}
    (tmp_path / "article_ratings").mkdir()
    head = "corpus\tid\tident\tanon\tfirst\tdivers\tcover\tvoice\toverall"
    for name in ("first", "second"):
        rows = [f"polnear\t{article}\t" + "\t".join("3" * 7) for article in names]
        (tmp_path / "article_ratings" / f"{name}_pass.tsv").write_text("\n".join([head, *rows]) + "\n")
    found = [d.id for d in load_corpus("article_ratings", test=asked, texts=False, data_home=tmp_path)]
    assert found == [name for name, is_test in names.items() if asked in (None, is_test)]


@needs_corpora
def test_the_index_scores_as_in_the_experiment() -> None:
    written = result("fidelity")["fidelity"]["index"]
    found = evaluate("transparency-index", "dev", system="framing", data_home=HOME).scores
    for name in ("spearman", "kendall", "pearson", "mae"):
        assert found[name].value == pytest.approx(written[name]["value"], abs=0.01 if name != "mae" else 0.1), name
