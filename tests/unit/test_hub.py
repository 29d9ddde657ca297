"""Fetching from a hub, against a small local server that speaks the hub's file routes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest

import build
from pyside.desk import bundle_check, hub, published
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.hub import HubId
from pyside.errors import CheckpointError
from tests.support.models.checkpoints import Shape, write_checkpoint

COMMIT = "2fc06364715b967f1860aea9cf38778875588b17"
TOKEN = "hf_let_me_in"


@dataclass
class Hub:
    """A hub with two models: ``owner/model``, and ``owner/private`` for those who hold the token."""

    folder: Path
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, Range
    break_after: int | None = None  # bytes after which the next download of a weight file is cut off

    def get(self, handler: BaseHTTPRequestHandler, body: bool) -> None:
        """Answer one request."""
        path = handler.path.split("?")[0]
        self.requests.append((handler.command, path, handler.headers.get("Range")))
        if "/private" in path and handler.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _answer(
                handler, 401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
            )
        if match := re.fullmatch(r"/api/models/owner/(model|private)(?:/(?:revision|tree)/(.+))?", path):
            return self._api(handler, match[1], match[2], "/tree/" in path)
        if match := re.fullmatch(r"/owner/(?:model|private)/resolve/([^/]+)/(.+)", path):
            return self._file(handler, match[2], body)
        return _answer(handler, 404, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})

    def _api(self, handler: BaseHTTPRequestHandler, name: str, revision: str | None, tree: bool) -> None:
        if revision not in (None, "main", "v1", COMMIT):
            return _answer(handler, 404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
        paths = sorted(path for path in self.folder.iterdir())
        if tree:
            entries: Any = [
                {"type": "file", "path": path.name, "size": path.stat().st_size, "oid": _etag(path)} for path in paths
            ]
        else:
            siblings = [{"rfilename": path.name} for path in paths]
            entries = {"_id": "1", "id": f"owner/{name}", "modelId": f"owner/{name}", "sha": COMMIT, "siblings": siblings,
                       "private": False, "tags": [], "downloads": 0, "likes": 0}  # fmt: skip
        return _answer(handler, 200, json.dumps(entries).encode(), {"Content-Type": "application/json"})

    def _file(self, handler: BaseHTTPRequestHandler, name: str, body: bool) -> None:
        path = self.folder / name
        if not path.is_file():
            return _answer(handler, 404, b"", {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        data = path.read_bytes()
        headers = {"ETag": f'"{_etag(path)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        start = 0
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", handler.headers.get("Range") or ""):
            start = int(asked[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        if body and self.break_after is not None and name.endswith(".safetensors"):
            cut, self.break_after = self.break_after, None
            return _answer(handler, 206 if asked else 200, data[start:], headers, send=cut)
        return _answer(handler, 206 if asked else 200, data[start:], headers, send=None if body else 0)

    def downloaded(self) -> set[str]:
        """Names of the files whose content was asked for."""
        return {path.rsplit("/", 1)[-1] for method, path, _ in self.requests if method == "GET" and "/resolve/" in path}


def _etag(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".safetensors":
        return sha256(data).hexdigest()
    return sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _answer(
    handler: BaseHTTPRequestHandler, status: int, data: bytes, headers: dict[str, str], send: int | None = None
) -> None:
    handler.send_response(status)
    for name, value in (headers | {"Content-Length": str(len(data))}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data if send is None else data[:send])
    if send:
        handler.wfile.flush()
        handler.close_connection = True


@pytest.fixture
def local_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that serves a checkpoint of three weight files, and files that nobody should ask for."""
    folder = write_checkpoint(tmp_path / "served", Shape(files=3))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    (folder / "pytorch_model.bin").write_bytes(b"never wanted")
    served = Hub(folder)

    class Handler(BaseHTTPRequestHandler):
        """Hands each request to the hub."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.get(self, body=True)

        def do_HEAD(self) -> None:
            served.get(self, body=False)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settle(monkeypatch, f"http://127.0.0.1:{server.server_port}", tmp_path / "cache")
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def settle(monkeypatch: pytest.MonkeyPatch, endpoint: str, cache: Path) -> None:
    """What HF_ENDPOINT, HF_HUB_CACHE and the absence of a token do when the library is first imported."""
    for name, value in {
        "ENDPOINT": endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(cache),
        "HF_TOKEN_PATH": str(cache / "token"),
        "HF_HUB_DISABLE_PROGRESS_BARS": True,
        "HF_HUB_DISABLE_XET": True,
        "DOWNLOAD_CHUNK_SIZE": 1000,
    }.items():
        monkeypatch.setattr(huggingface_hub.constants, name, value)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


def fetch(text: str) -> tuple[Path, str, str]:
    """Fetch what the command line would fetch for this SOURCE."""
    hub_id = HubId.parse(text)
    assert hub_id is not None
    return hub.fetch(hub_id, published.READ)


def test_only_what_is_needed_is_downloaded(local_hub: Hub) -> None:
    folder, repository, commit = fetch("owner/model")
    assert (repository, commit) == ("owner/model", COMMIT)
    checkpoint = Checkpoint.open(folder)
    served = {path.name for path in local_hub.folder.iterdir()}
    assert {path.name for path in checkpoint.files} <= local_hub.downloaded() == served - {"pytorch_model.bin"}
    for path in folder.iterdir():
        assert path.read_bytes() == (local_hub.folder / path.name).read_bytes()


def test_a_single_file_needs_no_index(local_hub: Hub) -> None:
    for path in local_hub.folder.glob("model*"):
        path.unlink()
    write_checkpoint(local_hub.folder, Shape(files=0))
    folder, _, _ = fetch("owner/model@main")
    assert [path.name for path in Checkpoint.open(folder).files] == ["model.safetensors"]


def test_the_cache_is_used_and_an_offline_hub_is_forgiven(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetch(f"owner/model@{COMMIT}")
    local_hub.requests.clear()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert fetch(f"owner/model@{COMMIT}") == first
    assert local_hub.requests == []


@pytest.mark.slow
def test_a_broken_download_goes_on_where_it_stopped(local_hub: Hub) -> None:
    local_hub.break_after = 5000
    folder, _, _ = fetch("owner/model")
    Checkpoint.open(folder)
    assert any(asked == "bytes=5000-" for _, path, asked in local_hub.requests if path.endswith(".safetensors"))


def test_a_private_model_needs_the_token(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        CheckpointError, match=r"owner/private: the hub has no such model, or your token may not see it"
    ):
        fetch("owner/private")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(CheckpointError, match="check the id and HF_TOKEN"):
        fetch("owner/private")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert fetch("owner/private@v1")[1:] == ("owner/private", COMMIT)


def test_the_command_line_bundles_from_a_hub(
    local_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build._main(["bundle", "owner/model@v1", str(tmp_path / "b")]) == 0
    assert build._main(["bundle", "owner/nothing", str(tmp_path / "c")]) == 1
    assert (
        capsys.readouterr().err.splitlines()[-1].startswith("build.py bundle: owner/nothing: the hub has no such model")
    )
    manifest = bundle_check.read_manifest(tmp_path / "b")
    assert (manifest.name, manifest.source.repository, manifest.source.revision) == ("model", "owner/model", COMMIT)
    assert manifest.source.license == "apache-2.0"


def test_the_library_s_environment_is_honoured(local_hub: Hub, tmp_path: Path) -> None:
    settings = {"HF_ENDPOINT": huggingface_hub.constants.ENDPOINT, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": TOKEN,
                "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
    command = [sys.executable, build.__file__, "bundle", "owner/private", str(tmp_path / "b")]
    run = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "home" / "hub" / "models--owner--private").is_dir()
    assert bundle_check.check(tmp_path / "b") == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("owner/nothing", r"owner/nothing: the hub has no such model"),
        ("owner/model@v9", r"owner/model@v9: the model has no revision 'v9'"),
    ],
)
def test_what_the_hub_does_not_have_is_named(local_hub: Hub, source: str, message: str) -> None:
    with pytest.raises(CheckpointError, match=message) as caught:
        fetch(source)
    assert "\n" not in str(caught.value)


def test_an_unreachable_hub_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, "http://127.0.0.1:9", tmp_path / "cache")
    with pytest.raises(CheckpointError, match="owner/model: the hub cannot be reached"):
        fetch("owner/model")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="HF_HUB_OFFLINE"):
        fetch("owner/model")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Qwen/Qwen3.5-0.8B", HubId("Qwen/Qwen3.5-0.8B", None)),
        (f"Qwen/Qwen3.5-0.8B@{COMMIT}", HubId("Qwen/Qwen3.5-0.8B", COMMIT)),
        ("a/b@refs/pr/1", HubId("a/b", "refs/pr/1")),
        ("./a/b", None),
        ("/a/b", None),
        ("a", None),
        ("a/b/c", None),
        ("a/b@", None),
        ("a b/c", None),
    ],
)
def test_hub_ids_are_told_from_paths(text: str, expected: HubId | None) -> None:
    assert HubId.parse(text) == expected
