"""``docs/leaderboard.md``, made from ``results/benchmark.json``: all systems by task, and the rules.

    python -m experiments.leaderboard [--check]

With ``--check`` nothing is written, and the exit code is 1 if the page does not say what the results say. Systems are ordered by the score
that a task names; published figures stand below them, and a second annotator at the end. Needs no corpora.
"""

from __future__ import annotations

import sys
import textwrap
from typing import Any

from experiments import results_file
from experiments.benchmark import OTHER_ITEMS, OURS
from experiments.markdown import Rows, cell, difference, table, words
from framing.benchmark import registry
from framing.metrics.signature import short

PAGE = results_file.ROOT / "docs" / "leaderboard.md"
BESIDE = {  # scores that stand beside the one that orders, for systems that do a part of the task only
    "attribution": ("cue_f1", "span_all_f1", "tokens_direct_f1"),
    "attribution-wikinews": ("cue_f1", "span_all_f1", "tokens_direct_f1"),
    "attribution-tokens": ("source_exact_f1", "cue_exact_f1"),
    "hedges-wiki": ("sentence_f1", "cue_f1", "token_f1"),
    "hedges-news": ("sentence_f1", "cue_f1", "token_f1"),
    "hedges-biology": ("sentence_f1", "cue_f1", "token_f1"),
    "levels": ("level_macro_f1", "kind_macro_f1", "level_accuracy"),
    "transparency-index": ("spearman", "mae"),
    "rating": ("spearman", "mae"),
    "policy-frames": ("micro_f1", "macro_f1", "primary"),
    "generic-frames": ("micro_f1", "macro_f1"),
    "loaded-language": ("macro_f1", "accuracy"),
    "hyperpartisan": ("accuracy", "macro_f1", "area"),
}

CONSTANT = ("majority",)  # systems that say one thing of all items of a fold
RANKS = ("spearman", "kendall", "pearson")
ARTEFACT = (
    "says one number in each fold, the mean of the other folds, which is low where the fold itself is high: "
    "that its correlation is below 0 is an artefact"
)

HEAD = """\
# Leaderboard

**Bold** is this library, not the winner; the best row of each split stands first. What each score measures:
[predictions and scores of each task](predictions.md). Higher is better, but where the head of a column says "lower is better". *split*: the
part of the corpus; *n*: how many items were measured.

Who does best on what. A score stands with its 95 % interval (bootstrap over the items); *less* is the library's score less the system's on
the same items, with interval and p by approximate randomisation. Where the two disagree (an interval without 0 beside a p of .05 or more,
or the other way round), p decides who leads: the interval, a bootstrap, says how large the difference may be on other items, and p how
often one of that size comes about if the two systems are interchangeable. **No number here is of a test part**, but for the published ones:
these are what their authors printed, on *other* parts or folds (mostly test parts, which are kept for the last measurement), so that they
say where the field is and rank nobody against the rows above them. A *second annotator* is measured like a system against the first one, on
the items that both annotated; scores above that level cannot be told apart. The rules of `spacy-rules` were chosen with the dev part of
PolNeAR in view, as the thresholds of `framing` were. On splits that begin with `cv` the settings of the recipes of `framing` were chosen
with these very folds in view, so its scores there are a little too good.
{peers}
Made by `python -m experiments.benchmark` and `python -m experiments.leaderboard`. All scores with their signatures:
`experiments/results/benchmark.json`. What these numbers do not say: [the experiments](../experiments/README.md),
[the limits of the index](../experiments/TRANSPARENCY.md), the cards of models and corpora.
"""

RULES = """\
## Rules

* **Splits.** `dev`, `valid` and `all` are for tuning and for this page. `cv`: every item is predicted by what was learned from the items of
  other folds; folds are fixed (`framing evaluate TASK --inputs FILE` writes them). `test` is measured once, at the end, by whoever has the
  part.
* **What may be learned from.** The `train` part of the task's corpus, all other corpora of the catalogue but those that share texts with
  the part that is measured, and raw text. Of `dev` and `valid`, only thresholds and calibration. On `cv` the items of the other folds, with
  their gold.
  Nothing that was learned from, or chosen by looking at, a test part. Whoever uses a language model names it and the end of its training
  data: these corpora have been on the web for years.
* **Test once.** One run on `test` for a system and version; a second one is another system, and both are reported.
* **Chance.** A system leads if it is better by the score that the task names with p below .05 by approximate randomisation, whatever the
  interval of the difference holds. Each p knows nothing of the others.
* **How to submit.** Write predictions ([how](howto/evaluate.md)), run
  `framing evaluate TASK --split SPLIT --predictions FILE --json`, and open a pull request that adds two files and shows what the command
  printed (with the signature): the predictions as `experiments/submissions/TASK/SPLIT/NAME.jsonl` and, beside them, `NAME.md`, ten lines on
  the system: what it learned from, its size, its speed, a link to its code ([more](../experiments/submissions/README.md)). Predictions hold
  offsets and labels, no text of a corpus. The file is measured again before it is merged; for `cv` and `test` its author vouches for the
  folds, and for having looked once. What is submitted for `test` is on this page when the test parts are.
* **Withdrawn** is what cannot be reproduced from what was submitted.
"""


def text() -> str:
    """The page."""
    found = results_file.read("benchmark")
    parts = [HEAD.format(peers=peers(found["tasks"]))]
    for name in registry.TASKS:
        if name in found["tasks"]:
            parts.append(section(name, found["tasks"][name]))
    if found["not measured"]:
        lines = "\n".join(f"* {name}: {why}" for name, why in sorted(found["not measured"].items()))
        parts.append(f"## Not measured\n\n{lines}\n")
    parts.append(RULES)
    return "\n".join(parts)


def peers(tasks: dict[str, Any]) -> str:
    """Which versions of their packages the systems of others were run with, from the signatures of their scores."""
    rows = [row for task in tasks.values() for part in task["results"].values() for row in part["systems"].items()]
    told = []
    for name in registry.SYSTEMS:
        found = [of_system(row["signature"]) for own, row in rows if own == name] if registry.system(name).needs else []
        if versions := list(dict.fromkeys(filter(None, found))):
            told.append(f"`{name}` ({'; or '.join(versions)})")
    if not told:
        return ""
    sentence = f"Packages of others, as they were installed where this was measured: {', '.join(told)}."
    return textwrap.fill(sentence, 140, break_long_words=False, break_on_hyphens=False) + "\n"


def of_system(signature: str) -> str:
    """What a signature says of the system itself, in words."""
    fields = (field.partition(":") for field in signature.split("|"))
    return ", ".join(f"{name.removeprefix('system.')} {value}" for name, _, value in fields if name.startswith("system."))


def section(name: str, task: dict[str, Any]) -> str:
    """One task."""
    known = {score for part in task["results"].values() for own in part["systems"].values() for score in own["scores"]}
    shown = (task["primary"], *(score for score in BESIDE.get(name, ()) if score != task["primary"] and score in known))
    lines = [f"## {task['title'].rstrip('.')}\n"]
    lines.append(f"`{name}` · corpora: {', '.join(task['corpora'])} · ordered by `{shown[0]}` · items: {task['unit']}s\n")
    rows: Rows = []
    for split, part in task["results"].items():
        rows += ranked(split, part, shown, shown[0] in task["lower is better"])
    more, citations = published(task["published"], shown)
    columns = (words(score) + (" (lower is better)" if score in task["lower is better"] else "") for score in shown)
    lines.append(table(("system", "split", *columns, "n", "less", "remarks"), [*rows, *more]))
    if citations:
        lines.append("\nPublished: " + " ".join(f"[{k}] {citation}." for k, citation in enumerate(citations, 1)))
    gone = {(own, why) for part in task["results"].values() for own, why in part["left out"].items() if own not in part["systems"]}
    for told, names in (
        ("Not run, as not installed where this was measured", {own for own, why in gone if why != OTHER_ITEMS}),
        ("Left out, as measured on other items", {own for own, why in gone if why == OTHER_ITEMS}),
    ):
        if names:
            lines.append(f"\n{told}: {', '.join(sorted(names))}.")
    return "\n".join(lines) + "\n"


def published(figures: list[dict[str, Any]], shown: tuple[str, ...]) -> tuple[Rows, list[str]]:
    """A row for each system and data, and the citations that the rows have the numbers of."""
    citations = list(dict.fromkeys(figure["citation"] for figure in figures))
    grouped: dict[tuple[str, str, str], dict[str, str]] = {}
    for figure in figures:
        key = (figure["system"], figure["data"], figure["citation"])
        grouped.setdefault(key, {})[figure["score"]] = f"*{short(figure['value'])}*"
    rows: Rows = []
    for (system, data, citation), own in grouped.items():
        others = ", ".join(f"{words(score)} {value}" for score, value in own.items() if score not in shown)
        remark = "; ".join(filter(None, (f"published [{citations.index(citation) + 1}], on {data}", others)))
        rows.append((f"*{system}*", "", *(own.get(score, "") for score in shown), "", "", remark))
    return rows, citations


def ranked(split: str, part: dict[str, Any], shown: tuple[str, ...], lower: bool) -> Rows:
    """The rows of a split, the best first, the second annotator last."""
    primary = shown[0]

    def order(item: tuple[str, Any]) -> float:
        value = item[1]["scores"][primary]["value"]
        return float("inf") if value is None else value if lower else -value

    rows: Rows = []
    for name, own in sorted(part["systems"].items(), key=order):
        bold = f"**{name}**" if name == OURS else name
        less = difference(part["less"].get(name))
        scores = (score(own["scores"].get(name)) for name in shown)
        rows.append((bold, split, *scores, f"{own['n']:,}", less, "; ".join(remarks(name, own, part, split, primary))))
    if "ceiling" in part:
        own = part["ceiling"]
        rows.append(("second annotator", split, *(score(own["scores"].get(name)) for name in shown), f"{own['n']:,}", "", "ceiling"))
    return rows


def remarks(name: str, own: dict[str, Any], part: dict[str, Any], split: str, primary: str) -> list[str]:
    """What stands behind a row."""
    submitted = [f"[submitted](../experiments/submissions/{own['submitted']})"] if "submitted" in own else []
    earlier = ["of an earlier run, as not installed where the others were measured"] if name in part["left out"] else []
    artefact = [ARTEFACT] if name in CONSTANT and split.startswith("cv") and primary in RANKS else []
    return [*submitted, *earlier, *artefact, *own["warnings"]]


def score(found: dict[str, Any] | None) -> str:
    """A score with its interval; nothing where it does not exist."""
    return "" if found is None or found["value"] is None or None in found["interval"] else cell(found)


def main() -> int:
    """Write the page, or check it."""
    new = text()
    if "--check" in sys.argv[1:]:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != new)
    results_file.put(results_file.page(PAGE), new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
