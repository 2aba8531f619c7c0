"""Corpus runs as people have them: processes of their own, killed by real signals, on full disks, with workers that die."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from framing.runs import RunError, score
from framing.runs.corpus import Corpus
from framing.runs.shards import DIED, Ids, Result, Shard, shards, work
from framing.runs.workers import results
from tests.corpus import begin, corpus, environment, finish

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no signals")
LINUX = sys.platform.startswith("linux")
ARTICLES = 60


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus and the outputs of a run that nothing happened to."""
    folder = tmp_path_factory.mktemp("fixed")
    corpus(folder / "in.jsonl", ARTICLES)
    score(folder / "in.jsonl", folder / "out.csv", {"attributions": folder / "at.jsonl"})
    return folder


def arguments(fixed: Path, out: Path, *more: str) -> list[str | Path]:
    options = [fixed / "in.jsonl", "-o", out / "out.csv", "--attributions", out / "at.jsonl", "--shard-rows", "2", "--resume"]
    return ["score", *options, *more]


def same(fixed: Path, out: Path) -> bool:
    return all((out / name).read_bytes() == (fixed / name).read_bytes() for name in ("out.csv", "at.jsonl"))


def safe(out: Path) -> int:
    """Shards that the manifest of a run says are safe."""
    path = out / "out.csv.run" / "manifest.jsonl"
    return max(path.read_bytes().count(b"\n") - 1, 0) if path.exists() else 0


def wait(until: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 120) -> None:
    """Wait until something holds, or the process has ended."""
    end = time.monotonic() + seconds
    while not until() and process.poll() is None:
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.005)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_again_and_again(fixed: Path, tmp_path: Path, jobs: str) -> None:
    """SIGKILL to the process and all its workers, at moments drawn by chance, until the run is through."""
    chance = random.Random(int(jobs))
    killed = 0
    for _ in range(40):
        process = begin(*arguments(fixed, tmp_path, "--jobs", jobs))
        target = safe(tmp_path) + chance.randint(3, 12)
        wait(lambda target=target: safe(tmp_path) >= target, process)  # type: ignore[misc]
        time.sleep(chance.random() / 50)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
    assert process.returncode == 0
    assert killed >= 2
    assert same(fixed, tmp_path)


@pytest.mark.parametrize(("number", "code", "told"), [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_stopped_politely(fixed: Path, tmp_path: Path, number: signal.Signals, code: int, told: str, jobs: str) -> None:
    process = begin(*arguments(fixed, tmp_path, "--jobs", jobs))
    wait(lambda: safe(tmp_path) >= 3, process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert errors.splitlines()[-1] == f"framing: {tmp_path / 'out.csv'}: {told}; what is done is safe, --resume goes on"
    assert "Traceback" not in errors
    assert safe(tmp_path) >= 3
    assert finish(*arguments(fixed, tmp_path)).returncode == 0
    assert same(fixed, tmp_path)


def children(pid: int) -> list[int]:
    """Processes that a process has started and that are no trackers of resources."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == pid and b"LokyProcess" in line:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not LINUX, reason="processes are looked up in /proc")
def test_worker_killed(fixed: Path, tmp_path: Path) -> None:
    """SIGKILL to one worker after the other; the run goes on by itself."""
    process = begin(*arguments(fixed, tmp_path, "--jobs", "2"))
    for shards_safe in (2, 9):
        wait(lambda n=shards_safe: safe(tmp_path) >= n and bool(children(process.pid)), process)  # type: ignore[misc]
        for victim in children(process.pid)[:1]:
            os.kill(victim, signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert same(fixed, tmp_path)


def deadly(shard: Shard, row: int, mark: str = "") -> Result:
    """Work whose process dies on an article: always, or once if there is a file to ``mark`` it with."""
    if any(i.row == row and i.text is not None for i in shard.items) and not (mark and Path(mark).exists()):
        if mark:
            Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(shard, {"articles": "jsonl"})


@pytest.mark.parametrize("once", [False, True])
def test_article_that_kills_its_worker(tmp_path: Path, once: bool) -> None:
    import functools

    from joblib import parallel_config

    source = corpus(tmp_path / "in.jsonl", 12)
    todo = list(shards(Corpus((str(source),)).items(), Ids(tmp_path / "ids"), 4))
    mark = str(tmp_path / "mark") if once else ""
    with parallel_config(backend="loky"):
        found = sorted(results(todo, functools.partial(deadly, row=6, mark=mark), 2), key=lambda pair: pair[0].number)
    rows = [json.loads(line) for _, result in found for line in result.tables["articles"].splitlines()]
    assert [r["row"] for r in rows] == list(range(1, 13))
    assert [(r["row"], r["error"]) for r in rows if r["error"]] == ([] if once else [(6, DIED)])
    assert sum(result.failed for _, result in found) == (not once)


def unreachable(shard: Shard) -> Result:
    raise OSError("no route")


def test_workers_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    todo = list(shards(Corpus((str(corpus(tmp_path / "in.jsonl", 3)),)).items(), Ids(tmp_path / "ids")))
    with pytest.raises(RunError, match="die again and again: OSError: no route"):
        list(results(todo, unreachable, 1))

    def gone(n_jobs: int | None) -> None:
        raise ConnectionError("the scheduler is gone")

    monkeypatch.setattr("framing.runs.workers._single", gone)
    with pytest.raises(RunError, match="cannot be reached: ConnectionError: the scheduler is gone"):
        list(results(todo, unreachable, 1))


# full disks

LIMITED = "import resource, signal, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); import framing.cli; framing.cli.main()"


@pytest.mark.skipif(not LINUX, reason="the limit of a file's size is Linux's")
@pytest.mark.parametrize("limit", [200, 3000, 9000, 20_000])
def test_no_room_for_a_file(fixed: Path, tmp_path: Path, limit: int) -> None:
    """Writing fails at the manifest, at a shard or at the output; then there is room again."""
    given = [sys.executable, "-c", LIMITED.format(limit), *map(str, arguments(fixed, tmp_path))]
    result = subprocess.run(given, capture_output=True, text=True, check=False, env=environment())
    assert result.returncode == 1
    reason = r"(File too large|the list of ids does not go on the disk .*)"
    assert re.search(f"cannot be written: {reason}; what is done is safe, --resume goes on\n$", result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.rglob("*.part"))
    before = safe(tmp_path)
    assert finish(*arguments(fixed, tmp_path)).returncode == 0
    assert same(fixed, tmp_path)
    assert before > 2 or limit < 9000


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    place = tmp_path / "tiny"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(not LINUX, reason="mounts a disk in memory")
def test_full_disk(fixed: Path, tiny: Path) -> None:
    ballast = tiny / "ballast"
    ballast.write_bytes(b"x" * 900_000)
    result = finish(*arguments(fixed, tiny))
    assert result.returncode == 1
    assert result.stderr.endswith("cannot be written: No space left on device; what is done is safe, --resume goes on\n")
    assert not (tiny / "out.csv").exists()
    before = safe(tiny)
    assert before > 0
    ballast.unlink()
    again = finish(*arguments(fixed, tiny))
    assert again.returncode == 0, again.stderr
    assert same(fixed, tiny)


# dask


def listening(process: subprocess.Popen[str], folder: Path) -> str:
    """The address that a scheduler has written into its file."""
    path = folder / "scheduler.json"
    wait(path.exists, process, 60)
    for _ in range(200):
        try:
            return str(json.loads(path.read_text())["address"])
        except ValueError:  # half written
            time.sleep(0.05)
    raise AssertionError("the scheduler does not say where it listens")


DASK_ARTICLES = 2000
# run by a worker as it starts: writes down what it has done
COUNTING = """
from distributed.diagnostics.plugin import WorkerPlugin

class Count(WorkerPlugin):
    def transition(self, key, start, finish, **more):
        if finish == "memory":
            with open({path!r}, "a") as stream:
                stream.write("x")

async def dask_setup(worker):
    await worker.plugin_add(Count())
"""


@contextmanager
def cluster(folder: Path, workers: int, *options: str) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler on loopback, and its workers."""
    pytest.importorskip("distributed", reason="dask is not installed")
    servers: list[subprocess.Popen[str]] = []

    def serve(*args: str) -> subprocess.Popen[str]:
        given = [sys.executable, "-m", *args, "--dashboard-address", "127.0.0.1:0"]
        with (folder / f"server{len(servers)}.log").open("w") as log:
            server = subprocess.Popen(given, stdout=log, stderr=log, text=True, env=environment(), cwd=folder, start_new_session=True)
        servers.append(server)
        return server

    try:
        ready = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(folder / "scheduler.json")]
        address = listening(serve("distributed.cli.dask_scheduler", *ready), folder)
        for n in range(workers):
            place = ["--local-directory", str(folder / f"w{n}")]
            serve("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", *place, *options)
        yield address, servers[1:]
    finally:
        for server in servers:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@pytest.mark.skipif(not LINUX, reason="starts and kills servers")
def test_dask_scheduler_two_workers_one_killed(tmp_path: Path) -> None:
    """A scheduler and two workers on loopback; one worker dies midway; the bytes are those of one machine."""
    source = corpus(tmp_path / "in.jsonl", DASK_ARTICLES)
    options = ["score", source, "--shard-rows", "50", "-o"]
    with cluster(tmp_path, 2) as (address, workers):
        out = tmp_path / "dask"
        out.mkdir()
        process = begin(*options, out / "out.csv", "--backend", "dask", "--scheduler", address)
        wait(lambda: safe(out) >= 5, process)
        assert process.poll() is None
        os.killpg(workers[0].pid, signal.SIGKILL)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        assert safe(out) == DASK_ARTICLES // 50 + 1
    alone = finish(*options, tmp_path / "alone.csv", "--jobs", "2")
    assert alone.returncode == 0, alone.stderr
    assert (out / "out.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


@pytest.mark.skipif(not LINUX, reason="starts and kills servers")
def test_one_worker_of_dask_does_the_work(fixed: Path, tmp_path: Path) -> None:
    """joblib would do it in the leading process."""
    done = tmp_path / "done"
    (tmp_path / "counting.py").write_text(COUNTING.format(path=str(done)))
    with cluster(tmp_path, 1, "--preload", str(tmp_path / "counting.py")) as (address, _):
        result = finish(*arguments(fixed, tmp_path, "--backend", "dask", "--scheduler", address))
        assert result.returncode == 0, result.stderr
    assert same(fixed, tmp_path)
    assert len(done.read_text()) >= ARTICLES // 2


def test_address_of_a_scheduler(fixed: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    result = finish(*arguments(fixed, tmp_path, "--backend", "dask", "--scheduler", "bogus"))
    assert result.returncode == 1
    assert result.stderr == "framing: the scheduler must be an address with its port, such as tcp://10.0.0.1:8786, not 'bogus'\n"


def test_dask_that_is_not_there(fixed: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    result = finish(*arguments(fixed, tmp_path, "--backend", "dask", "--scheduler", "tcp://127.0.0.1:9"))
    assert result.returncode == 1
    assert "framing: the scheduler tcp://127.0.0.1:9 cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
def test_any_backend_gives_the_same_bytes(fixed: Path, tmp_path: Path, backend: str) -> None:
    from joblib import parallel_config

    with parallel_config(backend=backend, n_jobs=2):
        score(fixed / "in.jsonl", tmp_path / "out.csv", {"attributions": tmp_path / "at.jsonl"}, shard_rows=8)
    assert same(fixed, tmp_path)


def test_analyses_of_the_python_face_under_any_backend() -> None:
    from joblib import parallel_config

    import framing

    texts = [f"Mayor Ida Lund said on day {n} that the bridge may fall." for n in range(5)]
    alone = [a.to_json() for a in framing.analyze_many(texts)]
    for backend in ("threading", "loky"):
        with parallel_config(backend=backend):
            assert [a.to_json() for a in framing.analyze_many(texts, n_jobs=2)] == alone
