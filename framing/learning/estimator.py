"""What all estimators have in common: the arguments of their constructor by name, and the line that says which model they are.

Arguments are those of ``__init__``, each kept in an attribute of the same name, as scikit-learn asks for; so an estimator can be cloned and
searched over without importing scikit-learn here.
"""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

_E = TypeVar("_E", bound="Estimator")


class Estimator:
    """Base of the estimators.

    Attributes
    ----------
    card_ : dict
        What the model's card says (:mod:`framing.cards`).
    """

    card_: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """What learning sets ends in an underscore; reached only where it is not there."""
        if name.endswith("_") and not name.startswith("_"):
            raise AttributeError(f"this {type(self).__name__} has not learned anything yet ({name}): call fit, or load a model")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def _arguments(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor by name (``deep`` changes nothing)."""
        return {name: getattr(self, name) for name in self._arguments()}

    def set_params(self: _E, **arguments: Any) -> _E:
        """Replace arguments of the constructor; what is learned with them counts at the next ``fit``.

        Raises
        ------
        ValueError
            If there is no such argument; nothing is replaced then.
        """
        unknown = sorted(set(arguments) - set(self._arguments()))
        if unknown:
            raise ValueError(f"{type(self).__name__} has no argument {unknown[0]!r}")
        for name, value in arguments.items():
            setattr(self, name, value)
        return self

    @property
    def signature(self) -> str:
        """What the model is, in a line: ``own`` if its card does not say."""
        return str(self.card_.get("signature", "own"))
