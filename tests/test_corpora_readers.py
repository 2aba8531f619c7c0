"""Readers of other people's corpora (and of policy_frames) on the corpora themselves: skipped where they are not at hand.

The documents of each are counted and the first, tenth and last are looked at: id, length of the text, group, number of sentences and
hedges, labels. The traps of the formats are tested on made files (``test_corpora_traps.py``).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from framing.corpora import CorpusNotFound, load_corpus
from framing.records import Document

Fact = tuple[Any, ...]


def load(data: Path, name: str, *args: Any, **options: Any) -> list[Document]:
    """The documents of a corpus, every place of which holds what the record says; skips where it is not at hand."""
    if not (data / name).is_dir():
        pytest.skip(f"no {name} in {data}")
    found = list(load_corpus(name, *args, data_home=data, **options))
    for document in found:
        for span in (*(s.span for s in document.sentences), *(h.cue for h in document.hedges)):
            assert document.text[span.start : span.end] == span.text
    return found


def facts(document: Document) -> Fact:
    """What a test may say of a document without quoting it."""
    return document.id, len(document.text), document.group, len(document.sentences), len(document.hedges)


def check(found: list[Document], count: int, *expected: Fact) -> None:
    """Count, and first, tenth and last record; all ids differ."""
    assert len(found) == count
    assert len({document.id for document in found}) == count
    assert [facts(found[i]) for i in (0, min(9, count - 1), -1)] == list(expected)


# Szeged Uncertainty Corpus

SZEGED = {
    "wiki": (2185, 11118, 1800, {"epistemic": 1300, "doxastic": 564, "condition": 360, "investigation": 66}),
    "news": (128, 1962, 335, {"epistemic": 188, "doxastic": 124, "condition": 101, "investigation": 21}),
    "bio_bmc": (4, 1410, 287, {"epistemic": 214, "doxastic": 55, "condition": 84, "investigation": 58}),
    "bio_fly": (5, 1260, 315, {"epistemic": 324, "doxastic": 40, "condition": 23, "investigation": 42}),
    "bio_hbc": (1273, 11797, 2697, {"epistemic": 2478, "doxastic": 200, "condition": 24, "investigation": 784}),
}


SZEGED_RECORDS = {
    "wiki": ("Poincaré conjecture_437 675 5 1", "Pope Pius IX_238 641 6 0", "Political scandals of the United States_344 849 10 3"),
    "news": ("APW19990410.0123.txt 1353 12 8", "wsj_0781.txt 6280 50 10", "wsj_0786.txt 2072 17 2"),
    "bio_bmc": ("1471-2105-8-225 36442 327 118", "1471-2105-8-239 70135 454 131", "1471-2105-8-239 70135 454 131"),
    "bio_fly": ("PMC1131882 63287 389 105", "PMC138857 19113 114 46", "PMC138857 19113 114 46"),
    "bio_hbc": ("1448931 1297 11 1", "8702466 1616 9 3", "10092783 1451 9 4"),
}


def fact(line: str) -> Fact:
    name, length, sentences, hedges = line.rsplit(" ", 3)
    return name, int(length), name, int(sentences), int(hedges)


@pytest.mark.corpus
@pytest.mark.parametrize("part", SZEGED)
def test_szeged_uncertainty(data: Path, part: str) -> None:
    count, sentences, uncertain, types = SZEGED[part]
    found = load(data, "szeged_uncertainty", part=part)
    check(found, count, *map(fact, SZEGED_RECORDS[part]))
    assert Counter(s.uncertain for d in found for s in d.sentences) == {1.0: uncertain, 0.0: sentences - uncertain}
    assert Counter(h.type for d in found for h in d.hedges) == types
    assert {d.meta["part"] for d in found} == {part}


# CoNLL-2010


@pytest.mark.corpus
def test_conll2010_wikipedia(data: Path) -> None:
    found = load(data, "conll2010", "train", part="wiki")
    check(
        found,
        2185,
        *map(fact, ("Prelingual deafness_1 759 5 0", "Prehistoric Norfolk_10 818 5 0", "USS Chivo _LRB2_SS-341_RRB2__2186 243 2 0")),
    )
    assert Counter(s.uncertain for d in found for s in d.sentences) == {0.0: 8156, 1.0: 2374, None: 588}
    assert all(d.title == d.sentences[0].span.text for d in found)


@pytest.mark.corpus
def test_conll2010_biology(data: Path) -> None:
    found = load(data, "conll2010", "train", part="bio")
    check(found, 1282, *map(fact, ("1471-2105-8-225 36442 327 0", "1448931 1297 11 0", "10092783 1451 9 0")))
    labels = Counter((d.meta["type"], s.uncertain) for d in found for s in d.sentences)
    assert labels == {("abstract", 0.0): 9635, ("abstract", 1.0): 2080, ("abstract", None): 82, ("paper", None): 2670}
    assert sum(len(cues) for d in found for cues in d.meta["szeged"]) > 4000


@pytest.mark.corpus
def test_conll2010_evaluation_part_says_where_to_get_it(data: Path) -> None:
    if (data / "conll2010" / "wiki_eval.jsonl").exists():
        pytest.skip("the evaluation part is there")
    with pytest.raises(CorpusNotFound, match=r"wiki_eval\.jsonl.*shared task"):
        load(data, "conll2010", "eval", part="wiki")


# BABE


@pytest.mark.corpus
def test_babe_experts(data: Path) -> None:
    found = load(data, "babe")
    check(found, 3674, ("SG2/1", 143, "foxnews", 1, 0), ("SG2/10", 103, "alternet", 1, 0), ("SG2/3674", 200, "usatoday", 1, 0))
    assert Counter(d.labels["loaded"] for d in found) == {0: 1863, 1: 1810, None: 1}
    assert Counter(d.labels["opinion"] for d in found) == {"fact": 1600, "mixed": 1000, "opinion": 858, None: 216}
    assert Counter(d.meta["leaning"] for d in found) == {None: 1000, "right": 993, "left": 989, "center": 692}
    assert sum(len(d.meta["biased_words"]) for d in found) == 3902


@pytest.mark.corpus
def test_babe_crowd(data: Path) -> None:
    found = load(data, "babe", part="MBIC")
    check(found, 1700, ("MBIC/1", 200, "usatoday", 1, 0), ("MBIC/10", 122, "msnbc", 1, 0), ("MBIC/1700", 92, "breitbart", 1, 0))
    assert Counter(d.labels["loaded"] for d in found) == {0: 533, 1: 1018, None: 149}
    assert sum("article" in d.meta for d in found) == 1600


# Narrative Frames


@pytest.mark.corpus
def test_narrative_frames(data: Path) -> None:
    found = load(data, "narrative_frames")
    check(found, 428, ("0", 5021, "redstate", 0, 0), ("19", 3964, "thedailycaller", 0, 0), ("883", 3526, "breitbart", 0, 0))
    frames = Counter(f for d in found for f in d.labels["narrative_frames"] or ())
    assert frames == {"resolution": 191, "human_interest": 49, "conflict": 268, "moral": 44, "economic": 127}
    assert [d.id for d in found if d.labels["narrative_frames"] is None] == ["405"]
    assert Counter(role for d in found for _, _, role in d.labels["roles"]) == {"villain": 754, "victim": 642, "hero": 548}
    assert len({d.group for d in found}) == 36


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("fold", "sizes"), [(1, (258, 85, 85)), (2, (257, 85, 86)), (3, (256, 86, 86)), (4, (256, 86, 86)), (5, (257, 86, 85))]
)
def test_narrative_frames_folds(data: Path, fold: int, sizes: tuple[int, int, int]) -> None:
    parts = [load(data, "narrative_frames", part, fold) for part in ("train", "dev", "test")]
    assert tuple(map(len, parts)) == sizes
    assert len({d.id for part in parts for d in part}) == 428
    frames = Counter(f for part in parts for d in part for f in d.labels["narrative_frames"])
    assert frames == {"resolution": 192, "human_interest": 49, "conflict": 268, "moral": 44, "economic": 127}
    assert [d.split for d in load(data, "narrative_frames", fold=fold)] == [
        s for s, n in zip(("train", "dev", "test"), sizes) for _ in range(n)
    ]


# Hyperpartisan


@pytest.mark.corpus
def test_hyperpartisan_byarticle(data: Path) -> None:
    found = load(data, "hyperpartisan_byarticle", "train")
    check(found, 645, ("0000000", 8729, "opednews.com", 0, 0), ("0000009", 5766, "bit.ly", 0, 0), ("0000644", 2629, "pjmedia.com", 0, 0))
    assert Counter(d.labels["hyperpartisan"] for d in found) == {True: 238, False: 407}
    assert len({d.group for d in found}) == 284
    assert sum(d.meta["date"] is None for d in found) == 31


# Article-Bias-Prediction and the policy frames on it


@pytest.mark.corpus
def test_article_bias_prediction(data: Path) -> None:
    found = load(data, "article_bias_prediction", "train")
    if len(found) != 2100:
        pytest.skip("another variant than the thinned one")
    check(
        found,
        2100,
        ("zl7kc7EmAyIdUMIo", 7880, "National Review", 0, 0),
        ("VKEeTpX9EU6b1VS6", 1894, "Daily Kos", 0, 0),
        ("2MYoJIAwZggMLsRF", 5022, "National Review", 0, 0),
    )
    assert Counter(d.labels["leaning"] for d in found) == {"left": 700, "center": 700, "right": 700}
    assert len({d.group for d in found}) == 73
    sizes = {part: len(load(data, "article_bias_prediction", part, by="random")) for part in ("train", "valid")}
    assert sizes == {"train": 1662, "valid": 438}
    for by in ("media", "random"):
        with pytest.raises(CorpusNotFound, match=r"none of the 1,300 articles of .*test\.tsv"):
            load(data, "article_bias_prediction", "test", by=by)


@pytest.mark.corpus
def test_article_bias_prediction_unlabelled(data: Path) -> None:
    found = load(data, "article_bias_prediction", unlabelled=True)
    check(
        found,
        7000,
        ("TkZxSqujlZeA923b", 3779, "Politico", 0, 0),
        ("bAGVXfUXN2JbTttn", 7632, "Washington Times", 0, 0),
        ("O19LHzGo1T2mS17t", 5765, "Christian Science Monitor", 0, 0),
    )
    assert not any(d.labels for d in found)


@pytest.mark.corpus
def test_policy_frames(data: Path) -> None:
    if not (data / "article_bias_prediction").is_dir():
        pytest.skip(f"no article_bias_prediction in {data}")
    found = load(data, "policy_frames", "train")
    expected = (
        ("CHnllWZAKM72DGQv", 2145, "Washington Times", 0, 0),
        ("lXWzT5iGjfDttYPE", 2949, "Vox", 0, 0),
        ("pYGLp6PIySDoOgHK", 22220, "Mother Jones", 0, 0),
    )
    check(found, 478, *expected)
    check(load(data, "policy_frames", "train_second_pass"), 478, *expected)


# Horne and Adalı


@pytest.mark.corpus
def test_horne_adali_2017(data: Path) -> None:
    found = load(data, "horne_adali_2017")
    check(found, 326, ("random/real/113", 3468, None, 0, 0), ("random/real/139", 5113, None, 0, 0), ("buzzfeed/fake/48", 3807, None, 0, 0))
    assert Counter((d.meta["part"], d.labels["kind"]) for d in found) == {
        ("random", "real"): 75,
        ("random", "fake"): 75,
        ("random", "satire"): 75,
        ("buzzfeed", "real"): 53,
        ("buzzfeed", "fake"): 48,
    }
    assert [d.id for d in found if "\ufffd" in d.text + str(d.title)] == ["buzzfeed/fake/4", "buzzfeed/fake/14"]


# UD English Web Treebank

EWT = {
    "train": (540, 12544, 204577, "weblog-juancole.com_juancole_20051126063000_ENG_20051126_063000 4443 40", "reviews-319816 3142 29"),
    "dev": (318, 2001, 25147, "weblog-blogspot.com_nominations_20041117172713_ENG_20041117_172713 472 5", "reviews-140302 282 4"),
    "test": (316, 2077, 25094, "weblog-blogspot.com_zentelligence_20040423000200_ENG_20040423_000200 185 3", "reviews-211933 333 3"),
}


EWT_TENTH = {
    "train": "weblog-blogspot.com_healingiraq_20050121235804_ENG_20050121_235804 7625 55",
    "dev": "weblog-blogspot.com_thelameduck_20041119192207_ENG_20041119_192207 1953 18",
    "test": "weblog-blogspot.com_floppingaces_20050313182621_ENG_20050313_182621 2124 15",
}


@pytest.mark.corpus
@pytest.mark.parametrize("split", EWT)
def test_ud_english_ewt(data: Path, split: str) -> None:
    count, sentences, words, first, last = EWT[split]
    if not (data / "ud_english_ewt" / f"en_ewt-ud-{split}.conllu").exists():
        pytest.skip(f"no {split} part of ud_english_ewt in {data}")
    found = load(data, "ud_english_ewt", split)
    check(found, count, *(fact(f"{line} 0") for line in (first, EWT_TENTH[split], last)))
    assert sum(len(d.sentences) for d in found) == sentences
    assert sum(len(s) for d in found for s in d.meta["words"]) == words
    for document in found:
        for texts, spans in zip(document.meta["words"], document.meta["spans"]):
            assert [document.text[s.start : s.end] for s in spans] == list(texts)
