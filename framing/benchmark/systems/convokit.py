"""ConvoKit's hedges (Chang et al. 2020; the list of Danescu-Niculescu-Mizil et al. 2013), as a system for uncertain sentences.

``get_politeness_strategy_features`` runs unmodified; a sentence is uncertain if its feature ``HASHEDGE`` is 1, and the markers of it are
the cues. The feature compares single tokens in small letters with a list, so the entries of several words never match, and it needs no
parse: words are those of spaCy's English tokenizer, without a pipeline. The feature ``Hedges``, which asks for a subject below a hedge,
finds less and is not run.

The package depends on many others, torch by way of some; these hedges need few. It is therefore installed without them (``INSTALL``).
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module, metadata
from typing import Any

from framing.benchmark.system import System
from framing.benchmark.systems.lexicon import HEDGES, uncertain

INSTALL = "pip install --no-deps convokit && pip install spacy pandas pymongo pyyaml requests tqdm scipy scikit-learn"
NEEDS = ("convokit", "spacy")
_MODULE = "convokit.politeness_collections.politeness_api.features.politeness_strategies"
_FEATURE, _MARKERS = "feature_politeness_==HASHEDGE==", "politeness_markers_==HASHEDGE=="


@cache
def _features() -> Any:
    try:
        return import_module(_MODULE).get_politeness_strategy_features
    except ImportError as error:
        raise ImportError(f"convokit cannot be imported ({error}): {INSTALL}") from error


@cache
def _tokenizer() -> Any:
    return import_module("spacy").blank("en")


def hedges(sentence: str) -> list[tuple[int, int]]:
    """Where a sentence has hedges, as offsets into it."""
    tokens = list(_tokenizer()(sentence))
    _, markers = _features()([[{"tok": token.lower_, "dep": "", "tag": ""} for token in tokens]])
    places = sorted({mark[2] for occurrence in markers[_MARKERS] for mark in occurrence})
    return [(tokens[k].idx, tokens[k].idx + len(tokens[k])) for k in places]


def fields(task: str) -> dict[str, object]:
    """Of the signature."""
    return {"convokit": metadata.version("convokit"), "spacy": metadata.version("spacy")}


SYSTEM = System(
    "convokit",
    "ConvoKit, hedges of its politeness strategies",
    dict.fromkeys(HEDGES, partial(uncertain, "convokit", hedges)),
    NEEDS,
    INSTALL,
    fields=fields,
)
