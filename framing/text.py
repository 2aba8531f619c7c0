"""Plain text, HTML or a file -> :class:`~framing.records.Article`: paragraphs, title, boilerplate, body.

Conventions
-----------
* The string is never changed: every span is a stretch of code points of what the caller handed over (``\\r\\n``, a byte-order mark and odd
  blanks included).
* A line ends where Python ends one (``str.splitlines``: ``\\n``, ``\\r\\n``, ``\\r``, vertical tab, form feed, ``\\x1c``–``\\x1e``,
  ``\\x85``, ``\\u2028``, ``\\u2029``).
* A line is a paragraph, unless the text is *hard-wrapped* (mail, agency wire, plain-text books): lines of at most 100 characters that break
  where the next word would not have fitted, and in the middle of sentences. Then such lines are joined; a blank line, an indented line, a
  list mark or a line that ends early starts a new paragraph.
* A paragraph has neither blanks nor a byte-order mark or zero-width space at its edges; together the paragraphs hold every other character.
* What is no part of the article proper is marked, see :mod:`framing.boilerplate`; ``body`` runs from the first to the last paragraph that
  is not. Outside ``body`` every paragraph is marked.
* Bytes are read in one way, whether of a file, a page or a pipe (``decode``, ``read_bytes``). What is no text is refused, a guess is said.
* With HTML the text is what the extractor made of the markup, see :mod:`framing.html`.
"""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import replace
from itertools import islice
from pathlib import Path

from framing.boilerplate import mark_boilerplate
from framing.html import MissingExtra, extract
from framing.language_id import detect_language
from framing.records import Article, Boilerplate, Span

__all__ = [
    "GuessedEncoding",
    "MissingExtra",
    "article_from_html",
    "article_from_text",
    "decode",
    "detect_language",
    "looks_like_markup",
    "read_article",
    "read_bytes",
    "split_paragraphs",
]

# Every character that str.isspace() calls blank, and the three invisible ones that stand at the edges of lines in files and scraped pages.
_BLANK = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "\ufeff\u200b\u2060"
)
_WRAP_MOST, _WRAP_LEAST, _LONG_LINE = 100, 30, 132  # characters a line
_ENDS = frozenset(".!?:;…\"”’»)]。！？")
_LIST = re.compile(r"(?:[-*•·–—>]|\d{1,3}[.)])\s")
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|div|p|span|a|br|script|style|article|section|main|header|footer|nav|h[1-6]|ul|ol|li|table|tr|td"
    r"|img|meta|link|title|figure|strong|em|blockquote|iframe)(?=[\s/>]))[^<>]{0,2000}>",
    re.I,
)
_HTML_FILES = (".html", ".htm", ".xhtml")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([\w-]{3,30})", re.I)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r"))
_MOST_CONTROLS = 0.1  # share of the bytes; random ones have .11 and more
_NAMES = {"utf-32-le": "UTF-32", "utf-32-be": "UTF-32", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}
_MARKS = ((b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class GuessedEncoding(UnicodeWarning):
    """A file that is neither UTF-8 nor says what else it is; the message names it and the encoding that it was read as."""


def article_from_text(text: str, title: str | None = None, id: str | None = None) -> Article:
    """Read a plain text: paragraphs, title, boilerplate, body.

    Parameters
    ----------
    text : str
        The article, left as it is.
    title : str, optional
        The headline, if it is known; ``title_span`` says where it stands in the text, if it does. Without it a headline is looked for in
        the first lines.
    id : str, optional
        Carried along.

    Returns
    -------
    Article
        ``body`` is empty if the text is blank. Time is linear in the length of the text; no string raises.
    """
    ranges = split_paragraphs(text)
    found = mark_boilerplate(text, ranges, title)
    paragraphs = tuple([Span(start, end, text[start:end]) for start, end in ranges])
    span = None if found.title is None else paragraphs[found.title]
    if title is None and span is not None:
        title = " ".join(span.text.split())
    body = Span.of(text, 0, 0) if found.body is None else Span.of(text, ranges[found.body[0]][0], ranges[found.body[1]][1])
    marks = tuple([Boilerplate(Span(start, end, text[start:end]), kind) for start, end, kind in found.marks])
    return Article(text, title, span, paragraphs, body, marks, "text", id)


def article_from_html(html: str, title: str | None = None, url: str | None = None, id: str | None = None) -> Article:
    """Extract the article from a web page; nothing is downloaded.

    Parameters
    ----------
    html : str
        The markup of the page.
    title : str, optional
        The headline; without it the one in the metadata of the page.
    url : str, optional
        Where the page was found: helps the extractor, is never opened.
    id : str, optional
        Carried along.

    Returns
    -------
    Article
        ``text`` is the extracted text, into which all offsets point; ``origin`` is "html".

    Raises
    ------
    MissingExtra
        If trafilatura is not installed.
    ValueError
        If the page holds no text.
    """
    text, found = extract(html, url)
    return replace(article_from_text(text, found if title is None else title, id), origin="html")


def read_article(source: str | os.PathLike[str]) -> Article:
    """Read a file, or HTML that is handed over as a string.

    Parameters
    ----------
    source : str or path
        A path (``.html``, ``.htm`` and ``.xhtml`` go through the extractor, everything else is plain text), or a string of markup. A
        string that names a file is a path.

    Returns
    -------
    Article
        ``id`` is the path as it was given; ``None`` for markup.

    Raises
    ------
    TypeError
        If ``source`` is neither a string nor a path.
    FileNotFoundError
        If it is neither an existing file nor markup. Other ``OSError`` as the system raises them.
    MissingExtra
        For HTML, if trafilatura is not installed.
    ValueError
        If the HTML holds no text, or the file is no text.

    Warns
    -----
    GuessedEncoding
        If the file is not UTF-8, and no HTML that declares its encoding.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"source must be a path or a string of HTML, not {type(source).__name__}")
    name = os.fspath(source)
    if not isinstance(name, str):
        raise TypeError("source must be a path of characters, not of bytes")
    if isinstance(source, str) and not _is_file(name):
        if looks_like_markup(name):
            return article_from_html(name)
        shown = name if len(name) <= 60 else name[:57] + "..."
        raise FileNotFoundError(f"no such file, and no HTML: {shown!r} (for an article as a string: article_from_text or analyze)")
    text = read_bytes(Path(name).read_bytes(), name)
    return article_from_html(text, id=name) if name.lower().endswith(_HTML_FILES) else article_from_text(text, id=name)


def read_bytes(raw: bytes, name: str, charset: str | None = None) -> str:
    """Bytes of a file or page that ought to be text -> string, as :func:`decode` does it, with a word on what it had to guess.

    Parameters
    ----------
    raw : bytes
    name : str
        For the warning.
    charset : str, optional
        The encoding that came with the bytes; without it the one that an HTML page declares itself.

    Raises
    ------
    ValueError
        If they are no text: null bytes without a mark of UTF-16 or UTF-32, or more than one control character in ten bytes.

    Warns
    -----
    GuessedEncoding
        If they are not UTF-8, and were not read as ``charset``.
    """
    declared = _CHARSET.search(raw, 0, 4096)
    fallback = charset or (declared[1].decode("ascii") if declared else None)
    text, encoding = _decoded(raw, fallback)
    plain = text.encode("utf-8", "replace") if encoding.startswith(("utf-16", "utf-32")) else raw
    if b"\0" in plain:
        raise ValueError("not a text: it holds null bytes (UTF-16 needs a byte-order mark)")
    if len(plain) - len(plain.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(plain):
        raise ValueError("not a text: more than one byte in ten is a control character")
    if encoding not in ("utf-8", fallback):
        warnings.warn(f"{name}: is not UTF-8; it was read as {_NAMES[encoding]}", GuessedEncoding, stacklevel=3)
    return text


def decode(raw: bytes, fallback: str | None = None) -> str:
    """Bytes of a file -> string; line ends and a byte-order mark stay characters, and no bytes raise.

    A mark of UTF-16 or UTF-32 decides; else UTF-8; if the bytes are no UTF-8, ``fallback`` (what an HTML page declares); if they are not
    that either, Windows-1252, with the five bytes it does not define kept as lone surrogates (``surrogateescape``).
    """
    return _decoded(raw, fallback)[0]


def _decoded(raw: bytes, fallback: str | None) -> tuple[str, str]:
    """The string and the encoding that it was read as."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace"), encoding
    for encoding in ("utf-8", fallback or "utf-8"):
        try:
            return raw.decode(encoding), encoding
        except (ValueError, LookupError):
            continue
    return raw.decode("cp1252", "surrogateescape"), "cp1252"


def looks_like_markup(text: str) -> bool:
    """Whether the text is HTML rather than prose: it holds two tags of HTML, or begins as a page does."""
    if "<" not in text:
        return False
    tags = list(islice(_MARKUP.finditer(text), 2))
    return len(tags) == 2 or (len(tags) == 1 and tags[0].group()[1:5].lower() in ("!doc", "html"))


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    """Character ranges of the paragraphs, in order; see the conventions of the module."""
    ranges: list[tuple[int, int]] = []
    columns: list[int] = []  # where the line begins in the text
    adjacent: list[int] = []  # lines that follow another without a blank line between
    at, blank = 0, True
    for line in text.splitlines(True):
        kept = line.strip(_BLANK)
        if kept:
            start = at + line.find(kept[0])
            if not blank:
                adjacent.append(len(ranges))
            ranges.append((start, start + len(kept)))
            columns.append(at)
            blank = False
        else:
            blank = True
        at += len(line)
    if not adjacent:
        return ranges
    joined = _continued(text, ranges, columns, adjacent)
    if not joined:
        return ranges
    paragraphs: list[tuple[int, int]] = []
    for i, (start, end) in enumerate(ranges):
        if i in joined:
            paragraphs[-1] = (paragraphs[-1][0], end)
        else:
            paragraphs.append((start, end))
    return paragraphs


def _continued(text: str, ranges: list[tuple[int, int]], columns: list[int], adjacent: list[int]) -> frozenset[int]:
    """The lines that go on the paragraph of the line before: none, unless the text is hard-wrapped."""
    widths = [end - column for (_, end), column in zip(ranges, columns)]
    if sum(width > _LONG_LINE for width in widths) * 20 > len(widths):
        return frozenset()
    wide = sorted(widths[i - 1] for i in adjacent)
    margin = wide[int(0.95 * (len(wide) - 1))]
    if not _WRAP_LEAST <= margin <= _WRAP_MOST:
        return frozenset()
    full, unfinished, lower = [], 0, 0
    joined = set()
    for i in adjacent:
        start, end = ranges[i]
        before_start, before_end = ranges[i - 1]
        word = text.find(" ", start, min(end, start + 40))
        room = widths[i - 1] + 1 + (end if word < 0 else word) - start
        is_open, is_lower = text[before_end - 1] not in _ENDS, text[start].islower()
        indent = (start - columns[i]) - (before_start - columns[i - 1])
        if room > margin:
            full.append(i)
            unfinished += is_open
            lower += is_open and is_lower
        elif not (is_open and is_lower):
            continue
        if indent < 2 and not _LIST.match(text, start, end) and text[start:end] != text[before_start:before_end]:
            joined.add(i)
    # Lists of headlines or names also have lines of a length; wrapped prose breaks inside sentences, before words in lower case.
    if len(full) < 0.6 * len(adjacent) or unfinished < 0.5 * len(full) or lower < 0.3 * unfinished or not lower:
        return frozenset()
    return frozenset(joined)


def _is_file(name: str) -> bool:
    if len(name) > 4096 or "\n" in name or "\0" in name:
        return False
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
