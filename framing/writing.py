"""Files that are there whole or not at all.

Conventions
-----------
A file is written beside its place under another name and moved there when it is complete, so a reader sees the old file or the new one, and
what goes wrong on the way leaves nothing. Devices, pipes and sockets (``/dev/null``, ``/dev/stdout``) are written to as they are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path, follow: bool = True) -> Iterator[IO[bytes]]:
    """Open ``path`` for writing; it is replaced when the block ends well and left as it was when it does not.

    Parameters
    ----------
    path : Path
        A file there keeps its permissions.
    follow : bool
        Whether a link stays a link, whose target is replaced; without, the link itself is replaced, and so nothing outside of the folder
        is ever written.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    place = Path(os.path.realpath(path)) if follow else path
    if follow and place.exists() and not place.is_file():
        with place.open("wb") as stream:
            yield stream
        return
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:50]}.", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, _mode(place))
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(place: Path) -> int:
    """The permissions the file has, or would have had if it had been made with ``open``: ``mkstemp`` is stricter."""
    if place.is_file() and not place.is_symlink():
        return place.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
