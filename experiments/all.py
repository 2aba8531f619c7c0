"""All experiments, as many side by side as asked: what a reader of the documentation runs to reproduce its tables and figures.

    python -m experiments.all [--only NAME ...] [--leave-out NAME ...] [--jobs 2] [--out FOLDER] [--check]
    python -m experiments.all --quick [--only NAME ...]   # small versions, compared with the committed numbers; under three minutes
    python -m experiments.all --list         # the catalogue, and what can be run here

Every experiment (:mod:`experiments.catalogue`) is a process of its own with one thread, the longest first, no earlier than those whose
results it reads; what measures speed runs at the end, with nothing beside it. One that fails stops none but those that read its results;
one whose corpora are not at hand is skipped. At the end stands a table: what passed, and whether its results are the committed ones, to
1e-9 (versions of packages are not compared). Without ``--out`` results and pages are written in their places; with it into that folder,
nothing else is touched, and what is not measured anew is read from the committed results.

The exit code is 1 if one failed, or, with ``--check`` and ``--quick``, if a number differs; skipping is no failure. Seconds by experiment
go to ``results/all.volatile.json``. Measured on two cores: see there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from experiments import results_file
from experiments.catalogue import BY_NAME, EXPERIMENTS, LEFT_OUT, Experiment, needs
from framing.corpora import info
from framing.corpora.files import corpus_home, matches

WITHIN = 1e-9
TAIL = 12  # lines of a log that are shown of a failure
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Done:
    """What became of an experiment: ``passed``, ``failed`` or ``skipped``; ``note`` says why, or how its numbers compare."""

    name: str
    state: str
    note: str = ""
    seconds: float = 0.0
    differs: bool = False


@dataclass
class Running:
    """A process that is not done yet."""

    experiment: Experiment
    process: subprocess.Popen[bytes]
    log: Path
    begin: float = field(default_factory=time.perf_counter)


def missing(experiment: Experiment, home: Path) -> str:
    """Why the experiment cannot be run here, or nothing."""
    absent = [name for name in experiment.corpora if not at_hand(name, home)]
    if absent:
        return f"corpus {', '.join(absent)} is not there"
    lacking = [name for name in experiment.packages if find_spec(name) is None]
    return f"package {', '.join(lacking)} is not installed" if lacking else ""


def at_hand(corpus: str, home: Path) -> bool:
    """Whether some file of the corpus is there."""
    entry = info(corpus)
    return any(matches(corpus_home(entry, home), file) for file in entry.files)


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two results differ: keys, text, or numbers by more than ``WITHIN``."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from (f"{path}/{key}: in one only" for key in sorted(old.keys() ^ new.keys()))
        for key in old.keys() & new.keys():
            yield from differences(old[key], new[key], f"{path}/{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new)):
            yield from differences(a, b, f"{path}/{i}")
    elif isinstance(old, int | float) and isinstance(new, int | float):
        if abs(old - new) > WITHIN:
            yield f"{path}: {old} is now {new}"
    elif old != new:
        yield f"{path}: {old!r} is now {new!r}"


def committed(chosen: Sequence[Experiment]) -> dict[str, Any]:
    """The results as they stand before the run."""
    names = [file.removesuffix(".json") for e in chosen for file in e.writes if file.endswith(".json") and ".volatile" not in file]
    return {name: results_file.read(name, results_file.COMMITTED) for name in names if (results_file.COMMITTED / f"{name}.json").exists()}


def compared(experiment: Experiment, before: dict[str, Any], folder: Path) -> tuple[str, bool]:
    """How the new results of an experiment compare with the committed ones."""
    notes, differs = [], False
    for file in experiment.writes:
        if not file.endswith(".json") or ".volatile" in file:
            continue
        name = file.removesuffix(".json")
        if not (folder / file).exists():
            notes.append(f"{file} was not written")
            differs = True
        elif name not in before:
            notes.append("new")
        else:
            found = list(differences(before[name], results_file.read(name, folder)))
            differs |= bool(found)
            notes.append(f"{len(found)} differ: {found[0]}" if found else "as committed")
    return "; ".join(notes), differs


def run(chosen: Sequence[Experiment], jobs: int, folder: Path, logs: Path, elsewhere: bool) -> list[Done]:
    """Run all, and say what became of each, in the order in which they ended."""
    home, before = results_file.data_home(), committed(chosen)
    done: dict[str, Done] = {}
    for experiment in chosen:
        if why := missing(experiment, home):
            done[experiment.name] = Done(experiment.name, "skipped", why)
    waiting = sorted((e for e in chosen if e.name not in done), key=lambda e: (e.alone, -e.seconds))
    names, running = {e.name for e in chosen}, list[Running]()
    try:
        while waiting or running:
            for one in [r for r in running if r.process.poll() is not None]:
                running.remove(one)
                done[one.experiment.name] = ended(one, before, folder)
                report(done[one.experiment.name], len(done), len(chosen))
            for experiment in list(waiting):
                before_it = [done.get(name) for name in needs(experiment) if name in names]
                if any(d is not None and d.state == "failed" for d in before_it):
                    bad = [d.name for d in before_it if d is not None and d.state == "failed"]
                    done[experiment.name] = Done(experiment.name, "skipped", f"reads the results of {', '.join(bad)}, which failed")
                    waiting.remove(experiment)
                elif None not in before_it and may_begin(experiment, waiting, running, jobs):
                    waiting.remove(experiment)
                    running.append(begin(experiment, folder, logs, elsewhere))
            time.sleep(0.1)
    finally:
        for one in running:
            one.process.kill()
    return list(done.values())


def may_begin(experiment: Experiment, waiting: Sequence[Experiment], running: Sequence[Running], jobs: int) -> bool:
    """Whether there is room: what runs alone begins when nothing else runs or could be run before it."""
    if any(r.experiment.alone for r in running):
        return False
    if experiment.alone:
        return not running and all(e.alone or waits_for_speed(e, waiting) for e in waiting)
    return len(running) < jobs


def waits_for_speed(experiment: Experiment, waiting: Sequence[Experiment]) -> bool:
    """Whether it reads, by itself or through others, what is measured alone and not done."""
    left = {e.name: e for e in waiting}
    return any(left[n].alone or waits_for_speed(left[n], waiting) for n in needs(experiment) if n in left)


def command(experiment: Experiment, elsewhere: bool) -> list[str]:
    """The command line of an experiment."""
    arguments = experiment.check if elsewhere and experiment.check else experiment.arguments
    return [sys.executable, "-m", f"experiments.{experiment.name}", *arguments]


def begin(experiment: Experiment, folder: Path, logs: Path, elsewhere: bool) -> Running:
    """Start an experiment."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "FRAMING_DATA": str(results_file.data_home())}
    if elsewhere:
        environment[results_file.ELSEWHERE] = str(folder)
    log = logs / f"{experiment.name}.log"
    with log.open("wb") as file:
        streams: dict[str, Any] = {"stdout": file, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        process = subprocess.Popen(command(experiment, elsewhere), env=environment, cwd=results_file.ROOT, **streams)
    return Running(experiment, process, log)


def ended(one: Running, before: dict[str, Any], folder: Path) -> Done:
    """What became of a process that has ended."""
    seconds, code = time.perf_counter() - one.begin, one.process.returncode
    if code:
        lines = one.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        return Done(one.experiment.name, "failed", "\n".join([f"exit code {code}", *lines]), seconds, True)
    note, differs = compared(one.experiment, before, folder)
    return Done(one.experiment.name, "passed", note, seconds, differs)


def report(done: Done, n: int, of: int) -> None:
    """A line as soon as one has ended."""
    print(f"[{n}/{of}] {done.name}: {done.state}, {done.seconds:.0f} s {done.note}", flush=True)


def listed() -> str:
    """The catalogue as a table."""
    home = results_file.data_home()
    lines = [f"{'experiment':26}{'minutes':>8}  writes; needs"]
    for e in EXPERIMENTS:
        reads = [*e.corpora, *(f"results of {name}" for name in e.after)]
        lines.append(f"{e.name:26}{e.seconds / 60:8.1f}  {', '.join(e.writes)}; {', '.join(reads) or 'nothing'}")
        if why := missing(e, home):
            lines.append(f"{'':36}not here: {why}")
    lines += [f"{name:26}{'':8}  left out: {why}" for name, why in LEFT_OUT.items()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small versions, compared with the committed numbers")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these experiments alone")
    parser.add_argument("--leave-out", nargs="+", metavar="NAME", default=[], help="all but these")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write there instead of into the repository")
    parser.add_argument("--check", action="store_true", help="fail if a number is not the committed one")
    parser.add_argument("--list", action="store_true", help="print the catalogue and stop")
    options = parser.parse_args(arguments)
    if options.list:
        print(listed())
        return 0
    for name in (*(options.only or ()), *options.leave_out):
        if name not in BY_NAME:
            parser.error(f"no experiment {name!r}; there are {', '.join(BY_NAME)}")
    if options.quick:
        if options.leave_out or options.out or options.check:
            parser.error("--quick compares with what is committed: it takes --only and --jobs, not --leave-out, --out or --check")
        from experiments import quick

        return quick.run([*(options.only or quick.CHECKS)], options.jobs)
    chosen = [e for e in EXPERIMENTS if (not options.only or e.name in options.only) and e.name not in options.leave_out]
    folder = options.out.resolve() if options.out else results_file.COMMITTED
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as logs:
        done = run(chosen, max(1, options.jobs), folder, Path(logs), options.out is not None)
    minutes = (time.perf_counter() - start) / 60
    show(done, minutes)
    if not options.only and not options.leave_out:
        write_seconds(done, folder, minutes, options.jobs)
    return int(any(d.state == "failed" or (options.check and d.differs) for d in done))


def show(done: Sequence[Done], minutes: float) -> None:
    """The table at the end."""
    print(f"\n{'experiment':26}{'':8}{'minutes':>8}  ")
    for d in sorted(done, key=lambda d: (d.state, d.name)):
        first, *rest = d.note.split("\n")
        print(f"{d.name:26}{d.state:8}{d.seconds / 60:8.1f}  {first}")
        for line in rest:
            print(f"{'':44}{line}")
    counts = {state: sum(d.state == state for d in done) for state in ("passed", "failed", "skipped")}
    print(f"\n{', '.join(f'{n} {state}' for state, n in counts.items())}; {minutes:.1f} minutes")


def write_seconds(done: Sequence[Done], folder: Path, minutes: float, jobs: int) -> None:
    """Seconds by experiment, by the clock and, where its results say it, by the processor."""
    rows: dict[str, dict[str, float]] = {}
    for d in sorted(done, key=lambda d: d.name):
        if d.state == "passed":
            rows[d.name] = {"seconds": round(d.seconds, 1)}
            if (folder / f"{d.name}.volatile.json").exists():
                made = results_file.whole(f"{d.name}.volatile", folder)[results_file.RUN]
                rows[d.name]["processor seconds"] = made["processor seconds"]
    facts = {"experiments": rows, "minutes": round(minutes, 1), "jobs": jobs, "cores": os.cpu_count()}
    results_file.put(folder / "all.volatile.json", results_file.as_json(facts))


if __name__ == "__main__":
    sys.exit(main())
