"""The token tagger of the encoder engine: pieces and features in, label scores out.

Conventions
-----------
The graph (:mod:`framing.encoder.session`) is given a batch of B windows of at most P pieces, and of these the T tokens that are scored:

=============  ==========  =========================================================================================================
``pieces``     (B, P)      int32, numbers of the pieces: mark, those of the tokens, mark, padding
``lengths``    (B, P)      int32, 1 where there is a piece, 0 where there is padding
``features``   (K, B, P)   int32, the features of the token of each piece (:mod:`framing.encoder.features`), 0 for marks and padding
``heads``      (T,)        int32, where in the batch the first piece of each scored token is: row * P + place
=============  ==========  =========================================================================================================

It gives label scores (T, L). A graph may do without ``features``. Chains, transitions, decoding and probabilities are those of the other
tagger (:class:`framing.tagger.Labeller`), whose scores may be added with a weight of their own (stacking, Wolpert 1992).

Paragraphs outside the body are not read where they are O for certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.encoder import features
from framing.encoder.session import Session
from framing.encoder.windows import MARKS, Windows, batches, cut
from framing.encoder.wordpiece import MOST, WordPieces
from framing.learning.crf import Transitions
from framing.patterns import Patterns
from framing.records import Quote
from framing.tagger import Floats, Labeller, Labels, Tagger, chains, parts
from framing.tagging import LABELS
from framing.tokens import Tokens

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a model reads a text.

    Attributes
    ----------
    window, context, fill : int, int, bool
        As :func:`framing.encoder.windows.cut` takes them.
    room : int
        Pieces of a batch.
    features : tuple of str
        Names of the features, in the order of the graph.
    beside : float
        Weight of the scores of the other tagger; without weight it is not asked.
    """

    window: int = 128
    context: int = 0
    fill: bool = False
    room: int = 1024
    features: tuple[str, ...] = ()
    beside: float = 0.0

    def __post_init__(self) -> None:
        if not MOST + MARKS + 2 * self.context <= self.window <= self.room:
            raise ValueError(f"a window of {self.window} pieces with a context of {self.context} and {self.room} pieces a batch do not fit")
        if unknown := sorted(set(self.features) - set(features.FEATURES)):
            raise ValueError(f"there is no feature {unknown[0]!r}")

    @classmethod
    def from_dict(cls, numbers: dict[str, Any]) -> Layout:
        """What :meth:`to_dict` gave. Raises ``TypeError`` or ``ValueError`` if it did not give this."""
        kinds = {"window": int, "context": int, "fill": bool, "room": int, "features": list, "beside": float}
        if {name: type(value) for name, value in numbers.items()} != kinds or numbers["context"] < 0:
            raise ValueError("the layout is none")
        return cls(**{**numbers, "features": tuple(map(str, numbers["features"]))})

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**asdict(self), "features": list(self.features)}


class EncoderTagger(Labeller):
    """Labels the tokens of a text by an encoder; see the module's docstring.

    Parameters
    ----------
    pieces : WordPieces
    session : Session
    transitions : Transitions
    layout : Layout
    beside : Tagger, optional
        Whose scores are added; needed if they have a weight.
    """

    def __init__(
        self, pieces: WordPieces, session: Session, transitions: Transitions, layout: Layout, beside: Tagger | None = None
    ) -> None:
        if layout.beside and beside is None:
            raise ValueError("there is no other tagger whose scores could be added")
        self.pieces, self.session, self.transitions, self.layout, self.beside = pieces, session, transitions, layout, beside

    def check(self) -> None:
        """Read one window of the full length. Raises ``ValueError`` if the graph is not for the layout, pieces or labels."""
        shape = (1, self.layout.window)
        inputs = {
            "pieces": np.full(shape, len(self.pieces.vocabulary) - 1, np.int32),
            "lengths": np.ones(shape, np.int32),
            "features": np.zeros((len(self.layout.features), *shape), np.int32),
            "heads": np.array([0, shape[1] - 1], np.int32),
        }
        wanted = inputs.keys() - (set() if self.layout.features else {"features"})
        if set(self.session.inputs) != wanted:
            raise ValueError(f"the graph reads {', '.join(self.session.inputs)}, not {', '.join(sorted(wanted))}")
        scores = self.session.run({name: inputs[name] for name in wanted})
        if scores.shape != (2, len(LABELS)) or not np.isfinite(scores).all():
            raise ValueError(f"the graph does not score {len(LABELS)} labels")

    def scored(self, patterns: Patterns, quotes: Sequence[Quote], body_only: bool) -> Iterator[tuple[Labels, Floats]]:
        """As :class:`Labeller` says."""
        tokens, beside, weight = patterns.view.tokens, self.beside, self.layout.beside
        signals = beside.read(patterns, quotes) if beside is not None and weight else None
        columns = features.read(self.layout.features, tokens, quotes)
        for first in parts(chains(tokens)):
            scores = self.scores(tokens, columns, first, body_only)
            if beside is not None and signals is not None:
                scores += np.float32(weight) * beside.scores(signals, first)
            yield first, scores

    def scores(self, tokens: Tokens, columns: NDArray[np.int32], first: Labels, body_only: bool = False) -> NDArray[np.float32]:
        """Label scores of the tokens ``first[0]:first[-1]``, whose chains have the borders ``first``; 0 for those that are not read."""
        begin, end = int(first[0]), int(first[-1])
        types, kinds = np.unique(tokens.type[begin:end], return_inverse=True)
        flat, starts = self.pieces.table([tokens.types[k] for k in types.tolist()])
        sentences = np.append(0, tokens.sentence_first[tokens.sentence[begin:end]] - begin).clip(0)
        text = Reading(flat, starts[kinds], np.diff(starts)[kinds], columns[:, begin:end])
        layout = self.layout
        windows = cut(text.count, first - begin, np.unique(sentences), layout.window, layout.context, layout.fill)
        out = np.zeros((end - begin, len(LABELS)), np.float32)
        read = self._read(windows, tokens.body[begin:end]) if body_only else np.arange(len(windows))
        for batch in batches(text.lengths(windows)[read], layout.room):
            scored, inputs = text.batch(windows, read[batch], self.pieces)
            out[scored] = self.session.run({name: inputs[name] for name in self.session.inputs})
        return out

    @staticmethod
    def _read(windows: Windows, body: NDArray[np.bool_]) -> Ints:
        """The windows that score a token of the body."""
        upto = np.append(0, np.cumsum(body))
        return np.flatnonzero(upto[windows.last] > upto[windows.first])


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Tokens as pieces: all pieces that occur, where those of each token begin and how many there are (n,), features (K, n)."""

    flat: NDArray[np.int32]
    start: NDArray[np.int32]
    count: NDArray[np.int32]
    columns: NDArray[np.int32]

    def lengths(self, windows: Windows) -> Ints:
        """Pieces of each window, with its marks."""
        upto = np.append(0, np.cumsum(self.count, dtype=np.int64))
        lengths: Ints = upto[windows.end] - upto[windows.begin] + MARKS
        return lengths

    def batch(self, windows: Windows, chosen: Ints, pieces: WordPieces) -> tuple[Ints, dict[str, NDArray[np.int32]]]:
        """The tokens that some windows score, and what the graph is given for them."""
        begin, end = windows.begin[chosen], windows.end[chosen]
        sizes = end - begin
        row = np.repeat(np.arange(len(chosen)), sizes)  # of each token that is read
        token = np.arange(len(row)) + np.repeat(begin - (np.cumsum(sizes) - sizes), sizes)
        count = self.count[token].astype(np.int64)
        before = np.cumsum(count) - count  # pieces of the batch before each token
        shift = np.zeros(len(chosen), np.int64)
        first = np.cumsum(sizes) - sizes  # the first token of each window; none is empty
        shift[:] = before[first]
        place = before - shift[row] + 1  # of its first piece in the window
        filled = np.append(before[first[1:]], count.sum()) - shift
        width = int(filled.max()) + MARKS
        of = np.repeat(np.arange(len(token)), count)  # the token of each piece
        further = np.arange(len(of)) - np.repeat(before, count)  # pieces of its token before it
        at = (row * width + place)[of] + further
        ids = np.full(len(chosen) * width, pieces.pad, np.int32)
        ids[at] = self.flat[self.start[token][of] + further]
        edge = np.arange(len(chosen)) * width
        ids[edge], ids[edge + filled + 1] = pieces.begin, pieces.end
        lengths = (np.arange(width) < (filled + MARKS)[:, None]).astype(np.int32)
        features = np.zeros((len(self.columns), len(chosen) * width), np.int32)
        features[:, at] = self.columns[:, token[of]]
        scored = (token >= windows.first[chosen][row]) & (token < windows.last[chosen][row])
        shape = (len(chosen), width)
        inputs = {
            "pieces": ids.reshape(shape),
            "lengths": lengths,
            "features": features.reshape(-1, *shape),
            "heads": (row * width + place)[scored].astype(np.int32),
        }
        return token[scored], inputs
