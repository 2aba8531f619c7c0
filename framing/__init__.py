"""framing: how a news article says what it says.

>>> import framing
>>> a = framing.analyze("The minister will resign, a senior defence official told reporters on Monday.")
>>> [(x.source.text, x.cue.text, x.level) for x in a.attributions]
[('a senior defence official', 'told', 'described')]
"""

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
from framing.version import __version__

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
