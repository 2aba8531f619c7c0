"""The whole way once: ``analyze`` for an article, ``analyze_many`` for a stream of them.

Each room takes the records of the rooms before it: text -> tokens -> quotes -> attributions -> entities and levels -> hedges -> sentences
-> transparency and rating -> frames and other classes. ``analyze`` never raises on a string; what limits the result is said in
``warnings``:

=================  ==============================================================================
``empty``          the text holds no word
``short``          fewer than 100 tokens: no transparency index
``language``       the text does not look like English, for which the rules were made
``markup``         the text looks like HTML; ``read_article`` extracts the article from it
``surrogates``     the text holds lone surrogates, left where they are
``domain``         many words are unknown to a classifier, whose scores may not hold here; or too few words
=================  ==============================================================================

Rates: ``uncertain_share`` is the mean of the sentences' uncertainty, the share of them that is to be expected to be uncertain;
``hedges_per_100_words`` counts cues of every type but boosters, weasels and peacocks per 100 word tokens of the body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from framing import classification, engines, transparency
from framing.article_words import ArticleWords
from framing.attribution import extract_attributions, shipped
from framing.hedge_sentences import cue_uncertainty
from framing.hedge_tagger import shipped as shipped_tagger
from framing.hedging import find_hedges, sentence_uncertainty
from framing.language import describe_sentences
from framing.learning.estimator import Estimator
from framing.quotes import find_quotes
from framing.rater import rate
from framing.rater import shipped as shipped_rater
from framing.rating_features import Reading
from framing.records import Article, Attribution, Entity, Hedge, Notice, Quote
from framing.result import Analysis, Explanation, Scores
from framing.text import article_from_text, detect_language, looks_like_markup
from framing.tokens import Tokens, tokenize
from framing.typer import shipped as shipped_typer
from framing.typer import type_sources
from framing.version import __version__

_R = TypeVar("_R", Attribution, Hedge)
Extractor = Callable[[Tokens, Sequence[Quote]], Sequence[Attribution]]
Rater = Callable[[Reading], float]
Typer = Callable[[Tokens, Sequence[Quote], Sequence[Attribution]], tuple[tuple[Attribution, ...], tuple[Entity, ...]]]

SHIPPED: Mapping[str, Any] = {
    "attribution": extract_attributions,
    "sources": type_sources,
    "rating": rate,
    "hedging": find_hedges,
    **classification.SHIPPED,
}
MODELS: Mapping[str, Callable[[], Estimator]] = {
    "attribution": shipped,
    "sources": shipped_typer,
    "rating": shipped_rater,
    "hedging": shipped_tagger,
    **classification.MODELS,
}
OPTIONAL = ("rating", *classification.NAMES)  # may be left out
NOT_HEDGING = ("booster", "weasel", "peacock")  # certainty, and vagueness about who: not uncertainty about what
WINDOW = 32  # texts a worker gets before results are handed on: keeps the memory flat


def analyze(
    text: str | Article, title: str | None = None, models: Mapping[str, Any] | None = None, engine: str = engines.FAST
) -> Analysis:
    """Say how an article says what it says.

    Parameters
    ----------
    text : str or Article
        The article; offsets of every record point into exactly this string (``Article.text``).
    title : str, optional
        The headline, if it is known apart from the text. Not allowed with an ``Article``, which has its own.
    models : mapping, optional
        Own parts in place of the shipped ones: ``{"attribution": f}`` with ``f(tokens, quotes)`` giving attributions in the order of
        their cues; ``{"sources": g}`` with ``g(tokens, quotes, attributions)`` giving them with their sources resolved and typed, and the
        entities (:func:`framing.sources.resolve_sources` does it by rule); ``{"hedging": k}`` with ``k(tokens, quotes, attributions)``
        giving hedges (:func:`framing.hedging.rule_hedges` does it by rule); ``{"rating": h}`` with ``h(reading)`` giving a rating;
        "policy_frames", "generic_frames", "loaded_language" and "hyperpartisan" as :mod:`framing.classification` says. Rating and
        classifiers may be ``None``, which leaves their scores out.
    engine : {"fast", "encoder"}
        Which of the shipped parts read the article (:mod:`framing.engines`).

    Returns
    -------
    Analysis

    Raises
    ------
    ImportError
        If what the engine needs is not installed.
    TypeError
        If ``text`` is neither a ``str`` nor an ``Article``, ``title`` neither a ``str`` nor ``None``, ``models`` no mapping, or a part of
        it not callable or giving something else than records.
    ValueError
        If ``models`` names a part that cannot be replaced, its rating is not between 1 and 5, what should be probabilities are none, or
        there is no such engine.
    """
    article = _as_article(text, title)
    others = engines.parts(engine)
    chosen = {**SHIPPED, **{name: part for name, (part, _) in others.items()}, **_own(models)}
    extract, typing, rater, find = (chosen[name] for name in ("attribution", "sources", "rating", "hedging"))

    tokens = tokenize(article)
    quotes = find_quotes(article.text, article.paragraphs)
    attributions, entities = typing(tokens, quotes, _all("attribution", extract(tokens, quotes), Attribution))
    hedges = _all("hedging", find(tokens, quotes, attributions), Hedge)
    weigh = sentence_uncertainty if find is find_hedges else getattr(find, "uncertainty", cue_uncertainty)
    loaded = classification.loaded_probabilities(chosen["loaded_language"], tokens, quotes)
    sentences = describe_sentences(tokens, quotes, attributions, hedges, weigh, loaded)
    index, weights = transparency.score(attributions, tokens)
    attributions = tuple(a if a.weight == w else replace(a, weight=w) for a, w in zip(attributions, weights))
    reading = Reading(tokens, quotes, attributions, hedges, sentences, index)
    if rater is not None and index.index is not None:
        index = replace(index, rating=_rating(rater, reading))
    read = ArticleWords.of(article, tokens)
    frames, shares = classification.frame_scores(chosen, read), classification.loaded_shares(sentences)

    language = detect_language(tokens)
    words = tokens.count_words()
    hedging = sum(h.type not in NOT_HEDGING for h in hedges)
    uncertain = [s.uncertain for s in sentences if s.uncertain is not None]
    scores = Scores(
        transparency=index,
        hyperpartisan=classification.hyperpartisan_probability(chosen["hyperpartisan"], reading, read),
        loaded_share=shares["author"],
        loaded_share_quoted=shares["quoted"],
        uncertain_share=float(np.mean(uncertain)) if uncertain else None,
        hedges_per_100_words=100 * hedging / words if words else None,
    )
    return Analysis(
        article=article,
        language=language,
        n_tokens=int(tokens.body.sum()),
        n_sentences=len(sentences),
        quotes=quotes,
        attributions=attributions,
        entities=entities,
        hedges=hedges,
        sentences=sentences,
        frames=frames,
        scores=scores,
        warnings=(*_warnings(article, tokens, language, words), *classification.domain_warnings(chosen, read)),
        models={name: _signature(part, *others.get(name, (SHIPPED[name], MODELS[name]))) for name, part in chosen.items()},
        scheme=transparency.SCHEME,
        version=__version__,
    )


def analyze_many(
    texts: Iterable[str | Article], n_jobs: int = 1, models: Mapping[str, Any] | None = None, engine: str = engines.FAST
) -> Iterator[Analysis]:
    """Analyse a stream of articles in order, with flat memory.

    Parameters
    ----------
    texts : iterable of str or Article
    n_jobs : int
        Worker processes, through joblib under whatever backend the caller has set; -1 for one a core.
    models : mapping, optional
    engine : {"fast", "encoder"}
        As in :func:`analyze`.

    Yields
    ------
    Analysis
        One for each text, in the order of ``texts``.

    Raises
    ------
    TypeError
        At the first item that is neither a ``str`` nor an ``Article``, with its position.
    """
    if isinstance(texts, (str, Article)):
        raise TypeError(f"texts must be an iterable of str or Article, not one {type(texts).__name__}; use analyze")
    stream = (_checked(i, text) for i, text in enumerate(texts))
    if n_jobs == 1:
        for text in stream:
            yield analyze(text, models=models, engine=engine)
        return
    from joblib import Parallel, delayed, effective_n_jobs

    size = WINDOW * effective_n_jobs(n_jobs)
    with Parallel(n_jobs=n_jobs) as parallel:
        while window := list(islice(stream, size)):
            yield from parallel(delayed(analyze)(text, None, models, engine) for text in window)


def explain(analysis: Analysis) -> dict[str, tuple[Explanation, ...]]:
    """The reasons behind the scores of ``analysis``; see :meth:`Analysis.explain`."""
    from framing import frame_reasons, reasons

    found = {"transparency": reasons.explain(analysis)}
    if analysis.models.get("rating") == shipped_rater().signature and analysis.scores.transparency.rating is not None:
        found["rating"] = reasons.explain_rating(shipped_rater().explain(analysis))
    return {**found, **frame_reasons.explain(analysis)}


def _as_article(text: str | Article, title: str | None) -> Article:
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title must be str or None, not {type(title).__name__}")
    if isinstance(text, str):
        return article_from_text(text, title)
    if not isinstance(text, Article):
        raise TypeError(f"text must be str or Article, not {type(text).__name__}")
    if title is not None:
        raise TypeError("title cannot be given with an Article, which has its own")
    return text


def _own(models: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The parts that the caller replaces."""
    if models is None:
        return {}
    if not isinstance(models, Mapping):
        raise TypeError(f"models must be a mapping, not {type(models).__name__}")
    for name, part in models.items():
        if name not in SHIPPED:
            raise ValueError(f"models: {name!r} cannot be replaced; only {', '.join(map(repr, sorted(SHIPPED)))} can")
        if not callable(part) and not (name in OPTIONAL and part is None):
            raise TypeError(f"models: {name!r} must be a function, not {type(part).__name__}")
    return models


def _all(name: str, found: Any, kind: type[_R]) -> tuple[_R, ...]:
    """What a part gave, if it is of this kind of record."""
    records = tuple(found) if isinstance(found, Iterable) else (found,)
    for record in records:
        if not isinstance(record, kind):
            raise TypeError(f"models: {name!r} must give {kind.__name__} records, not {type(record).__name__}")
    return records


def _signature(part: Any, shipped_part: Any, model: Callable[[], Estimator]) -> str:
    return "none" if part is None else model().signature if part is shipped_part else "own"


def models_of(engine: str) -> dict[str, Callable[[], Estimator]]:
    """What gives the model of each part of an engine. Raises ``ValueError`` if there is no such engine."""
    return {**MODELS, **{name: model for name, (_, model) in engines.parts(engine).items()}}


def _rating(rater: Rater, reading: Reading) -> float:
    value = float(rater(reading))
    if not 1 <= value <= 5:
        raise ValueError(f"models: the rating must be between 1 and 5, not {value}")
    return value


def _checked(position: int, text: Any) -> str | Article:
    if not isinstance(text, (str, Article)):
        raise TypeError(f"texts[{position}] must be str or Article, not {type(text).__name__}")
    return text


def _warnings(article: Article, tokens: Tokens, language: str, words: int) -> tuple[Notice, ...]:
    notices = []
    if not words:
        notices.append(Notice("empty", "The text holds no word."))
    elif int(tokens.body.sum()) < transparency.MIN_TOKENS:
        notices.append(Notice("short", f"Fewer than {transparency.MIN_TOKENS} tokens: no transparency index."))
    if words and language == "und":
        told = "The language could not be told (too little text, or none we know)"
        notices.append(Notice("language", f"{told}; the rules were made for English."))
    elif words and language != "en":
        notices.append(Notice("language", f"The text does not look like English (found: {language}); the rules were made for English."))
    if article.origin == "text" and looks_like_markup(article.text):
        notices.append(Notice("markup", "The text looks like HTML; read_article extracts the article from it."))
    if not article.text.isascii() and _has_surrogates(article.text):
        notices.append(Notice("surrogates", "The text holds lone surrogates; they were left where they are."))
    return tuple(notices)


def _has_surrogates(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
