"""Fuzzing by mutation: valid files that are damaged at random, and a watch on what is written while they are read."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("FRAMING_FUZZ_SECONDS") or 0)  # for each reader; 0 is the short run of continuous integration
OUTCOMES = {"read", "errors in rows", "refused"}
ROUND = 300  # examples of a long run that share a seed of Hypothesis

# What parsers stumble over: ends of lines of all kinds, quotation marks, markup, numbers beyond a word, what is no UTF-8, paths.
TOKENS = (
    b"\0", b"\n", b"\r", b"\r\n", b"\t", b'"', b'""', b"'", b",", b";", b"\\", b"\\ud800", b"\\u0000", b"{", b"}", b"[", b"]", b":",
    b"null", b"true", b"NaN", b"-1", b"0", b"1e999", b"9" * 30, b"9" * 5000, b"[" * 3000, b'{"a":' * 1500, b"\xff", b"\xfe\xff",
    b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", "\u2028".encode(), "\u202e".encode(), b"\x1b[2J", b"\x1c", b"<", b">", b"<!--",
    b"<![CDATA[",
    b"</", b"<div>" * 50, b"<table><tr>", b"<p>", b"</body>", b"&#0;", b"&#xD800;", b"&amp;", b"<!DOCTYPE a [<!ENTITY b \"c\">]>", b"&b;",
    b"../../etc/passwd", b"/etc/passwd", b"C:\\con", b"%s%n", b" ", b"a" * 300, b"\t0 5\t", b"T1", b"E1", b"E999999999", b"id", b"text",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds after up to six changes: of bytes, of stretches, of lines, or a stretch of another seed in it."""
    data = bytearray(draw(st.sampled_from(seeds)))
    place = st.integers(0, max(map(len, seeds)))
    for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2, 3, 6)))):
        n = len(data)
        a, kind = draw(place) % (n + 1), draw(st.integers(0, 9))
        if kind == 0 and n:
            data[a % n] ^= 1 << draw(st.integers(0, 7))
        elif kind == 1 and n:
            data[a % n] = draw(st.integers(0, 255))
        elif kind <= 3:
            data[a:a] = draw(st.sampled_from(TOKENS))
        elif kind == 4:
            del data[a : a + draw(st.integers(1, 40))]
        elif kind == 5:
            data[a:a] = data[a : a + draw(st.integers(1, 200))] * draw(st.integers(1, 3))
        elif kind == 6:
            del data[a:]
        elif kind == 7:
            other = draw(st.sampled_from(seeds))
            b = draw(place) % (len(other) + 1)
            data[a : a + draw(st.integers(0, 40))] = other[b : b + draw(st.integers(1, 200))]
        else:
            lines = bytes(data).splitlines(keepends=True)
            if lines:
                i, j = a % len(lines), draw(place) % len(lines)
                lines[i:i] = [lines[j]] if kind == 8 else []
                lines[j : j + (kind == 9)] = []
                data = bytearray(b"".join(lines))
    return bytes(data)


def fuzz(examples: int, *strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., str]], Callable[..., None]]:
    """Decorate a check, which says what became of its example, so that it sees ``examples`` of them, or as many as come in ``SECONDS``."""

    def decorate(check: Callable[..., str]) -> Callable[..., None]:
        def test(tmp_path: Path, capsys: Any) -> None:
            found: Counter[str] = Counter()

            def one(drawn: tuple[Any, ...]) -> None:
                found[check(tmp_path, *drawn)] += 1

            begin, rounds = time.monotonic(), 0
            while not rounds or time.monotonic() - begin < SECONDS:
                given_ = given(st.tuples(*strategies))(one)
                many = ROUND if SECONDS else examples
                # the short run is the same at every time: a finding is for those who look for one
                case = settings(
                    max_examples=many, deadline=None, database=None, derandomize=not SECONDS, suppress_health_check=list(HealthCheck)
                )(given_)
                with confined(tmp_path):
                    (seed(time.time_ns())(case) if SECONDS else case)()
                rounds += 1
            taken = time.monotonic() - begin
            if SECONDS:
                told = ", ".join(f"{name} {n:,}" for name, n in sorted(found.items()))
                with capsys.disabled():
                    print(f"\n{check.__name__}: {found.total():,} examples, {found.total() / taken:,.0f} a second: {told}")
            assert found.keys() <= OUTCOMES, found
            assert len(found) > 1 or found.keys() == {"read"}, f"every example was {found}"

        test.__name__ = check.__name__
        test.__doc__ = check.__doc__
        return test

    return decorate


_watch: list[tuple[Path, list[str]]] = []
_CHANGES = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.remove", "os.rmdir", "os.chmod")
_hooked = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not _watch:
        return
    if event == "open":
        path, _, flags = args
        if not isinstance(path, (str, bytes)) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        paths = [path]
    elif event in _CHANGES:
        if event != "os.truncate" and args[-1] != -1:
            return  # seen from a folder that is open, as shutil.rmtree does it
        paths = [p for p in args[:2] if isinstance(p, (str, bytes))]
    else:
        return
    home, seen = _watch[-1]
    seen += [name for name in map(os.fsdecode, paths) if not os.path.realpath(name).startswith(os.path.realpath(home) + os.sep)]


@contextmanager
def confined(home: Path) -> Iterator[None]:
    """Fail if a file outside of ``home`` is written, made, renamed or removed meanwhile."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hook)  # there is no way to take it away again
        _hooked = True
    seen: list[str] = []
    _watch.append((home, seen))
    try:
        yield
    finally:
        _watch.pop()
    outside = [name for name in seen if name != os.devnull and "__pycache__" not in name and ".hypothesis" not in name]
    assert not outside, f"written outside of {home}: {outside[:5]}"
