"""What a report of an article says about each mark: one entry an attribution, a hedge and a loaded sentence.

Conventions
-----------
* Keys are those of :mod:`framing.report.marks`. Strings are one line and printable, not yet escaped.
* A sentence counts as loaded from ``framing.loaded.THRESHOLD`` on, whatever its voice. Its words are those of the shipped classifier, and
  only told where that has judged the article.
* ``delta`` is in points of the index, ``depth`` that of :func:`framing.report.summary.tree`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing import loaded
from framing.records import Attribution, Hedge, Sentence, Span
from framing.report.summary import NOBODY, WITHHELD, signed, speaker, tree
from framing.result import Analysis
from framing.showing import one_line
from framing.tokens import tokenize

EXCERPT = 140  # characters of a content or sentence
CHAIN = 4  # speakers around a nested attribution that are named
INDENTED = 4  # levels of nesting that are indented
SPEECH = {"direct": "direct speech", "indirect": "indirect speech", "mixed": "partly quoted"}
VOICES = {"author": "in the author's voice", "quoted": "in quoted words", "mixed": "in the author's and quoted words"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to say about a mark.

    ``title`` and ``kind`` are the speaker and the cue of an attribution, the cue and type of a hedge, the words of a loaded sentence.
    ``within`` are those around a nested attribution, or the owner of a hedge; ``words`` what it is about.
    """

    key: str
    kind: str
    title: str
    level: str
    depth: int
    facts: tuple[str, ...]
    within: str
    words: str

    @property
    def tip(self) -> str:
        """All of it in a line, but for the words."""
        inside = f"; inside the words of {self.within}" if self.within else ""
        return f"{self.kind}: {self.title}{' (' if self.facts else ''}{', '.join(self.facts)}{')' if self.facts else ''}{inside}"


Loaded = tuple[Sentence, tuple[Span, ...]]


def attribution_entries(analysis: Analysis) -> list[Entry]:
    """One entry an attribution, the outer ones in the order of the text, each followed by those inside its content."""
    deltas = {c.attribution: c.delta for c in analysis.scores.transparency.contributions}
    names = {a.id: speaker(analysis, a) for a in analysis.attributions}
    parents = {a.id: a.parent for a in analysis.attributions}
    return [_attribution(a, min(depth, INDENTED), names, parents, deltas.get(a.id)) for a, depth in tree(analysis.attributions)]


def hedge_entries(analysis: Analysis) -> list[Entry]:
    """One entry a hedge, in the order of the analysis."""
    owners: dict[int | None, str] = {a.id: speaker(analysis, a) for a in analysis.attributions}
    return [_hedge(n, h, "the author" if h.owner is None else owners.get(h.owner, NOBODY)) for n, h in enumerate(analysis.hedges)]


def loaded_sentences(analysis: Analysis) -> list[Loaded]:
    """The loaded sentences in the order of the text, each with its loaded words (none where nobody has judged words)."""
    found = [s for s in analysis.sentences if (s.loaded or 0.0) >= loaded.THRESHOLD]
    if not found or analysis.models.get("loaded_language") != loaded.shipped().signature:
        return [(s, ()) for s in found]
    tokens = tokenize(analysis.article)
    marked = loaded.shipped().words(tokens, analysis.quotes) >= loaded.shipped().word_threshold_
    ranges = [tokens.range(s.span) for s in found]
    return [(s, tuple(tokens.span(i, i + 1) for i in range(*ends) if marked[i])) for s, ends in zip(found, ranges)]


def loaded_entries(found: Sequence[Loaded]) -> list[Entry]:
    """One entry a loaded sentence."""
    return [_loaded(n, sentence, words) for n, (sentence, words) in enumerate(found)]


def _attribution(a: Attribution, depth: int, names: Mapping[int, str], parents: Mapping[int, int | None], delta: float | None) -> Entry:
    facts = [f"{a.level} {a.kind}" if a.kind != "none" else f"{a.level}, no source"]
    if a.role:
        facts.append(one_line(a.role))
    if a.producer:
        facts.append(f"by {one_line(a.producer)}")
    if a.withheld:
        facts.append(f"identity {WITHHELD.get(a.reason or 'none', WITHHELD['none'])}")
    if a.position:
        facts.append("the text shows how they can know")
    if a.relays:
        facts.append("via " + ", ".join(one_line(r) for r in a.relays))
    facts.append(SPEECH.get(a.speech, a.speech))
    facts.append(f"weight {a.weight:.2f}")
    if delta is not None:
        facts.append(f"index {signed(delta)} points")
    chain: list[str] = []
    outer = parents.get(a.id)
    while outer is not None and outer in names and len(chain) <= CHAIN:
        chain.append(names[outer])
        outer = parents.get(outer)
    within = ", inside those of ".join(chain[:CHAIN]) + (" …" if len(chain) > CHAIN else "")
    said = " … ".join(_excerpt(span.text) for span in a.content[:2])
    return Entry(f"a{a.id}", _excerpt(a.cue.text, 40), names[a.id], a.level, depth, tuple(facts), within, said)


def _hedge(n: int, h: Hedge, owner: str) -> Entry:
    facts = [f"strength {h.strength:.1f}"]
    if h.in_quote:
        facts.append("in a quotation")
    if h.negated:
        facts.append("negated")
    kind = "booster" if h.type == "booster" else f"{h.type} hedge"
    return Entry(f"h{n}", kind, _excerpt(h.cue.text, 60), "", 0, tuple(facts), owner, _excerpt(h.scope.text) if h.scope else "")


def _loaded(n: int, s: Sentence, words: Sequence[Span]) -> Entry:
    facts = [f"probability {s.loaded or 0:.2f}"]
    if s.voice in VOICES:
        facts.append(VOICES[s.voice])
    named = list(dict.fromkeys(one_line(w.text) for w in words))
    title = ", ".join(f"“{w}”" for w in named[:6]) or "no single word stands out"
    return Entry(f"l{n}", "loaded sentence", title, "", 0, tuple(facts), "", _excerpt(s.span.text))


def _excerpt(text: str, longest: int = EXCERPT) -> str:
    flat = one_line(text[: 4 * longest])
    return flat if len(flat) <= longest and len(text) <= 4 * longest else flat[: longest - 1].rstrip() + "…"
