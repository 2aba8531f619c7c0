"""The spaCy component on a blank pipeline: what it sets, that it survives every way spaCy carries documents, any text."""

from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.analysis import analyze
from framing.demo import read_demo
from framing.hedge_cues import Settings
from framing.hedge_tagger import HedgeTagger
from framing.interop.packing import pack, unpack
from framing.records import FrameScores
from framing.result import Analysis
from tests.test_hedge_tagger import DOCUMENTS

spacy = pytest.importorskip("spacy", reason="spaCy is not installed (pip install 'framing[spacy]')")

from spacy.tokens import Doc, DocBin  # noqa: E402 - after the check

from framing.interop.spacy import GROUPS, FramingComponent  # noqa: E402 - after the check

TEXT = "Mayor Ida Lund said “the bridge may fall.”\n\nCritics fear that it was never safe, a senior official told Harbour Post."
PIPELINE = spacy.blank("en")
PIPELINE.add_pipe("framing")


@pytest.fixture
def nlp() -> Iterator[spacy.Language]:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("framing")
    yield pipeline
    for name in ("sourcing", "taken"):
        if Doc.has_extension(name):
            Doc.remove_extension(name)


def rows(doc: Doc) -> dict[str, list[tuple[str, str, str, str]]]:
    return {name: [(s.text, s.label_, s.id_, s.kb_id_) for s in group] for name, group in doc.spans.items()}


def test_a_document_gets_its_analysis_and_its_spans(nlp: spacy.Language) -> None:
    doc = nlp(TEXT)
    analysis = analyze(TEXT)
    assert doc._.framing == analysis
    found = rows(doc)
    assert set(found) == {f"framing_{name}" for name in GROUPS}
    sourced = [a for a in analysis.attributions if a.source is not None]
    assert found["framing_sources"] == [(a.source.text, a.level, str(a.id), a.kind) for a in sourced if a.source is not None]
    assert found["framing_cues"] == [(a.cue.text, a.speech, str(a.id), "") for a in analysis.attributions]
    assert [id for _, _, id, _ in found["framing_contents"]] == [str(a.id) for a in analysis.attributions for _ in a.content]
    assert found["framing_hedges"] == [(h.cue.text, h.type, str(i), "") for i, h in enumerate(analysis.hedges)]
    assert found["framing_quotes"] == [("“the bridge may fall.”", "speech", "0", "")]
    assert [label for _, label, _, _ in found["framing_sentences"]] == [s.voice for s in analysis.sentences]
    assert len(found["framing_sources"]) >= 2
    assert len(found["framing_hedges"]) >= 2


def test_a_document_that_the_component_has_not_seen(nlp: spacy.Language) -> None:
    assert nlp.make_doc(TEXT)._.framing is None


def test_a_span_has_whole_tokens(nlp: spacy.Language) -> None:
    doc = FramingComponent()(Doc(nlp.vocab, words=["Lund", "said", "it", "may."], spaces=[True, True, True, False]))
    assert [s.text for s in doc.spans["framing_hedges"]] == ["may."]
    assert [h.cue.text for h in doc._.framing.hedges] == ["may"]


def test_it_survives_bytes_bins_and_pickles(nlp: spacy.Language) -> None:
    doc = nlp(TEXT)
    analysis, found = doc._.framing, rows(doc)
    fresh = spacy.blank("en").vocab
    (from_bin,) = DocBin(store_user_data=True).from_bytes(DocBin(store_user_data=True, docs=[doc]).to_bytes()).get_docs(fresh)
    for back in (Doc(fresh).from_bytes(doc.to_bytes()), from_bin, pickle.loads(pickle.dumps(doc)), doc.copy()):
        assert back._.framing == analysis
        assert rows(back) == found
        assert back._.framing is back._.framing, "made once"
        assert Doc(fresh).from_bytes(back.to_bytes())._.framing == analysis
    (without,) = DocBin(docs=[doc]).get_docs(fresh)
    assert without._.framing is None
    assert rows(without) == found


WORKERS = """
import multiprocessing, sys
sys.path.insert(0, sys.argv[2])
import spacy
import framing.interop.spacy
from framing.demo import read_demo

def told(doc):
    return doc._.framing, {name: [(s.text, s.label_, s.id_, s.kb_id_) for s in group] for name, group in doc.spans.items()}

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.blank("en")
    nlp.add_pipe("framing")
    texts = [read_demo(), "", "She said it may rain.", "\\n", "He denied it."]
    one = [told(doc) for doc in nlp.pipe(texts, batch_size=2)]
    two = [told(doc) for doc in nlp.pipe(texts, batch_size=2, n_process=2)]
    assert [a for a, _ in one] == [framing.analyze(text) for text in texts]
    assert one == two
    print("same", sum(len(spans["framing_cues"]) for _, spans in two))
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_two_processes_give_what_one_gives(start: str, tmp_path: Path) -> None:
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {start} here")
    (tmp_path / "workers.py").write_text(WORKERS)
    command = [sys.executable, str(tmp_path / "workers.py"), start, str(Path(__file__).resolve().parent.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.startswith("same "), done.stderr
    assert int(done.stdout.split()[1]) > 10


def test_a_pipeline_on_disk(nlp: spacy.Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "nlp")
    assert spacy.load(tmp_path / "nlp")(TEXT)._.framing == analyze(TEXT)
    assert spacy.blank("en").from_bytes(nlp.to_bytes()) is not None
    assert pickle.loads(pickle.dumps(FramingComponent()))(nlp.make_doc(TEXT))._.framing == analyze(TEXT)


@settings(max_examples=40, deadline=None)
@given(st.text(st.one_of(st.sampled_from("He said “may” fear.\n\t\r\x00\u2028😀"), st.characters(exclude_categories=["Cs"])), max_size=60))
def test_any_text(text: str) -> None:
    doc = PIPELINE(text)
    assert doc.text == text
    assert doc._.framing == analyze(text)
    assert Doc(PIPELINE.vocab).from_bytes(doc.to_bytes())._.framing == doc._.framing


@pytest.mark.parametrize("text", ["", " ", "\n\n ", "\ufeff", "“" * 500])
def test_texts_with_nothing_in_them(text: str, nlp: spacy.Language) -> None:
    doc = nlp(text)
    assert doc._.framing == analyze(text)
    assert not doc.spans["framing_hedges"]


def test_another_name(nlp: spacy.Language) -> None:
    nlp.add_pipe("framing", name="second", config={"extension": "sourcing"})
    nlp.add_pipe("framing", name="third", config={"extension": "sourcing"})
    doc = nlp(TEXT)
    assert doc._.sourcing == doc._.framing
    assert rows(doc)["sourcing_cues"] == rows(doc)["framing_cues"]


def test_a_name_that_is_taken_is_left_to_its_owner(nlp: spacy.Language) -> None:
    Doc.set_extension("taken", default=7)
    with pytest.raises(ValueError, match=r"doc\._\.taken is taken"):
        nlp.add_pipe("framing", name="other", config={"extension": "taken"})
    assert nlp(TEXT)._.taken == 7
    with pytest.raises(ValueError, match="must be a name"):
        FramingComponent(extension="not a name")


def test_models_of_ones_own(nlp: spacy.Language, tmp_path: Path) -> None:
    tagger = HedgeTagger(keep=0.3, add=0.3, settings=Settings(at_least=1)).fit(DOCUMENTS, folds=2)
    tagger.save(tmp_path / "mine")
    nlp.add_pipe(
        "framing", name="own", config={"models": {"hedging": str(tmp_path / "mine"), "hyperpartisan": None}, "extension": "sourcing"}
    )
    doc = nlp("The wobble ship may sail.")
    wanted = analyze(doc.text, models={"hedging": HedgeTagger.load(tmp_path / "mine"), "hyperpartisan": None})
    assert doc._.sourcing == wanted
    assert [h.cue.text for h in doc._.sourcing.hedges] != [h.cue.text for h in doc._.framing.hedges]
    with pytest.raises(ValueError, match="there is no part 'mood'"):
        FramingComponent({"mood": None})
    with pytest.raises(ValueError, match="'attribution' cannot be left out"):
        FramingComponent({"attribution": None})
    with pytest.raises(FileNotFoundError):
        FramingComponent({"hedging": str(tmp_path / "nowhere")})


def test_spacy_finds_it_without_an_import(tmp_path: Path) -> None:
    """The entry point of an installed package, as pyproject.toml declares it."""
    info = tmp_path / "made_up-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[spacy_factories]\nframing = framing.interop.spacy:make_component\n")
    places = [str(tmp_path), str(Path(__file__).resolve().parent.parent)]
    code = (
        f"import sys; sys.path[:0] = {places!r}\nimport spacy\nassert 'framing.interop.spacy' not in sys.modules\n"
        "nlp = spacy.blank('en')\nnlp.add_pipe('framing')\nprint(len(nlp('She said it may rain.').spans['framing_cues']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr


def test_without_spacy_the_error_names_the_extra(tmp_path: Path) -> None:
    code = "import sys; sys.modules['spacy'] = None\ntry:\n    import framing.interop.spacy\nexcept ImportError as error:\n    print(error)"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert 'pip install "framing[spacy]"' in done.stdout


def test_packing_loses_nothing_and_refuses_damage() -> None:
    analysis = analyze(read_demo())
    packed = pack(analysis)
    assert unpack(packed, analysis.article.text) == analysis
    plain = replace(analysis, frames=FrameScores(), models={}, article=replace(analysis.article, id="x", title=None, title_span=None))
    assert unpack(pack(plain), plain.article.text) == plain
    assert isinstance(unpack(packed, analysis.article.text), Analysis)
    with pytest.raises(ValueError, match=r"packed by framing 0\.0"):
        unpack(["0.0", packed[1]], "")
    for damaged in ([], [packed[0]], [packed[0], packed[1][:-1]], [packed[0], None], [packed[0], [7] * len(packed[1])]):
        with pytest.raises(ValueError, match=r"packed|fields|not enough|expected"):
            unpack(damaged, "")
