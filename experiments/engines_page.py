"""The tables of ``docs/engines.md``, made from ``results/encoder.json``, ``encoder_export.json`` and ``engines.volatile.json``.

    python -m experiments.engines_page [--check]

With ``--check`` nothing is written, and the exit code is 1 if the page does not say what the results say. Core hours of a million articles:
articles times their mean tokens / tokens a second of the whole analysis / 3600; the price is that times ``PRICE``, an assumption.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from experiments.markdown import Rows, cell, cell_or_value, difference, refill, result, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "engines.md"
ENGINES = {"default": "`fast`", "encoder": "`encoder`"}
PRICE = 0.04  # US dollars for an hour of a core, about what cloud machines cost in 2026
MILLION = 1_000_000
LESS = "encoder less default"
ROLES = ("source_exact_f1", "cue_exact_f1", "content_exact_f1")
SPEECH = ("direct", "indirect", "mixed")
PARTS = (  # what is shown, where it stands, which scores
    ("whole attributions, PolNeAR dev", ("polnear_dev", "attribution"), {"full_f1": "source and content at .5, F1", "cue_f1": "cue, F1"}),
    ("whole attributions, Wikinews dev", ("wikinews_dev", "attribution"), {"full_f1": "source and content at .5, F1"}),
    (
        "spans by themselves, PolNeAR dev",
        ("polnear_dev", "spans by themselves"),
        {name: f"{name.split('_')[0]}, exact F1" for name in ROLES},
    ),
    (
        "tokens, CofeNet's protocol, PolNeAR dev",
        ("cofenet_valid", "articles, spans by themselves"),
        {name: f"{name.split('_')[0]}, exact F1" for name in ROLES},
    ),
)


def accuracy() -> str:
    """Scores of both engines, and their difference."""
    found = result("encoder")["results"]
    rows: Rows = []
    for title, (corpus, part), names in PARTS:
        scores = found[corpus][part]
        rows += [
            (f"{title}: {what}", *(cell(scores[engine][name]) for engine in ENGINES), difference(scores[LESS].get(name)))
            for name, what in names.items()
        ]
    return table(("", *ENGINES.values(), "difference"), rows)


def published() -> str:
    """Systems that others measured with the protocol of the last three rows, on its test part."""
    printed = result("encoder")["published, cofenet test, exact F1 of source, cue, content"]
    rows: Rows = [(name, *(cell_or_value(value) for value in values)) for name, values in printed.items()]
    return table(("published, test part", "source", "cue", "content"), rows)


def groups() -> str:
    """By speech and publisher."""
    found = result("encoder")["polnear_dev by group"]
    rows: Rows = []
    for grouping in ("speech", "publisher"):
        for group, scores in found["encoder"][grouping].items():
            pair = tuple(cell(found[engine][grouping][group]["full_f1"]) for engine in ENGINES)
            rows.append((f"{grouping}: {group}", f"{scores['gold']:,}", *pair))
    return table(("full F1, PolNeAR dev", "attributions", *ENGINES.values()), rows)


def cost() -> str:
    """Speed, and what a million articles take."""
    found = result("engines.volatile")
    rates, length = found["tokens per second"], found["tokens"] / found["articles"]
    rows: Rows = []
    for engine in ("fast", "encoder"):
        rate = rates[f"{engine}, analysis"]
        hours = MILLION * length / rate / 3600
        row = f"{rate:,}", f"{rates[f'{engine}, extraction']:,}", f"{rate / length:,.1f}", f"{hours:,.1f}", f"{hours * PRICE:,.2f}"
        rows.append((f"`{engine}`", *row))
    header = "", "analysis, tokens/s", "extraction alone, tokens/s", "articles/s", "core hours, a million", f"US dollars at {PRICE} an hour"
    told = f"Articles of {length:,.0f} tokens, one thread; a bare regex tokeniser does {rates['regex']:,} tokens/s on this machine"
    told += f" ({found['machine']})."
    return f"{told}\n\n{table(header, rows)}"


def rounding() -> str:
    """What eight bits cost."""
    found: dict[str, Any] = result("encoder_export")
    part, whole = found["results"]["spans by themselves"]["int8 less float32"], found["results"]["attribution"]["int8 less float32"]
    rates = result("encoder_export.volatile")["tokens per second"]
    rows: Rows = [(f"{name.split('_')[0]}, exact F1", difference(part[name])) for name in ROLES]
    rows.append(("whole attributions, full F1", difference(whole["full_f1"])))
    rows.append(("size", f"{found['bytes']['int8'] / 1e6:.1f} MB instead of {found['bytes']['float32'] / 1e6:.1f} MB"))
    for told, name in (("speed of the tagger", ""), ("... without the default engine's scores", ", alone")):
        fast, slow = rates[f"int8{name}"], rates[f"float32{name}"]
        rows.append((told, f"{fast:,} tokens/s, {fast / slow:.2f} times that of 32 bits"))
    return table(("PolNeAR dev", "eight bits less 32"), rows)


MAKERS = {"accuracy": accuracy, "published": published, "groups": groups, "cost": cost, "rounding": rounding}


def main() -> int:
    """Write or check."""
    return refill(PAGE, MAKERS, "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
