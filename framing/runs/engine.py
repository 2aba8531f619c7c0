"""A corpus run from its inputs to its outputs.

Conventions
-----------
* The bytes of the outputs depend on the corpus, the options and the version of framing alone: not on the number or kind of workers, nor on
  how often the run died and went on. For JSON lines and CSV they do not depend on the size of shards either.
* A run that goes on reads the corpus again from its beginning and passes over what is safe; it does not go on with other options, other
  models or a corpus that has changed.
* An output whose name ends in ``/`` is a folder of shards (``part-00000000.jsonl`` ...), as Spark, dask and pandas read them; any other is
  one file, put together at the end under another name and renamed. Shards of single files are removed when the outputs are complete.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framing.analysis import models_of
from framing.engines import FAST
from framing.runs import journal as journals
from framing.runs.corpus import Corpus, check_inputs
from framing.runs.formats import FORMATS, SCHEMAS, combine, header, versions
from framing.runs.items import COLUMNS, MAX_CHARS, Columns
from framing.runs.journal import Done, Journal, RunError
from framing.runs.shards import ROWS, Ids, Result, Shard, maker, shards, work
from framing.runs.workers import results
from framing.transparency import SCHEME
from framing.version import __version__

Progress = Callable[[int, int, float | None], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: articles in all, how many of them failed, how many have the id of an earlier one, tokens; ``resumed`` rows were safe
    before it began. ``notes`` are about the inputs."""

    rows: int
    failed: int
    duplicates: int
    tokens: int
    resumed: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a table goes."""

    table: str
    form: str
    path: Path
    folder: bool


def score(
    inputs: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    output: str | os.PathLike[str],
    tables: Mapping[str, str | os.PathLike[str]] | None = None,
    *,
    columns: Columns = COLUMNS,
    form: str | None = None,
    input_form: str | None = None,
    encoding: str = "utf-8",
    max_chars: int = MAX_CHARS,
    engine: str = FAST,
    shard_rows: int = ROWS,
    n_jobs: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Analyse every article of a corpus and write a row for each.

    Parameters
    ----------
    inputs : path or sequence of paths
        Files of JSON lines, CSV, TSV or Parquet, folders and files of text or HTML, ``"-"`` for standard input.
    output : path
        For the rows of articles; the suffix tells the format. A name that ends in ``/`` is a folder of shards.
    tables : mapping, optional
        Further tables, ``"attributions"``, ``"hedges"``, ``"sentences"`` -> path.
    columns : Columns
        Names of the columns of tables.
    form : {"jsonl", "csv", "parquet"}, optional
        Of outputs that are folders.
    input_form : {"jsonl", "csv", "tsv", "parquet"}, optional
        Of inputs whose suffix does not tell.
    encoding : str
        Of tables of text.
    max_chars : int
        Longer texts are not analysed; their row says so.
    engine : {"fast", "encoder"}
        As :func:`framing.analyze` takes it.
    shard_rows : int
        Articles a shard at most: what a crash can cost a worker.
    n_jobs : int, optional
        Workers, through joblib under whatever backend ``joblib.parallel_config`` has set; -1 for one a core. Without it what
        ``parallel_config`` says, else one.
    resume : bool
        Go on with a run that was begun; without one, begin.
    overwrite : bool
        Replace outputs, and throw away a run that was begun.
    progress : callable, optional
        Called with rows, tokens and the share of the inputs that is read (``None`` if it cannot be known).

    Returns
    -------
    Summary

    Raises
    ------
    ReadError
        If an input cannot be read.
    RunError
        If the options are those of no possible run, an output or a run is in the way, the run was begun otherwise, or workers are gone.
    OSError
        If an output cannot be written; what is safe stays safe.
    ImportError, ValueError
        If the engine is not installed, or there is none of this name.
    """
    names = [os.fspath(p) for p in ([inputs] if isinstance(inputs, (str, os.PathLike)) else inputs)]
    check_inputs(names)
    targets = [_target("articles", output, form), *(_target(t, p, form) for t, p in (tables or {}).items())]
    _apart(targets, names)
    if max_chars < 1 or shard_rows < 1:
        raise RunError("max_chars and shard_rows must be at least 1")
    corpus = Corpus(tuple(names), columns, input_form, encoding, max_chars)
    notes = corpus.check()
    options = _options(corpus, targets, shard_rows, engine)
    folder = Path(f"{os.fspath(targets[0].path)}.run")
    if folder.exists() and overwrite:
        with journals.locked(folder):
            shutil.rmtree(folder)
    _clear(folder, targets, resume, overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    with journals.locked(folder):
        run = _Run(folder, targets, corpus, shard_rows, engine, options)
        run.open()
        return run.go(n_jobs, progress or (lambda rows, tokens, share: None), tuple(notes))


class _Run:
    def __init__(
        self, folder: Path, targets: Sequence[_Target], corpus: Corpus, shard_rows: int, engine: str, options: Mapping[str, Any]
    ) -> None:
        self.folder, self.targets, self.corpus, self.shard_rows = folder, targets, corpus, shard_rows
        self.engine, self.options = engine, options
        self.journal = Journal(folder)
        self.duplicates = 0
        self.seen = 0  # shards of the corpus

    def open(self) -> None:
        """Read the manifest, or begin one."""
        self.journal.read()
        if self.journal.options is None:
            self.journal.begin(self.options)
            return
        then, now = self.journal.options, self.options
        told = [f"{k}: {then.get(k)!r} then, {now.get(k)!r} now" for k in sorted({*then, *now}) if then.get(k) != now.get(k)]
        if told:
            raise RunError(
                f"{self.folder}: the run was begun with other options ({'; '.join(told)}); "
                "go on with the same, or begin anew with --overwrite"
            )

    def go(self, n_jobs: int | None, progress: Progress, notes: tuple[str, ...]) -> Summary:
        done = self.journal.done
        whole = self.journal.complete is not None and self._whole()
        safe = self._rows()
        rows, tokens = safe, sum(d.tokens for d in done.values())
        forms = {t.table: t.form for t in self.targets}
        doing = functools.partial(work, forms=forms, max_chars=self.corpus.max_chars, engine=self.engine)
        ids = Ids(self.folder / "ids.sqlite")
        try:
            progress(rows, tokens, None)
            for shard, result in results(self._missing(ids, whole), doing, n_jobs):
                before = done.get(shard.number)  # safe once, but its files are gone
                self._keep(shard, result)
                if before is None:
                    rows, tokens = rows + len(shard.items), tokens + result.tokens
                total = self.corpus.position.total
                progress(rows, tokens, min(self.corpus.position.done / total, 1.0) if total else None)
        finally:
            ids.close()
        if extra := [n for n in done if n >= self.seen]:
            raise RunError(f"{self.folder}: the corpus is shorter than it was (by {len(extra)} shards); begin anew with --overwrite")
        if not whole:
            self._put_together()
        self._tidy()
        return self._summary(safe, notes)

    def _missing(self, ids: Ids, whole: bool) -> Iterator[Shard]:
        """Shards that are not safe yet."""
        for shard in shards(self.corpus.items(), ids, self.shard_rows):
            self.seen = shard.number + 1
            self.duplicates += sum(d is not None for d in shard.duplicates)
            done = self.journal.done.get(shard.number)
            if done is None:
                if whole:
                    raise RunError(f"{self.folder}: the corpus is longer than it was; begin anew with --overwrite")
                yield shard
                continue
            if done.digest != shard.digest:
                raise RunError(
                    f"{self.folder}: rows {done.rows[0]:,} to {done.rows[1]:,} of the corpus are not what they were when the run began; "
                    "begin anew with --overwrite"
                )
            if not whole and not all(journals.intact(self._place(t, shard.number), *done.tables[t.table][:2]) for t in self.targets):
                yield shard

    def _place(self, target: _Target, number: int) -> Path:
        if target.folder:
            return journals.part(target.path, number, target.form, nested=False)
        return journals.part(self.folder / target.table, number, target.form)

    def _keep(self, shard: Shard, result: Result) -> None:
        if result.maker != maker(self.engine):
            raise RunError(f"a worker has {result.maker}, but here is {maker(self.engine)}: install the same on all")
        tables = {}
        for target in self.targets:
            data = result.tables[target.table]
            if target.folder:
                data = header(target.table, target.form) + data
            tables[target.table] = (*journals.store(self._place(target, shard.number), data), result.counts[target.table])
        rows = (shard.items[0].row, shard.items[-1].row)
        self.journal.add(Done(shard.number, shard.digest, rows, result.failed, result.tokens, tables))

    def _put_together(self) -> None:
        """Write every single file under another name, then rename them all."""
        single = [t for t in self.targets if not t.folder]
        drafts = [t.path.with_name(f".{t.path.name}.part") for t in single]
        try:
            for target, draft in zip(single, drafts):
                with draft.open("wb") as stream:
                    combine(target.table, target.form, (self._place(target, n) for n in range(self.seen)), stream)
                    stream.flush()
                    os.fsync(stream.fileno())
            outputs = {t.table: [draft.stat().st_size, _sha256(draft)] for t, draft in zip(single, drafts)}
            for target, draft in zip(single, drafts):
                os.replace(draft, target.path)
                journals.sync(target.path.parent)
        except OSError:
            for draft in drafts:
                draft.unlink(missing_ok=True)
            raise
        self.journal.finish({"shards": self.seen, "duplicates": self.duplicates, "outputs": outputs})

    def _tidy(self) -> None:
        """Remove what a crash or an earlier run has left: shards of single files, files of a folder that are none of its shards."""
        for target in self.targets:
            shutil.rmtree(self.folder / target.table, ignore_errors=True)
            for path in target.path.glob("part-*") if target.folder else ():
                number = path.name.removeprefix("part-").removesuffix(f".{target.form}")
                if not number.isdecimal() or path != self._place(target, int(number)) or int(number) >= self.seen:
                    path.unlink()

    def _whole(self) -> bool:
        """Whether the outputs of a complete run are still there as they were written."""
        complete = self.journal.complete or {}
        single = all(journals.intact(t.path, *complete["outputs"][t.table]) for t in self.targets if not t.folder)
        return single and all(
            journals.intact(self._place(t, d.shard), *d.tables[t.table][:2])
            for t in self.targets
            if t.folder
            for d in self.journal.done.values()
        )

    def _rows(self) -> int:
        return sum(d.rows[1] - d.rows[0] + 1 for d in self.journal.done.values())

    def _summary(self, safe: int, notes: tuple[str, ...]) -> Summary:
        done = self.journal.done.values()
        return Summary(self._rows(), sum(d.failed for d in done), self.duplicates, sum(d.tokens for d in done), safe, notes)


def _target(table: str, path: str | os.PathLike[str], form: str | None) -> _Target:
    name = os.fspath(path)
    if table not in SCHEMAS:
        raise RunError(f"there is no table {table!r}; there are {', '.join(SCHEMAS)}")
    folder = name.endswith(("/", os.sep)) or Path(name).is_dir()
    suffix = Path(name).suffix.lower().removeprefix(".")
    suffix = "jsonl" if suffix == "ndjson" else suffix
    if not folder and suffix not in FORMATS:
        raise RunError(
            f"{name}: the suffix must tell the format ({', '.join('.' + f for f in FORMATS)}), or the name end in / for a folder"
        )
    if form is not None and form not in FORMATS:
        raise RunError(f"the format must be one of {', '.join(FORMATS)}, not {form!r}")
    return _Target(table, (form or "jsonl") if folder else suffix, Path(name), folder)


def _apart(targets: Sequence[_Target], inputs: Sequence[str]) -> None:
    """No two tables in the same place, and none where an input is."""
    places = [os.path.realpath(t.path) for t in targets]
    read = {os.path.realpath(name) for name in inputs if name != "-"}
    for target, place in zip(targets, places):
        if places.count(place) > 1:
            raise RunError(f"{target.path}: two tables cannot go to the same place")
        if place in read:
            raise RunError(f"{target.path}: is also an input and would be overwritten")


def _clear(folder: Path, targets: Sequence[_Target], resume: bool, overwrite: bool) -> None:
    """Refuse what would destroy something; make way if that is wanted."""
    if folder.exists() and not resume:
        raise RunError(f"{folder}: a run was begun here; go on with it by --resume, or begin anew with --overwrite")
    for target in targets:
        if target.folder:
            if not folder.exists() and target.path.exists() and any(target.path.iterdir()):
                if not overwrite:
                    raise RunError(f"{target.path}: the folder is not empty; name another, or replace its shards with --overwrite")
                for old in target.path.glob("part-*"):
                    old.unlink()
            target.path.mkdir(parents=True, exist_ok=True)
        elif target.path.exists() and not folder.exists() and not overwrite:
            raise RunError(f"{target.path}: is there already; name another file, or replace it with --overwrite")
        elif not target.path.parent.is_dir():
            raise RunError(f"{target.path}: there is no folder {target.path.parent}")


def _options(corpus: Corpus, targets: Sequence[_Target], shard_rows: int, engine: str) -> dict[str, Any]:
    """Everything but the corpus itself on which the bytes depend."""
    single = all(t.form != "parquet" and not t.folder for t in targets)
    return {
        "framing": __version__,
        "scheme": SCHEME,
        "engine": engine,
        "models": {name: make().signature for name, make in sorted(models_of(engine).items())},
        "inputs": list(corpus.inputs),
        "input-format": corpus.form,
        "text-column": corpus.columns.text,
        "id-column": corpus.columns.id,
        "title-column": corpus.columns.title,
        "encoding": corpus.encoding,
        "max-chars": corpus.max_chars,
        "shard-rows": shard_rows,
        "outputs": {t.table: [os.fspath(t.path) + ("/" if t.folder else ""), t.form] for t in targets},
        **({} if single else versions(t.form for t in targets)),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        total = hashlib.sha256()
        while block := stream.read(1 << 20):
            total.update(block)
    return total.hexdigest()
