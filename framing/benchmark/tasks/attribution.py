"""Attribution: who is said to say, write, think or want what, in whole articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from framing.benchmark import attribution_counts as counts
from framing.benchmark.attribution_counts import Spans
from framing.benchmark.fields import check_choice, check_keys, check_list, check_names, check_span, check_spans, check_whole, shown
from framing.benchmark.measurement import Counted, joined
from framing.benchmark.task import Item, Task
from framing.corpora import load_corpus
from framing.corpora.gold import Quoted
from framing.metrics import attribution as metric
from framing.metrics.attribution import Attributions, Triple
from framing.metrics.spans import ROLES
from framing.records import SPEECH, Document

UNKNOWN = "unknown"
_REQUIRED, _OPTIONAL = ("source", "cue", "content"), ("parent", "via", "speech")
_NESTING = tuple(f"{name}_{kind}" for name in ("parent", "via") for kind in ("precision", "recall", "f1"))
_SPANS = tuple(f"{role}_exact_{kind}" for role in ROLES for kind in ("precision", "recall", "f1"))
_CHILDREN = ("cue_precision", "cue_recall", "cue_f1", "full_precision", "full_recall", "full_f1")


@dataclass(frozen=True, slots=True)
class Found:
    """A prediction: attributions, whose ``parent`` is the place of another one; and spans by role, where they are not those of the
    attributions that stand in no other."""

    attributions: tuple[Triple, ...]
    spans: Spans | None = None


def as_found(prediction: Found | Attributions) -> Found:
    """Any attributions (with ids or without, records or offsets) as a prediction.

    Raises
    ------
    ValueError
        If a parent is not among them.
    """
    if isinstance(prediction, Found):
        return prediction
    made = counts.triples(prediction)
    place = {k if t.id is None else t.id: k for k, t in enumerate(made)}
    if lost := [t.parent for t in made if t.parent is not None and t.parent not in place]:
        raise ValueError(f"there is no attribution {lost[0]!r}, which is said to be a parent")
    return Found(tuple(Triple(t.source, t.cue, t.content, None if t.parent is None else place[t.parent], t.via, t.speech) for t in made))


class Attribution(Task):
    """Attributions in political news (PolNeAR), headings included.

    Each has a cue (the words that report: "said", "according to", "concern"), perhaps a source, and a content in one part or several. The
    text is whole: headings count. PolNeAR marks nothing inside of a content, so predictions with a ``parent`` are left out.

    Scores of whole attributions, which are matched one to one by the overlap of their cues:

    - ``cue_*``: those that are matched;
    - ``full_*``: matched, and the sources have an intersection over union of .5 or more, and so have the contents; two that are not there
      are alike;
    - ``exact_*``: matched, and cue, source and content are the same to the character;
    - ``source``, ``content``: the share of the matched whose sources, or whose contents, are so alike;
    - ``direct_cue_*``, ``direct_full_*``, ``indirect_cue_*``, ``indirect_full_*``, ``mixed_cue_*``, ``mixed_full_*``: by speech. Recall is
      among the gold attributions of that speech, precision among the predicted of that speech, whatever the speech of their partners, and
      F1 the harmonic mean of the two. So recall may be above 0 where precision is 0: what was found was predicted with another speech;
    - ``recall_direct``, ``recall_indirect``, ``recall_mixed``: recall of ``full_*`` by the speech of gold, so ``direct_full_recall`` and
      its like once more.

    ``source_exact_*``, ``cue_exact_*``, ``content_exact_*``: the spans of a role, each part of a content by itself, the same to the
    character, whichever attribution they are of, if that one has no parent; a span of several attributions counts once.

    Scores without a look at the cue, for systems that have none. A content, gold or predicted, is ``direct`` if half of its words or more
    stand between double quotation marks, ``indirect`` if none do, and ``all`` are these and the others; its speech is not looked at:

    - ``tokens_all_*``, ``tokens_direct_*``: words in any content, all of them or those between double quotation marks;
    - ``span_all_*``, ``span_direct_*``, ``span_indirect_*``: contents of a kind, matched one to one at an intersection over union of their
      words of .5 or more;
    - ``end_to_end_all_*``, ``end_to_end_direct_*``, ``end_to_end_indirect_*``: those whose sources share a character too;
    - ``speaker_all``, ``speaker_direct``, ``speaker_indirect``: the share of the matched contents whose sources do.

    Resampled are articles.
    """

    name: ClassVar[str] = "attribution"
    title: ClassVar[str] = "Who is said to say what, in political news."
    corpora: ClassVar[tuple[str, ...]] = ("polnear",)
    splits: ClassVar[tuple[str, ...]] = ("dev", "test")
    primary: ClassVar[str] = "full_f1"
    unit: ClassVar[str] = "article"
    is_flat: ClassVar[bool] = True

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles of the first annotator, or our own; ``gold`` are the attributions."""
        return tuple(map(_item, load_corpus(self.corpora[0], self.checked(split), data_home=data_home)))

    def read(self, record: Mapping[str, Any], item: Item) -> Found:
        """``{"id": ..., "attributions": [...], "spans": {...}}``.

        ``attributions``: a list, empty if nothing was found, of objects with

        - ``source``: ``[start, end]``, or null;
        - ``cue``: ``[start, end]``;
        - ``content``: a list of ``[start, end]``;
        - ``parent`` (may be left out): the place in the list, from 0, of the attribution in whose content this one stands, or null;
        - ``via`` (may be left out): the outlet that relays it, a list of several, or null;
        - ``speech`` (may be left out): direct, indirect or mixed; else it is told by the quotation marks in the content, as in the gold.

        ``spans`` (may be left out): an object with the fields ``source``, ``cue`` and ``content``, each a list of ``[start, end]``: what a
        system finds by role without whole attributions. Without it the spans of the attributions without parent are measured.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        check_keys(record, "", ("attributions",), ("spans",))
        rows = check_list(record["attributions"], "attributions")
        found = tuple(_read(row, f"attributions[{k}]", k, len(rows), len(item.text)) for k, row in enumerate(rows))
        _no_circle(found)
        if record.get("spans") is None:
            return Found(found)
        named = check_keys(record["spans"], "spans", ROLES)
        each = {role: check_spans(named[role], f"spans.{role}", len(item.text)) for role in ROLES}
        return Found(found, frozenset((role, *span) for role, spans in each.items() for span in spans))

    def write(self, prediction: Found | Attributions, item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        found = as_found(prediction)
        out: dict[str, Any] = {"attributions": [_write(t) for t in found.attributions]}
        if found.spans is not None:
            out["spans"] = {role: sorted([s, e] for kind, s, e in found.spans if kind == role) for role in ROLES}
        return out

    def measure(self, items: Sequence[Item], predictions: Sequence[Found | Attributions]) -> Counted:
        """As :meth:`Task.measure`."""
        texts, gold = [item.text for item in items], [item.gold for item in items]
        all_found = [as_found(p) for p in predictions]
        whole = [_spoken(text, f.attributions, self.is_flat) for text, f in zip(texts, all_found, strict=True)]
        by_role = [counts.spans_of(_flat(f.attributions)) if f.spans is None else f.spans for f in all_found]
        cues = counts.attribution_counts(gold, whole, self.is_flat)
        left_out = _NESTING if self.is_flat else ()
        names = [name for name in metric.scores([0.0] * len(metric.COLUMNS)) if name not in left_out]
        parts: list[tuple[str, Counted, Sequence[str] | None]] = [
            ("", cues, names),
            ("", counts.span_counts([counts.spans_of(_flat(g)) for g in gold], by_role), _SPANS),
            ("", counts.group_counts(gold, whole, SPEECH, lambda a: str(a.speech)), None),
            ("", counts.end_to_end_counts(texts, gold, whole), None),
        ]
        if not self.is_flat:
            parts.append(("nested_", counts.child_counts(gold, whole), _CHILDREN))
        return joined(parts, {**cues.fields, "spans": "characters"})

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """Each further annotator of an article against the first; ``train`` too, where 16 articles have several."""
        several: dict[str, list[Document]] = defaultdict(list)
        which = split if split == "train" else self.checked(split)
        for document in load_corpus(self.corpora[0], which, data_home=data_home, annotator="all"):
            several[document.meta["filename"]].append(document)
        return _pairs((group[0], other) for group in several.values() for other in group[1:])


class Wikinews(Attribution):
    """Attributions in Wikinews articles, nested: "the paper wrote that the minister had said ..." are two, the second with a parent.

    Items, predictions and scores as in ``attribution``, but predictions with a parent count, and there are more scores:

    - ``parent_*``: pairs of child and parent; right if the two are matched with a child and its parent;
    - ``via_*``: relays; right if the matched attribution has one of that name, capitals aside;
    - ``nested_cue_*``, ``nested_full_*``: as ``cue_*`` and ``full_*``, of the attributions with a parent alone, on both sides.

    Articles and annotation lie in ``datasets/`` of this repository.
    """

    name: ClassVar[str] = "attribution-wikinews"
    title: ClassVar[str] = "Who is said to say what, also by whom within whose words, in Wikinews."
    corpora: ClassVar[tuple[str, ...]] = ("wikinews_attributions",)
    is_flat: ClassVar[bool] = False

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """The second pass over a part of the articles."""
        first = load_corpus(self.corpora[0], self.checked(split), data_home=data_home)
        second = {d.id: d for d in load_corpus(self.corpora[0], f"{split}_second_pass", data_home=data_home)}
        return _pairs((d, second[d.id]) for d in first if d.id in second)


def _item(document: Document) -> Item:
    return Item(document.id, document.text, document.attributions, group=document.group)


def _pairs(pairs: Iterable[tuple[Document, Document]]) -> tuple[Sequence[Item], Sequence[Found]] | None:
    """The first of each pair as an item, named for the second, which is its prediction."""
    both = list(pairs)
    items = [Item(other.id, first.text, first.attributions, group=first.group) for first, other in both]
    return (items, [as_found(other.attributions) for _, other in both]) if both else None


def _flat(attributions: Iterable[Any]) -> list[Any]:
    return [a for a in attributions if a.parent is None]


def _spoken(text: str, attributions: Iterable[Triple], is_flat: bool) -> list[Triple]:
    """With their speech, by the quotation marks where nobody has said it."""
    kept = _flat(attributions) if is_flat else list(attributions)
    quoted = Quoted(text) if any(t.speech == UNKNOWN for t in kept) else None
    return [
        Triple(t.source, t.cue, t.content, t.parent, t.via, t.speech if quoted is None or t.speech != UNKNOWN else quoted.speech(t.content))
        for t in kept
    ]


def _read(row: object, where: str, place: int, n: int, length: int) -> Triple:
    named = check_keys(row, where, _REQUIRED, _OPTIONAL)
    source = () if named["source"] is None else (check_span(named["source"], f"{where}.source", length),)
    cue = (check_span(named["cue"], f"{where}.cue", length),)
    content = check_spans(named["content"], f"{where}.content", length)
    parent = named.get("parent")
    if parent is not None:
        parent = check_whole(parent, f"{where}.parent")
        if not 0 <= parent < n or parent == place:
            raise ValueError(f"{where}.parent: {shown(parent)} is no other of {n:,} attributions")
    speech = check_choice(named["speech"], f"{where}.speech", SPEECH) if named.get("speech") is not None else UNKNOWN
    return Triple(source, cue, content, parent, check_names(named.get("via"), f"{where}.via"), speech)


def _no_circle(found: Sequence[Triple]) -> None:
    """Nothing stands inside of itself; each attribution is walked over once."""
    done: set[int] = set()
    for start in range(len(found)):
        path: set[int] = set()
        k: Any = start
        while k is not None and k not in done:
            if k in path:
                raise ValueError(f"attributions[{k}].parent: the attribution stands inside of itself")
            path.add(k)
            k = found[k].parent
        done |= path


def _write(t: Triple) -> dict[str, Any]:
    out: dict[str, Any] = {
        "source": list(t.source[0]) if t.source else None,
        "cue": list(t.cue[0]),
        "content": [list(span) for span in t.content],
        "parent": t.parent,
        "via": None if not t.via else t.via[0] if len(t.via) == 1 else list(t.via),
    }
    return out if t.speech == UNKNOWN else {**out, "speech": t.speech}
