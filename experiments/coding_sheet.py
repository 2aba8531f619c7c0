"""A sheet of 200 attributions that a person can code, and how far the person agrees with our labels.

    python -m experiments.coding_sheet make FOLDER             # writes the sheet, the codebook and the articles; no label is in them
    python -m experiments.coding_sheet agree SHEET [SHEET ...] # agreement with our labels and among the sheets; --json FILE keeps it
    python -m experiments.coding_sheet draw                    # draws the sample anew (only after a change of the data)

All our labels come from language-model annotators of one family, so that only a person can say whether they are right. The sample,
``datasets/coding_sheet/sample.tsv``, is committed: document, event and offsets, no text. The sheet itself holds texts of PolNeAR, which are
not ours to pass on; ``make`` refuses to write inside the repository, and never over a sheet that is there.

The sample
----------
Attributions of ``source_levels`` dev and ``wikinews_attributions`` dev, by stratum: withheld, or else the level. ``QUOTAS`` takes more of
the rare ones than there are in the data. The articles are put in an order by chance; each stratum is filled in that order with at most
``PER_ARTICLE`` of an article, so that nobody need read a hundred articles for two hundred rows. Where that does not fill a stratum, the
rest is taken without this limit, and what a stratum lacks altogether is made up from "named". Items stand article by article in the same
order, so that who stops early has coded whole articles drawn by chance.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from experiments import coding_agreement
from experiments.coding_agreement import CORPORA, FIELDS, SAMPLE_COLUMNS, Item, SheetError, documents_of, read_sample, read_sheet, stratum
from framing.records import Attribution, Document, Span
from framing.text import article_from_text
from framing.tokens import tokenize

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "datasets" / "coding_sheet"
SAMPLE, CODEBOOK = HOME / "sample.tsv", HOME / "CODEBOOK.md"
SEED = 5
PER_ARTICLE = 3
QUOTAS: Mapping[str, Mapping[str, int]] = {
    "polnear": {"withheld": 22, "office": 10, "impersonal": 16, "bare": 20, "described": 28, "named": 44},
    "wikinews": {"withheld": 8, "office": 6, "impersonal": 8, "bare": 8, "described": 10, "named": 20},
}
COLUMNS = ("item", "article", "title", "source", "cue", "content", "context", *FIELDS, "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a cell that begins so
PARAGRAPH = " ¶ "


# ---------------------------------------------------------------------------------------------------------------- drawing


def draw(corpora: Mapping[str, Sequence[Document]], quotas: Mapping[str, Mapping[str, int]] = QUOTAS, seed: int = SEED) -> list[Item]:
    """The items of a sample, numbered from 1."""
    chance = random.Random(seed)
    order = sorted(((corpus, d) for corpus in quotas for d in corpora[corpus]), key=lambda pair: (pair[0], pair[1].id))
    chance.shuffle(order)
    taken = {(corpus, *one) for corpus, quota in quotas.items() for one in _chosen([d for c, d in order if c == corpus], quota, chance)}
    drawn = [
        (corpus, d.id, d.meta["events"][i], _offsets(a.cue), "-" if a.source is None else _offsets(a.source))
        for corpus, d in order
        for i, a in enumerate(d.attributions)
        if (corpus, d.id, i) in taken
    ]
    return [Item(number, *one) for number, one in enumerate(drawn, 1)]


def _chosen(documents: Sequence[Document], quota: Mapping[str, int], chance: random.Random) -> list[tuple[str, int]]:
    """Document and place of the attributions that are taken."""
    pools: dict[str, list[list[tuple[str, int]]]] = defaultdict(list)
    for document in documents:
        mine: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for i, a in enumerate(document.attributions):
            mine[stratum(a)].append((document.id, i))
        for name in sorted(mine):
            chance.shuffle(mine[name])
            pools[name].append(mine[name])
    taken: list[tuple[str, int]] = []
    lacking = 0
    for name in [n for n in quota if n != "named"] + ["named"]:
        wanted = quota.get(name, 0) + (lacking if name == "named" else 0)
        first = [one for pool in pools[name] for one in pool[:PER_ARTICLE]]
        rest = [one for pool in pools[name] for one in pool[PER_ARTICLE:]]
        found = (first + rest)[:wanted]
        lacking += wanted - len(found)
        taken += found
    return taken


def _offsets(span: Span) -> str:
    return f"{span.start}-{span.end}"


def as_tsv(items: Iterable[Item]) -> str:
    """The sample file."""
    rows = ((str(i.number), i.corpus, i.document, i.event, i.cue, i.source) for i in items)
    return "".join("\t".join(row) + "\n" for row in (SAMPLE_COLUMNS, *rows))


# ---------------------------------------------------------------------------------------------------------------- the sheet


def rows(items: Sequence[Item], corpora: Mapping[str, Sequence[Document]]) -> list[dict[str, str]]:
    """The rows of the sheet; the columns of the codes are empty.

    Raises
    ------
    ValueError
        If an item is not in the documents, or stands elsewhere.
    """
    found = {key: (a, d) for corpus, documents in corpora.items() for key, a, d in coding_agreement.events(corpus, documents)}
    sentences: dict[str, Sequence[Sequence[int]]] = {}
    out = []
    for item in items:
        if item.key not in found:
            raise ValueError(f"item {item.number}: {item.document} has no attribution {item.event}")
        a, document = found[item.key]
        if _offsets(a.cue) != item.cue:
            raise ValueError(f"item {item.number}: the cue stands at {_offsets(a.cue)}, not at {item.cue}")
        if document.id not in sentences:
            sentences[document.id] = tokenize(article_from_text(document.text)).sentences.tolist()
        shown = {
            "item": str(item.number),
            "article": f"{document.id}.txt",
            "title": document.title or "",
            "source": "(none marked)" if a.source is None else a.source.text,
            "cue": a.cue.text,
            "content": " […] ".join(span.text for span in a.content),
            "context": context(document.text, a, sentences[document.id]),
        }
        out.append({**{name: _safe(cell) for name, cell in shown.items()}, **dict.fromkeys((*FIELDS, "note"), "")})
    return out


def context(text: str, a: Attribution, sentences: Sequence[Sequence[int]]) -> str:
    """The sentences of an attribution with one before and one after, its spans marked."""
    spans = [("CUE", a.cue), *(("CONTENT", span) for span in a.content)]
    spans += [] if a.source is None else [("SOURCE", a.source)]
    low, high = min(s.start for _, s in spans), max(s.end for _, s in spans)
    inside = [k for k, (start, end) in enumerate(sentences) if start < high and low < end]
    if inside:
        low = min(low, sentences[max(inside[0] - 1, 0)][0])
        high = max(high, sentences[min(inside[-1] + 1, len(sentences) - 1)][1])
    return marked(text, spans, low, high)


def marked(text: str, spans: Iterable[tuple[str, Span]], low: int, high: int) -> str:
    """``text[low:high]`` with ``[LABEL: ...]`` around spans; of two that begin at one place the longer is outside."""
    marks: list[tuple[int, int, int, str]] = []  # place; ends before beginnings; the longer first; what is put in
    for label, span in spans:
        marks += [(span.start, 1, -len(span), f"[{label}: "), (span.end, 0, 0, "]")]
    out, at = "", low
    for place, _, _, mark in sorted(marks):
        out += text[at:place] + mark
        at = place
    return out + text[at:high]


def _safe(cell: str) -> str:
    """A cell in one line that no spreadsheet takes for a formula."""
    line = PARAGRAPH.join(part for part in (" ".join(p.split()) for p in cell.split("\n")) if part)
    return f" {line}" if line.startswith(FORMULA) else line


def article_file(document: Document, numbers: Mapping[int, int]) -> str:
    """An article as a person reads it: title, credit, and before each cue of the sheet the number of its item."""
    head = [document.title or document.id]
    head += [f"{name}: {document.meta[name]}" for name in ("date", "url", "licence", "credit") if document.meta.get(name)]
    out, at = "", 0
    for place in sorted(numbers):
        out += f"{document.text[at:place]}[#{numbers[place]}] "
        at = place
    return "\n".join(head) + f"\n\n{out}{document.text[at:]}\n"


def write(folder: Path, items: Sequence[Item], corpora: Mapping[str, Sequence[Document]], codebook: Path = CODEBOOK) -> None:
    """Write the sheet, the codebook and the articles.

    Raises
    ------
    ValueError
        If the folder lies in the repository, or has a sheet already.
    """
    if folder.resolve().is_relative_to(ROOT):
        raise ValueError(f"{folder} lies in the repository; the sheet holds texts that must not be committed")
    sheet = folder / "sheet.csv"
    if sheet.exists():
        raise ValueError(f"{sheet} is there already; it may hold a person's work")
    made = rows(items, corpora)
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheets know UTF-8 by its mark
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(made)
    shutil.copyfile(codebook, folder / "CODEBOOK.md")
    numbers: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for item in items:
        numbers[item.corpus, item.document].setdefault(int(item.cue.split("-")[0]), item.number)
    for corpus, documents in corpora.items():
        for document in documents:
            if (corpus, document.id) in numbers:
                text = article_file(document, numbers[corpus, document.id])
                (articles / f"{document.id}.txt").write_text(text, encoding="utf-8", newline="")


# ---------------------------------------------------------------------------------------------------------------- commands


def agree(paths: Sequence[Path], items: Sequence[Item], keep: Path | None = None) -> None:
    """Print the agreement of sheets; ``keep`` names a file for it."""
    names = [path.stem if [p.stem for p in paths].count(path.stem) == 1 else str(path) for path in paths]
    sheets = {}
    errors = []
    for name, path in zip(names, paths):
        try:
            sheets[name] = read_sheet(path, items)
        except SheetError as error:
            errors.append(str(error))
    if errors:
        raise SheetError("\n".join(errors))
    ours = coding_agreement.labels(items)
    second = coding_agreement.labels(items, "dev_second_pass", ("polnear",))
    found = coding_agreement.report(items, sheets, ours, second)
    for name, sheet in sheets.items():
        print(f"{name}: {coding_agreement.filled(items, sheet)}")
    for title, part in found.items():
        print(f"\n{title}\n{coding_agreement.as_text(part)}")
    if keep is not None:
        keep.write_text(json.dumps(found, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="write sheet, codebook and articles").add_argument("folder", type=Path)
    agreeing = commands.add_parser("agree", help="agreement of filled sheets")
    agreeing.add_argument("sheets", type=Path, nargs="+")
    agreeing.add_argument("--json", type=Path, help="keep the result in this file")
    commands.add_parser("draw", help="draw the sample anew")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "draw":
            SAMPLE.write_text(as_tsv(draw({c: documents_of(c, "dev") for c in CORPORA})), encoding="utf-8")
        elif chosen.command == "make":
            items = read_sample(SAMPLE)
            write(chosen.folder, items, {c: documents_of(c, "dev", texts=True) for c in CORPORA})
            print(f"{chosen.folder}: {len(items)} items in sheet.csv, {len({i.document for i in items})} articles")
        else:
            agree(chosen.sheets, read_sample(SAMPLE), chosen.json)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
