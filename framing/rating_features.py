"""What the rater reads of an article: counts, rates and shares of what was found in it, each with the places to look at.

Conventions
-----------
A *mark* is a set of items of one base: tokens of the body, attributions, entities (those that attributions have), hedges, sentences or
quotations. A feature is ``(mark, form)``; the form makes a number of it. An empty denominator gives 0.

=====  ====================================================================================================================
log    ``log(1 + items)``
share  items / all items of the base
rate   ``sqrt(100 * items / body tokens)``: the root, because rates of rare things are skewed
whole  no mark, but a measure of the article: :func:`measures`
=====  ====================================================================================================================

*Author* marks leave out what stands in speech quotations and in contents of attributions. Words are those of
``lexicons/rating_words.tsv``. An entity has its best level, and the kind of its first attribution. :func:`spans` gives the items of a
feature's mark, so that a reader can count again. Time is linear in tokens, attributions, hedges and quotations. Which corpus or outlet an
article is from is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.cues import reporting_forms
from framing.lexicons import read_table
from framing.quotes import quoted_tokens
from framing.records import COMPONENTS, HEDGE_TYPES, LEVELS, Attribution, Hedge, Quote, Sentence, Span, Transparency
from framing.tokens import Remembered, Tokens

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_T = TypeVar("_T")

_KINDS = ("person", "group", "organisation", "document", "outlet", "author")
_SPEAKERS = _KINDS[:-1]
_SHAPES: Mapping[str, Callable[[str], bool]] = {
    "numbers": lambda token: token[:1].isdigit(),
    "capitals": lambda token: token[:1].isupper(),
    "links": lambda token: token.startswith(("http", "www.", "@")),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in an article; ``transparency`` is its index."""

    tokens: Tokens
    quotes: Sequence[Quote]
    attributions: Sequence[Attribution]
    hedges: Sequence[Hedge]
    sentences: Sequence[Sentence]
    transparency: Transparency


@dataclass(frozen=True, slots=True)
class Mark:
    """Items of a base: how many of them, of how many, and how their spans are found where somebody wants them."""

    count: int
    of: int
    find: Callable[..., Iterable[Span]]
    given: tuple[Any, ...]

    def spans(self) -> Iterable[Span]:
        """The spans of the items."""
        return self.find(*self.given)


@cache
def features() -> tuple[tuple[str, str], ...]:
    """The features in the order of :func:`measure`: mark (or measure) and form."""
    words = [(row["class"], "share" if row["where"] == "cue" else "rate") for row in read_table("rating_words")]
    return (
        *((name, "whole") for name in (*COMPONENTS, "index", "length", "mean weight", "first attribution", "last attribution")),
        ("longest stretch without attribution", "whole"),
        ("attributions", "log"),
        ("attributions", "rate"),
        *((f"level {level}", form) for level in LEVELS for form in ("log", "share")),
        *((f"kind {kind}", form) for kind in _KINDS for form in ("log", "share")),
        *((name, form) for name in ("withheld", "relayed", "direct", "direct or mixed") for form in ("log", "share")),
        ("withheld with a reason", "log"),
        ("position", "share"),
        ("named with a role", "share"),
        ("beliefs and intentions", "share"),
        ("entities", "log"),
        ("entities named or office", "log"),
        ("entities bare", "log"),
        ("entities attributed twice", "share"),
        *((f"entities {kind}", "log") for kind in _SPEAKERS),
        ("persons named", "log"),
        ("persons named with a role", "log"),
        *((_hedges(kind), "rate") for kind in HEDGE_TYPES),
        ("quoted words", "rate"),
        ("scare quotes", "rate"),
        ("unattributed sentences", "share"),
        ("author's sentences", "share"),
        *((name, "rate") for name in _SHAPES),
        *words,
    )


_latest: tuple[Reading | None, Floats] = (None, np.zeros(0))  # rater and classifiers read one article after the other


def measure(reading: Reading) -> Floats:
    """The features of an article: array (p,), in the order of :func:`features`; all are finite."""
    global _latest
    last, known = _latest
    if last is not reading:
        known = _measure(reading)
        known.flags.writeable = False
        _latest = (reading, known)
    return known


def _measure(reading: Reading) -> Floats:
    found, whole = marks(reading), measures(reading)
    n = max(int(reading.tokens.body.sum()), 1)
    forms: Mapping[str, Callable[[str], float]] = {
        "log": lambda name: float(np.log1p(found[name].count)),
        "share": lambda name: found[name].count / max(found[name].of, 1),
        "rate": lambda name: float(np.sqrt(100 * found[name].count / n)),
        "whole": lambda name: whole[name],
    }
    return np.array([forms[form](name) for name, form in features()], np.float64)


def spans(reading: Reading) -> tuple[tuple[Span, ...], ...]:
    """For each feature the items of its mark, in text order; none for measures of the whole."""
    found = marks(reading)
    seen = {name: tuple(sorted(set(found[name].spans()))) for name in dict.fromkeys(name for name, form in features() if form != "whole")}
    return tuple(() if form == "whole" else seen[name] for name, form in features())


def measures(reading: Reading) -> dict[str, float]:
    """Measures of the whole article.

    Components and index of the formula (0..1; 0 where there is none), ``length`` = log(1 + body tokens), mean weight of the attributions,
    where the first and the last cue stand (0 = beginning, 1 = end of the text; without any the first is 1, the last 0), and the longest row
    of unattributed sentences as a share of all.
    """
    found, scores, n = reading.attributions, reading.transparency, max(len(reading.tokens.text), 1)
    attributed = np.array([s.attributed for s in reading.sentences], bool)
    ends = np.flatnonzero(np.concatenate(([True], attributed, [True])))
    places = [a.cue.start / n for a in found]
    return {
        **{name: scores.components[name] or 0.0 for name in COMPONENTS},
        "index": (scores.index or 0.0) / 100,
        "length": float(np.log1p(reading.tokens.body.sum())),
        "mean weight": sum(a.weight for a in found) / max(len(found), 1),
        "first attribution": min(places, default=1.0),
        "last attribution": max(places, default=0.0),
        "longest stretch without attribution": float(np.diff(ends).max() - 1) / max(len(attributed), 1),
    }


def marks(reading: Reading) -> dict[str, Mark]:
    """Every mark by its name."""
    return {**_of_attributions(reading.attributions), **_of_entities(reading.attributions), **_of_others(reading), **_of_tokens(reading)}


def _mark(items: Sequence[_T], test: Callable[[_T], bool], span: Callable[[_T], Span]) -> Mark:
    """The items that pass a test."""
    return Mark(sum(map(test, items)), len(items), _passing, (items, test, span))


def _passing(items: Sequence[_T], test: Callable[[_T], bool], span: Callable[[_T], Span]) -> Iterable[Span]:
    return map(span, filter(test, items))


def _marks(names: Mapping[str, str], items: Sequence[_T], name_of: Callable[[_T], str], span: Callable[[_T], Span]) -> dict[str, Mark]:
    """For each name of a mark the items that have the value."""
    counts = Counter(map(name_of, items))
    return {name: Mark(counts[value], len(items), _having, (items, value, name_of, span)) for name, value in names.items()}


def _having(items: Sequence[_T], value: str, name_of: Callable[[_T], str], span: Callable[[_T], Span]) -> Iterable[Span]:
    return (span(item) for item in items if name_of(item) == value)


def _of_attributions(found: Sequence[Attribution]) -> dict[str, Mark]:
    last = {a.id: "".join(a.cue.text.split()[-1:]).lower() for a in found}  # the word that reports
    tests: dict[str, Callable[[Attribution], bool]] = {
        "attributions": lambda a: True,
        "withheld": lambda a: a.withheld,
        "withheld with a reason": lambda a: a.withheld and a.reason in ("boilerplate", "specific"),
        "relayed": lambda a: bool(a.relays),
        "direct": lambda a: a.speech == "direct",
        "direct or mixed": lambda a: a.speech != "indirect",
        "position": lambda a: a.position,
        "named with a role": lambda a: a.level == "named" and a.role is not None,
        "beliefs and intentions": lambda a: last[a.id] in _plans(),
        "neutral cues": lambda a: last[a.id] in _words("cue")["neutral cues"],
    }
    out = {name: _mark(found, test, _place) for name, test in tests.items()}
    out |= _marks({f"level {level}": level for level in LEVELS}, found, attrgetter("level"), _place)
    return out | _marks({f"kind {kind}": kind for kind in _KINDS}, found, attrgetter("kind"), _place)


def _place(a: Attribution) -> Span:
    return a.source or a.cue


@dataclass(frozen=True, slots=True)
class _Voice:
    """An entity by its attributions: the place of the first, its kind, the best level, whether a role is stated, and how many they are."""

    place: Span
    kind: str
    level: int
    role: bool
    times: int


def _of_entities(found: Sequence[Attribution]) -> dict[str, Mark]:
    speaking: dict[int, list[Attribution]] = {}
    for a in found:
        if a.entity is not None:
            speaking.setdefault(a.entity, []).append(a)
    voices = [
        _Voice(_place(own[0]), own[0].kind, min(LEVELS.index(a.level) for a in own), any(a.role for a in own), len(own))
        for own in speaking.values()
    ]
    office, bare = LEVELS.index("office"), LEVELS.index("bare")
    tests: dict[str, Callable[[_Voice], bool]] = {
        "entities": lambda v: True,
        "entities named or office": lambda v: v.level <= office,
        "entities bare": lambda v: v.level >= bare,
        "entities attributed twice": lambda v: v.times > 1,
        "persons named": lambda v: v.kind == "person" and v.level == 0,
        "persons named with a role": lambda v: v.kind == "person" and v.level == 0 and v.role,
    }
    place: Callable[[_Voice], Span] = attrgetter("place")
    out = {name: _mark(voices, test, place) for name, test in tests.items()}
    return out | _marks({f"entities {kind}": kind for kind in _SPEAKERS}, voices, attrgetter("kind"), place)


def _of_others(reading: Reading) -> dict[str, Mark]:
    """Of hedges, quotations and sentences."""
    own = [h for h in reading.hedges if h.owner is None and not h.in_quote]
    out = _marks({_hedges(kind): kind for kind in HEDGE_TYPES}, own, attrgetter("type"), attrgetter("cue"))
    out["scare quotes"] = _mark(reading.quotes, lambda q: q.kind == "scare", attrgetter("span"))
    out["unattributed sentences"] = _mark(reading.sentences, lambda s: not s.attributed, attrgetter("span"))
    out["author's sentences"] = _mark(reading.sentences, lambda s: s.voice == "author", attrgetter("span"))
    return out


def _of_tokens(reading: Reading) -> dict[str, Mark]:
    tokens = reading.tokens
    quoted = quoted_tokens(tokens, reading.quotes)
    body = tokens.body
    author = body & ~quoted & ~attributed(tokens, reading.attributions)
    # Counted by type: a look at every token for every class would cost more than all the rest.
    classes = tokens.rows(_kinds_of.table(np.int64))[tokens.numbers] if tokens.types else np.zeros(0, np.int64)
    has = ((classes[:, None] >> np.arange(len(_classes()))) & 1).astype(np.float64)  # products of these are faster; exact below 2^53
    counts = {
        where: (np.bincount(tokens.type[chosen], minlength=len(classes)).astype(np.float64) @ has).tolist()
        for where, chosen in (("body", body), ("author", author))
    }
    n = int(body.sum())
    out = {"quoted words": Mark(int((quoted & body).sum()), n, _spans, (tokens, quoted & body))}
    for k, (name, where) in enumerate(_classes().items()):
        out[name] = Mark(int(counts[where][k]), n, _of_class, (tokens, has, k, body if where == "body" else author))
    return out


def _of_class(tokens: Tokens, has: Floats, k: int, where: Bools) -> Iterable[Span]:
    """The tokens of a class, by types that have it."""
    return _spans(tokens, where & (has[tokens.type, k] > 0))


def attributed(tokens: Tokens, found: Sequence[Attribution]) -> Bools:
    """Which tokens lie in the content of an attribution."""
    change = np.zeros(len(tokens) + 1, np.int64)
    for a in found:
        for span in a.content:
            first, last = tokens.range(span)
            if first < last:
                change[first] += 1
                change[last] -= 1
    return np.asarray(np.cumsum(change)[:-1] > 0)


def _spans(tokens: Tokens, chosen: Bools) -> Iterable[Span]:
    return (tokens.span(i, i + 1) for i in np.flatnonzero(chosen).tolist())


def _hedges(kind: str) -> str:
    return "author's boosters" if kind == "booster" else f"author's {kind} hedges"


@cache
def _words(where: str) -> dict[str, frozenset[str]]:
    """The classes of words that are counted in one place."""
    return {row["class"]: frozenset(row["words"].split()) for row in read_table("rating_words") if row["where"] == where}


@cache
def _plans() -> frozenset[str]:
    return frozenset(form for form, (_, _, kind) in reporting_forms().items() if kind in ("belief", "intention"))


@cache
def _classes() -> dict[str, str]:
    """Every class of tokens, by form and by word, and where it is counted."""
    return {**dict.fromkeys(_SHAPES, "body"), **{name: where for where in ("body", "author") for name in _words(where)}}


@cache
def _kinds_of_words() -> dict[str, int]:
    """The classes that a word is of, as bits in their order."""
    bit = {name: 1 << k for k, name in enumerate(_classes())}
    kinds: dict[str, int] = {}
    for name, words in ((name, words) for where in ("body", "author") for name, words in _words(where).items()):
        for word in words:
            kinds[word] = kinds.get(word, 0) | bit[name]
    return kinds


@Remembered
def _kinds_of(token: str) -> int:
    """The classes that a token is of, as bits in their order."""
    return sum(test(token) << k for k, test in enumerate(_SHAPES.values())) | _kinds_of_words().get(token.lower(), 0)
