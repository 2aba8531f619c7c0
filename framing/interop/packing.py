"""An analysis as plain lists and numbers, without its text, and back: what a format can carry that knows no Python objects.

Conventions
-----------
* A record is the list of its fields in order; a span is its two offsets; its characters are those of the text. Nothing is rounded, so
  ``unpack(pack(a), a.article.text) == a``.
* It is for passing on and for keeping with the same version of ``framing``, not a format to publish: that is ``Analysis.to_json``.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from framing.records import Article, Span
from framing.result import Analysis
from framing.version import __version__


def pack(analysis: Analysis) -> list[Any]:
    """Lists, strings, numbers, booleans, mappings and ``None``: what msgpack and JSON hold."""
    return [__version__, _packed(analysis)]


def unpack(packed: Sequence[Any], text: str) -> Analysis:
    """The analysis that :func:`pack` took; ``text`` is its text.

    Raises
    ------
    ValueError
        If it was packed by another version, or is damaged.
    """
    try:
        version, content = packed
        if version != __version__:
            raise ValueError(f"it was packed by framing {version}, this is {__version__}")
        analysis: Analysis = _unpacked(Analysis, content, text)
    except (TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"this is no packed analysis: {error}") from error
    return analysis


def _packed(value: Any) -> Any:
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Article):
        return [None if f.name == "text" else _packed(getattr(value, f.name)) for f in fields(value)]
    if is_dataclass(value):
        return [_packed(getattr(value, f.name)) for f in fields(value)]
    if isinstance(value, Mapping):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    return value


def _unpacked(kind: Any, value: Any, text: str) -> Any:
    """The value of a type, as the annotations of the records name types."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _unpacked(next(a for a in arguments if a is not type(None)), value, text)
    if kind is Span:
        return Span.of(text, *value)
    if is_dataclass(kind):
        record: Any = kind
        hints = _fields(record)
        if len(hints) != len(value):
            raise ValueError(f"{len(value)} fields do not make a record of {len(hints)}")
        found = [_unpacked(hint, item, text) for hint, item in zip(hints, value)]
        return Article(text, *found[1:]) if kind is Article else record(*found)
    if origin is tuple:
        each = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        return tuple([_unpacked(item_kind, item, text) for item_kind, item in zip(each, value)])
    if origin is not None:  # a mapping
        return {key: _unpacked(arguments[1], item, text) for key, item in value.items()}
    return value


@cache
def _fields(kind: Any) -> tuple[Any, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[f.name] for f in fields(kind))
