"""Small versions of the experiments: exact parts of the committed results, computed again in under three minutes.

    python -m experiments.all --quick             # all, side by side
    python -m experiments.quick NAME [...]        # some
    python -m experiments.quick --write           # make results/quick.json anew

A check (:mod:`experiments.quick_checks`) computes some numbers by the functions of its experiment and says where they stand: ``(result,
key, key ...)``. They must be the committed ones to 1e-9: text, keys and whole numbers the same. Of a page the result says whether it is as
the results say (true, or no row that differs); nothing else can be written of one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from experiments import results_file
from experiments.all import WITHIN, at_hand, differences
from experiments.quick_checks import CHECKS, PAGES, QUICK, WITHOUT, Check, Where

__all__ = ["CHECKS", "WITHOUT", "Check", "check", "run"]


@dataclass(frozen=True)
class Outcome:
    """Of a check: why it was left out, or where numbers differ; seconds."""

    name: str
    skipped: str = ""
    differ: tuple[str, ...] = ()
    numbers: int = 0
    seconds: float = 0.0


def missing(name: str) -> str:
    """Why a check cannot be made here, or nothing."""
    absent = [corpus for corpus in CHECKS[name].corpora if not at_hand(corpus, results_file.data_home())]
    return f"corpus {', '.join(absent)} is not there" if absent else ""


def made(name: str) -> list[tuple[Where, Any]]:
    """The numbers of a check, as JSON would have them."""
    return [(where, json.loads(results_file.as_json(value))) for where, value in CHECKS[name].compute()]


def check(name: str) -> Outcome:
    """Compute, and compare with what is committed."""
    if why := missing(name):
        return Outcome(name, skipped=why)
    begin, differ, numbers = time.perf_counter(), list[str](), 0
    try:
        found = made(name)
    except Exception as error:  # noqa: BLE001 - one that fails stops no other
        return Outcome(name, differ=(f"{type(error).__name__}: {error}",), seconds=time.perf_counter() - begin)
    for where, new in found:
        numbers += count(new)
        try:
            old = looked_up(where)
        except (KeyError, FileNotFoundError):
            differ.append(f"/{'/'.join(where)}: is not committed")
            continue
        differ += differences(old, new, f"/{'/'.join(where)}")
    return Outcome(name, differ=tuple(differ), numbers=numbers, seconds=time.perf_counter() - begin)


def looked_up(where: Where) -> Any:
    """What is committed there."""
    found = results_file.read(where[0], results_file.COMMITTED)
    for key in where[1:]:
        found = found[key]
    return found


def stale(where: Where, value: Any) -> bool:
    """Whether it is a page that is not as the results say, or anything else that is false."""
    return value is False or (where[:2] == (QUICK, PAGES) and value not in (True, []))


def count(node: Any) -> int:
    """How many values a result holds."""
    if isinstance(node, dict | list):
        return sum(map(count, node.values() if isinstance(node, dict) else node))
    return 1


def run(names: Sequence[str], jobs: int) -> int:
    """Make checks, several at a time, and print a table; 1 if a number differs."""
    begin = time.perf_counter()
    known = [name for name in names if name in CHECKS]
    for name in names:
        if name not in CHECKS:
            print(f"{name}: no small version: {WITHOUT[name]}")
    bad = 0
    with ProcessPoolExecutor(max(1, jobs), mp_context=get_context("spawn")) as pool:
        for outcome in pool.map(check, known):
            state = "skipped" if outcome.skipped else "differs" if outcome.differ else "same"
            bad += bool(outcome.differ)
            told = outcome.skipped or f"{outcome.numbers} values" + "".join(f"\n    {line}" for line in outcome.differ[:5])
            print(f"{outcome.name:26}{state:9}{outcome.seconds:6.1f} s  {told}", flush=True)
    print(f"{bad} differ; within {WITHIN:g}; {time.perf_counter() - begin:.0f} seconds")
    return int(bad > 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHECKS)}")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="make results/quick.json anew")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in CHECKS and (options.write or name not in WITHOUT):
            why = f"no small version of {name}: {WITHOUT[name]}" if name in WITHOUT else f"no experiment {name!r}"
            parser.error(f"{why}; there are {', '.join(CHECKS)}")
    return write(options.names or list(CHECKS)) if options.write else run(options.names or list(CHECKS), options.jobs)


def write(names: Sequence[str]) -> int:
    """Make the numbers of these checks anew; 1, and nothing is written, if a page is not as the results say."""
    kept, bad = results_file.kept(QUICK), list[str]()
    for name in names:
        for where, value in made(name):
            if where[0] != QUICK:
                continue
            if stale(where, value):
                bad.append(f"{name}: {'/'.join(where[1:])}: {value}")
            *path, last = where[1:]
            place = kept
            for key in path:
                place = place.setdefault(key, {})
            place[last] = value
    if bad:
        print("\n".join(["not written:", *bad]))
        return 1
    results_file.write(QUICK, kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
