"""Our tokens as pieces of words, as BERT's uncased encoders read them.

Conventions
-----------
A piece is a row of the vocabulary, by its number. A token is read by itself, in the way of Devlin et al. (2019):

* Control, format and private characters, surrogates and U+FFFD are left out; blanks divide.
* CJK ideographs and marks of punctuation (ASCII's, and Unicode's P*) are words of their own.
* Accents are stripped (canonical decomposition without nonspacing marks), then letters are made small.
* Each word is cut greedily into the longest pieces of the vocabulary (Schuster & Nakajima 2012); pieces that continue a word begin with
  ``##``. A word of more than ``LONGEST`` characters, or that cannot be cut, is ``[UNK]``.

Two rules are ours, so that every token has a place in the encoder and none takes it all: a token without pieces is ``[UNK]``, and of a
long one the first ``READ`` characters, and of these the first ``MOST`` pieces, are read. Apart from them the pieces are those of the
package ``tokenizers`` (a test compares); being read once a word type, they cost next to nothing, and so that package is not needed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framing.tokens import Remembered

Ints = NDArray[np.int32]

LONGEST = 100  # characters of a word
READ, MOST = 1 << 12, 16  # characters and pieces of a token
PAD, UNKNOWN, BEGIN, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_GOING_ON = "##"
_INVISIBLE = ("Cc", "Cf", "Co", "Cs")
# Where the ideographs of Chinese, Japanese and Korean stand; Hangul and kana are letters as others are.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieces(Remembered[tuple[int, ...]]):
    """Token -> numbers of its pieces, at least one.

    Parameters
    ----------
    vocabulary : sequence of str
        The pieces by their numbers; ``[PAD]``, ``[UNK]``, ``[CLS]`` and ``[SEP]`` are among them.

    Attributes
    ----------
    pad, unknown, begin, end : int
        Numbers of the special pieces.

    Raises
    ------
    ValueError
        If a special piece is missing, or a piece stands twice.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        super().__init__(self._read)
        self.vocabulary = tuple(vocabulary)
        self._numbers = {piece: number for number, piece in enumerate(self.vocabulary)}
        if len(self._numbers) != len(self.vocabulary):
            raise ValueError("a piece stands twice in the vocabulary")
        try:
            self.pad, self.unknown, self.begin, self.end = (self._numbers[piece] for piece in (PAD, UNKNOWN, BEGIN, END))
        except KeyError as error:
            raise ValueError(f"the vocabulary has no {error.args[0]}") from None

    def __reduce__(self) -> tuple[type[WordPieces], tuple[tuple[str, ...]]]:
        return WordPieces, (self.vocabulary,)

    @classmethod
    def read(cls, path: Path) -> WordPieces:
        """From a file with a piece a line."""
        return cls(path.read_bytes().decode().removesuffix("\n").split("\n"))

    def table(self, types: Iterable[str]) -> tuple[Ints, Ints]:  # type: ignore[override]  # pieces are no single values
        """The pieces of some word types, one after the other, and where those of each begin, (types + 1,)."""
        found = list(map(self.__getitem__, types))
        first = np.zeros(len(found) + 1, np.int32)
        np.cumsum(np.fromiter(map(len, found), np.int32, len(found)), out=first[1:])
        return np.array([number for pieces in found for number in pieces], np.int32), first

    def _read(self, token: str) -> tuple[int, ...]:
        number = self._numbers.get(token) if token.islower() and token.isascii() and token.isalpha() else None
        if number is not None:
            return (number,)
        out: list[int] = []
        for word in words(token[:READ]):
            out += self._cut(word)
            if len(out) >= MOST:
                break
        return tuple(out[:MOST]) or (self.unknown,)

    def _cut(self, word: str) -> list[int]:
        if len(word) > LONGEST:
            return [self.unknown]
        numbers, out, begin = self._numbers, [], 0
        while begin < len(word):
            before = _GOING_ON if begin else ""
            for end in range(len(word), begin, -1):
                number = numbers.get(before + word[begin:end])
                if number is not None:
                    break
            else:
                return [self.unknown]
            out.append(number)
            begin = end
        return out


def words(token: str) -> list[str]:
    """What a token divides into before it is cut: words without accents and capitals, single marks and ideographs."""
    if not (token.isascii() and token.isalnum()):
        token = "".join(map(_marked.__getitem__, token))
        if not token.isascii():
            token = "".join(c.lower() for c in unicodedata.normalize("NFD", token) if unicodedata.category(c) != "Mn")
            return _divided(token)
    return _divided(token.lower())


def _divided(text: str) -> list[str]:
    if text.isalnum():
        return [text]
    return "".join(f" {c} " if _is_mark[c] else c for c in text).split()


@Remembered
def _marked(character: str) -> str:
    """A character as it goes on: nothing, a blank, itself, or, if it is an ideograph, itself between blanks."""
    code = ord(character)
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if code == 0xFFFD or unicodedata.category(character) in _INVISIBLE:
        return ""
    return f" {character} " if any(a <= code <= b for a, b in _IDEOGRAPHS) else character


@Remembered
def _is_mark(character: str) -> bool:
    code = ord(character)
    return 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126 or unicodedata.category(character)[0] == "P"
