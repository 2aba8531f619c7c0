"""What the two engines cost: tokens a second of a whole analysis, and of the extractor alone.

    python -m experiments.engines    # results/engines.volatile.json

The articles of PolNeAR dev are read one by one on one thread, by the engines in turns and by a bare regex tokeniser, which says how fast
the machine is: one round to load and warm up, then three; the fastest counts, by the clock of the processor. Tokens are those of our
tokeniser. *analysis* is ``framing.analyze``; *extraction* goes from the string to attributions.

Needs the extra ``encoder``.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

from experiments import results_file
from experiments.data import load
from experiments.encoder_export import processor
from experiments.speed import REGEX
from framing import analyze, engines
from framing.analysis import models_of
from framing.attribution import AttributionExtractor
from framing.text import article_from_text
from framing.tokens import tokenize

ROUNDS = 3


def extractor(engine: str) -> AttributionExtractor:
    """The shipped one of an engine."""
    found = models_of(engine)["attribution"]()
    assert isinstance(found, AttributionExtractor)
    return found


def ways() -> dict[str, Callable[[str], object]]:
    """What is timed, by name."""
    out: dict[str, Callable[[str], object]] = {"regex": REGEX.findall}
    for engine in engines.ENGINES:
        own = extractor(engine)
        out[f"{engine}, analysis"] = lambda text, engine=engine: analyze(text, engine=engine)  # type: ignore[misc]
        out[f"{engine}, extraction"] = lambda text, own=own: own.predict([text])  # type: ignore[misc]
    return out


def main() -> None:
    """Measure, print, write."""
    texts = [document.text for document in load("polnear", "dev")]
    timed = ways()
    best = dict.fromkeys(timed, float("inf"))
    for n in range(1 + ROUNDS):
        spent = dict.fromkeys(timed, 0.0)
        for text in texts:
            for name, way in timed.items():
                begin = process_time()
                way(text)
                spent[name] += process_time() - begin
        if n:
            best = {name: min(best[name], spent[name]) for name in timed}
    tokens = sum(len(tokenize(article_from_text(text))) for text in texts)
    rates = {name: round(tokens / seconds) for name, seconds in best.items()}
    for name, rate in rates.items():
        print(f"{name:24}{rate:12,} tokens/s", flush=True)
    facts: dict[str, Any] = {"tokens per second": rates, "articles": len(texts), "tokens": tokens, "machine": processor()}
    results_file.write_volatile("engines", facts)


if __name__ == "__main__":
    main()
