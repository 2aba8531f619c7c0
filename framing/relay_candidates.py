"""A trained decision on whether an attribution is relayed, beside the rules of :mod:`framing.relays`.

Conventions
-----------
* One decision an attribution. The candidates are its own medium; else the nearest earlier and the nearest later place where the same
  entity is brought in with one; else the nearest earlier one of anybody.
* Features are strings; those of a candidate begin with its slot (``own``, ``past``, ``next``, ``other``), counts are put into classes.
  They say how the medium comes in, how far away, what lies between, where in the article, what the cue and its sentence say.
* Two stages of logistic regression: the second one also sees the probabilities that the first one gives to the neighbours
  (:data:`NEIGHBOURS`), since relays come in passages. It is trained on probabilities of articles that its first stage has not seen
  (stacking: Wolpert 1992; for sequences Cohen and Carvalho 2005).
* A model gives plain arrays (:meth:`RelayModel.arrays`), so that it can be kept in one file with others.

The annotators of ``source_levels`` give a relay to the title and lead that announce an interview, to what its host says, and to the rest of
a passage or of an article that rests on it, but not to the medium in which the article itself appears; which one that is a text does not
always show.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import store
from framing.relay_mentions import Medium
from framing.relays import BEFORE, ELSEWHERE, SAYS, Anchor, Evidence, chains, surroundings
from framing.tokens import Remembered

Floats = NDArray[np.float64]

_MIND = re.compile(
    r"(?i)\b(?:believ\w*|think\w*|thought|want\w*|hop(?:e|es|ed|ing)|fear\w*|plan\w*|support\w*|back(?:s|ed|ing)|favor\w*|oppos\w*|know\w*"
    r"|view\w*|policy|interest\w*)\b"
)
_DAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_PRONOUNS = frozenset({"he", "she", "who", "his", "her", "they"})
_STEPS = (0, 1, 2, 3, 5, 8, 13, 25)
_SENTENCE = 600  # characters of the sentence of an anchor that are read
_SHAPES = 1 << 12  # feature lists of one kind that are remembered
_LOOK = 30  # attributions before and after in which the same entity is looked for
NEIGHBOURS = (
    *("self", "same before", "none before", "same after", "none after", "before", "after", "three around", "article", "article's best"),
    *("entity", "entity's best", "same before in paragraph", "before in paragraph", "eight around"),
)
# Inverse penalty, weight of the probabilities of the neighbours, rarest feature, threshold: picked out of a few values each by
# cross-validation over the articles of the train and enriched parts of source_levels and the train part of wikinews_attributions.
_C, _WEIGHT, _RAREST, _THRESHOLD = 0.2, 3.0, 2, 0.35
_FOLDS = 5  # of articles, for the probabilities that the second stage is trained on


@dataclass(frozen=True)
class RelayModel:
    """Weights of the features in both stages and of the neighbours in the second one, the intercepts of the stages, and the probability
    from which on an attribution counts as relayed."""

    names: tuple[str, ...]
    first: Floats
    second: Floats
    neighbours: Floats
    bias: Floats
    threshold: float

    @cached_property
    def column(self) -> dict[str, int]:
        """Feature -> its place."""
        return {name: k for k, name in enumerate(self.names)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays of numbers."""
        names = store.from_words(self.names)
        weights = {"first": self.first, "second": self.second, "neighbours": self.neighbours, "bias": self.bias}
        return {"names": names, "threshold": np.array([self.threshold]), **weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> RelayModel:
        """The model that gave them. Raises ``KeyError`` if one is missing, ``ValueError`` if they do not belong together."""
        names = tuple(store.to_words(arrays["names"]))
        sizes = [arrays[name].shape for name in ("first", "second", "neighbours", "bias", "threshold")]
        if sizes != [(len(names),), (len(names),), (len(NEIGHBOURS),), (2,), (1,)]:
            raise ValueError(f"{sizes}: no model of relays with {len(names)} features")
        first, second, around, bias = (arrays[name].astype(np.float64) for name in ("first", "second", "neighbours", "bias"))
        return cls(names, first, second, around, bias, float(arrays["threshold"][0]))


@lru_cache(_SHAPES)
def _size(n: float) -> str:
    return str(sum(n > s for s in _STEPS))


@Remembered
def _does(cue: str) -> str:
    """What a cue reports."""
    return "says" if SAYS.search(cue) else "thinks" if _MIND.search(cue) else "does"


@lru_cache(_SHAPES)
def _of_cue(slot: str, kind: str, speech: str, does: str, pronoun: bool, sentence: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{slot}:{c}" for c in (f"kind={kind}", f"speech={speech}", does, *sentence, *("pronoun",) * pronoun))


@lru_cache(_SHAPES)
def _of_medium(slot: str, how: str, sort: str, quoted: bool, speakers: int, article: bool) -> tuple[str, ...]:
    out = [f"{slot}:how={how}", f"{slot}:sort={sort}", f"{slot}:{sort}|{how}"]
    if quoted:
        out.append(f"{slot}:quoted")
    if speakers > 1:
        out.append(f"{slot}:many|{sort}={speakers}")
    if article and sort == "outlet":
        out.append(f"{slot}:The")
    return tuple(out)


@lru_cache(_SHAPES)
def _of_distance(slot: str, gap: str, paragraphs: str, others: int, together: bool, platform: bool, between: bool) -> tuple[str, ...]:
    return (
        f"{slot}:gap={gap}",
        f"{slot}:paragraphs={paragraphs}",
        f"{slot}:others={_size(others)}",
        f"{slot}:together={together}",
        f"{slot}:{platform}|gap={gap}",
        f"{slot}:{platform}|others={min(2, others)}",
        *(f"{slot}:between",) * between,
    )


@lru_cache(_SHAPES)
def _of_own(slot: str, kind: str, lead: int, far: str) -> tuple[str, ...]:
    return f"{slot}:kind={kind}", f"{slot}:lead={lead}", f"{slot}:far={far}"


@lru_cache(_SHAPES)
def _of_speaker(slot: str, share: int, anchors: int, times: str, lead: int) -> tuple[str, ...]:
    return f"{slot}:share={share}", f"{slot}:anchors={anchors}/{times}", f"{slot}:lead={lead}"


class _Reader:
    """Reads the features of one text."""

    def __init__(self, found: Evidence) -> None:
        self.found, self.around = found, surroundings(found)
        self.all = sorted((x for anchors in found.anchors.values() for x in anchors), key=lambda x: (x.token, x.at, x.entity))
        self.all_at = [x.token for x in self.all]
        self.count = Counter(e for e in found.entity if e >= 0)
        self.quoted = {n.removeprefix("The ") for n, k in zip(found.names, found.kinds) if k == "outlet" and n}
        self.speakers: dict[str, set[int]] = {}
        for x in self.all:
            self.speakers.setdefault(x.medium.name.removeprefix("The "), set()).add(x.entity)
        self.read: dict[tuple[int, int], tuple[tuple[str, ...], frozenset[str]]] = {}  # what sentences say, by their window
        self.days: dict[int, frozenset[str]] = {}  # weekdays in the sentence of a token
        self.cues: dict[int, tuple[str, str, str, bool, tuple[str, ...]]] = {}  # what cues and their sentences say

    def medium(self, slot: str, x: Medium) -> tuple[str, ...]:
        """How a medium comes in, whether the article quotes it elsewhere, and how many speak to it."""
        name = x.name.removeprefix("The ")
        return _of_medium(slot, x.how, x.sort, name in self.quoted, min(4, len(self.speakers.get(name, ()))), name != x.name)

    def anchor_text(self, x: Anchor) -> str:
        tokens = self.found.tokens
        begin, end = tokens.sentences[tokens.sentence[x.token]].tolist()
        return tokens.text[begin : min(end, begin + _SENTENCE)]

    def sentence(self, i: int) -> tuple[tuple[str, ...], frozenset[str]]:
        """What the sentence of a cue says, and the weekdays in it."""
        window = self.around.window[i]
        known = self.read.get(window)
        if known is None:
            near = self.around.sentence_text(i)
            low = near.lower()
            signs = {
                "elsewhere": ELSEWHERE.search(low),
                "before": BEFORE.search(low),
                "quotes": "“" in near or '"' in near or "''" in near,
            }
            known = self.read[window] = tuple(name for name, sign in signs.items() if sign), frozenset(_DAY.findall(near))
        return known

    def distance(self, slot: str, i: int, x: Anchor) -> list[str]:
        """How far an anchor is from an attribution, and what lies between."""
        gap, paragraphs, others, together = self.around.distance(i, x)
        out = list(_of_distance(slot, _size(gap), _size(paragraphs), others, together, x.medium.sort == "platform", x.at != int(x.at)))
        days = self.sentence(i)[1]
        if days:
            there = self.days.get(x.token)
            if there is None:
                there = self.days[x.token] = frozenset(_DAY.findall(self.anchor_text(x)))
            out.append(f"{slot}:day={'same' if days & there else 'other' if there else 'new'}")
        return out

    def cue(self, slot: str, i: int) -> tuple[str, ...]:
        """What the cue and its sentence say."""
        said = self.cues.get(i)
        if said is None:
            a = self.found.attributions[i]
            pronoun = a.source is not None and a.source.text.lower() in _PRONOUNS
            said = self.cues[i] = self.found.kinds[i], a.speech, _does[a.cue.text[:160]], pronoun, self.sentence(i)[0]
        return _of_cue(slot, *said)

    def candidates(self, i: int) -> dict[str, Anchor | Medium]:
        """The candidates of an attribution by slot, the preferred one first."""
        found = self.found
        own = found.own[i]
        if own is not None:
            return {"own": own}
        past, later = self.around.neighbours(i)
        if past is not None:
            return {"past": past} if later is None else {"past": past, "next": later}
        if later is not None:
            return {"next": later}
        j = bisect_left(self.all_at, self.around.token(i)) - 1
        return {"other": self.all[j]} if j >= 0 else {}

    def features(self, i: int) -> list[str]:
        """The features of one attribution."""
        found, around = self.found, self.around
        e, lead = found.entity[i], max(-1, min(3, around.lead(i)))
        out = [*self.cue("any", i), f"any:lead={lead}"]
        if found.relaying[i] is not None:
            out.append("any:outlet")
        candidates = self.candidates(i)
        for slot, x in candidates.items():
            if isinstance(x, Medium):
                out += self.medium(slot, x)
                out += _of_own(slot, found.kinds[i], lead, _size(abs(around.token(i) - x.first)))
                continue
            out += self.medium(slot, x.medium)
            out += self.distance(slot, i, x)
            out += self.cue(slot, i)
            if slot == "other":
                last = (found.names[i] or "").split(" ")[-1]
                if last and last in self.anchor_text(x):
                    out.append("other:named there")
                continue
            times = self.count[e]
            out += _of_speaker(slot, int(4 * times / len(found.order)), min(3, len(found.anchors[e])), _size(times), lead)
            if slot == "next" and "past" not in candidates:
                out += (f"next:first|lead={lead}", f"next:first|gap={_size(x.at - found.place[i])}")
        up = found.parent[i]
        if candidates:
            out.append("candidate")
            if found.carried[i] is not None and found.own[i] is None:
                out.append("rule")
            if up >= 0:
                out.append("inside itself" if found.entity[up] == e else "inside")
                if found.relaying[up] is not None or found.own[up] is not None:
                    out.append("inside relayed")
        return out

    def name(self, i: int) -> str | None:
        """The medium of a relayed attribution: of the first candidate, else the nearest later one."""
        candidates = list(self.candidates(i).values())
        first = candidates[0] if candidates else self.all[0] if self.all else None
        return None if first is None else first.name if isinstance(first, Medium) else first.medium.name


def _reader(found: Evidence) -> _Reader | None:
    """A reader of a text, ``None`` if nothing in it suggests a relay."""
    return None if (not any(found.own) and not found.anchors) or not len(found.tokens) else _Reader(found)


def features(found: Evidence) -> list[list[str]]:
    """The features of every attribution; empty lists where nothing in the text suggests a relay.

    Parameters
    ----------
    found : Evidence
        From :func:`framing.relays.gather`.

    Returns
    -------
    list of list of str
    """
    reader = _reader(found)
    return [[] if reader is None else reader.features(i) for i in range(len(found.attributions))]


def neighbours(found: Evidence, p: Floats) -> Floats:
    """What the probabilities of an article say of the neighbours of each attribution: (n, len(NEIGHBOURS))."""
    n = len(found.order)
    out = np.zeros((n, len(NEIGHBOURS)))
    if not n or not len(found.tokens):
        return out
    order = np.asarray(found.order, np.int64)
    q = p[order]  # in text order
    who = np.asarray(found.entity, np.int64)[order]
    last_token = max(len(found.tokens) - 1, 0)
    paragraph = found.tokens.paragraph[np.minimum(np.array([found.cue_at[i][0] for i in found.order]), last_token)].astype(np.int64)
    upto = np.concatenate(([0.0], np.cumsum(q)))

    def around(k: int) -> Floats:
        low, high = np.maximum(np.arange(n) - k, 0), np.minimum(np.arange(n) + k + 1, n)
        mean: Floats = (upto[high] - upto[low]) / (high - low)
        return mean

    same_before, same_after = _nearest(who), _nearest(who[::-1])[::-1]
    same_after = np.where(same_after >= 0, n - 1 - same_after, -1)
    before = np.concatenate(([0.0], q[:-1]))
    after = np.concatenate((q[1:], [0.0]))
    ahead = np.where(same_before >= 0, q[same_before], 0.0)
    known = who >= 0
    size = int(who.max(initial=0)) + 1
    sums, counts, best = np.bincount(who[known], q[known], size), np.bincount(who[known], None, size), np.zeros(size)
    np.maximum.at(best, who[known], q[known])
    columns = (
        q,
        ahead,
        same_before < 0,
        np.where(same_after >= 0, q[same_after], 0.0),
        same_after < 0,
        before,
        after,
        around(3),
        np.full(n, q.mean()),
        np.full(n, q.max()),
        np.where(known, sums[who] / np.maximum(counts[who], 1), 0.0),
        np.where(known, best[who], 0.0),
        np.where((same_before >= 0) & (paragraph - paragraph[same_before] <= 1), ahead, 0.0),
        np.where(np.concatenate(([False], paragraph[1:] == paragraph[:-1])), before, 0.0),
        around(8),
    )
    out[order] = np.stack(columns, axis=1)
    return out


def _nearest(who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of the previous one of the same entity, at most ``_LOOK`` before; -1 without one."""
    last: dict[int, int] = {}
    out = np.full(len(who), -1, np.int64)
    for n, e in enumerate(who.tolist()):
        if e >= 0:
            if n - last.get(e, -_LOOK - 1) <= _LOOK:
                out[n] = last[e]
            last[e] = n
    return out


def _matrix(rows: Sequence[Sequence[str]], column: Mapping[str, int]) -> Floats:
    """1 where a row has a feature that the model knows."""
    out = np.zeros((len(rows), len(column)))
    for k, row in enumerate(rows):
        known = [column[name] for name in row if name in column]
        out[k, known] = 1
    return out


def _logistic(x: Floats) -> Floats:
    out: Floats = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return out


def probabilities(found: Evidence, model: RelayModel) -> Floats:
    """Probability that each attribution is relayed by a medium of its own.

    Parameters
    ----------
    found : Evidence
        From :func:`framing.relays.gather`.
    model : RelayModel

    Returns
    -------
    ndarray of shape (n,)
        0 where nothing in the text suggests a relay.
    """
    reader = _reader(found)
    return np.zeros(len(found.attributions)) if reader is None else _probabilities(reader, model)


def _probabilities(reader: _Reader, model: RelayModel) -> Floats:
    found = reader.found
    rows = [reader.features(i) for i in range(len(found.attributions))]
    first, second = _sums(rows, model).T
    p = _logistic(first + model.bias[0]) * np.array(["candidate" in row for row in rows])
    return _logistic(second + neighbours(found, p) @ model.neighbours + model.bias[1])


def _sums(rows: Sequence[Sequence[str]], model: RelayModel) -> Floats:
    """(n, 2): sums of the weights of the features in both stages."""
    column = model.column
    known = [{c for c in map(column.get, row) if c is not None} for row in rows]
    row = np.repeat(np.arange(len(known)), [len(k) for k in known])
    places = np.array([c for k in known for c in k], np.int64)
    return np.stack([np.bincount(row, weights[places], len(rows)) for weights in (model.first, model.second)], axis=1)


def decide(found: Evidence, model: RelayModel) -> list[tuple[str, ...]]:
    """Relays of every attribution by a trained model; the chain outwards goes by rule.

    Parameters
    ----------
    found, model
        As in :func:`probabilities`.

    Returns
    -------
    list of tuple of str
        As :func:`framing.relays.chains` gives them.
    """
    own: list[str | None] = [None] * len(found.attributions)
    reader = _reader(found)
    if reader is not None:
        for i in np.flatnonzero(_probabilities(reader, model) > model.threshold).tolist():
            own[i] = reader.name(i)
            if found.names[i] is not None and own[i] in (found.names[i], f"The {found.names[i]}"):
                own[i] = None
    return chains(found, own)


def fit_relays(texts: Sequence[tuple[Evidence, Sequence[bool]]]) -> RelayModel:
    """Learn both stages; needs scikit-learn.

    Parameters
    ----------
    texts : sequence of (Evidence, sequence of bool)
        For each article what is known of it, and whether each attribution is relayed. Attributions that the outlet of an enclosing one
        relays are left out: for them the rule decides.

    Returns
    -------
    RelayModel
        The same texts in the same order give the same one.

    Raises
    ------
    ValueError
        If all attributions are relayed, or none is.
    """
    rows = [features(found) for found, _ in texts]
    counts = Counter(name for article in rows for row in article for name in set(row))
    names = sorted(name for name, n in counts.items() if n >= _RAREST)
    column = {name: k for k, name in enumerate(names)}
    blocks = [_matrix(article, column) for article in rows]
    free = [np.array([not c for c in chains(found, [None] * len(gold))], bool) for found, gold in texts]
    some = [np.array([bool(row) for row in article], bool) & ok for article, ok in zip(rows, free)]
    candidate = [np.array(["candidate" in row for row in article], bool) for article in rows]
    gold = [np.asarray(y, bool) for _, y in texts]

    def first(held: Sequence[int]) -> tuple[Floats, float]:
        use = [some[k] & candidate[k] for k in held]
        return _fit(np.vstack([blocks[k][m] for k, m in zip(held, use)]), np.concatenate([gold[k][m] for k, m in zip(held, use)]))

    unseen: list[Floats] = [np.zeros(len(y)) for y in gold]
    every = range(len(texts))
    for fold in range(min(_FOLDS, len(texts))):
        weights, bias = first([k for k in every if k % _FOLDS != fold] or list(every))
        for k in every:
            if k % _FOLDS == fold:
                unseen[k] = _logistic(blocks[k] @ weights + bias) * candidate[k]
    extra = [_WEIGHT * neighbours(found, p) for (found, _), p in zip(texts, unseen)]
    weights, bias = first(list(every))
    both = np.vstack([np.hstack([blocks[k], extra[k]])[some[k]] for k in every])
    second, bias_2 = _fit(both, np.concatenate([gold[k][some[k]] for k in every]))
    return RelayModel(tuple(names), weights, second[: len(names)], _WEIGHT * second[len(names) :], np.array([bias, bias_2]), _THRESHOLD)


def _fit(x: Floats, y: NDArray[np.bool_]) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    learned = LogisticRegression(C=_C, max_iter=3000).fit(x, y)
    return learned.coef_[0], float(learned.intercept_[0])
