"""Shards over workers: joblib under whatever backend the caller has set, and what to do when workers die.

Conventions
-----------
* Results come as they are ready; as many shards as two a worker are under way or waiting, so the memory is flat.
* :func:`framing.runs.shards.work` raises nothing, so whatever comes out of the backend means that workers died or cannot be reached. The
  shards that were under way are then done again, one at a time. A shard whose worker dies ``TRIES`` times is taken apart: an article that
  kills its worker as often gets an error in place of its scores, and the others are done.
* If not even an empty task comes back, the workers are gone and the run stops with :class:`RunError`; what is safe stays safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from framing.runs.journal import RunError
from framing.runs.shards import Result, Shard, without

TRIES = 3
Work = Callable[[Shard], Result]


class _BrokenError(Exception):
    """The backend gave an error; ``__cause__`` is which."""


def results(todo: Iterable[Shard], work: Work, n_jobs: int | None) -> Iterator[tuple[Shard, Result]]:
    """Each shard with its result, in the order in which they are ready.

    Parameters
    ----------
    todo : iterable of Shard
    work : callable
        Must be picklable for backends of processes.
    n_jobs : int or None
        Workers; ``None`` is what ``joblib.parallel_config`` says, else 1.

    Raises
    ------
    RunError
        If the workers cannot be reached.
    """
    stream = _Stream(todo)
    while True:
        try:
            yield from _run(stream, work, n_jobs)
        except _BrokenError as broken:
            if not stream.under_way:  # nothing was begun: the backend itself is at fault
                raise RunError(f"the workers cannot be reached: {_told(broken.__cause__)}") from broken.__cause__
            for shard in list(stream.under_way.values()):
                yield _alone(shard, work, n_jobs, broken.__cause__)
                stream.under_way.pop(shard.number, None)
            continue
        if stream.error is not None:
            raise stream.error
        return


def on_dask(client: Any) -> Any:
    """joblib's backend on a cluster of dask, for ``parallel_config``; ``client`` is connected to it.

    joblib takes a cluster with one thread for no cluster and works in the leading process, which an article could then kill. This one
    always works on the cluster.
    """
    from joblib._dask import DaskDistributedBackend

    class OnDask(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
        def effective_n_jobs(self, n_jobs: int) -> int:
            return max(2, int(super().effective_n_jobs(n_jobs)))

    return OnDask(client=client)


class _Stream:
    """The shards as joblib takes them, perhaps in a thread of its own: an error ends them and is kept, where joblib would lose it."""

    def __init__(self, todo: Iterable[Shard]) -> None:
        self._todo = iter(todo)
        self.under_way: dict[int, Shard] = {}
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[Shard]:
        return self

    def __next__(self) -> Shard:
        if self.error is not None:
            raise StopIteration
        try:
            shard = next(self._todo)
        except StopIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - raised where the results are taken
            self.error = error
            raise StopIteration from None
        self.under_way[shard.number] = shard
        return shard


def _run(stream: _Stream, work: Work, n_jobs: int | None) -> Iterator[tuple[Shard, Result]]:
    from joblib import effective_n_jobs

    while True:
        try:
            parallel, lazy = _parallel(n_jobs)
            # a backend that gives no results before all are there is fed a little at a time
            some: Iterable[Shard] = stream if lazy else list(islice(stream, 2 * effective_n_jobs(n_jobs)))
            if not lazy and not some:
                return
            found = iter(parallel(_tasks(some, work)))
        except Exception as error:
            raise _BrokenError from error
        try:
            while True:
                try:
                    result = next(found)
                except StopIteration:
                    break
                except Exception as error:
                    raise _BrokenError from error
                yield stream.under_way.pop(result.number), result
        finally:
            close = getattr(found, "close", None)
            if close is not None:
                close()
        if lazy:
            return


def _parallel(n_jobs: int | None) -> tuple[Any, bool]:
    """``joblib.Parallel`` as the caller's backend allows, and whether it gives results one by one."""
    from joblib import Parallel

    try:
        return Parallel(n_jobs=n_jobs, batch_size=1, pre_dispatch="2*n_jobs", return_as="generator_unordered"), True
    except ValueError:  # the backends on multiprocessing, ray's among them
        return Parallel(n_jobs=n_jobs, batch_size=1), False


def _tasks(some: Iterable[Shard], work: Work) -> Iterator[Any]:
    from joblib import delayed

    return (delayed(work)(shard) for shard in some)


def _alone(shard: Shard, work: Work, n_jobs: int | None, cause: BaseException | None) -> tuple[Shard, Result]:
    """A shard whose worker may have died because of it."""
    found = _tried(shard, work, n_jobs)
    if found is None:
        _reach(n_jobs, cause)
        dead = set()
        for item, first in zip(shard.items, shard.duplicates):
            if _tried(replace(shard, items=(item,), duplicates=(first,)), work, n_jobs) is None:
                _reach(n_jobs, cause)
                dead.add(item.row)
        found = _tried(without(shard, dead), work, n_jobs)
    if found is None:
        raise RunError(f"the workers die again and again: {_told(cause)}") from cause
    return shard, found


def _tried(shard: Shard, work: Work, n_jobs: int | None) -> Result | None:
    for _ in range(TRIES):
        try:
            found: list[Result] = list(_single(n_jobs)(_tasks([shard], work)))
        except Exception:  # noqa: BLE001 - whatever the backend raises when a worker dies
            continue
        return found[0]
    return None


def _single(n_jobs: int | None) -> Any:
    from joblib import Parallel

    return Parallel(n_jobs=n_jobs, batch_size=1)


def _reach(n_jobs: int | None, cause: BaseException | None) -> None:
    """Raise :class:`RunError` if no worker answers."""
    from joblib import delayed

    try:
        list(_single(n_jobs)([delayed(int)()]))
    except Exception as error:  # noqa: BLE001 - whatever the backend raises
        raise RunError(f"the workers cannot be reached: {_told(error)}") from (cause or error)


def _told(error: BaseException | None) -> str:
    return type(error).__name__ if error is None or not str(error) else f"{type(error).__name__}: {str(error).splitlines()[0]}"
