"""What is reported: the spans of a content to the left and to the right of its cue, and the quotations that belong to one content.

Conventions
-----------
Contents are lists of character ranges ``(start, end)``. Quotation marks belong to the content, an introducing "that", a colon and the
final period of the sentence do not. A quotation that goes on over paragraphs is one content with a span for each paragraph; a quotation
belongs to one content only (``owned``). Indirect contents end with the sentence, before ", adding", "according to" and semicolons, or,
for frames whose content is a phrase ("criticised the plan"), before the next clause.
"""

from __future__ import annotations

from collections.abc import Sequence

from framing.cues import Cue
from framing.phrases import ADV, CLOSE, COMMA, CONJ, DASH, MARK, QUOTE, REL, SUB, SUBJ, WORDS, View
from framing.records import Quote, Span

MAX_CONTENT = 200  # tokens of an indirect content: a bound for texts without sentence ends
MAX_PARTS = 12  # quotations of one content: a bound for texts that never close a quotation

_SHORT = frozenset(["np", "ing:np", "inf:np", "to", "p:for", "p:of"])  # frames whose content is a phrase and not a clause
_ADJUNCT = WORDS["adjunct"]
ADDING = WORDS["adding"]


class Contents:
    """Finds contents in one text."""

    def __init__(self, v: View, quotes: Sequence[Quote]) -> None:
        self.v = v
        self.text = v.tokens.text
        self.start, self.end = v.tokens.starts, v.tokens.ends
        self.quotes = quotes
        self.body: list[bool] = v.tokens.body.tolist()
        self.owned: set[int] = set()

    def clause_bounds(self, head: int) -> tuple[int, int]:
        """Token range of the sentence, or of the part of it inside the quotation that holds the cue."""
        v = self.v
        bottom, top = v.first[v.sentence[head]], v.first[v.sentence[head] + 1]
        while bottom < head and not self.body[bottom]:
            bottom += 1  # an inline dateline
        inside = v.quote[head]
        low_bound, high_bound = max(bottom, head - MAX_CONTENT), min(top, head + MAX_CONTENT)
        if inside >= 0:
            a, b = v.tokens.range(self.quotes[inside].span)
            return max(low_bound, a + 1), min(high_bound, max(b - 1, a + 1) if self.quotes[inside].closed else b)
        return low_bound, high_bound

    def chars(self, first: int, last: int) -> tuple[int, int]:
        return self.start[first], self.end[last - 1]

    def right(self, first: int, cue: Cue) -> list[tuple[int, int]]:
        """The content that starts at token ``first``."""
        v, n = self.v, len(self.v.low)
        inside = v.quote[cue.head]
        _, top = self.clause_bounds(cue.head)
        skipped = (":", "that") if cue.frame not in _SHORT and not cue.frame.startswith("p:") else (":",)
        while first < n and first < top and (v.kind[first] == COMMA or v.low[first] in skipped):
            first += 1
        if first >= n:
            return []
        quoted = v.quote[first]
        same_paragraph = v.paragraph[first] == v.paragraph[cue.head] or (
            v.low[first - 1] == ":" and v.paragraph[first] == v.paragraph[cue.head] + 1
        )
        if quoted >= 0 and quoted != inside and same_paragraph:
            spans = self.quotation(quoted)
            _, after = v.tokens.range(Span(*spans[-1]))
            if after < n and v.sentence[after] == v.sentence[after - 1] and v.kind[after] not in (MARK, COMMA, DASH, QUOTE):
                end = self._clause_end(after, v.first[v.sentence[after] + 1], cue)
                if end > after:
                    spans[-1] = (spans[-1][0], self.end[end - 1])
            return spans
        if first >= top:
            return []
        end = self._clause_end(first, top, cue)
        if end <= first:
            return []
        span = self.chars(first, end)
        last_quote = v.quote[end - 1]
        if last_quote >= 0 and last_quote != inside:  # a quotation that goes on in the next sentence
            span = (span[0], max(span[1], self.quotes[last_quote].span.end))
            self.owned.add(last_quote)
        return [span]

    def _clause_end(self, first: int, top: int, cue: Cue) -> int:
        """One past the last token of the clause that starts at ``first``."""
        v = self.v
        end = min(top, first + MAX_CONTENT)
        inside = v.quote[cue.head]
        short = cue.frame in _SHORT
        for i in range(first + 1, end - 1):
            if v.quote[i] != inside:
                continue
            if (v.kind[i] == COMMA and (v.low[i + 1] in ADDING or v.low[i + 1] in ("according", "while", "although"))) or v.low[i] == ";":
                end = i
                break
            if v.low[i] == "according" and v.low[i + 1] == "to":
                end = i
                break
            if short and ((v.kind[i] == COMMA and v.kind[i + 1] in (REL, CONJ, SUB, ADV, SUBJ)) or v.low[i] in _ADJUNCT):
                end = i
                break
        while end > first and (
            v.kind[end - 1] in (COMMA, DASH)
            or (v.kind[end - 1] == MARK and v.low[end - 1] not in ("%",))
            or (v.kind[end - 1] == QUOTE and v.quote[end - 1] == inside)
            or v.kind[end - 1] == CONJ
        ):
            end -= 1
        return end

    def left(self, stop: int, cue: Cue) -> list[tuple[int, int]]:
        """The content that ends before token ``stop``."""
        v = self.v
        inside = v.quote[cue.head]
        last = stop - 1
        bottom, _ = self.clause_bounds(cue.head)
        while last >= 0 and last >= bottom - 1 and v.kind[last] in (COMMA, DASH) and (v.quote[last] < 0 or v.quote[last] == inside):
            last -= 1
        if last < 0:
            return []
        quoted = v.quote[last]
        if quoted >= 0 and quoted != inside and v.paragraph[last] == v.paragraph[cue.head]:
            spans = self.quotation(quoted)
            first, _ = v.tokens.range(self.quotes[quoted].span)
            begin = v.first[v.sentence[first]]
            if begin < first and v.quote[begin] == inside and v.kind[first - 1] not in (MARK,):
                begin = self._skip_opening(begin, first)
                spans[-1] = (min(self.start[begin], spans[-1][0]), spans[-1][1])
            return spans
        if last < bottom:
            return []
        for i in range(last, max(bottom, last - MAX_CONTENT), -1):
            if (v.kind[i - 1] == COMMA and v.low[i] in ("while", "although", "but") and v.quote[i] == inside) or v.low[i - 1] == ";":
                bottom = i
                break
        begin = self._skip_opening(bottom, last)
        if v.kind[begin] == SUB and begin == bottom and v.low[begin] in ("while", "although"):
            begin += 1
        if v.quote[begin] >= 0 and v.quote[begin] != inside:
            a, b = self.chars(begin, last + 1)
            return [(min(a, self.quotes[v.quote[begin]].span.start), b)]
        return [self.chars(begin, last + 1)]

    def _skip_opening(self, begin: int, stop: int) -> int:
        while begin < stop and (
            self.v.kind[begin] in (CONJ, COMMA) or (self.v.kind[begin] == MARK and self.v.low[begin] not in ("$", "#"))
        ):
            begin += 1
        return begin

    def around(self, first: int, last: int) -> list[tuple[int, int]]:
        """The clause round an adverb."""
        v = self.v
        bottom, top = self.clause_bounds(first)
        begin = first
        while begin > bottom and v.kind[begin - 1] not in (COMMA, CONJ, MARK, DASH, CLOSE, QUOTE):
            begin -= 1
        if begin == bottom:
            begin = self._skip_opening(begin, first)
        end = last
        while end < top and v.kind[end] not in (COMMA, MARK, DASH, QUOTE):
            end += 1
        return ([self.chars(begin, first)] if begin < first else []) + ([self.chars(last, end)] if last < end else [])

    def quotation(self, k: int) -> list[tuple[int, int]]:
        """Quotation ``k`` with the parts before it (left open in earlier paragraphs) and after it (if it is left open itself)."""
        spans = [(self.quotes[k].span.start, self.quotes[k].span.end)]
        self.owned.add(k)
        j = k
        while (
            j > 0
            and len(spans) < MAX_PARTS
            and self.quotes[j - 1].kind == "speech"
            and not self.quotes[j - 1].closed
            and j - 1 not in self.owned
        ):
            if not self._next_paragraph(j - 1, j):
                break
            j -= 1
            self.owned.add(j)
            spans.insert(0, (self.quotes[j].span.start, self.quotes[j].span.end))
        j = k
        while not self.quotes[j].closed and j + 1 < len(self.quotes) and len(spans) < MAX_PARTS and self.quotes[j + 1].kind == "speech":
            if not self._next_paragraph(j, j + 1):
                break
            j += 1
            self.owned.add(j)
            spans.append((self.quotes[j].span.start, self.quotes[j].span.end))
        return spans

    def _next_paragraph(self, one: int, other: int) -> bool:
        """Whether quotation ``other`` opens the paragraph after that of ``one``."""
        a, b = self.quotes[one].span, self.quotes[other].span
        between = self.text[a.end : b.start]
        i, j = self.v.tokens.at(a.start), self.v.tokens.at(b.start)
        return len(between) < 40 and not between.strip() and self.v.paragraph[j] == self.v.paragraph[i] + 1

    def is_quoted(self, a: int, b: int) -> bool:
        i, j = self.v.tokens.at(a), self.v.tokens.at(b - 1)
        return self.v.quote[i] >= 0 or self.v.quote[min(j, len(self.v.quote) - 1)] >= 0
