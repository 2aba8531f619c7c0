"""``framing corpora``, and downloads from a server of our own with a certificate of our own."""

from __future__ import annotations

import hashlib
import re
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from framing.corpora import catalogue, fetch, list_corpora
from framing.corpora.download import FetchError
from tests.made_corpora import ENTRY

Run = Callable[..., SimpleNamespace]
NAMES = [corpus.name for corpus in list_corpora()]
CONTENT = b"The mayor said that the bridge may fall.\n" * 50

MADE = ENTRY + """[[corpus.files]]
path = "folder/good.txt"
variants = [{{ name = "upstream", size = {size}, sha256 = "{sum}", url = "{url}/{file}" }}]
"""
BY_HAND = '[[corpus.files]]\npath = "secret.txt"\nvariants = [{ name = "upstream", size = "not verified", sha256 = "not verified" }]\n'


@pytest.fixture
def run(run: Run) -> Run:
    """``framing corpora`` in this process."""
    return partial(run, "corpora")


# list, info, verify


def test_list_names_every_corpus_in_80_columns(run: Run, tmp_path: Path) -> None:
    done = run("list", "--data-home", tmp_path)
    assert done.code == 0
    lines = done.out.split("\n")
    assert [line.split()[0] for line in lines[: lines.index("")] if line[:1] != " "] == NAMES
    assert max(map(len, lines[:-2])) <= 80
    assert f"Folder of the corpora: {tmp_path}" in done.out
    here = {line.split()[0] for line in lines if line[24:28] == "here"}
    assert here == {corpus.name for corpus in list_corpora() if corpus.own and not corpus.needs}
    assert {line.split()[0] for line in lines if line[24:30] == "labels"} == {corpus.name for corpus in list_corpora() if corpus.needs}
    note = "labels: ours, and here; the texts that they stand on are not. `framing corpora info NAME` says which."
    assert note in " ".join(done.out.split())
    for name in ("polnear", "article_bias_prediction"):
        (tmp_path / name / "data" / "splits" / "media").mkdir(parents=True)
    (tmp_path / "polnear" / "data" / "metadata.tsv").write_text("")
    (tmp_path / "article_bias_prediction" / "data" / "splits" / "media" / "train.tsv").write_text("")
    done = run("list", "--data-home", tmp_path)
    assert "labels:" not in done.out
    lines = done.out.split("\n")
    assert {line.split()[0] for line in lines if line[24:28] == "here"} == {corpus.name for corpus in list_corpora() if corpus.own}
    assert {line.split()[0] for line in lines if line[24:30] == "partly"} == {"polnear", "article_bias_prediction"}


@pytest.mark.parametrize("name", NAMES)
def test_info_is_readable_in_80_columns(name: str, run: Run) -> None:
    done = run("info", name, "--data-home", "/x")
    assert done.code == 0
    assert max(map(len, done.out.split("\n"))) <= 80
    labels = {line[:10].strip() for line in done.out.split("\n")}
    assert {name[:10], "licence", "cite", "splits", "get", "folder", "file"} <= labels


def test_info_says_what_is_on_this_machine(run: Run, tmp_path: Path) -> None:
    def told(name: str) -> str:
        return " ".join(run("info", name, "--data-home", tmp_path).out.split())

    for name in NAMES:
        assert not re.search(r"at hand|: upstream|upstream \(|not verified", told(name))
    assert "data/dev/text/*.txt: not there file" in told("polnear")
    assert "data/test/text/*.txt: not there; checksum not known file" in told("polnear")
    assert "`framing corpora verify polnear` compares size and checksum with the copy that framing was made with" in told("polnear")
    (tmp_path / "polnear" / "data" / "dev" / "text").mkdir(parents=True)
    assert "polnear (not there)" in told("polnear"), "a folder with nothing in it"
    for name in ("a", "b"):
        (tmp_path / "polnear" / "data" / "dev" / "text" / f"{name}.txt").write_text("")
    assert "data/dev/text/*.txt: there, 2 files file" in told("polnear")
    assert "(here, test kept apart)" in told("source_levels")
    ratings = told("article_ratings")
    assert "(labels here, texts of article_bias_prediction not here)" in ratings
    assert "first_pass.tsv: there file" in ratings
    assert "compares size and checksum with those of the catalogue" in ratings
    assert "test.tsv: not there, kept by the maintainers for the last measurement file" in told("policy_frames")
    (tmp_path / "policy_frames").mkdir()
    for name in ("train", "train_second_pass", "test", "test_second_pass"):
        (tmp_path / "policy_frames" / f"{name}.tsv").write_text("")
    assert "(labels here, texts of article_bias_prediction not here)" in told("policy_frames")
    assert "test.tsv: there file" in told("policy_frames")


def test_a_test_part_of_ours_is_not_said_to_come_with_the_package(run: Run, tmp_path: Path) -> None:
    done = Path(__file__).parents[1] / "datasets" / "policy_frames"
    if (done / "test.tsv").exists():
        pytest.skip("the test part is here")
    told = run("verify", "policy_frames", "--data-home", tmp_path).out
    assert "missing  test.tsv\n           kept by the maintainers for the last measurement\n" in told


def test_an_unknown_name_is_wrong_usage(run: Run) -> None:
    for command in ("info", "fetch", "verify"):
        done = run(command, "polnaer")
        assert (done.code, done.out) == (2, "")
        assert "did you mean polnear?" in done.err


def test_verify_says_what_is_there(run: Run, tmp_path: Path) -> None:
    absent = run("verify", "cofenet", "--data-home", tmp_path)
    assert absent.code == 1
    assert "missing  res/polnear/valid.txt" in absent.out
    assert "Nothing of it is there. Run `framing corpora fetch cofenet`." in " ".join(absent.out.split())
    (tmp_path / "cofenet" / "res" / "polnear").mkdir(parents=True)
    (tmp_path / "cofenet" / "res" / "polnear" / "valid.txt").write_bytes(CONTENT)
    other = run("verify", "cofenet", "--data-home", tmp_path)
    assert other.code == 0  # nobody has verified what upstream has, so it may be that
    assert "unknown  res/polnear/valid.txt" in other.out
    assert hashlib.sha256(CONTENT).hexdigest() in other.out.replace("\n           ", "")


def test_verify_fails_for_ours_that_was_changed(run: Run, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[1] / "datasets" / "article_ratings", tmp_path / "article_ratings")
    assert run("verify", "article_ratings", "--data-home", tmp_path).code == 0
    with (tmp_path / "article_ratings" / "first_pass.tsv").open("ab") as file:
        file.write(b"\n")
    done = run("verify", "article_ratings", "--data-home", tmp_path)
    assert done.code == 1
    assert "26,455 bytes expected, 26,456 found" in done.out


def test_verify_without_a_name_looks_at_what_is_there(run: Run, tmp_path: Path) -> None:
    done = run("verify", "--data-home", tmp_path)
    assert done.code == 0
    heads = [line.split() for line in done.out.split("\n") if line and not line.startswith(" ")]
    assert [head[0] for head in heads if head[1:2] == ["in"]] == [c.name for c in list_corpora() if c.own]  # a long folder is wrapped


def test_fetch_prints_instructions_where_there_is_no_address(run: Run, tmp_path: Path) -> None:
    done = run("fetch", "polnear", "--data-home", tmp_path)
    assert done.code == 1
    assert "To get them, clone https://github.com/networkdynamics/PolNeAR" in " ".join(done.out.split())
    assert run("fetch", "wikinews_attributions", "--data-home", tmp_path).code == 0


# downloads


class Handler(BaseHTTPRequestHandler):
    """Serves ``CONTENT`` as /good.txt, half of it with the length of all as /cut.txt, and 404 for anything else."""

    def do_GET(self) -> None:
        found = self.path in ("/good.txt", "/cut.txt")
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(CONTENT) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(CONTENT if self.path == "/good.txt" else CONTENT[: len(CONTENT) // 2])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    options = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    )
    subprocess.run(["openssl", *options.split()], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def server(certificate: tuple[Path, Path]) -> Iterator[str]:
    """An https server on this machine; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.handle_error = lambda *args: None  # type: ignore[method-assign]
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch, server: str, certificate: tuple[Path, Path]) -> Callable[..., None]:
    """Make a catalogue of one corpus with one file on the server; trust its certificate."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    def make(file: str = "good.txt", size: int | str = len(CONTENT), sum: str | None = None, url: str = server, more: str = "") -> None:
        digest = hashlib.sha256(CONTENT).hexdigest() if sum is None else sum
        text = MADE.format(file=file, size=f'"{size}"' if isinstance(size, str) else size, sum=digest, url=url) + more
        entries = {corpus.name: corpus for corpus in catalogue.parse(text)}
        monkeypatch.setattr(catalogue, "_entries", lambda: entries)

    return make


def left(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_fetch_downloads_what_is_not_there(offer: Callable[..., None], run: Run, tmp_path: Path) -> None:
    offer()
    done = run("fetch", "made", "--data-home", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "upstream folder/good.txt" in done.out
    assert (tmp_path / "made" / "folder" / "good.txt").read_bytes() == CONTENT
    assert left(tmp_path) == ["good.txt"]
    offer("nothing.txt")
    assert run("fetch", "made", "--data-home", tmp_path).code == 0  # it is there: nothing is asked of the server
    assert run("fetch", "made", "--data-home", tmp_path, "--force").code == 1
    assert (tmp_path / "made" / "folder" / "good.txt").read_bytes() == CONTENT


def test_fetch_keeps_what_nobody_has_verified_and_says_so(offer: Callable[..., None], tmp_path: Path) -> None:
    offer(size="not verified", sum="not verified")
    (state,) = fetch("made", tmp_path)
    assert (state.state, state.size, state.note) == ("unknown", len(CONTENT), "upstream: not verified")


def test_fetch_does_what_it_can_and_says_what_is_left(offer: Callable[..., None], run: Run, tmp_path: Path) -> None:
    offer(more=BY_HAND)
    done = run("fetch", "made", "--data-home", tmp_path)
    assert done.code == 1
    assert "1 of 2 cannot be downloaded from here. To get them, write it yourself." in done.out
    assert left(tmp_path) == ["good.txt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 7}, r"folder/good\.txt: wrong size: expected 7 bytes, found 2,050; from https://127\.0\.0\.1:\d+/good\.txt"),
        ({"sum": "0" * 64}, rf"folder/good\.txt: wrong SHA-256: expected {'0' * 64}, found {hashlib.sha256(CONTENT).hexdigest()}; from"),
        ({"file": "nothing.txt"}, r"folder/good\.txt: https://\S+/nothing\.txt could not be downloaded: 404"),
        (
            {"file": "cut.txt"},
            r"folder/good\.txt: (https://\S+/cut\.txt could not be downloaded|wrong size: expected 2,050 bytes, found 1,025)",
        ),
        ({"url": "https://127.0.0.1:9"}, r"folder/good\.txt: https://127\.0\.0\.1:9/good\.txt could not be downloaded"),
        ({"url": "http://127.0.0.1:9"}, r"folder/good\.txt: http://127\.0\.0\.1:9/good\.txt is no https address"),
    ],
)
def test_a_wrong_download_is_named_and_leaves_nothing(
    change: dict[str, object], message: str, offer: Callable[..., None], run: Run, tmp_path: Path
) -> None:
    offer(**change)
    with pytest.raises(FetchError, match=message):
        fetch("made", tmp_path)
    assert left(tmp_path) == []
    done = run("fetch", "made", "--data-home", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("framing: made: folder/good.txt: ")


def test_the_certificate_is_looked_at(
    offer: Callable[..., None], certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offer()
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(FetchError, match="certificate"):
        fetch("made", tmp_path)
    assert fetch("made", tmp_path, certificates=certificate[0])[0].state == "upstream"


def test_importing_and_reading_load_no_downloader() -> None:
    code = "import sys, framing.corpora as c\nlist(c.load_corpus('wikinews_attributions', 'dev'))\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert not {"pooch", "requests"} & set(done.stdout.split())
