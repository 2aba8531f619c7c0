"""A model on disk: a folder with ``model.json`` (the card) and ``weights.npz`` (the arrays). Neither can execute when it is read.

Conventions
-----------
* The card is an object of plain JSON. Two of its keys are ours: ``format``, the version of this layout, and ``sha256``, the digest of
  ``weights.npz``. What version a model itself has is the matter of the model.
* ``weights.npz`` is what ``numpy.load`` reads: a zip of arrays, none of Python objects. The same arrays and card give the same bytes,
  whenever they are written: names in order, no times.
* Arrays that were read cannot be written to. A checksum of the zip is not looked at: the digest has said more.
* What comes from elsewhere is held to limits: a card of ``MOST_CARD`` bytes, arrays of ``MOST`` bytes in all, each of exactly the size
  that its entry in the zip and its header say, so that a few bytes cannot stand for gigabytes.
* Files are written beside their place and renamed, the card last. Whoever reads at any moment finds the old model, the new one or, between
  the two renames, a card that does not fit the weights, which :func:`load` refuses.
* Matrices may be kept as one byte a number, with one scale along an axis (:func:`to_int8`): x ≈ scale · code, -127 <= code <= 127,
  wrong by at most half a scale. Scales have 17 significant bits, so that products with a code are exact in float32: what was kept once
  is kept again as it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
CARD, WEIGHTS = "model.json", "weights.npz"
MOST_CARD, MOST = 1 << 24, 1 << 30

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_LOCAL, _SIZES = 30, 26  # bytes of a local header of a zip, and where in it the lengths of name and extra field are
_MAGIC = 10  # bytes before the header of an array in the first version of its format
_HEADER = re.compile(rb"\{'descr': '([<|][biufSU]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n")  # of plain ones

# What zipfile, zlib and numpy raise on bytes that nobody wrote. NotImplementedError: a version of zip that is not known; TypeError: a type
# of numbers that is none; OverflowError: a shape beyond a word.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, TypeError, NotImplementedError, OverflowError)


def save(folder: str | os.PathLike[str], card: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a model into a folder, which is made if need be.

    Parameters
    ----------
    folder : path
    card : mapping of str to what JSON can hold
        ``format`` and ``sha256`` are set here.
    arrays : mapping of str to array
        Of any shape, not of Python objects. Names are of letters, digits, ``_``, ``.`` and ``-``.

    Raises
    ------
    ValueError
        If the card is not plain JSON, or an array holds objects or has no proper name; nothing is written then.
    OSError
        If the files cannot be written.
    """
    home = Path(folder)
    weights = _pack(home, arrays)
    whole = {**card, "format": FORMAT, "sha256": hashlib.sha256(weights).hexdigest()}
    try:
        text = json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ValueError(f"the card of {home} is not plain JSON: {error}") from error
    home.mkdir(parents=True, exist_ok=True)
    files = {WEIGHTS: weights, CARD: text.encode()}  # the card last: it holds the digest of the weights
    drafts = {name: home / f".{name}.{os.getpid()}" for name in files}
    try:
        for name, content in files.items():
            drafts[name].write_bytes(content)
        for name in files:
            os.replace(drafts[name], home / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def load(folder: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read what :func:`save` wrote: the whole card, and the arrays.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is damaged or of another version, or the two do not belong together.
    """
    home, card = Path(folder), read_card(folder)
    path = home / WEIGHTS
    weights = _read(path, MOST)
    if hashlib.sha256(weights).hexdigest() != card["sha256"]:
        raise ValueError(f"{path} is not the file that {CARD} was written for")
    return card, _unpack(path, weights)


def read_card(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The card alone; raises as :func:`load`."""
    path = Path(folder) / CARD
    try:
        card = json.loads(_read(path, MOST_CARD))
    except (ValueError, RecursionError) as error:  # what is no UTF-8, what is no JSON, and what is nested beyond measure
        raise ValueError(f"{path} is not the card of a model: {error}") from error
    if not isinstance(card, dict) or not isinstance(card.get("sha256"), str):
        raise ValueError(f"{path} is not the card of a model")
    if card.get("format") != FORMAT:
        raise ValueError(f"{path} has format {card.get('format')!r}, this version reads format {FORMAT}")
    return card


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing") from None
    if len(content) > most:
        raise ValueError(f"{path} is larger than the limit of {most:,} bytes")
    return content


def _pack(home: Path, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name for an array of {home}")
            array = np.asarray(arrays[name], order="C")  # else the bytes would depend on the order in memory
            if array.dtype.hasobject:
                raise ValueError(f"array {name!r} of {home} holds Python objects")
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # made so, it has neither the time nor
            entry.create_system = 3  # the system of this machine
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _unpack(path: Path, weights: bytes) -> dict[str, NDArray[Any]]:
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(weights)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MOST:
                raise ValueError(f"unpacked they are larger than the limit of {MOST:,} bytes")
            for entry in entries:
                arrays[entry.filename.removesuffix(".npy")] = _array(_content(entry, weights))
    except _DAMAGED as error:
        raise ValueError(f"{path} does not hold plain arrays: {error}") from error
    return arrays


def _content(entry: zipfile.ZipInfo, weights: bytes) -> bytes:
    """A file of the zip, at once: reading by pieces costs more than inflating."""
    begin = entry.header_offset + _LOCAL + sum(struct.unpack_from("<HH", weights, entry.header_offset + _SIZES))
    packed = memoryview(weights)[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content = bytes(packed)
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.file_size + 1)  # one more than there should be
    else:
        raise ValueError(f"{entry.filename!r} is packed in a way that is not ours")
    if len(content) != entry.file_size:
        raise ValueError(f"{entry.filename!r} has not the size that its entry says")
    return content


def _array(content: bytes) -> NDArray[Any]:
    """An array of a file ``.npy``; its header, where it is one of ours, is read without the help of Python's parser."""
    begin = _MAGIC + int.from_bytes(content[_MAGIC - 2 : _MAGIC], "little")
    plain = _HEADER.fullmatch(content, _MAGIC, begin)
    if content.startswith(b"\x93NUMPY\x01\x00") and plain:
        kind, shape, order = np.dtype(plain[1].decode()), tuple(map(int, plain[2].replace(b",", b" ").split())), False
    else:
        stream = io.BytesIO(content)
        headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        try:
            shape, order, kind = headers[np.lib.format.read_magic(stream)](stream)
        except Exception as error:  # numpy hands the header to tokenizer and parser of Python, which raise what they like
            raise ValueError(f"the header of an array cannot be read: {error}") from error
        begin = stream.tell()
    if kind.hasobject:
        raise ValueError("an array holds Python objects")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * kind.itemsize != len(content) - begin:
        raise ValueError(f"an array of shape {shape} does not have {len(content) - begin:,} bytes")
    # of an array without bytes: frombuffer takes none
    flat: NDArray[Any] = np.frombuffer(content, kind, count, begin) if count * kind.itemsize else np.empty(count, kind)
    return flat.reshape(shape, order="F" if order else "C")


def from_words(words: Iterable[str]) -> NDArray[np.uint8]:
    """Strings without line breaks as an array; :func:`to_words` gives them back, of any code points."""
    return np.frombuffer("\n".join(words).encode("utf-8", "surrogatepass"), np.uint8)


def to_words(array: NDArray[np.uint8]) -> list[str]:
    """The strings of :func:`from_words`; of no string, one empty string. Raises ``ValueError`` if it is none of its arrays."""
    return array.tobytes().decode("utf-8", "surrogatepass").split("\n")


def to_int8(matrix: NDArray[np.floating[Any]], axis: int = 0) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Keep a matrix as one byte a number.

    Parameters
    ----------
    matrix : array of floats
    axis : int
        Numbers along this axis have one scale: with 0, each column of a matrix has its own.

    Returns
    -------
    codes : int8 array, the shape of ``matrix``
    scales : float32 array
        The shape of ``matrix``, but 1 at ``axis``. The largest magnitude has the code 127 or -127; where all are 0, the scale is 1.

    Raises
    ------
    ValueError
        If a number is not finite, or beyond the range of float32.
    """
    matrix = np.asarray(matrix)
    if not (np.abs(matrix) <= np.finfo(np.float32).max).all():
        raise ValueError("a number that is not finite, or not in float32, cannot be kept as a byte")
    mantissa, exponent = np.frexp((np.abs(matrix).max(axis=axis, keepdims=True, initial=0) / 127).astype(np.float32))
    scales = np.ldexp(np.floor(mantissa * np.float32(1 << 17)), exponent - 17)
    scales[scales == 0] = 1
    return np.clip(np.rint(matrix / scales), -127, 127).astype(np.int8), scales


def from_int8(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """What :func:`to_int8` kept, as float32. Raises ``ValueError`` if the two are none of its arrays."""
    fits = codes.ndim == scales.ndim and all(n in (1, m) for m, n in zip(codes.shape, scales.shape))
    if not fits or codes.dtype != np.dtype(np.int8) or scales.dtype != np.dtype(np.float32):
        raise ValueError(f"codes {codes.dtype}{codes.shape} and scales {scales.dtype}{scales.shape} do not belong together")
    return codes * scales


def check(arrays: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]] | None = None) -> None:
    """Raise ``ValueError`` unless every array holds numbers or truth values and those of ``shapes`` are there and have their shape."""
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(f"array {name!r} holds no numbers but {array.dtype}")
    for name, shape in (shapes or {}).items():
        if name not in arrays or arrays[name].shape != shape:
            raise ValueError(f"array {name!r} has not the shape {shape}")


def number(value: Any) -> float:
    """A number of a card. Raises ``ValueError`` if it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
