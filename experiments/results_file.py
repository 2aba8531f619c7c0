"""Results of experiments: where they lie, how they are written and read, and what each of them says of its making.

Conventions
-----------
* ``results/NAME.json``: scores with signature, interval and n, and whatever else is the same in every run; two runs give the same bytes.
  Two blocks are added: ``data``, the sums of the corpus files that were opened (:mod:`experiments.opened`), and ``versions`` of the
  packages that scores may depend on. :func:`read` gives a result without them, :func:`made_of` them alone. Where parts were measured
  before and are kept, both blocks are of these too; a package of two versions then stands with both (``1.0, 1.1``).
* ``results/NAME.volatile.json``: what differs from run to run. ``run`` holds seconds by the clock and by the processor, Python, platform.
* JSON with sorted keys (unless ``in_order``), one space of indentation, UTF-8; no NaN.
* The environment variable ``FRAMING_RESULTS`` names another folder for all that experiments write, pages and word lists included
  (:func:`page`), so that a run can be compared with what is committed.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from experiments import opened
from framing.metrics.signature import Score
from framing.version import __version__
from framing.writing import replacing

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = ROOT / "experiments" / "results"
ELSEWHERE = "FRAMING_RESULTS"
RESULTS = Path(os.environ[ELSEWHERE]).resolve() if os.environ.get(ELSEWHERE) else COMMITTED
DATA, VERSIONS, RUN = "data", "versions", "run"
PACKAGES = {  # module -> package
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "nltk": "nltk",
    "pysbd": "pysbd",
    "spacy": "spacy",
    "textacy": "textacy",
    "convokit": "convokit",
    "onnxruntime": "onnxruntime",
    "torch": "torch",
}

_BEGIN = perf_counter()


def data_home() -> Path:
    """The folder of the corpora: ``FRAMING_DATA``, or ``../shared/data`` beside the repository."""
    return Path(os.environ.get("FRAMING_DATA") or ROOT.parent / "shared" / "data")


def plain(node: Any) -> Any:
    """Scores as JSON."""
    if isinstance(node, Score):
        return node.as_dict()
    return {key: plain(value) for key, value in node.items()} if isinstance(node, dict) else node


def as_json(node: Any, in_order: bool = False) -> str:
    """The text of a results file."""
    return json.dumps(plain(node), indent=1, sort_keys=not in_order, allow_nan=False, ensure_ascii=False) + "\n"


def versions(before: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of this library, and of the packages that are loaded and that scores may depend on, with those of kept parts (``before``)."""
    now = {"framing": __version__, **{name: metadata.version(name) for module, name in PACKAGES.items() if module in sys.modules}}
    if not before:
        return now
    both = {name: [*before.get(name, "").split(", "), now.get(name, "")] for name in (*now, *before)}
    return {name: ", ".join(dict.fromkeys(filter(None, found))) for name, found in both.items()}


def write(
    name: str,
    results: dict[str, Any],
    facts: dict[str, Any] | None = None,
    in_order: bool = False,
    before: Mapping[str, str] | None = None,
) -> None:
    """Write a result, and beside it what differs from run to run (``facts`` and the run itself).

    ``before``: versions of the packages that kept parts were measured with.
    """
    data = opened.sums(data_home())
    for corpus, files in results.get(DATA, {}).items():  # parts that were measured before and are kept
        data[corpus] = {**files, **data.get(corpus, {})}
    RESULTS.mkdir(parents=True, exist_ok=True)
    whole = {**results, DATA: dict(sorted(data.items())), VERSIONS: versions(before)}
    put(RESULTS / f"{name}.json", as_json(whole, in_order))
    write_volatile(name, facts or {})


def write_volatile(name: str, facts: dict[str, Any]) -> None:
    """Write what differs from run to run alone."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    run = {
        "seconds": round(perf_counter() - _BEGIN, 1),
        "processor seconds": round(process_time(), 1),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    put(RESULTS / f"{name}.volatile.json", as_json({**facts, RUN: run}))


def put(path: Path, text: str) -> None:
    """Write a whole file, or leave what was there."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def exists(name: str) -> bool:
    """Whether a result can be read."""
    return any((folder / f"{name}.json").exists() for folder in (RESULTS, COMMITTED))


def whole(name: str, folder: Path | None = None) -> Any:
    """A results file as it stands; what does not lie in the folder of ``FRAMING_RESULTS`` is the committed one."""
    path = (folder or RESULTS) / f"{name}.json"
    if folder is None and not path.exists():
        path = COMMITTED / path.name
    return json.loads(path.read_text(encoding="utf-8"))


def read(name: str, folder: Path | None = None) -> Any:
    """A result without the blocks that say what it was made of."""
    found = whole(name, folder)
    volatile = name.endswith(".volatile")
    return {key: value for key, value in found.items() if key not in ((RUN,) if volatile else (DATA, VERSIONS))}


def made_of(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Sums of the corpus files of a result, and versions of the packages."""
    found = whole(name, folder)
    return {key: found.get(key, {}) for key in (DATA, VERSIONS)}


def kept(name: str) -> dict[str, Any]:
    """What is written already, its blocks included, for an experiment of which one part is measured again."""
    found: dict[str, Any] = whole(name) if (RESULTS / f"{name}.json").exists() else {}
    return {key: value for key, value in found.items() if key != RUN}


def page(path: Path) -> Path:
    """Where a page or word list is written: in its place, or below the folder that ``FRAMING_RESULTS`` names, as a copy that is changed."""
    if RESULTS == COMMITTED:
        return path
    there = RESULTS / path.resolve().relative_to(ROOT)
    if not there.exists():
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            there.write_bytes(path.read_bytes())
    return there
