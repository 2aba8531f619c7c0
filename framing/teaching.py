"""How a :class:`framing.tagger.Tagger` is learned: features counted, models fitted, teachers asked.

Conventions
-----------
A text is taught from its signals; labels are those of :mod:`framing.tagging`. Text without annotation is labelled by teachers: the weighted
mean of the label scores of a linear CRF and of networks of other sizes gives every token label probabilities, and the last network learns
from both kinds of text (distillation, Hinton, Vinyals & Dean 2015). Needs scipy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import crf, network, store
from framing.learning.crf import Layout, Transitions
from framing.learning.interning import KeyTable, frequent
from framing.learning.network import Examples, Settings, neighbours
from framing.learning.words import WordClasses
from framing.patterns import read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution
from framing.signals import TYPE_COLUMNS, Hashes, Signals, TypeMemory, read_signals
from framing.tagger import BY_TOKEN, BY_TYPE, Floats, Labels, Tagger, chains, neighbour, parts
from framing.tagging import LABELS, encode, forbidden, inside
from framing.templates import OUTSIDE, keys, type_keys
from framing.text import article_from_text
from framing.tokens import tokenize

Progress = Callable[[str], None]

# Teachers: a linear CRF and two networks, and how much each counts. Their label scores for text without annotation get a small bias towards
# labels that begin something, as the decoder's.
TEACHERS = (
    Settings(width=48, distances=(1, 2, 4), epochs=8, mean_of=3, rate=0.02, step=2e-3, drop=0.3, drop_inputs=0.3, last=1.0),
    Settings(width=64, distances=(1, 2, 4, 8), epochs=8, mean_of=3, rate=0.03, step=2e-3, drop=0.25, drop_inputs=0.25, last=1.0, seed=1),
)
SHARES = (0.3, 0.35, 0.35)
LEANING = 0.15
WEIGHT = 0.7  # of a token that teachers labelled


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A text to learn from: its signals, and its labels (n,) or ``None``."""

    signals: Signals
    labels: Labels | None = None


def known_keys(lessons: Sequence[Lesson], at_least: int) -> Hashes:
    """The keys that are features: those of at least so many tokens, and what lies outside a paragraph; ascending."""
    counts: dict[str, int] = {}
    rows: dict[str, NDArray[np.uint64]] = {}
    for lesson in lessons:
        tokens = lesson.signals.tokens
        for word, row, n in zip(tokens.types, lesson.signals.rows, np.bincount(tokens.type, minlength=len(tokens.types)).tolist()):
            counts[word] = counts.get(word, 0) + n
            rows.setdefault(word, row)
    table = np.array([*rows.values(), np.full(len(TYPE_COLUMNS), OUTSIDE)], np.uint64)
    weights = np.array([*counts.values(), at_least])
    kept = []
    for values in type_keys(table, BY_TYPE):
        distinct, place = np.unique(values, return_inverse=True)
        kept.append(distinct[np.bincount(place, weights) >= at_least])
    by_text = [keys(lesson.signals, BY_TOKEN) for lesson in lessons]
    kept += [frequent(np.concatenate([values[k] for values in by_text]), at_least) for k in range(len(BY_TOKEN))]
    return np.unique(np.concatenate(kept))


def feature_matrix(lessons: Sequence[Lesson], known: Hashes) -> Any:
    """The features of all tokens, text after text: (n, F) scipy sparse matrix of ones."""
    from scipy import sparse

    table = KeyTable(known)
    columns, sizes = [], []
    outside = np.full((1, len(TYPE_COLUMNS)), OUTSIDE, np.uint64)
    for lesson in lessons:
        signals = lesson.signals
        n = len(signals.tokens)
        by_type = table.numbers(type_keys(np.concatenate([signals.rows, outside]), BY_TYPE))
        there = {d: neighbour(signals.tokens, d, 0, n) for d in {t[0][1] for t in BY_TYPE}}
        numbers = np.empty((n, len(BY_TYPE) + len(BY_TOKEN)), np.int32)
        for k, template in enumerate(BY_TYPE):
            numbers[:, k] = by_type[k][there[template[0][1]]]
        numbers[:, len(BY_TYPE) :] = table.numbers(keys(signals, BY_TOKEN)).T
        found = numbers >= 0
        columns.append(numbers[found])
        sizes.append(found.sum(axis=1))
    indices = np.concatenate(columns)
    borders = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return sparse.csr_matrix((np.ones(len(indices), np.float32), indices, borders), shape=(len(borders) - 1, len(known)))


def borders(lessons: Sequence[Lesson]) -> Labels:
    """Borders of the chains of all texts, one after the other."""
    out, end = [np.zeros(1, np.int64)], 0
    for lesson in lessons:
        out.append(end + chains(lesson.signals.tokens)[1:])
        end += len(lesson.signals.tokens)
    return np.concatenate(out)


def examples(lessons: Sequence[Lesson], known: Hashes, n_labels: int) -> Examples:
    """Annotated texts as examples."""
    labels = np.concatenate([np.zeros(0, np.int64) if t.labels is None else t.labels for t in lessons])
    targets = np.zeros((len(labels), n_labels), np.float32)
    targets[np.arange(len(labels)), labels] = 1
    return Examples(feature_matrix(lessons, known), targets, labels, borders(lessons))


def lesson(text: str, memory: TypeMemory, attributions: Sequence[Attribution] | None = None) -> Lesson:
    """Read a text; with ``attributions`` its labels too, of those that stand in no other."""
    article = article_from_text(text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    signals = read_signals(read_patterns(tokens, quotes), quotes, memory)
    if attributions is None:
        return Lesson(signals)
    labels = encode(tokens, [a for a in attributions if a.parent is None])
    begins = chains(tokens)[:-1]
    cut = begins[inside(labels[begins])]  # the first token of a chain continues nothing
    labels[cut] -= 1
    return Lesson(signals, labels)


def teach(
    lessons: Sequence[Lesson],
    others: Sequence[Lesson],
    classes: WordClasses | None,
    settings: Settings,
    at_least: int,
    progress: Progress | None = None,
) -> Tagger:
    """Learn a tagger from annotated texts and, through teachers, from ``others``."""
    say = progress or (lambda line: None)
    if not any(len(t.signals.tokens) for t in lessons):
        raise ValueError("no text to learn from")
    known = known_keys(lessons, at_least)
    gold = examples(lessons, known, len(LABELS))
    say(f"{len(gold.targets):,} tokens, {len(known):,} features")
    texts = [gold]
    if others:
        features, first = feature_matrix(others, known), borders(others)
        scores, transitions = _ask(gold, features, first, say)
        scores[:, 1::2] += LEANING
        targets = crf.beliefs(scores, transitions, Layout.of(first), pairs=False).marginals.astype(np.float32)
        texts.append(Examples(features, targets, None, first, WEIGHT))
        say(f"{len(targets):,} tokens labelled by teachers")
    model = network.fit(texts, len(LABELS), forbidden(), settings, _report(say, "network"))
    kept = store.from_int8(*store.to_int8(model.inputs, axis=1))  # rounded now: a model on disk finds what this one finds
    return Tagger(classes, known, replace(model, inputs=kept))


def _ask(gold: Examples, features: Any, first: Labels, say: Progress) -> tuple[Floats, Transitions]:
    """Mean label scores of the teachers for other texts, and their mean transitions."""
    assert gold.labels is not None
    weights, between = crf.fit(
        gold.features, gold.labels, gold.first, len(LABELS), forbidden(),
        l2=60.0, rate=0.015, epochs=8, mean_of=3, progress=_report(say, "linear"),
    )  # fmt: skip
    scores = SHARES[0] * (features @ weights)
    chained = [between]
    for k, (settings, share) in enumerate(zip(TEACHERS, SHARES[1:])):
        model = network.fit([gold], len(LABELS), forbidden(), settings, _report(say, f"teacher {k + 1}"))
        for part in parts(first):
            begin, end = int(part[0]), int(part[-1])
            near = neighbours(part - begin, model.distances)
            scores[begin:end] += share * model.emissions(features[begin:end] @ model.inputs, near)
        chained.append(model.transitions)
    mean = [sum(w * getattr(t, name) for w, t in zip(SHARES, chained)) for name in ("initial", "between", "final")]
    return scores, Transitions(*mean)


def _report(say: Progress, name: str) -> Callable[[int, float], None]:
    return lambda epoch, likelihood: say(f"{name}, epoch {epoch + 1}: {likelihood:.4f} log-likelihood per token")
