"""Every probability that the library gives, and how far it is from what happens: one table of calibration errors.

    python -m experiments.calibration   # results/calibration.json; a second

Collected from the results of the experiments that measured them, whose paths are given: the expected calibration error (ten bins of equal
width or, where that was not measured, of equally many items) and the Brier score, with the intervals that stand there. All are out of
sample: cross-fitted, held out by folds, or on a part that was not calibrated on. Needs no corpora.
"""

from __future__ import annotations

import argparse
from typing import Any

from experiments import results_file

ROWS = (  # probability, texts, path
    ("an attribution is right", "PolNeAR dev, cross-fitted", "attribution_calibration/calibration/cross-fitted"),
    ("an attribution is right", "Wikinews dev", "attribution_calibration/calibration/wikinews"),
    *(
        (f"{field} of a source is right", corpus, f"levels_calibration/{corpus}/{field}/calibrated")
        for field in ("kind", "level", "withheld")
        for corpus in ("PolNeAR dev", "Wikinews dev")
    ),
    ("a sentence is uncertain", "Szeged, Wikipedia, held out", "hedging_shipped/wiki/calibration/szeged/after"),
    ("a sentence is uncertain", "Szeged, news, held out", "hedging_shipped/news/calibration/news/after"),
    ("a sentence is uncertain", "Szeged, biology, held out", "hedging_shipped/bio/calibration/bio/after"),
    ("a sentence is uncertain, as CoNLL counts", "CoNLL, Wikipedia, held out", "hedging_trained/sentences/calibration"),
    ("a policy frame is there", "policy_frames, other outlets", "frames/outlets/policy/calibration"),
    ("a policy frame is there", "policy_frames, other topics", "frames/topics/policy/calibration"),
    ("a generic frame is there", "policy_frames, other outlets", "frames/outlets/generic/calibration"),
    ("the primary frame is right", "policy_frames, other outlets", "frames/outlets/primary/calibration"),
    ("a sentence is loaded", "BABE SG2, held out", "loaded_language_babe/SG2/seed 42/calibration"),
    ("a sentence is loaded", "BABE SG2, other outlets", "loaded_language_babe/SG2/by outlet/calibration"),
    ("an article is hyperpartisan", "by-article set, other publishers", "hyperpartisan/calibration/family/ours"),
    ("the rating is above 3", "article_ratings, other outlets", "rating/calibration"),
)


def number(score: Any) -> dict[str, Any] | None:
    """Value and interval, however they are written, with what else the result says of a score: n and signature."""
    if score is None:
        return None
    if isinstance(score, list):
        return {"value": score[0], "interval": score[1:]}
    return {key: score[key] for key in ("value", "interval", "n", "signature") if key in score}


def table() -> list[dict[str, Any]]:
    """All rows."""
    out = []
    for probability, texts, path in ROWS:
        name, *keys = path.split("/")
        found = results_file.read(name)
        for key in keys:
            found = found[key]
        bins = "width" if "ece_width" in found else "mass"
        row = {"probability": probability, "texts": texts, "from": path, "bins": bins}
        out.append({**row, "ece": number(found[f"ece_{bins}"]), "brier": number(found["brier"])})
    return out


def main() -> None:
    """Print, and write."""
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    rows = table()
    for row in rows:
        print(f"{row['probability']:42} {row['texts']:34} {row['ece']['value']:.3f} {row['ece']['interval']}")
    results_file.write("calibration", {"rows": rows})


if __name__ == "__main__":
    main()
