"""brat folders: what goes out comes back, what is wrong is named, what people correct is learned."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framing.analysis import analyze
from framing.attribution import AttributionExtractor
from framing.demo import read_demo
from framing.hedge_cues import Settings as HedgeSettings
from framing.hedge_tagger import HedgeTagger
from framing.interop.brat import BratError, from_brat, read_brat, to_brat, write_brat
from framing.interop.brat_scheme import LAYERS, configuration
from framing.records import HEDGE_TYPES, LEVELS, REASONS, SOURCE_KINDS, SPEECH, Attribution, Document, Hedge, Span
from framing.result import Analysis
from framing.typer import SourceTyper
from tests import made
from tests.test_typer import MADE as TYPED

CASES = Path(__file__).parent / "cases"
TEXT = "Mayor Ida Lund said the bridge may fall. Critics fear that it was never safe."
LINES = """\
T1\tSource 0 14\tMayor Ida Lund
T2\tAttribution 15 19\tsaid
T3\tContent 20 39\tthe bridge may fall
E1\tAttribution:T2 Source:T1 Content:T3
A1\tKind E1 person
A2\tLevel E1 named
T4\tSource 41 48\tCritics
T5\tAttribution 49 53\tfear
T6\tContent 54 76\tthat it was never safe
E2\tAttribution:T5 Source:T4 Content:T6
T7\tEpistemic 31 34\tmay
A3\tNegated T7
"""
BREAKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def told(a: Attribution) -> tuple[Any, ...]:
    """What brat keeps of an attribution, but for nesting and entities."""
    codes = a.speech, a.kind, a.level, a.withheld, a.reason, a.position, a.role, a.producer, a.relays
    return a.source, a.cue, a.content, *codes


def marked(h: Hedge) -> tuple[Any, ...]:
    return h.cue, h.type, h.negated, h.in_quote, h.owner


# ---------------------------------------------------------------------------------------------------------------- there and back


def test_an_analysis_comes_back() -> None:
    analysis = analyze(read_demo())
    back = from_brat(*to_brat(analysis), id="demo")
    assert back.text == analysis.article.text
    assert [(told(a), a.parent) for a in back.attributions] == [(told(a), a.parent) for a in analysis.attributions]
    assert [marked(h) for h in back.hedges] == [marked(h) for h in analysis.hedges]
    assert back.meta["quotes"] == analysis.quotes
    assert back.meta["uncoded"] == back.meta["unlinked"] == ()
    together = {(a.entity, b.entity) for a, b in zip(back.attributions, analysis.attributions) if a.source is not None}
    assert len(together) == len({a for a, _ in together}) == len({b for _, b in together}), "the same sources are the same entities"
    assert {a.confidence for a in back.attributions} | {h.confidence for h in back.hedges} == {1.0}


def test_it_comes_back_twice(make_analysis: Callable[..., Analysis]) -> None:
    once = from_brat(*to_brat(make_analysis()))
    assert from_brat(*to_brat(once)) == once


def test_nesting_reason_and_relays_come_back(make_analysis: Callable[..., Analysis]) -> None:
    analysis = make_analysis()
    back = from_brat(*to_brat(analysis))
    assert [told(a) for a in back.attributions] == [told(a) for a in analysis.attributions]
    assert back.attributions[1].parent == 2
    assert back.attributions[2].reason == "boilerplate"
    assert [(e.name, e.kind, e.level) for e in back.entities] == [
        ("Mayor Ida Lund", "person", "named"),
        ("Critics", "group", "bare"),
        ("a senior official", "person", "described"),
    ]


def test_sentences_are_uncertain_where_a_hedge_of_doubt_begins() -> None:
    back = from_brat(TEXT, LINES)
    assert [s.uncertain for s in back.sentences] == [1.0, 0.0]
    assert back.meta["part"] == "news"
    assert back.hedges[0].owner == 0
    without = from_brat(TEXT, LINES, layers=["attributions"])
    assert (without.sentences, without.hedges, "part" in without.meta) == ((), (), False)
    assert from_brat(TEXT, LINES, layers=["hedges"]).attributions == ()


def test_what_people_left_open_is_told() -> None:
    loose = LINES + "T8\tSource 0 5\tMayor\n#1\tAnnotatorNotes T1\tis it she?\n"
    back = from_brat(TEXT, loose)
    assert back.meta["uncoded"] == ("E2",)
    assert back.meta["unlinked"] == ("T8",)
    assert back.meta["notes"] == {"T1": ("is it she?",)}
    assert (back.attributions[1].kind, back.attributions[1].level) == ("none", "impersonal")


def test_speech_that_nobody_coded_is_told_by_the_quotation_marks() -> None:
    text = "“It may fall,” said Lund."
    lines = "T1\tContent 0 14\t“It may fall,”\nT2\tAttribution 15 19\tsaid\nE1\tAttribution:T2 Content:T1\nT3\tEpistemic 4 7\tmay\n"
    back = from_brat(text, lines)
    assert back.attributions[0].speech == "direct"
    assert back.hedges[0].in_quote
    assert from_brat(text, lines + "A1\tSpeech E1 mixed\n").attributions[0].speech == "mixed"


def test_the_form_of_polnear_is_read() -> None:
    lines = LINES.replace("T2\tAttribution", "T2\tCue").replace(
        "Attribution:T2 Source:T1 Content:T3", "Attribution:T2 Source:T1 Cue:T2 Content1:T3 "
    )
    assert [told(a) for a in from_brat(TEXT, lines).attributions] == [told(a) for a in from_brat(TEXT, LINES).attributions]


def test_a_span_over_lines_is_cut_and_put_together() -> None:
    text = "She said:\r\n“It may\nfall.\n\n\tSoon.”"
    start = text.index("“")
    document = Document(
        "d", text, attributions=(Attribution(0, Span.of(text, 0, 3), Span.of(text, 4, 8), (Span.of(text, start, len(text)),), "direct"),)
    )
    _, lines = to_brat(document)
    assert f"T3\tContent {start} 18;19 24;27 33\t“It may fall. Soon.”\n" in lines
    assert from_brat(text, lines).attributions[0].content == document.attributions[0].content


def test_a_source_in_parts_becomes_its_hull() -> None:
    back = from_brat(TEXT, LINES.replace("T1\tSource 0 14\tMayor Ida Lund", "T1\tSource 10 14;0 5\tLund Mayor"))
    assert back.attributions[0].source == Span(0, 14)
    assert back.meta["parts"] == {0: {"source": ((0, 5), (10, 14))}}


def test_windows_line_ends_and_a_mark_in_front_are_read() -> None:
    assert from_brat(TEXT, "\ufeff" + LINES.replace("\n", "\r\n")) == from_brat(TEXT, LINES)


def _stretches(text: str) -> list[tuple[int, int]]:
    """Words of a text, by the characters that an annotation may hold."""
    return [m.span() for m in re.finditer(f"[^ {BREAKS}]+", text)]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A gold document over hostile text: spans of whole words that may reach over line breaks."""
    text = draw(st.text(st.sampled_from("ab “”.😀é\ud800{}:;#'\"" + BREAKS), min_size=1, max_size=60))
    words = _stretches(text)
    if not words:
        return Document("d", text)

    def span() -> Span:
        first = draw(st.integers(0, len(words) - 1))
        last = draw(st.integers(first, min(first + 4, len(words) - 1)))
        return Span.of(text, words[first][0], words[last][1])

    free = st.one_of(st.none(), st.text(max_size=5))
    cues = draw(st.lists(st.builds(span), max_size=4, unique=True)) if draw(st.booleans()) else [span()]
    attributions = []
    for i, cue in enumerate(sorted(cues)):
        attributions.append(
            Attribution(
                i,
                draw(st.one_of(st.none(), st.builds(span))),
                cue,
                tuple(sorted({span() for _ in range(draw(st.integers(0, 3)))})),
                draw(st.sampled_from(SPEECH)),
                kind=draw(st.sampled_from(SOURCE_KINDS)),
                level=draw(st.sampled_from(LEVELS)),
                withheld=draw(st.booleans()),
                reason=draw(st.sampled_from([None, *REASONS])),
                position=draw(st.booleans()),
                role=draw(free),
                producer=draw(free),
                relays=tuple(draw(st.lists(st.text(max_size=5), max_size=2))),
                parent=draw(st.sampled_from([None, *range(i)])),
            )
        )
    hedges = {(draw(st.sampled_from(HEDGE_TYPES)), span()): draw(st.booleans()) for _ in range(draw(st.integers(0, 3)))}
    return Document(
        "d", text, attributions=tuple(attributions), hedges=tuple(Hedge(cue, kind, 1.0, negated=n) for (kind, cue), n in hedges.items())
    )


def _joined(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Contents as brat can hold them: one where only line breaks are between, all apart where some overlap."""
    if any(a.end > b.start for a, b in pairwise(spans)):
        return spans
    out: list[Span] = []
    for span in spans:
        if out and out[-1].end < span.start and not text[out[-1].end : span.start].strip(BREAKS):
            span = Span.of(text, out.pop().start, span.end)
        out.append(span)
    return tuple(out)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_gold_document_comes_back(document: Document) -> None:
    text, lines = to_brat(document)
    assert text == re.sub("[\ud800-\udfff]", "\ufffd", document.text)
    back = from_brat(text, lines)
    wanted = [replace(a, content=_joined(text, a.content)) for a in document.attributions]
    place = {a.cue: a for a in wanted}
    assert len(place) == len(back.attributions)
    for a in back.attributions:
        w = place[a.cue]
        assert told(a) == told(w)
        assert (None if a.parent is None else back.attributions[a.parent].cue) == (None if w.parent is None else wanted[w.parent].cue)
    assert {(h.type, h.cue, h.negated) for h in back.hedges} == {(h.type, h.cue, h.negated) for h in document.hedges}


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("He said “may” fear, official\ud800😀.\n\t\r\x85\u2028"), max_size=80))
def test_the_analysis_of_any_text_comes_back(tail: str) -> None:
    analysis = analyze(f"Mayor Ida Lund said the bridge may fall. {tail}")
    back = from_brat(*to_brat(analysis))
    assert [a.cue for a in back.attributions] == [a.cue for a in analysis.attributions]
    assert [(h.cue, h.type) for h in back.hedges] == [(h.cue, h.type) for h in analysis.hedges]


# ---------------------------------------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize("case", json.loads((CASES / "brat_errors.json").read_text(encoding="utf-8")), ids=lambda case: case["label"])
def test_a_malformed_line_is_named(case: dict[str, str]) -> None:
    with pytest.raises(BratError, match=re.escape(case["message"])) as caught:
        from_brat(TEXT, LINES + case["line"] + "\n", file="x.ann")
    assert (caught.value.file, caught.value.line) == ("x.ann", LINES.count("\n") + 1)
    assert str(caught.value).startswith("x.ann, line 13: ")
    assert len(str(caught.value)) < 400
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_circle_of_events_is_found() -> None:
    circle = LINES.replace("Content:T3", "Content:T3 Inside:E2").replace("Content:T6", "Content:T6 Inside:E1")
    with pytest.raises(BratError, match="stands inside itself"):
        from_brat(TEXT, circle)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_read_or_refused(data: st.DataObject) -> None:
    lines = LINES
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines)))
        more = data.draw(
            st.one_of(st.sampled_from(["\n", "\t", " ", ";", ":", "T1", "E1", "9" * 30, "\x00", "\ud800"]), st.text(max_size=5))
        )
        lines = lines[:at] + more + lines[at + data.draw(st.integers(0, 4)) :]
    try:
        found = from_brat(TEXT, lines)
    except BratError:
        return
    for a in found.attributions:
        assert all(span.text == TEXT[span.start : span.end] for span in (a.cue, *a.content, *([a.source] if a.source else [])))


def test_what_cannot_be_written_is_refused() -> None:
    bad = Attribution(0, None, Span(0, 999, ""), (), "direct")
    for item in (
        Document("d", TEXT, attributions=(bad,)),
        Document("d", "a\n\nb", attributions=(replace(bad, cue=Span(1, 3)),)),
        Document("d", TEXT, attributions=(replace(bad, cue=Span(0, 5), parent=7),)),
        Document("d", TEXT, hedges=(Hedge(Span(0, 5), "mood", 1.0),)),
    ):
        with pytest.raises(ValueError, match=r"text of|nothing but|not there|no type of hedge"):
            to_brat(item)
    with pytest.raises(TypeError, match="Analysis or a Document"):
        to_brat("text")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no layer 'frames'"):
        to_brat(Document("d", TEXT), layers=["frames"])
    with pytest.raises(TypeError, match="one string"):
        to_brat(Document("d", TEXT), layers="hedges")


# ---------------------------------------------------------------------------------------------------------------- folders


def test_a_folder_comes_back_with_its_ids(tmp_path: Path, make_analysis: Callable[..., Analysis]) -> None:
    ids = ["../../x", "/etc/passwd", "x", "X", "é\n", "x", None]
    base = make_analysis()
    items = [replace(base, article=replace(base.article, id=id)) for id in ids]
    home = tmp_path / "deep" / "folder"
    written = write_brat(items, home)
    assert len({path.name.casefold() for path in written}) == len(ids)
    assert {path.parent for path in written} == {home}
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_dir()) == ["deep", "folder"]
    back = list(read_brat(home))
    assert sorted(d.id for d in back) == sorted(id or "document" for id in ids)
    assert {d.title for d in back} == {"Bridge closed"}
    (one,) = read_brat(written[0])
    assert one.id == "../../x"


def test_documents_keep_group_and_split(tmp_path: Path) -> None:
    write_brat([Document("a", TEXT, "T", "Post", "dev")], tmp_path)
    (back,) = read_brat(tmp_path)
    assert (back.id, back.title, back.group, back.split) == ("a", "T", "Post", "dev")


def test_the_text_is_written_as_it_is(tmp_path: Path) -> None:
    text = "\ufeffOne said.\r\nTwo \ud800 😀\x85 said.\r"
    write_brat([analyze(text)], tmp_path)
    assert (tmp_path / "document.txt").read_bytes() == text.replace("\ud800", "\ufffd").encode()


def test_corrections_are_not_overwritten(tmp_path: Path) -> None:
    write_brat([Document("a", TEXT), Document("b", TEXT)], tmp_path)
    (tmp_path / "a.ann").write_text("T1\tSource 0 5\tMayor\n")
    with pytest.raises(FileExistsError, match="may have been corrected"):
        write_brat([Document("c", TEXT)], tmp_path)
    write_brat([Document("b", TEXT + "!"), Document("A", TEXT)], tmp_path, overwrite=True)
    assert (tmp_path / "a.ann").read_text() == "T1\tSource 0 5\tMayor\n"
    assert {d.id: d.text for d in read_brat(tmp_path)} == {"a": TEXT, "b": TEXT + "!", "A": TEXT}


def test_a_set_up_of_ones_own_stays(tmp_path: Path) -> None:
    (tmp_path / "visual.conf").write_text("mine")
    write_brat([Document("a", TEXT)], tmp_path)
    assert (tmp_path / "visual.conf").read_text() == "mine"
    assert (tmp_path / "annotation.conf").is_file()


def test_what_was_written_before_an_error_is_listed(tmp_path: Path) -> None:
    bad = Document("bad", TEXT, hedges=(Hedge(Span(0, 999), "weasel", 1.0),))
    with pytest.raises(ValueError, match="does not lie in"):
        write_brat([Document("a/b", TEXT), bad], tmp_path)
    assert [d.id for d in read_brat(tmp_path)] == ["a/b"]


def test_the_configuration_names_every_type_that_is_written(make_analysis: Callable[..., Analysis]) -> None:
    files = configuration()
    declared = set(re.findall(r"^!?\t?(\w+)", files["annotation.conf"], re.MULTILINE))
    lines = to_brat(make_analysis())[1] + to_brat(analyze(read_demo()))[1]
    used = set(re.findall(r"^[TEAR#*]\d*\t(\w+)", lines, re.MULTILINE)) - {"AnnotatorNotes"}
    assert {"Attribution", "Source", "Level", "Equiv", "Quote", "Epistemic", "Withheld", "Reason"} <= used <= declared
    for name in ("entities", "relations", "events", "attributes"):
        assert f"[{name}]\n" in files["annotation.conf"]
    assert set(files) == {"annotation.conf", "visual.conf", "tools.conf"}
    assert "Epistemic" not in "".join(configuration(["attributions"]).values())
    assert "Source" not in "".join(configuration(["hedges", "quotes"]).values())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_alone_comes_back(layer: str, tmp_path: Path, make_analysis: Callable[..., Analysis]) -> None:
    write_brat([make_analysis()], tmp_path, [layer])
    (back,) = read_brat(tmp_path)
    assert (bool(back.attributions), bool(back.hedges), bool(back.meta["quotes"])) == tuple(layer == name for name in LAYERS)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", None, "a.txt: is missing"),
        ("a.ann", None, "a.ann: is missing"),
        ("a.ann", b"T1\tSource 0 5\tMayor\n\xff\n", r"a.ann, line 2: is not UTF-8 \(byte 20\)"),
        ("a.txt", b"\xe9" + TEXT.encode(), "a.txt, line 1: is not UTF-8"),
        ("a.txt", TEXT.replace("bridge", "\r\nbridge").encode(), "a.ann, line 3: .* was the text changed"),
        ("documents.jsonl", b"{\n", "documents.jsonl, line 1: no JSON"),
        ("documents.jsonl", b"[" * 100_000, "documents.jsonl, line 1: no JSON"),
        ("documents.jsonl", b"[]\n", "documents.jsonl, line 1: no object"),
        ("documents.jsonl", b'{"file": "a", "id": 7}\n', "documents.jsonl, line 1: 'id' must be a string"),
        ("documents.jsonl", b'{"file": "a"}\n\n{"file": "a"}\n', "documents.jsonl, line 3: a second line for"),
    ],
)
def test_a_damaged_folder_is_refused(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "a.ann").write_bytes(LINES.encode())
    assert len(list(read_brat(tmp_path))) == 1
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BratError, match=message):
        list(read_brat(tmp_path))


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BratError, match=r"no \.txt with its \.ann"):
        list(read_brat(tmp_path))
    with pytest.raises(FileNotFoundError):
        list(read_brat(tmp_path / "nowhere"))


def test_the_list_of_documents_opens_no_file(tmp_path: Path) -> None:
    write_brat([Document("a", TEXT)], tmp_path / "in")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.ann").write_text("")
    with (tmp_path / "in" / "documents.jsonl").open("a") as stream:
        stream.write('{"file": "../secret", "id": "b"}\n')
    assert [d.id for d in read_brat(tmp_path / "in")] == ["a"]


# ---------------------------------------------------------------------------------------------------------------- correct and retrain


def test_a_hedge_that_people_added_is_learned(tmp_path: Path) -> None:
    word = "wobblingly"
    boats = ("ferry", "boat", "barge", "yacht", "raft", "tug", "ketch", "sloop")
    texts = [f"The {boat} {word} sank. The crew may leave. The ship sailed on." for boat in boats]
    new = f"The frigate {word} sank."
    assert word not in {h.cue.text for h in analyze(new).hedges}
    for path in write_brat([analyze(text) for text in texts], tmp_path):
        text = path.with_suffix(".txt").read_text()
        start = text.index(word)
        with path.open("a") as stream:  # as brat would when somebody marks it
            stream.write(f"T99\tEpistemic {start} {start + len(word)}\t{word}\n")
    corrected = list(read_brat(tmp_path))
    assert all(d.sentences[0].uncertain == 1.0 and d.sentences[2].uncertain == 0.0 for d in corrected)
    tagger = HedgeTagger(keep=0.3, add=0.3, settings=HedgeSettings(at_least=1)).fit(corrected, folds=2)
    (found,) = tagger.predict([new])
    assert [(h.cue.text, h.type) for h in found] == [(word, "epistemic")]


def test_a_level_that_people_changed_is_learned(tmp_path: Path) -> None:
    for path in write_brat(TYPED, tmp_path, ["attributions"]):
        lines = path.read_text()
        (event,) = re.findall(r"Level (E\d+) described", lines)
        path.write_text(lines.replace(f"Level {event} described", f"Level {event} office"))
    before, after = (SourceTyper(strength=1.0).fit(documents) for documents in (TYPED, read_brat(tmp_path)))
    parts: list[list[str]] = []
    for typer in (before, after):
        analysis = analyze(TYPED[0].text, models={"sources": typer})
        parts.append([a.level for a in analysis.attributions if a.source is not None and a.source.text == "A council official"])
    assert parts == [["described"], ["office"]]


def test_attributions_that_people_struck_are_not_learned(tmp_path: Path) -> None:
    cues = {a.cue.text for d in made.DOCUMENTS for a in d.attributions}
    for path in write_brat(made.DOCUMENTS, tmp_path, ["attributions"]):
        lines = path.read_text()
        struck = {
            m[1]: m[2]
            for m in re.finditer(r"^(E\d+)\tAttribution:(T\d+)", lines, re.MULTILINE)
            if re.search(f"^{m[2]}\t.*\tsaid$", lines, re.MULTILINE)
        }
        gone = {*struck, *struck.values()}
        path.write_text("".join(line for line in lines.splitlines(True) if not gone & set(re.split(r"[\t :\n]", line))))
    corrected = list(read_brat(tmp_path))
    assert {a.cue.text for d in corrected for a in d.attributions} == cues - {"said"}
    texts = [d.text for d in made.DOCUMENTS]
    found = []
    for documents in (made.DOCUMENTS, corrected):
        extractor = AttributionExtractor(settings=made.SETTINGS, at_least=made.AT_LEAST).fit(documents)
        found.append(sum(a.cue.text == "said" and a.parent is None for attributions in extractor.predict(texts) for a in attributions))
    assert found[0] > 0
    assert found[1] == 0
