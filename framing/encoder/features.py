"""What an uncased encoder does not see, a small number for each token.

Conventions
-----------
A feature is a column of numbers from 0 up to its size (excluded); the graph has a row of weights for each. ``FEATURES`` names them:

=============  ========================================================================================================================
``case``       0 no letter, 1 small letters, 2 a capital and then small letters, 3 capitals, 4 anything else; by the token string
``quotation``  the column of :mod:`framing.signals`: kind of the outermost quotation; whether its first or last token, its only one, other
``sentence``   1 for the first token of a sentence
=============  ========================================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.records import QUOTE_KINDS, Quote
from framing.signals import quotation
from framing.tokens import Remembered, Tokens

Numbers = NDArray[np.int32]
NONE, SMALL, CAPITAL, CAPITALS, MIXED = range(5)


@Remembered
def case(token: str) -> int:
    """How a token is written."""
    letters = "".join(filter(str.isalpha, token))
    if not letters:
        return NONE
    if letters.islower():
        return SMALL
    if letters[0].isupper() and (letters[1:].islower() or len(letters) == 1):
        return CAPITAL
    return CAPITALS if letters.isupper() else MIXED


def _sentence(tokens: Tokens, quotes: Sequence[Quote]) -> Numbers:
    out = np.zeros(len(tokens), np.int32)
    out[tokens.sentence_first[:-1]] = 1
    return out


FEATURES: Mapping[str, tuple[int, Callable[[Tokens, Sequence[Quote]], Numbers]]] = {
    "case": (5, lambda tokens, quotes: tokens.lookup(case, np.int32)),
    "quotation": (4 * len(QUOTE_KINDS) + 1, lambda tokens, quotes: quotation(tokens, quotes).astype(np.int32)),
    "sentence": (2, _sentence),
}


def read(names: Sequence[str], tokens: Tokens, quotes: Sequence[Quote]) -> Numbers:
    """The columns of these names for the tokens of a text: (names, n)."""
    out = np.zeros((len(names), len(tokens)), np.int32)
    for row, name in zip(out, names):
        row[:] = FEATURES[name][1](tokens, quotes)
    return out
