"""Hedges: which sentences are uncertain, and which words make them so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.calibration_counts import ERRORS, calibration_counts
from framing.benchmark.fields import check_choice, check_keys, check_list, check_span, check_verdict, shown
from framing.benchmark.measurement import Counted, joined
from framing.benchmark.task import Figure, Item, Task
from framing.corpora import load_corpus
from framing.hedge_cues import folds
from framing.hedge_features import TYPES
from framing.metrics import hedging
from framing.metrics.spans import Floats, precision_recall_f1
from framing.records import Article, Document, Span
from framing.tokens import tokenize

CORPUS = "szeged_uncertainty"
FOLDS, SEED = 10, 0
LIMIT = 0.5  # from it on a sentence is called uncertain
_TOKENS = ("gold", "predicted", "right", "typed")
_KINDS = ("precision", "recall", "f1")
_WIKI, _BIO = (f"CoNLL-2010 {name}, evaluation part: other texts and labels" for name in ("Wikipedia (weasels count)", "biology"))

Cue = tuple[int, int, str]


@dataclass(frozen=True)
class Hedged:
    """Whether each sentence is uncertain, or how probable that is, and the cues; ``None`` if nothing is said of cues."""

    sentences: tuple[bool | float, ...]
    cues: tuple[Cue, ...] | None = None


def as_hedged(prediction: Hedged | Sequence[bool | float]) -> Hedged:
    """Labels of sentences alone as a prediction."""
    return prediction if isinstance(prediction, Hedged) else Hedged(tuple(prediction))


class _Hedges(Task):
    """A domain of the Szeged Uncertainty Corpus."""

    corpora: ClassVar[tuple[str, ...]] = (CORPUS,)
    splits: ClassVar[tuple[str, ...]] = ("cv",)
    primary: ClassVar[str] = "sentence_f1"
    lower_is_better: ClassVar[frozenset[str]] = ERRORS
    parts: ClassVar[tuple[str, ...]]

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The documents in the order of the files; ``given`` are the sentences, ``gold`` is a :class:`Hedged`."""
        self.checked(split)
        documents = list(load_corpus(CORPUS, part=self.parts, data_home=data_home))
        fold = folds(len(documents), FOLDS, SEED).tolist()
        return tuple(_item(document, int(k)) for document, k in zip(documents, fold, strict=True))

    def read(self, record: Mapping[str, Any], item: Item) -> Hedged:
        """``{"id": ..., "sentences": [...], "cues": [...]}``.

        ``sentences``: a list with a value for each sentence that is given, in their order: 1 or true if it is uncertain, 0 or false if it
        is not, or the probability that it is.

        ``cues`` (may be left out): a list of ``[start, end, type]``, the type being epistemic, doxastic, condition or investigation.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        named = check_keys(record, "", ("sentences",), ("cues",))
        values, n = check_list(named["sentences"], "sentences"), len(item.given["sentences"])
        if len(values) != n:
            raise ValueError(f"sentences: there must be one for each of {n:,} sentences, not {len(values):,}")
        sure = tuple(check_verdict(value, f"sentences[{k}]") for k, value in enumerate(values))
        if "cues" not in named:
            return Hedged(sure)
        rows = check_list(named["cues"], "cues")
        return Hedged(sure, tuple(_cue(row, f"cues[{k}]", len(item.text)) for k, row in enumerate(rows)))

    def write(self, prediction: Hedged | Sequence[bool | float], item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        found = as_hedged(prediction)
        out: dict[str, Any] = {"sentences": list(found.sentences)}
        return out if found.cues is None else {**out, "cues": [list(cue) for cue in found.cues]}

    def measure(self, items: Sequence[Item], predictions: Sequence[Hedged | Sequence[bool | float]]) -> Counted:
        """As :meth:`Task.measure`."""
        found = [as_hedged(p) for p in predictions]
        gold = [item.gold.sentences for item in items]
        labels = [tuple(p >= LIMIT for p in f.sentences) for f in found]
        sure = _calibration(found, gold)
        has_cues = all(f.cues is not None for f in found)
        cues = [f.cues or () for f in found]
        touched = [_touched(item, own) for item, own in zip(items, cues, strict=True)]
        true = [item.gold.cues for item in items]
        parts = [
            ("", _sentences(gold, labels), True),
            ("", sure, True),
            ("by_cue_", _sentences(gold, touched), has_cues),
            ("", _cues(true, cues), has_cues),
            ("", _tokens(items, true, cues), has_cues),
        ]
        fields = {"class": "uncertain", "limit": LIMIT, "match": "overlap", **sure.fields}
        return joined([(prefix, counted if there else _absent(counted), None) for prefix, counted, there in parts], fields)


class Wiki(_Hedges):
    """Uncertain sentences, and the cues that make them so, in paragraphs of Wikipedia (Szeged Uncertainty Corpus, part wiki).

    Cues are of semantic uncertainty (Szarvas et al. 2012): epistemic ("may"), doxastic ("believe"), condition ("if") and investigation
    ("examined"). A sentence is uncertain if it has one. ``given["sentences"]`` is a list of ``[start, end]``. ``cv``: ten folds of
    documents, dealt in an order drawn with seed 0; the same folds of the other two domains may be learned from.

    ``sentence_*``: uncertain sentences, those of a probability of .5 or more; Brier score and calibration error, if anything but 0 and 1
    (true and false) is there. Where every prediction has ``cues``: ``by_cue_sentence_*``: a sentence is uncertain if a cue begins in it;
    ``cue_*``: cues matched one to one by overlap; ``cue_exact_*``: same start and end; ``type``: the share of the matched ones of the
    same type; ``token_*``: words of cues, ``micro_*``: with the same type; ``epistemic_*`` and so on: cues of one type. Resampled are
    documents.
    """

    name: ClassVar[str] = "hedges-wiki"
    title: ClassVar[str] = "Which sentences hedge, and by which words, in Wikipedia."
    parts: ClassVar[tuple[str, ...]] = ("wiki",)
    published: ClassVar[tuple[Figure, ...]] = (
        Figure("recurrent network on words and tags, at most", "sentence_f1", 0.7024, _WIKI, "Katerenchuk and Levitan 2024"),
        Figure("linear, corrected", "sentence_f1", 0.582, _WIKI, "Täckström et al. 2010, CoNLL"),
        Figure("memory-based", "sentence_f1", 0.57, _WIKI, "Morante, Van Asch and Daelemans 2010, CoNLL"),
        Figure("linear, as submitted", "sentence_f1", 0.554, _WIKI, "Täckström et al. 2010, CoNLL"),
        Figure("cascade of CRF and large-margin learner", "sentence_f1", 0.5505, _WIKI, "Tang et al. 2010, CoNLL"),
    )


class News(_Hedges):
    """Uncertain sentences, and the cues that make them so, in wire and newspaper stories (Szeged Uncertainty Corpus, part news: FactBank).

    All as in ``hedges-wiki``.
    """

    name: ClassVar[str] = "hedges-news"
    title: ClassVar[str] = "Which sentences hedge, and by which words, in news."
    parts: ClassVar[tuple[str, ...]] = ("news",)


class Biology(_Hedges):
    """Uncertain sentences, and the cues that make them so, in abstracts and papers of biology (Szeged Uncertainty Corpus, parts bio).

    All as in ``hedges-wiki``.
    """

    name: ClassVar[str] = "hedges-biology"
    title: ClassVar[str] = "Which sentences hedge, and by which words, in biology."
    parts: ClassVar[tuple[str, ...]] = ("bio_bmc", "bio_fly", "bio_hbc")
    published: ClassVar[tuple[Figure, ...]] = (
        Figure("cascade of CRF and large-margin learner", "sentence_f1", 0.8636, _BIO, "Tang et al. 2010, CoNLL"),
        Figure("linear, corrected", "sentence_f1", 0.86, _BIO, "Täckström et al. 2010, CoNLL"),
        Figure("Bayesian logistic regression", "sentence_f1", 0.8521, _BIO, "Vlachos and Craven 2010, CoNLL"),
        Figure("linear, as submitted", "sentence_f1", 0.852, _BIO, "Täckström et al. 2010, CoNLL"),
        Figure("memory-based", "sentence_f1", 0.82, _BIO, "Morante, Van Asch and Daelemans 2010, CoNLL"),
    )


def _item(document: Document, fold: int) -> Item:
    sentences = [[s.span.start, s.span.end] for s in document.sentences]
    cues = tuple((h.cue.start, h.cue.end, h.type) for h in document.hedges)
    gold = Hedged(tuple(bool(s.uncertain) for s in document.sentences), cues)
    return Item(document.id, document.text, gold, {"sentences": sentences}, document.group, fold)


def _cue(row: object, where: str, length: int) -> Cue:
    if not isinstance(row, list | tuple) or len(row) != 3:
        raise ValueError(f"{where}: must be [start, end, type], not {shown(row)}")
    start, end = check_span(row[:2], where, length)
    return start, end, check_choice(row[2], f"{where}[2]", TYPES)


# counting


def _sentences(gold: Sequence[Sequence[bool]], found: Sequence[Sequence[bool]]) -> Counted:
    rows = [hedging.sentence_statistics(g, f) for g, f in zip(gold, found, strict=True)]
    return Counted(np.array(rows, float).reshape(-1, len(hedging.SENTENCE_COLUMNS)), hedging.sentence_scores)


def _calibration(found: Sequence[Hedged], gold: Sequence[Sequence[bool]]) -> Counted:
    """Of probabilities; there are none if all say 0 or 1."""
    is_sure = all(p in (0, 1) for f in found for p in f.sentences)
    return calibration_counts([None if is_sure else list(map(float, f.sentences)) for f in found], [list(map(float, g)) for g in gold])


def _absent(counted: Counted) -> Counted:
    """The same scores, none of which is a number."""

    def scores(sums: Floats) -> dict[str, Any]:
        return {name: np.full(sums.shape[:-1], np.nan) for name in counted.scores(sums)}

    return Counted(counted.table, scores)


def _touched(item: Item, cues: Sequence[Cue]) -> list[bool]:
    """Whether a cue begins in each sentence."""
    starts = np.sort(np.array([start for start, _, _ in cues], np.int64))
    spans = np.array(item.given["sentences"], np.int64).reshape(-1, 2)
    first, last = (np.searchsorted(starts, spans[:, k], "left") for k in (0, 1))
    return [bool(x) for x in last > first]


def _cues(gold: Sequence[Sequence[Cue]], found: Sequence[Sequence[Cue]]) -> Counted:
    rows = [hedging.cue_statistics(g, f, TYPES) for g, f in zip(gold, found, strict=True)]

    def scores(sums: Floats) -> dict[str, Any]:
        all_scores = hedging.cue_scores(sums, TYPES)
        kept = {f"cue_{kind}": all_scores[f"cue_overlap_{kind}"] for kind in _KINDS}
        kept |= {f"cue_exact_{kind}": all_scores[f"cue_exact_{kind}"] for kind in _KINDS}
        kept["type"] = all_scores["type"]
        return kept | {f"{name}_{kind}": all_scores[f"{name}_overlap_{kind}"] for name in TYPES for kind in _KINDS}

    return Counted(np.array(rows, float).reshape(-1, len(hedging.cue_columns(TYPES))), scores)


def _tokens(items: Sequence[Item], gold: Sequence[Sequence[Cue]], found: Sequence[Sequence[Cue]]) -> Counted:
    """Words that a cue touches, sentence by sentence; of two cues over a word the later one says its type."""
    rows = []
    for item, true, predicted in zip(items, gold, found, strict=True):
        spans = tuple(Span.of(item.text, *span) for span in item.given["sentences"] if item.text[slice(*span)].strip())
        text = item.text.replace("\n", " ")  # a blank line would end the paragraph
        tokens = tokenize(Article(text, None, None, spans, Span.of(text, 0, len(text))))
        grid = np.zeros((2, len(tokens)), np.int64)
        for row, cues in zip(grid, (true, predicted), strict=True):
            for start, end, kind in sorted(cues):
                row[slice(*tokens.range(Span(start, end)))] = 1 + TYPES.index(kind)
        g, p = grid
        rows.append([(g > 0).sum(), (p > 0).sum(), ((g > 0) & (p > 0)).sum(), ((g == p) & (g > 0)).sum()])

    def scores(sums: Floats) -> dict[str, Any]:
        true, predicted, right, typed = (sums[..., k] for k in range(len(_TOKENS)))
        return {**precision_recall_f1("token", right, true, predicted), **precision_recall_f1("micro", typed, true, predicted)}

    return Counted(np.array(rows, float).reshape(-1, len(_TOKENS)), scores)
