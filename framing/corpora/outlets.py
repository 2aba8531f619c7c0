"""One spelling for each outlet, for fair splits: corpora write "USA Today", "usa-today" and "usatoday" for the same one."""

from __future__ import annotations

from urllib.parse import urlsplit


def outlet_key(name: str) -> str | None:
    """An outlet's name as lower-case letters and digits, ``None`` if it has none."""
    return "".join(c for c in name.casefold() if c.isalnum()) or None


def url_outlet(url: str) -> str | None:
    """The host of an address without "www." and port, ``None`` if it has none."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
