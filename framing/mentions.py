"""The shape of one mention: pronoun, name or description, its head noun, number, definiteness and what it says of affiliation.

Conventions
-----------
* A mention is a stretch of tokens. Its core ends before the first comma, bracket, preposition, relative pronoun or participle that no
  name covers.
* ``form`` is "none", "pronoun", "name", "joint" (two names and more joined by "and") or "description"; a description keeps the lemma of
  its head noun, the name that owns or modifies it ("Clinton campaign", "the minister's aide"), and whether a modifier or complement says
  whom it belongs to.
* In "some of the advisers", "one of those officials" the head is the noun after "of".
* A description followed by a name in apposition ("the press secretary, Jane Doe") is a name.

Head finding without a parser follows the usual rules for English noun phrases (Collins 1999, appendix A), cut down to base noun phrases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from framing.names import NameBook, Run
from framing.nouns import CAP, FUNCTION, POSSESSIVE, adjectives, classify, column, noun, pronouns


@cache
def _words(kind: str) -> frozenset[str]:
    return column("mention_words", kind)


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: tokens ``first`` to ``last``; ``name`` and ``owner`` (of the head noun) are ids of the name book, or -1."""

    first: int
    last: int
    form: str
    pronoun: str = ""
    name: int = -1
    kind: str = "none"
    head: str = ""
    flags: frozenset[str] = frozenset()
    plural: bool = False
    definite: bool = False
    owner: int = -1
    possessor: str = ""  # lower-case possessive pronoun before the head
    informative: bool = False  # a modifier or complement says whom it belongs to
    complement: bool = False  # words follow the core
    names: tuple[int, ...] = ()
    proper: bool = False  # a capitalised modifier: "the Mexican government"
    determined: bool = False  # an article, number or owner stands before it; in headings there is none
    listed: bool = False  # names of the people follow: "experts like Jane Doe"
    sole: bool = False  # its words say that there is one holder: "the highest-ranking officer", "the officer in charge"
    role: tuple[int, int] = (0, 0)  # tokens of the role before or after a name in this mention


NOTHING = Mention(0, 0, "none")
_LONGEST = 60  # tokens of a mention that are read


def read_mention(book: NameBook, first: int, last: int) -> Mention:
    """Shape of the mention in tokens ``first`` to ``last`` (excluded)."""
    words = book.words
    last = min(last, first + _LONGEST)
    while first < last - 1 and words[first].lower() in _words("leading") and book.at[first] < 0:
        if words[first + 1] in ("least", "most") or (words[first].lower() == "both" and "and" not in words[first:last]):
            break
        first += 1
    if first >= last:
        return NOTHING
    first = _after_amount(book, first, last)
    low = words[first].lower()
    classes = pronouns()
    if low in ("someone", "somebody") and last - first > 1:
        return Mention(first, last, "description", kind="person", head="person", flags=noun("person")[1], complement=True, determined=True)
    if (low in ("both", "two") and last - first == 1) or (
        low == "the" and last - first == 2 and words[first + 1].lower() in ("two", "three", "pair")
    ):
        return Mention(
            first, last, "description", kind="person", head="two", plural=True, definite=True, listed=True, flags=frozenset({"person"})
        )
    if low == "no" and last - first == 2 and words[first + 1].lower() == "one":
        return Mention(first, last, "pronoun", pronoun="generic", head="no one")
    if low in classes and (
        last - first == 1
        or (
            classes[low] not in ("quantifier", "generic")
            and words[first + 1].lower() in ("and", ",", "himself", "herself", "themselves", "all", "both", "also", "’ve", "'ve", "who")
        )
        or (classes[low] == "generic" and low not in ("one", "your", "our"))
    ):
        if low in ("she", "he", "we", "they") and last - first > 2 and words[first + 1] == "and":
            return Mention(
                first, last, "joint", pronoun=classes[low], kind="person" if _has_person(book, first + 2, last) else "group", plural=True
            )
        return Mention(
            first, last, "pronoun", pronoun=classes[low], plural=classes[low] in ("plural", "quantifier", "firstplural"), head=low
        )
    return _read_phrase(book, first, last)


def _after_amount(book: NameBook, first: int, last: int) -> int:
    """Where the number of "only about four in 10", "less than a third" begins."""
    i = first
    while i < min(last - 1, first + 4) and book.words[i].lower() in _words("amount"):
        i += 1
    low = book.words[i].lower()
    is_number = low[:1].isdigit() or low in _words("number") or low in _words("fraction")
    if low in ("a", "an", "one") and i + 1 < last:
        is_number = book.words[i + 1].lower() in _words("fraction")
    return i if is_number else first


def _core_end(book: NameBook, first: int, last: int) -> int:
    words = book.words
    for i in range(first + 1, last):
        at = book.at[i]
        if at >= 0 and book.runs[at].kind != "title":
            continue
        low = words[i].lower()
        if low in ("inside", "outside", "close", "near", "present") and words[i - 1].lower() in _words("indefinite") | {"the"}:
            continue
        if low in ("and", "or", "&") and i + 1 < last and not noun(words[i - 1])[1] and book.at[i - 1] < 0:
            continue  # "current and former officials"
        if low.endswith("ed") and words[i - 1] in ("own", "a", "an", "the"):
            continue  # "the department's own published rules"
        if low in _words("stop") or low in _words("subject"):
            return i
        if low in _words("determiner") and words[i - 1].lower() not in _words("before_determiner"):
            return i
        if low.endswith(("ed", "ing")) and noun(words[i - 1])[1] and not noun(low)[1]:
            return i
    return last


def _read_phrase(book: NameBook, first: int, last: int, depth: int = 0) -> Mention:
    words = book.words
    end = _core_end(book, first, last)
    core_last = end
    while core_last - 1 > first and (words[core_last - 1] in POSSESSIVE or words[core_last - 1] in _words("trailing")):
        core_last -= 1
    if core_last - first >= 1 and end < last and words[end] == "of":
        head = words[core_last - 1].lower()
        if head in column("collectives", "partitive") and end + 1 < last and depth < 4:
            inner = _read_phrase(book, end + 1, last, depth + 1)
            if (inner.form == "name" and book.named[inner.name].kind == "group") or inner.form in ("description", "joint"):
                many = head not in ("one", "member", "part", "none", "neither")
                return _as_partitive(
                    inner, first, last, many, head in column("collectives", "quantifier") or head in _words("number") or head == "one"
                )
            if inner.form == "none" or inner.form == "name":
                pass
        if (
            head in ("one", "some", "many", "most", "all", "several", "both", "none")
            and end + 1 < last
            and words[end + 1].lower() in ("them", "us", "those", "these")
        ):
            return Mention(first, last, "pronoun", pronoun="plural", plural=head != "one", head=head)
    run = _run_ending(book, first, core_last)
    if run is not None:
        joint = _joint(book, first, end, last, run)
        if joint is not None:
            return joint
        if run.id >= 0 and run.kind not in ("adjective", "title"):
            begin = max(first, run.name)
            before = [w.lower() for w in words[first:begin]]
            if book.named[run.id].kind == "group" and (before not in ([], ["the"]) or end < last):  # "some Democrats", "leading Democrats"
                head = noun(words[run.last - 1])[0]
                named = frozenset({"person", "insider"} if any(w in _words("count") for w in before) else {"person"})
                return Mention(first, last, "description", "", -1, "group", head, named, True, informative=True, complement=end < last)
            role = (first, begin) if (begin > first and words[first].lower() not in ("the",)) or begin - first > 1 else (0, 0)
            return Mention(
                first,
                last,
                "name",
                name=run.id,
                kind=book.named[run.id].kind,
                role=role,
                complement=end < last,
                plural=book.named[run.id].kind == "group",
            )
    described = _describe(book, first, core_last, end, last)
    if end < last and "person" in described.flags and not described.plural:
        after = _apposed(book, end, last)
        if after is not None:
            return Mention(first, last, "name", name=after.id, kind="person", role=(first, _role_end(book, after.first)), complement=True)
    if end == core_last and end < last and words[end] in ("and", ",") and described.kind == "person" and not described.plural:
        later = next((r for r in _runs_between(book, end, last) if r.kind == "person" and r.id >= 0), None)
        if later is not None and words[end] == "and" and later.first - end < 6:
            return Mention(first, last, "joint", kind="person", plural=True, names=(later.id,), informative=True, flags=described.flags)
    return described


def _apposed(book: NameBook, end: int, last: int) -> Run | None:
    """The person named in apposition after a description: right after one of the first commas, up to the next one or the end."""
    words = book.words
    if words[end] == "known" and last > end + 2 and words[end + 1] == "as":
        after = book.run_at(end + 2)
        return after if after is not None and after.id >= 0 and after.last <= last and book.named[after.id].kind == "person" else None
    commas = [i for i in range(end, min(last - 1, end + 16)) if words[i] == ","][:2]
    if words[end] == "the":
        after = book.run_at(end + 1)
        return after if after is not None and after.id >= 0 and after.last >= last and book.named[after.id].kind == "person" else None
    for i in commas:
        close = next((j for j in range(i + 1, min(last, i + 12)) if words[j] in _words("closing")), last)
        after = book.run_at(close - 1)
        if after is None or after.last < close or after.first <= i or after.id < 0:
            continue
        if book.named[after.id].kind == "person" and _is_role(book, i + 1, after.first):
            return after
    return None


def _role_end(book: NameBook, end: int) -> int:
    while book.words[end - 1] in (",", "the", "The"):
        end -= 1
    return end


def _is_role(book: NameBook, first: int, last: int) -> bool:
    """Whether tokens before a name can be its role: nothing, or words that end in a noun for a person."""
    if first >= last:
        return True
    return "person" in noun(book.words[last - 1], book.words[last - 2])[1] and not any(
        book.flags[i] & FUNCTION and book.words[i] != "the" for i in range(first, last)
    )


def _as_partitive(inner: Mention, first: int, last: int, many: bool, bare: bool) -> Mention:
    if inner.form == "name":
        return Mention(
            first,
            last,
            "description",
            kind="group",
            head="member",
            plural=many,
            owner=inner.name,
            informative=True,
            flags=frozenset({"group"}),
        )
    return Mention(
        first,
        last,
        "description",
        kind=inner.kind if many or inner.kind != "group" else "person",
        head=inner.head,
        flags=inner.flags,
        plural=many,
        definite=False,
        owner=inner.owner,
        possessor=inner.possessor,
        informative=inner.informative or inner.definite or not bare,
        complement=inner.complement,
        names=inner.names,
        determined=True,
    )


def _runs_between(book: NameBook, first: int, last: int) -> list[Run]:
    found: list[Run] = []
    i = first
    while i < last and len(found) < 12:
        run = book.run_at(i)
        if run is None:
            i += 1
        else:
            found.append(run)
            i = max(run.last, i + 1)
    return found


def _run_ending(book: NameBook, first: int, end: int) -> Run | None:
    """The run that ends where the core ends (a closing bracket or quotation mark between them does not count)."""
    i = end - 1
    while i > first and book.at[i] < 0 and book.words[i].isdigit() and book.at[i - 1] >= 0:  # "Channel 7"
        i -= 1
    while i > first and book.words[i] in (")", '"', "”", "''", ".") and book.at[i] < 0:
        i -= 1
    run = book.run_at(i)
    if run is not None and run.last > end and run.kind != "title":  # a part of a heading
        flags = noun(book.words[i])[1]
        alone = classify(tuple(book.words[max(first, run.first) : end]))
        known = -1 if (flags and end - first == 1) or alone == "group" else book.lookup(max(first, run.first), end)
        flags = frozenset({"group"}) if alone == "group" else flags
        return Run(run.first, end, max(first, run.first), "person", known) if known >= 0 else None if flags else run
    return run


def _after_place(book: NameBook, end: int, last: int) -> int:
    """After the state or party of a politician: "Jane Doe of Ohio", "Jane Doe (D-Ohio)"."""
    words = book.words
    if end + 2 < last and words[end] == "of":
        place = book.run_at(end + 1)
        return place.last if place is not None and place.first == end + 1 and place.kind in ("place", "unknown", "person") else end
    if end + 2 < last and words[end] == "(":
        close = next((i for i in range(end + 1, min(last, end + 7)) if words[i] == ")"), -1)
        return close + 1 if close > 0 else end
    return end


def _joint(book: NameBook, first: int, end: int, last: int, run: Run) -> Mention | None:
    """Names joined by "and": one mention of several."""
    words = book.words
    end = _after_place(book, end, last)
    if run.id < 0 or end >= last or words[end] not in ("and", ",", "&", "or", "nor"):
        return None
    if words[end] == ",":
        later = book.run_at(end + 1)
        if (
            later is None
            or later.first != end + 1
            or "person" not in later.kind
            or later.last >= last
            or words[later.last] not in (",", "and")
        ):
            return None
    others = [r for r in _runs_between(book, end + 1, last) if r.id >= 0 and r.kind not in ("adjective", "title", "place")]
    if words[end] == "," and not any("and" in (words[r.first - 1], words[r.last] if r.last < last else "") for r in others):
        return None
    rest = words[end + 1 : last]
    kinds = ({book.named[run.id].kind} | {book.named[r.id].kind for r in others}) - {"unknown", "place"} or {"organisation"}
    if words[end] in ("and", "or", "nor", "&"):
        if not others:
            tail = noun(words[last - 1], "")[1]
            alone = {"person": "person", "organisation": "organisation", "place": "organisation"}.get(book.named[run.id].kind, "group")
            return Mention(first, last, "joint", kind=alone, plural=True, names=(run.id,), flags=tail) if rest else None
        if others[-1].last < last - 1 and noun(words[last - 1])[1] & {"person"} and noun(words[last - 1])[2]:
            kinds.add("group")
        if others[0].kind == "person" and others[0].first - end < 7 and "group" not in kinds and book.named[run.id].kind == "person":
            kinds = {"person"}
    names = tuple(sorted({run.id, *(r.id for r in others)}))
    kind = kinds.pop() if len(kinds) == 1 else "person" if "person" in kinds else "organisation"
    kind = {"unknown": "person", "place": "organisation"}.get(kind, kind)
    return Mention(first, last, "joint", kind=kind, plural=True, names=names)


def _describe(book: NameBook, first: int, core: int, end: int, last: int) -> Mention:
    """A description: its head is the last noun of the core."""
    words, flags = book.words, book.flags
    i = core - 1
    while i > first and (not words[i][:1].isalnum() or (words[i].lower().endswith("ly") and not noun(words[i])[1])) and words[i] != "%":
        i -= 1
    lemma, known, plural = noun(words[i], words[i - 1] if i > first else "")
    if not known and i > first:
        previous = noun(words[i - 1], words[i - 2] if i - 1 > first else "")
        if previous[1] and (words[i].lower().endswith(("ed", "ing", "ago")) or words[i] in _words("trailing")):
            i -= 1
            lemma, known, plural = previous
    low_first = words[first].lower()
    owner, possessor, informative, proper = -1, "", False, False
    lemma_words = len(lemma.split(" "))
    for j in range(first, i - lemma_words + 1):
        w = words[j].lower()
        run = book.run_at(j)
        if run is not None and run.id >= 0 and run.kind not in ("title",):
            owner = run.id
            informative = proper = True
        elif run is not None:
            informative = proper = True
        elif w in ("his", "her", "their", "its", "our", "my", "your"):
            possessor = w
            informative = informative or w not in ("our",)
        elif w not in column("modifiers") and (w.isalpha() or "-" in w) and not flags[j] & FUNCTION:
            informative = True
    if (owner < 0 and words[i] in adjectives()) or (flags[i] & CAP and not flags[i] & FUNCTION and i > first):
        informative = informative or words[i] in adjectives()
    complement = end < last and words[end][:1].isalpha() and words[end].lower() not in _words("no_complement")
    names: tuple[int, ...] = ()
    if end < last:
        names = tuple(r.id for r in _runs_between(book, end, last) if r.id >= 0)
        made = words[end].endswith("ed") and words[end + 1 : end + 2] == ["by"]  # "a decree signed by Jane Doe"
        if owner < 0 and names and (made or words[end] in ("of", "for", "by", "from", "at", "with")):
            owner = names[0]
    apposed = (
        end < last
        and plural
        and words[end] in (",", "—", "–", "--", "-", ":", "including", "like", "such")
        and (_has_person(book, end, last) or (words[end] == "like" and any(book.named[n].kind == "organisation" for n in names)))
    )
    definite = low_first in ("the", "this", "that", "these", "those", "both") or possessor != ""
    definite = definite or any(words[j] in POSSESSIVE for j in range(first, i))
    kind = _kind_of(known, plural, words, first, i, definite, owner >= 0, apposed)
    if lemma == "report" and plural and owner < 0 and not definite:
        kind = "outlet"  # "according to reports"
    if low_first == "no" and kind in ("person", "organisation", "group") and not plural:
        kind = "generic"
    if apposed and kind == "group" and "person" in known and "including" not in words[end : end + 2]:
        kind = "person"
    if low_first in _words("number") and kind == "person":
        plural = True
    if (
        plural
        and "person" in known
        and not complement
        and (low_first == "both" or (low_first == "the" and i > first + 1 and words[first + 1].lower() == "two"))
    ):
        apposed, kind = True, "person"
    return Mention(
        first,
        last,
        "description",
        kind=kind,
        head=lemma,
        flags=known,
        plural=plural,
        definite=definite,
        owner=owner,
        possessor=possessor,
        informative=informative,
        complement=complement,
        names=names,
        proper=proper,
        listed=apposed,
        sole=any("est-" in w or w.lower() in _words("sole") for w in words[first:i])
        or [w.lower() for w in words[end : end + 2]] == ["in", "charge"],
        determined=definite or low_first in _words("indefinite"),
    )


def _has_person(book: NameBook, first: int, last: int) -> bool:
    return any(
        r.id >= 0 and book.named[r.id].kind == "person" and (book.named[r.id].sure or r.last - r.name > 1)
        for r in _runs_between(book, first, last)
    )


def _kind_of(known: frozenset[str], plural: bool, words: list[str], first: int, i: int, definite: bool, owned: bool, listed: bool) -> str:
    low_first = words[first].lower()
    for kind in ("person", "document", "outlet", "organisation", "group"):
        if kind in known:
            if kind == "organisation" and plural:
                land = words[i].lower() in ("countries", "states", "nations", "counties", "cities")
                return "group" if land or not (definite or owned or listed) else kind
            return "group" if kind == "person" and plural else kind
    low = words[i].lower()
    if low in ("half", "third", "quarter", "two-thirds", "fifth"):
        return "group"
    if low[:1].isdigit() or low in ("those", "these") or pronouns().get(low) == "quantifier" or low in _words("number"):
        return "group"
    if low in ("one", "another") or (low_first == "one" and i == 0):
        return "person"
    if words[i] in column("places", None, 1) and low_first == low:
        return "organisation"
    if words[i] in adjectives():
        return "group" if low_first in ("the", "many", "most", "some", low) else "person"
    if any(w[:1].isdigit() or w in _words("number") or pronouns().get(w) == "quantifier" for w in words[first:i]):
        return "group"  # "about four in 10", "less than a third"
    return "none"
