"""Addresses on the command line: what is fetched, from a server on this machine, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from framing.cli.download import download
from framing.cli.inputs import InputError


class Pages(BaseHTTPRequestHandler):
    """A server on this machine with a page of each sort."""

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        moved = {
            "/moved": f"http://127.0.0.1:{port}/page",
            "/to-file": "file:///etc/hostname",
            "/to-ftp": "ftp://127.0.0.1/x",
            "/circle": "/circle",
        }
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kinds = {"/page": "text/html; charset=latin-1", "/picture": "image/png", "/large": "text/html"}
        if self.path not in kinds:
            self.send_error(404)
            return
        body = {"/page": "naïve".encode("latin-1"), "/picture": b"\x89PNG", "/large": b"x" * 5000}[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kinds[self.path])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
        thread.join()


def fetch(address: str, limit: int = 4000) -> tuple[bytes, str | None]:
    return download(address, schemes=("http",), limit=limit, timeout=5)


def test_a_page_is_fetched_also_after_a_redirect(server: str) -> None:
    assert fetch(f"{server}/page") == fetch(f"{server}/moved") == ("naïve".encode("latin-1"), "latin-1")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/absent", "404"),
        ("/picture", "image/png"),
        ("/large", "larger than 4,000 bytes"),
        ("/to-file", "not allowed"),
        ("/to-ftp", "only http addresses"),
        ("/circle", "redirect"),
    ],
)
def test_what_is_not_a_page_is_refused(path: str, words: str, server: str) -> None:
    with pytest.raises(InputError, match=words):
        fetch(server + path)


def test_a_server_that_is_not_there(server: str) -> None:
    with pytest.raises(InputError, match="cannot be downloaded"):
        fetch("http://127.0.0.1:9/")
