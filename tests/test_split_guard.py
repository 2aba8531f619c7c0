"""Test parts are kept for the last measurement: no training reads one, and no experiment unless ``--split test`` was said.

Held in three ways. The guard itself is tried with every part of every corpus. The code is read: whoever learns or tunes has no other way to
a corpus than the guard, and names no test part. And it is run: every training and every experiment on a data home in which all test parts
lie as files, while each file that is opened and each part that is asked for is written down. What must be found is planted, too.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import framing.corpora
from experiments import data as given
from experiments import opened
from framing.benchmark import registry
from framing.benchmark.evaluation import tuning_split
from framing.corpora import CorpusNotFound, lessons, list_corpora, load_corpus
from framing.corpora.lessons import TestPart, is_test, load_lessons
from framing.records import Document
from framing.training import TASKS
from framing.training_steps import need_tools
from tests.made_corpora import make

ROOT = Path(__file__).resolve().parent.parent
A_TEST_FILE = re.compile(r"(?:^|[/_.-])(?:test|eval)(?=[/_.-])")  # in a path inside the folder of a corpus
SECONDS = 1.5  # of the processor, for an entry point
EACH = 3  # documents of a part that an entry point gets: enough to go on, or to fail
PARTS = [(corpus.name, split) for corpus in list_corpora() for split in corpus.splits if not corpus.folds]


# The guard itself.


@pytest.mark.parametrize(("part", "is_one"), [
    ("test", True), ("eval", True), ("test_second_pass", True), ("test-2", True), (None, False), ("train", False), ("dev", False),
    ("dev_second_pass", False), ("valid", False), ("testimony", False), ("evaluated", False), ("latest", False), ("cv", False),
])  # fmt: skip
def test_which_parts_are_test_parts(part: str | None, is_one: bool) -> None:
    assert is_test(part) is is_one


def test_every_corpus_has_parts_of_known_kinds() -> None:
    kinds = {split for _, split in PARTS}
    assert {split for split in kinds if is_test(split)} == {"test", "eval", "test_second_pass"}
    assert {split for split in kinds if not is_test(split)} == {"train", "train_second_pass", "dev", "dev_second_pass", "valid", "enriched"}


@pytest.mark.parametrize(("name", "split"), [part for part in PARTS if is_test(part[1])])
def test_a_test_part_is_refused_before_anything_is_opened(name: str, split: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["an experiment"])
    monkeypatch.setattr(lessons, "load_corpus", None)
    for load in (load_lessons, given.load):
        with pytest.raises(TestPart, match=f"^{name} {split} is a test part: it is kept for the last measurement, and nothing is learned"):
            load(name, split)


def test_a_test_part_among_those_read_by_default_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "info", lambda name: SimpleNamespace(folds=None, splits=("train", "test"), default=("train", "test")))
    with pytest.raises(TestPart, match="made test is a test part"):
        load_lessons("made")


def test_all_parts_of_a_fold_are_not_for_learning() -> None:
    with pytest.raises(TestPart, match="narrative_frames test is a test part"):
        load_lessons("narrative_frames", fold=1)


def test_a_document_of_a_test_part_is_refused_wherever_it_lies(tmp_path: Path) -> None:
    """Our ratings have no splits: the day of a PolNeAR article says which part it is of."""
    home = make(tmp_path)
    articles = ["Post_2016-09-01_one", "Post_2016-10-20_two"]
    (home / "article_ratings").mkdir()
    for name in ("first", "second"):
        rows = [f"polnear\t{article}\t" + "\t".join("3" * 7) for article in articles]
        head = "corpus\tid\tident\tanon\tfirst\tdivers\tcover\tvoice\toverall"
        (home / "article_ratings" / f"{name}_pass.tsv").write_text("\n".join([head, *rows]) + "\n")
    found = load_lessons("article_ratings", data_home=home, texts=False)
    assert next(found).id == articles[0]
    with pytest.raises(TestPart, match="article_ratings: Post_2016-10-20_two is of the part test, a test part"):
        next(found)


def test_what_is_no_test_part_is_given(tmp_path: Path) -> None:
    home = make(tmp_path)
    assert [d.id for d in load_lessons("polnear", data_home=home)] == [d.id for d in load_corpus("polnear", data_home=home)]
    assert len(list(load_lessons("polnear", "dev", data_home=home))) == 6


@pytest.mark.parametrize(("said", "is_said"), [
    (["--split", "test"], True), (["--split=test"], True), (["levels", "--card", "--split", "test", "--json"], True),
    ([], False), (["test"], False), (["--split", "dev"], False), (["--split", "dev", "test"], False), (["--spl", "test"], False),
    (["--split=tests"], False), (["--split"], False), (["--task", "test", "--split", "dev"], False), (["test", "--split"], False),
])  # fmt: skip
def test_only_one_way_to_say_it(said: list[str], is_said: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given.asked_for_test(said) is is_said
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["test", *said])
    with pytest.raises(CorpusNotFound if is_said else TestPart):  # what was said is looked for
        given.load("polnear", "test")


# The code is read.

LEARNERS = sorted([*ROOT.glob("framing/training*.py"), *ROOT.glob("framing/*lessons.py"), ROOT / "framing" / "teaching.py"])
SYSTEMS = sorted(ROOT.glob("framing/benchmark/systems/*.py"))
BENCHMARK = [name for name, place in registry.TASKS.items() if (ROOT / f"{place.partition(':')[0].replace('.', '/')}.py").exists()]
EXPERIMENTS = sorted(path for path in (ROOT / "experiments").glob("*.py") if path.name != "data.py")
HARMLESS = {  # of framing.corpora: what reads no part of a corpus
    "info", "list_corpora", "verify", "CorpusNotFound", "CorpusInfo", "TestPart", "is_test", "TEST", "default_home", "corpus_home",
    "FRAMES", "SPLITS", "LEANINGS", "NAME", "QUESTIONS", "outlet_key", "unseen_sources", "read_xlsx", "checksum", "matches",
}  # fmt: skip
NAMED = re.compile(r"(?:.*/)?(?:[\w.-]*[_.-])?(?:test|eval)(?:_second_pass)?(?:[_.-]\w+)*(?:\.\w+|/.*)?")


def ways_around(code: str, guard: str) -> list[str]:
    """Ways to a corpus in a program, but those through ``guard``: imports, attributes and modules by name."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            names = (f"{node.module}:{alias.name}" for alias in node.names)
            found += [name for name in names if name != guard and _reads(*name.split(":"))]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith("framing.corpora")]
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            found += [name] if node.attr in ("load_corpus", "read_xml", "read_jsonl") or name == "framing.corpora" else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [node.value] if re.fullmatch(r"framing\.corpora(?:\.\w+)*(?::\w+)?", node.value) else []
    return found


def _reads(module: str, name: str) -> bool:
    if module.startswith("framing.corpora"):
        return name not in HARMLESS
    return module in ("framing", "experiments.data") and name in ("load_corpus", "corpora", "load_lessons")


def named_parts(code: str) -> list[str]:
    """Test parts, or files of one, that a program names. Prose about one does not match, nor an option of a command."""
    strings = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in strings if NAMED.fullmatch(text)]


def loads(code: str) -> int:
    """How often a program loads a corpus."""
    calls = (node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return sum(isinstance(f, ast.Name) and f.id in ("load", "load_corpus", "load_lessons") for f in calls)


def here(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", LEARNERS + SYSTEMS, ids=here)
def test_what_learns_has_no_way_around_the_guard(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert ways_around(code, "framing.corpora.lessons:load_lessons") == []
    assert named_parts(code) == []


@pytest.mark.parametrize("path", EXPERIMENTS, ids=here)
def test_experiments_have_no_way_around_the_guard(path: Path) -> None:
    assert ways_around(path.read_text(encoding="utf-8"), "experiments.data:load") == []


def test_the_code_that_is_read_is_the_code_that_loads() -> None:
    assert sum(loads(path.read_text(encoding="utf-8")) for path in LEARNERS) >= 10
    assert sum(loads(path.read_text(encoding="utf-8")) for path in EXPERIMENTS) >= 60


@pytest.mark.parametrize("planted", [
    "from framing.corpora import info, load_corpus", "from framing.corpora import load_corpus as load", "from framing import load_corpus",
    "from framing import corpora", "import framing.corpora", "import framing.corpora.polnear as p", "from framing.corpora import polnear",
    "from framing.corpora.polnear import read", "from framing.corpora.conll2010 import read_xml", "framing.load_corpus('polnear')",
    "framing.corpora.load_corpus('polnear')", "import_module('framing.corpora.polnear')", "info(name).reader; 'framing.corpora.babe:read'",
    "def f():\n    from framing.corpora.source_levels import read_article",
])  # fmt: skip
def test_a_way_around_is_found(planted: str) -> None:
    for guard in ("framing.corpora.lessons:load_lessons", "experiments.data:load"):
        assert ways_around(planted, guard) != []


def test_a_part_that_is_named_is_found() -> None:
    code = 'load("a", "test"); load(split="eval"); open(home / "test_second_pass.tsv"); f"{home}/data/test/text"; say("on the test part")'
    files = ["articles-test-byarticle-20181207.xml", "en_ewt-ud-test.conllu", "task1_weasel_eval.xml"]
    assert sorted(named_parts(code)) == ["/data/test/text", "eval", "test", "test_second_pass.tsv"]
    assert named_parts(repr([*files, "latest.txt", "attested", "a test of it"])) == files


# It is run.


class Enough(BaseException):
    """It has run long enough: some experiments measure for minutes, whatever they are given."""


def _enough(*_: object) -> None:
    raise Enough


@dataclass
class Watch:
    """What is done while ``home`` is set: parts that are asked for, files of a test part that are opened, and nothing is written."""

    home: Path | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.home is None:
            return
        if event == "open" and isinstance(arguments[0], str):
            path, mode = Path(arguments[0]), arguments[1]
            if path.is_relative_to(self.home) and A_TEST_FILE.search(path.relative_to(self.home).as_posix()):
                self.opened.append(path.relative_to(self.home).as_posix())
            if isinstance(mode, str) and set(mode) & set("wax+") and path.is_relative_to(ROOT) and not path.is_relative_to(self.home):
                raise PermissionError(f"{path}: nothing is written while it is watched")
        elif event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"):
            raise PermissionError(f"{event}: no other processes while it is watched")
        elif event == "os.rename" and Path(os.fsdecode(arguments[1])).is_relative_to(ROOT):
            raise PermissionError("nothing is renamed while it is watched")

    def run(self, entry: Callable[[], object]) -> BaseException | None:
        """Do it to the end, to the first error, which is what comes back, or for some seconds. Few documents are enough to fail."""
        before = signal.signal(signal.SIGVTALRM, _enough)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            entry()
        except (Exception, SystemExit, Enough) as error:  # noqa: BLE001 - whatever ends it early
            return error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        return None

    @property
    def clean(self) -> bool:
        """Whether no test part was asked for or opened."""
        return not self.opened and not [split for _, split in self.asked if is_test(split)]


WATCH = Watch()
sys.addaudithook(WATCH)  # stays for good; without a home it does nothing


def with_test_parts(home: Path) -> Path:
    """Put a file into every place where the catalogue has one of a test part, and parts of our own that are shipped beside them."""
    for corpus in list_corpora():
        for file in corpus.files:
            if corpus.folds or not A_TEST_FILE.search(file.path):
                continue
            path = home / corpus.name / file.path.replace("*", "c00_x1" if file.path.endswith(".ann") else "c00")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("nobody may read this\n", encoding="utf-8")
        if corpus.own:
            folder = home / corpus.name
            folder.mkdir(exist_ok=True)
            for path in (ROOT / "datasets" / corpus.name).iterdir():
                if path.is_file() and not (folder / path.name).exists():
                    shutil.copyfile(path, folder / path.name)
            for name in filter(is_test, corpus.splits):  # not in the catalogue's files where nobody has them
                (folder / f"{name}.{'jsonl' if (folder / 'train.jsonl').exists() else 'tsv'}").write_text("nobody may read this\n")
    (home / "conll2010").mkdir(exist_ok=True)
    for name in ("wiki_eval.jsonl", "bio_eval.jsonl"):  # nor these, in either format
        (home / "conll2010" / name).write_text("nobody may read this\n")
    return home


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_test_parts(make(tmp_path_factory.mktemp("made")))


@pytest.fixture(scope="module")
def real_home(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All corpora that are at hand, by links, but their test parts."""
    home = tmp_path_factory.mktemp("real")
    for corpus in list_corpora():
        for path in (data / corpus.name).rglob("*"):
            to = home / path.relative_to(data)
            if path.is_file() and not (A_TEST_FILE.search(to.relative_to(home).as_posix()) and not corpus.folds):
                to.parent.mkdir(parents=True, exist_ok=True)
                to.symlink_to(path)
    return with_test_parts(home)


@pytest.fixture(params=["made", "real"])
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """A data home with test parts, of which each part gives few documents, and the watch over it."""
    home: Path = request.getfixturevalue(f"{request.param}_home")
    need_tools()  # so that loading them is not in the seconds
    monkeypatch.setenv("FRAMING_DATA", str(home))
    monkeypatch.setattr("sys.argv", ["made"])
    monkeypatch.setattr(opened, "_PATHS", {})  # whose sums a result gives: not of what this module has written
    WATCH.asked, WATCH.opened = [], []

    def few(name: str, split: str | None = None, *args: Any, **options: Any) -> Iterator[Document]:
        WATCH.asked.append((name, split))
        return itertools.islice(framing.corpora.load_corpus(name, split, *args, **options), EACH)

    monkeypatch.setattr(lessons, "load_corpus", few)
    monkeypatch.setattr(given, "load_corpus", few)
    WATCH.home = home
    yield WATCH
    WATCH.home = None


def test_all_test_parts_lie_there(made_home: Path) -> None:
    """So a reader that is asked for one finds something to open."""
    files = (path.relative_to(made_home) for path in made_home.rglob("*"))
    assert {file.parts[0] for file in files if A_TEST_FILE.search(file.as_posix())} == {name for name, split in PARTS if is_test(split)}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("corpus", [None, *sorted({name for name, split in PARTS if is_test(split)})])
def test_training_reads_no_test_part(task: str, corpus: str | None, watched: Watch) -> None:
    watched.run(lambda: TASKS[task](corpus=corpus))
    assert watched.clean, (watched.asked, watched.opened)
    assert watched.asked or corpus is not None, "it was not run"


CORPORA = Path(os.environ.get("FRAMING_DATA") or ROOT.parent / "shared" / "data")
OTHERS = {"all", "quick", "benchmark", "speed_accuracy"}  # start the experiments as processes of their own, or run what BENCHMARK runs
ENTRIES = [p.stem for p in EXPERIMENTS if re.search(r"^def main\(", p.read_text(encoding="utf-8"), re.MULTILINE) and p.stem not in OTHERS]
ARGUMENTS = {"attribution_publishers": ["--publishers"], "coding_sheet": ["make", "{}"], "hedging_peers": ["--peers", "{}"]}
ARGUMENTS |= {"encoder_export": ["{}"], "encoder_stack": ["{}"], "encoder_teach": ["student", "{}"]}
READ_NOTHING = {"agreement", "calibration", "cards", "hedging_peers", "leaderboard", "tables"}
READ_NOTHING |= {"engines_page", "scale_page", "transparency_page"}


@pytest.mark.parametrize("watched", ["real" if CORPORA.is_dir() else "made"], indirect=True)
@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.filterwarnings("ignore")  # few documents make curious numbers
def test_experiments_read_no_test_part(name: str, watched: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [name, *(argument.format(tmp_path / "out") for argument in ARGUMENTS.get(name, ()))])
    main = importlib.import_module(f"experiments.{name}").main
    error = watched.run(main)
    assert watched.clean, (watched.asked, watched.opened)
    assert not isinstance(error, TestPart), error
    assert bool(watched.asked) != (name in READ_NOTHING), (error, "it was not run")


@pytest.mark.parametrize("name", BENCHMARK)
def test_a_task_reads_a_test_part_only_if_it_is_named(name: str, watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    task = registry.task(name)
    for module in [module for path, module in sys.modules.items() if path.startswith("framing.benchmark")]:
        for reader in {"load_corpus", "load_lessons"} & vars(module).keys():
            monkeypatch.setattr(module, reader, lessons.load_corpus)  # which gives few, and writes down what was asked for
    assert not is_test(tuning_split(task)), "the one that is taken where none is named"
    for split in task.splits:
        if not is_test(split):
            watched.run(lambda split=split: task.items(split))  # type: ignore[misc]
            watched.run(lambda split=split: task.ceiling(split))  # type: ignore[misc]
            assert watched.clean, (split, watched.asked, watched.opened)
    assert watched.asked


def test_what_is_planted_in_a_training_is_refused(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    from framing import training_sources

    monkeypatch.setattr(training_sources, "PARTS", ("te" + "st", "train"))
    assert isinstance(watched.run(TASKS["sources"]), TestPart)
    assert watched.clean


def test_what_is_planted_in_an_experiment_is_refused(watched: Watch) -> None:
    from experiments import left_center_right

    assert isinstance(watched.run(left_center_right.official), TestPart)  # asks for the last of the splits, and names none
    assert watched.clean


def test_without_the_guard_the_watch_sees_it(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments import left_center_right

    monkeypatch.setattr(lessons, "is_test", lambda part: False)
    watched.run(left_center_right.official)
    assert watched.opened == ["article_bias_prediction/data/splits/media/test.tsv"]
    assert not watched.clean


def test_a_file_that_is_opened_past_the_readers_is_seen(watched: Watch) -> None:
    assert watched.home is not None
    (watched.home / "cofenet" / "res" / "polnear" / "test.txt").read_text(encoding="utf-8")
    assert watched.opened == ["cofenet/res/polnear/test.txt"]
    assert isinstance(watched.run(lambda: (ROOT / "written.txt").write_text("x")), PermissionError)
    assert not (ROOT / "written.txt").exists()


def test_when_it_is_said_it_is_read(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["made", "--split", "test"])
    watched.run(lambda: list(given.load("cofenet", "test")))
    assert (watched.asked, watched.opened) == ([("cofenet", "test")], ["cofenet/res/polnear/test.txt"])


def test_training_does_not_listen_to_the_command_line(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["made", "--split", "test"])
    with pytest.raises(TestPart):
        load_lessons("cofenet", "test")
    assert watched.clean
