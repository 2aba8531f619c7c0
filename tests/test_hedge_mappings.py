"""Mappings of our hedges to other schemes, and that what the table says of Szeged and CoNLL-2010 is what annotators did."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from framing.hedge_mappings import SCHEMES, map_hedges, map_type, subtypes_of
from framing.hedging import find_hedges
from framing.lexicons import read_table
from framing.quotes import find_quotes
from framing.records import HEDGE_TYPES, Hedge, Span
from framing.text import article_from_text
from framing.tokens import tokenize

CLASSES = {
    "szeged": {"epistemic", "doxastic", "condition", "investigation"},
    "conll-wiki": {"uncertain"},
    "conll-bio": {"uncertain"},
    "prince": {"plausibility shield", "attribution shield", "adaptor", "rounder"},
    "hyland": {"hedge", "booster", "evidential", "attitude marker"},
}


def hedges(text: str) -> tuple[Hedge, ...]:
    read = article_from_text(text)
    return find_hedges(tokenize(read), find_quotes(read.text, read.paragraphs))


def test_every_class_of_every_scheme_is_reached_and_no_other() -> None:
    rows = read_table("hedge_mappings")
    for scheme in SCHEMES:
        assert {row[scheme] for row in rows} - {""} == CLASSES[scheme]
        for kind in HEDGE_TYPES:
            assert map_type(kind, scheme) in CLASSES[scheme] | {None}
    keys = [(r["type"], r["subtype"]) for r in rows]
    assert set(keys) <= {(r["type"], r["subtype"]) for r in read_table("hedges")} | {(kind, "") for kind in HEDGE_TYPES}
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("text", "scheme", "classes"),
    [
        ("The storm may reach the coast.", "hyland", ("hedge",)),
        ("The storm may reach the coast.", "szeged", ("epistemic",)),
        ("The law is undoubtedly harsh.", "hyland", ("booster",)),
        ("The law is undoubtedly harsh.", "szeged", (None,)),
        ("The general reportedly fled.", "prince", ("attribution shield",)),
        ("The general reportedly fled.", "hyland", ("evidential",)),
        ("The general reportedly fled.", "szeged", ("doxastic",)),
        ("The letter was apparently forged.", "prince", ("plausibility shield",)),
        ("The letter was apparently forged.", "szeged", ("epistemic",)),
        ("About 200 people were sort of tired.", "prince", ("rounder", "adaptor")),
        ("Trains are generally late.", "prince", (None,)),
        ("Trains are generally late.", "hyland", ("hedge",)),
        ("The fund pays if the harvest fails.", "conll-bio", ("uncertain",)),
        ("The fund pays if the harvest fails.", "conll-wiki", (None,)),
        ("Some experts say the legendary bridge is old.", "conll-wiki", ("uncertain", "uncertain")),
        ("Some experts say the legendary bridge is old.", "conll-bio", (None, None)),
        ("It is not clear who fired first.", "szeged", ("epistemic",)),
    ],
)  # fmt: skip
def test_classes(text: str, scheme: str, classes: tuple[str | None, ...]) -> None:
    assert map_hedges(hedges(text), scheme) == classes


def test_belief_in_a_quotation_is_the_speaker_s_own() -> None:
    assert map_hedges(hedges("“I think the plan is dead and gone,” she said."), "prince") == ("plausibility shield",)
    assert map_hedges(hedges("Farmers believe the drought will end."), "prince") == ("attribution shield",)


def test_subtypes() -> None:
    text = "The plan may fail. It is not clear why. Reportedly, 20 or so left. He does not doubt it."
    assert subtypes_of(hedges(text)) == ("modal", "negation", "hearsay", "rounder", "noun")
    assert subtypes_of(()) == ()
    assert subtypes_of([Hedge(Span.of("", 0, 0), "epistemic", 1.0), Hedge(Span(0, 3, "xyz"), "booster", 1.0)]) == ("", "")


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match="rumour"):
        map_type("rumour", "szeged")
    with pytest.raises(ValueError, match="latin"):
        map_type("epistemic", "latin")


@pytest.mark.corpus
def test_szeged_agrees_with_its_annotators(data: Path) -> None:
    """The gold type that most hits of a type meet is the one of the table, on all parts together."""
    if not (data / "szeged_uncertainty").exists():
        pytest.skip("no szeged_uncertainty under FRAMING_DATA")
    from experiments.hedging import BIO, szeged

    met: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for parts in (("wiki",), ("news",), BIO):
        corpus = szeged(*parts)
        found = find_hedges(corpus.tokens, ())
        gold = {i: kind for start, end, kind in corpus.cues for i in range(start, end)}
        for hedge, subtype in zip(found, subtypes_of(found)):
            kinds = [gold[i] for i in range(hedge.cue.start, hedge.cue.end) if i in gold]
            if kinds:
                met[hedge.type, subtype][kinds[0]] += 1
    for (kind, subtype), counts in met.items():
        if sum(counts.values()) >= 20:
            assert map_type(kind, "szeged", subtype) == counts.most_common(1)[0][0], (kind, subtype, counts)


def test_an_unknown_scheme_is_refused_without_hedges_too() -> None:
    with pytest.raises(ValueError, match="unknown scheme 'foo'"):
        map_hedges((), "foo")
