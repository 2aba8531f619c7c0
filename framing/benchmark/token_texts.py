"""Spans of texts on the tokens of a corpus: its tokens as a text, and spans of that text as BIO labels (CofeNet's files: Wang et al. 2022).

``readable`` writes the Penn Treebank tokens as a text that a reader, and an extractor, would meet: quotation marks and brackets instead
of two backquotes and -LRB-, no blank before a comma or inside brackets. ``to_bio`` labels the tokens that spans cover; where two claim a
token the cue keeps it before the source, the source before the content, and the earlier before the later.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

_WRITTEN = {"``": "“", "''": "”", "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "`": "‘"}
_NO_BLANK_BEFORE = frozenset([",", ".", ";", ":", "!", "?", "%", "”", ")", "]", "}", "…", "...", "n't", "n’t"])
_PRECEDENCE = ("cue", "source", "content")
_NO_BLANK_AFTER = frozenset(["“", "(", "[", "{", "$", "‘", "#"])


def readable(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a paragraph and the offsets of its tokens in it."""
    text, offsets = "", []
    glue, singles = True, 0
    for token in tokens:
        written = _WRITTEN.get(token, token)
        if token == "'" and singles:  # it closes a single quotation mark; else it is that of a plural possessive
            written, singles = "’", singles - 1
        singles += token == "`"
        if not glue and written not in _NO_BLANK_BEFORE and written[:1] not in ("'", "’"):
            text += " "
        offsets.append((len(text), len(text) + len(written)))
        text += written
        glue = written in _NO_BLANK_AFTER
    return text, offsets


def article(paragraphs: Sequence[Sequence[str]]) -> tuple[str, list[list[tuple[int, int]]]]:
    """The text of the tokens of consecutive paragraphs and the offsets of the tokens of each.

    The files cut long paragraphs, also inside quotations: one that leaves a quotation open goes on in the next unless that opens one.
    """
    text, offsets, is_open = "", [], False
    for tokens in paragraphs:
        if text:
            text += " " if is_open and tuple(tokens[:1]) != ("``",) else "\n\n"
        for token in tokens:
            is_open = token == "``" or (is_open and token != "''")
        part, places = readable(tokens)
        offsets.append([(start + len(text), end + len(text)) for start, end in places])
        text += part
    return text, offsets


def to_bio(offsets: Sequence[tuple[int, int]], spans: Iterable[tuple[str, int, int]]) -> list[str]:
    """One label a token: O, B- or I- with source, cue, content; a span that begins before the tokens begins with the first of them."""
    labels = ["O"] * len(offsets)
    starts, ends = [start for start, _ in offsets], [end for _, end in offsets]
    for role, start, end in sorted(spans, key=lambda span: (_PRECEDENCE.index(span[0]), *span[1:])):
        begun = False
        for i in range(bisect_right(ends, start), bisect_left(starts, end)):
            if labels[i] == "O":
                labels[i] = f"{'I' if begun else 'B'}-{role}"
                begun = True
            elif begun:
                break
    return labels
