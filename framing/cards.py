"""Model cards (Mitchell et al. 2019): what a model was learned from, how, how well it does and what it is not for.

Conventions
-----------
* A card is an object of plain JSON that stands in ``model.json`` under ``card``; ``CARD.md`` beside it is made from it. Nothing in it
  changes from run to run: no times, no machine, no versions of other packages.
* Texts are named by a sum: the SHA-256 of the list with a line ``<sha256 of the text>  <id>\\n`` for each, in the order of reading. So it
  changes with every text that is added, lost or changed, and with their order.
* Scores come later, from an experiment on the finished model: heading -> name -> value. A value is a number, ``[value, low, high]``, what
  :meth:`framing.metrics.signature.Score.as_dict` gives, or words. ``results`` says which file of ``experiments/results`` they are from.
  Headings that begin with ``By`` are scores by a factor.
* What is said of a kind of model (factors, metrics, evaluation, ethics) and not of a run stands in ``cards.toml``, by the card's name.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from framing.learning.store import CARD
from framing.metrics.signature import short
from framing.records import Document
from framing.writing import replacing

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = "CARD.md"
SECTIONS = (
    "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data", "Quantitative analyses",
    "Ethical considerations", "Caveats and recommendations",
)  # fmt: skip
BY = "By "  # how the heading of scores by a factor begins
_NO_SCORES = "Not written yet."
_NOT_SAID = "Not stated for a model of this name."


def digest(documents: Iterable[Document]) -> str:
    """The sum of a list of texts, hexadecimal; see the module's docstring."""
    lines = (f"{hashlib.sha256(_bytes(document.text)).hexdigest()}  {document.id}\n" for document in documents)
    return hashlib.sha256(b"".join(map(_bytes, lines))).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def describe(corpus: str, split: str, use: str, documents: Sequence[Document], tokens: int, licence: str) -> dict[str, Any]:
    """What a card says of some texts.

    Parameters
    ----------
    corpus, split : str
        Where they are from.
    use : str
        What they were used for.
    documents : sequence of Document
    tokens : int
        How many they have.
    licence : str
        As the catalogue of corpora says.

    Returns
    -------
    dict
    """
    return {
        "corpus": corpus,
        "split": split,
        "use": use,
        "documents": len(documents),
        "tokens": tokens,
        "attributions": sum(len(document.attributions) for document in documents),
        "hedges": sum(len(document.hedges) for document in documents),
        "licence": licence,
        "sha256": digest(documents),
    }


def page(card: Mapping[str, Any]) -> str:
    """A card for people, in Markdown. The same card always gives the same page."""
    texts = [
        [
            f"{t['corpus']} {t['split']}",
            t["use"],
            f"{t['documents']:,}",
            f"{t['tokens']:,}",
            f"{t['attributions'] + t.get('hedges', 0):,}",
            f"`{t['sha256'][:16]}…`",
        ]
        for t in card["texts"]
    ]
    licences = dict(sorted((t["corpus"], t["licence"]) for t in card["texts"]))
    own, common = _words().get(card["name"], {}), _words()["all"]
    sections = {
        "Model details": [
            _list([*own.get("kind", ()), *common["details"]]),
            "### How it works",
            card["method"],
            "### Settings",
            _table(["setting", "value"], [[name, _setting(value)] for name, value in sorted(card["settings"].items())]),
            "### Literature",
            _list(card["citations"]),
        ],
        "Intended use": [_list([*card["use"], *common["users"]])],
        "Factors": [_list(own.get("factors", [_NOT_SAID]))],
        "Metrics": [_list(own.get("metrics", [_NOT_SAID]))],
        "Evaluation data": [_list(own.get("evaluation", [_NOT_SAID]))],
        "Training data": [
            _table(["corpus", "used for", "documents", "tokens", "annotations", "SHA-256 of the list"], texts),
            _list(f"{corpus}: {licence}" for corpus, licence in licences.items()),
        ],
        "Quantitative analyses": _scores(card["scores"], card.get("results", {})) or [_NO_SCORES],
        "Ethical considerations": [_list([*own.get("ethics", ()), *common["ethics"]])],
        "Caveats and recommendations": [_list([*card["limits"], *own.get("recommendations", ()), *common["recommendations"]])],
    }
    head = [f"# Model card: {card['name']}, version {card['version']}", f"`{card['signature']}`", card["task"]]
    return "\n\n".join([*head, *(part for name in SECTIONS for part in (f"## {name}", *sections[name]))]) + "\n"


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    """What ``cards.toml`` says of each kind of model, ``kind`` as a list of one."""
    text = resources.files("framing").joinpath("cards.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)
    return {model: {key: [told] if isinstance(told, str) else told for key, told in own.items()} for model, own in said.items()}


def _scores(scores: Mapping[str, Mapping[str, Any]], results: Mapping[str, str]) -> list[str]:
    """Overall, then by factors."""
    parts = []
    for heading in sorted(scores, key=lambda heading: (heading.startswith(BY), heading)):
        rows = scores[heading]
        parts += [f"### {heading}", _table(["measure", "score"], [[name, _score(value)] for name, value in sorted(rows.items())])]
        signatures = sorted({value["signature"] for value in rows.values() if isinstance(value, Mapping) and "signature" in value})
        parts += ["\n".join(f"`{signature}`  " for signature in signatures)] if signatures else []
        parts += [f"From `experiments/results/{results[heading]}`."] if heading in results else []
    return parts


def _score(value: Any) -> str:
    if isinstance(value, Mapping):
        low, high = value["interval"]
        return f"{short(value['value'])} [{short(low)}, {short(high)}], {value['n']:,} documents"
    if isinstance(value, list):
        best, low, high = value
        return f"{short(best)} [{short(low)}, {short(high)}]"
    return short(value) if isinstance(value, float) else _setting(value)


def _setting(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_setting(inner)}" for name, inner in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(map(_setting, value))
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"* {item}" for item in items)


def write_page(folder: str | os.PathLike[str]) -> Path:
    """Write ``CARD.md`` beside the ``model.json`` of a folder, from the card in it; gives its path.

    Raises
    ------
    FileNotFoundError
        If there is no ``model.json``.
    """
    home = Path(folder)
    _replace(home / PAGE, page(_read(home)["card"]))
    return home / PAGE


def add_scores(folder: str | os.PathLike[str], scores: Mapping[str, Mapping[str, Any]], results: str | None = None) -> None:
    """Write scores into the card of a model and its page; those under other headings stay, and the weights are not touched.

    Parameters
    ----------
    folder : path
        Of the model.
    scores : mapping
        Heading (such as ``PolNeAR dev``) -> name -> value; see the module's docstring.
    results : str, optional
        The file of ``experiments/results`` that they are from.

    Raises
    ------
    FileNotFoundError
        If there is no ``model.json``.
    ValueError
        If the scores are not plain JSON.
    """
    home = Path(folder)
    numbers = _read(home)
    numbers["card"]["scores"] = {**numbers["card"].get("scores", {}), **scores}
    if results is not None:
        numbers["card"]["results"] = {**numbers["card"].get("results", {}), **dict.fromkeys(scores, results)}
    try:
        text = json.dumps(numbers, indent=1, sort_keys=True, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ValueError(f"the scores are not plain JSON: {error}") from error
    _replace(home / CARD, text)
    write_page(home)


def _read(home: Path) -> dict[str, Any]:
    numbers: dict[str, Any] = json.loads((home / CARD).read_text(encoding="utf-8"))
    return numbers


def _replace(path: Path, text: str) -> None:
    with replacing(path) as stream:
        stream.write(text.encode("utf-8"))
