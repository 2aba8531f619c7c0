"""What ``framing evaluate`` shows: scores, differences, the list of tasks and systems, in 80 columns."""

from __future__ import annotations

import textwrap
from math import isfinite

from framing.benchmark import registry
from framing.benchmark.evaluation import Comparison, Result
from framing.benchmark.formats import format_of
from framing.benchmark.measurement import Difference
from framing.benchmark.registry import SYSTEMS, TASKS
from framing.benchmark.task import Task
from framing.cli.corpora import presence
from framing.cli.start import undisturbed
from framing.corpora import info
from framing.metrics.signature import short
from framing.showing import one_line

WIDTH = 80
_PRF = ("precision", "recall", "f1")


def scores_text(result: Result, only: tuple[str, ...]) -> str:
    """Scores of one result: precision, recall and F1 of a thing side by side, then the others."""
    task, scores = result.task, result.scores
    names = list(only) or list(scores)
    stems = [name[:-3] for name in names if name.endswith("_f1") and all(f"{name[:-3]}_{x}" in names for x in _PRF)]
    triples = {f"{stem}_{x}" for stem in stems for x in _PRF}

    def cell(name: str) -> str:
        low, high = scores[name].interval
        return f"{short(scores[name].value)} [{short(low)}, {short(high)}]"

    lines = _head(task, result.split, result)
    width = max((len(stem) for stem in stems), default=0) + 1
    longest = max((len(cell(name)) for name in triples), default=0)
    column = min(longest + 2, (WIDTH - 2 - width - longest) // 2)  # two columns with gaps, and the last without
    if column <= longest:
        stems, triples = [], set()
    if stems:
        lines += ["", f"{'':{width}}  {'precision':{column}}{'recall':{column}}F1"]
        for stem in stems:
            cells = "".join(cell(f"{stem}_{x}").ljust(column) for x in _PRF)
            lines.append(f"{_mark(task, f'{stem}_f1')}{stem:{width}}{cells}".rstrip())
    others = [name for name in names if name not in triples]
    if others:
        width = max(map(len, others)) + 2
        lines += ["", *(f"{_mark(task, n)}{n:{width}}{cell(n)}{_lower(task, n)}" for n in others)]
    lines += ["", *_fill("* the score that orders the leaderboard. In brackets: 95 % bootstrap interval over the items.")]
    lines += ["", *_signature(result)]
    return "\n".join(lines) + "\n"


def _mark(task: Task, name: str) -> str:
    return "* " if name == task.primary else "  "


def _lower(task: Task, name: str) -> str:
    return "  (lower is better)" if name in task.lower_is_better else ""


def _head(task: Task, split: str, *results: Result) -> list[str]:
    n = len(results[0].items)
    of = " and ".join(task.corpora)
    return [*_fill(f"{task.name}: {task.title}"), *_fill(f"{split}, {n:,} {task.unit}{'' if n == 1 else 's'} of {of}")] + (
        [f"system: {results[0].system}"] if len(results) == 1 and results[0].system != "file" else []
    )


def _fill(text: str, label: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)


def _signature(result: Result) -> list[str]:
    """Broken behind the fields, so that the lines put together are the signature."""
    lines = [""]
    for part in result.primary.signature.split("|"):
        if lines[-1] and len(lines[-1]) + len(part) + 1 > WIDTH:
            lines.append("")
        lines[-1] += part + "|"
    lines[-1] = lines[-1][:-1]
    return lines


def differences_text(compared: Comparison, names: tuple[str, str]) -> str:
    first, second = compared.first, compared.second
    task = first.task
    width = max((len(d.name) for d in compared.differences), default=0) + 2
    lines = [*_head(task, first.split, first, second), *_fill(one_line(names[0]), "A: "), *_fill(one_line(names[1]), "B: "), ""]
    lines.append(f"  {'':{width}}{'A':7}{'B':7}{'A - B':8}{'95 % interval':17}{'p':7}p")
    lines.append(f"  {'':{width}}{'':39}{'boot.':7}rand.")
    for d in compared.differences:
        one, two = (short(r.scores[d.name].value) for r in (first, second))
        sign = "+" if d.difference > 0 else ""
        low, high = d.interval
        ends = f"[{short(low)}, {short(high)}]"
        row = f"{d.name:{width}}{one:7}{two:7}{sign + short(d.difference):8}{ends:17}{_p(d.p_bootstrap, d):7}{_p(d.p_randomisation, d)}"
        lines.append(_mark(task, d.name) + row)
    lower = [d.name for d in compared.differences if d.name in task.lower_is_better]
    told = "* the score that orders the leaderboard. p, two-sided: by paired bootstrap, by approximate randomisation; each score by itself."
    lines += ["", *_fill(told), *(_fill(f"Lower is better: {', '.join(lower)}.") if lower else [])]
    lines += ["", "A:", *_signature(first), "B:", *_signature(second)]
    return "\n".join(lines) + "\n"


def _p(value: float, of: Difference) -> str:
    if not isfinite(of.difference):
        return "-"
    return "<.001" if value < 0.001 else f"{value:.3f}".replace("0.", ".", 1)


def tasks_text(data_home: str | None) -> str:
    """Tasks with splits and corpora, systems with what they do and whether they can run."""
    column = max(map(len, (*TASKS, *SYSTEMS))) + 2
    lines = ["Tasks"]
    with undisturbed():
        for name in TASKS:
            lines += _fill(registry.task(name).title, f"  {name:{column}}")
            lines += _fill(_corpora_of(registry.task(name), data_home), " " * (column + 2))
        lines += ["", "Systems"]
        for name in SYSTEMS:
            system = registry.system(name)
            lines += _fill(system.title, f"  {name:{column}}")
            does = "all tasks" if set(system.tasks) >= set(TASKS) else ", ".join(system.tasks)
            lines += _fill(f"for {does}", " " * (column + 2))
            if missing := system.missing():
                lines += _fill(f"not installed: {', '.join(missing)}. {system.install}", " " * (column + 2))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _corpora_of(task: Task, data_home: str | None) -> str:
    states = [f"{name} ({presence(info(name), data_home) or 'not here'})" for name in task.corpora]
    return f"splits {', '.join(task.splits)}; {', '.join(states)}"


def task_text(task: Task, data_home: str | None) -> str:
    """One task: what it is, and what predictions look like."""
    with undisturbed():
        does = [name for name in SYSTEMS if task.name in registry.system(name).tasks]
    lines = [*_fill(f"{task.name}: {task.title}"), *_fill(_corpora_of(task, data_home))]
    lines += [*_fill(f"primary score {task.primary}; items are {task.unit}s"), *_fill(f"systems {', '.join(does)}"), ""]
    lines += [line for text in format_of(task).split("\n") for line in (_refill(text) or [""])]
    return "\n".join(lines) + "\n"


def _refill(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    hang = indent + ("  " if line.lstrip().startswith("* ") else "")
    return textwrap.wrap(line.strip(), WIDTH, initial_indent=indent, subsequent_indent=hang, break_on_hyphens=False)
