"""The index against a plain-Python oracle, its properties over made articles, and its explanations replayed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import transparency
from framing.records import COMPONENTS, LEVELS, REASONS, SOURCE_KINDS, Attribution, Span
from framing.tokens import Tokens

CLOSE = 1e-9
IDENTIFIABLE = ("person", "group", "organisation", "document", "outlet")


def make_tokens(lengths: list[int], outside: set[int], width: int = 1) -> Tokens:
    """Sentences of ``lengths`` tokens of ``width`` letters, with single spaces between; the tokens ``outside`` are not body."""
    n = sum(lengths)
    first = np.concatenate(([0], np.cumsum(lengths)))
    start = (width + 1) * np.arange(n, dtype=np.int32)
    body = np.ones(n, bool)
    body[sorted(outside)] = False
    whole = np.array([[0, (width + 1) * n - 1]], np.int32)
    return Tokens(
        text=" ".join(["a" * width] * n),
        start=start,
        end=start + width,
        type=np.zeros(n, np.int32),
        types=("a" * width,),
        sentence=np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        paragraph=np.zeros(n, np.int32),
        body=body,
        sentences=np.stack(((width + 1) * first[:-1], (width + 1) * first[1:] - 1), axis=1).astype(np.int32),
        sentence_first=first.astype(np.int32),
        paragraphs=whole,
        paragraph_first=np.array([0, n], np.int32),
    )


def attribution(number: int = 0, content: tuple[Span, ...] = (), **fields: object) -> Attribution:
    """With nothing said of it, the content is characters 0 to 19."""
    content = content or (Span(0, 19),)
    return Attribution(number, None, Span(4 * number, 4 * number + 1), content, "indirect", **fields)  # type: ignore[arg-type]


@st.composite
def token_arrays(draw: st.DrawFn) -> Tokens:
    lengths = draw(st.lists(st.integers(1, 9), min_size=15, max_size=40))
    missing = 110 - sum(lengths)
    if missing > 0:
        lengths.append(missing)
    outside = set(range(draw(st.integers(0, 6)))) | draw(st.sets(st.integers(0, sum(lengths) - 1), max_size=4))
    return make_tokens(lengths, outside, width=2)


@st.composite
def attributions_in(draw: st.DrawFn, tokens: Tokens, number: int) -> Attribution:
    # many spans of few sizes, so that nested, touching and doubled contents are common
    begins = draw(st.lists(st.integers(0, len(tokens.text) - 1), min_size=1, max_size=3))
    content = tuple(Span.of(tokens.text, b, min(b + draw(st.integers(0, 40)), len(tokens.text))) for b in begins)
    withheld = draw(st.booleans())
    return attribution(
        number,
        content,
        entity=draw(st.none() | st.integers(0, 4)),
        kind=draw(st.sampled_from(SOURCE_KINDS)),
        level=draw(st.sampled_from(LEVELS)),
        withheld=withheld,
        reason=draw(st.sampled_from(REASONS)) if withheld else None,
        position=draw(st.booleans()),
        role=draw(st.sampled_from((None, "mayor"))),
        producer=draw(st.sampled_from((None, "the ministry"))),
        relays=draw(st.sampled_from(((), (), ("Evening Post",), ("Evening Post", "Radio One")))),
    )


@st.composite
def articles(draw: st.DrawFn, least: int = 1) -> tuple[Tokens, list[Attribution]]:
    tokens = draw(token_arrays())
    return tokens, [draw(attributions_in(tokens, i)) for i in range(draw(st.integers(least, 9)))]


# ---------------------------------------------------------------------------------------------------------------- the oracle


def oracle_weight(a: Attribution) -> float:
    """The table of the scheme, cell by cell."""
    if a.kind in ("author", "generic", "none"):
        return 0.0
    person, document = 1.0 if a.role else 0.85, 0.75 if a.producer else 0.6
    named = {"person": person, "document": document, "organisation": 0.75, "group": 0.6, "outlet": 0.5}[a.kind]
    if a.level == "named":
        base = named
    else:
        base = {
            "office": 0.5 if a.kind == "outlet" else 0.6,
            "described": 0.45 if a.kind == "document" else 0.35,
            "bare": {"document": 0.25, "outlet": 0.2}.get(a.kind, 0.15),
            "impersonal": 0.0,
        }[a.level]
        reason = {"specific": 1, "boilerplate": 0.5}.get(a.reason or "", 0) if a.withheld else 0
        base = min(named, base * (1 + 0.3 * (reason + (1 if a.position else 0)) / 2))
    for _ in a.relays:
        base *= 0.8
    return base


def oracle(attributions: list[Attribution], tokens: Tokens) -> dict[str, float]:
    """Every component by looking at every token of every attribution."""
    held: list[set[int]] = []
    for a in attributions:
        characters = {c for s in a.content for c in range(s.start, s.end)}
        held.append({t for t in range(len(tokens)) if tokens.body[t] and characters & set(range(tokens.start[t], tokens.end[t]))})
    pairs = list(zip(attributions, held))
    total = sum(len(h) for h in held)
    judged = [(a, len(h)) for a, h in pairs if a.kind not in ("author", "generic", "none") or a.level == "impersonal"]
    size = sum(n for _, n in judged)
    entities = {a.entity for a, _ in judged if a.level in ("named", "office") and a.entity is not None}
    second = sum(len(h) for a, h in pairs if a.relays or a.kind == "outlet")
    voices: dict[int, int] = {}
    for a, h in pairs:
        if a.entity is not None:
            voices[a.entity] = voices.get(a.entity, 0) + len(h)
    spoken = sum(voices.values())
    sentences = {int(s) for s, b in zip(tokens.sentence, tokens.body) if b}
    attributed = {int(tokens.sentence[t]) for h in held for t in h}
    return {
        "identification": sum(oracle_weight(a) * n for a, n in judged) / size if size else 0.0,
        "depth": 1 - math.exp(-len(entities) / transparency.DEPTH_K),
        "primary": 1 - second / total if total else 0.0,
        "diversity": 1 - sum((n / spoken) ** 2 for n in voices.values()) if spoken else 0.0,
        "coverage": len(attributed) / len(sentences),
    }


def oracle_index(attributions: list[Attribution], tokens: Tokens) -> float:
    points = {"identification": 35, "depth": 20, "primary": 20, "diversity": 10, "coverage": 15}
    return sum(points[name] * value for name, value in oracle(attributions, tokens).items())


def identification(attributions: list[Attribution], tokens: Tokens) -> float:
    return transparency.components(transparency.evidence(attributions, tokens))["identification"]


def index(attributions: list[Attribution], tokens: Tokens) -> float:
    value = transparency.score(attributions, tokens, n_resamples=0)[0].index
    assert value is not None
    return value


# ---------------------------------------------------------------------------------------------------------------- weights


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "person", "level": "named", "role": "mayor"}, 1.0),
        ({"kind": "person", "level": "named"}, 0.85),
        ({"kind": "person", "level": "named", "producer": "the ministry"}, 0.85),
        ({"kind": "person", "level": "named", "position": True}, 0.85),
        ({"kind": "document", "level": "named", "producer": "the ministry"}, 0.75),
        ({"kind": "document", "level": "named", "role": "report"}, 0.60),
        ({"kind": "organisation", "level": "named"}, 0.75),
        ({"kind": "outlet", "level": "named"}, 0.50),
        ({"kind": "outlet", "level": "office", "position": True}, 0.50),
        ({"kind": "group", "level": "office", "position": True}, 0.60),
        ({"kind": "organisation", "level": "office", "withheld": True, "reason": "specific", "position": True}, 0.75),
        ({"kind": "person", "level": "office", "withheld": True, "reason": "specific", "position": True}, 0.78),
        ({"kind": "person", "level": "described", "withheld": True, "reason": "none"}, 0.35),
        ({"kind": "person", "level": "described", "withheld": True, "reason": "boilerplate"}, 0.35 * 1.075),
        ({"kind": "person", "level": "described", "withheld": True, "reason": "specific"}, 0.35 * 1.15),
        ({"kind": "person", "level": "described", "reason": "specific"}, 0.35),
        ({"kind": "person", "level": "described", "position": True, "relays": ("Evening Post", "Radio One")}, 0.35 * 1.15 * 0.64),
        ({"kind": "document", "level": "bare"}, 0.25),
        ({"kind": "outlet", "level": "bare"}, 0.20),
        ({"kind": "none", "level": "impersonal", "position": True}, 0.0),
        ({"kind": "author", "level": "named"}, 0.0),
    ],
)
def test_weight_of_level_kind_grade_and_relays(fields: dict[str, object], expected: float) -> None:
    assert transparency.weight(attribution(**fields)) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("kind", ["author", "generic", "none"])
def test_kinds_without_identity_count_only_when_impersonal(kind: str) -> None:
    assert [level for level in LEVELS if transparency.counted(attribution(kind=kind, level=level))] == ["impersonal"]


def test_the_tables_hold_every_code() -> None:
    assert tuple(transparency.WEIGHTS) == LEVELS
    assert {*transparency.UNIDENTIFIABLE, *IDENTIFIABLE} == set(SOURCE_KINDS)
    assert all(set(row) == set(IDENTIFIABLE) for row in transparency.WEIGHTS.values())
    assert tuple(transparency.POINTS) == COMPONENTS
    assert sum(transparency.POINTS.values()) == 100


def test_unknown_code_raises() -> None:
    with pytest.raises(KeyError, match="famous"):
        transparency.weight(attribution(kind="person", level="famous"))


# ---------------------------------------------------------------------------------------------------------------- components and index


@settings(max_examples=100, deadline=None)
@given(articles())
def test_components_index_and_weights_equal_the_oracle(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    result, weights = transparency.score(attributions, tokens, n_resamples=0)
    expected = oracle(attributions, tokens)
    assert {name: result.components[name] for name in COMPONENTS} == pytest.approx(expected, abs=CLOSE)
    assert result.index == pytest.approx(oracle_index(attributions, tokens), abs=1e-7)
    assert weights == pytest.approx([oracle_weight(a) for a in attributions], abs=CLOSE)


@settings(max_examples=60, deadline=None)
@given(articles())
def test_everything_is_bounded(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    result, weights = transparency.score(attributions, tokens, n_resamples=50)
    assert result.index is not None
    assert 0 <= result.index <= 100
    assert all(0 <= w <= 1 for w in weights)
    assert all(value is None or 0 <= value <= 1 for value in result.components.values())
    assert all(-100 <= c.delta <= 100 for c in result.contributions)


@settings(max_examples=60, deadline=None)
@given(articles(least=2), st.randoms(use_true_random=False))
def test_order_of_the_attributions_does_not_matter(article: tuple[Tokens, list[Attribution]], random: object) -> None:
    tokens, attributions = article
    mixed = list(attributions)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, _ = transparency.score(attributions, tokens, n_resamples=0)
    other, weights = transparency.score(mixed, tokens, n_resamples=0)
    assert other.index == pytest.approx(one.index, abs=CLOSE)
    deltas = [{c.attribution: c.delta for c in result.contributions} for result in (one, other)]
    assert deltas[1] == pytest.approx(deltas[0], abs=CLOSE)
    assert weights == tuple(transparency.weight(a) for a in mixed)


@settings(max_examples=60, deadline=None)
@given(articles(), st.data())
def test_a_better_level_never_lowers_identification(article: tuple[Tokens, list[Attribution]], data: st.DataObject) -> None:
    tokens, attributions = article
    i = data.draw(st.integers(0, len(attributions) - 1))
    better = data.draw(st.sampled_from(LEVELS[: LEVELS.index(attributions[i].level) + 1]))
    raised = [*attributions[:i], replace(attributions[i], level=better), *attributions[i + 1 :]]
    assert identification(raised, tokens) >= identification(attributions, tokens) - CLOSE


def test_a_better_level_never_lowers_the_weight_of_any_kind_and_grade() -> None:
    graded = [
        attribution(kind=kind, withheld=True, reason=reason, position=position, role=role, producer=role)
        for kind in IDENTIFIABLE for reason in REASONS for position in (False, True) for role in (None, "mayor")
    ]
    for a in graded:
        falling = [transparency.weight(replace(a, level=level)) for level in LEVELS]
        assert falling == sorted(falling, reverse=True), a


@settings(max_examples=60, deadline=None)
@given(articles(), st.data())
def test_adding_a_reason_never_lowers(article: tuple[Tokens, list[Attribution]], data: st.DataObject) -> None:
    tokens, attributions = article
    i = data.draw(st.integers(0, len(attributions) - 1))
    before, after = sorted(data.draw(st.tuples(st.sampled_from(range(3)), st.sampled_from(range(3)))))
    hidden = [replace(attributions[i], withheld=True, reason=REASONS[r]) for r in (before, after)]
    silent, told = ([*attributions[:i], a, *attributions[i + 1 :]] for a in hidden)
    assert index(told, tokens) >= index(silent, tokens) - CLOSE
    assert transparency.accountability(told) >= transparency.accountability(silent)  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(articles(), st.data())
def test_a_longer_relay_chain_never_raises(article: tuple[Tokens, list[Attribution]], data: st.DataObject) -> None:
    tokens, attributions = article
    i = data.draw(st.integers(0, len(attributions) - 1))
    longer = [*attributions[:i], replace(attributions[i], relays=("Daily Mirror", *attributions[i].relays)), *attributions[i + 1 :]]
    assert identification(longer, tokens) <= identification(attributions, tokens) + CLOSE
    assert index(longer, tokens) <= index(attributions, tokens) + CLOSE


# The signs of all these properties could hold with a formula that ignores its input: here they must bite.
def test_level_reason_and_relay_move_the_index() -> None:
    tokens = make_tokens([10] * 12, set())
    source = attribution(kind="person", level="described", withheld=True, reason="none", entity=0)
    bare, reasoned = replace(source, level="bare"), replace(source, reason="specific")
    relayed, named = replace(source, relays=("Evening Post",)), replace(source, level="named")
    assert index([bare], tokens) < index([source], tokens) < index([reasoned], tokens) < index([named], tokens)
    assert index([relayed], tokens) == pytest.approx(index([source], tokens) - 35 * 0.35 * 0.2 - 20, abs=CLOSE)


def test_a_token_counts_once_an_attribution_and_sentences_once() -> None:
    tokens = make_tokens([10] * 12, set())
    whole, twice = attribution(content=(Span(0, 19),), entity=0), attribution(content=(Span(0, 13), Span(8, 19), Span(0, 1)), entity=0)
    assert transparency.evidence([twice], tokens).tokens.tolist() == [10]
    assert transparency.evidence([whole, twice], tokens).tokens.tolist() == [10, 10]
    assert transparency.components(transparency.evidence([whole, twice], tokens))["coverage"] == pytest.approx(1 / 12)


def test_what_is_outside_the_body_counts_for_nothing() -> None:
    tokens = make_tokens([10] * 12, set(range(15)))
    result, _ = transparency.score([attribution(kind="person", level="named", entity=0, content=(Span(0, 29),))], tokens)
    assert {n: result.components[n] for n in ("identification", "primary", "diversity", "coverage")} == dict.fromkeys(
        ("identification", "primary", "diversity", "coverage"), 0
    )
    inside, _ = transparency.score([attribution(kind="person", level="named", entity=0, content=(Span(0, 31),))], tokens)
    assert inside.components["coverage"] == pytest.approx(1 / 11)


# ---------------------------------------------------------------------------------------------------------------- nothing to measure


@settings(max_examples=20, deadline=None)
@given(token_arrays() | st.just(make_tokens([], set())))
def test_no_attributions_give_null(tokens: Tokens) -> None:
    result, weights = transparency.score([], tokens)
    assert (result.index, result.reason, result.interval, result.contributions, weights) == (None, "no attributions", None, (), ())
    assert result.components == dict.fromkeys((*COMPONENTS, "accountability"))
    assert transparency.explain(result, []) == ()


def test_fewer_than_100_body_tokens_give_null() -> None:
    attributions = [attribution(kind="person", level="named", entity=0)]
    for outside, expected in ((set(), None), ({99}, "fewer than 100 tokens")):
        result, weights = transparency.score(attributions, make_tokens([10] * 10, outside))
        assert result.reason == expected
        assert (result.index is None) == (expected is not None)
        assert weights == (0.85,)


def test_accountability_is_null_when_nothing_is_withheld_and_is_not_in_the_index() -> None:
    tokens = make_tokens([10] * 12, set())
    open_source = attribution(0, kind="person", level="named", entity=0, position=True)
    assert transparency.score([open_source], tokens)[0].components["accountability"] is None
    hidden = attribution(1, kind="author", level="bare", withheld=True, reason="boilerplate")
    silent = attribution(2, kind="author", level="bare", withheld=True, reason="none")
    scored = transparency.score([open_source, hidden, silent], tokens)[0]
    assert scored.components["accountability"] == pytest.approx(0.125)
    known = [replace(a, withheld=False) for a in (open_source, hidden, silent)]
    assert transparency.score(known, tokens)[0].index == scored.index


# ---------------------------------------------------------------------------------------------------------------- explanations


@settings(max_examples=100, deadline=None)
@given(articles())
def test_every_contribution_replays_by_recomputation(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    result, _ = transparency.score(attributions, tokens, n_resamples=0)
    assert [c.attribution for c in result.contributions] == [a.id for a in attributions]
    for i, part in enumerate(result.contributions):
        rest = attributions[:i] + attributions[i + 1 :]
        assert part.delta == pytest.approx(oracle_index(attributions, tokens) - (oracle_index(rest, tokens) if rest else 0), abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(articles(), st.data())
def test_what_a_group_adds_replays_by_recomputation(article: tuple[Tokens, list[Attribution]], data: st.DataObject) -> None:
    tokens, attributions = article
    names = data.draw(st.lists(st.integers(0, 3), min_size=len(attributions), max_size=len(attributions)))
    group = np.unique(names, return_inverse=True)[1]
    found = transparency.contributions_of_groups(transparency.evidence(attributions, tokens), group)
    whole = oracle(attributions, tokens)
    for g in range(found.shape[1]):
        rest = oracle([a for a, mine in zip(attributions, group) if mine != g], tokens)
        expected = [transparency.POINTS[name] * (whole[name] - rest[name]) for name in COMPONENTS]
        assert found[:, g] == pytest.approx(expected, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(articles())
def test_groups_of_one_add_the_contributions(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    given = transparency.evidence(attributions, tokens)
    alone = transparency.contributions_of_groups(given, np.arange(len(attributions)))
    assert alone.sum(axis=0) == pytest.approx(transparency.contributions(given), abs=CLOSE)
    score = transparency.score(attributions, tokens, n_resamples=0)[0]
    assert [c.delta for c in score.contributions] == transparency.contributions(given).tolist()


@settings(max_examples=60, deadline=None)
@given(articles())
def test_weighted_components_sum_to_the_index_exactly(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    result, _ = transparency.score(attributions, tokens, n_resamples=0)
    rows = transparency.explain(result, attributions)
    assert tuple(row["feature"] for row in rows) == COMPONENTS
    assert sum(row["value"] * row["weight"] for row in rows) == result.index
    assert all(tokens.text[s.start : s.end] for row in rows[:2] for s in row["spans"])


def test_explanation_points_at_what_each_component_was_read_from() -> None:
    tokens = make_tokens([10] * 12, set())
    name, again, outlet, cue = (Span.of(tokens.text, b, b + 1) for b in (40, 80, 120, 160))
    contents = [Span.of(tokens.text, b, b + 15) for b in (42, 82, 122, 162)]
    attributions = [
        Attribution(0, name, name, (contents[0],), "direct", 0, "person", "named"),
        Attribution(1, again, again, (contents[1],), "direct", 0, "person", "named"),
        Attribution(2, outlet, outlet, (contents[2],), "indirect", 1, "outlet", "described"),
        Attribution(3, None, cue, (contents[3],), "indirect"),
        Attribution(4, name, cue, (contents[0],), "direct", 0, "person", "named"),  # what is twice there is shown once
    ]
    result, _ = transparency.score(attributions, tokens)
    spans = {row["feature"]: row["spans"] for row in transparency.explain(result, attributions)}
    assert spans == {
        "identification": (name, again, outlet, cue),
        "depth": (name,),
        "primary": (contents[2],),
        "diversity": (name, again, outlet),
        "coverage": tuple(contents),
    }


# ---------------------------------------------------------------------------------------------------------------- interval


@settings(max_examples=40, deadline=None)
@given(articles(least=2))
def test_interval_is_deterministic_and_holds_the_index(article: tuple[Tokens, list[Attribution]]) -> None:
    tokens, attributions = article
    result, _ = transparency.score(attributions, tokens, n_resamples=60, seed=3)
    assert result == transparency.score(attributions, tokens, n_resamples=60, seed=3)[0]
    assert result.interval is not None
    assert result.index is not None
    low, high = result.interval
    assert 0 <= low <= result.index + CLOSE
    assert result.index - CLOSE <= high <= 100


def test_interval_equals_the_quantiles_of_resampled_articles() -> None:
    tokens = make_tokens([10] * 12, {3, 4})
    attributions = [
        attribution(0, (Span(0, 30),), kind="person", level="named", role="mayor", entity=0),
        attribution(1, (Span(20, 50), Span(90, 99)), kind="person", level="named", entity=0, relays=("Evening Post",)),
        attribution(2, (Span(100, 150),), kind="organisation", level="office", entity=1, position=True),
        attribution(3, (Span(110, 130),), kind="group", level="bare", entity=2),
        attribution(4, (Span(180, 200),)),
    ]
    drawn = np.random.default_rng(7).integers(0, 5, (200, 5))
    values = [oracle_index([attributions[i] for i in row], tokens) for row in drawn.tolist()]
    low, middle, high = np.quantile(values, (0.025, 0.5, 0.975))
    value = oracle_index(attributions, tokens)
    assert transparency.score(attributions, tokens, n_resamples=200, seed=7)[0].interval == pytest.approx(
        (value + low - middle, value + high - middle), abs=1e-7
    )
    assert low < middle < high


def test_interval_needs_two_attributions_and_some_resamples() -> None:
    tokens = make_tokens([10] * 12, set())
    one = attribution(kind="person", level="named", entity=0)
    assert transparency.score([one], tokens)[0].interval is None
    assert transparency.score([one, one], tokens, n_resamples=0)[0].interval is None
    assert transparency.score([one, one], tokens)[0].interval is not None


def test_interval_in_blocks_is_the_interval_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = make_tokens([10] * 12, set())
    attributions = [attribution(i, (Span(9 * i, 9 * i + 30),), kind="person", level=LEVELS[i % 4], entity=i % 3) for i in range(8)]
    whole = transparency.score(attributions, tokens, n_resamples=100)[0].interval
    monkeypatch.setattr(transparency, "CELLS", 120)
    assert transparency.score(attributions, tokens, n_resamples=100)[0].interval == pytest.approx(whole, abs=CLOSE)
    assert transparency.score(attributions, tokens, n_resamples=1000)[0].interval == pytest.approx(whole, abs=CLOSE)  # reduced to 100


@settings(max_examples=40, deadline=None)
@given(articles(least=2), st.sampled_from((1, 2, 3, 7)))
def test_sums_in_blocks_are_the_sums_in_one_piece(article: tuple[Tokens, list[Attribution]], block: int) -> None:
    tokens, attributions = article
    given = transparency.evidence(attributions, tokens)
    whole = transparency.interval(given, 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transparency, "BLOCK", block)
        assert transparency.interval(given, 50) == pytest.approx(whole, abs=CLOSE)


@settings(max_examples=40, deadline=None)
@given(articles(least=2), st.integers(0, 3))
def test_interval_replays_for_any_article(article: tuple[Tokens, list[Attribution]], seed: int) -> None:
    tokens, attributions = article
    n = len(attributions)
    drawn = np.random.default_rng(seed).integers(0, n, (20, n))
    low, middle, high = np.quantile([oracle_index([attributions[i] for i in row], tokens) for row in drawn.tolist()], (0.025, 0.5, 0.975))
    value = oracle_index(attributions, tokens)
    expected = np.clip([value + low - middle, value + high - middle], 0, 100)
    assert transparency.score(attributions, tokens, n_resamples=20, seed=seed)[0].interval == pytest.approx(expected, abs=1e-7)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_numpy(values: list[float], shares: list[float]) -> None:
    assert transparency._quantiles(np.array(values), shares) == pytest.approx(np.quantile(values, shares).tolist(), abs=CLOSE)
