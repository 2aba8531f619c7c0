"""What the command line is given -> articles: a file, ``-`` for standard input, an ``https`` address.

Conventions
-----------
Whatever is wrong with one input is an :class:`InputError` whose message is one sentence that names the input and goes after its name; it
never stops the others. Text is UTF-8 with its line ends and byte-order mark left where they are. A download happens only for an address on
the command line: ``https`` only, also after a redirect, with a limit on time and size.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import replace
from email.message import Message
from pathlib import Path
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from framing.demo import ID, read_demo
from framing.records import Article
from framing.text import article_from_text, read_article

MAX_BYTES = 20_000_000
TIMEOUT_S = 20.0
SCHEMES = ("https",)
HTML = (".html", ".htm", ".xhtml")
_CHUNK = 65_536
_AGENT = "framing (reads one article on request)"


class InputError(Exception):
    """One input cannot be read; the message says why in one sentence."""


def is_address(name: str) -> bool:
    """Whether ``name`` is a web address and not a file."""
    return "://" in name


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
    if name == "-":
        if sys.stdin is None:  # closed by the caller
            raise InputError("is closed")
        return _article(_decode(sys.stdin.buffer.read()), None, title, html=False)
    if is_address(name):
        raw, charset = download(name)
        return _article(_decode(raw, charset), name, title, html=True)
    try:
        raw = Path(name).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(_sentence(error)) from error
    return _article(_decode(raw), name, title, html=name.lower().endswith(HTML))


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
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,  # type: ignore[override]  # typeshed: HTTPMessage
    ) -> urllib.request.Request | None:
        _check_scheme(newurl, self.schemes)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # as above


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


def _decode(raw: bytes, charset: str | None = None) -> str:
    try:
        return raw.decode(charset or "utf-8")
    except LookupError:
        return _decode(raw)
    except UnicodeDecodeError as error:
        raise InputError(f"is not {charset or 'UTF-8'} text (byte {error.start})") from error


def _article(text: str, name: str | None, title: str | None, html: bool) -> Article:
    if not html:
        return article_from_text(text, title, name)
    try:
        article = read_article(text)
    except (ImportError, ValueError) as error:
        raise InputError(_sentence(error)) from error
    return replace(article, id=name, title=title or article.title, title_span=None if title else article.title_span)


def _sentence(error: Exception) -> str:
    """The reason alone, without error numbers and the name that is said already."""
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    return " ".join(str(reason).split()) or type(error).__name__
