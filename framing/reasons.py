"""Why the transparency index is what it is, in plain words that name the sources.

Conventions
-----------
* A *source* is an entity with all its attributions; what has no entity is one source more, nobody.
* What a source adds to a component is exact: the component minus the component without all attributions of that source, times the points
  of the component (:func:`framing.transparency.contributions_of_groups`). The components are not additive, so these do not sum to it.
* What a single attribution adds is its contribution to the whole index, as in ``scores.transparency.contributions``.
* Rows of weight 0 are no parts of the index: they say what the score means (``index``), how withheld identities are justified
  (``accountability``), which attribution raises and which lowers the index most (``raised``, ``lowered``). Without an index one such row
  says why, with the number that is too small (``attributions`` or ``tokens``).
* Changes of less than ``LEAST`` points are not told.

The sentences are made of the records alone and say how openly sources are identified, never whether they are right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framing import transparency
from framing.records import COMPONENTS, REASONS, Attribution, Span
from framing.result import Analysis, Explanation
from framing.tokens import tokenize

LEAST = 0.05  # points: what is shown as 0.0 moves nothing
LENGTH = 60  # characters of a name, a role or a content
LISTED = 3  # names in a list
MARKS = "“”‘’\"' \n"  # around a content that is put into quotation marks of ours
NOBODY = "statements without a source"
MEANING = "The score says how openly the sources are identified, not whether what they say is true."
CLOSENESS = {"office": "closely", "described": "in part", "bare": "vaguely", "impersonal": "hardly"}  # from a person's weight there
REASON = {"none": "no reason given", "boilerplate": "only a stock reason given", "specific": "a reason given"}


@dataclass(frozen=True, slots=True)
class Source:
    """A source: its ``name`` and ``role``, how it is ``identified``, and the points it adds to each component; ``entity`` may be nobody."""

    entity: int | None
    name: str
    role: str | None
    known: bool  # by name or office
    identified: str
    attributions: tuple[Attribution, ...]
    tokens: float
    points: dict[str, float]

    def __str__(self) -> str:
        return self.name if self.known or self.entity is None else f"“{self.name}”"

    @property
    def full(self) -> str:
        """Name and role."""
        return f"{self}, {self.role}" if self.role else str(self)

    def with_points(self, component: str) -> str:
        """Name, role, identification, number of attributions and points."""
        about = (self.identified, count(len(self.attributions), "attribution"), signed(self.points[component]))
        return f"{self.full} ({', '.join(part for part in about if part)})"


def explain(analysis: Analysis) -> tuple[Explanation, ...]:
    """The rows of ``Analysis.explain()["transparency"]``: the five components, then what is not a part of the index."""
    result, attributions = analysis.scores.transparency, analysis.attributions
    if result.index is None:
        return (_no_index(analysis),)
    evidence = transparency.evidence(attributions, tokenize(analysis.article))
    sources = _sources(analysis, evidence)
    texts = {
        "identification": _identification(analysis, sources),
        "depth": _depth(analysis, sources),
        "primary": _primary(analysis, evidence, sources),
        "diversity": _diversity(analysis, sources),
        "coverage": _coverage(analysis, evidence, sources),
    }
    rows = [Explanation(**row, text=texts[row["feature"]]) for row in transparency.explain(result, attributions)]
    rows.append(Explanation("index", result.index, 0.0, (), _overall(analysis)))
    hidden = [s for s in sources if any(a.withheld for a in s.attributions)]
    value = result.components.get("accountability")
    if hidden and value is not None:
        spans = tuple(dict.fromkeys(a.source or a.cue for a in attributions if a.withheld))
        rows.append(Explanation("accountability", value, 0.0, spans, _accountability(hidden)))
    return (*rows, *_extremes(analysis, sources))


def explain_rating(rows: Sequence[Mapping[str, Any]]) -> tuple[Explanation, ...]:
    """The rows of ``Analysis.explain()["rating"]``, from those of the rater; the products sum to its decision (:mod:`framing.rater`)."""
    return tuple(Explanation(**row, text=_rated(row["feature"], row["value"], row["value"] * row["weight"])) for row in rows)


def rating_summary(rating: float, rows: Sequence[Explanation]) -> Explanation:
    """One row on the rating: what raises and what lowers its decision most, each with its product of value and weight."""
    ranked = sorted(rows, key=lambda row: row.value * row.weight)
    ranked = [row for row in ranked if seen(row.value * row.weight)]
    raised = [row for row in reversed(ranked[-LISTED:]) if row.value * row.weight > 0]
    lowered = [row for row in ranked[:LISTED] if row.value * row.weight < 0]
    parts = [f"A trained model that learned from editors' ratings says {rating:.1f} of 5."]
    for does, chosen in (("Raised", raised), ("Lowered", lowered)):
        if chosen:
            parts.append(f"{does} most by {', '.join(f'{row.feature} {signed(row.value * row.weight)}' for row in chosen)}.")
    return Explanation("rating", rating, 0.0, (), " ".join(parts))


def _rated(feature: str, value: float, effect: float) -> str:
    than = "as in" if not value else "more than in" if value > 0 else "less than in"
    does = "does not change" if not effect else "raises" if effect > 0 else "lowers"
    return f"{feature}: {than} the average rated article; {does} the rating."


# ---------------------------------------------------------------------------------------------------------------- words


def signed(points: float, digits: int = 1) -> str:
    """Points with their sign, to one decimal or more."""
    return f"{round(points, digits) + 0.0:+.{digits}f}".replace("-", "−")


def seen(points: float) -> bool:
    """Whether it is not 0.0 as :func:`signed` shows it."""
    return round(points, 1) != 0


def count(number: int, noun: str) -> str:
    """ "1 source", "2 sources"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share in whole percent that says 0 and 100 only of nothing and all."""
    return f"{min(max(round(100 * share), 1 if share > 0 else 0), 99 if share < 1 else 100)} %"


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B, C and 4 more"."""
    shown = [*names[:LISTED], *([f"{len(names) - LISTED} more"] if len(names) > LISTED else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def shortened(text: str) -> str:
    """In one line of at most ``LENGTH`` characters, cut between words where it can be."""
    line = " ".join(text[: 20 * LENGTH].split())
    if len(line) <= LENGTH:
        return line
    whole = " " in line[LENGTH // 2 : LENGTH]
    return (line[:LENGTH].rsplit(" ", 1)[0] if whole else line[: LENGTH - 1]).rstrip(" ,;:") + "…"


def _points(analysis: Analysis, component: str) -> str:
    value = analysis.scores.transparency.components[component] or 0.0
    return f"({value * transparency.POINTS[component]:.1f} of {transparency.POINTS[component]:.0f} points)"


# ---------------------------------------------------------------------------------------------------------------- sources


def _sources(analysis: Analysis, evidence: transparency.Evidence) -> tuple[Source, ...]:
    """In the order of their first attributions."""
    attributions = analysis.attributions
    entity = evidence.entity
    group = np.where(entity < 0, entity.max(initial=-1) + 1, entity)
    points = transparency.contributions_of_groups(evidence, group)
    tokens = np.bincount(group, evidence.tokens)
    members: dict[int, list[Attribution]] = {}
    for a, g in zip(attributions, group.tolist()):
        members.setdefault(g, []).append(a)
    return tuple(
        Source(
            entity=mine[0].entity,
            name=NOBODY if mine[0].entity is None else shortened(analysis.entities[mine[0].entity].name) or "?",
            role=next((shortened(a.role) for a in mine if a.role and (a.kind, a.level) == ("person", "named")), None),
            known=any(a.level in ("named", "office") and transparency.counted(a) for a in mine),
            identified=_identified(mine),
            attributions=tuple(mine),
            tokens=float(tokens[g]),
            points=dict(zip(COMPONENTS, points[:, g].tolist())),
        )
        for g, mine in members.items()
    )


def _identified(mine: Sequence[Attribution]) -> str:
    """How the source is identified, at its best, and through whom it is heard."""
    parts = []
    if mine[0].entity is not None:
        best = max(mine, key=lambda a: a.weight)
        parts.append(_level(best.kind, best.level, any(a.role for a in mine), any(a.producer for a in mine)))
    reasons = [a.reason or "none" for a in mine if a.withheld]
    if reasons:
        parts.append(REASON[max(reasons, key=REASONS.index)])
    relayed = [shortened(a.via) for a in mine if a.via]
    if relayed:
        parts.append(f"{'partly ' if len(relayed) < len(mine) else ''}through {listed(list(dict.fromkeys(relayed)))}")
    return ", ".join(parts)


def _level(kind: str, level: str, role: bool, producer: bool) -> str:
    if kind in transparency.UNIDENTIFIABLE:
        return {"author": "the author", "generic": "nobody in particular"}.get(kind, "not a source")
    if level == "named" and kind == "person":
        return "named with a role" if role else "named without a role"
    if level == "named" and kind == "document":
        return "a document, its producer told" if producer else "a document, its producer not told"
    if level == "named":
        return {"organisation": "a named organisation", "group": "a named group", "outlet": "a news outlet"}[kind]
    return {"office": "known by office", "described": "unnamed but described", "bare": "unnamed"}.get(level, "nobody is named")


def _moved(sources: Sequence[Source], component: str) -> str:
    """Who raises the component most, and who lowers it most."""
    if len(sources) == 1:
        return f" All of it rests on {sources[0].with_points(component)}." if abs(sources[0].points[component]) >= LEAST else ""
    high, low = (choose(sources, key=lambda s: s.points[component]) for choose in (max, min))
    parts = []
    if high.points[component] >= LEAST:
        parts.append(f"raised most by {high.with_points(component)}")
    if low.points[component] <= -LEAST:
        parts.append(f"lowered most by {low.with_points(component)}")
    text = "; ".join(parts)
    return f" {text[0].upper()}{text[1:]}." if text else ""


# ---------------------------------------------------------------------------------------------------------------- components


def _identification(analysis: Analysis, sources: Sequence[Source]) -> str:
    value, points = analysis.scores.transparency.components["identification"] or 0.0, _points(analysis, "identification")
    if not any(transparency.counted(a) for a in analysis.attributions):
        return f"No attribution has a source that could be identified {points}."
    how = next(word for level, word in CLOSENESS.items() if value >= transparency.WEIGHTS[level]["person"])
    return f"Sources are identified {how} {points}.{_moved(sources, 'identification')}"


def _depth(analysis: Analysis, sources: Sequence[Source]) -> str:
    points = _points(analysis, "depth")
    known = [s for s in sources if s.known and s.entity is not None]
    if not known:
        return f"No source is known by name or office {points}."
    names = listed([str(s) for s in known])
    if len(known) == 1:
        return f"One source is known by name or office {points}: {names}."
    return f"{len(known)} sources are known by name or office {points}: {names}. Each of them adds {known[0].points['depth']:.1f}."


def _primary(analysis: Analysis, evidence: transparency.Evidence, sources: Sequence[Source]) -> str:
    points, total = _points(analysis, "primary"), float(evidence.tokens.sum())
    if not total:
        return f"No attributed words stand in the body of the article {points}."
    heard: dict[str, tuple[str, float]] = {}
    for a, size in zip(analysis.attributions, evidence.tokens.tolist()):
        if (a.relays or a.kind == "outlet") and size:
            name = shortened(a.via or ("" if a.entity is None else analysis.entities[a.entity].name)) or "an outlet"
            heard[name.casefold()] = (name, heard.get(name.casefold(), ("", 0.0))[1] + size)
    if not heard:
        return f"No other news outlet is named as the origin of what is said {points}."
    ordered = sorted(heard.values(), key=lambda pair: -pair[1])
    share = sum(size for _, size in ordered) / total
    outlets = listed([name if len(ordered) == 1 else f"{name} ({percent(size / total)})" for name, size in ordered])
    part = "All attributed words come" if share == 1 else f"{percent(share)} of the attributed words come"
    text = f"{part} through news outlets {points}: {outlets}."
    low = min(sources, key=lambda s: s.points["primary"])
    return f"{text} Lowered most by {low.with_points('primary')}." if low.points["primary"] <= -LEAST and len(sources) > 1 else text


def _diversity(analysis: Analysis, sources: Sequence[Source]) -> str:
    points = _points(analysis, "diversity")
    heard = [s for s in sources if s.entity is not None and s.tokens]
    if not heard:
        return f"No attributed words belong to a source {points}."
    if len(heard) == 1:
        return f"All attributed words belong to one source, {heard[0]} {points}."
    most = max(heard, key=lambda s: s.tokens)
    share = percent(most.tokens / sum(s.tokens for s in heard))
    text = f"{len(heard)} sources share the attributed words {points}; the largest share, {share}, is that of {most}."
    low = min(heard, key=lambda s: s.points["diversity"])
    return f"{text} Without {low} it would be {-low.points['diversity']:.1f} higher." if low.points["diversity"] <= -LEAST else text


def _coverage(analysis: Analysis, evidence: transparency.Evidence, sources: Sequence[Source]) -> str:
    points, of = _points(analysis, "coverage"), evidence.n_sentences
    number = round((analysis.scores.transparency.components["coverage"] or 0.0) * of)
    if not number:
        return f"No sentence has words that are attributed to a source {points}."
    some = f"All {of} sentences have" if number == of else f"{number} of the {of} sentences {'has' if number == 1 else 'have'}"
    return f"{some} words that are attributed to a source {points}.{_moved(sources, 'coverage')}"


# ---------------------------------------------------------------------------------------------------------------- what is no part of it


def _overall(analysis: Analysis) -> str:
    attributions = analysis.attributions
    known = sum(a.level in ("named", "office") and transparency.counted(a) for a in attributions)
    unnamed = sum(a.level in ("described", "bare") and transparency.counted(a) for a in attributions)
    counts = f"Of {count(len(attributions), 'attribution')}, {known} have a source known by name or office and {unnamed} an unnamed one."
    return f"{analysis.scores.transparency.index:.0f} of 100. {counts} {MEANING}"


def _accountability(hidden: Sequence[Source]) -> str:
    by_reason: dict[str, list[str]] = {}
    for s in hidden:
        reason = max((a.reason or "none" for a in s.attributions if a.withheld), key=REASONS.index)
        by_reason.setdefault(reason, []).append(f"“{s.name}”")
    told = "; ".join(f"{REASON[reason]} for {listed(by_reason[reason])}" for reason in reversed(REASONS) if reason in by_reason)
    placed = sum(any(a.withheld and a.position for a in s.attributions) for s in hidden)
    if len(hidden) == 1:
        return f"One source is kept unnamed: {told}. How it can know is {'shown' if placed else 'not shown'}."
    number = "none" if not placed else "all" if placed == len(hidden) else str(placed)
    return f"{len(hidden)} sources are kept unnamed: {told}. How they can know is shown for {number} of them."


def _extremes(analysis: Analysis, sources: Sequence[Source]) -> list[Explanation]:
    """The attribution that raises the index most, and the one that lowers it most."""
    result = analysis.scores.transparency
    deltas = {c.attribution: c.delta for c in result.contributions}
    pairs = [(a, s) for s in sources for a in s.attributions if a.id in deltas]
    if not pairs or result.index is None:
        return []
    rows = []
    for feature, verb, choose in (("raised", "raises", max), ("lowered", "lowers", min)):
        a, source = choose(pairs, key=lambda pair: deltas[pair[0].id])
        delta = deltas[a.id]
        if (delta if feature == "raised" else -delta) < LEAST:
            continue
        said = shortened(" … ".join(span.text[: 20 * LENGTH].strip(MARKS) for span in a.content[:LISTED]))
        who = "has no source" if source.entity is None else f"is to {source.full}"
        text = f"The single attribution that {verb} the score most {who}: “{said}” ({signed(delta)}). "
        text += f"Without it the score would be {result.index - delta:.1f}."
        rows.append(Explanation(feature, delta, 0.0, _spans(a), text))
    return rows


def _spans(a: Attribution) -> tuple[Span, ...]:
    return tuple(dict.fromkeys((*([a.source] if a.source else []), a.cue, *a.content)))


def _no_index(analysis: Analysis) -> Explanation:
    if not analysis.attributions:
        text = "There is no score: nothing in the text is attributed to anybody, so there is nothing to measure."
        return Explanation("attributions", 0.0, 0.0, (), text)
    number, least = analysis.n_tokens, transparency.MIN_TOKENS
    text = f"There is no score: the text has {count(number, 'token')}, and below {least} every single attribution would move it too far."
    return Explanation("tokens", float(number), 0.0, (), text)
