"""Corpora: the catalogue, where files are looked for, which variant they are, and the readers of corpora with attributions."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from framing.corpora import CorpusNotFound, catalogue, files, info, list_corpora, load_corpus, verify
from framing.corpora.catalogue import parse
from framing.corpora.gold import Draft, Quoted, make_gold
from framing.corpora.polnear import parse as parse_events
from framing.records import LEVELS, REASONS, SOURCE_KINDS, SPEECH, Document
from tests.made_corpora import ENTRY

CASES = json.loads((Path(__file__).parent / "cases" / "corpora_attribution.json").read_text(encoding="utf-8"))
NAMES = [corpus.name for corpus in list_corpora()]
OWN = [corpus.name for corpus in list_corpora() if corpus.own]
TEXTS = r"labels texts of {0}, which are not there; `framing corpora info {0}` says how to get them\."
LABELS = r"In Python, texts=False reads the labels alone\.$"

MADE = ENTRY + """[[corpus.files]]
path = "one.txt"
variants = [
  {{ name = "at hand", size = 3, sha256 = "{one}" }},
  {{ name = "upstream", size = 5, sha256 = "{other}" }},
]
[[corpus.files]]
path = "many/*.txt"
variants = [
  {{ name = "at hand", size = 4, count = 2, sha256 = "{many}" }},
  {{ name = "upstream", size = "not verified", sha256 = "not verified" }},
]
"""


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A catalogue of one made corpus, whose files are all there, and its data home."""
    listing = f"{sha(b'cd')}  many/B.txt\n{sha(b'ab')}  many/a.txt\n".encode()
    text = MADE.format(one=sha(b"abc"), other=sha(b"abcde"), many=sha(listing))
    entries = {corpus.name: corpus for corpus in parse(text)}
    monkeypatch.setattr(catalogue, "_entries", lambda: entries)
    (tmp_path / "made" / "many").mkdir(parents=True)
    (tmp_path / "made" / "one.txt").write_bytes(b"abc")
    (tmp_path / "made" / "many" / "a.txt").write_bytes(b"ab")
    (tmp_path / "made" / "many" / "B.txt").write_bytes(b"cd")
    return tmp_path


# the catalogue


def test_every_corpus_is_complete() -> None:
    assert len(set(NAMES)) == len(NAMES) == 14
    for corpus in list_corpora():
        assert corpus.title, corpus.name
        assert corpus.licence, corpus.name
        assert corpus.citation, corpus.name
        assert corpus.get.endswith("."), corpus.name
        assert corpus.tasks, corpus.name
        assert corpus.files, corpus.name
        assert set(corpus.default) <= set(corpus.splits)
        assert set(corpus.needs) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_default_splits_hold_no_test_part_and_no_second_pass(name: str) -> None:
    if not info(name).folds:
        assert not [split for split in info(name).default if re.search("test|eval|second", split)]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_a_sum_or_says_that_it_has_none(name: str) -> None:
    for file in info(name).files:
        assert file.variants, file.path
        assert not file.path.startswith("/")
        for variant in file.variants:
            assert variant.name in ("at hand", "upstream")
            assert variant.sha256 is None or re.fullmatch("[0-9a-f]{64}", variant.sha256)
            assert (variant.sha256 is None) <= (variant.name == "upstream")
            assert variant.url is None or variant.url.startswith("https://")
    assert not (info(name).own and any(file.url for file in info(name).files))


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_takes_the_options_that_the_catalogue_names(name: str) -> None:
    module, function = info(name).reader.split(":")
    parameters = inspect.signature(getattr(import_module(module), function)).parameters
    assert list(parameters)[:3] == ["home", "split", "fold"]
    assert set(parameters) - {"home", "split", "fold", "data_home"} == set(info(name).options or {})
    assert ("data_home" in parameters) == bool(info(name).needs)


def test_an_unknown_corpus_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no corpus 'polnaer': did you mean polnear"):
        info("polnaer")
    with pytest.raises(ValueError, match="there are polnear, cofenet"):
        info("xyz")


@pytest.mark.parametrize("change", [("title", "titel"), ('licence = "none"\n', ""), ("count", "cuont")])
def test_a_catalogue_with_a_wrong_key_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(TypeError):
        parse(MADE.format(one="", other="", many="").replace(*change))


# asking for what is not there


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("polnear", {"split": "valid"}, "polnear has no split 'valid', only train, dev, test"),
        ("szeged_uncertainty", {"split": "train"}, "szeged_uncertainty has no splits"),
        ("polnear", {"fold": 1}, "polnear has no folds"),
        ("narrative_frames", {"fold": 6}, "no fold 6, only 1 to 5"),
        ("narrative_frames", {"fold": 0}, "no fold 0"),
        ("narrative_frames", {"split": "dev"}, "give fold=1 to 5"),
        ("nothing", {}, "no corpus 'nothing'"),
    ],
)
def test_wrong_splits_and_folds_are_refused_at_once(name: str, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        load_corpus(name, data_home=tmp_path, **options)


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="polnear has no option 'anotator', only annotator"):
        load_corpus("polnear", data_home=tmp_path, anotator="all")
    with pytest.raises(TypeError, match="cofenet has no option 'data', only none"):
        load_corpus("cofenet", data_home=tmp_path, data=1)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN])
def test_an_absent_corpus_says_where_to_get_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match=re.escape(info(name).get[1:])) as error:
        load_corpus(name, data_home=tmp_path)
    assert isinstance(error.value, FileNotFoundError)
    assert str(tmp_path / name) in str(error.value)


@pytest.mark.parametrize("name", OWN)
def test_an_absent_test_part_of_ours_says_so_at_once(name: str, tmp_path: Path) -> None:
    if "test" in info(name).splits:
        with pytest.raises(CorpusNotFound, match=rf"test\.\w+ is not there\. The test part is {files.KEPT}\.$"):
            load_corpus(name, "test", data_home=tmp_path)
        (tmp_path / name).mkdir()
        with pytest.raises(CorpusNotFound, match=r"train\.\w+ is not there\. It comes with framing \(its test part is kept apart\)"):
            load_corpus(name, "train", data_home=tmp_path)


@pytest.mark.corpus
def test_the_absent_test_part_of_polnear_says_so_at_once(data: Path, tmp_path: Path) -> None:
    (tmp_path / "polnear" / "data").mkdir(parents=True)
    (tmp_path / "polnear" / "data" / "metadata.tsv").write_bytes((data / "polnear" / "data" / "metadata.tsv").read_bytes())
    with pytest.raises(CorpusNotFound, match=r"test.attributions is not there.*networkdynamics/PolNeAR"):
        load_corpus("polnear", "test", data_home=tmp_path)


# where files lie


def test_the_data_home_is_that_of_the_environment_else_one_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    assert files.default_home() == tmp_path
    monkeypatch.delenv("FRAMING_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(files.sys, "platform", "linux")
    assert files.default_home() == tmp_path / "cache" / "framing"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert files.default_home() == tmp_path / ".cache" / "framing"
    monkeypatch.setattr(files.sys, "platform", "darwin")
    assert files.default_home() == tmp_path / "Library" / "Caches" / "framing"
    monkeypatch.setattr(files.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert files.default_home() == tmp_path / "local" / "framing"


@pytest.mark.parametrize("name", OWN)
def test_our_own_corpora_come_along_and_can_be_replaced(name: str, tmp_path: Path) -> None:
    corpus = info(name)
    assert files.corpus_home(corpus, tmp_path) != tmp_path / name
    (tmp_path / name).mkdir()
    assert files.corpus_home(corpus, tmp_path) == tmp_path / name


def test_the_sum_of_a_pattern_is_that_of_its_list(made: Path) -> None:
    home, file = made / "made", info("made").files[1]
    found = files.matches(home, file)
    assert [path.name for path in found] == ["B.txt", "a.txt"]  # the order of bytes, not of a language
    assert files.checksum(home, found, True) == (4, file.variants[0].sha256)


def test_verify_names_the_variant(made: Path) -> None:
    assert [state.state for state in verify("made", made)] == ["at hand", "at hand"]
    assert verify("made", made)[1].count == 2
    (made / "made" / "one.txt").write_bytes(b"abcde")
    assert verify("made", made)[0].state == "upstream"


def test_verify_says_what_is_wrong(made: Path) -> None:
    (made / "made" / "one.txt").write_bytes(b"abd")
    (made / "made" / "many" / "c.txt").write_bytes(b"")
    one, many = verify("made", made)
    assert (one.state, one.note) == ("unknown", "at hand: other content; upstream: 5 bytes expected, 3 found")
    assert (many.state, many.note) == ("unknown", "at hand: 2 files expected, 3 found; upstream: not verified")
    (made / "made" / "one.txt").unlink()
    assert verify("made", made)[0].state == "missing"


@pytest.mark.corpus
@pytest.mark.parametrize("name", NAMES)
def test_the_corpora_at_hand_are_the_ones_of_the_catalogue(name: str, data: Path) -> None:
    states = verify(name, data)
    if all(state.state == "missing" for state in states):
        pytest.skip(f"{name} is not there")
    expected = ["at hand" if any(v.name == "at hand" for v in file.variants) else "missing" for file in info(name).files]
    assert [state.state for state in states] == expected


@pytest.mark.parametrize("name", OWN)
def test_our_own_corpora_are_whole(name: str, tmp_path: Path) -> None:
    assert {s.state for s in verify(name, tmp_path) if "test" not in s.path} == {"at hand"}


# readers: counts, first, tenth and last record


def digest(document: Document) -> str:
    """Twelve hexadecimal digits of a document: its text, and offsets and codes of its attributions."""
    marks = [
        [
            a.cue.start,
            a.cue.end,
            a.source and [a.source.start, a.source.end],
            [[s.start, s.end] for s in a.content],
            a.level,
            a.relays,
            a.parent,
        ]
        for a in document.attributions
    ]
    return sha(json.dumps([document.text, marks], ensure_ascii=False).encode())[:12]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['corpus']}-{case['split']}")
def test_counts_and_records(case: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path) -> None:
    alone = case["corpus"] == "wikinews_attributions"  # comes with its texts
    data = tmp_path if alone else request.getfixturevalue("data")
    if not alone and not all((data / name).is_dir() for name in info(case["corpus"]).needs or (case["corpus"],)):
        pytest.skip(f"{case['corpus']} or its texts are not there")
    documents = list(load_corpus(case["corpus"], case["split"], data_home=data))
    assert len(documents) == case["documents"]
    assert sum(len(d.attributions) for d in documents) == case["attributions"]
    assert len({d.id for d in documents}) == len(documents)
    found = [[i, d.id, len(d.attributions), len(d.entities), digest(d)] for i in (0, 9, -1) for d in [documents[i]]]
    assert found == case["records"]
    for d in documents:
        hold(d)


def hold(d: Document) -> None:
    """What is true of every document with gold attributions."""
    assert [a.id for a in d.attributions] == list(range(len(d.attributions)))
    assert [a.cue for a in d.attributions] == sorted(a.cue for a in d.attributions)
    assert len(d.meta.get("events", d.attributions)) == len(d.attributions)
    for a in d.attributions:
        assert a.speech in SPEECH
        assert a.confidence == 1.0
        assert a.kind in SOURCE_KINDS
        assert a.level in LEVELS
        assert a.reason is None or (a.withheld and a.reason in REASONS)
        assert a.parent is None or d.attributions[a.parent].id != a.id
        assert a.entity is None or d.entities[a.entity].id == a.entity
        assert all(d.text[s.start : s.end] == s.text != "" for s in (a.cue, *a.content, *([a.source] if a.source else [])))
    for entity in d.entities:
        assert all(d.text[m.start : m.end] == m.text for m in entity.mentions)


# PolNeAR

ARTICLE = "“𝒲e won,” she said and added she was glad.\nOfficials,\r\n he wrote, fear it. Nobody mocked.\n"
EVENTS = """T1\tSource 10 13\tshe
T2\tCue 14 18\tsaid
T3\tContent 0 9\t“𝒲e won,”
T4\tAttribution 14 18\tsaid
E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1
T5\tCue 23 28\tadded
T6\tContent 29 32;37 41\tshe
 glad
T7\tAttribution 23 28\tadded
E2\tAttribution:T7 Content:T6 Cue:T5 Source:T1
T8\tSource 43 52;64 65\tOfficials ,
T9\tCue 66 70\tfear
T10\tContent 71 73\tit
T11\tContent 75 81\tNobody
T12\tAttribution 66 70\tfear
E3\tAttribution:T12 Content:T10 Cue:T9 Source:T8 Content2:T11
T13\tAttribution-no-source 82 88\tmocked
T14\tCue 82 88\tmocked
E4\tAttribution-no-source:T13 Cue:T14 Content:T11
E5\tAttribution:T12
E6\tAttribution:T12 Source:T8 Content:T10
T15\tDiscuss 0 3\t“𝒲e
#1\tAnnotatorNotes T15\tnobody knows
"""
META = """compartment\tfilename\tlevel\tannotators\tpublisher\tpublication_date\tauthor\ttitle\ttrump_count\tclinton_count\tcredit\twire
train\tpost_2016-01-01_won\t3\t6b86|4e07\tpost\t2016-01-01\tNone\tShe "won"\t1\t0\tNone\tNA
train\tpost_2015-12-31_lost\t3\t6b86\tpost\t2015-12-31\tIda Lund\tLost\tNA\t0\tNone\tNA
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """PolNeAR of two articles, one with two annotators."""
    folder = tmp_path / "polnear" / "data"
    (folder / "train" / "text").mkdir(parents=True)
    (folder / "train" / "attributions").mkdir()
    (folder / "metadata.tsv").write_text(META, encoding="utf-8", newline="")
    for name, notes in (("post_2016-01-01_won", {"4e07": EVENTS, "6b86": ""}), ("post_2015-12-31_lost", {"6b86": EVENTS})):
        (folder / "train" / "text" / f"{name}.txt").write_text(ARTICLE, encoding="utf-8", newline="")
        for annotator, events in notes.items():
            (folder / "train" / "attributions" / f"{name}_{annotator}.ann").write_text(events, encoding="utf-8", newline="")
    return tmp_path


def test_polnear_events(small: Path) -> None:
    lost, won = load_corpus("polnear", "train", data_home=small)
    assert (won.id, won.text, won.title, won.group) == ("post_2016-01-01_won", ARTICLE, 'She "won"', "post")
    assert (won.meta["annotator"], won.meta["wire"], won.meta["trump_count"], lost.meta["trump_count"]) == ("4e07", None, 1, None)
    assert won.meta["events"] == ("E1", "E2", "E3", "E4")  # E5 is empty, E6 has no cue
    hold(won)
    said, added, fear, mocked = won.attributions
    assert (said.source, said.cue.text, said.speech) == (added.source, "said", "direct")
    assert said.content[0].text == "“𝒲e won,”"
    assert [part.text for part in added.content] == ["she", "glad"]
    assert (fear.source is not None, fear.source and fear.source.text) == (True, "Officials,\r\n he wrote,")
    assert won.meta["parts"] == {2: {"source": ((43, 52), (64, 65))}}
    assert [part.text for part in fear.content] == ["it", "Nobody"]
    assert (mocked.source, mocked.speech) == (None, "indirect")


def test_polnear_annotators(small: Path) -> None:
    everybody = list(load_corpus("polnear", "train", data_home=small, annotator="all"))
    assert [(d.id, len(d.attributions)) for d in everybody] == [
        ("post_2015-12-31_lost_6b86", 4),
        ("post_2016-01-01_won_4e07", 4),
        ("post_2016-01-01_won_6b86", 0),
    ]
    assert [d.id for d in load_corpus("polnear", "train", data_home=small, annotator="4e07")] == ["post_2016-01-01_won"]


def test_a_file_of_no_events_has_none() -> None:
    assert parse_events("") == ()
    assert parse_events("E1\t\nE2\tAttribution:T1 Cue:T9\nT1\tCue x\ty") == ()


@pytest.mark.corpus
def test_polnear_several_annotators_at_hand(data: Path) -> None:
    documents = list(load_corpus("polnear", "dev", data_home=data, annotator="all"))
    assert (len(documents), sum(len(d.attributions) for d in documents)) == (94, 2319)
    assert len({d.text for d in documents}) == 84


# CofeNet


def test_cofenet_paragraphs(tmp_path: Path) -> None:
    folder = tmp_path / "cofenet" / "res" / "polnear"
    folder.mkdir(parents=True)
    row = {"tokens": ["``", "Yes", "''", "he", "said"], "pos": ["``", "UH", "''", "PRP", "VBD"], "ner": ["O"] * 5}
    row.update(labels=["B-content", "I-content", "I-content", "B-source", "B-cue"], id="post_2016_yes_4e07")
    (folder / "valid.txt").write_text(f"{json.dumps(row)}\n\n{json.dumps(row)}\n", encoding="utf-8")
    first, second = load_corpus("cofenet", data_home=tmp_path)
    assert (first.id, second.id, first.group, first.split) == ("post_2016_yes_4e07#0", "post_2016_yes_4e07#1", "post_2016_yes", "valid")
    assert (first.text, first.meta["labels"][3], first.attributions) == ("`` Yes '' he said", "B-source", ())
    row["labels"] = ["B-cause"] * 4
    (folder / "valid.txt").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match=r"valid\.txt, line 1: 5 tokens, 4 labels, unknown ones: B-cause"):
        load_corpus("cofenet", data_home=tmp_path)


# our own


def test_wikinews_attributions_are_nested_and_credited(tmp_path: Path) -> None:
    documents = list(load_corpus("wikinews_attributions", "dev", data_home=tmp_path))
    nested = [(d.attributions[a.parent], a) for d in documents for a in d.attributions if a.parent is not None]
    assert len(nested) == 81
    inside = sum(any(part.covers(inner.cue) for part in outer.content) for outer, inner in nested)
    assert inside >= 0.95 * len(nested)
    assert sum(a.via is not None for d in documents for a in d.attributions) == 59
    assert sum(a.withheld for d in documents for a in d.attributions) == 10
    assert all(
        "CC BY 2.5" in d.meta["licence"] and d.meta["credit"] and d.meta["url"].startswith("https://en.wikinews.org") for d in documents
    )


def test_source_levels_without_texts(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match=rf"^source_levels {TEXTS.format('polnear')}.*networkdynamics/PolNeAR.*{LABELS}"):
        load_corpus("source_levels", "dev", data_home=tmp_path)
    documents = list(load_corpus("source_levels", "dev", data_home=tmp_path, texts=False))
    assert (len(documents), sum(len(d.attributions) for d in documents)) == (84, 2192)
    first = documents[0].attributions[2]
    assert (first.cue.start, first.cue.end, first.cue.text, first.speech, first.content) == (767, 771, "", "unknown", ())
    assert (first.kind, first.level, first.withheld, first.reason, first.via) == ("person", "bare", True, "none", "New York Post")
    assert len(list(load_corpus("source_levels", data_home=tmp_path, texts=False))) == 150 + 84


@pytest.mark.corpus
def test_source_levels_stand_on_the_same_spans_in_both_passes(data: Path) -> None:
    one, two = (list(load_corpus("source_levels", split, data_home=data)) for split in ("dev", "dev_second_pass"))
    assert [(d.id, d.meta["events"]) for d in one] == [(d.id, d.meta["events"]) for d in two]
    pairs = [(a, b) for d, e in zip(one, two) for a, b in zip(d.attributions, e.attributions)]
    assert 0.97 < sum(a.level == b.level for a, b in pairs) / len(pairs) < 1


@pytest.mark.corpus
def test_source_levels_notice_another_polnear(data: Path, tmp_path: Path) -> None:
    row = "post_2016-01-01_won\tpost_2016-01-01_won_4e07.ann\tE1\t15-18\t10-13\tperson\tnamed\t0\t-\t1\t-\tIda Lund"
    header = "document\tannotator_file\tevent\tcue\tsource\tkind\tlevel\twithheld\treason\tposition\tvia\tentity"
    (tmp_path / "source_levels").mkdir()
    (tmp_path / "polnear").symlink_to(data / "polnear")
    name = next(load_corpus("polnear", "train", data_home=data))
    changed = row.replace("post_2016-01-01_won_4e07", f"{name.id}_{name.meta['annotator']}").replace("post_2016-01-01_won", name.id)
    (tmp_path / "source_levels" / "train.tsv").write_text(f"{header}\n{changed}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="E1: PolNeAR has another event here"):
        load_corpus("source_levels", "train", data_home=tmp_path)


def test_article_ratings(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match=rf"^article_ratings {TEXTS.format('article_bias_prediction')} .*{LABELS}"):
        load_corpus("article_ratings", data_home=tmp_path)
    documents = list(load_corpus("article_ratings", data_home=tmp_path, texts=False))
    polnear = list(load_corpus("article_ratings", data_home=tmp_path, texts=False, source="polnear"))
    assert (len(documents), len(polnear)) == (394, 234)
    assert documents[0].labels["ratings"] == {"ident": 4, "anon": None, "first": 5, "divers": 5, "cover": 3, "voice": 3, "overall": 4}
    assert documents[0].labels["ratings_second_pass"]["ident"] == 5
    assert sum(d.split == "dev" for d in polnear) == 84
    with pytest.raises(ValueError, match="source is 'nyt'"):
        load_corpus("article_ratings", data_home=tmp_path, source="nyt")


@pytest.mark.corpus
def test_article_ratings_have_the_splits_of_polnear(data: Path) -> None:
    splits = {d.id: d.split for split in ("train", "dev") for d in load_corpus("polnear", split, data_home=data)}
    rated = list(load_corpus("article_ratings", data_home=data, source="polnear"))
    assert all(splits[d.id] == d.split and d.text for d in rated)


# gold records


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("“We are glad,”", "direct"),
        ("\"We are glad,\" he said", "mixed"),
        ("``We are glad''", "direct"),
        ("‘We are glad’", "indirect"),
        ("that they were glad", "indirect"),
        ("that they were “glad”", "mixed"),
        ("…", "indirect"),
    ],
)  # fmt: skip
def test_speech_is_the_share_of_words_in_double_marks(text: str, speech: str) -> None:
    assert Quoted(text).speech(((0, len(text)),)) == speech


def test_gold_in_the_order_of_cues() -> None:
    text = "A said B wrote C"
    drafts = [
        Draft("7", ((7, 8),), ((9, 14),), ((15, 16),), parent="9", entity="b"),
        Draft("9", ((0, 1),), ((2, 6),), ((7, 16),), entity="a"),
    ]
    gold = make_gold(text, drafts)
    assert gold.events == ("9", "7")
    assert [(a.id, a.parent, a.entity, a.cue.text) for a in gold.attributions] == [(0, None, 0, "said"), (1, 0, 1, "wrote")]
    assert [(e.id, e.name, e.mentions[0].text) for e in gold.entities] == [(0, "a", "A"), (1, "b", "B")]
    assert make_gold("", []).attributions == ()
