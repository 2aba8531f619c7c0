"""Numbers of a fixed small evaluation, unrounded: what must be the same on every Python. ``python fixed_scores.py`` prints them as JSON.

Texts are the dev part of ``wikinews_attributions``, which comes with the package, and sentences written for this. Imports nothing but
``framing`` and numpy, so that it runs beside an installed wheel: :mod:`tests.pythons` runs it there.
"""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np

import framing
from framing.corpora import load_corpus
from framing.metrics import attribution as metric

WHOLE = 2  # articles of which every probability is kept
HEDGES = """Doubts about the bridge

The bridge may perhaps fall next year, engineers believe, if the river rises again. It is likely that repairs will cost about 40 million.
Some people say that the council probably knew. Whether it did is not clear; a spokeswoman, who was not authorized to speak, suggested
that there might have been a report. Mayor Ida Lund said: “We will examine every bolt.”

A shameful silence, critics called it. The disastrous decision outraged the whole country, and the corrupt elite simply looked away.
"""


def numbers(node: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number of an analysis with its place; truth counts as 0 and 1, and a name as its length."""
    if isinstance(node, (bool, int, float, np.number)):
        yield name, float(node)
    elif isinstance(node, str):
        yield f"{name}#", float(len(node))
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from numbers(child, f"{name}/{key}")
    elif isinstance(node, (tuple, list)):
        for k, child in enumerate(node):
            yield from numbers(child, f"{name}/{k}")
    elif is_dataclass(node):
        for part in fields(node):
            if part.name not in ("article", "models", "version", "text"):
                yield from numbers(getattr(node, part.name), f"{name}/{part.name}")


def scores() -> dict[str, float]:
    """Place -> number: scores over the part, counts and sums of each article, and of a few all that is no whole number."""
    documents = list(load_corpus("wikinews_attributions", "dev"))
    analyses = [framing.analyze(d.text, title=d.title) for d in documents]
    rows = np.array([metric.statistics(d.attributions, a.attributions) for d, a in zip(documents, analyses)], float)
    out = {f"attribution/{name}": float(value) for name, value in metric.scores(rows.sum(0)).items()}
    pairs = [
        (d.attributions[i], a.attributions[j]) for d, a in zip(documents, analyses) for i, j in metric.match(d.attributions, a.attributions)
    ]
    for name in ("kind", "level", "withheld", "position"):
        out[f"sources/{name}"] = float(np.mean([getattr(gold, name) == getattr(found, name) for gold, found in pairs]))
    for document, analysis in zip(documents, analyses):
        found = list(numbers(analysis))
        out[f"{document.id}/numbers"] = float(len(found))
        out[f"{document.id}/sum"] = math.fsum(value for _, value in found)  # sum() rounds otherwise from Python 3.12 on
        out[f"{document.id}/index"] = float(analysis.scores.transparency.index or 0.0)
    for name, analysis in [("hedges", framing.analyze(HEDGES)), *((d.id, a) for d, a in zip(documents[:WHOLE], analyses))]:
        out |= {f"{name}{place}": value for place, value in numbers(analysis) if value != round(value)}
    return out


if __name__ == "__main__":
    versions = {"python": platform.python_version(), "numpy": np.__version__, "framing": framing.__version__}
    json.dump({"made with": versions, "numbers": scores()}, sys.stdout)
