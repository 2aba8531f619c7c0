"""What single words say about a source: nouns for people, documents, media and organisations, pronouns, and the bits of a token string.

All words stand in ``lexicons/`` (roles, documents, outlets, organisations, collectives, modifiers, titles, first_names, nonnames,
places). A noun is looked up in lower case with the plural taken off; two words ("press secretary") are tried before one. Everything here
is cached a word type.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from framing.lexicons import read_table
from framing.tokens import Remembered

CAP, INITIAL, TITLE, PARTICLE, SUFFIX, FUNCTION, COMMON = (1 << i for i in range(7))
FIRST, ACRONYM, CALENDAR, OPENING, DOMAIN, PEOPLE, WORD = (1 << i for i in range(7, 14))
POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
OPENERS = frozenset('"“‘«:—–-([…') | {"--", "...", "''", "``"}
ABBREVIATED = {
    "sen": "senator",
    "rep": "representative",
    "gov": "governor",
    "pres": "president",
    "gen": "general",
    "prof": "professor",
    "sec": "secretary",
    "sens": "senator",
    "reps": "representative",
    "co-chair": "chair",
}
_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "wives": "wife",
    "media": "media",
    "data": "data",
    "news": "news",
    "remarks": "remarks",
    "returns": "returns",
    "people": "people",
    "police": "police",
    "politics": "politics",
    "analyses": "analysis",
    "spokespeople": "spokesperson",
}
_ARTICLES = ("al-", "el-", "ul-")  # of Arabic names
_DOMAIN = re.compile(r"(?i)(?:https?://\S+|(?:www\.)?[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|int|gov|edu|info|news|[a-z]{2}))$")
_INITIALISM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?$")


@cache
def column(table: str, value: str | None = None, key: int = 0, by: int = 1) -> frozenset[str]:
    """Entries (column ``key``) of a lexicon whose column ``by`` holds the word ``value`` (all without one)."""
    rows = read_table(table)
    names = list(rows[0])
    return frozenset(row[names[key]] for row in rows if value is None or value in row[names[by]].split())


@cache
def _flags_of_nouns() -> dict[str, frozenset[str]]:
    """Singular noun -> {kind, flags, gender}; of several lexicons the first wins: people, documents, media, organisations, groups."""
    table: dict[str, frozenset[str]] = {}
    for row in read_table("roles"):
        table.setdefault(row["noun"].lower(), frozenset({"person", *row["flags"].split(), "gender=" + row["gender"]} - {"-"}))
    for row in read_table("documents"):
        table.setdefault(row["noun"], frozenset({"outlet" if row["flags"] == "press" else "document", row["flags"]}))
    for row in read_table("outlets"):
        if row["class"] in ("head", "collective"):
            table.setdefault(row["name"], frozenset({"outlet", row["class"]}))
    for row in read_table("organisations"):
        if row["class"] == "head":
            table.setdefault(row["name"], frozenset({"organisation"}))
    for row in read_table("collectives"):
        if row["class"] in ("bare", "group"):
            table.setdefault(row["word"].lower(), frozenset({"group", row["class"]}))
    return table


@lru_cache(maxsize=1 << 14)
def singular(word: str) -> str:
    """The singular of a lower-case noun, by suffix."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for tail in ("men", "women"):
        if word.endswith(tail) and len(word) > len(tail) + 1:
            return word[:-2] + "an"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def noun(word: str, before: str = "") -> tuple[str, frozenset[str], bool]:
    """Lemma, flags (empty if no lexicon knows the noun) and whether it is a plural; ``before`` is the word to its left."""
    alone = _noun[word]
    if before and (low := before.lower()) in _first_words():
        low = f"{low} {singular(word.lower().rstrip('.'))}"
        if (flags := _flags_of_nouns().get(low)) is not None:
            return low, flags, alone[2]
    return alone


@cache
def _first_words() -> frozenset[str]:
    return frozenset(lemma.split(" ")[0] for lemma in _flags_of_nouns() if " " in lemma)


@Remembered
def _noun(word: str) -> tuple[str, frozenset[str], bool]:
    """What ``noun`` knows of a word alone."""
    table = _flags_of_nouns()
    low = word.lower().rstrip(".")
    one = singular(low)
    plural = one != low or low in ("people", "staff", "remarks", "returns", "data")
    for lemma in (one, low):
        if lemma in table:
            flags = table[lemma]
            return lemma, flags, (plural and "gender=f" not in flags) or one != low
    hyphen = one.rsplit("-", 1)[-1]
    if hyphen != one and hyphen in table:
        return hyphen, table[hyphen], plural
    if one.endswith(("woman", "man")) and len(one) > 5 and word[:1].islower():  # "Silverman" is a name
        return one, frozenset({"person", "gender=f" if one.endswith("woman") else "gender=m"}), plural
    if one.endswith(("ologist", "icist", "onomist", "rapher", "essor", "ivist", "titioner")):
        return one, frozenset({"person"}), plural
    return one, frozenset(), plural


@cache
def pronouns() -> dict[str, str]:
    """Lower-case pronoun -> class (first, firstplural, male, female, plural, neuter, relative, generic)."""
    wanted = ("generic", "first", "firstplural", "male", "female", "plural", "neuter", "relative", "quantifier")
    table: dict[str, str] = {}
    for row in read_table("collectives"):
        if row["class"] in wanted:
            table.setdefault(row["word"].lower(), row["class"])
    return table


@cache
def adjectives() -> frozenset[str]:
    """Capitalised adjectives of places and camps ("Russian", "Western")."""
    return (column("places", None, 1) | column("collectives", "adjective")) - {"-"}


@cache
def _word_tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    titles = {r["word"].lower(): r["class"] for r in read_table("titles")}
    first = {r["name"]: r["gender"] for r in read_table("first_names")}
    return titles, first, {r["word"].lower(): r["class"] for r in read_table("nonnames")}


def first_name_gender(word: str) -> str:
    """Gender of a first name: m, f, or - (also for a word that is none)."""
    return _word_tables()[1].get(word, "-")


@cache
def title_gender(word: str) -> str:
    """Gender of a title: m, f or -."""
    return {r["word"].lower(): r["gender"] for r in read_table("titles")}.get(word.lower().rstrip("."), "-")


@cache
def is_courtesy(word: str) -> bool:
    """Whether a title says nothing but the gender ("Mr.")."""
    return _word_tables()[0].get(word.lower().rstrip(".")) == "courtesy"


@Remembered
def word_flags(word: str) -> int:
    """The bits (CAP, TITLE, ...) of one token string."""
    titles, first, nonnames = _word_tables()
    low = word.lower().rstrip(".").replace("’", "'")
    flags = 0
    if word[:1].isupper() or (len(word) > 3 and word[:1].islower() and (word[1].isupper() or (low[:3] in _ARTICLES and word[3].isupper()))):
        flags |= CAP
        if len(word.rstrip(".")) == 1:
            flags |= INITIAL
        if word in first:
            flags |= FIRST
        if word.isupper() and 2 <= len(word.replace(".", "")) <= 7:
            flags |= ACRONYM
    if low in titles:
        flags |= {"title": TITLE, "courtesy": TITLE, "particle": PARTICLE, "suffix": SUFFIX}[titles[low]]
    if low in nonnames and not (len(word) == 2 and word[1] == ".") and word not in ("US", "U.S.", "IT", "WHO", "May", "Will"):
        flags |= FUNCTION if nonnames[low] == "function" else CALENDAR
    if noun(word)[1] or low in column("modifiers") or (len(low) > 6 and low.endswith("ly") and not flags & FIRST):
        flags |= COMMON
    if word in OPENERS:
        flags |= OPENING
    if word[:1].isalpha():
        flags |= WORD
    if is_domain(word):
        flags |= DOMAIN
    if word[:1].islower() and noun(word)[2] and "person" in noun(word)[1]:
        flags |= PEOPLE
    return flags


@cache
def _full_names() -> dict[str, tuple[str, ...]]:
    rows = [*read_table("organisations"), *read_table("places")]
    return {undotted(r["name"]): tuple(r["full"].split()) for r in rows if r["full"] != "-"}


@lru_cache(maxsize=1 << 14)
def undotted(word: str) -> str:
    """An acronym without its points ("U.N." = "UN"), any other word as it is."""
    return word.replace(".", "") if _INITIALISM.match(word) else word


def full_name(words: tuple[str, ...]) -> tuple[str, ...]:
    """The long form of a well-known acronym; other names with the points of acronyms taken out."""
    plain = tuple(undotted(w) for w in words)
    return _full_names().get(" ".join(plain), plain)


@lru_cache(maxsize=1 << 14)
def is_domain(word: str) -> bool:
    """Whether a token is a web address."""
    return "." in word and 4 < len(word) < 200 and not _INITIALISM.match(word) and _DOMAIN.match(word) is not None


@lru_cache(maxsize=1 << 16)
def classify(words: tuple[str, ...]) -> str:
    """What a capitalised sequence (without titles) names, from its words alone.

    Returns person, organisation, outlet, document, group, place, adjective, common (one capitalised common noun: "the Agency") or unknown.
    """
    if len(words) > 1 and words[0] in ("The", "the"):
        words = words[1:]
    text, last = " ".join(words), words[-1]
    low = last.lower()
    if (
        text in column("outlets", "outlet")
        or text in column("outlets", "platform")
        or text in column("outlets", "programme")
        or is_domain(text)
    ):
        return "outlet"
    if len(words) > 2 and " ".join(words[-2:]) in column("outlets", "outlet") and "of" not in words:
        return "outlet"
    if text in column("organisations", "name"):
        return "organisation"
    if text in column("places"):
        return "place"
    if text in adjectives():
        return "adjective"
    known = word_flags(words[0]) & FIRST
    if low.endswith(("-tv", "-fm", "-am")):
        return "outlet"
    if low.endswith("s") and (
        last.rsplit("-", 1)[-1][:-1] in adjectives()
        or singular(low) in ("democrat", "republican", "conservative", "liberal", "tory", "libertarian")
    ):
        return "group"
    if not column("organisations", "site").isdisjoint(words[1:]) and not (known and len(words) == 2):
        return "place"
    if len(words) > 1:
        if low in ("magazine", "newspaper", "television", "radio", "tv") or (last in column("outlets", "suffix") and not known):
            return "outlet"
        of = next((i for i, w in enumerate(words) if w in ("of", "for", "on", "&")), 0)
        if any("organisation" in noun(w)[1] for w in words[:of]):
            return "organisation"
        if of == 1 and "person" in noun(words[0])[1] and not noun(words[0])[2] and words[1] in ("of", "on"):
            return "common"  # "Republican of Ohio", "Secretary of State"
        flags = noun(last)[1]
        if "organisation" in flags or last.rstrip(".") in column("organisations", "suffix"):
            return "organisation"
        if "document" in flags and not known and low not in ("bill", "page", "cook", "post", "law"):
            return "document"
        if "person" in flags and low != singular(low) and not known:
            return "group"
        if "person" in flags and not known:
            return "common"
        if not known and any(w in adjectives() or w in column("organisations", "name") for w in words[:-1]):
            return "organisation"
        return "person"
    flags = noun(last)[1]
    if flags & {"organisation", "group"} and not known and not word_flags(last) & ACRONYM:
        return "common"
    if word_flags(last) & ACRONYM:
        return "common" if "person" in flags else "organisation"
    if last[-1:].isdigit() and last[:1].isalpha():
        return "organisation"
    return "unknown"
