"""Pages in headless Chromium, for the tests of what people see.

Conventions
-----------
* A test module says ``pytest_plugins = ["tests.browser"]`` and asks for ``show``. It is skipped, with a reason, where Playwright or
  Chromium is absent. Chromium is the one of the system (``FRAMING_CHROMIUM`` names another); nothing is downloaded.
* ``show(page)`` opens a string of HTML, or a file, and gives a :class:`Shown`: ``page`` is Playwright's page, ``console``, ``errors`` and
  ``requests`` gather what a self-contained page has none of: messages, exceptions, and requests for anything but the file itself.
* At the end of the test every page that was shown is held to that, unless the test said ``loud=True``.
* ``audit()`` lists what axe-core finds, best practices included; an empty list is a pass. It is skipped where axe is absent.
* Screenshots go to the folder ``FRAMING_SCREENSHOTS``, if it is set: ``shown.shot(name)``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHTS = {360: 740, 800: 1100, 1400: 900}  # of a telephone, a tablet and a laptop


@dataclass(eq=False)
class Shown:
    """A page in the browser, with everything it said, threw and asked for."""

    page: Page
    loud: bool = False
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Everything that a self-contained page has none of."""
        return [*self.console, *self.errors, *self.requests]

    def audit(self, **options: Any) -> list[str]:
        """What axe-core finds: rule, selector and message, one line a node."""
        axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
        self.page.evaluate(axe.AXE_SCRIPT)
        found = self.page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **options})
        return [
            f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def wider(self) -> list[str]:
        """The elements that stick out of the window on the right, unless something around them scrolls or clips."""
        return list(
            self.page.evaluate(
                """() => [...document.body.querySelectorAll('*')].filter(e => {
                    if (e.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false;
                    for (let p = e.parentElement; p; p = p.parentElement)
                        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX)) return false;
                    return true;
                }).map(e => e.outerHTML.slice(0, 120))"""
            )
        )

    def shot(self, name: str, whole: bool = True) -> None:
        """A picture of the page, if somebody wants to look at it."""
        folder = os.environ.get("FRAMING_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


Show = Callable[..., Shown]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("FRAMING_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine (FRAMING_CHROMIUM names one)")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    """A function that opens a page: ``show(html, width=1400, dark=False, script=True, loud=False)``.

    ``html`` is the text of the page, or the path of a file. ``script=False`` is a reader without scripts; ``loud`` pages may say things.
    """
    shown: list[Shown] = []
    numbers = count()

    def open_page(html: str | Path, width: int = 1400, dark: bool = False, script: bool = True, loud: bool = False) -> Shown:
        if isinstance(html, str):
            path = tmp_path / f"page{next(numbers)}.html"
            path.write_text(html, encoding="utf-8", newline="")
        else:
            path = html
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
            locale="en-GB",
        )
        page = context.new_page()
        page.set_default_timeout(5000)
        one = Shown(page, loud)
        address = path.resolve().as_uri()

        def asked(request: Any) -> None:
            if request.url.split("#")[0] != address:
                one.requests.append(request.url)

        page.on("console", lambda message: one.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: one.errors.append(str(error)))
        page.on("dialog", lambda dialog: (one.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", asked)
        page.goto(address)
        shown.append(one)
        return one

    yield open_page
    complaints = [line for one in shown if not one.loud for line in one.complaints]
    for one in shown:
        one.page.context.close()
    assert not complaints, complaints
