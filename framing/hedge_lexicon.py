"""The cue lexicon, compiled: entries of one or several words, word classes and the named conditions that tell a cue from its look-alikes.

Three tables hold all words and all conditions; this module only knows how to read them.

``lexicons/hedges.tsv``
    One entry a row. An entry is a sequence of elements between blanks; an element is a word, alternatives (``suggest|suggests``), a
    word class (``<be>``) or an optional one of these (``<adv>?``). ``type`` is one of ``records.HEDGE_TYPES`` or ``none`` (a look-alike
    that silences the cues inside it, as "as soon as possible"); ``flip`` is the type under negation where that differs ("clear" boosts,
    "not clear" hedges); ``negated`` is 1 where the entry itself holds the negation; ``needs`` names a condition (several joined by "+").
    ``origin`` is a code of ``hedge_origins.tsv``, ``example`` a sentence of ours in which an entry with a condition is found.
``lexicons/hedge_classes.tsv``
    Word classes.
``lexicons/hedge_needs.tsv``
    Conditions: alternatives between `` / ``, each a list of terms that must all hold. A term is ``place:names`` or ``!place:names``
    (none of them). Places: ``self`` (first word of the cue), ``next`` to ``next4``, ``prev``, ``prev2``, ``after`` and ``before`` (next
    and previous word, one adverb skipped), ``within`` and ``ago`` (any of the four following or preceding), ``opening`` (first word of
    the sentence), ``sentence`` (any word of it), ``earlier`` (any word of it in front of the cue), ``later`` (behind the cue, up to the
    next conjunction of the class ``cuts_after``). Names are words, ``<classes>``, shapes in capitals (``SHAPES``) or ``[conditions]`` of
    other rows, which hold at a word if they would hold for a cue of this one word; each of their ways begins with ``self``. Beyond the
    sentence there is only the shape ``END``.

Confidence of an entry is the share of its hits that annotators marked as uncertainty, by Laplace's rule (k + 1) / (n + 2) (Laplace
1814), so that an entry without evidence has 0.5. The counts stand beside each entry; ``experiments/hedge_lexicon.py`` makes them, and
the columns ``hits`` and ``precision``, which pool the corpora that :func:`counted` names for the type of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framing.lexicons import read_table
from framing.tokens import Bools, Remembered

SHAPES = ("END", "NUMBER", "CAPITAL", "LOWER", "PLURAL", "ROLE", "ED", "ING", "LY", "PUNCT", "COMMA", "YEAR")
BIT = {name: 1 << i for i, name in enumerate(SHAPES)}
PLACES = (
    *("self", "next", "next2", "next3", "next4", "prev", "prev2", "after", "before", "within", "ago"),
    *("opening", "sentence", "earlier", "later"),
)
_COMMAS = ",()[]–—-–—:;\"“”"
_PERSON_ENDINGS = ("ers", "ors", "ees", "ants", "ists", "men", "women")  # role nouns in the plural: customers, investors, applicants
_NO_NEGATION = ("approximator", "weasel", "peacock", "condition", "none")
_NOT_PLURAL = ("ss", "us", "is", "'s")


def normal(word: str) -> str:
    """The form under which a token is looked up: lower case, straight apostrophe."""
    return word.lower().replace("’", "'")


@Remembered
def shape(word: str) -> int:
    """The shapes of a token as a bit set (``BIT``)."""
    first = word[0]
    if first.isdigit() or first in "$£€¥" or (first in ".-+" and word[1:2].isdigit()):
        return BIT["NUMBER"] | (BIT["YEAR"] if len(word) == 4 and word[:2] in ("20", "21") and word.isdecimal() else 0)
    if not first.isalpha():
        return (BIT["PUNCT"] if not first.isalnum() else 0) | (BIT["COMMA"] if word[0] in _COMMAS else 0)
    bits = BIT["CAPITAL"] if first.isupper() else BIT["LOWER"]
    low = word.lower()
    if len(low) > 3:
        if low.endswith("s") and not low.endswith(_NOT_PLURAL):
            bits |= BIT["PLURAL"]
        if low.endswith(_PERSON_ENDINGS):
            bits |= BIT["ROLE"] | BIT["PLURAL"]
        for ending, name in (("ed", "ED"), ("ing", "ING"), ("ly", "LY")):
            if low.endswith(ending):
                bits |= BIT[name]
    return bits


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One test of a condition: at ``place``, is the word among ``words`` (1 at its vocabulary index), has it one of ``shapes``, or does one
    of the other ``conditions`` hold there?"""

    place: str
    negative: bool
    words: bytes
    shapes: int
    conditions: tuple[str, ...] = ()


Condition: TypeAlias = tuple[tuple[Term, ...], ...]  # ways, each with its terms


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A row of the lexicon; ``flip`` is ``type`` where negation does not change it."""

    text: str
    type: str
    flip: str
    subtype: str
    strength: float
    needs: str
    negated: bool
    confidence: float


@dataclass(slots=True, eq=False)
class Node:
    """A node of the tree of entries of several words."""

    words: dict[int, Node] = field(default_factory=dict)
    classes: dict[str, Node] = field(default_factory=dict)
    entries: list[int] = field(default_factory=list)
    met: dict[int, tuple[Node, ...]] = field(default_factory=dict)  # what ``after`` found

    def after(self, word: int, classes: Mapping[str, Bools]) -> tuple[Node, ...]:
        """The nodes that a word leads to, by itself and by its classes; kept, since few words follow one another in entries."""
        nodes = self.met.get(word)
        if nodes is None:
            own = [self.words[word]] if word in self.words else []
            nodes = self.met[word] = (*own, *(node for name, node in self.classes.items() if word and classes[name][word]))
        return nodes


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The compiled tables. Arrays are indexed by vocabulary; index 0 is any word that no table names.

    ``single[v]`` are the entries of the one word v; ``tree`` holds the longer ones; ``first`` (v,) marks the words that may begin one and
    ``pairs`` (sorted, code = v1 * size + v2) the pairs of words that may.
    """

    vocabulary: dict[str, int]
    entries: tuple[Entry, ...]
    classes: dict[str, Bools]
    conditions: dict[str, Condition]
    single: dict[int, tuple[int, ...]]
    is_single: Bools
    tree: Node
    first: Bools
    pairs: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Number of vocabulary indices."""
        return len(self.is_single)

    @cached_property
    def index(self) -> Remembered[int]:
        """Vocabulary index of a token, 0 if no table names it."""
        vocabulary = self.vocabulary
        return Remembered(lambda word: vocabulary.get(normal(word), 0))

    @cached_property
    def members(self) -> Remembered[Bools]:
        """Names of word classes, between blanks -> the words of any of them, by vocabulary index."""
        return Remembered(lambda names: np.logical_or.reduce([self.classes[name] for name in names.split(" ")]))

    @cached_property
    def cuts(self) -> Term:
        """What ends the stretch of ``later``."""
        return Term("self", False, self.classes["cuts_after"].tobytes(), 0)

    @cached_property
    def weak(self) -> Bools:
        """The words behind which a negator negates nothing ("not only"), by vocabulary index."""
        words = np.zeros(self.size, np.bool_)
        words[[self.index(word) for word in ("only", "just", "least")]] = True
        return words

    @cached_property
    def needs(self) -> tuple[tuple[Condition, ...], ...]:
        """The conditions of each entry, all of which must hold."""
        return tuple(tuple(map(self.conditions.__getitem__, e.needs.split("+"))) if e.needs else () for e in self.entries)

    @cached_property
    def traits(self) -> NDArray[np.bool_]:
        """What negation does to each entry, (4, entries): whether it holds its negation itself, whether it is open to one, whether that
        changes its type, whether it only silences others."""
        rows = [(e.negated, e.type not in _NO_NEGATION and e.subtype != "modal", e.flip != e.type, e.type == "none") for e in self.entries]
        return np.ascontiguousarray(np.array(rows, np.bool_).reshape(-1, 4).T)


def _elements(entry: str) -> list[list[str]]:
    """All sequences an entry stands for: optional elements in and out, alternatives spelt out, classes kept as ``<name>``."""
    choices: list[list[str]] = []
    for part in entry.split(" "):
        optional = part.endswith("?") and len(part) > 1
        options = (part[:-1] if optional else part).split("|")
        choices.append([*options, ""] if optional else options)
    return [[e for e in sequence if e] for sequence in product(*choices)]


def counted(kind: str) -> tuple[tuple[str, ...], bool]:
    """The columns of counts that ``hits`` pools for a type, and whether these annotators mark the type, so that a precision has a meaning.

    Weasels and peacocks are marked in CoNLL-2010 alone, by sentence; approximators and boosters nowhere. Szeged marks the other types, of
    evidentials a part (the doxastic and the inferred ones). Its encyclopedia part and that of CoNLL-2010 are the same sentences and are
    therefore never pooled.
    """
    if kind in ("weasel", "peacock"):
        return ("conll",), True
    return ("wiki", "bio", "news"), kind not in ("approximator", "booster", "none")


def _share(row: dict[str, str], column: str) -> tuple[float, int]:
    """Laplace's rule over a column of counts, and the number of hits."""
    hit, n = (int(x) for x in row[column].split("/"))
    return round((hit + 1) / (n + 2), 4), n


def _confidence(row: dict[str, str]) -> float:
    """The share that fits the entry's type; news counts are shown in the table but not used, so that news stays a test.

    Weasels and peacocks are labelled in CoNLL-2010 alone, by sentence. Evidentials take the higher share of Szeged wiki and
    CoNLL-2010, since each leaves out what the other counts. Approximators and boosters are labelled nowhere.
    """
    if row["type"] in ("approximator", "booster", "none"):
        return 0.5
    if row["type"] in ("weasel", "peacock"):
        return _share(row, "conll")[0]
    share, n = _share(row, "wiki")
    if row["type"] == "evidential":
        return max(share, _share(row, "conll")[0])
    return share if n >= 5 else _share(row, "bio")[0]


class _Builder:
    """Collects the vocabulary while the tables are read."""

    def __init__(self) -> None:
        self.vocabulary: dict[str, int] = {}
        self.class_words = {row["class"]: row["words"].split(" ") for row in read_table("hedge_classes")}
        self._members = {name: [self.add(word) for word in words] for name, words in self.class_words.items()}

    def add(self, word: str) -> int:
        return self.vocabulary.setdefault(word, len(self.vocabulary) + 1)

    def members(self, element: str) -> list[int]:
        if element.startswith("<"):
            return self._members[element[1:-1]]
        return [self.add(element)]


def _term(text: str, builder: _Builder, size: int) -> Term:
    place, _, names = text.lstrip("!").partition(":")
    if place not in PLACES:
        raise ValueError(f"hedge_needs.tsv: unknown place in {text!r}")
    words, shapes, conditions = np.zeros(size, np.bool_), 0, []
    for name in names.split(","):
        if name.startswith("["):
            conditions.append(name[1:-1])
        elif name.isupper():
            shapes |= BIT[name]
        else:
            words[builder.members(name)] = True
    return Term(place, text.startswith("!"), words.tobytes(), shapes, tuple(conditions))


@lru_cache(maxsize=1)
def hedge_lexicon() -> Lexicon:
    """Read and compile the three tables (once a process)."""
    builder = _Builder()
    entries: list[Entry] = []
    single: dict[int, list[int]] = {}
    tree, firsts, pairs = Node(), set[int](), set[tuple[int, int]]()
    for row in read_table("hedges"):
        number = len(entries)
        entries.append(Entry(
            row["entry"], row["type"], row["flip"] or row["type"], row["subtype"], float(row["strength"]), row["needs"],
            row["negated"] == "1", _confidence(row),
        ))
        for sequence in _elements(row["entry"]):
            if len(sequence) == 1:
                for word in builder.members(sequence[0]):
                    single.setdefault(word, []).append(number)
                continue
            begin = builder.members(sequence[0])
            firsts.update(begin)
            pairs.update(product(begin, builder.members(sequence[1])))
            node = tree
            for element in sequence:
                if element.startswith("<"):
                    node = node.classes.setdefault(element[1:-1], Node())
                else:
                    node = node.words.setdefault(builder.add(element), Node())
            node.entries.append(number)
    rows = read_table("hedge_needs")
    for row in rows:  # all words must be known before the tables of the terms get their length
        for term in row["condition"].replace(" / ", " ").split(" "):
            for name in term.partition(":")[2].split(","):
                if not name.isupper() and not name.startswith("["):
                    builder.members(name)
    size = len(builder.vocabulary) + 1
    conditions = {
        row["name"]: tuple(tuple(_term(t, builder, size) for t in way.split(" ")) for way in row["condition"].split(" / ")) for row in rows
    }
    is_single, first = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    is_single[list(single)] = True
    first[list(firsts)] = True
    classes = {}
    for name, words in builder.class_words.items():
        classes[name] = np.zeros(size, np.bool_)
        classes[name][[builder.vocabulary[w] for w in words]] = True
    codes = np.array(sorted(a * size + b for a, b in pairs), np.int64)
    alone = {word: tuple(numbers) for word, numbers in single.items()}
    return Lexicon(builder.vocabulary, tuple(entries), classes, conditions, alone, is_single, tree, first, codes)
