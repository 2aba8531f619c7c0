"""What ``framing evaluate`` shows: scores, differences, the list of tasks and systems, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from math import isfinite

from framing.benchmark import registry
from framing.benchmark.evaluation import Comparison, Result
from framing.benchmark.formats import explained, scores_of
from framing.benchmark.registry import SYSTEMS, TASKS
from framing.benchmark.task import Task
from framing.cli.corpora import presence
from framing.cli.start import undisturbed
from framing.corpora import info
from framing.metrics.signature import short, stored
from framing.showing import one_line

WIDTH = 80
_PRF = ("precision", "recall", "f1")
_COLUMNS = (0, 7, 7, 8, 17, 7, 0)  # widths of a table of differences, where the lines have room


def scores_text(result: Result, only: tuple[str, ...]) -> str:
    """Scores of one result: precision, recall and F1 of a thing side by side, then the others, then the names of those without a value."""
    task, scores = result.task, result.scores
    asked = list(only) or list(scores)
    names = [name for name in asked if isfinite(scores[name].value)]
    stems = [name[:-3] for name in names if name.endswith("_f1") and all(f"{name[:-3]}_{x}" in names for x in _PRF)]

    def cell(name: str) -> str:
        low, high = scores[name].interval
        return f"{short(scores[name].value)} [{short(low)}, {short(high)}]"

    lines = _head(task, result.split, result)
    table, stems = _beside([(_mark(task, f"{stem}_f1"), stem, *(cell(f"{stem}_{x}") for x in _PRF)) for stem in stems])
    if stems:
        lines += ["", *table]
    others = [name for name in names if name not in {f"{stem}_{x}" for stem in stems for x in _PRF}]
    if others:
        width = max(map(len, others)) + 2
        lines += ["", *(f"{_mark(task, n)}{n:{width}}{cell(n)}{_lower(task, n)}" for n in others)]
    if len(names) < len(asked):
        lines += ["", *_fill(f"not defined here: {', '.join(_starred([name for name in asked if name not in names]))}")]
    lines += ["", *_fill("* the score that orders the leaderboard. In brackets: 95 % bootstrap interval over the items.")]
    lines += ["", *_signature(result)]
    return "\n".join(lines) + "\n"


def _beside(rows: Sequence[tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """Rows of mark, stem and three cells as a table, and the stems in it: a long one stands above its cells, a row too wide is left out."""
    rows, heads = list(rows), ("precision", "recall", "F1")
    while rows:
        each = [max(map(len, column)) for column in zip(heads, *(cells for _, _, *cells in rows))]
        stems = [stem for _, stem, *_ in rows]
        ways = (([max(each)] * 3, 2), ([max(each)] * 3, 1), (each, 1))  # widths of cells, and the gap behind a cell: ever closer
        laid = [(WIDTH - 2 - sum(cells) - 2 * gap, [n + gap for n in cells]) for cells, gap in ways]
        room, columns = next((found for found in laid if found[0] > max(map(len, stems))), laid[-1])
        if room > 0:
            width = max((len(stem) + 1 for stem in stems if len(stem) < room), default=1)
            lines = [" " * (width + 2) + _row(heads, columns)]
            for mark, stem, *cells in rows:
                begin = [f"{mark}{stem:{width}}"] if len(stem) < width else [mark + stem, " " * (width + 2)]
                lines += [*begin[:-1], begin[-1] + _row(cells, columns)]
            return lines, stems
        rows.remove(max(rows, key=lambda row: sum(map(len, row[2:]))))
    return [], []


def _row(cells: Sequence[str], columns: Sequence[int]) -> str:
    return "".join(cell.ljust(n) for cell, n in zip(cells, columns)).rstrip()


def _starred(names: Sequence[str]) -> list[str]:
    """The names, those of precision, recall and F1 of one thing as one with a star."""
    stems = [name.removesuffix("_f1") for name in names if name.endswith("_f1")]
    whole = {f"{stem}_{x}": f"{stem}_*" for stem in stems if all(f"{stem}_{y}" in names for y in _PRF) for x in _PRF}
    return list(dict.fromkeys(whole.get(name, name) for name in names))


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
    return _wrapped(text, label, " " * len(label))


def _signature(result: Result) -> list[str]:
    """Broken behind the fields, so that the lines put together are the signature; a field that fills a line is broken in itself."""
    lines = [""]
    for part in result.primary.signature.replace("|", "|\n").split("\n"):
        if lines[-1] and len(lines[-1]) + len(part) > WIDTH:
            lines.append("")
        lines[-1:] = [(lines[-1] + part)[k : k + WIDTH] for k in range(0, len(lines[-1] + part), WIDTH)]
    return lines


def leading(result: Result) -> tuple[str, ...]:
    """The scores without the precision and the recall whose F1 is there."""
    named = set(result.scores)
    inner = {f"{name[:-3]}_{kind}" for name in named if name.endswith("_f1") for kind in _PRF[:2]} - {result.task.primary}
    return tuple(name for name in result.scores if name not in inner)


def differences_text(compared: Comparison, names: tuple[str, str]) -> str:
    """The difference of two results by score, with interval and both p."""
    first, second = compared.first, compared.second
    task = first.task
    lines = [*_head(task, first.split, first, second), *_fill(one_line(names[0]), "A: "), *_fill(one_line(names[1]), "B: "), ""]
    rows = [("", "A", "B", "A - B", "95 % interval", "p", "p"), ("", "", "", "", "", "boot.", "rand.")]
    for d in compared.differences:
        if not isfinite(d.difference):
            continue
        one, two = (short(r.scores[d.name].value) for r in (first, second))
        sign = "+" if stored(d.difference) > 0 else ""
        low, high = d.interval
        ends = f"[{short(low)}, {short(high)}]"
        name = _mark(task, d.name) + d.name
        rows.append((name, one, two, sign + short(d.difference), ends, _p(d.p_bootstrap), _p(d.p_randomisation)))
    lines += _laid(rows)
    shown = tuple(d.name for d in compared.differences)
    lower = [d.name for d in compared.differences if d.name in task.lower_is_better and isfinite(d.difference)]
    told = "* the score that orders the leaderboard. p, two-sided: by paired bootstrap, by approximate randomisation; each score by itself."
    lines += ["", *_fill(told), *(_fill(f"Lower is better: {', '.join(lower)}.") if lower else [])]
    if undefined := [d.name for d in compared.differences if not isfinite(d.difference)]:
        lines += _fill(f"not defined here for both: {', '.join(_starred(undefined))}")
    if shown == leading(first) and len(shown) < len(first.scores):
        lines += _fill("Precision and recall: with --score NAME, or all with --json.")
    lines += ["", "A:", *_signature(first), "B:", *_signature(second)]
    return "\n".join(lines) + "\n"


def _laid(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns, closer together where a line would be too long; if that is not enough, each name stands above its numbers."""
    longest = [max(map(len, column)) for column in zip(*rows)]
    wide = [max(n + 2, usual) for n, usual in zip(longest, _COLUMNS)]
    fitting = [w for w in (wide, [n + 2 for n in longest], [n + 1 for n in longest]) if sum(w[:-1]) + longest[-1] <= WIDTH]
    if not fitting and any(name.strip() for name, *_ in rows):
        below = _laid([("   ", *numbers) for _, *numbers in rows])
        for (name, *_), line in zip(rows, below):
            yield from ([name] if name else []) + [line]
        return
    for row in rows:
        yield "".join(cell.ljust(n) for cell, n in zip(row, fitting[0] if fitting else wide)).rstrip()


def _p(value: float) -> str:
    return "<.001" if stored(value) < 0.001 else short(value)


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
            elif lack := system.lacks():
                lines += _fill(lack, " " * (column + 2))
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
    lines += [*_refilled(explained(task)), "", *_refilled(scores_of(task))]
    return "\n".join(lines).rstrip() + "\n"


def _refilled(text: str) -> list[str]:
    """Markdown wrapped anew: paragraphs and the items of lists, each as a whole; other lines that are indented stay lines."""
    blocks: list[tuple[str, str, list[str]]] = []  # indent of the first line and of the others, and what stands there
    goes_on = False
    for line in text.split("\n"):
        told = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        is_item = told.startswith(("- ", "* "))
        if told and not is_item and goes_on and (not indent or blocks[-1][1] != blocks[-1][0]):
            blocks[-1][2].append(told)
            continue
        blocks.append((indent, f"{indent}  " if is_item else indent, [told]))
        goes_on = bool(told) and (is_item or not indent)
    return [line for first, others, parts in blocks for line in _wrapped(" ".join(parts), first, others) or [""]]


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
