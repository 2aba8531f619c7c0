"""The sheet that a person codes: what is drawn and shown, that nothing in a filled sheet is lost or guessed, and the agreement with it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from experiments import coding_agreement, coding_sheet
from experiments.coding_agreement import FIELDS, Item, SheetError, compare, read_sheet
from framing.records import Attribution, Document, Entity, Span

TEXT = "Ida Lund said the bridge may fall.\n\nA senior official told the Post that\nnobody knew. @bo denied it. It rained."


def made(name: str = "a", title: str | None = "Bridge") -> Document:
    """Three attributions: a name, a withheld identity with a relay, a tweet."""

    def at(words: str) -> Span:
        return Span.of(TEXT, TEXT.index(words), TEXT.index(words) + len(words))

    attributions = (
        Attribution(0, at("Ida Lund"), at("said"), (at("the bridge may fall"),), "indirect", 0, "person", "named", position=True),
        Attribution(
            1,
            at("A senior official"),
            at("told the Post"),
            (at("that\nnobody knew"),),
            "indirect",
            1,
            "person",
            "described",
            withheld=True,
            reason="none",
            relays=("the Post",),
        ),
        Attribution(2, at("@bo"), at("denied"), (at("it."),), "indirect", 2, "person", "named"),
    )
    names = ("Ida Lund", "senior official", "Bo")
    entities = tuple(Entity(i, n, a.kind, a.level, ()) for i, (n, a) in enumerate(zip(names, attributions)))
    return Document(name, TEXT, title, meta={"events": ("E1", "E2", "E3")}, attributions=attributions, entities=entities)


DOCUMENTS = [made("a"), made("b")]
ITEMS = coding_sheet.draw({"polnear": DOCUMENTS}, {"polnear": {"withheld": 2, "named": 4}})
OURS = {item.number: coding_agreement.codes(made().attributions[int(item.event[1]) - 1], made()) for item in ITEMS}
ONES = {item.number: 1.0 for item in ITEMS}


def sheet(folder: Path, filled: dict[int, dict[str, str]], name: str = "filled.csv", **changed: str) -> Path:
    """A filled sheet on disk, as a person leaves it."""
    path = folder / name
    rows = [{"item": str(i.number), **dict.fromkeys((*FIELDS, "note"), ""), **filled.get(i.number, {})} for i in ITEMS]
    columns = list(rows[0])
    with path.open("w", encoding=changed.get("encoding", "utf-8-sig"), newline="") as file:
        table = csv.DictWriter(file, columns, delimiter=changed.get("delimiter", ","))
        table.writeheader()
        table.writerows(rows)
    return path


# what is drawn


def test_a_draw_fills_its_strata_and_numbers_articles_one_after_the_other() -> None:
    assert Counter(item.event for item in ITEMS) == {"E1": 2, "E2": 2, "E3": 2}
    assert [item.number for item in ITEMS] == list(range(1, 7))
    assert len({item.document for item in ITEMS[:3]}) == 1
    assert coding_sheet.draw({"polnear": DOCUMENTS[::-1]}, {"polnear": {"withheld": 2, "named": 4}}) == ITEMS


def test_what_a_stratum_lacks_is_made_up_from_named() -> None:
    items = coding_sheet.draw({"polnear": DOCUMENTS}, {"polnear": {"withheld": 1, "office": 2, "named": 1}})
    assert Counter(item.event == "E2" for item in items) == {True: 1, False: 3}


def test_few_of_an_article_unless_a_stratum_needs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding_sheet, "PER_ARTICLE", 1)
    for wanted, most in ((2, 1), (3, 2)):
        items = coding_sheet.draw({"polnear": DOCUMENTS}, {"polnear": {"named": wanted}})
        assert max(Counter(item.document for item in items).values()) == most
        assert len(items) == wanted


def test_the_committed_sample_is_what_is_drawn() -> None:
    corpora = {corpus: coding_agreement.documents_of(corpus, "dev") for corpus in coding_agreement.CORPORA}
    committed = coding_sheet.SAMPLE.read_text(encoding="utf-8")
    assert coding_sheet.as_tsv(coding_sheet.draw(corpora)) == committed
    items = coding_sheet.read_sample(coding_sheet.SAMPLE)
    assert coding_sheet.as_tsv(items) == committed
    strata = {key: coding_agreement.stratum(a) for c in corpora for key, a, _ in coding_agreement.events(c, corpora[c])}
    assert Counter((i.corpus, strata[i.key]) for i in items) == {(c, s): n for c, q in coding_sheet.QUOTAS.items() for s, n in q.items()}
    weights = coding_agreement.item_weights(items)
    assert sum(weights.values()) == pytest.approx(sum(len(d.attributions) for c in corpora.values() for d in c))
    card = (coding_sheet.HOME / "README.md").read_text(encoding="utf-8")
    said = [int(n) for n in re.findall(r"(\d+) (?:of the items are from|from `wikinews|articles in all)", card)]
    corpus = Counter(i.corpus for i in items)
    assert said == [corpus["polnear"], corpus["wikinews"], len({i.document for i in items})]


def test_the_codebook_has_every_allowed_value() -> None:
    book = coding_sheet.CODEBOOK.read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" *"): set(re.findall(r"`([^`]+)`", line)) for line in book.splitlines() if line.startswith("| **")}
    assert set(rows) == set(FIELDS)
    for field, allowed in coding_agreement.ALLOWED.items():
        assert set(allowed) <= rows[field]


# what is shown


def test_the_sheet_shows_the_spans_and_no_label() -> None:
    rows = coding_sheet.rows(ITEMS, {"polnear": DOCUMENTS})
    first, second, third = rows[:3]
    assert first["context"].startswith("[SOURCE: Ida Lund] [CUE: said] [CONTENT: the bridge may fall]. ¶ A senior official")
    assert second["content"] == "that ¶ nobody knew"
    assert "[CUE: told the Post] [CONTENT: that ¶ nobody knew]." in second["context"]
    assert second["context"].startswith("Ida Lund said")
    assert third["source"] == " @bo", "a spreadsheet would compute a cell that begins with @"
    assert all(row[name] == "" for row in rows for name in (*FIELDS, "note"))
    assert [int(row["item"]) for row in rows] == [item.number for item in ITEMS]


def test_marks_nest() -> None:
    text = "so the mayor of Tofte said"
    spans = [("A", Span.of(text, 3, 21)), ("B", Span.of(text, 16, 21)), ("C", Span.of(text, 3, 6))]
    assert coding_sheet.marked(text, spans, 0, len(text)) == "so [A: [C: the] mayor of [B: Tofte]] said"


def test_an_item_that_is_not_in_the_documents_is_an_error() -> None:
    with pytest.raises(ValueError, match="item 9: a has no attribution E9"):
        coding_sheet.rows([Item(9, "polnear", "a", "E9", "9-13", "0-8")], {"polnear": DOCUMENTS})
    with pytest.raises(ValueError, match="item 9: the cue stands at 9-13, not at 8-13"):
        coding_sheet.rows([Item(9, "polnear", "a", "E1", "8-13", "0-8")], {"polnear": DOCUMENTS})


def test_make_writes_outside_of_the_repository_and_over_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lies in the repository"):
        coding_sheet.write(coding_sheet.ROOT / "sheets", ITEMS, {"polnear": DOCUMENTS})
    assert not (coding_sheet.ROOT / "sheets").exists()
    coding_sheet.write(tmp_path / "new", ITEMS, {"polnear": DOCUMENTS})
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["CODEBOOK.md", "articles", "sheet.csv"]
    shown = (tmp_path / "new" / "articles" / f"{ITEMS[0].document}.txt").read_text(encoding="utf-8")
    assert re.sub(r"\[#\d\] ", "", shown) == f"Bridge\n\n{TEXT}\n"
    assert f"Ida Lund [#{ITEMS[0].number}] said" in shown
    assert read_sheet(tmp_path / "new" / "sheet.csv", ITEMS) == {}
    with pytest.raises(ValueError, match="there already"):
        coding_sheet.write(tmp_path / "new", ITEMS, {"polnear": DOCUMENTS})


# reading what a person filled in


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-8")])
def test_a_filled_sheet_comes_back_whole(tmp_path: Path, delimiter: str, encoding: str) -> None:
    ours = {number: {**found, "entity": f"{found['entity']}, Tønder"} for number, found in OURS.items()}
    assert read_sheet(sheet(tmp_path, ours, delimiter=delimiter, encoding=encoding), ITEMS) == ours


def test_half_filled_sheets_are_fine(tmp_path: Path) -> None:
    filled = {1: {"kind": " Person "}, 2: {"withheld": "0.0", "note": "hard"}, 3: {"via": "–"}, 4: {"withheld": "1"}}
    assert read_sheet(sheet(tmp_path, filled), ITEMS) == {
        1: {"kind": "person"},
        2: {"withheld": "0", "reason": "-"},
        3: {"via": "-"},
        4: {"withheld": "1"},
    }


def test_everything_that_is_wrong_is_named_by_row_and_column(tmp_path: Path) -> None:
    filled = {
        1: {"kind": "persn", "level": "office"},
        2: {"withheld": "yes"},
        3: {"withheld": "0", "reason": "specific"},
        4: {"withheld": "1", "reason": "-"},
        5: {"via": "none"},
    }
    path = sheet(tmp_path, filled)
    with pytest.raises(SheetError) as error:
        read_sheet(path, ITEMS)
    lines = str(error.value).removeprefix(f"{path}: ").split(f"\n{path}: ")
    assert [line.split(":")[0] for line in lines] == [
        "row 2, column kind",
        "row 3, column withheld",
        "row 4, column reason",
        "row 5, column reason",
        "row 6, column via",
    ]
    assert "'persn' is none of person, group" in lines[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("level", "levels", 1), "no column 'level'"),
        (lambda text: text.replace("note", "kind", 1), "column 'kind' stands 2 times"),
        (lambda text: text.replace("\r\n2,", "\r\n1,", 1), "row 3, column item: item 1 stands in row 2 already"),
        (lambda text: text.replace("\r\n2,", "\r\n77,", 1), "row 3, column item: '77' is no item of the sample"),
        (lambda text: text.replace("\r\n2,", "\r\n,", 1).replace("\r\n,", "\r\n,person", 1), "row 3, column item: '' is no item"),
        (lambda text: text.replace("\r\n3,", "\r\n\r\n3,", 1).replace("\r\n4,", "\r\nfour,", 1), "row 6, column item: 'four'"),
        (lambda text: text.replace("\r\n2,", ",person\r\n2,", 1), "row 2: more cells"),
        (lambda text: "", "no column 'item'"),
    ],
)
def test_a_damaged_sheet_is_an_error(tmp_path: Path, change: object, message: str) -> None:
    path = sheet(tmp_path, {})
    path.write_text(change(path.read_bytes().decode("utf-8-sig")), encoding="utf-8", newline="")  # type: ignore[operator]
    with pytest.raises(SheetError, match=re.escape(message)):
        read_sheet(path, ITEMS)


# agreement


def test_a_sheet_that_repeats_our_labels_agrees() -> None:
    found = compare(ITEMS, OURS, OURS, ONES)
    assert {name: field["items"] for name, field in found.items()} == dict.fromkeys(FIELDS, 6)
    for name in ("level", "withheld", "reason", "position", "via"):
        assert found[name]["equal"]["value"] == found[name]["alpha"]["value"] == found[name]["equal, weighted"]["value"] == 1.0
    assert found["kind"]["alpha"]["value"] is None, "one kind alone: nothing that alpha could tell"
    assert found["entity"]["B-cubed F1"]["value"] == 1.0
    assert found["level"]["confusion"] == {"named > named": 4, "described > described": 2}


def test_disagreement_by_hand() -> None:
    # Levels of ours: named described named, twice. The person says office for item 1, bare for item 2 and leaves 5 and 6 empty.
    theirs = {n: {"level": OURS[n]["level"]} for n in (3, 4)} | {1: {"level": "office"}, 2: {"level": "bare", "via": "-"}}
    found = compare(ITEMS, OURS, theirs, {**ONES, 3: 5.0})
    level = found["level"]
    assert (level["items"], level["articles"]) == (4, 2)
    assert level["equal"]["value"] == 0.5
    assert level["equal, weighted"]["value"] == pytest.approx(6 / 8)
    # Krippendorff 2011: pooled codes named 5, office, described, bare 1 each of 8; observed 1/2, expected 1 - (5*4)/(8*7) = 36/56.
    assert level["alpha"]["value"] == pytest.approx(1 - 0.5 / (36 / 56), abs=1e-4)
    assert level["alpha"]["interval"][0] <= level["alpha"]["value"] <= level["alpha"]["interval"][1]
    assert level["confusion"] == {"named > named": 2, "described > bare": 1, "named > office": 1}
    assert found["via"]["confusion"] == {"1 > 0": 1}
    assert found["kind"] == {"items": 0, "articles": 0}


def test_entities_are_compared_by_what_belongs_together() -> None:
    theirs = {n: {"entity": found["entity"].upper()} for n, found in OURS.items()}
    found = compare(ITEMS, OURS, theirs, ONES)["entity"]
    assert (found["B-cubed F1"]["value"], found["same string"]["value"]) == (1.0, 0.0)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = coding_sheet.read_sample(coding_sheet.SAMPLE)
    ours = coding_agreement.labels(items)
    paths = []
    for name, change in (("one", {}), ("two", {"level": "bare"})):
        path = tmp_path / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, ("item", *FIELDS))
            table.writeheader()
            table.writerows({"item": i.number, **ours[i.number], **change} for i in items[:40])
        paths.append(str(path))
    assert coding_sheet.main(["agree", *paths, "--json", str(tmp_path / "kept.json")]) == 0
    out = capsys.readouterr().out
    assert "one: 40 of 200 items with a code" in out
    assert [line for line in out.splitlines() if " > " in line and not line.startswith(" ")] == [
        "ours > one",
        "ours > two",
        "one > two",
        "ours > our second pass, same items",
    ]
    assert (tmp_path / "kept.json").stat().st_size > 0
    Path(paths[0]).write_text(Path(paths[0]).read_text(encoding="utf-8").replace(",person,", ",prsn,", 1), encoding="utf-8")
    assert coding_sheet.main(["agree", *paths]) == 1
    assert re.search(r"one\.csv: row \d+, column kind: 'prsn'", capsys.readouterr().err)
