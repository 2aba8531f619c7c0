"""What the sentence classifier reads beside n-grams: how loaded the words of a sentence are, and its form.

Conventions
-----------
* All columns are by passage (:class:`framing.loaded_words.Passages`), (m, columns), found for all passages of a text at once.
* ``POOLED``: z are the log-odds of the tokens, between ``FLOOR`` and its opposite: the highest; the mean of the ``FEW`` highest (a passage
  of fewer tokens is filled up with ``FLOOR``). p = sigmoid(z): log(Σ p + .01), and Σ p for ten tokens.
* ``FORM``: rates are for ten tokens.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framing.lexicons import read_table
from framing.loaded_words import Floats, Ints, Passages
from framing.tokens import Remembered

FLOOR = -6.0
FEW = 5
POOLED = ("most loaded word", "five most loaded words", "log of the sum", "rate")
FORM = (
    *(
        "quoted share",
        "quotation",
        "length",
        "exclamation marks",
        "question marks",
        "commas",
        "dashes",
        "single marks",
        "brackets and dots",
    ),
    *("capitals", "capitalised", "numbers", "adverbs in -ly", "length of words", "reporting words", "first and second person", "days"),
    *("ends with a mark", "hyphens", "negations"),
)
DENSE = (*POOLED, *FORM)

_SIGNS = {word: row["sign"] for row in read_table("sentence_signs") for word in row["words"].split()}
_NAMES = (
    *("word", "!", "?", ",", "dash", "single", "bracket", "capitals", "capitalised", "number", "ly", "end", "hyphen"),
    *("report", "person", "day", "negation"),
)
_BIT = {name: 1 << k for k, name in enumerate(_NAMES)}
_BITS = np.array(list(_BIT.values()), np.int32)


@Remembered
def _flags(token: str) -> int:
    """Which signs a token is, one bit each."""
    low, letter = token.lower(), token[:1].isalpha()
    here = {
        "word": letter,
        "!": token == "!",
        "?": token == "?",
        ",": token == ",",
        "dash": token in ("—", "–", "-", "--"),
        "single": "'" in token or "‘" in token,
        "bracket": token == "[" or token.startswith("..."),
        "capitals": letter and len(token) > 1 and token.isupper(),
        "capitalised": letter and token[:1].isupper(),
        "number": any(map(str.isdigit, token)),
        "ly": letter and low.endswith("ly"),
        "end": token[-1:] in (".", "”", '"'),
        "hyphen": letter and "-" in token,
    }
    return sum(_BIT[name] for name, true in here.items() if true) | _BIT.get(_SIGNS.get(low.replace("’", "'"), ""), 0)


@Remembered
def _letters(token: str) -> int:
    return min(len(token), 40) if token[:1].isalpha() else 0


def columns(passages: Passages, logits: Floats) -> Floats:
    """The columns ``DENSE`` of passages, (m, len(DENSE)); log-odds of their tokens (n,)."""
    return np.hstack([pooled(passages, logits), form(passages)])


def pooled(passages: Passages, logits: Floats) -> Floats:
    """The columns ``POOLED``."""
    group, m, size, first = passages.group, passages.m, passages.size, passages.first[:-1]
    z = np.clip(logits, FLOOR, -FLOOR)
    total = np.bincount(group, 1 / (1 + np.exp(-np.clip(logits, -500, 500))), m)
    order = np.argsort(group * (4 * FLOOR) + z)[::-1]  # by passage, the highest first
    ranked = np.append(z[order], FLOOR)
    top = ranked[np.where(size > np.arange(FEW)[:, None], first + np.arange(FEW)[:, None], -1)]
    return np.stack([top[0], top.mean(axis=0), np.log(total + 0.01), 10 * total / np.maximum(size, 1)], axis=1)


def form(passages: Passages) -> Floats:
    """The columns ``FORM``."""
    tokens, group, m = passages.tokens, passages.group, passages.m
    flags = tokens.lookup(_flags, np.int32)
    sign, at = np.divmod(np.flatnonzero((flags & _BITS[:, None]) != 0), max(len(flags), 1))
    counts = np.bincount(sign * m + group[at], minlength=len(_NAMES) * m).reshape(len(_NAMES), m)

    def count(name: str) -> Ints:
        found: Ints = counts[_NAMES.index(name)]
        return found

    size = np.maximum(passages.size, 1)
    words, quoted = np.maximum(count("word"), 1), np.bincount(group[passages.quoted], minlength=m)
    ends: NDArray[np.bool_] = np.append(flags & _BIT["end"] > 0, False)[np.where(passages.size > 0, passages.first[1:] - 1, -1)]
    rate = {name: 10 * count(name) / size for name in (",", "capitals", "capitalised", "number", "ly", "person", "hyphen", "negation")}
    out = [quoted / size, quoted > 0, np.log(size), count("!"), count("?"), rate[","], count("dash"), count("single"), count("bracket")]
    out += [rate["capitals"], rate["capitalised"], rate["number"], rate["ly"]]
    out += [np.bincount(group, tokens.lookup(_letters, np.float64), m) / words, count("report") > 0, rate["person"], count("day"), ends]
    out += [rate["hyphen"], rate["negation"]]
    return np.stack([np.asarray(column, np.float64) for column in out], axis=1)
