"""The benchmark: tasks with their splits and measures, systems, and the scores of predictions. See :mod:`framing.benchmark.task`.

``evaluate("attribution", "dev", predictions="mine.jsonl")`` measures a file of predictions or, with ``system=``, a system by name;
``compare`` tests the difference of two results; ``load_task`` gives a task, whose ``items`` are what is to be predicted for.
"""

from framing.benchmark.evaluation import Comparison, Result, compare, evaluate
from framing.benchmark.predictions import PredictionsError
from framing.benchmark.registry import task as load_task

__all__ = ["Comparison", "PredictionsError", "Result", "compare", "evaluate", "load_task"]
