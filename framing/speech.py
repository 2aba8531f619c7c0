"""Direct, indirect and mixed speech: how much of what is reported stands in quotation marks.

Conventions
-----------
*direct*: at least ``DIRECT`` of the content's words stand in speech quotations; *indirect*: none do; *mixed*: the rest. A word is a token
with a letter or a digit. What is said inside a quotation, cue included, is indirect: its marks belong to the speaker outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from framing.tokens import Tokens, is_word

DIRECT = 0.9  # share of words; as the gold of framing.corpora


def outermost(tokens: Tokens, ranges: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Which of the token ranges, ordered by their starts, holds each token (n,): the outermost one, -1 for none."""
    holder = np.full(len(tokens), -1, np.int64)
    covered = 0
    for k, (first, last) in enumerate(ranges):
        if first >= covered and first < last:
            holder[first:last] = k
            covered = last
    return holder


def speech_of(tokens: Tokens, quoted: NDArray[np.bool_]) -> Callable[[int, Iterable[tuple[int, int]]], str]:
    """A function that tells the speech of an attribution from its cue's first token and the token ranges of its content.

    Parameters
    ----------
    tokens : Tokens
    quoted : array of bool, shape (n,)
        Whether each token stands in a speech quotation.
    """
    words = tokens.lookup(is_word, np.bool_)
    n_words = np.concatenate([[0], np.cumsum(words)]).tolist()
    n_quoted = np.concatenate([[0], np.cumsum(words & quoted)]).tolist()

    def speech(cue: int, content: Iterable[tuple[int, int]]) -> str:
        if quoted[cue]:
            return "indirect"
        inside = total = 0
        for first, last in content:
            inside += n_quoted[last] - n_quoted[first]
            total += n_words[last] - n_words[first]
        return "indirect" if not inside else "direct" if inside >= DIRECT * total else "mixed"

    return speech
