"""``framing models``: which models are shipped, what they do, what they learned from and under which terms, and their cards.

Conventions
-----------
What is said of a model is read from the card in its ``model.json``; the weights are not opened. The encoder is in another distribution and
is listed where that is installed. Labels of ours stand on the texts of other
corpora (``needs`` in the catalogue): those are listed too, because the model has learned from them. The licence of a corpus is the one that
the card gives; what it means and who states it are rows of ``lexicons/licences.tsv`` and ``lexicons/licence_statements.tsv``. Output keeps
to 80 columns, apart from cards, which are printed as they are.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from framing.corpora import list_corpora
from framing.encoder import session
from framing.lexicons import read_table

MODELS = Path(__file__).parents[1] / "models"
ENCODER = "encoder"
CARD, PAGE = "model.json", "CARD.md"
WIDTH = 80
_GAP = 2
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_UNKNOWN = "nothing is written of it here"

EPILOG = """\b
Examples:
  framing models list
  framing models list --licence
  framing models list --json
  framing models card attribution
"""


@dataclass(frozen=True, slots=True)
class Learned:
    """A corpus that a model learned from.

    ``splits`` are the parts that were read, as the card names them. ``under`` names the corpora whose labels stand on the texts of this
    one, where the card names those alone. ``stated`` says who states the licence and ``terms`` what it means, ``None`` where nobody has
    written it.
    """

    corpus: str
    licence: str
    splits: tuple[str, ...]
    under: tuple[str, ...]
    stated: str | None
    terms: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """A shipped model: ``does`` is the first sentence of its task, ``size`` is in bytes, of all its files."""

    name: str
    does: str
    signature: str
    size: int
    learned: tuple[Learned, ...]


def homes() -> dict[str, Path]:
    """The folders of the shipped models by their names, sorted: those that hold a ``model.json``."""
    found = {path.parent.name: path.parent for path in MODELS.glob(f"*/{CARD}")}
    with suppress(ImportError):
        found[ENCODER] = session.folder()
    return dict(sorted(found.items()))


def names() -> list[str]:
    """The names of the shipped models, sorted."""
    return list(homes())


def read(name: str) -> Model:
    """What the card of a shipped model says of it.

    Raises
    ------
    ValueError
        If its ``model.json`` is damaged or has no card; the message names the file.
    OSError
        If a file cannot be read.
    """
    home = homes()[name]
    try:
        card = json.loads((home / CARD).read_bytes())["card"]
        return Model(
            name,
            _SENTENCE_END.split(" ".join(card["task"].split()))[0],
            card["signature"],
            sum(path.stat().st_size for path in home.rglob("*") if path.is_file()),
            _learned(card["texts"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{home / CARD} holds no card of a model") from error


def _learned(texts: list[Mapping[str, Any]]) -> tuple[Learned, ...]:
    """The corpora of the ``texts`` of a card in their order, then those under them."""
    licences: dict[tuple[str, str], list[str]] = {}
    for text in texts:
        licences.setdefault((text["corpus"], text["licence"]), []).append(text["split"])
    named = {corpus for corpus, _ in licences}
    catalogue = {corpus.name: corpus for corpus in list_corpora()}
    under: dict[str, list[str]] = {}
    for corpus in sorted(named & catalogue.keys()):
        for needed in catalogue[corpus].needs:
            if needed not in named:
                under.setdefault(needed, []).append(corpus)
    terms = {row["licence"]: row["terms"] for row in read_table("licences")}
    stated = {row["corpus"]: row["stated"] for row in read_table("licence_statements")}
    whole = [(corpus, licence, tuple(dict.fromkeys(splits)), ()) for (corpus, licence), splits in licences.items()]
    below = [(corpus, catalogue[corpus].licence, (), tuple(above)) for corpus, above in sorted(under.items())]
    return tuple(Learned(*row, stated.get(row[0]), terms.get(row[1])) for row in (*whole, *below))


@click.group("models", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List the models that are shipped, with their terms, and show their cards."""


@command.command("list")
@click.option("--licence", "--license", "licence", is_flag=True, help="Also who states each licence and what it means for you.")
@click.option("--json", "as_json", is_flag=True, help="A list of JSON objects with all of it, sizes in bytes.")
def list_command(licence: bool, as_json: bool) -> int:
    """List the models: what each does, what it learned from and under which licence, size and signature."""
    try:
        models = [read(name) for name in names()]
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([asdict(model) for model in models], indent=1, sort_keys=True))
        return 0
    column = max((len(model.name) for model in models), default=0) + _GAP
    for number, model in enumerate(models):
        if number:
            click.echo()
        _show(model, column, licence)
    click.echo()
    _print("", "`framing models card NAME` shows how a model learned, how well it does and what it is not for.")
    return 0


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in names() if name.startswith(incomplete)]


@command.command("card")
@click.argument("name", shell_complete=_complete)
def card_command(name: str) -> int:
    """Print the card of the model NAME, in Markdown."""
    known = homes()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise click.UsageError(f"no model {name!r}{hint}: there are {', '.join(known)}")
    try:
        page = (known[name] / PAGE).read_bytes()
    except OSError as error:
        raise click.ClickException(f"{known[name] / PAGE}: cannot be read: {error.strerror or error}") from error
    click.echo(page, nl=False)  # bytes: the same page whatever the encoding of the terminal
    return 0


def _show(model: Model, column: int, licence: bool) -> None:
    _print(f"{model.name:<{column}}", model.does, bold=True)
    margin = " " * column
    for learned in model.learned:
        under = f" (texts under {' and '.join(learned.under)})" if learned.under else ""
        _print(margin, f"{learned.corpus}{under}: {learned.licence}")
        if licence:
            _print(margin + " " * _GAP, f"stated by: {learned.stated or _UNKNOWN}")
            _print(margin + " " * _GAP, f"terms: {learned.terms or _UNKNOWN}")
    _print(margin, f"{_size(model.size)}  {model.signature}")


def _size(size: int) -> str:
    """Bytes in the unit that people read, of a thousand."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def _print(label: str, text: str, bold: bool = False) -> None:
    """``text`` to the right of ``label``, broken at 80 columns; the label is set in bold where the output is a terminal that takes it."""
    lines = textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
    shown = "\n".join(lines)
    if bold and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        shown = click.style(label, bold=True) + shown[len(label) :]
    click.echo(shown)
