"""The corpus report in a browser: sorting, filtering, keyboard, accessibility, width, and that it asks for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from framing.corpus_report.corpus import Meta
from framing.corpus_report.page import corpus_report
from tests import made_scores as made

if TYPE_CHECKING:
    from tests.browser import Show


pytest_plugins = ["tests.browser"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the made corpus, with everything on it."""
    folder, rows = tmp_path_factory.mktemp("corpus"), made.articles()
    (folder / "reports").mkdir()
    (folder / "reports" / "75.html").write_text("<!doctype html><title>The article</title>", encoding="utf-8")
    page = corpus_report(
        made.write(folder / "scores.jsonl", "articles", rows),
        Meta("outlet", "date", made.write_meta(folder / "meta.csv", rows), "url"),
        attributions=made.write(folder / "attributions.jsonl", "attributions", made.attributions(rows)),
        hedges=made.write(folder / "hedges.jsonl", "hedges", made.hedges(rows)),
        articles=folder / "reports",
        beside=folder,
    )
    (folder / "report.html").write_text(page, encoding="utf-8", newline="")
    return folder / "report.html"


def names(page: object, table: str) -> list[str]:
    """The first cells of the rows that are shown."""
    return page.locator(f"{table} tbody tr:visible th").all_inner_texts()  # type: ignore[attr-defined]  # Playwright may be absent


def test_a_click_sorts_and_another_turns_it_round(report: Path, show: Show) -> None:
    page = show(report).page
    table = page.locator("#groups table")
    head = table.locator("thead th", has_text="Tokens")
    assert names(page, "#groups")[:3] == list(made.OUTLETS[:3])
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    tokens = [int(text.replace(",", "")) for text in table.locator("tbody tr td:nth-child(3)").all_inner_texts()]
    assert tokens == sorted(tokens, reverse=True)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    table.locator("thead th").first.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert names(page, "#groups") == sorted([*made.OUTLETS, "(none)"], key=str.casefold)


def test_what_has_no_number_is_sorted_last_either_way(report: Path, show: Show) -> None:
    page = show(report).page
    column = page.locator("#length .grid-table").first
    button = column.locator("thead th", has_text="longest third").get_by_role("button")
    for _ in range(2):
        button.click()
        shown = column.locator("tbody tr td:nth-child(6)").evaluate_all("cells => cells.map(c => c.dataset.v)")
        assert "" in shown
        assert shown == [v for v in shown if v] + [v for v in shown if not v]


def test_one_field_filters_all_tables_of_groups(report: Path, show: Show) -> None:
    page = show(report).page
    page.get_by_label("Filter by outlet").fill("ve po")
    for section in ("#groups", "#length", "#frames", "#hedges"):
        assert set(names(page, section)) == {"Veldania Post"}, section
    assert page.locator("nav [role=status]").inner_text() == "1 of 5"
    assert page.locator("#groups tfoot").is_visible()
    assert len(names(page, "#outliers .ends")) > 1
    page.get_by_label("Filter by outlet").fill("")
    assert len(names(page, "#groups")) == 5


def test_sources_are_filtered_by_any_word(report: Path, show: Show) -> None:
    page = show(report).page
    page.get_by_label("Filter by source").fill("described")
    assert names(page, "#sources .tall") == ["a senior official"]
    assert len(names(page, "#groups")) == 5


def test_without_scripts_everything_is_there(report: Path, show: Show) -> None:
    page = show(report, script=False).page
    assert page.get_by_role("button").count() == 0
    assert page.locator("input").count() == 0
    assert names(page, "#groups") == [*made.OUTLETS, "(none)"]


def test_links_lead_to_the_articles(report: Path, show: Show) -> None:
    page = show(report, loud=True).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    links = page.locator("#outliers a")
    assert {link.get_attribute("href") for link in links.all()} == {"reports/75.html"}
    links.first.click()
    page.wait_for_url("**/reports/75.html")
    assert page.title() == "The article"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 800, 1400])
def test_accessible_and_as_wide_as_the_window(report: Path, show: Show, width: int, dark: bool) -> None:
    shown = show(report, width=width, dark=dark)
    shown.shot(f"corpus-made-{width}-{'dark' if dark else 'light'}")
    shown.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert shown.overflow() == 0
    assert shown.wider() == []
    if (width, dark) in {(360, True), (1400, False)}:  # axe takes seconds
        assert shown.audit() == []


def test_hostile_titles_are_shown_and_not_run(report: Path, show: Show) -> None:
    shown = show(report)
    shown.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert shown.page.get_by_text(made.HOSTILE).first.is_visible()
    assert shown.page.locator("img").count() == 0


def test_a_table_can_be_scrolled_by_keyboard(report: Path, show: Show) -> None:
    page = show(report, width=360).page
    region = page.get_by_role("region", name="Comparison table")
    region.focus()
    for _ in range(20):  # a busy machine may be late to scroll
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(50)
        if region.evaluate("e => e.scrollLeft"):
            break
    assert region.evaluate("e => e.scrollLeft") > 0
