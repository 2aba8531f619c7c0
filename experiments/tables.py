"""The tables of ``experiments/README.md``, made from ``experiments/results/*.json``.

    python -m experiments.tables [--check]

With ``--check`` nothing is written, and the exit code is 1 if the file does not say what the results say. Published figures stand in a
column of their own: most were measured on test parts, which are kept for the final evaluation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from experiments import (
    attribution_tables,
    benchmark_tables,
    encoder_tables,
    feature_tables,
    frame_tables,
    hedge_tables,
    hyperpartisan_tables,
    loaded_tables,
    narrative_tables,
    source_tables,
    transparency_page,
)
from experiments.markdown import Rows, cell, result, table
from experiments.results_file import page

HERE = Path(__file__).parent
README = HERE / "README.md"
BEGIN, END = "<!-- tables: made by python -m experiments.tables -->", "<!-- end of tables -->"


def sentences() -> str:
    """Sentence ends beside other splitters."""
    data = result("reading")["sentence ends"]
    systems = list(next(iter(data.values()))["systems"])
    rows: Rows = [
        (
            corpus,
            *(cell({"value": part["systems"][s]["inner"]["f1"], "interval": part["systems"][s]["inner"]["interval"]}) for s in systems),
        )
        for corpus, part in data.items()
    ]
    return table(("corpus", *systems), rows)


SECTIONS = {
    "Attribution, exact F1 on CofeNet's tokens of PolNeAR": (attribution_tables.cofenet, "attribution"),
    "Attribution: spans, whole attributions, nesting": (attribution_tables.whole, "attribution"),
    "Attribution: what training gives": (attribution_tables.gains, "attribution"),
    "Attribution, by speech": (attribution_tables.speech, "attribution"),
    "Attribution, by content and speaker, as the peers are measured": (attribution_tables.end_to_end, "attribution"),
    "Attribution, PolNeAR dev by group, F1": (attribution_tables.breakdown, "attribution_breakdown"),
    "Attribution: what the confidence is worth": (attribution_tables.calibration, "attribution_calibration"),
    "Attribution: thresholds on PolNeAR dev": (attribution_tables.thresholds, "attribution_calibration"),
    "Attribution: one publisher left out": (attribution_tables.publishers, "attribution_publishers --publishers"),
    "Attribution: errors on PolNeAR dev": (attribution_tables.errors, "attribution_errors"),
    "Attribution: speed": (attribution_tables.speed, "speed --only extraction"),
    "Sources: kinds, levels, entities, on gold spans": (source_tables.levels, "levels"),
    "Sources: every kind and level": (source_tables.classes, "levels"),
    "Sources, from raw text": (source_tables.end_to_end, "levels_end_to_end"),
    "Sources: withheld identities, cross-validated by article": (source_tables.withheld, "withheld"),
    "Sources: what the confidences are worth, on gold spans": (source_tables.calibration, "levels_calibration"),
    "Transparency index and ratings": (source_tables.index, "transparency"),
    "Transparency index of found and of gold attributions": (source_tables.fidelity, "fidelity"),
    "Transparency rating, cross-validated by outlet": (source_tables.rating, "rating"),
    "Transparency by publisher": (transparency_page.publishers, "transparency_validity"),
    "What separates reputable from partisan outlets": (transparency_page.separation, "transparency_validity"),
    "Real, fake and satire": (transparency_page.known_groups, "known_groups"),
    "Real or fake, learned on one set and tested on another": (transparency_page.transfer, "known_groups"),
    "Hedges: the trained tagger, cross-validated by document, F1": (hedge_tables.trained, "hedging_trained"),
    "Hedges: the lists of others, our rules, our words, F1": (hedge_tables.beside, "hedging_peers --peers FOLDER"),
    "Hedges: calibration of sentences, and other limits for cues": (hedge_tables.calibration, "hedging_shipped"),
    "Hedges, by type": (hedge_tables.types, "hedging_trained"),
    "Hedges: learned in some domains, tested in another, F1": (hedge_tables.matrix, "hedging_trained"),
    "Hedges: uncertain sentences by rules and floors, F1": (hedge_tables.rules, "hedging"),
    "Hedges: speed": (hedge_tables.speed, "hedging_trained --only speed"),
    "Policy frames, by outlet": (frame_tables.policy, "frames"),
    "Generic frames, by outlet": (frame_tables.generic, "frames"),
    "Frames, one by one": (frame_tables.frames, "frames"),
    "Policy frames: the primary frame within topics": (frame_tables.topics, "frames"),
    "Frames: what the probabilities are worth": (frame_tables.calibration, "frames"),
    "Narrative frames, the official five folds": (narrative_tables.narrative, "frames_narrative"),
    "Narrative frames, by frame": (narrative_tables.narrative_frames, "frames_narrative"),
    "Narrative frames: what each block of features gives": (narrative_tables.narrative_blocks, "frames_narrative"),
    "Loaded language: sentences": (loaded_tables.sentences, "loaded_language_babe"),
    "Loaded language: outlets that were not learned from": (loaded_tables.outlets, "loaded_language_babe"),
    "Loaded language: marked words": (loaded_tables.words, "loaded_language_babe"),
    "Loaded language: what the probabilities are worth": (loaded_tables.calibration, "loaded_language_babe"),
    "Loaded language: plain sentences of ours": (loaded_tables.plain, "loaded_language_babe"),
    "Hyperpartisan articles": (hyperpartisan_tables.scores, "hyperpartisan"),
    "Hyperpartisan articles: beside the floors, paired": (hyperpartisan_tables.gains, "hyperpartisan"),
    "Hyperpartisan articles: what each part of the features gives": (hyperpartisan_tables.parts, "hyperpartisan"),
    "Hyperpartisan articles: what the probabilities are worth": (hyperpartisan_tables.calibration, "hyperpartisan"),
    "Features of articles: added to TF-IDF for hyperpartisan articles": (feature_tables.scores, "sourcing_features"),
    "Features of articles: single columns": (feature_tables.alone, "sourcing_features"),
    "Left, center, right: labels of outlets (experiment only)": (narrative_tables.leaning, "left_center_right"),
    "Sentence ends, F1": (sentences, "reading"),
    "Benchmark: learning curves": (benchmark_tables.curves, "learners_run"),
    "Benchmark: what each group of features gives": (benchmark_tables.ablations, "learners_run"),
    "Benchmark: other publishers, topics, kinds of text, corpora": (benchmark_tables.domains, "cross_domain"),
    "Benchmark: what all probabilities are worth": (benchmark_tables.calibration, "calibration"),
    "Benchmark: speed and accuracy": (benchmark_tables.speed, "speed_accuracy"),
    "Heads for other tasks on the encoder's states, cross-validated": (encoder_tables.heads, "encoder_heads"),
}


def text() -> str:
    """All tables."""
    parts = [f"### {title}\n\n`python -m experiments.{command}`\n\n{make()}" for title, (make, command) in SECTIONS.items()]
    return "\n\n".join(parts)


def main() -> int:
    """Write the tables, or check them."""
    old = README.read_text(encoding="utf-8")
    head, rest = old.split(BEGIN)
    new = f"{head}{BEGIN}\n\n{text()}\n\n{END}{rest.split(END)[1]}"
    if "--check" in sys.argv:
        return int(new != old)
    page(README).write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
