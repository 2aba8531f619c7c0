"""Quotation marks -> quotes. (First stub.)"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from framing.records import Quote, Span
from framing.tokens import Bools, Tokens


def find_quotes(text: str, paragraphs: Sequence[Span]) -> tuple[Quote, ...]:
    """All quotations of ``text``, in order of their start, typed."""
    found = []
    for p in paragraphs:
        for m in re.finditer(r"“[^”]*”|\"[^\"]*\"", p.text):
            kind = "speech" if m.group().count(" ") > 2 else "scare"
            found.append(Quote(Span.of(text, p.start + m.start(), p.start + m.end()), kind, True))
    return tuple(found)


def quoted_tokens(tokens: Tokens, quotes: Sequence[Quote], kind: str = "speech") -> Bools:
    """Whether each token lies inside a quotation of this kind (marks included): boolean array of length n."""
    inside = np.zeros(len(tokens) + 1, np.int32)
    for q in quotes:
        if q.kind == kind:
            a, b = tokens.range(q.span)
            inside[a] += 1
            inside[b] -= 1
    return np.cumsum(inside)[:-1] > 0
