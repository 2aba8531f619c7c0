"""What predictions must look like, for each task: made from the docstrings of the code that reads them, so that it says what is so.

    python -m framing.benchmark.formats > docs/predictions.md

The docstring of a task's class says what its items and predictions are, that of its ``read`` which fields an object has.
"""

from __future__ import annotations

import inspect
import re
import sys

from framing.benchmark import registry
from framing.benchmark.task import Task

_ROLE = re.compile(r":\w+:`~?\.?([^`]+)`")

_HEAD = """\
# Predictions: the format of each task

A file of predictions is JSON lines in UTF-8: an object an item, `{"id": ..., ...}`, in any order. Every item of the split has one line;
nothing found is an empty prediction, not a missing line. Offsets are `[start, end]` in Unicode code points of the item's `text`, the end
not included.
`framing evaluate TASK --inputs FILE` writes the items, `framing evaluate TASK --predictions FILE` measures; [how to](howto/evaluate.md).

Made by `python -m framing.benchmark.formats` from the docstrings of the tasks; `framing evaluate TASK --list` shows the same.
"""


def format_of(task: Task) -> str:
    """What an item and a line of predictions of a task hold, in Markdown."""
    told = inspect.getdoc(type(task)) or ""
    own = type(task).read.__doc__
    fields = inspect.cleandoc(own).partition("\nRaises\n")[0].strip() if own and type(task).read is not Task.read else ""
    text = "\n\n".join(part for part in (told, fields) if part)
    return _ROLE.sub(r"`\1`", text).replace("``", "`")


def page() -> str:
    """All tasks, as a page of the documentation."""
    parts = [_HEAD]
    for name in registry.TASKS:
        task = registry.task(name)
        facts = f"Items: {task.unit}s. Splits: {', '.join(task.splits)}. Corpora: {', '.join(task.corpora)}. "
        parts.append(f"## {name}\n\n**{task.title}** {facts}The leaderboard orders by `{task.primary}`.\n\n{format_of(task)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode("utf-8"))
