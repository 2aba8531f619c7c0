"""Left, center, right: the official media split and its disjoint parts, on a made miniature of the corpus."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import left_center_right as lcr
from framing.corpora import CorpusNotFound, load_corpus
from framing.corpora.article_bias_prediction import LEANINGS, NAME, unseen_sources
from framing.corpora.lessons import TestPart

ISSUES = {
    "left": ["workers", "unions", "wages", "justice", "climate", "equality"],
    "center": ["officials", "report", "figures", "statement", "committee", "hearing"],
    "right": ["taxes", "border", "freedom", "faith", "soldiers", "regulation"],
}
SOURCES = {
    "train": {"left": ("Daily Lamp", "The Rake"), "center": ("Plain News", "Wire"), "right": ("Old Flag", "Hill Post")},
    "valid": {"left": ("Rose",), "center": ("Level",), "right": ("Anvil",)},
    # The Rake stands in train; the section of Old Flag is a new source, but no new outlet.
    "test": {"left": ("The Rake", "Candle"), "center": ("Middle Way",), "right": ("Old Flag (Online)", "Fort")},
}
EACH = {"train": 8, "valid": 2, "test": 3}


def make(home: Path, parts: tuple[str, ...] = ("train", "valid", "test")) -> Path:
    """Write the corpus; split lists name all articles, the articles are there for some parts only."""
    chance = random.Random(0)
    folder = home / NAME / "data"
    (folder / "jsons").mkdir(parents=True)
    for by in ("media", "random"):
        (folder / "splits" / by).mkdir(parents=True)
    for part, leanings in SOURCES.items():
        lines = ["ID\tbias"]
        for leaning, sources in leanings.items():
            for source in sources:
                for i in range(EACH[part]):
                    name = f"{part}{source}{i}".replace(" ", "")
                    lines.append(f"{name}\t{LEANINGS.index(leaning)}")
                    if part not in parts:
                        continue
                    row = {"ID": name, "topic": "t", "source": source, "bias": LEANINGS.index(leaning), "url": "u", "title": "A day"}
                    text = text_of(chance, leaning)
                    row |= {"date": "2019-01-01", "authors": "", "content": text, "content_original": text}
                    (folder / "jsons" / f"{name}.json").write_text(json.dumps(row), encoding="utf-8")
        for by in ("media", "random"):
            (folder / "splits" / by / f"{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return home


def text_of(chance: random.Random, leaning: str) -> str:
    sentences = [f"The people talked about {' and '.join(chance.sample(ISSUES[leaning], 3))} in Lundby." for _ in range(4)]
    return " ".join(sentences)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    return make(tmp_path)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = make(tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMING_DATA", str(home))
        patch.setattr("sys.argv", ["left_center_right", "--split", "test"])
        return lcr.official()


@pytest.mark.parametrize("by", ["media", "random"])
def test_reader_gives_each_part(made: Path, by: str) -> None:
    for part, leanings in SOURCES.items():
        found = list(load_corpus(NAME, part, data_home=made, by=by))
        assert len(found) == EACH[part] * sum(map(len, leanings.values()))
        assert {(d.labels["leaning"], d.group, d.split) for d in found} == {(k, s, part) for k, v in leanings.items() for s in v}


def test_unseen_sources_are_those_that_train_has_not(made: Path) -> None:
    train, test = (list(load_corpus(NAME, part, data_home=made)) for part in ("train", "test"))
    kept = list(unseen_sources(test, train))
    assert [d.id for d in kept] == [d.id for d in test if d.group != "The Rake"]
    assert list(unseen_sources(train, train)) == []
    assert list(unseen_sources(test, [])) == test


def test_official_parts(result: dict[str, Any]) -> None:
    sizes = {name: (part["articles"], part["sources"], part["outlets"]) for name, part in result["parts"].items()}
    assert sizes == {"all": (15, 5, 5), "unseen sources": (12, 4, 4), "unseen outlets": (9, 3, 3)}
    assert result["train"]["articles"] == 48
    assert result["parts"]["unseen outlets"]["leanings"] == {"left": 3, "center": 3, "right": 3}
    assert result["warning"] == lcr.WARNING


def test_official_scores_are_those_of_the_part(result: dict[str, Any]) -> None:
    for part in result["parts"].values():
        for name in ("ours", "words", "head", "no names", "floor"):
            own = part["systems"][name]
            assert np.sum(own["confusion"]) == part["articles"]
            assert own["scores"]["accuracy"].value == 1.0, name  # the words tell
            assert own["scores"]["mae"].value == 0.0
            assert own["scores"]["macro_f1"].n == part["outlets"]
        majority = part["systems"]["majority"]
        assert majority["scores"]["accuracy"].value == part["leanings"]["left"] / part["articles"]
        assert majority["minus floor"]["difference"] < 0
    assert "minus floor" not in result["parts"]["all"]["systems"]["floor"]


def test_official_writes_its_own_file(made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, result: dict[str, Any]) -> None:
    monkeypatch.setattr(lcr.results_file, "RESULTS", tmp_path)
    monkeypatch.setattr(lcr, "official", lambda: result)
    monkeypatch.setattr("sys.argv", ["left_center_right", "--split", "test"])
    lcr.main()
    written = json.loads((tmp_path / "left_center_right_official.json").read_text(encoding="utf-8"))
    assert written["parts"]["unseen sources"]["articles"] == 12
    assert not (tmp_path / "left_center_right.json").exists()


def test_the_official_part_has_to_be_asked_for(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["left_center_right"])
    with pytest.raises(TestPart, match="article_bias_prediction test is a test part"):
        lcr.official()


def test_official_says_when_the_articles_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ("train", "valid"))
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["left_center_right", "--split=test"])
    with pytest.raises(CorpusNotFound, match="none of the 15 articles"):
        lcr.official()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Fox News (Online)", "fox"),
        ("Fox Online News", "fox"),
        ("The Week - News", "theweek"),
        ("Yahoo! The 360", "yahoo"),
        ("Newsmax", "newsmax"),
        ("News", "news"),
        ("NewsBusters", "mediaresearchcenter"),
    ],
)
def test_outlets(name: str, key: str) -> None:
    assert lcr.outlet(name) == key


def test_scores_by_hand() -> None:
    gold, found = np.array([0, 0, 1, 2]), np.array([0, 2, 1, 1])
    rows = lcr.table(gold, found, ["a", "b", "a", "c"])
    assert rows.shape == (3, 9)
    scores = {name: float(value) for name, value in lcr.scores(rows.sum(0)).items()}
    # F1: left 2/3 (one of two found, nothing wrong), center 2/3, right 0
    assert scores == {"macro_f1": pytest.approx(4 / 9), "accuracy": 0.5, "mae": 0.75}


def test_names_are_words_with_a_capital(made: Path) -> None:
    names = lcr.capitalised(load_corpus(NAME, "train", data_home=made))
    assert {"lundby"} <= names
    assert not names & {"people", "in", "taxes"}
