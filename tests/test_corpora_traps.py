"""The traps of other people's corpora (and of policy_frames), each on small made files in the format of the corpus."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from framing.corpora import (
    CorpusNotFound,
    babe,
    conll2010,
    horne_adali_2017,
    load_corpus,
    narrative_frames,
    policy_frames,
    szeged_uncertainty,
    ud_english_ewt,
)
from framing.corpora import article_bias_prediction as abp
from framing.corpora import hyperpartisan_byarticle as hyperpartisan
from framing.corpora.cue_xml import documents
from framing.corpora.joining import join
from framing.corpora.outlets import outlet_key, url_outlet
from framing.corpora.xlsx import read_xlsx
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Span

CASES = Path(__file__).parent / "cases"


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding))
    return path


def tsv(rows: list[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


# Szeged Uncertainty Corpus


def szeged_file(home: Path, body: str) -> Path:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="no"?><!DOCTYPE Annotation PUBLIC "-//U//DTD 1.0//EN" "Uncertainty.dtd">'
    return write(home / "factbank.xml", f"{head}<Annotation><DocumentSet> {body}</DocumentSet></Annotation>")


SZEGED_BODY = """<Document type="unknown"><DocID type="FILENAME">a.txt</DocID><DocumentPart type="unknown"/><DocumentPart type="unknown">
<Sentence id="S1.1">It <ccue type="speculation_modal_probable_">may</ccue>  rain &amp; it <ccue
type="speculation_modal_possible_">can </ccue>
snow.</Sentence><Sentence id="S1.2"><ccue type="speculation_hypo_condition _">If</ccue> she <ccue
type="speculation_hypo_doxastic _">thinks</ccue> of <ccue type="speculation_hypo_investigation _">whether</ccue><ccue
type="speculation_modal_probable_"> </ccue>to go.</Sentence><Sentence id="S1.3">It rains.</Sentence></DocumentPart></Document>"""


def test_szeged_types_have_a_stray_blank_and_texts_keep_theirs(tmp_path: Path) -> None:
    szeged_file(tmp_path, SZEGED_BODY)
    (document,) = szeged_uncertainty.read(tmp_path, part="news")
    assert document.text == "It may  rain & it can \nsnow. If she thinks of whether to go. It rains."
    assert [(h.cue.text, h.type) for h in document.hedges] == [
        ("may", "epistemic"),
        ("can", "epistemic"),
        ("If", "condition"),
        ("thinks", "doxastic"),
        ("whether", "investigation"),
    ]
    assert all(document.text[h.cue.start : h.cue.end] == h.cue.text and h.strength == 1.0 for h in document.hedges)
    assert [(s.span.text[:2], s.uncertain, s.loaded, s.voice) for s in document.sentences] == [
        ("It", 1.0, None, None),
        ("If", 1.0, None, None),
        ("It", 0.0, None, None),
    ]
    assert document.meta["sections"] == ("unknown",) * 3
    assert document.title is None


def test_szeged_refuses_unknown_types_parts_and_broken_files(tmp_path: Path) -> None:
    szeged_file(tmp_path, SZEGED_BODY.replace("hypo_condition", "hypo_hope"))
    with pytest.raises(ValueError, match="hypo_hope"):
        list(szeged_uncertainty.read(tmp_path, part="news"))
    path = szeged_file(tmp_path, SZEGED_BODY.removesuffix("</Document>"))
    with pytest.raises(ValueError, match=r"factbank\.xml: not well-formed"):
        list(documents(path))
    with pytest.raises(ValueError, match="no part 'weather'"):
        szeged_uncertainty.read(tmp_path, part="weather")
    with pytest.raises(CorpusNotFound, match=r"wiki\.xml"):
        list(szeged_uncertainty.read(tmp_path, part=("wiki", "news")))


def test_corpora_without_splits_refuse_one(tmp_path: Path) -> None:
    for name in ("szeged_uncertainty", "babe", "horne_adali_2017"):
        with pytest.raises(ValueError, match="no splits"):
            load_corpus(name, split="train", data_home=tmp_path)
    with pytest.raises(ValueError, match="no folds"):
        load_corpus("babe", fold=1, data_home=tmp_path)


# CoNLL-2010


def test_conll2010_official_xml() -> None:
    wiki, bio = conll2010.read_xml(CASES / "conll2010_official.xml", "eval")
    assert (wiki.id, wiki.title, wiki.group, wiki.split) == ("Old mill_1", "Old mill", "Old mill_1", "eval")
    assert wiki.text == "Old mill Some people hold that the mill & its weir  may  be older. It has  two  wheels. Nobody has labelled this."
    assert [s.uncertain for s in wiki.sentences] == [0.0, 1.0, 0.0, None]
    assert [(h.cue, h.cue.text, h.type) for h in wiki.hedges] == [(Span(9, 20), "Some people", "weasel"), (Span(52, 55), "may", "weasel")]
    assert wiki.meta["sentence_ids"] == ("S1.1", "S1.2", "S1.3", "S1.4")
    assert wiki.meta["sections"] == ("Title", "Text", "Text", "Text")
    assert (bio.text, bio.meta["part"]) == ("A gene It seems to be silent.", "bio")
    assert [(bio.text[h.cue.start : h.cue.end], h.type) for h in bio.hedges] == [("seems", "epistemic")]


def test_conll2010_prefers_the_official_file(tmp_path: Path) -> None:
    write(tmp_path / "wiki_eval.jsonl", json.dumps({"doc": "rebuilt", "text": "It rains.", "label": 0, "part": "Text"}) + "\n")
    assert [d.id for d in conll2010.read(tmp_path, "eval", part="wiki")] == ["rebuilt"]
    write(tmp_path / "task1_weasel_eval.xml", (CASES / "conll2010_official.xml").read_text(encoding="utf-8"))
    assert [d.id for d in conll2010.read(tmp_path, "eval", part="wiki")] == ["Old mill_1", "42"]


def test_conll2010_rebuilt_sentences_may_have_no_label(tmp_path: Path) -> None:
    rows = [
        {"doc": "a_1", "sid": "S1.1", "part": "Title", "text": "A mill", "label": 0, "src": "title", "szeged": []},
        {
            "doc": "a_1",
            "sid": "S1.2",
            "part": "Text",
            "text": "It may fall.",
            "label": 1,
            "src": "x",
            "szeged": ["speculation_modal_probable_"],
        },
        {"doc": "b_2", "sid": "S1.1", "part": "Text", "text": "It fell.", "label": None, "src": "unknown", "szeged": []},
    ]
    path = write(tmp_path / "wiki_train.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    one, two = conll2010.read_jsonl(path, "train")
    assert (one.text, one.title, [s.uncertain for s in one.sentences]) == ("A mill It may fall.", "A mill", [0.0, 1.0])
    assert (two.title, [s.uncertain for s in two.sentences]) == (None, [None])
    assert one.meta["szeged"] == ((), ("speculation_modal_probable_",))
    assert not one.hedges


@pytest.mark.parametrize("line", ["{", "[]", '{"doc": "a", "text": "b"}', '{"doc": "a", "text": "b", "label": 2}'])
def test_conll2010_names_the_line_that_is_wrong(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "bio_train.jsonl", json.dumps({"doc": "a", "text": "b", "label": 1}) + f"\n{line}\n")
    with pytest.raises(ValueError, match=r"bio_train\.jsonl, line 2"):
        list(conll2010.read_jsonl(path))


def test_conll2010_refuses_other_certainties_and_parts(tmp_path: Path) -> None:
    text = (CASES / "conll2010_official.xml").read_text(encoding="utf-8").replace('"S1.3" certainty="certain"', '"S1.3" certainty="sure"')
    with pytest.raises(ValueError, match=r"'sure'.*S1\.3.*Old mill_1"):
        list(conll2010.read_xml(write(tmp_path / "x.xml", text)))
    with pytest.raises(ValueError, match="no part 'news'"):
        conll2010.read(tmp_path, part="news")


# BABE

BABE = """\ufefftext;news_link;outlet;topic;type;label_bias;label_opinion;biased_words
"The ""reckless"" plan; it failed. ";https://x.example/a;Fox News;tax;right;Biased;Expresses writer’s opinion;"['reckless', ""isn't""]"
It rained.;;fox-news;weather;;No agreement;No agreement;[]
"""


def test_babe_no_agreement_is_no_label(tmp_path: Path) -> None:
    write(tmp_path / "data" / "final_labels_SG2.csv", BABE)
    one, two = babe.read(tmp_path)
    assert one.text == 'The "reckless" plan; it failed.'
    assert (one.labels, one.sentences[0].loaded) == ({"loaded": 1, "opinion": "opinion"}, 1.0)
    assert one.meta["biased_words"] == ("reckless", "isn't")
    assert (two.labels, two.sentences[0].loaded) == ({"loaded": None, "opinion": None}, None)
    assert (two.meta["leaning"], two.meta["url"]) == (None, None)
    assert one.group == two.group == "foxnews"


@pytest.mark.parametrize(("old", "new"), [("Biased;", "Perhaps;"), ("[]", "[open("), ("[]", "7")])
def test_babe_names_the_row_that_is_wrong(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path / "data" / "final_labels_SG2.csv", BABE.replace(old, new))
    with pytest.raises(ValueError, match=r"SG2/[12]"):
        list(babe.read(tmp_path))
    with pytest.raises(ValueError, match="no part 'SG3'"):
        babe.read(tmp_path, part="SG3")
    with pytest.raises(CorpusNotFound, match="final_labels_SG1"):
        babe.read(tmp_path, part="SG1")


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx(path: Path, sheet: str, strings: str | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{sheet}</sheetData></worksheet>')
        if strings is not None:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPREADSHEET}">{strings}</sst>')
    return path


def test_xlsx_cells_are_shared_inline_numbers_or_missing(tmp_path: Path) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>last</t></is></c></row>'
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="C2"><v>7</v></c></row><row r="3"/><row r="4"><c r="B4"/></row>'
    )
    strings = "<si><t>first</t></si><si><t>second</t></si><si><r><t>two </t></r><r><t>runs</t></r></si>"
    path = xlsx(tmp_path / "a.xlsx", sheet, strings)
    assert list(read_xlsx(path)) == [{"first": "two runs", "second": "", "last": "7"}, {"first": "", "second": "", "last": ""}]
    assert list(read_xlsx(xlsx(tmp_path / "empty.xlsx", "", None))) == []
    for broken in (xlsx(tmp_path / "b.xlsx", sheet, "<si><t>first</t></si>"), write(tmp_path / "c.xlsx", "no zip")):
        with pytest.raises(ValueError, match=rf"{broken.name}: not an xlsx table"):
            list(read_xlsx(broken))


# Narrative Frames


def narrative_files(home: Path, cell: str = "False)") -> None:
    head = ["ID", "source", "mbfc", "date", "text", "RE", "HI", "CO", "MO", "EC"]
    quoted = '"He said: ""Now."" We go.\nOn."'
    rows = [
        head,
        ["0", "Breitbart", "x", "2019", quoted, "True", "False", "True", "False", cell],
        ["405", "breitbart", "x", "2019", "Cut off"],
    ]
    write(home / "data" / "articles_metadata.tsv", tsv(rows))
    roles = [["ID", "entity", "group", "role", "mbfc", *head[5:]], ["0", "they", "GENERALPUBLIC", "villain", "x", *["False"] * 5]]
    write(home / "data" / "role_and_frame_annoations.tsv", tsv(roles))
    fold = [
        ["405", "breitbart", "x", "2019", 'Cut "off', *["True"] * 5],
        ["0", "Breitbart", "x", "2019", 'He said: "Now." e go. On.', *["True"] * 5],
    ]
    write(home / "experiments" / "data_splits_raw" / "Fold_1" / "dev.txt", tsv(fold))


def test_narrative_frames_cells_are_read_leniently(tmp_path: Path) -> None:
    narrative_files(tmp_path)
    one, two = narrative_frames.read(tmp_path)
    assert one.text == 'He said: "Now." We go.\nOn.'
    assert one.labels == {"narrative_frames": ("resolution", "conflict"), "roles": (("they", "GENERALPUBLIC", "villain"),)}
    assert (two.text, two.labels) == ("Cut off", {"narrative_frames": None, "roles": ()})
    assert one.group == two.group == "breitbart"
    assert set(narrative_frames.GENERIC.values()) == set(GENERIC_FRAMES)


def test_narrative_frames_folds_give_labels_and_the_metadata_the_text(tmp_path: Path) -> None:
    narrative_files(tmp_path)
    two, one = narrative_frames.read(tmp_path, "dev", 1)
    assert (two.id, two.text, one.text, one.split) == ("405", "Cut off", 'He said: "Now." We go.\nOn.', "dev")
    assert one.labels["narrative_frames"] == two.labels["narrative_frames"] == narrative_frames.FRAMES
    with pytest.raises(CorpusNotFound, match=r"Fold_1.*train"):
        list(narrative_frames.read(tmp_path, fold=1))


def test_narrative_frames_refuses_other_cells_and_strangers(tmp_path: Path) -> None:
    narrative_files(tmp_path, "Perhaps")
    with pytest.raises(ValueError, match="article 0: 'Perhaps'"):
        list(narrative_frames.read(tmp_path))
    write(tmp_path / "experiments" / "data_splits_raw" / "Fold_2" / "dev.txt", tsv([["9", "a", "x", "2019", "t", *["True"] * 5]]))
    with pytest.raises(ValueError, match="'9' is not in the metadata"):
        list(narrative_frames.read(tmp_path, "dev", 2))
    with pytest.raises(ValueError, match="give fold=1 to 5"):
        load_corpus("narrative_frames", "dev", data_home=tmp_path)


# Hyperpartisan

ARTICLES = """<?xml version="1.0" encoding="UTF-8"?><articles>
<article id="2" published-at="2017-09-10" title="A  title">
From a caption <p>He
 said (<a href="x" type="external">here</a>) &amp; left.</p> Between <p></p><p> Last<q> one</q></p></article>
<article id="1" title="B"><p>Short.</p></article></articles>"""


TRUTH = """<?xml version="1.0" ?><articles><article hyperpartisan="false" id="1" labeled-by="article" url="http://a.example:80/x"/>
<article hyperpartisan="true" id="2" labeled-by="article" url="https://www.B.example/y?z"/></articles>"""


def test_hyperpartisan_files_are_matched_by_id(tmp_path: Path) -> None:
    write(tmp_path / "articles-training-byarticle-20181122.xml", ARTICLES)
    write(tmp_path / "ground-truth-training-byarticle-20181122.xml", TRUTH)
    two, one = hyperpartisan.read(tmp_path)
    assert (two.id, two.title, two.group, two.labels) == ("2", "A title", "b.example", {"hyperpartisan": True})
    assert two.text == "From a caption\n\nHe said (here) & left.\n\nBetween\n\nLast one"
    assert (one.text, one.group, one.labels, one.meta["date"]) == ("Short.", "a.example", {"hyperpartisan": False}, None)
    with pytest.raises(CorpusNotFound, match=r"test-byarticle.*zenodo"):
        list(hyperpartisan.read(tmp_path, "test"))


@pytest.mark.parametrize(
    ("old", "new", "message"), [('id="1" l', 'id="3" l', "'1' has no label"), ("false", "no", "'1' has no"), ("/>\n", ">\n", "not well")]
)
def test_hyperpartisan_refuses_missing_and_other_labels(tmp_path: Path, old: str, new: str, message: str) -> None:
    write(tmp_path / "articles-training-byarticle-20181122.xml", ARTICLES)
    write(tmp_path / "ground-truth-training-byarticle-20181122.xml", TRUTH.replace(old, new))
    with pytest.raises(ValueError, match=message):
        list(hyperpartisan.read(tmp_path))


# Article-Bias-Prediction and the policy frames on it


def bias_files(home: Path) -> None:
    for by in ("media", "random"):
        write(home / "data" / "splits" / by / "train.tsv", tsv([["ID", "bias"], ["absent", "0"], ["b", "2"], ["a", "0"]]))
        write(home / "data" / "splits" / by / "test.tsv", tsv([["ID", "bias"], ["absent", "0"]]))
    for name, leaning in (("a", 0), ("b", 2)):
        row = {"ID": name, "topic": "tax", "source": "Post", "bias": leaning, "url": "u", "title": "T", "date": "", "authors": ""}
        write(home / "data" / "jsons" / f"{name}.json", json.dumps({**row, "content": "a do n't", "content_original": "A don’t"}))


def test_article_bias_prediction_reads_what_is_there_in_the_order_of_the_list(tmp_path: Path) -> None:
    bias_files(tmp_path)
    found = list(abp.read(tmp_path))
    assert [(d.id, d.text, d.title, d.group, d.split, d.labels["leaning"]) for d in found] == [
        ("b", "A don’t", "T", "Post", "train", "right"),
        ("a", "A don’t", "T", "Post", "train", "left"),
    ]
    assert found[0].meta == {"topic": "tax", "url": "u", "date": None}
    with pytest.raises(CorpusNotFound, match="none of the 1 articles"):
        list(abp.read(tmp_path, "test"))
    with pytest.raises(CorpusNotFound, match=r"valid\.tsv"):
        list(abp.read(tmp_path, "valid"))
    with pytest.raises(ValueError, match="'outlet'"):
        abp.read(tmp_path, by="outlet")


def test_article_bias_prediction_unlabelled_are_train_articles(tmp_path: Path) -> None:
    row = {"id": "c", "title": "", "source": "Post", "date": "2019", "text": "It rains."}
    with gzip.open(tmp_path / "unlabelled.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    (found,) = abp.read(tmp_path, unlabelled=True)
    assert (found.id, found.title, found.split, found.labels) == ("c", None, "train", {})
    with pytest.raises(ValueError, match="train articles, not 'test'"):
        abp.read(tmp_path, "test", unlabelled=True)


def test_policy_frames_labels_come_with_the_library(tmp_path: Path) -> None:
    first, second = (list(load_corpus("policy_frames", part, data_home=tmp_path, texts=False)) for part in ("train", "train_second_pass"))
    assert [d.id for d in first] == [d.id for d in second]
    assert (len(first), {d.text for d in first}) == (478, {""})
    assert [(first[i].id, first[i].labels["policy"], first[i].labels["generic"]) for i in (0, 9, -1)] == [
        ("CHnllWZAKM72DGQv", ("heal", "capa", "exte"), ()),
        ("lXWzT5iGjfDttYPE", ("poli", "pols", "heal"), ()),
        ("pYGLp6PIySDoOgHK", ("pols", "fair", "lega"), ("conf", "resp")),
    ]
    assert Counter(d.labels["primary"] for d in first)["pols"] == 162
    assert Counter(d.labels["primary"] for d in second)["pols"] == 157
    assert {code for d in first for code in d.labels["policy"]} == set(POLICY_FRAMES)
    assert sum(a.labels["primary"] == b.labels["primary"] for a, b in zip(first, second)) == 431


def test_policy_frames_join_their_texts_or_say_which_is_missing(tmp_path: Path) -> None:
    bias_files(tmp_path / "article_bias_prediction")
    home = tmp_path / "policy_frames"
    head = ["id", "primary", "others", "generic"]
    write(home / "train.tsv", tsv([head, ["b", "econ", "mora,fair", "-"], ["zz", "othe", "-", "conf"]]))
    reader = policy_frames.read(home)
    first = next(reader)
    assert (first.text, first.group, first.split) == ("A don’t", "Post", "train")
    assert first.labels == {"leaning": "right", "policy": ("econ", "mora", "fair"), "primary": "econ", "generic": ()}
    with pytest.raises(CorpusNotFound, match=r"^policy_frames labels texts .*zz\.json is not there.*In Python, texts=False reads .*\.$"):
        next(reader)
    bare = list(policy_frames.read(home, texts=False))
    assert [(d.text, d.labels["policy"], d.labels["generic"]) for d in bare] == [
        ("", ("econ", "mora", "fair"), ()),
        ("", ("othe",), ("conf",)),
    ]
    write(home / "test.tsv", tsv([head, ["b", "econ", "huma", "-"]]))
    with pytest.raises(ValueError, match="b: unknown code 'huma'"):
        list(policy_frames.read(home, "test", texts=False))


# Horne and Adalı


def test_horne_adali_files_have_two_encodings_and_numbers_as_names(tmp_path: Path) -> None:
    home = tmp_path / "Horne2017_FakeNewsData" / "Public Data" / "Random Poltical News Dataset"
    for kind in ("Real", "Fake", "Satire"):
        write(home / kind / "10.txt", "“Ten.”\r\n", "cp1252")
        write(home / kind / "9.txt", "“Nine.”")
        write(home / f"{kind}_titles" / "10.txt", "Ten’s \r\n", "cp1252")
        write(home / f"{kind}_titles" / "9.txt", "")
    found = list(horne_adali_2017.read(tmp_path, part="random"))
    assert [d.id for d in found[:3]] == ["random/real/9", "random/real/10", "random/fake/9"]
    assert [(d.text, d.title) for d in found[:2]] == [("“Nine.”", None), ("“Ten.”\r\n", "Ten’s")]
    assert [d.labels["kind"] for d in found[::2]] == ["real", "fake", "satire"]
    assert horne_adali_2017.decode("“Ten".encode() + b"\x9d") == "“Ten\ufffd"
    (home / "Real_titles" / "10.txt").unlink()
    with pytest.raises(CorpusNotFound, match=r"Real_titles.10\.txt"):
        list(horne_adali_2017.read(tmp_path, part="random"))
    with pytest.raises(ValueError, match="no part 'other'"):
        horne_adali_2017.read(tmp_path, part="other")


# UD English Web Treebank


def row(number: str, form: str, upos: str = "X", head: str = "0", misc: str = "_") -> str:
    return "\t".join([number, form, form.lower(), upos, "_", "_", head, "dep", "_", misc])


CONLLU = "\n".join(
    [
        "# newdoc id = email-1",
        "# sent_id = email-1-1",
        "# newpar id = email-1-p1",
        "# text = Don't a=b cannot",
        row("1-2", "Don't", "_", "_"),
        row("1", "Do", "AUX", "2"),
        row("2", "n't", "PART"),
        row("3", "a=b"),
        row("3.1", "gone", "VERB", "_"),
        row("4-5", "cannot", "_", "_", "SpaceAfter=No"),
        row("4", "can", "AUX"),
        row("5", "notx", "PART", misc="Typo=Yes"),
        "",
        "# text = ok",
        row("1", "ok", "INTJ"),
        "",
        "# newpar id = email-1-p2",
        "# text = Bye.",
        row("1", "Bye", misc="SpaceAfter=No"),
        row("2", ".", "PUNCT"),
        "",
        "# newdoc id = reviews-2",
        "# text = Good",
        row("1", "Good", "ADJ"),
    ]
)


def test_ud_words_keep_their_places(tmp_path: Path) -> None:
    write(tmp_path / "en_ewt-ud-dev.conllu", CONLLU + "\n")  # no blank line at the end
    one, two = ud_english_ewt.read(tmp_path, "dev")
    assert one.text == "Don't a=b cannotok\n\nBye."
    assert [one.text[s.span.start : s.span.end] for s in one.sentences] == ["Don't a=b cannot", "ok", "Bye."]
    assert one.meta["words"] == (("Do", "n't", "a=b", "can", "notx"), ("ok",), ("Bye", "."))
    assert [s.text for s in one.meta["spans"][0]] == ["Do", "n't", "a=b", "cannot", "cannot"]
    assert one.meta["upos"][0] == ("AUX", "PART", "X", "AUX", "PART")
    assert one.meta["heads"][0][0] == 2
    assert one.meta["spans"][2] == (Span(20, 23), Span(23, 24))
    assert (one.meta["genre"], two.id, two.group, two.text, two.split) == ("email", "reviews-2", "reviews-2", "Good", "dev")


@pytest.mark.parametrize(("old", "new", "message"), [("Bye.", "By.", "'Bye' does not follow"), ("ok\tok", "ok", "9 columns")])
def test_ud_files_that_do_not_fit_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    write(tmp_path / "en_ewt-ud-train.conllu", CONLLU.replace(old, new))
    with pytest.raises(ValueError, match=message):
        list(ud_english_ewt.read(tmp_path))


# What they share


def test_parts_keep_their_places() -> None:
    assert join([]) == ("", ())
    text, spans = join(["One.", "", "Two."], "\n\n")
    assert text == "One.\n\n\n\nTwo."
    assert [text[s.start : s.end] for s in spans] == ["One.", "", "Two."] == [s.text for s in spans]


def test_outlets_have_one_spelling() -> None:
    assert outlet_key("USA Today") == outlet_key("usa-today") == outlet_key("usatoday") == "usatoday"
    assert outlet_key(" - ") is None
    assert url_outlet("https://www.Post.example:443/a?b#c") == "post.example"
    assert url_outlet("no address") is None
    assert url_outlet("http://[broken") is None
