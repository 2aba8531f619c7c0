"""Columns of types and tokens: what they say on small texts, a plain re-reading of them on any text, and the memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import signals
from framing.learning.words import WordClasses
from framing.lexicons import read_table
from framing.patterns import precision, read_patterns
from framing.phrases import AUX, CLOSE, COMMA, CONJ, DASH, MARK, MODAL, OPEN, QUOTE, REL, SUB
from framing.quotes import find_quotes
from framing.signals import CONTEXT_COLUMNS, LIKELY, TYPE_COLUMNS, Signals, TypeMemory, read_signals, string_hash
from framing.tagging import LABELS
from framing.text import article_from_text
from framing.tokens import tokenize
from tests.made import made_classes

BORDERS = (COMMA, MARK, DASH, QUOTE, OPEN, CLOSE, CONJ, SUB, REL)
FRAGMENTS = st.sampled_from(
    ["Doe", "said", "that", "“", "”", '"', ",", ".", "according to", "the plan", "would fail", "told", "reporters", ":", "\n\n", "—", "who",
     "and", "fears that", "reportedly", "(", ")", "is believed", "to", "\ud800", "é", "It", "’s", "adding", "1990", "NEXT", "“so-called”"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=60).map(" ".join) | st.text(max_size=200)


def read(text: str, memory: TypeMemory | None = None) -> Signals:
    return read_all(text, memory)[0]


def read_all(text: str, memory: TypeMemory | None = None) -> tuple[Signals, object, object]:
    article = article_from_text(text)
    quotes = find_quotes(article.text, article.paragraphs)
    patterns = read_patterns(tokenize(article), quotes)
    return read_signals(patterns, quotes, TypeMemory() if memory is None else memory), patterns, quotes


def classes() -> WordClasses:
    return made_classes(("said", "mayor", "it's"))


def of(word: str, memory: TypeMemory | None = None) -> dict[str, int]:
    return dict(zip(TYPE_COLUMNS, (TypeMemory() if memory is None else memory).rows([word])[0].tolist()))


# ---- word types ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "column", "value"),
    [
        ("Said", "word", "said"),
        ("Said", "form", "Said"),
        ("It’s", "word", "it's"),
        ("It’s", "form", "It’s"),
        ("1995", "word", "0000"),
        ("Mayors", "prefix3", "may"),
        ("Mayors", "suffix1", "s"),
        ("Mayors", "suffix2", "rs"),
        ("Mayors", "suffix3", "ors"),
        ("a", "suffix3", "a"),
        ("McDonald", "shape", "XxXxx"),
        ("U.S.-led", "shape", "X.X.-xx"),
        ("1,000.50", "shape", "0,00.00"),
        ("GOP’s", "shape", "XX’x"),
        ("A1b2C3d4E5", "shape", "X0x0X0x0"),
        ("told", "reporting", "tell|speech|ld"),
        ("Warned", "reporting", "warn|speech|ed"),
        ("statements", "reporting", "statement|speech|s"),
        ("bridge", "reporting", ""),
        ("the", "grammar", "8"),
        ("WHO", "grammar", "0"),
        ("bridge", "cluster64", "u"),
    ],
)
def test_columns_of_a_type(word: str, column: str, value: str) -> None:
    assert of(word)[column] == string_hash(value)


def test_lexicons_are_told_apart() -> None:
    alone = {}
    words = {name: {w for r in read_table(name) for w in next(iter(r.values())).lower().split()} for name in signals.LEXICONS}
    for name, found in words.items():
        others = set().union(*(w for other, w in words.items() if other != name))
        alone[name] = of(min(found - others))["lexicons"]
    assert len(set(alone.values())) == len(signals.LEXICONS)
    assert of("qqq")["lexicons"] not in alone.values()


def test_classes_of_words() -> None:
    memory = TypeMemory(classes())
    assert of("Mayor", memory)["cluster64"] == string_hash("1")
    assert of("It’s", memory)["cluster512"] == string_hash("16")
    assert of("It’s", memory)["cluster1000"] == string_hash("31")
    assert of("bridge", memory)["cluster512"] == string_hash("u")
    assert {k: v for k, v in of("Mayor", memory).items() if "cluster" not in k} == {
        k: v for k, v in of("Mayor").items() if "cluster" not in k
    }
    known = classes()
    with pytest.raises(KeyError):
        TypeMemory(WordClasses(known.words, known.codes, known.scales, {64: known.clusters[64]}))


def test_what_is_in_the_memory_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    types = [f"Word{i}" for i in range(40)] + ["x" * 1000, "said", "\ud800", ""]
    fresh = TypeMemory(classes()).rows(types)
    used = TypeMemory(classes())
    used.rows(["said", "other", "words"])
    assert (used.rows(types) == fresh).all()
    assert (used.rows(types[::-1])[::-1] == fresh).all()
    assert "x" * 1000 not in used
    assert "Word7" in used
    monkeypatch.setattr("framing.tokens._REMEMBERED", 5)
    small = TypeMemory(classes())
    assert (small.rows(types) == fresh).all()
    assert len(small) <= 5


def test_threads_may_share_a_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.tokens._REMEMBERED", 30)
    types = [f"Word{i}" for i in range(100)]
    expected = TypeMemory().rows(types)
    shared = TypeMemory()
    with ThreadPoolExecutor(4) as pool:
        assert all((rows == expected).all() for rows in pool.map(shared.rows, [types] * 20))


# ---- texts -----------------------------------------------------------------------------------------------------------------------------


def steps(length: int) -> int:
    return sum(length >= s for s in (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25, 40))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_string_is_read_as_a_plain_reading_does(text: str) -> None:
    found, patterns, quotes = read_all(text)
    tokens, view = found.tokens, patterns.view
    n = len(tokens)
    assert found.rows.shape == (len(tokens.types), len(TYPE_COLUMNS))
    assert tuple(found.context) == CONTEXT_COLUMNS
    for name in (*TYPE_COLUMNS, *CONTEXT_COLUMNS):
        assert found.column(name).shape == (n,)
        assert found.column(name).dtype == np.uint64
    word = found.column("word").tolist()
    cues = {cue.head: (cue, p) for cue, p in patterns.cues}
    spans = [tokens.range(q.span) for q in quotes]
    finite = [view.kind[i] in (AUX, MODAL) or w.lower().endswith("ed") for i, w in enumerate(tokens.words())]
    kinds = {"speech": 1, "title": 5, "scare": 9}
    for i in range(n):
        sentence, paragraph = view.sentence[i], view.paragraph[i]
        a, b = view.first[sentence], view.first[sentence + 1]
        c, d = tokens.paragraph_first[paragraph : paragraph + 2].tolist()
        said = [view.quote[j] >= 0 for j in range(n)]
        expected = {
            "from_sentence_start": steps(i - a),
            "to_sentence_end": steps(b - 1 - i),
            "sentence_in_paragraph": min(sentence - view.sentence[c], 4),
            "paragraph": min(paragraph, 3),
            "paragraph_length": steps((d - c) // 4),
            "body": int(tokens.body[i]),
            "sentence_opening": word[a],
            "quoted_in_sentence": 4 * (4 * sum(said[a:b]) // (b - a)) + 2 * any(said[a:i]) + any(said[i + 1 : b]),
            "quoted_in_paragraph": 4 * (4 * sum(said[c:d]) // (d - c)) + 2 * any(said[c:a]) + any(said[b:d]),
            "cue_precision": 1 + int(9.99 * cues[i][1]) if i in cues else 0,
            "cue_frame": string_hash(cues[i][0].key) if i in cues else 0,
            "finite": 4 * min(sum(finite[a:i]), 3) + min(sum(finite[i + 1 : b]), 3),
        }
        outermost = next((k for k, (first, last) in enumerate(spans) if first <= i < last), None)
        expected["quotation"] = 0
        if outermost is not None:
            first, last = spans[outermost]
            expected["quotation"] = kinds[quotes[outermost].kind] + (i == first) + 2 * (i == last - 1)
        for side, reach in (("left", range(i - 1, a - 1, -1)), ("right", range(i + 1, b))):
            near = next((j for j in reach if j in cues and cues[j][1] >= LIKELY), None)
            frame, lemma, distance, sure = 0, 0, 0, 0
            if near is not None:
                cue, p = cues[near]
                frame, lemma, distance = string_hash(cue.key), string_hash(f"{cue.lemma}|{cue.kind}"), steps(abs(near - i))
                sure = 2 * (1 + int(9.99 * p)) + (view.quote[near] == view.quote[i])
            expected |= {f"{side}_cue_frame": frame, f"{side}_cue_lemma": lemma}
            expected |= {f"{side}_cue_distance": distance, f"{side}_cue_precision": sure}
            border = next((j for j in reach if view.kind[j] in BORDERS), None)
            nothing = 21
            expected |= {
                f"{side}_border": 0 if border is None else word[border],
                f"{side}_border_distance": 0 if border is None else steps(abs(border - i)),
                f"{side}_border_next": nothing if border is None or border + 1 == n else view.kind[border + 1],
            }
        assert {name: found.context[name][i] for name in expected} == expected


def test_rules_on_a_nested_attribution() -> None:
    found, patterns, _ = read_all("According to the Herald, the mayor feared that the bridge would fall.")
    words = found.tokens.words()
    labels = [LABELS[i] for i in found.context["rule_label"]]
    assert labels == [*("B-C", "I-C", "B-S<", "I-S<", "O", "B-X<"), *["I-X<"] * 7, "O"]
    inside = [w for w, nested in zip(words, found.context["rule_nested"]) if nested]
    assert inside == ["the", "mayor", "feared", "the", "bridge", "would", "fall"]
    assert [a.parent for a in patterns.attributions] == [None, 0]


def test_cues_on_a_small_sentence() -> None:
    found = read("“It is safe,” said Doe, who feared nothing.").context
    said = precision("say", "speech", "post")
    assert found["cue_precision"][6] == 1 + int(9.99 * said)
    assert found["cue_frame"][6] == string_hash("post")
    assert found["right_cue_frame"][0] == string_hash("post")
    assert found["right_cue_distance"][:8].tolist() == [6, 5, 4, 3, 2, 1, *found["right_cue_distance"][6:8].tolist()]
    assert found["right_cue_precision"][3] == 2 * found["cue_precision"][6]  # the cue is not inside the quotation
    assert found["left_cue_precision"][7] == 2 * found["cue_precision"][6] + 1
    assert found["left_cue_frame"][:7].tolist() == [0] * 7


def test_quotations_on_a_small_text() -> None:
    found = read("“It is safe,” said Doe of the “Big Bridge”. He left.\n\nShe stayed.").context
    assert found["quotation"].tolist() == [2, 1, 1, 1, 1, 3, *[0] * 4, 6, 5, 5, 7, *[0] * 7]
    assert found["quoted_in_sentence"][:6].tolist() == [4 + 1, *[4 + 2 + 1] * 4, 4 + 2]  # six of fifteen tokens are spoken
    assert set(found["quoted_in_sentence"][6:15].tolist()) == {4 + 2}
    assert set(found["quoted_in_sentence"][15:].tolist()) == {0}
    assert found["quoted_in_paragraph"].tolist() == [*[4] * 15, *[4 + 2] * 3, *[0] * 3]
    assert found["paragraph"].tolist() == [*[0] * 18, *[1] * 3]


def test_no_token_at_all() -> None:
    for text in ("", " \n\n "):
        found = read(text)
        assert found.rows.shape == (0, len(TYPE_COLUMNS))
        assert all(found.column(name).shape == (0,) for name in (*TYPE_COLUMNS, *CONTEXT_COLUMNS))
    with pytest.raises(KeyError):
        found.column("no column")


def test_the_docstring_names_every_column() -> None:
    doc = signals.__doc__ or ""
    side_less = {name.replace("right_cue", "left_cue").replace("right_border_", "left_border_") for name in CONTEXT_COLUMNS}
    plain = [name for name in (*TYPE_COLUMNS, *side_less) if not name.startswith("cluster")]
    assert [name for name in plain if f"``{name}``" not in doc] == []


def test_five_thousand_open_quotations() -> None:
    found = read("He said “no. " * 5000)
    assert len(found.tokens) == 5 * 5000
    assert found.context["cue_precision"].any()
