"""Every corpus has a card after Gebru et al. (2021), every model one after Mitchell et al. (2019), and their numbers are those measured."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from experiments import cards as made_cards
from experiments.extraction import digest
from experiments.markdown import RESULTS
from framing import cards
from framing.corpora import info, list_corpora
from framing.records import GENERIC_FRAMES, LEVELS, POLICY_FRAMES, REASONS, SOURCE_KINDS

ROOT = Path(__file__).resolve().parent.parent
DATASETS = ROOT / "datasets"
MODELS = [*sorted(path.parent for path in ROOT.glob("framing/models/*/model.json")), made_cards.ENCODER_HOME]
CORPORA = sorted(path.name for path in DATASETS.iterdir() if path.is_dir() and path.name != "__pycache__")
OURS = sorted(corpus.name for corpus in list_corpora() if corpus.own)
DATASHEET = (
    "Motivation", "Composition", "Collection process", "Preprocessing, cleaning, labelling", "Uses", "Distribution", "Maintenance",
)  # fmt: skip
LEAST = 40  # characters of a section that says something


def sections(page: str) -> dict[str, str]:
    """Heading of the second level -> what stands under it."""
    parts = re.split(r"(?m)^## (.+)$", page)
    return {heading.strip(): text.strip() for heading, text in zip(parts[1::2], parts[2::2])}


def unsaid(page: str, wanted: tuple[str, ...]) -> list[str]:
    """Sections that are missing or hold nothing to read."""
    found = sections(page)
    return [name for name in wanted if len(found.get(name, "")) < LEAST]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# corpora


def test_every_corpus_has_a_card_and_every_card_a_corpus() -> None:
    assert {corpus.name for corpus in list_corpora()} | {"coding_sheet"} == set(CORPORA)


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_card_has_all_sections(name: str) -> None:
    page = read(DATASETS / name / "README.md")
    assert page.startswith(f"# {name}: ")
    assert unsaid(page, DATASHEET) == []
    order = [heading for heading in sections(page) if heading in DATASHEET]
    assert order == list(DATASHEET)


@pytest.mark.parametrize("name", [corpus.name for corpus in list_corpora()])
def test_a_corpus_card_says_what_the_catalogue_says(name: str) -> None:
    """Who made it, when, and under which terms; of what nobody stated, that it is not stated."""
    page, entry = read(DATASETS / name / "README.md"), info(name)
    if entry.own:
        assert all(licence in page for licence in re.findall(r"CC BY [\d.]+", entry.licence))
        assert "Funding: none is recorded." in page
        return
    assert re.search(r"\((\d{4})\)", entry.citation)[1] in page  # type: ignore[index]
    assert entry.citation.split(" (")[0].split(",")[0] in page
    licence = re.sub(r"\W+", " ", page.split("| Licence | ")[1].split(" |\n")[0])
    assert re.sub(r"\W+", " ", entry.licence).split(" (")[0].split()[0] in licence
    assert re.search(r"[Nn]ot (?:stated|told)", page), "of all that Gebru et al. ask, something is never stated"


@pytest.mark.parametrize("name", OURS)
def test_our_own_annotations_say_their_weaknesses(name: str) -> None:
    page = " ".join(read(DATASETS / name / "README.md").split())
    for told in ("one model family", "overstates reliability", "No person has coded any of it", "two passes", "GUIDE.md"):
        assert told in page, told
    assert "### Known weaknesses" in read(DATASETS / name / "README.md")


@pytest.mark.parametrize(("name", "codes"), [
    ("source_levels", [*SOURCE_KINDS, *LEVELS, *REASONS]),
    ("wikinews_attributions", ["source", "cue", "content", "parent", "via"]),
    ("policy_frames", [*POLICY_FRAMES, *GENERIC_FRAMES]),
    ("article_ratings", ["ident", "anon", "first", "divers", "cover", "voice", "overall"]),
])  # fmt: skip
def test_a_guide_has_every_code(name: str, codes: list[str]) -> None:
    guide = read(DATASETS / name / "GUIDE.md")
    assert [code for code in codes if not re.search(rf"(?m)(?:^\| |\*){code}(?: \||[*:, ])", guide)] == []
    assert "not kept" in guide, "it is not the wording that the annotators had"
    for path in re.findall(r"\]\(([^)#:]+)\)", guide):
        assert (DATASETS / name / path).exists(), path


def test_every_guide_is_of_our_own_data() -> None:
    assert sorted(path.parent.name for path in DATASETS.glob("*/GUIDE.md")) == OURS


def test_a_section_that_is_missing_or_empty_is_seen() -> None:
    page = read(DATASETS / "polnear" / "README.md")
    assert unsaid(page.replace("## Uses\n", "## Use\n"), DATASHEET) == ["Uses"]
    motivation = sections(page)["Motivation"]
    assert unsaid(page.replace(motivation, "None."), DATASHEET) == ["Motivation"]


# models


@pytest.mark.parametrize("home", MODELS, ids=lambda home: home.name)
def test_a_model_card_has_all_sections(home: Path) -> None:
    page = read(home / cards.PAGE)
    assert list(sections(page)) == list(cards.SECTIONS)
    assert unsaid(page, cards.SECTIONS) == []
    assert "Not stated for a model of this name" not in page
    assert "Not written yet" not in page


@pytest.mark.parametrize("home", MODELS, ids=lambda home: home.name)
def test_a_model_card_is_scored_overall_and_by_factor(home: Path) -> None:
    scores = json.loads((home / "model.json").read_bytes())["card"]["scores"]
    by = [heading for heading in scores if heading.startswith(cards.BY) or " by frame" in heading or "General news" in heading]
    assert by, "no scores by a factor"
    assert len(scores) > len(by)


def test_the_numbers_of_the_cards_are_those_of_the_results() -> None:
    assert made_cards.stale() == []
    assert {made_cards.folder(name) for name in made_cards.made()} == set(MODELS)


@pytest.mark.parametrize("home", MODELS, ids=lambda home: home.name)
def test_every_table_names_the_results_that_hold_its_numbers(home: Path) -> None:
    card = json.loads((home / "model.json").read_bytes())["card"]
    page = read(home / cards.PAGE)
    for heading, rows in card["scores"].items():
        file = card["results"][heading]
        assert f"From `experiments/results/{file}`." in page.split(f"### {heading}\n")[1].split("\n### ")[0]
        held = set(numbers(json.loads(read(RESULTS / file)))) | (set(numbers(shipped())) if file.startswith("hedging") else set())
        shown = set(numbers(list(rows.values())))
        assert shown <= held, (heading, sorted(shown - held))


def shipped() -> Any:
    """The card of the hedge tagger takes some rows of a table from this one."""
    return json.loads(read(RESULTS / "hedging_shipped.json"))


def numbers(node: Any) -> list[float]:
    """All numbers of some JSON."""
    if isinstance(node, dict):
        return [x for child in node.values() for x in numbers(child)]
    if isinstance(node, list):
        return [x for child in node for x in numbers(child)]
    return [float(node)] if isinstance(node, (int, float)) and not isinstance(node, bool) else []


def test_a_number_that_differs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    real = made_cards.read

    def other(name: str) -> dict[str, Any]:
        found = real(name)
        if name == "rating":
            found["scores"]["rater"]["all"]["mae"]["value"] += 0.0001
        return found

    monkeypatch.setattr(made_cards, "read", other)
    assert made_cards.stale() == ["rating"]


def test_words_on_models_are_on_models_that_are_there() -> None:
    names = {json.loads((home / "model.json").read_bytes())["card"]["name"] for home in MODELS}
    words = cards._words()
    assert set(words) == names | {"all"}
    wanted = {"kind", "factors", "metrics", "evaluation", "ethics", "recommendations"}
    assert {name: wanted - set(words[name]) for name in names if wanted != set(words[name])} == {}


@pytest.mark.parametrize("home", MODELS, ids=lambda home: home.name)
def test_what_a_card_says_does_not_change_the_digest(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / home.name
    for path in home.rglob("*"):
        if path.is_file():
            (copy / path.relative_to(home)).parent.mkdir(parents=True, exist_ok=True)
            (copy / path.relative_to(home)).write_bytes(path.read_bytes())
    cards.add_scores(copy, {"Made": {"F1": 0.5}}, "made.json")
    assert digest(copy) == digest(home)
    numbers = json.loads((copy / "model.json").read_bytes())
    (copy / "model.json").write_text(json.dumps({**numbers, "further": 1}), encoding="utf-8")
    assert digest(copy) != digest(home)


def test_the_page_of_an_unknown_kind_says_what_is_not_stated() -> None:
    card = {
        "name": "nobodys", "version": 1, "signature": "nobodys|v:1", "task": "Does it.", "method": "Somehow.", "texts": [],
        "use": ["For: it."], "limits": ["Many."], "settings": {}, "citations": ["Nobody (2026)."], "scores": {},
    }  # fmt: skip
    page = cards.page(card)
    assert list(sections(page)) == list(cards.SECTIONS)
    for name in ("Factors", "Metrics", "Evaluation data"):
        assert sections(page)[name] == "* Not stated for a model of this name."


def test_scores_by_factor_stand_last() -> None:
    card = json.loads((ROOT / "framing/models/rating/model.json").read_bytes())["card"]
    page = cards.page({**card, "scores": {"By year": {"F1": 0.25}, "Zero": {"F1": 0.5}}, "results": {"Zero": "zero.json"}})
    assert page.index("### Zero") < page.index("### By year")
    assert "| F1 | .500 |\n\nFrom `experiments/results/zero.json`.\n\n### By year" in page
