"""The transformers: texts in, a matrix of features out.

All are stateless: ``fit`` looks at the arguments and learns nothing, and ``transform`` may be called without it. ``__init__`` stores what
it is given; it is checked by ``fit`` and ``transform``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, TypeVar

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from framing.analysis import OPTIONAL, WINDOW, analyze
from framing.features.catalogue import GROUPS, HYPERPARTISAN, NEEDS, columns
from framing.features.facts import Facts, Feature
from framing.features.texts import as_texts, check_collection
from framing.records import Article
from framing.result import Analysis

Floats = NDArray[np.float64]
_T = TypeVar("_T", bound="_Features")
_TASKS = 4  # for each worker at least, so that long articles do not leave the others idle


def _rows(texts: Sequence[str | Article | Analysis], groups: tuple[str, ...], hyperpartisan: bool, parts: Mapping[str, Any]) -> Floats:
    """The features of articles, nan where there is none; in a function of its own, so that workers get nothing else."""
    wanted = columns(groups, hyperpartisan)
    out = np.full((len(texts), len(wanted)), np.nan)
    for row, text in zip(out, texts):
        facts = Facts(text if isinstance(text, Analysis) else analyze(text, models=parts))
        for k, feature in enumerate(wanted):
            value = feature.value(facts)
            if value is not None:
                row[k] = value
    return out


class _Features(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What the transformers have in common."""

    _group: ClassVar[str] = ""

    fill_value: float
    n_jobs: int | None
    models: Mapping[str, Any] | None

    def fit(self: _T, X: Any, y: Any = None) -> _T:  # noqa: N803  # X as everywhere in scikit-learn
        """Check the arguments; nothing is learned.

        Parameters
        ----------
        X : collection of str, Article, Document or Analysis
            Looked at only to see that it is a collection.
        y : ignored

        Returns
        -------
        self
        """
        self._check()
        check_collection(X)
        return self

    def transform(self, X: Any) -> Floats:  # noqa: N803  # X as everywhere in scikit-learn
        """The features of articles.

        Parameters
        ----------
        X : collection of n str, Article, Document or Analysis
            A list, tuple, array, Series or other iterable, or an array or data frame of one column. What is not analysed is analysed, with
            the parts that the features need. An ``Analysis`` is taken as it is: what was left out of it is ``fill_value``.

        Returns
        -------
        array of float64, shape (n, p)
            Or a data frame, see ``set_output``; columns in the order of ``get_feature_names_out``.

        Raises
        ------
        TypeError
            If ``X`` is one text or no collection, or an item is no article; with its position.
        ValueError
            If ``X`` has several columns.
        """
        groups, hyperpartisan = self._check()
        texts = as_texts(X)
        parts = self._parts(groups, hyperpartisan)
        jobs = 1 if len(texts) < 2 else effective_n_jobs(self.n_jobs)
        if jobs == 1:
            found = _rows(texts, groups, hyperpartisan, parts)
        else:
            size = max(1, min(WINDOW, len(texts) // (_TASKS * jobs)))
            pieces = (texts[i : i + size] for i in range(0, len(texts), size))
            found = np.concatenate(Parallel(n_jobs=self.n_jobs)(delayed(_rows)(piece, groups, hyperpartisan, parts) for piece in pieces))
        return np.where(np.isnan(found), float(self.fill_value), found)

    def _parts(self, groups: tuple[str, ...], hyperpartisan: bool) -> dict[str, Any]:
        """The parts of the analysis: one's own, the shipped ones that a group needs, and no others."""
        needed = {part for group in groups for part in NEEDS[group]}
        if hyperpartisan and "framing" in groups:
            needed.add(HYPERPARTISAN)
        own = {name: part for name, part in (self.models or {}).items() if name in needed or name not in OPTIONAL}
        return {**{name: None for name in OPTIONAL if name not in needed}, **own}

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns, array of str (p,); ``input_features`` is ignored, as in scikit-learn's own transformers of text."""
        return np.array([f.name for f in self.describe()], dtype=object)

    def describe(self) -> tuple[Feature, ...]:
        """The features in the order of their columns, with unit, formula and meaning; ``feature_table`` makes a table of them."""
        return columns(*self._check())

    def _chosen(self) -> tuple[tuple[str, ...], bool]:
        """Groups, and whether the probability of being hyperpartisan is asked for."""
        return (self._group,), False

    def _check(self) -> tuple[tuple[str, ...], bool]:
        if isinstance(self.fill_value, bool) or not isinstance(self.fill_value, Real):
            raise TypeError(f"fill_value must be a number or nan, not {type(self.fill_value).__name__}")
        if self.models is not None and not isinstance(self.models, Mapping):
            raise TypeError(f"models must be a mapping or None, not {type(self.models).__name__}")
        groups, hyperpartisan = self._chosen()
        if not isinstance(hyperpartisan, (bool, np.bool_)):
            raise TypeError(f"hyperpartisan must be True or False, not {type(hyperpartisan).__name__}")
        return groups, bool(hyperpartisan)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        tags.requires_fit = False
        return tags

    def _more_tags(self) -> dict[str, Any]:
        """The same for scikit-learn before 1.6."""
        return {"X_types": ["1darray", "string"], "no_validation": True, "requires_fit": False, "stateless": True}


class AttributionFeatures(_Features):
    """How much of an article is told by others, in whose words, and how they are brought in.

    The columns are those of :mod:`framing.features.attribution`: attributions per 100 words; shares of direct, indirect and mixed speech,
    of quoted, reported and own words; length of quotations; nested ones; neutral cues and cues of belief.

    Parameters
    ----------
    fill_value : float
        What stands for a feature that an article does not have (no words, no attributions). nan by default, which trees of gradient
        boosting take and ``SimpleImputer`` fills; 0 is another statement than "unknown".
    n_jobs : int, optional
        Workers that analyse, through joblib under whatever backend the caller has set (``joblib.parallel_config``); ``None`` is 1 outside
        of such a setting, -1 one a core.
    models : mapping, optional
        Own parts of the analysis, as :func:`framing.analyze` takes them.
    """

    _group = "attribution"

    def __init__(self, fill_value: float = np.nan, n_jobs: int | None = None, models: Mapping[str, Any] | None = None) -> None:
        self.fill_value = fill_value
        self.n_jobs = n_jobs
        self.models = models


class HedgeFeatures(_Features):
    """How sure an article is, in its own voice and in those of its sources.

    The columns are those of :mod:`framing.features.hedging`: hedges per 100 words, by voice and by type; boosters, strength and negation;
    uncertain sentences.

    Parameters
    ----------
    fill_value, n_jobs, models
        As in :class:`AttributionFeatures`.
    """

    _group = "hedge"

    def __init__(self, fill_value: float = np.nan, n_jobs: int | None = None, models: Mapping[str, Any] | None = None) -> None:
        self.fill_value = fill_value
        self.n_jobs = n_jobs
        self.models = models


class SourcingFeatures(_Features):
    """Who the sources of an article are and how openly they are identified.

    The columns are those of :mod:`framing.features.sourcing`: distinct sources and their concentration; shares by level and kind; withheld
    identities, reasons, positions and relays; the transparency index with its components, and the trained rating.

    Parameters
    ----------
    fill_value, n_jobs, models
        As in :class:`AttributionFeatures`.
    """

    _group = "sourcing"

    def __init__(self, fill_value: float = np.nan, n_jobs: int | None = None, models: Mapping[str, Any] | None = None) -> None:
        self.fill_value = fill_value
        self.n_jobs = n_jobs
        self.models = models


class FramingFeatures(_Features):
    """The angles that an article takes, and how loaded its language is, in its own voice and in those of its sources.

    The columns are those of :mod:`framing.features.frames`: probabilities of policy and generic frames and how evenly they are spread;
    loaded sentences and words by voice.

    Parameters
    ----------
    hyperpartisan : bool
        Whether the probability of the shipped classifier of hyperpartisan argumentation is a column too. It learned from the corpus
        ``hyperpartisan_byarticle``: with it, a score on that corpus would be one on texts it has seen.
    fill_value, n_jobs, models
        As in :class:`AttributionFeatures`.
    """

    _group = "framing"

    def __init__(
        self, hyperpartisan: bool = False, fill_value: float = np.nan, n_jobs: int | None = None, models: Mapping[str, Any] | None = None
    ) -> None:
        self.hyperpartisan = hyperpartisan
        self.fill_value = fill_value
        self.n_jobs = n_jobs
        self.models = models

    def _chosen(self) -> tuple[tuple[str, ...], bool]:
        return (self._group,), self.hyperpartisan


class ArticleFeatures(_Features):
    """Several groups of features, of one analysis an article.

    Use it, and not a union of the others, where more than one group is wanted: each of those analyses anew.

    Parameters
    ----------
    groups : sequence of str
        Of "attribution", "hedge", "sourcing" and "framing"; the columns come in this order.
    hyperpartisan : bool
        As in :class:`FramingFeatures`; counts only with the group "framing".
    fill_value, n_jobs, models
        As in :class:`AttributionFeatures`.
    """

    def __init__(
        self,
        groups: Sequence[str] = tuple(GROUPS),
        hyperpartisan: bool = False,
        fill_value: float = np.nan,
        n_jobs: int | None = None,
        models: Mapping[str, Any] | None = None,
    ) -> None:
        self.groups = groups
        self.hyperpartisan = hyperpartisan
        self.fill_value = fill_value
        self.n_jobs = n_jobs
        self.models = models

    def _chosen(self) -> tuple[tuple[str, ...], bool]:
        known = ", ".join(GROUPS)
        if isinstance(self.groups, str) or not isinstance(self.groups, (Sequence, np.ndarray)):
            raise TypeError(f"groups must be a sequence of names ({known}), not {type(self.groups).__name__}")
        groups = tuple(self.groups)
        wrong = [name for name in groups if not isinstance(name, str) or name not in GROUPS]
        if wrong or not groups or len(set(groups)) < len(groups):
            raise ValueError(f"groups must be one or several of {known}, each once, not {groups}")
        return groups, self.hyperpartisan
