"""``python -m framing.features`` prints the features as Markdown, a table a group with the symbols of its formulas."""

import sys

from framing.features import attribution, frames, hedging, sourcing
from framing.features.catalogue import columns, feature_table

MODULES = {"attribution": attribution, "hedge": hedging, "sourcing": sourcing, "framing": frames}


def page() -> str:
    """All tables."""
    parts = ["# Features of articles\n"]
    for group, module in MODULES.items():
        own = columns([group], hyperpartisan=True)
        title, *text = (module.__doc__ or "").replace(":mod:", "").strip().split("\n\n")
        parts += [f"## {group}: {len(own)} columns\n", f"{title}\n", *(f"{' '.join(t.split())}\n" for t in text), feature_table(own)]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode("utf-8"))
