"""How our records look in brat (Stenetorp et al. 2012): types, attributes, and the configuration that makes brat open a folder.

Conventions
-----------
* An attribution is an *event*: its trigger is the cue, its arguments are a source, contents, and the attribution whose content it stands in
  (``Inside``). PolNeAR and PARC do so too; with relations, nothing would hold the pieces of an attribution together where two share a
  source, nor could the attribution itself have attributes.
* Its codes are attributes of the event: ``Kind``, ``Level``, ``Speech``, ``Reason`` with the codes of the records as values, and the flags
  ``Withheld`` and ``Position``. What is free text (role, producer, relays) stands in a note of the event as JSON.
* A hedge is a span of its type (``Epistemic``, ``Doxastic`` ...), with the flag ``Negated``; a quotation is a ``Quote`` with ``QuoteKind``
  and the flag ``Open``. Sources of the same entity are an ``Equiv`` class.
* ``LAYERS`` are what can be annotated in a folder.
"""

from __future__ import annotations

from collections.abc import Iterable

from framing.records import HEDGE_TYPES, LEVELS, QUOTE_KINDS, REASONS, SOURCE_KINDS, SPEECH

LAYERS = ("attributions", "hedges", "quotes")
EVENT, SOURCE, CONTENT, QUOTE, CUE = "Attribution", "Source", "Content", "Quote", "Cue"
INSIDE, EQUIV, NOTE = "Inside", "Equiv", "AnnotatorNotes"
HEDGES = {kind.capitalize(): kind for kind in HEDGE_TYPES}
CODES = {"Kind": SOURCE_KINDS, "Level": LEVELS, "Speech": SPEECH, "Reason": REASONS}  # of events
FLAGS = ("Withheld", "Position")
FREE = ("role", "producer", "relays")
NEGATED, QUOTE_KIND, OPEN = "Negated", "QuoteKind", "Open"
_COLOURS = {SOURCE: "#8fb2ff", CONTENT: "#ffe9a8", EVENT: "#18c59a", QUOTE: "#e0e0e0"}
_HEDGE_COLOUR = "#ffb0a0"


def chosen(layers: Iterable[str]) -> tuple[str, ...]:
    """The layers asked for.

    Raises
    ------
    TypeError
        If they are one string.
    ValueError
        If there is no such layer, or none is asked for.
    """
    if isinstance(layers, str):
        raise TypeError("layers must be several names, not one string")
    asked = list(layers)
    for name in asked:
        if name not in LAYERS:
            raise ValueError(f"there is no layer {name!r}, only {', '.join(LAYERS)}")
    if not asked:
        raise ValueError(f"no layer is asked for; there are {', '.join(LAYERS)}")
    return tuple(name for name in LAYERS if name in asked)


def configuration(layers: Iterable[str] = LAYERS) -> dict[str, str]:
    """The files that brat reads beside the documents: file name -> content.

    Parameters
    ----------
    layers : iterable of str
        Those of ``LAYERS`` that people shall annotate.
    """
    asked = chosen(layers)
    entities, relations, events, attributes, labels, drawing = [], [], [], [], [], []
    if "attributions" in asked:
        entities += [SOURCE, CONTENT]
        relations += [f"{EQUIV}\tArg1:{SOURCE}, Arg2:{SOURCE}, <REL-TYPE>:symmetric-transitive"]
        events += [f"{EVENT}\t{SOURCE}?:{SOURCE}, {CONTENT}*:{CONTENT}, {INSIDE}?:{EVENT}"]
        attributes += [f"{name}\tArg:{EVENT}, Value:{'|'.join(values)}" for name, values in CODES.items()]
        attributes += [f"{name}\tArg:{EVENT}" for name in FLAGS]
        labels += [f"{SOURCE} | Source | Src", f"{CONTENT} | Content | Cnt", f"{EVENT} | Attribution | Attr | A"]
    if "hedges" in asked:
        entities += ["!Hedge", *(f"\t{name}" for name in HEDGES)]
        attributes += [f"{NEGATED}\tArg:{'|'.join(HEDGES)}"]
        labels += [f"{name} | {name} | {name[:4]}" for name in HEDGES]
        drawing += [f"{name}\tbgColor:{_HEDGE_COLOUR}" for name in HEDGES] + [f"{NEGATED}\tbox:crossed, glyph:<NONE>, dashArray:<NONE>"]
    if "quotes" in asked:
        entities += [QUOTE]
        attributes += [f"{QUOTE_KIND}\tArg:{QUOTE}, Value:{'|'.join(QUOTE_KINDS)}", f"{OPEN}\tArg:{QUOTE}"]
        labels += [f"{QUOTE} | Quote | Q"]
    relations += ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"]  # sources stand inside contents, hedges in quotations
    shown = {name: colour for name, colour in _COLOURS.items() if any(line.startswith(f"{name} ") for line in labels)}
    drawing = [
        "SPAN_DEFAULT\tfgColor:black, bgColor:white, borderColor:darken",
        "ARC_DEFAULT\tcolor:black, dashArray:-, arrowHead:triangle-5",
        *(f"{name}\tbgColor:{colour}" for name, colour in shown.items()),
        *drawing,
    ]
    return {
        "annotation.conf": _sections(entities=entities, relations=relations, events=events, attributes=attributes),
        "visual.conf": _sections(labels=labels, drawing=drawing),
        # A paragraph is a line in brat, and what it stores is checked against these types.
        "tools.conf": _sections(
            options=[
                "Tokens\ttokenizer:whitespace",
                "Sentences\tsplitter:newline",
                "Validation\tvalidate:all",
                "Annotation-log\tlogfile:<NONE>",
            ],
            search=[],
            annotators=[],
            disambiguators=[],
            normalization=[],
        ),
    }


def _sections(**sections: list[str]) -> str:
    return "\n".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections.items())
