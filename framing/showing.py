"""Strings from outside made safe to show: in a terminal, which obeys some characters, and in a page or figure."""

from __future__ import annotations

import re

# What would be acted on instead of shown: C0 and C1 controls, lone surrogates, bidirectional controls and marks, noncharacters.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def printable(text: str) -> str:
    """``text`` with every character that a terminal or browser would obey instead of show replaced by U+FFFD; tabs and newlines stay."""
    return _UNSAFE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """``printable`` text with all white space, newlines included, as single spaces."""
    return printable(" ".join(text.split()))
