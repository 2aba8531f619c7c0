"""Segments by their own probability under a chain model, and the best choice among them.

Conventions
-----------
* A kind of segment has two labels, B for its first token and I = B + 1 for the further ones; a *segment* ``begin:end`` of the kind is B at
  ``begin``, I up to ``end``, and no I of the kind at ``end``. It lies in one chain (:mod:`framing.learning.crf`).
* The *probability* of a segment is that of all labellings that have it. Labels from left to right are a Markov chain, so that
  ``P(begin:end) = P(B at begin) * P(I | B) * P(I | I) ... * (1 - P(I | I))``, each factor at its own token.
* *Choosing*: the number of right segments among the predicted ones has the sum of their probabilities as its mean. F1 in the mean is
  highest where a segment is predicted if its probability is above half of the F1 that can be reached (Lipton, Elkan & Naryanaswamy 2014;
  exact if segments were independent and many), that is where the total of ``probability - threshold`` is highest. Segments that overlap
  exclude each other: weighted interval scheduling (Kleinberg & Tardos 2006, 6.1).

The best labelling as a whole (Viterbi) is something else: it takes one end of a long segment for granted where many are nearly as good.

That a segment of a kind began at one token and is still running at another are events that exclude each other for different beginnings and
kinds; so at most ``1 / floor`` of them are as probable as ``floor`` at any token, and time is linear in the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.learning.crf import Floats, Ints, Layout, Transitions, beliefs


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments ``begin:end`` of a kind (its B label) with their probabilities, (m,) each, in the order of begin, end and kind."""

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    kind: NDArray[np.int64]
    probability: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.begin)

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Segments:
        """Those at the places ``chosen``, or where it is true."""
        return Segments(self.begin[chosen], self.end[chosen], self.kind[chosen], self.probability[chosen])


def posteriors(emissions: Floats, transitions: Transitions, first: Ints, kinds: Sequence[int], floor: float) -> Segments:
    """The segments that are at least as probable as ``floor``.

    Parameters
    ----------
    emissions : (n, L) array
    transitions : Transitions
    first : (chains + 1,) array
        Borders of the chains.
    kinds : sequence of int
        The B labels, distinct.
    floor : float
        Above 0, at most 1; time goes with ``1 / floor``.

    Returns
    -------
    Segments

    Raises
    ------
    ValueError
        If ``floor`` is not in its range, or a chain has no labelling that is allowed.
    """
    if not 0 < floor <= 1:
        raise ValueError(f"the floor of probabilities must be above 0 and at most 1, not {floor}")
    layout = Layout.of(first)
    believed = beliefs(emissions, transitions, layout, pairs=False)
    heads = np.asarray(kinds, np.int64).reshape(-1)
    n = len(emissions)
    # Probability of going on, (kinds, n + 1): from the B or I of the token before; 0 where a chain begins and behind the last token.
    after_b, after_i = np.zeros((len(heads), n + 1)), np.zeros((len(heads), n + 1))
    backward, ahead = np.empty_like(believed.backward), np.empty_like(believed.ahead)
    backward[layout.rows], ahead[layout.rows] = believed.backward, believed.ahead
    inner = layout.rows[layout.sizes[0] :] if n else layout.rows  # tokens that begin no chain
    for go_on, before in ((after_b, heads), (after_i, heads + 1)):
        joint = np.exp(transitions.between[before, heads + 1]) * ahead[inner[:, None], heads + 1]
        given = backward[inner[:, None] - 1, before]
        # What is impossible goes on nowhere; it is no part of a segment that is probable enough.
        go_on[:, inner] = np.divide(joint, given, out=np.zeros_like(joint), where=given > 0).clip(0.0, 1.0).T

    marginals = believed.marginals[:, heads].clip(max=1.0)  # a rounding error may lie above
    begin, kind = np.nonzero(marginals >= floor)
    running, end, go_on = marginals[begin, kind], begin + 1, after_b
    found = []
    while len(begin):
        further = go_on[kind, end]
        whole = running * (1.0 - further)
        keep = whole >= floor
        found.append((begin[keep], end[keep], heads[kind[keep]], whole[keep]))
        running = running * further
        alive = running >= floor
        begin, end, kind, running, go_on = begin[alive], end[alive] + 1, kind[alive], running[alive], after_i
    if not found:
        none = np.zeros(0, np.int64)
        return Segments(none, none, none, np.zeros(0))
    begins, ends, labels, probability = (np.concatenate(column) for column in zip(*found))
    return Segments(begins, ends, labels, probability).take(np.lexsort((labels, ends, begins)))


def choose(segments: Segments, threshold: float) -> Segments:
    """The segments, no two of them overlapping, with the highest total of ``probability - threshold``.

    Of equally good choices it is the one whose first segment comes first in the order of begin, end and kind, and so on. Segments that
    add nothing are left out. Time is that of sorting.

    Parameters
    ----------
    segments : Segments
        In any order; none is empty.
    threshold : float

    Returns
    -------
    Segments
        In order.
    """
    useful = segments.take(segments.probability > threshold)
    useful = useful.take(np.lexsort((useful.kind, useful.end, useful.begin)))
    gain = (useful.probability - threshold).tolist()
    following = useful.begin.searchsorted(useful.end).tolist()  # the first that begins where the segment has ended
    m = len(useful)
    best, taken = [0.0] * (m + 1), [False] * m  # the total that is reached from a segment onwards
    for k in range(m - 1, -1, -1):
        total = gain[k] + best[following[k]]
        taken[k] = total >= best[k + 1]
        best[k] = total if taken[k] else best[k + 1]
    chosen, k = [], 0
    while k < m:
        if taken[k]:
            chosen.append(k)
        k = following[k] if taken[k] else k + 1
    return useful.take(np.array(chosen, np.int64))
