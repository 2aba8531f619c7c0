"""The lists of other packages are matched fairly: phrases, case, marks; and only the files that were measured are read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from experiments.hedging_peers import LISTS, PeerList, PeerMissingError, entries_of, main, match, one_word, read_list
from framing.text import article_from_text
from framing.tokens import tokenize

SCRIPT = "/** A list. */\nexport const hedges = [\n  'a bit',\n  \"don't know\",\n  'may'\n]\n"
ENTRIES = ("may", "more or less", "don't know", "in my view", "less", "kind of")


def hits(text: str, entries: tuple[str, ...] = ENTRIES) -> list[str]:
    tokens = tokenize(article_from_text(text))
    return [word for word, hit in zip(tokens.words(), match(tokens, entries)) if hit]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry may sink.", ["may"]),
        ("MAY the ferry sink? May it?", ["MAY", "May"]),  # the month would count as well
        ("The mayor came.", []),
        ("It may, or “may” not.", ["may", "may"]),
        ("It is more or less done.", ["more", "or", "less"]),
        ("More or less, that is.", ["More", "or", "less"]),
        ("It is more, or less, done.", ["less"]),  # a mark breaks the phrase
        ("They don't know, and he did not know.", ["do", "n't", "know"]),
        ("They don’t know.", ["do", "n’t", "know"]),
        ("He saw it in my. View it.", []),
        ("It is of a kind. Of course.", []),  # the end of a sentence breaks it, too
        ("kind of", ["kind", "of"]),
        ("kind", []),
        ("", []),
    ],
)
def test_a_list_matches(text: str, words: list[str]) -> None:
    assert hits(text) == words


def test_a_phrase_ends_with_its_sentence() -> None:
    text = "Some are more\n\nor less done."
    assert hits(text, ("more or less",)) == []
    assert hits(text.replace("\n\n", " "), ("more or less",)) == ["more", "or", "less"]


def test_nothing_matches_an_empty_list() -> None:
    assert hits("It may rain.", ()) == hits("It may rain.", ("", " ")) == []


def test_phrases_are_left_out_where_they_cannot_match() -> None:
    assert one_word(ENTRIES) == ("may", "less")


def test_entries_are_read_from_either_language() -> None:
    assert entries_of(SCRIPT, "export const hedges = ") == ("a bit", "don't know", "may")
    assert entries_of('import x\nhedges = [\n    "may",\n    "in general",\n]\nother = ["no"]\n', "hedges = ") == ("may", "in general")


@pytest.mark.parametrize("code", ["", "hedges = []", "hedges = [1, 2]", "hedges = [may]", "more_hedges = ['may']"])
def test_what_is_no_list_is_refused(code: str) -> None:
    with pytest.raises(PeerMissingError, match="no list of strings follows 'hedges = '"):
        entries_of(code, "hedges = ")


def test_only_the_measured_file_is_read(tmp_path: Path) -> None:
    peer = PeerList("x", "1.0", "get x", "package/index.js", "export const hedges = ", hashlib.sha256(SCRIPT.encode()).hexdigest())
    with pytest.raises(PeerMissingError, match=r"No file package/index\.js is in .*: fetch x 1\.0 with `get x`"):
        read_list(tmp_path, peer)
    file = tmp_path / "x" / "package" / "index.js"
    file.parent.mkdir(parents=True)
    file.write_text(SCRIPT + "\n", encoding="utf-8")
    with pytest.raises(PeerMissingError, match=r"is not that of x 1\.0"):
        read_list(tmp_path, peer)
    file.write_bytes(SCRIPT.encode())
    assert read_list(tmp_path, peer) == ("a bit", "don't know", "may")


def test_without_the_lists_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hedging_peers", "--peers", str(tmp_path)])
    assert main() == 1
    assert LISTS["words/hedges"].how in capsys.readouterr().err
