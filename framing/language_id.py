"""Which language a text is in, by its function words (Ingle 1976; Grefenstette 1995), and by its script where that says it.

Conventions
-----------
* Codes are ISO 639-1; "und" where nothing decides.
* ``share(l)`` = occurrences of function words of ``l`` / word tokens of the body (tokens with a letter). A word that several languages have
  counts for each of them.
* The language with the largest share is taken if that share is at least ``THRESHOLD`` and a factor ``LEAD`` ahead of the next; news in
  English has shares of .35 to .5, and lists of names still .2. Related languages share words, so a small lead is enough.
* A text of fewer than ``FEW`` words needs one hit, and a lead over the others, in place of the threshold.
* If most letters are of a script of ``lexicons/scripts.tsv``, only the languages of that script compete; without a decision the script's
  language is taken. Han characters beside more than a tenth of kana are Japanese.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.lexicons import read_table
from framing.tokens import Tokens
from framing.word_types import Table

THRESHOLD, LEAD, FEW = 0.10, 1.05, 8
_KANA = 0.1


def detect_language(tokens: Tokens) -> str:
    """The language of the body (of the whole text if there is no body).

    Parameters
    ----------
    tokens : Tokens

    Returns
    -------
    str
        ISO 639-1 code, or "und" if the text is too short, holds no words or is in no language of the lexicons.
    """
    kinds = tokens.type[tokens.body] if tokens.body.any() else tokens.type
    counts = np.bincount(kinds, minlength=len(tokens.types)).tolist()
    languages, _ = _tables()
    if not tokens.types:
        return "und"
    words, strange, *hits = (np.array(counts) @ tokens.rows(_TABLE)[tokens.numbers]).tolist()
    if not words:
        return "und"
    fallback = "und"
    if strange > words / 4:  # only then can another script hold most of the letters
        script = _script(tokens.types, counts)
        if script is not None:
            fallback, own = script
            hits = [h if language in own else 0 for h, language in zip(hits, languages)]
    order = sorted(range(len(hits)), key=hits.__getitem__, reverse=True)
    best, second = hits[order[0]], hits[order[1]]
    enough = best >= 1 if words < FEW else best >= THRESHOLD * words
    return languages[order[0]] if enough and best > LEAD * second else fallback


def _signs(types: Sequence[str]) -> NDArray[np.int64]:
    """Of each word type: whether it holds a letter, whether it does and is not plain ASCII, whether it is a word of each language."""
    languages, table = _tables()
    signs = np.zeros((len(types), 2 + len(languages)), np.int64)
    for row, token in zip(signs, types):
        if token.isalpha() or any(map(str.isalpha, token)):
            row[0], row[1] = 1, not token.isascii()
            for i in table.get(token.lower(), ()):
                row[2 + i] += 1
    return signs


_TABLE = Table(_signs)


def _script(types: tuple[str, ...], counts: list[int]) -> tuple[str, frozenset[str]] | None:
    """The script of most letters: the language it stands for, and the languages of the function words that are written in it."""
    firsts, lasts, names, _ = _scripts()
    letters: Counter[str] = Counter()
    total = 0
    for token, count in zip(types, counts):
        total += count * len(token)
        for character in token if count else "":
            i = bisect_right(firsts, ord(character)) - 1
            if i >= 0 and ord(character) <= lasts[i]:
                letters[names[i]] += count
    kana = letters["Hiragana"] + letters["Katakana"]
    if kana > _KANA * (kana + letters["Han"]):
        letters["Hiragana"] += letters["Katakana"] + letters["Han"]
    if not letters:
        return None
    name, most = max(letters.items(), key=lambda item: item[1])
    return None if most * 2 < total else _scripts()[3][name]


@lru_cache(maxsize=1)
def _tables() -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    languages: list[str] = []
    table: dict[str, tuple[int, ...]] = {}
    for i, row in enumerate(read_table("function_words")):
        languages.append(row["language"])
        for word in row["words"].split():
            table[word] = (*table.get(word, ()), i)
            if "'" in word:
                table[word.replace("'", "’")] = table[word]
    return tuple(languages), table


@lru_cache(maxsize=1)
def _scripts() -> tuple[list[int], list[int], list[str], dict[str, tuple[str, frozenset[str]]]]:
    rows = sorted(read_table("scripts"), key=lambda row: int(row["first"], 16))
    firsts, lasts = [int(row["first"], 16) for row in rows], [int(row["last"], 16) for row in rows]
    languages, table = _tables()
    written: dict[str, Counter[str]] = {language: Counter() for language in languages}
    for word, owners in table.items():
        i = bisect_right(firsts, ord(word[0])) - 1
        if i >= 0 and ord(word[0]) <= lasts[i]:
            for owner in owners:
                written[languages[owner]][rows[i]["script"]] += 1
    own = {row["script"]: frozenset(language for language, seen in written.items() if seen[row["script"]]) for row in rows}
    return firsts, lasts, [row["script"] for row in rows], {row["script"]: (row["language"], own[row["script"]]) for row in rows}
