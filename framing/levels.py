"""How openly a source is identified: kind, level, withheld, reason and position of one resolved mention.

Codes (the sourcing scheme, section 2)
--------------------------------------
* level: named > office (a unique post, or the official voice of an organisation) > described (unnamed, with affiliation) > bare >
  impersonal.
* withheld: individuals gave information to a reporter and the text keeps their identity back; never spokespersons, bystanders, crowds,
  parties.
* reason, only if withheld: specific > boilerplate > none, from the regular expressions of ``lexicons/anonymity.tsv``, searched in the
  sentence of the source. A specific reason counts only in a sentence that speaks of anonymity or authorisation at all, and never inside
  the formula of authorisation: "not authorized to discuss the strike" gives none.
* position: the text shows how the source can know it (``lexicons/position.tsv``): it attended, was briefed, is involved, or speaks of its
  own acts.

What counts as a reason follows the memo of Corbett (New York Times, 2010), which calls "not authorized to speak" a formula that tells
readers nothing.
"""

from __future__ import annotations

import re
from functools import cache

from framing.lexicons import read_table
from framing.mentions import Mention
from framing.nouns import column
from framing.records import REASONS

_AROUND = 160  # characters after the formula in which a reason is looked for


@cache
def _patterns(table: str, value: str) -> re.Pattern[str]:
    key = "grade" if table == "anonymity" else "class"
    return re.compile("(?i)" + "|".join(f"(?:{row['pattern']})" for row in read_table(table) if row[key] == value))


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What stands in all that a pattern of position matches, and the pattern; the look for the former is the quicker one."""
    return tuple((row["holds"], re.compile(row["pattern"])) for row in read_table("position") if row["class"] == "phrase")


@cache
def _stems(value: str) -> re.Pattern[str]:
    stems = sorted((row["pattern"] for row in read_table("position") if row["class"] == value), key=len, reverse=True)
    return re.compile(r"(?i)(?:" + "|".join(stems) + r")\w{0,4}\b")


@cache
def _told() -> re.Pattern[str]:
    forms = (row["pattern"] for row in read_table("position") if row["class"] == "told")
    return re.compile(r"(?i)\b(?:" + "|".join(forms) + r")\b")


def is_told(cue: str) -> bool:
    """Whether a cue reports that the source spoke to somebody."""
    return _told().search(cue) is not None


_EXPLETIVE = re.compile(
    r"(?i)(?:(?:(?:can|could|may|might|must|should|will|would|ha[sd]) )?(?:is|was|['’]s|be|been)|seem\w*|appear\w*)\b(?!.*ing\b)"
)


def is_expletive(cue: str) -> bool:
    """Whether "it" before this cue stands for nobody: "it is believed", "it has been said", "it seems"."""
    return _EXPLETIVE.match(cue) is not None


def describe_level(mention: Mention, kind: str) -> str:
    """Level of a description by itself, before anything in the article names it.

    Parameters
    ----------
    mention : Mention
        A mention of form "description" or "joint".
    kind : str
        Its kind, as resolved.
    """
    flags = mention.flags
    if kind == "none":
        return "impersonal"
    if kind == "generic":
        return "bare"
    if mention.listed:
        return "named"
    affiliated = mention.informative or mention.complement or mention.owner >= 0
    if mention.form == "joint":
        return "named" if mention.names and "spokes" not in flags and kind != "group" else "described"
    if "spokes" in flags:
        return "office"
    if kind == "organisation":
        if mention.plural:
            return "named" if mention.definite or mention.owner >= 0 else "described"
        return "named" if mention.owner >= 0 or mention.definite or (mention.proper and not mention.determined) else "described"
    if kind == "document":
        if mention.owner >= 0 or mention.possessor or mention.proper or (mention.definite and (affiliated or not mention.plural)):
            return "named"
        return "described" if affiliated else "bare"
    if {"press", "person"} <= flags:
        return "described" if affiliated else "bare"
    if kind == "outlet" and mention.head == "report":
        return "bare"
    if kind == "outlet":
        return "named" if mention.owner >= 0 else "described" if affiliated and "collective" not in flags else "bare"
    if kind == "person" and ("unique" in flags or mention.sole) and mention.definite and not mention.plural:
        return "office"
    if kind in ("group", "person"):
        if mention.head[:1].isdigit() or mention.head in ("half", "third", "percent"):
            return "described"
        if "bare" in flags or not mention.head:
            return "bare"
        if affiliated or ("person" in flags and "vague" not in flags) or "group" in flags:
            return "described"
        return "bare"
    return "described"


def is_voice(mention: Mention, client: bool) -> bool:
    """Whether a description is the official voice of a client: "attorneys for the family", "his lawyer", but not "Shaw's lawyers".

    Parameters
    ----------
    mention : Mention
    client : bool
        Whether "for" follows inside the mention.
    """
    if mention.form != "description" or mention.flags.isdisjoint(("spokes", "voice")):
        return False
    owned = mention.owner >= 0 or bool(mention.possessor)
    return (client and mention.complement) or (owned and not mention.plural)


def is_withheld(mention: Mention, kind: str, level: str, cue: str) -> bool:
    """Whether unnamed people are confidential sources; ``kind`` "group" means a plural whose individuals may be meant."""
    if kind not in ("person", "group") or level not in ("described", "bare") or mention.form == "pronoun":
        return False
    flags = mention.flags
    if "spokes" in flags or "crowd" in flags or "press" in flags or "person" not in flags or not is_told(cue):
        return False
    if not mention.plural and kind == "person":
        return (mention.determined or mention.complement) and (not mention.definite or "insider" in flags)
    return "insider" in flags and (mention.head != "people" or mention.complement)


def is_individuals(mention: Mention) -> bool:
    """Whether a plural means individuals whoever they speak to: spokespersons, prosecutors, aides, but not officials or people."""
    flags = mention.flags
    close = "insider" in flags and "public" not in flags and mention.head not in ("democrat", "republican")
    return close or "persons" in flags or "spokes" in flags


def reason_of(sentence: str) -> str:
    """Grade of the reason that a stretch of text gives for keeping a name back: one of ``REASONS``."""
    if _patterns("anonymity", "sign").search(sentence) is None:
        return "none"
    formula = _patterns("anonymity", "boilerplate").search(sentence)
    if formula is None:
        return "specific" if _patterns("anonymity", "anywhere").search(sentence) and "fear" in sentence.lower() else "none"
    rest = _patterns("anonymity", "formula").sub("—", sentence[formula.start() : formula.end() + _AROUND])
    if _patterns("anonymity", "specific").search(rest) or _patterns("anonymity", "anywhere").search(sentence):
        return "specific"
    return "boilerplate"


def reason_of_first_name(text: str) -> str:
    """Why an article calls somebody by the first name alone: a reason if it says that the rest is kept back, else "-"."""
    found = _patterns("anonymity", "partial").search(text)
    if found is None:
        return "-"
    around = text[max(0, found.start() - _AROUND) : found.end() + _AROUND]
    return "specific" if _patterns("anonymity", "specific").search(around) or "because" in around else "boilerplate"


def best_reason(first: str, second: str) -> str:
    """The better of two grades."""
    return max(first, second, key=REASONS.index)


def in_position(kind: str, level: str, cue: str, phrase: str, content: str, spokes: bool = False) -> bool:
    """Whether the text shows how the source can know what it says.

    Parameters
    ----------
    kind, level : str
        Of the resolved source.
    cue, phrase, content : str
        Text of the cue, of the mention with its relative clause, and of the content.
    spokes : bool
        Whether the source is the voice of an organisation, which speaks of its own affairs.

    Notes
    -----
    A view ("calls", "criticizes") is no knowledge; for a named person "says" counts when the content begins with the person
    itself ("he", "I", "my").
    """
    if kind in ("none", "generic", "outlet", "document"):
        return False
    low = phrase.lower()
    if any(holds in low and pattern.search(low) for holds, pattern in _phrases()):
        return True
    if kind == "group":
        return False
    head = _head_of(cue)
    if _stems("act").match(head):
        return True
    if _stems("view").match(head):
        return False
    if kind == "organisation" or spokes or level in ("office", "described"):
        return True
    return level != "bare" and (_OWN.match(content) is not None or (kind == "author" and _FIRST_PERSON.search(content) is not None))


_OWN = re.compile(r"""["“'‘]*\s*(?:that )?(?:he|she|[Ii]|I['’](?:m|ve|d|ll)|[Mm]y|[Ww]e|[Ww]e['’](?:re|ve|ll|d)|his|her)\b""")
_FIRST_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Ww]e|[Ww]e['’](?:re|ve|ll|d)|[Oo]ur|me|us)\b")


def _head_of(cue: str) -> str:
    for word in cue.split():
        if word.lower() not in column("mention_words", "auxiliary") and not word.endswith("ly"):
            return word
    return cue
