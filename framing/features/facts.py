"""What features are counted from, read off an analysis once an article, and the record that names and explains a feature.

Conventions
-----------
* Every word of the body is in one *voice*, by where it stands: ``quoted`` inside a quotation of speech; ``reported`` outside of one, but
  in the content of an attribution (paraphrase); ``own`` everywhere else: the author's own. A hedge or loaded word has the voice of the
  token with which it begins. So the words of the three voices sum to those of the body, and a rate in a voice is of the words of that
  voice.
* A *sentence* is "author" if nothing of it is quoted speech (paraphrase may be), "quoted" if nearly all of it is, else "mixed"
  (:mod:`framing.language`).
* A quantity without a denominator is ``None``, never 0: a text without words has no rate, one without attributions no share of them.
* *Length*: almost all features are ratios of counts, and an article written twice in a row has the same. What does depend on the length
  says how in ``Feature.length``.

Everything is computed when it is first asked for, so that a group of features costs what it needs only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from framing import rating_features
from framing.hedge_figures import HedgingFigures, hedging_figures
from framing.hyperpartisan_features import lexicon
from framing.quotes import quoted_tokens
from framing.rating_features import Mark, Reading
from framing.records import Attribution, Hedge
from framing.result import Analysis
from framing.tokens import Tokens, is_word, tokenize

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

OWN, REPORTED, QUOTED = "own", "reported", "quoted"
VOICES = (OWN, REPORTED, QUOTED)


class Facts:
    """What is counted in an article: its analysis, and what it takes to make rates of it."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens of the text, which an analysis does not keep."""
        return tokenize(self.analysis.article)

    @cached_property
    def voice(self) -> NDArray[np.int64]:
        """Voice of every token (n,), as its place in ``VOICES``."""
        tokens = self.tokens
        told = rating_features.attributed(tokens, self.analysis.attributions)
        quoted = quoted_tokens(tokens, self.analysis.quotes)
        return np.where(quoted, VOICES.index(QUOTED), np.where(told, VOICES.index(REPORTED), VOICES.index(OWN)))

    @cached_property
    def word(self) -> Bools:
        """Which tokens (n,) are words of the body."""
        return np.asarray(self.tokens.lookup(is_word, np.bool_) & self.tokens.body)

    @cached_property
    def words(self) -> Mapping[str, int]:
        """Words of the body by voice."""
        return dict(zip(VOICES, np.bincount(self.voice[self.word], minlength=len(VOICES)).tolist()))

    @property
    def length(self) -> int:
        """Words of the body."""
        return sum(self.words.values())

    def words_in(self, attribution: Attribution) -> int:
        """Words of the body in the content of an attribution, each once."""
        ranges = [self.tokens.range(span) for span in attribution.content]
        inside = np.unique(np.concatenate([np.arange(a, b) for a, b in ranges])) if ranges else np.zeros(0, np.int64)
        return int(self.word[inside].sum())

    @cached_property
    def hedges(self) -> Mapping[str, tuple[Hedge, ...]]:
        """Hedges and boosters by voice."""
        voices = [VOICES[self.voice[min(self.tokens.at(h.cue.start), len(self.tokens) - 1)]] for h in self.analysis.hedges]
        return {name: tuple(h for h, own in zip(self.analysis.hedges, voices) if own == name) for name in VOICES}

    @cached_property
    def loaded_words(self) -> Floats:
        """Loaded words of the body by voice and category of ``lexicons/loaded_words.tsv``: array (3, K)."""
        return lexicon().count(self.tokens, np.where(self.tokens.body, self.voice, -1), len(VOICES))

    @cached_property
    def hedging(self) -> HedgingFigures:
        """The figures of :mod:`framing.hedge_figures`, without those of the headline."""
        return hedging_figures(self.tokens, self.analysis.hedges, self.analysis.sentences)

    @cached_property
    def reading(self) -> Reading:
        """The article as rater and classifiers read it."""
        a = self.analysis
        return Reading(self.tokens, a.quotes, a.attributions, a.hedges, a.sentences, a.scores.transparency)

    @cached_property
    def marks(self) -> Mapping[str, Mark]:
        """The marks of :mod:`framing.rating_features`."""
        return rating_features.marks(self.reading)

    def marked(self, name: str) -> float | None:
        """The share of its base that a mark of :mod:`framing.rating_features` has."""
        mark = self.marks[name]
        return share(mark.count, mark.of)

    def rate(self, count: float) -> float | None:
        """Per 100 words of the body."""
        return share(100 * count, self.length)

    def rate_in(self, voice: str, count: float) -> float | None:
        """Per 100 words of a voice."""
        return share(100 * count, self.words[voice])

    def attributions(self, test: Callable[[Attribution], bool]) -> float | None:
        """The share of the attributions that pass a test."""
        found = self.analysis.attributions
        return share(sum(map(test, found)), len(found))


@dataclass(frozen=True, slots=True)
class Feature:
    """A column: its ``name``, ``unit``, ``formula`` over the symbols of its group, and what it means in a sentence.

    ``length`` says how it depends on the length of the article, and is empty where an article and its double have the same. ``value``
    gives it for an article, ``None`` where there is nothing to divide by.
    """

    name: str
    unit: str
    formula: str
    meaning: str
    value: Callable[[Facts], float | None]
    length: str = ""


def share(part: float, whole: float) -> float | None:
    """``part / whole``, ``None`` where there is no whole."""
    return part / whole if whole else None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of those that are known, ``None`` without one."""
    known: Sequence[float] = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None
