"""The command line: what it takes, what it writes and where, what it says when something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import framing
from framing.cli import COMMANDS
from framing.demo import read_demo
from framing.writing import replacing

Run = Callable[..., SimpleNamespace]
LINES = "".join(f"<p>Mayor Ida Lund said on Tuesday that bridge number {i} may fall within a year.</p>" for i in range(12))
HEAD = "<!DOCTYPE html><html><head><title>Bridges</title></head>"
PAGE = f"{HEAD}<body><nav>Home</nav><article><h1>Bridges</h1>{LINES}</article></body></html>"
STORY = "Mayor Ida Lund said on Tuesday that the bridge may fall.\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.encode())
    return path


def process(*args: str, env: dict[str, str] | None = None, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "framing", *args], capture_output=True, check=False, env={**os.environ, **(env or {})}, **options
    )  # type: ignore[call-overload]


# what it takes


def test_demo_as_text_is_the_report(run: Run) -> None:
    result = run("analyze", "--demo")
    assert (result.code, result.err) == (0, "")
    title = read_demo().split("\n")[0]
    assert result.out.startswith(title + "\n")
    assert "\x1b" not in result.out
    assert max(map(len, result.out.split("\n"))) <= 80


def test_file_stdin_and_library_agree(run: Run, story: Path) -> None:
    fixed = framing.analyze(STORY).to_dict()
    of_file = json.loads(run("analyze", story, "--format", "json").out)
    of_stdin = json.loads(run("analyze", "-", "--format", "json", stdin=STORY.encode()).out)
    assert of_file == {**fixed, "id": str(story)}
    assert of_stdin == fixed


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\xef\xbb\xbfTitle\r\n\r\nHe said it may rain.\r\n", "قال الوزير".encode(), b"x" * 300_000]
)
def test_any_text_is_analysed(raw: bytes, run: Run) -> None:
    result = run("analyze", "-", "--format", "json", "--with-text", stdin=raw)
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["text"].encode("utf-8") == raw
    assert run("analyze", "-", stdin=raw).code == 0


@pytest.mark.parametrize(("encoding", "named"), [("latin-1", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-32", "UTF-32")])
def test_what_is_not_utf8_is_read_and_said(encoding: str, named: str, run: Run, tmp_path: Path) -> None:
    text = "The mayor said naïve plans may fail in Tårnby.\n"
    path = tmp_path / "odd.txt"
    path.write_bytes(text.encode(encoding))
    for source, name in ((path, path), ("-", "standard input")):
        result = run("analyze", source, "--format", "json", "--with-text", stdin=path.read_bytes())
        assert (result.code, result.err) == (0, f"framing: {name}: is not UTF-8; it was read as {named}\n")
        assert json.loads(result.out)["text"].lstrip("\ufeff") == text


def test_a_page_that_declares_its_encoding_is_no_guess(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the web extra is not installed")
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.replace("<head>", '<head><meta charset="iso-8859-2">').replace("Ida Lund", "Šárka Ľach").encode("iso-8859-2"))
    for source in (path, "-"):
        result = run("analyze", source, "--format", "json", stdin=path.read_bytes())
        assert (result.code, result.err) == (0, "")
        assert "Šárka Ľach" in json.loads(result.out)["text"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "null bytes"),
        ("The mayor said so.".encode("utf-16-le"), "null bytes"),
        ("a\0b".encode("utf-16"), "null bytes"),
        (bytes(range(1, 256)), "control character"),
        (b"a\x01b\x02c\x7f", "control character"),
    ],
)
def test_what_is_no_text_fails_and_the_others_are_written(raw: bytes, words: str, run: Run, story: Path, tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(raw)
    for source, name in ((path, path), ("-", "standard input")):
        result = run("analyze", source, story, "--format", "jsonl", stdin=raw)
        assert (result.code, [json.loads(line)["id"] for line in result.out.splitlines()]) == (1, [str(story)])
        assert result.err.startswith(f"framing: {name}: not a text: ")
        assert words in result.err
        assert result.err.count("\n") == 1


def test_a_page_on_standard_input_is_extracted(run: Run) -> None:
    pytest.importorskip("trafilatura", reason="the web extra is not installed")
    page = PAGE.encode("utf-8")
    found = json.loads(run("analyze", "-", "--format", "json", "--title", "Given", stdin=page).out)
    assert "bridge number 3 may fall" in found["text"]
    assert found["title"]["text"] == "Given"
    assert found["id"] is None


def test_title_is_taken(run: Run, story: Path) -> None:
    result = json.loads(run("analyze", story, "--title", "Bridge “unsafe”", "--format", "json").out)
    assert result["title"] == {"text": "Bridge “unsafe”", "span": None}


def test_options_reach_the_json(run: Run, story: Path) -> None:
    plain = json.loads(run("analyze", story, "--format", "json").out)
    full = json.loads(run("analyze", story, "--format", "json", "--with-text", "--explain").out)
    assert {"text", "explanations"} & set(plain) == set()
    assert full["text"] == STORY
    assert {"transparency", "loaded_share"} <= set(full["explanations"])


def test_explain_is_told_in_the_text(run: Run, story: Path) -> None:
    plain, told = run("analyze", story).out, run("analyze", story, "--explain").out
    assert "WHY" not in plain
    assert "There is no score" in told.split("WHY")[1]


def test_html_files_are_extracted(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the web extra is not installed")
    page = tmp_path / "page.HTML"
    page.write_text(PAGE, "utf-8")
    result = run("analyze", page, "--format", "json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert "<p>" not in found["text"]
    assert "bridge number 3 may fall" in found["text"]
    assert found["id"] == str(page)


def test_html_without_the_web_extra_names_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><p>He said it may rain.</p></body></html>", "utf-8")
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    result = run("analyze", page)
    assert (result.code, result.out) == (1, "")
    assert 'pip install "framing[web]"' in result.err
    assert result.err.count("\n") == 1


# what it writes, and where


def test_jsonl_is_one_object_an_input(run: Run, story: Path) -> None:
    result = run("analyze", "--demo", story, story, "--format", "jsonl")
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == ["demo", str(story), str(story)]


def test_several_texts_stand_apart(run: Run, story: Path) -> None:
    one = run("analyze", story).out
    assert run("analyze", story, story).out == f"{one}\n{one}"


def test_output_file_holds_what_standard_output_would(run: Run, story: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    result = run("analyze", story, "--format", "json", "-o", target)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert target.read_text("utf-8") == run("analyze", story, "--format", "json").out
    page = tmp_path / "out.html"
    assert run("analyze", story, "--format", "html", "-o", page).code == 0
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.html", "out.json", "story.txt"]


def test_output_folder_gets_a_file_an_input(run: Run, story: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / "STORY.md"
    twin.write_text(STORY, "utf-8")
    folder = f"{tmp_path / 'new'}/"
    assert run("analyze", "--demo", story, twin, story, "-", "--format", "json", "-o", folder, stdin=b"x").code == 0
    made = {p.name: json.loads(p.read_text("utf-8"))["id"] for p in Path(folder).iterdir()}
    assert made == {
        "demo.json": "demo",
        "story.json": str(story),
        "STORY-2.json": str(twin),
        "story-3.json": str(story),
        "stdin.json": None,
    }


def test_a_new_file_has_ordinary_permissions_and_an_old_one_keeps_its_own(run: Run, story: Path, tmp_path: Path) -> None:
    new, old, link = tmp_path / "new", tmp_path / "old", tmp_path / "link"
    old.write_text("before")
    old.chmod(0o640)
    link.symlink_to(old)
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert run("analyze", story, "-o", new).code == 0
    assert run("analyze", story, "-o", link).code == 0
    assert new.stat().st_mode == ordinary.stat().st_mode
    assert link.is_symlink()
    assert old.stat().st_mode & 0o777 == 0o640
    assert old.read_bytes() == new.read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")

    def fail() -> None:
        with replacing(target) as stream:
            stream.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_devices_are_written_to_and_not_replaced(run: Run, story: Path) -> None:
    assert run("analyze", story, "-o", os.devnull).code == 0
    assert not Path(os.devnull).is_file()


def test_an_output_that_cannot_be_written_is_said(run: Run, story: Path, tmp_path: Path) -> None:
    result = run("analyze", story, "-o", tmp_path / "no folder" / "out.txt")
    assert result.code == 1
    assert result.err.startswith("framing: ")
    assert "cannot be written" in result.err
    assert result.err.count("\n") == 1


# what it says when something is wrong


def test_failed_inputs_are_named_and_the_others_written(run: Run, story: Path, tmp_path: Path) -> None:
    result = run("analyze", tmp_path / "absent.txt", story, tmp_path, "nul\0name", "--format", "jsonl")
    assert result.code == 1
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == [str(story)]
    lines = result.err.splitlines()
    assert len(lines) == 3
    assert lines[0] == f"framing: {tmp_path / 'absent.txt'}: no such file; check the path"
    assert lines[1] == f"framing: {tmp_path}: is a folder: name its files, or score all of them with framing score"
    assert "null" in lines[2]


def test_a_mistyped_command_is_guessed(run: Run) -> None:
    result = run("analyse", "--demo")
    assert result.code == 2
    assert result.err.splitlines()[-1] == "framing: No such command 'analyse'. Did you mean 'analyze'?"
    assert run("xyz").err.splitlines()[-1] == "framing: No such command 'xyz'."


def test_nothing_is_written_when_all_inputs_fail(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("before")
    result = run("analyze", tmp_path / "absent", "-o", target)
    assert (result.code, result.out) == (1, "")
    assert target.read_text() == "before"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["analyze"], "at least one INPUT"),
        (["analyze", "-", "-"], "only once"),
        (["analyze", "a", "b", "--format", "json"], "jsonl"),
        (["analyze", "a", "b", "--format", "html"], "-o FOLDER/"),
        (["analyze", "a", "b", "--title", "T"], "one INPUT"),
        (["analyze", "--demo", "--title", "T"], "one INPUT"),
        (["analyze", "a", "--with-text"], "json"),
        (["analyze", "a", "--format", "xml"], "xml"),
        (["analyze", "a", "--no-such"], "--no-such"),
        (["analyse", "a"], "analyse"),
    ],
)
def test_wrong_usage_is_two(args: list[str], words: str, run: Run) -> None:
    result = run(*args)
    assert (result.code, result.out) == (2, "")
    said = result.err.splitlines()[-1]
    assert said.startswith("framing: ")
    assert words in said
    assert "Error" not in result.err
    assert result.err.startswith("Usage: framing ")


def test_an_input_is_never_overwritten(run: Run, story: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(story)
    assert run("analyze", story, "-o", link).code == 2
    assert story.read_text() == STORY


def test_help_and_version(run: Run) -> None:
    assert run("--version").out == f"framing {framing.__version__}\n"
    group, command = run("--help"), run("analyze", "--help")
    assert group.code == command.code == 0
    for text in (group.out, command.out):
        assert "framing analyze --demo" in text
        assert max(map(len, text.split("\n"))) <= 80
    for name in COMMANDS:
        assert name in group.out
    assert run("analyze", "-h").out == command.out


# the process


def test_output_is_utf8_whatever_the_locale(story: Path) -> None:
    story.write_text("The mayor said “naïve – 漢字 🙂” and left.\n", "utf-8")
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for form in (["text"], ["json", "--with-text"], ["html"]):
        done = process("analyze", str(story), "--format", *form, env=env)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "naïve – 漢字 🙂" in done.stdout.decode("utf-8")


def test_lone_surrogates_are_written_as_escapes(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    odd = "The \udcff mayor said “it \ud83d may rain”.\n"
    monkeypatch.setattr("framing.cli.analyze.load_demo", lambda: odd)
    for target in ([], ["-o", str(tmp_path / "out")]):
        for form in ("text", "json", "jsonl", "html"):
            result = run("analyze", "--demo", "--format", form, *target)
            assert (result.code, result.err) == (0, "")
    assert json.loads(run("analyze", "--demo", "--format", "json", "--with-text").out)["text"] == odd


@pytest.mark.skipif(sys.platform == "win32", reason="file names are bytes on POSIX only")
def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/st\xffry\n.txt"
    try:
        Path(os.fsdecode(name)).write_text(STORY)
    except OSError:
        pytest.skip("the file system takes no such name")
    for form in ("text", "json"):
        done = process("analyze", os.fsdecode(name), os.fsdecode(name) + "x", "--format", form, "-o", f"{tmp_path}/out/")
        assert done.returncode == 1
        assert done.stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    for i in range(60):
        (tmp_path / f"{i}.txt").write_text(read_demo(), "utf-8")
    command = [sys.executable, "-m", "framing", "analyze", *map(str, sorted(tmp_path.iterdir())), "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


def test_help_is_quick_to_load() -> None:
    code = "import sys; from framing.cli import main; sys.argv[1:] = ['--version']\ntry: main()\nexcept SystemExit: print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"rich", "jinja2", "trafilatura", "sklearn", "nltk", "joblib", "framing.cli.analyze"} & set(loaded)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("env", "coloured"), [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_that_want_it(env: dict[str, str], coloured: bool, story: Path) -> None:
    out, err = terminal(["analyze", str(story)], env)
    assert ("\x1b[" in out) is coloured
    assert err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_for_a_terminal_and_several_inputs(story: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "out.jsonl")
    several = terminal(["analyze", str(story), str(story), "--format", "jsonl", "-o", target], {"TERM": "xterm"})
    one = terminal(["analyze", str(story), "--format", "jsonl", "-o", target], {"TERM": "xterm"})
    assert "2/2" in several[0]
    assert one == ("", "")


def terminal(args: list[str], env: dict[str, str]) -> tuple[str, str]:
    """What a process shows on a terminal of 80 columns that is its output and its errors; the second item is for errors outside it."""
    import pty

    main_end, other_end = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "framing", *args],
        stdin=other_end,
        stdout=other_end,
        stderr=other_end,
        env={**clean, "TERM": "xterm-256color", "COLUMNS": "80", **env},
    ) as child:
        os.close(other_end)
        shown = b""
        while True:
            try:
                chunk = os.read(main_end, 65_536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            shown += chunk
    os.close(main_end)
    assert child.returncode == 0, shown
    return shown.decode("utf-8"), ""


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "file:///etc/hostname", "ftp://127.0.0.1/x", "https://[bad", "://x"])
def test_only_https_is_downloaded(address: str, run: Run) -> None:
    result = run("analyze", address)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"framing: {address}: is not ")
    assert result.err.count("\n") == 1
