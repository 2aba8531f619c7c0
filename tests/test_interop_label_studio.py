"""Tasks for Label Studio: regions, choices and relations that the configuration declares, in code points."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.analysis import analyze
from framing.demo import read_demo
from framing.interop.brat_scheme import LAYERS
from framing.interop.label_studio import label_config, to_task, write_label_studio
from framing.records import Attribution, Document, Hedge, Span
from framing.result import Analysis


def results(task: dict[str, Any]) -> list[dict[str, Any]]:
    (found,) = task["predictions"]
    return list(found["result"])


def check(task: dict[str, Any], layers: tuple[str, ...] = LAYERS) -> None:
    """Everything in a task is declared, stands where it says, and belongs to something that is there."""
    config = ElementTree.fromstring(label_config(layers))
    labels = {label.get("value") for label in config.iter("Label")}
    choices = {c.get("name"): {v.get("value") for v in c.iter("Choice")} for c in config.iter("Choices")}
    of = {c.get("name"): set(c.get("whenLabelValue", "").split(",")) for c in config.iter("Choices")}
    relations = {r.get("value") for r in config.iter("Relation")}
    text, seen = task["data"]["text"], {}
    for result in results(task):
        if result["type"] == "relation":
            assert {result["from_id"], result["to_id"]} <= seen.keys()
            assert set(result["labels"]) <= relations
            continue
        value = result["value"]
        assert text[value["start"] : value["end"]] == value["text"] != ""
        if result["type"] == "labels":
            assert result["from_name"] == "label"
            assert set(value["labels"]) <= labels
            assert result["id"] not in seen
            seen[result["id"]] = value["labels"][0]
        else:
            assert set(value["choices"]) <= choices[result["from_name"]]
            assert seen[result["id"]] in of[result["from_name"]]


def test_a_task_holds_what_the_analysis_holds(make_analysis: Callable[..., Analysis]) -> None:
    analysis = make_analysis()
    task = to_task(analysis)
    check(task)
    assert task["data"] == {"text": analysis.article.text, "id": "bridge.txt", "title": "Bridge closed"}
    regions = {r["id"]: r["value"] for r in results(task) if r["type"] == "labels"}
    chosen = {(r["id"], r["from_name"]): r["value"]["choices"] for r in results(task) if r["type"] == "choices"}
    links = [(r["from_id"], r["to_id"], r["labels"]) for r in results(task) if r["type"] == "relation"]
    assert regions["cue-2"]["text"] == "told"
    assert chosen["cue-2", "level"] == ["described"]
    assert chosen["cue-2", "flags"] == ["withheld", "position"]
    assert chosen["cue-2", "reason"] == ["boilerplate"]
    assert ("cue-0", "flags") not in chosen
    assert ("cue-1", "cue-2", ["inside"]) in links
    assert {to for start, to, names in links if names == ["source"]} == {"source-0", "source-1", "source-2"}
    assert [r["labels"] for r in regions.values()][-3:] == [["Epistemic"], ["Weasel"], ["Quote"]]


def test_offsets_are_code_points() -> None:
    text = "😀😀 Mayor Ida Lund said 😀 the bridge may fall.\r\n\r\n😀 It may not."
    task = to_task(analyze(text))
    check(task)
    starts = [r["value"]["start"] for r in results(task) if r["type"] == "labels" and r["value"]["labels"] == ["Epistemic"]]
    assert starts == [text.index("may"), text.rindex("may")]


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("He said “may” fear, official\ud800😀.\n\t\r\x85\u2028\0"), max_size=80))
def test_any_text_makes_a_task(tail: str) -> None:
    task = to_task(analyze(f"Mayor Ida Lund said the bridge may fall. {tail}"))
    check(task)
    json.dumps(task, ensure_ascii=False).encode("utf-8")
    assert "\0" not in task["data"]["text"]


def test_gold_is_an_annotation_and_shares_its_regions() -> None:
    text = "Lund said A and added B."
    at = {word: Span.of(text, text.index(word), text.index(word) + len(word)) for word in ("Lund", "said", "A", "added", "B")}
    both = (Attribution(0, at["Lund"], at["said"], (at["A"],), "unknown"), Attribution(1, at["Lund"], at["added"], (at["B"],), "indirect"))
    task = to_task(Document("d", text, attributions=both))
    (annotation,) = task["annotations"]
    assert "predictions" not in task
    links = [r for r in annotation["result"] if r["type"] == "relation" and r["labels"] == ["source"]]
    assert [(r["from_id"], r["to_id"]) for r in links] == [("cue-0", "source-0"), ("cue-1", "source-0")]
    assert [r["value"]["choices"] for r in annotation["result"] if r.get("from_name") == "speech"] == [["indirect"]]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_alone(layer: str) -> None:
    analysis = analyze(read_demo())
    check(to_task(analysis, [layer]), (layer,))
    assert results(to_task(analysis, [layer]))


def test_what_cannot_be_written_is_refused() -> None:
    bad = Attribution(0, None, Span(0, 999, ""), (), "direct")
    for item in (
        Document("d", "text", attributions=(bad,)),
        Document("d", "text", attributions=(replace(bad, cue=Span(0, 2), parent=7),)),
        Document("d", "text", hedges=(Hedge(Span(0, 2), "mood", 1.0),)),
    ):
        with pytest.raises(ValueError, match=r"does not lie in|not there|no type of hedge"):
            to_task(item)
    with pytest.raises(TypeError, match="Analysis or a Document"):
        to_task("text")  # type: ignore[arg-type]


def test_a_folder_of_tasks(tmp_path: Path) -> None:
    texts = ["He said it may rain.", "", "She said so."]
    assert write_label_studio(map(analyze, texts), tmp_path) == 3
    tasks = json.loads((tmp_path / "tasks.json").read_bytes())
    assert [task["data"]["text"] for task in tasks] == texts
    assert (tmp_path / "label_config.xml").read_text() == label_config()
    with pytest.raises(FileExistsError, match=r"tasks\.json already"):
        write_label_studio([], tmp_path)
    assert write_label_studio([], tmp_path, overwrite=True) == 0
    assert json.loads((tmp_path / "tasks.json").read_bytes()) == []
