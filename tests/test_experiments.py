"""The committed numbers are what the experiments give: the quick ones run again, on the texts that lie in ``datasets/``."""

from __future__ import annotations

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from experiments import attribution, attribution_calibration, attribution_errors, extraction, levels, results_file, tables
from framing.attribution import MODELS, AttributionExtractor
from framing.benchmark.token_texts import readable, to_bio
from framing.corpora import list_corpora
from framing.records import Attribution, Document, Span

EXPERIMENTS = Path(levels.__file__).parent
RESULTS = EXPERIMENTS / "results"
TEST_SPLIT = re.compile(r"(?:.*/)?test(?:_second_pass)?(?:\.\w+|/.*)?")  # a split, or a file or folder that holds one
VOLATILE = re.compile(r"seconds|(?:^| )ms(?: |$)|/s\b|wall|date|python|numpy|machine|cpu|platform", re.IGNORECASE)


@pytest.fixture
def only_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No corpora but those of ``datasets/``, whatever lies on this machine."""
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))


def committed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = results_file.read(name)
    return found


def differences(old: object, new: object, path: str = "", within: float = 1.01e-4) -> Iterator[str]:
    """Where two results differ: in keys, in text, or in a number by more than one in the fourth digit, or more than asked."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from (f"{path}/{key}: in one only" for key in old.keys() ^ new.keys())
        for key in old.keys() & new.keys():
            yield from differences(old[key], new[key], f"{path}/{key}", within)
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new)):
            yield from differences(a, b, f"{path}/{i}", within)
    elif isinstance(old, float) and isinstance(new, float):
        if not math.isclose(old, new, rel_tol=0, abs_tol=within):
            yield f"{path}: {old} is now {new}"
    elif old != new:
        yield f"{path}: {old!r} is now {new!r}"


@pytest.mark.usefixtures("only_our_own")
def test_levels_in_wikinews() -> None:
    assert list(differences(committed("levels")["corpora"]["wikinews"], levels.measure("wikinews", "dev"))) == []


@pytest.mark.usefixtures("only_our_own")
def test_attributions_in_wikinews_by_rules() -> None:
    old, new = committed("attribution")["results"]["wikinews_dev"], attribution.wikinews({"rules": extraction.rules}, {})
    assert new.keys() == {part for part, systems in old.items() if "rules" in systems}
    for part, systems in results_file.plain(new).items():
        assert list(differences({s: old[part][s] for s in systems}, systems)) == []


@pytest.mark.usefixtures("only_our_own")
def test_attributions_in_wikinews_by_the_shipped_model() -> None:
    folder = MODELS / "attribution"
    extractor, signed = AttributionExtractor.load(folder), {"trained": {"model": extraction.digest(folder), "text": "body"}}
    new = attribution.wikinews({"trained": extraction.trained(extractor)}, signed)
    old = committed("attribution")["results"]["wikinews_dev"]
    for part, systems in results_file.plain(new).items():
        # Another processor rounds sums otherwise, and may turn the label of a token; one attribution of 349 is .003.
        assert list(differences({s: old[part][s] for s in systems}, systems, within=0.01)) == []


OF_THE_MODEL = ("attribution", "attribution_breakdown", "attribution_calibration", "attribution_errors")


@pytest.mark.parametrize("name", OF_THE_MODEL)
def test_the_numbers_are_those_of_the_shipped_model(name: str) -> None:
    assert committed(name)["model"] == extraction.digest(MODELS / "attribution")


def test_the_plot_shows_the_results() -> None:
    drawn = attribution_calibration.plot(committed("attribution_calibration")["calibration"])
    assert drawn == attribution_calibration.PLOT.read_text(encoding="utf-8")
    assert ElementTree.fromstring(drawn).tag.endswith("svg")


def test_the_sample_of_errors_is_read_and_counted() -> None:
    rows = list(attribution_errors.read_file().values())
    assert len(rows) == attribution_errors.SAMPLE
    assert {row["class"] for row in rows} <= set(attribution_errors.CLASSES)
    assert {row["reading"] for row in rows} <= set(attribution_errors.READINGS)
    assert max(len(row["note"]) for row in rows) < 80
    assert committed("attribution_errors")["readings"] == dict(sorted(Counter(row["reading"] for row in rows).items()))


TEXT = "Ida Lund said the bridge may fall, and Bo Falk denied it."


def an_attribution(source: str | None, cue: str, content: str, i: int = 0) -> Attribution:
    """An attribution of ``TEXT`` by its words."""

    def at(words: str) -> Span:
        return Span.of(TEXT, TEXT.index(words), TEXT.index(words) + len(words))

    return Attribution(i, None if source is None else at(source), at(cue), (at(content),), "indirect")


GOLD = (an_attribution("Ida Lund", "said", "the bridge may fall"), an_attribution("Bo Falk", "denied", "it.", 1))


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (GOLD, []),
        (GOLD[:1], ["missed, listed word"]),
        ([an_attribution("Ida Lund", "said", TEXT[14:])], ["content too long", "missed, in a found content"]),
        ([an_attribution("Ida Lund", "said", "fall"), GOLD[1]], ["content too short"]),
        ([an_attribution(None, "said", "the bridge may fall"), GOLD[1]], ["source none"]),
        ([an_attribution("Bo Falk", "said", "the bridge may fall"), GOLD[1]], ["source elsewhere"]),
        ([an_attribution("Ida", "said", "the bridge may fall"), GOLD[1]], ["source extent"]),
        ([an_attribution("Bo Falk", "said", "it."), GOLD[1]], ["source and content"]),
        ([GOLD[0], an_attribution("Ida Lund", "and", "it.", 1)], ["spurious, other cue", "missed, other cue"]),
        ([*GOLD, an_attribution(None, "bridge", "Ida", 2)], ["spurious, in a gold content"]),
        ([*GOLD, an_attribution(None, "and", "Ida", 2)], ["spurious, no listed word"]),
    ],
)
def test_errors_have_a_class(found: list[Attribution], kinds: list[str]) -> None:
    assert [m.kind for m in attribution_errors.mistakes(Document("x", TEXT, attributions=GOLD), found)] == kinds


def test_groups_are_counted_on_either_side() -> None:
    found = [GOLD[0], an_attribution("Ida Lund", "denied", "it.", 1)]
    counts = extraction.group_counts([Document("x", TEXT, attributions=GOLD)], [found], ("said", "denied", "none"), lambda a: a.cue.text)
    scores = {name: score.value for name, score in counts.score().items()}
    assert [scores[f"{cue}_cue_f1"] for cue in ("said", "denied", "none")] == [1.0, 1.0, 0.0]
    assert [scores[f"{cue}_full_f1"] for cue in ("said", "denied", "none")] == [1.0, 0.0, 0.0]


def test_tokens_of_spans() -> None:
    text, offsets = readable(["``", "Yes", ",", "''", "Ida", "said", "."])
    assert text == "“Yes,” Ida said."
    spans = [("content", 0, 6), ("source", 7, 10), ("cue", 11, 15), ("content", 5, 9)]
    assert to_bio(offsets, spans) == ["B-content", "I-content", "I-content", "I-content", "B-source", "B-cue", "O"]
    assert to_bio(offsets[1:], [("content", 0, 6)])[:4] == ["B-content", "I-content", "I-content", "O"]


def test_the_tables_say_what_the_results_say() -> None:
    assert tables.text() in tables.README.read_text(encoding="utf-8")


def test_a_difference_is_seen() -> None:
    old = {"f1": 0.5, "interval": [0.4, 0.6], "n": 3}
    assert list(differences(old, {**old, "f1": 0.5001})) == []  # rounding may fall either way
    assert list(differences(old, {**old, "f1": 0.5003}, within=0.01)) == []
    assert list(differences(old, {**old, "f1": 0.5003})) == ["/f1: 0.5 is now 0.5003"]
    assert list(differences(old, {**old, "n": 4})) == ["/n: 3 is now 4"]
    assert list(differences(old, {"f1": 0.5, "interval": [0.4, 0.7]})) == ["/n: in one only", "/interval/1: 0.6 is now 0.7"]
    assert list(differences(old, {**old, "f1": None})) == ["/f1: 0.5 is now None"]


def named_test_parts(code: str) -> list[str]:
    """Strings of a program that name a test part; prose about one does not match."""
    strings = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return [text for text in strings if isinstance(text, str) and TEST_SPLIT.fullmatch(text)]


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.py")), ids=lambda path: path.name)
def test_no_experiment_names_a_test_part(path: Path) -> None:
    assert named_test_parts(path.read_text(encoding="utf-8")) == []


def test_a_test_part_is_seen() -> None:
    code = 'load("a", "test"); load("a", "dev"); open(home / "test_second_pass.tsv"); f"{home}/test/x"; print("on the test part")'
    assert sorted(named_test_parts(code)) == ["/test/x", "test", "test_second_pass.tsv"]


def test_nothing_reads_a_test_part_by_default() -> None:
    # The "test" of a corpus with official folds is a part of each fold, of which every text is one once.
    assert [c.name for c in list_corpora() for split in c.default if "test" in split and not c.folds] == []


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.name)
def test_results_are_strict_json(path: Path) -> None:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def keys(node: object) -> Iterator[str]:
    """All keys of a result."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from keys(child)
    if isinstance(node, dict):
        yield from node


@pytest.mark.parametrize("path", [p for p in sorted(RESULTS.glob("*.json")) if not p.name.endswith(".volatile.json")], ids=lambda p: p.name)
def test_what_changes_by_itself_lies_apart(path: Path) -> None:
    assert [key for key in keys(committed(path.stem)) if VOLATILE.search(key)] == []
