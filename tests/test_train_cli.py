"""``framing train``: what it asks for, where it writes and where it does not, what it says when something is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from framing import training
from framing.attribution import AttributionExtractor
from framing.corpora import CorpusNotFound
from framing.learning import words
from tests.made_corpora import make

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(run: Run) -> Run:
    """``framing train`` in this process."""
    return partial(run, "train")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Training that trains nothing: what it was called with."""
    seen: list[tuple[Any, ...]] = []

    def train(
        corpus: Any, data_home: Any, out: Path, progress: Callable[[str], None], unlabelled_tokens: int | None = None, seed: int = 0
    ) -> None:
        seen.append((corpus, data_home, out, unlabelled_tokens, seed))
        progress("learning")

    monkeypatch.setitem(training.TASKS, "attribution", train)
    return seen


def test_help_fits_80_columns_and_has_an_example(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert "framing train attribution --corpus polnear\n" in done.out
    assert max(map(len, done.out.split("\n"))) <= 80


def test_a_model_is_trained_and_saved(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "cluster", lambda vectors, k, *_: np.arange(len(vectors), dtype=np.int16) % k)  # what takes long
    home, out = make(tmp_path / "data", 12, 3), tmp_path / "mine"
    done = run("attribution", "--data-home", home, "--out", out, "--unlabelled-tokens", 500, "--seed", 1)
    assert (done.code, done.out) == (0, "")
    said = [line.split("s  ", 1) for line in done.err.rstrip("\n").split("\n")]
    assert all(seconds.strip().isdigit() for seconds, _ in said)
    assert said[-1][1] == f"saved in {out}"
    assert AttributionExtractor.load(out).card_["signature"].startswith("attribution|train:polnear|unlabelled:500|seed:1|")
    assert (out / "CARD.md").read_text(encoding="utf-8").startswith("# Model card: attribution")


def test_defaults_and_options(run: Run, calls: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("attribution").code == 0
    assert run("attribution", "--corpus", "a", "--corpus", "b", "--data-home", "d", "--out", "o", "--seed", 4).code == 0
    assert calls == [
        (None, None, Path("models/attribution"), None, 0),
        (["a", "b"], "d", Path("o"), None, 4),
    ]
    assert os.listdir(tmp_path) == []


def test_only_a_model_of_the_task_is_overwritten_unasked(run: Run, calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    refused = []
    for name, content in {"a.txt": "mine", "model.json": '{"model": "other"}', "x/model.json": "[1]", "y/model.json": "no JSON"}.items():
        folder = tmp_path / name.replace("/", "-") / name.split("/")[0]
        folder.mkdir(parents=True)
        (folder / Path(name).name).write_text(content)
        done = run("attribution", "--out", folder)
        assert done.code == 1
        assert "is not empty and holds no model of attribution" in done.err
        refused.append(folder)
    assert calls == []
    assert run("attribution", "--out", refused[0], "--force").code == 0
    (refused[1] / "model.json").write_text('{"model": "attribution"}')
    assert run("attribution", "--out", refused[1]).code == 0
    (tmp_path / "empty").mkdir()
    assert run("attribution", "--out", tmp_path / "empty").code == 0
    assert len(calls) == 3


def test_a_place_that_cannot_be_written_is_refused_at_once(run: Run, calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        done = run("attribution", "--out", out)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert f"{tmp_path / 'file'} is no folder" in done.err
    assert calls == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CorpusNotFound("polnear: it is not there. Clone it."), "framing: polnear: it is not there. Clone it.\n"),
        (ImportError("training needs scipy and scikit-learn"), "framing: training needs scipy and scikit-learn\n"),
        (ValueError("there is too little text"), "framing: there is too little text\n"),
        (PermissionError(13, "Permission denied"), "framing: o: cannot be written: Permission denied\n"),
    ],
)
def test_what_goes_wrong_is_one_sentence(error: Exception, said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setitem(training.TASKS, "attribution", train)
    monkeypatch.chdir(tmp_path)
    done = run("attribution", "--out", "o")
    assert (done.code, done.err) == (1, said)


def test_a_missing_corpus_says_how_to_get_it(run: Run, tmp_path: Path) -> None:
    done = run("attribution", "--data-home", tmp_path, "--out", tmp_path / "o")
    assert done.code == 1
    assert done.err.startswith("framing: polnear: ")
    assert "github.com/networkdynamics/PolNeAR" in done.err
    assert not (tmp_path / "o").exists()


def test_wrong_usage(run: Run) -> None:
    for args in (["--seed", "-1"], ["--unlabelled-tokens", "many"], ["--epochs", "3"]):
        assert run("attribution", *args).code == 2
    assert run("astrology").code == 2


@pytest.mark.parametrize(
    ("task", "option"),
    [
        ("sources", "--seed"),
        ("rating", "--unlabelled-tokens"),
        ("attribution", "--exclude"),
        ("rating", "--brat"),
        ("hyperpartisan", "--seed"),
    ],
)
def test_an_option_that_a_task_does_not_take_is_wrong_usage(task: str, option: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a\n")
    done = run(task, option, {"--exclude": tmp_path / "1", "--brat": tmp_path}.get(option, 1), "--out", tmp_path / "o")
    assert done.code == 2
    assert f"{task} takes no {option}." in done.err
    assert not (tmp_path / "o").exists()


def test_documents_are_left_out_by_a_file_of_ids(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def train(corpus: Any, data_home: Any, out: Any, progress: Any, exclude: Any = ()) -> None:
        seen.append(exclude)

    monkeypatch.setitem(training.TASKS, "hedging", train)
    (tmp_path / "ids").write_text("wiki_1\nbio_2\n")
    assert run("hedging", "--exclude", tmp_path / "ids", "--out", tmp_path / "o").code == 0
    assert seen == [["wiki_1", "bio_2"]]
