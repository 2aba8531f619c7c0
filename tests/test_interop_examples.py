"""The examples of docs/examples, run as a reader would: from another folder, in a process of their own."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
ARTICLES = [{"id": "a", "text": "She said it may rain."}, {"id": "b", "text": None}, {"id": "c", "text": "“So,” he said.\n\nIt may not."}]
PRINTED = ["bridge 2 1 None", "mill 2 1 None", "nothing None None TypeError: there is no text"]


def installed(name: str) -> bool:
    """Whether a package is there; a folder of that name, as ``datasets/`` of this repository, is none."""
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return False
    return found is not None and found.origin is not None


def run(example: str, folder: Path, *args: str) -> str:
    """Run an example with this library alone on the path: the repository holds a folder ``datasets``."""
    (folder / "library").mkdir(exist_ok=True)
    if not (folder / "library" / "framing").exists():
        (folder / "library" / "framing").symlink_to(ROOT / "framing", target_is_directory=True)
    env = {
        **os.environ,
        "PYTHONPATH": str(folder / "library"),
        "PYSPARK_PYTHON": sys.executable,
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_OFFLINE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, str(EXAMPLES / example), *args]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=folder, env=env, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def write(folder: Path) -> str:
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), encoding="utf-8")
    return str(path)


@pytest.mark.skipif(not installed("datasets"), reason="Hugging Face datasets is not installed")
def test_hugging_face_datasets(tmp_path: Path) -> None:
    assert run("huggingface_map.py", tmp_path).splitlines() == PRINTED
    run("huggingface_map.py", tmp_path, write(tmp_path), str(tmp_path / "scores.jsonl"))
    rows = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["n_hedges"], row["error"]) for row in rows] == [
        ("a", 1, None),
        ("b", None, "TypeError: there is no text"),
        ("c", 1, None),
    ]


@pytest.mark.skipif(not installed("pyspark"), reason="pyspark is not installed")
@pytest.mark.skipif(not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java")
def test_spark(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    lines = run("spark_map_in_pandas.py", tmp_path).splitlines()
    assert [line for line in lines if line.startswith(("bridge", "mill", "nothing"))] == PRINTED
    run("spark_map_in_pandas.py", tmp_path, write(tmp_path), str(tmp_path / "scores"))
    rows = pandas.read_parquet(tmp_path / "scores").sort_values("id")
    assert rows["id"].tolist() == ["a", "b", "c"]
    assert rows["n_hedges"].fillna(-1).tolist() == [1, -1, 1]
    assert rows["error"].fillna("").tolist() == ["", "TypeError: there is no text", ""]
