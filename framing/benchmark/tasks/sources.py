"""Sources, when what is attributed is known: how openly each is identified, and which of them are the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.fields import check_choice, check_keys, check_list, check_names, check_whole, shown
from framing.benchmark.measurement import Counted, joined
from framing.benchmark.task import Item, Task
from framing.corpora import load_corpus
from framing.metrics import agreement, entities
from framing.metrics.spans import Floats, ratio
from framing.records import LEVELS, REASONS, SOURCE_KINDS, Attribution, Document

CORPUS = "source_levels"
_FIELDS = ("kind", "level", "withheld", "position")
_BITS = 63  # of a number that stands for an entity
_YES_NO = (False, True)

Label = int | str | None


@dataclass(frozen=True, slots=True)
class Source:
    """What is said of the source of an attribution."""

    kind: str
    level: str
    withheld: bool
    position: bool
    reason: str | None = None
    via: tuple[str, ...] = ()


def source_of(a: Attribution) -> Source:
    """The labels of a record, gold or found."""
    return Source(a.kind, a.level, a.withheld, a.position, a.reason, a.relays)


class _Given(Task):
    """Articles of PolNeAR with the spans of their attributions."""

    corpora: ClassVar[tuple[str, ...]] = (CORPUS, "polnear")
    splits: ClassVar[tuple[str, ...]] = ("dev", "test")
    unit: ClassVar[str] = "article"

    def gold(self, document: Document) -> tuple[Any, ...]:
        """The gold labels of a document, one an attribution."""
        raise NotImplementedError

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles; ``given`` are the spans of the attributions, ``gold`` is a label for each of them."""
        documents = load_corpus(CORPUS, self.checked(split), data_home=data_home)
        return tuple(self.item(d, range(len(d.attributions))) for d in documents)

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """The second pass over the same articles, on the attributions that both have."""
        first = load_corpus(CORPUS, self.checked(split), data_home=data_home)
        second = {d.id: d for d in load_corpus(CORPUS, f"{split}_second_pass", data_home=data_home)}
        items, predictions = [], []
        for document in first:
            if document.id not in second:
                continue
            there = dict(zip(_keys(second[document.id]), self.gold(second[document.id]), strict=True))
            keys = _keys(document)
            both = [k for k, key in enumerate(keys) if key in there]
            if both:
                items.append(self.item(document, both))
                predictions.append(tuple(there[keys[k]] for k in both))
        return (items, predictions) if items else None

    def item(self, document: Document, chosen: Sequence[int]) -> Item:
        """The item of an article and some of its attributions."""
        gold = self.gold(document)
        return Item(document.id, document.text, tuple(gold[k] for k in chosen), {"attributions": _given(document, chosen)}, document.group)


class Levels(_Given):
    """How openly sources are identified, in political news (PolNeAR with our labels): kind, level, withheld, reason, position, via.

    The attributions are given: ``given["attributions"]`` is a list of objects with ``source`` (``[start, end]``, or null), ``cue``
    (``[start, end]``), ``content`` (a list of ``[start, end]``), ``parent`` (the place in the list of the one that it stands in, or null)
    and ``speech`` (direct, indirect or mixed). A prediction has as many sources, in that order. What the labels mean tells the guide of
    the corpus ``source_levels``.

    ``kind_*``, ``level_*``: accuracy, mean F1 of the labels that gold has (``*_macro_f1``), F1 of each label. ``withheld_f1``, ``via_f1``:
    F1 of those that are withheld, or relayed by whichever outlet. ``reason_accuracy``: among those that gold and prediction both call
    withheld. ``position_*``: accuracy and Cohen's kappa. A score of nothing is not a number. Resampled are articles.
    """

    name: ClassVar[str] = "levels"
    title: ClassVar[str] = "How openly sources are identified, attributions given."
    primary: ClassVar[str] = "level_macro_f1"

    def gold(self, document: Document) -> tuple[Source, ...]:
        """The labels."""
        return tuple(map(source_of, document.attributions))

    def read(self, record: Mapping[str, Any], item: Item) -> tuple[Source, ...]:
        """``{"id": ..., "sources": [...]}``.

        ``sources``: a list with an object for each attribution that is given, in their order:

        - ``kind``: person, group, organisation, document, outlet, author, generic or none;
        - ``level``: named, office, described, bare or impersonal;
        - ``withheld``: true or false, whether the name is kept back;
        - ``position``: true or false, whether the text shows how the source can know this;
        - ``reason`` (may be left out): why it is withheld: none, boilerplate or specific; null if it is not;
        - ``via`` (may be left out): the outlet that relays it, a list of several, or null.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        return tuple(_source(row, where) for row, where in _rows(record, "sources", item))

    def write(self, prediction: Sequence[Source], item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        return {
            "sources": [
                {
                    "kind": s.kind,
                    "level": s.level,
                    "withheld": s.withheld,
                    "reason": s.reason,
                    "position": s.position,
                    "via": None if not s.via else s.via[0] if len(s.via) == 1 else list(s.via),
                }
                for s in prediction
            ]
        }

    def measure(self, items: Sequence[Item], predictions: Sequence[Sequence[Source]]) -> Counted:
        """As :meth:`Task.measure`."""
        pairs = [(item.gold, found) for item, found in zip(items, predictions, strict=True)]
        parts = [
            (_codes(pairs, SOURCE_KINDS, lambda s: s.kind), _label_scores("kind", SOURCE_KINDS)),
            (_codes(pairs, LEVELS, lambda s: s.level), _label_scores("level", LEVELS)),
            (_codes(pairs, _YES_NO, lambda s: s.withheld), lambda t: {"withheld_f1": _f1(t)[..., 1]}),
            (_reasons(pairs), lambda t: {"reason_accuracy": _share(t[..., 1, 1], t[..., 1, :].sum(-1))}),
            (_codes(pairs, _YES_NO, lambda s: s.position), _position),
            (_codes(pairs, _YES_NO, lambda s: bool(s.via)), lambda t: {"via_f1": _f1(t)[..., 1]}),
        ]
        return joined([("", _counted(tables, scores), None) for tables, scores in parts], {"spans": "given"})


class Entities(_Given):
    """Which sources of an article are the same, in political news (PolNeAR with our labels): "Ida Lund", "she" and "the mayor" are one.

    The attributions are given, as in ``levels``. A prediction has a label for each, in that order; equal labels are one entity, and which
    label it is does not matter.

    ``b_cubed_*`` (Bagga and Baldwin 1998): recall is the mean over the attributions that gold gives an entity, of the share of its gold
    entity that is in its predicted one too; precision the mean over the same attributions, of the share of its predicted entity that is
    in its gold one. Resampled are articles.
    """

    name: ClassVar[str] = "entities"
    title: ClassVar[str] = "Which sources are the same, attributions given."
    primary: ClassVar[str] = "b_cubed_f1"

    def gold(self, document: Document) -> tuple[Label, ...]:
        """The entities."""
        return tuple(a.entity for a in document.attributions)

    def read(self, record: Mapping[str, Any], item: Item) -> tuple[Label, ...]:
        """``{"id": ..., "entities": [...]}``.

        ``entities``: a list with a label for each attribution that is given, in their order: a whole number, a string, or null for a
        source that is no entity, which counts as one of its own. The number 1 and the string "1" are two labels.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        return tuple(_label(value, where) for value, where in _rows(record, "entities", item))

    def write(self, prediction: Sequence[Label], item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        return {"entities": list(prediction)}

    def measure(self, items: Sequence[Item], predictions: Sequence[Sequence[Label]]) -> Counted:
        """As :meth:`Task.measure`."""
        rows = [entities.gold_statistics(item.gold, found) for item, found in zip(items, predictions, strict=True)]
        table = np.array(rows, float).reshape(-1, len(entities.COLUMNS))
        return Counted(table, entities.scores, {"spans": "given", "items": "gold"})


def _keys(document: Document) -> list[Any]:
    """What an attribution is the same by in both passes: annotator and event of PolNeAR."""
    return [(document.meta["annotator"], event) for event in document.meta["events"]]


def _given(document: Document, chosen: Sequence[int]) -> list[dict[str, Any]]:
    """The spans of some attributions, as JSON."""
    place = {document.attributions[k].id: n for n, k in enumerate(chosen)}
    return [
        {
            "source": None if a.source is None else [a.source.start, a.source.end],
            "cue": [a.cue.start, a.cue.end],
            "content": [[span.start, span.end] for span in a.content],
            "parent": None if a.parent is None else place.get(a.parent),
            "speech": a.speech,
        }
        for a in (document.attributions[k] for k in chosen)
    ]


# reading


def _rows(record: Mapping[str, Any], name: str, item: Item) -> list[tuple[Any, str]]:
    """What is said of each attribution, and where."""
    check_keys(record, "", (name,))
    rows, n = check_list(record[name], name), len(item.given["attributions"])
    if len(rows) != n:
        raise ValueError(f"{name}: there must be one for each of {n:,} attributions, not {len(rows):,}")
    return [(row, f"{name}[{k}]") for k, row in enumerate(rows)]


def _source(row: object, where: str) -> Source:
    named = check_keys(row, where, _FIELDS, ("reason", "via"))
    reason = named.get("reason")
    return Source(
        check_choice(named["kind"], f"{where}.kind", SOURCE_KINDS),
        check_choice(named["level"], f"{where}.level", LEVELS),
        _yes_or_no(named["withheld"], f"{where}.withheld"),
        _yes_or_no(named["position"], f"{where}.position"),
        None if reason is None else check_choice(reason, f"{where}.reason", REASONS),
        check_names(named.get("via"), f"{where}.via"),
    )


def _yes_or_no(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where}: must be true or false, not {shown(value)}")
    return value


def _label(value: object, where: str) -> Label:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where}: must be a whole number, a string or null, not {shown(value)}")
    if value.bit_length() > _BITS:
        raise ValueError(f"{where}: a number must have at most {_BITS} bits; {shown(value)} has more")
    return check_whole(value, where)


# counting

Pairs = Sequence[tuple[Sequence[Source], Sequence[Source]]]


def _codes(pairs: Pairs, codes: Sequence[Hashable], of: Callable[[Source], Hashable]) -> list[Floats]:
    """Attributions of each article by gold and predicted label."""
    return [agreement.table(list(map(of, gold)), list(map(of, found)), codes) for gold, found in pairs]


def _reasons(pairs: Pairs) -> list[Floats]:
    """Attributions of each article: both withheld (rows), and the same reason (columns)."""
    out = np.zeros((len(pairs), 2, 2))
    for table, (gold, found) in zip(out, pairs, strict=True):
        for g, f in zip(gold, found, strict=True):
            table[int(g.withheld and f.withheld), int(g.reason == f.reason)] += 1
    return list(out)


def _counted(tables: Sequence[Floats], scores: Callable[[Floats], dict[str, Any]]) -> Counted:
    """Square tables, one an article, as counts."""
    n = tables[0].shape[0] if tables else 1
    rows = np.array(tables, float).reshape(len(tables), n * n)
    return Counted(rows, lambda sums: scores(sums.reshape(*sums.shape[:-1], n, n)))


def _share(above: Floats, below: Floats) -> Floats:
    """A share, of nothing not a number."""
    return np.where(below > 0, ratio(above, below), np.nan)


def _f1(tables: Floats) -> Floats:
    """F1 of each label, of tables by gold (rows) and prediction (columns)."""
    return _share(2 * np.diagonal(tables, axis1=-2, axis2=-1), tables.sum(-1) + tables.sum(-2))


def _label_scores(name: str, codes: Sequence[str]) -> Callable[[Floats], dict[str, Any]]:
    def scores(tables: Floats) -> dict[str, Any]:
        f1, there = _f1(tables), tables.sum(-1) > 0
        whole = {
            f"{name}_accuracy": _share(np.trace(tables, axis1=-2, axis2=-1), tables.sum((-2, -1))),
            f"{name}_macro_f1": _share(np.where(there, f1, 0).sum(-1), there.sum(-1)),
        }
        return whole | {f"{name}_{code}_f1": f1[..., k] for k, code in enumerate(codes)}

    return scores


def _position(tables: Floats) -> dict[str, Any]:
    same = np.trace(tables, axis1=-2, axis2=-1)
    return {"position_accuracy": _share(same, tables.sum((-2, -1))), "position_kappa": agreement.kappa(tables)}
