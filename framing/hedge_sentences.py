"""How probable it is that a sentence is uncertain: from its cues, or, where only labels of sentences exist to learn from, from its words.

Conventions
-----------
``PROFILES`` say which types of cues make a sentence uncertain. For news, szeged and bio::

    P(semantic) = calibrator(1 - Π (1 - confidence(c)))     over the cues c of ``hedge_features.TYPES`` in the profile (noisy-or)
    P(uncertain) = 1 - (1 - P(semantic)) Π (1 - confidence(c))     over the evidentials c, for news alone

where the confidence is the probability that annotators would mark the cue. The calibrator is fitted on documents held out of training
(:mod:`framing.hedge_choice`), so that a sentence in which no cue was found gets the share of such sentences that annotators marked, and
not 0. Evidentials, which no corpus at hand marks, are not calibrated. bio follows CoNLL-2010, which does not count open questions
(investigation).

conll-wiki follows the labels of CoNLL-2010 for Wikipedia, where weasels ("some critics say") count and no cue is marked. It is learned from
sentences (:class:`SentenceModel`) by two models over the same features, which are the n-grams of words around each token and the cue of the
rules that begins there:

* *sum*: logistic regression on the features of a sentence, each counted once and weighed by the logarithm of how much more often it
  stands in uncertain sentences (Wang & Manning 2012);
* *noisy-or*: every token is evidence by itself, P = 1 - Π (1 - sigmoid(score of the token)) (learning from bags, Maron &
  Lozano-Pérez 1998);

A logistic regression weighs their log-odds together with the form of the sentence (``FORM``: long ones collect more chance evidence,
headings hardly ever count); it is learned from documents that the two have not learned from, and so the result is calibrated, too.
Learning needs scipy and scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.hedge_features import TYPES
from framing.hedge_lessons import Lesson
from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, find_cues
from framing.learning import store
from framing.learning.calibration import Calibrator
from framing.learning.interning import KeyTable, frequent
from framing.learning.words import key
from framing.records import Hedge
from framing.signals import Hashes, string_hash
from framing.templates import OUTSIDE, join
from framing.tokens import Remembered, Tokens

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PROFILES: dict[str, tuple[str, ...]] = {
    "news": ("epistemic", "doxastic", "condition", "investigation", "evidential"),
    "szeged": ("epistemic", "doxastic", "condition", "investigation"),
    "bio": ("epistemic", "doxastic", "condition"),
    "conll-wiki": ("epistemic", "doxastic", "evidential", "weasel", "peacock"),
}
TEMPLATES: tuple[tuple[tuple[str, int], ...], ...] = (
    (("word", 0),),
    (("word", 0), ("word", 1)),
    (("word", -1), ("word", 0), ("word", 1)),
    (("row", 0),),
    (("kind", 0),),
    (("inside", 0),),
    (("row", 0), ("word", 1)),
    (("row", 0), ("word", -1)),
    (("inside", 0), ("word", 0)),
)
SURE = 0.001, 0.999  # an isotonic calibrator may say 0 and 1, of which no finite sample can be sure
AT_LEAST = 3  # sentences that a feature must have
FORM = ("log of length", "its square", "ends with a mark", "share of small letters")  # lengths in tokens; small first letters, by token
C, L2 = 0.03, 4.0  # penalties of the two models, by cross-validation on the training part of CoNLL-2010
START, ROUNDS = -4.0, 60  # log-odds of a token before learning; iterations of L-BFGS
_word_hash = Remembered(lambda token: string_hash(key(token)))
_small, _final = Remembered(lambda token: token[0].islower()), Remembered(lambda token: token in (".", "!", "?"))


def cue_uncertainty(tokens: Tokens, hedges: Sequence[Hedge], profile: str = "news", calibrator: Calibrator | None = None) -> Floats:
    """From the cues of a profile, how probable it is that each sentence is uncertain: (m,).

    Without a calibrator it is the noisy-or of all confidences.

    Raises
    ------
    ValueError
        If the profile is unknown, or a hedge is one of another text.
    """
    counted = PROFILES[known_profile(profile)]
    semantic = noisy_or(tokens, [h for h in hedges if h.type in counted and h.type in TYPES])
    if calibrator is not None:
        semantic = np.clip(calibrator(semantic), *SURE)
    return 1 - (1 - semantic) * (1 - noisy_or(tokens, [h for h in hedges if h.type in counted and h.type not in TYPES]))


def known_profile(profile: str) -> str:
    """The profile itself. Raises ``ValueError`` if it is unknown."""
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; known: {', '.join(PROFILES)}")
    return profile


def noisy_or(tokens: Tokens, hedges: Sequence[Hedge]) -> Floats:
    """1 - Π (1 - confidence) over the hedges of each sentence, (m,). Raises ``ValueError`` if one is of another text."""
    m = len(tokens.sentences)
    place = np.searchsorted(tokens.sentences[:, 1], [h.cue.start for h in hedges], side="right")
    if any(k >= m or tokens.text[h.cue.start : h.cue.end] != h.cue.text for k, h in zip(place.tolist(), hedges)):
        raise ValueError("a hedge does not stand in this text")
    return some(place, np.array([h.confidence for h in hedges], np.float64), m)


def some(place: Ints, sure: Floats, m: int) -> Floats:
    """1 - Π (1 - p) over the items in each of m places: place and p (n,) -> (m,)."""
    with np.errstate(divide="ignore"):  # a probability of 1 makes the sum -inf and the result 1
        logs = np.log1p(-sure)
    return np.maximum(-np.expm1(np.bincount(place, logs, m)), 0.0)


def token_keys(context: Context, group: Ints, first: Ints) -> Hashes:
    """Keys of the features of every token: uint64 (len(TEMPLATES), n). Token i stands in group[i], which begins at first[group[i]]."""
    tokens, n = context.tokens, len(context.tokens)
    cues, entries = find_cues(context), context.lexicon.entries
    columns = {name: np.zeros(n + 1, np.uint64) for name in ("word", "row", "kind", "inside")}
    columns["word"][:n], columns["word"][n] = tokens.lookup(_word_hash, np.uint64), OUTSIDE
    for begin, end, e, flipped, negated in zip(
        cues.first.tolist(), cues.last.tolist(), cues.entry.tolist(), cues.flipped.tolist(), cues.negated.tolist()
    ):
        kind = entries[e].flip if flipped else entries[e].type
        columns["row"][begin] = string_hash(f"{entries[e].text}|{entries[e].type}|{flipped}")
        columns["kind"][begin] = string_hash(f"{kind}|{entries[e].subtype}|{negated}")
        columns["inside"][begin:end] = string_hash(kind)
    here = np.arange(n)
    low, high = first[group], np.append(first[1:], n)[group]
    keys = np.empty((len(TEMPLATES), n), np.uint64)
    for line, template in zip(keys, TEMPLATES):
        line[:] = string_hash("&".join(f"{name}@{d}" for name, d in template))
        for name, d in template:
            there = here + d
            join(line, columns[name][np.where((there >= low) & (there < high), there, n)])
    return keys


@dataclass(frozen=True, eq=False)
class Bags:
    """m sentences as bags of tokens: keys (T, n) of the tokens, the sentence ``group`` (n,) of each, in order, and the form (m, 4)."""

    keys: Hashes
    group: Ints
    form: Floats

    @classmethod
    def of(cls, tokens: Tokens, group: Ints, first: Ints) -> Bags:
        """Of the tokens of a text; the sentence of token i is group[i], and begins at first[group[i]]."""
        m, n = len(first), len(tokens)
        length = np.bincount(group, minlength=m)
        small = np.bincount(group, tokens.lookup(_small, np.bool_), m)
        size = np.log1p(length)
        last = np.append(first[1:], n) - 1
        marked = tokens.lookup(_final, np.bool_)
        ends = (length > 0) & (np.append(marked, False)[last] | np.append(marked, False)[np.maximum(last - 1, first)])
        form = np.stack([size, size**2, ends, small / np.maximum(length, 1)], axis=1)
        return cls(token_keys(Context.of(tokens, hedge_lexicon()), group, first), group, form)

    @classmethod
    def of_lesson(cls, lesson: Lesson) -> Bags:
        """Of the gold sentences of a lesson."""
        tokens = lesson.tokens
        return cls.of(tokens, tokens.paragraph.astype(np.int64), tokens.paragraph_first[:-1].astype(np.int64))

    def take(self, chosen: NDArray[np.bool_]) -> Bags:
        """Some of the sentences, numbered anew."""
        words = chosen[self.group]
        return Bags(self.keys[:, words], np.cumsum(chosen)[self.group[words]] - 1, self.form[chosen])

    def __len__(self) -> int:
        return len(self.form)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The two models over features: ``table`` of F keys, weights of the sum and of the noisy-or (F,), their constants."""

    table: KeyTable
    added: Floats
    alone: Floats
    constants: tuple[float, float]

    def __call__(self, bags: Bags) -> Floats:
        """Log-odds of each sentence by the sum and by the noisy-or, then its form: (m, 2 + len(FORM))."""
        numbers, m = self.table.numbers(bags.keys), len(bags)
        hit = numbers >= 0
        size = len(self.table) + 1
        once = np.unique(np.broadcast_to(bags.group, numbers.shape)[hit] * size + numbers[hit])
        of, feature = np.divmod(once, size)
        total = np.bincount(of, self.added[feature], m) + self.constants[0]
        tokens = np.append(self.alone, 0.0)[numbers].sum(axis=0) + self.constants[1]
        none = np.bincount(bags.group, -np.logaddexp(0, tokens), m)
        with np.errstate(divide="ignore"):  # a sentence without tokens has the log-odds -inf
            odds = np.log(-np.expm1(none)) - none
        return np.column_stack([np.clip(total, -12, 12), np.clip(odds, -12, 12), bags.form])


@dataclass(frozen=True, eq=False)
class SentenceModel:
    """The evidence, and how it is weighed with the form: ``mix`` (2 + len(FORM),) and its constant."""

    evidence: Evidence
    mix: Floats
    constant: float

    def __len__(self) -> int:
        return len(self.evidence.table)

    @classmethod
    def learn(cls, bags: Bags, label: NDArray[np.bool_], fold: Ints) -> SentenceModel:
        """Learn from sentences with labels (m,); ``fold`` (m,) is that of each, documents in one piece, at least two."""
        return cls(learn_evidence(bags, label), *learn_mix(held_out_evidence(bags, label, fold), label))

    def weigh(self, evidence: Floats) -> Floats:
        """Probability of each sentence from what ``evidence`` says of it."""
        return np.asarray(1 / (1 + np.exp(-np.clip(evidence @ self.mix + self.constant, -12, 12))))

    def probabilities(self, tokens: Tokens) -> Floats:
        """How probable it is that each sentence of a text is uncertain, (m,)."""
        if not len(tokens):
            return np.zeros(len(tokens.sentences))
        bags = Bags.of(tokens, tokens.sentence.astype(np.int64), tokens.sentence_first[:-1].astype(np.int64))
        return self.weigh(self.evidence(bags))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in ``weights.npz``."""
        kept: dict[str, NDArray[Any]] = {"known": self.evidence.table.keys, "mix": self.mix}
        for name, weights in (("added", self.evidence.added), ("alone", self.evidence.alone)):
            kept[name], kept[f"{name}_scale"] = store.to_int8(weights)
        return kept

    def numbers(self) -> dict[str, Any]:
        """What is kept in ``model.json``."""
        templates = [[list(part) for part in template] for template in TEMPLATES]
        return {"constants": [*self.evidence.constants, self.constant], "form": list(FORM), "templates": templates}

    @classmethod
    def of(cls, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> SentenceModel:
        """From what :meth:`arrays` and :meth:`numbers` gave. Raises ``ValueError`` or ``KeyError`` if it is damaged."""
        if [numbers["templates"], numbers["form"]] != [[[list(part) for part in template] for template in TEMPLATES], list(FORM)]:
            raise ValueError("the sentence model reads other features")
        added, alone = (store.from_int8(arrays[name], arrays[f"{name}_scale"]).astype(np.float64) for name in ("added", "alone"))
        if not len(arrays["known"]) == len(added) == len(alone) or arrays["mix"].shape != (2 + len(FORM),):
            raise ValueError("the keys and weights of the sentence model do not fit")
        first, second, last = map(float, numbers["constants"])
        return cls(Evidence(KeyTable(arrays["known"]), added, alone, (first, second)), arrays["mix"], last)


def held_out_evidence(bags: Bags, label: NDArray[np.bool_], fold: Ints) -> Floats:
    """What models say of each sentence that have not learned from its fold."""
    out = np.zeros((len(bags), 2 + len(FORM)))
    for k in np.unique(fold).tolist():
        out[fold == k] = learn_evidence(bags.take(fold != k), label[fold != k])(bags.take(fold == k))
    return out


def learn_mix(evidence: Floats, label: NDArray[np.bool_], columns: slice = slice(None)) -> tuple[Floats, float]:
    """Weights (2 + len(FORM),) and constant of the logistic regression on some columns of the evidence; the others get 0."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, solver="newton-cholesky").fit(evidence[:, columns], label)
    mix = np.zeros(evidence.shape[1])
    mix[columns] = model.coef_[0]
    return mix, float(model.intercept_[0])


def learn_evidence(bags: Bags, y: NDArray[np.bool_]) -> Evidence:
    """Learn the two models from sentences with labels y (m,)."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_array
    from sklearn.linear_model import LogisticRegression

    keys, group, m = bags.keys, bags.group, len(bags)
    sentences = np.broadcast_to(group, keys.shape).reshape(-1)
    flat = keys.reshape(-1)
    order = np.lexsort((sentences, flat))
    flat, sentences = flat[order], sentences[order]
    new = np.append(True, (flat[1:] != flat[:-1]) | (sentences[1:] != sentences[:-1])) if len(flat) else np.zeros(0, np.bool_)
    known = frequent(flat[new], AT_LEAST)
    table, size = KeyTable(known), len(known)
    numbers = table.numbers(flat[new])
    hit = numbers >= 0
    counts = csr_array((np.ones(int(hit.sum())), (sentences[new][hit].astype(np.int32), numbers[hit])), shape=(m, size))
    true, false = (1 + np.asarray(counts[y == side].sum(axis=0)).reshape(-1) for side in (True, False))
    ratio = np.log(true / true.sum()) - np.log(false / false.sum())
    weighed = csr_array(counts.multiply(ratio[None, :]))
    weighed.indices, weighed.indptr = weighed.indices.astype(np.int32), weighed.indptr.astype(np.int32)  # liblinear refuses int64
    logistic = LogisticRegression(C=C, solver="liblinear", random_state=0).fit(weighed, y)

    numbers = table.numbers(keys)
    hit = numbers >= 0
    rows = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)[hit]
    features = csr_array((np.ones(len(rows)), (rows, numbers[hit])), shape=(keys.shape[1], size))
    columns = csr_array(features.T)

    def loss(x: Floats) -> tuple[float, Floats]:
        score = features @ x[:size] + x[size]
        none = np.minimum(np.bincount(group, -np.logaddexp(0, score), m), -1e-12)
        some = -np.expm1(none)
        value = np.where(y, np.log(some), none).sum() - L2 / 2 * (x[:size] @ x[:size])
        by_none = np.where(y, -np.exp(none) / some, 1.0)
        by_score = -by_none[group] / (1 + np.exp(-score))
        return -value, -np.append(columns @ by_score - L2 * x[:size], by_score.sum())

    start = np.append(np.zeros(size), START)
    alone = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "maxcor": 8}).x
    added = logistic.coef_[0] * ratio
    return Evidence(table, added, alone[:size], (float(logistic.intercept_[0]), float(alone[size])))
