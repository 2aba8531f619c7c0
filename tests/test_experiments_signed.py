"""Results hold scores with interval, n and signature: of quotations, domains and ideas for the rater; what is collected keeps its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments import calibration, domain_distance, quotes, results_file
from framing.metrics import ranking
from framing.metrics.signature import Score
from framing.records import Attribution, Document, Span

SPEECH = '"We will build it next year," said Ida Lund. He read "Silent Spring" again.\n'


def signed(score: Score, *settings: str) -> bool:
    return {*settings, "resamples:1000", "seed:0"} < {*score.signature.split("|")}


def spoken(name: str, *contents: str) -> Document:
    spans = [Span.of(SPEECH, SPEECH.index(words), SPEECH.index(words) + len(words)) for words in contents]
    cue = Span.of(SPEECH, SPEECH.index("said"), SPEECH.index("said") + 4)
    return Document(name, SPEECH, attributions=(Attribution(0, None, cue, tuple(spans), "direct"),))


def test_words_in_quotations_by_hand() -> None:
    documents = [spoken("a", "We will build it next year,"), spoken("b", "We will build it next year,", "Silent")]
    found = quotes.measure(documents, "dev", "every quote", "plain", True)
    # 6 words of speech and 2 of a title are found in each; gold are 6 and 7 of them
    values = {name: score.value for name, score in found.items() if isinstance(score, Score)}
    assert values == pytest.approx({"P": 13 / 16, "R": 1, "F1": 26 / 29, "strict_P": 13 / 16})
    assert found["gold"] == 13
    assert all(score.n == 2 for score in found.values() if isinstance(score, Score))
    assert signed(found["F1"], "corpus:polnear", "split:dev", "marks:plain+directed", "system:every quote", "unit:word")
    assert found["F1"].interval == pytest.approx((12 / 14, 14 / 15))


def test_nothing_found_is_no_error() -> None:
    found = quotes.measure([Document("a", "Nobody said a word.")], "dev", "regex", "all", False)
    assert (found["P"].value, found["F1"].value, found["gold"]) == (0, 0, 0)


def test_the_median_of_resamples() -> None:
    chance = np.random.default_rng(0)
    for n in (1, 2, 5, 6):
        values, weights = chance.integers(0, 4, n) / 4, chance.multinomial(n, np.full(n, 1 / n), 20).astype(float)
        expected = [np.median(np.repeat(values, w.astype(int))) for w in weights]
        assert domain_distance.median(values, weights).tolist() == pytest.approx(expected)
        assert float(domain_distance.median(values, np.ones(n))) == pytest.approx(np.median(values))


def test_shares_of_domains_by_hand() -> None:
    found = domain_distance.scores(np.array([0.0, 0.1, 0.2, 0.5]), 0.2, corpus="made", model="abc")
    assert {name: score.value for name, score in found.items()} == {"above the limit": 0.25, "median": pytest.approx(0.15)}
    assert signed(found["median"], "limit:0.2000", "corpus:made", "model:abc")
    assert found["median"].n == 4
    assert 0 <= found["above the limit"].interval[0] < 0.25 < found["above the limit"].interval[1]


def test_ideas_are_means_of_partitions() -> None:
    pytest.importorskip("sklearn")
    from experiments import rating_ideas

    gold, chance = np.array([1, 2, 3, 4, 5, 3]), np.random.default_rng(1)
    parts = [chance.random(6) * 4 + 1 for _ in range(3)]
    found = rating_ideas.scores(gold, parts, system=rating_ideas.signed("text: words"), articles="all")
    assert found["spearman"].value == pytest.approx(np.mean([ranking.spearman(gold, part) for part in parts]))
    assert found["mae"].value == pytest.approx(np.mean([np.abs(gold - part).mean() for part in parts]))
    assert signed(found["mae"], "partitions:3", "system:text+words", "articles:all")
    assert found["mae"].n == 6
    assert rating_ideas.signed("ridge, first pass only") == "ridge+first pass only"


def test_collected_scores_keep_what_they_say() -> None:
    score = Score("ece", 0.5, (0.25, 0.75), 7, "made:1").as_dict()
    assert calibration.number(score) == {key: score[key] for key in ("value", "interval", "n", "signature")}
    assert calibration.number([0.5, 0.25, 0.75]) == {"value": 0.5, "interval": [0.25, 0.75]}
    assert calibration.number(None) is None


def test_the_table_of_calibration_is_signed_where_its_sources_are() -> None:
    for row in calibration.table():
        name, *keys = row["from"].split("/")
        found: Any = results_file.read(name)
        for key in keys:
            found = found[key]
        source = found[f"ece_{row['bins']}"]
        assert row["ece"].get("signature") == (source.get("signature") if isinstance(source, dict) else None)
    assert sum("signature" in row["ece"] for row in calibration.table()) > 10
