"""Our attributions on the tokens of CofeNet's PolNeAR files (Wang et al. 2022), so that published scores and ours are of one kind.

``readable`` writes the Penn Treebank tokens as a text that a reader, and our extractor, would meet: quotation marks and brackets instead
of two backquotes and -LRB-, no blank before a comma or inside brackets. ``to_bio`` labels the tokens that an attribution covers. PolNeAR
is flat: attributions that stand inside the content of another are left out, and where two claim a token the earlier cue keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence

from framing.records import Attribution

_WRITTEN = {"``": "“", "''": "”", "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "`": "‘"}
_NO_BLANK_BEFORE = frozenset([",", ".", ";", ":", "!", "?", "%", "”", ")", "]", "}", "…", "...", "n't", "n’t"])
_NO_BLANK_AFTER = frozenset(["“", "(", "[", "{", "$", "‘", "#"])


def readable(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a paragraph and the offsets of its tokens in it."""
    text, offsets = "", []
    glue = True
    for token in tokens:
        written = _WRITTEN.get(token, token)
        if not glue and written not in _NO_BLANK_BEFORE and not (written[:1] in "'’" and len(written) > 1):
            text += " "
        offsets.append((len(text), len(text) + len(written)))
        text += written
        glue = written in _NO_BLANK_AFTER
    return text, offsets


def to_bio(offsets: Sequence[tuple[int, int]], attributions: Sequence[Attribution]) -> list[str]:
    """One label a token: O, B- or I- with source, cue, content."""
    labels = ["O"] * len(offsets)
    for a in attributions:
        if a.parent is not None:
            continue
        spans = [("cue", a.cue), *([("source", a.source)] if a.source else []), *(("content", s) for s in a.content)]
        for role, span in spans:
            begun = False
            for i, (start, end) in enumerate(offsets):
                if start < span.end and span.start < end and labels[i] == "O":
                    labels[i] = f"{'I' if begun else 'B'}-{role}"
                    begun = True
                elif begun:
                    break
    return labels
