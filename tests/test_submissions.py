"""The leaderboard's experiment: predictions of others get onto the page, and what was not measured anew is neither lost nor stale."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from experiments import benchmark, catalogue, leaderboard, opened, results_file, speed_accuracy
from experiments.benchmark import SubmissionError, splits, submissions
from experiments.catalogue import BY_NAME
from framing.benchmark import evaluation, registry
from framing.benchmark.system import System
from framing.benchmark.task import Item, Task
from framing.corpora.lessons import is_test
from tests.made_benchmark import COLOURS, Colours
from tests.test_benchmark import right, save

Systems = dict[str, System]
Capture = pytest.CaptureFixture[str]


def knows(name: str, *colours: str, needs: str = "json", version: str = "1") -> System:
    """A system that knows some colours."""

    def predict(task: Task, split: str, items: Sequence[Item], home: Path | None) -> list[bool]:
        return [any(colour in item.text for colour in colours) for item in items]

    return System(name, "", {"colours": predict}, (needs,), f"pip install {needs}", fields=lambda task: {"made": version})


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> Systems:
    """The systems that there are, ours and two of others; a test may change them."""
    made = {"framing": knows("framing", "red", "green"), "peer": knows("peer", "red"), "other": knows("other", "blue", "old")}
    monkeypatch.setattr(registry, "TASKS", {"colours": "tests.made_benchmark:Colours"})
    monkeypatch.setattr(registry, "SYSTEMS", made)
    monkeypatch.setattr(registry, "system", lambda name: made[name])
    return made


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of submissions; results go elsewhere too, and nothing is committed."""
    monkeypatch.setattr(benchmark, "SUBMISSIONS", tmp_path / "submissions")
    for name in ("RESULTS", "COMMITTED"):
        monkeypatch.setattr(results_file, name, tmp_path / "results")
    return tmp_path / "submissions"


def submit(folder: Path, where: str = "colours/dev/mine", predictions: Any = None) -> Path:
    """Both files of a submission."""
    path = folder / f"{where}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.stem}.md").write_text("# Mine\n\nA list of all colours.\n", encoding="utf-8")
    return save(path, right() if predictions is None else predictions)


def told(capsys: Capture, *arguments: str) -> list[str]:
    """What is said to be wrong where nothing is measured."""
    assert benchmark.main(arguments) == benchmark.WRONG
    out, err = capsys.readouterr()
    *lines, last = err.splitlines()
    assert (out, last) == ("", "benchmark: nothing is measured until this is mended, or taken out of submissions")
    assert not results_file.RESULTS.exists()
    assert all(line.startswith("benchmark: ") for line in lines)
    return [line.removeprefix("benchmark: ") for line in lines]


def part(split: str = "dev") -> dict[str, Any]:
    """What is written of a split."""
    found: dict[str, Any] = results_file.read("benchmark")["tasks"]["colours"]["results"][split]
    return found


def rows(page: str) -> dict[str, list[str]]:
    """The first table of the leaderboard's rows on dev, by system."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    return {row[0]: row for row in cells if row[1] == "dev"}


# ---- submissions -----------------------------------------------------------------------------------------------------------------------


def test_a_submission_gets_onto_the_leaderboard(systems: Systems, folder: Path) -> None:
    path = submit(folder)
    benchmark.main([])
    row = part()["systems"]["mine"]
    assert row["scores"]["colour_f1"]["value"] == 1.0
    assert row["submitted"] == "colours/dev/mine.md"
    assert row["signature"] == evaluation.evaluate(Colours(), predictions=path).to_dict()["signature"], "what its author was shown"
    ours, theirs = evaluation.evaluate(Colours(), system="framing"), evaluation.evaluate(Colours(), predictions=path)
    assert part()["less"]["mine"] == benchmark.less(ours, theirs)
    assert part()["less"]["mine"]["difference"] < 0
    assert part("cv")["systems"].keys() == systems.keys(), "it is of dev"
    page = rows(leaderboard.text())
    assert next(iter(page)) == "mine"
    assert page["mine"][-2].startswith("-.")
    assert page["mine"][-1] == "[submitted](../experiments/submissions/colours/dev/mine.md)"
    assert page["peer"][-1] == ""


def test_a_submission_is_measured_by_its_name_alone(systems: Systems, folder: Path) -> None:
    benchmark.main([])
    before = part()
    submit(folder)
    systems["peer"] = knows("peer", *COLOURS)  # which is not run, as it is not asked for
    benchmark.main(["--only", "colours", "--system", "mine"])
    assert part()["systems"].keys() == {*systems, "mine"}
    assert part()["less"].keys() == {"peer", "other", "mine"}
    for name in systems:
        assert part()["systems"][name] == before["systems"][name]
    submit(folder, "colours/dev/yours")
    benchmark.main(["--system", "mine"])
    assert "yours" not in part()["systems"]


def test_what_is_withdrawn_loses_its_row(systems: Systems, folder: Path) -> None:
    path = submit(folder)
    benchmark.main([])
    path.unlink()
    path.with_suffix(".md").unlink()
    benchmark.main(["--system", "peer"])
    assert "mine" not in part()["systems"]
    assert part()["less"].keys() == {"peer", "other"}


def test_a_submission_for_a_test_part_waits(systems: Systems, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    submit(folder, "colours/test/mine", ['\ufeff{"id": "unknown", "anything": 1}', {"id": "é"}, " "])
    monkeypatch.setattr(Colours, "read_splits", [])
    waits = "mine: for colours, test; waits for the last measurement, not measured\n"
    assert benchmark.main(["--only", "colours", "--system", "mine"]) == 0
    assert capsys.readouterr() == (waits, "")
    assert Colours.read_splits == []
    assert not results_file.RESULTS.exists()
    assert benchmark.main([]) == 0
    assert capsys.readouterr().out.startswith(waits)
    assert set(Colours.read_splits) == {"dev", "cv"}
    assert "mine" not in part()["systems"]
    assert benchmark.main(["--system", "peer"]) == 0
    assert "mine" not in capsys.readouterr().out, "it was not asked for"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("red", ", line 2: this is no JSON"),
        ("[" * 100_000, ", line 2: this is no JSON"),
        ("[1]", ", line 2: this must be an object with an id, a string"),
        ('{"colour": true}', ", line 2: this must be an object with an id, a string"),
        ('{"id": 7}', ", line 2: this must be an object with an id, a string"),
        ('{"id": "a"}', ", line 2: document 'a' is predicted twice"),
    ],
)
def test_what_waits_is_looked_at(line: str, problem: str, systems: Systems, folder: Path, capsys: Capture) -> None:
    submit(folder, "colours/test/mine", ['{"id": "a"}', line])
    assert told(capsys) == [f"colours/test/mine.jsonl{problem}"]
    submit(folder, "colours/test/mine", [line] * 20)
    assert told(capsys)[10:] == [f"and {9 if 'twice' in problem else 10} more"]
    submit(folder, "colours/test/mine", [" ", ""])
    assert told(capsys) == ["colours/test/mine.jsonl: there is no prediction"]


def test_wrong_predictions_are_told_by_line(systems: Systems, folder: Path, capsys: Capture) -> None:
    submit(folder, predictions=right()[:-1])
    submit(folder, "colours/cv/yours", ["red", *right()[1:]])
    submit(folder, "colours/dev/fine")
    missing = "colours/dev/mine.jsonl: no prediction for 1 of 40 sentences: 'made/39'"
    assert told(capsys) == [
        "colours/cv/yours.jsonl, line 1: this is no JSON: Expecting value (character 1)",
        "colours/cv/yours.jsonl: no prediction for 1 of 40 sentences: 'made/00'",
        missing,
    ]
    assert told(capsys, "--system", "mine") == [missing]
    assert benchmark.main(["--system", "fine"]) == 0, "the others were not asked for"
    assert "fine" in part()["systems"]


def test_a_submission_that_is_not_of_the_task_is_not_passed_over(
    systems: Systems, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.TASKS, "others", "tests.made_benchmark:Colours")
    submit(folder)
    with pytest.raises(SystemExit):
        benchmark.main(["--only", "others", "--system", "mine"])
    assert "mine has no predictions for others" in capsys.readouterr().err


def test_predictions_of_a_corpus_that_is_not_there_are_not_passed_over(
    systems: Systems, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*asked: Any) -> Any:
        raise FileNotFoundError

    submit(folder)
    monkeypatch.setattr(Colours, "items", absent)
    assert benchmark.main(["--system", "mine"]) == 0
    assert " ".join(capsys.readouterr().out.split()) == "colours dev not measured: the corpus is not at hand"


def test_the_seconds_of_a_part_are_not_those_of_the_whole_run(systems: Systems, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: Callable[[], Any] = lambda: results_file.whole("benchmark.volatile")["run"]  # noqa: E731
    submit(folder)
    benchmark.main(["--system", "peer"])
    assert run()["seconds"] > 0, "there is no other one"
    benchmark.main([])
    before = run()
    monkeypatch.setattr(results_file, "_BEGIN", results_file._BEGIN - 1000)
    for arguments in (["--only", "colours"], ["--system", "peer"], ["--system", "mine"]):
        benchmark.main(arguments)
        assert run() == before
    assert "colours, dev, peer" in results_file.read("benchmark.volatile")["seconds"]
    benchmark.main([])
    assert run()["seconds"] > 1000


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("colours/dev/Framing", "Framing is the name of a system of the benchmark"),
        ("colours/dev/second annotator", "a name holds letters, digits"),
        ("colours/dev/a|b", "a name holds letters, digits"),
        ("colours/dev/a\nb", "a name holds letters, digits"),
        ("colours/dev/-a", "a name holds letters, digits"),
        ("colours/dev/" + "a" * 61, "a name holds letters, digits"),
        ("colors/dev/mine", "there is no task 'colors'; there are colours"),
        ("colours/devel/mine", "colours has no split 'devel'; it has dev, cv"),
        ("colours/mine", "a submission is TASK/SPLIT/NAME.jsonl"),
        ("colours/dev/more/mine", "a submission is TASK/SPLIT/NAME.jsonl"),
    ],
)
def test_what_cannot_be_a_submission_is_refused(where: str, problem: str, systems: Systems, folder: Path, capsys: Capture) -> None:
    submit(folder, where)
    (line,) = told(capsys)
    assert problem in line
    submit(folder)
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    assert len(told(capsys, "--system", "peer")) == 2, "all that is wrong at once"


@pytest.mark.parametrize(("ending", "lacks"), [(".md", "mine.md, ten lines on the system,"), (".jsonl", "mine.jsonl, the predictions,")])
def test_both_files_are_needed(ending: str, lacks: str, systems: Systems, folder: Path) -> None:
    path = submit(folder).with_suffix(ending)
    path.write_text("", encoding="utf-8")
    with pytest.raises(SubmissionError, match=f"{lacks} must lie beside it"):
        submissions(folder)
    path.unlink()
    with pytest.raises(SubmissionError, match=f"{lacks} must lie beside it"):
        submissions(folder)


def test_other_files_are_refused(systems: Systems, folder: Path) -> None:
    path = submit(folder)
    (folder / "README.md").write_text("What goes there.\n", encoding="utf-8")
    assert submissions(folder) == {("colours", "dev"): {"mine": path}}
    path.with_name("weights.npz").write_bytes(b"x")
    with pytest.raises(SubmissionError, match=r"^colours/dev/weights\.npz: a submission is"):
        submissions(folder)


def test_what_lies_in_the_folder_can_be_measured() -> None:
    benchmark.check(submissions(benchmark.SUBMISSIONS))
    assert (benchmark.SUBMISSIONS / "README.md").is_file()


def test_the_place_is_named_where_it_is_looked_for() -> None:
    for text in (leaderboard.RULES, (results_file.ROOT / "docs" / "howto" / "evaluate.md").read_text(encoding="utf-8")):
        assert "experiments/submissions/TASK/SPLIT/NAME.jsonl" in text
        assert "`NAME.md`" in text


# ---- rows that stay ----------------------------------------------------------------------------------------------------------------------


def test_a_system_that_is_not_installed_keeps_its_row(systems: Systems, folder: Path) -> None:
    benchmark.main([])
    before = part()
    systems["peer"] = knows("peer", *COLOURS, needs="no_such_package")
    systems["other"] = knows("other", *COLOURS)
    benchmark.main([])
    assert part()["systems"]["peer"] == before["systems"]["peer"]
    assert part()["less"]["peer"] == before["less"]["peer"]
    assert part()["left out"] == {"peer": "the system peer needs no_such_package, not installed here: pip install no_such_package"}
    assert part()["systems"]["other"]["scores"]["colour_f1"]["value"] == 1.0, "it can be run, and was"
    page = leaderboard.text()
    assert rows(page)["peer"][-1] == "of an earlier run, as not installed where the others were measured"
    assert "Not run" not in page
    assert "colours, dev, peer" in results_file.read("benchmark.volatile")["seconds"]
    systems["peer"] = knows("peer", *COLOURS)
    benchmark.main([])
    assert part()["left out"] == {}


def test_a_difference_to_what_is_not_so_any_more_goes(systems: Systems, folder: Path) -> None:
    benchmark.main([])
    systems["peer"] = knows("peer", needs="no_such_package")
    systems["framing"] = knows("framing", *COLOURS)
    benchmark.main([])
    assert "peer" in part()["systems"]
    assert part()["less"].keys() == {"other"}


def test_a_row_of_other_items_goes(systems: Systems, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark.main([])
    items = Colours.items
    monkeypatch.setattr(Colours, "items", lambda *asked: items(*asked)[1:])
    systems["peer"] = knows("peer", needs="no_such_package")
    benchmark.main(["--system", "framing", "peer"])
    assert part()["systems"].keys() == {"framing"}
    assert part()["left out"]["other"] == benchmark.OTHER_ITEMS
    assert part()["left out"]["peer"].startswith("the system peer needs")
    assert part()["less"] == {}
    page = leaderboard.text()
    assert "Not run, as not installed where this was measured: peer." in page
    assert "Left out, as measured on other items: other." in page
    assert results_file.read("benchmark.volatile")["seconds"].keys() == {f"colours, {split}, framing" for split in ("dev", "cv")}


def test_a_system_that_is_gone_loses_its_row(systems: Systems, folder: Path) -> None:
    benchmark.main([])
    del systems["peer"]
    systems["other"] = System("other", "", {"levels": lambda *_: []})
    benchmark.main([])
    assert part()["systems"].keys() == {"framing"}


@pytest.mark.parametrize("asked", ["peer", "framing"])
def test_a_difference_is_of_the_two_rows_that_are_written(asked: str, systems: Systems, folder: Path) -> None:
    benchmark.main([])
    before = part()
    systems["peer"] = knows("peer", "red", "blue", "new")
    benchmark.main(["--system", asked])
    if asked == "framing":  # measured anew, and as it was
        assert part() == before
    else:
        ours, theirs = (evaluation.evaluate(Colours(), system=name) for name in ("framing", "peer"))
        assert part()["less"] == {"peer": benchmark.less(ours, theirs), "other": before["less"]["other"]}
        assert part()["less"]["peer"] != before["less"]["peer"]
    systems["framing"] = knows("framing", "green", "old")
    benchmark.main(["--system", asked])
    assert part()["systems"]["framing"] != before["systems"]["framing"], "it is run besides"
    assert part()["less"].keys() == ({"peer"} if asked == "peer" else set())


def test_a_task_that_the_system_does_nothing_for_stays_as_it_is(systems: Systems, folder: Path) -> None:
    benchmark.main([])
    before = part()
    systems["nothing"] = System("nothing", "", {"levels": lambda *_: []})
    systems["framing"] = knows("framing")  # not run, as there is nothing to compare it with
    benchmark.main(["--system", "nothing"])
    assert part() == before


def test_versions_are_of_all_rows(systems: Systems, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "_PATHS", {})  # what other tests have opened
    benchmark.main([])
    now = results_file.versions()  # of what this has loaded, too
    assert results_file.made_of("benchmark")["versions"] == now
    path = folder.parent / "results" / "benchmark.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    old = {**found, "versions": {**now, "numpy": "1.0", "textacy": "0.13.0"}, "data": {"babe": {"a.csv": {"files": 1, "sha256": "0"}}}}

    def after(arguments: list[str], needs: str = "json") -> dict[str, Any]:
        path.write_text(json.dumps(old), encoding="utf-8")
        systems["peer"] = knows("peer", "red", needs=needs)
        benchmark.main(arguments)
        return results_file.made_of("benchmark")

    both = {**now, "numpy": f"1.0, {now['numpy']}", "textacy": "0.13.0"}
    assert after([])["versions"] == now
    assert "babe" not in after([])["data"]
    assert after([], "no_such_package")["versions"] == both
    assert after(["--system", "peer"])["versions"] == both
    assert after(["--system", "peer"])["data"]["babe"] == old["data"]["babe"]
    assert after(["--only", "colours"])["versions"] == now, "there is no other task"


def test_packages_of_others_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_file.metadata, "version", lambda name: "1.2" if name in ("textacy", "convokit", "onnxruntime") else "0")
    for name in ("textacy", "convokit", "onnxruntime"):
        assert name not in results_file.versions() or name == "onnxruntime"
        monkeypatch.setitem(results_file.sys.modules, name, results_file)
        assert results_file.versions()[name] == "1.2"


def test_a_corpus_that_is_not_there_leaves_what_is_written_to_a_part_of_a_run(
    systems: Systems, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark.main([])
    before = part()

    def absent(*asked: Any) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(Colours, "items", absent)
    benchmark.main(["--system", "peer"])
    assert part() == before
    assert results_file.read("benchmark")["not measured"] == {}
    benchmark.main([])
    assert results_file.read("benchmark")["tasks"]["colours"]["results"] == {}
    assert results_file.read("benchmark")["not measured"].keys() == {"colours, dev", "colours, cv"}


def test_the_page_says_which_versions_others_had(systems: Systems, folder: Path) -> None:
    systems["framing"] = System("framing", "", systems["framing"].tasks, fields=systems["framing"].fields)
    benchmark.main([])
    systems["other"] = knows("other", "blue", version="2")
    page: Callable[[], str] = lambda: " ".join(leaderboard.text().split())  # noqa: E731
    told = "Packages of others, as they were installed where this was measured: `peer` (made 1), `other` "
    assert f"{told}(made 1). Made by" in page()
    results = results_file.whole("benchmark")
    benchmark.main(["--system", "other"])
    assert f"{told}(made 2). Made by" in page()
    new = results_file.whole("benchmark")
    new["tasks"]["colours"]["results"]["cv"] = results["tasks"]["colours"]["results"]["cv"]
    (folder.parent / "results" / "benchmark.json").write_text(json.dumps(new), encoding="utf-8")
    assert set(page().split("`other` ")[1].split(". Made by")[0].strip("()").split("; or ")) == {"made 1", "made 2"}


# ---- test parts --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", registry.TASKS)
def test_one_rule_says_what_a_test_part_is(name: str) -> None:
    task = registry.task(name)
    assert splits(task) == tuple(split for split in task.splits if not is_test(split))
    assert splits(task)
    assert evaluation.tuning_split(task) == splits(task)[0]
    assert all(split in ("dev", "valid", "all", "cv") or split.startswith("cv-") for split in splits(task))


def test_the_rule_is_that_of_the_lessons() -> None:
    class Parts(Colours):
        splits = ("eval", "test_second_pass", "testimony", "dev")

    assert splits(Parts()) == ("testimony", "dev")
    assert evaluation.tuning_split(Parts()) == "testimony"


# ---- speed and accuracy, which reads the results -----------------------------------------------------------------------------------------


def test_hedges_stand_with_the_score_of_the_leaderboard() -> None:
    rows = results_file.read("benchmark")["tasks"]["hedges-news"]["results"]["cv"]["systems"]
    found = speed_accuracy.hedges()
    assert found.keys() == {"framing", "framing-rules"}
    for name, own in found.items():
        score = rows[name]["scores"]["sentence_f1"]
        assert (own["score"], own["value"], own["interval"]) == ("sentence_f1", score["value"], score["interval"])
        assert own["tokens per second"] > 1000
    assert set(BY_NAME["speed_accuracy"].after) == {"benchmark", "hedging_trained"}


def test_the_speed_of_predictions_is_not_measured(systems: Systems, folder: Path) -> None:
    submit(folder)
    benchmark.main([])
    assert "mine" in part()["systems"]
    assert speed_accuracy.measured("colours", "dev").keys() == systems.keys()


def test_the_catalogue_explains_its_fields_and_no_others() -> None:
    told = (catalogue.__doc__ or "").partition("Conventions")[2]
    names = set(re.findall(r"``([a-z]+)``(?=:| is the module| where it has| of one core)", told))
    assert names == {field.name for field in fields(catalogue.Experiment)}
