"""framing: how a news article says what it says.

>>> import framing
>>> a = framing.analyze("The minister will resign, a senior defence official told reporters on Monday.")
>>> [(x.source.text, x.cue.text, x.level) for x in a.attributions]
[('a senior defence official', 'told', 'described')]

A name of the face and a module are imported when they are first asked for (PEP 562): who wants the version or a record does not wait for
the rest.
"""

import typing as _typing

from framing.version import __version__

if _typing.TYPE_CHECKING:
    from framing.analysis import analyze, analyze_many
    from framing.corpora import load_corpus
    from framing.records import (
        Article,
        Attribution,
        Boilerplate,
        Contribution,
        Document,
        Entity,
        FrameScores,
        Hedge,
        Notice,
        Quote,
        Sentence,
        Span,
        Transparency,
    )
    from framing.result import Analysis, Explanation, Scores
    from framing.text import read_article

__all__ = [
    "Analysis",
    "Article",
    "Attribution",
    "Boilerplate",
    "Contribution",
    "Document",
    "Entity",
    "Explanation",
    "FrameScores",
    "Hedge",
    "Notice",
    "Quote",
    "Scores",
    "Sentence",
    "Span",
    "Transparency",
    "__version__",
    "analyze",
    "analyze_many",
    "load_corpus",
    "read_article",
]

_OTHERS = {  # name -> module, of what is no record
    "Analysis": "framing.result",
    "Explanation": "framing.result",
    "Scores": "framing.result",
    "analyze": "framing.analysis",
    "analyze_many": "framing.analysis",
    "load_corpus": "framing.corpora",
    "read_article": "framing.text",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not _typing.TYPE_CHECKING:  # else a checker would take every name for one of ours

    def __getattr__(name):
        from importlib import import_module

        if name in __all__:
            globals()[name] = value = getattr(import_module(_OTHERS.get(name, "framing.records")), name)
            return value
        if not name.startswith("_"):
            try:
                return import_module(f"framing.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"framing.{name}":
                    raise
        raise AttributeError(f"module 'framing' has no attribute {name!r}")
