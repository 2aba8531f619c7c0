"""The plan of the house, held: floors, face, sizes, what may be imported and what may not be loaded."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import framing

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "framing"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Room -> floor. A room is a module or a folder of framing/; a new one is entered here.
FLOORS = {
    "records": 0, "late": 0, "lexicons": 0, "schema": 0, "demo": 0, "version": 0, "writing": 0, "showing": 0,
    "html": 1, "boilerplate": 1, "language_id": 1, "text": 1, "sentences": 1, "word_types": 1, "tokens": 1, "quotes": 1,
    "phrases": 1, "nouns": 1, "capitals": 1, "names": 1, "metrics": 1, "learning": 1,
    "cues": 2, "contents": 2, "labels": 2, "nesting": 2, "patterns": 2, "tagging": 2, "signals": 2, "templates": 2, "linking": 2,
    "speech": 2, "tagger": 2, "teaching": 2, "attribution": 2, "encoder": 2,
    "mentions": 2, "levels": 2, "entities": 2, "descriptions": 2, "antecedents": 2, "cataphora": 2, "relatives": 2,
    "several": 2, "variation": 2, "relay_mentions": 2, "relays": 2, "relay_candidates": 2,
    "roles": 2, "sources": 2, "source_features": 2, "typer": 2,
    "hedge_lexicon": 2, "hedge_rules": 2, "hedge_mappings": 2, "hedge_marks": 2, "hedge_features": 2, "hedge_lessons": 2, "hedge_cues": 2,
    "hedge_choice": 2, "hedge_sentences": 2, "hedge_tagger": 2, "scope": 2, "hedging": 2, "language": 2,
    "transparency": 3, "rating_features": 3, "rater": 3, "hedge_figures": 3,
    "ngrams": 2, "vocabulary": 2, "ngram_model": 2, "article_words": 2, "categories": 2, "domain": 2, "classifier": 2,
    "frame_features": 3, "loaded_features": 3, "loaded_words": 3, "loaded_lessons": 3, "loaded": 3,
    "frames": 3, "frame_lessons": 3, "hyperpartisan_features": 3, "hyperpartisan_lessons": 3, "hyperpartisan": 3,
    "engines": 3, "result": 4, "analysis": 4, "reasons": 4, "classification": 4, "frame_reasons": 4,
    "report": 5, "corpora": 5, "rows": 5, "features": 5, "interop": 5, "corpus_report": 5, "plot": 5,
    "cards": 6, "training": 6, "training_steps": 6, "training_sources": 6, "training_rating": 6, "training_hedging": 6,
    "runs": 6, "benchmark": 6, "encoder_graph": 6, "encoder_rounding": 6,
    "encoder_lessons": 6, "encoder_network": 6, "encoder_training": 6, "training_encoder": 6,
    "training_frames": 6, "training_loaded": 6, "training_hyperpartisan": 6,
    "cli": 7, "__main__": 7, "__init__": 7,
}  # fmt: skip

# The two imports that go upwards or in a circle: inside the function, because the result knows how to show and explain itself.
UPWARDS = {
    ("result", "to_html", "framing.report.html"),
    ("result", "_repr_html_", "framing.report.html"),
    ("result", "explain", "framing.analysis"),
    ("rater", "read", "framing.analysis"),
    ("hyperpartisan", "read", "framing.analysis"),
}

FACE = [
    "Analysis", "Article", "Attribution", "Boilerplate", "Contribution",
    "Document", "Entity", "Explanation", "FrameScores",
    "Hedge", "Notice", "Quote", "Scores", "Sentence", "Span", "Transparency",
    "__version__", "analyze", "analyze_many", "load_corpus", "read_article", "to_frame",
]  # fmt: skip

HEAVY = ["sklearn", "nltk", "scipy", "joblib", "jinja2", "click", "rich", "trafilatura", "lxml", "pooch", "requests"]
MAX_LINES = 500


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


PLACED = [path for path in MODULES if room(path) in FLOORS]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """Every imported module by its full name, with the function it is imported in."""

    def walk(node: ast.AST, inside: str | None) -> Iterator[tuple[str, str | None]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: relative import"
                if child.module == "framing":
                    yield from ((f"framing.{alias.name}", inside) for alias in child.names)
                else:
                    yield str(child.module), inside
            else:
                function = child.name if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside
                yield from walk(child, function)

    yield from walk(tree(path), None)


def own(name: str) -> str | None:
    """The room of a module of this library, by its full name; the face itself is the room ``__init__``."""
    parts = name.split(".")
    if parts[0] != "framing":
        return None
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_room_has_a_floor_and_every_floor_a_room() -> None:
    assert {room(path) for path in MODULES} == set(FLOORS)


def test_rooms_import_downwards() -> None:
    wrong = []
    used = set()
    for path in PLACED:
        here = room(path)
        for name, function in imports(path):
            there = own(name)
            if there is None or there == here:
                continue
            if there not in FLOORS:
                wrong.append(f"{here} imports {name}, which has no floor")
            elif FLOORS[there] > FLOORS[here] or (here, function, name) in UPWARDS:
                used.add((here, str(function), name))
                if (here, function, name) not in UPWARDS:
                    wrong.append(f"{here} (floor {FLOORS[here]}) imports {name} (floor {FLOORS[there]})")
    assert not wrong
    assert {(a, c) for a, _, c in used} == {(a, c) for a, _, c in UPWARDS}, "an exception that nobody needs"


def test_rooms_of_a_floor_make_no_circle() -> None:
    edges: dict[str, set[str]] = {name: set() for name in FLOORS}
    for path in PLACED:
        here = room(path)
        edges[here] |= {
            there
            for name, function in imports(path)
            if (there := own(name)) and there != here and (here, function, name) not in UPWARDS and FLOORS.get(there) == FLOORS[here]
        }
    while free := {name for name, below in edges.items() if not below}:
        edges = {name: below - free for name, below in edges.items() if name not in free}
    assert not edges, "these import each other"


def test_analysis_imports_numpy_and_the_standard_library_only() -> None:
    foreign = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in PLACED
        if FLOORS[room(path)] <= 4
        for name, function in imports(path)
        if (top := name.split(".")[0]) not in sys.stdlib_module_names and top not in ("framing", "numpy") and function is None
    }
    assert not foreign


def test_the_face_is_what_was_decided() -> None:
    assert sorted(framing.__all__) == sorted(FACE)
    assert all(hasattr(framing, name) for name in FACE)
    loaded = {name for name in vars(framing) if not name.startswith("_")} - set(FACE)
    assert loaded <= {room(path) for path in MODULES}, "public names that are neither in the face nor rooms"


@pytest.mark.parametrize("folder", ["framing", "tests", "experiments"])
def test_no_file_is_too_long(folder: str) -> None:
    sizes = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert {name: n for name, n in sizes.items() if n > MAX_LINES} == {}


def test_every_module_says_what_it_is() -> None:
    assert [str(p.relative_to(ROOT)) for p in MODULES if not ast.get_docstring(tree(p))] == []


def test_nothing_that_is_loaded_can_execute() -> None:
    wrong = []
    for path in MODULES:
        wrong += [
            f"{path}: imports {name}"
            for name, _ in imports(path)
            if name.split(".")[0] in {"pickle", "dill", "cloudpickle", "shelve", "marshal"}
        ]
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "allow_pickle"
                and not (isinstance(node.value, ast.Constant) and node.value.value is False)
            ):
                wrong.append(f"{path}:{node.value.lineno}: allow_pickle")
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"load", "dump"}
                and isinstance(node.value, ast.Name)
                and node.value.id == "joblib"
            ):
                wrong.append(f"{path}:{node.lineno}: joblib.{node.attr}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                wrong.append(f"{path}:{node.lineno}: {node.func.id}")
    assert not wrong


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file that we wrote, with its content."""
    top = [p for p in ROOT.iterdir() if p.is_file() and p.name != "LICENSE"]
    for path in [*top, *(p for name in ("framing", "tests", "experiments", "datasets", "docs", ".ci") for p in (ROOT / name).rglob("*"))]:
        if (
            path.is_file()
            and "__pycache__" not in path.parts
            and path.suffix in {"", ".py", ".md", ".toml", ".tsv", ".json", ".html", ".css", ".txt", ".cff"}
        ):
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_no_path_of_a_machine() -> None:
    pattern = re.compile(r"(?<![\w.:/])/(?:work|root|home|Users|mnt|opt)/\w|[A-Z]:\\\\Users")
    assert [str(path.relative_to(ROOT)) for path, text in texts() if pattern.search(text)] == []


def test_no_rule_names_a_string_of_an_article() -> None:
    names = ("euobserver", "vsse", "muiser", "gazprombank", "karsholm", "solvane", "redlund", "almgren", "wikmark", "orrevik")
    words = re.compile("|".join(names), re.IGNORECASE)
    rules = [(path, text) for path, text in texts() if PACKAGE in path.parents and room(path) != "demo"]
    assert len(rules) > 20
    assert [str(path.relative_to(ROOT)) for path, text in rules if words.search(text)] == []


def test_every_exception_to_the_linters_carries_its_reason() -> None:
    bare = re.compile(r"#\s*(?:type: ignore(?:\[[\w, -]+\])?|noqa(?:: [A-Z0-9, ]+)?|pragma: no cover)\s*$")
    wrong = [f"{p}:{n}" for p in MODULES for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1) if bare.search(line)]
    assert not wrong


def test_datasets_is_no_package() -> None:
    assert not (ROOT / "datasets" / "__init__.py").exists()


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_opens_no_socket_and_loads_no_toolkit() -> None:
    seen = run(
        "import sys\nevents = []\nsys.addaudithook(lambda name, args: events.append(name))\nfrom framing import *\n"  # late names, too
        "print(*{e for e in events if e.startswith(('socket.', 'urllib.', 'subprocess.', 'os.system'))}, *sys.modules, sep='\\n')"
    ).split()
    assert not [name for name in seen if name.startswith(("socket.", "urllib.Request", "subprocess.Popen"))]
    assert not {name.split(".")[0] for name in seen} & set(HEAVY)
    assert "numpy" in seen


def test_analysing_loads_numpy_and_the_standard_library_only() -> None:
    loaded = run(
        "import sys, framing\nfrom framing.demo import read_demo\na = framing.analyze(read_demo())\na.to_json(True, True)\n"
        "list(framing.analyze_many(['He said it may rain.']))\nprint(*sys.modules, sep='\\n')"
    ).split()
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)
    assert "framing.analysis" in loaded


def test_the_check_on_loaded_modules_can_fail() -> None:
    loaded = run("import sys, framing\nframing.analyze('x').to_html()\nprint(*sys.modules, sep='\\n')").split()
    assert "jinja2" in loaded
