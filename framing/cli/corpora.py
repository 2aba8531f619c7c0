"""``framing corpora``: which corpora there are, what they are, how one gets them, and whether the files are the right ones.

Conventions
-----------
Output keeps to 80 columns. Our own labels of texts of other corpora are of use with these texts alone: where they are not there, the list
says ``labels``, and whatever else names the corpus which texts are missing. ``verify`` without a name looks at the corpora that are there.
A file that fits no variant of the catalogue fails only if all of its variants are verified; else there is nothing to hold against it, and
``verify`` prints its sum.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from framing.corpora import FileState, info, list_corpora, verify
from framing.corpora.catalogue import CorpusFile, CorpusInfo
from framing.corpora.files import KEPT, MISSING, UNKNOWN, corpus_home, default_home, how_to_get, kept_apart, matches

WIDTH = 80
_STATE = 9  # columns of the longest state
_LABEL = 10

EPILOG = """\b
Examples:
  framing corpora list
  framing corpora info polnear
  framing corpora fetch cofenet
  framing corpora verify polnear
"""

home_option = click.option(
    "--data-home", type=click.Path(file_okay=False), help="Folder of the corpora; else FRAMING_DATA, else a folder of yours."
)


@click.group("corpora", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List, describe, download and check the corpora that can be read."""


@command.command("list")
@home_option
def list_command(data_home: str | None) -> int:
    """List all corpora, and say which are there."""
    bare = False
    for corpus in list_corpora():
        state = _files_there(corpus, data_home)
        alone = bool(state and _texts_lacking(corpus, data_home))
        bare |= alone
        _print(f"{corpus.name:<24}{'labels' if alone else state:<8}", corpus.title)
    if bare:
        click.echo()
        _print("", "labels: ours, and here; the texts that they stand on are not. `framing corpora info NAME` says which.")
    click.echo(f"\nFolder of the corpora: {data_home or default_home()}")
    return 0


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [corpus.name for corpus in list_corpora() if corpus.name.startswith(incomplete)]


@command.command("info")
@click.argument("name", shell_complete=_complete)
@home_option
def info_command(name: str, data_home: str | None) -> int:
    """Describe the corpus NAME: licence, citation, splits, options, how to get it."""
    corpus = _entry(name)
    home = corpus_home(corpus, data_home)
    rows = {
        "": corpus.title,
        "tasks": ", ".join(corpus.tasks),
        "licence": corpus.licence,
        "cite": corpus.citation,
        "home": corpus.homepage,
        "splits": ", ".join(corpus.splits) or "none",
        "default": ", ".join(corpus.default) if corpus.default != corpus.splits else "",
        "folds": str(corpus.folds or ""),
        "needs": ", ".join(corpus.needs),
        "get": how_to_get(corpus),
        "folder": f"{home} ({presence(corpus, data_home) or 'not there'})",
    }
    click.echo(corpus.name)
    for label, value in rows.items():
        if value:
            _print(f"{label:<{_LABEL}}", value)
    for option, meaning in (corpus.options or {}).items():
        _print(f"{'option':<{_LABEL}}", f"{option}: {meaning}")
    for file in corpus.files:
        _print(f"{'file':<{_LABEL}}", f"{file.path}{f' ({file.note})' if file.note else ''}: {_file_there(corpus, file, home)}")
    _print(f"{'check':<{_LABEL}}", _check(corpus))
    return 0


def _file_there(corpus: CorpusInfo, file: CorpusFile, home: Path) -> str:
    """Whether a file is there on this machine, and whether it could be checked."""
    found = matches(home, file)
    if kept_apart(corpus, file):
        return "there" if found else f"not there, {KEPT}"
    state = "not there" if not found else f"there, {len(found):,} files" if file.many else "there"
    return state if any(variant.sha256 for variant in file.variants) else f"{state}; checksum not known"


def _check(corpus: CorpusInfo) -> str:
    """What the catalogue can compare files with."""
    how = f"`framing corpora verify {corpus.name}` compares size and checksum with"
    if corpus.own or any(v.sha256 for file in corpus.files for v in file.variants if v.name != "at hand"):
        return f"{how} those of the catalogue"
    of = "the copy that framing was made with (test parts taken out, large sets thinned)"
    return f"{how} {of}; those of the published files are not known"


@command.command("fetch")
@click.argument("name", shell_complete=_complete)
@click.option("--force", is_flag=True, help="Download again what is there.")
@home_option
def fetch_command(name: str, force: bool, data_home: str | None) -> int:
    """Download the corpus NAME, or say how to get it where it cannot be downloaded."""
    from framing.corpora.download import FetchError, fetch

    corpus = _entry(name)
    try:
        states = fetch(name, data_home, force=force)
    except FetchError as error:
        click.echo(f"framing: {name}: {error}", err=True)
        return 1
    except OSError as error:
        click.echo(f"framing: {name}: cannot be written: {error}", err=True)
        return 1
    _show(corpus, states, corpus_home(corpus, data_home))
    if all(state.state != MISSING for state in states):
        return 0
    if corpus.own:
        return int(all(state.state == MISSING for state in states))
    by_hand = [state.path for state, file in zip(states, corpus.files) if state.state == MISSING and not file.url]
    if by_hand:
        click.echo()
        _print("", f"{len(by_hand)} of {len(states)} cannot be downloaded from here. To get them, {corpus.get}")
    return int(bool(by_hand))


@command.command("verify")
@click.argument("name", required=False, shell_complete=_complete)
@home_option
def verify_command(name: str | None, data_home: str | None) -> int:
    """Say of each file of the corpus NAME, or of all that are there, which variant it is."""
    corpora = [_entry(name)] if name else [corpus for corpus in list_corpora() if presence(corpus, data_home)]
    if not corpora:
        _print("", f"No corpus is there: {data_home or default_home()}")
    code = 0
    for number, corpus in enumerate(corpora):
        if number:
            click.echo()
        states = verify(corpus.name, data_home)
        _show(corpus, states, corpus_home(corpus, data_home))
        if all(state.state == MISSING for state in states):
            click.echo()
            _print("", f"Nothing of it is there. {how_to_get(corpus)}")
            code = 1
        elif any(state.state == UNKNOWN and all(v.sha256 for v in file.variants) for state, file in zip(states, corpus.files)):
            code = 1
    return code


def _entry(name: str) -> CorpusInfo:
    try:
        return info(name)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def presence(corpus: CorpusInfo, data_home: str | None) -> str:
    """``here``, ``partly`` or nothing, by whether the files that could be at hand exist; their content is not looked at.

    Behind it stands what is missing all the same: the texts that labels stand on, and a test part of ours.
    """
    state, lacking = _files_there(corpus, data_home), _texts_lacking(corpus, data_home)
    if not state:
        return ""
    home = corpus_home(corpus, Path(data_home) if data_home else None)
    apart = any(kept_apart(corpus, file) and not matches(home, file) for file in corpus.files)
    told = f"labels {state}, texts of {' and '.join(lacking)} not here" if lacking else state
    return f"{told}, test kept apart" if apart else told


def _texts_lacking(corpus: CorpusInfo, data_home: str | None) -> list[str]:
    return [need for need in corpus.needs if not _files_there(info(need), data_home)]


def _files_there(corpus: CorpusInfo, data_home: str | None) -> str:
    home = corpus_home(corpus, Path(data_home) if data_home else None)
    expected = [file for file in corpus.files if any(v.name == "at hand" for v in file.variants)] or list(corpus.files)
    there = [bool(matches(home, file)) for file in expected]
    return "here" if all(there) else "partly" if any(there) else ""


def _show(corpus: CorpusInfo, states: tuple[FileState, ...], home: Path) -> None:
    _print("", f"{corpus.name} in {home}")
    for state in states:
        _print(f"  {state.state:<{_STATE}}", state.path)
        for line in _details(state):
            _print(" " * (_STATE + 2), line)


def _details(state: FileState) -> Iterator[str]:
    if state.size is not None and state.sha256 is not None:
        many = f"{state.count:,} files, " if state.count is not None else ""
        yield f"{many}{state.size:,} bytes, sha256 {state.sha256 if state.state == UNKNOWN else state.sha256[:12] + '…'}"
    if state.note:
        yield state.note


def _print(label: str, text: str) -> None:
    """``text`` to the right of ``label``, broken at 80 columns; a word that is longer is broken too, so nothing goes over."""
    lines = textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
    click.echo("\n".join(lines).rstrip() or label)
