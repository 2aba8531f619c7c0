"""The tables on attributions of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, difference, result, table, words
from framing.metrics.signature import short

PUBLISHED = "published, cofenet test, exact F1 of source, cue, content"
ROLES = ("source", "cue", "content")
SYSTEMS = ("trained", "rules")
LESS = "trained less rules"
PARTS = ("spans of labels", "spans by themselves", "spans of attributions", "attribution", "nested")

# Measured on the same articles with CoreNLP parses in November 2026: GenderGapTracker, textacy 0.13 by paragraph, CoreNLP.
BEST_PEER = {
    "tokens_all_f1": (0.673, "GenderGapTracker"),
    "tokens_direct_f1": (0.967, "CoreNLP"),
    "span_direct_f1": (0.712, "GenderGapTracker"),
    "span_indirect_f1": (0.346, "GenderGapTracker"),
    "span_all_f1": (0.484, "GenderGapTracker"),
    "end_to_end_direct_f1": (0.567, "textacy"),
    "end_to_end_all_f1": (0.406, "GenderGapTracker"),
}


def cofenet() -> str:
    """Exact F1 on CofeNet's tokens beside the published rows."""
    data = result("attribution")
    rows: Rows = []
    for system in SYSTEMS:
        for texts, ours in data["results"]["cofenet_valid"].items():
            if system in ours:
                scores = (cell(ours[system][f"{role}_exact_f1"]) for role in ROLES)
                rows.append((f"framing, {system}, by {texts}", *scores, "", "", ""))
    for system, values in sorted(data[PUBLISHED].items(), key=lambda item: item[1][0]):
        rows.append((system, "", "", "", *("" if v is None else short(v) for v in values)))
    header = ("system", "source, valid", "cue, valid", "content, valid", "source, test", "cue, test", "content, test")
    return table(header, rows)


def whole() -> str:
    """Both systems and the ceilings, PolNeAR and Wikinews."""
    data = result("attribution")
    ceilings = {name.split(",")[0]: parts for name, parts in data["ceiling"].items()}
    above = {"polnear_dev": ceilings["polnear train"], "wikinews_dev": ceilings["wikinews dev"]}
    study = data["ceiling, study"]
    rows: Rows = []
    for part in PARTS:
        for measure in data["results"]["wikinews_dev"].get(part, {}).get("trained", ()):
            line = [f"{part}: {words(measure)}"]
            for corpus in ("polnear_dev", "wikinews_dev"):
                found = data["results"][corpus].get(part, {})
                line += [cell(found.get(system, {}).get(measure)) for system in SYSTEMS]
                line.append(cell(above[corpus].get(part, {}).get(measure)))
                if corpus == "polnear_dev":
                    line.append(short(study[measure]) if measure in study and part != "spans of attributions" else "")
            rows.append(tuple(line))
    for measure, score in data["results"]["polnear_dev"]["body only"]["trained"].items():
        rows.append((f"body only, as shipped: {words(measure)}", cell(score), *[""] * 6))
    humans = ("second annotator, 16 train articles", "two annotators, study")
    header = ("measure", *(f"PolNeAR dev, {s}" for s in SYSTEMS), *humans, *(f"Wikinews dev, {s}" for s in SYSTEMS))
    return table((*header, "second pass, 12 dev articles"), rows)


def gains() -> str:
    """The trained extractor less the rules."""
    data = result("attribution")["results"]
    rows: Rows = []
    for part, systems in data["wikinews_dev"].items():
        for measure, other in systems.get(LESS, {}).items():
            ours = data["polnear_dev"].get(part, {}).get(LESS, {}).get(measure)
            rows.append((f"{part}: {words(measure)}", difference(ours), difference(other)))
    return table(("trained less rules", "PolNeAR dev", "Wikinews dev"), rows)


def speech() -> str:
    """Precision, recall and F1 of whole attributions by speech."""
    data = result("attribution")
    human = next(parts for name, parts in data["ceiling"].items() if name.startswith("polnear train"))
    rows: Rows = []
    for kind in ("direct", "indirect", "mixed"):
        for score in ("precision", "recall", "f1"):
            name = f"{kind}_full_{score}"
            ours = [cell(data["results"][corpus]["speech"][s][name]) for corpus in ("polnear_dev", "wikinews_dev") for s in SYSTEMS]
            rows.append((words(name), *ours[:2], cell(human["speech"][name]), *ours[2:]))
    header = ["PolNeAR dev, trained", "PolNeAR dev, rules", "second annotator", "Wikinews dev, trained", "Wikinews dev, rules"]
    return table(("whole attributions", *header), rows)


def end_to_end() -> str:
    """The peers' measure, beside a one-line pattern and the best peer."""
    data = result("attribution")["results"]
    rows: Rows = []
    for measure, (peer, name) in BEST_PEER.items():
        line = [words(measure), *(cell(data["polnear_dev"]["end to end"][s].get(measure)) for s in (*SYSTEMS, "floor"))]
        line += [f"{short(peer)} ({name})", *(cell(data["wikinews_dev"]["end to end"][s].get(measure)) for s in SYSTEMS)]
        rows.append(tuple(line))
    ours = ("PolNeAR dev, trained", "PolNeAR dev, rules", "one-line regex", "best peer there")
    return table(("measure", *ours, "Wikinews dev, trained", "Wikinews dev, rules"), rows)


def breakdown() -> str:
    """By speech, class of the cue and publisher."""
    data = result("attribution_breakdown")
    rows: Rows = []
    for grouping, groups in data["trained"].items():
        for group, ours in groups.items():
            others = data["rules"][grouping][group]
            scores = (cell(row[kind]) for kind in ("cue_f1", "full_f1") for row in (ours, others))
            rows.append((f"{grouping}: {group}", str(ours["gold"]), str(ours["predicted"]), *scores))
    return table(("group", "gold", "found", "cue, trained", "cue, rules", "full, trained", "full, rules"), rows)


def calibration() -> str:
    """Calibration errors, and the reliability table of the cross-fitted confidence."""
    data = result("attribution_calibration")["calibration"]
    rows: Rows = [(name, *(cell(scores[m]) for m in ("ece_width", "ece_mass", "brier"))) for name, scores in data.items()]
    first = table(("confidence", "calibration error, equal width", "equal mass", "Brier score"), rows)
    bins: Rows = [
        (f"{short(b['low'])} to {short(b['high'])}", str(b["n"]), short(b["probability"]), short(b["outcome"]))
        for b in data["cross-fitted"]["reliability"]
    ]
    second = table(("confidence, cross-fitted", "attributions", "mean confidence", "share that is right"), bins)
    return f"{first}\n\n{second}\n\n![Reliability plot](results/attribution_reliability.svg)"


def thresholds() -> str:
    """What a threshold gives."""
    data = result("attribution_calibration")
    kinds = [f"{what}_{score}" for what in ("cue", "full") for score in ("precision", "recall", "f1")]
    rows: Rows = [
        (threshold, str(scores["predicted"]), *(cell(scores[kind]) for kind in kinds)) for threshold, scores in data["thresholds"].items()
    ]
    return f"{table(('threshold', 'found', *map(words, kinds)), rows)}\n\nShipped: {data['threshold, shipped']:.2f}."


def publishers() -> str:
    """Leave one publisher out."""
    data = result("attribution_publishers")
    kinds = ("source_exact_f1", "cue_exact_f1", "content_exact_f1", "cue_f1", "full_f1", "exact_f1")
    rows: Rows = []
    for split in ("left out", "control", "left out, dev", "time split"):
        rows += [(f"{split}: {name}", str(s["full_f1"]["n"]), *(cell(s[kind]) for kind in kinds)) for name, s in data[split].items()]
    return table(("split: publisher", "articles", *map(words, kinds)), rows)


def errors() -> str:
    """Classes of all errors, and how a sample reads."""
    from experiments.attribution_errors import READINGS

    data = result("attribution_errors")
    rows: Rows = []
    for name, found in data["classes"].items():
        read = ", ".join(f"{reading} {n}" for reading, n in sorted(data["sample"][name].items(), key=lambda item: (-item[1], item[0])))
        rows.append((name, str(found["n"]), cell(found["share"]), read))
    order = sorted(data["readings"].items(), key=lambda item: (-item[1], item[0]))
    readings: Rows = [(name, READINGS.get(name, ""), str(n)) for name, n in order]
    first = table(("class", "errors", "share", "in the sample"), rows)
    return f"{first}\n\n{table(('reading', 'meaning', 'of the sample'), readings)}"


def speed() -> str:
    """Tokens per second from raw strings."""
    data: dict[str, Any] = result("speed.volatile")["extraction"]
    names = [("trained", "framing, trained"), ("rules", "framing, rules"), ("regex", "regex tokeniser"), ("spacy_blank", "spaCy, blank")]
    rows: Rows = []
    for key, name in names:
        if f"{key}_to_regex" in data:
            by = (data[f"{key}_tokens_per_second"], data[f"{key}_tokens_per_cpu_second"])
            rows.append((name, *(f"{round(x, -3):,.0f}" for x in by), f"{data[f'{key}_to_regex']:.1f}"))
    size = f"Model: {data['model_bytes'] / 1e6:.2f} MB, loaded in {data['load_seconds']:.2f} s."
    return f"{table(('what', 'tokens a second', 'tokens a second of the processor', 'times the regex'), rows)}\n\n{size}"
