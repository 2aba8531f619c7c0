"""The reports for people: what they say, that they are the same every time, and that hostile input stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len

import framing
from framing.demo import read_demo
from framing.records import LEVELS, Attribution, Span
from framing.report.about import attribution_entries, hedge_entries, loaded_entries, loaded_sentences
from framing.report.html import LAYERS, render_html, render_notebook
from framing.report.jsonl import render_jsonl
from framing.report.marks import Mark, Paragraph, marks_of, paragraphs
from framing.report.summary import NO_SOURCE, NOBODY, level_counts, source_rows, speaker, tree
from framing.report.text import MAX_ATTRIBUTIONS, MAX_SOURCES, render_text
from framing.result import Analysis
from framing.showing import one_line, printable

Make = Callable[..., Analysis]
HOSTILE = "</style></p><script>alert(1)</script><img src=x onerror=alert(2)> "
HOSTILE += "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe \ud83d \x00 {{ 7*7 }} [bold]x[/bold] :bomb:"


@pytest.fixture(scope="module")
def demo() -> Analysis:
    return framing.analyze(read_demo())


# summary


def test_sources_are_ordered_by_level_then_weight(make_analysis: Make, demo: Analysis) -> None:
    assert [r.name for r in source_rows(make_analysis())] == ["Ida Lund", "a senior official", "Critics"]
    rows = source_rows(demo)
    order = [LEVELS.index(r.level) for r in rows]
    assert order == sorted(order)
    assert sorted(i for r in rows for i in r.attributions) == [a.id for a in demo.attributions]
    assert sum(level_counts(demo).values()) == len(demo.attributions)


def test_sources_without_an_entity_are_gathered_by_their_words(make_analysis: Make) -> None:
    analysis = make_analysis()
    loose = [replace(a, entity=None) for a in analysis.attributions]
    loose += [replace(loose[0], id=3, source=None), replace(loose[0], id=4, source=None)]
    rows = source_rows(replace(analysis, attributions=tuple(loose)))
    assert {r.name: r.attributions for r in rows} == {"Mayor Ida Lund": (0,), NO_SOURCE: (3, 4), "a senior official": (2,), "Critics": (1,)}


def test_tree_counts_ancestors_and_survives_a_circle(make_analysis: Make) -> None:
    def chain(*parents: int | None) -> list[tuple[int, int]]:
        first = make_analysis().attributions[0]
        return [(a.id, depth) for a, depth in tree([replace(first, id=i, parent=p) for i, p in enumerate(parents)])]

    assert chain(None, 0, 1, None, 99) == [(0, 0), (1, 1), (2, 2), (3, 0), (4, 0)]
    assert chain(2, 0, None) == [(2, 0), (0, 1), (1, 2)]
    assert chain(1, 0, None) == [(2, 0), (0, 0), (1, 1)]
    assert chain(0) == [(0, 0)]
    assert chain(*range(-1, 4999)) == [(i, i) for i in range(5000)]


def test_tree_puts_what_is_inside_below_its_parent_wherever_the_cue_stands(make_analysis: Make) -> None:
    text = "Doe left. “It seems that critics fear a vote,” said Lund, who denied it. “Never,” Berg added."
    first = make_analysis().attributions[0]

    def made(id: int, source: str | None, cue: str, content: str, parent: int | None = None) -> Attribution:
        spans = [Span.of(text, text.index(w), text.index(w) + len(w)) for w in (source or "Doe", cue, content)]
        return replace(first, id=id, source=spans[0] if source else None, cue=spans[1], content=(spans[2],), parent=parent)

    quote = "“It seems that critics fear a vote,”"
    in_cue_order = [
        made(0, None, "seems", "critics fear a vote", 2),
        made(1, "critics", "fear", "a vote", 0),
        made(2, "Lund", "said", quote),
        made(3, "who", "denied", "it."),
        made(4, "Berg", "added", "“Never,”"),
    ]
    assert [(a.id, depth) for a, depth in tree(in_cue_order)] == [(2, 0), (0, 1), (1, 2), (3, 0), (4, 0)]


def test_text_shows_a_nested_attribution_under_its_own_parent(make_analysis: Make) -> None:
    part = render_text(make_analysis()).split("WHO SAYS WHAT")[1].split("HEDGES")[0]
    rows = [re.split("  +", line[2:])[0] for line in part.split("\n")[1:] if line[2:3].strip()]
    assert rows == ["Mayor Ida Lund", "a senior official", "↳ Critics"]  # the cue of the critics comes first


def test_nobody_stands_in_one_pair_of_brackets(make_analysis: Make) -> None:
    analysis = make_analysis()
    nobody = replace(analysis.attributions[0], source=None, entity=None, kind="none", level="impersonal")
    analysis = replace(analysis, attributions=(nobody, *analysis.attributions[1:]))
    text, page = render_text(analysis), render_html(analysis)
    assert f"may ({NOBODY})" in text
    assert NO_SOURCE in text
    assert f"({NO_SOURCE}" not in text + page
    assert speaker(analysis, nobody) == NOBODY


def test_printable_keeps_text_and_disarms_the_rest() -> None:
    assert printable("naïve “x” – 漢字 🙂\n\t") == "naïve “x” – 漢字 🙂\n\t"
    assert printable("\x1b\x07\x9b\u202e\u2066\ud800\r") == "\ufffd" * 7
    assert one_line(" a\r\n b\u2028c ") == "a b c"


# text


def test_text_fits_its_width_and_is_deterministic(make_analysis: Make, demo: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    for analysis in (demo, make_analysis(), make_analysis(name="漢" * 90, role="x" * 300), framing.analyze("")):
        for width in (50, 80, 100):
            text = render_text(analysis, width, explain=True)
            assert max(cell_len(line) for line in text.split("\n")) <= width
            assert not any(line != line.rstrip() for line in text.split("\n"))
    first = render_text(demo)
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert render_text(demo) == first


def test_text_has_colours_only_on_request(make_analysis: Make) -> None:
    plain, coloured = render_text(make_analysis()), render_text(make_analysis(), colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in without.split("\n")] == plain.split("\n")


def test_text_says_what_matters(make_analysis: Make) -> None:
    text = render_text(make_analysis())
    for words in (
        "Bridge closed",
        "Fewer than 100 tokens",
        "62 of 100",
        "40 to 70",
        "not whether what they say is true",
        "identification",
        "17.5 of 35",
        "accountability",
        "Ida Lund",
        "person · Mayor",
        "+20.5",
        "withheld, stock reason",
        "via Harbour Post",
        "−3.2",
        "“the bridge may fall.”",
        "↳ Critics",
        "epistemic 1",
        "may (Ida Lund)",
        "critics (author)",
        "none: office, impersonal",
        "one attribution left out at a time",
    ):
        assert words in text, words
    assert "-0.0" not in text
    assert "−0.0" not in text


def test_text_says_why_on_request(demo: Analysis, make_analysis: Make) -> None:
    text = render_text(demo, explain=True)
    part = text.split("WHY")[1].split("SOURCES  from")[0]
    flat = " ".join(part.split())
    rows = {row.feature: row.text for row in demo.explain()["transparency"]}
    assert list(rows)[:5] == [line.split()[0] for line in part.split("\n")[1:] if line[2:3].strip()][:5]
    for feature, words in rows.items():
        assert (f"{feature} {words}" in flat) is (feature != "index"), feature
    assert text.replace(f"WHY{part}", "") == render_text(demo)
    short = render_text(framing.analyze("The mayor said it may rain."), explain=True)
    assert "There is no score: the text has 7 tokens" in " ".join(short.split())
    assert "± points" not in short


def test_text_without_an_index_gives_the_reason(make_analysis: Make) -> None:
    text = render_text(make_analysis(index=None))
    assert "no index: fewer than 100 tokens" in text
    assert "left out at a time" not in text
    assert "not whether what they say is true" in text


def test_text_cuts_long_lists_and_says_so(make_analysis: Make) -> None:
    analysis = make_analysis()
    first = analysis.attributions[0]
    many = tuple(replace(first, id=i, entity=None, source=Span(0, 9, f"Person {i}")) for i in range(500))
    text = render_text(replace(analysis, attributions=many))
    assert f"… and {500 - MAX_ATTRIBUTIONS} more attributions" in text
    assert f"… and {500 - MAX_SOURCES} more sources" in text
    assert len(text.split("\n")) < 250


@pytest.mark.parametrize("colour", [False, True])
def test_text_disarms_the_terminal(colour: bool, make_analysis: Make) -> None:
    analysis = make_analysis(name=HOSTILE, role=HOSTILE)
    first = analysis.attributions[0]
    hostile = Span(0, 5, HOSTILE)
    article = replace(analysis.article, title=HOSTILE)
    attribution = replace(first, source=hostile, cue=hostile, content=(hostile,), relays=(HOSTILE,), producer=HOSTILE)
    changed = replace(analysis, article=article, attributions=(attribution, *analysis.attributions[1:]))
    text = render_text(changed, colour=colour, explain=True)
    text.encode("utf-8")
    assert set(re.findall(r"\x1b.", text)) <= {"\x1b["}
    assert re.sub(r"\x1b\[[0-9;]*m", "", text).isprintable() or not re.search(
        "[\x00-\x09\x0b-\x1f\u202e]", re.sub(r"\x1b\[[0-9;]*m", "", text)
    )
    assert "[bold]" in text


# jsonl


def test_jsonl_is_one_object_a_line() -> None:
    texts = ["The mayor said “it\u2028may\x85rain”.", "", read_demo()]
    lines = list(render_jsonl((framing.analyze(t) for t in texts), with_text=True))
    assert all(line.endswith("\n") and len(line.splitlines()) == 1 for line in lines)
    assert [json.loads(line)["text"] for line in lines] == texts


# html


class Page(HTMLParser):
    """Gathers what a browser would see: elements with attributes, and the text of headline and article."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside += tag in ("article", "h1")

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag in ("article", "h1")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.mark.parametrize("notebook", [False, True])
def test_html_policy_allows_its_own_style_and_script_and_nothing_else(notebook: bool, demo: Analysis) -> None:
    page = str(Page(render_notebook(demo)).all("iframe")[0]["srcdoc"]) if notebook else render_html(demo)
    policy = next(m["content"] for m in Page(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    hashed = {}
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(inside) == (0 if notebook and tag == "script" else 1)
        hashed[tag] = [base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode() for source in inside]
    base = "about:" if notebook else "'none'"  # links of a frame lead into the frame
    assert Page(page).all("base") == ([{"href": "about:srcdoc"}] if notebook else [])
    script = "".join(f"script-src 'sha256-{digest}'; " for digest in hashed["script"])
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed['style'][0]}'; {script}base-uri {base}; form-action 'none'"
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"url\(|@import|innerHTML|\beval\b|fetch\(|XMLHttp|import\(|document\.write", page)
    for tag, attrs in Page(page).elements:
        assert tag not in {"img", "link", "iframe", "object", "embed", "form"}
        assert not {"style", "src", "srcset", "action"} & set(attrs)
        assert not any(name.startswith("on") for name in attrs)
        assert tag == "base" or str(attrs.get("href", "#")).startswith("#")


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def test_html_colours_stand_out_in_light_and_dark(demo: Analysis) -> None:
    page = render_html(demo)
    palettes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", page, re.DOTALL)]
    assert len(palettes) == 3  # light, dark, paper

    def contrast(palette: dict[str, str], one: str, other: str) -> float:
        low, high = sorted(luminance(palette[name]) for name in (one, other))
        return (high + 0.05) / (low + 0.05)

    grounds = ("paper", "content", "content2", "content3")
    for palette in palettes:
        for line in (*LEVELS, "hedge", "loaded"):
            assert min(contrast(palette, line, ground) for ground in grounds) >= 3, (line, palette)
        assert contrast(palette, "edge", "paper") >= 3
    for palette in palettes[:2]:
        assert min(contrast(palette, "ink", ground) for ground in (*grounds, "word", "panel", "raised")) >= 4.5
        assert min(contrast(palette, "soft", ground) for ground in ("paper", "panel", "raised", "content")) >= 4.5
    signs = {level: re.search(rf"\.source\.{level}[^{{]*\{{ border-bottom(?:-style|-width)?: ([^;]+);", page) for level in LEVELS}
    told = [sign[1] if sign else "solid" for sign in signs.values()]
    assert len({t.split(" var")[0] for t in told}) >= 4, told  # colour is never the only sign


def test_html_is_the_same_every_time(demo: Analysis) -> None:
    assert render_html(demo) == render_html(framing.analyze(read_demo()))


def test_html_says_what_matters(make_analysis: Make) -> None:
    page = render_html(make_analysis())
    for words in (
        "<b>62</b> of 100",
        "40 to 70",
        "not whether what they say is true",
        "17.5 of 35",
        "withheld, stock reason",
        "via Harbour Post",
        "Mayor",
        "+20.5",
        "epistemic",
    ):
        assert words in page, words
    found = Page(page)
    classes = {c for tag, attrs in found.elements for c in (attrs.get("class") or "").split()}
    assert {"source", "cue", "content", "d2", "hedge", "named", "described", "bare", "aside"} <= classes
    assert "no index" in render_html(make_analysis(index=None))


def test_html_says_why(demo: Analysis) -> None:
    page = unescape(render_html(demo))
    for row in demo.explain()["transparency"]:
        assert (f"<dt>{row.feature}</dt><dd>{row.text}</dd>" in page) is (row.feature != "index"), row.feature
    short = render_html(framing.analyze("The mayor said it may rain."))
    assert '<p class="note">There is no score: the text has 7 tokens' in short
    assert "<dt>" not in short


def test_html_legend_has_every_level_and_layer(make_analysis: Make) -> None:
    page = render_html(make_analysis())
    key = re.search('<p class="key".*?</p>', page, re.DOTALL)[0]
    assert re.findall(r'class="source (\w+)">\1<', key) == list(LEVELS)
    boxes = [attrs for attrs in Page(page).all("input") if attrs["type"] == "checkbox"]
    assert [attrs["id"] for attrs in boxes] == [f"show-{layer}" for layer in LAYERS]
    assert all("checked" in attrs for attrs in boxes)


def test_html_holds_the_whole_text_and_its_links_lead_somewhere(demo: Analysis) -> None:
    page = Page(render_html(demo))
    text = re.sub(r"\s+", " ", "".join(page.text))
    assert " ".join(demo.article.text.split()) in text
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in page.all("a")} <= set(ids)
    assert {f"a{a.id}" for a in demo.attributions} <= set(ids)


def cut(analysis: Analysis) -> list[Paragraph]:
    """The paragraphs of an analysis with all their marks."""
    return list(paragraphs(analysis, marks_of(analysis, analysis.hedges, loaded_sentences(analysis))))


def test_html_pieces_say_whose_they_are(make_analysis: Make) -> None:
    analysis = make_analysis()
    pieces = {p.text.strip(): p for paragraph in cut(analysis) for p in paragraph.pieces}
    assert (pieces["Mayor Ida Lund"].keys, pieces["Mayor Ida Lund"].classes) == ("a0", "named source")
    assert (pieces["may"].keys, pieces["may"].anchors) == ("a0 h0", ("h0",))
    inner = pieces["the council knew"]
    assert (inner.keys, inner.around, inner.classes) == ("a1", "a2", "content d2 from to")
    assert pieces["fear"].note == "Harbour Post"
    assert (pieces["fear"].keys, pieces["fear"].around) == ("a1", "a2")
    assert pieces["TOFTE, Veldania —"].classes == "aside"


def test_html_pieces_name_few_of_many_marks_and_count_all() -> None:
    text = "x" * 12000
    article = framing.analyze(text).article
    nested = [Mark(f"a{i}", "content", Span.of(text, i, 12000 - i)) for i in range(5000)]
    made = [p for paragraph in paragraphs(replace(framing.analyze(text), article=article), nested) for p in paragraph.pieces]
    assert len(made) == 9999
    assert "".join(p.text for p in made) == text
    assert max(len(p.around.split()) for p in made) < 10
    middle = made[4999]
    assert (middle.keys, middle.around.split()[0], middle.classes) == ("a4999", "a4998", "content d3 from to")
    assert [p.classes for p in made[:3]] == ["content from", "content d2 from", "content d3 from"]


def test_entries_say_level_reason_owner_and_what_is_around(make_analysis: Make) -> None:
    analysis = make_analysis()
    by_key = {e.key: e for e in (*attribution_entries(analysis), *hedge_entries(analysis))}
    assert [e.key for e in attribution_entries(analysis)] == ["a0", "a2", "a1"]
    assert by_key["a0"].title == "Ida Lund"
    assert by_key["a0"].facts == ("named person", "Mayor", "direct speech", "weight 1.00", "index +20.5 points")
    assert "identity withheld, stock reason" in by_key["a2"].facts
    assert "the text shows how they can know" in by_key["a2"].facts
    assert (by_key["a1"].depth, by_key["a1"].within, by_key["a1"].words) == (1, "a senior official", "the council knew")
    assert "via Harbour Post" in by_key["a1"].facts
    assert (by_key["h0"].within, by_key["h0"].kind) == ("Ida Lund", "epistemic hedge")
    assert by_key["h1"].within == "the author"
    assert "in a quotation" in by_key["h0"].facts
    assert by_key["a1"].tip.endswith("inside the words of a senior official")


def test_entries_survive_a_circle_of_parents(make_analysis: Make) -> None:
    analysis = make_analysis()
    circle = tuple(replace(a, parent=(a.id + 1) % 3) for a in analysis.attributions)
    entries = attribution_entries(replace(analysis, attributions=circle))
    assert {e.key for e in entries} == {"a0", "a1", "a2"}
    assert all(e.within.endswith("…") for e in entries)


def test_loaded_sentences_are_those_from_the_threshold_on_with_their_words(demo: Analysis) -> None:
    found = loaded_sentences(demo)
    assert [s for s, _ in found] == [s for s in demo.sentences if s.loaded >= 0.5]
    told = {span for row in demo.explain()["loaded_share"] for span in row.spans}
    words = [w for sentence, words in found for w in words if sentence.voice == "author"]
    assert words
    assert set(words) <= told
    assert all(sentence.span.covers(w) for sentence, words in found for w in words)
    by_another = loaded_sentences(replace(demo, models={}))
    assert [s for s, _ in by_another] == [s for s, _ in found]
    assert not any(words for _, words in by_another)
    assert [e.key for e in loaded_entries(found)] == [f"l{n}" for n in range(len(found))]


def test_html_pieces_put_the_text_together_again(make_analysis: Make, demo: Analysis) -> None:
    for analysis in (demo, make_analysis(), make_analysis(tail="\nMore <b>text</b>\nand more\n")):
        made = cut(analysis)
        assert ["".join(p.text for p in paragraph.pieces) for paragraph in made] == [p.text for p in analysis.article.paragraphs]


def test_html_survives_overlapping_and_equal_marks(make_analysis: Make) -> None:
    analysis = make_analysis()
    text = analysis.article.text
    base = text.index("Mayor")
    first = analysis.attributions[0]
    crossing = tuple(
        replace(
            first,
            id=i,
            cue=Span.of(text, base + 6, base + 9),
            content=(Span.of(text, base + i, base + 20 + i), Span.of(text, base, base + 8)),
        )
        for i in range(8)
    )
    page = Page(render_html(replace(analysis, attributions=crossing, hedges=())))
    ids = [str(attrs["id"]) for _, attrs in page.elements if "id" in attrs]
    assert sorted(i for i in ids if re.fullmatch(r"a\d+", i)) == [f"a{i}" for i in range(8)]
    assert len(ids) == len(set(ids))
    assert " ".join(text.split()) in re.sub(r"\s+", " ", "".join(page.text))


def test_html_escapes_hostile_input(make_analysis: Make) -> None:
    analysis = make_analysis(tail="\n" + HOSTILE + "\n", name=HOSTILE, role=HOSTILE)
    attribution = replace(
        analysis.attributions[0],
        relays=(HOSTILE,),
        producer=HOSTILE,
        content=(Span.of(analysis.article.text, 0, len(analysis.article.text)),),
    )
    article = replace(analysis.article, title=HOSTILE, id=HOSTILE)
    page = render_html(replace(analysis, article=article, attributions=(attribution, *analysis.attributions[1:]), language='en"><script>'))
    page.encode("utf-8")
    found = Page(page)
    assert page.count("<script") == len(found.all("script")) == 1
    assert not found.all("img")
    assert "<script>alert(1)</script>" in "".join(found.text)
    assert "{{ 7*7 }}" in "".join(found.text)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", page)


def test_notebook_frame_is_sandboxed(make_analysis: Make) -> None:
    frame = Page(render_notebook(make_analysis(name='"><script>alert(1)</script>')))
    assert [tag for tag, _ in frame.elements] == ["iframe"]
    attrs = frame.all("iframe")[0]
    assert attrs["sandbox"] == ""
    inside = Page(str(attrs["srcdoc"]))
    assert inside.all("article")
    assert not inside.all("script")
    assert any("Harbour Post" in str(a.get("title")) for a in inside.all("a"))
    assert not any("title" in attrs or attrs.get("tabindex") == "-1" for attrs in Page(render_html(make_analysis())).all("span"))


def test_reports_of_anything_hold(demo: Analysis) -> None:
    for text in ("", "x", "\ud800", "“" * 300, "He said. " * 300, "A spokesman said \x1b[31mit may rain.\n\n" * 40):
        analysis = framing.analyze(text)
        render_text(analysis).encode("utf-8")
        render_html(analysis).encode("utf-8")
