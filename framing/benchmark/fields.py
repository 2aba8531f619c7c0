"""Fields of a JSON object of predictions, checked one by one: what is unfit is a ``ValueError`` that names the field and the place."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping
from typing import Any

from framing.showing import one_line

_LONG = 40  # characters of a foreign value that an error repeats


def check_keys(record: object, where: str, required: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Any]:
    """The record, if it is an object with these fields and no others.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(record, Mapping):
        raise ValueError(f"{where}: must be an object, not {shown(record)}")
    begin = f"{where}: " if where else ""
    for name in required:
        if name not in record:
            raise ValueError(f"{begin}`{name}` is missing")
    for name in record:
        if name not in required and name not in optional:
            raise ValueError(f"{begin}unknown field {shown(name)}; there are {', '.join((*required, *optional))}")
    return record


def check_list(value: object, where: str) -> list[Any]:
    """The value, if it is a list.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where}: must be a list, not {shown(value)}")
    return list(value)


def check_whole(value: object, where: str) -> int:
    """The value, if it is a whole number; true and false are none.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where}: must be a whole number, not {shown(value)}")
    return value


def check_span(value: object, where: str, length: int) -> tuple[int, int]:
    """``[start, end]`` in a text of ``length`` code points, of one character at least.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"{where}: must be [start, end], not {shown(value)}")
    start, end = check_whole(value[0], f"{where}[0]"), check_whole(value[1], f"{where}[1]")
    if not 0 <= start < end <= length:
        raise ValueError(f"{where}: [{shown(start)}, {shown(end)}] is no span of a text of {length:,} characters")
    return start, end


def check_spans(value: object, where: str, length: int) -> tuple[tuple[int, int], ...]:
    """A list of such spans.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    return tuple(check_span(span, f"{where}[{k}]", length) for k, span in enumerate(check_list(value, where)))


def check_choice(value: object, where: str, choices: Collection[str]) -> str:
    """The value, if it is one of the strings.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{where}: must be one of {', '.join(choices)}, not {shown(value)}")
    return value


def check_names(value: object, where: str) -> tuple[str, ...]:
    """The names: a string is one, a list holds several, ``None`` is none.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    names = [] if value is None else [value] if isinstance(value, str) else check_list(value, where)
    for k, name in enumerate(names):
        if not isinstance(name, str):
            raise ValueError(f"{where}[{k}]: must be a string, not {shown(name)}")
    return tuple(names)


def check_number(value: object, where: str, low: float = -math.inf, high: float = math.inf) -> float:
    """The value, if it is a finite number from ``low`` to ``high``; true and false are none.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{where}: must be a number, not {shown(value)}")
    if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > sys.float_info.max:
        raise ValueError(f"{where}: must be a finite number, not {shown(value)}")
    if not low <= value <= high:
        raise ValueError(f"{where}: must be a number from {low:g} to {high:g}, not {shown(value)}")
    return float(value)


def check_verdict(value: object, where: str) -> bool | float:
    """True, false, or the probability that it is so.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if isinstance(value, bool):
        return value
    if not isinstance(value, int | float):
        raise ValueError(f"{where}: must be true, false or a probability, not {shown(value)}")
    return check_number(value, where, 0, 1)


def shown(value: object) -> str:
    """A foreign value in a few safe words."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 100:
        return "a number out of all bounds"  # Python does not even print the longest ones
    plain = value is None or isinstance(value, bool | int | float | str)
    text = one_line("null" if value is None else repr(value[:_LONG] if isinstance(value, str) else value)) if plain else ""
    return text if plain else f"a {type(value).__name__}" if not isinstance(value, list | tuple) else f"a list of {len(value):,}"
