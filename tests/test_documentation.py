"""The documentation: it builds without a warning, asks nothing of the network, leads somewhere, and what it shows is so."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

import framing
from framing.cli import COMMANDS
from framing.corpora import list_corpora
from tests import documentation
from tests.corpus import environment
from tests.documentation import DOCS, PAGES, ROOT, PageError

if TYPE_CHECKING:
    from tests.browser import Show

pytest_plugins = ["tests.browser"]

TOOLS = ("sphinx", "myst_parser", "numpydoc", "furo")
NOTEBOOKS = ("analyse_an_article", "compare_outlets", "train_on_your_data")
FETCHING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """Where a page leads, what it fetches, and the names in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.names: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self.names |= {of[name] for name in ("id", "name") if name in of}
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
        if tag in FETCHING and FETCHING[tag] in of and not (tag == "link" and of.get("rel") == "canonical"):
            self.fetched.append(of[FETCHING[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as CI builds it: any warning is an error."""
    missing = [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed: the extra docs")
    out = tmp_path_factory.mktemp("documentation") / "site"
    before = {path for path in DOCS.rglob("*") if "__pycache__" not in path.parts}
    command = [sys.executable, str(DOCS / "build.py"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path for path in DOCS.rglob("*") if "__pycache__" not in path.parts} == before, "the tree was written to"
    return out


def test_every_model_corpus_and_example_has_a_page(site: Path) -> None:
    expected = {
        *(f"models/{folder.parent.name}" for folder in ROOT.glob("framing/models/*/CARD.md")),
        *(f"corpora/{corpus.name}" for corpus in list_corpora()),
        *(f"examples/{path.stem}" for path in (DOCS / "examples").glob("*.py")),
        *(page.removesuffix(".md") for page in PAGES),
        *("scores", "commands", "contributing", "changes", "benchmark/index", "reference/framing"),
    }
    assert {page.relative_to(site).as_posix().removesuffix(".html") for page in site.rglob("*.html")} >= expected


def test_the_reference_has_the_whole_face_and_every_estimator(site: Path) -> None:
    face = Page(site / "reference" / "framing.html").names
    assert {f"framing.{name}" for name in framing.__all__ if not name.startswith("__")} <= face
    from framing.learning.estimator import Estimator

    estimators = Page(site / "reference" / "estimators.html").names
    for module in ("attribution", "typer", "hedge_tagger", "frames", "loaded", "hyperpartisan", "rater"):
        __import__(f"framing.{module}")

    def below(kind: type) -> set[type]:
        return {kind, *(deep for inner in kind.__subclasses__() for deep in below(inner))}

    ours = {f"{kind.__module__}.{kind.__name__}" for kind in below(Estimator) if kind.__module__.startswith("framing.")}
    assert len(ours) >= 8
    assert ours <= estimators


def test_commands_are_those_of_the_command_line(site: Path) -> None:
    text = (site / "commands.html").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"framing {name}" not in text] == []


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    assert {(page.name, url) for page in pages for url in Page(page).fetched if urlsplit(url).scheme or urlsplit(url).netloc} == set()
    for style in site.rglob("*.css"):
        assert re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", style.read_text(encoding="utf-8")) == [], style.name


def test_links_of_the_site_lead_somewhere(site: Path) -> None:
    pages = {page: Page(page) for page in site.rglob("*.html")}
    broken = set()
    for page, read in pages.items():
        for link in read.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.exists() or (parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names):
                broken.add((page.relative_to(site).as_posix(), link))
    assert broken == set()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("page", ["index", "tutorial", "benchmark/attribution", "reference/estimators", "corpora/polnear"])
def test_pages_can_be_used_by_all_and_on_a_telephone(page: str, dark: bool, site: Path, show: Show) -> None:
    wide = show(site / f"{page}.html", dark=dark, loud=True)
    assert wide.audit() == []
    narrow = show(site / f"{page}.html", width=360, dark=dark, loud=True)
    assert (narrow.overflow(), narrow.errors) == (0, [])
    assert [url for url in (*wide.requests, *narrow.requests) if not url.startswith((site.as_uri(), "data:"))] == []


def test_the_benchmark_says_what_the_results_say(site: Path) -> None:
    from experiments import source_tables

    rows = source_tables.fidelity().splitlines()
    figure = re.findall(r"\.\d{3} \[\.\d{3}, \.\d{3}\]", rows[2])[0]
    assert figure in (site / "benchmark" / "transparency.html").read_text(encoding="utf-8").replace("\u00a0", " ")


@pytest.mark.parametrize("page", [page for page in PAGES if documentation.BLOCK.search((DOCS / page).read_text(encoding="utf-8"))])
def test_what_a_page_shows_is_so(page: str, tmp_path: Path) -> None:
    if page in ("scale.md", "howto/score_a_corpus.md"):
        pytest.importorskip("pandas", reason="pandas is not installed")
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert documentation.run(page, tmp_path) == (DOCS / page).read_text(encoding="utf-8"), "run: python -m tests.documentation"


def test_a_page_that_says_what_is_not_so_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "DOCS", tmp_path)

    def shown(text: str, name: str) -> str:
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        (tmp_path / name).mkdir()
        return documentation.run("page.md", tmp_path / name)

    text = "```python\n>>> 1 + 1\n3\n\n```\n\n```sh\necho a\n```\n\n```text\nb\n```\n"
    assert shown(text, "a") == text.replace("3", "2").replace("b\n", "a\n")
    for n, wrong in enumerate(("python\n1 / 0", "python\n>>> 1 / 0", "sh\nframing analyse x", "sh\nframing train nothing", "sh\nfalse")):
        with pytest.raises(PageError):
            shown(f"```{wrong}\n```\n", f"wrong{n}")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_run(name: str, tmp_path: Path) -> None:
    script = DOCS / "examples" / f"{name}.py"
    assert re.match(r"# %% \[markdown\]\n# # \w", script.read_text(encoding="utf-8")), "the first cell is the title"
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(done.stdout.splitlines()) >= 5
