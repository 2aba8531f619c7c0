"""The benchmark: files of predictions, and results that say what they are of. Its command line is in ``test_evaluate_cli``."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.benchmark import PredictionsError, compare, evaluate, registry
from framing.benchmark import predictions as files
from framing.benchmark.evaluation import UnfitError, items_sha256, tuning_split, versions
from framing.benchmark.inputs import exported, write_inputs
from framing.benchmark.predictions import SHOWN, from_records, read_predictions, write_predictions
from framing.benchmark.system import LeftOut, System
from framing.benchmark.systems import peers
from framing.benchmark.task import Item
from framing.metrics.signature import signature
from tests.made_benchmark import ABSENT, ELSEWHERE, FAILS, LEARNS, REDS, Colours

TASK = Colours()
ITEMS = TASK.items("dev")


def right() -> list[dict[str, Any]]:
    return [{"id": item.id, "colour": item.gold} for item in ITEMS]


def save(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(PredictionsError) as caught:
        read_predictions(path, TASK, ITEMS)
    return [problem.replace(str(path), "FILE") for problem in str(caught.value).split("\n")]


# files of predictions


def test_what_is_written_is_read_again_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    gold = [item.gold for item in ITEMS]
    write_predictions(path, TASK, ITEMS, gold)
    assert read_predictions(path, TASK, ITEMS) == (gold, hashlib.sha256(path.read_bytes()).hexdigest())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines[::-1]))  # a mark in front and blank lines change nothing
    assert read_predictions(path, TASK, ITEMS)[0] == gold
    assert from_records(right(), TASK, ITEMS) == (gold, hashlib.sha256(b"".join(lines)).hexdigest())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "made/00", "colour": true', "this is no JSON: Expecting ',' delimiter (character 33)"),
        ("red", "this is no JSON: Expecting value (character 1)"),
        ("[" * 100_000, "this is no JSON that can be read: it is nested too deeply"),
        ('{"id": "made/00", "colour": NaN}', "NaN is no number in JSON"),
        ('{"id": "made/00", "id": "made/01", "colour": true}', "the field 'id' stands there twice"),
        ("[1, 2]", "this must be an object with an id, not a list"),
        ("null", "this must be an object with an id, not null"),
        ('{"colour": true}', "`id` is missing"),
        ('{"id": 0, "colour": true}', "the id must be a string, not 0"),
        ('{"id": "made-00", "colour": true}', "there is no document 'made-00' in this split; did you mean 'made/00' or"),
        ('{"id": "zzz", "colour": true}', "there is no document 'zzz' in this split"),
        ('{"id": "made/01", "colour": true}', "document 'made/01' is predicted twice; the first time: FILE, line 2"),
        ('{"id": "made/00", "colour": 1}', "document 'made/00': colour must be true or false, not 1"),
        ('{"id": "made/00"}', "document 'made/00': the fields must be id and colour, not id"),
        ('{"id": "made/00", "colour": true, "sure": 1}', "document 'made/00': the fields must be id and colour, not id, colour, sure"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str, tmp_path: Path) -> None:
    said, *_ = problems(save(tmp_path / "p.jsonl", [line, *right()[1:]] if "made/01" not in message else [*right(), line]))
    assert said.startswith(f"FILE, line {41 if 'made/01' in message else 1}: {message}")


def test_bytes_that_are_no_text_and_lines_over_the_limit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "p.jsonl", right())
    lines = path.read_bytes().splitlines(keepends=True)
    monkeypatch.setattr(files, "MAX_LINE", 100)
    path.write_bytes(b"".join([b'{"id": "made/00\xff"}\n', b'{"id": "made/01", ' + b" " * 200 + b'"colour": true}\n', *lines[2:]]))
    assert problems(path)[:2] == ["FILE, line 1: this is no UTF-8 (byte 16)", "FILE, line 2: the line is longer than 100 bytes"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(right(), indent=1), "line 1: this is one JSON value over several lines; write one object a line"),
        ("\n\n" + json.dumps(right(), indent=1), "line 3: this is one JSON value over several lines; write one object a line"),
        ("\ufeff  [" + ",\n ".join(map(json.dumps, right())) + "]", "line 1: this is one JSON value over several lines"),
        (json.dumps(right()[0], indent=2), "line 1: this is one JSON value over several lines; write one object a line"),
        (json.dumps(right()), "line 1: this must be an object with an id, not a list of 40; write one object a line"),
    ],
)
def test_one_value_instead_of_lines_is_one_problem(text: str, message: str, tmp_path: Path) -> None:
    (said,) = problems(save(tmp_path / "p.jsonl", [text]))
    assert said.startswith(f"FILE, {message}")


def test_only_the_first_line_can_be_the_beginning_of_one_value(tmp_path: Path) -> None:
    said = problems(save(tmp_path / "p.jsonl", [right()[0], "{", "[", *right()[1:]]))
    assert [problem.partition(":")[0] for problem in said] == ["FILE, line 2", "FILE, line 3"]
    assert all("this is no JSON" in problem for problem in said)
    assert problems(save(tmp_path / "p.jsonl", ["[red] car", *right()[1:]]))[0].startswith("FILE, line 1: this is no JSON: Expecting value")


def test_an_id_is_cut_only_where_a_line_says_the_rest(tmp_path: Path) -> None:
    items = [Item("made/" + "x" * 100 + end, "", True) for end in "ab"]
    path = save(tmp_path / "p.jsonl", [{"id": "y" * 100, "colour": True}, {"id": items[0].id, "colour": 1}])
    with pytest.raises(PredictionsError) as caught:
        read_predictions(path, TASK, items)
    assert [problem.partition("p.jsonl")[2] for problem in caught.value.problems] == [
        f", line 1: there is no document '{'y' * 59}…' in this split",
        f", line 2: document 'made/{'x' * 54}…': colour must be true or false, not 1",
        f": no prediction for 1 of 2 sentences: '{items[1].id}'",
    ]
    with pytest.raises(PredictionsError, match=f"did you mean '{items[1].id}' or '{items[0].id}'"):
        read_predictions(save(path, [{"id": "made/" + "x" * 99 + "b", "colour": True}]), TASK, items)


def test_missing_documents_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    assert problems(save(tmp_path / "p.jsonl", right()[7:])) == [
        "FILE: no prediction for 7 of 40 sentences: 'made/00', 'made/01', 'made/02', 'made/03', 'made/04' ..."
    ]
    assert problems(save(tmp_path / "p.jsonl", right()[1:])) == ["FILE: no prediction for 1 of 40 sentences: 'made/00'"]
    assert "no prediction for 40 of 40" in problems(save(tmp_path / "p.jsonl", []))[0]


def test_ten_problems_are_told_and_the_others_counted(tmp_path: Path) -> None:
    said = problems(save(tmp_path / "p.jsonl", [{"id": item.id} for item in ITEMS]))
    assert said[0] == "FILE, line 1: document 'made/00': the fields must be id and colour, not id"
    assert said[9:] == ["FILE, line 10: document 'made/09': the fields must be id and colour, not id", "and 30 more"]
    said = problems(save(tmp_path / "p.jsonl", ["x"] * 30))
    assert len(said) == SHOWN + 1
    assert (said[9][:27], said[10]) == ("FILE: no prediction for 40 ", "and 21 more")  # that nothing was there is always told


def test_a_foreign_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    said = problems(save(tmp_path / "p.jsonl", [{"id": "\x1b[2J\ud800\n" + "x" * 500}, *right()]))
    assert said[0].isprintable()
    assert len(said[0]) < 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(st.lists(JSON | st.dictionaries(st.sampled_from(["id", "colour", "x"]), JSON | st.sampled_from([i.id for i in ITEMS])), max_size=5))
def test_whatever_stands_there_is_a_problem_in_words(rows: list[Any]) -> None:
    with pytest.raises(PredictionsError):
        from_records(rows, TASK, ITEMS)


def test_an_old_file_stays_where_writing_fails(tmp_path: Path) -> None:
    path = save(tmp_path / "p.jsonl", ["old"])
    with pytest.raises(ValueError, match="Out of range float"):
        write_predictions(path, TASK, ITEMS, [float("nan")] * len(ITEMS))
    assert path.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["p.jsonl"]


def test_inputs_hold_no_gold(tmp_path: Path) -> None:
    write_inputs(tmp_path / "i.jsonl", TASK.items("cv"))
    rows = [json.loads(line) for line in (tmp_path / "i.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows[1] == {"id": "made/01", "text": "The green boat number 0 left.", "given": {"number": 1}, "fold": 1}
    assert len(rows) == len(ITEMS)
    (line,) = exported([Item("a", "\ud800", None)])  # a lone surrogate cannot be UTF-8, and may not stop the export
    assert json.loads(line)["text"] == "\ud800"


# results


def test_a_result_says_what_it_is_of(tmp_path: Path) -> None:
    path = save(tmp_path / "p.jsonl", right())
    result = evaluate(TASK, predictions=path)
    assert (result.split, result.system, result.primary.value, result.primary.n) == ("dev", "file", 1.0, 40)
    fields = dict(part.split(":", 1) for part in result.primary.signature.split("|"))
    assert fields["task"] == "colours"
    assert fields["predictions"] == hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert fields["data"] == items_sha256(ITEMS)[:12]
    assert fields["seed"] == "0"
    of_system = evaluate(TASK, "dev", system=REDS)
    assert "|system:reds|system.model:reds;v=1|system.seed:0|" in of_system.primary.signature
    assert of_system.seconds is not None


def test_json_is_the_same_in_every_run_but_for_what_is_volatile() -> None:
    one, two = (evaluate(TASK, system=REDS) for _ in range(2))
    assert json.dumps(one.to_dict(), allow_nan=False) == json.dumps(two.to_dict())
    whole = one.to_dict(volatile=True)
    assert set(whole) - set(one.to_dict()) == {"volatile"}
    assert whole["volatile"]["versions"]["numpy"] == np.__version__
    assert one.to_dict()["scores"]["undefined"]["value"] is None
    assert one.to_dict()["scores"]["colour_recall"] == {"value": 0.3333, "interval": [0.15, 0.5], "n": 40}


def test_the_test_part_is_read_only_if_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Colours, "read_splits", [])
    evaluate(TASK, system=REDS)
    assert set(Colours.read_splits) == {"dev"}
    evaluate(TASK, "test", system=REDS)
    assert Colours.read_splits[-1] == "test"

    class Last(Colours):
        splits = ("test",)

    with pytest.raises(ValueError, match="has only the split test: name it"):
        tuning_split(Last())


def test_gold_is_shown_only_where_there_are_folds() -> None:
    assert evaluate(TASK, system=REDS).items[0].gold is True  # the system itself asserts that it saw none
    assert evaluate(TASK, "cv", system=LEARNS).primary.value == 1.0
    with pytest.raises(ValueError, match="two folds or more"):
        evaluate(TASK, "dev", system=LEARNS)


def test_what_a_system_fails_on_is_empty_and_counted() -> None:
    result = evaluate(TASK, system=FAILS)
    assert list(result.predictions) == [k % 4 != 0 for k in range(40)]
    assert result.warnings == (
        'fails raised an error on 10 of 40 sentences, which count as empty predictions (10 × KeyError, such as "\'made/00\'")',
    )
    assert result.to_dict()["warnings"] == list(result.warnings)


def test_what_cannot_be_imported_fails_as_a_whole() -> None:
    def predict(given: int) -> None:
        raise ImportError("no bson")

    with pytest.raises(ImportError, match="no bson"):
        peers.each("peer", [1], predict, lambda _: None)


def test_hedges_of_a_package_that_fails_are_none_in_any_sentence() -> None:
    from framing.benchmark.systems.lexicon import cues, uncertain

    text = "It may rain. It rains."
    items = [Item("a", text, None, {"sentences": [[0, 12], [13, 22]]}), Item("b", "", None, {"sentences": [[0, 0]]})]
    found = uncertain("lexicon", lambda sentence: cues(sentence, "szeged"), TASK, "dev", items, None)
    assert found == [(True, False), (False,)]

    def fails(sentence: str) -> Any:
        raise RuntimeError("parse")

    with pytest.warns(LeftOut, match="peer raised an error on 2 of 2 sentences"):
        assert uncertain("peer", fails, TASK, "dev", items, None) == [(False, False), (False,)]


def test_other_warnings_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import warnings

    def warns(task: Any, split: str, items: Any, home: Any) -> list[bool]:
        warnings.warn("old model", FutureWarning, stacklevel=1)
        return [True] * len(items)

    with pytest.warns(FutureWarning, match="old model"):
        result = evaluate(TASK, system=System("warns", "", {"colours": warns}))
    assert result.warnings == ()


def test_systems_that_do_not_fit_say_so() -> None:
    with pytest.raises(UnfitError, match="elsewhere does nothing for colours; it does levels"):
        evaluate(TASK, system=ELSEWHERE)
    with pytest.raises(ImportError, match="needs no_such_package, not installed here: pip install no-such-package"):
        evaluate(TASK, system=ABSENT)
    with pytest.raises(ValueError, match="gave 1 predictions for 40 items"):
        evaluate(TASK, system=System("short", "", {"colours": lambda *_: [True]}))
    with pytest.raises(TypeError, match="either predictions or a system"):
        evaluate(TASK)
    with pytest.raises(ValueError, match="has no split 'tset'"):
        evaluate(TASK, "tset", system=REDS)


def test_the_difference_of_two_is_tested_on_the_same_items() -> None:
    perfect, reds = evaluate(TASK, predictions=right()), evaluate(TASK, system=REDS)
    compared = compare(perfect, reds, ["colour_f1"])
    (d,) = compared.differences
    assert d.difference == pytest.approx(0.5)
    assert d.interval[0] > 0
    assert max(d.p_bootstrap, d.p_randomisation) < 0.01
    (same,) = compare(reds, reds, ["colour_f1"]).differences
    assert (same.difference, same.p_randomisation) == (0, 1)
    (back,) = compare(reds, perfect, ["colour_f1"]).differences
    assert back.difference == -d.difference
    whole = compare(perfect, reds)
    assert [x.name for x in whole.differences] == list(reds.scores)
    told = whole.to_dict()
    json.dumps(told, allow_nan=False)
    assert told["differences"]["colour_f1"]["difference"] == 0.5
    assert told["differences"]["undefined"]["p_bootstrap"] is None
    assert (told["first"]["system"], told["second"]["system"], told["primary"]) == ("file", "reds", "colour_f1")


def test_what_cannot_be_compared_is_not() -> None:
    reds = evaluate(TASK, system=REDS)
    with pytest.raises(UnfitError, match="two splits cannot be compared: dev, cv"):
        compare(reds, evaluate(TASK, "cv", system=REDS))
    with pytest.raises(ValueError, match="no score 'f1'; there are colour_precision"):
        compare(reds, reds, ["f1"])

    class Other(Colours):
        def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
            return super().items(split, data_home)[::-1]

    with pytest.raises(UnfitError, match="of two items cannot be compared"):
        compare(reds, evaluate(Other(), system=REDS))


def test_the_sum_of_items_knows_everything_of_them() -> None:
    item = Item("a", "text", {"x": {1, 2}}, {"y": np.array([1.5])}, "group", 1)
    sums = {items_sha256([item]), items_sha256([item, item])}
    for change in ({"id": "b"}, {"text": "u"}, {"gold": {"x": {1, 3}}}, {"given": {}}, {"group": None}, {"fold": 2}):
        sums.add(items_sha256([Item(**{**{k: getattr(item, k) for k in Item.__dataclass_fields__}, **change})]))
    assert len(sums) == 8
    with pytest.raises(TypeError, match="holds a object"):
        items_sha256([Item("a", "", object())])
    assert items_sha256([Item("a", "", {3, 1, 2})]) == items_sha256([Item("a", "", {2, 1, 3})])


def test_versions_are_of_what_is_installed() -> None:
    found = versions(("no_such_package",))
    assert "no_such_package" not in found
    assert found["python"].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}")


def test_signature_fields_hold_no_separators() -> None:
    signature(**evaluate(TASK, system=REDS).signed())


# systems of others


class _Token:
    def __init__(self, i: int, text: str, idx: int) -> None:
        self.i, self.text, self.idx = i, text, idx

    def __len__(self) -> int:
        return len(self.text)


def test_stretches_of_neighbouring_words() -> None:
    from framing.benchmark.systems.textacy import stretches

    tokens = [_Token(0, "Mayor", 0), _Token(1, "Ida", 6), _Token(3, "Lund", 15)]
    assert list(stretches([tokens[2], tokens[0], tokens[1], tokens[0]])) == [(0, 9), (15, 19)]
    assert list(stretches([])) == []


def test_no_pipeline_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy")
    peers.pipeline.cache_clear()
    monkeypatch.setenv(peers.VARIABLE, "no_such_pipeline")
    with pytest.raises(ImportError, match="cannot load 'no_such_pipeline': python -m spacy download en_core_web_sm, or name one in"):
        peers.pipeline()
    monkeypatch.delenv(peers.VARIABLE)
    monkeypatch.setattr("spacy.util.get_installed_models", lambda: ["de_core_news_sm"])
    with pytest.raises(ImportError, match="no English pipeline"):
        peers.pipeline()


def test_how_to_install_each_peer_stands_in_the_documentation() -> None:
    page = (Path(__file__).parents[1] / "docs" / "howto" / "evaluate.md").read_text(encoding="utf-8")
    block = next(block for block in page.split("```sh\n") if block.startswith("pip install"))
    installs = [system.install for system in map(registry.system, registry.SYSTEMS) if {"spacy"} & {*system.needs}]
    assert sorted(block.partition("```")[0].splitlines()) == sorted(installs)
    assert len(installs) == 3
    assert all("pip install en_core" not in install and "pipeline" not in install for install in installs)


def test_a_long_error_is_cut_at_a_word() -> None:
    def told(message: str) -> str:
        def predict(given: int) -> None:
            raise ValueError(message)

        with pytest.warns(LeftOut) as caught:
            peers.each("peer", [1], predict, lambda _: None)
        return str(caught[0].message).partition("such as ")[2].removesuffix(")")

    words = "many words, " * 8
    assert len(words) == 96
    assert told(f"{words}four") == repr(f"{words}four"), "a hundred characters"
    assert told(f"{words}fourth") == repr(f"{words.rstrip(', ')}…")
    assert told(f"{words}four more") == repr(f"{words}four…")
    assert told("x" * 101) == repr("x" * 100 + "…")


def test_importing_loads_no_peer() -> None:
    code = "import sys, framing.benchmark as b\nfor n in ('textacy', 'spacy-rules', 'convokit'): b.registry.system(n)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert not {"spacy", "textacy", "convokit", "sklearn", "torch"} & set(done.stdout.split())


@pytest.fixture
def parsed() -> Any:
    """A parse made by hand, of the rules' three shapes."""
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import Doc

    def make(rows: list[tuple[str, str, str, int]]) -> Any:
        words = [row[0] for row in rows]
        return Doc(
            spacy.blank("en").vocab,
            words=words,
            spaces=[not (k + 1 < len(words) and words[k + 1] in (",", ".")) for k in range(len(words))],
            pos=[row[1] for row in rows],
            deps=[row[2] for row in rows],
            heads=[row[3] for row in rows],
        )

    return make


def spans(doc: Any, triple: Any) -> list[list[str]]:
    return [[doc.text[a:b] for a, b in parts] for parts in (triple.source, triple.cue, triple.content)]


def test_rules_over_a_parse(parsed: Any) -> None:
    from framing.benchmark.systems.spacy_rules import extract

    clause = parsed(
        [
            ("The", "DET", "det", 1),
            ("mayor", "NOUN", "nsubj", 3),
            ("has", "AUX", "aux", 3),
            ("said", "VERB", "ROOT", 3),
            ("that", "SCONJ", "mark", 6),
            ("it", "PRON", "nsubj", 6),
            ("fell", "VERB", "ccomp", 3),
            (".", "PUNCT", "punct", 3),
        ]
    )
    assert [spans(clause, t) for t in extract(clause)] == [[["The mayor"], ["has said"], ["it fell"]]]
    according = parsed(
        [
            ("It", "PRON", "nsubj", 1),
            ("fell", "VERB", "ROOT", 1),
            (",", "PUNCT", "punct", 1),
            ("according", "VERB", "prep", 1),
            ("to", "ADP", "prep", 3),
            ("police", "NOUN", "pobj", 4),
            (".", "PUNCT", "punct", 1),
        ]
    )
    assert [spans(according, t) for t in extract(according)] == [[["police"], ["according to"], ["It fell"]]]
