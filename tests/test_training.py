"""Training on small made corpora: the same bytes from the same seed, and a card that says what was done; the size of what is shipped."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framing import analyze, cards
from framing.attribution import MODELS, AttributionExtractor
from framing.corpora import CorpusNotFound, info, load_corpus
from framing.interop.brat import write_brat
from framing.learning.words import WordClasses, key
from framing.records import Document
from framing.training import BASE_WEIGHTS, SETTINGS, TASKS, choose, train_attribution
from tests.made_corpora import make

QUICK = replace(SETTINGS, epochs=1, width=8, distances=(1,))
RAW_TOKENS = 2_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What the training of ``model`` said."""
    return []


@pytest.fixture(scope="module")
def model(home: Path, lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model trained in this process."""
    out = tmp_path_factory.mktemp("models") / "one"
    train_attribution(data_home=home, out=out, unlabelled_tokens=RAW_TOKENS, progress=lines.append)
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def few_classes() -> WordClasses:
    words = tuple(key(word) for word in ("said", "that", "the", "she"))
    clusters = {k: np.arange(4, dtype=np.int16) for k in (64, 512, 1000)}
    return WordClasses(words, np.zeros((4, 0), np.int8), np.zeros(0, np.float32), clusters)


def test_the_same_seed_gives_the_same_bytes_in_another_process(home: Path, model: Path, tmp_path: Path) -> None:
    code = (
        "from framing.training import train_attribution\n"
        f"train_attribution(data_home={str(home)!r}, out={str(tmp_path)!r}, unlabelled_tokens={RAW_TOKENS})"
    )
    root = str(Path(__file__).resolve().parent.parent)
    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": root}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=root)
    assert files(tmp_path) == files(model)
    assert set(files(model)) == {"model.json", "weights.npz", "words/model.json", "words/weights.npz", "CARD.md"}


@pytest.mark.parametrize("derived", [True, False])
def test_the_card_names_a_ready_teacher_and_what_it_came_from(derived: bool, home: Path) -> None:
    teacher = AttributionExtractor.load()
    teacher.card_ = {"signature": "a teacher", "citations": [BASE_WEIGHTS[1]] if derived else []}
    card = train_attribution(
        data_home=home, unlabelled_tokens=RAW_TOKENS, settings=QUICK, classes=few_classes(), taught_by=[teacher]
    ).card_
    assert card["settings"]["teacher 1"] == "a teacher"
    assert "|teachers:1|" in card["signature"]
    assert "ready taggers" in card["method"]
    assert (BASE_WEIGHTS[1] in card["citations"]) is derived
    assert BASE_WEIGHTS[0] not in card["citations"]


def test_another_seed_gives_other_weights(home: Path) -> None:
    one, same, other = (
        train_attribution(data_home=home, unlabelled_tokens=0, seed=seed, settings=QUICK, classes=few_classes()).tagger_.network.inputs
        for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_it_learned_it_finds(home: Path, model: Path) -> None:
    document = next(load_corpus("polnear", "dev", data_home=home))
    (found,) = AttributionExtractor.load(model).predict([document.text])
    assert {a.cue for a in document.attributions} & {a.cue for a in found}


def test_progress_is_told(model: Path, lines: list[str]) -> None:
    assert lines[0] == "24 documents to learn from, 6 to tune on, 20 without annotation"
    assert any(line.endswith("words in classes") for line in lines)
    assert any(line.startswith("network, epoch 6") for line in lines)


def test_the_card_says_what_was_done(home: Path, model: Path) -> None:
    card = AttributionExtractor.load(model).card_
    assert card["signature"] == f"attribution|train:polnear|unlabelled:{RAW_TOKENS}|seed:0|v:{card['version']}"
    learning, tuning, classes, teaching = card["texts"]
    assert (learning["corpus"], learning["split"], learning["documents"], learning["attributions"]) == ("polnear", "train", 24, 144)
    assert (tuning["corpus"], tuning["split"], tuning["documents"], tuning["attributions"]) == ("polnear", "dev", 6, 36)
    assert classes["documents"] == 20
    assert RAW_TOKENS <= teaching["tokens"] < classes["tokens"]
    assert {t["corpus"]: t["licence"] for t in card["texts"]} == {
        name: info(name).licence for name in ("polnear", "article_bias_prediction")
    }
    assert info("polnear").citation in card["citations"]
    assert card["settings"]["threshold"] == AttributionExtractor().threshold
    assert (card["settings"]["seed"], card["settings"]["network"]["epochs"]) == (0, SETTINGS.epochs)
    documents = list(load_corpus("polnear", "train", data_home=home))
    assert learning["sha256"] == cards.digest(documents) != cards.digest(documents[::-1])


def test_own_settings_are_said_in_the_signature(home: Path) -> None:
    made = train_attribution(data_home=home, unlabelled_tokens=0, settings=QUICK, classes=few_classes())
    assert "|settings:own|" in made.card_["signature"]
    assert "teacher 1" not in made.card_["settings"]
    assert [t["use"] for t in made.card_["texts"]] == ["learning", "calibration"]


def test_articles_corrected_in_brat_are_learned_from(home: Path, tmp_path: Path) -> None:
    write_brat([analyze("Ida Lund said that the bridge may fall.")], tmp_path / "mine", ["attributions"])
    made = train_attribution(data_home=home, unlabelled_tokens=0, settings=QUICK, classes=few_classes(), brat=[tmp_path / "mine"])
    texts = [(t["corpus"].split(":")[0], t["documents"], t["use"]) for t in made.card_["texts"]]
    assert texts[-1] == ("brat", 1, "learning")
    assert "+brat:mine:" in made.card_["signature"]
    with pytest.raises(FileNotFoundError):
        train_attribution(data_home=home, unlabelled_tokens=0, settings=QUICK, classes=few_classes(), brat=[tmp_path / "none"])


def test_without_raw_text_no_further_corpus_is_needed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "polnear").symlink_to(home / "polnear")
    with pytest.raises(CorpusNotFound, match="article_bias_prediction"):
        train_attribution(data_home=tmp_path, settings=QUICK, classes=few_classes())
    train_attribution(data_home=tmp_path, unlabelled_tokens=0, settings=QUICK, classes=few_classes())


def test_several_corpora_are_learned_from_and_the_first_tuned_on(home: Path, tmp_path: Path) -> None:
    (tmp_path / "polnear").symlink_to(home / "polnear")
    small = tmp_path / "wikinews_attributions"
    small.mkdir()
    source = Path(info("wikinews_attributions").homepage)
    root = Path(__file__).resolve().parent.parent
    rows = (root / source / "train.jsonl").read_text(encoding="utf-8").split("\n")[:2]
    (small / "train.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    names = ["polnear", "wikinews_attributions"]
    made = train_attribution(names, tmp_path, unlabelled_tokens=0, settings=QUICK, classes=few_classes())
    assert [(t["corpus"], t["split"], t["documents"]) for t in made.card_["texts"]] == [
        ("polnear", "train", 24),
        ("wikinews_attributions", "train", 2),
        ("polnear", "dev", 6),
    ]
    assert made.card_["signature"].startswith("attribution|train:polnear+wikinews_attributions|")


def test_what_is_no_corpus_of_attributions_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="no corpus 'polnaer': did you mean polnear"):
        train_attribution("polnaer", home)
    with pytest.raises(ValueError, match="babe has nothing to learn attribution"):
        train_attribution("babe", home)
    with pytest.raises(CorpusNotFound, match="polnear"):
        train_attribution(data_home=home / "nowhere")


def test_too_little_text_is_said(tmp_path: Path) -> None:
    small = make(tmp_path, 1, 1)
    with pytest.raises(ValueError, match="too little text to learn classes of words"):
        train_attribution(data_home=small, unlabelled_tokens=0)


@pytest.mark.parametrize("name", ["scipy", "sklearn"])
def test_missing_tools_are_named(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="training needs scipy and scikit-learn"):
        train_attribution(data_home=home)


def test_choice_of_raw_texts() -> None:
    documents = [Document(str(i), "one two three four") for i in range(50)]
    chosen = choose(documents, 40, seed=3)
    assert len(chosen) == len({d.id for d in chosen}) == 10
    assert choose(documents, 40, seed=3) == chosen != choose(documents, 40, seed=4)
    assert choose(documents, 0, seed=3) == []
    assert sorted(d.id for d in choose(documents, 10**9, seed=3)) == sorted(d.id for d in documents)


def test_digest_is_that_of_sha256sum() -> None:
    documents = [Document("a", "x"), Document("b", "\ud800")]
    listed = "".join(f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for raw, name in ((b"x", "a"), (b"\xed\xa0\x80", "b")))
    assert cards.digest(documents) == hashlib.sha256(listed.encode()).hexdigest()


# the card's page, and its scores


def test_the_page_is_made_from_the_card(model: Path) -> None:
    card = json.loads((model / "model.json").read_bytes())["card"]
    text = (model / "CARD.md").read_text(encoding="utf-8")
    assert text == cards.page(card)
    assert "Not written yet." in text
    for part in (card["signature"], info("polnear").licence, *card["limits"], *card["citations"]):
        assert part in text
    width = {line.count(" | ") for line in text.split("\n") if line.startswith("| polnear")}
    assert width == {5}


def test_scores_change_the_card_and_nothing_else(model: Path, tmp_path: Path) -> None:
    for name, content in files(model).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    whole = {"value": 0.6612, "interval": [0.63, 0.69], "n": 84, "signature": "match:full|seed:0"}
    cards.add_scores(tmp_path, {"PolNeAR dev": {"whole attributions | F1": whole, "cue F1": (0.73, 0.71, 0.75), "articles": 84}})
    cards.add_scores(tmp_path, {"Wikinews dev": {"cue F1": 0.7649}})
    before, after = files(model), files(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"model.json", "CARD.md"}
    old, new = AttributionExtractor.load(model), AttributionExtractor.load(tmp_path)
    assert new.card_["scores"]["Wikinews dev"] == {"cue F1": 0.7649}
    assert {**new.card_, "scores": {}} == old.card_
    text = (tmp_path / "CARD.md").read_text(encoding="utf-8")
    assert "| cue F1 | .730 [.710, .750] |" in text
    assert "| whole attributions \\| F1 | .661 [.630, .690], 84 documents |\n\n`match:full|seed:0`" in text
    assert "| articles | 84 |" in text
    assert text.index("### PolNeAR dev") < text.index("### Wikinews dev")
    cards.add_scores(tmp_path, {"Wikinews dev": {"cue F1": 0.5}})
    assert ".765" not in (tmp_path / "CARD.md").read_text(encoding="utf-8")


def test_scores_that_are_no_json_leave_the_model_as_it_is(model: Path) -> None:
    before = files(model)
    with pytest.raises(ValueError, match="not plain JSON"):
        cards.add_scores(model, {"PolNeAR dev": {"F1": float("nan")}})
    assert files(model) == before


# what is shipped


@pytest.mark.parametrize("task", TASKS)
def test_the_shipped_model_is_small_and_its_page_fits_its_card(task: str) -> None:
    folder = MODELS / task
    words = {"words/model.json", "words/weights.npz"} if task == "attribution" else set()
    assert {"model.json", "weights.npz", "CARD.md", *words} == set(files(folder))
    assert sum(map(len, files(folder).values())) <= 5_000_000
    card = json.loads((folder / "model.json").read_bytes())["card"]
    assert (folder / "CARD.md").read_text(encoding="utf-8") == cards.page(card)
    assert card["scores"]
