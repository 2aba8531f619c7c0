"""``framing evaluate``: what it takes, what it shows, and what it says of wrong predictions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from experiments import markdown
from framing.benchmark import registry
from framing.benchmark.evaluation import Comparison
from framing.benchmark.measurement import Counted, Difference, Valued
from framing.benchmark.systems import peers
from framing.benchmark.task import Item, Task
from framing.benchmark.tasks.loaded import Verdict
from framing.cli import COMMANDS, evaluate_text
from framing.hedge_features import TYPES
from framing.metrics.signature import Score
from tests.made_benchmark import Colours
from tests.test_benchmark import right, save

Run = Callable[..., SimpleNamespace]
SYSTEMS = ("reds", "fails", "learns", "absent", "elsewhere")
TASKS = tuple(registry.TASKS)
MADE = {"levels": (Item("a", "", ()), ()), "loaded-language": (Item("a", "Words.", Verdict(True, ()), fold=0), Verdict(True))}
WIDEST = ((-0.123, (-0.123, -0.123)), (1.0, (-1.0, 1.0)), (-100.25, (-100.25, -100.25)))  # a score and its interval


@pytest.fixture(autouse=True)
def _made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up task and its systems beside those that there are."""
    monkeypatch.setitem(COMMANDS, "evaluate", "framing.cli.evaluate")
    monkeypatch.setitem(registry.TASKS, "colours", "tests.made_benchmark:Colours")
    for name in SYSTEMS:
        monkeypatch.setitem(registry.SYSTEMS, name, f"tests.made_benchmark:{name.upper()}")


@pytest.fixture
def run(run: Run) -> Run:
    """``framing evaluate`` in this process."""
    return partial(run, "evaluate")


@pytest.fixture
def perfect(tmp_path: Path) -> Path:
    return save(tmp_path / "perfect.jsonl", right())


def fits(text: str) -> bool:
    return max(map(len, text.split("\n"))) <= 80 and "\x1b" not in text


def score_names(task: Task) -> list[str]:
    """The scores of a task, which needs no corpus to name them."""
    item = MADE.get(task.name)
    measured = task.measure([item[0]], [item[1]]) if item else task.measure([], [])
    if isinstance(measured, Valued):
        return list(measured.measures)
    assert isinstance(measured, Counted)
    return list(measured.scores(measured.table.sum(axis=0, keepdims=True)))


def result_of(task: Task, value: float, interval: tuple[float, float]) -> Any:
    signed = "task:made|system.model:" + "long" * 30 + "|version:1"
    scores = {name: Score(name, value, interval, 0, signed) for name in score_names(task)}
    return SimpleNamespace(task=task, split="dev", system="made", items=(), scores=scores, primary=scores[task.primary])


# scores


@pytest.mark.parametrize("name", TASKS)
def test_scores_of_all_tasks_fit_the_terminal(name: str) -> None:
    task = registry.task(name)
    for value, interval in WIDEST:
        result = result_of(task, value, interval)
        for chosen in ((), *((score,) for score in result.scores)):
            shown = evaluate_text.scores_text(result, chosen)
            assert fits(shown)
        assert "".join(shown.split("\n\n")[-1].split("\n")) == result.primary.signature


def test_scores_of_a_file_have_interval_n_and_signature(run: Run, perfect: Path) -> None:
    done = run("colours", "--predictions", perfect)
    assert (done.code, done.err) == (0, "")
    assert fits(done.out)
    assert done.out.startswith("colours: Does a text name a colour?\ndev, 40 sentences of wikinews_attributions\n")
    assert "* colour 1.000 [1.000, 1.000]  1.000 [1.000, 1.000]  1.000 [1.000, 1.000]\n" in done.out
    assert "  errors  .000 [.000, .000]  (lower is better)\n\nnot defined here: undefined\n\n" in done.out
    tail = "".join(done.out.split("\n\n")[-1].split("\n"))
    assert tail == json.loads(run("colours", "--predictions", perfect, "--json").out)["signature"]


def test_scores_of_a_system_can_be_chosen_and_written(run: Run, tmp_path: Path) -> None:
    done = run("colours", "--system", "reds", "--score", "errors", "-o", tmp_path / "out.txt")
    assert (done.code, done.out, done.err) == (0, "", "")
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert "system: reds\n" in text
    assert "errors  16.000 [10.000, 22.000]" in text
    assert "precision" not in text
    done = run("colours", "--system", "reds", "--score", "eror")
    assert (done.code, done.out) == (2, "")
    assert "No such score 'eror'. Did you mean 'errors'?" in done.err


def test_a_difference_without_a_value_is_named_and_not_shown(run: Run) -> None:
    done = run("colours", "--compare", "reds", "fails")
    assert "nan" not in done.out
    assert "\nnot defined here for both: undefined\n" in done.out
    assert json.loads(run("colours", "--system", "reds", "--json").out)["scores"]["undefined"]["value"] is None


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("recall", "Did you mean 'colour_recall'?"),
        ("COLOUR", "Did you mean 'colour_f1', 'colour_precision', 'colour_recall'?"),
        ("eror", "Did you mean 'errors'?"),
        ("zzz", "'zzz'. 'colour_f1' orders the leaderboard; --json holds all 5"),
    ],
)
def test_scores_of_such_a_name_are_offered(asked: str, near: str, run: Run) -> None:
    done = run("colours", "--system", "reds", "--score", asked)
    assert (done.code, done.out) == (2, "")
    assert fits(done.err)
    assert near in " ".join(done.err.replace("framing: ", "").split())


def test_json_holds_all_of_it(run: Run) -> None:
    found = json.loads(run("colours", "--system", "fails", "--json").out)
    assert found["scores"]["colour_recall"] == {"value": 0.75, "interval": [0.5652, 0.9092], "n": 40}
    assert found["warnings"][0].startswith("fails raised an error on 10 of 40 sentences")
    assert {"python", "framing", "numpy"} <= set(found["volatile"]["versions"])
    assert len(found["data_sha256"]) == 64


def test_what_a_system_failed_on_is_said(run: Run) -> None:
    done = run("colours", "--system", "fails")
    assert done.code == 0
    assert done.err.startswith("framing: fails raised an error on 10 of 40 sentences, which count as empty predictions")


def test_predictions_are_saved_as_they_can_be_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    of_system = json.loads(run("colours", "--system", "reds", "--save-predictions", path, "--json").out)
    of_file = json.loads(run("colours", "--predictions", path, "--json").out)
    assert of_file["scores"] == of_system["scores"]


def test_inputs_are_exported(run: Run, tmp_path: Path) -> None:
    done = run("colours", "--split", "cv", "--inputs", tmp_path / "inputs.jsonl")
    assert (done.code, done.out, done.err) == (0, "", "")
    rows = [json.loads(line) for line in (tmp_path / "inputs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert set(rows[0]) == {"id", "text", "given", "fold"}
    assert len(rows) == 40


# comparisons


@pytest.mark.parametrize("names", [("FILE", "reds"), ("learns", "FILE"), ("reds", "fails"), ("FILE", "FILE")])
def test_any_two_are_compared(names: tuple[str, str], run: Run, perfect: Path) -> None:
    done = run("colours", "--split", "cv", "--compare", *(perfect if name == "FILE" else name for name in names))
    assert done.code == 0
    assert fits(done.out)
    row = next(line for line in done.out.split("\n") if line.startswith("* colour_f1")).split()
    assert float(row[2]) - float(row[3]) == pytest.approx(float(row[4]), abs=0.0011)


def test_a_comparison_as_json(run: Run, perfect: Path) -> None:
    found = json.loads(run("colours", "--compare", perfect, "reds", "--score", "colour_f1", "--json").out)
    row = found["differences"]["colour_f1"]
    assert row["difference"] == 0.5
    assert row["interval"][0] > 0
    assert max(row["p_bootstrap"], row["p_randomisation"]) < 0.01
    assert list(found["differences"]) == ["colour_f1"]
    assert "undefined" in found["first"]["scores"]


def test_a_file_with_the_name_of_a_system(run: Run, perfect: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    perfect.rename(tmp_path / "reds")
    found = json.loads(run("colours", "--compare", "reds", "./reds", "--json").out)
    assert (found["first"]["system"], found["second"]["system"]) == ("reds", "file")


@pytest.mark.parametrize("name", TASKS)
def test_differences_of_all_tasks_fit_the_terminal(name: str) -> None:
    task = registry.task(name)
    for value, interval in WIDEST:
        result = result_of(task, value, interval)
        every = tuple(result.scores)
        for chosen in (evaluate_text.leading(result), every, *((score,) for score in every)):
            rows = tuple(Difference(score, value, interval, 0.0, 0.123, 0) for score in chosen)
            shown = evaluate_text.differences_text(Comparison(result, result, rows), ("one", "another" * 20))
            assert fits(shown)
            words = [line.split() for line in shown.split("\n")]
            for score in chosen:
                (k,) = [k for k, line in enumerate(words) if line[:1] == [score] or line[:2] == ["*", score]]
                numbers = words[k][1 + (words[k][0] == "*") :] or words[k + 1]
                assert numbers[-2:] == ["<.001", ".123"]


@pytest.mark.parametrize("value", [0.822485, -0.822485, 0.6164799, 0.00045, 0.00096, -0.00096])
def test_the_command_shows_what_a_page_shows(value: float) -> None:
    interval = (value - 0.1, value + 0.1)
    result = result_of(registry.task("rating"), value, interval)
    result.to_dict = lambda volatile: {}
    compared = Comparison(result, result, (Difference("spearman", value, interval, 0.5, abs(value), 0),))
    shown = evaluate_text.scores_text(result, ("mae",)), evaluate_text.differences_text(compared, ("a", "b"))
    score, line = (next(line for line in text.split("\n") if name in line) for text, name in zip(shown, ("mae", "spearman")))
    pages = json.loads(json.dumps([result.scores["mae"].as_dict(), compared.to_dict()["differences"]["spearman"]]))
    cell, difference = markdown.cell(pages[0]), markdown.difference(pages[1])
    assert score.split("mae")[1].strip().startswith(f"{cell}  ")
    one, other, *numbers, p_bootstrap, p = re.findall(r"-?\d*\.\d{3}", line)
    assert (one, other, p_bootstrap) == (cell.split()[0], cell.split()[0], ".500")
    assert [*numbers, p] == re.findall(r"-?\d*\.\d{3}", difference)
    assert ("<" in line) == ("<" in difference)


def test_a_comparison_leaves_precision_and_recall_to_those_who_ask(run: Run) -> None:
    done = run("colours", "--compare", "reds", "fails")
    assert [name for name in ("colour_f1", "colour_precision", "colour_recall", "errors") if name in done.out] == ["colour_f1", "errors"]
    assert "Precision and recall: with --score NAME, or all with --json." in done.out
    done = run("colours", "--compare", "reds", "fails", "--score", "colour_recall")
    assert ("colour_recall" in done.out, "colour_f1" in done.out, "with --score" in done.out) == (True, False, False)
    whole = json.loads(run("colours", "--compare", "reds", "fails", "--json").out)
    assert {"colour_precision", "colour_recall"} < whole["differences"].keys()


# what is wrong


def test_wrong_predictions_give_no_score(run: Run, tmp_path: Path) -> None:
    path = save(tmp_path / "p.jsonl", [{"id": "made/00", "color": True}, *right()[2:]])
    for args in (("--predictions", path), ("--compare", "reds", path), ("--predictions", path, "--json", "-o", tmp_path / "out")):
        done = run("colours", *args)
        assert (done.code, done.out) == (2, "")
        assert done.err.split("\n") == [
            f"framing: {path}, line 1: document 'made/00': the fields must be id and colour, not id, color",
            f"framing: {path}: no prediction for 1 of 40 sentences: 'made/01'",
            "framing: no score: 2 problems in the predictions",
            "",
        ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("colours",), "Give --predictions FILE, --system NAME, --compare A B, --inputs FILE or --list."),
        ((), "Give a TASK; `framing evaluate --list` names them."),
        (("colors", "--system", "reds"), "No such task 'colors'. Did you mean 'colours'?"),
        (("colours", "--system", "red"), "No such system 'red'. Did you mean 'reds'?"),
        (("colours", "--system", "reds", "--predictions", "x"), "--predictions and --system exclude each other"),
        (("colours", "--system", "reds", "--split", "tset"), "task colours has no split 'tset'; it has dev, cv, test"),
        (("colours", "--predictions", "no/such.jsonl"), "no/such.jsonl is no file"),
        (("colours", "--predictions", "tests"), "tests is no file"),
        (("colours", "--compare", "reds", "failz"), "failz is neither a system nor a file. Did you mean 'fails'?"),
        (("colours", "--system", "elsewhere"), "the system elsewhere does nothing for colours; it does levels"),
        (("colours", "--save-predictions", "x", "--predictions", "y"), "--save-predictions belongs to --system."),
        (("colours", "--list", "--system", "reds"), "--list lists, and measures nothing."),
        (("colours", "--list", "--json"), "--list lists, and measures nothing."),
        (("colours", "--list", "--score", "errors"), "--list lists, and measures nothing."),
        (("colours", "--inputs", "no/x", "--json"), "there is nothing for --json."),
        (("colours", "--inputs", "no/x", "--score", "y", "-o", "no/z"), "there is nothing for --score and --output."),
    ],
)
def test_wrong_usage(args: tuple[str, ...], message: str, run: Run) -> None:
    done = run(*args)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_predictions_are_not_overwritten(run: Run, perfect: Path) -> None:
    before = perfect.read_bytes()
    for args in (("--predictions", perfect, "-o", perfect), ("--compare", perfect, "reds", "--inputs", perfect)):
        done = run("colours", *args)
        assert done.code == 2
        assert "would be overwritten" in done.err
    assert perfect.read_bytes() == before


def test_two_outputs_are_two_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "hard").hardlink_to("there")
    for args, names in (
        (("--save-predictions", "z", "-o", tmp_path / "z"), "--output and --save-predictions"),
        (("--save-predictions", "link", "-o", "there"), "--output and --save-predictions"),
        (("--inputs", "hard", "-o", "there"), "--output and --inputs"),
        (("--inputs", "./z", "--save-predictions", "z"), "--save-predictions and --inputs"),
    ):
        done = run("colours", "--system", "reds", *args)
        assert (done.code, done.out) == (2, "")
        assert f"{names} are the same file" in " ".join(done.err.split())
    assert {path.name for path in tmp_path.iterdir()} == {"there", "link", "hard"}
    assert (tmp_path / "there").read_text() == "old"
    assert run("colours", "--system", "reds", "--inputs", "a", "--save-predictions", "b", "-o", "c").code == 0


def test_what_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    done = run("colours", "--system", "absent")
    assert (done.code, done.out) == (1, "")
    assert done.err == "framing: the system absent needs no_such_package, not installed here: pip install no-such-package\n"
    done = run("colours", "--system", "reds", "-o", tmp_path / "no" / "out")
    assert (done.code, done.out) == (1, "")
    assert "cannot be written" in done.err


def test_the_test_part_is_read_only_if_it_is_named(run: Run, perfect: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Colours, "read_splits", [])
    ways = ("--system", "reds"), ("--predictions", perfect), ("--compare", perfect, "reds"), ("--inputs", tmp_path / "i"), ("--list",)
    for args in ways:
        assert run("colours", *args).code == 0
    assert set(Colours.read_splits) == {"dev"}
    assert run("colours", "--split", "test", "--system", "reds").code == 0
    assert Colours.read_splits[-1] == "test"


# what there is


def test_one_task_is_told(run: Run) -> None:
    done = run("colours", "--list")
    assert (done.code, done.err) == (0, "")
    assert fits(done.out)
    assert 'A prediction is `{"id": ..., "colour": true}`.' in done.out
    assert "systems reds, fails, learns, absent" in done.out.replace("\n", " ")
    assert "wikinews_attributions (here, test kept apart)" in " ".join(done.out.split())


def test_paragraphs_and_lists_are_wrapped_as_a_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = """Short.

    One line of a paragraph that goes on,
    and on.

    - an item of some length, which needs more than the eighty columns of a line, so that it hangs
      and goes on;
    * another;

        code  as it is
        more  code
    """
    monkeypatch.setattr(Colours, "__doc__", told)
    shown = run("colours", "--list").out
    assert shown.partition("Short.")[2].startswith(
        """

One line of a paragraph that goes on, and on.

- an item of some length, which needs more than the eighty columns of a line, so
  that it hangs and goes on;
* another;

    code  as it is
    more  code
"""
    )


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_told_in_full_lines(name: str) -> None:
    shown = evaluate_text.task_text(registry.task(name), None)
    assert fits(shown)
    lines = shown.partition("\n\n")[2].split("\n")
    for line, following in pairwise(lines):
        if line and following and not following.startswith("- "):
            assert len(line) + 1 + len(following.split()[0]) > 80, line
            assert following.startswith("  ") == line.startswith(("- ", "  "))


def _means(told: str, name: str, any_end: bool) -> bool:
    """Whether a name stands in backquotes there, whose end may be a star."""
    kinds = r"\w+" if any_end else "(precision|recall|f1)"
    return any(re.fullmatch(word.replace("*", kinds), name) for word in re.findall(r"`(\w+(?:_\*)?)`", told))


@pytest.mark.parametrize("name", TASKS)
def test_every_score_is_explained(name: str) -> None:
    task = registry.task(name)
    told = " ".join(evaluate_text.task_text(task, None).split())
    if "`epistemic_*` and so on" in told:
        told += "".join(f"`{kind}_*`" for kind in TYPES)
    if "`CODE_f1` (and precision, recall)" in told:
        told += "".join(f"`{code}_*`" for code in getattr(task, "codes", ()))
    any_end = name in ("attribution-tokens", "levels", "transparency-index", "rating")  # where they say what may stand there
    assert [score for score in score_names(task) if not _means(told, score, any_end)] == []


def test_a_pipeline_that_is_not_there_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(registry.SYSTEMS, "spacy-rules", "tests.made_benchmark:PIPED")  # whatever packages are here
    monkeypatch.delenv(peers.VARIABLE, raising=False)

    def listed(*installed: str) -> str:
        monkeypatch.setattr(peers.metadata, "entry_points", lambda group: SimpleNamespace(names={*installed}))
        done = run("--list")
        assert fits(done.out)
        return " ".join(done.out.partition("\n  spacy-rules")[2].partition("\n  convokit")[0].split())

    assert f"no English pipeline of spaCy is installed: {peers.GET}" in listed()
    assert "no English pipeline" in listed("de_core_news_sm")
    assert "pipeline" not in listed("de_core_news_sm", "en_core_web_md")
    monkeypatch.setenv(peers.VARIABLE, "no_such_pipeline")
    assert "FRAMING_SPACY_PIPELINE names 'no_such_pipeline', which is neither installed nor a folder" in listed("en_core_web_md")
    monkeypatch.setenv(peers.VARIABLE, str(tmp_path))
    assert "pipeline" not in listed()


def test_systems_with_a_pipeline_are_those_that_run_one() -> None:
    modules = {name: import_module(place.partition(":")[0]) for name, place in registry.SYSTEMS.items() if name not in SYSTEMS}
    told = {name for name in modules if registry.system(name).lacks is peers.no_pipeline}
    assert {name for name, module in modules.items() if hasattr(module, "parsed")} == told != set()


def test_all_tasks_and_systems_are_listed(run: Run) -> None:
    done = run("--list")
    assert (done.code, done.err) == (0, "")
    assert fits(done.out)
    tasks, systems = done.out.split("\nSystems\n")
    assert [line.split()[0] for line in tasks.split("\n") if line.startswith("  ") and line[2] != " "] == list(registry.TASKS)
    assert [line.split()[0] for line in systems.split("\n") if line.startswith("  ") and line[2] != " "] == list(registry.SYSTEMS)
    assert "not installed: no_such_package. pip install no-such-package" in " ".join(done.out.split())


def test_help_is_readable_in_80_columns(run: Run) -> None:
    assert fits(run("--help").out)


# a corpus that comes with the package


def test_our_system_on_the_corpus_that_is_shipped(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    done = run("attribution-wikinews", "--system", "framing-rules", "--data-home", tmp_path, "--save-predictions", path, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["n"] == len(path.read_text(encoding="utf-8").splitlines())
    again = json.loads(run("attribution-wikinews", "--predictions", path, "--data-home", tmp_path, "--json").out)
    assert again["scores"] == found["scores"]
    done = run("attribution-wikinews", "--predictions", path, "--data-home", tmp_path)
    assert fits(done.out)
    assert ["precision", "recall", "F1"] in [row.split() for row in done.out.split("\n")]
    assert "_f1" not in done.out
    line = path.read_text(encoding="utf-8").split("\n")[0]
    path.write_text(line.replace('"id": ', '"id": 1, "was": '), encoding="utf-8")
    done = run("attribution-wikinews", "--predictions", path, "--data-home", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "line 1: the id must be a string, not 1" in done.err


def test_the_shell_is_offered_names() -> None:
    from click.shell_completion import ShellComplete

    from framing.cli import group

    def offered(*words: str) -> list[str]:
        return [item.value for item in ShellComplete(group, {}, "framing", "_X").get_completions([*words[:-1]], words[-1])]

    assert offered("evaluate", "attribution-w") == ["attribution-wikinews"]
    assert offered("evaluate", "colours", "--system", "re") == [n for n in registry.SYSTEMS if n.startswith("re")]
    assert offered("evaluate", "colours", "--split", "") == ["dev", "cv", "test"]
    assert offered("evaluate", "colours", "--compare", "fai") == ["fails"]


def test_the_command_line_loads_no_benchmark_for_others() -> None:
    code = "import sys, framing.cli\nprint(*sys.modules)"
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert not any(name.startswith("framing.benchmark") for name in done.stdout.split())
