"""Why the classifiers say what they say of an article, as rows that sum to their log-odds and in plain words.

Conventions
-----------
* ``policy_CODE`` for the primary frame and every frame said to be present, ``generic_CODE`` for those present, ``hyperpartisan``: the terms
  of the calibrated decision (:mod:`framing.classifier`). ``sum(value * weight)`` is ``ln(p / (1 - p))`` of the probability p that stands in
  the analysis.
* ``loaded_share``: one row a sentence in the author's voice, the most loaded first, at most ``SENTENCES``; value is its probability, weight
  1 / sentences in that voice, and the text names the words that make it so. A last row holds the others, so that the products sum to the
  share.
* In words a frame has its name (``TITLES``) and what the text says stands in quotation marks; the features keep the names that they have in
  the models.
* Only what shipped models said is explained: what a model of one's own did, it has to say itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from framing import frames, hyperpartisan, hyperpartisan_features, loaded
from framing.article_words import ArticleWords
from framing.classifier import CONSTANT, OTHERS, Reason
from framing.frame_features import COLUMNS, HEAD
from framing.rating_features import Reading
from framing.reasons import seen, signed
from framing.result import Analysis, Explanation
from framing.tokens import Tokens, tokenize

SENTENCES = 10
WORDS = 4  # of a sentence that are named
SHOWN = 3  # reasons of either side in words
LENGTH = 80  # characters of a sentence
TITLES = {
    "policy": {
        "econ": "economic",
        "capa": "capacity and resources",
        "mora": "morality",
        "fair": "fairness and equality",
        "lega": "legality and jurisdiction",
        "poli": "policy and its evaluation",
        "crim": "crime and punishment",
        "secu": "security and defence",
        "heal": "health and safety",
        "qual": "quality of life",
        "cult": "cultural identity",
        "publ": "public opinion",
        "pols": "political",
        "exte": "external relations",
        "othe": "other",
    },
    "generic": {
        "conf": "conflict",
        "resp": "responsibility",
        "huma": "human interest",
        "mora": "morality",
        "econ": "economic consequences",
    },
}


def explain(analysis: Analysis) -> dict[str, tuple[Explanation, ...]]:
    """The rows by name of the score; empty for an article without words."""
    tokens = tokenize(analysis.article)
    words = ArticleWords.of(analysis.article, tokens)
    out: dict[str, tuple[Explanation, ...]] = {}
    policy, generic, model = frames.shipped_policy(), frames.shipped_generic(), hyperpartisan.shipped()
    if _by(analysis, "policy_frames", policy.signature) and analysis.frames.policy is not None:
        for code in dict.fromkeys([*filter(None, [analysis.frames.primary]), *_present(policy, analysis.frames.policy)]):
            out[f"policy_{code}"] = _rows(policy.explain(analysis.article, code))
    if _by(analysis, "generic_frames", generic.signature) and analysis.frames.generic is not None:
        for code in _present(generic, analysis.frames.generic):
            out[f"generic_{code}"] = _rows(generic.explain(analysis.article, code))
    if _by(analysis, "hyperpartisan", model.signature) and analysis.scores.hyperpartisan is not None:
        reading = Reading(
            tokens, analysis.quotes, analysis.attributions, analysis.hedges, analysis.sentences, analysis.scores.transparency
        )
        out["hyperpartisan"] = _rows(model.explain_reading(reading, words))
    if _by(analysis, "loaded_language", loaded.shipped().signature) and analysis.scores.loaded_share is not None:
        out["loaded_share"] = _loaded(analysis, tokens)
    return out


def summaries(analysis: Analysis, explained: Mapping[str, Sequence[Explanation]]) -> tuple[Explanation, ...]:
    """One row for people on the primary frame, loaded language and hyperpartisan each, as far as they are explained."""
    rows = []
    primary, scores = analysis.frames.primary, analysis.scores
    if primary and f"policy_{primary}" in explained:
        said = f"{TITLES['policy'][primary].capitalize()} is the main frame among those found. It is present"
        rows.append(_summary("frame", said, explained[f"policy_{primary}"]))
    if explained.get("loaded_share"):
        first = explained["loaded_share"][0]
        where = f"The most loaded sentence in the author's voice: “{_sentence(analysis, first)}”"
        rows.append(Explanation("loaded language", first.value, 0.0, (), f"{where} {first.text}"))
    if scores.hyperpartisan is not None and "hyperpartisan" in explained:
        rows.append(_summary("hyperpartisan", f"Probability {scores.hyperpartisan:.2f}. It is so", explained["hyperpartisan"]))
    return tuple(rows)


def _summary(name: str, said: str, rows: Sequence[Explanation]) -> Explanation:
    """What speaks most for and against, on the log-odds, as far as it is not 0.0 there."""
    ranked = sorted((r for r in rows if r.feature not in (OTHERS, CONSTANT) and seen(r.value * r.weight)), key=lambda r: r.value * r.weight)
    high, low = [r for r in ranked[::-1][:SHOWN] if r.value * r.weight > 0], [r for r in ranked[:SHOWN] if r.value * r.weight < 0]
    sides = ("for", high), ("against", low)
    told = [f"{side} it speak {', '.join(f'{_named(r.feature)} {signed(r.value * r.weight)}' for r in own)}" for side, own in sides if own]
    why = f"words and counts: {'; '.join(told)} (log-odds)" if told else "many words and counts, none of which weighs much"
    return Explanation(name, 0.0, 0.0, (), f"{said} by {why}.")


def _named(feature: str) -> str:
    """A feature for people: the name of the frame, not its code; words of the text in quotation marks."""
    if feature in COLUMNS:
        (kind, code), where = feature.removeprefix("words of ").partition(", ")[0].split(), feature.rpartition(", ")[2]
        frame = f"{'' if kind == 'policy' else 'generic '}frame {TITLES[kind][code]}"
        return f"words of the {frame} ({HEAD if where == HEAD else 'whole article'})"
    if feature in hyperpartisan_features.columns():
        name, _, where = feature.rpartition(", ")
        return f"{name} ({where})" if where in hyperpartisan_features.PLACES else feature
    words, _, where = feature.rpartition(", ")
    return f"“{words.strip()}” {where}" if where in hyperpartisan_features.PLACES else f"“{feature.strip()}”"


def _sentence(analysis: Analysis, row: Explanation) -> str:
    """The sentence around the first span of a row, cut short."""
    start = row.spans[0].start if row.spans else 0
    text = next((s.span.text for s in analysis.sentences if s.span.start <= start < s.span.end), "")
    flat = " ".join(text.split())
    return flat if len(flat) <= LENGTH else flat[: LENGTH - 1].rstrip() + "…"


def _present(model: frames.FrameClassifier, found: Mapping[str, float]) -> list[str]:
    """The frames that reach their thresholds."""
    return [code for code, least in zip(model.CODES, model.thresholds_) if found[code] >= least]


def _by(analysis: Analysis, name: str, signature: str) -> bool:
    return analysis.models.get(name) == signature


def _rows(reasons: Iterable[Reason]) -> tuple[Explanation, ...]:
    return tuple(Explanation(r.feature, r.value, r.weight, r.spans, _told(r)) for r in reasons)


def _told(reason: Reason) -> str:
    amount = f"{signed(reason.contribution, 2)} on the log-odds"
    if reason.feature == OTHERS:
        return f"Everything that is not listed, together: {amount}."
    if reason.feature == CONSTANT:
        return f"What an article without any of this starts from: {amount}."
    times = f", {len(reason.spans)} times," if len(reason.spans) > 1 else ""
    name, side = _named(reason.feature), "for" if reason.contribution > 0 else "against"
    several = name.startswith(("words of ", "loaded words: "))
    return f"{name[0].upper()}{name[1:]}{times} {'speak' if several else 'speaks'} {side} it: {amount}."


def _loaded(analysis: Analysis, tokens: Tokens) -> tuple[Explanation, ...]:
    own = [s for s in analysis.sentences if s.voice == "author" and s.loaded is not None]
    sure, least = loaded.shipped().words(tokens, analysis.quotes), loaded.shipped().word_threshold_
    shown = sorted(own, key=lambda s: (-float(s.loaded or 0), s.span.start))[:SENTENCES]
    rows = []
    for sentence in shown:
        first, last = tokens.range(sentence.span)
        best = first + np.argsort(-sure[first:last], kind="stable")[:WORDS]
        named = tuple(tokens.span(i, i + 1) for i in sorted(best.tolist()) if sure[i] >= least)
        said = "most of all " + ", ".join(f"“{s.text}”" for s in named) if named else "no single word stands out"
        text = f"Loaded with a probability of {sentence.loaded:.2f}; {said}."
        rows.append(Explanation("sentence", float(sentence.loaded or 0), 1 / len(own), named or (sentence.span,), text))
    if len(own) > len(shown):
        rest = sum(float(s.loaded or 0) for s in own) - sum(row.value for row in rows)
        text = f"The other {len(own) - len(shown)} sentences in the author's voice, together."
        rows.append(Explanation("other sentences", rest, 1 / len(own), (), text))
    return tuple(rows)
