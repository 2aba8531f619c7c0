"""Which units of a text are cues of semantic uncertainty, and of which type: a linear-chain CRF over the units of a sentence.

Conventions
-----------
* Label 0 is "no cue", label 1 + k the k-th of ``hedge_features.TYPES``. A chain holds the units of a sentence, so that "if" raises
  "would"; one of more than ``LONGEST`` units is cut.
* Weights are learned for all domains (wiki, news, bio ...) together and once more for each (Daumé III 2007): the score of a label is the
  sum of both. A domain that is not known has the common weights alone.
* The probability p of a unit is 1 less the marginal of label 0, mapped by an isotonic calibrator of the domain that was fitted on documents
  held out of training (:mod:`framing.learning.calibration`); types keep their shares of it.
* A cue of the rules whose lexicon row was met n times in training has the confidence (n p + PRIOR / 2) / (n + PRIOR), as if one more hit
  and one more miss had been seen (Laplace 1814): what is rare there is not known, rather than known to be none. Others have p.

Learning needs scipy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.hedge_features import BY_UNIT, BY_WORD, NOWHERE, TEMPLATES, TYPES, Marker, Units, find_units, places, unit_keys, word_keys
from framing.hedge_lessons import Lesson, unit_labels
from framing.hedge_lexicon import hedge_lexicon, normal
from framing.hedge_rules import Context, Cues, find_cues
from framing.learning import crf
from framing.learning.calibration import Calibrator, fit_isotonic
from framing.learning.crf import Layout, Transitions
from framing.learning.interning import KeyTable, frequent
from framing.signals import Hashes, TypeMemory
from framing.word_types import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LABELS = 1 + len(TYPES)
LONGEST = 64  # units of a chain
PRIOR = 2  # hits and misses
PART = 1 << 14  # units that are scored at once: keeps the memory flat

_OF_WORD, _OF_UNIT = ([TEMPLATES.index(template) for template in some] for some in (BY_WORD, BY_UNIT))


@dataclass(frozen=True, slots=True)
class Settings:
    """How cues are learned; chosen by cross-validation on wiki and biology, looked at on news.

    ``head_share``: of the places of a word that must be cues, for it to be a head; ``at_least``: units that a feature must have;
    ``l2``, ``epochs``, ``rate``: see :func:`framing.learning.crf.fit`.
    """

    head_share: float = 0.05
    at_least: int = 2
    l2: float = 3.0
    epochs: int = 12
    rate: float = 0.2
    seed: int = 0


class CueModel:
    """Learned numbers.

    Parameters
    ----------
    heads : iterable of str
    known : (F,) uint64 array
    weights : (1 + domains, F, LABELS) float32 array
        The common ones, then those of each domain.
    transitions : Transitions
    domains : sequence of str
    calibrators : mapping of domain to Calibrator
    rows : mapping of int to int
        Hash of a lexicon row -> how often it was met in training.
    """

    def __init__(
        self,
        heads: Iterable[str],
        known: Hashes,
        weights: NDArray[np.float32],
        transitions: Transitions,
        domains: Sequence[str],
        calibrators: Mapping[str, Calibrator] | None = None,
        rows: Mapping[int, int] | None = None,
    ) -> None:
        if weights.shape != (1 + len(domains), len(known), LABELS):
            raise ValueError(f"weights {weights.shape} do not fit {len(known)} keys and {len(domains)} domains")
        self.marker, self.table, self.weights = Marker(heads), KeyTable(known), weights
        self.transitions, self.domains = transitions, tuple(domains)
        self.calibrators, self.rows = dict(calibrators or {}), dict(rows or {})
        self.memory = TypeMemory()
        self._words = Table(self._numbers_of, self.table.numbers(word_keys(NOWHERE))[0])
        nothing = np.zeros((1, LABELS), np.float32)  # for unknown keys
        sums = [weights[0], *(weights[0] + own for own in weights[1:])]
        self._sums = [np.concatenate([total, nothing]) for total in sums]

    def units(self, context: Context, cues: Cues) -> Units:
        """The units of a text."""
        return find_units(context, cues, self.marker)

    def scores(self, units: Units, domain: str) -> NDArray[np.float32]:
        """Label scores (u, LABELS)."""
        weights = self._sums[1 + self.domains.index(domain) if domain in self.domains else 0]
        out = np.empty((len(units.first), LABELS), np.float32)
        for begin in range(0, len(out), PART):
            part = np.zeros(len(out), np.bool_)
            part[begin : begin + PART] = True
            here = units if part.all() else units.take(part)
            numbers = np.empty((len(TEMPLATES), len(here.first)), np.int32)
            numbers[_OF_UNIT] = self.table.numbers(unit_keys(here, self.memory, BY_UNIT))
            numbers[_OF_WORD] = self._word_numbers(here)
            out[part] = weights[numbers].sum(axis=0)  # -1 is the last row
        return out

    def _word_numbers(self, units: Units) -> NDArray[np.int32]:
        """Numbers of the features that are matters of a word at a place: (len(BY_WORD), u)."""
        tokens = units.context.tokens
        number = np.append(tokens.number, 0)
        by_place = {d: number[places(units, d)] for d in sorted({template[0][1] for template in BY_WORD})}
        words = np.array([by_place[template[0][1]] for template in BY_WORD])
        found: NDArray[np.int32] = tokens.rows(self._words)[words, np.arange(len(BY_WORD))[:, None]]
        return found

    def _numbers_of(self, types: Sequence[str]) -> NDArray[np.int32]:
        """Numbers of the features of word types at all places: (types, len(BY_WORD))."""
        return self.table.numbers(word_keys(self.memory.rows(types)))

    def probabilities(self, units: Units, domain: str, calibrated: bool = True) -> Floats:
        """Probability of each label (u, LABELS)."""
        if not len(units.first):
            return np.zeros((0, LABELS))
        scores, layout = self.scores(units, domain), Layout.of(chains(units.sentence))
        found = np.asarray(crf.beliefs(scores, self.transitions, layout, pairs=False).marginals, np.float64)
        return self.calibrated(found, domain) if calibrated else found

    def calibrated(self, found: Floats, domain: str) -> Floats:
        """Probabilities of labels (u, LABELS) as the calibrator of the domain maps them; as they are if there is none."""
        calibrator = self.calibrators.get(domain)
        if calibrator is None:
            return found
        found = found.copy()
        raw = 1 - found[:, 0]
        sure = np.clip(calibrator(raw), 0.001, 0.999)  # an isotonic calibrator may say 0 and 1, of which no finite sample can be sure
        found[:, 1:] *= (sure / np.maximum(raw, 1e-12))[:, None]
        found[:, 0] = 1 - sure
        return found

    def confidences(self, units: Units | HeldOut, probabilities: Floats) -> Floats:
        """How sure it is that each unit is a cue (u,)."""
        met = np.array([self.rows.get(row, 0) for row in units.row.tolist()], np.float64)
        sure = 1 - probabilities[:, 0]
        return np.where(units.cue >= 0, (met * sure + PRIOR / 2) / (met + PRIOR), sure)


def chains(sentence: Ints) -> Ints:
    """Borders of the chains of units that stand in these sentences."""
    n = len(sentence)
    if not n:
        return np.zeros(1, np.int64)
    begins = np.append(True, sentence[1:] != sentence[:-1])
    at = np.arange(n)
    place = at - np.maximum.accumulate(np.where(begins, at, 0))
    return np.append(np.flatnonzero(begins | (place % LONGEST == 0)), n)


@dataclass(frozen=True, eq=False)
class Reading:
    """A lesson of one domain, read once: its context and the cues of the rules; ``chosen`` (d,) are the documents that count."""

    domain: str
    lesson: Lesson
    context: Context
    cues: Cues
    chosen: NDArray[np.bool_]

    @classmethod
    def of(cls, domain: str, lesson: Lesson) -> Reading:
        """Read a lesson; all its documents count."""
        context = Context.of(lesson.tokens, hedge_lexicon())
        documents = int(lesson.document.max()) + 1 if len(lesson.document) else 0
        return cls(domain, lesson, context, find_cues(context), np.ones(documents, np.bool_))

    def only(self, chosen: NDArray[np.bool_]) -> Reading:
        """The same with other documents."""
        return Reading(self.domain, self.lesson, self.context, self.cues, chosen)

    @property
    def words(self) -> NDArray[np.bool_]:
        """Which tokens stand in the documents that count."""
        return self.chosen[self.lesson.document[self.lesson.tokens.paragraph]]

    def units(self, marker: Marker) -> Units:
        """The units of the documents that count."""
        units = find_units(self.context, self.cues, marker)
        return units.take(self.words[units.first])


def choose_heads(readings: Iterable[Reading], share: float) -> frozenset[str]:
    """Words of which at least this share of places is a cue by itself."""
    places, hits = Counter[str](), Counter[str]()
    for reading in readings:
        tokens, counted = reading.lesson.tokens, reading.words
        for word, n in zip(tokens.types, np.bincount(tokens.type[counted], minlength=len(tokens.types)).tolist()):
            places[normal(word)] += n
        for start, end, kind in reading.lesson.cues:
            at = tokens.at(start)
            if kind in TYPES and counted[at] and tokens.at(end - 1) == at:
                hits[normal(tokens.types[tokens.type[at]])] += 1
    return frozenset(word for word, n in hits.items() if n >= share * places[word])


def learn(readings: Sequence[Reading], settings: Settings) -> CueModel:
    """Learn from documents with typed cues, without calibrators.

    Raises
    ------
    ValueError
        If there is no unit in them.
    """
    heads = choose_heads(readings, settings.head_share)
    marker, memory = Marker(heads), TypeMemory()
    domains = tuple(dict.fromkeys(reading.domain for reading in readings))
    keys, labels, borders, domain, rows = [], [], [np.zeros(1, np.int64)], [], Counter[int]()
    for reading in readings:
        units = reading.units(marker)
        keys.append(unit_keys(units, memory))
        labels.append(unit_labels(units, reading.lesson.cues))
        borders.append(chains(units.sentence)[1:] + borders[-1][-1])
        domain.append(np.full(len(units.first), domains.index(reading.domain)))
        rows.update(units.row[units.cue >= 0].tolist())
    together = np.concatenate(keys, axis=1) if keys else np.zeros((0, 0), np.uint64)
    if not together.shape[1]:
        raise ValueError("there is no unit to learn hedges from")
    known = frequent(together.reshape(-1), settings.at_least)
    features = _matrix(KeyTable(known).numbers(together), len(known), np.concatenate(domain), len(domains))
    made = settings.l2, settings.epochs, settings.rate
    weights, transitions = crf.fit(
        features, np.concatenate(labels), np.concatenate(borders), LABELS, l2=made[0], epochs=made[1], rate=made[2], seed=settings.seed
    )
    return CueModel(sorted(heads), known, weights.reshape(1 + len(domains), len(known), LABELS), transitions, domains, rows=rows)


def _matrix(numbers: NDArray[np.int32], size: int, domain: Ints, domains: int) -> Any:
    """Rows of features: those of the units, and once more in the columns of their domain."""
    from scipy.sparse import csr_array

    hit = numbers >= 0
    rows = np.broadcast_to(np.arange(numbers.shape[1]), numbers.shape)[hit]
    columns = numbers[hit].astype(np.int64)
    both = np.concatenate([columns, (1 + domain[rows]) * size + columns])
    ones = np.ones(len(both), np.float32)
    return csr_array((ones, (np.concatenate([rows, rows]), both)), shape=(numbers.shape[1], (1 + domains) * size))


def folds(documents: int, number: int, seed: int) -> Ints:
    """The fold of each document: they are put in an order drawn at random and dealt out."""
    out = np.empty(documents, np.int64)
    out[np.random.default_rng(seed).permutation(documents)] = np.arange(documents) % number
    return out


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What models say of the units of a reading that they have not learned from; all arrays in the order of the folds.

    ``first``, ``last``, ``cue``, ``row`` (as in Units), ``sentence`` and ``fold`` (u,); ``probabilities`` (u, LABELS), not calibrated;
    ``labels`` (u,) are the gold ones.
    """

    reading: Reading
    first: Ints
    last: Ints
    cue: Ints
    row: Hashes
    sentence: Ints
    fold: Ints
    probabilities: Floats
    labels: Ints


def held_out(readings: Sequence[Reading], settings: Settings, number: int = 10, tested: Iterable[str] | None = None) -> dict[str, HeldOut]:
    """Cross-validation by documents, in all domains at once: domain -> what was said of its units.

    Parameters
    ----------
    readings : sequence of Reading
        One a domain.
    settings : Settings
        Their seed draws the folds, too.
    number : int
        Of folds.
    tested : iterable of str, optional
        Domains that are wanted, and held out; from the others all documents are learned. All by default.
    """
    wanted = {r.domain for r in readings} if tested is None else set(tested)
    fold = {r.domain: folds(len(r.chosen), number, settings.seed) for r in readings if r.domain in wanted}
    rows: dict[str, list[tuple[Any, ...]]] = {domain: [] for domain in fold}
    for k in range(number):
        model = learn([r.only(r.chosen & (fold[r.domain] != k)) if r.domain in fold else r for r in readings], settings)
        for r in readings:
            if r.domain in fold:
                units = r.only(r.chosen & (fold[r.domain] == k)).units(model.marker)
                found = model.probabilities(units, r.domain, calibrated=False)
                sentence = r.lesson.tokens.paragraph[units.first].astype(np.int64)
                places = units.first, units.last, units.cue, units.row, sentence, np.full(len(sentence), k)
                rows[r.domain].append((*places, found, unit_labels(units, r.lesson.cues)))
    return {r.domain: HeldOut(r, *map(np.concatenate, zip(*rows[r.domain]))) for r in readings if r.domain in fold}


def calibrate(model: CueModel, found: Mapping[str, HeldOut]) -> None:
    """Fit the calibrator of each domain."""
    for domain, h in found.items():
        if len(h.labels):
            model.calibrators[domain] = fit_isotonic(1 - h.probabilities[:, 0], h.labels > 0)
