"""How well the encoder engine finds attributions, beside the default engine, on the same texts in the same run.

    python -m experiments.encoder [--model FOLDER]

The parts are those of :mod:`experiments.attribution` (PolNeAR dev, read whole; Wikinews dev, as shipped; CofeNet's tokens of PolNeAR dev)
and of :mod:`experiments.attribution_breakdown` (by speech, publisher and class of the cue); each has the scores of both engines, and the
encoder less the default with an interval (paired bootstrap) and p (approximate randomisation, 2,000 exchanges). Published figures are of
CofeNet's *test* part (Wang et al. 2022).

Needs the extra ``encoder``. The PolNeAR dev texts calibrated the confidence of both, and chose how both are learned.
"""

from __future__ import annotations

import argparse
from copy import copy
from pathlib import Path
from typing import Any

from experiments import extraction, results_file
from experiments.attribution import measure, on_documents, on_tokens, print_all, wikinews
from experiments.attribution_breakdown import KINDS, breakdown
from experiments.data import load
from experiments.encoder_export import Kept
from experiments.extraction import System, flat, show
from framing.attribution import MODELS, AttributionExtractor
from framing.benchmark.tasks.attribution_tokens import PUBLISHED
from framing.encoder import session
from framing.encoder.extractor import EncoderExtractor

ENCODER, DEFAULT = "encoder", "default"


def engines(folder: Path, whole: bool) -> tuple[dict[str, System], dict[str, dict[str, str]]]:
    """Both engines as systems, on the whole text or as shipped, and what their signatures say beside."""
    encoder = copy(EncoderExtractor.load(folder))
    encoder.tagger_ = Kept(encoder.tagger_)  # type: ignore[assignment]  # it scores as the other does
    systems = {ENCODER: extraction.trained(encoder, whole), DEFAULT: extraction.trained(AttributionExtractor.load(), whole)}
    folders = {ENCODER: folder, DEFAULT: MODELS / "attribution"}
    text = "whole" if whole else "body"
    return systems, {name: {"model": extraction.digest(home), "text": text} for name, home in folders.items()}


def main() -> None:
    """Print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", type=Path, help="folder of the encoder; else the installed one")
    options = parser.parse_args()
    documents = list(load("polnear", "dev"))
    folder = options.model or session.folder()
    systems, signed = engines(folder, whole=True)
    results: dict[str, Any] = {
        "polnear_dev": on_documents(documents, True, systems, signed),
        "wikinews_dev": wikinews(*engines(folder, whole=False)),
        "cofenet_valid": measure({name: on_tokens(system) for name, system in systems.items()}, signed),
    }
    print_all(results)
    groups: dict[str, Any] = {}
    for name, system in systems.items():
        groups[name] = breakdown(documents, [flat(system(d.text).attributions) for d in documents], system=name, **signed[name])
        for grouping, found in groups[name].items():
            for group, scores in found.items():
                show(f"{name}: {grouping}: {group}, {scores['gold']} gold", {kind: scores[kind] for kind in KINDS})
    out = {"results": results, "polnear_dev by group": groups, "models": {name: fields["model"] for name, fields in signed.items()}}
    results_file.write("encoder", {**out, "published, cofenet test, exact F1 of source, cue, content": PUBLISHED})


if __name__ == "__main__":
    main()
