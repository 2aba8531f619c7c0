"""``framing models``, the terms behind ``--licence``, and the credits in NOTICE."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from framing.cli import models
from framing.corpora import info, list_corpora
from framing.lexicons import read_table

Run = Callable[..., SimpleNamespace]
ROOT = Path(__file__).resolve().parent.parent
NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
NAMES = sorted(path.parent.name for path in (ROOT / "framing" / "models").glob("*/model.json"))
CARDS = {name: json.loads((ROOT / "framing" / "models" / name / "model.json").read_bytes())["card"] for name in NAMES}
TERMS = {row["licence"]: row["terms"] for row in read_table("licences")}
STATED = {row["corpus"]: row["stated"] for row in read_table("licence_statements")}


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``framing models`` in this process, without the encoder, whether it is installed or not (``test_encoder.py`` has it)."""
    monkeypatch.setitem(sys.modules, "framing_encoder", None)
    return partial(run, "models")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a model in a folder of its own, where the command looks from now on."""
    monkeypatch.setattr(models, "MODELS", tmp_path)

    def make(name: str = "made", task: str = "Does it. And more.", texts: list[dict[str, str]] | None = None) -> Path:
        home = tmp_path / name
        (home / "deep").mkdir(parents=True)
        card = {"task": task, "signature": f"{name}|v:1", "texts": texts or [{"corpus": "nobodys", "split": "all", "licence": "odd"}]}
        (home / "model.json").write_text(json.dumps({"card": card}), "utf-8")
        (home / "deep" / "weights.npz").write_bytes(b"x" * 1_234_567)
        return home

    return make


def words(text: str) -> str:
    return " ".join(text.split())


# list


@pytest.mark.parametrize("options", [[], ["--licence"], ["--license"]])
def test_list_names_every_model_in_80_columns(options: list[str], run: Run) -> None:
    done = run("list", *options)
    assert (done.code, done.err) == (0, "")
    lines = done.out.rstrip("\n").split("\n")
    assert [line.split()[0] for line in lines[:-3] if line[:1].strip()] == NAMES
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.out
    for card in CARDS.values():
        assert card["signature"] in "".join(done.out.split())  # a long one is broken over lines
        for text in card["texts"]:
            assert f"{text['corpus']}: {text['licence']}" in words(done.out)


def test_licence_says_who_states_it_and_what_it_means(run: Run) -> None:
    plain, whole = words(run("list").out), words(run("list", "--licence").out)
    for card in CARDS.values():
        for text in card["texts"]:
            said = f"stated by: {STATED[text['corpus']]} terms: {TERMS[text['licence']]}"
            assert said in whole
            assert said not in plain


def test_labels_of_ours_bring_the_terms_of_the_texts_under_them(run: Run) -> None:
    rating = next(model for model in json.loads(run("list", "--json").out) if model["name"] == "rating")
    assert {row["corpus"]: row["under"] for row in rating["learned"]} == {
        "article_ratings": [],
        "article_bias_prediction": ["article_ratings"],
        "polnear": ["article_ratings"],
    }
    assert f"polnear (texts under article_ratings): {info('polnear').licence}" in words(run("list").out)


def test_json_holds_what_the_cards_say(run: Run) -> None:
    found = {model["name"]: model for model in json.loads(run("list", "--json").out)}
    assert list(found) == NAMES
    for name, model in found.items():
        assert set(model) == {"name", "does", "signature", "size", "learned"}
        assert words(CARDS[name]["task"]).startswith(model["does"])
        assert model["does"].endswith(".")
        assert model["signature"] == CARDS[name]["signature"]
        assert model["size"] == sum(path.stat().st_size for path in (models.MODELS / name).rglob("*") if path.is_file())
        of_card = {(text["corpus"], text["licence"], text["split"]) for text in CARDS[name]["texts"]}
        assert {(row["corpus"], row["licence"], split) for row in model["learned"] for split in row["splits"]} == of_card


def test_a_new_folder_is_listed_with_what_is_not_known_said(run: Run, made: Callable[..., Path]) -> None:
    made()
    made("other", texts=[{"corpus": "source_levels", "split": s, "licence": "CC BY 4.0"} for s in ("train", "train", "dev")])
    done = run("list", "--licence")
    assert done.out.startswith(
        "made   Does it.\n"
        "       nobodys: odd\n"
        "         stated by: nothing is written of it here\n"
        "         terms: nothing is written of it here\n"
        "       1.2 MB  made|v:1\n"
        "\n"
        "other  Does it.\n"
        "       source_levels: CC BY 4.0\n"
    )
    first, second = json.loads(run("list", "--json").out)
    assert [first["learned"][0]["stated"], first["learned"][0]["terms"]] == [None, None]
    assert second["learned"][0]["splits"] == ["train", "dev"]


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b"[]", b"{}", b'{"card": null}', b'{"card": {"task": 1, "signature": "x", "texts": []}}']
)
def test_a_damaged_card_is_said_in_one_sentence(content: bytes, run: Run, made: Callable[..., Path]) -> None:
    (made() / "model.json").write_bytes(content)
    done = run("list")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"framing: {models.MODELS / 'made' / 'model.json'} holds no card of a model\n"


@pytest.mark.parametrize(("env", "bold"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_bold_on_a_terminal_only(
    env: dict[str, str], bold: bool, made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    models.command(["list"], standalone_mode=False)
    assert ("\x1b[1mmade" in capsys.readouterr().out) == bold


# card


@pytest.mark.parametrize("name", NAMES)
def test_card_is_the_page_as_it_is(name: str, run: Run) -> None:
    done = run("card", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.encode() == (models.MODELS / name / "CARD.md").read_bytes()
    assert done.out.startswith(f"# Model card: {name.removesuffix('_mbic')}")


@pytest.mark.parametrize("name", ["ratng", "zzz", "", ".", "../models/rating", "attribution/words"])
def test_an_unknown_name_is_wrong_usage_and_names_the_known(name: str, run: Run) -> None:
    done = run("card", name)
    assert (done.code, done.out) == (2, "")
    sentence = done.err.rstrip("\n").split("\n")[-1]
    assert sentence.startswith(f"framing: no model {name!r}")
    assert sentence.endswith(f": there are {', '.join(NAMES)}")
    assert ("did you mean rating?" in sentence) == (name == "ratng")


def test_a_card_that_is_missing_is_said(run: Run, made: Callable[..., Path]) -> None:
    made()
    done = run("card", "made")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"framing: {models.MODELS / 'made' / 'CARD.md'}: cannot be read: No such file or directory\n"


def test_no_weights_are_read_and_no_toolkit_loaded() -> None:
    code = (
        "import sys\nopened = []\nsys.addaudithook(lambda name, args: opened.append(str(args[0])) if name == 'open' else None)\n"
        "from framing.cli.models import command\ncommand(['list', '--licence'], standalone_mode=False)\n"
        "print(*sys.modules, *opened, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    seen = done.stderr.split("\n")
    assert "framing.cli.models" in seen
    assert not {name.split(".")[0] for name in seen} & {"sklearn", "scipy", "nltk", "joblib", "pooch", "requests", "jinja2"}
    assert any(name.endswith("model.json") for name in seen)
    assert not [name for name in seen if name.endswith(".npz")]


# terms and credits


@pytest.mark.parametrize("name", NAMES)
def test_every_licence_and_corpus_of_a_card_has_its_row(name: str) -> None:
    learned = models.read(name).learned
    assert {row.corpus: row.licence for row in learned if not row.terms} == {}
    assert [row.corpus for row in learned if not row.stated] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_corpora_of_every_model_are_credited_in_the_notice(name: str) -> None:
    for learned in models.read(name).learned:
        corpus = info(learned.corpus)
        assert corpus.name in NOTICE
        if not corpus.own:
            assert words(corpus.citation) in words(NOTICE)
            assert f"({corpus.name})" in NOTICE


def test_terms_are_of_licences_of_the_catalogue() -> None:
    corpora = {corpus.name: corpus for corpus in list_corpora()}
    assert set(STATED) <= set(corpora)
    assert {corpora[name].licence for name in STATED} | {t["licence"] for card in CARDS.values() for t in card["texts"]} == set(TERMS)
    assert len(TERMS) == len(read_table("licences"))
    assert len(STATED) == len(read_table("licence_statements"))
