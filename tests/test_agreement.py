"""Our own data sets: well-formed, without texts of others, and their cards say what the script measures."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import agreement
from framing.records import GENERIC_FRAMES, LEVELS, POLICY_FRAMES, REASONS, SOURCE_KINDS

DATASETS = agreement.DATASETS
LEVEL_FILES = ("train", "enriched", "dev", "dev_second_pass")
WIKINEWS_FILES = ("train", "dev", "dev_second_pass")
COLUMNS = {
    "source_levels": "document annotator_file event cue source kind level withheld reason position via entity",
    "policy_frames": "id primary others generic",
    "article_ratings": "corpus id ident anon first divers cover voice overall",
}
LONGEST = {"source_levels": 120, "policy_frames": 40, "article_ratings": 80}  # of one cell: names, ids, codes, no text


def stand_off() -> list[Path]:
    return [path for name in COLUMNS for path in sorted((DATASETS / name).glob("*.tsv"))]


def wikinews(name: str) -> list[dict[str, Any]]:
    lines = (DATASETS / "wikinews_attributions" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(agreement.RESULTS.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def computed() -> dict[str, Any]:
    return {name: agreement.compute(name) for name in agreement.READERS}


@pytest.mark.parametrize("name", agreement.READERS)
def test_card_says_what_the_results_say(name: str, committed: dict[str, Any]) -> None:
    card = (DATASETS / name / "README.md").read_text(encoding="utf-8")
    assert agreement.fill(card, committed[name]) == card
    assert agreement.fill(card, {**committed[name], "signature": "another"}) != card


@pytest.mark.parametrize("name", agreement.READERS)
def test_results_are_what_the_data_give(name: str, committed: dict[str, Any], computed: dict[str, Any]) -> None:
    old, new = committed[name], computed[name]
    assert (old["signature"], old["counts"]) == (new["signature"], new["counts"])
    assert {g: list(m) for g, m in old["measures"].items()} == {g: list(m) for g, m in new["measures"].items()}
    for group, named in old["measures"].items():
        for measure, was in named.items():
            now = new["measures"][group][measure]
            assert now["value"] == pytest.approx(was["value"], abs=1e-4), (group, measure)
            if was["interval"]:
                assert now["interval"] == pytest.approx(was["interval"], abs=1e-4), (group, measure)
                assert was["interval"][0] <= was["value"] <= was["interval"][1], (group, measure)


@pytest.mark.parametrize("name", agreement.READERS)
def test_counts_of_the_card_are_those_of_the_files(name: str) -> None:
    card = (DATASETS / name / "README.md").read_text(encoding="utf-8")
    said = {
        m[1]: [int(cell.replace(",", "")) for cell in m[2].split("|") if re.fullmatch(r" [\d,]+ ", cell)]
        for m in re.finditer(r"(?m)^\| (\w+\.(?:tsv|jsonl)) \|(.*)\|$", card)
    }
    files = {path.name: path for path in (DATASETS / name).iterdir() if path.suffix != ".md"}
    assert said.keys() == files.keys()
    for file, path in files.items():
        if name == "wikinews_attributions":
            documents = wikinews(path.stem)
            all_ = [a for d in documents for a in d["attributions"]]
            counts = [sum(a["parent"] is not None for a in all_), sum(a["via"] is not None for a in all_), sum(a["withheld"] for a in all_)]
            assert said[file] == [len(documents), len(all_), *counts]
        elif name == "source_levels":
            rows = agreement.rows(path)
            assert said[file] == [len({r["document"] for r in rows}), len(rows)]
        else:
            assert said[file] == [len(agreement.rows(path))]


@pytest.mark.parametrize("path", stand_off(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_stand_off_files_hold_columns_and_no_text(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert "\r" not in text
    assert text.endswith("\n")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    lines = [line.split("\t") for line in text[:-1].split("\n")]
    assert lines[0] == COLUMNS[path.parent.name].split()
    assert {len(cells) for cells in lines} == {len(lines[0])}
    assert max(len(cell) for cells in lines for cell in cells) <= LONGEST[path.parent.name]
    assert all(cell and cell == cell.strip() for cells in lines for cell in cells)


@pytest.mark.parametrize("name", LEVEL_FILES)
def test_source_levels_rows(name: str) -> None:
    rows = agreement.rows(DATASETS / "source_levels" / f"{name}.tsv")
    assert max(Counter((r["annotator_file"], r["event"]) for r in rows).values()) == 1
    assert len({(r["document"], r["annotator_file"]) for r in rows}) == len({r["document"] for r in rows}), "one annotator an article"
    for r in rows:
        assert r["annotator_file"].startswith(r["document"])
        for field in ("cue", "source"):
            if field == "source" and r[field] == "-":
                continue
            offsets = [int(n) for n in re.split("[-;]", r[field])]
            assert re.fullmatch(r"\d+-\d+(;\d+-\d+)*", r[field])
            assert all(a < b for a, b in pairwise(offsets)), (r["event"], r[field])
        check_labels(r["kind"], r["level"], r["withheld"], r["reason"], r["position"], r["entity"])


def check_labels(kind: str, level: str, withheld: str, reason: str, position: str, entity: str) -> None:
    assert kind in SOURCE_KINDS
    assert level in LEVELS
    assert {withheld, position} <= {"0", "1"}
    assert (reason in REASONS) if withheld == "1" else (reason == "-")
    assert (entity == "-") == (kind == "none") == (level == "impersonal")


def test_passes_of_a_split_share_their_articles_and_no_split_another() -> None:
    articles = {name: {r["document"] for r in agreement.rows(DATASETS / "source_levels" / f"{name}.tsv")} for name in LEVEL_FILES}
    assert articles["dev"] == articles["dev_second_pass"]
    assert not articles["train"] & articles["enriched"]
    assert not (articles["train"] | articles["enriched"]) & articles["dev"]
    news = {name: {d["id"] for d in wikinews(name)} for name in WIKINEWS_FILES}
    assert news["dev_second_pass"] <= news["dev"]
    assert not news["train"] & news["dev"]


@pytest.mark.parametrize("name", ["train", "train_second_pass"])
def test_policy_frames_rows(name: str) -> None:
    rows = agreement.rows(DATASETS / "policy_frames" / f"{name}.tsv")
    assert len({r["id"] for r in rows}) == len(rows)
    for r in rows:
        others, generic = ([] if r[c] == "-" else r[c].split(",") for c in ("others", "generic"))
        assert r["primary"] in POLICY_FRAMES
        assert set(others) <= set(POLICY_FRAMES) - {r["primary"]}
        assert set(generic) <= set(GENERIC_FRAMES)
        assert len(set(others)) == len(others)
        assert len(set(generic)) == len(generic)


@pytest.mark.parametrize("name", ["first_pass", "second_pass"])
def test_article_ratings_rows(name: str) -> None:
    rows = agreement.rows(DATASETS / "article_ratings" / f"{name}.tsv")
    assert len({(r["corpus"], r["id"]) for r in rows}) == len(rows)
    assert Counter(r["corpus"] for r in rows) == {"polnear": 234, "article_bias_prediction": 160}
    for r in rows:
        assert all(r[q] in "12345" or (q == "anon" and r[q] == "0") for q in agreement.QUESTIONS), r


@pytest.mark.parametrize("name", WIKINEWS_FILES)
def test_wikinews_records(name: str) -> None:
    for d in wikinews(name):
        assert list(d) == ["id", "title", "date", "url", "licence", "credit", "text", "attributions"]
        assert d["url"].startswith("https://en.wikinews.org/wiki/")
        assert d["licence"].startswith("CC BY 2.5 (https://")
        assert "Wikinews" in d["credit"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", d["date"])
        found = d["attributions"]
        assert [a["id"] for a in found] == list(range(1, len(found) + 1))
        assert [a["cue"] for a in found] == sorted(a["cue"] for a in found)
        parents = {a["id"]: a["parent"] for a in found}
        for a in found:
            for start, end in [*([a["source"]] if a["source"] else []), a["cue"], *a["content"]]:
                assert 0 <= start < end <= len(d["text"])
                assert d["text"][start:end] == d["text"][start:end].strip()
            edges = [x for span in a["content"] for x in span]
            assert a["content"]
            assert all(x < y for x, y in pairwise(edges))
            above = a["parent"]
            for _ in found:
                above = None if above is None else parents[above]
            assert above is None, "a circle of parents"
            assert a["via"] is None or a["via"].strip()
            reason = "-" if a["reason"] is None else a["reason"]
            check_labels(a["kind"], a["level"], str(a["withheld"]), reason, str(a["position"]), a["entity"])


def test_second_pass_of_wikinews_has_the_same_texts() -> None:
    first = {d["id"]: d["text"] for d in wikinews("dev")}
    assert all(first[d["id"]] == d["text"] for d in wikinews("dev_second_pass"))


# The measures, each against a golden case or an oracle.

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability": section A (binary data, two observers) gives alpha = 0.095, section B
# (nominal data, two observers) gives alpha = 0.692.
BINARY = ("0100000000", "1110010010")
NOMINAL = ("aabbdcccedda", "babbbccceddd")


def test_alpha_as_published() -> None:
    for passes, codes, published in ((BINARY, "01", 0.095), (NOMINAL, "abcde", 0.692)):
        assert agreement.alpha(agreement.table(*passes, codes)) == pytest.approx(published, abs=5e-4)
        assert agreement.alpha_nltk(*passes, codes) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("distance", ["nominal", "ordinal", "interval"])
def test_alpha_against_nltk(distance: str) -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 5, 80)
    second = np.clip(first + rng.integers(-1, 2, 80), 0, 4)
    a, b = ["".join(map(str, x)) for x in (first, second)]
    assert agreement.alpha(agreement.table(a, b, "01234"), distance) == pytest.approx(agreement.alpha_nltk(a, b, "01234", distance))


def test_ratings_against_oracles() -> None:
    from scipy.stats import spearmanr
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(1)
    a = rng.integers(1, 6, 60)
    b = np.clip(a + rng.integers(-2, 3, 60), 1, 5)
    counts = agreement.table([*map(str, a)], [*map(str, b)], agreement.SCALE)
    assert agreement.kappa(counts) == pytest.approx(cohen_kappa_score(a, b, weights="quadratic"))
    assert agreement.spearman(counts) == pytest.approx(spearmanr(a, b).statistic)
    assert agreement.mae(counts) == pytest.approx(np.abs(a - b).mean())
    assert agreement.adjacent(counts) == pytest.approx((np.abs(a - b) <= 1).mean())
    assert agreement.equal(counts) == pytest.approx((a == b).mean())


def test_identical_passes_agree_and_nothing_is_nan() -> None:
    same = agreement.table("112345", "112345", agreement.SCALE)
    for score in (agreement.equal, agreement.alpha, agreement.kappa, agreement.spearman, agreement.adjacent):
        assert score(same) == pytest.approx(1.0)
    nothing = np.zeros((6, 6))
    assert all(np.isnan(s(nothing)) for s in (agreement.equal, agreement.alpha, agreement.kappa, agreement.spearman, agreement.mae))


def test_b_cubed_by_hand() -> None:
    # Pass one {1 2 3} {4}, pass two {1 2} {3 4}: precision 1 + 1 + 1/2 + 1/2, recall 2/3 + 2/3 + 1/3 + 1; the fifth has one entity only.
    assert agreement.b_cubed("aaab-", "xxyyz") == pytest.approx((3.0, 8 / 3, 4.0))


def test_cues_match_one_to_one_best_overlap_first() -> None:
    def made(*cues: tuple[int, int]) -> list[dict[str, Any]]:
        return [{"id": i, "cue": cue, "content": [(100, 110)]} for i, cue in enumerate(cues)]

    first, second = made((0, 10), (12, 14), (30, 31)), made((0, 13), (12, 14), (40, 41))
    assert [(x["id"], y["id"]) for x, y in agreement.match(first, second)] == [(0, 0), (1, 1)]
    assert agreement.match([], second) == []


def test_a_card_without_markers_is_an_error() -> None:
    with pytest.raises(ValueError, match="markers"):
        agreement.fill("no markers", {})


def test_passes_over_different_attributions_are_an_error(tmp_path: Path) -> None:
    header = COLUMNS["source_levels"].replace(" ", "\t")
    row = "d\td_a.ann\tE1\t0-4\t5-9\tperson\tnamed\t0\t-\t0\t-\tAnn"
    (tmp_path / "dev.tsv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    (tmp_path / "dev_second_pass.tsv").write_text(f"{header}\n{row.replace('0-4', '0-3')}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="same attributions"):
        agreement.source_levels(tmp_path)
