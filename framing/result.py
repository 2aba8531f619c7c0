"""The result of an analysis: the record ``Analysis`` and its JSON form.

Conventions
-----------
``to_dict`` writes the published format: fixed keys, spans as ``[start, end]``, floats rounded to six digits, ``null`` for what this
version cannot say. ``to_json`` sorts the keys, so that the same article gives the same bytes; lone surrogates are escaped, so that the
string always encodes as UTF-8. The schema is in ``framing.schema``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from framing.records import (
    Article,
    Attribution,
    Entity,
    FrameScores,
    Hedge,
    Notice,
    Quote,
    Sentence,
    Span,
    Transparency,
)

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of a whole article; ``None`` where there is no model or the article gives nothing to measure.

    ``loaded_share`` is of the sentences in the author's voice, ``loaded_share_quoted`` of those in quotations: what somebody else says in
    loaded words is not the author's language.
    """

    transparency: Transparency
    hyperpartisan: float | None
    loaded_share: float | None
    loaded_share_quoted: float | None
    uncertain_share: float | None
    hedges_per_100_words: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One reason for a score: a ``feature`` with its ``value`` and ``weight``, the ``spans`` that it was read from, and one to three
    sentences of plain English about it. A ``weight`` of 0 is what is no part of the score, but helps to read it."""

    feature: str
    value: float
    weight: float
    spans: tuple[Span, ...]
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """Everything ``framing`` says about one article. The records carry their spans; ``article.text`` is the caller's string."""

    article: Article
    language: str
    n_tokens: int
    n_sentences: int
    quotes: tuple[Quote, ...]
    attributions: tuple[Attribution, ...]
    entities: tuple[Entity, ...]
    hedges: tuple[Hedge, ...]
    sentences: tuple[Sentence, ...]
    frames: FrameScores
    scores: Scores
    warnings: tuple[Notice, ...]
    models: Mapping[str, str]
    scheme: str
    version: str

    def __repr__(self) -> str:
        index = self.scores.transparency.index
        shown = "None" if index is None else f"{index:.1f}"
        return f"<Analysis: {self.n_tokens} tokens, {len(self.attributions)} attributions, {len(self.hedges)} hedges, index {shown}>"

    def entity(self, attribution: Attribution) -> Entity | None:
        """The entity that speaks in ``attribution``, or ``None``."""
        return None if attribution.entity is None else self.entities[attribution.entity]

    def to_dict(self, with_text: bool = False, explain: bool = False) -> dict[str, Any]:
        """The published JSON object as a dictionary.

        Parameters
        ----------
        with_text : bool
            Add the text itself; always done for HTML, whose offsets point into the extracted text.
        explain : bool
            Add ``explanations``.
        """
        article = self.article
        out: dict[str, Any] = {
            "framing": self.version,
            "models": dict(self.models),
            "scheme": self.scheme,
            "id": article.id,
            "title": None if article.title is None else {"text": article.title, "span": _plain(article.title_span)},
            "text_sha256": hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest(),
            "n_chars": len(article.text),
            "n_tokens": self.n_tokens,
            "n_sentences": self.n_sentences,
            "body": _plain(article.body),
            "warnings": _plain(self.warnings),
            "language": self.language,
            "quotes": _plain(self.quotes),
            "attributions": [{**_plain(a), "via": a.via} for a in self.attributions],
            "entities": _plain(self.entities),
            "hedges": _plain(self.hedges),
            "sentences": _plain(self.sentences),
            "frames": _plain(self.frames),
            "scores": _plain(self.scores),
        }
        if with_text or article.origin == "html":
            out["text"] = article.text
        if explain:
            out["explanations"] = {name: _plain(rows) for name, rows in self.explain().items()}
        return out

    def to_json(self, with_text: bool = False, explain: bool = False, indent: int | None = None) -> str:
        """``to_dict`` as a string of JSON with sorted keys; it always encodes as UTF-8."""
        separators = (",", ":") if indent is None else (",", ": ")
        text = json.dumps(self.to_dict(with_text, explain), ensure_ascii=False, sort_keys=True, indent=indent, separators=separators)
        return _SURROGATE.sub(lambda m: f"\\u{ord(m.group()):04x}", text)

    def to_html(self) -> str:
        """A self-contained HTML page: the text with its marks, the score and the sources."""
        from framing.report.html import render_html

        return render_html(self)

    def explain(self) -> dict[str, tuple[Explanation, ...]]:
        """Why each score is what it is: score name -> reasons; the products ``value * weight`` sum to the score.

        ``transparency``: one row a component of the index, with what it was read from; then rows of weight 0 that are no part of it (see
        :mod:`framing.reasons`). When the index is ``None`` there is only one of these, which says why. ``rating``, where the shipped rater
        has rated the article: one row a feature; their products sum to its decision, a log-odds (:mod:`framing.rater`). ``policy_CODE``
        (the primary frame and those present), ``generic_CODE`` (those present) and ``hyperpartisan``, by the shipped models: their products
        sum to the log-odds of the probability. ``loaded_share``: one row a sentence in the author's voice, the most loaded first.
        """
        from framing.analysis import explain

        return explain(self)

    def _repr_html_(self) -> str:
        from framing.report.html import render_notebook

        return render_notebook(self)


def _plain(value: Any) -> Any:
    """Records, spans, tuples, mappings and floats as what JSON has."""
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, float):
        return round(value, 6) + 0.0  # no negative zero
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
