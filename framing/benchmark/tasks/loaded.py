"""The task of loaded language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark.calibration_counts import ERRORS, calibration_counts, where_given
from framing.benchmark.fields import check_keys, check_spans, check_verdict
from framing.benchmark.folds import group_folds, numbered, stratified_folds
from framing.benchmark.label_counts import macro_f1, outcomes
from framing.benchmark.measurement import Counted, joined
from framing.benchmark.task import Figure, Item, Task
from framing.corpora import load_corpus
from framing.loaded_lessons import lesson_of
from framing.loaded_words import Passages, passages_of
from framing.metrics.spans import Floats, precision_recall_f1
from framing.records import Document

FOLDS, SEED = 5, 42
LIMIT = 0.5  # from it on a sentence is called loaded
_DATA = "BABE SG2, five stratified folds of others"

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence is loaded, or how probable that is, and the words that make it so; ``None`` if nothing is said of words."""

    loaded: bool | float
    words: Spans | None = None


class Loaded(Task):
    """Whether experts called a sentence of US news biased by its choice of words, and which words they marked (BABE, part SG2).

    ``cv``: five shuffled folds to which either label is dealt evenly (seed 42), as the published figures have them, with sentences of an
    outlet on both sides; ``cv-outlet``: five folds by outlet (scikit-learn's GroupKFold). Sentences without a majority are left out.

    From a probability of .5 on a sentence counts as loaded. ``macro_f1`` and ``accuracy`` are pooled over the folds, ``fold_macro_f1`` is
    the mean of the folds, which is what was published. ``words_*``: tokens of loaded sentences that are marked, ``all_words_*``: of all
    sentences; only where every prediction has ``words``. A marked word counts wherever it stands in the sentence, since its place was not
    written down. Where every prediction is a probability: Brier score and calibration error.
    """

    name: ClassVar[str] = "loaded-language"
    title: ClassVar[str] = "Whether a sentence is loaded, and by which words."
    corpora: ClassVar[tuple[str, ...]] = ("babe",)
    splits: ClassVar[tuple[str, ...]] = ("cv", "cv-outlet")
    primary: ClassVar[str] = "macro_f1"
    unit: ClassVar[str] = "sentence"
    lower_is_better: ClassVar[frozenset[str]] = ERRORS
    published: ClassVar[tuple[Figure, ...]] = (
        Figure("BERT", "fold_macro_f1", 0.789, _DATA, "Spinde et al. 2021, Findings of EMNLP"),
        Figure("BERT, distant supervision", "fold_macro_f1", 0.804, _DATA, "Spinde et al. 2021, Findings of EMNLP"),
        Figure("DA-RoBERTa", "fold_macro_f1", 0.814, _DATA, "Krieger et al. 2022, JCDL"),
    )

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The sentences in the order of the file; ``gold`` is a :class:`Verdict`, whose words are the tokens that were marked."""
        self.checked(split)
        documents = labelled(load_corpus("babe", part="SG2", data_home=data_home))
        labels, outlets = [bool(d.labels["loaded"]) for d in documents], [str(d.group) for d in documents]
        folds = numbered(stratified_folds(labels, FOLDS, SEED) if split == "cv" else group_folds(outlets, FOLDS))
        lesson = lesson_of(documents)
        words = word_spans([d.text for d in documents], lesson.passages, lesson.marked)
        return tuple(
            Item(d.id, d.text, Verdict(y, w), {}, g, k) for d, y, w, g, k in zip(documents, labels, words, outlets, folds, strict=True)
        )

    def read(self, record: Mapping[str, Any], item: Item) -> Verdict:
        """``{"id": ..., "loaded": ..., "words": [...]}``.

        ``loaded``: true, false, or the probability that it is. ``words`` (may be left out): a list of ``[start, end]``, the loaded words,
        whether the sentence is loaded or not; a token counts if any of them touches it.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        named = check_keys(record, "", ("loaded",), ("words",))
        loaded = check_verdict(named["loaded"], "loaded")
        return Verdict(loaded, check_spans(named["words"], "words", len(item.text)) if "words" in named else None)

    def write(self, prediction: Verdict, item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        loaded = prediction.loaded if isinstance(prediction.loaded, bool) else float(prediction.loaded)
        return {"loaded": loaded} if prediction.words is None else {"loaded": loaded, "words": [list(span) for span in prediction.words]}

    def measure(self, items: Sequence[Item], predictions: Sequence[Verdict]) -> Counted:
        """As :meth:`Task.measure`."""
        gold = np.array([item.gold.loaded for item in items], bool)
        found = np.array([p.loaded >= LIMIT for p in predictions], bool)
        table = outcomes(gold, found)
        sure = calibration_counts([None if isinstance(p.loaded, bool) else [p.loaded] for p in predictions], gold[:, None].tolist())
        words, told = _word_table(items, predictions), [p.words is not None for p in predictions]
        return joined(
            [
                ("", Counted(table, macro_f1), None),
                ("", _by_fold(table, [item.fold for item in items]), None),
                ("", sure, None),
                ("words_", where_given(Counted(words * gold[:, None], _words), told), None),
                ("all_words_", where_given(Counted(words, _words), told), None),
            ],
            {"limit": LIMIT, **sure.fields},
        )


def labelled(documents: Any) -> list[Document]:
    """The sentences with a label."""
    return [d for d in documents if d.labels["loaded"] is not None and d.text.strip()]


def word_spans(texts: Sequence[str], passages: Passages, chosen: Any) -> list[Spans]:
    """The places of the chosen tokens (n,) of passages made of these texts, by text."""
    out: list[list[tuple[int, int]]] = [[] for _ in texts]
    begins = np.cumsum([0, *(len(text) + 2 for text in texts)])[:-1]  # as passages_of joins them
    tokens, group = passages.tokens, passages.group
    for i in np.flatnonzero(chosen).tolist():
        k = int(group[i])
        out[k].append((int(tokens.start[i] - begins[k]), int(tokens.end[i] - begins[k])))
    return [tuple(spans) for spans in out]


def _word_table(items: Sequence[Item], predictions: Sequence[Verdict]) -> Floats:
    """Tokens right, marked and found by sentence (m, 3)."""
    texts = [item.text for item in items]
    passages = passages_of(texts)
    every = word_spans(texts, passages, np.ones(len(passages.tokens), np.bool_))
    rows = []
    for item, p, tokens in zip(items, predictions, every, strict=True):
        true, said = (_touched(tokens, spans) for spans in (item.gold.words or (), p.words or ()))
        rows.append((len(true & said), len(true), len(said)))
    return np.array(rows, float).reshape(-1, 3)


def _touched(tokens: Spans, spans: Spans) -> set[int]:
    return {k for k, (start, end) in enumerate(tokens) if any(start < b and a < end for a, b in spans)}


def _words(sums: Floats) -> dict[str, Any]:
    found = precision_recall_f1("token", *(sums[..., k] for k in range(3)))
    return {name.removeprefix("token_"): value for name, value in found.items()}


def _by_fold(table: Floats, folds: Sequence[int | None]) -> Counted:
    """The outcomes of each fold in columns of their own."""
    names = sorted({-1 if fold is None else fold for fold in folds})
    inside = np.array([[(-1 if fold is None else fold) == name for name in names] for fold in folds], float).reshape(-1, len(names))

    def scores(sums: Floats) -> dict[str, Any]:
        apart = sums.reshape(*sums.shape[:-1], len(names), table.shape[1])
        return {"fold_macro_f1": macro_f1(apart)["macro_f1"].mean(axis=-1)}

    return Counted((inside[:, :, None] * table[:, None, :]).reshape(len(table), -1), scores)
