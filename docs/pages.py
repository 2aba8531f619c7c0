"""The pages of the site: those of this folder, with links that lead to pages, and those that are made.

Made, so that nothing is copied by hand: a page for every model (its card) and corpus (its card and its entry in the catalogue), the
benchmark (from ``experiments/results``), what the scores are not (``experiments/TRANSPARENCY.md``), the commands (what ``--help`` says),
the reference (from docstrings), and the examples (run, with what they print).

A page may link to any file of the repository, relative to itself: where the file has a page, the link leads to it; where it has none, the
link becomes the file's path in words. What is between the ends of an interval does not break, and the empty line that ends a doctest goes.
"""

from __future__ import annotations

import contextlib
import io
import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reference import REFERENCE, reference

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EXAMPLES = ("analyse_an_article", "compare_outlets", "train_on_your_data")
LISTED = ("huggingface_map", "spark_map_in_pandas")  # need packages that the site is built without: shown, not run
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
_INTERVAL = re.compile(r"\[([-+.\d]+), ([-+.\d]+)\]")
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.DOTALL | re.MULTILINE)


def write(out: Path) -> None:
    """Write all pages into a folder that is not there yet."""
    shutil.copytree(HERE, out, ignore=shutil.ignore_patterns("__pycache__", "*.md", "examples", "build.py", "pages.py", "reference.py"))
    made = dict(_made())
    targets = {origin: name for name, (origin, _) in made.items() if origin}
    for name, (origin, text) in made.items():
        page = out / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(relink(text, origin or f"docs/{name}", name, targets), encoding="utf-8", newline="\n")
    (out / "pictures").mkdir(exist_ok=True)
    for picture in sorted(ROOT.glob("experiments/results/*.svg")):
        (out / "pictures" / picture.name).write_bytes(picture.read_bytes())


def relink(text: str, origin: str, name: str, targets: dict[str, str]) -> str:
    """``text`` of the repository's file ``origin`` for the site's page ``name``: links to files become links to pages, or words."""

    def link(match: re.Match[str]) -> str:
        picture, label, path, anchor = match[1], match[2], match[3], match[4] or ""
        if not path:
            return match[0]
        if picture:
            return f"![{label}]({posixpath.relpath(f'pictures/{posixpath.basename(path)}', posixpath.dirname(name) or '.')})"
        file = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        there = targets.get(file) or targets.get(f"{file}/README.md")
        if there is None:
            return label if file in label else f"{label} (`{file}`)"
        return f"[{label}]({posixpath.relpath(there, posixpath.dirname(name) or '.')}{anchor})"

    def words(part: str) -> str:
        return _INTERVAL.sub("[\\1,\u00a0\\2]", _LINK.sub(link, part))

    parts, at = [], 0
    for fence in _FENCE.finditer(text):
        parts += [words(text[at : fence.start()]), re.sub(r"\n\n(`+)$", r"\n\1", fence[0])]
        at = fence.end()
    return "".join([*parts, words(text[at:])])


def _made() -> Iterator[tuple[str, tuple[str, str]]]:
    """Name of a page on the site -> the file of the repository that it is ("" if none) and its text."""
    for page in sorted(HERE.rglob("*.md")):
        if "_build" not in page.parts:
            yield page.relative_to(HERE).as_posix(), (page.relative_to(ROOT).as_posix(), _read(page))
    yield "scores.md", ("experiments/TRANSPARENCY.md", _read(ROOT / "experiments" / "TRANSPARENCY.md"))
    yield "changes.md", ("CHANGELOG.md", _read(ROOT / "CHANGELOG.md"))
    yield "contributing.md", ("CONTRIBUTING.md", _read(ROOT / "CONTRIBUTING.md"))
    yield "commands.md", ("", commands())
    yield from _models()
    yield from _corpora()
    yield from _benchmark()
    yield from _examples()
    for name in REFERENCE:
        yield f"reference/{name}.md", ("", reference(name))
    yield "reference/index.md", ("", _index("Reference", _REFERENCE, sorted(REFERENCE)))


_REFERENCE = (
    "Made from the docstrings. `framing` itself is the face that keeps its names; the rooms below are documented too, and "
    "[CONTRIBUTING](../../CONTRIBUTING.md) has the map of the house. The columns of features are on [a page of their own](../features.md)."
)
_MODELS = (
    "The card of every shipped model (after Mitchell et al. 2019): what it learned from, how well it does, and what it is not for. "
    "`framing models card NAME` prints it."
)
_CORPORA = (
    "The card of every corpus that `framing.load_corpus` reads (after Gebru et al. 2021), with its entry in the catalogue. Only our own "
    "annotations are shipped, with the guides that they were made by; `framing corpora info NAME` says how to get the others."
)


def _models() -> Iterator[tuple[str, tuple[str, str]]]:
    cards = sorted(ROOT.glob("framing/models/*/CARD.md"))
    for card in cards:
        yield f"models/{card.parent.name}.md", (card.relative_to(ROOT).as_posix(), _read(card))
    yield "models/index.md", ("", _index("Models", _MODELS, [f"{card.parent.name} <{card.parent.name}>" for card in cards]))


def _corpora() -> Iterator[tuple[str, tuple[str, str]]]:
    from framing.corpora import list_corpora

    names = []
    for corpus in list_corpora():
        names.append(corpus.name)
        card = ROOT / "datasets" / corpus.name / "README.md"
        rows = [
            ("tasks", ", ".join(corpus.tasks)),
            ("licence", corpus.licence),
            ("how to get it", "comes with the package" if corpus.own else corpus.get),
            ("texts of", ", ".join(corpus.needs)),
            ("splits", ", ".join(corpus.splits) + (f" (read by default: {', '.join(corpus.default)})" if corpus.splits else "")),
            ("official folds", str(corpus.folds or "")),
            *((f"option `{name}`", told) for name, told in (corpus.options or {}).items()),
            ("citation", corpus.citation),
        ]
        table = "\n".join(f"| {key} | {' '.join(value.split())} |".replace(" |  |", " | |") for key, value in rows if value)
        entry = f'## In the catalogue\n\n`framing.load_corpus("{corpus.name}")` · {corpus.title}\n\n| | |\n|---|---|\n{table}\n'
        yield f"corpora/{corpus.name}.md", (card.relative_to(ROOT).as_posix(), f"{_read(card).rstrip()}\n\n{entry}")
    for page in sorted(ROOT.glob("datasets/*/GUIDE.md")):
        names.append(f"{page.parent.name}_guide")
        yield f"corpora/{names[-1]}.md", (page.relative_to(ROOT).as_posix(), _read(page))
    for name in ("README", "CODEBOOK"):
        page = ROOT / "datasets" / "coding_sheet" / f"{name}.md"
        site = "coding_sheet" if name == "README" else "codebook"
        names.append(site)
        yield f"corpora/{site}.md", (page.relative_to(ROOT).as_posix(), _read(page))
    yield "corpora/index.md", ("", _index("Corpora", _CORPORA, names))


_BENCHMARK = """\
Every figure comes from a results file that the command beside it writes (`experiments/results`); the pages below are made of them when
the site is built. In brackets are 95 % bootstrap intervals over documents. Published figures stand in columns of their own: most were
measured on test parts, which are kept for the final evaluation and which no experiment here reads.
"""
_GROUPS = {  # by the first word of a table's title
    **dict.fromkeys(("Narrative", "Policy", "Generic"), "Frames"),
    **dict.fromkeys(("Real", "What"), "Transparency"),
    **dict.fromkeys(("Left", "Sentence", "Features"), "Others"),
    "Loaded": "Loaded language",
}


def _benchmark() -> Iterator[tuple[str, tuple[str, str]]]:
    from experiments.markdown import RESULTS
    from experiments.tables import BEGIN, SECTIONS

    claims = _read(ROOT / "experiments" / "README.md").split(BEGIN)[0].partition("\n| claim")
    groups: dict[str, list[str]] = {}
    for title, (make, command) in SECTIONS.items():
        first = re.split(r"[:, ]", title)[0]
        group = _GROUPS.get(first, first)
        groups.setdefault(group, []).append(f"## {title}\n\n`python -m experiments.{command}`\n\n{make()}\n")
    names = []
    for group, sections in groups.items():
        name = group.lower().replace(" ", "_")
        text = "\n".join([f"# {group}: results\n", *sections])
        plots = [plot for plot in sorted(RESULTS.glob(f"{group.split()[0].lower()}*.svg")) if plot.name not in text]
        if plots:
            text += "\n## Plots\n\n" + "\n".join(f"![{plot.stem.replace('_', ' ')}]({plot.name})\n" for plot in plots)
        names.append(name)
        yield f"benchmark/{name}.md", ("", text)
    text = f"{_BENCHMARK}\n## Claims\n\n{claims[1].strip()}{claims[2].rstrip()}\n"
    yield "benchmark/index.md", ("experiments/README.md", _index("Benchmark", text, names))


def _examples() -> Iterator[tuple[str, tuple[str, str]]]:
    for name in EXAMPLES:
        script = HERE / "examples" / f"{name}.py"
        yield f"examples/{name}.md", (script.relative_to(ROOT).as_posix(), notebook(_read(script)))
    for name in LISTED:
        script = HERE / "examples" / f"{name}.py"
        text = f"# {name.replace('_', ' ').capitalize()}\n\n`docs/examples/{name}.py`\n\n```python\n{_read(script).rstrip()}\n```\n"
        yield f"examples/{name}.md", (script.relative_to(ROOT).as_posix(), text)
    told = "Scripts of `docs/examples`. The first three are notebooks in the percent format, which editors and Jupytext open cell by cell."
    yield "examples/index.md", ("", _index("Examples", told, [*EXAMPLES, *LISTED]))


def notebook(script: str) -> str:
    """A script in percent format as a page: cells of Markdown as text, cells of code with what they print."""
    scope: dict[str, object] = {"__name__": "__main__"}
    parts = []
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for head, cell in re.findall(r"^# %%(.*)\n((?:(?!# %%).*\n?)*)", script, re.MULTILINE):
                if "[markdown]" in head:
                    parts.append(re.sub(r"^# ?", "", cell.strip(), flags=re.MULTILINE))
                    continue
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile(cell, "example", "exec"), scope)
                parts.append(f"```python\n{cell.strip()}\n```")
                if printed.getvalue():
                    parts.append(f"```text\n{printed.getvalue().rstrip()}\n```")
        finally:
            os.chdir(before)
    return "\n\n".join(parts) + "\n"


def commands() -> str:
    """What ``--help`` says of every command."""
    import click

    from framing.cli import group

    parts = ["# Commands\n\nWhat `framing COMMAND --help` says.\n"]

    def tell(command: click.Command, name: str, above: click.Context | None) -> None:
        settings = {**command.context_settings, "terminal_width": 80, "max_content_width": 80}
        context = click.Context(command, info_name=name, parent=above, **settings)
        parts.append(f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None:
                    tell(found, inner, context)

    tell(group, "framing", None)
    return "\n".join(parts)


def _index(title: str, told: str, names: list[str]) -> str:
    pages = "\n".join(names)
    return f"# {title}\n\n{told.strip()}\n\n```{{toctree}}\n:maxdepth: 1\n\n{pages}\n```\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
