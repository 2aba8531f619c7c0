"""The published JSON: real output and hand-made output against the schema, and what a schema cannot say."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import framing
from framing import records, schema
from framing.demo import read_demo

INPUTS = {
    "demo": read_demo(),
    "empty": "",
    "blank": " \n\r\n\t",
    "no letters": "… — 12 %",
    "surrogates": "The \udc80 minister said \ud800 that “nothing\udfff is certain”.",
    "controls": "\x00\x1b[31mA spokesman\x07 said that it may rain.\x85\u2028\u202e",
    "not English": "Der Minister sagte am Dienstag, dass die Steuern wohl nicht steigen werden, und verwies auf die Opposition.",
    "right to left": "قال الوزير إن الحكومة قد تستقيل.",
    "unbalanced": "“He said “it ” was ' \" said “ that" * 50,
    "CRLF and mark": "\ufeffTitle\r\n\r\nThe mayor said it may rain.\r\n",
}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    fixed = schema.load()
    Draft202012Validator.check_schema(fixed)
    return Draft202012Validator(fixed)


def objects(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema that describes an object."""
    if isinstance(node, dict):
        if "properties" in node and isinstance(node["properties"], dict):
            yield path, node
        for key, item in node.items():
            yield from objects(item, f"{path}/{key}")
    elif isinstance(node, list):
        for i, item in enumerate(node):
            yield from objects(item, f"{path}/{i}")


def test_every_object_is_closed() -> None:
    for path, node in objects(schema.load()):
        assert node["additionalProperties"] is False, path
        assert set(node["required"]) == set(node["properties"]) - (set() if path else {"text", "explanations"}), path


def test_loading_gives_a_fresh_dictionary() -> None:
    schema.load()["properties"].clear()
    assert schema.load()["properties"]


def test_codes_are_those_of_the_records() -> None:
    defs = schema.load()["$defs"]
    assert tuple(defs["kind"]["enum"]) == records.SOURCE_KINDS
    assert tuple(defs["level"]["enum"]) == records.LEVELS
    assert tuple(defs["quote"]["properties"]["kind"]["enum"]) == records.QUOTE_KINDS
    assert tuple(defs["attribution"]["properties"]["speech"]["enum"]) == records.SPEECH
    assert tuple(defs["attribution"]["properties"]["reason"]["enum"]) == (*records.REASONS, None)
    assert tuple(defs["hedge"]["properties"]["type"]["enum"]) == records.HEDGE_TYPES
    assert tuple(defs["sentence"]["properties"]["voice"]["enum"]) == records.VOICES
    assert tuple(defs["frames"]["properties"]["primary"]["enum"]) == (*records.POLICY_FRAMES, None)
    policy, generic = (defs["frames"]["properties"][name]["anyOf"][0]["properties"] for name in ("policy", "generic"))
    assert (tuple(policy), tuple(generic)) == (records.POLICY_FRAMES, records.GENERIC_FRAMES)
    assert tuple(defs["transparency"]["properties"]["components"]["properties"]) == (*records.COMPONENTS, "accountability")


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("explain", [False, True])
def test_real_output_is_valid(name: str, explain: bool, validator: Draft202012Validator) -> None:
    text = INPUTS[name]
    result = json.loads(framing.analyze(text).to_json(with_text=True, explain=explain))
    validator.validate(result)
    assert ("explanations" in result) is explain
    assert result["text"] == text
    check_references(result, text)


def check_references(result: dict[str, Any], text: str) -> None:
    """Spans lie inside the text, numbers name something that is there, and nothing is its own ancestor."""
    n = result["n_chars"]
    assert n == len(text)
    for span in spans(result):
        assert 0 <= span[0] <= span[1] <= n
    ids = [a["id"] for a in result["attributions"]]
    entities = [e["id"] for e in result["entities"]]
    assert len(set(ids)) == len(ids)
    assert len(set(entities)) == len(entities)
    parents = {a["id"]: a["parent"] for a in result["attributions"]}
    for a in result["attributions"]:
        assert a["entity"] is None or a["entity"] in entities
        assert a["via"] == (a["relays"][-1] if a["relays"] else None)
        assert (a["reason"] is None) is not a["withheld"]
        seen, node = set(), a["id"]
        while node is not None:
            assert node not in seen
            seen.add(node)
            node = parents[node]
    assert all(h["owner"] is None or h["owner"] in ids for h in result["hedges"])
    assert all(c["attribution"] in ids for c in result["scores"]["transparency"]["contributions"])


def spans(node: Any, key: str = "") -> Iterator[list[int]]:
    if isinstance(node, dict):
        for name, item in node.items():
            yield from spans(item, name)
    elif isinstance(node, list) and key != "interval":
        if len(node) == 2 and all(type(x) is int for x in node):
            yield node
        else:
            for item in node:
                yield from spans(item, key)


def test_the_demo_fills_the_format(validator: Draft202012Validator) -> None:
    result = framing.analyze(read_demo()).to_dict(explain=True)
    for name in ("quotes", "attributions", "entities", "hedges", "sentences"):
        assert result[name], name
    assert result["title"]["span"] is not None
    assert result["scores"]["transparency"]["index"] is not None
    assert result["explanations"]["transparency"]


def test_hand_made_output_is_valid(make_analysis: Any, validator: Draft202012Validator) -> None:
    for index in (61.5, None):
        validator.validate(json.loads(make_analysis(index=index).to_json()))


BREAK = {
    "unknown key": lambda d: d.update(extra=1),
    "missing key": lambda d: d.pop("scheme"),
    "reversed type": lambda d: d.update(n_chars="12"),
    "span of three": lambda d: d.update(body=[0, 1, 2]),
    "negative offset": lambda d: d.update(body=[-1, 2]),
    "fractional offset": lambda d: d.update(body=[0, 1.5]),
    "unknown level": lambda d: d["attributions"][0].update(level="secret"),
    "unknown kind": lambda d: d["entities"][0].update(kind="robot"),
    "weight above one": lambda d: d["attributions"][0].update(weight=1.01),
    "index above a hundred": lambda d: d["scores"]["transparency"].update(index=101),
    "component left out": lambda d: d["scores"]["transparency"]["components"].pop("accountability"),
    "hash too short": lambda d: d.update(text_sha256="ab"),
    "made-up frame": lambda d: d["frames"].update(policy={"econ": 1.0}),
}


@pytest.mark.parametrize("name", BREAK)
def test_the_schema_refuses(name: str, make_analysis: Any, validator: Draft202012Validator) -> None:
    result = json.loads(make_analysis().to_json())
    broken = copy.deepcopy(result)
    BREAK[name](broken)
    assert validator.is_valid(result)
    assert not validator.is_valid(broken)


def test_the_example_of_the_readme_is_from_real_output() -> None:
    readme = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)```", readme, re.DOTALL)[1])
    result = framing.analyze(read_demo()).to_dict()
    assert shown in result["attributions"]
