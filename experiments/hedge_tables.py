"""The tables on hedges of ``experiments/README.md``; see :mod:`experiments.tables`."""

from __future__ import annotations

from typing import Any

from experiments.markdown import Rows, cell, result, table
from framing.metrics.signature import short

UNITS = ("sentence", "cue", "token", "micro")
# What we set out to reach, and in brackets the floors that were known then, some on more documents than are at hand.
GOALS = {
    "CoNLL-2010 Wikipedia, sentence": ".64, stretch .67 (.596)",
    "CoNLL-2010 biology, abstracts, sentence": ".88 (.84)",
    "CoNLL-2010 biology, abstracts to papers, sentence": ".81 (.70)",
    "Szeged news, sentence": ".72 (.60; from wiki .65)",
    "Szeged news, token": ".70 (.62)",
    "Szeged news, micro": ".68",
    "Szeged wiki, sentence": ".84 (.775)",
}


def _f1(score: dict[str, Any]) -> str:
    return cell({"value": score["f1"], "interval": score["f1_interval"]})


def _blank(part: dict[str, Any], name: str) -> str:
    return _f1(part[name]) if name in part else ""


def _floors() -> dict[str, tuple[str, str]]:
    """F1 of the two floors that learn, n-grams and words, by what is measured."""
    data = result("hedging")["floors"]
    papers, of_tokens = data["across"]["szeged abstracts to szeged papers"], data["tokens"]
    bags = {
        "CoNLL-2010 Wikipedia": data["corpora"]["conll wiki train"],
        "CoNLL-2010 biology, abstracts": data["corpora"]["conll bio train"],
        "CoNLL-2010 biology, abstracts to papers": papers,
    }
    words = {
        "CoNLL-2010 biology, abstracts": of_tokens["conll bio train"]["words of cues"],
        "CoNLL-2010 biology, abstracts to papers": papers["words of cues"],
    }
    for domain in ("bio", "news", "wiki"):
        bags[f"Szeged {domain}"] = data["corpora"][f"szeged {domain}"]
        words[f"Szeged {domain}"] = of_tokens[f"szeged {domain}"]["words of cues"]
    return {
        f"{what}, {unit}": (_f1(bag["tf-idf, frequent"]) if unit == "sentence" else "", _blank(words.get(what, {}), unit))
        for what, bag in bags.items()
        for unit in UNITS
    }


def _official() -> dict[str, dict[str, Any]]:
    """The trained tagger on what is not Szeged's own domains, by what is measured."""
    data = result("hedging_trained")
    return {
        "CoNLL-2010 Wikipedia": {"sentence": data["sentences"]["all"]},
        "CoNLL-2010 biology, abstracts": {"sentence": data["biology"]["abstracts"]},
        "CoNLL-2010 biology, abstracts to papers": data["biology"]["papers"],
    }


def _shipped(data: dict[str, Any], domain: str, unit: str) -> float:
    """F1 as shipped: of sentences with a probability of at least .5, of cues with the limits of the tagger."""
    part = data[domain]["calibration"]["szeged"]["probability .5"] if unit == "sentence" else data[domain]["as shipped"][unit]
    return float(part["f1"])


def trained() -> str:
    """The trained tagger beside the goals and the floors."""
    data, shipped, floors = result("hedging_trained")["szeged"], result("hedging_shipped"), _floors()
    rows: Rows = [
        (f"{what}, {unit}", "", _f1(part[unit]), "")
        for what, part in _official().items()
        for unit in UNITS
        if unit in part and (unit == "sentence" or f"{what}, {unit}" in floors)
    ]
    for domain, part in data.items():
        as_shipped = {**shipped[domain]["as shipped"], "sentence": shipped[domain]["calibration"]["szeged"]["probability .5"]}
        rows += [(f"Szeged {domain}, {unit}", _f1(as_shipped[unit]), _f1(part[unit]), _f1(part["blind"][unit])) for unit in UNITS]
    full = [(*row, *floors.get(row[0], ("", "")), GOALS.get(row[0], "")) for row in rows]
    header = ("what", "as shipped", "limits tuned by fold", "blind", "floor: TF-IDF", "floor: words of cues", "goal (floor known then)")
    note = (
        "*As shipped*, by `python -m experiments.hedging_shipped`: cues with the limits that `find_hedges` has, sentences of a probability "
        "of .5 or more. *Blind*: the rules are neither "
        "read nor used. They were made with Wikipedia and biology in view, where they do too well. "
        "*Floors*: TF-IDF of n-grams; each word that was a cue in training, by its window and endings. They learn from the domain alone, "
        "the tagger from the other domains, too."
    )
    return f"{table(header, full)}\n\n{note}"


def beside() -> str:
    """F1 of the trained tagger beside lists and rules."""
    data, floors, best, shipped = result("hedging_peers"), _floors(), result("hedging_trained")["szeged"], result("hedging_shipped")
    names = {
        "conll wiki train": "CoNLL-2010 Wikipedia",
        "conll bio train": "CoNLL-2010 biology, abstracts",
        "szeged papers": "CoNLL-2010 biology, abstracts to papers",
        **{f"szeged {domain}": f"Szeged {domain}" for domain in best},
    }
    tagger = {**_official(), **{f"Szeged {domain}": part for domain, part in best.items()}}
    systems = ("own rules", "own words", "words/hedges", "ConvoKit")
    rows: Rows = []
    for corpus, what in names.items():
        by_system = data["corpora"][corpus]["systems"]
        for unit in ("sentence", "token"):
            if unit in by_system["own rules"]:
                domain = what.removeprefix("Szeged ")
                tuned, fixed = tagger[what][unit]["f1"], _shipped(shipped, domain, unit) if domain in best else None
                lists = (by_system[system][unit]["f1"] for system in systems)
                learned = (floor.partition(" ")[0] for floor in floors[f"{what}, {unit}"])
                rows.append((f"{what}, {unit}", short(tuned), "" if fixed is None else short(fixed), *map(short, lists), *learned))
    sizes = {name: f"{name} {part['version']}, {part['entries']} entries" for name, part in data["lists"].items()}
    note = (
        f"{sizes['words/hedges']}; {sizes['ConvoKit']}, of which its code can match {data['lists']['ConvoKit']['of one word']}. "
        "*Own words*: our lexicon as a bare list. Lists and rules learn nothing; rules and words were made in view of all but news."
    )
    header = ("what", "trained, tuned", "as shipped", *systems, "TF-IDF", "words of cues")
    return f"{table(header, rows)}\n\n{note}"


def types() -> str:
    """F1 of cues by type and domain."""
    data, shipped = result("hedging_trained")["szeged"], result("hedging_shipped")
    kinds = next(iter(data.values()))["by type"]
    rows: Rows = [
        (kind, *(_f1(cells["by type"][kind]) for domain, part in data.items() for cells in (shipped[domain]["as shipped"], part)))
        for kind in kinds
    ]
    header = ("type", *(f"Szeged {domain}, {limits}" for domain in data for limits in ("as shipped", "tuned")))
    return f"{table(header, rows)}\n\nThe other five types have no gold at hand: they were never measured."


def matrix() -> str:
    """What is learned in one domain and tested in another."""
    rows: Rows = [(way, *(_f1(part[unit]) for unit in UNITS)) for way, part in result("hedging_trained")["matrix"].items()]
    floor = result("hedging")["floors"]["across"]["szeged wiki to szeged news"]
    rows.append(("wiki to news, floor: TF-IDF", _f1(floor["tf-idf, frequent"]), "", "", ""))
    rows.append(("wiki to news, floor: words of cues", *(_blank(floor["words of cues"], unit) for unit in UNITS)))
    return table(("learned in, tested in", *UNITS), rows)


def speed() -> str:
    """Tokens per second of the processor."""
    data: dict[str, float] = result("hedging_trained.volatile")
    names = {
        "hedging": "framing: cues, scopes, owners, uncertain sentences",
        "conll-wiki": "framing: uncertain sentences, profile conll-wiki",
        "rules": "framing: cues by rules",
        "regex": "regex tokeniser",
    }
    rows: Rows = []
    for key, name in names.items():
        rates = (data[f"{key}, {which}"] for which in ("best", "median"))
        times = data["regex, median"] / data[f"{key}, median"]
        rows.append((name, *(f"{round(rate, -3):,.0f}" for rate in rates), f"{times:.1f}"))
    note = "Tokens and quotations are found beforehand. Goal: 200,000."
    return f"{table(('what', 'tokens a second, best', 'median', 'times the regex'), rows)}\n\n{note}"


def rules() -> str:
    """Uncertain sentences by rules, beside floors and published figures."""
    data = result("hedging")
    profiles = {"conll wiki train": "conll-wiki", "conll bio train": "bio"}
    sets = {"conll wiki train": "conll wiki eval", "conll bio train": "conll bio eval"}
    rows: Rows = []
    for corpus, floor in data["floors"]["corpora"].items():
        rules = data["corpora"][corpus][profiles.get(corpus, "szeged")]
        shown, learned = (cell({"value": r["f1"], "interval": r["f1_interval"]}) for r in (rules["any"], floor["tf-idf, frequent"]))
        there = [row for row in data["published"] if row["set"] == sets.get(corpus)]
        others = "; ".join(f"{row['system'].split(',')[0]} {short(row['f1'])}" for row in there)
        rows.append((corpus, shown, short(rules["plain"]["f1"]), learned, short(floor["all uncertain"]["f1"]), others))
    header = ("corpus", "rules", "same words, no context", "TF-IDF, cross-validated", "all uncertain", "published, evaluation part")
    return f"{table(header, rows)}\n\nThe rules' figures are in-sample on all but news: on CoNLL wiki they are no better than TF-IDF."


def calibration() -> str:
    """Calibration of the sentences' probabilities, and other limits than the shipped ones."""
    shipped, wiki = result("hedging_shipped"), result("hedging_trained")["sentences"]["calibration"]
    domains = [name for name in shipped if name != "signature"]

    def spread(numbers: list[float]) -> str:
        return cell({"value": numbers[0], "interval": numbers[1:]})

    columns = [(when, key) for when in ("before", "after") for key in ("ece_width", "brier")]
    rows: Rows = [
        (f"Szeged {domain}, profile {profile}", *(spread(part[when][key]) for when, key in columns))
        for domain in domains
        for profile, part in shipped[domain]["calibration"].items()
    ]
    rows.append(("CoNLL-2010 Wikipedia, profile conll-wiki", "", "", spread(wiki["ece_width"]), spread(wiki["brier"])))
    header = ("sentences", "error, noisy-or alone", "Brier, noisy-or alone", "error, calibrated", "Brier, calibrated")
    ways = [way for way in shipped[domains[0]] if way not in ("calibration", "as shipped")]
    limits: Rows = [
        (f"Szeged {domain}, {unit}", *(_f1(shipped[domain][way][unit]) for way in ("as shipped", *ways)))
        for domain in domains
        for unit in UNITS
    ]
    return (
        f"{table(header, rows)}\n\nExpected calibration error in ten bins; documents that the calibrators have not seen. Other limits for "
        f"cues (F1; a sentence is uncertain here if it holds a cue):\n\n{table(('what', 'as shipped', *ways), limits)}"
    )
