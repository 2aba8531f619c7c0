"""Which outlets relay an attribution: the chain from the speaker to the reader.

Rules, in this order
--------------------
* an outlet that the source speaks to or is quoted by, in the sentence of the cue and outside the content: "told X", "in an interview with
  X", "speaking to X", "on X", "in an X report", "per X", "as quoted by X"; inside the content of a parent only what stands there too;
* a platform named by the cue or the source ("tweeted", "an early tweet") or after it ("on Twitter"), a medium without a name ("on live
  television", "told several news outlets");
* the same speaker going on, within the next two attributions and paragraphs, keeps the outlet;
* from the inside out, the outlets that are sources of enclosing attributions (``parent``) or publish their sources ("a report from X"),
  up to the first other speaker; a speaker inside his own words ("she said she hoped") shares the relays of what encloses them.

"the publication", "the paper" after such a word is the outlet named last. A relay has the article of its name if the text writes it with
a capital ("told The Verge"). After Spangher et al. (2023), who code how a source reached the reader.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from framing.names import NameBook, Run
from framing.nouns import column, noun
from framing.records import Attribution
from framing.tokens import Tokens

_WORK = (
    "interview|appearance|statement|comments?|remarks?|column|op-ed|conversation|article|essay|editorial|letter|posts?|posting|reports?"
    "|debate|story|piece|video|broadcast|programme|program|show|blog|livestream|podcast|segment|town hall"
)
_TRIGGER = re.compile(
    r"(?i)(?:\bt(?:old|ell|ells|elling)|\bper|\baccording to|\b(?:interview\w*|appear\w*|spoke|speaking|speak|talk\w*|wrote|writing|said"
    rf"|says|saying|email\w*|cited|quoted|seen|published|obtained|confirmed|guest|hosted|asked|{_WORK})\b"
    r"(?:\s+[\w’'.,-]+){0,5}?\s+(?:with|on|to|by|in|at|for|from))\s*(?:the|an?|his|her)?\s*[\w’' ]{0,24}[“\"'‘]*\s*$"
)
_ON = re.compile(r"(?i)\b(?:on|via|over)\s*(?:the|his|her|its|their|an?)?\s*(?:official|personal|own|verified|campaign)?\s*$")
_IN_A = re.compile(r"(?i)\b(?:in|on|during|from|to|via|through|by)\s+(?:the|an?|his|her|its|their|this|that|one)\s+(?:[\w’'-]+\s+){0,2}$")
_QUOTES = re.compile(r"(?i)\s+(?:(?:has|have|had|also|later|previously)\s+)*(?:quot|cit)(?:ed|es?|ing)\s+(?!by\b)")
_BETWEEN = re.compile(r"(?i)\s*(?:(?:on|via|to|in)\s+)?(?:the\s+)?")
_TELLS = re.compile(r"(?i)\bt(?:old|ell|ells|elling)$")
_THEN_QUOTED = re.compile(r"[^.,:;“\"]{0,20}[,:]?\s*[“\"]|\s*:")
_FRONTED = re.compile(r"(?i)(?:speaking|talking)\s+(?:to|with|on)\b|in\s+an?\s+(?:\w+\s+)?(?:interview|statement|post)\b")
_POSTED = re.compile(r"(?i)\b(?:re)?post(?:s|ed|ing)?\b")
_USER = re.compile(r"(?i)\b(?:user|netizen|commenter|poster|account|post|posting)s?(?:\s+by\b.*)?$")
_OF_USER = re.compile(
    r"(?i)(?:['’]s?)?\s+(?:[\w’'-]+\s+)?(?:user|account|page|group|feed|thread|profile|message|status|update|follower)s?\b"
)
_OF_WORK = re.compile(rf"(?i)\s+(?:[\w’'-]+\s+)?(?:{_WORK})\b")
_TWEET = re.compile(r"(?i)\b(?:re)?tweet(?:s|ed|ing|storm)?\b")
_IN_TWEET = re.compile(r"(?i)\bin an? (?:\w+ ){0,2}tweet\b|\bTwitter (?:account|feed)\b|\btweeted\b[^.]{0,20}$")
_UNNAMED = re.compile(
    r"(?i)\b(?:(?:on|by|over|via)\s+(?:the\s+|his\s+|her\s+)?(?P<air>(?:live|state|national|local|public|state-run)\s+(?:television|TV|radio)"
    r"|social media|television|the radio)|(?:to|told)\s+(?P<many>(?:various|several|some|multiple|local|two|other|many|state)\s+"
    r"(?:[\w-]+\s+)?(?:outlets|newspapers|media|broadcasters|papers)))\b"
)
_REPORTS = re.compile(r"(?i)(?:(?:some|several|various|unconfirmed|early|initial|local)\s+)?(?:(?:media|news|press)\s+)?reports")
_GOES_ON = re.compile(
    r"(?i)\b(?:sa(?:id|ys?|ying)|add(?:s|ed|ing)?|continu\w+|t(?:old|ells?|elling)|explain\w*|went on|goes on|confess\w*|remark\w*"
    r"|insist\w*|argu\w+|respond\w*|repl\w+|ask\w*|declin\w+|refus\w+|claim\w*|noted|noting|call\w*|wr[io]t\w+|believ\w+|acknowledg\w+|warn\w*)\b"
)
_WINDOW = 12  # tokens before an outlet, and ...
_CHARACTERS = 160  # ... characters, in which its introduction must stand
_LONGEST = 30  # tokens of a cue that are read
_MAX_CHAIN = 8
_CARRY = 2  # attributions of the article over which a speaker keeps the outlet, and ...
_PARAGRAPHS = 2  # ... paragraphs; both set on the train parts of source_levels and wikinews_attributions


def find_relays(
    tokens: Tokens,
    book: NameBook,
    attributions: Sequence[Attribution],
    order: Sequence[int],
    cue_at: Sequence[tuple[int, int]],
    names: Sequence[str | None],
    kinds: Sequence[str],
    entity: Sequence[int],
    press: Sequence[str | None],
) -> list[tuple[str, ...]]:
    """Relays of every attribution.

    Parameters
    ----------
    tokens, book : Tokens, NameBook
        The text and its names.
    attributions : sequence of Attribution
        As given by the caller.
    order : sequence of int
        Their indices in text order.
    cue_at : sequence of (int, int)
        Token range of every cue.
    names, kinds, entity : sequences
        Name, kind and number of the entity of each attribution (None, "none" and -1 without one).
    press : sequence
        The medium of a journalist who is the source, else None.

    Returns
    -------
    list of tuple of str
        For each attribution the outlets from the speaker to the reader, each once.
    """
    index = {a.id: i for i, a in enumerate(attributions)}
    finder = _Finder(tokens, book, sorted((cue_at[i][0], i) for i in order), entity, names)
    own: list[str | None] = [None] * len(attributions)
    carried: dict[int, int] = {}
    order_of = {i: n for n, i in enumerate(order)}
    for i in order:
        a = attributions[i]
        up = index.get(a.parent) if a.parent is not None else None
        inside = attributions[up] if up is not None and up != i else None
        addressee = finder.addressee(i, a, cue_at[i], None if inside is None or entity[i] == entity[index[inside.id]] else inside)
        if addressee is None:
            addressee = press[i]
        if addressee is not None and addressee in (names[i], finder.plain(names[i])):
            addressee = None
        if addressee is None and inside is None and entity[i] >= 0 and kinds[i] != "outlet" and entity[i] in carried:
            before = carried[entity[i]]
            reach = _CARRY if kinds[i] == "person" and _GOES_ON.search(a.cue.text) else 1
            near = order_of[i] - order_of[before] <= reach and _same_passage(tokens, cue_at[before][0], cue_at[i][0])
            addressee = own[before] if near else None
        own[i] = addressee
        if entity[i] >= 0 and addressee is not None:
            carried[entity[i]] = i
    relaying = [finder.medium(a, names[i], kinds[i]) for i, a in enumerate(attributions)]
    chains: list[tuple[str, ...]] = []
    for i, a in enumerate(attributions):
        one = own[i]
        chain = [] if one is None else [one]
        up, steps = index.get(a.parent) if a.parent is not None else None, 0
        while up is not None and steps < _MAX_CHAIN and up != i:
            same = entity[up] == entity[i] and entity[i] >= 0
            found = own[up] if same else relaying[up]
            if found is not None and found not in chain and (same or entity[up] != entity[i] or entity[i] < 0):
                chain.append(found)
            if relaying[up] is None and not same and entity[up] >= 0:
                break
            parent = attributions[up].parent
            up, steps = index.get(parent) if parent is not None else None, steps + 1
        chains.append(tuple(chain))
    return chains


@cache
def _programmes() -> re.Pattern[str]:
    """Names of broadcasts whose small words keep them from being capitalised sequences, after "on"."""
    return re.compile(r"\bon\s+[\w’']*\s*[“\"'‘]*(" + _any_programme() + r")\b")


@cache
def _programme_here() -> re.Pattern[str]:
    return re.compile(r"[\s“\"'‘](" + _any_programme() + r")\b")


def _any_programme() -> str:
    return "|".join(re.escape(n) for n in sorted(column("outlets", "programme"), key=len, reverse=True))


def _same_passage(tokens: Tokens, before: int, after: int) -> bool:
    if after >= len(tokens) or before >= len(tokens):
        return False
    return abs(int(tokens.paragraph[after]) - int(tokens.paragraph[before])) <= _PARAGRAPHS


class _Finder:
    """Finds the outlets of one text."""

    def __init__(
        self, tokens: Tokens, book: NameBook, cues: list[tuple[int, int]], entity: Sequence[int], names: Sequence[str | None]
    ) -> None:
        self.tokens, self.book, self.cues, self.entity, self.names = tokens, book, cues, entity, names
        self.runs_at = [r.first for r in book.runs]
        self.articles: dict[int, set[str]] = {}
        for run in book.runs:
            if run.id >= 0 and run.first > 0 and run.last - run.first == len(book.named[run.id].words):
                self.articles.setdefault(run.id, set()).add(book.words[run.first - 1])

    def name(self, run: Run) -> str:
        """Name of an outlet, with "The" if the text writes it with a capital."""
        before = self.articles.get(run.id, set())
        name = self.book.named[run.id].name
        return f"The {name}" if "The" in before and "the" not in before and not name.startswith("The ") else name

    @staticmethod
    def plain(name: str | None) -> str | None:
        """A name with its article."""
        return None if name is None else f"The {name}"

    def is_outlet(self, run: Run) -> bool:
        """Whether a name is that of an outlet, by itself or by the noun beside it: "the news agency Nord"."""
        if run.id < 0 or run.kind == "place":
            return False
        return run.kind == "outlet" or (run.first > 1 and _is_head(self.book.words, run.first - 1) and run.kind != "group")

    def medium(self, a: Attribution, name: str | None, kind: str) -> str | None:
        """The outlet that a source is or that publishes it, if there is one."""
        if a.source is None:
            return None
        first, last = self.tokens.range(a.source)
        j = bisect_left(self.runs_at, first)
        if kind in ("outlet", "document", "organisation"):
            while j < len(self.runs_at) and self.runs_at[j] < min(last, first + _LONGEST):
                run = self.book.runs[j]
                if self.is_outlet(run) and (kind != "organisation" or run.kind != "outlet"):
                    return self.name(run)
                j += 1
        if _REPORTS.fullmatch(a.source.text[:60]):
            return a.source.text
        return name if kind == "outlet" else None

    def addressee(self, i: int, a: Attribution, cue: tuple[int, int], inside: Attribution | None) -> str | None:
        """The outlet or platform that the source speaks to or through, in the sentence of the cue and outside the content.

        ``inside`` is the attribution of another speaker that holds this one: only its content counts.
        """
        tokens, book = self.tokens, self.book
        if _TWEET.search(a.cue.text) or (a.source is not None and _TWEET.search(a.source.text[-_CHARACTERS:])):
            return "Twitter"
        if cue[0] >= len(tokens):
            return None
        s = int(tokens.sentence[cue[0]])
        first, last = int(tokens.sentence_first[s]), int(tokens.sentence_first[s + 1])
        cue = (cue[0], min(cue[1], cue[0] + _LONGEST))
        first, last = max(first, cue[0] - 40), min(last, cue[1] + 40)
        if inside is not None:
            held = next((tokens.range(x) for x in inside.content if x.start <= a.cue.start < x.end), None)
            if held is not None:
                first, last = max(first, held[0]), min(last, held[1])
        j = bisect_left(self.runs_at, first)
        while j < len(self.runs_at) and self.runs_at[j] < last:
            run = book.runs[j]
            j += 1
            if (
                self.is_outlet(run)
                and self.stands_outside(a, run)
                and self.is_introduced(run, first)
                and self.is_nearest(i, run.first, book.named[run.id].name)
            ):
                begin = max(0, int(tokens.start[run.first]) - 1)
                programme = _programme_here().match(tokens.text, begin, begin + 60)
                return programme[1] if programme is not None and programme.end() > int(tokens.end[run.last - 1]) else self.name(run)
        begin = int(tokens.start[cue[0]])
        window = tokens.text[begin : int(tokens.end[max(cue[0], min(last, cue[1] + 16) - 1)])][:400]
        programme = _programmes().search(window) if " on " in window else None
        if programme is not None and not _in_content(a, begin + programme.start(1)):
            return programme[1]
        if _IN_TWEET.search(window):
            return "Twitter"
        begin = max(int(tokens.start[first]), a.cue.start - 200)
        window = tokens.text[begin : int(tokens.end[max(first, last - 1)])][:600]
        for unnamed in _UNNAMED.finditer(window):
            group = unnamed.lastgroup or "air"
            at = begin + unnamed.start(group)
            if not _in_content(a, at) and self.is_nearest(i, tokens.at(at), unnamed[group]):
                return unnamed[group]
        return self.spoken_to(cue, last) or self.posted(a, cue[0])

    def posted(self, a: Attribution, token: int) -> str | None:
        """The platform named last, for posts and users without one: "another user wrote", "she posted"."""
        written = _POSTED.search(a.cue.text[:_CHARACTERS]) or (a.source is not None and _USER.search(a.source.text[-_CHARACTERS:]))
        if not written:
            return None
        j = bisect_left(self.runs_at, token) - 1
        for run in self.book.runs[max(0, j - 40) : j + 1][::-1]:
            if not _same_passage(self.tokens, run.first, token):
                break
            if run.id >= 0 and run.kind == "outlet" and self.book.named[run.id].name in column("outlets", "platform"):
                return self.name(run)
        return None

    def is_nearest(self, i: int, token: int, name: str) -> bool:
        """Whether no other speaker's cue is nearer to an outlet in its sentence; that of the outlet itself does not count."""
        tokens, at = self.tokens, bisect_left(self.cues, (token, -1))
        best, nearest = 1 << 30, i
        for first, k in self.cues[max(0, at - 4) : at + 4]:
            if (
                first < len(tokens)
                and tokens.sentence[first] == tokens.sentence[token]
                and abs(first - token) < best
                and self.names[k] != name
            ):
                best, nearest = abs(first - token), k
        return nearest == i or (self.entity[nearest] == self.entity[i] and self.entity[i] >= 0)

    def stands_outside(self, a: Attribution, run: Run) -> bool:
        """Whether a name stands outside the content, and outside the source or as the platform of one: "her last Facebook post"."""
        at = int(self.tokens.start[run.first])
        if a.source is not None and a.source.start <= at < a.source.end:
            platform = self.book.named[run.id].name in column("outlets", "platform")
            return platform and run.last < len(self.book.words) and int(self.tokens.end[run.last]) <= a.source.end
        return not _in_content(a, at) or self.is_swallowed(a, run, at)

    def is_swallowed(self, a: Attribution, run: Run, at: int) -> bool:
        """Whether a name inside the content found belongs to what introduces it: "told the Herald it", "wrote on Twitter: “...”"."""
        text, end = self.tokens.text, int(self.tokens.end[run.last - 1])
        held = next(s for s in a.content if s.start <= at < s.end)
        if a.cue.end <= at and _BETWEEN.fullmatch(text, a.cue.end, min(at, a.cue.end + 30)) and at <= a.cue.end + 30:
            return _TELLS.search(a.cue.text[-_CHARACTERS:]) is not None or _THEN_QUOTED.match(text, end, end + 40) is not None
        return _FRONTED.match(text, held.start, at) is not None or text[max(held.start, at - 4) : at].lower() == "via "

    def is_introduced(self, run: Run, floor: int) -> bool:
        """Whether the words around an outlet say that somebody speaks to it or in it."""
        tokens = self.tokens
        begin = max(floor, run.first - _WINDOW)
        before = tokens.text[int(tokens.start[begin]) : int(tokens.start[run.first])][-_CHARACTERS:]
        if _TRIGGER.search(before) or _ON.search(before):
            return True
        end = int(tokens.end[run.last - 1])
        if _QUOTES.match(tokens.text, end, end + 60):
            return True
        platform = self.book.named[run.id].name in column("outlets", "platform")
        if platform and _OF_USER.match(tokens.text, end, end + 60):
            return True
        return (platform or _IN_A.search(before) is not None) and _OF_WORK.match(tokens.text, end, end + 60) is not None

    def spoken_to(self, cue: tuple[int, int], last: int) -> str | None:
        """The outlet named last, for "told the publication"."""
        words = self.book.words
        if not any(w.lower() in ("told", "tells", "tell", "telling", "informed") for w in words[cue[0] : cue[1]]):
            return None
        for k in range(cue[1], min(last, cue[1] + 4)):
            if _is_head(words, k) and words[k - 1].lower() in ("the", "this", "news", "that"):
                j = bisect_left(self.runs_at, k) - 1
                for step in range(60):
                    if j - step < 0:
                        break
                    run = self.book.runs[j - step]
                    if run.kind == "outlet" and run.id >= 0:
                        return self.name(run)
                return f"{words[k - 1]} {words[k]}"
        return None


def _is_head(words: Sequence[str], k: int) -> bool:
    """Whether word ``k`` is a noun for an outlet: "newspaper", "news agency"."""
    flags = noun(words[k], words[k - 1] if k else "")[1]
    return "outlet" in flags and "head" in flags


def _in_content(a: Attribution, at: int) -> bool:
    return any(s.start <= at < s.end for s in a.content)
