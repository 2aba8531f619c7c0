"""Plain text or HTML -> Article. (First stub.)"""

from __future__ import annotations

import re

from framing.records import Article, Span


def article_from_text(text: str, title: str | None = None, id: str | None = None) -> Article:
    """Read a plain text: paragraphs, title, boilerplate, body."""
    paragraphs = tuple(Span.of(text, m.start(), m.end()) for m in re.finditer(r"\S[^\n]*\S|\S", text))
    body = Span.of(text, paragraphs[0].start, paragraphs[-1].end) if paragraphs else Span.of(text, 0, 0)
    return Article(text, title, None, paragraphs, body, (), "text", id)
