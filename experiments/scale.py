"""What corpus runs cost: throughput with one and two workers, peak memory, cost by number of articles, start-up.

    python -m experiments.scale [--only PART] [--articles N [N ...]]

* **throughput**: ``framing score`` over PolNeAR train as JSON lines (840 articles, all tables written), a fresh process each time, one
  worker and two in turns, three times; medians of the clock from start to end, so reading, writing, starting processes and loading models
  in every worker are in it. ``machine`` is what the machine itself gives: the same loop of arithmetic in one process and in two at once.
  ``leader`` is how many articles a second are read and put into shards by the process that feeds the workers. ``bytes`` are of the tables,
  an article. ``analysis`` is what one process does without a run around it, the second time over PolNeAR dev, by the clock and by the
  processor, beside the bare regex.
* **memory**: peak resident memory (VmHWM) of the process that leads and of its workers over made articles (``tests.corpus``, 30 tokens on
  average), two workers, 1,000, 10,000 and 100,000 articles (``--articles``), and articles a second: the memory should not grow and the
  rate not fall. Short articles are the worst case of what a run adds to the analysis.
* **start**: seconds of ``framing analyze --demo`` and of ``python -c "import numpy"`` in fresh processes, medians of nine, by the clock and
  by the processor.

All figures are volatile and go to ``results/scale.volatile.json``; ``python -m experiments.scale_page`` writes them into
``docs/scale.md``. About ten minutes; Linux (/proc).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from experiments import results_file
from experiments.data import load
from framing import analyze
from framing.runs.corpus import Corpus
from framing.runs.shards import Ids, shards
from framing.version import __version__
from tests.corpus import command, corpus, environment

NAME = "scale.volatile"
REGEX = re.compile(r"\w+|[^\w\s]")
TABLES = ("attributions", "hedges", "sentences")
LOOP = "import time; t = time.perf_counter(); sum(i * i % 7 for i in range(20_000_000)); print(time.perf_counter() - t)"


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def score(source: Path, place: Path, jobs: int, form: str = "jsonl") -> tuple[float, dict[str, int]]:
    """Seconds of a run, and the peak memory of its processes in bytes: of the one that leads and of the largest worker."""
    place.mkdir()
    tables = [x for t in TABLES for x in (f"--{t}", place / f"{t}.{form}")]
    start = perf_counter()
    process = subprocess.Popen(command("score", source, "-o", place / f"articles.{form}", *tables, "--jobs", str(jobs)), env=environment())
    peak = {"leader": 0, "worker": 0}
    while process.poll() is None:
        for name, pids in (("leader", [process.pid]), ("worker", children(process.pid))):
            peak[name] = max([peak[name], *map(high_water, pids)])
        sleep(0.05)
    seconds = perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"the run failed: exit code {process.returncode}")
    return seconds, peak


def high_water(pid: int) -> int:
    """Peak resident memory of a process, in bytes."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return 1024 * int(found[1]) if found else 0


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def throughput() -> dict[str, Any]:
    """Tokens a second of whole runs, and how much more two workers do."""
    texts = [(d.id, d.text) for d in load("polnear", "train")]
    tokens = sum(analyze(text).n_tokens for _, text in texts)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with folder() as place:
        source = place / "in.jsonl"
        source.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in texts), encoding="utf-8")
        for n in range(3):
            for jobs in seconds:
                seconds[jobs].append(score(source, place / f"{n}-{jobs}", jobs)[0])
        score(source, place / "parquet", 2, "parquet")
        sizes = {
            form: {t: (where / f"{t}.{form}").stat().st_size / len(texts) for t in ("articles", *TABLES)}
            for form, where in (("jsonl", place / "0-1"), ("parquet", place / "parquet"))
        }
        leading = leader(source, place / "ids")
    one, two = (statistics.median(seconds[jobs]) for jobs in (1, 2))
    return {
        "articles": len(texts),
        "tokens": tokens,
        "tokens_per_second": {"1": tokens / one, "2": tokens / two},
        "gain_of_two": one / two,
        "machine_gain_of_two": machine(),
        "articles_per_second": {"1": len(texts) / one, "2": len(texts) / two},
        "leader_articles_per_second": leading,
        "bytes": sizes,
        "analysis": analysis(),
    }


def leader(source: Path, ids: Path) -> float:
    """Articles a second that are read and put into shards."""
    begin, seen = perf_counter(), 0
    for shard in shards(Corpus((str(source),)).items(), Ids(ids)):
        seen += len(shard.items)
    return seen / (perf_counter() - begin)


def machine() -> float:
    """How much more two processes do than one, of nothing but arithmetic."""

    def seconds(n: int) -> float:
        processes = [subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) for _ in range(n)]
        return max(float(p.communicate()[0]) for p in processes)

    gains = []
    for _ in range(3):
        alone = seconds(1)
        gains.append(2 * alone / seconds(2))
    return statistics.median(gains)


def analysis() -> dict[str, float]:
    """Tokens a second of ``analyze`` in one process over PolNeAR dev: the first time, and the median of the next three."""
    texts = [d.text for d in load("polnear", "dev")]
    wall, spent, regex = [], [], []
    tokens = 0
    for _ in range(4):
        start, used = perf_counter(), process_time()
        tokens = sum(analyze(text).n_tokens for text in texts)
        wall.append(perf_counter() - start)
        spent.append(process_time() - used)
        start = perf_counter()
        for text in texts:
            REGEX.findall(text)
        regex.append(perf_counter() - start)
    return {
        "tokens": tokens,
        "tokens_per_second": tokens / statistics.median(wall[1:]),
        "tokens_per_cpu_second": tokens / statistics.median(spent[1:]),
        "to_regex": statistics.median(wall[1:]) / statistics.median(regex[1:]),
    }


def memory(sizes: Sequence[int]) -> dict[str, Any]:
    """Peak memory and articles a second by number of articles."""
    out: dict[str, Any] = {}
    with folder() as place:
        for n in sizes:
            seconds, peak = score(corpus(place / f"{n}.jsonl", n), place / str(n), 2)
            out[str(n)] = {
                "leader_bytes": peak["leader"],
                "worker_bytes": peak["worker"],
                "articles_per_second": n / seconds,
                "seconds": seconds,
            }
            print(n, out[str(n)], flush=True)
    return out


def start() -> dict[str, float]:
    """Seconds until the demo is analysed."""
    ways = {"demo": command("analyze", "--demo"), "numpy": [sys.executable, "-c", "import numpy"]}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(9):
        for name, given in ways.items():
            before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
            subprocess.run(given, capture_output=True, check=True, env=environment())
            wall[name].append(perf_counter() - begin)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {
        **{f"{name}_seconds": statistics.median(values) for name, values in wall.items()},
        **{f"{name}_cpu_seconds": statistics.median(values) for name, values in spent.items()},
    }


def main() -> None:
    """Print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--only", choices=("throughput", "memory", "start"), help="measure this part and keep the others as they are written"
    )
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes for memory")
    options = parser.parse_args()
    parts: dict[str, Callable[[], Any]] = {"throughput": throughput, "memory": lambda: memory(options.articles), "start": start}
    found = {name: make() for name, make in parts.items() if options.only in (None, name)}
    kept = results_file.kept(NAME)
    if "memory" in found:
        found["memory"] = {**kept.get("memory", {}), **found["memory"]}
    versions = {"python": platform.python_version(), "framing": __version__, "cores": os.cpu_count()}
    print(json.dumps(found, indent=1))
    results_file.write_volatile("scale", {**kept, **found, "versions": versions})


if __name__ == "__main__":
    main()
