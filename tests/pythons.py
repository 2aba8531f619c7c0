"""The same scores on every Python: installs the package under each interpreter that is there, and compares with ``golden/scores.json``.

    python -m tests.pythons           # a line an interpreter; fails where a number differs by more than 1e-9
    python -m tests.pythons --write   # writes the golden file, with the interpreter that runs this

Interpreters are those that ``FRAMING_PYTHONS`` names (divided as PATH is), else ``python3.10`` to ``python3.13`` on PATH. Each gets an
environment of its own with the newest packages that it can have, so numpy differs too. Needs a package index, and a minute for each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "tests" / "fixed_scores.py"
GOLDEN = ROOT / "tests" / "golden" / "scores.json"
NAMES = ("python3.10", "python3.11", "python3.12", "python3.13")
WITHIN = 1e-9
CLEAN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "FRAMING_DATA")


def interpreters(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Those that are to be tried and that run; a name on PATH may stand for none (a shim)."""
    named = environment.get("FRAMING_PYTHONS")
    found = named.split(os.pathsep) if named else [path for name in NAMES if (path := shutil.which(name))]
    return [path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0]


def run(*command: str | Path, cwd: Path) -> str:
    """What a command says; it knows nothing of this tree."""
    environment = {key: value for key, value in os.environ.items() if key not in CLEAN} | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def measured(python: str, place: Path) -> dict[str, Any]:
    """The scores of the package as that interpreter installs it."""
    source = place / "source"
    if not source.exists():  # installing writes beside what it installs
        source.mkdir()
        for name in ("framing", "datasets"):
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copyfile(ROOT / name, source / name)
    environment = Path(tempfile.mkdtemp(dir=place))
    run(python, "-m", "venv", environment, cwd=place)
    inside = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", source, cwd=place)
    shutil.copyfile(SCRIPT, environment / SCRIPT.name)
    found: dict[str, Any] = json.loads(run(inside, environment / SCRIPT.name, cwd=environment))
    return found


def compared(old: Mapping[str, float], new: Mapping[str, float]) -> tuple[float, list[str]]:
    """The largest difference, and what differs by more than ``WITHIN``, the places first that are in one only."""
    one_only = [f"{name}: in one only" for name in sorted(old.keys() ^ new.keys())]
    apart = {name: abs(old[name] - new[name]) for name in old.keys() & new.keys()}
    far = sorted((name for name in apart if apart[name] > WITHIN), key=lambda name: (-apart[name], name))
    return max(apart.values(), default=0.0), one_only + [f"{name}: {old[name]!r} is {new[name]!r}" for name in far]


def as_json(found: Mapping[str, Any]) -> str:
    """The golden file: a number a line."""
    return json.dumps(found, indent=0, sort_keys=True) + "\n"


def main() -> int:
    """Try all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the golden file, with the interpreter that runs this")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory() as folder:
        if write:
            GOLDEN.write_text(as_json(measured(sys.executable, Path(folder))), encoding="utf-8")
            return 0
        golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["numbers"]
        failed = False
        tried = interpreters()
        if not tried:
            print("no interpreter is there: name some in FRAMING_PYTHONS")
        for python in tried:
            found = measured(python, Path(folder))
            most, differences = compared(golden, found["numbers"])
            made = found["made with"]
            told = f"{len(found['numbers']):,} numbers, largest difference {most:.3g}"
            print(f"Python {made['python']:8} numpy {made['numpy']:8} {told}", flush=True)
            print("".join(f"  {line}\n" for line in differences[:10]), end="", flush=True)
            failed |= bool(differences)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
