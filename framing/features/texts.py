"""What a transformer of texts takes, as a list: one item an article.

Conventions
-----------
* A collection of articles is a list, tuple, array, Series, or any other iterable that has an order; its items are ``str``, ``Article``,
  ``Document`` or ``Analysis``, mixed at will. Of two dimensions it must have one column, which is what ``ColumnTransformer`` hands over
  for ``["text"]`` rather than ``"text"``.
* One text instead of a collection is an error, because its characters would be taken for articles. So is a mapping or a set.
* A missing text (``None``, ``nan``) is an error with its position: whether a text is missing or says nothing is the caller's to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import issparse

from framing.records import Article, Document
from framing.result import Analysis
from framing.text import article_from_text

Text: TypeAlias = "str | Article | Document | Analysis"
_KINDS = "str, framing.Article, framing.Document or framing.Analysis"


def check_collection(X: Any) -> None:  # noqa: N803  # X as everywhere in scikit-learn
    """Whether it is a collection of texts, without a look at its items.

    Raises
    ------
    TypeError
        If it is one text, a sparse matrix, or nothing that can be gone through in order.
    ValueError
        If it has several columns, or no or more than two dimensions.
    """
    if isinstance(X, (str, bytes, bytearray, Article, Document, Analysis)):
        raise TypeError(f"X must be a collection of articles, not one {type(X).__name__}; put it in a list")
    if isinstance(X, (Mapping, Set)) or not (isinstance(X, Iterable) or hasattr(X, "__array__")):
        raise TypeError(f"X must be a list, array or Series of articles ({_KINDS}), not {type(X).__name__}")
    if issparse(X):
        raise TypeError(f"X must hold articles ({_KINDS}); a sparse {type(X).__name__} holds numbers")
    shape = getattr(X, "shape", None)
    if isinstance(shape, tuple) and (len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1)):
        raise ValueError(f"X must have one dimension or one column of articles, not the shape {shape}; choose the column of the text")


def as_texts(X: Any) -> list[str | Article | Analysis]:  # noqa: N803  # X as everywhere in scikit-learn
    """The articles of a collection; a ``Document`` becomes the ``Article`` of its text and title.

    Parameters
    ----------
    X : collection of str, Article, Document or Analysis

    Raises
    ------
    TypeError, ValueError
        See :func:`check_collection`; ``TypeError`` at the first item that is no article, with its position.
    """
    check_collection(X)
    if len(getattr(X, "shape", ())) == 2:
        X = np.asarray(X, dtype=object)[:, 0]  # noqa: N806  # see above
    return [_checked(i, item) for i, item in enumerate(X.to_pylist() if hasattr(X, "to_pylist") else X)]


def _checked(position: int, item: Any) -> str | Article | Analysis:
    if isinstance(item, str):
        return str(item)  # of NumPy's strings too
    if isinstance(item, (Article, Analysis)):
        return item
    if isinstance(item, Document):
        return article_from_text(item.text, item.title)
    missing = item is None or (isinstance(item, float) and np.isnan(item)) or type(item).__name__ in ("NAType", "NaTType")
    hint = "; fill in or drop missing texts first" if missing else "; decode it first" if isinstance(item, bytes) else ""
    raise TypeError(f"X[{position}] must be {_KINDS}, not {type(item).__name__}{hint}")
