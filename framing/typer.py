"""How openly each source is identified, learned: kind, level, withheld and position on top of what the rules of ``framing.sources`` find.

Conventions
-----------
* For each field a logistic regression (multinomial for kind and level) reads the features of :mod:`framing.source_features`. Whether it is
  relayed is decided by :mod:`framing.relay_candidates`; reason, role and producer are the rules'.
* An entity has one kind and one level: its probabilities are the geometric mean of those of its attributions, normalised. The pair with
  the largest product wins among the pairs that occur in the texts that were learned from.
* A person is not ``named`` in a text without the name of any person.
* Who speaks for a named or known client ("attorneys for the family", "his lawyer") is an ``office`` by definition of the scheme; there are
  too few of them to learn it from.
* What the rules give no entity, and the typer an agent, becomes an entity of its own if there is a source; what the typer says nobody
  speaks in loses its entity.
* ``withheld`` is decided by attribution: from the probability ``ALONE`` on, where the rules find so, too, from ``SUPPORTED`` on, and only
  where the pair of kind and level occurs with it.
* Where the text gives a reason for keeping a name back ("on condition of anonymity"), kind, level and withheld are those of the rules.
* Confidences: logistic calibration (Platt 1999) of the probability that a field is as it is said, on articles that were not learned from.

Analysis needs numpy only, learning scikit-learn.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing import levels, relay_candidates, source_features
from framing.learning import store
from framing.learning.calibration import Calibrator, Logistic, fit_logistic
from framing.learning.estimator import Estimator
from framing.quotes import find_quotes
from framing.records import LEVELS, SOURCE_KINDS, Attribution, Document, Entity, Quote, Span
from framing.sources import Resolution, resolve, stated_reason
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

Floats = NDArray[np.float64]

VERSION = 1
MODELS = Path(__file__).parent / "models"
FIELDS: Mapping[str, tuple[Any, ...]] = {"kind": SOURCE_KINDS, "level": LEVELS, "withheld": (False, True), "position": (False, True)}
# Of a few pairs that are all within .01 of F1 in cross-validation over the articles of source_levels.
ALONE, SUPPORTED = 0.5, 0.3
_FLOOR = 1e-6  # of probabilities whose logarithm is taken
_PERSON, _NAMED, _OFFICE = SOURCE_KINDS.index("person"), LEVELS.index("named"), LEVELS.index("office")
_NOBODY, _NOWHERE = SOURCE_KINDS.index("none"), LEVELS.index("impersonal")


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An article that was resolved by rule, with the features of its attributions and, for learning, their gold ones."""

    found: Resolution
    features: list[list[str]]
    gold: tuple[Attribution, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """Weights of every field over the same features."""

    names: dict[str, int]
    weights: NDArray[np.float32]  # (features, columns): the columns of the fields one after another
    intercepts: Floats  # (columns,)

    def scores(self, features: Sequence[Sequence[str]]) -> Floats:
        """(n, columns): sums of the weights of the features, each once."""
        out = np.tile(self.intercepts, (len(features), 1))
        sizes = list(map(len, features))
        number = np.fromiter(map(self.names.get, chain.from_iterable(features), repeat(-1)), np.int64, sum(sizes))
        row = np.repeat(np.arange(len(features)), sizes)
        width = len(self.names) or 1
        cells = (row * width + number)[number >= 0]
        cells.sort()
        cells = cells[np.diff(cells, prepend=-1) > 0]
        if len(cells):
            row = cells // width
            begins = np.flatnonzero(np.diff(row, prepend=-1))
            out[row[begins]] += np.add.reduceat(self.weights.take(cells - row * width, axis=0).astype(np.float64), begins, axis=0)
        return out


class SourceTyper(Estimator):
    """Kind, level, withheld and position of the sources of attributions; learned from documents with gold ones.

    Parameters
    ----------
    strength : float
        Inverse strength of the penalty of the logistic regressions.
    at_least : int
        Articles that a feature must occur in.
    folds : int
        Of the articles, for the calibration without ``tune``.

    Attributes
    ----------
    calibrators_ : dict of str to Calibrator
        By field.
    card_ : dict
        What the model's card says.
    """

    def __init__(self, strength: float = 0.1, at_least: int = 2, folds: int = 5) -> None:
        self.strength = strength
        self.at_least = at_least
        self.folds = folds
        self.card_: dict[str, Any] = {}

    # ------------------------------------------------------------------------------------------------------------ learning

    def fit(self, documents: Iterable[Document], y: None = None, *, tune: Iterable[Document] = ()) -> SourceTyper:
        """Learn from documents whose ``attributions`` have their codes.

        Parameters
        ----------
        documents : iterable of Document
        y : None
            The gold is in the documents.
        tune : iterable of Document
            Others, for calibration; without them held-out folds of ``documents`` serve.

        Raises
        ------
        ValueError
            If there are fewer than two documents with attributions.
        """
        examples = [example(d) for d in documents if d.attributions]
        return self.fit_examples(examples, [example(d) for d in tune if d.attributions])

    def fit_examples(self, examples: Sequence[Example], tune: Sequence[Example] = ()) -> SourceTyper:
        """:meth:`fit` of articles that were read by :func:`example`."""
        if len(examples) < 2:
            raise ValueError(f"{len(examples)} documents with attributions: at least two are needed")
        self.pairs_ = _pairs(examples)
        self.relays_: relay_candidates.RelayModel | None = None
        with suppress(ValueError):  # too few are relayed to learn from: the rules decide
            self.relays_ = relay_candidates.fit_relays([(e.found.media, [bool(a.relays) for a in e.gold]) for e in examples])
        self.model_ = self._learn(examples)
        self.calibrators_: dict[str, Calibrator] = {name: Logistic(1.0, 0.0) for name in FIELDS}
        judged = tune or examples
        scores = self._scores(tune) if tune else self._held_out(examples)
        for name, (sure, right) in self._outcomes(judged, scores).items():
            self.calibrators_[name] = fit_logistic(sure, right)
        return self

    def _learn(self, examples: Sequence[Example]) -> _Linear:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        articles: dict[str, int] = {}
        for e in examples:
            for f in {f for row in e.features for f in row}:
                articles[f] = articles.get(f, 0) + 1
        names = {f: i for i, f in enumerate(sorted(f for f, n in articles.items() if n >= self.at_least))}
        rows = [sorted({names[f] for f in row if f in names}) for e in examples for row in e.features]
        indptr = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
        columns = np.fromiter((f for row in rows for f in row), np.int64, int(indptr[-1]))
        x = csr_matrix((np.ones(len(columns)), columns, indptr), (len(rows), len(names)))
        weights, intercepts = [], []
        for name, values in FIELDS.items():
            number = np.array([values.index(v) for v in _gold(examples, name)])
            seen = np.unique(number)
            part, base = np.zeros((len(values), len(names))), np.full(len(values), -20.0)  # what never occurs is next to impossible
            if len(seen) > 1:
                model = LogisticRegression(C=self.strength, max_iter=1000).fit(x, number)
                part[seen[-len(model.coef_) :]], base[seen[-len(model.coef_) :]] = model.coef_, model.intercept_
                if len(seen) == 2:
                    base[seen[0]] = 0.0
            else:
                base[seen] = 0.0
            weights.append(part)
            intercepts.append(base)
        return _Linear(names, np.concatenate(weights).T.astype(np.float32), np.concatenate(intercepts))

    def _held_out(self, examples: Sequence[Example]) -> list[Floats]:
        """Scores of every article by models that learned from the articles of the other folds."""
        out: list[Floats] = [np.zeros((0, 0))] * len(examples)
        folds = min(self.folds, len(examples))
        for k in range(folds):
            model = self._learn([e for i, e in enumerate(examples) if i % folds != k])
            for i in range(k, len(examples), folds):
                out[i] = model.scores(examples[i].features)
        return out

    def _scores(self, examples: Sequence[Example]) -> list[Floats]:
        return [self.model_.scores(e.features) for e in examples]

    def _outcomes(self, examples: Sequence[Example], scores: Sequence[Floats]) -> dict[str, tuple[Floats, NDArray[np.bool_]]]:
        """For every field the probability of what is decided, and whether it is right."""
        sure: dict[str, list[Floats]] = {name: [] for name in FIELDS}
        right: dict[str, list[bool]] = {name: [] for name in FIELDS}
        for e, score in zip(examples, scores):
            decided = self._decide(e.found, score)
            for name, (value, chance) in decided.items():
                sure[name].append(chance)
                right[name] += [v == getattr(g, name) for v, g in zip(value, e.gold)]
        return {name: (np.concatenate(sure[name]), np.array(right[name], np.bool_)) for name in FIELDS}

    # ------------------------------------------------------------------------------------------------------------ deciding

    def _decide(self, found: Resolution, scores: Floats) -> dict[str, tuple[list[Any], Floats]]:
        """For every field the values and their probabilities before calibration."""
        chances = _chance(scores)
        for name in ("kind", "level"):
            chances[name] = _pooled(chances[name], found.who)
        both = chances["kind"][:, self.pairs_[:, 0]] * chances["level"][:, self.pairs_[:, 1]]
        if not any(entry.kind == "person" for entry in found.state.book.named):  # nobody can be named where no person's name stands
            both[:, (self.pairs_[:, 0] == _PERSON) & (self.pairs_[:, 1] == _NAMED)] = 0
        none = (self.pairs_[:, 0] == _NOBODY) & (self.pairs_[:, 1] == _NOWHERE)
        if none.any():  # where rules find nobody behind a pronoun or no source at all, nobody is there to be typed
            both[[e < 0 and found.mentions[i].form in ("none", "pronoun") for i, e in enumerate(found.who)]] = none
        best = both.argmax(axis=1)
        kind, level = self.pairs_[best, 0], self.pairs_[best, 1]
        least = np.where([a.withheld for a in found.attributions], SUPPORTED, ALONE)
        hidden = (chances["withheld"][:, 1] >= least) & self.pairs_[best, 2].astype(bool)
        voices = _voices(found)
        for i, a in enumerate(found.attributions):
            if found.who[i] in voices and kind[i] == _PERSON:
                level[i], hidden[i] = _OFFICE, False
            if a.reason in ("boilerplate", "specific"):  # the text says that a name is kept back: no doubt is left
                kind[i], level[i], hidden[i] = SOURCE_KINDS.index(a.kind), LEVELS.index(a.level), True
        placed = chances["position"][:, 1] >= 0.5
        rows = np.arange(len(scores))
        return {
            "kind": ([SOURCE_KINDS[k] for k in kind.tolist()], chances["kind"][rows, kind]),
            "level": ([LEVELS[k] for k in level.tolist()], chances["level"][rows, level]),
            "withheld": (hidden.tolist(), chances["withheld"][rows, hidden.astype(int)]),
            "position": (placed.tolist(), chances["position"][rows, placed.astype(int)]),
        }

    def __call__(
        self, tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution]
    ) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
        """Resolve and type the sources of attributions; takes and gives what :func:`framing.sources.resolve_sources` does."""
        if not attributions:
            return (), ()
        found = resolve(tokens, quotes, attributions)
        decided = self._decide(found, self.model_.scores(source_features.describe(found, tokens, attributions)))
        sure = (self.calibrators_[name](decided[name][1]).tolist() for name in ("kind", "level", "withheld"))
        chains = [a.relays for a in found.attributions] if self.relays_ is None else relay_candidates.decide(found.media, self.relays_)
        numbers, entities = _entities(found, decided["kind"][0], decided["level"][0])
        values = zip(*(decided[name][0] for name in FIELDS))
        typed = map(partial(_typed, found, {a.id: a for a in attributions}), count(), values, numbers, chains, zip(*sure))
        return tuple(typed), entities

    def decide(self, article: Example) -> dict[str, list[Any]]:
        """The values of every field for the attributions of an article that was read by :func:`example`."""
        return {name: values for name, (values, _) in self._decide(article.found, self.model_.scores(article.features)).items()}

    def outcomes(self, documents: Iterable[Document]) -> dict[str, tuple[Floats, NDArray[np.bool_]]]:
        """For every field the probability of what is decided, before calibration, and whether it is right, over gold documents."""
        examples = [example(d) for d in documents]
        return self._outcomes(examples, self._scores(examples))

    def predict(self, documents: Iterable[Document]) -> list[tuple[Attribution, ...]]:
        """The attributions of every document, typed; of those that are given only the spans, speech and parent are read."""
        return [self(*_read(d))[0] for d in documents]

    def predict_proba(self, documents: Iterable[Document]) -> list[dict[str, Floats]]:
        """For every document field -> (attributions, values) probabilities, in the order of ``FIELDS``; not calibrated."""
        out = []
        for d in documents:
            e = example(d)
            chances = _chance(self.model_.scores(e.features))
            out.append({name: _pooled(p, e.found.who) if name in ("kind", "level") else p for name, p in chances.items()})
        return out

    # ------------------------------------------------------------------------------------------------------------ keeping

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write ``model.json`` and ``weights.npz`` into a folder, which is made if need be."""
        codes, scales = store.to_int8(self.model_.weights)
        names = sorted(self.model_.names, key=self.model_.names.__getitem__)
        numbers = {
            "model": "sources",
            "version": VERSION,
            "fields": {name: list(values) for name, values in FIELDS.items()},
            "calibration": {name: c.to_dict() for name, c in self.calibrators_.items()},
            "card": dict(self.card_ if card is None else card),
        }
        arrays: dict[str, NDArray[Any]] = {
            "names": store.from_words(names),
            "codes": codes,
            "scales": scales,
            "intercepts": self.model_.intercepts,
            "pairs": self.pairs_,
        }
        if self.relays_ is not None:
            arrays |= {f"relays.{name}": array for name, array in self.relays_.arrays().items()}
        store.save(folder, numbers, arrays)

    @classmethod
    def load(cls, folder: str | os.PathLike[str] = MODELS / "sources") -> SourceTyper:
        """Read what :meth:`save` wrote; the shipped model by default.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model or version.
        """
        numbers, arrays = store.load(folder)
        fields = {name: list(values) for name, values in FIELDS.items()}
        if [numbers.get("model"), numbers.get("version"), numbers.get("fields")] != ["sources", VERSION, fields]:
            raise ValueError(f"{folder}: no model of sources of version {VERSION}")
        try:
            store.check(arrays)
            names = store.to_words(arrays["names"])
            weights = store.from_int8(arrays["codes"], arrays["scales"])
            width = sum(map(len, FIELDS.values()))
            if weights.shape != (len(names), width) or arrays["intercepts"].shape != (width,) or arrays["pairs"].shape[1:] != (3,):
                raise ValueError(f"{weights.shape} weights of {len(names)} features")
            if arrays["pairs"].dtype.kind not in "iu" or not len(arrays["pairs"]):
                raise ValueError("there are no pairs of kind and level")
            typer = cls()
            typer.model_ = _Linear({name: i for i, name in enumerate(names)}, weights, arrays["intercepts"])
            typer.pairs_ = arrays["pairs"]
            relays = {name.removeprefix("relays."): array for name, array in arrays.items() if name.startswith("relays.")}
            typer.relays_ = relay_candidates.RelayModel.from_arrays(relays) if relays else None
            typer.calibrators_ = {name: Calibrator.from_dict(numbers["calibration"][name]) for name in FIELDS}
            typer.card_ = numbers["card"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the model of sources in {folder} is damaged: {error}") from error
        return typer


@lru_cache(maxsize=1)
def shipped() -> SourceTyper:
    """The shipped typer, loaded once."""
    return SourceTyper.load()


def type_sources(
    tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution]
) -> tuple[tuple[Attribution, ...], tuple[Entity, ...]]:
    """Resolve and type the sources of attributions with the shipped typer; see :meth:`SourceTyper.__call__`."""
    return shipped()(tokens, quotes, attributions)


def example(document: Document) -> Example:
    """A document as the typer reads it: only spans, speech and parent of its attributions are seen by the rules."""
    tokens, quotes, bare = _read(document)
    found = resolve(tokens, quotes, bare)
    return Example(found, source_features.describe(found, tokens, bare), document.attributions)


def _read(document: Document) -> tuple[Tokens, tuple[Quote, ...], list[Attribution]]:
    article = article_from_text(document.text)
    bare = [Attribution(a.id, a.source, a.cue, a.content, a.speech, parent=a.parent) for a in document.attributions]
    return tokenize(article), find_quotes(article.text, article.paragraphs), bare


def _gold(examples: Sequence[Example], name: str) -> list[Any]:
    return [getattr(a, name) for e in examples for a in e.gold]


def _pairs(examples: Sequence[Example]) -> NDArray[np.int64]:
    """(pairs, 3): numbers of a kind and of a level that occur together, and whether an identity is ever withheld there."""
    found: dict[tuple[int, int], bool] = {}
    for e in examples:
        for a in e.gold:
            pair = SOURCE_KINDS.index(a.kind), LEVELS.index(a.level)
            found[pair] = found.get(pair, False) or a.withheld
    return np.array([(*pair, hidden) for pair, hidden in sorted(found.items())], np.int64)


def _chance(scores: Floats) -> dict[str, Floats]:
    """Probabilities of the values of every field from its columns of the scores."""
    out, begin = {}, 0
    for name, values in FIELDS.items():
        part = scores[:, begin : begin + len(values)]
        power = np.exp(part - part.max(axis=1, keepdims=True, initial=-np.inf))
        out[name] = power / power.sum(axis=1, keepdims=True)
        begin += len(values)
    return out


def _pooled(chance: Floats, who: Sequence[int]) -> Floats:
    """The geometric mean of the probabilities of each entity's attributions, normalised; an attribution without entity keeps its own."""
    numbers: dict[int, int] = {}
    place = np.array([numbers.setdefault(e if e >= 0 else -1 - i, len(numbers)) for i, e in enumerate(who)], np.int64)
    size, width = np.bincount(place), chance.shape[1]
    logs = np.log(np.maximum(chance, _FLOOR))
    cells = place[:, None] * width + np.arange(width)
    sums = np.bincount(cells.ravel(), logs.ravel(), len(size) * width).reshape(-1, width) / size[:, None]
    power = np.exp(sums - sums.max(axis=1, keepdims=True, initial=-np.inf))
    pooled: Floats = (power / power.sum(axis=1, keepdims=True))[place]
    return pooled


def _voices(found: Resolution) -> set[int]:
    """The unnamed entities that speak for a client: some mention of them is one of :func:`framing.levels.is_voice`."""
    words, who = found.state.book.words, found.state.who
    return {
        e
        for e, m in zip(found.who, found.mentions)
        if e >= 0 and who[e].named < 0 and levels.is_voice(m, any(w.lower() == "for" for w in words[m.first + 1 : m.last]))
    }


def _typed(
    found: Resolution,
    by_id: Mapping[int, Attribution],
    i: int,
    decided: tuple[str, str, bool, bool],
    entity: int | None,
    relays: tuple[str, ...],
    confidences: tuple[float, float, float],
) -> Attribution:
    """The attribution with what was decided, and what hangs on it."""
    kind, level, withheld, position = decided
    a, e = found.attributions[i], found.who[i]
    who = found.state.who[e] if e >= 0 else None
    reason = None
    if withheld:
        around = None if a.parent is None else by_id.get(a.parent)
        stated = stated_reason(found.state.tokens, a, found.state.tokens.at(a.cue.start), around)
        reason = levels.best_reason(stated, a.reason or (who.reason if who is not None else "none"))
    return Attribution(
        *(a.id, a.source, a.cue, a.content, a.speech),
        entity=entity,
        kind=kind,
        level=level,
        withheld=withheld,
        reason=reason,
        position=position,
        role=who.role if who is not None and kind in ("person", "outlet") else None,
        producer=who.producer if who is not None and kind == "document" else None,
        relays=relays,
        weight=a.weight,
        parent=a.parent,
        confidence=a.confidence,
        kind_confidence=confidences[0],
        level_confidence=confidences[1],
        withheld_confidence=confidences[2],
    )


def _entities(found: Resolution, kinds: Sequence[str], grades: Sequence[str]) -> tuple[list[int | None], tuple[Entity, ...]]:
    """The entity of each attribution, numbered anew by first mention: those of nobody are gone, single sources have become new ones."""
    first: dict[int, int] = {}  # number among the old and new ones -> its first attribution
    holder = [-1 if kind == "none" else len(found.entities) + i for i, kind in enumerate(kinds)]
    for i, a in enumerate(found.attributions):
        if holder[i] >= 0:
            if a.entity is not None:
                holder[i] = a.entity
            first.setdefault(holder[i], i)
    named: dict[int, tuple[str, tuple[Span, ...]]] = {}
    for key, i in first.items():
        if key < len(found.entities):
            named[key] = found.entities[key].name, found.entities[key].mentions
        else:
            span = found.attributions[i].source or found.attributions[i].cue
            named[key] = span.text, (span,)
    order = sorted(named, key=lambda key: (named[key][1][0], key))
    number = {key: n for n, key in enumerate(order)}
    entities = tuple(Entity(n, named[key][0], kinds[first[key]], grades[first[key]], named[key][1]) for key, n in number.items())
    return [number.get(key) for key in holder], entities
