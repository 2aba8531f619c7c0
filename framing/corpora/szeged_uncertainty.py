"""Szeged Uncertainty Corpus 2.0 (Szarvas et al. 2012): cues of semantic uncertainty, with types, in Wikipedia, news and biology.

Conventions
-----------
* The text of a document is its sentences joined by one blank, titles and headings included.
* A sentence is uncertain (1.0) if it has a cue, else 0.0.
* Types: both modals (``speculation_modal_probable_``, ``speculation_modal_possible_``) are ``epistemic``, ``speculation_hypo_doxastic _``
  is ``doxastic``, ``.. condition _`` is ``condition``, ``.. investigation _`` is ``investigation``. The blank before the last
  underscore is in the files.
* There are no splits: ``part`` chooses files, ``exclude`` leaves documents out: whoever has all of them must take those of an evaluation
  part of CoNLL-2010 (Wikipedia articles, and 15 biology papers) out of what is learned from. ``group`` is the document, whose id is also
  that of CoNLL-2010: both corpora hold the same Wikipedia articles and biology papers, with other labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from framing.corpora.cue_xml import CueDocument, documents
from framing.corpora.files import require
from framing.corpora.joining import join
from framing.records import Document, Hedge, Sentence, Span

NAME = "szeged_uncertainty"
PARTS = {"wiki": "wiki.xml", "news": "factbank.xml", "bio_bmc": "bio_bmc.xml", "bio_fly": "bio_fly.xml", "bio_hbc": "bio_hbc.xml"}
TYPES = {
    "speculation_modal_probable": "epistemic",
    "speculation_modal_possible": "epistemic",
    "speculation_hypo_doxastic": "doxastic",
    "speculation_hypo_condition": "condition",
    "speculation_hypo_investigation": "investigation",
}


def read(
    home: Path, split: str | None = None, fold: int | None = None, *, part: str | Sequence[str] = tuple(PARTS), exclude: Iterable[str] = ()
) -> Iterator[Document]:
    """Read the documents of one part or of several, in their order.

    Parameters
    ----------
    home : Path
        Folder of the corpus.
    split, fold : None
        The corpus has neither.
    part : str or sequence of str
        "wiki", "news", "bio_bmc", "bio_fly", "bio_hbc", or several of these.
    exclude : iterable of str
        Ids of documents that are left out; an id that does not occur is no error.

    Raises
    ------
    ValueError
        If there is no such part, or a cue has a type that is not known.
    TypeError
        If ``exclude`` is one string.
    CorpusNotFound
        If the file of a part is missing.
    """
    parts = (part,) if isinstance(part, str) else tuple(part)
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"{NAME} has no part {name!r}, only {', '.join(PARTS)}")
    if isinstance(exclude, str):
        raise TypeError(f"exclude must be an iterable of ids, not the one string {exclude!r}")
    left_out = frozenset(exclude)
    found = ((name, raw) for name in parts for raw in documents(require(home / PARTS[name], NAME)))
    return (_document(raw, name) for name, raw in found if raw.id not in left_out)


def hedge_type(name: str) -> str:
    """Our type of a cue, from the corpus's own name for it.

    Raises
    ------
    ValueError
        If the name is not one of the corpus's.
    """
    key = "".join(name.split()).rstrip("_")
    if key not in TYPES:
        raise ValueError(f"{NAME}: unknown type of cue {name!r}")
    return TYPES[key]


def _document(raw: CueDocument, part: str) -> Document:
    text, spans = join(s.text for s in raw.sentences)
    hedges = tuple(
        Hedge(Span.of(text, span.start + cue.start, span.start + cue.end), hedge_type(cue.type), 1.0, confidence=1.0)
        for span, sentence in zip(spans, raw.sentences)
        for cue in sentence.cues
    )
    return Document(
        id=raw.id,
        text=text,
        title=raw.title,
        group=raw.id,
        meta={"part": part, "type": raw.type, "sections": tuple(s.part for s in raw.sentences)},
        sentences=tuple(Sentence(span, None, None, 1.0 if s.cues else 0.0) for span, s in zip(spans, raw.sentences)),
        hedges=hedges,
    )
