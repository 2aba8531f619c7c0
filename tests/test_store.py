"""Models on disk: what is saved is loaded bit by bit, the same bytes each time, nothing damaged or half-written is read."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from framing.learning import store

CARD: dict[str, Any] = {"name": "made", "labels": ["a", "é", "\ud800"], "scores": {"f1": 0.1 + 0.2, "n": 7}, "licence": None}
ARRAYS = {
    "weights": np.arange(12, dtype=np.float32).reshape(3, 4) / 7,
    "codes": np.array([-127, 0, 127], np.int8),
    "empty": np.zeros((0, 5)),
    "scalar": np.array(2.5),
    "flags": np.array([True, False]),
    "names": np.array(["x", "yz"]),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def forge(folder: Path, weights: bytes, **fields: Any) -> None:
    """Write weights with a card that fits them."""
    card = {"format": store.FORMAT, "sha256": hashlib.sha256(weights).hexdigest(), **fields}
    (folder / "weights.npz").write_bytes(weights)
    (folder / "model.json").write_text(json.dumps(card))


def test_what_is_loaded_is_what_was_saved(tmp_path: Path) -> None:
    store.save(tmp_path / "a" / "b", CARD, ARRAYS)
    card, arrays = store.load(tmp_path / "a" / "b")
    assert {key: value for key, value in card.items() if key not in ("format", "sha256")} == CARD
    assert sorted(arrays) == sorted(ARRAYS)
    assert all(same(arrays[name], ARRAYS[name]) for name in ARRAYS)
    assert card["format"] == store.FORMAT
    assert card["sha256"] == hashlib.sha256((tmp_path / "a" / "b" / "weights.npz").read_bytes()).hexdigest()


def test_the_card_alone_needs_no_weights(tmp_path: Path) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    whole = store.load(tmp_path)[0]
    (tmp_path / "weights.npz").write_bytes(b"something else")
    assert store.read_card(tmp_path) == store.read_card(str(tmp_path)) == whole


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        st.one_of(hnp.floating_dtypes(), hnp.integer_dtypes(), hnp.unicode_string_dtypes()), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
def test_any_array_keeps_its_bits(array: np.ndarray) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store.save(folder, {}, {"x": array})
        assert same(store.load(folder)[1]["x"], array)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(tmp_path / "a", CARD, ARRAYS)
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 0, 0, 0))
    other = {name: np.asfortranarray(array) if array.ndim > 1 else array.copy() for name, array in reversed(ARRAYS.items())}
    store.save(tmp_path / "b", dict(reversed(CARD.items())), other)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    store.save(tmp_path / "c", *store.load(tmp_path / "a"))
    assert contents(tmp_path / "a") == contents(tmp_path / "c")
    store.save(tmp_path / "d", CARD, ARRAYS | {"codes": ARRAYS["codes"] + 1})
    assert contents(tmp_path / "a")["weights.npz"] != contents(tmp_path / "d")["weights.npz"]


def test_the_files_are_what_json_and_numpy_read(tmp_path: Path) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    assert sorted(contents(tmp_path)) == ["model.json", "weights.npz"]
    text = (tmp_path / "model.json").read_text(encoding="ascii")
    assert list(json.loads(text)) == sorted([*CARD, "format", "sha256"])
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as stored:
        assert sorted(stored.files) == sorted(ARRAYS)
        assert all(same(stored[name], ARRAYS[name]) for name in ARRAYS)


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name.replace('.', '[.]')} is missing$"):
        store.load(tmp_path)
    for read in (store.load, store.read_card):
        with pytest.raises(FileNotFoundError, match=r"model\.json is missing$"):
            read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b + b"\0", lambda b: b[:50] + b"x" + b[51:]]
)
def test_damaged_weights_are_refused(tmp_path: Path, damage: Any) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    path = tmp_path / "weights.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"weights\.npz is not the file that model\.json was written for$"):
        store.load(tmp_path)


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"null", b"{}", b'{"format": 1}', b'{"format": 1, "sha256": 5}', b"\xff", b'"a"'])
def test_a_card_that_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    (tmp_path / "model.json").write_bytes(text)
    for read in (store.load, store.read_card):
        with pytest.raises(ValueError, match=r"model\.json is not the card of a model"):
            read(tmp_path)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_is_refused(tmp_path: Path, version: object) -> None:
    store.save(tmp_path, CARD, ARRAYS)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": version}))
    for read in (store.load, store.read_card):
        with pytest.raises(ValueError, match=rf"model\.json has format {version!r}, this version reads format 1$"):
            read(tmp_path)


def test_nothing_that_could_execute_is_read(tmp_path: Path) -> None:
    """Even where the card fits: an array of objects is a pickle."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, x=np.array([{}], object))
    forge(tmp_path, buffer.getvalue())
    with pytest.raises(ValueError, match=r"weights\.npz does not hold plain arrays: .*[Oo]bject"):
        store.load(tmp_path)


@pytest.mark.parametrize("weights", [b"", b"no zip", np.float32(1).tobytes() * 99])
def test_weights_that_are_no_zip_are_refused(tmp_path: Path, weights: bytes) -> None:
    forge(tmp_path, weights)
    with pytest.raises(ValueError, match=r"weights\.npz does not hold plain arrays"):
        store.load(tmp_path)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.npy", b"not an array")
    forge(tmp_path, buffer.getvalue())
    with pytest.raises(ValueError, match=r"weights\.npz does not hold plain arrays"):
        store.load(tmp_path)


@pytest.mark.parametrize(
    ("card", "arrays", "message"),
    [
        ({"x": float("nan")}, {}, "is not plain JSON"),
        ({"x": np.float32(1)}, {}, "is not plain JSON"),
        ({"x": {1, 2}}, {}, "is not plain JSON"),
        ({}, {"x": np.array([None])}, "array 'x' of .* holds Python objects"),
        ({}, {"x": np.zeros(1, [("a", object)])}, "array 'x' of .* holds Python objects"),
        ({}, {"": np.zeros(1)}, "'' is no name for an array"),
        ({}, {"a\0b": np.zeros(1)}, "is no name for an array"),
        ({}, {"../x": np.zeros(1)}, "is no name for an array"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_written(tmp_path: Path, card: Any, arrays: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        store.save(tmp_path / "a", card, arrays)
    assert not (tmp_path / "a").exists()
    store.save(tmp_path, CARD, ARRAYS)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=message):
        store.save(tmp_path, card, arrays)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_save_that_fails_leaves_the_old_model_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    store.save(old, CARD, ARRAYS)
    before = contents(old)
    calls = 0
    rename = os.replace

    def failing(a: Path, b: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError("the disk is full")
        rename(a, b)

    monkeypatch.setattr(os, "replace", failing)
    for folder in (old, new):
        calls = 0
        with pytest.raises(OSError, match="the disk is full"):
            store.save(folder, CARD | {"name": "other"}, {"weights": np.ones(3)})
    monkeypatch.undo()
    assert not [path for folder in (old, new) for path in folder.iterdir() if path.name.startswith(".")], "a draft is left"
    with pytest.raises(FileNotFoundError, match=r"model\.json is missing"):
        store.load(new)
    if fails_at == 1:
        assert contents(old) == before
    else:
        with pytest.raises(ValueError, match="is not the file that"):
            store.load(old)
    store.save(old, CARD, ARRAYS)
    assert contents(old) == before


def test_a_process_that_dies_leaves_nothing_that_is_read_wrongly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step is the last one, what is loaded afterwards is the old model, the new one, or an error that says so."""
    seen: list[dict[str, bytes]] = []
    write, rename = Path.write_bytes, os.replace
    home = tmp_path / "home"
    store.save(home, CARD, ARRAYS)

    def note(function: Any, *arguments: Any) -> Any:
        out = function(*arguments)
        seen.append(contents(home))
        return out

    monkeypatch.setattr(Path, "write_bytes", lambda path, content: note(write, path, content))
    monkeypatch.setattr(os, "replace", lambda a, b: note(rename, a, b))
    store.save(home, CARD | {"name": "other"}, {"weights": np.ones(3)})
    monkeypatch.undo()
    outcomes = []
    for state in seen:
        shutil.rmtree(home)
        home.mkdir()
        for name, content in state.items():
            (home / name).write_bytes(content)
        try:
            card, arrays = store.load(home)
        except ValueError as error:
            outcomes.append(str(error).rpartition(" is ")[2])
        else:
            assert sorted(arrays) == (["weights"] if card["name"] == "other" else sorted(ARRAYS))
            outcomes.append(card["name"])
    assert outcomes == ["made", "made", "not the file that model.json was written for", "other"]


NUMBERS = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=6),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)


@given(NUMBERS, st.sampled_from([0, 1, -1]))
def test_bytes_are_wrong_by_half_a_scale_at_most(matrix: np.ndarray, axis: int) -> None:
    codes, scales = store.to_int8(matrix, axis)
    assert codes.dtype == np.int8
    assert scales.dtype == np.float32
    assert codes.shape == matrix.shape
    assert scales.shape == tuple(1 if k == axis % 2 else n for k, n in enumerate(matrix.shape))
    back = store.from_int8(codes, scales)
    assert back.dtype == np.float32
    assert (np.abs(back.astype(float) - matrix) <= np.broadcast_to(scales * 0.5001, matrix.shape)).all()
    if matrix.size:
        largest = np.abs(codes.astype(int)).max(axis=axis)
        assert (largest == np.where(np.abs(matrix).max(axis=axis) > 0, 127, 0)).all()


@given(NUMBERS, st.sampled_from([0, 1, -1]))
def test_what_was_kept_once_is_kept_as_it_is(matrix: np.ndarray, axis: int) -> None:
    codes, scales = store.to_int8(matrix, axis)
    back = store.from_int8(codes, scales)
    assert all(same(a, b) for a, b in zip(store.to_int8(back, axis), (codes, scales)))


def test_no_scale_of_many_moves() -> None:
    """One in 128 would, if scales had the full 24 bits."""
    codes, scales = store.to_int8(np.random.default_rng(0).normal(size=(5000, 4)).astype(np.float32), axis=1)
    assert same(store.to_int8(store.from_int8(codes, scales), axis=1)[1], scales)


def test_bytes_by_hand() -> None:
    matrix = np.array([[1.27, 0.0, -254.0], [-0.634, 0.0, 100.9]])
    codes, scales = store.to_int8(matrix, axis=0)
    assert codes.tolist() == [[127, 0, -127], [-63, 0, 50]]
    np.testing.assert_allclose(scales, [[0.01, 1, 2]], rtol=2**-16)
    codes, scales = store.to_int8(matrix, axis=1)
    assert codes.tolist() == [[1, 0, -127], [-1, 0, 127]]
    again = store.from_int8(codes, scales)
    assert store.to_int8(again, axis=1)[0].tolist() == codes.tolist()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_numbers_without_a_byte_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be kept as a byte"):
        store.to_int8(np.array([[0.0, value]]))


def test_the_smallest_numbers_have_a_byte() -> None:
    """Their scale is rounded so coarsely, or to 0, that the code would not fit into a byte."""
    codes, _ = store.to_int8(np.array([[2.5e-43, 1e-45]], np.float32))
    assert codes.tolist() == [[127, 0]]
