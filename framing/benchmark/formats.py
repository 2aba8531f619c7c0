"""What predictions must look like and what the scores are, for each task: made from the docstrings of the code, so that it says what is so.

    python -m framing.benchmark.formats > docs/predictions.md

The docstring of a task's class says what its items, predictions and scores are, that of its ``read`` which fields an object has; "as in"
with the name of another task stands for what that one says. ``SCORES`` are the names that several tasks share.
"""

from __future__ import annotations

import inspect
import re
import sys

from framing.benchmark import registry
from framing.benchmark.task import Task

_ROLE = re.compile(r":\w+:`~?\.?([^`]+)`")
_NAME = re.compile(r"`(?:\*_)?(\w+)`")
_LIKE = re.compile(r"\bas(?:\s+in)?\s+`([\w-]+)`")

_HEAD = """\
# Predictions: the format of each task

A file of predictions is JSON lines in UTF-8: an object an item, `{"id": ..., ...}`, in any order. Every item of the split has one line;
nothing found is an empty prediction, not a missing line. Offsets are `[start, end]` in Unicode code points of the item's `text`, the end
not included.
`framing evaluate TASK --inputs FILE` writes the items, `framing evaluate TASK --predictions FILE` measures; [how to](howto/evaluate.md).

Made by `python -m framing.benchmark.formats` from the docstrings of the tasks; `framing evaluate TASK --list` shows the same, and what
"as in" points to.

"""
SCORES = """\
- `*` at the end of a name: the scores `*_precision` (how much of what is predicted is right), `*_recall` (how much of gold is found) and
  `*_f1`, their harmonic mean;
- `micro_f1`: F1 of the counts of all labels together; `macro_f1`: mean of the F1 of each label; `accuracy`: the share that is right;
- `*_exact_accuracy`, `*_begin_accuracy`: spans that are right, of those that are right, missed or wrong; `*_jaccard`: mean over the gold
  spans and the predicted ones that touch none of these; a gold span counts the largest overlap / hull that it has with a predicted one,
  and the others count 0;
- `spearman`, `kendall` (tau-b), `pearson`: correlations; `mae`: mean absolute error;
- `brier`: mean square of the distance between a probability and what is so, 1 or 0; `ece_width`, `ece_mass`: expected calibration error
  in ten bins, of equal width or of equally many probabilities.
"""


def scores_of(task: Task | None = None) -> str:
    """What the names of scores mean that several tasks share, in Markdown: of a task those that it has, by what is said of it; else all."""
    items = [item.strip(";.\n") for item in re.split(r"\n(?=- )", SCORES)]
    if task is not None:
        told = " ".join((explained(task), task.primary, *task.lower_is_better))
        items = [item for item in items if any(re.search(rf"(?<![a-z]){name}(?![a-z])", told) for name in _NAME.findall(item))]
    return "Names of scores, where a task does not say otherwise:\n\n" + ";\n".join(items) + ".\n"


def format_of(task: Task) -> str:
    """What an item and a line of predictions of a task hold, in Markdown."""
    own = type(task).read.__doc__
    fields = inspect.cleandoc(own).partition("\nRaises\n")[0].strip() if own and type(task).read is not Task.read else ""
    return "\n\n".join(part for part in (_told(task), _plain(fields)) if part)


def _told(task: Task) -> str:
    return _plain(inspect.getdoc(type(task)) or "")


def _plain(text: str) -> str:
    return _ROLE.sub(r"`\1`", text).replace("``", "`")


def explained(task: Task) -> str:
    """As :func:`format_of`, and behind it the docstrings of the tasks that "as in" points to."""
    told = format_of(task)
    others = [name for name in dict.fromkeys(_LIKE.findall(told)) if name in registry.TASKS]
    return "\n\n".join([told, *(f"What is said of `{name}`, as pointed to above:\n\n{_told(registry.task(name))}" for name in others)])


def page() -> str:
    """All tasks, as a page of the documentation."""
    parts = [_HEAD + scores_of()]
    for name in registry.TASKS:
        task = registry.task(name)
        facts = f"Items: {task.unit}s. Splits: {', '.join(task.splits)}. Corpora: {', '.join(task.corpora)}. "
        parts.append(f"## {name}\n\n**{task.title}** {facts}The leaderboard orders by `{task.primary}`.\n\n{format_of(task)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode("utf-8"))
