"""Two runs give the same bytes: in other processes, under other hash seeds, on one and two jobs, on one and two threads.

On other Pythons the same scores: :mod:`tests.pythons` installs the package under each, and CI runs it where there are several. That the
attribution model learns the same twice is in ``test_training.py``, that a run of ``framing score`` does however it is cut, in
``test_runs.py``.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pythons
from tests.corpus import corpus
from tests.fixed_scores import scores

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = [{"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}, {"PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "2"}]

RATING = "/scores/transparency/rating"

ANALYSES = """
import hashlib, sys
import framing
from framing.corpora import load_corpus
from framing.demo import read_demo
from tests.fixed_scores import HEDGES
texts = [HEDGES, read_demo(), "", *(d.text for d, _ in zip(load_corpus("wikinews_attributions", "dev"), range(4)))]
jobs = int(sys.argv[1])
found = map(framing.analyze, texts) if jobs == 0 else framing.analyze_many(texts, n_jobs=jobs)
for analysis in found:
    page = analysis.to_html() if jobs == 0 else ""
    print(hashlib.sha256(analysis.to_json().encode()).hexdigest(), hashlib.sha256(page.encode()).hexdigest() if page else "")
"""

MODELS = """
import hashlib, sys
from pathlib import Path
from framing.frames import GenericFrameClassifier, PolicyFrameClassifier
from framing.hedge_cues import Settings
from framing.hedge_tagger import HedgeTagger
from framing.hyperpartisan import HyperpartisanClassifier
from framing.loaded import LoadedLanguageClassifier
from framing.rater import TransparencyRater
from framing.typer import SourceTyper
from tests import test_frames, test_hedge_tagger, test_hyperpartisan, test_loaded, test_rater, test_typer
documents = test_hedge_tagger.DOCUMENTS
made = {
    "policy_frames": PolicyFrameClassifier().fit(test_frames.MADE, unlabelled=test_frames.MADE),
    "generic_frames": GenericFrameClassifier().fit(test_frames.MADE),
    "hedging": HedgeTagger(settings=Settings(at_least=1)).fit(documents, labelled=documents, folds=2),
    "hyperpartisan": HyperpartisanClassifier("made articles").fit(test_hyperpartisan.MADE),
    "loaded_language": LoadedLanguageClassifier(folds=2).fit(test_loaded.made(), vectors=test_loaded.vectors()),
    "rating": TransparencyRater().fit(test_rater.MADE, test_rater.RATINGS),
    "sources": SourceTyper(strength=1.0).fit(test_typer.MADE),
}
for name, model in made.items():
    model.save(Path(sys.argv[1]) / name)
"""


def run(settings: dict[str, str], *command: str | Path) -> str:
    """What Python says to a command in a process of its own."""
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *map(str, command)], env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_analyses_are_the_same_in_other_processes_and_on_two_jobs() -> None:
    first, second = (run(settings, "-c", ANALYSES, "0") for settings in SETTINGS)
    assert first == second
    lines = [line.split() for line in first.splitlines()]
    assert {len(line) for line in lines} == {2}, "the page too"
    assert len({json for json, _ in lines}) == 7
    for jobs in ("1", "2"):
        assert run(SETTINGS[0], "-c", ANALYSES, jobs).split() == [json for json, _ in lines]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_tables_are_the_same_in_other_processes_and_on_two_jobs(form: str, tmp_path: Path) -> None:
    source, found = corpus(tmp_path / "in.jsonl", 12), []
    for place, (settings, jobs) in {"a": (SETTINGS[0], "1"), "b": (SETTINGS[1], "2")}.items():
        home = tmp_path / place
        home.mkdir()
        tables = [option for table in ("attributions", "hedges", "sentences") for option in (f"--{table}", home / f"{table}.{form}")]
        run(settings, "-m", "framing", "score", source, "-o", home / f"out.{form}", *tables, "--jobs", jobs)
        found.append({name: content for name, content in files(home).items() if "/" not in name})  # the manifest names its folder
    assert found[0] == found[1]
    assert set(found[0]) == {f"{name}.{form}" for name in ("out", "attributions", "hedges", "sentences")}


def test_models_that_learn_twice_are_the_same(tmp_path: Path) -> None:
    """Threads stay as they are: with others, sums of floats may round otherwise."""
    homes = [tmp_path / place for place in "ab"]
    for home, settings in zip(homes, SETTINGS):
        run({"PYTHONHASHSEED": settings["PYTHONHASHSEED"]}, "-c", MODELS, home)
    first, second = map(files, homes)
    assert first == second
    assert {name.split("/")[0] for name in first} == {
        "policy_frames", "generic_frames", "hedging", "hyperpartisan", "loaded_language", "rating", "sources"
    }  # fmt: skip


# on other Pythons


@pytest.fixture(scope="module")
def golden() -> dict[str, float]:
    found: dict[str, float] = json.loads(pythons.GOLDEN.read_text(encoding="utf-8"))["numbers"]
    return found


def test_scores_are_those_of_the_golden_file(golden: dict[str, float]) -> None:
    """To four digits: another processor may round sums otherwise (to 1e-9 on one machine: ``python -m tests.pythons``)."""
    found = scores()
    assert found.keys() == golden.keys()
    assert [name for name, value in found.items() if not math.isclose(golden[name], value, rel_tol=1e-6, abs_tol=1e-4)] == []


def test_the_golden_file_holds_all_kinds_of_scores(golden: dict[str, float]) -> None:
    for part in ("attribution/full_f1", "sources/level", "/index", "/frames/policy/", "/frames/generic/", "/uncertain", "/loaded", RATING):
        assert [name for name in golden if part in name], part
    assert len(golden) > 500
    assert all(math.isfinite(value) for value in golden.values())


def test_a_difference_is_seen(golden: dict[str, float]) -> None:
    name = next(iter(golden))
    assert pythons.compared(golden, dict(golden)) == (0.0, [])
    assert pythons.compared(golden, {**golden, name: golden[name] + 5e-10})[1] == []
    most, told = pythons.compared(golden, {**golden, name: golden[name] + 2e-9})
    assert (f"{most:.0e}", [line.split(":")[0] for line in told]) == ("2e-09", [name])
    assert pythons.compared(golden, {**golden, "more": 1.0})[1] == ["more: in one only"]


def test_interpreters_are_those_that_run(tmp_path: Path) -> None:
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert pythons.interpreters({"FRAMING_PYTHONS": os.pathsep.join([sys.executable, str(shim)])}) == [sys.executable]
    assert len(pythons.interpreters({})) <= len(pythons.NAMES)
