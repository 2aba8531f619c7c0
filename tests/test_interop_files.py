"""Names of files for any id, and files that are written whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.interop.files import LONGEST, FileNames, encode, safe_name, write
from framing.writing import replacing

HOSTILE = [
    "../../x",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "C:\\x",
    "con",
    "NUL.txt",
    "a\0b",
    "\ud800",
    "-rf",
    ".hidden",
    "x" * 5000,
    "x\n",
]


@pytest.mark.parametrize("id", HOSTILE)
def test_a_name_never_leaves_its_folder(id: str, tmp_path: Path) -> None:
    name = safe_name(id)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name)
    assert len(name) <= LONGEST
    assert (tmp_path / f"{name}.ann").resolve().parent == tmp_path.resolve()
    (tmp_path / f"{name}.ann").write_text("x")


@given(st.text())
def test_any_id_gives_a_name(id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", safe_name(id))
    assert len(safe_name(id)) <= LONGEST
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", safe_name(id))


def test_a_safe_id_is_its_own_name() -> None:
    assert safe_name("nyt_2016-09-16.story") == "nyt_2016-09-16.story"
    assert safe_name(None) == "document"


def test_ids_that_look_alike_stay_apart() -> None:
    assert len({safe_name(id) for id in ("a/b", "a\\b", "a b", "a-b", "ä", "ö", "../a", "/a", "a")}) == 9


@given(st.lists(st.one_of(st.none(), st.sampled_from(["a", "A", "a/b", "a-2", "document", "document-2"]), st.text()), max_size=20))
def test_no_two_documents_share_a_name(ids: list[str | None]) -> None:
    names = FileNames()
    assert len({names.give(id).casefold() for id in ids}) == len(ids)


def test_a_file_that_is_there_belongs_to_its_document() -> None:
    names = FileNames({"a": "a", "B": "somebody else"})
    assert (names.give("a"), names.give("b")) == ("a", "b-2")


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write(tmp_path / "a", b"old")
    with pytest.raises(TypeError), replacing(tmp_path / "a") as stream:
        stream.write("no bytes")  # type: ignore[arg-type]
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="links and modes of files are those of POSIX")
def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_bytes(b"theirs")
    folder.mkdir()
    (folder / "a").symlink_to(outside)
    write(folder / "a", b"ours")
    assert outside.read_bytes() == b"theirs"
    plain = folder / "b"
    plain.touch()
    assert (folder / "a").stat().st_mode == plain.stat().st_mode


def test_a_surrogate_is_one_character_more_or_less_nowhere() -> None:
    text = "a\ud83d\ude00b\udc80😀"
    assert encode(text).decode("utf-8") == "a\ufffd\ufffdb\ufffd😀"
