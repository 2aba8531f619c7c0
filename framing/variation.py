"""Elegant variation: which named person "the Vermont senator", "the real estate mogul", "the Democratic front-runner" stands for.

Conventions
-----------
* Candidates are the people named at most eight sentences before, and the previous source; not those named in the same sentence before it,
  since a sentence does not vary the name that it holds.
* Score: what the description has in common with all that the article says beside the names (titles, appositives, party and state in
  brackets), recency, frequency, being the subject of its sentence, being the previous source. Two parties exclude each other.
* A description with a complement ("the former head of the port") needs something in common, or must follow at once.

Fowler (1908) gave the habit its name; the score follows the factors of Lappin and Leass (1994), its weights were set on source_levels
train. A bounded number of names is looked at.
"""

from __future__ import annotations

from functools import cache

from framing.entities import State
from framing.mentions import Mention
from framing.names import Named
from framing.nouns import column

_LOOK, _SENTENCES = 50, 8
_WEIGHT_OF_NAMES = 0.1
_LONGEST = 12  # tokens of a description that are compared


@cache
def _party(word: str) -> str:
    for party in ("republican", "democratic", "conservative", "labour", "liberal"):
        if word in column("mention_words", f"party={party}"):
            return party
    return ""


def named_variant(state: State, mention: Mention, gender: str) -> int | None:
    """Id of the named person whom a definite description most likely means; ``None`` if nobody fits."""
    token = mention.first
    if token >= len(state.sentence):
        return None
    words = {w.lower() for w in state.book.words[token : min(mention.last, token + _LONGEST)]} - column("modifiers")
    here = state.sentence[token]
    scores: dict[int, float] = {}
    subject: dict[int, int] = {}
    barred: set[int] = set()
    for run in state.runs_before(token, _LOOK):
        gap = here - state.sentence[run.first]
        if gap > _SENTENCES:
            break
        if run.id < 0:
            continue
        entry = state.book.named[run.id]
        if entry.kind != "person" or not (entry.sure or len(entry.words) > 1) or (gender != "-" and entry.gender not in ("-", gender)):
            continue
        subject[gap] = run.id
        if gap == 0:
            barred.add(run.id)
        elif run.id in scores:
            scores[run.id] += 0.2
        else:
            scores[run.id] = -0.2 * gap
    last = state.last_single
    previous = state.who[last].named if last >= 0 else -1
    if previous >= 0 and state.book.named[previous].kind == "person" and previous not in barred:
        entry = state.book.named[previous]
        if gender == "-" or entry.gender in ("-", gender):
            scores[previous] = scores.get(previous, -0.2 * state.gap(token, last)) + 0.7
    for known in subject.values():
        if known in scores:
            scores[known] += 0.2
    best, chosen = -1e9, None
    for known, score in scores.items():
        entry = state.book.named[known]
        if known in barred or _other_party(words, entry) or entry.press >= 0:
            continue
        score += min(2, len(words & entry.said)) + _WEIGHT_OF_NAMES * min(10, entry.times)
        if score > best:
            best, chosen = score, known
    if mention.complement and best < 0.8:
        return None
    return chosen if best > -1.0 else None


def _other_party(words: set[str], entry: Named) -> bool:
    asked, has = {_party(w) for w in words} - {""}, {_party(w) for w in entry.said} - {""}
    return bool(asked and has and not asked & has)
