"""Texts made of parts: corpora that come as sentences or paragraphs are joined to one text, and the parts keep their places in it."""

from __future__ import annotations

from collections.abc import Iterable

from framing.records import Span


def join(parts: Iterable[str], glue: str = " ") -> tuple[str, tuple[Span, ...]]:
    """Join parts to one text.

    Parameters
    ----------
    parts : iterable of str
        Sentences or paragraphs; an empty one gets an empty span.
    glue : str
        What stands between two parts.

    Returns
    -------
    str
        The text.
    tuple of Span
        Where each part stands in it, code points.
    """
    parts = tuple(parts)
    spans, start = [], 0
    for part in parts:
        spans.append(Span(start, start + len(part), part))
        start += len(part) + len(glue)
    return glue.join(parts), tuple(spans)
