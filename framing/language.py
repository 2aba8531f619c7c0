"""Sentences of the body: whose voice they are in, whether they are attributed, how uncertain they are.

Conventions
-----------
* A sentence belongs to the body if one of its tokens does; its span is the whole sentence.
* ``voice`` looks at word tokens (those that begin with a letter or a digit) of the body: "author" if none lies inside a speech
  quotation, "quoted" if at least
  ``QUOTED_SHARE`` of them do, else "mixed". A sentence without words is "quoted" if all its tokens are.
* ``attributed``: the sentence shares a character with a content or the cue of an attribution.
* ``uncertain``: see ``hedging.sentence_uncertainty`` (profile "news"); not rounded here. A hedging model of one's own says it by its
  method ``uncertainty``; where it has none, it is the noisy-or of the confidences of its hedges.
* ``loaded``: what the classifier says of the whole sentence (:mod:`framing.loaded`), ``None`` without one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.hedging import sentence_uncertainty
from framing.quotes import quoted_tokens
from framing.records import Attribution, Hedge, Quote, Sentence, Span
from framing.tokens import Bools, Remembered, Tokens

_begins_word = Remembered(lambda token: token[0].isalnum())
QUOTED_SHARE = 0.8  # leaves room for "he said" in a sentence that is otherwise a quotation


def _touched(tokens: Tokens, spans: Sequence[Span]) -> Bools:
    """Which sentences share a character with one of the spans: boolean array of length m."""
    m = len(tokens.sentences)
    bounds = np.array([(s.start, s.end) for s in spans if s.start < s.end], np.int64).reshape(-1, 2)
    low = np.searchsorted(tokens.sentences[:, 1], bounds[:, 0], side="right")
    high = np.searchsorted(tokens.sentences[:, 0], bounds[:, 1], side="left")
    some = low < high
    change = np.bincount(low[some], minlength=m + 1) - np.bincount(high[some], minlength=m + 1)
    return np.asarray(np.cumsum(change)[:m] > 0)


def describe_sentences(
    tokens: Tokens,
    quotes: Sequence[Quote],
    attributions: Sequence[Attribution],
    hedges: Sequence[Hedge],
    uncertainty: Callable[[Tokens, Sequence[Hedge]], NDArray[np.float64]] = sentence_uncertainty,
    loaded: NDArray[np.float64] | None = None,
) -> tuple[Sentence, ...]:
    """The sentences of the body in order.

    Parameters
    ----------
    tokens : Tokens
        Tokens of the article.
    quotes, attributions, hedges : sequences of records
        What was found in the same text.
    uncertainty : callable
        How probable it is that each sentence is uncertain.
    loaded : array (m,), optional
        How probable it is that each sentence is loaded.

    Returns
    -------
    tuple of Sentence
    """
    m = len(tokens.sentences)
    if not len(tokens) or not m:
        return ()
    word = tokens.lookup(_begins_word, np.bool_) & tokens.body
    quoted = quoted_tokens(tokens, quotes)

    def count(flags: Bools) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.bincount(tokens.sentence[flags], minlength=m)

    words, quoted_words, body, quoted_body = count(word), count(word & quoted), count(tokens.body), count(tokens.body & quoted)
    mute = words == 0
    total, inside = np.where(mute, body, words), np.where(mute, quoted_body, quoted_words)
    voice = np.where(inside == 0, "author", np.where(inside >= QUOTED_SHARE * total, "quoted", "mixed")).tolist()
    attributed = _touched(tokens, [s for a in attributions for s in (a.cue, *a.content)]).tolist()
    uncertain = uncertainty(tokens, hedges).tolist()
    bounds = tokens.sentences.tolist()
    marked = [None] * m if loaded is None else loaded.tolist()
    return tuple(
        Sentence(Span.of(tokens.text, *bounds[i]), voice[i], attributed[i], uncertain[i], marked[i])
        for i in np.flatnonzero(body > 0).tolist()
    )
