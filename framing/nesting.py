"""Which attribution stands inside the content of which: "According to the Herald, the ministry suspected that ..."."""

from __future__ import annotations

from collections.abc import Sequence

from framing.records import Attribution


def find_parents(attributions: Sequence[Attribution]) -> list[int | None]:
    """For each attribution, the id of the one whose content holds its cue; the smallest such content if several do.

    A content counts only if it is longer than the attribution's own, so that no chain of parents runs in a circle.
    """
    size = [sum(len(s) for s in a.content) for a in attributions]
    begins = sorted((s.start, s.end, i) for i, a in enumerate(attributions) for s in a.content)
    parents: list[int | None] = [None] * len(attributions)
    active: list[tuple[int, int]] = []
    k = 0
    for i in sorted(range(len(attributions)), key=lambda i: attributions[i].cue.start):
        cue = attributions[i].cue
        while k < len(begins) and begins[k][0] <= cue.start:
            active.append((begins[k][1], begins[k][2]))
            k += 1
        active = [(end, j) for end, j in active if end > cue.start]
        holders = [(size[j], j) for end, j in active if end >= cue.end and j != i and size[j] > size[i]]
        if holders:
            parents[i] = attributions[min(holders)[1]].id
    return parents
