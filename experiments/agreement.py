"""How far the two annotation passes of our own data sets agree, recomputed from the files in ``datasets/``.

    python -m experiments.agreement           # writes results/agreement.json and the tables in the cards
    python -m experiments.agreement --check   # writes nothing; fails if a committed number or table differs

Protocol
--------
* Two passes that did not see each other, both by language-model annotators of one family: agreement says how repeatable the guide is in
  their hands, not that a person would decide so, and overstates reliability.
* Only the parts in ``datasets/`` are read. Test parts are kept apart, so the figures are not those over all parts.
* Every measure is a function of counts summed over articles (tables of pass one against pass two, hits, B-cubed sums), so a bootstrap over
  articles is one product with a matrix of multinomial weights: 95 % percentile interval, ``DRAWS`` draws, ``SEED``. A draw in which a
  measure is not defined (a frame that no drawn article has) is left out of its interval.
* The measures are those of ``framing.metrics``; where they give 1 or 0 by agreement because only one code occurs, or no unit, the value
  here is nan.
* Krippendorff's alpha (2011): nltk gives the value (:func:`alpha_nltk`), the closed form over tables (:func:`alpha`) the interval; the
  script stops if the two differ. Distances: nominal, interval (squared difference), ordinal (ranks of the pooled values).
* Quadratic kappa (Cohen 1968), Spearman with mid-ranks, mean absolute error, equal and adjacent (at most one step apart) of ratings.
* B-cubed (Bagga and Baldwin 1998) inside each article, over attributions for which both passes give an entity.
* Wikinews: the passes marked their own spans. A cue matches the one it shares a character with, one to one, best overlap first; labels
  are compared on matched cues, content by the share of characters in common (intersection over union).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import results_file
from experiments.results_file import page
from framing.metrics import agreement, entities, ranking
from framing.metrics.agreement import table
from framing.records import GENERIC_FRAMES, LEVELS, POLICY_FRAMES, REASONS, SOURCE_KINDS

ROOT = Path(__file__).resolve().parent.parent
DATASETS = ROOT / "datasets"
RESULTS = results_file.RESULTS / "agreement.json"
SEED, DRAWS = 0, 1000
BEGIN, END = "<!-- agreement: written by python -m experiments.agreement -->", "<!-- /agreement -->"
FLAGS = ("0", "1")
CODES: dict[str, tuple[str, ...]] = {
    "kind": SOURCE_KINDS, "level": LEVELS, "withheld": FLAGS, "reason": ("-", *REASONS), "position": FLAGS, "via present": FLAGS
}  # fmt: skip
BY_CODE = ("kind", "level")
QUESTIONS = ("ident", "anon", "first", "divers", "cover", "voice", "overall")
SCALE = ("0", "1", "2", "3", "4", "5")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """``sums``: counts of each article (first axis); ``score``: a value from their sum, with any leading axes; ``exact``: its oracle."""

    sums: Floats
    score: Callable[[Floats], Floats]
    exact: Callable[[], float] | None = None


Measures = dict[str, dict[str, Measure]]


# Scores of a table of counts [..., pass one, pass two].


def equal(table: Floats) -> Floats:
    """Share of equal pairs."""
    return where(table.sum((-2, -1)) > 0, agreement.equal(table))


def alpha(table: Floats, distance: str = "nominal") -> Floats:
    """Krippendorff's alpha of two complete passes; nan where all values are the same."""
    return where(several(table.sum(-1) + table.sum(-2)), agreement.table_alpha(table, distance))


def alpha_nltk(first: Sequence[str], second: Sequence[str], codes: Sequence[str], distance: str = "nominal") -> float:
    """The same through nltk, from the pairs themselves."""
    return agreement.alpha([first, second], codes, distance)


def kappa(table: Floats) -> Floats:
    """Cohen's kappa with squared weights; nan where all values are the same."""
    return where(several(table.sum(-1) + table.sum(-2)), agreement.quadratic_kappa(table))


def spearman(table: Floats) -> Floats:
    """Spearman's rank correlation with mid-ranks; nan where a pass does not vary."""
    return where(several(table.sum(-1)) & several(table.sum(-2)), ranking.spearman(*cells(table)))


def mae(table: Floats) -> Floats:
    """Mean absolute error, in steps of the scale."""
    return where(table.sum((-2, -1)) > 0, ranking.mean_absolute_error(*cells(table)))


def adjacent(table: Floats) -> Floats:
    """Share of pairs at most one step apart."""
    k = np.arange(table.shape[-1])
    return ratio((table * (np.abs(k[:, None] - k) <= 1)).sum((-2, -1)), table.sum((-2, -1)))


def table_f1(table: Floats) -> Floats:
    """F1 of "1" in tables of 0 and 1."""
    return ratio(2 * table[..., 1, 1], table[..., 1, :].sum(-1) + table[..., :, 1].sum(-1))


def micro_f1(tables: Floats) -> Floats:
    """F1 over all tables of the axis before the last two."""
    return table_f1(tables.sum(-3))


def macro_f1(tables: Floats) -> Floats:
    """Mean of the F1 of those tables in which a pass has a "1"."""
    values = table_f1(tables)
    defined = np.isfinite(values)
    return ratio(np.where(defined, values, 0.0).sum(-1), defined.sum(-1))


def f1(sums: Floats) -> Floats:
    """F1 of (hits, number in pass one, number in pass two)."""
    return ratio(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def share(sums: Floats) -> Floats:
    """First over second."""
    return ratio(sums[..., 0], sums[..., 1])


def b_cubed_f1(sums: Floats) -> Floats:
    """F1 of summed (precision, recall, items)."""
    precision, recall, items = np.moveaxis(sums, -1, 0)
    return where(items > 0, entities.scores(np.stack([items, items, recall, precision], axis=-1))["b_cubed_f1"])


def ratio(above: Any, below: Any) -> Floats:
    """``above / below``, nan where below is 0."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    result: Floats = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)
    return result


def where(defined: Any, values: Floats) -> Floats:
    """Values, nan where they are not defined."""
    return np.asarray(np.where(defined, values, np.nan))


def several(margin: Floats) -> NDArray[np.bool_]:
    """Whether more than one code occurs."""
    return np.asarray(np.count_nonzero(margin, axis=-1) > 1)


def cells(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Both codes of each cell of a table, and how many pairs are in it [..., cell]."""
    size = table.shape[-1]
    first, second = np.indices((size, size), dtype=float).reshape(2, -1)
    return first, second, table.reshape(*table.shape[:-2], -1)


# Counts of each article.


def coded(articles: Sequence[tuple[Sequence[str], Sequence[str]]], codes: Sequence[str], distance: str = "nominal") -> dict[str, Measure]:
    """Share equal and alpha of a field, given both passes of each article."""
    sums = np.array([table(a, b, codes) for a, b in articles])
    a, b = ([x for pair in articles for x in pair[i]] for i in (0, 1))
    return {
        "equal": Measure(sums, equal),
        "alpha": Measure(sums, lambda t: alpha(t, distance), lambda: alpha_nltk(a, b, codes, distance)),
    }


def by_code(fields: dict[str, list[tuple[list[str], list[str]]]]) -> Measures:
    """F1 and alpha of each code of a field against all others."""
    out: Measures = {}
    for name, articles in fields.items():
        for code in CODES[name]:
            flags = [([str(int(x == code)) for x in a], [str(int(y == code)) for y in b]) for a, b in articles]
            found = coded(flags, FLAGS)
            out[f"{name} {code}"] = {"F1": Measure(found["alpha"].sums, table_f1), "alpha": found["alpha"]}
    return out


def b_cubed(first: Sequence[str], second: Sequence[str]) -> tuple[float, float, float]:
    """Sums of B-cubed precision and recall over the items of one article that have an entity in both, and their number."""
    pairs = [(a, b) for a, b in zip(first, second) if a != "-" and b != "-"]
    items, _, recall, precision = entities.statistics([a for a, _ in pairs], [b for _, b in pairs])
    return precision, recall, float(items)


def entity(articles: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, Measure]:
    """B-cubed F1, and the share of entities named with the same string."""
    named = [[(x, y) for x, y in zip(a, b) if x != "-" and y != "-"] for a, b in articles]
    same = np.array([[sum(x == y for x, y in pairs), len(pairs)] for pairs in named], dtype=float)
    return {"B-cubed F1": Measure(np.array([b_cubed(a, b) for a, b in articles]), b_cubed_f1), "same string": Measure(same, share)}


# The four data sets.


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated file; quotation marks are characters like others."""
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def source_levels(folder: Path) -> tuple[dict[str, int], Measures]:
    """Every field over the same attributions of dev."""
    first, second = rows(folder / "dev.tsv"), rows(folder / "dev_second_pass.tsv")
    fixed = ("document", "annotator_file", "event", "cue", "source")
    if [[r[c] for c in fixed] for r in first] != [[r[c] for c in fixed] for r in second]:
        raise ValueError("the two passes of source_levels do not label the same attributions")
    grouped: dict[str, list[tuple[dict[str, str], dict[str, str]]]] = defaultdict(list)
    for a, b in zip(first, second):
        grouped[a["document"]].append((a, b))

    def column(name: str) -> list[tuple[list[str], list[str]]]:
        return [([_field(a, name) for a, _ in pairs], [_field(b, name) for _, b in pairs]) for pairs in grouped.values()]

    measures: Measures = {name: coded(column(name), codes) for name, codes in CODES.items()}
    measures["via"] = {"same string": relay(column("via"))}
    measures["entity"] = entity(column("entity"))
    measures |= by_code({name: column(name) for name in BY_CODE})
    return {"articles": len(grouped), "attributions": len(first)}, measures


def _field(row: dict[str, str], name: str) -> str:
    return str(int(row["via"] != "-")) if name == "via present" else row[name]


def relay(articles: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Measure:
    """Share of the attributions that both passes call relayed for which they name the relay with the same string."""
    both = [[(x, y) for x, y in zip(a, b) if x != "-" and y != "-"] for a, b in articles]
    return Measure(np.array([[sum(x == y for x, y in pairs), len(pairs)] for pairs in both], dtype=float), share)


def policy_frames(folder: Path) -> tuple[dict[str, int], Measures]:
    """Primary frame, presence of each policy frame (primary or others) and of each generic frame."""
    first, second = ({r["id"]: r for r in rows(folder / f"{name}.tsv")} for name in ("train", "train_second_pass"))
    if first.keys() != second.keys():
        raise ValueError("the two passes of policy_frames do not label the same articles")
    pairs = [(first[i], second[i]) for i in first]
    primary = [([a["primary"]], [b["primary"]]) for a, b in pairs]
    among = [[float(a["primary"] in _present(b)) + float(b["primary"] in _present(a)), 2.0] for a, b in pairs]
    measures: Measures = {"primary": {**coded(primary, POLICY_FRAMES), "among the other's": Measure(np.array(among), share)}}
    for name, codes, present in (("policy", POLICY_FRAMES, _present), ("generic", GENERIC_FRAMES, _generic)):
        flags = [[([str(int(c in present(a)))], [str(int(c in present(b)))]) for a, b in pairs] for c in codes]
        tables = np.array([[table(a, b, FLAGS) for a, b in one] for one in flags]).swapaxes(0, 1)
        alike = np.array([[float(present(a) == present(b)), 1.0] for a, b in pairs])
        measures[name] = {
            "micro-F1": Measure(tables, micro_f1), "macro-F1": Measure(tables, macro_f1), "same set": Measure(alike, share)
        }  # fmt: skip
        for i, code in enumerate(codes):
            measures[f"{name} {code}"] = {"F1": Measure(tables[:, i], table_f1), "alpha": coded(flags[i], FLAGS)["alpha"]}
    return {"articles": len(pairs)}, measures


def _present(row: dict[str, str]) -> frozenset[str]:
    return frozenset({row["primary"], *row["others"].split(",")} - {"-"})


def _generic(row: dict[str, str]) -> frozenset[str]:
    return frozenset(set(row["generic"].split(",")) - {"-"})


def article_ratings(folder: Path) -> tuple[dict[str, int], Measures]:
    """Each question; ``anon`` with its 0 (nothing withheld) as a step below 1, and alone where both passes rate it."""
    first, second = ({(r["corpus"], r["id"]): r for r in rows(folder / f"{name}_pass.tsv")} for name in ("first", "second"))
    if first.keys() != second.keys():
        raise ValueError("the two passes of article_ratings do not rate the same articles")
    pairs = [(first[i], second[i]) for i in first]
    measures: Measures = {q: rated([(a[q], b[q]) for a, b in pairs]) for q in QUESTIONS}
    measures["anon, rated by both"] = rated([(a["anon"], b["anon"]) for a, b in pairs if a["anon"] != "0" and b["anon"] != "0"])
    measures["anon, rated or not"] = coded([([_rated(a)], [_rated(b)]) for a, b in pairs], FLAGS)
    return {"articles": len(pairs)}, measures


def _rated(row: dict[str, str]) -> str:
    return str(int(row["anon"] != "0"))


def rated(pairs: Sequence[tuple[str, str]]) -> dict[str, Measure]:
    """All measures of a scale."""
    articles = [([a], [b]) for a, b in pairs]
    sums = np.array([table(a, b, SCALE) for a, b in articles])
    scores = {"equal": equal, "adjacent": adjacent, "MAE": mae, "quadratic kappa": kappa, "Spearman": spearman}
    measures = {name: Measure(sums, score) for name, score in scores.items()}
    ordinal, interval = (coded(articles, SCALE, distance)["alpha"] for distance in ("ordinal", "interval"))
    return {**measures, "alpha ordinal": ordinal, "alpha interval": interval}


def wikinews_attributions(folder: Path) -> tuple[dict[str, int], Measures]:
    """Spans, then labels on matched cues, over the articles that both passes have."""
    first, second = (
        {d["id"]: d["attributions"] for d in map(json.loads, (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())}
        for name in ("dev", "dev_second_pass")
    )
    passes = [(first[i], second[i]) for i in second]
    matched = [match(a, b) for a, b in passes]
    exact = [sum((Counter(tuple(x["cue"]) for x in a) & Counter(tuple(x["cue"]) for x in b)).values()) for a, b in passes]
    sizes = [(len(a), len(b)) for a, b in passes]
    measures: Measures = {
        "cue": {
            "overlap F1": Measure(np.array([[len(m), *n] for m, n in zip(matched, sizes)], dtype=float), f1),
            "exact F1": Measure(np.array([[e, *n] for e, n in zip(exact, sizes)], dtype=float), f1),
        }
    }

    def of(test: Callable[[Any, Any], float]) -> Measure:
        return Measure(np.array([[sum(test(x, y) for x, y in pairs), len(pairs)] for pairs in matched], dtype=float), share)

    measures["source"] = {
        "overlap": of(lambda x, y: x["source"] == y["source"] or bool(x["source"] and y["source"] and overlap(x["source"], y["source"]))),
        "exact": of(lambda x, y: x["source"] == y["source"]),
    }
    measures["content"] = {
        "IoU >= .5": of(lambda x, y: iou(x["content"], y["content"]) >= 0.5),
        "exact": of(lambda x, y: x["content"] == y["content"]),
    }
    for name, codes in CODES.items():
        measures[name] = coded([([_label(x, name) for x, _ in m], [_label(y, name) for _, y in m]) for m in matched], codes)
    measures["via"] = {"same string": relay([([_label(x, "via") for x, _ in m], [_label(y, "via") for _, y in m]) for m in matched])}
    partners = [{x["id"]: y["id"] for x, y in m} for m in matched]
    sums = [[sum(_alike(x, y, to) for x, y in m), len(m)] for m, to in zip(matched, partners)]
    edges = [
        [
            sum(x["parent"] is not None and _alike(x, y, to) for x, y in m),
            *(sum(z["parent"] is not None for z in side) for side in ([x for x, _ in m], [y for _, y in m])),
        ]
        for m, to in zip(matched, partners)
    ]
    measures["parent"] = {"equal": Measure(np.array(sums, dtype=float), share), "F1": Measure(np.array(edges, dtype=float), f1)}
    measures["entity"] = entity([([x["entity"] for x, _ in m], [y["entity"] for _, y in m]) for m in matched])
    measures |= by_code({name: [([_label(x, name) for x, _ in m], [_label(y, name) for _, y in m]) for m in matched] for name in BY_CODE})
    first_size, second_size = (sum(n) for n in zip(*sizes))
    counts = {"articles": len(passes), "attributions": first_size, "attributions of the second pass": second_size}
    return {**counts, "matched cues": sum(map(len, matched))}, measures


def _label(attribution: dict[str, Any], name: str) -> str:
    if name == "via present":
        return str(int(attribution["via"] is not None))
    return "-" if attribution[name] is None else str(attribution[name])


def _alike(x: dict[str, Any], y: dict[str, Any], partner: dict[int, int]) -> bool:
    return y["parent"] is None if x["parent"] is None else y["parent"] is not None and partner.get(x["parent"]) == y["parent"]


def overlap(a: Sequence[int], b: Sequence[int]) -> int:
    """Characters that two spans share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def iou(first: Iterable[Sequence[int]], second: Iterable[Sequence[int]]) -> float:
    """Intersection over union of the characters of two lists of spans."""
    a, b = ({i for start, end in spans for i in range(start, end)} for spans in (first, second))
    return len(a & b) / len(a | b) if a or b else 1.0


def match(first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of attributions whose cues overlap, one to one; the best overlap of cues, then of contents, goes first."""
    found = [
        (-iou([x["cue"]], [y["cue"]]), -iou(x["content"], y["content"]), i, j)
        for i, x in enumerate(first)
        for j, y in enumerate(second)
        if overlap(x["cue"], y["cue"])
    ]
    left, right = set(range(len(first))), set(range(len(second)))
    pairs = []
    for _, _, i, j in sorted(found):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((i, j))
    return [(first[i], second[j]) for i, j in sorted(pairs)]


READERS = {
    "source_levels": (source_levels, ("dev.tsv", "dev_second_pass.tsv")),
    "policy_frames": (policy_frames, ("train.tsv", "train_second_pass.tsv")),
    "article_ratings": (article_ratings, ("first_pass.tsv", "second_pass.tsv")),
    "wikinews_attributions": (wikinews_attributions, ("dev.jsonl", "dev_second_pass.jsonl")),
}


# Results and cards.


def evaluate(measure: Measure) -> dict[str, Any]:
    """Value and interval of a measure."""
    value = float(measure.score(measure.sums.sum(0)))
    if measure.exact is not None and np.isfinite(value) and not np.isclose(value, oracle := measure.exact(), atol=1e-9):
        raise ArithmeticError(f"alpha {value} in closed form, {oracle} by nltk")
    draws = measure.score(np.tensordot(weights(len(measure.sums)), measure.sums, axes=1))
    draws = draws[np.isfinite(draws)]
    interval = [round(float(q), 4) for q in np.percentile(draws, [2.5, 97.5])] if len(draws) else None
    return {"value": round(value, 4) if np.isfinite(value) else None, "interval": interval}


@cache
def weights(n: int) -> Floats:
    """How often each of ``n`` articles is drawn [draw, article]."""
    return np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), DRAWS).astype(float)


def marked(named: dict[str, Measure]) -> dict[str, Any]:
    """How many units a measure stands on, where that is not all of them: those with "1" in each pass, or the denominator of a share."""
    if "alpha" in named and (sums := named["alpha"].sums).shape[1:] == (2, 2):
        return {"marked": {"value": [int(sums[:, 1].sum()), int(sums[:, :, 1].sum())], "interval": None}}
    if list(named) == ["same string"]:
        return {"both": {"value": [int(named["same string"].sums[:, 1].sum())], "interval": None}}
    return {}


def compute(name: str, datasets: Path = DATASETS) -> dict[str, Any]:
    """Counts, signature and all measures of a data set."""
    read, files = READERS[name]
    counts, measures = read(datasets / name)
    digest = hashlib.sha256(b"".join((datasets / name / file).read_bytes() for file in files)).hexdigest()
    signature = f"agreement|data:{name}|files:{'+'.join(files)}|sha256:{digest[:12]}|bootstrap:{DRAWS} articles|seed:{SEED}|version:1"
    found = {group: {**{m: evaluate(measure) for m, measure in named.items()}, **marked(named)} for group, named in measures.items()}
    return {"signature": signature, "counts": counts, "measures": found}


def card_table(result: dict[str, Any]) -> str:
    """The Markdown that stands between the markers of a card: one table for each set of columns."""
    counts = ", ".join(f"{n:,} {what}" for what, n in result["counts"].items())
    blocks = [f"{counts}; 95 % bootstrap intervals over articles; `{result['signature'].replace('|', ' · ')}`"]
    tables: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for group, named in result["measures"].items():
        tables[tuple(named)].append(f"| {group} | " + " | ".join(_cell(v) for v in named.values()) + " |")
    for columns, lines in tables.items():
        blocks.append("\n".join([f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|", *lines]))
    return "\n\n".join(blocks)


def _cell(found: dict[str, Any]) -> str:
    if isinstance(found["value"], list):
        return " / ".join(f"{n:,}" for n in found["value"])
    if found["value"] is None:
        return "-"
    low, high = found["interval"]
    return f"{_short(found['value'])} [{_short(low)}, {_short(high)}]"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def fill(card: str, result: dict[str, Any]) -> str:
    """The card with the table of the result between its markers; ValueError if they are not there once each."""
    if card.count(BEGIN) != 1 or card.count(END) != 1:
        raise ValueError("the card does not hold the markers of the agreement table once each")
    head, rest = card.split(BEGIN)
    return f"{head}{BEGIN}\n{card_table(result)}\n{END}{rest.split(END)[1]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed number or table differs")
    check = parser.parse_args().check
    results = {name: compute(name) for name in READERS}
    files = {}
    for name, result in results.items():
        card = page(DATASETS / name / "README.md")
        files[card] = fill(card.read_text(encoding="utf-8"), result)
        print(f"{name}\n\n{card_table(result)}\n")
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if not RESULTS.exists() or json.dumps(results_file.read("agreement")) != json.dumps(results):  # the order counts, too
        stale.append(RESULTS)
    if check:
        print("\n".join(f"differs: {path.relative_to(ROOT)}" for path in stale) or "all as committed")
        return int(bool(stale))
    for path in stale:
        if path != RESULTS:
            path.write_text(files[path], encoding="utf-8")
    results_file.write("agreement", results, in_order=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
