"""Roles of the people in an article, from the words around their names.

Conventions
-----------
* A role stands before the name ("former NATO official Jane Doe", "Sen. Doe") or after it, between commas, in brackets or in a clause with
  "who" ("Jane Doe, a former NATO official"). Of several the longest text is kept, and the head nouns of all ("the senator" then finds
  her).
* The same words tell that a name which only capitals made a person is an organisation ("law firm X", "X, a labor group,") or an outlet
  ("newspaper X"), and which medium a journalist works for.

After the appositive and title rules of source annotation in PolNeAR (Newell, Margolin and Ruths 2018). At most a dozen tokens on either
side are read.
"""

from __future__ import annotations

from framing.names import NameBook, Named, Run
from framing.nouns import ABBREVIATED, CALENDAR, CAP, FIRST, FUNCTION, PARTICLE, POSSESSIVE, TITLE, column, is_courtesy, noun
from framing.tokens import Tokens

_AFTER_HEAD = frozenset({"of", "in", "for", "at", "with", "from", "on", "that", "which", "and", "based", "to"})
_AFTER_PHRASE = frozenset(
    [",", ")", "—", "–", "--", ";", ".", "said", "says", "told", "and", "who", "whose", "whom", "which", "”", '"', ":"]
)
_PARTIES = {"R": "republican", "D": "democratic"}  # "(R-Ohio)"
_AGENT = ("er", "or", "ist", "ian", "eer", "ee", "smith")


def role_words(book: NameBook, first: int, last: int) -> tuple[int, int]:
    """The role in the words before a name, without marks and courtesy titles at its ends ("Mr. Justice Doe"); empty if nothing is left."""
    words = book.words
    while last > first and (words[last - 1] in (",", ".") or is_courtesy(words[last - 1])):
        last -= 1
    if POSSESSIVE.isdisjoint(words[first:last]):  # "Mr. Khan's spokesman" keeps its first word
        while first < last and is_courtesy(words[first]):
            first += 1
    if column("modifiers").issuperset(map(str.lower, words[first:last])):
        return first, first
    return first, last


def _phrase_before(book: NameBook, first: int, floor: int) -> tuple[int, str]:
    """Start and head noun of the role that ends right before token ``first`` ("former NATO official"), or ``first`` and "" if none."""
    words, flags = book.words, book.flags
    i = first - 1
    if i < floor:
        return first, ""
    if words[i] == "," and i - 1 >= floor:
        i -= 1
    lemma, known, plural = noun(words[i], words[i - 1] if i > floor else "")
    if "person" not in known or plural or words[i] in POSSESSIVE:
        return first, ""
    start = i
    while start - 1 >= floor and first - start < 9:
        w, f = words[start - 1], flags[start - 1]
        if (
            w in POSSESSIVE
            or (f & CAP and not f & FUNCTION)
            or (w.isalpha() and not f & FUNCTION and not w.endswith("ly"))
            or ("-" in w and len(w) > 2)
        ):
            if w in ("said", "says", "told", "by", "that") or f & CALENDAR:
                break
            start -= 1
        else:
            break
    return start, lemma


def _phrase_after(book: NameBook, last: int, stop: int, sure: bool = False) -> tuple[int, int, str]:
    """Range and head noun of the appositive after a name that ends at ``last`` (", a former NATO official,"); an empty range if none.

    After a name that is ``sure`` to be a person's, a noun that no lexicon knows counts too if it ends as agents do (", a baker,").
    """
    words, flags = book.words, book.flags
    i = last
    if i >= stop or words[i] not in (",", "(", "—", "–", "--", "-", "who"):
        return last, last, ""
    i += words[i] != "who"
    while i < stop and i - last < 3 and (words[i].isdigit() or words[i] in (",", "now", "then", "once", "himself", "herself")):
        i += 1
    if i < stop and words[i] == "who":
        i += 1
        while i < stop and i - last < 5 and words[i] not in ("was", "is", "served", "worked", "serves", "works", "runs", "leads", "heads"):
            i += 1
        i += 1
        if i < stop and words[i] == "as":
            i += 1
    if i < stop and words[i].lower() in ("not", "no", "never", "n't", "n’t"):
        return last, last, ""  # "who is no expert"
    i += i < stop and words[i] in ("also", "still")
    begin = i
    head = ""
    while i < stop and i - begin < 12:
        w = words[i]
        if head and w in _AFTER_PHRASE:
            break
        if w in (",", ")", ";", ".", "said", "says", "told", "who", "”", '"', "“", "he", "she", "they", ":"):
            return last, last, ""
        lemma, known, plural = noun(w, words[i - 1] if i > begin else "")
        if not head and "person" in known and not plural and not flags[i] & FIRST and (i + 1 >= stop or words[i + 1] not in POSSESSIVE):
            nxt = noun(words[i + 1], w) if i + 1 < stop else ("", frozenset(), False)
            if "person" not in nxt[1] and not (i + 1 < stop and flags[i + 1] & CAP and w[:1].islower() and flags[i] & TITLE == 0):
                head = lemma
        if not head and sure and i > begin and words[begin] in ("a", "an") and w.endswith(_AGENT) and not known and not plural:
            head = lemma
        i += 1
    if head and i + 2 < stop and words[i] == "," and flags[i + 1] & FIRST and flags[i + 2] & (CAP | PARTICLE):
        return last, last, ""  # the phrase belongs to the name after it: "In London, the ambassador, Jane Doe"
    return (begin, i, head) if head else (last, last, "")


def _reclassify(book: NameBook, run: Run, entry: Named, stop: int) -> None:
    """Look again at a name that only capitals made a person, or that is an acronym.

    "law firm X", "X, a labor group," and "X, which" are organisations, "newspaper X" is an outlet.
    """
    words = book.words
    if run.first > 0 and book.at[run.first - 1] < 0 and words[run.first - 1].isalpha():
        before = noun(words[run.first - 1], words[run.first - 2] if run.first > 1 else "")[1]
        if "outlet" in before and "head" in before:
            entry.kind = "outlet"
        elif "organisation" in before and entry.kind == "organisation":
            entry.heads.add(noun(words[run.first - 1])[0])
        elif "organisation" in before and entry.kind == "person" and words[run.first - 1].islower():
            entry.kind = "organisation"
    if entry.kind != "person" or run.last + 2 >= stop or words[run.last] not in (",", "("):
        return
    if words[run.last + 1] == "which":
        entry.kind = "organisation"
    elif words[run.last + 1].lower() in ("a", "an", "the", "one"):
        for i in range(run.last + 2, min(stop, run.last + 10)):
            known = noun(words[i], words[i - 1])[1]
            ends = i + 1 >= stop or not words[i + 1][:1].isalpha() or words[i + 1] in _AFTER_HEAD or words[i + 1].endswith("ed")
            if "person" in known or words[i] in (",", ")", "who"):
                return
            if (("organisation" in known or "outlet" in known) and ends and words[i].islower()) or words[i] in ("PAC", "NGO"):
                entry.kind = "outlet" if "outlet" in known else "organisation"
                return


def _note_outlet(book: NameBook, entry: Named, first: int, last: int) -> None:
    """Keep the outlet that a role names."""
    for i in range(first, last):
        run = book.run_at(i)
        if run is not None and run.kind == "outlet":
            entry.press = run.id


def _note_writer(book: NameBook, entry: Named, last: int, stop: int) -> None:
    """Keep the outlet of a journalist: "Jane Doe, writing for the Post", "Jane Doe of the Post"."""
    words = book.words
    if last + 2 < stop and words[last] == "of":
        i = last + 1 + (words[last + 1].lower() == "the")
        run = book.run_at(i)
        if run is not None and run.first <= i and run.kind == "outlet" and book.named[run.id].name not in column("outlets", "platform"):
            entry.press = run.id
            entry.heads.add("reporter")
        return
    if last + 3 >= stop or words[last] != "," or words[last + 1] not in ("writing", "reporting", "blogging"):
        return
    i = last + 3 + (words[last + 3].lower() == "the")
    run = book.run_at(i)
    if run is not None and run.first <= i < stop and run.kind == "outlet":
        entry.press = run.id
        entry.heads.add("reporter")


def find_roles(book: NameBook, tokens: Tokens) -> None:
    """Fill ``role`` and ``heads`` of every person from titles, the words before and the appositive after each full mention."""
    first_of = tokens.sentence_first.tolist()
    sentences = tokens.sentence[[run.first for run in book.runs]].tolist() if book.runs else []
    text, start, end = tokens.text, tokens.start, tokens.end
    for run, s in zip(book.runs, sentences):
        if run.id < 0 or run.kind not in ("person", "unknown", "organisation"):
            continue
        entry = book.named[run.id]
        if not entry.sure:
            _reclassify(book, run, entry, first_of[s + 1])
        if entry.kind != "person":
            continue
        if run.name > run.first:
            for i in range(run.first, run.name):
                low = book.words[i].lower().rstrip(".")
                low = ABBREVIATED.get(low, low)
                if noun(low)[1]:
                    entry.heads.add(noun(low, book.words[i - 1] if i > run.first else "")[0])
                    entry.heads.add(low)
        known = run.first - 2 * (book.words[max(0, run.first - 2) : run.first] == ["known", "as"])  # "the base chief known as Bob"
        begin, head = _phrase_before(book, known, first_of[s])
        role = ""
        if head or run.name > run.first:
            a, b = role_words(book, begin, run.name if run.name > run.first else known)
            role = text[int(start[a]) : int(end[b - 1])] if b > a else ""
            if head:
                entry.heads.add(head)
            _note_outlet(book, entry, a, b)
        elif run.first > first_of[s] + 1 and book.words[run.first - 1] in POSSESSIVE:
            owner = book.run_at(run.first - 2)
            if owner is not None and owner.kind == "outlet" and book.named[owner.id].name not in column("outlets", "platform"):
                entry.press = owner.id
                entry.heads.add("reporter")
        _note_writer(book, entry, run.last, first_of[s + 1])
        begin, stop, after = _phrase_after(book, run.last, first_of[s + 1], entry.sure or len(entry.words) > 1)
        if after:
            _note_outlet(book, entry, begin, stop)
            entry.heads.add(after)
            appositive = text[int(start[begin]) : int(end[stop - 1])]
            role = appositive if len(appositive) > len(role) else role
        if role:
            entry.said.update(role.lower().split())
        if run.last + 1 < len(book.words) and book.words[run.last] == "(":
            entry.said.update(_PARTIES.get(w, w.lower()) for w in book.words[run.last + 1].split("-"))
        entry.sure |= bool(role)
        if len(role) > len(entry.role or ""):
            entry.role = role
