"""Levels measured by the benchmark: what the scores are by hand, their signatures, and who reads them."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import levels, levels_end_to_end, results_file, source_tables
from experiments.levels import Pairs, Row
from framing import cards
from framing.benchmark.evaluation import Result
from framing.benchmark.task import Item
from framing.metrics import agreement, entities
from framing.records import LEVELS, REASONS, SOURCE_KINDS, Attribution, Document, Entity, Span

TEXT = "Ida Lund said it fell. Aides said it rose. She denied it."


def attribution(i: int, source: str, cue: str, content: str, entity: int | None, **labelled: Any) -> Attribution:
    source_, cue_, content_ = (Span.of(TEXT, TEXT.index(words), TEXT.index(words) + len(words)) for words in (source, cue, content))
    return Attribution(i, source_, cue_, (content_,), "indirect", entity=entity, **labelled)


ROWS = (
    attribution(0, "Ida Lund", "said", "it fell", 0, kind="person", level="named", position=True),
    attribution(1, "Aides", "said it", "it rose", 1, kind="group", level="described", withheld=True, reason="none"),
    attribution(2, "She", "denied", "it.", 0, kind="person", level="named"),
)
LUND, AIDES = Entity(0, "Ida Lund", "person", "named", ()), Entity(1, "Aides", "group", "described", ())


def document(name: str = "a", rows: tuple[Attribution, ...] = ROWS, **meta: Any) -> Document:
    return Document(name, TEXT, attributions=rows, entities=(LUND, AIDES), meta=meta)


def made(seed: int, articles: int = 12, gaps: bool = False) -> Pairs:
    """Labels by chance; with ``gaps`` either side may lack an attribution."""
    chance = np.random.default_rng(seed)

    def one() -> Row:
        kind, level, reason = (codes[chance.integers(len(codes))] for codes in (SOURCE_KINDS[:4], LEVELS, REASONS))
        withheld, position, relayed, named = (chance.random(4) < 0.4).tolist()
        entity = None if chance.random() < 0.2 else int(chance.integers(3))
        name = None if entity is None or not named else f"n{entity}"
        return Row(kind, level, withheld, position, reason if withheld else None, ("x",) if relayed else (), entity, name)

    pairs: Pairs = []
    for _ in range(articles):
        rows = [(one(), one()) for _ in range(chance.integers(1, 6))]
        if gaps:
            rows += [(one(), levels_end_to_end.NOTHING), (levels_end_to_end.NOTHING, one())]
        pairs.append(([g for g, _ in rows], [f for _, f in rows]))
    return pairs


def f1(gold: list[bool], found: list[bool]) -> float:
    below = sum(gold) + sum(found)
    return 2 * sum(g and f for g, f in zip(gold, found)) / below if below else math.nan


def by_hand(pairs: Pairs, ignored: str | None = None) -> dict[str, float]:
    """The scores of labels, counted one by one."""
    both = [(g, f) for gold, found in pairs for g, f in zip(gold, found)]
    out = {}
    for field in ("kind", "level"):
        a, b = ([getattr(pair[side], field) for pair in both] for side in (0, 1))
        out[f"{field}_accuracy"] = sum(x == y for x, y in zip(a, b)) / len(both)
        classes = [c for c in Counter(a) if c != ignored]
        out[f"{field}_macro_f1"] = float(np.mean([f1([x == c for x in a], [y == c for y in b]) for c in classes]))
    for field in ("withheld", "via"):
        out[f"{field}_f1"] = f1(*([bool(getattr(pair[side], field)) for pair in both] for side in (0, 1)))
    reasons = [g.reason == f.reason for g, f in both if g.withheld and f.withheld]
    out["reason_accuracy"] = sum(reasons) / len(reasons) if reasons else math.nan
    positions = [[pair[side].position for pair in both] for side in (0, 1)]
    out["position_accuracy"] = sum(x == y for x, y in zip(*positions)) / len(both)
    out["position_kappa"] = float(agreement.kappa(agreement.table(*positions, (False, True))))
    sums = np.sum([entities.gold_statistics([r.entity for r in g], [r.entity for r in f]) for g, f in pairs], axis=0)
    out["entity_b_cubed_f1"] = float(entities.scores(sums)["b_cubed_f1"])
    named = [(g.name, f.name) for g, f in both if g.name is not None]
    out["entity_name_accuracy"] = sum(x == y for x, y in named) / len(named)
    return out


def values(scores: dict[str, Any], names: tuple[str, ...]) -> dict[str, float]:
    return {name: math.nan if cell["value"] is None else cell["value"] for name, cell in levels.shown(scores, names).items()}


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_counted_by_hand(seed: int) -> None:
    pairs = made(seed)
    found = values(levels.scored("wikinews", "dev", levels.whole([document()]), pairs, "rules"), levels.SHOWN)
    assert found == pytest.approx(by_hand(pairs), abs=5.1e-5, nan_ok=True)
    classes = levels.by_class(pairs, levels.scored("polnear", "dev", (), pairs, "rules"), "level", LEVELS)
    both = [(g.level, f.level) for gold, found in pairs for g, f in zip(gold, found)]
    for level, row in classes.items():
        assert (row["gold"], row["found"]) == (sum(g == level for g, _ in both), sum(f == level for _, f in both))
        expected = f1([g == level for g, _ in both], [f == level for _, f in both])
        assert (math.nan if row["f1"] is None else row["f1"]) == pytest.approx(expected, abs=5.1e-5, nan_ok=True)
        assert (row["n"], "task:levels" in row["signature"], len(row["interval"])) == (len(pairs), True, 2)


@pytest.mark.parametrize("seed", range(5))
def test_misses_and_false_alarms_count(seed: int) -> None:
    pairs = made(seed, gaps=True)
    counts = levels_end_to_end.all_counts(pairs)
    found = levels.scored("wikinews", "dev", (), pairs, "trained", counts, spans="found", reading="all")
    expected = by_hand(pairs, ignored=levels_end_to_end.NO_LABEL)
    assert set(levels_end_to_end.ALL) < expected.keys()
    assert values(found, levels_end_to_end.ALL) == pytest.approx({name: expected[name] for name in levels_end_to_end.ALL}, abs=5.1e-5)
    for name in levels_end_to_end.ALL:
        assert {"spans:found", "reading:all", "split:dev", "system:framing"} < {*found[name].signature.split("|")}
        assert found[name].n == len(pairs)


def test_the_signature_is_that_of_the_benchmark() -> None:
    """Of the same items and predictions the benchmark gives the same scores, intervals and signatures."""
    documents = [document("a"), document("b", ROWS[:2])]
    chosen, pairs = levels.whole(documents), [(levels.labels(d), levels.predict(d)) for d in documents]
    mine = levels.scored("polnear", "dev", chosen, pairs, "trained")
    compared = 0
    for task, begin in zip(levels.TASKS["polnear"], ("", "entity_")):
        items = tuple(task.item(d, range(len(d.attributions))) for d in documents)
        said = [tuple(r.entity for r in rows) if begin else tuple(rows) for _, rows in pairs]
        fields = levels.registry.system("framing").fields(task.name)
        result = Result(task, "dev", "framing", items, tuple(said), task.measure(items, said), fields=fields)
        for name, score in result.scores.items():
            own = mine[begin + name]
            assert (own.signature, own.n) == (score.signature, score.n)
            assert (own.value, *own.interval) == pytest.approx((score.value, *score.interval), nan_ok=True)
            compared += 1
    assert compared == len(mine) - 1
    assert "task:" not in mine[levels.NAME].signature, "no score of the benchmark"
    assert {"names:folded", "spans:given", "system:framing"} < {*mine[levels.NAME].signature.split("|")}


def test_a_row_is_a_source_of_the_benchmark() -> None:
    (gold, aides, she) = levels.labels(document())
    assert (gold.name, aides.name, she.entity, aides.reason) == ("Ida Lund", "Aides", 0, "none")
    task = levels.TASKS["polnear"][0]
    scores = task.measure([Item("a", "", (gold, aides, she))], [(gold, aides, she)]).score()
    assert scores[task.primary].value == 1


def test_the_majority_is_what_train_has_most() -> None:
    train = levels.labels(document())
    ((gold, guess),) = levels.majority(train, levels.whole([document()]))
    assert gold == train
    assert guess == [Row("person", "named", False, False)] * 3
    scores = levels.shown(levels.scored("polnear", "dev", levels.whole([document()]), [(gold, guess)], "majority"))
    assert (scores["kind_accuracy"]["value"], scores["entity_b_cubed_f1"]["value"]) == (0.6667, 0.8)
    assert scores["reason_accuracy"]["value"] is None
    assert "system:majority" in scores["kind_accuracy"]["signature"]


def test_the_second_pass_is_compared_on_what_both_have() -> None:
    first = [document("a", annotator="x", events=("1", "2", "3")), document("b", annotator="x", events=("1", "2", "3"))]
    second = [document("a", ROWS[::-1][:2], annotator="x", events=("3", "9"))]
    chosen, pairs = levels.coded_twice(first, second)
    assert chosen == [(first[0], [2])]
    assert pairs == [([levels.labels(first[0])[2]], [levels.labels(first[0])[2]])] == levels.second_pass(first, second)
    assert levels.scored("polnear", "dev", chosen, pairs, "second pass")["kind_accuracy"].value == 1


# who reads them


def cell(value: float | None, *interval: float | None) -> dict[str, Any]:
    return {"name": "made", "value": value, "interval": list(interval), "n": 2, "signature": "made:1"}


RARE = cell(0.5, None, None)
USUAL = cell(0.5, 0.25, 0.75)


def test_what_has_no_interval_is_shown_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: dict[str, Any] = {system: {"usual": USUAL, "rare": RARE} for system in ("trained", "rules", "majority")}
    found = {f"by {field}": {"x": {**RARE, "f1": 0.5, "gold": 1, "found": 2}} for field in ("kind", "level")}
    part = {**parts, **found, "second pass": {"usual": cell(None, None, None), "rare": RARE}}
    monkeypatch.setattr(source_tables, "result", lambda name: {"corpora": {"made": part}})
    assert source_tables.levels().splitlines()[2:] == [
        "| made dev | usual | .500 [.250, .750] | .500 [.250, .750] |  |  | .500 [.250, .750] |  |",
        "| made dev | rare | .500 | .500 |  |  | .500 | .500 |",
    ]
    assert source_tables.classes().splitlines()[2:] == ["| made dev | kind | x | 1 | 2 | .500 |", "| made dev | level | x | 1 | 2 | .500 |"]
    readings = {"matched": {"rare": RARE}, "all": {"usual": USUAL}}
    monkeypatch.setattr(source_tables, "result", lambda name: {"corpora": {"made": {"trained": readings, "rules": readings}}})
    assert source_tables.end_to_end().splitlines()[2:] == [
        "| made dev | matched | rare | .500 | .500 |  |",
        "| made dev | all | usual | .500 [.250, .750] | .500 [.250, .750] |  |",
    ]


def test_a_card_can_show_all_scores(tmp_path: Path) -> None:
    report = {"corpora": {"made": {"trained": {"usual": USUAL, "rare": RARE, "nothing": cell(None, None, None)}}}}
    scores = levels.card_scores(report)
    assert scores == {"made dev, spans given": {"usual": USUAL, "rare": 0.5}}
    shown = "\n".join(cards._scores(scores, {}))
    assert "| usual | .500 [.250, .750], 2 documents |" in shown
    assert "| rare | .500 |" in shown
    assert "`made:1`" in shown


def test_every_committed_score_is_signed() -> None:
    for name in ("levels", "levels_end_to_end"):
        scores = list(cells(results_file.read(name, results_file.COMMITTED)["corpora"]))
        assert len(scores) > 50
        assert all(score["signature"].startswith(("spans:", "task:", "names:")) and score["n"] > 0 for score in scores)


def cells(node: Any) -> Any:
    """The scores in a result."""
    if isinstance(node, dict):
        if "interval" in node:
            yield node
        else:
            for value in node.values():
                yield from cells(value)
