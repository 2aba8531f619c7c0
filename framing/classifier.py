"""What the classifiers of framing have in common: a linear model over n-grams, calibrated outputs, limits, the domain, the files.

Conventions
-----------
* A row (an article, a sentence) has a decision for each output k: what :class:`framing.ngram_model.NgramModel` and its dense columns add up
  to. Its probability is ``sigmoid(slope_k · decision + intercept_k)``, fitted on decisions held out of training (Platt 1999); the output is
  said to be present from the probability ``threshold_k`` on.
* An explanation is a list of reasons whose products ``value · weight`` sum to the calibrated decision (a log-odds): the strongest n-grams
  with their places, the dense columns, all other n-grams together, and the constant. So the slope is part of every weight.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.domain import Domain
from framing.learning import store
from framing.learning.calibration import Logistic
from framing.learning.estimator import Estimator
from framing.learning.linear import Contributions
from framing.ngram_model import NgramModel
from framing.records import Span

Floats = NDArray[np.float64]
_C = TypeVar("_C", bound="NgramClassifier")

MODELS = Path(__file__).parent / "models"
OTHERS, CONSTANT = "all other n-grams", "constant"


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of a decision: the products ``value * weight`` of all reasons sum to the calibrated log-odds."""

    feature: str
    value: float
    weight: float
    spans: tuple[Span, ...] = ()

    @property
    def contribution(self) -> float:
        """``value * weight``."""
        return self.value * self.weight


class NgramClassifier(Estimator):
    """Base of the classifiers.

    Attributes
    ----------
    outputs_ : tuple of str
        Names of the K outputs.
    ngrams_ : NgramModel
    calibrators_ : tuple of Logistic
    thresholds_ : array (K,)
    domain_ : Domain
    card_ : dict
        What the model's card says; see :meth:`save`.
    """

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1

    outputs_: tuple[str, ...]
    ngrams_: NgramModel
    calibrators_: tuple[Logistic, ...]
    thresholds_: Floats
    domain_: Domain

    def calibrated(self, decisions: ArrayLike) -> Floats:
        """Log-odds (m, K) of decisions (m, K)."""
        slope, intercept = np.array([[c.slope, c.intercept] for c in self.calibrators_]).T
        return np.asarray(np.asarray(decisions, np.float64) * slope + intercept)

    def probabilities(self, decisions: ArrayLike) -> Floats:
        """Probabilities (m, K) of decisions (m, K)."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.calibrated(decisions), -500, 500))))

    def reasons(
        self, output: int, terms: Contributions, dense_names: Sequence[str], places: Mapping[int, tuple[str, tuple[Span, ...]]]
    ) -> tuple[Reason, ...]:
        """The reasons of one decision, the heaviest first, what is left over and the constant last.

        Parameters
        ----------
        output : int
        terms : Contributions
            Of the decision.
        dense_names : sequence of str
            Of the dense columns.
        places : mapping
            Number of an n-gram -> its name and spans: those that are to be reasons of their own.
        """
        slope, intercept = self.calibrators_[output].slope, self.calibrators_[output].intercept
        own = np.isin(terms.feature, list(places))
        rows = [
            Reason(
                places[int(terms.feature[i])][0], float(terms.value[i]), slope * float(terms.weight[i]), places[int(terms.feature[i])][1]
            )
            for i in np.flatnonzero(own).tolist()
        ]
        rows += [
            Reason(name, float(v), slope * float(w)) for name, v, w in zip(dense_names, terms.dense_value, terms.dense_weight) if v * w
        ]
        rows.sort(key=lambda r: (-abs(r.contribution), r.feature))
        rest = slope * float(terms.terms[~own].sum())
        return (*rows, Reason(OTHERS, rest, 1.0), Reason(CONSTANT, 1.0, slope * terms.constant + intercept))

    def _more_arrays(self) -> dict[str, NDArray[Any]]:
        """Further arrays to keep."""
        return {}

    def _more_numbers(self) -> dict[str, Any]:
        """Further numbers to keep."""
        return {}

    def _restore(self, numbers: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take the further numbers and arrays back."""

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder, which is made if need be: ``model.json`` and ``weights.npz``.

        Parameters
        ----------
        folder : path
        card : mapping, optional
            What is to be told about the model (data, licence, scores): plain JSON, kept with it and given back as ``card_``.
        """
        numbers = {
            "model": self.NAME,
            "version": self.VERSION,
            "outputs": list(self.outputs_),
            "arguments": self.get_params(),
            "ngrams": self.ngrams_.numbers(),
            "calibration": [calibrator.to_dict() for calibrator in self.calibrators_],
            "thresholds": [float(t) for t in self.thresholds_],
            "domain": self.domain_.numbers(),
            "more": self._more_numbers(),
            "card": dict(self.card_ if card is None else card),
        }
        store.save(folder, numbers, {**self.ngrams_.arrays(), **self.domain_.arrays(), **self._more_arrays()})

    @classmethod
    def load(cls: type[_C], folder: str | os.PathLike[str] | None = None) -> _C:
        """Read what :meth:`save` wrote; the shipped model by default.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model or version.
        """
        home = MODELS / cls.NAME if folder is None else Path(folder)
        numbers, arrays = store.load(home)
        if [numbers.get("model"), numbers.get("version")] != [cls.NAME, cls.VERSION]:
            raise ValueError(f"{home}: no {cls.NAME} model of version {cls.VERSION}")
        try:
            store.check(arrays)
            model = cls(**numbers["arguments"])
            model.outputs_ = tuple(map(str, numbers["outputs"]))
            model.ngrams_ = NgramModel.of(numbers["ngrams"], arrays)
            model.calibrators_ = tuple(_logistic(kept) for kept in numbers["calibration"])
            model.thresholds_ = np.array(numbers["thresholds"], np.float64)
            model.domain_ = Domain.of(numbers["domain"], arrays)
            if not len(model.outputs_) == model.ngrams_.model.outputs == len(model.calibrators_) == len(model.thresholds_):
                raise ValueError("outputs, weights, calibrators and thresholds are not equally many")
            model._restore(numbers["more"], arrays)
            model.card_ = numbers["card"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the {cls.NAME} model in {home} is damaged: {error}") from error
        return model


def _logistic(numbers: Mapping[str, Any]) -> Logistic:
    return Logistic(float(numbers["slope"]), float(numbers["intercept"]))


def listed(texts: Iterable[Any], kinds: tuple[type, ...]) -> list[Any]:
    """The items of ``texts``.

    Raises
    ------
    TypeError
        If it is one text, or an item is of none of these kinds.
    """
    if isinstance(texts, kinds):
        raise TypeError(f"texts must be an iterable of {', '.join(k.__name__ for k in kinds)}, not one {type(texts).__name__}")
    items = list(texts)
    for i, item in enumerate(items):
        if not isinstance(item, kinds):
            raise TypeError(f"texts[{i}] must be {' or '.join(k.__name__ for k in kinds)}, not {type(item).__name__}")
    return items
