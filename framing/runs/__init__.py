"""Corpus runs: from any number of articles to tables of scores, over any workers, and never a row lost.

:func:`score` is the whole of it. Rooms: ``items`` (what is read; ``tables`` for rows of JSON lines, CSV and Parquet), ``shards`` (the
work), ``formats`` (what is written), ``journal`` (what is safe), ``workers`` (joblib under any backend, and workers that die), ``engine``.
"""

from framing.runs.engine import Summary, score
from framing.runs.items import Columns, Corpus, Item, ReadError
from framing.runs.journal import RunError

__all__ = ["Columns", "Corpus", "Item", "ReadError", "RunError", "Summary", "score"]
