"""A spaCy component: ``nlp.add_pipe("framing")`` gives ``doc._.framing`` and span groups. Needs the extra ``spacy``.

>>> import spacy                                            # doctest: +SKIP
>>> nlp = spacy.blank("en")                                 # doctest: +SKIP
>>> nlp.add_pipe("framing")                                 # doctest: +SKIP
>>> doc = nlp("The bridge may fall, the mayor said.")       # doctest: +SKIP
>>> doc._.framing.attributions[0].cue.text                  # doctest: +SKIP
'said'
>>> [(s.text, s.label_) for s in doc.spans["framing_hedges"]]   # doctest: +SKIP
[('may', 'epistemic')]

Conventions
-----------
* It reads ``doc.text``, whatever the pipeline before it did; offsets of the analysis are those of ``doc.text``.
* Span groups, each in the order of the records: ``framing_sources`` (label: level), ``framing_cues`` (speech), ``framing_contents``
  (speech), ``framing_hedges`` (type), ``framing_quotes`` (kind), ``framing_sentences`` (voice). A span has the whole tokens that its record
  touches; ``span.id_`` is the id of its attribution, for hedges, quotes and sentences the number of the record in the analysis; exact
  offsets are in ``doc._.framing``. ``span.kb_id_`` of a source is its kind.
* ``doc._.framing`` is an :class:`framing.Analysis`, ``None`` where the component has not been. The document carries it in ``doc.user_data``
  as plain data (:mod:`framing.interop.packing`) that has the object by its side, so that it outlives ``Doc.to_bytes``, pickling,
  ``DocBin(store_user_data=True)`` and ``nlp.pipe(n_process=2)``; there the plain data arrive, and are made into an object when it is asked
  for.
* ``extension`` in the configuration names both: ``{"extension": "sourcing"}`` gives ``doc._.sourcing`` and ``sourcing_cues``.
* ``models`` in the configuration replaces parts as ``framing.analyze(models=)`` does, by folders of trained models or ``None``:
  ``{"models": {"attribution": "mine/attribution", "hyperpartisan": None}}``. A pipeline on disk keeps the names of these folders, not
  their content. ``engine`` chooses the other parts as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framing import engines
from framing.analysis import MODELS, OPTIONAL, analyze
from framing.interop.packing import pack, unpack
from framing.records import Span
from framing.result import Analysis

try:
    from spacy.language import Language
    from spacy.tokens import Doc, SpanGroup
except ImportError as error:
    raise ImportError('the spaCy component needs spaCy: pip install "framing[spacy]"') from error

__all__ = ["GROUPS", "FramingComponent", "make_component"]

GROUPS = ("sources", "cues", "contents", "hedges", "quotes", "sentences")
NAME = "framing"


class FramingComponent:
    """Analyses documents; see the module's docstring.

    Parameters
    ----------
    models : mapping of str to (str or None), optional
        Part -> folder of a trained model; ``None`` leaves a part out that may be left out.
    extension : str
        Name of the attribute ``doc._.NAME`` and beginning of the names of span groups.
    engine : {"fast", "encoder"}
        Which of the shipped parts read the text (:mod:`framing.engines`).

    Raises
    ------
    ImportError
        If what the engine needs is not installed.
    ValueError
        If ``extension`` is no name, or another package's extension has it; if there is no such part or engine, or a part cannot be left
        out, or the model in the folder is damaged.
    FileNotFoundError
        If there is no model in a folder.
    """

    def __init__(self, models: Mapping[str, str | None] | None = None, extension: str = NAME, engine: str = engines.FAST) -> None:
        engines.load(engine)
        if not extension.isidentifier():
            raise ValueError(f"extension must be a name, not {extension!r}")
        self.extension, self.engine = extension, engine
        self.models = {name: _load(name, folder) for name, folder in (models or {}).items()}
        _register(extension)

    def __call__(self, doc: Doc) -> Doc:
        """Analyse one document, in place."""
        _register(self.extension)  # a process that was not started from this one knows nothing of it
        analysis = analyze(doc.text, models=self.models, engine=self.engine)
        doc.user_data[self.extension] = _Packed(analysis, pack(analysis))
        for name, rows in _rows(analysis).items():
            doc.spans[f"{self.extension}_{name}"] = _group(doc, f"{self.extension}_{name}", rows)
        return doc


def make_component(nlp: Language, name: str, models: dict[str, str | None] | None, extension: str, engine: str) -> FramingComponent:
    """The component for a pipeline; spaCy calls it."""
    return FramingComponent(models, extension, engine)


DEFAULTS = {"models": None, "extension": NAME, "engine": engines.FAST}
Language.factory(NAME, default_config=DEFAULTS, assigns=["doc.user_data", "doc.spans"], func=make_component)


class _Packed(list[Any]):
    """A packed analysis with the object it came from, which no format sees: msgpack and pickle take it for a list."""

    def __init__(self, analysis: Analysis, packed: Sequence[Any]) -> None:
        super().__init__(packed)
        self.analysis = analysis

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return list, (list(self),)


class _Getter:
    """Gives the analysis of a document; equal to another of the same name, so that it is known again, and may be pickled."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Getter) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __call__(self, doc: Doc) -> Analysis | None:
        kept = doc.user_data.get(self.name)
        if kept is None:
            return None
        if not isinstance(kept, _Packed):
            kept = doc.user_data[self.name] = _Packed(unpack(kept, doc.text), kept)
        return kept.analysis


def _register(extension: str) -> None:
    getter = _Getter(extension)
    if not Doc.has_extension(extension):
        Doc.set_extension(extension, getter=getter)
    elif Doc.get_extension(extension)[2] != getter:
        raise ValueError(f"doc._.{extension} is taken by another package: choose another name with config={{'extension': ...}}")


def _load(name: str, folder: str | None) -> Any:
    if name not in MODELS:
        raise ValueError(f"models: there is no part {name!r}, only {', '.join(map(repr, sorted(MODELS)))}")
    if folder is not None:
        return type(MODELS[name]()).load(folder)  # type: ignore[attr-defined]  # each estimator has its own load
    if name not in OPTIONAL:
        raise ValueError(f"models: {name!r} cannot be left out")
    return None


_Row = tuple[Span, str, str, str]  # place, label, id, kind


def _rows(analysis: Analysis) -> dict[str, list[_Row]]:
    """What goes into each group."""
    attributions = analysis.attributions
    return {
        "sources": [(a.source, a.level, str(a.id), a.kind) for a in attributions if a.source is not None],
        "cues": [(a.cue, a.speech, str(a.id), "") for a in attributions],
        "contents": [(span, a.speech, str(a.id), "") for a in attributions for span in a.content],
        "hedges": [(h.cue, h.type, str(i), "") for i, h in enumerate(analysis.hedges)],
        "quotes": [(q.span, q.kind, str(i), "") for i, q in enumerate(analysis.quotes)],
        "sentences": [(s.span, s.voice or "", str(i), "") for i, s in enumerate(analysis.sentences)],
    }


def _group(doc: Doc, name: str, rows: Iterable[_Row]) -> SpanGroup:
    found = (
        doc.char_span(span.start, span.end, label=label, kb_id=kind, span_id=id, alignment_mode="expand") for span, label, id, kind in rows
    )
    return SpanGroup(doc, name=name, spans=[span for span in found if span is not None])
