"""Analyses as lines of JSON: one object of the published format a line, UTF-8, line feed at the end, nothing between.

Characters that some readers take for the end of a line (U+0085, U+2028, U+2029) are escaped; the object that is read back is the same.
Lines are made one at a time, so a stream of any length needs the memory of one article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from framing.result import Analysis

_LINE_ENDS = str.maketrans({c: f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"})


def render_jsonl(analyses: Iterable[Analysis], with_text: bool = False, explain: bool = False) -> Iterator[str]:
    """One line for each analysis, its line feed included.

    Parameters
    ----------
    analyses : iterable of Analysis
    with_text, explain : bool
        As in :meth:`framing.Analysis.to_dict`.

    Yields
    ------
    str
        A JSON object without a raw line feed inside; it always encodes as UTF-8.
    """
    for analysis in analyses:
        yield analysis.to_json(with_text=with_text, explain=explain).translate(_LINE_ENDS) + "\n"
