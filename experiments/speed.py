"""What a whole analysis costs: linear time, share of each room, extraction of attributions, import time.

    python -m experiments.speed [--model FOLDER] [--only PART]

* **linear**: one PolNeAR train text after the other up to 1, 10 and 100 times 100,000 characters; median of three runs each; the ratio of
  the times to
  1x (10 and 100 would be exactly linear). Also a text of 10 MB and one with 5,000 quotation marks that are never closed.
* **rooms**: tokens per second of the whole analysis over PolNeAR dev, article by article, with each room's share, beside a bare regex
  tokeniser in the same run.
* **extraction**: tokens per second of attributions from the raw string (paragraphs, tokens, quotations, attributions) over PolNeAR dev, by
  the trained extractor and by the rules, beside the bare regex and, where it is installed, the blank English tokeniser of spaCy; each with
  its own tokens too. ``cold`` is the first pass of a fresh extractor, which reads every word type for the first time; the others are
  medians of five, taken in turns, in seconds of the clock and of the processor (the latter matter on a busy machine). Also the seconds of
  loading the model in fresh processes (after the import) and the bytes of its files.
* **sources**: tokens per second of entities, levels and relays (the typer and, in it, the rules) and of the index, apart and together, on
  tokens and attributions that were read before, over PolNeAR dev; medians of five, taken in turns with the bare regex.
* **classifiers**: tokens per second of the frames, of loaded language, of hyperpartisan, of the check of the domain and of all four, on
  articles that were analysed and measured before, over PolNeAR dev, the same way; beside scikit-learn's TF-IDF of letters alone.
* **import**: median wall time of ``python -c "import framing"`` and ``import numpy`` in fresh processes, taken in turns.

All figures are volatile and go to ``results/speed.volatile.json``.
"""

from __future__ import annotations

import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from experiments import results_file
from experiments.data import load
from experiments.extraction import with_model
from framing import analyze, classification, hyperpartisan, transparency
from framing.article_words import ArticleWords
from framing.attribution import AttributionExtractor, extract_attributions
from framing.classifier import MODELS
from framing.hedging import find_hedges
from framing.language import describe_sentences
from framing.patterns import find_patterns
from framing.quotes import find_quotes
from framing.rater import rate
from framing.rating_features import Reading, measure
from framing.sources import resolve_sources
from framing.text import article_from_text
from framing.tokens import tokenize
from framing.typer import type_sources

NAME = "speed.volatile"
REGEX = re.compile(r"\w+|[^\w\s]")


def seconds(function: Callable[[], Any], repeat: int = 3) -> float:
    """Median wall time of a call."""
    times = []
    for _ in range(repeat):
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return statistics.median(times)


def linear() -> dict[str, float]:
    """Seconds at 1x, 10x, 100x, their ratios, and two hard texts."""
    whole = "\n\n".join(d.text for d in load("polnear", "train"))
    while len(whole) < 10_000_000:
        whole += "\n\n" + whole
    out = {f"{k}x_seconds": seconds(lambda k=k: analyze(whole[: 100_000 * k]), 3 if k < 100 else 1) for k in (1, 10, 100)}
    out["ratio_10x"] = out["10x_seconds"] / out["1x_seconds"]
    out["ratio_100x"] = out["100x_seconds"] / out["1x_seconds"]
    out["unbalanced_5000_seconds"] = seconds(lambda: analyze("He said “it was so. " * 5000), 1)
    out["one_sentence_1mb_seconds"] = seconds(lambda: analyze("the official said that Doe told reporters " * 24_000), 1)
    return out


def rooms() -> dict[str, float]:
    """Seconds of each room over PolNeAR dev, tokens per second, ratio to the regex."""
    texts = [d.text for d in load("polnear", "dev")]
    spent: dict[str, float] = {}

    def timed(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        start = perf_counter()
        result = function(*arguments)
        spent[name] = spent.get(name, 0.0) + perf_counter() - start
        return result

    for text in texts[:10]:
        analyze(text)
    n = 0
    for text in texts:
        timed("regex", lambda text=text: [m.span() for m in REGEX.finditer(text)])
        article = timed("text", article_from_text, text)
        tokens = timed("tokens", tokenize, article)
        quotes = timed("quotes", find_quotes, text, article.paragraphs)
        attributions = timed("attribution", extract_attributions, tokens, quotes)
        attributions, _ = timed("sources", type_sources, tokens, quotes, attributions)
        hedges = timed("hedging", find_hedges, tokens, quotes, attributions)
        sentences = timed("language", describe_sentences, tokens, quotes, attributions, hedges)
        score, _ = timed("transparency", transparency.score, attributions, tokens)
        timed("rating", rate, Reading(tokens, quotes, attributions, hedges, sentences, score))
        n += len(tokens)
    whole = seconds(lambda: [analyze(t) for t in texts])
    out = {f"{name}_share": s / (sum(spent.values()) - spent["regex"]) for name, s in spent.items() if name != "regex"}
    reading = spent["text"] + spent["tokens"] + spent["quotes"]
    return {
        **out,
        "tokens": n,
        "regex_tokens_per_second": n / spent["regex"],
        "reading_tokens_per_second": n / reading,
        "reading_to_regex": reading / spent["regex"],
        "analysis_tokens_per_second": n / whole,
        "analysis_to_regex": whole / spent["regex"],
    }


def extraction(model: Path) -> dict[str, float]:
    """Tokens per second of attributions from raw strings, beside tokenisers; seconds and bytes of the model."""
    texts = [d.text for d in load("polnear", "dev")]
    extractor = AttributionExtractor.load(model)

    def by_rules(text: str) -> Any:
        article = article_from_text(text)
        return find_patterns(tokenize(article), find_quotes(text, article.paragraphs))

    ways: dict[str, Callable[[str], Any]] = {
        "trained": lambda text: extractor.predict([text]),
        "rules": by_rules,
        "regex": lambda text: [m.span() for m in REGEX.finditer(text)],
    }
    out: dict[str, float] = {"tokens": sum(len(tokenize(article_from_text(text))) for text in texts)}
    out |= {"regex_tokens": sum(len(ways["regex"](text)) for text in texts)}
    try:
        import spacy
    except ImportError:
        pass
    else:
        ways["spacy_blank"] = spacy.blank("en").make_doc
        out["spacy_blank_tokens"] = sum(len(ways["spacy_blank"](text)) for text in texts)
    times: dict[str, list[float]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    out["trained_cold_tokens_per_second"] = out["tokens"] / seconds(lambda: [ways["trained"](text) for text in texts], 1)
    for _ in range(5):
        for name, way in ways.items():
            start = process_time()
            times[name].append(seconds(lambda way=way: [way(text) for text in texts], 1))
            spent[name].append(process_time() - start)
    for name in ways:  # all in our tokens, so that they are comparable
        out[f"{name}_tokens_per_second"] = out["tokens"] / statistics.median(times[name])
        out[f"{name}_tokens_per_cpu_second"] = out["tokens"] / statistics.median(spent[name])
        out[f"{name}_to_regex"] = statistics.median(times[name]) / statistics.median(times["regex"])
    code = "import sys, time; from framing.attribution import AttributionExtractor as A; t = time.perf_counter(); A.load(sys.argv[1]); "
    code += "print(time.perf_counter() - t)"
    run = [sys.executable, "-c", code, str(model)]
    loads = [float(subprocess.run(run, capture_output=True, check=True, text=True).stdout) for _ in range(5)]
    return {
        **out,
        "load_seconds": statistics.median(loads),
        "model_bytes": sum(path.stat().st_size for path in model.rglob("*") if path.is_file()),
    }


def sources() -> dict[str, float]:
    """Tokens per second of typing sources and scoring, apart and together, beside the regex."""
    texts = [d.text for d in load("polnear", "dev")]
    read = [(tokenize(a := article_from_text(text)), find_quotes(text, a.paragraphs)) for text in texts]
    given = [(tokens, quotes, extract_attributions(tokens, quotes)) for tokens, quotes in read]
    typed = [(type_sources(*one)[0], one[0]) for one in given]
    ways: dict[str, Callable[[], Any]] = {
        "rules": lambda: [resolve_sources(*one) for one in given],
        "typer": lambda: [type_sources(*one) for one in given],
        "score": lambda: [transparency.score(*one) for one in typed],
        "both": lambda: [transparency.score(type_sources(*one)[0], one[0]) for one in given],
        "regex": lambda: [[m.span() for m in REGEX.finditer(text)] for text in texts],
    }
    return in_turns(ways, sum(len(tokens) for tokens, _ in read))


def classifiers() -> dict[str, float]:
    """Tokens per second of each classifier and of all, with the check of the domain, on articles that were analysed before."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [d.text for d in load("polnear", "dev")]
    read = []
    for text in texts:
        a = analyze(text, models=dict.fromkeys(classification.NAMES))
        tokens = tokenize(a.article)
        reading = Reading(tokens, a.quotes, a.attributions, a.hedges, a.sentences, a.scores.transparency)
        read.append((a, tokens, reading, measure(reading)))
    parts = classification.SHIPPED
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), max_features=60_000).fit(texts)

    def words(one: Any) -> ArticleWords:
        return ArticleWords.of(one[0].article, one[1])

    single: dict[str, Callable[[Any], Any]] = {
        "frames": lambda one: classification.frame_scores(parts, words(one)),
        "loaded language": lambda one: parts["loaded_language"](one[1], one[0].quotes),
        "hyperpartisan": lambda one: hyperpartisan.shipped()(one[2], words(one), one[3]),
        "domain": lambda one: classification.domain_warnings(parts, words(one)),
    }
    ways: dict[str, Callable[[], Any]] = {name: lambda way=way: [way(one) for one in read] for name, way in single.items()}  # type: ignore[misc]
    ways["all"] = lambda: [[way(one) for way in single.values()] for one in read]
    ways["scikit-learn, letters alone"] = lambda: vectoriser.transform(texts)
    ways["regex"] = lambda: [[m.span() for m in REGEX.finditer(text)] for text in texts]
    out = in_turns(ways, sum(len(tokens) for _, tokens, _, _ in read))
    folders = [MODELS / name for name in (*classification.NAMES, "loaded_language_mbic")]
    return {**out, "model_bytes": sum(path.stat().st_size for folder in folders for path in folder.iterdir())}


def in_turns(ways: Mapping[str, Callable[[], Any]], tokens: int) -> dict[str, float]:
    """Tokens per second of each way, by the clock and by the processor, and its time as a multiple of that of the way "regex"."""
    wall: dict[str, list[float]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(5):
        for name, way in ways.items():
            start = process_time()
            wall[name].append(seconds(way, 1))
            spent[name].append(process_time() - start)
    out: dict[str, float] = {"tokens": tokens}
    for name in ways:
        out[f"{name}_tokens_per_second"] = tokens / statistics.median(wall[name])
        out[f"{name}_tokens_per_cpu_second"] = tokens / statistics.median(spent[name])
        out[f"{name}_to_regex"] = statistics.median(wall[name]) / statistics.median(wall["regex"])
    return out


def imports() -> dict[str, float]:
    """Median seconds of importing numpy and framing in fresh processes."""
    times: dict[str, list[float]] = {"numpy": [], "framing": []}
    for _ in range(7):
        for name, values in times.items():
            code = f"import time; t = time.perf_counter(); import {name}; print(time.perf_counter() - t)"
            values.append(float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout))
    return {f"import_{name}_seconds": statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print and write."""
    parser = with_model(__doc__ or "")
    parts = ("linear", "rooms", "imports", "sources", "classifiers", "extraction")
    parser.add_argument("--only", choices=parts, help="measure this part and keep the others as they are written")
    options = parser.parse_args()
    makers: dict[str, Callable[[], dict[str, float]]] = dict(
        zip(parts, (linear, rooms, imports, sources, classifiers, lambda: extraction(options.model)))
    )
    results = {name: make() for name, make in makers.items() if options.only in (None, name)}
    for part, values in results.items():
        print(part)
        for name, value in values.items():
            print(f"  {name:28} {value:,.3f}" if value < 1000 else f"  {name:28} {value:,.0f}")
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    kept = results_file.kept(NAME) if options.only else {}
    results_file.write_volatile("speed", {**kept, **results, "versions": versions})


if __name__ == "__main__":
    main()
