"""The trained hedge tagger: ten made documents, the shipped model, what is kept on disk, any string, numpy alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.hedge_cues import LONGEST, Reading, Settings, chains, choose_heads, held_out
from framing.hedge_features import TEMPLATES, TYPES, Marker, find_units, unit_keys
from framing.hedge_lessons import domain_of, lesson_of, unit_labels
from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_rules import Context, find_cues
from framing.hedge_sentences import PROFILES, cue_uncertainty
from framing.hedge_tagger import HedgeTagger, shipped
from framing.hedging import find_hedges, rule_hedges, sentence_uncertainty
from framing.learning import store
from framing.quotes import find_quotes
from framing.records import Document, Hedge, Sentence, Span
from framing.signals import TypeMemory
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

# Sentences with their cues in brackets, and the first letter of the type; "wobble" is in no lexicon.
MADE = (
    "The {e:wobble} ship may {0} sail.|The ship sailed.|They {d:believe} the port is open.",
    "The mill {e:may} close.|It closed in May.|{c:If} it rains, the road floods.",
    "The {e:wobble} crew left.|They {i:examine} the hull.|The crew slept.",
    "{c:If} the wind turns, the {e:wobble} boat sinks.|Some critics left.|He reads.",
    "She {d:thinks} the bridge is safe.|The bridge fell.|The {e:wobble} tower stands.",
)
KINDS = {kind[0]: kind for kind in TYPES}


def document(number: int, made: str, part: str) -> Document:
    sentences, hedges, text = [], [], ""
    for raw in made.replace(" {0}", "").split("|"):
        plain, marks = "", []
        for piece in raw.replace("{", "\0{").split("\0"):
            if piece.startswith("{"):
                letter, _, rest = piece[1:].partition(":")
                word, _, after = rest.partition("}")
                marks.append((len(plain), len(plain) + len(word), KINDS[letter]))
                piece = word + after
            plain += piece
        at = len(text)
        text += plain + " "
        sentences.append((at, at + len(plain), float(bool(marks))))
        hedges += [(at + a, at + b, kind) for a, b, kind in marks]
    whole = text.rstrip()
    return Document(
        id=f"{part}{number}",
        text=whole,
        meta={"part": part},
        sentences=tuple(Sentence(Span.of(whole, a, b), None, None, u) for a, b, u in sentences),
        hedges=tuple(Hedge(Span.of(whole, a, b), kind, 1.0, confidence=1.0) for a, b, kind in hedges),
    )


DOCUMENTS = [document(i, made, part) for part in ("news", "bio_abstracts") for i, made in enumerate(MADE)]


@pytest.fixture(scope="module")
def tagger() -> HedgeTagger:
    return HedgeTagger(keep=0.3, add=0.3, settings=Settings(at_least=1)).fit(DOCUMENTS, labelled=DOCUMENTS, folds=2)


def read(text: str) -> Tokens:
    return tokenize(article_from_text(text))


def cues(tagger: HedgeTagger, text: str) -> list[tuple[str, str]]:
    (found,) = tagger.predict([text])
    return [(h.cue.text, h.type) for h in found]


def test_it_learns_a_word_that_no_lexicon_holds(tagger: HedgeTagger) -> None:
    assert "wobble" not in hedge_lexicon().vocabulary
    assert cues(tagger, "The wobble ferry left.") == [("wobble", "epistemic")]
    assert cues(tagger, "The old ferry left.") == []


def test_it_keeps_what_the_rules_find_of_other_types(tagger: HedgeTagger) -> None:
    assert ("critics", "weasel") in [(text.split()[-1], kind) for text, kind in cues(tagger, "Some critics left the hall.")]


def test_it_learns_of_each_domain_and_knows_what_all_have_in_common(tagger: HedgeTagger) -> None:
    assert tagger.cues_.domains == ("bio", "news")
    assert domain_of(DOCUMENTS[-1]) == "bio"
    assert domain_of(Document("x", "x")) == ""
    context = Context.of(read("The wobble ferry may leave."), hedge_lexicon())
    units = tagger.cues_.units(context, find_cues(context))
    rows = [tagger.cues_.scores(units, domain) for domain in ("news", "bio", "poems")]
    assert not np.allclose(rows[0], rows[2])
    common, own = tagger.cues_.weights[0], tagger.cues_.weights[1:]
    assert common.shape == own[0].shape
    assert np.abs(own).sum() > 0


def test_higher_limits_leave_fewer_cues(tagger: HedgeTagger) -> None:
    text = " ".join(d.text for d in DOCUMENTS)
    found = []
    for keep, add in ((0.0, 0.0), (0.3, 0.3), (0.7, 0.7), (1.01, 1.01)):
        tagger.set_params(keep=keep, add=add)
        found.append({(h.cue.start, h.cue.end) for h in tagger.predict([text])[0] if h.type in TYPES})
    tagger.set_params(keep=0.3, add=0.3)
    assert found[0] >= found[1] >= found[2] > found[3] == set()
    assert found[1] > found[2]


def test_the_same_documents_give_the_same_model(tagger: HedgeTagger, tmp_path: Path) -> None:
    again = HedgeTagger(keep=0.3, add=0.3, settings=Settings(at_least=1)).fit(DOCUMENTS, labelled=DOCUMENTS, folds=2)
    tagger.save(tmp_path / "a")
    again.save(tmp_path / "b")
    assert (tmp_path / "a" / "weights.npz").read_bytes() == (tmp_path / "b" / "weights.npz").read_bytes()


def test_round_trip(tagger: HedgeTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path, card={"signature": "made"})
    loaded = HedgeTagger.load(tmp_path)
    texts = [d.text for d in DOCUMENTS]
    assert loaded.signature == "made"
    assert loaded.get_params() == tagger.get_params()
    for mine, kept in zip(tagger.predict(texts), loaded.predict(texts)):
        assert [(h.cue, h.type) for h in mine] == [(h.cue, h.type) for h in kept]
        assert np.allclose([h.confidence for h in mine], [h.confidence for h in kept], atol=0.02)
    for profile in PROFILES:
        for mine, kept in zip(tagger.predict_proba(texts, profile), loaded.predict_proba(texts, profile)):
            assert np.allclose(mine, kept, atol=0.05)
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again" / "weights.npz").read_bytes() == (tmp_path / "weights.npz").read_bytes()


def test_damaged_files_are_refused(tagger: HedgeTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    card, arrays = store.load(tmp_path)
    for change in ({"version": 99}, {"templates": []}, {"types": ["epistemic"]}):
        store.save(tmp_path / "other", {**card, **change}, arrays)
        with pytest.raises(ValueError, match="no hedging model"):
            HedgeTagger.load(tmp_path / "other")
    for wrong in ({name: a for name, a in arrays.items() if name != "heads"}, {**arrays, "known": arrays["known"][:-1]}):
        store.save(tmp_path / "other", card, wrong)
        with pytest.raises(ValueError, match="damaged"):
            HedgeTagger.load(tmp_path / "other")
    with pytest.raises(FileNotFoundError):
        HedgeTagger.load(tmp_path / "nowhere")


def test_arguments(tagger: HedgeTagger) -> None:
    fresh = HedgeTagger()
    assert HedgeTagger(**fresh.get_params()).get_params() == fresh.get_params()
    with pytest.raises(ValueError, match="'limit'"):
        fresh.set_params(keep=0.5, limit=1)
    assert fresh.keep != 0.5
    with pytest.raises(TypeError, match="iterable"):
        tagger.predict("The ship may sail.")
    with pytest.raises(TypeError, match="iterable"):
        tagger.predict_proba("The ship may sail.")
    with pytest.raises(ValueError, match="unknown profile 'novel'"):
        tagger.predict_proba(["The ship may sail."], "novel")
    with pytest.raises(ValueError, match="no unit"):
        HedgeTagger().fit([])


def test_without_labels_of_sentences_there_is_no_profile_for_them() -> None:
    made = HedgeTagger(settings=Settings(at_least=1)).fit(DOCUMENTS, folds=0)
    assert not made.cues_.calibrators
    assert len(made.predict_proba(["The ship may sail."])[0]) == 1
    with pytest.raises(ValueError, match="no profile conll-wiki"):
        made.predict_proba(["The ship may sail."], "conll-wiki")


# ---- parts -----------------------------------------------------------------------------------------------------------------------------


def test_a_lesson_keeps_gold_sentences_and_cues() -> None:
    lesson = lesson_of(DOCUMENTS)
    assert len(lesson.label) == len(lesson.sentences) == 3 * len(DOCUMENTS)
    assert [lesson.tokens.text[a:b] for a, b, _ in lesson.cues] == [h.cue.text for d in DOCUMENTS for h in d.hedges]
    assert lesson.label.tolist() == [bool(s.uncertain) for d in DOCUMENTS for s in d.sentences]
    assert np.array_equal(np.bincount(lesson.document), [3] * len(DOCUMENTS))


def test_every_gold_cue_is_given_to_one_unit() -> None:
    lesson = lesson_of(DOCUMENTS)
    reading = Reading.of("news", lesson)
    heads = choose_heads([reading], 0.05)
    assert "wobble" in heads
    assert "ship" not in heads
    units = reading.units(Marker(heads))
    labels = unit_labels(units, lesson.cues)
    assert (labels > 0).sum() == len(lesson.cues)
    assert unit_labels(units, [(a, b, "weasel") for a, b, _ in lesson.cues]).sum() == 0
    assert (units.first[1:] >= units.last[:-1]).all()


def test_heads_are_counted_in_the_chosen_documents_alone() -> None:
    reading = Reading.of("news", lesson_of(DOCUMENTS[:5]))
    assert "wobble" not in choose_heads([reading.only(np.arange(5) == 1)], 0.05)
    found = held_out([reading], Settings(at_least=1), 5)["news"]
    assert sorted(set(found.fold.tolist())) == [0, 1, 2, 3, 4]
    assert found.probabilities.shape == (len(found.first), 1 + len(TYPES))


def test_keys_depend_on_what_stands_around_in_the_sentence_only() -> None:
    marker, memory = Marker(["wobble"]), TypeMemory()

    def keys(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
        context = Context.of(read(text), hedge_lexicon())
        return unit_keys(find_units(context, find_cues(context), marker), memory)

    one, two, three = keys("The wobble ferry left."), keys("It rained. The wobble ferry left. He sang."), keys("A wobble ferry left.")
    assert one.shape == (len(TEMPLATES), 1)
    assert (one == two).all()
    assert 0 < (one != three).sum() < len(TEMPLATES)
    context = Context.of(read("The wobble ferry left."), hedge_lexicon())
    units = find_units(context, find_cues(context), marker)
    with pytest.raises(KeyError, match="colour"):
        unit_keys(units, memory, [(("colour", 0),)])


def test_long_chains_are_cut() -> None:
    borders = chains(np.array([0] * (2 * LONGEST + 1) + [1, 1, 4]))
    assert borders.tolist() == [0, LONGEST, 2 * LONGEST, 2 * LONGEST + 1, 2 * LONGEST + 3, 2 * LONGEST + 4]
    assert chains(np.zeros(0, np.int64)).tolist() == [0]


def test_what_is_rare_in_training_is_not_known_to_be_none(tagger: HedgeTagger) -> None:
    model = tagger.cues_
    context = Context.of(read("It is conceivable that he left."), hedge_lexicon())
    units = model.units(context, find_cues(context))
    assert units.row[0] not in model.rows
    probabilities = np.array([[0.99, 0.01, 0, 0, 0]])
    assert model.confidences(units, probabilities)[0] == 0.5
    model.rows[int(units.row[0])] = 98
    assert model.confidences(units, probabilities)[0] == pytest.approx((98 * 0.01 + 1) / 100)
    del model.rows[int(units.row[0])]


# ---- the shipped model -----------------------------------------------------------------------------------------------------------------


def test_the_shipped_model_reads_news_like_sentences() -> None:
    (found,) = shipped().predict(["The minister said the talks could fail. She is believed to be in Paris. The talks began in May."])
    assert next((h.cue.text, h.type) for h in found) == ("could", "epistemic")
    assert not [h for h in found if h.cue.text == "May"]
    assert all(0 < h.confidence < 1 for h in found)


def test_sentences_follow_from_their_cues() -> None:
    text = "The storm may reach the coast and the road might flood. The council met. Some critics say the plan is legendary."
    tokens = read(text)
    found = find_hedges(tokens, ())
    value = sentence_uncertainty(tokens, found)
    rest = np.prod([1 - h.confidence for h in found if h.cue.start < text.index("The council") and h.type in PROFILES["news"]])
    assert cue_uncertainty(tokens, found)[0] == pytest.approx(1 - rest)
    assert value[0] > 0.8
    assert 0 < value[1] < 0.1
    assert cue_uncertainty(tokens, (), "news").tolist() == [0, 0, 0]
    weasel = sentence_uncertainty(tokens, (), "conll-wiki")
    assert weasel[1] < 0.2 < weasel[2]


def test_an_open_question_counts_for_szeged_and_not_for_conll_biology() -> None:
    tokens = read("We examined whether the protein binds.")
    found = find_hedges(tokens, ())
    assert {h.type for h in found} == {"investigation"}
    assert sentence_uncertainty(tokens, found, "szeged")[0] > 0.5
    assert sentence_uncertainty(tokens, found, "bio")[0] < 0.1


def test_evidentials_count_in_news_as_they_are() -> None:
    tokens = read("The general reportedly left.")
    (found,) = find_hedges(tokens, ())
    assert found.type == "evidential"
    szeged, news = (sentence_uncertainty(tokens, [found], profile)[0] for profile in ("szeged", "news"))
    assert szeged == sentence_uncertainty(tokens, (), "szeged")[0]
    assert news == pytest.approx(1 - (1 - szeged) * (1 - found.confidence))


def test_biology_is_read_as_biology() -> None:
    text = ["These results suggest that the protein might bind. The cells were grown."]
    ours = shipped()
    tokens = read(text[0])
    assert np.array_equal(ours.predict_proba(text, "bio")[0], ours.uncertainty(tokens, ours(tokens, (), (), "bio"), "bio", "bio"))
    assert not np.allclose([h.confidence for h in ours(tokens, ())], [h.confidence for h in ours(tokens, (), (), "bio")])


def test_sentences_are_calibrated_by_domain_on_documents_held_out(tagger: HedgeTagger) -> None:
    assert sorted(tagger.certainty_) == ["bio", "news"]
    assert all(sorted(own) == ["bio", "szeged"] for own in tagger.certainty_.values())
    tokens = read("The mill fell.")
    share = tagger.certainty_["news"]["szeged"]([0.0])[0]
    assert tagger.uncertainty(tokens, ())[0] == pytest.approx(min(max(share, 0.001), 0.999))
    assert tagger.uncertainty(tokens, (), domain="poems")[0] == 0


def test_hedges_of_another_text_are_refused() -> None:
    found = find_hedges(read("It was late. It was dark. The ship may sail."), ())
    for text in ("It was late.", "It was late. It was dark. The ship can sail, they said."):
        with pytest.raises(ValueError, match="does not stand in this text"):
            sentence_uncertainty(read(text), found)
    for profile in (["news"], None, "foo"):
        with pytest.raises(ValueError, match="unknown profile"):
            sentence_uncertainty(read("It was late."), (), profile)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown profile"):
        shipped().predict_proba([], "foo")
    with pytest.raises(TypeError, match=r"texts\[1\] must be str or Article, not int"):
        shipped().predict(["It was late.", 3])  # type: ignore[list-item]


def test_own_tagger_and_rules_alone(tagger: HedgeTagger) -> None:
    tokens = read("The wobble ferry may leave.")
    assert [h.cue.text for h in find_hedges(tokens, (), tagger=tagger)] == ["wobble", "may"]
    assert [h.cue.text for h in rule_hedges(tokens, ())] == ["may"]


def test_the_files_are_small_and_hold_no_objects() -> None:
    folder = Path(sys.modules["framing.hedge_tagger"].__file__ or "").parent / "models" / "hedging"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000_000
    _, arrays = store.load(folder)
    assert not any(array.dtype.hasobject for array in arrays.values())
    assert shipped().signature.startswith("hedging|")


TEXTS = ("may", "If", "whether", "n't", "would", "believed to", "some say", "?", "“", "”", ".", "\n\n", "the", "May", "\ud800", "might" * 3)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), max_size=40).map(" ".join) | st.text(max_size=200))
def test_any_string(text: str) -> None:
    article = article_from_text(text)
    tokens = tokenize(article)
    found = shipped()(tokens, find_quotes(article.text, article.paragraphs))
    at = 0
    for h in found:
        assert h.cue.text == text[h.cue.start : h.cue.end] != ""
        assert h.cue.start >= at
        assert 0 < h.confidence < 1
        assert 0 < h.strength <= 1
        at = h.cue.end
    for profile in PROFILES:
        value = shipped().uncertainty(tokens, found, profile)
        assert value.shape == (len(tokens.sentences),)
        assert ((value >= 0) & (value <= 1)).all()


def test_many_units_in_one_sentence() -> None:
    tokens = read("they may go if they might " * 2000)
    assert len(find_hedges(tokens, ())) == 6000


def test_it_needs_numpy_alone() -> None:
    code = (
        "import sys\n"
        "for name in ('scipy', 'sklearn', 'nltk', 'joblib'): sys.modules[name] = None\n"
        "from framing.hedge_tagger import shipped\n"
        "print(shipped().predict(['The ship may sail.'])[0][0].cue.text, shipped().predict_proba(['It may rain.'], 'conll-wiki')[0].shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["may", "(1,)"]


def test_what_has_not_learned_says_so(tmp_path: Path) -> None:
    for use in (lambda: HedgeTagger().predict(["It may rain."]), lambda: HedgeTagger().save(tmp_path)):
        with pytest.raises(AttributeError, match=r"HedgeTagger has not learned anything yet \(cues_\): call fit, or load a model"):
            use()
    with pytest.raises(AttributeError, match="no attribute 'coffee'"):
        _ = HedgeTagger().coffee
