"""What the adapters of other people's packages share: an error is an empty prediction that is counted, and which pipeline of spaCy is run.

Conventions
-----------
* A package may fail on any item. Whatever it raises, the item gets the empty prediction, and one warning a run says on how many items and
  with which errors (:class:`framing.benchmark.system.LeftOut`); :class:`framing.benchmark.evaluation.Result` keeps it.
* Pipeline: the one that the environment variable ``FRAMING_SPACY_PIPELINE`` names (package or folder); else the first of ``PIPELINES``
  that is installed; else the first installed package of an English pipeline. Its name and version go into the signature, as scores depend
  on it.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import metadata
from typing import Any, TypeVar

from framing.benchmark.system import LeftOut
from framing.showing import one_line

VARIABLE = "FRAMING_SPACY_PIPELINE"
PIPELINES = ("en_core_web_sm", "en_core_web_md", "en_core_web_lg", "en_core_web_trf")
DOWNLOAD = "python -m spacy download en_core_web_sm"  # pipelines are not on the package index under their own names
GET = f"{DOWNLOAD}, or name one in {VARIABLE}"
_KINDS, _LONG = 3, 100  # errors that a warning names, and characters of their messages

T = TypeVar("T")


def each(name: str, inputs: Iterable[T], predict: Callable[[T], Any], empty: Callable[[T], Any], unit: str = "document") -> list[Any]:
    """A prediction for each input, the empty one where ``predict`` raises, with one warning that counts these.

    Parameters
    ----------
    name : str
        Of the system.
    inputs : iterable
    predict : callable
    empty : callable
        Makes the empty prediction of an input.
    unit : str
        What an input is.

    Raises
    ------
    ImportError
        If a package that is needed cannot be imported.
    """
    out: list[Any] = []
    errors: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for given in inputs:
        try:
            out.append(predict(given))
        except ImportError:
            raise  # of every input
        except Exception as error:  # noqa: BLE001 - others raise whatever they like
            kind = type(error).__name__
            errors[kind] += 1
            examples.setdefault(kind, _shortened(one_line(str(error))))
            out.append(empty(given))
    if errors:
        kinds = "; ".join(f"{n:,} × {kind}, such as {examples[kind]!r}" for kind, n in errors.most_common(_KINDS))
        told = f"{name} raised an error on {errors.total():,} of {len(out):,} {unit}s, which count as empty predictions ({kinds})"
        warnings.warn(told, LeftOut, stacklevel=2)
    return out


def _shortened(text: str) -> str:
    """A long text up to its last whole word that fits, with a mark."""
    if len(text) <= _LONG:
        return text
    fits = text[: _LONG + 1].rpartition(" ")[0] or text[:_LONG]
    return fits.rstrip(" ,;:") + "…"


@cache
def pipeline() -> Any:
    """spaCy's pipeline (see the module's docstring).

    Raises
    ------
    ImportError
        If there is none; the message says how to get one.
    """
    import spacy

    wanted = os.environ.get(VARIABLE)
    installed = spacy.util.get_installed_models()
    names = [wanted] if wanted else [*(name for name in PIPELINES if name in installed), *(n for n in installed if n.startswith("en_"))]
    if not names:
        raise ImportError(f"no English pipeline of spaCy is installed: {GET}")
    try:
        return spacy.load(names[0])
    except OSError as error:
        raise ImportError(f"spaCy cannot load {names[0]!r}: {GET}") from error


def no_pipeline() -> str:
    """What to say if :func:`pipeline` would find none, told without spaCy, whose import takes long."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        there = any(name.startswith("en_") for name in metadata.entry_points(group="spacy_models").names)
        return "" if there else f"no English pipeline of spaCy is installed: {GET}"
    if wanted.startswith("blank:") or os.path.exists(wanted) or any(metadata.distributions(name=wanted)):
        return ""
    return f"{VARIABLE} names {one_line(wanted)!r}, which is neither installed nor a folder: {GET}"


def pipeline_fields() -> dict[str, str]:
    """Of the signature: spaCy, and its pipeline."""
    meta = pipeline().meta
    return {"spacy": metadata.version("spacy"), "pipeline": f"{meta['lang']}_{meta['name']}-{meta['version']}"}


def parsed(texts: Sequence[str]) -> Iterable[Any]:
    """spaCy's analysis of each text, in batches; a longer text than it takes is cut."""
    nlp = pipeline()
    analysed: Iterable[Any] = nlp.pipe((text[: nlp.max_length] for text in texts), batch_size=16)
    return analysed
