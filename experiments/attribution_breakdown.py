"""Where attributions are found and where not: PolNeAR dev by speech, by publisher and by class of the cue.

    python -m experiments.attribution_breakdown [--model FOLDER]

Recall is that of the gold attributions of a group, precision that of the predicted ones, F1 the harmonic mean of the two; cues (overlap)
and whole attributions (*full*), predictions with a parent left out (:mod:`experiments.extraction`). A publisher's documents are all its
articles of dev; a speech or a class is a part of every document. The class is that of each cue itself, so a matched pair may stand in two.
Intervals: 95 % bootstrap over documents, 1,000 resamples, seed 0; ``gold`` and ``predicted`` count attributions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from experiments import extraction, results_file
from experiments.attribution import both_systems
from experiments.data import load
from experiments.extraction import CLASSES, cue_class, flat, group_counts, show
from framing.attribution import AttributionExtractor
from framing.records import SPEECH, Attribution, Document

KINDS = tuple(f"{what}_{score}" for what in ("cue", "full") for score in ("precision", "recall", "f1"))
GROUPINGS: dict[str, tuple[tuple[str, ...], Callable[[Attribution], str]]] = {
    "speech": (SPEECH, lambda a: a.speech),
    "cue class": (CLASSES, cue_class),
}


def breakdown(documents: Sequence[Document], found: Sequence[Sequence[Attribution]], **fields: object) -> dict[str, dict[str, Any]]:
    """Scores by grouping and group."""
    out: dict[str, dict[str, Any]] = {}
    for name, (groups, group) in GROUPINGS.items():
        scores = group_counts(documents, found, groups, group).score(**fields)
        gold = Counter(group(a) for d in documents for a in d.attributions)
        predicted = Counter(group(a) for f in found for a in f)
        out[name] = {
            g: {"gold": gold[g], "predicted": predicted[g], **{kind: scores[f"{g}_{kind}"] for kind in KINDS}} for g in groups
        }
    out["publisher"] = {}
    for publisher in sorted({str(d.group) for d in documents}):
        mine = [(d, f) for d, f in zip(documents, found) if d.group == publisher]
        counts = extraction.attribution_counts([d for d, _ in mine], [f for _, f in mine], True)
        out["publisher"][publisher] = {
            "gold": sum(len(d.attributions) for d, _ in mine),
            "predicted": sum(len(f) for _, f in mine),
            **counts.score(*KINDS, **fields),
        }
    return out


def main() -> None:
    """Print and write."""
    options = extraction.with_model(__doc__ or "").parse_args()
    model = extraction.digest(options.model)
    systems, signed = both_systems(AttributionExtractor.load(options.model), model, whole=True)
    documents = list(load("polnear", "dev"))
    results: dict[str, Any] = {"model": model}
    for name, system in systems.items():
        found = [flat(system(d.text).attributions) for d in documents]
        results[name] = breakdown(documents, found, system=name, **signed.get(name, {}))
        for grouping, groups in results[name].items():
            for group, scores in groups.items():
                title = f"{name}: {grouping}: {group}, {scores['gold']} gold, {scores['predicted']} predicted"
                show(title, {kind: scores[kind] for kind in KINDS})
    results_file.write("attribution_breakdown", results)


if __name__ == "__main__":
    main()
