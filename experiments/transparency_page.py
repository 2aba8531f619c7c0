"""``TRANSPARENCY.md`` from its template, with the numbers of the results, so that no number on the page is older than its experiment.

    python -m experiments.transparency_page [--check]

With ``--check`` nothing is written, and the exit code is 1 if the page does not say what the results say.

In the template, ``{{NAME/KEY/KEY}}`` stands for what lies there in ``results/NAME.json``: a score is written with its interval, a number
with three digits (a whole number as it is), a list with commas, words as they are. ``{{NAME/KEY|value}}`` leaves the interval out,
``|one`` writes one digit. ``{{?NAME/KEY}}`` writes "not measured yet" where that is not there; else a missing key is an error. ``{{table
WHAT}}`` is one of ``TABLES``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from experiments.groups import SIDES
from experiments.markdown import Rows, cell, result, table
from experiments.results_file import exists, page
from framing import transparency
from framing.metrics.signature import short
from framing.records import COMPONENTS, LEVELS

HERE = Path(__file__).parent
TEMPLATE, PAGE = HERE / "TRANSPARENCY.template.md", HERE / "TRANSPARENCY.md"
ABSENT = "not measured yet"
PLACE = re.compile(r"\{\{(\??)([^{}|]+?)(?:\|(\w+))?\}\}")
NAMES = {
    "nyt": "New York Times", "wash-post": "Washington Post", "usa-today": "USA Today", "politico": "Politico",
    "huff-post": "Huffington Post", "breitbart": "Breitbart", "west-journal": "Western Journalism",
}  # fmt: skip
RATED = {"second pass": "second reader", "index": "index alone", "length": "length alone"}
KINDS = ("person", "organisation", "document", "group", "outlet")

_read = cache(result)


def written(value: Any, how: str | None = None) -> str:
    """A result as text.

    Raises
    ------
    ValueError
        If it is nothing that can be written.
    """
    if isinstance(value, Mapping) and "value" not in value:
        value = {**value, **{name: value[key] for name, key in (("value", "spearman"), ("value", "difference")) if key in value}}
    if isinstance(value, Mapping) and "value" in value:
        if how is None and value.get("interval"):
            return cell(dict(value))
        value = value["value"]
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(written(v, how) for v in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} cannot be written")
    return str(value) if isinstance(value, int) else f"{value:.1f}" if how == "one" else short(value)


def look_up(path: str) -> Any:
    """What lies at a path of the results; KeyError if nothing does."""
    name, *keys = path.split("/")
    if not exists(name):
        raise KeyError(f"{path}: there is no results/{name}.json")
    value = _read(name)
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            raise KeyError(f"{path}: {key!r} is not there")
        value = value[key]
    return value


def fill(text: str) -> str:
    """The template with everything in its place."""

    def put(match: re.Match[str]) -> str:
        optional, what, how = match.groups()
        if what.startswith("table "):
            return TABLES[what.removeprefix("table ")]()
        try:
            return written(look_up(what), how)
        except KeyError:
            if optional:
                return ABSENT
            raise

    return PLACE.sub(put, text)


# ---------------------------------------------------------------------------------------------------------------- tables


def components() -> str:
    """The five components with their points."""
    said = {
        "identification": "how openly the sources are identified: mean weight of the table of levels, by the words attributed to each",
        "depth": f"how many distinct sources are named or known by their office: 1 - exp(-E / {transparency.DEPTH_K:g})",
        "primary": "share of what is attributed that comes neither from nor through another news medium",
        "diversity": "whether many voices share the space or one fills it: 1 - sum of squared shares",
        "coverage": "share of the sentences that are attributed to anybody",
    }
    rows: Rows = [(name, f"{transparency.POINTS[name]:g}", said[name]) for name in COMPONENTS]
    return table(("component (0 to 1)", "points", "what it is"), rows)


def weights() -> str:
    """The weights of levels and kinds."""
    examples = {
        "named": "“Ida Lund, mayor of Tofte”",
        "office": "“a spokeswoman for the ministry”",
        "described": "“a Western intelligence official”",
        "bare": "“officials”, “critics”",
        "impersonal": "“it is believed”",
    }
    rows: Rows = []
    for level in LEVELS:
        values = [f"{transparency.WEIGHTS[level][kind]:.2f}" for kind in KINDS]
        if level == "named":
            higher = [f"{transparency.IDENTIFIED[kind]:.2f}" if kind in transparency.IDENTIFIED else "" for kind in KINDS]
            values = [f"{value} ({more})" if more else value for value, more in zip(values, higher)]
        rows.append((level, examples[level], *values))
    return table(("level", "such as", *KINDS), rows)


def publishers() -> str:
    """Means by publisher."""
    parts = look_up("transparency_validity/attributions")
    rows: Rows = []
    for name, title in NAMES.items():
        gold, spans, found = (parts[p]["publishers"] for p in ("gold levels", "gold spans", "predicted"))
        cells = [cell(gold["identification"][name]["raw"]), cell(spans["identification"][name]["raw"])]
        cells += [_points(part["index"][name][side]) for part, side in ((spans, "raw"), (spans, "length adjusted"), (found, "raw"))]
        rows.append((title, f"{spans['tokens'][name]['raw']['value']:.0f}", *cells))
    header = ("publisher", "tokens", "identification, gold levels", "identification, gold spans", "index, gold spans",
              "index, gold spans, at equal length", "index, from the text alone")  # fmt: skip
    return table(header, rows)


def _points(score: Mapping[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['value']:.1f} [{low:.1f}, {high:.1f}]"


def separation() -> str:
    """AUC of reputable against partisan publishers."""
    found = look_up("transparency_validity/attributions/gold levels/separation")
    spans = look_up("transparency_validity/attributions/gold spans/separation")
    names = ("index", *COMPONENTS, "unnamed share", "outlet share", "tokens")
    rows: Rows = [(name, *_sides(found[name]), *_sides(spans[name])) for name in names]
    head = [f"{part}: {side}" for part in ("gold levels", "gold spans") for side in SIDES]
    return table(("measure, AUC", *head), rows)


def known_groups() -> str:
    """AUC of real against fake news."""
    found = look_up("known_groups/separation")
    names = ("index", *COMPONENTS, "hedges per 100 words", "uncertain share", "loaded share", "rating", "attributions", "tokens")
    pairs = ("random: real, fake", "buzzfeed: real, fake")
    rows = [(name, *(c for pair in pairs for c in _sides(found[pair][name]))) for name in names if name in found[pairs[0]]]
    return table(("measure, AUC", *(f"{pair.split(':')[0]}: {side}" for pair in pairs for side in SIDES)), rows)


def _sides(score: Mapping[str, Any]) -> list[str]:
    return [cell(score.get(side)) for side in SIDES]


def transfer() -> str:
    """Learned on one set of known groups, tested on the other."""
    rows = [
        (name, *(cell(found.get(k)) for k in ("macro F1", "less tf-idf", "less tf-idf, as in the study", "inside random")))
        for name, found in look_up("known_groups/transfer/systems").items()
    ]
    rows.sort(key=lambda row: row[1], reverse=True)
    return table(("fake against real, macro-F1", "random -> BuzzFeed", "less TF-IDF", "less TF-IDF of the study", "inside random"), rows)


def rating() -> str:
    """The rater beside what it has to beat."""
    try:
        scores = look_up("rating/scores")
    except KeyError:
        return ABSENT
    rows: Rows = []
    for name in ("rater", "index", "length", "tf-idf ridge", "mean", "second pass"):
        if found := scores.get(name):
            wanted = [found[part].get(score) for part in ("all", "polnear", "general") for score in ("spearman", "mae")]
            rows.append((RATED.get(name, name), *(cell(score) for score in wanted)))
    header = [f"{part}: {score}" for part in ("all", "PolNeAR", "general news") for score in ("Spearman", "MAE")]
    return table(("against the first reader", *header), rows)


TABLES: dict[str, Callable[[], str]] = {
    "components": components,
    "weights": weights,
    "publishers": publishers,
    "separation": separation,
    "known groups": known_groups,
    "transfer": transfer,
    "rating": rating,
}


def main() -> int:
    """Write the page, or check it."""
    new = fill(TEMPLATE.read_text(encoding="utf-8"))
    if "--check" in sys.argv:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != new)
    page(PAGE).write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
