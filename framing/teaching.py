"""How a :class:`framing.tagger.Tagger` is learned: features counted, models fitted, teachers asked.

Conventions
-----------
A text is taught from its signals; labels are those of :mod:`framing.tagging`. Text without annotation is labelled by teachers, and the last
network learns from both kinds of text (distillation, Hinton, Vinyals & Dean 2015). Teachers are ready taggers, such as the encoder, whose
label probabilities are averaged; where there are none, a linear CRF and networks of other sizes are learned first, and the weighted mean of
their label scores gives the probabilities. Needs scipy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import crf, network, store
from framing.learning.crf import CHAIN, Layout, Transitions
from framing.learning.interning import KeyTable, frequent
from framing.learning.network import Examples, Settings, neighbours
from framing.learning.words import WordClasses
from framing.patterns import Patterns, read_patterns
from framing.quotes import find_quotes
from framing.records import Attribution, Quote
from framing.signals import TYPE_COLUMNS, Hashes, Signals, TypeMemory, read_signals
from framing.tagger import BY_TOKEN, BY_TYPE, Floats, Labeller, Labels, Tagger, chains, neighbour, parts
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
    """A text to learn from: its signals, and its labels (n,) or ``None``; label probabilities (n, L) if teachers were asked."""

    signals: Signals
    labels: Labels | None = None
    targets: NDArray[np.float32] | None = None


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


def lesson(text: str, memory: TypeMemory, attributions: Sequence[Attribution] | None = None, teachers: Sequence[Labeller] = ()) -> Lesson:
    """Read a text; with ``attributions`` its labels too, of those that stand in no other, else what ``teachers`` say of it."""
    article = article_from_text(text)
    tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
    patterns = read_patterns(tokens, quotes)
    signals = read_signals(patterns, quotes, memory)
    if attributions is None:
        asked = [marginals(teacher, patterns, quotes) for teacher in teachers]
        return Lesson(signals, None, np.mean(asked, axis=0, dtype=np.float32) if asked else None)
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
        taught = [other.targets for other in others if other.targets is not None]
        if len(taught) < len(others):
            scores, transitions = _ask(gold, features, first, say)
            taught = [_marginals(scores, transitions, first)]
        targets = np.concatenate(taught)
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
    mean = [sum(w * getattr(t, name) for w, t in zip(SHARES, chained)) for name in CHAIN]
    return scores, Transitions(*mean)


def marginals(teacher: Labeller, patterns: Patterns, quotes: Sequence[Quote]) -> NDArray[np.float32]:
    """What a teacher thinks of each label of each token, headings too, (n, L)."""
    parts_ = [_marginals(scores, teacher.transitions, first - first[0]) for first, scores in teacher.scored(patterns, quotes, False)]
    return np.concatenate([np.zeros((0, len(LABELS)), np.float32), *parts_])


def _marginals(scores: Floats, transitions: Transitions, first: Labels) -> NDArray[np.float32]:
    """Label probabilities, with the small bias, which the scores then hold."""
    scores[:, 1::2] += LEANING
    return crf.beliefs(scores, transitions, Layout.of(first), pairs=False).marginals.astype(np.float32)


def _report(say: Progress, name: str) -> Callable[[int, float], None]:
    return lambda epoch, likelihood: say(f"{name}, epoch {epoch + 1}: {likelihood:.4f} log-likelihood per token")
