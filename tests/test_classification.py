"""The classifiers inside an analysis: scores, voices, warnings, reasons that sum, parts of one's own, any string."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import framing
from framing import classification, frame_reasons, frames, hyperpartisan_features
from framing.article_words import ArticleWords
from framing.classifier import CONSTANT, MODELS, OTHERS, Reason
from framing.demo import read_demo
from framing.domain import LEAST
from framing.frame_reasons import TITLES
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Sentence, Span
from framing.report.text import render_text
from framing.result import Explanation

BUDGET = (
    "Senate Passes Budget After Weeks of Debate\n\n"
    "The Senate passed a budget on Thursday that cuts taxes for small firms and raises spending on roads. Economists said the deficit "
    "would grow by two percent, and unemployment would fall. Democrats opposed the bill, which the president is expected to sign. "
    "The vote was 51 to 49. Republican leaders praised the tax cuts; the opposition said they would cost jobs and hurt the economy. "
    "The budget office expects growth of three percent next year, while wages and prices rise more slowly than before."
)
PIECES = ("“", "”", "Tax", "the", "!", "\n\n", "\ud800", "economy")
WITHOUT: dict[str, Any] = dict.fromkeys(classification.NAMES)


@pytest.fixture(scope="module")
def demo() -> framing.Analysis:
    return framing.analyze(read_demo())


def test_frames_are_probabilities_of_all_codes(demo: framing.Analysis) -> None:
    assert demo.frames.policy is not None
    assert demo.frames.generic is not None
    assert tuple(demo.frames.policy) == POLICY_FRAMES
    assert tuple(demo.frames.generic) == GENERIC_FRAMES
    assert demo.frames.primary in POLICY_FRAMES
    assert all(0 <= p <= 1 for p in (*demo.frames.policy.values(), *demo.frames.generic.values()))
    assert set(TITLES["policy"]) == set(POLICY_FRAMES)
    assert set(TITLES["generic"]) == set(GENERIC_FRAMES)


def test_a_budget_is_economic_and_political() -> None:
    found = framing.analyze(BUDGET).frames.policy
    assert found is not None
    assert min(found["econ"], found["pols"]) > max(found["crim"], found["heal"], found["cult"])
    assert found["econ"] > 0.5


def test_loaded_language_of_author_and_quotations_apart() -> None:
    plain = "The council met on Tuesday to discuss the new bridge. The work will begin in March and end in June. "
    insult = "“This is a disgraceful, shameful betrayal by corrupt and hysterical radicals.” "
    own = "This is a disgraceful, shameful betrayal by corrupt and hysterical radicals. "
    quoted, said = (framing.analyze(plain + last).scores for last in (insult, own))
    assert quoted.loaded_share is not None
    assert said.loaded_share is not None
    assert quoted.loaded_share_quoted is not None
    assert said.loaded_share_quoted is None
    assert quoted.loaded_share < 0.3 < 0.5 < quoted.loaded_share_quoted
    assert said.loaded_share > quoted.loaded_share + 0.1


def test_mixed_sentences_are_in_neither_voice() -> None:
    rows = [Sentence(Span.of("ab", i, i + 1), voice, None, None, p) for i, (voice, p) in enumerate((("author", 0.2), ("mixed", 0.9)))]
    assert classification.loaded_shares(rows) == {"author": 0.2, "quoted": None, "mixed": 0.9}


def test_reasons_sum_to_the_log_odds(demo: framing.Analysis) -> None:
    reasons = demo.explain()
    chances = {f"policy_{code}": p for code, p in (demo.frames.policy or {}).items()}
    chances |= {f"generic_{code}": p for code, p in (demo.frames.generic or {}).items()}
    assert demo.scores.hyperpartisan is not None
    chances["hyperpartisan"] = demo.scores.hyperpartisan
    told = [name for name in reasons if name in chances]
    assert f"policy_{demo.frames.primary}" in told
    assert "hyperpartisan" in told
    for name in told:
        p = chances[name]
        assert sum(r.value * r.weight for r in reasons[name]) == pytest.approx(math.log(p / (1 - p)), abs=1e-9)
        assert [r.feature for r in reasons[name][-2:]] == [OTHERS, CONSTANT]
        assert all(demo.article.text[s.start : s.end] == s.text for r in reasons[name] for s in r.spans)
        assert any(r.spans for r in reasons[name])
    share = sum(r.value * r.weight for r in reasons["loaded_share"])
    assert share == pytest.approx(demo.scores.loaded_share)


def test_reasons_are_written_down(demo: framing.Analysis) -> None:
    out = json.loads(demo.to_json(explain=True))
    assert {"hyperpartisan", "loaded_share", f"policy_{demo.frames.primary}"} <= set(out["explanations"])
    assert all(row["text"] for rows in out["explanations"].values() for row in rows)


def test_texts_unlike_the_training_texts_are_said_to_be() -> None:
    strange = "Quaffle brontide wimble the squiddle of a snorvel, and glabrous mimsy toves outgrabe the frumious borogoves. " * 12
    (notice,) = (w for w in framing.analyze(strange).warnings if w.code == "domain")
    assert all(name in notice.message for name in classification.TOLD.values())
    assert re.search(r"policy frames: \d+ % \(\d+ % at most is usual in US political news of 2012 to 2020\)", notice.message)
    assert not [w for w in framing.analyze(BUDGET).warnings if w.code == "domain"]
    assert not [w for w in framing.analyze(strange, models=WITHOUT).warnings if w.code == "domain"]


def test_parts_may_be_left_out() -> None:
    result = framing.analyze(BUDGET, models=WITHOUT)
    assert result.frames == framing.records.FrameScores()
    assert (result.scores.hyperpartisan, result.scores.loaded_share, result.scores.loaded_share_quoted) == (None, None, None)
    assert all(s.loaded is None for s in result.sentences)
    assert all(result.models[name] == "none" for name in classification.NAMES)
    assert set(result.explain()) <= {"transparency", "rating"}


def test_parts_of_one_s_own() -> None:
    mine = {
        "policy_frames": frames.PolicyFrameClassifier.load(),
        "generic_frames": lambda words: dict.fromkeys(GENERIC_FRAMES, 0.5),
        "loaded_language": lambda tokens, quotes: np.full(len(tokens.sentences), 0.25),
        "hyperpartisan": lambda reading, words: 0.75,
    }
    result, ours = framing.analyze(BUDGET, models=mine), framing.analyze(BUDGET)
    assert result.frames.policy == pytest.approx(ours.frames.policy)
    assert result.frames.primary == ours.frames.primary
    assert set((result.frames.generic or {}).values()) == {0.5}
    assert (result.scores.hyperpartisan, result.scores.loaded_share) == (0.75, 0.25)
    assert result.models["hyperpartisan"] == "own"
    assert not {"hyperpartisan", "loaded_share"} & set(result.explain())


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("policy_frames", lambda words: ({"econ": 1.0}, None), "'policy_frames' must give a probability for each of econ"),
        ("policy_frames", lambda words: (dict.fromkeys(POLICY_FRAMES, 0.1), "money"), "the primary frame 'money', which is no code"),
        ("generic_frames", lambda words: dict.fromkeys(GENERIC_FRAMES, 2), "must give probabilities, not 2.0"),
        ("loaded_language", lambda tokens, quotes: [0.5], "must give one probability for each of"),
        ("hyperpartisan", lambda reading, words: -1, "must give probabilities, not -1.0"),
    ],
)
def test_what_is_no_probability_is_said(name: str, part: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        framing.analyze(BUDGET, models={name: part})


def test_too_few_words_get_no_frames_and_are_told_so() -> None:
    result = framing.analyze("The economy grew and jobs rose. Taxes fell.")
    assert result.frames == framing.records.FrameScores()
    assert result.scores.hyperpartisan is None
    (notice,) = (w for w in result.warnings if w.code == "domain")
    assert notice.message.startswith(f"Fewer than {LEAST} words")
    assert framing.analyze(".").scores.loaded_share is None
    assert not [w for w in framing.analyze("The economy grew.", models=WITHOUT).warnings if w.code == "domain"]


def test_where_no_frame_is_present_none_is_primary() -> None:
    result = framing.analyze("Der Minister sagte am Montag, dass die Wirtschaft wachse. " * 20)
    assert result.frames.policy is not None
    assert max(result.frames.policy.values()) < 0.5
    assert result.frames.primary is None
    assert not any(name.startswith("policy") for name in result.explain())


def test_the_report_tells_the_reasons_in_words(demo: framing.Analysis) -> None:
    told = " ".join(render_text(demo, 80, explain=True).split())
    assert "is the main frame among those found" in told
    assert "The most loaded sentence in the author's voice" in told
    assert f"Probability {demo.scores.hyperpartisan:.2f}. It is so by words and counts" in told
    told = told.partition("frame Legality and jurisdiction is")[2].partition(" (log-odds).")[0]
    assert "for it speak words of the frame legality and jurisdiction (title and lead) +0." in told
    assert "“authority” +0.2" in told
    assert "words of the frame policy and its evaluation (whole article) −0.1" in told
    assert not re.search(r"[+−-]0\.0|-\d|\blega\b", told)


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("words of policy econ, whole", "words of the frame economic (whole article)"),
        ("words of policy mora, title and lead", "words of the frame morality (title and lead)"),
        ("words of generic econ, whole", "words of the generic frame economic consequences (whole article)"),
        ("loaded words: political label, in the author's voice", "loaded words: political label (in the author's voice)"),
        (hyperpartisan_features.sourcing_columns()[0], hyperpartisan_features.sourcing_columns()[0]),
        ("the", "“the”"),
        ("of the, in the title", "“of the” in the title"),
    ],
)
def test_features_have_names_for_people(feature: str, name: str) -> None:
    assert frame_reasons._named(feature) == name
    text = frame_reasons._told(Reason(feature, 1.0, -0.251, (Span(0, 1, "a"), Span(2, 3, "a"))))
    several = "speak" if name.startswith(("words of", "loaded words")) else "speaks"
    assert text == f"{name[0].upper()}{name[1:]}, 2 times, {several} against it: −0.25 on the log-odds."


def test_a_reason_that_is_shown_as_nothing_is_not_named(demo: framing.Analysis) -> None:
    scores = replace(demo.scores, hyperpartisan=0.5, loaded_share=None)
    result = replace(demo, scores=scores, frames=replace(demo.frames, primary=None))
    rows = [Explanation("the", 1.0, 0.04, (), ""), Explanation("of", 1.0, -0.04, (), ""), Explanation("said", 1.0, 0.06, (), "")]
    (row,) = frame_reasons.summaries(result, {"hyperpartisan": rows})
    assert row.text == "Probability 0.50. It is so by words and counts: for it speak “said” +0.1 (log-odds)."
    (row,) = frame_reasons.summaries(result, {"hyperpartisan": rows[:2]})
    assert row.text == "Probability 0.50. It is so by many words and counts, none of which weighs much."


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_any_string(text: str) -> None:
    result = framing.analyze(text)
    words = int(ArticleWords.of(text).words()[1:].sum())
    assert (result.frames.policy is not None) == (words >= LEAST)
    assert (result.scores.hyperpartisan is not None) == (words >= LEAST)
    spoken = any(w.code == "domain" for w in result.warnings)
    assert spoken or not 0 < words < LEAST
    for sentence in result.sentences:
        assert sentence.loaded is None or 0 <= sentence.loaded <= 1
    result.explain()


def test_models_are_read_when_they_are_needed_and_with_numpy_alone() -> None:
    code = (
        "import sys\n"
        "for name in ('scipy', 'sklearn', 'nltk', 'joblib'): sys.modules[name] = None\n"
        "import framing\n"
        "from framing import frames, loaded, hyperpartisan\n"
        "before = [f.cache_info().currsize for f in (frames.shipped_policy, loaded.shipped, hyperpartisan.shipped)]\n"
        "a = framing.analyze('The Senate passed the tax bill.')\n"
        "print(before, a.frames.primary, a.explain() is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[0, 0, 0] ")


def test_shipped_models_are_small() -> None:
    total = sum(path.stat().st_size for name in classification.NAMES for path in (MODELS / name).iterdir())
    assert total < 15_000_000
