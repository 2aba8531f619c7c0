"""The records that every room takes and gives: small, frozen, slotted dataclasses.

Conventions
-----------
* A :class:`Span` is ``[start, end)`` in Unicode code points of the caller's unchanged string, so that ``text[span.start:span.end]`` is
  the span.
  It carries that slice as ``text``; two spans are equal if their offsets are.
* Sequences are tuples; a value that could not be determined is ``None``, never a made-up number.
* Codes are the strings of the published JSON format and of the sourcing scheme (``datasets/source_levels``); the tuples of codes below
  give their order.
* Probabilities, strengths and shares lie in 0..1, the index in 0..100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SPEECH = ("direct", "indirect", "mixed")
SOURCE_KINDS = ("person", "group", "organisation", "document", "outlet", "author", "generic", "none")
LEVELS = ("named", "office", "described", "bare", "impersonal")
REASONS = ("none", "boilerplate", "specific")
QUOTE_KINDS = ("speech", "title", "scare")
HEDGE_TYPES = ("epistemic", "doxastic", "condition", "investigation", "evidential", "approximator", "weasel", "peacock", "booster")
VOICES = ("author", "quoted", "mixed")
POLICY_FRAMES = (
    "econ",
    "capa",
    "mora",
    "fair",
    "lega",
    "poli",
    "crim",
    "secu",
    "heal",
    "qual",
    "cult",
    "publ",
    "pols",
    "exte",
    "othe",
)  # Boydstun et al. 2014, in the order of their codebook
GENERIC_FRAMES = ("conf", "resp", "huma", "mora", "econ")  # Semetko and Valkenburg 2000
COMPONENTS = ("identification", "depth", "primary", "diversity", "coverage")
BOILERPLATE = ("title", "separator", "dateline", "byline", "tags", "language", "next", "more", "credit", "copyright")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the text: code points ``start`` (included) to ``end`` (excluded), with the characters that stand there."""

    start: int
    end: int
    text: str = field(compare=False, default="")

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """Make the span of ``text[start:end]``."""
        return cls(int(start), int(end), text[start:end])

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about the input or the result: a fixed ``code`` for programs and a ``message`` for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """A stretch that is not part of the article proper; ``kind`` is one of ``BOILERPLATE``."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Article:
    """A text that was read: the unchanged string, its title, paragraphs and body.

    ``paragraphs`` are all non-blank paragraphs in order, boilerplate included; ``boilerplate`` marks whole paragraphs or a part of one
    (an inline dateline); ``body`` runs from the first to the last paragraph that is not boilerplate. ``title_span`` is ``None`` when the
    title was handed over and does not stand in the text. ``origin`` is "text" or "html": with "html" the text is what the extractor made
    of the markup.
    """

    text: str
    title: str | None
    title_span: Span | None
    paragraphs: tuple[Span, ...]
    body: Span
    boilerplate: tuple[Boilerplate, ...] = ()
    origin: str = "text"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch in quotation marks, the marks included; not ``closed`` when it goes on in the next paragraph or its end mark is missing."""

    span: Span
    kind: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody (``source``) is said to say, write, think or want (``cue``) something (``content``, one span or more).

    ``confidence`` is the probability that it is one; those of ``kind``, ``level`` and ``withheld`` that these are as given, ``None`` where
    no model has said.
    """

    id: int
    source: Span | None
    cue: Span
    content: tuple[Span, ...]
    speech: str
    entity: int | None = None
    kind: str = "none"
    level: str = "impersonal"
    withheld: bool = False
    reason: str | None = None
    position: bool = False
    role: str | None = None
    producer: str | None = None
    relays: tuple[str, ...] = ()
    weight: float = 0.0
    parent: int | None = None
    confidence: float = 0.0
    kind_confidence: float | None = None
    level_confidence: float | None = None
    withheld_confidence: float | None = None

    @property
    def via(self) -> str | None:
        """The outlet nearest to the reader that relays it: the last of ``relays``."""
        return self.relays[-1] if self.relays else None


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that speaks: its fullest ``name`` in the article and every mention that was resolved to it."""

    id: int
    name: str
    kind: str
    level: str
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hedge:
    """A hedging (or boosting) cue; ``owner`` is the attribution whose content holds it, ``None`` for the author of the article."""

    cue: Span
    type: str
    strength: float
    scope: Span | None = None
    in_quote: bool = False
    owner: int | None = None
    negated: bool = False
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: whose ``voice``, whether its content is ``attributed``, how ``uncertain`` and how ``loaded`` it is.

    In gold, ``uncertain`` and ``loaded`` are 0.0 or 1.0, and what is not annotated is ``None``.
    """

    span: Span
    voice: str | None
    attributed: bool | None
    uncertain: float | None = None
    loaded: float | None = None


@dataclass(frozen=True, slots=True)
class FrameScores:
    """Probabilities of policy and generic frames; ``None`` where no classifier is at hand."""

    policy: Mapping[str, float] | None = None
    primary: str | None = None
    generic: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one attribution adds: ``delta`` = index minus the index without it, in points."""

    attribution: int
    delta: float


@dataclass(frozen=True, slots=True)
class Transparency:
    """The sourcing-transparency index (0..100) with its components (0..1); ``reason`` says why ``index`` is ``None``."""

    index: float | None
    reason: str | None
    interval: tuple[float, float] | None
    components: Mapping[str, float | None]
    contributions: tuple[Contribution, ...]
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text with gold annotation, as every corpus reader gives it.

    ``group`` is what a fair split must not tear apart (outlet, story, article). ``meta`` holds what the corpus says of the document,
    ``labels`` the annotation of the whole document, task -> value (``"policy"``: tuple of codes, ``"hyperpartisan"``: bool ...). Gold
    attributions have ``confidence`` 1.0 and, where the corpus does not annotate levels, the defaults of the record; gold hedges have
    ``strength`` 1.0. Spans that the corpus gives in several parts where the record has one (a split source or cue) are their hull;
    ``meta["parts"]`` keeps the parts.
    """

    id: str
    text: str
    title: str | None = None
    group: str | None = None
    split: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    sentences: tuple[Sentence, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    entities: tuple[Entity, ...] = ()
    hedges: tuple[Hedge, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
