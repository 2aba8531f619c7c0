"""The tables of ``docs/scale.md``, made from ``results/scale.volatile.json`` and ``speed.volatile.json``.

    python -m experiments.scale_page [--check]

With ``--check`` nothing is written, and the exit code is 1 if the page does not say what the results say. The plan is arithmetic: hours of
one core = articles / (articles a second of one worker) / 3600; with many cores the time is that divided by the cores and by
``EFFICIENCY``, which leaves room for stragglers and for workers that are started again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from experiments.markdown import Rows, refill, result, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
EFFICIENCY = 0.85
MILLION = 1_000_000
CORES = (16, 128, 1000)


def throughput(found: dict[str, Any]) -> str:
    """What one and two workers do."""
    part = found["throughput"]
    rows: Rows = [
        (
            f"`framing score --jobs {jobs}`, {part['articles']} articles",
            f"{part['tokens_per_second'][jobs]:,.0f}",
            f"{part['articles_per_second'][jobs]:,.1f}",
        )
        for jobs in ("1", "2")
    ]
    alone = part["analysis"]
    rows.append(("`framing.analyze`, one process, warm", f"{alone['tokens_per_second']:,.0f}", ""))
    machine = f"two loops of arithmetic at once on this machine {part['machine_gain_of_two']:.2f} times"
    gain = f"Two workers do {part['gain_of_two']:.2f} times as much as one; {machine}."
    lead = f"The leading process reads and shards {part['leader_articles_per_second']:,.0f} articles a second."
    return "\n\n".join((table(("", "tokens/s", "articles/s"), rows), gain, lead))


def memory(found: dict[str, Any]) -> str:
    """Peak memory by number of articles."""
    rows: Rows = [
        (
            f"{int(n):,}",
            f"{part['leader_bytes'] / 2**20:,.0f} MiB",
            f"{part['worker_bytes'] / 2**20:,.0f} MiB",
            f"{part['articles_per_second']:,.0f}",
        )
        for n, part in sorted(found["memory"].items(), key=lambda pair: int(pair[0]))
    ]
    return table(("articles", "leading process, peak", "a worker, peak", "articles/s, two workers"), rows)


def plan(found: dict[str, Any]) -> str:
    """Hours, disk and memory of a million and of a hundred million articles."""
    part = found["throughput"]
    hours = MILLION / part["articles_per_second"]["1"] / 3600
    length = part["tokens"] / part["articles"]
    rows: Rows = [("core hours", f"{hours:,.1f}", f"{100 * hours:,.0f}")]
    rows += [
        (f"hours with {cores:,} cores", _short(hours / cores / EFFICIENCY), _short(100 * hours / cores / EFFICIENCY)) for cores in CORES
    ]
    for form in ("jsonl", "parquet"):
        sizes = part["bytes"][form]
        rows += [(f"{name}, {form}", _bytes(MILLION * size), _bytes(100 * MILLION * size)) for name, size in sizes.items()]
    return f"Articles of {length:,.0f} tokens on average.\n\n" + table(("", "a million articles", "a hundred million"), rows)


def _short(hours: float) -> str:
    return f"{hours:,.1f}" if hours >= 0.1 else f"{hours:.2f}"


def _bytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size < 1e12 else f"{size / 1e12:,.2f} TB"


def rooms() -> str:
    """Where the time of an analysis goes, and what longer texts cost; from ``experiments.speed``."""
    part = result("speed.volatile")
    shares = {name.removesuffix("_share"): share for name, share in part["rooms"].items() if name.endswith("_share")}
    spent = {name: share / part["rooms"]["analysis_tokens_per_second"] for name, share in shares.items()}
    spent["classifiers"] = 1 / part["classifiers"]["all_tokens_per_cpu_second"]
    total = sum(spent.values())
    rows: Rows = [(name, f"{100 * t / total:.0f} %") for name, t in sorted(spent.items(), key=lambda pair: -pair[1])]
    linear = part["linear"]
    longer = (
        f"A text of 1 MB takes {linear['ratio_10x']:.0f} times as long as one of 100 kB, one of 10 MB {linear['ratio_100x']:.0f} times."
    )
    return table(("stage", "share of the time"), rows) + "\n\n" + longer


MAKERS = {
    "rooms": rooms,
    "throughput": lambda: throughput(result("scale.volatile")),
    "memory": lambda: memory(result("scale.volatile")),
    "plan": lambda: plan(result("scale.volatile")),
}


def main() -> int:
    """Write or check."""
    return refill(PAGE, MAKERS, "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
