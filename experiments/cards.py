"""The scores in the cards of the shipped models, made anew from the results of the experiments, with those by factor.

    python -m experiments.cards           # writes framing/models/*/model.json (its card, nothing else) and CARD.md
    python -m experiments.cards --check   # writes nothing; fails if a card says something else than the results

Needs no corpora, and takes a second. What a card shows of a result is said beside the experiment (``card_scores``), or here where it takes
several results. The digest of a model leaves its card out (:func:`experiments.extraction.digest`), so that signatures stay.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments import frames, hedging_trained, hyperpartisan, levels, loaded_language_babe, rating, results_file
from experiments.markdown import result
from framing import cards
from framing.attribution import MODELS

ENCODER, ENCODER_HOME = "encoder", results_file.ROOT / "packages" / "encoder" / "framing_encoder" / "model"
Scores = dict[str, dict[str, Any]]  # heading -> name -> value
SHOWN = {  # name in the results -> in a card
    "cue_f1": "cue touched, F1",
    "full_f1": "source and content right (IoU .5), F1",
    "exact_f1": "all spans exact, F1",
    "recall_direct": "full, recall of direct speech",
    "recall_indirect": "full, recall of indirect speech",
    "recall_mixed": "full, recall of mixed speech",
}
NESTED = {"parent_f1": "parents, F1", "via_f1": "relays, F1"}
SPANS = {"spans of labels": "exact spans of labels", "spans by themselves": "exact spans by themselves"}
END = {"end_to_end_all_f1": "end to end, all, F1", "end_to_end_direct_f1": "end to end, direct, F1"}


def attribution() -> Iterator[tuple[str, Scores]]:
    """Results file and scores of the extractor."""
    results = read("attribution")["results"]
    headings = {"polnear_dev": "PolNeAR dev, 84 articles, headings read too", "wikinews_dev": "Wikinews dev, 24 articles"}
    yield "attribution.json", {heading: _extraction(results[part]) for part, heading in headings.items()}
    groups = read("attribution_breakdown")["trained"]
    names = {"speech": "kind of speech", "cue class": "class of the cue", "publisher": "publisher"}
    yield (
        "attribution_breakdown.json",
        {
            f"By {named}: PolNeAR dev, source and content right (IoU .5), F1": {
                f"{group}, {own['gold']:,} attributions": own["full_f1"] for group, own in groups[factor].items()
            }
            for factor, named in names.items()
        },
    )
    left_out = read("attribution_publishers")["left out"]
    rows = {publisher: own["full_f1"] for publisher, own in left_out.items() if publisher != "all"}
    yield "attribution_publishers.json", {"By publisher that was not learned from: source and content right (IoU .5), F1": rows}


def encoder() -> Iterator[tuple[str, Scores]]:
    """Of the extractor of the encoder engine."""
    found = read("encoder")
    headings = {"polnear_dev": "PolNeAR dev, 84 articles, headings read too", "wikinews_dev": "Wikinews dev, 24 articles"}
    scores = {heading: _extraction(found["results"][part], ENCODER) for part, heading in headings.items()}
    for factor, groups in found["polnear_dev by group"][ENCODER].items():
        rows = {f"{group}, {own['gold']:,} attributions": own["full_f1"] for group, own in groups.items()}
        scores[f"By {factor}: PolNeAR dev, source and content right (IoU .5), F1"] = rows
    yield "encoder.json", scores
    rounded = read("encoder_export")["results"]["spans by themselves"]
    rows = {
        f"{role}, in {bits}": rounded[bits][f"{role}_exact_f1"] for bits in ("float32", "int8") for role in ("source", "cue", "content")
    }
    yield "encoder_export.json", {"Rounding, beside the default engine of then: PolNeAR dev, exact spans by themselves, F1": rows}


def _extraction(part: Mapping[str, Any], system: str = "trained") -> dict[str, Any]:
    """Both tables of an extractor have the same rows; relays and parents where there are any."""
    flat = part["attribution"][system]
    rows = {told: flat[name] for name, told in {**SHOWN, **NESTED}.items() if name in flat}
    rows |= {told: part["end to end"][system][name] for name, told in END.items()}
    for kind, told in SPANS.items():
        rows |= {f"{role}, {told}, F1": part[kind][system][f"{role}_exact_f1"] for role in ("source", "cue", "content")}
    return rows


def sources() -> Iterator[tuple[str, Scores]]:
    """Of the typer of sources."""
    report = read("levels")
    yield (
        "levels.json",
        levels.card_scores(report)
        | {
            f"By {factor}: {corpus} dev, spans given, F1": {
                f"{name}, {own['gold']:,} attributions": own["f1"] for name, own in entry[f"by {factor}"].items() if own["gold"]
            }
            for corpus, entry in report["corpora"].items()
            for factor in ("kind", "level")
        },
    )


def hedging() -> Iterator[tuple[str, Scores]]:
    """Of the hedge tagger."""
    yield "hedging_trained.json", hedging_trained.card_scores(read("hedging_trained"))
    shipped = read("hedging_shipped")
    rows = {
        f"{part}, {kind}": [own["f1"], *own["f1_interval"]]
        for part in hedging_trained.PARTS
        for kind, own in shipped[part]["as shipped"]["by type"].items()
    }
    yield "hedging_shipped.json", {"By type of the cue: Szeged, words of cues, as shipped, F1": rows}


def loaded(part: str, model: str) -> Iterator[tuple[str, Scores]]:
    """Of a model of loaded language."""
    result = read("loaded_language_babe")
    outlets = result[part][loaded_language_babe.OUTLET]["outlets"]
    rows = {f"{name}, {own['sentences']:,} sentences": loaded_language_babe.triple(own["macro_f1"]) for name, own in outlets.items()}
    heading = "By outlet that was not learned from: macro-F1 of sentences"
    yield "loaded_language_babe.json", loaded_language_babe.card_scores(result, part, model) | {heading: rows}


def hyper() -> Iterator[tuple[str, Scores]]:
    """Of the hyperpartisan model."""
    result = read("hyperpartisan")
    rows = {group: own["accuracy"] for group, own in result["parts"]["family"].items()}
    heading = "By group of features: accuracy, families of publishers apart"
    yield "hyperpartisan.json", hyperpartisan.card_scores(result) | {heading: rows}


def made() -> dict[str, list[tuple[str, Scores]]]:
    """Model -> (results file, heading -> name -> value), of every shipped model."""
    policy, generic = (frames.card_scores(read("frames"), task) for task in ("policy", "generic"))
    return {
        "attribution": list(attribution()),
        ENCODER: list(encoder()),
        "generic_frames": [("frames.json", generic)],
        "hedging": list(hedging()),
        "hyperpartisan": list(hyper()),
        "loaded_language": list(loaded("SG2", "loaded_language")),
        "loaded_language_mbic": list(loaded("MBIC", "loaded_language_mbic")),
        "policy_frames": [("frames.json", policy)],
        "rating": [("rating.json", rating.card_scores(read("rating")))],
        "sources": list(sources()),
    }


def folder(name: str) -> Path:
    """Where a model is."""
    return ENCODER_HOME if name == ENCODER else MODELS / name


def read(name: str) -> dict[str, Any]:
    """Results."""
    found: dict[str, Any] = result(name)
    return found


def stale() -> list[str]:
    """Models whose card says something else than the results, or whose page is not that of the card."""
    out = []
    for name, parts in made().items():
        home = folder(name)
        card = json.loads((home / "model.json").read_bytes())["card"]
        scores = {heading: rows for _, part in parts for heading, rows in part.items()}
        files = {heading: file for file, part in parts for heading in part}
        if (card["scores"], card.get("results")) != (scores, files) or (home / cards.PAGE).read_text(encoding="utf-8") != cards.page(card):
            out.append(name)
    return out


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a card differs from the results")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(f"differs: {name}" for name in found) or "all as the results say")
        return int(bool(found))
    for name, parts in made().items():
        for file, scores in parts:
            cards.add_scores(folder(name), scores, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
