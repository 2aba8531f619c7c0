"""How well kind, level, withholding, reason, position, relay and entity are found when the spans are given.

Gold spans of PolNeAR with the labels of ``source_levels`` and of ``wikinews_attributions``; every number has a bootstrap interval over
articles (500 draws, fixed seed). Beside it: the majority class (of train) and the second annotation pass on the same attributions. Rules
and lexicons were tuned on train and enriched only.

Reasons are compared where gold and rules both withhold; ``withheld`` gives how many attributions that is, and how many of the gold ones
have which reason. Dev has no other than "none", so its accuracy of reasons says little; the same counts on train stand beside it.

Run ``python -m experiments.levels [--split dev|train]``; writes ``experiments/results/levels.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data import data_home
from framing.quotes import find_quotes
from framing.records import Attribution, Span
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize

DATA = data_home()
SEED, DRAWS = 20261126, 500
FIELDS = ("kind", "level", "withheld", "reason", "position", "via", "entity")


@dataclass(frozen=True)
class Row:
    """Labels of one attribution, gold or predicted."""

    kind: str
    level: str
    withheld: bool
    reason: str
    position: bool
    via: bool
    entity: str


def _spans(text: str, cell: str) -> tuple[Span, ...]:
    if cell == "-":
        return ()
    return tuple(Span.of(text, *map(int, part.split("-"))) for part in cell.split(";"))


def _contents(path: Path, text: str) -> dict[str, tuple[Span, ...]]:
    """Event id -> content spans of a brat file."""
    annotation = path.read_text(encoding="utf-8")
    marks = {
        m[1]: [(int(a), int(b)) for a, b in (p.split() for p in m[2].split(";"))]
        for m in re.finditer(r"(?m)^(T\d+)\t\S+ ([\d ;]+)\t", annotation)
    }
    events: dict[str, tuple[Span, ...]] = {}
    for m in re.finditer(r"(?m)^(E\d+)\t(.*)$", annotation):
        parts = [r.split(":")[1] for r in m[2].split() if r.startswith("Content")]
        events[m[1]] = tuple(Span.of(text, a, b) for part in parts for a, b in marks[part])
    return events


def read_polnear(name: str, split: str) -> dict[str, tuple[str, list[Attribution], list[Row], list[tuple[str, ...]]]]:
    """Document -> text, attributions with gold spans, gold rows and keys, from ``source_levels/<name>.tsv``."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with open(DATA / "source_levels" / f"{name}.tsv", encoding="utf-8", newline="") as stream:
        for r in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows[r["document"]].append(r)
    folder = DATA / "polnear" / "data" / split
    found = {}
    for document, labels in rows.items():
        with open(folder / "text" / f"{document}.txt", encoding="utf-8", newline="") as stream:
            text = stream.read()
        contents: dict[tuple[str, str], tuple[Span, ...]] = {}
        for file in {r["annotator_file"] for r in labels}:
            contents |= {(file, e): s for e, s in _contents(folder / "attributions" / file, text).items()}
        attributions, gold = [], []
        keys: list[tuple[str, ...]] = []
        for i, r in enumerate(labels):
            source, cue = _spans(text, r["source"]), _spans(text, r["cue"])
            content = contents.get((r["annotator_file"], r["event"]), ())
            direct = bool(content) and text[content[0].start] in "\"“”'‘"
            attributions.append(
                Attribution(
                    i,
                    source[0] if source else None,
                    Span.of(text, cue[0].start, cue[-1].end) if cue else content[0],
                    content,
                    "direct" if direct else "indirect",
                )
            )
            gold.append(Row(r["kind"], r["level"], r["withheld"] == "1", r["reason"], r["position"] == "1", r["via"] != "-", r["entity"]))
            keys.append((r["annotator_file"], r["event"]))
        found[document] = (text, attributions, gold, keys)
    return found


def read_wikinews(name: str) -> dict[str, tuple[str, list[Attribution], list[Row], list[tuple[str, ...]]]]:
    """The same from ``wikinews_attributions/<name>.jsonl``; a key is the cue and the source."""
    found = {}
    with open(DATA / "wikinews_attributions" / f"{name}.jsonl", encoding="utf-8") as stream:
        for line in stream:
            d = json.loads(line)
            text = d["text"]
            attributions, gold = [], []
            keys: list[tuple[str, ...]] = []
            for a in d["attributions"]:
                content = tuple(Span.of(text, *c) for c in a["content"])
                direct = (bool(content) and text[max(0, content[0].start - 1)] in '"“”') or (
                    bool(content) and text[content[0].start] in '"“”'
                )
                attributions.append(
                    Attribution(
                        a["id"],
                        Span.of(text, *a["source"]) if a["source"] else None,
                        Span.of(text, *a["cue"]),
                        content,
                        "direct" if direct else "indirect",
                        parent=a["parent"],
                    )
                )
                gold.append(
                    Row(a["kind"], a["level"], bool(a["withheld"]), a["reason"] or "-", bool(a["position"]), bool(a["via"]), a["entity"])
                )
                keys.append((str(a["cue"]), str(a["source"])))
            found[d["id"]] = (text, attributions, gold, keys)
    return found


def predict(text: str, attributions: list[Attribution]) -> list[Row]:
    """Labels that the rules give."""
    article = article_from_text(text)
    resolved, _entities = resolve_sources(tokenize(article), find_quotes(text, article.paragraphs), attributions)
    return [
        Row(a.kind, a.level, a.withheld, a.reason or "-", a.position, bool(a.relays), "-" if a.entity is None else str(a.entity))
        for a in resolved
    ]


def macro_f1(gold: list[str], predicted: list[str]) -> float:
    """Mean over the gold classes of F1."""
    g, p, hit = Counter(gold), Counter(predicted), Counter(a for a, b in zip(gold, predicted) if a == b)
    return float(np.mean([2 * hit[c] / (g[c] + p[c]) for c in g])) if g else float("nan")


def binary_f1(gold: list[bool], predicted: list[bool]) -> float:
    """F1 of the positive class; nan without any positive."""
    hit = sum(a and b for a, b in zip(gold, predicted))
    total = sum(gold) + sum(predicted)
    return 2 * hit / total if total else float("nan")


def kappa(gold: list[Any], predicted: list[Any]) -> float:
    """Cohen's kappa (1960)."""
    n = len(gold)
    agree = sum(a == b for a, b in zip(gold, predicted)) / n
    g, p = Counter(gold), Counter(predicted)
    chance = sum(g[c] * p[c] for c in g) / n**2
    return (agree - chance) / (1 - chance) if chance < 1 else float("nan")


def b_cubed(gold: list[str], predicted: list[str]) -> tuple[float, float, int]:
    """Sums over the items of one article of B-cubed precision and recall (Bagga and Baldwin 1998), and their number; "-" is no entity."""
    g, p = defaultdict(set), defaultdict(set)
    for i, (a, b) in enumerate(zip(gold, predicted)):
        g[a if a != "-" else f"-{i}"].add(i)
        p[b if b != "-" else f"-{i}"].add(i)
    precision = recall = 0.0
    items = [i for i, a in enumerate(gold) if a != "-"]
    of_g = {i: k for k, s in g.items() for i in s}
    of_p = {i: k for k, s in p.items() for i in s}
    for i in items:
        both = len(g[of_g[i]] & p[of_p[i]])
        precision += both / len(p[of_p[i]])
        recall += both / len(g[of_g[i]])
    return precision, recall, len(items)


Pairs = list[tuple[list[Row], list[Row]]]


def scores(pairs: Pairs) -> dict[str, float]:
    """All measures over a list of articles (gold rows, predicted rows)."""
    gold = [r for g, _ in pairs for r in g]
    found = [r for _, p in pairs for r in p]

    def pick(rows: list[Row], name: str) -> list[Any]:
        return [getattr(r, name) for r in rows]

    result: dict[str, float] = {}
    for name in ("kind", "level"):
        a, b = pick(gold, name), pick(found, name)
        result[f"{name}_accuracy"] = float(np.mean([x == y for x, y in zip(a, b)]))
        result[f"{name}_macro_f1"] = macro_f1(a, b)
    result["withheld_f1"] = binary_f1(pick(gold, "withheld"), pick(found, "withheld"))
    kept = [(x.reason, y.reason) for x, y in zip(gold, found) if x.withheld and y.withheld]
    result["reason_accuracy"] = float(np.mean([x == y for x, y in kept])) if kept else float("nan")
    result["position_accuracy"] = float(np.mean([x == y for x, y in zip(pick(gold, "position"), pick(found, "position"))]))
    result["position_kappa"] = kappa(pick(gold, "position"), pick(found, "position"))
    result["via_f1"] = binary_f1(pick(gold, "via"), pick(found, "via"))
    sums = np.sum([b_cubed(pick(g, "entity"), pick(p, "entity")) for g, p in pairs], axis=0)
    p, r = sums[0] / sums[2], sums[1] / sums[2]
    result["entity_b_cubed_f1"] = float(2 * p * r / (p + r))
    return result


def with_intervals(pairs: Pairs) -> dict[str, dict[str, float | list[float]]]:
    """Scores with percentile intervals over articles."""
    rng = np.random.default_rng(SEED)
    draws: dict[str, list[float]] = defaultdict(list)
    for _ in range(DRAWS):
        sample = [pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]
        for name, value in scores(sample).items():
            draws[name].append(value)
    point = scores(pairs)
    return {
        name: {"value": round(point[name], 4), "interval": [round(float(q), 4) for q in np.nanpercentile(draws[name], [2.5, 97.5])]}
        for name in point
    }


def majority(train: Iterable[Row], pairs: Pairs) -> dict[str, float]:
    """Scores of the most frequent value of each field, every source its own entity."""
    rows = list(train)
    common = {name: Counter(getattr(r, name) for r in rows).most_common(1)[0][0] for name in FIELDS if name != "entity"}
    guess = [(g, [Row(**common, entity=str(i)) for i in range(len(g))]) for g, _ in pairs]
    return {k: round(v, 4) for k, v in scores(guess).items()}


def second_pass(first: dict[str, Any], second: dict[str, Any]) -> Pairs:
    """Gold of the second pass against the first, on the attributions that both have."""
    pairs: Pairs = []
    for document in first.keys() & second.keys():
        _, _, gold, keys = first[document]
        _, _, other, other_keys = second[document]
        at = dict(zip(other_keys, other))
        both = [(g, at[k]) for g, k in zip(gold, keys) if k in at]
        if both:
            pairs.append(([g for g, _ in both], [o for _, o in both]))
    return pairs


def confusion(pairs: Pairs, name: str) -> dict[str, int]:
    """Counts "gold > predicted" of the errors of a field."""
    errors = Counter(
        f"{getattr(g, name)} > {getattr(p, name)}" for a, b in pairs for g, p in zip(a, b) if getattr(g, name) != getattr(p, name)
    )
    return dict(errors.most_common(12))


def withheld_rows(pairs: Pairs) -> dict[str, int]:
    """Numbers of withheld attributions: in gold, found, in both (with the right reason among them), and of gold by reason."""
    rows = [(g, p) for a, b in pairs for g, p in zip(a, b)]
    reasons = Counter(f"gold {g.reason}" for g, _ in rows if g.withheld)
    both = [g.reason == p.reason for g, p in rows if g.withheld and p.withheld]
    counts = {"gold": sum(g.withheld for g, _ in rows), "found": sum(p.withheld for _, p in rows), "both": len(both)}
    return {**counts, "right reason": sum(both), **reasons}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    split = parser.parse_args().split
    train = {"polnear": read_polnear("train", "train"), "wikinews": read_wikinews("train")}
    corpora = train if split == "train" else {"polnear": read_polnear("dev", "dev"), "wikinews": read_wikinews("dev")}
    if split == "train":
        corpora = {**corpora, "polnear enriched": read_polnear("enriched", "train")}
    report: dict[str, Any] = {"split": split, "seed": SEED, "draws": DRAWS, "corpora": {}}
    for name, documents in corpora.items():
        pairs: Pairs = [(gold, predict(text, attributions)) for text, attributions, gold, _ in documents.values()]
        entry: dict[str, Any] = {
            "articles": len(pairs),
            "attributions": sum(len(g) for g, _ in pairs),
            "rules": with_intervals(pairs),
            "majority": majority((r for d in train[name.split()[0]].values() for r in d[2]), pairs),
            "kind_errors": confusion(pairs, "kind"),
            "level_errors": confusion(pairs, "level"),
            "withheld": withheld_rows(pairs),
        }
        if split == "dev":
            other = read_polnear("dev_second_pass", "dev") if name == "polnear" else read_wikinews("dev_second_pass")
            entry["second pass"] = {k: round(v, 4) for k, v in scores(second_pass(documents, other)).items()}
        report["corpora"][name] = entry
        print(f"\n{name} {split}: {entry['articles']} articles, {entry['attributions']} attributions")
        print(f"{'':24}{'rules':>8}  {'95 % interval':17}{'majority':>9}{'second pass':>13}")
        for measure, value in entry["rules"].items():
            low, high = value["interval"]
            second = entry.get("second pass", {}).get(measure, float("nan"))
            print(f"{measure:24}{value['value']:8.3f}  [{low:.3f}, {high:.3f}]   {entry['majority'][measure]:8.3f}{second:13.3f}")
        print("kind errors ", entry["kind_errors"])
        print("level errors", entry["level_errors"])
        print("withheld    ", entry["withheld"])
    if split == "dev":
        for name, documents in {**train, "polnear enriched": read_polnear("enriched", "train")}.items():
            pairs = [(gold, predict(text, attributions)) for text, attributions, gold, _ in documents.values()]
            report.setdefault("withheld_train", {})[name] = withheld_rows(pairs)
            print(f"withheld {name} train", report["withheld_train"][name])
        target = Path(__file__).parent / "results" / "levels.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
