"""Which attribution stands inside the content of which: "According to the Herald, the ministry suspected that ...".

Conventions
-----------
The parent of an attribution is the one whose content holds its cue; the smallest such content if several do. A content counts only if it
is longer than the attribution's own, so that no chain of parents runs in a circle.

:func:`add_nested` adds nested attributions to flat ones, that is, to those that hold or stand beside each other. PolNeAR, on which the
precision of a word in its frame is measured, marks nothing inside contents, and there a word that may report more often only describes
("he will not approve the plan", "those seen there"). So a candidate inside a content must pass, beside a bar for its class (tuned on the
train part of our Wikinews), these tests: no modal verb, no attributive participle, something said. Then contents are made to hold what
stands in them: who reports that Doe said so reports also what Doe said. Nesting as in PARC 3 (Pareti 2016), where contents may contain
attributions. All loops are over attributions in the order of the text, with bounded windows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from framing.cues import FIXED, reporting_forms, reporting_nouns
from framing.phrases import WORDS
from framing.records import Attribution, Span
from framing.tokens import Remembered, Tokens

BAR = 0.65  # of a candidate inside a content, ...
FINITE = 0.58  # ... of a finite verb with a speaker
NOBODY = 0.75  # ... of a noun, or of a verb without a speaker
HEARSAY = 0.5  # ... of a finite verb inside what is hearsay: the frame of its clause is the usual one there
TOLD = 0.5  # ... and of "was told", which says who speaks to the speaker
OUTER = 0.9  # bar of a hearsay phrase round a flat attribution
_LONGEST = 2000  # characters of a content that has grown: a bound for texts without sentence ends
_ASIDE = 80  # characters of an insertion between a speaker and his cue
_GAP = 4  # characters that may stand between a speaker and his cue, or between a content and what goes on with it
_MODALS = WORDS["modal"] | {"'ll", "’ll"}
_RELATIVE = WORDS["rel"]
_BE = WORDS["be"]
_PREPOSITIONS = WORDS["prep"]
_BEFORE_NOUNS = WORDS["det"] | WORDS["poss"] | {"such", "very", "own"}
_CLOSING = ("”", '"', "’")
_SAME_SPEAKER = frozenset(["he", "she", "they"])
_AND = re.compile(r"[,;](?:\s+(?:and|but))?$")


def find_parents(attributions: Sequence[Attribution]) -> list[int | None]:
    """For each attribution, the id of the one whose content holds its cue; the smallest such content if several do."""
    return [None if j is None else attributions[j].id for j in _holders(attributions, attributions, _sizes(attributions))]


def _sizes(attributions: Sequence[Attribution]) -> list[int]:
    """How many characters each content has."""
    return [sum([s.end - s.start for s in a.content]) for a in attributions]


def _holders(inner: Sequence[Attribution], outer: Sequence[Attribution], size: list[int] | None = None) -> list[int | None]:
    """For each inner attribution the place of the outer one with the smallest content that holds its cue.

    With ``size``, the sizes of the contents, both are the same sequence, and a holder must be larger than what it holds.
    """
    if not inner or not outer:
        return [None] * len(inner)
    sizes = _sizes(outer) if size is None else size
    begins = sorted((s.start, s.end, j) for j, a in enumerate(outer) for s in a.content)
    found: list[int | None] = [None] * len(inner)
    active: list[tuple[int, int]] = []
    k = 0
    for i in sorted(range(len(inner)), key=lambda i: inner[i].cue.start):
        cue = inner[i].cue
        while k < len(begins) and begins[k][0] <= cue.start:
            active.append((begins[k][1], begins[k][2]))
            k += 1
        active = [held for held in active if held[0] > cue.start]
        holders = [(sizes[j], j) for end, j in active if end >= cue.end and (size is None or (j != i and sizes[j] > sizes[i]))]
        if holders:
            found[i] = min(holders)[1]
    return found


def add_nested(flat: Sequence[Attribution], candidates: Sequence[Attribution], tokens: Tokens) -> tuple[Attribution, ...]:
    """Flat attributions with those of the candidates that stand inside their contents or report them.

    Parameters
    ----------
    flat : sequence of Attribution
        All are kept, with other contents where these must grow to hold a nested one.
    candidates : sequence of Attribution
        Of the rules, with the precision of their cue's word in its frame as confidence; those that share a cue with a flat one are left
        out.
    tokens : Tokens
        Of the article.

    Returns
    -------
    tuple of Attribution
        In the order of their cues, ids from 0, with parents.
    """
    return numbered(*join_nested(flat, candidates, tokens))


def numbered(merged: Sequence[Attribution], parents: Sequence[int | None]) -> tuple[Attribution, ...]:
    """Attributions with ids from 0, and the places of their parents for these."""
    return tuple(a if (a.id, a.parent) == (i, p) else replace(a, id=i, parent=p) for i, (a, p) in enumerate(zip(merged, parents)))


def join_nested(
    flat: Sequence[Attribution], candidates: Sequence[Attribution], tokens: Tokens
) -> tuple[list[Attribution], list[int | None]]:
    """What :func:`add_nested` gives before it is numbered, and the places of the parents."""
    spans = sorted((a.cue.start, a.cue.end) for a in flat)
    new = [c for c in candidates if not _touches(spans, c.cue)]
    inside = _holders(new, flat)
    opened = {s.start for a in (*flat, *new) for s in a.content[:1]}
    flat = list(flat)
    kept, beside = [], []
    for c, j in zip(new, inside):
        if j is None or (c.cue.text[:3].lower() == "to " and c.cue.start in opened):
            continue  # "I want to thank" is one act
        end = _sibling(c, flat[j], tokens)
        if end is None:
            kept += [c] if _is_nested(c, flat[j], tokens) else []
        elif content := _cut(flat[j].content, end, tokens):
            flat[j] = replace(flat[j], content=content)
            beside.append(c)
    kept = beside + _cut_at_siblings(sorted(kept, key=lambda a: (a.cue.start, a.cue.end)), tokens)
    outside = [c for c, j in zip(new, inside) if j is None and c.confidence >= OUTER and is_hearsay(c)]
    held = {j for j in _holders(flat, outside) if j is not None}
    kept += [c for j, c in enumerate(outside) if j in held]
    merged = _with_what_they_hold(sorted([*flat, *kept], key=lambda a: (a.cue.start, a.cue.end)), tokens)
    return merged, _holders(merged, merged, _sizes(merged))


def _touches(spans: list[tuple[int, int]], cue: Span) -> bool:
    k = bisect_right(spans, (cue.end, -1))  # those before begin before the cue ends
    return (k > 0 and spans[k - 1][1] > cue.start) or (k > 1 and spans[k - 2][1] > cue.start)


def is_hearsay(a: Attribution) -> bool:
    """Whether the cue is one of hearsay, beside a clause that would stand without it: "according to", "reportedly"."""
    return _is_hearsay[a.cue.text[:60]]


@Remembered
def _is_hearsay(cue: str) -> bool:
    words = tuple(cue.lower().split())
    entry = reporting_forms().get(words[0]) if len(words) == 1 else None
    return words in FIXED or (entry is not None and entry[1] == "adverb")


def _is_nested(a: Attribution, parent: Attribution, tokens: Tokens) -> bool:
    """Whether a candidate inside the content of another attribution is an attribution itself."""
    cue = a.cue.text.lower().split()
    before = tokens.text[max(0, a.cue.start - 12) : a.cue.start].lower().split()
    said = [w for s in a.content for w in s.text[:80].lower().split()]
    if not cue or cue[0] in ("'s", "’s") or (not _MODALS.isdisjoint(cue) and "have" not in cue) or not any(w[0].isalnum() for w in said):
        return False
    if len(cue) == 1 and cue[0].endswith("ed") and (said[0] in _BE or before[-1:] == ["as"]):
        return False  # "those admitted are ...", "as described above"
    if is_hearsay(a):
        return a.confidence >= BAR
    lemma, pos, kind = _last_form(cue) or ("", "verb", "speech")
    if pos == "noun" or (len(cue) < 3 and before and before[-1] in _BEFORE_NOUNS):
        return a.confidence >= NOBODY and kind != "document" and before[-2:] != ["to", "the"]
    if lemma == "tell" and not _BE.isdisjoint(cue):
        return a.confidence >= TOLD
    source = "" if a.source is None else a.source.text.lower()
    if a.source is not None and a.source.start < parent.cue.end <= a.source.end and (cue[0].endswith("ing") or cue[0] in reporting_nouns()):
        return False  # "Speaking of the plan, Doe said": no speaker was found but the whole clause
    if not source:
        clause = tokens.text[a.cue.end : a.cue.end + 6].split()[:1] == ["that"]  # "denied reports that ..."
        return a.confidence >= (FINITE if is_hearsay(parent) else BAR if clause else NOBODY)
    finite = cue[0] != "to" and not cue[0].endswith("ing") and before[-1:] != ["to"] and source not in _RELATIVE | _BEFORE_NOUNS
    if finite and is_hearsay(parent):
        return a.confidence >= HEARSAY
    return a.confidence >= (FINITE if finite and not (kind == "belief" and cue[-1] in _PREPOSITIONS) else BAR)


def _sibling(a: Attribution, parent: Attribution, tokens: Tokens) -> int | None:
    """Where the content of ``parent`` should have ended, if a candidate inside it rather stands beside it; else ``None``.

    A participle of the parent's own speaker ("he attacked the plan, saying it would fail"), a clause with "while" and its own speaker, a
    quotation that the same speaker goes on with ("she hinted at it: “Soon,” she said").
    """
    source = a.source
    if source is None or parent.source is None or not a.content or is_hearsay(parent):
        return None
    start = max(parent.cue.end, a.cue.start - 40)
    before = tokens.text[start : a.cue.start]
    if (source.start, source.end) == (parent.source.start, parent.source.end):
        comma = before.rfind(",")
        spoken = any(w.endswith("ing") for w in a.cue.text.lower().split()) and comma >= 0 and len(before[comma:].split()) < 5
        if not spoken or any(s.start <= source.start < s.end for s in parent.content):
            return None
        return start + comma + (before[comma + 1 : comma + 2] in _CLOSING and 2)
    start = max(parent.cue.end, source.start - 12)
    before = tokens.text[start : source.start]
    if before.lower().endswith((" while ", " whereas ")) and _reports[a.cue.text] and a.speech == parent.speech == "indirect":
        return start + len(before.rstrip().rsplit(maxsplit=1)[0])
    opening = a.content[0].start
    if a.speech == "direct" and parent.speech != "direct" and opening < a.cue.start and source.text.lower() in _SAME_SPEAKER:
        return opening if opening > parent.cue.end else None
    return None


def _cut(content: Sequence[Span], end: int, tokens: Tokens) -> tuple[Span, ...]:
    """The part of a content before an offset, without what leads over to the rest."""
    parts = [(s.start, min(s.end, end), s.end) for s in content if s.start < end]
    stops = [a + len(tokens.text[a:b].rstrip(" ,:;\n")) if b < old else b for a, b, old in parts]
    return tuple(Span.of(tokens.text, a, b) for (a, _, _), b in zip(parts, stops) if a < b)


def _cut_at_siblings(kept: Sequence[Attribution], tokens: Tokens) -> list[Attribution]:
    """ "He knows A, he knows B, and he admits C": the content of the first is A."""
    cut = list(kept)
    for i, (one, other) in enumerate(pairwise(kept)):
        if one.source is None or other.source is None or one.source.text.lower() != other.source.text.lower():
            continue
        before = tokens.text[one.cue.end : other.source.start].rstrip()
        comma = one.cue.end + len(_AND.sub("", before[-40:])) + max(0, len(before) - 40)
        content = _cut(one.content, comma, tokens)
        if before.endswith((",", ";", ", and", ", but")) and one.cue.end < comma and content and one.source.start < other.source.start:
            cut[i] = replace(one, content=content)
    return cut


def _with_what_they_hold(attributions: Sequence[Attribution], tokens: Tokens) -> list[Attribution]:
    """Contents that end with the speaker or the cue of the attribution they hold go on to the end of its content."""
    merged = list(attributions)
    if not len(tokens):
        return merged
    for i in range(len(merged) - 2, -1, -1):
        for j in range(i + 1, min(i + 4, len(merged))):
            one, other = merged[i], merged[j]
            if one.content and other.content and one.content[-1].end < other.content[-1].end <= one.content[-1].start + _LONGEST:
                merged[i], merged[j] = _grown(one, other, tokens)
    return merged


def _grown(one: Attribution, other: Attribution, tokens: Tokens) -> tuple[Attribution, Attribution]:
    last, end, cue = one.content[-1], other.content[-1].end, other.cue
    if cue.start < last.start:
        return one, other
    source = other.source
    if cue.end > last.end and source is not None and one.source is not None and _reports[one.cue.text]:
        if source.start == one.source.start and source.end == last.end and one.cue.end <= source.end:
            source = last  # "The Herald reported Doe recommended": the speaker is what seemed to be the content
        if (source.start, source.end) != (last.start, last.end) or source.text.lower() in _RELATIVE:
            return one, other
        between = tokens.text[source.end : cue.start]
        if not (len(between) <= _GAP or (len(between) < _ASIDE and between[0] == "," and between.rstrip()[-1] == ",")):
            return one, other
    elif not (cue.end <= last.end and other.content[0].start <= last.end + _GAP):
        return one, other
    final = len(tokens) - 1
    if tokens.sentence[min(tokens.at(one.cue.start), final)] != tokens.sentence[min(tokens.at(cue.start), final)]:
        return one, other
    return replace(one, content=(*one.content[:-1], Span.of(tokens.text, last.start, end))), replace(other, source=source)


@Remembered
def _reports(cue: str) -> bool:
    """Whether a cue is a verb that a clause may follow."""
    _, pos, kind = _last_form(cue.lower().split()) or ("", "", "")
    return pos == "verb" and kind in ("speech", "belief")


def _last_form(cue: Sequence[str]) -> tuple[str, str, str] | None:
    """Lemma, part of speech and class of the last of the words that reports."""
    return next((reporting_forms()[w] for w in reversed(cue) if w in reporting_forms()), None)
