"""Which outlets relay an attribution: the chain from the speaker to the reader.

Rules, in this order
--------------------
* an outlet that the source speaks to, in the sentence of the cue and outside the content: "told X", "in an interview with X", "speaking
  to X", "on X";
* a platform named by the cue ("tweeted") or after it ("on Twitter");
* the same speaker going on within the next three attributions and two paragraphs keeps the outlet;
* the outlets that are sources of enclosing attributions (``parent``), from the inside out.

"the publication", "the paper" after such a word is the outlet named last. After Spangher et al. (2023), who code how a source reached the
reader.
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

_TRIGGER = re.compile(
    r"(?i)(?:\bt(?:old|ell|ells|elling)|\b(?:interview\w*|appear\w*|spoke|speaking|speak|talk\w*|wrote|writing|said|says|saying|statement"
    r"|comment\w*|remarks?|column|op-ed|email\w*|conversation|cited|quoted|article|essay|editorial|letter|post\w*|report\w*|guest|hosted"
    r"|debate|asked)\b(?:\s+[\w’'.,-]+){0,5}?\s+(?:with|on|to|by|in|at|for|from))\s*(?:the|an?|his|her)?\s*[\w’' ]{0,24}[“\"'‘]*\s*$"
)
_ON = re.compile(r"(?i)\b(?:on|via|over)\s*(?:the|his|her|its|their|an?)?\s*(?:official|personal|own|verified|campaign)?\s*$")
_TWEET = re.compile(r"(?i)\b(?:re)?tweet(?:s|ed|ing|storm)?\b")
_IN_TWEET = re.compile(r"(?i)\bin an? (?:\w+ ){0,2}tweet\b|\bTwitter (?:account|feed)\b|\btweeted\b[^.]{0,20}$")
_WINDOW = 12  # tokens before an outlet, and ...
_CHARACTERS = 160  # ... characters, in which its introduction must stand
_LONGEST = 30  # tokens of a cue that are read
_MAX_CHAIN = 8
_CARRY = 3  # attributions of the article over which a speaker keeps the outlet, and ...
_PARAGRAPHS = 2  # ... paragraphs; both set on source_levels train


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
    runs_at = [r.first for r in book.runs]
    own: list[str | None] = [None] * len(attributions)
    carried: dict[int, int] = {}
    order_of = {i: n for n, i in enumerate(order)}
    for i in order:
        addressee = _addressee(tokens, book, runs_at, attributions[i], cue_at[i])
        if addressee is None:
            addressee = press[i]
        if addressee is not None and addressee == names[i]:
            addressee = None
        if addressee is None and entity[i] >= 0 and kinds[i] != "outlet" and entity[i] in carried:
            before = carried[entity[i]]
            near = order_of[i] - order_of[before] <= _CARRY if kinds[i] == "person" else order_of[i] - order_of[before] == 1
            addressee = own[before] if near and _same_passage(tokens, cue_at[before][0], cue_at[i][0]) else None
        own[i] = addressee
        if entity[i] >= 0 and addressee is not None:
            carried[entity[i]] = i
    chains: list[tuple[str, ...]] = []
    for i, a in enumerate(attributions):
        chain = [] if own[i] is None else [str(own[i])]
        up, steps = a.parent, 0
        while up is not None and up in index and steps < _MAX_CHAIN and index[up] != i:
            j = index[up]
            name = names[j]
            if kinds[j] == "outlet" and name is not None and name not in chain and entity[j] != entity[i]:
                chain.append(name)
            up, steps = attributions[j].parent, steps + 1
        chains.append(tuple(chain))
    return chains


@cache
def _programmes() -> re.Pattern[str]:
    """Names of broadcasts whose small words keep them from being capitalised sequences, after "on"."""
    return re.compile(
        r"\bon\s+[\w’']*\s*[“\"'‘]*("
        + "|".join(re.escape(n) for n in sorted(column("outlets", "programme"), key=len, reverse=True))
        + r")\b"
    )


def _same_passage(tokens: Tokens, before: int, after: int) -> bool:
    if after >= len(tokens) or before >= len(tokens):
        return False
    return abs(int(tokens.paragraph[after]) - int(tokens.paragraph[before])) <= _PARAGRAPHS


def _addressee(tokens: Tokens, book: NameBook, runs_at: list[int], a: Attribution, cue: tuple[int, int]) -> str | None:
    """The outlet or platform that the source speaks to or through, in the sentence of the cue and outside the content."""
    if _TWEET.search(a.cue.text):
        return "Twitter"
    if cue[0] >= len(tokens):
        return None
    s = int(tokens.sentence[cue[0]])
    first, last = int(tokens.sentence_first[s]), int(tokens.sentence_first[s + 1])
    cue = (cue[0], min(cue[1], cue[0] + _LONGEST))
    first, last = max(first, cue[0] - 40), min(last, cue[1] + 40)
    j = bisect_left(runs_at, first)
    while j < len(runs_at) and runs_at[j] < last:
        run = book.runs[j]
        j += 1
        if run.kind == "outlet" and run.id >= 0 and not _covered(tokens, a, run) and _introduced(tokens, book, run, first):
            return book.named[run.id].name
    window = tokens.text[int(tokens.start[cue[0]]) : int(tokens.end[min(last, cue[1] + 16) - 1])][:400]
    programme = _programmes().search(window) if " on " in window or " told " in window else None
    if programme is not None and not any(s.start <= int(tokens.start[cue[0]]) + programme.start(1) < s.end for s in a.content):
        return programme[1]
    if _IN_TWEET.search(window):
        return "Twitter"
    return _spoken_to(tokens, book, runs_at, cue, last)


def _covered(tokens: Tokens, a: Attribution, run: Run) -> bool:
    at = int(tokens.start[run.first])
    if a.source is not None and a.source.start <= at < a.source.end:
        return True
    return any(s.start <= at < s.end for s in a.content)


def _introduced(tokens: Tokens, book: NameBook, run: Run, floor: int) -> bool:
    begin = max(floor, run.first - _WINDOW)
    before = tokens.text[int(tokens.start[begin]) : int(tokens.start[run.first])][-_CHARACTERS:]
    if _TRIGGER.search(before):
        return True
    return _ON.search(before) is not None


def _spoken_to(tokens: Tokens, book: NameBook, runs_at: list[int], cue: tuple[int, int], last: int) -> str | None:
    """The outlet named last, for "told the publication"."""
    words = book.words
    begin = cue[0]
    if not any(w.lower() in ("told", "tells", "tell", "telling", "informed") for w in words[begin : cue[1]]):
        return None
    for k in range(cue[1], min(last, cue[1] + 4)):
        if (
            "outlet" in noun(words[k], words[k - 1])[1]
            and "head" in noun(words[k], words[k - 1])[1]
            and words[k - 1].lower() in ("the", "this", "news", "that")
        ):
            j = bisect_left(runs_at, k) - 1
            for step in range(60):
                if j - step < 0:
                    break
                run = book.runs[j - step]
                if run.kind == "outlet" and run.id >= 0:
                    return book.named[run.id].name
            return f"{words[k - 1]} {words[k]}"
    return None
