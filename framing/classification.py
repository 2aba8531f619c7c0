"""The trained classifiers on one article: frames, loaded sentences, hyperpartisan argumentation, and how far to trust them here.

Conventions
-----------
* A part is a function, as ``analyze(text, models=...)`` takes it; ``None`` leaves its scores ``None``::

      policy_frames    f(words) -> (probability by code, primary code)
      generic_frames   f(words) -> probability by code
      loaded_language  f(tokens, quotes) -> (m,) probabilities, one a sentence
      hyperpartisan    f(reading, words) -> probability

  with ``words`` an :class:`framing.article_words.ArticleWords`, ``reading`` a :class:`framing.rating_features.Reading`.
* A model that knows its domain (``domain_``, see :mod:`framing.domain`) is asked how unlike its texts the article is; what it says then is
  still given, with a warning ``domain``.
* An article of fewer than ``domain.LEAST`` words gets no frames and no hyperpartisan probability, but a warning: rates of so few words are
  chance. Where no frame is found present there is no primary one either. A text without words has no loaded sentence.
* ``loaded_share`` is the mean probability over the sentences in one voice; mixed sentences are in neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing import frames, hyperpartisan, loaded
from framing.article_words import ArticleWords
from framing.classifier import NgramClassifier
from framing.domain import LEAST, words_of
from framing.learning.estimator import Estimator
from framing.rating_features import Reading
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, FrameScores, Notice, Quote, Sentence
from framing.tokens import Tokens

Floats = NDArray[np.float64]

NAMES = ("policy_frames", "generic_frames", "loaded_language", "hyperpartisan")
TOLD = {
    "policy_frames": "policy frames",
    "generic_frames": "generic frames",
    "loaded_language": "loaded language",
    "hyperpartisan": "hyperpartisan",
}


def policy_frames(words: ArticleWords) -> tuple[Mapping[str, float], str | None]:
    """Probability of each policy frame, and the primary one, by the shipped model."""
    return frames.shipped_policy()(words)


def generic_frames(words: ArticleWords) -> Mapping[str, float]:
    """Probability of each generic frame by the shipped model."""
    return frames.shipped_generic()(words)


def loaded_language(tokens: Tokens, quotes: Sequence[Quote]) -> Floats:
    """Probability that each sentence is loaded by the shipped model."""
    return loaded.shipped()(tokens, quotes)


def hyperpartisan_score(reading: Reading, words: ArticleWords) -> float:
    """Probability that an article is hyperpartisan by the shipped model."""
    return hyperpartisan.shipped()(reading, words)


SHIPPED: Mapping[str, Callable[..., Any]] = {
    "policy_frames": policy_frames,
    "generic_frames": generic_frames,
    "loaded_language": loaded_language,
    "hyperpartisan": hyperpartisan_score,
}
MODELS: Mapping[str, Callable[[], Estimator]] = {
    "policy_frames": frames.shipped_policy,
    "generic_frames": frames.shipped_generic,
    "loaded_language": loaded.shipped,
    "hyperpartisan": hyperpartisan.shipped,
}


def enough(words: ArticleWords) -> bool:
    """Whether the body has enough words for the classifiers of articles."""
    return bool(words.words()[1:].sum() >= LEAST)


def frame_scores(parts: Mapping[str, Any], words: ArticleWords) -> FrameScores:
    """The frames of an article by the parts given.

    Raises
    ------
    ValueError
        If a part gives other codes, or a number that is no probability.
    """
    if not enough(words):
        return FrameScores()
    if all(parts[name] is SHIPPED[name] for name in ("policy_frames", "generic_frames")):
        return frames.frame_scores(words, frames.shipped_policy(), frames.shipped_generic())
    policy, primary, generic = None, None, None
    if parts["policy_frames"] is not None:
        policy, primary = parts["policy_frames"](words)
        policy = _by_code("policy_frames", policy, POLICY_FRAMES)
        if primary is not None and primary not in POLICY_FRAMES:
            raise ValueError(f"models: 'policy_frames' gave the primary frame {primary!r}, which is no code")
    if parts["generic_frames"] is not None:
        generic = _by_code("generic_frames", parts["generic_frames"](words), GENERIC_FRAMES)
    return FrameScores(policy, primary, generic)


def loaded_probabilities(part: Any, tokens: Tokens, quotes: Sequence[Quote]) -> Floats | None:
    """One probability a sentence, or ``None`` without a part or words. Raises ``ValueError`` if it gives something else."""
    if part is None or not tokens.count_words():
        return None
    found = np.asarray(part(tokens, quotes), np.float64)
    if found.shape != (len(tokens.sentences),) or not ((found >= 0) & (found <= 1)).all():
        raise ValueError(f"models: 'loaded_language' must give one probability for each of {len(tokens.sentences)} sentences")
    return found


def hyperpartisan_probability(part: Any, reading: Reading, words: ArticleWords) -> float | None:
    """A probability, or ``None`` without a part or with too few words. Raises ``ValueError`` if it gives something else."""
    if part is None or not enough(words):
        return None
    return _probability("hyperpartisan", part(reading, words))


def loaded_shares(sentences: Sequence[Sentence]) -> dict[str, float | None]:
    """Mean probability of the sentences in each voice, ``None`` where there are none."""
    known = [s for s in sentences if s.loaded is not None and s.voice is not None]
    return loaded.loaded_share([s.loaded or 0.0 for s in known], [s.voice or "" for s in known])


def domain_warnings(parts: Mapping[str, Any], words: ArticleWords) -> list[Notice]:
    """A warning that names the models for whose training texts this one is unlike, or that it is too short for them."""
    if all(parts[name] is None for name in NAMES) or not words.tokens.count_words():
        return []
    if not enough(words):
        told = "whether it is like the texts that the model of loaded language learned from cannot be told"
        return [Notice("domain", f"Fewer than {LEAST} words: no frames and no hyperpartisan probability, and {told}.")]
    counted = words_of(words.tokens)
    strange = []
    for name in NAMES:
        part = parts[name]
        model = MODELS[name]() if part is SHIPPED[name] else part
        if isinstance(model, NgramClassifier):
            novelty = model.domain_.novelty_of(words.tokens, counted)
            if novelty is not None and novelty > model.domain_.limit:
                strange.append((name, novelty, model.domain_))
    if not strange:
        return []
    told = "; ".join(f"{TOLD[name]}: {100 * new:.0f} % ({100 * d.limit:.0f} % at most is usual in {d.told})" for name, new, d in strange)
    return [Notice("domain", f"The text is unlike what these models learned from, by the share of words they do not know: {told}.")]


def _by_code(name: str, found: Any, codes: Sequence[str]) -> dict[str, float]:
    if not isinstance(found, Mapping) or set(found) != set(codes):
        raise ValueError(f"models: {name!r} must give a probability for each of {', '.join(codes)}")
    return {code: _probability(name, found[code]) for code in codes}


def _probability(name: str, value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"models: {name!r} must give probabilities, not {number}")
    return number
