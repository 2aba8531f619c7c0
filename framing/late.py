"""Regular expressions that few texts ask for: compiled at their first use, since to compile one takes as long as to read a sentence."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._compiled, self._source = None, (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        """A method of the pattern; kept here, so that it is reached only once."""
        if self._compiled is None:
            self._compiled = cast(Any, re.compile(*self._source))
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As ``re.compile``, but for its methods and attributes alone: ``late(p).search(text)``, not ``re.search(late(p), text)``.

    Raises
    ------
    re.error
        At the first use, if the pattern is none.
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))
