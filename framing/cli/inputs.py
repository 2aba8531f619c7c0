"""What the command line is given -> articles: a file, ``-`` for standard input, an ``https`` address.

Conventions
-----------
Whatever is wrong with one input is an :class:`InputError` whose message is one sentence that names the input and goes after its name; it
never stops the others. Bytes become text as :func:`framing.text.read_bytes` says, wherever they come from; that an encoding was guessed is
said on standard error. Line ends and a byte-order mark are left where they are. A download happens only for an address on
the command line: ``https`` only, also after a redirect, with a limit on time and size.
"""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.request
import warnings
from collections.abc import Collection
from dataclasses import replace
from http.client import HTTPMessage
from pathlib import Path
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from framing.cli.output import complain
from framing.demo import ID, read_demo
from framing.records import Article
from framing.text import GuessedEncoding, article_from_html, article_from_text, looks_like_markup, read_article, read_bytes

MAX_BYTES = 20_000_000
TIMEOUT_S = 20.0
SCHEMES = ("https",)
_PAGE = re.compile(r"\ufeff?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_CHUNK = 65_536
_AGENT = "framing (reads one article on request)"


class InputError(Exception):
    """One input cannot be read; the message says why in one sentence."""


def is_address(name: str) -> bool:
    """Whether ``name`` is a web address and not a file."""
    return "://" in name


def _read(name: str) -> Article:
    if name == "-":
        if sys.stdin is None:
            raise InputError("is closed")
        text = read_bytes(sys.stdin.buffer.read(), "standard input")
        return article_from_html(text) if _PAGE.match(text) else article_from_text(text)
    if is_address(name):
        raw, charset = download(name)
        text = read_bytes(raw, name, charset)
        return article_from_html(text, url=name, id=name) if looks_like_markup(text) else article_from_text(text, id=name)
    return read_article(Path(name))


def load(name: str, title: str | None = None) -> Article:
    """Read one input of the command line.

    Parameters
    ----------
    name : str
        A path, ``-`` or an ``https`` address.
    title : str, optional
        The headline; without it, the one found in the input.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", GuessedEncoding)
            article = _read(name)
    except InputError:
        raise
    except (OSError, ImportError, ValueError) as error:  # ValueError: a null character in the name, no text
        raise InputError(_sentence(error)) from error
    for warning in caught:
        if issubclass(warning.category, GuessedEncoding):
            complain(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if title is None:
        return replace(article, id=article.id and name)
    return replace(article_from_text(article.text, title, article.id and name), origin=article.origin)


def load_demo() -> Article:
    """The demo article of the package."""
    return article_from_text(read_demo(), id=ID)


def download(
    address: str, schemes: Collection[str] = SCHEMES, limit: int = MAX_BYTES, timeout: float = TIMEOUT_S
) -> tuple[bytes, str | None]:
    """Fetch ``address``.

    Parameters
    ----------
    address : str
    schemes : collection of str
        Allowed protocols, for the address and for every redirect.
    limit : int
        Most bytes to take.
    timeout : float
        Seconds, for each wait and for the whole.

    Returns
    -------
    tuple of (bytes, str or None)
        What came, and the character set that the server named.

    Raises
    ------
    InputError
        If the protocol is not allowed, the page cannot be had, is not text, or is over the limit.
    """
    _check_scheme(address, schemes)
    opener = urllib.request.build_opener(_Redirects(schemes))
    deadline = monotonic() + timeout
    try:
        request = urllib.request.Request(address, headers={"User-Agent": _AGENT, "Accept": "text/html, text/plain"})
        with opener.open(request, timeout=timeout) as response:
            if not response.headers.get_content_type().startswith(("text/", "application/xhtml")):
                raise InputError(f"is {response.headers.get_content_type()}, not a page of text")
            return _take(response, limit, deadline), response.headers.get_content_charset()
    except urllib.error.HTTPError as error:
        error.close()
        raise InputError(f"cannot be downloaded: the server answers {error.code} {error.reason}") from error
    except (OSError, ValueError, EOFError) as error:  # URLError, time-outs and TLS errors are OSErrors; ValueError: not an address
        raise InputError(f"cannot be downloaded: {_sentence(error)}") from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, schemes: Collection[str]) -> None:
        self.schemes = schemes

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        _check_scheme(newurl, self.schemes)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_scheme(address: str, schemes: Collection[str]) -> None:
    try:
        scheme = urlsplit(address).scheme
    except ValueError as error:
        raise InputError(f"is not a web address: {error}") from error
    if scheme not in schemes:
        raise InputError(f"is not downloaded: only {' and '.join(schemes)} addresses are, not {scheme or 'bare'} ones")


def _take(response: IO[bytes], limit: int, deadline: float) -> bytes:
    chunks, size = [], 0
    while chunk := response.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise InputError(f"is larger than {limit:,} bytes")
        if monotonic() > deadline:
            raise InputError("cannot be downloaded: it takes too long")
        chunks.append(chunk)
    return b"".join(chunks)


def _sentence(error: Exception) -> str:
    """The reason alone, without error numbers and the name that is said already."""
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    return " ".join(str(reason).split()) or type(error).__name__
