"""Our ratings of sourcing transparency of whole articles: seven questions, 1 to 5, by two passes that did not see each other.

``labels["ratings"]`` (first pass) and ``labels["ratings_second_pass"]`` map a question to its rating; ``anon`` is ``None`` where nothing is
withheld. The articles are from PolNeAR and Article-Bias-Prediction (``meta["corpus"]``). ``split`` is that of PolNeAR, which is by date,
and "train" for the others. The raters read the first 12,000 (PolNeAR) or 9,000 characters.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from framing.corpora import polnear
from framing.corpora.files import CorpusNotFound, read_text, require, without_texts
from framing.records import Document

NAME = "article_ratings"
QUESTIONS = ("ident", "anon", "first", "divers", "cover", "voice", "overall")
_FIRST_DAY = {"test": "2016-10-08", "dev": "2016-09-08"}  # PolNeAR is split by the day of publication


def read(
    home: Path,
    split: str | None,
    fold: int | None = None,
    *,
    texts: bool = True,
    source: str | None = None,
    test: bool | None = None,
    data_home: Path | None = None,
) -> Iterator[Document]:
    """Read the rated articles in the order of the files; ``source`` keeps those of one corpus, ``test`` those of
    PolNeAR's test part alone (true) or all others (false).

    Raises
    ------
    CorpusNotFound
        If an article is not in ``data_home`` (by default the folder beside this corpus) and ``texts`` is true.
    ValueError
        If the two passes do not rate the same articles, or ``source`` is no corpus of these.
    """
    if source not in (None, polnear.NAME, "article_bias_prediction"):
        raise ValueError(f"source is {source!r}, not 'polnear' or 'article_bias_prediction'")
    first, second = (_ratings(home / f"{name}_pass.tsv") for name in ("first", "second"))
    if list(first) != list(second):
        raise ValueError(f"{home}: the two passes do not rate the same articles in the same order")
    for corpus, name in first:
        if source in (None, corpus) and test in (None, _split(corpus, name) == "test"):
            labels = {"ratings": first[corpus, name], "ratings_second_pass": second[corpus, name]}
            yield _document(corpus, name, labels, (home.parent if data_home is None else data_home) / corpus, texts)


def _split(corpus: str, name: str) -> str:
    if corpus != polnear.NAME:
        return "train"
    return next((part for part, start in _FIRST_DAY.items() if name.split("_")[1] >= start), "train")


def _ratings(path: Path) -> dict[tuple[str, str], dict[str, int | None]]:
    with require(path, NAME).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {(row["corpus"], row["id"]): {key: int(row[key]) or None for key in QUESTIONS} for row in rows}


def _document(corpus: str, name: str, labels: dict[str, dict[str, int | None]], home: Path, texts: bool) -> Document:
    if corpus == polnear.NAME:
        split = _split(corpus, name)
        text = _found(corpus, lambda: polnear.read_article(home, split, name)) if texts else ""
        return Document(name, text, None, name.split("_")[0], split, {"corpus": corpus}, labels=labels)
    row = json.loads(_found(corpus, lambda: read_text(home / "data" / "jsons" / f"{name}.json", corpus))) if texts else {}
    return Document(name, row.get("content_original", ""), row.get("title"), row.get("source"), "train", {"corpus": corpus}, labels=labels)


def _found(corpus: str, load: Callable[[], str]) -> str:
    try:
        return load()
    except CorpusNotFound as error:
        raise without_texts(NAME, corpus, error) from None
