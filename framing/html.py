"""HTML -> text of the article and title, through trafilatura (Barbaresi 2021), which the ``web`` extra installs.

The markup is handed over; nothing is ever downloaded. The text has one paragraph a line. Where the extractor finds no article (a fragment,
a very short page), all text of the page is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class MissingExtra(ImportError):  # noqa: N818  # an ImportError by kind, named for what is to be done
    """A package that an extra of framing installs is not there; the message names the extra."""


def extract(html: str, url: str | None = None) -> tuple[str, str | None]:
    """Extract the article from a web page.

    Parameters
    ----------
    html : str
        The markup of the page.
    url : str, optional
        Where the page was found: helps the extractor, is never opened.

    Returns
    -------
    tuple of (str, str or None)
        The text, and the title that the metadata of the page give.

    Raises
    ------
    MissingExtra
        If trafilatura is not installed.
    ValueError
        If the page holds no text.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtra('reading HTML needs trafilatura: pip install "framing[web]"') from error
    # libxml2 takes neither null characters nor lone surrogates
    clean = html.replace("\0", "").encode("utf-8", "replace").decode("utf-8").lstrip("\ufeff \t\r\n")
    page: Any = None
    broken: list[str] = []
    if clean.strip():
        page = _tried(broken, trafilatura.bare_extraction, clean, url=url, include_comments=False)
    if page is not None and not isinstance(page, dict):
        page = page.as_dict()  # trafilatura 2 gives a Document, 1 a dictionary
    text = ((page or {}).get("text") or "").strip()
    if not text and clean.strip():
        text = (_tried(broken, trafilatura.html2txt, clean) or "").strip()
    if not text:
        raise ValueError("the HTML holds no article text" + (f" (the extractor breaks on it: {broken[-1]})" if broken else ""))
    found = (page or {}).get("title")
    return text, " ".join(found.split()) or None if isinstance(found, str) else None


def _tried(broken: list[str], function: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """What the extractor makes of a page; ``None`` where it breaks, as it may on pages that nobody would write; ``broken`` gets why."""
    try:
        return function(*given, **options)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever libxml2 and half a dozen packages under it raise
        broken.append(f"{type(error).__name__}: {str(error)[:200]}")
        return None
