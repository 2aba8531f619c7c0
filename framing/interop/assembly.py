"""What people marked in a tool -> a :class:`framing.records.Document` that estimators learn from.

Conventions
-----------
* Attributions are made as for every corpus (:mod:`framing.corpora.gold`): ids in the order of the cues, entities from who is marked as the
  same; speech that nobody coded is told by the quotation marks. Whoever is somebody (kind other than ``none``) is an entity, alone if
  nobody says otherwise.
* What follows from other marks is worked out anew, so that it stays right when they are corrected: ``in_quote`` and ``owner`` of hedges (as
  :mod:`framing.hedge_marks` has them), and sentences. A sentence is uncertain if a cue of semantic uncertainty (epistemic, doxastic,
  condition, investigation) begins in it, as in the Szeged corpus (Szarvas et al. 2012).
* Sentences and ``meta["part"] = "news"``, the domain of the hedge tagger, are there only if hedges were annotated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from framing.corpora.gold import Draft, make_gold
from framing.hedge_features import TYPES
from framing.hedge_marks import owners
from framing.quotes import find_quotes
from framing.records import Attribution, Document, Hedge, Sentence, Span
from framing.text import article_from_text
from framing.tokens import tokenize


@dataclass(frozen=True, slots=True)
class MarkedHedge:
    """A hedge as it was marked."""

    start: int
    end: int
    type: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a document beside its text."""

    id: str
    title: str | None = None
    group: str | None = None
    split: str | None = None


def assemble(
    who: Identity,
    text: str,
    drafts: Iterable[Draft],
    speech: Mapping[str, str],
    hedges: Iterable[MarkedHedge],
    hedged: bool,
    meta: Mapping[str, Any],
) -> Document:
    """Make the document.

    Parameters
    ----------
    who : Identity
    text : str
    drafts : iterable of Draft
        Attributions; their parents are among them and go in no circle. An ``entity`` is the name of a class of sources, ``None`` if nobody
        said.
    speech : mapping of str to str
        Event -> what somebody coded as its speech.
    hedges : iterable of MarkedHedge
    hedged : bool
        Whether hedges were annotated; without, there are no hedges and no sentences.
    meta : mapping
        What else is known; ``events``, ``parts`` and ``part`` are added.
    """
    named = [_with_entity(draft) for draft in drafts]
    gold = make_gold(text, named)
    attributions = tuple(replace(a, speech=speech.get(event, a.speech)) for a, event in zip(gold.attributions, gold.events))
    fullest = {e.id: max((m.text for m in e.mentions), key=len, default=e.name) for e in gold.entities}
    entities = tuple(replace(e, name=" ".join(fullest[e.id].split())) for e in gold.entities)
    known = {**meta, "events": gold.events, **({"parts": gold.parts} if gold.parts else {})}
    if not hedged:
        return Document(who.id, text, who.title, who.group, who.split, known, attributions=attributions, entities=entities)
    marked = _hedges(text, sorted(hedges, key=lambda h: (h.start, h.end, h.type)), attributions)
    sentences = _sentences(text, who.title, marked)
    known["part"] = "news"
    return Document(who.id, text, who.title, who.group, who.split, known, sentences, attributions, entities, marked)


def _with_entity(draft: Draft) -> Draft:
    if draft.entity is not None or draft.fields.get("kind", "none") == "none" or not draft.source:
        return draft
    return replace(draft, entity=f"alone {draft.source}")  # events that share a source share its entity


def _hedges(text: str, marked: Sequence[MarkedHedge], attributions: Sequence[Attribution]) -> tuple[Hedge, ...]:
    if not marked:
        return ()
    quoted = np.zeros(len(text) + 1, np.int32)
    for quote in find_quotes(text, article_from_text(text).paragraphs):
        if quote.kind == "speech":
            quoted[quote.span.start] += 1
            quoted[quote.span.end] -= 1
    inside = np.cumsum(quoted) > 0
    start = np.array([h.start for h in marked], np.int32)
    end = np.array([h.end for h in marked], np.int32)
    whose = owners(start, np.maximum.accumulate(end), attributions)  # their order is needed where hedges overlap
    in_quote = (inside[start] & inside[end - 1]).tolist()
    return tuple(
        Hedge(Span.of(text, h.start, h.end), h.type, 1.0, None, q, owner, h.negated, 1.0) for h, q, owner in zip(marked, in_quote, whose)
    )


def _sentences(text: str, title: str | None, hedges: Sequence[Hedge]) -> tuple[Sentence, ...]:
    spans = tokenize(article_from_text(text, title)).sentences
    begins = np.array([h.cue.start for h in hedges if h.type in TYPES], np.int64)
    place = np.searchsorted(spans[:, 0], begins, side="right") - 1
    counts = np.bincount(place[place >= 0], minlength=len(spans))
    return tuple(Sentence(Span.of(text, a, b), None, None, float(n > 0)) for (a, b), n in zip(spans.tolist(), counts.tolist()))
