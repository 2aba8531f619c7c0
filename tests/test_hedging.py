"""Hedges: cases sentence by sentence, owners, the lexicon row by row, the formula of uncertainty, and properties over arbitrary strings."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import analyze
from framing.hedge_lexicon import counted, hedge_lexicon
from framing.hedge_rules import Context, find_cues, matches
from framing.hedge_sentences import cue_uncertainty
from framing.hedge_tagger import HedgeTagger
from framing.hedging import PROFILES, find_hedges, rule_hedges, sentence_uncertainty
from framing.lexicons import read_table
from framing.quotes import find_quotes
from framing.records import HEDGE_TYPES, Article, Attribution, Boilerplate, Hedge, Span
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

PATIENT = HedgeTagger.load().set_params(keep=0.06)
CASES = json.loads((Path(__file__).parent / "cases" / "hedges.json").read_text(encoding="utf-8"))


def article(*paragraphs: str) -> Article:
    """An article without boilerplate, so that reading does not interfere."""
    text = "\n\n".join(paragraphs)
    spans, at = [], 0
    for paragraph in paragraphs:
        spans.append(Span.of(text, at, at + len(paragraph)))
        at += len(paragraph) + 2
    return Article(text, None, None, tuple(spans), Span.of(text, 0, len(text)))


def hedges(*paragraphs: str, attributions: tuple[Attribution, ...] = ()) -> tuple[Tokens, tuple[Hedge, ...]]:
    read = article(*paragraphs)
    tokens = tokenize(read)
    return tokens, find_hedges(tokens, find_quotes(read.text, read.paragraphs), attributions)


def found(text: str) -> list[list[object]]:
    return [[h.cue.text, h.type, h.negated] for h in hedges(text)[1]]


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda c: c["label"])
def test_case(case: dict[str, object]) -> None:
    """``shipped`` stands where the tagger leaves out what annotators seldom marked; with a low limit it is there."""
    assert found(str(case["text"])) == case.get("shipped", case["hedges"])
    if "shipped" in case:
        tokens, _ = hedges(str(case["text"]))
        kept = find_hedges(tokens, find_quotes(tokens.text, ()), tagger=PATIENT)
        assert [[h.cue.text, h.type, h.negated] for h in kept] == case["hedges"]


def test_few_cases_are_left_out_by_the_shipped_limits() -> None:
    left_out = [c for c in CASES["cases"] if "shipped" in c]
    assert 0 < len(left_out) < len(CASES["cases"]) / 15
    assert all(len(c["shipped"]) <= len(c["hedges"]) for c in left_out)


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, id=c["label"], marks=pytest.mark.xfail(strict=True, reason=c["reason"])) for c in CASES["known_failures"]],
)
def test_known_failure(case: dict[str, object]) -> None:
    assert found(str(case["text"])) == case["hedges"]


def test_there_are_as_many_cases_as_promised() -> None:
    assert len({c["text"] for c in CASES["cases"]}) == len(CASES["cases"]) >= 150
    assert len({(c["text"], c["cue"]) for c in CASES["scopes"]}) == len(CASES["scopes"]) >= 60


@pytest.mark.parametrize("row", CASES["rows"], ids=lambda r: r["form"])
def test_ambiguous_form(row: dict[str, str | list[str] | None]) -> None:
    """A form of the table of ambiguous words is a cue in one sentence and none (or a booster) in the other."""
    def cues(text: str) -> list[Hedge]:
        return [h for h in hedges(text)[1] if h.type != "booster" and set(h.cue.text.lower().split()) & set(row["words"] or ())]

    if row["positive"]:
        assert cues(str(row["positive"]))
    if row["negative"]:
        assert set(str(row["negative"]).lower().rstrip(".").split()) & set(row["words"] or ())
        assert not cues(str(row["negative"]))


def test_every_row_of_the_table_has_both_sides() -> None:
    for name in {row["row"] for row in CASES["rows"]}:
        rows = [row for row in CASES["rows"] if row["row"] == name]
        assert any(row["positive"] for row in rows), name
        assert any(row["negative"] for row in rows), name
    assert len({row["row"] for row in CASES["rows"]}) == 18


@pytest.mark.parametrize("case", CASES["owners"], ids=lambda c: f"{c['cue']}: {c['text'][:40]}")
def test_owner(case: dict[str, object]) -> None:
    """Over the whole way: the hedge belongs to the source whose words hold it."""
    result = analyze(str(case["text"]))
    sources = {a.id: a.source.text for a in result.attributions if a.source}
    hedge = next(h for h in result.hedges if h.cue.text == case["cue"])
    assert (None if hedge.owner is None else sources[hedge.owner]) == case["owner"]
    assert hedge.in_quote == case["in_quote"]


CLASS_WORDS = {row["class"]: row["words"].split(" ") for row in read_table("hedge_classes")}


def spelt(row: dict[str, str]) -> Iterator[str]:
    """All ways to write an entry, a class by its first word, as a text would."""
    options = [[*part.removesuffix("?").split("|"), *([""] if part.endswith("?") else [])] for part in row["entry"].split(" ")]
    for words in product(*options):
        text = " ".join(CLASS_WORDS[w[1:-1]][0] if w.startswith("<") else w for w in words if w)
        yield re.sub(r" (n't|'s|'ll|'d|,)(?= |$)", r"\1", text)


def test_every_way_to_write_an_entry_matches_in_text() -> None:
    lexicon = hedge_lexicon()
    for number, row in enumerate(read_table("hedges")):
        for text in spelt(row):
            tokens = tokenize(article(text))
            first, last, entry = matches(Context.of(tokens, lexicon))
            assert (0, len(tokens), number) in zip(first.tolist(), last.tolist(), entry.tolist()), text


@pytest.mark.parametrize("number", range(len(read_table("hedges"))), ids=lambda i: read_table("hedges")[i]["entry"][:40])
def test_every_row_is_found_in_its_example_or_itself(number: int) -> None:
    """No row is dead: in its example, or in itself where it has no condition, it wins over all other rows."""
    row = read_table("hedges")[number]
    assert bool(row["needs"]) == bool(row["example"]), "an example belongs to rows with a condition"
    texts = [row["example"]] if row["example"] else list(spelt(row))
    if row["type"] == "none":
        assert not any(find_hedges(tokenize(article(text)), ()) for text in texts)
    else:
        won = [find_cues(Context.of(tokenize(article(text)), hedge_lexicon())).entry.tolist() for text in texts]
        assert any(number in entries for entries in won)


def test_lexicon_is_sound() -> None:
    rows = read_table("hedges")
    names = {row["name"] for row in read_table("hedge_needs")}
    assert len([r for r in rows if r["type"] != "none"]) >= 350
    assert {r["type"] for r in rows} == {*HEDGE_TYPES, "none"}
    for row in rows:
        assert row["flip"] in ("", *HEDGE_TYPES), row
        assert (0 if row["type"] == "none" else 0.01) <= float(row["strength"]) <= 1, row
        assert set(filter(None, row["needs"].split("+"))) <= names, row
        assert row["entry"] == " ".join(row["entry"].split()), row
        counts = {column: tuple(map(int, row[column].split("/"))) for column in ("wiki", "bio", "news", "conll")}
        assert all(0 <= hit <= n for hit, n in counts.values()), row
        columns, marked = counted(row["type"])
        hits, n = (sum(counts[column][k] for column in columns) for k in (0, 1))
        assert row["hits"] == str(n), row
        assert row["precision"] == (f"{hits / n:.2f}" if n and marked else ""), row
    origins = read_table("hedge_origins")
    assert {r["origin"] for r in rows} == {o["code"] for o in origins}
    assert all(o["author"] and o["year"].isdigit() and o["work"] for o in origins)
    used = {part for r in rows for part in r["needs"].split("+")}
    used |= set(re.findall(r"\[(\w+)\]", " ".join(row["condition"] for row in read_table("hedge_needs"))))
    assert names <= used, names - used


def test_every_type_has_an_entry_that_matches() -> None:
    seen = {h.type for case in CASES["cases"] for h in hedges(case["text"])[1]}
    assert seen == set(HEDGE_TYPES)


def test_confidence_is_the_measured_share() -> None:
    (row,) = [r for r in read_table("hedges") if r["entry"] == "perhaps"]
    hit, n = map(int, row["wiki"].split("/"))
    article = article_from_text("Perhaps the treaty was signed.")
    (hedge,) = rule_hedges(tokenize(article), ())
    assert n >= 5
    assert math.isclose(hedge.confidence, (hit + 1) / (n + 2), abs_tol=1e-4)


def test_in_quote_only_inside_speech_quotes() -> None:
    _, (inside, outside) = hedges("“We may leave the coalition at the end of the year,” she said. The party may split.")
    assert (inside.in_quote, outside.in_quote) == (True, False)


def test_owner_is_the_innermost_content() -> None:
    text = "The paper says that she thinks the deal may fail. It may rain."

    def span(part: str) -> Span:
        return Span.of(text, text.index(part), text.index(part) + len(part))

    outer = Attribution(3, span("The paper"), span("says"), (span("that she thinks the deal may fail"),), "indirect")
    inner = Attribution(7, span("she"), span("thinks"), (span("the deal may fail"),), "indirect", parent=3)
    for order in ((outer, inner), (inner, outer)):
        _, result = hedges(text, attributions=order)
        assert [(h.cue.text, h.owner) for h in result] == [("thinks", 3), ("may", 7), ("may", None)]


def test_many_nested_contents_give_each_cue_its_innermost() -> None:
    text = " ".join(["He may go."] * 200)
    tokens = tokenize(article(text))
    cues = find_hedges(tokens, ())
    ends = [h.cue.end for h in cues]
    he, cue = Span.of(text, 0, 2), Span.of(text, 0, 0)
    nested = tuple(Attribution(i, he, cue, (Span.of(text, 0, end),), "indirect") for i, end in enumerate(ends))
    assert [h.owner for h in find_hedges(tokens, (), nested)] == list(range(200))


def test_who_is_not_named_at_all_owns_nothing() -> None:
    text = "It is unclear whether the bridge can be repaired."
    tokens, found = hedges(text)
    nobody = Attribution(0, None, Span.of(text, 6, 13), (Span.of(text, 14, len(text) - 1),), "indirect")
    outer = Attribution(1, Span.of(text, 0, 2), Span.of(text, 3, 5), (Span.of(text, 0, len(text)),), "indirect")
    assert {h.owner for h in find_hedges(tokens, (), (nobody,))} == {None}
    assert {h.owner for h in find_hedges(tokens, (), (nobody, outer))} == {1}
    assert len(found) == len(find_hedges(tokens, (), (outer,)))


def test_boilerplate_is_left_out() -> None:
    read = article("He may go.", "She may stay.")
    marked = Article(read.text, None, None, read.paragraphs, read.body, (Boilerplate(read.paragraphs[0], "tags"),))
    assert [h.cue.start for h in find_hedges(tokenize(marked), ())] == [read.text.rindex("may")]


def test_uncertainty_is_a_noisy_or_of_the_profile() -> None:
    tokens, result = hedges("Perhaps the ship may sail.", "Some critics left.", "The ship sailed.")
    value = cue_uncertainty(tokens, result)
    rest = math.prod(1 - h.confidence for h in result if h.type == "epistemic")
    assert value.shape == (3,)
    assert math.isclose(value[0], 1 - rest)
    assert value[1:].tolist() == [0, 0]
    assert "weasel" in {h.type for h in result}
    calibrated = sentence_uncertainty(tokens, result)
    assert calibrated[0] > 0.8
    assert 0 < calibrated[1] == calibrated[2] < 0.1
    wiki = sentence_uncertainty(tokens, result, "conll-wiki")
    assert wiki[1] > wiki[2], "where weasels count, critics do"


def test_boosters_do_not_make_a_sentence_uncertain() -> None:
    tokens, result = hedges("There is no doubt that the team cheated.")
    assert [h.type for h in result] == ["booster"]
    for profile in PROFILES:
        assert cue_uncertainty(tokens, result, profile)[0] == 0
        assert sentence_uncertainty(tokens, result, profile)[0] == sentence_uncertainty(tokens, (), profile)[0]


def test_a_weight_of_one_gives_certainty_of_uncertainty() -> None:
    tokens, _ = hedges("He may go.")
    sure = Hedge(Span.of("He may go.", 3, 6), "epistemic", 1.0, confidence=1.0)
    assert cue_uncertainty(tokens, [sure])[0] == 1.0
    assert 0.9 < sentence_uncertainty(tokens, [sure])[0] < 1.0, "no finite sample can be sure"


def test_unknown_profile_is_named() -> None:
    tokens, result = hedges("He may go.")
    with pytest.raises(ValueError, match="novel"):
        sentence_uncertainty(tokens, result, "novel")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "…", "“”", "\ud800", "\x00", "12", "ا"])
def test_texts_without_words(text: str) -> None:
    read = article_from_text(text)
    tokens = tokenize(read)
    assert find_hedges(tokens, find_quotes(read.text, read.paragraphs)) == ()
    assert sentence_uncertainty(tokens, ()).shape == (len(tokens.sentences),)


def test_scopes_stay_short_where_punctuation_is_missing() -> None:
    text = "they may go " * 3000
    _, result = hedges(text.strip())
    assert len(result) == 3000
    assert all(h.scope is not None and len(h.scope) <= 4000 for h in result)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda c: c["label"])
def test_the_rules_alone_keep_to_whole_words(case: dict[str, str]) -> None:
    for hedge in rule_hedges(tokenize(article(case["text"])), ()):
        assert_whole(case["text"], hedge.cue)


def assert_whole(text: str, cue: Span) -> None:
    """The cue neither begins nor ends inside a word; an apostrophe between two letters is inside of one."""
    for word in re.finditer(r"\w+(?:['’]\w+)*", text):
        for at in (cue.start, cue.end):
            assert not word.start() < at < word.end(), (cue.text, word.group())


HOSTS = ("ca", "could", "do", "does", "is", "was", "would", "might", "someone", "we", "analysts", "critics", "it", "that")
CLITICS = ("n't", "n’t", "'d", "’d", "'ll", "'s", "’s", "n't've", "'d've", "'re")
TAILS = ("rule out", "clear", "sure", "appear to fail", "possibly", "unclear", "know why", "be ruled out", "doubt it", "believed that", ",")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from(CLITICS), st.sampled_from(TAILS)), min_size=1, max_size=5), st.booleans())
def test_no_cue_begins_or_ends_inside_a_word(parts: list[tuple[str, str, str]], conditional: bool) -> None:
    text = ("If it rained, " if conditional else "") + " ".join(f"{host}{clitic} {tail}" for host, clitic, tail in parts)
    tokens = tokenize(article(text))
    for result in (rule_hedges(tokens, ()), find_hedges(tokens, ())):
        for hedge in result:
            assert_whole(text, hedge.cue)
            assert hedge.scope is None or hedge.scope.covers(hedge.cue)


CUES = ("may", "May", "could not", "n't", "no doubt", "clear", "it is believed", "if",
        "about 200", "some critics say", "as soon as possible", "would")
REST = ("that", ",", ".", "“", "”", "to", "the", "he", "cannot rule out", "one of the most",
        "remains to be", "seen", "whether", "-", "\n\n", "not")
WORDS = st.sampled_from(CUES + REST)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=200))
def test_spans_slice_and_nothing_raises(text: str) -> None:
    read = article_from_text(text)
    tokens = tokenize(read)
    result = find_hedges(tokens, find_quotes(read.text, read.paragraphs))
    at = 0
    for h in result:
        assert h.cue.text == text[h.cue.start:h.cue.end] != ""
        assert h.cue.start >= at
        assert h.type in HEDGE_TYPES
        assert 0 < h.strength <= 1
        assert 0 < h.confidence < 1
        assert h.scope is None or (h.scope.covers(h.cue) and h.scope.text == text[h.scope.start:h.scope.end])
        at = h.cue.end
    value = sentence_uncertainty(tokens, result)
    assert ((value >= 0) & (value <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([c["text"] for c in CASES["cases"]]), min_size=1, max_size=4), st.integers(0, 4))
def test_a_paragraph_without_cues_changes_no_count(paragraphs: list[str], place: int) -> None:
    plain = "The council met on Tuesday and approved the budget."
    more = [*paragraphs[:place], plain, *paragraphs[place:]]
    before, after = ([(h.cue.text, h.type, h.scope and h.scope.text) for h in hedges(*ps)[1]] for ps in (paragraphs, more))
    assert before == after


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["reach", "leave", "fail", "rise"]), st.sampled_from(["The storm", "The deal", "The price"]))
def test_lower_case_may_is_a_modal_and_the_month_is_none(verb: str, subject: str) -> None:
    assert found(f"{subject} may {verb} soon.") == [["may", "epistemic", False]]
    assert found(f"{subject} will {verb} in May.") == []


def test_compiled_once() -> None:
    assert hedge_lexicon() is hedge_lexicon()


@pytest.mark.corpus
def test_sentences_of_szeged_news(data: Path) -> None:
    if not (data / "szeged_uncertainty" / "factbank.xml").exists():
        pytest.skip("no szeged_uncertainty/factbank.xml under FRAMING_DATA")
    from experiments.hedging import Predicted, evaluate, szeged

    corpus = szeged("news")
    predicted = Predicted(corpus)
    plain, ours = evaluate(corpus, predicted.plain("szeged")), evaluate(corpus, predicted.any("szeged"))
    assert ours["f1"] > 0.75 > plain["f1"]


@pytest.mark.corpus
def test_the_counts_of_the_lexicon_are_those_of_the_corpora(data: Path) -> None:
    if not (data / "szeged_uncertainty").exists() or not (data / "conll2010").exists():
        pytest.skip("no szeged_uncertainty or conll2010 under FRAMING_DATA")
    from experiments.hedge_lexicon import TABLE, counted_rows, updated

    text = TABLE.read_text(encoding="utf-8")
    assert updated(text, counted_rows()) == text
