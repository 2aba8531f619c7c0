"""Download the files of a corpus that can be had one by one, over https, checked before they take their place.

A file is written beside its place under another name and moved there when its size and SHA-256 are those of the catalogue, so what lies in
the data home is whole. Where the catalogue says "not verified" nothing can be compared: the file is kept, and its state says so. Corpora
that a licence or their size forbid to download have no addresses in the catalogue; ``get`` of their entry says what to do.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from framing.corpora.catalogue import CorpusFile, Variant, info
from framing.corpora.files import MISSING, FileState, checksum, corpus_home, verify

TIMEOUT = 60  # seconds without an answer


class FetchError(OSError):
    """A file could not be downloaded, or is not what the catalogue says; the message names it."""


def fetch(
    name: str, data_home: str | os.PathLike[str] | None = None, *, force: bool = False, certificates: str | os.PathLike[str] | None = None
) -> tuple[FileState, ...]:
    """Download the files of a corpus that are not there yet.

    Parameters
    ----------
    name : str
        Name of the corpus.
    data_home : path, optional
        Folder of the corpora.
    force : bool
        Download again what is there.
    certificates : path, optional
        File of the certificate authorities to trust instead of the usual ones; REQUESTS_CA_BUNDLE in the environment does the same.

    Returns
    -------
    tuple of FileState
        What :func:`framing.corpora.verify` says afterwards. Files without an address stay missing.

    Raises
    ------
    FetchError
        If a download fails, or size or sum are wrong; what was there before is left as it was.
    """
    corpus = info(name)
    home = corpus_home(corpus, data_home)
    for file in corpus.files:
        if file.url and (force or not (home / file.path).is_file()):
            _download(file, home, None if certificates is None else os.fspath(certificates))
    return verify(name, data_home)


def missing(states: tuple[FileState, ...]) -> tuple[FileState, ...]:
    """The files that are not there."""
    return tuple(state for state in states if state.state == MISSING)


def _download(file: CorpusFile, home: Path, certificates: str | None) -> None:
    try:
        from pooch import HTTPDownloader
        from requests import RequestException
    except ImportError as error:
        raise FetchError(f"{file.path}: downloads need pooch: pip install pooch ({error})") from error

    variant = next(v for v in file.variants if v.url)
    address = str(variant.url)
    if not address.startswith("https://"):
        raise FetchError(f"{file.path}: {address} is no https address")
    place = home / file.path
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:50]}.", suffix=".part", dir=place.parent)
    os.close(handle)
    part = Path(name)
    try:
        options = {} if certificates is None else {"verify": certificates}
        HTTPDownloader(timeout=TIMEOUT, **options)(address, name, None)
        _compare(file, variant, part)
        part.chmod(0o644)
        part.replace(place)
    except RequestException as error:
        raise FetchError(f"{file.path}: {address} could not be downloaded: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _compare(file: CorpusFile, variant: Variant, part: Path) -> None:
    size, digest = checksum(part.parent, [part])
    if variant.size is not None and size != variant.size:
        raise FetchError(f"{file.path}: wrong size: expected {variant.size:,} bytes, found {size:,}; from {variant.url}")
    if variant.sha256 is not None and digest != variant.sha256:
        raise FetchError(f"{file.path}: wrong SHA-256: expected {variant.sha256}, found {digest}; from {variant.url}")
