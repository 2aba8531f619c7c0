"""One web page on request: ``https`` only, also after a redirect, with a limit on time and size.

Apart from :mod:`framing.cli.inputs`, since what the standard library needs for it takes longer to import than a short article to read.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Collection
from http.client import HTTPMessage
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from framing.cli.inputs import InputError, sentence

MAX_BYTES = 20_000_000
TIMEOUT_S = 20.0
SCHEMES = ("https",)
_CHUNK = 65_536
_AGENT = "framing (reads one article on request)"


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
        raise InputError(f"cannot be downloaded: {sentence(error)}") from error


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
