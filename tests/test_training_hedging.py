"""Training of the hedge tagger from corpora on disk, and what a reader leaves out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from framing import analyze
from framing.cards import PAGE
from framing.corpora import CorpusNotFound, load_corpus
from framing.hedge_cues import Settings
from framing.hedge_tagger import HedgeTagger
from framing.interop.brat import write_brat
from framing.training_hedging import train_hedging

SENTENCES = (
    'The mill <ccue type="speculation_modal_probable_">may</ccue> close in town {0}.',
    "The road is wet in town {0}.",
    '<ccue type="speculation_hypo_condition _">If</ccue> it rains, town {0} floods.',
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two small files of the Szeged corpus, and a part of CoNLL-2010."""
    for folder, names in (("szeged_uncertainty", ("wiki", "factbank", "bio_bmc", "bio_fly", "bio_hbc")), ("conll2010", ())):
        (tmp_path / folder).mkdir()
        for name in names:
            documents = "".join(
                f'<Document type="made"><DocID type="ID">{name}_{i}</DocID><DocumentPart type="Text">'
                + "".join(f'<Sentence id="S{i}.{k}">{s.format(i)}</Sentence>' for k, s in enumerate(SENTENCES))
                + "</DocumentPart></Document>"
                for i in range(4)
            )
            text = f"<Annotation><DocumentSet>{documents}</DocumentSet></Annotation>"
            (tmp_path / folder / f"{name}.xml").write_text(text, encoding="utf-8")
    rows = [
        {"doc": f"d_{i}", "sid": f"S{k}", "part": "Text", "text": text, "label": label, "src": "made", "szeged": []}
        for i in range(6)
        for k, (text, label) in enumerate([("Some critics say it failed.", 1), ("The mill stands.", 0)])
    ]
    (tmp_path / "conll2010" / "wiki_train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_it_trains_saves_and_tells(home: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    out = tmp_path / "model"
    tagger = train_hedging(data_home=home, out=out, progress=lines.append, settings=Settings(at_least=1))
    assert tagger.cues_.domains == ("bio", "news", "wiki")
    assert lines
    card = HedgeTagger.load(out).card_
    assert card == tagger.card_
    assert card["signature"] == "hedging|train:szeged_uncertainty+conll2010|seed:0|settings:own|v:2"
    assert [(t["corpus"], t["documents"], t["hedges"]) for t in card["texts"]] == [("szeged_uncertainty", 20, 40), ("conll2010", 6, 0)]
    assert "CC BY-SA" in (out / PAGE).read_text(encoding="utf-8")


def test_evaluation_documents_can_be_left_out(home: Path) -> None:
    assert len(list(load_corpus("szeged_uncertainty", data_home=home, part="wiki", exclude=["wiki_1", "wiki_3", "none"]))) == 2
    with pytest.raises(TypeError, match="wiki_1"):
        list(load_corpus("szeged_uncertainty", data_home=home, part="wiki", exclude="wiki_1"))
    some = train_hedging("szeged_uncertainty", home, exclude=["wiki_1"], settings=Settings(at_least=1))
    assert some.sentences_ is None
    assert some.card_["texts"][0]["documents"] == 19
    assert "|exclude:" in some.card_["signature"]


def test_corpora_that_do_not_fit_are_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="polnear has nothing to learn hedging"):
        train_hedging("polnear", home)
    with pytest.raises(CorpusNotFound):
        train_hedging("szeged_uncertainty", tmp_path / "nowhere")


def test_articles_corrected_in_brat_are_learned_from(home: Path, tmp_path: Path) -> None:
    """A cue that no corpus marks is marked by hand; the tagger finds it then."""
    said = [f"Tourists wistfully come to town {n}. The mill may close. The road is wet." for n in range(12)]
    folder = tmp_path / "to_correct"
    for path in write_brat([analyze(text) for text in said], folder, ["hedges"]):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        place = text.index("wistfully")
        line = f"T900\tEpistemic {place} {place + 9}\twistfully\n"
        path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    without = train_hedging(data_home=home, settings=Settings(at_least=1))
    tagger = train_hedging(data_home=home, settings=Settings(at_least=1), brat=[folder])
    new = "Farmers wistfully go to the mill."

    def found(model: HedgeTagger) -> list[str]:
        return [h.cue.text for h in analyze(new, models={"hedging": model}).hedges]

    assert found(without) == []
    assert found(tagger) == ["wistfully"]
    assert re.fullmatch(r"hedging\|train:szeged_uncertainty\+conll2010\+brat:to_correct:[0-9a-f]{8}\|.*", tagger.card_["signature"])
    (own,) = [t for t in tagger.card_["texts"] if t["corpus"].startswith("brat:")]
    assert (own["documents"], own["use"]) == (12, "learning")
