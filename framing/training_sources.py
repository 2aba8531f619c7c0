"""Training of the typer of sources: attributions with their codes in, a :class:`framing.typer.SourceTyper` with its card out.

It learns from the spans that annotators marked, of the parts ``train`` and, where a corpus has one, ``enriched`` (articles chosen for their
unnamed sources: more to learn from, no measure of how often anything is), and is calibrated on ``dev`` of the first corpus.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from framing.corpora import info
from framing.corpora.lessons import load_lessons
from framing.records import Document
from framing.training_steps import Progress, chosen, citations, corrected, describe, describe_own, finish, need_tools
from framing.typer import VERSION, SourceTyper

CORPORA = ("source_levels", "wikinews_attributions")
PARTS = ("train", "enriched")

_TASK = (
    "Says of every source of an attribution in English news what it is (kind), how openly it is identified (level), whether its identity "
    "is withheld, and whether the text shows how it can know what it says (position), each but the last with a confidence."
)
_METHOD = (
    "Logistic regressions over features of the mention, its entity, the words around it and what rules say of it; entities are resolved by "
    "rules. The attributions of an entity share one kind and one level. Whether another outlet relays it is learned in two stages, from "
    "the words that bring an outlet in and from the attributions around. Reasons for anonymity, roles, producers and who speaks for a "
    "client come from rules."
)
_USE = (
    "For: showing how openly an article identifies its sources; counting levels over many articles.",
    "Not for: deciding whether a source is right, or whether an outlet may keep an identity back.",
    "It needs the spans of attributions: those of the attribution model, or others.",
)
_LIMITS = (
    "The codes it learned from were made by language-model annotators after a written guide, two passes on dev of one family of models: "
    "their agreement overstates how reliable they are.",
    "English only; US political news of 2016 and some international news. Names and roles of other places are less well known to it.",
    "Rare things are learned from few examples: unnamed holders of a unique post (office), generic people, withheld identities.",
    "Whether plural unnamed people ('officials', 'experts') are individuals who talked to the reporter is a matter of judgement; it and "
    "the annotators are least certain there, and about position.",
    "What the rules get wrong about who is who, it cannot repair.",
    "On Wikinews its kinds are better than those of the rules, its levels in the mean over classes and its confidence of levels are not.",
)
_CITATIONS = (
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
    "John Platt (1999). Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers.",
)


def train_sources(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    *,
    brat: Sequence[str | os.PathLike[str]] = (),
) -> SourceTyper:
    """Train the typer of sources.

    Parameters
    ----------
    corpus : str or sequence of str
        Corpora of attributions with levels, by default ``CORPORA``; calibration is on ``dev`` of the first.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    progress : callable, optional
        Called with a line of text.

    brat : sequence of path
        Folders of articles that people corrected (:func:`framing.interop.brat.read_brat`), to learn from too; one with an attribution
        that has no kind or no level is left out.

    Returns
    -------
    SourceTyper
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no levels.
    CorpusNotFound
        If a corpus, or one that holds its texts, is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, CORPORA, "source levels")
    parts = {(name, part): _read(name, part, data_home) for name in names for part in PARTS if part in info(name).splits}
    tune = _read(names[0], "dev", data_home)
    own = {name: [d for d in part if not d.meta["uncoded"]] for name, part in corrected(brat, "attributions").items()}
    documents = [document for part in (*parts.values(), *own.values()) for document in part]
    say(f"{len(documents):,} documents to learn from, {len(tune):,} to calibrate on")
    typer = SourceTyper().fit(documents, tune=tune)
    say(f"{len(typer.model_.names):,} features")
    texts = [describe(name, part, "learning", found) for (name, part), found in parts.items()] + describe_own(own)
    return finish(typer, _card(typer, names, list(own), [*texts, describe(names[0], "dev", "calibration", tune)]), out)


def _read(name: str, part: str, data_home: str | os.PathLike[str] | None) -> list[Document]:
    return list(load_lessons(name, part, data_home=data_home))


def _card(typer: SourceTyper, names: Sequence[str], own: Sequence[str], texts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "sources",
        "version": VERSION,
        "signature": f"sources|train:{'+'.join([*names, *own])}|v:{VERSION}",
        "task": _TASK,
        "method": _METHOD,
        "texts": texts,
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": {**typer.get_params(), "features": len(typer.model_.names)},
        "citations": citations(names, *_CITATIONS),
    }
