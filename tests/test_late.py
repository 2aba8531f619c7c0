"""Patterns that are compiled when they are first asked for."""

from __future__ import annotations

import re

import pytest

from framing.late import late


def test_a_late_pattern_does_what_a_pattern_does(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_ = re.compile

    def counting(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return compile_(pattern, flags)

    monkeypatch.setattr(re, "compile", counting)
    pattern = late(r"(?P<word>b+)", re.I)
    assert compiled == []
    found = pattern.search("aBBa")
    assert found is not None
    assert found["word"] == "BB"
    assert pattern.fullmatch("bb")
    assert not pattern.fullmatch("bab")
    assert pattern.pattern == "(?P<word>b+)"
    assert pattern.sub("x", "abba") == "axa"
    assert compiled == ["(?P<word>b+)"]


def test_what_is_no_pattern_is_said_at_the_first_use() -> None:
    pattern = late("(")
    with pytest.raises(re.error):
        pattern.match("x")
    with pytest.raises(AttributeError):
        late("x").nonsense  # type: ignore[attr-defined]  # noqa: B018 - that it is asked for is the test
