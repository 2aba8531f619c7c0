"""Paragraphs that are no part of the article proper -> marks, typed; what is left is the body.

Conventions
-----------
* A mark covers a whole paragraph, but for an inline dateline ("LONDON (Reuters) —" or "(Reuters)"), which is marked alone. Nothing is
  deleted.
* Kinds are those of ``records.BOILERPLATE``: ``title`` (also its repetitions), ``separator`` (marks without a letter), ``dateline`` (place
  or date), ``byline`` (who wrote or contributed, and for whom), ``tags`` (keywords, section labels), ``language`` (of the original),
  ``next`` (the neighbouring article), ``more`` (pointers elsewhere, prompts, advertising), ``credit`` (whose photograph, with its caption),
  ``copyright``.
* Only paragraphs of at most ``_SHORT`` characters are looked at (and the start of the first ones, for a dateline): boilerplate is short and
  formulaic, the article long (Kohlschütter, Fankhauser & Nejdl 2010). Prose comes first: a sentence that only begins like boilerplate
  ("Next, the minister said ...") is none.
* The *head* runs to the first paragraph of prose, at most ``_HEAD_REACH`` paragraphs. Labels, lone names and outlets are tags or
  bylines only there.
* The *tail* begins at the tags, language, copyright or "next" line behind which no paragraph of prose stands; every line in it is
  boilerplate (``more`` if nothing else).
* Where nothing would be left, no whole paragraph is marked: somebody who hands over one line wants it read.

The phrases are in ``lexicons/boilerplate.tsv``; the forms of datelines and bylines follow the style guides of the agencies (Associated
Press Stylebook, Reuters Handbook of Journalism).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from framing.late import late
from framing.lexicons import read_table
from framing.records import BOILERPLATE

Range = tuple[int, int]

_SHORT = 260  # characters
_TITLE = 160
_TITLE_SLACK = 12  # characters by which two forms of one title differ at most
_DATELINE_REACH, _TITLE_REACH, _HEAD_REACH = 6, 10, 12  # paragraphs from the start
_EDGES = " \t\xa0.:;!…()[]{}<>*-–—_•·|»›→▶►«‹#\"'“”‘’/\\"
_FRONT = _EDGES.replace("(", "")  # "(c)" begins a copyright line
_TAIL_KINDS = frozenset(("tags", "language", "copyright", "next"))


def _rows(form: str) -> dict[str, tuple[str, str]]:
    rows = (r for r in read_table("boilerplate") if r["form"] == form and r["kind"] in BOILERPLATE)
    return {r["phrase"]: (r["kind"], r["zone"]) for r in rows}


def _names(kind: str) -> frozenset[str]:
    return frozenset(r["phrase"] for r in read_table("boilerplate") if r["kind"] == kind)


def _by_first_word(form: str) -> dict[str, tuple[tuple[str, str], ...]]:
    table: dict[str, list[tuple[str, str]]] = {}
    for phrase, (kind, _) in _rows(form).items():
        table.setdefault(phrase.split()[0], []).append((phrase, kind))
    return {word: tuple(rows) for word, rows in table.items()}


_NOT_PLACES, _AGENCIES = _names("notplace"), _names("agency")
_WHOLE, _LABEL, _START, _CAPITAL = _rows("whole"), _rows("label"), _by_first_word("start"), _by_first_word("capital")
_INSIDE = tuple((phrase, kind) for phrase, (kind, _) in _rows("inside").items())
_INSIDE_WORDS = frozenset(max(phrase.split()[:-1], key=len) for phrase, _ in _INSIDE)  # without one of them none of the phrases is there
_OUTLETS = frozenset(r["name"].lower() for r in read_table("outlets") if r["class"] == "outlet")
_OUTLET_SUFFIXES = frozenset(r["name"].lower() for r in read_table("outlets") if r["class"] == "suffix")
_FIRST_NAMES = frozenset(r["name"].lower() for r in read_table("first_names"))
_NO_NAMES = frozenset(r["word"].lower() for r in read_table("nonnames"))

_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]]*\Z")
_SENTENCE_INSIDE = re.compile(r"[a-z]{3}[.!?][\"'”’)]*\s+[\"“‘(]?[A-Z]")
_SEPARATOR = re.compile(r"(?:[^\w\"'“”‘’«»?!$€£%&]|_)+")
_UPPER = r"[^\W\d_a-zß-öø-ÿ]"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
    r"\b\.?"
)
_ZONE = r"(?:[ECMPB]?[SD]T|ET|CT|MT|PT|CET|CEST|EEST|EET|GMT|UTC)"
_DATE = late(
    rf"(?:(?:first |last |originally )?(?:published|posted|updated|modified|update)\b(?: on| at|:)?\s*)?"
    rf"(?:(?:{_WEEKDAY}|{_MONTH}|{_ZONE}|[ap]\.?m\b\.?|\d{{1,4}}(?!\d)(?:st|nd|rd|th|h)?(?:[ap]\.?m\b\.?)?"
    r"|published|posted|updated|modified|last|at|on|of|the|a|t|z)(?![^\W_])|[\s,.:;|/()•·–—-])+",
    re.I,
)
_DATE_STARTS = frozenset((
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul",
    "aug", "sep", "oct", "nov", "dec", "pub", "pos", "upd", "mod", "fir", "las", "ori",
))
_DATE_SIGN = late(rf"\b(?:{_MONTH}|{_WEEKDAY})|\d:\d\d|\d ?[ap]\.?m\b|\d[./-]\d\d?[./-]\d", re.I)
_DATELINE = re.compile(
    rf"(?:(?P<place>{_UPPER}[\w.'’-]*(?:[ /]{_UPPER}[\w.'’-]*){{0,3}})(?P<rest>(?:,[ ]?[^\s,()—–][^,()—–\n]{{0,22}}){{0,3}}?))?"
    r"\s?(?P<agency>\([^()\n]{2,40}\))?\s?(?P<dash>(?:—|–|―|--+|-(?=\s))+|(?<=\))(?=[A-Z“\"]|\s[A-Z\d“\"])|\Z)"
)
_MONTH_DAY = late(rf"\b{_MONTH}\s\d{{1,2}}\b", re.I)
_LANGUAGES = "|".join(sorted(_names("language")))
_LANGUAGE = late(
    r"(?:(?:the|this)(?: original| full)? (?:article|text|story|post|report|interview|page|document|publication|piece|news|material|video)"
    r"(?: (?:itself|below|above))? (?:is|was|has been)(?: (?:also|only|originally|first|available|written|published))*|(?:also )?available|"
    r"(?:originally |first )?(?:written|published)|read (?:this|it|the)?\s?(?:article|story|report|text|post|interview)?) in (?:the )?"
    rf"(?:{_LANGUAGES})(?: language)?(?: only)?(?:,? (?:and|or) (?:{_LANGUAGES}))?|(?:article |original |text )?language: (?:{_LANGUAGES})|"
    rf"(?:this (?:article|story) was )?(?:machine |automatically )?translated from (?:the )?(?:original )?(?:{_LANGUAGES})"
    r"(?: (?:original|version|language|by)\b.{0,60})?",
    re.I,
)
_NEXT = late(r"(?:UP NEXT|NEXT|PREVIOUS|PREV)\s+[\"“‘'(]?[A-Z0-9]")
_IMAGE_OF = late(r"(?:(?:next|prev)\s+)?image \d+ of \d+", re.I)
_COPYRIGHT = late(r"(?:copyright\s*)?(?:©|\(c\)\s*\d{4})|copyright:?\s+(?:\d{4}|by\b)", re.I)
_PARTICLE = r"(?:d[aeiu]|del|dos|la|le|van|von|der|den|bin|al|el|ter)"
_BYLINE = late(
    rf"[Bb][Yy]:?\s+(?P<name>(?:[Tt]he )?{_UPPER}[\w.'’-]*(?: (?:{_UPPER}[\w.'’-]*|{_PARTICLE}))*)"
    r"(?P<rest>\Z|[\s,|&/;:•·–—-].*)",
    re.S,
)
_NAME = late(
    rf"(?P<first>{_UPPER}[\w'’-]+\.?)(?: (?:{_UPPER}[\w.'’-]*|{_PARTICLE})){{1,4}}"
    rf"(?:(?:,| and|, and| &) {_UPPER}[\w.'’-]+(?: {_UPPER}[\w.'’-]*){{1,3}})*"
)
_ROLE = late(r"\b(?:reporter|writer|correspondent|editor|columnist|contributor|journalist|staff|analyst|bureau)\b", re.I)
_BRACKET = late(r"[(\[]\s?(?P<inner>[^()\[\]]{2,120})[)\]]\.?\Z")
_CREDIT_WORD = late(
    r"\b(?:photos?|images?|pictures?|photographs?|courtesy|illustration|screenshot|screengrab|getty|shutterstock"
    r"|via (?:ap|afp|reuters|youtube|twitter))\b",
    re.I,
)
_CREDIT_END = late(r"\b(?:Photo(?:graph)?|Image|Picture|(?:Photo |Image )?[Cc]redit)s?(?: [Bb]y\b|:)\s*[A-Z][^.!?]{2,60}\Z")
_SITE = late(r"\s*[|–—·-]\s*[\w.,:'’& ]{2,40}\Z")
_STRAIGHT = {ord(a): b for a, b in zip("“”„«»‘’‚`–—―\xa0", "\"\"\"\"\"''''--- ")}


class Marks(NamedTuple):
    """Marked stretches with their kinds, in order; the paragraph (index) of the title; the first and the last paragraph of the body."""

    marks: list[tuple[int, int, str]]
    title: int | None
    body: tuple[int, int] | None


def mark_boilerplate(text: str, paragraphs: Sequence[Range], title: str | None = None) -> Marks:
    """Find what is no part of the article proper.

    Parameters
    ----------
    text : str
    paragraphs : sequence of (int, int)
        Character ranges of the non-blank paragraphs, in order.
    title : str, optional
        The headline, if it is known apart from the text: its repetitions are then found wherever they stand near the start.

    Returns
    -------
    Marks
    """
    n = len(paragraphs)
    kinds: list[str | None] = [None] * n
    inline: list[tuple[int, int]] = []  # paragraph, where its dateline ends
    wanted = _plain(title) if title else ""
    found, title_line, title_plain, head = None, "", "", True
    for i, (start, end) in enumerate(paragraphs):
        head = head and i < _HEAD_REACH
        short = end - start <= _SHORT
        if short:
            line = text[start:end]
            if "\n" in line or "\r" in line:
                line = " ".join(line.split())
            if i < _TITLE_REACH and wanted and found is None and _same_title(_plain(line), wanted):
                kinds[i], found, title_line, title_plain = "title", i, line, _plain(line)
                continue
            kind = _kind(line, i, head, n)
            if kind == "byline?":  # a lone name is one beside an outlet or a role, and a usual one also behind the title
                usual = line.split()[0].lower() in _FIRST_NAMES
                before = kinds[i - 1] if i else None
                kind = "byline" if _is_outlet_line(text, paragraphs, i + 1) or (usual and before in ("title", "byline")) else None
            open_to_title = head and not title_line and i < _TITLE_REACH and (kind is None or (not i and kind == "more" and ":" in line))
            if open_to_title and _is_title(line, text, paragraphs, i):
                kinds[i], title_line, title_plain = "title", line, _plain(line)
                found = found if wanted else i
                continue
            kinds[i] = kind
            if kind is not None:
                continue
            alike = title_line and abs(len(line) - len(title_line)) <= _TITLE_SLACK
            if alike and (line == title_line or (i < _TITLE_REACH and _plain(line) == title_plain)):
                kinds[i] = "title"
                continue
        elif _is_long_tag_list(text, start, end):
            kinds[i] = "tags"
            continue
        if i < _DATELINE_REACH or text.startswith("(", start):
            stop = _dateline(text, start, end)
            if stop == end:
                kinds[i] = "dateline"
                continue
            if stop:
                inline.append((i, stop))
                head = False
        if head and (not short or _SENTENCE_END.search(text, end - 3 if end - start > 3 else start, end)):
            head = False
    _close_tail(text, paragraphs, kinds)
    left = [i for i, kind in enumerate(kinds) if kind is None]
    if not left:
        return Marks([], None, (0, n - 1) if n else None)
    marks = [(*paragraphs[i], kind) for i, kind in enumerate(kinds) if kind is not None]
    marks += [(paragraphs[i][0], stop, "dateline") for i, stop in inline if kinds[i] is None]
    marks.sort()
    return Marks(marks, found, (left[0], left[-1]))


def _is_long_tag_list(text: str, start: int, end: int) -> bool:
    colon = text.find(":", start, start + 20)
    if colon < 0 or _LABEL.get(text[start:colon].lower().strip(_EDGES), ("", ""))[0] != "tags":
        return False
    return _SENTENCE_END.search(text, end - 3, end) is None


def _kind(line: str, i: int, head: bool, n: int) -> str | None:
    """The kind of a short paragraph by its own words and whether it stands in the head; "byline?" for a name that needs company."""
    first = line[0]
    if not first.isalnum() and _SEPARATOR.fullmatch(line):
        return "separator"
    if len(line) < 2:
        return None
    low = line.lower()
    bare = low.strip(_EDGES)
    hit = _WHOLE.get(bare) or _WHOLE.get(low)
    if hit and (head or hit[1] == "any"):
        return hit[0]
    colon = bare.find(":", 0, 40)
    if colon > 0:
        label = bare[:colon].strip(_EDGES)
        hit = _LABEL.get(label)
        if hit and (hit[0] not in ("more", "next") or not _is_prose(line, colon)):
            return hit[0]
        if label.startswith("also on ") and not _is_prose(line, colon):
            return "more"
    if (" in " in low or ":" in line or " from " in low) and len(line) <= 140 and _LANGUAGE.fullmatch(bare):
        return "language"
    signed = "©" in line
    if (signed or bare.startswith("copyright") or low.startswith("(c)")) and (
        _COPYRIGHT.match(low.lstrip(_FRONT)) or (signed and not _SENTENCE_END.search(line[-4:]))
    ):
        return "copyright"
    kind = _by_start(line, bare)
    if kind:
        return kind
    if not _INSIDE_WORDS.isdisjoint(low.split()):
        for phrase, kind in _INSIDE:
            if phrase in low:
                return kind
    if first.isdigit() or first.isupper():
        if (first.isdigit() or low[:3] in _DATE_STARTS) and _DATE.fullmatch(line) and _DATE_SIGN.search(line):
            return "dateline"
        if len(line) <= 200 and first in "NPU" and _NEXT.match(line) and not _SENTENCE_END.search(line[-4:]):
            return "next"
    if _is_credit(line, low, bare):
        return "credit"
    if (head or i < _HEAD_REACH or i >= n - 4) and len(line) <= 150:
        return _byline(line, bare, head)
    return None


def _is_prose(line: str, colon: int) -> bool:
    """Whether what stands behind a label is a sentence of the article ("Watch: it may rain again, the mayor said.")."""
    return _SENTENCE_END.search(line[-4:]) is not None and len(line) - colon > 60 and "http" not in line


def _by_start(line: str, bare: str) -> str | None:
    word = bare.split(None, 1)[0] if bare else ""
    for phrase, kind in _START.get(word, ()):
        if bare.startswith(phrase) and not bare[len(phrase):len(phrase) + 1].isalnum():
            return kind
    for phrase, kind in _CAPITAL.get(word, ()):
        if bare.startswith(phrase):
            rest = line.lstrip(_EDGES)[len(phrase):]
            follows = rest.lstrip(" :@\"“'‘")
            named = follows[:1].isupper() or follows[:1].isdigit() or follows.startswith(("the ", "of "))
            if named and rest[:1].isspace() and (not _SENTENCE_END.search(line[-4:]) or _capitalised(rest) >= 0.6):
                return kind
    return None


def _is_credit(line: str, low: str, bare: str) -> bool:
    last = line[-1]
    if last in ")]":
        bracket = _BRACKET.search(line)
        if bracket:
            inner = bracket["inner"]
            # "(Reuters)" behind a full sentence signs a dispatch, behind anything else it names whose picture stands above
            if _CREDIT_WORD.search(inner) and (len(inner) < 30 or "/" in inner or _capitalised(inner) >= 0.5):
                return True
            before = line[: bracket.start()].rstrip()
            parts = [part.strip().lower() for part in re.split(r"/|:|\bvia\b|\|", inner)]
            if "/" in inner:
                return any(part in _AGENCIES or part.removeprefix("the ") in _OUTLETS for part in parts)
            return any(part in _AGENCIES for part in parts) and (not before or not _SENTENCE_END.search(before[-4:]))
        return False
    if len(line) <= 100 and ("/" in line or bare in _AGENCIES):
        parts = [part.strip(_EDGES) for part in re.split(r"/|\bvia\b", bare)]
        if any(part in _AGENCIES for part in parts) and len(bare.split()) <= 10 and _capitalised(line) >= 0.7:
            return True
    if "via getty images" in low or "/getty images" in low:
        return True
    if last != "." and "/" in line and line.rsplit("/", 1)[1].strip().lower() in _AGENCIES:
        return True
    if last not in ".!?" and (":" in line or " by " in low) and _CREDIT_END.search(line):
        return True
    return _IMAGE_OF.fullmatch(line) is not None


def _byline(line: str, bare: str, head: bool) -> str | None:
    if bare.startswith("by") and (match := _BYLINE.fullmatch(line)):
        name, rest = match["name"].split(), match["rest"]
        known, parted = " ".join(name).lower().removeprefix("the ").rstrip("."), rest.lstrip()[:1] in tuple("|•·&/")
        if known in _AGENCIES or known in _OUTLETS:
            return "byline" if not rest.strip(_EDGES) or parted else None
        if not 2 <= len(name) <= 6 or name[0].lower().rstrip(".") in _NO_NAMES:
            return None
        if _SENTENCE_END.search(line[-4:]) and _capitalised(line) < 0.75:
            return None
        return "byline" if parted or _capitalised(rest) >= 0.5 or _ROLE.search(rest) else None
    if not head or len(line) > 100:
        return None
    if bare in _OUTLETS or bare.removeprefix("the ") in _OUTLETS:
        return "byline"
    match = _NAME.match(line)
    if match is None:
        return None
    rest = line[match.end():].strip()
    if not rest:
        return "byline?"
    if match["first"].lower().rstrip(".") in _FIRST_NAMES and rest[0] in "|•·,-–—/" and not _SENTENCE_END.search(line[-4:]):
        by = rest.strip(" |•·,-–—/")
        outlet = by.lower().split(" and ")[0] in _OUTLETS or by.lower() in _AGENCIES
        if outlet or (_ROLE.search(by) and _capitalised(by) >= 0.5) or (rest[0] in "|•" and len(by) <= 40):
            return "byline"
    return None


def _is_outlet_line(text: str, paragraphs: Sequence[Range], i: int) -> bool:
    if i >= len(paragraphs):
        return False
    start, end = paragraphs[i]
    if end - start > 60:
        return False
    bare = text[start:end].lower().strip(_EDGES)
    words = bare.split()
    if len(words) > 1 and len(words) < 6 and words[-1] in _OUTLET_SUFFIXES and text[start:end].istitle():
        return True
    return bare in _OUTLETS or _WHOLE.get(bare, ("", ""))[0] == "byline"


def _dateline(text: str, start: int, end: int) -> int:
    """Where the dateline that opens the paragraph ends; 0 if none does."""
    window = text[start:min(end, start + 110)]
    first = window[0]
    if not (first.isupper() or first == "("):
        return 0
    if not ("—" in window or "–" in window or "-" in window or "―" in window or ")" in window):
        return 0
    match = _DATELINE.match(window)
    if match is None or not match.end():
        return 0
    place, rest, agency = match["place"] or "", match["rest"] or "", (match["agency"] or "")[1:-1]
    known = agency.lower() in _AGENCIES or agency.lower() in _OUTLETS
    dated = _MONTH_DAY.search(rest) is not None
    whole = match.end() == len(window)
    if whole and (end - start > len(window) or not (place and (known or (place.isupper() and (dated or match["dash"]))))):
        return 0
    follows = window[match.end():].lstrip()[:40]
    if follows and (follows[0].islower() or (len(follows) > 20 and follows.isupper())):
        return 0
    bare = not match["dash"] and window[match.end():match.end() + 1].isspace()  # neither a dash nor run together: "(Reuters) Rain fell"
    if not place:
        return start + match.end() if known and not (bare and agency.islower()) else 0
    if bare:  # "The Associated Press (AP) President"
        return 0
    if place.lower().strip(".") in _NOT_PLACES:
        return 0
    if any(not (part[:1].isupper() or part[:1].isdigit()) for part in (p.strip() for p in rest.split(",")[1:])):
        return 0
    capitals = place == place.upper() or place.replace("Mc", "MC").replace("Mac", "MAC").isupper()
    letters = sum(c.isalpha() for c in place)
    if known or (capitals and letters >= 3 and (not agency or agency[0].isupper())) or (dated and (capitals or agency[:1].isupper())):
        return start + match.end() if match["dash"] or whole or known else 0
    return 0


def _is_title(line: str, text: str, paragraphs: Sequence[Range], i: int) -> bool:
    """Whether a short line at the start is a headline: repeated, or no sentence, or all words capitalised; and prose follows."""
    size = len(line)
    if size > _SHORT or size < 6 or line[-1] in ",:":
        return False
    near = paragraphs[i + 1:i + 4]
    if not near:
        return False
    repeated = any(end - start == size and text[start:end] == line for start, end in near) and size <= 200
    prose = ((start, end) for start, end in paragraphs[i + 1:i + 8] if end - start >= 40 and _SENTENCE_END.search(text, end - 3, end))
    if not any(end - start != size or text[start:end] != line for start, end in prose):
        return False
    if repeated:
        return True
    words = line.split()
    initial = next((c for c in line if c.isalpha()), "")
    if size > _TITLE or not 2 <= len(words) <= 25 or initial.islower() or _dateline(text, *paragraphs[i]):
        return False
    if text[near[0][0]].islower():  # the line was broken off
        return False
    if len(words) < 4 and words[0].lower() in _FIRST_NAMES and _NAME.fullmatch(line):  # somebody's name
        return False
    if _SENTENCE_END.search(line[-4:]) or _SENTENCE_INSIDE.search(line):
        long = [w for w in (word.strip(_EDGES) for word in words) if len(w) > 3]
        capitals = sum(w[0].isupper() or w[0].isdigit() for w in long)
        return len(long) >= 3 and capitals >= 0.85 * len(long) and line[0] not in "“\"("
    return True


def _close_tail(text: str, paragraphs: Sequence[Range], kinds: list[str | None]) -> None:
    tail = None
    for i in range(len(kinds) - 1, -1, -1):
        start, end = paragraphs[i]
        if kinds[i] is None:
            if end - start >= 40 and (end - start > _SHORT or _SENTENCE_END.search(text, end - 3, end)):
                break
        elif kinds[i] in _TAIL_KINDS:
            tail = i
    else:
        return
    if tail is not None:
        for i in range(tail, len(kinds)):
            kinds[i] = kinds[i] or "more"


def _capitalised(words: str) -> float:
    """Share of the words, but for short ones in lower case, that begin with a capital; 1.0 if there is none."""
    letters = [w for w in re.findall(r"[^\W\d_][\w.'’-]*", words) if len(w) > 3 or w[0].isupper()]
    return sum(w[0].isupper() for w in letters) / len(letters) if letters else 1.0


def _plain(line: str) -> str:
    """A line as titles are compared: case, quotes, dashes, blanks and the end mark do not count."""
    return " ".join(line.translate(_STRAIGHT).casefold().split()).strip(" .")


def _same_title(line: str, title: str) -> bool:
    if line == title:
        return True
    longer, shorter = (line, title) if len(line) > len(title) else (title, line)
    return len(shorter) >= 12 and longer.startswith(shorter) and _SITE.fullmatch(longer, len(shorter)) is not None
