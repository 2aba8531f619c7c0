"""Labelled tokens -> attributions: which source and which contents belong to which cue, and how sure that is.

Conventions
-----------
A piece goes to the nearest cue of its paragraph on the side that its label names, and to the other side where there is none. Beyond that:

* *Sources.* A cue keeps the nearer of two sources; the other goes on to the next cue of the sentence ("X, who told ..., said ..."). A cue
  without one takes that of the cue before it in the sentence ("said A and added B"), or else the most probable unlabelled stretch of its
  sentence (``SOURCE``: the second-best labelling).
* *Quotations.* A quotation after the sentence of its cue belongs to the cue that already quotes ("“A,” X said, citing B. “C.”"). One that
  opens a paragraph without a cue before it goes on with what the paragraph before ended with. One pair of marks belongs to one cue: a
  content to the left of it takes the pieces before it in the same quotation along.
* *Contents* that do not go together are dropped: unquoted words after a quotation before the cue ("“A,” X said, as B"), in a later
  sentence, or on the wrong side; a quotation of a later paragraph after unquoted words. A piece that is quoted at one end only is cut
  at the mark if a sentence ends there. A cue without content is none.

``confidence`` is the probability that source and content are right (intersection over union of .5 or more with those of a gold attribution
with the same cue), by a logistic regression on ``EVIDENCE``. Its weights, in ``lexicons/linking.tsv``, are learned by ``python -m
experiments.linking``. It is rounded to ``DIGITS``: sums of floats that are added in another order (other threads, another processor) differ
in the seventh, which a calibrator that rises steeply would make visible.

All loops run over pieces and bounded windows, so time is linear in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from framing.lexicons import read_table
from framing.records import Attribution, Quote
from framing.speech import outermost, speech_of
from framing.tagging import CONTENT_LEFT, CONTENT_RIGHT, CUE, SOURCE_LEFT, SOURCE_RIGHT, Piece, pieces
from framing.tokens import Tokens

SOURCE = 0.2  # least probability of the likeliest token of a source that the labels lack
EDGE = 0.5  # such a source reaches as far as tokens are this likely, relative to the likeliest
WINDOW = 60  # tokens before and after the cue where it is sought
BACK = 4  # cues of a sentence that are tried for a quotation after it
DIGITS = 5  # of the confidence

EVIDENCE = (
    "cue_begin", "cue_end",  # log probability that it begins and ends there
    "source", "source_begin", "source_end",  # mean log probability of its labels, and the same as of the cue
    "no_source", "source_distance", "shared", "supplied",
    "content", "content_end",  # of the weakest piece
    "content_length", "quoted", "parts", "content_distance", "cue_quoted",
)  # fmt: skip
_FLOOR = 1e-3  # least probability that is told from none

Floats = NDArray[np.floating]


@dataclass(slots=True)
class Draft:
    """An attribution in the making: ``shared`` tells a source that is another cue's, ``supplied`` one that the labels lack."""

    cue: Piece
    source: Piece | None = None
    content: list[Piece] = field(default_factory=list)
    shared: bool = False
    supplied: bool = False


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the rules look at: the pieces, the cue on either side of each (-1: none), where its tokens stand."""

    tokens: Tokens
    pieces: list[Piece]
    cues: list[int]
    before: list[int]
    after: list[int]
    sentence: list[int]  # of the first token of each piece
    paragraph: list[int]
    opens: list[int]  # quotation that holds the first token of each piece, -1 for none
    closes: list[int]  # the same of its last token
    ranges: list[tuple[int, int]]  # of the quotations, in tokens


def link(
    tokens: Tokens,
    quotes: Sequence[Quote],
    labels: NDArray[np.int64],
    marginals: Floats,
    calibrate: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None,
) -> tuple[Attribution, ...]:
    """Make attributions of labelled tokens.

    Parameters
    ----------
    tokens : Tokens
    quotes : sequence of Quote
        As ``find_quotes`` gives them.
    labels : array of int, shape (n,)
        Index into ``framing.tagging.LABELS`` of each token.
    marginals : array of float, shape (n, 11)
        Probability of each label.
    calibrate : callable, optional
        Of confidences.

    Returns
    -------
    tuple of Attribution
        In the order of their cues, without parents; ids count from 0. Contents are ordered and disjoint.
    """
    ranges = speech_ranges(tokens, quotes)
    holder = outermost(tokens, ranges)
    drafts = find_links(tokens, ranges, holder, labels, marginals)
    if not drafts:
        return ()
    sure = np.round(probability(evidence(drafts, labels, marginals, holder)), DIGITS)
    return records(tokens, holder, drafts, (sure if calibrate is None else calibrate(sure)).tolist())


def records(tokens: Tokens, holder: NDArray[np.int64], drafts: Sequence[Draft], confidence: Sequence[float]) -> tuple[Attribution, ...]:
    """Drafts as attributions, ids from 0; ``holder`` as in :func:`find_links`."""
    speech, span = speech_of(tokens, holder >= 0), tokens.span
    return tuple(
        Attribution(
            id=k,
            source=None if d.source is None else span(d.source.first, d.source.last),
            cue=span(d.cue.first, d.cue.last),
            content=tuple(span(p.first, p.last) for p in d.content),
            speech=speech(d.cue.first, [(p.first, p.last) for p in d.content]),
            confidence=c,
        )
        for k, (d, c) in enumerate(zip(drafts, confidence))
    )


def speech_ranges(tokens: Tokens, quotes: Sequence[Quote]) -> list[tuple[int, int]]:
    """The token ranges of the speech quotations."""
    return [tokens.range(q.span) for q in quotes if q.kind == "speech"]


def find_links(
    tokens: Tokens, ranges: list[tuple[int, int]], holder: NDArray[np.int64], labels: NDArray[np.int64], marginals: Floats
) -> list[Draft]:
    """Link the labelled pieces: one draft a cue that has a content, in order.

    Parameters
    ----------
    tokens, labels, marginals
        As in :func:`link`.
    ranges, holder
        Token ranges of the speech quotations, and the one that holds each token (``framing.speech.outermost``).
    """
    scene = _scene(tokens, ranges, holder, pieces(labels))
    if not scene.cues:
        return []
    drafts = {c: Draft(scene.pieces[c]) for c in scene.cues}
    _link_sources(scene, drafts)
    contents = _link_contents(scene)
    for c in scene.cues:
        drafts[c].content = [_cut(scene, i) for i in _fitting(scene, c, contents[c])]
    found = [d for d in drafts.values() if d.content]
    for d in found:
        if d.source is None:
            d.source = _likely_source(tokens, d.cue, labels, marginals)
            d.supplied = d.source is not None
        d.content = _joined(d.content, d.cue, holder)
    return found


def _scene(tokens: Tokens, ranges: list[tuple[int, int]], holder: NDArray[np.int64], found: list[Piece]) -> _Scene:
    first = np.array([p.first for p in found], np.int64)
    last = np.array([p.last for p in found], np.int64) - 1
    cues = [i for i, p in enumerate(found) if p.kind == CUE]
    before, after = [-1] * len(found), [-1] * len(found)
    for c, following in zip([-1, *cues], [*cues, -1]):
        end = following if following >= 0 else len(found)
        before[c + 1 : end] = [c] * (end - c - 1)
        after[c + 1 : end] = [following] * (end - c - 1)
    at = tokens.sentence[first].tolist(), tokens.paragraph[first].tolist(), holder[first].tolist(), holder[last].tolist()
    return _Scene(tokens, found, cues, before, after, *at, ranges)


def _link_sources(s: _Scene, drafts: dict[int, Draft]) -> None:
    surplus: list[tuple[int, int]] = []
    taken: dict[int, int] = {}
    for i, piece in enumerate(s.pieces):
        if piece.kind not in (SOURCE_RIGHT, SOURCE_LEFT):
            continue
        sides = (s.after[i], s.before[i]) if piece.kind == SOURCE_RIGHT else (s.before[i], s.after[i])
        cue = next((c for c in sides if c >= 0 and s.paragraph[c] == s.paragraph[i]), -1)
        if cue < 0:
            continue
        if cue in taken:
            place = s.pieces[cue].first
            nearer = min(taken[cue], i, key=lambda j: abs(s.pieces[j].first - place))
            surplus.append((taken[cue] + i - nearer, cue))
            taken[cue] = nearer
        else:
            taken[cue] = i
    following = dict(pairwise(s.cues))
    for i, cue in surplus:
        if s.pieces[i].kind == SOURCE_RIGHT and i < cue and cue in following:
            other = following[cue]
            if s.sentence[other] == s.sentence[cue]:
                taken.setdefault(other, i)
    for cue, other in pairwise(s.cues):
        if other not in taken and cue in taken and s.sentence[cue] == s.sentence[other]:
            taken[other] = taken[cue]
            drafts[other].shared = True
    for cue, i in taken.items():
        drafts[cue].source = s.pieces[i]


def _likely_source(tokens: Tokens, cue: Piece, labels: NDArray[np.int64], marginals: Floats) -> Piece | None:
    """The stretch of the cue's sentence that is a source most probably, though the labels say nothing of it."""
    sentence = tokens.sentence[cue.first]
    low = max(int(tokens.sentence_first[sentence]), cue.first - WINDOW)
    high = max(min(int(tokens.sentence_first[sentence + 1]), cue.last + WINDOW), cue.last)
    p = np.zeros(high - low)
    p[: cue.first - low] = marginals[low : cue.first, SOURCE_RIGHT : SOURCE_RIGHT + 2].sum(1)
    p[cue.last - low :] = marginals[cue.last : high, SOURCE_LEFT : SOURCE_LEFT + 2].sum(1)
    p[labels[low:high] > 0] = 0.0
    best = int(p.argmax())
    if not p[best] >= SOURCE:  # NaN too
        return None
    unlike = np.flatnonzero(p <= EDGE * p[best])
    k = int(unlike.searchsorted(best))
    first = int(unlike[k - 1]) + 1 if k else 0
    last = int(unlike[k]) if k < len(unlike) else len(p)
    return Piece(low + first, low + last, SOURCE_RIGHT if low + best < cue.first else SOURCE_LEFT)


def _link_contents(s: _Scene) -> dict[int, list[int]]:
    """The contents of each cue."""
    rank = {c: k for k, c in enumerate(s.cues)}
    owner = [-1] * len(s.pieces)
    contents: dict[int, list[int]] = {c: [] for c in s.cues}
    places = [i for i, p in enumerate(s.pieces) if p.kind in (CONTENT_RIGHT, CONTENT_LEFT)]
    previous = -1  # content or cue before the piece
    for i, piece in enumerate(s.pieces):
        if piece.kind in (CONTENT_RIGHT, CONTENT_LEFT):
            owner[i] = _owner_right(s, i) if piece.kind == CONTENT_RIGHT else _owner_left(s, i, previous, owner, contents, rank)
            if owner[i] >= 0:
                contents[owner[i]].append(i)
            previous = i
        elif piece.kind == CUE:
            previous = i
    for i, j in reversed(list(pairwise(places))):
        q, sides = s.closes[i], (s.pieces[i].kind, s.pieces[j].kind)
        if sides == (CONTENT_LEFT, CONTENT_RIGHT) and j == i + 1 and 0 <= q == s.opens[j] and owner[j] >= 0:
            outside = s.opens[owner[j]] != q and (owner[i] < 0 or s.opens[owner[i]] != q)
            owner[i] = owner[j] if outside else owner[i]
    contents = {c: [] for c in s.cues}
    for i in places:
        if owner[i] >= 0:
            contents[owner[i]].append(i)
    return contents


def _owner_right(s: _Scene, i: int) -> int:
    """The cue to the right of content ``i``: of its paragraph, or the first one of the next."""
    before, after = s.before[i], s.after[i]
    if after >= 0 and s.paragraph[after] <= s.paragraph[i] + 1:
        return after
    return before if before >= 0 and s.paragraph[before] == s.paragraph[i] else -1


def _owner_left(s: _Scene, i: int, previous: int, owner: list[int], contents: dict[int, list[int]], rank: dict[int, int]) -> int:
    """The cue to the left of content ``i``: of its paragraph, or for a quotation that of the paragraph before."""
    cue = s.before[i]
    if cue >= 0 and s.paragraph[cue] == s.paragraph[i]:
        if s.opens[i] >= 0 and s.sentence[cue] < s.sentence[i]:
            for c in reversed(s.cues[max(rank[cue] + 1 - BACK, 0) : rank[cue] + 1]):
                if s.sentence[c] != s.sentence[cue]:
                    break
                if any(s.opens[j] >= 0 or s.closes[j] >= 0 for j in contents[c]):
                    return c
        return cue
    if previous >= 0 and s.opens[i] >= 0 and s.paragraph[i] - int(s.tokens.paragraph[s.pieces[previous].last - 1]) <= 1:
        return previous if s.pieces[previous].kind == CUE else owner[previous]
    after = s.after[i]
    return after if after >= 0 and s.paragraph[after] == s.paragraph[i] else -1


def _fitting(s: _Scene, cue: int, content: list[int]) -> list[int]:
    """The contents of a cue without those that do not go with the others."""
    if len(content) < 2:
        return content
    plain = {i for i in content if s.opens[i] < 0 and s.closes[i] < 0}
    quoted_before = any(i < cue and s.opens[i] >= 0 and s.closes[i] >= 0 for i in content)
    plain_after = any(i > cue and i in plain for i in content)
    kept = []
    for i in content:
        if i < cue:
            unfit = s.pieces[i].kind == CONTENT_LEFT and s.opens[i] < 0
        elif i in plain:
            unfit = quoted_before or s.sentence[i] != s.sentence[cue]
        else:
            unfit = plain_after and s.paragraph[i] != s.paragraph[cue]
        if not unfit:
            kept.append(i)
    return kept or content


def _cut(s: _Scene, i: int) -> Piece:
    """Content ``i`` without a sentence before or after the quotation in it."""
    piece, sentence = s.pieces[i], s.tokens.sentence
    if s.opens[i] < 0 <= s.closes[i]:
        first = s.ranges[s.closes[i]][0]
        if piece.first < first < piece.last and sentence[first] != sentence[piece.first]:
            return Piece(first, piece.last, piece.kind)
    elif s.closes[i] < 0 <= s.opens[i]:
        last = s.ranges[s.opens[i]][1]
        if piece.first < last < piece.last and sentence[last] != sentence[last - 1]:
            return Piece(piece.first, last, piece.kind)
    return piece


def _joined(content: list[Piece], cue: Piece, holder: NDArray[np.int64]) -> list[Piece]:
    """Pieces of one quotation with nothing or a mark between them, but not the cue, of which one looks left and one right, as one."""
    joined = content[:1]
    for piece in content[1:]:
        one = joined[-1]
        near = piece.first <= one.last + (cue.first != one.last) and 0 <= holder[one.last - 1] == holder[piece.first]
        if near and (one.kind, piece.kind) == (CONTENT_LEFT, CONTENT_RIGHT):
            joined[-1] = Piece(one.first, piece.last, piece.kind)
        else:
            joined.append(piece)
    return joined


def evidence(drafts: Sequence[Draft], labels: NDArray[np.int64], marginals: Floats, holder: NDArray[np.int64]) -> NDArray[np.float64]:
    """What tells whether drafts are right: array (len(drafts), len(EVIDENCE))."""
    n = len(labels)
    sums = np.zeros(n + 1)
    np.cumsum(_log(marginals[np.arange(n), labels]), out=sums[1:])

    def measures(found: Sequence[Piece]) -> NDArray[np.float64]:
        a = np.array([(p.first, p.last, p.kind) for p in found], np.int64).reshape(-1, 3)
        first, last, kind = a.T
        ends = np.ones(len(a))
        inner = last < n
        ends[inner] = 1.0 - marginals[last[inner], kind[inner] + 1]
        return np.stack([(sums[last] - sums[first]) / (last - first), _log(marginals[first, kind]), _log(ends)])

    cue = np.array([(d.cue.first, d.cue.last) for d in drafts])
    sources = [d.source or d.cue for d in drafts]
    sourced = np.array([d.source is not None for d in drafts])
    source_first = np.array([p.first for p in sources])
    contents = list(chain.from_iterable(d.content for d in drafts))
    first, last = np.array([(p.first, p.last) for p in contents]).T
    sizes = np.array([len(d.content) for d in drafts])
    heads = np.cumsum(sizes) - sizes
    begin, end = np.repeat(cue, sizes, axis=0).T
    gap = np.where(first >= end, first - end, np.abs(begin - last))
    quoted = (holder[first] >= 0) | (holder[last - 1] >= 0)
    columns = [
        *measures([d.cue for d in drafts])[1:],
        *(m * sourced for m in measures(sources)),
        ~sourced,
        np.log1p(np.abs(source_first - cue[:, 0])) * sourced,
        np.array([d.shared for d in drafts]),
        np.array([d.supplied for d in drafts]),
        *np.minimum.reduceat(measures(contents), heads, axis=1)[[0, 2]],
        np.log(np.add.reduceat(last - first, heads)),
        np.add.reduceat(quoted, heads, dtype=np.float64) / sizes,
        sizes > 1,
        np.log1p(np.minimum.reduceat(gap, heads)),
        holder[cue[:, 0]] >= 0,
    ]
    return np.stack([np.asarray(c, np.float64) for c in columns], 1)


def _log(p: Floats) -> NDArray[np.float64]:
    return np.log(np.fmin(np.fmax(p, _FLOOR), 1.0))  # NaN is the floor too


@cache
def weights() -> tuple[NDArray[np.float64], float]:
    """Weights of ``EVIDENCE`` and the intercept."""
    table = {row["evidence"]: float(row["weight"]) for row in read_table("linking")}
    return np.array([table[name] for name in EVIDENCE]), table["intercept"]


def probability(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that drafts with evidence ``x`` are right (k,)."""
    w, intercept = weights()
    return np.asarray(1.0 / (1.0 + np.exp(-(x @ w + intercept))))
