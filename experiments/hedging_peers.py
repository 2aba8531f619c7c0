"""Uncertain sentences and words of cues by the hedge lists of two free packages, beside our own words and rules.

    npm pack hedges@2.0.1 && mkdir -p FOLDER/hedges && tar -xzf hedges-2.0.1.tgz -C FOLDER/hedges
    pip download --no-deps convokit==5.0.0 && tar -xzf convokit-5.0.0.tar.gz -C FOLDER
    python -m experiments.hedging_peers --peers FOLDER   # writes results/hedging_peers.json; about 15 seconds on one core

The lists (both MIT) are not part of this repository: they are looked for in the unpacked packages, anywhere in ``FOLDER``, and must be the
files that were measured (``LISTS``: version and SHA-256).

Lists
-----
* ``words/hedges``: the array of the npm package ``hedges`` (Wormer 2022), phrases included.
* ``ConvoKit``: the list ``hedges`` of ``politeness_strategies.py`` (Chang et al. 2020; Danescu-Niculescu-Mizil et al. 2013) as its feature
  ``HASHEDGE`` reads it: a *token* in small letters is in the list. So its 19 phrases, of several words, can never match (issue 149 there).
  Its feature ``Hedges`` asks for a parse and a subject below a hedge as well; it finds less, and is not measured.
* ``ConvoKit, phrases too``: as if they could.
* ``own words``: the one-word cues of our lexicon of the profile, as a bare list; ``own rules``: with conditions, look-alikes, negation and
  a confidence of at least ``CONFIDENCE``, phrases included. As in :mod:`experiments.hedging`.

Protocol
--------
That of :mod:`experiments.hedging`: a sentence is uncertain if it holds a word of the list; *token*: each word of a hit against each word of
a gold cue. All read the tokens of :func:`framing.tokens.tokenize`; a list matches in small letters, ``’`` as ``'``, never over the end of a
sentence. Intervals: 95 % bootstrap over documents, 1,000 resamples, seed 0. ``difference``: F1 of our rules less that of the list, paired
bootstrap on the same documents.

The lists were made with none of these corpora; our words and rules with a look at all but news (see :mod:`experiments.hedging`).
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.hedging import (
    BIO,
    CONFIDENCE,
    PAPERS,
    SETTINGS,
    Corpus,
    Predicted,
    by_sentence,
    conll,
    cue_tokens,
    evaluate,
    szeged,
    token_scores,
)
from experiments.results_file import write
from framing.metrics.bootstrap import paired_bootstrap
from framing.metrics.signature import signature
from framing.metrics.spans import precision_recall_f1
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PeerList:
    """Where a list stands, and what it was when it was measured.

    Attributes
    ----------
    package, version, how
        What to fetch, and with which command.
    path
        The end of the path of the file.
    array
        What stands before the first bracket of the list in the file.
    sha256
        Of the file.
    """

    package: str
    version: str
    how: str
    path: str
    array: str
    sha256: str


LISTS = {
    "words/hedges": PeerList(
        "hedges",
        "2.0.1",
        "npm pack hedges@2.0.1",
        "package/index.js",
        "export const hedges = ",
        "cbc4b2e1fff29292f41099dc7857a79054e49f67d94312be11ed9aaa837ef24d",
    ),
    "ConvoKit": PeerList(
        "convokit",
        "5.0.0",
        "pip download --no-deps convokit==5.0.0",
        "politeness_api/features/politeness_strategies.py",
        "hedges = ",
        "07a91e093111806c7ecbef46db04c1c7dac64b5ee15f92f68c4496e2e7d8ebec",
    ),
}


class PeerMissingError(Exception):
    """A list is not there, or is not the one that was measured."""


def entries_of(code: str, array: str) -> tuple[str, ...]:
    """The strings of the array in a source file.

    Raises
    ------
    PeerMissingError
        If there is no such array of strings.
    """
    found = re.search(rf"^{re.escape(array)}(\[[^\]]*\])", code, re.MULTILINE)
    try:
        entries = ast.literal_eval(found[1]) if found else []  # a list of strings is written alike in both languages
    except (SyntaxError, ValueError):
        entries = []
    if not entries or not all(isinstance(entry, str) for entry in entries):
        raise PeerMissingError(f"no list of strings follows {array!r}")
    return tuple(entries)


def read_list(folder: Path, peer: PeerList) -> tuple[str, ...]:
    """The entries of a list.

    Raises
    ------
    PeerMissingError
        If its file is not in the folder, or is another one than was measured.
    """
    files = sorted(path for path in folder.rglob(Path(peer.path).name) if path.as_posix().endswith(f"/{peer.path}"))
    advice = f"fetch {peer.package} {peer.version} with `{peer.how}` and unpack it in {folder}"
    if not files:
        raise PeerMissingError(f"No file {peer.path} is in {folder}: {advice}.")
    for path in files:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == peer.sha256:
            return entries_of(data.decode("utf-8"), peer.array)
    raise PeerMissingError(f"{files[0]} is not that of {peer.package} {peer.version}, which was measured: {advice}.")


def match(tokens: Tokens, entries: Iterable[str]) -> Bools:
    """The tokens that stand in an entry, in small letters, within a sentence; entries may have several words.

    Parameters
    ----------
    tokens
        n tokens.
    entries
        Words and phrases; split as the text is.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    names: dict[str, int] = {}
    of_type = [names.setdefault(alike(word), len(names)) for word in tokens.types]
    word = np.array(of_type, np.int64)[tokens.type] if len(tokens) else np.zeros(0, np.int64)
    out = np.zeros(len(word), np.bool_)
    for phrase in {tuple(map(alike, tokenize(article_from_text(entry)).words())) for entry in entries}:
        k = len(phrase)
        if not 0 < k <= len(word) or any(part not in names for part in phrase):
            continue
        first = tokens.sentence[: len(word) - k + 1] == tokens.sentence[k - 1 :]
        for i, part in enumerate(phrase):
            first &= word[i : len(word) - k + 1 + i] == names[part]
        for i in range(k):
            out[i : len(word) - k + 1 + i] |= first
    return out


def alike(word: str) -> str:
    """A word as it is compared."""
    return word.lower().replace("’", "'")


def one_word(entries: Sequence[str]) -> tuple[str, ...]:
    """The entries that one token can be."""
    return tuple(entry for entry in entries if " " not in entry)


def corpora() -> dict[str, tuple[Corpus, str]]:
    """The corpora, and the profile of our words and rules on each."""
    return {
        "szeged news": (szeged("news"), "szeged"),
        "szeged wiki": (szeged("wiki"), "szeged"),
        "szeged bio": (szeged(*BIO), "szeged"),
        "szeged papers": (szeged(*PAPERS), "szeged"),
        "conll wiki train": (conll("wiki"), "conll-wiki"),
        "conll bio train": (conll("bio"), "bio"),
    }


def difference(of: NDArray[np.int64], gold: Bools, one: Bools, other: Bools) -> dict[str, Any]:
    """F1 of one answer less that of another, documents resampled."""
    n = int(of.max()) + 1
    ours, theirs = (np.stack([np.bincount(of, flag, n) for flag in (gold & found, gold, found)], 1) for found in (one, other))
    compared = paired_bootstrap(ours, theirs, lambda sums: precision_recall_f1("x", *(sums[..., k] for k in range(3)))["x_f1"])
    return {"difference": round(compared.difference, 4), "interval": [round(x, 4) for x in compared.interval], "p": round(compared.p, 4)}


def measure(corpus: Corpus, profile: str, lists: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """All systems on a corpus."""
    ours = Predicted(corpus)
    rules = ours.any_tokens(profile) > 0
    systems = {name: match(corpus.tokens, entries) for name, entries in lists.items()}
    systems |= {"own words": ours.plain_tokens(profile), "own rules": rules}
    gold, of = cue_tokens(corpus) > 0, corpus.document[corpus.tokens.paragraph]
    out: dict[str, Any] = {}
    for name, found in systems.items():
        answer = by_sentence(corpus, found)
        out[name] = {"sentence": evaluate(corpus, answer)}
        if corpus.cues:
            out[name] |= token_scores(corpus, found, typed=False)
        if name != "own rules":
            out[name]["sentence"]["rules less this"] = difference(corpus.document, corpus.label, by_sentence(corpus, rules), answer)
            if corpus.cues:
                out[name]["token"]["rules less this"] = difference(of, gold, rules, found)
    return out


def main() -> int:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument("--peers", type=Path, required=True, metavar="FOLDER", help="where the packages are unpacked")
    folder = parser.parse_args().peers
    try:
        read = {name: read_list(folder, peer) for name, peer in LISTS.items()}
    except PeerMissingError as problem:
        print(problem, file=sys.stderr)
        return 1
    lists = {"words/hedges": read["words/hedges"], "ConvoKit": one_word(read["ConvoKit"]), "ConvoKit, phrases too": read["ConvoKit"]}
    result: dict[str, Any] = {
        "signature": signature(**{**SETTINGS, "confidence": CONFIDENCE}, average="micro", unit="document", resamples=1000, seed=0),
        "lists": {
            name: {"package": peer.package, "version": peer.version, "file": peer.path, "sha256": peer.sha256, "entries": len(read[name])}
            | {"of one word": len(one_word(read[name]))}
            for name, peer in LISTS.items()
        },
        "corpora": {},
    }
    for name, (corpus, profile) in corpora().items():
        entry = {"documents": int(corpus.document.max()) + 1, "sentences": len(corpus.label), "uncertain": int(corpus.label.sum())}
        result["corpora"][name] = {**entry, "profile": profile, "systems": measure(corpus, profile, lists)}
        for system, units in result["corpora"][name]["systems"].items():
            for unit, scores in units.items():
                p, r, f, (low, high) = (scores[key] for key in ("precision", "recall", "f1", "f1_interval"))
                print(f"{name:17} {system:22} {unit:9} P {p:.3f} R {r:.3f} F1 {f:.3f} [{low:.3f}, {high:.3f}]")
    write("hedging_peers", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
