"""The run of all experiments, what results say of their making, and the quick run against the committed numbers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from experiments import ablations, catalogue, leaderboard, learning_curves, line_plot, opened, quick, results_file, speed_accuracy
from experiments import all as every
from experiments.catalogue import BY_NAME, EXPERIMENTS, LEFT_OUT, Experiment, needs
from framing.corpora import list_corpora

HERE = Path(every.__file__).parent
COMMITTED = results_file.COMMITTED
# Results from before results said what they are made of; whoever runs one of these again takes it off the list.
BEFORE: set[str] = set()


# ---- the quick run ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", quick.CHECKS)
def test_the_quick_run_gives_the_committed_numbers(name: str) -> None:
    outcome = quick.check(name)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.differ == ()


def test_every_experiment_has_a_check_or_a_reason() -> None:
    names = {e.name for e in EXPERIMENTS}
    assert names == quick.CHECKS.keys() | quick.WITHOUT.keys()
    assert not quick.CHECKS.keys() & quick.WITHOUT.keys()


def test_a_number_that_differs_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "made.json").write_text('{"a": {"b": 0.5}}', encoding="utf-8")
    monkeypatch.setattr(results_file, "COMMITTED", tmp_path)

    def outcome(value: Any, *keys: str) -> tuple[str, ...]:
        monkeypatch.setattr(quick, "CHECKS", {"made": quick.Check((), lambda: iter([(("made", *keys), value)]))})
        return quick.check("made").differ

    assert outcome({"b": 0.5}, "a") == ()
    assert outcome({"b": 0.5 + 1e-10}, "a") == ()
    assert outcome({"b": 0.5001}, "a") == ("/made/a/b: 0.5 is now 0.5001",)
    assert outcome(1, "c") == ("/made/c: is not committed",)
    monkeypatch.setattr(quick, "CHECKS", {"made": quick.Check((), lambda: iter(()).__next__())})
    assert quick.check("made").differ[0].startswith("StopIteration")


# ---- the catalogue ---------------------------------------------------------------------------------------------------------------------


def scripts() -> set[str]:
    return {path.stem for path in HERE.glob("*.py") if "\ndef main(" in path.read_text(encoding="utf-8")}


def test_the_catalogue_has_every_script() -> None:
    assert scripts() == BY_NAME.keys() | LEFT_OUT.keys() | {"all", "quick"}
    assert len(BY_NAME) == len(EXPERIMENTS)


def test_the_catalogue_has_every_result() -> None:
    written = {file for e in EXPERIMENTS for file in e.writes}
    results = {path.name for path in COMMITTED.iterdir() if not (path.name.endswith(".volatile.json") and path.name not in written)}
    assert results - written <= {"hedging_peers.json", "encoder_export.json", "encoder_heads.json", "quick.json"}
    for file in written:
        assert "/" not in file or (results_file.ROOT / file).exists(), file


def test_the_catalogue_names_what_there_is() -> None:
    known = {corpus.name for corpus in list_corpora()}
    for e in EXPERIMENTS:
        assert set(e.corpora) <= known
        assert set(e.after) <= BY_NAME.keys()
        assert e.seconds > 0
    assert "attribution" in needs(BY_NAME["tables"])


def test_no_experiment_waits_for_itself() -> None:
    done: set[str] = set()
    while left := [e for e in EXPERIMENTS if e.name not in done]:
        ready = [e.name for e in left if set(needs(e)) <= done]
        assert ready, [e.name for e in left]
        done.update(ready)


@pytest.mark.parametrize("path", [p for p in sorted(COMMITTED.glob("*.json")) if ".volatile" not in p.name], ids=lambda p: p.stem)
def test_results_say_what_they_are_made_of(path: Path) -> None:
    made = results_file.made_of(path.stem, COMMITTED)
    if path.stem in BEFORE:
        assert made == {"data": {}, "versions": {}}, f"{path.stem} was run again: take it off the list"
        pytest.skip("made before results said so")
    assert "framing" in made["versions"]
    for files in made["data"].values():
        assert files
        for entry in files.values():
            assert len(entry["sha256"]) == 64
            assert entry["files"] >= 1
    of = next((e for e in EXPERIMENTS if path.name in e.writes), None)
    if of is not None:
        assert set(of.corpora) <= set(made["data"]) <= {*of.corpora, *(corpus.name for corpus in list_corpora() if corpus.own)}


# ---- the run ---------------------------------------------------------------------------------------------------------------------------


def made(name: str, *after: str, seconds: float = 1, alone: bool = False, corpora: tuple[str, ...] = ()) -> Experiment:
    return Experiment(name, corpora, seconds, (f"{name}.json",), after, alone=alone)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs made experiments, of which those that begin with "bad" fail; each notes when it began and ended."""
    notes = tmp_path / "notes"
    code = (
        "import sys, time, os, pathlib\n"
        "name, notes, folder = sys.argv[1:]\n"
        "def note(what):\n"
        "    with open(notes, 'a') as file: file.write(f'{what} {name}\\n')\n"
        "note('begin'); time.sleep(.3); note('end')\n"
        "if name.startswith('bad'): print('a made failure'); sys.exit(3)\n"
        "pathlib.Path(folder, name + '.json').write_text('{\"value\": 1}')\n"
    )
    monkeypatch.setattr(every, "command", lambda e, elsewhere: [sys.executable, "-c", code, e.name, str(notes), str(tmp_path / "out")])

    def runner(*experiments: Experiment, jobs: int = 2) -> tuple[dict[str, every.Done], list[str]]:
        (tmp_path / "out").mkdir(exist_ok=True)
        done = every.run(experiments, jobs, tmp_path / "out", tmp_path, True)
        return {d.name: d for d in done}, notes.read_text().splitlines() if notes.exists() else []

    return runner


def test_one_that_fails_stops_only_what_reads_its_results(run: Any) -> None:
    done, _ = run(made("bad"), made("good"), made("reads_bad", "bad"), made("reads_that", "reads_bad"), made("reads_good", "good"))
    states = {name: d.state for name, d in done.items()}
    assert states == {"bad": "failed", "good": "passed", "reads_bad": "skipped", "reads_that": "passed", "reads_good": "passed"}
    assert done["bad"].note == "exit code 3\na made failure"
    assert done["reads_bad"].note == "reads the results of bad, which failed"


def test_what_is_missing_is_skipped(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path / "nothing"))
    done, notes = run(made("needs", corpora=("babe", "polnear")))
    assert (done["needs"].state, done["needs"].note) == ("skipped", "corpus babe, polnear is not there")
    assert notes == []


def test_the_longest_first_and_no_more_than_asked(run: Any) -> None:
    _, notes = run(made("short", seconds=1), made("long", seconds=9), made("middle", seconds=5), jobs=1)
    assert notes == [f"{what} {name}" for name in ("long", "middle", "short") for what in ("begin", "end")]


def test_nothing_runs_beside_what_measures_speed(run: Any) -> None:
    _, notes = run(made("speed", seconds=9, alone=True), made("one"), made("two"), made("page", "speed"), jobs=3)
    at = notes.index("begin speed")
    assert notes[at + 1] == "end speed"
    assert {"end one", "end two"} <= set(notes[:at])
    assert notes[at + 2 :] == ["begin page", "end page"]


def test_all_that_can_be_runs_before_what_measures_speed() -> None:
    """The whole catalogue, of which everything that has begun ends at once."""
    waiting, done, order = list(EXPERIMENTS), set[str](), list[str]()
    while waiting:
        ready = [e for e in waiting if set(needs(e)) <= done and every.may_begin(e, waiting, [], 1)]
        assert ready, [e.name for e in waiting]
        waiting.remove(ready[0])
        done.add(ready[0].name)
        order.append(ready[0].name)
    alone = {e.name for e in EXPERIMENTS if e.alone}
    first = min(map(order.index, alone))

    def reads_speed(name: str) -> bool:
        return any(n in alone or reads_speed(n) for n in needs(BY_NAME[name]))

    assert set(order[:first]) == {e.name for e in EXPERIMENTS if not e.alone and not reads_speed(e.name)}
    assert alone <= set(needs(BY_NAME["tables"]))


def test_what_measures_speed_begins_when_nothing_runs() -> None:
    speed, one, page = made("speed", alone=True), made("one"), made("page", "speed")
    running: list[Any] = [SimpleNamespace(experiment=one)]
    assert not every.may_begin(speed, [speed, page], running, 3)
    assert not every.may_begin(speed, [speed, one, page], [], 3)
    assert every.may_begin(speed, [speed, page, made("page of page", "page")], [], 3)
    running = [SimpleNamespace(experiment=speed)]
    assert not every.may_begin(one, [one], running, 3)


def test_the_command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert every.main(["--list"]) == 0
    assert "attribution_publishers" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        every.main(["--only", "nothing"])
    for states, code in ((["passed"], 0), (["passed", "skipped"], 0), (["passed", "failed"], 1)):
        found = [every.Done(str(k), state) for k, state in enumerate(states)]
        monkeypatch.setattr(every, "run", lambda *rest, found=found: found)
        assert every.main(["--only", "levels", "--out", str(tmp_path)]) == code
    monkeypatch.setattr(every, "run", lambda *rest: [every.Done("levels", "passed", differs=True)])
    assert [every.main(["--only", "levels", "--out", str(tmp_path), *more]) for more in ([], ["--check"])] == [0, 1]


def test_results_are_compared_with_the_committed_ones(tmp_path: Path) -> None:
    experiment = made("made")
    (tmp_path / "made.json").write_text('{"a": 0.5, "versions": {"numpy": "1"}}', encoding="utf-8")
    assert every.compared(experiment, {}, tmp_path) == ("new", False)
    assert every.compared(experiment, {"made": {"a": 0.5}}, tmp_path) == ("as committed", False)
    assert every.compared(experiment, {"made": {"a": 0.6}}, tmp_path) == ("1 differ: /a: 0.6 is now 0.5", True)
    assert every.compared(made("other"), {}, tmp_path) == ("other.json was not written", True)


# ---- results files ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(results_file, "RESULTS", tmp_path)
    return tmp_path


def test_two_runs_write_the_same_bytes(elsewhere: Path) -> None:
    texts = []
    for _ in range(2):
        results_file.write("made", {"b": {"ü": 1.0}, "a": 2}, {"speed": 3})
        texts.append((elsewhere / "made.json").read_bytes())
    assert texts[0] == texts[1]
    assert results_file.read("made") == {"a": 2, "b": {"ü": 1.0}}
    assert results_file.read("made.volatile") == {"speed": 3}
    assert {"seconds", "processor seconds", "python", "platform"} <= results_file.whole("made.volatile")["run"].keys()
    assert results_file.made_of("made")["versions"].keys() >= {"framing", "numpy"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        results_file.write("made", {"a": float("nan")})


def test_parts_that_are_kept_keep_their_sums(elsewhere: Path) -> None:
    old = {"babe": {"a.csv": {"files": 1, "sha256": "0" * 64}}}
    results_file.write("made", {"a": 1, "data": old})
    assert results_file.kept("made")["data"]["babe"].items() >= old["babe"].items()
    assert results_file.kept("nothing") == {}


def test_what_is_not_measured_anew_is_the_committed_one(elsewhere: Path) -> None:
    assert results_file.read("levels") == results_file.read("levels", COMMITTED)


def test_pages_go_elsewhere_too(elsewhere: Path) -> None:
    there = results_file.page(leaderboard.PAGE.parent / "scale.md")
    assert there == elsewhere / "docs" / "scale.md"
    assert there.read_bytes() == (results_file.ROOT / "docs" / "scale.md").read_bytes()


def test_opened_files_are_summed(tmp_path: Path) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / "polnear" / "data" / "dev" / "text").mkdir(parents=True, exist_ok=True)
        (tmp_path / "polnear" / "data" / "dev" / "text" / name).write_text(name)
    (tmp_path / "polnear" / "other").write_text("x")
    one = str(tmp_path / "polnear" / "data" / "dev" / "text" / "1.txt")
    found = opened.sums(tmp_path, (one, str(tmp_path / "polnear" / "other"), str(tmp_path / "elsewhere")))
    assert found.keys() == {"polnear"}
    assert found["polnear"].keys() == {"data/dev/text/*.txt", "other"}
    assert found["polnear"]["data/dev/text/*.txt"]["files"] == 2
    Path(one).read_text()
    assert one in opened.opened()
    Path(one).with_name("3.txt").write_text("x")
    assert str(Path(one).with_name("3.txt")) not in opened.opened(), "written, not read"
    assert opened.sums(tmp_path, (one,)) != {"polnear": {"data/dev/text/*.txt": found["polnear"]["data/dev/text/*.txt"]}}


# ---- the new experiments ---------------------------------------------------------------------------------------------------------------


def test_holm() -> None:
    assert ablations.holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]
    assert ablations.holm([0.9, 0.8]) == [1.0, 1.0]


def of_speed() -> str:
    tasks = results_file.read("speed_accuracy.volatile", COMMITTED)["tasks"]
    in_order = [*speed_accuracy.TASKS, *(name for name in tasks if name not in speed_accuracy.TASKS)]  # JSON has them by name
    return speed_accuracy.figure({name: tasks[name] for name in in_order})


FIGURES = {
    "learning_curves": lambda: learning_curves.figure(results_file.read("learning_curves", COMMITTED)["tasks"]),
    "speed_accuracy": of_speed,
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_show_the_results(name: str) -> None:
    drawn = (COMMITTED / f"{name}.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert drawn == FIGURES[name]()


def test_points_lie_where_they_belong() -> None:
    drawn = line_plot.lines_svg("a < b", {"task": {"f1": [(0, 0.5, 0.5, 0.5), (100, 1.0, 1.0, 1.0)]}}, "percent", (0, 100))
    circles = [e.attrib for e in ElementTree.fromstring(drawn).iter() if e.tag.endswith("circle")]
    places = [(float(c["cx"]), float(c["cy"])) for c in circles]
    assert places == [(line_plot.LEFT, line_plot.TOP + line_plot.HEIGHT), (line_plot.LEFT + line_plot.WIDTH, line_plot.TOP)]
    drawn = line_plot.scatter_svg("t", {"task": {"slow": (10, 0.5, 0.4, 0.6), "fast": (1000, 0.5, 0.4, 0.6)}}, ("x", "y"))
    x = [float(e.attrib["cx"]) for e in ElementTree.fromstring(drawn).iter() if e.tag.endswith("circle")]
    assert x[0] < x[1]


RESULT = {
    "tasks": {
        "rating": {
            "title": "Made", "corpora": ["babe"], "primary": "mae", "unit": "article", "lower is better": ["mae"], "splits": ["cv"],
            "published": [{"system": "B", "score": "mae", "value": 0.7, "data": "another part", "citation": "Made 2020"}],
            "results": {"cv": {
                "systems": {
                    name: {"scores": {"mae": {"value": v, "interval": [v - 0.1, v + 0.1], "n": 3}}, "n": 3, "warnings": [], "signature": ""}
                    for name, v in (("majority", 0.9), ("framing", 0.5), ("tfidf", 0.6))
                },
                "less": {"majority": {"difference": -0.4, "interval": [-0.5, -0.3], "p_randomisation": 0.01}},
                "left out": {"convokit": "needs it"},
                "ceiling": {"scores": {"mae": {"value": 0.3, "interval": [0.2, 0.4], "n": 2}}, "n": 2, "warnings": []},
            }},
        }
    },
    "not measured": {"levels, dev": "the corpus is not at hand"},
}  # fmt: skip


def test_a_correlation_of_one_number_a_fold_is_called_an_artefact(elsewhere: Path) -> None:
    made = json.loads(json.dumps(RESULT).replace("mae", "spearman"))
    made["tasks"]["rating"]["results"]["dev"] = made["tasks"]["rating"]["results"]["cv"]
    results_file.write("benchmark", made)
    rows = [line for line in leaderboard.text().splitlines() if leaderboard.ARTEFACT in line]
    assert [[cell.strip() for cell in row.split("|")[1:3]] for row in rows] == [["majority", "cv"]]


def test_the_leaderboard_orders_and_marks(elsewhere: Path) -> None:
    results_file.write("benchmark", json.loads(json.dumps(RESULT)))
    page = leaderboard.text()
    names = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    assert names == ["system", "---", "**framing**", "tfidf", "majority", "second annotator", "*B*"]
    assert "-.400 [-.500, -.300], p .010" in page
    assert "| *B* |  | *.700* |  |  | published [1], on another part |" in page
    assert "| system | split | mae (lower is better) | n |" in page
    assert leaderboard.ARTEFACT not in page
    assert page.index("**Bold** is this library, not the winner") < page.index("(predictions.md)") < page.index("## Made")
    assert "Published: [1] Made 2020." in page
    assert "Not run, as not installed where this was measured: convokit." in page
    assert "* levels, dev: the corpus is not at hand" in page
    assert catalogue.BY_NAME["leaderboard"].writes == ("docs/leaderboard.md",)
