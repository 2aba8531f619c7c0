"""Where an article names a medium through which somebody speaks: "told CNN", "in an interview with the Herald", "on his radio show".

Conventions
-----------
* A medium is an outlet by name, a platform, a programme, a station by its call sign ("WKLM"), whatever an interview is given to or a column
  written for, a journalist with a medium or a host ("told radio host Dan Holt"), or one without a name: a show ("on her podcast"), the air
  ("on live television"), a paper ("told a Kessel newspaper"), several at once ("told local newspapers"), a post ("in a tweet"). "The
  newspaper", "the show", "the interview" point to the one before.
* Each has a way (``how``) in which the words around it bring it in (:data:`_WAYS`); one that is only talked about has none and is not
  listed.
* A name that an outlet gives itself only in its own pages (class ``house`` in ``lexicons/outlets.tsv``) is no relay there.

Spangher et al. (2023) code by which channel a source reached the reader; the ways here are coarser. Only a dozen tokens before a medium and
some sixty characters after it are read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from framing.late import late
from framing.names import NameBook, Run
from framing.nouns import FIRST, INITIAL, column, noun, word_flags
from framing.tokens import Remembered, Tokens

_GIVEN = (  # what is given to a medium
    "interview|appearance|statement|comments?|remarks?|column|op-ed|conversation|article|essay|editorial|letter|debate|town hall|segment"
)
_WORK = (  # what a medium brings
    f"{_GIVEN}|posts?|posting|reports?|story|piece|video|broadcast|programme|program|show|blog|livestream|podcast|forum|panel|profile|message"
)
_SPOKEN = (  # verbs that somebody speaks to a medium with
    r"interview\w*|appear\w*|spoke|speaking|speak|talk\w*|email\w*|confirmed|admitted|acknowledged|guest|seen|published|hosted|asked|quoted"
    "|explained|complained|commented|announced|revealed|disclosed|recounted|repeated|reiterated|lamented|(?:sat|sits|sitting) down|meeting"
)
_GAP = r"(?:\s+[\w’'.,-]+){0,5}?\s+"
_NOUN = r"\s*(?:the|an?|his|her)?\s*[\w’' ]{0,24}[“\"'‘]*\s*$"
_OWNED = r"(?:the|his|her|its|their|an?|\w+day[’']s)"
_WAYS = (
    ("told", late(r"(?i)\b(?:t(?:old|ells?|elling)|informed)\s+(?:the|an?|his|her)?\s*[\w’' -]{0,30}[“\"'‘]*\s*$")),
    ("per", late(r"(?i)\b(?:per|according to|via)\s+(?:the|an?)?\s*[\w’' ]{0,24}[“\"'‘]*\s*$")),
    (
        "by",
        late(
            r"(?i)\b(?:asked|cited|quoted|seen|obtained|published|contacted|reached|approached|pressed|interviewed|hosted|reported)\b"
            r"(?:\s+[\w’'-]+){0,3}?\s+by" + _NOUN
        ),
    ),
    (
        "talk",
        late(
            rf"(?i)\b(?:(?:{_SPOKEN}|{_GIVEN}){_GAP}(?:with|on|to|in|for)"
            rf"|(?:wr[io]t\w+|column|op-ed|essay|report\w*|hosted){_GAP}(?:at|for|from)"
            rf"|(?:said|says|saying)(?:\s+[\w’'-]+){{0,3}}?\s+(?:on|to|in)|(?:taping|broadcast|edition|episode) of){_NOUN}"
        ),
    ),
    ("on", late(rf"(?i)\b(?:on|via|over|took to)\s*{_OWNED}?\s*(?:official|personal|own|verified|campaign)?\s*[“\"'‘]*$")),
    ("in", late(r"(?i)\bin\s+(?:the\s+)?(?:\w+day[’']s\s+)?$")),
)
# Ways that make a medium of a name which by itself is none.
_STRONG = late(
    r"(?i)\b(?:interviews?(?:\s+[\w’'-]+){0,3}?\s+with|(?:appearance|appearing|appeared|guest|broadcast|aired|seen)(?:\s+[\w’'-]+){0,2}?\s+on"
    r"|(?:op-ed|column|essay|writing|wrote)(?:\s+[\w’'-]+){0,3}?\s+(?:for|in)|(?:episode|edition|broadcast) of)"
    r"\s+(?:the\s+|an?\s+)?(?:[a-z][\w’'-]*\s+){0,3}[“\"'‘]*$"
)
_OPEN_STRONG = frozenset(
    {
        *("interview", "interviews", "appearance", "appearing", "appeared", "guest", "broadcast", "aired", "seen"),
        *("op-ed", "column", "essay", "writing", "wrote", "episode", "edition"),
    }
)
_WITH = late(r"(?i)\binterview(?:\s+[\w’'-]+){0,3}?\s+with\s+(?:[a-z][\w’'-]*\s+){0,3}$")
_AIRED = late(
    r"(?i)\b(?:on|told|appearance with|interview with|hosts? of|edition of|episode of|broadcast of)\s+(?:the\s+)?(?:\w+[’']s?\s+){0,3}"
    r"(?:(?:news|radio|talk|morning|evening|sunday|tv|podcast|show|program|programme)\s+){0,2}[“\"'‘]{0,2}(?:the\s+)?$"
)
_IN_A = late(
    r"(?i)\b(?:in|on|during|from|to|via|through|by|at|writing|wrote|penned|gave|with)\s+"
    r"(?:(?:an?\s+)?(?:live\s+)?(?:taping|recording|edition|episode|broadcast)\s+of\s+)?"
    r"(?:the|an?|his|her|its|their|this|that|one)\s+(?:[\w’'-]+\s+){0,2}$"
)
_QUOTES = late(r"(?i)\s+(?:(?:has|have|had|also|later|previously)\s+)*(?:quot|cit)(?:ed|es?|ing)\s+(?!by\b)")
_ASKS = late(
    r"(?:(?:['’]s?)?\s+[\w’'.-]+){0,8}?\s+"
    r"(?:interviewed|asked|pressed|questioned|sat down with|(?:spoke|talked) (?:to|with)|caught up with)\s"
)
_ITS_WORK = late(rf"(?i)\s+(?:[\w’'-]+\s+)?(?:{_WORK})\b")
_INTERVIEW = late(r"(?i)(?:[’']s)?\s+(?:[\w’'-]+\s+)?(?:interview|op-ed|town hall|podcast|column)\b")
_OF_USER = late(
    r"(?i)(?:['’]s?)?\s+(?:[\w’'-]+\s+)?(?:user|account|page|group|feed|thread|profile|message|status|update|follower)s?\b"
)
_CALL_SIGN = late(r"[WK][A-Z]{2,3}(?:-?(?:TV|FM|AM))?")
_IN_TWEET = late(r"(?i)\b(?:in|via|with|by|through|on)\s+(?:an?\s+|his\s+|her\s+|its\s+|their\s+|several\s+)?(?:[\w’'-]+\s+){0,3}$")
_ON_AIR = late(r"(?im)^.*\b(?:on|by|over|via|to|for|during|told)\s+(?P<name>(?:[\w.’'-]+\s+){0,6})(?=\n?\Z)")
_BROADCAST = late(r"(?i)\b(?:radio|television|tv|talk|call-in|cable|news|morning|sunday|late-night|podcast)\b|[’']s ")
_SOCIAL = late(r"(?i)\b(?:on|via|over|to)\s+social\s$")
_TO_MANY = late(r"(?i)\b(?:to|told)\s+(?P<name>(?:various|several|some|multiple|local|two|other|many|state)\s+(?:[\w-]+\s+)?)$")
_TO_ONE = late(
    r"(?i)\b(?:told|tells|telling|interview(?:\s+\w+){0,2}\s+with|(?:spoke|speaking|said|statement|remarks)\s+(?:to|with)|appearance on)\s+"
    r"(?P<name>(?:an?|his|her|the local|local|one)\s+(?:[\w’'-]+\s+){0,4})$"
)
_TO_THE = late(
    r"(?i)\b(?:t(?:old|ells?|elling)|informed|(?:admit\w*|said|spoke|speaking|statement|confirmed|interview)(?:\s+\w+){0,2}\s+(?:to|with|in))"
    r"\s+(?:the|this|that)\s+(?:\w+\s+)?$"
)
_IN_THE = late(r"(?i)\b(?:in|during|throughout)\s+(?:the|that|this|his|her)\s+(?:same\s+|\w+\s+)?$")
_ON_THE = late(r"(?i)\b(?:on|told|during|in)\s+(?:the|that)\s+(?:same\s+)?$")
_AIRWAVES = frozenset({"radio", "television", "tv"})
_SHOWS = frozenset({"show", "shows", "program", "programme", "podcast", "broadcast", "media"}) | _AIRWAVES
_NOT_ON_AIR = frozenset({"interview", "host", "station", "ad", "ads", "spot", "commercial", "audience"})
_OUTLETS = frozenset({"outlets", "newspapers", "media", "broadcasters", "papers", "stations", "networks"})
_HOSTS = frozenset({"host", "co-host", "anchor", "co-anchor", "anchorman", "anchorwoman", "presenter", "moderator", "reporter"})
_TWEETS = frozenset({"tweet", "tweets", "retweet", "tweetstorm"})
_SHOW, _TWEET, _MANY, _INTERVIEWED, _PAPER, _PROGRAMME, _OPENS = (1 << k for k in range(7))  # what a word may be
_PEOPLE = frozenset({"person", "place", "group", "adjective", "title", "common"})
_CLOSING = frozenset(".,;”\"'’")  # what may stand behind a name in quotation marks
_BEFORE, _AFTER, _CHARACTERS = 12, 60, 160  # tokens and characters that are read before a medium, characters after it
_LOOK = 60  # names and media that "the newspaper" and "the interview" look back at


@dataclass(frozen=True, slots=True)
class Medium:
    """A mention of a medium: tokens, the name it is given, its sort (outlet, platform, programme, host, air) and how it comes in."""

    first: int
    last: int
    name: str
    sort: str
    how: str


def outlet_name(book: NameBook, run: Run, capital: frozenset[int]) -> str:
    """Name of an outlet, with "The" where ``capital`` holds its id."""
    name = book.named[run.id].name
    return f"The {name}" if run.id in capital and not name.startswith("The ") else name


def capital_articles(book: NameBook) -> frozenset[int]:
    """Ids of the names that the text writes with a capital "The" and never with a small one."""
    articles: dict[int, set[str]] = {}
    for run in book.runs:
        if run.id >= 0 and run.first > 0 and run.kind not in _PEOPLE and run.last - run.first == len(book.named[run.id].words):
            articles.setdefault(run.id, set()).add(book.words[run.first - 1])
    return frozenset(k for k, before in articles.items() if "The" in before and "the" not in before)


def is_head(words: Sequence[str], k: int) -> bool:
    """Whether word ``k`` is a noun for an outlet: "newspaper", "news agency"."""
    flags = noun(words[k], words[k - 1] if k else "")[1]
    return "outlet" in flags and "head" in flags


def is_outlet(book: NameBook, run: Run) -> bool:
    """Whether a name is that of an outlet, by itself or by the noun beside it: "the news agency Nord"."""
    if run.id < 0 or run.kind == "place":
        return False
    if run.kind == "outlet" or book.named[run.id].kind == "outlet":
        return True
    return run.first > 1 and run.kind != "group" and is_head(book.words, run.first - 1)


@lru_cache(maxsize=1 << 12)
def is_house(name: str) -> bool:
    """Whether a name is what an outlet calls itself, or begins so: then the article is its own."""
    return any(name == own or name.startswith(own + " ") for own in column("outlets", "house"))


def is_platform(name: str) -> bool:
    """Whether a name is that of a social network."""
    return name in column("outlets", "platform")


@cache
def _programmes() -> re.Pattern[str]:
    """Names of broadcasts; their small words keep some from being capitalised sequences."""
    names = sorted({name.removeprefix("The ") for name in column("outlets", "programme")}, key=len, reverse=True)
    return re.compile(r"(?:[Tt]he\s+)?[“\"'‘]*(?:The\s+)?(" + "|".join(map(re.escape, names)) + r")\b")


@cache
def _openings() -> frozenset[str]:
    """First words of the programmes."""
    return frozenset(name.removeprefix("The ").split()[0] for name in column("outlets", "programme"))


@Remembered
def _sign(word: str) -> int:
    """What a word may be: bits."""
    low, bits = word.lower(), 0
    if low in _SHOWS:
        bits |= _SHOW
    if low in _TWEETS:
        bits |= _TWEET
    if low in _OUTLETS:
        bits |= _MANY
    if low == "interview":
        bits |= _INTERVIEWED
    if {"outlet", "head"} <= noun(word)[1]:
        bits |= _PAPER
    if word in _openings():
        bits |= _PROGRAMME
    return bits | _OPENS if low in _OPEN_STRONG else bits


def _is_odd(words: Sequence[str]) -> bool:
    """Whether capitals within words, and no first name, speak against a person: "TMZ Sports"."""
    inner = any(w[1:] != w[1:].lower() and "’" not in w and "'" not in w for w in words)
    return inner and not any(word_flags(w) & (FIRST | INITIAL) for w in words)


class _Reader:
    """Reads the words around the media of one text."""

    def __init__(self, tokens: Tokens, book: NameBook, capital: frozenset[int]) -> None:
        self.tokens, self.book, self.words = tokens, book, book.words
        self.capital, self.broadcast = capital, column("programmes", "broadcast")
        self.start, self.end = tokens.start.tolist(), tokens.end.tolist()
        self.starts = [r.first for r in book.runs]
        signs = tokens.lookup(_sign)
        self.opens: list[int] = np.flatnonzero(signs & _OPENS).tolist()
        signs &= ~_OPENS
        self.signs: list[int] = signs.tolist()
        self.places: list[int] = np.flatnonzero(signs).tolist()
        self.found: list[Medium] = []
        self.known: dict[int, bool] = {}  # whether a name can be a medium whatever stands around it

    def before(self, token: int) -> str:
        """The words before a token, in its sentence."""
        first = int(self.tokens.sentence_first[self.tokens.sentence[token]])
        begin, end = max(first, token - _BEFORE), self.start[token]
        return self.tokens.text[max(self.start[begin], end - _CHARACTERS) : end]

    def is_open(self, token: int) -> bool:
        """Whether a word right before a token may make a medium of any name."""
        at = bisect_left(self.opens, token)
        return at > 0 and self.opens[at - 1] >= token - _BEFORE

    def way(self, run: Run, platform: bool) -> str | None:
        """How the words around a name bring it in."""
        before = self.before(run.first)
        for how, pattern in _WAYS:
            if pattern.search(before):
                return how
        text, end = self.tokens.text, self.end[run.last - 1]
        if _QUOTES.match(text, end, end + _AFTER):
            return "quotes"
        if not platform and _ASKS.match(text, end, end + 2 * _AFTER):
            return "asks"
        if platform and _OF_USER.match(text, end, end + _AFTER):
            return "user"
        if _INTERVIEW.match(text, end, end + _AFTER):
            return "work"
        if (platform or _IN_A.search(before) is not None) and _ITS_WORK.match(text, end, end + _AFTER) is not None:
            return "work"
        return None

    def named(self, run: Run) -> Medium | None:
        """The medium that a name is, if it comes in as one."""
        if run.id < 0 or (run.kind == "place" and self.words[run.last - 1] not in self.broadcast):
            return None
        entry = self.book.named[run.id]
        known = self.known.get(run.id)
        if known is None:
            known = self.known[run.id] = bool(
                entry.kind != "person"
                or entry.press >= 0
                or entry.heads & _HOSTS
                or not self.broadcast.isdisjoint(entry.words)
            )
        first = run.first
        near = self.signs[first - 1] & _PAPER if first else 0
        unlikely = not known and run.kind == "person" and not near
        if unlikely and not self.is_open(first) and not self.is_quoted(run):
            return None
        words = self.words[first : run.last]
        if run.kind == "outlet" or entry.kind == "outlet" or (near and is_outlet(self.book, run)):
            return self.outlet(run, words)
        if is_platform(words[0]):  # "in a Facebook Live broadcast"
            how = self.way(run, True)
            return None if how is None else Medium(run.first, run.last, words[0], "platform", how)
        if (len(words) > 1 and words[-1] in self.broadcast) or self.is_quoted(run):
            if _AIRED.search(self.before(run.first)):
                return Medium(run.first, run.last, " ".join(words), "programme", "on")
            if entry.kind != "person":
                return None
        if len(words) == 1 and _CALL_SIGN.fullmatch(words[0]) and words[0] not in column("organisations", "name"):
            how = self.way(run, False)
            return None if how is None else Medium(run.first, run.last, words[0], "outlet", how)
        if entry.kind == "person" and (entry.press >= 0 or entry.heads & _HOSTS):
            name = self.book.named[entry.press].name if entry.press >= 0 else entry.name
            how = None if is_house(name) else self.way(run, False)
            return Medium(run.first, run.last, name, "host", how) if how in ("told", "by", "talk") else None
        return self.unknown(run, words)

    def outlet(self, run: Run, words: Sequence[str]) -> Medium | None:
        """The medium that an outlet is; its programme, if that stands there ("CNN's New Day")."""
        if is_house(" ".join(words)):
            return None
        platform = is_platform(self.book.named[run.id].name)
        how = self.way(run, platform)
        if how is None:
            return None
        programme = _programmes().match(self.tokens.text, self.start[run.first], self.start[run.first] + _AFTER)
        if programme is not None and programme.end() > self.end[run.last - 1]:
            return Medium(run.first, self.tokens.at(programme.end() - 1) + 1, programme[1], "programme", how)
        return Medium(run.first, run.last, outlet_name(self.book, run, self.capital), "platform" if platform else "outlet", how)

    def unknown(self, run: Run, words: Sequence[str]) -> Medium | None:
        """The medium that a name must be, since an interview is given to it or a column written for it."""
        entry = self.book.named[run.id]
        if run.kind not in ("organisation", "unknown", "person", "document"):
            return None
        if not self.is_open(run.first):
            return None
        before = self.before(run.first)
        if not _STRONG.search(before):
            return None
        if entry.kind == "person" and not _is_odd(words):  # the host, who need not be known as one: "in an interview with Dan Holt"
            return Medium(run.first, run.last, entry.name, "host", "talk") if _WITH.search(before) else None
        if entry.kind in ("organisation", "document") and (entry.heads or " ".join(words) in column("organisations", "name")):
            return None
        return Medium(run.first, run.last, " ".join(words), "outlet", "talk")

    def is_quoted(self, run: Run) -> bool:
        """Whether a name stands alone in quotation marks."""
        text, begin, end = self.tokens.text, self.start[run.first], self.end[run.last - 1]
        if text[end : end + 1] not in _CLOSING:
            return False
        if text[max(0, begin - 4) : begin].lower() == "the ":
            begin -= 4
        if begin == 0 or text[begin - 1] not in "“\"'‘":
            return False
        return text[end : end + 2].strip(".,;")[:1] in ("”", '"', "'", "’")

    def unnamed(self, k: int, sign: int) -> Medium | None:
        """The medium that a common noun is or points back to, or a programme in small letters."""
        before = self.before(k)
        if sign & _TWEET:
            return Medium(k, k + 1, "Twitter", "platform", "tweet") if _IN_TWEET.search(before) else None
        if sign & _MANY and (many := _TO_MANY.search(before)) is not None:
            return Medium(k, k + 1, many["name"] + self.words[k], "air", "told")
        if sign & _SHOW:
            return self.show(k, before)
        if sign & _INTERVIEWED:
            return self.again(k, ("told", "talk", "work", "on", "by")) if _IN_THE.search(before) else None
        if sign & _PAPER:
            return self.paper(k, before)
        return self.programme(k, before) if sign & _PROGRAMME else None

    def again(self, k: int, ways: Sequence[str]) -> Medium | None:
        """The medium named last, but no platform."""
        earlier = next((m for m in reversed(self.found[-_LOOK:]) if m.sort != "platform" and (not ways or m.how in ways)), None)
        return None if earlier is None else Medium(k, k + 1, earlier.name, earlier.sort, "again")

    def show(self, k: int, before: str) -> Medium | None:
        """A show or the air: "on his radio call-in show", "on live television", "told the show", "on social media"."""
        low = self.words[k].lower()
        if low == "media":
            return Medium(k - 1, k + 1, "social media", "platform", "on") if _SOCIAL.search(before) else None
        if low not in _AIRWAVES and low != "shows" and _ON_THE.search(before) and (earlier := self.again(k, ())) is not None:
            return earlier
        air = _ON_AIR.search(before)
        if air is None:
            return None
        name = (air["name"] + self.words[k]).strip()
        if low in _AIRWAVES:
            after = [w.lower() for w in self.words[k + 1 : k + 4]]
            if not _SHOWS.isdisjoint(after) or not _NOT_ON_AIR.isdisjoint(after[:1]):
                return None
            return Medium(k, k + 1, name, "air", "on")
        return Medium(k, k + 1, name, "air", "on") if low == "podcast" or _BROADCAST.search(name) else None

    def paper(self, k: int, before: str) -> Medium | None:
        """A paper without a name ("told a Kessel newspaper"), or the outlet named last ("told the newspaper")."""
        run = self.book.run_at(k + 1)
        if run is not None and is_outlet(self.book, run):
            return None  # "the magazine Nord"
        if (one := _TO_ONE.search(before)) is not None:
            return Medium(k, k + 1, one["name"] + self.words[k], "air", "told")
        if not _TO_THE.search(before):
            return None
        j = bisect_left(self.starts, k)
        for run in self.book.runs[max(0, j - _LOOK) : j][::-1]:
            if is_outlet(self.book, run) and not is_platform(self.book.named[run.id].name):
                return Medium(k, k + 1, outlet_name(self.book, run, self.capital), "outlet", "again")
        return Medium(k, k + 1, f"{self.words[k - 1]} {self.words[k]}", "air", "again")

    def programme(self, k: int, before: str) -> Medium | None:
        """A programme of the lexicon: "on the “Today” show", "a Meet the Press interview"."""
        text, begin = self.tokens.text, self.start[k]
        match = _programmes().match(text, begin, begin + _AFTER)
        if match is None:
            return None
        end = match.end()
        if not _AIRED.search(before) and not (" " in match[1] and _INTERVIEW.match(text, end, end + _AFTER)):
            return None
        name = f"The {match[1]}" if f"The {match[1]}" in column("outlets", "programme") else match[1]
        return Medium(k, self.tokens.at(end - 1) + 1, name, "programme", "on")


def find_media(tokens: Tokens, book: NameBook, capital: frozenset[int]) -> list[Medium]:
    """All media that the words around them bring in as a channel, in text order.

    Parameters
    ----------
    tokens, book : Tokens, NameBook
        The text and its names, roles found.
    capital : frozenset of int
        From :func:`capital_articles`.

    Returns
    -------
    list of Medium
        No two share a token. Time is linear in the text.
    """
    if not len(tokens):
        return []
    reader = _Reader(tokens, book, capital)
    marks: list[tuple[int, int, Run | None]] = [(run.first, -1, run) for run in book.runs]
    marks += [(k, reader.signs[k], None) for k in reader.places]
    marks.sort(key=lambda mark: mark[:2])
    found = reader.found
    for k, sign, run in marks:
        medium = reader.named(run) if run is not None else reader.unnamed(k, sign)
        if medium is not None and (not found or medium.first >= found[-1].last):
            found.append(medium)
    return found
