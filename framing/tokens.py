"""Words, numbers and marks of a text as numpy arrays, with their sentences and paragraphs.

Conventions
-----------
The way of splitting is that of the Penn Treebank (Marcus, Santorini & Marcinkiewicz 1993), kept apart from it where news on the web
differs:

* Every non-space character of a paragraph belongs to exactly one token; a token holds no blank (but for the spaced ellipsis ``. . .``),
  is a slice of the text and never crosses the end of a paragraph.
* Clitics are split off, with either apostrophe: ``did|n't``, ``Trump|’s``, ``I|’ll``, ``ca|n't``; the possessive ``officials|’`` too.
  ``cannot``, ``gonna``, ``O'Brien``, ``’em`` and ``’90s`` are one token.
* Abbreviations and initials keep their full stop (``Mr.``, ``U.S.``, ``a.m.``, ``J.``), also at the end of a sentence. ``I.`` is two
  tokens, ``No.`` one only before a number.
* Web addresses, bare domains (``example.com``), e-mail addresses, ``@handles`` and ``#tags`` are one token, and so are numbers
  (``1,000.50``, ``9/11``, ``10:30``). Currency signs and ``%`` are apart.
* Words with hyphens are one token (``Kremlin-owned``, ``U.S.-led``); the dashes ``–``, ``—``, ``--`` always are tokens of their own. A
  slash between words is one, too.
* Ellipses (``…``, ``...``, ``. . .``), and runs of one of ``- _ = * ~``, are one token, as are ```` `` ```` and ``''``; every other mark
  is one token.
* A full stop before spaced dots is part of the ellipsis. Emoticons at the start of a stretch (``:-)``, ``^_^``) are one token.
* Combining marks, and invisible format characters inside a word, stay with the character before them.

What a token is depends on the stretch between two blanks only (two repairs aside, which look at the next token). So each distinct stretch
is split once, and kept in a bounded memory that all articles of a process share; the result does not depend on what is in it. Sentence
ends: :mod:`framing.sentences`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.records import Article, Span
from framing.sentences import ABBREVIATIONS, DIGIT, DOMAINS, NUMBER_WORDS, SPACE, STOP, code_points, edges, find_ends
from framing.word_types import Shelf, Table, newest

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

_REMEMBERED, _LONGEST = 1 << 16, 64  # stretches, characters: what the memory holds at most
_MARK, _JOIN = "\u0300", "x"  # stand-ins of a combining mark and of an invisible character inside a word
_COUNTRY = "|".join(sorted(d for d in DOMAINS if len(d) == 2))  # small letters only: "It ended.It" holds no domain
_GENERIC = "|".join(sorted(d for d in DOMAINS if len(d) > 2))
_DOTTED = "|".join(re.escape(a) for a in sorted(ABBREVIATIONS) if "." in a[:-1])
# All repetitions are bounded or cannot overlap what follows them, so that a stretch of any length takes linear time.
_TOKEN = re.compile(
    rf"""
      (?:https?://|ftp://|www\.)[^\s<>"“”«»—–]*[^\s<>"“”«»—–.,;:!?'’)\]}}…]            # web address
    | [\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}                            # e-mail address
    | (?:[^\W_][\w-]{{0,62}}\.){{1,8}}(?:{_COUNTRY}|(?i:{_GENERIC}))(?![\w@]|\.\w|-\w)  # bare domain, with its path
        (?:/(?:[^\s<>"“”«»—–]*[^\s<>"“”«»—–.,;:!?'’)\]}}…])?)?
    | [@#](?=\w*[^\W\d_])\w+                                                           # handle, tag
    | (?:{_DOTTED}|(?:[^\W\d_]\.){{2,12}})(?:s|(?:-[^\W_]+){{0,8}})(?!\w)             # U.S. a.m. U.S.-led
    | [^\W\d_]\.[^\W\d_](?![\w.])                                                      # U.S without its last full stop
    | ['’](?:(?:[sdm]|ll|re|ve|em|tis|twas|til|n)(?!\w)|\d0s(?!\w))|’\d\d(?!\w)        # clitics alone, elisions
    | (?<![\w.])\.\d+\w*                                                               # .45
    | (?<!.)(?:[:;=]['^o-]?(?:[()DPp](?!\w)|[()]+)|\^_*\^)                            # emoticons
    | [^\W_]+{_MARK}*(?:(?:(?<=\d)[.,:/](?=\d)|[-_](?!(?:[^\W\d_]\.){{2}})|(?<=[A-Z])&(?=[A-Z])|['’](?=[^\W\d_]))?[^\W_]+{_MARK}*)*
        (?:-(?:[^\W\d_]\.){{2,12}})?                                                  # word, number, anti-U.S.
    | \.{{2,}}|…+|--+|``|''|(?P<run>[_=*~])(?P=run)+                                   # ellipsis, dash, row
    | \s+|.{_MARK}*                                                                    # odd blanks, any other mark
    """,
    re.VERBOSE | re.DOTALL,
)
_CLITIC = re.compile(r"(?<=.)(?:n['’]t|['’](?:s|d|m|ll|re|ve))\Z", re.I)
# The commonest shapes of a stretch, which need no look at anything else: a word with its marks.
_PLAIN = re.compile(r"([“\"(\[]?)([^\W\d_]+(?:-[^\W\d_]+)*)([’'][sS])?([,.;:?!]?)([”\")\]]?)").fullmatch


_T = TypeVar("_T")


class Remembered(dict[str, _T]):
    """A pure function of a string that keeps its results, but for very long strings.

    When full it forgets everything: simple, and safe with threads.
    """

    def __init__(self, function: Callable[[str], _T]) -> None:
        super().__init__()
        self._function = function
        self._tables: dict[Any, Table] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_tables": {}}  # tables hold functions that cannot be pickled, and are made again

    def __missing__(self, text: str) -> _T:
        value = self._function(text)
        if len(text) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[text] = value
        return value

    def __call__(self, text: str) -> _T:
        return self[text]

    def table(self, dtype: Any) -> Table:
        """The results for word types as an array."""
        found = self._tables.get(dtype)
        if found is None:
            found = self._tables[dtype] = Table(lambda types: np.array(list(map(self.__getitem__, types)), dtype))
        return found


@Remembered
def _tokens_of(stretch: str) -> tuple[str, ...]:
    """The tokens, and odd blanks, of a stretch."""
    return (stretch,) if stretch.isalpha() else _split(stretch)


@Remembered
def is_word(token: str) -> bool:
    """Whether a token holds a letter or a digit."""
    return any(map(str.isalnum, token))


@dataclass(frozen=True, eq=False)
class Tokens:
    """All tokens of a text; arrays of length n unless said otherwise."""

    text: str
    start: Ints
    end: Ints
    type: Ints  # index into types
    types: tuple[str, ...]  # the distinct token strings, in the order of their first token
    sentence: Ints  # index of the sentence
    paragraph: Ints  # index of the paragraph (article.paragraphs)
    body: Bools  # False inside boilerplate
    sentences: Ints  # (m, 2) character spans
    sentence_first: Ints  # (m + 1,) first token of each sentence, then n
    paragraphs: Ints  # (p, 2) character spans
    paragraph_first: Ints  # (p + 1,) first token of each paragraph, then n

    def __len__(self) -> int:
        return len(self.start)

    def words(self) -> list[str]:
        """The n token strings."""
        types = self.types
        return [types[i] for i in self.type.tolist()]

    def span(self, first: int, last: int) -> Span:
        """The span from the start of token ``first`` to the end of token ``last - 1``."""
        start, end = self.starts[first], self.ends[last - 1]
        return Span(start, end, self.text[start:end])

    @cached_property
    def shelf(self) -> Shelf:
        """Where the word types have their numbers."""
        return newest()

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The number of each word type on the shelf."""
        return self.shelf.numbers(self.types)

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """The number of each token's word type: array of length n."""
        return self.numbers.take(self.type) if self.types else np.zeros(0, np.int64)

    def rows(self, table: Table) -> NDArray[Any]:
        """A table of what depends on the word type, to be indexed with :attr:`number`; there must be tokens."""
        return table.rows(self.shelf, self.numbers, self.types)

    def lookup(self, function: Callable[[str], Any], dtype: Any = np.int32) -> NDArray[Any]:
        """``function`` of every token, called once a type and gathered: array of length n.

        What a ``Remembered`` function gives is kept as an array for all texts of the process.
        """
        if isinstance(function, Remembered) and self.types:
            return self.rows(function.table(dtype)).take(self.number, axis=0)
        values = np.array(list(map(function, self.types)), dtype=dtype)
        return values[self.type] if len(self.types) else values

    def count_words(self) -> int:
        """How many tokens of the body are words."""
        return int((self.lookup(is_word, np.bool_) & self.body).sum())

    @cached_property
    def starts(self) -> list[int]:
        """``start`` as a list, in which bisection for one offset is several times as fast as in the array; so :attr:`ends`."""
        starts: list[int] = self.start.tolist()
        return starts

    @cached_property
    def ends(self) -> list[int]:
        """``end`` as a list."""
        ends: list[int] = self.end.tolist()
        return ends

    def at(self, offset: int) -> int:
        """Index of the first token that ends after ``offset`` (n if none does)."""
        return bisect_right(self.ends, offset)

    def range(self, span: Span) -> tuple[int, int]:
        """First token and one past the last token that share a character with ``span``."""
        return bisect_right(self.ends, span.start), bisect_left(self.starts, span.end)


def tokenize(article: Article) -> Tokens:
    """Split the paragraphs of ``article`` into sentences and tokens.

    Parameters
    ----------
    article : Article
        Boilerplate is split as well; ``body`` is False there.

    Returns
    -------
    Tokens
        Offsets are code points of ``article.text``. Time is linear in its length; no string raises.
    """
    text = article.text
    spans = [(p.start, p.end) for p in article.paragraphs]
    parts = [text[a:b] for a, b in spans]
    joined = " ".join(parts)
    # Other common blanks become spaces, one for one, so that stretches do not hold them and their number stays small.
    for blank in "\n\r\t\xa0":
        joined = joined.replace(blank, " ")
    stretches = list(map(_tokens_of.__getitem__, joined.split(" ")))
    words = list(chain.from_iterable(stretches))
    types, kind = _types(words)
    lengths = np.fromiter(map(len, types), np.int64, len(types))[kind]
    codes = code_points(joined)
    solid = np.flatnonzero(codes != ord(" "))  # tokens follow one another without a gap there
    upto = np.cumsum(lengths)
    start, end = solid[upto - lengths], solid[upto - 1] + 1
    heads, tails = edges(codes, start, end)
    bounds = np.array(spans, np.int32).reshape(-1, 2)
    sizes = bounds[:, 1] - bounds[:, 0] + 1
    joints = np.cumsum(sizes) - sizes
    first = _append(np.searchsorted(start, joints), len(words))
    shift = np.repeat(bounds[:, 0] - joints, first[1:] - first[:-1])
    start, end = (start + shift).astype(np.int32), (end + shift).astype(np.int32)
    keep = _repairs(text, start, end, heads, words, first[1:-1])
    if keep is not None:
        begins, ends = keep
        changed = np.flatnonzero(begins & ~ends)  # where a token of several parts begins
        places = (np.cumsum(begins) - 1)[changed].tolist()
        start, end = start[begins], end[ends]
        words = list(compress(words, begins.tolist()))
        for i in places:
            words[i] = text[start[i] : end[i]]
        types, kind = _types(words)
        heads, tails = heads[begins], tails[ends]
        first = _append(np.searchsorted(start, bounds[:, 0]), len(words))
    last = find_ends(words, start, end, heads, tails, first[1:] - 1)
    firsts = np.empty(len(last) + 1, np.int32)
    firsts[0] = 0
    np.add(last, 1, out=firsts[1:])
    body = np.ones(len(words), np.bool_)
    for mark in article.boilerplate:
        body[start.searchsorted(np.int32(mark.span.start)) : end.searchsorted(np.int32(mark.span.end), "right")] = False
    sentences = np.empty((len(last), 2), np.int32)
    sentences[:, 0], sentences[:, 1] = start[firsts[:-1]], end[last]
    return Tokens(
        text=text,
        start=start,
        end=end,
        type=kind,
        types=types,
        sentence=np.repeat(np.arange(len(last), dtype=np.int32), firsts[1:] - firsts[:-1]),
        paragraph=np.repeat(np.arange(len(spans), dtype=np.int32), first[1:] - first[:-1]),
        body=body,
        sentences=sentences,
        sentence_first=firsts,
        paragraphs=bounds,
        paragraph_first=first,
    )


def _append(values: NDArray[Any], value: int) -> Ints:
    """``values`` with ``value`` behind them; faster than ``np.append`` on small arrays."""
    out = np.empty(len(values) + 1, np.int32)
    out[:-1], out[-1] = values, value
    return out


def _types(words: list[str]) -> tuple[tuple[str, ...], Ints]:
    """The distinct words in order, and the number of each word among them."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    kind = np.fromiter(map(numbers.__getitem__, words), np.int32, len(words))
    return tuple(numbers), kind


def _repairs(
    text: str, start: Ints, end: Ints, heads: NDArray[np.uint16], words: list[str], firsts: Ints
) -> tuple[Bools, Bools] | None:
    """Which tokens begin and which end a final token, where odd blanks go, and ``No.`` before numbers and spaced ellipses are joined."""
    blank, numbered = [], []
    for i in np.flatnonzero(heads & (SPACE | DIGIT)).tolist():
        if heads[i] & SPACE:
            blank.append(i)
        elif i > 1 and words[i - 1] == "." and words[i - 2] in NUMBER_WORDS and end[i - 2] == start[i - 1] and end[i - 1] + 2 > start[i]:
            numbered.append(i - 2)
    spaced = ". ." in text
    if not (blank or numbered or spaced):
        return None
    glue = np.zeros(len(words), np.bool_)  # token i + 1 belongs to token i
    glue[numbered] = True
    if spaced:
        stops = (heads & STOP != 0) & (end - start == 1)
        for i in np.flatnonzero(stops[:-1] & stops[1:] & (start[1:] == end[:-1] + 1)).tolist():
            glue[i] |= text[end[i]] == " "
    glue[firsts[firsts > 0] - 1] = False
    begins, ends = np.ones(len(words), np.bool_), ~glue
    begins[1:] = ~glue[:-1]
    begins[blank] = ends[blank] = False
    return begins, ends


def _split(stretch: str) -> tuple[str, ...]:
    """The tokens of a stretch; joined they are the stretch."""
    if len(stretch) < _LONGEST and (m := _PLAIN(stretch)):
        opening, word, clitic, stop, close = m.groups()
        if stop == "." and not clitic and _keeps_stop(word, 0, len(word)):
            word, stop = f"{word}.", ""
        return tuple(filter(None, (opening, word, clitic, stop, close)))
    return _split_any(stretch)


def _split_any(stretch: str) -> tuple[str, ...]:
    """What ``_split`` does, without its short cuts."""
    proxy = stretch if stretch.isascii() else _plain(stretch)
    spans: list[tuple[int, int]] = []
    for m in _TOKEN.finditer(proxy):
        a, b = m.span()
        if proxy[a:b] == "." and spans and spans[-1][1] == a and not proxy.startswith(".", b) and _keeps_stop(proxy, *spans[-1]):
            spans[-1] = (spans[-1][0], b)
            continue
        clitics: list[tuple[int, int]] = []
        if b - a > 2 and proxy[a] not in "@#" and not proxy.startswith(("http", "www"), a):
            while c := _CLITIC.search(proxy[a:b] if b - a < _LONGEST else ""):
                clitics.append((a + c.start(), b))
                b = a + c.start()
        spans.append((a, b))
        spans += reversed(clitics)
    return tuple(stretch[a:b] for a, b in spans)


def _keeps_stop(stretch: str, a: int, b: int) -> bool:
    """Whether the word ``stretch[a:b]`` is an abbreviation or an initial, to which the full stop after it belongs."""
    word = stretch[stretch.rfind("-", a, b) + 1 or a : b]  # D-Mass.
    return f"{word}." in ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I") or f"{stretch[a:b]}." in ABBREVIATIONS


def _plain(stretch: str) -> str:
    """``stretch`` with stand-ins, one for one, for combining marks and for invisible characters inside words."""
    kinds = list(map(unicodedata.category, stretch))
    out = list(stretch)
    for i in range(1, len(out)):
        if kinds[i][0] == "M" and not out[i - 1].isspace():
            out[i] = _MARK
        elif kinds[i] == "Cf" and out[i - 1].isalnum() and stretch[i + 1 : i + 2].isalnum():
            out[i] = _JOIN
    return "".join(out)
