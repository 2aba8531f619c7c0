"""Corpus runs: from any number of articles to tables of scores, over any workers, and never a row lost.

:func:`score` is the whole of it. Rooms: ``corpus`` (what is read: ``texts``, ``tables``, ``lines``; it becomes ``items``), ``shards`` (the
work), ``formats`` (what is written), ``journal`` (what is safe), ``workers`` (joblib under any backend, and workers that die), ``engine``.
"""

from framing.runs.corpus import Corpus
from framing.runs.engine import Summary, score
from framing.runs.items import Columns, Item, ReadError
from framing.runs.journal import RunError

__all__ = ["Columns", "Corpus", "Item", "ReadError", "RunError", "Summary", "score"]
