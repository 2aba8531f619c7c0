"""Analyses and documents -> tasks for Label Studio with our marks as predictions, and what people made of them -> documents.

Conventions
-----------
* A task's ``data`` are ``text``, ``id`` and ``title``. An analysis comes as a *prediction*, which people correct; a gold document as an
  *annotation*.
* Regions have the labels ``Source``, ``Cue``, ``Content``, ``Quote``, and the types of hedges (``Epistemic`` ...). Codes of a region are
  choices: ``kind``, ``level``, ``speech``, ``reason``, ``flags`` of a cue, ``negated`` of a hedge, ``quote`` of a quotation. A relation
  goes from a cue to its source and to each stretch of its content, and from the cue of an attribution that stands inside another to the
  cue of that one (``inside``). :func:`label_config` declares all this.
* ``start`` and ``end`` are code points, as everywhere here. The browser counts the two halves of an emoji, but Label Studio converts what
  it stores (``charsToCodePoints`` in ``selection-tools.js``; read in version 1.23.2); it counts each line feed and carriage return as one.
* A lone surrogate and a null character, which databases behind Label Studio refuse, become U+FFFD; offsets stay.
* Roles, producers, relays, entities, scopes and scores have no place here; :mod:`framing.interop.brat` keeps all but the last two.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from framing.interop import brat_scheme as scheme
from framing.interop.files import encode, write
from framing.records import HEDGE_TYPES, LEVELS, QUOTE_KINDS, REASONS, SOURCE_KINDS, SPEECH, Document, Span
from framing.result import Analysis
from framing.version import __version__
from framing.writing import replacing

__all__ = ["label_config", "to_task", "write_label_studio"]

TASKS, CONFIG = "tasks.json", "label_config.xml"
RELATIONS = ("source", "content", "inside")
_COLOURS = {scheme.SOURCE: "#8fb2ff", scheme.CUE: "#18c59a", scheme.CONTENT: "#ffe9a8", scheme.QUOTE: "#e0e0e0"}
_OF_CUES = {"kind": SOURCE_KINDS, "level": LEVELS, "speech": SPEECH, "reason": REASONS, "flags": ("withheld", "position")}


def label_config(layers: Iterable[str] = scheme.LAYERS) -> str:
    """The XML that declares labels, choices and relations to Label Studio (Settings, Labeling Interface, Code).

    Parameters
    ----------
    layers : iterable of str
        Of ``brat_scheme.LAYERS``.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    asked = scheme.chosen(layers)
    labels: list[str] = []
    choices: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    if "attributions" in asked:
        labels += [scheme.SOURCE, scheme.CUE, scheme.CONTENT]
        choices += [(name, values, (scheme.CUE,)) for name, values in _OF_CUES.items()]
    if "hedges" in asked:
        labels += scheme.HEDGES
        choices.append(("negated", ("negated",), tuple(scheme.HEDGES)))
    if "quotes" in asked:
        labels.append(scheme.QUOTE)
        choices.append(("quote", (*QUOTE_KINDS, "open"), (scheme.QUOTE,)))
    lines = ["<View>"]
    if "attributions" in asked:
        lines += ["  <Relations>", *(f"    <Relation value={quoteattr(name)}/>" for name in RELATIONS), "  </Relations>"]
    lines.append('  <Labels name="label" toName="text">')
    lines += [f'    <Label value={quoteattr(name)} background="{_COLOURS.get(name, "#ffb0a0")}"/>' for name in labels]
    lines += ["  </Labels>", '  <Text name="text" value="$text"/>']
    for name, values, of in choices:
        several = ' choice="multiple"' if name in ("flags", "quote") else ""
        where = f'perRegion="true" whenTagName="label" whenLabelValue="{",".join(of)}"'
        lines.append(f'  <Choices name="{name}" toName="text" {where} showInline="true"{several}>')
        lines += [f"    <Choice value={quoteattr(value)}/>" for value in values]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>", ""])


def to_task(item: Analysis | Document, layers: Iterable[str] = scheme.LAYERS) -> dict[str, Any]:
    """One article as a task: plain JSON.

    Parameters
    ----------
    item : Analysis or Document
    layers : iterable of str
        Of ``brat_scheme.LAYERS``.

    Raises
    ------
    TypeError
        If ``item`` is something else.
    ValueError
        If there is no such layer, or a span does not lie in the text.
    """
    asked = scheme.chosen(layers)
    if isinstance(item, Analysis):
        text, id, title, quotes = item.article.text, item.article.id, item.article.title, item.quotes
    elif isinstance(item, Document):
        text, id, title, quotes = item.text, item.id, item.title, item.meta.get("quotes", ())
    else:
        raise TypeError(f"an Analysis or a Document is wanted, not {type(item).__name__}")
    regions = _Regions(_clean(text))
    if "attributions" in asked:
        cues = {a.id: regions.add(f"cue-{a.id}", scheme.CUE, a.cue) for a in item.attributions}
        for a in item.attributions:
            codes = {"kind": a.kind, "level": a.level, "speech": a.speech, "reason": a.reason}
            for name, value in codes.items():
                if value in _OF_CUES[name]:
                    regions.choose(cues[a.id], name, [str(value)])
            regions.choose(cues[a.id], "flags", [flag for flag in _OF_CUES["flags"] if getattr(a, flag)])
            if a.source is not None:
                regions.link(cues[a.id], regions.add(f"source-{a.id}", scheme.SOURCE, a.source, shared=True), "source")
            for i, span in enumerate(a.content):
                regions.link(cues[a.id], regions.add(f"content-{a.id}-{i}", scheme.CONTENT, span, shared=True), "content")
            if a.parent is not None:
                if a.parent not in cues:
                    raise ValueError(f"attribution {a.id} stands inside attribution {a.parent}, which is not there")
                regions.link(cues[a.id], cues[a.parent], "inside")
    if "hedges" in asked:
        for i, hedge in enumerate(item.hedges):
            if hedge.type not in HEDGE_TYPES:
                raise ValueError(f"there is no type of hedge {hedge.type!r}, only {', '.join(HEDGE_TYPES)}")
            region = regions.add(f"hedge-{i}", hedge.type.capitalize(), hedge.cue)
            regions.choose(region, "negated", ["negated"] if hedge.negated else [])
    if "quotes" in asked:
        for i, quote in enumerate(quotes):
            region = regions.add(f"quote-{i}", scheme.QUOTE, quote.span)
            regions.choose(region, "quote", [quote.kind, *([] if quote.closed else ["open"])])
    data = {"text": regions.text, "id": id and _clean(id), "title": title and _clean(title)}
    if isinstance(item, Analysis):
        return {"data": data, "predictions": [{"model_version": f"framing {__version__}", "result": regions.results}]}
    return {"data": data, "annotations": [{"result": regions.results}]}


def write_label_studio(
    items: Iterable[Analysis | Document],
    folder: str | os.PathLike[str],
    layers: Iterable[str] = scheme.LAYERS,
    overwrite: bool = False,
) -> int:
    """Write ``tasks.json``, to be imported, and ``label_config.xml`` into a folder; memory is that of one article.

    Parameters
    ----------
    items : iterable of Analysis or Document
    folder : path
        Made if need be.
    layers : iterable of str
        Of ``brat_scheme.LAYERS``.
    overwrite : bool
        Whether a ``tasks.json`` that is there may be replaced.

    Returns
    -------
    int
        How many tasks.

    Raises
    ------
    FileExistsError
        If there is a ``tasks.json`` and ``overwrite`` is false.
    OSError
        If it cannot be written.
    TypeError, ValueError
        As :func:`to_task`; nothing is written then.
    """
    home, asked, n = Path(folder), scheme.chosen(layers), 0
    home.mkdir(parents=True, exist_ok=True)
    if not overwrite and (home / TASKS).exists():
        raise FileExistsError(f"{home} holds {TASKS} already: choose another folder, or overwrite it")
    with replacing(home / TASKS, follow=False) as stream:
        for item in items:
            task = json.dumps(to_task(item, asked), sort_keys=True)
            stream.write((",\n" if n else "[\n").encode() + task.encode("ascii"))
            n += 1
        stream.write(b"\n]\n" if n else b"[]\n")
    write(home / CONFIG, label_config(asked).encode())
    return n


def _clean(text: str) -> str:
    return encode(text).decode("utf-8").replace("\0", "\ufffd")


class _Regions:
    """The results of a task: regions, their choices, relations between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.results: list[dict[str, Any]] = []
        self._place: dict[str, dict[str, Any]] = {}
        self._shared: dict[tuple[str, int, int], str] = {}

    def add(self, id: str, label: str, span: Span, shared: bool = False) -> str:
        """A region; one that is there already if it may be ``shared``."""
        if not 0 <= span.start < span.end <= len(self.text):
            raise ValueError(f"the span {span.start} to {span.end} does not lie in a text of {len(self.text)} characters")
        key = label, span.start, span.end
        if shared and key in self._shared:
            return self._shared[key]
        self._shared[key] = id
        self._place[id] = {"start": span.start, "end": span.end, "text": self.text[span.start : span.end]}
        self._result(id, "label", "labels", [label])
        return id

    def choose(self, id: str, name: str, values: list[str]) -> None:
        """A choice for a region; none if there are no values."""
        if values:
            self._result(id, name, "choices", values)

    def link(self, start: str, end: str, name: str) -> None:
        """A relation."""
        self.results.append({"type": "relation", "from_id": start, "to_id": end, "direction": "right", "labels": [name]})

    def _result(self, id: str, name: str, kind: str, values: list[str]) -> None:
        value = {**self._place[id], kind: values}
        self.results.append({"id": id, "from_name": name, "to_name": "text", "type": kind, "value": value})
