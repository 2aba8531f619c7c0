"""The page of an article in a browser: layers, cards, keys, accessibility, paper, narrow screens, hostile input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import framing
from framing.demo import read_demo
from framing.records import Span
from framing.report.html import LAYERS, render_html, render_notebook
from framing.result import Analysis

if TYPE_CHECKING:
    from tests.browser import Show, Shown

pytest_plugins = ["tests.browser"]

HOSTILE = "</style></script></template><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> "
HOSTILE += '<svg onload="document.title=\'owned\'"></svg>" onmouseover="document.title=\'owned\'" {{ 7*7 }}'


@pytest.fixture(scope="module")
def demo() -> Analysis:
    return framing.analyze(read_demo())


@pytest.fixture(scope="module")
def page(demo: Analysis) -> str:
    return render_html(demo)


def style(shown: Shown, selector: str, name: str) -> str:
    """A computed property of the first element of a selector."""
    return str(shown.page.eval_on_selector(selector, f"e => getComputedStyle(e).getPropertyValue('{name}')"))


def card(shown: Shown) -> str | None:
    """The text of the card, ``None`` while it is closed."""
    return shown.page.inner_text("#card") if shown.page.is_visible("#card") else None


def mark(analysis: Analysis, relayed: bool = False, inner: bool = False) -> framing.Attribution:
    """An attribution with a source and a cue of its own, perhaps relayed or inside another."""
    return next(a for a in analysis.attributions if a.source and bool(a.relays) >= relayed and (a.parent is not None) >= inner)


# layers


SIGNS = {
    "source": (".source.named:not(.content)", "border-bottom-color"),
    "cue": (".cue", "font-weight"),
    "content": (".content.from", "background-color"),
    "hedge": (".hedge", "text-decoration-line"),
    "loaded": (".word", "background-color"),
}


@pytest.mark.parametrize("script", [True, False])
def test_each_layer_goes_and_comes_back(script: bool, page: str, show: Show) -> None:
    shown = show(page, script=script)
    assert set(SIGNS) == set(LAYERS)
    for layer, (selector, name) in SIGNS.items():
        before = {key: style(shown, f"article {s}", n) for key, (s, n) in SIGNS.items()}
        shown.page.uncheck(f"#show-{layer}")
        after = {key: style(shown, f"article {s}", n) for key, (s, n) in SIGNS.items()}
        assert after[layer] != before[layer], layer
        assert {k: v for k, v in after.items() if k != layer} == {k: v for k, v in before.items() if k != layer}, layer
        shown.page.check(f"#show-{layer}")
        assert style(shown, f"article {selector}", name) == before[layer]


def test_a_layer_toggles_from_the_keyboard(page: str, show: Show) -> None:
    shown = show(page)
    shown.page.focus("#show-hedge")
    shown.page.keyboard.press("Space")
    assert style(shown, "article .hedge", "text-decoration-line") == "none"
    shown.page.keyboard.press("Space")
    assert style(shown, "article .hedge", "text-decoration-line") == "underline"


# the card


def test_focus_shows_who_speaks_and_escape_closes(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    a = mark(demo, relayed=True, inner=True)
    assert card(shown) is None
    shown.page.focus(f"#a{a.id}")
    told = card(shown) or ""
    entity, parent = demo.entity(a), demo.attributions[a.parent or 0]
    outer = demo.entity(parent)
    assert entity is not None
    assert outer is not None
    for words in (entity.name, f"{a.level} {a.kind}", f"via {a.via}", f"inside the words of {outer.name}", "reason given"):
        assert words in told, words
    shown.shot("card")
    shown.page.keyboard.press("Escape")
    assert card(shown) is None
    assert shown.page.evaluate("document.activeElement.id") == f"a{a.id}"
    assert not shown.page.query_selector(".text .on, .text .lit")


def test_hover_shows_the_card_and_leaving_closes_it(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    a = mark(demo)
    entity = demo.entity(a)
    assert entity is not None
    shown.page.hover(f"article .source[data-m~='a{a.id}'] >> nth=0")
    assert entity.name in (card(shown) or "")
    shown.page.hover("#card")  # it can be pointed at without going away
    shown.page.wait_for_timeout(400)
    assert card(shown)
    shown.page.hover(".counts")
    shown.page.wait_for_selector("#card", state="hidden")


def test_a_click_pins_the_card_and_the_next_one_elsewhere_closes_it(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    shown.page.click(f"#a{mark(demo).id}")
    shown.page.hover(".counts")
    shown.page.wait_for_timeout(400)
    assert card(shown)
    assert "#" not in shown.page.url
    shown.page.click(".counts")
    assert card(shown) is None


def test_hedges_and_loaded_sentences_have_cards_with_owner_and_words(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    n, hedge = next((n, h) for n, h in enumerate(demo.hedges) if h.owner is not None)
    owner = demo.entity(demo.attributions[hedge.owner or 0])
    assert owner is not None
    shown.page.hover(f"article .hedge[data-m~='h{n}']")
    told = card(shown) or ""
    assert hedge.type in told
    assert f"in the words of {owner.name}" in told
    shown.page.focus("#l0")
    assert "loaded sentence" in (card(shown) or "")
    assert "probability 0." in (card(shown) or "")


def test_arrow_keys_walk_the_marks_with_one_tab_stop(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    stops = "[...document.querySelectorAll('.text a')].filter(a => a.tabIndex === 0).length"
    everyone = shown.page.eval_on_selector_all(".text a[data-m]", "all => all.map(a => a.id)")
    assert shown.page.evaluate(stops) == 1
    shown.page.focus(f"#{everyone[0]}")
    walked = [everyone[0]]
    for _ in everyone[1:]:
        shown.page.keyboard.press("ArrowRight")
        walked.append(shown.page.evaluate("document.activeElement.id"))
        assert card(shown), walked[-1]
    assert walked == everyone
    assert {f"a{a.id}" for a in demo.attributions} <= set(everyone)
    assert shown.page.evaluate(stops) == 1
    shown.page.keyboard.press("ArrowDown")  # there is nothing behind the last one
    assert shown.page.evaluate("document.activeElement.id") == everyone[-1]
    shown.page.keyboard.press("Home")
    assert shown.page.evaluate("document.activeElement.id") == everyone[0]
    shown.page.keyboard.press("End")
    shown.page.keyboard.press("ArrowLeft")
    assert shown.page.evaluate("document.activeElement.id") == everyone[-2]


def test_hidden_layers_are_passed_over(page: str, show: Show) -> None:
    shown = show(page)
    for layer in ("source", "cue", "content", "hedge"):
        shown.page.uncheck(f"#show-{layer}")
    shown.page.focus("#l0")
    shown.page.keyboard.press("ArrowRight")
    assert shown.page.evaluate("document.activeElement.id") == "l1"
    shown.page.uncheck("#show-loaded")
    shown.page.hover("article .cue >> nth=0")
    assert card(shown) is None


def test_enter_goes_to_the_entry_even_in_a_closed_list_and_back(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page)
    shown.page.focus("#l0")
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_function("document.querySelector('#loaded').open")
    assert shown.page.url.endswith("#about-l0")
    a = mark(demo)
    shown.page.click(f"#said a[href='#a{a.id}']")
    shown.page.wait_for_function(f"document.activeElement.id === 'a{a.id}'")
    assert card(shown)


def test_skip_links_come_first(page: str, show: Show) -> None:
    shown = show(page)
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.getAttribute('href')") == "#text"
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "text"


# everybody


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(dark: bool, demo: Analysis, page: str, show: Show) -> None:
    shown = show(page, dark=dark)
    shown.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert shown.audit() == []
    shown.page.focus(f"#a{mark(demo, inner=True).id}")
    assert card(shown)
    assert shown.audit() == []
    for layer in LAYERS:
        shown.page.uncheck(f"#show-{layer}")
    assert shown.audit() == []


def test_axe_would_find_something(page: str, show: Show) -> None:
    shown = show(page.replace('<html lang="en">', "<html>").replace('aria-label="loaded sentence" ', ""))
    rules = {line.split(":")[0] for line in shown.audit(runOnly=["html-has-lang", "link-name"])}
    assert rules == {"html-has-lang", "link-name"}


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_sticks_out_at_any_width(width: int, demo: Analysis, page: str, show: Show) -> None:
    shown = show(page, width=width)
    shown.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for state in ("closed", "open"):
        assert shown.overflow() == 0, state
        assert shown.wider() == [], state
        shown.page.focus(f"#a{mark(demo, inner=True).id}")
    box = shown.page.locator("#card").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_axe_finds_nothing_on_pages_with_little_or_much(make_analysis: Callable[..., Analysis], show: Show) -> None:
    for analysis in (framing.analyze(""), make_analysis(), make_analysis(index=None)):
        assert show(render_html(analysis), width=360).audit() == []


def test_a_word_without_a_blank_does_not_widen_the_page(make_analysis: Callable[..., Analysis], show: Show) -> None:
    shown = show(render_html(make_analysis(tail="\n" + "x" * 3000 + "\n", name="y" * 400, role="z" * 400)), width=360)
    assert shown.overflow() == 0
    assert shown.wider() == []


def test_paper_keeps_text_marks_and_lists(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page, width=800, dark=True)
    shown.page.emulate_media(media="print")
    assert style(shown, "body", "background-color") in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert style(shown, "article p", "color") == "rgb(0, 0, 0)"
    assert style(shown, "article .hedge", "text-decoration-line") == "underline"
    assert style(shown, ".panel", "overflow-y") == "visible"
    assert shown.page.is_visible("#about-l0")  # closed lists are printed too
    assert shown.page.is_visible(".legend .hedge")
    assert not shown.page.is_visible(".legend input")
    assert shown.overflow() == 0
    text = shown.page.inner_text("article")
    assert " ".join(demo.article.paragraphs[2].text.split()) in " ".join(text.split())


def test_without_a_script_everything_is_there(demo: Analysis, page: str, show: Show) -> None:
    shown = show(page, script=False)
    assert shown.page.locator("article .cue").first.is_visible()
    assert shown.page.locator("#said .entry").count() == len(demo.attributions)
    shown.page.click(f"#a{mark(demo).id}")
    assert shown.page.url.endswith(f"#about-a{mark(demo).id}")


@pytest.mark.parametrize("script", [True, False])
def test_hostile_input_does_nothing(script: bool, make_analysis: Callable[..., Analysis], show: Show) -> None:
    analysis = make_analysis(tail="\n" + HOSTILE + "\n", name=HOSTILE, role=HOSTILE)
    text = analysis.article.text
    evil = Span.of(text, text.index(HOSTILE), text.index(HOSTILE) + len(HOSTILE))
    first = analysis.attributions[0]
    many = replace(first, id=3, source=evil, cue=evil, content=(evil,), relays=(HOSTILE,), producer=HOSTILE, entity=None)
    sentences = (*analysis.sentences, framing.Sentence(evil, "author", True, 0.5, 0.9))
    hostile = replace(
        analysis,
        article=replace(analysis.article, title=HOSTILE, id=HOSTILE),
        attributions=(*analysis.attributions, many),
        sentences=sentences,
        hedges=(*analysis.hedges, replace(analysis.hedges[0], cue=evil, scope=evil)),
        warnings=(framing.Notice("x", HOSTILE),),
        language=HOSTILE,
    )
    shown = show(render_html(hostile), script=script)
    if script:
        for key in ("l0", "a0", "a3"):
            shown.page.focus(f"#{key}")
            assert card(shown)
            assert shown.page.locator("#card script, #card img, #card svg").count() == 0
        assert "document.title='owned'" in (card(shown) or "")
    shown.page.wait_for_timeout(100)
    assert "· how it is said" in shown.page.title()
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("script").count() == 1


def test_the_policy_stops_what_would_get_past_the_escaping(page: str, show: Show) -> None:
    broken = page.replace(
        "</article>", "<script>document.title='owned'</script><img src='x.png' onerror=\"document.title='owned'\"></article>"
    )
    assert broken != page
    shown = show(broken, loud=True)
    assert "· how it is said" in shown.page.title()
    assert any("Content Security Policy" in line for line in shown.console)


def test_two_outputs_of_a_notebook_do_not_meet(demo: Analysis, show: Show) -> None:
    frame = render_notebook(demo)
    outside = f"<!doctype html><html lang='en'><title>n</title><main><h1 id='a0'>Notebook</h1>{frame}{frame}</main></html>"
    shown = show(outside, width=800)
    assert shown.page.locator("[id]").count() == 1
    inner = shown.page.frames[1]
    assert len(shown.page.frames) == 3
    assert inner.locator("article .cue").first.is_visible()
    assert "named" in (inner.locator("article a.cue").first.get_attribute("title") or "")
    inner.click(f"#a{mark(demo).id}")  # links stay inside of the frame
    assert inner.url == f"about:srcdoc#about-a{mark(demo).id}"
    inner.uncheck("#show-loaded")
    assert not inner.locator("article .flag").first.is_visible()
